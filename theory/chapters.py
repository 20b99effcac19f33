"""The chapters of this room and the names of its theorems, read without building a statement."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

__all__ = ["CHAPTERS", "UnknownName", "index", "refuse_unknown"]

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

_NAME = re.compile(r'^    name="(.+)",$', re.MULTILINE)


class UnknownName(ValueError):
    """No theorem or area of that name, or no case for it; the message says what to do."""


@cache
def index() -> dict[str, str]:
    """Return the area of every theorem by its name, in reading order, as the text of the modules has it.

    Building the statements takes seconds, and whoever names one theorem needs one module only.
    """
    return {
        name: subject
        for chapter, subjects in CHAPTERS.items()
        for subject in subjects
        for name in _NAME.findall(Path(__file__).with_name(chapter).joinpath(f"{subject}.py").read_text("utf-8"))
    }


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
