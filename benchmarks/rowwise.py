"""Suite ``rowwise``: sums over the row and bytes moved by the row-wise kernels, counted in Triton's interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def run(progress: Callable[[str], None]) -> dict[str, Any]:
    """Count, in a process of its own in which the kernels are interpreted; about a minute."""
    progress("counting in the interpreter")
    finished = subprocess.run(
        [sys.executable, "-m", "entmax_oracle.benchmarks.rowwise_counts"],
        env=os.environ | {"TRITON_INTERPRET": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise RuntimeError(f"counting failed:\n{finished.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(finished.stdout)
    return found


def show(result: dict[str, Any], console: Console) -> None:
    """Print a table; traffic in units of one read of the logits and one write of the probabilities."""
    from rich.table import Table

    table = Table(
        "alpha", "n", "rows", "sums, mean", "sums, most", "forward traffic", "backward traffic",
        title="Sums over the row; bytes moved, relative to one read and one write of it (backward: two reads)",
    )  # fmt: skip
    for row in result["counts"]:
        table.add_row(
            f"{row['alpha']:.4g}",
            str(row["n"]),
            row["family"],
            f"{row['steps_mean']:.2f}",
            str(row["steps_most"]),
            f"{row['forward_bytes'] / row['least_forward_bytes']:.3f}",
            f"{row['backward_bytes'] / row['least_backward_bytes']:.3f}",
        )
    console.print(table)
    console.print("Counted, not timed: times need a GPU, see benchmarks/rowwise_gpu.py.")
