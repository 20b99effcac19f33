"""``entmax-oracle verify``: which theorems about entmax hold, on what grounds, and where the folklore is false."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Any

from .workers import add_workers, progress_bar, refuse_jobs, workers
from .writing import add_results, prepare, read_resumed, write_result

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from entmax_oracle.proofs_checks.evidence.results import TheoremResult, VerifyResult


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "verify",
        help="check the theorems, or your conjectures",
        description=(
            "Run the evidence for theorems about entmax: proofs that Coq checks, symbolic proofs, decision "
            "procedures, interval arithmetic, exact points and searches for counterexamples. A run of all theorems "
            "has Coq check the formal proofs again if it is installed; otherwise the certificate of an earlier check "
            "counts. Exit code 0 if all pass, 1 if anything is refuted or an argument fails, 2 if the input "
            "is unusable, 130 if it was interrupted (what is finished is written, and --resume continues from there)."
        ),
    )
    parser.add_argument(
        "--theorem",
        action="append",
        default=[],
        metavar="NAME|FILE.py",
        help="a theorem by name, or a Python file with your own theorems or conjectures; repeatable",
    )
    parser.add_argument(
        "--area", action="append", default=[], metavar="NAME", help="all theorems of an area; repeatable"
    )
    parser.add_argument("--list", action="store_true", help="print names and titles of the theorems by area, and stop")
    parser.add_argument(
        "--search", metavar="WORD", help="print the theorems whose name, title or statement has this word, and stop"
    )
    parser.add_argument("--profile", choices=("quick", "full"), default="quick", help="search effort (default: quick)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of every random choice (default: 0)")
    add_workers(parser)
    add_results(parser, "verify.json", "statements, versions, profile and seed")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command; see the parser's description for the exit codes."""
    if args.list or args.search is not None:
        _list(args.search or "", args.area)
        return 0

    from entmax_oracle.cli import Unusable
    from entmax_oracle.theory.chapters import UnknownName, refuse_unknown

    refuse_jobs(args)
    files = [name for name in args.theorem if name.endswith(".py")]
    names = [name for name in args.theorem if not name.endswith(".py")]
    try:
        refuse_unknown(names, args.area)  # before anything heavy is imported
    except UnknownName as error:
        raise Unusable(str(error)) from error

    from rich.console import Console

    from entmax_oracle.proofs_checks.formal import installed
    from entmax_oracle.proofs_checks.verify import earlier, examine_all

    known = read_resumed(args)
    prepare(args)
    accepted = True
    console = Console()
    with workers(args) as executor, progress_bar() as progress:
        task = progress.add_task("theorems", total=None)

        def advance(event: dict[str, Any]) -> None:
            progress.update(task, completed=event["done"], total=event["total"], description=event["theorem"])

        if not args.theorem and not args.area and installed():
            accepted = _recheck(args.jobs, progress, task)

        try:
            chosen = (names, args.area, args.profile, args.jobs, advance)
            before = None if known is None else earlier(known)
            result = examine_all(*chosen, seed=args.seed, files=files, known=before, executor=executor)
        except ValueError as error:
            raise Unusable(str(error)) from error
    if args.json is not None or args.report is not None:
        write_result(result.to_dict(), args, "verify.json")
    if result.interrupted:
        done = sum(bool(theorem.evidence) for theorem in result.theorems)
        print(f"entmax-oracle: interrupted: {done} of {len(result.theorems)} checked", file=sys.stderr)
        return 130
    for theorem in result.theorems:
        if theorem.name in names:
            _tell(theorem, console)
    _show(result, console)
    return 0 if accepted and all(theorem.clean for theorem in result.theorems) else 1


def _recheck(jobs: int, progress: Progress, task: TaskID) -> bool:
    """Have Coq check the formal proofs, and say whether it accepts them.

    What another version than that of the certificate does not accept, the certificate still vouches for.
    """
    from entmax_oracle.proofs_checks.formal import NotProved, build, check, installed, revoke, standing
    from entmax_oracle.theory.formal import printed

    def advance(path: str, done: int, total: int) -> None:
        progress.update(task, completed=done, total=total, description=f"Coq: {path}")

    found = printed()
    try:
        check(build(found, jobs, advance), found)
    except NotProved as error:
        print(f"entmax-oracle: the installed Coq does not accept the formal proofs: {error}", file=sys.stderr)
        revoke()
        known, _ = standing()
        progress.reset(task, description="theorems", total=None)
        return known is not None and known.coq != installed()
    progress.reset(task, description="theorems", total=None)
    return True


def _list(word: str, areas: list[str]) -> None:
    """Print the theorems that mention a word, by area."""
    from itertools import groupby

    from entmax_oracle.cli import Unusable
    from entmax_oracle.theory.chapters import UnknownName, headings, refuse_unknown

    try:
        refuse_unknown([], areas)
    except UnknownName as error:
        raise Unusable(str(error)) from error
    looked_for = word.casefold()
    found = [
        heading
        for heading in headings()
        if (not areas or heading.area in areas) and looked_for in " ".join(heading).casefold()
    ]
    if not found:
        where = f" of {', '.join(areas)}" if areas else ""
        raise Unusable(f"--search {word}: no theorem{where} mentions it")
    width = max(len(heading.name) for heading in found)
    for area, members in groupby(found, key=lambda heading: heading.area):
        print(area)
        for heading in members:
            print(f"  {heading.name:{width}}  {heading.title}")


