"""The script that times attention on a GPU, without one: it runs, and measures nothing."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import torch

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "attention_gpu.py"


def test_without_a_gpu_nothing_is_measured(tmp_path):
    pytest.importorskip("matplotlib")
    command = [sys.executable, str(SCRIPT), "--small", "--skip-laws", "--out", str(tmp_path)]
    environment = os.environ | {"TRITON_INTERPRET": "1", "CUDA_VISIBLE_DEVICES": ""}
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr[-2000:]
    result = json.loads((tmp_path / "attention_gpu.json").read_text())
    assert result["path"] == "interpreter"
    assert "not measured" in result["device"]
    ours = [row for row in result["timings"] if row["name"] == "ours"]
    assert {row["direction"] for row in ours} == {"forward", "step", "decode"}
    assert {row["median"] for row in ours} == {"not measured"}
    assert {row["name"] for row in result["timings"]} == {"ours", "softmax, flash", "softmax, flex", "adasplash"}
    assert not any("of_ours" in row for row in result["timings"])
    assert (tmp_path / "attention_gpu.png").stat().st_size > 1000


def test_times_are_multiples_of_ours():
    with_ratios = runpy.run_path(str(SCRIPT))["with_ratios"]
    rows = [{"name": "ours", "median": 2.0}, {"name": "peer", "median": 5.0}, {"name": "other", "unavailable": "no"}]
    assert [row.get("of_ours") for row in with_ratios(rows)] == [1.0, 2.5, None]


def test_a_tenth_of_the_keys_is_live():
    """The logits on which decoding is timed are what their name says."""
    from entmax_oracle.reference import entmax

    tensors = runpy.run_path(str(SCRIPT))["tensors"]
    query, key, _ = tensors("tenth", 640, 32, torch.float32, "cpu", 1)
    scores = (query[0, 0, -1] @ key[0, 0].T).double().numpy() / 32**0.5
    p = entmax(scores, 1.5)
    assert (p[:64] > 0).all()
    assert (p[64:] == 0).all()
