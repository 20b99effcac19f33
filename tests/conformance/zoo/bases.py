"""Honest algorithms with exchangeable parts: a slip is one part done wrong."""

from __future__ import annotations

import math

import torch


def wide(z):
    return z.to(torch.float64 if z.dtype == torch.float64 else torch.float32)


def double(z):
    return z.to(torch.float64)


def top(x):
    return x.amax(-1, keepdim=True)


def total(y):
    return y.sum(-1, keepdim=True)


def raised(y, q):
    return y.clamp_min(0) ** q


def centred(z, alpha, widen=wide, peak=top):
    """(alpha - 1)(z - max z); halved first, for the difference of the largest numbers overflows."""
    x = widen(z)
    return ((x / 2 - peak(x) / 2) * (2 * (alpha - 1))).clamp_min(torch.finfo(x.dtype).min)


def bisection(
    z, alpha, *, widen=wide, peak=top, mass=total, power=raised, steps=0, floor=-1.0, enough=torch.ge, normalise=True
):
    x, q = centred(z, alpha, widen, peak), 1 / (alpha - 1)
    low = torch.full_like(x[..., :1], floor)
    high = torch.zeros_like(low)
    for _ in range(steps or (110 if x.dtype == torch.float64 else 60)):
        middle = (low + high) / 2
        above = enough(mass(power(x - middle, q)), 1)
        low, high = torch.where(above, middle, low), torch.where(above, high, middle)
    p = power(x - low, q)
    return (p / total(p) if normalise else p).to(z.dtype)


def exact(z, alpha):
    """Bisection in float64, rounded once at the end; softmax at 1."""
    if alpha == 1:
        return torch.softmax(z.double(), -1).to(z.dtype)
    return bisection(z, alpha, widen=double)


def newton(z, alpha, *, widen=wide, steps=30, start=-1.0, forward_only=False, stop=None, normalise=False):
    """Newton on the q-norm from the left."""
    x, q = centred(z, alpha, widen), 1 / (alpha - 1)
    tau = torch.full_like(x[..., :1], start)
    for _ in range(steps):
        d = (x - tau).clamp_min(0)
        f = total(d**q)
        if stop is not None and stop(f):
            break
        slope = total((d ** (q - 1)).masked_fill(d == 0, 0))
        step = (f - f ** (1 - 1 / q)) / slope
        tau = tau + (step.clamp_min(0) if forward_only else step)
    p = (x - tau).clamp_min(0) ** q
    return (p / total(p) if normalise else p).to(z.dtype)


def counts(x):
    return torch.arange(1, x.shape[-1] + 1, dtype=x.dtype)


def ordered(x):
    return x.sort(-1, descending=True).values


def sparsemax(z, *, widen=double, order=ordered, inside=lambda s, k, c: 1 + k * s > c, count=lambda k: k, k_of=counts):
    """Sort and prefix sums; clipped, since sums of hugely negative logits overflow."""
    x = centred(z, 2.0, widen).clamp_min(-2)
    s = order(x)
    c = s.cumsum(-1)
    support = count(total(inside(s, k_of(s), c).long()).clamp_min(1))
    tau = (c.gather(-1, support - 1) - 1) / support
    return (x - tau).clamp_min(0).to(z.dtype)


def sorted15(z, *, widen=double, order=ordered, inside=torch.le, count=lambda k: k, k_of=counts):
    """Sort and running moments, for alpha 1.5."""
    x = centred(z, 1.5, widen).clamp_min(-2)
    s = order(x)
    k = k_of(s)
    mean, square = s.cumsum(-1) / k, (s**2).cumsum(-1) / k
    tau = mean - ((1 - k * (square - mean**2)) / k).clamp_min(0).sqrt()
    support = count(total(inside(tau, s).long()).clamp_min(1))
    return ((x - tau.gather(-1, support - 1)).clamp_min(0) ** 2).to(z.dtype)


# --- gradients -------------------------------------------------------------------------------------------------


