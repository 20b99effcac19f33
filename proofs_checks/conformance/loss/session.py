"""One implementation of a loss in one setting, and what it should return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from entmax_oracle.reference.budgets.losses import loss_budget, loss_vjp_budget
from entmax_oracle.reference.enclosures.calculus import enclose_fenchel_young_loss
from entmax_oracle.reference.enclosures.enclosure import enclose
from entmax_oracle.reference.formats import as_format

from ..calls import Float64
from ..laws.base import Contract, Setting
from ..session import Checked
from ..target.worker import Caller
from .calls import LossCase, LossRequest

__all__ = ["CheckedLoss", "LossOracle"]


@dataclass(frozen=True)
class Expected:
    """Bounds of the exact losses, and the error that rounding explains; arrays of shape (r,) or (r, n)."""

    lower: Float64
    upper: Float64
    budget: Float64


class LossOracle:
    """Certified losses in one alpha and one format."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.format = as_format(setting.dtype)

    def __call__(self, case: LossCase) -> Expected:
        """Enclose the losses."""
        setting = self.setting
        found = enclose_fenchel_young_loss(case.logits, case.target, setting.alpha)
        allowed = loss_budget(
            case.logits, case.target, setting.alpha, setting.dtype, compute_dtype=setting.compute_dtype
        )
        return Expected(found.lower, found.upper, self._within(found.upper, allowed))

    def gradient(self, case: LossCase) -> Expected:
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
            case.logits, case.target, case.cotangent, setting.alpha, setting.dtype, compute_dtype=setting.compute_dtype
        )
        return Expected(ends.min(axis=0), ends.max(axis=0), self._within(np.abs(ends).max(axis=0), allowed))

    def _within(self, size: Float64, allowed: Float64) -> Float64:
        """Claim nothing where the answer may be beyond the format."""
        return np.where(size + allowed < self.format.largest, allowed, np.inf)


class CheckedLoss(Checked):
    """The session that laws of losses see: `Checked`, with cases in place of logits."""

    unit = "loss"

    def __init__(self, caller: Caller, setting: Setting, contracts: Sequence[Contract]) -> None:
        super().__init__(caller, setting, contracts)
        self._losses = LossOracle(setting)

    @property
    def oracle(self) -> LossOracle:  # type: ignore[override]
        """Bounds of the answers."""
        return self._losses

    def call(self, case: LossCase) -> LossRequest:  # type: ignore[override]
        """Make a call in this setting."""
        return LossRequest(case, self.setting.dtype, self.setting.alpha)

    def values(self, *cases: LossCase) -> list[Float64]:  # type: ignore[override]
        """Answers for some cases, in order."""
        return [answer.values for answer in self.ask(*map(self.call, cases)) if answer.values is not None]
