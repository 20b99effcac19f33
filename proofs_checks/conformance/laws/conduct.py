"""Laws of conduct: what every call owes whatever its values, and that the answer depends on the logits alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from ..calls import Float64, Outcome, Request
from ..inputs.rows import Row
from ..oracle import Oracle
from ..target.frameworks import LAYOUTS
from .base import Case, Contract, Finding, Law, Session, Setting, differ, judge_against, worst_of
from .values import DEEP, cases, deepened, drawn, stack

__all__ = ["CONTRACTS", "LAWS"]


def _returns(call: Request, outcome: Outcome) -> str:
    if outcome.status == "returned":
        return ""
    what = {"raised": "raises", "hung": "does not return:", "died": "ends its process:"}[outcome.status]
    return f"on {call.what} ({call.dtype}, {call.layout}) it {what} {outcome.detail}"


def _shape(call: Request, outcome: Outcome) -> str:
    if outcome.shape == call.answer_shape:
        return ""
    return f"{call.what} give an answer of shape {outcome.shape}"


def _dtype(call: Request, outcome: Outcome) -> str:
    return "" if outcome.dtype == call.dtype else f"{call.dtype} input gives a {outcome.dtype} answer"


def _device(call: Request, outcome: Outcome) -> str:
    if outcome.device == outcome.input_device:
        return ""
    return f"input on {outcome.input_device} gives an answer on {outcome.device}"


def _untouched(call: Request, outcome: Outcome) -> str:
    return "" if outcome.untouched else "the input, or memory next to it, was written to; work on a copy"


def _quiet(call: Request, outcome: Outcome) -> str:
    return f"it prints {outcome.printed!r}" if outcome.printed else ""


def _surroundings(call: Request, outcome: Outcome) -> str:
    return f"{outcome.disturbed}; leave the process as it was" if outcome.disturbed else ""


def _generators(call: Request, outcome: Outcome) -> str:
    return f"it draws from, or seeds, {outcome.drawn}; use a generator of its own" if outcome.drawn else ""


CONTRACTS = (
    Contract("returns", "Every finite or masked row with a live token gets an answer.", "definition", _returns),
    Contract("shape", "The answer has the shape of the logits.", "definition", _shape),
    Contract("dtype", "The answer has the dtype of the logits.", "definition", _dtype),
    Contract("device", "The answer is on the device of the logits.", "definition", _device),
    Contract(
        "untouched",
        "The logits, an incoming gradient, and the memory around views of them, are not written to.",
        "definition",
        _untouched,
    ),
    Contract(
        "surroundings",
        "A call changes no mode of the libraries, not the working directory, and leaves no threads behind.",
        "definition",
        _surroundings,
    ),
    Contract(
        "generators",
        "No global random numbers are drawn, and no generator of them is seeded.",
        "definition",
        _generators,
        severity="warning",
    ),
    Contract("quiet", "Nothing is printed on standard output.", "definition", _quiet, severity="warning"),
)


def judge_determinism(session: Session, case: Case) -> Finding:
    """Judge that the same call gives the same bits."""
    first, *again = session.values(case.logits, case.logits, case.logits)
    return worst_of(
        differ(session, case.logits, first, each, "when the same call is repeated", exactly=True) for each in again
    )


def judge_state(session: Session, case: Case) -> Finding:
    """Judge that nothing is remembered from one call to the next."""
    rolled = np.roll(case.logits, 1, axis=-1)
    longer = np.concatenate([case.logits, case.logits[..., :1]], axis=-1)
    more = np.concatenate([rolled, case.logits, rolled]) if case.logits.ndim > 1 else rolled
    first, second, _, _ = session.values(case.logits, rolled, longer, more)
    elsewhere = _at_other_alpha(session, case, first)
    (again,) = session.values(case.logits)
    (kept,) = session.ask(replace(session.call(case.logits), followed_by=rolled))
    assert kept.values is not None
    between = "when other calls, also of other sizes, come between"
    after = "when the tokens are rolled by one, right after a call without: it depends on earlier calls, or on places"
    return worst_of(
        [
            differ(session, case.logits, first, again, between, exactly=True),
            differ(session, case.logits, first, kept.values, "when it is read after a later call", exactly=True),
            differ(session, case.logits, first, np.roll(second, -1, axis=-1), after),
            elsewhere,
        ]
    )


def _at_other_alpha(session: Session, case: Case, first: Float64) -> Finding:
    """Judge the same rows at another alpha that was asked for: it is the call's that counts, not that of `first`."""
    setting = session.setting
    if not setting.others:
        return Finding()
    other = setting.others[int(case.logits.size) % len(setting.others)]
    (outcome,) = session.ask(replace(session.call(case.logits), alpha=other))
    assert outcome.values is not None
    expected = Oracle(other, setting.dtype, setting.compute_dtype)(case.logits)
    bounds = expected.lower, expected.upper, expected.budget
    found = judge_against(session, outcome.values, *bounds, "a probability")
    if not found.broken or differ(session, case.logits, first, outcome.values, "").broken:
        return Finding()  # right, or wrong in another way, which is another law's matter
    text = f"a call with alpha {other:g} answers as the ones with alpha {setting.alpha:g} before it: {found.message}"
    return replace(found, message=text)


