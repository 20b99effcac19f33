"""Correct implementations of different algorithms, frameworks and arithmetic: none of them may be flagged."""

from __future__ import annotations

import importlib.util
import math
from functools import partial
from itertools import product

import numpy as np
import torch
from zoo import bases
from zoo.bases import bisection, centred, differentiable, double, entmax, exact, newton, total, wide
from zoo.registry import honest

EVERY = ("float32", "float16", "bfloat16", "float64")
SHORT = ("float16", "bfloat16")


@honest("gradient in alpha", alphas=(1.5, 1.25, 3.0), dtypes=("float32", "float64"))
def bisection_in_float64(z, alpha):
    """Bisection in float64, rounded once at the end, with both gradients in closed form."""
    return differentiable(z, alpha)


@honest(alphas=(1.5, 2.0, 1.2), dtypes=EVERY)
def bisection_in_float32(z, alpha):
    """Bisection in float32 (float64 for float64) to stagnation, divided by the sum."""
    return bisection(z, alpha)


@honest(alphas=(1.5, 1.25), dtypes=("float32", "float16"))
def bisection_as_it_comes(z, alpha):
    """Bisection in float32, not renormalised."""
    return bisection(z, alpha, normalise=False)


@honest(alphas=(1.3, 1.5), dtypes=("float32", "bfloat16"))
def bisection_with_exp2(z, alpha):
    """The power as exp2(q log2 y), as kernels have it."""
    return bisection(z, alpha, power=lambda y, q: torch.exp2(q * torch.log2(y.clamp_min(0))))


@honest(alphas=(1.5, 2.0, 1.1), dtypes=EVERY)
def newton_in_float32(z, alpha):
    """Newton on the q-norm in float32 (float64 for float64), not renormalised."""
    return newton(z, alpha)


@honest(alphas=(1.5, 1.1), dtypes=("float32", "float64"))
def newton_renormalised(z, alpha):
    """Newton on the q-norm, divided by the sum."""
    return newton(z, alpha, normalise=True)


@honest(alphas=(1.5, 1.25, 2.0))
def halley(z, alpha):
    """Halley's method in float64 within a bracket, bisecting where it leaves that."""
    x, q = centred(z, alpha, double), 1 / (alpha - 1)
    low, high = torch.full_like(x[..., :1], -1.0), torch.zeros_like(x[..., :1])
    tau = low
    for _ in range(60):
        d = (x - tau).clamp_min(0)
        live = d > 0
        f = total(d**q) - 1
        low, high = torch.where(f >= 0, tau, low), torch.where(f < 0, tau, high)
        first = -q * total(torch.where(live, d ** (q - 1), 0))
        second = q * (q - 1) * total(torch.where(live, d ** (q - 2), 0))
        step = 2 * f * first / (2 * first**2 - f * second)
        new = tau - step
        tau = torch.where((new > low) & (new < high), new, (low + high) / 2)
    p = (x - low).clamp_min(0) ** q
    return (p / total(p)).to(z.dtype)


@honest(alphas=(2.0,), dtypes=("float32", "float16", "float64"))
def sparsemax_by_sorting(z, alpha):
    """Sort and prefix sums in float64."""
    return bases.sparsemax(z)


@honest(alphas=(2.0,), dtypes=("float32", "bfloat16"))
def sparsemax_by_fixed_point(z, alpha):
    """Michelot: drop what is below the mean's threshold until nothing drops."""
    x = centred(z, 2.0, double).clamp_min(-2)
    live = torch.ones_like(x, dtype=torch.bool)
    for _ in range(x.shape[-1]):
        tau = (total(torch.where(live, x, 0)) - 1) / total(live.double())
        kept = live & (x > tau)
        if torch.equal(kept, live):
            break
        live = kept
    return (x - tau).clamp_min(0).to(z.dtype)


@honest(dtypes=("float32", "float16"))
def sorted_moments(z, alpha):
    """Sort and running moments in float64, for alpha 1.5; the last steps by Newton against cancellation."""
    x = centred(z, 1.5, double).clamp_min(-2)
    p = bases.sorted15(z.double())
    tau = (x - p.sqrt()).masked_fill(p == 0, -math.inf).amax(-1, keepdim=True)
    for _ in range(4):
        d = (x - tau).clamp_min(0)
        tau = tau + (total(d**2) - 1) / (2 * total(d))
    return ((x - tau).clamp_min(0) ** 2).to(z.dtype)


