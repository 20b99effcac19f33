"""Laws that relate two answers: under permutation, shift, deletion of masked tokens, and batching."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from entmax_oracle.reference.formats import as_format

from ..calls import Float64
from ..inputs.rows import Row, moved
from ..inputs.strategies import offsets, shifts
from .base import Case, Finding, Law, Session, Setting, differ, worst_of
from .values import drawn, stack

__all__ = ["LAWS"]


def judge_permutation(session: Session, case: Case) -> Finding:
    """Judge that permuting the tokens permutes the probabilities."""
    order = np.random.default_rng(case.variant).permutation(case.logits.shape[-1])
    straight, permuted = session.values(case.logits, case.logits[..., order])
    restored = np.empty_like(permuted)
    restored[..., order] = permuted
    return differ(session, case.logits, straight, restored, "when the tokens are permuted")


def judge_shift(session: Session, case: Case) -> Finding:
    """Judge that adding a constant to a row changes nothing."""
    base, after, shift = moved(case.logits, case.shift, session.setting.dtype)
    straight, shifted = session.values(base, after)
    return differ(session, base, straight, shifted, f"when {shift!r} is added to every logit, exactly")


def judge_deletion(session: Session, case: Case) -> Finding:
    """Judge that a masked token gets zero, and the others what they get without it."""
    kept = case.logits
    n = kept.shape[-1]
    rng = np.random.default_rng(case.variant)
    total = n + 1 + (n + 1 if session.setting.few_shapes else int(rng.integers(n + 2)))
    places = np.sort(rng.permutation(total)[:n])
    full = np.full((*kept.shape[:-1], total), mask_value(session.setting, kept, case.variant))
    full[..., places] = kept
    deleted, masked = session.values(kept, full)
    hidden = np.ones(total, dtype=bool)
    hidden[places] = False
    mask = f"{total - n} tokens with the logit {float(full[..., hidden].flat[0])!r} are inserted"
    # A row that has no answer even without the masked tokens is another law's matter.
    answered = np.isfinite(deleted).all(axis=-1, keepdims=True)
    zeros = np.broadcast_to(np.where(answered, 0.0, np.nan), (*kept.shape[:-1], total - n))
    leak = differ(session, kept, zeros, masked[..., hidden], f"for tokens that are masked, when {mask}", exactly=True)
    return worst_of([leak, differ(session, kept, deleted, masked[..., places], f"when {mask}")])


def mask_value(setting: Setting, kept: Float64, variant: int) -> float:
    """-inf, or for every third variant the lowest finite number where that is just as good.

    It is where it lies 1/(alpha-1) below the smallest maximum of a row.
    """
    lowest = -as_format(setting.dtype).largest
    peak = float(kept.max(axis=-1).min(initial=np.inf))
    if variant % 3 or setting.alpha == 1 or lowest > min(peak, 0.0) - 2 / (setting.alpha - 1):
        return -np.inf
    return lowest


def judge_batch(session: Session, case: Case) -> Finding:
    """Judge that a row gets the same answer in any company."""
    rows, places = np.unique(case.logits.reshape(-1, case.logits.shape[-1]), axis=0, return_inverse=True)
    together, *alone = session.values(case.logits, *(row[np.newaxis] for row in rows))
    apart = np.concatenate(alone)[places.ravel()].reshape(case.logits.shape)
    return differ(session, case.logits, apart, together, "in the batch, against the same row alone")


def shifted_far(setting: Setting) -> list[Case]:
    """Ordinary rows, short and longer, moved as far as the format still resolves logits of order one."""
    far = offsets(setting.dtype)[-2:]
    rows = [Row("gaussian", n, seed=n).values(setting.alpha, setting.dtype) for n in (2, 7, 33)]
    return [Case(row, shift=sign * each) for row in rows for each in far for sign in (1.0, -1.0)]


def _hard(setting: Setting, min_n: int = 1, max_rows: int = 3) -> st.SearchStrategy[Float64]:
    return drawn(setting, max_rows, min_n).map(lambda rows: stack(rows, setting))


def crowded(setting: Setting) -> tuple[int, ...]:
    """Numbers of rows beyond what blocks and grids hold."""
    return (1031, 4099, 65539) if setting.max_n > 1000 else (1031, 4099)


def _companies(setting: Setting) -> list[Case]:
    """One hard row in every place among ordinary ones, and more rows than blocks of rows hold."""
    hard = [Row(family, 21, seed=5) for family in ("constant", "tied_peak", "flat", "margin", "dominant")]
    plain = Row("gaussian", 21, seed=8).again(2)
    among = [stack((*plain[: i % 3], row, *plain[i % 3 :]), setting) for i, row in enumerate(hard)]
    families = ("gaussian", "levels", "uniform", "flat", "window", "margin", "spread")
    few = stack([Row(family, 6, seed=i) for i, family in enumerate(families)], setting)
    crowds = [few[np.arange(count) % len(few)] for count in (17, 67, 129, 257, *crowded(setting))]
    return [Case(logits) for logits in (*among, *crowds)]


def _far_below(setting: Setting) -> list[Case]:
    """Rows below any number that could stand in for a mask."""
    far = (-1e3, -1.5e4, -6e4, -1e6, -1e10, -1e31, -3e38)
    rows = [stack([Row("constant", n, scale)], setting) for scale in far for n in (1, 4)]
    ramps = [stack([Row("levels", 9, seed=1, shift=-each)], setting) for each in offsets(setting.dtype)[-3:]]
    return [Case(logits, variant=1) for logits in (*rows, *ramps)]


def _with_variant(logits: Float64, variant: int) -> Case:
    return Case(logits, variant=variant)


_VARIANTS = st.integers(0, 999)

LAWS = (
    Law(
        "permutation",
        "Permuting the tokens permutes the probabilities.",
        "permutation-equivariance",
        judge_permutation,
        lambda setting: st.builds(_with_variant, _hard(setting, min_n=2), _VARIANTS),
    ),
    Law(
        "shift",
        "Adding a constant to every logit of a row changes nothing.",
        "shift-invariance",
        judge_shift,
        lambda setting: st.builds(
            lambda logits, shift: Case(np.clip(logits, -1e3, 1e3), shift=shift),
            _hard(setting),
            shifts(setting.dtype).filter(bool),
        ),
        shifted_far,
    ),
    Law(
        "deletion",
        "A masked token (-inf, or far enough below the maximum) gets an exact zero; the others get what they get "
        "without it.",
        "masking-is-deletion",
        judge_deletion,
        lambda setting: st.builds(_with_variant, _hard(setting), _VARIANTS),
        _far_below,
    ),
    Law(
        "batch",
        "A row gets the same answer alone and in any batch.",
        "threshold-form",
        judge_batch,
        lambda setting: st.builds(Case, _hard(setting, max_rows=3)),
        _companies,
    ),
)
