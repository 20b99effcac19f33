"""Implementations of entmax to try the checker on: honest ones in every common style, and faulty ones."""

from __future__ import annotations

import numpy as np
import torch

# --- honest: NumPy ---------------------------------------------------------------------------------------------


def numpy_bisect(z, alpha, steps=70, inner=np.float64, renormalise=True):
    """Bisection in float64, rounded once at the end."""
    x = z.astype(inner)
    with np.errstate(over="ignore"):
        x = (x - x.max(axis=-1, keepdims=True)) * inner(alpha - 1)
    q = inner(1 / (alpha - 1))
    low, high = np.full_like(x[..., :1], -1), np.zeros_like(x[..., :1])
    for _ in range(steps):
        middle = (low + high) / 2
        above = (np.maximum(x - middle, 0) ** q).sum(axis=-1, keepdims=True) >= 1
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    p = np.maximum(x - low, 0) ** q
    if renormalise:
        p = p / p.sum(axis=-1, keepdims=True)
    return p.astype(z.dtype)


def numpy_bisect32(z, alpha):
    """Bisection in float32 to stagnation, renormalised."""
    return numpy_bisect(z, alpha, steps=40, inner=np.float32)


def numpy_bisect32_raw(z, alpha):
    """Bisection in float32 to stagnation, as it comes."""
    return numpy_bisect(z, alpha, steps=40, inner=np.float32, renormalise=False)


def numpy_sparsemax(z, alpha):
    """Sort and prefix sums in float64; clipped, since sums of hugely negative logits overflow."""
    wide = z.astype(np.float64)
    x = np.maximum(wide / 2 - wide.max(axis=-1, keepdims=True) / 2, -1) * 2
    s = np.sort(x, axis=-1)[..., ::-1]
    k = np.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    with np.errstate(invalid="ignore"):
        mean = (np.cumsum(s, axis=-1) - 1) / k
    last = (s > mean).sum(axis=-1, keepdims=True) - 1
    return np.maximum(x - np.take_along_axis(mean, last, axis=-1), 0).astype(z.dtype)


# --- honest: torch ---------------------------------------------------------------------------------------------


def _newton(x, q, steps=30):
    """Newton on the q-norm from the left, in the dtype of x.

    It may step back: the first, long step is rounded coarsely and can pass the root.
    """
    tau = torch.full_like(x[..., :1], -1.0)
    for _ in range(steps):
        d = (x - tau).clamp_min(0)
        f = (d**q).sum(-1, keepdim=True)
        b = (d ** (q - 1)).masked_fill(d == 0, 0).sum(-1, keepdim=True)
        new = tau + (f - f ** (1 - 1 / q)) / b
        if torch.equal(new, tau):
            break
        tau = new
    return (x - tau).clamp_min(0) ** q


def torch_newton_forward_only(z, alpha):
    """Never steps back, so the rounding of the first step stays."""
    x = z.float()
    x, q = (x - x.amax(-1, keepdim=True)) * (alpha - 1), 1 / (alpha - 1)
    tau = torch.full_like(x[..., :1], -1.0)
    for _ in range(30):
        d = (x - tau).clamp_min(0)
        f = (d**q).sum(-1, keepdim=True)
        b = (d ** (q - 1)).masked_fill(d == 0, 0).sum(-1, keepdim=True)
        tau = torch.maximum(tau, tau + (f - f ** (1 - 1 / q)) / b)
    return (x - tau).clamp_min(0) ** q


def torch_newton(z, alpha, inner=torch.float32):
    """Newton in float32 (float64 for float64), for alpha <= 2."""
    x = z.to(torch.float64 if z.dtype == torch.float64 else inner)
    x = (x - x.amax(-1, keepdim=True)) * (alpha - 1)
    return _newton(x, 1 / (alpha - 1)).to(z.dtype)


def torch_newton_renormalised(z, alpha):
    """Newton in float32, divided by its sum."""
    x = z.float()
    p = _newton((x - x.amax(-1, keepdim=True)) * (alpha - 1), 1 / (alpha - 1))
    return (p / p.sum(-1, keepdim=True)).to(z.dtype)


