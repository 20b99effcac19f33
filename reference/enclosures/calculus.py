"""Tier 2: derivatives, entropies and losses of alpha-entmax in ball arithmetic.

Each function is the counterpart of the one in :mod:`~entmax_oracle.reference.values.derivatives`,
:mod:`~entmax_oracle.reference.values.entropies` or :mod:`~entmax_oracle.reference.values.losses` whose name it
carries, and returns float64 bounds that provably contain the true value. The formulas are the textbook's: what they
cancel, more bits pay for, so the two tiers check each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from ..inputs import Float64, as_alpha, as_array, as_finite, as_logits
from ..values.entropies import as_distribution
from ..values.losses import as_target
from .ball_rows import BallRow, Scores, ball, ball_row, float_row, guard_bits
from .bounds import Balls, Bounds, DerivativeBounds, as_balls, object_array, round_outward
from .precision import working_precision

_ZERO = arb(0)


def enclose_vjp(z: Any, grad: Any, alpha: Any = 1.5, axis: int = -1, *, precision: int = 128) -> DerivativeBounds:
    """Enclose :func:`entmax_oracle.reference.vjp`.

    Parameters
    ----------
    z, grad, axis
        As for :func:`entmax_oracle.reference.vjp`; read exactly.
    alpha : float, int or Fraction
        At least 1. ``Fraction(4, 3)`` is exactly 4/3.
    precision : int
        Working precision in bits, before what differences are known to cancel.

    Returns
    -------
    DerivativeBounds
        Bounds of the shape of ``z``; ``differentiable`` has its shape without ``axis``.

    Raises
    ------
    ValueError
        As for :func:`entmax_oracle.reference.vjp`.

    Examples
    --------
    >>> found = enclose_vjp([1.0, 0.0, -1.0], [1.0, 2.0, 3.0], alpha=2)
    >>> found.lower, found.upper, found.differentiable
    (array([0., 0., 0.]), array([0., 0., 0.]), array(False))
    """
    return _enclose_product(z, grad, alpha, axis, precision, "grad")


def enclose_jvp(z: Any, tangent: Any, alpha: Any = 1.5, axis: int = -1, *, precision: int = 128) -> DerivativeBounds:
    """Enclose :func:`entmax_oracle.reference.jvp`; see :func:`enclose_vjp`.

    Examples
    --------
    >>> enclose_jvp([0.5, 0.0], [1.0, 0.0], alpha=2).lower
    array([ 0.5, -0.5])
    """
    return _enclose_product(z, tangent, alpha, axis, precision, "tangent")


def enclose_jacobian(z: Any, alpha: Any = 1.5, axis: int = -1, *, precision: int = 128) -> DerivativeBounds:
    """Enclose :func:`entmax_oracle.reference.jacobian`; see :func:`enclose_vjp`.

    Returns
    -------
    DerivativeBounds
        Bounds of shape (..., n, n).

    Examples
    --------
    >>> enclose_jacobian([0.5, 0.0, -2.0], alpha=2).upper
    array([[ 0.5, -0.5,  0. ],
           [-0.5,  0.5,  0. ],
           [ 0. ,  0. ,  0. ]])
    """
    logits, order = as_logits(z, axis), Fraction(as_alpha(alpha))

    def solve(row: Float64) -> tuple[Balls, bool]:
        solved = float_row(row, order, precision + guard_bits(order))
        return jacobian_of(solved.sensitivity), solved.differentiable

    return _each_row(solve, (logits,), order, precision)


def enclose_grad_alpha(z: Any, alpha: Any = 1.5, axis: int = -1, *, precision: int = 128) -> DerivativeBounds:
    """Enclose :func:`entmax_oracle.reference.grad_alpha`; see :func:`enclose_vjp`.

    At alpha = 1 it is the derivative from the right.

    Examples
    --------
    >>> enclose_grad_alpha([2.0, 1.0, 0.0], alpha=1.5).lower.round(6)
    array([ 0.248462, -0.248462,  0.      ])
    """
    logits, order = as_logits(z, axis), Fraction(as_alpha(alpha))

    def solve(row: Float64) -> tuple[Balls, bool]:
        solved = float_row(row, order, precision + guard_bits(order))
        return along_alpha(solved), solved.differentiable

    return _each_row(solve, (logits,), order, precision, axis)


def enclose_grad_scale(
    z: Any, alpha: Any = 1.5, scale: Any = 1.0, axis: int = -1, *, precision: int = 128
) -> DerivativeBounds:
    """Enclose :func:`entmax_oracle.reference.grad_scale`; see :func:`enclose_vjp`.

    The products scale * z are not rounded.

    Examples
    --------
    >>> enclose_grad_scale([0.5, 0.0, -2.0], alpha=2).lower
    array([ 0.25, -0.25,  0.  ])
    """
    logits, order = as_logits(z, axis), Fraction(as_alpha(alpha))
    factor = as_scale(scale, logits.shape[:-1])

    def solve(row: Float64, one: Float64) -> tuple[Balls, bool]:
        tokens = np.isfinite(row)
        products = list(as_balls(np.where(tokens, row, 0.0)))
        scores = Scores(products, [_ZERO] * len(row), np.flatnonzero(tokens).tolist(), arb(float(one[0])))
        solved = ball_row(scores, order, precision + guard_bits(order))
        return product(solved.sensitivity, products), solved.differentiable

    return _each_row(solve, (logits, factor[..., None]), order, precision, axis)


def enclose_tsallis_entropy(p: Any, alpha: Any = 1.5, axis: int = -1, *, precision: int = 128) -> Bounds:
    """Enclose :func:`entmax_oracle.reference.tsallis_entropy` (the Shannon entropy at alpha = 1).

    Parameters
    ----------
    p, axis
        As for :func:`entmax_oracle.reference.tsallis_entropy`; read exactly.
    alpha, precision
        As for :func:`enclose_vjp`.

    Returns
    -------
    Bounds

    Raises
    ------
    ValueError
        As for :func:`entmax_oracle.reference.tsallis_entropy`.

    Examples
    --------
    >>> enclose_tsallis_entropy([0.5, 0.5], alpha=2).lower
    array(0.25)
    """
    rows, order = as_distribution(p, "p", axis), Fraction(as_alpha(alpha))
    with working_precision(precision + guard_bits(order)):
        entropies = [entropy_of(row, order) for row in as_balls(rows).reshape(-1, rows.shape[-1])]
        lower, upper = round_outward(object_array(entropies).reshape(rows.shape[:-1]))
    return Bounds(lower, upper)


def enclose_fenchel_young_loss(z: Any, y: Any, alpha: Any = 1.5, axis: int = -1, *, precision: int = 128) -> Bounds:
    """Enclose :func:`entmax_oracle.reference.fenchel_young_loss`.

    Parameters
    ----------
    z, y, axis
        As for :func:`entmax_oracle.reference.fenchel_young_loss`; read exactly.
    alpha, precision
        As for :func:`enclose_vjp`.

    Returns
    -------
    Bounds
        Infinite where a masked token has positive target.

    Raises
    ------
    ValueError
        As for :func:`entmax_oracle.reference.fenchel_young_loss`.

    Examples
    --------
    >>> enclose_fenchel_young_loss([0.5, 0.0], 1, alpha=2).upper
    array(0.5625)
    """
    logits, order = as_logits(z, axis), Fraction(as_alpha(alpha))
    target = as_target(y, np.moveaxis(logits, -1, axis).shape, axis)
    # A loss near zero is of second order in y - p, whose float64 digits may all cancel.
    bits = precision + guard_bits(order) + 128
    n = logits.shape[-1]
    with working_precision(bits):
        losses = [
            _loss(row, as_balls(hit), order, bits)
            for row, hit in zip(logits.reshape(-1, n), target.reshape(-1, n), strict=True)
        ]
        lower, upper = round_outward(object_array(losses).reshape(logits.shape[:-1]))
    masked = ((logits == -np.inf) & (target > 0)).any(axis=-1)
    return Bounds(np.where(masked, np.inf, np.maximum(lower, 0.0)), np.where(masked, np.inf, upper))


# --- rows of balls ---------------------------------------------------------------------------------------


def product(s: list[arb], vector: Iterable[arb]) -> Balls:
    """Multiply the Jacobian diag(s) - s s^T / sum s by a vector."""
    values = list(vector)
    out: Balls = object_array([_ZERO] * len(s))
    pivot = steepest(s)
    if not s[pivot] > 0:
        return out
    h = [value - values[pivot] for value in values]
    h[pivot] = _ZERO
    # Balls do not know that s cancels in s * (1 - s / sum s), so the largest s never multiplies.
    pull = sum((s[i] * h[i] for i in range(len(s)) if i != pivot and s[i] != 0), _ZERO)
    total = sum(s, _ZERO)
    mean = pull / total
    for i in range(len(s)):
        if s[i] != 0:
            out[i] = s[i] * (h[i] - mean)
    out[pivot] = -s[pivot] / total * pull
    return out


def along_alpha(row: BallRow) -> Balls:
    """Differentiate the probabilities in alpha: the Jacobian times p^a (1 - a log p) / a^2, where a = alpha - 1."""
    if row.alpha == 1:
        logs = [_ZERO if p == 0 else p.log() for p in row.p]
        return product(row.p, [-log * log / 2 for log in logs])  # log**2 is NaN for a ball that contains 0
    a = ball(row.alpha - 1)
    return product(row.sensitivity, [_ZERO if gap is None else _tilted(gap) / (a * a) for gap in row.gap])


def _tilted(gap: arb) -> arb:
    """Gap times (1 - log gap), which increases on [0, 1]."""
    if gap > 0:
        return gap * (1 - gap.log())
    high = gap.upper()
    return _ZERO.union(high * (1 - high.log())) if high > 0 else _ZERO


def steepest(s: list[arb]) -> int:
    """Index of the largest sensitivity."""
    return max(range(len(s)), key=lambda i: _magnitude(s[i]))


def _magnitude(s: arb) -> float:
    """Binary exponent of a non-negative ball of any size."""
    mantissa, exponent = s.mid().man_exp()
    return int(exponent) + int(mantissa).bit_length() if mantissa else -math.inf


def jacobian_of(s: list[arb]) -> Balls:
    """Jacobian diag(s) - s s^T / sum s, from the sensitivities of a row."""
    n = len(s)
    matrix = object_array([_ZERO] * (n * n)).reshape(n, n)
    total = sum(s, _ZERO)
    alive = [i for i in range(n) if s[i] != 0]
    for i in alive:
        for j in alive:
            if i != j:
                matrix[i, j] = -s[i] * s[j] / total
        matrix[i, i] = s[i] * sum((s[j] for j in alive if j != i), _ZERO) / total
    return matrix


def entropy_of(p: Iterable[arb], alpha: Fraction) -> arb:
    """Tsallis entropy of probabilities, each enclosed in [0, 1]."""
    if alpha == 1:
        # x (1 - log x) increases on [0, 1], also where x may be 0.
        return sum((_tilted(x) - x for x in p if x != 0), _ZERO)
    order = ball(alpha)
    powers = ((x, x**order if x > 0 else _ZERO.union(x.upper() ** order)) for x in p if x != 0)
    return sum((x - power for x, power in powers), _ZERO) / ball(alpha * (alpha - 1))


def _loss(logits: Float64, y: Balls, alpha: Fraction, bits: int) -> arb:
    """Sum of p^alpha / alpha + y (y^a / alpha - d) / a, with d = x - tau; masked targets are left out."""
    row = float_row(logits, alpha, bits)
    order, a = ball(alpha), ball(alpha - 1)
    total = _ZERO
    for i, (p, hit) in enumerate(zip(row.p, y, strict=True)):
        total += p**order / order if p > 0 else p
        if hit == 0 or logits[i] == -np.inf:
            continue
        if alpha == 1:
            total += hit * ((hit / p).log() - 1)
            continue
        gap = row.gap[i]
        if gap is None or i in row.unsettled:
            gap = a * (arb(float(logits[i])) - arb(float(logits[row.lowest]))) + row.gap[row.lowest]
        total += hit * (hit**a / order - gap) / a
    return total


def as_scale(scale: Any, rows: tuple[int, ...]) -> Float64:
    """Validate a scale and broadcast it to the shape of the rows."""
    factor = as_finite(scale, "scale")
    try:
        return np.broadcast_to(factor, rows)
    except ValueError:
        raise ValueError(f"scale of shape {factor.shape} does not broadcast to the rows of z, {rows}") from None


def _enclose_product(z: Any, vector: Any, alpha: Any, axis: int, precision: int, name: str) -> DerivativeBounds:
    logits, order = as_logits(z, axis), Fraction(as_alpha(alpha))
    direction = np.moveaxis(as_finite(vector, name, as_array(z).shape), axis, -1)

    def solve(row: Float64, along: Float64) -> tuple[Balls, bool]:
        solved = float_row(row, order, precision + guard_bits(order))
        return product(solved.sensitivity, as_balls(along)), solved.differentiable

    return _each_row(solve, (logits, direction), order, precision, axis)


def _each_row(
    solve: Callable[..., tuple[Balls, bool]],
    arrays: tuple[Float64, ...],
    alpha: Fraction,
    precision: int,
    axis: int | None = None,
) -> DerivativeBounds:
    """Apply ``solve`` to the rows; its answers are vectors, to lie along ``axis``, or matrices (axis None)."""
    batch, n = arrays[0].shape[:-1], arrays[0].shape[-1]
    shape = (n, n) if axis is None else (n,)
    flat = [array.reshape(math.prod(batch), array.shape[-1]) for array in arrays]
    balls: Balls = np.empty((math.prod(batch), *shape), dtype=object)
    smooth = np.empty(math.prod(batch), dtype=bool)
    with working_precision(precision + guard_bits(alpha)):
        for r, rows in enumerate(zip(*flat, strict=True)):
            balls[r], smooth[r] = solve(*rows)
        lower, upper = (side.reshape(*batch, *shape) for side in round_outward(balls))
    if axis is not None:
        lower, upper = np.moveaxis(lower, -1, axis), np.moveaxis(upper, -1, axis)
    return DerivativeBounds(lower, upper, smooth.reshape(batch))
