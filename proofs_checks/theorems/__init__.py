"""Evidence for every theorem, in the chapters and modules of :mod:`entmax_oracle.theory`."""

from __future__ import annotations

from collections.abc import Iterable

from entmax_oracle.theory.chapters import CHAPTERS
from entmax_oracle.theory.theorem import stated

from ..evidence.arguments import Case

__all__ = ["cases"]


def cases(areas: Iterable[str] | None = None) -> tuple[Case, ...]:
    """Return the case of every theorem, or of those of some areas, in reading order."""
    everything = (subject for subjects in CHAPTERS.values() for subject in subjects)
    return stated(__name__, Case, everything if areas is None else areas)
