"""Read one SymPy relation in floats, for many rows at a time: fast, and honest about what rounding leaves open.

A search reads every claim at thousands of rows of up to a thousand tokens; balls would take minutes. So every number
comes with the size of what it was added up from, and two numbers closer than rounding allows are not told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from entmax_oracle.theory.notation import Every, Iff, Least
from entmax_oracle.theory.notation import n as tokens_in_row

__all__ = ["Numbers", "Truths", "Unreadable", "read_rows"]

_ROUNDING = 1e-11
"""What rounding may do to a number, relative to the size of what it was added up from."""


class Unreadable(ValueError):
    """An expression with a symbol that the rows give no meaning, or with a function that is not read in floats."""


class Numbers(NamedTuple):
    """A number for each row (and token), and the size of what it was added up from; NaN where it has no value."""

    value: Any
    size: Any


class Truths(NamedTuple):
    """Where a relation is surely true, where it is surely false, and where it has no value."""

    yes: Any
    no: Any
    lost: Any = np.False_


@dataclass(frozen=True)
class _Reader:
    """Rows: a number for each (shape ``(rows,)``), or one for each of its tokens (shape ``(rows, n)``).

    Every array has one axis for the rows, then one for each index in use; `axes` is their number.
    """

    values: Mapping[sp.Basic, Numbers]
    axes: int
    n: int

    def numbers(self, expression: sp.Basic, at: Mapping[sp.Basic, Any], used: int) -> Numbers:
        """Read an expression; `at` holds the token numbers of the indices, `used` counts their axes."""
        if expression in at:
            position = np.asarray(at[expression], float)
            return Numbers(position, position)
        match expression:
            case sp.Number() | sp.NumberSymbol():
                number = np.float64(expression)
                return Numbers(number, abs(number))
            case sp.Indexed():
                return self.entry(expression, at, used)
            case sp.Symbol():
                if expression not in self.values:
                    raise Unreadable(f"the symbol {expression}")
                return Numbers(*(self.spread(part) for part in self.values[expression]))
            case sp.Add():
                parts = [self.numbers(part, at, used) for part in expression.args]
                return Numbers(sum(part.value for part in parts), sum(part.size for part in parts))
            case sp.Mul():
                return _product([self.numbers(part, at, used) for part in expression.args])
            case sp.exp():
                power = self.numbers(expression.args[0], at, used)
                value = np.exp(power.value)
                return Numbers(value, value * (1 + power.size))
            case sp.Pow():
                return _power(self.numbers(expression.base, at, used), self.numbers(expression.exp, at, used))
            case sp.Max() | sp.Min():
                parts = [self.numbers(part, at, used) for part in expression.args]
                chosen = np.maximum if isinstance(expression, sp.Max) else np.minimum
                value, size = parts[0]
                for part in parts[1:]:
                    value, size = chosen(value, part.value), np.maximum(size, part.size)
                return Numbers(value, size)
            case Least():
                term, index = expression.args
                found = self.numbers(term, {**at, index: self.axis(np.arange(1, self.n + 1), used)}, used + 1)
                shape = self.full(found, used + 1)
                value = np.broadcast_to(found.value, shape).min(axis=used + 1, keepdims=True)
                return Numbers(value, np.broadcast_to(found.size, shape).max(axis=used + 1, keepdims=True))
            case sp.Sum() | sp.Product():
                return self.range(expression, at, used)
            case sp.Piecewise():
                return self.piecewise(expression, at, used)
            case sp.KroneckerDelta():
                left, right = (self.numbers(part, at, used) for part in expression.args)
                same = np.asarray(left.value == right.value, float)
                return Numbers(same, same)
            case sp.log() | sp.Abs() | sp.floor() | sp.ceiling() | sp.sign():
                return _function(type(expression), self.numbers(expression.args[0], at, used))
        raise Unreadable(f"{type(expression).__name__}")

    def truths(self, relation: sp.Basic, at: Mapping[sp.Basic, Any], used: int) -> Truths:
        """Read a relation."""
        match relation:
            case BooleanTrue():
                return Truths(np.True_, np.False_)
            case BooleanFalse():
                return Truths(np.False_, np.True_)
            case sp.core.relational.Relational():
                return _compared(relation.rel_op, *(self.numbers(side, at, used) for side in relation.args))
            case sp.And() | sp.Or():
                parts = [self.truths(part, at, used) for part in relation.args]
                return _both(parts) if isinstance(relation, sp.And) else _not(_both([_not(part) for part in parts]))
            case sp.Not():
                return _not(self.truths(relation.args[0], at, used))
            case sp.Implies():
                premise, conclusion = (self.truths(part, at, used) for part in relation.args)
                return _not(_both([premise, _not(conclusion)]))
            case Iff() | sp.Equivalent():
                left, right = (self.truths(part, at, used) for part in relation.args)
                same = (left.yes & right.yes) | (left.no & right.no)
                other = (left.yes & right.no) | (left.no & right.yes)
                return Truths(same, other, left.lost | right.lost)
            case Every():
                condition, index = relation.args
                found = self.truths(condition, {**at, index: self.axis(np.arange(1, self.n + 1), used)}, used + 1)
                if np.ndim(found.yes) == 0:
                    return found
                along: Any = {"axis": used + 1, "keepdims": True}
                no, lost = found.no.any(**along), np.broadcast_to(found.lost, np.shape(found.no)).any(**along)
                return Truths(found.yes.all(**along), no, lost & ~no)
        raise Unreadable(f"{type(relation).__name__}")

    def axis(self, tokens: Any, used: int) -> Any:
        """Return token numbers along the next free axis."""
        shape = [1] * (self.axes + 1)
        shape[used + 1] = len(tokens)
        return tokens.reshape(shape)

    def spread(self, part: Any) -> Any:
        """Give an array of one number per row its axes."""
        return part.reshape((-1, *[1] * self.axes))

    def full(self, found: Numbers, axis: int) -> tuple[int, ...]:
        """Return the shape of an array whose given axis runs over the tokens."""
        shape = list(np.broadcast_shapes(np.shape(found.value), np.shape(found.size), (1,) * (self.axes + 1)))
        shape[axis] = self.n
        return tuple(shape)

    def entry(self, indexed: sp.Indexed, at: Mapping[sp.Basic, Any], used: int) -> Numbers:
        """Read an entry of a vector, NaN where it has none."""
        if indexed.base not in self.values or len(indexed.indices) != 1:
            raise Unreadable(f"the symbol {indexed.base}")
        value, size = self.values[indexed.base]
        position = self.numbers(indexed.indices[0], at, used).value
        inside = (position >= 1) & (position <= value.shape[1])
        token = np.where(inside, position, 1).astype(int) - 1
        rows = self.spread(np.arange(len(value)))
        return Numbers(np.where(inside, value[rows, token], np.nan), size[rows, token])

    def range(self, expression: Any, at: Mapping[sp.Basic, Any], used: int) -> Numbers:
        """Read a sum or a product over a range of integers."""
        (index, first, last), *inner = expression.limits[::-1]
        term = expression.func(expression.function, *inner[::-1]) if inner else expression.function
        low, high = (self.numbers(end, at, used).value for end in (first, last))
        lowest, highest = int(np.min(low)), int(np.max(high))
        if highest < lowest:
            empty = np.float64(isinstance(expression, sp.Product))
            return Numbers(empty, empty)
        if highest - lowest > 4 * self.n + 64:
            raise Unreadable("a long range")
        tokens = self.axis(np.arange(lowest, highest + 1), used)
        found = self.numbers(term, {**at, index: tokens}, used + 1)
        inside = (tokens >= low) & (tokens <= high)
        if isinstance(expression, sp.Product):
            value = np.where(inside, found.value, 1.0)
            size = np.where(inside, found.size, 1.0)
            return Numbers(value.prod(axis=used + 1, keepdims=True), size.prod(axis=used + 1, keepdims=True))
        value, size = np.where(inside, found.value, 0.0), np.where(inside, found.size, 0.0)
        return Numbers(value.sum(axis=used + 1, keepdims=True), size.sum(axis=used + 1, keepdims=True))

    def piecewise(self, expression: sp.Piecewise, at: Mapping[sp.Basic, Any], used: int) -> Numbers:
        """Read the first branch whose condition holds, NaN where that cannot be told."""
        value: Any = np.float64(np.nan)
        size: Any = np.float64(0)
        open_: Any = np.True_
        for branch in expression.args:
            condition = self.truths(branch.cond, at, used)
            found = self.numbers(branch.expr, at, used)
            taken = open_ & condition.yes
            value, size = np.where(taken, found.value, value), np.where(taken, found.size, size)
            open_ = open_ & condition.no
        return Numbers(value, size)


def _product(factors: list[Numbers]) -> Numbers:
    value, size = factors[0]
    for factor in factors[1:]:
        value, size = value * factor.value, size * factor.size
    if not np.all(np.isfinite(value)):
        for factor in factors:  # an exact zero annihilates what has no value
            value, size = np.where(factor.value == 0, 0.0, value), np.where(factor.value == 0, 0.0, size)
    return Numbers(value, size)


def _power(base: Numbers, exponent: Numbers) -> Numbers:
    value = np.power(base.value, exponent.value)
    value = np.where(np.isinf(value), np.nan, value)
    relative = np.where(base.value == 0, 1.0, base.size / np.abs(base.value))
    size = np.abs(value) * np.maximum(1.0, np.abs(exponent.value) * relative)
    return Numbers(value, size)


def _function(kind: type[sp.Function], argument: Numbers) -> Numbers:
    x, size = argument
    if kind is sp.log:
        value = np.log(np.where(x > 0, x, np.nan))
        return Numbers(value, np.abs(value) + size / np.abs(x))
    if kind is sp.Abs:
        return Numbers(np.abs(x), size)
    if kind is sp.sign:
        value = np.sign(x)
        return Numbers(np.where(np.abs(x) > _ROUNDING * size, value, np.where(x == 0, 0.0, np.nan)), np.abs(value))
    near = np.abs(x - np.round(x)) <= _ROUNDING * size
    rounded = np.floor(x) if kind is sp.floor else np.ceil(x)
    return Numbers(np.where(near & (x != np.round(x)), np.nan, rounded), np.abs(rounded))


def _compared(relation: str, left: Numbers, right: Numbers) -> Truths:
    difference = left.value - right.value
    room = _ROUNDING * (left.size + right.size)
    above, below, equal, lost = difference > room, difference < -room, difference == 0, np.isnan(difference)
    match relation:
        case ">":
            return Truths(above, below | equal, lost)
        case "<":
            return Truths(below, above | equal, lost)
        case ">=":
            return Truths(above | equal, below, lost)
        case "<=":
            return Truths(below | equal, above, lost)
        case "==":
            return Truths(equal, above | below, lost)
    return Truths(above | below, equal, lost)


def _not(truths: Truths) -> Truths:
    return Truths(truths.no, truths.yes, truths.lost)


def _both(parts: list[Truths]) -> Truths:
    yes, no, lost = parts[0]
    for part in parts[1:]:
        yes, no, lost = yes & part.yes, no | part.no, lost | part.lost
    return Truths(yes, no, lost & ~no)


def read_rows(
    relation: sp.Basic, values: Mapping[sp.Basic, Numbers], n: int, tokens: Mapping[sp.Basic, Any], axes: int
) -> Truths:
    """Return where a relation is surely true, and where surely false.

    Parameters
    ----------
    relation
        A claim or a condition.
    values
        Meaning of its symbols: one number a row, or ``(rows, n)`` of them.
    n
        Tokens of every row.
    tokens
        For each free index the token numbers it takes, shape ``(rows, how many)``.
    axes
        How many indices are in use at most, the free ones included.

    Returns
    -------
    Truths
        Arrays with an axis for the rows and one for each free index.
    """
    reader = _Reader({**values, tokens_in_row: _constant(values, n)}, axes, n)
    at: dict[sp.Basic, Any] = {}
    for position, (index, chosen) in enumerate(tokens.items()):
        shape = [1] * (axes + 1)
        shape[0], shape[position + 1] = chosen.shape
        at[index] = chosen.reshape(shape)
    with np.errstate(all="ignore"):
        found = reader.truths(relation, at, len(tokens))
    rows = len(next(iter(values.values())).value)
    whole = (rows, *(chosen.shape[1] for chosen in tokens.values()), *[1] * (axes - len(tokens)))
    return Truths(*(np.broadcast_to(part, whole) for part in found))


def _constant(values: Mapping[sp.Basic, Numbers], n: int) -> Numbers:
    whole = np.full(len(next(iter(values.values())).value), float(n))
    return Numbers(whole, whole)
