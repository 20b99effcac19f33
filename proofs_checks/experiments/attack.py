"""Try to break a certified head: rows of a few kinds of tokens, hill climbing, and whole rows token by token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from entmax_oracle.reference import entmax
from entmax_oracle.reference.inputs import Float64

from .failing import worst_row
from .grouped import Head, attend
from .needle import Integers
from .tables import Tables

__all__ = ["LENGTHS", "Attack", "attack"]

LENGTHS = (2**10, 2**16, 2**20)
_ROWS, _ROUNDS = 384, 6


@dataclass(frozen=True)
class Attack:
    """What a search at one length found.

    Attributes
    ----------
    n : int
        Length of the rows.
    rows : int
        Rows that were answered, those of one kind of other tokens (all of them) included.
    margin : float
        Least vote for the right class less the largest other vote, relative to that of the match alone.
    whole : float or None
        The same of the worst row, written out token by token and answered by the reference in float64; None for a
        mapping that the reference does not have.
    broken : bool
        Whether either is not above 0.
    """

    n: int
    rows: int
    margin: float
    whole: float | None
    broken: bool


def attack(tables: Tables, seed: int, lengths: Sequence[int] = LENGTHS) -> list[Attack]:
    """Search for a row that is answered wrongly at each length."""
    head = Head.of(tables)
    return [_at(tables, head, n, np.random.default_rng([seed, n])) for n in lengths]


def _at(tables: Tables, head: Head, n: int, rng: np.random.Generator) -> Attack:
    """Begin at the worst row of one kind, mix in others, and go on from the worst rows found."""
    task = tables.task
    plain, (query, right, token) = worst_row(tables, n)
    counts = np.zeros((1, task.tokens), dtype=np.int64)
    counts[0, task.match()[query, right]] = 1
    counts[0, token] = n - 1
    best = (np.array([query]), np.array([right]), counts)
    margins = _margins(head, tables, *best)
    tried = task.keys * task.classes * (task.tokens - task.classes)
    for round_ in range(_ROUNDS):
        rows = [best[0], best[1], best[2]]
        fresh = _fresh(tables, n, rng) if round_ < 2 else _moved(tables, best, rng)
        joined = [np.concatenate([a, b]) for a, b in zip(rows, fresh, strict=True)]
        margins = _margins(head, tables, joined[0], joined[1], joined[2])
        keep = np.argsort(margins)[:32]
        best = (joined[0][keep], joined[1][keep], joined[2][keep])
        margins = margins[keep]
        tried += len(fresh[0])
    whole = _whole(head, tables, int(best[0][0]), int(best[1][0]), best[2][0], rng)
    least = min(float(margins[0]), plain)
    return Attack(n, tried, least, whole, min(least, least if whole is None else whole) <= 0)


def _margins(head: Head, tables: Tables, query: Integers, right: Integers, counts: Integers) -> Float64:
    return _relative(attend(head, query, counts) @ head.votes, head, tables, query, right)


def _relative(votes: Float64, head: Head, tables: Tables, query: Integers, right: Integers) -> Float64:
    """Return the margins of votes, divided by those of the match alone."""
    own = head.votes[tables.task.match()[query, right]]
    found, alone = (_margin(each, right) for each in (votes, own))
    return found / np.abs(alone)


def _margin(votes: Float64, right: Integers) -> Float64:
    rows = np.arange(len(votes))
    others = votes.copy()
    others[rows, right] = -np.inf
    margin: Float64 = votes[rows, right] - others.max(-1)
    return margin


def _fresh(tables: Tables, n: int, rng: np.random.Generator) -> tuple[Integers, Integers, Integers]:
    """Rows of a match among two or three kinds of tokens, in shares that differ by orders of magnitude."""
    task = tables.task
    query, right = rng.integers(task.keys, size=_ROWS), rng.integers(task.classes, size=_ROWS)
    counts = np.zeros((_ROWS, task.tokens), dtype=np.int64)
    allowed = task.rivals()
    # kinds near the top of the logits come first: by entmax the others have no weight beside them
    order = np.argsort(-np.where(allowed, tables.logit_bounds[1], -np.inf), axis=-1)
    for i in range(_ROWS):
        among = min(task.tokens - task.classes, int(2 ** rng.uniform(1, 8)))
        kinds = order[query[i], rng.integers(among, size=rng.integers(2, 4))]
        shares = 10 ** rng.uniform(-6, 0, size=len(kinds))
        drawn = rng.multinomial(n - 1, shares / shares.sum())
        np.add.at(counts[i], kinds, drawn)
    counts[np.arange(_ROWS), task.match()[query, right]] = 1
    return query, right, counts


def _moved(
    tables: Tables, best: tuple[Integers, Integers, Integers], rng: np.random.Generator
) -> tuple[Integers, Integers, Integers]:
    """Neighbours of rows: a part of one kind of tokens becomes another kind."""
    pick = rng.integers(len(best[0]), size=_ROWS)
    query, right, counts = (each[pick].copy() for each in best)
    allowed = tables.task.rivals()
    for i in range(_ROWS):
        row = counts[i]
        source = rng.choice(np.flatnonzero((row > 0) & allowed[query[i]]))
        target = rng.choice(np.flatnonzero(allowed[query[i]]))
        part = int(np.ceil(row[source] * 10 ** rng.uniform(-4, 0)))
        row[source] -= part
        row[target] += part
    return query, right, counts


def _whole(
    head: Head, tables: Tables, query: int, right: int, counts: Integers, rng: np.random.Generator
) -> float | None:
    """Write a row out, shuffled, and answer it by the reference, another program than that of the grouped rows."""
    tokens = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    z = head.scaled(np.array([query]), counts[None])[0][tokens]
    if tables.how.mapping == "stieltjes":
        return None
    votes: Any = entmax(z, alpha=tables.how.alpha) @ head.votes[tokens]
    return float(_relative(votes[None], head, tables, np.array([query]), np.array([right]))[0])
