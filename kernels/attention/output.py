"""The output pass: one matrix product for the scores and one for the values, over live blocks only.

A product takes whole tiles, and 0 times NaN is NaN: where a block is visible in part, a value that is not finite would
reach queries that do not see it. What it reached is computed once more, value by value; where all is finite that is one
look.
"""

import triton
import triton.language as tl

from ..rowwise.maths import FLOOR, row_excess, weights
from .tiles import (
    heads_of,
    key_limit,
    load_rows,
    load_slope,
    mask_rows,
    operand,
    score_tile,
    sink_weights,
    visible_keys,
)


@triton.jit
def attend(
    Q, K, V, EXCESS, SCALE, SLOPES, LENGTHS, STATE, INDEX, NUMBERS, OUT, MEAN,
    m, n, features, value_features, heads, group, key_blocks,
    q_batch, q_head, q_row, q_column, k_batch, k_head, k_row, k_column, v_batch, v_head, v_row, v_column,
    SINKS, MASK, mask_batch, mask_head, mask_row, mask_column, left, right, cap,
    KIND: tl.constexpr, CAUSAL: tl.constexpr, WIDTH: tl.constexpr, VALUE_WIDTH: tl.constexpr,
    QUERIES: tl.constexpr, KEYS: tl.constexpr, EMULATE: tl.constexpr,
):  # fmt: skip
    """``OUT = sum_j p_j value_j``; with MEAN also ``sum_j s_j value_j / sum_j s_j``, which the backward pass wants.

    Weights ``W_j <= 1`` are divided by their sum at the end, so that a row sums to 1 whatever rounding did to ``c``.
    """
    block_row = tl.num_programs(0) - 1 - tl.program_id(0)
    index = tl.program_id(1)
    batch, head, key_head = heads_of(index, heads, group)
    wanted = block_row * QUERIES + tl.arange(0, QUERIES)
    present = wanted < m
    rows = tl.minimum(wanted, m - 1)
    a = row_excess(EXCESS, tl.zeros_like(rows) + head, 1, QUERIES, KIND, tl.float32)
    row = index.to(tl.int64) * m + rows
    scale = tl.load(SCALE + row)
    slope = load_slope(SLOPES, head)
    limit = key_limit(LENGTHS, batch, n)
    end = visible_keys(LENGTHS, batch, rows, m, n, right, CAUSAL)
    q = load_rows(Q + batch * q_batch + head * q_head, rows, q_row, q_column, features, present, WIDTH)
    keys_of_head = K + batch * k_batch + key_head * k_head
    values_of_head = V + batch * v_batch + key_head * v_head
    peak = tl.load(STATE + row * 3)
    c = tl.load(STATE + row * 3 + 1)
    me = index.to(tl.int64) * tl.num_programs(0) + block_row

    S = tl.zeros((QUERIES,), tl.float32)
    R = tl.zeros((QUERIES,), tl.float32)
    total = tl.zeros((QUERIES, VALUE_WIDTH), tl.float32)
    if MEAN is not None:
        tangent = tl.zeros((QUERIES, VALUE_WIDTH), tl.float32)
    if SINKS is not None:
        _v, S, R = sink_weights(SINKS, head, peak, c, a, KIND)
    starts = mask_rows(MASK, batch, head, rows, mask_batch, mask_head, mask_row)
    for step in tl.range(0, tl.load(NUMBERS + me)):
        block = tl.load(INDEX + me * key_blocks + step)
        keys = block * KEYS + tl.arange(0, KEYS)
        k = load_rows(keys_of_head, keys, k_row, k_column, features, keys < limit, WIDTH)
        value = load_rows(values_of_head, keys, v_row, v_column, value_features, keys < limit, VALUE_WIDTH)
        products = tl.dot(q, tl.trans(k), input_precision="ieee")
        s = score_tile(
            products, scale, SLOPES, slope, rows, keys, end, n - m, left, cap, MASK, starts, mask_column, True
        )
        W, U = weights(tl.maximum(s - peak[:, None], FLOOR), c, a, KIND)
        S += tl.sum(W, 1)
        total = tl.dot(operand(W, value, EMULATE), value, total, input_precision="ieee")
        if MEAN is not None:
            R += tl.sum(U, 1)
            tangent = tl.dot(operand(U, value, EMULATE), value, tangent, input_precision="ieee")

    inverse = tl.where(S > 0, 1.0 / tl.where(S > 0, S, 1.0), 0.0)  # a row that sees no key gives zeros
    inverse = tl.where(peak < float("inf"), inverse, float("nan"))  # a row that sees NaN is NaN
    tl.store(STATE + row * 3 + 2, inverse, mask=present)
    columns = tl.arange(0, VALUE_WIDTH)
    where = row[:, None] * value_features + columns[None, :]
    inside = present[:, None] & (columns < value_features)[None, :]
    tl.store(OUT + where, (total * inverse[:, None]).to(OUT.dtype.element_ty), mask=inside)
    if MEAN is not None:
        inverse = tl.where(R > 0, 1.0 / tl.where(R > 0, R, 1.0), 0.0)
        tl.store(MEAN + where, tangent * inverse[:, None], mask=inside)


