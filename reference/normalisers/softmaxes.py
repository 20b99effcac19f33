"""Softmax, and what becomes of it when its logits or its weights are changed before or after."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from ..budgets.running_error import Arithmetic, Rounded
from ..enclosures.precision import working_precision
from ..formats import Format
from ..inputs import Float64, as_finite
from .base import Normaliser, Undefined, as_positive, register
from .parts import (
    FLOAT64,
    careful_lift,
    careful_softmax,
    careful_through,
    lifted,
    softmax,
    softmax_balls,
    through,
)
from .profile import EVERY, Profile

_Number = TypeVar("_Number", arb, Rounded)


class SoftmaxOf(Normaliser):
    """Softmax of logits that are changed first, each on its own but for a scale that depends on the length."""

    @abstractmethod
    def _logits(self, z: Float64, arithmetic: Arithmetic, *_: Any, **settings: Any) -> Rounded:
        """Return the changed logits, up to a constant that is added to all."""

    @abstractmethod
    def _logit_balls(self, z: list[arb], *_: Any, **settings: Any) -> list[arb]:
        """Return the changed logits in balls."""

    def _slope(self, z: Float64, arithmetic: Arithmetic, *_: Any, **settings: Any) -> Rounded:
        """Return the derivative of each changed logit in its own."""
        return arithmetic.exact(1.0)

    @np.errstate(over="ignore", invalid="ignore")
    def _values(self, z: Float64, *_: Any, **settings: Any) -> Float64:
        return softmax(self._logits(z, FLOAT64, **settings).value)

    def _pull(self, z: Float64, grad: Float64, *_: Any, **settings: Any) -> Float64:
        return self._slope(z, FLOAT64, **settings).value * through(self._values(z, **settings), grad)

    def _balls(self, z: list[arb], *_: Any, **settings: Any) -> list[arb]:
        return softmax_balls(self._logit_balls(z, **settings))

    def _careful(self, z: Float64, arithmetic: Arithmetic, *_: Any, **settings: Any) -> Rounded:
        logits = self._logits(z, arithmetic, **settings)
        # A softmax is a share, however far its logits are off; unless they overflow.
        lost = np.isinf(logits.error).any(axis=-1, keepdims=True)
        return careful_softmax(logits).off(np.where(lost, np.inf, 0.0))

    def _careful_pull(
        self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *_: Any, **settings: Any
    ) -> Rounded:
        p = self._careful(z, arithmetic, **settings)
        return self._slope(z, arithmetic, **settings) * careful_through(p, grad, out)


@register
class Softmax(SoftmaxOf):
    """Softmax: exponentials over their sum. Source: Bridle (1990)."""

    name = "softmax"
    title = "softmax"
    definition = r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}"
    source = "Bridle, Probabilistic interpretation of feedforward classification network outputs (1990)"
    profile = Profile()

    def _logits(self, z: Float64, arithmetic: Arithmetic) -> Rounded:
        return arithmetic.exact(z)

    def _logit_balls(self, z: list[arb]) -> list[arb]:
        return z


class LengthScaled(SoftmaxOf):
    """Softmax of logits times a scale that depends on the length alone."""

    @abstractmethod
    def _scale(self, n: int, *_: Any, **settings: Any) -> tuple[float, float]:
        """Return the scale of a row of n tokens, and how many units a program may be off in it."""

    @abstractmethod
    def _scale_ball(self, n: int, *_: Any, **settings: Any) -> arb:
        """Return the scale in balls."""

    def _logits(self, z: Float64, arithmetic: Arithmetic, *_: Any, **settings: Any) -> Rounded:
        return self._slope(z, arithmetic, **settings) * careful_lift(z, arithmetic)

    def _slope(self, z: Float64, arithmetic: Arithmetic, *_: Any, **settings: Any) -> Rounded:
        return arithmetic.near(*self._scale(z.shape[-1], **settings))

    def _logit_balls(self, z: list[arb], *_: Any, **settings: Any) -> list[arb]:
        scale = self._scale_ball(len(z), **settings)
        return [scale * token for token in z]


@register
class ScalableSoftmax(LengthScaled):
    """Scalable softmax: a scale that grows with the logarithm of the length. Source: Nakanishi (2025)."""

    name = "scalable-softmax"
    title = "scalable softmax (SSMax)"
    definition = r"p = \mathrm{softmax}(s \log n \cdot z)"
    source = "Nakanishi, Scalable-Softmax Is Superior for Attention (arXiv 2501.19399)"
    profile = Profile({"s": 1.0}, others=({"s": 0.375},))

    def _refuse(self, n: int, **settings: Any) -> None:
        as_positive(settings["s"], "s")

    def _scale(self, n: int, *, s: float) -> tuple[float, float]:
        return s * math.log(n), 6

    def _scale_ball(self, n: int, *, s: float) -> arb:
        return arb(s) * arb(n).log()


# Coefficients of the published fit of the scale to the entropy, highest degree first.
_FIT = (-0.037, 0.481, -2.3, 4.917, -1.791)
_CONFIDENT = 0.5


def _fitted(
    entropy: _Number, number: Callable[[float], _Number], coefficients: Sequence[float] = _FIT
) -> tuple[_Number, _Number]:
    """Return the published fit at an entropy and its derivative, in the arithmetic of the entropy."""
    fit, slope = number(0.0), number(0.0)
    for coefficient in coefficients:
        slope = slope * entropy + fit
        fit = fit * entropy + number(coefficient)
    return fit, slope


@register
class AdaptiveTemperatureSoftmax(Normaliser):
    """Softmax that is sharpened where its own entropy is large. Source: Velickovic et al. (2024).

    The scale is the published polynomial of the entropy H of softmax(z), at least 1, and 1 where H is at most 1/2. It
    has a corner where the polynomial passes 1; there the derivative is that of the scale 1.
    """

    name = "adaptive-temperature-softmax"
    title = "adaptive-temperature softmax"
    definition = (
        r"p = \mathrm{softmax}(\theta z), \quad \theta = \max(1, -0.037 H^4 + 0.481 H^3 - 2.3 H^2 + 4.917 H - 1.791)"
        r" \text{ if } H > \tfrac12, \text{ else } 1; \quad H = H_1(\mathrm{softmax}(z))"
    )
    source = "Veličković et al., softmax is not enough for sharp out-of-distribution (arXiv 2410.01104)"
    profile = Profile()

    def _values(self, z: Float64) -> Float64:
        return softmax(lifted(z, self._scale(FLOAT64.exact(softmax(z)))[0].value))

    def _pull(self, z: Float64, grad: Float64) -> Float64:
        first, gap = softmax(z), lifted(z)
        scale, slope = (each.value for each in self._scale(FLOAT64.exact(first)))
        back = through(softmax(lifted(z, scale)), grad)
        along = (back * gap).sum(axis=-1, keepdims=True) * slope
        # The entropy of softmax(z) has the gradient -J z, J its Jacobian.
        return np.asarray(scale * back - along * through(first, gap))

    def _balls(self, z: list[arb]) -> list[arb]:
        first = softmax_balls(z)
        entropy = -sum((p * p.log() for p in first), arb(0))
        # The coefficients are the float64 numbers that they are in the tier of floats.
        scale, _ = _fitted(entropy, arb)
        if entropy <= _CONFIDENT or scale <= 1:
            return softmax_balls(z)
        if not (entropy > _CONFIDENT and scale > 1):
            scale = arb(1).union(scale)
        return softmax_balls([scale * token for token in z])

    def _careful(self, z: Float64, arithmetic: Arithmetic) -> Rounded:
        scale, _ = self._scale(careful_softmax(arithmetic.exact(z)))
        return careful_softmax(scale * careful_lift(z, arithmetic))

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format) -> Rounded:
        first, gap = careful_softmax(arithmetic.exact(z)), careful_lift(z, arithmetic)
        scale, slope = self._scale(first)
        back = careful_through(careful_softmax(scale * gap), grad, out)
        # Autograd of the entropy goes by log p, which is the gap less a constant of the size of log n, plus 1.
        size = first.value * (np.abs(gap.value) + np.log(z.shape[-1]) + 1)
        lost = 8 * arithmetic.u * (size + first.value * size.sum(axis=-1, keepdims=True))
        heat = careful_through(first, gap.value, out).off(lost)
        return scale * back - (back * gap).total() * slope * heat

    @staticmethod
    def _scale(first: Rounded) -> tuple[Rounded, Rounded]:
        """Return the scale for the weights of softmax(z), and its derivative in their entropy."""
        p, off, arithmetic = first.value, first.error, first.arithmetic
        log = np.log(np.maximum(p, np.maximum(off, np.finfo(np.float64).tiny)))
        # x log x moves by at most 3 e (1 + |log max(x, e)|) when x moves by e.
        surprise = -p * np.log(np.where(p > 0, p, 1.0))
        moved = 3 * off * (1 + np.abs(log)) + 6 * arithmetic.u * np.abs(surprise)
        entropy = Rounded(surprise, moved, arithmetic).total()
        fit, slope = _fitted(entropy, lambda coefficient: arithmetic.near(coefficient, 1))
        able = entropy.size > _CONFIDENT  # the fit is far below 1 where this could be in doubt
        sharp, undecided = able & (fit.value > 1), able & (np.abs(fit.value - 1) <= fit.error)
        scale = Rounded(np.where(sharp, fit.value, 1.0), np.where(sharp | undecided, fit.error, 0.0), arithmetic)
        bend = np.where(undecided, np.inf, np.where(sharp, slope.error, 0.0))
        return scale, Rounded(np.where(sharp, slope.value, 0.0), bend, arithmetic)


@register
class AdaptiveTemperatureFitted(Normaliser):
    """Adaptive temperature by any polynomial, with what code adds in the logarithm. Source: Velickovic et al. (2024).

    The coefficients come highest first; the reverse of the published ones is what a program computes that takes them in
    ascending order. The scale is 1 where the entropy is at most 1/2: if the polynomial exceeds 1 there it jumps.
    """

    name = "adaptive-temperature-fitted"
    title = "adaptive temperature by a polynomial"
    definition = (
        r"p = \mathrm{softmax}(\theta z), \quad \theta = \max\Bigl(1, \sum_k c_k H^k\Bigr) "
        r"\text{ if } H > \tfrac12, \text{ else } 1; "
        r"\quad H = -\sum_i p_i \log(p_i + \varepsilon), \; p = \mathrm{softmax}(z)"
    )
    source = AdaptiveTemperatureSoftmax.source + ", figure 7: its code adds 1e-9"
    profile = Profile({"coefficients": _FIT, "eps": 1e-9}, others=({"coefficients": _FIT[::-1], "eps": 1e-9},))

    def _refuse(self, n: int, **settings: Any) -> None:
        if np.ndim(settings["coefficients"]) != 1:
            raise ValueError(
                f"coefficients is {settings['coefficients']!r}: pass a row of numbers, highest degree first"
            )
        as_finite(settings["coefficients"], "coefficients")
        if as_finite(settings["eps"], "eps", ()) < 0:
            raise ValueError(f"eps is {settings['eps']}: what is added in the logarithm must not be negative")

    def _balls(self, z: list[arb], *, coefficients: Any, eps: float) -> list[arb]:
        first = softmax_balls(z)
        entropy = -sum((p * (p + arb(eps)).log() for p in first), arb(0))
        scale, _ = _fitted(entropy, lambda number: arb(float(number)), coefficients)
        if entropy <= _CONFIDENT or scale <= 1:
            return first
        if not (entropy > _CONFIDENT and scale > 1):
            scale = arb(1).union(scale)
        return softmax_balls([scale * (token - z[0]) for token in z])

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, coefficients: Any, eps: float) -> Rounded:
        scale, _ = self._scale(careful_softmax(arithmetic.exact(z)), coefficients, eps)
        lost = np.isinf(scale.error)
        return careful_softmax(scale * careful_lift(z, arithmetic)).off(np.where(lost, np.inf, 0.0))

    def _careful_pull(
        self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, coefficients: Any, eps: float
    ) -> Rounded:
        first, gap = careful_softmax(arithmetic.exact(z)), careful_lift(z, arithmetic)
        scale, slope = self._scale(first, coefficients, eps)
        back = careful_through(careful_softmax(scale * gap), grad, out)
        # The entropy rises with each weight by -log(p + eps) - p/(p + eps), then through the Jacobian of softmax.
        p = first.value
        inside = np.maximum(p + eps, np.finfo(np.float64).tiny)
        rise = -np.log(inside) - p / inside
        size = p * (np.abs(rise) + np.abs(gap.value) + np.log(z.shape[-1]) + 1)
        off = 3 * first.error * (1 + np.abs(np.log(inside))) + 8 * arithmetic.u * size
        lost = off + p * off.sum(axis=-1, keepdims=True) + 8 * arithmetic.u * p * size.sum(axis=-1, keepdims=True)
        heat = careful_through(first, np.where(p > 0, rise, 0.0), out).off(lost)
        return scale * back + (back * gap).total() * slope * heat

    @staticmethod
    def _scale(first: Rounded, coefficients: Any, eps: float) -> tuple[Rounded, Rounded]:
        """Return the scale for the weights of softmax(z), and its derivative in their entropy."""
        p, off, arithmetic = first.value, first.error, first.arithmetic
        inside = np.maximum(p + eps, np.finfo(np.float64).tiny)
        log = np.log(np.maximum(inside, off))
        surprise = -p * np.log(np.where(p > 0, inside, 1.0))
        moved = 3 * off * (1 + np.abs(log)) + 6 * arithmetic.u * (np.abs(surprise) + p)
        entropy = Rounded(surprise, moved, arithmetic).total()
        fit, slope = _fitted(entropy, lambda number: arithmetic.near(number, 1), coefficients)
        able, near = entropy.value > _CONFIDENT, np.abs(entropy.value - _CONFIDENT) <= entropy.error
        sharp, undecided = able & (fit.value > 1), np.abs(fit.value - 1) <= fit.error
        jump = near & (fit.value + fit.error > 1)
        error = np.where(jump, np.inf, np.where(sharp | (able & undecided), fit.error, 0.0))
        bend = np.where(jump | (able & undecided), np.inf, np.where(sharp, slope.error, 0.0))
        return (
            Rounded(np.where(sharp, fit.value, 1.0), error, arithmetic),
            Rounded(np.where(sharp, slope.value, 0.0), bend, arithmetic),
        )


@register
class MultiMax(SoftmaxOf):
    """Softmax of logits bent at two points: slope t_b below b, 1 between, t_d above d. Source: Zhou et al. (2024).

    The modulator of first order. At the bends the derivative is that of the middle piece.
    """

    name = "multimax"
    title = "MultiMax"
    definition = r"p = \mathrm{softmax}(\sigma(z)), \quad \sigma(z) = z + (1 - t_b) [b - z]_+ + (t_d - 1) [z - d]_+"
    source = "Zhou, Fritz & Keuper, MultiMax: Sparse and Multi-Modal Attention Learning (ICML 2024), eq. 6, first order"
    profile = Profile(
        {"t_b": 2.0, "b": 0.5, "t_d": 0.5, "d": 1.5},
        others=({"t_b": 1.5, "b": -0.5, "t_d": 0.25, "d": 2.0},),
        true=EVERY - {"shift"},
        marks=("b", "d"),
    )

    def _refuse(self, n: int, **settings: Any) -> None:
        for name in ("t_b", "b", "t_d", "d"):
            as_finite(settings[name], name, ())
        if settings["b"] > settings["d"]:
            raise ValueError(f"b is {settings['b']}, above d = {settings['d']}: the lower bend must not be the higher")

    @np.errstate(over="ignore", invalid="ignore")
    def _values(self, z: Float64, *, t_b: float, b: float, t_d: float, d: float) -> Float64:
        bent = self._logits(z, FLOAT64, t_b=t_b, b=b, t_d=t_d, d=d).value
        if np.isfinite(bent).all():
            return softmax(bent)
        # Slopes and bends are homogeneous: what is small enough not to overflow is bent alike.
        small = 2.0**-4 / max(1.0, abs(t_b), abs(t_d))
        bent = self._logits(small * z, FLOAT64, t_b=t_b, b=small * b, t_d=t_d, d=small * d).value
        return softmax(lifted(bent, 1 / small))

    def _logits(self, z: Float64, arithmetic: Arithmetic, *, t_b: float, b: float, t_d: float, d: float) -> Rounded:
        token = arithmetic.exact(z)
        below = (arithmetic.near(b, 1) - token).clip(0.0)
        above = (token - arithmetic.near(d, 1)).clip(0.0)
        return token + arithmetic.near(1 - t_b, 2) * below + arithmetic.near(t_d - 1, 2) * above

    def _slope(self, z: Float64, arithmetic: Arithmetic, *, t_b: float, b: float, t_d: float, d: float) -> Rounded:
        corner = (np.abs(z - b) <= arithmetic.u * abs(b)) | (np.abs(z - d) <= arithmetic.u * abs(d))
        slope = arithmetic.near(np.where(z < b, t_b, np.where(z > d, t_d, 1.0)), 1)
        return slope.off(np.where(corner, np.inf, 0.0))

    def _logit_balls(self, z: list[arb], *, t_b: float, b: float, t_d: float, d: float) -> list[arb]:
        bent = []
        for token in z:
            low, high = arb(b) - token, token - arb(d)
            bent.append(
                token + ((1 - arb(t_b)) * low if low > 0 else arb(0)) + ((arb(t_d) - 1) * high if high > 0 else arb(0))
            )
        return bent


@register
class MultiMaxOfSecondOrder(SoftmaxOf):
    """MultiMax with squares beside the bends, as its code has it. Source: Zhou et al. (2024), second order.

    Both parameters are four numbers, as in the code: the bends (below, above, below for the square, above for the
    square) and their factors, which are 0 where a bend changes nothing. At the bends the derivative is that of the
    middle piece.
    """

    name = "multimax-second-order"
    title = "MultiMax of second order"
    definition = (
        r"p = \mathrm{softmax}(\sigma(z)), \quad \sigma(z) = z + t_1 [b_1 - z]_+ + t_2 [z - b_2]_+ "
        r"+ t_3 [b_3 - z]_+^2 + t_4 [z - b_4]_+^2"
    )
    source = MultiMax.source.removesuffix(", first order") + ", second order, https://github.com/ZhouYuxuanYX/MultiMax"
    profile = Profile(
        {"ts": (-1.0, -0.5, -0.25, 0.25), "ranges": (0.5, 1.5, -1.0, 2.0)},
        others=({"ts": (0.0, 0.0, -0.5, 0.125), "ranges": (0.0, 0.0, 0.25, 0.5)},),
        true=EVERY - {"shift"},
        marks=(0.5, 1.5, -1.0, 2.0),
        lifts=False,
    )

    def _refuse(self, n: int, **settings: Any) -> None:
        for name in ("ts", "ranges"):
            as_finite(settings[name], name, (4,))

    @np.errstate(over="ignore", invalid="ignore")
    def _values(self, z: Float64, **settings: Any) -> Float64:
        bent = self._logits(z, FLOAT64, **settings).value
        if np.isfinite(bent).all():
            return softmax(bent)
        # Squares overflow: such rows are as good as one-hot, which balls tell from ties.
        rows = [self.enclose_row(row, **settings) for row in z.reshape(-1, z.shape[-1])]
        return np.array([[float(weight.mid()) for weight in row] for row in rows]).reshape(z.shape)

    def _pull(self, z: Float64, grad: Float64, **settings: Any) -> Float64:
        with np.errstate(over="ignore", invalid="ignore"):
            slope, back = self._slope(z, FLOAT64, **settings).value, through(self._values(z, **settings), grad)
            return np.asarray(np.where(back == 0, 0.0, slope * back))

    def _logits(self, z: Float64, arithmetic: Arithmetic, *, ts: Any, ranges: Any) -> Rounded:
        token = bent = arithmetic.exact(z)
        for place, (factor, gap) in enumerate(zip(ts, self._gaps(z, arithmetic, ranges), strict=True)):
            bent = bent + arithmetic.near(factor, 1) * (gap if place < 2 else gap * gap) if factor else bent
        lost = np.maximum(bent.size, token.size) > arithmetic.form.largest
        return bent.off(np.where(lost.any(axis=-1, keepdims=True), np.inf, 0.0))

    def _slope(self, z: Float64, arithmetic: Arithmetic, *, ts: Any, ranges: Any) -> Rounded:
        below, above, far_below, far_above = self._gaps(z, arithmetic, ranges)
        slope = arithmetic.exact(np.ones_like(z))
        for sign, factor, gap in ((-1.0, ts[0], below), (1.0, ts[1], above)):
            slope = slope + arithmetic.exact(np.where(gap.value > 0, sign, 0.0)) * arithmetic.near(factor, 1)
            corner = (np.abs(gap.value) <= gap.error) if factor else np.zeros_like(z, dtype=bool)
            corner |= (z == (ranges[0] if sign < 0 else ranges[1])) & (factor != 0)
            slope = slope.off(np.where(corner, np.inf, 0.0))
        for sign, factor, gap in ((-2.0, ts[2], far_below), (2.0, ts[3], far_above)):
            slope = slope + arithmetic.near(sign * factor, 1) * gap
        return slope

    def _logit_balls(self, z: list[arb], *, ts: Any, ranges: Any) -> list[arb]:
        with working_precision(2 * ctx.prec):  # squares are twice as long
            return self._bent(z, ts, ranges)

    @staticmethod
    def _bent(z: list[arb], ts: Any, ranges: Any) -> list[arb]:
        bent, t, b = [], [arb(float(each)) for each in ts], [arb(float(each)) for each in ranges]
        for token in z:
            below, above, far_below, far_above = b[0] - token, token - b[1], b[2] - token, token - b[3]
            moved = token
            for factor, gap in (
                (t[0], below),
                (t[1], above),
                (t[2] * far_below, far_below),
                (t[3] * far_above, far_above),
            ):
                moved += factor * gap if gap > 0 else arb(0)
            bent.append(moved)
        return bent

    @staticmethod
    def _gaps(z: Float64, arithmetic: Arithmetic, ranges: Any) -> tuple[Rounded, ...]:
        """Distances beyond each bend, cut at zero."""
        token, (low, high, far_low, far_high) = (
            arithmetic.exact(z),
            (arithmetic.near(float(each), 1) for each in ranges),
        )
        return tuple(gap.clip(0.0) for gap in (low - token, token - high, far_low - token, token - far_high))


@register
class SelfAdjustSoftmax(Normaliser):
    """Softmax times its own logits, as they are or brought to [0, 1] first. Source: Zheng et al. (2025).

    Not defined with ``normalised`` where every logit is zero. Where several tokens share the least or largest logit,
    its derivative goes to the first.
    """

    name = "self-adjust-softmax"
    title = "self-adjust softmax"
    definition = (
        r"p_i = z_i \,\mathrm{softmax}(z)_i, \quad \text{normalised: } "
        r"p_i = \frac{z_i - l}{h - l} \mathrm{softmax}(z)_i, \quad l = \min(0, z_{\min}), \; h = \max(0, z_{\max})"
    )
    source = "Zheng et al., Self-Adjust Softmax (arXiv 2502.18277)"
    profile = Profile(
        {"normalised": False}, others=({"normalised": True},), true=frozenset({"permutation"}), marks=(0.0,)
    )

    def undefined(self, z: Float64, **settings: Any) -> NDArray[np.bool_]:
        """Rows of zeros, if they are normalised."""
        return np.asarray((z == 0).all(axis=-1) & settings["normalised"])

    def _values(self, z: Float64, *, normalised: bool) -> Float64:
        return self._defined_factor(z, normalised) * softmax(z)

    def _pull(self, z: Float64, grad: Float64, *, normalised: bool) -> Float64:
        p, factor = softmax(z), self._defined_factor(z, normalised)
        direct, back = grad * p, _through_product(p, grad, factor)
        if not normalised:
            return np.asarray(direct + back)
        low, high = _ends(z)
        width = high - low
        out = direct / width + back
        to_low = -((1 - factor) * direct).sum(axis=-1, keepdims=True) / width
        to_high = -(factor * direct).sum(axis=-1, keepdims=True) / width
        for where, amount, moves in ((z.argmin(-1), to_low, low < 0), (z.argmax(-1), to_high, high > 0)):
            place = where[..., None]
            kept = np.take_along_axis(out, place, -1)
            np.put_along_axis(out, place, kept + np.where(moves, amount, 0.0), -1)
        return np.asarray(out)

    def _balls(self, z: list[arb], *, normalised: bool) -> list[arb]:
        p = softmax_balls(z)
        if not normalised:
            return [token * weight for token, weight in zip(z, p, strict=True)]
        low, high = min(arb(0), *z), max(arb(0), *z)
        if low == high:
            raise Undefined(_ALL_ZERO)
        return [(token - low) / (high - low) * weight for token, weight in zip(z, p, strict=True)]

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, normalised: bool) -> Rounded:
        return self._factor(z, arithmetic, normalised)[0] * careful_softmax(arithmetic.exact(z))

    def _careful_pull(
        self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, normalised: bool
    ) -> Rounded:
        p, (factor, width) = careful_softmax(arithmetic.exact(z)), self._factor(z, arithmetic, normalised)
        g = arithmetic.exact(grad)
        direct, weighted = g * p, g * factor
        # What an error of the incoming gradient becomes behind the Jacobian of softmax.
        spread = p.size * (weighted.error + (p.size * weighted.error).sum(axis=-1, keepdims=True))
        back = careful_through(p, weighted.value, out) + Rounded(np.zeros_like(spread), spread, arithmetic)
        if not normalised:
            return direct + back
        found, one = direct / width + back, arithmetic.exact(1.0)
        to_low, to_high = ((one - factor) * direct).total() / width, (factor * direct).total() / width
        # Autograd takes the numerator's part and the width's apart before it adds them.
        summing = arithmetic.summation(z.shape[-1]) + 8 * arithmetic.u
        apart = summing * direct.size.sum(axis=-1, keepdims=True) / width.value
        low, high = z.min(axis=-1, keepdims=True), z.max(axis=-1, keepdims=True)
        for end, amount, moves in ((low, to_low, low <= 0), (high, to_high, high >= 0)):
            here = (z == end) & moves
            shared = (here.sum(axis=-1, keepdims=True) > 1) | (end == 0)  # whose it is, is anyone's choice
            error = np.where(shared, np.inf, amount.error + apart)
            found = found + Rounded(np.where(here, -amount.value, 0.0), np.where(here, error, 0.0), arithmetic)
        # A quotient's derivative divides by the square of the width, which may underflow.
        return found.off(np.where(width.value**2 < arithmetic.tiny, np.inf, 0.0))

    def _defined_factor(self, z: Float64, normalised: bool) -> Float64:
        if self.undefined(z, normalised=normalised).any():
            raise Undefined(_ALL_ZERO)
        return self._factor(z, FLOAT64, normalised)[0].value

    @staticmethod
    def _factor(z: Float64, arithmetic: Arithmetic, normalised: bool) -> tuple[Rounded, Rounded]:
        """Return what softmax is multiplied by, and the width of what it is a share of."""
        if not normalised:
            return arithmetic.exact(z), arithmetic.exact(1.0)
        low, high = (arithmetic.exact(end) for end in _ends(z))
        return (arithmetic.exact(z) - low) / (high - low), high - low


def _ends(z: Float64) -> tuple[Float64, Float64]:
    """Return the least and the largest of a row and zero."""
    return np.minimum(z.min(axis=-1, keepdims=True), 0.0), np.maximum(z.max(axis=-1, keepdims=True), 0.0)


def _through_product(p: Float64, grad: Float64, factor: Float64) -> Float64:
    """Multiply the Jacobian of softmax by grad * factor, which may overflow where its differences at p do not count."""
    size = math.frexp(np.abs(grad).max(initial=0.0))[1] + math.frexp(np.abs(factor).max(initial=0.0))[1]
    small = math.ldexp(1.0, min(0, 1020 - size))
    with np.errstate(over="ignore"):
        return through(p, grad * (small * factor)) / small


_ALL_ZERO = "z: every logit of a row is 0, where the normalised self-adjust softmax is 0/0; change one of them"


@register
class SoftplusReweighted(SoftmaxOf):
    """Softplus over its sum, sharpened by a power and normalised again; for the definition stated.

    The stages of Gao, Spratling & Gionfrida (arXiv 2501.13428) in their simplest form: without the dynamic
    scale, and with a plain power in place of their re-weighting.
    """

    name = "softplus-reweighted"
    title = "softplus attention with re-weighting"
    definition = r"p_i = \frac{s_i^r}{\sum_j s_j^r}, \quad s_i = \frac{\log(1 + e^{z_i})}{\sum_j \log(1 + e^{z_j})}"
    source = "for the definition stated; after Gao, Spratling & Gionfrida (arXiv 2501.13428), without their scale"
    profile = Profile({"r": 3.0}, others=({"r": 1.5},), true=EVERY - {"shift"}, lifts=False)

    def _refuse(self, n: int, **settings: Any) -> None:
        as_positive(settings["r"], "r")

    def _logits(self, z: Float64, arithmetic: Arithmetic, *, r: float) -> Rounded:
        log = self._log_softplus(z)
        each = Rounded(log, arithmetic.u * (6 + 3 * np.abs(log)), arithmetic)
        gap = each - each.apply(lambda x: np.take_along_axis(x, log.argmax(axis=-1)[..., np.newaxis], -1))
        # A power of a share, as exp2(r log2 s), errs by a few units times the logarithm of the share.
        power = arithmetic.u * (4 + r + 3 * r * (np.abs(gap.value) + np.log(z.shape[-1])))
        return (arithmetic.near(r, 1) * gap).off(power)

    def _slope(self, z: Float64, arithmetic: Arithmetic, *, r: float) -> Rounded:
        # The logarithm of softplus has the slope sigmoid / softplus, which tends to 1 where both vanish.
        slope = np.exp(np.minimum(-np.logaddexp(0.0, -z) - self._log_softplus(z), 0.0))
        return arithmetic.near(r * slope, 16)

    def _logit_balls(self, z: list[arb], *, r: float) -> list[arb]:
        return [arb(r) * token.exp().log1p().log() for token in z]

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, r: float) -> Rounded:
        found = super()._careful_pull(z, grad, arithmetic, out, r=r)
        # The first normalisation hands back a sum that is zero but for rounding, in proportion to the shares.
        p = self._careful(z, arithmetic, r=r).value
        summing = arithmetic.summation(z.shape[-1]) + 6 * arithmetic.u
        left = r * summing * (p * np.abs(grad)).sum(axis=-1, keepdims=True)
        return found.off(left * softmax(self._log_softplus(z)) * self._slope(z, arithmetic, r=1.0).value)

    @staticmethod
    def _log_softplus(z: Float64) -> Float64:
        # Below -37 the softplus is its exponential to the last bit.
        return np.where(z < -37, z, np.log(np.logaddexp(0.0, np.maximum(z, -37.0))))


@register
class GatedSoftmax(Normaliser):
    """Softmax times a gate that depends on the query alone; for the definition stated.

    Qiu et al. (arXiv 2505.06708) gate the output of attention; seen from one head and one query a scalar gate is this.
    """

    name = "gated-softmax"
    title = "gated attention"
    definition = r"p = g \,\mathrm{softmax}(z), \quad 0 < g \le 1"
    source = "for the definition stated; after Qiu et al., Gated Attention for Large Language Models (arXiv 2505.06708)"
    profile = Profile({"gate": 0.5}, others=({"gate": 0.375}, {"gate": 1.0}), true=EVERY - {"simplex"})

    def _refuse(self, n: int, **settings: Any) -> None:
        if as_positive(settings["gate"], "gate") > 1:
            raise ValueError(f"gate is {settings['gate']}: a gate lies in (0, 1]")

    def _values(self, z: Float64, *, gate: float) -> Float64:
        return gate * softmax(z)

    def _pull(self, z: Float64, grad: Float64, *, gate: float) -> Float64:
        return gate * through(softmax(z), grad)

    def _balls(self, z: list[arb], *, gate: float) -> list[arb]:
        return [arb(gate) * weight for weight in softmax_balls(z)]

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, gate: float) -> Rounded:
        return arithmetic.near(gate, 1) * careful_softmax(arithmetic.exact(z))

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, gate: float) -> Rounded:
        return arithmetic.near(gate, 1) * careful_through(careful_softmax(arithmetic.exact(z)), grad, out)
