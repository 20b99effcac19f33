"""What is checked and how hard, and the inputs of laws: what the cases of every kind have in common."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from entmax_oracle.reference.formats import Format, as_arithmetic, as_format

from .conventions import Conventions
from .domain import Domain

__all__ = ["Case", "Effort", "Parameters", "Setting"]

_OVER = 1.2  # times the seconds for all laws, after which no other law is begun

Parameters = tuple[tuple[str, Any], ...]
"""Names and values, such as ``(("k", 2),)``."""


@dataclass(frozen=True)
class Setting:
    """What is checked: one alpha in one format.

    Parameters
    ----------
    alpha : float
    dtype : str
    compute_dtype : str, optional
        Format of the arithmetic that the implementation promises.
    summation : str
        In which order it promises to take sums: one of `formats.SUMMATIONS`.
    layouts : tuple of str
        Memory layouts that the array library has.
    max_n : int
        Longest row that strategies draw.
    long_rows : tuple of int
        Lengths of the rows that are tried in any case.
    alpha_gradient : bool
        Whether gradients in alpha are asked for.
    few_shapes : bool
        Draw arrays of a few shapes only, for libraries that compile for every new one.
    others : tuple of float
        Other alphas that were asked for.
    against : str
        The normaliser that it should be, for the kind of that name.
    choices : tuple of Parameters
        Sets of its parameters that cases take.
    without : tuple of str
        What an implementation lacks, as declared: keys of `lacks` of its kind.
    domain : Domain
        Which inputs it takes.
    conventions : Conventions
        Of attention.
    axis : int
        The axis of logits that an implementation has its tokens along.
    writable : bool
        Whether arrays of the library can be written to.
    bitwise : tuple of str
        What it promises changes no bit of an answer: keys of `ask.INVARIANCES`.
    features : tuple of str
        What an implementation of attention is said to take beside what is usual: keys of `ask.FEATURES`.
    """

    alpha: float
    dtype: str
    compute_dtype: str | None = None
    summation: str = "any"
    layouts: tuple[str, ...] = ("contiguous",)
    max_n: int = 129
    long_rows: tuple[int, ...] = (1025, 1537, 2049, 4100)
    alpha_gradient: bool = False
    few_shapes: bool = False
    others: tuple[float, ...] = ()
    against: str = ""
    choices: tuple[Parameters, ...] = ((),)
    without: tuple[str, ...] = ()
    domain: Domain = field(default_factory=Domain)
    conventions: Conventions = field(default_factory=Conventions)
    axis: int = -1
    writable: bool = True
    bitwise: tuple[str, ...] = ()
    features: tuple[str, ...] = ()

    @property
    def arithmetic(self) -> Format | None:
        """What budgets are told of the arithmetic; None where that follows from the dtype."""
        if self.compute_dtype is None and self.summation == "any":
            return None
        out = as_format(self.dtype)
        inside = out if out.precision_bits >= 24 else as_format("float32")
        inside = inside if self.compute_dtype is None else as_arithmetic(self.compute_dtype)
        return inside.summing(self.summation)

    def some_long(self, count: int | None = None) -> tuple[int, ...]:
        """Lengths of the first long rows, all by default, and every length that is asked for."""
        return (*self.long_rows[:count], *self.domain.tokens)


@dataclass(frozen=True)
class Effort:
    """How hard to look.

    Parameters
    ----------
    examples : int
        Drawn cases for a law of weight 1.
    seconds : float
        Looking into one law, and making its counterexample small, ends after this long. A safety net: an
        ordinary run never comes near, so that the same seed gives the same result.
    shrinking : int
        Attempts to make a counterexample simpler.
    max_n : int
        Longest row drawn.
    long_rows : tuple of int
        Lengths tried in any case.
    total : float
        Seconds for all laws of a setting together, for implementations that are slow: what is left of them is shared
        among the laws that are left.
    surely : bool
        Whether one case is tried however little time is left.
    """

    examples: int
    seconds: float
    shrinking: int
    max_n: int
    long_rows: tuple[int, ...]
    total: float = math.inf
    surely: bool = True

    def share(self, spent: float, laws: int) -> Effort:
        """For the next one of some laws that are left, when some seconds are spent: twice its part, if that is left."""
        left = max(self.total - spent, 0.0)
        return replace(self, seconds=min(self.seconds, left, 2 * left / laws), surely=spent <= _OVER * self.total)

    @property
    def beyond(self) -> float:
        """Seconds beyond those of a law in which what breaks it is made readable."""
        return min(self.seconds / 4, self.total / 20)


class Case(ABC):
    """An input of a law; a frozen dataclass for each kind.

    Attributes
    ----------
    layout : str
        How the tensors lie in memory: a key of the kind's `layouts`.
    variant : int
        Seeds or picks the law's transformation (a permutation, a mask, ...).
    cotangent : ndarray of float64, optional
        An incoming gradient, of the shape of the answer; for the laws of the gradient.
    cotangent_layout : str
        How it lies in memory.
    shaped : bool
        Whether its arrays are of several shapes, which are written down with each.
    """

    shaped: ClassVar[bool] = False
    layout: str
    variant: int
    cotangent: NDArray[np.float64] | None
    cotangent_layout: str

    @property
    @abstractmethod
    def tensors(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, in the order in which they are passed; those of integers have no gradient."""

    @property
    def options(self) -> Mapping[str, Any]:
        """The arguments beside the tensors; tuples of numbers are passed as arrays, unless they are `Verbatim`."""
        return {}

    @property
    def trainable(self) -> tuple[str, ...]:
        """Options that are arrays of the format of the tensors; a gradient in them may be asked for."""
        return ()

    @property
    @abstractmethod
    def answer_shape(self) -> tuple[int, ...]:
        """Shape that the answer should have."""

    @property
    @abstractmethod
    def sizes(self) -> dict[str, int]:
        """How much of what the input has."""

    @property
    @abstractmethod
    def what(self) -> str:
        """The input in words."""

    @property
    def brief(self) -> str:
        """The input in as few words as tell it."""
        return self.what

    @property
    def lengthened(self) -> tuple[int, Callable[[int], Self | None]]:
        """How many tokens there are, or keys, and how to repeat them to another number."""
        return 0, lambda count: None

    @property
    def multiplied(self) -> tuple[int, Callable[[int], Self | None]]:
        """How many rows there are, and how to repeat them to another number."""
        return 0, lambda count: None

    @property
    def elements(self) -> int:
        """How many numbers it has, for how much a call costs."""
        return next(iter(self.tensors.values())).size

    @property
    def between(self) -> tuple[Case, ...]:
        """Other cases, whose calls between two of this one must not change its answer."""
        return (self.rolled(),)

    @property
    def follower(self) -> Case | None:
        """What is called before the backward pass of this one, if anything."""
        return None

    def altered(self, **changes: Any) -> Self:
        """Return the same case with other values of some fields."""
        return replace(self, **changes)  # type: ignore[type-var]

    def bare(self) -> Self:
        """Return the same case without what only laws ask of it."""
        return self.altered(variant=0)

    def laid(self, layout: str, axes: int = 3) -> Self:
        """Return it in a layout, with as many axes as asked for where that tells axes apart."""
        return self.altered(layout=layout)

    def layout_of(self, name: str) -> str:
        """How one of its arrays lies in memory: a key of `target.layouts.LAYOUTS`, or ``"tokens first"``."""
        return self.cotangent_layout if name == "cotangent" else self.layout

    def lengths_of(self, name: str) -> tuple[int, ...] | None:
        """How many tokens each sequence of an array has, where they lie one after the other; None where they do not."""
        return None

    def held(self) -> Self:
        """Return it with the numbers that its layout can hold."""
        return self

    @abstractmethod
    def rolled(self) -> Self:
        """Return another case of the same shapes."""

    @abstractmethod
    def alone(self) -> tuple[list[Self], NDArray[np.intp]]:
        """Return the parts of a batch, each as a case of its own, and which of them stands at each place."""
