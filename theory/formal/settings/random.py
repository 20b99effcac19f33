"""The settings of the chapter ``random``."""

from __future__ import annotations

from ..setting import Setting

SETTINGS: dict[str, Setting] = {}
