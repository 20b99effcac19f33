"""``entmax-oracle vectors``: certified test vectors for any language."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

__all__ = ["add_parser", "run"]


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "vectors",
        help="write certified test vectors for any language",
        description="Write certified test vectors: JSON by law with hexadecimal floats, its JSON schema, a reader in C "
        "and checksums. The same versions write the same bytes.",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("vectors"), metavar="DIR", help="folder to write into (default: vectors)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Returns
    -------
    int
        0.

    Raises
    ------
    Unusable
        If the folder cannot be written.
    """
    from rich.console import Console

    from entmax_oracle.cli import Unusable
    from entmax_oracle.proofs_checks.vectors import write

    console = Console()
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        with console.status("certifying") as status:
            written = write(args.out, status.update)
    except OSError as error:
        raise Unusable(f"--out: cannot write {error.filename}: {error.strerror}") from error
    for path in written:
        console.print(f"{path}  {path.stat().st_size / 1e6:.2f} MB", highlight=False)
    return 0
