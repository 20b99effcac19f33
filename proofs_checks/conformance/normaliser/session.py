"""One implementation of a normaliser in one setting, and what it should return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from entmax_oracle.reference.normalisers import normaliser
from entmax_oracle.reference.normalisers.budgets import normaliser_budget, normaliser_vjp_budget

from ..calls import Float64
from ..laws.base import Contract, Setting
from ..oracle import Expected, Oracle
from ..session import Checked
from ..target.worker import Caller
from .calls import NormaliserCall, Parameters
from .known import KNOWN

__all__ = ["CheckedNormaliser", "NormaliserOracle"]

_ENCLOSED = 300  # tokens: longer rows are judged by the float64 reference, whose own budget is added
_TOP_K = "top-k-softmax"


class NormaliserOracle(Oracle):
    """Weights of a normaliser under some parameters, remembered row by row.

    Rows of up to 300 tokens are enclosed in ball arithmetic. Longer ones, and derivatives, come from the float64
    reference: what that may be off by is the same derived budget, taken in float64.
    """

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting.alpha, setting.dtype, setting.compute_dtype)
        self.name, self.normaliser = setting.against, normaliser(setting.against)
        self._memories: dict[Parameters, dict[bytes, Expected]] = {}
        self.under(())

    def under(self, parameters: Parameters) -> None:
        """Judge under these parameters from now on."""
        alpha = {"alpha": self.alpha} if "alpha" in self.normaliser.parameters else {}
        self.given = dict(parameters) | alpha
        self._known = self._memories.setdefault(parameters, {})

    def defined(self, logits: Float64) -> bool:
        """Whether the definition gives every row its weights."""
        try:
            self.normaliser(logits, **self.given)
        except ValueError:
            return False
        return bool(logits.shape[-1] >= self.given.get("k", 1))

    def matching(self, logits: Float64, values: Float64) -> Expected:
        """Return what is expected, with the choice among tied tokens that is nearest to the answer.

        Of tied tokens at the edge of the k largest any choice is right: as many as are wanted get the weight, the
        others exactly zero.
        """
        found = self(logits)
        if self.name != _TOP_K or not values.size:
            return found
        lower, upper, budget = found.lower.copy(), found.upper.copy(), found.budget.copy()
        for row in np.ndindex(logits.shape[:-1]):
            tied, wanted = self._tied(logits[row])
            if wanted == len(tied):
                continue
            nearest = tied[np.argsort(-values[row][tied], kind="stable")]
            chosen, others = nearest[:wanted], nearest[wanted:]
            first = tied[0]  # which the reference keeps
            lower[row][chosen], upper[row][chosen] = found.lower[row][first], found.upper[row][first]
            budget[row][chosen] = self._allowed(logits[row])[first]
            lower[row][others] = upper[row][others] = budget[row][others] = 0.0
        return replace(found, lower=lower, upper=upper, budget=budget)

    def vjp(self, logits: Float64, cotangent: Float64) -> tuple[Float64, Float64, Float64]:
        """Bound the vector-Jacobian product; also return its budget, infinite where the derivative is in doubt."""
        exact = self.normaliser.vjp(self._centred(logits), cotangent, **self.given)
        known = normaliser_vjp_budget(self.name, logits, cotangent, "float64", **self.given)
        allowed = normaliser_vjp_budget(
            self.name, logits, cotangent, self.format.name, compute_dtype=self.compute_dtype, **self.given
        )
        slack = np.where(np.isfinite(known), known, 0.0)
        return exact - slack, exact + slack, np.where(np.isfinite(known), allowed, np.inf)

    def _certify(self, rows: Float64) -> list[Expected]:
        if rows.shape[-1] <= _ENCLOSED:
            bounds = self.normaliser.enclose(rows, **self.given)
            lower, upper = bounds.lower, bounds.upper
        else:
            exact = self.normaliser(self._centred(rows), **self.given)
            slack = normaliser_budget(self.name, rows, "float64", **self.given)
            lower, upper = exact - slack, exact + slack
        allowed = self._allowed(rows)
        sums = allowed.sum(axis=-1)
        support = np.where(lower > 0, "in", np.where(upper <= 0, "out", "undecided"))
        for row in range(len(rows)) if self.name == _TOP_K else ():
            tied, wanted = self._tied(rows[row])
            if wanted < len(tied):
                allowed[row][tied], support[row][tied] = np.inf, "undecided"
        return [Expected(*each) for each in zip(lower, upper, support, allowed, sums, strict=True)]

    def _allowed(self, rows: Float64) -> Float64:
        return normaliser_budget(self.name, rows, self.format.name, compute_dtype=self.compute_dtype, **self.given)

    def _centred(self, rows: Float64) -> Float64:
        """Move rows to a maximum of 0 where that changes nothing: the budgets take that step for careful.

        It may bring logits together that differ, so not where that decides who is chosen.
        """
        moves = "shift" in KNOWN[self.name].true and self.name != _TOP_K
        return rows - rows.max(axis=-1, keepdims=True) if moves else rows

    def _tied(self, row: Float64) -> tuple[NDArray[np.intp], int]:
        """Tokens tied with the k-th largest, and how many of them are kept."""
        k = min(self.given["k"], len(row))
        edge = np.sort(row)[-k]
        tied = np.flatnonzero(row == edge)
        return tied, len(tied) if edge == -np.inf else k - int((row > edge).sum())


class CheckedNormaliser(Checked):
    """The session that laws see: `Checked`, under the parameters of the case that is judged."""

    unit = "token"

    def __init__(self, caller: Caller, setting: Setting, contracts: Sequence[Contract]) -> None:
        super().__init__(caller, setting, contracts)
        self._normaliser = NormaliserOracle(setting)
        self._parameters: Parameters = ()

    @property
    def oracle(self) -> NormaliserOracle:
        """Bounds of the answers."""
        return self._normaliser

    def under(self, parameters: Parameters) -> CheckedNormaliser:
        """Call and judge under these parameters from now on."""
        self._parameters = parameters
        self._normaliser.under(parameters)
        return self

    def call(self, logits: Float64, layout: str = "contiguous") -> NormaliserCall:
        """Make a call in this setting, under the parameters of the case."""
        return NormaliserCall(logits, self.setting.dtype, self.setting.alpha, layout, parameters=self._parameters)
