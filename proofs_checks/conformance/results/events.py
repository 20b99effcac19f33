"""A check as it happens: events, from which every report is made, also that of a run which was cut off.

`check` tells its events one by one; `gather` makes the `Report` of them, and the JSON, the JUnit XML and the page are
made of that. Written down line by line (`line`), they are read back by `read_events`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

from .report import CONVERTER, LawResult, Report, Verdict

__all__ = [
    "ALWAYS_HELD",
    "LACKING",
    "NO_TIME",
    "PASSING",
    "SCHEMA",
    "Begun",
    "Ended",
    "Event",
    "Judged",
    "Judging",
    "Notice",
    "Progress",
    "Tell",
    "gather",
    "line",
    "read_events",
    "title",
]

SCHEMA = "entmax-oracle/events/1"
_CUT_OFF = "interrupted: the laws that were not reached are skipped"
_MEND = "say what it takes, such as --multiple-of 16 or --contiguous, so that it is asked for that"
LACKING = "the target is declared to lack"
"""The reason given for a law that is skipped because the user said so."""
NO_TIME = "there was no time left"
"""The reason given for a law of which no case was tried for lack of time."""
ALWAYS_HELD = ("returns", "shape")
"""Contracts that are checked whichever laws are asked for: an answer that breaks one cannot be checked further."""


@dataclass(frozen=True)
class Begun:
    """A check begins; the fields are those of `Report`.

    Parameters
    ----------
    laws : tuple of LawResult
        What is going to be checked, in order; skipped, as long as no event says more.
    seeds : int
        With how many seeds, from `seed` on.
    """

    target: str
    kind: str
    alphas: tuple[float, ...]
    dtypes: tuple[str, ...]
    settings: tuple[tuple[float, str], ...]
    arrays: str
    device: str
    profile: str
    compute_dtype: str | None
    seed: int
    versions: dict[str, str]
    platform: str
    started: str
    laws: tuple[LawResult, ...]
    seeds: int = 1


@dataclass(frozen=True)
class Judging:
    """A law comes next in a setting.

    Parameters
    ----------
    alpha, dtype, law
        Which.
    place, laws : int
        Its number, and of how many.
    """

    alpha: float
    dtype: str
    law: str
    place: int = 0
    laws: int = 0


@dataclass(frozen=True)
class Progress:
    """Calls were made in a setting; in passing, and not kept.

    Parameters
    ----------
    calls : int
        How many so far.
    """

    alpha: float
    dtype: str
    calls: int


@dataclass(frozen=True)
class Notice:
    """Something to say at once; in passing, and not kept.

    Parameters
    ----------
    text : str
    target : bool
        Whether the target wrote it.
    """

    text: str
    target: bool = False


@dataclass(frozen=True)
class Judged:
    """The result of a law in a setting; a later event about the same law and setting replaces it."""

    alpha: float
    dtype: str
    result: LawResult


@dataclass(frozen=True)
class Ended:
    """A check ends.

    Parameters
    ----------
    interrupted : bool
    versions : dict
        Of what the target was called with.
    reach : dict
        The largest input that was tried, in each of its sizes.
    seconds : float
    calls, answered, declined : int
        Calls that were made, those of them that returned something, and those that were declined.
    refusal : str
        What the first call that was declined says.
    """

    interrupted: bool
    versions: dict[str, str]
    reach: dict[str, int]
    seconds: float
    calls: int = 0
    answered: int = 0
    declined: int = 0
    refusal: str = ""


Event = Begun | Judging | Judged | Ended | Progress | Notice
Tell = Callable[[Event], None]
PASSING = (Progress, Notice)
"""Events of the moment, which no report has."""
_NAMES = {
    "begun": Begun,
    "judging": Judging,
    "judged": Judged,
    "ended": Ended,
    "progress": Progress,
    "notice": Notice,
}


def title(alpha: float, dtype: str) -> str:
    """Say which setting it is."""
    return f"alpha {alpha:g}, {dtype}"


def gather(events: Iterable[Event]) -> Report:
    """Make the report of a check from its events.

    Parameters
    ----------
    events : iterable of Event
        In order, `Begun` first. Without `Ended` the check was cut off, and what was not reached is skipped.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If they do not start with `Begun`.
    """
    begun: Begun | None = None
    ended: Ended | None = None
    found: dict[tuple[float, str], dict[str, LawResult]] = {}
    for event in events:
        if isinstance(event, Begun):
            begun = event
            found = {setting: {} for setting in event.settings}
        elif begun is None:
            raise ValueError("events: they do not say what is checked; the first one must be 'begun'")
        elif isinstance(event, Judged):
            found[event.alpha, event.dtype][event.result.law] = event.result
        elif isinstance(event, Ended):
            ended = event
    if begun is None:
        raise ValueError("events: none found; the first one must be 'begun'")
    expected = {law.law: law for law in begun.laws}
    for results in found.values():
        expected |= {law.law: law for law in results.values() if law.law in ALWAYS_HELD and law.status == "fail"}
    laws = tuple(
        _merge([results.get(name, expected[name]) for results in found.values()], begun.settings) for name in expected
    )
    interrupted = ended is None or ended.interrupted
    verdict, message = _verdict(laws, interrupted=interrupted)
    if not interrupted and ended is not None and ended.calls and not ended.answered:
        verdict, message = "unusable", _unanswered(laws, ended)
    shared = {each.name: getattr(begun, each.name) for each in fields(Begun) if each.name not in ("settings", "laws")}
    complete = verdict != "unusable" and not interrupted and all(map(_judged_in_full, laws))
    report = Report(verdict=verdict, laws=laws, message=message, complete=complete, **shared)
    if ended is None:
        return report
    return replace(
        report,
        versions=begun.versions | ended.versions,
        reach=ended.reach,
        seconds=ended.seconds,
        declined=ended.declined,
    )


def _judged_in_full(law: LawResult) -> bool:
    """Whether a law was checked in every setting; a warning need not be, nor what the target is declared to lack."""
    return law.severity == "warning" or all(
        each["status"] in ("pass", "fail") or (each["status"] == "skip" and LACKING in each["message"])
        for each in law.settings
    )


def _unanswered(laws: Sequence[LawResult], ended: Ended) -> str:
    """Say that no call was ever answered, and how the first one failed."""
    if ended.declined == ended.calls:
        return f"the target declined every call, the first by {ended.refusal}; {_MEND}"
    why = next((f": {law.message}" for law in laws if law.law == "returns" and law.message), "")
    return f"no call was ever answered{why}"


def _verdict(laws: Sequence[LawResult], interrupted: bool) -> tuple[Verdict, str]:
    """Say what the laws together say, and why where that is nothing."""
    reason = _CUT_OFF if interrupted else ""
    if any(law.status == "fail" and law.severity == "error" for law in laws):
        return "violates", reason
    if interrupted:
        return "interrupted", reason
    if all(law.status == "skip" for law in laws):
        return "unusable", "no check could be made; see why each was skipped"
    return "conforms", ""


def _merge(results: Sequence[LawResult], settings: Sequence[tuple[float, str]]) -> LawResult:
    """One result of a law, with those of the settings inside."""
    failing = [title(*setting) for setting, each in zip(settings, results, strict=True) if each.status == "fail"]
    order = {"fail": 0, "partial": 1, "pass": 2, "skip": 3}
    worst = min(results, key=lambda each: order[each.status])
    place = ""
    if failing and len(settings) > 1:
        place = f"[{failing[0]}" + (f" and {len(failing) - 1} more] " if len(failing) > 1 else "] ")
    heads = [each for each in results if each.status == "fail" and not each.cause]
    if heads:  # where it is a finding of its own, that is what is told
        worst = heads[0]
    late = [title(*setting) for setting, each in zip(settings, results, strict=True) if NO_TIME in each.message]
    if worst.status == "pass" and late:
        worst = replace(worst, status="partial", message=f"not tried at {' and '.join(late)}: {NO_TIME}")
    return replace(
        worst,
        also=tuple(dict.fromkeys(name for each in results for name in each.also)),
        examples=sum(each.examples for each in results),
        unclaimed=sum(each.unclaimed for each in results),
        declined=sum(each.declined for each in results),
        seconds=round(sum(each.seconds for each in results), 3),
        untried=sum(each.untried for each in results),
        worst_ulp=max(each.worst_ulp for each in results),
        worst_ratio=max(each.worst_ratio for each in results),
        message=place + worst.message,
        counterexamples=tuple(
            found for each in sorted(results, key=lambda each: bool(each.cause)) for found in each.counterexamples
        ),
        settings=tuple(
            {
                "alpha": alpha,
                "dtype": dtype,
                "status": each.status,
                "examples": each.examples,
                "worst_ulp": each.worst_ulp,
                "worst_ratio": each.worst_ratio,
                "message": each.message,
                "unclaimed": each.unclaimed,
                "declined": each.declined,
                "also": each.also,
                "cause": each.cause,
                "seconds": each.seconds,
                "untried": each.untried,
            }
            for (alpha, dtype), each in zip(settings, results, strict=True)
        ),
    )


def line(event: Event) -> str:
    """Write an event as one line of JSON.

    Parameters
    ----------
    event : Event

    Returns
    -------
    str
        Without the end of line.
    """
    name = next(name for name, kind in _NAMES.items() if isinstance(event, kind))
    schema = {"schema": SCHEMA} if isinstance(event, Begun) else {}
    values = {"event": name} | schema | CONVERTER.unstructure(event)
    return json.dumps(values, ensure_ascii=False, allow_nan=False)


def read_events(lines: Iterable[str]) -> Iterator[Event]:
    """Read events that `line` wrote; a last line that was cut off is left out.

    Parameters
    ----------
    lines : iterable of str

    Yields
    ------
    Event

    Raises
    ------
    ValueError
        If a line is not an event, or the first is of another schema.
    """
    every = [text for text in lines if text.strip()]
    for place, text in enumerate(every, 1):
        try:
            values = json.loads(text)
            kind = _NAMES[values.pop("event")]
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            if place == len(every) > 1:
                return
            raise ValueError(f"line {place} is not an event of a check ({error})") from error
        if kind is Begun and (schema := values.pop("schema", None)) != SCHEMA:
            raise ValueError(f"line {place}: schema {schema!r} found, {SCHEMA!r} expected")
        event: Event = CONVERTER.structure(values, kind)
        yield event
