"""Softmax of logits times a scale: one that follows the length as models in use have it, or the row's own deviation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..budgets.running_error import Arithmetic, Rounded
from ..formats import Format
from ..inputs import Float64, as_finite
from .base import Normaliser, Undefined, as_count, as_positive, register
from .parts import (
    FLOAT64,
    careful_lift,
    careful_softmax,
    careful_through,
    root,
    softmax_balls,
)
from .profile import Profile
from .softmaxes import LengthScaled


@register
class ScalableSoftmaxPlusOne(LengthScaled):
    """Scalable softmax with log(n + 1) for log n, as training code has it. Source: Nakanishi (2025).

    So a row of one token has a positive scale too.
    """

    name = "scalable-softmax-plus-one"
    title = "scalable softmax, log(n + 1)"
    definition = r"p = \mathrm{softmax}(s \log(n + 1) \cdot z)"
    source = "Nakanishi, Scalable-Softmax Is Superior for Attention (arXiv 2501.19399); log(n + 1) as in its code"
    profile = Profile({"s": 1.0}, others=({"s": 0.375},))

    def _refuse(self, n: int, **settings: Any) -> None:
        as_positive(settings["s"], "s")

    def _scale(self, n: int, *, s: float) -> tuple[float, float]:
        return s * math.log(n + 1), 6

    def _scale_ball(self, n: int, *, s: float) -> arb:
        return arb(s) * arb(n + 1).log()


@register
class Llama4Softmax(LengthScaled):
    """Softmax with the scale of Llama 4's layers without positions, which rises by steps. Source: Meta (2025).

    The scale of the query at place n (from 1) is 1 + a log(floor(n / L) + 1), with a = 0.1 and L = 8192; n counts the
    tokens that it sees.
    """

    name = "llama4-softmax"
    title = "softmax with Llama 4's scale"
    definition = r"p = \mathrm{softmax}(\theta_n z), \quad \theta_n = 1 + a \log(\lfloor n / L \rfloor + 1)"
    source = "Meta, Llama 4 (2025): attn_scale and floor_scale of its configuration, https://github.com/meta-llama/llama-models"
    profile = Profile({"a": 0.1, "L": 8192}, others=({"L": 2}, {"a": 0.5, "L": 3}))

    def _refuse(self, n: int, **settings: Any) -> None:
        as_positive(settings["a"], "a")
        as_count(settings["L"], "L")

    def _scale(self, n: int, *, a: float, L: int) -> tuple[float, float]:
        steps = n // L
        return 1 + a * math.log(steps + 1), 8 if steps else 0

    def _scale_ball(self, n: int, *, a: float, L: int) -> arb:
        return 1 + arb(a) * arb(n // L + 1).log()


@register
class QwenSoftmax(LengthScaled):
    """Softmax with Qwen's scale: 1 up to the length of training, log n over its logarithm beyond. Bai et al. (2023)."""

    name = "qwen-softmax"
    title = "softmax with Qwen's scale"
    definition = r"p = \mathrm{softmax}(\theta_n z), \quad \theta_n = \max\Bigl(1, \frac{\log n}{\log L}\Bigr)"
    source = "Bai et al., Qwen Technical Report (arXiv 2309.16609): LogN-scaling, with L = seq_length of the model"
    profile = Profile({"L": 2048}, others=({"L": 2}, {"L": 5}))

    def _refuse(self, n: int, **settings: Any) -> None:
        if as_count(settings["L"], "L") < 2:
            raise ValueError(
                f"L is {settings['L']}: the logarithm of the length of training must be positive; pass 2 or more"
            )

    def _scale(self, n: int, *, L: int) -> tuple[float, float]:
        return (math.log(n) / math.log(L), 10) if n > L else (1.0, 0)

    def _scale_ball(self, n: int, *, L: int) -> arb:
        return arb(n).log() / arb(L).log() if n > L else arb(1)


