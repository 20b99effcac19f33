"""Outputs are those that were recorded; `golden.py --record` stores new ones, whose difference a reviewer reads.

The verdicts of the theorems are compared where they are examined anyway, in `test_theorems.py`.
"""

from __future__ import annotations

import json

import golden
import pytest

CHECKS = golden.stored("checks")


@pytest.mark.parametrize("name", ["helps", "names", "matrix", "vectors"])
def test_an_output_is_the_recorded_one(name):
    assert golden.differences(golden.stored(name), golden.present(name)) == []


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if i % 34 == 0 else pytest.mark.slow) for i, name in enumerate(CHECKS)]
)
def test_what_a_check_says_is_the_recorded(name):
    pytest.importorskip("torch")
    assert golden.differences(CHECKS[name], json.loads(json.dumps(golden.checked(name)))) == []


def test_a_difference_is_found_and_named():
    before = {"a": [1, {"name": "x", "v": 2}], "b": 3}
    after = {"a": [1, {"name": "x", "v": 4}], "c": 3}
    assert golden.differences(before, after) == ["/a/x/v: 2 -> 4", "/b: 3 -> None", "/c: None -> 3"]
