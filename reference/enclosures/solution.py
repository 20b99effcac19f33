"""Everything about one row, to as many digits as asked: what ``entmax-oracle solve`` prints."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..inputs import Alpha, as_alpha, as_array
from .ball_rows import float_row, guard_bits
from .bounds import object_array
from .calculus import along_alpha, entropy_of, jacobian_of
from .enclosure import Enclosure, enclose
from .precision import working_precision

# How often the working precision may double until every digit is known; what is zero stays unknown at any precision.
_DOUBLINGS = 5


@dataclass(frozen=True, eq=False)
class Solution:
    """One row of entmax and what follows from it; every string is a decimal number, its last digit +-1.

    Attributes
    ----------
    enclosure : Enclosure
        Certified float64 bounds, the support, boundary tokens.
    alpha : float or Fraction
    digits : int
        Significant digits of the decimals.
    p : list of str, length n
        Probabilities; "0" exactly where they are zero.
    tau : str
        Threshold in the coordinates x = (alpha - 1) z.
    tsallis, shannon : str
        Entropies of p: H_alpha, and H_1 in nats.
    grad_alpha : list of str, length n
        Derivative of p in alpha (from the right at alpha = 1).
    jacobian : list of list of str, shape (n, n)
        Derivative of p in z; empty when the row is longer than asked for.
    differentiable : bool
        False where alpha >= 2 and a token lies on the threshold: then the derivatives are those of the strict support.
    """

    enclosure: Enclosure
    alpha: Alpha
    digits: int
    p: list[str]
    tau: str
    tsallis: str
    shannon: str
    grad_alpha: list[str]
    jacobian: list[list[str]]
    differentiable: bool


def solve_row(z: Any, alpha: Any = 1.5, digits: int = 17, *, largest_jacobian: int = 64) -> Solution:
    """Solve one row to ``digits`` significant digits.

    Parameters
    ----------
    z : array-like, shape (n,)
        Finite logits, read exactly; ``-inf`` masks a token.
    alpha : float, int or Fraction
        At least 1; ``Fraction(4, 3)`` is exactly 4/3.
    digits : int
        Significant digits, at least 1.
    largest_jacobian : int
        The Jacobian is computed for rows of at most this many tokens.

    Returns
    -------
    Solution

    Raises
    ------
    ValueError
        If ``z`` is not one row, or for the reasons that :func:`entmax_oracle.reference.enclose` names.

    Examples
    --------
    >>> solved = solve_row([1.0, 0.5, -1.0], alpha=1.5, digits=20)
    >>> solved.p[1], solved.tau
    ('0.32600736366156181493', '-0.32097054535375274026')
    """
    logits = as_array(z)
    if logits.ndim != 1:
        raise ValueError(f"z has shape {logits.shape}; solve takes one row, of shape (n,)")
    order = as_alpha(alpha)
    found = enclose(logits, order, digits=digits)
    exact = Fraction(order)
    small = len(logits) <= largest_jacobian
    bits = found.precision + guard_bits(exact)
    for _ in range(_DOUBLINGS):
        with working_precision(bits + 32):
            row = float_row(logits, exact, bits)
            entropies = object_array([entropy_of(row.p, exact), entropy_of(row.p, Fraction(1))])
            slope = along_alpha(row)
            jacobian = jacobian_of(row.sensitivity) if small else np.empty((0, 0), dtype=object)
        # What cancels, such as the entropy of a nearly one-hot row, needs more bits than the probabilities do.
        if all(_known(ball, digits) for part in (entropies, slope, jacobian.ravel()) for ball in part):
            break
        bits *= 2
    return Solution(
        enclosure=found,
        alpha=order,
        digits=digits,
        p=list(found.decimals(digits)),
        tau=_decimal(found.tau_balls[()], digits),
        tsallis=_decimal(entropies[0], digits),
        shannon=_decimal(entropies[1], digits),
        grad_alpha=_decimals(slope, digits),
        jacobian=[_decimals(line, digits) for line in jacobian],
        differentiable=row.differentiable,
    )


def _known(ball: arb, digits: int) -> bool:
    return bool(ball == 0) or ball.rel_accuracy_bits() >= 3.33 * digits + 2


def _decimals(balls: NDArray[np.object_], digits: int) -> list[str]:
    return [_decimal(ball, digits) for ball in balls]


def _decimal(ball: arb, digits: int) -> str:
    """Print a ball; one that contains 0 without being 0 has cancelled to below the precision asked for."""
    if ball == 0:
        return "0"
    if ball.contains(0):
        size = ball.abs_upper()
        return f"+/-{size.str(2, radius=False)}" if size.is_finite() and size < math.inf else "nan"
    return str(ball.str(digits, radius=False))
