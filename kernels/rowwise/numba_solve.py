"""One row on a CPU: its candidates, and the root on them. For Numba; see :mod:`.maths` for the mathematics.

A row is surveyed once, for its maximum and the maxima of groups of 8 tokens. The group maxima are a part of the row, so
the root ``c`` on them is a lower bound of the root on the row: only groups whose maximum is above the threshold of that
bound can hold a candidate, and the others are never looked at again. Each step of Newton's method then drops the
candidates that it left behind. Rows whose candidates are all in the first block are solved by :mod:`.numba_block`, if
``q`` is an integer.

All other arithmetic is float64, also for float32 rows, where sums are then as good as exact; ``c`` is rounded to the
dtype of the row before the last sum, so that what is kept in that dtype belongs to the answer that was given. Only the
first steps for any ``alpha`` are taken in float32, which is good enough for a lower bound of the root, and powers for
float32 rows come from shorter series.

The order of every sum is that of the candidates in their row, and the groups count from its first token: neither
depends on what lies behind the row, on other rows, or on where the row lies in memory.

The kinds of a row are those of `Kind`: ``kind`` says which of the rules for ``alpha <= 2``, and ``above`` is ``True``
for ``alpha > 2`` and ``None`` otherwise, so that only one of the two solvers is compiled.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from ..runtime.kinds import Kind
from ..runtime.numba import jit, jit_copied, jit_fused, jit_inside, jit_sums
from .numba_block import BLOCK, FLOOR, fill_block, sum_block

SOFTMAX, FOURTH_POWER, GENERAL = int(Kind.SOFTMAX), int(Kind.FOURTH_POWER), int(Kind.BELOW)

LANES = 16
"""Groups side by side: token ``j`` of a block is in the group ``j % LANES``."""

ZERO, ONE = np.int64(0), np.int64(1)
"""For a literal a kernel would be compiled anew."""

BITS: dict[Any, Any] = {np.float32: np.int32, np.float64: np.int64}

IN_BLOCK = -1
"""In place of a count: the candidates are not listed, and all in the first block of the row."""
LOWEST = -np.finfo(np.float64).max
CHUNK = 512
"""Terms of a sum that are added in lanes before they are added to the rest, with compensation."""

NARROW = 2.0**-26
"""Of a root in float32: how near to it is near enough before it is rounded."""
NEARLY = 2.0**-15
"""The same before the last step, if ``alpha <= 3/2``.

Newton's method leaves behind at most ``1/2 (1 - a) / a`` times the square of a relative distance, as ``V / w <= 1``
there; for ``a < 1/64`` at most ``a / 2`` times the mean of ``log(W)^2``, which is less than 400.
"""
FEW_TERMS = 64
"""As `CHUNK`, in float32: whatever the order, such a sum is off by 63 units of roundoff at most."""
ROUGH = 2.0**-16
"""More than the relative error of a step in float32, at most twice that of its sums: 256 units of roundoff.

