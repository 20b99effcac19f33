"""A page for every theorem, written from its object and from what verifying it found, before the sources are read."""

from __future__ import annotations

import html
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from theorem_results import results

from entmax_oracle.proofs_checks.evidence import KINDS, Check, check_folklore
from entmax_oracle.proofs_checks.evidence.results import TheoremResult
from entmax_oracle.proofs_checks.formal import formal_evidence
from entmax_oracle.proofs_checks.marks import Verdict
from entmax_oracle.proofs_checks.reading import precision
from entmax_oracle.proofs_checks.report.mathml import inline
from entmax_oracle.proofs_checks.report.theorem import heading, line, plots
from entmax_oracle.proofs_checks.theorems import cases
from entmax_oracle.theory import Theorem, theorems
from entmax_oracle.theory.chapters import CHAPTERS
from entmax_oracle.theory.formal import statements


@cache
def chapter_of(area: str) -> str:
    """Return the chapter of an area."""
    return next(chapter for chapter, areas in CHAPTERS.items() if area in areas)


@cache
def drawn(name: str) -> list[dict[str, Any]]:
    """Draw the pictures of a theorem, once."""
    return plots(results()[name])


def badge(verdict: Verdict) -> str:
    """Show a verdict, by its mark, its word and its colour."""
    return f'<span class="verdict is-{verdict}">{verdict.mark} {verdict}</span>'


def page(theorem: Theorem, found: TheoremResult) -> str:
    """Write the page of one theorem, in MyST."""
    chapter = chapter_of(theorem.area)
    where = " › ".join(dict.fromkeys([heading(chapter), heading(theorem.area)]))
    # in no table of contents: the side bar of every page would have every theorem
    parts = ["---\norphan: true\n---", f"# {theorem.title}"]
    parts += [
        f'<p class="under-title">{badge(found.verdict)} <code>{theorem.name}</code> '
        f'<a href="index.html#{chapter}-theorems">{html.escape(where)}</a></p>'
    ]
    parts += [theorem.statement]
    given = f", **provided that** {'; '.join(h.text for h in theorem.hypotheses)}" if theorem.hypotheses else ""
    parts += [f"**Holds for** {found.domain or theorem.setting}{given}."]
    parts += [f"**Stated for** {theorem.setting}."] if theorem.setting != found.domain else []
    parts += ["## In symbols"]
    for claim in theorem.claims:
        weaker = found.strengths.get(claim.key, found.verdict)
        also = f" {badge(weaker)}" if weaker != found.verdict else ""
        parts += [f"`{claim.key}`{also}", f"$$\n{claim.latex}\n$$"]
    parts += [f"```{{theorem-plot}} {theorem.name}\n```"] if drawn(theorem.name) else []
    if theorem.folklore:
        parts += ["## Common misconceptions", *(f"- {folklore.text}" for folklore in theorem.folklore)]
    if found.sharp:
        parts += ["## Where it is attained", *checks(found.sharp)]
    if found.necessity:
        parts += ["## Why each hypothesis is needed", *checks(found.necessity, "without ")]
    parts += ["## Why it is true", *argued(theorem, found)]
    parts += ["## Check it yourself", f"```console\n$ entmax-oracle verify --theorem {theorem.name}\n```"]
    parts += ["Source: " + theorem.source.rstrip(".") + ". [How to cite a theorem](../how-to/cite.md)."]
    return "\n\n".join(parts) + "\n"


def checks(found: Iterable[Check], before: str = "") -> list[str]:
    """List points, each computed."""
    return [f"- {before}{line(check)}" for check in found]


def argued(theorem: Theorem, found: TheoremResult) -> list[str]:
    """Write the proofs: what Coq has checked, folded, the sentences of the derivation, and all evidence, folded."""
    parts = []
    formal = formal_evidence(theorem)
    if formal is not None and formal.status == "holds":
        stated = [each for each in statements(theorem) if each.role == "claim" and each.claim in formal.claims]
        shown = "\n\n".join(f"{each.identifier} :=\n  {each.text}." for each in stated)
        every = len(formal.claims) == len(theorem.claims)
        which = "every claim" if every else "the claims " + ", ".join(f"`{key}`" for key in formal.claims)
        parts += [f"Coq has checked a proof of {which} ([what that means](../explanation/formal.md))."]
        parts += [f"````{{dropdown}} The statement that Coq has checked\n```coq\n{shown}\n```\n````"]
    if found.proof:
        words = sum(step.words for step in found.proof)
        are = "is" if words == 1 else "are"
        joined = f"; {words} of the {len(found.proof)} lines {are} in words, marked ·" if words else ""
        parts += [f"The argument, step by step. SymPy checks the formulas{joined}."]
        parts += ["\n".join(f"1. {sentence(step)}" for step in found.proof)]
    lines = [
        f"- *{each.kind}* ({KINDS[each.kind]}): "
        + "; ".join(filter(None, [each.title, each.domain, "" if each.kind == "formal" else each.detail]))
        for each in found.evidence
    ]
    return [*parts, "````{dropdown} All evidence\n" + "\n".join(lines) + "\n````"]


