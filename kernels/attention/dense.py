"""Entmax attention in plain torch: the fallback where no kernel runs, for every alpha and dtype, float64 included.

Queries go in chunks, so that never more than ``ELEMENTS`` scores exist at a time, however long the sequence. The
backward pass computes the scores of a chunk again.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch

from ..rowwise import plain
from ..rowwise.rows import Kind, compute_dtype

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
    products: Tensor  # (B, H, m, N), before the scale
    scores: Tensor  # (B, H, m, N), -inf where a key is hidden
    p: Tensor  # (B, H, m, N)
    state: Tensor  # what the row-wise backward pass wants


def _per_key_head(x: Tensor, key_heads: int) -> Tensor:
    """``(B, H, m, f)`` as ``(B, Hkv, G m, f)``."""
    batch, heads, m, features = x.shape
    return x.reshape(batch, key_heads, heads // key_heads * m, features)


def _chunks(
    query: Tensor,
    key: Tensor,
    excess: Tensor,
    scale: Tensor,
    slopes: Tensor | None,
    lengths: Tensor | None,
    causal: bool,
    kind: Kind,
) -> Iterator[_Chunk]:
    """Chunks of queries and their probabilities. ``query`` and ``key`` are in the dtype of the arithmetic."""
    batch, heads, m, _ = query.shape
    key_heads, n = key.shape[1:3]
    device = query.device
    columns = torch.arange(n, device=device)
    step = max(1, ELEMENTS // max(1, batch * heads * n))
    for start in range(0, m, step):
        rows = slice(start, min(start + step, m))
        q = query[:, :, rows]
        products = (_per_key_head(q, key_heads) @ key.mT).reshape(batch, heads, -1, n)
        scores = products * scale[:, :, rows, None]
        offset = torch.arange(start, rows.stop, device=device)[:, None] + (n - m) - columns
        if slopes is not None:
            scores = scores - slopes[:, None, None] * offset.abs()
        if causal:
            scores = scores.masked_fill(offset < 0, -torch.inf)
        if lengths is not None:
            scores = scores.masked_fill((columns >= lengths[:, None])[:, None, None], -torch.inf)
        p, state = plain.forward(scores, excess[:, None], None, None, kind)
        yield _Chunk(rows, q, products, scores, p, state)


def forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    excess: Tensor,
    scale: Tensor,
    slopes: Tensor | None,
    lengths: Tensor | None,
    is_causal: bool,
    kind: Kind,
) -> Tensor:
    """Attention output, contiguous, in the dtype of ``query``; arguments as in `Arguments`."""
    batch, heads, m, _ = query.shape
    output = query.new_zeros((batch, heads, m, value.shape[3]))
    if key.shape[2] == 0:
        return output
    compute = compute_dtype(query.dtype)
    values = value.to(compute)
    for chunk in _chunks(query.to(compute), key.to(compute), excess, scale, slopes, lengths, is_causal, kind):
        mixed = _per_key_head(chunk.p, key.shape[1]) @ values
        output[:, :, chunk.rows] = mixed.reshape(batch, heads, -1, values.shape[3]).to(output.dtype)
    return output


def backward(
    grad: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    excess: Tensor,
    scale: Tensor,
    slopes: Tensor | None,
    lengths: Tensor | None,
    is_causal: bool,
    kind: Kind,
) -> Gradients:
    """Gradients of a loss whose gradient in the output is ``grad``."""
    batch, heads, m, features = query.shape
    key_heads, n = key.shape[1:3]
    compute = compute_dtype(query.dtype)
    keys, values = key.to(compute), value.to(compute)
    dq = query.new_zeros(query.shape, dtype=compute)
    dk, dv = (x.new_zeros(x.shape) for x in (keys, values))
    dscale = scale.new_zeros((batch, heads, m))
    dexcess = excess.new_zeros(heads)
    if n:
        for chunk in _chunks(query.to(compute), keys, excess, scale, slopes, lengths, is_causal, kind):
            upstream = grad[:, :, chunk.rows].to(compute)
            flat = _per_key_head(upstream, key_heads)
            g = (flat @ values.mT).reshape(chunk.p.shape)
            ds, along_excess, _ = plain.backward(
                g, chunk.scores, chunk.state, excess[:, None], None, None, kind, need_excess=True, need_scale=False
            )
            dexcess += along_excess.sum((0, 2))
            dscale[:, :, chunk.rows] = (ds * chunk.products).sum(-1)
            ds = _per_key_head(ds * scale[:, :, chunk.rows, None], key_heads)
            dq[:, :, chunk.rows] = (ds @ keys).reshape(batch, heads, -1, features)
            dk += ds.mT @ _per_key_head(chunk.query, key_heads)
            dv += _per_key_head(chunk.p, key_heads).mT @ flat
    return Gradients(dq.to(query.dtype), dk.to(key.dtype), dv.to(value.dtype), dexcess, dscale)
