"""The family of entmax, solved by the exact solvers, and what reduces to it."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from ..budgets.mapping import vjp_budget
from ..budgets.running_error import Arithmetic, Rounded
from ..enclosures.ball_rows import ball
from ..formats import Format
from ..inputs import Alpha, Float64, as_alpha, as_finite
from ..values.derivatives import vjp
from ..values.mapping import entmax
from .base import Normaliser, register
from .parts import FLOAT64, careful_entmax, careful_shares, lifted, scaled_balls, shares_of, stored
from .profile import Profile


class EntmaxOf(Normaliser):
    """Entmax of logits times a scale that depends on the length; where alpha is not a parameter, it is 2."""

    def _scale(self, n: int, arithmetic: Arithmetic, *_: Any, **settings: Any) -> Rounded:
        """Return the scale of a row of n tokens."""
        return arithmetic.exact(1.0)

    def _scale_ball(self, n: int, *_: Any, **settings: Any) -> arb:
        """Return the scale in balls."""
        return arb(1)

    def _values(self, z: Float64, *_: Any, alpha: Alpha = 2.0, **settings: Any) -> Float64:
        return entmax(_scaled(z, self._scale(z.shape[-1], FLOAT64, **settings)), alpha)

    def _pull(self, z: Float64, grad: Float64, *_: Any, alpha: Alpha = 2.0, **settings: Any) -> Float64:
        scale = self._scale(z.shape[-1], FLOAT64, **settings)
        return scale.value * vjp(_scaled(z, scale), grad, alpha)

    def _balls(self, z: list[arb], *_: Any, alpha: Alpha = 2.0, **settings: Any) -> list[arb]:
        return scaled_balls(z, self._scale_ball(len(z), **settings), Fraction(alpha))

    def _careful(self, z: Float64, arithmetic: Arithmetic, *_: Any, alpha: Alpha = 2.0, **settings: Any) -> Rounded:
        return careful_entmax(_drifted(z, self._scale(z.shape[-1], arithmetic, **settings)), float(alpha))

    def _careful_pull(
        self,
        z: Float64,
        grad: Float64,
        arithmetic: Arithmetic,
        out: Format,
        *_: Any,
        alpha: Alpha = 2.0,
        **settings: Any,
    ) -> Rounded:
        scale = self._scale(z.shape[-1], arithmetic, **settings)
        x, order = _drifted(z, scale), float(alpha)
        drift = x.error.reshape(-1, z.shape[-1])
        allowed = vjp_budget(x.value, grad, order, out, compute_dtype=arithmetic.form, drift=drift)
        return scale * Rounded(vjp(x.value, grad, order), allowed, arithmetic)


def _scaled(z: Float64, scale: Rounded) -> Float64:
    return z if scale.value == 1 else lifted(z, scale.value)


def _drifted(z: Float64, scale: Rounded) -> Rounded:
    """Scale logits; the subtraction of the maximum is in the envelope's own model."""
    x, u = lifted(z, scale.value), scale.arithmetic.u
    return scale.arithmetic.exact(x).off((scale.error / np.abs(scale.value) + u * (scale.error > 0)) * np.abs(x))


@register
class Sparsemax(EntmaxOf):
    """Sparsemax: the nearest point of the simplex. Source: Martins & Astudillo (2016).

    Where a token lies on the threshold the derivative is that of the strict support.
    """

    name = "sparsemax"
    title = "sparsemax"
    definition = r"p = \operatorname{argmin}_{p \in \Delta} \Vert p - z \Vert_2, \quad p_i = [z_i - \tau]_+"
    source = "Martins & Astudillo, From Softmax to Sparsemax (ICML 2016)"
    profile = Profile(aim=2.0)


@register
class AlphaEntmax(EntmaxOf):
    """Alpha-entmax. Source: Peters, Niculae & Martins (2019).

    For alpha >= 2, where a token lies on the threshold, the derivative is that of the strict support.
    """

    name = "alpha-entmax"
    title = "α-entmax"
    definition = r"p_i = [(\alpha - 1) z_i - \tau]_+^{1/(\alpha - 1)}"
    source = "Peters, Niculae & Martins, Sparse Sequence-to-Sequence Models (ACL 2019)"
    profile = Profile({"alpha": 1.5})

    def _refuse(self, n: int, **settings: Any) -> None:
        as_alpha(settings["alpha"])


