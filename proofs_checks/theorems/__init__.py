"""Evidence for every theorem, in the chapters and modules of :mod:`entmax_oracle.theory`."""

from __future__ import annotations

from importlib import import_module

from entmax_oracle.theory.theorem import CHAPTERS

from ..evidence.arguments import Case

__all__ = ["cases"]


def cases() -> tuple[Case, ...]:
    """Return the case of every theorem, in reading order."""
    found: list[Case] = []
    for chapter, subjects in CHAPTERS.items():
        for subject in subjects:
            module = import_module(f"{__name__}.{chapter}.{subject}")
            found += [value for value in vars(module).values() if isinstance(value, Case)]
    return tuple(found)
