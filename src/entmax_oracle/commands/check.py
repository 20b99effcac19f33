"""``entmax-oracle check``: whether an implementation of entmax keeps the laws of entmax."""

from __future__ import annotations

import argparse
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entmax_oracle.proofs_checks.conformance.ask import add_options, from_options
from entmax_oracle.proofs_checks.conformance.target.loading import locate

from .writing import prepare, refuse_to_write, write_json, write_result

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "check",
        help="check an implementation against the laws of entmax",
        description="Check an implementation against the laws of entmax. What breaks one is shown as the smallest "
        "input found, with the certified answer, the error that rounding explains, and how to see it again.",
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
    add("--replay", metavar="JSON", help="a counterexample as JSON text or file, or a report to replay in full")
    add = groups["output"]
    add("--json", metavar="FILE", type=Path, help="write the result as JSON")
    add("--junit", metavar="FILE", type=Path, help="write the result as JUnit XML, one test per law and setting")
    add("--report", metavar="DIR", type=Path, help="write JSON and an HTML page into this folder")
    add("--events", metavar="FILE", type=Path, help="stream events to FILE as JSON Lines")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Returns
    -------
    int
        0 conforms, 1 violates, 2 could not be used, 130 was interrupted.

    Raises
    ------
    Unusable
        If the target or an option cannot be used.
    """
    from entmax_oracle.cli import Unusable

    if args.replay:
        refuse_to_write(args, "a replay prints what it finds")
    prepare(args)
    try:
        locate(args.target)
        ask = from_options(args.target, args)
        ask.refuse_missing()
        return _replay(ask, args.replay) if args.replay else _check(ask, args)
    except ValueError as error:
        if args.json:
            from entmax_oracle.proofs_checks.conformance import Report

            write_json(args.json, Report(args.target, "unusable", message=str(error), seed=args.seed or 0).to_dict())
        raise Unusable(str(error)) from error


def _check(ask: Ask, args: argparse.Namespace) -> int:
    from rich.console import Console

    from entmax_oracle.proofs_checks.conformance.checker import execute, plan
    from entmax_oracle.proofs_checks.conformance.results.events import Begun, Ended, Judged, Judging, title
    from entmax_oracle.proofs_checks.conformance.target.guessing import Guess

    from .showing import show

    console, shown, interrupted = Console(), set[tuple[float, str, str]](), False
    with _writing(args.events) as write, console.status(f"importing {args.target}") as status:

        def progress(event: Event) -> None:
            nonlocal interrupted
            write(event)
            if isinstance(event, Begun) and ask.arrays is None and event.arrays != "program":
                guessed = ask.guess if event.arrays == ask.guess.library else Guess(event.arrays, "a first call")
                console.print(str(guessed), highlight=False)
            if isinstance(event, Ended):
                interrupted = event.interrupted
            if isinstance(event, Judging):
                status.update(f"{title(event.alpha, event.dtype)}: {event.law}")
            elif isinstance(event, Judged) and event.result.status == "fail":
                place = (event.alpha, event.dtype, event.result.law)
                if place not in shown:
                    console.print(f"[bold red]violated[/]  {title(*place[:2])}: {place[2]}", highlight=False)
                shown.add(place)

        report = execute(plan(ask), progress=progress)
    show(console, report)
    if args.junit:
        from entmax_oracle.proofs_checks.conformance import to_junit

        args.junit.write_text(to_junit(report), encoding="utf-8")
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", args.target).strip("-")
    page = write_result(report.to_dict(), args, f"check-{slug}.json")
    if page is not None:
        console.print(f"report: {page}", highlight=False)
    return 130 if interrupted else {"conforms": 0, "violates": 1}.get(report.verdict, 2)


@contextmanager
def _writing(path: Path | None) -> Iterator[Tell]:
    """Write events into a file as they come: of a check that is killed, it has all but the last."""
    from entmax_oracle.proofs_checks.conformance.results.events import line

    if path is None:
        yield lambda event: None
        return
    with path.open("w", encoding="utf-8") as file:
        yield lambda event: print(line(event), file=file, flush=True)


def _replay(ask: Ask, source: str) -> int:
    from rich.console import Console

    from entmax_oracle.proofs_checks.conformance.checker import replay_as
    from entmax_oracle.proofs_checks.conformance.results.counterexample import read_all

    every = read_all(source)
    broken = 0
    with Console().status("calling the target") as status:
        for place, found in enumerate(every, 1):
            title = "" if len(every) == 1 else f"{found['law']}, alpha {float(found['alpha']):g}, {found['dtype']}: "
            status.update(f"{title}{place} of {len(every)}")
            finding = replay_as(ask, found)
            broken += finding.broken
            verdict = f"violated: {finding.message}" if finding.broken else "kept: the law holds on this input"
            print(f"{title}{verdict}", flush=True)
    if len(every) > 1:
        print(f"{broken} of {len(every)} counterexamples still break their law")
    return int(broken > 0)
