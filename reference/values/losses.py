"""Tier 1: Fenchel-Young losses of alpha-entmax in float64.

L(z; y) = max_p (<p, z> + H_alpha(p)) - H_alpha(y) - <z, y>: the loss whose gradient in z is entmax(z) - y
(Blondel, Martins and Niculae 2020, def. 2). Cross-entropy is alpha = 1, the sparsemax loss alpha = 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..inputs import Float64, as_alpha, as_array, as_logits, last_axis
from .entropies import as_distribution
from .mapping import entmax

# Gauss-Legendre on [0, 1]: for |e| <= 1/2 and |e| alpha <= 1, (1 - w)(1 + e w)^(alpha - 2) stays below 3 exp(2) on
# the ellipse that 20 nodes need for a relative error of 5.8**-38.
_NODES = 20


def fenchel_young_loss(z: Any, y: Any, alpha: Any = 1.5, axis: int = -1) -> Float64:
    """Fenchel-Young loss of logits against a target.

    Parameters
    ----------
    z, alpha, axis
        As for :func:`entmax_oracle.reference.entmax`.
    y : array-like
        The target: either a distribution, of the shape of ``z``, or class indices 0 ... n - 1 of an integer dtype, of
        the shape of ``z`` without ``axis``. The number of axes tells which.

    Returns
    -------
    ndarray of float64, shape of ``z`` without ``axis``
        Non-negative, and 0 where y = entmax(z); infinite where a masked token has positive target.

    Raises
    ------
    ValueError
        For bad logits or alpha, a target of another shape, class indices that are not integers or out of range, or a
        distribution with negative entries or a sum that is not 1 up to rounding.

    Notes
    -----
    Computed as a sum of non-negative terms, one per token (theorem ``loss-decomposition``): with
    d_i = (alpha - 1) z_i - tau, which is p_i^(alpha - 1) on the support and <= 0 off it,

        L = sum_i p_i^alpha / alpha + y_i (y_i^(alpha - 1) / alpha - d_i) / (alpha - 1).

    Where y_i is close to p_i, its term is the integral of (y_i - t) t^(alpha - 2) from p_i to y_i, taken by Gauss's
    rule, so small losses keep the digits that p leaves them: a loss of 1e-20, a distance of 1e-10 between y and
    p, has a relative error of about 1e-6. For a target whose sum is not exactly 1 this sum is the definition; it
    ignores shifts of z, as the loss should.

    Examples
    --------
    >>> fenchel_young_loss([0.5, 0.0], 1, alpha=2)
    array(0.5625)
    >>> fenchel_young_loss([[3.0, 0.0], [0.0, 3.0]], [[1.0, 0.0], [0.5, 0.5]], alpha=2)
    array([0.  , 1.25])
    """
    value = float(as_alpha(alpha))
    logits, target, p = _prepare(z, y, value, axis)
    difference = _difference(target, p)
    close = (p > 0) & (np.abs(difference) * max(1.0, value / 2) <= p / 2)
    e = np.divide(difference, p, out=np.zeros_like(p), where=close)
    near = p**value * e * e * _remainder(e, value)
    terms = np.where(close, near, _distant_terms(logits, target, p, value))
    with np.errstate(over="ignore"):
        return np.asarray(terms.sum(axis=-1))


def fenchel_young_grad(z: Any, y: Any, alpha: Any = 1.5, axis: int = -1) -> Float64:
    """Gradient of :func:`fenchel_young_loss` in ``z``: entmax(z) - y.

    Parameters
    ----------
    z, y, alpha, axis
        As for :func:`fenchel_young_loss`.

    Returns
    -------
    ndarray of float64, shape of ``z``
        Where the target is 1 and p above 1/2 the entry is minus the sum of the other probabilities, so it keeps its
        digits when p is close to 1.

    Raises
    ------
    ValueError
        As for :func:`fenchel_young_loss`.

    Examples
    --------
    >>> fenchel_young_grad([0.5, 0.0], 1, alpha=2)
    array([ 0.75, -0.75])
    """
    _, target, p = _prepare(z, y, float(as_alpha(alpha)), axis)
    return np.moveaxis(0.0 - _difference(target, p), -1, axis)


def as_target(y: Any, shape: tuple[int, ...], axis: int) -> Float64:
    """Validate a target for logits of ``shape``: probabilities with the token axis last.

    Raises
    ------
    ValueError
        See :func:`fenchel_young_loss`.
    """
    axis = last_axis(shape, axis)
    n, batch = shape[axis], shape[:axis] + shape[axis + 1 :]
    array = as_array(y, "y")
    if array.shape == shape:
        return as_distribution(array, "y", axis)
    if array.shape != batch:
        raise ValueError(
            f"y has shape {array.shape}: pass a distribution of shape {shape} or class indices of shape {batch}"
        )
    bad = ~((array >= 0) & (array < n) & (array == np.floor(array)))
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        place = f"[{', '.join(map(str, index))}]" if index else ""
        raise ValueError(f"y{place} is {array[index]:g}: a class index must be an integer from 0 to {n - 1}")
    target = np.zeros((*batch, n))
    np.put_along_axis(target, array[..., None].astype(np.intp), 1.0, axis=-1)
    return target


def _prepare(z: Any, y: Any, alpha: float, axis: int) -> tuple[Float64, Float64, Float64]:
    """Logits, target and probabilities, with the token axis last."""
    logits = as_logits(z, axis)
    target = as_target(y, np.moveaxis(logits, -1, axis).shape, axis)
    return logits, target, entmax(logits, alpha)


def _difference(target: Float64, p: Float64) -> Float64:
    """Target minus probability; for a target of 1 and a probability near it, from the other probabilities."""
    certain = (target == 1) & (p > 0.5)  # of a small one they would bring in errors that it has not
    others = np.where(certain, 0.0, p).sum(axis=-1, keepdims=True)
    return np.where(certain, others, target - p)


def _remainder(e: Float64, alpha: float) -> Float64:
    """Integral of (1 - w)(1 + e w)^(alpha - 2) over w from 0 to 1, for |e| <= 1/2 and |e| alpha <= 1."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    total = np.zeros_like(e)
    for w, weight in zip((1 + nodes) / 2, weights / 2, strict=True):
        total += weight * (1 - w) * (1 + e * w) ** (alpha - 2)
    return total


