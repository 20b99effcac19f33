"""Interface laws: what every call must satisfy, and that the answer depends on the input alone."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from ..calls import Float64, Outcome, Request
from ..case import Case, Setting
from ..expected import Expected
from ..inputs.batches import DEEP, drawn, stack
from ..inputs.rows import Row
from ..inputs.strategies import FEW_ROWS, longer
from ..kinds import KINDS, Kind
from ..kinds.attention.case import AttentionCase
from ..kinds.attention.shapes import PLAIN, Shape, listed
from ..kinds.mapping import MappingCase
from ..kinds.normaliser.inputs import normaliser_case
from ..kinds.normaliser.oracle import NormaliserCase
from ..kinds.rows import RowsCase
from ..law import UNJUDGED, Finding, SessionLike, contract, differ, judge_against, law, worst_of

__all__: list[str] = []


def _refuses_nothing(request: Request, outcome: Outcome) -> bool:
    """Whether an array without rows was refused, by an exception."""
    return request.case.elements == 0 and outcome.status == "raised"


def _needs_answer(request: Request, outcome: Outcome) -> bool:
    """Whether a call needs an answer: not where the implementation declines, nor for an array without rows."""
    return outcome.status != "declined" and not _refuses_nothing(request, outcome)


@contract("returns", applies=_needs_answer)
def returns(request: Request, outcome: Outcome) -> str:
    """Every finite or masked row with a live token gets an answer."""
    return "" if outcome.status == "returned" else _unanswered(request, outcome)


def _unanswered(request: Request, outcome: Outcome) -> str:
    """Say what a call did instead of answering."""
    what = {"raised": "raises", "hung": "does not return:", "died": "ends its process:"}[outcome.status]
    return f"on {request.case.what} ({request.dtype}, {request.case.layout}) it {what} {outcome.detail}"


@contract(
    "empty batch",
    kinds=("mapping", "normaliser"),
    severity="warning",
    applies=lambda request, outcome: request.case.elements == 0 and outcome.status != "declined",
)
def empty_batch(request: Request, outcome: Outcome) -> str:
    """An array without rows gets an answer without rows."""
    return _unanswered(request, outcome) if _refuses_nothing(request, outcome) else ""


@contract("shape")
def shape(request: Request, outcome: Outcome) -> str:
    """The answer has the shape of the logits."""
    if outcome.shape == request.case.answer_shape:
        return ""
    return f"{request.case.what} give an answer of shape {outcome.shape}"


@contract("dtype")
def dtype(request: Request, outcome: Outcome) -> str:
    """The answer has the dtype of the logits."""
    return "" if outcome.dtype == request.dtype else f"{request.dtype} input gives a {outcome.dtype} answer"


@contract("device")
def device(request: Request, outcome: Outcome) -> str:
    """The answer is on the device of the logits."""
    if outcome.device == outcome.input_device:
        return ""
    return f"input on {outcome.input_device} gives an answer on {outcome.device}"


@contract("untouched")
def untouched(request: Request, outcome: Outcome) -> str:
    """A call does not write to the logits, to an incoming gradient, or to the memory around views of them."""
    return "" if outcome.untouched else "the input, or memory next to it, was written to; work on a copy"


@contract("surroundings")
def surroundings(request: Request, outcome: Outcome) -> str:
    """A call leaves the modes of libraries and the working directory as they were, and no threads behind."""
    return f"{outcome.disturbed}; leave the process as it was" if outcome.disturbed else ""


@contract("generators", severity="warning")
def generators(request: Request, outcome: Outcome) -> str:
    """A call neither draws global random numbers nor seeds their generator."""
    return f"it draws from, or seeds, {outcome.drawn}; use a separate generator" if outcome.drawn else ""


@contract("quiet", severity="warning")
def quiet(request: Request, outcome: Outcome) -> str:
    """A call prints nothing on standard output."""
    return f"it prints {outcome.printed[:200]!r}" if outcome.printed else ""


returns.of("attention", "Every call with finite tensors gets an answer, even where a query sees no key.")
shape.of("attention", "The answer has the shape (B, H, M, Dv).")
dtype.of("attention", "The answer has the dtype of the query.")
device.of("attention", "The answer is on the device of the query.")
untouched.of(
    "attention",
    "A call does not write to query, key or value, to an incoming gradient, or to the memory around views of them.",
)


@law("determinism", cites="definition", weight=0.5, compares=True, anywhere=True)
def determinism(session: SessionLike, case: Case) -> Finding:
    """The same call gives the same bits, whatever comes before it or after."""
    between = [session.kind.fit(each, session.setting) for each in case.between]
    first, again, *_, later = session.values(case, case, *between, case)
    repeated = "when the same call is repeated"
    told = [(again, repeated)]
    if case.between:
        (kept,) = session.ask(session.request(case, followed_by=case.rolled()))
        assert kept.values is not None
        told += [(later, "when other calls, some of other sizes, come between")]
        told += [(kept.values, "when it is read after a later call")]
        told += _refilled(session, case)
    else:
        told += [(later, repeated)]
    return worst_of(differ(session, None, first, each, what) for each, what in told)


def _refilled(session: SessionLike, case: Case) -> list[tuple[Float64, str]]:
    """Answer to a case in memory that held another one in the call before, as buffers do that are used again."""
    if not session.setting.writable or case.layout == "expanded":
        return []  # arrays that cannot be written to
    (again,) = session.ask(session.request(case, refilled=case.rolled()))
    assert again.values is not None
    return [(again.values, "when its arrays held other numbers in the call before, in the same memory")]


determinism.of("attention", "The same call gives the same bits, and a later one does not change them.")
determinism.of("loss", "The same call gives the same bits, whatever came before it.")
determinism.of("mapping", "The same call gives the same bits.", weight=1.0)
determinism.cornerstones(listed(*PLAIN), "attention")


@law("state", cites="definition", kinds=("mapping",), compares=True, carries=("others",), anywhere=True)
def state(session: SessionLike, case: MappingCase) -> Finding:
    """A call remembers nothing: earlier and later calls, of whatever size, do not change its answer."""
    z, rolled = case.logits, case.rolled()
    n = z.shape[-1]
    few = session.setting.few_shapes
    wider = np.take(z, np.arange(session.setting.domain.length(longer(n) if few else n + 1)) % n, axis=-1)
    more = np.concatenate([rolled.logits, z, rolled.logits]) if z.ndim > 1 else rolled.logits
    if few and z.ndim > 1:
        more = more[np.arange(next(each for each in reversed(FEW_ROWS) if each != len(z))) % len(more)]
    first, second, _, _ = session.values(case, rolled, case.altered(logits=wider), case.altered(logits=more))
    elsewhere = _at_other_alpha(session, case, first)
    (again,) = session.values(case)
    (kept,) = session.ask(session.request(case, followed_by=rolled))
    assert kept.values is not None
    between = "when other calls, some of other sizes, come between"
    after = "when the tokens are rolled by one, right after the plain call: it depends on earlier calls or positions"
    return worst_of(
        [
            differ(session, None, first, again, between),
            differ(session, None, first, kept.values, "when it is read after a later call"),
            *(differ(session, None, first, each, what) for each, what in _refilled(session, case)),
            differ(session, session.oracle(case), first, np.roll(second, -1, axis=-1), after),
            elsewhere,
        ]
    )


def _at_other_alpha(session: SessionLike, case: MappingCase, first: Float64) -> Finding:
    """Check the same rows at another alpha that was asked for: it is the call's that counts, not that of `first`."""
    setting = session.setting
    if not setting.others:
        return UNJUDGED
    other = setting.others[int(case.logits.size) % len(setting.others)]
    (outcome,) = session.ask(session.request(case, alpha=other))
    assert outcome.values is not None
    expected = session.kind.oracle(replace(setting, alpha=other))(case)
    found = judge_against(session, outcome.values, expected, "a probability")
    if not found.broken or differ(session, session.oracle(case), first, outcome.values, "").broken:
        return UNJUDGED  # right, or wrong in another way, which is another law's matter
    text = f"a call with alpha {other:g} answers like the calls with alpha {setting.alpha:g} before it: {found.message}"
    return replace(found, message=text)


