"""Code in a line: short words of it do not break, so that no line ends in the two hyphens of an option."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

LONGEST = 24
"""Characters that fit into a column of a table on a telephone."""


class WholeWords(SphinxTransform):
    """Mark code all of whose words are short; the style sheet keeps them whole, and lets long ones break anywhere."""

    default_priority = 800

    def apply(self, **kwargs) -> None:
        """Mark it."""
        for literal in self.document.findall(nodes.literal):
            if max(map(len, literal.astext().split()), default=0) <= LONGEST:
                literal["classes"].append("whole")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_transform(WholeWords)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
