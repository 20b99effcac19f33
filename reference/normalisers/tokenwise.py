"""Weights that are not normalised: each token on its own, or a share of what others leave."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flint import arb

from ..budgets.running_error import Arithmetic, Rounded
from ..formats import Format
from ..inputs import Float64, as_finite
from .base import Normaliser, register
from .parts import stored
from .profile import Profile


@register
class RectifiedLinear(Normaliser):
    """Rectified linear attention (ReLA): logits cut at zero, not normalised. Source: Zhang, Titov & Sennrich (2021).

    The paper normalises the output of attention instead of the weights. At zero the derivative is 0.
    """

    name = "rectified-linear"
    title = "rectified linear attention (ReLA)"
    definition = r"p_i = [z_i]_+"
    source = "Zhang, Titov & Sennrich, Sparse Attention with Linear Units (EMNLP 2021)"
    profile = Profile(true=frozenset({"order", "permutation"}), marks=(0.0,), lifts=False)

    def _balls(self, z: list[arb]) -> list[arb]:
        return [token if token > 0 else arb(0) for token in z]

    def _careful(self, z: Float64, arithmetic: Arithmetic) -> Rounded:
        return arithmetic.exact(z).clip(0.0)

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format) -> Rounded:
        return arithmetic.exact(np.where(z > 0, grad, 0.0)).off(np.where(z == 0, np.inf, 0.0))


@register
class SigmoidAttention(Normaliser):
    """Sigmoids, each token on its own, with the bias -log n unless one is given. Source: Ramapuram et al. (2024)."""

    name = "sigmoid"
    title = "sigmoid attention"
    definition = r"p_i = \frac{1}{1 + e^{-(z_i + b)}}, \quad b = -\log n"
    source = "Ramapuram et al., Theory, Analysis, and Best Practices for Sigmoid Self-Attention (arXiv 2409.04431)"
    profile = Profile({"bias": None}, others=({"bias": 0.5},), true=frozenset({"order", "permutation"}), lifts=False)

    def _refuse(self, n: int, **settings: Any) -> None:
        if settings["bias"] is not None:
            as_finite(settings["bias"], "bias", ())

    def _balls(self, z: list[arb], *, bias: float | None) -> list[arb]:
        shift = -arb(len(z)).log() if bias is None else arb(bias)
        return [1 / (1 + (-token - shift).exp()) for token in z]

    def _careful(self, z: Float64, arithmetic: Arithmetic, *, bias: float | None) -> Rounded:
        shift = arithmetic.near(-math.log(z.shape[-1]), 4) if bias is None else arithmetic.near(bias, 1)
        return (arithmetic.exact(z) + shift).sigmoid()

    def _careful_pull(
        self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format, *, bias: float | None
    ) -> Rounded:
        p = stored(self._careful(z, arithmetic, bias=bias), out)
        return arithmetic.exact(grad) * p * (arithmetic.exact(1.0) - p)


@register
class StickBreaking(Normaliser):
    """Stick-breaking: the last token takes its share first, the one before a share of the rest. Tan et al. (2024)."""

    name = "stick-breaking"
    title = "stick-breaking attention"
    definition = r"p_i = \sigma(z_i) \prod_{j > i} (1 - \sigma(z_j)), \quad \sigma(x) = \frac{1}{1 + e^{-x}}"
    source = "Tan et al., Scaling Stick-Breaking Attention (arXiv 2410.17980)"
    profile = Profile(true=frozenset(), lifts=False)

    def _balls(self, z: list[arb]) -> list[arb]:
        weights, left = [], arb(1)
        for token in reversed(z):
            weights.append(left / (1 + (-token).exp()))
            left /= 1 + token.exp()
        return weights[::-1]

    def _careful(self, z: Float64, arithmetic: Arithmetic) -> Rounded:
        left, own, u = np.logaddexp(0.0, z), np.logaddexp(0.0, -z), arithmetic.u
        passed = Rounded(-left, 4 * u * left + 3 * u, arithmetic).apply(_reversed).running_total()
        behind = _one_later(passed).apply(_reversed)  # what the tokens behind leave, as a logarithm
        found = (behind - Rounded(own, 4 * u * own, arithmetic)).exp()
        # A product of shares, or the exponential of a sum that is not positive, is a share itself.
        return Rounded(found.value, np.fmin(found.error, np.maximum(found.value, 1 - found.value)), arithmetic)

    def _careful_pull(self, z: Float64, grad: Float64, arithmetic: Arithmetic, out: Format) -> Rounded:
        p, g, token = stored(self._careful(z, arithmetic), out), arithmetic.exact(grad), arithmetic.exact(z)
        taken = g * p
        before = _one_later(taken.running_total())
        # A program that sums all terms and takes the later ones off again loses what those are.
        spread: Float64 = 2 * arithmetic.summation(z.shape[-1]) * taken.size.sum(axis=-1, keepdims=True)
        return taken * (-token).sigmoid() - token.sigmoid() * before.off(spread)


def _reversed(x: Float64) -> Float64:
    return x[..., ::-1]


def _one_later(x: Rounded) -> Rounded:
    """Move every token's number to the next token; the first gets 0."""
    value, error = np.zeros_like(x.value), np.zeros_like(x.value)
    value[..., 1:], error[..., 1:] = x.value[..., :-1], x.error[..., :-1]
    return Rounded(value, error, x.arithmetic)
