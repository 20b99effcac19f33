"""A report as GitHub Actions shows it: annotations of the source, and a summary in Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from .report import LawResult, Report

__all__ = ["summary", "workflow_commands"]

_LONGEST = 2000  # characters of a command or program in a summary, which has room for a mebibyte in all


def workflow_commands(report: Report, place: tuple[Path, int] | None, root: Path) -> Iterator[str]:
    """Write a report as workflow commands: an error or a warning for each finding, at the target's definition.

    Parameters
    ----------
    report : Report
    place : tuple of Path and int, optional
        File and line of the target.
    root : Path
        Folder of the repository; a file outside of it cannot be annotated.

    Yields
    ------
    str
        A line for standard output.
    """
    where = ""
    if place is not None:
        path = os.path.relpath(place[0], root)
        if not path.startswith(os.pardir):
            where = f"file={_escaped(Path(path).as_posix(), ':,')},line={place[1]},"
    if report.verdict in ("unusable", "interrupted"):
        yield f"::error {where}title=entmax-oracle::{_escaped(f'{report.target}: {report.message}')}"
    for law in _findings(report):
        level = "error" if law.severity == "error" else "warning"
        text = "\n".join([law.message, f"law: {law.statement}", *_again(law)])
        yield f"::{level} {where}title={_escaped(f'{report.target}: {law.law}', ':,')}::{_escaped(text)}"


def summary(report: Report) -> str:
    """Write a report as Markdown: the verdict, a row for each finding, and how to reproduce it."""
    said = report.counts or report.message
    settings = f"alpha {', '.join(f'{alpha:g}' for alpha in report.alphas)}; {', '.join(report.dtypes)}"
    mark = {"conforms": "✅", "violates": "❌"}.get(report.verdict, "⚠️")
    lines = [f"### {mark} `{report.target}` {report.headline}", "", f"{said} ({settings})" if report.laws else said, ""]
    findings = list(_findings(report))
    if findings:
        lines += ["| law | what is wrong |", "|---|---|"]
        lines += [f"| {law.law} | {_cell(law.message)} |" for law in findings]
    for law in findings:
        if blocks := list(_blocks(law)):
            lines += ["", f"<details><summary>Reproduce {law.law}</summary>", "", *blocks, "</details>"]
    return "\n".join(lines) + "\n"


def _findings(report: Report) -> Iterator[LawResult]:
    """Yield one failed law for each cause."""
    return (law for law in report.laws if law.status == "fail" and not law.cause)


def _again(law: LawResult) -> Iterator[str]:
    for found in law.counterexamples[:1]:
        if len(found.command) <= _LONGEST:
            yield f"reproduce with: {found.command}"


def _blocks(law: LawResult) -> Iterator[str]:
    for found in law.counterexamples[:1]:
        for language, text in (("shell", found.command), ("python", found.snippet)):
            if text and len(text) <= _LONGEST:
                yield f"```{language}\n{text.rstrip()}\n```\n"


def _cell(text: str) -> str:
    """Escape what ends a cell or a line of a table, or is read as HTML."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", "<br>")


def _escaped(text: str, more: str = "") -> str:
    """Escape what ends a workflow command, and in a property what ends that."""
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
