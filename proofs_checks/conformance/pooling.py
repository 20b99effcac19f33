"""Several seeds in one setting: what they find is told as that of one search, whichever of them comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .law import Contract, Law
from .results.events import Event, Judged, Tell
from .results.report import LawResult
from .setting import Task

__all__ = ["Pooled", "pooled"]

_ORDER = {"fail": 0, "partial": 1, "pass": 2, "skip": 3}


class Pooled:
    """Passes on the events of settings, with one result of each law for all seeds so far.

    Parameters
    ----------
    held : sequence of Contract or Law
        What is reported.
    tell : callable
        Told the events.
    """

    def __init__(self, held: Sequence[Contract | Law], tell: Tell) -> None:
        self._held, self._tell = held, tell
        self._found: dict[tuple[float, str, str], dict[int, LawResult]] = {}

    def of(self, task: Task) -> Tell:
        """Give what the events of a task are told to."""

        def tell(event: Event) -> None:
            if isinstance(event, Judged):
                found = self._results(task, event.result.law)
                found[task.seed] = event.result
                event = replace(event, result=pooled([found[seed] for seed in sorted(found)]))
            self._tell(event)

        return tell

    def give_up(self, task: Task, reason: str) -> None:
        """Say of the laws that a task has not told of that they were not checked, and why."""
        tell = self.of(task)
        for law in self._held:
            if task.seed not in self._results(task, law.name):
                tell(Judged(task.setting.alpha, task.setting.dtype, LawResult.skipped(law, reason)))

    def _results(self, task: Task, law: str) -> dict[int, LawResult]:
        return self._found.setdefault((task.setting.alpha, task.setting.dtype, law), {})


def pooled(results: Sequence[LawResult]) -> LawResult:
    """Make one result of those of several seeds, in order: that of the first which fails, with all cases counted."""
    heads = [each for each in results if each.status == "fail" and not each.cause]
    first = heads[0] if heads else min(results, key=lambda each: _ORDER[each.status])
    return replace(
        first,
        also=tuple(dict.fromkeys(name for each in results for name in each.also)),
        examples=sum(each.examples for each in results),
        unclaimed=sum(each.unclaimed for each in results),
        declined=sum(each.declined for each in results),
        worst_ulp=max(each.worst_ulp for each in results),
        worst_ratio=max(each.worst_ratio for each in results),
        seconds=round(sum(each.seconds for each in results), 3),
    )
