"""Programs in any language as implementations: one JSON object per line in, one per line out.

``command:./my_entmax --fast`` starts the program once and asks it call by call:

.. code-block:: text

    {"id": 1, "dtype": "float32", "alpha": "0x1.8p+0", "shape": [1, 2], "logits": ["0x1p+0", "-inf"]}
    {"id": 1, "probabilities": ["0x1p+0", "0x0p+0"]}

Numbers travel as hexadecimal floats, which C's ``strtod`` reads, so that nothing is lost on the way; answers may be
JSON numbers as well. A request with a ``cotangent`` asks for the ``gradient`` in the logits too. ``{"id": 1, "error":
"..."}`` says that the program could not answer.
"""

from __future__ import annotations

import contextlib
import json
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from entmax_oracle.reference.formats import as_format

from ..calls import Answered, Float64
from .loading import PREFIX, UnusableTarget, is_program

__all__ = ["PREFIX", "Program", "ProgramFailed", "is_program", "request_line"]


class ProgramFailed(RuntimeError):
    """The program ended, wrote what is no answer, or said that it could not answer."""


class Given(np.ndarray[Any, Any]):
    """Logits on their way to a program, with the dtype's name and perhaps a cotangent."""

    dtype_name: str
    cotangent: Float64 | None = None


class Answer(np.ndarray[Any, Any]):
    """What came back, with the gradient if one was asked for."""

    dtype_name: str
    gradient: Float64 | None = None


def request_line(
    number: int, logits: Float64, alpha: float | None, dtype: str, cotangent: Float64 | None = None
) -> str:
    """Write the request, without a line break."""
    fields: dict[str, Any] = {"id": number, "dtype": dtype}
    if alpha is not None:
        fields["alpha"] = float(alpha).hex()
    fields["shape"] = list(logits.shape)
    fields["logits"] = [float(each).hex() for each in logits.ravel()]
    if cotangent is not None:
        fields["cotangent"] = [float(each).hex() for each in cotangent.ravel()]
    return json.dumps(fields)


class Program:
    """A running program as a function of logits and alpha; started afresh when it has ended.

    Parameters
    ----------
    target : str
        ``"command:"`` and a command line, split as a shell splits it.

    Raises
    ------
    UnusableTarget
        If there is no such program.
    """

    def __init__(self, target: str) -> None:
        self.words = shlex.split(target.removeprefix(PREFIX))
        if not self.words:
            raise UnusableTarget(f"target {target!r} names no program; write command:./my_program --its-options")
        self._asked = 0
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the program)
        self._process = self._start()

    def __call__(self, logits: Given, alpha: float | None = None) -> Answer:
        """Ask the program once."""
        self._asked += 1
        if self._process.poll() is not None:
            self._process = self._start()
        line = request_line(self._asked, logits, alpha, logits.dtype_name, logits.cotangent)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
            reply = self._process.stdout.readline()
        except OSError:
            reply = b""
        if not reply:
            raise ProgramFailed(self._autopsy())
        return self._read(reply, logits)

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, bufsize=-1
            )
        except OSError as error:
            raise UnusableTarget(
                f"{shlex.join(self.words)} cannot be started: {error.strerror}; the path is relative to {Path.cwd()}"
            ) from error

    def _autopsy(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        code = self._process.poll()
        if code is None:
            self._process.kill()
            text = "the program closed its standard output"
        elif code < 0:
            text = f"the program was killed by {signal.Signals(-code).name}"
        else:
            text = f"the program ended with exit status {code} before it answered"
        self._errors.seek(0)
        lines = self._errors.read()[-2000:].decode(errors="replace").split("\n")
        last = next((each for each in reversed(lines) if each.strip()), "")
        return f"{text}; it wrote: {last}" if last else text

    def _read(self, reply: bytes, logits: Given) -> Answer:
        try:
            fields = json.loads(reply)
        except ValueError:
            raise ProgramFailed(f"the program wrote a line that is no JSON: {reply[:200]!r}") from None
        if not isinstance(fields, dict) or fields.get("id") != self._asked:
            raise ProgramFailed(f"the program's line is no answer to request {self._asked}: {reply[:200]!r}")
        if "error" in fields:
            raise ProgramFailed(f"the program says: {fields['error']}")
        answer = _numbers(fields, "probabilities", logits).view(Answer)
        answer.dtype_name = logits.dtype_name
        if logits.cotangent is not None:
            answer.gradient = _numbers(fields, "gradient", logits)
        return answer


def _numbers(fields: dict[str, Any], name: str, logits: Given) -> Float64:
    """Read an array of the answer; every number must be one of the dtype that was asked for."""
    words = fields.get(name)
    if not isinstance(words, list):
        raise ProgramFailed(f"the answer has no list {name!r}; it has {', '.join(map(repr, fields))}")
    if len(words) != logits.size:
        raise ProgramFailed(f"{name} holds {len(words)} numbers; the shape {logits.shape} asks for {logits.size}")
    try:
        values: NDArray[np.float64] = np.array(
            [float.fromhex(each) if isinstance(each, str) else float(each) for each in words], dtype=np.float64
        )
    except (ValueError, TypeError) as error:
        raise ProgramFailed(f"{name} holds what is no number: {error}") from None
    rounded = as_format(logits.dtype_name).round_array(values)
    wrong = np.flatnonzero((rounded != values) & ~np.isnan(values))
    if wrong.size:
        raise ProgramFailed(
            f"{name}[{wrong[0]}] is {values[wrong[0]]!r}, which is no {logits.dtype_name} number; round it first"
        )
    return values.reshape(logits.shape)


class ProgramFramework:
    """The arrays that programs take: lists of numbers, in NumPy here."""

    name = "program"
    differentiates = True

    def array(self, values: Float64, dtype: str, layout: str, device: str) -> tuple[Given, Given]:
        """Build an array; a program never sees its layout."""
        array = np.array(values, dtype=np.float64, order="C").view(Given)
        array.dtype_name = dtype
        return array, array

    def values(self, array: Any) -> Float64:
        return np.array(array, dtype=np.float64)

    def describe(self, array: Any) -> tuple[tuple[int, ...], str, str]:
        return array.shape, getattr(array, "dtype_name", "float64"), "cpu"

    def pullback(self, function: Callable[..., Any], arguments: dict[str, Any], cotangent: Any) -> Answered:
        """Ask for answer and gradient at once."""
        if len(arguments) != 1:
            raise ProgramFailed("a program is not asked for its gradient in alpha; leave --grad-alpha out")
        (logits,) = arguments.values()
        logits.cotangent = np.array(cotangent)
        answer = function(**arguments)
        gradient = answer.gradient.view(Given)
        gradient.dtype_name = logits.dtype_name
        return Answered(answer, [gradient])

    def integers(self, values: Any, device: str) -> Any:
        return np.array(values, dtype=np.int64)

    def overwrite(self, array: Any) -> None:
        array[...] = 0

    def fill(self, array: Any, values: NDArray[Any]) -> None:
        """Leave it: a program gets its numbers anew for every call."""

    def version(self) -> str:
        return "1"