@triton.jit
def mend(
    Q, K, V, EXCESS, SCALE, SLOPES, LENGTHS, STATE, OUT, MEAN,
    m, n, features, value_features, heads, group,
    q_batch, q_head, q_row, q_column, k_batch, k_head, k_row, k_column, v_batch, v_head, v_row, v_column,
    SINKS, MASK, mask_batch, mask_head, mask_row, mask_column, left, right, cap,
    KIND: tl.constexpr, CAUSAL: tl.constexpr, WIDTH: tl.constexpr, VALUE_WIDTH: tl.constexpr, ROWS: tl.constexpr,
):  # fmt: skip
    """Compute again what is not finite in OUT and MEAN, from the values that have mass, of rows that saw no NaN."""
    index = tl.program_id(1)
    batch, head, key_head = heads_of(index, heads, group)
    wanted = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    rows = tl.minimum(wanted, m - 1)
    row = index.to(tl.int64) * m + rows
    columns = tl.arange(0, VALUE_WIDTH)
    where = row[:, None] * value_features + columns[None, :]
    inside = (wanted < m)[:, None] & (columns < value_features)[None, :]
    inverse = tl.load(STATE + row * 3 + 2)
    sound = inside & (inverse == inverse)[:, None]
    lost = sound & ~(tl.abs(tl.load(OUT + where, mask=sound, other=0.0).to(tl.float32)) < float("inf"))
    lost_mean = lost
    if MEAN is not None:
        lost_mean = sound & ~(tl.abs(tl.load(MEAN + where, mask=sound, other=0.0)) < float("inf"))
    if tl.max(tl.max((lost | lost_mean).to(tl.int32), 1), 0) > 0:
        a = row_excess(EXCESS, tl.zeros_like(rows) + head, 1, ROWS, KIND, tl.float32)
        scale = tl.load(SCALE + row)
        slope = load_slope(SLOPES, head)
        end = visible_keys(LENGTHS, batch, rows, m, n, right, CAUSAL)
        peak = tl.load(STATE + row * 3)
        c = tl.load(STATE + row * 3 + 1)
        q = load_rows(Q + batch * q_batch + head * q_head, rows, q_row, q_column, features, wanted < m, WIDTH)
        total = tl.zeros((ROWS, VALUE_WIDTH), tl.float32)
        tangent = tl.zeros((ROWS, VALUE_WIDTH), tl.float32)
        R = tl.zeros((ROWS,), tl.float32)
        if SINKS is not None:
            _v, _W, R = sink_weights(SINKS, head, peak, c, a, KIND)
        starts = mask_rows(MASK, batch, head, rows, mask_batch, mask_head, mask_row)
        first = 0
        if left is not None:
            first = tl.maximum(tl.min(rows, 0) + (n - m - left), 0)
        for key in tl.range(first, tl.max(end, 0)):
            keys = key + tl.arange(0, 1)
            there = keys < n
            k = load_rows(K + batch * k_batch + key_head * k_head, keys, k_row, k_column, features, there, WIDTH)
            value = load_rows(
                V + batch * v_batch + key_head * v_head, keys, v_row, v_column, value_features, there, VALUE_WIDTH
            ).to(tl.float32)
            products = tl.sum(q.to(tl.float32) * k.to(tl.float32), 1)[:, None]
            s = score_tile(
                products, scale, SLOPES, slope, rows, keys, end, n - m, left, cap, MASK, starts, mask_column, True
            )
            W, U = weights(tl.maximum(s - peak[:, None], FLOOR), c, a, KIND)
            total += tl.where(W > 0, W * value, 0.0)
            if MEAN is not None:
                tangent += tl.where(U > 0, U * value, 0.0)
                R += tl.sum(U, 1)
        tl.store(OUT + where, (total * inverse[:, None]).to(OUT.dtype.element_ty), mask=lost)
        if MEAN is not None:
            inverse = tl.where(R > 0, 1.0 / tl.where(R > 0, R, 1.0), 0.0)
            tl.store(MEAN + where, tangent * inverse[:, None], mask=lost_mean)
