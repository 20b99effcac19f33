"""What a law is, how it is written down once for every kind that has the property, and what it finds."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
from hypothesis.strategies import SearchStrategy

from .ask import KINDS
from .calls import Float64, Outcome, Request
from .case import Case, Setting
from .expected import Expected, Oracle, distance

__all__ = [
    "UNJUDGED",
    "Broken",
    "Contract",
    "Declared",
    "Finding",
    "Law",
    "SessionLike",
    "Severity",
    "compare",
    "contract",
    "contracts_of",
    "differ",
    "each_pass",
    "expected_of",
    "in_training",
    "judge_against",
    "law",
    "laws_of",
    "located",
    "number",
    "times_allowed",
    "worst_of",
]

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """What a law found in one case.

    Parameters
    ----------
    broken : bool
    message : str
        For the maintainer of the implementation; empty unless broken.
    ratio, ulp : float
        Worst error, relative to what is allowed and in ulps of the format.
    details : dict
        The row that shows it: ``index``, ``got``, ``lower``, ``upper``, ``budget``.
    judged : bool
        Whether anything was claimed of the answer. A case of which nothing is claimed is not an example.
    """

    broken: bool = False
    message: str = ""
    ratio: float = 0.0
    ulp: float = 0.0
    details: dict[str, Any] = field(default_factory=dict)
    judged: bool = True


UNJUDGED = Finding(judged=False)
"""Nothing is claimed of an answer, or what is wrong with it is another law's matter."""


class Broken(Exception):
    """A case that breaks a law."""


class Bearer(Protocol):
    """What a declared law asks of a kind of implementation; see `kinds.kind.Kind`."""

    @property
    def name(self) -> str:
        """The word for it."""

    def cases(self, setting: Setting, *, gradient: bool = False) -> SearchStrategy[Any]:
        """Draw cases."""

    def cornerstones(self, setting: Setting, *, gradient: bool = False) -> list[Any]:
        """Cases that are always tried."""


class SessionLike(Protocol):
    """What a law may use of one setting: the implementation and the oracle; see `session.Session`."""

    kind: Any
    setting: Setting
    oracle: Any

    def ask(self, *requests: Request) -> list[Outcome]:
        """Outcomes of well-formed answers, in order; raises `Unanswered` when one is not."""

    def request(self, case: Case, **more: Any) -> Request:
        """Make a call in this setting."""

    def values(self, *cases: Case) -> list[Float64]:
        """Answers for some cases, in order."""


@dataclass(frozen=True)
class Law:
    """A property that every correct implementation of a kind has.

    Parameters
    ----------
    name : str
        One or two words, unique for the kind.
    statement : str
        One sentence.
    theorem : str
        What the law rests on.
    judge : callable
        ``judge(session, case) -> Finding``.
    cases : callable
        ``cases(setting)``: the strategy that draws cases.
    cornerstones : callable
        ``cornerstones(setting)``: cases that are always tried.
    severity : str
        Only an ``"error"`` decides the verdict.
    kind : str
        What it applies to.
    weight : float
        Share of the examples, relative to other laws.
    about : str
        A feature without which the law says nothing: a key of the kind's `lacks`.
    needs : str
        ``""``, ``"gradient"``, ``"alpha gradient"``, or a property of normalisers: what must be asked for, or true,
        before the law applies.
    compares : bool
        Whether it compares answers, so that a program which prints one of them shows a part only.
    carries : tuple of str
        Fields of the setting that a counterexample must name for the law to be judged again.
    anywhere : bool
        Whether it can be checked on any case of its kind: where it is broken on the same input, it explains the failure
        of another law.
    empties : bool
        Whether it also says something of inputs without a number.
    pair : callable, optional
        ``pair(case, setting)``: the case whose answer a program shows beside the one for its logits changed, and the
        change as an expression to come after the logits.
    """

    name: str
    statement: str
    theorem: str
    judge: Callable[[Any, Any], Finding]
    cases: Callable[[Setting], SearchStrategy[Any]]
    cornerstones: Callable[[Setting], Iterable[Any]] = lambda setting: ()
    severity: Severity = "error"
    kind: str = "mapping"
    weight: float = 1.0
    needs: str = ""
    about: str = ""
    compares: bool = False
    carries: tuple[str, ...] = ()
    anywhere: bool = False
    empties: bool = False
    pair: Callable[[Any, Setting], tuple[Case, str]] | None = None


