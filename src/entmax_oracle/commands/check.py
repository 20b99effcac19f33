"""``entmax-oracle check``: whether an implementation of entmax keeps the laws of entmax."""

from __future__ import annotations

import argparse
import re
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .writing import prepare, refuse_to_write, write_json, write_result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entmax_oracle.proofs_checks.conformance import Counterexample, Report
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
    add = parser.add_argument_group("what it is").add_argument
    add("--kind", choices=("mapping", "attention", "loss", "normaliser"), default="mapping", help="default: mapping")
    add("--against", metavar="NAME", help="the normaliser that it should be, such as scalable-softmax or top-k-softmax")
    add(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the normaliser, handed over by keyword; repeatable (default: a few values)",
    )
    add(
        "--fixed-parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="the target does not take this parameter of the normaliser; it has this value; repeatable",
    )
    add(
        "--without",
        action="append",
        default=[],
        metavar="NAME",
        help="what attention lacks: causal, scale, alibi, lengths (it is not handed these arguments), groups, cross "
        "(other numbers of queries than of keys), widths (features other than 16, 32, 64, 128, 256) or layouts "
        "(tensors that are not contiguous); repeatable",
    )
    add("--array", choices=("numpy", "torch", "jax"), default="torch", help="arrays it takes (default: torch)")
    add("--device", default="cpu", help="where they live, for example cuda:0 (default: cpu)")
    add("--alpha", action="append", type=_number, metavar="A", help="repeatable (default: 1.5)")
    add("--fixed-alpha", type=_number, metavar="A", help="the target takes no alpha; it is entmax with this one")
    add(
        "--dtype",
        action="append",
        metavar="D",
        help="float64, float32, float16 or bfloat16; repeatable (default: float32)",
    )
    add("--compute-dtype", metavar="D", help="arithmetic that it promises (default: the dtype, at least float32)")
    add("--grad", action="store_true", help="also check its gradient, through the framework's autograd")
    add("--grad-alpha", action="store_true", help="also check its gradient in alpha (a 0-d array then)")
    add = parser.add_argument_group("how to look").add_argument
    add("--law", action="append", default=[], metavar="NAME", help="only this law; repeatable")
    add("--skip-law", action="append", default=[], metavar="NAME", help="not this law; repeatable")
    add("--profile", choices=("quick", "standard", "deep"), default="quick", help="how long (default: quick)")
    add("--seed", type=int, default=0, metavar="N", help="the same seed draws the same cases (default: 0)")
    add("--seconds", type=float, metavar="S", help="about so many for a setting, for slow targets (default: no limit)")
    add("--timeout", type=float, default=10.0, metavar="S", help="seconds that one call may take (default: 10)")
    add("--jobs", type=int, default=1, metavar="N", help="settings (alpha and dtype) checked at the same time")
    add("--replay", metavar="JSON", help="judge a counterexample again: JSON text or a file; of a report, every one")
    add = parser.add_argument_group("what to write").add_argument
    add("--json", metavar="FILE", type=Path, help="write the result as JSON")
    add("--junit", metavar="FILE", type=Path, help="write the result as JUnit XML, a test per law and setting")
    add("--report", metavar="DIR", type=Path, help="write JSON and a page to look at into this folder")
    add("--events", metavar="FILE", type=Path, help="write what happens as it happens, a line of JSON each")
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
        return _replay(args) if args.replay else _check(args)
    except ValueError as error:
        if args.json:
            from entmax_oracle.proofs_checks.conformance import Report

            write_json(args.json, Report(args.target, "unusable", message=str(error), seed=args.seed).to_dict())
        raise Unusable(str(error)) from error


def _check(args: argparse.Namespace) -> int:
    from rich.console import Console

    from entmax_oracle.proofs_checks.conformance import check
    from entmax_oracle.proofs_checks.conformance.results.events import Judged, Judging, title

    if args.fixed_alpha is not None and args.alpha:
        raise ValueError("give either --alpha or --fixed-alpha, not both")
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

        report = check(
            args.target,
            args.alpha or (1.5,),
            args.dtype or ("float32",),
            args.array,
            fixed_alpha=args.fixed_alpha,
            device=args.device,
            grad=args.grad,
            grad_alpha=args.grad_alpha,
            laws=args.law,
            skip_laws=args.skip_law,
            profile=args.profile,
            seed=args.seed,
            compute_dtype=args.compute_dtype,
            timeout=args.timeout,
            seconds=args.seconds,
            jobs=args.jobs,
            progress=progress,
            kind=args.kind,
            without=args.without,
            **_against(args),
        )
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


def _replay(args: argparse.Namespace) -> int:
    from rich.console import Console

    from entmax_oracle.proofs_checks.conformance import replay
    from entmax_oracle.proofs_checks.conformance.results.counterexample import read_all

    every = read_all(args.replay)
    broken = 0
    with Console().status("calling the target") as status:
        for place, found in enumerate(every, 1):
            title = "" if len(every) == 1 else f"{found['law']}, alpha {float(found['alpha']):g}, {found['dtype']}: "
            status.update(f"{title}{place} of {len(every)}")
            finding = replay(
                args.target,
                found,
                args.array,
                fixed_alpha=args.fixed_alpha,
                device=args.device,
                compute_dtype=args.compute_dtype,
                timeout=args.timeout,
                kind=args.kind,
                without=args.without,
                against=args.against,
                fixed_parameters=_against(args)["fixed_parameters"],
            )
            broken += finding.broken
            verdict = f"violated: {finding.message}" if finding.broken else "kept: the law holds on this input"
            print(f"{title}{verdict}", flush=True)
    if len(every) > 1:
        print(f"{broken} of {len(every)} counterexamples still break their law")
    return int(broken > 0)


def _against(args: argparse.Namespace) -> dict[str, Any]:
    """Read which normaliser it should be, and its parameters."""
    from entmax_oracle.proofs_checks.conformance.kinds.normaliser.known import read_parameter

    given: dict[str, list[Any]] = {}
    for name, value in map(read_parameter, args.parameter):
        given.setdefault(name, []).append(value)
    fixed = dict(map(read_parameter, args.fixed_parameter))
    return {"against": args.against, "parameters": given, "fixed_parameters": fixed}


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


def _number(text: str) -> float:
    """Read a float, or a fraction such as 4/3, which stands for the nearest float."""
    try:
        return float(text)
    except ValueError:
        try:
            return float(Fraction(text))
        except (ValueError, ZeroDivisionError):
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
