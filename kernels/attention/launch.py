"""Launch the attention kernels on tensors; on a CPU they run in Triton's interpreter."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
import triton

from ..runtime.target import filled, target_of, truncated, widened
from .arguments import Arguments
from .configurations import Configuration, configuration, padded
from .dense import Gradients
from .kernels import ATTEND, COMPACT, DIFFERENTIATE, REFINE, SCAN, SOLVE

Tensor = torch.Tensor

LARGEST_HEAD = 256
"""Head dimension from which on plain torch takes over."""

_override: ContextVar[Configuration | None] = ContextVar("entmax_oracle_attention_configuration", default=None)


@contextmanager
def use_configuration(chosen: Configuration) -> Iterator[None]:
    """Launch every kernel inside the ``with`` block with this configuration, for tests and tuning.

    The backward pass of a call must run with the configuration of its forward pass.
    """
    token = _override.set(chosen)
    try:
        yield
    finally:
        _override.reset(token)


def configuration_for(call: Arguments) -> Configuration:
    """Return the configuration that the kernels take for these arguments."""
    query = call.query
    features = max(query.shape[3], call.value.shape[3])
    return _override.get() or configuration(target_of(query.device), features, query.element_size())


class Saved(NamedTuple):
    """What the backward pass reads.

    Attributes
    ----------
    mean
        ``sum_j s_j value_j / sum_j s_j``, ``(B, H, M, Dv)``.
    state
        Maximum, ``-1/tau`` relative to it, and one over the sum of the weights, ``(B, H, M, 3)``.
    live
        1 for each block of queries and keys that holds a token of a support, ``(B, H, query blocks, key blocks)``.
    """

    mean: Tensor
    state: Tensor
    live: Tensor


def empty_saved(call: Arguments, save: bool) -> Saved:
    """Room for what the backward pass reads; without elements unless ``save``."""
    query = call.query
    batch, heads, m, _ = query.shape
    chosen = configuration_for(call)
    blocks = (triton.cdiv(m, chosen.queries), triton.cdiv(call.key.shape[2], chosen.keys))
    if not save:
        batch = 0
    return Saved(
        mean=query.new_empty((batch, heads, m, call.value.shape[3]), dtype=torch.float32),
        state=query.new_empty((batch, heads, m, 3), dtype=torch.float32),
        live=query.new_empty((batch, heads, *blocks), dtype=torch.int8),
    )


@dataclass(slots=True)
class Counts:
    """What a forward pass did, for those who ask: filled in by `forward`.

    Attributes
    ----------
    visible, seen, live
        Blocks of queries and keys: with a visible key; with a key above the running bound; with a token of a support.
    refined
        Products of blocks that refinement passes computed.
    candidates
        Keys that each row listed, ``(B, H, M)``.
    """

    visible: int = 0
    seen: int = 0
    live: int = 0
    refined: int = 0
    candidates: Tensor | None = None


def _lists(chosen: Configuration, mark: Tensor) -> tuple[Tensor, Tensor]:
    """List the places of the marks in each ``mark[b, h, i]``, and count them."""
    batch, heads, lists, length = mark.shape
    index = torch.empty((batch * heads * lists, length), dtype=torch.int32, device=mark.device)
    numbers = torch.empty(len(index), dtype=torch.int32, device=mark.device)
    marks = min(1024, max(16, triton.next_power_of_2(length)))
    COMPACT.launch(
        chosen, (len(index),), mark, index, numbers, lists, length, lists * length, *mark.stride()[2:], MARKS=marks
    )
    return index, numbers


def forward(call: Arguments, *, save: bool, counts: Counts | None = None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Output and `Saved`, empty unless ``save``.

    Parameters
    ----------
    counts
        Filled with what the pass did.
    """
    batch, heads, m, features = call.query.shape
    n, value_features = call.value.shape[2:]
    chosen = configuration_for(call)
    output = call.empty_output()
    room = empty_saved(call, True)
    left = room if save else empty_saved(call, False)
    if output.numel() == 0 or n == 0:
        for x in (output, *room):
            x.zero_()
        return output, *left
    rows = batch * heads * m
    query_blocks, key_blocks = room.live.shape[2:]
    query, key, value = (widened(x) for x in call[:3])
    excess = call.excess.contiguous()
    bias = (excess, call.scale.contiguous(), call.slopes, call.lengths)
    candidates = torch.empty((rows, chosen.capacity), dtype=torch.float32, device=query.device)
    block_of = torch.empty((rows, chosen.capacity), dtype=torch.int32, device=query.device)
    listed = torch.empty(rows, dtype=torch.int32, device=query.device)
    lists = (candidates, block_of, listed, room.state)
    seen, live = torch.zeros_like(room.live), room.live.zero_()
    heads_and_blocks = (heads, call.group, key_blocks)
    strides = (*query.stride(), *key.stride())
    grid = (query_blocks, batch * heads)
    constants: dict[str, Any] = {
        "KIND": int(call.kind),
        "CAUSAL": call.is_causal,
        "WIDTH": padded(features),
        "QUERIES": chosen.queries,
        "KEYS": chosen.keys,
    }

    arguments: tuple[Any, ...] = (query, key, *bias, *lists, seen, m, n, features, *heads_and_blocks, *strides)
    SCAN.launch(chosen, grid, *arguments, **constants, CAPACITY=chosen.capacity)
    if counts is not None:
        counts.seen = int(seen.sum())
        counts.visible = _visible_blocks(call, chosen)
        counts.candidates = listed.reshape(batch, heads, m).clone()

    index, numbers = _lists(chosen, seen)
    products = None if counts is None else torch.zeros_like(numbers)
    arguments = (query, key, *bias, *lists, index, numbers, live, products)
    arguments += (m, n, features, *heads_and_blocks, *strides)
    REFINE.launch(chosen, grid, *arguments, **constants, CAPACITY=chosen.capacity)

    block_rows = max(1, 2048 // chosen.capacity)
    arguments = (candidates, block_of, listed, excess, room.state, live, None)
    arguments += (rows, m, heads, query_blocks, key_blocks, chosen.queries)
    programs = triton.cdiv(rows, block_rows)
    SOLVE.launch(chosen, (programs,), *arguments, KIND=int(call.kind), ROWS=block_rows, CAPACITY=chosen.capacity)
    if counts is not None and products is not None:
        counts.refined = int(products.sum())
        counts.live = int(live.sum())

    wide_output = widened(output)
    arguments = (query, key, value, *bias, room.state, *_lists(chosen, live), wide_output, room.mean if save else None)
    arguments += (m, n, features, value_features, *heads_and_blocks, *strides, *value.stride())
    ATTEND.launch(
        chosen, grid, *arguments, **constants, VALUE_WIDTH=padded(value_features), EMULATE=truncated(call.query)
    )
    return filled(output, wide_output), *left


def _visible_blocks(call: Arguments, chosen: Configuration) -> int:
    batch, heads, m, _ = call.query.shape
    n = call.key.shape[2]
    ends = [n] * batch if call.lengths is None else call.lengths.tolist()
    total = 0
    for end in ends:
        for last_row in range(chosen.queries - 1, m + chosen.queries - 1, chosen.queries):
            last = min(end, min(last_row, m - 1) + n - m + 1) if call.is_causal else end
            total += triton.cdiv(max(last, 0), chosen.keys)
    return total * heads


def backward(grad: Tensor, call: Arguments, saved: Saved, *, need_excess: bool) -> Gradients:
    """Gradients of a loss whose gradient in the output is ``grad``, from what `forward` saved."""
    batch, heads, m, features = call.query.shape
    n, value_features = call.value.shape[2:]
    chosen = configuration_for(call)
    scale, excess = call.scale.contiguous(), call.excess.contiguous()
    before_scale = call.query.new_zeros(call.query.shape, dtype=torch.float32)
    dk, dv = (x.new_zeros(x.shape) for x in (call.key, call.value))
    along_excess = torch.zeros_like(scale) if need_excess else None
    if call.query.numel() and n:
        delta = (grad.float() * saved.mean).sum(-1)
        query_blocks, key_blocks = saved.live.shape[2:]
        # A row that is NaN has no support; its NaN has to reach the gradients of all that it saw.
        spoiled = torch.nn.functional.pad(saved.state[..., 2].isnan(), (0, query_blocks * chosen.queries - m))
        live = saved.live | spoiled.reshape(batch, heads, query_blocks, chosen.queries).any(3, keepdim=True)
        wide = [widened(x) for x in (grad, call.query, call.key, call.value)]
        wide_dk, wide_dv = widened(dk), widened(dv)
        arguments: tuple[Any, ...] = (*wide, excess, scale, call.slopes, call.lengths, saved.state, delta)
        arguments += (*_lists(chosen, live.mT), before_scale, wide_dk, wide_dv, along_excess)
        arguments += (m, n, features, value_features, heads, call.group, query_blocks)
        for x in wide:
            arguments += x.stride()
        queries, keys = chosen.tile("backward")
        DIFFERENTIATE.launch(
            chosen, (key_blocks, batch * call.key.shape[1]), *arguments,
            KIND=int(call.kind), CAUSAL=call.is_causal, WIDTH=padded(features), VALUE_WIDTH=padded(value_features),
            QUERIES=queries, KEYS=keys, SPLIT=chosen.split, EMULATE=truncated(call.query),
        )  # fmt: skip
        dk, dv = filled(dk, wide_dk), filled(dv, wide_dv)
    return Gradients(
        query=(before_scale * scale[..., None]).to(call.query.dtype),
        key=dk,
        value=dv,
        excess=torch.zeros_like(excess) if along_excess is None else along_excess.sum((0, 2)),
        scale=(before_scale * call.query).sum(-1),
    )
