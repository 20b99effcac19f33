"""Programs in any language as implementations: one JSON object per line in, one per line out.

``command:./my_entmax --fast`` starts the program once and asks it call by call:

.. code-block:: text

    {"id": 1, "dtype": "float32", "alpha": "0x1.8p+0", "shape": [1, 2], "logits": ["0x1p+0", "-inf"]}
    {"id": 1, "probabilities": ["0x1p+0", "0x0p+0"]}

Numbers travel as hexadecimal floats, which C's ``strtod`` reads, so that nothing is lost on the way; answers may be
JSON numbers as well. A request with a ``cotangent`` asks for the ``gradient`` in the logits too. ``{"id": 1, "error":
"..."}`` says that the program could not answer, and ``{"id": 1, "declined": "..."}`` that it takes no such input.

Attention, losses and normalisers are asked for by their ``kind``. Each array has its shape with it, options stand
beside them, ``null`` where they are left to their default, and whole numbers are JSON numbers:

.. code-block:: text

    {"id": 1, "kind": "attention", "dtype": "float32", "query": {"shape": [1, 1, 1, 1], "numbers": ["0x1p+0"]},
     "key": {...}, "value": {...}, "alpha": "0x1.8p+0", "is_causal": false, "scale": null, "alibi_slopes": null,
     "key_lengths": {"shape": [1], "numbers": [1]}}
    {"id": 1, "answer": ["0x1p+0"]}
    {"id": 2, "kind": "loss", "dtype": "float32", "logits": {"shape": [1, 2], "numbers": ["0x1p+0", "0x0p+0"]},
     "target": {"shape": [1], "numbers": [1]}, "alpha": "0x1.8p+0"}
    {"id": 3, "kind": "normaliser", "dtype": "float32", "logits": {...}, "k": 2}

What attention also takes (``--with``) stands beside the options: ``attn_mask``, an array with its shape, of numbers
or of ``true`` and ``false``; ``window``, two whole numbers, -1 for an open side; ``softcap``, a number; ``sinks``, an
array. With ``--with lse`` the answer holds ``lse`` too, a list of numbers as ``answer`` is, of the shape (B, H, M).

With a ``cotangent``, of the shape of the answer, ``gradients`` are wanted as well, by the names of the arrays that are
not whole numbers: ``{"id": 1, "answer": [...], "gradients": {"query": [...], "key": [...], "value": [...]}}``.
"""

from __future__ import annotations

import contextlib
import json
import math
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..calls import Answered, Float64
from .loading import PREFIX, UnusableTarget, is_program

__all__ = ["ARRAYS", "PREFIX", "Program", "ProgramFailed", "is_program", "request_line"]


class ProgramFailed(RuntimeError):
    """The program ended, wrote something other than an answer, or said that it could not answer."""


class Given(np.ndarray[Any, Any]):
    """An array on its way to a program, with the dtype's name and perhaps a cotangent."""

    dtype_name: str
    cotangent: Float64 | None = None


class Answer(np.ndarray[Any, Any]):
    """What came back, with the gradients if they were asked for, by name."""

    dtype_name: str
    gradients: dict[str, Float64]


ARRAYS = {"attention": ("query", "key", "value"), "loss": ("logits", "target")}
"""Names of the arrays of a request, by kind; logits alone for the others."""


def request_line(
    number: int,
    kind: str,
    dtype: str,
    tensors: Mapping[str, NDArray[Any]],
    options: Mapping[str, Any],
    cotangent: Float64 | None = None,
) -> str:
    """Write the request, without a line break.

    Parameters
    ----------
    number : int
        Of the request.
    kind, dtype : str
    tensors, options : dict
        By name.
    cotangent : ndarray, optional
    """
    fields: dict[str, Any] = {"id": number}
    told = {name: _written(value) for name, value in options.items()}
    if kind == "mapping":
        (logits,) = tensors.values()
        fields |= {"dtype": dtype, **told, "shape": list(logits.shape), "logits": _hexadecimal(logits)}
        return json.dumps(fields if cotangent is None else fields | {"cotangent": _hexadecimal(cotangent)})
    fields |= {"kind": kind, "dtype": dtype, **{name: _written(x) for name, x in tensors.items()}, **told}
    return json.dumps(fields if cotangent is None else fields | {"cotangent": _written(np.asarray(cotangent))})


def _written(value: Any) -> Any:
    """Write an array with its shape, a float in hexadecimal, and others as JSON has them."""
    if isinstance(value, np.ndarray):
        whole = value.dtype.kind in "ib"
        return {"shape": list(value.shape), "numbers": value.tolist() if whole else _hexadecimal(value)}
    return value.hex() if isinstance(value, float) else value


def _hexadecimal(x: NDArray[Any]) -> list[str]:
    return [float(each).hex() for each in np.asarray(x).ravel()]


