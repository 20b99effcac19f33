"""A search that ends soon, for tests of what becomes of its result."""

from __future__ import annotations

import pytest

from entmax_oracle.proofs_checks.evidence import wide


@pytest.fixture
def nearby(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search among short rows alone; how far a search goes is tested in `test_wide.py` and `test_predicates.py`."""
    monkeypatch.setattr(wide, "SIZES", (1, 2, 3, 10))
    monkeypatch.setattr(wide, "FAR_SIZES", ())
    monkeypatch.setattr(wide, "far_draws", lambda rounds, seed: [])
