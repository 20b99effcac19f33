"""Wrong backward passes behind an exact mapping."""

from __future__ import annotations

import torch
from zoo.bases import by_one_stride, centre, differentiable, exact, grad_alpha, sparsemax, total, vjp, weights, wide
from zoo.registry import fault

# --- in the logits ---------------------------------------------------------------------------------------------


@fault("blatant", "gradient", breaks="gradient")
def wrong_sign(z, alpha):
    """Ascends."""
    return differentiable(z, alpha, lambda p, g, alpha: -vjp(p, g, alpha))


@fault("blatant", "gradient")
def not_centred(z, alpha):
    """Forgets to subtract the weighted mean."""
    return differentiable(z, alpha, lambda p, g, alpha: vjp(p, g, alpha, centre=lambda s, g: 0.0))


@fault("medium", "gradient", breaks="gradient symmetry")
def centred_by_p(z, alpha):
    """Takes the mean with the weights p instead of p**(2 - alpha)."""
    return differentiable(
        z, alpha, lambda p, g, alpha: vjp(p, g, alpha, centre=lambda s, g: total(wide(p) * g).to(s.dtype))
    )


@fault("medium", "gradient")
def centred_over_all_tokens(z, alpha):
    """Divides by the number of tokens, as a mean does."""
    return differentiable(z, alpha, lambda p, g, alpha: vjp(p, g, alpha, centre=lambda s, g: (s * g).mean(-1, True)))


@fault("blatant", "gradient", breaks="gradient")
def of_softmax(z, alpha):
    """Weighs with p."""
    return differentiable(z, alpha, lambda p, g, alpha: vjp(p, g, 1.0))


@fault("medium", "gradient")
def of_sparsemax(z, alpha):
    """Weighs with the indicator of the support."""
    return differentiable(z, alpha, lambda p, g, alpha: vjp(p, g, 2.0))


@fault("medium", "gradient", alphas=(1.25,))
def exponent_one_minus_alpha(z, alpha):
    """Weighs with p**(alpha - 1), which is right for alpha 1.5."""
    return differentiable(z, alpha, lambda p, g, alpha: vjp(p, g, 3 - alpha))


@fault("medium", "gradient", alphas=(1.25,))
def square_root_always(z, alpha):
    """Weighs with the square root of p, which is right for alpha 1.5."""
    return differentiable(z, alpha, lambda p, g, alpha: vjp(p, g, 1.5))


@fault("subtle", "gradient", breaks="gradient")
def leaks_off_the_support(z, alpha):
    """Clamps p at 1e-12 before the power: tokens off the support get a little."""
    return differentiable(
        z, alpha, lambda p, g, alpha: vjp(p, g, alpha, weights=lambda p, a: wide(p).clamp_min(1e-12) ** (2 - a))
    )


@fault("medium", "gradient", alphas=(2.0,), breaks="gradient support")
def support_by_the_power(z, alpha):
    """0**0 is 1: at alpha 2 every token counts."""
    return differentiable(
        z, alpha, lambda p, g, alpha: vjp(p, g, alpha, weights=lambda p, a: wide(p).clamp_min(0) ** (2 - a))
    )


@fault("medium", "gradient", alphas=(3.0,))
def infinite_off_the_support(z, alpha):
    """Beyond alpha 2 the power of zero is infinite, and the gradient nan."""
    return differentiable(
        z, alpha, lambda p, g, alpha: vjp(p, g, alpha, weights=lambda p, a: wide(p).clamp_min(0) ** (2 - a))
    )


@fault("subtle", "gradient")
def support_above_a_thousandth(z, alpha):
    """Takes tokens with p < 1e-3 for dropped."""
    return differentiable(
        z, alpha, lambda p, g, alpha: vjp(p, g, alpha, weights=lambda p, a: torch.where(p > 1e-3, weights(p, a), 0))
    )


@fault("subtle", "gradient")
def epsilon_in_the_denominator(z, alpha):
    """Adds 1e-4 to the sum of the weights."""
    return differentiable(
        z, alpha, lambda p, g, alpha: vjp(p, g, alpha, centre=lambda s, g: total(s * g) / (total(s) + 1e-4))
    )


@fault("subtle", "gradient", dtypes=("float64",))
def epsilon_in_float64(z, alpha):
    """Adds 1e-8 to the sum of the weights, in float64."""
    return differentiable(
        z, alpha, lambda p, g, alpha: vjp(p, g, alpha, centre=lambda s, g: total(s * g) / (total(s) + 1e-8))
    )


@fault("medium", "gradient")
def centred_over_the_batch(z, alpha):
    """Sums over rows as well."""
    return differentiable(
        z, alpha, lambda p, g, alpha: vjp(p, g, alpha, centre=lambda s, g: (s * g).sum() / s.sum().clamp_min(1e-30))
    )


