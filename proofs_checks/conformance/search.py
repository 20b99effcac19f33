"""Look for a case that breaks a law: cornerstones first, then Hypothesis toward the worst error."""

from __future__ import annotations

import math
import time
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings, target

from .case import Effort
from .law import UNJUDGED, Broken, Finding, Law
from .session import Declined, GiveUp, Outside, Session, TooLong, Unanswered
from .shrink import shrink

__all__ = ["Effort", "Tally", "search", "simplified"]


@dataclass
class Tally:
    """What a search saw of one law.

    Parameters
    ----------
    examples : int
        Cases of whose answers something is claimed.
    unclaimed : int
        Answers of which nothing is claimed, since no finite error can be derived for them.
    unanswered : int
        Cases without an answer that can be judged.
    declined : int
        Cases that the implementation declined.
    outside : int
        Cases that turn out not to be of those that are to be checked.
    late : bool
        Whether it ended before everything was tried, for lack of time.
    partial : bool
        Whether some of the cases that are always tried were not.
    """

    examples: int = 0
    unclaimed: int = 0
    unanswered: int = 0
    declined: int = 0
    outside: int = 0
    late: bool = False
    partial: bool = False
    ratio: float = 0.0
    ulp: float = 0.0
    case: Any = None
    finding: Finding | None = None

    def add(self, finding: Finding) -> None:
        """Count a case."""
        if not finding.judged:
            self.unclaimed += 1
            return
        self.examples += 1
        self.ratio = max(self.ratio, finding.ratio)
        self.ulp = max(self.ulp, finding.ulp)


class _Enough(BaseException):
    """Ends Hypothesis from inside; not an `Exception`, so that it is no failing example."""


def search(law: Law, session: Session, effort: Effort, start: int, tally: Tally | None = None) -> Tally:
    """Judge cases of a law until one breaks it, and make that one small.

    Parameters
    ----------
    law : Law
    session : Session
    effort : Effort
    start : int
        Seed; the same seed draws the same cases.
    tally : Tally, optional
        Where to count, for a caller that wants to know even when the implementation makes the search give up.
    """
    tally = Tally() if tally is None else tally
    deadline = time.monotonic() + effort.seconds
    fixed = True

    def examine(case: Any) -> Finding:
        case = session.kind.fit(case, session.setting)
        try:
            finding = session.judge(law, case)
        except Unanswered as why:
            tally.declined += isinstance(why, Declined)
            tally.outside += isinstance(why, Outside)
            tally.unanswered += not isinstance(why, Declined | Outside)
            tally.partial |= fixed and isinstance(why, TooLong)
            return UNJUDGED
        tally.add(finding)
        if finding.broken:
            tally.case, tally.finding = case, finding
        return finding

    always = list(law.cornerstones(session.setting))
    for place, case in enumerate(always):
        if place and time.monotonic() > deadline:
            tally.late = tally.partial = True
            break
        try:
            broken = examine(case).broken
        except GiveUp:
            tally.partial = True
            raise
        if broken:
            break
    fixed = False
    if tally.finding is None and not tally.late:
        _draw(law, session, effort, zlib.crc32(f"{start} {law.name}".encode()), tally, deadline, examine)
        tally.partial |= tally.late and not always  # of a law of drawn cases alone too few were drawn
    if tally.case is not None and tally.finding is not None:
        tally.case, tally.finding = simplified(
            session,
            tally.case,
            tally.finding,
            lambda case: _quietly(law, session, case),
            evaluations=effort.shrinking,
            seconds=max(deadline - time.monotonic(), effort.seconds / 4),
        )
        tally.ratio = max(tally.ratio, tally.finding.ratio)
        tally.ulp = max(tally.ulp, tally.finding.ulp)
    return tally


def _draw(
    law: Law, session: Session, effort: Effort, start: int, tally: Tally, deadline: float, examine: object
) -> None:
    """Let Hypothesis draw; its own shrinking of descriptors gets a third of the attempts that ours gets."""
    after = 0

    @seed(start)
    @settings(
        max_examples=max(1, round(effort.examples * law.weight)),
        database=None,
        deadline=None,
        derandomize=False,
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.target, Phase.shrink),
        print_blob=False,
    )
    @given(law.cases(session.setting))
    def attempt(case: Any) -> None:
        nonlocal after
        first = tally.finding is None
        after += not first
        tally.late |= time.monotonic() > deadline
        if tally.late or 3 * after > effort.shrinking:
            raise _Enough
        finding = examine(case)  # type: ignore[operator]
        if finding.broken:
            raise Broken
        if first and math.isfinite(finding.ratio):
            target(min(finding.ratio, 1e9))

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            attempt()
    except _Enough:
        return
    except Exception:
        # Broken, or Hypothesis's own complaint that the failure comes and goes: the finding is in the tally.
        if tally.finding is None:
            raise


def simplified(
    session: Session, case: Any, finding: Finding, judge: Callable[[Any], Finding], evaluations: int, seconds: float
) -> tuple[Any, Finding]:
    """Make a case small, of those that the implementation takes."""
    return shrink(
        session.kind,
        case,
        finding,
        judge,
        session.oracle.format,
        evaluations=evaluations,
        seconds=seconds,
        fit=partial(session.kind.fit, setting=session.setting),
    )


def _quietly(law: Law, session: Session, case: Any) -> Finding:
    try:
        return session.judge(law, case)
    except Unanswered:
        return UNJUDGED
