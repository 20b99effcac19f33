"""Cases and calls of a loss, in plain NumPy, and the one place where its implementation is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Framework, explain
from ..calls import Float64, Outcome

__all__ = ["LossCase", "LossRequest", "perform"]


@dataclass(frozen=True, eq=False)
class LossCase:
    """An input of a law of losses.

    Parameters
    ----------
    logits : ndarray of float64, shape (r, n)
        Finite numbers of the format under test.
    target : ndarray of int, shape (r,)
        Class indices.
    layout : str
        How the logits lie in memory: a key of `entmax_oracle.proofs_checks.conformance.arrays.LAYOUTS`.
    variant : int
        Seeds the law's own transformation.
    shift : float
        For the law that moves the logits.
    cotangent : ndarray of float64, shape (r,), optional
        For the law of the gradient.
    """

    logits: Float64
    target: NDArray[np.int64]
    layout: str = "contiguous"
    variant: int = 0
    shift: float = 0.0
    cotangent: Float64 | None = None


@dataclass(frozen=True, eq=False)
class LossRequest:
    """One call of an implementation of a loss; with a cotangent, the gradient in the logits is asked for as well."""

    case: LossCase
    dtype: str
    alpha: float

    @property
    def layout(self) -> str:
        """How the logits lie in memory."""
        return self.case.layout

    @property
    def answer_shape(self) -> tuple[int, ...]:
        """Shape that the answer should have."""
        return self.case.target.shape

    @property
    def what(self) -> str:
        """The input in words."""
        return f"logits of shape {self.case.logits.shape} with class indices of shape {self.case.target.shape}"


def perform(function: Callable[..., Any], request: LossRequest, library: Framework, device: str) -> Outcome:
    """Call the implementation once and read what it returns.

    Parameters
    ----------
    function : callable
        ``f(logits, target, alpha)``.
    request : LossRequest
    library : Framework
    device : str
        For example ``"cpu"`` or ``"cuda:0"``.
    """
    case = request.case
    logits, buffer = library.array(case.logits, request.dtype, case.layout, device)
    target = library.integers(case.target.tolist(), device)
    before, labels = library.values(buffer), library.values(target)
    home = library.describe(logits)[2]
    found: list[Any] | None = None
    problem = ""
    try:
        if case.cotangent is None:
            answer = function(logits, target, request.alpha)
        else:
            cotangent, _ = library.array(case.cotangent, request.dtype, "contiguous", device)
            answer, found, problem = library.pullback(
                lambda logits: function(logits, target, request.alpha), {"logits": logits}, cotangent
            )
        shape, dtype, where = library.describe(answer)
        values = library.values(answer)
        untouched = np.array_equal(before, library.values(buffer), equal_nan=True)
        untouched = untouched and np.array_equal(labels, library.values(target))
    except Exception as error:
        return Outcome("raised", detail=explain(error))
    return Outcome(
        "returned",
        values=values,
        shape=shape,
        dtype=dtype,
        device=where,
        input_device=home,
        untouched=untouched,
        gradient=None if not found else library.values(found[0]),
        gradient_dtype="" if not found else library.describe(found[0])[1],
        gradient_problem=problem,
    )
