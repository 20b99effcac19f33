"""Time several calls side by side: every round runs each of them once, so that what else the machine does meets all."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

__all__ = ["Patience", "compare"]


_RESOLVED = 2e-3  # seconds of calls in a row that are timed together


@dataclass(frozen=True)
class Patience:
    """How long to time.

    Parameters
    ----------
    seconds
        For each call, all rounds together.
    least, most
        Rounds.
    slow
        Of a call that takes longer than this there is one round only.
    """

    seconds: float = 0.4
    least: int = 5
    most: int = 41
    slow: float = 4.0


def compare(calls: Mapping[str, Callable[[], object]], baseline: str, patience: Patience) -> list[dict[str, Any]]:
    """Time calls in turns.

    Parameters
    ----------
    calls
        By name. Each is made twice beforehand: the first time compiles what is compiled then.
    baseline
        The name of the one that the others are compared with.
    patience

    Returns
    -------
    list of dict
        For each call its ``name``, the seconds of its ``first`` call, ``rounds``, the ``median``, quartiles ``q1`` and
        ``q3`` and the ``least`` of the seconds of a round, and the same of its ``ratio`` to the baseline in the same
        round; or why it is ``unavailable``.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, call in calls.items():
        try:
            found[name] = {"name": name, "first": _timed(call)}
        except Exception as error:  # one that fails is a line of the result, and the others go on
            found[name] = {"name": name, "unavailable": f"{type(error).__name__}: {str(error)[:120]}"}
    able = {name: call for name, call in calls.items() if "first" in found[name]}
    # The first call may compile; the second says how many in a row a clock resolves, and how many rounds there are.
    second = {name: _timed(call) for name, call in able.items()}
    repeats = {name: max(1, min(1000, int(_RESOLVED / max(second[name], 1e-7)))) for name in able}
    times: dict[str, list[float]] = {name: [] for name in able}
    while True:
        due = [name for name in able if _goes_on(second[name], times[name], repeats[name], patience)]
        if not due:
            break
        if baseline in able and baseline not in due:
            due.append(baseline)  # what is timed in a round is compared with the baseline in that round
        for name in due[len(times[due[0]]) % len(due) :] + due[: len(times[due[0]]) % len(due)]:
            times[name].append(_timed(able[name], repeats[name]))
    for name, seconds in times.items():
        found[name] |= {"rounds": len(seconds)} | _spread(seconds)
        if name != baseline and baseline in times:
            # The rounds of a call are the first ones of the baseline's.
            found[name]["ratio"] = _spread([a / b for a, b in zip(seconds, times[baseline], strict=False)])
    return list(found.values())


def _goes_on(one: float, seconds: Sequence[float], repeats: int, patience: Patience) -> bool:
    """Whether a call is due for another round."""
    if len(seconds) < (1 if one > patience.slow else patience.least):
        return True
    return len(seconds) < patience.most and sum(seconds) * repeats < patience.seconds


def _timed(call: Callable[[], object], repeats: int = 1) -> float:
    """Seconds of one call, of several in a row."""
    start = perf_counter()
    for _ in range(repeats):
        call()
    return (perf_counter() - start) / repeats


def _spread(values: Sequence[float]) -> dict[str, float]:
    q1, median, q3 = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else [*values] * 3
    return {"median": median, "q1": q1, "q3": q3, "least": min(values)}