@honest(alphas=(1.0,), dtypes=EVERY)
def softmax_of_the_framework(z, alpha):
    """torch.softmax."""
    return torch.softmax(z, -1)


@honest("gradient", alphas=(1.0,))
def softmax_by_autograd(z, alpha):
    """Exponentials, differentiated by the framework."""
    e = (z - z.detach().amax(-1, keepdim=True)).exp()
    return e / total(e)


@honest(alphas=(1.02,), dtypes=("float32", "float64"))
def near_softmax(z, alpha):
    """Near alpha 1, with expm1 and log1p: p = exp(log1p(a (z - lam)) / a), bisection in float64 on lam."""
    a, x = alpha - 1, z.double()
    x = (x / 2 - x.amax(-1, keepdim=True) / 2).clamp_min(-1e9) * 2
    low, high = torch.zeros_like(x[..., :1]), torch.full_like(x[..., :1], -math.expm1(-a * math.log(x.shape[-1])) / a)
    # p of the largest is between 1/n and 1, so lam = (1 - p**a)/a is between 0 and (1 - n**-a)/a.
    for _ in range(60):
        lam = (low + high) / 2
        over = total(torch.exp(torch.log1p((a * (x - lam)).clamp_min(-1)) / a)) >= 1
        low, high = torch.where(over, lam, low), torch.where(over, high, lam)
    p = torch.exp(torch.log1p((a * (x - low)).clamp_min(-1)) / a)
    return (p / total(p)).to(z.dtype)


@honest(alphas=(1.5, 1.25), dtypes=("float32", "float16"))
def blockwise_online(z, alpha):
    """Blocks of 128 tokens: a running maximum, then partial sums per block in every step."""
    parts = z.split(128, -1)
    peak = parts[0].amax(-1, keepdim=True)
    for part in parts[1:]:
        peak = torch.maximum(peak, part.amax(-1, keepdim=True))

    def mass(y):
        carry = torch.zeros_like(y[..., :1])
        for part in y.split(128, -1):
            carry = carry + total(part)
        return carry

    return bisection(z, alpha, peak=lambda x: peak.to(x.dtype), mass=mass)


@honest(alphas=(1.5,))
def candidates_first(z, alpha):
    """Solves on the tokens within 1/(alpha-1) of the maximum, row by row."""
    flat = z.reshape(-1, z.shape[-1])
    p = torch.zeros_like(flat)
    for row, out in zip(flat, p, strict=True):
        near = row >= row.max() - (1 + 1e-6) / (alpha - 1) - 1e-6 * row.max().abs()
        out[near] = bisection(row[near], alpha)
    return p.reshape(z.shape)


@honest(alphas=(2.0,), dtypes=("float32", "float64"), bitwise=("batch", "padding"))
def one_row_at_a_time(z, alpha):
    """Sorts every row alone, and of it the tokens that are not masked: the same bits in any batch and padding."""
    rows, places = z.reshape(-1, z.shape[-1]).unique(dim=0, return_inverse=True)
    p = torch.zeros_like(rows)
    for row, out in zip(rows, p, strict=True):
        live = row > -math.inf
        out[live] = bases.sparsemax(row[live])
    return p[places].reshape(z.shape)


@honest(alphas=(2.5, 4.0), dtypes=("float32", "float64"))
def bisection_beyond_two(z, alpha):
    """Bisection in float64 for alpha > 2, not renormalised where one token is live."""
    return exact(z, alpha)


@honest("gradient", alphas=(1.5, 2.0), dtypes=("float32", "bfloat16", "float16"))
def sixteen_bits_out(z, alpha):
    """Newton in float32 and a backward pass from the rounded answer, for 16-bit numbers."""
    return differentiable(z, alpha, mapping=newton)


@honest("gradient", alphas=(1.5, 1.25))
def backward_from_float32(z, alpha):
    """Bisection in float32, backward by the formula with sums in float32."""
    return differentiable(z, alpha, mapping=bisection)


@honest("gradient", alphas=(2.0,))
def sparsemax_by_autograd(z, alpha):
    """Support found without autograd, tau differentiated by the framework."""
    x = wide(z)
    peak = x.detach().amax(-1, keepdim=True)
    live = bases.sparsemax(z.detach()) > 0
    d = torch.where(live, x, peak) - peak
    tau = (total(d) - 1) / total(live.to(x.dtype))
    return torch.where(live, (d - tau).clamp_min(0), 0).to(z.dtype)


