"""Which numbers of a format are right, counted: the ends of what is accepted, and how many steps it reaches."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from entmax_oracle.proofs_checks.conformance.calls import Float64
from entmax_oracle.reference.formats import as_format

from .notation import WIDTHS, widened

__all__ = ["Accepted", "numbers_of", "read", "standing"]

Ordinals = NDArray[np.int64]


def standing(x: Float64, name: str) -> Ordinals:
    """Return the place of numbers of a format in the row of all of its numbers; zeros stand at 0.

    Examples
    --------
    >>> standing(np.array([-0.0, 6e-8, -1.0]), "float16").tolist()
    [0, 1, -15360]
    """
    stored = as_format(name).round_array(x)
    whole = stored.view(f"u{stored.dtype.itemsize}")
    if name == "bfloat16":
        whole = whole >> 16
    size = (whole & ((1 << (WIDTHS[name] - 1)) - 1)).astype(np.int64)
    return np.where(np.signbit(stored), -size, size)


def read(at: Ordinals, name: str) -> Float64:
    """Undo `standing`."""
    width = 32 if name == "bfloat16" else WIDTHS[name]
    size = np.abs(at).astype(f"u{width // 8}") << np.array(16 * (name == "bfloat16"), dtype=f"u{width // 8}")
    return np.where(at < 0, -1.0, 1.0) * widened(size.view(f"f{width // 8}"))


class Accepted:
    """The numbers of a format that are right, for each entry of an answer.

    Parameters
    ----------
    lower, upper, budget : ndarray of float64, one shape
        As in the vectors.
    name : str
        The format.
    """

    def __init__(self, lower: Float64, upper: Float64, budget: Float64, name: str) -> None:
        least, most = lower - budget, upper + budget
        first, last = standing(least, name), standing(most, name)
        self.name = name
        self.first = first + (read(first, name) < least)
        self.last = last - (read(last, name) > most)
        middle = standing((lower + upper) / 2, name)
        self.expected = np.clip(middle, self.first, self.last)

    @property
    def usable(self) -> bool:
        """Whether something is asked for, and some number of the format is right, in every entry."""
        finite = all(np.isfinite(read(end, self.name)).all() for end in (self.first, self.last))
        return finite and bool((self.first <= self.last).all())

    @property
    def numbers(self) -> dict[str, Float64]:
        """The ends of what is right, and the number that is expected."""
        ends = {"lower": self.first, "upper": self.last, "expected": self.expected}
        return {name: read(at, self.name) for name, at in ends.items()}

    @property
    def steps(self) -> int:
        """Most steps from the expected number to one that is right."""
        return int(np.maximum(self.last - self.expected, self.expected - self.first).max(initial=0))

    @property
    def distance(self) -> float:
        """Largest distance from the expected number to one that is right, rounded up to the format."""
        found = self.numbers
        away = np.maximum(found["upper"] - found["expected"], found["expected"] - found["lower"]).max(initial=0.0)
        at = standing(np.array([away]), self.name)
        return float(read(at + (read(at, self.name) < away), self.name)[0])


def numbers_of(test: dict[str, Any], name: str, dtype: str | None = None) -> Float64:
    """Read a field of a test back, with the shape that it has there, or flat."""
    words = test[name] if dtype is None else test[name][dtype]
    shape = test.get("shapes", {}).get(name, (-1,))
    return np.array([float.fromhex(word) for word in words]).reshape(shape)
