"""The chapters of this room and what its theorems say, read without building a statement."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = ["CHAPTERS", "Heading", "UnknownName", "headings", "index", "refuse_unknown"]

CHAPTERS = {
    "mapping": ("entropy", "threshold", "newton", "excess", "structure", "softmax"),
    "support": ("support", "limits", "extremes"),
    "calculus": ("jacobian", "lipschitz", "smoothness", "losses"),
    "dispersion": ("dispersion", "entropy_floors", "vanishing"),
    "layers": ("collapse", "paths", "positions"),
    "random": ("scale_laws", "random_supports", "random_entropies", "random_tails"),
    "neighbours": ("tokenwise", "selections", "neighbours"),
    "arithmetic": ("floating", "rounding"),
}
"""Chapters of this room and their modules, each the name of an area, in reading order."""


class Heading(NamedTuple):
    """What a theorem says in words; the claims are in :class:`~entmax_oracle.theory.theorem.Theorem`."""

    name: str
    area: str
    title: str
    statement: str


class UnknownName(ValueError):
    """No theorem or area of that name, or no case for it; the message says what to do."""


@cache
def headings() -> tuple[Heading, ...]:
    """Return the heading of every theorem, in reading order, as the text of the modules has it.

    Building the statements takes seconds, and whoever names one theorem needs one module only.
    """
    return tuple(
        Heading(area=subject, **{key: ast.literal_eval(said[key]) for key in ("name", "title", "statement")})
        for chapter, subjects in CHAPTERS.items()
        for subject in subjects
        for line in ast.parse(Path(__file__).with_name(chapter).joinpath(f"{subject}.py").read_text("utf-8")).body
        if isinstance(line, ast.Assign) and isinstance(call := line.value, ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id == "theorem"
        for said in [{keyword.arg: keyword.value for keyword in call.keywords}]
    )


@cache
def index() -> dict[str, str]:
    """Return the area of every theorem by its name, in reading order."""
    return {heading.name: heading.area for heading in headings()}


def refuse_unknown(theorems: Iterable[str] = (), areas: Iterable[str] = ()) -> None:
    """Raise `UnknownName`, with the nearest names, if there is no such theorem or area."""
    known = index()
    for kind, given, there_are in (
        ("theorem", theorems, list(known)),
        ("area", areas, list(dict.fromkeys(known.values()))),
    ):
        for name in given:
            if name not in there_are:
                near = difflib.get_close_matches(name, there_are, n=3, cutoff=0.4)
                hint = f"did you mean {' or '.join(near)}?" if near else "entmax-oracle verify --list shows all"
                raise UnknownName(f"unknown {kind} {name!r}; {hint}")
