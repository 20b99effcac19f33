"""Parts that several normalisers have: in float64, in balls, and as careful programs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from flint import arb, ctx

from ..budgets.mapping import envelope_of, reach_of
from ..budgets.running_error import Arithmetic, Rounded
from ..enclosures.ball_rows import Scores, ball_row
from ..formats import Format, as_format
from ..inputs import Float64
from ..values.derivatives import apply_jacobian
from ..values.mapping import entmax

FLOAT64 = Arithmetic(as_format("float64"))


# In float64.


def softmax(z: Float64) -> Float64:
    """Softmax over the last axis."""
    return entmax(z, 1.0)


def through(p: Float64, grad: Float64) -> Float64:
    """Multiply by the Jacobian of softmax at its value ``p``."""
    return apply_jacobian(p, grad, 1.0)


def lifted(z: Float64, scale: float | Float64 = 1.0) -> Float64:
    """Scale times the logits minus the largest of their row: what is scaled must not cancel afterwards.

    Differences beyond the largest float64 end there, which is as far below the largest logit as any.
    """
    with np.errstate(over="ignore"):
        return np.asarray(np.maximum(scale * (z - z.max(axis=-1, keepdims=True)), -np.finfo(np.float64).max))


# In balls.


def softmax_balls(z: list[arb]) -> list[arb]:
    """Softmax of balls."""
    top = max(z, key=lambda ball: float(ball.mid()))
    return shares_of([(token - top).exp() for token in z])


def shares_of(weights: list[arb]) -> list[arb]:
    """Divide balls by their sum."""
    total = sum(weights, arb(0))
    return [weight / total for weight in weights]


def scaled_balls(z: list[arb], scale: arb, alpha: Fraction) -> list[arb]:
    """Entmax of scale * z, from exact logits."""
    scores = Scores(z, [arb(0)] * len(z), list(range(len(z))), scale)
    return ball_row(scores, alpha, ctx.prec).p


# Careful programs.


def careful_lift(z: Float64, arithmetic: Arithmetic) -> Rounded:
    """Subtract the maximum."""
    return Rounded(lifted(z), arithmetic.u * np.abs(lifted(z)), arithmetic)


def careful_softmax(x: Rounded) -> Rounded:
    """Softmax of logits that are off: one number is subtracted from a whole row, whatever it is."""
    gap = lifted(x.value)
    return careful_shares(Rounded(gap, x.error + x.arithmetic.u * np.abs(gap), x.arithmetic).exp())


def careful_shares(weights: Rounded) -> Rounded:
    """Divide by the sum of weights of which one is 1, or as much as a power of n: it is never 0.

    However far the weights are off, a share is not negative, and above 1 by the rounding of that sum alone.
    """
    found = weights / weights.total()
    most = np.maximum(found.value, 1 - found.value) + 2 * weights.arithmetic.summation(weights.value.shape[-1])
    return Rounded(found.value, np.fmin(found.error, most), weights.arithmetic)


def careful_entmax(x: Rounded, alpha: float) -> Rounded:
    """Entmax of logits that are off, from the envelope of all answers."""
    peak = x.value.max(axis=-1)
    rows = x.value.reshape(-1, x.value.shape[-1])
    found = envelope_of(rows, peak.reshape(-1), alpha, x.arithmetic.form, x.error.reshape(rows.shape))
    error = np.where(found.high > 0, reach_of(found), 0.0)
    return Rounded(found.p.reshape(x.value.shape), error.reshape(x.value.shape), x.arithmetic)


def careful_through(p: Rounded, grad: Float64, out: Format) -> Rounded:
    """Multiply by the Jacobian of softmax at weights that were saved in the format of the answer.

    Autograd of quotients may carry p g and p sum p g apart before it subtracts them: four roundings of each.
    """
    saved, g = stored(p, out), p.arithmetic.exact(grad)
    mean = (saved * g).total()
    size = saved.value * (np.abs(grad) + (saved.value * np.abs(grad)).sum(axis=-1, keepdims=True))
    return (saved * (g - mean)).off(4 * p.arithmetic.u * size)


def root(x: Rounded) -> Rounded:
    """Square root of what is not negative."""
    value = np.sqrt(np.maximum(x.value, 0.0))
    low, high = np.sqrt(np.maximum(x.value - x.error, 0.0)), np.sqrt(np.maximum(x.value + x.error, 0.0))
    return x.elementary(value, np.maximum(high - value, value - low))


def stored(x: Rounded, out: Format) -> Rounded:
    """Round once to the output format, flushing what is below its normal numbers; exact zeros stay."""
    rounding = out.unit_roundoff * x.size if out != x.arithmetic.form else np.zeros_like(x.size)
    return x.off(np.where(x.size > 0, rounding + x.arithmetic.tiny + out.smallest_subnormal, 0.0))
