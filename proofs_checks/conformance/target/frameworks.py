"""Arrays of NumPy, torch and JAX in every memory layout, and the one place where the implementation is called."""

from __future__ import annotations

import importlib
import math
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np

from ..calls import Call, Float64, Outcome, later_calls

__all__ = ["FRAMEWORKS", "LAYOUTS", "Framework", "Placement", "framework", "outcome_of", "perform", "place"]

LAYOUTS: dict[str, str] = {
    "contiguous": "rows one after the other",
    "offset": "contiguous, but starting one element into its buffer, so not aligned",
    "padded": "rows with a gap of three elements between them, as a slice of a wider array has",
    "strided": "every second element of a buffer, so the token axis has stride 2",
    "transposed": "first axis fastest, as a transpose has",
    "expanded": "one row broadcast along the first axis, stride 0",
    "sliced": "all but the last of the rows along the axis before the tokens, as logits[:, :-1] has",
    "swapped": "the two axes before the tokens swapped, as heads have that were queries first",
    "constant": "one number broadcast along every axis, as the gradient of a sum has",
}


@dataclass(frozen=True)
class Placement:
    """Where an array lies in a flat buffer, in elements."""

    size: int
    offset: int
    strides: tuple[int, ...]


def place(shape: tuple[int, ...], layout: str) -> Placement:
    """Lay out an array of `shape` in a flat buffer.

    Parameters
    ----------
    shape : tuple of int
        Any number of axes, also with no elements.
    layout : str
        A key of `LAYOUTS`.
    """
    if layout == "constant":
        return Placement(1, 0, (0,) * len(shape))
    order = list(range(len(shape)))
    if layout != "transposed":
        order.reverse()
    if layout == "swapped" and len(shape) > 2:
        order[1:3] = order[2:0:-1]
    step, strides = (2 if layout == "strided" else 1), [0] * len(shape)
    for axis in order:
        if layout == "expanded" and axis == 0 and len(shape) > 1:
            continue
        strides[axis] = step
        gap = 3 if layout == "padded" and axis == len(shape) - 1 else 0
        step *= shape[axis]
        step += gap + (strides[axis] if layout == "sliced" and axis == len(shape) - 2 else 0)
    offset = {"offset": 1, "padded": 2}.get(layout, 0)
    last = sum(stride * (extent - 1) for stride, extent in zip(strides, shape, strict=True))
    return Placement(offset + 1 + max(last, 0), offset, tuple(strides))


@dataclass(frozen=True)
class Answered:
    """What an implementation answered.

    Parameters
    ----------
    answer : array
    gradients : sequence of arrays
        In the arguments; empty if none was asked for, or there is none.
    again : sequence of arrays
        Those of a second backward pass through the same graph, where they are others; else empty.
    problem : str
        Why there is no gradient.
    """

    answer: Any
    gradients: Sequence[Any] = ()
    again: Sequence[Any] = ()
    problem: str = ""


class Framework(Protocol):
    """What the checker needs of an array library."""

    name: str
    differentiates: bool

    def array(self, values: Float64, dtype: str, layout: str, device: str) -> tuple[Any, Any]:
        """Build an array in `layout`; also return the buffer that it lies in."""

    def values(self, array: Any) -> Float64:
        """Convert exactly to float64 NumPy."""

    def describe(self, array: Any) -> tuple[tuple[int, ...], str, str]:
        """Shape, dtype name and device; TypeError unless it is an array of this library."""

    def integers(self, values: Sequence[int], device: str) -> Any:
        """Build an array of integers."""

    def pullback(self, function: Callable[..., Any], arguments: dict[str, Any], cotangent: Any) -> Answered:
        """Answer, gradients in the arguments, and what is wrong with them ('' if nothing)."""

    def overwrite(self, array: Any) -> None:
        """Set an array to zero behind autograd's back, where arrays can be written to."""

    def version(self) -> str:
        """Version of the library."""


