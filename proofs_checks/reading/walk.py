"""Read a SymPy expression with numbers: exact rationals where possible, rigorous balls elsewhere, or solver terms.

One walk over the expression, three arithmetics. Claims are never typed a second time: whatever evidence evaluates is
read from the theorem's own expression.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from math import comb, factorial
from typing import Any, Protocol

import sympy as sp
from flint import arb, ctx, fmpq, fmpz
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

from entmax_oracle.theory.notation import Every, Iff, Least
from entmax_oracle.theory.notation import n as tokens_in_row

PRECISION = 192
"""Bits of the balls in which claims are read."""

Values = Mapping[sp.Basic, Any]
"""Meaning of symbols: numbers, and sequences (of sequences) of numbers for indexed bases."""


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

    def choose(self, branches: Sequence[tuple[Any, sp.Basic]], values: Values) -> Any:
        """Return the value of the first branch that holds; expressions are read by the algebra itself."""


class Balls:
    """Exact rationals as long as every operation is rational, then balls that contain the true value.

    Truth has three values: ``True``, ``False``, and ``None`` where the balls overlap and cannot tell.
    """

    def number(self, value: fmpq) -> Any:
        """Return the rational itself."""
        return value

    def add(self, terms: Sequence[Any]) -> Any:
        """Sum, exact when all terms are rational."""
        return reduce(lambda left, right: left + right, terms, fmpq(0))

    def multiply(self, factors: Sequence[Any]) -> Any:
        """Product; an exact zero annihilates everything."""
        if any(isinstance(f, fmpq) and f == 0 for f in factors):
            return fmpq(0)
        return reduce(lambda left, right: left * right, factors, fmpq(1))

    def power(self, base: Any, exponent: Any) -> Any:
        """Power, exact when the root is rational; ``0 ** 0 = 1``."""
        if isinstance(base, fmpq) and isinstance(exponent, fmpq):
            exact = _exact_power(base, exponent)
            if exact is not None:
                return exact
        if isinstance(exponent, fmpq) and exponent.q == 1 and abs(int(exponent.p)) < 64:
            result = _whole_power(arb(base), int(exponent.p))
        else:
            base, exponent = arb(base), arb(exponent)
            if base.contains(0) and exponent > 0:
                # The true base is nonnegative: a real power of a negative number is never meant.
                return arb(0).union(arb(base.abs_upper()) ** exponent)
            result = base**exponent
        if not result.is_finite():
            raise _without_value("power", lambda ends: ends[0] ** ends[1], [base, exponent])
        return result

    def maximum(self, terms: Sequence[Any]) -> Any:
        """Largest; exact when rational."""
        if all(isinstance(t, fmpq) for t in terms):
            return max(terms)
        return reduce(lambda left, right: left.max(right), [arb(t) for t in terms])

    def function(self, name: str, arguments: Sequence[Any]) -> Any:
        """Elementary functions by ball arithmetic; ``log 0`` is undefined (so that ``0 log 0 = 0``)."""
        first = arguments[0]
        if name == "Abs":
            # of a ball around zero, flint's abs is the ball itself
            return abs(first) if isinstance(first, fmpq) else arb(first.abs_lower()).union(arb(first.abs_upper()))
        if name in ("floor", "ceiling") and isinstance(first, fmpq):
            whole = first.p // first.q if name == "floor" else -((-first.p) // first.q)
            return fmpq(whole)
        if name == "sign" and isinstance(first, fmpq):
            return fmpq((first > 0) - (first < 0))
        if name == "factorial":
            return fmpq(factorial(_integer(first)))
        if name == "binomial":
            return fmpq(comb(*(_integer(value) for value in arguments)))
        if name in ("exp", "log") and isinstance(first, fmpq) and first == (0 if name == "exp" else 1):
            return fmpq(1 if name == "exp" else 0)
        if name == "polygamma" and first == 0:
            return arb(arguments[1]).digamma()
        method = {"ceiling": "ceil", "loggamma": "lgamma"}.get(name, name)
        result = getattr(arb(first), method)(*[arb(other) for other in arguments[1:]])
        if not result.is_finite():
            raise _without_value(name, lambda ends: getattr(ends[0], method)(*ends[1:]), arguments)
        return result

    def compare(self, relation: str, left: Any, right: Any) -> bool | None:
        """Compare; ``None`` when the balls overlap."""
        difference = left - right
        if isinstance(difference, fmpq):
            above, below = difference > 0, difference < 0
        else:
            if difference.is_nan():
                raise Undefined("comparison of undefined numbers")
            above, below = bool(difference > 0), bool(difference < 0)
            if not (above or below) and not difference.is_zero():
                return None
        truth: dict[str, bool] = {
            ">": above,
            "<": below,
            ">=": not below,
            "<=": not above,
            "==": not (above or below),
            "!=": above or below,
        }
        return truth[relation]

    def both(self, truths: Sequence[Any]) -> bool | None:
        """Conjunction in three values."""
        if any(t is False for t in truths):
            return False
        return None if any(t is None for t in truths) else True

    def either(self, truths: Sequence[Any]) -> bool | None:
        """Disjunction in three values."""
        if any(t is True for t in truths):
            return True
        return None if any(t is None for t in truths) else False

    def negate(self, truth: Any) -> bool | None:
        """Negation in three values."""
        return None if truth is None else not truth

    def choose(self, branches: Sequence[tuple[Any, sp.Basic]], values: Values) -> Any:
        """First branch that holds; where a condition cannot be told, the hull of what remains possible."""
        possible: list[Any] = []
        for condition, expression in branches:
            truth = read(condition, values, self)
            if truth is False:
                continue
            possible.append(read(expression, values, self))
            if truth is True:
                break
        if not possible:
            raise Undefined("no branch of a piecewise expression holds")
        return possible[0] if len(possible) == 1 else reduce(lambda a, b: a.union(b), map(arb, possible))


BALLS = Balls()


def _without_value(name: str, function: Callable[[list[arb]], arb], arguments: Sequence[Any]) -> Undefined:
    """Return what to raise where a function of balls is not finite: it has no value if it has none at their ends."""
    ends = ([arb(arb(x).lower()) for x in arguments], [arb(arb(x).upper()) for x in arguments])
    if any(function(end).is_finite() for end in ends):
        return Unclear(f"{name} reaches beyond its domain")
    return Undefined(f"{name} outside its domain")


def _whole_power(base: arb, exponent: int) -> arb:
    """Return an integer power; unlike ``**`` it is defined for balls that contain zero."""
    result = arb(1)
    for _ in range(abs(exponent)):
        result = result * base
    if exponent % 2 == 0 and base.contains(0) and exponent != 0:
        result = arb(0).union(arb(result.abs_upper()))
    return result if exponent >= 0 else 1 / result


def _exact_power(base: fmpq, exponent: fmpq) -> fmpq | None:
    """Return ``base ** exponent`` if it is rational and small enough to write down, else ``None``."""
    if base == 0:
        if exponent < 0:
            raise Undefined("0 to a negative power")
        return fmpq(1 if exponent == 0 else 0)
    power, degree = int(exponent.p), int(exponent.q)
    if abs(power) > 64 or degree > 64 or (degree > 1 and base < 0):
        return None
    numerator, denominator = fmpz(base.p), fmpz(base.q)
    if degree > 1:
        roots = numerator.root(degree), denominator.root(degree)
        if (roots[0] ** degree, roots[1] ** degree) != (numerator, denominator):
            return None
        numerator, denominator = roots
    root = fmpq(numerator, denominator)
    return root**power if power >= 0 else (1 / root) ** (-power)


def rational(value: int | fmpq | sp.Rational | float | Any) -> fmpq:
    """Return an exact rational: of an int, a float, a Fraction or a SymPy rational."""
    if isinstance(value, fmpq):
        return value
    if isinstance(value, sp.Rational):
        return fmpq(int(value.p), int(value.q))
    numerator, denominator = value.as_integer_ratio()
    return fmpq(int(numerator), int(denominator))


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
                position = _integer(read(index, values))
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
            tokens = range(1, _integer(read(tokens_in_row, values)) + 1)
            opposite = [read(-term, {**values, index: fmpq(m)}, algebra) for m in tokens]
            return algebra.multiply([algebra.number(fmpq(-1)), algebra.maximum(opposite)])
        case sp.Sum() | sp.Product():
            terms = _range(expression, values, algebra)
            return algebra.add(terms) if isinstance(expression, sp.Sum) else algebra.multiply(terms)
        case sp.Piecewise():
            return algebra.choose([(branch.cond, branch.expr) for branch in expression.args], values)
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
            tokens = range(1, _integer(read(tokens_in_row, values)) + 1)
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
            equal = _integer(read(expression.args[0], values)) == _integer(read(expression.args[1], values))
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


def _integer(value: Any) -> int:
    if isinstance(value, fmpq) and value.q == 1:
        return int(value.p)
    raise TypeError(f"an index or a range must be an integer, not {value}")


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
    bounds = [_integer(read(end, values)) for end in (first, last)]
    return [read(term, {**values, index: fmpq(m)}, algebra) for m in range(bounds[0], bounds[1] + 1)]


class precision:  # a statement more than a class: ``with precision(256):``
    """Set the working precision of all balls for a block; the old one comes back afterwards."""

    def __init__(self, bits: int = PRECISION) -> None:
        self.bits = bits

    def __enter__(self) -> None:
        self.before, ctx.prec = ctx.prec, self.bits

    def __exit__(self, *_: object) -> None:
        ctx.prec = self.before
