"""What a benchmark ran on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any


def environment(*packages: str) -> dict[str, Any]:
    """Platform, and versions of Python and of packages: ``None`` where one is not installed."""
    return {"platform": platform.platform(), "versions": {"python": platform.python_version()} | _versions(packages)}


def _versions(packages: tuple[str, ...]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found
