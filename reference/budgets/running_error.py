"""Running error analysis: numbers that know how far rounding may have moved them.

A careful program is written once, as a sequence of operations on `Rounded` arrays. Each carries the value that exact
arithmetic gives and a bound of the error that floating-point arithmetic may have left in it, on this very input
(Wilkinson's running error analysis). With unit roundoff u, a sum, product or quotient adds u of its result, an
exponential, logarithm or sigmoid of a library adds 4u of it, and a sum of n terms (log2 n + n / lanes) u of the sum of
their magnitudes, as in point 6 of :mod:`entmax_oracle.reference.budget`. Errors of operands are carried on by bounds
that hold for errors of any size, and products of what is not certainly zero add the smallest normal number, for
underflow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..formats import Format
from ..inputs import Float64

__all__ = ["Arithmetic", "Rounded"]

_LIBRARY = 4.0  # units that an elementary function may be off by
_LARGEST_EXPONENT = 700.0


@dataclass(frozen=True)
class Arithmetic:
    """Floating-point arithmetic in one format.

    Parameters
    ----------
    form : Format
    """

    form: Format

    @property
    def u(self) -> float:
        """Unit roundoff."""
        return float(self.form.unit_roundoff)

    @property
    def tiny(self) -> float:
        """Smallest normal number: what underflow, flushed to zero, loses."""
        return float(self.form.smallest_normal)

    def exact(self, value: Float64 | float) -> Rounded:
        """Return numbers of the format."""
        array = np.asarray(value, dtype=np.float64)
        return Rounded(array, np.zeros_like(array), self)

    def near(self, value: Float64 | float, units: float) -> Rounded:
        """Return numbers known to this many units of roundoff, such as a parameter that the format rounds."""
        array = np.asarray(value, dtype=np.float64)
        return Rounded(array, units * self.u * np.abs(array), self)

    def summation(self, n: int) -> float:
        """Relative error of a sum of n terms, against the sum of their magnitudes."""
        return float(self.form.sum_error(n)) * self.u


@dataclass(frozen=True, eq=False)
class Rounded:
    """Values, and bounds of the errors that rounding left in them.

    Parameters
    ----------
    value, error : ndarray of float64
        Of shapes that broadcast.
    arithmetic : Arithmetic
    """

    value: Float64
    error: Float64
    arithmetic: Arithmetic

    def __add__(self, other: Rounded) -> Rounded:
        return self._settle(self.value + other.value, self.error + other.error)

    def __sub__(self, other: Rounded) -> Rounded:
        return self._settle(self.value - other.value, self.error + other.error)

    def __neg__(self) -> Rounded:
        return Rounded(-self.value, self.error, self.arithmetic)

    def __mul__(self, other: Rounded) -> Rounded:
        spread = _times(np.abs(self.value), other.error) + _times(np.abs(other.value) + other.error, self.error)
        lost = (self.size > 0) & (other.size > 0)
        return self._settle(self.value * other.value, spread + self.arithmetic.tiny * lost)

    def __truediv__(self, other: Rounded) -> Rounded:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            value = self.value / other.value
            least = np.abs(other.value) - other.error
            spread = (self.error + _times(np.abs(value), other.error)) / np.where(least > 0, least, 0.0)
        spread = np.where((self.error == 0) & (self.value == 0), 0.0, spread + self.arithmetic.tiny)
        return self._settle(value, np.where(np.isnan(spread), np.inf, spread))

    @property
    def size(self) -> Float64:
        """The largest magnitude that it may have."""
        return np.abs(self.value) + self.error

    def exp(self) -> Rounded:
        """Return the exponential."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            value = np.exp(np.minimum(self.value, _LARGEST_EXPONENT))
            small = value * np.expm1(np.minimum(self.error, 1.0))
            large = np.exp(np.minimum(self.value + self.error, _LARGEST_EXPONENT))
        error = np.where(self.error < 1, small, np.where(np.isinf(self.error), np.inf, large))
        return self.elementary(value, error)

    def sigmoid(self) -> Rounded:
        """Return 1 / (1 + exp(-x)): its odds are off by a factor of exp(error) at most."""
        with np.errstate(over="ignore", under="ignore"):
            value = 0.5 * (1 + np.tanh(self.value / 2))
            value = np.where(self.value < -1, np.exp(self.value) / (1 + np.exp(np.minimum(self.value, 0.0))), value)
            rest = np.where(self.value > 1, 1 / (1 + np.exp(np.minimum(self.value, _LARGEST_EXPONENT))), 1 - value)
            error = np.minimum(value * rest * np.expm1(np.minimum(self.error, _LARGEST_EXPONENT)), 1.0)
        return self.elementary(value, error)

    def elementary(self, value: Float64, error: Float64) -> Rounded:
        """Return the answer of a library function: a few units of itself on top of what its argument carried."""
        return Rounded(
            value, error + _LIBRARY * self.arithmetic.u * (value + error) + self.arithmetic.tiny, self.arithmetic
        )

    def total(self) -> Rounded:
        """Sum over the last axis, which stays with length 1."""
        terms = self.size.sum(axis=-1, keepdims=True)
        error = self.error.sum(axis=-1, keepdims=True) + self.arithmetic.summation(self.value.shape[-1]) * terms
        return Rounded(self.value.sum(axis=-1, keepdims=True), error, self.arithmetic)

    def running_total(self) -> Rounded:
        """Sum from the front along the last axis, one term after the other."""
        count = np.arange(self.value.shape[-1])
        error = np.cumsum(self.error, axis=-1) + self.arithmetic.u * count * np.cumsum(self.size, axis=-1)
        return Rounded(np.cumsum(self.value, axis=-1), error, self.arithmetic)

    def clip(self, low: float, high: float = np.inf) -> Rounded:
        """Cut off at exact bounds: what is certainly outside is exact."""
        value = np.clip(self.value, low, high)
        reach = [np.clip(self.value + sign * self.error, low, high) for sign in (-1, 1)]
        return Rounded(value, np.maximum(reach[1] - value, value - reach[0]), self.arithmetic)

    def apply(self, change: Callable[[Float64], Float64]) -> Rounded:
        """Move values and errors alike, as reversing or picking tokens does."""
        return Rounded(change(self.value), change(np.broadcast_to(self.error, self.value.shape)), self.arithmetic)

    def off(self, more: Float64 | float) -> Rounded:
        """Allow more error."""
        return Rounded(self.value, self.error + more, self.arithmetic)

    def _settle(self, value: Float64, error: Float64) -> Rounded:
        """Round the result of one operation."""
        with np.errstate(invalid="ignore"):
            reach = np.abs(value) + error
        return Rounded(value, error + self.arithmetic.u * reach, self.arithmetic)


def _times(x: Float64, error: Float64) -> Float64:
    """Product in which nothing times infinity is nothing: an exact zero stays one."""
    with np.errstate(invalid="ignore", over="ignore"):
        product = x * error
    return np.where((x == 0) | (error == 0), 0.0, product)
