"""One implementation in one setting: asks it, and holds every answer to the contract."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .calls import Call, Float64, Outcome, Request
from .laws import Contract, Setting
from .oracle import Oracle
from .target.worker import Caller

__all__ = ["Breach", "Checked", "GiveUp", "Unanswered"]

_PATIENCE = 3  # hangs and deaths before the rest is not judged
_LARGE = 10_000  # numbers of an input from which on a call is not made that would take longer than is allowed


class Unanswered(Exception):
    """A call came back without an answer that can be judged; the contract has noted why."""


class GiveUp(Exception):
    """The implementation hung or died so often that going on is a waste of time."""


@dataclass(frozen=True)
class Breach:
    """A call that broke the contract, and the law that made the call."""

    call: Request
    outcome: Outcome
    message: str
    during: str


class Checked:
    """The `Session` that laws see.

    Parameters
    ----------
    caller : Caller
    setting : Setting
    contracts : sequence of Contract
        Held against every call.

    Attributes
    ----------
    breaches : dict
        By the contract's name: the first breach of each law and outcome.
    inspected, breached : Counter
        Calls, by the contract's name.
    reach : dict of int
        The largest input that was tried, in each of its sizes.
    during : str
        The law that is asking.
    unit : str
        What the last axis of an answer counts.
    """

    unit = "token"

    def __init__(self, caller: Caller, setting: Setting, contracts: Sequence[Contract]) -> None:
        self.caller = caller
        self.setting = setting
        self.contracts = contracts
        self.breaches: dict[str, list[Breach]] = {each.name: [] for each in contracts}
        self.inspected: Counter[str] = Counter()
        self.breached: Counter[str] = Counter()
        self.reach: dict[str, int] = {}
        self.during = ""
        self._lost = 0
        self._pace = 0.0  # seconds an element, by the largest call so far
        self._largest = 1000
        self._oracle = Oracle(setting.alpha, setting.dtype, setting.compute_dtype)

    @property
    def oracle(self) -> Oracle:
        """Certified answers."""
        return self._oracle

    def call(self, logits: Float64, layout: str = "contiguous") -> Call:
        """Make a call in this setting."""
        return Call(logits, self.setting.dtype, self.setting.alpha, layout)

    def values(self, *logits: Float64) -> list[Float64]:
        """Answers for some arrays of logits, contiguous, in order."""
        return [answer.values for answer in self.ask(*map(self.call, logits)) if answer.values is not None]

    def ask(self, *calls: Request) -> list[Outcome]:
        """Outcomes of well-formed answers, in order.

        Raises
        ------
        Unanswered
            If a call did not return, or returned something that cannot be judged, or would take too long.
        GiveUp
            If the implementation hung or died too often.
        """
        size = max(math.prod(call.sizes.values()) for call in calls)
        if size > _LARGE and size * self._pace > self.caller.subject.timeout / 2:
            raise Unanswered
        started = time.monotonic()
        outcomes = self.caller(calls)
        for call in calls:
            self.reach = {name: max(size_, self.reach.get(name, 0)) for name, size_ in call.sizes.items()}
        if size >= self._largest:
            self._pace, self._largest = (time.monotonic() - started) / size, size
        for call, outcome in zip(calls, outcomes, strict=True):
            self._inspect(call, outcome)
            self._lost += outcome.status in ("hung", "died")
        if self._lost >= _PATIENCE:
            raise GiveUp(f"the implementation hung or ended its process {self._lost} times")
        if any(
            each.status != "returned" or each.shape != call.answer_shape
            for call, each in zip(calls, outcomes, strict=True)
        ):
            raise Unanswered
        return outcomes

    def _inspect(self, call: Request, outcome: Outcome) -> None:
        for contract in self.contracts:
            if contract.name != "returns" and outcome.status != "returned":
                continue
            self.inspected[contract.name] += 1
            message = contract.inspect(call, outcome)
            if message:
                self.breached[contract.name] += 1
                known = self.breaches[contract.name]
                if all((each.during, each.outcome.status) != (self.during, outcome.status) for each in known):
                    known.append(Breach(call, outcome, message, self.during))