A power is off by ``4 |log W| + 4`` units, and the mean of ``|log W|`` under the weights ``W`` is at most the logarithm
of the number of tokens: up to `ROUGHLY` tokens that makes ``2 (63 + 4 log(n) + 4) < 251``.
"""
ROUGHLY = 1 << 21
"""Longer lists are not approached in float32."""
FEW = 3
"""Steps on the maxima of the groups; one, where they are so few that the row itself is soon summed."""
UNLIMITED = 1 << 62
CROWD = 32
"""Candidates that are summed faster than they are sorted, where ``q`` is an integer."""

LN_2 = math.log(2.0)
LN_2_HIGH = float.fromhex("0x1.62e42feep-1")  # its first 32 bits
LN_2_LOW = float.fromhex("0x1.a39ef35793c76p-33")  # the rest
LOG2_E = 1 / LN_2
SHIFT = float.fromhex("0x1.8p52")  # x + SHIFT has x rounded to an integer in its last bits
SQUARE_ROOT_HALF = int(np.float64(math.sqrt(0.5)).view(np.int64))
LN_2_32, LOG2_E_32, SHIFT_32 = np.float32(LN_2), np.float32(LOG2_E), np.float32(1.5 * 2**23)
LEAST_32, SQUARE_ROOT_HALF_32 = np.float32(1e-37), np.float32(math.sqrt(0.5)).view(np.uint32)


Array = np.ndarray[Any, Any]


class Room(NamedTuple):
    """Room to solve rows in, one after the other.

    It is made outside, because what makes arrays is slow to compile, and given field by field, because to take one out
    of a tuple costs as much as some tokens.

    Attributes
    ----------
    maxima, edge, pair, line
        In the dtype of the logits, and as the integers of their bits: the maxima of the groups, the last tokens of a
        row, two numbers, and a row that is not contiguous.
    block, weights
        The tokens of a block in the dtype of the logits, and their ``W``.
    rough
        Candidates in float32.
    lanes
        The groups of a block that are looked at.
    v, places
        Candidates: their ``v``, and their places in the row.
    """

    maxima: Array
    maxima_bits: Array
    edge: Array
    edge_bits: Array
    pair: Array
    pair_bits: Array
    line: Array
    line_bits: Array
    block: Array
    weights: Array
    rough: Array
    lanes: Array
    v: Array
    places: Array

    @classmethod
    def of(cls, n: int, dtype: type[np.floating[Any]], line: bool) -> "Room":
        """Make room for rows of at most ``n`` tokens; ``line`` for those that are not contiguous, or turned around."""
        blocks = (n + BLOCK - 1) // BLOCK
        arrays: list[Any] = []
        for size in (blocks * LANES, BLOCK, 2, n if line else 0):
            floats = np.empty(size, dtype)
            arrays += [floats, floats.view(BITS[dtype])]
        # One more than there are tokens: a token is written before it is known whether it stays.
        size = blocks * BLOCK + 1
        arrays += [np.empty(BLOCK, dtype), np.empty(BLOCK, dtype), np.empty(size, np.float32)]
        return cls._make([*arrays, np.empty(LANES, np.int64), np.empty(size), np.empty(size, np.int32)])


# ---------------------------------------------------------------------------------------------- elementary functions


@jit_fused
def reduced(t: Any) -> Any:
    """``(n + SHIFT, r)`` with ``t = n log 2 + r``: an integer, and at most ``log(2) / 2``."""
    shifted = t * LOG2_E + SHIFT
    n = shifted - SHIFT
    return shifted, (t - n * LN_2_HIGH) - n * LN_2_LOW


@jit_fused
def split(w: Any) -> Any:
    """``(n, f)`` with ``w = 2^n (1 + f)``, and ``1 + f`` within ``sqrt(2)`` of 1."""
    bits = np.float64(w).view(np.uint64)
    raised = np.uint64(bits - np.uint64(SQUARE_ROOT_HALF) + np.uint64(1024 << 52))
    exponent = np.uint64(raised >> np.uint64(52))  # n + 1024
    f = np.uint64(bits - np.uint64((exponent - np.uint64(1024)) << np.uint64(52))).view(np.float64) - 1.0
    return np.uint64(exponent | np.uint64(0x4330000000000000)).view(np.float64) - 4503599627371520.0, f


@jit_fused
def exponential(t: Any) -> Any:
    """``e^t`` for ``t <= 700``, without a branch: good to a unit of roundoff, 0 below -1400."""
    shifted, r = reduced(max(t, -1400.0))
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    # 2^n in two factors: n may be below the least exponent of a normal number.
    exponent = np.uint64(np.float64(shifted).view(np.uint64) + np.uint64(2046))
    half = np.uint64((exponent & np.uint64(0xFFF)) >> np.uint64(1))
    rest = np.uint64((exponent & np.uint64(0xFFF)) - half)
    return p * np.uint64(half << np.uint64(52)).view(np.float64) * np.uint64(rest << np.uint64(52)).view(np.float64)


@jit_fused
def logarithm_and_rate(w: Any) -> Any:
    """``(log w, log(w) / (w - 1))`` of normal ``w > 0``; the second only where ``w`` is within ``sqrt(2)`` of 1."""
    n, f = split(w)
    inverse = 1.0 / (2.0 + f)
    s = f * inverse
    y = s * s
    p = 2.0 / 21.0
    p = p * y + 2.0 / 19.0
    p = p * y + 2.0 / 17.0
    p = p * y + 2.0 / 15.0
    p = p * y + 2.0 / 13.0
    p = p * y + 2.0 / 11.0
    p = p * y + 2.0 / 9.0
    p = p * y + 2.0 / 7.0
    p = p * y + 2.0 / 5.0
    p = p * y + 2.0 / 3.0
    # 2 s = f - s f: so the term that matters most is exact.
    correction = s * (y * p - f)
    near = f + correction
    rate = (2.0 + y * p) * inverse
    return (n * LN_2_HIGH + f) + (correction + n * LN_2_LOW) if n != 0.0 else near, rate


@jit_fused
def short_exponential(t: Any) -> Any:
    """``e^t`` for ``t <= 0``, to ``2^-31``; no less than ``e^-700``, which is 0 in float32."""
    shifted, r = reduced(max(t, -700.0))
    p = 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return p * np.uint64((np.float64(shifted).view(np.uint64) + np.uint64(1023)) << np.uint64(52)).view(np.float64)


@jit_fused
def short_logarithm_and_rate(w: Any) -> Any:
    """`logarithm_and_rate`, to ``2^-34``."""
    n, f = split(w)
    inverse = 1.0 / (2.0 + f)
    s = f * inverse
    y = s * s
    p = 2.0 / 11.0
    p = p * y + 2.0 / 9.0
    p = p * y + 2.0 / 7.0
    p = p * y + 2.0 / 5.0
    p = p * y + 2.0 / 3.0
    rate = (2.0 + y * p) * inverse
    return n * LN_2 + rate * f, rate


@jit_fused
def rough_power(v: Any, c: Any, a: Any, q: Any) -> Any:
    """`general_pair` in float32: the error of ``log W`` is 4 units of roundoff of it, and 4 more."""
    one, zero = np.float32(1.0), np.float32(0.0)
    w = a * c * v + one
    bits = np.float32(max(w, LEAST_32)).view(np.uint32)
    raised = np.uint32(bits - SQUARE_ROOT_HALF_32 + np.uint32(128 << 23))
    exponent = np.uint32(raised >> np.uint32(23))  # w = 2^(exponent - 128) (1 + f)
    f = np.uint32(bits - np.uint32((exponent - np.uint32(128)) << np.uint32(23))).view(np.float32) - one
    n = np.uint32(exponent | np.uint32(0x4B000000)).view(np.float32) - np.float32(8388736.0)
    inverse = one / (np.float32(2.0) + f)
    s = f * inverse
    y = s * s
    p = np.float32(2.0 / 9.0)
    p = p * y + np.float32(2.0 / 7.0)
    p = p * y + np.float32(2.0 / 5.0)
    p = p * y + np.float32(2.0 / 3.0)
    rate = (np.float32(2.0) + y * p) * inverse
    near, far = c * v * rate, (n * LN_2_32 + rate * f) * q
    t = max((one - a) * (near if w > np.float32(0.75) else far), np.float32(-87.0))
    shifted = t * LOG2_E_32 + SHIFT_32
    r = t - (shifted - SHIFT_32) * LN_2_32
    p = np.float32(1.0 / 720.0)
    p = p * r + np.float32(1.0 / 120.0)
    p = p * r + np.float32(1.0 / 24.0)
    p = p * r + np.float32(1.0 / 6.0)
    p = p * r + np.float32(0.5)
    p = p * r + one
    p = p * r + one
    V = p * np.uint32((np.float32(shifted).view(np.uint32) + np.uint32(127)) << np.uint32(23)).view(np.float32)
    V = V if w > zero else zero
    return V * w, V


# ---------------------------------------------------------------------------------------------- the candidates


@jit
def survey(bits: Any, start: int, blocks: int, maxima: Any, group: int) -> Any:
    """Maxima of the groups of some blocks, from ``group`` on, as floats in the integers of their bits.

    Returns
    -------
    greatest, size
        The greatest of the maxima in the order of floats, and the greatest of all magnitudes, both as integers: NaN is
        above ``inf`` in the second.
    """
    integer = bits.dtype.type
    magnitude = integer(~(integer(1) << integer(bits.itemsize * 8 - 1)))
    least, zero = integer(-magnitude - integer(1)), integer(0)
    greatest, size = least, zero
    for block in range(blocks):
        first = start + block * BLOCK
        for lane in range(LANES):
            best, most = least, zero
            for row in range(BLOCK // LANES):
                x = bits[np.uint64(first + row * LANES + lane)]
                # Integers are in the order of floats once the bits of negative ones are turned around.
                best = max(best, integer(x ^ (magnitude if x < zero else zero)))
                most = max(most, integer(x & magnitude))
            maxima[np.uint64(group + block * LANES + lane)] = integer(best ^ (magnitude if best < zero else zero))
            greatest, size = max(greatest, best), max(size, most)
    return greatest, size


@jit
def differ(z: Any, top: Any, magnitude: Any) -> Any:
    """``v = scale (z - max) <= 0``, kept above `FLOOR`, in which nothing overflows."""
    return max(max(np.float64(z) - np.float64(top), LOWEST) * magnitude, FLOOR)


@jit
def threshold(top: Any, reach: Any) -> Any:
    """Lower bound of the logits that are within ``reach`` of the maximum; not ``-inf``, which masks a token."""
    low = np.float64(top) - reach
    return max(low - 2.0**-50 * (abs(low) + abs(np.float64(top))), LOWEST)


@jit
def collect(
    z: Any, start: int, blocks: int, group: int, position: int, low: Any, top: Any, magnitude: Any, maxima: Any,
    lanes: Any, v: Any, index: Any, count: int,
) -> Any:  # fmt: skip
    """Append the tokens of some blocks that are not below ``low`` to ``v`` and ``index``, in their order; the count.

    Parameters
    ----------
    z, start, blocks, group
        Logits: as for `survey`, but as floats.
    position
        Of the first token in its row.
    """
    for block in range(blocks):
        live = 0
        for lane in range(LANES):
            lanes[live] = lane
            live += np.float64(maxima[np.uint64(group + block * LANES + lane)]) >= low
        if live == 0:
            continue
        offset = block * BLOCK
        for row in range(BLOCK // LANES):
            for i in range(live):
                at = offset + row * LANES + lanes[np.uint64(i)]
                x = z[np.uint64(start + at)]
                v[np.uint64(count)] = differ(x, top, magnitude)
                index[np.uint64(count)] = position + at
                count += np.float64(x) >= low
    return count


@jit_inside
def in_first_block(maxima: Any, n: int, low: Any) -> Any:
    """Whether all tokens of a row that are not below ``low`` are in its first block."""
    group, stop = LANES, (n + BLOCK - 1) // BLOCK * LANES
    while group < stop and np.float64(maxima[np.uint64(group)]) < low:
        group += 1
    return group >= stop


@jit
def keep(v: Any, index: Any, count: int, rate: Any) -> Any:
    """Drop the candidates whose ``1 + rate v`` is not positive; the count."""
    stay = 0
    for i in range(count):
        stay += base(v[np.uint64(i)], rate) > 0.0
    if stay == count:  # as for alpha near 1: to count is much faster than to sort
        return count
    kept = 0
    for i in range(count):
        x = v[np.uint64(i)]
        v[np.uint64(kept)] = x
        index[np.uint64(kept)] = index[np.uint64(i)]
        kept += base(x, rate) > 0.0
    return kept


# ---------------------------------------------------------------------------------------------- alpha <= 2


@jit
def base(v: Any, rate: Any) -> Any:
    """``w = 1 + rate v`` with ``rate = a c``: rounded as written, so that all agree on who is in the support."""
    return rate * v + 1.0


@jit_fused
def general_pair(v: Any, c: Any, a: Any, q: Any) -> Any:
    """``(W, V)`` for any ``alpha`` in [1, 2]; ``q = 1/a``, which counts for nothing where ``a`` is 0."""
    w = base(v, a * c)
    logarithm, rate = logarithm_and_rate(max(w, 1e-300))
    # log(w) / a = t log(w) / (w - 1): near w = 1 the second form is good down to a = 0.
    near, far = c * v * rate, logarithm * q
    V = exponential((1.0 - a) * (near if w > 0.75 else far))
    V = V if w > 0.0 else 0.0
    return V * w, V


@jit_fused
def short_pair(v: Any, c: Any, a: Any, q: Any) -> Any:
    """`general_pair` for float32 rows."""
    w = base(v, a * c)
    logarithm, rate = short_logarithm_and_rate(max(w, 1e-300))
    near, far = c * v * rate, logarithm * q
    V = short_exponential((1.0 - a) * (near if w > 0.75 else far))
    V = V if w > 0.0 else 0.0
    return V * w, V


@jit_fused
def power_pair(v: Any, rate: Any, power: int) -> Any:
    """``(W, V)`` for ``q = power``."""
    w = max(base(v, rate), 0.0)
    V = 1.0 if w > 0.0 else 0.0
    V *= w if power > 1 else 1.0
    V *= w if power > 2 else 1.0
    V *= w if power > 3 else 1.0
    return V * w, V


@jit_sums
def chunk_of_powers(v: Any, start: int, stop: int, rate: Any, power: int) -> Any:
    """``(sum W, sum V (-v))`` of some candidates with ``q = power``."""
    S, X = 0.0, 0.0
    if power == 2:  # the same in fewer instructions
        for i in range(start, stop):
            x = v[np.uint64(i)]
            w = max(base(x, rate), 0.0)
            S += w * w
            X -= w * x
    elif power == 1:
        for i in range(start, stop):
            x = v[np.uint64(i)]
            W, V = power_pair(x, rate, 1)
            S += W
            X -= V * x
    else:
        for i in range(start, stop):
            x = v[np.uint64(i)]
            W, V = power_pair(x, rate, power)
            S += W
            X -= V * x
    return S, X


@jit_sums
def chunk_of_general(v: Any, start: int, stop: int, c: Any, a: Any, q: Any, narrow: bool) -> Any:
    """``(sum W, sum V (-v))`` of some candidates with any ``alpha`` in [1, 2]."""
    S, X = 0.0, 0.0
    if narrow:
        for i in range(start, stop):
            x = v[np.uint64(i)]
            W, V = short_pair(x, c, a, q)
            S += W
            X -= V * x
    else:
        for i in range(start, stop):
            x = v[np.uint64(i)]
            W, V = general_pair(x, c, a, q)
            S += W
            X -= V * x
    return S, X


@jit_sums
def rough_chunk(v: Any, start: int, stop: int, c: Any, a: Any, q: Any) -> Any:
    """`chunk_of_general` in float32."""
    S, X = np.float32(0.0), np.float32(0.0)
    for i in range(start, stop):
        x = v[np.uint64(i)]
        W, V = rough_power(x, c, a, q)
        S += W
        X -= V * x
    return S, X


@jit_sums
def weigh_chunk(v: Any, start: Any, stop: Any, c: Any, a: Any, q: Any, kind: int, narrow: bool) -> Any:
    """Turn the ``v`` of some candidates into ``W``, and sum it."""
    S = 0.0
    if 1 <= kind <= 4:
        rate = a * c
        for i in range(start, stop):
            W, _ = power_pair(v[np.uint64(i)], rate, kind)
            v[np.uint64(i)] = W
            S += W
    elif kind == GENERAL and narrow:
        for i in range(start, stop):
            W, _ = short_pair(v[np.uint64(i)], c, a, q)
            v[np.uint64(i)] = W
            S += W
    elif kind == GENERAL:
        for i in range(start, stop):
            W, _ = general_pair(v[np.uint64(i)], c, a, q)
            v[np.uint64(i)] = W
            S += W
    elif narrow:
        for i in range(start, stop):
            W = short_exponential(v[np.uint64(i)])
            v[np.uint64(i)] = W
            S += W
    else:
        for i in range(start, stop):
            W = exponential(v[np.uint64(i)])
            v[np.uint64(i)] = W
            S += W
    return S


@jit
def add(total: Any, low: Any, term: Any) -> Any:
    """Add a term that is not negative to the compensated sum ``total + low``."""
    new = total + term
    return new, low + ((total - new) + term if total >= term else (term - new) + total)


@jit
def steady_power(S: Any, a: Any, kind: int) -> Any:
    """``S / S^a = S^(1 - a)``."""
    if kind == 1:
        return 1.0
    root = math.sqrt(S)
    if kind == 2:
        return root
    if kind == 4:
        return root * math.sqrt(root)
    return S ** (1.0 - a)


@jit
def improved(S: Any, X: Any, c: Any, a: Any, kind: int) -> Any:
    """``(better, S^a)``: the next ``c`` of Newton's method; if it is above ``c``, the root is between the two."""
    X *= a
    steady = steady_power(S, a, kind)
    return (S + c * X) / (steady + X), S / steady


