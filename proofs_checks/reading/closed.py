"""Tell what is equal from what is close: read a relation in closed forms where balls overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp
from flint import arb, fmpq

from .algebra import Undefined
from .balls import BALLS, Balls
from .walk import read

__all__ = ["truth_at_tie"]

_LONGEST = 12
"""Rows longer than this are not read in closed form: SymPy would take seconds."""


class Closed(Balls):
    """The arithmetic of SymPy's exact numbers; what it cannot tell stays untold."""

    def number(self, value: fmpq) -> Any:
        return _closed(value)

    def add(self, terms: Sequence[Any]) -> Any:
        return sp.Add(*map(_closed, terms))

    def multiply(self, factors: Sequence[Any]) -> Any:
        """Product; an exact zero annihilates everything."""
        if any(factor == 0 for factor in factors):
            return sp.Integer(0)
        return sp.Mul(*map(_closed, factors))

    def power(self, base: Any, exponent: Any) -> Any:
        return _closed(base) ** _closed(exponent)

    def maximum(self, terms: Sequence[Any]) -> Any:
        return sp.Max(*map(_closed, terms))

    def function(self, name: str, arguments: Sequence[Any]) -> Any:
        return getattr(sp, name)(*map(_closed, arguments))

    def compare(self, relation: str, left: Any, right: Any) -> bool | None:
        """Compare: equal if the difference expands to zero, otherwise by its digits; ``None`` if neither tells."""
        difference = sp.expand(sp.expand_log(_closed(left) - _closed(right)))
        if difference == 0:
            return BALLS.compare(relation, fmpq(0), fmpq(0))
        digits = read(difference, {})
        return BALLS.compare(relation, digits, fmpq(0))


_CLOSED = Closed()


def _closed(value: Any) -> sp.Expr:
    """Return a SymPy number; a ball has no closed form."""
    if isinstance(value, arb):
        raise Undefined("a ball has no closed form")
    return sp.Rational(int(value.p), int(value.q)) if isinstance(value, fmpq) else value


def _strict(relation: sp.Basic) -> bool:
    """Return whether equal sides could make a claim false."""
    if isinstance(relation, sp.Implies):
        return _strict(relation.args[1])
    return isinstance(relation, sp.Lt | sp.Gt | sp.Ne) or (
        isinstance(relation, sp.And | sp.Or) and any(map(_strict, relation.args))
    )


def truth_at_tie(relation: sp.Basic, values: Mapping[sp.Basic, Any], closed: Mapping[sp.Basic, sp.Expr]) -> bool | None:
    """Return whether a relation holds that balls cannot tell, such as a strict one between equal sides.

    Parameters
    ----------
    relation
        A claim.
    values
        Meaning of its symbols, balls among them.
    closed
        Closed forms of some of these balls. Where the claim needs another one, the answer is ``None``.
    """
    lengths = [len(value) for value in values.values() if isinstance(value, list | tuple)]
    if max(lengths, default=0) > _LONGEST or not _strict(relation):
        return None
    try:
        truth = read(relation, {**values, **closed}, _CLOSED)
    except (Undefined, ArithmeticError, TypeError, ValueError, AttributeError):
        return None
    return bool(truth) if truth is not None else None
