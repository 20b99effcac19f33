"""α-entmax over the last axis as PyTorch operators."""

from collections.abc import Sequence
from typing import Any

import torch

from . import plain
from .rows import Kind, compute_dtype

Tensor = torch.Tensor

try:
    from . import launch as _launch
except ImportError:  # no Triton on this platform
    _launch = None  # type: ignore[assignment]

_FLOATS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)


def path(device: torch.device | str | Tensor) -> str:
    """Which code runs for tensors of a device.

    Returns
    -------
    str
        ``"triton"``: the compiled kernels, on a GPU. ``"interpreter"``: the same kernels on a CPU, in
        Triton's interpreter (``TRITON_INTERPRET=1`` was set when the module was imported). ``"torch"``:
        plain torch, on a CPU or without Triton.

    Examples
    --------
    >>> path("cpu") in ("interpreter", "torch")
    True
    """
    kind = device.device.type if isinstance(device, Tensor) else torch.device(device).type
    if _launch is not None and _launch.INTERPRETED:
        return "interpreter"
    return "triton" if _launch is not None and kind == "cuda" else "torch"


@torch.library.custom_op("entmax_oracle::rowwise_entmax", mutates_args=())
def _forward(
    z: Tensor, excess: Tensor | None, scale: Tensor | None, lengths: Tensor | None, kind: int
) -> tuple[Tensor, Tensor]:
    solve = plain.forward if path(z) == "torch" else _launch.forward
    return solve(z, excess, scale, lengths, Kind(kind))


@_forward.register_fake
def _(
    z: Tensor, excess: Tensor | None, scale: Tensor | None, lengths: Tensor | None, kind: int
) -> tuple[Tensor, Tensor]:
    rows = 1
    for size in z.shape[:-1]:
        rows = rows * size
    return z.new_empty(z.shape), z.new_empty((rows, 3), dtype=compute_dtype(z.dtype))


