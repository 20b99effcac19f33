"""Launch the attention kernels on tensors; on a CPU they run in Triton's interpreter."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import torch
import triton

from ..rowwise.configurations import INTERPRETER
from ..rowwise.launch import INTERPRETED, target_of
from ..rowwise.strides import Kind
from .backward import differentiate
from .configurations import Configuration, compiler_options, configuration, padded
from .dense import Gradients
from .output import attend
from .threshold import compact, refine, scan, solve

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


def configuration_for(query: Tensor, value: Tensor) -> Configuration:
    """Return the configuration that the kernels take for these tensors."""
    features = max(query.shape[3], value.shape[3])
    return _override.get() or configuration(_target(query), features, query.element_size())


def _target(query: Tensor) -> str:
    return target_of(query.device) if query.is_cuda and not INTERPRETED else INTERPRETER


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


def empty_saved(query: Tensor, key: Tensor, value: Tensor, save: bool) -> Saved:
    """Room for what the backward pass reads; without elements unless ``save``."""
    batch, heads, m, _ = query.shape
    chosen = configuration_for(query, value)
    blocks = (triton.cdiv(m, chosen.queries), triton.cdiv(key.shape[2], chosen.keys))
    if not save:
        batch = 0
    return Saved(
        mean=query.new_empty((batch, heads, m, value.shape[3]), dtype=torch.float32),
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


def run(
    kernel: Callable[..., Any], grid: tuple[int, ...], warps: int, stages: int, *arguments: Any, **named: Any
) -> None:
    """Launch a kernel on the device of its first argument; ``named`` are its constants."""
    options = compiler_options(kernel.__name__, _target(arguments[0]))
    launcher = cast(Any, kernel)[grid]
    launcher(*arguments, **named, **options, num_warps=warps, num_stages=stages, enable_fp_fusion=True)


def widened(x: Tensor) -> Tensor:
    """Hand bfloat16 to the interpreter as float32, which holds it exactly: it truncates bfloat16 silently."""
    return x.float() if INTERPRETED and x.dtype == torch.bfloat16 else x


def _lists(mark: Tensor, lists: int, length: int, list_stride: int, mark_stride: int) -> tuple[Tensor, Tensor]:
    """List the indices of the marks, and count them, for every plane ``mark[b, h]``."""
    planes = mark.shape[0] * mark.shape[1]
    index = torch.empty((planes * lists, length), dtype=torch.int32, device=mark.device)
    numbers = torch.empty(planes * lists, dtype=torch.int32, device=mark.device)
    marks = min(1024, max(16, triton.next_power_of_2(length)))
    arguments = (mark, index, numbers, lists, length, lists * length, list_stride, mark_stride)
    run(compact, (planes * lists,), 4, 2, *arguments, MARKS=marks)
    return index, numbers


def forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    excess: Tensor,
    scale: Tensor,
    slopes: Tensor | None,
    lengths: Tensor | None,
    is_causal: bool,
    kind: Kind,
    *,
    save: bool,
    counts: Counts | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Output and `Saved`, empty unless ``save``; arguments as in `Arguments`.

    Parameters
    ----------
    counts
        Filled with what the pass did.
    """
    batch, heads, m, features = query.shape
    key_heads, n = key.shape[1:3]
    value_features = value.shape[3]
    chosen = configuration_for(query, value)
    room = empty_saved(query, key, value, True)
    output = query.new_empty((batch, heads, m, value_features))
    if output.numel() == 0 or n == 0:
        output.zero_()
        for x in room:
            x.zero_()
        return output, *(room if save else empty_saved(query, key, value, False))
    rows = batch * heads * m
    query_blocks, key_blocks = room.live.shape[2:]
    device = query.device
    wide = [widened(x) for x in (query, key, value)]
    emulate = INTERPRETED and query.dtype == torch.bfloat16
    scale = scale.contiguous()
    excess = excess.contiguous()

    candidates = torch.empty((rows, chosen.capacity), dtype=torch.float32, device=device)
    block_of = torch.empty((rows, chosen.capacity), dtype=torch.int32, device=device)
    listed = torch.empty(rows, dtype=torch.int32, device=device)
    seen = torch.zeros_like(room.live)
    live = room.live.zero_()
    constants: dict[str, Any] = {
        "KIND": int(kind),
        "CAUSAL": is_causal,
        "WIDTH": padded(features),
        "QUERIES": chosen.queries,
        "KEYS": chosen.keys,
    }
    sizes = (m, n, features, heads, heads // key_heads, key_blocks)
    strides = (*wide[0].stride(), *wide[1].stride())
    grid = (query_blocks, batch * heads)
    bias = (excess, scale, slopes, lengths)
    arguments: tuple[Any, ...] = (*wide[:2], *bias, candidates, block_of, listed, room.state, seen, *sizes, *strides)
    run(scan, grid, chosen.scan_warps, chosen.stages, *arguments, **constants, CAPACITY=chosen.capacity)

    if counts is not None:
        counts.seen = int(seen.sum())
        counts.visible = _visible_blocks(chosen, m, n, lengths, is_causal, batch) * heads
        counts.candidates = listed.reshape(batch, heads, m).clone()
    index, numbers = _lists(seen, query_blocks, key_blocks, key_blocks, 1)
    products = None if counts is None else torch.zeros(numbers.shape, dtype=torch.int32, device=device)
    arguments = (*wide[:2], *bias, candidates, block_of, listed, room.state, index, numbers, live, products)
    arguments += (*sizes, *strides)
    run(refine, grid, chosen.scan_warps, chosen.stages, *arguments, **constants, CAPACITY=chosen.capacity)

    block_rows = max(1, 2048 // chosen.capacity)
    arguments = (candidates, block_of, listed, excess, room.state, live, None)
    arguments += (rows, m, heads, query_blocks, key_blocks, chosen.queries)
    constants_of_solve = {"KIND": int(kind), "ROWS": block_rows, "CAPACITY": chosen.capacity}
    run(solve, (triton.cdiv(rows, block_rows),), 4, 2, *arguments, **constants_of_solve)

    if counts is not None and products is not None:
        counts.refined = int(products.sum())
        counts.live = int(live.sum())
    index, numbers = _lists(live, query_blocks, key_blocks, key_blocks, 1)
    target = widened(output)
    arguments = (*wide, *bias, room.state, index, numbers, target, room.mean if save else None)
    arguments += (m, n, features, value_features, *sizes[3:], *strides, *wide[2].stride())
    run(
        attend, grid, chosen.warps, chosen.stages, *arguments, **constants, VALUE_WIDTH=padded(value_features),
        EMULATE=emulate,
    )  # fmt: skip
    if target is not output:
        output.copy_(target)
    return output, *(room if save else empty_saved(query, key, value, False))


def _visible_blocks(chosen: Configuration, m: int, n: int, lengths: Tensor | None, is_causal: bool, batch: int) -> int:
    ends = [n] * batch if lengths is None else lengths.tolist()
    total = 0
    for end in ends:
        for last_row in range(chosen.queries - 1, m + chosen.queries - 1, chosen.queries):
            last = min(end, min(last_row, m - 1) + n - m + 1) if is_causal else end
            total += triton.cdiv(max(last, 0), chosen.keys)
    return total


def backward(
    grad: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    excess: Tensor,
    scale: Tensor,
    slopes: Tensor | None,
    lengths: Tensor | None,
    mean: Tensor,
    state: Tensor,
    live: Tensor,
    is_causal: bool,
    kind: Kind,
    *,
    need_excess: bool,
) -> Gradients:
    """Gradients of a loss whose gradient in the output is ``grad``, from what `forward` saved."""
    batch, heads, m, features = query.shape
    key_heads, n = key.shape[1:3]
    value_features = value.shape[3]
    chosen = configuration_for(query, value)
    scale = scale.contiguous()
    excess = excess.contiguous()
    before_scale = query.new_zeros(query.shape, dtype=torch.float32)
    dk, dv = (torch.zeros(x.shape, dtype=x.dtype, device=x.device) for x in (key, value))
    along_excess = scale.new_zeros(scale.shape) if need_excess else None
    if query.numel() and n:
        delta = (grad.float() * mean).sum(-1)
        query_blocks, key_blocks = live.shape[2:]
        # A row that is NaN has no support; its NaN has to reach the gradients of all that it saw.
        spoiled = torch.nn.functional.pad(state[..., 2].isnan(), (0, query_blocks * chosen.queries - m))
        live = live | spoiled.reshape(batch, heads, query_blocks, chosen.queries).any(3, keepdim=True)
        index, numbers = _lists(live, key_blocks, query_blocks, 1, key_blocks)
        wide = [widened(x) for x in (grad, query, key, value)]
        targets = [widened(x) for x in (dk, dv)]
        arguments: tuple[Any, ...] = (
            *wide,
            excess,
            scale,
            slopes,
            lengths,
            state,
            delta,
            index,
            numbers,
            before_scale,
            *targets,
        )
        arguments += (along_excess, m, n, features, value_features, heads, heads // key_heads, query_blocks)
        for x in wide:
            arguments += x.stride()
        run(
            differentiate, (key_blocks, batch * key_heads), chosen.backward_warps, chosen.backward_stages, *arguments,
            KIND=int(kind), CAUSAL=is_causal, WIDTH=padded(features), VALUE_WIDTH=padded(value_features),
            QUERIES=chosen.queries // chosen.split, KEYS=chosen.keys, SPLIT=chosen.split,
            EMULATE=INTERPRETED and query.dtype == torch.bfloat16,
        )  # fmt: skip
        for result, target in zip((dk, dv), targets, strict=True):
            if target is not result:
                result.copy_(target)
    return Gradients(
        query=(before_scale * scale[..., None]).to(query.dtype),
        key=dk,
        value=dv,
        excess=excess.new_zeros(excess.shape) if along_excess is None else along_excess.sum((0, 2)),
        scale=(before_scale * query).sum(-1),
    )
