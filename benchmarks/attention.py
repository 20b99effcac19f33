"""Suite ``attention``: block products of entmax attention, counted in Triton's interpreter beside its peers'."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .interpreted import interpreted

if TYPE_CHECKING:
    from rich.console import Console

LENGTHS = (1024, 4096)


def run(progress: Callable[[str], None]) -> dict[str, Any]:
    """Count; some minutes."""
    counts = []
    for row in interpreted("attention_counts", "--queries", 64, "--lengths", *LENGTHS):
        counts.append(row)
        products = row["products per query block"]
        progress(
            f"{row['family']:<10}  n {row['n']:<5}  {row['live']:4.0%} of the blocks live, "
            f"{products['forward']:.0f} products forward, {products['backward']:.0f} backward"
        )
    return {"schema": "entmax-oracle/bench-attention/1", "counts": counts}


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
