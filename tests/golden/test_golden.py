"""Outputs are those that were recorded; `golden.py --record` stores new ones, whose difference a reviewer reads.

The verdicts of the theorems are compared where they are examined anyway, in `test_theorems.py`, and the test vectors
where they are written anyway, in `test_vectors.py`.
"""

from __future__ import annotations

import golden
import pytest


@pytest.mark.parametrize("name", ["helps", "names", "matrix"])
def test_an_output_is_the_recorded_one(name):
    assert golden.differences(golden.stored(name), golden.present(name)) == []


def test_a_difference_is_found_and_named():
    before = {"a": [1, {"name": "x", "v": 2}], "b": 3}
    after = {"a": [1, {"name": "x", "v": 4}], "c": 3}
    assert golden.differences(before, after) == ["/a/x/v: 2 -> 4", "/b: 3 -> None", "/c: None -> 3"]
