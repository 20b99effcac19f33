"""Make a counterexample small: delta debugging, for whatever can say what is simpler than itself."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

__all__ = ["minimise"]

_Case = TypeVar("_Case")
_Shown = TypeVar("_Shown")


def minimise(
    case: _Case,
    shown: _Shown,
    attempts: Sequence[Callable[[_Case], Iterable[_Case]]],
    fails: Callable[[_Case], _Shown | None],
    *,
    eligible: Callable[[_Case, _Case], bool] = lambda candidate, case: True,
    evaluations: int = 300,
    seconds: float = math.inf,
) -> tuple[_Case, _Shown]:
    """Replace a case by simpler ones as long as they fail too.

    Parameters
    ----------
    case, shown
        A counterexample, and what it shows.
    attempts : sequence of callable
        Each yields cases that are simpler than the one it is given, boldest first. After a success the same attempt
        starts again from the new case; the end is reached when no attempt has anything left that fails.
    fails : callable
        ``fails(candidate)``: what the candidate shows, or None where it is not a counterexample. Never raises.
    eligible : callable
        ``eligible(candidate, case)``: whether the candidate is worth an evaluation.
    evaluations, seconds : int, float
        Limits on the work.

    Returns
    -------
    case, shown
        The simplest that was found, and what it shows.
    """
    deadline = time.monotonic() + seconds
    turn = exhausted = 0
    while exhausted < len(attempts):
        for candidate in attempts[turn % len(attempts)](case):
            if evaluations <= 0 or time.monotonic() > deadline:
                return case, shown
            if not eligible(candidate, case):
                continue
            evaluations -= 1
            found = fails(candidate)
            if found is not None:
                case, shown, exhausted = candidate, found, 0
                break
        else:
            turn, exhausted = turn + 1, exhausted + 1
    return case, shown
