"""Time the row-wise kernels on a GPU: first the laws on the device, then forward and backward beside their peers.

    python benchmarks/rowwise_gpu.py --out results/           # on a GPU
    TRITON_INTERPRET=1 python benchmarks/rowwise_gpu.py --out results/ --small   # the script itself, proven without one

Writes ``rowwise_gpu.json`` and ``rowwise_gpu.png``. Without a GPU every function runs once at a small size and its
times are "not measured".
"""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from entmax_oracle.kernels.rowwise import entmax, path

Map = Callable[[torch.Tensor], torch.Tensor]

ALPHAS = (1.25, 1.5, 2.0)
LENGTHS = tuple(128 << k for k in range(0, 11, 2))  # 128 ... 131072
TOKENS = 1 << 25
NOT_MEASURED = "not measured"


def peers(alpha: float) -> dict[str, Map | str]:
    """Every implementation by name, or why it is missing."""
    found: dict[str, Map | str] = {
        "ours": lambda z: entmax(z, alpha),
        "torch.softmax": lambda z: torch.softmax(z, -1),
        "copy": torch.clone,  # the same bytes, nothing else: the floor
    }
    try:
        peer = importlib.import_module("entmax")
        closed = {1.5: peer.entmax15, 2.0: peer.sparsemax}
        found["entmax"] = closed.get(alpha, lambda z: peer.entmax_bisect(z, alpha))
    except ImportError as error:
        found["entmax"] = f"missing: {error}"
    try:
        splash = importlib.import_module("adasplash.triton_entmax_v2").triton_entmax
        found["adasplash"] = lambda z: splash(z, alpha=alpha)
    except ImportError as error:
        found["adasplash"] = f"missing: {error}"
    return found


