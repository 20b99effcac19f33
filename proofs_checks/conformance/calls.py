"""What passes between the checker and the code under test: calls and outcomes, in plain NumPy."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
Status = Literal["returned", "raised", "hung", "died"]

__all__ = ["Call", "Float64", "Outcome", "Request", "Status", "later_calls"]


def later_calls(elements: int) -> int:
    """How many calls follow one, so that workspaces that are used in turn come round."""
    return 9 if elements <= 64 else 1


class Request(Protocol):
    """One call of the implementation, whatever it computes."""

    @property
    def dtype(self) -> str:
        """Format of the arrays that the implementation gets."""

    @property
    def layout(self) -> str:
        """How they lie in memory."""

    @property
    def answer_shape(self) -> tuple[int, ...]:
        """Shape that the answer should have."""

    @property
    def sizes(self) -> dict[str, int]:
        """How much of what the input has."""

    @property
    def what(self) -> str:
        """The input in words."""


@dataclass(frozen=True)
class Call:
    """One call of a mapping.

    Parameters
    ----------
    logits : ndarray of float64, shape (..., n)
        Numbers of the format `dtype`, so that converting to it is exact. ``-inf`` masks a token.
    dtype : str
        Format of the array that the implementation gets.
    layout : str
        How that array lies in memory: a key of `arrays.LAYOUTS`.
    cotangent : ndarray of float64, shape (..., n), optional
        Asks for the vector-Jacobian product with it, through the framework's autograd.
    cotangent_layout : str
        How the cotangent lies in memory.
    alpha_gradient : bool
        Hand alpha over as a 0-d array and ask for the gradient in it as well.
    frozen : bool
        Ask for the gradient in alpha alone: the logits need none.
    followed_by : ndarray of float64, optional
        Logits of later calls that are made before the answer of the first is read, and its gradient taken: one, or
        as many as a network has layers where that is cheap.
    overwritten : str
        ``"answer"`` or ``"logits"``: what is set to zero after the call and before its gradient is taken.
    """

    logits: Float64
    dtype: str
    alpha: float
    layout: str = "contiguous"
    cotangent: Float64 | None = None
    cotangent_layout: str = "contiguous"
    alpha_gradient: bool = False
    frozen: bool = False
    followed_by: Float64 | None = None
    overwritten: str = ""

    @property
    def answer_shape(self) -> tuple[int, ...]:
        """Shape that the answer should have."""
        return self.logits.shape

    @property
    def sizes(self) -> dict[str, int]:
        """How much of what the input has."""
        return {"rows": math.prod(self.logits.shape[:-1]), "tokens": self.logits.shape[-1]}

    @property
    def what(self) -> str:
        """The input in words."""
        return f"logits of shape {self.logits.shape}"


@dataclass(frozen=True)
class Outcome:
    """What came of a call.

    Arrays are float64 and exact, whatever the format they were in; `dtype`, `shape` and `device` say how the
    answer came; `gradients` are those in the arguments, the logits first, and `gradients_again` those of a second
    backward pass where they are others. `detail` is the exception, the signal or the time limit when nothing came back.
    `disturbed` says what the call changed around it, `drawn` which of the global generators of random numbers it used.
    """

    status: Status
    detail: str = ""
    values: Float64 | None = None
    shape: tuple[int, ...] = ()
    dtype: str = ""
    device: str = ""
    input_device: str = ""
    untouched: bool = True
    printed: str = ""
    disturbed: str = ""
    drawn: str = ""
    gradients: tuple[Float64, ...] = ()
    gradients_again: tuple[Float64, ...] = ()
    gradient_dtype: str = ""
    gradient_problem: str = ""
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def gradient(self) -> Float64 | None:
        """The gradient in the first argument, such as the logits; None if there is none."""
        return self.gradients[0] if self.gradients else None
