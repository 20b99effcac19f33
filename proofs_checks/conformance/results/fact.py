"""What a counterexample shows, as a fact in a few words: "returns NaN for a single token (logit 2^56)"."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..law import Contract, Finding, Law
from ..text import plain

__all__ = ["fact"]

_ENOUGH = 6  # digits of numbers that differ early


def fact(law: Law | Contract, case: Any, finding: Finding) -> str:
    """Say what the implementation does, on what.

    Parameters
    ----------
    law : Law or Contract
    case, finding
        The counterexample, and what it showed.
    """
    if law.name == "returns":
        return f"{finding.message.partition(' it ')[2].splitlines()[0].partition(' (')[0]} for {case.brief}"
    if isinstance(law, Contract) or law.compares:
        return f"breaks “{law.name}” on {case.brief}"
    got, right = (_entry(finding, name) for name in ("got", "lower"))
    what = "returns a gradient with" if "gradient" in law.needs and law.name != "training" else "returns"
    if got is not None and not math.isfinite(got):
        return f"{what} {'NaN' if math.isnan(got) else plain(got)} for {case.brief}"
    if got is not None and right is not None:
        return f"{what} {_told(got, right)} instead of {_told(right, got)} for {case.brief}"
    return f"breaks “{law.name}” on {case.brief}"


def _entry(finding: Finding, name: str) -> float | None:
    """Return the number at the place that a finding names."""
    index, row = finding.details.get("index"), finding.details.get(name)
    if not index or row is None or np.size(row) <= index[-1]:
        return None
    return float(np.ravel(row)[index[-1]])


def _told(x: float, other: float) -> str:
    """Write a number with as many digits as tell it from another."""
    for digits in range(3, 17):
        if f"{x:.{digits}g}" != f"{other:.{digits}g}":
            return f"{x:.{max(digits, _ENOUGH if digits > 3 else 3)}g}"
    return repr(x)
