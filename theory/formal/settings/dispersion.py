"""The settings of the chapter ``dispersion``."""

from __future__ import annotations

from ..setting import SIMPLEX, Setting

SETTINGS: dict[str, Setting] = {
    "entropy-and-support": SIMPLEX,
}
