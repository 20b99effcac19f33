"""Laws of the gradient, taken through the framework's autograd."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import cycle, product

import numpy as np
from hypothesis import strategies as st

from ..calls import Float64, Outcome
from ..inputs.rows import FAMILIES, Row, quantise
from .base import Case, Finding, Law, Session, Setting, compare, each_pass, in_training, judge_against
from .values import DEEP, deepened, drawn, many, stack

__all__ = ["LAWS"]

COTANGENTS = ("normal", "constant", "one-hot", "large", "signs", "scaled", "tiny")


def cotangent(kind: str, shape: tuple[int, ...], variant: int, dtype: str) -> Float64:
    """Make an incoming gradient of some kind, in numbers of the format."""
    rng = np.random.default_rng(variant)
    if kind == "constant":
        return np.ones(shape)
    if kind == "one-hot":
        g = np.zeros(shape)
        g[..., rng.integers(shape[-1])] = 1.0
        return g
    if kind == "scaled" and dtype == "float16":  # as losses are in half precision: large, and nearly equal
        return quantise(4e4 * (1 + rng.standard_normal(shape) / 64), dtype)
    if kind == "tiny":  # as those of a mean over many tokens are
        return quantise(rng.standard_normal(shape) * 2.0 ** (-10 if dtype == "float16" else -30), dtype)
    if kind == "signs":
        return rng.choice([-1.0, 1.0], shape)
    return quantise(rng.standard_normal(shape) * (1e3 if kind in ("large", "scaled") else 1.0), dtype)


def _case(
    setting: Setting, rows: tuple[Row, ...], kind: str, variant: int, layout: str = "contiguous", laid: str = ""
) -> Case:
    """Make a case; `layout` is that of the logits, `laid` that of the incoming gradient, like theirs by default."""
    logits = stack(rows, setting)
    laid = laid or layout
    if {layout, laid} & set(DEEP):
        logits = deepened(logits, 3 + variant % 2)
    g = cotangent(kind, logits.shape, variant, setting.dtype)
    # A gradient of a sum arrives broadcast, with stride 0: a layout that backward passes tend to forget.
    if kind == "constant" and "expanded" in setting.layouts:
        laid = "constant"
    if "expanded" in (layout, laid):
        logits = np.broadcast_to(logits[:1], logits.shape) if layout == "expanded" else logits
        g = np.broadcast_to(g[:1], g.shape) if laid == "expanded" else g
    return Case(logits, layout, variant, cotangent=g, cotangent_layout=laid)


def cases(setting: Setting) -> st.SearchStrategy[Case]:
    """Hard rows and incoming gradients of several kinds."""
    return st.builds(
        _case,
        st.just(setting),
        drawn(setting, 3),
        st.sampled_from(COTANGENTS),
        st.integers(0, 999),
        st.sampled_from(("contiguous", "contiguous", *setting.layouts)),
    )


def cornerstones(setting: Setting) -> list[Case]:
    """Ordinary rows with every kind of incoming gradient and layout, crowds of hard ones, and long ones."""
    short = [
        _case(setting, (Row("gaussian", n, scale, n), Row("gaussian", n, scale, n + 1)), kind, n)
        for kind in COTANGENTS
        for n, scale in ((3, 1.0), (17, 2.0), (64, 0.3))
    ]
    masked = _case(setting, (Row("gaussian", 24, seed=5, masked=0.4),), "normal", 1)
    long = [_case(setting, (Row("gaussian", n, seed=n),), "normal", n) for n in setting.long_rows[:2]]
    rows = (Row("gaussian", 9, 0.7, 1), Row("levels", 9, 1.0, 2), Row("window", 9, 1.0, 3))
    laid = [_case(setting, rows, "normal", k, "contiguous", layout) for k, layout in enumerate(setting.layouts)]
    laid += [_case(setting, rows, "normal", k, layout, "contiguous") for k, layout in enumerate(setting.layouts)]
    crowds = [
        _case(setting, tuple(Row(f, n, s, n + i) for i, (f, s) in enumerate(product(FAMILIES, (1.0, 0.3)))), kind, n)
        for n, kind in zip((1, 2, 3, 7, 16, 33, 65), cycle(COTANGENTS), strict=False)
    ]
    edges = [
        _case(
            setting, tuple(Row(f, n, 0.3, n, order="rising") for f in ("constant", "gaussian", "window")), "normal", n
        )
        for n in (63, 65, 127, 129, 255, 257, 513, *setting.long_rows[:1])
    ]
    return [*short, masked, *laid, *crowds, *edges, *long, *faint(setting), *crowded(setting)]


def crowded(setting: Setting) -> list[Case]:
    """More rows than a block or a grid holds, and more tokens than fit in one."""
    counts = (1031, 66_001) if setting.max_n > 1000 else (1031,)
    rows = [many(setting, count) for count in counts]
    if max(setting.long_rows, default=0) >= 4000 and not setting.few_shapes:
        rows.append(stack([Row("constant", 32_771)], setting))
    # Of one sign, so that what a sum leaves out shows.
    return [Case(each, cotangent=np.abs(cotangent("normal", each.shape, 0, setting.dtype))) for each in rows]


def faint(setting: Setting) -> list[Case]:
    """Incoming gradients at the least likely token well inside the support alone: nothing covers an absolute error."""
    depth = min(0.6 / (setting.alpha - 1), 20.0) if setting.alpha > 1 else 20.0
    found = []
    for n, scale in ((5, 1.0), (17, 3.0), (64, 3.0), (5, 8.0)):
        logits = stack((Row("gaussian", n, scale, n),), setting)
        inside = np.where(logits > logits.max() - depth, logits, np.inf)
        found.append(Case(logits, variant=2 * n, cotangent=np.eye(n)[[inside.argmin()]]))
    return found


def ask(session: Session, case: Case, *, overwritten: str = "", frozen: bool = False) -> Outcome:
    """Ask for the gradient."""
    setting = session.setting
    assert case.cotangent is not None
    call = replace(
        session.call(case.logits, case.layout),
        cotangent=case.cotangent,
        cotangent_layout=case.cotangent_layout,
        alpha_gradient=setting.alpha_gradient,
        # Every other backward pass comes after another forward pass, as in a network.
        followed_by=np.roll(case.logits, 1, axis=-1) if case.variant % 2 else None,
        overwritten=overwritten,
        frozen=frozen,
    )
    (outcome,) = session.ask(call)
    return outcome


def _unusable(case: Case, outcome: Outcome, dtype: str) -> Finding | None:
    """Why there is no gradient to judge."""
    gradient = outcome.gradient
    if outcome.gradient_problem or gradient is None:
        problem = outcome.gradient_problem or "no gradient came back"
    elif gradient.shape != case.logits.shape:
        problem = f"the gradient has shape {gradient.shape}, the logits {case.logits.shape}"
    elif outcome.gradient_dtype != dtype:
        problem = f"the gradient is {outcome.gradient_dtype}, the logits are {dtype}"
    else:
        return None
    return Finding(True, problem, math.inf, math.inf)


def judge_gradient(session: Session, case: Case) -> Finding:
    """Judge the vector-Jacobian product."""
    outcome = ask(session, case)
    broken = _unusable(case, outcome, session.setting.dtype)
    return _judge_product(session, case, outcome) if broken is None else broken


def judge_overwriting(session: Session, case: Case) -> Finding:
    """Judge the gradient when the logits or the answer were changed before it was taken; refusing is right."""
    if judge_gradient(session, case).broken:
        return Finding()  # which is another law's matter
    for what, verb in (("answer", "is"), ("logits", "are")):
        outcome = ask(session, case, overwritten=what)
        if _unusable(case, outcome, session.setting.dtype) is None:
            found = _judge_product(session, case, outcome)
            if found.broken:
                mend = "save tensors with save_for_backward, which notices"
                return replace(found, message=f"when the {what} {verb} overwritten in between, {found.message}; {mend}")
    return Finding()


def _judge_product(session: Session, case: Case, outcome: Outcome) -> Finding:
    assert case.cotangent is not None
    assert outcome.gradient is not None
    lower, upper, allowed = session.oracle.vjp(case.logits, case.cotangent)
    # A product too large for the format has nothing to compare with.
    size = np.maximum(np.abs(lower), np.abs(upper))
    allowed = np.where(size + allowed < session.oracle.format.largest, allowed, np.inf)
    return each_pass(
        outcome, lambda gradients: judge_against(session, gradients[0], lower, upper, allowed, "the gradient")
    )


def judge_training(session: Session, case: Case) -> Finding:
    """Judge the answer that a gradient is asked of."""
    outcome = ask(session, case)
    assert outcome.values is not None
    return in_training(compare(session, case, outcome.values))


def judge_sum(session: Session, case: Case) -> Finding:
    """Judge that the gradient is orthogonal to a shift of the logits."""
    outcome = ask(session, case)
    gradient = outcome.gradient
    if _unusable(case, outcome, session.setting.dtype) is not None or gradient is None:
        return Finding()  # the law of the gradient itself says so
    assert case.cotangent is not None
    if not np.isfinite(gradient).all():
        return Finding()
    lower, _, allowed = session.oracle.vjp(case.logits, case.cotangent)
    worst = Finding()
    for at in np.ndindex(gradient.shape[:-1]):
        off, limit = abs(math.fsum(gradient[at])), float(allowed[at].sum())
        ratio = off / limit if off and limit else 0.0
        if ratio > worst.ratio:
            ulp = off / float(session.oracle.format.ulp(np.abs([lower[at], gradient[at]]).max()))
            where = f" of row {list(at)}" if at else ""
            message = (
                f"the gradient{where} sums to {off:.3g}, {ratio:.3g} times what rounding explains; "
                "adding a constant to the logits changes nothing, so it sums to zero"
            )
            broken = ratio > 1
            details = {"index": [*at, 0], "got": gradient[at]} if broken else {}
            worst = Finding(broken, message if broken else "", ratio, ulp, details)
    return worst


def judge_support(session: Session, case: Case) -> Finding:
    """Judge that the gradient is exactly zero at tokens that are certainly off the support."""
    outcome = ask(session, case)
    gradient = outcome.gradient
    if _unusable(case, outcome, session.setting.dtype) is not None or gradient is None or not gradient.size:
        return Finding()  # the law of the gradient itself says so
    assert case.cotangent is not None
    # At a token at the threshold itself other subgradients are right too, from alpha = 2 on: a budget, then.
    _, _, allowed = session.oracle.vjp(case.logits, case.cotangent)
    outside = (session.oracle(case.logits).support == "out") & (allowed == 0)
    zero = np.zeros_like(gradient)
    return judge_against(session, np.where(outside, gradient, 0.0), zero, zero, zero, "the gradient")


def judge_symmetry(session: Session, case: Case) -> Finding:
    """Judge that <h, J g> is <g, J h>, each allowed what rounding moves it by."""
    assert case.cotangent is not None
    g = case.cotangent
    h = cotangent("normal", g.shape, case.variant + 1, session.setting.dtype)
    products = []
    for each in (g, h):
        outcome = ask(session, replace(case, cotangent=each, cotangent_layout="contiguous"))
        gradient = outcome.gradient
        if _unusable(case, outcome, session.setting.dtype) is not None or gradient is None:
            return Finding()  # the law of the gradient itself says so
        products.append(gradient)
    if not g.size or not all(np.isfinite(each).all() for each in products):
        return Finding()
    slack: Float64 = np.zeros(g.shape)
    for each, other in ((g, h), (h, g)):
        lower, upper, allowed = session.oracle.vjp(case.logits, each)
        size = np.maximum(np.abs(lower), np.abs(upper))
        allowed = np.where(size + allowed < session.oracle.format.largest, allowed, np.inf)
        with np.errstate(invalid="ignore"):  # nothing times infinity claims nothing
            slack += np.nan_to_num(np.abs(other) * (allowed + (upper - lower)), nan=0.0, posinf=np.inf)
    worst = Finding()
    for at in np.ndindex(g.shape[:-1]):
        off = abs(math.fsum([*(h[at] * products[0][at]), *(-g[at] * products[1][at])]))
        limit = float(slack[at].sum()) + 4 * g.shape[-1] * 2.0**-53 * float(np.abs(h[at] * products[0][at]).sum())
        ratio = off / limit if off and limit and math.isfinite(limit) else 0.0
        if ratio > worst.ratio:
            where = f" of row {list(at)}" if at else ""
            message = (
                f"the Jacobian{where} is not symmetric: <h, J g> and <g, J h> are {off:.3g} apart, {ratio:.3g} times "
                "what rounding explains"
            )
            broken = ratio > 1
            details = {"index": [*at, 0], "got": products[0][at]} if broken else {}
            worst = Finding(broken, message if broken else "", ratio, 0.0, details)
    return worst


def judge_alpha(session: Session, case: Case) -> Finding:
    """Judge the gradient in alpha."""
    frozen = case.variant % 3 == 2  # frozen logits need no gradient, and alpha has one all the same
    outcome = ask(session, case, frozen=frozen)
    why = " while the logits need none" if frozen else ""
    if outcome.gradient_problem or not outcome.gradients:
        problem = outcome.gradient_problem or "no gradient in alpha came back"
        return Finding(True, problem + why, math.inf, math.inf)
    by_alpha = outcome.gradients[-1]
    if by_alpha.size != 1:
        return Finding(True, f"the gradient in alpha has shape {by_alpha.shape}{why}", math.inf, math.inf)
    assert case.cotangent is not None
    exact, allowed = session.oracle.alpha_gradient(case.logits, case.cotangent)
    got = by_alpha.reshape(1)
    return judge_against(
        session, got, np.array([exact]), np.array([exact]), np.array([allowed]), "the gradient in alpha"
    )


LAWS = (
    Law(
        "gradient",
        "The vector-Jacobian product is s*(g - <w, g>), s = p**(2 - alpha) on the support and 0 off it, w = s/sum(s).",
        "jacobian",
        judge_gradient,
        cases,
        cornerstones,
        weight=2.0,
        needs="gradient",
    ),
    Law(
        "training",
        "The answer is as right where its gradient is wanted.",
        "threshold-form",
        judge_training,
        cases,
        needs="gradient",
    ),
    Law(
        "overwriting",
        "A gradient is right, or refused, when the logits or the answer were overwritten before it was taken.",
        "jacobian",
        judge_overwriting,
        cases,
        severity="warning",
        weight=0.2,
        needs="gradient",
    ),
    Law(
        "gradient sum",
        "The gradient in the logits of a row sums to zero.",
        "shift-invariance",
        judge_sum,
        cases,
        needs="gradient",
    ),
    Law(
        "gradient support",
        "The gradient is exactly zero at tokens off the support.",
        "jacobian",
        judge_support,
        cases,
        needs="gradient",
    ),
    Law(
        "gradient symmetry",
        "The Jacobian is symmetric: <h, J g> = <g, J h>.",
        "jacobian-semidefinite",
        judge_symmetry,
        cases,
        weight=0.5,
        needs="gradient",
    ),
    Law(
        "gradient in alpha",
        "The derivative in alpha is that of the certified mapping.",
        "definition",
        judge_alpha,
        cases,
        cornerstones,
        needs="alpha gradient",
    ),
)
