"""The properties that take many rows to decide: growing lengths, shrinking steps, growing quotients."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
from flint import arb

from entmax_oracle.reference.inputs import Float64
from entmax_oracle.reference.values.entropies import shannon_entropy

from .points import Point, draw_direction, draw_row
from .properties import GAPS, Property, digits
from .subject import Subject, Undefined

__all__ = ["FAMILIES", "LIMITING", "family_row", "normalised_entropy", "quotient"]

LENGTHS = (64, 256, 1024, 4096)
FAMILIES = ("one above", "half above", "evenly spread", "a root of n above")
"""Rows of bounded logits of any length n: which tokens stand at the top."""


def family_row(family: str, reach: float, n: int) -> Float64:
    """Return n logits in [0, reach]."""
    if family == "evenly spread":
        return np.linspace(0.0, reach, n)
    above = {"one above": 1, "half above": n // 2, "a root of n above": math.isqrt(n)}[family]
    return np.where(np.arange(n) < above, reach, 0.0)


def normalised_entropy(weights: Float64) -> float:
    """Shannon entropy of the weights divided by their sum, over log n; NaN if that is not a distribution."""
    total = weights.sum()
    if (weights < 0).any() or not total > 0 or len(weights) < 2:
        return math.nan
    return float(shannon_entropy(weights / total)) / math.log(len(weights))


class CompleteDispersion(Property):
    """Bounded logits end up spread over all tokens."""

    key, short = "dispersion", "dis"
    title = "complete dispersion"
    statement = (
        r"For bounded logits $H_1(p/\sum p) / \log n \to 1$, whatever they are. Refuted by a family of rows whose "
        rf"ratio stays below 0.9 and does not rise between $n = {LENGTHS[-2]}$ and ${LENGTHS[-1]}$, while the largest "
        r"weight over the least grows: were that bounded by $C$, the entropy would be at least $\log n - \log C$."
    )
    draws = 8
    limiting = True

    def draw(self, rng: random.Random, size: float, subject: Subject) -> Point:
        return {"family": rng.choice(FAMILIES), "reach": rng.choice((0.5, 1.0, 2.0, 4.0))}

    def corners(self) -> tuple[Point, ...]:
        return tuple({"family": family, "reach": reach} for family in FAMILIES[:3] for reach in (1.0, 2.0, 4.0))

    def decide(self, subject: Subject, point: Point) -> str:
        for lengths in (LENGTHS[-2:], LENGTHS[:2]):
            rows = [family_row(point["family"], point["reach"], n) for n in lengths]
            if not subject.underflows(rows[-1].tolist()):
                break
        else:
            raise Undefined("the weights underflow")
        weights = [subject.floats(row) for row in rows]
        ratios = [normalised_entropy(each) for each in weights]
        if any(math.isnan(ratio) for ratio in ratios):
            raise Undefined("the weights cannot be divided by their sum to a distribution")
        # An entropy near zero that rises is on its way, however slowly; rounding decides nothing.
        falls = ratios[1] <= 0.9 and ratios[1] <= ratios[0] * (1 + 1e-9)
        odds = [each.max() / each.min() if each.min() > 0 else math.inf for each in weights]
        if not falls or odds[1] < 1.1 * odds[0]:
            return ""
        return (
            f"H/log n is {ratios[0]:.4g} at n = {lengths[0]} and {ratios[1]:.4g} at n = {lengths[1]}, and the largest "
            f"weight over the least {'grows' if math.isfinite(odds[1]) else 'is infinite'}"
        )


STEPS = (2.0**-26, 2.0**-32)  # a slope of a million that turns smoothly is smooth at these
_VISIBLE = 1 / 64
_GRID = np.linspace(-1.0, 1.0, 33)


class Differentiable(Property):
    """No corners and no jumps."""

    key, short = "differentiable", "dif"
    title = "differentiable"
    statement = (
        r"$p$ has a derivative at every row. Refuted by one-sided slopes whose difference does not shrink with the "
        rf"step, down to $2^{{{int(math.log2(STEPS[-1]))}}}$."
    )
    draws = 24

    def draw(self, rng: random.Random, size: float, subject: Subject) -> Point:
        z = draw_row(rng, min(size, 0.5))
        direction = draw_direction(rng, len(z))
        return {"z": _sharpest(subject, np.array(z), np.array(direction)), "direction": direction}

    def corners(self) -> tuple[Point, ...]:
        return (
            {"z": (0.0, 0.0), "direction": (1.0, 0.0)},
            {"z": (1.0, 0.0), "direction": (1.0, 0.0)},
            {"z": (0.5, 0.0), "direction": (1.0, 0.0)},
        )

    def found(self, subject: Subject) -> Iterator[Point]:
        """Where a token loses its weight, along the way there: steps as long as the row is."""
        for gap in (8.0, *GAPS):
            with suppress(Undefined):
                for token in subject.zeros((gap, 0.0)):
                    edge = subject.edge((gap, 0.0), token)
                    if edge is not None:
                        yield {"z": tuple(edge[0].tolist()), "direction": tuple(edge[0].tolist())}

    def decide(self, subject: Subject, point: Point) -> str:
        z, direction = point["z"], point["direction"]
        jumps = []
        for step in STEPS:
            here = subject.weights(z)
            ahead, behind = (
                subject.weights([token + side * step * d for token, d in zip(z, direction, strict=True)])
                for side in (1, -1)
            )
            slopes = [(a - 2 * h + b) / arb(step) for a, h, b in zip(ahead, here, behind, strict=True)]
            jumps.append(max((abs(slope).lower() for slope in slopes), default=arb(0)))
        if jumps[-1] < _VISIBLE or jumps[-1] < 0.9 * jumps[-2]:
            return ""
        return f"the slopes ahead and behind differ by {digits(jumps[-1])} at a step of {STEPS[-1]:.2g}"


def _sharpest(subject: Subject, z: Float64, direction: Float64) -> tuple[float, ...]:
    """Close in on the sharpest bend of the weights along a line through ``z``."""
    middle, width = 0.0, 1.0
    for _ in range(11):
        grid = middle + width * _GRID
        try:
            values = subject.floats(z + grid[:, None] * direction)
        except Undefined:
            break
        bends = np.abs(np.diff(values, 2, axis=0)).max(axis=1)
        at = int(bends.argmax())
        if bends[at] < _VISIBLE * (grid[1] - grid[0]):
            break
        middle, width = float(grid[at + 1]), width / 16
    return tuple((z + middle * direction).tolist())


WAYS = ("closing in", "closing in, then faster", "moving away", "moving far away", "moving away, closing in")


class Lipschitz(Property):
    """Close logits have close weights, at a fixed length."""

    key, short = "lipschitz", "lip"
    title = "Lipschitz"
    statement = (
        r"$\Vert p(z) - p(z') \Vert_2 \le L \Vert z - z' \Vert_2$ at a fixed length, with one $L$ for all rows. "
        r"Refuted by pairs whose quotients grow without an end in sight: pairs closing in on a row, or moving away, up "
        r"to $10^6$ times as far."
    )
    draws = 60

    def draw(self, rng: random.Random, size: float, subject: Subject) -> Point:
        z = draw_row(rng, min(size, 0.6))
        one, other = draw_direction(rng, len(z)), draw_direction(rng, len(z))
        if rng.random() < 0.25:  # from both sides of the sharpest bend, which may be a jump
            other = tuple(-d for d in one)
            return {
                "z": _sharpest(subject, np.array(z), np.array(one)),
                "one": one,
                "other": other,
                "way": "closing in",
            }
        return {"z": z, "one": one, "other": other, "way": rng.choice(WAYS)}

    def corners(self) -> tuple[Point, ...]:
        return (
            {"z": (1.0, 1.0), "one": (1.0, 0.0), "other": (0.0, 1.0), "way": "closing in"},
            {"z": (0.0, 0.0), "one": (1.0, 0.0), "other": (0.0, 1.0), "way": "closing in"},
            {"z": (0.5, 0.0, 0.0), "one": (0.0, 1.0, 1.0), "other": (0.0, 1.0, 0.0), "way": "closing in, then faster"},
            {"z": (0.0, 1.0, 1.0), "one": (0.0, 1.0, 0.0), "other": (0.0, 0.0, 1.0), "way": "closing in"},
            {"z": (1.0, 1.0), "one": (1.0, 0.0), "other": (0.0, 0.0), "way": "moving away"},
            *(
                {"z": (side, side), "one": (1.0, 0.0), "other": (0.0, 0.0), "way": way}
                for way in WAYS[-2:]
                for side in (1.0, -1.0)
            ),
        )

    def decide(self, subject: Subject, point: Point) -> str:
        quotients: list[arb] = []
        for pair in _pairs(point):
            quotients.append(quotient(subject, pair))
            if len(quotients) > 1 and not quotients[-1] > 1.5 * quotients[-2]:
                return ""
        if not quotients[-1] > 8:
            return ""
        return "the quotients are " + ", ".join(digits(q) for q in quotients)


def _pairs(point: Point) -> list[tuple[list[float], list[float]]]:
    """Pairs of rows: z + h a and z + h b; z + h a and z + h a + h^2 b; t z + a, t z + b; t z + a/t^2, t z + b/t^2.

    Pairs close in to 2^-32: a slope of a million is a constant, though further apart its quotients grow.
    """
    z, one, other, way = point["z"], point["one"], point["other"], point["way"]
    if way == "moving away":
        return [(_along((2.0**k, z), (1.0, one)), _along((2.0**k, z), (1.0, other))) for k in (2, 4, 6, 8)]
    if way == "moving far away":  # powers with a small factor, or from far on
        return [(_along((10.0**k, z), (1.0, one)), _along((10.0**k, z), (1.0, other))) for k in range(1, 7)]
    if way == "moving away, closing in":  # slopes that grow in weights that stay bounded
        exponents = (2, 5, 8, 11, 14, 16)
        return [(_along((2.0**k, z), (4.0**-k, one)), _along((2.0**k, z), (4.0**-k, other))) for k in exponents]
    if way == "closing in":
        steps = [2.0**-k for k in range(4, 33, 4)]
        return [(_along((1.0, z), (h, one)), _along((1.0, z), (h, other))) for h in steps]
    steps = [2.0**-k for k in (4, 8, 12, 16)]
    return [(_along((1.0, z), (h, one)), _along((1.0, z), (h, one), (h * h, other))) for h in steps]


def _along(*parts: tuple[float, tuple[float, ...]]) -> list[float]:
    """Sum of multiples of rows."""
    return [sum(factor * row[i] for factor, row in parts) for i in range(len(parts[0][1]))]


def quotient(subject: Subject, pair: tuple[list[float], list[float]]) -> arb:
    """Distance of the weights over that of the logits, from below."""
    first, second = (subject.weights(row) for row in pair)
    distance = sum(((arb(a) - arb(b)) ** 2 for a, b in zip(*pair, strict=True)), arb(0)).sqrt()
    if not distance > 0:
        raise Undefined("the two rows of a pair are one")
    # A power of a ball around zero is NaN; a product is not.
    moved = sum(((a - b) * (a - b) for a, b in zip(first, second, strict=True)), arb(0))
    return (max(moved.lower(), arb(0)).sqrt() / distance).lower()


LIMITING: tuple[Property, ...] = (CompleteDispersion(), Differentiable(), Lipschitz())
