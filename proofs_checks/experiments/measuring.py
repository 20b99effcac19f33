"""What a head does on drawn rows of many lengths, and the bounds that its curves must keep to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import sympy as sp

from entmax_oracle.theory import notation as N
from entmax_oracle.theory import theorems

from .grouped import Head, attend, entropy_of, rounding
from .odds import judge, least_share
from .scales import scale_bounds
from .tables import Tables

__all__ = ["LENGTHS", "ROWS", "Point", "measure"]

LENGTHS = tuple(2**k for k in range(4, 21))
ROWS = 256
"""Rows drawn at each length."""


@dataclass(frozen=True)
class Point:
    """What was measured at one length, and its bounds.

    Attributes
    ----------
    n : int
        Length of the rows.
    accuracy, ceiling : float
        Share of rows answered correctly, by the head, and by the one token of largest logit in its place.
    bound : float
        Share of the rows whose query and class are certified at this length: no accuracy is lower.
    weight, least_weight : float
        Mean and least weight of the match.
    weight_floor, weight_cap : float or None
        The least weight of a match that entmax allows, and the largest that softmax does, over all queries.
    entropy, least_entropy : float
        Mean and least entropy of the weights.
    entropy_floor : float or None
        Lower bound of all entropies; None where no theorem has one.
    support : float
        Mean number of tokens with weight.
    """

    n: int
    accuracy: float
    ceiling: float
    bound: float
    weight: float
    least_weight: float
    weight_floor: float | None
    weight_cap: float | None
    entropy: float
    least_entropy: float
    entropy_floor: float | None
    support: float


def measure(
    tables: Tables, seed: int, lengths: Sequence[int] = LENGTHS, rows: int = ROWS
) -> tuple[list[Point], list[str]]:
    """Draw rows of each length and answer them; return what was found, and every disagreement with a bound."""
    head, task = Head.of(tables), tables.task
    rng = np.random.default_rng([seed, 20])
    points, faults = [], []
    for n in lengths:
        drawn = task.draw(n, rows, rng)
        mass = attend(head, drawn.query, drawn.counts)
        right = (mass @ head.votes).argmax(-1) == drawn.answer
        top = np.where(drawn.counts > 0, head.logits[drawn.query], -np.inf).argmax(-1)
        certified = judge(tables, n, n).right[drawn.query, drawn.answer]
        weight = mass[np.arange(rows), task.match()[drawn.query, drawn.answer]]
        entropy = entropy_of(mass, drawn.counts)
        least = least_share(tables, n, n)[drawn.query, drawn.answer] if tables.how.mapping == "entmax" else None
        below, floor = _bounds(tables, n)
        if not right[certified].all():
            faults.append(f"n = {n}: a row is answered wrongly that is certified to be answered correctly")
        if least is not None and (weight < least * (1 - rounding()) - rounding()).any():
            faults.append(f"n = {n}: a match has less weight than theorem epsilon-criterion gives it")
        if below is not None and (weight > below[drawn.query] + rounding()).any():
            faults.append(f"n = {n}: a match has more weight than theorem softmax-vanishes allows")
        if floor is not None and (entropy < floor[drawn.query] - rounding(entropy=True)).any():
            faults.append(f"n = {n}: an entropy is below its floor")
        points.append(
            Point(
                n,
                float(right.mean()),
                float((head.votes[top].argmax(-1) == drawn.answer).mean()),
                float(certified.mean()),
                float(weight.mean()),
                float(weight.min()),
                None if least is None else float(least_share(tables, n, n).min()),
                None if below is None else float(below.max()),
                float(entropy.mean()),
                float(entropy.min()),
                None if floor is None else float(floor.min()),
                float(np.where(mass > 0, drawn.counts, 0).sum(-1).mean()),
            )
        )
    return points, faults


def _bounds(tables: Tables, n: int) -> tuple[Any, Any]:
    """Upper bounds of the weight of a token, and lower bounds of the entropy, by query; None where there is none."""
    how = tables.how
    if how.mapping == "stieltjes":
        return None, None
    lower, upper = tables.logit_bounds
    high = scale_bounds(tables, n, n)[1] * (upper.max(-1) - lower.min(-1))
    if how.mapping == "softmax":
        with np.errstate(over="ignore", invalid="ignore"):
            # a range beyond what exp can hold bounds nothing
            found = [bound(np.minimum(high, 700.0), n) for bound in (_weight(), _softmax_floor())]
        return np.where(high > 700, 1.0, found[0]), np.where(high > 700, 0.0, np.maximum(found[1], 0))
    return None, np.maximum(_entmax_floor()(high, n, how.alpha), 0)


def _claim(name: str, key: str) -> sp.Expr:
    (theorem,) = (each for each in theorems() if each.name == name)
    (claim,) = (each for each in theorem.claims if each.key == key)
    return claim.bound


@cache
def _weight() -> Callable[..., Any]:
    return _function(_claim("softmax-vanishes", "weight"), N.n)


@cache
def _softmax_floor() -> Callable[..., Any]:
    return _function(_claim("softmax-entropy-floor", "closed").subs(N.theta, 1), N.n)


@cache
def _entmax_floor() -> Callable[..., Any]:
    return _function(_claim("entmax-peak", "entropy"), N.n, N.alpha)


def _function(bound: sp.Expr, *others: sp.Symbol) -> Callable[..., Any]:
    """Turn the bound of a claim into a function of the range of the logits, and of other symbols."""
    found: Callable[..., Any] = sp.lambdify([N.z_max, *others], bound.subs(N.z_min, 0), "numpy")
    return found
