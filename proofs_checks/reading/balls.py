"""Exact rationals where possible, rigorous balls elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import comb, factorial
from typing import Any

from flint import arb, ctx, fmpq, fmpz

from .algebra import Branch, Unclear, Undefined, integer

__all__ = ["BALLS", "precision"]

PRECISION = 192
"""Bits of the balls in which claims are read."""


class precision:  # a statement more than a class: ``with precision(256):``
    """Set the working precision of all balls for a block; the old one comes back afterwards."""

    def __init__(self, bits: int = PRECISION) -> None:
        self.bits = bits

    def __enter__(self) -> None:
        self.before, ctx.prec = ctx.prec, self.bits

    def __exit__(self, *_: object) -> None:
        ctx.prec = self.before


class Balls:
    """Exact rationals as long as every operation is rational, then balls that contain the true value.

    Truth has three values: ``True``, ``False``, and ``None`` where the balls overlap and cannot tell.
    """

    def number(self, value: fmpq) -> Any:
        return value

    def add(self, terms: Sequence[Any]) -> Any:
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
            return fmpq(factorial(integer(first)))
        if name == "binomial":
            return fmpq(comb(*(integer(value) for value in arguments)))
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
        if any(t is False for t in truths):
            return False
        return None if any(t is None for t in truths) else True

    def either(self, truths: Sequence[Any]) -> bool | None:
        if any(t is True for t in truths):
            return True
        return None if any(t is None for t in truths) else False

    def negate(self, truth: Any) -> bool | None:
        return None if truth is None else not truth

    def choose(self, branches: Sequence[Branch]) -> Any:
        """First branch that holds; where a condition cannot be told, the hull of what remains possible."""
        possible: list[Any] = []
        for condition, value in branches:
            truth = condition()
            if truth is False:
                continue
            possible.append(value())
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
    if base == 1:
        return fmpq(1)
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
