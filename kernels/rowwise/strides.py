"""Where the rows of an array lie, and the parameters that go with them."""

from collections.abc import Sequence
from typing import NamedTuple

import torch

Tensor = torch.Tensor


class Strides(NamedTuple):
    """Where the rows of an array lie: row ``r`` starts at ``(r // inner) * outer + (r % inner) * step``."""

    inner: int
    outer: int
    step: int
    token: int


def row_strides(shape: Sequence[int], strides: Sequence[int]) -> Strides | None:
    """Fold the batch axes of an array onto at most two strides; ``None`` if they need more."""
    axes: list[tuple[int, int]] = []
    for size, stride in zip(shape[:-1], strides[:-1], strict=True):
        if size == 1:
            continue
        if axes and axes[-1][1] == stride * size:
            axes[-1] = (axes[-1][0] * size, stride)
        else:
            axes.append((size, stride))
    token = strides[-1] if shape[-1] > 1 else 1
    if not axes:
        return Strides(1, 0, 0, token)
    if len(axes) == 1:
        return Strides(1, axes[0][1], 0, token)
    if len(axes) == 2:
        return Strides(axes[1][0], axes[0][1], axes[1][1], token)
    return None


def with_row_strides(x: Tensor) -> tuple[Tensor, Strides]:
    """Return ``x`` and its `Strides`; a contiguous copy of it where they would not be enough."""
    found = row_strides(x.shape, x.stride())
    if found is None:
        x = x.contiguous()
        found = Strides(1, x.shape[-1], 0, 1)
    return x, found


def per_row(x: Tensor | None, batch: Sequence[int], dtype: torch.dtype | None) -> tuple[Tensor | None, int]:
    """Return a parameter as an array with one entry for each row, or one for all, and its stride, 1 or 0."""
    if x is None:
        return None, 0
    if dtype is not None:
        x = x.to(dtype)
    if x.numel() == 1:
        return x.reshape(1), 0
    return x.expand(batch).reshape(-1).contiguous(), 1
