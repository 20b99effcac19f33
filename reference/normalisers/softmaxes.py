"""Softmax, and what becomes of it when its logits or its weights are changed before or after."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flint import arb

from ..inputs import Float64, as_finite
from ..values.derivatives import apply_jacobian
from ..values.mapping import entmax
from .base import Normaliser, Undefined, as_positive, register


def softmax(z: Float64) -> Float64:
    """Softmax over the last axis."""
    return entmax(z, 1.0)


def through(p: Float64, grad: Float64) -> Float64:
    """Multiply by the Jacobian of softmax at its value ``p``."""
    return apply_jacobian(p, grad, 1.0)


def lifted(z: Float64, scale: float | Float64 = 1.0) -> Float64:
    """Scale times the logits minus the largest of their row: what is scaled must not cancel afterwards.

    Differences beyond the largest float64 end there, which is as far below the largest logit as any.
    """
    with np.errstate(over="ignore"):
        return np.asarray(np.maximum(scale * (z - z.max(axis=-1, keepdims=True)), -np.finfo(np.float64).max))


def softmax_balls(z: list[arb]) -> list[arb]:
    """Softmax of balls."""
    top = max(z, key=lambda ball: float(ball.mid()))
    weights = [(token - top).exp() for token in z]
    total = sum(weights, arb(0))
    return [weight / total for weight in weights]


@register
class Softmax(Normaliser):
    """Softmax: exponentials over their sum. Source: Bridle (1990)."""

    name = "softmax"
    title = "softmax"
    definition = r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}"
    source = "Bridle, Probabilistic interpretation of feedforward classification network outputs (1990)"

    def _values(self, z: Float64) -> Float64:
        return softmax(z)

    def _pull(self, z: Float64, grad: Float64) -> Float64:
        return through(softmax(z), grad)

    def _balls(self, z: list[arb]) -> list[arb]:
        return softmax_balls(z)


@register
class ScalableSoftmax(Normaliser):
    """Scalable softmax: a scale that grows with the logarithm of the length. Source: Nakanishi (2025)."""

    name = "scalable-softmax"
    title = "scalable softmax (SSMax)"
    definition = r"p = \mathrm{softmax}(s \log n \cdot z)"
    source = "Nakanishi, Scalable-Softmax Is Superior for Attention (arXiv 2501.19399)"

    def _refuse(self, n: int, **settings: Any) -> None:
        as_positive(settings["s"], "s")

    def _values(self, z: Float64, *, s: float = 1.0) -> Float64:
        return softmax(lifted(z, s * math.log(z.shape[-1])))

    def _pull(self, z: Float64, grad: Float64, *, s: float = 1.0) -> Float64:
        return s * math.log(z.shape[-1]) * through(self._values(z, s=s), grad)

    def _balls(self, z: list[arb], *, s: float = 1.0) -> list[arb]:
        scale = arb(s) * arb(len(z)).log()
        return softmax_balls([scale * token for token in z])


# Coefficients of the published fit of the scale to the entropy, highest degree first.
_FIT = (-0.037, 0.481, -2.3, 4.917, -1.791)
_CONFIDENT = 0.5


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

    def _values(self, z: Float64) -> Float64:
        return softmax(lifted(z, self._scale(softmax(z))[0]))

    def _pull(self, z: Float64, grad: Float64) -> Float64:
        first, gap = softmax(z), lifted(z)
        scale, slope = self._scale(first)
        back = through(softmax(lifted(z, scale)), grad)
        along = (back * gap).sum(axis=-1, keepdims=True) * slope
        # The entropy of softmax(z) has the gradient -J z, J its Jacobian.
        return np.asarray(scale * back - along * through(first, gap))

    def _balls(self, z: list[arb]) -> list[arb]:
        first = softmax_balls(z)
        entropy = -sum((p * p.log() for p in first), arb(0))
        # The coefficients are the float64 numbers that they are in the tier of floats.
        scale = arb(0)
        for coefficient in _FIT:
            scale = scale * entropy + arb(coefficient)
        if entropy <= _CONFIDENT or scale <= 1:
            return softmax_balls(z)
        if not (entropy > _CONFIDENT and scale > 1):
            scale = arb(1).union(scale)
        return softmax_balls([scale * token for token in z])

    @staticmethod
    def _scale(p: Float64) -> tuple[Float64, Float64]:
        """Return the scale and its derivative in the entropy."""
        entropy = -(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=-1, keepdims=True)
        fit = np.polyval(_FIT, entropy)
        sharpened = (entropy > _CONFIDENT) & (fit > 1)
        return np.where(sharpened, fit, 1.0), np.where(sharpened, np.polyval(np.polyder(np.array(_FIT)), entropy), 0.0)


@register
class MultiMax(Normaliser):
    """Softmax of logits bent at two points: slope t_b below b, 1 between, t_d above d. Source: Zhou et al. (2024).

    The modulator of first order. At the bends the derivative is that of the middle piece.
    """

    name = "multimax"
    title = "MultiMax"
    definition = r"p = \mathrm{softmax}(\sigma(z)), \quad \sigma(z) = z + (1 - t_b) [b - z]_+ + (t_d - 1) [z - d]_+"
    source = "Zhou, Fritz & Keuper, MultiMax: Sparse and Multi-Modal Attention Learning (ICML 2024), eq. 6, first order"

    def _refuse(self, n: int, **settings: Any) -> None:
        for name in ("t_b", "b", "t_d", "d"):
            as_finite(settings[name], name, ())
        if settings["b"] > settings["d"]:
            raise ValueError(f"b is {settings['b']}, above d = {settings['d']}: the lower bend must not be the higher")

    def _values(self, z: Float64, *, t_b: float = 2.0, b: float = 0.5, t_d: float = 0.5, d: float = 1.5) -> Float64:
        bent = self._bent(z, t_b, b, t_d, d)
        if np.isfinite(bent).all():
            return softmax(bent)
        # Slopes and bends are homogeneous: what is small enough not to overflow is bent alike.
        small = 2.0**-4 / max(1.0, abs(t_b), abs(t_d))
        return softmax(lifted(self._bent(small * z, t_b, small * b, t_d, small * d), 1 / small))

    def _pull(
        self, z: Float64, grad: Float64, *, t_b: float = 2.0, b: float = 0.5, t_d: float = 0.5, d: float = 1.5
    ) -> Float64:
        slope = np.where(z < b, t_b, np.where(z > d, t_d, 1.0))
        return slope * through(self._values(z, t_b=t_b, b=b, t_d=t_d, d=d), grad)

    @staticmethod
    def _bent(z: Float64, t_b: float, b: float, t_d: float, d: float) -> Float64:
        with np.errstate(over="ignore"):
            return np.asarray(z + (1 - t_b) * np.maximum(b - z, 0.0) + (t_d - 1) * np.maximum(z - d, 0.0))

    def _balls(self, z: list[arb], *, t_b: float = 2.0, b: float = 0.5, t_d: float = 0.5, d: float = 1.5) -> list[arb]:
        bent = []
        for token in z:
            low, high = arb(b) - token, token - arb(d)
            bent.append(
                token + ((1 - arb(t_b)) * low if low > 0 else arb(0)) + ((arb(t_d) - 1) * high if high > 0 else arb(0))
            )
        return softmax_balls(bent)


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

    def _values(self, z: Float64, *, normalised: bool = False) -> Float64:
        return self._factor(z, normalised) * softmax(z)

    def _pull(self, z: Float64, grad: Float64, *, normalised: bool = False) -> Float64:
        p, factor = softmax(z), self._factor(z, normalised)
        direct, back = grad * p, _through_product(p, grad, factor)
        if not normalised:
            return np.asarray(direct + back)
        low, high = np.minimum(z.min(axis=-1, keepdims=True), 0.0), np.maximum(z.max(axis=-1, keepdims=True), 0.0)
        width = high - low
        out = direct / width + back
        to_low = -((1 - factor) * direct).sum(axis=-1, keepdims=True) / width
        to_high = -(factor * direct).sum(axis=-1, keepdims=True) / width
        for where, amount, moves in ((z.argmin(-1), to_low, low < 0), (z.argmax(-1), to_high, high > 0)):
            place = where[..., None]
            kept = np.take_along_axis(out, place, -1)
            np.put_along_axis(out, place, kept + np.where(moves, amount, 0.0), -1)
        return np.asarray(out)

    def _balls(self, z: list[arb], *, normalised: bool = False) -> list[arb]:
        p = softmax_balls(z)
        if not normalised:
            return [token * weight for token, weight in zip(z, p, strict=True)]
        low, high = min(arb(0), *z), max(arb(0), *z)
        if low == high:
            raise Undefined(_ALL_ZERO)
        return [(token - low) / (high - low) * weight for token, weight in zip(z, p, strict=True)]

    @staticmethod
    def _factor(z: Float64, normalised: bool) -> Float64:
        if not normalised:
            return z
        low, high = np.minimum(z.min(axis=-1, keepdims=True), 0.0), np.maximum(z.max(axis=-1, keepdims=True), 0.0)
        if (low == high).any():
            raise Undefined(_ALL_ZERO)
        return np.asarray((z - low) / (high - low))


def _through_product(p: Float64, grad: Float64, factor: Float64) -> Float64:
    """Multiply the Jacobian of softmax by grad * factor, which may overflow where its differences at p do not count."""
    size = math.frexp(np.abs(grad).max(initial=0.0))[1] + math.frexp(np.abs(factor).max(initial=0.0))[1]
    small = math.ldexp(1.0, min(0, 1020 - size))
    with np.errstate(over="ignore"):
        return through(p, grad * (small * factor)) / small


_ALL_ZERO = "z: every logit of a row is 0, where the normalised self-adjust softmax is 0/0; change one of them"


@register
class SoftplusReweighted(Normaliser):
    """Softplus over its sum, sharpened by a power and normalised again; for the definition stated.

    The stages of Gao, Spratling & Gionfrida (arXiv 2501.13428) in their simplest form: without the dynamic
    scale, and with a plain power in place of their re-weighting.
    """

    name = "softplus-reweighted"
    title = "softplus attention with re-weighting"
    definition = r"p_i = \frac{s_i^r}{\sum_j s_j^r}, \quad s_i = \frac{\log(1 + e^{z_i})}{\sum_j \log(1 + e^{z_j})}"
    source = "for the definition stated; after Gao, Spratling & Gionfrida (arXiv 2501.13428), without their scale"

    def _refuse(self, n: int, **settings: Any) -> None:
        as_positive(settings["r"], "r")

    def _values(self, z: Float64, *, r: float = 3.0) -> Float64:
        return softmax(lifted(self._log_softplus(z), r))

    def _pull(self, z: Float64, grad: Float64, *, r: float = 3.0) -> Float64:
        # The logarithm of softplus has the slope sigmoid / softplus, which tends to 1 where both vanish.
        slope = np.exp(np.minimum(-np.logaddexp(0.0, -z) - self._log_softplus(z), 0.0))
        return r * slope * through(self._values(z, r=r), grad)

    def _balls(self, z: list[arb], *, r: float = 3.0) -> list[arb]:
        powers = [token.exp().log1p() ** arb(r) for token in z]
        total = sum(powers, arb(0))
        return [power / total for power in powers]

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

    def _refuse(self, n: int, **settings: Any) -> None:
        if as_positive(settings["gate"], "gate") > 1:
            raise ValueError(f"gate is {settings['gate']}: a gate lies in (0, 1]")

    def _values(self, z: Float64, *, gate: float = 0.5) -> Float64:
        return gate * softmax(z)

    def _pull(self, z: Float64, grad: Float64, *, gate: float = 0.5) -> Float64:
        return gate * through(softmax(z), grad)

    def _balls(self, z: list[arb], *, gate: float = 0.5) -> list[arb]:
        return [arb(gate) * weight for weight in softmax_balls(z)]
