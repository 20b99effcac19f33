"""Compile for this CPU, once, and keep it on disk where that is possible."""

from collections.abc import Callable
from typing import Any

from numba import njit


_OPTIONS = {"nogil": True, "error_model": "numpy"}  # without fast-math: every sum keeps its order


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that Python calls."""
    made: Callable[..., Any]
    try:
        made = njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:  # nowhere to write
        made = njit(**_OPTIONS)(function)
    return made


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that only kernels call, and with them."""
    made: Callable[..., Any] = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **_OPTIONS)(function)
    return made
