"""Check an implementation in one setting: every law, one after the other, in a process of its own if need be."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from entmax_oracle.reference.formats import as_format

from .calls import Caller, Outcome, Request, Subject
from .case import Setting
from .diagnosis import diagnose
from .kinds import KINDS, Kind
from .law import UNJUDGED, Contract, Finding, Law
from .laws import choose
from .results.counterexample import case_of, describe
from .results.events import LACKING, NO_TIME, Judged, Judging, Notice, Progress, Tell
from .results.report import Counterexample, LawResult
from .search import ORDINARY, Effort, Tally, quietly, search, simplified
from .session import Breach, GiveUp, Session, Unanswered
from .worker import InProcess, Worker

__all__ = [
    "NOT_ALL_FIXED",
    "OUT_OF_TIME",
    "STOPPED",
    "Calling",
    "Settled",
    "Task",
    "Told",
    "check_elsewhere",
    "check_setting",
    "judge",
    "lacking",
]

# What a law says that was kept as far as there was time.
OUT_OF_TIME = "the search ended for lack of time, before every case was tried"
# And of a law of which not even the cases that are always tried were.
NOT_ALL_FIXED = "some of the cases that are always tried were not"
# And of one that came after the first failure, where that is to be the last.
STOPPED = "not checked: stopped at the first failure (--fail-fast)"


@dataclass(frozen=True)
class Task:
    """One setting to check; travels to another process.

    Parameters
    ----------
    subject, setting
        What is checked, and in which setting.
    laws, offered : tuple of str
        As for `laws.choose`.
    effort, seed
        How hard, and from where.
    fail_fast : bool
        Whether the first failure is the last.
    saved : dict
        Counterexamples of earlier runs by law, which are tried first.
    """

    subject: Subject
    setting: Setting
    laws: tuple[str, ...]
    offered: tuple[str, ...]
    effort: Effort
    seed: int
    fail_fast: bool = False
    saved: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

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
    stopped : bool
        Whether the end came early at a failure, as was asked for.
    refusal : str
        What the first call that was declined says.
    """

    versions: dict[str, str]
    reach: dict[str, int]
    interrupted: bool = False
    calls: int = 0
    answered: int = 0
    declined: int = 0
    stopped: bool = False
    refusal: str = ""


class Calling:
    """The caller that a subject needs, closed in the end; it says when a call is late."""

    def __init__(self, subject: Subject, notice: Callable[[str], None] = lambda text: None) -> None:
        named = isinstance(subject.target, str)
        self.caller: Caller = Worker(subject, notice) if named else InProcess(subject)

    def __enter__(self) -> Caller:
        return self.caller

    def __exit__(self, *exception: object) -> None:
        self.caller.close()


class Told:
    """Passes on what the target writes, each line once and not too many, and how many calls there were."""

    _MOST = 20

    def __init__(self, setting: Setting, tell: Tell) -> None:
        self._setting, self._tell = setting, tell
        self._seen: set[str] = set()
        self._calls, self._last = 0, 0.0

    def __call__(self, outcomes: Sequence[Outcome]) -> None:
        """Note some outcomes."""
        self._calls += len(outcomes)
        for each in outcomes:
            for line in (each.printed + each.warned).splitlines():
                self._pass_on(line)
        if time.monotonic() - self._last > 0.1:
            self._last = time.monotonic()
            self._tell(Progress(self._setting.alpha, self._setting.dtype, self._calls))

    def _pass_on(self, line: str) -> None:
        if not line.strip() or line in self._seen or len(self._seen) > self._MOST:
            return
        self._seen.add(line)
        last = len(self._seen) > self._MOST
        self._tell(Notice("(further output is left out)" if last else line, target=True))


def check_elsewhere(piece: tuple[Task, str], tell: Tell) -> Settled:
    """Check one setting in another process, from the folder that targets are relative to, if it is there."""
    task, folder = piece
    before = Path.cwd()
    if Path(folder).is_dir():
        os.chdir(folder)
    try:
        # How many calls there were is of the moment, and would be kept with all else that is told.
        return check_setting(task, lambda event: None if isinstance(event, Progress) else tell(event))
    finally:
        os.chdir(before)


