"""The threshold of every row of scores from one pass over the keys, exactly.

With ``x_j = a s_j``, ``q = 1/a`` and any set of keys seen so far, ``N(tau) = (sum_j [x_j - tau]_+^q)^(1/q)`` is
convex and falling, and ``N(tau) = 1`` at a threshold that more keys can only raise. So wherever a tangent of ``N``
reaches 1 is a lower bound on the final threshold, and a key below it is out for good.

**scan** streams the keys once. For each row it keeps the running maximum, the bound, and one tangent ``(norm,
slope)`` at the bound that stands for all keys seen: by Minkowski's inequality the tangents of parts combine to a
tangent of the whole,

    norm^q = sum_parts norm_b^q,    slope = sum_parts norm_b^(q-1) slope_b / norm^(q-1).

Keys above the bound go to the list of their row, with the number of their block.

**refine** is for rows whose list overflowed. Each pass goes over the blocks that held a key above the bound at the
time, takes a Newton step and lists anew: the bound at the end of the scan is much better than those on the way, so that
the second list is mostly whole. Rows whose support has no room in a list rise to their threshold by these steps.

**solve** finds the threshold from a whole list alone (it holds the support) and marks the blocks in it as live.

**compact** turns marks into lists of blocks, so that later loops run over a list and are pipelined.

With a window, **scan** leaves out the blocks that no query of its own reaches. A sink counts as a token that came
before all keys: it is the first of its list, and lies in no block.

A row with a visible score of NaN or ``+inf`` keeps a maximum of ``+inf``. It lists no key from there on, and **attend**
makes it NaN.

All thresholds are relative to the maximum of their row, so large logits lose nothing. The rounding of the bound is
paid for: each update loses ``SHAVE`` of its norm, and keys within ``MARGIN`` below the bound are kept. So no live
block is skipped.
"""

import triton
import triton.language as tl

from ..rowwise.elementary import raised
from ..rowwise.maths import FLOOR, power, row_excess, solve_below, weights
from .tiles import heads_of, key_limit, load_rows, load_slope, mask_rows, score_tile, sink_weights, visible_keys

# In units of x: the bound is at most 1 below the maximum and each step of its update rounds by some 2^-23.
MARGIN = tl.constexpr(2.0**-20)
SHAVE = tl.constexpr(1 - 2.0**-18)
# A row rises until its mass to the power alpha - 1 is this close to 1: the last step then moves it far less.
CLOSE = tl.constexpr(2.0**-21)
# Maximum of a row that has seen no key: the least float32, below which no score lies.
NOTHING = tl.constexpr(-3.4028234663852886e38)
# More than any row of x spans where it matters; a rise of the maximum beyond it, infinite or not, changes nothing more.
FAR = tl.constexpr(1e30)


@triton.jit
def root(x, a, KIND: tl.constexpr):
    """``x^a``, 0 at 0."""
    if KIND == 1:
        return x
    elif KIND == 2:
        return tl.sqrt(x)
    else:
        return raised(x, a)


@triton.jit
def powers(u, a, KIND: tl.constexpr):
    """``u^(q-1)`` where ``u > 0``, else 0; for tiles and rows alike, ``a`` of a shape that broadcasts."""
    if KIND == 1:
        return (u > 0).to(tl.float32)
    elif KIND == 2:
        return u
    elif KIND == 3:
        return u * u
    elif KIND == 4:
        return u * u * u
    else:
        return raised(u, 1.0 / a - 1.0)


@triton.jit
def cutoff(peak, bound, a):
    """Score below which no key can have mass; rounded down."""
    return peak + (bound - MARGIN) / a - tl.abs(peak) * 2.0**-21