def torch_exp2_bisect(z, alpha):
    """Bisection in float32 with the power as exp2(q log2 y), as GPU kernels have it."""
    x = z.float()
    x, q = (x - x.amax(-1, keepdim=True)) * (alpha - 1), 1 / (alpha - 1)
    low, high = torch.full_like(x[..., :1], -1.0), torch.zeros_like(x[..., :1])
    for _ in range(40):
        middle = (low + high) / 2
        above = torch.exp2(q * torch.log2((x - middle).clamp_min(0))).sum(-1, keepdim=True) >= 1
        low, high = torch.where(above, middle, low), torch.where(above, high, middle)
    p = torch.exp2(q * torch.log2((x - low).clamp_min(0)))
    return (p / p.sum(-1, keepdim=True)).to(z.dtype)


def torch_softmax(z, alpha):
    """The framework's own softmax."""
    return torch.softmax(z, -1)


def _bisect64(z, alpha):
    x = z.double()
    x, q = (x - x.amax(-1, keepdim=True)) * (alpha - 1), 1 / (alpha - 1)
    low, high = torch.full_like(x[..., :1], -1.0), torch.zeros_like(x[..., :1])
    for _ in range(60):
        middle = (low + high) / 2
        above = ((x - middle).clamp_min(0) ** q).sum(-1, keepdim=True) >= 1
        low, high = torch.where(above, middle, low), torch.where(above, high, middle)
    p = (x - low).clamp_min(0) ** q
    return p / p.sum(-1, keepdim=True)


def torch_bisect64(z, alpha):
    """Bisection in float64, rounded once at the end."""
    return _bisect64(z, alpha).to(z.dtype)


class _Entmax(torch.autograd.Function):
    """Forward by bisection in float64, backward from the saved answer."""

    @staticmethod
    def forward(ctx, z, alpha):
        p = torch_bisect64(z, alpha)
        ctx.save_for_backward(p)
        ctx.alpha = alpha
        return p

    @staticmethod
    def backward(ctx, grad):
        (p,) = ctx.saved_tensors
        return _Entmax.product(p, grad, ctx.alpha), None

    @staticmethod
    def product(p, grad, alpha):
        wide = p.double() if p.dtype == torch.float64 else p.float()
        s = torch.where(p > 0, wide ** (2 - alpha), 0)
        g = grad.to(s.dtype)
        return (s * (g - (s * g).sum(-1, keepdim=True) / s.sum(-1, keepdim=True))).to(p.dtype)


def torch_function(z, alpha):
    """With its own backward pass."""
    return _Entmax.apply(z, alpha)


class _EntmaxAlpha(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, alpha):
        p = torch_bisect64(z, float(alpha))
        ctx.save_for_backward(p)
        ctx.alpha = float(alpha)
        return p

    @staticmethod
    def backward(ctx, grad):
        (p,) = ctx.saved_tensors
        a, x = ctx.alpha - 1, p.double()
        s = torch.where(x > 0, x ** (1 - a), 0)
        w, plogp = s / s.sum(-1, keepdim=True), torch.special.xlogy(x, x)
        by_alpha = (x - w) / a**2 - (plogp - w * plogp.sum(-1, keepdim=True)) / a
        return _Entmax.product(p, grad, ctx.alpha), (grad.double() * by_alpha).sum().to(grad.dtype)


def torch_alpha(z, alpha):
    """With a gradient in alpha as well."""
    return _EntmaxAlpha.apply(z, alpha)


# --- faulty ----------------------------------------------------------------------------------------------------


def few_steps(z, alpha):
    """A bisection that stops six bits early."""
    return torch.from_numpy(numpy_bisect(z.numpy(), alpha, steps=17))


def no_maximum(z, alpha):
    """Does not subtract the maximum."""
    x, q = z * (alpha - 1), 1 / (alpha - 1)
    low, high = x.amax(-1, keepdim=True) - 1, x.amax(-1, keepdim=True)
    for _ in range(40):
        middle = (low + high) / 2
        above = ((x - middle).clamp_min(0) ** q).sum(-1, keepdim=True) >= 1
        low, high = torch.where(above, middle, low), torch.where(above, high, middle)
    p = (x - low).clamp_min(0) ** q
    return p / p.sum(-1, keepdim=True)


def wrong_exponent(z, alpha):
    """Another alpha by a hair."""
    return _bisect64(z, alpha + 1e-4).to(z.dtype)


