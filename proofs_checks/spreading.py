"""Work spread over processes, here or on other machines: every piece is done, whoever dies, and told while it is done.

A piece of work is run by ``work(piece, tell)``, both of which travel to another process. What it tells arrives at once
where there is a line to here (processes of this module, and a cluster), and at the latest with its result.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import sys
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Protocol, runtime_checkable

__all__ = ["TRIES", "Done", "Lost", "Telegraph", "Told", "spread"]

TRIES = 3
"""Processes that may die over one piece of work before it is given up."""

Send = Callable[[Any], None]
Work = Callable[[Any, Send], Any]


@dataclass(frozen=True)
class Told:
    """What a piece told while it was run; when its process died, the next one tells from the beginning."""

    position: int
    what: Any


@dataclass(frozen=True)
class Done:
    """A piece is finished."""

    position: int
    result: Any


@dataclass(frozen=True)
class Lost:
    """A piece is given up, since its processes died."""

    position: int
    reason: str


@runtime_checkable
class Telegraph(Protocol):
    """An executor with a line from its workers to here."""

    def line(self, receive: Send) -> Send:
        """Open the line: give what workers call to tell something; it travels to them."""


def spread(
    work: Work,
    pieces: Sequence[Any],
    jobs: int = 1,
    executor: Executor | None = None,
    context: BaseContext | None = None,
) -> Generator[Told | Done | Lost, None, None]:
    """Run all pieces, and yield what is told and finished as it happens, in no particular order.

    Parameters
    ----------
    work : callable
        ``work(piece, tell)``, a function of a module. In one process no two run at the same time, as the precision of
        ball arithmetic belongs to the process.
    pieces : sequence
    jobs : int
        Number of processes, unless there is an executor.
    executor : concurrent.futures.Executor, optional
        Runs the pieces instead of processes that are started here.
    context : multiprocessing context, optional
        How processes are started.

    Raises
    ------
    Exception
        What a piece raised; the others are then stopped.
    """
    left = range(len(pieces))
    if executor is not None:
        with _Round(work, pieces) as turn:
            turn.submit(left, executor, executor.line(turn.receive) if isinstance(executor, Telegraph) else None)
            yield from turn.outcomes()
        return
    context = context or multiprocessing.get_context()
    broken = yield from _with_processes(work, pieces, left, jobs, context)
    # Which piece the process died over is not known: each of the rest has processes of its own.
    for lost in broken:
        again = [lost]
        for _ in range(TRIES - 1):
            again = again and (yield from _with_processes(work, pieces, [lost.position], 1, context))
        if again:
            yield Lost(lost.position, f"its process died {TRIES} times")


def _with_processes(
    work: Work, pieces: Sequence[Any], left: Sequence[int], jobs: int, context: BaseContext
) -> Generator[Told | Done | Lost, None, list[Lost]]:
    """Run pieces in new processes; return those during which they broke down."""
    before = set(multiprocessing.active_children())
    queue: Any = context.Queue()
    pool = ProcessPoolExecutor(min(jobs, len(left)), mp_context=context, initializer=_begin, initargs=(queue,))
    broken: list[Lost] = []
    finished = False
    with _Round(work, pieces) as turn:
        try:
            turn.submit(left, pool, None)
            Thread(target=_pump, args=(queue, turn.receive), daemon=True).start()  # after processes are forked
            for outcome in turn.outcomes():
                if isinstance(outcome, Lost):
                    broken.append(outcome)
                else:
                    yield outcome
            finished = True
        finally:
            pool.shutdown(wait=finished and not broken, cancel_futures=True)
            if not finished:
                for child in set(multiprocessing.active_children()) - before:
                    child.terminate()
            queue.put(None)
    return broken


class _Round:
    """Pieces that are under way in one executor."""

    def __init__(self, work: Work, pieces: Sequence[Any]) -> None:
        self._work, self._pieces = work, pieces
        self._inbox: SimpleQueue[Any] = SimpleQueue()
        self._futures: dict[Future[Any], int] = {}
        self._seen: dict[int, tuple[str, int]] = {}  # by position, the run that tells and how much it has told
        self._over: set[str] = set()

    def __enter__(self) -> _Round:
        return self

    def __exit__(self, *exception: object) -> None:
        for future in self._futures:
            future.cancel()

    def receive(self, message: Any) -> None:
        """Take in what came over the line, in whatever thread."""
        self._inbox.put(message)

    def submit(self, left: Sequence[int], executor: Executor, line: Send | None) -> None:
        """Give pieces to an executor."""
        for position in left:
            try:
                future = executor.submit(_run, self._work, self._pieces[position], position, line)
            except BrokenExecutor as error:
                future = Future()
                future.set_exception(error)
            self._futures[future] = position
            future.add_done_callback(self._inbox.put)

    def outcomes(self) -> Iterator[Told | Done | Lost]:
        """Yield what becomes of the pieces."""
        waiting = len(self._futures)
        while waiting:
            message = self._inbox.get()
            if not isinstance(message, Future):
                yield from self._told(*message)
                continue
            waiting -= 1
            position = self._futures[message]
            try:
                token, told, result = message.result()
            except (BrokenExecutor, CancelledError, asyncio.CancelledError) as error:
                yield Lost(position, f"{type(error).__name__}: {error}".removesuffix(": "))
            except Exception as error:
                if type(error).__name__ != "KilledWorker":  # dask's, which need not be installed
                    raise
                yield Lost(position, "every worker that it was given to died")
            else:
                # What did not come over the line, or not yet, came with the result.
                yield from self._told(position, token, 0, told)
                yield Done(position, result)

    def _told(self, position: int, token: str, place: int, what: Sequence[Any]) -> Iterator[Told]:
        """Yield what is new of what a run told from some place on."""
        if token in self._over:
            return
        current, count = self._seen.get(position, (token, 0))
        if current != token:
            self._over.add(current)
            count = 0
        for each in what[max(count - place, 0) :]:
            yield Told(position, each)
        self._seen[position] = token, max(count, place + len(what))


_ALONE = Lock()
_LINE: Any = None


def _begin(queue: Any) -> None:
    """Begin a process: what was told need not be waited for, and only whoever started it ends it."""
    global _LINE
    _LINE = queue
    queue.cancel_join_thread()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what it started is closed


def _pump(queue: Any, receive: Send) -> None:
    with suppress(EOFError, OSError):
        while (message := queue.get()) is not None:
            receive(message)


def _run(work: Work, piece: Any, position: int, line: Send | None) -> tuple[str, list[Any], Any]:
    """Run a piece in another process: which run it was, all that it told, and its result."""
    send = line or (_LINE.put if _LINE is not None else None)
    token, told = uuid.uuid4().hex, list[Any]()

    def tell(what: Any) -> None:
        if send is not None:
            send((position, token, len(told), [what]))
        told.append(what)

    with _ALONE:
        return token, told, work(piece, tell)
