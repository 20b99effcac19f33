"""One row on a CPU: the support of its scores, and the gradients in them. The solver is that of :mod:`..rowwise`.

The kinds of a row are those of `Kind`, asked as the kernel runs; but ``full`` is ``None`` where no row has
``alpha > 2``, so that what these need is compiled for those alone who need it.
"""

import math
from typing import Any

import numpy as np

from ..rowwise.numba_block import FLOOR
from ..rowwise.numba_rows import (
    covariance_above,
    covariance_below,
    differentiate_above,
    log_square,
    moments,
)
from ..rowwise.numba_solve import (
    FEW,
    UNLIMITED,
    exponential,
    logarithm_and_rate,
    lowered,
    member,
    solve_above,
    solve_below,
    weigh_below,
)
from ..runtime.kinds import Kind
from ..runtime.numba import part
from .numba_vectors import above as bits_above
from .numba_vectors import lowest_bit

SPARSEMAX, SQUARE, FOURTH_POWER = int(Kind.SPARSEMAX), int(Kind.SQUARE), int(Kind.FOURTH_POWER)
ABOVE = int(Kind.ABOVE)
BITS = 32
"""Scores that are compared at once."""


@part
def collect(s: Any, i: int, begin: int, end: int, limit: Any, top: Any, v: Any, index: Any) -> Any:
    """List the keys of row ``i`` whose score is above the limit, in order, with their scores less ``top``.

    ``begin``, a multiple of `BITS`, and ``end``: of the scores of the row.
    """
    count = np.int64(0)
    line = s[i]
    for start in range(begin, end, BITS):
        bits = bits_above(s, i * s.shape[1] + start, limit)
        while bits:
            j = start + lowest_bit(bits)
            index[count] = j
            v[count] = max(np.float64(line[j]) - top, FLOOR)
            count += 1
            bits &= bits - 1
    return count


@part
def limit_of(s: Any, top: Any, reach: Any) -> Any:
    """Return a score below all that are within ``reach`` of the maximum, whatever rounding did."""
    precision = 2.0**-21 if s.itemsize == 4 else 2.0**-50
    least = 2.0**-126 if s.itemsize == 4 else 2.0**-1022  # below a row of equal scores around 0, too
    return s.dtype.type(top - reach - precision * (abs(top) + reach) - least)


@part
def weigh(first: Any, a: Any, kind: int, narrow: bool, v: Any, count: Any, wide: Any) -> Any:
    """Fill ``wide`` with the weights of the candidates; what they are to be divided by."""
    for e in range(count):
        wide[e] = v[e]
    return weigh_below(wide, count, first, a, kind, narrow)


@part
def weigh_members(first: Any, second: Any, a: Any, v: Any, count: int, wide: Any) -> None:
    """Fill ``wide`` with the probabilities of the candidates; ``alpha > 2``."""
    floor, q = second**a, 1.0 / a
    for e in range(count):
        wide[e] = member(v[e], first, second, a, q, floor)[0] if v[e] >= first else 0.0


@part
def keep_live(wide: Any, divisor: Any, p: Any, v: Any, index: Any, count: Any) -> Any:
    """Divide the weights, rounded once, and drop from the list what has none; the count."""
    kept, inverse = np.int64(0), 1.0 / divisor
    for e in range(count):
        p[kept], v[kept], index[kept] = wide[e] * inverse, v[e], index[e]
        kept += p[kept] > 0
    return kept


