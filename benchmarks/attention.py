"""Suite ``attention``: block products of entmax attention, counted in Triton's interpreter beside its peers'."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

LENGTHS = (1024, 4096)


def run(progress: Callable[[str], None]) -> dict[str, Any]:
    """Count, in a process of its own in which the kernels are interpreted; some minutes."""
    progress("counting in the interpreter")
    command = [sys.executable, "-m", "entmax_oracle.benchmarks.attention_counts", "--queries", "64", "--lengths"]
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "counts.json"
        finished = subprocess.run(
            [*command, *map(str, LENGTHS), "--json", str(written)],
            env=os.environ | {"TRITON_INTERPRET": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode:
            raise RuntimeError(f"counting failed:\n{finished.stderr[-2000:]}")
        rows = json.loads(written.read_text())
    return {"schema": "entmax-oracle/bench-attention/1", "counts": [row for row in rows if "family" in row]}


def show(result: dict[str, Any], console: Console) -> None:
    """Print a table; ``live`` and ``refined`` are shares of the visible blocks."""
    from rich.table import Table

    table = Table(
        "logits", "n", "live", "candidates", "refined", "forward", "backward",
        title="Block products of a block of 64 queries (the last, causal, alpha = 1.5): ours / FA-2 / AdaSplash-2",
    )  # fmt: skip
    for row in result["counts"]:
        products = row["products per query block"]
        ways = (
            " / ".join(f"{products[peer + way]:.0f}" for peer in ("", "FlashAttention-2 ", "AdaSplash-2 "))
            for way in ("forward", "backward")
        )
        shares = f"{row['live']:.0%}", f"{row['candidates']:.0f}", f"{row['refined']:.2f}"
        table.add_row(row["family"], str(row["n"]), *shares, *ways)
    console.print(table)
    console.print("Counted, not timed: times need a GPU, see benchmarks/attention_gpu.py.")
