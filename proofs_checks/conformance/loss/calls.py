"""Cases and calls of a loss, in plain NumPy, and the one place where its implementation is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..calls import Float64, Outcome
from ..target.frameworks import Answered, Framework, outcome_of

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
        How the logits lie in memory: a key of `entmax_oracle.proofs_checks.conformance.target.frameworks.LAYOUTS`.
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
    def sizes(self) -> dict[str, int]:
        """How much of what the input has."""
        return dict(zip(("rows", "classes"), self.case.logits.shape, strict=True))

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

    buffers, cotangent = [buffer, target], None
    if case.cotangent is not None:
        cotangent, held = library.array(case.cotangent, request.dtype, "contiguous", device)
        buffers.append(held)

    def ask() -> Answered:
        if cotangent is None:
            return Answered(function(logits, target, request.alpha))
        return library.pullback(lambda logits: function(logits, target, request.alpha), {"logits": logits}, cotangent)

    return outcome_of(library, ask, buffers, library.describe(logits)[2])
