"""Vectors for frameworks of tensors: the tests of a group that have one shape, in one array."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from entmax_oracle.proofs_checks.conformance.calls import Float64

from .accepted import Accepted, numbers_of
from .attention import ATTENTION
from .kind import Kind, Progress, numbered
from .losses import LOSS
from .mapping import MAPPING
from .notation import FORMATS

__all__ = ["BATCHED", "Batch", "batches"]

BATCHED = {each.name: each for each in (MAPPING, LOSS, ATTENTION)}
"""The kinds whose inputs and answers are tensors."""

_TENSORS = {
    "mapping": ("logits",),
    "loss": ("logits",),
    "attention": ("query", "key", "value", "alibi_slopes", "attn_mask", "sinks"),
}


@dataclass(frozen=True, eq=False)
class Batch:
    """One call in one format.

    Parameters
    ----------
    tensors : dict
        Of numbers of the format.
    integers : dict
        Tensors of whole numbers: targets, lengths.
    options : dict
        Whether it is causal, a scale, a cap, and a window, in which -1 leaves a side open.
    accepted : Accepted
        What is right, of the shape of the answer.
    tests : tuple of int
        Numbers of the tests in the JSON file.
    """

    tensors: dict[str, Float64]
    integers: dict[str, Any]
    options: dict[str, Any]
    accepted: Accepted
    tests: tuple[int, ...]


def batches(kind: Kind, progress: Progress) -> Iterator[tuple[str, float, str, list[Batch]]]:
    """Make the calls of a kind, by law, alpha and format; tests that ask for nothing in a format are left out."""
    every: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for group in numbered(kind.groups(progress)):
        every.setdefault((group["law"], group["alpha"]), []).extend(group["tests"])
    for (law, word), tests in every.items():
        for dtype in FORMATS:
            found = list(_in_format(kind.name, tests, dtype))
            if found:
                yield law, float.fromhex(word), dtype, found


def _in_format(kind: str, tests: list[dict[str, Any]], dtype: str) -> Iterator[Batch]:
    held = [test for test in tests if dtype in test["budget"] and _accepted(test, dtype).usable]
    if kind == "attention":
        for test in held:
            # Attributes hold one number, and masks are those of real numbers.
            if np.prod(test["shapes"].get("scale", ())) == 1 and "boolean_mask" not in test:
                yield _call(kind, [test], dtype)
        return
    for _, same in groupby(sorted(held, key=_length), key=_length):
        yield _call(kind, list(same), dtype)


def _accepted(test: dict[str, Any], dtype: str) -> Accepted:
    lower, upper = (numbers_of(test, name) for name in ("lower", "upper"))
    return Accepted(lower, upper, numbers_of(test, "budget", dtype), dtype)


def _length(test: dict[str, Any]) -> int:
    return len(test["logits"])


def _call(kind: str, tests: list[dict[str, Any]], dtype: str) -> Batch:
    """Put tests of one length, or one of attention, into arrays."""
    first = tests[0]
    if kind == "attention":
        tensors = {name: numbers_of(first, name) for name in _TENSORS[kind] if name in first}
        batch, heads, m = first["shapes"]["query"][:3]
        shape: tuple[int, ...] = (batch, heads, m, first["shapes"]["value"][3])
        integers = {"key_lengths": first["key_lengths"]} if "key_lengths" in first else {}
        options = {"is_causal": first["is_causal"]}
        options |= {name: float(numbers_of(first, name)) for name in ("scale", "softcap") if name in first}
        if "window" in first:
            options["window"] = [-1 if side is None else side for side in first["window"]]
    else:
        tensors = {"logits": np.stack([numbers_of(test, "logits") for test in tests])}
        shape = tensors["logits"].shape if kind == "mapping" else (len(tests),)
        integers = {"target": [test["target"] for test in tests]} if kind == "loss" else {}
        options = {}

    def gathered(name: str, *of: str) -> Float64:
        return np.stack([numbers_of(test, name, *of) for test in tests]).reshape(shape)

    accepted = Accepted(gathered("lower"), gathered("upper"), gathered("budget", dtype), dtype)
    return Batch(tensors, integers, options, accepted, tuple(test["tcId"] for test in tests))
