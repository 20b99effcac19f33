"""Where the work of a command is done: here, or on a cluster of dask."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from entmax_oracle.cli import Unusable

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["SCHEDULER", "workers"]

SCHEDULER = "run on the dask cluster whose scheduler has this address, such as tcp://10.0.0.5:8786"


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
