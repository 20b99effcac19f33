"""Tier 1: entmax attention in float64, and its derivatives. These semantics are what kernels are checked against.

For batch b, head h, query i and key j, with D the head dimension, M queries and N keys,

    score(i, j) = scale * <query_i, key_j> - slope_h * |i + N - M - j|,
    output_i    = sum_j p_ij value_j,    p_i = entmax(score(i, .), alpha) over the visible keys.

* Head h reads key and value head h // (H // Hkv): grouped-query attention.
* Positions are aligned to the end: query i stands at position i + N - M among the keys. With ``is_causal`` key j
  is visible iff j <= i + N - M.
* N is the number of keys in the array, ``key.shape[2]``, also when ``key_lengths`` are given: lengths only hide the
  keys from ``key_lengths[b]`` on. That is right for a padded batch of self-attention (M = N) and for decoding
  (M = 1). For a chunk of several queries behind a padded cache, pad the keys in front or slice them instead.
* The ALiBi bias is added after scaling, so the scale does not multiply it (theorem ``alibi-scale``).
* A query that sees no key gives zeros, and zero gradients.

The reference spells out the (B, H, M, N) matrix and is meant for checking, not for speed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..attention_call import AttentionCall
from ..inputs import Float64, as_finite
from .derivatives import along_alpha, apply_jacobian, largest_weight, wide_product
from .mapping import entmax
from .wide import Wide


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
    """

    query: Float64
    key: Float64
    value: Float64
    scale: Float64
    alpha: Float64


def attention(
    query: Any,
    key: Any,
    value: Any,
    alpha: Any = 1.5,
    is_causal: bool = False,
    scale: Any = None,
    alibi_slopes: Any = None,
    key_lengths: Any = None,
) -> Float64:
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

    Returns
    -------
    ndarray of float64, shape (B, H, M, Dv)

    Raises
    ------
    ValueError
        For shapes that do not fit, numbers that are not finite, alpha below 1, and lengths outside 0 ... N.

    Examples
    --------
    >>> query, key = [[[[1.0], [1.0]]]], [[[[2.0], [0.0]]]]
    >>> attention(query, key, [[[[10.0], [20.0]]]], alpha=2, is_causal=True)
    array([[[[10.],
             [10.]]]])
    """
    call = AttentionCall.read(query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths)
    output: Float64 = _probabilities(call, scores_of(call)) @ call.per_head(call.value)
    return output


def attention_vjp(
    query: Any,
    key: Any,
    value: Any,
    grad: Any,
    alpha: Any = 1.5,
    is_causal: bool = False,
    scale: Any = None,
    alibi_slopes: Any = None,
    key_lengths: Any = None,
) -> AttentionGradients:
    """Gradients of a loss whose gradient in the output of :func:`attention` is ``grad``.

    Parameters
    ----------
    query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths
        As for :func:`attention`.
    grad : array-like, shape (B, H, M, Dv)
        Finite.

    Returns
    -------
    AttentionGradients
        In query, key, value, scale and alpha. Where alpha >= 2 and a key lies exactly on the threshold, that of
        the strict support (see :mod:`entmax_oracle.reference.values.derivatives`).

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
    call = AttentionCall.read(query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths)
    output_grad = as_finite(grad, "grad", call.output_shape)
    scores = scores_of(call)
    p = _probabilities(call, scores)
    keys = call.per_head(call.key)
    p_grad = output_grad @ np.swapaxes(call.per_head(call.value), -1, -2)
    score_grad, alpha_grad = np.empty_like(p), np.empty(len(call.alpha))
    for h, alpha_h in enumerate(map(float, call.alpha)):
        score_grad[:, h] = apply_jacobian(p[:, h], p_grad[:, h], alpha_h)
        alpha_grad[h] = (along_alpha(p[:, h], scores[:, h], alpha_h) * p_grad[:, h]).sum()
    products = call.query @ np.swapaxes(keys, -1, -2)
    with np.errstate(over="ignore", invalid="ignore"):
        product_grad = call.scale[..., None] * score_grad
        query_grad = product_grad @ keys
        key_grad = call.per_key_head(np.swapaxes(product_grad, -1, -2) @ call.query)
        scale_grad = call.like_scale((score_grad * products).sum(axis=-1))
    if not all(np.isfinite(each).all() for each in (product_grad, query_grad, key_grad, scale_grad)):
        query_grad, key_grad, scale_grad = _wide_gradients(call, p, p_grad, products)
    return AttentionGradients(
        query=query_grad,
        key=key_grad,
        value=call.per_key_head(np.swapaxes(p, -1, -2) @ output_grad),
        scale=scale_grad,
        alpha=call.like_alpha(alpha_grad),
    )