@torch.library.custom_op("entmax_oracle::rowwise_entmax_backward", mutates_args=())
def _backward(
    g: Tensor,
    z: Tensor,
    state: Tensor,
    excess: Tensor | None,
    scale: Tensor | None,
    lengths: Tensor | None,
    kind: int,
    need_excess: bool,
    need_scale: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    differentiate = plain.backward if path(z) == "torch" else _launch.backward
    return differentiate(
        g, z, state, excess, scale, lengths, Kind(kind), need_excess=need_excess, need_scale=need_scale
    )


@_backward.register_fake
def _(
    g: Tensor,
    z: Tensor,
    state: Tensor,
    excess: Tensor | None,
    scale: Tensor | None,
    lengths: Tensor | None,
    kind: int,
    need_excess: bool,
    need_scale: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    compute = compute_dtype(z.dtype)
    batch = z.shape[:-1]
    return (
        z.new_empty(z.shape),
        z.new_empty(batch if need_excess else (0,), dtype=compute),
        z.new_empty(batch if need_scale else (0,), dtype=compute),
    )


def _save(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    z, excess, scale, lengths, kind = inputs
    ctx.mark_non_differentiable(output[1])
    ctx.save_for_backward(z, excess, scale, lengths, output[1])
    ctx.kind = kind


def _differentiate(ctx: Any, g: Tensor, _: Tensor | None) -> tuple[Tensor | None, ...]:
    z, excess, scale, lengths, state = ctx.saved_tensors
    need_excess = excess is not None and ctx.needs_input_grad[1]
    need_scale = scale is not None and ctx.needs_input_grad[2]
    dz, dexcess, dscale = _backward(g, z, state, excess, scale, lengths, ctx.kind, need_excess, need_scale)
    return (
        dz if ctx.needs_input_grad[0] else None,
        dexcess.to(excess.dtype) if need_excess else None,
        dscale.to(scale.dtype) if need_scale else None,
        None,
        None,
    )


def _refuse(ctx: Any, *grads: Tensor) -> tuple[None, ...]:
    raise NotImplementedError(
        "entmax has no second derivatives here: differentiate once (without create_graph=True), "
        "or take entmax_oracle.reference for exact ones"
    )


_forward.register_autograd(_differentiate, setup_context=_save)
_backward.register_autograd(_refuse)


def _broadcast(x: Tensor, name: str, batch: Sequence[int]) -> Tensor:
    try:
        return x.expand(batch)
    except RuntimeError:
        raise ValueError(
            f"{name} of shape {tuple(x.shape)} does not broadcast to the rows {tuple(batch)} of the logits "
            f"(their shape without the last axis)"
        ) from None


def _parameter(x: Any, name: str, z: Tensor, dtype: torch.dtype) -> Tensor:
    """Return a number or a tensor as a tensor of ``dtype`` with one entry for each row, or for all."""
    if not isinstance(x, Tensor):
        return torch.full((1,), float(x), dtype=dtype, device=z.device)
    if x.device != z.device and x.dim() > 0:
        raise ValueError(f"{name} lies on {x.device} and the logits on {z.device}; move one of them")
    given: Tensor = x if x.is_floating_point() else x.to(dtype)
    return given.to(device=z.device)


def entmax(
    z: Tensor,
    alpha: float | Tensor = 1.5,
    *,
    scale: float | Tensor | None = None,
    lengths: Tensor | None = None,
) -> Tensor:
    """Sparse probabilities of each row: α-entmax over the last axis.

    Differentiable once in ``z``, ``alpha`` and ``scale``. Arithmetic in float32 (float64 for float64), rounded
    once to the dtype of ``z``; the errors stay within ``entmax_oracle.budget``.

    Parameters
    ----------
    z
        Logits ``(..., n)``, float32, float16, bfloat16 or float64, of any strides. ``-inf`` masks a token.
    alpha
        At least 1: 1 is softmax, 2 is sparsemax. A number, or a tensor that broadcasts to ``z.shape[:-1]``:
        one for each head ``(heads, 1)``, one for each row.
    scale
        Inverse temperature: ``entmax(scale * z)``. A number, or a tensor that broadcasts to ``z.shape[:-1]``.
    lengths
        How many leading tokens of each row count; an integer tensor that broadcasts to ``z.shape[:-1]``.

    Returns
    -------
    Tensor
        Contiguous, of the shape and dtype of ``z``. Exact zeros outside the support. What costs a
        synchronisation with the device to find out is not refused but visible: a row with NaN or ``+inf``
        or an ``alpha`` tensor below 1 is NaN, and a row without a live token is zero.

    Raises
    ------
    ValueError
        For a number ``alpha`` below 1 or not finite, shapes that do not broadcast, an empty last axis,
        other dtypes, other devices.
    NotImplementedError
        On differentiating twice.

    Notes
    -----
    Peters, Niculae & Martins, "Sparse Sequence-to-Sequence Models", ACL 2019, define the mapping. The root is found as
    :mod:`entmax_oracle.kernels.rowwise.tiles` explains.

    Examples
    --------
    >>> entmax(torch.tensor([0.0, 1.0, 3.0]), alpha=2)
    tensor([0., 0., 1.])
    """
    if not isinstance(z, Tensor):
        raise ValueError(f"z must be a torch tensor, got {type(z).__name__}")
    if z.dtype not in _FLOATS:
        raise ValueError(f"z must be float32, float16, bfloat16 or float64, got {z.dtype}; convert it first")
    if z.dim() == 0 or z.shape[-1] == 0:
        raise ValueError(f"z needs at least one token along its last axis, got shape {tuple(z.shape)}")
    batch = z.shape[:-1]
    compute = compute_dtype(z.dtype)

    excess = None
    if isinstance(alpha, Tensor):
        kind = Kind.ANY
        # In alpha's own precision: rounding alpha first would shift alpha - 1.
        excess = _broadcast((_parameter(alpha, "alpha", z, torch.float64) - 1).to(compute), "alpha", batch)
    else:
        kind = Kind.of(alpha, compute)
        if kind.needs_excess:
            excess = z.new_full((1,), float(alpha) - 1, dtype=compute)
    if scale is not None:
        factor = _parameter(scale, "scale", z, compute).to(compute)
        scale = _broadcast(factor, "scale", batch) if isinstance(scale, Tensor) else factor
    if lengths is not None:
        if lengths.is_floating_point() or lengths.is_complex() or lengths.dtype == torch.bool:
            raise ValueError(f"lengths must be integers, got {lengths.dtype}")
        lengths = _broadcast(lengths.to(z.device), "lengths", batch)
    p: Tensor = _forward(z, excess, scale, lengths, int(kind))[0]
    return p
