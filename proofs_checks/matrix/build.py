"""Execute the matrix, or the row of a function of one's own."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from entmax_oracle.reference.normalisers import normaliser

from ..evidence.arguments import Context
from ..verify import PROFILES, versions
from .cells import PROPERTIES, Cell, cell
from .claims import ROWS, Claims
from .subject import Own, Reference, Subject

__all__ = ["SCHEMA", "matrix"]

SCHEMA = "entmax-oracle/matrix/1"


def matrix(
    names: Sequence[str] = (),
    own: dict[str, Own] | None = None,
    profile: str = "quick",
    seed: int = 0,
    on_row: Callable[[str, int, int], None] | None = None,
) -> dict[str, Any]:
    """Execute every cell and return what was found.

    Parameters
    ----------
    names : sequence of str
        Normalisers whose rows to execute; all, or none if `own` is given, by default.
    own : dict of str to Own, optional
        Functions of one's own by their names.
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
    if profile not in PROFILES:
        raise ValueError(f"profile: {profile!r} is none of {', '.join(PROFILES)}")
    for name in names:
        normaliser(name)
    started, clock, context = datetime.now(UTC), time.perf_counter(), Context(profile, seed)
    chosen: list[tuple[str, Subject, Claims | None]] = [
        (claims.label, Reference(normaliser(claims.normaliser), claims.parameters), claims)
        for claims in ROWS
        if claims.normaliser in names or not (names or own)
    ]
    chosen += [(name, subject, None) for name, subject in (own or {}).items()]
    rows = []
    for number, (label, subject, claims) in enumerate(chosen, 1):
        if on_row is not None:
            on_row(label, number, len(chosen))
        refused = subject.unsteady()
        cells = [
            (Cell.unjudged(prop.key, refused) if refused else cell(prop, subject, claims, context)).as_json()
            for prop in PROPERTIES
        ]
        rows.append({"label": label, **_about(claims), "cells": cells})
    return {
        "schema": SCHEMA,
        "properties": [
            {"key": p.key, "short": p.short, "title": p.title, "statement": p.statement, "exists": p.exists}
            for p in PROPERTIES
        ],
        "rows": rows,
        "profile": profile,
        "seed": seed,
        "versions": versions(),
        "platform": platform.platform(),
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - clock, 3),
    }


def _about(claims: Claims | None) -> dict[str, Any]:
    if claims is None:
        return {"normaliser": None, "title": None, "definition": None, "source": None, "parameters": {}}
    known = normaliser(claims.normaliser)
    return {
        "normaliser": known.name,
        "title": known.title,
        "definition": known.definition,
        "source": known.source,
        "parameters": known.parameters | dict(claims.parameters),
    }
