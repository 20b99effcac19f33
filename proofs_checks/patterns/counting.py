"""Paths through the masks of a stack of layers, and the tokens they reach: exact, in Python's integers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["Mask", "members", "paths_to", "reach", "with_residuals"]

Mask = tuple[int, ...]
"""One integer a row: bit j of row i is set where token i attends to token j."""


def members(row: int) -> Iterator[int]:
    """Yield the positions of the bits that are set, the lowest first."""
    while row:
        lowest = row & -row
        yield lowest.bit_length() - 1
        row ^= lowest


def with_residuals(mask: Mask) -> Mask:
    """Return the mask with an edge from every token to itself."""
    return tuple(row | 1 << i for i, row in enumerate(mask))


def paths_to(stack: Sequence[Mask], token: int) -> list[int]:
    """Count the paths from each input token to one token of the last layer.

    Parameters
    ----------
    stack : sequence of Mask
        The first layer first.
    token : int
        Where the paths end, counted from 0.

    Returns
    -------
    list of int
        Entry j is the number of paths that start at token j: row `token` of the product of the masks as matrices.

    Examples
    --------
    >>> causal = (0b001, 0b011, 0b111)
    >>> paths_to([causal, causal], 2)
    [3, 2, 1]
    """
    counts = [0] * len(stack[0])
    counts[token] = 1
    for mask in reversed(stack):
        below = [0] * len(mask)
        for row, count in zip(mask, counts, strict=True):
            if count:
                for j in members(row):
                    below[j] += count
        counts = below
    return counts


def reach(stack: Sequence[Mask]) -> list[Mask]:
    """Return, after each layer, the input tokens from which a path leads to each token.

    Parameters
    ----------
    stack : sequence of Mask
        The first layer first; with residual edges, if the layers have them.

    Examples
    --------
    >>> previous = (0b001, 0b011, 0b110)
    >>> [bin(mask[2]) for mask in reach([previous, previous])]
    ['0b110', '0b111']
    """
    found: list[Mask] = []
    known = tuple(1 << i for i in range(len(stack[0])))
    for mask in stack:
        known = tuple(_union(known, row) for row in mask)
        found.append(known)
    return found


def _union(rows: Mask, chosen: int) -> int:
    together = 0
    for j in members(chosen):
        together |= rows[j]
    return together
