"""The process that holds the code under test, and the checker's end of the line to it.

The implementation may raise, hang, print or kill its process; the checker must outlive all of that. So it
runs in a process of its own, started afresh (never by re-importing the caller's ``__main__``), and
talks over a `multiprocessing.connection`, which leaves standard output to the implementation. What it writes
there is kept in a file and read back.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Client, Connection, Listener
from threading import Thread
from typing import IO, Any

import numpy as np

from .calls import Outcome, Request, Subject
from .target.libraries import framework
from .target.loading import Form, NoSuchTarget, UnusableTarget, adapt, is_program, load
from .target.performing import perform
from .target.program import Program
from .target.surroundings import Surroundings

__all__ = ["InProcess", "Worker"]

_KEY = "ENTMAX_ORACLE_WORKER_KEY"
_SHOWN = 2000  # bytes of what a call writes that are read back
_ROOM = 4 << 30  # bytes that calls may take; no row that is tried needs a tenth of it
# Compilers (torch.compile, Triton) work during the first call; XLA does whenever a shape is new.
_FIRST_CALL_FACTOR = 6.0


class Worker:
    """Calls an implementation in a process of its own, and starts a fresh one when that dies or hangs.

    Parameters
    ----------
    subject : Subject
    notice : callable, optional
        Told in words when a call is late.

    Raises
    ------
    UnusableTarget
        If the target or its array library cannot be imported.
    """

    def __init__(self, subject: Subject, notice: Callable[[str], None] = lambda text: None) -> None:
        self.subject = subject
        self.versions: dict[str, str] = {}
        self._notice = notice
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._fresh = True
        self._retried = self._patient = False
        self._out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed by close)
        self._err: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._start()

    def __call__(self, calls: Sequence[Request]) -> list[Outcome]:
        """Perform the calls in order; a call that hangs or kills the process costs a fresh process.

        The first call that is late is tried once more, in a fresh process and with the time of a first call: it may be
        slow, not stuck, and is then given that time ever after.
        """
        outcomes: list[Outcome] = []
        while len(outcomes) < len(calls):
            outcomes += self._converse(calls[len(outcomes) :])
            if outcomes[-1].status == "hung" and not self._retried:
                self._retried = True
                outcomes[-1:] = self._converse([calls[len(outcomes) - 1]])
                self._patient = outcomes[-1].status != "hung"
        return outcomes

    def close(self) -> None:
        """End the process."""
        self._stop()
        self._out.close()
        self._err.close()

    def _converse(self, calls: Sequence[Request]) -> list[Outcome]:
        """Outcomes up to the first call that does not come back, that one included."""
        if self._line is None:
            self._start()
        line = self._line
        assert line is not None
        outcomes: list[Outcome] = []
        try:
            line.send([each.sent() for each in calls])
            for _ in calls:
                patient = self._fresh or self._patient or self.subject.arrays == "jax"
                limit = self.subject.timeout * (_FIRST_CALL_FACTOR if patient else 1)
                if not line.poll(limit / 2):
                    self._notice(f"a call has taken {limit / 2:g} s; it is stopped at {limit:g} s")
                if not line.poll(limit / 2):
                    self._stop()
                    return [*outcomes, Outcome("hung", detail=f"no answer within {limit:g} s")]
                reply = line.recv()
                if isinstance(reply, UnusableTarget):
                    raise reply
                if isinstance(reply, str):
                    raise RuntimeError(f"the checker itself failed in the worker process:\n{reply}")
                outcomes.append(reply)
                self._fresh = False
        except (EOFError, OSError):
            outcomes.append(Outcome("died", detail=self._autopsy()))
        return outcomes

    def _start(self) -> None:
        key = secrets.token_bytes(16)
        with Listener(authkey=key) as listener:
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"from {__name__} import main; main()", str(listener.address)],
                env={**os.environ, _KEY: key.hex()},
                stdin=subprocess.DEVNULL,
                stdout=self._out,
                stderr=self._err,
                start_new_session=True,  # Ctrl-C is for the checker
            )
            line = self._accept(listener)
        line.send((self.subject, replace(_form(self.subject), mend=partial(_mend, self.subject))))
        try:
            reply = line.recv()
        except EOFError:
            raise UnusableTarget(f"importing {self.subject.name} kills the process: {self._autopsy()}") from None
        if isinstance(reply, str):
            self._stop()
            raise UnusableTarget(reply)
        self.versions = reply
        self._line, self._fresh = line, True

    def _accept(self, listener: Listener) -> Connection:
        """Wait for the worker, but not for one that died before it could call."""
        accepted: list[Connection] = []
        waiting = Thread(target=lambda: accepted.append(listener.accept()), daemon=True)
        waiting.start()
        while not accepted:
            waiting.join(0.05)
            if self._process is not None and self._process.poll() is not None and not accepted:
                raise RuntimeError(f"the worker process could not start: {self._autopsy()}")
        return accepted[0]

    def _stop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # with whatever it has started
            self._process.wait()
            self._process = None

    def _autopsy(self) -> str:
        assert self._process is not None
        self._line = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        code = self._process.poll()
        self._stop()
        if code is not None and code < 0:
            text = f"was killed by {signal.Signals(-code).name}"
            if -code == getattr(signal, "SIGKILL", None):
                text += " (out of memory?)"
        else:
            text = f"ended with exit status {code}"
        self._err.seek(max(0, self._err.seek(0, os.SEEK_END) - 65_536))
        said = self._err.read().decode(errors="replace")
        if place := _crash(said, str(self.subject.target)):
            return f"the process {text} {place}"
        lines = [line for line in said.splitlines() if line.strip()]
        return f"the process {text}" if not lines else f"the process {text}; it wrote: {lines[-1]}"


class InProcess:
    """Calls a function in this process: a hang is noticed (its thread is left behind), a crash is not survived."""

    def __init__(self, subject: Subject) -> None:
        assert callable(subject.target)
        library = _library(subject.arrays, subject.device)
        self.subject = subject
        self._around = Surroundings(subject.arrays)
        self.perform = _performer(subject, _form(subject), subject.target, library, self._around)
        self.versions = {subject.arrays: library.version()}

    def __call__(self, calls: Sequence[Request]) -> list[Outcome]:
        """Perform the calls in order."""
        return [self._one(call) for call in calls]

    def close(self) -> None:
        """Put the global generators of random numbers back, which calls and looking at them have moved."""
        self._around.restore()

    def _one(self, call: Request) -> Outcome:
        outcomes: list[Outcome] = []
        refused: list[UnusableTarget] = []

        def work() -> None:
            try:
                outcomes.append(self.perform(call))
            except UnusableTarget as error:
                refused.append(error)

        working = Thread(target=work, daemon=True)
        working.start()
        limit = self.subject.timeout * _FIRST_CALL_FACTOR
        working.join(limit)
        if refused:
            raise refused[0]
        return outcomes[0] if outcomes else Outcome("hung", detail=f"no answer within {limit:g} s")


_FRAME = re.compile(r'File "(.+)", line (\d+) in (.+)')


def _crash(said: str, target: str) -> str:
    """Say where a process crashed, by what faulthandler wrote: in the file of the target, if it is on the stack."""
    _, fatal, stack = said.rpartition("Fatal Python error: ")
    frames = _FRAME.findall(stack) if fatal else []
    if not frames:
        return ""
    home = os.path.basename(target.rpartition(":")[0])
    file, line, function = next((each for each in frames if os.path.basename(each[0]) == home), frames[0])
    return f"({file}:{line}, in {function})"


def _form(subject: Subject) -> Form:
    """Say how the implementation is called."""
    # Here, because it imports all that makes and certifies cases: the process of the implementation never needs it.
    from .kinds import KINDS

    return KINDS[subject.kind].form(subject)


def _mend(subject: Subject, lacking: Sequence[str], others: Sequence[str]) -> str:
    """Say what to do about arguments that the implementation lacks."""
    return _form(subject).mend(lacking, others)


def _performer(
    subject: Subject, form: Form, found: Callable[..., Any], library: Any, around: Surroundings
) -> Callable[[Request], Outcome]:
    """Make what performs a call, and looks at the surroundings before and after it."""
    function = adapt(found, form)

    def performed(request: Request) -> Outcome:
        before = around.before()
        outcome = perform(function, request, library, subject.device, form)
        disturbed, drawn = around.disturbed(before)
        return replace(outcome, disturbed=disturbed, drawn=drawn)

    return performed


def _library(name: str, device: str) -> Any:
    """Import the array library and try the device, before anything is blamed on the implementation."""
    try:
        library = framework(name)
    except ImportError as error:
        mend = f"pip install 'entmax-oracle[{name}]'"
        raise UnusableTarget(f"{name} arrays need {name}, which cannot be imported: {error}; {mend}") from error
    try:
        library.array(np.zeros(1), "float32", "contiguous", device)
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        raise UnusableTarget(
            f"device: {name} cannot use {device!r} here: {reason}; --device cpu always works"
        ) from error
    return library


def _limit_memory(device: str) -> None:
    """Turn a runaway allocation into an exception instead of a machine out of memory (Linux, CPU only)."""
    if device != "cpu":
        return  # drivers of accelerators reserve address space far beyond what they use
    try:
        import resource

        with open("/proc/meminfo") as meminfo:
            available = next(int(line.split()[1]) * 1024 for line in meminfo if line.startswith("MemAvailable"))
        with open("/proc/self/status") as status:
            held = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))
        resource.setrlimit(resource.RLIMIT_DATA, (min(int(available * 0.8), held + _ROOM), resource.RLIM_INFINITY))
    except (ImportError, OSError, ValueError, StopIteration):
        return


def _found(subject: Subject, target: str) -> tuple[Any, Callable[..., Any]]:
    """Import the array library and the target; of a name that is wrong, nothing heavy is needed to say so."""
    if is_program(target):
        return _library(subject.arrays, subject.device), Program(target, subject.kind)
    try:
        found = load(target)
    except NoSuchTarget:
        raise
    except UnusableTarget:
        _library(subject.arrays, subject.device)  # if that is missing too, it may be the cause
        raise
    return _library(subject.arrays, subject.device), found


def serve(line: Connection) -> None:
    """Answer calls until the line closes. Runs in the worker process."""
    subject, form = line.recv()
    sys.path += [place for place in subject.path if place not in sys.path]
    try:
        assert isinstance(subject.target, str)
        library, found = _found(subject, subject.target)
        perform = _performer(subject, form, found, library, Surroundings(subject.arrays))
        sys.stdout.flush()
    except UnusableTarget as error:
        line.send(str(error))
        return
    _limit_memory(subject.device)
    line.send({subject.arrays: library.version()})
    while True:
        for call in line.recv():
            sizes = os.fstat(1).st_size, os.fstat(2).st_size
            try:
                outcome = perform(call)
            except UnusableTarget as error:
                line.send(error)
                return
            except Exception:  # ours: what the implementation raises is an outcome
                line.send(traceback.format_exc())
                return
            sys.stdout.flush()
            sys.stderr.flush()
            printed, warned = (_written(stream, size) for stream, size in zip((1, 2), sizes, strict=True))
            line.send(replace(outcome, printed=printed, warned=warned) if printed or warned else outcome)


def _written(stream: int, start: int) -> str:
    """Read back what has been written on a stream since it was of some size."""
    written = os.fstat(stream).st_size - start
    if written <= 0:
        return ""
    try:
        return os.pread(stream, min(written, _SHOWN), start).decode(errors="replace")
    except OSError:
        return f"{written} bytes"


def main() -> None:
    """Entry point of the worker process."""
    faulthandler.enable()
    with Client(sys.argv[1], authkey=bytes.fromhex(os.environ.pop(_KEY))) as line, contextlib.suppress(EOFError):
        serve(line)
