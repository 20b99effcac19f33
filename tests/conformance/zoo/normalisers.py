"""Implementations of normalisers, written otherwise than the reference: honest ones, and realistic slips."""

from __future__ import annotations

import math

import numpy as np
import torch


def lift(z):
    return z - z.max(-1, keepdims=True) if isinstance(z, np.ndarray) else z - z.amax(-1, keepdim=True)


def up(z):
    return z if z.dtype == torch.float64 else z.float()


def softmax_t(z):
    return torch.softmax(z, -1)


def ssmax(z, s):
    x = lift(up(z))
    n = (x > -math.inf).sum(-1, keepdim=True).to(x.dtype)
    return torch.softmax(torch.where(x == -math.inf, x, x.masked_fill(x == -math.inf, 0.0) * (s * n.log())), -1).to(
        z.dtype
    )


def gated(z, gate):
    return (gate * torch.softmax(up(z), -1)).to(z.dtype)


def multimax(z, t_b, b, t_d, d):
    x = up(z)
    bent = torch.where(x < b, b + t_b * (x - b), torch.where(x > d, d + t_d * (x - d), x))
    return torch.softmax(bent, -1).to(z.dtype)


def self_adjust(z, normalised):
    x = up(z)
    p = torch.softmax(x, -1)
    if normalised:
        live = x > -math.inf
        l = x.masked_fill(~live, math.inf).amin(-1, keepdim=True).clamp(max=0)
        h = x.amax(-1, keepdim=True).clamp(min=0)
        return torch.where(live, (x - l) / (h - l) * p, 0.0).to(z.dtype)
    return torch.where(p > 0, x.masked_fill(x == -math.inf, 0.0) * p, 0.0).to(z.dtype)


def sparsemax_t(z):
    x = lift(up(z))
    s = x.sort(-1, descending=True).values
    k = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    c = s.masked_fill(s == -math.inf, -1e4).cumsum(-1) - 1
    m = (s * k > c).sum(-1, keepdim=True)
    tau = c.gather(-1, m - 1) / m
    return (x - tau).clamp(min=0).to(z.dtype)


def topk_t(z, k):
    x = up(z)
    v, i = x.topk(k, dim=-1)
    return torch.zeros_like(x).scatter(-1, i, torch.softmax(v, -1)).to(z.dtype)


def topk_last(z, k):
    x = z.astype(np.float32) if z.dtype != np.float64 else z
    order = np.argsort(x, axis=-1)[..., ::-1][..., :k]
    w = np.zeros_like(x)
    kept = np.take_along_axis(x, order, -1)
    kept = np.exp(kept - kept.max(-1, keepdims=True))
    np.put_along_axis(w, order, kept / kept.sum(-1, keepdims=True), -1)
    return w.astype(z.dtype)


def rsoftmax_t(z, r):
    x = lift(up(z))
    live = x > -math.inf
    n = live.sum(-1, keepdim=True)
    s = x.masked_fill(~live, math.inf).sort(-1).values
    pos = r * (n - 1).to(torch.float64)
    lo = pos.floor().long()
    fr = (pos - lo).to(x.dtype)
    hi = torch.minimum(lo + 1, n - 1)
    a = s.gather(-1, lo)
    q = a + fr * (s.gather(-1, hi) - a)
    w = (x - q).clamp(min=0) * torch.exp(x)
    w = torch.where(live, w, 0.0)
    return (w / w.sum(-1, keepdim=True)).to(z.dtype)


def relu_t(z):
    return torch.relu(z)


def sigmoid_t(z, bias):
    x = up(z)
    n = (x > -math.inf).sum(-1, keepdim=True).to(x.dtype)
    return torch.sigmoid(x + (-n.log() if bias is None else bias)).to(z.dtype)


def stick_t(z):
    x = up(z)
    left = torch.nn.functional.logsigmoid(-x)
    left = torch.where(x == -math.inf, 0.0, left)
    after = torch.nn.functional.pad(left[..., 1:], (0, 1)).flip(-1).cumsum(-1).flip(-1)
    return torch.exp(torch.nn.functional.logsigmoid(x) + after).to(z.dtype)