@jit
def lowered(c: Any) -> Any:
    """Round a lower bound of the root down to float32."""
    return max(np.float64(np.float32(c * (1.0 - 2.0**-24))), 1.0)


@jit
def approach(v: Any, rough: Any, count: int, c: Any, a: Any) -> Any:
    """Raise a lower bound ``c`` of the root by steps in float32; ``rough`` is room for the candidates."""
    q = 1.0 / a if a > 0.0 else 1.0
    for i in range(count):
        rough[np.uint64(i)] = np.float32(v[np.uint64(i)])
    while count <= ROUGHLY:
        S, X, S_low, X_low = 0.0, 0.0, 0.0, 0.0
        for start in range(0, count, FEW_TERMS):
            stop = min(count, start + FEW_TERMS)
            more, further = rough_chunk(rough, start, stop, np.float32(c), np.float32(a), np.float32(q))
            S, S_low = add(S, S_low, np.float64(more))
            X, X_low = add(X, X_low, np.float64(further))
        better = np.float64(np.float32(improved(S, X, np.float64(np.float32(c)), a, GENERAL)[0] * (1.0 - ROUGH)))
        if not better > c:
            return c
        near = better < c * (1.0 + 2.0**-8)  # the square of it is less than the rounding
        c = better
        if near:
            return c
    return c


