"""What a correct implementation of attention returns, and the error that rounding explains."""

from __future__ import annotations

from functools import partial
from typing import Any

from entmax_oracle.reference.budgets.attention import attention_budget, attention_vjp_budget
from entmax_oracle.reference.enclosures.attention import enclose_attention, enclose_attention_vjp
from entmax_oracle.reference.values.attention import attention, attention_vjp

from ...calls import Float64
from ...expected import Expected, Oracle
from .case import TENSORS, AttentionCase
from .positions import squared

__all__ = ["AttentionOracle"]

# Scores that are enclosed in ball arithmetic in about a second.
_SMALL = 600


def _first(n: int, x: Float64) -> Float64:
    return x[:, :, :n]


class AttentionOracle(Oracle):
    """Answers in one alpha and one format.

    For float64 they are enclosed in ball arithmetic. For shorter formats they come from the float64 reference, give
    or take its own budget, which is far below theirs; what breaks a law by that is judged again by the enclosure.
    """

    def __call__(self, case: AttentionCase) -> Expected:
        """Bound the output."""
        return self._output(case, self._exactly(case))

    def mean(self, case: AttentionCase) -> Expected:
        """Bound the mean of all values, which some implementations give to a query that sees no key.

        It is the output where all scores are equal, and is allowed the error of that.
        """
        equal = case.altered(scale=0.0, is_causal=False, alibi_slopes=None, key_lengths=None)
        return self._output(equal, self._exactly(case))

    def sharper(self, case: AttentionCase) -> Expected | None:
        """Enclose the output in ball arithmetic, if it is small enough."""
        return self._output(case, True) if self._dearer(case) else None

    def gradients(self, case: AttentionCase) -> dict[str, Expected]:
        """Bound the gradients in query, key and value, for the cotangent of the case."""
        return self._pulled(case, self._exactly(case))

    def sharper_gradients(self, case: AttentionCase) -> dict[str, Expected] | None:
        """Enclose the gradients in ball arithmetic, if the case is small enough."""
        return self._pulled(case, True) if self._dearer(case) else None

    def _square(self, case: AttentionCase) -> AttentionCase:
        """Return the case in which the positions of ours are those that are meant."""
        differ = case.query.shape[2] != case.key.shape[2] and (case.is_causal or case.alibi_slopes is not None)
        return squared(case) if differ and self.setting.conventions.align == "start" else case

    def _output(self, case: AttentionCase, enclosed: bool) -> Expected:
        m = case.query.shape[2]
        case = self._square(case)
        return self._square_output(case, enclosed).part(lambda x: x[:, :, :m])

    def _square_output(self, case: AttentionCase, enclosed: bool) -> Expected:
        given: tuple[Any, ...] = (*case.tensors.values(), self.setting.alpha)
        inside = self.setting.arithmetic
        budget = attention_budget(*given, **case.options, dtype=self.format.name, compute_dtype=inside)
        if enclosed:
            found = enclose_attention(*given, **case.options)
            return Expected(found.lower, found.upper, budget)
        exact = attention(*given, **case.options)
        own = attention_budget(*given, **case.options, dtype="float64")
        return Expected(exact - own, exact + own, budget)

    def _pulled(self, case: AttentionCase, enclosed: bool) -> dict[str, Expected]:
        found = self._square_pulled(self._square(case), enclosed)
        lengths = {name: x.shape[2] for name, x in case.tensors.items()}
        return {name: each.part(partial(_first, lengths[name])) for name, each in found.items()}

    def _square_pulled(self, case: AttentionCase, enclosed: bool) -> dict[str, Expected]:
        given: tuple[Any, ...] = (*case.tensors.values(), case.cotangent, self.setting.alpha)
        inside = self.setting.arithmetic
        budgets = attention_vjp_budget(*given, **case.options, dtype=self.format.name, compute_dtype=inside)
        if enclosed:
            found = enclose_attention_vjp(*given, **case.options)
            bounds = {name: (getattr(found, name).lower, getattr(found, name).upper) for name in TENSORS}
        else:
            exact = attention_vjp(*given, **case.options)
            own = attention_vjp_budget(*given, **case.options, dtype="float64")
            pairs = {name: (getattr(exact, name), getattr(own, name)) for name in TENSORS}
            bounds = {name: (value - off, value + off) for name, (value, off) in pairs.items()}
        return {name: Expected(*bounds[name], getattr(budgets, name)) for name in TENSORS}

    def _exactly(self, case: AttentionCase) -> bool:
        return self.format.name == "float64" and case.scores <= _SMALL

    def _dearer(self, case: AttentionCase) -> bool:
        return self.format.name != "float64" and case.scores <= _SMALL
