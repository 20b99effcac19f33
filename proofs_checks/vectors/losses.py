"""Vectors of Fenchel-Young losses: one row of logits, one class, one loss, and its gradient in the logits."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


_COTANGENT = -0.75  # no power of two, and negative


def _certify(logits: Float64, targets: dict[str, int], alpha: float, flags: tuple[str, ...], comment: str) -> list[Any]:
    """Write the tests of one row: one for each class that is aimed at, by the flag that says why."""
    labels, count = np.array(list(targets.values())), len(targets)
    rows, g = np.tile(logits, (count, 1)), np.full(count, _COTANGENT)
    formats = holding(logits)
    losses = enclose_fenchel_young_loss(rows, labels, alpha, precision=PRECISION)
    lower, upper = _gradients(logits, labels, alpha)
    allowed = {name: loss_budget(rows, labels, alpha, name) for name in formats}
    slopes = {name: loss_vjp_budget(rows, labels, g, alpha, name) for name in formats}

    def numbers(i: int) -> dict[str, Any]:
        of_loss = {name: x[i : i + 1] for name, x in allowed.items()}
        of_slope = {name: x[i] for name, x in slopes.items()}
        return {
            "logits": logits,
            **pulled("", losses.lower[i : i + 1], losses.upper[i : i + 1], of_loss, formats),
            "cotangent": g[i : i + 1],
            **pulled("vjp", lower[i], upper[i], of_slope, formats),
        }

    return [
        {
            "comment": comment,
            "flags": sorted({*flags, name}),
            "target": target,
            **notated(_FIELDS, numbers(i), formats),
        }
        for i, (name, target) in enumerate(targets.items())
    ]


def _gradients(logits: Float64, labels: NDArray[np.intp], alpha: float) -> tuple[Float64, Float64]:
    """Enclose the cotangent times p - y, for each class: exact but for one rounding outward."""
    found, g = enclose(logits, alpha, precision=PRECISION), Fraction(_COTANGENT)
    ends = np.empty((len(labels), len(logits), 2))
    for i, k in np.ndindex(*ends.shape[:2]):
        pair = [g * (Fraction(float(p[k])) - int(k == labels[i])) for p in (found.lower, found.upper)]
        ends[i, k] = outward(min(pair), max(pair))
    return ends[..., 0], ends[..., 1]


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
            comment = f"{family} row of {n} numbers of {dtype}"
            yield from _certify(logits, _targets(logits), alpha, (flag, *masked), comment)


def _far(alpha: float) -> Iterator[dict[str, Any]]:
    for seed, depth in enumerate(_DEPTHS):
        logits = Row("gaussian", 4, seed=seed).values(alpha, "bfloat16")
        logits[seed] = quantise(np.array(logits.max() - depth), "bfloat16")
        yield from _certify(logits, {"TargetFarBelow": seed}, alpha, (), f"the target lies {depth:g} below the maximum")


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
