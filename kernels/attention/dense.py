"""Entmax attention in plain torch: the fallback where no kernel runs, for every alpha and dtype, float64 included.

Queries go in chunks, so that never more than ``ELEMENTS`` scores exist at a time, however long the sequence. The
backward pass computes the scores of a chunk again.
"""

from collections.abc import Iterator
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
    """Gradients in the arguments; excess ``(H,)``, scale ``(B, H, M)``."""

    query: Tensor
    key: Tensor
    value: Tensor
    excess: Tensor
    scale: Tensor


class _Chunk(NamedTuple):
    rows: slice
    query: Tensor  # (B, H, m, D)
    hidden: Tensor | None  # broadcasts to (B, H, m, N); None where every key is visible
    products: Tensor  # (B, H, m, N), before the scale; 0 where a key is hidden
    scores: Tensor  # (B, H, m, N), -inf where a key is hidden
    p: Tensor  # (B, H, m, N)
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


def _chunks(call: Arguments) -> Iterator[_Chunk]:
    """Chunks of queries and their probabilities, of a call that is `_widened`."""
    query, key, lengths = call.query, call.key, call.lengths
    batch, heads, m, _ = query.shape
    key_heads, n = key.shape[1:3]
    device = query.device
    columns = torch.arange(n, device=device)
    padding = None if lengths is None else (columns >= lengths[:, None])[:, None, None]
    step = max(1, ELEMENTS // max(1, batch * heads * n))
    for start in range(0, m, step):
        rows = slice(start, min(start + step, m))
        q = query[:, :, rows]
        products = (_per_key_head(q, key_heads) @ key.mT).reshape(batch, heads, q.shape[2], n)
        offset = torch.arange(start, rows.stop, device=device)[:, None] + (n - m) - columns
        hidden = padding
        if call.is_causal:
            hidden = offset < 0 if padding is None else padding | (offset < 0)
        if hidden is not None:
            products = products.masked_fill(hidden, 0.0)
        scores = products * call.scale[:, :, rows, None]
        if call.slopes is not None:
            scores = scores - call.slopes[:, None, None] * offset.abs()
        if hidden is not None:
            scores = scores.masked_fill(hidden, -torch.inf)
        p, state = plain.forward(_rows(call, scores))
        yield _Chunk(rows, q, hidden, products, scores, p, state)


def _values_and_rest(call: Arguments) -> tuple[Tensor, Tensor | None]:
    """Values that may be multiplied by 0, and what was taken out of them, for each query ``(B, Hkv, M, Dv)``.

    A hidden value has no mass, but 0 times NaN would be NaN. Values that no query sees become 0. NaN and infinity among
    those that only some queries see become 0 too, and every query that sees one gets it back as a term: the running sum
    of them over the keys, up to the last that the query sees.
    """
    value, lengths = call.value, call.lengths
    m, n = call.query.shape[2], value.shape[2]
    if lengths is not None:
        unseen = torch.arange(n, device=value.device) >= lengths[:, None]
        value = value.masked_fill(unseen[:, None, :, None], 0.0)
    if not call.is_causal or m == 1:
        return value, None
    finite = value.isfinite()
    running = value.masked_fill(finite, 0.0).cumsum(2)
    last = torch.arange(n - m, n, device=value.device)
    rest = running[:, :, last.clamp(min=0)].masked_fill((last < 0)[:, None], 0.0)
    return value.masked_fill(~finite, 0.0), rest


def forward(call: Arguments) -> Tensor:
    """Attention output, contiguous, in the dtype of ``query``."""
    output = call.empty_output().zero_()
    if call.key.shape[2] == 0:
        return output
    call = _widened(call)
    values, rest = _values_and_rest(call)
    for chunk in _chunks(call):
        mixed = (_per_key_head(chunk.p, call.key.shape[1]) @ values).reshape(output[:, :, chunk.rows].shape)
        if rest is not None:
            mixed = mixed + rest[:, :, chunk.rows].repeat_interleave(call.group, 1)
        output[:, :, chunk.rows] = mixed.to(output.dtype)
    return output


def backward(grad: Tensor, call: Arguments) -> Gradients:
    """Gradients of a loss whose gradient in the output is ``grad``."""
    dtype, call = call.query.dtype, _widened(call)
    key, value, scale = call.key, call.value, call.scale
    key_heads, n = key.shape[1:3]
    # Where a query sees NaN or infinity, ds says so; where it does not, 0 times them must be 0.
    finite_keys = key.nan_to_num(0.0, 0.0, 0.0)
    dq, dk, dv, dexcess, dscale = (x.new_zeros(x.shape) for x in (call.query, key, value, call.excess, scale))
    for chunk in _chunks(call) if n else ():
        upstream = grad[:, :, chunk.rows].to(key.dtype)
        flat = _per_key_head(upstream, key_heads)
        g = (flat @ value.mT).reshape(chunk.p.shape)
        ds, along_excess, _ = plain.backward(
            g, _rows(call, chunk.scores), chunk.state, need_excess=True, need_scale=False
        )
        dexcess += along_excess.sum((0, 2))
        if chunk.hidden is not None:
            ds = ds.masked_fill(chunk.hidden, 0.0)
        dscale[:, :, chunk.rows] = (ds * chunk.products).sum(-1)
        ds = _per_key_head(ds * scale[:, :, chunk.rows, None], key_heads)
        dq[:, :, chunk.rows] = (ds @ finite_keys).reshape(chunk.query.shape)
        dk += ds.mT @ _per_key_head(chunk.query, key_heads)
        dv += _per_key_head(chunk.p, key_heads).mT @ flat
    return Gradients(dq.to(dtype), dk.to(dtype), dv.to(dtype), dexcess, dscale)
