"""Laws of attention: its values, and what may not change them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ..attention.calls import TENSORS, AttentionCase
from ..attention.oracle import ExpectedOutput
from ..attention.performing import LAYOUTS
from ..calls import Float64
from ..inputs.attention import FAMILIES, Shape, needle, shapes
from ..inputs.rows import quantise
from .base import Finding, Law, Setting, differ, each_pass, in_training, judge_against, worst_of
from .conduct import CONTRACTS as MAPPING_CONTRACTS

__all__ = ["CONTRACTS", "LAWS"]

# The session is a `CheckedAttention`; laws are typed loosely, for they serve either kind.
Session = Any

_STATEMENTS = {
    "returns": "Every call with finite tensors gets an answer, also where a query sees no key.",
    "shape": "The answer has the shape (B, H, M, Dv).",
    "dtype": "The answer has the dtype of the query.",
    "device": "The answer is on the device of the query.",
    "untouched": "Query, key and value, an incoming gradient, and the memory around views of them, are not written to.",
}
CONTRACTS = tuple(
    replace(each, statement=_STATEMENTS.get(each.name, each.statement), kind="attention") for each in MAPPING_CONTRACTS
)


def judge_values(session: Session, case: AttentionCase) -> Finding:
    """Judge that the output lies within the budget of the exact one; what breaks it is certified if it is small."""
    (values,) = session.values(case)
    return _judged(session, case, values)


def _judged(session: Session, case: AttentionCase, values: Float64) -> Finding:
    finding = _against(session, values, session.oracle(case), "an output")
    if finding.broken:
        return _against(session, values, session.oracle(case, certified=True), "an output")
    return finding


def judge_masked(session: Session, case: AttentionCase) -> Finding:
    """Judge that queries that see no key get exact zeros."""
    (values,) = session.values(case)
    expected = session.oracle(case)
    unseen = np.broadcast_to((expected.budget == 0) & (expected.upper == 0), values.shape)
    return _against(session, np.where(unseen, values, 0.0), ExpectedOutput(*(np.zeros_like(values),) * 3), "an output")


def judge_causal(session: Session, case: AttentionCase) -> Finding:
    """Judge that keys behind a query's position change nothing for it."""
    case = replace(case, is_causal=True)
    m, n = case.query.shape[2], case.key.shape[2]
    rng = np.random.default_rng(case.variant)
    last = int(rng.integers(m))
    behind = np.arange(n) > last + n - m
    changed = replace(case, key=_replaced(case.key, behind, 3.0), value=_replaced(case.value, behind, -64.0))
    before, after = session.values(case, changed)
    rows = np.arange(m) <= last
    expected = session.oracle(case)
    return _same(
        session,
        _rows(expected, rows),
        before[:, :, rows],
        after[:, :, rows],
        f"for the queries up to {last} when keys and values behind them change",
    )


def judge_alignment(session: Session, case: AttentionCase) -> Finding:
    """Judge that the last queries alone get what they get among all of a square."""
    n = case.key.shape[2]
    m = 1 + case.variant % n
    fill = case.query[:, :, np.arange(n) % case.query.shape[2]]
    square = replace(case, query=fill)
    last = replace(case, query=fill[:, :, n - m :])
    among, alone = session.values(square, last)
    what = f"when only the last {m} of {n} queries are asked: positions are aligned to the end"
    return _same(session, session.oracle(last), among[:, :, n - m :], alone, what)


def judge_groups(session: Session, case: AttentionCase) -> Finding:
    """Judge that head h reads key head h // group."""
    group = case.query.shape[1] // case.key.shape[1]
    spread = replace(case, key=np.repeat(case.key, group, axis=1), value=np.repeat(case.value, group, axis=1))
    spelt, grouped = session.values(spread, case)
    return _same(session, session.oracle(case), spelt, grouped, "when the key heads are shared by groups of heads")


