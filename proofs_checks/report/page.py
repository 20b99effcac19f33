"""HTML pages from the results of a directory: one of what was found, and one for each area of theorems."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..evidence.results import TheoremResult
from ..marks import MARKS, Verdict
from . import mathfont
from .experiment import experiment_page, experiment_poster
from .findings import facts, findings
from .load import Results, as_float, load
from .mathml import formula, inline, prose
from .matrix import neighbours
from .patterns import pattern_page, pattern_poster
from .pictures import number, powers
from .targets import shown, slug
from .theorem import anchor, false_at, heading, line, plots, point

__all__ = ["render"]

_TEMPLATES = Path(__file__).parent / "templates"


def render(directory: Path) -> Path:
    """Write ``index.html`` and the pages that it links to, from every result found in a directory.

    Parameters
    ----------
    directory : Path
        Holds ``verify.json`` and any number of ``check-*.json``.

    Returns
    -------
    Path
        The page of what was found. Theorems, ``theorems-AREA.html``, misconceptions, normalisers and attention patterns
        have pages of their own beside it. Each is self-contained: styles, script, pictures (SVG) and mathematics
        (MathML) are inside, and its content security policy forbids it to load anything.

    Raises
    ------
    ValueError
        If a file is damaged or of an unknown schema, or if there is nothing to report.
    """
    directory = Path(directory)
    results = load(directory)
    pages = {"index.html": _index(results)}
    beliefs = _by_area(theorem for theorem in results.theorems if theorem.folklore)
    if beliefs:
        pages["misconceptions.html"] = _made("misconceptions.html", beliefs=beliefs)
    matrix = neighbours(results.matrix, {theorem.name: _place(theorem) for theorem in results.theorems})
    if matrix:
        pages["normalisers.html"] = _made("normalisers.html", neighbours=matrix)
    if results.patterns is not None:
        pages["patterns.html"] = _made("patterns.html", patterns=pattern_page(results.patterns))
    for area, members in _by_area(results.theorems):
        pages[_area_page(area)] = _made("area.html", area=area, members=members)
    for stale in directory.glob("theorems-*.html"):
        if stale.name not in pages:
            stale.unlink()
    for name, text in pages.items():
        (directory / name).write_text(text, encoding="utf-8")
    if results.experiment is not None and results.experiment.models:
        (directory / "experiment.svg").write_text(experiment_poster(results.experiment), encoding="utf-8")
    if results.patterns is not None and (drawn := pattern_poster(results.patterns)):
        (directory / "patterns.svg").write_text(drawn, encoding="utf-8")
    return directory / "index.html"


def _index(results: Results) -> str:
    verdicts = [theorem.verdict for theorem in results.theorems]
    targets = [shown(report, i) for i, report in enumerate(results.targets)]
    told = findings(results)
    first = len(list(facts(results.targets))) or 1
    return _made(
        "page.html",
        facts=[_typeset(sentence) for sentence in told[:first]],
        counts=[_typeset(sentence) for sentence in told[first:]],
        theorems=results.theorems,
        tally=[(verdict, verdicts.count(verdict)) for verdict in Verdict],
        areas=_by_area(results.theorems),
        beliefs=any(theorem.folklore for theorem in results.theorems),
        targets=targets,
        matrix=[row for target in targets for row in target["matrix"]],
        neighbours=results.matrix is not None,
        patterns=results.patterns is not None,
        experiment=experiment_page(results.experiment),
        runs=results.runs,
    )


def _typeset(sentence: str) -> Markup:
    """Write a sentence for a page, with powers of two raised."""
    return inline(powers(sentence).replace("α = ", "α\u00a0=\u00a0"))


def _made(template: str, **given: Any) -> str:
    """Fill a template, with what every page has; the font comes with mathematics only."""
    script = (_TEMPLATES / "script.js").read_text(encoding="utf-8")
    text = (
        _environment()
        .get_template(template)
        .render(
            version=version("entmax-oracle"),
            style=Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8")),
            script=Markup(script),
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            **given,
        )
    )
    return text.replace("<style>", f"<style>{mathfont.style()}\n", 1) if "<math" in text else text


def _by_area(theorems: Iterable[TheoremResult]) -> list[tuple[str, list[TheoremResult]]]:
    areas: dict[str, list[TheoremResult]] = {}
    for theorem in theorems:
        areas.setdefault(theorem.area, []).append(theorem)
    return list(areas.items())


def _area_page(area: str) -> str:
    return f"theorems-{slug(area)}.html"


def _place(theorem: TheoremResult) -> str:
    """Where the statement and the evidence of a theorem are."""
    return f"{_area_page(theorem.area)}#{anchor(theorem.name)}"


def _searchable(theorem: TheoremResult) -> str:
    """Return the words of a theorem; nobody types its formulas."""
    words = re.sub(r"\$[^$]*\$", " ", theorem.statement)
    return " ".join(f"{theorem.name} {theorem.heading} {theorem.area} {words}".lower().split())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters.update(
        prose=prose,
        inline=inline,
        formula=formula,
        number=lambda value, digits=6: number(as_float(value), digits),
        anchor=anchor,
        area=heading,
        place=_place,
        rank=list(Verdict).index,
        searchable=_searchable,
        plots=plots,
        false_at=false_at,
        line=line,
        point=point,
    )
    environment.globals["marks"] = MARKS
    return environment
