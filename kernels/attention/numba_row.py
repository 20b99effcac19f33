"""One row on a CPU: the support of its scores, and the gradients in them. The solver is that of :mod:`..rowwise`.

``power``, ``general`` and ``above`` say the rule of a row, see :mod:`..rowwise.numba_solve`.
"""

import math
from typing import Any

import numpy as np

from ..rowwise.numba_rows import (
    centre_at_ties,
    covariance_above,
    covariance_below,
    log_square,
    moments,
    times,
)
from ..rowwise.numba_solve import (
    FEW,
    FLOOR,
    UNLIMITED,
    base,
    exponential,
    general_pair,
    logarithm_and_rate,
    member,
    solve_above,
    solve_below,
)
from ..runtime.numba import part
from .numba_vectors import above as bits_above
from .numba_vectors import lowest_bit

BITS = 32
"""Scores that are compared at once."""


@part
def collect(s: Any, i: int, end: int, limit: Any, top: Any, v: Any, index: Any) -> Any:
    """List the keys of row ``i`` whose score is above the limit, in order, with their scores less ``top``."""
    count = 0
    line = s[i]
    for start in range(0, end, BITS):
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
    return s.dtype.type(top - reach - precision * (abs(top) + reach))


@part
def weigh(s: Any, first: Any, second: Any, a: Any, power: Any, general: Any, above: Any, p: Any, v: Any, index: Any,
          count: int) -> Any:  # fmt: skip
    """Give the candidates their probabilities, rounded once, and drop those of 0; the count."""
    kept = 0
    inverse = 1.0 / second
    q = 1.0 / a if a > 0.0 else 1.0
    floor = second**a if above is not None else 0.0
    rate = a * first
    for e in range(count):
        x = v[e]
        if above is not None:
            own = member(x, first, second, a, q, floor)[0] if x >= first else 0.0
        elif power is not None:
            w = max(base(x, rate), 0.0)
            own = w
            for _ in range(power - 1):
                own *= w
            own *= inverse
        elif general is not None:
            own = general_pair(x, first, a, q)[0] * inverse
        else:
            own = exponential(x) * inverse
        p[kept], v[kept], index[kept] = own, x, index[e]
        kept += p[kept] > 0
    return kept


@part
def find(s: Any, i: int, end: int, groups: int, top: Any, a: Any, power: Any, general: Any, above: Any, p: Any,
         v: Any, index: Any) -> Any:  # fmt: skip
    """Solve row ``i`` of the scores: ``(count, first, second)``, and the list of its support.

    Parameters
    ----------
    groups, top
        ``v`` starts with the maxima of so many groups of keys; ``top`` is that of all.
    """
    c, limit, few, unlimited = 1.0, -math.inf, np.int64(FEW), np.int64(UNLIMITED)
    if power is not None or general is not None or above is not None:
        count = 0
        for e in range(groups):
            x = v[e] - top
            v[count] = x
            count += a * x > -1.0
        # The groups are a part of the row: their root is a lower bound of its root. So is that of sparsemax above.
        if above is not None:
            c, _, _ = solve_below(v, index, count, c, a, 1, None, False, few)
        else:
            c, _, _ = solve_below(v, index, count, c, a, power, general, False, few)
        limit = top - np.inf if a == 0.0 else limit_of(s, top, 1.0 / (a * c))
    count = collect(s, i, end, s.dtype.type(limit), top, v, index)
    if above is not None:
        first, second, count = solve_above(v, index, count, a)
    else:
        first, second, count = solve_below(v, index, count, c, a, power, general, False, unlimited)
    return weigh(s, first, second, a, power, general, above, p, v, index, count), first, second


@part
def find_again(s: Any, i: int, end: int, top: Any, first: Any, second: Any, a: Any, power: Any, general: Any,
               above: Any, p: Any, v: Any, index: Any) -> Any:  # fmt: skip
    """List the support of a row that is solved, to the last bit as `find` did."""
    limit = -math.inf
    if above is not None:
        limit = limit_of(s, top, -first)
    elif (power is not None or general is not None) and a > 0.0:
        limit = limit_of(s, top, 1.0 / (a * first))
    count = collect(s, i, end, s.dtype.type(limit), top, v, index)
    return weigh(s, first, second, a, power, general, above, p, v, index, count)


@part
def sensitivity(p: Any, a: Any, power: Any, general: Any) -> Any:
    """``p^(2 - alpha)`` for ``p > 0`` and ``alpha <= 2``."""
    if power is not None:
        if power == 1:
            return 1.0
        root = math.sqrt(p)
        if power == 2:
            return root
        if power == 4:
            return root * math.sqrt(root)
    elif general is None:
        return p
    return exponential((1.0 - a) * logarithm_and_rate(max(p, 1e-307))[0])


@part
def differentiate_below(p: Any, g: Any, count: int, a: Any, power: Any, general: Any, weights: Any, ds: Any) -> None:
    """Fill ``ds`` with the gradients in the scores of a support, and ``weights`` with its sensitivities."""
    for i in range(count):
        weights[i] = sensitivity(np.float64(p[i]), a, power, general)
    total, weighted = moments(weights, g, count)
    mean = weighted / total
    for i in range(count):
        ds[i] = weights[i] * (g[i] - mean)


@part
def differentiate_above(
    v: Any, pivot: Any, w: Any, g: Any, count: int, a: Any, weights: Any, tied: Any, ds: Any
) -> None:
    """Fill ``ds``, ``tied`` and ``weights``, here the gradients less the largest sensitivity; ``alpha > 2``.

    The gradient at the smallest tokens goes first: their sensitivities may be infinite.
    """
    floor, q, largest = w**a, 1.0 / a, w ** (1.0 - a)
    for i in range(count):
        p, weights[i], u, tied[i] = member(v[i], pivot, w, a, q, floor)
        ds[i] = largest if tied[i] else p / u
    centre_at_ties(g, tied, count)
    total, weighted = moments(weights, g, count)
    mean, pull = weighted / total, 0.0
    for i in range(count):
        if not tied[i]:
            pull += times(ds[i], g[i])
    pull /= total
    for i in range(count):
        at_tie = times(ds[i], g[i]) - pull
        ds[i] = at_tie if tied[i] and at_tie == at_tie else times(ds[i], g[i] - mean)
        weights[i] *= g[i] - mean


@part
def along_alpha(p: Any, ds: Any, weights: Any, tied: Any, count: int, w: Any, a: Any, above: Any, wide: Any,
                room: Any) -> Any:  # fmt: skip
    """Gradient in alpha of a row, from what was differentiated; ``wide`` and ``room`` are written over."""
    for i in range(count):
        wide[i] = p[i]
    log_square(wide, a, count, False, room)
    if above is not None:
        return -covariance_above(ds, weights, tied, room, count, w ** (1.0 - a))
    return -covariance_below(ds, weights, room, count)
