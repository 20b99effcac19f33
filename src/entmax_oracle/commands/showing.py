"""Show a check on a terminal, or in a pipe: what is found as it is found, how far it is, and the report in the end."""

from __future__ import annotations

import os
import re
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from entmax_oracle.proofs_checks.conformance import Counterexample, LawResult, Report
    from entmax_oracle.proofs_checks.conformance.results.events import Event

__all__ = ["Screen", "show"]

_STYLES = {"pass": "green", "partial": "yellow", "fail": "bold red", "warning": "yellow", "skip": "yellow"}
_LONGEST = 2000  # characters of a command or a program that a terminal takes at once
_EVERY = 5.0  # seconds between two lines of progress in a pipe


class Screen:
    """Shows events as they come.

    Parameters
    ----------
    target : str
    console : Console
        Where findings go.
    """

    def __init__(self, target: str, console: Console) -> None:
        self._target, self._console = target, console
        self._errors = Console(stderr=True)
        self._shown: set[tuple[float, str, str]] = set()
        self._status = self._errors.status(f"importing {escape(target)}")
        self._started = self._last = time.monotonic()
        self._law, self._calls = "", 0
        self.interrupted = False

    def __enter__(self) -> Screen:
        if self._errors.is_terminal:
            self._status.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._status.stop()

    def __call__(self, event: Event) -> None:
        """Show an event."""
        from entmax_oracle.proofs_checks.conformance.results import events

        match event:
            case events.Ended(interrupted=interrupted):
                self.interrupted = interrupted
            case events.Judging(alpha, dtype, law, place, laws):
                number = f"check {place} of {laws}" if laws else "every check"
                self._law, self._calls = (
                    f"{events.title(alpha, dtype)}: {law}, {number}",
                    0 if place == 1 else self._calls,
                )
                self._tick()
            case events.Progress(calls=calls):
                self._calls = calls
                self._tick()
            case events.Notice(text, target):
                _say(self._errors, escape(f"{self._target} | {text}" if target else text), soft_wrap=True)
            case events.Judged(alpha, dtype, result) if result.status == "fail":
                known = (alpha, dtype, result.law)
                if known not in self._shown and not result.cause:
                    _show_finding(self._console, result, events.title(alpha, dtype), self._target)
                    self._shown.add(known)

    def _tick(self) -> None:
        """Say how far the check is."""
        seconds = int(time.monotonic() - self._started)
        text = f"{self._law or 'replay'}, {self._calls:,} calls, {seconds // 60}:{seconds % 60:02}"
        if self._errors.is_terminal:
            self._status.update(escape(text))
        elif time.monotonic() - self._last >= _EVERY:
            self._last = time.monotonic()
            print(text, file=sys.stderr, flush=True)


def show(console: Console, report: Report) -> None:
    """Print the table of laws, which of them fall to one cause, what was skipped, and the verdict."""
    if report.verdict != "unusable" and any(law.status != "skip" for law in report.laws):
        _show_table(console, _table(report))
    remarks: dict[str, list[str]] = {}
    for law in report.laws:
        if law.status != "fail" and law.message:
            remarks.setdefault(law.message, []).append(law.law)
    for reason, names in remarks.items():
        _say(console, f"\n[yellow]{escape(', '.join(names))}[/]: {escape(reason)}")
    _show_verdict(console, report)


def _show_table(console: Console, table: Table) -> None:
    if not console.is_terminal:  # what reads a pipe gets all of it
        wide = console.options.update(max_width=_LONGEST)
        console.width = max(console.width, console.measure(table, options=wide).maximum)
    console.print(table)


def _table(report: Report) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("check", ""):
        table.add_column(name, no_wrap=True)
    for name in ("examples", "worst / allowed"):
        table.add_column(name, justify="right", no_wrap=True)
    causes, declines = any(law.cause for law in report.laws), any(law.declined for law in report.laws)
    some_left = any(law.untried for law in report.laws)
    if some_left:
        table.add_column("not tried", justify="right", no_wrap=True)
    if declines:
        table.add_column("declined", justify="right", no_wrap=True)
    if causes:
        table.add_column("", no_wrap=True)
    for law in report.laws:
        worst = f"{law.worst_ratio:.3g}" if law.worst_ratio > 0 else ""
        left = [str(law.untried or "")] if some_left else []
        declined = [str(law.declined or "")] if declines else []
        cause = [f"same cause as {law.cause}" if law.cause else ""] if causes else []
        mark = f"[{_STYLES[law.mark]}]{law.mark}[/]"
        table.add_row(law.law, mark, str(law.examples or ""), worst, *left, *declined, *cause)
    return table


def _show_finding(console: Console, law: LawResult, place: str, target: str) -> None:
    """Print a failed law with its simplest counterexample."""
    style, mark = ("bold red", "fail") if law.severity == "error" else ("bold yellow", "warning")
    _say(console, f"[{style}]{mark}[/]  [bold]{escape(law.law)}[/] ({escape(place)}): {escape(law.statement)}")
    if not law.counterexamples:
        _say(console, f"  {escape(law.message)}\n")
        return
    found = min(law.counterexamples, key=lambda each: (each.size, -each.ratio))
    name = target.rpartition(":")[2] or target
    if found.fact and not found.fact.startswith("breaks"):
        _say(console, f"  [bold]{escape(f'{name} {found.fact}')}[/]")
    _say(console, f"  {law.message}", markup=False)
    for said in found.diagnosis:
        _say(console, f"  [bold]diagnosis[/]: {escape(said)}")
    if found.ratio * 2 < law.worst_ratio < float("inf"):
        _say(console, f"  worst seen: {law.worst_ratio:.2g}x the allowed rounding error")
    if given := _input(found):
        _say(console, given, markup=False)
    command, snippet = _reproduction(found)
    _say(console, f"  Reproduce with:\n{_indented(command)}", markup=False, soft_wrap=True)
    if snippet:
        _say(console, f"  or, without entmax-oracle:\n{_indented(snippet)}", markup=False, soft_wrap=True)
    _say(console, "")


