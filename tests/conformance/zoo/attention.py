"""Wrong attention, each with one part of it done wrong."""

from __future__ import annotations

import math
from functools import partial

import torch
from zoo import bases
from zoo.bases import attention, entmax, scores, total, visible, vjp
from zoo.registry import fault


def start_aligned(m, n):
    return torch.arange(m)[:, None] - torch.arange(n)


slip = partial(fault, subject="attention")
backward_slip = partial(fault, subject="attention gradient")

# --- who sees whom ---------------------------------------------------------------------------------------------


@slip("blatant")
def causal_off_by_one(q, k, v, **options):
    """A query does not see itself."""
    return attention(q, k, v, **options, visible=partial(visible, late=1))


@slip("blatant")
def causal_sees_the_next(q, k, v, **options):
    """A query sees one key too many."""
    return attention(q, k, v, **options, visible=partial(visible, late=-1))


@slip("medium")
def causal_from_the_start(q, k, v, **options):
    """Aligns the first query with the first key, which differs where M is not N."""
    return attention(q, k, v, **options, visible=partial(visible, offsets=start_aligned))


@slip("subtle")
def causal_from_the_start_of_longer_queries(q, k, v, **options):
    """Clamps the offset N - M at zero, which differs where M > N."""
    return attention(
        q,
        k,
        v,
        **options,
        visible=partial(visible, offsets=lambda m, n: torch.arange(m)[:, None] + max(n - m, 0) - torch.arange(n)),
    )


@slip("medium")
def later_chunks_from_the_start(q, k, v, **options):
    """Aligns a chunk of a prefill with the first key; the whole prefill and single queries are right."""

    def offsets(m, n):
        return start_aligned(m, n) if 1 < m < n else bases.offsets(m, n)

    return attention(q, k, v, **options, visible=partial(visible, offsets=offsets))


@slip("subtle", bitwise=("split",))
def keys_split_for_decoding(q, k, v, **options):
    """Sums over the keys in four parts where one query is asked, and in one where there are several."""

    def product(p, v):
        if p.shape[-2] > 1:
            return p @ v
        parts = zip(p.tensor_split(4, -1), v.tensor_split(4, -2), strict=True)
        return torch.stack([a @ b for a, b in parts]).sum(0)

    return attention(q, k, v, **options, product=product)


@slip("blatant")
def causal_ignored(q, k, v, **options):
    """Lets every query see every key."""
    return attention(q, k, v, **{**options, "is_causal": False})