def check_setting(task: Task, tell: Tell) -> Settled:
    """Check one setting, and report the result of every law, even when interrupted."""
    contracts, laws = choose(task.laws, kind=task.subject.kind, offered=task.offered)
    with Calling(task.subject, lambda text: tell(Notice(text))) as caller:
        session = Session(task.kind, caller, task.setting, contracts, Told(task.setting, tell))
        run = _Run(task, session, contracts, tell)
        lacks = lacking(task.kind, task.setting)
        judged = [law for law in laws if law.about not in lacks]
        reason = run.search(judged)
        for law in laws:
            if law.about in lacks:
                run.settle(LawResult.skipped(law, f"not checked: {LACKING} {lacks[law.about]}"))
        if reason:
            for law in judged:
                if law.name not in run.results:
                    run.settle(LawResult.skipped(law, reason))
        else:
            for result in _reproduce(task, run.found, run.results):
                run.settle(result)
        for contract in contracts:
            run.settle(run.of_contract(contract, reason))
        interrupted = "interrupted" in reason
        return Settled(
            caller.versions,
            session.reach,
            interrupted,
            session.calls,
            session.answered,
            session.declined,
            stopped=reason == STOPPED,
            refusal=session.refusal,
        )


def lacking(kind: Kind, setting: Setting) -> dict[str, str]:
    """Name what the implementation lacks, as declared, in words; layouts too, where it wants its arrays contiguous."""
    names = setting.without + ("layouts",) * setting.domain.contiguous
    names += ("empty",) * (setting.conventions.empty_rows == "any")
    packed = {"lengths": "padding, since its sequences are packed"} if setting.conventions.packed else {}
    return {name: kind.lacks[name] for name in names} | packed


class _Run:
    """The laws of one setting, one after the other."""

    def __init__(self, task: Task, session: Session, contracts: Sequence[Contract], tell: Tell) -> None:
        self.task, self.session, self.contracts, self.tell = task, session, contracts, tell
        self.results: dict[str, LawResult] = {}
        self.found: dict[str, tuple[Law | Contract, Any]] = {}
        self._explained: dict[str, tuple[Counterexample, ...]] = {}

    def settle(self, result: LawResult) -> None:
        """Report the result of a law."""
        self.results[result.law] = result
        self.tell(Judged(self.task.setting.alpha, self.task.setting.dtype, result))

    def search(self, laws: Sequence[Law]) -> str:
        """Look for what breaks each law; return why the rest of them was not checked, if it was not."""
        task, session = self.task, self.session
        tally, begun = Tally(), time.monotonic()
        try:
            for done, law in enumerate(laws):
                place, total = done + 1, len(laws)
                self.tell(Judging(task.setting.alpha, task.setting.dtype, law.name, place, total))
                session.during, tally, begun = law.name, Tally(), time.monotonic()
                effort = task.effort.share(session.clock(), len(laws) - done)
                search(law, session, effort, task.seed, tally, self.found, self._saved(law))
                self._settle(law, tally, time.monotonic() - begun)
                self._note_contracts()
                if task.fail_fast and self._failed():
                    return STOPPED if place < total else ""
        except (GiveUp, KeyboardInterrupt) as stop:
            interrupted = isinstance(stop, KeyboardInterrupt)
            tally.settle()
            # What broke the law is told, without further calls; one that was only interrupted is not said to pass.
            told = tally.finding is not None or (tally.examples and not interrupted)
            if told and session.during not in self.results:
                law = next(each for each in laws if each.name == session.during)
                self._settle(law, tally, time.monotonic() - begun, patient=False)
            return f"not checked: {'interrupted' if interrupted else stop}"
        return ""

    def of_contract(self, contract: Contract, stopped: str = "") -> LawResult:
        """Return the result of a contract; where no call shows one, say why the search was stopped, if it was."""
        examples, breaches = self.session.inspected[contract.name], self.session.breaches[contract.name]
        if not breaches:
            if not examples:
                return LawResult.skipped(contract, stopped or "not checked: no call was made, or none gave an answer")
            return _outcome(contract, "pass", examples=examples)
        if contract.name not in self._explained:
            explained = [
                _explain(contract, each, self.session, self.task, patient=not stopped) for each in breaches[:3]
            ]
            unique = {(each.message, each.logits, str(each.parameters)): each for each in explained}
            self._explained[contract.name] = tuple(unique.values())
        counterexamples = self._explained[contract.name]
        share = f" ({self.session.breached[contract.name]} of {examples} calls)"
        message = counterexamples[0].message + share
        return _outcome(contract, "fail", examples=examples, message=message, counterexamples=counterexamples)

    def _settle(self, law: Law, tally: Tally, seconds: float, *, patient: bool = True) -> None:
        """Report the result of a law, and of the one that explains it."""
        if tally.finding is not None and tally.case is not None:
            self.found[law.name] = (law, tally.case)
        self.settle(replace(_result(law, tally, self.task, self.session, patient), seconds=round(seconds, 3)))
        if tally.cause:
            head = self.results[tally.cause]
            # What falls to a law that itself falls to another falls to that one.
            head = self.results[head.cause] if head.cause else head
            self.results[law.name] = replace(self.results[law.name], cause=head.law)
            self.settle(self.results[law.name])
            self.settle(replace(head, also=(*head.also, law.name)))

    def _note_contracts(self) -> None:
        """Tell of a broken contract as soon as it is seen; how many calls break it is known in the end."""
        for contract in self.contracts:
            if self.session.breaches[contract.name] and contract.name not in self._explained:
                self.settle(self.of_contract(contract))

    def _failed(self) -> bool:
        return any(each.status == "fail" and each.severity == "error" for each in self.results.values())

    def _saved(self, law: Law) -> Any:
        """Read the case that broke a law in an earlier run, if there is one that can be read."""
        words = self.task.saved.get(law.name)
        if words is None:
            return None
        try:
            return case_of(words, law, self.task.kind, self.task.setting)
        except ValueError:
            return None


