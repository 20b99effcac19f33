"""Decoding: few queries, many keys. Keys are read once, and of the values only blocks that hold a token of a support.

Scores of a chunk of keys go to memory (one float32 for each query and key, a D-th part of what the key itself takes), the
row-wise kernels solve each row exactly, for any alpha, and leave ``p`` in place; then each chunk of values whose ``p`` is zero
throughout is skipped. Query heads that share a key head share its tile, so a key is read once for all of them.
"""

from typing import Any

import torch
import triton
import triton.language as tl

from ..rowwise import launch as rowwise_launch
from ..rowwise.launch import INTERPRETED
from .arguments import Arguments
from .configurations import padded
from .launch import run, widened
from .operators import attention_op, resolve
from .tiles import load_rows, load_slope, operand, visible_keys

Tensor = torch.Tensor

KEYS = 64
"""Keys of a block."""
CHUNK = 512
"""Keys of a program of the value pass."""


@triton.jit
def decode_scores(
    Q, K, SCALE, SLOPES, LENGTHS, SCORES,
    m, n, features, heads, group,
    q_batch, q_head, q_row, q_column, k_batch, k_head, k_row, k_column,
    CAUSAL: tl.constexpr, WIDTH: tl.constexpr, QUERIES: tl.constexpr, KEYS: tl.constexpr,
):  # fmt: skip
    """Scores of one block of keys and the ``group * m`` queries that read its head; ``-inf`` at hidden keys."""
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
    if SLOPES is not None:
        s -= load_slope(SLOPES, head)[:, None] * tl.abs((rows + (n - m))[:, None] - keys[None, :]).to(tl.float32)
    end = visible_keys(LENGTHS, batch, rows, m, n, CAUSAL)
    s = tl.where(keys[None, :] < end[:, None], s, float("-inf"))
    tl.store(SCORES + row[:, None] * n + keys[None, :], s, mask=present[:, None] & (keys < n)[None, :])


@triton.jit
def decode_values(
    P, V, PARTS, READ,
    m, n, value_features, heads, group, chunk,
    v_batch, v_head, v_row, v_column,
    VALUE_WIDTH: tl.constexpr, QUERIES: tl.constexpr, KEYS: tl.constexpr, EMULATE: tl.constexpr,
):  # fmt: skip
    """``sum_j p_j value_j`` over one chunk of keys; blocks without a live token are not read."""
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
    for start in tl.range(first, tl.minimum(first + chunk, n), KEYS):
        keys = start + tl.arange(0, KEYS)
        p = tl.load(P + row[:, None] * n + keys[None, :], mask=present[:, None] & (keys < n)[None, :], other=0.0)
        if tl.max(tl.max(p, 1), 0) > 0:
            value = load_rows(
                V + batch * v_batch + key_head * v_head, keys, v_row, v_column, value_features, keys < n, VALUE_WIDTH
            )
            total = tl.dot(operand(p, value, EMULATE), value, total, input_precision="ieee")
            read += 1
    columns = tl.arange(0, VALUE_WIDTH)
    rows = tl.num_programs(1).to(tl.int64) * group * m
    where = (tl.program_id(0) * rows + row)[:, None] * value_features + columns[None, :]
    tl.store(PARTS + where, total, mask=present[:, None] & (columns < value_features)[None, :])
    if READ is not None:
        me = (tl.program_id(0) * tl.num_programs(1) + tl.program_id(1)) * tl.num_programs(2) + tl.program_id(2)
        tl.store(READ + me, read)


def decode(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    alpha: float | Tensor = 1.5,
    is_causal: bool = False,
    scale: float | Tensor | None = None,
    alibi_slopes: Tensor | None = None,
    key_lengths: Tensor | None = None,
) -> Tensor:
    """`attention` for few queries and many keys, as in generating from a cache; without gradients.

    Parameters
    ----------
    query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths
        As for `attention`. The scores of all queries are held in memory: ``B H M N`` float32 numbers.

    Returns
    -------
    Tensor
        ``(B, H, M, Dv)`` in the dtype of ``query``.

    Raises
    ------
    ValueError
        As for `attention`.

    Examples
    --------
    >>> import torch
    >>> key = torch.tensor([[[[2.0], [0.0]]]])
    >>> decode(torch.ones(1, 1, 1, 1), key, torch.tensor([[[[10.0], [20.0]]]]), alpha=2.0).item()
    10.0
    """
    call = Arguments.read(query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths)
    with torch.no_grad():
        return _decode(call)


def _decode(call: Arguments, read: list[Tensor] | None = None) -> Tensor:
    """Decode; ``read`` receives the number of value blocks that each program of the value pass read."""
    query, key, value = call.query, call.key, call.value
    path, kind = resolve(query, value, call.excess, call.kind, every_alpha=True)
    batch, heads, m, features = query.shape
    key_heads, n = key.shape[1:3]
    value_features = value.shape[3]
    if path == "torch" or n == 0 or query.numel() == 0:
        output: Tensor = attention_op(
            query, key, value, call.excess, call.scale, call.slopes, call.lengths, call.is_causal, int(call.kind), False
        )[0]
        return output
    group = heads // key_heads
    tile = min(64, max(16, triton.next_power_of_2(group * m)))
    tiles = triton.cdiv(group * m, tile)
    wide = [widened(x) for x in (query, key, value)]
    scores = torch.empty((batch, heads, m, n), dtype=torch.float32, device=query.device)
    scale = call.scale.contiguous()
    arguments: tuple[Any, ...] = (*wide[:2], scale, call.slopes, call.lengths, scores, m, n, features, heads, group)
    arguments += (*wide[0].stride(), *wide[1].stride())
    run(
        decode_scores, (triton.cdiv(n, KEYS), batch * key_heads, tiles), 4, 1, *arguments,
        CAUSAL=call.is_causal, WIDTH=padded(features), QUERIES=tile, KEYS=KEYS,
    )  # fmt: skip
    excess = call.excess[:, None] if kind.needs_excess else None
    p, _ = rowwise_launch.forward(scores, excess, None, None, kind)

    chunks = triton.cdiv(n, CHUNK)
    parts = torch.empty((chunks, batch, heads, m, value_features), dtype=torch.float32, device=query.device)
    programs = (chunks, batch * key_heads, tiles)
    blocks = None if read is None else torch.zeros(programs, dtype=torch.int32, device=query.device)
    arguments = (p, wide[2], parts, blocks, m, n, value_features, heads, group, CHUNK, *wide[2].stride())
    run(
        decode_values, programs, 4, 1, *arguments, VALUE_WIDTH=padded(value_features), QUERIES=tile, KEYS=KEYS,
        EMULATE=INTERPRETED and query.dtype == torch.bfloat16,
    )  # fmt: skip
    if read is not None and blocks is not None:
        read.append(blocks)
    return parts.sum(0).to(query.dtype)