def laws(device: str, dtype: str, profile: str) -> dict[str, Any]:
    """Check the kernels against the oracle on the device itself, in the dtype that is timed."""
    command = [sys.executable, "-m", "entmax_oracle.cli", "check", "entmax_oracle.kernels.rowwise:entmax"]
    command += ["--array", "torch", "--device", device, "--grad", "--profile", profile]
    command += ["--dtype", dtype]
    for alpha in ALPHAS:
        command += ["--alpha", str(alpha)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (finished.stdout or finished.stderr).strip().splitlines()
    return {"conforms": finished.returncode == 0, "said": lines[-1] if lines else ""}


def measure(call: Callable[[], object], on_gpu: bool, repeats: int = 50) -> dict[str, Any]:
    """Run warm, with a cold L2: median, quartiles, 99th percentile in milliseconds, and peak memory in bytes."""
    call()
    if not on_gpu:
        return dict.fromkeys(("median", "low", "high", "p99", "peak_bytes"), NOT_MEASURED)
    cache = torch.empty(1 << 28, dtype=torch.int8, device="cuda")
    for _ in range(5):
        call()
    torch.cuda.synchronize()
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    event: Any = torch.cuda.Event
    pairs = [(event(enable_timing=True), event(enable_timing=True)) for _ in range(repeats)]
    for start, stop in pairs:
        cache.zero_()
        start.record()
        call()
        stop.record()
    torch.cuda.synchronize()
    times = sorted(start.elapsed_time(stop) for start, stop in pairs)
    low, median, high = statistics.quantiles(times, n=4)
    return {
        "median": median,
        "low": low,
        "high": high,
        "p99": times[min(len(times) - 1, int(0.99 * len(times)))],
        "peak_bytes": torch.cuda.max_memory_allocated() - before,
    }


def compare(alpha: float, n: int, dtype: torch.dtype, device: str, tokens: int) -> list[dict[str, Any]]:
    """Forward and backward of every implementation on the same logits."""
    on_gpu = device == "cuda"
    g = torch.Generator(device).manual_seed(n)
    z = torch.randn((max(1, tokens // n), n), generator=g, device=device, dtype=torch.float32).to(dtype)
    upstream = torch.randn(z.shape, generator=g, device=device, dtype=torch.float32).to(dtype)
    rows = []
    for name, function in peers(alpha).items():
        for direction in ("forward", "backward"):
            row = {"alpha": alpha, "n": n, "rows": len(z), "dtype": str(dtype), "name": name, "direction": direction}
            try:
                if isinstance(function, str):
                    raise ImportError(function)
                if direction == "forward":
                    with torch.no_grad():
                        row |= measure(partial(function, z), on_gpu)
                else:
                    leaf = z.clone().requires_grad_()
                    p = function(leaf)
                    row |= measure(partial(torch.autograd.grad, p, leaf, upstream, retain_graph=True), on_gpu)
                row["bytes"] = (2 if direction == "forward" else 3) * z.numel() * z.element_size()
            except Exception as error:
                # A peer that does not run here is a line in the table, ours is an error.
                if name == "ours":
                    raise
                row["unavailable"] = f"{type(error).__name__}: {str(error)[:120]}"
            rows.append(row)
    return with_shares(rows)


def with_shares(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each measured row its bandwidth as a share of the copy's, ``of_copy``: 1 is all that the memory gives."""
    (copy,) = (row for row in rows if row["name"] == "copy" and row["direction"] == "forward")
    for row in rows:
        if isinstance(row.get("median"), float):
            row["of_copy"] = row["bytes"] / row["median"] / (copy["bytes"] / copy["median"])
    return rows


def plot(rows: list[dict[str, Any]], target: Path) -> None:
    """Median time against n, one panel for each alpha and direction."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    alphas = sorted({row["alpha"] for row in rows})
    figure, axes = plt.subplots(2, len(alphas), figsize=(4 * len(alphas), 6), squeeze=False, layout="constrained")
    measured = False
    for column, alpha in enumerate(alphas):
        for line, direction in enumerate(("forward", "backward")):
            axis = axes[line][column]
            axis.set_title(f"alpha = {alpha}, {direction}")
            axis.set_xlabel("n")
            axis.set_ylabel("ms, median and quartiles")
            for name in dict.fromkeys(row["name"] for row in rows):
                mine = [
                    row for row in rows
                    if (row["alpha"], row["direction"], row["name"]) == (alpha, direction, name)
                    and isinstance(row.get("median"), float)
                ]  # fmt: skip
                if mine:
                    measured = True
                    axis.plot([row["n"] for row in mine], [row["median"] for row in mine], label=name)
                    axis.fill_between(
                        [row["n"] for row in mine],
                        [row["low"] for row in mine],
                        [row["high"] for row in mine],
                        alpha=0.2,
                    )
            if measured:
                axis.set_xscale("log", base=2)
                axis.set_yscale("log")
                axis.legend()
            else:
                axis.text(0.5, 0.5, NOT_MEASURED, ha="center", transform=axis.transAxes)
    figure.savefig(target, dpi=120)
    plt.close(figure)


def main() -> int:
    """Check, time, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the results")
    parser.add_argument("--dtype", default="bfloat16", choices=("float32", "float16", "bfloat16"))
    parser.add_argument("--small", action="store_true", help="small sizes, to prove the script")
    parser.add_argument("--skip-laws", action="store_true", help="time what may be wrong")
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    small = options.small or device == "cpu"
    checked: dict[str, Any] = {"conforms": None, "said": "skipped"}
    if not options.skip_laws:
        checked = laws(device, options.dtype, "quick" if small else "standard")
        print(checked["said"])
        if not checked["conforms"]:
            print("The kernels are wrong on this device; no times are taken.", file=sys.stderr)
            return 1
    rows = []
    for alpha in ALPHAS:
        for n in LENGTHS[:2] if small else LENGTHS:
            rows += compare(alpha, n, getattr(torch, options.dtype), device, 512 if small else TOKENS)
    result = {
        "schema": "entmax-oracle/bench-rowwise-gpu/1",
        "device": torch.cuda.get_device_name() if device == "cuda" else f"none: times are {NOT_MEASURED}",
        "path": path(device),
        "platform": platform.platform(),
        "versions": {name: _version(name) for name in ("torch", "triton", "entmax", "adasplash")},
        "laws": checked,
        "timings": rows,
    }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "rowwise_gpu.json").write_text(json.dumps(result, indent=1) + "\n")
    plot(rows, options.out / "rowwise_gpu.png")
    for row in rows:
        said = row.get("unavailable") or row["median"]
        took = f"{said:.4f} ms, {row['of_copy']:.0%} of copy" if isinstance(said, float) else said
        print(f"alpha {row['alpha']:<5} n {row['n']:<7} {row['direction']:<9} {row['name']:<14} {took}")
    return 0


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    raise SystemExit(main())
