"""A budget for a normaliser of which only the values are known: by how sensitive they are to their logits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..budgets.running_error import Arithmetic, Rounded
from ..inputs import Float64

__all__ = ["by_sensitivity"]

_STEP = 2.0**-20


def by_sensitivity(values: Callable[[Float64], Float64], z: Float64, arithmetic: Arithmetic) -> Rounded:
    """Bound the error of a program that errs as if each logit, the sums and each weight were a few roundings off.

    With u the unit roundoff, c u the error of a sum of n terms and M the largest logit in magnitude, logit j is off by
    3 u (|z_j| + M) + c u, which includes subtracting a maximum and a relative error c u of a normalising sum, and
    weight i by (c + 4) u (1 + |log p_i|) of itself. The derivative is measured: of the steps of 2^-20 up and down from
    each logit the larger quotient counts, twice.

    Parameters
    ----------
    values : callable
        Weights of logits of shape (..., n), in float64.
    z : ndarray, shape (..., n)
        Finite.
    arithmetic : Arithmetic
    """
    p, n, u = values(z), z.shape[-1], arithmetic.u
    off = 3 * u * (np.abs(z) + np.abs(z).max(axis=-1, keepdims=True)) + arithmetic.summation(n)
    error = np.zeros_like(p)
    for j in range(n):
        step = np.zeros_like(z)
        step[..., j] = _STEP * np.maximum(np.abs(z[..., j]), 1.0)
        apart = np.maximum(np.abs(values(z + step) - p), np.abs(values(z - step) - p))
        error += 2 * apart * (off[..., j] / step[..., j])[..., np.newaxis]
    log = np.abs(np.log(np.where(p > 0, p, 1.0)))
    error += (4 * u + arithmetic.summation(n)) * (1 + log) * np.abs(p) + arithmetic.tiny
    return Rounded(p, error, arithmetic)
