"""The counting benchmark: that it runs, says what was not measured, and that its counts obey what must hold."""

import json

from entmax_oracle.benchmarks.attention_counts import count, main


def test_it_runs_and_says_what_was_not_measured(tmp_path, capsys):
    assert (
        main(["--lengths", "128", "--families", "needle", "--queries", "64", "--json", str(tmp_path / "out.json")]) == 0
    )
    counted, timed = json.loads((tmp_path / "out.json").read_text())
    assert counted["family"] == "needle"
    assert timed == {"n": 128, "milliseconds": "not measured: no GPU"}
    assert "needle" in capsys.readouterr().out


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
