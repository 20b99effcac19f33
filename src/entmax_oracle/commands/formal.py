"""``entmax-oracle formal``: check the formal proofs with Coq."""

from __future__ import annotations

import argparse
from typing import Any

from .workers import refuse_jobs

__all__ = ["add_parser", "run"]


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "formal",
        help="check the formal proofs with Coq",
        description="Print the claims as statements of Coq, compile the proofs against them, refuse proofs that admit "
        "anything, check the compiled files once more with coqchk, and write the certificate. Needs Coq with "
        "Coquelicot; on Debian: apt-get install coq libcoq-coquelicot.",
    )
    parser.add_argument("--print", action="store_true", help="print the statements and stop; does not need Coq")
    parser.add_argument("--missing", action="store_true", help="list the statements without a proof, and stop")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="files compiled at once (default: 1)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Returns
    -------
    int
        0, or 1 if a proof is not accepted.

    Raises
    ------
    Unusable
        If Coq is not installed, or ``--jobs`` is below 1.
    """
    from rich.console import Console

    from entmax_oracle.cli import Unusable
    from entmax_oracle.proofs_checks.formal import NotProved, build, check, formal_evidence, installed, missing
    from entmax_oracle.theory import theorems
    from entmax_oracle.theory.formal import printed, source

    refuse_jobs(args)
    found = printed()
    if args.print:
        print(source(found))
        return 0
    if args.missing:
        for statement in missing(found):
            print(statement.identifier)
        return 0
    if not installed():
        raise Unusable("Coq with Coquelicot is not installed; on Debian: apt-get install coq libcoq-coquelicot")
    console = Console(highlight=False)
    try:
        with Console(stderr=True).status("compiling") as status:
            built = build(found, args.jobs, lambda path, done, of: status.update(f"{done} of {of}: {path}"))
    except NotProved as error:
        console.print(f"[red]not proved[/]: {error}", markup=True, soft_wrap=True)
        return 1
    written = check(built, found).write()
    written.with_name("Statements.v").write_text(source(found), "utf-8")
    told = [(theorem, formal_evidence(theorem)) for theorem in theorems()]
    claims = sum(len(evidence.claims) for _, evidence in told if evidence is not None)
    complete = [each for each, evidence in told if evidence is not None and len(evidence.claims) == len(each.claims)]
    console.print(f"{len(complete)} of {len(told)} theorems proved, with every claim; {claims} claims in all")
    console.print(f"checked by Coq {built.version} and coqchk in {built.seconds:.0f} s")
    console.print(f"axioms: {', '.join(built.axioms)}", soft_wrap=True)
    console.print(f"certificate: {written}", soft_wrap=True)
    return 0
