"""Laws of normalisers ``f(z, **parameters)``: those of a mapping that are true of each, and its definition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

from entmax_oracle.reference.formats import as_format
from entmax_oracle.reference.normalisers import Undefined

from ..calls import Float64
from ..inputs.rows import FAMILIES, Row, quantise
from ..inputs.strategies import batches, offsets, shifts
from ..normaliser.calls import NormaliserCase
from ..normaliser.known import KNOWN, least_tokens
from . import conduct as manners
from . import gradients, relations
from . import values as answers
from .base import Finding, Law, Setting, differ, in_training, judge_against, worst_of
from .conduct import CONTRACTS

if TYPE_CHECKING:
    from ..normaliser.session import CheckedNormaliser

__all__ = ["CONTRACTS", "LAWS"]

# Masks have a law of their own, so that what has none can be checked without it.
_FAMILIES = tuple(name for name in FAMILIES if name != "one_live")


def _logits(setting: Setting, rows: tuple[Row, ...], choice: int, variant: int) -> tuple[Float64, Any]:
    """Make unmasked rows that have weights under one of the choices of parameters."""
    parameters = setting.choices[choice % len(setting.choices)]
    least = least_tokens(setting.against, parameters)
    described = [
        replace(row, n=max(row.n, least), masked=0.0, family=row.family if row.family in _FAMILIES else "gaussian")
        for row in rows
    ]
    z = np.stack([row.values(setting.alpha, setting.dtype) for row in described])
    # Sums and products of a few numbers of this size stay numbers of the format.
    limit = as_format(setting.compute_dtype or ("float64" if setting.dtype == "float64" else "float32")).largest / 2**14
    z = np.clip(z, -limit, limit)
    marks = _marks(setting, dict(parameters))
    if variant % 3 == 0 and len(marks):
        # Some tokens on a corner of the definition, or one ulp beside it.
        rng = np.random.default_rng(variant)
        beside = marks + rng.integers(-1, 2, len(marks)) * as_format(setting.dtype).ulp(
            np.maximum(np.abs(marks), 2**-9)
        )
        z = np.where(rng.random(z.shape) < 0.3, rng.choice(beside, z.shape), z)
    ramp = np.linspace(-1.0, 1.0, z.shape[-1]) if z.shape[-1] > 1 else np.ones(1)
    if setting.against in ("r-softmax", "self-adjust-softmax"):
        z = np.where(_undefined(z, dict(parameters))[:, np.newaxis], ramp, z)
    return quantise(z, setting.dtype), parameters


def _marks(setting: Setting, parameters: dict[str, Any]) -> Float64:
    known = KNOWN[setting.against]
    return np.array([float(parameters[each]) if isinstance(each, str) else each for each in known.marks])


def _undefined(z: Float64, parameters: dict[str, Any]) -> Any:
    """Rows where the definition may be 0/0: ties at the top for as much as the share that is kept, or all zero."""
    if "r" not in parameters:
        return (z == 0).all(axis=-1)
    return (z == z.max(axis=-1, keepdims=True)).mean(axis=-1) >= (1 - parameters["r"]) * (1 - 1 / z.shape[-1]) - 1e-9


def _case(setting: Setting, rows: tuple[Row, ...], choice: int, variant: int, **more: Any) -> NormaliserCase:
    z, parameters = _logits(setting, rows, choice, variant)
    return NormaliserCase(z, variant=variant, parameters=parameters, **more)


_CHOICE, _VARIANT = st.integers(0, 23), st.integers(0, 999)


def cases(setting: Setting) -> st.SearchStrategy[NormaliserCase]:
    """Batches of hard rows."""
    return st.builds(_case, st.just(setting), batches(setting.dtype, setting.max_n), _CHOICE, _VARIANT)


def _each_choice(setting: Setting, rows: tuple[Row, ...], variant: int) -> list[NormaliserCase]:
    return [_case(setting, rows, choice, variant) for choice in range(len(setting.choices))]


def crowds(setting: Setting) -> list[NormaliserCase]:
    """Rows of every family at once, in lengths on both sides of powers of two, under every choice of parameters."""
    found = []
    for n in (1, 2, 3, 4, 7, 8, 9, 16, 17, 33, 64, 65):
        scales = np.random.default_rng(n).choice((1.0, 0.1, 3.0, 0.01, 30.0), len(_FAMILIES))
        rows = tuple(Row(family, n, float(scale), n) for family, scale in zip(_FAMILIES, scales, strict=True))
        found += _each_choice(setting, rows, n)
    return found


def cornerstones(setting: Setting) -> list[NormaliserCase]:
    """Crowds; rows far from zero; long rows and those where blocks end."""
    far = [
        each
        for offset in offsets(setting.dtype)[-4:]
        for sign in (1, -1)
        for each in _each_choice(
            setting, (Row("window", 10, shift=sign * offset), Row("gaussian", 10, shift=offset)), 1
        )
    ]
    lengths = (127, 128, 129, 255, 257, 513, *setting.long_rows)
    if len(setting.layouts) == 1:  # libraries without strides compile for every new shape
        lengths = (129, 257, 1025)
    kinds = ("gaussian", "flat", "constant", "spread", "dominant")
    long = [
        _case(setting, (Row("gaussian", n, 1.0, n), Row(kinds[i % 5], n, 1.0, n)), i, 1) for i, n in enumerate(lengths)
    ]
    return [*crowds(setting), *far, *long]


def under(judge: Callable[[Any, Any], Finding]) -> Callable[[CheckedNormaliser, NormaliserCase], Finding]:
    """Judge as a mapping, under the parameters of the case; nothing where the definition gives no weights."""

    def judged(session: CheckedNormaliser, case: NormaliserCase) -> Finding:
        session.under(case.parameters)
        if case.logits.size and not session.oracle.defined(case.logits):
            return Finding()
        try:
            return judge(session, case)
        except Undefined:  # what a law makes of the row, such as a coarser one, may have no weights
            return Finding()

    return judged


def judge_values(session: CheckedNormaliser, case: NormaliserCase) -> Finding:
    """Judge that weights lie within the budget of the definition."""
    (values,) = session.values(case.logits)
    return _compare(session, case, values)


def _compare(session: CheckedNormaliser, case: NormaliserCase, values: Float64) -> Finding:
    if not values.size:
        return Finding()
    expected = session.oracle.matching(case.logits, values)
    return judge_against(session, values, expected.lower, expected.upper, expected.budget, "a weight")


def judge_training(session: CheckedNormaliser, case: NormaliserCase) -> Finding:
    """Judge the weights that a gradient is asked of."""
    outcome = gradients.ask(session, case)
    assert outcome.values is not None
    return in_training(_compare(session, case, outcome.values))


def judge_order(session: CheckedNormaliser, case: NormaliserCase) -> Finding:
    """Judge that a larger logit gets no smaller weight."""
    return answers.judge_pairs(session, case, session.oracle(case.logits).budget, tied=False)


def judge_ties(session: CheckedNormaliser, case: NormaliserCase) -> Finding:
    """Judge that equal logits get equal weights."""
    return answers.judge_pairs(session, case, session.oracle(case.logits).budget, tied=True)


def judge_deletion(session: CheckedNormaliser, case: NormaliserCase) -> Finding:
    """Judge that a masked token gets zero, and the others what they get without it."""
    return relations.judge_deletion(session, replace(case, variant=3 * case.variant + 1))  # only -inf masks here


def judge_determinism(session: CheckedNormaliser, case: NormaliserCase) -> Finding:
    """Judge that the same call gives the same bits, also when others come between, before and after."""
    rolled = np.roll(case.logits, 1, axis=-1)
    longer = np.concatenate([case.logits, np.roll(case.logits, 1, axis=-1)], axis=-1)
    first, again, _, _, third = session.values(case.logits, case.logits, rolled, longer, case.logits)
    (kept,) = session.ask(replace(session.call(case.logits), followed_by=rolled))
    assert kept.values is not None
    told = (
        (again, "when the same call is repeated"),
        (third, "when other calls, also of other sizes, come between"),
        (kept.values, "when it is read after a later call"),
    )
    return worst_of(differ(session, case.logits, first, each, what, exactly=True) for each, what in told)


def _tied(setting: Setting) -> st.SearchStrategy[NormaliserCase]:
    return cases(setting).map(_twins)


def _twins(case: NormaliserCase) -> NormaliserCase:
    twins = replace(case, logits=answers.tie(case.logits))
    return twins if case.logits.shape[-1] > 1 else case


def _shifted(setting: Setting) -> st.SearchStrategy[NormaliserCase]:
    def make(case: NormaliserCase, shift: float) -> NormaliserCase:
        return replace(case, logits=np.clip(case.logits, -1e3, 1e3), shift=shift)

    return st.builds(make, cases(setting), shifts(setting.dtype).filter(bool))


def _shifted_far(setting: Setting) -> list[NormaliserCase]:
    return [
        replace(each, shift=sign * shift)
        for n in (2, 7, 33)
        for shift in offsets(setting.dtype)[-2:]
        for sign in (1.0, -1.0)
        for each in _each_choice(setting, (Row("gaussian", n, seed=n),), 1)
    ]


def _laid(setting: Setting) -> st.SearchStrategy[NormaliserCase]:
    return st.builds(_laid_out, cases(setting), st.sampled_from(setting.layouts))


def _laid_out(case: NormaliserCase, layout: str) -> NormaliserCase:
    logits = answers.deepened(case.logits, 3) if layout in answers.DEEP else case.logits
    return replace(case, logits=logits, layout=layout)


def _every_layout(setting: Setting) -> list[NormaliserCase]:
    rows = tuple(Row("gaussian", 9, seed=i) for i in range(3))
    return [_laid_out(_case(setting, rows, i, 1), layout) for i, layout in enumerate(setting.layouts)]


def _shaped(setting: Setting, batch: tuple[int, ...], n: int, seed: int) -> NormaliserCase:
    count = int(np.prod(batch))
    rows = tuple(Row("gaussian", n, 1.0 + i % 3, seed + i) for i in range(max(count, 1)))
    case = _case(setting, rows, seed, 1)
    return replace(case, logits=case.logits[:count].reshape(*batch, case.logits.shape[-1]))


def _every_shape(setting: Setting) -> list[NormaliserCase]:
    return [_shaped(setting, batch, 7, i) for i, batch in enumerate(manners.SHAPES)]


def _pulled(setting: Setting, case: NormaliserCase, kind: str) -> NormaliserCase:
    return replace(case, cotangent=gradients.cotangent(kind, case.logits.shape, case.variant, setting.dtype))


def _with_gradient(setting: Setting) -> st.SearchStrategy[NormaliserCase]:
    return st.builds(_pulled, st.just(setting), cases(setting), st.sampled_from(gradients.COTANGENTS))


def _gradient_cornerstones(setting: Setting) -> list[NormaliserCase]:
    long = [
        _case(setting, (Row("gaussian", n, 1.0, n),), i, 1) for i, n in enumerate((129, 257, *setting.long_rows[:1]))
    ]
    kinds = gradients.COTANGENTS
    return [_pulled(setting, case, kinds[i % len(kinds)]) for i, case in enumerate([*crowds(setting), *long])]


def _many(setting: Setting) -> list[NormaliserCase]:
    """More rows than blocks of rows hold."""
    few = _case(setting, tuple(Row("gaussian", 5, 1.0, i) for i in range(5)), 0, 1)
    return [replace(few, logits=few.logits[np.arange(count) % 5]) for count in relations.crowded(setting)]


def _law(
    name: str,
    statement: str,
    theorem: str,
    judge: Any,
    drawn: Any = cases,
    tried: Any = lambda setting: (),
    **more: Any,
) -> Law:
    return Law(name, statement, theorem, under(judge), drawn, tried, kind="normaliser", **more)


LAWS = (
    _law(
        "values",
        "Every weight is that of the definition, within the error that rounding explains.",
        "definition",
        judge_values,
        tried=cornerstones,
        weight=4.0,
    ),
    _law(
        "support",
        "A token whose weight is certainly zero gets an exact zero; one whose weight is certainly not does not.",
        "definition",
        answers.judge_support,
        tried=crowds,
    ),
    _law(
        "simplex",
        "Weights are finite, not negative, and sum to one within what rounding explains.",
        "definition",
        answers.judge_simplex,
        tried=crowds,
        needs="simplex",
    ),
    _law("order", "A larger logit gets no smaller weight.", "order", judge_order, tried=crowds, needs="order"),
    _law("ties", "Equal logits of a row get equal weights.", "order", judge_ties, _tied, needs="order"),
    _law(
        "permutation",
        "Permuting the tokens permutes the weights.",
        "permutation-equivariance",
        relations.judge_permutation,
        needs="permutation",
    ),
    _law(
        "shift",
        "Adding a constant to every logit of a row changes nothing.",
        "shift-invariance",
        relations.judge_shift,
        _shifted,
        _shifted_far,
        needs="shift",
    ),
    _law(
        "deletion",
        "A masked token (-inf) gets an exact zero; the others get what they get without it.",
        "definition",
        judge_deletion,
        tried=crowds,
    ),
    _law(
        "batch",
        "A row gets the same weights alone and in any batch.",
        "definition",
        relations.judge_batch,
        tried=lambda setting: [*crowds(setting), *_many(setting)],
    ),
    _law(
        "determinism",
        "The same call gives the same bits, whatever comes before it or after.",
        "definition",
        judge_determinism,
        weight=0.5,
    ),
    _law(
        "layout",
        "The layout of the logits in memory changes nothing.",
        "definition",
        manners.judge_layout,
        _laid,
        _every_layout,
        weight=0.5,
    ),
    _law(
        "shapes",
        "Rows come along the last axis of an array with any number of axes, also one, also of no rows at all.",
        "definition",
        manners.judge_shapes,
        lambda setting: st.builds(
            _shaped, st.just(setting), st.sampled_from(manners.SHAPES), st.integers(1, 40), st.integers(0, 999)
        ),
        _every_shape,
        weight=0.5,
    ),
    _law(
        "gradient",
        "The vector-Jacobian product is that of the definition, within the error that rounding explains.",
        "definition",
        gradients.judge_gradient,
        _with_gradient,
        _gradient_cornerstones,
        needs="gradient",
    ),
    _law(
        "training",
        "The weights are as right where their gradient is wanted.",
        "definition",
        judge_training,
        _with_gradient,
        needs="gradient",
        weight=0.5,
    ),
    _law(
        "gradient sum",
        "The gradient in the logits of a row sums to zero.",
        "shift-invariance",
        gradients.judge_sum,
        _with_gradient,
        needs="gradient of shift",
    ),
)
