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
from ..rowwise.arguments import Arguments as Rows
from ..runtime.operator import flat, operator, unobserved
from ..runtime.target import truncated, widened
from .arguments import Arguments
from .configurations import padded
from .kernels import DECODE_SCORES, DECODE_VALUES
from .launch import configuration_for, hiding
from .operators import Saves, attention_op, resolve

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
    attn_mask: Tensor | None = None,
    window: tuple[int | None, int | None] | None = None,
    softcap: float | None = None,
    sinks: Tensor | None = None,
    return_lse: bool = False,
) -> Any:
    """`attention` for few queries and many keys, as in generating from a cache; without gradients.

    Parameters
    ----------
    query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths, attn_mask, window, softcap, sinks, return_lse
        As for `attention`. On a GPU the scores of all queries are held in memory: ``B H M N`` float32 numbers, of the
        keys that a window reaches.

    Returns
    -------
    Tensor
        ``(B, H, M, Dv)`` in the dtype of ``query``; with ``return_lse`` a pair, as `attention` gives it.

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
    call = Arguments.read(
        query,
        key,
        value,
        alpha,
        is_causal,
        scale,
        alibi_slopes,
        key_lengths,
        attn_mask,
        window,
        softcap,
        sinks,
        return_lse,
    )
    directly = not torch.compiler.is_compiling() and unobserved(call.tensors)
    with torch.no_grad():
        output, lse = decoded(call) if directly else decode_op(*flat(call))
    return (output, lse) if return_lse else output


def decoded(call: Arguments, read: list[Tensor] | None = None) -> tuple[Tensor, Tensor]:
    """Decode; ``read`` receives the number of value blocks that each program of the value pass read."""
    path, call = resolve(call, every_alpha=True)
    batch, heads, m, features = call.query.shape
    key_heads, n, value_features = call.value.shape[1:]
    if path == "numba":
        from . import numba_launch  # Numba is not imported before it is needed

        output, lse, *_ = numba_launch.forward(call, save=False)
        return output, lse
    if path == "torch" or n == 0 or call.query.numel() == 0:
        output, lse, *_ = attention_op(*flat(call), int(Saves.NOTHING))
        return output, lse
    call = _within_reach(call)
    n = call.key.shape[2]
    chosen = configuration_for(call)
    queries, keys = chosen.tile("decode")
    queries = min(queries, max(16, triton.next_power_of_2(call.group * m)))
    tiles = triton.cdiv(call.group * m, queries)
    query, key, value = (widened(x) for x in call[:3])
    heads_and_group = (heads, call.group)
    sinks = None if call.sinks is None else call.sinks.contiguous()
    scores = query.new_empty((batch, heads, m, n + (sinks is not None)), dtype=torch.float32)
    arguments: tuple[Any, ...] = (query, key, call.scale.contiguous(), call.slopes, call.lengths, scores)
    arguments += (m, n, features, *heads_and_group, *query.stride(), *key.stride())
    DECODE_SCORES.launch(
        chosen, (triton.cdiv(n, keys), batch * key_heads, tiles), *arguments,
        CAUSAL=call.is_causal, WIDTH=padded(features), QUERIES=queries, KEYS=keys, SINKS=sinks, **hiding(call),
    )  # fmt: skip
    excess = call.excess[:, None] if call.kind.needs_excess else None
    p, state = rowwise_launch.forward(Rows(scores, excess, None, None, call.kind))

    # Whether keys are hidden from some queries at the end alone.
    tail = call.left < 0 and call.mask is None and (call.is_causal or call.right < 0)
    chunks = triton.cdiv(n, CHUNK)
    programs = (chunks, batch * key_heads, tiles)
    parts = query.new_empty((chunks, batch, heads, m, value_features), dtype=torch.float32)
    blocks = None if read is None else query.new_zeros(programs, dtype=torch.int32)
    arguments = (p, value, call.lengths, parts, blocks, m, n, value_features, *heads_and_group, CHUNK, *value.stride())
    DECODE_VALUES.launch(
        chosen, programs, *arguments,
        VALUE_WIDTH=padded(value_features), QUERIES=queries, KEYS=keys, TAIL=call.splits_blocks and tail,
        HIDES=call.splits_blocks and not tail, SINK=sinks is not None, EMULATE=truncated(call.query),
    )  # fmt: skip
    if read is not None and blocks is not None:
        read.append(blocks)
    return parts.sum(0).to(call.query.dtype), _logarithms(call, state)


def _within_reach(call: Arguments) -> Arguments:
    """Return the call without the keys before all windows; what is left stands where it stood, counted from the end."""
    m, n = call.query.shape[2], call.key.shape[2]
    first = max(n - m - call.left, 0) if call.left >= 0 else 0
    mask, lengths = call.mask, call.lengths
    if first and mask is not None and mask.shape[3] > 1:
        mask = mask[..., first:]
    if first and lengths is not None:
        lengths = (lengths - first).clamp(min=0)
    return call._replace(
        key=call.key[:, :, first:],
        value=call.value[:, :, first:],
        mask=mask,
        lengths=lengths,
        left=call.left if m > 1 else -1,  # one query sees all that is left
    )


def _logarithms(call: Arguments, state: Tensor) -> Tensor:
    """Logarithms of the sums, from the state of each row of a softmax; no elements where they are not wanted."""
    lse = call.empty_lse()
    if call.return_lse:
        maximum, _, inverse = state.unbind(-1)
        lse.copy_((maximum - inverse.log()).masked_fill(inverse == 0, -torch.inf).view(lse.shape))
    return lse


decode_op = operator(
    "attention_decode",
    Arguments,
    "({call}) -> (Tensor, Tensor)",
    decoded,
    lambda call: (call.empty_output(), call.empty_lse()),
)
