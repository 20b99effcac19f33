"""Show the report of a check on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console

    from entmax_oracle.proofs_checks.conformance import Counterexample, LawResult, Report

__all__ = ["show"]

_STYLES = {"pass": "green", "partial": "yellow", "fail": "bold red", "skip": "yellow"}


def show(console: Console, report: Report) -> None:
    """Print the table of laws, each violation with its simplest counterexample, what was skipped, and the verdict."""
    console.print(_table(report))
    for law in report.laws:
        if law.status == "fail":
            _show_failure(console, law)
    remarks: dict[str, list[str]] = {}
    for law in report.laws:
        if law.status != "fail" and law.message:
            remarks.setdefault(law.message, []).append(law.law)
    for reason, names in remarks.items():
        _say(console, f"\n[yellow]{escape(', '.join(names))}[/]: {escape(reason)}")
    _show_verdict(console, report)


def _table(report: Report) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("law", ""):
        table.add_column(name, no_wrap=True)
    for name in ("examples", "worst, ulp", "worst / budget"):
        table.add_column(name, justify="right", no_wrap=True)
    declines = any(law.declined for law in report.laws)
    if declines:
        table.add_column("declined", justify="right", no_wrap=True)
    for law in report.laws:
        style = "yellow" if law.severity == "warning" and law.status == "fail" else _STYLES[law.status]
        worst = [f"{law.worst_ulp:.3g}", f"{law.worst_ratio:.3g}"] if law.worst_ratio > 0 else ["", ""]
        declined = [str(law.declined or "")] if declines else []
        table.add_row(law.law, f"[{style}]{law.status}[/]", str(law.examples or ""), *worst, *declined)
    return table


def _show_failure(console: Console, law: LawResult) -> None:
    style = "bold red" if law.severity == "error" else "bold yellow"
    _say(console, f"\n[{style}]{escape(law.law)}[/]: {escape(law.statement)}")
    if not law.counterexamples:
        _say(console, f"  {escape(law.message)}")
        return
    simplest = min(law.counterexamples, key=lambda found: (found.size, -found.ratio))
    _show_counterexample(console, simplest)
    places = {(each["alpha"], each["dtype"]) for each in law.settings if each["status"] == "fail"}
    if more := len(places - {(simplest.alpha, simplest.dtype)}):
        _say(console, f"  and {more} more setting{'s' * (more > 1)}: --json or --report has them all")


def _show_verdict(console: Console, report: Report) -> None:
    style = {"conforms": "bold green", "violates": "bold red"}.get(report.verdict, "bold yellow")
    failed = [law.law for law in report.laws if law.status == "fail" and law.severity == "error"]
    kept = sum(law.status == "pass" for law in report.laws)
    tail = f" to {kept} law{'s' * (kept != 1)}"
    if report.verdict in ("unusable", "interrupted"):
        tail = ""
    elif failed:
        tail = f": {', '.join(failed)}"
    elif some := sum(law.status == "partial" for law in report.laws):
        tail += f", and to {some} as far as there was time"
    _say(console, f"\n[{style}]{escape(report.target)} {report.verdict}[/]{tail} ({report.seconds:.1f} s)")
    if report.reach:
        tried = ", ".join(f"{size:,} {name}" for name, size in report.reach.items())
        deeper = "" if report.profile == "deep" else "; --profile deep looks further"
        _say(console, f"tried with up to {tried}{deeper}")
    if report.declined and report.verdict != "unusable":
        calls = f"{report.declined:,} call{'s' * (report.declined != 1)}"
        _say(console, f"{calls} declined by the target (NotImplementedError): such inputs were not tested")
    if report.message:
        _say(console, escape(report.message))


def _say(console: Console, text: str, **options: Any) -> None:
    console.print(text, highlight=False, **options)


def _show_counterexample(console: Console, found: Counterexample) -> None:
    command = found.command if len(found.command) <= 300 else "write --json FILE, then give --replay FILE"
    parameters = "".join(f", {name} {value}" for name, value in found.parameters.get("parameters", {}).items())
    alpha = "" if _lacks_alpha(found) else f"alpha {found.alpha!r}"
    shown = ", ".join(filter(None, [alpha, parameters.removeprefix(", "), found.dtype]))
    _say(console, f"  {found.message}", markup=False)
    _say(console, f"{_input(found)}\n    {shown}\n    again: {command}", markup=False, soft_wrap=True)


def _lacks_alpha(found: Counterexample) -> bool:
    """Whether it is of a normaliser that has no alpha."""
    from entmax_oracle.proofs_checks.conformance.target.defining import defined

    against = found.parameters.get("against")
    return against is not None and "alpha" not in defined(against).parameters


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