def judge_layout(session: Session, case: Case) -> Finding:
    """Judge that the answer does not depend on how the logits lie in memory."""
    logits = np.broadcast_to(case.logits[:1], case.logits.shape) if case.layout == "expanded" else case.logits
    plain, laid = session.ask(session.call(logits), session.call(logits, case.layout))
    assert plain.values is not None
    assert laid.values is not None
    what = f"when the logits are {case.layout} in memory ({LAYOUTS[case.layout]})"
    return differ(session, logits, plain.values, laid.values, what)


def judge_shapes(session: Session, case: Case) -> Finding:
    """Judge arrays of any number of batch axes, also none, also empty."""
    n = case.logits.shape[-1]
    values, flat = session.values(case.logits, case.logits.reshape(-1, n) if case.logits.size else case.logits)
    return differ(
        session, case.logits, flat.reshape(case.logits.shape), values, f"in an array of shape {case.logits.shape}"
    )


def judge_single(session: Session, case: Case) -> Finding:
    """Judge that a row with one live token gives it probability one."""
    (values,) = session.values(case.logits)
    exact = np.isfinite(case.logits).astype(np.float64)
    return judge_against(session, values, exact, exact, np.zeros_like(exact), "a probability")


# Below what is put in the place of -inf by those who fear it.
_FAR = (-1e3, -2e4, -1e6, -1e12, -1e31, 3e38)
SHAPES = (
    *((), (1,), (3,), (2, 2), (1, 3), (3, 1), (2, 3), (2, 1, 2), (1, 1, 1), (0,), (2, 0), (5, 7), (2, 33)),
    *((2, 2, 2, 3), (1, 2, 1, 2, 2)),
)


def _shaped(setting: Setting, batch: tuple[int, ...], n: int, seed: int) -> Case:
    count = int(np.prod(batch))
    rows = [Row("gaussian", n, 1.0 + i % 3, seed + i) for i in range(max(count, 1))]
    return Case(stack(rows, setting)[:count].reshape(*batch, n))


def _single(setting: Setting, n: int, seed: int, scale: float, count: int) -> Case:
    return Case(stack([Row("one_live", n, scale, seed + i) for i in range(count)], setting))


def _layouts(setting: Setting) -> st.SearchStrategy[Case]:
    several = drawn(setting).map(lambda rows: stack(rows, setting))
    return st.builds(laid_out, several, st.sampled_from(setting.layouts), st.integers(3, 4))


def laid_out(logits: Float64, layout: str, axes: int = 3) -> Case:
    """Rows in a layout; with as many axes as asked for where it tells axes apart."""
    return Case(deepened(logits, axes) if layout in DEEP else logits, layout)


LAWS = (
    Law("determinism", "The same call gives the same bits.", "definition", judge_determinism, cases),
    Law(
        "state",
        "Nothing is remembered between calls: earlier and later ones, also of other sizes, change no answer.",
        "definition",
        judge_state,
        cases,
    ),
    Law(
        "layout",
        "The answer does not depend on strides, offsets or broadcasting of the logits in memory.",
        "threshold-form",
        judge_layout,
        _layouts,
        lambda setting: [
            laid_out(stack([Row("gaussian", n, seed=i) for i in range(3)], setting), layout, axes)
            for layout in setting.layouts
            for n, axes in ((4, 3), (65, 3), (5, 4))
            if axes == 3 or layout in DEEP
        ],
    ),
    Law(
        "shapes",
        "Rows come along the last axis of an array with any number of axes, also one, also of no rows at all.",
        "threshold-form",
        judge_shapes,
        lambda setting: st.builds(
            _shaped,
            st.just(setting),
            st.sampled_from(SHAPES),
            st.just(5) if setting.few_shapes else st.integers(1, 40),
            st.integers(0, 999),
        ),
        lambda setting: [_shaped(setting, batch, 5, 0) for batch in SHAPES],
    ),
    Law(
        "single token",
        "A row with one live token gives it probability exactly one.",
        "one-hot-margin",
        judge_single,
        lambda setting: st.builds(
            _single,
            st.just(setting),
            st.sampled_from((1, 5)) if setting.few_shapes else st.integers(1, 20),
            st.integers(0, 999),
            st.sampled_from((1.0, 0.0, -3.0, 1e3, *_FAR)),
            st.just(3) if setting.few_shapes else st.integers(1, 3),
        ),
        lambda setting: [_single(setting, n, 0, scale, 3) for n in (1, 5) for scale in (0.0, -1.0, *_FAR)],
    ),
)
