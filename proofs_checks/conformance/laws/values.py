"""Laws of a single answer: its values, its zeros, its sum, its order."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from ..case import Case, Setting
from ..inputs.batches import crowds, displaced, drawn, stack, tie
from ..kinds.mapping import MappingCase
from ..kinds.normaliser import inputs as normalisers
from ..kinds.rows import RowsCase
from ..law import UNJUDGED, Finding, SessionLike, compare, law, located, number, times_allowed

__all__: list[str] = []

_ROWS = ("mapping", "normaliser")


@law("values", cites="definition", anywhere=True)
def values(session: SessionLike, case: Case) -> Finding:
    """Every answer is within the allowed rounding error of the exact one."""
    (answer,) = session.values(case)
    return compare(session, case, answer)


values.by_kind(cornerstones=lambda kind, setting: kind.cornerstones(setting))
values.of(
    "mapping",
    "Every probability lies within the error budget of the certified enclosure.",
    theorem="threshold-form",
    weight=4.0,
)
values.of("attention", "The output lies within the error budget of the exact one.", weight=3.0)
values.of(
    "loss",
    "Every loss lies within the error budget of the certified enclosure.",
    theorem="loss-decomposition",
    weight=2.0,
)
values.of("normaliser", "Every weight is that of the definition, within the allowed rounding error.", weight=4.0)


def _crowded(setting: Setting) -> list[MappingCase]:
    return [MappingCase(logits) for logits in crowds(setting)]


@law("support", cites="support-norm-criterion", kinds=_ROWS, weight=2.0, anywhere=True)
def support(session: SessionLike, case: RowsCase) -> Finding:
    """A token that is certainly outside the support gets an exact zero; one certainly inside does not."""
    (values,) = session.values(case)
    expected = session.oracle(case)
    must = (expected.upper == 0) & (expected.budget == 0)
    ghost = must & (values != 0) & np.isfinite(values)  # what is not finite breaks other laws
    lost = (values == 0) & (expected.support == "in") & (expected.lower > expected.budget)
    for wrong, text in (
        (ghost, "is {got!r}, but the token is certainly outside the support, where only an exact zero is right"),
        (lost, "is zero, but the token is certainly in the support, with probability at least {lower!r}"),
    ):
        if wrong.any():
            at = tuple(int(i) for i in np.argwhere(wrong)[0])
            got, lower = float(values[at]), float(expected.lower[at])
            size, count = max(abs(got), lower), int(wrong.sum())
            return Finding(
                True,
                f"{located(at)} {text.format(got=got, lower=lower)} ({count} such token{'s' if count > 1 else ''})",
                math.inf,
                size / float(session.oracle.format.ulp(size)),
                {
                    "index": list(at),
                    "got": values[at[:-1]],
                    "lower": expected.lower[at[:-1]],
                    "upper": expected.upper[at[:-1]],
                    "budget": expected.budget[at[:-1]],
                },
            )
    return Finding()


support.of(
    "normaliser",
    "A token whose weight is certainly zero gets an exact zero; one whose weight is certainly positive does not.",
    theorem="definition",
    weight=1.0,
)
support.cornerstones(_crowded, "mapping").cornerstones(normalisers.crowds, "normaliser")


@law("simplex", cites="threshold-form", kinds=_ROWS, anywhere=True)
def simplex(session: SessionLike, case: RowsCase) -> Finding:
    """Probabilities are finite, not negative, and sum to one within the budget of the row sum."""
    (values,) = session.values(case)
    for wrong, wanted in ((~np.isfinite(values), "finite"), (values < 0, "not negative")):
        if wrong.any():
            at = tuple(int(i) for i in np.argwhere(wrong)[0])
            message = f"{located(at)}: got {number(float(values[at]))}; a probability is {wanted}"
            return Finding(True, message, math.inf, math.inf, {"index": list(at), "got": values[at[:-1]]})
    allowed = session.oracle(case).row_sum
    worst = Finding()
    for at in np.ndindex(values.shape[:-1]):
        error = abs(math.fsum(values[at]) - 1.0)
        ratio = error / float(allowed[at]) if error else 0.0
        if ratio > worst.ratio:
            ulp = error / float(session.oracle.format.ulp(1.0))
            message = (
                f"{'row ' + str(list(at)) if at else 'the row'} sums to {math.fsum(values[at])!r} instead of 1: "
                f"off by {error:.3g}, {times_allowed(ratio, float(allowed[at]))}"
            )
            worst = Finding(ratio > 1, message if ratio > 1 else "", ratio, ulp, {"index": [*at, 0], "got": values[at]})
    return worst


simplex.of(
    "normaliser",
    "Weights are finite, not negative, and sum to one within the allowed rounding error.",
    theorem="definition",
    needs="simplex",
)
simplex.cornerstones(
    lambda setting: [*_crowded(setting), *(MappingCase(logits) for logits in displaced(setting))], "mapping"
)
simplex.cornerstones(normalisers.crowds, "normaliser")


@law("order", cites="order", kinds=_ROWS)
def order(session: SessionLike, case: RowsCase) -> Finding:
    """A larger logit gets at least as large a probability, up to the rounding of the two tokens."""
    return _pairs(session, case, tied=False)


order.of("normaliser", "A larger logit gets at least as large a weight.", needs="order")
order.cornerstones(_crowded, "mapping").cornerstones(normalisers.crowds, "normaliser")


@law("ties", cites="order", kinds=_ROWS)
def ties(session: SessionLike, case: RowsCase) -> Finding:
    """Equal logits of a row get equal probabilities, up to the rounding of the two tokens."""
    return _pairs(session, case, tied=True)


def _twins(setting: Setting) -> st.SearchStrategy[MappingCase]:
    return drawn(setting, min_n=2).map(lambda rows: MappingCase(tie(stack(rows, setting))))


ties.of("normaliser", "Equal logits of a row get equal weights.", needs="order")
ties.draws(_twins, "mapping")
ties.draws(
    lambda setting: normalisers.cases(setting).map(lambda case: case.altered(logits=tie(case.logits))), "normaliser"
)


def _pairs(session: SessionLike, case: RowsCase, *, tied: bool) -> Finding:
    """Compare pairs of tokens, each allowed an error of its own: tied ones, or a larger and a smaller one."""
    (values,) = session.values(case)
    slack = session.oracle.own_error(case)
    worst = Finding() if np.isfinite(values).all(axis=-1).any() else UNJUDGED
    for at in np.ndindex(values.shape[:-1]):
        order = np.argsort(case.logits[at], kind="stable")
        z, p, e = case.logits[at][order], values[at][order], slack[at][order]
        if not np.isfinite(p).all():
            continue  # the values are another law's matter
        with np.errstate(invalid="ignore"):
            runs = np.flatnonzero(np.diff(z, prepend=np.nan) != 0)
        if tied:
            other = np.repeat(np.minimum.reduceat(p, runs), np.diff([*runs, len(z)]))
            drop = p - other
            allowed = 2 * e
        else:
            # Everything at or below a token, but its own ties, against it.
            top = np.maximum.accumulate(np.maximum.reduceat(p - e, runs))
            below = np.repeat(np.concatenate([[-np.inf], top[:-1]]), np.diff([*runs, len(z)]))
            drop = np.maximum(below - p, 0.0)
            allowed = e
            other = below
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(drop == 0, 0.0, drop / allowed)
        k = int(ratio.argmax())
        if ratio[k] > worst.ratio:
            ulp = float(drop[k] / session.oracle.format.ulp(max(abs(p[k]), abs(float(other[k])))))
            token = int(order[k])
            if tied:
                message = (
                    f"tokens with the same logit {float(z[k])!r} get {float(p[k])!r} (token {token}) and "
                    f"{float(other[k])!r}: {ulp:.3g} ulp of {session.setting.dtype} apart"
                )
            else:
                message = (
                    f"token {token} with logit {float(z[k])!r} gets {float(p[k])!r}, less than a token with a "
                    f"smaller logit gets, by more than {ulp:.3g} ulp of {session.setting.dtype}"
                )
            message += f", {times_allowed(float(ratio[k]), float(allowed[k]))}"
            broken = bool(ratio[k] > 1)
            details = {"index": [*at, token], "got": values[at]} if broken else {}
            worst = Finding(broken, message if broken else "", float(ratio[k]), ulp, details)
    return worst
