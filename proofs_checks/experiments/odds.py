"""How much the other tokens of a row can outweigh its match, at every length of a block, and whether the answer stands.

For a match m and a token j of another key let the *odds* bound ``(1 - p_m) / p_m`` in rows where j takes part. The
answer
is a mean of votes, ``p_m V_m + sum p_j V_j``, so class c beats class y whenever, for each j alone, what the match has
over y exceeds the odds times what j has against c: the read-out is linear, and its worst case over all mixtures is at
single tokens.

- entmax: a token has mass only above the threshold, so ``p_m = [x_m - tau]^q > [x_m - x_j]^q`` for every j with mass
  (theorem threshold-form); and ``p_m >= e`` if ``e + (n - 1) [e^(alpha - 1) - d]^q <= 1``, d the least distance of the
  match from the others in the coordinates x (epsilon-criterion; without end, needle).
- softmax: ``p_j / p_m = exp(theta (z_j - z_m))`` exactly, at most n - 1 times.
- Stieltjes: ``p_j / p_m = ((lambda - z_m) / (lambda - z_j))^q`` with ``1 <= lambda - z_max <= n^(1/q)``.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from flint import arb, fmpz
from numpy.typing import NDArray

from entmax_oracle.reference.enclosures.precision import working_precision
from entmax_oracle.reference.inputs import Float64

from .directed import down, ends, product_above, up
from .scales import log_of, scale_bounds, slope_of
from .tables import BITS, Tables

__all__ = ["Judged", "judge", "least_share"]

_HALVINGS = 44


class Judged:
    """Which matches are answered correctly in every row of a block of lengths.

    Attributes
    ----------
    right : ndarray of bool, shape (keys, classes)
    slack : ndarray of float, shape (keys, classes)
        What the match has to spare, as a share of what it has; negative where nothing is certified.
    """

    def __init__(self, right: NDArray[np.bool_], slack: Float64):
        self.right, self.slack = right, slack


@np.errstate(over="ignore", divide="ignore", invalid="ignore")
def judge(tables: Tables, first: int, last: int | None) -> Judged:
    """Certify every row of `first` to `last` tokens (None: of at least `first`) for each query and class."""
    odds = _ODDS[tables.how.mapping](tables, first, last)
    own = tables.own_margin[0]
    against = tables.harm[1]
    right, slack = np.zeros(own.shape[:2], bool), np.zeros(own.shape[:2])
    for c in range(tables.task.classes):
        most = product_above(odds[:, c, :, None], against[c][None]).max(1)  # by query and class preferred
        right[:, c] = (own[:, c] > most).all(-1)
        slack[:, c] = np.where(own[:, c] > 0, 1 - most / own[:, c], -np.inf).min(-1)
    return Judged(right, slack)


def least_share(tables: Tables, first: int, last: int | None) -> Float64:
    """Lower bound of the weight of the match in every row of these lengths, by entmax; shape (keys, classes)."""
    nearest = _distances(tables, first, last).min(-1)
    return _criterion(nearest, tables.how.power, last)


def _distances(tables: Tables, first: int, last: int | None) -> Float64:
    """Lower bounds of theta (z_m - z_j), divided by q for entmax, shape (keys, classes, tokens)."""
    low, high = (each[:, None, None] for each in scale_bounds(tables, first, last))
    gap, widest = tables.gaps
    with np.errstate(invalid="ignore", over="ignore"):
        found = np.where(gap == 0, 0.0, down(np.where(gap > 0, low, high) * gap))
        # a scale below 0, as SSMax may learn, is worst with the upper bound of the gap
        turned = np.where(widest == 0, 0.0, down(np.where(widest > 0, low, high) * widest))
        found = np.where(low < 0, np.minimum(found, turned), found)
        found = np.where(np.isinf(gap), np.inf, found)  # not beside the match, whatever the scale
    return down(found / tables.how.power) if tables.how.mapping == "entmax" else found


def _entmax(tables: Tables, first: int, last: int | None) -> Float64:
    distance, q = _distances(tables, first, last), tables.how.power
    nearest = distance if last == 2 else distance.min(-1, keepdims=True)  # a row of two tokens has one other
    share = np.maximum(_power_below(np.clip(distance, 0, 1), q), _criterion(nearest, q, last))
    return np.where(share >= 1, 0.0, up(up(1 - share) / share))


def _criterion(nearest: Float64, q: int, last: int | None) -> Float64:
    """Largest e found, as e^(alpha - 1) by halving, for which the criterion holds in outward rounding."""
    low = np.clip(nearest, 0, 1)
    if last is None:
        return _power_below(low, q)
    others, high = up(float(last - 1)), np.ones_like(low)

    def holds(s: Float64) -> NDArray[np.bool_]:
        beside = np.maximum(up(s - nearest), 0)
        total: NDArray[np.bool_] = up(_power_above(s, q) + up(others * _power_above(beside, q))) <= 1
        return total

    low = np.where((nearest >= 0) | holds(low), low, 0.0)
    whole = holds(high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        good = holds(middle)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return np.where(whole, 1.0, _power_below(low, q))


def _power_below(x: Float64, q: int) -> Float64:
    found = x
    for _ in range(q - 1):
        found = np.where((x == 0) | (x == 1), x, np.maximum(down(found * x), 0))
    return found


def _power_above(x: Float64, q: int) -> Float64:
    found = x
    for _ in range(q - 1):
        found = np.where((x == 0) | (x == 1), x, up(found * x))
    return found


def _softmax(tables: Tables, first: int, last: int | None) -> Float64:
    gap = tables.gaps[0]
    if last is not None:
        distance = _distances(tables, first, last)
        return product_above(np.full_like(gap, up(float(last - 1))), exp_above(-distance))
    if tables.how.scale in ("one", "entropy"):
        return np.where(np.isinf(gap), 0.0, np.inf)
    # log n - theta_n gap falls from `first` on if its derivative in log n is negative there, and the scale convex in it
    with working_precision(BITS):
        length = log_of(first)
        slopes = ends([slope_of(tables, u, length) for u in range(tables.task.keys)])[0][:, None, None]
        longest = float(length.upper())
    convex = np.ones(tables.task.keys, bool) if tables.how.scale == "log" else ends(tables.gamma)[0] >= 1
    falls = convex[:, None, None] & (gap > 0) & (slopes > 0) & (down(slopes * gap) >= 1)
    at_first = exp_above(up(up(longest) - _distances(tables, first, first)))
    return np.where(np.isinf(gap), 0.0, np.where(falls, at_first, np.inf))


def _stieltjes(tables: Tables, first: int, last: int | None) -> Float64:
    gap, q = tables.gaps[0], tables.how.power
    if last is None:
        return np.where(np.isinf(gap), 0.0, np.inf)
    with working_precision(BITS):
        farthest = float(arb(fmpz(last)).root(q).upper())
    most = up(up(farthest) + np.maximum(-gap.min(-1, keepdims=True), 0))  # of lambda - z_m
    below = _power_below_any(down(1 + down(np.maximum(gap, 0) / most)), q)
    above = _power_above_any(up(1 + np.maximum(-gap, 0)), q)
    ratio = np.where(gap > 0, up(1 / below), above)
    return np.where(np.isinf(gap), 0.0, product_above(np.full_like(gap, up(float(last - 1))), ratio))


def _power_below_any(x: Float64, q: int) -> Float64:
    found = x
    for _ in range(q - 1):
        found = down(found * x)
    return found


def _power_above_any(x: Float64, q: int) -> Float64:
    found = x
    for _ in range(q - 1):
        found = up(found * x)
    return found


_ODDS = {"entmax": _entmax, "softmax": _softmax, "stieltjes": _stieltjes}


def exp_above(x: Float64) -> Float64:
    """Upper bounds of exponentials, within a factor of 1 + 2e-5.

    The argument is rounded up to a multiple of 2^-16, and its exponential is the product of three from tables.
    """
    whole, middle, fine = _tables_of_exp()
    clipped = np.clip(x, -740.0, 708.0)
    grid = np.ceil(clipped * 65536).astype(np.int64)  # the product by a power of two is exact
    found = up(up(whole[(grid >> 16) + 740] * middle[(grid >> 8) & 255]) * fine[grid & 255])
    return np.where(x > 708.0, np.inf, found)


@cache
def _tables_of_exp() -> tuple[Float64, Float64, Float64]:
    with working_precision(BITS):
        steps = (range(-740, 710), (arb(i) / 256 for i in range(256)), (arb(i) / 65536 for i in range(256)))
        whole, middle, fine = (ends([arb(each).exp() for each in step])[1] for step in steps)
    return whole, middle, fine
