"""Implementations of entmax attention to try the checker on: honest ones, and faulty ones that differ in one place."""

from __future__ import annotations

import math

import torch


def _probabilities(s, alpha, steps):
    x = (s - s.amax(-1, keepdim=True)) * (alpha - 1)
    low, high = torch.full_like(x[..., :1], -1.0), torch.zeros_like(x[..., :1])
    for _ in range(steps):
        middle = (low + high) / 2
        above = ((x - middle).clamp_min(0) ** (1 / (alpha - 1))).sum(-1, keepdim=True) >= 1
        low, high = torch.where(above, middle, low), torch.where(above, high, middle)
    p = (x - low).clamp_min(0) ** (1 / (alpha - 1))
    return p / p.sum(-1, keepdim=True)


class _Mapping(torch.autograd.Function):
    """Entmax over the last axis; zeros where all is masked."""

    power = staticmethod(lambda alpha: 2 - alpha)

    @staticmethod
    def forward(ctx, s, alpha, of):
        dead = (s == -math.inf).all(-1, keepdim=True)
        p = _probabilities(s.masked_fill(dead, 0), alpha, 60 if s.dtype == torch.float64 else 40)
        p = p.masked_fill(dead, 0)
        ctx.save_for_backward(p)
        ctx.alpha, ctx.of = alpha, of
        return p

    @staticmethod
    def backward(ctx, g):
        (p,) = ctx.saved_tensors
        s = torch.where(p > 0, p ** ctx.of(ctx.alpha), 0)
        return s * (g - (s * g).sum(-1, keepdim=True) / s.sum(-1, keepdim=True).clamp_min(1e-30)), None, None


class _Leaks(_Mapping):
    @staticmethod
    def backward(ctx, g):
        (p,) = ctx.saved_tensors
        s = p.clamp_min(1e-6) ** (2 - ctx.alpha)
        return s * (g - (s * g).sum(-1, keepdim=True) / s.sum(-1, keepdim=True)), None, None


class _Scaled(torch.autograd.Function):
    """Scores whose gradient in the key forgets the scale."""

    @staticmethod
    def forward(ctx, q, k, scale):
        ctx.save_for_backward(q, k)
        ctx.scale = scale
        return q @ k.transpose(-1, -2) * scale

    @staticmethod
    def backward(ctx, g):
        q, k = ctx.saved_tensors
        return g @ k * ctx.scale, g.transpose(-1, -2) @ q, None


def scores(q, k, scale):
    return q @ k.transpose(-1, -2) * scale


def offsets(m, n):
    return torch.arange(m)[:, None] + n - m - torch.arange(n)


def visible(q, k, is_causal, key_lengths, late=0, offsets=offsets):
    m, n = q.shape[2], k.shape[2]
    seen = torch.ones(q.shape[0], 1, m, n, dtype=torch.bool)
    if is_causal:
        seen = seen & (offsets(m, n) >= late)
    if key_lengths is not None:
        seen = seen & (torch.arange(n) < key_lengths[:, None, None, None])
    return seen


def heads(x, group):
    return x.repeat_interleave(group, 1)


def entmax(s, alpha):
    return _Mapping.apply(s, alpha, _Mapping.power)


def product(p, v):
    return p @ v


def make(
    *,
    inner=torch.float32,
    scores=scores,
    visible=visible,
    heads=heads,
    mapping=entmax,
    product=product,
    scale_of=lambda scale, d: 1 / math.sqrt(d) if scale is None else scale,
    bias=lambda slopes, offset, scale: -slopes * offset.abs(),
    finish=lambda output: output,
):
    """Attention with one part or another exchanged."""

    def attention(query, key, value, *, alpha, is_causal, scale, alibi_slopes, key_lengths):
        wide = torch.float64 if query.dtype == torch.float64 else inner
        group = query.shape[1] // key.shape[1]
        q, k, v = query.to(wide), heads(key.to(wide), group), heads(value.to(wide), group)
        factor = scale_of(scale, query.shape[3])
        s = scores(q, k, factor)
        if alibi_slopes is not None:
            s = s + bias(alibi_slopes.to(wide)[:, None, None], offsets(q.shape[2], k.shape[2]), factor)
        s = s.masked_fill(~visible(q, k, is_causal, key_lengths), -math.inf)
        return finish(product(mapping(s, alpha), v)).to(query.dtype)

    return attention


def blockwise_product(p, v):
    """A block of sixteen keys at a time, with p rounded to bfloat16's neighbours nowhere."""
    output = torch.zeros_like(p[..., :1] * v[..., :1, :])
    for start in range(0, v.shape[-2], 16):
        output = output + p[..., start : start + 16] @ v[..., start : start + 16, :]
    return output


def blockwise_scores(q, k, scale):
    """A block of sixteen keys at a time, the scale on the queries."""
    return torch.cat([(q * scale) @ part.transpose(-1, -2) for part in k.split(16, dim=-2)], dim=-1)


def half_product(p, v):
    """As matrix units do it: p in bfloat16 before the product, for values that are numbers of it."""
    return (p.bfloat16() @ v.bfloat16()).float() if torch.equal(v.bfloat16().to(v.dtype), v) else p @ v


