"""1.05 <= alpha <= 2: monotone Newton on the q-norm of [x - tau]_+.

With q = 1/(alpha - 1), f = sum [x - tau]_+^q and b = sum [x - tau]_+^(q-1), Newton's method on f^(1/q) = 1 steps by
(f - f^(1 - 1/q)) / b. From the left it rises monotonically to the root, never passes it, and is exact in one step when
all live tokens are equal (theorem ``newton-from-the-left``). It starts from tau = -1 and drops tokens as tau passes
them. What the last float64 tau still leaves of f - 1 is carried into the answer as a low part of tau, so sums are right
to a few ulps (theorem ``residual-identity``).
"""

from __future__ import annotations

import numpy as np

from ...inputs import Float64
from .candidates import gather

_UNIT_ROUNDOFF = 2.0**-53
# f is a pairwise sum of at most 2**40 terms in [0, 1]: residuals below this are its own rounding error.
_RESIDUAL = 16 * _UNIT_ROUNDOFF


def powers(u: Float64, q: float) -> tuple[Float64, Float64]:
    """Return u**(q-1) and u**q for u >= 0 and q >= 1, by products alone when q is a small integer."""
    if q == 1:
        return (u > 0).astype(np.float64), u
    if q == 2:
        return u, u * u
    if q == 3:
        square = u * u
        return square, square * u
    if q == 4:
        square = u * u
        cube = square * u
        np.multiply(square, square, out=square)
        return cube, square
    low = np.power(u, q - 1)
    return low, low * u


def solve(rows: Float64, peak: Float64, alpha: float, out: Float64) -> Float64:
    """Solve for 1 < alpha <= 2; see :mod:`entmax_oracle.reference.values.solvers` for the arguments."""
    a = alpha - 1
    q = 1 / a
    live = gather(rows, peak, q)
    if a != 1:
        live.value *= a
    tau = np.full(len(rows), -1.0)
    while True:
        u = live.value - live.spread(tau)
        np.maximum(u, 0.0, out=u)
        lower, upper = powers(u, q)
        f, slope = live.sum(upper), live.sum(lower)
        del lower, upper
        with np.errstate(invalid="ignore"):
            step = (f - (f ** (1 - a) if a != 1 else 1.0)) / slope
        risen = tau + step
        going = (f - 1 > _RESIDUAL) & (risen > tau)
        if not going.any():
            break
        tau[going] = risen[going]
        alive = live.value > live.spread(tau)
        if 2 * np.count_nonzero(alive) < alive.size:
            live = live.keep(alive)
    correction = (f - 1) / (q * slope)
    np.subtract(u, live.spread(correction), out=u, where=u > 0)  # a token below tau stays exactly 0
    np.maximum(u, 0.0, out=u)
    live.scatter(powers(u, q)[1], out)
    return tau + correction