@dataclass(frozen=True)
class Contract:
    """A law that every single call is held to, whichever law made the call.

    Parameters
    ----------
    name, statement, theorem, severity, kind, needs
        As for `Law`.
    inspect : callable
        ``inspect(request, outcome)``: what is wrong, or ``""``.
    applies : callable
        ``applies(request, outcome)``: whether it says anything of the call; by default, of any that was answered.
    """

    name: str
    statement: str
    theorem: str
    inspect: Callable[[Request, Outcome], str]
    severity: Severity = "error"
    kind: str = "mapping"
    needs: str = ""
    compares: bool = False
    carries: tuple[str, ...] = ()
    applies: Callable[[Request, Outcome], bool] = lambda request, outcome: outcome.status == "returned"


class Declared:
    """A law or contract as it is written down: once, with what differs between kinds beside it.

    Parameters
    ----------
    make : type
        `Law` or `Contract`.
    kinds : sequence of str, optional
        The kinds that have the property; every kind, also one to come, by default.
    given : dict
        Fields of the law, of whatever kind.
    """

    def __init__(self, make: type[Any], kinds: Sequence[str] | None, given: dict[str, Any]) -> None:
        self._make, self._kinds, self._given = make, kinds, given
        self._of: dict[str, dict[str, Any]] = {}
        self._by_kind: dict[str, Callable[[Any, Setting], Any]] = {}

    def of(self, kind: str, statement: str = "", **given: Any) -> Declared:
        """Say what is different for a kind: the statement in its own words, or other fields."""
        known = self._of.setdefault(kind, {})
        known |= given | ({"statement": statement} if statement else {})
        return self

    def draws(self, cases: Callable[[Setting], SearchStrategy[Any]], *kinds: str) -> Declared:
        """Say where cases come from, for some kinds or all; the kind's own by default."""
        return self._for(kinds, cases=cases)

    def cornerstones(self, cases: Callable[[Setting], Iterable[Any]], *kinds: str) -> Declared:
        """Say which cases are always tried, for some kinds or all."""
        return self._for(kinds, cornerstones=cases)

    def by_kind(self, **given: Callable[[Any, Setting], Any]) -> Declared:
        """Say where the ``cases`` or ``cornerstones`` of any kind come from: functions of the kind and the setting."""
        self._by_kind |= given
        return self

    def _for(self, kinds: Sequence[str], **given: Any) -> Declared:
        if not kinds:
            self._given |= given
        for kind in kinds:
            self.of(kind, **given)
        return self

    def has(self, kind: Bearer) -> bool:
        """Whether implementations of a kind have the property."""
        return self._kinds is None or kind.name in self._kinds

    def bound(self, kind: Bearer) -> Any:
        """Make the `Law` or `Contract` of a kind."""
        given = self._given | self._of.get(kind.name, {}) | {"kind": kind.name}
        if self._make is Law:
            gradient = "gradient" in given.get("needs", "")
            made = {name: partial(make, kind) for name, make in self._by_kind.items()}
            given = {"cases": partial(kind.cases, gradient=gradient)} | made | given
        return self._make(**given)


_Named = TypeVar("_Named", Law, Contract)
_DECLARED: list[Declared] = []


def law(
    name: str, *, cites: str, kinds: Sequence[str] | None = None, **fields: Any
) -> Callable[[Callable[[Any, Any], Finding]], Declared]:
    """Declare a law: its judge is the function, its statement the first paragraph of the docstring.

    Parameters
    ----------
    name : str
    cites : str
        The theorem that it rests on, or ``"definition"``.
    kinds : sequence of str, optional
        The kinds that have the property; every kind by default.
    **fields
        Others of `Law`.
    """
    if unknown := set(kinds or ()) - set(KINDS):
        raise ValueError(
            f"kinds: the law {name!r} names the unknown kind {min(unknown)!r}; known are {', '.join(KINDS)}"
        )

    def declare(judge: Callable[[Any, Any], Finding]) -> Declared:
        given = {"name": name, "statement": _sentence(judge), "theorem": cites, "judge": judge, **fields}
        _DECLARED.append(Declared(Law, kinds, given))
        return _DECLARED[-1]

    return declare


def contract(
    name: str, *, kinds: Sequence[str] | None = None, **fields: Any
) -> Callable[[Callable[[Request, Outcome], str]], Declared]:
    """Declare a contract, of every kind by default: what is inspected is the function, its statement the docstring."""

    def declare(inspected: Callable[[Request, Outcome], str]) -> Declared:
        given = {
            "name": name,
            "statement": _sentence(inspected),
            "theorem": "definition",
            "inspect": inspected,
            **fields,
        }
        _DECLARED.append(Declared(Contract, kinds, given))
        return _DECLARED[-1]

    return declare


