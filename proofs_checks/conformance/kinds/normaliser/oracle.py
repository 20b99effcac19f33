"""The weights of a normaliser: bounds, and the error that rounding explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entmax_oracle.reference.normalisers import Undefined

from ...calls import Float64
from ...case import Parameters, Setting
from ...expected import Expected, Unanswerable
from ...target.defining import defined
from ..mapping import ExpectedRows, RowsOracle
from ..rows import RowsCase

__all__ = ["NormaliserCase", "NormaliserOracle"]

_ENCLOSED = 300  # tokens: longer rows are judged by the float64 reference, whose own budget is added


@dataclass(frozen=True, eq=False)
class NormaliserCase(RowsCase):
    """An input of a law of normalisers: that of a mapping, and the parameters of the normaliser (alpha excepted)."""

    parameters: Parameters = ()

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.parameters)

    @property
    def what(self) -> str:
        given = ", ".join(f"{name}={value}" for name, value in self.parameters)
        return super().what + (f" with {given}" if given else "")

    @property
    def between(self) -> tuple[NormaliserCase, ...]:
        """The same tokens rolled, and twice as many of them."""
        rolled = self.rolled()
        return rolled, self.altered(logits=np.concatenate([self.logits, rolled.logits], axis=-1))


class NormaliserOracle(RowsOracle):
    """Weights of a normaliser under the parameters of a case.

    Rows of up to 300 tokens are enclosed in ball arithmetic. Longer ones, and derivatives, come from the float64
    reference: what that may be off by is the same derived budget, taken in float64.
    """

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.name, self.normaliser = setting.against, defined(setting.against)

    def __call__(self, case: RowsCase) -> ExpectedRows:
        """Bound the weights, of any batch shape."""
        try:
            return super().__call__(case)
        except Undefined as error:
            raise Unanswerable from error

    def under(self, case: NormaliserCase) -> Parameters:
        """Say what of a case the answer depends on, beside its logits."""
        return case.parameters

    def defined(self, case: NormaliserCase) -> bool:
        """Whether the definition gives every row its weights."""
        if not case.logits.size:
            return True
        given = self._given(case)
        try:
            self.normaliser(case.logits, **given)
        except ValueError:
            return False
        return bool(case.logits.shape[-1] >= given.get("k", 1))

    def matching(self, case: NormaliserCase, values: Float64) -> Expected:
        """Return what is expected, with the choice among tied tokens that is nearest to the answer.

        Of tied tokens at the edge of the k largest any choice is right: as many as are wanted get the weight, the
        others exactly zero.
        """
        found = self(case)
        if not values.size:
            return found
        if not self.normaliser.profile.picks:
            choice = self.normaliser.choosing(values, case.logits, **self._given(case))
            return found if choice is None else Expected(*self._bounds(case.logits, choice))
        lower, upper, budget = found.lower.copy(), found.upper.copy(), found.budget.copy()
        for row in np.ndindex(case.logits.shape[:-1]):
            logits = case.logits[row]
            tied, wanted = self.normaliser.tied(logits, **self._given(case))
            if wanted == len(tied):
                continue
            nearest = tied[np.argsort(-values[row][tied], kind="stable")]
            chosen, others = nearest[:wanted], nearest[wanted:]
            first = tied[0]  # which the reference keeps
            lower[row][chosen], upper[row][chosen] = found.lower[row][first], found.upper[row][first]
            budget[row][chosen] = self._allowed(logits, self._given(case))[first]
            lower[row][others] = upper[row][others] = budget[row][others] = 0.0
        return Expected(lower, upper, budget)

    def gradients(self, case: NormaliserCase) -> dict[str, Expected]:
        """Bound the vector-Jacobian product; its budget is infinite where the derivative is in doubt."""
        given, pair = self._given(case), (case.logits, case.cotangent)
        inside = self.setting.arithmetic
        try:
            exact = self.normaliser.vjp(self.normaliser.centred(case.logits), case.cotangent, **given)
            known = self.normaliser.vjp_budget(*pair, "float64", **given)
            allowed = self.normaliser.vjp_budget(*pair, self.format.name, compute_dtype=inside, **given)
        except Undefined as error:
            raise Unanswerable from error
        slack = np.where(np.isfinite(known), known, 0.0)
        allowed = np.where(np.isfinite(known), allowed, np.inf)
        for row in np.ndindex(case.logits.shape[:-1]):
            if self._free(case.logits[row], given) is not None and not self.normaliser.profile.picks:
                allowed[row] = np.inf  # nothing in a gradient tells who was chosen
        return {"logits": Expected(exact - slack, exact + slack, allowed)}

    def certify(self, case: NormaliserCase) -> ExpectedRows:
        """Bound the weights of a batch of rows with one axis."""
        rows, given = case.logits, self._given(case)
        lower, upper, allowed = self._bounds(rows, given)
        sums = allowed.sum(axis=-1)
        support = np.where(lower > 0, "in", np.where(upper <= 0, "out", "undecided"))
        for row in range(len(rows)):
            free = self._free(rows[row], given)
            if free is not None:
                allowed[row][free], support[row][free] = np.inf, "undecided"
        return ExpectedRows(lower, upper, allowed, support, sums)

    def _given(self, case: NormaliserCase) -> dict[str, Any]:
        alpha = {"alpha": self.setting.alpha} if "alpha" in self.normaliser.parameters else {}
        return dict(case.parameters) | alpha

    def _bounds(self, rows: Float64, given: dict[str, Any]) -> tuple[Float64, Float64, Float64]:
        """Bound the weights from below and above, and the error that rounding explains."""
        if rows.shape[-1] <= _ENCLOSED:
            bounds = self.normaliser.enclose(rows, **given)
            lower, upper = bounds.lower, bounds.upper
        else:
            exact = self.normaliser(self.normaliser.centred(rows), **given)
            slack = self.normaliser.budget(rows, "float64", **given)
            lower, upper = exact - slack, exact + slack
        return lower, upper, self._allowed(rows, given)

    def _allowed(self, rows: Float64, given: dict[str, Any]) -> Float64:
        return self.normaliser.budget(rows, self.format.name, compute_dtype=self.setting.arithmetic, **given)

    def _free(self, row: Float64, given: dict[str, Any]) -> NDArray[np.intp] | slice | None:
        """Name the tokens whose weights depend on who is chosen of those that tie; None where none does."""
        tied, wanted = self.normaliser.tied(row, **given)
        if wanted == len(tied):
            return None
        return tied if self.normaliser.profile.picks else slice(None)