def _distant_terms(logits: Float64, y: Float64, p: Float64, alpha: float) -> Float64:
    """Terms of the loss where y_i is not close to p_i; garbage, though never a warning, elsewhere."""
    a = alpha - 1
    log_peak = np.log(p.max(axis=-1, keepdims=True))
    whole = p >= np.finfo(np.float64).smallest_normal  # what is smaller underflows where its logarithm does not
    top = logits.max(axis=-1, keepdims=True)
    with np.errstate(all="ignore"):
        gap = top - logits
        pull = np.where(np.isinf(gap), y * top - y * logits, y * gap)
        log_y = np.log(y)
        if a == 0:
            away = np.where(whole, y * (log_y - np.log(p)), y * (log_y - log_peak) + pull)
            return p - y + np.where(y > 0, away, 0.0)
        below = a * gap - np.expm1(a * log_peak)  # 1 - d
        log_p = np.where(whole, np.log(p), np.log1p(-below) / a)  # NaN off the support
        # y^a - p^a, from the larger of the two powers
        powers = np.where(
            y > p, -(y**a) * np.expm1(a * (log_p - log_y)), np.exp(a * log_p) * np.expm1(a * (log_y - log_p))
        )
        on = (p ** (1 + a) - np.exp(a * log_p) * y + y * powers / a) / alpha
        off = pull + y * (y**a / alpha - np.exp(a * log_peak)) / a
        terms = np.where(np.isnan(log_p), off, on)
        return np.where(y > 0, terms, p**alpha / alpha)
