"""The needle: associative recall with one match among n tokens, over a finite vocabulary.

A token is a key with a class. The query names a key, which exactly one token of the row has, and the answer is the
class of that token. Rows of 5 to 16 tokens are seen in training, and rows of every length are asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SHORT", "Needle", "Rows"]

Integers = NDArray[np.int64]
SHORT = (5, 16)
"""Least and largest number of tokens in training."""


@dataclass(frozen=True)
class Rows:
    """Rows of one length, equal tokens grouped.

    Attributes
    ----------
    query, answer : ndarray of int, shape (rows,)
    counts : ndarray of int, shape (rows, tokens)
        How often each token of the vocabulary occurs.
    """

    query: Integers
    answer: Integers
    counts: Integers


@dataclass(frozen=True)
class Needle:
    """The task for a number of keys and classes; token ``key * classes + class`` has that key and class."""

    keys: int = 32
    classes: int = 8

    @property
    def tokens(self) -> int:
        """Size of the vocabulary."""
        return self.keys * self.classes

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {"name": "needle", "keys": self.keys, "classes": self.classes, "trained_on": list(SHORT)}

    def match(self) -> Integers:
        """Token that a query asks for, by query and answer, shape (keys, classes)."""
        return np.arange(self.tokens).reshape(self.keys, self.classes)

    def rivals(self) -> NDArray[np.bool_]:
        """Whether a token may stand beside the match of a query, shape (keys, tokens): it has another key."""
        beside: NDArray[np.bool_] = np.arange(self.keys)[:, None] != np.arange(self.tokens)[None, :] // self.classes
        return beside

    def draw(self, n: int, rows: int, rng: np.random.Generator) -> Rows:
        """Draw rows of n tokens: query, answer and every other token uniformly from what is allowed."""
        query = rng.integers(self.keys, size=rows)
        answer = rng.integers(self.classes, size=rows)
        others = (self.keys - 1) * self.classes
        counts = np.zeros((rows, self.tokens), dtype=np.int64)
        allowed = self.rivals()
        for i, drawn in enumerate(rng.multinomial(n - 1, np.full(others, 1 / others), size=rows)):
            counts[i, allowed[query[i]]] = drawn
        counts[np.arange(rows), self.match()[query, answer]] = 1
        return Rows(query, answer, counts)
