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
from .kernels import ATTEND, COMPACT, DIFFERENTIATE, DIFFERENTIATE_SINKS, MEND, REFINE, SCAN, SOLVE

Tensor = torch.Tensor

LARGEST_HEAD = 256
"""Head dimension from which on plain torch takes over."""

MENDED = 16
"""Queries of a program that looks whether the output is finite."""

SINK_ROWS = 256
"""Rows of a program that takes the gradients in their sinks."""

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
        Blocks of queries and keys: within causality, lengths and window; with a key above the running bound; with a
        token of a support.
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


def _prepared(call: Arguments) -> Arguments:
    """Return the call with its arrays as the kernels address them."""
    query, key, value = (widened(x) for x in call[:3])
    scale, excess = call.scale.contiguous(), call.excess.contiguous()
    sinks = None if call.sinks is None else call.sinks.contiguous()
    return call._replace(query=query, key=key, value=value, scale=scale, excess=excess, sinks=sinks)


def _arrays(call: Arguments) -> tuple[Tensor | None, ...]:
    """Query, key, value, excess, scale, slopes and lengths, as the kernels take them."""
    return *call[:5], call.slopes, call.lengths


def hiding(call: Arguments) -> dict[str, Any]:
    """Mask, window and cap, by the names under which the kernels take them; ``None`` where there is none."""
    mask, longest = call.mask, call.query.shape[2] + call.key.shape[2]
    steps: list[int | None] = [None] * 4
    if mask is not None:
        steps = [step if size > 1 else 0 for size, step in zip(mask.shape, mask.stride(), strict=True)]
        if mask.dtype == torch.bool:
            mask = mask.view(torch.int8)
    return dict(zip(("mask_batch", "mask_head", "mask_row", "mask_column"), steps, strict=True)) | {
        "MASK": mask,
        "left": min(call.left, longest) if call.left >= 0 else None,
        "right": min(call.right, longest) if call.right >= 0 and not call.is_causal else None,
        "cap": call.softcap or None,
    }


def _constants(call: Arguments, chosen: Configuration) -> dict[str, Any]:
    queries, keys = chosen.tile("forward")
    width = padded(call.query.shape[3])
    sizes = {"WIDTH": width, "QUERIES": queries, "KEYS": keys}
    return {"KIND": int(call.kind), "CAUSAL": call.is_causal, "SINKS": call.sinks, **hiding(call), **sizes}


