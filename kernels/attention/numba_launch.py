"""Run the Numba kernels on CPU tensors."""

from collections.abc import Sequence
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np
import torch

from ..runtime.kinds import Kind, compute_dtype
from ..runtime.numba import compiling, in_turns
from . import numba_kernels as kernels
from .arguments import CPU_BLOCK, Arguments
from .dense import Gradients
from .numba_vectors import LANES

Tensor = torch.Tensor

PACKED = 64
"""Rows of a key head from which on its keys are transposed once for all blocks, and dense rows are looked for."""

NO_STEPS = (0, 0, 0, 0)
"""Those along the axes of no mask."""

NO_MARKS, NO_KEYS = np.zeros((0, 0), np.bool_), np.zeros((0, 0, 0), np.int32)

COPIED = 8
"""Features of keys that are read in the time that a row takes for a token."""
SCORED = 16
"""Features of which a product is made in that time."""


@cache
def _nothing(dtype: Any) -> Any:
    """Return a line without elements."""
    return np.empty(0, dtype)


def _padded(x: Tensor) -> Tensor:
    """Contiguous, in the dtype of the arithmetic, with a whole number of blocks of features."""
    wide, compute = x.detach().resolve_neg(), compute_dtype(x.dtype)
    if x.dtype != compute:
        wide = wide.to(compute)
    missing = -x.shape[-1] % LANES
    return (torch.nn.functional.pad(wide, (0, missing)) if missing else wide).contiguous()


def _heads(x: Tensor) -> Any:
    """``(B, Hkv, N, f)`` as an array ``(B Hkv, N, f)``."""
    batch, heads, n, _ = x.shape
    y = _padded(x).numpy()
    return y.reshape(batch * heads, n, y.shape[3])


def _rows(x: Tensor) -> Any:
    """``(B, H, M, f)`` as an array ``(B H M, f)``."""
    batch, heads, m, _ = x.shape
    y = _padded(x).numpy()
    return y.reshape(batch * heads * m, y.shape[3])


def _line(mask: Tensor, compute: torch.dtype) -> tuple[Any, tuple[int, int, int, int]]:
    """Return what a mask adds to the scores, in a line, and the steps along its axes."""
    mask = mask.detach()
    if mask.dtype == torch.bool:
        mask = torch.zeros(mask.shape, dtype=compute).masked_fill_(~mask, -torch.inf)
    return mask.contiguous().flatten().numpy(), _steps(mask.shape)


def _steps(shape: Sequence[int]) -> tuple[int, int, int, int]:
    """Return the steps along the axes of a contiguous array of four, 0 along those that are broadcast."""
    steps, size = [], 1
    for axis in reversed(shape):
        steps.append(size if axis > 1 else 0)
        size *= axis
    first, second, third, fourth = reversed(steps)
    return first, second, third, fourth


@lru_cache
def _power(kind: Kind, heads: int) -> tuple[Any, Any]:
    """``alpha - 1`` and the kind of each head where ``1/(alpha - 1)`` is an integer."""
    return np.full(heads, 1 / int(kind)), np.full(heads, int(kind))


