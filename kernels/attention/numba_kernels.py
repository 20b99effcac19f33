"""Forward and backward pass on a CPU, in blocks of queries: scores by blocks, all else over live keys alone.

The rows of a key head are the queries of all heads that read it, one head after another. A row with few live keys
gathers their values; one in which more than a quarter of the keys are live takes products with all of them. Which of
the two, and every sum, depends on nothing but the row and the keys that it sees.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from ..runtime.numba import kernel, part
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
    excess, kinds, slopes, sinks
        ``(H,)``; ``kinds``: those of `Kind`. No elements where there are no slopes or sinks.
    lengths
        ``(B,)``.
    mask, mask_steps
        What is added to the scores, of a shape that broadcasts to ``(B, H, M, N)``, in a line, and how far apart in it
        neighbours along each axis are, 0 where it is broadcast. No elements where there is none.
    cap
        0 where there is none.
    left, right
        How far a query sees on either side, at most ``N + M``; on the right 0 where it is causal.
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
    sinks: Any
    lengths: Any
    mask: Any
    spoiled: Any
    mask_steps: tuple[int, int, int, int]
    cap: float
    left: int
    right: int
    key_heads: int
    group: int
    m: int
    n: int


@part
def whole(x: Any, step: Any) -> Any:
    """Round up to a multiple."""
    return (x + step - 1) // step * step


@part
def fill(x: Any, begin: Any, end: Any, number: Any) -> None:
    """Write a number into a part of a vector."""
    for i in range(begin, end):
        x[i] = number


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


@kernel
def panels(x: Any, to: Any, first: Any, step: Any) -> None:
    """Write every ``step``-th of the matrices ``x (G, n, width)`` as panels of `LANES` columns."""
    heads, n, width = x.shape
    each = whole(n, LANES) * width
    for g in range(first, heads, step):
        for j in range(0, n, LANES):
            panel(x, g, j, to, g * each + j * width)


@kernel
def marks(x: Any, zeros: Any, to: Any, first: Any, step: Any) -> None:
    """Mark in ``to (G, n)`` what holds NaN or infinity, of every ``step``-th of the matrices ``x (G, n, width)``.

    ``zeros``: ``width`` of them.
    """
    heads, n, width = x.shape
    for g in range(first, heads, step):
        for j in range(n):
            if inner(x, (g * n + j) * width, zeros, 0, width) != 0:
                to[g, j] = True


@part
def seen_by(place: Any, length: Any, left: Any, right: Any) -> Any:
    """Return the keys ``begin ... end`` among which all are that a row at a place sees.

    It and its like take numbers, not the call: to pass that costs as much as the scores of some keys.
    """
    end = max(min(length, place + right + 1), 0)
    return min(max(place - left, 0), end), end


@part
def seen_by_some(call: Any, g: Any, start: Any, rows: Any) -> Any:
    """Return the keys that hold those of a block of rows; the first is a multiple of `BITS`."""
    begin, end = np.int64(call.n), np.int64(0)
    length, shift = call.lengths[g // call.key_heads], call.n - call.m
    for row in range(start, start + rows):
        first, last = seen_by(row % call.m + shift, length, call.left, call.right)
        begin, end = min(begin, first), max(end, last)
    begin = min(begin, end)
    return begin - begin % BITS, end


@part
def masked(call: Any, g: Any, row: Any) -> Any:
    """Return where the part of the mask for a row starts."""
    batch, head = g // call.key_heads, (g * call.group + row // call.m) % call.excess.size
    steps = call.mask_steps
    return batch * steps[0] + head * steps[1] + row % call.m * steps[2]


@part
def multiply(a: Any, rows: Any, x: Any, packed: Any, g: Any, begin: Any, end: Any, scratch: Any, to: Any) -> None:
    """``to[i, j] = <a_i, x_j>`` for the rows of ``a`` and the keys ``begin ... end`` of ``x (G, n, width)``.

    ``begin``: a multiple of `LANES`.
    """
    ready = packed.size > 0
    n, width = x.shape[1:]
    source = packed if ready else scratch
    for j in range(begin, end, LANES):
        at = g * whole(n, LANES) * width + j * width if ready else 0
        if not ready:
            panel(x, g, j, scratch, np.int64(0))
        i = 0
        while i + ROWS <= rows:
            four_products(a, i * width, width, 1, source, at, LANES, to, i * to.shape[1] + j, to.shape[1], width, True)
            i += ROWS
        while i < rows:
            one_product(a, i * width, width, 1, source, at, LANES, to, i * to.shape[1] + j, to.shape[1], width, True)
            i += 1


@part
def combine(
    a: Any,
    a_at: Any,
    rows: Any,
    a_row: Any,
    a_step: Any,
    x: Any,
    x_at: Any,
    steps: Any,
    width: Any,
    to: Any,
    to_at: Any,
) -> None:
    """``to[i, :] += sum_t a[i, t] x[t, :]`` for the rows, in order of t."""
    for start in range(0, steps, DEPTH):
        taken = min(DEPTH, steps - start)
        for t in range(0, width, LANES):
            i = 0
            while i < rows:
                place, other = a_at + i * a_row + start * a_step, x_at + start * width + t
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
def put_peaks(lanes: Any, v: Any, groups: Any, top: Any) -> Any:
    """Write the maxima of the lanes behind those of other groups of keys; how many there are now, and the largest."""
    for j in range(LANES):
        v[groups] = lanes[j]
        top = max(top, v[groups])
        groups += 1
    return groups, top


@part
def score(call: Any, g: Any, row: Any, begin: Any, end: Any, s: Any, i: Any, lanes: Any, v: Any, full: Any) -> Any:
    """Make scores of the products of a row with the keys ``begin ... end``, and -inf around them up to whole numbers.

    The score of a sink is put behind them. The largest in each lane of each stretch go to ``v``; gives their number,
    and the largest of all.
    """
    scale, zero, infinity = call.scale[g * call.group * call.m + row], s.dtype.type(0), s.dtype.type(np.inf)
    apart = False
    if full is not None:
        head = (g * call.group + row // call.m) % call.excess.size
        has_slope, has_mask, cap = call.slopes.size > 0, call.mask.size > 0, s.dtype.type(call.cap)
        slope = call.slopes[head] if has_slope else zero
        offset = row % call.m + call.n - call.m
        mask_at, mask_step = masked(call, g, row), call.mask_steps[3]
        apart = has_mask or cap > zero
    line = s[i]
    groups, top, ready = np.int64(0), -math.inf, end - end % LANES
    aligned = begin
    if begin or apart:
        # One by one up to where blocks begin, or all there is.
        aligned = end if apart else min(whole(begin, LANES), end)
        fill(line, begin - begin % BITS, begin, -infinity)
        for start in range(begin, aligned, STRETCH):
            fill(lanes, np.int64(0), np.int64(LANES), -infinity)
            for j in range(start, min(start + STRETCH, aligned)):
                x = line[j] * scale
                if full is not None:
                    if cap:
                        x = cap * math.tanh(x / cap)
                    if has_slope:
                        x -= slope * s.dtype.type(abs(offset - j))
                    if has_mask:
                        bias = call.mask[mask_at + j * mask_step]
                        x = bias if bias == -math.inf else x + bias
                line[j] = x if x < infinity else infinity
                lanes[j % LANES] = max(lanes[j % LANES], line[j])
            groups, top = put_peaks(lanes, v, groups, top)
    for start in range(aligned, end, STRETCH):
        fill(lanes, np.int64(0), np.int64(LANES), -infinity)
        count = min(STRETCH, ready - start)
        place = i * s.shape[1] + start
        if full is None:
            peaks(s, place, count, scale, zero, zero, lanes)
        else:
            if has_slope:
                biased_peaks(s, place, count, scale, slope, s.dtype.type(offset - start), lanes)
            else:
                peaks(s, place, count, scale, zero, zero, lanes)
        if end - start < STRETCH:
            for j in range(ready, end):
                x = line[j] * scale
                if full is not None and has_slope:
                    x -= slope * s.dtype.type(abs(offset - j))
                line[j] = x if x < infinity else infinity
                lanes[j - ready] = max(lanes[j - ready], line[j])
        groups, top = put_peaks(lanes, v, groups, top)
    if full is not None and call.sinks.size:
        x = call.sinks[head]
        line[end] = x if x < infinity else infinity
        v[groups] = line[end]
        top = max(top, v[groups])
        groups += 1
        end += 1
    fill(line, end, whole(end, BITS), -infinity)
    return groups, top


@part
def without_sink(sinks: Any, index: Any, count: Any, end: Any) -> Any:
    """Count the keys of a list; if there are sinks, one may be its last token."""
    return count - 1 if sinks and count > 0 and index[count - 1] == end else count


@part
def is_dense(count: Any, seen: Any, kind: Any) -> Any:
    """Whether a row takes products with all keys."""
    return kind != ABOVE and count > FEW_LIVE and count * DENSE > seen


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
def put(s: Any, row: Any, begin: Any, end: Any, index: Any, x: Any, count: Any) -> None:
    """Write a list into a row of zeros."""
    line = s[row]
    fill(line, begin, end, s.dtype.type(0))
    for e in range(count):
        line[index[e]] = x[e]


def _length(n: int) -> int:
    """Return the length of a row of scores, with a sink; not a power of two: rows would share the lines of a cache."""
    return -(-(n + 1) // BITS) * BITS + LANES


def is_plain(call: Call) -> bool:
    """Whether a call has no slopes, sinks, mask or cap, and no head an alpha above 2."""
    some = call.slopes.size or call.sinks.size or call.mask.size or call.cap or (call.kinds == ABOVE).any()
    return not some


def forward_room(call: Call) -> tuple[Any, ...]:
    """Make room for `forward` on one thread: kernels that make arrays are slow to compile.

    What is not written takes no memory.
    """
    length, dtype, width, value_width = _length(call.n), call.v.dtype, call.q.shape[1], call.v.shape[2]
    s, dense, p = (np.empty(shape, dtype) for shape in ((BLOCK, length), (BLOCK, length), length))
    mixed, which = np.empty((1, BLOCK, value_width), dtype), np.empty(BLOCK, np.int64)
    scratch, lanes = np.empty(LANES * width, dtype), np.empty(LANES, dtype)
    v, wide, index, rough = (np.empty(length, kind) for kind in (np.float64, np.float64, np.int32, np.float32))
    return s, dense, mixed, which, scratch, lanes, p, v, index, wide, rough


def backward_room(call: Call) -> tuple[Any, ...]:
    """Make room for `backward` on one thread."""
    length, dtype, width, value_width = _length(call.n), call.v.dtype, call.q.shape[1], call.v.shape[2]
    scores = (np.empty((BLOCK, length), dtype) for _ in range(3))
    features = (np.empty((1, BLOCK, size), dtype) for size in (width, value_width, width))
    which, sunk = np.empty(BLOCK, np.int64), np.empty(BLOCK, dtype)
    scratch, lanes = np.empty(LANES * max(width, value_width), dtype), np.empty(LANES, dtype)
    kinds = (dtype, dtype, np.int32, np.float64, np.float64, np.float64, np.float64, np.bool_)
    return *scores, *features, which, sunk, scratch, lanes, *(np.empty(length, kind) for kind in kinds)


@kernel
def forward(
    call: Any,
    clean: Any,
    packed: Any,
    out: Any,
    kept_p: Any,
    state: Any,
    kept_index: Any,
    full: Any,
    room: Any,
    first: Any,
    step: Any,
) -> None:
    """Fill ``out (G R, Dv)`` and what the backward pass reads, of every ``step``-th block from the ``first`` on.

    ``state (G R, 5)``: the maximum, ``first``, ``second``, the number of live keys (-1 for a row of NaN) and where
    their list starts in the block, or -1. ``kept_p`` and ``kept_index``: the lists ``(G, blocks, room)``; none if they
    have no elements. A sink is a live key behind those that the row sees. ``clean``: values without NaN and infinity.
    ``full``: ``None`` for a call without what only some calls have (see `is_plain`), else ``True``: so less has to be
    compiled for most.
    """
    heads, n = call.k.shape[:2]
    rows_of_head = call.q.shape[0] // heads
    value_width = call.v.shape[2]
    blocks = (rows_of_head + BLOCK - 1) // BLOCK
    s, dense, mixed, which, scratch, lanes, p, v, index, wide, rough = room
    length = s.shape[1]
    zero, unit, zero_number, sinks = np.int64(0), np.int64(1), out.dtype.type(0), np.int64(call.sinks.size > 0)
    not_a_number = out.dtype.type(np.nan)
    for item in range(first, heads * blocks, step):
        g, block = item // blocks, item % blocks
        start = block * BLOCK
        rows = min(BLOCK, rows_of_head - start)
        begin, end = seen_by_some(call, g, start, rows)
        length_of_batch = call.lengths[g // call.key_heads]
        line = g * rows_of_head + start
        multiply(call.q[line:], rows, call.k, packed, g, begin, end, scratch, s)
        many, used = np.int64(0), np.int64(0)
        for i in range(rows):
            head = (g * call.group + (start + i) // call.m) % call.excess.size
            a, kind = call.excess[head], call.kinds[head]
            keeps = kept_p.size > 0 and kind != ABOVE
            mine, last = seen_by((start + i) % call.m + n - call.m, length_of_batch, call.left, call.right)
            groups, top = score(call, g, start + i, mine, last, s, i, lanes, v, full)
            count, one, two = -1 if top == math.inf else 0, 0.0, 0.0
            if -math.inf < top < math.inf:
                stop = last + sinks
                count, one, two = find(
                    s, i, mine - mine % BITS, stop, groups, top, a, kind, full, p, v, index, wide, rough
                )
            keys = without_sink(sinks, index, count, last)
            r = line + i
            state[r, 0], state[r, 1], state[r, 2], state[r, 3], state[r, 4] = top, one, two, count, -1
            if count <= 0:
                fill(out[r], zero, value_width, zero_number if count == 0 else not_a_number)
            elif call.spoiled.size and is_dense(keys, last - mine, kind) and not touches(call.spoiled[g], index, keys):
                put(dense, many, begin, end, index, p, keys)
                which[many] = r
                many += 1
            else:
                for t in range(0, value_width, LANES):
                    gathered(p, index, keys, call.v, g * n * value_width + t, value_width, out, r * value_width + t)
                for t in range(value_width):
                    out[r, t] += zero_number  # -0 becomes 0, as in the products
                if keeps and not is_dense(keys, last - mine, kind) and used + count <= kept_p.shape[2]:
                    copied(p, zero, kept_p[g, block], used, count)
                    copied(index, zero, kept_index[g, block], used, count)
                    state[r, 4] = used
                    used += count
        if many:
            clear(mixed, many)
            place = (g * n + begin) * value_width
            combine(dense, begin, many, length, unit, clean, place, end - begin, value_width, mixed, zero)
            for i in range(many):
                for t in range(value_width):
                    out[which[i], t] = mixed[0, i, t] + zero_number


@part
def clear(x: Any, rows: Any) -> None:
    """Write zeros into some rows of ``x (1, rows, width)``."""
    for i in range(rows):
        fill(x[0, i], np.int64(0), x.shape[2], x.dtype.type(0))


@part
def is_finite(x: Any, row: Any) -> Any:
    """Whether a row of an array is finite."""
    total = np.float64(0)
    for t in range(x.shape[1]):
        total += x[row, t] * 0
    return total == 0


@part
def take_live(p: Any, dp: Any, begin: Any, end: Any, one: Any, wide: Any) -> Any:
    """List what a dense row and its products hold for live keys; the count."""
    count = 0
    for j in range(begin, end):
        one[count], wide[count] = p[j], dp[j]
        count += p[j] > 0
    return count


@part
def steepness(q: Any, q_at: Any, k: Any, k_at: Any, width: Any, factor: Any) -> Any:
    """Return the derivative of the cap at the product of a row and a key; ``factor``: the scale by the cap."""
    e = math.exp(-2.0 * abs(np.float64(inner(q, q_at, k, k_at, width)) * factor))
    return 4.0 * e / ((1.0 + e) * (1.0 + e))  # 1 - tanh^2, without cancellation


@part
def put_live(call: Any, g: Any, r: Any, p: Any, ds: Any, begin: Any, end: Any, to: Any, dmask: Any, mask_at: Any,
             mask_step: Any, full: Any) -> None:  # fmt: skip
    """Write the gradients in the products of a dense row into a row of zeros, and add those in its mask."""
    count, width = 0, call.q.shape[1]
    for j in range(begin, end):
        live = p[j] > 0
        to[j] = ds[count] if live else 0
        if full is not None:
            if live and dmask.size:
                dmask[mask_at + j * mask_step] += ds[count]
            if live and call.cap > 0.0:
                factor = call.scale[r] / call.cap
                to[j] *= steepness(call.q, r * width, call.k, (g * call.n + j) * width, width, factor)
        count += live


@kernel
def backward(
    call: Any,
    clean_k: Any,
    clean_v: Any,
    packed_k: Any,
    packed_v: Any,
    g: Any,
    g_lse: Any,
    kept_p: Any,
    state: Any,
    kept_index: Any,
    along: Any,
    gradients: Any,
    mask_steps: Any,
    full: Any,
    room: Any,
    first: Any,
    step: Any,
) -> None:
    """Add to the gradients of every ``step``-th key head from the ``first`` on, block after block.

    ``gradients``: in q, k, v, scale, in excess and sinks for each head of each batch, and in the mask, of zeros. The
    last is a line, without elements where it is not wanted; ``mask_steps``: how far apart in it key heads are, and the
    heads that read one, queries and keys. ``full``: as for `forward`; also where there is a gradient in alpha
    (``along``) or in the logarithms.
    """
    dq, dk, dv, dscale, dexcess, dsinks, dmask = gradients
    heads, n = call.k.shape[:2]
    rows_of_head = call.q.shape[0] // heads
    width, value_width = call.q.shape[1], call.v.shape[2]
    blocks = (rows_of_head + BLOCK - 1) // BLOCK
    s, dense, dense_dp, dense_q, dense_g, mixed, which, sunk, scratch, lanes = room[:10]
    p, factors, index, v, dp, ds, weights, tied = room[10:]
    length = s.shape[1]
    zero, unit, sinks = np.int64(0), np.int64(1), np.int64(call.sinks.size > 0)
    not_a_number = dq.dtype.type(np.nan)
    for item in range(first, heads, step):
        for block in range(blocks):
            start = block * BLOCK
            rows = min(BLOCK, rows_of_head - start)
            line = item * rows_of_head + start
            begin, end = seen_by_some(call, item, start, rows)
            length_of_batch = call.lengths[item // call.key_heads]
            again = False
            for i in range(rows):
                again = again or (state[line + i, 3] > 0 and state[line + i, 4] < 0)
            if again:
                multiply(call.q[line:], rows, call.k, packed_k, item, begin, end, scratch, s)
            many = np.int64(0)
            for i in range(rows):
                r = line + i
                top, one, two, count, at = state[r, 0], state[r, 1], state[r, 2], int(state[r, 3]), int(state[r, 4])
                head = item * call.group + (start + i) // call.m
                a, kind = call.excess[head % call.excess.size], call.kinds[head % call.excess.size]
                mine, last = seen_by((start + i) % call.m + n - call.m, length_of_batch, call.left, call.right)
                mask_at = (
                    item * mask_steps[0]
                    + (start + i) // call.m * mask_steps[1]
                    + ((start + i) % call.m * mask_steps[2])
                )
                if count < 0:
                    hides = masked(call, item, start + i)
                    for j in range(mine, last):
                        if call.mask.size and call.mask[hides + j * call.mask_steps[3]] == -math.inf:
                            continue
                        fill(dk[item, j], zero, width, not_a_number)
                        fill(dv[item, j], zero, value_width, not_a_number)
                        if dmask.size:
                            dmask[mask_at + j * mask_steps[3]] = np.nan
                    fill(dq[r], zero, width, not_a_number)
                    dscale[r] = np.nan
                    dexcess[head] = np.nan
                    dsinks[head] = np.nan
                if count <= 0:
                    continue
                if at >= 0:
                    copied(kept_p[item, block], at, p, zero, count)
                    copied(kept_index[item, block], at, index, zero, count)
                else:
                    score(call, item, start + i, mine, last, s, i, lanes, v, full)
                    stop = last + sinks
                    count = find_again(s, i, mine - mine % BITS, stop, top, one, two, a, kind, full, p, v, index, ds)
                    keys = without_sink(sinks, index, count, last)
                    if (
                        is_dense(keys, last - mine, kind)
                        and is_finite(g, r)
                        and is_finite(call.q, r)
                        and not touches(call.spoiled[item], index, keys)
                    ):
                        put(dense, many, begin, end, index, p, keys)
                        sunk[many] = p[keys] if keys < count else 0
                        copied(call.q[r], zero, dense_q[0, many], zero, width)
                        copied(g[r], zero, dense_g[0, many], zero, value_width)
                        which[many] = i
                        many += 1
                        continue
                keys = without_sink(sinks, index, count, last)
                for e in range(keys):
                    dp[e] = inner(g, r * value_width, call.v, (item * n + index[e]) * value_width, value_width)
                if keys < count:
                    dp[keys] = 0.0  # the value of a sink
                differentiate(p, v, one, two, dp, count, a, kind, full, weights, tied, ds)
                if full is not None:
                    if along:
                        dexcess[head] += along_alpha(p, two, ds, weights, tied, count, a, kind, dp, v)
                    if g_lse.size:
                        for e in range(count):
                            ds[e] += p[e] * g_lse[r]
                if keys < count:
                    dsinks[head] += ds[keys]
                if full is not None:
                    if dmask.size:
                        for e in range(keys):
                            dmask[mask_at + index[e] * mask_steps[3]] += ds[e]
                    if call.cap > 0.0:
                        for e in range(keys):
                            factor, key = call.scale[r] / call.cap, (item * n + index[e]) * width
                            ds[e] *= steepness(call.q, r * width, call.k, key, width, factor)
                for e in range(keys):
                    factors[e] = ds[e]
                for t in range(0, width, LANES):
                    gathered(factors, index, keys, call.k, item * n * width + t, width, dq, r * width + t)
                scale = call.scale[r]
                dscale[r] = inner(call.q, r * width, dq, r * width, width)
                for t in range(width):
                    dq[r, t] *= scale
                for e in range(keys):
                    key = item * n + index[e]
                    added(factors[e] * scale, call.q, r * width, dk, key * width, width)
                    added(p[e], g, r * value_width, dv, key * value_width, value_width)
            if many == 0:
                continue
            multiply(dense_g[0], many, clean_v, packed_v, item, begin, end, scratch, dense_dp)
            for i in range(many):
                head = item * call.group + (start + which[i]) // call.m
                a, kind = call.excess[head % call.excess.size], call.kinds[head % call.excess.size]
                keys = take_live(dense[i], dense_dp[i], begin, end, p, dp)
                p[keys], dp[keys] = sunk[i], 0.0
                count = keys + (sunk[i] > 0)
                differentiate(p, v, 0.0, 1.0, dp, count, a, kind, full, weights, tied, ds)
                r = line + which[i]
                if full is not None:
                    if along:
                        dexcess[head] += along_alpha(p, 1.0, ds, weights, tied, count, a, kind, dp, v)
                    if g_lse.size:
                        for e in range(count):
                            ds[e] += p[e] * g_lse[r]
                if keys < count:
                    dsinks[head] += ds[keys]
                place = start + which[i]
                mask_at = item * mask_steps[0] + place // call.m * mask_steps[1] + place % call.m * mask_steps[2]
                put_live(call, item, r, dense[i], ds, begin, end, dense_dp[i], dmask, mask_at, mask_steps[3], full)
            clear(mixed, many)
            place = (item * n + begin) * width
            combine(dense_dp, begin, many, length, unit, clean_k, place, end - begin, width, mixed, zero)
            for i in range(many):
                r = line + which[i]
                scale = call.scale[r]
                dscale[r] = inner(dense_q, i * width, mixed, i * width, width)
                for t in range(width):
                    dq[r, t] = mixed[0, i, t] * scale
                for j in range(begin, end):
                    dense_dp[i, j] *= scale
            place = (item * n + begin) * value_width
            combine(dense, begin, end - begin, unit, length, dense_g, zero, many, value_width, dv, place)
            place = (item * n + begin) * width
            combine(dense_dp, begin, end - begin, unit, length, dense_q, zero, many, width, dk, place)
