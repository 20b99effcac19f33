"""``{property-matrix}``: the matrix of the normalisers, executed while the page is built."""

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx

from entmax_oracle.proofs_checks.matrix import settings
from entmax_oracle.proofs_checks.matrix.build import execute


def text(result) -> list[str]:
    """Write the matrix in MyST: a table, then the grounds of every cell."""
    titles = [prop.title for prop in result.properties]
    heads = [prop.short for prop in result.properties]
    lines = ["| | " + " | ".join(heads) + " |", "|---" * (len(titles) + 1) + "|"]
    for row in result.rows:
        cells = [f"{cell.verdict.words} {cell.strength.mark}" for cell in row.cells]
        lines.append(f"| `{row.label}` | " + " | ".join(cells) + " |")
    lines += ["", "; ".join(f"{head}: {title}" for head, title in zip(heads, titles, strict=True)) + ".", ""]
    for row in result.rows:
        given = f"; here with `{settings(row.parameters)}`." if settings(row.parameters) else "."
        lines += [
            "",
            f"**{row.title}** (`{row.label}`): $${row.definition}$$",
            "",
            f"{row.source}{given}",
            "",
        ]
        for title, cell in zip(titles, row.cells, strict=True):
            at = f", at `{cell.point}`" if cell.point else ""
            against = f" **Contradicts: {cell.contradicts}.**" if cell.contradicts else ""
            lines.append(f"- *{title}*: {cell.verdict}, {cell.strength}: {cell.detail}{at}.{against}")
    return lines


class PropertyMatrix(Directive):
    """The executed matrix."""

    def run(self) -> list[nodes.Node]:
        """Execute every cell, which takes about half a minute, and parse the page that it gives."""
        parent = nodes.container()
        self.state.nested_parse(StringList(text(execute()), source="property-matrix"), self.content_offset, parent)
        return parent.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("property-matrix", PropertyMatrix)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
