"""Tier 2: one row of entmax in balls, with logits that may be balls themselves.

:func:`entmax_oracle.reference.enclose` takes float64 logits and decides the support exactly. Scores of attention
(dot products, times 1/sqrt(D)) are not float64 numbers, so here a row is solved from balls, by the same two steps:
the norm criterion for the support, and a two-sided certificate for w, the distance of its lowest token from the
threshold. What the precision cannot decide is left undecided. Rows that are float64 after all go to the exact solver.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, cmp_to_key

import numpy as np
from flint import arb, fmpq

from ..inputs import Float64
from .enclosure import RowSolver
from .precision import working_precision

_ZERO, _ONE = arb(0), arb(1)
_NEWTON_STEPS = 200


@dataclass(frozen=True, eq=False)
class BallRow:
    """One row of entmax, one entry per token.

    Attributes
    ----------
    alpha : Fraction
    p : list of arb
        Probabilities; exactly 0 off the support.
    gap : list of arb or None
        x_i - tau for tokens in the support, with x = (alpha - 1) z; [0, small] where undecided; None off the support.
        At alpha = 1, where x_i - tau is 1, just that.
    lowest : int
        A token in the support, from which ``gap[lowest]`` is measured: tau = x_lowest - gap[lowest].
    unsettled : list of int
        Tokens on the threshold, or not told from it.
    """

    alpha: Fraction
    p: list[arb]
    gap: list[arb | None]
    lowest: int
    unsettled: list[int]

    @property
    def differentiable(self) -> bool:
        """Whether the derivative is known to exist."""
        return self.alpha < 2 or not self.unsettled

    @property
    def sensitivity(self) -> list[arb]:
        """s_i = p_i^(2 - alpha) = p_i / gap_i on the support, 0 off it."""
        if self.alpha == 1:
            return self.p
        s = [_ZERO if gap is None else p / gap for p, gap in zip(self.p, self.gap, strict=True)]
        for i in self.unsettled:
            gap = self.gap[i]
            if gap is None or self.alpha >= 2:
                s[i] = _ZERO
            else:
                s[i] = _ZERO.union(gap.upper() ** (ball(1 / (self.alpha - 1)) - 1))
        return s


def ball(value: Fraction) -> arb:
    """Enclose a rational number at the current precision."""
    return arb(fmpq(value.numerator, value.denominator))


def guard_bits(alpha: Fraction) -> int:
    """Bits that differences divided by (alpha - 1)^2 lose, and some to spare."""
    a = alpha - 1
    return 64 + (2 * math.ceil(max(a, 1 / a)).bit_length() if a else 0)


def float_row(logits: Float64, alpha: Fraction, precision: int) -> BallRow:
    """Solve a row of float64 logits; -inf masks, and at least one token must be live."""
    solved = RowSolver(alpha, precision).solve(logits, float(logits.max()))
    p: list[arb] = [_ZERO] * len(logits)
    gap: list[arb | None] = [None] * len(logits)
    tokens, which = solved.place(logits)
    undecided = []
    for i, v in zip(tokens.tolist(), which.tolist(), strict=True):
        p[i], gap[i] = solved.probabilities[v], solved.gaps[v]
        if v >= solved.decided:
            undecided.append(i)
            gap[i] = _ZERO.union(solved.gaps[v].upper())
    boundary = [] if solved.boundary is None else np.flatnonzero(logits == solved.boundary).tolist()
    lowest = int(tokens[np.argmax(np.where(which < solved.decided, which, -1))])
    return BallRow(alpha, p, gap, lowest, undecided + boundary)


@dataclass(frozen=True, eq=False)
class Scores:
    """Logits scale * product_i + offset_i of one row, not rounded; cap * tanh(scale * product_i / cap) with a cap.

    Products and offsets are exact, so that equal ones are known to be equal even when the scale is irrational.

    Attributes
    ----------
    products, offsets : list of arb
        Exact, one per token.
    live : list of int
        The tokens that are not masked; at least one.
    scale : arb
    cap : arb, optional
        Positive.
    """

    products: list[arb]
    offsets: list[arb]
    live: list[int]
    scale: arb
    cap: arb | None = None

    def logit(self, i: int) -> arb:
        """Logit i."""
        scaled = self.scale * self.products[i]
        return (scaled if self.cap is None else self.cap * (scaled / self.cap).tanh()) + self.offsets[i]

    def difference(self, i: int, k: int) -> arb:
        """Logit i minus logit k."""
        apart = self.scale * (self.products[i] - self.products[k])
        if self.cap is not None and apart != 0:
            apart = self._capped_difference(apart / self.cap, i, k)
        return apart + (self.offsets[i] - self.offsets[k])

    def _capped_difference(self, apart: arb, i: int, k: int) -> arb:
        """Enclose cap (tanh x_i - tanh x_k): without cancellation, unless the arguments exceed every exponent."""
        (tanh_i, sech_i), (tanh_k, sech_k) = self._hyperbolic[i], self._hyperbolic[k]
        close, plain = apart.sinh() * sech_i * sech_k, tanh_i - tanh_k
        return self.cap * (plain if not close.is_finite() or plain.rad() < close.rad() else close)

    @cached_property
    def _hyperbolic(self) -> list[tuple[arb, arb]]:
        arguments = [self.scale * product / self.cap for product in self.products]
        return [(x.tanh(), x.sech()) for x in arguments]

    def largest(self) -> int:
        """Return the token of the largest logit, or about that."""
        logits = {i: self.logit(i).mid() for i in self.live}
        return max(self.live, key=lambda i: logits[i])

    def as_floats(self) -> Float64 | None:
        """Return the logits in float64, -inf where masked, if they are all float64 numbers."""
        logits = np.full(len(self.products), -np.inf)
        for i in self.live:
            score = self.logit(i)
            logits[i] = float(score.mid())
            if not (score.is_exact() and arb(float(logits[i])) == score):
                return None
        return logits

    def log_sum(self) -> arb:
        """Enclose the logarithm of the sum of the exponentials of the logits."""
        pivot = self.largest()
        return self.logit(pivot) + _weights(self, pivot)[1].log()


def ball_row(scores: Scores, alpha: Fraction, precision: int) -> BallRow:
    """Solve a row of logits that are not float64 numbers, at about ``precision`` bits."""
    bits = precision + guard_bits(alpha)
    with working_precision(bits):
        logits = scores.as_floats()
        if logits is not None:
            return float_row(logits, alpha, precision)
        if alpha == 1:
            return _softmax(scores)
        return _Solver(scores, alpha, bits).solve()


def _softmax(scores: Scores) -> BallRow:
    n, pivot = len(scores.products), scores.live[0]
    weights, total = _weights(scores, pivot)
    if not total.is_finite():
        pivot = scores.largest()
        weights, total = _weights(scores, pivot)
    p = [weights[i] / total if i in weights else _ZERO for i in range(n)]
    return BallRow(Fraction(1), p, [_ONE if i in weights else None for i in range(n)], pivot, [])


def _weights(scores: Scores, pivot: int) -> tuple[dict[int, arb], arb]:
    """Exponentials of the logits against one of them, and their sum."""
    weights = {i: scores.difference(i, pivot).exp() for i in scores.live}
    return weights, sum(weights.values(), _ZERO)


class _Solver:
    """Solves one row for alpha > 1; x_i = (alpha - 1) z_i."""

    def __init__(self, scores: Scores, alpha: Fraction, bits: int) -> None:
        self.scores, self.alpha, self.bits = scores, alpha, bits
        self.a, self.q = ball(alpha - 1), ball(1 / (alpha - 1))
        self.in_power = alpha > 2  # solve for w^q rather than w

    def solve(self) -> BallRow:
        inside, unsettled = self._support()
        lowest = inside[0]
        lifts = {i: self._lift(i, lowest) for i in inside + unsettled}
        w, least = self._distance([lifts[i] for i in inside], [lifts[i] for i in unsettled])
        n = len(self.scores.products)
        p: list[arb] = [_ZERO] * n
        gaps: list[arb | None] = [None] * n
        for i, lift in lifts.items():
            gap = lift + w
            gaps[i] = _ZERO.union(gap.upper()) if i in unsettled else gap
            p[i] = self._part(gap)
        p[lowest] = least
        return BallRow(self.alpha, p, gaps, lowest, unsettled)

    def _support(self) -> tuple[list[int], list[int]]:
        """Tokens certainly in the support, about the lowest of them first, and those left undecided."""
        order = sorted(self.scores.live, key=cmp_to_key(self._descending))
        first, after = 0, len(order)
        while after - first > 1:
            middle = (first + after) // 2
            first, after = (middle, after) if self._excess(order[middle]) < 1 else (first, middle)
        lowest, outside = order[first], None
        inside, unsettled = [lowest], []
        for i in order:
            if i == lowest or (outside is not None and self._lift(i, outside) <= 0):
                continue
            excess = _ZERO if self._lift(i, lowest) >= 0 else self._excess(i)
            if excess < 1:
                inside.append(i)
            elif excess >= 1:
                outside = i
            else:
                unsettled.append(i)
        return inside, unsettled

    def _descending(self, i: int, k: int) -> int:
        lift = self.scores.difference(i, k).mid()
        return int(lift < 0) - int(lift > 0)

    def _lift(self, i: int, k: int) -> arb:
        return self.a * self.scores.difference(i, k)

    def _excess(self, k: int) -> arb:
        """Sum of [x_i - x_k]_+^q: below 1 exactly for the tokens of the support."""
        return sum((self._part(self._lift(i, k)) for i in self.scores.live), _ZERO)

    def _part(self, gap: arb) -> arb:
        """[gap]_+^q, for gaps of any sign."""
        if gap > 0:
            return gap**self.q
        return _ZERO if gap <= 0 else _ZERO.union(gap.upper() ** self.q)

    def _distance(self, lifts: list[arb], doubtful: list[arb]) -> tuple[arb, arb]:
        """Enclose the distance w of the lowest token (the first lift, 0) from the threshold, and w^q."""
        u = self._newton([lift.mid() for lift in lifts])
        radius = (u * arb(2) ** (16 - self.bits)).upper()
        while radius < u:
            low, high = (u - radius).lower(), (u + radius).upper()
            if self._total(low, lifts, doubtful) <= 1 <= self._total(high, lifts, doubtful):
                around = low.union(high)
                return (around**self.a, around) if self.in_power else (around, around**self.q)
            radius *= 16
        raise ArithmeticError(f"{self.bits} bits do not resolve the threshold of a row; raise the precision")

    def _total(self, u: arb, lifts: list[arb], doubtful: list[arb]) -> arb:
        w, least = (u**self.a, u) if self.in_power else (u, u**self.q)
        return sum((self._part(lift + w) for lift in lifts[1:] + doubtful), least)

    def _newton(self, lifts: list[arb]) -> arb:
        """Approximate root, from the right: monotone, as the sum is convex in w (q >= 1) or in w^q (q < 1)."""
        u = _ONE / len(lifts)
        u = (u if self.in_power else u**self.a).mid()
        for _ in range(_NEWTON_STEPS):
            w = u**self.a if self.in_power else u
            gaps = [w] + [lift + w for lift in lifts[1:]]
            powers = [gap**self.q for gap in gaps]
            total = sum(powers, _ZERO)
            slope = sum((power / gap for power, gap in zip(powers, gaps, strict=True)), _ZERO)
            # For q >= 1, Newton on the q-norm: total - total^(1 - a), without cancellation.
            excess = (total - 1) * u / w if self.in_power else -total * (-self.a * total.log()).expm1()
            step = excess / slope
            after = (u - step).mid()
            u = after if after > 0 else (u / 2).mid()
            if abs(step.mid()) < u * arb(2) ** (8 - self.bits):
                break
        return u
