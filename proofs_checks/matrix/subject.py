"""What a row of the matrix is about: a normaliser of the reference in balls, or a user-supplied function in floats."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb

from entmax_oracle.reference.inputs import Float64, as_array
from entmax_oracle.reference.normalisers import Normaliser, Undefined

__all__ = ["BITS", "Own", "Reference", "Subject", "Undefined"]

Logits = Sequence[float]
BITS = 512
"""Precision of every ball of the matrix."""

_CALLS = 8  # of the same row, to see whether the answer stays
_ZEROS = 8  # zeros of one row that are told from underflow


class Subject(ABC):
    """A normaliser to be checked.

    Attributes
    ----------
    rigorous : bool
        Whether what is certain of its weights is proven; otherwise it is certain up to rounding.
    depths : tuple of float
        How far below the least logit a joining token is put to see whether it is felt, rising.
    """

    rigorous: bool
    depths: tuple[float, ...]

    @abstractmethod
    def weights(self, z: Logits) -> list[arb]:
        """Return balls that hold the weights of one row; `Undefined` where there are none."""

    @abstractmethod
    def floats(self, z: Float64) -> Float64:
        """Return the weights of rows of shape (..., n), in float64."""

    @abstractmethod
    def zeros(self, z: Logits) -> list[int]:
        """Return the tokens whose weight is exactly zero, and not by underflow."""

    def edge(self, z: Logits, token: int) -> tuple[Float64, float] | None:
        """Return the last multiple of a row, from 0 up, that gives a token a weight, and it; None if unknown."""
        return None

    def unsteady(self) -> str:
        """Say how the answer changes between calls; "" if it does not."""
        return ""

    def underflows(self, z: Logits) -> bool:
        """Say whether a weight of a row is zero by underflow alone."""
        return False


class Reference(Subject):
    """A normaliser of :mod:`entmax_oracle.reference.normalisers` with its parameters."""

    rigorous = True
    depths = (4, 16, 64)

    def __init__(self, normaliser: Normaliser, parameters: Mapping[str, Any]) -> None:
        self.normaliser, self.parameters = normaliser, dict(parameters)
        # A change by exp(-64 r) shows at 512 bits, up to powers r of 5.
        self._solve = lru_cache(maxsize=4096)(
            lambda z: list(normaliser.enclose_row(z, precision=BITS, **self.parameters))
        )

    def weights(self, z: Logits) -> list[arb]:
        """Return the weights in balls of 512 bits."""
        found: list[arb] = self._solve(tuple(z))
        return found

    def floats(self, z: Float64) -> Float64:
        """Return the values of the first tier."""
        return self.normaliser(z, **self.parameters)

    def zeros(self, z: Logits) -> list[int]:
        """Return the tokens whose ball is exactly zero."""
        return [i for i, weight in enumerate(self.weights(z)) if weight == 0]


class Own(Subject):
    """A user-supplied function, ``f(z)`` over the last axis.

    Its weights count as known up to 64 n units of roundoff of the type it returns, relative to the larger of 1 and the
    weight: room for a sum of n terms and a few dozen operations more.

    Parameters
    ----------
    function : callable
    convert : callable
        Makes its argument from a float64 array.
    """

    rigorous = False
    depths = (2.0**-20, 2.0**-10, 1, 4, 8, 16, 30, 100, 1000, 1e4, 1e6)

    def __init__(self, function: Callable[[Any], Any], convert: Callable[[Float64], Any] = np.asarray) -> None:
        try:
            inspect.signature(function).bind(None)
        except TypeError as error:
            raise ValueError(
                f"the function cannot be called as f(z): {error}; wrap it in one of the logits alone"
            ) from None
        except ValueError:  # builtins may not tell
            pass
        self._function, self._convert = function, convert

    def weights(self, z: Logits) -> list[arb]:
        """Return the values with a margin for their rounding."""
        values, unit = self._call(np.array(z, dtype=np.float64))
        margin = 64 * len(values) * unit
        return [arb(value, margin * max(1.0, abs(value))) for value in values.tolist()]

    def floats(self, z: Float64) -> Float64:
        """Call the function row by row: it need not know batches."""
        rows = z.reshape(-1, z.shape[-1])
        return np.array([self._call(row)[0] for row in rows]).reshape(z.shape)

    def zeros(self, z: Logits) -> list[int]:
        """Return the tokens whose value is zero, and not by underflow."""
        row = np.array(z, dtype=np.float64)
        blank = np.flatnonzero(self._call(row)[0] == 0)
        # A newcomer of a short row is among them.
        return [int(i) for i in blank[:_ZEROS] if not self._fades(row, int(i))]

    def underflows(self, z: Logits) -> bool:
        """Say whether the smallest logit's weight is zero by underflow."""
        row = np.array(z, dtype=np.float64)
        least = int(row.argmin())
        return bool(self._call(row)[0][least] == 0) and self._fades(row, least)

    def edge(self, z: Logits, token: int) -> tuple[Float64, float] | None:
        """Return the last multiple of a row, from 0 up, that gives a token a weight, and that weight.

        None if the token has no weight at the multiple 0 either, or the function gives none there.
        """
        row, low, high = np.array(z, dtype=np.float64), 0.0, 1.0
        try:
            weight = float(self._call(row * low)[0][token])
            for _ in range(80):
                middle = (low + high) / 2
                if weight == 0 or middle in (low, high):
                    break
                found = float(self._call(row * middle)[0][token])
                low, high, weight = (middle, high, found) if found else (low, middle, weight)
        except Undefined:
            return None
        return (row * low, weight) if weight else None

    def _fades(self, row: Float64, token: int) -> bool:
        """Whether a weight passes through the smallest numbers of its type on its way to zero."""
        edge = self.edge(row.tolist(), token)
        return edge is not None and any(
            abs(edge[1]) < np.finfo(kind).tiny and float(kind(edge[1])) == edge[1]
            for kind in (np.float64, np.float32, np.float16)
        )

    def refusal(self) -> str:
        """Say why the function gives no weights for an ordinary row; "" if it does."""
        try:
            self._call(np.array([1.0, 0.0, -1.0]))
        except Undefined as error:
            return str(error)
        return ""

    def unsteady(self) -> str:
        """Call the function a few times with the same rows; rounding may differ."""
        for row in ((1.0, 0.0, -1.0), (0.5, 0.25, 0.0, -0.25, -0.5, 2.0)):
            try:
                first, *others = (self.weights(row) for _ in range(_CALLS))
            except Undefined:
                continue
            for other in others:
                for i, (one, two) in enumerate(zip(first, other, strict=True)):
                    if not one.overlaps(two):
                        return (
                            f"the answer changes between calls: for {row} weight {i} is "
                            f"{float(one.mid()):.17g}, then {float(two.mid()):.17g}"
                        )
        return ""

    def _call(self, row: Float64) -> tuple[Float64, float]:
        try:
            with np.errstate(all="ignore"):
                answer = self._function(self._convert(row.copy()))
            values = as_array(answer, "the answer")
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a call that exits gives no weights either
            raise Undefined(f"the function raises {type(error).__name__}: {error}") from error
        if values.shape != row.shape:
            raise Undefined(f"the answer has shape {values.shape} for logits of shape {row.shape}")
        if not np.isfinite(values).all():
            raise Undefined(f"a weight is {values[~np.isfinite(values)][0]}")
        kind = str(getattr(answer, "dtype", "float64")).rsplit(".", 1)[-1]
        return values, {"float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}.get(kind, 2.0**-53)