def stick_np(z):
    x = z.astype(np.float32) if z.dtype != np.float64 else z
    e = np.exp(-np.abs(x))
    keep = np.where(x >= 0, e / (1 + e), 1 / (1 + e))
    take = np.where(x >= 0, 1 / (1 + e), e / (1 + e))
    out = np.zeros_like(x)
    left = np.ones(x.shape[:-1], x.dtype)
    for i in range(x.shape[-1] - 1, -1, -1):
        out[..., i] = take[..., i] * left
        left = left * keep[..., i]
    return out.astype(z.dtype)


def softplus_np(z, r):
    x = z.astype(np.float32) if z.dtype != np.float64 else z
    s = np.where(x < -40, x, np.log(np.logaddexp(np.maximum(x, -40), x.dtype.type(0))))
    s = np.exp(s - s.max(-1, keepdims=True))
    s = s / s.sum(-1, keepdims=True)
    s = s ** x.dtype.type(r)
    return (s / s.sum(-1, keepdims=True)).astype(z.dtype)


def softplus_t(z, r):
    x = up(z)
    ls = torch.where(x < -30, x, torch.log(torch.logaddexp(x.clamp(min=-30), torch.zeros_like(x))))
    return torch.softmax(r * (ls - ls.amax(-1, keepdim=True)), -1).to(z.dtype)


def budget_t(z, k):
    x = lift(up(z))
    x64 = x.detach().double()
    live = x > -math.inf
    lo = x64.masked_fill(~live, math.inf).amin(-1, keepdim=True) - 1
    hi = x64.amax(-1, keepdim=True)
    for _ in range(200):
        mid = (lo + hi) / 2
        big = (x64 - mid).clamp(0, 1).sum(-1, keepdim=True) >= k
        lo, hi = torch.where(big, mid, lo), torch.where(big, hi, mid)
    tau = lo.to(x.dtype)
    y = x.detach() - tau
    between = (y > 0) & (y < 1) & live
    # one step of averaging puts tau into the graph
    m = between.sum(-1, keepdim=True).clamp(min=1).to(x.dtype)
    t = torch.where(between, x, 0.0).sum(-1, keepdim=True) / m
    tau = tau + (t - t.detach())
    return (x - tau).clamp(0, 1).to(z.dtype)


def adaptive_t(z):
    x = lift(up(z))
    p = torch.softmax(x, -1)
    h = torch.logsumexp(x, -1, keepdim=True) - (p * x.masked_fill(x == -math.inf, 0.0)).sum(-1, keepdim=True)
    f = -0.037 * h**4 + 0.481 * h**3 - 2.3 * h**2 + 4.917 * h - 1.791
    th = torch.where((h > 0.5), f.clamp(min=1), 1.0)
    return torch.softmax(torch.where(x == -math.inf, x, x.masked_fill(x == -math.inf, 0.0) * th), -1).to(z.dtype)


class _Ent(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, alpha):
        from entmax_oracle.reference import entmax

        p = torch.from_numpy(entmax(z.detach().double().numpy(), alpha)).to(z.dtype)
        ctx.save_for_backward(p)
        ctx.a = alpha
        return p

    @staticmethod
    def backward(ctx, g):
        (p,) = ctx.saved_tensors
        s = torch.where(p > 0, p ** (2 - ctx.a), 0.0)
        return s * (g - (s * g).sum(-1, keepdim=True) / s.sum(-1, keepdim=True)), None


def asentmax_t(z, alpha, delta, beta, gamma):
    x = lift(up(z))
    n = (x > -math.inf).sum(-1, keepdim=True).to(x.dtype)
    th = torch.where(n > 1, delta + beta * torch.log(n.clamp(min=2)) ** gamma, torch.ones_like(n))
    return _Ent.apply(x * th, alpha).to(z.dtype)