@fault("medium", "gradient", dtypes=("float16",))
def weights_in_half(z, alpha):
    """Computes the backward pass in float16."""
    return differentiable(
        z, alpha, lambda p, g, alpha: vjp(p, g, alpha, weights=lambda p, a: torch.where(p > 0, p ** (2 - a), 0))
    )


@fault("medium", "gradient")
def sums_the_gradient_in_bfloat16(z, alpha):
    """Rounds the mean to bfloat16."""
    return differentiable(
        z, alpha, lambda p, g, alpha: vjp(p, g, alpha, centre=lambda s, g: centre(s, g).bfloat16().float())
    )


@fault("medium", "gradient")
def clips(z, alpha):
    """Limits the incoming gradient to 100."""
    return differentiable(z, alpha, lambda p, g, alpha: vjp(p, g.clamp(-100, 100), alpha))


def _flat_memory(g):
    """Read memory as a kernel does that knows no strides."""
    held = g.untyped_storage().nbytes() // g.element_size()
    flat = torch.as_strided(g, (held,), (1,), 0)
    index = (g.storage_offset() + torch.arange(g.numel())).clamp_max(max(held - 1, 0))
    return flat[index].reshape(g.shape) if g.numel() else g


@fault("medium", "gradient", breaks="untouched")
def writes_to_its_cotangent(z, alpha):
    """Puts the gradient where the incoming one was."""
    return differentiable(
        z, alpha, lambda p, g, alpha: g.copy_(vjp(p, g, alpha)) if g.is_contiguous() else vjp(p, g, alpha)
    )


@fault("medium", "gradient", breaks="gradient")
def broadcast_cotangent(z, alpha):
    """Reads a broadcast incoming gradient as if it were contiguous, past its end."""

    def product(p, g, alpha):
        beyond = torch.arange(g.numel(), dtype=g.dtype).reshape(g.shape)
        return vjp(p, beyond if g.numel() > 1 and not any(g.stride()) else g, alpha)

    return differentiable(z, alpha, product)


@fault("subtle", "gradient")
def strided_cotangent(z, alpha):
    """Knows broadcast incoming gradients, but not those with gaps between tokens."""
    return differentiable(
        z,
        alpha,
        lambda p, g, alpha: vjp(p, _flat_memory(g) if g.ndim and g.stride(-1) > 1 else g, alpha),
    )


@fault("subtle", "gradient")
def padded_cotangent(z, alpha):
    """Takes rows of the incoming gradient to follow each other without a gap."""
    return differentiable(
        z,
        alpha,
        lambda p, g, alpha: vjp(
            p, _flat_memory(g) if g.ndim > 1 and g.stride(-1) == 1 and g.stride(-2) > g.shape[-1] else g, alpha
        ),
    )


@fault("blatant", "gradient", breaks="gradient")
def detached(z, alpha):
    """Has no gradient."""
    return exact(z.detach(), alpha)


@fault("blatant", "gradient")
def straight_through(z, alpha):
    """Passes the incoming gradient on where p is positive."""
    return differentiable(z, alpha, lambda p, g, alpha: torch.where(p > 0, g, 0))


@fault("medium", "gradient")
def tail_of_the_gradient(z, alpha):
    """Leaves out the last token of rows that are one longer than a multiple of 64."""

    def product(p, g, alpha):
        found = vjp(p, g, alpha)
        if p.shape[-1] % 64 == 1 and p.shape[-1] > 1:
            found[..., -1] = 0
        return found

    return differentiable(z, alpha, product)


@fault("subtle", "gradient")
def gradient_beyond_1024(z, alpha):
    """Leaves out what lies beyond 1024 tokens."""
    return differentiable(z, alpha, lambda p, g, alpha: vjp(p, g, alpha) * (torch.arange(p.shape[-1]) < 1024))


_SAVED: dict = {}


@fault("subtle", "gradient")
def saves_outside_the_context(z, alpha):
    """Saves its answer in a global: the last forward pass wins."""

    def mapping(z, alpha):
        _SAVED["p"] = exact(z, alpha)
        return _SAVED["p"].clone()

    return differentiable(
        z, alpha, lambda p, g, alpha: vjp(_SAVED["p"] if _SAVED["p"].shape == p.shape else p, g, alpha), None, mapping
    )


@fault("subtle", "gradient")
def second_half_of_the_batch(z, alpha):
    """Uses the weights of the first row from the fourth on."""

    def product(p, g, alpha):
        if p.ndim > 1:
            p = torch.cat([p[:3], p[:1].expand_as(p[3:])]) if len(p) > 3 else p
        return vjp(p, g, alpha)

    return differentiable(z, alpha, product)


