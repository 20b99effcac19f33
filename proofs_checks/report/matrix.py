"""The property matrix of the normalisers, and their curves, for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ..marks import Grounds, Truth, Verdict
from ..matrix import settings
from ..matrix.results import Column, Curves, MatrixResult, Row
from .pictures import panels

__all__ = ["neighbours"]

_CLASSES = {Truth.TRUE: Verdict.PROVED, Truth.FALSE: Verdict.REFUTED, Truth.UNKNOWN: Verdict.UNCHECKED}
_LINEAR = ("entropy over log n",)  # weights and counts go over powers of the length


def neighbours(matrix: MatrixResult | None, theorems: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """Prepare the matrix for its template; empty without one.

    Parameters
    ----------
    matrix : MatrixResult, optional
        With curves where they were computed.
    theorems : dict of str
        Names of theorems that have a page, with the place to link to.
    """
    if matrix is None:
        return {}
    return {
        "properties": matrix.properties,
        "theorems": theorems,
        "rows": [_row(row, number, matrix.properties) for number, row in enumerate(matrix.rows, 1)],
        "grounds": [each for each in Grounds if each],
        "curves": [_curves(one, number) for number, one in enumerate(matrix.curves, 1)],
    }


def _row(row: Row, number: int, properties: Sequence[Column]) -> dict[str, Any]:
    identity = f"normaliser-{number}"
    return {
        **vars(row),
        "id": identity,
        "heading": row.title or row.label,
        "settings": settings(row.parameters),
        "cells": [
            {
                **vars(cell),
                "id": f"{identity}-{cell.property}",
                "title": prop.title,
                "class": _CLASSES[cell.verdict],
                "at": _at(cell.point or {}),
            }
            for cell, prop in zip(row.cells, properties, strict=True)
        ],
    }


def _at(point: Mapping[str, Any]) -> str:
    shown = [
        f"{name} = ({', '.join(f'{value:.6g}' for value in entry)})"
        if isinstance(entry, list | tuple)
        else f"{name} = {entry:g}"
        if isinstance(entry, int | float)
        else f"{name}: {entry}"
        for name, entry in point.items()
    ]
    return ", ".join(shown).replace("-", "−")


def _curves(one: Curves, number: int) -> dict[str, Any]:
    """Draw each family on its own, against all others in grey."""
    groups: dict[str, dict[str, Mapping[str, Any]]] = {}
    for series in one.series:
        groups.setdefault(series.group, {})[series.label] = series.values
    quantities = list(one.series[0].values) if one.series else []
    pictures = [
        {
            "group": group,
            "svg": panels(
                one.lengths,
                quantities,
                lines,
                [values for other, rest in groups.items() if other != group for values in rest.values()],
                f"normaliser-curves-{number}-{position}",
                f"{group} against the length, for the logits: {one.logits}",
                [quantity for quantity in quantities if quantity not in _LINEAR],
            ),
        }
        for position, (group, lines) in enumerate(groups.items(), 1)
        if quantities
    ]
    return {"logits": one.logits, "pictures": pictures}
