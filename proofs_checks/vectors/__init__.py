"""Test vectors: certified rows for implementations in any language."""

from __future__ import annotations

from .build import SCHEMA, write

__all__ = ["SCHEMA", "write"]