class Program:
    """A running program as a function of arrays and options; started afresh when it has ended.

    Parameters
    ----------
    target : str
        ``"command:"`` and a command line, split as a shell splits it.
    kind : str
        What it computes.

    Raises
    ------
    UnusableTarget
        If there is no such program.
    """

    def __init__(self, target: str, kind: str = "mapping") -> None:
        self.words = shlex.split(target.removeprefix(PREFIX))
        if not self.words:
            raise UnusableTarget(f"target {target!r} does not name a program; write command:./my_program --its-options")
        self._kind, self._names = kind, ARRAYS.get(kind, ("logits",))
        self._asked = 0
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the program)
        self._process = self._start()

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Ask the program once: with its arrays, then alpha if it takes it by position, and options by name."""
        self._asked += 1
        if self._process.poll() is not None:
            self._process = self._start()
        tensors = dict(zip(self._names, arguments, strict=False))
        options = dict(zip(("alpha",), arguments[len(tensors) :], strict=False)) | options
        dtype, cotangent = next(iter(tensors.values())).dtype_name, _cotangent(tensors)
        line = request_line(self._asked, self._kind, dtype, tensors, options, cotangent)
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
        return self._read(reply, tensors)

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

    def _read(self, reply: bytes, tensors: dict[str, Given]) -> Any:
        try:
            fields = json.loads(reply)
        except ValueError:
            raise ProgramFailed(f"the program wrote a line that is not JSON: {reply[:200]!r}") from None
        if not isinstance(fields, dict) or fields.get("id") != self._asked:
            raise ProgramFailed(f"the program's line is not an answer to request {self._asked}: {reply[:200]!r}")
        if "error" in fields:
            raise ProgramFailed(f"the program says: {fields['error']}")
        if "declined" in fields:
            raise NotImplementedError(str(fields["declined"]))
        first = next(iter(tensors.values()))
        shape, plain = first.shape, self._kind == "mapping"
        if self._kind == "attention":
            shape = (*shape[:3], tensors["value"].shape[3])
        elif self._kind == "loss":
            shape = shape[:1]
        answer = _numbers(fields, "probabilities" if plain else "answer", shape, first.dtype_name).view(Answer)
        answer.dtype_name, answer.gradients = first.dtype_name, {}
        pulled = _cotangent(tensors) is not None
        if pulled and plain:
            answer.gradients = {"logits": _numbers(fields, "gradient", first.shape, first.dtype_name)}
        elif pulled:
            found = fields.get("gradients")
            if not isinstance(found, dict):
                raise ProgramFailed(f"the answer has no object 'gradients'; it has {', '.join(map(repr, fields))}")
            answer.gradients = {
                name: _numbers(found, name, x.shape, first.dtype_name)
                for name, x in tensors.items()
                if x.dtype.kind == "f"
            }
        if self._kind == "attention" and "lse" in fields:
            lse = _numbers(fields, "lse", shape[:3], "float64").view(Answer)
            lse.dtype_name = "float64"
            return answer, lse
        return answer


def _cotangent(tensors: Mapping[str, Given]) -> Float64 | None:
    """Return the incoming gradient that comes with one of the arrays."""
    held = (getattr(each, "cotangent", None) for each in tensors.values())
    return next((each for each in held if each is not None), None)


def _numbers(fields: dict[str, Any], name: str, shape: tuple[int, ...], dtype: str) -> Float64:
    """Read an array of the answer; every number must be one of the dtype that was asked for."""
    words = fields.get(name)
    if not isinstance(words, list):
        raise ProgramFailed(f"the answer has no list {name!r}; it has {', '.join(map(repr, fields))}")
    if len(words) != math.prod(shape):
        raise ProgramFailed(f"{name} holds {len(words)} numbers; the shape {shape} asks for {math.prod(shape)}")
    try:
        values: NDArray[np.float64] = np.array(
            [float.fromhex(each) if isinstance(each, str) else float(each) for each in words], dtype=np.float64
        )
    except (ValueError, TypeError) as error:
        raise ProgramFailed(f"{name} holds something that is not a number: {error}") from None
    from entmax_oracle.reference.formats import as_format  # which takes a while to import

    rounded = as_format(dtype).round_array(values)
    wrong = np.flatnonzero((rounded != values) & ~np.isnan(values))
    if wrong.size:
        at = wrong[0]
        raise ProgramFailed(f"{name}[{at}] is {values[at]!r}, which is not a {dtype} number; round it first")
    return values.reshape(shape)


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
        """Ask for answer and gradients at once."""
        first = next(iter(arguments.values()))
        first.cotangent = np.array(cotangent)
        answer = function(**arguments)
        gradients = []
        for name in arguments:
            gradient = answer.gradients[name].view(Given)
            gradient.dtype_name = first.dtype_name
            gradients.append(gradient)
        return Answered(answer, gradients)

    def integers(self, values: Any, device: str, dtype: str = "int64") -> Any:
        return np.array(values, dtype=dtype)

    def booleans(self, values: NDArray[np.bool_], device: str) -> Any:
        return np.array(values)

    def overwrite(self, array: Any) -> None:
        array[...] = 0

    def fill(self, array: Any, values: NDArray[Any]) -> None:
        """Leave it: a program gets its numbers anew for every call."""

    def version(self) -> str:
        return "1"