@jit
def solve_below(v: Any, index: Any, rough: Any, count: int, c: Any, a: Any, kind: int, narrow: bool, limit: int) -> Any:
    """Root of a row with ``1 < alpha <= 2`` on its candidates: ``(c, count)``; the support is among those left.

    Parameters
    ----------
    v, index, count
        Candidates, at least one, and all of the support among them.
    rough
        Room for as many in float32.
    c
        Where to start: 1, or a lower bound of the root; a number of float32, if ``narrow`` and without a limit.
    a, kind
        ``alpha - 1``, and the kind of the row.
    narrow
        Whether the root is kept in float32: it is found as far as that goes, and rounded to it.
    limit
        Most steps of Newton's method. If they do not suffice, ``c`` is a lower bound.
    """
    q = 1.0 / a if a > 0.0 else 1.0
    if narrow and kind == GENERAL:
        c = approach(v, rough, count, c, a)
        count = keep(v, index, count, a * c)
        if limit < UNLIMITED:
            return c, count
    near, last = NEARLY if a <= 0.5 else NARROW, narrow and limit == UNLIMITED
    for _ in range(limit):
        S, X, S_low, X_low = 0.0, 0.0, 0.0, 0.0
        for start in range(0, count, CHUNK):
            stop = min(count, start + CHUNK)
            if kind == GENERAL:
                more, further = chunk_of_general(v, start, stop, c, a, q, narrow)
            else:
                more, further = chunk_of_powers(v, start, stop, a * c, kind)
            if start == 0:
                S, X = more, further
            else:
                S, S_low = add(S, S_low, more)
                X, X_low = add(X, X_low, further)
        better, most = improved(S + S_low, X + X_low, c, a, kind)
        if last:
            # Before it is compared: no candidate is dropped by a `c` above the one that is returned.
            better = np.float64(np.float32(better))
        settled = not better > c or (last and c * (1.0 + near) >= most)
        if better > c and (last or not settled):
            c = better
            if count > CROWD or kind == GENERAL:
                count = keep(v, index, count, a * c)
        if settled:
            break
    return c, count


