"""Suite ``reference``: speed against the peers, worst error against the budget, memory, cost in n."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from entmax_oracle.proofs_checks.conformance.inputs.rows import FAMILIES, Row
from entmax_oracle.reference import budget, enclose, entmax

from .environment import environment

ALPHAS = (1.0, 1 + 1e-12, 1.01, 1.05, 1.25, 4 / 3, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 50.0)
LENGTHS = (1, 2, 17, 257, 4096)


def run(progress: Callable[[str], None]) -> dict[str, Any]:
    """Measure everything; about two minutes on one core."""
    timings = time_all(progress)
    return {
        "schema": "entmax-oracle/bench-reference/1",
        **environment("entmax-oracle", "numpy", "python-flint", "torch", "entmax", "POT", "pytest-benchmark"),
        "timings": timings,
        "accuracy": worst_ratios(progress),
        "memory": peak_memory(progress),
    }


def time_all(progress: Callable[[str], None]) -> list[dict[str, Any]]:
    """Run the timings under pytest-benchmark in a process of their own, all in one session."""
    progress("timing the reference and its peers")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "timings.json"
        command = [sys.executable, "-m", "pytest", str(Path(__file__).with_name("reference_timings.py"))]
        options = ["-q", "-o", "addopts=", "--import-mode=importlib", "-p", "no:cacheprovider", "--benchmark-only"]
        finished = subprocess.run(
            [*command, *options, f"--benchmark-json={target}"], capture_output=True, text=True, check=False
        )
        if not target.exists():
            raise RuntimeError(f"the timings failed (is pytest-benchmark installed?):\n{finished.stdout[-2000:]}")
        found = json.loads(target.read_text())["benchmarks"]
    return [entry["extra_info"] | {"median": entry["stats"]["median"], "iqr": entry["stats"]["iqr"]} for entry in found]


def worst_ratios(progress: Callable[[str], None]) -> list[dict[str, Any]]:
    """Largest error of tier 1, as a multiple of its float64 budget, for each alpha and family of rows."""
    found = []
    for alpha in ALPHAS:
        progress(f"accuracy at alpha = {alpha:.15g}")
        for family in FAMILIES:
            worst, at = 0.0, 0
            for n in LENGTHS:
                count = 8 if n < 1000 else 1
                rows = np.stack([row.values(alpha, "float64") for row in Row(family, n).again(count)])
                truth = enclose(rows, alpha)
                p = entmax(rows, alpha)
                error = np.maximum(np.maximum(truth.lower - p, p - truth.upper), 0.0)
                with np.errstate(invalid="ignore", divide="ignore"):
                    ratio = float(np.where(error > 0, error / budget(rows, alpha, "float64"), 0.0).max())
                if ratio > worst:
                    worst, at = ratio, n
            found.append({"alpha": alpha, "family": family, "ratio": worst, "n": at})
    return found


def peak_memory(progress: Callable[[str], None]) -> list[dict[str, Any]]:
    """Peak memory of one call as a multiple of the input, the output included."""
    progress("memory")
    found = []
    for shape in ((1, 10**6), (1000, 1000)):
        for family in ("gaussian", "constant"):
            for alpha in (1.0, 1.01, 1.25, 1.5, 2.0, 4.0):
                count, n = shape
                rows = np.stack([row.values(alpha, "float64") for row in Row(family, n).again(count)])
                tracemalloc.start()
                entmax(rows, alpha)
                peak = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
                found.append({"shape": shape, "family": family, "alpha": alpha, "peak": peak / rows.nbytes})
    return found


def show(result: dict[str, Any], console: Console) -> None:
    """Print the tables."""
    timings = result["timings"]
    table = Table("shape", "alpha", "implementation", "median ms", "times ours", title="Speed, float64, one thread")
    mapping = [entry for entry in timings if entry["kind"] == "mapping"]
    ours = {(*e["shape"], e["alpha"]): e["median"] for e in mapping if e["name"] == "entmax-oracle"}
    for e in mapping:
        ratio = e["median"] / ours[*e["shape"], e["alpha"]]
        shape = " x ".join(map(str, e["shape"]))
        mine = e["name"] == "entmax-oracle"
        table.add_row(shape, f"{e['alpha']:g}", e["name"], f"{1e3 * e['median']:.3f}", "" if mine else f"{ratio:.1f}")
    console.print(table)

    table = Table("alpha", "n", "median ms", "ns per token", title="Cost in n (one row, Gaussian)")
    for e in (e for e in timings if e["kind"] == "length"):
        table.add_row(f"{e['alpha']:g}", str(e["n"]), f"{1e3 * e['median']:.3f}", f"{1e9 * e['median'] / e['n']:.2f}")
    console.print(table)

    table = Table("alpha", "median ms", title="enclose: one Gaussian row of 1024 tokens, 128 bits")
    for e in (e for e in timings if e["kind"] == "enclosure"):
        table.add_row(f"{e['alpha']:g}", f"{1e3 * e['median']:.2f}")
    console.print(table)

    table = Table("alpha", "worst error / budget", "family", "n", title="Accuracy of tier 1 against the float64 budget")
    for alpha in dict.fromkeys(e["alpha"] for e in result["accuracy"]):
        worst = max((e for e in result["accuracy"] if e["alpha"] == alpha), key=lambda e: e["ratio"])
        table.add_row(f"{alpha:.15g}", f"{worst['ratio']:.3f}", worst["family"], str(worst["n"]))
    console.print(table)

    largest = max(result["memory"], key=lambda e: e["peak"])
    console.print(
        f"Peak memory at most {largest['peak']:.1f} times the input "
        f"(alpha = {largest['alpha']:g}, {largest['family']} rows of shape {tuple(largest['shape'])})."
    )