def judge_padding(session: Session, case: AttentionCase) -> Finding:
    """Judge that keys and values beyond the lengths change nothing."""
    n = case.key.shape[2]
    lengths = case.key_lengths or tuple(n - 1 - (b + case.variant) % n for b in range(len(case.key)))
    case = replace(case, key_lengths=lengths)
    hidden = np.arange(n) >= np.array(lengths)[:, None]
    key, value = case.key.copy(), case.value.copy()
    key[np.broadcast_to(hidden[:, None], key.shape[:3])] = 256.0
    value[np.broadcast_to(hidden[:, None], value.shape[:3])] = -(2.0**14)
    before, after = session.values(case, replace(case, key=key, value=value))
    return _same(session, session.oracle(case), before, after, "when keys and values beyond key_lengths change")


def judge_batch(session: Session, case: AttentionCase) -> Finding:
    """Judge that every batch and head gets the same answer in any company."""
    heads, group = case.query.shape[1], case.query.shape[1] // case.key.shape[1]
    slopes, lengths = case.alibi_slopes, case.key_lengths
    alone = [
        replace(
            case,
            query=case.query[b : b + 1, h : h + 1],
            key=case.key[b : b + 1, h // group : h // group + 1],
            value=case.value[b : b + 1, h // group : h // group + 1],
            alibi_slopes=None if slopes is None else (slopes[h],),
            key_lengths=None if lengths is None else (lengths[b],),
        )
        for b, h in product(range(len(case.query)), range(heads))
    ]
    together, *each = session.values(case, *alone)
    apart = np.concatenate(each).reshape(together.shape)
    return _same(session, session.oracle(case), apart, together, "in the batch, against the same head alone")


def judge_determinism(session: Session, case: AttentionCase) -> Finding:
    """Judge that the same call gives the same bits, also when another one comes between."""
    other = replace(case, key=np.roll(case.key, 1, axis=2), query=case.query[:, :, :1])
    first, again, _, later = session.values(case, case, other, case)
    rolled = replace(case, value=np.roll(case.value, 1, axis=2))
    (kept,) = session.ask(replace(session.call(case), followed_by=rolled))
    return worst_of(
        [
            *(_same(session, None, first, each, "when the same call is repeated") for each in (again, later)),
            _same(session, None, first, kept.values, "when it is read after a later call"),
        ]
    )


def judge_layout(session: Session, case: AttentionCase) -> Finding:
    """Judge that the answer does not depend on how the tensors lie in memory."""
    plain, laid = session.values(replace(case, layout="contiguous"), case)
    what = f"when the tensors are {case.layout} in memory: {LAYOUTS[case.layout]}"
    return _same(session, session.oracle(case), plain, laid, what)


def judge_gradient(session: Session, case: AttentionCase) -> Finding:
    """Judge the gradients in query, key and value."""
    (outcome,) = session.ask(session.call(case))
    if outcome.gradient_problem or not outcome.gradients:
        return Finding(True, outcome.gradient_problem or "no gradient came back", math.inf, math.inf)
    if outcome.gradient_dtype != session.setting.dtype:
        message = f"the gradient is {outcome.gradient_dtype}, the query is {session.setting.dtype}"
        return Finding(True, message, math.inf, math.inf)
    for name, got, x in zip(TENSORS, outcome.gradients, case.tensors, strict=True):
        if got.shape != x.shape:
            return Finding(True, f"the gradient in {name} has shape {got.shape}, not {x.shape}", math.inf, math.inf)

    def judge(certified: bool | None) -> Finding:
        expected = session.oracle.gradients(case, certified=certified)
        return each_pass(
            outcome,
            lambda gradients: worst_of(
                _against(session, got, expected[name], f"the gradient in {name}")
                for name, got in zip(TENSORS, gradients, strict=True)
            ),
        )

    finding = judge(None)
    return judge(True) if finding.broken else finding


def judge_training(session: Session, case: AttentionCase) -> Finding:
    """Judge the output that a gradient is asked of."""
    (outcome,) = session.ask(session.call(case))
    return in_training(_judged(session, replace(case, cotangent=None), outcome.values))


def _against(session: Session, values: Float64, expected: ExpectedOutput, what: str) -> Finding:
    if not values.size:
        return Finding()
    found = judge_against(session, values, expected.lower, expected.upper, expected.budget, what)
    return replace(found, message=f"{what}, {found.message}") if found.broken and what != "an output" else found


def _same(session: Session, expected: ExpectedOutput | None, first: Float64, second: Float64, what: str) -> Finding:
    """Judge two answers that should be the same: to the bit where nothing is expected."""
    if expected is None:
        return differ(session, None, first, second, what, exactly=True)
    fixed: Session = _Fixed(session, expected)
    return differ(fixed, None, first, second, what)


class _Fixed:
    """A session whose oracle has one answer."""

    def __init__(self, session: Session, expected: ExpectedOutput) -> None:
        self.setting, self.unit = session.setting, session.unit
        self.format = session.oracle.format
        self._expected = expected

    @property
    def oracle(self) -> Any:
        """The oracle."""
        return self

    def __call__(self, _: object) -> ExpectedOutput:
        return self._expected


def _rows(expected: ExpectedOutput, kept: Any) -> ExpectedOutput:
    return ExpectedOutput(*(x[:, :, kept] for x in (expected.lower, expected.upper, expected.budget)))


def _replaced(x: Float64, hidden: Any, by: float) -> Float64:
    changed = x.copy()
    changed[:, :, hidden] = by
    return changed


def _drawn(gradient: bool = False, **fixed: object) -> Callable[[Setting], st.SearchStrategy[AttentionCase]]:
    """Cases with some fields of `Shape` fixed."""

    def cases(setting: Setting) -> st.SearchStrategy[AttentionCase]:
        return shapes(**fixed).map(lambda shape: shape.case(setting.dtype, gradient=gradient))

    return cases


def _listed(*some: Shape, gradient: bool = False) -> Callable[[Setting], list[AttentionCase]]:
    return lambda setting: [shape.case(setting.dtype, gradient=gradient) for shape in some]


_EDGES = (1, 2, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 130)
_FLAGS: list[dict[str, Any]] = [
    dict(zip(("is_causal", "alibi", "lengths"), flags, strict=True)) for flags in product((False, True), repeat=3)
]
# As many heads, sequences and features as models have.
_MANY = [
    Shape(1, 12, 1, 3, 5, seed=12),
    Shape(1, 5, 4, 2, 5, seed=20, alibi=True),
    Shape(33, 1, 1, 2, 5, seed=9, lengths=True),
    Shape(1, 1, 40, 2, 5, seed=40, alibi=True),
    Shape(queries=3, keys=9, features=256, value_features=256, seed=256),
]
_EVERY = [
    *(Shape(2, 2, 2, 5, 9, seed=i, **flags) for i, flags in enumerate(_FLAGS)),
    *(Shape(2, 1, 2, 9, 5, seed=i, **flags) for i, flags in enumerate(_FLAGS)),
    *(Shape(1, 2, 3, 6, 6, family=family, seed=7) for family in FAMILIES),
    *(Shape(features=d, keys=20, scale=scale, seed=d) for d in (1, 3, 16) for scale in (None, 1.0, 0.25)),
    *(Shape(features=d, value_features=e, seed=d) for d, e in ((64, 64), (128, 64), (24, 80), (80, 128), (96, 33))),
    *(Shape(1, 2, 1, 1, 1, seed=i, **flags) for i, flags in enumerate(_FLAGS[::2])),
    Shape(3, 2, 4, 3, 6, seed=2, alibi=True, lengths=True),
    *_MANY,
]
_CAUSAL = [
    Shape(queries=m, keys=n, is_causal=True, alibi=alibi, lengths=lengths, seed=m)
    for m, n, alibi, lengths in (
        (17, 40, False, False),
        (40, 17, True, False),
        (33, 65, False, True),
        (65, 130, True, False),
        (1, 130, False, False),
        (16, 64, False, False),
        (129, 128, False, False),
    )
]
_PLAIN = [
    Shape(2, 2, group, 5, 9, seed=group, alibi=flag, lengths=flag) for group in (1, 2, 3) for flag in (False, True)
]
_ACROSS = [
    *(Shape(queries=2, keys=n, family=family, seed=n) for n in _EDGES for family in ("gaussian", "flat")),
    *(Shape(queries=n, keys=n, is_causal=True, seed=n) for n in (17, 33, 65)),
    *(Shape(queries=n, keys=3, seed=n) for n in (17, 65, 129)),
    *(Shape(2, queries=3, keys=n, lengths=True, alibi=True, seed=n) for n in (17, 65, 130)),
    *(Shape(queries=2, keys=n, family=family, seed=n) for n in (33, 130, 257) for family in ("rising", "falling")),
    *(
        Shape(queries=1, keys=n, family=family, seed=n)
        for n in (255, 257, 513, 1025)
        for family in ("flat", "constant")
    ),
    Shape(queries=321, keys=7, seed=321),
    Shape(queries=321, keys=321, family="rising", is_causal=True, features=2, seed=3),
    *(Shape(queries=1, keys=4099, family=family, seed=1) for family in ("flat", "rising")),
    *_CAUSAL,
]


def _needles(setting: Setting) -> list[AttentionCase]:
    """Keys of small but certain probability, in every part of rows of several lengths."""
    cases = []
    for n, share in product((2, 17, 33, 65, 130), (0.2, 1e-2, 1e-3)):
        for where in (0, n // 2, n - 2):
            plain = replace(Shape(queries=1, keys=n, seed=n).case(setting.dtype), variant=where)
            cases.append(needle(plain, setting.alpha, setting.dtype, share))
    return cases


def _unseen(setting: Setting) -> list[AttentionCase]:
    cases = [
        Shape(2, 1, 2, 4, 6, lengths=True, alibi=flag, is_causal=flag).case(setting.dtype) for flag in (True, False)
    ]
    lengths = [replace(each, key_lengths=(0, 6)) for each in cases]
    return [*lengths, *(Shape(queries=m, keys=3, is_causal=True, seed=m).case(setting.dtype) for m in (4, 9, 40))]


def _with_unseen(setting: Setting) -> list[AttentionCase]:
    rng = np.random.default_rng(0)
    return [
        replace(each, cotangent=quantise(rng.standard_normal(each.shape), setting.dtype)) for each in _unseen(setting)
    ]


def _cotangents(setting: Setting) -> list[AttentionCase]:
    """Incoming gradients that are broadcast, as that of a sum is, or lie otherwise in memory than the tensors."""
    case = Shape(2, 2, 2, 4, 8, value_features=4, seed=5).case(setting.dtype, gradient=True)
    shapes = [each for each in ("strided", "transposed", "padded", "tokens first") if len(setting.layouts) > 1]
    ones = replace(case, cotangent=np.ones(case.shape), cotangent_layout="constant" if shapes else "")
    long = Shape(queries=2, keys=2051, family="flat", seed=1).case(setting.dtype, gradient=True)
    assert case.cotangent is not None
    # As those of a mean over many tokens are.
    tiny = replace(case, cotangent=case.cotangent * 2.0 ** (-10 if setting.dtype == "float16" else -30))
    return [ones, long, tiny, *(replace(case, cotangent_layout=each) for each in shapes)]


_BY_VALUES = (
    ("values", "The output lies within the error budget of the exact one.", _drawn(), _listed(*_EVERY), 3.0),
    (
        "block edges",
        "Lengths around powers of two, where blocks begin and end, are no exception.",
        _drawn(queries=3),
        _listed(*_ACROSS),
        0.4,
    ),
    (
        "alibi",
        "The bias -slope * |i + N - M - j| is added after scaling.",
        _drawn(alibi=True),
        _listed(*(Shape(1, 1, 2, m, n, alibi=True, scale=s) for m, n in ((1, 5), (5, 5), (5, 2)) for s in (None, 2.0))),
        0.4,
    ),
    (
        "scale",
        "Scores are multiplied by the scale, 1/sqrt(D) by default.",
        _drawn(scale=0.75),
        _listed(*(Shape(features=d, scale=s, seed=d) for d in (1, 2, 8) for s in (None, 0.0, -1.0, 3.0))),
        0.4,
    ),
    (
        "live keys",
        "A key of small but certain probability counts, also when its value is huge.",
        _drawn(family="flat"),
        _needles,
        0.4,
    ),
    ("ties", "Keys with equal scores share alike.", _drawn(family="ties"), lambda setting: (), 0.6),
    (
        "shift",
        "Scores that are all far from zero change nothing.",
        _drawn(family="shifted", alibi=False),
        _listed(*(Shape(keys=n, family="shifted", scale=1.0, seed=n) for n in (2, 9, 33))),
        0.4,
    ),
)
_THEOREMS = {"live keys": "support-norm-criterion", "ties": "order", "shift": "shift-invariance"}


def _layouts(setting: Setting) -> tuple[str, ...]:
    """Memory layouts that the array library has."""
    return tuple(LAYOUTS) if len(setting.layouts) > 1 else ("contiguous", "tokens first", "mixed")


def _law(name: str, statement: str, judge: Any, cases: Any, cornerstones: Any = lambda setting: (), **rest: Any) -> Law:
    theorem = _THEOREMS.get(name, "definition")
    return Law(name, statement, theorem, judge, cases, cornerstones, kind="attention", **rest)


LAWS = (
    *(
        _law(name, text, judge_values, cases, stones, weight=w, about=name if name in ("alibi", "scale") else "")
        for name, text, cases, stones, w in _BY_VALUES
    ),
    _law("no visible key", "A query that sees no key gets exact zeros.", judge_masked, _drawn(lengths=True), _unseen),
    _law(
        "causal",
        "Keys and values behind a query's position change nothing for it.",
        judge_causal,
        _drawn(),
        _listed(*_PLAIN),
        about="causal",
    ),
    _law(
        "alignment",
        "The last queries alone get what they get among all: positions are aligned to the end.",
        judge_alignment,
        _drawn(lengths=False),
        _listed(*(Shape(keys=9, seed=s, is_causal=True, alibi=bool(s % 2)) for s in (0, 1, 4))),
        about="cross",
    ),
    _law(
        "groups",
        "Head h reads key and value head h // (H // Hkv).",
        judge_groups,
        _drawn(key_heads=2),
        _listed(*_PLAIN),
        about="groups",
    ),
    _law(
        "padding",
        "Keys and values beyond key_lengths change nothing.",
        judge_padding,
        _drawn(batch=2),
        _listed(*_PLAIN),
        about="lengths",
    ),
    _law("batch", "A head of a batch gets the same answer in any company.", judge_batch, _drawn(), _listed(*_PLAIN)),
    _law(
        "determinism",
        "The same call gives the same bits, and a later one does not change them.",
        judge_determinism,
        _drawn(),
        _listed(*_PLAIN),
        weight=0.5,
    ),
    _law(
        "layout",
        "The answer does not depend on strides and offsets of the tensors in memory.",
        judge_layout,
        lambda setting: st.builds(
            lambda shape, layout: replace(shape, layout=layout).case(setting.dtype),
            shapes(),
            st.sampled_from(_layouts(setting)),
        ),
        lambda setting: [
            Shape(2, 2, 2, 5, 9, value_features=e, layout=layout, seed=3).case(setting.dtype)
            for layout in _layouts(setting)
            for e in (3, 4)
        ],
        weight=0.5,
        about="layouts",
    ),
    _law(
        "gradient",
        "The gradients in query, key and value are those of the exact output.",
        judge_gradient,
        _drawn(gradient=True),
        lambda setting: [
            *_with_unseen(setting),
            *_listed(*_EVERY, *_ACROSS[::4], *_CAUSAL, gradient=True)(setting),
            *_listed(*(Shape(2, 2, 2, 4, 8, layout=each) for each in _layouts(setting)), gradient=True)(setting),
            *_cotangents(setting),
        ],
        needs="gradient",
    ),
    _law(
        "training",
        "The output is as right where its gradients are wanted.",
        judge_training,
        _drawn(gradient=True),
        _listed(*_PLAIN, gradient=True),
        needs="gradient",
        weight=0.5,
    ),
)