@jit_inside
def solve_block(v: Any, weights: Any, c: Any, a: Any, kind: int, narrow: bool) -> Any:
    """Root of a row with integer ``q`` whose candidates are in its first block, of which ``v`` has every token.

    Returns
    -------
    c, S
        The root, and the sum of the ``weights`` there, with which they are filled.
    """
    number = v.dtype.type
    near = 2.0**-23 if narrow else 2.0**-52  # sums are no better
    c = np.float64(number(c))
    while True:
        some, further = sum_block(v, number(a * c), kind, weights)
        better, most = improved(np.float64(some), np.float64(further), c, a, kind)
        better = np.float64(number(better))
        if not better > c or c * (1.0 + near) >= most:
            return c, np.float64(some)
        c = better


@jit
def weigh_below(v: Any, count: int, c: Any, a: Any, kind: int, narrow: bool) -> Any:
    """Turn the ``v`` of the candidates into ``W``: ``p = W / S`` with their sum ``S``, which is returned."""
    q = 1.0 / a if a > 0.0 else 1.0
    S, low = 0.0, 0.0
    for start in range(0, count, CHUNK):
        S, low = add(S, low, weigh_chunk(v, start, min(count, start + CHUNK), c, a, q, kind, narrow))
    return S + low


# ---------------------------------------------------------------------------------------------- alpha > 2