@register
class AdaptiveScalableEntmax(EntmaxOf):
    """Entmax whose scale follows a power of the logarithm of the length: ASEntmax. Source: Vasylenko et al. (2025).

    In the paper beta and gamma are learned for each head and query (beta = softplus, gamma = s tanh); here they are
    numbers. A row of one token has weight 1 whatever the scale.
    """

    name = "asentmax"
    title = "adaptive-scalable entmax (ASEntmax)"
    definition = r"p = \mathrm{entmax}_\alpha(\theta_n z), \quad \theta_n = \delta + \beta (\log n)^\gamma"
    source = "Vasylenko et al., Long-Context Generalization with Sparse Attention (arXiv 2506.16640)"
    profile = Profile(
        {"alpha": 1.5, "delta": 1.0, "beta": 1.0, "gamma": 0.5}, others=({"delta": 0.5, "beta": 0.75, "gamma": 1.0},)
    )

    def _refuse(self, n: int, **settings: Any) -> None:
        as_alpha(settings["alpha"])
        delta, beta, _ = (float(as_finite(settings[name], name, ())) for name in ("delta", "beta", "gamma"))
        if delta < 0 or beta < 0 or delta + beta == 0:
            raise ValueError(f"delta = {delta} and beta = {beta} must not be negative, nor both be zero")

    def _scale(self, n: int, arithmetic: Arithmetic, *, delta: float, beta: float, gamma: float) -> Rounded:
        if n == 1:
            return arithmetic.exact(1.0)
        log = math.log(n)
        # The power as exp2(gamma log2 log n), the logarithm off by four units, then a product and a sum.
        units = 14 + 5 * abs(gamma) * (1 + abs(math.log(log)))
        return arithmetic.near(delta, 1) + arithmetic.near(beta * log**gamma, units)

    def _scale_ball(self, n: int, *, delta: float, beta: float, gamma: float) -> arb:
        return arb(1) if n == 1 else arb(delta) + arb(beta) * arb(n).log() ** arb(gamma)


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
    profile = Profile({"alpha": 2.0})

    def _refuse(self, n: int, **settings: Any) -> None:
        if as_alpha(settings["alpha"]) == 1:
            raise ValueError("alpha is 1: normmax needs more than 1")

    def _pull(self, z: Float64, grad: Float64, *, alpha: Alpha) -> Float64:
        powers = self._powers(z, FLOAT64, alpha).value
        total = powers.sum(axis=-1, keepdims=True)
        p = powers / total
        centred = (grad - (p * grad).sum(axis=-1, keepdims=True)) / total
        bent = np.power(powers, 2 - float(alpha), out=np.zeros_like(p), where=powers > 0) * centred
        return np.asarray((bent - p * bent.sum(axis=-1, keepdims=True)) / (float(alpha) - 1))

    def _balls(self, z: list[arb], *, alpha: Alpha) -> list[arb]:
        order = Fraction(alpha)
        masses = scaled_balls(z, ball(order / (order - 1)), 2 - 1 / order)
        power = ball(1 / order)
        return shares_of(
            [m**power if m > 0 else arb(0) if m == 0 else arb(0).union(m.upper() ** power) for m in masses]
        )

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, alpha: Alpha) -> Rounded:
        return careful_shares(self._powers(z, arithmetic, alpha))

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, alpha: Alpha) -> Rounded:
        powers, power = self._powers(z, arithmetic, alpha), 2 - float(alpha)
        total = powers.total()
        p, g = stored(powers / total, out), arithmetic.exact(grad)
        centred = (g - (p * g).total()) / total
        saved = stored(powers, out)
        live = saved.error > 0
        low, high = np.maximum(saved.value - saved.error, 0.0), saved.value + saved.error
        with np.errstate(divide="ignore"):
            ends = [np.where(live, np.where(live, each, 1.0) ** power, 0.0) for each in (low, saved.value, high)]
        bent = ends[1]
        log = np.abs(power * np.log(np.where(saved.value > 0, saved.value, 1.0)))
        slack = np.maximum(np.abs(ends[0] - bent), np.abs(ends[2] - bent)) + arithmetic.u * (5 + 3 * log) * bent
        jump = (live & (low == 0)).any(axis=-1, keepdims=True) & (power <= 0)
        bent = np.where(np.isfinite(bent), bent, 0.0)
        slope = Rounded(bent, np.where(jump | ~np.isfinite(slack), np.inf, slack), arithmetic)
        back = slope * centred
        return (back - p * back.total()) / arithmetic.near(float(alpha) - 1, 2)

    @staticmethod
    def _powers(z: Float64, arithmetic: Arithmetic, alpha: Alpha) -> Rounded:
        """[z - tau]_+^(1/(alpha - 1)), powers of an entmax: the weights before they are divided by their sum."""
        order = Fraction(alpha)
        masses = arithmetic.exact(lifted(z, float(order / (order - 1))))
        found = careful_entmax(masses.off(arithmetic.u * np.abs(masses.value)), float(2 - 1 / order))
        low, mid, high = (
            np.maximum(each, 0.0) ** float(1 / order)
            for each in (found.value - found.error, found.value, found.value + found.error)
        )
        log = np.abs(np.log(np.where(mid > 0, mid, 1.0)))
        error = np.maximum(high - mid, mid - low)
        return Rounded(mid, error + arithmetic.u * (4 + 3 * log) * (mid + error) * (error > 0), arithmetic)
