"""Test vectors: certified inputs and answers for implementations in any language."""

from __future__ import annotations

from .build import KINDS, write

__all__ = ["KINDS", "write"]
