"""What is true about α-entmax: definitions, theorems and their bounds as SymPy expressions."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .theorem import Claim, Folklore, Hypothesis, Theorem, theorems

__all__ = ["Claim", "Folklore", "Hypothesis", "Theorem", "theorems"]


def __getattr__(name: str) -> Any:
    """Import a name on first use, so that a misspelt name of a theorem is answered before SymPy is imported."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.theorem"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