def _numpy_bisection(z, alpha, inner, steps):
    x = z.astype(inner)
    x = np.maximum(x / 2 - x.max(axis=-1, keepdims=True) / 2, np.finfo(inner).min / 4) * inner(2 * (alpha - 1))
    low, high = np.full_like(x[..., :1], -1), np.zeros_like(x[..., :1])
    q = inner(1 / (alpha - 1))
    for _ in range(steps):
        middle = (low + high) / 2
        above = (np.maximum(x - middle, 0) ** q).sum(axis=-1, keepdims=True) >= 1
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    p = np.maximum(x - low, 0) ** q
    return (p / p.sum(axis=-1, keepdims=True)).astype(z.dtype)


@honest(alphas=(1.5, 2.0), dtypes=("float64", "float32", "float16"), arrays="numpy")
def numpy_bisection(z, alpha):
    """NumPy, in float64."""
    return _numpy_bisection(z, alpha, np.float64, 60)


@honest(alphas=(2.0, 1.5), arrays="numpy")
def numpy_bisection_in_float32(z, alpha):
    """NumPy, in float32 to stagnation."""
    return _numpy_bisection(z, alpha, np.float32, 40)


if importlib.util.find_spec("jax"):

    @honest("gradient", arrays="jax")
    def jax_newton(z, alpha):
        """JAX: Newton in float32 with a backward pass of its own."""
        return _jax()(z, alpha)


def _jax():
    import jax
    import jax.numpy as jnp

    def forward(z, alpha):
        x = (z / 2 - z.max(-1, keepdims=True) / 2) * (2 * (alpha - 1))
        q, tau = 1 / (alpha - 1), jnp.full_like(x[..., :1], -1.0)
        for _ in range(25):
            d = jnp.maximum(x - tau, 0)
            f = (d**q).sum(-1, keepdims=True)
            slope = jnp.where(d > 0, d ** (q - 1), 0).sum(-1, keepdims=True)
            tau = tau + (f - f ** (1 - 1 / q)) / slope
        return jnp.maximum(x - tau, 0) ** q

    def backward(alpha, p, g):
        s = jnp.where(p > 0, jnp.where(p > 0, p, 1) ** (2 - alpha), 0)
        return (s * (g - (s * g).sum(-1, keepdims=True) / s.sum(-1, keepdims=True)),)

    mapping = jax.custom_vjp(forward, nondiff_argnums=(1,))
    mapping.defvjp(lambda z, alpha: (forward(z, alpha),) * 2, backward)
    return mapping


# --- attention -------------------------------------------------------------------------------------------------


@honest("attention gradient", alphas=(1.5, 2.0), dtypes=("float32", "float64"))
def dense_attention(q, k, v, **options):
    """All scores at once."""
    return bases.attention(q, k, v, **options)


@honest("attention gradient", dtypes=SHORT)
def attention_in_float64(q, k, v, **options):
    """16-bit tensors, float64 inside."""
    return bases.attention(q, k, v, **options, inner=torch.float64)


@honest("attention gradient", dtypes=SHORT)
def attention_in_float32(q, k, v, **options):
    """16-bit tensors, float32 inside, Newton."""
    return bases.attention(q, k, v, **options, mapping=partial(entmax, mapping=newton))


def _blocks_of_keys(q, k, scale):
    return torch.cat([(q * scale) @ part.transpose(-1, -2) for part in k.split(16, dim=-2)], dim=-1)


def _sum_of_blocks(p, v):
    output = torch.zeros_like(p[..., :1] * v[..., :1, :])
    for start in range(0, v.shape[-2], 16):
        output = output + p[..., start : start + 16] @ v[..., start : start + 16, :]
    return output


@honest("attention gradient", alphas=(1.5, 1.25))
def blockwise_attention(q, k, v, **options):
    """Sixteen keys at a time, the scale on the queries."""
    return bases.attention(q, k, v, **options, scores=_blocks_of_keys, product=_sum_of_blocks)