def _read(call: Arguments) -> kernels.Call:
    batch, heads, m, _ = call.query.shape
    key_heads, n = call.key.shape[1:3]
    if Kind.SPARSEMAX <= call.kind <= Kind.FOURTH_POWER:
        excess, kinds = _power(call.kind, heads)
    else:
        excess = np.ascontiguousarray(call.excess.detach().double().numpy())
        kinds = np.full(heads, int(call.kind))
        if call.kind == Kind.ANY:
            kinds = np.where(excess > 1, int(Kind.ABOVE), int(Kind.BELOW))
    lengths = np.full(batch, n) if call.lengths is None else call.lengths.numpy()
    v = _heads(call.value)
    nothing = _nothing(v.dtype)
    mask, mask_steps = (nothing, NO_STEPS) if call.mask is None else _line(call.mask, call.scale.dtype)
    return kernels.Call(
        q=_rows(call.query),
        k=_heads(call.key),
        v=v,
        scale=call.scale.detach().resolve_neg().numpy().flatten(),
        excess=excess,
        kinds=kinds,
        slopes=nothing if call.slopes is None else call.slopes.contiguous().numpy(),
        sinks=nothing if call.sinks is None else call.sinks.detach().contiguous().numpy(),
        lengths=lengths.astype(np.int64),
        mask=mask,
        spoiled=NO_MARKS,
        mask_steps=mask_steps,
        cap=call.softcap,
        left=min(call.left, n + m) if call.left >= 0 else n + m,
        right=n + m if call.last is None else min(call.last, n + m),
        key_heads=key_heads,
        group=heads // key_heads,
        m=m,
        n=n,
    )


