"""Read a SymPy expression with numbers: exact rationals where possible, rigorous balls elsewhere, or solver terms.

One walk over the expression, three arithmetics. Claims are never typed a second time: whatever evidence evaluates is
read from the theorem's own expression.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache, partial
from itertools import chain
from typing import Any

import sympy as sp
from flint import fmpq
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

from entmax_oracle.theory.notation import Every, Iff, Least
from entmax_oracle.theory.notation import n as tokens_in_row

from .algebra import Algebra, Undefined, Values, integer, rational
from .balls import BALLS

__all__ = ["BALLS", "free_symbols", "rational", "read", "shortest"]

_CLOSED = sp.Sum | sp.Product | sp.Limit | Least | Every | sp.Piecewise | sp.Indexed
"""What gives a symbol a meaning of its own, or has parts that are not expressions: nothing in it is read ahead."""


def read(expression: sp.Basic, values: Values, algebra: Algebra = BALLS) -> Any:
    """Return the value of `expression` when its symbols mean `values`.

    Parameters
    ----------
    expression
        A SymPy expression or boolean; sums and products over integer ranges, indexed entries, ``Max``, ``Piecewise``
        and limits (taken symbolically first) included. ``0 * undefined`` is 0, which gives ``0 log 0 = 0``.
    values
        Meaning of each symbol and indexed base.
    algebra
        Arithmetic to read in; balls by default.

    Raises
    ------
    Undefined
        If the expression has no value at these numbers.
    KeyError
        If a symbol has no meaning.
    """
    if expression in values:
        return values[expression]
    match expression:
        case sp.Rational():
            return algebra.number(rational(expression))
        case BooleanTrue():
            return algebra.both([])
        case BooleanFalse():
            return algebra.either([])
        case sp.Indexed():
            entry = values[expression.base]
            for index in expression.indices:
                position = integer(read(index, values))
                if not 1 <= position <= len(entry):
                    raise Undefined(f"{expression.base} has no entry {position}")
                entry = entry[position - 1]
            return entry
        case sp.Add():
            return algebra.add([read(term, values, algebra) for term in expression.args])
        case sp.Mul():
            return algebra.multiply(_factors(expression, values, algebra))
        case sp.Pow():
            # Exponents depend on alpha alone and are numbers in every arithmetic.
            return algebra.power(read(expression.base, values, algebra), read(expression.exp, values))
        case sp.Max():
            return algebra.maximum([read(term, values, algebra) for term in expression.args])
        case sp.Min():
            return algebra.multiply(
                [
                    algebra.number(fmpq(-1)),
                    algebra.maximum([read(-term, values, algebra) for term in expression.args]),
                ]
            )
        case Least():
            term, index = expression.args
            tokens = range(1, integer(read(tokens_in_row, values)) + 1)
            opposite = [read(-term, {**values, index: fmpq(m)}, algebra) for m in tokens]
            return algebra.multiply([algebra.number(fmpq(-1)), algebra.maximum(opposite)])
        case sp.Sum() | sp.Product():
            terms = _range(expression, values, algebra)
            return algebra.add(terms) if isinstance(expression, sp.Sum) else algebra.multiply(terms)
        case sp.Piecewise():
            reads = [[partial(read, part, values, algebra) for part in (b.cond, b.expr)] for b in expression.args]
            return algebra.choose([(condition, value) for condition, value in reads])
        case sp.Limit():
            return read(expression.doit(), values, algebra)
        case sp.core.relational.Relational():
            left, right = (read(side, values, algebra) for side in expression.args)
            return algebra.compare(expression.rel_op, left, right)
        case sp.And():
            return algebra.both(_truths(expression, False, values, algebra))
        case sp.Or():
            return algebra.either(_truths(expression, True, values, algebra))
        case sp.Not():
            return algebra.negate(read(expression.args[0], values, algebra))
        case sp.Implies():
            premise = read(expression.args[0], values, algebra)
            if premise is False:
                return True
            return algebra.either([algebra.negate(premise), read(expression.args[1], values, algebra)])
        case Every():
            condition, index = expression.args
            tokens = range(1, integer(read(tokens_in_row, values)) + 1)
            return algebra.both([read(condition, {**values, index: fmpq(m)}, algebra) for m in tokens])
        case Iff() | sp.Equivalent():
            left, right = (read(part, values, algebra) for part in expression.args)
            return algebra.either(
                [
                    algebra.both([left, right]),
                    algebra.both([algebra.negate(left), algebra.negate(right)]),
                ]
            )
        case sp.exp():
            return algebra.function("exp", [read(expression.args[0], values, algebra)])
        case sp.KroneckerDelta():
            equal = integer(read(expression.args[0], values)) == integer(read(expression.args[1], values))
            return algebra.number(fmpq(1 if equal else 0))
        case sp.NumberSymbol():
            return algebra.function({"Pi": "pi", "Exp1": "const_e"}[type(expression).__name__], [fmpq(0)])
        case sp.Function():
            return algebra.function(type(expression).__name__, [read(arg, values, algebra) for arg in expression.args])
    if isinstance(expression, sp.Float):
        raise TypeError(f"a float is not exact: write {shortest(expression)} instead of {expression}")
    if isinstance(expression, Boolean | sp.Expr) and expression.is_Symbol:
        raise KeyError(f"no value given for the symbol {expression}")
    raise TypeError(f"cannot read {type(expression).__name__}: {expression}")


def shortest(value: sp.Float) -> str:
    """Return the exact number that a float stands for in all likelihood, as SymPy text."""
    meant = sp.nsimplify(repr(float(value)), rational=True)
    return str(meant) if meant.is_Integer else f"sp.Rational({meant.p}, {meant.q})"


@lru_cache(maxsize=4096)
def free_symbols(expression: sp.Basic) -> frozenset[sp.Basic]:
    """Return the free symbols; SymPy finds those of a sum anew each time, which is slow."""
    return frozenset(expression.free_symbols)


def _factors(product: sp.Mul, values: Values, algebra: Algebra) -> list[Any]:
    """Read the factors; a factor without value is forgiven if another one is exactly zero."""
    factors: list[Any] = []
    failure: Undefined | None = None
    for argument in product.args:
        try:
            factors.append(read(argument, values, algebra))
        except Undefined as error:
            failure = error
    if failure and not any(isinstance(f, fmpq) and f == 0 for f in factors):
        raise failure
    return factors


def _truths(expression: sp.Basic, decisive: bool, values: Values, algebra: Algebra) -> list[Any]:
    """Read the parts of a conjunction or disjunction; one without value is forgiven if another decides."""
    truths: list[Any] = []
    failure: Undefined | None = None
    for part in expression.args:
        try:
            truths.append(read(part, values, algebra))
        except Undefined as error:
            failure = error
    if failure and not any(truth is decisive for truth in truths):
        raise failure
    return truths


def _range(expression: Any, values: Values, algebra: Algebra) -> list[Any]:
    """Read every term of a sum or product over an integer range."""
    (index, first, last), *inner = expression.limits[::-1]
    term = expression.func(expression.function, *inner[::-1]) if inner else expression.function
    bounds = [integer(read(end, values)) for end in (first, last)]
    steps = range(bounds[0], bounds[1] + 1)
    if algebra is BALLS and len(steps) > 2:
        values = {**values, **_known(_constant(term, index), values)}
    return [read(term, {**values, index: fmpq(m)}, algebra) for m in steps]


@lru_cache(maxsize=4096)
def _constant(term: sp.Basic, index: sp.Symbol) -> tuple[sp.Basic, ...]:
    """Return the largest parts of a term that do not depend on the index, to be read once for all its values."""
    if isinstance(term, _CLOSED) or not term.args:
        return ()
    parts = ((part, index in free_symbols(part)) for part in term.args)
    found = (_constant(part, index) if varies else (part,) if part.args else () for part, varies in parts)
    return tuple(dict.fromkeys(chain.from_iterable(found)))


def _known(parts: Iterable[sp.Basic], values: Values) -> dict[sp.Basic, Any]:
    """Read parts in balls, those left out that have no value: it may not be asked for."""
    found = {}
    for part in parts:
        with suppress(Undefined):
            found[part] = read(part, values)
    return found
