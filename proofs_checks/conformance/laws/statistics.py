"""Laws of many answers at once: what no single one shows."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from ..calls import Float64
from ..case import Setting
from ..inputs.batches import stack
from ..inputs.rows import Row
from ..kinds.mapping import MappingCase
from ..law import UNJUDGED, Finding, SessionLike, law

__all__: list[str] = []

_ROWS = 512
_SIGMAS = 5.0  # a mean of independent rows is farther off in fewer than one of a million samples
_FEW = (9, 33)  # lengths, where every new shape costs a compilation
_FREE = 0.5  # of the budget: errors that rounding may make in any one answer, but not all one way in all


@law("bias", cites="definition", kinds=("mapping",), severity="warning", weight=0.1)
def bias(session: SessionLike, case: MappingCase) -> Finding:
    """Errors are as often up as down: over many rows they average out.

    The statistic is the mean over rows of a row's mean signed error, relative to its budget, for tokens certainly in
    the support of which the budget leaves a correct bit. It is broken where the mean, less five standard errors,
    exceeds a half. Errors count from the nearer end of the enclosure.
    """
    (values,) = session.values(case)
    expected = session.oracle(case)
    telling = (expected.support == "in") & (expected.budget <= expected.lower / 2) & np.isfinite(values)
    rows = telling.any(axis=-1)
    count = int(rows.sum())
    if count < 30:  # the mean of fewer is not normal enough
        return UNJUDGED
    miss = np.where(telling, values - np.clip(values, expected.lower, expected.upper), 0.0)

    def of_rows(errors: Float64) -> Float64:
        return np.asarray(errors.sum(axis=-1)[rows] / telling.sum(axis=-1)[rows])

    means = of_rows(np.where(telling, miss / np.where(telling, expected.budget, 1.0), 0.0))
    mean, error = float(means.mean()), float(means.std(ddof=1)) / math.sqrt(count)
    ulp = float(of_rows(miss / session.oracle.format.ulp(expected.upper)).mean())
    excess = max(abs(mean) - _SIGMAS * error, 0.0)
    if excess <= _FREE:
        return Finding(ratio=excess / _FREE, ulp=abs(ulp))
    which = "large" if mean > 0 else "small"
    return Finding(
        True,
        f"over {count} rows probabilities are too {which} by {abs(ulp):.2g} ulp of {session.setting.dtype} on average, "
        f"{abs(mean):.2g} (standard error {error:.1g}) of the rounding error allowed in any one: errors should cancel",
        excess / _FREE,
        abs(ulp),
    )


def _sample(setting: Setting, n: int, scale: float, seed: int) -> MappingCase:
    return MappingCase(stack(Row("gaussian", n, scale, seed).again(_ROWS), setting))


bias.draws(
    lambda setting: st.builds(
        _sample,
        st.just(setting),
        st.sampled_from(_FEW if setting.few_shapes else (2, 9, 33)),
        st.sampled_from((0.3, 1.0)),
        st.integers(0, 999),
    )
)
bias.cornerstones(lambda setting: [_sample(setting, n, 1.0, n) for n in (_FEW if setting.few_shapes else (3, 17, 65))])
