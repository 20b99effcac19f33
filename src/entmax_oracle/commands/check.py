"""``entmax-oracle check``: whether an implementation of entmax satisfies the laws of entmax."""

from __future__ import annotations

import argparse
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entmax_oracle.proofs_checks.conformance.ask import add_options, from_options, spelled
from entmax_oracle.proofs_checks.conformance.target.loading import locate, whereabouts

from .workers import SCHEDULER, workers
from .writing import is_stream, prepare, refuse_to_write, write_json, write_result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entmax_oracle.proofs_checks.conformance import Report
    from entmax_oracle.proofs_checks.conformance.ask import Ask
    from entmax_oracle.proofs_checks.conformance.results.events import Event, Tell

__all__ = ["add_parser", "run"]

_EPILOG = """\
examples:
  entmax-oracle check my_module:my_entmax
  entmax-oracle check path/to/file.py:sparsemax --fixed-alpha 2 --array numpy --dtype float64
  entmax-oracle check 'command:./my_entmax --threads 4' --dtype float64
  entmax-oracle check my_module:my_top_k --kind normaliser --against top-k-softmax --parameter k=3 --parameter k=8
  entmax-oracle check my_module:my_entmax --alpha 1.25 --alpha 2 --dtype float32 --dtype bfloat16 --grad --jobs 4
"""

_UNJUDGED = "could not be checked: the target gave no answer of the right shape, or its allowed error has no bound"


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "check",
        help="check an implementation against the laws of entmax",
        description="Check an implementation against the laws of entmax. Each failure is reported as the smallest "
        "failing input, with the certified answer, the allowed rounding error and a command to reproduce it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "target",
        metavar="TARGET",
        help="package.module:function, path/to/file.py:function or command:./program (which answers in JSON Lines); "
        "called as f(z, alpha) over the last axis; for attention as f(query, key, value, alpha=..., is_causal=..., "
        "scale=..., alibi_slopes=..., key_lengths=...); for a loss as f(z, y, alpha), y the class indices; for a "
        "normaliser as f(z), its parameters by keyword",
    )
    groups = {
        title: parser.add_argument_group(title).add_argument for title in ("target", "domain", "search", "output")
    }
    add_options(groups.__getitem__)
    add = groups["search"]
    add("--scheduler", metavar="ADDRESS", help=SCHEDULER)
    add("--replay", metavar="JSON", help="a counterexample as JSON text or file, or a report to replay in full")
    add = groups["output"]
    add("--json", metavar="FILE", type=Path, help="write the result as JSON; - for standard output")
    add("--junit", metavar="FILE", type=Path, help="write the result as JUnit XML, one test per law and setting")
    add("--report", metavar="DIR", type=Path, help="write JSON and an HTML page into this folder")
    add("--events", metavar="FILE", type=Path, help="stream events to FILE as JSON Lines")
    add("--github", action="store_true", help="annotate the target and write a step summary, in GitHub Actions")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Returns
    -------
    int
        0 passed, 1 failed a check, 2 could not be checked, 130 interrupted.

    Raises
    ------
    Unusable
        If the target or an option cannot be used.
    """
    from entmax_oracle.cli import Unusable

    if args.replay:
        refuse_to_write(args, "a replay prints what it finds")
    prepare(args, stream=True)
    try:
        locate(args.target)
        ask = from_options(args.target, args)
        ask.refuse_missing()
        return _replay(ask, args.replay) if args.replay else _check(ask, args)
    except ValueError as error:
        why = spelled(str(error))
        if args.json or args.github:
            from entmax_oracle.proofs_checks.conformance import Report

            report = Report(args.target, "unusable", message=why, seed=args.seed or 0)
            if args.json:
                write_json(args.json, report.to_dict())
            if args.github:
                _show_github(report, args)
        raise Unusable(why) from error


def _check(ask: Ask, args: argparse.Namespace) -> int:
    from rich.console import Console

    from entmax_oracle.proofs_checks.conformance.checker import execute, plan
    from entmax_oracle.proofs_checks.conformance.results.events import Begun
    from entmax_oracle.proofs_checks.conformance.target.guessing import Guess

    from .showing import Screen, show

    # Standard output is for the JSON where that is asked for there.
    console = Console(stderr=is_stream(args.json))
    with _writing(args.events) as write, Screen(args.target, console) as screen:

        def progress(event: Event) -> None:
            write(event)
            if isinstance(event, Begun) and ask.arrays is None and event.arrays != "program":
                guessed = ask.guess if event.arrays == ask.guess.library else Guess(event.arrays, "a first call")
                console.print(str(guessed), highlight=False, soft_wrap=True)
            screen(event)

        for n in ask.tokens:
            if (taken := ask.domain.length(n)) != n:
                console.print(f"--tokens {n}: not a multiple of {ask.multiple_of}; {taken} is tried", highlight=False)
        with workers(args) as executor:
            report = execute(plan(ask), executor, progress)
    show(console, report)
    if args.junit:
        from entmax_oracle.proofs_checks.conformance import to_junit

        args.junit.write_text(to_junit(report), encoding="utf-8")
    if args.github:
        _show_github(report, args)
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", args.target).strip("-")
    page = write_result(report.to_dict(), args, f"check-{slug}.json")
    if page is not None:
        console.print(f"report: {page}", highlight=False, soft_wrap=True)
    return 130 if screen.interrupted else {"conforms": 0, "violates": 1}.get(report.verdict, 2)


def _show_github(report: Report, args: argparse.Namespace) -> None:
    """Print annotations, and add to the summary of the step, as GitHub Actions reads them."""
    from entmax_oracle.proofs_checks.conformance.results.github import summary, workflow_commands

    root = Path(os.environ.get("GITHUB_WORKSPACE", "."))
    try:
        place = whereabouts(args.target)
    except ValueError:  # there is no such target, as the report says
        place = None
    for each in workflow_commands(report, place, root):
        print(each, file=sys.stderr if is_stream(args.json) else sys.stdout, flush=True)
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(summary(report))


@contextmanager
def _writing(path: Path | None) -> Iterator[Tell]:
    """Write events into a file as they come: of a check that is killed, it has all but the last."""
    from entmax_oracle.proofs_checks.conformance.results.events import PASSING, line

    if path is None:
        yield lambda event: None
        return
    with path.open("w", encoding="utf-8") as file:
        yield lambda event: None if isinstance(event, PASSING) else print(line(event), file=file, flush=True)


def _replay(ask: Ask, source: str) -> int:
    from rich.console import Console

    from entmax_oracle.proofs_checks.conformance.checker import replay_as
    from entmax_oracle.proofs_checks.conformance.results.counterexample import read_all

    from .showing import Screen

    every = read_all(source)
    broken = unjudged = 0
    with Screen(str(ask.implementation), Console()) as screen:
        for found in every:
            title = "" if len(every) == 1 else f"{found['law']}, alpha {float(found['alpha']):g}, {found['dtype']}: "
            finding = replay_as(ask, found, screen)
            broken += finding.broken
            unjudged += not finding.judged
            said = f"fails: {finding.message}" if finding.broken else "passes on this input"
            print(f"{title}{said if finding.judged else _UNJUDGED}", flush=True)
    if len(every) > 1:
        print(f"{broken} of {len(every)} counterexamples still fail")
    return 1 if broken else 2 if unjudged else 0
