"""Launch the Triton kernels on tensors; on a CPU they run in Triton's interpreter."""

from collections.abc import Callable
from typing import Any

import torch
import triton
import triton.language as tl

from ..runtime.kinds import compute_dtype
from ..runtime.target import filled, run, target_of, widened
from .arguments import Arguments
from .backward import backward_stream, backward_tile
from .configurations import Configuration, compacts, compiler_options, configuration
from .forward import forward_stream, forward_tile
from .strides import per_row, with_row_strides

Tensor = torch.Tensor

_COMPUTE = {torch.float32: tl.float32, torch.float64: tl.float64}


def forward(
    call: Arguments, *, steps: Tensor | None = None, launch: Configuration | None = None
) -> tuple[Tensor, Tensor]:
    """Probabilities ``p``, contiguous and of the shape and dtype of ``z``, and the state of each row, ``(rows, 3)``.

    Parameters
    ----------
    call
        Parameters may be of any dtype.
    steps
        int32 ``(rows,)``: filled with the number of sums over the row that the solver took.
    launch
        Instead of the default configuration.
    """
    p, state = call.empty_answer()
    if p.numel() == 0:
        return p, state
    wide, strides = with_row_strides(widened(call.z))
    output = widened(p)
    parameters, parameter_strides = _parameters(call)
    arrays = (wide, *parameters, output, state, steps)
    chosen = launch or _configuration(call, backward=False)
    constants: dict[str, int]
    if chosen.stream:
        kernel, constants = forward_stream, {"COMPACT": compacts(call.kind)}
    else:
        kernel, constants = forward_tile, {"ROWS": chosen.rows}
    _run(kernel, call, chosen, arrays, (*strides, *parameter_strides), **constants)
    return filled(p, output), state


def backward(
    g: Tensor,
    call: Arguments,
    state: Tensor,
    *,
    need_excess: bool,
    need_scale: bool,
    launch: Configuration | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients in ``z``, in ``alpha`` and in the scale: the last two one for each row, or empty where not wanted."""
    dz, dexcess, dscale = call.empty_gradients(need_excess, need_scale)
    if dz.numel() == 0:
        return dz, dexcess, dscale
    wide, strides = with_row_strides(widened(call.z))
    upstream, g_strides = with_row_strides(widened(g))
    output = widened(dz)
    parameters, parameter_strides = _parameters(call)
    # Every array is addressed by strides, except the state: mapped over, it may be a view of one row.
    arrays = (upstream, wide, state.contiguous(), *parameters, output)
    arrays += (dexcess if need_excess else None, dscale if need_scale else None)
    chosen = launch or _configuration(call, backward=True)
    kernel, constants = (backward_stream, {}) if chosen.stream else (backward_tile, {"ROWS": chosen.rows})
    _run(kernel, call, chosen, arrays, (*strides, *g_strides, *parameter_strides), **constants)
    return filled(dz, output), dexcess, dscale


def _parameters(call: Arguments) -> tuple[tuple[Tensor | None, ...], tuple[int, ...]]:
    """Excess, scale and lengths as arrays, and the stride of each from row to row."""
    batch, compute = call.z.shape[:-1], compute_dtype(call.z.dtype)
    found = [per_row(x, batch, dtype) for x, dtype in zip(call[1:4], (compute, compute, None), strict=True)]
    arrays, strides = zip(*found, strict=True)
    return arrays, strides


def _configuration(call: Arguments, *, backward: bool) -> Configuration:
    z = call.z
    return configuration(
        target_of(z.device), z.shape[-1], compute_dtype(z.dtype).itemsize, call.kind, backward=backward
    )


def _run(
    kernel: Callable[..., Any],
    call: Arguments,
    chosen: Configuration,
    arrays: tuple[Tensor | None, ...],
    strides: tuple[int, ...],
    **constants: int,
) -> None:
    z, n = call.z, call.z.shape[-1]
    rows = z.numel() // n
    run(
        kernel, (triton.cdiv(rows, chosen.rows),), *arrays, rows, n, *strides, **constants,
        KIND=int(call.kind), COMPUTE=_COMPUTE[compute_dtype(z.dtype)], COLUMNS=chosen.columns,
        num_warps=chosen.warps, **compiler_options(target_of(z.device), call.kind, chosen.warps),
    )  # fmt: skip
