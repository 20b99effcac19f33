"""Numbers for NumPy's object arrays: a plain function of arrays, read exactly or in balls."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, fmpq

from .balls import BALLS

__all__ = ["Number", "Undecided"]

_SIMPLE, _DIGITS = 10**5, 12
"""A float is read as the fraction, or the decimal, up to these that it is the nearest float of."""
_ROUNDED, _LEAST = 1e-11, 1e-14
"""The radius of any other float, relative and absolute: more than a few operations in float64 lose."""

_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Undecided(ArithmeticError):
    """Two numbers are equal as far as can be told."""


class Number:
    """An exact rational, or a ball that contains the true value; what cannot be compared for sure raises.

    A float in a formula, such as ``0.1`` or ``1 / n``, is read as the simple fraction that was meant; any other, such
    as ``np.log(n)``, as a ball. `float` of a number raises `TypeError`, so that no formula goes on in floats unnoticed.
    """

    __slots__ = ("value",)

    def __init__(self, value: fmpq | arb) -> None:
        self.value = value

    def _compared(self, relation: str, other: Any) -> Any:
        if self is other:
            return relation in ("==", "<=", ">=")
        read = _read(other)
        if read is None:
            return NotImplemented
        if isinstance(read, float):  # infinite
            return _COMPARED[relation](-math.inf if self._masked else 0.0, read)
        truth = BALLS.compare(relation, self.value, read)
        if truth is None:
            raise Undecided(f"{self.value} {relation} {read}")
        return truth

    @property
    def _masked(self) -> bool:
        """Whether it is the logit of a masked token."""
        return isinstance(self.value, arb) and not self.value.is_finite() and self.value < 0

    def __eq__(self, other: object) -> bool:
        return bool(self._compared("==", other))

    def __ne__(self, other: object) -> bool:
        return bool(self._compared("!=", other))

    def __lt__(self, other: Any) -> bool:
        return bool(self._compared("<", other))

    def __le__(self, other: Any) -> bool:
        return bool(self._compared("<=", other))

    def __gt__(self, other: Any) -> bool:
        return bool(self._compared(">", other))

    def __ge__(self, other: Any) -> bool:
        return bool(self._compared(">=", other))

    def __bool__(self) -> bool:
        return self != 0

    __hash__ = None  # type: ignore[assignment]  # a ball is equal to nothing for sure

    def __repr__(self) -> str:
        return str(self.value)

    def __neg__(self) -> Number:
        return Number(-self.value)

    def __pos__(self) -> Number:
        return self

    def __abs__(self) -> Number:
        return Number(BALLS.function("Abs", [self.value]))

    def __add__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a + b)

    def __mul__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: BALLS.multiply([a, b]))

    def __sub__(self, other: Any) -> Any:
        return Number(fmpq(0)) if self is other else self._with(other, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: b - a)

    def __truediv__(self, other: Any) -> Any:
        return self._with(other, _quotient)

    def __rtruediv__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: _quotient(b, a))

    def __pow__(self, other: Any) -> Any:
        return self._with(other, BALLS.power)

    def __rpow__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: BALLS.power(b, a))

    __radd__, __rmul__ = __add__, __mul__

    def _with(self, other: Any, operation: Callable[[Any, Any], Any]) -> Any:
        read = _read(other)
        if isinstance(read, float):
            raise TypeError("arithmetic with an infinity is left to floats")
        return NotImplemented if read is None else Number(operation(self.value, read))

    # NumPy's functions of object arrays call the method of their name.
    def exp(self) -> Number:
        """Return the exponential."""
        return Number(BALLS.function("exp", [self.value]))

    def log(self) -> Number:
        """Return the natural logarithm."""
        return Number(BALLS.function("log", [self.value]))

    def log2(self) -> Number:
        """Return the logarithm to base 2."""
        return Number(self.log().value / arb(2).log())

    def log1p(self) -> Number:
        """Return the logarithm of one more."""
        return Number(self.value + 1).log()

    def expm1(self) -> Number:
        """Return the exponential, less one."""
        return Number(self.exp().value - 1)

    def sqrt(self) -> Number:
        """Return the square root."""
        return Number(BALLS.power(self.value, fmpq(1, 2)))

    def conjugate(self) -> Number:
        """Return the number: it is real."""
        return self


def _quotient(above: Any, below: Any) -> Any:
    if BALLS.compare("==", below, fmpq(0)) is not False:
        raise ZeroDivisionError("division by a number that may be 0")
    return above / below


def _read(other: Any) -> Any:
    """Return what a formula combines with a number; a float if it is infinite, None if it is not a number."""
    if isinstance(other, Number):
        return other.value
    if isinstance(other, int | np.integer | np.bool_):
        return fmpq(int(other))
    if isinstance(other, Fraction):
        return fmpq(other.numerator, other.denominator)
    if not isinstance(other, float | np.floating):
        return None
    value = float(other)
    if math.isnan(value):
        raise TypeError("NaN is left to floats")
    return value if math.isinf(value) else _meant(value)


def _meant(value: float) -> Any:
    """Return the simple fraction of which a float is the rounding, or else a ball around it."""
    for exact in (Fraction(value).limit_denominator(_SIMPLE), Fraction(f"{value:.{_DIGITS}g}")):
        if float(exact) == value:
            return fmpq(exact.numerator, exact.denominator)
    return arb(value, abs(value) * _ROUNDED + _LEAST)