def judge(law: Law | Contract, session: Session, case: Any) -> Finding:
    """Check a case of any law; a contract is broken when a call breaks it, whether alpha is a number or a tensor."""
    if isinstance(law, Law):
        try:
            return session.judge(law, case)
        except Unanswered:
            return UNJUDGED
    judged = False
    plain = session.request(case)
    # The second call, because the first one may draw random numbers.
    for request in (plain, replace(plain, alpha_gradient=session.setting.alpha_gradient)):
        (outcome,) = session.caller([request])
        if not law.applies(request, outcome):
            continue
        judged = True
        if message := law.inspect(request, outcome):
            return Finding(True, message, math.inf)
    return Finding(False) if judged else UNJUDGED


def _outcome(law: Law | Contract, status: Any, **rest: Any) -> LawResult:
    return LawResult(law.name, law.statement, law.theorem, law.severity, status, **rest)


def _result(law: Law, tally: Tally, task: Task, session: Session, patient: bool) -> LawResult:
    """Return the result of a law; a failure with a cause of its own is examined, if more calls may be made."""
    if tally.finding is None or tally.case is None:
        return _kept(law, tally)
    asks = patient and not tally.cause
    diagnosis = diagnose(law, session, tally.case, tally.finding) if asks else ()
    calls = _calls(law, session, tally.case) if asks else ()
    example = describe(law, task.kind, tally.case, tally.finding, task.setting, task.subject, diagnosis, calls)
    message = tally.finding.message + (_hint(law, task, tally, session.caller) if asks else "")
    if tally.absurd:
        size = task.kind.magnitude(tally.case)
        rest = f"nothing failed with numbers up to {ORDINARY:.0f}"
        if tally.causes:
            rest = f"with numbers up to {ORDINARY:.0f} it failed only where {' or '.join(tally.causes)} failed too"
        message += f". Seen only with numbers as large as {size:.2g}; {rest}"
    elif tally.beyond is not None:
        case, worse = tally.beyond
        message += f". Worse with numbers as large as {task.kind.magnitude(case):.2g}: {worse.message}"
    return _outcome(
        law,
        "fail",
        examples=tally.examples,
        worst_ulp=tally.ulp,
        worst_ratio=tally.ratio,
        message=message,
        counterexamples=(replace(example, message=message),),
        cause=tally.cause,
        declined=tally.declined,
    )


