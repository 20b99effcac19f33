"""What the solvers need to know about rows, in plain Python: their kind, their strides, their parameters."""

import math
from collections.abc import Sequence
from enum import IntEnum
from numbers import Real
from typing import Any, NamedTuple

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


def compacts(kind: Kind) -> bool:
    """Whether a long row is worth a list of candidates: not for softmax, whose every token is one."""
    return kind != Kind.SOFTMAX


class Strides(NamedTuple):
    """Where the rows of an array lie: row ``r`` starts at ``(r // inner) * outer + (r % inner) * step``."""

    inner: int
    outer: int
    step: int
    token: int


def row_strides(shape: Sequence[int], strides: Sequence[int]) -> Strides | None:
    """Fold the batch axes of an array onto at most two strides; ``None`` if they need more."""
    axes: list[tuple[int, int]] = []
    for size, stride in zip(shape[:-1], strides[:-1], strict=True):
        if size == 1:
            continue
        if axes and axes[-1][1] == stride * size:
            axes[-1] = (axes[-1][0] * size, stride)
        else:
            axes.append((size, stride))
    token = strides[-1] if shape[-1] > 1 else 1
    if not axes:
        return Strides(1, 0, 0, token)
    if len(axes) == 1:
        return Strides(1, axes[0][1], 0, token)
    if len(axes) == 2:
        return Strides(axes[1][0], axes[0][1], axes[1][1], token)
    return None


def with_row_strides(x: Tensor) -> tuple[Tensor, Strides]:
    """Return ``x`` and its `Strides`; a contiguous copy of it where they would not be enough."""
    found = row_strides(x.shape, x.stride())
    if found is None:
        x = x.contiguous()
        found = Strides(1, x.shape[-1], 0, 1)
    return x, found


def per_row(x: Tensor | None, batch: Sequence[int], dtype: torch.dtype | None) -> tuple[Tensor | None, int]:
    """Return a parameter as an array with one entry for each row, or one for all, and its stride, 1 or 0."""
    if x is None:
        return None, 0
    if dtype is not None:
        x = x.to(dtype)
    if x.numel() == 1:
        return x.reshape(1), 0
    return x.expand(batch).reshape(-1).contiguous(), 1
