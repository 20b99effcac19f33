"""Entmax attention in plain torch: the fallback where no kernel runs, for every alpha and dtype, float64 included.

Queries go in chunks, so that never more than ``ELEMENTS`` scores exist at a time, however long the sequence. The
backward pass computes the scores of a chunk again. A sink is one more column of scores, behind those of the keys.
"""

from collections.abc import Iterator
from functools import reduce
from typing import NamedTuple

import torch

from ..rowwise import plain
from ..rowwise.arguments import Arguments as Rows
from ..runtime.kinds import compute_dtype
from .arguments import Arguments

Tensor = torch.Tensor

ELEMENTS = 1 << 24
"""Scores that may exist at a time."""


class Gradients(NamedTuple):
    """Gradients in the arguments; excess ``(H,)``, scale ``(B, H, M)``, sinks and mask without elements if unwanted."""

    query: Tensor
    key: Tensor
    value: Tensor
    excess: Tensor
    scale: Tensor
    sinks: Tensor
    mask: Tensor


class _Chunk(NamedTuple):
    rows: slice
    query: Tensor  # (B, H, m, D)
    hidden: Tensor | None  # broadcasts to (B, H, m, N); None where every key is visible
    products: Tensor  # (B, H, m, N), before the scale; 0 where a key is hidden
    steep: Tensor | None  # (B, H, m, N), derivative of the cap; None where there is none
    scores: Tensor  # (B, H, m, N or N + 1), -inf where a key is hidden
    p: Tensor  # (B, H, m, N or N + 1)
    state: Tensor  # what the row-wise backward pass wants


