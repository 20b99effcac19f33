"""An independent route to entmax: plain bisection in mpmath, no formula of the package."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import pytest

DIGITS = 90


def _entmax(z: Any, alpha: Any) -> list[Any]:
    a = mp.mpf(alpha) - 1
    top = max(z)
    if a == 0:
        weights = [mp.exp(v - top) for v in z]
        return [w / mp.fsum(weights) for w in weights]
    x, q = [a * (v - top) for v in z], 1 / a
    low, high = mp.mpf(-1), mp.mpf(0)
    for _ in range(int(DIGITS * 3.4)):
        middle = (low + high) / 2
        mass = mp.fsum((v - middle) ** q for v in x if v > middle)
        low, high = (middle, high) if mass >= 1 else (low, middle)
    return [(v - low) ** q if v > low else mp.mpf(0) for v in x]


@pytest.fixture
def mp_entmax() -> Any:
    """entmax of a list of mpmath numbers, with DIGITS digits set for the length of the test."""
    with mp.workdps(DIGITS):
        yield _entmax


@pytest.fixture
def mp_slope() -> Callable[..., Any]:
    """Central difference of a vector function of one number: an error of order 1e-40."""

    def slope(f: Callable[[Any], list[Any]], at: Any) -> list[Any]:
        h = mp.mpf(10) ** -20
        return [(u - v) / (2 * h) for u, v in zip(f(at + h), f(at - h), strict=True)]

    return slope