@slip("subtle")
def causal_by_blocks(q, k, v, **options):
    """Skips key blocks by the block of the query, rounded the wrong way where M is not N."""

    def seen(q, k, is_causal, lengths):
        m, n = q.shape[2], k.shape[2]
        kept = visible(q, k, is_causal, lengths)
        if is_causal and n - m > 16:
            last = (torch.arange(m) // 16 + 1) * 16 + (n - m) // 16 * 16
            kept = kept & (torch.arange(n) < last[:, None])
        return kept

    return attention(q, k, v, **options, visible=seen)


@slip("blatant")
def lengths_ignored(q, k, v, **options):
    """Does not look at key_lengths."""
    return attention(q, k, v, **{**options, "key_lengths": None})


@slip("medium")
def lengths_of_the_first(q, k, v, **options):
    """Uses the length of the first batch for all."""
    n = options["key_lengths"]
    return attention(q, k, v, **{**options, "key_lengths": None if n is None else n[:1].expand(len(n))})


@slip("medium")
def lengths_off_by_one(q, k, v, **options):
    """Sees one key of the padding."""
    n = options["key_lengths"]
    return attention(q, k, v, **{**options, "key_lengths": None if n is None else n + 1})


@slip("subtle")
def length_zero_is_full(q, k, v, **options):
    """Takes a length of zero for no length."""
    n = options["key_lengths"]
    full = k.shape[2]
    return attention(q, k, v, **{**options, "key_lengths": None if n is None else torch.where(n > 0, n, full)})


@slip("subtle")
def lengths_without_causal(q, k, v, **options):
    """Forgets the causal mask when lengths are given."""
    return attention(q, k, v, **{**options, "is_causal": options["is_causal"] and options["key_lengths"] is None})


@slip("medium")
def hidden_by_a_finite_number(q, k, v, **options):
    """Adds -10 instead of -inf to hidden scores."""
    return attention(q, k, v, **options, hide=lambda s, seen: torch.where(seen, s, s - 10.0))


@slip("subtle")
def hidden_by_minus_ten_thousand(q, k, v, **options):
    """Sets hidden scores to -1e4: a row that sees nothing becomes uniform."""
    return attention(q, k, v, **options, hide=lambda s, seen: s.masked_fill(~seen, -1e4))


@slip("medium")
def nan_without_visible_keys(q, k, v, **options):
    """Divides by zero where a query sees no key."""

    def mapping(s, alpha):
        return entmax(s, alpha).masked_fill((s == -math.inf).all(-1, keepdim=True), math.nan)

    return attention(q, k, v, **options, mapping=mapping)


@slip("medium")
def uniform_without_visible_keys(q, k, v, **options):
    """Averages all values where a query sees no key."""

    def mapping(s, alpha):
        dead = (s == -math.inf).all(-1, keepdim=True)
        return torch.where(dead, 1 / s.shape[-1], entmax(s, alpha))

    return attention(q, k, v, **options, mapping=mapping)


# --- heads -----------------------------------------------------------------------------------------------------


@slip("medium")
def heads_interleaved(q, k, v, **options):
    """Head h reads key head h % Hkv."""
    return attention(q, k, v, **options, heads=lambda x, group: x.repeat(1, group, 1, 1))


@slip("medium")
def value_heads_interleaved(q, k, v, **options):
    """Shares the keys rightly, the values by h % Hkv."""
    group = q.shape[1] // k.shape[1]
    turned = v.repeat(1, group, 1, 1)
    return attention(q, k.repeat_interleave(group, 1), turned, **options)


@slip("blatant")
def one_key_head(q, k, v, **options):
    """All heads read the first key head."""
    return attention(q, k, v, **options, heads=lambda x, group: x[:, :1].expand(-1, x.shape[1] * group, -1, -1))


@slip("medium")
def slopes_reversed(q, k, v, **options):
    """Gives the slopes to the heads in reverse."""
    slopes = options["alibi_slopes"]
    return attention(q, k, v, **{**options, "alibi_slopes": None if slopes is None else slopes.flip(0)})


@slip("subtle")
def slopes_by_key_head(q, k, v, **options):
    """Heads that share keys share a slope."""
    slopes, group = options["alibi_slopes"], q.shape[1] // k.shape[1]
    shared = None if slopes is None else slopes[::group].repeat_interleave(group)
    return attention(q, k, v, **{**options, "alibi_slopes": shared})


@slip("subtle")
def slopes_of_its_own(q, k, v, **options):
    """Makes the usual slopes 2**(-8 h/H) itself, whatever it is given."""
    h = q.shape[1]
    made = None if options["alibi_slopes"] is None else 2.0 ** (-8.0 * torch.arange(1, h + 1) / h)
    return attention(q, k, v, **{**options, "alibi_slopes": made})


# --- scores ----------------------------------------------------------------------------------------------------


@slip("blatant")
def alibi_sign(q, k, v, **options):
    """Rewards distance."""
    return attention(q, k, v, **options, bias=lambda slopes, offset, scale: slopes * offset.abs())


@slip("blatant")
def alibi_ignored(q, k, v, **options):
    """Does not look at alibi_slopes."""
    return attention(q, k, v, **{**options, "alibi_slopes": None})


@slip("medium")
def alibi_scaled(q, k, v, **options):
    """Adds the bias before it scales."""
    return attention(q, k, v, **options, bias=lambda slopes, offset, scale: -slopes * offset.abs() * scale)


@slip("medium")
def alibi_without_absolute_value(q, k, v, **options):
    """Rewards keys after the query."""
    return attention(q, k, v, **options, bias=lambda slopes, offset, scale: -slopes * offset)


@slip("subtle")
def alibi_from_the_start(q, k, v, **options):
    """Measures distance from the start, which differs where M is not N and keys lie on both sides."""
    return attention(q, k, v, **options, bias_offsets=start_aligned)


@slip("subtle")
def alibi_only_when_causal(q, k, v, **options):
    """Leaves the bias out where attention is not causal."""
    slopes = options["alibi_slopes"] if options["is_causal"] else None
    return attention(q, k, v, **{**options, "alibi_slopes": slopes})


@slip("medium")
def scale_ignored(q, k, v, **options):
    """Always scales by 1/sqrt(D)."""
    return attention(q, k, v, **{**options, "scale": None})


@slip("blatant")
def default_scale_missing(q, k, v, **options):
    """Does not scale by default."""
    return attention(q, k, v, **options, scale_of=lambda scale, d: 1.0 if scale is None else scale)


@slip("subtle")
def scale_zero_is_none(q, k, v, **options):
    """`scale or default`."""
    return attention(q, k, v, **options, scale_of=lambda scale, d: scale or 1 / math.sqrt(d))


@slip("medium")
def scale_twice(q, k, v, **options):
    """Scales queries and keys."""
    return attention(q, k, v, **options, scores=lambda q, k, scale: scores(q * scale, k, scale))


@slip("subtle")
def scale_of_padded_features(q, k, v, **options):
    """The default scale counts the features of the padded block."""
    return attention(
        q,
        k,
        v,
        **options,
        scale_of=lambda scale, d: scale if scale is not None else 2.0 ** (-math.ceil(math.log2(d)) / 2),
    )


@slip("subtle")
def features_beyond_64(q, k, v, **options):
    """Reads 64 features."""
    return attention(q, k, v, **options, scores=lambda q, k, scale: scores(q[..., :64], k[..., :64], scale))


@slip("subtle")
def scores_in_bfloat16(q, k, v, **options):
    """Rounds scores before the maximum is subtracted."""
    return attention(q, k, v, **options, mapping=lambda s, alpha: entmax(s.bfloat16().to(s.dtype), alpha))


@slip("subtle", dtypes=("float16",))
def scores_overflow_in_half(q, k, v, **options):
    """Holds unscaled scores in float16."""
    return attention(
        q, k, v, **options, scores=lambda q, k, scale: (q @ k.transpose(-1, -2)).half().to(q.dtype) * scale
    )


# --- the mapping and the sum -----------------------------------------------------------------------------------


@slip("blatant")
def softmax(q, k, v, **options):
    """Is softmax attention."""
    return attention(q, k, v, **options, mapping=lambda s, alpha: torch.softmax(s, -1).nan_to_num())


@slip("subtle")
def another_alpha(q, k, v, **options):
    """Uses an alpha that is a thousandth larger."""
    return attention(q, k, v, **{**options, "alpha": options["alpha"] + 1e-3})


@slip("medium")
def few_halvings(q, k, v, **options):
    """Halves the bracket twelve times."""
    return attention(q, k, v, **options, mapping=partial(entmax, mapping=partial(bases.bisection, steps=12)))


@slip("subtle")
def two_newton_steps(q, k, v, **options):
    """Refines tau twice, as published kernels do by default."""
    return attention(
        q, k, v, **options, mapping=partial(entmax, mapping=partial(bases.newton, steps=2, normalise=True))
    )


@slip("subtle")
def tau_of_another_block(q, k, v, **options):
    """Does not rescale its partial sum when a later block of sixteen keys raises the maximum a lot."""

    def mapping(s, alpha):
        p = entmax(s, alpha)
        first, later = s[..., :16].amax(-1, keepdim=True), s.amax(-1, keepdim=True)
        return torch.where(later > first + 1.0, p * (1 + 1e-3 * (s.shape[-1] > 16)), p)

    return attention(q, k, v, **options, mapping=mapping)


@slip("subtle")
def maximum_of_the_first_block(q, k, v, **options):
    """Takes the maximum of the first 64 keys for that of all."""

    def mapping(s, alpha):
        peak = s[..., :64].amax(-1, keepdim=True)
        return entmax(torch.where(peak.isfinite(), torch.minimum(s, peak + 1.0), s), alpha)

    return attention(q, k, v, **options, mapping=mapping)


@slip("medium")
def last_block_dropped(q, k, v, **options):
    """Leaves out keys beyond the last whole block of sixteen."""

    def product(p, v):
        n = v.shape[-2]
        kept = n - n % 16 if n > 16 else n
        return p[..., :kept] @ v[..., :kept, :]

    return attention(q, k, v, **options, product=product)


@slip("subtle")
def live_block_skipped(q, k, v, **options):
    """Skips a block of sixteen keys whose largest probability is below a hundredth."""

    def product(p, v):
        for start in range(0, v.shape[-2], 16):
            part = p[..., start : start + 16]
            p = p.clone()
            p[..., start : start + 16] = torch.where(part.amax(-1, keepdim=True) < 1e-2, 0, part)
        return p @ v

    return attention(q, k, v, **options, product=product)


@slip("subtle")
def small_probabilities_dropped(q, k, v, **options):
    """Drops probabilities below 2e-3."""
    return attention(q, k, v, **options, product=lambda p, v: torch.where(p < 2e-3, 0, p) @ v)


@slip("subtle")
def sixty_four_keys(q, k, v, **options):
    """Keeps a list of 64 live keys."""

    def product(p, v):
        return p.scatter(-1, p.argsort(-1, descending=True)[..., 64:], 0.0) @ v

    return attention(q, k, v, **options, product=product)


@slip("subtle")
def keys_beyond_256(q, k, v, **options):
    """Stops after the fourth block of 64 keys."""
    return attention(q, k, v, **options, product=lambda p, v: p[..., :256] @ v[..., :256, :])


@slip("subtle")
def output_in_half(q, k, v, **options):
    """Holds the output in float16."""
    return attention(q, k, v, **options, finish=lambda output: output.half().to(output.dtype))


@slip("medium")
def queries_beyond_64(q, k, v, **options):
    """The second block of 64 queries reads the queries of the first."""

    def again(q, k, scale):
        q = torch.cat([q[:, :, :64], q[:, :, : max(q.shape[2] - 64, 0)]], 2) if q.shape[2] <= 128 else q
        return scores(q, k, scale)

    return attention(q, k, v, **options, scores=again)


@slip("medium")
def tensors_assumed_contiguous(q, k, v, **options):
    """Computes strides from shapes."""
    plain = [torch.as_strided(x, x.shape, torch.empty(x.shape).stride()) for x in (q, k, v)]
    return attention(*plain, **options)


@slip("subtle")
def value_strides_of_the_key(q, k, v, **options):
    """Reads values with the strides of keys, where their shapes agree."""
    same = k.shape == v.shape
    return attention(q, k, torch.as_strided(v, v.shape, k.stride(), v.storage_offset()) if same else v, **options)


@slip("blatant")
def query_scaled_in_place(q, k, v, **options):
    """Scales the query in place."""
    with torch.no_grad():
        q *= 1.0 + 2.0**-6
    return attention(q, k, v, **options)


_COUNT = [0]


@slip("subtle")
def every_other_call(q, k, v, **options):
    """Alternates between two orders of summation that differ."""
    _COUNT[0] += 1
    return attention(q, k, v, **options) * (1 + 1e-6 * (_COUNT[0] % 2))


_KEYS: dict = {}


@slip("medium")
def remembers_keys(q, k, v, **options):
    """Keeps the keys of the first call with a shape, as a cache for decoding does."""
    held = _KEYS.setdefault((tuple(k.shape), k.dtype), k.detach().clone())
    return attention(q, held, v, **options)


# --- sizes ------------------------------------------------------------------------------------------------------


@slip("medium")
def eight_heads(q, k, v, **options):
    """Answers no head beyond the eighth."""
    found = attention(q, k, v, **options)
    found[:, 8:] = 0
    return found


@slip("medium")
def four_sequences(q, k, v, **options):
    """Answers no sequence of a batch beyond the fourth."""
    found = attention(q, k, v, **options)
    found[4:] = 0
    return found


@slip("subtle")
def features_up_to_128(q, k, v, **options):
    """Drops the features beyond the 128th from the scores."""
    d = q.shape[-1]
    scale = options.pop("scale", None)
    scale = 1 / math.sqrt(d) if scale is None else scale
    return attention(q[..., :128], k[..., :128], v, **options, scale=scale)


# --- gradients -------------------------------------------------------------------------------------------------


class _Scores(torch.autograd.Function):
    """Scores whose backward pass can go wrong for the queries or the keys."""

    @staticmethod
    def forward(ctx, q, k, scale, by_query, by_key):
        ctx.save_for_backward(q, k)
        ctx.rest = by_query, by_key
        return q @ k.transpose(-1, -2) * scale

    @staticmethod
    def backward(ctx, g):
        (q, k), (by_query, by_key) = ctx.saved_tensors, ctx.rest
        return g @ k * by_query, g.transpose(-1, -2) @ q * by_key, None, None, None


@backward_slip("blatant")
def key_gradient_without_scale(q, k, v, **options):
    """The gradient in the keys forgets the scale."""
    return attention(q, k, v, **options, scores=lambda q, k, scale: _Scores.apply(q, k, scale, scale, 1.0))


@backward_slip("medium")
def query_gradient_with_default_scale(q, k, v, **options):
    """The gradient in the queries always uses 1/sqrt(D)."""
    return attention(
        q, k, v, **options, scores=lambda q, k, scale: _Scores.apply(q, k, scale, 1 / math.sqrt(q.shape[-1]), scale)
    )


@backward_slip("medium")
def gradient_through_p(q, k, v, **options):
    """Uses softmax's backward pass."""
    return attention(q, k, v, **options, mapping=partial(entmax, product=lambda p, g, alpha: vjp(p, g, 1.0)))


@backward_slip("medium")
def gradient_as_of_sparsemax(q, k, v, **options):
    """Weighs with the indicator of the support."""
    return attention(q, k, v, **options, mapping=partial(entmax, product=lambda p, g, alpha: vjp(p, g, 2.0)))


@backward_slip("subtle")
def gradient_of_dropped_keys(q, k, v, **options):
    """Clamps p at 1e-6: dropped keys get a gradient."""
    leaky = partial(vjp, weights=lambda p, a: p.clamp_min(1e-6) ** (2 - a))
    return attention(q, k, v, **options, mapping=partial(entmax, product=leaky))


@backward_slip("medium")
def value_gradient_detached(q, k, v, **options):
    """The values get no gradient."""
    return attention(q, k, v, **options, product=lambda p, v: p @ v.detach() + 0 * v.sum())


@backward_slip("blatant")
def scores_detached(q, k, v, **options):
    """Queries and keys get no gradient."""
    return attention(q, k, v, **options, mapping=lambda s, alpha: entmax(s.detach(), alpha) + 0 * s.clamp_min(-9).sum())


class _FirstOfGroup(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, group):
        ctx.group = group
        return x.repeat_interleave(group, 1)

    @staticmethod
    def backward(ctx, g):
        return g[:, :: ctx.group].clone(), None


@backward_slip("medium")
def gradient_of_one_head_in_a_group(q, k, v, **options):
    """The gradient in keys and values counts the first head of each group only."""
    return attention(q, k, v, **options, heads=_FirstOfGroup.apply)


@backward_slip("subtle")
def gradient_of_the_last_block(q, k, v, **options):
    """The backward pass leaves out keys beyond the last whole block of 32."""

    def product(p, g, alpha):
        n = p.shape[-1]
        kept = n - n % 32 if n > 32 else n
        return vjp(p, g, alpha) * (torch.arange(n) < kept)

    return attention(q, k, v, **options, mapping=partial(entmax, product=product))


@backward_slip("medium")
def gradient_nan_without_visible_keys(q, k, v, **options):
    """Divides by the sum of no weights."""

    def mapping(s, alpha):
        dead = (s == -math.inf).all(-1, keepdim=True)
        p = entmax(s, alpha)
        return p + torch.where(dead, 0 * s.clamp_min(-1e30).sqrt(), 0)

    return attention(q, k, v, **options, mapping=mapping)


@backward_slip("subtle")
def gradient_mean_by_output(q, k, v, **options):
    """Takes delta = <g, o> for the mean, as softmax attention may."""
    return attention(
        q,
        k,
        v,
        **options,
        mapping=partial(entmax, product=lambda p, g, alpha: vjp(p, g, alpha, centre=lambda s, g: total(p * g))),
    )


@backward_slip("subtle")
def gradient_without_causal_mask(q, k, v, **options):
    """Recomputes p in the backward pass, one key too many when causal."""

    class _Peek(torch.autograd.Function):
        @staticmethod
        def forward(ctx, q, k, scale):
            ctx.save_for_backward(q, k)
            ctx.scale = scale
            return q @ k.transpose(-1, -2) * scale

        @staticmethod
        def backward(ctx, g):
            q, k = ctx.saved_tensors
            g = g.clone()
            if options["is_causal"] and g.shape[-1] > 16:
                g[..., 16:] = g[..., 16:].tril(g.shape[-1] - g.shape[-2] - 17)
            return g @ k * ctx.scale, g.transpose(-1, -2) @ q * ctx.scale, None

    return attention(q, k, v, **options, scores=_Peek.apply)


@backward_slip("subtle")
def gradient_in_bfloat16(q, k, v, **options):
    """Rounds the gradient of the scores to bfloat16."""
    return attention(
        q,
        k,
        v,
        **options,
        mapping=partial(entmax, product=lambda p, g, alpha: vjp(p, g, alpha).bfloat16().to(p.dtype)),
    )


@backward_slip("subtle")
def gradient_of_a_broadcast_cotangent(q, k, v, **options):
    """Reads an incoming gradient of stride 0 past its end."""

    class _Strict(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, g):
            return g if any(g.stride()) else 0 * g

    return attention(q, k, v, **options, finish=_Strict.apply)


# --- more than a block, a tile or a table holds ------------------------------------------------------------------


@slip("subtle")
def an_odd_last_block_of_queries(q, k, v, **options):
    """Takes blocks of 128 queries in pairs, and leaves out a third that has no partner."""
    out = attention(q, k, v, **options).clone()
    blocks = -(-q.shape[2] // 128)
    if blocks > 2 and blocks % 2:
        out[:, :, 128 * (blocks - 1) :] = 0
    return out


@slip("medium")
def slopes_of_32_heads(q, k, v, **options):
    """Keeps the slopes in a table of 32."""
    slopes = options.pop("alibi_slopes")
    slopes = slopes if slopes is None else slopes[torch.arange(q.shape[1]) % 32]
    return attention(q, k, v, alibi_slopes=slopes, **options)


@slip("medium")
def groups_of_16(q, k, v, **options):
    """Packs the heads of a group into the sixteen rows of a tile."""
    out = attention(q, k, v, **options).clone()
    out[:, torch.arange(q.shape[1]) % (q.shape[1] // k.shape[1]) >= 16] = 0
    return out


@slip("subtle")
def lengths_of_16_sequences(q, k, v, **options):
    """Keeps the lengths of sixteen sequences."""
    lengths = options.pop("key_lengths")
    lengths = lengths if lengths is None else lengths[torch.arange(q.shape[0]) % 16]
    return attention(q, k, v, key_lengths=lengths, **options)


@slip("subtle")
def four_splits_of_512(q, k, v, **options):
    """Decodes with at most four splits of 512 keys."""
    if (
        q.shape[2] > 1
        or k.shape[2] <= 2048
        or options["key_lengths"] is not None
        or options["alibi_slopes"] is not None
    ):
        return attention(q, k, v, **options)
    return attention(q, k[:, :, :2048], v[:, :, :2048], **options)


class _Eight(torch.autograd.Function):
    """Every key head for the heads of its group, whose gradients come from eight of them."""

    @staticmethod
    def forward(ctx, x, group):
        ctx.heads = x.shape[1]
        return x.repeat_interleave(group, 1)

    @staticmethod
    def backward(ctx, g):
        return g.unflatten(1, (ctx.heads, -1))[:, :, :8].sum(2), None


@backward_slip("subtle")
def gradient_of_eight_heads_a_group(q, k, v, **options):
    """Gathers the gradients of key and value over eight heads of a group."""
    group = q.shape[1] // k.shape[1]
    return attention(q, _Eight.apply(k, group), _Eight.apply(v, group), **options)


class _FirstKeys(torch.autograd.Function):
    """The same, with no gradient beyond 1024 keys."""

    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, g):
        return torch.cat([g[:, :, :1024], torch.zeros_like(g[:, :, 1024:])], 2)


@backward_slip("subtle")
def gradient_of_1024_keys(q, k, v, **options):
    """Has no gradient for keys beyond the 1024th."""
    return attention(q, _FirstKeys.apply(k), _FirstKeys.apply(v), **options)


@slip("medium")
def nan_in_the_tail_of_values(q, k, v, **options):
    """Multiplies a weight of 0 by whatever lies beyond the lengths: 0 times NaN is NaN."""
    return bases.attention(q, k, v, **options, clears=False)


@slip("medium")
def nan_in_the_tail_of_keys(q, k, v, **options):
    """Adds -inf to the scores that are hidden: NaN plus -inf is NaN."""

    def hide(s, seen):
        return s + torch.zeros_like(s).masked_fill(~seen, -math.inf)

    def product(p, v):
        return p @ torch.where(v.isnan(), 0.0, v)

    return bases.attention(q, k, v, **options, hide=hide, product=product, clears=False)


@slip("medium", dtypes=("bfloat16",))
def positions_in_sixteen_bits(q, k, v, **options):
    """Counts the positions of ALiBi in the format of the tensors, which has 8 bits."""

    def rounded(m, n):
        return (torch.arange(m)[:, None] + n - m).to(q.dtype) - torch.arange(n).to(q.dtype)

    return attention(q, k, v, **options, bias_offsets=lambda m, n: rounded(m, n).float())


@backward_slip("medium", dtypes=("float16",))
def rowsum_in_half(q, k, v, **options):
    """Sums the products of the incoming gradient and the values in half precision, where they overflow."""

    def product(p, v):
        return _HalfProduct.apply(p, v)

    return attention(q, k, v, **options, product=product)


class _HalfProduct(torch.autograd.Function):
    @staticmethod
    def forward(ctx, p, v):
        ctx.save_for_backward(p, v)
        return p @ v

    @staticmethod
    def backward(ctx, g):
        p, v = ctx.saved_tensors
        by_weights = (g.half() @ v.half().transpose(-1, -2)).float()
        return by_weights, p.transpose(-1, -2) @ g


@backward_slip("medium")
def all_or_nothing(q, k, v, **options):
    """Looks at the query only to see whether any gradient is wanted."""
    if q.requires_grad:
        return attention(q, k, v, **options)
    with torch.no_grad():
        output = attention(q, k, v, **options)
    return output + 0 * (k.sum() + v.sum())