class Op(torch.autograd.Function):
    """A mapping with a backward pass of its own: `product(p, g, alpha)`, and `by_alpha(p, g, alpha)` if there is."""

    @staticmethod
    def forward(ctx, z, alpha, product, by_alpha, mapping):
        p = mapping(z, float(alpha))
        ctx.save_for_backward(p)
        ctx.rest = float(alpha), product, by_alpha
        return p

    @staticmethod
    def backward(ctx, g):
        (p,), (alpha, product, by_alpha) = ctx.saved_tensors, ctx.rest
        in_alpha = by_alpha(p, g, alpha) if ctx.needs_input_grad[1] else None
        return product(p, g, alpha), in_alpha, None, None, None


def weights(p, alpha):
    """p**(2 - alpha) on the support."""
    x = wide(p)
    return torch.where(x > 0, x ** (2 - alpha), 0)


def centre(s, g):
    return total(s * g) / total(s)


def vjp(p, g, alpha, *, weights=weights, centre=centre):
    s = weights(p, alpha)
    wider = g.to(s.dtype)
    return (s * (wider - centre(s, wider))).to(p.dtype)


def grad_alpha(p, g, alpha, *, weights=lambda x, a: torch.where(x > 0, x ** (1 - a), 0), log=torch.log, **size):
    """Correia, Niculae and Martins (2019), proposition 1."""
    a, x = alpha - 1, p.double()
    s = weights(x, a)
    w, entropy = s / total(s), torch.where(x > 0, x * log(torch.where(x > 0, x, 1)), 0)
    first, second = size.get("first", a**2), size.get("second", a)
    each = (x - w) / first - (entropy - w * total(entropy)) / second
    return (g.double() * each).sum().to(p.dtype)


def differentiable(z, alpha, product=vjp, by_alpha=grad_alpha, mapping=exact):
    return Op.apply(z, alpha, product, by_alpha, mapping)


def by_one_stride(x):
    """The rows of x that a kernel with one stride for all of them would read, where it stays inside the memory."""
    if x.ndim < 3 or not x.numel() or x.stride(-1) != 1 or x.stride(-2) < x.shape[-1]:
        return x
    rows, step = x.numel() // x.shape[-1], x.stride(-2)
    room = x.untyped_storage().size() // x.element_size() - x.storage_offset()
    if (rows - 1) * step + x.shape[-1] > room:
        return x
    return torch.as_strided(x, (rows, x.shape[-1]), (step, 1)).reshape(x.shape)


# --- attention -------------------------------------------------------------------------------------------------


def scores(q, k, scale):
    return q @ k.transpose(-1, -2) * scale


def offsets(m, n):
    """Aligned to the end."""
    return torch.arange(m)[:, None] + n - m - torch.arange(n)


def inside(offset, left, right):
    """Inclusive; -1 leaves a side open."""
    seen = torch.ones_like(offset, dtype=torch.bool)
    seen = seen & (offset <= left) if left >= 0 else seen
    return seen & (offset >= -right) if right >= 0 else seen


def capped(s, cap):
    return cap * torch.tanh(s / cap)


def beside(s, sinks):
    """The sinks of the heads as a further token of every row."""
    return torch.cat([s, sinks[:, None, None].expand(*s.shape[:3], 1)], -1)


def visible(q, k, is_causal, key_lengths, late=0, offsets=offsets):
    m, n = q.shape[2], k.shape[2]
    seen = torch.ones(q.shape[0], 1, m, n, dtype=torch.bool)
    if is_causal:
        seen = seen & (offsets(m, n) >= late)
    if key_lengths is not None:
        seen = seen & (torch.arange(n) < key_lengths[:, None, None, None])
    return seen


def entmax(s, alpha, *, mapping=bisection, product=vjp):
    """A row of scores at a time; zeros where all is masked."""
    dead = (s == -math.inf).all(-1, keepdim=True)
    p = differentiable(s.masked_fill(dead, 0), alpha, product, None, mapping)
    return p.masked_fill(dead, 0)


def softmax(s, alpha):
    """A row of scores at a time, for alpha 1; zeros where all is masked."""
    dead = (s == -math.inf).all(-1, keepdim=True)
    return torch.softmax(s.masked_fill(dead, 0), -1).masked_fill(dead, 0)