@jit
def solve_above(v: Any, index: Any, count: int, a: Any) -> Any:
    """``(pivot, w, count)`` of a row with ``alpha > 2``: the least ``v`` of the support and its probability."""
    q = 1.0 / a
    low, high = -1.0, 0.0  # at or below: outside the support; at or above: inside
    while True:
        between, total, least, greatest = 0, 0.0, 0.0, -1.0
        for i in range(count):
            x = a * v[i]
            if low < x < high:
                between += 1
                total += x
                least = min(least, x)
                greatest = max(greatest, x)
        if between == 0:
            break
        # The mean of the undecided tokens, kept on their hull, so that every round decides at least one.
        level = max(min(total / between, greatest), least)
        mass, mass_low = 0.0, 0.0
        for i in range(count):
            gap = a * v[i] - level
            if gap > 0.0:
                mass, mass_low = add(mass, mass_low, gap**q)
        if mass + mass_low >= 1.0:
            low = level
        else:
            high = level
    members, pivot = 0, 0.0
    for i in range(count):
        x = v[i]
        v[members] = x
        index[members] = index[i]
        if a * x >= high:
            pivot = min(pivot, x)
            members += 1
    w = 1.0 / members
    while True:
        H, R, H_low, R_low = 0.0, 0.0, 0.0, 0.0
        floor = w**a
        for i in range(members):
            p, r, _, _ = member(v[i], pivot, w, a, q, floor)
            H, H_low = add(H, H_low, p)
            R, R_low = add(R, R_low, r)
        better = w - ((H - 1.0) + H_low) / (R + R_low)
        if not (better < w and better > 0.0):
            return pivot, w, members
        w = better


