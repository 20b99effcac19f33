"""Compile for this CPU, once, and keep it on disk where that is possible."""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function; without fast-math, so that every sum keeps its order."""
    made: Callable[..., Any]
    try:
        made = njit(nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:  # nowhere to write
        made = njit(nogil=True, error_model="numpy")(function)
    return made
