"""The backward pass: five matrix products for each live block.

With ``g_ij = <grad_i, value_j>`` and ``s_ij = p_ij^(2-alpha)`` on the support, the gradient in the scores is
``ds_ij = s_ij (g_ij - <grad_i, mean_i>)`` where ``mean_i = sum_j s_ij value_j / sum_j s_ij`` came from the forward
pass: no pass over the keys to find it. The gradient in the scale needs no pass either, ``sum_j ds_ij <query_i,
key_j>`` being ``<query_i, sum_j ds_ij key_j>``. That in alpha is ``-sum_j ds_ij h_ij`` with ``h = psi(a log p)
log(p)^2``.
"""

import triton
import triton.language as tl

from ..rowwise.elementary import LN_2, log2, psi
from ..rowwise.maths import FLOOR, row_excess, weights
from .tiles import (
    cap_slope,
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
def differentiate(
    G, Q, K, V, EXCESS, SCALE, SLOPES, LENGTHS, STATE, DELTA, INDEX, NUMBERS, DQ, DK, DV, DEXCESS,
    m, n, features, value_features, heads, group, query_blocks,
    g_batch, g_head, g_row, g_column, q_batch, q_head, q_row, q_column,
    k_batch, k_head, k_row, k_column, v_batch, v_head, v_row, v_column,
    MASK, DMASK, mask_batch, mask_head, mask_row, mask_column, left, right, cap,
    KIND: tl.constexpr, CAUSAL: tl.constexpr, WIDTH: tl.constexpr, VALUE_WIDTH: tl.constexpr,
    QUERIES: tl.constexpr, KEYS: tl.constexpr, SPLIT: tl.constexpr, EMULATE: tl.constexpr,
):  # fmt: skip
    """One program per block of keys and key head, over the live blocks of the query heads that read it.

    DK and DV are summed in registers; DQ (before the scale), DEXCESS and DMASK by atomic additions. A block of
    queries of the list is taken in SPLIT tiles of QUERIES.
    """
    block = tl.program_id(0)
    key_heads = heads // group
    batch = (tl.program_id(1) // key_heads).to(tl.int64)
    key_head = (tl.program_id(1) % key_heads).to(tl.int64)
    keys = block * KEYS + tl.arange(0, KEYS)
    limit = key_limit(LENGTHS, batch, n)
    k = load_rows(K + batch * k_batch + key_head * k_head, keys, k_row, k_column, features, keys < limit, WIDTH)
    value = load_rows(
        V + batch * v_batch + key_head * v_head, keys, v_row, v_column, value_features, keys < limit, VALUE_WIDTH
    )
    # A row that sees NaN or infinity is NaN by its state; in the gradient of others 0 times them must be 0.
    largest = 65504.0 if k.dtype == tl.float16 else 3.38e38
    finite = tl.where(k == float("inf"), largest, tl.where(k == float("-inf"), -largest, k))
    k = tl.where(k == k, finite, 0.0).to(k.dtype)
    dk = tl.zeros((KEYS, WIDTH), tl.float32)
    dv = tl.zeros((KEYS, VALUE_WIDTH), tl.float32)
    columns = tl.arange(0, WIDTH)
    HIDES: tl.constexpr = left is not None or right is not None or MASK is not None
    for member in tl.range(0, group):
        head = key_head * group + member
        index = batch * heads + head
        a = row_excess(EXCESS, tl.zeros((QUERIES,), tl.int32) + head, 1, QUERIES, KIND, tl.float32)
        slope = load_slope(SLOPES, head)
        me = index * tl.num_programs(0) + block
        for step in tl.range(0, tl.load(NUMBERS + me) * SPLIT):
            first = (tl.load(INDEX + me * query_blocks + step // SPLIT) * SPLIT + step % SPLIT) * QUERIES
            rows = first + tl.arange(0, QUERIES)
            present = rows < m
            row = index * m + rows
            scale = tl.load(SCALE + row, mask=present, other=0.0)
            peak = tl.load(STATE + row * 3, mask=present, other=0.0)
            c = tl.load(STATE + row * 3 + 1, mask=present, other=1.0)
            inverse = tl.load(STATE + row * 3 + 2, mask=present, other=0.0)
            delta = tl.load(DELTA + row, mask=present, other=0.0)
            end = visible_keys(LENGTHS, batch, rows, m, n, right, CAUSAL)
            q = load_rows(Q + batch * q_batch + head * q_head, rows, q_row, q_column, features, present, WIDTH)
            g = load_rows(
                G + batch * g_batch + head * g_head, rows, g_row, g_column, value_features, present, VALUE_WIDTH
            )
            products = tl.dot(q, tl.trans(k), input_precision="ieee")
            starts = mask_rows(MASK, batch, head, tl.minimum(rows, m - 1), mask_batch, mask_head, mask_row)
            s = score_tile(
                products, scale, SLOPES, slope, rows, keys, end, n - m, left, cap, MASK, starts, mask_column, True
            )
            W, U = weights(tl.maximum(s - peak[:, None], FLOOR), c, a, KIND)
            p = W * inverse[:, None]
            if HIDES:  # what a row that is NaN does not see stays clean
                p = tl.where(s == float("-inf"), 0.0, p)
            dv = tl.dot(tl.trans(operand(p, g, EMULATE)), g, dv, input_precision="ieee")
            dp = tl.dot(g, tl.trans(value), input_precision="ieee")
            # Of a key outside the support, hidden ones among them, the value may be anything.
            ds = U * (c * inverse)[:, None] * tl.where(U > 0, dp - delta[:, None], 0.0)
            if HIDES:
                ds = tl.where(s == float("-inf"), 0.0, ds)
            if DEXCESS is not None:
                log_p = log2(tl.where(p > 1e-37, p, 1.0)) * LN_2
                h = log_p * log_p * psi(a[:, None] * log_p, tl.float32)
                tl.atomic_add(DEXCESS + row, -tl.sum(ds * h, 1), mask=present, sem="relaxed")
            if DMASK is not None:
                tl.atomic_add(
                    DMASK + starts[:, None] + keys.to(tl.int64)[None, :] * mask_column,
                    ds,
                    mask=present[:, None] & (keys < n)[None, :],
                    sem="relaxed",
                )
            if cap is not None:
                ds *= cap_slope(products * scale[:, None], cap)
            dk = tl.dot(tl.trans(operand(ds * scale[:, None], q, EMULATE)), q, dk, input_precision="ieee")
            dq = tl.dot(operand(ds, k, EMULATE), k, input_precision="ieee")
            where = tl.arange(0, QUERIES)[:, None] * features + columns[None, :]
            tl.atomic_add(
                DQ + (index * m + first) * features + where,
                dq,
                mask=present[:, None] & (columns < features)[None, :],
                sem="relaxed",
            )
    mine = tl.program_id(1).to(tl.int64) * n + keys
    inside = (keys < n)[:, None]
    tl.store(
        DK + mine[:, None] * features + columns[None, :],
        dk.to(DK.dtype.element_ty),
        mask=inside & (columns < features)[None, :],
    )
    columns = tl.arange(0, VALUE_WIDTH)
    tl.store(
        DV + mine[:, None] * value_features + columns[None, :],
        dv.to(DV.dtype.element_ty),
        mask=inside & (columns < value_features)[None, :],
    )


@triton.jit
def differentiate_sinks(
    SINKS, EXCESS, STATE, DELTA, DSINKS, DEXCESS, rows, m, heads, KIND: tl.constexpr, ROWS: tl.constexpr
):  # fmt: skip
    """Gradient in the sink of each row, a key whose value is 0; DEXCESS begins with what it adds there."""
    wanted = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    present = wanted < rows
    row = tl.minimum(wanted, rows - 1).to(tl.int64)
    head = (row // m) % heads
    a = row_excess(EXCESS, head, 1, ROWS, KIND, tl.float32)
    peak = tl.load(STATE + row * 3)
    c = tl.load(STATE + row * 3 + 1)
    inverse = tl.load(STATE + row * 3 + 2)
    _v, W, U = sink_weights(SINKS, head, peak, c, a, KIND)
    p = W * inverse
    ds = U * (c * inverse) * tl.where(U > 0, -tl.load(DELTA + row), 0.0)
    tl.store(DSINKS + row, ds, mask=present)
    if DEXCESS is not None:
        log_p = log2(tl.where(p > 1e-37, p, 1.0)) * LN_2
        tl.store(DEXCESS + row, -ds * log_p * log_p * psi(a * log_p, tl.float32), mask=present)
