"""Laws of the gradient, taken through the framework's autograd."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from entmax_oracle.reference.formats import as_format

from ..calls import Float64, Outcome
from ..case import Case, Setting
from ..expected import Expected
from ..inputs.batches import stack
from ..inputs.rows import Row, quantise
from ..kinds.attention.case import TENSORS, AttentionCase
from ..kinds.attention.features import with_scales, with_sinks
from ..kinds.attention.shapes import CAUSAL, PLAIN, drawn, listed
from ..kinds.mapping import MappingCase, cotangent
from ..kinds.rows import RowsCase
from ..law import UNJUDGED, Finding, SessionLike, compare, each_pass, in_training, judge_against, law, worst_of

__all__: list[str] = []


def _ask(session: SessionLike, case: Case, **more: Any) -> tuple[Case, Outcome]:
    """Ask for the gradient; also return the case with the cotangent that was taken."""
    if case.cotangent is None:
        drawn = np.random.default_rng(case.variant).standard_normal(case.answer_shape)
        case = case.altered(cotangent=quantise(drawn, session.setting.dtype))
    more = {"followed_by": case.follower, "alpha_gradient": session.setting.alpha_gradient} | more
    (outcome,) = session.ask(session.request(case, **more))
    return case, outcome


def _unusable(session: SessionLike, case: Case, outcome: Outcome) -> Finding | None:
    """Say why there is no gradient to check."""
    wanted = {name: x for name, x in case.tensors.items() if x.dtype.kind == "f"}
    first, dtype = next(iter(wanted)), session.setting.dtype
    problem = outcome.gradient_problem
    if not problem and not outcome.gradients:
        problem = "no gradient was returned"
    for (name, x), got in zip(wanted.items(), outcome.gradients, strict=False):
        if not problem and got.shape != x.shape:
            problem = f"the gradient in {name} has shape {got.shape}, not {x.shape}"
    if not problem and outcome.gradient_dtype != dtype:
        problem = f"the gradient is {outcome.gradient_dtype}, the {first} {_is(first)} {dtype}"
    return Finding(True, problem, math.inf, math.inf) if problem else None


def _is(noun: str) -> str:
    return "are" if noun.endswith("s") else "is"


def _usable(session: SessionLike, case: Case) -> Float64 | None:
    """Return the gradient in the first tensor, if there is one to check."""
    asked, outcome = _ask(session, case)
    broken = _unusable(session, asked, outcome)
    return outcome.gradients[0] if broken is None and outcome.gradients[0].size else None


def _judged(session: SessionLike, case: Case, outcome: Outcome) -> Finding:
    """Check returned gradients; what seems wrong is compared with the tightest certified bounds."""
    if session.kind.name == "normaliser" and _too_close(session, case):
        return UNJUDGED
    finding = _against(session, outcome, session.oracle.gradients(case))
    sharper = session.oracle.sharper_gradients(case) if finding.broken else None
    return finding if sharper is None else _against(session, outcome, sharper)


def _too_close(session: SessionLike, case: Case) -> bool:
    """Whether two logits of a row differ by so little that the square of the difference, a denominator, underflows."""
    form = as_format(session.setting.compute_dtype or session.setting.dtype)
    form = form if form.precision_bits >= 24 else as_format("float32")
    logits = next(iter(case.tensors.values()))
    gaps = np.diff(np.sort(np.where(np.isfinite(logits), logits, 0.0), axis=-1), axis=-1)
    return bool(((gaps > 0) & (gaps**2 < form.smallest_normal)).any())


def _against(session: SessionLike, outcome: Outcome, expected: dict[str, Expected]) -> Finding:
    def judge(gradients: tuple[Float64, ...]) -> Finding:
        pairs = zip(expected.items(), gradients, strict=False)  # those in options are another law's matter
        return worst_of(_in(name, got, each) for (name, each), got in pairs)

    def _in(name: str, got: Float64, each: Expected) -> Finding:
        several = len(expected) > 1
        what = f"the gradient in {name}" if several else "the gradient"
        found = judge_against(session, got, session.oracle.within(each), what, session.kind.gradient_unit)
        return replace(found, message=f"{what}, {found.message}") if found.broken and several else found

    return each_pass(outcome, judge)


@law("gradient", cites="definition", needs="gradient", anywhere=True)
def gradient(session: SessionLike, case: Case) -> Finding:
    """The vector-Jacobian product is that of the definition, within the allowed rounding error."""
    case, outcome = _ask(session, case)
    broken = _unusable(session, case, outcome)
    return _judged(session, case, outcome) if broken is None else broken


gradient.by_kind(cornerstones=lambda kind, setting: kind.cornerstones(setting, gradient=True))
gradient.of(
    "mapping",
    "The vector-Jacobian product is s*(g - <w, g>), s = p**(2 - alpha) on the support and 0 off it, w = s/sum(s).",
    theorem="jacobian",
    weight=2.0,
)
gradient.of("attention", "The gradients in query, key and value are those of the exact output.")
gradient.of(
    "loss",
    "The gradient in the logits is the probabilities minus the target, within the budget of the enclosure.",
    theorem="conjugate",
)


@law("training", cites="definition", needs="gradient", weight=0.5)
def training(session: SessionLike, case: Case) -> Finding:
    """The answer is equally accurate when its gradient is requested."""
    _, outcome = _ask(session, case)
    assert outcome.values is not None
    return in_training(compare(session, case, outcome.values))


training.of("mapping", theorem="threshold-form", weight=1.0)
training.of("attention", "The output is equally accurate when its gradients are requested.")
training.of("loss", "The losses are equally accurate when their gradient is requested.", theorem="loss-decomposition")
training.of("normaliser", "The weights are equally accurate when their gradient is requested.")
training.cornerstones(listed(*PLAIN, gradient=True), "attention")


@law("overwriting", cites="jacobian", kinds=("mapping",), needs="gradient", severity="warning", weight=0.2)
def overwriting(session: SessionLike, case: MappingCase) -> Finding:
    """If the logits or the answer are overwritten before the backward pass, the gradient is right or refused."""
    _, plain = _ask(session, case)
    if _unusable(session, case, plain) is not None or _judged(session, case, plain).broken:
        return UNJUDGED  # which is another law's matter
    for what in ("answer", "logits"):
        _, outcome = _ask(session, case, overwritten=what)
        if _unusable(session, case, outcome) is None:
            found = _judged(session, case, outcome)
            if found.broken:
                mend = "save tensors with save_for_backward, which notices"
                text = f"when the {what} {_is(what)} overwritten in between, {found.message}; {mend}"
                return replace(found, message=text)
    return Finding()


@law("gradient sum", cites="shift-invariance", kinds=("mapping", "normaliser"), needs="gradient")
def gradient_sum(session: SessionLike, case: RowsCase) -> Finding:
    """The gradient in the logits of a row sums to zero."""
    gradient = _usable(session, case)
    if gradient is None or not np.isfinite(gradient).all():
        return UNJUDGED  # the law of the gradient itself says so
    expected = session.oracle.gradients(case)["logits"]
    lower, allowed = expected.lower, expected.budget
    worst = Finding() if np.isfinite(allowed).all(axis=-1).any() else UNJUDGED
    for at in np.ndindex(gradient.shape[:-1]):
        off, limit = abs(math.fsum(gradient[at])), float(allowed[at].sum())
        ratio = off / limit if off and limit and math.isfinite(limit) else 0.0
        if ratio > worst.ratio:
            ulp = off / float(session.oracle.format.ulp(np.abs([lower[at], gradient[at]]).max()))
            where = f" of row {list(at)}" if at else ""
            message = (
                f"the gradient{where} sums to {off:.3g}, {ratio:.3g}x the allowed rounding error; "
                "adding a constant to the logits changes nothing, so it sums to zero"
            )
            broken = ratio > 1
            details = {"index": [*at, 0], "got": gradient[at]} if broken else {}
            worst = Finding(broken, message if broken else "", ratio, ulp, details)
    return worst


gradient_sum.of("normaliser", needs="gradient of shift")


@law("gradient support", cites="jacobian", kinds=("mapping",), needs="gradient")
def gradient_support(session: SessionLike, case: MappingCase) -> Finding:
    """The gradient is exactly zero at tokens off the support."""
    gradient = _usable(session, case)
    if gradient is None:
        return UNJUDGED  # the law of the gradient itself says so
    # At a token at the threshold itself other subgradients are right too, from alpha = 2 on: a budget, then.
    allowed = session.oracle.gradients(case)["logits"].budget
    outside = (session.oracle(case).support == "out") & (allowed == 0)
    zero = np.zeros_like(gradient)
    return judge_against(session, np.where(outside, gradient, 0.0), Expected(zero, zero, zero), "the gradient")


@law("gradient garbage", cites="jacobian", kinds=("mapping",), needs="gradient", weight=0.2)
def gradient_garbage(session: SessionLike, case: MappingCase) -> Finding:
    """The incoming gradient at tokens certainly off the support changes nothing, however large it is.

    Infinities and NaN are not tried: the textbook formula multiplies them by an exact zero.
    """
    g = case.cotangent
    assert g is not None
    expected = session.oracle.gradients(case)["logits"]
    outside = (session.oracle(case).support == "out") & (expected.budget == 0)
    if not outside.any():
        return Finding()
    largest = as_format(session.setting.dtype).largest / 4
    gradient = _usable(session, case.altered(cotangent=np.where(outside, largest, g), cotangent_layout="contiguous"))
    if gradient is None:
        return UNJUDGED
    found = judge_against(session, gradient, session.oracle.within(expected), "the gradient")
    return (
        replace(found, message=f"where it is {largest!r} off the support, {found.message}") if found.broken else found
    )


def _sparse(setting: Setting) -> list[MappingCase]:
    """Rows whose support leaves tokens out, with ordinary gradients."""
    found = []
    for n, scale in ((3, 10.0), (17, 10.0), (64, 10.0)):
        logits = stack(Row("gaussian", n, scale, n).again(3), setting)
        found.append(MappingCase(logits, variant=2 * n, cotangent=cotangent("normal", logits.shape, n, setting.dtype)))
    return found


gradient_garbage.cornerstones(_sparse)


@law("gradient alone", cites="definition", kinds=("attention",), needs="gradient", weight=0.2)
def gradient_alone(session: SessionLike, case: AttentionCase) -> Finding:
    """The gradient in the query, the key or the value is the same when it is the only one requested."""
    name = TENSORS[case.variant % len(TENSORS)]
    asked, outcome = _ask(session, case, only=name)
    text = f"the gradient in {name}, the only one requested"
    problem = outcome.gradient_problem or ("" if outcome.gradients else "no gradient was returned")
    if not problem and outcome.gradients[0].shape != case.tensors[name].shape:
        problem = f"its shape is {outcome.gradients[0].shape}"
    if problem:
        return Finding(True, f"{text}: {problem}", math.inf, math.inf)
    found = _against(session, outcome, {name: session.oracle.gradients(asked)[name]})
    sharper = session.oracle.sharper_gradients(asked) if found.broken else None
    found = found if sharper is None else _against(session, outcome, {name: sharper[name]})
    return replace(found, message=f"{text}: {found.message}") if found.broken else found


def _alone(setting: Setting) -> list[AttentionCase]:
    cases = listed(*PLAIN[:3], gradient=True)(setting)
    return [case.altered(variant=variant) for case in cases for variant in range(len(TENSORS))]


gradient_alone.cornerstones(_alone)


@law("sinks gradient", cites="definition", kinds=("attention",), needs="sinks gradient", weight=0.4)
def sinks_gradient(session: SessionLike, case: AttentionCase) -> Finding:
    """Sinks get a gradient, like query, key and value, summed over all rows of a head."""
    return UNJUDGED if case.sinks is None else _also(session, case, "sinks")


sinks_gradient.draws(drawn(gradient=True, give=with_sinks))
sinks_gradient.cornerstones(listed(*PLAIN, gradient=True, give=with_sinks))


@law("mask gradient", cites="definition", kinds=("attention",), needs="attn_mask gradient", weight=0.4)
def mask_gradient(session: SessionLike, case: AttentionCase) -> Finding:
    """A mask that is added gets a gradient of its shape, unless the implementation gives it none."""
    mask = case.attn_mask
    if mask is None or case.boolean_mask:
        shape = ((case.query.shape[2], case.key.shape[2]), (case.query.shape[1], 1, case.key.shape[2]))[
            case.variant % 2
        ]
        mask = quantise(np.random.default_rng(case.variant).standard_normal(shape), session.setting.dtype)
    return _also(session, case.altered(attn_mask=mask, boolean_mask=False), "attn_mask")


mask_gradient.cornerstones(listed(*PLAIN, gradient=True))


@law("scales gradient", cites="definition", kinds=("attention",), needs="scales gradient", weight=0.4)
def scales_gradient(session: SessionLike, case: AttentionCase) -> Finding:
    """Scales get a gradient, like query, key and value: each that of the rows which it scales."""
    return UNJUDGED if case.scales is None else _also(session, case, "scale")


scales_gradient.draws(drawn(gradient=True, give=with_scales))
scales_gradient.cornerstones(listed(*PLAIN, gradient=True, give=with_scales))


@law("lse gradient", cites="definition", kinds=("attention",), needs="lse gradient", weight=0.4)
def lse_gradient(session: SessionLike, case: AttentionCase) -> Finding:
    """The logarithms of sums have a gradient in query and key, without which a loss that uses them misses a part."""
    if case.sinks is not None or case.softcap is not None:
        return UNJUDGED  # the gradient is bounded without them
    if not case.sees(session.setting.conventions.align).any(axis=-1).all():
        return UNJUDGED  # a logarithm of nothing has none
    asked, outcome = _ask(session, case, of_second=True)
    text = "the gradient of the logarithms of sums"
    if outcome.gradient_problem:
        mend = "do not detach them, or declare that they have none (--skip-law 'lse gradient')"
        return Finding(True, f"{text}: {outcome.gradient_problem}; {mend}", math.inf, math.inf)
    wanted = {name: asked.tensors[name].shape for name in ("query", "key")}
    for (name, shape), got in zip(wanted.items(), outcome.gradients, strict=True):
        if got.shape != shape:
            return Finding(True, f"{text} in {name} has shape {got.shape}, not {shape}", math.inf, math.inf)
    found = _against(session, outcome, session.oracle.log_sum_gradients(asked, outcome.second_dtype))
    return replace(found, message=f"for the logarithms of sums, {found.message}") if found.broken else found


def _uncapped(case: AttentionCase) -> AttentionCase:
    return case.altered(sinks=None, softcap=None)


lse_gradient.draws(drawn(gradient=True, give=_uncapped))
lse_gradient.cornerstones(listed(*PLAIN, *CAUSAL, gradient=True, give=_uncapped))


def _also(session: SessionLike, case: AttentionCase, name: str) -> Finding:
    """Judge the gradient in an option, asked for with the others."""
    asked, outcome = _ask(session, case, also=name)
    shape = asked.options[name].shape
    problem = outcome.gradient_problem or ("" if outcome.gradients else "no gradient was returned")
    if problem.endswith(f" to {name}"):
        law_name = "scales gradient" if name == "scale" else f"{name} gradient"
        problem += f"; do not detach it, or declare that it has none (--skip-law '{law_name}')"
    if not problem and outcome.gradients[-1].shape != shape:
        problem = f"the gradient in {name} has shape {outcome.gradients[-1].shape}, not {shape}"
    if problem:
        return Finding(True, problem, math.inf, math.inf)
    last = replace(outcome, gradients=outcome.gradients[-1:], gradients_again=outcome.gradients_again[-1:])
    if name == "scale":
        found = _against(session, last, {name: session.oracle.scale_gradient(asked)})
    else:
        found = _against(session, last, {name: session.oracle.gradients(asked)[name]})
        sharper = session.oracle.sharper_gradients(asked) if found.broken else None
        found = found if sharper is None else _against(session, last, {name: sharper[name]})
    return replace(found, message=f"the gradient in {name}, {found.message}") if found.broken else found


@law(
    "gradient padding", cites="definition", kinds=("attention",), needs="gradient", severity="warning", about="lengths"
)
def gradient_padding(session: SessionLike, case: AttentionCase) -> Finding:
    """Keys and values beyond key_lengths change no gradient, even if they are NaN."""
    n = case.key.shape[2]
    lengths = case.key_lengths or tuple(n - 1 - (b + case.variant) % n for b in range(len(case.key)))
    case = case.altered(key_lengths=lengths, layout="contiguous", cotangent_layout="")
    kept = (np.arange(n) < np.array(lengths)[:, None])[:, None, :, None]
    filled = case.altered(key=np.where(kept, case.key, np.nan), value=np.where(kept, case.value, np.nan))
    clean, _ = _ask(session, case)
    asked, outcome = _ask(session, filled.altered(cotangent=clean.cotangent))
    broken = _unusable(session, asked, outcome)
    found = _judged(session, clean, outcome) if broken is None else broken
    text = f"where keys and values beyond key_lengths are NaN, {found.message}"
    return replace(found, message=text) if found.broken else found


gradient_padding.cornerstones(listed(*PLAIN, gradient=True))


@law("gradient symmetry", cites="jacobian-semidefinite", kinds=("mapping",), needs="gradient", weight=0.5)
def gradient_symmetry(session: SessionLike, case: MappingCase) -> Finding:
    """The Jacobian is symmetric: <h, J g> = <g, J h>.

    Each is allowed what rounding moves it by.
    """
    assert case.cotangent is not None
    g = case.cotangent
    h = cotangent("normal", g.shape, case.variant + 1, session.setting.dtype)
    products = []
    for each in (g, h):
        gradient = _usable(session, case.altered(cotangent=each, cotangent_layout="contiguous"))
        if gradient is None:
            return UNJUDGED  # the law of the gradient itself says so
        products.append(gradient)
    if not g.size or not all(np.isfinite(each).all() for each in products):
        return UNJUDGED
    slack: Float64 = np.zeros(g.shape)
    for each, other in ((g, h), (h, g)):
        found = session.oracle.within(session.oracle.gradients(case.altered(cotangent=each))["logits"])
        with np.errstate(invalid="ignore"):  # nothing times infinity claims nothing
            slack += np.nan_to_num(np.abs(other) * (found.budget + (found.upper - found.lower)), nan=0.0, posinf=np.inf)
    worst = Finding() if np.isfinite(slack).all(axis=-1).any() else UNJUDGED
    for at in np.ndindex(g.shape[:-1]):
        off = abs(math.fsum([*(h[at] * products[0][at]), *(-g[at] * products[1][at])]))
        limit = float(slack[at].sum()) + 4 * g.shape[-1] * 2.0**-53 * float(np.abs(h[at] * products[0][at]).sum())
        ratio = off / limit if off and limit and math.isfinite(limit) else 0.0
        if ratio > worst.ratio:
            where = f" of row {list(at)}" if at else ""
            message = (
                f"the Jacobian{where} is not symmetric: <h, J g> and <g, J h> are {off:.3g} apart, {ratio:.3g} times "
                "the allowed rounding error"
            )
            broken = ratio > 1
            details = {"index": [*at, 0], "got": products[0][at]} if broken else {}
            worst = Finding(broken, message if broken else "", ratio, 0.0, details)
    return worst


@law("gradient in alpha", cites="definition", kinds=("mapping",), needs="alpha gradient")
def gradient_in_alpha(session: SessionLike, case: MappingCase) -> Finding:
    """The derivative in alpha is that of the certified mapping."""
    frozen = case.variant % 3 == 2  # frozen logits need no gradient, and alpha has one all the same
    _, outcome = _ask(session, case, frozen=frozen)
    why = " when the logits need no gradient" if frozen else ""
    if outcome.gradient_problem or not outcome.gradients:
        problem = outcome.gradient_problem or "no gradient in alpha was returned"
        return Finding(True, problem + why, math.inf, math.inf)
    by_alpha = outcome.gradients[-1]
    if by_alpha.size != 1:
        return Finding(True, f"the gradient in alpha has shape {by_alpha.shape}{why}", math.inf, math.inf)
    return judge_against(session, by_alpha.reshape(1), session.oracle.alpha_gradient(case), "the gradient in alpha")


gradient_in_alpha.by_kind(cornerstones=lambda kind, setting: kind.cornerstones(setting, gradient=True))
