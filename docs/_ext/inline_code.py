"""Words of code that stay in one piece: short ones in a line, and options everywhere, so that no line ends in `--`."""

from __future__ import annotations

import re
from html import unescape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

LONGEST = 21
"""Characters that fit into a column of a table on a telephone."""

OPTION = re.compile(r"(?<=[\s\[])--[a-z][a-z-]*(?=[\s=<\]]|$)")


class Translator(HTML5Translator):
    """Mark such words; the style sheet keeps them whole, and lets longer ones break anywhere."""

    def visit_Text(self, node: nodes.Text) -> None:
        """Mark the short words of code in a line."""
        first = len(self.body)
        super().visit_Text(node)
        for place in range(first, len(self.body)):
            word = re.fullmatch(r'<span class="pre">(.*)</span>', self.body[place])
            if word and len(unescape(word[1])) <= LONGEST:
                self.body[place] = f'<span class="pre whole">{word[1]}</span>'

    def visit_literal_block(self, node: nodes.literal_block) -> None:
        """Mark the options in a block of code; a usage line is no Python, and is indented little."""
        if (usage := node.astext()).startswith("usage: "):
            node["language"], node.rawsource = "text", re.sub(r"\n +", "\n    ", usage)
            node[:] = [nodes.Text(node.rawsource)]
        try:
            super().visit_literal_block(node)
        except nodes.SkipNode:
            self.body[-1] = OPTION.sub(r'<span class="whole">\g<0></span>', self.body[-1])
            raise


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the translator."""
    app.set_translator("html", Translator)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
