"""Vectors of attention: outputs, and gradients in the query, the keys, the values, the scale and alpha."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from entmax_oracle.proofs_checks.conformance.kinds.attention.case import TENSORS, AttentionCase
from entmax_oracle.proofs_checks.conformance.kinds.attention.shapes import Shape
from entmax_oracle.reference.budgets.attention import attention_budget, attention_vjp_budget
from entmax_oracle.reference.enclosures.attention import enclose_attention, enclose_attention_vjp

from .kind import ALPHA, LAW, Group, Kind, Progress, headed
from .mapping import PRECISION
from .notation import Field, bounds, holding, notated, pulled

__all__ = ["ATTENTION", "BOOLEANS", "INTEGERS", "OPTIONS"]

ALPHAS = (1.0, 1.25, 1.5, 2.0, 2.5)
_GRADIENTS = (*TENSORS, "scale", "alpha")
OPTIONS = ("scale", "alibi_slopes")
"""Options that are real numbers, and so fields; a place for those that are still to come."""
INTEGERS = ("key_lengths",)
"""Options that are whole numbers, written as such."""
BOOLEANS = ("is_causal",)

_FIELDS = (
    Field("query", "Shape (B, H, M, D).", "input"),
    Field("key", "Shape (B, Hkv, N, D); head h reads key head h // (H // Hkv).", "input"),
    Field("value", "Shape (B, Hkv, N, Dv).", "input"),
    Field("scale", "Factor of the products, 1/sqrt(D) if left out.", "input", needed=False),
    Field("alibi_slopes", "Shape (H,).", "input", needed=False),
    *bounds("", of="the output, shape (B, H, M, Dv)"),
    Field("cotangent", "Incoming gradient in the output.", "input", needed=False),
    *(
        each
        for name in _GRADIENTS
        for each in bounds(f"vjp{name.capitalize()}", needed=False, of=f"the gradient in the {name}")
    ),
)

FLAGS = {
    "Alibi": "a bias of -slope |i + N - M - j|, added after the scale.",
    "Causal": "query i sees key j if j <= i + N - M: positions are aligned to the end.",
    "Cross": "queries and keys differ in number.",
    "Decoding": "one query.",
    "Flat": "all scores are nearly equal, or equal.",
    "GroupedHeads": "several heads read one key head.",
    "Huge": "scores up to some ten thousand: few keys live, and differences cancel.",
    "Lengths": "only the first key_lengths[b] keys of sequence b are visible.",
    "Ordinary": "nothing special.",
    "Scale": "a scale other than 1/sqrt(D).",
    "ScalePerQuery": "a scale for each head and query, as learned temperatures have it.",
    "Sharp": "few keys live.",
    "Shifted": "all scores of a row are far from zero.",
    "Ties": "few different scores.",
    "UnseenQuery": "a query sees no key: its output is zero, and so are its gradients. The invalid vectors say what "
    "others return.",
}


@dataclass(frozen=True)
class _Draft:
    """One case: its shape, what is changed in it, and its flags."""

    law: str
    flags: tuple[str, ...]
    shape: Shape
    dtype: str = "bfloat16"
    change: Mapping[str, Any] = field(default_factory=dict)

    def case(self) -> AttentionCase:
        """Make the case, with a cotangent."""
        return self.shape.made(self.dtype, True).altered(**self.change)


_SMALL: dict[str, Any] = {"queries": 3, "keys": 4, "features": 2, "value_features": 2}


def _shape(**fields: Any) -> Shape:
    return Shape(**(_SMALL | fields))


_DRAFTS = (
    _Draft("values", ("Ordinary",), _shape(seed=1)),
    _Draft("values", ("Ordinary",), _shape(seed=2, keys=9, features=4, value_features=3), "float32"),
    _Draft("values", ("Sharp",), _shape(seed=3, family="sharp")),
    _Draft("values", ("Flat",), _shape(seed=4, family="flat"), "float32"),
    _Draft("values", ("Shifted",), _shape(seed=5, family="shifted")),
    _Draft("values", ("Huge",), _shape(seed=6, family="huge")),
    _Draft("values", ("Cross",), _shape(seed=7, queries=2, keys=6)),
    _Draft("values", ("Cross", "Decoding"), _shape(seed=8, queries=1, keys=17), "float32"),
    _Draft("ties", ("Ties",), _shape(seed=9, family="ties")),
    _Draft("ties", ("Ties", "Flat"), _shape(seed=10, family="constant")),
    _Draft("causal", ("Causal",), _shape(seed=11, queries=4, is_causal=True)),
    _Draft("causal", ("Causal", "Cross"), _shape(seed=12, queries=2, keys=5, is_causal=True)),
    _Draft("causal", ("Causal", "Cross", "Decoding"), _shape(seed=13, queries=1, keys=5, is_causal=True)),
    _Draft("no visible key", ("Causal", "Cross", "UnseenQuery"), _shape(seed=14, queries=4, keys=2, is_causal=True)),
    _Draft("no visible key", ("Lengths", "UnseenQuery"), _shape(seed=15, batch=2), change={"key_lengths": (0, 4)}),
    _Draft("padding", ("Lengths",), _shape(seed=16, batch=2), change={"key_lengths": (3, 1)}),
    _Draft(
        "padding",
        ("Alibi", "Causal", "Lengths"),
        _shape(seed=17, batch=2, queries=4, alibi=True, is_causal=True),
        change={"key_lengths": (2, 4)},
    ),
    _Draft("groups", ("GroupedHeads",), _shape(seed=18, group=2)),
    _Draft("groups", ("Alibi", "GroupedHeads"), _shape(seed=19, key_heads=2, group=2, queries=2, keys=3, alibi=True)),
    _Draft("alibi", ("Alibi",), _shape(seed=20, key_heads=2, alibi=True)),
    _Draft("alibi", ("Alibi", "Causal", "Cross"), _shape(seed=21, queries=2, keys=5, alibi=True, is_causal=True)),
    _Draft("scale", ("Scale",), _shape(seed=22, scale=0.25)),
    _Draft("scale", ("Alibi", "Scale"), _shape(seed=23, scale=2.0, alibi=True)),
    _Draft(
        "scale",
        ("Scale", "ScalePerQuery"),
        _shape(seed=24, key_heads=2),
        change={"scale": np.array([[0.5, 1.0, 0.75], [1.5, 0.25, 2.0]])},
    ),
)
"""The cases, for every alpha. Those of further options go here, with their fields above."""


def _certify(draft: _Draft, alpha: float) -> dict[str, Any]:
    case = draft.case()
    given: dict[str, Any] = {**case.tensors, **case.options, "alpha": alpha}
    pulling: dict[str, Any] = given | {"grad": case.cotangent}
    real = {name: np.asarray(value, dtype=np.float64) for name in OPTIONS if (value := given[name]) is not None}
    inputs: dict[str, Any] = {**case.tensors, **real, "cotangent": case.cotangent}
    formats = holding(*inputs.values())
    found, slopes = (
        enclose_attention(**given, precision=PRECISION),
        enclose_attention_vjp(**pulling, precision=PRECISION),
    )
    allowed = {name: attention_budget(**given, dtype=name) for name in formats}
    off = {name: attention_vjp_budget(**pulling, dtype=name) for name in formats}
    values = inputs | pulled("", found.lower, found.upper, allowed, formats)
    for name in _GRADIENTS:
        slope = getattr(slopes, name)
        budgets = {each: getattr(found, name) for each, found in off.items() if hasattr(found, name)}
        values |= pulled(f"vjp{name.capitalize()}", slope.lower, slope.upper, budgets, formats)
    return {
        "comment": f"{draft.shape.family} numbers of {draft.dtype}",
        "flags": sorted(draft.flags),
        "shapes": {name: list(np.shape(each)) for name, each in inputs.items()},
        **{name: bool(given[name]) for name in BOOLEANS},
        **{name: list(given[name]) for name in INTEGERS if given[name] is not None},
        "differentiable": bool(slopes.differentiable.all()),
        **notated(_FIELDS, values, formats),
    }


def _groups(progress: Progress) -> Iterator[Group]:
    laws = dict.fromkeys(each.law for each in _DRAFTS)
    for law in laws:
        for alpha in ALPHAS:
            progress(f"attention, {law}, alpha {alpha:.4g}")
            tests = [_certify(each, alpha) for each in _DRAFTS if each.law == law]
            yield {"law": law, **headed(alpha), "tests": tests}


_SHAPE = {"type": "array", "items": {"type": "integer", "minimum": 0}}

ATTENTION = Kind(
    name="attention",
    file="attention-vectors-1",
    schema="entmax-oracle/vectors/attention/1",
    title="Test vectors of attention with alpha-entmax",
    notes="The logit of query i and key j is scale * <query_i, key_j> - slope_h * |i + N - M - j|. Gradients in the "
    "scale and in alpha have bounds and no budget: compare with a tolerance of your own. Where differentiable is "
    "false, the gradients are those of the documented generalised derivative.",
    flags=FLAGS,
    groups=_groups,
    fields=_FIELDS,
    head={**LAW, **ALPHA},
    test={
        "shapes": {"type": "object", "additionalProperties": _SHAPE},
        **{name: {"type": "boolean"} for name in BOOLEANS},
        **dict.fromkeys(INTEGERS, _SHAPE),
        "differentiable": {"type": "boolean"},
    },
    optional=INTEGERS,
)
