"""The two kernels of decoding, around the row-wise solver: scores of a block of keys, and values of a chunk of keys."""

import triton
import triton.language as tl

from .tiles import capped, hide, key_limit, load_rows, load_slope, mask_rows, operand, visible_keys


@triton.jit
def decode_scores(
    Q, K, SCALE, SLOPES, LENGTHS, SCORES,
    m, n, features, heads, group,
    q_batch, q_head, q_row, q_column, k_batch, k_head, k_row, k_column,
    SINKS, MASK, mask_batch, mask_head, mask_row, mask_column, left, right, cap,
    CAUSAL: tl.constexpr, WIDTH: tl.constexpr, QUERIES: tl.constexpr, KEYS: tl.constexpr,
):  # fmt: skip
    """Scores of one block of keys and the ``group * m`` queries that read its head; ``-inf`` at hidden keys.

    With SINKS a row has one more score, that of its sink, behind those of the keys.
    """
    key_heads = heads // group
    batch = (tl.program_id(1) // key_heads).to(tl.int64)
    key_head = (tl.program_id(1) % key_heads).to(tl.int64)
    keys = tl.program_id(0) * KEYS + tl.arange(0, KEYS)
    member = tl.program_id(2) * QUERIES + tl.arange(0, QUERIES)
    present = member < group * m
    member = tl.minimum(member, group * m - 1)
    head = key_head * group + member // m
    rows = member % m
    columns = tl.arange(0, WIDTH)
    start = Q + batch * q_batch + head * q_head + rows * q_row
    q = tl.load(
        start[:, None] + columns.to(tl.int64)[None, :] * q_column,
        mask=present[:, None] & (columns < features)[None, :],
        other=0.0,
    )
    k = load_rows(K + batch * k_batch + key_head * k_head, keys, k_row, k_column, features, keys < n, WIDTH)
    row = (batch * heads + head) * m + rows
    s = tl.dot(q, tl.trans(k), input_precision="ieee") * tl.load(SCALE + row)[:, None]
    if cap is not None:
        s = capped(s, cap)
    if SLOPES is not None:
        s -= load_slope(SLOPES, head)[:, None] * tl.abs((rows + (n - m))[:, None] - keys[None, :]).to(tl.float32)
    end = visible_keys(LENGTHS, batch, rows, m, n, right, CAUSAL)
    starts = mask_rows(MASK, batch, head, rows, mask_batch, mask_head, mask_row)
    s = hide(s, rows, keys, end, n - m, left, MASK, starts, mask_column)
    width = n
    if SINKS is not None:
        width = n + 1
        if tl.program_id(0) == 0:
            tl.store(SCORES + row * width + n, tl.load(SINKS + head), mask=present)
    tl.store(SCORES + row[:, None] * width + keys[None, :], s, mask=present[:, None] & (keys < n)[None, :])


@triton.jit
def is_finite(x):
    """Whether numbers are finite."""
    return tl.abs(x.to(tl.float32)) < float("inf")


@triton.jit
def one_value(
    P, row, width, V, key, limit, present, v_row, v_column, value_features,
    VALUE_WIDTH: tl.constexpr, FINITE: tl.constexpr,
):  # fmt: skip
    """``p_j value_j`` of one key; 0 where it has no mass, whatever its value, and unless FINITE for finite values."""
    keys = key + tl.arange(0, 1)
    p = tl.load(P + row[:, None] * width + keys[None, :], mask=present[:, None], other=0.0)
    value = load_rows(V, keys, v_row, v_column, value_features, keys < limit, VALUE_WIDTH)
    counts = p != 0
    if not FINITE:
        counts = counts & (is_finite(value) == 0)
    return tl.where(counts, p * value.to(tl.float32), 0.0)


@triton.jit
def decode_values(
    P, V, LENGTHS, PARTS, READ,
    m, n, value_features, heads, group, chunk,
    v_batch, v_head, v_row, v_column,
    VALUE_WIDTH: tl.constexpr, QUERIES: tl.constexpr, KEYS: tl.constexpr, TAIL: tl.constexpr, HIDES: tl.constexpr,
    SINK: tl.constexpr, EMULATE: tl.constexpr,
):  # fmt: skip
    """``sum_j p_j value_j`` over one chunk of keys; blocks without a live token are not read. NaN is live.

    With TAIL the last keys are not for every query, as in causal attention: they come one by one, for 0 times NaN is
    NaN, and their values must not reach the queries that do not see them. With HIDES no key need be for every query:
    what is not finite is left out of the products, and comes one by one after them. With SINK a row of P has one more
    number.
    """
    key_heads = heads // group
    batch = (tl.program_id(1) // key_heads).to(tl.int64)
    key_head = (tl.program_id(1) % key_heads).to(tl.int64)
    member = tl.program_id(2) * QUERIES + tl.arange(0, QUERIES)
    present = member < group * m
    member = tl.minimum(member, group * m - 1)
    row = (batch * heads + key_head * group) * m + member
    total = tl.zeros((QUERIES, VALUE_WIDTH), tl.float32)
    first = tl.program_id(0) * chunk
    read = 0
    spoiled = 0
    values_of_head = V + batch * v_batch + key_head * v_head
    limit = key_limit(LENGTHS, batch, n)
    width = n
    if SINK:
        width = n + 1
    common = limit
    if TAIL:
        common = tl.maximum(tl.minimum(limit, n - m + 1), 0)
    for start in tl.range(first, tl.minimum(first + chunk, common), KEYS):
        keys = start + tl.arange(0, KEYS)
        p = tl.load(P + row[:, None] * width + keys[None, :], mask=present[:, None] & (keys < n)[None, :], other=0.0)
        live = tl.max(tl.max((p != 0).to(tl.int32), 1), 0)
        wanted = keys < tl.where(live > 0, common, 0)  # a mask and not a branch, so that loads run ahead
        value = load_rows(values_of_head, keys, v_row, v_column, value_features, wanted, VALUE_WIDTH)
        if HIDES:
            finite = is_finite(value)
            spoiled |= tl.max(tl.max(finite.to(tl.int32) ^ 1, 1), 0)
            value = tl.where(finite, value, 0.0).to(value.dtype)
        total = tl.dot(operand(p, value, EMULATE), value, total, input_precision="ieee")
        read += live
    if HIDES:  # noqa: SIM102 (for the compiler the first is a constant)
        if spoiled > 0:
            for key in tl.range(first, tl.minimum(first + chunk, common)):
                total += one_value(
                    P, row, width, values_of_head, key, limit, present, v_row, v_column, value_features, VALUE_WIDTH,
                    False,
                )  # fmt: skip
    if TAIL:
        for key in tl.range(tl.maximum(first, common), tl.minimum(first + chunk, limit)):
            total += one_value(
                P, row, width, values_of_head, key, limit, present, v_row, v_column, value_features, VALUE_WIDTH, True
            )
    columns = tl.arange(0, VALUE_WIDTH)
    rows = tl.num_programs(1).to(tl.int64) * group * m
    where = (tl.program_id(0) * rows + row)[:, None] * value_features + columns[None, :]
    tl.store(PARTS + where, total, mask=present[:, None] & (columns < value_features)[None, :])
    if READ is not None:
        me = (tl.program_id(0) * tl.num_programs(1) + tl.program_id(1)) * tl.num_programs(2) + tl.program_id(2)
        tl.store(READ + me, read)