state.cornerstones(
    lambda setting: [MappingCase(stack([Row("gaussian", n, seed=i) for i in range(2)], setting)) for n in (5, 33)]
)


@law("layout", cites="definition", weight=0.5, compares=True, anywhere=True, about="layouts")
def layout(session: SessionLike, case: Case) -> Finding:
    """The layout of the logits in memory changes nothing."""
    case = case.held()
    plain, laid = session.values(case.altered(layout="contiguous"), case)
    what = f"when the {session.kind.told} are {case.layout} in memory ({session.kind.layouts[case.layout]})"
    return differ(session, session.oracle(case), plain, laid, what)


def _laid(case: Case, layout: str, axes: int = 3) -> Case:
    return case.laid(layout, axes)


def _small_in_every_layout(kind: Kind, setting: Setting) -> list[Case]:
    """Some of the small cornerstones of whatever kind."""
    small = [case for case in kind.cornerstones(setting) if case.elements < 200][::9]
    return [case.laid(each) for each in kind.placed(setting) for case in small]


def _several(setting: Setting) -> st.SearchStrategy[Case]:
    rows = drawn(setting).map(lambda rows: MappingCase(stack(rows, setting)))
    return st.builds(_laid, rows, st.sampled_from(setting.layouts), st.integers(3, 4))


def _every_layout(setting: Setting) -> list[MappingCase]:
    sizes = ((5, 3), (33, 3), (5, 4)) if setting.few_shapes else ((4, 3), (65, 3), (5, 4))
    return [
        MappingCase(stack([Row("gaussian", n, seed=i) for i in range(3)], setting)).laid(each, axes)
        for each in setting.layouts
        for n, axes in sizes
        if axes == 3 or each in DEEP
    ]


