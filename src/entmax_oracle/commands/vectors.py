"""``entmax-oracle vectors``: certified test vectors for any language."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

__all__ = ["add_parser", "run"]

_FORMATS = ("json", "onnx", "stablehlo")


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "vectors",
        help="write certified test vectors for any language",
        description="Write certified test vectors. By default: JSON by kind and law, numbers as hexadecimal floats, as "
        "decimals and as bits, with a JSON schema for each kind, readers in C, C++, JavaScript, Python and Rust, and "
        "checksums. The same versions write the same bytes.",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("vectors"), metavar="DIR", help="folder to write into (default: vectors)"
    )
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        default="json",
        help="json; onnx: test sets for ONNX backends (needs the onnx package); stablehlo: MLIR modules with checks "
        "(default: json)",
    )
    parser.add_argument(
        "--kind",
        action="append",
        metavar="KIND",
        help="mapping, loss, normaliser, attention or invalid; repeatable (default: all that the format has)",
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
        If the folder cannot be written, there is no such kind, or a package is missing.
    """
    from rich.console import Console

    from entmax_oracle.cli import Unusable
    from entmax_oracle.proofs_checks.vectors import WRITERS

    write, known = WRITERS[args.format]
    kinds = tuple(dict.fromkeys(args.kind or known))
    for kind in kinds:
        if kind not in known:
            raise Unusable(f"--kind: {args.format} vectors have no kind {kind!r}; there are {', '.join(known)}")
    console = Console()
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        with console.status("certifying") as status:
            written = write(args.out, status.update, kinds)
    except ModuleNotFoundError as error:
        if error.name != "onnx":
            raise
        raise Unusable("--format onnx needs the onnx package; install it with pip install onnx") from error
    except OSError as error:
        raise Unusable(f"--out: cannot write {error.filename}: {error.strerror}") from error
    for path in written if args.format == "json" else ():
        console.print(f"{path}  {path.stat().st_size / 1e6:.2f} MB", highlight=False, soft_wrap=True)
    if args.format != "json":
        size = sum(path.stat().st_size for path in written)
        console.print(f"{args.out}: {len(written)} files, {size / 1e6:.1f} MB", highlight=False, soft_wrap=True)
    return 0
