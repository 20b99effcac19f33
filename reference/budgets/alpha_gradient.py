"""Error budget of the derivative in alpha: how far a careful implementation may be from d<g, p>/dalpha, on this input.

With a = alpha - 1, l_i = log p_i, H = sum_j p_j l_j, E_i = exp(-a l_i) - 1, S = sum_j p_j E_j and w_i = p_i (1 + E_i) /
(1 + S), the derivative of p_i has three forms, the same in exact arithmetic:

1. (p_i - w_i) / a^2 - (l_i p_i - w_i H) / a, as published (Correia, Niculae and Martins 2019, proposition 1). The
   differences cancel: roundings are relative to p_i / a^2.
2. p_i / (1 + S) (F - f_i - l_i S / a + H E_i / a) with f_i = (E_i + a l_i) / a^2 and F = sum_j p_j f_j, where E_i comes
   from expm1. Only f_i cancels: roundings are relative to p_i |l_i| / a.
3. The same with f_i from its series l_i^2 / 2 - a l_i^3 / 6 + ..., which has a value at alpha = 1, too. Roundings are
   relative to the terms.

A careful implementation takes a form that leaves half of the digits of its arithmetic. With u the unit roundoff the
first does where u / a^2 <= sqrt(u), the second where u / a <= sqrt(u), the third everywhere. So the budget is that of
the first form for a >= u^(1/4), at most that of the second for smaller a, and at most that of the third for
a < sqrt(u).

In each form p_i is off by its own budget b_i (:func:`~entmax_oracle.reference.budget`), l_i by b_i / p_i, sums of n
terms by c u of their magnitudes, c = ceil(log2 n) + n / 8 + 6, and the inner product with g by its own summation.
To first order in u, as the budget of probabilities.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..formats import Format, as_format
from ..inputs import Float64, as_alpha, as_array
from ..values.derivatives import grad_alpha
from ..values.mapping import entmax
from .mapping import budget, deformed_budget

__all__ = ["along_alpha_error", "grad_alpha_budget"]


def grad_alpha_budget(
    z: Any, grad: Any, alpha: Any = 1.5, dtype: Any = "float32", *, compute_dtype: Any = None
) -> float:
    """Error that a correct implementation may make in the derivative of ``sum(grad * entmax(z, alpha))`` in alpha.

    Parameters
    ----------
    z : array-like, shape (..., n)
        The logits exactly as the implementation sees them.
    grad : array-like, broadcastable to the shape of ``z``
        The incoming gradient.
    alpha : float, at least 1
    dtype : str or dtype
        What the implementation returns.
    compute_dtype : str or dtype, optional
        The arithmetic inside. Default: ``dtype``, but float32 for the 16-bit formats.

    Returns
    -------
    float
        Infinite where a token is within its error of the threshold for alpha >= 2, where the derivative jumps, and
        where a sum may be beyond the largest number of the arithmetic.

    Raises
    ------
    ValueError
        As for :func:`~entmax_oracle.reference.budget`.

    Examples
    --------
    >>> 0 < grad_alpha_budget([1.0, 0.5, -3.0], [1.0, 0.0, 0.0], alpha=1) < 1e-5
    True
    """
    logits, value = as_array(z), float(as_alpha(alpha))
    g = np.abs(np.broadcast_to(as_array(grad, "grad"), logits.shape))
    out = as_format(dtype)
    short = out.precision_bits < 24
    compute = as_format(compute_dtype, "compute_dtype") if compute_dtype is not None else out
    if compute_dtype is None and short:
        compute = as_format("float32")
    u, a = compute.unit_roundoff, value - 1
    # What keeps the digits of the derivative keeps those of the probabilities, too.
    own = deformed_budget if 0 < a < u**0.25 else budget
    p, b = entmax(logits, value), own(logits, value, out, compute_dtype=compute_dtype)
    if value >= 2 and ((b > 0) & (p <= b)).any():
        return float("inf")
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        each = along_alpha_error(p, b, value, compute)
        exact = np.abs(grad_alpha(logits, value))
        allowed = float((g * (each + _units(g.size) * u * exact)).sum())
        rounding = out.unit_roundoff * float((g * exact).sum()) + out.smallest_normal
    total = allowed + rounding
    return total if total <= compute.largest else float("inf")


def along_alpha_error(p: Float64, b: Float64, alpha: float, compute: Format) -> Float64:
    """Bound the error of the derivative in alpha of each probability of rows that are themselves off by ``b``."""
    u, a = compute.unit_roundoff, alpha - 1
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found = [_published(p, b, a, compute)] if a > 0 else []
        if a < u**0.25:
            found.append(_bounded(p, b, a, compute, cancels=a >= u**0.5))
        return np.asarray(np.fmin.reduce(found))


def _units(n: int) -> float:
    """Bound the roundings of a sum of n terms and of what makes them, in units of u."""
    return float(np.ceil(np.log2(max(n, 1)))) + n / 8 + 6


def _log(p: Float64) -> Float64:
    return np.asarray(np.log(np.where(p > 0, p, 1.0)))


def _published(p: Float64, b: Float64, a: float, compute: Format) -> Float64:
    """Bound the error of the first form."""
    low, high, live = np.maximum(p - b, 0.0), p + b, b > 0
    c = _units(p.shape[-1]) * compute.unit_roundoff

    def s(x: Float64) -> Float64:
        return np.asarray(np.where(live & (x > 0), np.where(x > 0, x, 1.0) ** (1 - a), 0.0))

    def plogp(x: Float64) -> Float64:
        return np.asarray(x * _log(x))

    def span(ends: tuple[Float64, Float64, Float64]) -> Float64:
        first, middle, last = ends
        return np.asarray(np.maximum(np.abs(first - middle), np.abs(last - middle)) + c * np.abs(middle))

    ds, dl = span((s(low), s(p), s(high))), span((plogp(low), plogp(p), plogp(high))) + b
    total = s(p).sum(axis=-1, keepdims=True)
    w = s(p) / total
    least = total - ds.sum(axis=-1, keepdims=True)
    dw = (ds + w * ds.sum(axis=-1, keepdims=True)) / np.where(least > 0, least, 0.0)
    dw = np.where(np.isnan(dw), np.inf, np.minimum(dw, 1.0))  # a weight is between 0 and 1, wherever roundings put it
    entropy = np.abs(plogp(p)).sum(axis=-1, keepdims=True)
    each = (b + dw + c * (p + w)) / a**2
    each += (dl + dw * entropy + w * (dl.sum(axis=-1, keepdims=True) + c * entropy) + c * np.abs(plogp(p))) / a
    size = (p + w) / a**2 + (np.abs(plogp(p)) + w * entropy) / a
    return np.asarray(each + c * size)


def _bounded(p: Float64, b: Float64, a: float, compute: Format, *, cancels: bool) -> Float64:
    """Bound the error of the second form, or of the third."""
    c, log = _units(p.shape[-1]) * compute.unit_roundoff, -_log(p)
    rise = np.expm1(a * log)
    e = rise / a if a > 0 else log
    f = _second(log, a)
    own = c * f + (2 * compute.unit_roundoff * (e + log) / a if cancels else 0.0)

    def mean(x: Float64) -> Float64:
        return np.asarray((p * x).sum(axis=-1, keepdims=True))

    def off(slope: Float64, x: Float64) -> Float64:
        """How far a mean of x may be off, whose derivative in log p is the slope."""
        return np.asarray((b * (slope + x)).sum(axis=-1, keepdims=True) + c * mean(x))

    f_off = off(e, f) + mean(own)
    e_off, log_off = off(1 + rise, e), off(np.ones_like(log), log)
    size = mean(f) + f + log * mean(e) + e * mean(log)
    moved = b * (size + e + mean(e) + (1 + rise) * mean(log))
    bound = moved + p * (f_off + own + log * e_off + e * log_off + c * size)
    # A token that underflows may be anything up to the smallest normal number, and its logarithm lost.
    deepest = -np.log(compute.smallest_subnormal)
    lost = compute.smallest_normal * (1 + deepest + np.expm1(min(a * deepest, 700.0))) ** 2
    return np.asarray(np.where(b > 0, bound + lost, 0.0))


def _second(log: Float64, a: float) -> Float64:
    """(exp(a x) - 1 - a x) / a^2 for x >= 0, without cancellation."""
    t = a * log
    near = t < 0.5
    series = log**2 * sum((np.minimum(t, 0.5) ** k / float(np.prod(np.arange(1, k + 3))) for k in range(12)), 0.0)
    return np.asarray(np.where(near, series, (np.expm1(t) - t) / a**2 if a > 0 else series))
