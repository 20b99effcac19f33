"""Vectors of Fenchel-Young losses: one row of logits, one class, one loss, and its gradient in the logits."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from entmax_oracle.proofs_checks.conformance.calls import Float64
from entmax_oracle.proofs_checks.conformance.inputs.rows import Row, quantise
from entmax_oracle.reference.budgets.losses import loss_budget, loss_vjp_budget
from entmax_oracle.reference.enclosures.calculus import enclose_fenchel_young_loss
from entmax_oracle.reference.enclosures.enclosure import enclose

from .cases import ALPHAS, FLAGS
from .kind import ALPHA, LAW, Group, Kind, Progress, headed
from .mapping import PRECISION
from .notation import Field, bounds, holding, notated, outward, pulled

__all__ = ["LOSS"]

_FIELDS = (
    Field("logits", "One row; -inf is a masked class.", "input"),
    *bounds("", of="the loss, one number"),
    Field("cotangent", "Incoming gradient in the loss, one number.", "input"),
    *bounds("vjp", of="the gradient in the logits"),
)
_FAMILIES = {
    "values": {
        "gaussian": "Ordinary",
        "spread": "Spread",
        "flat": "Flat",
        "dominant": "Dominant",
        "boundary": "Boundary",
    },
    "gradient": {"margin": "Margin", "levels": "Ties", "crowded_margin": "Margin"},
}
_TARGETS = ("TargetOnTop", "TargetAtBottom", "TargetInBetween")
_DEPTHS = (40.0, 110.0, 1000.0)  # where exponentials of short formats are tiny, where they are 0, and far beyond
_FLAGS = {
    **{
        name: FLAGS[name] for name in ("Boundary", "Dominant", "Flat", "Margin", "Masked", "Ordinary", "Spread", "Ties")
    },
    "TargetAtBottom": "the class with the smallest logit is aimed at: a large loss.",
    "TargetFarBelow": "the class that is aimed at lies so far below the others that exponentials underflow.",
    "TargetInBetween": "neither the largest nor the smallest logit is aimed at, where there are others.",
    "TargetOnTop": "the class with the largest logit is aimed at: a small loss, of second order in what is missing.",
}


def _certify(logits: Float64, target: int, alpha: float, flags: tuple[str, ...], comment: str) -> dict[str, Any]:
    found = enclose_fenchel_young_loss(logits, target, alpha, precision=PRECISION)
    cotangent = -0.75  # no power of two, and negative
    lower, upper = _gradient(logits, target, alpha, cotangent)
    formats = holding(logits)
    rows = logits[np.newaxis]
    labels, g = np.array([target]), np.array([cotangent])
    allowed = {name: loss_budget(rows, labels, alpha, name) for name in formats}
    slopes = {name: loss_vjp_budget(rows, labels, g, alpha, name)[0] for name in formats}
    return {
        "comment": comment,
        "flags": sorted(set(flags)),
        "target": target,
        **notated(
            _FIELDS,
            {
                "logits": logits,
                **pulled("", np.atleast_1d(found.lower), np.atleast_1d(found.upper), allowed, formats),
                "cotangent": g,
                **pulled("vjp", lower, upper, slopes, formats),
            },
            formats,
        ),
    }


def _gradient(logits: Float64, target: int, alpha: float, cotangent: float) -> tuple[Float64, Float64]:
    """Enclose the cotangent times p - y: exact but for one rounding outward."""
    found, g = enclose(logits, alpha, precision=PRECISION), Fraction(cotangent)
    ends = []
    for k, pair in enumerate(zip(found.lower.tolist(), found.upper.tolist(), strict=True)):
        one, other = (g * (Fraction(p) - (k == target)) for p in pair)
        ends.append(outward(min(one, other), max(one, other)))
    low, high = np.array(ends).T
    return low, high


def _targets(logits: Float64) -> dict[str, int]:
    """Choose a class by each of the flags; the same class only once."""
    live = np.flatnonzero(np.isfinite(logits))
    order = live[np.argsort(logits[live], kind="stable")]
    chosen = dict(zip(_TARGETS, (order[-1], order[0], order[len(order) // 2]), strict=True))
    found: dict[str, int] = {}
    for name, place in chosen.items():
        if place not in found.values():
            found[name] = int(place)
    return found


def _each(law: str, alpha: float) -> Iterator[dict[str, Any]]:
    for place, (family, flag) in enumerate(_FAMILIES[law].items()):
        for n in (3, 9):
            dtype = ("bfloat16", "float32", "float64")[(place + n) % 3]
            logits = Row(family, n, seed=place, masked=0.3 * (n == 9)).values(alpha, dtype)
            masked = ("Masked",) * bool(np.isneginf(logits).any())
            for name, target in _targets(logits).items():
                comment = f"{family} row of {n} numbers of {dtype}"
                yield _certify(logits, target, alpha, (flag, name, *masked), comment)


def _far(alpha: float) -> Iterator[dict[str, Any]]:
    for seed, depth in enumerate(_DEPTHS):
        logits = Row("gaussian", 4, seed=seed).values(alpha, "bfloat16")
        logits[seed] = quantise(np.array(logits.max() - depth), "bfloat16")
        yield _certify(logits, seed, alpha, ("TargetFarBelow",), f"the target lies {depth:g} below the maximum")


def _groups(progress: Progress) -> Iterator[Group]:
    for alpha in ALPHAS:
        progress(f"losses, alpha {alpha:.4g}")
        yield {"law": "values", **headed(alpha), "tests": [*_each("values", alpha), *_far(alpha)]}
        yield {"law": "gradient", **headed(alpha), "tests": list(_each("gradient", alpha))}


LOSS = Kind(
    name="loss",
    file="loss-vectors-1",
    schema="entmax-oracle/vectors/loss/1",
    title="Test vectors of Fenchel-Young losses of alpha-entmax",
    notes="The loss is that of the row of logits and the class 'target', an index from 0; its gradient in the logits "
    "is cotangent (p - y).",
    flags=_FLAGS,
    groups=_groups,
    fields=_FIELDS,
    head={**LAW, **ALPHA},
    test={"target": {"type": "integer", "minimum": 0}},
)
