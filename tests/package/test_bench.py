"""The suite of a CPU: small runs of everything it measures, what it writes, and that an interruption keeps it."""

from __future__ import annotations

import json
from itertools import count

import pytest

pytest.importorskip("torch")

from entmax_oracle.benchmarks import cpu_cases, cpu_memory, interleaved
from entmax_oracle.benchmarks.interleaved import Patience, compare
from entmax_oracle.cli import main

TINY = (
    cpu_cases.Rows(2, 8, 1.25, "training step"),
    cpu_cases.Rows(2, 8, 2.0, "forward"),
    cpu_cases.Attention(16, 16, True, "local", "training step", heads=2),
    cpu_cases.Attention(16, 16, False, "needle", "forward", heads=2),
    cpu_cases.Decoding(32, 16, "flat"),
)


def _no_peak(name, n, heads):
    return {"name": name, "n": n, "heads": heads, "bytes": 1 << 20}


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setattr(cpu_cases, "plan", lambda quick: iter(TINY))
    monkeypatch.setattr(cpu_memory, "peak", _no_peak)


def test_a_run_is_written_and_drawn(tiny, tmp_path, capsys):
    file, picture = tmp_path / "cpu.json", tmp_path / "cpu.svg"
    assert main(["bench", "--suite", "cpu", "--quick", "--json", str(file), "--plot", str(picture)]) == 0
    shown = capsys.readouterr().out
    assert "Rows, forward, 1 thread; ours by " in shown
    assert "Peak memory of a training step" in shown
    assert picture.stat().st_size > 5000
    found = json.loads(file.read_text())
    assert found["schema"] == "entmax-oracle/bench-cpu/1"
    assert found["complete"]
    assert found["left_out"] == 0
    assert found["versions"]["torch"]
    assert len(found["timings"]) == len(TINY) * len(found["threads"])
    for row in found["timings"]:
        (mine,) = (each for each in row["results"] if each["name"] == "entmax-oracle")
        assert mine["path"]
        assert mine["rounds"] >= 3
        assert 0 < mine["least"] <= mine["q1"] <= mine["median"] <= mine["q3"]
        assert mine["ratio"]["median"] > 0
        names = {each["name"] for each in row["results"] if "median" in each}
        assert names >= {"softmax", *({"copy"} if row["kind"] == "rows" else {"dense entmax"})}


def test_what_was_measured_is_kept_when_it_is_interrupted(tiny, tmp_path, capsys, monkeypatch):
    from entmax_oracle.benchmarks import cpu

    calls = count()

    def measure(*given):
        if next(calls) == 1:
            raise KeyboardInterrupt
        return whole(*given)

    whole = cpu._measure
    monkeypatch.setattr(cpu, "_measure", measure)
    file = tmp_path / "cpu.json"
    assert main(["bench", "--suite", "cpu", "--quick", "--json", str(file)]) == 130
    found = json.loads(file.read_text())
    assert len(found["timings"]) == 1
    assert not found["complete"]
    assert "left out: interrupted" in capsys.readouterr().out


def test_time_that_is_up_leaves_the_rest_out(tiny, tmp_path):
    file = tmp_path / "cpu.json"
    assert main(["bench", "--suite", "cpu", "--seconds", "1e-9", "--json", str(file)]) == 0
    found = json.loads(file.read_text())
    assert not found["timings"]
    assert found["left_out"] == 2 + len(TINY) * len(found["threads"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--quick"], "--quick: an option of --suite cpu"),
        (["--suite", "static", "--plot", "x.svg"], "--plot: an option of --suite cpu"),
        (["--suite", "cpu", "--seconds", "0"], "--seconds must be positive"),
        (["--suite", "cpu", "--plot", "x.pdf"], "must end in .svg or .png"),
    ],
)
def test_options_that_make_no_sense_are_refused(words, message, capsys):
    assert main(["bench", *words]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_calls_are_timed_in_turns_and_compared_in_the_same_round(monkeypatch):
    """On a clock of its own, which runs slower and slower: the ratios do not notice."""
    now, pace, made = [0.0], [1.0], []

    def call(name, seconds):
        def run():
            made.append(name)
            now[0] += seconds * pace[0]
            pace[0] *= 1.01

        return run

    monkeypatch.setattr(interleaved, "perf_counter", lambda: now[0])
    calls = {"ours": call("ours", 3.0), "softmax": call("softmax", 1.0)}
    first, second = compare(calls, "softmax", Patience(1e9, 5, 9, 1e9))
    assert (first["rounds"], second["rounds"]) == (9, 9)
    assert 2.9 < first["ratio"]["median"] < 3.1
    assert first["median"] > 3.2  # which the seconds do
    assert all({a, b} == {"ours", "softmax"} for a, b in zip(made[::2], made[1::2], strict=True))


def test_a_peer_that_fails_is_a_line_of_the_result():
    def fails():
        raise RuntimeError("no memory left")

    found = compare({"peer": fails, "softmax": lambda: None}, "softmax", Patience(1e-3, 1, 2))
    assert found[0] == {"name": "peer", "unavailable": "RuntimeError: no memory left"}


def test_scores_are_what_a_family_says():
    for family, live in (("needle", (1, 1)), ("flat", (300, 300)), ("gaussian 1", (8, 60))):
        q, k, _ = cpu_cases.attention_tensors(family, 1, 300, 300, 64)
        p = cpu_cases.entmax(q @ k.transpose(-1, -2) / 8, 1.5)
        supports = (p > 0).sum(-1).float().median()
        assert live[0] <= supports <= live[1], family


@pytest.mark.skipif(not cpu_memory._STATUS.exists(), reason="the platform does not tell")
def test_peak_memory_is_that_of_the_step():
    found = cpu_memory.peak("dense entmax", 600, 4)
    assert found["bytes"] > 4 * 600 * 600 * 4  # one matrix of scores, at the least