@triton.jit
def scan_tile(
    s, block, list_start, present, state, a, VALUES, BLOCKS, SEEN,
    KIND: tl.constexpr, CAPACITY: tl.constexpr,
):  # fmt: skip
    """One tile of scores; ``state`` is ``(peak, bound, norm, slope, cut, count)`` of each row.

    The list of a row starts at ``list_start``, in int32: 64-bit offsets for a whole tile would not fit in registers.
    """
    peak, bound, norm, slope, cut, count = state
    if tl.min((s <= cut[:, None]).to(tl.int32)) == 0:  # NaN is not below the cut
        s = tl.where(s == s, s, float("inf"))
        tl.store(SEEN + block, 1)
        higher = tl.maximum(peak, tl.max(s, 1))
        moved = tl.minimum((higher - peak) * a, FAR)
        level = tl.maximum(bound - moved, -1.0)
        norm = tl.maximum(norm - slope * (level + moved - bound), 0.0)
        x = (s - higher[:, None]) * a[:, None]
        u = tl.maximum(x - level[:, None], 0.0)
        steep = powers(u, a[:, None], KIND)
        mass = tl.sum(steep * u, 1)
        old = powers(norm, a, KIND)
        whole = old * norm + mass
        news = mass > 0
        norm = tl.where(news, root(whole, a, KIND) * SHAVE, norm)
        slope = tl.where(news, (old * slope + tl.sum(steep, 1)) / powers(tl.where(news, norm, 1.0), a, KIND), slope)
        step = tl.where(norm > 1, (norm - 1) / tl.where(norm > 1, slope, 1.0), 0.0)
        peak = higher
        bound = level + step
        norm -= slope * step
        cut = tl.where(peak < float("inf"), cutoff(peak, bound, a), peak)
        candidate = x > (bound - MARGIN)[:, None]
        taken = candidate.to(tl.int32)
        position = count[:, None] + tl.cumsum(taken, 1) - taken
        where = list_start[:, None] + position
        wanted = candidate & (position < CAPACITY) & present[:, None]
        tl.store(VALUES + where, s, mask=wanted)
        tl.store(BLOCKS + where, tl.zeros_like(taken) + block, mask=wanted)
        count += tl.sum(taken, 1)
    return peak, bound, norm, slope, cut, count


