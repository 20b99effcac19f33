"""How pytest-xdist spreads the laws: those of one setting go to one worker, as they are one search."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from xdist.scheduler import LoadScheduling, LoadScopeScheduling, WorkStealingScheduling

__all__ = ["scheduler"]

# The name of a setting, such as 1.5-float32, between those of the implementation and of the law.
_SETTING = re.compile(r"(.*::\d[^:]*-[a-z]\w*)::[^:]+")
_BASES = {"load": LoadScheduling, "worksteal": WorkStealingScheduling}


def scheduler(config: pytest.Config, log: Any) -> Any:
    """Make the scheduler for ``--dist load``, which ``-n`` sets, and ``--dist worksteal``; None for the others.

    ``loadgroup``, ``loadscope`` and ``loadfile`` keep a setting together by themselves.
    """
    base = _BASES.get(config.getvalue("dist"))
    return None if base is None else BySetting(base, config, log)


class Grouped(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps the laws of a setting together, and every other test by itself."""

    def _split_scope(self, nodeid: str) -> str:
        found = _SETTING.fullmatch(nodeid)
        return found[1] if found else nodeid


class BySetting:
    """Schedules as pytest-xdist would, unless there are laws among the tests, which is not known at first.

    Parameters
    ----------
    base : type
        What pytest-xdist would take.
    config, log
        As pytest-xdist gives them to a scheduler.
    """

    def __init__(self, base: type, config: pytest.Config, log: Any) -> None:
        self._given = config, log
        self._decided = base(*self._given)

    def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
        """Note the tests that a worker has collected; every worker collects the same."""
        if not isinstance(self._decided, Grouped) and any(map(_SETTING.fullmatch, collection)):
            before, self._decided = self._decided, Grouped(*self._given)
            for known in before.nodes:
                self._decided.add_node(known)
        self._decided.add_node_collection(node, collection)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._decided, name)
