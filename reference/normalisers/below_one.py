"""Entmax of an alpha below one, whose weights are negative powers of a distance: the Stieltjes family."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any

import numpy as np
from flint import arb, ctx

from ..budgets.running_error import Arithmetic, Rounded
from ..formats import Format
from ..inputs import Float64, as_finite
from .base import Normaliser, as_positive, register
from .parts import lifted
from .profile import Profile

_STEPS = 100


class NegativePower(Normaliser):
    """Weights (level + c (max - z))^-q less a floor, cut at zero, at the level where they sum to one.

    The sum falls with the level and is convex, and the sum to the power -1/q is concave: Newton's method on it rises to
    the level from the left.
    """

    @abstractmethod
    def _shape(self, *_: Any, **settings: Any) -> tuple[float, float, float]:
        """Return c, q and the distance from which on weights are zero (infinite if there is none)."""

    @abstractmethod
    def _shape_balls(self, *_: Any, **settings: Any) -> tuple[arb, arb | int, arb | None]:
        """Return the same in balls; None where there is no such distance."""

    def _values(self, z: Float64, *_: Any, **settings: Any) -> Float64:
        c, q, reach = self._shape(**settings)
        far = -lifted(z, c)
        return _weights(far + _level(far, q, reach), q, reach)

    def _pull(self, z: Float64, grad: Float64, *_: Any, **settings: Any) -> Float64:
        c, q, reach = self._shape(**settings)
        far = -lifted(z, c)
        slope = _slopes(far + _level(far, q, reach), q, reach)
        mean = (slope * grad).sum(axis=-1, keepdims=True) / slope.sum(axis=-1, keepdims=True)
        return np.asarray(c * slope * (grad - mean))

    def _balls(self, z: list[arb], *_: Any, **settings: Any) -> list[arb]:
        c, q, reach = self._shape_balls(**settings)
        top = max(z, key=lambda ball: float(ball.mid()))
        far = [c * (top - token) for token in z]
        level = self._level_ball(far, q, reach, self._shape(**settings))
        found = []
        for gap in far:
            outside = reach is not None and level + gap >= reach
            weight = (level + gap) ** -q if reach is None else _positive((level + gap) ** -q - reach**-q)
            found.append(arb(0) if outside else weight)
        return found

    @staticmethod
    def _level_ball(far: list[arb], q: arb | int, reach: arb | None, shape: tuple[float, float, float]) -> arb:
        """Enclose the level: Newton's method from the level in float64, and two sums that are told from one."""

        def above(level: arb) -> tuple[arb, arb]:
            inside = [gap + level for gap in far if reach is None or not gap + level >= reach]
            powers = [gap**-q if reach is None else _positive(gap**-q - reach**-q) for gap in inside]
            return sum(powers, arb(0)) - 1, sum((gap ** (-q - 1) for gap in inside), arb(0))

        start = np.array([[min(float(gap.mid()), np.finfo(np.float64).max) for gap in far]])
        level = arb(float(_level(start, shape[1], shape[2])[0, 0]))
        for _ in range(math.ceil(math.log2(ctx.prec))):
            rest, slope = above(level)
            step = (rest / (q * slope)).mid()
            level = arb((level + step).mid())
            if abs(step) < arb(2) ** (-ctx.prec // 2 - 8):
                break
        width = level.mid() * arb(2) ** (20 - ctx.prec)
        for _ in range(ctx.prec):
            low, high = level - width, level + width
            if above(low)[0] > 0 and above(high)[0] < 0:
                return arb(low.union(high))
            width *= 8
        raise ArithmeticError("the level of a row was not enclosed")  # pragma: no cover (no row is known)

    def _careful(self, z: Float64, arithmetic: Arithmetic, *_: Any, **settings: Any) -> Rounded:
        distance, q, reach = self._distance(z, arithmetic, settings)
        value = _weights(distance.value, q, reach)
        error = self._moved(lambda x: _weights(x, q, reach), distance)
        log = np.abs(np.log(distance.value))
        power = arithmetic.u * (4 + 3 * q * log) * distance.value**-q
        floor = arithmetic.u * (6 + 3 * q * abs(math.log(reach))) * reach**-q if math.isfinite(reach) else 0.0
        certainly = distance.value - distance.error > reach
        return Rounded(value, np.where(certainly, 0.0, error + power + floor + arithmetic.tiny), arithmetic)

    def _careful_pull(
        self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *_: Any, **settings: Any
    ) -> Rounded:
        distance, q, reach = self._distance(z, arithmetic, settings)
        value = _slopes(distance.value, q, reach)
        log = np.abs(np.log(distance.value))
        error = self._moved(lambda x: _slopes(x, q, reach), distance) + arithmetic.u * (5 + 3 * (q + 1) * log) * value
        if not math.isfinite(reach):  # a backward pass may take powers of weights that were saved in the dtype
            error = error + (q + 1) / q * (out.unit_roundoff + 4 * arithmetic.u) * value + out.smallest_normal
        corner = np.abs(distance.value - reach) <= distance.error
        slope = Rounded(value, np.where(value > 0, error + arithmetic.tiny, 0.0), arithmetic)
        g = arithmetic.exact(grad)
        mean = (slope * g).total() / slope.total()
        found = arithmetic.near(self._shape(**settings)[0], 2) * slope * (g - mean)
        return found.off(np.where(corner.any(axis=-1, keepdims=True), np.inf, 0.0))

    def _distance(self, z: Float64, arithmetic: Arithmetic, settings: dict[str, Any]) -> tuple[Rounded, float, float]:
        """Distances of the tokens, with the level in them.

        The level moves by the average of what the distances are off by, weighted by the slopes, and by what the sum is
        off by over their sum; a program that bisects or iterates leaves a few units of itself.
        """
        c, q, reach = self._shape(**settings)
        far, u = -lifted(z, c), arithmetic.u
        level = _level(far, q, reach)
        distance = far + level
        slope, off = _slopes(distance, q, reach), 4 * u * far
        log = np.abs(np.log(distance))
        powers = np.where(slope > 0, distance**-q * (arithmetic.summation(z.shape[-1]) + u * (4 + 3 * q * log)), 0.0)
        if math.isfinite(reach):
            powers = powers + np.where(slope > 0, u * (6 + 3 * q * abs(math.log(reach))) * reach**-q, 0.0)
        total = slope.sum(axis=-1, keepdims=True)
        moved = (powers.sum(axis=-1, keepdims=True) + (slope * off).sum(axis=-1, keepdims=True)) / total
        error = off + 2 * moved + 4 * u * level + u * distance
        return Rounded(distance, error, arithmetic), q, reach

    @staticmethod
    def _moved(of: Any, distance: Rounded) -> Float64:
        """How far a falling function moves when its argument is off."""
        least = np.maximum(distance.value - distance.error, np.finfo(np.float64).tiny)
        found: Float64 = np.maximum(
            of(least) - of(distance.value), of(distance.value) - of(distance.value + distance.error)
        )
        return found


def _positive(weight: arb) -> arb:
    """Cut a ball at zero."""
    return weight if weight > 0 else arb(0).union(max(weight.upper(), arb(0)))


def _weights(distance: Float64, q: float, reach: float) -> Float64:
    with np.errstate(under="ignore", over="ignore"):
        # reach^-q ((distance/reach)^-q - 1), without the difference of what is nearly the same.
        if math.isfinite(reach):
            near = np.minimum(distance / reach, 1.0)
            return np.asarray(reach**-q * np.expm1(-q * np.log(near)))
        return np.asarray(distance**-q)


def _slopes(distance: Float64, q: float, reach: float) -> Float64:
    """Minus the derivative of the weights in the distance."""
    with np.errstate(under="ignore", over="ignore"):
        return np.asarray(np.where(distance < reach, q * distance ** (-q - 1), 0.0))


def _level(far: Float64, q: float, reach: float) -> Float64:
    """Find the level at which the weights of distances from the nearest token sum to one."""
    n = far.shape[-1]
    level = np.full((*far.shape[:-1], 1), 1.0 if math.isinf(reach) else (1 + reach**-q) ** (-1 / q))
    most = n ** (1 / q) if math.isinf(reach) else min(reach, n ** (1 / q))
    for _ in range(_STEPS):
        distance = far + level
        total = _weights(distance, q, reach).sum(axis=-1, keepdims=True)
        slope = _slopes(distance, q, reach).sum(axis=-1, keepdims=True)
        # Newton's method; without a window on total^(-1/q), which is linear in the level of equal logits.
        step = (q * total * (total ** (1 / q) - 1) if math.isinf(reach) else total - 1) / slope
        moved = np.clip(level + step, level, most)
        if (moved <= level * (1 + 2.0**-53)).all():
            break
        level = moved
    return level


@register
class Stieltjes(NegativePower):
    """Stieltjes attention: entmax of q z with alpha = 1 - 1/q, below one; for the definition stated.

    It comes between softmax (q to infinity) and the harmonic weights of q = 1, and no weight is zero.
    """

    name = "stieltjes"
    title = "Stieltjes attention"
    definition = r"p_i = (\lambda - z_i)^{-q}, \quad \sum_i p_i = 1, \; \lambda > \max_j z_j"
    source = (
        "for the definition stated, the Tsallis map of alpha = 1 - 1/q: Blondel, Martins & Niculae, Learning with "
        "Fenchel-Young Losses (arXiv 1901.02324)"
    )
    profile = Profile({"q": 4}, others=({"q": 1}, {"q": 2.5}))

    def _refuse(self, n: int, **settings: Any) -> None:
        as_positive(settings["q"], "q")

    def _shape(self, *, q: float) -> tuple[float, float, float]:
        return 1.0, float(q), math.inf

    def _shape_balls(self, *, q: float) -> tuple[arb, arb | int, arb | None]:
        return arb(1), int(q) if q == int(q) else arb(q), None


@register
class WindowedStieltjes(NegativePower):
    """Stieltjes attention cut at a distance d from the pole, beyond which weights are zero; for the definition stated.

    Where a token lies at that distance, the derivative is that of the tokens nearer.
    """

    name = "windowed-stieltjes"
    title = "windowed Stieltjes attention"
    definition = r"p_i = \bigl[(\lambda - z_i)^{-q} - d^{-q}\bigr]_+, \quad \sum_i p_i = 1, \; \lambda > \max_j z_j"
    source = Stieltjes.source + "; with a window"
    profile = Profile({"q": 4, "d": 2.0}, others=({"q": 2, "d": 4.0}, {"q": 8, "d": 1.0}), aim=2.0)

    def _refuse(self, n: int, **settings: Any) -> None:
        as_positive(settings["q"], "q")
        as_positive(settings["d"], "d")

    def _shape(self, *, q: float, d: float) -> tuple[float, float, float]:
        return 1.0, float(q), float(d)

    def _shape_balls(self, *, q: float, d: float) -> tuple[arb, arb | int, arb | None]:
        return arb(1), int(q) if q == int(q) else arb(q), arb(d)


@register
class EntmaxBelowOne(NegativePower):
    """Entmax with 0 < alpha < 1, by the formula of alpha-entmax; no weight is zero. Source: Blondel et al. (2020).

    The parameter is called order, as alpha is at least 1 elsewhere.
    """

    name = "entmax-below-one"
    title = "α-entmax, α < 1"
    definition = (
        r"p_i = \bigl((\alpha - 1) z_i - \tau\bigr)^{1/(\alpha - 1)} = \bigl(\lambda - (1 - \alpha) z_i\bigr)"
        r"^{-1/(1 - \alpha)}, \quad \sum_i p_i = 1"
    )
    source = "Blondel, Martins & Niculae, Learning with Fenchel-Young Losses (arXiv 1901.02324): Tsallis entropies"
    profile = Profile({"order": 0.5}, others=({"order": 0.875}, {"order": 0.125}))

    def _refuse(self, n: int, **settings: Any) -> None:
        order = float(as_finite(settings["order"], "order", ()))
        if not 0 < order < 1:
            raise ValueError(f"order is {order}: here alpha lies between 0 and 1; for 1 and more there is alpha-entmax")

    def _shape(self, *, order: float) -> tuple[float, float, float]:
        return 1 - order, 1 / (1 - order), math.inf

    def _shape_balls(self, *, order: float) -> tuple[arb, arb | int, arb | None]:
        c = 1 - arb(order)
        return c, 1 / c, None
