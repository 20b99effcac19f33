"""The scale at the lengths of a block, enclosed: what multiplies the logits of a row of n tokens."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from flint import arb, fmpz

from entmax_oracle.reference.enclosures.precision import working_precision
from entmax_oracle.reference.inputs import Float64

from .contenders import DELTA, FIT
from .directed import ends
from .tables import BITS, Tables

__all__ = ["grows", "hottest", "log_of", "scale_at", "scale_bounds", "slope_of"]


def log_of(n: int) -> arb:
    """Enclose log n; a row of one token counts as one of two, as in the layers."""
    return arb(fmpz(max(n, 2))).log()


def scale_at(tables: Tables, query: int, n: int) -> arb:
    """Enclose the scale of a query at a length; of the adaptive temperature, which depends on the row, the range."""
    how = tables.how.scale
    if how == "log":
        assert tables.strength is not None
        return tables.strength * log_of(n)
    if how == "adaptive":
        return DELTA + tables.beta[query] * log_of(n) ** tables.gamma[query]
    return arb(1) if how == "one" else arb(1).union(hottest())


def scale_bounds(tables: Tables, first: int, last: int | None) -> tuple[Float64, Float64]:
    """Bounds of the scale for every length from `first` to `last`, None for no end; by query, shape (keys,).

    delta + beta (log n)^gamma and s log n are monotone in n, one way or the other by the signs of gamma and s, so both
    ends enclose what lies between. Without an end a power of positive exponent tends to infinity, one of negative
    exponent to 0, and where the sign is not known both are possible.
    """
    with working_precision(BITS):
        keys = range(tables.task.keys)
        near = [scale_at(tables, u, first) for u in keys]
        if last is not None:
            far = [scale_at(tables, u, last) for u in keys]
            below = ends([a.min(b) for a, b in zip(near, far, strict=True)])
            above = ends([a.max(b) for a, b in zip(near, far, strict=True)])
            return below[0], above[1]
        lower, upper = ends(near)
    if tables.how.scale not in ("adaptive", "log"):
        return lower, upper
    rate = ends(tables.gamma if tables.how.scale == "adaptive" else [tables.strength] * len(keys))
    end = float(DELTA) if tables.how.scale == "adaptive" else -np.inf
    lower = np.where(rate[0] >= 0, lower, np.minimum(lower, end))
    upper = np.where(rate[1] > 0, np.inf, np.maximum(upper, end))
    return lower, upper


def grows(tables: Tables) -> bool:
    """Whether the scale of every query is known not to fall with the length."""
    rates = {"one": [arb(0)], "entropy": [arb(-1)], "adaptive": tables.gamma, "log": [tables.strength]}
    return all(rate >= 0 for rate in rates[tables.how.scale])


def slope_of(tables: Tables, query: int, length: arb) -> arb:
    """Enclose the derivative of the scale in log n, at a value of log n."""
    if tables.how.scale == "log":
        assert tables.strength is not None
        return tables.strength
    if tables.how.scale == "adaptive":
        rate = tables.gamma[query]
        return tables.beta[query] * rate * length ** (rate - 1)
    return arb(0)


@cache
def hottest() -> arb:
    """Enclose the largest value of the published polynomial where the entropy exceeds 1/2.

    Up to 13 by pieces; beyond, ``H^3 (0.481 - 0.037 H)`` and ``4.917 H - 2.3 H^2`` are negative, and so is the sum.
    """
    with working_precision(64):
        pieces = 4096
        cut = [arb(0.5) + arb(12.5) * i / pieces for i in range(pieces + 1)]
        values = [polynomial(a.union(b)) for a, b in pairwise(cut)]
        best = max(values, key=lambda each: float(each.upper()))
        attained = max((polynomial(each) for each in cut), key=lambda each: float(each.lower()))
        return attained.lower().union(best.upper())


def polynomial(entropy: arb) -> arb:
    """Enclose the published polynomial."""
    found = arb(0)
    for coefficient in FIT:
        found = found * entropy + arb(coefficient)
    return found