def _wide_gradients(
    call: AttentionCall, p: Float64, p_grad: Float64, products: Float64
) -> tuple[Float64, Float64, Float64]:
    """Gradients in query, key and scale where those in the scores, or sums of them, exceed every float64."""
    mantissa, exponent, steepest = np.empty_like(p), np.empty_like(p), np.empty((*p.shape[:3], 1), dtype=np.intp)
    for h, alpha in enumerate(map(float, call.alpha)):
        one = wide_product(p[:, h], p_grad[:, h], alpha)
        mantissa[:, h], exponent[:, h] = one.mantissa, one.exponent
        steepest[:, h] = largest_weight(p[:, h], alpha)
    # A row of gradients sums to 0: from the steepest key on, tied keys do not cancel but vanish.
    keys = call.per_head(call.key)[:, :, None]
    scores = Wide(mantissa, exponent)
    scaled = scores * Wide.of(call.scale[..., None])
    each = Wide(scaled.mantissa[..., None], scaled.exponent[..., None])
    by_query = (each * _since(keys, steepest[..., None], -2)).sum(-2)
    by_key = each * Wide.of(call.query[..., None, :])
    batch, _, m, n, dim = by_key.mantissa.shape
    grouped = (batch, call.key.shape[1], call.group * m, n, dim)
    by_key = Wide(by_key.mantissa.reshape(grouped), by_key.exponent.reshape(grouped)).sum(2)
    by_scale = (scores * _since(products, steepest, -1)).sum(-1)
    place = np.arange(np.prod(call.scale_shape, dtype=int)).reshape(call.scale_shape)
    place = np.broadcast_to(place, call.scale.shape)
    scale_grad = [
        Wide(by_scale.mantissa[place == k], by_scale.exponent[place == k]).sum(0).floats().sum()
        for k in range(np.prod(call.scale_shape, dtype=int))
    ]
    return (
        by_query.floats()[..., 0, :],
        by_key.floats()[:, :, 0],
        np.array(scale_grad).reshape(call.scale_shape),
    )


def _since(x: Float64, index: NDArray[np.intp], axis: int) -> Wide:
    """Differences to one entry along an axis; those of quarters do not overflow."""
    return Wide.of(x / 4 - np.take_along_axis(x / 4, index, axis), 2.0)


def scores_of(call: AttentionCall) -> Float64:
    """Scores of shape (B, H, M, N), -inf where a key is hidden; ValueError where one overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        products = call.query @ np.swapaxes(call.per_head(call.key), -1, -2)
        biased = call.scale[..., None] * products - call.alibi_slopes[:, None, None] * call.distance
    wrong = np.argwhere(call.visible & ~np.isfinite(biased))
    if wrong.size:
        b, h, i, j = wrong[0].tolist()
        raise ValueError(
            f"the score of query[{b}, {h}, {i}] and key {j} is beyond the float64 range; scale query or key down"
        )
    return np.where(call.visible, biased, -np.inf)


def _probabilities(call: AttentionCall, scores: Float64) -> Float64:
    """Probabilities of shape (B, H, M, N); zeros for a query that sees no key."""
    p = np.zeros_like(scores)
    sees = np.broadcast_to(call.visible.any(axis=-1), p.shape[:-1])
    for h, alpha in enumerate(call.alpha):
        if sees[:, h].any():
            p[:, h][sees[:, h]] = entmax(scores[:, h][sees[:, h]], alpha)
    return p
