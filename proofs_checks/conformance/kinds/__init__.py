"""The kinds of implementation that are checked: a mapping, attention, a loss, and any other normaliser."""

from __future__ import annotations

from .attention import Attention
from .kind import Kind
from .loss import Loss
from .mapping import Mapping
from .normaliser import Normaliser

__all__ = ["KINDS", "Kind"]

KINDS: dict[str, Kind] = {each.name: each for each in (Mapping(), Attention(), Loss(), Normaliser())}
"""Every kind by name; what differs between them is asked of these."""
