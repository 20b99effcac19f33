"""alpha = 1: softmax, p_i = exp(z_i - max z) / sum_j exp(z_j - max z)."""

from __future__ import annotations

import numpy as np

from ...inputs import Float64


def solve(rows: Float64, peak: Float64, alpha: float, out: Float64) -> Float64:
    """Solve for alpha = 1; see :mod:`entmax_oracle.reference.values.solvers` for the arguments.

    The rounding error of z - max z is carried along (TwoSum), so each probability is right to a few ulps however
    large the offset. tau is the limit -1 of the thresholds as alpha falls to 1.
    """
    top = peak[:, None]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        np.subtract(rows, top, out=out)
        # TwoSum: rows - top = out + low exactly; where it overflowed or is masked there is nothing to carry.
        back = out + top
        low = rows - back
        low -= top - (back - out)
        low[~np.isfinite(low)] = 0.0
        np.exp(out, out=out)
        out += out * low
        out /= out.sum(axis=1, keepdims=True)
    return np.full(len(rows), -1.0)
