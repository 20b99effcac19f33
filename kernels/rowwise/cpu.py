"""Run the Numba kernels on CPU tensors."""

import threading
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from ..runtime.kinds import Kind, compute_dtype
from ..runtime.numba import compiling, over_rows
from .arguments import Arguments
from .numba_rows import backward_rows, forward_rows
from .numba_solve import BITS, Room
from .strides import Strides, per_row, with_row_strides

Tensor = torch.Tensor
Array = np.ndarray[Any, Any]

BOTH = (torch.float32, torch.float64)
"""What the kernels read."""
KEPT = 4096
"""Longest rows whose room is kept for the next call: to make it costs as much as some of them."""


def _wide(x: Tensor) -> Tensor:
    """Return 16 bits in float32, which the kernels read."""
    return x if x.dtype in BOTH else x.to(compute_dtype(x.dtype))


def _memory(x: Tensor) -> tuple[Array, Strides]:
    """Memory that ``x`` lies in, as a line from its first element on, and where its rows are there."""
    x = x.detach()
    if x.is_neg():
        x = x.resolve_neg()
    if x.is_contiguous():
        return x.numpy().reshape(-1), Strides(1, x.shape[-1], 0, 1)
    x, strides = with_row_strides(x)
    span = 1 + sum((size - 1) * stride for size, stride in zip(x.shape, x.stride(), strict=True))
    return x.as_strided((span,), (1,)).numpy(), strides


@lru_cache(maxsize=256)
def _usual(kind: Kind, n: int) -> tuple[Any, ...]:
    """Return what `_parameters` gives where no tensor says otherwise, in arrays that nobody writes to."""
    excess = 1 / int(kind) if Kind.SPARSEMAX <= kind <= Kind.FOURTH_POWER else 0.0
    return np.array([excess]), 0, np.array([1.0]), 0, np.array([n]), 0


def _parameters(call: Arguments) -> tuple[Any, ...]:
    """``alpha - 1``, scale and lengths of the rows, each with its stride, 1 or 0."""
    batch, usual = call.z.shape[:-1], _usual(call.kind, call.z.shape[-1])
    tensors = call.excess, call.scale, call.lengths
    if all(x is None for x in tensors):
        return usual
    found: list[Any] = []
    for place, given in enumerate(tensors):
        if given is None:
            found += usual[2 * place : 2 * place + 2]
            continue
        dtype = torch.int64 if place == 2 else torch.float64
        x, stride = per_row(given.detach(), batch, dtype)
        assert x is not None
        found += [x.numpy(), stride]
    return tuple(found)


def _rules(kind: Kind) -> list[tuple[int, bool | None, bool]]:
    """``kind``, ``above`` and ``every`` of the kernels, one of them for all rows, or two that share them."""
    if kind == Kind.ANY:
        return [(int(Kind.BELOW), None, False), (int(Kind.ABOVE), True, False)]
    return [(int(kind), True if kind == Kind.ABOVE else None, True)]


def _needs_line(strides: Strides, call: Arguments) -> bool:
    """Whether rows have to be copied: they are not contiguous, or a scale turns them around."""
    return strides.token != 1 or (call.scale is not None and bool((call.scale < 0).any()))


_kept = threading.local()


def _room(n: int, dtype: type[np.floating[Any]], line: bool) -> tuple[Room, tuple[Array, ...]]:
    """Room to solve rows in, and for more of each candidate: what the thread had last, where it is the same again."""
    wanted = n, dtype, line
    if getattr(_kept, "made_for", None) != wanted:
        room = Room.of(n, dtype, line)
        more = (*(np.empty_like(room.v) for _ in range(4)), np.empty(room.v.shape, np.bool_))
        if n > KEPT:
            return room, more
        _kept.made_for, _kept.made = wanted, (room, more)
    made: tuple[Room, tuple[Array, ...]] = _kept.made
    return made


def forward(call: Arguments) -> tuple[Tensor, Tensor]:
    """Probabilities and the state of each row, as :func:`.launch.forward` gives them."""
    p, state = call.empty_answer()
    if p.numel() == 0:
        return p, state
    z, strides = _memory(_wide(call.z))
    n, dtype, line = p.shape[-1], z.dtype.type, _needs_line(strides, call)
    bits = z.view(BITS[dtype])
    output = p if p.dtype == state.dtype else torch.empty_like(p, dtype=state.dtype)
    written = output.numpy().reshape(-1), state.numpy().reshape(-1)
    count = state.shape[0]
    parameters = _parameters(call)
    for rule in _rules(call.kind):

        def rows(start: int, stop: int, rule: Any = rule) -> None:
            room, _ = _room(n, dtype, line)
            forward_rows(z, bits, *strides, n, start, stop, *parameters, *rule, *written, *room)

        with compiling(forward_rows, dtype, rule[1]):
            over_rows(rows, count, n)
    return (p if output is p else p.copy_(output)), state


def backward(
    g: Tensor, call: Arguments, state: Tensor, *, need_excess: bool, need_scale: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients in ``z``, ``alpha`` and the scale, as :func:`.launch.backward` gives them."""
    dz, dexcess, dscale = call.empty_gradients(need_excess, need_scale)
    if dz.numel() == 0:
        return dz, dexcess, dscale
    z, strides = _memory(_wide(call.z))
    upstream, g_strides = _memory(g.to(state.dtype))
    n, dtype, line = dz.shape[-1], z.dtype.type, _needs_line(strides, call)
    bits = z.view(BITS[dtype])
    output = dz if dz.dtype == state.dtype else torch.empty_like(dz, dtype=state.dtype)
    solved, count = state.detach().contiguous().numpy().reshape(-1), state.shape[0]
    written: tuple[Array | None, ...] = output.numpy().reshape(-1), None, None
    if need_excess or need_scale:  # both, so that less has to be compiled
        slopes = (x if x.numel() else x.new_empty(count) for x in (dexcess, dscale))
        written = written[0], *(x.view(-1).numpy() for x in slopes)
    parameters = _parameters(call)
    for rule in _rules(call.kind):

        def rows(start: int, stop: int, rule: Any = rule) -> None:
            room, more = _room(n, dtype, line)
            backward_rows(
                upstream, *g_strides, z, bits, *strides, n, start, stop, *parameters, *rule,
                solved, *written, *room, *more,
            )  # fmt: skip

        with compiling(backward_rows, dtype, rule[1], need_excess or need_scale):
            over_rows(rows, count, n)
    return (dz if output is dz else dz.copy_(output)), dexcess, dscale
