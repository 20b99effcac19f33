"""A page for every theorem, written from the theorem's object before the sources are read."""

from itertools import groupby
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from entmax_oracle.proofs_checks.evidence import KINDS, check_folklore
from entmax_oracle.proofs_checks.formal import formal_evidence
from entmax_oracle.proofs_checks.reading import precision
from entmax_oracle.proofs_checks.theorems import cases
from entmax_oracle.theory import theorems
from entmax_oracle.theory.formal import statements


def page(case) -> str:
    """Write the page of one theorem, in MyST."""
    theorem = case.theorem
    parts = [f"# {theorem.title}", f"`{theorem.name}`, in the area *{theorem.area}*", theorem.statement]
    parts += ["Setting: " + theorem.setting + "."]
    if theorem.hypotheses:
        parts += ["## Hypotheses", *(f"- `{h.key}`: {h.text}" for h in theorem.hypotheses)]
    parts += ["## Claims"]
    for claim in theorem.claims:
        parts += [f"`{claim.key}`", f"$$\n{claim.latex}\n$$"]
    if theorem.folklore:
        parts += ["## What people believe", *(f"- {folklore.text}" for folklore in theorem.folklore)]
    formal = formal_evidence(theorem)
    parts += ["## Evidence"]
    if formal is not None:
        every = len(formal.claims) == len(theorem.claims)
        which = "" if every else f" (claims {', '.join(f'`{key}`' for key in formal.claims)})"
        stated = [each for each in statements(theorem) if each.role == "claim" and each.claim in formal.claims]
        parts += [f"- *formal* ({KINDS['formal']}){which}: {formal.detail}, {formal.domain}"]
    parts += [f"- *{a.kind}* ({KINDS[a.kind]}): {a.title}{f', {a.domain}' if a.domain else ''}" for a in case.arguments]
    if formal is not None:
        shown = "\n\n".join(f"{each.identifier} :=\n  {each.text}." for each in stated)
        parts += ["What Coq has checked ([how](../explanation/formal.md)):", f"```coq\n{shown}\n```"]
    parts += ["To execute it:", f"```text\nentmax-oracle verify --theorem {theorem.name}\n```"]
    parts += ["## Source", theorem.source[0].upper() + theorem.source[1:] + "."]
    return "\n\n".join(parts) + "\n"


def beliefs(every) -> str:
    """Write the page of what people believe; a belief that its counterexample does not refute fails the build."""
    parts = [
        "# What people believe",
        "Careless versions of the theorems, each false as it stands, beside the right version. Every counterexample "
        "was executed when this page was written, as `entmax-oracle verify` does; the numbers are what was found.",
    ]
    for area, members in groupby(every, key=lambda case: case.theorem.area):
        told = [(case, position) for case in members for position in range(len(case.theorem.folklore))]
        parts += [f"## {area.replace('_', ' ').capitalize()}"] if told else []
        for case, position in told:
            folklore, false = case.theorem.folklore[position], case.folklore[position]
            with precision():
                check = check_folklore(case.theorem, position, false)
            if not check.ok:
                raise ValueError(f"{case.theorem.name}: {folklore.belief}: {check.detail}")
            right = folklore.right[:1].upper() + folklore.right[1:]
            found = "" if check.detail == "false there" else f": {check.detail}"
            source = f" ({folklore.source})" if folklore.source else ""
            parts += [
                f"**{folklore.belief}**{source}",
                f": {right}\n\n  False at {false.text}{found}. See [{case.theorem.title}]({case.theorem.name}.md).",
            ]
    return "\n\n".join(parts).replace("**\n\n: ", "**\n: ").replace(")\n\n: ", ")\n: ") + "\n"


def index(every) -> str:
    """Write the index, by area."""
    parts = [
        "# Theorems",
        "Every page here is written from one object. {py:func}`entmax_oracle.theory.theorems` returns them all, "
        "and `entmax-oracle verify` executes their evidence.",
    ]
    parts += ["```{toctree}\n:maxdepth: 1\n\nwhat-people-believe\n```"]
    for area, members in groupby(every, key=lambda case: case.theorem.area):
        names = [case.theorem.name for case in members]
        parts += [f"## {area.capitalize()}", "```{toctree}\n:maxdepth: 1\n\n" + "\n".join(names) + "\n```"]
    return "\n\n".join(parts) + "\n"


def write(app: Sphinx) -> None:
    """Write the pages that changed, and remove those of theorems that are gone."""
    folder = Path(app.srcdir) / "theorems"
    folder.mkdir(exist_ok=True)
    every = cases()
    pages = {case.theorem.name: page(case) for case in every} | {
        "index": index(every),
        "what-people-believe": beliefs(every),
    }
    for path in folder.glob("*.md"):
        if path.stem not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


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
    """Register the role, and write the pages as soon as the builder is known."""
    app.add_role("checked", checked)
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