@jit
def member(v: Any, pivot: Any, w: Any, a: Any, q: Any, floor: Any) -> Any:
    """``(p, r, u, tied)`` of a member of the support with ``floor = w^a``; see ``members_above`` of the kernels."""
    D = (v - pivot) * a
    if D == 0.0:
        return w, 1.0, 1.0, True
    u = D + floor
    return u**q, (floor / u) ** (1.0 - q), u, False


@jit
def weigh_above(v: Any, count: int, pivot: Any, w: Any, a: Any) -> None:
    """Turn the ``v`` of the support into its probabilities."""
    floor = w**a
    for i in range(count):
        v[i] = member(v[i], pivot, w, a, 1.0 / a, floor)[0]


# ---------------------------------------------------------------------------------------------- a row


@jit_inside
def survey_row(bits: Any, start: int, n: int, maxima_bits: Any, edge_bits: Any) -> Any:
    """`survey` of a row: ``(greatest, size)`` as floats in the integers of their bits.

    Parameters
    ----------
    bits, start, n
        The row: ``n`` tokens from ``start`` on.
    maxima_bits, edge_bits
        Filled with the maxima of the groups, and with what is left behind the whole blocks.
    """
    integer = bits.dtype.type
    whole = n // BLOCK
    greatest, size = survey(bits, start, whole, maxima_bits, ZERO)
    rest = n - whole * BLOCK
    if rest > 0:
        masked = integer(-(1 << 23)) if bits.itemsize == 4 else integer(-(1 << 52))
        for i in range(rest):
            edge_bits[i] = bits[np.uint64(start + whole * BLOCK + i)]
        for i in range(rest, BLOCK):
            edge_bits[i] = masked
        more, larger = survey(edge_bits, ZERO, ONE, maxima_bits, whole * LANES)
        greatest, size = max(greatest, more), max(size, larger)
    magnitude = integer(~(integer(1) << integer(bits.itemsize * 8 - 1)))
    return integer(greatest ^ (magnitude if greatest < integer(0) else integer(0))), size


