"""The sweep over every setting: it judges, writes what it saw, and goes on from there."""

import json

from entmax_oracle.benchmarks import sweep


def test_it_covers_every_setting_once():
    for kernels, number in (("rows", 36), ("attention", 18), ("rows-cpu", 36), ("attention-cpu", 18)):
        settings = sweep.KERNELS[kernels].settings
        assert len(settings) == len(set(settings)) == number


def test_what_was_judged_is_not_judged_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TRITON_INTERPRET", "0")  # restored when it is over
    few = ["--profile", "quick", "--alpha", "2", "--dtype", "float32", "--law", "single token"]
    assert sweep.main(["rows", str(tmp_path / "summary.json"), *few]) == 0
    written = (tmp_path / "summary.json").read_text()
    (said,) = json.loads(written)["judged"]
    judged = {each["law"]: each for each in said["laws"]}
    assert list(judged) == ["single token"]
    assert judged["single token"]["examples"] > 0
    assert said["verdict"] == "conforms"
    assert "alpha 2, float32, quick: conforms" in capsys.readouterr().out
    assert sweep.main(["rows", str(tmp_path / "summary.json"), *few]) == 0
    assert (tmp_path / "summary.json").read_text() == written
    assert capsys.readouterr().out == ""
