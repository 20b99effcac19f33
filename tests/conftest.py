"""The longest tests come first."""

from __future__ import annotations

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests first, in their order: what one compiles, the next one uses."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)
