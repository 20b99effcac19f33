"""Conformance: laws that every correct implementation of entmax keeps, and the search for what breaks them."""

from __future__ import annotations

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
