"""Vectors of every normaliser of the reference: weights, and the gradient in the logits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from entmax_oracle.proofs_checks.conformance.calls import Float64
from entmax_oracle.proofs_checks.conformance.inputs.rows import Row
from entmax_oracle.reference.normalisers import NORMALISERS, Normaliser, Undefined

from .cases import FLAGS
from .kind import LAW, Group, Kind, Progress
from .mapping import PRECISION
from .notation import Field, bounds, decimal, holding, notated, pulled

__all__ = ["NORMALISER", "PARAMETER", "parameter"]

_FIELDS = (
    Field("logits", "One row; -inf is a masked token.", "input"),
    *bounds("", of="the weights"),
    Field("cotangent", "Incoming gradient in the weights.", "input", needed=False),
    *bounds("vjp", needed=False, of="the gradient in the logits"),
)
_FAMILIES = {"gaussian": "Ordinary", "levels": "Ties", "spread": "Spread", "dominant": "Dominant", "window": "Boundary"}
_FLAGS = {name: FLAGS[name] for name in (*_FAMILIES.values(), "Masked")}
_SIZES = (3, 8)


def _certify(
    known: Normaliser, parameters: Mapping[str, Any], logits: Float64, flags: tuple[str, ...], comment: str
) -> dict[str, Any] | None:
    """Write one test; None where the definition gives no weights, or leaves open which of tied tokens are picked."""
    live = logits[np.isfinite(logits)]
    settings = known.settings(dict(parameters))
    if len(live) < known.least_tokens(**settings) or _free(known, logits, settings):
        return None
    try:
        found = known.enclose(logits, precision=PRECISION, **parameters)
        formats = holding(logits)
        allowed = {name: known.budget(logits, name, **parameters) for name in formats}
        g = np.random.default_rng(len(logits)).integers(-16, 17, len(logits)) / 8.0
        slope = known.vjp(known.centred(logits), g, **parameters)
        off = known.vjp_budget(logits, g, "float64", **parameters)
        slopes = {name: known.vjp_budget(logits, g, name, **parameters) for name in formats}
    except Undefined:
        return None
    values: dict[str, Any] = {"logits": logits, **pulled("", found.lower, found.upper, allowed, formats)}
    if np.isfinite(off).all():
        # One more rounding of each end than the budget knows of.
        low, high = np.nextafter(slope - off, -np.inf), np.nextafter(slope + off, np.inf)
        lower, upper = (np.where(off > 0, end, slope) for end in (low, high))
        # Derived rather than enclosed: too little to be certain of a rounding.
        values |= {"cotangent": g, **pulled("vjp", lower, upper, slopes, ())}
    return {"comment": comment, "flags": sorted(set(flags)), **notated(_FIELDS, values, formats)}


def _free(known: Normaliser, logits: Float64, settings: dict[str, Any]) -> bool:
    """Whether tied tokens compete for being picked, of which any choice is right."""
    tied, wanted = known.tied(logits, **settings)
    return wanted < len(tied)


def _drafts(known: Normaliser) -> Iterator[tuple[Float64, tuple[str, ...], str]]:
    for place, (family, flag) in enumerate(_FAMILIES.items()):
        for n in _SIZES:
            dtype = ("bfloat16", "float32", "float64")[(place + n) % 3]
            masked = 0.3 * (n == _SIZES[-1])
            logits = Row(family, n, seed=place, masked=masked).values(known.profile.aim, dtype)
            flags = (flag, *("Masked",) * bool(np.isneginf(logits).any()))
            yield logits, flags, f"{family} row of {n} numbers of {dtype}"


def _groups(progress: Progress) -> Iterator[Group]:
    for known in NORMALISERS.values():
        progress(known.name)
        for parameters in ({}, *known.profile.others[:1]):
            tests = [_certify(known, parameters, *draft) for draft in _drafts(known)]
            yield {
                "law": "values",
                "normaliser": known.name,
                "definition": known.definition,
                "parameters": {name: parameter(each) for name, each in known.settings(dict(parameters)).items()},
                "tests": [each for each in tests if each is not None],
            }


def parameter(value: Any) -> Any:
    """Write a parameter: whole numbers and words as they are, others in two notations."""
    if value is None or isinstance(value, bool | int | str):
        return value
    numbers = np.asarray(value, dtype=np.float64)
    both = {"hex": [each.hex() for each in numbers.ravel().tolist()], "decimal": decimal(numbers)}
    return both if numbers.ndim else {name: words[0] for name, words in both.items()}


PARAMETER = {
    "anyOf": [
        {"type": ["null", "boolean", "integer", "string"]},
        {
            "type": "object",
            "required": ["hex", "decimal"],
            "additionalProperties": False,
            "properties": {name: {"type": ["string", "array"]} for name in ("hex", "decimal")},
        },
    ]
}

NORMALISER = Kind(
    name="normaliser",
    file="normaliser-vectors-1",
    schema="entmax-oracle/vectors/normaliser/1",
    title="Test vectors of normalisers",
    notes="'definition' is the normaliser in LaTeX. Parameters that are real numbers are written as hexadecimal and as "
    "decimal floats, whole numbers as JSON integers. vjpLower and vjpUpper are the float64 reference, give or take its "
    "derived error; there is no gradient where the derivative jumps.",
    flags=_FLAGS,
    groups=_groups,
    fields=_FIELDS,
    head={
        **LAW,
        "normaliser": {"type": "string"},
        "definition": {"type": "string"},
        "parameters": {"type": "object", "additionalProperties": PARAMETER},
    },
)
