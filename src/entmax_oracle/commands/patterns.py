"""``entmax-oracle patterns``: published attention patterns beside entmax, counted."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .writing import prepare, write_result

if TYPE_CHECKING:
    from entmax_oracle.proofs_checks.patterns import PatternResult


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "patterns",
        help="count keys, reach and paths of published attention patterns beside entmax",
        description=(
            "Draw the masks of published attention patterns, and the certified supports of entmax on the same logits. "
            "Count exactly: keys per row, tokens in reach after each layer, and paths to the last token, beside the "
            "bounds of the theorems sparse-paths and residual-paths. Exit code 0; 1 if a count contradicts a theorem, "
            "2 if the input is unusable."
        ),
    )
    parser.add_argument("--tokens", type=int, default=64, metavar="N", help="tokens in the sequence (default: 64)")
    parser.add_argument("--layers", type=int, default=4, metavar="L", help="layers in the stack (default: 4)")
    parser.add_argument(
        "--keys",
        type=int,
        default=8,
        metavar="K",
        help="keys of a row, where a pattern fixes their number; a multiple of 4 (default: 8)",
    )
    parser.add_argument("--both-ways", action="store_true", help="leave out the causal mask")
    parser.add_argument("--pattern", action="append", default=[], metavar="NAME", help="only this pattern; repeatable")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of every random choice (default: 0)")
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="write patterns.json and an HTML page with pictures into this folder"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command; see the parser's description for the exit codes."""
    from entmax_oracle.cli import Unusable
    from entmax_oracle.proofs_checks.patterns import execute

    prepare(args)
    try:
        result = execute(
            args.tokens,
            args.layers,
            args.keys,
            both_ways=args.both_ways,
            names=args.pattern,
            seed=args.seed,
        )
    except ValueError as error:
        raise Unusable(f"--{error}") from error
    write_result(result.to_dict(), args, "patterns.json")
    _show(result)
    return int(any(row.contradicts for row in result.rows))


def _show(result: PatternResult) -> None:
    """Print a table, what its columns say, and every contradiction."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from entmax_oracle.proofs_checks.patterns.table import COLUMNS, cells, setting

    console = Console()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in COLUMNS:
        table.add_column(column.head, no_wrap=True, justify="left" if column.words else "right")
    for row in result.rows:
        table.add_row(*(escape(text) for text in cells(row, result)))
    console.print(table)
    console.print(
        "; ".join(f"{column.head}: {column.meaning}" for column in COLUMNS if column.meaning), highlight=False
    )
    console.print(setting(result), highlight=False)
    for row in result.rows:
        if row.contradicts:
            console.print(f"[red]{escape(row.name)}[/] contradicts {escape(row.contradicts)}", soft_wrap=True)