@jit
def collect_row(
    z: Any,
    start: int,
    n: int,
    low: Any,
    top: Any,
    magnitude: Any,
    maxima: Any,
    edge: Any,
    lanes: Any,
    v: Any,
    index: Any,
) -> Any:
    """`collect` of a row, after its `survey_row`: how many candidates there are."""
    whole = n // BLOCK
    count = collect(z, start, whole, ZERO, ZERO, low, top, magnitude, maxima, lanes, v, index, ZERO)
    if n > whole * BLOCK:
        count = collect(
            edge, ZERO, ONE, whole * LANES, whole * BLOCK, low, top, magnitude, maxima, lanes, v, index, count
        )
    return count


@jit_copied
def solve_row(
    z: Any, bits: Any, start: int, n: int, magnitude: Any, a: Any, kind: int, above: Any,
    maxima: Any, maxima_bits: Any, edge: Any, edge_bits: Any, pair: Any, pair_bits: Any, block: Any, weights: Any,
    rough: Any, lanes: Any, v: Any, index: Any,
) -> Any:  # fmt: skip
    """Solve a row of ``n`` logits from ``start`` on: ``(maximum, first, second, count)``.

    Parameters
    ----------
    z, bits
        The logits, one-dimensional and contiguous, in float32 or float64, and their bits, in int32 or int64.
    magnitude
        Of the scale; a negative scale is one of the logits turned around.
    a, kind, above
        ``alpha - 1``, and the kind of the row, see :mod:`.numba_solve`.
    maxima, maxima_bits, edge, edge_bits, pair, pair_bits, block, weights, rough, lanes, v, index
        Of a `Room`: the last two are filled with the ``v`` and the places of the support, ``count`` of them, in their
        order.

    Returns
    -------
    maximum
        NaN if there is NaN or ``+inf`` in the row, ``-inf`` if no token is live: nothing else means anything then.
    first, second
        ``(pivot, w)`` for ``alpha > 2``. Otherwise ``c``, and 0: `weigh_below` has the sum.
    count
        `IN_BLOCK`: the support is in the first block. ``v`` has every token of it if ``alpha`` is 1; otherwise
        ``weights`` has every ``W``, and ``second`` is their sum.
    """
    if n == 0:
        return -np.inf, 1.0, 0.0, 0
    narrow = bits.itemsize == 4
    pair_bits[0], pair_bits[1] = survey_row(bits, start, n, maxima_bits, edge_bits)
    top = np.float64(pair[0])
    if pair[1] != pair[1] or top == np.inf:
        return np.nan, np.nan, np.nan, 0
    if top == -np.inf:
        return top, 1.0, 0.0, 0
    if above is not None:
        low = threshold(top, 1.0 / (a * magnitude))
        count = collect_row(z, start, n, low, top, magnitude, maxima, edge, lanes, v, index)
        if narrow:
            for i in range(count):
                v[i] = np.float64(np.float32(v[i]))
        pivot, w, count = solve_above(v, index, count, a)
        return top, pivot, w, count
    c, count, integer = 1.0, 0, kind <= FOURTH_POWER
    if kind == SOFTMAX:
        if in_first_block(maxima, n, LOWEST):
            fill_block(z, start, n, top, magnitude, v)
            return top, c, 0.0, IN_BLOCK
        return top, c, 0.0, collect_row(z, start, n, LOWEST, top, magnitude, maxima, edge, lanes, v, index)
    for stage in range(3):
        low = threshold(top, 1.0 / (a * c * magnitude))
        if integer and in_first_block(maxima, n, low):
            fill_block(z, start, n, top, magnitude, block)
            c, S = solve_block(block, weights, c, a, kind, narrow)
            return top, c, S, IN_BLOCK
        if stage == 2:  # listed: the backward pass asks the same of this root
            break
        if stage == 0:
            count = 0
            for group in range((n + BLOCK - 1) // BLOCK * LANES):
                x = maxima[np.uint64(group)]
                v[np.uint64(count)] = differ(x, top, magnitude)
                count += np.float64(x) >= low
        else:
            count = collect_row(z, start, n, low, top, magnitude, maxima, edge, lanes, v, index)
        few = 1 if integer and count <= LANES else FEW
        limit = few if stage == 0 else UNLIMITED
        c, count = solve_below(v, index, rough, count, c, a, kind, narrow, limit)
        if narrow and stage == 0:
            c = lowered(c)
    return top, c, 0.0, count
