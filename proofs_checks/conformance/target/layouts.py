"""How arrays lie in memory."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LAYOUTS", "Placement", "place"]

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
