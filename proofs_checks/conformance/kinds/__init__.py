"""The kinds of implementation that are checked: a mapping, attention, a loss, and any other normaliser."""

from __future__ import annotations

from .attention import AttentionKind
from .kind import Kind
from .loss import LossKind
from .mapping import MappingKind
from .normaliser import NormaliserKind

__all__ = ["KINDS", "Kind"]

KINDS: dict[str, Kind] = {each.name: each for each in (MappingKind(), AttentionKind(), LossKind(), NormaliserKind())}
"""Every kind by name; what differs between them is asked of these."""