def framework(name: str) -> Framework:
    """Import an array library by name: a key of `FRAMEWORKS`.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    library: Framework = FRAMEWORKS[name]()
    return library


class NumpyFramework:
    """NumPy; bfloat16 by ml_dtypes."""

    name = "numpy"
    differentiates = False

    def array(self, values: Float64, dtype: str, layout: str, device: str) -> tuple[Any, Any]:
        """Build an array in `layout`; also return the buffer that it lies in."""
        kind = np.dtype(importlib.import_module("ml_dtypes").bfloat16 if dtype == "bfloat16" else dtype)
        where = place(values.shape, layout)
        buffer = np.full(where.size, np.nan, dtype=kind)
        strides = [stride * kind.itemsize for stride in where.strides]
        array = np.lib.stride_tricks.as_strided(buffer[where.offset :], values.shape, strides)
        array[...] = values
        return array, buffer

    def values(self, array: Any) -> Float64:
        """Convert exactly to float64 NumPy."""
        return np.array(array, dtype=np.float64)

    def describe(self, array: Any) -> tuple[tuple[int, ...], str, str]:
        """Shape, dtype name and device."""
        if not isinstance(array, np.ndarray | np.generic):
            raise TypeError(f"returned {type(array).__name__}, not a NumPy array")
        return array.shape, array.dtype.name, "cpu"

    def integers(self, values: Sequence[int], device: str) -> Any:
        """Build an array of integers."""
        return np.array(values, dtype=np.int64)

    def pullback(self, function: Callable[..., Any], arguments: dict[str, Any], cotangent: Any) -> Answered:
        """NumPy has no autograd."""
        raise NotImplementedError("NumPy has no automatic differentiation")

    def overwrite(self, array: Any) -> None:
        """Set to zero."""
        array[...] = 0

    def version(self) -> str:
        """Version of NumPy."""
        return np.__version__


class TorchFramework:
    """PyTorch on any device."""

    name = "torch"
    differentiates = True

    def __init__(self) -> None:
        self.torch = importlib.import_module("torch")

    def array(self, values: Float64, dtype: str, layout: str, device: str) -> tuple[Any, Any]:
        """Build a tensor in `layout`; also return the buffer that it lies in."""
        torch = self.torch
        where = place(values.shape, layout)
        buffer = torch.full((where.size,), math.nan, dtype=getattr(torch, dtype), device=device)
        array = torch.as_strided(buffer, values.shape, where.strides, where.offset)
        source = torch.from_numpy(np.array(values, order="C"))
        if values.size:
            if layout in ("expanded", "constant"):  # torch refuses to write where elements share memory
                held = tuple(slice(1) if s == 0 else slice(None) for s in where.strides)
                array[held].copy_(source[held])
            else:
                array.copy_(source)
        return array, buffer

    def values(self, array: Any) -> Float64:
        """Convert exactly to float64 NumPy."""
        values: Float64 = array.detach().to("cpu", self.torch.float64).numpy().copy()
        return values

    def describe(self, array: Any) -> tuple[tuple[int, ...], str, str]:
        """Shape, dtype name and device."""
        if not isinstance(array, self.torch.Tensor):
            raise TypeError(f"returned {type(array).__name__}, not a torch tensor")
        return tuple(array.shape), str(array.dtype).removeprefix("torch."), str(array.device)

    def integers(self, values: Sequence[int], device: str) -> Any:
        """Build a tensor of integers."""
        return self.torch.tensor(values, dtype=self.torch.int64, device=device)

    def pullback(self, function: Callable[..., Any], arguments: dict[str, Any], cotangent: Any) -> Answered:
        """Call, then ask autograd."""
        answer = function(**{name: x.requires_grad_(True) for name, x in arguments.items()})
        if not answer.requires_grad:
            problem = f"the answer is not connected to the {', '.join(arguments)} in the autograd graph"
            return Answered(answer, problem=problem)
        wanted = list(arguments.values())
        found = self.torch.autograd.grad(answer, wanted, cotangent, allow_unused=True, retain_graph=True)
        for name, each in zip(arguments, found, strict=True):
            if each is None:
                return Answered(answer, problem=f"autograd finds no path from the answer to {name}")
        try:
            again = self.torch.autograd.grad(answer, wanted, cotangent)
        except Exception:  # a second pass is not owed, whatever it fails with; a wrong one misleads
            return Answered(answer, found)
        same = all(self.torch.equal(one, other) for one, other in zip(found, again, strict=True))
        return Answered(answer, found, () if same else again)

    def overwrite(self, array: Any) -> None:
        """Set to zero."""
        with self.torch.no_grad():
            array.zero_()

    def version(self) -> str:
        """Version of torch."""
        return str(self.torch.__version__)


class JaxFramework:
    """JAX; its arrays have no layout of their own."""

    name = "jax"
    differentiates = True

    def __init__(self) -> None:
        self.jax = importlib.import_module("jax")

    def array(self, values: Float64, dtype: str, layout: str, device: str) -> tuple[Any, Any]:
        """Build an array; `layout` is left to the compiler."""
        if dtype == "float64":
            self.jax.config.update("jax_enable_x64", True)
        kind, _, index = device.partition(":")
        home = self.jax.devices({"cuda": "gpu"}.get(kind, kind))[int(index or 0)]
        with self.jax.default_device(home):
            array = self.jax.numpy.asarray(values.astype(self.jax.numpy.dtype(dtype)))
        return array, array

    def values(self, array: Any) -> Float64:
        """Convert exactly to float64 NumPy."""
        return np.asarray(array).astype(np.float64)

    def describe(self, array: Any) -> tuple[tuple[int, ...], str, str]:
        """Shape, dtype name and device."""
        if not isinstance(array, self.jax.Array):
            raise TypeError(f"returned {type(array).__name__}, not a JAX array")
        return tuple(array.shape), array.dtype.name, ",".join(sorted(map(str, array.devices())))

    def integers(self, values: Sequence[int], device: str) -> Any:
        """Build an array of integers."""
        return self.jax.numpy.asarray(values, dtype=self.jax.numpy.int32)

    def pullback(self, function: Callable[..., Any], arguments: dict[str, Any], cotangent: Any) -> Answered:
        """Call through `jax.vjp`."""
        answer, pull = self.jax.vjp(
            lambda *given: function(**dict(zip(arguments, given, strict=True))), *arguments.values()
        )
        return Answered(answer, pull(cotangent))

    def overwrite(self, array: Any) -> None:
        """Leave it: arrays of JAX cannot be written to."""

    def version(self) -> str:
        """Version of JAX."""
        return str(self.jax.__version__)


FRAMEWORKS: dict[str, Callable[[], Any]] = {
    "numpy": NumpyFramework,
    "torch": TorchFramework,
    "jax": JaxFramework,
    "program": lambda: importlib.import_module(".program", __package__).ProgramFramework(),
}


def perform(function: Callable[..., Any], call: Call, library: Framework, device: str) -> Outcome:
    """Call the implementation once and read what it returns.

    Parameters
    ----------
    function : callable
        ``f(logits, alpha)``.
    call : Call
    library : Framework
    device : str
        For example ``"cpu"`` or ``"cuda:0"``.
    """
    logits, buffer = library.array(call.logits, call.dtype, call.layout, device)
    home = library.describe(logits)[2]
    alpha: Any = call.alpha
    buffers, cotangent = [buffer], None
    later: Any = None
    if call.followed_by is not None:
        later, _ = library.array(call.followed_by, call.dtype, "contiguous", device)
    if call.alpha_gradient:
        alpha, _ = library.array(np.array(call.alpha), call.dtype, "contiguous", device)
    if call.cotangent is not None:
        cotangent, held = library.array(call.cotangent, call.dtype, call.cotangent_layout, device)
        buffers.append(held)

    def respond(logits: Any, alpha: Any = alpha) -> Any:
        answer = function(logits, alpha)
        if call.followed_by is not None:
            for _ in range(later_calls(call.followed_by.size)):
                function(later, alpha)
        return answer

    def overwriting(logits: Any, alpha: Any = alpha) -> Any:
        """Answer, and overwrite the logits or the answer before the gradient is taken."""
        given = logits * 1
        answer = respond(given, alpha)
        library.overwrite(answer if call.overwritten == "answer" else given)
        return answer

    def ask() -> Answered:
        if cotangent is None:
            return Answered(respond(logits))
        if call.frozen:
            return library.pullback(partial(respond, logits), {"alpha": alpha}, cotangent)
        given = {"logits": logits, "alpha": alpha} if call.alpha_gradient else {"logits": logits}
        if not call.overwritten:
            return library.pullback(respond, given, cotangent)
        try:
            return library.pullback(overwriting, given, cotangent)
        except Exception as error:
            return Answered(logits, problem=f"refused: {explain(error)}")

    return outcome_of(library, ask, buffers, home)


def outcome_of(library: Framework, ask: Callable[[], Answered], buffers: Sequence[Any], home: str) -> Outcome:
    """Ask the implementation and read everything that it returns, or the exception that it raises.

    Parameters
    ----------
    library : Framework
    ask : callable
        Makes the call.
    buffers : sequence of arrays
        Memory that the call must leave as it is.
    home : str
        Where the arguments live.
    """
    before = [library.values(each) for each in buffers]
    try:
        found = ask()
        shape, dtype, where = library.describe(found.answer)
        values = library.values(found.answer)
        untouched = all(
            np.array_equal(old, library.values(buffer), equal_nan=True)
            for old, buffer in zip(before, buffers, strict=True)
        )
    except Exception as error:
        return Outcome("raised", detail=explain(error))
    return Outcome(
        "returned",
        values=values,
        shape=shape,
        dtype=dtype,
        device=where,
        input_device=home,
        untouched=untouched,
        gradients=tuple(map(library.values, found.gradients)),
        gradients_again=tuple(map(library.values, found.again)),
        gradient_dtype=library.describe(found.gradients[0])[1] if found.gradients else "",
        gradient_problem=found.problem,
    )


def explain(error: Exception) -> str:
    """Name the exception and the innermost line of code that it came from."""
    text = f"{type(error).__name__}: {error}".strip()
    frames = traceback.extract_tb(error.__traceback__)
    if len(frames) > 1:
        place_ = frames[-1]
        text += f" ({place_.filename}:{place_.lineno}, in {place_.name})"
    return text