@triton.jit
def scan(
    Q, K, EXCESS, SCALE, SLOPES, LENGTHS, VALUES, BLOCKS, COUNTS, STATE, SEEN,
    m, n, features, heads, group, key_blocks,
    q_batch, q_head, q_row, q_column, k_batch, k_head, k_row, k_column,
    SINKS, MASK, mask_batch, mask_head, mask_row, mask_column, left, right, cap,
    KIND: tl.constexpr, CAUSAL: tl.constexpr, WIDTH: tl.constexpr,
    QUERIES: tl.constexpr, KEYS: tl.constexpr, CAPACITY: tl.constexpr,
):  # fmt: skip
    """One program per block of queries. Newest keys first: they are visible to all, and near."""
    block_row = tl.num_programs(0) - 1 - tl.program_id(0)  # the longest causal rows start first
    index = tl.program_id(1)
    batch, head, key_head = heads_of(index, heads, group)
    wanted = block_row * QUERIES + tl.arange(0, QUERIES)
    present = wanted < m
    rows = tl.minimum(wanted, m - 1)  # the last block repeats the last row
    a = row_excess(EXCESS, tl.zeros_like(rows) + head, 1, QUERIES, KIND, tl.float32)
    row = index.to(tl.int64) * m + rows
    scale = tl.load(SCALE + row)
    slope_of_head = load_slope(SLOPES, head)
    limit = key_limit(LENGTHS, batch, n)
    end = visible_keys(LENGTHS, batch, rows, m, n, right, CAUSAL)
    q = load_rows(Q + batch * q_batch + head * q_head, rows, q_row, q_column, features, present, WIDTH)
    keys_of_head = K + batch * k_batch + key_head * k_head
    SEEN += (index.to(tl.int64) * tl.num_programs(0) + block_row) * key_blocks
    first = (index.to(tl.int64) * m + block_row * QUERIES) * CAPACITY
    VALUES += first
    BLOCKS += first
    list_start = (rows - block_row * QUERIES) * CAPACITY
    starts = mask_rows(MASK, batch, head, rows, mask_batch, mask_head, mask_row)

    zero = tl.zeros((QUERIES,), tl.float32)
    peak = zero + NOTHING
    bound = zero - 1.0
    norm, slope, cut, count = zero, zero, zero - float("inf"), tl.zeros((QUERIES,), tl.int32)
    if SINKS is not None:
        # The first token of its row, as if it had come in a tile before all keys. It lies in no block.
        sink = tl.load(SINKS + head)
        sink = tl.where(sink == sink, sink, float("inf"))
        peak = tl.maximum(peak, sink)
        norm += SHAVE
        slope += 1.0 / powers(norm, a, KIND)
        cut = tl.where(peak < float("inf"), cutoff(peak, bound, a), peak)
        count += 1
        tl.store(VALUES + list_start, zero + sink, mask=present)
        tl.store(BLOCKS + list_start, count * -1, mask=present)
    state = (peak, bound, norm, slope, cut, count)
    last = (tl.maximum(tl.max(end, 0), 0) + KEYS - 1) // KEYS
    EDGES: tl.constexpr = left is not None or MASK is not None
    if EDGES:  # every block counts as one on an edge, down to the first in reach
        whole = 0
        if left is not None:
            whole = tl.maximum(tl.min(rows, 0) + (n - m - left), 0) // KEYS
    else:
        whole = tl.minimum(tl.maximum(tl.min(end, 0), 0) // KEYS, last)  # blocks that every row sees in full
    for step in tl.range(0, last - whole):
        block = last - 1 - step
        keys = block * KEYS + tl.arange(0, KEYS)
        k = load_rows(keys_of_head, keys, k_row, k_column, features, keys < limit, WIDTH)
        products = tl.dot(q, tl.trans(k), input_precision="ieee")
        s = score_tile(
            products, scale, SLOPES, slope_of_head, rows, keys, end, n - m, left, cap, MASK, starts, mask_column, True
        )
        state = scan_tile(s, block, list_start, present, state, a, VALUES, BLOCKS, SEEN, KIND, CAPACITY)
    if not EDGES:
        for step in tl.range(0, whole):
            block = whole - 1 - step
            keys = block * KEYS + tl.arange(0, KEYS)
            k = load_rows(keys_of_head, keys, k_row, k_column, features, keys < limit, WIDTH)
            products = tl.dot(q, tl.trans(k), input_precision="ieee")
            s = score_tile(
                products, scale, SLOPES, slope_of_head, rows, keys, end, n - m, left, cap, MASK, starts, mask_column,
                False,
            )  # fmt: skip
            state = scan_tile(s, block, list_start, present, state, a, VALUES, BLOCKS, SEEN, KIND, CAPACITY)

    peak, bound, _norm, _slope, _cut, count = state
    tl.store(COUNTS + row, count, mask=present)
    tl.store(STATE + row * 3, peak, mask=present)
    tl.store(STATE + row * 3 + 1, 1.0 / tl.minimum(MARGIN - bound, 1.0), mask=present)


@triton.jit
def solve(
    VALUES, BLOCKS, COUNTS, EXCESS, STATE, LIVE, STEPS,
    rows, m, heads, query_blocks, key_blocks, queries,
    KIND: tl.constexpr, ROWS: tl.constexpr, CAPACITY: tl.constexpr, SINK: tl.constexpr,
):  # fmt: skip
    """``c = -1/tau`` of each row from its list, and the blocks of the support, for rows whose list is whole."""
    wanted = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    row = tl.minimum(wanted, rows - 1).to(tl.int64)
    count = tl.load(COUNTS + row)
    ours = (wanted < rows) & (count <= CAPACITY)
    columns = tl.arange(0, CAPACITY)
    listed = (columns[None, :] < count[:, None]) & ours[:, None]
    where = row[:, None] * CAPACITY + columns[None, :]
    s = tl.load(VALUES + where, mask=listed, other=0.0)
    peak = tl.load(STATE + row * 3)
    v = tl.where(listed, s - peak[:, None], FLOOR)
    if SINK:
        v = tl.maximum(v, FLOOR)
    a = row_excess(EXCESS, (row // m) % heads, 1, ROWS, KIND, tl.float32)
    c, _inverse, steps = solve_below(v, None, CAPACITY, CAPACITY, a, KIND, False, CAPACITY)
    tl.store(STATE + row * 3 + 1, c, mask=ours)
    W, _V = weights(v, c, a, KIND)
    block = tl.load(BLOCKS + where, mask=listed, other=0)
    block_row = (row // m) * query_blocks + (row % m) // queries
    live = listed & (W > 0)
    if SINK:
        live = live & (block >= 0)
    tl.store(LIVE + block_row[:, None] * key_blocks + block, tl.full((ROWS, CAPACITY), 1, tl.int8), mask=live)
    if STEPS is not None:
        tl.store(STEPS + row, steps, mask=ours)


@triton.jit
def refine(
    Q, K, EXCESS, SCALE, SLOPES, LENGTHS, VALUES, BLOCKS, COUNTS, STATE, INDEX, NUMBERS, LIVE, PRODUCTS,
    m, n, features, heads, group, key_blocks,
    q_batch, q_head, q_row, q_column, k_batch, k_head, k_row, k_column,
    SINKS, MASK, mask_batch, mask_head, mask_row, mask_column, left, right, cap,
    KIND: tl.constexpr, CAUSAL: tl.constexpr, WIDTH: tl.constexpr,
    QUERIES: tl.constexpr, KEYS: tl.constexpr, CAPACITY: tl.constexpr,
):  # fmt: skip
    """Rows whose list overflowed, one program per block of queries; others find none and return.

    A block that held nothing above the threshold of a pass is struck from the list of the next: the threshold only
    rises. A row that leaves with a whole list is left to `solve`.
    """
    block_row = tl.program_id(0)
    index = tl.program_id(1)
    batch, head, key_head = heads_of(index, heads, group)
    wanted = block_row * QUERIES + tl.arange(0, QUERIES)
    present = wanted < m
    rows = tl.minimum(wanted, m - 1)
    row = index.to(tl.int64) * m + rows
    rising = present & (tl.load(COUNTS + row) > CAPACITY)
    if tl.max(rising.to(tl.int32), 0) > 0:
        ours = rising
        a = row_excess(EXCESS, tl.zeros_like(rows) + head, 1, QUERIES, KIND, tl.float32)
        scale = tl.load(SCALE + row)
        slope = load_slope(SLOPES, head)
        limit = key_limit(LENGTHS, batch, n)
        end = visible_keys(LENGTHS, batch, rows, m, n, right, CAUSAL)
        q = load_rows(Q + batch * q_batch + head * q_head, rows, q_row, q_column, features, present, WIDTH)
        keys_of_head = K + batch * k_batch + key_head * k_head
        peak = tl.load(STATE + row * 3)
        c = tl.load(STATE + row * 3 + 1)
        me = index.to(tl.int64) * tl.num_programs(0) + block_row
        first = (index.to(tl.int64) * m + block_row * QUERIES) * CAPACITY
        VALUES += first
        BLOCKS += first
        list_start = (rows - block_row * QUERIES) * CAPACITY
        starts = mask_rows(MASK, batch, head, rows, mask_batch, mask_head, mask_row)
        number = tl.load(NUMBERS + me)
        products_done = 0
        while tl.max(rising.to(tl.int32), 0) > 0:
            S = tl.zeros_like(c)
            X = tl.zeros_like(c)
            count = tl.zeros_like(rows)
            if SINKS is not None:  # it stays the first of its list
                v_sink, W_sink, V_sink = sink_weights(SINKS, head, peak, c, a, KIND)
                S += W_sink
                X -= a * (V_sink * v_sink)
                count += 1
            kept = 0
            for step in tl.range(0, number):
                block = tl.load(INDEX + me * key_blocks + step)
                keys = block * KEYS + tl.arange(0, KEYS)
                k = load_rows(keys_of_head, keys, k_row, k_column, features, keys < limit, WIDTH)
                products = tl.dot(q, tl.trans(k), input_precision="ieee")
                s = score_tile(
                    products, scale, SLOPES, slope, rows, keys, end, n - m, left, cap, MASK, starts, mask_column, True
                )
                v = tl.maximum(s - peak[:, None], FLOOR)
                W, V = weights(v, c, a, KIND)
                S += tl.sum(W, 1)
                X -= a * tl.sum(V * v, 1)
                candidate = (v * (a * c)[:, None] > -1.0 - MARGIN) & ours[:, None]
                tl.store(INDEX + me * key_blocks + kept, block)  # at or before the place it was read from
                kept += tl.max(candidate.to(tl.int32))
                taken = (candidate & rising[:, None]).to(tl.int32)
                position = count[:, None] + tl.cumsum(taken, 1) - taken
                fits = (taken > 0) & (position < CAPACITY)
                where = list_start[:, None] + position
                tl.store(VALUES + where, s, mask=fits)
                tl.store(BLOCKS + where, tl.zeros_like(taken) + block, mask=fits)
                count += tl.sum(taken, 1)
            products_done += number
            number = kept
            tl.debug_barrier()  # other threads read what one has written
            tl.store(COUNTS + row, count, mask=rising)
            ours = tl.where(rising, count > CAPACITY, ours)
            root_of_mass = power(S, a, KIND)
            better = (S + c * X) / (S / root_of_mass + X)
            rising = rising & ours & (better > c)
            far = root_of_mass > c * (1 + CLOSE)
            c = tl.where(rising, better, c)
            rising = rising & far
        tl.store(STATE + row * 3 + 1, c, mask=ours)
        if tl.max(ours.to(tl.int32), 0) > 0:
            # The list of blocks of the last pass was made at a threshold that can only be too low.
            for step in tl.range(0, number):
                tl.store(LIVE + me * key_blocks + tl.load(INDEX + me * key_blocks + step), 1)
        if PRODUCTS is not None:
            tl.store(PRODUCTS + me, products_done)


@triton.jit
def compact(
    MARK, INDEX, NUMBERS, lists, length, plane, list_stride, mark_stride, MARKS: tl.constexpr
):  # fmt: skip
    """List the indices of nonzero marks, ascending, and count them.

    List ``i`` of plane ``p`` has its marks at ``p * plane + i * list_stride + j * mark_stride``.
    """
    me = tl.program_id(0).to(tl.int64)
    base = MARK + (me // lists) * plane + (me % lists) * list_stride
    number = 0
    for start in tl.range(0, length, MARKS):
        columns = start + tl.arange(0, MARKS)
        mark = tl.load(base + columns.to(tl.int64) * mark_stride, mask=columns < length, other=0)
        marked = (mark > 0).to(tl.int32)
        position = number + tl.cumsum(marked, 0) - marked
        tl.store(INDEX + me * length + position, columns, mask=marked > 0)
        number += tl.sum(marked, 0)
    tl.store(NUMBERS + me, number)
