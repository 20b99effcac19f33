"""What is refused of a case that was read: numbers and memory layouts that no call can have."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entmax_oracle.reference.formats import Format, as_format

from .case import Case
from .target.layouts import place
from .text import hexadecimal, json_of

__all__ = ["refuse_layout", "refuse_numbers"]


def _indexed(name: str, index: Any) -> str:
    """Write a name with an index, if there is one."""
    return f"{name}[{', '.join(map(str, index))}]" if len(index) else name


def refuse_numbers(case: Case, dtype: str) -> None:
    """Raise `ValueError` for a number that the target would get rounded, or as an infinity.

    Arrays of numbers that are passed in the format under test hold numbers of that; what else is passed, those of
    float32, or of float64 with a target that is called in it.
    """
    form, other = as_format(dtype), as_format("float64" if dtype == "float64" else "float32")
    own = {*case.tensors, *case.trainable, "cotangent"}
    for name, value in vars(case).items():
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            _refuse_rounded(name, value, form if name in own else other)
        elif isinstance(value, tuple) and any(isinstance(each, float) for each in value):
            _refuse_rounded(name, np.array(value), form if name in own else other)
        elif isinstance(value, float) and abs(value) > other.largest:
            raise ValueError(f"{name} is {value!r}, beyond the largest number of {other.name}, {other.largest!r}")


def _refuse_rounded(name: str, numbers: NDArray[Any], form: Format) -> None:
    rounded = form.round_array(numbers).astype(np.float64)
    off = np.argwhere((rounded != numbers) & ~np.isnan(numbers))
    if not len(off):
        return
    index = tuple(off[0].tolist())
    got, nearest = float(numbers[index]), float(rounded[index])
    if abs(got) > form.largest:
        rule = f"beyond the largest number of {form.name}, {hexadecimal(np.array(form.largest))[0]}"
    else:
        rule = f"not a number of {form.name}; the nearest is {hexadecimal(np.array(nearest))[0]}"
    raise ValueError(f"{_indexed(name, index)} is {got!r}, {rule}")


def refuse_layout(name: str, layout: str, known: Collection[str], values: NDArray[Any] | None) -> None:
    """Raise `ValueError` for a layout that there is not, or that cannot hold some numbers.

    Parameters
    ----------
    name : str
        Of the field.
    layout : str
    known : collection of str
        The layouts that there are.
    values : ndarray, optional
        What lies so.
    """
    if layout not in known:
        raise ValueError(f"{name} is {json_of(layout)}; it is one of {', '.join(filter(None, sorted(known)))}")
    if values is None or layout not in ("expanded", "constant"):
        return
    shared = tuple(slice(1) if stride == 0 else slice(None) for stride in place(values.shape, layout).strides)
    if not np.array_equal(values, np.broadcast_to(values[shared], values.shape), equal_nan=True):
        what = "all numbers" if layout == "constant" else "all rows along the first axis"
        raise ValueError(f'{name} is "{layout}", where {what} share one place in memory, but they differ here')
