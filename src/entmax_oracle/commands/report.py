"""``entmax-oracle report``: a page from every result in a folder, and the findings in a few lines."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entmax_oracle.proofs_checks.report import Results


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "report",
        help="make a page of the results in a folder",
        description=(
            "Read verify.json, each check-NAME.json and check-NAME.jsonl (the events of an interrupted check), "
            "matrix.json, experiment.json and patterns.json, write DIR/index.html and the pages it links to, which "
            "work offline, and print the findings. Exit code 0; 2 if DIR holds nothing usable."
        ),
    )
    parser.add_argument("directory", type=Path, metavar="DIR", help="the folder that --report wrote its results into")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command; see the parser's description for the exit codes."""
    from entmax_oracle.cli import Unusable

    from .extras import require_report

    require_report("report")
    from entmax_oracle.proofs_checks.report import load, render

    try:
        page = render(args.directory)
        results = load(args.directory)
    except ValueError as error:
        raise Unusable(str(error)) from error
    print("\n".join([*_lines(results), f"page: {page}"]))
    return 0


def _lines(results: Results) -> list[str]:
    """One line for the theorems, one for each that is refuted, one for each target, and one for the trained models."""
    from entmax_oracle.proofs_checks.experiments.certificate import EVERY
    from entmax_oracle.proofs_checks.report import VERDICTS, gravest, violation_line

    lines = []
    if results.theorems:
        verdicts = [theorem.verdict for theorem in results.theorems]
        counts = ", ".join(f"{verdicts.count(each)} {each}" for each in VERDICTS if each in verdicts)
        lines.append(f"theorems: {counts}")
        lines += [f"  {theorem.name} refuted" for theorem in results.theorems if theorem.verdict == "refuted"]
    for target in results.targets:
        worst = gravest(target.laws)
        reason = violation_line(worst) if worst is not None else target.message
        short = target.verdict == "conforms" and not target.complete
        verdict = f"{target.verdict} as far as it was checked" if short else target.verdict
        lines.append(f"{target.target}: {verdict}" + (f", {reason}" if reason else ""))
    if results.experiment is not None:
        models = results.experiment.models
        endless = sum(model.certificate.verdict == EVERY for model in models)
        broken = sum(any(each.broken for each in model.attack) for model in models)
        faulty = sum(bool(model.faults) for model in models)
        found = [f"attacks broke {broken} of the certificates"] if broken else []
        found += [f"{faulty} disagree with a bound or lack a formal proof"] if faulty else []
        lines.append(
            f"trained models: {endless} of {len(models)} proved right at every length; "
            + (", ".join(found) or "every curve within its bounds, no certificate broken by an attack")
        )
    return lines
