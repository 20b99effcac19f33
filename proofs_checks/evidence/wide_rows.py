"""Wide rows: up to thousands of tokens in two or three levels, one against many, and points of the simplex.

The same rows serve every theorem: as plain numbers, from which a point is built in balls, and as arrays of floats.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, fmpq

from entmax_oracle.theory import notation as N

from ..reading.floats import Numbers
from .families import normalised
from .instances import Instance, chosen, row
from .judging import Family, Parameters

__all__ = [
    "EXPONENTS",
    "FAR_EXPONENTS",
    "FAR_SCALES",
    "FAR_SIZES",
    "SCALES",
    "SIZES",
    "SYMBOLS",
    "WIDE",
    "Group",
    "described",
    "far_draws",
    "group",
    "length",
    "tokens",
]

SIZES, FAR_SIZES = (1, 2, 3, 4, 6, 10, 24, 48, 100, 300, 1000), (5000,)
"""Lengths of the rows, and further ones where nobody has looked before."""
EXPONENTS = tuple(
    fmpq(*pair) for pair in ((21, 20), (5, 4), (137, 100), (3, 2), (5, 3), (2, 1), (13, 5), (3, 1), (5, 1), (8, 1))
)
"""Exponents of the rows; those that a theorem names are added."""
FAR_EXPONENTS = (fmpq(12), fmpq(30))
ANY: tuple[fmpq, ...] = ()
"""In place of exponents: any ``alpha`` in (1, 50], with ``alpha - 1`` spread evenly on a logarithmic scale."""
_NEAR = 4096
"""The least ``alpha - 1`` is one over this."""
ANYWHERE = 48
"""Lengths and exponents that are drawn anywhere, where nobody has looked before."""
SCALES, FAR_SCALES = (fmpq(1), fmpq(1, 3), fmpq(2), fmpq(10)), (fmpq(1, 50), fmpq(100))
_SHIFTS = (fmpq(0), fmpq(0), fmpq(1), fmpq(-3), fmpq(-1000), fmpq(1000))
"""What is added to all logits of a row, where nobody has looked before."""
_DISTINCT, _STAIRS = 100, 32
"""Length up to which all logits of a row may differ, and the levels of longer rows."""
_GAPS = tuple(
    fmpq(*pair) for pair in ((1, 64), (1, 4), (1, 2), (1, 1), (3, 2), (2, 1), (3, 1), (5, 1), (10, 1), (40, 1))
)
_SHARES = tuple(fmpq(*pair) for pair in ((1, 100), (1, 3), (1, 2), (2, 3), (25, 32), (8, 9), (19, 20), (99, 100)))
"""What the first tokens of a point of the simplex have together."""

SYMBOLS: tuple[sp.Basic, ...] = (
    *(N.n, N.alpha, N.theta, N.z, N.p, N.tau, N.z_max, N.z_min, N.p_max, N.size, N.top, N.r, N.v, N.epsilon),
)
"""Symbols to which a row gives a meaning: `r` another point of the simplex, `v` a direction, `epsilon` in (0, 1]."""

_ZERO, _ONE = fmpq(0), fmpq(1)


@dataclass(frozen=True)
class Group:
    """Rows of one length, as plain numbers and as arrays, with the tokens at which free indices are read."""

    n: int
    rows: tuple[Parameters, ...]
    values: dict[sp.Basic, Numbers]
    tokens: Any


def _build(
    alpha: fmpq,
    z: Sequence[fmpq] = (),
    weights: Sequence[fmpq] = (),
    theta: fmpq = _ONE,
    r: Sequence[fmpq] = (),
    v: Sequence[fmpq] = (),
    epsilon: fmpq = _ONE,
) -> Instance:
    if theta <= 0 or alpha < 1 or not 0 < epsilon <= 1:
        raise ValueError("the scale is positive, the exponent at least 1")
    if z:
        instance = row(z, alpha, theta)
    else:
        p = normalised(weights)
        if alpha == 1:
            instance = row([arb(value).log() / theta for value in p], alpha, theta)
        else:
            if any(value == 0 for value in p[: sum(value > 0 for value in p)]):
                raise ValueError("tokens without mass come last")
            live = [value for value in p if value > 0]
            instance = chosen(live, alpha, dead=[-fmpq(m + 1, 8) for m in range(len(p) - len(live))])
            if theta != 1:
                instance = row([arb(value) / theta for value in instance[N.z]], alpha, theta)
    return instance + {N.r: normalised(r), N.v: list(v), N.epsilon: epsilon}


WIDE = Family("wide rows", lambda rng, size: {}, _build, frozenset({"alpha", "theta", "epsilon"}))


def tokens(instance: Instance) -> list[int]:
    """Return the tokens at which free indices are read: the ends of the row and of its first levels."""
    z = instance[N.z]
    if len(z) <= 6:
        return list(range(1, len(z) + 1))
    edges = [m for m in range(1, len(z)) if _levels_differ(z[m], z[m - 1])][:2]
    return sorted({1, 2, len(z), *edges, *(m + 1 for m in edges)})


def _levels_differ(left: Any, right: Any) -> bool:
    return bool(abs(float(arb(left - right).mid())) > 1e-12)


def _shape(
    rng: random.Random, n: int, alphas: Sequence[fmpq], scales: Sequence[fmpq], number: int, varied: bool
) -> Parameters:
    """Return one row: logits, or weights of a point of the simplex; of varied numbers, or of telling ones."""
    if not alphas:
        alpha = 1 + fmpq(round(_NEAR * math.exp(rng.uniform(-math.log(_NEAR), math.log(49)))), _NEAR)
    else:
        alpha = 1 + fmpq(rng.randint(1, 224), 32) if varied and rng.random() < 0.5 else rng.choice(alphas)
    first = min(n, rng.choice((1, 1, 1, 2, 3, max(1, n // 2), max(1, n - 1))))
    more: Parameters = {"alpha": alpha, "theta": rng.choice(scales), "epsilon": fmpq(rng.choice((1, 2, 5, 10)), 10)}
    if number == 0:
        return {"z": (fmpq(0),) * n, **more}
    if number % 2:
        share = (fmpq(rng.randint(1, 127), 128) if varied else rng.choice(_SHARES)) if first < n else fmpq(1)
        dead = rng.choice((0, 0, 0, (n - first) // 2, n - first))
        rest = n - first - dead
        weights = [share / first] * first + ([(1 - share) / rest] * rest if rest else []) + [fmpq(0)] * dead
        if n <= 10 and rng.random() < 0.4:
            weights = [fmpq(rng.randint(1, 64)) for _ in range(n)]
        if alpha == 1:
            weights = [weight or fmpq(1, 1000) for weight in weights]
        return {"weights": tuple(weights), **more}
    gap = rng.choice((*_GAPS, 1 / (alpha - 1) if alpha > 1 else fmpq(1)))
    if not alphas and rng.random() < 0.5:
        gap = fmpq(rng.randint(1, 80), 64) / (alpha - 1)
    elif varied:
        gap *= fmpq(rng.randint(48, 80), 64)
    if n <= 10 and rng.random() < 0.4:
        z = [gap * fmpq(rng.randint(-16, 16), 16) for _ in range(n)]
    else:
        second = min(n - first, rng.choice((0, 0, 1, (n - first) // 2)))
        z = [fmpq(0)] * first + [-gap * fmpq(rng.choice((1, 2, 4)), 4)] * second + [-gap] * (n - first - second)
    if not alphas:
        z = _elsewhere(rng, n, gap, z)
    if rng.random() < 0.25:
        z.reverse()
    return {"z": tuple(z), **more}


def _elsewhere(rng: random.Random, n: int, gap: fmpq, z: list[fmpq]) -> list[fmpq]:
    """Return the logits of a row, or many levels instead; rotated or not, and shifted or not."""
    if rng.random() < 0.3:
        levels = n if n <= _DISTINCT else rng.randint(2, _STAIRS)
        falling = sorted(rng.randint(0, 4 * levels) for _ in range(levels)) if rng.random() < 0.5 else range(levels)
        heights = [-gap * fmpq(step, max(falling[-1], 1)) for step in falling]
        z = [heights[m * levels // n] for m in range(n)]
    if rng.random() < 0.3:
        turn = rng.randrange(n)
        z = z[turn:] + z[:turn]
    shift = rng.choice(_SHIFTS)
    return [value + shift for value in z]


def _beside(rng: random.Random, n: int, first: int) -> Parameters:
    """Return another point of the simplex, and a direction."""
    points: tuple[Callable[[], tuple[fmpq, ...]], ...] = (
        lambda: (_ONE,) * n,
        lambda: (_ONE,) + (_ZERO,) * (n - 1),
        lambda: (_ZERO,) * (n - 1) + (_ONE,),
        lambda: (fmpq(n),) + (_ONE,) * (n - 1),
        lambda: (*(fmpq(rng.randint(0, 9)) for _ in range(n - 1)), _ONE),
    )
    directions: tuple[Callable[[], tuple[fmpq, ...]], ...] = (
        *[lambda: (_ONE,) * first + ((fmpq(-first, n - first),) * (n - first) if first < n else ())] * 2,
        lambda: (_ONE,) + (_ZERO,) * (n - 1),
        lambda: (_ONE,) * first + (-_ONE,) * (n - first),
        lambda: (_ONE, -_ONE, *(_ZERO,) * (n - 2))[:n],
        lambda: tuple(fmpq(rng.randint(-8, 8), 8) for _ in range(n)),
    )
    return {"r": rng.choice(points)(), "v": rng.choice(directions)()}


def far_draws(rounds: int, seed: int) -> list[tuple[int, tuple[fmpq, ...], int]]:
    """Return lengths of at most 1000, spread evenly on a logarithmic scale, each with any exponent and its attempt."""

    def anywhere(attempt: int) -> int:
        return int(math.exp(random.Random(f"{seed}/anywhere/{attempt}").uniform(0, math.log(1001))))

    return sorted((anywhere(m), ANY, m) for m in range(ANYWHERE * rounds // 6))


def described(longest: int, alphas: Sequence[fmpq], scales: Sequence[fmpq], far: bool, masked: bool = False) -> str:
    """Say among which rows is searched: up to which length, with which exponents and scales, how far, and if masked."""
    return (
        f"rows of two and three levels, one token against many, and points of the simplex, n ≤ {longest}, "
        f"α in {{{', '.join(map(str, alphas))}}}"
        + (f" and between, and {ANYWHERE} lengths n ≤ 1000 with any α in (1, 50]" if far else "")
        + (f", θ in {{{', '.join(map(str, sorted(scales)))}}}" if len(scales) > 1 else "")
        + (f"; {'most of them with' if masked else 'no'} masked tokens" if far else "")
    )


def length(n: int, attempt: int, seed: int) -> int:
    """Return the length of the rows of an attempt: the given one first, then one up to the next given one."""
    above = next((size for size in (*SIZES, *FAR_SIZES) if size > n), n + n // 2)
    return n if attempt == 0 else random.Random(f"{seed}/{n}/{attempt}").randint(n, above)


@lru_cache(maxsize=48)
def group(n: int, alphas: tuple[fmpq, ...], scales: tuple[fmpq, ...], count: int, seed: int, attempt: int) -> Group:
    """Return rows of one length; the same for every theorem that asks for the same."""
    rng = random.Random(f"{seed}/{n}/{alphas}/{scales}/{attempt}")
    rows = []
    for number in range(count):
        shape = _shape(rng, n, alphas, scales, number, varied=attempt > 0)
        values = shape.get("z") or shape["weights"]
        first = next((m for m in range(1, n) if values[m] != values[0]), n)
        rows.append({**shape, **_beside(rng, n, first)})
    return Group(n, tuple(rows), *_solved(rows, n))


def _solved(rows: Sequence[Parameters], n: int) -> tuple[dict[sp.Basic, Numbers], Any]:
    """Return the values of the symbols in all rows, and the tokens at which free indices are read."""
    alpha = _floats([row["alpha"] for row in rows])
    theta = _floats([row["theta"] for row in rows])
    a = alpha - 1
    x, p = np.zeros((len(rows), n)), np.zeros((len(rows), n))
    tau = np.full(len(rows), -1.0)
    for number, each in enumerate(rows):
        if "z" in each:
            z = _floats(each["z"]) * theta[number]
            if a[number] == 0:
                weights = np.exp(z - z.max())
                x[number], p[number] = z, weights / weights.sum()
                continue
            x[number] = a[number] * z
            tau[number] = _threshold(x[number], 1 / a[number])
            room = x[number] - tau[number]
            p[number] = np.where(room > 1e-12, np.maximum(room, 0), 0) ** (1 / a[number])
            continue
        weights = _floats(each["weights"])
        p[number] = weights / weights.sum()
        if a[number] == 0:
            x[number] = np.log(p[number])
            continue
        live = int((p[number] > 0).sum())
        x[number] = p[number] ** a[number]
        x[number, live:] = -a[number] * np.arange(1, n - live + 1) / 8
        tau[number] = 0.0
    z = x / np.where(a == 0, 1, a)[:, None] / theta[:, None]
    above = np.where(p > 0, np.maximum(x - tau[:, None], 1e-300), 1.0)
    reach = np.where(a == 0, 1.0, 1e-4 / np.where(a == 0, 1, a))[:, None]
    trust = p * (1 + reach / np.minimum(above, 1.0))
    highest = z.max(axis=1)
    r = np.array([_floats(each["r"]) for each in rows])
    v = np.array([_floats(each["v"]) for each in rows])
    exact = {
        N.alpha: alpha,
        N.theta: theta,
        N.z: z,
        N.z_max: highest,
        N.z_min: z.min(axis=1),
        N.size: (p > 0).sum(axis=1).astype(float),
        N.top: (z >= highest[:, None] - 1e-12).sum(axis=1).astype(float),
        N.r: r / r.sum(axis=1, keepdims=True),
        N.v: v,
        N.epsilon: _floats([each["epsilon"] for each in rows]),
    }
    values = {symbol: Numbers(value, np.abs(value)) for symbol, value in exact.items()}
    values[N.p] = Numbers(p, trust)
    values[N.p_max] = Numbers(p.max(axis=1), trust.max(axis=1))
    values[N.tau] = Numbers(tau, 1 + np.abs(tau))
    chosen = [_tokens_of(z[number]) for number in range(len(rows))]
    width = max(map(len, chosen))
    return values, np.array([[*each, *[each[-1]] * (width - len(each))] for each in chosen])


def _tokens_of(z: Any) -> list[int]:
    n = len(z)
    if n <= 6:
        return list(range(1, n + 1))
    edges = [int(m) + 1 for m in np.flatnonzero(np.abs(np.diff(z)) > 1e-12)[:2]]
    return sorted({1, 2, n, *edges, *(m + 1 for m in edges)})


def _floats(values: Sequence[fmpq]) -> Any:
    return np.array([int(value.p) / int(value.q) for value in values])


def _threshold(x: Any, q: float) -> float:
    """Return the root of the decreasing ``sum [x - t]_+^q - 1``, by bisection on the distinct logits."""
    levels, counts = np.unique(x, return_counts=True)
    low, high = levels[-1] - 1, levels[-1]
    for _ in range(64):
        middle = (low + high) / 2
        if (counts * np.maximum(levels - middle, 0) ** q).sum() >= 1:
            low = middle
        else:
            high = middle
    return float(low)