def _sentence(function: Callable[..., Any]) -> str:
    return " ".join((inspect.getdoc(function) or "").partition("\n\n")[0].split())


def laws_of(kind: Bearer) -> dict[str, Law]:
    """Give the laws of a kind by name, in the order in which they are declared."""
    return _by_name(each for each in _bound(kind) if isinstance(each, Law))


def contracts_of(kind: Bearer) -> dict[str, Contract]:
    """Give the contracts of a kind by name."""
    return _by_name(each for each in _bound(kind) if isinstance(each, Contract))


def _by_name(declared: Iterable[_Named]) -> dict[str, _Named]:
    """Key laws by their names, of which each may be used once."""
    found: dict[str, _Named] = {}
    for each in declared:
        if each.name in found:
            raise ValueError(f"law: {each.name!r} is declared twice for the kind {each.kind!r}; rename one of them")
        found[each.name] = each
    return found


def _bound(kind: Bearer) -> list[Law | Contract]:
    return [each.bound(kind) for each in _DECLARED if each.has(kind)]


def compare(session: SessionLike, case: Case, values: Float64) -> Finding:
    """Check answers to a case against certified bounds; what seems wrong, against the tightest ones."""
    finding = judge_against(session, values, session.oracle.matching(case, values), session.kind.answer)
    sharper = session.oracle.sharper(case) if finding.broken else None
    return finding if sharper is None else judge_against(session, values, sharper, session.kind.answer)


def each_pass(outcome: Outcome, judge: Callable[[tuple[Float64, ...]], Finding]) -> Finding:
    """Check the gradients of a call, and those of a second backward pass if they are others."""
    first = judge(outcome.gradients)
    if first.broken or not outcome.gradients_again:
        return first
    again = judge(outcome.gradients_again)
    if not again.broken:
        return first
    return replace(again, message=f"in a second backward pass through the same graph, {again.message}")


def in_training(finding: Finding) -> Finding:
    """Say of a finding about an answer that it came where a gradient was asked for."""
    return replace(finding, message=f"where its gradient is wanted, {finding.message}") if finding.broken else finding


def judge_against(session: SessionLike, values: Float64, expected: Expected, what: str, unit: str = "") -> Finding:
    """Check numbers against an enclosure and the allowed rounding error.

    NaN is wrong whatever the budget. Where the budget is not finite nothing else is claimed.

    Parameters
    ----------
    session : SessionLike
    values : ndarray of float64
    expected : Expected
        Of the same shape.
    what : str
        What the numbers are, for the message.
    unit : str
        What the last axis counts; that of the kind's answers by default.
    """
    if not values.size:
        return Finding()
    oracle: Oracle = session.oracle
    lower, upper, budget, size = expected.lower, expected.upper, expected.budget, expected.size
    lost = np.isnan(values)
    if not (np.isfinite(budget) | lost).any():
        return UNJUDGED
    miss = distance(values, lower, upper)
    ratio = np.where(lost, np.inf, _ratio(miss, budget))
    ulps = miss / oracle.format.ulp(_larger(size, values))
    at = _worst(ratio, miss)
    # Ulps say something where the budget leaves at least one correct bit, not where a token is all but zero.
    finding = Finding(ratio=float(ratio[at]), ulp=float(np.where(budget <= size / 2, ulps, 0.0).max()))
    if finding.ratio <= 1:
        return finding
    low, high, got, allowed = (float(each[at]) for each in (lower, upper, values, budget))
    if np.isfinite(got):
        away = f", {times_allowed(finding.ratio, allowed)}"
        if allowed:
            away += f", {_times(float(ulps[at]))} ulp of {session.setting.dtype}"
    else:
        away = f"; {what} is finite"
    return Finding(
        True,
        f"{located(at, unit or session.kind.unit)}: got {number(got)}, expected {expected_of(low, high)}{away}",
        finding.ratio,
        float(ulps[at]),
        _details(at, got=values, lower=lower, upper=upper, budget=budget),
    )