@register
class NormSoftmax(Normaliser):
    """Softmax of logits over their own standard deviation, which is at least eps. Source: Jiang et al. (2022).

    The deviation divides by n - correction: 0 for that of the row itself, 1 for the estimate that `torch.std` gives. At
    the deviation eps the derivative is that of the constant scale. It is not defined (0/0) for a single token with
    correction = 1, and with eps = 0 where all logits are equal.
    """

    name = "norm-softmax"
    title = "NormSoftmax"
    definition = (
        r"p = \mathrm{softmax}\Bigl(\frac{z}{\max(\sigma, \varepsilon)}\Bigr), \quad "
        r"\sigma^2 = \frac{1}{n - c} \sum_i (z_i - \bar z)^2"
    )
    source = (
        "for the definition stated; after NormSoftmax: Normalize the Input of Softmax to Accelerate and Stabilize "
        "Training (https://openreview.net/forum?id=4g7nCbpjNwd)"
    )
    profile = Profile({"eps": 1e-6, "correction": 0}, others=({"correction": 1}, {"eps": 0.5}))

    def _refuse(self, n: int, **settings: Any) -> None:
        if as_finite(settings["eps"], "eps", ()) < 0:
            raise ValueError(f"eps is {settings['eps']}: the least deviation must not be negative")
        if settings["correction"] not in (0, 1):
            raise ValueError(f"correction is {settings['correction']!r}: pass 0 or 1")
        if n < self.least_tokens(**settings):
            raise Undefined(_ONE_TOKEN)

    def least_tokens(self, **settings: Any) -> int:
        """As many as leave the deviation something to divide by."""
        return 1 + int(settings["correction"])

    def undefined(self, z: Float64, **settings: Any) -> NDArray[np.bool_]:
        """Rows of equal logits, if no least deviation is given."""
        return np.asarray((z == z[..., :1]).all(axis=-1) & (settings["eps"] == 0))

    def _values(self, z: Float64, **settings: Any) -> Float64:
        return careful_softmax(self._scaled(z, FLOAT64, **settings)[0]).value

    def _balls(self, z: list[arb], *, eps: float, correction: int) -> list[arb]:
        n, least = len(z), arb(eps)
        mean = sum(z, arb(0)) / n
        variance = sum(((token - mean) ** 2 for token in z), arb(0)) / (n - correction)
        if all(token == z[0] for token in z):
            if eps == 0:
                raise Undefined(_NO_DEVIATION)
            return [arb(1) / n] * n
        deviation = variance.sqrt()
        scale = deviation if deviation >= least else least if deviation < least else least.union(deviation)
        return softmax_balls([(token - z[0]) / scale for token in z])

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, eps: float, correction: int) -> Rounded:
        return careful_softmax(self._scaled(z, arithmetic, eps=eps, correction=correction)[0])

    def _careful_pull(
        self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, eps: float, correction: int
    ) -> Rounded:
        x, scale, centred, free, small = self._scaled(z, arithmetic, eps=eps, correction=correction)
        back = careful_through(careful_softmax(x), grad, out)
        count = arithmetic.exact(z.shape[-1] - correction)
        # The deviation's own derivative is a centred logit over it and the count; softmax falls with it by <back, x>.
        along = (back * x).total() / scale * (centred / scale) / count
        along = along.off(4 * arithmetic.u * along.size).apply(lambda moved: np.where(free > 0, moved, 0.0))
        found = (back / scale - along) * arithmetic.exact(small)
        return found.off(np.where(np.isnan(free), np.inf, 0.0))

    @staticmethod
    def _scaled(
        z: Float64, arithmetic: Arithmetic, *, eps: float, correction: int
    ) -> tuple[Rounded, Rounded, Rounded, Float64, Float64]:
        """Return the scaled logits, the scale, centred logits (all by a power of 2 that keeps squares finite).

        Fourth, whether the deviation counts, NaN where that is in doubt; last, that power.
        """
        n = z.shape[-1]
        small = np.ldexp(1.0, np.minimum(0, 480 - np.frexp(np.abs(z).max(axis=-1, keepdims=True))[1]))
        gaps = careful_lift(small * z, arithmetic)
        centred = gaps - gaps.total() / arithmetic.exact(float(n))
        squares = (centred * centred).total()
        # A program that does not scale overflows where the sum of squares does.
        lost = squares.size > arithmetic.form.largest * small**2
        deviation = root(squares / arithmetic.exact(float(n - correction))).off(np.where(lost, np.inf, 0.0))
        least = small * arithmetic.near(eps, 1).value
        equal = (z == z[..., :1]).all(axis=-1, keepdims=True)
        if eps == 0 and equal.any():
            raise Undefined(_NO_DEVIATION)
        doubt = np.abs(deviation.value - least) <= deviation.error + arithmetic.u * least
        free = np.where(doubt & ~equal, np.nan, np.where(deviation.value > least, 1.0, 0.0))
        error = np.where(
            deviation.value + deviation.error < least, arithmetic.u * least, deviation.error + arithmetic.u * least
        )
        scale = Rounded(np.maximum(deviation.value, least), error, arithmetic)
        return gaps / scale, scale, centred, free, small


_ONE_TOKEN = (
    "z: a row has a single live token, whose deviation with correction = 1 is 0/0; pass two tokens, or correction 0"
)
_NO_DEVIATION = "z: all logits of a row are equal, where NormSoftmax with eps = 0 is 0/0; pass a positive eps"
