"""One implementation in one setting: asks it, and holds every answer to the contract."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from .calls import Caller, Float64, Outcome, Request
from .case import Case, Setting
from .expected import Unanswerable
from .kinds.kind import Kind
from .law import UNJUDGED, Contract, Finding, Law

__all__ = ["Breach", "Declined", "GiveUp", "Outside", "Session", "TooLong", "Unanswered"]

_PATIENCE = 3  # hangs and deaths before the rest is not judged
_FRUITLESS = (
    25  # calls without a single answer after which others are tried, of every size, before the rest is not made
)
_DECLINED = 1000  # declined calls without a single answer before the rest is not made
_OTHERS = 12
_LARGE = 10_000  # numbers of an input from which on a call is not made that would take longer than is allowed


class Unanswered(Exception):
    """A call returned no answer that can be checked; the contract has noted why."""


class TooLong(Unanswered):
    """A call was not made, since it would take longer than is allowed."""


class Declined(Unanswered):
    """The implementation declined a call: it says itself that it does not take such an input."""


class Outside(Unanswered):
    """A call was not made, since its input is not one of those that are to be checked."""


class GiveUp(Exception):
    """The implementation hung or died so often, or never answered, that going on is a waste of time."""


@dataclass(frozen=True)
class Breach:
    """A call that broke the contract, and the law that made the call."""

    request: Request
    outcome: Outcome
    message: str
    during: str


class Session:
    """What laws see of one setting: the implementation and the oracle.

    Parameters
    ----------
    kind : Kind
    caller : Caller
    setting : Setting
    contracts : sequence of Contract
        Held against every call.
    called : callable, optional
        Told the outcomes of calls, as they come.

    Attributes
    ----------
    oracle : Oracle
        Certified answers.
    breaches : dict
        By the contract's name: the first breach of each law and outcome.
    inspected, breached : Counter
        Calls, by the contract's name.
    reach : dict of int
        The largest input that was tried, in each of its sizes.
    during : str
        The law that is asking.
    calls, answered, declined : int
        Calls that were made, those of them that returned something, and those that were declined.
    refusal : str
        What the first call that was declined says.
    """

    def __init__(
        self,
        kind: Kind,
        caller: Caller,
        setting: Setting,
        contracts: Sequence[Contract],
        called: Callable[[Sequence[Outcome]], None] = lambda outcomes: None,
    ) -> None:
        self.kind = kind
        self.caller = caller
        self.setting = setting
        self.contracts = contracts
        self.oracle = kind.oracle(setting)
        self.breaches: dict[str, list[Breach]] = {each.name: [] for each in contracts}
        self.inspected: Counter[str] = Counter()
        self.breached: Counter[str] = Counter()
        self.reach: dict[str, int] = {}
        self.during = ""
        self.calls = self.answered = self.declined = 0
        self.refusal = ""
        self._since: float | None = None
        self._called = called
        self._made: list[Request] | None = None
        self._lost = 0
        self._tried_others = False
        self._why = ""  # nothing more is asked
        self._pace = 0.0  # seconds an element, by the largest call so far
        self._largest = 1000

    def clock(self) -> float:
        """Seconds since the first call came back: how long the target takes to start says nothing of the others."""
        return 0.0 if self._since is None else time.monotonic() - self._since

    @contextmanager
    def recording(self) -> Iterator[list[Request]]:
        """Note the calls that are made meanwhile."""
        self._made = []
        try:
            yield self._made
        finally:
            self._made = None

    def judge(self, law: Law, case: Any) -> Finding:
        """Check a case, as far as the implementation takes it and the definition gives it an answer.

        Raises
        ------
        Unanswered, GiveUp
            As `ask` does.
        """
        case = self.kind.fit(case, self.setting)
        if not self.oracle.defined(case):
            return UNJUDGED
        try:
            return law.judge(self, case)
        except Unanswerable:  # what a law makes of the input, such as a coarser one, may have no answer
            return UNJUDGED

    def request(self, case: Case, **more: Any) -> Request:
        """Make a call in this setting."""
        return Request(
            self.kind.narrow(case, self.setting), **{"alpha": self.setting.alpha, **more}, dtype=self.setting.dtype
        )

    def values(self, *cases: Case) -> list[Float64]:
        """Answers for some cases, in order."""
        return [answer.values for answer in self.ask(*map(self.request, cases)) if answer.values is not None]

    def ask(self, *requests: Request) -> list[Outcome]:
        """Outcomes of well-formed answers, in order.

        Raises
        ------
        Unanswered
            If a call did not return, was declined, or returned something that cannot be judged, or would take too
            long, or its input is not to be checked.
        GiveUp
            If the implementation hung or died too often.
        """
        if self._why:
            raise GiveUp(self._why)
        if not all(self.kind.takes(each.case, self.setting) for each in requests):
            raise Outside
        sizes = [each.case.sizes for each in requests]
        size = max(math.prod(each.values()) for each in sizes)
        if size > _LARGE and size * self._pace > self.caller.subject.timeout / 2:
            raise TooLong
        if self._made is not None:
            self._made += requests
        started = time.monotonic()
        outcomes = self.caller(requests)
        if self._since is None:
            self._since = time.monotonic()
        for each in sizes:
            self.reach = {name: max(count, self.reach.get(name, 0)) for name, count in each.items()}
        if size >= self._largest:
            self._pace, self._largest = (time.monotonic() - started) / size, size
        self._note(requests, outcomes)
        if not self.answered and self.calls - self.declined >= _FRUITLESS and not self._tried_others:
            self._try_others()
        if not self.answered and self.declined >= _DECLINED:
            raise GiveUp(f"none of {self.calls} calls was answered")
        if any(each.status == "declined" for each in outcomes):
            raise Declined
        if any(
            each.status != "returned" or each.shape != request.case.answer_shape
            for request, each in zip(requests, outcomes, strict=True)
        ):
            raise Unanswered
        return [
            each if request.raw else self.kind.conventional(request.case, each, self.setting)
            for request, each in zip(requests, outcomes, strict=True)
        ]

    def _note(self, requests: Sequence[Request], outcomes: Sequence[Outcome]) -> None:
        """Hold outcomes to the contract, and count them."""
        for request, outcome in zip(requests, outcomes, strict=True):
            self._inspect(request, outcome)
            self._lost += outcome.status in ("hung", "died")
            self.calls += 1
            self.answered += outcome.status == "returned"
            if outcome.status == "declined":
                self.declined, self.refusal = self.declined + 1, self.refusal or outcome.detail
        self._called(outcomes)
        if self._lost >= _PATIENCE:
            self._give_up(f"the implementation hung or ended its process {self._lost} times")

    def _try_others(self) -> None:
        """Try calls of every size, where none was answered: if these are not either, no other is made."""
        self._tried_others = True
        small = [each for each in self.kind.cornerstones(self.setting) if each.elements <= _LARGE]
        # However many rows there are: what is refused is a length, or a number of heads or features.
        cases = list({tuple(n for name, n in each.sizes.items() if name != "rows"): each for each in small}.values())
        for case in cases[:: max(len(cases) // _OTHERS, 1)]:
            request = self.request(self.kind.fit(case, self.setting))
            self._note([request], self.caller([request]))
            if self.answered:
                return
        self._give_up(f"none of {self.calls} calls was answered")

    def _give_up(self, why: str) -> NoReturn:
        self._why = why
        raise GiveUp(why)

    def _inspect(self, request: Request, outcome: Outcome) -> None:
        for contract in self.contracts:
            if not contract.applies(request, outcome):
                continue
            self.inspected[contract.name] += 1
            message = contract.inspect(request, outcome)
            if message:
                self.breached[contract.name] += 1
                known = self.breaches[contract.name]
                if all((each.during, each.outcome.status) != (self.during, outcome.status) for each in known):
                    known.append(Breach(request, outcome, message, self.during))
