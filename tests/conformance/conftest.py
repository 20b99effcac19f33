"""Failures that a test finds are saved where no other looks; how a program of a finding prints is undone."""

from __future__ import annotations

import sys

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(autouse=True)
def _own_print_options():
    with np.printoptions():
        yield
    if "torch" in sys.modules:
        sys.modules["torch"].set_printoptions(profile="default")
