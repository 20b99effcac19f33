"""Laws of Fenchel-Young losses ``f(z, y, alpha)``: one loss per row of logits and class index."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

from ..calls import Float64
from ..inputs.rows import FAMILIES, Row, moved, quantise
from ..inputs.strategies import shifts
from ..loss.calls import LossCase
from .base import Finding, Law, Setting, differ, each_pass, in_training, judge_against, worst_of
from .conduct import CONTRACTS
from .values import DEEP, drawn

if TYPE_CHECKING:
    from ..loss.session import CheckedLoss

__all__ = ["CONTRACTS", "LAWS"]

# Families whose rows are finite in every format and whose losses are.
_FAMILIES = tuple(name for name in FAMILIES if name not in ("one_live", "enormous"))


def _case(setting: Setting, rows: tuple[Row, ...], variant: int, shift: float = 0.0) -> LossCase:
    logits = np.stack([replace(row, masked=0.0).values(setting.alpha, setting.dtype) for row in rows])
    logits = np.clip(np.where(np.isfinite(logits), logits, 0.0), -1e4, 1e4)
    rng = np.random.default_rng(variant)
    n = logits.shape[1]
    # The largest logit, the smallest, and any: the loss is small, large and ordinary.
    picks = [logits.argmax(axis=1), logits.argmin(axis=1), rng.integers(0, n, len(logits))]
    return LossCase(quantise(logits, setting.dtype), picks[variant % 3].astype(np.int64), variant=variant, shift=shift)


def cases(setting: Setting) -> st.SearchStrategy[LossCase]:
    """Hard rows with targets at the top, at the bottom and anywhere."""
    return st.builds(_case, st.just(setting), drawn(setting, 3), st.integers(0, 999))


def _shifted(setting: Setting) -> st.SearchStrategy[LossCase]:
    rows = drawn(setting, 3)
    return st.builds(_case, st.just(setting), rows, st.integers(0, 999), shifts(setting.dtype).filter(bool))


def cornerstones(setting: Setting) -> list[LossCase]:
    """Every family with every kind of target, and long rows."""
    short = [(Row(family, n, seed=n),) for family in _FAMILIES for n in (1, 2, 7, 33)]
    long = [(Row("gaussian", n, seed=n),) for n in setting.long_rows[:3]]
    many = [tuple(Row("gaussian", 5, seed=i % 7) for i in range(count)) for count in (67, 1031)]
    found = [_case(setting, rows, variant) for variant, rows in enumerate([*short, *long, *many])]
    # A vocabulary with its last class, whose index takes more than 16 bits.
    vocabulary = [] if setting.few_shapes else [_case(setting, (Row("gaussian", 66_001, order="rising"),), 0)]
    return [*found, *vocabulary]


def judge_values(session: CheckedLoss, case: LossCase) -> Finding:
    """Judge that losses lie within the budget of the enclosure."""
    (values,) = session.values(case)
    return _compare(session, case, values)


def _compare(session: CheckedLoss, case: LossCase, values: Float64) -> Finding:
    expected = session.oracle(case)
    return judge_against(session, values, expected.lower, expected.upper, expected.budget, "a loss")  # type: ignore[arg-type]


def judge_shift(session: CheckedLoss, case: LossCase) -> Finding:
    """Judge that adding a constant to a row changes nothing."""
    base, after, shift = moved(np.clip(case.logits, -1e3, 1e3), case.shift, session.setting.dtype)
    plain = replace(case, logits=base)
    straight, shifted = session.values(plain, replace(case, logits=after))
    return differ(session, plain, straight, shifted, f"when {shift!r} is added to every logit, exactly")  # type: ignore[arg-type]


def judge_permutation(session: CheckedLoss, case: LossCase) -> Finding:
    """Judge that renaming the classes changes nothing."""
    order = np.random.default_rng(case.variant).permutation(case.logits.shape[1])
    renamed = replace(case, logits=case.logits[:, order], target=np.argsort(order)[case.target])
    straight, permuted = session.values(case, renamed)
    return differ(session, case, straight, permuted, "when the classes are permuted")  # type: ignore[arg-type]


def judge_batch(session: CheckedLoss, case: LossCase) -> Finding:
    """Judge that a row gets the same loss in any company."""
    rows = [
        replace(case, logits=case.logits[i : i + 1], target=case.target[i : i + 1]) for i in range(len(case.target))
    ]
    together, *alone = session.values(case, *rows)
    what = "in the batch, against the same row alone"
    return differ(session, case, np.concatenate(alone), together, what)  # type: ignore[arg-type]


def judge_determinism(session: CheckedLoss, case: LossCase) -> Finding:
    """Judge that the same call gives the same bits, also when others come between."""
    rolled = replace(case, logits=np.roll(case.logits, 1, axis=1))
    first, second, _, third = session.values(case, case, rolled, case)
    what = "when the same call is repeated"
    return worst_of(
        differ(session, case, first, each, what, exactly=True)  # type: ignore[arg-type]
        for each in (second, third)
    )


def judge_layout(session: CheckedLoss, case: LossCase) -> Finding:
    """Judge that the layout of the logits in memory changes nothing."""
    layouts = [each for each in session.setting.layouts if each not in ("contiguous", "constant", "expanded", *DEEP)]
    straight, *others = session.values(case, *(replace(case, layout=each) for each in layouts))
    return worst_of(
        differ(session, case, straight, other, f"when the logits are {layout}")  # type: ignore[arg-type]
        for layout, other in zip(layouts, others, strict=True)
    )


def judge_gradient(session: CheckedLoss, case: LossCase) -> Finding:
    """Judge the gradient in the logits, ``g (p - y)``."""
    g = quantise(np.random.default_rng(case.variant).standard_normal(len(case.target)), session.setting.dtype)
    asked = case if case.cotangent is not None else replace(case, cotangent=g)
    (outcome,) = session.ask(session.call(asked))
    gradient, dtype = outcome.gradient, session.setting.dtype
    if outcome.gradient_problem or gradient is None:
        problem = outcome.gradient_problem or "no gradient came back"
        return Finding(True, problem, math.inf, math.inf)
    if gradient.shape != case.logits.shape or outcome.gradient_dtype != dtype:
        problem = f"the gradient is {outcome.gradient_dtype} of shape {gradient.shape}, the logits are {dtype} of shape"
        return Finding(True, f"{problem} {case.logits.shape}", math.inf, math.inf)
    expected = session.oracle.gradient(asked)
    bounds = expected.lower, expected.upper, expected.budget
    what = ("the gradient", "the gradient in class")
    return each_pass(outcome, lambda found: judge_against(session, found[0], *bounds, *what))  # type: ignore[arg-type]


def judge_training(session: CheckedLoss, case: LossCase) -> Finding:
    """Judge the losses that a gradient is asked of."""
    (outcome,) = session.ask(session.call(replace(case, cotangent=np.ones(len(case.target)))))
    assert outcome.values is not None
    return in_training(_compare(session, case, outcome.values))


LAWS = (
    Law(
        "values",
        "Every loss lies within the error budget of the certified enclosure.",
        "loss-decomposition",
        judge_values,
        cases,
        cornerstones,
        kind="loss",
        weight=2.0,
    ),
    Law(
        "shift",
        "Adding a constant to every logit of a row changes nothing.",
        "shift-invariance",
        judge_shift,
        _shifted,
        kind="loss",
    ),
    Law(
        "permutation",
        "Renaming the classes changes nothing.",
        "permutation-equivariance",
        judge_permutation,
        cases,
        kind="loss",
    ),
    Law(
        "batch",
        "A row gets the same loss alone and in any batch.",
        "loss-decomposition",
        judge_batch,
        cases,
        kind="loss",
    ),
    Law(
        "determinism",
        "The same call gives the same bits, whatever came before it.",
        "definition",
        judge_determinism,
        cases,
        kind="loss",
        weight=0.5,
    ),
    Law(
        "layout",
        "The layout of the logits in memory changes nothing.",
        "definition",
        judge_layout,
        cases,
        kind="loss",
        weight=0.5,
    ),
    Law(
        "gradient",
        "The gradient in the logits is the probabilities minus the target, within the budget of the enclosure.",
        "conjugate",
        judge_gradient,
        cases,
        cornerstones,
        kind="loss",
        needs="gradient",
    ),
    Law(
        "training",
        "The losses are as right where their gradient is wanted.",
        "loss-decomposition",
        judge_training,
        cases,
        kind="loss",
        needs="gradient",
        weight=0.5,
    ),
)
