"""The settings of the chapter ``arithmetic``."""

from __future__ import annotations

from ..setting import Setting

SETTINGS: dict[str, Setting] = {}
