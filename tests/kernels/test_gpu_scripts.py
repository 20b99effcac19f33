"""The scripts that time kernels on a GPU, without one: they run, and measure nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from entmax_oracle.benchmarks import attention_gpu, gpu, rowwise_gpu
from entmax_oracle.reference import entmax

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
PEERS = {
    "rowwise_gpu": {"ours", "torch.softmax", "copy", "entmax", "adasplash"},
    "attention_gpu": {"ours", "softmax, flash", "softmax, flex", "adasplash"},
}
ABOUT = {
    "rowwise_gpu": {(alpha, direction) for alpha in (1.25, 1.5, 2.0) for direction in ("forward", "backward")},
    "attention_gpu": {(None, direction) for direction in ("forward", "step", "decode")},
}


def run(name: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("matplotlib")
    command = [sys.executable, str(BENCHMARKS / f"{name}.py"), "--small", "--out", str(folder), *options]
    environment = os.environ | {"TRITON_INTERPRET": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", list(PEERS))
def test_without_a_gpu_nothing_is_measured(tmp_path, name):
    finished = run(name, tmp_path, "--skip-laws")
    assert finished.returncode == 0, finished.stderr[-2000:]
    result = json.loads((tmp_path / f"{name}.json").read_text())
    assert result["path"] == "interpreter"
    assert "not measured" in result["device"]
    assert {row["name"] for row in result["timings"]} == PEERS[name]
    ours = [row for row in result["timings"] if row["name"] == "ours"]
    assert {(row.get("alpha"), row["direction"]) for row in ours} == ABOUT[name]
    assert {row["median"] for row in ours} == {"not measured"}
    assert not any("of_copy" in row or "of_ours" in row for row in result["timings"])
    assert (tmp_path / f"{name}.png").stat().st_size > 1000
    assert finished.stdout.count("ours  not measured") == len(ours)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", list(PEERS))
def test_the_laws_come_first(tmp_path, name):
    finished = run(name, tmp_path)
    assert finished.returncode == 0, finished.stderr[-2000:]
    said = json.loads((tmp_path / f"{name}.json").read_text())["laws"]
    assert said["conforms"] is True
    assert "conforms to 2 laws" in said["said"]


def test_what_breaks_a_law_is_not_timed(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(rowwise_gpu.Script, "laws", lambda self, setting: {"conforms": False, "said": "violates"})
    assert rowwise_gpu.SCRIPT.run(["--small", "--out", str(tmp_path)]) == 1
    assert list(tmp_path.iterdir()) == []
    assert "no times are taken" in capsys.readouterr().err


def test_a_peer_that_fails_is_a_line_and_ours_an_error():
    def fails(name):
        return rowwise_gpu.compare({name: lambda: 1 // 0}, lambda function: function, False)

    (row,) = fails("peer")
    assert row["unavailable"].startswith("ZeroDivisionError")
    with pytest.raises(ZeroDivisionError):
        fails("ours")


def test_times_are_drawn_and_printed():
    """As on a GPU: a panel for each alpha and direction, a line for each implementation that ran."""
    pytest.importorskip("matplotlib")
    times = {"median": 2.0, "low": 1.5, "high": 3.0, "p99": 4.0, "peak_bytes": 8, "bytes": 100}
    about = [{"alpha": alpha, "n": n, "direction": "forward"} for alpha in (1.5, 2.0) for n in (128, 512)]
    rows = []
    for each in about:
        group = [each | {"name": name} | times for name in ("ours", "copy")]
        rows += rowwise_gpu.with_shares([*group, each | {"name": "entmax", "unavailable": "ImportError"}])
    script = rowwise_gpu.SCRIPT
    assert script.line(rows[0]) == "alpha 1.5  n 128  forward  ours  2.0000 ms, 1.00 of copy"
    assert script.line(rows[2]) == "alpha 1.5  n 128  forward  entmax  ImportError"
    figure = gpu.panels(rows, script.panel)
    assert [axis.get_title() for axis in figure.axes] == ["alpha = 1.5, forward", "alpha = 2.0, forward"]
    assert [line.get_label() for line in figure.axes[0].lines] == ["ours", "copy"]
    assert list(figure.axes[0].lines[0].get_xdata()) == [128, 512]


def test_bandwidth_is_a_share_of_the_copy():
    copy = {"name": "copy", "direction": "forward", "bytes": 100, "median": 2.0}
    forward = {"name": "ours", "direction": "forward", "bytes": 100, "median": 2.5}
    missing = {"name": "entmax", "direction": "forward", "unavailable": "ImportError"}
    rows = rowwise_gpu.with_shares([copy, forward, missing])
    assert [row.get("of_copy") for row in rows] == [1.0, 0.8, None]


def test_times_are_multiples_of_ours():
    rows = [{"name": "ours", "median": 2.0}, {"name": "peer", "median": 5.0}, {"name": "other", "unavailable": "no"}]
    assert [row.get("of_ours") for row in attention_gpu.with_ratios(rows)] == [1.0, 2.5, None]


def test_a_tenth_of_the_keys_is_live():
    """The logits on which decoding is timed are what their name says."""
    query, key, _ = attention_gpu.tensors("tenth", 640, 32, torch.float32, "cpu", 1)
    scores = (query[0, 0, -1] @ key[0, 0].T).double().numpy() / 32**0.5
    p = entmax(scores, 1.5)
    assert (p[:64] > 0).all()
    assert (p[64:] == 0).all()
