"""What a correct implementation returns: certified bounds, and the error that rounding explains."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from entmax_oracle.reference.formats import as_format

from .calls import Float64
from .case import Setting

__all__ = ["Expected", "Oracle", "Unanswerable", "distance"]


class Unanswerable(Exception):
    """The definition gives no answer for an input, so there is nothing to check."""


@dataclass(frozen=True)
class Expected:
    """The certified answer for an input, and what may be missing to it.

    Parameters
    ----------
    lower, upper : ndarray of float64
        Of one shape; they contain the exact answer.
    budget : ndarray of float64
        Error that a careful implementation may make: 0 where only the exact number is right, infinite where nothing is
        claimed but that there is a number.
    """

    lower: Float64
    upper: Float64
    budget: Float64

    @property
    def size(self) -> Float64:
        """Bound on the absolute value of the exact answer."""
        return np.maximum(np.abs(self.lower), np.abs(self.upper))

    def part(self, take: Callable[[Float64], Float64]) -> Expected:
        """Return what is expected of a part of the answer."""
        return Expected(take(self.lower), take(self.upper), take(self.budget))


def distance(values: Float64, lower: Float64, upper: Float64) -> Float64:
    """How far numbers lie from an enclosure; infinite for NaN."""
    with np.errstate(invalid="ignore"):
        outside = np.maximum(np.maximum(lower - values, values - upper), 0.0)
    return np.where(np.isnan(outside), np.inf, outside)


class Oracle(ABC):
    """Certified answers in one setting.

    Attributes
    ----------
    setting : Setting
    format : Format
        Of the answers.
    lowest_masks : bool
        Whether the lowest finite number masks a token too, where it lies far enough below the maximum.
    """

    lowest_masks = False

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.format = as_format(setting.dtype)

    @abstractmethod
    def __call__(self, case: Any) -> Expected:
        """Certify the answer for a case."""

    def matching(self, case: Any, values: Float64) -> Expected:
        """Return what is expected where several answers are right: the one nearest to some values."""
        return self(case)

    def sharper(self, case: Any) -> Expected | None:
        """Certify the answer at more cost, before it is said to be wrong; None where that gains nothing."""
        return None

    @abstractmethod
    def gradients(self, case: Any) -> dict[str, Expected]:
        """Certify the gradients for the cotangent of a case, by tensor; in doubt, with infinite budgets."""

    def sharper_gradients(self, case: Any) -> dict[str, Expected] | None:
        """Certify the gradients at more cost, as `sharper`."""
        return None

    def defined(self, case: Any) -> bool:
        """Whether the definition gives the case an answer."""
        return True

    def within(self, expected: Expected) -> Expected:
        """Claim nothing where the answer may be beyond the format."""
        claimed = expected.size + expected.budget < self.format.largest
        return replace(expected, budget=np.where(claimed, expected.budget, np.inf))
