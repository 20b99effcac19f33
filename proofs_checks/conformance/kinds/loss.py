"""A Fenchel-Young loss ``f(z, y, alpha)``: one loss for each row of logits and class index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Self

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from entmax_oracle.reference.budgets.losses import loss_budget, loss_vjp_budget
from entmax_oracle.reference.enclosures.calculus import enclose_fenchel_young_loss
from entmax_oracle.reference.enclosures.enclosure import enclose
from entmax_oracle.reference.formats import as_format

from ..calls import Float64, Subject
from ..case import Case, Setting
from ..expected import Expected, Oracle
from ..inputs.batches import DEEP, counts, drawn, stack
from ..inputs.rows import FAMILIES, Row, quantise
from ..inputs.strategies import shifts
from ..target.loading import Form
from .mapping import alpha_by_position
from .rows import RowsCase, RowsKind

__all__ = ["LossCase", "LossKind", "LossOracle", "shifted_losses"]

# Families whose rows are finite in every format and whose losses are.
_FAMILIES = tuple(name for name in FAMILIES if name not in ("one_live", "enormous"))


@dataclass(frozen=True, eq=False)
class LossCase(RowsCase):
    """An input of a law of losses.

    Parameters
    ----------
    logits : ndarray of float64, shape (r, n)
        Numbers of the format under test; ``-inf`` masks a class that is not aimed at.
    target : ndarray of int, shape (r,)
        Class indices.
    layout, variant, shift, cotangent_layout, cotangent
        As for `RowsCase`.
    """

    axis: ClassVar[str] = "classes"
    _: KW_ONLY
    target: NDArray[np.int64]

    @property
    def tensors(self) -> dict[str, NDArray[Any]]:
        return {"logits": self.logits, "target": self.target}

    @property
    def answer_shape(self) -> tuple[int, ...]:
        return self.target.shape

    @property
    def sizes(self) -> dict[str, int]:
        return dict(zip(("rows", self.axis), self.logits.shape, strict=True))

    @property
    def what(self) -> str:
        return f"{super().what} with class indices of shape {self.target.shape}"

    @property
    def lengthened(self) -> tuple[int, Callable[[int], Self | None]]:
        """Classes are told apart by their indices, so they cannot be repeated."""
        return 0, lambda count: None

    @property
    def multiplied(self) -> tuple[int, Callable[[int], Self | None]]:
        if self.cotangent is not None:
            return 0, lambda count: None
        return len(self.target), lambda count: self.rows_kept(np.arange(count) % len(self.target))

    @property
    def follower(self) -> Case | None:
        """Nothing comes between a loss and its backward pass."""
        return None

    def alone(self) -> tuple[list[Self], NDArray[np.intp]]:
        """Return every row."""
        rows = range(len(self.target))
        return [self.rows_kept(slice(i, i + 1)) for i in rows], np.array(rows)

    def permuted(self, order: NDArray[np.intp]) -> Self:
        """Return the same rows with their classes renamed."""
        return self.altered(logits=self.logits[:, order], target=np.argsort(order)[self.target])

    def restored(self, answer: Float64, order: NDArray[np.intp]) -> Float64:
        """Return the losses, which do not depend on the names of classes."""
        return answer

    def rows_kept(self, kept: Any) -> Self:
        """Keep some rows by an index."""
        kept = slice(kept, kept + 1) if isinstance(kept, int) else kept
        g = self.cotangent
        return self.altered(
            logits=self.logits[kept], target=self.target[kept], cotangent=None if g is None else g[kept]
        )

    def tokens_kept(self, kept: NDArray[np.bool_]) -> Self | None:
        """Keep some classes; None if one of those that are aimed at is lost."""
        if not kept[self.target].all():
            return None
        return self.altered(logits=self.logits[:, kept], target=(np.cumsum(kept) - 1)[self.target])


class LossOracle(Oracle):
    """Certified losses in one alpha and one format."""

    def __call__(self, case: LossCase) -> Expected:
        """Enclose the losses."""
        setting = self.setting
        found = enclose_fenchel_young_loss(case.logits, case.target, setting.alpha)
        allowed = loss_budget(case.logits, case.target, setting.alpha, setting.dtype, compute_dtype=setting.arithmetic)
        return self.within(Expected(found.lower, found.upper, allowed))

    def gradients(self, case: LossCase) -> dict[str, Expected]:
        """Enclose the gradient of the losses, weighted by the cotangent: ``g (p - y)``."""
        assert case.cotangent is not None
        setting, g = self.setting, case.cotangent[:, np.newaxis]
        found = enclose(case.logits, setting.alpha)
        y = np.zeros(case.logits.shape)
        np.put_along_axis(y, case.target[:, np.newaxis], 1.0, axis=-1)
        ends = np.stack([g * (found.lower - y), g * (found.upper - y)])
        # The two float64 operations of each end err far less than any budget, which they are added to.
        slack = 4 * np.finfo(np.float64).eps * np.abs(ends).max(axis=0)
        allowed = slack + loss_vjp_budget(
            case.logits, case.target, case.cotangent, setting.alpha, setting.dtype, compute_dtype=setting.arithmetic
        )
        return {"logits": Expected(ends.min(axis=0), ends.max(axis=0), allowed)}


def _case(setting: Setting, rows: tuple[Row, ...], variant: int, shift: float = 0.0) -> LossCase:
    logits = stack(rows, setting)
    live = np.isfinite(logits)
    logits = np.where(live, np.clip(logits, -1e4, 1e4), -np.inf)
    order = np.random.default_rng(variant).random(logits.shape)
    # The target is the largest logit, the smallest unmasked one, or a random one: a small, a large, an ordinary loss.
    picks = [logits, -np.where(live, logits, np.inf), np.where(live, order, -np.inf)]
    target = picks[variant % 3].argmax(axis=1).astype(np.int64)
    return LossCase(quantise(logits, setting.dtype), target=target, variant=variant, shift=shift)


# Where exponentials of every format are tiny, where they are 0, and far beyond.
_DEPTHS = (40.0, 95.0, 110.0, 500.0, 760.0, 1000.0, 16384.0, 2.0**17, 2.0**60)
# Where softmax is nearly sure, and its loss small but not zero.
_HEIGHTS = (6.0, 9.0, 12.0, 15.0)


def _far_away(setting: Setting) -> list[LossCase]:
    """Targets far below and above all others, among ordinary classes and masked ones."""
    found = []
    most = as_format(setting.dtype).largest / 2
    for depth in (*(each for each in _DEPTHS if each < most), *(-each for each in _HEIGHTS)):
        logits = stack([Row("gaussian", 5, 1.0, seed) for seed in range(3)], setting)
        logits[np.arange(3), np.arange(3)] = logits.max(axis=1) - depth
        logits[2, 4] = -np.inf
        found.append(LossCase(quantise(logits, setting.dtype), target=np.arange(3)))
    return found


def _masked(setting: Setting) -> list[LossCase]:
    """Classes that are masked: some, and all but one."""
    rows = [Row(family, n, seed=n, masked=0.5) for family in ("gaussian", "constant") for n in (2, 3, 9, 33)]
    return [_case(setting, (row, *row.again(1)), variant) for variant, row in enumerate(rows)]


def shifted_losses(setting: Setting) -> st.SearchStrategy[LossCase]:
    """Draw cases for the law that moves the logits."""
    rows = drawn(setting, 3)
    return st.builds(_case, st.just(setting), rows, st.integers(0, 999), shifts(setting.dtype).filter(bool))


class LossKind(RowsKind):
    """``f(z, y, alpha)``: the loss of each row of logits (r, n) with its class index (r,)."""

    name = "loss"
    noun = "a loss"
    case = LossCase
    unit = "loss"
    answer = "a loss"
    gradient_unit = "the gradient in class"
    pulled = False

    def oracle(self, setting: Setting) -> LossOracle:
        return LossOracle(setting)

    def cases(self, setting: Setting, *, gradient: bool = False) -> st.SearchStrategy[LossCase]:
        return st.builds(_case, st.just(setting), drawn(setting, 3), st.integers(0, 999))

    def cornerstones(self, setting: Setting, *, gradient: bool = False) -> list[LossCase]:
        """Every family with every kind of target, and long rows."""
        short = [(Row(family, n, seed=n),) for family in _FAMILIES for n in (1, 2, 7, 33)]
        long = [(Row("gaussian", n, seed=n),) for n in setting.some_long(3)]
        many = [tuple(Row("gaussian", 5, seed=i % 7) for i in range(count)) for count in (*counts(setting), 1031)]
        found = [_case(setting, rows, variant) for variant, rows in enumerate([*short, *long, *many])]
        # A vocabulary with its last class, whose index takes more than 16 bits.
        vocabulary = [] if setting.few_shapes else [_case(setting, (Row("gaussian", 66_001, order="rising"),), 0)]
        return [*found, *vocabulary, *_masked(setting), *_far_away(setting)]

    def form(self, subject: Subject) -> Form:
        return alpha_by_position(("z", "y"), subject)

    def refuse_misfit(self, case: LossCase) -> None:
        shape = case.logits.shape
        if len(shape) != 2:
            raise ValueError(f"shape is {list(shape)}: logits of a loss have two axes, rows and classes")
        if case.target.size != shape[0]:
            raise ValueError(f"target holds {case.target.size} class indices; the logits have {shape[0]} rows")

    def refuse_meaningless(self, case: LossCase, setting: Setting) -> None:
        super().refuse_meaningless(case, setting)
        classes = case.logits.shape[1]
        for row, index in enumerate(case.target.tolist()):
            if index >= classes:
                raise ValueError(f"target[{row}] is {index}: a class index is a whole number from 0 to {classes - 1}")
            if np.isneginf(case.logits[row, index]):
                raise ValueError(f"target[{row}] is {index}, a class that is masked (-inf) in its row: aim at another")

    def placed(self, setting: Setting) -> tuple[str, ...]:
        return tuple(each for each in super().placed(setting) if each not in ("expanded", *DEEP))
