"""``{command-help} NAME``: the help of one command, from the parser itself."""

import argparse
import os

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from entmax_oracle.cli import parser


class CommandHelp(Directive):
    """A literal block with the output of ``entmax-oracle NAME --help``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Format the help for a page of 88 columns, whatever terminal the build runs in."""
        top = parser()
        commands = next(a for a in top._actions if isinstance(a, argparse._SubParsersAction))
        before = os.environ.get("COLUMNS")
        os.environ["COLUMNS"] = "88"
        try:
            text = commands.choices[self.arguments[0]].format_help()
        finally:
            os.environ.pop("COLUMNS")
            if before is not None:
                os.environ["COLUMNS"] = before
        return [nodes.literal_block(text, text, language="text")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
