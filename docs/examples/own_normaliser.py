"""Weights that fall with the distance from the largest logit, defined for the checker, and a function for them."""

import numpy as np

from entmax_oracle.reference.normalisers import Normaliser


class Harmonic(Normaliser):
    """Weights in proportion to 1 / (a + the distance from the largest logit)."""

    name = "harmonic"
    title = "harmonic attention"
    definition = r"p_i \propto \frac{1}{a + \max_j z_j - z_i}"
    source = "for the definition stated"

    def _values(self, z, *, a: float = 1.0):
        weights = 1 / (a + (z.max(axis=-1, keepdims=True) - z))
        return weights / weights.sum(axis=-1, keepdims=True)

    def _balls(self, z, *, a):
        weights = [1 / (a + (max(z) - token)) for token in z]
        return [weight / sum(weights) for weight in weights]


def attention_weights(z, a):
    """Compute the same in the format of the logits."""
    distance = np.max(z, axis=-1, keepdims=True) - z
    weights = np.reciprocal(distance + z.dtype.type(a))
    return weights / np.sum(weights, axis=-1, keepdims=True)