def sentence(step) -> str:
    """Write one step of a derivation, its formula below it."""
    mark = "· " if step.words else ""
    note = f" ({step.note})" if step.note else ""
    latex = step.formula
    return f"{mark}{step.title}{note}" + (f"\n\n   $$\n   {latex}\n   $$\n" if latex else "")


def beliefs(every) -> str:
    """Write the page of misconceptions; one that its counterexample does not refute fails the build."""
    parts = [
        "# Common misconceptions",
        "Careless versions of the theorems, each false as it stands, beside the right version. Every counterexample "
        "was computed when this page was built, and what was found there is shown. Where no source is named, we made "
        "the mistake ourselves, or expect it to be made.",
    ]
    for area, members in groupby(every, key=lambda case: case.theorem.area):
        told = [(case, position) for case in members for position in range(len(case.theorem.folklore))]
        parts += [f"## {heading(area)}"] if told else []
        for case, position in told:
            folklore, false = case.theorem.folklore[position], case.folklore[position]
            with precision():
                check = check_folklore(case.theorem, position, false)
            if not check.ok:
                raise ValueError(f"{case.theorem.name}: {folklore.belief}: {check.detail}")
            right = folklore.right[:1].upper() + folklore.right[1:]
            found = "" if check.detail == "false there" else f": {check.detail}"
            source = f" ({folklore.source})" if folklore.source not in ("", "ours") else ""
            parts += [
                f"**{folklore.belief}**{source}\n: {right}\n\n  Counterexample: {false.text}{found}. "
                f"See [{case.theorem.title}]({case.theorem.name}.md)."
            ]
    return "\n\n".join(parts) + "\n"


def index(found: dict[str, TheoremResult]) -> str:
    """Write the index by chapter, each theorem with its verdict and its statement."""
    tally = [(verdict, sum(each.verdict is verdict for each in found.values())) for verdict in Verdict]
    counts = " ".join(f'<span class="count">{badge(verdict)} {count}</span>' for verdict, count in tally if count)
    parts = [
        "# Theorems",
        f'<p class="under-title">{counts}</p>',
        "*Proved* means that Coq has checked a proof; what the other verdicts mean is explained in "
        "[How evidence works](../explanation/evidence.md). The statements below hold under the hypotheses on "
        "their pages. [Common misconceptions](common-misconceptions.md) lists what is often said instead. In Python, "
        "{py:func}`entmax_oracle.theory.theorems` returns all theorems as objects.",
    ]
    for chapter, areas in CHAPTERS.items():
        parts += [f"({chapter}-theorems)=\n## {heading(chapter)}"]
        for area in areas:
            members = [each for each in found.values() if each.area == area]
            parts += [f"### {heading(area)}"] if heading(area) != heading(chapter) else []
            parts += [
                f"- {mark(each.verdict)} [{each.title}]({each.name}.md)<br>{' '.join(each.statement.split())}"
                for each in members
            ]
    parts += ["```{toctree}\n:hidden:\n:maxdepth: 1\n\ncommon-misconceptions\n```"]
    return "\n\n".join(parts) + "\n"


def mark(verdict: Verdict) -> str:
    """Show a verdict by its mark alone; its word is in the title."""
    return f'<span class="verdict is-{verdict}" title="{verdict}">{verdict.mark}</span>'


def write(app: Sphinx) -> None:
    """Write the pages that changed, and remove those of theorems that are gone."""
    folder = Path(app.srcdir) / "theorems"
    folder.mkdir(exist_ok=True)
    found = results()
    pages = {theorem.name: page(theorem, found[theorem.name]) for theorem in theorems()} | {
        "index": index(found),
        "common-misconceptions": beliefs(cases()),
    }
    for path in folder.glob("*.md"):
        if path.stem not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


class TheoremPlot(Directive):
    """``{theorem-plot} NAME``: the pictures of a theorem, from the numbers of its evidence."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Draw them."""
        figures = "".join(
            f"<figure>{plot['svg']}<figcaption>{inline(plot['title'])}</figcaption></figure>"
            for plot in drawn(self.arguments[0])
        )
        return [nodes.raw("", f'<div class="plots">{figures}</div>', format="html")]


def checked(name, rawtext, text, lineno, inliner, options=None, content=None):
    """Write a check mark where the kernel of Coq has checked a proof of every claim of a theorem, else nothing."""
    theorem = next((each for each in theorems() if each.name == text), None)
    if theorem is None:
        message = inliner.reporter.error(f"no theorem is called {text!r}", line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    found = formal_evidence(theorem)
    whole = found is not None and found.status == "holds" and len(found.claims) == len(theorem.claims)
    return [nodes.Text("✓" if whole else "")], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role and the directive, and write the pages as soon as the builder is known."""
    app.add_role("checked", checked)
    app.add_directive("theorem-plot", TheoremPlot)
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
