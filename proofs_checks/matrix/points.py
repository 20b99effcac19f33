"""Points at which a property is checked: plain numbers that can be drawn, stored, replayed and made smaller."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

from ..shrinking import minimise

Point = dict[str, Any]
"""Names and their values: floats, ints, texts, and tuples of one number a token."""

_SIMPLE = (0.0, 1.0, -1.0)


def draw_row(rng: random.Random, size: float, least: int = 2) -> tuple[float, ...]:
    """Draw two to six logits: small halves at first, then finer and larger ones; ties are frequent."""
    n = rng.randint(least, max(least, 2 + round(4 * size)))
    parts, reach = rng.choice(((2, 2), (4, 2), (4, 4), (16, 6)) if size > 0.3 else ((1, 2), (2, 2)))
    row = [rng.randint(-reach * parts, reach * parts) / parts for _ in range(n)]
    if rng.random() < 0.3:
        row[rng.randrange(n)] = row[rng.randrange(n)]
    return tuple(row)


def draw_direction(rng: random.Random, n: int) -> tuple[float, ...]:
    """Draw small integers, not all zero."""
    while True:
        direction = tuple(float(rng.choice((-2, -1, -1, 0, 0, 0, 1, 1, 2))) for _ in range(n))
        if any(direction):
            return direction


def shrink(point: Point, fails: Callable[[Point], bool], tries: int = 200) -> Point:
    """Return a point with fewer tokens, then simpler numbers, at which the property still fails."""
    return minimise(point, True, [simpler], lambda candidate: fails(candidate) or None, evaluations=tries)[0]


def simpler(point: Point) -> Iterator[Point]:
    """Yield smaller points, boldest first."""
    rows = {name: value for name, value in point.items() if isinstance(value, tuple) and name != "order"}
    n = len(point["z"]) if "z" in point else 0
    if "order" not in point:
        for i in range(n if n > 1 else 0):
            cut = {name: value[:i] + value[i + 1 :] for name, value in rows.items()}
            place = {"place": min(point["place"], n - 1)} if "place" in point else {}
            yield {**point, **cut, **place}
    elif n > 1:
        for i in range(n):
            order = tuple(k - (k > i) for k in point["order"] if k != i)
            yield {**point, "z": point["z"][:i] + point["z"][i + 1 :], "order": order}
    for name, value in point.items():
        if name in ("order", "place"):
            continue
        if isinstance(value, tuple):
            for i, entry in enumerate(value):
                for number in _simpler_numbers(entry):
                    yield {**point, name: (*value[:i], number, *value[i + 1 :])}
        elif isinstance(value, float):
            for number in _simpler_numbers(value):
                yield {**point, name: number}


def _simpler_numbers(value: float) -> Iterator[float]:
    nearer = [float(round(value * part)) for part in (1 / 2, 3 / 4, 15 / 16)] if abs(value) > 8 else []
    nearer += [value - math.copysign(1.0, value)] if abs(value) > 1 else []
    candidates = [*_SIMPLE, *nearer, *(round(value * parts) / parts for parts in (1, 2, 4, 8))]
    cost = _cost(value)
    yield from (number for number in dict.fromkeys(candidates) if _cost(number) < cost)


def _cost(value: float) -> tuple[int, float, bool]:
    denominator = value.as_integer_ratio()[1]
    return denominator, abs(value), value < 0
