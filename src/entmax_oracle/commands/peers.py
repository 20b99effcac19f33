"""``entmax-oracle peers``: check published implementations, and write a page about them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

__all__ = ["add_parser", "run"]


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "peers",
        help="check published implementations, each in an environment of its own",
        description="Install published implementations of softmax, entmax and attention, each in an environment of its "
        "own, check them with the conventions that they have, and write peers.json and two pages, peers.md and "
        "attention-peers.md. Needs the network; takes an hour, or minutes for some of them (--only).",
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="only peers with this in their names; repeatable"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("peers"), metavar="DIR", help="folder for the results (default: peers)"
    )
    parser.add_argument(
        "--environments", type=Path, metavar="DIR", help="folder for the environments (default: OUT/environments)"
    )
    parser.add_argument(
        "--profile", choices=("quick", "standard", "deep"), default="quick", help="search effort (default: quick)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the search (default: 0)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Returns
    -------
    int
        0 if every peer conforms, 1 if one violates a law.

    Raises
    ------
    Unusable
        If no peer has such a name, or none could be checked.
    """
    from rich.console import Console

    from entmax_oracle.benchmarks.peers import check_peers
    from entmax_oracle.cli import Unusable

    console = Console()

    def progress(name: str, what: str) -> None:
        console.print(f"{name}: {what}", highlight=False)

    try:
        found = check_peers(
            args.only, args.out, args.environments or args.out / "environments", args.profile, args.seed, progress
        )
    except ValueError as error:
        raise Unusable(f"--only: {error}") from error
    for entry in found:
        if "problem" in entry:
            console.print(f"{entry['name']}: {entry['problem']}", highlight=False, markup=False)
    verdicts = [entry["report"]["verdict"] for entry in found if "report" in entry]
    console.print(f"pages: {args.out / 'peers.md'}, {args.out / 'attention-peers.md'}", highlight=False)
    if not verdicts:
        raise Unusable("no peer could be checked")
    return int("violates" in verdicts)
