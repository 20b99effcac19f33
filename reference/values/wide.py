"""Numbers with exponents of their own: what powers of small probabilities need where float64 ends.

The sensitivity p^(2 - alpha) exceeds every float64 for large alpha, though products and quotients of it do not. Here a
number is m 2^e with 1/2 <= |m| < 1 (or m = 0) in float64 and e a whole number, so that only the last step, back to
float64, overflows or underflows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..inputs import Float64

_SEPARATE = 500.0  # (1/2)^500 and its inverse are normal numbers
_BEYOND = 4096.0  # any m 2^e with |e| so large leaves float64
_LARGEST_POWER = 1e300  # exponents are float64 numbers themselves


@dataclass(frozen=True, eq=False)
class Wide:
    """An array of numbers m 2^e.

    Attributes
    ----------
    mantissa : ndarray
    exponent : ndarray
        Whole numbers; of any value where the mantissa is 0.
    """

    mantissa: Float64
    exponent: Float64

    @classmethod
    def of(cls, x: Float64, exponent: Float64 | float = 0.0) -> Wide:
        """Return x 2^exponent, x finite."""
        mantissa, shift = np.frexp(x)
        return cls(mantissa, shift + exponent)

    @classmethod
    def power(cls, p: Float64, exponent: float) -> Wide:
        """Return p^exponent where p > 0, and 0 elsewhere; the mantissa and the power of two apart."""
        exponent = max(-_LARGEST_POWER, min(exponent, _LARGEST_POWER))
        mantissa, shift = np.frexp(np.where(p > 0, p, 1.0))
        whole = np.rint(exponent)
        rest = np.exp2(shift * (exponent - whole))
        if abs(exponent) <= _SEPARATE:
            found = cls.of(mantissa**exponent * rest, shift * whole)
        else:
            log = exponent * np.log2(mantissa)
            found = cls.of(np.exp2(log - np.floor(log)) * rest, np.floor(log) + shift * whole)
        return cls(np.where(p > 0, found.mantissa, 0.0), found.exponent)

    def __mul__(self, other: Wide) -> Wide:
        return Wide.of(self.mantissa * other.mantissa, self.exponent + other.exponent)

    def over(self, other: Wide) -> Wide:
        """Divide by numbers that are not 0."""
        return Wide.of(self.mantissa / other.mantissa, self.exponent - other.exponent)

    def sum(self, axis: int) -> Wide:
        """Sum along an axis, which stays with length 1."""
        top = self.exponent.max(axis=axis, keepdims=True, where=self.mantissa != 0, initial=-np.inf)
        top = np.where(np.isfinite(top), top, 0.0)
        return Wide.of(Wide(self.mantissa, self.exponent - top).floats().sum(axis=axis, keepdims=True), top)

    def floats(self) -> Float64:
        """Round to float64, infinite beyond its range."""
        with np.errstate(over="ignore", under="ignore"):
            return np.ldexp(self.mantissa, np.clip(self.exponent, -_BEYOND, _BEYOND).astype(np.int64))