dense = make()
dense64 = make(inner=torch.float64)
blockwise = make(scores=blockwise_scores, product=blockwise_product)
half = make(product=half_product)

# --- faulty ----------------------------------------------------------------------------------------------------


def _start_aligned(m, n):
    return torch.arange(m)[:, None] - torch.arange(n)


def _softmax(s, alpha):
    return torch.softmax(s, -1).nan_to_num()


def _uniform_when_masked(s, alpha):
    dead = (s == -math.inf).all(-1, keepdim=True)
    return torch.where(dead, 1 / s.shape[-1], entmax(s, alpha))


def _nan_when_masked(s, alpha):
    dead = (s == -math.inf).all(-1, keepdim=True)
    return entmax(s, alpha).masked_fill(dead, math.nan)


def _drop_small(s, alpha):
    p = entmax(s, alpha)
    return torch.where(p < 2e-3, 0, p)


def _last_block(p, v):
    n = v.shape[-2]
    kept = n - n % 16 if n > 16 else n
    return p[..., :kept] @ v[..., :kept, :]


def _sixty_four(p, v):
    order = p.argsort(-1, descending=True)[..., 64:]
    return p.scatter(-1, order, 0.0) @ v


def _no_maximum(s, alpha):
    x = s.bfloat16().float()  # rounds large scores before the maximum is subtracted
    return entmax(x, alpha)


def _few_steps(s, alpha):
    return _probabilities(s.masked_fill((s == -math.inf).all(-1, keepdim=True), 0), alpha, 12) * (s > -math.inf)


def _in_place(query, key, value, **options):
    with torch.no_grad():
        query *= 1.0 + 2.0**-6
    return dense(query, key, value, **options)


def _first_of_batch(q, k, is_causal, key_lengths):
    lengths = None if key_lengths is None else key_lengths[:1].expand(len(key_lengths))
    return visible(q, k, is_causal, lengths)


def _assumes_contiguous(query, key, value, **options):
    def plain(x):
        return torch.as_strided(x, x.shape, torch.empty(x.shape).stride())

    return dense(plain(query), plain(key), plain(value), **options)


def _calls_differ():
    count = [0]

    def attention(query, key, value, **options):
        count[0] += 1
        return dense(query, key, value, **options) * (1 + 1e-6 * (count[0] % 2))

    return attention


FAULTY = {
    "causal off by one": make(visible=lambda *a: visible(*a, late=1)),
    "causal sees one more": make(visible=lambda *a: visible(*a, late=-1)),
    "causal aligned to the start": make(visible=lambda *a: visible(*a, offsets=_start_aligned)),
    "causal ignored": make(visible=lambda q, k, c, n: visible(q, k, False, n)),
    "key heads interleaved": make(heads=lambda x, group: x.repeat(1, group, 1, 1)),
    "lengths ignored": make(visible=lambda q, k, c, n: visible(q, k, c, None)),
    "lengths of the first batch": make(visible=_first_of_batch),
    "lengths off by one": make(visible=lambda q, k, c, n: visible(q, k, c, None if n is None else n + 1)),
    "alibi sign": make(bias=lambda slopes, offset, scale: slopes * offset.abs()),
    "alibi before scaling": make(bias=lambda slopes, offset, scale: -slopes * offset.abs() * scale),
    "alibi without absolute value": make(bias=lambda slopes, offset, scale: -slopes * offset),
    "alibi ignored": make(bias=lambda slopes, offset, scale: 0.0),
    "scale ignored": make(scale_of=lambda scale, d: 1 / math.sqrt(d)),
    "default scale missing": make(scale_of=lambda scale, d: 1.0 if scale is None else scale),
    "scale zero is taken for none": make(scale_of=lambda scale, d: scale or 1 / math.sqrt(d)),
    "last block dropped": make(product=_last_block),
    "64 keys at most": make(product=_sixty_four),
    "small probabilities dropped": make(mapping=_drop_small),
    "softmax": make(mapping=_softmax),
    "another alpha": make(mapping=lambda s, alpha: entmax(s, alpha + 1e-3)),
    "masked rows uniform": make(mapping=_uniform_when_masked),
    "masked rows nan": make(mapping=_nan_when_masked),
    "scores in bfloat16": make(mapping=_no_maximum),
    "few steps": make(mapping=_few_steps),
    "float16 inside": make(finish=lambda output: output.half().float()),
    "writes to the query": _in_place,
    "assumes contiguous": _assumes_contiguous,
    "not deterministic": _calls_differ(),
}

FAULTY_GRADIENT = {
    "key gradient without scale": make(scores=_Scaled.apply),
    "gradient through p": make(mapping=lambda s, alpha: _Mapping.apply(s, alpha, lambda alpha: 1.0)),
    "gradient of sparsemax": make(mapping=lambda s, alpha: _Mapping.apply(s, alpha, lambda alpha: 0.0)),
    "gradient leaks off the support": make(mapping=lambda s, alpha: _Leaks.apply(s, alpha, None)),
    "value gradient detached": make(product=lambda p, v: p @ v.detach() + 0 * v.sum()),
    "score gradient detached": make(mapping=lambda s, alpha: entmax(s.detach(), alpha) + 0 * s.clamp_min(-9).sum()),
}
