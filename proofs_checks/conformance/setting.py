"""Check an implementation in one setting: every law, one after the other, in a process of its own if need be."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any

from entmax_oracle.reference.formats import as_format

from .calls import Caller, Subject
from .case import Setting
from .kinds import KINDS, Kind
from .law import UNJUDGED, Contract, Finding, Law
from .laws import choose
from .results.counterexample import describe
from .results.events import LACKING, Event, Judged, Judging, Tell
from .results.report import Counterexample, LawResult
from .search import Effort, Tally, search, simplified
from .session import Breach, GiveUp, Session, Unanswered
from .target.worker import InProcess, Worker

__all__ = ["NOT_ALL_FIXED", "OUT_OF_TIME", "Calling", "Settled", "Task", "check_setting", "collect", "judge"]

# What a law says that was kept as far as there was time.
OUT_OF_TIME = "the search ended for lack of time, before every case was tried"
# And of a law of which not even the cases that are always tried were.
NOT_ALL_FIXED = "some of the cases that are always tried were not"


@dataclass(frozen=True)
class Task:
    """One setting to check; travels to another process."""

    subject: Subject
    setting: Setting
    laws: tuple[str, ...]
    offered: tuple[str, ...]
    effort: Effort
    seed: int

    @property
    def kind(self) -> Kind:
        """What kind of implementation it is."""
        return KINDS[self.subject.kind]


@dataclass(frozen=True)
class Settled:
    """A setting is done with.

    Parameters
    ----------
    versions : dict
        Of what was at work.
    reach : dict
        The largest input that was tried, in each of its sizes.
    interrupted : bool
        Whether the end came early.
    calls, answered, declined : int
        Calls that were made, those of them that returned something, and those that were declined.
    refusal : str
        What the first call that was declined says.
    """

    versions: dict[str, str]
    reach: dict[str, int]
    interrupted: bool = False
    calls: int = 0
    answered: int = 0
    declined: int = 0
    refusal: str = ""


class Calling:
    """The caller that a subject needs, closed in the end."""

    def __init__(self, subject: Subject) -> None:
        self.caller: Caller = Worker(subject) if isinstance(subject.target, str) else InProcess(subject)

    def __enter__(self) -> Caller:
        return self.caller

    def __exit__(self, *exception: object) -> None:
        self.caller.close()


def collect(task: Task) -> tuple[list[Event], Settled]:
    """Check one setting in another process, which cannot tell before it ends."""
    events: list[Event] = []
    settled = check_setting(task, events.append)
    return events, settled


def check_setting(task: Task, tell: Tell) -> Settled:
    """Check one setting, and tell what becomes of every law, also when interrupted."""
    contracts, laws = choose(task.laws, kind=task.subject.kind, offered=task.offered)
    alpha, dtype = task.setting.alpha, task.setting.dtype
    results: dict[str, LawResult] = {}

    def settle(result: LawResult) -> None:
        results[result.law] = result
        tell(Judged(alpha, dtype, result))

    reason = ""
    started = time.monotonic()
    with Calling(task.subject) as caller:
        # Calls are held to the whole contract even when few laws are asked for: an unusable answer is noticed.
        session = Session(task.kind, caller, task.setting, contracts)
        found: dict[str, tuple[Law | Contract, Any]] = {}
        tally = Tally()
        lacks = _lacking(task)
        judged = [law for law in laws if law.about not in lacks]
        try:
            for done, law in enumerate(judged):
                tell(Judging(alpha, dtype, law.name))
                session.during, tally = law.name, Tally()
                effort = task.effort.share(time.monotonic() - started, len(judged) - done)
                search(law, session, effort, task.seed, tally)
                if tally.case is not None:
                    found[law.name] = (law, tally.case)
                settle(_result(law, tally, task, caller))
        except GiveUp as stop:
            reason = f"not judged: {stop}"
            if tally.examples and session.during not in results:
                law = next(each for each in judged if each.name == session.during)
                settle(_result(law, tally, task, caller))
        except KeyboardInterrupt:
            reason = "not judged: interrupted"
        for law in laws:
            if law.about in lacks:
                settle(LawResult.skipped(law, f"not judged: {LACKING} {lacks[law.about]}"))
        if reason:
            for law in judged:
                if law.name not in results:
                    settle(LawResult.skipped(law, reason))
        else:
            for result in _reproduce(task, found, results):
                settle(result)
        for contract in contracts:
            settle(_contract_result(contract, session, task, patient=not reason))
        interrupted = "interrupted" in reason
        return Settled(
            caller.versions,
            session.reach,
            interrupted,
            session.calls,
            session.answered,
            session.declined,
            session.refusal,
        )


def _lacking(task: Task) -> dict[str, str]:
    """Name what the implementation is said to lack, in words; layouts too, where it wants its arrays contiguous."""
    setting = task.setting
    names = setting.without + ("layouts",) * setting.domain.contiguous
    names += ("empty",) * (setting.conventions.empty_rows == "any")
    return {name: task.kind.lacks[name] for name in names}


def judge(law: Law | Contract, session: Session, case: Any) -> Finding:
    """Judge a case of any law; a contract is broken when its one call breaks it."""
    if isinstance(law, Law):
        try:
            return session.judge(law, case)
        except Unanswered:
            return UNJUDGED
    request = session.request(case, alpha_gradient=session.setting.alpha_gradient)
    (outcome,) = session.caller([request])
    if not law.applies(request, outcome):
        return UNJUDGED
    message = law.inspect(request, outcome)
    return Finding(bool(message), message, math.inf if message else 0.0)


def _result(law: Law, tally: Tally, task: Task, caller: Caller) -> LawResult:
    if tally.finding is None or tally.case is None:
        return _kept(law, tally)
    example = describe(law, task.kind, tally.case, tally.finding, task.setting, task.subject)
    message = tally.finding.message + _hint(law, task, tally, caller)
    return LawResult(
        law.name,
        law.statement,
        law.theorem,
        law.severity,
        "fail",
        tally.examples,
        tally.ulp,
        tally.ratio,
        message,
        (replace(example, message=message),),
        declined=tally.declined,
    )


def _kept(law: Law, tally: Tally) -> LawResult:
    """Say of a law that nothing breaks how much that means: it passes, or does in part, or was not judged at all."""
    if not tally.examples:
        why = "no call gave an answer to judge, see the law 'returns'"
        if tally.declined:
            why = f"the target declined all of {_cases(tally.declined)} (NotImplementedError)"
        elif tally.outside:
            why = f"all of {_cases(tally.outside)} would have led outside what is to be checked"
        if tally.unclaimed:
            why = f"nothing can be claimed of the answers to {_cases(tally.unclaimed)}"
        return replace(LawResult.skipped(law, f"not judged: {why}"), declined=tally.declined)
    remarks = []
    if tally.partial:
        remarks += [NOT_ALL_FIXED + (", for lack of time" if tally.late else "")]
    elif tally.late:
        remarks += [OUT_OF_TIME]
    if tally.unanswered:
        remarks += [f"{_cases(tally.unanswered)} got no answer to judge, or would have taken too long"]
    if tally.outside:
        remarks += [f"{_cases(tally.outside)} would have led outside what is to be checked"]
    return LawResult(
        law.name,
        law.statement,
        law.theorem,
        law.severity,
        "partial" if tally.partial else "pass",
        tally.examples,
        tally.ulp,
        tally.ratio,
        "; ".join(remarks),
        unclaimed=tally.unclaimed,
        declined=tally.declined,
    )


def _cases(count: int) -> str:
    return f"{count} case{'s' * (count != 1)}"


def _hint(law: Law, task: Task, tally: Tally, caller: Caller) -> str:
    """Whether a 16-bit target would pass if judged by arithmetic in its own format."""
    setting = task.setting
    if as_format(setting.dtype).precision_bits >= 24 or setting.compute_dtype is not None or tally.case is None:
        return ""
    own = replace(setting, compute_dtype=setting.dtype)
    session = Session(task.kind, caller, own, ())
    if judge(law, session, tally.case).broken:
        return ""
    if search(law, session, replace(task.effort, shrinking=0), task.seed).finding is not None:
        return ""
    return (
        f". Judged for arithmetic in {setting.dtype} it passes: compute in float32 inside and round once at the "
        f"end, or promise less with --compute-dtype {setting.dtype}"
    )


def _contract_result(contract: Contract, session: Session, task: Task, patient: bool) -> LawResult:
    examples = session.inspected[contract.name]
    breaches = session.breaches[contract.name]
    if not breaches:
        if not examples:
            return LawResult.skipped(contract, "not judged: no call was made, or none gave an answer")
        return LawResult(contract.name, contract.statement, contract.theorem, contract.severity, "pass", examples)
    explained = (_explain(contract, breach, session, task, patient) for breach in breaches[:3])
    counterexamples = tuple({(each.message, each.logits, str(each.parameters)): each for each in explained}.values())
    share = f" ({session.breached[contract.name]} of {examples} calls)"
    return LawResult(
        contract.name,
        contract.statement,
        contract.theorem,
        contract.severity,
        "fail",
        examples,
        message=counterexamples[0].message + share,
        counterexamples=counterexamples,
    )


def _explain(contract: Contract, breach: Breach, session: Session, task: Task, patient: bool) -> Counterexample:
    case = breach.request.case.bare()
    finding = Finding(True, breach.message, math.inf)
    # Every further hang or death costs the time limit or a fresh process: such a case stays as it is.
    if patient and breach.outcome.status in ("returned", "raised"):
        case, finding = simplified(
            session,
            case,
            finding,
            lambda each: judge(contract, session, each),
            evaluations=task.effort.shrinking // 2,
            seconds=min(task.effort.seconds, task.effort.total) / 4,
        )
    return describe(contract, task.kind, case, finding, task.setting, task.subject)


def _reproduce(
    task: Task, found: dict[str, tuple[Law | Contract, Any]], results: dict[str, LawResult]
) -> list[LawResult]:
    """Judge what broke once more in a fresh process; give what then passes: it depends on earlier calls."""
    changed: list[LawResult] = []
    if not found or not isinstance(task.subject.target, str):
        return changed
    with Calling(task.subject) as caller:
        session = Session(task.kind, caller, task.setting, choose(kind=task.subject.kind)[0])
        for name, (law, case) in found.items():
            try:
                again = judge(law, session, case).broken
            except GiveUp:
                break
            if not again:
                result = results[name]
                note = " (It passes in a fresh process: the implementation remembers earlier calls or is random.)"
                counterexamples = tuple(
                    replace(each, message=each.message + note, reproduced=False) for each in result.counterexamples
                )
                changed.append(
                    replace(result, message=result.message + note, counterexamples=counterexamples),
                )
    return changed
