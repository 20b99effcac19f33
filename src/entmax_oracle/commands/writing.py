"""Write the results of commands where they were asked for."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

__all__ = ["write_json", "write_result"]


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
