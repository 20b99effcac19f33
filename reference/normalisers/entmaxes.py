"""The family of entmax, solved by the exact solvers, and what reduces to it."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, ctx

from ..enclosures.ball_rows import Scores, ball, ball_row
from ..inputs import Float64, as_alpha, as_finite
from ..values.derivatives import vjp
from ..values.mapping import entmax
from .base import Normaliser, register
from .softmaxes import lifted


def scaled_balls(z: list[arb], scale: arb, alpha: Fraction) -> list[arb]:
    """Entmax of scale * z, from exact logits."""
    scores = Scores(z, [arb(0)] * len(z), list(range(len(z))), scale)
    return ball_row(scores, alpha, ctx.prec).p


@register
class Sparsemax(Normaliser):
    """Sparsemax: the nearest point of the simplex. Source: Martins & Astudillo (2016).

    Where a token lies on the threshold the derivative is that of the strict support.
    """

    name = "sparsemax"
    title = "sparsemax"
    definition = r"p = \operatorname{argmin}_{p \in \Delta} \Vert p - z \Vert_2, \quad p_i = [z_i - \tau]_+"
    source = "Martins & Astudillo, From Softmax to Sparsemax (ICML 2016)"

    def _values(self, z: Float64) -> Float64:
        return entmax(z, 2.0)

    def _pull(self, z: Float64, grad: Float64) -> Float64:
        return vjp(z, grad, 2.0)

    def _balls(self, z: list[arb]) -> list[arb]:
        return scaled_balls(z, arb(1), Fraction(2))


@register
class AlphaEntmax(Normaliser):
    """Alpha-entmax. Source: Peters, Niculae & Martins (2019).

    For alpha >= 2, where a token lies on the threshold, the derivative is that of the strict support.
    """

    name = "alpha-entmax"
    title = "α-entmax"
    definition = r"p_i = [(\alpha - 1) z_i - \tau]_+^{1/(\alpha - 1)}"
    source = "Peters, Niculae & Martins, Sparse Sequence-to-Sequence Models (ACL 2019)"

    def _refuse(self, n: int, **settings: Any) -> None:
        as_alpha(settings["alpha"])

    def _values(self, z: Float64, *, alpha: float | Fraction = 1.5) -> Float64:
        return entmax(z, alpha)

    def _pull(self, z: Float64, grad: Float64, *, alpha: float | Fraction = 1.5) -> Float64:
        return vjp(z, grad, alpha)

    def _balls(self, z: list[arb], *, alpha: float | Fraction = 1.5) -> list[arb]:
        return scaled_balls(z, arb(1), Fraction(alpha))


@register
class AdaptiveScalableEntmax(Normaliser):
    """Entmax whose scale follows a power of the logarithm of the length: ASEntmax. Source: Vasylenko et al. (2025).

    In the paper beta and gamma are learned for each head and query (beta = softplus, gamma = s tanh); here they are
    numbers. A row of one token has weight 1 whatever the scale.
    """

    name = "asentmax"
    title = "adaptive-scalable entmax (ASEntmax)"
    definition = r"p = \mathrm{entmax}_\alpha(\theta_n z), \quad \theta_n = \delta + \beta (\log n)^\gamma"
    source = "Vasylenko et al., Long-Context Generalization with Sparse Attention (arXiv 2506.16640)"

    def _refuse(self, n: int, **settings: Any) -> None:
        as_alpha(settings["alpha"])
        delta, beta, _ = (float(as_finite(settings[name], name, ())) for name in ("delta", "beta", "gamma"))
        if delta < 0 or beta < 0 or delta + beta == 0:
            raise ValueError(f"delta = {delta} and beta = {beta} must not be negative, nor both be zero")

    def _values(
        self, z: Float64, *, alpha: float = 1.5, delta: float = 1.0, beta: float = 1.0, gamma: float = 0.5
    ) -> Float64:
        return entmax(lifted(z, self._scale(z, delta, beta, gamma)), alpha)

    def _pull(
        self,
        z: Float64,
        grad: Float64,
        *,
        alpha: float = 1.5,
        delta: float = 1.0,
        beta: float = 1.0,
        gamma: float = 0.5,
    ) -> Float64:
        scale = self._scale(z, delta, beta, gamma)
        return scale * vjp(lifted(z, scale), grad, alpha)

    def _balls(
        self, z: list[arb], *, alpha: float = 1.5, delta: float = 1.0, beta: float = 1.0, gamma: float = 0.5
    ) -> list[arb]:
        if len(z) == 1:
            return [arb(1)]
        scale = arb(delta) + arb(beta) * arb(len(z)).log() ** arb(gamma)
        return scaled_balls(z, scale, Fraction(alpha))

    @staticmethod
    def _scale(z: Float64, delta: float, beta: float, gamma: float) -> float:
        return float(delta + beta * math.log(z.shape[-1]) ** gamma) if z.shape[-1] > 1 else 1.0


@register
class Normmax(Normaliser):
    """Alpha-normmax: regularised by the alpha-norm. Source: Blondel, Martins & Niculae (2020).

    The optimality conditions make it a power of entmax with another exponent: p is proportional to
    entmax_a'(z alpha / (alpha - 1))^(1/alpha) with a' = 2 - 1/alpha. So the exact solvers serve it.
    """

    name = "normmax"
    title = "α-normmax"
    definition = (
        r"p = \operatorname{argmax}_{p \in \Delta} \langle p, z \rangle - \Vert p \Vert_\alpha, \quad "
        r"p_i \propto [z_i - \tau]_+^{1/(\alpha - 1)}, \; \sum_i [z_i - \tau]_+^{\alpha/(\alpha - 1)} = 1"
    )
    source = "Blondel, Martins & Niculae, Learning with Fenchel-Young Losses (JMLR 2020); entmax 1.3, normmax_bisect"

    def _refuse(self, n: int, **settings: Any) -> None:
        if as_alpha(settings["alpha"]) == 1:
            raise ValueError("alpha is 1: normmax needs more than 1")

    def _values(self, z: Float64, *, alpha: float | Fraction = 2.0) -> Float64:
        powers = self._powers(z, alpha)
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True))

    def _pull(self, z: Float64, grad: Float64, *, alpha: float | Fraction = 2.0) -> Float64:
        powers = self._powers(z, alpha)
        total = powers.sum(axis=-1, keepdims=True)
        p = powers / total
        centred = (grad - (p * grad).sum(axis=-1, keepdims=True)) / total
        bent = np.power(powers, 2 - float(alpha), out=np.zeros_like(p), where=powers > 0) * centred
        return np.asarray((bent - p * bent.sum(axis=-1, keepdims=True)) / (float(alpha) - 1))

    def _balls(self, z: list[arb], *, alpha: float | Fraction = 2.0) -> list[arb]:
        order = Fraction(alpha)
        masses = scaled_balls(z, ball(order / (order - 1)), 2 - 1 / order)
        power = ball(1 / order)
        powers = [m**power if m > 0 else arb(0) if m == 0 else arb(0).union(m.upper() ** power) for m in masses]
        total = sum(powers, arb(0))
        return [weight / total for weight in powers]

    @staticmethod
    def _powers(z: Float64, alpha: float | Fraction) -> Float64:
        """[z - tau]_+^(1/(alpha - 1)): the weights before they are divided by their sum."""
        order = Fraction(alpha)
        masses = entmax(lifted(z, float(order / (order - 1))), 2 - 1 / order)
        return np.asarray(masses ** float(1 / order))
