"""Where the work of a command is done, here or on a cluster of dask, and how far it is."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from entmax_oracle.cli import Unusable

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rich.progress import Progress

__all__ = ["SCHEDULER", "add_workers", "progress_bar", "refuse_jobs", "workers"]

SCHEDULER = "run on the dask cluster whose scheduler has this address, such as tcp://10.0.0.5:8786"


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Add ``--jobs`` and ``--scheduler``."""
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="worker processes (default: 1)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help=SCHEDULER)


def refuse_jobs(args: argparse.Namespace) -> None:
    """Raise `Unusable` if ``--jobs`` is not a number of processes."""
    if args.jobs < 1:
        raise Unusable(f"--jobs must be at least 1, got {args.jobs}")


def progress_bar() -> Progress:
    """Return a bar on standard error that says what is done, how much of it, and since when; it leaves no trace."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


@contextmanager
def workers(args: argparse.Namespace) -> Iterator[Executor | None]:
    """Connect to the cluster that ``--scheduler`` names; None if it names none.

    Raises
    ------
    Unusable
        If the cluster cannot do the work.
    """
    if args.scheduler is None:
        yield None
        return
    if (args.jobs or 1) > 1:
        raise Unusable("--jobs: the cluster has its own number of workers; give either --jobs or --scheduler")
    from entmax_oracle.proofs_checks.cluster import connected

    with ExitStack() as stack:
        try:
            cluster = stack.enter_context(connected(args.scheduler))
        except ValueError as error:
            raise Unusable(str(error)) from None
        yield cluster
