"""The settings of the formal theorems, by the theorem's name; one module for each chapter."""

from __future__ import annotations

from importlib import import_module

from ...chapters import CHAPTERS
from ..setting import Setting

SETTINGS: dict[str, Setting] = {
    name: setting for chapter in CHAPTERS for name, setting in import_module(f"{__name__}.{chapter}").SETTINGS.items()
}
"""Every setting there is. A theorem without one is not stated formally."""