def by_head(s, alpha):
    """Head by head, each with its alpha where there are several."""
    if not isinstance(alpha, torch.Tensor):
        return entmax(s, alpha)
    return torch.cat([entmax(s[:, h : h + 1], float(each)) for h, each in enumerate(alpha)], 1)


def log_sum(s):
    return torch.logsumexp(s, -1)


def attention(
    query,
    key,
    value,
    *,
    alpha,
    is_causal,
    scale,
    alibi_slopes,
    key_lengths,
    inner=torch.float32,
    scores=scores,
    visible=visible,
    heads=lambda x, group: x.repeat_interleave(group, 1),
    mapping=entmax,
    product=torch.matmul,
    scale_of=lambda scale, d: 1 / math.sqrt(d) if scale is None else scale,
    bias=lambda slopes, offset, scale: -slopes * offset.abs(),
    bias_offsets=offsets,
    hide=lambda s, seen: s.masked_fill(~seen, -math.inf),
    finish=lambda output: output,
    clears=True,
    attn_mask=None,
    window=None,
    softcap=None,
    sinks=None,
    inside=inside,
    window_offsets=offsets,
    cap=capped,
    late_cap=None,
    attends=lambda mask: mask,
    add=lambda s, mask: s + mask,
    beside=beside,
    log_sum=None,
):
    wider = torch.float64 if query.dtype == torch.float64 else inner
    group = query.shape[1] // key.shape[1]
    q, k, v = query.to(wider), heads(key.to(wider), group), heads(value.to(wider), group)
    factor = scale_of(scale, query.shape[3])
    factor = factor.to(wider)[..., None] if isinstance(factor, torch.Tensor) else factor
    seen = visible(q, k, is_causal, key_lengths)
    if window is not None:
        seen = seen & inside(window_offsets(q.shape[2], k.shape[2]), *window)
    boolean = attn_mask is not None and attn_mask.dtype == torch.bool
    if boolean:
        seen = seen & attends(attn_mask)
    unseen = ~seen.any(-2)[..., None]
    s = scores(q, k.masked_fill(unseen, 0) if clears else k, factor)
    if softcap is not None and late_cap is None:
        s = cap(s, softcap)
    if alibi_slopes is not None:
        s = s + bias(alibi_slopes.to(wider)[:, None, None], bias_offsets(q.shape[2], k.shape[2]), factor)
    if attn_mask is not None and not boolean:
        s = add(s, attn_mask.to(wider))
    if late_cap == "bias" and softcap is not None:
        s = cap(s, softcap)
    s = hide(s, seen)
    if late_cap == "mask" and softcap is not None:
        s = cap(s, softcap)
    if sinks is not None:
        s = beside(s, sinks.to(wider))
    if clears:  # a weight of 0 does not hide NaN
        v = v.masked_fill(unseen, 0)
    output = finish(product(mapping(s, alpha)[..., : k.shape[2]], v)).to(query.dtype)
    return output if log_sum is None else (output, log_sum(s))


def packed(
    q,
    k,
    v,
    *,
    cu_seqlens_q,
    cu_seqlens_k,
    max_seqlen_q,
    max_seqlen_k,
    attend=attention,
    bounds=lambda begin, end: (begin, end),
    **options,
):
    """One sequence after the other."""
    outputs = []
    ends = zip(cu_seqlens_q.tolist(), cu_seqlens_q[1:].tolist(), *_pairs(cu_seqlens_k), strict=False)
    for a, b, c, d in ends:
        first, last = bounds(c, d)
        if first == last or a == b:
            outputs.append(q.new_zeros(b - a, q.shape[1], v.shape[2]))
            continue
        parts = (x.transpose(0, 1)[None] for x in (q[a:b], k[first:last], v[first:last]))
        outputs.append(attend(*parts, **options, key_lengths=None)[0].transpose(0, 1))
    return torch.cat(outputs)


def _pairs(cumulative):
    return cumulative.tolist(), cumulative[1:].tolist()
