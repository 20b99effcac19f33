"""Entmax and attention with one slip each; every function breaks one law."""

import os

import numpy as np
import torch


def entmax15(z: torch.Tensor, alpha: float = 1.5) -> torch.Tensor:
    """Compute 1.5-entmax as it should be: bisection in float64, rounded once."""
    x = (z.double() - z.double().amax(-1, keepdim=True)) / 2
    low, high = torch.full_like(x[..., :1], -1), torch.zeros_like(x[..., :1])
    for _ in range(60):
        middle = (low + high) / 2
        above = (x - middle).clamp_min(0).square().sum(-1, keepdim=True) >= 1
        low, high = torch.where(above, middle, low), torch.where(above, high, middle)
    p = (x - low).clamp_min(0).square()
    return (p / p.sum(-1, keepdim=True)).to(z.dtype)


def sorts_in_half(z, alpha):
    """Puts probabilities back in the order of a float16 copy, which cannot tell close logits apart."""
    places = z.half().sort(dim=-1, descending=True, stable=True).indices
    return torch.zeros_like(z).scatter(-1, places, entmax15(z).sort(-1, descending=True).values)


def needs_a_row(z, alpha):
    """Looks at the largest logit, which an array without rows does not have."""
    return entmax15(z) if z.max().isfinite() else torch.full_like(z, torch.nan)


def moves_to_another_device(z, alpha):
    """Leaves the answer where it was computed."""
    return entmax15(z).to("cuda" if z.device.type == "cpu" else "cpu")


def silences_numpy(z, alpha):
    """Turns off the warnings of NumPy for the whole process."""
    np.seterr(all="ignore")
    return entmax15(z)


def seeds_torch(z, alpha):
    """Seeds the global generator, so that the caller's dropout repeats itself."""
    torch.manual_seed(0)
    return entmax15(z)


def prints(z, alpha):
    """Prints what it was called with."""
    os.write(1, f"entmax of {tuple(z.shape)}\n".encode())
    return entmax15(z)


class _Saved(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        p = entmax15(z)
        ctx.p = p  # instead of ctx.save_for_backward(p)
        return p

    @staticmethod
    def backward(ctx, g):
        s = ctx.p.sqrt()
        return s * (g - (s * g).sum(-1, keepdim=True) / s.sum(-1, keepdim=True))


def keeps_the_answer(z, alpha):
    """Keeps the answer without `save_for_backward`, so autograd cannot tell that the caller overwrote it."""
    return _Saved.apply(z)


def attention(query, key, value, *, alpha, is_causal, scale, key_lengths):
    """Hides what no query may see, and nothing else."""
    scores = query @ key.transpose(-1, -2) * (query.shape[-1] ** -0.5 if scale is None else scale)
    seen = torch.ones(scores.shape[-2:], dtype=torch.bool)
    if is_causal:
        seen = seen.tril(key.shape[2] - query.shape[2])
    if key_lengths is not None:
        seen = seen & (torch.arange(key.shape[2]) < key_lengths[:, None, None, None])
    scores = scores.masked_fill(~seen, -torch.inf)
    blind = ~seen.any(-1, keepdim=True)
    return torch.softmax(scores.masked_fill(blind, 0), -1).masked_fill(blind, 0) @ value


def windowed_attention(query, key, value, *, alpha, is_causal, scale, key_lengths, window):
    """Hides what is beyond the window, whose values are then multiplied by zero."""
    scores = query @ key.transpose(-1, -2) * (query.shape[-1] ** -0.5 if scale is None else scale)
    offset = torch.arange(query.shape[2])[:, None] + key.shape[2] - query.shape[2] - torch.arange(key.shape[2])
    left, right = (-1, -1) if window is None else window
    seen = (offset <= left) | (left < 0)
    seen = seen & ((offset >= -right) | (right < 0)) & ((offset >= 0) | (not is_causal))
    if key_lengths is not None:
        seen = seen & (torch.arange(key.shape[2]) < key_lengths[:, None, None, None])
    scores = scores.masked_fill(~seen, -torch.inf)
    blind = ~seen.any(-1, keepdim=True)
    return torch.softmax(scores.masked_fill(blind, 0), -1).masked_fill(blind, 0) @ value


def packed_attention(query, key, value, *, alpha, is_causal, scale, cu_seqlens_q, cu_seqlens_k, **longest):
    """Hides other sequences, whose values are then multiplied by zero."""
    scores = torch.einsum("ihd,jhd->hij", query, key) * (query.shape[-1] ** -0.5 if scale is None else scale)
    i, j = (torch.arange(len(x), dtype=torch.int32) for x in (query, key))
    a, b = (torch.searchsorted(cu, x, right=True) for cu, x in ((cu_seqlens_q, i), (cu_seqlens_k, j)))
    seen = a[:, None] == b
    if is_causal:  # aligned to the end of each sequence
        seen = seen & ((cu_seqlens_k[b] - j) >= (cu_seqlens_q[a] - i)[:, None])
    scores = scores.masked_fill(~seen, -torch.inf)
    blind = ~seen.any(-1, keepdim=True)
    p = torch.softmax(scores.masked_fill(blind, 0), -1).masked_fill(blind, 0)
    return torch.einsum("hij,jhd->ihd", p, value)