def _reproduction(found: Counterexample) -> tuple[str, str]:
    """Return a command and a program that fit on a screen: what is too long for that lies in a file."""
    if len(found.command) <= _LONGEST:
        return found.command, found.snippet if len(found.snippet) <= _LONGEST else ""
    *words, told = shlex.split(found.command)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "entmax-oracle" / "counterexamples"
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", f"{words[2]}-{found.law}-{found.alpha:g}-{found.dtype}").strip("-")
    path = cache / f"{slug}.json"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        path.write_text(told, encoding="utf-8")
    except OSError:
        return "write --json FILE, then pass --replay FILE", ""
    return shlex.join([*words, str(path)]), ""


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _show_verdict(console: Console, report: Report) -> None:
    from entmax_oracle.proofs_checks.conformance.results.events import NO_TIME

    style = {"conforms": "bold green", "violates": "bold red"}.get(report.headline, "bold yellow")
    _say(console, f"\n[{style}]{escape(report.target)} {_verdict(report)}[/] ({report.seconds:.1f} s)")
    if report.reach:
        tried = " and ".join(_counted(size, name) for name, size in report.reach.items())
        tried = tried.replace(" and ", ", ", max(len(report.reach) - 2, 0))
        deeper = "" if report.profile == "deep" else "; --profile deep searches further"
        _say(console, f"searched up to {tried}{deeper}")
    if report.declined and report.verdict != "unusable":
        calls = f"{report.declined:,} call{'s' * (report.declined != 1)}"
        _say(console, f"{calls} declined by the target (NotImplementedError): such inputs were not tested")
    some_late = any(law.status == "partial" or NO_TIME in law.message for law in report.laws)
    if some_late and report.verdict != "interrupted":
        _say(console, "this was not the full check: with more time (--seconds, --timeout) it goes further")
    if report.message:
        _say(console, escape(report.message))


def _verdict(report: Report) -> str:
    """Say in words what the laws together say."""
    from entmax_oracle.proofs_checks.conformance.results.events import NO_TIME

    total = len(report.laws)
    failed = [law for law in report.laws if law.status == "fail" and law.severity == "error"]
    warned = sum(law.status == "fail" and law.severity == "warning" for law in report.laws)
    skipped = sum(law.status == "skip" for law in report.laws)
    late = sum(law.status == "skip" and NO_TIME in law.message for law in report.laws)
    passed = sum(law.status == "pass" for law in report.laws)
    if report.verdict == "interrupted":
        return f"interrupted after {total - skipped} of {total} checks; no violation so far"
    if report.verdict == "unusable":
        return "could not be checked"
    if failed:
        causes = [law for law in failed if not law.cause]
        names = ", ".join(law.law + (f" (also {', '.join(law.also)})" if law.also else "") for law in causes)
        return f"failed {len(failed)} of {total} checks: {names}"
    all_of = f"all {total} checks" if passed == total else f"{passed} of {total} checks"
    if total == 1:
        all_of = "the one check" if passed else "0 of 1 checks"
    tail = f", {warned} warning{'s' * (warned != 1)}" if warned else ""
    if some := sum(law.status == "partial" for law in report.laws):
        tail += f", {some} as far as there was time"
    tail += f", {late} not tried for lack of time" if late else ""
    return f"passed {all_of}{tail}{f', {skipped - late} skipped' if skipped > late else ''}"


def _say(console: Console, text: str, **options: Any) -> None:
    # What reads a pipe wraps lines by itself, if it does.
    console.print(text, highlight=False, **{"soft_wrap": not console.is_terminal} | options)


def _input(found: Counterexample) -> str:
    """Lines that say what the implementation was given."""
    parameters = "".join(f", {name} {value}" for name, value in found.parameters.get("parameters", {}).items())
    alpha = "" if _lacks_alpha(found) else f"alpha {found.alpha!r}"
    shown = ", ".join(filter(None, [alpha, parameters.removeprefix(", "), found.dtype]))
    if found.logits:
        some, more = found.logits[:12], ", ..." if len(found.logits) > 12 else ""
        decimals = ", ".join(repr(float.fromhex(each)) for each in some)
        return f"  input: logits {decimals}{more} (shape {found.shape}, {found.layout}), {shown}"
    if 0 in found.shape and "query" not in found.parameters:
        return f"  input: logits of shape {found.shape} ({found.layout}), {shown}"
    from entmax_oracle.proofs_checks.conformance.text import unrun

    given = []
    for name, value in found.parameters.items():
        if isinstance(value, dict):
            words = [repr(float.fromhex(each)) for each in unrun(value["numbers"])]
            value = f"[{', '.join(words[:8])}{', ...' if len(words) > 8 else ''}] of shape {tuple(value['shape'])}"
        given.append(f"{name} {value}")
    return f"  input: {', '.join(given)} ({found.layout}), {shown}"


def _lacks_alpha(found: Counterexample) -> bool:
    """Whether it is of a normaliser that has no alpha."""
    from entmax_oracle.proofs_checks.conformance.target.defining import defined

    against = found.parameters.get("against")
    return against is not None and "alpha" not in defined(against).parameters


def _counted(size: int, name: str) -> str:
    """Write a number of things whose name is given in the plural."""
    one = name.removesuffix("ies") + "y" if name.endswith("ies") else name.removesuffix("s")
    return f"{size:,} {one if size == 1 else name}"
