"""Sequences of different lengths, one after the other: how arrays of attention are packed and unpacked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["bounds", "pack", "unpack"]

Float64 = NDArray[np.float64]


def bounds(lengths: tuple[int, ...]) -> tuple[int, ...]:
    """Say where sequences begin and end.

    Examples
    --------
    >>> bounds((2, 0, 3))
    (0, 2, 2, 5)
    """
    return (0, *np.cumsum(lengths, dtype=int).tolist())


def pack(x: Float64, lengths: tuple[int, ...]) -> Float64:
    """Put the first tokens of each sequence one after the other: from (B, H, tokens, D) to (total, H, D)."""
    return np.concatenate([each[:, :length].swapaxes(0, 1) for each, length in zip(x, lengths, strict=True)])


def unpack(x: Float64, lengths: tuple[int, ...], tokens: int, fill: float = 0.0) -> Float64:
    """Undo `pack`, with a number in the places of tokens that there are not.

    Parameters
    ----------
    x : ndarray, shape (total, H, ...)
    lengths : tuple of int
    tokens : int
        At least the largest length.
    fill : float
    """
    found: Float64 = np.full((len(lengths), x.shape[1], tokens, *x.shape[2:]), fill)
    for b, (start, length) in enumerate(zip(bounds(lengths), lengths, strict=False)):
        found[b, :, :length] = x[start : start + length].swapaxes(0, 1)
    return found