@fault("medium", "gradient")
def tau_is_constant(z, alpha):
    """Autograd through the last step of a bisection only: tau is taken for a constant."""
    p = exact(z.detach(), alpha)
    power = weights(p, alpha)
    return p + power * (z - z.detach()).nan_to_num()


@fault("subtle", "gradient", dtypes=("bfloat16",))
def saves_six_bits(z, alpha):
    """Saves p for the backward pass in steps of a sixty-fourth."""
    return differentiable(z, alpha, lambda p, g, alpha: vjp((p.float() * 64).round() / 64, g, alpha).to(p.dtype))


@fault("subtle", "gradient")
def hurries_in_training(z, alpha):
    """Rounds the answer to bfloat16 where a gradient is wanted."""
    p = differentiable(z, alpha)
    return p + (p.detach().bfloat16().to(p.dtype) - p.detach()) if z.requires_grad else p


@fault("subtle", "gradient")
def works_on_what_it_saved(z, alpha):
    """Takes a root in place of what the forward pass has saved: a second backward pass finds that."""

    class _InPlace(torch.autograd.Function):
        @staticmethod
        def forward(ctx, z):
            ctx.p = exact(z, alpha)
            return ctx.p.clone()

        @staticmethod
        def backward(ctx, g):
            found = vjp(ctx.p, g, alpha)
            ctx.p.sqrt_()
            return found

    return _InPlace.apply(z)


@fault("subtle", "gradient", dtypes=("float16",))
def weighted_sum_in_half(z, alpha):
    """Rounds the weighted sum of a gradient to float16, where a scaled loss overflows."""
    return differentiable(
        z, alpha, lambda p, g, alpha: vjp(p, g, alpha, centre=lambda s, g: total(s * g).half().to(s.dtype) / total(s))
    )


@fault("medium", "gradient")
def nothing_below_a_millionth(z, alpha):
    """Returns zero for incoming gradients that are all below 1e-6."""
    return differentiable(z, alpha, lambda p, g, alpha: vjp(p, g, alpha) * bool(g.abs().max() > 1e-6))


@fault("subtle", "gradient", dtypes=("bfloat16",))
def through_half(z, alpha):
    """Takes a bfloat16 incoming gradient through float16, where small ones vanish."""
    return differentiable(z, alpha, lambda p, g, alpha: vjp(p, g.half().to(g.dtype), alpha))


@fault("subtle", "gradient")
def mean_of_the_first_8192(z, alpha):
    """Sums the mean over two tiles of 4096 tokens."""

    def centre(s, g):
        return (s * g)[..., :8192].sum(-1, True) / total(s)

    return differentiable(z, alpha, lambda p, g, alpha: vjp(p, g, alpha, centre=centre))


@fault("medium", "gradient")
def one_stride_for_all_gradients(z, alpha):
    """Steps through an incoming gradient by the stride of the axis before the tokens, also across batches."""
    return differentiable(z, alpha, lambda p, g, alpha: vjp(p, by_one_stride(g), alpha))


_POOL: dict[tuple[object, ...], list[torch.Tensor]] = {}


@fault("subtle", "gradient")
def four_places_to_save(z, alpha):
    """Saves p in four places that it takes in turn, one after the other call."""

    class _Pooled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, z):
            places = _POOL.setdefault(tuple(z.shape), [torch.empty_like(z, dtype=torch.float64) for _ in range(4)])
            places.append(places.pop(0))
            ctx.p = places[-1]
            ctx.p.copy_(exact(z, alpha))
            return exact(z, alpha)

        @staticmethod
        def backward(ctx, g):
            return vjp(ctx.p, g, alpha).to(g.dtype)

    return _Pooled.apply(z)


# --- in alpha --------------------------------------------------------------------------------------------------


@fault("blatant", "gradient in alpha")
def alpha_sign(z, alpha):
    """Has the wrong sign."""
    return differentiable(z, alpha, vjp, lambda p, g, alpha: -grad_alpha(p, g, alpha))


@fault("blatant", "gradient in alpha")
def alpha_half(z, alpha):
    """Is half as large."""
    return differentiable(z, alpha, vjp, lambda p, g, alpha: grad_alpha(p, g, alpha) / 2)


@fault("medium", "gradient in alpha")
def alpha_detached(z, alpha):
    """Returns zero."""
    return differentiable(z, alpha, vjp, lambda p, g, alpha: 0 * grad_alpha(p, g, alpha))


@fault("medium", "gradient in alpha")
def alpha_tau_is_constant(z, alpha):
    """Forgets that tau moves with alpha: leaves out the centring of the entropy."""
    return differentiable(
        z,
        alpha,
        vjp,
        lambda p, g, alpha: (
            grad_alpha(p, g, alpha)
            - (g.double() * weights(p, alpha) / total(weights(p, alpha)) * total(torch.special.xlogy(p, p)))
            .sum()
            .to(p.dtype)
            / (alpha - 1)
        ),
    )


