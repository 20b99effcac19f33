"""Laws of a single answer: its values, its zeros, its sum, its order."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from hypothesis import strategies as st

from entmax_oracle.reference.formats import as_format

from ..calls import Float64
from ..inputs.rows import FAMILIES, Row
from ..inputs.strategies import batches, offsets
from .base import Case, Finding, Law, Session, Setting, compare, place

__all__ = ["LAWS"]


def stack(rows: Iterable[Row], setting: Setting) -> Float64:
    """Make the logits of some descriptors of one length."""
    return np.stack([row.values(setting.alpha, setting.dtype) for row in rows])


DEEP = ("sliced", "swapped")  # layouts that are others from three axes on


def deepened(x: Float64, axes: int) -> Float64:
    """Add axes before those of a batch of rows, along which the tokens are rolled by one."""
    while x.ndim < axes:
        x = np.stack([x, np.roll(x, 1, axis=-1)])
    return x


def drawn(setting: Setting, max_rows: int = 4, min_n: int = 1) -> st.SearchStrategy[tuple[Row, ...]]:
    """Descriptors of batches for a setting."""
    return batches(setting.dtype, setting.max_n, max_rows, min_n=min_n, few_shapes=setting.few_shapes)


def cases(setting: Setting) -> st.SearchStrategy[Case]:
    """Batches of hard rows."""
    return drawn(setting).map(lambda rows: Case(stack(rows, setting)))


def crowds(setting: Setting) -> list[Case]:
    """Many rows of every family at once, modified in every way, in lengths on both sides of powers of two."""
    found = []
    for n in (1, 2, 3, 4, 6, 8, 15, 17, 32, 48, 65, 127):
        rng = np.random.default_rng(n)
        rows = [
            Row(
                family,
                n,
                float(rng.choice((1.0, 0.1, 3.0, 0.01, 30.0))),
                seed,
                float(rng.choice((0.0, 0.0, -1.0, 1.0)) * rng.choice(offsets(setting.dtype))),
                float(rng.choice((0.0, 0.0, 0.5))),
                ("drawn", "rising", "falling")[seed % 3],
            )
            for seed in range(2)
            for family in FAMILIES
        ]
        found.append(Case(stack(rows, setting)))
    return found


def displaced(setting: Setting) -> list[Case]:
    """Rows as far from zero as the format resolves the window of the support."""
    return [
        Case(stack([row, *row.again(31)], setting))
        for offset in offsets(setting.dtype)[-5:]
        for row in (Row("window", 10, shift=offset), Row("window", 33, shift=-offset))
    ]


def edges(setting: Setting) -> list[Case]:
    """Rows of lengths where blocks begin and end, with all tokens live, the last ones alone, or the first masked."""
    lengths = [n for k in (64, 128, 256, 512, 768, 1024, 2048) for n in (k - 1, k, k + 1, k + 3)]
    if setting.few_shapes:
        lengths = [129, 257, 513, 1025]
    else:
        lengths += [130, 514, 2050]
    lengths = [n for n in lengths if n <= max(setting.long_rows, default=129)]
    if setting.max_n > 1000:
        lengths += [4095, 4096, 4097, 8193]
    few = [
        Case(
            stack(
                [
                    Row("constant", n),
                    Row("gaussian", n, 0.3, n, order="rising"),
                    Row("window", n, seed=n, masked=0.9, order="rising"),
                    Row("window", n, seed=n, masked=0.9, order="falling"),
                    Row("margin", n, seed=n, order="rising"),
                ],
                setting,
            )
        )
        for n in lengths
    ]
    # Vocabularies, and indices beyond 16 bits; few, for each takes a second where compilers meet new shapes.
    lengths = [] if setting.few_shapes or max(setting.long_rows, default=0) < 4000 else [8195, 32771]
    lengths += [65537] if setting.max_n > 1000 else []
    long = [Case(stack([Row("constant", n), Row("gaussian", n, 0.1, n, order="rising")], setting)) for n in lengths]
    return [*few, *long, *([Case(many(setting, 66_001))] if setting.max_n > 1000 else [])]


def many(setting: Setting, count: int, n: int = 3) -> Float64:
    """So many short rows, of a few kinds that come again and again."""
    return np.resize(stack([Row("gaussian", n, 1.0, seed) for seed in range(13)], setting), (count, n))


def cornerstones(setting: Setting) -> list[Case]:
    """Every family at small lengths and some at large ones, shifted, masked, and hard among ordinary."""
    digits = as_format(setting.dtype).precision_bits
    alone = [Row(family, n, seed=n) for family in FAMILIES for n in (1, 2, 5, 33)]
    alone += [Row("gaussian", 64, scale, seed) for seed, scale in enumerate((0.01, 0.3, 1.0, 3.0, 30.0))]
    alone += [Row("gaussian", 48, seed=k, shift=s * 2.0 ** (digits - 6)) for k, s in enumerate((1, -1))]
    alone += [Row("gaussian", 48, seed=3, masked=0.3), Row("levels", 65, seed=4, masked=0.9)]
    families = ("flat", "gaussian", "two_blocks", "spread", "constant", "boundary")
    alone += [
        Row(family, n, seed=n)
        for i, n in enumerate(setting.long_rows)
        for family in (families[i % 6], families[(i + 3) % 6])
    ]
    margins = [(n, scale) for n in (64, 129) for scale in (1.0, 100.0)]
    margins += [(n, (100.0, 1.0)[i % 2]) for i, n in enumerate(setting.long_rows)]
    alone += [Row("crowded_margin", n, scale, seed=n) for n, scale in margins]
    among = (Row("gaussian", 40, seed=1), Row("flat", 40, seed=2), Row("dominant", 40, 10.0, seed=3))
    single = [Case(stack([row], setting)) for row in alone]
    return [*single, Case(stack(among, setting)), *crowds(setting), *displaced(setting), *edges(setting)]


def judge_values(session: Session, case: Case) -> Finding:
    """Judge that answers lie within the budget of the enclosure."""
    (values,) = session.values(case.logits)
    return compare(session, case, values)


def judge_support(session: Session, case: Case) -> Finding:
    """Judge that there are zeros where zero is certain, and only where rounding explains them."""
    (values,) = session.values(case.logits)
    expected = session.oracle(case.logits)
    must = (expected.upper == 0) & (expected.budget == 0)
    ghost = must & (values != 0) & np.isfinite(values)  # what is not finite breaks other laws
    lost = (values == 0) & (expected.support == "in") & (expected.lower > expected.budget)
    for wrong, text in (
        (ghost, "is {got!r}, but the token is certainly outside the support: only an exact zero is right"),
        (lost, "is zero, but the token is certainly in the support, with probability at least {lower!r}"),
    ):
        if wrong.any():
            at = tuple(int(i) for i in np.argwhere(wrong)[0])
            got, lower = float(values[at]), float(expected.lower[at])
            size = max(abs(got), lower)
            return Finding(
                True,
                f"{place(at)} " + text.format(got=got, lower=lower) + f" ({int(wrong.sum())} such tokens)",
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


def judge_simplex(session: Session, case: Case) -> Finding:
    """Judge that answers are finite, not negative, and sum to one."""
    (values,) = session.values(case.logits)
    for wrong, owed in ((~np.isfinite(values), "finite"), (values < 0, "not negative")):
        if wrong.any():
            at = tuple(int(i) for i in np.argwhere(wrong)[0])
            message = f"{place(at)} is {float(values[at])!r}: a probability is {owed}"
            return Finding(True, message, math.inf, math.inf, {"index": list(at), "got": values[at[:-1]]})
    allowed = session.oracle(case.logits).row_sum
    worst = Finding()
    for at in np.ndindex(values.shape[:-1]):
        error = abs(math.fsum(values[at]) - 1.0)
        ratio = error / float(allowed[at]) if error else 0.0
        if ratio > worst.ratio:
            ulp = error / float(session.oracle.format.ulp(1.0))
            message = (
                f"{'row ' + str(list(at)) if at else 'the row'} sums to {math.fsum(values[at])!r}: off by {error:.3g}, "
                f"{ratio:.3g} times what rounding explains ({float(allowed[at]):.3g})"
            )
            worst = Finding(ratio > 1, message if ratio > 1 else "", ratio, ulp, {"index": [*at, 0], "got": values[at]})
    return worst


def judge_order(session: Session, case: Case) -> Finding:
    """Judge that a larger logit gets no smaller probability."""
    return judge_pairs(session, case, own_error(session, case.logits), tied=False)


def judge_ties(session: Session, case: Case) -> Finding:
    """Judge that equal logits get equal probabilities."""
    return judge_pairs(session, case, own_error(session, case.logits), tied=True)


def own_error(session: Session, logits: Float64) -> Float64:
    """Bound the part of a token's error that is its own.

    tau and the normalisation are shared by a row, so their errors move all its tokens in step. What is left is
    the rounding of ``x - tau`` and of the power. With ``t = p**(alpha-1)`` and u the unit roundoff of the
    arithmetic, ``x = (alpha-1)*(z - max z)`` and its difference to tau are off by at most
    ``2u(|x - max x| + t)``, which is ``2u max t``; a power or exponential of a library within 1 ulp adds
    ``2u(2 + |ln p|) p``, since the exponent itself is rounded; and storing adds half an ulp of the format.
    """
    expected = session.oracle(logits)
    form = session.oracle.format
    inner = session.setting.compute_dtype or ("float32" if form.precision_bits < 24 else form.name)
    u = as_format(inner).unit_roundoff
    step = session.setting.alpha - 1.0
    p = expected.upper
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.where(p > 0, np.abs(np.log(p)), 0.0)
        library = 2 * u * (2 + log) * p
        if step == 0:
            live = np.where(np.isfinite(logits), logits, np.nan)
            depth = np.nan_to_num(np.nanmax(live, axis=-1, keepdims=True) - live)
            swing = 2 * u * depth * p
        else:
            t = p**step
            slip = 2 * u * t.max(axis=-1, keepdims=True)
            swing = (t + slip) ** (1 / step) - np.maximum(t - slip, 0.0) ** (1 / step)
            swing = np.where(expected.budget == 0, 0.0, swing)
    storing = np.where(expected.budget == 0, 0.0, form.ulp(p) / 2 + form.smallest_subnormal)
    return np.asarray(library + swing + storing)


def judge_pairs(session: Session, case: Case, slack: Float64, *, tied: bool) -> Finding:
    """Judge pairs of tokens, each allowed an error of its own: tied ones, or a larger and a smaller one."""
    (values,) = session.values(case.logits)
    worst = Finding()
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
            message += f", {float(ratio[k]):.3g} times what rounding explains"
            broken = bool(ratio[k] > 1)
            details = {"index": [*at, token], "got": values[at]} if broken else {}
            worst = Finding(broken, message if broken else "", float(ratio[k]), ulp, details)
    return worst


LAWS = (
    Law(
        "values",
        "Every probability lies within the error budget of the certified enclosure.",
        "threshold-form",
        judge_values,
        cases,
        cornerstones,
        weight=4.0,
    ),
    Law(
        "support",
        "A token that is certainly outside the support gets an exact zero; one certainly inside does not.",
        "support-norm-criterion",
        judge_support,
        cases,
        crowds,
        weight=2.0,
    ),
    Law(
        "simplex",
        "Probabilities are finite, not negative, and sum to one within the budget of the row sum.",
        "threshold-form",
        judge_simplex,
        cases,
        lambda setting: [*crowds(setting), *displaced(setting)],
    ),
    Law(
        "order",
        "A larger logit gets no smaller probability, beyond the rounding of the two tokens themselves.",
        "order",
        judge_order,
        cases,
        crowds,
    ),
    Law(
        "ties",
        "Equal logits of a row get equal probabilities, beyond the rounding of the two tokens themselves.",
        "order",
        judge_ties,
        lambda setting: drawn(setting, min_n=2).map(lambda rows: Case(tie(stack(rows, setting)))),
    ),
)


def tie(logits: Float64) -> Float64:
    """Copy the first half of every row over the second, so that most tokens have a twin."""
    tied = logits.copy()
    half = logits.shape[-1] // 2
    tied[..., half : 2 * half] = logits[..., :half]
    # Masking may have hidden every token of the first half.
    dead = ~np.isfinite(tied).any(axis=-1)
    tied[dead] = logits[dead]
    return tied
