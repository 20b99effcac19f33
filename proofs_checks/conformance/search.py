"""Look for a case that breaks a law: cornerstones first, then Hypothesis toward the worst error.

A case that another law's failure explains, or one with logits that nobody has, is kept for want of a better one: the
search goes on for a failure that says something new about ordinary input.
"""

from __future__ import annotations

import math
import warnings
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings, target

from .case import Effort
from .law import UNJUDGED, Broken, Contract, Finding, Law
from .session import Declined, GiveUp, Outside, Session, TooLong, Unanswered
from .shrink import shrink

__all__ = ["ORDINARY", "Effort", "Tally", "explained", "quietly", "search", "simplified"]

ORDINARY = 1e4
"""Largest number of an ordinary input."""

_EXPLAINED = 12  # failures that another law explains, after which no other kind is looked for
_WORSE = 12  # cases after the first failure that are still tried, for how wrong it gets
_SMALL = 3000  # numbers of such a case


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
        Cases without an answer that can be checked.
    declined : int
        Cases that the implementation declined.
    outside : int
        Cases that turn out not to be of those that are to be checked.
    late : bool
        Whether it ended before everything was tried, for lack of time.
    untried : int
        How many of the cases that are always tried were not.
    partial : bool
        Whether there are such, or too few cases of a law that only has drawn ones.
    ratio, ulp : float
        The worst error seen.
    case, finding
        What breaks the law, if anything does.
    cause : str
        The law whose failure explains it.
    absurd : bool
        Whether only logits beyond `ORDINARY` were seen to break it.
    latest : float
        Ratio of the case that was counted last.
    """

    examples: int = 0
    unclaimed: int = 0
    unanswered: int = 0
    declined: int = 0
    outside: int = 0
    late: bool = False
    untried: int = 0
    partial: bool = False
    ratio: float = 0.0
    ulp: float = 0.0
    case: Any = None
    finding: Finding | None = None
    cause: str = ""
    absurd: bool = False
    latest: float = 0.0
    _explained: list[tuple[Any, Finding, str]] = field(default_factory=list)
    _absurd: tuple[Any, Finding] | None = None

    def add(self, finding: Finding) -> None:
        """Count a case."""
        self.latest = 0.0 if finding.broken else finding.ratio
        if not finding.judged:
            self.unclaimed += 1
            return
        self.examples += 1
        self.ratio = max(self.ratio, finding.ratio)
        self.ulp = max(self.ulp, finding.ulp)

    @property
    def causes(self) -> tuple[str, ...]:
        """Laws whose failures explain some of those that were seen."""
        return tuple(dict.fromkeys(cause for _, _, cause in self._explained))

    @property
    def enough(self) -> bool:
        """Whether enough failures are explained to take all of them as explained."""
        return len(self._explained) >= _EXPLAINED

    @property
    def beyond(self) -> tuple[Any, Finding] | None:
        """A failure with numbers beyond `ORDINARY` that no budget explains, where the ordinary one is within reason."""
        if self.absurd or self._absurd is None or self.finding is None:
            return None
        return self._absurd if self.finding.ratio < math.inf == self._absurd[1].ratio else None

    def take(self, case: Any, finding: Finding, cause: str, absurd: bool) -> bool:
        """Take a case that breaks the law; say whether it ends the search."""
        if cause:
            self._explained.append((case, finding, cause))
        elif absurd:
            self._absurd = self._absurd or (case, finding)
        else:
            self.case, self.finding = case, finding  # of what Hypothesis shrinks the last is the simplest
        return not cause and not absurd

    def settle(self) -> None:
        """Fall back on what was kept for want of a better one."""
        if self.finding is not None:
            return
        if self._absurd is not None:
            (self.case, self.finding), self.absurd = self._absurd, True
        elif self._explained:
            self.case, self.finding, self.cause = self._explained[0]


class _Enough(BaseException):
    """Ends Hypothesis from inside; not an `Exception`, so that it is not a failing example."""


def search(
    law: Law,
    session: Session,
    effort: Effort,
    start: int,
    tally: Tally | None = None,
    broken: Mapping[str, tuple[Law | Contract, Any]] | None = None,
    saved: Any = None,
) -> Tally:
    """Check cases of a law until one breaks it, and make that one small.

    Parameters
    ----------
    law : Law
    session : Session
    effort : Effort
    start : int
        Seed; the same seed draws the same cases.
    tally : Tally, optional
        Where to count, for a caller that wants to know even when the implementation makes the search give up.
    broken : dict, optional
        Laws that are known to be broken, with their counterexamples: they may explain what breaks this one.
    saved : Case, optional
        Tried first; where it does not break the law, it is not counted.
    """
    tally = Tally() if tally is None else tally
    broken = {} if broken is None else broken
    deadline = session.clock() + effort.seconds
    fixed = True

    def examine(case: Any) -> bool:
        """Check a case; say whether it ends the search."""
        case = session.kind.fit(case, session.setting)
        try:
            finding = session.judge(law, case)
        except Unanswered as why:
            tally.declined += isinstance(why, Declined)
            tally.outside += isinstance(why, Outside)
            tally.unanswered += not isinstance(why, Declined | Outside)
            tally.latest = 0.0
            tally.untried += fixed and isinstance(why, TooLong)
            return False
        tally.add(finding)
        if not finding.broken:
            return False
        absurd = session.kind.magnitude(case) > ORDINARY
        try:
            cause = explained(law, case, session, broken)
        except GiveUp:  # it is broken, whatever explains it
            tally.take(case, finding, "", absurd)
            raise
        return tally.take(case, finding, cause, absurd)

    always = list(law.cornerstones(session.setting))
    told = [saved] if saved is not None and quietly(law, session, saved).broken else []
    for place, case in enumerate([*told, *always]):
        if place >= len(told) + effort.surely and session.clock() >= deadline:
            tally.late = True
            tally.untried += len(told) + len(always) - place
            break
        try:
            ends = examine(case)
        except GiveUp:
            tally.partial, tally.untried = True, tally.untried + len(told) + len(always) - place
            raise
        if ends or tally.enough:
            break
    fixed, tally.late = False, tally.late or not effort.surely
    tally.partial |= tally.untried > 0
    if tally.finding is None and not tally.late and not tally.enough:
        _draw(law, session, effort, zlib.crc32(f"{start} {law.name}".encode()), tally, deadline, examine)
        tally.partial |= tally.late and not always  # of a law of drawn cases alone too few were drawn
    tally.settle()
    if tally.case is None or tally.finding is None:
        return tally
    # How wrong it gets says more than how little it takes; a law that compares bits has no worse.
    for case in [each for each in always if each.elements <= _SMALL][:_WORSE] if tally.finding.ratio < math.inf else []:
        if session.clock() > deadline:
            break
        tally.add(quietly(law, session, case))
    _make_small(law, session, effort, tally, broken, deadline)
    tally.absurd &= session.kind.magnitude(tally.case) > ORDINARY
    tally.ratio = max(tally.ratio, tally.finding.ratio)
    tally.ulp = max(tally.ulp, tally.finding.ulp)
    return tally


def _make_small(
    law: Law,
    session: Session,
    effort: Effort,
    tally: Tally,
    broken: Mapping[str, tuple[Law | Contract, Any]],
    deadline: float,
) -> None:
    """Make the counterexample small; one that has been explained is that of its cause, where it breaks this law too."""
    # What little time is left must not make a counterexample unreadable.
    evaluations, seconds = effort.shrinking, max(deadline - session.clock(), effort.beyond)
    if tally.cause:
        if law.anywhere:
            same = broken[tally.cause][1]
            finding = quietly(law, session, same)
            if finding.broken:
                tally.case, tally.finding = same, finding
                return
        evaluations //= 4
    assert tally.finding is not None
    tally.case, tally.finding = simplified(
        session,
        tally.case,
        tally.finding,
        lambda case: quietly(law, session, case),
        evaluations=evaluations,
        seconds=seconds,
    )


def explained(law: Law, case: Any, session: Session, broken: Mapping[str, tuple[Law | Contract, Any]]) -> str:
    """Name the law whose failure on the same input explains that of another, or give ``""``."""
    for name, (other, _) in broken.items():
        if not isinstance(other, Law) or not other.anywhere or name == law.name:
            continue
        if other.severity == "warning" and law.severity == "error":
            continue
        if quietly(other, session, case).broken:
            return name
    return ""


def _draw(
    law: Law,
    session: Session,
    effort: Effort,
    start: int,
    tally: Tally,
    deadline: float,
    examine: Callable[[Any], bool],
) -> None:
    """Let Hypothesis draw; its own shrinking of descriptors gets a third of the attempts that ours gets."""
    after = 0
    stopped: GiveUp | None = None

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
        nonlocal after, stopped
        first = tally.finding is None
        after += not first
        tally.late |= session.clock() > deadline
        if tally.late or tally.enough or 3 * after > effort.shrinking:
            raise _Enough
        try:
            broken = examine(case)
        except GiveUp as stop:  # Hypothesis would try it again, to no avail
            stopped = stop
            raise _Enough from None
        if broken:
            raise Broken
        if first and math.isfinite(tally.latest):
            target(min(tally.latest, 1e9))

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            attempt()
    except _Enough:
        if stopped is not None:
            raise stopped from None
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


def quietly(law: Law, session: Session, case: Any) -> Finding:
    """Check a case; one without an answer is left out."""
    try:
        return session.judge(law, case)
    except Unanswered:
        return UNJUDGED
