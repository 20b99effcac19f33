"""Headings of the page of the command line that sphinx-argparse gives to every command name the command as well."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

WORDS = {"positional": "Arguments", "named": "Options"}


class NameCommands(SphinxTransform):
    """Write "Options of check" for "Named Arguments"; the places of the sections stay."""

    default_priority = 200

    def apply(self, **kwargs) -> None:
        """Rename them."""
        for section in self.document.findall(nodes.section):
            for place in section["ids"]:
                if found := re.fullmatch(r"entmax-oracle-(\w+)-(positional|named)-arguments", place):
                    title = section.next_node(nodes.title)
                    title.clear()
                    title += nodes.Text(f"{WORDS[found[2]]} of {found[1]}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_transform(NameCommands)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