@honest("attention", alphas=(2.0,), bitwise=("batch", "padding", "split"))
def one_query_at_a_time(q, k, v, **options):
    """Solves every query alone over the keys that it sees: the same bits however queries come."""
    batch, heads, m, _ = q.shape
    n, group, slopes = k.shape[2], heads // k.shape[1], options["alibi_slopes"]
    seen = bases.visible(q, k, options["is_causal"], options["key_lengths"]).expand(batch, 1, m, n)
    scale = 1 / math.sqrt(q.shape[3]) if options["scale"] is None else options["scale"]
    output = torch.zeros(*q.shape[:3], v.shape[3])
    for b, h, i in product(range(batch), range(heads), range(m)):
        live = seen[b, 0, i]
        if not live.any():
            continue
        s = (k[b, h // group, live] * q[b, h, i]).sum(-1) * scale
        if slopes is not None:
            s = s - slopes[h] * bases.offsets(m, n)[i, live].abs()
        p = bases.sparsemax(s)
        output[b, h, i] = (p[:, None] * v[b, h // group, live]).sum(0)
    return output.to(q.dtype)


@honest("attention", dtypes=("bfloat16",))
def matrix_units(q, k, v, **options):
    """p rounded to bfloat16 before the product with the values."""
    return bases.attention(q, k, v, **options, product=lambda p, v: (p.bfloat16() @ v.bfloat16()).float())


TAKES = ("mask", "window", "softcap", "sinks")


@honest("attention gradient", alphas=(1.5, 2.0), dtypes=("float32", "float64"), features=TAKES)
def attention_with_features(q, k, v, **options):
    """All scores at once, with masks, windows, caps and sinks."""
    return bases.attention(q, k, v, **options)


@honest("attention gradient", alphas=(1.0,), dtypes=("float32", "bfloat16"), features=(*TAKES, "lse"))
def softmax_with_features(q, k, v, **options):
    """Softmax with masks, windows, caps, sinks and the logarithms of its sums."""
    return bases.attention(q, k, v, **options, mapping=bases.softmax, log_sum=bases.log_sum)


@honest("attention gradient", alphas=(1.0,), features=("sinks", "window"))
def sinks_by_a_gate(q, k, v, sinks, **options):
    """Softmax without the sinks, times sigmoid(logarithm of the sum - sink)."""
    given = {"mapping": bases.softmax, "log_sum": bases.log_sum, "inner": torch.float32}
    output, log = bases.attention(q, k, v, **options, **given)
    gate = 1 if sinks is None else torch.sigmoid(log - sinks.to(log.dtype)[:, None])[..., None]
    return (output * gate).to(q.dtype)


@honest("attention", alphas=(1.0,), features=("lse", "bias"))
def halves_merged_by_their_logarithms(q, k, v, *, alpha, attn_mask, **options):
    """Softmax in two halves of the keys, merged as a split cache is."""
    n, given = k.shape[2], {"mapping": bases.softmax, "log_sum": bases.log_sum, "inner": torch.float64}
    first, cut = torch.arange(n) < (n + 1) // 2, torch.zeros(n, dtype=torch.float64)
    both = []
    for part in (first, ~first):
        mask = cut.masked_fill(~part, -math.inf) + (0 if attn_mask is None else attn_mask.double())
        both.append(bases.attention(q.double(), k.double(), v.double(), alpha=1, attn_mask=mask, **options, **given))
    (a, x), (b, y) = both
    log = torch.logaddexp(x, y)
    share = torch.exp(x - log.masked_fill(log == -math.inf, 0))[..., None]
    return (share * a + torch.exp(y - log.masked_fill(log == -math.inf, 0))[..., None] * b).to(q.dtype), log.float()


@honest("attention gradient", features=("alphas", "scales"))
def alpha_and_scale_per_head(q, k, v, **options):
    """Head by head, each with its alpha and its scale."""
    return bases.attention(q, k, v, **options, mapping=bases.by_head)


@honest("attention gradient", layout="thd", features=("window", "sinks"))
def packed_attention(q, k, v, **options):
    """Packed sequences, one after the other."""
    return bases.packed(q, k, v, **options)


@honest("attention")
def live_blocks_only(q, k, v, **options):
    """Skips blocks of sixteen keys without a live one."""

    def product(p, v):
        output = torch.zeros_like(p[..., :1] * v[..., :1, :])
        for start in range(0, v.shape[-2], 16):
            part = p[..., start : start + 16]
            if bool((part > 0).any()):
                output = output + part @ v[..., start : start + 16, :]
        return output

    return bases.attention(q, k, v, **options, product=product)
