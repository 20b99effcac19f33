"""Write the results of commands where they were asked for."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from entmax_oracle.cli import Unusable

__all__ = ["prepare", "write_json", "write_result"]


def prepare(args: argparse.Namespace) -> None:
    """Make sure, before the work, that ``--json`` and ``--report`` can be written; say which folder is made for them.

    Raises
    ------
    Unusable
        If a folder cannot be made, a file cannot be written, or a name is taken by the other kind.
    """
    wanted = ((args.json, args.json and args.json.parent, "--json"), (args.report, args.report, "--report"))
    for path, folder, option in wanted:
        if path is None:
            continue
        try:
            if not folder.exists():
                folder.mkdir(parents=True)
                print(f"entmax-oracle: made the folder {folder}", file=sys.stderr)
            if option == "--json" and path.is_dir():
                raise IsADirectoryError(f"{path} is a folder; name a file in it")
            with tempfile.TemporaryFile(dir=folder):
                pass
            if option == "--json" and path.exists():
                path.open("a").close()
        except OSError as error:
            raise Unusable(f"{option} {path}: cannot be written: {error.strerror or error}") from error


def write_json(path: Path, result: dict[str, Any]) -> None:
    """Write JSON into a file, whose folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


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
