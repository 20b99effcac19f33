"""Suite ``rowwise``: sums over the row and bytes moved by the row-wise kernels, counted in Triton's interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .interpreted import interpreted

if TYPE_CHECKING:
    from rich.console import Console


def run(progress: Callable[[str], None]) -> dict[str, Any]:
    """Count; about a minute on one core."""
    counts = []
    for row in interpreted("rowwise_counts"):
        counts.append(row)
        progress(
            f"alpha {row['alpha']:<4g}  n {row['n']:<5}  {row['family']:<14}  {row['steps_mean']:.2f} sums over a row, "
            f"{row['forward_bytes']} bytes forward, {row['backward_bytes']} backward"
        )
    return {"schema": "entmax-oracle/bench-rowwise/1", "counts": counts}


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