def _per_key_head(x: Tensor, key_heads: int) -> Tensor:
    """``(B, H, m, f)`` as ``(B, Hkv, G m, f)``."""
    batch, heads, m, features = x.shape
    return x.reshape(batch, key_heads, heads // key_heads * m, features)


def _widened(call: Arguments) -> Arguments:
    """Return the call with its tensors in the dtype of the arithmetic."""
    query, key, value = (x.to(compute_dtype(x.dtype)) for x in call[:3])
    return call._replace(query=query, key=key, value=value)


def _rows(call: Arguments, scores: Tensor) -> Rows:
    return Rows(scores, call.excess[:, None], None, None, call.kind)


def _rows_of(mask: Tensor, rows: slice) -> Tensor:
    """Return the part of a mask for some queries."""
    return mask if mask.shape[2] == 1 else mask[:, :, rows]


def _hidden(call: Arguments, offset: Tensor, rows: slice) -> Tensor | None:
    """Tell which keys are hidden; ``offset``: how far each lies before the query, ``(m, N)``."""
    n, found = offset.shape[1], []
    if call.lengths is not None:
        found.append((torch.arange(n, device=offset.device) >= call.lengths[:, None])[:, None, None])
    if call.last is not None:
        found.append(offset < -call.last)
    if call.left >= 0:
        found.append(offset > call.left)
    if call.mask is not None:
        mask = _rows_of(call.mask, rows)
        found.append(~mask if mask.dtype == torch.bool else mask == -torch.inf)
    return reduce(torch.logical_or, found) if found else None


def _chunks(call: Arguments) -> Iterator[_Chunk]:
    """Chunks of queries and their probabilities, of a call that is `_widened`."""
    query, key = call.query, call.key
    batch, heads, m, _ = query.shape
    key_heads, n = key.shape[1:3]
    device = query.device
    columns = torch.arange(n, device=device)
    step = max(1, ELEMENTS // max(1, batch * heads * n))
    for start in range(0, m, step):
        rows = slice(start, min(start + step, m))
        q = query[:, :, rows]
        products = (_per_key_head(q, key_heads) @ key.mT).reshape(batch, heads, q.shape[2], n)
        offset = torch.arange(start, rows.stop, device=device)[:, None] + (n - m) - columns
        hidden, steep = _hidden(call, offset, rows), None
        if hidden is not None:
            products = products.masked_fill(hidden, 0.0)
        scores = products * call.scale[:, :, rows, None]
        if call.softcap:
            y = scores / call.softcap
            e = (-2 * y.abs()).exp()
            scores, steep = call.softcap * y.tanh(), 4 * e / (1 + e).square()  # 1 - tanh^2, without cancellation
        if call.slopes is not None:
            scores = scores - call.slopes[:, None, None] * offset.abs()
        if call.mask is not None and call.mask.dtype != torch.bool:
            scores = scores + _rows_of(call.mask, rows)
        if hidden is not None:
            scores = scores.masked_fill(hidden, -torch.inf)
        if call.sinks is not None:
            scores = torch.cat([scores, call.sinks[:, None, None].expand(batch, -1, q.shape[2], 1)], -1)
        p, state = plain.forward(_rows(call, scores))
        yield _Chunk(rows, q, hidden, products, steep, scores, p, state)


def _values(call: Arguments) -> tuple[Tensor, Tensor | None]:
    """Values that may be multiplied by 0, and where the others were: ``+inf``, ``-inf`` and NaN, ``(B, Hkv, N, 3 Dv)``.

    A hidden value has no mass, but 0 times NaN would be NaN. Values beyond the lengths become 0.
    """
    value = call.value
    if call.lengths is not None:
        unseen = torch.arange(value.shape[2], device=value.device) >= call.lengths[:, None]
        value = value.masked_fill(unseen[:, None, :, None], 0.0)
    finite = value.isfinite()
    if bool(finite.all()):
        return value, None
    places = torch.cat([value == torch.inf, value == -torch.inf, value.isnan()], -1)
    return value.masked_fill(~finite, 0.0), places.to(value.dtype)


def _mixed(p: Tensor, values: Tensor, places: Tensor | None) -> Tensor:
    """``p @ values``, in which a value that is not finite counts where it has mass."""
    mixed = p @ values
    if places is not None:
        above, below, neither = ((p > 0).to(p.dtype) @ places > 0).chunk(3, -1)
        mixed = mixed.masked_fill(above, torch.inf).masked_fill(below, -torch.inf)
        mixed = mixed.masked_fill(neither | (above & below), torch.nan)
    return mixed


def forward(call: Arguments) -> tuple[Tensor, Tensor]:
    """Attention output, contiguous, in the dtype of ``query``, and the logarithms of the sums, if they are wanted."""
    output, lse = call.empty_output().zero_(), call.empty_lse()
    key_heads, n = call.key.shape[1:3]
    if n == 0:
        if call.return_lse:
            lse[:] = -torch.inf if call.sinks is None else call.sinks[:, None]
        return output, lse
    call = _widened(call)
    values, places = _values(call)
    for chunk in _chunks(call):
        mixed = _mixed(_per_key_head(chunk.p[..., :n], key_heads), values, places)
        output[:, :, chunk.rows] = mixed.reshape(output[:, :, chunk.rows].shape).to(output.dtype)
        if call.return_lse:
            maximum, _, inverse = chunk.state.unbind(-1)
            found = maximum - inverse.log()
            lse[:, :, chunk.rows] = found.masked_fill(inverse == 0, -torch.inf).view(chunk.p.shape[:3])
    return output, lse


def backward(grad: Tensor, grad_lse: Tensor | None, call: Arguments, *, need_mask: bool) -> Gradients:
    """Gradients of a loss whose gradients in the output and the logarithms are ``grad`` and ``grad_lse``."""
    dtype, call = call.query.dtype, _widened(call)
    key, value, scale, sinks, mask = call.key, call.value, call.scale, call.sinks, call.mask
    key_heads, n = key.shape[1:3]
    # Where a query sees NaN or infinity, ds says so; where it does not, 0 times them must be 0.
    finite_keys = key.nan_to_num(0.0, 0.0, 0.0)
    dq, dk, dv, dexcess, dscale = (x.new_zeros(x.shape) for x in (call.query, key, value, call.excess, scale))
    dsinks = scale.new_zeros(0 if sinks is None else sinks.shape)
    dmask = scale.new_zeros(mask.shape if need_mask and mask is not None else 0)
    if n == 0 and sinks is not None and grad_lse is not None:
        dsinks = grad_lse.to(scale.dtype).sum((0, 2))
    for chunk in _chunks(call) if n else ():
        upstream = grad[:, :, chunk.rows].to(key.dtype)
        flat = _per_key_head(upstream, key_heads)
        g = (flat @ value.mT).reshape(*chunk.p.shape[:3], n)
        if sinks is not None:
            g = torch.nn.functional.pad(g, (0, 1))  # the value of a sink is 0
        ds, along_excess, _ = plain.backward(
            g, _rows(call, chunk.scores), chunk.state, need_excess=True, need_scale=False
        )
        dexcess += along_excess.sum((0, 2))
        if grad_lse is not None:
            ds = ds + chunk.p * grad_lse[:, :, chunk.rows, None]
        if sinks is not None:
            dsinks += ds[..., n].sum((0, 2))
            ds = ds[..., :n]
        if chunk.hidden is not None:
            ds = ds.masked_fill(chunk.hidden, 0.0)
        if need_mask:
            part = _rows_of(dmask, chunk.rows)
            part += ds.sum_to_size(part.shape)
        if chunk.steep is not None:
            ds = ds * chunk.steep
        dscale[:, :, chunk.rows] = (ds * chunk.products).sum(-1)
        ds = _per_key_head(ds * scale[:, :, chunk.rows, None], key_heads)
        dq[:, :, chunk.rows] = (ds @ finite_keys).reshape(chunk.query.shape)
        dk += ds.mT @ _per_key_head(chunk.query, key_heads)
        dv += _per_key_head(chunk.p[..., :n], key_heads).mT @ flat
    return Gradients(dq.to(dtype), dk.to(dtype), dv.to(dtype), dexcess, dscale, dsinks, dmask)
