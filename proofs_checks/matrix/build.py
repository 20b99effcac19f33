"""Compute the matrix, or the row of a user-supplied function, and check the points of a stored one again."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from entmax_oracle.reference.enclosures.precision import working_precision
from entmax_oracle.reference.normalisers import normaliser

from ..evidence import Context
from ..marks import Grounds, Truth
from ..records import schema_of, structured
from ..verify import PROFILES, versions
from .cells import PROPERTIES, cell, decide
from .claims import ROWS, Claims
from .points import Point
from .results import SCHEMA, Cell, Column, MatrixResult, Row
from .subject import BITS, Reference, Subject

__all__ = ["Replayed", "execute", "matrix", "replay"]


def matrix(
    names: Sequence[str] = (),
    own: Mapping[str, Subject] | None = None,
    profile: str = "quick",
    seed: int = 0,
    on_row: Callable[[str, int, int], None] | None = None,
) -> dict[str, Any]:
    """Execute every cell and return what was found.

    Parameters
    ----------
    names : sequence of str
        Normalisers whose rows to execute; all, or none if `own` is given, by default. One that a user has registered
        has no row of claims, and is searched.
    own : dict of str to Own or Reference, optional
        User-supplied functions, or normalisers, by their names.
    profile : str
        ``"quick"``, or ``"full"`` for ten times the search.
    seed : int
        Of every random choice.
    on_row : callable, optional
        Told the label, number and count of each row as it begins.

    Returns
    -------
    dict
        Schema ``entmax-oracle/matrix/1``: ``properties``, and ``rows`` with their ``cells``.

    Raises
    ------
    ValueError
        If there is no such normaliser or profile.
    """
    return execute(names, own, profile, seed, on_row).to_dict()


def execute(
    names: Sequence[str] = (),
    own: Mapping[str, Subject] | None = None,
    profile: str = "quick",
    seed: int = 0,
    on_row: Callable[[str, int, int], None] | None = None,
) -> MatrixResult:
    """Do what :func:`matrix` does, and return an object."""
    if profile not in PROFILES:
        raise ValueError(f"profile: {profile!r} is not one of {', '.join(PROFILES)}")
    for name in names:
        normaliser(name)
    claimed = {claims.normaliser for claims in ROWS}
    unclaimed = tuple(Claims(name) for name in dict.fromkeys(names) if name not in claimed)  # registered by its user
    started, clock, context = datetime.now(UTC), time.perf_counter(), Context(profile, seed)
    chosen: list[tuple[str, Subject, Claims | None]] = [
        (claims.label, Reference(normaliser(claims.normaliser), claims.parameters), claims)
        for claims in (*ROWS, *unclaimed)
        if claims.normaliser in names or not (names or own)
    ]
    chosen += [(name, subject, None) for name, subject in (own or {}).items()]
    rows = []
    for number, (label, subject, claims) in enumerate(chosen, 1):
        if on_row is not None:
            on_row(label, number, len(chosen))
        rows.append(_row(label, subject, claims, context))
    return MatrixResult(
        tuple(Column(p.key, p.short, p.title, p.statement, p.exists) for p in PROPERTIES),
        tuple(rows),
        profile,
        seed,
        versions(),
        platform.platform(),
        started.isoformat(timespec="seconds"),
        round(time.perf_counter() - clock, 3),
    )


def _row(label: str, subject: Subject, claims: Claims | None, context: Context) -> Row:
    keys = {prop.key for prop in PROPERTIES}
    if claims and (unknown := {*claims.theorems, *claims.against, *claims.points} - keys):
        raise ValueError(
            f"claims: the row {label!r} names the unknown property {min(unknown)!r}; known are {sorted(keys)}"
        )
    if refused := subject.unsteady():
        reason = f"not checked: {refused}"
        cells = tuple(Cell(prop.key, Truth.UNKNOWN, Grounds.NONE, reason) for prop in PROPERTIES)
    else:
        cells = tuple(cell(prop, subject, claims, context) for prop in PROPERTIES)
    if claims is None:
        return Row(label, cells=cells)
    known = normaliser(claims.normaliser)
    parameters = known.parameters | dict(claims.parameters)
    return Row(label, known.name, known.title, known.definition, known.source, parameters, cells)


@dataclass(frozen=True)
class Replayed:
    """A point that was checked again.

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


def replay(source: str | Path, own: Subject | None = None, names: tuple[str, ...] = ()) -> Iterator[Replayed]:
    """Check every point of a matrix again, those of a row by what the row is about.

    Parameters
    ----------
    source : str or Path
        A file that ``entmax-oracle matrix`` has written.
    own : Own or Reference, optional
        Check the rows of user-supplied functions, by this one; otherwise those of the normalisers.
    names : tuple of str
        Of these normalisers only.

    Raises
    ------
    ValueError
        If the file is not a matrix, or holds no such point.
    """
    rows = [
        row
        for row in _read(source).rows
        if (row.normaliser is None) == (own is not None) and (not names or row.normaliser in names)
    ]
    points = [(row, each, each.point) for row in rows for each in row.cells if each.point]
    if not points:
        whose = "functions of your own" if own is not None else ", ".join(names) or "normalisers"
        raise ValueError(f"{source} holds no point of {whose}, so there is nothing to replay")
    return _judged(points, own)


def _judged(points: Sequence[tuple[Row, Cell, Point]], own: Subject | None) -> Iterator[Replayed]:
    properties = {prop.key: prop for prop in PROPERTIES}
    for row, found, point in points:
        prop = properties[found.property]
        subject: Subject = own or Reference(normaliser(row.normaliser or ""), row.parameters)
        with working_precision(BITS):
            yield Replayed(row.label, prop.title, found.verdict, decide(prop, subject, point))


def _read(source: str | Path) -> MatrixResult:
    try:
        data = json.loads(Path(source).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"cannot read a matrix from {source}: {error}") from None
    if schema_of(data) != SCHEMA:
        raise ValueError(f"{source} is not a matrix: its schema is not {SCHEMA!r}")
    try:
        return structured(data, MatrixResult)
    except ValueError as error:
        raise ValueError(f"{source} is not a matrix: {error}") from None
