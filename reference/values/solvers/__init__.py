"""Tier-1 solvers in float64, one algorithm per module, each for its own range of alpha.

All share one signature, ``solve(rows, peak, alpha, out) -> tau``: ``rows`` has shape (r, n), ``peak`` holds the
row maxima, the probabilities are written to ``out`` (zeros on entry), and the returned ``tau`` (shape (r,)) is the
threshold *relative to the maximum*, in the coordinates x = (alpha - 1)(z - max z) <= 0, so that -1 <= tau < 0.
"""

from __future__ import annotations

from collections.abc import Callable

from ...inputs import Float64
from . import deformed_exponential, newton, softmax, support_first

Solver = Callable[[Float64, Float64, float, Float64], Float64]

# Below this alpha the power form [x - tau]^q loses digits to its large exponent q = 1/(alpha - 1).
NEAR_SOFTMAX = 1.05


def solver_for(alpha: float) -> Solver:
    """Choose the solver for alpha.

    Parameters
    ----------
    alpha : float
        At least 1.
    """
    if alpha == 1:
        return softmax.solve
    if alpha < NEAR_SOFTMAX:
        return deformed_exponential.solve
    if alpha <= 2:
        return newton.solve
    return support_first.solve