def _calls(law: Law, session: Session, case: Any) -> tuple[Any, ...]:
    """Return the calls whose answers a law compares, if they are few, small and nothing but calls."""
    if not law.compares:
        return ()
    with session.recording() as made:
        quietly(law, session, case)
    bare = Request(case, session.setting.dtype, session.setting.alpha)
    plain = (vars(replace(each, case=case)) == vars(bare) for each in made)
    small = sum(x.size for each in made for x in each.case.tensors.values()) <= 200
    return tuple(each.case for each in made) if 2 <= len(made) <= 4 and small and all(plain) else ()


def _kept(law: Law, tally: Tally) -> LawResult:
    """Say of a law that nothing breaks how much that means: it passes, or does in part, or was not checked at all."""
    if not tally.examples:
        why = "no call gave an answer to check, see the laws 'returns' and 'shape'"
        if tally.declined:
            why = f"the target declined all of {_cases(tally.declined)} (NotImplementedError)"
        elif tally.outside:
            why = f"all of {_cases(tally.outside)} lie outside the domain to be checked"
        elif tally.late:
            why = NO_TIME
        if tally.unclaimed:
            why = f"the allowed error has no bound in {_cases(tally.unclaimed)}"
        return replace(LawResult.skipped(law, f"not checked: {why}"), declined=tally.declined)
    remarks = []
    if tally.partial:
        remarks += [NOT_ALL_FIXED + (", for lack of time" if tally.late else "")]
    elif tally.late:
        remarks += [OUT_OF_TIME]
    if tally.unanswered:
        why = "the target gave no answer of the right shape, or the case was too slow"
        remarks += [f"{_cases(tally.unanswered)} skipped: {why}"]
    if tally.outside:
        remarks += [f"{_cases(tally.outside)} lie outside the domain to be checked"]
    return _outcome(
        law,
        "partial" if tally.partial else "pass",
        examples=tally.examples,
        worst_ulp=tally.ulp,
        worst_ratio=tally.ratio,
        message="; ".join(remarks),
        unclaimed=tally.unclaimed,
        declined=tally.declined,
        untried=tally.untried,
    )


def _cases(count: int) -> str:
    return f"{count} case{'s' * (count != 1)}"


def _hint(law: Law, task: Task, tally: Tally, caller: Caller) -> str:
    """Whether a 16-bit target would pass if checked as arithmetic in its own format."""
    setting = task.setting
    if as_format(setting.dtype).precision_bits >= 24 or setting.compute_dtype is not None or tally.case is None:
        return ""
    own = replace(setting, compute_dtype=setting.dtype)
    session = Session(task.kind, caller, own, ())
    found = judge(law, session, tally.case)
    if found.broken or not found.judged:
        return ""
    effort = task.effort
    found_too = search(
        law, session, replace(effort, shrinking=0, seconds=min(effort.seconds, effort.total / 20)), task.seed
    )
    if found_too.finding is not None or found_too.late:
        return ""
    return (
        f". Checked as arithmetic in {setting.dtype} it passes: compute in float32 inside and round once at the "
        f"end, or promise less with --compute-dtype {setting.dtype}"
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
            seconds=task.effort.beyond,
        )
    return describe(contract, task.kind, case, finding, task.setting, task.subject)


def _reproduce(
    task: Task, found: dict[str, tuple[Law | Contract, Any]], results: dict[str, LawResult]
) -> list[LawResult]:
    """Check what broke once more in a fresh process; give what then passes: it depends on earlier calls."""
    changed: list[LawResult] = []
    if not found or not isinstance(task.subject.target, str):
        return changed
    with Calling(task.subject) as caller:
        session = Session(task.kind, caller, task.setting, choose(kind=task.subject.kind)[0])
        for name, (law, case) in found.items():
            try:
                again = judge(law, session, case)
            except GiveUp:
                break
            if again.judged and not again.broken and not results[name].cause:
                result = results[name]
                note = " (It passes in a fresh process: the target keeps state or is nondeterministic.)"
                counterexamples = tuple(
                    replace(each, message=each.message + note, reproduced=False) for each in result.counterexamples
                )
                changed.append(
                    replace(result, message=result.message + note, counterexamples=counterexamples),
                )
    return changed
