"""Rows that fool a head: one match among copies of one other token, found in floats and executed in balls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from flint import arb, fmpz

from entmax_oracle.reference.enclosures.precision import working_precision
from entmax_oracle.reference.inputs import Float64

from .scales import log_of, scale_at, scale_bounds, slope_of
from .tables import BITS, Tables

__all__ = ["LONGEST", "Row", "execute", "find", "worst_row"]

LONGEST = 2**1000
"""No row beyond is looked at: its number of tokens must be a float64."""


@dataclass(frozen=True)
class Row:
    """A row of n tokens: the match of a query with a class, and n - 1 copies of one token of another key.

    Attributes
    ----------
    query, right, token : int
        Index of the key that is asked for, the class of its match, and the token that is repeated.
    n : int
        Number of tokens.
    answer : int
        The class that is preferred to the right one.
    mass : tuple of float
        Bounds of the weight of the match.
    margin : tuple of float
        Bounds of the vote for the right class less that for the answer: negative.
    lasting : bool
        Whether every longer row of this kind is certain to be answered wrongly too.
    """

    query: int
    right: int
    token: int
    n: int
    answer: int
    mass: tuple[float, float]
    margin: tuple[float, float]
    lasting: bool


def execute(tables: Tables, query: int, right: int, token: int, n: int) -> Row | None:
    """Compute the row in balls; None unless some class is certainly preferred to the right one."""
    with working_precision(BITS):
        match = int(tables.task.match()[query, right])
        gap = tables.logits[query][match] - tables.logits[query][token]
        scale = scale_at(tables, query, n)
        mass = _MASS[tables.how.mapping](scale * gap, n, tables.how.power)
        votes = [
            mass * own + (1 - mass) * other for own, other in zip(tables.votes[match], tables.votes[token], strict=True)
        ]
        margins = [votes[right] - each for each in votes]
        wrong = [y for y, margin in enumerate(margins) if y != right and margin < 0]
        if not wrong:
            return None
        answer = min(wrong, key=lambda y: float(margins[y].mid()))
        alone = tables.votes[token][right] - tables.votes[token][answer]
        return Row(
            query,
            right,
            token,
            n,
            answer,
            (float(mass.lower()), float(mass.upper())),
            (float(margins[answer].lower()), float(margins[answer].upper())),
            bool(alone < 0) and _lasting(tables, query, gap, n),
        )


def _lasting(tables: Tables, query: int, gap: arb, n: int) -> bool:
    """Whether the match is known to hold less and less in longer rows of this kind.

    Where the copies alone prefer the wrong class as well, so does every mean of them and of what was executed.

    At a fixed scale it does (theorem duplicates for entmax; plain for softmax, and for Stieltjes' map, whose lambda
    grows with every token). A scale that grows gives more to the higher of two logits (theorem majorisation): that is
    for the worse if the match is the lower one, and a scale that falls if it is the higher one. For softmax log n may
    outgrow theta_n times the gap: it does where the slope of that in log n is below 1 and does not rise.
    """
    how = tables.how
    if how.scale in ("one", "entropy"):  # of the latter, the whole range of scales was executed
        return True
    rate = tables.strength if how.scale == "log" else tables.gamma[query]
    assert rate is not None
    falls = (rate <= 0) if gap > 0 else (rate >= 0) if gap <= 0 else False
    if how.mapping != "softmax":
        return bool(falls)
    length = log_of(n)
    concave = how.scale == "log" or rate <= 1
    return bool(falls) or bool(concave and gap * slope_of(tables, query, length) <= 1)


def _softmax(distance: arb, n: int, _: int) -> arb:
    return 1 / (1 + (fmpz(n) - 1) * (-distance).exp())


def _entmax(distance: arb, n: int, q: int) -> arb:
    """Solve ``s^q + (n - 1) [s - d]_+^q = 1`` for the weight ``s^q`` of the match, d its distance in x."""
    d, others = distance / q, arb(fmpz(n - 1))
    if d >= 1:
        return arb(1)
    if d < 0 and others * (-d) ** q >= 1:  # then the copies alone have all mass
        return arb(0)
    if q == 1:
        s = (1 + others * d) / (others + 1)
    else:
        s = (others * d + (others + 1 - others * d**2).sqrt()) / (others + 1)
    if not s > 0:
        s = arb(0) if s <= 0 else arb(0).union(s)
    return s.min(arb(1)) ** q


def _stieltjes(distance: arb, n: int, q: int) -> arb:
    """Solve ``t^-q + (n - 1) (t + d)^-q = 1`` by halving with certain signs; t is how far lambda is above the match."""
    others = arb(fmpz(n - 1))
    low = arb(1).max(1 - distance).lower()
    high = (arb(fmpz(n)).root(q) + arb(0).max(-distance)).upper()
    for _ in range(120):
        middle = ((low + high) / 2).mid()
        rest = middle**-q + others * (middle + distance) ** -q - 1
        if rest > 0:
            low = middle
        elif rest < 0:
            high = middle
        else:
            break
    return low.union(high) ** -q


_MASS: dict[str, Callable[[arb, int, int], arb]] = {"softmax": _softmax, "entmax": _entmax, "stieltjes": _stieltjes}


def find(tables: Tables, after: int) -> Row | None:
    """Look for the shortest row of this kind, of more than `after` tokens, that certainly fools the head."""
    worst = worst_row(tables, max(after, 1) + 1)
    low, n, ratio = max(after, 1), max(after, 1) + 1, 1.25
    while worst[0] >= 0:
        low, n = n, int(n * ratio) + 1
        ratio = ratio if n < 2**40 else min(2 * ratio, 2.0**40)
        if n > LONGEST:
            return None
        worst = worst_row(tables, n)
    while n - low > max(1, n >> 40):  # in floats; the balls decide below
        middle = (low + n) // 2
        found = worst_row(tables, middle)
        if found[0] < 0:
            n, worst = middle, found
        else:
            low = middle
    for k in range(60):
        row = execute(tables, *worst[1], n)
        if row is not None:
            return row
        n += max(1, n >> (50 - k) if k < 50 else n)
        worst = worst_row(tables, n)
    return None


@np.errstate(over="ignore", divide="ignore", invalid="ignore")
def worst_row(tables: Tables, n: int) -> tuple[float, tuple[int, int, int]]:
    """Return the least margin of a row of two levels, in floats, relative to that of the match, and which row it is."""
    gap = (tables.gaps[0] + tables.gaps[1]) / 2
    low, high = scale_bounds(tables, n, n)
    scale = (low + high)[:, None, None] / 2
    if tables.how.scale == "entropy":
        scale = np.where(gap > 0, high[:, None, None], low[:, None, None])
    odds = _odds(np.where(np.isinf(gap), np.inf, scale * gap), n, tables.how.mapping, tables.how.power)
    own = (tables.own_margin[0] + tables.own_margin[1]) / 2
    harm = (tables.harm[0] + tables.harm[1]) / 2
    best, where = np.inf, (0, 0, 0)
    for c in range(tables.task.classes):
        harmed = np.where(harm[c][None] > 0, odds[:, c, :, None] * harm[c][None], 0.0)
        margin = np.where(np.isinf(own[:, c])[:, None], np.inf, 1 - harmed / np.abs(own[:, c])[:, None])
        margin = np.where((own[:, c] < 0)[:, None], -1 - harmed, margin)
        margin = np.where(np.isinf(gap[:, c])[..., None], np.inf, margin)  # of the same key: not beside the match
        least = float(margin.min())
        if least < best:
            u, j, _ = np.unravel_index(int(margin.argmin()), margin.shape)
            best, where = least, (int(u), c, int(j))
    return best, where


def _odds(distance: Float64, n: int, mapping: str, q: int) -> Float64:
    """Weight of n - 1 copies over that of the match, in floats."""
    others = float(n - 1)
    if mapping == "softmax":
        return others * np.exp(-distance)
    if mapping == "stieltjes":
        t = np.maximum(1.0, others ** (1 / q) - distance)  # left of the root of a convex function: Newton's steps rise
        for _ in range(12):
            f = t**-q + others * (t + distance) ** -q - 1
            t = t + f / (q * (t ** (-q - 1) + others * (t + distance) ** (-q - 1)))
        odds: Float64 = t**q - 1
        return odds
    d = distance / q
    inside = np.clip(d, -1e300, 1)
    if q == 1:
        s = (1 + others * inside) / (others + 1)
    else:
        s = (others * inside + np.sqrt(np.maximum(others + 1 - others * inside**2, 0))) / (others + 1)
    share = np.clip(s, 0, 1) ** q
    return np.where(d >= 1, 0.0, (1 - share) / share)
