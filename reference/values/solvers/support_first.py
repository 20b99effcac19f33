"""alpha > 2: find the support exactly, then solve for the smallest probability in it.

For alpha > 2 the residual f(tau) is neither convex nor concave (theorem ``excess-pieces``), so no Newton iteration
from outside is safe. The norm criterion (theorem ``support-norm-criterion``) decides the support without tau: the k-th
largest token is in it iff sum_{i<k} (x_i - x_k)^q < 1, a predicate that is monotone in k. On the support, with w = p_k
its smallest probability and D_i = x_i - x_k >= 0,

    sum_i (D_i + w^a)^q = 1,    a = alpha - 1,  q = 1/a,

where each term is the l_a norm of (D_i^q, w): convex and increasing in w. Newton from the right end w = 1/k
therefore falls monotonically to the root, and nothing cancels, overflows or underflows however large alpha is.

At w = 0 the sum is that of the norm criterion, below 1, and the smallest token alone adds w to it: w <= 1 - sum D_i^q.
Where rounding leaves nothing of that difference, Newton steps to 0 or below, and w = 0 is as right as a sum near 1 is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...inputs import Float64
from .candidates import Candidates, gather

_RESIDUAL = 16 * 2.0**-53


def solve(rows: Float64, peak: Float64, alpha: float, out: Float64) -> Float64:
    """Solve for alpha > 2; see :mod:`entmax_oracle.reference.values.solvers` for the arguments."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a * a difference may exceed every float
        return _solve(rows, peak, alpha - 1, out)


def _solve(rows: Float64, peak: Float64, a: float, out: Float64) -> Float64:
    live = gather(rows, peak, 1 / a)
    falling = _descending(live)
    size = _support_size(falling, live, a)
    smallest = falling[live.start + size - 1]
    del falling
    live = live.keep(live.value >= live.spread(smallest))
    gap = live.value - live.spread(smallest)
    gap *= a
    gap **= 1 / a  # D_i^q: the probability if w were 0
    live.value = gap
    p = _solve_smallest(live, 1.0 / size, a)
    live.scatter(p, out)
    return -(np.maximum.reduceat(p, live.start) ** a)


def _descending(live: Candidates) -> Float64:
    """Sort each row's candidates from large to small."""
    if len(live.start) == 1:
        return np.sort(live.value)[::-1]
    row = np.repeat(np.arange(len(live.start)), live.count)
    return live.value[np.lexsort((-live.value, row))]


def _support_size(falling: Float64, live: Candidates, a: float) -> NDArray[np.intp]:
    """Binary search, in all rows at once, for the largest k with sum_{i<k} (x_i - x_k)^q < 1."""
    low, high = np.ones_like(live.count), live.count.copy()  # k = low is in the support, k > high is not
    while (low < high).any():
        middle = (low + high + 1) // 2
        excess = falling - live.spread(falling[live.start + middle - 1])
        np.maximum(excess, 0.0, out=excess)
        excess *= a
        excess **= 1 / a
        inside = live.sum(excess) < 1
        low = np.where(inside, middle, low)
        high = np.where(inside, high, middle - 1)
    return low


def _solve_smallest(live: Candidates, w: Float64, a: float) -> Float64:
    """Newton from the right for w, with D_i^q in ``live``; returns p with one entry per candidate."""
    while True:
        p = _norm(live.value, live.spread(w), a)
        excess = live.sum(p) - 1
        np.divide(live.spread(w), p, out=p)
        p **= a - 1
        slope = live.sum(p)
        fallen = w - excess / slope
        going = (excess > _RESIDUAL) & (fallen < w) & (fallen > 0)
        if not going.any():
            break
        w = np.where(going, fallen, w)
    return _norm(live.value, live.spread(np.maximum(fallen, 0.0)), a)


def _norm(gap: Float64, w: Float64, a: float) -> Float64:
    """(gap^a + w^a)^(1/a) without overflow or underflow; the norm of (0, 0) is 0."""
    large = np.maximum(gap, w)
    with np.errstate(under="ignore"):
        ratio = np.minimum(gap, w)
        np.divide(ratio, large, out=ratio, where=large > 0)
        ratio **= a
        np.log1p(ratio, out=ratio)
        ratio /= a
        np.exp(ratio, out=ratio)
    large *= ratio
    return large
