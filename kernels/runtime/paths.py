"""The paths that calls of an operator may take, and the one that the caller chose."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib import import_module
from typing import Literal

import torch

try:
    from .target import INTERPRETED

    HAS_TRITON = True
except ImportError:  # no Triton on this platform
    INTERPRETED, HAS_TRITON = False, False

__all__ = ["HAS_TRITON", "INTERPRETED", "Choice", "Path", "has_numba"]

Path = Literal["triton", "interpreter", "numba", "torch"]


@lru_cache
def has_numba() -> bool:
    """Whether the kernels for a CPU can run; the first call imports Numba, which takes half a second."""
    try:
        import_module(".numba", __package__)
    except ImportError:  # the extra `cpu` is not installed
        return False
    return True


def possible() -> list[Path]:
    """Paths that this process can take."""
    found: list[Path] = ["torch"]
    if has_numba():
        found.append("numba")
    if INTERPRETED:
        found.append("interpreter")
    elif HAS_TRITON and torch.cuda.is_available():
        found.append("triton")
    return found


class Choice:
    """The path that the caller chose for one operator, if any.

    Parameters
    ----------
    operator
        Its name.
    """

    def __init__(self, operator: str):
        self._forced: ContextVar[Path | None] = ContextVar(f"entmax_oracle_{operator}_path", default=None)

    @property
    def forced(self) -> Path | None:
        """The path of the innermost `use`; ``None`` outside any."""
        return self._forced.get()

    @contextmanager
    def use(self, path: Path) -> Iterator[None]:
        """Take one path for every call inside the ``with`` block: to compare the paths, or to look for a fault.

        Raises
        ------
        ValueError
            For a path that does not exist, or that this process cannot take.
        """
        if path not in (known := possible()):
            raise ValueError(f"path is {path!r}, and this process can take {', '.join(map(repr, known))}")
        token = self._forced.set(path)
        try:
            yield
        finally:
            self._forced.reset(token)
