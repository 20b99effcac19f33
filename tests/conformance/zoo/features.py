"""Wrong attention in what it also takes: masks, windows, caps, sinks, logarithms of sums, numbers per head, packing."""

from __future__ import annotations

import math
from functools import partial

import torch
from zoo import bases
from zoo.bases import attention, inside, packed
from zoo.registry import fault

slip = partial(fault, subject="attention")
backward_slip = partial(fault, subject="attention gradient")
soft = {"mapping": bases.softmax, "log_sum": bases.log_sum}


def from_the_start(m, n):
    return torch.arange(m)[:, None] - torch.arange(n)


# --- windows ---------------------------------------------------------------------------------------------------


@slip("medium", features=("window",))
def window_as_a_count(q, k, v, **options):
    """Takes the bound for a number of keys, so that the key at the left edge is not seen."""
    return attention(
        q, k, v, **options, inside=lambda offset, left, right: inside(offset, max(left - 1, min(left, 0)), right)
    )


@slip("medium", features=("window",))
def window_from_the_start(q, k, v, **options):
    """Counts the positions of queries from zero, which differs where M is not N."""
    return attention(q, k, v, **options, window_offsets=from_the_start)


@slip("medium", features=("window",))
def window_to_the_left_only(q, k, v, **options):
    """Bounds the keys before a query, and none behind it."""
    return attention(q, k, v, **options, inside=lambda offset, left, right: inside(offset, left, -1))


@slip("subtle", features=("window",))
def window_zero_is_open(q, k, v, **options):
    """Takes a bound of zero for none."""
    return attention(q, k, v, **options, inside=lambda offset, left, right: inside(offset, left or -1, right or -1))


@slip("subtle", features=("window",))
def window_without_lengths(q, k, v, *, key_lengths, window, **options):
    """Ignores key_lengths where a window is given."""
    lengths = None if window is not None else key_lengths
    return attention(q, k, v, key_lengths=lengths, window=window, **options)


# --- caps ------------------------------------------------------------------------------------------------------


@slip("medium", features=("softcap",))
def cap_by_exponentials(q, k, v, **options):
    """Computes tanh from exponentials, which is inf / inf beyond 88."""

    def cap(s, c):
        up, down = torch.exp(s / c), torch.exp(-s / c)
        return c * (up - down) / (up + down)

    return attention(q, k, v, **options, cap=cap)


@slip("medium", features=("softcap",))
def cap_after_the_mask(q, k, v, **options):
    """Caps hidden scores too: -inf becomes -c."""
    return attention(q, k, v, **options, late_cap="mask")


@slip("subtle", features=("softcap",))
def cap_after_the_bias(q, k, v, **options):
    """Adds the ALiBi bias before the cap."""
    return attention(q, k, v, **options, late_cap="bias")


@slip("blatant", features=("softcap",))
def cap_by_clamping(q, k, v, **options):
    """Clamps instead of tanh."""
    return attention(q, k, v, **options, cap=lambda s, c: s.clamp(-c, c))


# --- sinks -----------------------------------------------------------------------------------------------------


@slip("blatant", alphas=(1.0,), features=("sinks",))
def gate_with_the_sum(q, k, v, sinks, **options):
    """Gates by the sum of exponentials where its logarithm is meant."""
    output, log = attention(q, k, v, **options, **soft)
    return output if sinks is None else output * torch.sigmoid(torch.exp(log) - sinks[:, None])[..., None]


@slip("medium", features=("sinks",))
def sink_scaled(q, k, v, *, sinks, scale, **options):
    """Multiplies the sink by the scale."""
    factor = 1 / math.sqrt(q.shape[3]) if scale is None else scale
    return attention(q, k, v, sinks=None if sinks is None else sinks * factor, scale=scale, **options)


@slip("medium", features=("sinks", "softcap"))
def sink_capped(q, k, v, *, sinks, softcap, **options):
    """Caps the sink as well."""
    capped = sinks if sinks is None or softcap is None else bases.capped(sinks, softcap)
    return attention(q, k, v, sinks=capped, softcap=softcap, **options)


