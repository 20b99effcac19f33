"""Simpler explanations of a failure: tried on the implementation, and told where they hold of all that was tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from entmax_oracle.reference.formats import as_arithmetic, as_format
from entmax_oracle.reference.values.mapping import entmax

from .calls import Float64
from .expected import Oracle
from .law import Contract, Finding, Law, judge_against
from .search import ORDINARY, quietly
from .session import GiveUp, Session, Unanswered

__all__ = ["DIAGNOSES", "Inquiry", "diagnose"]

_INPUTS = 8  # ordinary inputs that an explanation must hold of
_SMALL = 400  # numbers of each
_TOLD = 2
_LONG = 9  # from this size of the smallest counterexample on, its size may be the reason

Diagnosis = Callable[["Inquiry"], str]
DIAGNOSES: dict[str, Diagnosis] = {}
"""Every explanation that is tried, by its name."""


def _diagnosis(function: Diagnosis) -> Diagnosis:
    DIAGNOSES[function.__name__.strip("_")] = function
    return function


@dataclass(frozen=True)
class Inquiry:
    """What an explanation may use.

    Parameters
    ----------
    law : Law
    session : Session
    case : Case
        The counterexample, made small.
    finding : Finding
        What it showed.
    """

    law: Law
    session: Session
    case: Any
    finding: Finding

    @property
    def of_answers(self) -> bool:
        """Whether the law compares an answer with the exact one."""
        return not self.law.needs and self.law.name in ("values", "support", "simplex", "block edges", "live keys")

    @property
    def of_gradients(self) -> bool:
        """Whether the law compares a gradient with the exact one."""
        return self.law.needs == "gradient" and self.law.name in ("gradient", "gradient sum", "gradient support")

    @cached_property
    def ordinary(self) -> list[tuple[Any, Float64]]:
        """Some ordinary inputs with the answers to them."""
        kind, setting = self.session.kind, self.session.setting
        cases = [
            kind.fit(each, setting)
            for each in kind.cornerstones(setting)
            if 3 <= each.elements <= _SMALL and kind.magnitude(each) <= 100
        ]
        found = []
        for case in cases[:: max(len(cases) // _INPUTS, 1)][:_INPUTS]:
            try:
                (answer,) = self.session.values(case)
            except Unanswered:
                continue
            found.append((case, answer))
        return found

    def agree(self, oracle: Oracle, change: Callable[[Float64], Float64] = lambda answer: answer) -> bool:
        """Whether all ordinary answers, changed in some way, are right by another oracle, though not by their own."""
        if len(self.ordinary) < 3:
            return False
        right = (self._right(oracle, case, change(answer)) for case, answer in self.ordinary)
        return all(right) and any(self._wrong(self.session.oracle, *each) for each in self.ordinary)

    @property
    def mostly_wrong(self) -> bool:
        """Whether at least half of the ordinary answers are wrong."""
        return 2 * sum(self._wrong(self.session.oracle, *each) for each in self.ordinary) >= len(self.ordinary)

    def _wrong(self, oracle: Oracle, case: Any, answer: Float64) -> bool:
        return judge_against(self.session, answer, oracle.matching(case, answer), "").broken

    def _right(self, oracle: Oracle, case: Any, answer: Float64) -> bool:
        found = judge_against(self.session, answer, oracle.matching(case, answer), "")
        return found.judged and not found.broken

    def breaks(self, case: Any) -> bool | None:
        """Whether another case breaks the law; None where it cannot be told."""
        if case is None or not self.session.kind.takes(case, self.session.setting):
            return None
        found = quietly(self.law, self.session, case)
        return found.broken if found.judged else None


def diagnose(law: Law | Contract, session: Session, case: Any, finding: Finding) -> tuple[str, ...]:
    """Explain a failure, as far as one of the explanations fits.

    Parameters
    ----------
    law : Law or Contract
    session : Session
        Of the implementation, which is called again.
    case, finding
        The counterexample, made small, and what it showed.

    Returns
    -------
    tuple of str
        Sentences without a full stop, each true of what was tried.
    """
    if not isinstance(law, Law):
        return ()
    inquiry = Inquiry(law, session, case, finding)
    told = []
    for each in DIAGNOSES.values():
        try:
            said = each(inquiry)
        except (Unanswered, GiveUp):
            continue
        if said:
            told.append(said)
        if len(told) == _TOLD:
            break
    return tuple(told)


@_diagnosis
def another_alpha(inquiry: Inquiry) -> str:
    """Whether the answers are those of another alpha."""
    setting = inquiry.session.setting
    if not inquiry.of_answers or setting.against:
        return ""
    for alpha in dict.fromkeys((1.0, 1.5, 2.0, *setting.others)):
        if alpha == setting.alpha:
            continue
        oracle = inquiry.session.kind.oracle(replace(setting, alpha=alpha, others=()))
        if inquiry.agree(oracle):
            name = {1.0: " (softmax)", 2.0: " (sparsemax)"}.get(alpha, "")
            return f"agrees with alpha = {alpha:g}{name} on all {len(inquiry.ordinary)} inputs tried"
    return ""


@_diagnosis
def ignored_option(inquiry: Inquiry) -> str:
    """Whether the answer is that without one of the arguments that are passed."""
    if inquiry.law.needs or inquiry.law.compares:
        return ""
    session, case = inquiry.session, inquiry.case
    for name in getattr(case, "given", {}):
        without = case.altered(**{name: False if name == "is_causal" else None})
        (answer,) = session.values(case)
        if not judge_against(session, answer, session.oracle.matching(without, answer), "").broken:
            return f"on this input the answer is the one without {name}"
    return ""


@_diagnosis
def only_long(inquiry: Inquiry) -> str:
    """Whether it takes a number of tokens, or of keys, that the row reaches."""
    return _from_size_on(inquiry, "tokens", "lengthened")


@_diagnosis
def only_many(inquiry: Inquiry) -> str:
    """Whether it takes a number of rows."""
    return _from_size_on(inquiry, "rows", "multiplied")


def _from_size_on(inquiry: Inquiry, what: str, change: str) -> str:
    """Try the same input in other sizes: every smaller one must pass, every larger one fail."""
    case, session = inquiry.case, inquiry.session
    size, resized = getattr(case, change)
    if size < _LONG or session.kind.magnitude(case) > ORDINARY:
        return ""
    unit = "keys" if session.kind.name == "attention" else getattr(case, "axis", what) if what == "tokens" else what
    smaller = sorted({max(size // 4, 1), size // 2, size - 1})
    larger = [size, 2 * size, 4 * size]
    if any(inquiry.breaks(resized(count)) is not False for count in smaller):
        return ""
    if not all(inquiry.breaks(resized(count)) for count in larger):
        return ""
    passing, failing = (
        f"{', '.join(f'{each:,}' for each in counts[:-1])} and {counts[-1]:,}" for counts in (smaller, larger)
    )
    return (
        f"fails above {size - 1:,} {unit}: cut to {passing} this input passes; at {failing}, by repeating it, it fails"
    )


@_diagnosis
def only_masked(inquiry: Inquiry) -> str:
    """Whether it takes masked tokens."""
    case = inquiry.case
    logits = getattr(case, "logits", None)
    if logits is None or not np.isneginf(logits).any() or not inquiry.law.anywhere:
        return ""
    fewer = case.tokens_kept(np.isfinite(logits).reshape(-1, logits.shape[-1]).all(axis=0))
    return "passes once the masked tokens are removed" if inquiry.breaks(fewer) is False else ""


@_diagnosis
def not_normalised(inquiry: Inquiry) -> str:
    """Whether only the division of each row by its sum is missing."""
    if not inquiry.of_answers or inquiry.session.kind.name not in ("mapping", "normaliser"):
        return ""

    def divided(answer: Float64) -> Float64:
        with np.errstate(all="ignore"):
            return np.asarray(answer / answer.sum(axis=-1, keepdims=True))

    if inquiry.agree(inquiry.session.oracle, divided):
        count = len(inquiry.ordinary)
        return f"right on all {count} inputs tried once each row is divided by its sum: rows do not sum to 1"
    return ""


@_diagnosis
def narrow_arithmetic(inquiry: Inquiry) -> str:
    """Whether the errors are those of arithmetic in a shorter format; bfloat16 would explain nearly anything."""
    setting = inquiry.session.setting
    own = as_arithmetic(setting.compute_dtype or setting.dtype)
    if not inquiry.of_answers or own.precision_bits < 24:
        return ""
    for name in ("float32", "float16"):
        if as_format(name).precision_bits < own.precision_bits:
            oracle = inquiry.session.kind.oracle(replace(setting, compute_dtype=name))
            if inquiry.mostly_wrong and inquiry.agree(oracle):
                count = len(inquiry.ordinary)
                return f"the errors are of the size that arithmetic in {name} makes, on all {count} inputs tried"
    return ""


@_diagnosis
def another_gradient(inquiry: Inquiry) -> str:
    """Whether the gradients are those of a well-known slip, to three digits."""
    session = inquiry.session
    if not inquiry.of_gradients or session.kind.name != "mapping":
        return ""
    pairs = _gradients(inquiry)
    if len(pairs) < 3:
        return ""
    for words, slip in _SLIPS.items():
        if all(_close(got, slip(case, session.setting.alpha)) for case, got in pairs):
            return f"the gradient is {words}, to three digits, on all {len(pairs)} inputs tried"
    return ""


def _gradients(inquiry: Inquiry) -> Sequence[tuple[Any, Float64]]:
    """Ordinary inputs whose gradients are not zero, with the gradients that came back."""
    session = inquiry.session
    cases = [
        each
        for each in session.kind.cornerstones(session.setting, gradient=True)
        if 3 <= each.elements <= _SMALL and session.kind.magnitude(each) <= 100
    ]
    found = []
    for case in cases[:_INPUTS]:
        (outcome,) = session.ask(session.request(case))
        if outcome.gradients and np.any(_right(case, session.setting.alpha)):
            found.append((case, outcome.gradients[0]))
    return found


def _weights(case: Any, alpha: float) -> Float64:
    p = entmax(case.logits, alpha)
    with np.errstate(divide="ignore"):
        return np.where(p > 0, p ** (2 - alpha), 0.0)


def _centred(s: Float64, g: Float64) -> Float64:
    return np.asarray(s * (g - (s * g).sum(axis=-1, keepdims=True) / s.sum(axis=-1, keepdims=True)))


def _right(case: Any, alpha: float) -> Float64:
    return _centred(_weights(case, alpha), case.cotangent)


_SLIPS: dict[str, Callable[[Any, float], Float64]] = {
    "zero": lambda case, alpha: np.zeros_like(case.logits),
    "the incoming gradient itself": lambda case, alpha: case.cotangent,
    "that of softmax at these probabilities, p (g - <p, g>)": lambda case, alpha: _centred(
        entmax(case.logits, alpha), case.cotangent
    ),
    "s g without the mean that is subtracted": lambda case, alpha: _weights(case, alpha) * case.cotangent,
    "the right one with the wrong sign": lambda case, alpha: -_right(case, alpha),
    "half the right one": lambda case, alpha: _right(case, alpha) / 2,
    "twice the right one": lambda case, alpha: 2 * _right(case, alpha),
}


def _close(got: Float64, slip: Float64) -> bool:
    size = max(float(np.abs(slip).max(initial=0.0)), 1e-30)
    return bool(np.abs(got - slip).max(initial=0.0) <= 1e-3 * size)
