"""Forward and backward pass on a CPU, in blocks of queries: scores by blocks, all else over live keys alone.

The rows of a key head are the queries of all heads that read it, one head after another. A row with few live keys
gathers their values; one in which more than a quarter of the keys are live takes products with all of them. Which of
the two, and every sum, depends on nothing but the row and the keys that it sees.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from ..runtime.numba import jit, part
from .arguments import CPU_BLOCK as BLOCK
from .numba_row import (
    ABOVE,
    BITS,
    along_alpha,
    differentiate,
    find,
    find_again,
)
from .numba_vectors import (
    LANES,
    ROWS,
    added,
    biased_peaks,
    four_products,
    gathered,
    inner,
    one_product,
    peaks,
    transposed,
)

STRETCH = 512
"""Keys of which the maximum in each lane is taken for a first bound on the threshold."""
DENSE = 4
"""A row is dense if more than one in so many of its keys is live."""
FEW_LIVE = 64
"""A row with no more live keys is not dense."""
DEPTH = 256
"""Keys whose values stay in the cache while all dense rows of a block take them."""


class Call(NamedTuple):
    """A call as the kernels read it: G key heads of R rows each, contiguous, features padded to `LANES`.

    Attributes
    ----------
    q, k, v
        ``(G R, D)``, ``(G, N, D)``, ``(G, N, Dv)``.
    scale
        ``(G R,)``.
    excess, kinds, slopes
        ``(H,)``; ``kinds``: those of `Kind`. No elements where there are no slopes.
    lengths
        ``(B,)``.
    spoiled
        ``(G, N)``: whether a value (in the backward pass: or a key) holds NaN or infinity. No elements: no row is taken
        for dense, which changes nothing but the time.
    """

    q: Any
    k: Any
    v: Any
    scale: Any
    excess: Any
    kinds: Any
    slopes: Any
    lengths: Any
    spoiled: Any
    key_heads: int
    group: int
    m: int
    n: int
    is_causal: bool


@part
def whole(x: Any, step: Any) -> Any:
    """Round up to a multiple."""
    return (x + step - 1) // step * step


@part
def panel(x: Any, g: Any, j: Any, to: Any, to_at: Any) -> None:
    """Write at most `LANES` rows of a matrix of ``x``, from ``j`` on, as columns, and zeros behind the last."""
    n, width = x.shape[1:]
    lanes, count, at = 32 // x.itemsize, n - j, (g * n + j) * width
    if count >= LANES:
        for i in range(0, LANES, lanes):
            for t in range(0, width, lanes):
                transposed(x, at + i * width + t, width, to, to_at + t * LANES + i, LANES)
    else:
        for t in range(width):
            for i in range(LANES):
                to[to_at + t * LANES + i] = x[g, j + i, t] if i < count else 0


@jit
def panels(x: Any, to: Any, first: Any, step: Any) -> None:
    """Write every ``step``-th of the matrices ``x (G, n, width)`` as panels of `LANES` columns."""
    heads, n, width = x.shape
    each = whole(n, LANES) * width
    for g in range(first, heads, step):
        for j in range(0, n, LANES):
            panel(x, g, j, to, g * each + j * width)


@jit
def marks(x: Any, to: Any, first: Any, step: Any) -> None:
    """Mark in ``to (G, n)`` what holds NaN or infinity, of every ``step``-th of the matrices ``x (G, n, width)``."""
    heads, n, width = x.shape
    zeros = np.zeros(width, x.dtype)
    for g in range(first, heads, step):
        for j in range(n):
            if inner(x, (g * n + j) * width, zeros, 0, width) != 0:
                to[g, j] = True


@part
def end_of(call: Any, g: Any, row: Any) -> Any:
    """Count the leading keys that a row sees."""
    end = call.lengths[g // call.key_heads]
    if call.is_causal:
        end = min(end, row % call.m + call.n - call.m + 1)
    return max(end, 0)


@part
def multiply(a: Any, rows: Any, x: Any, packed: Any, g: Any, end: Any, scratch: Any, to: Any) -> None:
    """``to[i, j] = <a_i, x_j>`` for the rows of ``a`` and the first ``end`` of the keys ``x (G, n, width)``."""
    ready = packed.size > 0
    n, width = x.shape[1:]
    source = packed if ready else scratch
    for j in range(0, end, LANES):
        at = g * whole(n, LANES) * width + j * width if ready else 0
        if not ready:
            panel(x, g, j, scratch, 0)
        i = 0
        while i + ROWS <= rows:
            four_products(a, i * width, width, 1, source, at, LANES, to, i * to.shape[1] + j, to.shape[1], width, True)
            i += ROWS
        while i < rows:
            one_product(a, i * width, width, 1, source, at, LANES, to, i * to.shape[1] + j, to.shape[1], width, True)
            i += 1


@part
def combine(
    a: Any, rows: Any, a_row: Any, a_step: Any, x: Any, x_at: Any, steps: Any, width: Any, to: Any, to_at: Any
) -> None:
    """``to[i, :] += sum_t a[i, t] x[t, :]`` for the rows, in order of t."""
    for start in range(0, steps, DEPTH):
        taken = min(DEPTH, steps - start)
        for t in range(0, width, LANES):
            i = 0
            while i < rows:
                place, other = i * a_row + start * a_step, x_at + start * width + t
                if i + ROWS <= rows:
                    four_products(
                        a, place, a_row, a_step, x, other, width, to, to_at + i * width + t, width, taken, False
                    )
                    i += ROWS
                else:
                    one_product(
                        a, place, a_row, a_step, x, other, width, to, to_at + i * width + t, width, taken, False
                    )
                    i += 1


@part
def score(call: Any, g: Any, row: Any, end: Any, s: Any, i: Any, lanes: Any, v: Any) -> Any:
    """Make scores of the products of a row: scaled, biased, +inf for what is NaN, and -inf up to a whole number.

    The largest in each lane of each stretch go to ``v``; gives their number, and the largest of all.
    """
    scale, zero, infinity = call.scale[g * call.group * call.m + row], s.dtype.type(0), s.dtype.type(np.inf)
    slope = call.slopes[(g * call.group + row // call.m) % call.slopes.size] if call.slopes.size else zero
    offset = row % call.m + call.n - call.m
    line = s[i]
    groups, top, ready = 0, -math.inf, end - end % LANES
    for start in range(0, end, STRETCH):
        lanes[:] = -infinity
        count = min(STRETCH, ready - start)
        place = i * s.shape[1] + start
        if call.slopes.size:
            biased_peaks(s, place, count, scale, slope, s.dtype.type(offset - start), lanes)
        else:
            peaks(s, place, count, scale, zero, zero, lanes)
        if end - start < STRETCH:
            for j in range(ready, end):
                x = line[j] * scale
                if call.slopes.size:
                    x -= slope * s.dtype.type(abs(offset - j))
                line[j] = x if x < infinity else infinity
                lanes[j - ready] = max(lanes[j - ready], line[j])
            line[end : whole(end, BITS)] = -infinity
        for j in range(LANES):
            v[groups] = lanes[j]
            top = max(top, v[groups])
            groups += 1
    return groups, top


@part
def is_dense(count: Any, end: Any, kind: Any) -> Any:
    """Whether a row takes products with all keys."""
    return kind != ABOVE and count > FEW_LIVE and count * DENSE > end


@part
def touches(spoiled: Any, index: Any, count: Any) -> Any:
    """Whether one of the keys of a list is spoiled."""
    found = False
    for e in range(count):
        found = found or spoiled[index[e]]
    return found


@part
def copied(x: Any, x_at: Any, to: Any, to_at: Any, count: Any) -> None:
    """Copy a part of a vector into one of another."""
    for e in range(count):
        to[to_at + e] = x[x_at + e]


@part
def put(s: Any, row: Any, length: Any, index: Any, x: Any, count: Any) -> None:
    """Write a list into a row of zeros."""
    line = s[row]
    line[:length] = 0
    for e in range(count):
        line[index[e]] = x[e]


@jit
def forward(
    call: Any, clean: Any, packed: Any, out: Any, kept_p: Any, state: Any, kept_index: Any, first: Any, step: Any
) -> None:
    """Fill ``out (G R, Dv)`` and what the backward pass reads, of every ``step``-th block from the ``first`` on.

    ``state (G R, 5)``: the maximum, ``first``, ``second``, the number of live keys (-1 for a row of NaN) and where
    their list starts in the block, or -1. ``kept_p`` and ``kept_index``: the lists ``(G, blocks, room)``; none if they
    have no elements. ``clean``: values without NaN and infinity.
    """
    heads, n = call.k.shape[:2]
    rows_of_head = call.q.shape[0] // heads
    width, value_width = call.q.shape[1], call.v.shape[2]
    blocks = (rows_of_head + BLOCK - 1) // BLOCK
    length = whole(n, BITS) + LANES  # not a power of two: rows would share the lines of a cache
    s, dense = np.empty((BLOCK, length), out.dtype), np.empty((BLOCK, 0), out.dtype)
    mixed, which = np.empty((1, BLOCK, value_width), out.dtype), np.empty(BLOCK, np.int64)
    scratch, lanes = np.empty(LANES * width, out.dtype), np.empty(LANES, out.dtype)
    p, v, index = np.empty(length, out.dtype), np.empty(length, np.float64), np.empty(length, np.int32)
    wide = np.empty(length, np.float64)
    zero, unit, zero_number = np.int64(0), np.int64(1), out.dtype.type(0)
    for item in range(first, heads * blocks, step):
        g, block = item // blocks, item % blocks
        start = block * BLOCK
        rows = min(BLOCK, rows_of_head - start)
        end = np.int64(0)
        for i in range(rows):
            end = max(end, end_of(call, g, start + i))
        line = g * rows_of_head + start
        multiply(call.q[line:], rows, call.k, packed, g, end, scratch, s)
        many, used = np.int64(0), np.int64(0)
        for i in range(rows):
            head = (g * call.group + (start + i) // call.m) % call.excess.size
            a, kind = call.excess[head], call.kinds[head]
            keeps = kept_p.size > 0 and kind != ABOVE
            mine = end_of(call, g, start + i)
            groups, top = score(call, g, start + i, mine, s, i, lanes, v)
            count, one, two = -1 if top == math.inf else 0, 0.0, 0.0
            if -math.inf < top < math.inf:
                count, one, two = find(s, i, mine, groups, top, a, kind, p, v, index, wide)
            r = line + i
            state[r, 0], state[r, 1], state[r, 2], state[r, 3], state[r, 4] = top, one, two, count, -1
            if count <= 0:
                out[r, :] = 0 if count == 0 else np.nan
            elif call.spoiled.size and is_dense(count, mine, kind) and not touches(call.spoiled[g], index, count):
                if dense.shape[1] == 0:
                    dense = np.empty((BLOCK, length), out.dtype)
                put(dense, many, end, index, p, count)
                which[many] = r
                many += 1
            else:
                for t in range(0, value_width, LANES):
                    gathered(p, index, count, call.v, g * n * value_width + t, value_width, out, r * value_width + t)
                for t in range(value_width):
                    out[r, t] += zero_number  # -0 becomes 0, as in the products
                if keeps and not is_dense(count, mine, kind) and used + count <= kept_p.shape[2]:
                    copied(p, 0, kept_p[g, block], used, count)
                    copied(index, 0, kept_index[g, block], used, count)
                    state[r, 4] = used
                    used += count
        if many:
            mixed[0, :many] = 0
            combine(dense, many, length, unit, clean, g * n * value_width, end, value_width, mixed, zero)
            for i in range(many):
                for t in range(value_width):
                    out[which[i], t] = mixed[0, i, t] + zero_number


@part
def is_finite(x: Any, row: Any) -> Any:
    """Whether a row of an array is finite."""
    total = np.float64(0)
    for t in range(x.shape[1]):
        total += x[row, t] * 0
    return total == 0


@part
def take_live(p: Any, dp: Any, end: Any, one: Any, wide: Any) -> Any:
    """List what a dense row and its products hold for live keys; the count."""
    count = 0
    for j in range(end):
        one[count], wide[count] = p[j], dp[j]
        count += p[j] > 0
    return count


@part
def put_live(p: Any, ds: Any, end: Any, to: Any) -> Any:
    """Write a list for the live keys of a dense row into a row of zeros."""
    count = 0
    for j in range(end):
        live = p[j] > 0
        to[j] = ds[count] if live else 0
        count += live


@jit
def backward(
    call: Any,
    clean_k: Any,
    clean_v: Any,
    packed_k: Any,
    packed_v: Any,
    g: Any,
    kept_p: Any,
    state: Any,
    kept_index: Any,
    along: Any,
    gradients: Any,
    first: Any,
    step: Any,
) -> None:
    """Add to the gradients of every ``step``-th key head from the ``first`` on, block after block.

    ``gradients``: in q, k, v, scale, and in excess for each head of each batch, of zeros.
    """
    dq, dk, dv, dscale, dexcess = gradients
    heads, n = call.k.shape[:2]
    rows_of_head = call.q.shape[0] // heads
    width, value_width = call.q.shape[1], call.v.shape[2]
    blocks = (rows_of_head + BLOCK - 1) // BLOCK
    length = whole(n, BITS) + LANES  # not a power of two: rows would share the lines of a cache
    s, dense, dense_dp = np.empty((BLOCK, 0), dq.dtype), np.empty((BLOCK, 0), dq.dtype), np.empty((BLOCK, 0), dq.dtype)
    dense_q, dense_g = np.empty((1, BLOCK, width), dq.dtype), np.empty((1, BLOCK, value_width), dq.dtype)
    mixed, which = np.empty((1, BLOCK, width), dq.dtype), np.empty(BLOCK, np.int64)
    scratch = np.empty(LANES * max(width, value_width), dq.dtype)
    p, factors, index = np.empty(length, dq.dtype), np.empty(length, dq.dtype), np.empty(length, np.int32)
    v, dp, ds, weights = np.empty(length), np.empty(length), np.empty(length), np.empty(length)
    lanes, tied = np.empty(LANES, dq.dtype), np.empty(length, np.bool_)
    zero, unit = np.int64(0), np.int64(1)
    for item in range(first, heads, step):
        for block in range(blocks):
            start = block * BLOCK
            rows = min(BLOCK, rows_of_head - start)
            line = item * rows_of_head + start
            end, again = np.int64(0), False
            for i in range(rows):
                end = max(end, end_of(call, item, start + i))
                again = again or (state[line + i, 3] > 0 and state[line + i, 4] < 0)
            if again:
                if s.shape[1] == 0:
                    s = np.empty((BLOCK, length), dq.dtype)
                multiply(call.q[line:], rows, call.k, packed_k, item, end, scratch, s)
            many = np.int64(0)
            for i in range(rows):
                r = line + i
                top, one, two, count, at = state[r, 0], state[r, 1], state[r, 2], int(state[r, 3]), int(state[r, 4])
                head = item * call.group + (start + i) // call.m
                a, kind = call.excess[head % call.excess.size], call.kinds[head % call.excess.size]
                mine = end_of(call, item, start + i)
                if count < 0:
                    dq[r, :] = np.nan
                    dk[item, :mine, :] = np.nan
                    dv[item, :mine, :] = np.nan
                    dscale[r] = np.nan
                    dexcess[head] = np.nan
                if count <= 0:
                    continue
                if at >= 0:
                    copied(kept_p[item, block], at, p, 0, count)
                    copied(kept_index[item, block], at, index, 0, count)
                else:
                    score(call, item, start + i, mine, s, i, lanes, v)
                    count = find_again(s, i, mine, top, one, two, a, kind, p, v, index, ds)
                    if (
                        is_dense(count, mine, kind)
                        and is_finite(g, r)
                        and is_finite(call.q, r)
                        and not touches(call.spoiled[item], index, count)
                    ):
                        if dense.shape[1] == 0:
                            dense, dense_dp = np.empty((BLOCK, length), dq.dtype), np.empty((BLOCK, length), dq.dtype)
                        put(dense, many, end, index, p, count)
                        copied(call.q[r], 0, dense_q[0, many], 0, width)
                        copied(g[r], 0, dense_g[0, many], 0, value_width)
                        which[many] = i
                        many += 1
                        continue
                for e in range(count):
                    dp[e] = inner(g, r * value_width, call.v, (item * n + index[e]) * value_width, value_width)
                differentiate(p, v, one, two, dp, count, a, kind, weights, tied, ds)
                if along:
                    dexcess[head] += along_alpha(p, two, ds, weights, tied, count, a, kind, dp, v)
                for e in range(count):
                    factors[e] = ds[e]
                for t in range(0, width, LANES):
                    gathered(factors, index, count, call.k, item * n * width + t, width, dq, r * width + t)
                scale = call.scale[r]
                dscale[r] = inner(call.q, r * width, dq, r * width, width)
                for t in range(width):
                    dq[r, t] *= scale
                for e in range(count):
                    key = item * n + index[e]
                    added(factors[e] * scale, call.q, r * width, dk, key * width, width)
                    added(p[e], g, r * value_width, dv, key * value_width, value_width)
            if many == 0:
                continue
            multiply(dense_g[0], many, clean_v, packed_v, item, end, scratch, dense_dp)
            for i in range(many):
                head = item * call.group + (start + which[i]) // call.m
                a, kind = call.excess[head % call.excess.size], call.kinds[head % call.excess.size]
                count = take_live(dense[i], dense_dp[i], end, p, dp)
                differentiate(p, v, 0.0, 1.0, dp, count, a, kind, weights, tied, ds)
                if along:
                    dexcess[head] += along_alpha(p, 1.0, ds, weights, tied, count, a, kind, dp, v)
                put_live(dense[i], ds, end, dense_dp[i])
            mixed[0, :many] = 0
            combine(dense_dp, many, length, unit, clean_k, item * n * width, end, width, mixed, zero)
            for i in range(many):
                r = line + which[i]
                scale = call.scale[r]
                dscale[r] = inner(dense_q, i * width, mixed, i * width, width)
                for t in range(width):
                    dq[r, t] = mixed[0, i, t] * scale
                for j in range(end):
                    dense_dp[i, j] *= scale
            combine(dense_dp, end, unit, length, dense_q, zero, many, width, dk, item * n * width)
            combine(dense, end, unit, length, dense_g, zero, many, value_width, dv, item * n * value_width)
