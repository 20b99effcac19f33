"""Arrays of NumPy, torch and JAX in every memory layout."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..calls import Answered, Float64
from .layouts import place

__all__ = ["Framework", "JaxFramework", "NumpyFramework", "TorchFramework"]


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

    def integers(self, values: Sequence[int], device: str, dtype: str = "int64") -> Any:
        """Build an array of integers."""

    def booleans(self, values: NDArray[np.bool_], device: str) -> Any:
        """Build an array of booleans."""

    def pullback(self, function: Callable[..., Any], arguments: dict[str, Any], cotangent: Any) -> Answered:
        """Answer, gradients in the arguments, and what is wrong with them ('' if nothing)."""

    def overwrite(self, array: Any) -> None:
        """Set an array to zero behind autograd's back, where arrays can be written to."""

    def fill(self, array: Any, values: NDArray[Any]) -> None:
        """Write other numbers into an array, where arrays can be written to."""

    def version(self) -> str:
        """Version of the library."""


class NumpyFramework:
    """NumPy; bfloat16 and numbers of 8 bits by ml_dtypes."""

    name = "numpy"
    differentiates = False

    def array(self, values: Float64, dtype: str, layout: str, device: str) -> tuple[Any, Any]:
        foreign = dtype == "bfloat16" or dtype.startswith("float8")
        kind = np.dtype(getattr(importlib.import_module("ml_dtypes"), dtype) if foreign else dtype)
        where = place(values.shape, layout)
        buffer = np.full(where.size, np.nan, dtype=kind)
        strides = [stride * kind.itemsize for stride in where.strides]
        start = where.offset * kind.itemsize
        array: NDArray[Any] = np.ndarray(values.shape, kind, buffer.view(np.uint8).data, start, strides)
        array[...] = values
        return array, buffer

    def values(self, array: Any) -> Float64:
        return np.array(array, dtype=np.float64)

    def describe(self, array: Any) -> tuple[tuple[int, ...], str, str]:
        if not isinstance(array, np.ndarray | np.generic):
            raise TypeError(f"returned {type(array).__name__}, not a NumPy array")
        return array.shape, array.dtype.name, "cpu"

    def integers(self, values: Sequence[int], device: str, dtype: str = "int64") -> Any:
        return np.array(values, dtype=dtype)

    def booleans(self, values: NDArray[np.bool_], device: str) -> Any:
        return np.array(values)

    def pullback(self, function: Callable[..., Any], arguments: dict[str, Any], cotangent: Any) -> Answered:
        """NumPy has no autograd."""
        raise NotImplementedError("NumPy has no automatic differentiation")

    def overwrite(self, array: Any) -> None:
        array[...] = 0

    def fill(self, array: Any, values: NDArray[Any]) -> None:
        array[...] = values

    def version(self) -> str:
        return np.__version__


class TorchFramework:
    """PyTorch on any device."""

    name = "torch"
    differentiates = True

    def __init__(self) -> None:
        self.torch = importlib.import_module("torch")

    def array(self, values: Float64, dtype: str, layout: str, device: str) -> tuple[Any, Any]:
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
        values: Float64 = array.detach().to("cpu", self.torch.float64).numpy().copy()
        return values

    def describe(self, array: Any) -> tuple[tuple[int, ...], str, str]:
        if not isinstance(array, self.torch.Tensor):
            raise TypeError(f"returned {type(array).__name__}, not a torch tensor")
        return tuple(array.shape), str(array.dtype).removeprefix("torch."), str(array.device)

    def integers(self, values: Sequence[int], device: str, dtype: str = "int64") -> Any:
        return self.torch.tensor(values, dtype=getattr(self.torch, dtype), device=device)

    def booleans(self, values: NDArray[np.bool_], device: str) -> Any:
        return self.torch.tensor(values, dtype=self.torch.bool, device=device)

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
        except Exception:  # a second pass is not required, whatever it fails with; a wrong one misleads
            return Answered(answer, found)
        same = all(self.torch.equal(one, other) for one, other in zip(found, again, strict=True))
        return Answered(answer, found, () if same else again)

    def overwrite(self, array: Any) -> None:
        with self.torch.no_grad():
            array.zero_()

    def fill(self, array: Any, values: NDArray[Any]) -> None:
        with self.torch.no_grad():
            array.copy_(self.torch.from_numpy(np.array(values, order="C")))

    def version(self) -> str:
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
        return np.asarray(array).astype(np.float64)

    def describe(self, array: Any) -> tuple[tuple[int, ...], str, str]:
        if not isinstance(array, self.jax.Array):
            raise TypeError(f"returned {type(array).__name__}, not a JAX array")
        return tuple(array.shape), array.dtype.name, ",".join(sorted(map(str, array.devices())))

    def integers(self, values: Sequence[int], device: str, dtype: str = "int64") -> Any:
        return self.jax.numpy.asarray(values, dtype=self.jax.numpy.int32)

    def booleans(self, values: NDArray[np.bool_], device: str) -> Any:
        return self.jax.numpy.asarray(values)

    def pullback(self, function: Callable[..., Any], arguments: dict[str, Any], cotangent: Any) -> Answered:
        """Call through `jax.vjp`."""
        answer, pull = self.jax.vjp(
            lambda *given: function(**dict(zip(arguments, given, strict=True))), *arguments.values()
        )
        return Answered(answer, pull(cotangent))

    def overwrite(self, array: Any) -> None:
        """Leave it: arrays of JAX cannot be written to."""

    def fill(self, array: Any, values: NDArray[Any]) -> None:
        """Leave it: arrays of JAX cannot be written to."""

    def version(self) -> str:
        return str(self.jax.__version__)