def differ(session: SessionLike, expected: Expected | None, first: Float64, second: Float64, what: str) -> Finding:
    """Compare two answers that should be the same, each allowed its own error.

    By the triangle inequality, two answers within budget of one enclosure differ by at most twice the budget
    and the width of the enclosure. Where `first` is not finite nothing is checked: that is another law's matter. Where
    it is, NaN in `second` is wrong whatever the budget.

    Parameters
    ----------
    session : SessionLike
    expected : Expected, optional
        What `first` should be; without, the two must be the same to the bit.
    first, second : ndarray of float64
    what : str
        What was done between them, for the message.
    """
    if not first.size:
        return Finding()
    sound = np.isfinite(first)
    lost = sound & np.isnan(second)
    with np.errstate(invalid="ignore"):
        apart = np.where(sound, np.abs(first - second), 0.0)
    apart = np.where(lost, np.inf, apart)
    allowed, telling = np.zeros_like(apart), np.ones(apart.shape, dtype=bool)
    if expected is not None:
        allowed = 2 * expected.budget + (expected.upper - expected.lower)
        telling = expected.budget <= expected.upper / 2
    if not ((sound & np.isfinite(allowed)) | lost).any():
        return UNJUDGED
    ratio = np.where(lost, np.inf, _ratio(apart, allowed))
    at = _worst(ratio, apart)
    oracle: Oracle = session.oracle
    ulps = apart / oracle.format.ulp(_larger(first, second))
    finding = Finding(ratio=float(ratio[at]), ulp=float(np.where(telling, ulps, 0.0).max()))
    if finding.ratio <= 1:
        return finding
    if not np.isfinite(second[at]):
        apart_by = "it must stay finite"
    elif expected is None:
        apart_by = f"{_times(float(ulps[at]))} ulp of {session.setting.dtype}, where every bit must stay"
    else:
        explained = times_allowed(finding.ratio, float(allowed[at]))
        apart_by = f"{explained}, {_times(float(ulps[at]))} ulp of {session.setting.dtype}"
    change = f"from {number(float(first[at]))} to {number(float(second[at]))}"
    message = f"{located(at, session.kind.unit)} changes {change} {what}: {apart_by}"
    return Finding(True, message, finding.ratio, float(ulps[at]), _details(at, got=second, before=first))


def worst_of(findings: Iterable[Finding]) -> Finding:
    """Pick what to report of several parts of one case: the first broken one, else the worst."""
    best = UNJUDGED
    for each in findings:
        if each.broken:
            return each
        best = Finding(
            ratio=max(best.ratio, each.ratio), ulp=max(best.ulp, each.ulp), judged=best.judged or each.judged
        )
    return best


def _ratio(error: Float64, allowed: Float64) -> Float64:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = error / allowed
    # A budget that is not finite claims nothing; nothing missing is right whatever the budget.
    return np.where((error == 0) | ~np.isfinite(allowed), 0.0, ratio)


def _worst(ratio: Float64, error: Float64) -> tuple[int, ...]:
    """Where the ratio is largest, and of those where the error is."""
    score = np.where(ratio == ratio.max(), error, -1.0)
    return tuple(int(i) for i in np.unravel_index(int(score.argmax()), ratio.shape))


def located(at: tuple[int, ...], unit: str = "token") -> str:
    """Say in words which token of which row an index means; the answer may be one number."""
    if not at:
        return f"the {unit}"
    return f"{unit} {at[-1]}" + (f" of row {list(at[:-1])}" if at[:-1] else "")


def number(x: float) -> str:
    """Write a number that an implementation returned."""
    return "NaN" if math.isnan(x) else repr(x)


def expected_of(low: float, high: float) -> str:
    """Write an enclosure: as one number, where its ends are the same or next to each other."""
    if np.nextafter(low, high) >= high:
        return repr(low)
    return f"a number in [{low!r}, {high!r}]"


def times_allowed(ratio: float, allowed: float) -> str:
    """Say how far an error is beyond what is allowed."""
    if not allowed:
        return "where no rounding error is allowed"
    return f"{_times(ratio)}x the allowed rounding error ({allowed:.3g})"


def _times(x: float) -> str:
    return f"{x:.3g}" if x < 1e4 else f"{x:.1e}"


def _details(at: tuple[int, ...], **arrays: Float64) -> dict[str, Any]:
    return {"index": list(at), **{name: array[at[:-1]] for name, array in arrays.items()}}


def _larger(first: Float64, second: Float64) -> Float64:
    """Where an ulp is measured: at the larger of two numbers, the other one where one is not finite."""
    a, b = (np.where(np.isfinite(each), np.abs(each), 0.0) for each in (first, second))
    return np.maximum(a, b)
