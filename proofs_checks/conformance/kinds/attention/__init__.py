"""Attention: ``f(query, key, value, *, alpha, is_causal, scale, alibi_slopes, key_lengths)``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from hypothesis.strategies import SearchStrategy

from entmax_oracle.reference.attention_call import AttentionCall

from ...ask import Ask
from ...calls import Outcome, Subject
from ...case import Setting
from ...target.loading import Form, is_program
from ..kind import Asked, Kind
from ..mending import asked_with, near
from . import narrowing, shapes, simpler
from .case import TENSORS, AttentionCase
from .narrowing import LACKS, MASKS, OPTIONS, options_of, passed
from .oracle import AttentionOracle
from .positions import blind

__all__ = ["AttentionKind"]


class AttentionKind(Kind):
    """Attention with the semantics of :func:`entmax_oracle.reference.attention`."""

    name = "attention"
    noun = "attention"
    case = AttentionCase
    unit = "feature"
    part = "head"
    answer = "an output"
    told = "tensors"
    attempts = simpler.ATTEMPTS
    layouts = {  # noqa: RUF012
        "contiguous": "(B, H, M, D), rows one after the other",
        "tokens first": "a transposed view of (B, M, H, D), as projections leave it",
        "mixed": "the key as a transposed view of (B, N, Hkv, D), the others contiguous",
        "padded": "rows with a gap of three elements between them, as a slice of a wider array has",
        "offset": "contiguous, but starting one element into its buffer, so not aligned",
    }
    default_layout = ("",)
    lacks = LACKS | {"empty": "an answer of its own for queries that see no key"}

    def oracle(self, setting: Setting) -> AttentionOracle:
        return AttentionOracle(setting)

    def cases(self, setting: Setting, *, gradient: bool = False) -> SearchStrategy[AttentionCase]:
        return shapes.drawn(gradient)(setting)

    def cornerstones(self, setting: Setting, *, gradient: bool = False) -> list[AttentionCase]:
        """All options together, shapes as models have them, and hard scores."""
        return shapes.cornerstones(setting, self.placed(setting), gradient=gradient)

    def complexity(self, case: AttentionCase) -> tuple[float, ...]:
        return simpler.complexity(case)

    def form(self, subject: Subject) -> Form:
        options = tuple(each for each in subject.hands or options_of(()) if each != "alpha" or not subject.fixed_alpha)
        second = "lse" in subject.features
        return Form(
            TENSORS,
            keywords=options,
            mend=partial(_mend, subject),
            renamed=subject.renamed,
            swapped=subject.swapped,
            packed=subject.packed,
            second=second,
            optional=("return_lse",) * second,
        )

    def asked(self, ask: Ask) -> Asked:
        alphas = ask.alphas if ask.fixed_alpha is None else (ask.fixed_alpha,)
        if "lse" in ask.features and ("alphas" in ask.features or any(alpha != 1 for alpha in alphas)):
            raise ValueError(
                "features: 'lse' is the logarithm of a sum of exponentials, which only alpha = 1 has; pass alpha 1 "
                "(--alpha 1, or --fixed-alpha 1 for a target that takes none)"
            )
        return replace(super().asked(ask), hands=passed(ask), offered=_offered(ask))

    def fit(self, case: AttentionCase, setting: Setting) -> AttentionCase:
        return narrowing.fit(case, setting)

    def narrow(self, case: AttentionCase, setting: Setting) -> AttentionCase:
        return narrowing.narrow(case, setting)

    def conventional(self, case: AttentionCase, outcome: Outcome, setting: Setting) -> Outcome:
        """Return the output with zeros where a query sees no key."""
        if setting.conventions.empty_rows == "zero" or outcome.values is None:
            return outcome
        if case.sinks is not None:
            return outcome  # all mass is the sink's
        return replace(outcome, values=np.where(blind(case, setting.conventions.align), 0.0, outcome.values))

    def refuse_meaningless(self, case: AttentionCase, setting: Setting) -> None:
        alpha = setting.alpha if case.alphas is None else case.alphas
        given: dict[str, Any] = {"is_causal": False, "scale": None, "alibi_slopes": None, "key_lengths": None}
        given |= case.tensors | case.meaning
        try:
            AttentionCall.read(alpha=alpha, **given)
        except ValueError as error:  # of several, one per head, it says what it says of one
            several = [name for name in ("alpha", "scale") if getattr(case, f"{name}s") is not None]
            raise ValueError(re.sub(rf"^({'|'.join(several)})\b", r"\1s", str(error)) if several else error) from None
        batch, _, queries, _ = case.query.shape
        if case.query_lengths is None:
            return
        if len(case.query_lengths) != batch:
            raise ValueError(f"query_lengths holds {len(case.query_lengths)} lengths; there are {batch} sequences")
        for sequence, length in enumerate(case.query_lengths):
            if length > queries:
                raise ValueError(f"query_lengths[{sequence}] is {length}; query has {queries} tokens")

    def takes(self, case: AttentionCase, setting: Setting) -> bool:
        return narrowing.takes(case, setting)

    def placed(self, setting: Setting) -> tuple[str, ...]:
        if setting.conventions.packed and not setting.domain.contiguous:
            return tuple(each for each in ("contiguous", "padded", "offset") if each in setting.layouts)
        if setting.domain.contiguous:
            return ("contiguous",)
        return tuple(self.layouts) if len(setting.layouts) > 1 else ("contiguous", "tokens first", "mixed")


def _mend(subject: Subject, lacking: Sequence[str], others: Sequence[str]) -> str:
    """Say which options declare the arguments that a function lacks, and what it may call otherwise."""
    more: list[tuple[str, str]] = []
    undeclared: list[str] = []
    for name in lacking:
        feature = next((each for each, argument in OPTIONS.items() if argument == name), "")
        if name == "alpha":
            more.append(("fixed_alpha", "1"))
        elif theirs := near(name, others):
            more.append(("rename", f"{name}={theirs}"))
        elif feature:
            more.append(("without", feature))
        else:
            undeclared.append(name)
    if undeclared:
        return f"it does not take {', '.join(undeclared)}: leave out the --with or --layout that passes it, or wrap it"
    if not more:
        return "wrap it"
    softmax = "for softmax attention, " if "alpha" in lacking else ""
    return f"{softmax}{asked_with(subject, more)}"


def _offered(ask: Ask) -> tuple[str, ...]:
    """Name what laws need that are not asked of every implementation."""
    masks = [each for each in ask.features if each in MASKS]
    on = ("mask",) * bool(masks) + tuple(each for each in ask.features if each not in MASKS)
    on += ("packed",) * ask.conventions.packed
    if not ask.grad or is_program(ask.implementation):  # a program is not told which gradients are wanted
        return on
    real = any(False in MASKS[each] for each in masks)
    one_each = [each for each in ("sinks", "scales", "lse") if each in ask.features]
    if ask.conventions.packed:
        one_each = [each for each in one_each if each == "sinks"]
    return (*on, *("attn_mask gradient",) * real, *(f"{each} gradient" for each in one_each))
