"""The counting benchmark: that it runs, and that its counts obey what must hold."""

import json

import pytest

from entmax_oracle.benchmarks.attention_counts import count, main
from entmax_oracle.benchmarks.interpreted import interpreted


def test_it_prints_a_line_for_each_count(capsys):
    assert main(["--lengths", "128", "--families", "needle", "flat", "--queries", "64"]) == 0
    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["family"], row["n"]) for row in counted] == [("needle", 128), ("flat", 128)]


def test_counts_come_from_an_interpreting_process(monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    (row,) = interpreted("attention_counts", "--lengths", 128, "--families", "needle", "--queries", 64)
    assert row == count("needle", 128, queries=64)


def test_a_process_that_fails_is_an_error():
    with pytest.raises(RuntimeError, match="invalid choice: 'noodle'"):
        list(interpreted("attention_counts", "--families", "noodle"))


def test_counts():
    """Rows without overflow cost one product for each visible block and two for each live one."""
    found = count("clustered", 512, queries=64)
    products = found["products per query block"]
    assert found["overflowing rows"] == found["refined"] == 0
    assert products["forward"] == 8 * (1 + 2 * found["live"])
    assert products["backward"] == 8 * 5 * found["live"]
    assert 0 < found["live"] < 1

    flat = count("flat", 512, queries=64)
    assert flat["overflowing rows"] == flat["live"] == 1
    assert flat["refined"] >= 1


def test_a_list_that_overflowed_is_made_again_from_the_better_bound():
    """Against the order of the keys every list overflows, though the supports are small: one more pass, not several."""
    found = count("staircase", 512, queries=64)
    assert found["overflowing rows"] == 1
    assert found["live"] < 0.5
    assert found["refined"] == 1
