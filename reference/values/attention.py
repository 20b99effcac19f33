"""Tier 1: entmax attention in float64, and its derivatives. These semantics are what kernels are checked against.

For batch b, head h, query i and key j, with D the head dimension, M queries and N keys,

    score(i, j) = cap(scale * <query_i, key_j>) - slope_h * |i + N - M - j| + mask_ij,
    output_i    = sum_j p_ij value_j,    p_i = entmax(score(i, .), alpha) over the visible keys and the sink.

* Head h reads key and value head h // (H // Hkv): grouped-query attention.
* Positions are aligned to the end: query i stands at position i + N - M among the keys. With ``is_causal`` key j
  is visible iff j <= i + N - M.
* N is the number of keys in the array, ``key.shape[2]``, also when ``key_lengths`` are given: lengths only hide the
  keys from ``key_lengths[b]`` on. That is right for a padded batch of self-attention (M = N) and for decoding
  (M = 1). For a chunk of several queries behind a padded cache, pad the keys in front or slice them instead.
* The ALiBi bias is added after scaling, so the scale does not multiply it (theorem ``alibi-scale``).
* Cap, bias, mask and sink act in this order, after the scale; a sink is a token without a value.
* A query that sees no key gives zeros, and zero gradients.

The reference spells out the (B, H, M, N) matrix and is meant for checking, not for speed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..attention_call import AttentionCall, attends, pulls_back
from ..inputs import Float64
from .derivatives import along_alpha, apply_jacobian, largest_weight, wide_product
from .mapping import entmax
from .wide import Wide

_STRAIGHT = 2.0**-27  # tanh(x) is x to float64 below


@dataclass(frozen=True)
class AttentionGradients:
    """Gradients of a loss in the arguments of :func:`attention`.

    Attributes
    ----------
    query, key, value : ndarray of float64
        Of the shapes of the arguments.
    scale : ndarray of float64
        Of the shape of the given scale; of shape () for a number, or for the default 1/sqrt(D).
    alpha : ndarray of float64
        Of shape (), or (H,) when alpha is given per head.
    sinks : ndarray of float64, shape (H,), or None
        None if there are none.
    attn_mask : ndarray of float64, or None
        Of the shape of a real mask, 0 where it hides the key; None if there is none, or a boolean one.
    """

    query: Float64
    key: Float64
    value: Float64
    scale: Float64
    alpha: Float64
    sinks: Float64 | None = None
    attn_mask: Float64 | None = None


@dataclass(frozen=True, eq=False)
class Logits:
    """The logits of one call and what they are made from.

    Attributes
    ----------
    products : ndarray, shape (B, H, M, N)
        <query_i, key_j>.
    scaled : ndarray, shape (B, H, M, N)
        Times the scale.
    logits : ndarray, shape (B, H, M, N), or (B, H, M, N + 1) with a sink
        Of the keys, -inf where one is hidden, and of the sink.
    """

    products: Float64
    scaled: Float64
    logits: Float64


@attends
def attention(call: AttentionCall, *, return_lse: bool = False) -> Float64 | tuple[Float64, Float64]:
    """Attend with alpha-entmax in place of softmax.

    Parameters
    ----------
    query : array-like, shape (B, H, M, D)
    key : array-like, shape (B, Hkv, N, D)
        Hkv divides H.
    value : array-like, shape (B, Hkv, N, Dv)
    alpha : float, or array-like of shape (H,)
        At least 1; one for all heads, or one per head.
    is_causal : bool
        Hide key j from query i unless j <= i + N - M.
    scale : float or array-like, optional
        Broadcast to (B, H, M): one number, or one per head or query as in ASEntmax. By default 1/sqrt(D).
    alibi_slopes : array-like of shape (H,), optional
        Adds ``-slope * |i + N - M - j|`` to the scaled scores.
    key_lengths : array-like of integers, shape (B,), optional
        Only the first ``key_lengths[b]`` keys of batch b are visible.
    attn_mask : array-like, broadcastable to (B, H, M, N), optional
        Booleans: True where a query may attend to a key. Real numbers: added to the scores after scale, cap and bias,
        -inf hides the key. Integers are refused.
    window : pair of int, optional
        (left, right): the query at position p = i + N - M sees only the keys j with p - left <= j <= p + right. None
        or -1 leaves a side open.
    softcap : float, optional
        Positive: the scaled score s becomes ``softcap * tanh(s / softcap)``.
    sinks : array-like of shape (H,), optional
        A logit per head, of a token without a value that takes mass in every row. Finite.
    return_lse : bool
        Return also the natural logarithm of the sum of the exponentials of each row's logits, the sink included.
        Only for alpha = 1.

    Returns
    -------
    out : ndarray of float64, shape (B, H, M, Dv)
        Zeros for a query that sees no key.
    lse : ndarray of float64, shape (B, H, M)
        With ``return_lse``; -inf where nothing is summed.

    Raises
    ------
    ValueError
        For shapes that do not fit, numbers that are not finite, alpha below 1, lengths outside 0 ... N, a window that
        is not a pair of integers, a cap that is not positive, and ``return_lse`` with another alpha than 1.

    Notes
    -----
    The logits are cap(scale * <query, key>) - slope * distance + mask, in that order: neither bias nor mask nor sink is
    scaled or capped. Then keys are hidden, wherever causality, lengths, the window or a mask says so; the sink is
    appended; entmax gives the weights; and the values are summed, that of the sink being 0.

    The mask is that of `scaled_dot_product_attention
    <https://pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html>`__, and the window
    that of `FlashAttention <https://github.com/Dao-AILab/flash-attention>`__: both ends are seen. The cap is that of
    `Gemma 2 <https://arxiv.org/abs/2408.00118>`__, and sinks are those of `gpt-oss
    <https://arxiv.org/abs/2508.10925>`__.

    Examples
    --------
    >>> query, key = [[[[1.0], [1.0]]]], [[[[2.0], [0.0]]]]
    >>> attention(query, key, [[[[10.0], [20.0]]]], alpha=2, is_causal=True)
    array([[[[10.],
             [10.]]]])

    The second query sees only the second key, and a sink with the same logit takes half of the mass:

    >>> out, lse = attention(query, key, [[[[10.0], [20.0]]]], 1, window=(0, 0), sinks=[0.0], return_lse=True)
    >>> out.ravel().round(6).tolist(), lse.ravel().round(6).tolist()
    ([8.807971, 10.0], [2.126928, 0.693147])
    """
    logits = logits_of(call).logits
    output: Float64 = _probabilities(call, logits)[..., : call.keys] @ call.per_head(call.value)
    return (output, log_sums(logits)) if return_lse else output


@pulls_back
def attention_vjp(call: AttentionCall, grad: Float64) -> AttentionGradients:
    """Gradients of a loss whose gradient in the output of :func:`attention` is ``grad``.

    Parameters
    ----------
    query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths, attn_mask, window, softcap, sinks
        As for :func:`attention`.
    grad : array-like, shape (B, H, M, Dv)
        Finite.

    Returns
    -------
    AttentionGradients
        In query, key, value, scale and alpha, and in the sinks and a real mask if there are. Where alpha >= 2 and a key
        lies exactly on the threshold, that of the strict support (see
        ``entmax_oracle.reference.values.derivatives``).

    Raises
    ------
    ValueError
        As for :func:`attention`, and for a ``grad`` of another shape than the output.

    Examples
    --------
    >>> one = [[[[1.0]]]]
    >>> attention_vjp(one, one, one, one).value
    array([[[[1.]]]])
    """
    of = logits_of(call)
    p = _probabilities(call, of.logits)
    n, keys = call.keys, call.per_head(call.key)
    p_grad = np.zeros_like(p)
    p_grad[..., :n] = grad @ np.swapaxes(call.per_head(call.value), -1, -2)
    logit_grad, alpha_grad = np.empty_like(p), np.empty(len(call.alpha))
    for h, alpha_h in enumerate(map(float, call.alpha)):
        logit_grad[:, h] = apply_jacobian(p[:, h], p_grad[:, h], alpha_h)
        alpha_grad[h] = (along_alpha(p[:, h], of.logits[:, h], alpha_h) * p_grad[:, h]).sum()
    with np.errstate(over="ignore", invalid="ignore"):
        mask_grad = None if call.added is None else call.like_mask(logit_grad[..., :n])
        sinks_grad = None if call.sinks is None else logit_grad[..., n].sum(axis=(0, 2))
        score_grad = logit_grad[..., :n]
        if call.softcap is not None:
            score_grad = score_grad * softcap_slope(of.scaled, call.softcap)
        product_grad = call.scale[..., None] * score_grad
        query_grad = product_grad @ keys
        key_grad = call.per_key_head(np.swapaxes(product_grad, -1, -2) @ call.query)
        scale_grad = call.like_scale((score_grad * of.products).sum(axis=-1))
    found: dict[str, Any] = {"query": query_grad, "key": key_grad, "scale": scale_grad}
    found |= {"sinks": sinks_grad, "attn_mask": mask_grad}
    if not all(np.isfinite(each).all() for each in (product_grad, *found.values()) if each is not None):
        found |= _wide_gradients(call, p, p_grad, of)
    return AttentionGradients(
        value=call.per_key_head(np.swapaxes(p[..., :n], -1, -2) @ grad),
        alpha=call.like_alpha(alpha_grad),
        **found,
    )


def _wide_gradients(call: AttentionCall, p: Float64, p_grad: Float64, of: Logits) -> dict[str, Float64]:
    """Gradients that pass through the logits where those in these, or sums of them, exceed every float64."""
    mantissa, exponent, steepest = np.empty_like(p), np.empty_like(p), np.empty((*p.shape[:3], 1), dtype=np.intp)
    for h, alpha in enumerate(map(float, call.alpha)):
        one = wide_product(p[:, h], p_grad[:, h], alpha)
        mantissa[:, h], exponent[:, h] = one.mantissa, one.exponent
        steepest[:, h] = largest_weight(p[:, h], alpha)
    # A row of gradients, the sink's included, sums to 0: from the steepest key on, tied keys do not cancel but vanish.
    n = call.keys
    logits = Wide(mantissa, exponent)
    slope = np.ones_like(of.scaled) if call.softcap is None else softcap_slope(of.scaled, call.softcap)
    keys = _and_sink(call, slope[..., None] * call.per_head(call.key)[:, :, None], axis=-2)
    products = _and_sink(call, slope * of.products, axis=-1)
    scaled = logits * Wide.of(call.scale[..., None])
    each = Wide(scaled.mantissa[..., None], scaled.exponent[..., None])
    by_query = (each * _since(keys, steepest[..., None], -2)).sum(-2)
    by_key = Wide(each.mantissa[..., :n, :], each.exponent[..., :n, :]) * Wide.of(slope[..., None])
    by_key = by_key * Wide.of(call.query[..., None, :])
    batch, _, m, n, dim = by_key.mantissa.shape
    grouped = (batch, call.key.shape[1], call.group * m, n, dim)
    by_key = Wide(by_key.mantissa.reshape(grouped), by_key.exponent.reshape(grouped)).sum(2)
    by_scale = (logits * _since(products, steepest, -1)).sum(-1)
    found = {
        "query": by_query.floats()[..., 0, :],
        "key": by_key.floats()[:, :, 0],
        "scale": _wide_sum_to(Wide(by_scale.mantissa[..., 0], by_scale.exponent[..., 0]), call.scale_shape),
    }
    if call.sinks is not None:
        by_sink = Wide(np.swapaxes(mantissa[..., -1], 1, 2), np.swapaxes(exponent[..., -1], 1, 2))
        found["sinks"] = _wide_sum_to(by_sink, call.sinks.shape)
    if call.added is not None:
        found["attn_mask"] = _wide_sum_to(Wide(mantissa[..., :n], exponent[..., :n]), call.mask_shape)
    return found


def _wide_sum_to(x: Wide, shape: tuple[int, ...]) -> Float64:
    """Sum over the axes along which ``shape`` was broadcast, and round."""
    sizes = x.mantissa.shape
    kept = (1,) * (len(sizes) - len(shape)) + shape
    for axis, (size, left) in enumerate(zip(sizes, kept, strict=True)):
        if left == 1 and size != 1:
            x = x.sum(axis)
    return x.floats().reshape(shape)


def _and_sink(call: AttentionCall, x: Float64, axis: int) -> Float64:
    """Append the zeros of the sink along the axis of the keys, if there is one."""
    if call.sinks is None:
        return x
    shape = list(x.shape)
    shape[axis] = 1
    return np.concatenate([x, np.zeros(shape)], axis=axis)


def _since(x: Float64, index: NDArray[np.intp], axis: int) -> Wide:
    """Differences to one entry along an axis; those of quarters do not overflow."""
    return Wide.of(x / 4 - np.take_along_axis(x / 4, index, axis), 2.0)


def logits_of(call: AttentionCall) -> Logits:
    """Logits of every row; ValueError where a score overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        products = call.query @ np.swapaxes(call.per_head(call.key), -1, -2)
        scaled = call.scale[..., None] * products
        capped = scaled if call.softcap is None else softcapped(scaled, call.softcap)
        biased = capped - call.alibi_slopes[:, None, None] * call.distance
        if call.added is not None:
            biased = biased + call.added
    if not np.isfinite(biased).all() or (capped is not scaled and not np.isfinite(scaled).all()):
        wrong = np.argwhere(call.visible & ~(np.isfinite(biased) & np.isfinite(scaled)))
        if wrong.size:
            b, h, i, j = wrong[0].tolist()
            raise ValueError(
                f"the score of query[{b}, {h}, {i}] and key {j} is beyond the float64 range; scale query or key down"
            )
        products, scaled = (np.where(call.visible, each, 0.0) for each in (products, scaled))  # no gradients either
    logits = np.where(call.visible, biased, -np.inf)
    if call.sinks is not None:
        sinks = np.broadcast_to(call.sinks[:, None, None], (*logits.shape[:3], 1))
        logits = np.concatenate([logits, sinks], axis=-1)
    return Logits(products, scaled, logits)


