"""Numba as the kernels on a CPU use it: how they are compiled, what is said meanwhile, and the threads they run on."""

import gc
import hashlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import torch
from numba.core import event

F = TypeVar("F", bound=Callable[..., Any])

SOURCES = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parents[1].glob("*/*.py")))
).hexdigest()
"""What all these kernels are made of, with the modules that they take constants from."""

PATIENCE = 2.0
"""Seconds of compiling after which it is said."""


UNCOUNTED = {"_nrt": False}
"""For what makes no arrays: references to arrays are not counted, which costs as much as some tokens each time."""


INNER = {"no_cpython_wrapper": True}
"""For what other kernels call, and Python cannot: the way in from Python takes long to compile."""


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile what Python calls, as it is written, and keep it on disk. It cannot make arrays."""
    # What is not wanted is said, because a function inherits the flags of its first caller.
    return _compiled(function, fastmath=False, **UNCOUNTED)


def jit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile what other kernels call, as it is written."""
    return _compiled(function, fastmath=False, **UNCOUNTED, **INNER)


def jit_inside(function: F) -> F:
    """Compile what is written into those who call it: to pass arrays costs as much as some tokens for each of them."""
    return _compiled(function, fastmath=False, forceinline=True, **UNCOUNTED, **INNER)


def jit_copied(function: F) -> F:
    """Copy what is written into its caller before it is compiled, so that a long function is compiled once."""
    return _compiled(function, fastmath=False, inline="always", **UNCOUNTED, **INNER)


def jit_fused(function: F) -> F:
    """Compile a formula in which a product and a sum may be rounded once."""
    return _compiled(function, fastmath={"contract"}, forceinline=True, **UNCOUNTED, **INNER)


def jit_sums(function: F) -> F:
    """Compile a loop that sums: additions may be reordered, to run in lanes, the same ones for the same count.

    Nothing may be assumed finite: masks are ``-inf``, and NaN has to survive. What must be rounded as written belongs
    into a function of its own, under `jit`, which keeps its arithmetic also where it is inlined.
    """
    return _compiled(function, fastmath={"reassoc", "nsz"}, **UNCOUNTED, **INNER)


def part(function: F) -> F:
    """Compile what is written, for other kernels alone: with them, and without a way in from Python."""
    options = INNER | UNCOUNTED | {"no_cfunc_wrapper": True}
    made: F = numba.njit(function, nogil=True, error_model="numpy", fastmath=False, **options)
    return made


def _compiled(function: F, **options: Any) -> F:
    options.update(nogil=True, error_model="numpy", no_cfunc_wrapper=True)
    global _kept
    try:
        made: Any = numba.njit(function, cache=True, **options)
        # Numba looks at the file of a function alone, and not at those of the functions that it calls.
        file = made._cache._cache_file
        file._source_stamp = (file._source_stamp, SOURCES)
    except (RuntimeError, AttributeError):
        # Nowhere to write, neither beside the source nor in the cache of the user; or a Numba that keeps its stamp
        # elsewhere, from which stale code might be loaded.
        _kept = False
        made = numba.njit(function, **options)
    return cast(F, made)


_kept = True
"""Whether what is compiled is kept on disk."""

_ready: set[Any] = set()


def compiling(*what: Any) -> AbstractContextManager[None]:
    """Say on stderr that kernels are compiled, if it takes longer than `PATIENCE`.

    Parameters
    ----------
    what
        Names what may have to be compiled inside: nothing is said once that has been done.
    """
    return _NOTHING if what in _ready else _compiling(what)


_NOTHING = nullcontext()


@contextmanager
def _compiling(what: tuple[Any, ...]) -> Iterator[None]:
    clock, collects = _Clock(), gc.isenabled()
    event.register("numba:compile", clock)  # not when they are loaded
    gc.disable()  # the compiler makes millions of objects, and to look for garbage among them takes a tenth of its time
    try:
        with _interrupted_afterwards():
            yield
        _ready.add(what)
    finally:
        if collects:
            gc.enable()
        event.unregister("numba:compile", clock)
        clock.stop()


@contextmanager
def _interrupted_afterwards() -> Iterator[None]:
    """Hold the first Ctrl-C back until the end: an interrupt inside Numba's compiler is lost there, and breaks it."""
    held: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is not signal.default_int_handler:
        yield
        return

    def hold(number: int, frame: Any) -> None:
        held.append(number)
        if len(held) > 1:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, hold)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held:
        raise KeyboardInterrupt


class _Clock(event.Listener):  # type: ignore[misc]
    """Runs from the first thing that is compiled."""

    _timer: threading.Timer | None = None

    def on_start(self, event: Any) -> None:
        if self._timer is None:
            self._timer = threading.Timer(PATIENCE, _say)
            self._timer.daemon = True
            self._timer.start()

    def on_end(self, event: Any) -> None:
        pass

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _say() -> None:
    kept = "once for each kind of call: later calls and processes reuse them"
    how = kept if _kept else "once in this process: they cannot be kept on disk"
    print(f"entmax_oracle: compiling the CPU kernels, {how}", file=sys.stderr)


GRAIN = 1 << 18
"""Fewest tokens for which another thread is worth its start: those of a few tenths of a millisecond."""
TURNS = 4
"""Pieces that each thread gets, if all are as fast."""

_pools: dict[int, ThreadPoolExecutor] = {}
_lock = threading.Lock()


def _forget_pools() -> None:
    """Start anew in a forked process, which has none of the threads."""
    global _lock
    _lock = threading.Lock()
    _pools.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pools)


def _pool(threads: int) -> ThreadPoolExecutor:
    with _lock:
        if threads not in _pools:
            _pools[threads] = ThreadPoolExecutor(threads, thread_name_prefix="entmax_oracle")
        return _pools[threads]


def _shared(calls: list[Callable[[], None]], threads: int) -> None:
    """Make some calls on so many threads, each of which takes the next one that is left.

    So no thread waits for another that was given as much and runs late, or was never started.
    """
    turns = iter(calls)

    def work() -> None:
        for call in turns:
            call()

    helpers = [_pool(threads - 1).submit(work) for _ in range(threads - 1)]
    try:
        work()
    finally:
        for helper in helpers:
            if not helper.cancel():
                helper.result()


def _threads(pieces: int, tokens: int) -> int:
    """Return how many threads are worth their start, of those that torch may use."""
    return max(1, min(torch.get_num_threads(), pieces, tokens // GRAIN))


def in_turns(run: Callable[[int, int], None], pieces: int, tokens: int) -> None:
    """Call ``run(first, step)`` for every ``step``-th piece from the ``first`` on, on as many threads as torch may use.

    Parameters
    ----------
    run
        Works on its pieces, and releases the GIL. No piece may depend on another.
    pieces
        How many.
    tokens
        The work of all: of how many tokens of a row it takes the time.
    """
    threads = _threads(pieces, tokens)
    step = 1 if threads == 1 else min(TURNS * threads, pieces)
    _shared([partial(run, first, step) for first in range(step)], threads)


def over_rows(run: Callable[[int, int], None], rows: int, tokens: int) -> None:
    """Call ``run(start, stop)`` on pieces of the rows, on as many threads as torch may use.

    Parameters
    ----------
    run
        Fills the rows ``start ... stop``, and releases the GIL. No row may depend on its piece.
    rows, tokens
        How many, and how long each.
    """
    threads = _threads(rows, rows * tokens)
    if threads == 1:
        run(0, rows)
        return
    pieces = min(TURNS * threads, rows)
    edges = [rows * i // pieces for i in range(pieces + 1)]
    _shared([partial(run, *piece) for piece in pairwise(edges)], threads)
