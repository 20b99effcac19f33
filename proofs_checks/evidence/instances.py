"""Points at which claims are read: rows of logits with their certified probabilities, and points of the simplex.

The solver here is deliberately small and leans on nothing but the definition of the threshold, a root of a strictly
decreasing function: the theorems are what the rest of the package rests on, so their evidence must not use it.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq

from entmax_oracle.theory import notation as N

from ..reading.walk import BALLS, rational

Number = Any
"""``fmpq`` (exact) or ``arb`` (a ball that contains the true value)."""


@dataclass(frozen=True)
class Instance:
    """A meaning for the symbols of a theorem.

    Parameters
    ----------
    values
        Number of each symbol, list of numbers of each indexed base.
    note
        What is special about this point, in words.
    exact
        Closed forms of numbers that `values` knows as balls only, to tell what is equal from what is close.
    """

    values: Mapping[sp.Basic, Any]
    note: str = ""
    exact: Mapping[sp.Basic, sp.Expr] = field(default_factory=dict)

    def __add__(self, other: Mapping[sp.Basic, Any]) -> Instance:
        """Return the instance with more symbols given (or given anew), ints and text such as "3/2" read exactly."""
        closed = {symbol: form for symbol, form in self.exact.items() if symbol not in other}
        more = {symbol: exactly(value) for symbol, value in other.items()}
        return Instance({**self.values, **more}, self.note, closed)

    def __getitem__(self, symbol: sp.Basic) -> Any:
        return self.values[symbol]

    def describe(self) -> dict[str, str]:
        """Return the instance as text: exact rationals as fractions, balls with their digits."""
        return {
            str(getattr(key, "label", key)): show(value)
            for key, value in self.values.items()
            if isinstance(key, sp.Symbol | sp.IndexedBase)
        }


_LONG = 12
"""Entries of a list in which every one is shown."""


def show(value: Any) -> str:
    """Return a number or a nested list of numbers as short text; in a long list equal neighbours are counted."""
    if isinstance(value, list | tuple):
        shown = [show(entry) for entry in value]
        if len(shown) > _LONG:
            runs = [(text, len(list(same))) for text, same in itertools.groupby(shown)]
            shown = [text if count == 1 else f"{text} ({count} times)" for text, count in runs]
        return "(" + ", ".join(shown) + ")"
    if isinstance(value, arb):
        return str(value.str(12, radius=False)) if value.is_finite() or not value < 0 else "-inf"
    return str(value)


def number(value: Any) -> Number:
    """Return the exact rational of an int, a float, a Fraction or text such as "3/2"; a ball passes through."""
    return value if isinstance(value, arb) else rational(Fraction(value) if isinstance(value, str) else value)


def numbers(values: Iterable[Any]) -> list[Number]:
    """Return the exact rational of each value, as :func:`number` does."""
    return [number(value) for value in values]


def exactly(value: Any) -> Any:
    """Return ints and text as exact rationals, in lists as well; everything else as it is."""
    if isinstance(value, list | tuple):
        return [exactly(entry) for entry in value]
    return number(value) if type(value) in (int, str) else value


def dyadic(value: Number, bits: int = 12) -> fmpq:
    """Return a nearby rational with denominator ``2 ** bits``, to build an exact point near an irrational one."""
    scaled = (arb(arb(value).mid()) * 2**bits).floor().unique_fmpz()
    if scaled is None:
        raise ValueError("no rational near a number that is not finite")
    return fmpq(scaled, 2**bits)


def certain(truth: bool | None) -> bool:
    """Return a truth that must be decided; ``ValueError`` where the balls cannot tell."""
    if truth is None:
        raise ValueError("the balls overlap: this comparison cannot be decided at the working precision")
    return truth


def threshold(x: Sequence[Number], q: fmpq) -> tuple[list[bool], Number]:
    """Return the support and the threshold of ``x`` for the exponent ``q = 1 / (alpha - 1)``.

    Both are certified: ``x_k`` is in the support if ``f(x_k) < 0`` for the decreasing ``f(t) = sum [x_i - t]_+^q - 1``,
    and the ball returned has ``f`` of opposite signs at its ends. Exact rationals stay exact for ``q = 1``.
    """

    def excess(t: Number, groups: Sequence[tuple[Number, int]]) -> Number:
        positive = [(BALLS.maximum([fmpq(0), y - t]), count) for y, count in groups]
        return BALLS.add([count * BALLS.power(y, q) for y, count in positive]) - 1

    everyone = _grouped(x)
    known: dict[fmpq, bool] = {}
    members: list[bool] = []
    for y in x:
        if not isinstance(y, fmpq):
            members.append(certain(BALLS.compare("<", excess(y, everyone), fmpq(0))))
            continue
        if y not in known:  # tied logits are decided once
            known[y] = certain(BALLS.compare("<", excess(y, everyone), fmpq(0)))
        members.append(known[y])
    live = [y for y, member in zip(x, members, strict=True) if member]
    count = len(live)
    if q == 1:
        return members, (BALLS.add(live) - 1) / count
    if all(isinstance(y, fmpq) and y == live[0] for y in live):
        return members, live[0] - BALLS.power(fmpq(1, count), 1 / q)
    highest = BALLS.maximum(live)
    low, high = arb(highest) - 1, arb(highest) - BALLS.power(fmpq(1, count), 1 / q)
    # The support is known, so the root lies left of every live entry as well.
    for y in live:
        high = high.min(arb(y))
    low, high = arb(low.lower()), arb(high.upper())
    groups = _grouped(live)
    for _ in range(50):
        middle = arb(((low + high) / 2).mid())
        if excess(middle, groups) > 0:
            low = middle
        elif excess(middle, groups) < 0:
            high = middle
        else:
            break
    t = arb(((low + high) / 2).mid())
    for _ in range(6):
        slopes = [count * BALLS.power(BALLS.maximum([fmpq(0), y - t]), q - 1) for y, count in groups]
        slope = q * BALLS.add(slopes)
        step = excess(t, groups) / slope
        if not step.is_finite() or step.contains(0):
            break
        t = arb(BALLS.maximum([low, (t + step)]).min(high).mid())
    for shift in (16, 32, 64, 96, 128, 160, 200):
        radius = arb(2) ** (shift - ctx.prec)
        if excess(t - radius, groups) > 0 and excess(t + radius, groups) < 0:
            return members, arb(t.mid(), radius)
    raise ValueError("the threshold could not be enclosed at the working precision")


def _grouped(x: Sequence[Number]) -> list[tuple[Number, int]]:
    """Return the distinct rationals with how often they occur, and every ball by itself."""
    counts = Counter(y for y in x if isinstance(y, fmpq))
    return [*counts.items(), *((y, 1) for y in x if not isinstance(y, fmpq))]


def row(z: Iterable[Any], alpha: Any, theta: Any = 1) -> Instance:
    """Return a row of logits with ``p = entmax_alpha(theta z)``, its threshold and all that theorems say of it."""
    logits, exponent, scale = numbers(z), number(alpha), number(theta)
    scaled = [scale * value for value in logits]
    if exponent == 1:
        weights = [arb(value).exp() for value in scaled]
        mass = BALLS.add(weights)
        p, members, tau = [w / mass for w in weights], [True] * len(logits), fmpq(-1)
    else:
        members, tau = threshold([(exponent - 1) * value for value in scaled], 1 / (exponent - 1))
        p = [
            BALLS.power((exponent - 1) * value - tau, 1 / (exponent - 1)) if member else fmpq(0)
            for value, member in zip(scaled, members, strict=True)
        ]
        live = [value for value, member in zip(scaled, members, strict=True) if member]
        if len(live) == 1 or all(isinstance(value, fmpq) and value == live[0] for value in live):
            # The support shares one logit, and the mass evenly: the threshold alone may be irrational.
            p = [fmpq(int(member), len(live)) for member in members]
            return _tied(_complete(logits, exponent, p, tau) + {N.theta: scale}, live[0])
    return _complete(logits, exponent, p, tau) + {N.theta: scale}


def _tied(instance: Instance, logit: Number) -> Instance:
    """Give a row whose support shares one (scaled) logit the closed form of its threshold, ``x - m^-a``."""
    if not isinstance(logit, fmpq) or isinstance(instance[N.tau], fmpq) or not isinstance(instance[N.alpha], fmpq):
        return instance
    a, m = (sp.Rational(int(v.p), int(v.q)) for v in (instance[N.alpha] - 1, instance[N.size]))
    return replace(instance, exact={N.tau: a * sp.Rational(int(logit.p), int(logit.q)) - m ** (-a)})


def chosen(p: Iterable[Any], alpha: Any, dead: Iterable[Any] = (), shift: Any = 0) -> Instance:
    """Return a row whose probabilities are exactly `p`: the inverse map ``z_i = p_i^(alpha - 1) / (alpha - 1)``.

    Parameters
    ----------
    p
        Positive numbers that sum to 1.
    alpha
        Exponent, greater than 1.
    dead
        Logits ≤ 0 (before the shift) of further tokens with probability 0; 0 itself lies on the threshold.
    shift
        Added to every logit.
    """
    live, exponent, tail, offset = numbers(p), number(alpha), numbers(dead), number(shift)
    a = exponent - 1
    if BALLS.compare("==", BALLS.add(live), fmpq(1)) is False:
        raise ValueError("p: the probabilities must sum to 1")
    if not all(value > 0 for value in live) or any(value > 0 for value in tail):
        raise ValueError("p must be positive and dead logits must be at most 0")
    logits = [BALLS.power(value, a) / a + offset for value in live] + [value + offset for value in tail]
    return _complete(logits, exponent, live + [fmpq(0)] * len(tail), a * offset) + {N.theta: fmpq(1)}


def simplex(p: Iterable[Any], alpha: Any, **more: Any) -> Instance:
    """Return a point of the simplex and an exponent; `more` symbols by their name in the notation."""
    values: dict[sp.Basic, Any] = {N.p: (probabilities := numbers(p)), N.n: fmpq(len(probabilities))}
    values[N.alpha] = number(alpha)
    values[N.p_max] = BALLS.maximum(probabilities)
    values[N.size] = fmpq(sum(1 for value in probabilities if value > 0))
    for name, value in more.items():
        values[getattr(N, name)] = numbers(value) if isinstance(value, list | tuple) else number(value)
    return Instance(values)


def _complete(z: list[Number], alpha: fmpq, p: list[Number], tau: Number) -> Instance:
    highest = BALLS.maximum(z)
    return Instance(
        {
            N.n: fmpq(len(z)),
            N.alpha: alpha,
            N.z: z,
            N.p: p,
            N.tau: tau,
            N.z_max: highest,
            N.z_min: -BALLS.maximum([-value for value in z]),
            N.p_max: BALLS.maximum(p),
            N.size: fmpq(sum(1 for value in p if not (isinstance(value, fmpq) and value == 0))),
            # At this precision balls overlap only where logits are tied.
            N.top: fmpq(sum(1 for value in z if BALLS.compare("<", value, highest) is not True)),
        }
    )
