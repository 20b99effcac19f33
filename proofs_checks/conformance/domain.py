"""What an implementation takes: the inputs that its user says are to be checked."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entmax_oracle.reference.formats import as_format

__all__ = ["Domain"]

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class Domain:
    """Bounds on the inputs, and sizes that are tried beside the usual ones.

    Parameters
    ----------
    multiple_of : int
        Rows have a multiple of this many tokens; attention the same of queries and of keys.
    max_logit : float
        No logit lies beyond it, masked ones excepted; in attention no product of a query and a key with the scale, and
        no ALiBi bias.
    contiguous : bool
        Arrays lie plainly in memory.
    widths : tuple of int
        Features that queries, keys and values may have; any where there are none.
    tokens, heads : tuple of int
        Sizes that are tried as well.

    Examples
    --------
    >>> Domain(multiple_of=16).length(17), Domain(max_logit=0.3).limit("float16")
    (32, 0.2998046875)
    """

    multiple_of: int = 1
    max_logit: float = math.inf
    contiguous: bool = False
    widths: tuple[int, ...] = ()
    tokens: tuple[int, ...] = ()
    heads: tuple[int, ...] = ()

    def length(self, n: int) -> int:
        """Return the smallest number of tokens that is taken and not below n."""
        return -(-n // self.multiple_of) * self.multiple_of

    def width(self, features: int) -> int:
        """Return the smallest width that is taken, at least this many features; the largest if all are."""
        return min((each for each in self.widths if each >= features), default=max(self.widths, default=features))

    def limit(self, dtype: str) -> float:
        """Return the largest number of a format that a logit may be."""
        form = as_format(dtype)
        if self.max_logit >= form.largest:
            return form.largest
        rounded = float(form.round_array(self.max_logit))
        return rounded if rounded <= self.max_logit else _below(rounded, dtype)

    def clipped(self, logits: Float64, dtype: str, part: float = 1.0) -> Float64:
        """Bring logits within a part of what is taken; masked ones stay masked."""
        if math.isinf(self.max_logit):
            return logits
        limit = Domain(max_logit=part * self.max_logit).limit(dtype)
        return np.where(np.isneginf(logits), logits, np.clip(logits, -limit, limit))


def _below(x: float, dtype: str) -> float:
    """Return the next number of the format below a positive one."""
    spacing = float(as_format(dtype).ulp(x))
    return x - (spacing / 2 if math.frexp(x)[0] == 0.5 and x > as_format(dtype).smallest_normal else spacing)