@part
def find(
    s: Any,
    i: int,
    begin: int,
    end: int,
    groups: int,
    top: Any,
    a: Any,
    kind: int,
    full: Any,
    p: Any,
    v: Any,
    index: Any,
    wide: Any,
    rough: Any,
) -> Any:
    """Solve row ``i`` of the scores: ``(count, first, second)``, and the list of its support.

    Parameters
    ----------
    begin, end
        As for `collect`.
    groups, top
        ``v`` starts with the maxima of so many groups of keys; ``top`` is that of all.

    Returns
    -------
    first, second
        ``c`` and the sum of the weights for ``alpha <= 2``, else the smallest token and its probability.
    """
    c, count, narrow = 1.0, np.int64(0), s.itemsize == 4
    for e in range(groups):
        x = v[e] - top
        v[count] = x
        count += a * x > -1.0
    for steps in (FEW, UNLIMITED):
        if steps == UNLIMITED:
            limit = limit_of(s, top, 1.0 / (a * c)) if a > 0.0 else s.dtype.type(-np.inf)
            count = collect(s, i, begin, end, limit, top, v, index)
            if full is not None and kind == ABOVE:
                first, second, count = solve_above(v, index, count, a)
                weigh_members(first, second, a, v, count, wide)
                return keep_live(wide, 1.0, p, v, index, count), first, second
        # The groups are a part of the row: their root is a lower bound of its root. So is that of sparsemax above.
        if a > 0.0:
            c, count = solve_below(v, index, rough, count, c, a, SPARSEMAX if kind == ABOVE else kind, narrow, steps)
            if narrow and steps == FEW:
                c = lowered(c)
    S = weigh(c, a, kind, narrow, v, count, wide)
    return keep_live(wide, S, p, v, index, count), c, S


@part
def find_again(
    s: Any, i: int, begin: int, end: int, top: Any, first: Any, second: Any, a: Any, kind: int, full: Any, p: Any,
    v: Any, index: Any, wide: Any,
) -> Any:  # fmt: skip
    """List the support of a row that is solved, to the last bit as `find` did; the count."""
    reach = np.inf
    if kind == ABOVE:
        reach = -first
    elif a > 0.0:
        reach = 1.0 / (a * first)
    limit = limit_of(s, top, reach) if reach < np.inf else s.dtype.type(-np.inf)
    count = collect(s, i, begin, end, limit, top, v, index)
    if full is not None and kind == ABOVE:
        weigh_members(first, second, a, v, count, wide)
        return keep_live(wide, 1.0, p, v, index, count)
    weigh(first, a, kind, s.itemsize == 4, v, count, wide)
    return keep_live(wide, second, p, v, index, count)


@part
def sensitivity(p: Any, a: Any, kind: int) -> Any:
    """``p^(2 - alpha)`` for ``p > 0`` and ``alpha <= 2``."""
    if a == 0.0:
        return p
    if kind == SPARSEMAX:
        return 1.0
    root = math.sqrt(p)
    if kind == SQUARE:
        return root
    if kind == FOURTH_POWER:
        return root * math.sqrt(root)
    return exponential((1.0 - a) * logarithm_and_rate(max(p, 1e-307))[0])


@part
def differentiate(p: Any, v: Any, first: Any, second: Any, g: Any, count: int, a: Any, kind: int, full: Any,
                  weights: Any, tied: Any, ds: Any) -> None:  # fmt: skip
    """Fill ``ds`` with the gradients in the scores of a support, and ``weights`` with its sensitivities.

    For ``alpha > 2``, where a sensitivity may be infinite, with the gradients less the largest of them.
    """
    if full is not None and kind == ABOVE:
        floor, q, largest = second**a, 1.0 / a, second ** (1.0 - a)
        for i in range(count):
            own, weights[i], u, tied[i] = member(v[i], first, second, a, q, floor)
            ds[i] = largest if tied[i] else own / u
        differentiate_above(ds, weights, g, tied, count)
        return
    for i in range(count):
        weights[i] = sensitivity(np.float64(p[i]), a, kind)
    total, weighted = moments(weights, g, count)
    mean = weighted / total
    for i in range(count):
        ds[i] = weights[i] * (g[i] - mean)


@part
def along_alpha(p: Any, second: Any, ds: Any, weights: Any, tied: Any, count: int, a: Any, kind: int, wide: Any,
                room: Any) -> Any:  # fmt: skip
    """Gradient in alpha of a row, from what `differentiate` left; ``wide`` and ``room`` are written over."""
    for i in range(count):
        wide[i] = p[i]
    log_square(wide, a, count, room)
    if kind == ABOVE:
        return -covariance_above(ds, weights, tied, room, count, second ** (1.0 - a))
    return -covariance_below(ds, weights, room, count)
