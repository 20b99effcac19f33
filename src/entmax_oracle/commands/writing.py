"""Write the results of commands where they were asked for, and read earlier ones."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from entmax_oracle.cli import Unusable

from .extras import require_report

__all__ = [
    "add_results",
    "is_stream",
    "prepare",
    "read_json",
    "read_resumed",
    "refuse_to_write",
    "write_json",
    "write_result",
]

_FILES = ("json", "junit", "events")


def add_results(parser: argparse.ArgumentParser, name: str, same: str) -> None:
    """Add ``--report``, ``--json`` and ``--resume``.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    name : str
        Of the file in the folder of the report.
    same : str
        What has to be the same for an earlier result to be kept.
    """
    parser.add_argument("--report", type=Path, metavar="DIR", help=f"write {name} and an HTML page into this folder")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="FILE",
        help=f"continue an earlier result: keep what it has finished, with the same {same}",
    )


def read_resumed(args: argparse.Namespace) -> Any:
    """Return the earlier result that ``--resume`` names, as plain data; None if it names none."""
    return None if args.resume is None else read_json("--resume", args.resume)


def read_json(option: str, path: Path) -> Any:
    """Return the plain data in the file that an option names; `Unusable` if it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unusable(f"{option} {path}: cannot be read: {error}") from error


def prepare(args: argparse.Namespace, *, stream: bool = False) -> None:
    """Make sure, before the work, that what is asked for can be written; say which folder is made for it.

    Parameters
    ----------
    args : argparse.Namespace
        With ``report``, a folder, and some of ``json``, ``junit`` and ``events``, files.
    stream : bool
        Whether ``--json -`` means standard output.

    Raises
    ------
    Unusable
        If a folder cannot be made, a file cannot be written, a name is taken by the other kind, or what makes the page
        is not installed.
    """
    if args.report:
        require_report("--report")
    files = {name: path for name in _FILES if (path := getattr(args, name, None)) is not None}
    if stream and is_stream(files.get("json")):
        del files["json"]
    folders = {name: path.parent for name, path in files.items()} | ({"report": args.report} if args.report else {})
    for name, folder in folders.items():
        try:
            if not folder.exists():
                folder.mkdir(parents=True)
                print(f"entmax-oracle: made the folder {folder}", file=sys.stderr)
            if name in files and str(files[name]) == "-":
                raise OSError("name a file, such as result.json; standard output has what people read")
            if name in files and files[name].is_dir():
                raise IsADirectoryError(f"{files[name]} is a folder; name a file in it")
            with tempfile.TemporaryFile(dir=folder):
                pass
            if name in files and files[name].exists():
                files[name].open("a").close()
        except OSError as error:
            path = files.get(name, folder)
            raise Unusable(f"--{name} {path}: cannot be written: {error.strerror or error}") from error


def is_stream(path: Path | None) -> bool:
    """Whether ``-`` stands for a file: standard output."""
    return path is not None and str(path) == "-"


def refuse_to_write(args: argparse.Namespace, reason: str) -> None:
    """Raise `Unusable` if anything is asked to be written, for a reason."""
    for name in (*_FILES, "report"):
        if getattr(args, name, None) is not None:
            raise Unusable(f"--{name}: {reason}, and writes nothing; leave it out")


def write_json(path: Path, result: dict[str, Any]) -> None:
    """Write JSON into a file, whose folder is made if need be, or to standard output for ``-``."""
    text = json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if is_stream(path):
        sys.stdout.write(text)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_result(result: dict[str, Any], args: argparse.Namespace, name: str) -> Path | None:
    """Write a result where ``--json`` and ``--report`` ask for it, and render the page.

    Parameters
    ----------
    result : dict
        Plain data.
    args : argparse.Namespace
        With ``json`` and ``report``, either of them perhaps None.
    name : str
        Of the file in the folder of the report.

    Returns
    -------
    Path or None
        The page, if one was asked for.
    """
    if args.json is not None:
        write_json(args.json, result)
    if args.report is None:
        return None
    from entmax_oracle.proofs_checks.report import render

    write_json(args.report / name, result)
    page: Path = render(args.report)
    return page
