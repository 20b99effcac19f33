"""α-entmax over the last axis as PyTorch operators."""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import torch
from torch.autograd import forward_ad

from ..runtime.operator import without_derivatives
from . import plain
from .arguments import Arguments, refuse_values
from .strides import Kind, compute_dtype

Tensor = torch.Tensor

try:
    from . import launch as _launch
except ImportError:  # no Triton on this platform
    _launch = None  # type: ignore[assignment]


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
    if z.device.type == "cpu":
        refuse_values(z, excess, scale, lengths)
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


def _gradients(ctx: Any, g: Tensor, run: Callable[..., tuple[Tensor, ...]]) -> tuple[Tensor | None, ...]:
    z, excess, scale, lengths, state = ctx.saved_tensors
    need_excess = excess is not None and ctx.needs_input_grad[1]
    need_scale = scale is not None and ctx.needs_input_grad[2]
    dz, dexcess, dscale = run(g, z, state, excess, scale, lengths, ctx.kind, need_excess, need_scale)
    return (
        dz if ctx.needs_input_grad[0] else None,
        dexcess.to(excess.dtype) if need_excess else None,
        dscale.to(scale.dtype) if need_scale else None,
        None,
        None,
    )


def _differentiate(ctx: Any, g: Tensor, _: Tensor | None) -> tuple[Tensor | None, ...]:
    return _gradients(ctx, g, _backward)


def _refuse(ctx: Any, *grads: Tensor | None) -> NoReturn:
    raise NotImplementedError(
        "entmax has no second derivatives here: differentiate once (without create_graph=True), "
        "or take entmax_oracle.reference for exact ones"
    )


_forward.register_autograd(_differentiate, setup_context=_save)
_backward.register_autograd(_refuse)
_Gradient = without_derivatives(_backward, _refuse)


def _in_front(x: Tensor | None, dim: int | None, size: int, axes: int) -> Tensor | None:
    """Return ``x`` with the axis that is mapped over in front of ``axes`` others, as a view."""
    if x is None:
        return None
    x = x.expand(size, *x.shape) if dim is None else x.movedim(dim, 0)
    return x if x.dim() == axes + 1 else x.reshape(size, *(1,) * axes)  # one for all rows


@_forward.register_vmap
def _(info: Any, dims: tuple[int | None, ...], z: Tensor, *rest: Any) -> tuple[tuple[Tensor, Tensor], tuple[int, int]]:
    size, axes = info.batch_size, z.dim() - (dims[0] is not None)
    logits = _in_front(z, dims[0], size, axes)
    rows = [_in_front(x, dim, size, axes - 1) for x, dim in zip(rest[:3], dims[1:4], strict=True)]
    p, state = _forward(logits, *rows, rest[3])
    return (p, state.view(size, -1, 3)), (0, 0)


@_backward.register_vmap
def _(
    info: Any, dims: tuple[int | None, ...], g: Tensor, z: Tensor, state: Tensor, *rest: Any
) -> tuple[tuple[Tensor, ...], tuple[int | None, ...]]:
    size, axes = info.batch_size, z.dim() - (dims[1] is not None)
    upstream, logits = _in_front(g, dims[0], size, axes), _in_front(z, dims[1], size, axes)
    states = _in_front(state, dims[2], size, 2)
    assert states is not None
    rows = [_in_front(x, dim, size, axes - 1) for x, dim in zip(rest[:3], dims[3:6], strict=True)]
    found = _backward(upstream, logits, states.reshape(-1, 3), *rows, *rest[3:])
    return found, (0, 0 if rest[4] else None, 0 if rest[5] else None)


