"""The kinds of implementation that are checked: a mapping, attention, a loss, and any other normaliser."""

from __future__ import annotations

from importlib import import_module

from .. import ask
from .kind import Kind

__all__ = ["KINDS", "Kind"]


def _made(place: str) -> Kind:
    module, _, name = place.partition(":")
    kind: Kind = getattr(import_module(f".{module}", __package__), name)()
    return kind


KINDS: dict[str, Kind] = {name: _made(place) for name, place in ask.KINDS.items()}
"""Every kind by name; what differs between them is asked of these."""