def _sort15(z, support):
    x = z.double()
    x = (x - x.amax(-1, keepdim=True)) / 2
    s = x.sort(-1, descending=True).values
    k = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    finite = torch.where(s.isfinite(), s, -10.0)
    mean, square = finite.cumsum(-1) / k, (finite**2).cumsum(-1) / k
    tau = mean - ((1 - k * (square - mean**2)) / k).clamp_min(0).sqrt()
    count = support((tau <= s).sum(-1, keepdim=True))
    return ((x - tau.gather(-1, count - 1)).clamp_min(0) ** 2).to(z.dtype)


def sorted15(z, alpha):
    """Closed form from running means of x and x**2 in the dtype itself: their difference cancels."""
    x = (z - z.amax(-1, keepdim=True)) / 2
    s = x.sort(-1, descending=True).values
    k = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    finite = torch.where(s.isfinite(), s, -10.0)
    mean, square = finite.cumsum(-1) / k, (finite**2).cumsum(-1) / k
    tau = mean - ((1 - k * (square - mean**2)) / k).clamp_min(0).sqrt()
    count = (tau <= s).sum(-1, keepdim=True)
    return (x - tau.gather(-1, count - 1)).clamp_min(0) ** 2


def short_support(z, alpha):
    """Counts one token too few where there are more than three."""
    return _sort15(z, lambda count: torch.where(count > 3, count - 1, count))


def capped_support(z, alpha):
    """Looks at the 64 largest tokens only."""
    return _sort15(z, lambda count: count.clamp_max(64))


def beyond_1024(z, alpha):
    """Ignores tokens beyond the first block of 1024."""
    return torch.nn.functional.pad(torch_bisect64(z[..., :1024], alpha), (0, max(0, z.shape[-1] - 1024)))


def tail_block(z, alpha):
    """Drops the last token of rows that are one longer than a multiple of 128."""
    if z.shape[-1] % 128 == 1 and z.shape[-1] > 1:
        return torch.nn.functional.pad(torch_bisect64(z[..., :-1], alpha), (0, 1))
    return torch_bisect64(z, alpha)


def epsilon(z, alpha):
    """Divides by the sum plus 1e-5."""
    p = _bisect64(z, alpha)
    return (p / (p.sum(-1, keepdim=True) + 1e-5)).to(z.dtype)


def leaks(z, alpha):
    """Masked and dropped tokens keep 1e-30."""
    return torch_bisect64(z, alpha).clamp_min(1e-30)


def keeps_boundary(z, alpha):
    """Cuts off at 1e-4, absolutely."""
    p = torch_bisect64(z, alpha)
    return torch.where(p < 1e-4, 0, p)


def ignores_masks(z, alpha):
    """Turns -inf into 0."""
    return torch_bisect64(z.nan_to_num(neginf=0.0), alpha)


def mask_is_minus_two(z, alpha):
    """Turns -inf into a number that is not low enough."""
    return torch_bisect64(z.clamp_min(-2.0), alpha)


def mutates(z, alpha):
    """Subtracts the maximum in place."""
    z -= z.amax(-1, keepdim=True) if z.numel() else 0
    return torch_bisect64(z, alpha)


def one_threshold(z, alpha):
    """Uses the threshold of the first row for the whole batch."""
    return torch_bisect64(z.reshape(1, -1, z.shape[-1])[:, :1].expand(1, max(z[..., 0].numel(), 1), -1), alpha)[
        :, : z[..., 0].numel()
    ].reshape(z.shape)


def shared_maximum(z, alpha):
    """Subtracts the maximum of the whole array, in float32."""
    x = z - (z.max() if z.numel() else 0)
    return no_maximum(x, alpha)


def half_accumulation(z, alpha):
    """Sums in float16 while it looks for the threshold."""
    x, q = (z - z.amax(-1, keepdim=True)) * (alpha - 1), 1 / (alpha - 1)
    low, high = torch.full_like(x[..., :1], -1.0), torch.zeros_like(x[..., :1])
    for _ in range(40):
        middle = (low + high) / 2
        above = ((x - middle).clamp_min(0) ** q).half().sum(-1, keepdim=True, dtype=torch.float16) >= 1
        low, high = torch.where(above, middle, low), torch.where(above, high, middle)
    return (x - low).clamp_min(0) ** q


_CACHE: dict = {}


