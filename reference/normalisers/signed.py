"""Weights that may be negative: a difference of two rows, linear attention with its magnitude, powers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flint import arb

from ..budgets.running_error import Arithmetic, Rounded
from ..formats import Format
from ..inputs import Float64, as_finite
from .base import Normaliser, as_count, as_positive, register
from .parts import careful_softmax, careful_through, softmax_balls
from .profile import Profile


@register
class DifferentialSoftmax(Normaliser):
    """Softmax less a multiple of the softmax of another row: differential attention. Source: Ye et al. (2024).

    The other row is a parameter, with no derivative here: a number for each token, or fewer that are repeated along the
    tokens. In the paper lambda is learned, from 0.2 in the first layer on; here it is a number.
    """

    name = "differential-softmax"
    title = "differential attention"
    definition = r"p = \mathrm{softmax}(z) - \lambda \, \mathrm{softmax}(z')"
    source = "Ye et al., Differential Transformer (arXiv 2410.05258)"
    profile = Profile(
        {"lam": 0.5, "other": (1.0, 0.0)},
        others=({"lam": 0.25, "other": (0.0, -2.0, 0.5)}, {"lam": 0.03125}, {"lam": 0.9375}),
        true=frozenset({"shift"}),
        placed=True,
        rows=("other",),
    )

    def _refuse(self, n: int, **settings: Any) -> None:
        as_finite(settings["lam"], "lam", ())

    def _balls(self, z: list[arb], *, lam: float, other: Float64) -> list[arb]:
        second = softmax_balls([arb(token) for token in other.tolist()])
        return [one - arb(lam) * two for one, two in zip(softmax_balls(z), second, strict=True)]

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, lam: float, other: Float64) -> Rounded:
        second = careful_softmax(arithmetic.near(other, 1))
        return careful_softmax(arithmetic.exact(z)) - arithmetic.near(lam, 1) * second

    def _careful_pull(
        self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, lam: float, other: Float64
    ) -> Rounded:
        return careful_through(careful_softmax(arithmetic.exact(z)), grad, out)


@register
class Polynomial(Normaliser):
    """Powers of the logits over the root of the length, not normalised. Source: Saratchandran et al. (2024).

    An odd power keeps the sign, and so makes negative weights.
    """

    name = "polynomial"
    title = "polynomial attention"
    definition = r"p_i = \frac{z_i^k}{\sqrt n}"
    source = (
        "Saratchandran et al., Rethinking Attention: Polynomial Alternatives to Softmax in Transformers "
        "(arXiv 2410.18613)"
    )
    profile = Profile(
        {"power": 3}, others=({"power": 1},), true=frozenset({"order", "permutation"}), marks=(0.0,), lifts=False
    )

    def _refuse(self, n: int, **settings: Any) -> None:
        as_count(settings["power"], "power")

    def _balls(self, z: list[arb], *, power: int) -> list[arb]:
        return [token**power / arb(len(z)).sqrt() for token in z]

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, power: int) -> Rounded:
        return self._power(z, arithmetic, power) * arithmetic.near(1 / math.sqrt(z.shape[-1]), 3)

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, power: int) -> Rounded:
        scale = arithmetic.near(power / math.sqrt(z.shape[-1]), 4)
        return arithmetic.exact(grad) * scale * self._power(z, arithmetic, power - 1)

    @staticmethod
    def _power(z: Float64, arithmetic: Arithmetic, power: int) -> Rounded:
        """Powers by products, or by a library that is right to a few units; infinitely wrong where they overflow."""
        found = arithmetic.exact(np.ones_like(z))
        for _ in range(power):
            found = found * arithmetic.exact(z)
        return found.off(4 * arithmetic.u * found.size + np.where(found.size > arithmetic.form.largest, np.inf, 0.0))


@register
class MagnitudeAwareLinear(Normaliser):
    """Linear attention that keeps the magnitude of the query (MALA). Source: Fan et al. (2025).

    Its similarities are products of positive features, elu + 1; here they are those of one feature and a query at 0, so
    that every row of positive similarities belongs to a row of logits. The weights sum to S/(S + eps), and may be
    negative.
    """

    name = "mala"
    title = "magnitude-aware linear attention (MALA)"
    definition = (
        r"p_i = \Bigl(1 + \frac{1}{S + \varepsilon}\Bigr) \frac{s \, \phi(z_i)}{n} - \frac{S}{n}, \quad "
        r"S = \frac{s}{n} \sum_j \phi(z_j), \quad \phi(x) = \mathrm{elu}(x) + 1"
    )
    source = (
        "Fan et al., Rectifying Magnitude Neglect in Linear Attention (arXiv 2507.00698), as in its code, "
        "https://github.com/qhfan/MALA"
    )
    profile = Profile(
        {"scale": 1.0, "eps": 1e-6},
        others=({"scale": 0.25},),
        true=frozenset({"order", "permutation"}),
        marks=(0.0,),
        lifts=False,
    )

    def _refuse(self, n: int, **settings: Any) -> None:
        as_positive(settings["scale"], "scale")
        as_positive(settings["eps"], "eps")

    def _balls(self, z: list[arb], *, scale: float, eps: float) -> list[arb]:
        similar = [token + 1 if token > 0 else token.exp() for token in z]
        magnitude = arb(scale) * sum(similar, arb(0)) / len(z)
        steep = (1 + 1 / (magnitude + arb(eps))) * arb(scale)
        return [(steep * each - magnitude) / len(z) for each in similar]

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, scale: float, eps: float) -> Rounded:
        n, similar = arithmetic.exact(float(z.shape[-1])), self._similar(z, arithmetic)
        magnitude, steep = self._magnitude(similar, arithmetic, scale, eps)
        large = steep * (similar / n)
        # The factor and the sum may be multiplied and divided in another order.
        return (large - magnitude / n).off(4 * arithmetic.u * (large.size + magnitude.size / n.value))

    def _careful_pull(
        self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, scale: float, eps: float
    ) -> Rounded:
        n, similar = arithmetic.exact(float(z.shape[-1])), self._similar(z, arithmetic)
        magnitude, steep = self._magnitude(similar, arithmetic, scale, eps)
        g, one, factor = arithmetic.exact(grad), arithmetic.exact(1.0), arithmetic.near(scale, 1)
        below = magnitude + arithmetic.near(eps, 1)
        through = (g * (factor * similar / (below * below) + one)).total() / n * factor
        slope = np.where(z > 0, 1.0, np.exp(np.minimum(z, 0.0)))
        own = arithmetic.exact(0.0).elementary(slope, np.zeros_like(slope))
        moved = g * steep - through
        return moved.off(4 * arithmetic.u * ((g * steep).size + through.size)) * own / n

    @staticmethod
    def _similar(z: Float64, arithmetic: Arithmetic) -> Rounded:
        """Similarities; elu may go by expm1, which loses what is small against 1."""
        low = np.exp(np.minimum(z, 0.0))
        value = np.where(z > 0, z + 1, low)
        return arithmetic.exact(0.0).elementary(value, np.where(z > 0, arithmetic.u * value, arithmetic.u))

    @staticmethod
    def _magnitude(similar: Rounded, arithmetic: Arithmetic, scale: float, eps: float) -> tuple[Rounded, Rounded]:
        """Return S, and the factor of each similarity before it is divided by n."""
        n = arithmetic.exact(float(similar.value.shape[-1]))
        magnitude = (similar / n).total() * arithmetic.near(scale, 1)
        one = arithmetic.exact(1.0)
        return magnitude, (one + one / (magnitude + arithmetic.near(eps, 1))) * arithmetic.near(scale, 1)
