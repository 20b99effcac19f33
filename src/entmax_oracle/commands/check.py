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

    from entmax_oracle.proofs_checks.conformance import Counterexample, Report
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
_STYLES = {"pass": "green", "fail": "bold red", "skip": "yellow"}


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
        help="package.module:function, path/to/file.py:function or command:./program (which answers JSON lines), "
        "called f(z, alpha) over the last axis, or f(query, key, value, *, alpha, is_causal, scale, alibi_slopes, "
        "key_lengths), or f(z, y, alpha) with class indices y, or f(z, **parameters)",
    )
    groups = {title: parser.add_argument_group(title).add_argument for title in ("target", "search", "output")}
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
        0 conforms, 1 violates.

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
        return _replay(ask, args.replay) if args.replay else _check(ask, args)
    except ValueError as error:
        if args.json:
            from entmax_oracle.proofs_checks.conformance import Report

            write_json(args.json, Report(args.target, "unusable", message=str(error), seed=args.seed or 0).to_dict())
        raise Unusable(str(error)) from error


def _check(ask: Ask, args: argparse.Namespace) -> int:
    from rich.console import Console

    from entmax_oracle.proofs_checks.conformance.checker import execute, plan
    from entmax_oracle.proofs_checks.conformance.results.events import Judged, Judging, title

    console, shown = Console(), set[tuple[float, str, str]]()
    with _writing(args.events) as write, console.status(f"importing {args.target}") as status:

        def progress(event: Event) -> None:
            write(event)
            if isinstance(event, Judging):
                status.update(f"{title(event.alpha, event.dtype)}: {event.law}")
            elif isinstance(event, Judged) and event.result.status == "fail":
                place = (event.alpha, event.dtype, event.result.law)
                if place not in shown:
                    console.print(f"[bold red]violated[/]  {title(*place[:2])}: {place[2]}", highlight=False)
                shown.add(place)

        report = execute(plan(ask), progress=progress)
    _show(console, report)
    if args.junit:
        from entmax_oracle.proofs_checks.conformance import to_junit

        args.junit.write_text(to_junit(report), encoding="utf-8")
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", args.target).strip("-")
    page = write_result(report.to_dict(), args, f"check-{slug}.json")
    if page is not None:
        console.print(f"report: {page}", highlight=False)
    return {"conforms": 0, "violates": 1, "unusable": 2}[report.verdict]


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


def _show(console: Any, report: Report) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name, justify in (("law", "left"), ("", "left"), ("examples", "right"), ("worst, ulp", "right")):
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("worst / budget", justify="right", no_wrap=True)
    for law in report.laws:
        style = "yellow" if law.severity == "warning" and law.status == "fail" else _STYLES[law.status]
        measured = law.worst_ratio > 0
        table.add_row(
            law.law,
            f"[{style}]{law.status}[/]",
            str(law.examples or ""),
            f"{law.worst_ulp:.3g}" if measured else "",
            f"{law.worst_ratio:.3g}" if measured else "",
        )
    console.print(table)
    for law in report.laws:
        if law.status == "fail":
            heading = "bold red" if law.severity == "error" else "bold yellow"
            console.print(f"\n[{heading}]{escape(law.law)}[/]: {escape(law.statement)}", highlight=False)
            if not law.counterexamples:
                console.print(f"  {law.message}", highlight=False, markup=False)
                continue
            simplest = min(law.counterexamples, key=lambda found: (found.size, -found.ratio))
            _show_counterexample(console, simplest)
            places = {(each["alpha"], each["dtype"]) for each in law.settings if each["status"] == "fail"}
            more = len(places - {(simplest.alpha, simplest.dtype)})
            if more:
                console.print(
                    f"  and {more} more setting{'s' * (more > 1)}: --json or --report has them all", highlight=False
                )
    remarks: dict[str, list[str]] = {}
    for law in report.laws:
        if law.status != "fail" and law.message:
            remarks.setdefault(law.message, []).append(law.law)
    for reason, names in remarks.items():
        console.print(f"\n[yellow]{escape(', '.join(names))}[/]: {escape(reason)}", highlight=False)
    style = {"conforms": "bold green", "violates": "bold red", "unusable": "bold yellow"}[report.verdict]
    failed = [law.law for law in report.laws if law.status == "fail" and law.severity == "error"]
    kept = sum(law.status == "pass" for law in report.laws)
    tail = f": {', '.join(failed)}" if failed else f" to {kept} laws"
    console.print(
        f"\n[{style}]{escape(report.target)} {report.verdict}[/]{tail} ({report.seconds:.1f} s)", highlight=False
    )
    if report.reach:
        tried = ", ".join(f"{size:,} {name}" for name, size in report.reach.items())
        deeper = "" if report.profile == "deep" else "; --profile deep looks further"
        console.print(f"tried with up to {tried}{deeper}", highlight=False)
    if report.message:
        console.print(escape(report.message), highlight=False)


def _show_counterexample(console: Any, found: Counterexample) -> None:
    command = found.command if len(found.command) <= 300 else "write --json FILE, then give --replay FILE"
    console.print(f"  {found.message}", highlight=False, markup=False)
    parameters = "".join(f", {name} {value}" for name, value in found.parameters.get("parameters", {}).items())
    alpha = "" if _lacks_alpha(found) else f"alpha {found.alpha!r}"
    shown = ", ".join(filter(None, [alpha, parameters.removeprefix(", "), found.dtype]))
    console.print(
        f"{_input(found)}\n    {shown}\n    again: {command}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def _lacks_alpha(found: Counterexample) -> bool:
    """Whether it is of a normaliser that has no alpha."""
    from entmax_oracle.reference.normalisers import NORMALISERS

    against = found.parameters.get("against")
    return against is not None and "alpha" not in NORMALISERS[against].parameters


def _input(found: Counterexample) -> str:
    """Lines that say what the implementation was given."""
    if found.logits:
        some, more = found.logits[:12], ", ..." if len(found.logits) > 12 else ""
        decimals = ", ".join(repr(float.fromhex(each)) for each in some)
        return f"    logits {decimals}{more} (shape {found.shape}, {found.layout})\n    exactly {', '.join(some)}{more}"
    lines = []
    for name, given in found.parameters.items():
        if isinstance(given, dict):
            words = given["numbers"]
            given = f"{tuple(given['shape'])} exactly {words if len(words) <= 100 else words[:100] + ' ...'}"
        lines.append(f"    {name} {given}")
    return "\n".join([*lines, f"    ({found.layout})"])
