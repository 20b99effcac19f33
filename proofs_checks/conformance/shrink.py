"""Make a counterexample small while it still breaks the law, by what its kind calls simpler."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from entmax_oracle.reference.formats import Format

from ..shrinking import minimise
from .kinds.kind import Attempt, Kind
from .law import Finding

__all__ = ["shrink"]


def shrink(
    kind: Kind,
    case: Any,
    finding: Finding,
    judge: Callable[[Any], Finding],
    form: Format,
    *,
    evaluations: int = 300,
    seconds: float = 60.0,
    fit: Callable[[Any], Any] = lambda case: case,
) -> tuple[Any, Finding]:
    """Minimise by delta debugging.

    Parameters
    ----------
    kind : Kind
        Says what is simpler than a case, and how complex one is.
    case : Case
        Breaks the law.
    finding : Finding
        What it showed.
    judge : callable
        ``judge(case) -> Finding``; never raises.
    form : Format
        Whose numbers the arrays stay.
    evaluations, seconds : int, float
        Limits on the work.
    fit : callable
        Makes a case one that the implementation takes.

    Returns
    -------
    case, finding
        The simplest that was found. A violation never shrinks to a marginal one: its ratio stays above the square root
        of what it was, and above 2 if it was.
    """
    floor = min(finding.ratio, max(2.0, math.sqrt(finding.ratio))) if finding.ratio < math.inf else 2.0

    def fails(candidate: Any) -> Finding | None:
        found = judge(candidate)
        return found if found.broken and found.ratio >= floor else None

    return minimise(
        case,
        finding,
        [partial(_fitting, attempt, fit) for attempt in kind.attempts],
        fails,
        eligible=lambda candidate, best: (
            kind.complexity(candidate) < kind.complexity(best) and _representable(candidate, form)
        ),
        evaluations=evaluations,
        seconds=seconds,
    )


def _fitting(attempt: Attempt, fit: Callable[[Any], Any], case: Any) -> Iterator[Any]:
    return map(fit, attempt(case))


def _representable(case: Any, form: Format) -> bool:
    return all(
        np.array_equal(form.round_array(each).astype(np.float64), each)
        for each in vars(case).values()
        if isinstance(each, np.ndarray) and each.dtype.kind == "f"
    )
