"""What a correct implementation of attention returns, and the error that rounding explains."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from entmax_oracle.reference.budgets.attention import attention_budget, attention_vjp_budget
from entmax_oracle.reference.enclosures.attention import enclose_attention, enclose_attention_vjp
from entmax_oracle.reference.formats import as_format
from entmax_oracle.reference.values.attention import attention, attention_vjp

from ..calls import Float64
from .calls import TENSORS, AttentionCase

__all__ = ["AttentionOracle", "ExpectedOutput"]

# Scores that are enclosed in ball arithmetic in about a second.
_SMALL = 600


@dataclass(frozen=True)
class ExpectedOutput:
    """Bounds of the exact answer, and the error that rounding explains.

    Parameters
    ----------
    lower, upper, budget : ndarray of float64
        Of one shape. A budget of 0 allows no error, an infinite one claims nothing.
    """

    lower: Float64
    upper: Float64
    budget: Float64


class AttentionOracle:
    """Answers in one alpha and one format.

    For float64 they are enclosed in ball arithmetic. For shorter formats they come from the float64 reference, give
    or take its own budget, which is far below theirs; what breaks a law by that is judged again by the enclosure.

    Parameters
    ----------
    alpha : float
    dtype : str
    compute_dtype : str, optional
        Format of the arithmetic that the implementation promises.
    """

    def __init__(self, alpha: float, dtype: str, compute_dtype: str | None = None) -> None:
        self.alpha = alpha
        self.format = as_format(dtype)
        self.compute_dtype = compute_dtype

    def __call__(self, case: AttentionCase, *, certified: bool | None = None) -> ExpectedOutput:
        """Bound the output.

        Parameters
        ----------
        case : AttentionCase
        certified : bool, optional
            Enclose it in ball arithmetic, if it is small enough. By default for float64 only.
        """
        given = (*case.tensors, self.alpha)
        budget = attention_budget(*given, **case.options, dtype=self.format.name, compute_dtype=self.compute_dtype)
        if self._encloses(case, certified):
            found = enclose_attention(*given, **case.options)
            return ExpectedOutput(found.lower, found.upper, budget)
        exact = attention(*given, **case.options)
        own = attention_budget(*given, **case.options, dtype="float64")
        return ExpectedOutput(exact - own, exact + own, budget)

    def gradients(self, case: AttentionCase, *, certified: bool | None = None) -> dict[str, ExpectedOutput]:
        """Bound the gradients in query, key and value, for the cotangent of the case."""
        given = (*case.tensors, case.cotangent, self.alpha)
        budgets = attention_vjp_budget(*given, **case.options, dtype=self.format.name, compute_dtype=self.compute_dtype)
        if self._encloses(case, certified):
            found = enclose_attention_vjp(*given, **case.options)
            bounds = {name: (getattr(found, name).lower, getattr(found, name).upper) for name in TENSORS}
        else:
            exact = attention_vjp(*given, **case.options)
            own = attention_vjp_budget(*given, **case.options, dtype="float64")
            bounds = {}
            for name in TENSORS:
                value, off = getattr(exact, name), getattr(own, name)
                bounds[name] = (value - off, value + off)
        expected = {name: ExpectedOutput(*bounds[name], getattr(budgets, name)) for name in TENSORS}
        # A product too large for the format has nothing to compare with.
        for name, each in expected.items():
            size = np.maximum(np.abs(each.lower), np.abs(each.upper)) + each.budget
            doubt = ~(size < self.format.largest)
            expected[name] = replace(each, budget=np.where(doubt, np.inf, each.budget))
        return expected

    def _encloses(self, case: AttentionCase, certified: bool | None) -> bool:
        wanted = self.format.name == "float64" if certified is None else certified
        return wanted and case.scores <= _SMALL
