"""Error budgets of Fenchel-Young losses: how far from the truth a careful implementation may be, on this very row.

With g_i = z_i - max z, a loss of the class k is F(p) - g_k at p = entmax(z), where

    F(p) = sum_i f_i(p_i) + 1 / (alpha a),    f_i(p) = p g_i - p^alpha / (alpha a),    a = alpha - 1,

and for alpha = 1 it is f_i(p) = p g_i - p log p. A careful implementation evaluates this with

1. probabilities off by their own budget b_i (:func:`~entmax_oracle.reference.budget`). F is a sum over the tokens, so
   by the mean value theorem it moves by at most sum_i b_i max |f_i'| over [p_i - b_i, p_i + b_i], and f_i' is monotone:
   the larger of its values at the ends counts;
2. the roundings of g_i, of the power and the products, and of a sum of n terms by a tree: relative to the sizes of the
   terms, u (6 + c) sum_i (p_i |g_i| + (1 + |log p_i|) p_i^alpha / (alpha a)), and the same for the constant and for
   g_k (c as in the budget of probabilities; products of subnormals err by the smallest normal number);
3. alpha itself, rounded to the format of the arithmetic unless it is a number there: u alpha |dL/dalpha|, with
   dF/dalpha at fixed p;
4. one rounding to the output format.

The gradient in z is p - y times the incoming gradient: it errs by |grad| times the budget of p and three roundings.

To first order in u, as the budget of probabilities.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..formats import as_format
from ..inputs import Float64, as_alpha, as_array
from ..values.losses import fenchel_young_grad, fenchel_young_loss
from ..values.mapping import entmax
from .mapping import budget

__all__ = ["loss_budget", "loss_vjp_budget"]


def loss_budget(z: Any, y: Any, alpha: Any = 1.5, dtype: Any = "float32", *, compute_dtype: Any = None) -> Float64:
    """Error that a correct implementation may make in ``fenchel_young_loss(z, y, alpha)``.

    Parameters
    ----------
    z : array-like, shape (..., n)
        The logits exactly as the implementation sees them; finite.
    y : array-like of int, shape (...)
        Class indices.
    alpha : float, at least 1
        The exact alpha.
    dtype : str or dtype
        What the implementation returns.
    compute_dtype : str or dtype, optional
        The arithmetic inside. Default: ``dtype``, but float32 for the 16-bit formats.

    Returns
    -------
    ndarray of float64, shape of ``y``
        Bound on the absolute error of each loss; infinite where it may be beyond the largest number of a format.

    Raises
    ------
    ValueError
        As for :func:`~entmax_oracle.reference.fenchel_young_loss`; for an unknown dtype.

    Examples
    --------
    >>> bool(0 < loss_budget([[1.0, 0.5, -3.0]], [0], alpha=1.5)[0] < 1e-5)
    True
    """
    value, logits, labels = float(as_alpha(alpha)), as_array(z), as_array(y).astype(np.intp)
    out = as_format(dtype)
    compute = as_format(compute_dtype, "compute_dtype") if compute_dtype is not None else out
    if compute_dtype is None and out.precision_bits < 24:
        compute = as_format("float32")
    u, n = compute.unit_roundoff, logits.shape[-1]
    loss = fenchel_young_loss(logits, labels, value)
    p, allowed = entmax(logits, value), budget(logits, value, compute.name)
    with np.errstate(over="ignore"):
        g = logits - logits.max(axis=-1, keepdims=True)
    far = np.isinf(g) & (logits > -np.inf)  # the difference of two numbers is at most twice the largest one
    g, allowed = np.where(far, -np.finfo(np.float64).max, g), np.where(far, 2 * allowed, allowed)
    hit = np.take_along_axis(g, labels[..., np.newaxis], axis=-1)[..., 0]
    low, high = np.maximum(p - allowed, 0.0), np.minimum(p + allowed, 1.0)  # a share is at most 1, but for rounding
    slope = np.maximum(np.abs(_slope(g, low, value)), np.abs(_slope(g, high, value)))
    moved = np.multiply(allowed, slope, out=np.zeros_like(p), where=allowed > 0).sum(axis=-1)
    scale = 1 / (value * (value - 1)) if value > 1 else 1.0
    log = np.abs(np.log(np.where(p > 0, p, 1.0)))
    power = p**value * (1 + log) * scale if value > 1 else p * log * (1 + log)
    size = np.multiply(p, np.abs(g), out=np.zeros_like(p), where=p > 0) + power
    roundings = 6 + compute.sum_error(n)
    arithmetic = u * roundings * (size.sum(axis=-1) + scale * (value > 1)) + 4 * u * np.abs(hit)
    if value > 1 and float(compute.round_array(value)) != value:
        by_alpha = scale * (
            (2 * value - 1) * scale * np.abs(1 - (p**value).sum(axis=-1)) + (p**value * log).sum(axis=-1)
        )
        arithmetic = arithmetic + u * value * by_alpha
    inside = moved + arithmetic + (n + 2) * compute.smallest_normal
    rounding = out.unit_roundoff * np.abs(loss) + out.unit_roundoff * inside if out != compute else 0.0
    bound: Float64 = inside + rounding + out.smallest_subnormal
    return np.where(np.abs(loss) + bound <= min(compute.largest, out.largest), bound, np.inf)


def loss_vjp_budget(
    z: Any, y: Any, grad: Any, alpha: Any = 1.5, dtype: Any = "float32", *, compute_dtype: Any = None
) -> Float64:
    """Error that a correct implementation may make in the gradient of the loss in ``z``, times ``grad``.

    Parameters
    ----------
    z, y, alpha, dtype, compute_dtype
        As for :func:`loss_budget`.
    grad : array-like, shape (...)
        Incoming gradient of each loss.

    Returns
    -------
    ndarray of float64, shape of ``z``

    Raises
    ------
    ValueError
        As for :func:`loss_budget`.

    Notes
    -----
    The class with the largest logit is allowed the errors of all others, too: a program that subtracts the maximum
    without detaching it from automatic differentiation takes the sum of the gradient, which is 0 but for rounding,
    from that class.
    """
    incoming = np.abs(as_array(grad))[..., np.newaxis]
    out = as_format(dtype)
    inside = budget(z, alpha, dtype, compute_dtype=compute_dtype)
    exact = np.abs(fenchel_young_grad(z, as_array(y).astype(np.intp), alpha))
    bound: Float64 = incoming * (inside + 3 * out.unit_roundoff * (exact + inside)) + out.smallest_normal
    logits = as_array(z)
    summed = bound.sum(axis=-1, keepdims=True)
    rounded = np.ceil(np.log2(max(logits.shape[-1], 2))) * out.unit_roundoff * incoming * exact.sum(-1, keepdims=True)
    return bound + np.where(logits == logits.max(axis=-1, keepdims=True, initial=-np.inf), summed + rounded, 0.0)


def _slope(g: Float64, p: Float64, alpha: float) -> Float64:
    if alpha == 1:
        return g - np.log(np.maximum(p, np.finfo(np.float64).tiny)) - 1
    return g - p ** (alpha - 1) / (alpha - 1)
