"""Float64 arithmetic rounded outward, on whole arrays: bounds of what balls have enclosed.

IEEE sums, products, quotients and roots are correctly rounded, so one step to the next float is a proven bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb

from entmax_oracle.reference.enclosures.bounds import object_array, round_outward
from entmax_oracle.reference.inputs import Float64

__all__ = ["down", "ends", "product_above", "up"]


def up(x: Any) -> Float64:
    """Return upper bounds of exact results that were rounded to x."""
    found: Float64 = np.nextafter(x, np.inf)
    return found


def down(x: Any) -> Float64:
    """Return lower bounds of exact results that were rounded to x."""
    found: Float64 = np.nextafter(x, -np.inf)
    return found


def ends(balls: Sequence[arb], *shape: int) -> tuple[Float64, Float64]:
    """Lower and upper float64 bounds of balls, in an array of a shape."""
    lower, upper = round_outward(object_array(list(balls)))
    return lower.reshape(shape or (-1,)), upper.reshape(shape or (-1,))


def product_above(x: Float64, y: Float64) -> Float64:
    """Upper bounds of products of two numbers from 0 to infinity, where infinity times an exact 0 is 0."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where((x == 0) | (y == 0), 0.0, up(x * y))
