"""Tier 2: entmax attention and its derivatives in ball arithmetic.

Semantics and arguments are those of :mod:`entmax_oracle.reference.attention`; nothing is rounded on the way, neither
scores nor the default scale 1/sqrt(D). Meant for small problems: a thousand scores take about a second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..attention_call import AttentionCall
from ..inputs import Float64, as_finite
from .ball_rows import BallRow, Scores, ball_row, guard_bits
from .bounds import Balls, Bounds, as_balls, round_outward
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
    differentiable : ndarray of bool, shape (B, H, M)
        Per query, as in :class:`entmax_oracle.reference.enclosures.bounds.DerivativeBounds`.
    """

    query: Bounds
    key: Bounds
    value: Bounds
    scale: Bounds
    alpha: Bounds
    differentiable: NDArray[np.bool_]


def enclose_attention(
    query: Any,
    key: Any,
    value: Any,
    alpha: Any = 1.5,
    is_causal: bool = False,
    scale: Any = None,
    alibi_slopes: Any = None,
    key_lengths: Any = None,
    *,
    precision: int = 128,
) -> Bounds:
    """Enclose :func:`entmax_oracle.reference.attention`.

    Parameters
    ----------
    query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths
        As for :func:`entmax_oracle.reference.attention`; read exactly. Alpha may be a ``Fraction``.
    precision : int
        Working precision in bits.

    Returns
    -------
    Bounds
        Of the output, shape (B, H, M, Dv).

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
    call = AttentionCall.read(query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths)
    with working_precision(_bits(call, precision)):
        balls = _Balls(call, precision)
        p, _ = balls.rows()
        values = call.per_head(balls.value)
        return Bounds(*round_outward(_matmul(p, values)))


def enclose_attention_vjp(
    query: Any,
    key: Any,
    value: Any,
    grad: Any,
    alpha: Any = 1.5,
    is_causal: bool = False,
    scale: Any = None,
    alibi_slopes: Any = None,
    key_lengths: Any = None,
    *,
    precision: int = 128,
) -> EnclosedAttentionGradients:
    """Enclose :func:`entmax_oracle.reference.attention_vjp`.

    Parameters
    ----------
    query, key, value, grad, alpha, is_causal, scale, alibi_slopes, key_lengths
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
    call = AttentionCall.read(query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths)
    output_grad = as_balls(as_finite(grad, "grad", call.output_shape))
    with working_precision(_bits(call, precision)):
        balls = _Balls(call, precision)
        p, rows = balls.rows()
        p_grad = _matmul(output_grad, _transposed(call.per_head(balls.value)))
        score_grad, query_grad = (np.full(x.shape, _ZERO, dtype=object) for x in (p, balls.query))
        alpha_grad, scale_grad = (np.full(shape, _ZERO, dtype=object) for shape in (len(call.alpha), p.shape[:3]))
        keys = call.per_head(balls.key)
        smooth = np.ones(p.shape[:3], dtype=bool)
        for (b, h, i), row in rows.items():
            s = row.sensitivity
            score_grad[b, h, i] = product(s, p_grad[b, h, i])
            # A row of gradients sums to 0: from the steepest key on, tied keys do not cancel but vanish.
            r = steepest(s)
            query_grad[b, h, i] = balls.scale[b, h, i] * (score_grad[b, h, i] @ (keys[b, h] - keys[b, h, r]))
            products = balls.products[b, h, i]
            scale_grad[b, h, i] = (score_grad[b, h, i] * (products - products[r])).sum()
            alpha_grad[h] += (along_alpha(row) * p_grad[b, h, i]).sum()
            smooth[b, h, i] = row.differentiable
        product_grad = score_grad * balls.scale[..., None]
        gradients = {
            "query": query_grad,
            "key": call.per_key_head(_matmul(_transposed(product_grad), balls.query)),
            "value": call.per_key_head(_matmul(_transposed(p), output_grad)),
            "scale": call.like_scale(scale_grad),
            "alpha": call.like_alpha(alpha_grad),
        }
        bounds = {name: Bounds(*round_outward(gradient)) for name, gradient in gradients.items()}
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
        self.bias = as_balls(call.alibi_slopes)[:, None, None] * as_balls(-call.distance)

    def rows(self) -> tuple[Balls, dict[tuple[int, int, int], BallRow]]:
        """Probabilities of shape (B, H, M, N), and the solved row of every query that sees a key."""
        p = np.full(self.products.shape, _ZERO, dtype=object)
        rows = {}
        for b, h, i in np.ndindex(*p.shape[:3]):
            live = np.flatnonzero(self.call.visible[b, 0, i]).tolist()
            if live:
                order = Fraction(self.call.alpha[h])
                scores = Scores(list(self.products[b, h, i]), list(self.bias[h, i]), live, self.scale[b, h, i])
                rows[b, h, i] = ball_row(scores, order, self.precision + guard_bits(order))
                p[b, h, i] = rows[b, h, i].p
        return p, rows


def _bits(call: AttentionCall, precision: int) -> int:
    """Return the working precision for exact products."""
    guard = max((2 * guard_bits(Fraction(order)) for order in call.alpha), default=0)
    return precision + _DOT_BITS + _size_bits(call) + guard


def _size_bits(call: AttentionCall) -> int:
    """Bits that large scores need more: absolute errors of theirs become relative ones of probabilities."""
    size = sum(_exponent(x) for x in (call.query, call.key, call.scale)) + int(call.query.shape[3]).bit_length()
    return max(0, size - _SIZE_BITS, _exponent(call.alibi_slopes) + _exponent(call.distance) - _SIZE_BITS)


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
