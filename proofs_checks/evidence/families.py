"""Ready-made sets of instances to search for counterexamples."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flint import fmpq

from ..reading.walk import rational
from .instances import Instance, row, simplex
from .judging import Family, Parameters

Draw = Callable[[random.Random, float], fmpq]
"""Draws one number, simpler the nearer its second argument is to 0."""

ALPHAS = tuple(
    fmpq(*pair) for pair in ((101, 100), (5, 4), (4, 3), (3, 2), (7, 4), (19, 10), (2, 1), (21, 10), (5, 2), (3, 1))
)
"""Exponents that are searched by default: on each side of 2, where most hypotheses end, and just above 1."""
CONVEX = tuple(value for value in ALPHAS if value <= 2)
"""Those with a smooth mapping, ``1 < alpha <= 2``."""


def real(rng: random.Random, size: float) -> fmpq:
    """Draw a logit: a small multiple of 1/2 at first, then finer and from several scales."""
    if size < 0.3 or rng.random() < 0.3:
        return fmpq(rng.randint(-4, 4), rng.choice((1, 2, 4)))
    scale = rng.choice((1, 4, 16, 64))
    return fmpq(rng.randint(-64, 64), 64) * fmpq(scale, 16)


def positive(rng: random.Random, size: float) -> fmpq:
    """Draw a positive number around 1."""
    return abs(real(rng, size)) + fmpq(1, rng.choice((1, 4, 16)))


def unit(rng: random.Random, size: float) -> fmpq:
    """Draw a number in [0, 1]; the ends have positive probability."""
    parts = rng.choice((2, 4, 16))
    return fmpq(rng.randint(0, parts), parts)


def weight(rng: random.Random, size: float) -> fmpq:
    """Draw an unnormalised probability; zero has positive probability."""
    return fmpq(
        rng.choice((0, 1, 1, 2, 3, 5, 8)) if size < 0.3 else rng.choice((0, rng.randint(1, 9), rng.randint(1, 400)))
    )


def whole(low: int, high: int) -> Draw:
    """Draw an integer between `low` and `high`."""
    return lambda rng, size: fmpq(rng.randint(low, high))


def one_of(values: Sequence[Any]) -> Draw:
    """Draw one of a few values."""
    choices = [rational(value) for value in values]
    return lambda rng, size: rng.choice(choices)


def family(
    domain: str,
    build: Callable[..., Instance],
    vectors: Mapping[str, Draw],
    scalars: Mapping[str, Draw],
    sizes: tuple[int, int] = (1, 6),
    fixed: Sequence[str] = ("alpha", "beta"),
) -> Family:
    """Return a family whose parameters are vectors of one common length and scalars.

    Parameters
    ----------
    domain
        In words.
    build
        Takes the parameters by name.
    vectors, scalars
        How to draw the entries of each vector, and each scalar.
    sizes
        Smallest and largest number of tokens.
    fixed
        Parameters that are not simplified when a counterexample is shrunk.
    """

    def draw(rng: random.Random, size: float) -> Parameters:
        n = rng.randint(sizes[0], max(sizes[0], round(sizes[0] + (sizes[1] - sizes[0]) * min(1.0, 0.3 + size))))
        parameters: Parameters = {name: tuple(d(rng, size) for _ in range(n)) for name, d in vectors.items()}
        return parameters | {name: d(rng, size) for name, d in scalars.items()}

    return Family(domain, draw, build, frozenset(fixed))


def normalised(weights: Sequence[fmpq]) -> list[fmpq]:
    """Return weights divided by their sum; ``ValueError`` if they are negative or all zero."""
    mass = sum(weights, fmpq(0))
    if mass == 0 or any(w < 0 for w in weights):
        raise ValueError("weights must be nonnegative and not all zero")
    return [w / mass for w in weights]


def rows(
    alphas: Sequence[Any] = ALPHAS, sizes: tuple[int, int] = (1, 6), build: Callable[..., Instance] = row
) -> Family:
    """Return rows of logits with rational entries."""
    return family(
        rf"random rows, $n \le {sizes[1]}$, $\alpha \in \{{{', '.join(map(str, alphas))}\}}$",
        build,
        {"z": real},
        {"alpha": one_of(alphas)},
        sizes,
    )


def points(alphas: Sequence[Any] = ALPHAS, sizes: tuple[int, int] = (1, 6)) -> Family:
    """Return points of the simplex with rational entries, as `p`."""

    def build(weights: Sequence[fmpq], alpha: fmpq) -> Instance:
        return simplex(normalised(weights), alpha)

    return family(
        rf"random points of the simplex, $n \le {sizes[1]}$, $\alpha \in \{{{', '.join(map(str, alphas))}\}}$",
        build,
        {"weights": weight},
        {"alpha": one_of(alphas)},
        sizes,
    )
