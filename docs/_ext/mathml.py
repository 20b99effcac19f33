"""Mathematics as MathML, by the converter of the report: the pages need no network and no script."""

from docutils import nodes
from sphinx.application import Sphinx

from entmax_oracle.proofs_checks.report.mathml import formula


def _inline(translator, node: nodes.math) -> None:
    translator.body.append(str(formula(node.astext())))
    raise nodes.SkipNode


def _display(translator, node: nodes.math_block) -> None:
    for line in node.astext().split("\n\n"):
        translator.body.append(f'<div class="math-display">{formula(line, display=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
