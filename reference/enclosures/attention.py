"""Tier 2: entmax attention and its derivatives in ball arithmetic.

Semantics and arguments are those of :mod:`entmax_oracle.reference.attention`; nothing is rounded on the way, neither
scores nor the default scale 1/sqrt(D). Meant for small problems: a thousand scores take about a second.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..attention_call import AttentionCall, attends, pulls_back
from ..inputs import Float64
from .ball_rows import BallRow, Scores, ball_row, guard_bits
from .bounds import Balls, Bounds, as_balls, object_array, round_outward
from .calculus import along_alpha, product, steepest
from .precision import working_precision

_ZERO = arb(0)
# Dot products of float64 numbers of similar size are exact with as many bits.
_DOT_BITS = 128
# Scores of up to 2**64 are served by these; larger ones need as many more.
_SIZE_BITS = 64


@dataclass(frozen=True, eq=False)
class EnclosedAttentionGradients:
    """Bounds of the gradients of :func:`entmax_oracle.reference.attention_vjp`.

    Attributes
    ----------
    query, key, value, scale, alpha : Bounds
        Of the shapes of :class:`entmax_oracle.reference.values.attention.AttentionGradients`.
    sinks, attn_mask : Bounds or None
        None where that class has None.
    differentiable : ndarray of bool, shape (B, H, M)
        Per query, as in :class:`entmax_oracle.reference.enclosures.bounds.DerivativeBounds`.
    """

    query: Bounds
    key: Bounds
    value: Bounds
    scale: Bounds
    alpha: Bounds
    differentiable: NDArray[np.bool_]
    sinks: Bounds | None = None
    attn_mask: Bounds | None = None


@attends
def enclose_attention(
    call: AttentionCall, *, return_lse: bool = False, precision: int = 128
) -> Bounds | tuple[Bounds, Bounds]:
    """Enclose :func:`entmax_oracle.reference.attention`.

    Parameters
    ----------
    query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths, attn_mask, window, softcap, sinks
        As for :func:`entmax_oracle.reference.attention`; read exactly. Alpha may be a ``Fraction``.
    return_lse : bool
        Enclose also the logarithms of the sums of exponentials; only for alpha = 1.
    precision : int
        Working precision in bits.

    Returns
    -------
    out : Bounds
        Of the output, shape (B, H, M, Dv).
    lse : Bounds
        With ``return_lse``, of shape (B, H, M); -inf where nothing is summed.

    Raises
    ------
    ValueError
        As for :func:`entmax_oracle.reference.attention`.

    Examples
    --------
    >>> query, key = [[[[1.0], [1.0]]]], [[[[2.0], [0.0]]]]
    >>> enclose_attention(query, key, [[[[10.0], [20.0]]]], alpha=2, is_causal=True).upper
    array([[[[10.],
             [10.]]]])
    """
    with working_precision(_bits(call, precision)):
        balls = _Balls(call, precision)
        p, _ = balls.rows()
        out = Bounds(*round_outward(_matmul(p[..., : call.keys], call.per_head(balls.value))))
        return (out, balls.log_sums()) if return_lse else out


@pulls_back
def enclose_attention_vjp(call: AttentionCall, grad: Float64, *, precision: int = 128) -> EnclosedAttentionGradients:
    """Enclose :func:`entmax_oracle.reference.attention_vjp`.

    Parameters
    ----------
    query, key, value, grad, alpha, is_causal, scale, alibi_slopes, key_lengths, attn_mask, window, softcap, sinks
        As for :func:`entmax_oracle.reference.attention_vjp`; read exactly.
    precision : int
        Working precision in bits.

    Returns
    -------
    EnclosedAttentionGradients

    Raises
    ------
    ValueError
        As for :func:`entmax_oracle.reference.attention_vjp`.

    Examples
    --------
    >>> one = [[[[1.0]]]]
    >>> enclose_attention_vjp(one, one, one, one).value.lower
    array([[[[1.]]]])
    """
    output_grad = as_balls(grad)
    with working_precision(_bits(call, precision)):
        balls = _Balls(call, precision)
        p, rows = balls.rows()
        n, keys = call.keys, call.per_head(balls.key)
        p_grad, logit_grad = (np.full(p.shape, _ZERO, dtype=object) for _ in range(2))
        product_grad = np.full((*p.shape[:3], n), _ZERO, dtype=object)
        p_grad[..., :n] = _matmul(output_grad, _transposed(call.per_head(balls.value)))
        query_grad = np.full(balls.query.shape, _ZERO, dtype=object)
        alpha_grad, scale_grad = (np.full(shape, _ZERO, dtype=object) for shape in (len(call.alpha), p.shape[:3]))
        smooth = np.ones(p.shape[:3], dtype=bool)
        for (b, h, i), row in rows.items():
            s, scale = row.sensitivity, balls.scale[b, h, i]
            logit_grad[b, h, i] = product(s, p_grad[b, h, i])
            features, products, through = keys[b, h], balls.products[b, h, i], scale * logit_grad[b, h, i, :n]
            if balls.cap is not None:
                slope = balls.slope(b, h, i)
                features, products, through = slope[:, None] * features, slope * products, slope * through
            features, products = balls.with_sink(features), balls.with_sink(products)
            # A row of gradients sums to 0: from the steepest token on, tied keys do not cancel but vanish.
            r = steepest(s)
            query_grad[b, h, i] = scale * (logit_grad[b, h, i] @ (features - features[r]))
            scale_grad[b, h, i] = (logit_grad[b, h, i] * (products - products[r])).sum()
            alpha_grad[h] += (along_alpha(row) * p_grad[b, h, i]).sum()
            product_grad[b, h, i] = through
            smooth[b, h, i] = row.differentiable
        gradients = {
            "query": query_grad,
            "key": call.per_key_head(_matmul(_transposed(product_grad), balls.query)),
            "value": call.per_key_head(_matmul(_transposed(p[..., :n]), output_grad)),
            "scale": call.like_scale(scale_grad),
            "alpha": call.like_alpha(alpha_grad),
            "attn_mask": None if call.added is None else call.like_mask(logit_grad[..., :n]),
            "sinks": None if call.sinks is None else logit_grad[..., n].sum(axis=(0, 2)),
        }
        bounds = {name: Bounds(*round_outward(each)) for name, each in gradients.items() if each is not None}
    return EnclosedAttentionGradients(**bounds, differentiable=smooth)


class _Balls:
    """The arguments of one call, as balls."""

    def __init__(self, call: AttentionCall, precision: int) -> None:
        self.call, self.precision = call, precision + _size_bits(call)
        self.query, self.key, self.value = map(as_balls, (call.query, call.key, call.value))
        self.scale = as_balls(call.scale)
        if call.default_scale:
            self.scale[...] = 1 / arb(call.query.shape[3]).sqrt()
        self.products = _matmul(self.query, _transposed(call.per_head(self.key)))
        bias = as_balls(call.alibi_slopes)[:, None, None] * as_balls(-call.distance)
        self.offsets = bias[None] if call.added is None else bias[None] + as_balls(call.added)
        self.sinks = None if call.sinks is None else as_balls(call.sinks)
        self.cap = None if call.softcap is None else arb(call.softcap)

    def scores(self) -> Iterator[tuple[tuple[int, int, int], Scores]]:
        """Yield every row that has a token, by its place."""
        shape = self.products.shape
        visible = np.broadcast_to(self.call.visible, shape)
        offsets = np.broadcast_to(self.offsets, shape)
        for b, h, i in np.ndindex(*shape[:3]):
            live = np.flatnonzero(visible[b, h, i]).tolist()
            products, shifts = list(self.products[b, h, i]), list(offsets[b, h, i])
            if self.sinks is not None:
                live, products, shifts = [*live, shape[3]], [*products, _ZERO], [*shifts, self.sinks[h]]
            if live:
                yield (b, h, i), Scores(products, shifts, live, self.scale[b, h, i], self.cap)

    def rows(self) -> tuple[Balls, dict[tuple[int, int, int], BallRow]]:
        """Probabilities of the keys and the sink, (B, H, M, N or N + 1), and the solved rows that have a token."""
        p = self.with_sink(np.full(self.products.shape, _ZERO, dtype=object), axis=-1)
        rows = {}
        for (b, h, i), scores in self.scores():
            order = Fraction(self.call.alpha[h])
            rows[b, h, i] = ball_row(scores, order, self.precision + guard_bits(order))
            p[b, h, i] = rows[b, h, i].p
        return p, rows

    def log_sums(self) -> Bounds:
        """Bounds of the logarithms of the sums of exponentials, (B, H, M); -inf of none."""
        found = {place: scores.log_sum() for place, scores in self.scores()}
        lower, upper = (np.full(self.products.shape[:3], -np.inf) for _ in range(2))
        if found:
            places = tuple(np.array(list(found)).T)
            lower[places], upper[places] = round_outward(object_array(list(found.values())))
        return Bounds(lower, upper)

    def slope(self, b: int, h: int, i: int) -> Balls:
        """Differentiate the logits of one row's keys in the scaled scores, by the cap."""
        steep = object_array([(self.scale[b, h, i] * each / self.cap).sech() for each in self.products[b, h, i]])
        return np.asarray(steep * steep)  # a square by ** is NaN for a ball that contains 0

    def with_sink(self, balls: Balls, axis: int = 0) -> Balls:
        """Append the zeros of the sink along the axis of the keys, if there is one."""
        if self.sinks is None:
            return balls
        shape = list(balls.shape)
        shape[axis] = 1
        return np.concatenate([balls, np.full(shape, _ZERO, dtype=object)], axis=axis)


