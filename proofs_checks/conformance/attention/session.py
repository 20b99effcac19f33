"""One implementation of attention in one setting."""

from __future__ import annotations

from collections.abc import Sequence

from ..calls import Float64
from ..laws.base import Contract, Setting
from ..session import Checked
from ..target.worker import Caller
from .calls import AttentionCase, AttentionRequest
from .narrowing import narrow
from .oracle import AttentionOracle

__all__ = ["CheckedAttention"]


class CheckedAttention(Checked):
    """The session that laws of attention see: `Checked`, with cases in place of logits."""

    unit = "feature"

    def __init__(self, caller: Caller, setting: Setting, contracts: Sequence[Contract]) -> None:
        super().__init__(caller, setting, contracts)
        self._attention = AttentionOracle(setting.alpha, setting.dtype, setting.compute_dtype)

    @property
    def oracle(self) -> AttentionOracle:  # type: ignore[override]
        """Bounds of the answers."""
        return self._attention

    def call(self, case: AttentionCase) -> AttentionRequest:  # type: ignore[override]
        """Make a call in this setting."""
        return AttentionRequest(narrow(case, self.setting.without), self.setting.dtype, self.setting.alpha)

    def values(self, *cases: AttentionCase) -> list[Float64]:  # type: ignore[override]
        """Answers for some cases, in order."""
        return [answer.values for answer in self.ask(*map(self.call, cases)) if answer.values is not None]
