"""What a law is, what it judges, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

import numpy as np
from hypothesis.strategies import SearchStrategy

from ..calls import Call, Float64, Outcome, Request
from ..oracle import Oracle, distance

__all__ = [
    "Broken",
    "Case",
    "Contract",
    "Finding",
    "Law",
    "Session",
    "Setting",
    "Severity",
    "compare",
    "differ",
    "judge_against",
    "place",
    "worst_of",
]

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Setting:
    """What is checked: one alpha in one format.

    Parameters
    ----------
    alpha : float
    dtype : str
    compute_dtype : str, optional
        Format of the arithmetic that the implementation promises.
    layouts : tuple of str
        Memory layouts that the array library has.
    max_n : int
        Longest row that strategies draw.
    long_rows : tuple of int
        Lengths of the rows that are tried in any case.
    alpha_gradient : bool
        Whether gradients in alpha are asked for.
    few_shapes : bool
        Draw arrays of a few shapes only, for libraries that compile for every new one.
    others : tuple of float
        Other alphas that were asked for.
    against : str
        The normaliser that it should be, for the kind of that name.
    choices : tuple of tuple of (str, object)
        Sets of its parameters that cases take.
    without : tuple of str
        What an implementation of attention is said to lack: keys of `attention.narrowing.LACKS`.
    """

    alpha: float
    dtype: str
    compute_dtype: str | None = None
    layouts: tuple[str, ...] = ("contiguous",)
    max_n: int = 129
    long_rows: tuple[int, ...] = (1025, 1537, 2049, 4100)
    alpha_gradient: bool = False
    few_shapes: bool = False
    others: tuple[float, ...] = ()
    against: str = ""
    choices: tuple[tuple[tuple[str, Any], ...], ...] = ((),)
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """An input of a law: logits, how they lie in memory, and the law's own parameters.

    Parameters
    ----------
    logits : ndarray of float64, shape (..., n)
        Numbers of the format under test.
    layout : str
        A key of `LAYOUTS`.
    variant : int
        Seeds or picks the law's transformation (a permutation, a mask, ...).
    shift : float
        For the laws that move the logits.
    cotangent : ndarray of float64, shape (..., n), optional
        For the laws of the gradient.
    cotangent_layout : str
        A key of `LAYOUTS`.
    """

    logits: Float64
    layout: str = "contiguous"
    variant: int = 0
    shift: float = 0.0
    cotangent: Float64 | None = None
    cotangent_layout: str = "contiguous"


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
    """

    broken: bool = False
    message: str = ""
    ratio: float = 0.0
    ulp: float = 0.0
    details: dict[str, Any] = field(default_factory=dict)


class Broken(Exception):
    """A case that breaks a law."""


class Session(Protocol):
    """What a law may use: the implementation and the oracle of one setting."""

    setting: Setting
    unit: str

    @property
    def oracle(self) -> Oracle:
        """Certified answers."""

    def ask(self, *calls: Call) -> list[Outcome]:
        """Outcomes of well-formed answers, in order; raises `Unanswered` when one is not."""

    def call(self, logits: Float64, layout: str = "contiguous") -> Call:
        """Make a call in this setting."""

    def values(self, *logits: Float64) -> list[Float64]:
        """Answers for some arrays of logits, contiguous, in order."""


