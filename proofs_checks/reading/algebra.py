"""What the arithmetics share: the protocol that each keeps, and how an expression can have no value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import sympy as sp
from flint import fmpq

__all__ = ["Algebra", "Branch", "Unclear", "Undefined", "Values", "integer", "rational"]

Values = Mapping[sp.Basic, Any]
"""Meaning of symbols: numbers, and sequences (of sequences) of numbers for indexed bases."""

Branch = tuple[Callable[[], Any], Callable[[], Any]]
"""A branch of a piecewise expression: its condition and its value, each read when it is asked for."""


class Undefined(ArithmeticError):
    """The expression has no value here, such as ``log 0`` or ``0 / 0``."""


class Unclear(Undefined):
    """The expression may have no value here: a ball reaches beyond the domain of what is taken of it."""


class Algebra(Protocol):
    """Arithmetic in which an expression is read."""

    def number(self, value: fmpq) -> Any:
        """Return a constant."""

    def add(self, terms: Sequence[Any]) -> Any:
        """Return the sum."""

    def multiply(self, factors: Sequence[Any]) -> Any:
        """Return the product."""

    def power(self, base: Any, exponent: Any) -> Any:
        """Return ``base ** exponent``; raise :class:`Undefined` where it has no value."""

    def maximum(self, terms: Sequence[Any]) -> Any:
        """Return the largest."""

    def function(self, name: str, arguments: Sequence[Any]) -> Any:
        """Return the value of an elementary or special function."""

    def compare(self, relation: str, left: Any, right: Any) -> Any:
        """Return the truth of ``left relation right``."""

    def both(self, truths: Sequence[Any]) -> Any:
        """Return the conjunction."""

    def either(self, truths: Sequence[Any]) -> Any:
        """Return the disjunction."""

    def negate(self, truth: Any) -> Any:
        """Return the negation."""

    def choose(self, branches: Sequence[Branch]) -> Any:
        """Return the value of the first branch that holds."""


def rational(value: int | fmpq | sp.Rational | float | Any) -> fmpq:
    """Return an exact rational: of an int, a float, a Fraction or a SymPy rational."""
    if isinstance(value, fmpq):
        return value
    if isinstance(value, sp.Rational):
        return fmpq(int(value.p), int(value.q))
    numerator, denominator = value.as_integer_ratio()
    return fmpq(int(numerator), int(denominator))


def integer(value: Any) -> int:
    """Return an index or an end of a range as an int; ``TypeError`` for any other number."""
    if isinstance(value, fmpq) and value.q == 1:
        return int(value.p)
    raise TypeError(f"an index or a range must be an integer, not {value}")
