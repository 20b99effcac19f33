"""Launch the Triton kernels on tensors; on a CPU they run in Triton's interpreter."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
import triton
import triton.language as tl

from .backward import backward_stream, backward_tile
from .configurations import INTERPRETER, Configuration, compiler_options, configuration
from .forward import forward_stream, forward_tile
from .strides import Kind, compacts, compute_dtype, per_row, with_row_strides

Tensor = torch.Tensor

INTERPRETED: bool = not isinstance(forward_tile, triton.JITFunction)
"""Whether the kernels were built for the interpreter (``TRITON_INTERPRET=1`` when this module was imported)."""

_COMPUTE = {torch.float32: tl.float32, torch.float64: tl.float64}


@lru_cache
def _device_target(index: int) -> str:
    properties = torch.cuda.get_device_properties(index)
    if torch.version.hip:
        return str(properties.gcnArchName).split(":")[0]
    return f"sm_{properties.major}{properties.minor}"


def target_of(device: torch.device) -> str:
    """Name of the target that the kernels run on for tensors of ``device``."""
    if INTERPRETED:
        return INTERPRETER
    return _device_target(device.index if device.index is not None else torch.cuda.current_device())


def _widened(x: Tensor) -> Tensor:
    """Hand bfloat16 to the interpreter as float32, which holds it: the interpreter silently truncates bfloat16."""
    return x.float() if INTERPRETED and x.dtype == torch.bfloat16 else x


def _run(kernel: Callable[..., Any], programs: int, warps: int, *arguments: Any, **named: Any) -> None:
    """Launch; ``named`` are constants, and further options of the compiler."""
    kernel[(programs,)](*arguments, **named, num_warps=warps, enable_fp_fusion=True)  # type: ignore[index]


def forward(
    z: Tensor,
    excess: Tensor | None,
    scale: Tensor | None,
    lengths: Tensor | None,
    kind: Kind,
    *,
    steps: Tensor | None = None,
    launch: Configuration | None = None,
) -> tuple[Tensor, Tensor]:
    """Probabilities ``p``, contiguous and of the shape and dtype of ``z``, and the state of each row, ``(rows, 3)``.

    Parameters
    ----------
    z
        Logits ``(..., n)``.
    excess
        ``alpha - 1``, one for all rows or broadcast to them; ``None`` where ``kind`` says it.
    scale, lengths
        One for all rows or broadcast to them.
    kind
        Kind of the rows.
    steps
        int32 ``(rows,)``: filled with the number of sums over the row that the solver took.
    launch
        Instead of the default configuration.
    """
    n = z.shape[-1]
    compute = compute_dtype(z.dtype)
    rows = z.numel() // n if n else 0
    p = torch.empty(z.shape, dtype=z.dtype, device=z.device)
    state = torch.empty((rows, 3), dtype=compute, device=z.device)
    if rows == 0:
        return p, state
    batch = z.shape[:-1]
    excess, excess_stride = per_row(excess, batch, compute)
    scale, scale_stride = per_row(scale, batch, compute)
    lengths, length_stride = per_row(lengths, batch, None)
    wide, strides = with_row_strides(_widened(z))
    output = _widened(p)
    target = target_of(z.device)
    chosen = launch or configuration(target, n, compute.itemsize, kind)
    arguments = [wide, excess, scale, lengths, output, state, steps, rows, n, *strides]
    arguments += [excess_stride, scale_stride, length_stride]
    constants = {"KIND": int(kind), "COMPUTE": _COMPUTE[compute], "COLUMNS": chosen.columns}
    options = compiler_options(target, kind, chosen.warps)
    if chosen.stream:
        _run(forward_stream, rows, chosen.warps, *arguments, **constants, **options, COMPACT=compacts(kind))
    else:
        programs = triton.cdiv(rows, chosen.rows)
        _run(forward_tile, programs, chosen.warps, *arguments, **constants, **options, ROWS=chosen.rows)
    return (p.copy_(output) if output is not p else p), state


def backward(
    g: Tensor,
    z: Tensor,
    state: Tensor,
    excess: Tensor | None,
    scale: Tensor | None,
    lengths: Tensor | None,
    kind: Kind,
    *,
    need_excess: bool,
    need_scale: bool,
    launch: Configuration | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients in ``z``, in ``alpha`` and in the scale: the last two one for each row, or empty where not wanted."""
    n = z.shape[-1]
    compute = compute_dtype(z.dtype)
    rows = z.numel() // n if n else 0
    dz = torch.empty(z.shape, dtype=z.dtype, device=z.device)
    batch = z.shape[:-1]
    dexcess = torch.empty(batch if need_excess else (0,), dtype=compute, device=z.device)
    dscale = torch.empty(batch if need_scale else (0,), dtype=compute, device=z.device)
    if rows == 0:
        return dz, dexcess, dscale
    excess, excess_stride = per_row(excess, batch, compute)
    scale, scale_stride = per_row(scale, batch, compute)
    lengths, length_stride = per_row(lengths, batch, None)
    wide, strides = with_row_strides(_widened(z))
    upstream, g_strides = with_row_strides(_widened(g))
    output = _widened(dz)
    target = target_of(z.device)
    chosen = launch or configuration(target, n, compute.itemsize, kind, backward=True)
    # Every array is addressed by strides, except the state: mapped over, it may be a view of one row.
    arguments: list[Any] = [upstream, wide, state.contiguous(), excess, scale, lengths, output]
    arguments += [dexcess if need_excess else None, dscale if need_scale else None]
    arguments += [rows, n, *strides, *g_strides, excess_stride, scale_stride, length_stride]
    constants = {"KIND": int(kind), "COMPUTE": _COMPUTE[compute], "COLUMNS": chosen.columns}
    options = compiler_options(target, kind, chosen.warps)
    if chosen.stream:
        _run(backward_stream, rows, chosen.warps, *arguments, **constants, **options)
    else:
        programs = triton.cdiv(rows, chosen.rows)
        _run(backward_tile, programs, chosen.warps, *arguments, **constants, **options, ROWS=chosen.rows)
    return (dz.copy_(output) if output is not dz else dz), dexcess, dscale
