"""The script that times the kernels on a GPU, without one: it runs, and measures nothing."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "rowwise_gpu.py"


def test_without_a_gpu_nothing_is_measured(tmp_path):
    pytest.importorskip("matplotlib")
    command = [sys.executable, str(SCRIPT), "--small", "--skip-laws", "--out", str(tmp_path)]
    environment = os.environ | {"TRITON_INTERPRET": "1", "CUDA_VISIBLE_DEVICES": ""}
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr[-2000:]
    result = json.loads((tmp_path / "rowwise_gpu.json").read_text())
    assert result["path"] == "interpreter"
    assert "not measured" in result["device"]
    ours = [row for row in result["timings"] if row["name"] == "ours"]
    assert {(row["alpha"], row["direction"]) for row in ours} == {
        (alpha, direction) for alpha in (1.25, 1.5, 2.0) for direction in ("forward", "backward")
    }
    assert {row["median"] for row in ours} == {"not measured"}
    assert not any("of_copy" in row for row in result["timings"])
    assert (tmp_path / "rowwise_gpu.png").stat().st_size > 1000


def test_bandwidth_is_a_share_of_the_copy():
    with_shares = runpy.run_path(str(SCRIPT))["with_shares"]
    copy = {"name": "copy", "direction": "forward", "bytes": 100, "median": 2.0}
    forward = {"name": "ours", "direction": "forward", "bytes": 100, "median": 2.5}
    missing = {"name": "entmax", "direction": "forward", "unavailable": "ImportError"}
    assert [row.get("of_copy") for row in with_shares([copy, forward, missing])] == [1.0, 0.8, None]
