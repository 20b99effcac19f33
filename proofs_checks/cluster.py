"""A cluster of dask as an executor: workers tell what they find while they work."""

from __future__ import annotations

import pickle
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from typing import Any

__all__ = ["Cluster", "connected"]

_PATIENCE = 10  # seconds for the scheduler, and then for a worker, to answer


class Cluster(Executor):
    """Runs functions on the workers that a client of ``dask.distributed`` is connected to.

    When a worker dies, the scheduler gives its work to another one, three times at most by default
    (``distributed.scheduler.allowed-failures``).

    Parameters
    ----------
    client : distributed.Client
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called on a worker."""
        submitted: Future[Any] = self._executor.submit(fn, *args, **kwargs)
        return submitted

    def line(self, receive: Callable[[Any], None]) -> Line:
        """Open a line from the workers; see `spreading.Telegraph`."""
        topic = f"entmax-oracle-{uuid.uuid4().hex}"
        self._client.subscribe_topic(topic, lambda event: receive(pickle.loads(event[1])))
        return Line(topic)


@dataclass(frozen=True)
class Line:
    """What a worker calls to tell something."""

    topic: str

    def __call__(self, what: Any) -> None:
        """Tell it, by way of the scheduler."""
        from distributed import get_worker

        get_worker().log_event(self.topic, pickle.dumps(what))


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """Connect to the scheduler at an address.

    Raises
    ------
    ValueError
        If dask.distributed is not installed, nothing answers there, or the workers cannot do the work.
    """
    if find_spec("distributed") is None:
        raise ValueError("--scheduler: distributed is not installed; pip install 'entmax-oracle[distributed]'")
    from distributed import Client
    from distributed.comm.addressing import parse_address, parse_host_port
    from distributed.comm.registry import get_backend

    try:
        scheme, place = parse_address(address)
        get_backend(scheme)
        parse_host_port(place)  # before a client is made, which could not be closed
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        why = (str(error) or type(error).__name__).splitlines()[0]
        raise ValueError(
            f"--scheduler {address}: no scheduler of dask answers there ({why}); start one with `dask scheduler`, and "
            "give the address that it prints"
        ) from None
    with client:
        _refuse_unfit(client, address)
        yield Cluster(client)


def _refuse_unfit(client: Any, address: str) -> None:
    """Raise `ValueError` unless there are workers, all with this version of the package."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except OSError:  # of which the time-outs of all versions are kinds
        raise ValueError(
            f"--scheduler {address}: it has no workers; start some with `dask worker {address} --nthreads 1`"
        ) from None
    here = _version()
    for worker, there in client.run(_version, on_error="return").items():
        if there != here:
            what = f"has entmax-oracle {there}" if isinstance(there, str) else f"cannot import entmax-oracle ({there})"
            raise ValueError(f"--scheduler {address}: the worker {worker} {what}; install version {here} there")


def _version() -> str:
    return metadata.version("entmax-oracle")
