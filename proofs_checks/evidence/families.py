"""Sets of instances to search for counterexamples, each with a domain in words that is read off its own data."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from flint import fmpq

from entmax_oracle.theory import notation as N

from .instances import Instance, exactly, numbers, row, simplex
from .judging import Family, Parameters


@dataclass(frozen=True)
class Draw:
    """How a parameter of a family is drawn.

    Parameters
    ----------
    number
        Draws one number, simpler the nearer its second argument is to 0.
    span
        What a domain says of the numbers, after their symbol; nothing if they are any real numbers.
    fits
        Whether a number could have been drawn: a shrinker must not leave the family.
    fixed
        Whether a shrinker must leave the parameter alone.
    each
        Whether one number is drawn for every token.
    """

    number: Callable[[random.Random, float], fmpq]
    span: str = ""
    fits: Callable[[fmpq], bool] = lambda value: True
    fixed: bool = False
    each: bool = False

    def __call__(self, rng: random.Random, size: float) -> fmpq:
        """Draw one number."""
        return self.number(rng, size)

    def admits(self, value: Any, least: int) -> bool:
        """Return whether a parameter could have been drawn; `least` is the smallest number of tokens."""
        return len(value) >= least and all(map(self.fits, value)) if self.each else self.fits(value)

    def domain(self, name: str) -> str:
        """Say what a parameter ranges over, by the symbol of its name if there is one."""
        symbol = getattr(N, name, None)
        if not self.span or not isinstance(symbol, sp.Symbol | sp.IndexedBase):
            return self.span and f"{name.replace('_', ' ')} {self.span}"
        span = self.span.replace("in ", r"\in ").replace("{", r"\{").replace("}", r"\}").replace("…", r"\dots")
        return f"${N.latex(symbol)}{'_i' if self.each else ''} {span}$"


def each(draw: Draw) -> Draw:
    """Draw one number for every token."""
    return Draw(draw.number, draw.span, draw.fits, draw.fixed, each=True)


def whole(low: int, high: int) -> Draw:
    """Draw an integer between `low` and `high`."""
    return Draw(
        lambda rng, size: fmpq(rng.randint(low, high)),
        f"in {{{', '.join(map(str, range(low, high + 1)))}}}" if high - low < 3 else f"in {{{low}, …, {high}}}",
        lambda value: value.q == 1 and low <= value <= high,
    )


def one_of(values: Sequence[Any]) -> Draw:
    """Draw one of a few values; a value that stands there twice is drawn twice as often."""
    choices = numbers(values)
    span = f"in {{{', '.join(map(str, dict.fromkeys(choices)))}}}"
    return Draw(lambda rng, size: rng.choice(choices), span, fixed=True)


def _real(rng: random.Random, size: float) -> fmpq:
    """Draw a logit: a small multiple of 1/2 at first, then finer and from several scales."""
    if size < 0.3 or rng.random() < 0.3:
        return fmpq(rng.randint(-4, 4), rng.choice((1, 2, 4)))
    scale = rng.choice((1, 4, 16, 64))
    return fmpq(rng.randint(-64, 64), 64) * fmpq(scale, 16)


def _unit(rng: random.Random, size: float) -> fmpq:
    parts = rng.choice((2, 4, 16))
    return fmpq(rng.randint(0, parts), parts)


def _weight(rng: random.Random, size: float) -> fmpq:
    return fmpq(
        rng.choice((0, 1, 1, 2, 3, 5, 8)) if size < 0.3 else rng.choice((0, rng.randint(1, 9), rng.randint(1, 400)))
    )


real = Draw(_real)
"""A logit."""
magnitude = Draw(lambda rng, size: abs(_real(rng, size)), "≥ 0", lambda value: value >= 0)
"""The size of a logit."""
around_one = Draw(
    lambda rng, size: abs(_real(rng, size)) + fmpq(1, rng.choice((1, 4, 16))), "> 0", lambda value: value > 0
)
"""A positive number around 1."""
unit = Draw(_unit, "in [0, 1]", lambda value: 0 <= value <= 1)
"""A number in [0, 1]; the ends have positive probability."""
weight = Draw(_weight, "", lambda value: value >= 0)
"""An unnormalised probability; zero has positive probability."""
seed = Draw(whole(0, 10**6).number, "", lambda value: value.q == 1)
"""The seed of a random choice that a builder makes."""
reals, units, weights = each(real), each(unit), each(weight)
"""The same for every token."""

ALPHAS = tuple(numbers(("101/100", "5/4", "4/3", "3/2", "7/4", "19/10", 2, "21/10", "5/2", 3)))
"""Exponents that are searched by default: on each side of 2, where most hypotheses end, and just above 1."""
CONVEX = tuple(value for value in ALPHAS if value <= 2)
"""Those with a smooth mapping, ``1 < alpha <= 2``."""


@dataclass(frozen=True)
class Searched(Family):
    """A family that was declared by what it is built from; called, it builds a point from given numbers."""

    function: Callable[..., Instance] = field(kw_only=True)

    def __call__(self, *values: Any, **named: Any) -> Instance:
        """Build the instance of some numbers, which need not be in the family: ints, text such as "3/2", lists."""
        return self.function(*map(exactly, values), **{name: exactly(value) for name, value in named.items()})


def family(
    words: str,
    /,
    sizes: tuple[int, int] = (1, 6),
    of: sp.Symbol = N.n,
    added: int = 0,
    times: int = 1,
    **draws: Draw,
) -> Callable[[Callable[..., Instance]], Searched]:
    """Declare what a function builds instances from: vectors of one common length, and numbers.

    Parameters
    ----------
    words
        What the instances are; sizes and ranges of the parameters are added to it.
    sizes
        Smallest and largest length of the vectors.
    of
        The symbol of that length.
    added, times
        How many tokens the function adds at most, and how often it repeats each.
    draws
        How to draw the parameters of the function, by name.
    """
    vectors = {name: draw for name, draw in draws.items() if draw.each}
    scalars = {name: draw for name, draw in draws.items() if not draw.each}

    def draw(rng: random.Random, size: float) -> Parameters:
        n = rng.randint(sizes[0], max(sizes[0], round(sizes[0] + (sizes[1] - sizes[0]) * min(1.0, 0.3 + size))))
        parameters: Parameters = {name: tuple(d(rng, size) for _ in range(n)) for name, d in vectors.items()}
        return parameters | {name: d(rng, size) for name, d in scalars.items()}

    def declare(function: Callable[..., Instance]) -> Searched:
        def build(**parameters: Any) -> Instance:
            if not all(draws[name].admits(value, sizes[0]) for name, value in parameters.items()):
                raise ValueError("a parameter that the family does not draw")
            return function(**parameters)

        length = _length(of, sizes[0], sizes[1] * times + added) if vectors else ""
        spans = (each.domain(name) for name, each in draws.items())
        domain = ", ".join(part for part in (words, length, *spans) if part)
        fixed = frozenset(name for name, each in draws.items() if each.fixed)
        return Searched(domain, draw, build, fixed, function=function)

    return declare


def _length(symbol: sp.Symbol, low: int, high: int) -> str:
    if low == high:
        return f"${symbol} = {high}$"
    return rf"${symbol} \le {high}$" if low == 1 else rf"${low} \le {symbol} \le {high}$"


def normalised(weights: Sequence[Any]) -> list[fmpq]:
    """Return weights divided by their sum; ``ValueError`` if they are negative or all zero."""
    mass = sum(exact := numbers(weights), fmpq(0))
    if mass == 0 or any(w < 0 for w in exact):
        raise ValueError("weights must be nonnegative and not all zero")
    return [w / mass for w in exact]


def rows(
    alphas: Sequence[Any] = ALPHAS, sizes: tuple[int, int] = (1, 6), build: Callable[..., Instance] = row
) -> Searched:
    """Return rows of logits with rational entries."""
    return family("random rows", sizes, z=reals, alpha=one_of(alphas))(build)


def points(alphas: Sequence[Any] = ALPHAS, sizes: tuple[int, int] = (1, 6)) -> Searched:
    """Return points of the simplex with rational entries, as `p`."""

    def build(weights: Sequence[fmpq], alpha: fmpq) -> Instance:
        return simplex(normalised(weights), alpha)

    return family("random points of the simplex", sizes, weights=weights, alpha=one_of(alphas))(build)
