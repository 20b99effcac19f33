"""Judge the points of a matrix that was written down once more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entmax_oracle.reference.enclosures.precision import working_precision
from entmax_oracle.reference.normalisers import normaliser

from .build import SCHEMA
from .cells import PROPERTIES, decide
from .subject import BITS, Own, Reference, Subject

__all__ = ["Replayed", "replay"]


@dataclass(frozen=True)
class Replayed:
    """A point that was judged again.

    Attributes
    ----------
    label : str
        Of its row.
    title : str
        Of the property.
    verdict : str
        What the point had decided of it, ``"true"`` or ``"false"``.
    detail : str
        What it shows now; "" if it no longer decides anything.
    """

    label: str
    title: str
    verdict: str
    detail: str


def replay(source: str | Path, own: Own | None = None, names: tuple[str, ...] = ()) -> Iterator[Replayed]:
    """Judge every point of a matrix again, those of a row by what the row is about.

    Parameters
    ----------
    source : str or Path
        A file that ``entmax-oracle matrix`` has written.
    own : Own, optional
        Judge the rows of functions of one's own, by this function; otherwise those of the normalisers.
    names : tuple of str
        Of these normalisers only.

    Raises
    ------
    ValueError
        If the file is no matrix, or holds no such point.
    """
    result = _read(source)
    rows = [
        row
        for row in result["rows"]
        if (row["normaliser"] is None) == (own is not None) and (not names or row["normaliser"] in names)
    ]
    points = [(row, each) for row in rows for each in row["cells"] if each["point"]]
    if not points:
        whose = "functions of your own" if own is not None else ", ".join(names) or "normalisers"
        raise ValueError(f"{source} holds no point of {whose}, so there is nothing to replay")
    return _judged(points, own)


def _judged(points: list[tuple[dict[str, Any], dict[str, Any]]], own: Own | None) -> Iterator[Replayed]:
    properties = {prop.key: prop for prop in PROPERTIES}
    for row, cell in points:
        prop = properties[cell["property"]]
        subject: Subject = own or Reference(normaliser(row["normaliser"]), row["parameters"])
        point = {name: tuple(value) if isinstance(value, list) else value for name, value in cell["point"].items()}
        with working_precision(BITS):
            yield Replayed(row["label"], prop.title, cell["verdict"], decide(prop, subject, point))


def _read(source: str | Path) -> dict[str, Any]:
    try:
        result = json.loads(Path(source).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"cannot read a matrix from {source}: {error}") from None
    if not isinstance(result, dict) or result.get("schema") != SCHEMA:
        raise ValueError(f"{source} is no matrix: its schema is not {SCHEMA!r}")
    return result
