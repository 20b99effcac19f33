"""The correctly rounded entmax: the one right answer of a floating-point format.

Ziv's strategy: raise the precision of the enclosure until both ends of every ball round to the same number. Only a
probability that lies exactly halfway between two numbers defeats it; such ties are proven by exact arithmetic.

Source: Ziv, "Fast evaluation of elementary mathematical functions with correctly rounded last bit" (ACM TOMS 1991).
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from ..formats import Format, as_format
from ..inputs import Alpha, as_alpha, as_rows, last_axis
from .enclosure import PRECISION_LIMIT, RowEnclosure, RowSolver, all_outward
from .precision import working_precision
from .radicals import attains

__all__ = ["PrecisionError", "round_ball", "rounded"]


class PrecisionError(ArithmeticError):
    """The correct rounding was not resolved within the precision limit."""


def rounded(z: Any, alpha: Alpha = 1.5, dtype: object = "float64", axis: int = -1) -> NDArray[np.floating]:
    """Compute entmax correctly rounded: to nearest, ties to even, with gradual underflow.

    Parameters
    ----------
    z : array_like, shape (..., n, ...)
        Finite logits, read exactly; -inf masks a token.
    alpha : float, int or Fraction
        At least 1 (softmax). A float is the rational number that it is; ``Fraction(4, 3)`` is exactly 4/3.
    dtype : str or dtype
        float64, float32, float16 or bfloat16, under any array library's name.
    axis : int
        The token axis.

    Returns
    -------
    ndarray, shape of z
        Of that dtype; for bfloat16, which NumPy lacks, float32 holding bfloat16 numbers.

    Raises
    ------
    ValueError
        For input that `enclose` refuses, and for an unknown dtype.
    PrecisionError
        If some probability cannot be told from a point halfway between two numbers with 2**14 bits or more.
        Exact ties are proven for alpha = 1 and wherever 1/(alpha - 1) <= 64 or alpha - 1 is an integer.

    Examples
    --------
    >>> rounded([2.0, 1.0, 0.5, -3.0], alpha=1.5, dtype="bfloat16")
    array([0.81640625, 0.16210938, 0.02331543, 0.        ], dtype=float32)
    """
    order, form = Fraction(as_alpha(alpha)), as_format(dtype)
    rows, peaks = as_rows(z, axis)
    shape = np.shape(z)
    axis = last_axis(shape, axis)
    first = RowSolver(order, form.precision_bits + 32)
    table = np.zeros(rows.shape, dtype=form.storage)
    for r, (logits, peak) in enumerate(zip(rows, peaks.tolist(), strict=True)):
        solver = first
        while True:
            with working_precision(solver.precision):
                row = solver.solve(logits, peak)
            numbers = _round_row(row, order, form)
            tokens, which = row.place(logits)
            if None not in numbers:
                break
            if solver.precision > PRECISION_LIMIT:
                batch = np.unravel_index(r, (*shape[:axis], *shape[axis + 1 :])) if len(shape) > 1 else ()
                index = [int(i) for i in batch]
                index.insert(axis, int(tokens[which == numbers.index(None)][0]))
                raise PrecisionError(
                    f"the {form.name} rounding at index {tuple(index)} is not resolved with {solver.precision} bits: "
                    "the probability is halfway between two numbers, or all but; use enclose there"
                )
            solver = RowSolver(order, 2 * solver.precision)
        table[r, tokens] = np.array(numbers, dtype=form.storage)[which]
    batch_shape = (*shape[:axis], *shape[axis + 1 :])
    return np.moveaxis(table.reshape(*batch_shape, shape[axis]), -1, axis)


def round_ball(ball: arb, dtype: object) -> float | None:
    """Round a ball of non-negative numbers to a format; None if its two ends round differently.

    Examples
    --------
    >>> round_ball(arb(1) / 3, "float16")
    0.333251953125
    >>> round_ball(arb(1, 0.1), "float16") is None
    True
    """
    low, high = _round_ends(ball, as_format(dtype))
    return low if low == high else None


def _round_ends(ball: arb, form: Format) -> tuple[float, float]:
    with working_precision(ball.bits() + 64):
        return _round_end(ball.lower(), form), _round_end(ball.upper(), form)


def _round_end(end: arb, form: Format) -> float:
    """Round an exact ball."""
    if 2 * end <= form.smallest_subnormal:
        return 0.0  # asked first, because exponents of balls are unbounded and would make endless fractions
    mantissa, exponent = (int(part) for part in end.man_exp())
    return form.round_fraction(Fraction(mantissa << max(exponent, 0), 1 << max(-exponent, 0)))


def _round_row(row: RowEnclosure, order: Fraction, form: Format) -> list[float | None]:
    """Round the probability of every value of a row; None where the ball is too wide to tell."""
    # Rounding is monotone: what rounds the float64 bounds to one number rounds everything between them to it.
    bounds = np.maximum(np.array(all_outward(row.probabilities)), 0.0)
    ends = form.round_array(bounds)
    return [
        low if low == high else _round(row, k, order, form) for k, (low, high) in enumerate(ends.astype(float).tolist())
    ]


def _round(row: RowEnclosure, k: int, order: Fraction, form: Format) -> float | None:
    """Round the probability of the value k; None if the ball is too wide to tell."""
    low, high = _round_ends(row.probabilities[k], form)
    if low == high:
        return low
    if not math.isfinite(high) or row.decided < len(row.values):
        return None
    halfway = (Fraction(low) + Fraction(high)) / 2
    return form.round_fraction(halfway) if _is_exactly(row, k, order, halfway) else None


def _is_exactly(row: RowEnclosure, k: int, order: Fraction, value: Fraction) -> bool:
    """Prove that the probability of the value k is this number."""
    if len(row.values) == 1:
        return value == Fraction(1, row.counts[0])
    if order == 1:
        return False  # the exponentials of distinct rationals are linearly independent (Lindemann-Weierstrass)
    a = fmpq((order - 1).numerator, (order - 1).denominator)
    logits = [fmpq(*value.as_integer_ratio()) for value in row.values.tolist()]
    offsets = ((a * (logit - logits[k]), count) for logit, count in zip(logits, row.counts, strict=True))
    return attains(offsets, fmpq(value.numerator, value.denominator), order - 1)
