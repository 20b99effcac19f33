"""Candidates: the tokens that can be in the support, gathered into ragged rows.

Only tokens within 1/(alpha - 1) of the row maximum can be in the support (theorem ``threshold-brackets``: tau is at
least x_max - 1), and tau only rises while a solver runs, so the work shrinks to the few tokens that matter. A ragged
batch is stored flat: row r owns ``value[start[r]:start[r] + count[r]]``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...inputs import Float64

# Row sums by ``np.add.reduceat`` are pairwise within each row, so their error grows like log2(count).


@dataclass
class Candidates:
    """A ragged batch of rows; every row holds at least one token.

    Attributes
    ----------
    value : ndarray, shape (total,)
        One number per candidate.
    token : ndarray of intp, shape (total,), or None
        Flat position of each candidate in the dense (r, n) batch; None when every token is a candidate.
    start, count : ndarray of intp, shape (r,)
        Where each row begins, and how many candidates it has.
    """

    value: Float64
    token: NDArray[np.intp] | None
    start: NDArray[np.intp]
    count: NDArray[np.intp]

    def sum(self, terms: Float64) -> Float64:
        """Sum ``terms`` (one per candidate) over each row."""
        return np.add.reduceat(terms, self.start)

    def spread(self, per_row: Float64) -> Float64:
        """Repeat one number per row for each of its candidates (broadcastable when there is one row)."""
        return per_row if len(per_row) == 1 else np.repeat(per_row, self.count)

    def keep(self, mask: NDArray[np.bool_]) -> Candidates:
        """Keep the candidates where ``mask`` holds; each row must keep at least one."""
        if mask.all():
            return self
        kept = np.flatnonzero(mask)
        token = kept if self.token is None else self.token[kept]
        return _ragged(self.value[kept], token, kept, self.start)

    def scatter(self, values: Float64, out: Float64) -> None:
        """Write one number per candidate into the dense batch ``out`` of shape (r, n)."""
        flat = out.reshape(-1)
        if self.token is None:
            flat[:] = values
        else:
            flat[self.token] = values


def gather(rows: Float64, peak: Float64, width: float) -> Candidates:
    """Collect the tokens within ``width`` of their row's maximum; ``value`` is z - max z, rounded once.

    Rounding can only let a token in that does not belong, never leave one out.
    """
    r, n = rows.shape
    # The slack covers the rounding of the subtraction below and of ``width`` itself.
    with np.errstate(over="ignore"):
        cut = peak - width * (1 + 2.0**-50) - np.abs(peak) * 2.0**-51
    cut = np.maximum(cut, -np.finfo(np.float64).max)  # masked tokens stay out
    mask = rows >= cut[:, None]
    starts = np.arange(0, r * n, n)
    if 2 * np.count_nonzero(mask) > mask.size:
        del mask
        with np.errstate(over="ignore"):
            value = (rows - peak[:, None]).reshape(-1)
        np.maximum(value, -2 * width, out=value)  # as dead as any, and finite
        return Candidates(value, None, starts, np.full(r, n))
    token = np.flatnonzero(mask)
    chosen = _ragged(rows.reshape(-1)[token], token, token, starts)
    chosen.value -= chosen.spread(peak)
    return chosen


def _ragged(
    value: Float64, token: NDArray[np.intp], position: NDArray[np.intp], old_start: NDArray[np.intp]
) -> Candidates:
    """Rebuild row starts after filtering; ``position`` are the kept flat positions in the old layout, sorted."""
    start = np.searchsorted(position, old_start)
    return Candidates(value, token, start, np.diff(start, append=len(value)))