def _heads_in_every_layout(setting: Setting) -> list[AttentionCase]:
    return [
        Shape(2, 2, 2, 5, 9, value_features=e, layout=each, seed=3).case(setting)
        for each in KINDS["attention"].placed(setting)
        for e in (3, 4)
    ]


def _weights_in_every_layout(setting: Setting) -> list[NormaliserCase]:
    rows = tuple(Row("gaussian", 9, seed=i) for i in range(3))
    return [normaliser_case(setting, rows, i, 1).laid(each) for i, each in enumerate(setting.layouts)]


layout.by_kind(
    cases=lambda kind, setting: st.builds(_laid, kind.cases(setting), st.sampled_from(kind.placed(setting))),
    cornerstones=_small_in_every_layout,
)
layout.of(
    "mapping",
    "The answer does not depend on strides, offsets or broadcasting of the logits in memory.",
    theorem="threshold-form",
    weight=1.0,
)
layout.of("attention", "The answer does not depend on strides and offsets of the tensors in memory.")
layout.draws(_several, "mapping").cornerstones(_every_layout, "mapping")
layout.cornerstones(_heads_in_every_layout, "attention").cornerstones(_weights_in_every_layout, "normaliser")


@law("shapes", cites="threshold-form", kinds=("mapping", "normaliser"), compares=True, empties=True)
def shapes(session: SessionLike, case: RowsCase) -> Finding:
    """Rows lie along the last axis of an array with any number of axes, from one up, even of an array without rows."""
    flat = case.altered(logits=case.logits.reshape(-1, case.logits.shape[-1])) if case.logits.size else case
    values, plain = session.values(case, flat)
    what = f"in an array of shape {case.logits.shape}"
    return differ(session, session.oracle(case), plain.reshape(values.shape), values, what)


SHAPES = (
    *((), (1,), (3,), (2, 2), (1, 3), (3, 1), (2, 3), (2, 1, 2), (1, 1, 1), (0,), (2, 0), (5, 7), (2, 33)),
    *((2, 2, 2, 3), (1, 2, 1, 2, 2)),
)


def _few(shapes: tuple[tuple[int, ...], ...]) -> list[tuple[int, ...]]:
    """Return those of few rows, every number of axes among them."""
    return [each for each in shapes if math.prod(each) < 10]


def _shaped(setting: Setting, batch: tuple[int, ...], n: int, seed: int) -> RowsCase:
    count = int(np.prod(batch))
    rows = tuple(Row("gaussian", n, 1.0 + i % 3, seed + i) for i in range(max(count, 1)))
    flat = normaliser_case(setting, rows, seed, 1) if setting.against else MappingCase(stack(rows, setting))
    return flat.altered(logits=flat.logits[:count].reshape(*batch, flat.logits.shape[-1]))


shapes.draws(
    lambda setting: st.builds(
        _shaped,
        st.just(setting),
        st.sampled_from(_few(SHAPES) if setting.few_shapes else SHAPES),
        st.just(5) if setting.few_shapes else st.integers(1, 40),
        st.integers(0, 999),
    )
)
shapes.cornerstones(
    lambda setting: [_shaped(setting, batch, 5, 0) for batch in (_few(SHAPES) if setting.few_shapes else SHAPES)]
)
shapes.cornerstones(lambda setting: [_shaped(setting, batch, 7, i) for i, batch in enumerate(SHAPES)], "normaliser")
shapes.of("normaliser", theorem="definition", weight=0.5)


@law("single token", cites="one-hot-margin", kinds=("mapping",), compares=True)
def single_token(session: SessionLike, case: MappingCase) -> Finding:
    """A row with one live token gives it probability exactly one."""
    exact = np.isfinite(case.logits).astype(np.float64)
    if (exact.sum(axis=-1) != 1).any():  # as where the format has no infinity to mask the others by
        return UNJUDGED
    (values,) = session.values(case)
    return judge_against(session, values, Expected(exact, exact, np.zeros_like(exact)), "a probability")


# Below the finite stand-ins for -inf that kernels use.
_FAR = (-1e3, -2e4, -1e6, -1e12, -1e31, 3e38)


def _single(setting: Setting, n: int, seed: int, scale: float, count: int) -> MappingCase:
    return MappingCase(stack([Row("one_live", n, scale, seed + i) for i in range(count)], setting))


single_token.draws(
    lambda setting: st.builds(
        _single,
        st.just(setting),
        st.sampled_from((1, 5)) if setting.few_shapes else st.integers(1, 20),
        st.integers(0, 999),
        st.sampled_from((1.0, 0.0, -3.0, 1e3, *_FAR)),
        st.just(3) if setting.few_shapes else st.integers(1, 3),
    )
)
single_token.cornerstones(
    lambda setting: [_single(setting, n, 0, scale, 3) for n in (1, 5) for scale in (0.0, -1.0, *_FAR)]
)