class _Entmax(torch.autograd.Function):
    """The operator for `torch.func` and forward mode, with which a registered operator has no part."""

    generate_vmap_rule = True

    @staticmethod
    def forward(*inputs: Any) -> Any:
        return _forward(*inputs)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
        _save(ctx, inputs, output)
        ctx.set_materialize_grads(False)  # no tangent is not a tangent of zero
        ctx.save_for_forward(*inputs[:4], output[1])

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        if grads[0] is None:
            return (None,) * 5
        return _gradients(ctx, grads[0], _Gradient.apply)

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        """Apply the Jacobian in ``z``, which is symmetric: the backward pass, on the tangent."""
        if tangents[1] is not None or tangents[2] is not None:
            raise NotImplementedError(
                "entmax has no forward-mode derivative in alpha or scale here, only in z: take reverse mode "
                "(torch.func.vjp, torch.func.jacrev, backward())"
            )
        z, excess, scale, lengths, state = ctx.saved_tensors
        inputs = (tangents[0], z, state, excess, scale, lengths, ctx.kind, False, False)
        return _Gradient.apply(*inputs)[0], None  # type: ignore[no-untyped-call]


def _has_tangent(x: Tensor) -> bool:
    return forward_ad.unpack_dual(x).tangent is not None  # type: ignore[no-untyped-call]


def entmax(
    z: Tensor,
    alpha: float | Tensor = 1.5,
    *,
    scale: float | Tensor | None = None,
    lengths: Tensor | Sequence[int] | int | None = None,
) -> Tensor:
    """Sparse probabilities of each row: α-entmax over the last axis.

    Differentiable once in ``z``, ``alpha`` and ``scale``; by forward mode in ``z``. Arithmetic in float32 (float64 for
    float64), rounded once to the dtype of ``z``; the errors stay within ``entmax_oracle.budget``.

    Parameters
    ----------
    z
        Logits ``(..., n)``, float32, float16, bfloat16 or float64, of any strides. ``-inf`` masks a token.
    alpha
        At least 1: 1 is softmax, 2 is sparsemax. A number, or a tensor that broadcasts to ``z.shape[:-1]``:
        one for each head ``(heads, 1)``, one for each row.
    scale
        Inverse temperature, finite: ``entmax(scale * z)``. A number, or a tensor that broadcasts to ``z.shape[:-1]``.
    lengths
        How many leading tokens of each row count, ``0 ... n``; integers that broadcast to ``z.shape[:-1]``.

    Returns
    -------
    Tensor
        Contiguous, of the shape and dtype of ``z``, also under autocast. Exact zeros outside the support. A row with
        NaN or ``+inf`` is NaN, and a row without a live token is zero. On a GPU to look into a tensor would cost a
        synchronisation: there a row whose ``alpha`` is below 1 or not finite, or whose scale is not finite, has NaN in
        it, and a length outside ``0 ... n`` counts as the nearer of the two.

    Raises
    ------
    ValueError
        For an ``alpha`` below 1 or not finite, a scale that is not finite and lengths outside ``0 ... n`` (on a GPU:
        only where they are numbers), for what is no number or tensor of them, for shapes that do not broadcast, an
        empty last axis, other dtypes, layouts and devices.
    NotImplementedError
        On differentiating twice, on forward mode in ``alpha`` or ``scale``, or inside ``torch.compile``.

    Notes
    -----
    Peters, Niculae & Martins, "Sparse Sequence-to-Sequence Models", ACL 2019, define the mapping. The root is found as
    :mod:`entmax_oracle.kernels.rowwise.maths` explains.

    Examples
    --------
    >>> entmax(torch.tensor([0.0, 1.0, 3.0]), alpha=2)
    tensor([0., 0., 1.])
    """
    call = Arguments.read(z, alpha, scale, lengths)
    inputs = (*call[:4], int(call.kind))
    p: Tensor
    if not torch.compiler.is_compiling():
        p = _Entmax.apply(*inputs)[0]  # type: ignore[no-untyped-call]
    elif any(_has_tangent(x) for x in call[:3] if x is not None):
        raise NotImplementedError("entmax has no forward mode inside torch.compile: take it outside, or reverse mode")
    else:  # the compiler traces the operator itself, with the autograd that is registered
        p = _forward(*inputs)[0]
    return p
