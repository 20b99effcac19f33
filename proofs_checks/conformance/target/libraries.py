"""The array libraries by name."""

from __future__ import annotations

from collections.abc import Callable

from .frameworks import Framework, JaxFramework, NumpyFramework, TorchFramework
from .program import ProgramFramework

__all__ = ["FRAMEWORKS", "framework"]

FRAMEWORKS: dict[str, Callable[[], Framework]] = {
    "numpy": NumpyFramework,
    "torch": TorchFramework,
    "jax": JaxFramework,
    "program": ProgramFramework,
}


def framework(name: str) -> Framework:
    """Import an array library by name: a key of `FRAMEWORKS`.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    return FRAMEWORKS[name]()