def _plain(text: str) -> str:
    """Return Markdown with LaTeX as plain text."""
    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

    known = get_default_latex_context_db()
    fractions = [MacroTextSpec(name, "(%s)/(%s)") for name in ("frac", "tfrac", "dfrac")]
    signs = {"iff": " ⇔ ", "ne": "≠", "neq": "≠", "le": "≤", "ge": "≥", "log": "log ", "lVert": "‖", "rVert": "‖"}
    signs |= {"left": "", "right": "", "bigl": "", "bigr": "", "Bigl": "", "Bigr": "", "operatorname": ""}
    macros = [*fractions, *(MacroTextSpec(name, sign) for name, sign in signs.items())]
    known.add_context_category("ours", macros=macros, prepend=True)
    text = re.sub(r"\\[td]frac(?![a-z])", r"\\frac", text)  # the only one whose arguments are known
    inner = re.compile(r"\\begin\{cases\}((?:(?!\\begin\{cases\}).)*?)\\end\{cases\}", re.DOTALL)
    while found := inner.search(text):  # on one line, the innermost first: [1 for z > 0; 0 otherwise]
        rows = [" ".join(row.replace("&", r"\ ").split()) for row in found[1].split(r"\\")]
        text = f"{text[: found.start()]}[{'; '.join(rows)}]{text[found.end() :]}"
    plain = str(LatexNodes2Text(known, math_mode="text", keep_braced_groups=True).latex_to_text(text))
    plain = re.sub(r"(?<=[^\s{(]) *([≤≥≠∈∉⇒→∧∨∼]) *", r" \1 ", plain)  # a macro takes the spaces beside it along
    return re.sub(" +", " ", plain)


def _tell(theorem: TheoremResult, console: Console) -> None:
    """Print what a theorem says, and its proof line by line."""
    from rich.markup import escape
    from rich.padding import Padding

    def line(text: str, indent: int = 2) -> None:
        console.print(Padding(escape(_plain(text)), (0, 0, 0, indent)))

    console.print(f"[bold]{escape(_plain(theorem.title))}[/]")
    line(theorem.statement)
    line(f"Setting: {theorem.setting}.")
    for premise in theorem.hypotheses:
        line(f"Hypothesis: {premise.statement}.")
    for claim in theorem.claims:
        line(f"Claim {claim.key}: ${claim.latex}$")
    for found in theorem.evidence:
        if found.kind == "formal":
            word = "Proved" if found.status == "holds" else "Not proved"
            line(f"{word}: {', '.join(found.claims)}; {found.detail}.")
        elif found.steps:
            line("Derivation (✓ checked by SymPy, · in words, → concluded from these):")
            for step in found.steps:
                mark = "✕" if not step.ok else "·" if step.words else "→" if step.claim else "✓"
                line(f"{mark} {step.title}" + (f": ${step.formula}$" if step.formula else ""), 4)
    console.print()


def _show(result: VerifyResult, console: Console) -> None:
    """Print the table of verdicts, then each problem with its counterexample."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, expand=True, header_style="bold", pad_edge=False)
    for heading in ("theorem", "verdict"):
        table.add_column(heading, no_wrap=True)
    for heading, ratio in (("holds for", 3), ("evidence", 2)):
        table.add_column(heading, ratio=ratio)
    for theorem in result.theorems:
        verdict = theorem.verdict
        strong = verdict not in ("supported", "unchecked")
        where = escape(_plain(theorem.holds_for)) if strong or not theorem.searched else "searched, see below"
        table.add_row(
            escape(theorem.name),
            f"[{verdict.colour}]{verdict}[/]" + ("" if theorem.clean else " [red]✗[/]"),
            "–" if verdict == "refuted" else where,
            " ".join(theorem.kinds),
        )
    console.print(table)
    for theorem in result.theorems:
        for problem in theorem.problems:
            console.print(f"[red]{escape(theorem.name)}[/]: {escape(problem)}", soft_wrap=True)
        for remark in theorem.remarks:
            console.print(f"{escape(theorem.name)}: {escape(remark)}", soft_wrap=True)
        if theorem.searched:
            console.print(f"{escape(theorem.name)}: {escape(_searched(theorem))}", soft_wrap=True)
        if theorem.counterexample:
            shown = ", ".join(f"{symbol} = {value}" for symbol, value in theorem.counterexample.items())
            console.print(f"  counterexample: {escape(shown)}", soft_wrap=True)
    clean = sum(theorem.clean for theorem in result.theorems)
    console.print(f"{clean} of {len(result.theorems)} theorems passed in {result.seconds or 0:.1f} s")
    evidence = [found for theorem in result.theorems for found in theorem.evidence]
    formal = {found.detail for found in evidence if found.kind == "formal" and found.status == "holds"}
    for how in sorted(formal):
        console.print(f"proved: {escape(how)}", soft_wrap=True)
    skipped: dict[str, list[str]] = {}
    for theorem in result.theorems:
        for reason in dict.fromkeys(found.detail for found in theorem.evidence if found.status == "skipped"):
            skipped.setdefault(reason, []).append(theorem.name)
    for reason, names in sorted(skipped.items()):
        told = ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:3])} and {len(names) - 3} more"
        console.print(f"skipped: {escape(reason)} ({escape(told)})", soft_wrap=True)


def _searched(theorem: TheoremResult) -> str:
    """Say in one line how a conjecture was searched."""
    found = [each for each in theorem.evidence if (each.kind, each.status) == ("sampled", "holds")]
    ran = "; ".join(f"{each.title}: {each.detail}" for each in found)
    return f"{ran}. The JSON and the report say among which rows"