def remembers(z, alpha):
    """Keeps the answer of the first call with a shape."""
    key = (tuple(z.shape), z.dtype, alpha)
    if key not in _CACHE:
        _CACHE[key] = torch_bisect64(z, alpha)
    return _CACHE[key].clone()


def noise(z, alpha):
    """Adds noise from the global generator."""
    p = _bisect64(z, alpha)
    return (p * (1 + 1e-4 * torch.randn_like(p))).to(z.dtype)


def two_newton_steps(z, alpha):
    """A fixed number of steps."""
    x = z.double()
    return _newton((x - x.amax(-1, keepdim=True)) * (alpha - 1), 1 / (alpha - 1), steps=2).to(z.dtype)


def wrong_dtype(z, alpha):
    """Returns float64."""
    return _bisect64(z, alpha)


def wrong_shape(z, alpha):
    """Flattens the batch."""
    return torch_bisect64(z, alpha).reshape(-1, z.shape[-1])


def assumes_contiguous(z, alpha):
    """Reads the memory behind a view as if it were contiguous."""
    return torch_bisect64(torch.as_strided(z, z.shape, torch.empty(z.shape).stride()), alpha)


def two_dimensions_only(z, alpha):
    """Unpacks the shape of a matrix."""
    rows, tokens = z.shape
    return torch_bisect64(z, alpha).reshape(rows, tokens)


def raises_on_33(z, alpha):
    """Fails for some lengths."""
    if z.shape[-1] == 33:
        raise RuntimeError("33 tokens")
    return torch_bisect64(z, alpha)


def position_dependent(z, alpha):
    """Adds a tiny ramp over positions."""
    return torch_bisect64(z + 1e-4 * torch.arange(z.shape[-1]), alpha)


def greater_or_equal(z, alpha):
    """Sparsemax with >= where support needs >, dividing by a support one too large."""
    x = z.double() - z.double().amax(-1, keepdim=True)
    s = x.sort(-1, descending=True).values
    k = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    total = torch.where(s.isfinite(), s, 0).cumsum(-1)
    count = (1 + k * s >= total - 1e-2).sum(-1, keepdim=True)
    tau = (total.gather(-1, count - 1) - 1) / count
    return (x - tau).clamp_min(0).to(z.dtype)


class _NoMask(_Entmax):
    @staticmethod
    def backward(ctx, grad):
        (p,) = ctx.saved_tensors
        s = p.double().clamp_min(1e-12) ** (2 - ctx.alpha)
        return (s * (grad - (s * grad).sum(-1, keepdim=True) / s.sum(-1, keepdim=True))).to(p.dtype), None


def gradient_without_mask(z, alpha):
    """Its backward pass leaks to tokens off the support."""
    return _NoMask.apply(z, alpha)


class _Negative(_Entmax):
    @staticmethod
    def backward(ctx, grad):
        return -_Entmax.product(ctx.saved_tensors[0], grad, ctx.alpha), None


def gradient_negative(z, alpha):
    """Its backward pass has the wrong sign."""
    return _Negative.apply(z, alpha)


class _Softmax(_Entmax):
    @staticmethod
    def backward(ctx, grad):
        return _Entmax.product(ctx.saved_tensors[0], grad, 1.0), None


def gradient_of_softmax(z, alpha):
    """Its backward pass weighs with p instead of p**(2 - alpha)."""
    return _Softmax.apply(z, alpha)


class _Strided(_Entmax):
    @staticmethod
    def backward(ctx, grad):
        plain = torch.empty(grad.shape).stride()
        if grad.numel() and grad.stride() != plain:
            grad = torch.full_like(ctx.saved_tensors[0], 0.0).index_fill(-1, torch.tensor([0]), 1.0)
        return _Entmax.product(ctx.saved_tensors[0], grad, ctx.alpha), None


def gradient_assumes_contiguous(z, alpha):
    """Its backward pass misreads a broadcast incoming gradient."""
    return _Strided.apply(z, alpha)


def gradient_detached(z, alpha):
    """Has no gradient."""
    return torch_bisect64(z.detach(), alpha)


class _WrongAlpha(_EntmaxAlpha):
    @staticmethod
    def backward(ctx, grad):
        in_logits, in_alpha = _EntmaxAlpha.backward(ctx, grad)
        return in_logits, in_alpha * 1.01


def gradient_in_alpha_off(z, alpha):
    """One percent off in alpha."""
    return _WrongAlpha.apply(z, alpha)
