"""Attention patterns for the page: the table, and the masks with what they reach, layer by layer."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from ..patterns.counting import Mask, reach, with_residuals
from ..patterns.results import DRAWN, PatternResult, PatternRow
from ..patterns.table import COLUMNS, cells, setting
from .pictures import alone, grids

__all__ = ["pattern_page", "pattern_poster"]

_STEPS = 4  # layers that are drawn


def pattern_page(result: PatternResult) -> dict[str, Any]:
    """Prepare the patterns for their template."""
    return {
        "setting": setting(result)[0].upper() + setting(result)[1:],
        "columns": COLUMNS,
        "rows": [{**vars(row), "cells": cells(row, result)} for row in result.rows],
        "drawn": DRAWN,
        "picture": _picture(result),
    }


def pattern_poster(result: PatternResult) -> str:
    """Draw the same picture as one SVG that stands alone; empty where the masks were not kept."""
    return alone(picture) if (picture := _picture(result)) else ""


def _picture(result: PatternResult) -> Markup:
    drawn = {row.name: _layers(row) for row in result.rows if row.masks}
    if not drawn:
        return Markup("")
    heads = ["layer 1: attends to", *(f"reach of {k + 1} layers" for k in range(1, min(_STEPS, result.layers)))]
    return grids(drawn, heads, result.tokens, "patterns", "Masks of attention patterns, and what they reach by layer")


def _layers(row: PatternRow) -> list[tuple[Mask, Mask]]:
    """Return, for each panel, what is new and what was reached before."""
    stack = [tuple(int(word, 16) for word in mask) for mask in row.masks]
    known = reach([with_residuals(mask) for mask in stack])[:_STEPS]
    later = [
        (tuple(now & ~before for now, before in zip(*pair, strict=True)), pair[1])
        for pair in zip(known[1:], known[:-1], strict=True)
    ]
    return [(stack[0], (0,) * len(stack[0])), *later]