def entmax_t(z, alpha):
    return _Ent.apply(up(z), alpha).to(z.dtype)


def normmax_np(z, alpha):
    x = z.astype(np.float32) if z.dtype != np.float64 else z
    x = x - x.max(-1, keepdims=True)
    x64 = x.astype(np.float64)
    lo = np.full((*x.shape[:-1], 1), -1.0)
    hi = np.zeros_like(lo)
    e = alpha / (alpha - 1)
    for _ in range(80):
        m = (lo + hi) / 2
        big = (np.maximum(x64 - m, 0) ** e).sum(-1, keepdims=True) >= 1
        lo, hi = np.where(big, m, lo), np.where(big, hi, m)
    w = np.maximum(x - lo.astype(x.dtype), 0) ** x.dtype.type(1 / (alpha - 1))
    return (w / w.sum(-1, keepdims=True)).astype(z.dtype)


def live_count(x):
    return (x > -math.inf).sum(-1, keepdim=True)


def plus_one(z, s):
    x = lift(up(z))
    n = live_count(x).to(x.dtype)
    return torch.softmax(
        torch.where(x == -math.inf, x, x.masked_fill(x == -math.inf, 0.0) * (s * (n + 1).log())), -1
    ).to(z.dtype)


def scaled_t(z, theta):
    x = lift(up(z))
    return torch.softmax(
        torch.where(x == -math.inf, x, x.masked_fill(x == -math.inf, 0.0) * theta(live_count(x).to(x.dtype))), -1
    ).to(z.dtype)


def llama4(z, a, L):
    return scaled_t(z, lambda n: 1 + a * torch.log1p(torch.floor(n / L)))


def qwen(z, L):
    return scaled_t(z, lambda n: (n.log() / math.log(L)).clamp(min=1))


def norm_softmax(z, eps, correction):
    x = lift(up(z))
    live = x > -math.inf
    n = live.sum(-1, keepdim=True)
    filled = x.masked_fill(~live, 0.0)
    mean = filled.sum(-1, keepdim=True) / n
    variance = ((filled - mean) * live).square().sum(-1, keepdim=True) / (n - correction).clamp(min=1)
    deviation = torch.where(variance > eps**2, variance.clamp(min=eps**2).sqrt(), eps)
    return torch.softmax(torch.where(live, filled / deviation, x), -1).to(z.dtype)


def with_sink(z, sink):
    x = up(z)
    return torch.softmax(torch.cat([torch.full_like(x[..., :1], sink), x], -1), -1)[..., 1:].to(z.dtype)


def softpick_t(z, eps):
    x = up(z)
    top = x.detach().amax(-1, keepdim=True).clamp(min=0)
    live = x > -math.inf
    filled = x.masked_fill(~live, 0.0)
    below = torch.exp(-top) * torch.expm1(filled.clamp(max=0))
    above = -torch.exp(filled - top) * torch.expm1(-filled.clamp(min=0))
    w = torch.where(live, torch.where(filled > 0, above, below), 0.0)
    return (w.clamp(min=0) / (w.abs().sum(-1, keepdim=True) + eps * torch.exp(-top))).to(z.dtype)


def elastic_t(z, tau):
    x = up(z)
    return torch.where(x > -math.inf, torch.softmax(x, -1) + tau / live_count(x), 0.0).clamp(min=0).to(z.dtype)


class _NegativePower(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, c, q, reach):
        x = c * lift(up(z))
        far = -x.double()
        low, high = torch.zeros_like(far[..., :1]), torch.full_like(far[..., :1], far.shape[-1] ** (1 / q) + 1)
        floor = reach**-q
        for _ in range(60):
            middle = (low + high) / 2
            big = ((far + middle) ** -q - floor).clamp(min=0).sum(-1, keepdim=True) >= 1
            low, high = torch.where(big, middle, low), torch.where(big, high, middle)
        distance = low.to(x.dtype) - x
        ctx.save_for_backward(torch.where(distance < reach, q * distance ** (-q - 1), 0.0))
        ctx.c = c
        return (distance**-q - floor).clamp(min=0).to(z.dtype)

    @staticmethod
    def backward(ctx, g):
        (s,) = ctx.saved_tensors
        return (ctx.c * s * (g - (s * g).sum(-1, keepdim=True) / s.sum(-1, keepdim=True))).to(g.dtype), None, None, None