def _marked(*arrays: Any) -> Any:
    """Tell which keys hold NaN or infinity in one of the arrays ``(G, N, f)``."""
    marks = np.zeros(arrays[0].shape[:2], np.bool_)
    for x in arrays:
        in_turns(partial(kernels.marks, x, np.zeros(x.shape[2], x.dtype), marks), len(x), x.size // COPIED)
    return marks


def _cleaned(x: Any, spoiled: Any) -> Any:
    """Return what products take: with zeros for the keys that are spoiled."""
    return np.where(spoiled[..., None], x.dtype.type(0), x) if spoiled.any() else x


def _packed(x: Any, wanted: bool) -> Any:
    heads, n, width = x.shape
    if not wanted:
        return _nothing(x.dtype)
    to = np.empty(heads * (-(-n // LANES) * LANES) * width, x.dtype)
    in_turns(partial(kernels.panels, x, to), heads, x.size // COPIED)
    return to


def _tokens(read: kernels.Call) -> int:
    """Return of how many tokens of a row a forward pass takes the time."""
    rows, width = read.q.shape
    return int(read.k.size // COPIED + rows * read.n * width // SCORED)


def forward(call: Arguments, *, save: bool) -> tuple[Tensor, ...]:
    """Output, logarithms of the sums, and, if ``save``, what the backward pass reads.

    That is: lists of probabilities, states of rows, lists of keys.
    """
    output, lse = call.empty_output(), call.empty_lse()
    left = call.empty_lists(True) if save else ()
    if call.query.numel() == 0 or call.key.shape[2] == 0 or (output.numel() == 0 and not call.return_lse):
        if call.return_lse:
            lse[:] = -torch.inf if call.sinks is None else call.sinks[:, None]
        return output.zero_(), lse, *(x.zero_() for x in left)
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
    if save:
        kept_p, states, kept_index = (x.numpy() for x in left)
    else:
        kept_p, states, kept_index = _nothing(out.dtype)[:, None, None], np.empty((rows, 5)), NO_KEYS
    blocks = len(read.k) * -(-rows // len(read.k) // CPU_BLOCK)
    full = None if kernels.is_plain(read) else True
    with compiling(kernels.forward, out.dtype, full):

        def run(first: int, step: int) -> None:
            room = kernels.forward_room(read)
            kernels.forward(read, clean, packed, out, kept_p, states, kept_index, full, room, first, step)

        in_turns(run, blocks, _tokens(read))
    if not direct:
        output.copy_(torch.from_numpy(out).view(*output.shape[:3], width)[..., : output.shape[3]])
    if call.return_lse:
        with np.errstate(divide="ignore"):  # of a row without a token
            found = np.where(states[:, 3] < 0, np.nan, states[:, 0] + np.log(states[:, 2]))
        lse.copy_(torch.from_numpy(found).view(lse.shape))
    return output, lse, *left


def backward(
    grad: Tensor,
    grad_lse: Tensor | None,
    call: Arguments,
    kept_p: Tensor,
    state: Tensor,
    kept_index: Tensor,
    *,
    need_excess: bool,
    need_mask: bool,
) -> Gradients:
    """Gradients of a loss whose gradients in the output and the logarithms are ``grad`` and ``grad_lse``."""
    batch, heads, m, _ = call.query.shape
    key_heads, n = call.key.shape[1:3]
    compute = compute_dtype(call.query.dtype)
    mask = call.mask if need_mask else None
    if call.query.numel() == 0 or n == 0 or (grad.numel() == 0 and grad_lse is None):
        some = [x.new_zeros(x.shape) for x in (call.query, call.key, call.value, call.excess, call.scale)]
        rest = [call.scale.new_zeros(0 if x is None else x.shape) for x in (call.sinks, mask)]
        if call.sinks is not None and grad_lse is not None:
            rest[0] = grad_lse.to(compute).sum((0, 2))
        return Gradients(*some, *rest)
    read = _read(call)
    dq, dk, dv = (np.zeros_like(x) for x in (read.q, read.k, read.v))
    dscale, dexcess, dsinks = np.zeros_like(read.scale), np.zeros(batch * heads), np.zeros(batch * heads)
    dmask: Any = np.empty(0, read.v.dtype)
    steps = NO_STEPS
    if mask is not None:
        # One for each key head, so that no two threads write to the same: the heads that read it, queries, keys.
        dmask = np.zeros((len(read.k), read.group if mask.shape[1] > 1 else 1, *mask.shape[2:]), read.v.dtype)
        steps = _steps(dmask.shape)
    states = state.numpy()
    again = bool(((states[:, 3] > 0) & (states[:, 4] < 0)).any())
    if again:
        read = read._replace(spoiled=_marked(read.k, read.v))
    packed_k, packed_v = _packed(read.k, again), _packed(read.v, again)
    clean_k, clean_v = (_cleaned(x, read.spoiled) if again else x for x in (read.k, read.v))
    g_lse = np.zeros(0, read.v.dtype) if grad_lse is None else grad_lse.to(compute).contiguous().flatten().numpy()
    given = (clean_k, clean_v, packed_k, packed_v, _rows(grad), g_lse, kept_p.numpy(), states, kept_index.numpy())
    gradients = (dq, dk, dv, dscale, dexcess, dsinks, dmask.reshape(-1))
    full = None if kernels.is_plain(read) and not need_excess and grad_lse is None else True
    with compiling(kernels.backward, dq.dtype, full):

        def run(first: int, step: int) -> None:
            room = kernels.backward_room(read)
            kernels.backward(read, *given, need_excess, gradients, steps, full, room, first, step)

        in_turns(run, read.k.shape[0], _tokens(read))
    along, along_sinks = (
        torch.from_numpy(_total(x.reshape(batch, len(x) // batch))).to(compute)
        for x in (dexcess, dsinks if call.sinks is not None else dsinks[:0])
    )
    along_mask = torch.from_numpy(dmask)
    if mask is not None:
        along_mask = along_mask.view(batch, key_heads, *along_mask.shape[1:])
        if mask.shape[1] == 1:
            along_mask = along_mask.sum(1, keepdim=True)
        along_mask = along_mask.flatten(1, 2).sum_to_size(mask.shape)
    found = [
        torch.from_numpy(x).view(*y.shape[:3], x.shape[-1])[..., : y.shape[3]].to(y.dtype)
        for x, y in ((dq, call.query), (dk, call.key), (dv, call.value))
    ]
    scale = torch.from_numpy(dscale).view(batch, heads, m)
    return Gradients(
        query=found[0],
        key=found[1],
        value=found[2],
        excess=along,
        scale=scale,
        sinks=along_sinks,
        mask=along_mask,
    )


def _total(parts: Any) -> Any:
    """Sum over the batch, in order."""
    total = np.zeros(parts.shape[1])
    for one in parts:
        total += one
    return total