def forward(call: Arguments, *, save: bool, counts: Counts | None = None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Output and `Saved`, empty unless ``save``.

    Parameters
    ----------
    counts
        Filled with what the pass did.
    """
    batch, heads, m, features = call.query.shape
    n, value_features = call.value.shape[2:]
    output = call.empty_output()
    room = empty_saved(call, True)
    left = room if save else empty_saved(call, False)
    if output.numel() == 0 or n == 0:
        for x in (output, *room):
            x.zero_()
        return output, *left
    chosen = configuration_for(call)
    query_blocks, key_blocks = room.live.shape[2:]
    wide, wide_output = _prepared(call), widened(output)
    _find_thresholds(wide, chosen, room.state, room.live.zero_(), counts)
    written = (wide_output, room.mean if save else None)
    sizes = (m, n, features, value_features, heads, call.group)
    strides = tuple(step for x in wide[:3] for step in x.stride())
    constants = _constants(call, chosen) | {"VALUE_WIDTH": padded(value_features)}
    ATTEND.launch(
        chosen, (query_blocks, batch * heads), *_arrays(wide), room.state, *_lists(chosen, room.live), *written,
        *sizes, key_blocks, *strides, **constants, EMULATE=truncated(output),
    )  # fmt: skip
    if call.splits_blocks:
        del constants["QUERIES"], constants["KEYS"]
        MEND.launch(
            chosen, (triton.cdiv(m, MENDED), batch * heads), *_arrays(wide), room.state, *written, *sizes, *strides,
            **constants, ROWS=MENDED,
        )  # fmt: skip
    return filled(output, wide_output), *left


def _find_thresholds(
    call: Arguments, chosen: Configuration, state: Tensor, live: Tensor, counts: Counts | None
) -> None:
    """Fill in the state of each row but the sum of its weights, and mark the live blocks."""
    batch, heads, m, features = call.query.shape
    n = call.key.shape[2]
    rows = batch * heads * m
    query_blocks, key_blocks = live.shape[2:]
    grid = (query_blocks, batch * heads)
    candidates = torch.empty((rows, chosen.capacity), dtype=torch.float32, device=state.device)
    block_of = torch.empty((rows, chosen.capacity), dtype=torch.int32, device=state.device)
    listed = torch.empty(rows, dtype=torch.int32, device=state.device)
    seen = torch.zeros_like(live)
    # Query, key, excess, scale, slopes and lengths, and the lists to fill.
    arrays = (*call[:2], *_arrays(call)[3:], candidates, block_of, listed, state)
    sizes = (m, n, features, heads, call.group, key_blocks, *call.query.stride(), *call.key.stride())
    constants = _constants(call, chosen) | {"CAPACITY": chosen.capacity}

    SCAN.launch(chosen, grid, *arrays, seen, *sizes, **constants)
    if counts is not None:
        counts.seen = int(seen.sum())
        counts.visible = _visible_blocks(call, chosen)
        counts.candidates = listed.reshape(batch, heads, m).clone()

    index, numbers = _lists(chosen, seen)
    products = None if counts is None else torch.zeros_like(numbers)
    REFINE.launch(chosen, grid, *arrays, index, numbers, live, products, *sizes, **constants)

    block_rows = max(1, 2048 // chosen.capacity)
    SOLVE.launch(
        chosen, (triton.cdiv(rows, block_rows),), candidates, block_of, listed, call.excess, state, live, None,
        rows, m, heads, query_blocks, key_blocks, chosen.queries,
        KIND=int(call.kind), ROWS=block_rows, CAPACITY=chosen.capacity, SINK=call.sinks is not None,
    )  # fmt: skip
    if counts is not None and products is not None:
        counts.refined = int(products.sum())
        counts.live = int(live.sum())


def _visible_blocks(call: Arguments, chosen: Configuration) -> int:
    batch, heads, m, _ = call.query.shape
    n = call.key.shape[2]
    ends = [n] * batch if call.lengths is None else call.lengths.tolist()
    total = 0
    for end in ends:
        for first_row in range(0, m, chosen.queries):
            last_row = min(first_row + chosen.queries, m) - 1
            last = end if call.last is None else min(end, last_row + n - m + call.last + 1)
            first = max(first_row + n - m - call.left, 0) // chosen.keys if call.left >= 0 else 0
            total += max(triton.cdiv(max(last, 0), chosen.keys) - first, 0)
    return total * heads


def backward(grad: Tensor, call: Arguments, saved: Saved, *, need_excess: bool, need_mask: bool) -> Gradients:
    """Gradients of a loss whose gradient in the output is ``grad``, from what `forward` saved."""
    batch, heads, m, features = call.query.shape
    n, value_features = call.value.shape[2:]
    wide = _prepared(call)
    along_mask = None
    if need_mask and wide.mask is not None:
        mask = wide.mask.contiguous()  # so that its gradient has the same steps
        wide, along_mask = wide._replace(mask=mask), torch.zeros_like(mask)
    along_sinks = None if wide.sinks is None else torch.zeros_like(wide.scale)
    before_scale = call.query.new_zeros(call.query.shape, dtype=torch.float32)
    dk, dv = (x.new_zeros(x.shape) for x in (call.key, call.value))
    along_excess = torch.zeros_like(wide.scale) if need_excess else None
    if call.query.numel() and n:
        chosen = configuration_for(call)
        delta = (grad.float() * saved.mean).sum(-1)
        query_blocks, key_blocks = saved.live.shape[2:]
        # A row that is NaN has no support; its NaN has to reach the gradients of all that it saw.
        spoiled = torch.nn.functional.pad(saved.state[..., 2].isnan(), (0, query_blocks * chosen.queries - m))
        live = saved.live | spoiled.reshape(batch, heads, query_blocks, chosen.queries).any(3, keepdim=True)
        if wide.sinks is not None:
            rows = batch * heads * m
            DIFFERENTIATE_SINKS.launch(
                chosen, (triton.cdiv(rows, SINK_ROWS),), wide.sinks, wide.excess, saved.state, delta, along_sinks,
                along_excess, rows, m, heads, KIND=int(call.kind), ROWS=SINK_ROWS,
            )  # fmt: skip
        wide_grad, wide_dk, wide_dv = (widened(x) for x in (grad, dk, dv))
        arguments: tuple[Any, ...] = (wide_grad, *_arrays(wide), saved.state, delta, *_lists(chosen, live.mT))
        arguments += (before_scale, wide_dk, wide_dv, along_excess)
        arguments += (m, n, features, value_features, heads, call.group, query_blocks)
        for x in (wide_grad, *wide[:3]):
            arguments += x.stride()
        queries, keys = chosen.tile("backward")
        DIFFERENTIATE.launch(
            chosen, (key_blocks, batch * call.key.shape[1]), *arguments,
            KIND=int(call.kind), CAUSAL=call.is_causal, WIDTH=padded(features), VALUE_WIDTH=padded(value_features),
            QUERIES=queries, KEYS=keys, SPLIT=chosen.split, EMULATE=truncated(call.query), DMASK=along_mask,
            **hiding(wide),
        )  # fmt: skip
        dk, dv = filled(dk, wide_dk), filled(dv, wide_dv)
    return Gradients(
        query=(before_scale * wide.scale[..., None]).to(call.query.dtype),
        key=dk,
        value=dv,
        excess=torch.zeros_like(wide.excess) if along_excess is None else along_excess.sum((0, 2)),
        scale=(before_scale * call.query).sum(-1),
        sinks=wide.scale.new_empty(0) if along_sinks is None else along_sinks.sum((0, 2)),
        mask=wide.scale.new_empty(0) if along_mask is None else along_mask,
    )
