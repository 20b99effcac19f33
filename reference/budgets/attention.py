"""Error budgets of attention: how far a careful implementation may be from the exact output and gradients.

The method is that of :mod:`entmax_oracle.reference.budget`: write down every rounding that a careful implementation
commits, and bound how far the set of all its answers reaches from the exact one, on this very input.

The model
---------
Let u be the unit roundoff of the arithmetic and w that of the inputs and outputs; for 16-bit inputs the arithmetic
is float32 unless ``compute_dtype`` says otherwise. A careful implementation

1. sums the D products of a score in any order, multiplies by a scale that may be rounded, adds the ALiBi bias:
   z_ij is off by at most eps_ij = u (|scale| (D + 2) <|q_i|, |k_j|> + 2 |bias_ij| + |z_ij| [with a bias]);
   With ``compute_dtype="tf32"`` the arithmetic is that of float32, and the factors of every matrix product are rounded
   to 11 bits first, by t = 2**-11 of their size at most: that is (2t + t^2) <|q_i|, |k_j|> here, and as much wherever
   two factors are multiplied that are not numbers of 16 bits already;

   * a cap c comes before the bias. The quotient by c is off by 2u of itself. Let tanh be taken from an exponential,
     (1 - e) / (1 + e) with e = exp(-2 |x|): that leaves (4 + 4 |x|) 2 e / (1 + e)^2 + 3 <= 6 units of roundoff, however
     small x is. So the capped score is off by 8u c, and by eps_ij times the steepest slope within eps_ij of the score,
     but by no more than 2c. (The approximate tanh of some processors, off by 2**-11, is not careful);
   * an additive mask counts as the bias does: 2 |mask_ij| + |z_ij|; where both are added, the sum in between may be as
     large as all of their magnitudes. Hiding a key, by a mask, a length or a window, is exact;
   * the logit of a sink is off by 2 units, when it is converted to the base of the exponentials;

2. maps the scores of a row to probabilities as in the model of the mapping. Logits that are off by eps move x_i - tau
   by at most a (eps_i + max_j eps_j), the maximum over the keys that the perturbed support can hold: this is added to
   the displacement d_i there, so that nothing is linearised. The result is a reach b_ij of p_ij, exactly 0 where
   the key is certainly outside the support;
3. with 16-bit inputs may round p_ij to their format before the product with the values, as matrix units want it:
   w p_ij, and half the smallest number of the format;
4. sums the products p_ij v_j over the m keys that may be live in any order, a block at a time: (m + 4) u sum p |v|, or
   ceil(log2 m) + 16 for m where sums are said to be pairwise, as in the points below;
5. rounds the output to its dtype: w |o|.

Together, elementwise in the value's features,

    |o error| <= sum_j (b_j + (w' + (m + 4) u) (p_j + b_j)) |v_j| + w |o|,        w' = w for 16-bit inputs, else 0.

A sink is one more token of the row, without a value. At alpha = 1 a careful implementation may also attend to the keys
alone and multiply by the sigmoid of (lse - sink), which moves a share by the error of that difference, times the share
of the sink at most, and by 6u.

The logarithm of the sum, m + log(sum_j exp(z_ij - m)) with the maximum m: logits off by eps move it by an average of
eps_j, at most log(sum_j p_ij exp(eps_ij)); the terms of the sum are off by u (4 + 3 |z_ij - m|), and it by its
summation; the logarithm by 6u of itself, maximum and logits by 4u |m| when they are converted to base 2 and back, and
the last sum by u |lse|. It is a number of the arithmetic, unless it is rounded to a format of its own.

Gradients, for an incoming gradient g_i. With s = p^(2 - alpha), G_ij = <g_i, v_j>, mu_i = sum_j s_ij G_ij / sum_j s_ij
the exact values are dv_j = sum_i p_ij g_i, dz_ij = s_ij (G_ij - mu_i), dq_i = scale sum_j dz_ij k_j and
dk_j = scale sum_i dz_ij q_i, the sums over i running over the heads that share key j, too. A careful implementation

6. takes G with (Dv + 1) u <|g_i|, |v_j|>, s from a p within 2, with the roundings of its power as in
   :func:`entmax_oracle.reference.vjp_budget`, where automatic differentiation is held, too;
7. takes mu either from these or as <g_i, sum_j s_ij v_j> / sum_j s_ij, with s rounded to 16 bits for the matrix
   product: (2 w' + (m + Dv + 4) u) of the mean of <|g_i|, |v_j|>;
8. rounds dz and p once more to 16 bits before the products with k, q and g, sums those over the keys or queries in any
   order, may round the part of each head before it sums the heads of a group, and rounds the result. The gradients in
   an additive mask and in the sinks are sums of dz over what they were broadcast along;
   The gradient in the scale sums dz_ij <q_i, k_j> over the keys, or is <dq_i, q_i> / scale, and then over what the
   scale was broadcast along: each way an error of (m + D + 8) u and 2 w' of the magnitudes. That in alpha sums the
   derivative of p_ij in alpha, with the error that :mod:`entmax_oracle.reference.budgets.alpha_gradient` derives from
   b_ij, times G_ij;
9. multiplies dz by the slope of the cap, 1 - tanh(x)^2, which is off by 16u, and by what eps_ij makes of it.

Where alpha >= 2 and a key is within its error of the threshold the derivative jumps: the budget is infinite there.
It is infinite too where a gradient may be beyond the largest number of its format. Where a row sees no key, and for
keys that are certainly outside every support, it is exactly 0.

The exact values are supposed to come from float64: what scores in float64 may be off by is part of eps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..attention_call import AttentionCall, attends, pulls_back
from ..formats import as_format
from ..inputs import Float64
from ..values.attention import softcap_slope
from ..values.derivatives import along_alpha
from .alpha_gradient import along_alpha_error
from .attention_reach import Model, Reach, log_sum_error


@dataclass(frozen=True)
class AttentionGradientBudget:
    """Bounds on the error of the gradients of attention.

    Attributes
    ----------
    query, key, value : ndarray of float64
        Of the shapes of the arguments; infinite where the derivative is in doubt, or may overflow.
    sinks, attn_mask : ndarray of float64, or None
        None where :class:`entmax_oracle.reference.values.attention.AttentionGradients` has None.

    The properties ``scale`` and ``alpha`` are bounds for these, computed when they are asked for.
    """

    query: Float64
    key: Float64
    value: Float64
    sinks: Float64 | None
    attn_mask: Float64 | None
    _scale: Callable[[], Float64] = field(repr=False)
    _alpha: Callable[[], Float64] = field(repr=False)

    @cached_property
    def scale(self) -> Float64:
        """Of the shape of the scale, computed when it is asked for."""
        return self._scale()

    @cached_property
    def alpha(self) -> Float64:
        """Of the shape of alpha, computed when it is asked for."""
        return self._alpha()


@attends
def attention_budget(
    call: AttentionCall,
    *,
    return_lse: bool = False,
    dtype: Any = "float32",
    compute_dtype: Any = None,
    lse_dtype: Any = None,
) -> Float64 | tuple[Float64, Float64]:
    """Error that a correct implementation may make in each element of the output of attention.

    Parameters
    ----------
    query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths, attn_mask, window, softcap, sinks
        As for :func:`entmax_oracle.reference.attention`, exactly as the implementation sees them.
    return_lse : bool
        Bound also the error of the logarithms of the sums of exponentials; only for alpha = 1.
    dtype : str or dtype
        Of the tensors: float64, float32, float16 or bfloat16.
    compute_dtype : str or dtype, optional
        The arithmetic inside, or ``"tf32"`` for that of matrix products. Default: ``dtype``, but float32 for the short
        formats.
    lse_dtype : str or dtype, optional
        In which the logarithms are returned. Default: the arithmetic, so float32 for the short formats.

    Returns
    -------
    out : ndarray of float64, shape (B, H, M, Dv)
        Exactly 0 for a query that sees no key. Derived in ``entmax_oracle.reference.budgets.attention``.
    lse : ndarray of float64, shape (B, H, M)
        With ``return_lse``; exactly 0 where nothing is summed.

    Raises
    ------
    ValueError
        As for :func:`entmax_oracle.reference.attention`, and for an unknown dtype.

    Examples
    --------
    >>> query, key = [[[[1.0], [1.0]]]], [[[[2.0], [0.0]]]]
    >>> bound = attention_budget(query, key, [[[[10.0], [20.0]]]], alpha=2, is_causal=True)
    >>> bound.ravel().round(9).tolist()
    [2.5183e-05, 2.5183e-05]
    """
    model = Model.of(dtype, compute_dtype)
    reach = Reach.of(call, model)
    p, low, high = (each[..., : call.keys] for each in (reach.p, reach.low, reach.high))
    live = high > 0
    keys = live.sum(axis=-1, keepdims=True)
    each = np.maximum(high - p, p - low) + (model.half + (model.added(keys) + 4) * model.u) * high + model.floor * live
    value_size = np.abs(call.per_head(call.value))
    bound = each @ value_size
    exact = np.abs(p @ call.per_head(call.value))
    rounded = model.out.unit_roundoff * (exact + bound) + model.out.smallest_normal
    out = np.where(keys > 0, bound + rounded, 0.0)
    if not return_lse:
        return out
    returned = model.compute if lse_dtype is None else as_format(lse_dtype, "lse_dtype")
    return out, log_sum_error(reach.logits, reach.drift, model, returned)


@pulls_back
def attention_vjp_budget(
    call: AttentionCall, grad: Float64, *, dtype: Any = "float32", compute_dtype: Any = None
) -> AttentionGradientBudget:
    """Error that a correct implementation may make in the gradients of attention.

    Parameters
    ----------
    query, key, value, grad, alpha, is_causal, scale, alibi_slopes, key_lengths, attn_mask, window, softcap, sinks
        As for :func:`entmax_oracle.reference.attention_vjp`, exactly as the implementation sees them.
    dtype, compute_dtype
        As for :func:`attention_budget`.

    Returns
    -------
    AttentionGradientBudget

    Raises
    ------
    ValueError
        As for :func:`entmax_oracle.reference.attention_vjp`, and for an unknown dtype.

    Examples
    --------
    >>> one = [[[[1.0]]]]
    >>> bool(attention_vjp_budget(one, one, one, one).value < 1e-5)
    True
    """
    model = Model.of(dtype, compute_dtype)
    reach, n = Reach.of(call, model), call.keys
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        of_logits, logits_off = _logit_gradients(call, model, grad, reach)
        exact, off = _through_cap(call, model, reach, of_logits[..., :n], logits_off[..., :n])
        p, low, high = (each[..., :n] for each in (reach.p, reach.low, reach.high))
        live = high > 0
        batch, _, m = call.query.shape[:3]
        keys, q = call.per_head(call.key), call.query
        scale_size = np.abs(call.scale)[..., None]
        size = np.where(live, np.abs(exact) + off, 0.0)
        in_keys = (model.added(live.sum(axis=-1, keepdims=True)) + 6) * model.u + model.half
        in_queries = model.sum_of(m * call.group) + (model.half if call.group > 1 else 0.0)

        by_query = scale_size * (_product(off + in_keys * size + model.floor * live, np.abs(keys)))
        moved = off + in_queries * size + model.floor * live
        by_key = _product(np.swapaxes(scale_size * moved, -1, -2), np.abs(q))
        drift = np.maximum(high - p, p - low) + in_queries * high + model.floor * live
        by_value = np.swapaxes(drift, -1, -2) @ np.abs(grad)
        seen = np.asarray(call.per_key_head(live.any(axis=-2).astype(float))[..., None] > 0)
        product = call.scale[..., None] * exact
        of_mask = None
        if call.added is not None:
            terms = _terms(live, call.mask_shape)
            of_mask = _settled_sum(model, reach, of_logits, logits_off, slice(n), call.like_mask, terms)
        of_sinks = None
        if call.sinks is not None:
            rows = (lambda x: x.sum(axis=(0, 2)), batch * m)
            of_sinks = _settled_sum(model, reach, of_logits, logits_off, n, *rows)
        return AttentionGradientBudget(
            _settled(model, by_query, product @ keys, np.asarray(live.any(axis=-1, keepdims=True))),
            _settled(model, call.per_key_head(by_key), call.per_key_head(np.swapaxes(product, -1, -2) @ q), seen),
            _settled(model, call.per_key_head(by_value), call.per_key_head(np.swapaxes(p, -1, -2) @ grad), seen),
            of_sinks,
            of_mask,
            partial(_along_scale, call, model, exact, off + model.floor * live, size, live),
            partial(_along_alpha, call, model, grad, reach),
        )


def _settled(model: Model, bound: Float64, value: Float64, touched: NDArray[np.bool_]) -> Float64:
    """Round a result; infinite where it may be beyond the largest number, exactly 0 where nothing is touched."""
    bound = bound + model.out.unit_roundoff * (np.abs(value) + bound) + model.out.smallest_normal
    known = np.abs(value) + bound <= min(model.compute.largest, model.out.largest)
    return np.where(touched, np.where(known, bound, np.inf), 0.0)


def _settled_sum(
    model: Model,
    reach: Reach,
    exact: Float64,
    off: Float64,
    part: slice | int,
    summed: Callable[[Float64], Float64],
    terms: int,
) -> Float64:
    """Settle a sum of the gradients in some of the logits."""
    value, away, touched = exact[..., part], off[..., part], (reach.high[..., part] > 0).astype(np.float64)
    bound = away + model.sum_of(terms) * (np.abs(value) + away) + model.floor * touched
    return _settled_as(summed, model, bound, value, touched)


def _settled_as(
    summed: Callable[[Float64], Float64], model: Model, bound: Float64, value: Float64, touched: Float64
) -> Float64:
    """Settle a sum, of which all terms are known."""
    return _settled(model, summed(bound), summed(value), np.asarray(summed(touched) > 0))


def _terms(x: NDArray[Any], shape: tuple[int, ...]) -> int:
    """How many entries of an array fall on one of the shape that it is summed to."""
    return int(x.size // max(math.prod(shape), 1))


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def _along_scale(
    call: AttentionCall, model: Model, exact: Float64, off: Float64, size: Float64, live: NDArray[np.bool_]
) -> Float64:
    """Bound the error of the gradient in the scale, from that of the gradients in the scaled scores."""
    keys = call.per_head(call.key)
    products = call.query @ np.swapaxes(keys, -1, -2)
    terms = np.abs(call.query) @ np.swapaxes(np.abs(keys), -1, -2)
    rows = float(model.added(np.array(_terms(call.scale, call.scale_shape))))
    count = model.added(live.sum(axis=-1, keepdims=True)) + call.query.shape[3] + rows + 8
    each = (off + (count * model.u + 2 * model.half + model.products) * size) * terms
    open_ended = ~(off + size < np.inf)
    bound = np.where(open_ended, np.inf, np.where(live, each, 0.0))
    value = np.where(live, exact * products, 0.0)
    return _settled_as(
        lambda x: call.like_scale(x.sum(axis=-1)), model, bound, value, (open_ended | live).astype(np.float64)
    )


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def _along_alpha(call: AttentionCall, model: Model, grad: Float64, reach: Reach) -> Float64:
    """Bound the error of the gradient in alpha."""
    values, n = call.per_head(call.value), call.keys
    products, size = grad @ np.swapaxes(values, -1, -2), np.abs(grad) @ np.swapaxes(np.abs(values), -1, -2)
    own = ((call.value.shape[3] + 3) * model.u + model.half + model.products) * size
    bound, value, sees = np.zeros(len(call.alpha)), np.zeros(len(call.alpha)), call.sees
    for h, alpha in enumerate(map(float, call.alpha)):
        some = sees[:, h]
        p, low, high, z = (x[:, h][some] for x in (reach.p, reach.low, reach.high, reach.logits))
        if not p.size:
            continue
        reached = np.maximum(high - p, p - low)
        exact = along_alpha(p, z, alpha)[:, :n]
        off = np.where(reached > 0, along_alpha_error(p, reached, alpha, model.compute), 0.0)[:, :n]
        away, g, g_off = np.abs(exact) + off, np.abs(products[:, h][some]), own[:, h][some]
        summed = model.sum_of(p.size) * (g + g_off) * away
        bound[h] = (off * (g + g_off) + np.abs(exact) * g_off + summed).sum()
        value[h] = (exact * products[:, h][some]).sum()
        if alpha >= 2 and ((high > 0) & (low == 0)).any():
            bound[h] = np.inf
    bound = np.where(bound <= model.compute.largest, bound, np.inf)
    touched = np.asarray(sees.any(axis=(0, 2)), dtype=np.float64)
    return _settled_as(call.like_alpha, model, bound, value, touched)


def _through_cap(
    call: AttentionCall, model: Model, reach: Reach, exact: Float64, off: Float64
) -> tuple[Float64, Float64]:
    """Gradients in the scaled scores, and how far they may be off, from those in the logits (point 9)."""
    if call.softcap is None:
        return exact, off
    size = np.abs(reach.scaled)
    slope = softcap_slope(size, call.softcap)
    steep = softcap_slope(np.maximum(size - reach.near, 0.0), call.softcap)
    flat = softcap_slope(size + reach.near, call.softcap)
    slope_off = np.maximum(steep - slope, slope - flat) + 16 * model.u
    through = (1 + 2 * model.u) * (off * (slope + slope_off) + np.abs(exact) * slope_off)
    through += 2 * model.u * np.abs(exact) * slope
    return exact * slope, np.where(off > 0, through, 0.0)


def _logit_gradients(call: AttentionCall, model: Model, g: Float64, reach: Reach) -> tuple[Float64, Float64]:
    """Gradients in the logits, and how far they may be off (points 6 and 7); infinite where they jump."""
    p, low, high = reach.p, reach.low, reach.high
    u, live = model.u, high > 0
    power = 2 - np.array(list(map(float, call.alpha)))[:, None, None]
    values = call.per_head(call.value)
    products, size = np.zeros_like(p), np.zeros_like(p)  # 0 for the sink, which has no value
    products[..., : call.keys] = g @ np.swapaxes(values, -1, -2)
    size[..., : call.keys] = np.abs(g) @ np.swapaxes(np.abs(values), -1, -2)
    features = call.value.shape[3]

    def sensitivity(x: Float64) -> Float64:
        return np.where(live & ((x > 0) | (power < 0)), np.where(x > 0, x, 0.0) ** power, 0.0)

    s, near, far = sensitivity(p), sensitivity(low), sensitivity(high)
    logs = np.abs(np.log(np.where(p > 0, p, 1.0)))
    off = np.maximum(np.abs(near - s), np.abs(far - s)) + u * (5 + 3 * np.abs(power) * logs) * s
    total = s.sum(axis=-1, keepdims=True)
    least = np.maximum(s - off, 0.0).sum(axis=-1, keepdims=True)
    mean = np.where(total > 0, (s * products).sum(axis=-1, keepdims=True) / total, 0.0)
    # Automatic differentiation of a solver's last step takes s at two thresholds, and may divide by the sum.
    divided_by = (p * products).sum(axis=-1, keepdims=True)
    around = np.maximum(np.abs(products) + np.abs(mean), np.abs(products - divided_by) + np.abs(mean - divided_by))
    summed = (model.added(live.sum(axis=-1, keepdims=True)) + features + 6) * u + 2 * model.half
    mean_off, mean_size = (
        np.where(
            least > 0,
            each.sum(axis=-1, keepdims=True) / least,
            whole.max(axis=-1, keepdims=True, where=live, initial=0.0),
        )
        for each, whole in ((off * around, around), ((s + off) * size, size))
    )
    mean_off += summed * mean_size + 2 * u * np.abs(mean)
    own = ((features + 3) * u + model.products) * size
    bound = off * around + (s + off) * (mean_off + own + 2 * u * around)
    # Where the maximum is differentiated as well, it gets what the others lack of a sum of zero.
    largest = live & (p == p.max(axis=-1, keepdims=True))
    lack = np.where(live, bound, 0.0).sum(axis=-1, keepdims=True)
    first = largest & (np.cumsum(largest, axis=-1) == 1)
    bound = bound + np.where(first, lack, np.where(largest, lack / np.maximum(largest.sum(-1, keepdims=True), 1), 0.0))
    kink = (live & (low == 0) & (power <= 0)).any(axis=-1, keepdims=True)
    bound = np.where(kink | np.isnan(bound), np.inf, bound)
    return np.where(live, s * (products - mean), 0.0), np.where(live, bound, 0.0)


def _product(left: Float64, right: Float64) -> Float64:
    """Matrix product in which infinity times zero is infinity: what is in doubt stays in doubt."""
    doubt = np.isinf(left).any(axis=-1, keepdims=True)
    return np.where(doubt, np.inf, np.where(np.isinf(left), 0.0, left) @ right)
