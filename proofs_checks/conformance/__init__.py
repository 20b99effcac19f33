"""Conformance: laws that every correct implementation of entmax keeps, and the search for what breaks them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .checker import PROFILES, check, replay
    from .inputs.strategies import logits
    from .laws import CONTRACTS, LAWS
    from .results.events import gather, read_events
    from .results.junit import to_junit
    from .results.report import Counterexample, LawResult, Report, Violated
    from .target.loading import UnusableTarget

__all__ = [
    "CONTRACTS",
    "LAWS",
    "PROFILES",
    "Counterexample",
    "LawResult",
    "Report",
    "UnusableTarget",
    "Violated",
    "check",
    "gather",
    "logits",
    "read_events",
    "replay",
    "to_junit",
]

_HOME = {
    "CONTRACTS": "laws",
    "Counterexample": "results.report",
    "LAWS": "laws",
    "LawResult": "results.report",
    "PROFILES": "checker",
    "Report": "results.report",
    "UnusableTarget": "target.loading",
    "Violated": "results.report",
    "check": "checker",
    "gather": "results.events",
    "logits": "inputs.strategies",
    "read_events": "results.events",
    "replay": "checker",
    "to_junit": "results.junit",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use: the table of options, and a worker, need next to nothing of this."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
