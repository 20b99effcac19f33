"""What the patterns gave, as records and as JSON of the schema ``entmax-oracle/patterns/1``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..records import CONVERTER

__all__ = ["DRAWN", "SCHEMA", "PatternResult", "PatternRow"]

SCHEMA = "entmax-oracle/patterns/1"

DRAWN = 96
"""The most tokens at which masks are kept, for pictures."""


@dataclass(frozen=True)
class PatternRow:
    """One pattern, counted.

    Attributes
    ----------
    name, title, source : str
    keys : tuple of int
        The largest number of keys of a row, for each layer.
    mean_keys : float
        The mean number of keys of a row, over all layers.
    limit : int or None
        How many keys a row has at most, by construction or by `theorem`.
    theorem : str
        Which theorem says so; "" if none does.
    reached : tuple of int
        Input tokens from which a path leads to the last token, after each layer, with residual edges.
    without : int
        Pairs of an input token and an output token that the causal mask allows and between which no path leads through
        all layers, with residual edges: the gradient there is exactly 0.
    pairs : int
        All pairs that the causal mask allows.
    paths, bound : int
        Paths that end at the last token, counted, and the bound of ``sparse-paths``.
    residual_paths, residual_bound : int
        The same with residual edges, and the bound of ``residual-paths``.
    kept : int or None
        Rows, of all layers, whose keys include the whole certified support of entmax, alpha = 1.5, on the same logits;
        by ``joining-token`` entmax over these keys is then entmax over all. None where the masks are supports.
    contradicts : str
        The theorem that the counts contradict; "" if none.
    masks : tuple of tuple of str
        Rows of each layer's mask, in hexadecimal; empty for more than `DRAWN` tokens.
    """

    name: str
    title: str = ""
    source: str = ""
    keys: tuple[int, ...] = ()
    mean_keys: float = 0.0
    limit: int | None = None
    theorem: str = ""
    reached: tuple[int, ...] = ()
    without: int = 0
    pairs: int = 0
    paths: int = 0
    bound: int = 0
    residual_paths: int = 0
    residual_bound: int = 0
    kept: int | None = None
    contradicts: str = ""
    masks: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class PatternResult:
    """What was counted; what a file does not record is None or empty."""

    tokens: int = 0
    layers: int = 0
    keys: int = 0
    both_ways: bool = False
    dense_paths: int = 0
    rows: tuple[PatternRow, ...] = ()
    seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""
    started: str = ""
    seconds: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data of the schema ``entmax-oracle/patterns/1``."""
        return {"schema": SCHEMA, **CONVERTER.unstructure(self)}