def stieltjes_t(z, q):
    return _NegativePower.apply(z, 1.0, float(q), math.inf)


def windowed_t(z, q, d):
    return _NegativePower.apply(z, 1.0, float(q), float(d))


def below_one_t(z, order):
    return _NegativePower.apply(z, 1 - order, 1 / (1 - order), math.inf)


def tsoftmax_t(z, t):
    x = up(z)
    x = x - x.amax(-1, keepdim=True)
    w = torch.where(x > -math.inf, (x + t).clamp(min=0) * torch.exp(x), 0.0)
    return (w / w.sum(-1, keepdim=True)).to(z.dtype)


def rsoftmax_of_its_code(z, r, eps):
    x = up(z)
    x = x - x.max(-1, keepdim=True).values
    live = x > -math.inf
    n = live.sum(-1, keepdim=True)
    s = x.detach().masked_fill(~live, math.inf).sort(-1).values
    pos = r * (n - 1).to(torch.float64)
    lo = pos.floor().long()
    a = s.gather(-1, lo)
    q = a + (pos - lo).to(x.dtype) * (s.gather(-1, torch.minimum(lo + 1, n - 1)) - a)
    w = torch.where(live, (x - q + eps).clamp(min=0) * torch.exp(x), 0.0)
    return (w / w.sum(-1, keepdim=True)).to(z.dtype)


def fitted_t(z, coefficients, eps):
    x = lift(up(z))
    p = torch.softmax(x, -1)
    h = -(p * torch.log(p + eps)).sum(-1, keepdim=True)
    fit = sum(c * h**k for k, c in enumerate(reversed(coefficients.to(x.dtype).unbind())))
    theta = torch.where(h > 0.5, fit.clamp(min=1), 1.0)
    return torch.softmax(torch.where(x == -math.inf, x, x.masked_fill(x == -math.inf, 0.0) * theta), -1).to(z.dtype)


