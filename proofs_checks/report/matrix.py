"""The property matrix of the normalisers, and their curves, for the page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..matrix import settings
from .pictures import panels

__all__ = ["matrix_findings", "neighbours"]

# Each verdict on its grounds has its own shape, so that colour is never the only signal.
_MARKS = {"proved": "■", "certified": "◆", "measured": "●", "supported": "▲", "": "○"}
_CLASSES = {"true": "proved", "false": "refuted", "unknown": "unchecked"}
_LINEAR = ("entropy over log n",)  # weights and counts go over powers of the length
_WORDS = {"true": "yes", "false": "no", "unknown": "?"}


def neighbours(matrix: Mapping[str, Any], theorems: Collection[str] = ()) -> dict[str, Any]:
    """Prepare the matrix for its template; empty without one.

    Parameters
    ----------
    matrix : dict
        Of schema ``entmax-oracle/matrix/1``, with ``curves`` where they were computed.
    theorems : collection of str
        Names of the theorems that the page shows, to link to.
    """
    if not matrix:
        return {}
    return {
        "properties": matrix["properties"],
        "rows": [_row(row, number, matrix["properties"], theorems) for number, row in enumerate(matrix["rows"], 1)],
        "marks": {name: mark for name, mark in _MARKS.items() if name},
        "curves": [_curves(one, number) for number, one in enumerate(matrix.get("curves") or [], 1)],
    }


def matrix_findings(matrix: Mapping[str, Any]) -> Iterator[str]:
    """Say in a sentence what the matrix holds, and in another what contradicts it."""
    rows = matrix.get("rows") or []
    if not rows:
        return
    cells = [cell for row in rows for cell in row["cells"]]
    true = [cell for cell in cells if cell["verdict"] == "true"]
    proved = sum(cell["strength"] == "proved" for cell in true)
    count = f"{len(rows)} normaliser{'s' if len(rows) > 1 else ''}"
    yield f"Of {len(cells)} properties of {count}, {len(true)} hold, {proved} of them proved."
    wrong = [row["label"] for row in rows for cell in row["cells"] if cell["contradicts"]]
    if wrong:
        yield f"{len(wrong)} of them contradict{'s' if len(wrong) == 1 else ''} what is claimed, first of `{wrong[0]}`."


def _row(
    row: Mapping[str, Any], number: int, properties: list[Mapping[str, Any]], theorems: Collection[str]
) -> dict[str, Any]:
    identity = f"normaliser-{number}"
    cells = [
        {
            **cell,
            "id": f"{identity}-{cell['property']}",
            "title": prop["title"],
            "class": _CLASSES[cell["verdict"]],
            "word": _WORDS[cell["verdict"]],
            "mark": _MARKS[cell["strength"]],
            "at": _at(cell.get("point")),
            "links": [
                {**theorem, "href": f"#theorem-{theorem['name']}" if theorem["name"] in theorems else ""}
                for theorem in cell["theorems"]
            ],
        }
        for cell, prop in zip(row["cells"], properties, strict=True)
    ]
    heading = row.get("title") or row["label"]
    return {
        **row,
        "id": identity,
        "heading": heading,
        "settings": settings(row.get("parameters") or {}),
        "cells": cells,
    }


def _at(point: Mapping[str, Any] | None) -> str:
    if not point:
        return ""
    shown = [
        f"{name} = ({', '.join(f'{value:.6g}' for value in entry)})"
        if isinstance(entry, list | tuple)
        else f"{name} = {entry:g}"
        if isinstance(entry, int | float)
        else f"{name}: {entry}"
        for name, entry in point.items()
    ]
    return ", ".join(shown).replace("-", "−")


def _curves(one: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Draw each family on its own, against all others in grey."""
    groups: dict[str, dict[str, Any]] = {}
    for series in one["series"]:
        groups.setdefault(series["group"], {})[series["label"]] = series["values"]
    quantities = list(one["series"][0]["values"]) if one["series"] else []
    pictures = [
        {
            "group": group,
            "svg": panels(
                one["lengths"],
                quantities,
                lines,
                [values for other, rest in groups.items() if other != group for values in rest.values()],
                f"normaliser-curves-{number}-{position}",
                f"{group} against the length, for the logits: {one['logits']}",
                [quantity for quantity in quantities if quantity not in _LINEAR],
            ),
        }
        for position, (group, lines) in enumerate(groups.items(), 1)
        if quantities
    ]
    return {"logits": one["logits"], "pictures": pictures}
