"""Evidence for every theorem, one module per subject, named as in :mod:`entmax_oracle.theory`."""

from __future__ import annotations

from importlib import import_module

from entmax_oracle.theory.theorem import SUBJECTS

from ..evidence import Case

__all__ = ["cases"]


def cases() -> tuple[Case, ...]:
    """Return the case of every theorem, in reading order."""
    found: list[Case] = []
    for subject in SUBJECTS:
        module = import_module(f"{__name__}.{subject}")
        found += [value for value in vars(module).values() if isinstance(value, Case)]
    return tuple(found)