def softcapped(scores: Float64, cap: float) -> Float64:
    """Return cap tanh(scores / cap), to a few units of roundoff; where the quotient is tiny, the scores."""
    with np.errstate(over="ignore", under="ignore"):
        x = scores / cap
        return np.asarray(np.where(np.abs(x) < _STRAIGHT, scores, cap * np.tanh(x)))


def softcap_slope(scores: Float64, cap: float) -> Float64:
    """Return the derivative of :func:`softcapped`, 1 - tanh(x)^2 at x = scores / cap, without cancellation."""
    with np.errstate(over="ignore", under="ignore"):
        e = np.exp(-2 * np.abs(scores / cap))
        return np.asarray(4 * e / (1 + e) ** 2)


def log_sums(logits: Float64) -> Float64:
    """Natural logarithms of the sums of exponentials along the last axis; -inf of none."""
    peak = logits.max(axis=-1, initial=-np.inf)
    shift = np.where(np.isfinite(peak), peak, 0.0)
    with np.errstate(divide="ignore", over="ignore", under="ignore"):
        return np.asarray(shift + np.log(np.exp(logits - shift[..., None]).sum(axis=-1)))


def _probabilities(call: AttentionCall, logits: Float64) -> Float64:
    """Probabilities of the keys and the sink, of the shape of the logits; zeros for a query without a token."""
    p, sees = np.zeros_like(logits), call.sees
    for h, alpha in enumerate(call.alpha):
        if sees[:, h].any():
            p[:, h][sees[:, h]] = entmax(logits[:, h][sees[:, h]], alpha)
    return p
