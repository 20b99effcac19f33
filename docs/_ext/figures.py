"""Figures of the home page, each from where it is computed or recorded, and the picture of a finding."""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from law_pages import entries
from sphinx.application import Sphinx
from sphinx.config import Config
from theorem_results import results

from entmax_oracle.proofs_checks.marks import Verdict
from entmax_oracle.proofs_checks.report.mathml import inline
from entmax_oracle.proofs_checks.report.pictures import number_line


def figures() -> dict[str, str]:
    """Return the figures by their names."""
    explanation = Path(__file__).parents[1] / "explanation"
    grades = re.findall(
        r"^\| (?:blatant|medium|subtle) \| (\d+) \| (\d+) \|$",
        (explanation / "power-table.md").read_text("utf-8"),
        re.M,
    )
    mutation = (explanation / "mutation.md").read_text("utf-8")
    ((flipped, kept),) = re.findall(r"^\| formal proofs .*\| (\d+) \| (\d+) \|$", mutation, re.M)
    verdicts = [each.verdict for each in results().values()]
    found = {
        "theorems": len(verdicts),
        "proved": verdicts.count(Verdict.PROVED),
        "faults": sum(int(all_of) for all_of, _ in grades),
        "caught": sum(int(caught) for _, caught in grades),
        "flipped": flipped,
        "kept": kept,
        "laws": len(entries()),
    }
    return {name: str(value) for name, value in found.items()}


def substitute(app: Sphinx, config: Config) -> None:
    """Let pages name the figures."""
    config.myst_substitutions = {**config.myst_substitutions, **figures()}


class NumberLine(Directive):
    """``{number-line} LOWER UPPER GOT BUDGET``: the value returned, the certified interval and the budget, to scale."""

    required_arguments = 4
    option_spec = {"caption": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Draw it."""
        drawn = number_line(*map(float, self.arguments))
        caption = inline(self.options.get("caption", ""))
        return [
            nodes.raw(
                "",
                f'<div class="plots"><figure>{drawn}<figcaption>{caption}</figcaption></figure></div>',
                format="html",
            )
        ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive, and compute the figures."""
    app.add_directive("number-line", NumberLine)
    app.connect("config-inited", substitute)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
