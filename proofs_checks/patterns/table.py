"""The counts as a table, for the terminal and for pages."""

from __future__ import annotations

from dataclasses import dataclass

from .results import PatternResult, PatternRow

__all__ = ["COLUMNS", "Column", "cells", "setting"]


@dataclass(frozen=True)
class Column:
    """A column: its head, what it says, and whether it holds words."""

    head: str
    meaning: str = ""
    words: bool = False


COLUMNS = (
    Column("pattern", words=True),
    Column("mean", "mean number of keys of a row"),
    Column("most", "largest number of keys of a row in any layer, s"),
    Column("limit", "the most keys that a row can have, by construction or, with ALiBi, by alibi-radius"),
    Column("reach", "input tokens that paths join to the last token, layer by layer until it stays"),
    Column(
        "no path",
        "share of the input and output tokens that no path joins; by unreachable-gradient the gradient is 0 there",
    ),
    Column("paths", "paths that end at the last token"),
    Column("bound", "the product of s over the layers, by sparse-paths"),
    Column("+ residual", "paths where every layer has residual edges too, as for reach and no path"),
    Column("bound +", "the product of s + 1, by residual-paths"),
    Column(
        "kept",
        "rows that see the whole support of entmax, alpha = 1.5; there the mask changes nothing, by joining-token",
    ),
)


def cells(row: PatternRow, result: PatternResult) -> tuple[str, ...]:
    """Return the cells of a row, as text, in the order of `COLUMNS`."""
    return (
        row.name,
        f"{row.mean_keys:.1f}",
        str(max(row.keys, default=0)),
        "–" if row.limit is None else str(row.limit),
        _steps(row.reached),
        f"{row.without / max(row.pairs, 1):.1%}",
        _count(row.paths),
        _count(row.bound),
        _count(row.residual_paths),
        _count(row.residual_bound),
        "" if row.kept is None else f"{row.kept / max(result.tokens * result.layers, 1):.0%}",
    )


def setting(result: PatternResult) -> str:
    """Say in a line what was counted."""
    mask = "no causal mask" if result.both_ways else "causal"
    ends = f"without zeros, {_count(result.dense_paths)} paths end at the last token"
    return f"{result.tokens} tokens, {result.layers} layers, {mask}; {ends}"


def _steps(reached: tuple[int, ...]) -> str:
    """List the reach after each layer, up to the layer from which on it stays."""
    lasting = next((i for i, count in enumerate(reached) if set(reached[i:]) == {count}), 0)
    return " ".join(map(str, reached[: lasting + 1]))


def _count(number: int) -> str:
    """Write an integer with separators; a long one by its first digits (the JSON has all)."""
    return (
        f"{number:,}"
        if number < 10**10
        else f"{number:.3e}"
        if number < 10**300
        else f"about 10^{len(str(number)) - 1}"
    )
