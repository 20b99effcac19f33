"""Where the work of a command is done: here, or on a cluster of dask."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from entmax_oracle.cli import Unusable

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["SCHEDULER", "workers"]

SCHEDULER = "run on the dask cluster whose scheduler has this address, such as tcp://10.0.0.5:8786"


def workers(args: argparse.Namespace) -> AbstractContextManager[Executor | None]:
    """Connect to the cluster that ``--scheduler`` names; None if it names none.

    Raises
    ------
    ValueError
        If the cluster cannot do the work.
    """
    if args.scheduler is None:
        return nullcontext()
    if (args.jobs or 1) > 1:
        raise Unusable("--jobs: the cluster has its own number of workers; give either --jobs or --scheduler")
    from entmax_oracle.proofs_checks.cluster import connected

    return connected(args.scheduler)
