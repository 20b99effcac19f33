"""Proven float64 bounds, the form in which every ball computation is returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..inputs import Float64
from .enclosure import all_outward

Balls = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Bounds:
    """Bounds that provably contain the true value.

    Attributes
    ----------
    lower, upper : ndarray of float64
        ``lower <= true value <= upper``, rounded outward; infinite where the value exceeds the float64 range.
    """

    lower: Float64
    upper: Float64

    def contains(self, x: Any, slack: Any = 0.0) -> NDArray[np.bool_]:
        """Tell, entry by entry, whether ``x`` lies within ``slack`` of the bounds.

        Examples
        --------
        >>> Bounds(np.array([0.0, 1.0]), np.array([0.5, 1.5])).contains([0.6, 1.2])
        array([False,  True])
        """
        with np.errstate(over="ignore"):
            inside: NDArray[np.bool_] = (self.lower - slack <= x) & (x <= self.upper + slack)
        return inside


@dataclass(frozen=True, eq=False)
class DerivativeBounds(Bounds):
    """Bounds of a derivative of entmax.

    Attributes
    ----------
    differentiable : ndarray of bool
        One entry per row: False where alpha >= 2 and some token lies on the threshold, or cannot be told from it at
        the precision used. There the bounds hold the derivative of the strict support, with such tokens taken off
        it; for alpha = 2 an element of the Clarke Jacobian.
    """

    differentiable: NDArray[np.bool_]


def as_balls(x: Any) -> Balls:
    """Exact balls of an array of numbers."""
    array = np.asarray(x)
    return object_array([arb(value) for value in array.ravel().tolist()]).reshape(array.shape)


def object_array(entries: list[Any]) -> Balls:
    """One-dimensional array of the entries themselves; NumPy must not look inside."""
    array = np.empty(len(entries), dtype=object)
    array[:] = entries
    return array


def round_outward(balls: Balls) -> tuple[Float64, Float64]:
    """Lower and upper float64 bounds of an array of balls."""
    every = [ball if ball.is_finite() else None for ball in map(arb, balls.ravel())]
    known = iter(all_outward([ball for ball in every if ball is not None]))
    ends = np.array([(-np.inf, np.inf) if ball is None else next(known) for ball in every], dtype=np.float64)
    ends = ends.reshape(*balls.shape, 2)
    return ends[..., 0], ends[..., 1]
