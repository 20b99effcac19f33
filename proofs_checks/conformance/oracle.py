"""What a correct implementation returns: certified enclosures, and the error that rounding explains."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entmax_oracle.reference.budgets.mapping import budget, row_sum_budget, vjp_budget
from entmax_oracle.reference.enclosures.calculus import enclose_grad_alpha, enclose_vjp
from entmax_oracle.reference.enclosures.enclosure import enclose
from entmax_oracle.reference.formats import as_format

from .calls import Float64

__all__ = ["Expected", "Oracle", "distance"]


@dataclass(frozen=True)
class Expected:
    """The certified answer for some rows, and what may be missing to it.

    Parameters
    ----------
    lower, upper : ndarray of float64, shape (..., n)
        They contain the exact answer.
    support : ndarray of str, shape (..., n)
        ``"in"``, ``"out"`` or ``"undecided"``.
    budget : ndarray of float64, shape (..., n)
        Error that a careful implementation may make; 0 where only an exact zero is right.
    row_sum : ndarray of float64, shape (...)
        The same for the distance of the row sum from 1.
    """

    lower: Float64
    upper: Float64
    support: NDArray[np.str_]
    budget: Float64
    row_sum: Float64


def distance(values: Float64, lower: Float64, upper: Float64) -> Float64:
    """How far numbers lie from an enclosure; infinite for NaN."""
    with np.errstate(invalid="ignore"):
        outside = np.maximum(np.maximum(lower - values, values - upper), 0.0)
    return np.where(np.isnan(outside), np.inf, outside)


class Oracle:
    """Certified answers in one alpha and one format, remembered row by row.

    Parameters
    ----------
    alpha : float
    dtype : str
        Format of the answers.
    compute_dtype : str, optional
        Format of the arithmetic that the implementation promises; see `entmax_oracle.budget`.
    """

    _CAPACITY = 2_000_000  # tokens

    def __init__(self, alpha: float, dtype: str, compute_dtype: str | None = None) -> None:
        self.alpha = alpha
        self.format = as_format(dtype)
        self.compute_dtype = compute_dtype
        self._known: dict[bytes, Expected] = {}
        self._tokens = 0

    def __call__(self, logits: Float64) -> Expected:
        """Certify the answer for `logits`, of any batch shape."""
        n = logits.shape[-1]
        rows = np.ascontiguousarray(logits).reshape(-1, n)
        keys = [row.tobytes() for row in rows]
        fresh = {key: row for key, row in zip(keys, rows, strict=True) if key not in self._known}
        if fresh:
            if self._tokens > self._CAPACITY:
                self._known = {key: self._known[key] for key in keys if key in self._known}
                self._tokens = 0
            self._known.update(zip(fresh, self._certify(np.stack(list(fresh.values()))), strict=True))
            self._tokens += n * len(fresh)
        found = [self._known[key] for key in keys]
        batch = logits.shape[:-1]

        def gather(name: str, shape: tuple[int, ...], dtype: str = "float64") -> NDArray[Any]:
            parts = [getattr(each, name) for each in found]
            return np.stack(parts).reshape(shape) if parts else np.empty(shape, dtype=dtype)

        return Expected(
            gather("lower", logits.shape),
            gather("upper", logits.shape),
            gather("support", logits.shape, "<U9"),
            gather("budget", logits.shape),
            gather("row_sum", batch),
        )

    def _certify(self, rows: Float64) -> list[Expected]:
        enclosure = enclose(rows, self.alpha)
        allowed = budget(rows, self.alpha, self.format.name, compute_dtype=self.compute_dtype)
        sums = row_sum_budget(rows, self.alpha, self.format.name, compute_dtype=self.compute_dtype)
        parts = (enclosure.lower, enclosure.upper, enclosure.support, allowed, sums)
        return [Expected(*each) for each in zip(*parts, strict=True)]

    def vjp(self, logits: Float64, cotangent: Float64) -> tuple[Float64, Float64, Float64]:
        """Enclose the vector-Jacobian product; also return its budget, infinite where the derivative is in doubt."""
        found = enclose_vjp(logits, cotangent, self.alpha)
        allowed = vjp_budget(logits, cotangent, self.alpha, self.format.name, compute_dtype=self.compute_dtype)
        smooth = found.differentiable[..., np.newaxis]
        return found.lower, found.upper, np.where(smooth | (allowed == 0), allowed, np.inf)

    def alpha_gradient(self, logits: Float64, cotangent: Float64) -> tuple[float, float]:
        """Differentiate ``<cotangent, p>`` in alpha; also return the budget.

        A careful implementation evaluates the published formula (Correia, Niculae and Martins 2019, prop. 1)

            dp_i/dalpha = (p_i - w_i)/a**2 - (p_i log p_i - w_i sum_j p_j log p_j)/a,     w = s / sum s,

        from its own p, so each p_i is off by its budget, s_i = p_i**(2 - alpha) by as much as that moves it, and
        every product and sum by its rounding. The budget is the sum of what these move each term; infinite at
        alpha = 1, where the formula has no value, and for alpha >= 2 where a token is within its error of tau.
        """
        n, a = logits.shape[-1], self.alpha - 1.0
        by_alpha = enclose_grad_alpha(logits, self.alpha)
        exact = math.fsum(((by_alpha.lower + by_alpha.upper) / 2 * cotangent).ravel())
        if a == 0 or not by_alpha.differentiable.all():
            return exact, np.inf
        expected = self(logits)
        p, b = (expected.lower + expected.upper) / 2, expected.budget
        low, high, live = np.maximum(p - b, 0.0), p + b, b > 0
        if self.alpha >= 2 and (live & (low == 0)).any():
            return exact, np.inf
        form = as_format(self.compute_dtype or self.format.name)
        u = (form if form.precision_bits >= 24 or self.compute_dtype else as_format("float32")).unit_roundoff
        c = (np.ceil(np.log2(n)) + n / 8 + 6) * u

        def s(x: Float64) -> Float64:
            return np.asarray(np.where(live & (x > 0), np.where(x > 0, x, 1.0) ** (1 - a), 0.0))

        def plogp(x: Float64) -> Float64:
            return np.asarray(x * np.log(np.where(x > 0, x, 1.0)))

        def span(f: Callable[[Float64], Float64]) -> Float64:
            ends = np.maximum(np.abs(f(low) - f(p)), np.abs(f(high) - f(p)))
            return np.asarray(ends + c * np.abs(f(p)) + b * (f is plogp))

        total = s(p).sum(axis=-1, keepdims=True)
        ds, dl = span(s), span(plogp)
        w = s(p) / total
        dw = (ds + w * ds.sum(axis=-1, keepdims=True)) / np.maximum(total - ds.sum(axis=-1, keepdims=True), 1e-300)
        entropy = np.abs(plogp(p)).sum(axis=-1, keepdims=True)
        each = (b + dw + c * (p + w)) / a**2
        each += (dl + dw * entropy + w * (dl.sum(axis=-1, keepdims=True) + c * entropy) + c * np.abs(plogp(p))) / a
        size = (p + w) / a**2 + (np.abs(plogp(p)) + w * entropy) / a
        allowed = float((np.abs(cotangent) * (each + c * size)).sum())
        return exact, allowed + self.format.unit_roundoff * abs(exact) + self.format.smallest_normal