@dataclass(frozen=True)
class Law:
    """A property that every correct implementation has.

    Parameters
    ----------
    name : str
        One or two words, unique.
    statement : str
        One sentence.
    theorem : str
        What the law rests on.
    judge : callable
        ``judge(session, case) -> Finding``.
    cases : callable
        ``cases(setting)``: the strategy that draws cases.
    cornerstones : callable
        ``cornerstones(setting)``: cases that are tried in any event.
    severity : str
        Only an ``"error"`` decides the verdict.
    kind : str
        What it applies to.
    weight : float
        Share of the examples, relative to other laws.
    about : str
        A feature of attention without which the law says nothing: a key of `attention.narrowing.LACKS`.
    needs : str
        ``""``, ``"gradient"``, ``"alpha gradient"``, or a property of normalisers: what must be asked for, or true,
        before the law applies.
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


@dataclass(frozen=True)
class Contract:
    """A law that every single call is held to, whichever law made the call.

    Parameters
    ----------
    name, statement, theorem, severity, kind
        As for `Law`.
    inspect : callable
        ``inspect(call, outcome)``: what is wrong, or ``""``.
    """

    name: str
    statement: str
    theorem: str
    inspect: Callable[[Request, Outcome], str]
    severity: Severity = "error"
    kind: str = "mapping"
    needs: str = ""


def compare(session: Session, case: Case, values: Float64, logits: Float64 | None = None) -> Finding:
    """Judge answers against the enclosure of their logits.

    Parameters
    ----------
    session : Session
    case : Case
    values : ndarray of float64, shape (..., n)
        The answers.
    logits : ndarray of float64, shape (..., n), optional
        What they answer; the logits of the case by default.
    """
    logits = case.logits if logits is None else logits
    if not values.size:
        return Finding()
    expected = session.oracle(logits)
    return judge_against(session, values, expected.lower, expected.upper, expected.budget, "a probability")


def each_pass(outcome: Outcome, judge: Callable[[tuple[Float64, ...]], Finding]) -> Finding:
    """Judge the gradients of a call, and those of a second backward pass if they are others."""
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


def judge_against(
    session: Session, values: Float64, lower: Float64, upper: Float64, budget: Float64, what: str, unit: str = ""
) -> Finding:
    """Judge numbers against an enclosure and the error that rounding explains.

    Parameters
    ----------
    session : Session
    values, lower, upper, budget : ndarray of float64, shape (..., n)
        An infinite budget claims nothing; a budget of 0 allows no error.
    what : str
        What the numbers are, for the message.
    unit : str
        What the last axis counts; that of the session's answers by default.
    """
    miss = distance(values, lower, upper)
    ratio = _ratio(miss, budget)
    ulps = miss / session.oracle.format.ulp(_larger(np.maximum(np.abs(lower), np.abs(upper)), values))
    at = _worst(ratio, miss)
    # Ulps say something where the budget leaves at least one correct bit, not where a token is all but zero.
    telling = budget <= np.maximum(np.abs(lower), np.abs(upper)) / 2
    finding = Finding(ratio=float(ratio[at]), ulp=float(np.where(telling, ulps, 0.0).max()))
    if finding.ratio <= 1:
        return finding
    low, high, got, allowed = (float(each[at]) for each in (lower, upper, values, budget))
    inside = f"the exact value is {low!r}" if low == high else f"the exact value is in [{low!r}, {high!r}]"
    size = f"{_times(float(ulps[at]))} ulp of {session.setting.dtype} away"
    if not np.isfinite(got):
        size = f"{what} is finite"
    elif allowed:
        size += f", {_times(finding.ratio)} times what rounding explains ({allowed:.3g})"
    elif high == 0:
        size += "; nothing but an exact zero is right here"
    else:
        size += "; rounding explains no error here"
    return Finding(
        True,
        f"{place(at, unit or session.unit)}: got {got!r}, {inside}: {size}",
        finding.ratio,
        float(ulps[at]),
        _details(at, got=values, lower=lower, upper=upper, budget=budget),
    )


def differ(
    session: Session, logits: Any, first: Float64, second: Float64, what: str, *, exactly: bool = False
) -> Finding:
    """Judge two answers that should be the same, each allowed its own error.

    By the triangle inequality, two answers within budget of one enclosure differ by at most twice the budget
    and the width of the enclosure. Where `first` is not finite nothing is judged: that is another law's matter.

    Parameters
    ----------
    session : Session
    logits : ndarray of float64, shape (..., n)
        What `first` answers, in the form that the oracle takes.
    first, second : ndarray of float64, shape (..., n)
    what : str
        What was done between them, for the message.
    exactly : bool
        They must be the same to the bit.
    """
    if not first.size:
        return Finding()
    with np.errstate(invalid="ignore"):
        apart = np.where(np.isfinite(first), np.abs(first - second), 0.0)
    apart = np.where(np.isnan(apart), np.inf, apart)
    allowed, telling = np.zeros_like(apart), np.ones(apart.shape, dtype=bool)
    if not exactly:
        expected = session.oracle(logits)
        allowed = 2 * expected.budget + (expected.upper - expected.lower)
        telling = expected.budget <= expected.upper / 2
    ratio = _ratio(apart, allowed)
    at = _worst(ratio, apart)
    ulps = apart / session.oracle.format.ulp(_larger(first, second))
    finding = Finding(ratio=float(ratio[at]), ulp=float(np.where(telling, ulps, 0.0).max()))
    if finding.ratio <= 1:
        return finding
    explained = (
        "they must agree to the bit"
        if exactly
        else f"{_times(finding.ratio)} times what rounding explains ({float(allowed[at]):.3g})"
    )
    message = (
        f"{place(at, session.unit)}: {float(first[at])!r} becomes {float(second[at])!r} {what}: "
        f"{_times(float(ulps[at]))} ulp of {session.setting.dtype} apart; {explained}"
    )
    return Finding(True, message, finding.ratio, float(ulps[at]), _details(at, got=second, before=first))


def worst_of(findings: Iterable[Finding]) -> Finding:
    """Pick what to report of several parts of one case: the first broken one, else the worst."""
    best = Finding()
    for each in findings:
        if each.broken:
            return each
        best = Finding(ratio=max(best.ratio, each.ratio), ulp=max(best.ulp, each.ulp))
    return best


def _ratio(error: Float64, allowed: Float64) -> Float64:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = error / allowed
    # An infinite budget claims nothing; nothing missing is right whatever the budget.
    return np.where((error == 0) | np.isinf(allowed), 0.0, ratio)


def _worst(ratio: Float64, error: Float64) -> tuple[int, ...]:
    """Where the ratio is largest, and of those where the error is."""
    score = np.where(ratio == ratio.max(), error, -1.0)
    return tuple(int(i) for i in np.unravel_index(int(score.argmax()), ratio.shape))


def place(at: tuple[int, ...], unit: str = "token") -> str:
    """Say in words which token of which row an index means."""
    return f"{unit} {at[-1]}" + (f" of row {list(at[:-1])}" if at[:-1] else "")


def _times(x: float) -> str:
    return f"{x:.3g}" if x < 1e4 else f"{x:.1e}"


def _details(at: tuple[int, ...], **arrays: Float64) -> dict[str, Any]:
    return {"index": list(at), **{name: array[at[:-1]] for name, array in arrays.items()}}


def _larger(first: Float64, second: Float64) -> Float64:
    """Where an ulp is measured: at the larger of two numbers, the other one where one is not finite."""
    a, b = (np.where(np.isfinite(each), np.abs(each), 0.0) for each in (first, second))
    return np.maximum(a, b)