def moba_t(z, block, k):
    x = up(z)
    whole = -(-x.shape[-1] // block) - 1
    kept = torch.zeros_like(x, dtype=torch.bool)
    kept[..., whole * block :] = True
    if whole and k > 1:
        means = x[..., : whole * block].unflatten(-1, (whole, block)).mean(-1)
        chosen = torch.zeros_like(means, dtype=torch.bool).scatter(
            -1, means.topk(min(k - 1, whole), dim=-1).indices, True
        )
        kept[..., : whole * block] = chosen.repeat_interleave(block, -1)
    return torch.softmax(x.masked_fill(~kept, -math.inf), -1).to(z.dtype)


def along(row, x):
    """Repeat a row along the tokens."""
    return row.to(x.dtype).repeat(-(-x.shape[-1] // len(row)))[: x.shape[-1]]


def dsa_t(z, k, index):
    x = up(z)
    scores = along(index, x).masked_fill(x == -math.inf, -math.inf)
    first = torch.argsort(scores, dim=-1, descending=True, stable=True)[..., :k]
    return torch.softmax(torch.full_like(x, -math.inf).scatter(-1, first, x.gather(-1, first)), -1).to(z.dtype)


def dsa_of_the_last(z, k, index):
    """Of tied scores the last are chosen, as `torch.topk` may do."""
    return dsa_t(z.flip(-1), k, along(index, z).flip(-1)).flip(-1)


def differential_t(z, lam, other):
    x = up(z)
    second = torch.where(x > -math.inf, along(other, x), -math.inf)
    return (torch.softmax(x, -1) - lam * torch.softmax(second, -1)).to(z.dtype)


def polynomial_t(z, power):
    x = up(z)
    live = x > -math.inf
    return (torch.where(live, x, 0.0) ** power * live_count(x).to(x.dtype).rsqrt()).to(z.dtype)


def mala_t(z, scale, eps):
    x = up(z)
    live = x > -math.inf
    similar = torch.where(live, torch.nn.functional.elu(x.masked_fill(~live, 0.0)) + 1, 0.0)
    n = live_count(x)
    magnitude = scale * similar.sum(-1, keepdim=True) / n
    return torch.where(live, (1 + 1 / (magnitude + eps)) * scale * similar / n - magnitude / n, 0.0).to(z.dtype)


def multimax_twice(z, ts, ranges):
    x = up(z)
    t, b = ts.to(x.dtype), ranges.to(x.dtype)
    below, above = (b[0] - x).clamp(min=0), (x - b[1]).clamp(min=0)
    bent = x + t[0] * below + t[1] * above + t[2] * (b[2] - x).clamp(min=0) ** 2 + t[3] * (x - b[3]).clamp(min=0) ** 2
    return torch.softmax(torch.where(x > -math.inf, bent.clamp(max=torch.finfo(x.dtype).max), -math.inf), -1).to(
        z.dtype
    )


HONEST = [
    ("softmax", softmax_t, True),
    ("scalable-softmax", ssmax, True),
    ("adaptive-temperature-softmax", adaptive_t, True),
    ("multimax", multimax, True),
    ("self-adjust-softmax", self_adjust, True),
    ("softplus-reweighted", softplus_np, False),
    ("softplus-reweighted", softplus_t, True),
    ("gated-softmax", gated, True),
    ("sparsemax", sparsemax_t, True),
    ("alpha-entmax", entmax_t, True),
    ("asentmax", asentmax_t, True),
    ("normmax", normmax_np, False),
    ("top-k-softmax", topk_t, True),
    ("top-k-softmax", topk_last, False),
    ("r-softmax", rsoftmax_t, True),
    ("budget", budget_t, True),
    ("rectified-linear", relu_t, True),
    ("sigmoid", sigmoid_t, True),
    ("stick-breaking", stick_t, True),
    ("stick-breaking", stick_np, False),
]
"""Name, function, and whether it takes torch tensors and has a gradient; otherwise it takes NumPy arrays."""

RECENT = [
    ("multimax-second-order", multimax_twice, True),
    ("scalable-softmax-plus-one", plus_one, True),
    ("llama4-softmax", llama4, True),
    ("qwen-softmax", qwen, True),
    ("norm-softmax", norm_softmax, True),
    ("sink-softmax", with_sink, True),
    ("softpick", softpick_t, True),
    ("elastic-softmax", elastic_t, True),
    ("stieltjes", stieltjes_t, True),
    ("windowed-stieltjes", windowed_t, True),
    ("entmax-below-one", below_one_t, True),
    ("t-softmax", tsoftmax_t, True),
    ("r-softmax-detached", rsoftmax_of_its_code, True),
    ("adaptive-temperature-fitted", fitted_t, True),
    ("block-top-k-softmax", moba_t, True),
    ("index-top-k-softmax", dsa_t, True),
    ("index-top-k-softmax", dsa_of_the_last, True),
    ("differential-softmax", differential_t, True),
    ("polynomial", polynomial_t, True),
    ("mala", mala_t, True),
]
"""More of the same, checked less often: all take torch tensors."""


# Realistic slips, each with the law that it breaks.


def softmax_over_rows(z):
    return torch.softmax(z, 0 if z.ndim > 1 else -1)


def softmax_without_a_maximum(z):
    w = torch.exp(z)
    return w / w.sum(-1, keepdim=True)


def softmax_in_base_two(z):
    return torch.softmax(z * 0.6931, -1)


def softmax_of_a_block(z):
    p = torch.softmax(z, -1)
    return torch.where(torch.arange(z.shape[-1]) < 256, p, 0.0 * p)


def softmax_plus_one(z):
    w = torch.exp(lift(z))
    return w / (1 + w.sum(-1, keepdim=True))


def ssmax_with_log_two(z, s):
    return torch.softmax(s * math.log2(z.shape[-1]) * lift(z), -1)


def ssmax_of_one_more(z, s):
    return torch.softmax(s * math.log(z.shape[-1] + 1) * lift(z), -1)


def ssmax_without_its_scale(z, s):
    return torch.softmax(math.log(z.shape[-1]) * lift(z), -1)


def ssmax_that_scales_first(z, s):
    return torch.softmax(s * math.log(z.shape[-1]) * z, -1)


def ssmax_that_counts_masks(z, s):
    return torch.softmax(s * math.log(z.shape[-1]) * lift(z), -1)


def gate_before_softmax(z, gate):
    return torch.softmax(gate * lift(z), -1)


def multimax_with_swapped_slopes(z, t_b, b, t_d, d):
    return multimax(z, t_d, b, t_b, d)


def multimax_that_bends_from_zero(z, t_b, b, t_d, d):
    return torch.softmax(torch.where(z < b, t_b * z, torch.where(z > d, t_d * z, z)), -1)


def self_adjust_without_zero(z, normalised):
    p = torch.softmax(z, -1)
    low, high = z.amin(-1, keepdim=True), z.amax(-1, keepdim=True)
    return (z - low) / (high - low) * p if normalised else z * p


def self_adjust_detached(z, normalised):
    return self_adjust(z, normalised) if normalised else z * torch.softmax(z, -1).detach()


def softplus_with_log_of_exp(z, r):
    s = torch.log(1 + torch.exp(z))
    s = (s / s.sum(-1, keepdim=True)) ** r
    return s / s.sum(-1, keepdim=True)


def softplus_without_a_second_sum(z, r):
    s = torch.nn.functional.softplus(z)
    return (s / s.sum(-1, keepdim=True)) ** r


def sparsemax_with_a_late_threshold(z):
    x = lift(z)
    s = x.sort(-1, descending=True).values
    k = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    c = s.cumsum(-1) - 1
    m = (s * k > c).sum(-1, keepdim=True)
    m = (m + 1).clamp(max=x.shape[-1])
    return (x - c.gather(-1, m - 1) / m).clamp(min=0)


def sparsemax_without_a_maximum(z):
    s = z.sort(-1, descending=True).values
    k = torch.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    c = s.cumsum(-1) - 1
    m = (s * k > c).sum(-1, keepdim=True).clamp(min=1)
    return (z - c.gather(-1, m - 1) / m).clamp(min=0)


class _Straight(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        return sparsemax_t(z)

    @staticmethod
    def backward(ctx, g):
        return g - g.mean(-1, keepdim=True)


def sparsemax_with_a_dense_gradient(z):
    return _Straight.apply(z)


def top_k_that_keeps_ties(z, k):
    edge = z.topk(k, dim=-1).values[..., -1:]
    return torch.softmax(z.masked_fill(z < edge, -math.inf), -1)


def top_k_that_drops_ties(z, k):
    edge = z.topk(k, dim=-1).values[..., -1:]
    return torch.softmax(z.masked_fill((z <= edge) & (z < z.amax(-1, keepdim=True)), -math.inf), -1)


def top_k_plus_one(z, k):
    return topk_t(z, min(k + 1, z.shape[-1]))


def top_k_not_normalised(z, k):
    p = torch.softmax(z, -1)
    v, i = p.topk(k, dim=-1)
    return torch.zeros_like(p).scatter(-1, i, v)


def r_softmax_by_rank(z, r):
    x = lift(z)
    edge = x.sort(-1).values[..., int(r * (x.shape[-1] - 1))][..., None]
    w = (x - edge).clamp(min=0) * torch.exp(x)
    return w / w.sum(-1, keepdim=True)


def r_softmax_as_a_mask(z, r):
    x = lift(z)
    w = (x > torch.quantile(x, r, dim=-1, keepdim=True)) * torch.exp(x)
    return w / w.sum(-1, keepdim=True)


def relu_squared(z):
    return torch.relu(z) ** 2


def leaky_relu(z):
    return torch.nn.functional.leaky_relu(z, 1e-4)


def sigmoid_without_a_bias(z, bias):
    return torch.sigmoid(z if bias is None else z + bias)


def sigmoid_with_log_two(z, bias):
    return torch.sigmoid(z + (-math.log2(z.shape[-1]) if bias is None else bias))


def stick_from_the_front(z):
    return stick_t(z.flip(-1)).flip(-1)


def stick_with_its_own_share(z):
    left = torch.nn.functional.logsigmoid(-z)
    return torch.exp(torch.nn.functional.logsigmoid(z) + left.flip(-1).cumsum(-1).flip(-1))


def stick_by_taking_away(z):
    left = torch.nn.functional.logsigmoid(-z)
    return torch.exp(torch.nn.functional.logsigmoid(z) + left.flip(-1).cumsum(-1).flip(-1) - left)


def asentmax_with_the_power_outside(z, alpha, delta, beta, gamma):
    n = z.shape[-1]
    return _Ent.apply((delta + beta * math.log(n)) ** gamma * lift(z) if n > 1 else z, alpha)


def normmax_without_its_sum(z, alpha):
    return normmax_np(z, alpha) * z.dtype.type(0.999)


def budget_of_one_less(z, k):
    return budget_t(z, max(k - 1, 1))


def budget_without_a_roof(z, k):
    p = budget_t(z, k)
    return p * (1 + 1e-5)


def sink_that_is_dropped(z, sink):
    return torch.softmax(z, -1)


def sink_as_a_sigmoid(z, sink):
    return torch.softmax(z, -1) * torch.sigmoid(z.amax(-1, keepdim=True) - sink)


def softpick_that_cancels(z, eps):
    top = z.amax(-1, keepdim=True)
    w = torch.exp(z - top) - torch.exp(-top)
    return w.clamp(min=0) / (w.abs().sum(-1, keepdim=True) + eps)


def llama4_of_one_more(z, a, L):
    return scaled_t(z, lambda n: 1 + a * torch.log1p(torch.floor((n + 1) / L)))


def elastic_without_the_length(z, tau):
    return (torch.softmax(z, -1) + tau).clamp(min=0)


def differential_added(z, lam, other):
    return torch.softmax(z, -1) + lam * torch.softmax(along(other, z), -1)


def differential_with_lambda_clamped(z, lam, other):
    return differential_t(z, min(max(lam, 0.1), 0.8), other)


def stieltjes_in_too_narrow_a_bracket(z, q):
    far = z.amax(-1, keepdim=True) - z
    low, high = torch.ones_like(far[..., :1]), torch.full_like(far[..., :1], 2.0)
    for _ in range(30):
        middle = (low + high) / 2
        big = ((far + middle) ** -q).sum(-1, keepdim=True) >= 1
        low, high = torch.where(big, middle, low), torch.where(big, high, middle)
    return (far + low) ** -q


def moba_without_its_own_block(z, block, k):
    whole = z.shape[-1] // block
    means = z[..., : whole * block].unflatten(-1, (whole, block)).mean(-1)
    chosen = torch.zeros_like(means, dtype=torch.bool).scatter(-1, means.topk(min(k, whole), dim=-1).indices, True)
    kept = torch.nn.functional.pad(chosen.repeat_interleave(block, -1), (0, z.shape[-1] - whole * block))
    return torch.softmax(z.masked_fill(~kept, -math.inf), -1)


def dsa_by_its_logits(z, k, index):
    return topk_t(z, min(k, z.shape[-1]))


def t_softmax_as_a_mask(z, t):
    x = lift(z)
    return torch.softmax(x.masked_fill(x <= -t, -math.inf), -1)


def norm_softmax_by_the_range(z, eps, correction):
    x = lift(z)
    return torch.softmax(x / (-x.amin(-1, keepdim=True)).clamp(min=eps), -1)


def multimax_without_squares(z, ts, ranges):
    return multimax_twice(z, ts * torch.tensor([1.0, 1.0, 0.0, 0.0]), ranges)


def mala_without_its_offset(z, scale, eps):
    similar = torch.nn.functional.elu(z) + 1
    return similar / similar.sum(-1, keepdim=True)


def polynomial_over_the_length(z, power):
    return z**power / z.shape[-1]


WRONG = [
    ("softmax", softmax_over_rows, "values"),
    ("softmax", softmax_without_a_maximum, "values"),
    ("softmax", softmax_without_a_maximum, "shift"),
    ("softmax", softmax_in_base_two, "values"),
    ("softmax", softmax_of_a_block, "values"),
    ("softmax", softmax_plus_one, "simplex"),
    ("scalable-softmax", ssmax_with_log_two, "values"),
    ("scalable-softmax", ssmax_of_one_more, "values"),
    ("scalable-softmax", ssmax_without_its_scale, "values"),
    ("scalable-softmax", ssmax_that_scales_first, "values"),
    ("scalable-softmax", ssmax_that_counts_masks, "deletion"),
    ("gated-softmax", gate_before_softmax, "values"),
    ("multimax", multimax_with_swapped_slopes, "values"),
    ("multimax", multimax_that_bends_from_zero, "values"),
    ("self-adjust-softmax", self_adjust_without_zero, "values"),
    ("self-adjust-softmax", self_adjust_detached, "gradient"),
    ("softplus-reweighted", softplus_with_log_of_exp, "values"),
    ("softplus-reweighted", softplus_without_a_second_sum, "simplex"),
    ("sparsemax", sparsemax_with_a_late_threshold, "values"),
    ("sparsemax", sparsemax_without_a_maximum, "shift"),
    ("sparsemax", sparsemax_with_a_dense_gradient, "gradient"),
    ("top-k-softmax", top_k_that_keeps_ties, "values"),
    ("top-k-softmax", top_k_that_drops_ties, "values"),
    ("top-k-softmax", top_k_plus_one, "values"),
    ("top-k-softmax", top_k_not_normalised, "simplex"),
    ("r-softmax", r_softmax_by_rank, "values"),
    ("r-softmax", r_softmax_as_a_mask, "values"),
    ("rectified-linear", relu_squared, "values"),
    ("rectified-linear", leaky_relu, "support"),
    ("sigmoid", sigmoid_without_a_bias, "values"),
    ("sigmoid", sigmoid_with_log_two, "values"),
    ("stick-breaking", stick_from_the_front, "values"),
    ("stick-breaking", stick_with_its_own_share, "values"),
    ("stick-breaking", stick_by_taking_away, "values"),
    ("asentmax", asentmax_with_the_power_outside, "values"),
    ("normmax", normmax_without_its_sum, "values"),
    ("budget", budget_of_one_less, "values"),
    ("budget", budget_without_a_roof, "values"),
    ("sink-softmax", sink_that_is_dropped, "values"),
    ("sink-softmax", sink_as_a_sigmoid, "values"),
    ("softpick", softpick_that_cancels, "values"),
    ("llama4-softmax", llama4_of_one_more, "values"),
    ("elastic-softmax", elastic_without_the_length, "values"),
    ("differential-softmax", differential_added, "values"),
    ("differential-softmax", differential_with_lambda_clamped, "values"),
    ("stieltjes", stieltjes_in_too_narrow_a_bracket, "values"),
    ("block-top-k-softmax", moba_without_its_own_block, "values"),
    ("index-top-k-softmax", dsa_by_its_logits, "values"),
    ("t-softmax", t_softmax_as_a_mask, "values"),
    ("norm-softmax", norm_softmax_by_the_range, "values"),
    ("multimax-second-order", multimax_without_squares, "values"),
    ("mala", mala_without_its_offset, "values"),
    ("polynomial", polynomial_over_the_length, "values"),
]
"""Name, function and the law that must catch it."""