@fault("medium", "gradient in alpha")
def alpha_base_two(z, alpha):
    """Logarithms to the base two."""
    return differentiable(z, alpha, vjp, lambda p, g, alpha: grad_alpha(p, g, alpha, log=torch.log2))


@fault("subtle", "gradient in alpha", alphas=(1.25,))
def alpha_first_term(z, alpha):
    """Divides the first term by alpha - 1 once only."""
    return differentiable(z, alpha, vjp, lambda p, g, alpha: grad_alpha(p, g, alpha, first=alpha - 1))


@fault("medium", "gradient in alpha", alphas=(1.25,))
def alpha_weights_of_15(z, alpha):
    """Weighs with the square root of p whatever alpha."""
    return differentiable(
        z,
        alpha,
        vjp,
        lambda p, g, alpha: grad_alpha(p, g, alpha, weights=lambda x, a: torch.where(x > 0, x.sqrt(), 0)),
    )


@fault("subtle", "gradient in alpha")
def alpha_of_the_first_row(z, alpha):
    """Leaves out all rows but the first."""

    def by_alpha(p, g, alpha):
        n = p.shape[-1]
        return grad_alpha(p.reshape(-1, n)[:1], g.reshape(-1, n)[:1], alpha)

    return differentiable(z, alpha, vjp, by_alpha)


@fault("subtle", "gradient in alpha", breaks="gradient in alpha")
def alpha_a_thousandth_off(z, alpha):
    """Is a thousandth too large."""
    return differentiable(z, alpha, vjp, lambda p, g, alpha: grad_alpha(p, g, alpha) * 1.001)


@fault("medium", "gradient in alpha")
def alpha_mean_of_rows(z, alpha):
    """Averages over the rows instead of adding them."""
    return differentiable(z, alpha, vjp, lambda p, g, alpha: grad_alpha(p, g, alpha) / max(p[..., 0].numel(), 1))


@fault("subtle", "gradient in alpha")
def alpha_drops_small(z, alpha):
    """Leaves out tokens with p below 1e-3, where the logarithm is large."""
    return differentiable(
        z, alpha, vjp, lambda p, g, alpha: grad_alpha(torch.where(p > 1e-3, p, 0), torch.where(p > 1e-3, g, 0), alpha)
    )


@fault("subtle", "gradient in alpha", alphas=(1.05,))
def alpha_by_differences(z, alpha):
    """A difference quotient in float32, with a step of 1e-3."""

    def by_alpha(p, g, alpha):
        step = 1e-3
        rise = exact(z.detach(), alpha + step) - exact(z.detach(), alpha - step)
        return (g * rise).sum() / (2 * step)

    return differentiable(z, alpha, vjp, by_alpha)


@fault("subtle", "gradient in alpha")
def alpha_of_1024_rows(z, alpha):
    """Sums over the first 1024 rows."""

    def gradient(p, g, alpha):
        rows = p.reshape(-1, p.shape[-1])[:1024]
        return grad_alpha(rows, g.reshape(-1, p.shape[-1])[:1024], alpha)

    return differentiable(z, alpha, vjp, gradient)


@fault("medium", "gradient in alpha")
def alpha_of_frozen_logits(z, alpha):
    """Has no gradient in alpha where the logits need none."""
    return differentiable(z, alpha if z.requires_grad else float(alpha), vjp, grad_alpha)


@fault("medium", "gradient in alpha", alphas=(1.0005,))
def alpha_cancels_near_one(z, alpha):
    """The published formula in float32, whose differences cancel near alpha = 1."""

    def gradient(p, g, alpha):
        p, g, a = p.float(), g.float(), float(alpha) - 1
        s = torch.where(p > 0, torch.where(p > 0, p, 1) ** (1 - a), 0)
        w = s / total(s)
        entropy = torch.xlogy(p, p)
        return (g * ((p - w) / a**2 - (entropy - w * total(entropy)) / a)).sum()

    return differentiable(z, alpha, vjp, gradient)


class _Squeezed(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        p = sparsemax(z)
        ctx.save_for_backward(p)
        return p

    @staticmethod
    def backward(ctx, g):
        (p,) = ctx.saved_tensors
        size = (p != 0).sum(-1, keepdim=True).to(g.dtype)
        g = torch.where(p == 0, 0.0, g)
        mean = total(g) / size if size.numel() == 1 else (g.sum(-1) / size.squeeze()).unsqueeze(-1)
        return torch.where(p != 0, g - mean, 0.0)


@fault("medium", "gradient", alphas=(2.0,))
def size_of_the_support_is_squeezed(z, alpha):
    """Squeezes the sizes of the supports, which then meet the wrong rows where an axis has length 1."""
    return _Squeezed.apply(z)
