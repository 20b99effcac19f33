"""Kinds of row, the arithmetic that each needs, and the numbers that say which."""

import math
from enum import IntEnum
from numbers import Real
from typing import Any

import torch

Tensor = torch.Tensor


def finite(x: Any, name: str, compute: torch.dtype = torch.float64) -> float:
    """Return a number as a float. Nothing but comparisons, so that the compiler can trace one that changes.

    Raises
    ------
    ValueError
        If ``x`` is not a real number, or is not finite, or beyond the range of ``compute``.
    """
    if isinstance(x, bool) or not isinstance(x, Real):
        kinds = "a number" if isinstance(x, Tensor) else "a number or a torch tensor"
        raise ValueError(f"{name} must be {kinds}, got {type(x).__name__}; convert it first")
    try:
        number = float(x)
    except OverflowError:  # a long integer or a fraction; it may be too long to print
        raise ValueError(f"{name} must be finite in float64, got a larger number of type {type(x).__name__}") from None
    if not -math.inf < number < math.inf:
        raise ValueError(f"{name} must be finite, got {number!r}")
    largest = torch.finfo(compute).max
    if not -largest <= number <= largest:
        raise ValueError(f"{name} must be finite in {compute}, the arithmetic of these logits, got {number!r}")
    return number


def finite_alpha(alpha: Any, compute: torch.dtype = torch.float64) -> float:
    """Return an alpha that is a number as a float.

    Raises
    ------
    ValueError
        If ``alpha`` is not a real number, or is not finite in ``compute`` or below 1.
    """
    number = finite(alpha, "alpha", compute)
    if number < 1:
        raise ValueError(f"alpha must be finite and at least 1, got {number!r}; alpha = 1 is softmax")
    return number


class Kind(IntEnum):
    """Which arithmetic a row needs. The kinds 1 to 4 are the exponent ``q = 1/(alpha - 1)`` itself."""

    SOFTMAX = 0
    SPARSEMAX = 1
    SQUARE = 2
    CUBE = 3
    FOURTH_POWER = 4
    BELOW = 5
    ABOVE = 6
    ANY = 7

    @classmethod
    def of(cls, alpha: float, compute: torch.dtype) -> "Kind":
        """Kind of one ``alpha`` for a whole tensor, with its exponent rounded to ``compute``.

        Raises
        ------
        ValueError
            If ``alpha`` is not a number, not finite or below 1.
        """
        alpha = finite_alpha(alpha, compute)
        if alpha == 1:
            return cls.SOFTMAX
        exponent = 1 / (alpha - 1)
        spacing = float(torch.finfo(compute).eps)
        nearest = round(exponent)
        if 1 <= nearest <= 4 and abs(exponent - nearest) <= spacing / 4:
            return cls(nearest)
        return cls.BELOW if alpha <= 2 else cls.ABOVE

    @property
    def needs_excess(self) -> bool:
        """Whether ``alpha - 1`` has to be passed along."""
        return self >= Kind.BELOW


def compute_dtype(dtype: torch.dtype) -> torch.dtype:
    """Arithmetic inside: float64 for float64, float32 for everything else."""
    return torch.float64 if dtype == torch.float64 else torch.float32
