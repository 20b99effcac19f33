"""What passes between the checker and the code under test: calls and outcomes, in plain NumPy."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .case import Case

Float64 = NDArray[np.float64]
Status = Literal["returned", "declined", "raised", "hung", "died"]

__all__ = [
    "Answered",
    "Caller",
    "Float64",
    "Outcome",
    "Request",
    "Sent",
    "Status",
    "Subject",
    "Verbatim",
    "later_calls",
]


def later_calls(elements: int) -> int:
    """How many calls follow one, so that workspaces that are used in turn come round."""
    return 9 if elements <= 64 else 1


class Verbatim(tuple[Any, ...]):
    """An option that is passed as a tuple, not as an array."""

    __slots__ = ()


@dataclass(frozen=True, eq=False)
class Sent:
    """What a call needs of a case, to travel: the process that calls need not import what makes and certifies cases."""

    tensors: Mapping[str, NDArray[Any]]
    options: Mapping[str, Any]
    trainable: tuple[str, ...]
    answer_shape: tuple[int, ...]
    elements: int
    cotangent: Float64 | None
    layouts: Mapping[str, str]
    lengths: Mapping[str, tuple[int, ...] | None]

    @classmethod
    def of(cls, case: Case) -> Sent:
        """Take it from a case."""
        names = (*case.tensors, "cotangent", "answer")
        return cls(
            case.tensors,
            dict(case.options),
            case.trainable,
            case.answer_shape,
            case.elements,
            case.cotangent,
            {name: case.layout_of(name) for name in names[:-1]},
            {name: case.lengths_of(name) for name in names},
        )

    def layout_of(self, name: str) -> str:
        """As for `Case`."""
        return self.layouts[name]

    def lengths_of(self, name: str) -> tuple[int, ...] | None:
        """As for `Case`."""
        return self.lengths[name]


@dataclass(frozen=True, eq=False)
class Request:
    """One call of the implementation, whatever it computes.

    Parameters
    ----------
    case : Case
        The input. With a cotangent, its gradients are asked for as well, through the framework's autograd.
    dtype : str
        Format of the arrays that the implementation gets.
    alpha : float
    alpha_gradient : bool
        Hand alpha over as a 0-d array and ask for the gradient in it as well.
    frozen : bool
        Ask for the gradient in alpha alone: the input needs none.
    followed_by : Case, optional
        Of later calls that are made before the answer of the first is read, and its gradient taken: one, or as many as
        a network has layers where that is cheap.
    overwritten : str
        ``"answer"`` or ``"logits"``: what is set to zero after the call and before its gradient is taken.
    only : str
        The one tensor whose gradient is asked for; the others need none.
    refilled : Case, optional
        Of the same shapes: its call is made first, in the same memory, which is then filled with the case itself.
    raw : bool
        Give the answer as it is, also where conventions differ in it.
    also : str
        An option whose gradient is asked for behind those of the tensors: one of `case.trainable`, or ``"scale"``.
    of_second : bool
        Ask for the gradient of the second answer, in query and key, for the first numbers of the rows of the cotangent.
    """

    case: Case
    dtype: str
    alpha: float
    alpha_gradient: bool = False
    frozen: bool = False
    followed_by: Case | None = None
    overwritten: str = ""
    only: str = ""
    refilled: Case | None = None
    raw: bool = False
    also: str = ""
    of_second: bool = False

    def sent(self) -> Request:
        """Return it with no more of its cases than a call needs."""
        cases = {name: getattr(self, name) for name in ("case", "followed_by", "refilled")}
        plain = {name: cast("Any", Sent.of(each)) for name, each in cases.items() if each is not None}
        return replace(self, **plain)


@dataclass(frozen=True)
class Answered:
    """What an implementation answered, in arrays of its library.

    Parameters
    ----------
    answer : array
    gradients : sequence of arrays
        In the arguments; empty if none was asked for, or there is none.
    again : sequence of arrays
        Those of a second backward pass through the same graph, where they are others; else empty.
    problem : str
        Why there is no gradient.
    second : array, optional
        Another answer that came with the first.
    """

    answer: Any
    gradients: Sequence[Any] = ()
    again: Sequence[Any] = ()
    problem: str = ""
    second: Any = None


@dataclass(frozen=True)
class Outcome:
    """What came of a call.

    Arrays are float64 and exact, whatever the format they were in; `dtype`, `shape` and `device` say how the
    answer came; `gradients` are those in the arguments, in order, and `gradients_again` those of a second
    backward pass where they are others. A call is declined by `NotImplementedError`.
    `detail` is the exception, the signal or the time limit when nothing came back.
    `printed` and `warned` are what the call wrote on standard output and on standard error.
    `second` is another answer that came with the first, `second_dtype` its format.
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
    warned: str = ""
    disturbed: str = ""
    drawn: str = ""
    gradients: tuple[Float64, ...] = ()
    gradients_again: tuple[Float64, ...] = ()
    gradient_dtype: str = ""
    gradient_problem: str = ""
    second: Float64 | None = None
    second_dtype: str = ""


@dataclass(frozen=True)
class Subject:
    """The code under test and how to call it.

    Parameters
    ----------
    target : str or callable
        A name to import in the worker, or the function itself (called in this process).
    arrays : str
        ``"numpy"``, ``"torch"`` or ``"jax"``.
    device : str
        Where its arrays live.
    fixed_alpha : bool
        The function takes no alpha.
    timeout : float
        Seconds that one call may take; six times as many for the first, and for every one in JAX.
    kind : str
        What it computes: a key of `kinds.KINDS`.
    hands : tuple of str
        Options that it is passed by keyword.
    fixed_parameters : tuple of (str, object)
        Parameters that it does not take, and their values.
    words : tuple of str
        Options of the command line that say the same.
    options : tuple of (str, str)
        The same as arguments of `replay`, but for the arrays.
    renamed : tuple of (str, str)
        Arguments that it calls otherwise, and its names for them.
    swapped : bool
        Its tensors have tokens before heads.
    axis : int
        The axis of its logits that the tokens lie along.
    packed : bool
        Its tensors have the tokens of all sequences one after the other.
    features : tuple of str
        What an implementation of attention takes beside what is usual: keys of `ask.FEATURES`.
    """

    target: str | Callable[..., Any]
    arrays: str = "torch"
    device: str = "cpu"
    fixed_alpha: bool = False
    timeout: float = 10.0
    kind: str = "mapping"
    hands: tuple[str, ...] = ()
    fixed_parameters: tuple[tuple[str, Any], ...] = ()
    words: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    swapped: bool = False
    axis: int = -1
    packed: bool = False
    features: tuple[str, ...] = ()
    path: tuple[str, ...] = field(default_factory=lambda: tuple(sys.path))

    @property
    def name(self) -> str:
        """How reports call it."""
        if isinstance(self.target, str):
            return self.target
        module = getattr(self.target, "__module__", "")
        return f"{module}:{getattr(self.target, '__qualname__', repr(self.target))}"


class Caller(Protocol):
    """Calls the implementation, whatever it does."""

    versions: dict[str, str]
    subject: Subject

    def __call__(self, calls: Sequence[Request]) -> list[Outcome]:
        """Perform the calls in order."""

    def close(self) -> None:
        """Let go of the implementation."""
