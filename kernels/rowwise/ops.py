"""α-entmax over the last axis as PyTorch operators."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import torch

from ..runtime.operator import Differentiable, flat, operator
from ..runtime.paths import INTERPRETED, Choice, Path, has_numba
from . import plain
from .arguments import Arguments, refuse_values

Tensor = torch.Tensor

try:
    from . import launch
except ImportError:  # no Triton on this platform
    launch = None  # type: ignore[assignment]

_choice = Choice("rowwise")
use_path = _choice.use


def path(device: torch.device | str | Tensor) -> Path:
    """Which code runs for tensors of a device.

    Returns
    -------
    str
        ``"triton"``: the compiled kernels, on a GPU. ``"interpreter"``: the same kernels on a CPU, in
        Triton's interpreter (``TRITON_INTERPRET=1`` was set when the module was imported). ``"numba"``: kernels
        for a CPU, where Numba is installed (the extra ``cpu``). ``"torch"``: plain torch, without Numba or Triton.

    Examples
    --------
    >>> path("cpu") in ("interpreter", "numba", "torch")
    True
    """
    if _choice.forced is not None:
        return _choice.forced
    kind = device.device.type if isinstance(device, Tensor) else torch.device(device).type
    if INTERPRETED:
        return "interpreter"
    if kind == "cuda" and launch is not None:
        return "triton"
    return "numba" if kind == "cpu" and has_numba() else "torch"


@lru_cache
def _numba() -> Any:
    """Return the module of the Numba kernels: Numba is not imported before it is needed."""
    from . import cpu

    return cpu


def _code(call: Arguments) -> Any:
    """Return the module that runs a call."""
    way = path(call.z)
    if way == "numba":
        return _numba()
    return plain if way == "torch" else launch


def _solve(call: Arguments) -> tuple[Tensor, Tensor]:
    if call.z.device.type == "cpu":
        refuse_values(call)
    found: tuple[Tensor, Tensor] = _code(call).forward(call)
    return found


def _differentiate(
    g: Tensor, call: Arguments, state: Tensor, need_excess: bool, need_scale: bool
) -> tuple[Tensor, Tensor, Tensor]:
    found: tuple[Tensor, Tensor, Tensor] = _code(call).backward(
        g, call, state, need_excess=need_excess, need_scale=need_scale
    )
    return found


_forward = operator("rowwise_entmax", Arguments, "({call}) -> (Tensor, Tensor)", _solve, Arguments.empty_answer)
_backward = operator(
    "rowwise_entmax_backward",
    Arguments,
    "(Tensor g, {call}, Tensor state, bool need_excess, bool need_scale) -> (Tensor, Tensor, Tensor)",
    _differentiate,
    lambda g, call, state, *needs: call.empty_gradients(*needs),
)


def _push_forward(
    tangents: tuple[Tensor | None, ...], arguments: tuple[Any, ...], left: tuple[Tensor], run: Callable[..., Any]
) -> Tensor:
    """Apply the Jacobian in ``z``, which is symmetric: the backward pass, on the tangent."""
    if tangents[1] is not None or tangents[2] is not None:
        raise NotImplementedError(
            "entmax has no forward-mode derivative in alpha or scale here, only in z: take reverse mode "
            "(torch.func.vjp, torch.func.jacrev, backward())"
        )
    found: Tensor = run(tangents[0], *arguments, *left, False, False)[0]
    return found


_entmax = Differentiable(
    Arguments,
    _forward,
    _backward,
    optional=(1, 2),
    no_second="entmax has no second derivatives here: differentiate once (without create_graph=True), "
    "or take entmax_oracle.reference for exact ones",
    no_forward_mode="entmax has no forward mode inside torch.compile: take it outside, or reverse mode",
    tangent=_push_forward,
)


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
    info: Any, dims: tuple[int | None, ...], g: Tensor, z: Tensor, *rest: Any
) -> tuple[tuple[Tensor, ...], tuple[int | None, ...]]:
    *parameters, kind, state, need_excess, need_scale = rest
    size, axes = info.batch_size, z.dim() - (dims[1] is not None)
    upstream, logits = _in_front(g, dims[0], size, axes), _in_front(z, dims[1], size, axes)
    rows = [_in_front(x, dim, size, axes - 1) for x, dim in zip(parameters, dims[2:5], strict=True)]
    states = _in_front(state, dims[6], size, 2)
    assert states is not None
    found = _backward(upstream, logits, *rows, kind, states.reshape(-1, 3), need_excess, need_scale)
    return found, (0, 0 if need_excess else None, 0 if need_scale else None)


def entmax(
    z: Tensor,
    alpha: float | Tensor = 1.5,
    *,
    scale: float | Tensor | None = None,
    lengths: Tensor | Sequence[int] | int | None = None,
) -> Tensor:
    """Sparse probabilities of each row: α-entmax over the last axis.

    Differentiable once in ``z``, ``alpha`` and ``scale``; by forward mode in ``z``. Arithmetic in float32 or better
    (float64 for float64), rounded once to the dtype of ``z``; the errors stay within ``entmax_oracle.budget``. On a CPU
    with Numba (see `path`) the bits of a row depend on its live tokens alone: not on the number of threads, on other
    rows, on strides, or on what is masked at its end. The first call there compiles what it needs, once.

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
        only where they are numbers), for what is not a number or a tensor, for shapes that do not broadcast, an
        empty last axis, other dtypes, layouts and devices.
    NotImplementedError
        On differentiating twice, on forward mode in ``alpha`` or ``scale``, or inside ``torch.compile``.

    Notes
    -----
    Peters, Niculae & Martins, "Sparse Sequence-to-Sequence Models", ACL 2019, define the mapping. The root is found as
    ``entmax_oracle.kernels.rowwise.maths`` explains.

    Examples
    --------
    >>> entmax(torch.tensor([0.0, 1.0, 3.0]), alpha=2)
    tensor([0., 0., 1.])
    """
    p: Tensor = _entmax(*flat(Arguments.read(z, alpha, scale, lengths)))
    return p
