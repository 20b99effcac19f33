"""The four binary floating-point formats, and exact rounding of rationals to them.

Every number of every format here is also a float64, so values and spacings are handed out as Python floats.
NumPy has no bfloat16: arrays of it are float32 arrays that hold bfloat16 numbers only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["FORMATS", "Format", "as_format", "ulp"]


@dataclass(frozen=True)
class Format:
    """A binary interchange format in the terms of IEEE 754.

    Parameters
    ----------
    name : str
        The name that NumPy, PyTorch and JAX share.
    precision_bits : int
        Bits of the significand, the leading one included.
    emin, emax : int
        The smallest normal number is ``2**emin``; the largest numbers lie in ``[2**emax, 2**(emax + 1))``.

    Examples
    --------
    >>> FORMATS["bfloat16"].unit_roundoff
    0.00390625
    >>> FORMATS["float16"].round_fraction(Fraction(1, 3))
    0.333251953125
    """

    name: str
    precision_bits: int
    emin: int
    emax: int

    @property
    def unit_roundoff(self) -> float:
        """Half of the machine epsilon: it bounds the relative error of a rounding to the normal range."""
        return 2.0**-self.precision_bits

    @property
    def smallest_normal(self) -> float:
        """Smallest positive number of full precision."""
        return 2.0**self.emin

    @property
    def smallest_subnormal(self) -> float:
        """Smallest positive number, and the spacing of all numbers below the normal range."""
        return 2.0 ** (self.emin - self.precision_bits + 1)

    @property
    def largest(self) -> float:
        """Largest finite number."""
        return (2.0 - 2.0 ** (1 - self.precision_bits)) * 2.0**self.emax

    @property
    def storage(self) -> np.dtype[np.floating]:
        """The NumPy dtype that holds it: its own, or float32 for bfloat16."""
        return np.dtype("float32" if self.name == "bfloat16" else self.name)

    def round_fraction(self, value: Fraction | int | float) -> float:
        """Round an exact number to nearest, ties to even, subnormals and overflow as IEEE 754 has them.

        Parameters
        ----------
        value : Fraction or int or float
            Finite and exact: a float stands for its rational value.

        Returns
        -------
        float
            The nearest number of the format, an infinity beyond its range.
        """
        exact = Fraction(value)
        if exact == 0:
            return 0.0
        numerator, denominator = abs(exact.numerator), exact.denominator
        exponent = numerator.bit_length() - denominator.bit_length()
        if numerator < denominator << exponent if exponent >= 0 else numerator << -exponent < denominator:
            exponent -= 1  # now 2**exponent <= |value| < 2**(exponent + 1)
        step = max(exponent, self.emin) - self.precision_bits + 1
        if step < 0:
            numerator <<= -step
        else:
            denominator <<= step
        units, rest = divmod(numerator, denominator)
        if 2 * rest > denominator or (2 * rest == denominator and units % 2):
            units += 1
        beyond = units.bit_length() + step > self.emax + 1
        magnitude = math.inf if beyond else math.ldexp(units, step)
        return magnitude if exact > 0 else -magnitude

    def round_array(self, x: ArrayLike) -> NDArray[np.floating]:
        """Round float64 numbers once to the format, to nearest, ties to even.

        Parameters
        ----------
        x : array_like
            Read as float64; infinities and NaN pass through.

        Returns
        -------
        ndarray
            Of `storage`, same shape.
        """
        values = np.asarray(x, dtype=np.float64)
        if self.name != "bfloat16":
            with np.errstate(over="ignore", under="ignore"):
                return values.astype(self.storage)
        # Scaling by the spacing, a power of two, is exact: numbers below one spacing included.
        with np.errstate(invalid="ignore", over="ignore"):
            step = self.ulp(values)
            rounded = np.where(np.isfinite(values), np.rint(values / step) * step, values)
            rounded[np.abs(rounded) > self.largest] *= np.inf
            return rounded.astype(np.float32)

    def ulp(self, x: ArrayLike) -> NDArray[np.float64]:
        """Distance from `abs(x)` to the next larger number of the format; NaN where `x` is not finite.

        Below the smallest normal number it is the smallest subnormal; beyond the range it is that of a format
        with unbounded exponents.

        Parameters
        ----------
        x : array_like
            Read as float64.

        Returns
        -------
        ndarray of float64
            Same shape.
        """
        values = np.asarray(x, dtype=np.float64)
        _, exponent = np.frexp(values)  # |x| in [2**(exponent - 1), 2**exponent)
        exponent = np.where(values == 0, self.emin, exponent - 1)
        spacing = np.ldexp(1.0, np.maximum(exponent, self.emin) - self.precision_bits + 1)
        return np.where(np.isfinite(values), spacing, np.nan)


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("float64", 53, -1022, 1023),
        Format("float32", 24, -126, 127),
        Format("float16", 11, -14, 15),
        Format("bfloat16", 8, -126, 127),
    )
}


def as_format(dtype: object, name: str = "dtype") -> Format:
    """Find the format of a dtype of any array library, by its name; no array library is imported.

    Parameters
    ----------
    dtype : Format, str, numpy dtype or scalar type, torch or jax dtype
        For example ``"float32"``, ``np.float16``, ``torch.bfloat16``, ``jax.numpy.bfloat16``.
    name : str
        The argument's name, for the error message.

    Raises
    ------
    ValueError
        If it is none of the four formats.

    Examples
    --------
    >>> as_format(np.float32).name, as_format("torch.bfloat16").name
    ('float32', 'bfloat16')
    """
    if isinstance(dtype, Format):
        return dtype
    for candidate in (dtype, getattr(dtype, "dtype", None)):
        text = getattr(candidate, "name", None) or getattr(candidate, "__name__", None) or str(candidate)
        found = FORMATS.get(str(text).rpartition(".")[2])
        if found is not None:
            return found
    raise ValueError(f"{name}: {dtype!r} is not a supported format; use one of {', '.join(FORMATS)}.")


def ulp(x: ArrayLike, dtype: object) -> NDArray[np.float64]:
    """Spacing of the numbers of `dtype` at `x`; see `Format.ulp`.

    Examples
    --------
    >>> ulp([1.0, 0.0], "float16").tolist()
    [0.0009765625, 5.960464477539063e-08]
    """
    return as_format(dtype).ulp(x)
