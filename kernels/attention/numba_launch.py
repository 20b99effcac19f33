"""Run the Numba kernels on CPU tensors."""

from functools import partial
from typing import Any

import numpy as np
import torch

from ..runtime.kinds import Kind, compute_dtype
from ..runtime.numba import compiling, in_turns
from . import numba_kernels as kernels
from .arguments import Arguments
from .dense import Gradients
from .numba_vectors import LANES

Tensor = torch.Tensor

PACKED = 64
"""Rows of a key head from which on its keys are transposed once for all blocks, and dense rows are looked for."""


def _padded(x: Tensor) -> Tensor:
    """Contiguous, in the dtype of the arithmetic, with a whole number of blocks of features."""
    wide = x.detach().resolve_neg().to(compute_dtype(x.dtype))
    missing = -x.shape[-1] % LANES
    return (torch.nn.functional.pad(wide, (0, missing)) if missing else wide).contiguous()


def _heads(x: Tensor) -> Any:
    """``(B, Hkv, N, f)`` as an array ``(B Hkv, N, f)``."""
    return _padded(x).flatten(0, 1).numpy()


def _rows(x: Tensor) -> Any:
    """``(B, H, M, f)`` as an array ``(B H M, f)``."""
    return _padded(x).flatten(0, 2).numpy()


def _read(call: Arguments) -> kernels.Call:
    batch, heads, m, _ = call.query.shape
    key_heads, n = call.key.shape[1:3]
    excess = np.ascontiguousarray(call.excess.detach().double().numpy())
    kinds = np.full(heads, int(call.kind))
    if call.kind == Kind.ANY:
        kinds = np.where(excess > 1, int(Kind.ABOVE), int(Kind.BELOW))
    elif Kind.SPARSEMAX <= call.kind <= Kind.FOURTH_POWER:
        excess = np.full(heads, 1 / int(call.kind))
    lengths = np.full(batch, n) if call.lengths is None else call.lengths.numpy()
    v = _heads(call.value)
    return kernels.Call(
        q=_rows(call.query),
        k=_heads(call.key),
        v=v,
        scale=call.scale.detach().contiguous().flatten().numpy(),
        excess=excess,
        kinds=kinds,
        slopes=np.zeros(0, v.dtype) if call.slopes is None else call.slopes.contiguous().numpy(),
        lengths=lengths.astype(np.int64),
        spoiled=np.zeros((0, 0), np.bool_),
        key_heads=key_heads,
        group=heads // key_heads,
        m=m,
        n=n,
        is_causal=call.is_causal,
    )


def _marked(*arrays: Any) -> Any:
    """Tell which keys hold NaN or infinity in one of the arrays ``(G, N, f)``."""
    marks = np.zeros(arrays[0].shape[:2], np.bool_)
    for x in arrays:
        in_turns(partial(kernels.marks, x, marks), len(x))
    return marks


def _cleaned(x: Any, spoiled: Any) -> Any:
    """Return what products take: with zeros for the keys that are spoiled."""
    return np.where(spoiled[..., None], x.dtype.type(0), x) if spoiled.any() else x


def _packed(x: Any, wanted: bool) -> Any:
    heads, n, width = x.shape
    to = np.empty(heads * (-(-n // LANES) * LANES) * width if wanted else 0, x.dtype)
    if wanted:
        in_turns(partial(kernels.panels, x, to), heads)
    return to


def forward(call: Arguments, *, save: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Output, and what the backward pass reads: lists of probabilities, states of rows, lists of keys."""
    output = call.empty_output()
    kept_p, state, kept_index = left = call.empty_lists(save)
    if output.numel() == 0 or call.key.shape[2] == 0:
        return output.zero_(), left[0].zero_(), state.zero_(), left[2].zero_()
    read = _read(call)
    rows = read.q.shape[0]
    width = read.v.shape[2]
    direct = output.dtype == compute_dtype(output.dtype) and width == output.shape[3]
    out = output.view(rows, width).numpy() if direct else np.empty((rows, width), read.v.dtype)
    many = rows // read.k.shape[0] >= PACKED
    if many:
        read = read._replace(spoiled=_marked(read.v))
    packed = _packed(read.k, many)
    clean = _cleaned(read.v, read.spoiled) if many else read.v
    states = state.numpy() if save else np.empty((rows, 5))
    arguments = (clean, packed, out, kept_p.numpy(), states, kept_index.numpy())
    with compiling(kernels.forward, out.dtype):
        in_turns(partial(kernels.forward, read, *arguments), read.k.shape[0] * kept_p.shape[1])
    if not direct:
        output.copy_(torch.from_numpy(out).view(*output.shape[:3], width)[..., : output.shape[3]])
    return output, *left


def backward(
    grad: Tensor, call: Arguments, kept_p: Tensor, state: Tensor, kept_index: Tensor, *, need_excess: bool
) -> Gradients:
    """Gradients of a loss whose gradient in the output is ``grad``."""
    batch, heads, m, _ = call.query.shape
    compute = compute_dtype(call.query.dtype)
    if grad.numel() == 0 or call.key.shape[2] == 0:
        zeros = (x.new_zeros(x.shape) for x in (call.query, call.key, call.value, call.excess, call.scale))
        return Gradients(*zeros)
    read = _read(call)
    dq, dk, dv = (np.zeros_like(x) for x in (read.q, read.k, read.v))
    dscale, dexcess = np.zeros_like(read.scale), np.zeros(batch * heads)
    states = state.numpy()
    again = bool(((states[:, 3] > 0) & (states[:, 4] < 0)).any())
    if again:
        read = read._replace(spoiled=_marked(read.k, read.v))
    packed_k, packed_v = _packed(read.k, again), _packed(read.v, again)
    clean_k, clean_v = (_cleaned(x, read.spoiled) if again else x for x in (read.k, read.v))
    given = (clean_k, clean_v, packed_k, packed_v, _rows(grad), kept_p.numpy(), states, kept_index.numpy())
    gradients = (dq, dk, dv, dscale, dexcess)
    with compiling(kernels.backward, dq.dtype):
        in_turns(partial(kernels.backward, read, *given, need_excess, gradients), read.k.shape[0])
    total = np.zeros(heads)
    for one in dexcess.reshape(batch, heads):  # in order
        total += one
    found = [
        torch.from_numpy(x).view(*y.shape[:3], x.shape[-1])[..., : y.shape[3]].to(y.dtype)
        for x, y in ((dq, call.query), (dk, call.key), (dv, call.value))
    ]
    scale = torch.from_numpy(dscale).view(batch, heads, m)
    return Gradients(found[0], found[1], found[2], torch.from_numpy(total).to(compute), scale)
