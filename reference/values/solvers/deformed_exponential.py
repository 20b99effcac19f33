"""1 < alpha < 1.05: the same Newton iteration, written with the deformed exponential.

p_i = [1 + a (z_i - lambda)]_+^(1/a) with a = alpha - 1 and lambda = (tau + 1)/a, a Tsallis exponential, tends to the
softmax exp(z_i - lambda) as a -> 0. Through log1p and expm1 every quantity keeps its digits down to a = 2**-52, where
the power form [x - tau]^(1/a) has lost them all.
"""

from __future__ import annotations

import numpy as np

from ...inputs import Float64
from .candidates import Candidates, gather

_RESIDUAL = 16 * 2.0**-53


def solve(rows: Float64, peak: Float64, alpha: float, out: Float64) -> Float64:
    """Solve for alpha slightly above 1; see :mod:`entmax_oracle.reference.values.solvers` for the arguments."""
    a = alpha - 1
    live = gather(rows, peak, 1 / a)
    level = np.zeros(len(rows))  # lambda relative to the row maximum: 0 <= lambda <= log n
    while True:
        p, base = _deformed(live, level, np.zeros(1), a)
        f = live.sum(p)
        slope = live.sum(np.divide(p, base, out=base, where=base > 0))  # p is 0 where base is
        del p, base
        # (f - f^(1-a)) / a, without cancellation as a -> 0
        risen = level - f * np.expm1(-a * np.log(f)) / (a * slope)
        going = (f - 1 > _RESIDUAL) & (risen > level)
        if not going.any():
            break
        level[going] = risen[going]
    correction = (f - 1) / slope
    live.scatter(_deformed(live, level, correction, a)[0], out)
    return a * (level + correction) - 1


def _deformed(live: Candidates, level: Float64, low: Float64, a: float) -> tuple[Float64, Float64]:
    """Return p and 1 + a (z - lambda), both zero below the threshold; ``low`` is the low part of lambda."""
    t = live.value - live.spread(level)
    t -= live.spread(low)
    t *= a
    np.maximum(t, -1.0, out=t)
    with np.errstate(divide="ignore", under="ignore"):
        p = np.log1p(t)
        p /= a
        np.exp(p, out=p)
    t += 1
    return p, t
