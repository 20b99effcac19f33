"""Laws that relate two answers: under permutation, shift, deletion of masked tokens, and batching."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from entmax_oracle.reference.formats import as_format

from ..calls import Float64
from ..case import Case, Setting
from ..inputs.batches import drawn, stack
from ..inputs.rows import Row, moved
from ..inputs.strategies import longer, offsets, shifts
from ..kinds.attention.shapes import PLAIN, listed
from ..kinds.loss import shifted_losses
from ..kinds.mapping import MappingCase
from ..kinds.normaliser import inputs as normalisers
from ..kinds.normaliser.oracle import NormaliserCase
from ..kinds.rows import RowsCase
from ..law import Finding, SessionLike, differ, law, worst_of

__all__: list[str] = []

_VARIANTS = st.integers(0, 999)


def _hard(setting: Setting, min_n: int = 1, max_rows: int = 3) -> st.SearchStrategy[Float64]:
    return drawn(setting, max_rows, min_n).map(lambda rows: stack(rows, setting))


def _with_variant(logits: Float64, variant: int) -> MappingCase:
    return MappingCase(logits, variant=variant)


@law(
    "permutation",
    cites="permutation-equivariance",
    kinds=("mapping", "loss", "normaliser"),
    compares=True,
    anywhere=True,
)
def permutation(session: SessionLike, case: RowsCase) -> Finding:
    """Permuting the tokens permutes the probabilities."""
    order = np.random.default_rng(case.variant).permutation(case.logits.shape[-1])
    straight, permuted = session.values(case, case.permuted(order))
    what = f"when the {case.axis} are permuted"
    return differ(session, session.oracle(case), straight, case.restored(permuted, order), what)


permutation.of("loss", "Renaming the classes changes nothing.")
permutation.of("normaliser", "Permuting the tokens permutes the weights.", needs="permutation")
permutation.draws(lambda setting: st.builds(_with_variant, _hard(setting, min_n=2), _VARIANTS), "mapping")


def _pair(case: RowsCase, setting: Setting) -> tuple[RowsCase, str]:
    base, _, by = moved(case.logits, case.shift, setting.dtype)
    return case.altered(logits=base), f" + {by!r}"


@law("shift", cites="shift-invariance", kinds=("mapping", "loss", "normaliser"), compares=True, pair=_pair)
def shift(session: SessionLike, case: RowsCase) -> Finding:
    """Adding a constant to every logit of a row changes nothing."""
    base, after, by = moved(case.logits, case.shift, session.setting.dtype)
    plain = case.altered(logits=base)
    straight, shifted = session.values(plain, case.altered(logits=after))
    return differ(session, session.oracle(plain), straight, shifted, f"when {by!r} is added to every logit")


def _moderate(case: Any, by: float) -> Any:
    return case.altered(logits=np.clip(case.logits, -1e3, 1e3), shift=by)


def _shifted_far(setting: Setting) -> list[MappingCase]:
    """Ordinary rows, short and longer, moved as far as the format still resolves logits of order one."""
    far = offsets(setting.dtype)[-2:]
    lengths = (5, 33) if setting.few_shapes else (2, 7, 33)
    rows = [stack([Row("gaussian", n, seed=n)], setting)[0] for n in lengths]
    return [MappingCase(row, shift=sign * each) for row in rows for each in far for sign in (1.0, -1.0)]


def _normalisers_shifted_far(setting: Setting) -> list[NormaliserCase]:
    return [
        each.altered(shift=sign * by)
        for n in (2, 7, 33)
        for by in offsets(setting.dtype)[-2:]
        for sign in (1.0, -1.0)
        for each in normalisers.each_choice(setting, (Row("gaussian", n, seed=n),), 1)
    ]


shift.of("normaliser", needs="shift")
shift.draws(
    lambda setting: st.builds(_moderate, _hard(setting).map(MappingCase), shifts(setting.dtype).filter(bool)), "mapping"
)
shift.draws(shifted_losses, "loss")
shift.draws(
    lambda setting: st.builds(_moderate, normalisers.cases(setting), shifts(setting.dtype).filter(bool)), "normaliser"
)
shift.cornerstones(_shifted_far, "mapping").cornerstones(_normalisers_shifted_far, "normaliser")


@law("deletion", cites="masking-is-deletion", kinds=("mapping", "normaliser"), compares=True)
def deletion(session: SessionLike, case: RowsCase) -> Finding:
    """A masked token (-inf, or far enough below the maximum) gets an exact zero; the others get what they get without
    it.
    """
    kept = case.logits
    n = kept.shape[-1]
    rng = np.random.default_rng(case.variant)
    total = longer(n) if session.setting.few_shapes else n + 1 + int(rng.integers(n + 2))
    total = session.setting.domain.length(total)
    places = np.sort(rng.permutation(total)[:n])
    full = np.full((*kept.shape[:-1], total), _mask(session, kept, case.variant))
    full[..., places] = kept
    deleted, masked = session.values(case, case.altered(logits=full))
    hidden = np.ones(total, dtype=bool)
    hidden[places] = False
    count = total - n
    mask = (
        f"{count} masked token{'s are' if count != 1 else ' is'} inserted (logit {float(full[..., hidden].flat[0])!r})"
    )
    # A row that has no answer even without the masked tokens is another law's matter.
    answered = np.isfinite(deleted).all(axis=-1, keepdims=True)
    zeros = np.broadcast_to(np.where(answered, 0.0, np.nan), (*kept.shape[:-1], total - n))
    leak = differ(session, None, zeros, masked[..., hidden], f"for a masked token, when {mask}")
    return worst_of([leak, differ(session, session.oracle(case), deleted, masked[..., places], f"when {mask}")])


def _mask(session: SessionLike, kept: Float64, variant: int) -> float:
    """-inf, or for every third variant the lowest finite number where that is just as good.

    It is where it lies 1/(alpha-1) below the smallest maximum of a row.
    """
    lowest, alpha = -as_format(session.setting.dtype).largest, session.setting.alpha
    peak = float(kept.max(axis=-1).min(initial=np.inf))
    if variant % 3 or not session.oracle.lowest_masks or alpha == 1 or lowest > min(peak, 0.0) - 2 / (alpha - 1):
        return -np.inf
    return -np.inf if -lowest > session.setting.domain.max_logit else lowest


def _far_below(setting: Setting) -> list[MappingCase]:
    """Rows below any number that could stand in for a mask."""
    far = (-1e3, -1.5e4, -6e4, -1e6, -1e10, -1e31, -3e38)
    rows = [stack([Row("constant", n, scale)], setting) for scale in far for n in (1, 4)]
    ramps = [stack([Row("levels", 9, seed=1, shift=-each)], setting) for each in offsets(setting.dtype)[-3:]]
    return [MappingCase(logits, variant=1) for logits in (*rows, *ramps)]


deletion.of(
    "normaliser",
    "A masked token (-inf) gets an exact zero; the others get what they get without it.",
    theorem="definition",
    needs="deletion",
)
deletion.draws(lambda setting: st.builds(_with_variant, _hard(setting), _VARIANTS), "mapping")
deletion.cornerstones(_far_below, "mapping").cornerstones(normalisers.crowds, "normaliser")


@law("batch", cites="definition", compares=True, anywhere=True)
def batch(session: SessionLike, case: Case) -> Finding:
    """A row gets the same answer alone and in any batch."""
    parts, places = case.alone()
    together, *alone = session.values(case, *parts)
    apart = np.concatenate(alone)[places].reshape(together.shape)
    what = f"in the batch, against the same {session.kind.part} alone"
    return differ(session, session.oracle(case), apart, together, what)


def _crowded(setting: Setting) -> tuple[int, ...]:
    """Numbers of rows beyond what blocks and grids hold."""
    return (1031, 4099, 65539) if setting.max_n > 1000 else (1031, 4099)


def _companies(setting: Setting) -> list[MappingCase]:
    """One hard row in every place among ordinary ones, and more rows than blocks of rows hold."""
    few_shapes = setting.few_shapes
    n, short = (33, 5) if few_shapes else (21, 6)
    hard = [Row(family, n, seed=5) for family in ("constant", "tied_peak", "flat", "margin", "dominant")]
    plain = Row("gaussian", n, seed=8).again(2)
    among = [stack((*plain[: i % 3], row, *plain[i % 3 :]), setting) for i, row in enumerate(hard)]
    families = ("gaussian", "levels", "uniform", "flat", "window", "margin", "spread")
    few = stack([Row(family, short, seed=i) for i, family in enumerate(families)], setting)
    counts = (65, 129, *_crowded(setting)) if few_shapes else (17, 67, 129, 257, *_crowded(setting))
    crowds = [few[np.arange(count) % len(few)] for count in counts]
    return [MappingCase(logits) for logits in (*among, *crowds)]


def _many_normalised(setting: Setting) -> list[NormaliserCase]:
    """More rows than blocks of rows hold, beside crowds of hard ones."""
    few = normalisers.normaliser_case(setting, tuple(Row("gaussian", 5, 1.0, i) for i in range(5)), 0, 1)
    many = [few.altered(logits=few.logits[np.arange(count) % 5]) for count in _crowded(setting)]
    return [*normalisers.crowds(setting), *many]


batch.of("mapping", theorem="threshold-form")
batch.of("attention", "A head gets the same answer alone and in any batch.")
batch.of("loss", "A row gets the same loss alone and in any batch.", theorem="loss-decomposition")
batch.of("normaliser", "A row gets the same weights alone and in any batch.")
batch.draws(lambda setting: _hard(setting).map(MappingCase), "mapping")
batch.cornerstones(_companies, "mapping").cornerstones(listed(*PLAIN), "attention")
batch.cornerstones(_many_normalised, "normaliser")
