"""Decoding: few queries, many keys. Keys are read once, and of the values only blocks that hold a token of a support.

Scores of a chunk of keys go to memory (one float32 for each query and key, a D-th part of what the key itself
takes), the row-wise kernels solve each row exactly, for any alpha, and leave ``p`` in place; then each chunk of
values whose ``p`` is zero throughout is skipped. Query heads that share a key head share its tile, so a key is read
once for all of them.
"""

from typing import Any

import torch
import triton

from ..rowwise import launch as rowwise_launch
from ..rowwise.launch import INTERPRETED
from ..rowwise.strides import Kind
from .arguments import Arguments
from .configurations import padded
from .decode_tiles import decode_scores, decode_values
from .launch import configuration_for, run, widened
from .operators import attention_op, resolve

Tensor = torch.Tensor

CHUNK = 512
"""Keys of a program of the value pass."""


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
        output: Tensor = decode_op(
            call.query, call.key, call.value, call.excess, call.scale, call.slopes, call.lengths, is_causal,
            int(call.kind),
        )  # fmt: skip
    return output


@torch.library.custom_op("entmax_oracle::attention_decode", mutates_args=())
def decode_op(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    excess: Tensor,
    scale: Tensor,
    slopes: Tensor | None,
    lengths: Tensor | None,
    is_causal: bool,
    kind: int,
) -> Tensor:
    """Decode, as one operator for the compiler."""
    return _decode(Arguments(query, key, value, excess, scale, slopes, lengths, is_causal, Kind(kind)))


@decode_op.register_fake
def _(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    excess: Tensor,
    scale: Tensor,
    slopes: Tensor | None,
    lengths: Tensor | None,
    is_causal: bool,
    kind: int,
) -> Tensor:
    return query.new_empty((*query.shape[:3], value.shape[3]))


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
    chosen = configuration_for(query, value)
    tile = min(chosen.decode_queries, max(16, triton.next_power_of_2(group * m)))
    tiles = triton.cdiv(group * m, tile)
    wide = [widened(x) for x in (query, key, value)]
    scores = torch.empty((batch, heads, m, n), dtype=torch.float32, device=query.device)
    scale = call.scale.contiguous()
    arguments: tuple[Any, ...] = (*wide[:2], scale, call.slopes, call.lengths, scores, m, n, features, heads, group)
    arguments += (*wide[0].stride(), *wide[1].stride())
    programs = (triton.cdiv(n, chosen.decode_keys), batch * key_heads, tiles)
    run(
        decode_scores, programs, chosen.decode_warps, 1, *arguments,
        CAUSAL=call.is_causal, WIDTH=padded(features), QUERIES=tile, KEYS=chosen.decode_keys,
    )  # fmt: skip
    excess = call.excess[:, None] if kind.needs_excess else None
    p, _ = rowwise_launch.forward(scores, excess, None, None, kind)

    chunks = triton.cdiv(n, CHUNK)
    parts = torch.empty((chunks, batch, heads, m, value_features), dtype=torch.float32, device=query.device)
    programs = (chunks, batch * key_heads, tiles)
    blocks = None if read is None else torch.zeros(programs, dtype=torch.int32, device=query.device)
    arguments = (p, wide[2], call.lengths, parts, blocks, m, n, value_features, heads, group, CHUNK, *wide[2].stride())
    run(
        decode_values, programs, chosen.decode_warps, chosen.decode_stages, *arguments,
        VALUE_WIDTH=padded(value_features), QUERIES=tile, KEYS=chosen.decode_keys,
        EMULATE=INTERPRETED and query.dtype == torch.bfloat16,
    )  # fmt: skip
    if read is not None and blocks is not None:
        read.append(blocks)
    return parts.sum(0).to(query.dtype)
