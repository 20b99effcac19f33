"""``{property-matrix}``: the matrix of the normalisers, from the golden of the tests, which compare it anew."""

from __future__ import annotations

import json
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx

from entmax_oracle.proofs_checks.marks import Truth
from entmax_oracle.proofs_checks.matrix import settings
from entmax_oracle.proofs_checks.matrix.results import MatrixResult
from entmax_oracle.proofs_checks.records import structured

RECORDED = Path(__file__).parents[2] / "tests" / "golden" / "matrix.json"
_CLASSES = {Truth.TRUE: "yes", Truth.FALSE: "no", Truth.UNKNOWN: "unknown"}


def text(result: MatrixResult) -> list[str]:
    """Write the matrix in MyST: the headings in words, a table, and the grounds of every cell, folded."""
    titles = [prop.title for prop in result.properties]
    heads = [prop.short for prop in result.properties]
    lines = ["; ".join(f"*{head}*: {title}" for head, title in zip(heads, titles, strict=True)) + ".", ""]
    lines += ["| | " + " | ".join(heads) + " |", "|---" * (len(titles) + 1) + "|"]
    for row in result.rows:
        cells = [
            f'<span class="{_CLASSES[cell.verdict]}">{cell.verdict.words}\u00a0{cell.strength.mark}</span>'
            for cell in row.cells
        ]
        lines.append(f"| `{row.label}` | " + " | ".join(cells) + " |")
    for row in result.rows:
        given = f"; here with `{settings(row.parameters)}`." if settings(row.parameters) else "."
        lines += [
            "",
            f"::::{{dropdown}} {row.title} (`{row.label}`)",
            f"$${row.definition}$$",
            "",
            f"{row.source}{given}",
            "",
        ]
        for title, cell in zip(titles, row.cells, strict=True):
            at = f", at `{cell.point}`" if cell.point else ""
            against = f" **Contradicts: {cell.contradicts}.**" if cell.contradicts else ""
            lines.append(f"- *{title}*: {cell.verdict}, {cell.strength}: {cell.detail}{at}.{against}")
        lines += ["::::", ""]
    return lines


class PropertyMatrix(Directive):
    """The recorded matrix."""

    def run(self) -> list[nodes.Node]:
        """Parse the page that it gives."""
        result = structured(json.loads(RECORDED.read_text(encoding="utf-8")), MatrixResult)
        parent = nodes.container()
        self.state.nested_parse(StringList(text(result), source="property-matrix"), self.content_offset, parent)
        return parent.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("property-matrix", PropertyMatrix)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