@slip("medium", features=("sinks",))
def sink_of_the_key_head(q, k, v, *, sinks, **options):
    """Reads the sink of the key head, not that of the head."""
    group = q.shape[1] // k.shape[1]
    return attention(q, k, v, sinks=None if sinks is None else sinks[torch.arange(q.shape[1]) // group], **options)


@slip("subtle", features=("sinks",))
def sink_where_causal_only(q, k, v, *, sinks, is_causal, **options):
    """Forgets the sink where attention is not causal."""
    return attention(q, k, v, sinks=sinks if is_causal else None, is_causal=is_causal, **options)


@backward_slip("medium", features=("sinks",))
def sink_without_a_gradient(q, k, v, *, sinks, **options):
    """The backward pass knows of no sink."""
    return attention(q, k, v, sinks=None if sinks is None else sinks.detach(), **options)


@backward_slip("subtle", features=("sinks",))
def sink_gradient_of_the_first_sequence(q, k, v, *, sinks, **options):
    """Sums the gradient in the sinks over the first sequence alone."""

    def beside(s, sinks):
        rows = sinks[:, None, None].expand(*s.shape[:3], 1)
        return torch.cat([s, torch.cat([rows[:1], rows[1:].detach()])], -1)

    return attention(q, k, v, sinks=sinks, **options, beside=beside)


# --- logarithms of sums ----------------------------------------------------------------------------------------


@slip("blatant", alphas=(1.0,), features=("lse",))
def lse_in_base_two(q, k, v, **options):
    """Returns the logarithm in base 2."""
    return attention(q, k, v, **options, mapping=bases.softmax, log_sum=lambda s: bases.log_sum(s) / math.log(2))


@slip("blatant", alphas=(1.0,), features=("lse",))
def lse_without_the_maximum(q, k, v, **options):
    """Forgets to add the maximum that was subtracted."""

    def log_sum(s):
        peak = s.amax(-1).clamp_min(torch.finfo(s.dtype).min)
        return bases.log_sum(s) - peak

    return attention(q, k, v, **options, mapping=bases.softmax, log_sum=log_sum)


@slip("subtle", alphas=(1.0,), features=("lse",))
def lse_finite_without_visible_keys(q, k, v, **options):
    """Returns the most negative finite number instead of -inf for a query that sees no key."""

    def log_sum(s):
        return bases.log_sum(s).clamp_min(torch.finfo(s.dtype).min)

    return attention(q, k, v, **options, mapping=bases.softmax, log_sum=log_sum)


@slip("medium", alphas=(1.0,), features=("lse", "sinks"))
def lse_without_the_sink(q, k, v, **options):
    """Leaves the sink out of the logarithm."""
    n = k.shape[2]
    return attention(q, k, v, **options, mapping=bases.softmax, log_sum=lambda s: bases.log_sum(s[..., :n]))


@slip("subtle", alphas=(1.0,), dtypes=("bfloat16",), features=("lse",))
def lse_rounded_to_bfloat16(q, k, v, **options):
    """Rounds the logarithm to bfloat16 and returns it as float32."""
    return attention(q, k, v, **options, mapping=bases.softmax, log_sum=lambda s: bases.log_sum(s).bfloat16().float())


@backward_slip("subtle", alphas=(1.0,), features=("lse",))
def lse_without_a_gradient(q, k, v, **options):
    """Detaches the logarithm."""
    return attention(q, k, v, **options, mapping=bases.softmax, log_sum=lambda s: bases.log_sum(s).detach())


@backward_slip("subtle", alphas=(1.0,), features=("lse",))
def lse_with_the_gradient_of_the_maximum(q, k, v, **options):
    """Detaches the sum, and leaves the maximum its gradient."""

    def log_sum(s):
        peak = s.amax(-1)
        return peak + (bases.log_sum(s) - peak).detach()

    return attention(q, k, v, **options, mapping=bases.softmax, log_sum=log_sum)


# --- masks -----------------------------------------------------------------------------------------------------


@slip("blatant", features=("mask",))
def mask_inverted(q, k, v, **options):
    """Hides where a boolean mask is True."""
    return attention(q, k, v, **options, attends=lambda mask: ~mask)


@slip("medium", features=("bias",))
def bias_before_the_scale(q, k, v, *, attn_mask, scale, **options):
    """Adds the mask before the scale, which then multiplies it."""
    factor = 1 / math.sqrt(q.shape[3]) if scale is None else scale
    return attention(q, k, v, attn_mask=None if attn_mask is None else attn_mask * factor, scale=scale, **options)


@slip("medium", features=("mask",))
def mask_of_the_first_head(q, k, v, *, attn_mask, **options):
    """Uses the mask of the first head for all."""
    mask = attn_mask if attn_mask is None or attn_mask.ndim < 4 else attn_mask[:, :1]
    return attention(q, k, v, attn_mask=mask, **options)


@slip("medium", features=("mask",))
def mask_or_causal(q, k, v, *, attn_mask, is_causal, **options):
    """Ignores the mask where attention is causal."""
    return attention(q, k, v, attn_mask=None if is_causal else attn_mask, is_causal=is_causal, **options)


@slip("subtle", features=("boolean-mask",))
def mask_of_whole_blocks(q, k, v, *, attn_mask, **options):
    """Does not mask the last block of sixteen keys where it is incomplete."""
    if attn_mask is not None and attn_mask.shape[-1] > 16:
        attn_mask = attn_mask.clone()
        attn_mask[..., attn_mask.shape[-1] // 16 * 16 :] = True
    return attention(q, k, v, attn_mask=attn_mask, **options)


@slip("subtle", features=("bias",))
def bias_in_bfloat16(q, k, v, **options):
    """Rounds the mask to bfloat16 before it is added."""
    return attention(q, k, v, **options, add=lambda s, mask: s + mask.bfloat16().to(s.dtype))


@backward_slip("subtle", features=("bias",))
def bias_gradient_of_the_first_sequence(q, k, v, **options):
    """Sums the gradient in a mask that is broadcast over the first sequence alone."""

    def add(s, mask):
        rows = mask.expand(s.shape)
        return s + torch.cat([rows[:1], rows[1:].detach()])

    return attention(q, k, v, **options, add=add)


# --- numbers per head ------------------------------------------------------------------------------------------


@slip("blatant", features=("alphas",))
def alpha_of_the_first_head(q, k, v, *, alpha, **options):
    """Uses the alpha of the first head for all."""
    return attention(q, k, v, alpha=float(alpha[0]) if isinstance(alpha, torch.Tensor) else alpha, **options)


@slip("medium", features=("alphas",))
def alpha_of_the_key_head(q, k, v, *, alpha, **options):
    """Reads alpha by the key head."""
    if isinstance(alpha, torch.Tensor):
        alpha = alpha[torch.arange(q.shape[1]) // (q.shape[1] // k.shape[1])]
    return attention(q, k, v, alpha=alpha, **options, mapping=bases.by_head)


@slip("medium", features=("scales",))
def scale_of_the_first_query(q, k, v, *, scale, **options):
    """Uses the scale of the first query for all of a head."""
    return attention(q, k, v, scale=scale[..., :1] if isinstance(scale, torch.Tensor) else scale, **options)


@slip("subtle", features=("scales",))
def scale_of_the_first_sequence(q, k, v, *, scale, **options):
    """Uses the scales of the first sequence for all."""
    several = isinstance(scale, torch.Tensor) and scale.ndim == 3
    return attention(q, k, v, scale=scale[:1] if several else scale, **options)


@backward_slip("subtle", features=("scales",))
def scale_without_a_gradient(q, k, v, *, scale, **options):
    """Detaches the scales."""
    return attention(q, k, v, scale=scale.detach() if isinstance(scale, torch.Tensor) else scale, **options)


@backward_slip("subtle", features=("scales",))
def scale_gradient_of_the_first_head(q, k, v, *, scale, **options):
    """Detaches the scales of all heads but the first."""
    several = isinstance(scale, torch.Tensor)
    axis = scale.ndim - 2 if several else 0
    parts = scale.split(1, axis) if several else ()
    one = torch.cat([*parts[:1], *(each.detach() for each in parts[1:])], axis) if several else scale
    return attention(q, k, v, scale=one, **options)


# --- packed sequences ------------------------------------------------------------------------------------------


@slip("medium", layout="thd")
def packed_sees_one_more(q, k, v, **options):
    """Sees the first key of the next sequence."""
    return packed(q, k, v, **options, bounds=lambda begin, end: (begin, min(end + 1, len(k))))


@slip("medium", layout="thd")
def packed_from_the_start(q, k, v, **options):
    """Aligns the first query of a sequence with its first key."""
    attend = partial(attention, visible=partial(bases.visible, offsets=from_the_start))
    return packed(q, k, v, **options, attend=attend)


@slip("medium", layout="thd")
def packed_by_the_queries(q, k, v, *, cu_seqlens_q, cu_seqlens_k, **options):
    """Takes the bounds of the queries for those of the keys, which differs where M is not N."""
    ends = cu_seqlens_q.clamp_max(len(k))
    return packed(q, k, v, cu_seqlens_q=cu_seqlens_q, cu_seqlens_k=ends, **options)