def _bits(call: AttentionCall, precision: int) -> int:
    """Return the working precision for exact products."""
    guard = max((2 * guard_bits(Fraction(order)) for order in call.alpha), default=0)
    return precision + _DOT_BITS + _size_bits(call) + guard


def _size_bits(call: AttentionCall) -> int:
    """Bits that large scores need more: absolute errors of theirs become relative ones of probabilities."""
    size = sum(_exponent(x) for x in (call.query, call.key, call.scale)) + int(call.query.shape[3]).bit_length()
    bias = _exponent(call.alibi_slopes) + _exponent(call.distance)
    more = [_exponent(each) for each in (call.added, call.sinks) if each is not None]
    return max(0, *(each - _SIZE_BITS for each in (size, bias, *more)))


def _exponent(x: Float64) -> int:
    return math.frexp(np.abs(x).max(initial=0.0))[1]


def _matmul(left: Balls, right: Balls) -> Balls:
    """Matrix product over the last two axes; NumPy's own cannot sum no terms at all."""
    shape = (*left.shape[:-1], right.shape[-1])
    out: Balls = np.full(shape, _ZERO, dtype=object)
    for k in range(left.shape[-1]):
        out = out + left[..., :, k, None] * right[..., None, k, :]
    return out


def _transposed(balls: Balls) -> Balls:
    return np.swapaxes(balls, -1, -2)
