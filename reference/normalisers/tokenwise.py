"""Weights that are not normalised: each token on its own, or a share of what others leave."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flint import arb

from ..inputs import Float64, as_finite
from .base import Normaliser, register


def sigmoid(x: Float64) -> Float64:
    """Compute ``1 / (1 + exp(-x))``."""
    from scipy.special import expit  # slow to import, and nothing else here needs it

    return np.asarray(expit(x), dtype=np.float64)


@register
class RectifiedLinear(Normaliser):
    """Rectified linear attention (ReLA): logits cut at zero, not normalised. Source: Zhang, Titov & Sennrich (2021).

    The paper normalises the output of attention instead of the weights. At zero the derivative is 0.
    """

    name = "rectified-linear"
    title = "rectified linear attention (ReLA)"
    definition = r"p_i = [z_i]_+"
    source = "Zhang, Titov & Sennrich, Sparse Attention with Linear Units (EMNLP 2021)"

    def _values(self, z: Float64) -> Float64:
        return np.maximum(z, 0.0)

    def _pull(self, z: Float64, grad: Float64) -> Float64:
        return np.where(z > 0, grad, 0.0)

    def _balls(self, z: list[arb]) -> list[arb]:
        return [token if token > 0 else arb(0) for token in z]


@register
class SigmoidAttention(Normaliser):
    """Sigmoids, each token on its own, with the bias -log n unless one is given. Source: Ramapuram et al. (2024)."""

    name = "sigmoid"
    title = "sigmoid attention"
    definition = r"p_i = \frac{1}{1 + e^{-(z_i + b)}}, \quad b = -\log n"
    source = "Ramapuram et al., Theory, Analysis, and Best Practices for Sigmoid Self-Attention (arXiv 2409.04431)"

    def _refuse(self, n: int, **settings: Any) -> None:
        if settings["bias"] is not None:
            as_finite(settings["bias"], "bias", ())

    def _values(self, z: Float64, *, bias: float | None = None) -> Float64:
        return sigmoid(z + (-math.log(z.shape[-1]) if bias is None else bias))

    def _pull(self, z: Float64, grad: Float64, *, bias: float | None = None) -> Float64:
        p = self._values(z, bias=bias)
        return grad * p * (1 - p)

    def _balls(self, z: list[arb], *, bias: float | None = None) -> list[arb]:
        shift = -arb(len(z)).log() if bias is None else arb(bias)
        return [1 / (1 + (-token - shift).exp()) for token in z]


@register
class StickBreaking(Normaliser):
    """Stick-breaking: the last token takes its share first, the one before a share of the rest. Tan et al. (2024)."""

    name = "stick-breaking"
    title = "stick-breaking attention"
    definition = r"p_i = \sigma(z_i) \prod_{j > i} (1 - \sigma(z_j)), \quad \sigma(x) = \frac{1}{1 + e^{-x}}"
    source = "Tan et al., Scaling Stick-Breaking Attention (arXiv 2410.17980)"

    def _values(self, z: Float64) -> Float64:
        after = np.zeros_like(z)  # what the tokens behind leave, as a logarithm
        with np.errstate(over="ignore"):
            after[..., :-1] = np.cumsum(-np.logaddexp(0.0, z)[..., :0:-1], axis=-1)[..., ::-1]
            return np.exp(after - np.logaddexp(0.0, -z))

    def _pull(self, z: Float64, grad: Float64) -> Float64:
        p = self._values(z)
        before = np.zeros_like(z)
        before[..., 1:] = np.cumsum(grad * p, axis=-1)[..., :-1]
        return grad * p * sigmoid(-z) - sigmoid(z) * before

    def _balls(self, z: list[arb]) -> list[arb]:
        weights, left = [], arb(1)
        for token in reversed(z):
            weights.append(left / (1 + (-token).exp()))
            left /= 1 + token.exp()
        return weights[::-1]
