"""The binary floating-point formats, and exact rounding of rationals to them.

Every number of every format here is also a float64, so values and spacings are returned as Python floats.
NumPy has neither bfloat16 nor numbers of 8 bits: arrays of them are float32 arrays that hold such numbers only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["FLOAT8", "FORMATS", "SUMMATIONS", "TF32", "Format", "as_arithmetic", "as_format", "ulp"]


SUMMATIONS = ("any", "pairwise", "sequential")
_BLOCK = 16  # additions in a lane below the tree: blocks of 128 numbers in 8 lanes, as NumPy has them


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
    lost : int
        How many of the largest of them stand for something else than a number.
    summation : str
        Where it is that of arithmetic, in which order sums are taken: see `sum_error`.

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
    lost: int = 0
    summation: str = field(default="any", compare=False)

    def summing(self, order: str) -> Format:
        """Return the format with sums taken in another order: ``"any"``, ``"pairwise"`` or ``"sequential"``.

        Raises
        ------
        ValueError
            For another word.
        """
        if order not in SUMMATIONS:
            raise ValueError(f"summation: {order!r} is not one of {', '.join(SUMMATIONS)}")
        return replace(self, summation=order)

    def sum_error(self, terms: ArrayLike) -> NDArray[np.float64]:
        """Bound the error of a sum, in units of the unit roundoff times the sum of the sizes of its terms.

        A term errs by u of the sum for each addition that it goes through, to first order (Higham, Accuracy and
        Stability of Numerical Algorithms, 4.2). ``"any"``: at least one 256-bit vector of partial sums (8 lanes, 4 in
        float64), which are then added as a tree, so ceil(log2 n) + n / lanes. ``"pairwise"``: blocks of up to 16
        additions one after the other in each lane, and a tree above them, so ceil(log2 n) + 16. ``"sequential"``: one
        term after the other, n - 1.

        Examples
        --------
        >>> [float(FORMATS["float32"].summing(each).sum_error(65536)) for each in SUMMATIONS]
        [8208.0, 32.0, 65535.0]
        """
        n = np.maximum(np.asarray(terms, dtype=np.float64), 1)
        each = n / (4 if self.precision_bits > 24 else 8)
        tree = np.ceil(np.log2(n))
        if self.summation == "pairwise":
            return np.asarray(tree + np.minimum(each, _BLOCK))
        return np.asarray(np.maximum(tree + each, n - 1) if self.summation == "sequential" else tree + each)

    @property
    def has_infinity(self) -> bool:
        """Whether it has infinities, by which tokens are masked."""
        return not self.lost

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
        return (2.0 - (1 + self.lost) * 2.0 ** (1 - self.precision_bits)) * 2.0**self.emax

    @property
    def storage(self) -> np.dtype[np.floating]:
        """The NumPy dtype that holds it: its own where there is one, else float32."""
        return np.dtype(self.name if self.name in ("float64", "float32", "float16") else "float32")

    def round_fraction(self, value: Fraction | int | float) -> float:
        """Round an exact number to nearest, ties to even, subnormals and overflow as IEEE 754 has them.

        Parameters
        ----------
        value : Fraction or int or float
            Finite and exact: a float stands for its rational value.

        Returns
        -------
        float
            The nearest number of the format; an infinity beyond its range, whatever the format has there.
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
        magnitude = math.inf if units.bit_length() + step > self.emax + 1 else math.ldexp(units, step)
        magnitude = math.inf if magnitude > self.largest else magnitude
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
        if self.storage.name == self.name:
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


FLOAT8: dict[str, Format] = {
    each.name: each for each in (Format("float8_e4m3fn", 4, -6, 8, lost=1), Format("float8_e5m2", 3, -14, 15))
}
"""The formats of 8 bits, in which answers are stored; the first has no infinities."""

TF32 = Format("tf32", 11, -126, 127)
"""What factors of a matrix product are rounded to on the way into a tensor core; sums stay in float32."""

FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("float64", 53, -1022, 1023),
        Format("float32", 24, -126, 127),
        Format("float16", 11, -14, 15),
        Format("bfloat16", 8, -126, 127),
    )
}


_ELSEWHERE = {"half": "float16", "single": "float32", "float": "float32", "double": "float64"}
"""What formats are called in other places, where that is not near to their name."""


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
        If it is none of the formats.

    Examples
    --------
    >>> as_format(np.float32).name, as_format("torch.bfloat16").name
    ('float32', 'bfloat16')
    """
    if isinstance(dtype, Format):
        return dtype
    for candidate in (dtype, getattr(dtype, "dtype", None)):
        text = getattr(candidate, "name", None) or getattr(candidate, "__name__", None) or str(candidate)
        found = (FORMATS | FLOAT8).get(str(text).rpartition(".")[2])
        if found is not None:
            return found
    called = str(dtype).lower()
    near = _ELSEWHERE.get(called) or next(iter(get_close_matches(called, FORMATS | FLOAT8, 1, 0.4)), None)
    hint = f"did you mean {near!r}? The formats are" if near else "use one of"
    raise ValueError(f"{name}: {dtype!r} is not a supported format; {hint} {', '.join(FORMATS | FLOAT8)}")


def as_arithmetic(dtype: object, name: str = "compute_dtype") -> Format:
    """Find the format of the arithmetic of attention: as `as_format`, or ``"tf32"`` for its matrix products.

    Examples
    --------
    >>> as_arithmetic("tf32").unit_roundoff
    0.00048828125
    """
    return TF32 if dtype == TF32 or str(dtype) == "tf32" else as_format(dtype, name)


def ulp(x: ArrayLike, dtype: object) -> NDArray[np.float64]:
    """Spacing of the numbers of `dtype` at `x`; see `Format.ulp`.

    Examples
    --------
    >>> ulp([1.0, 0.0], "float16").tolist()
    [0.0009765625, 5.960464477539063e-08]
    """
    return as_format(dtype).ulp(x)
