"""Attention over rows whose equal tokens are grouped, in float64: a million tokens cost what their vocabulary does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entmax_oracle.reference.inputs import Float64

from .contenders import DELTA, FIT, Contender
from .needle import Integers
from .tables import Tables

__all__ = ["Head", "attend", "rounding"]

_HALVINGS = 60


def rounding(entropy: bool = False) -> float:
    """Bound what rounding does to masses here, which are sums of at most 2^12 terms of logits below 2^10.

    Entropies, of at most ``log 2^20 < 16``, may err by 16 times that.
    """
    return 2.0**-36 * (16 if entropy else 1)


@dataclass(frozen=True, eq=False)
class Head:
    """The tables of a head in float64, and the numbers of its scale by query."""

    how: Contender
    logits: Float64
    votes: Float64
    rate: Float64
    strength: Float64

    @classmethod
    def of(cls, tables: Tables) -> Head:
        """Round the middles of enclosed tables."""
        logits, votes = tables.floats()
        keys = len(logits)
        rate, strength = np.zeros(keys), np.zeros(keys)
        if tables.how.scale == "log":
            assert tables.strength is not None
            rate, strength = rate + 1, strength + float(tables.strength.mid())
        elif tables.how.scale == "adaptive":
            rate = np.array([float(each.mid()) for each in tables.gamma])
            strength = np.array([float(each.mid()) for each in tables.beta])
        return cls(tables.how, logits, votes, rate, strength)

    def scaled(self, query: Integers, counts: Integers) -> Float64:
        """Scaled logits of rows, -inf where a token does not occur, shape (rows, tokens)."""
        z = np.where(counts > 0, self.logits[query], -np.inf)
        z -= z.max(-1, keepdims=True)
        n = counts.sum(-1, keepdims=True)
        if self.how.scale in ("log", "adaptive"):
            constant = DELTA if self.how.scale == "adaptive" else 0
            scale = constant + self.strength[query, None] * np.log(n) ** self.rate[query, None]
            z *= scale  # an infinity stays one: the scale is positive where SSMax has learned s > 0
            if (scale <= 0).any():
                z = np.where(counts > 0, z, -np.inf)
        elif self.how.scale == "entropy":
            h = entropy_of(_softmax(z, counts), counts)[:, None]
            z *= np.where(h > 0.5, np.maximum(np.polyval(FIT, h), 1), 1)
        return z


def attend(head: Head, query: Integers, counts: Integers) -> Float64:
    """Weight of all copies of each token together, shape (rows, tokens)."""
    z = head.scaled(query, counts)
    if head.how.mapping == "softmax":
        return _softmax(z, counts)
    if head.how.mapping == "stieltjes":
        return _stieltjes(z, counts, head.how.power)
    return _entmax(z, counts, head.how.power)


def _softmax(z: Float64, counts: Integers) -> Float64:
    return _shared(counts * np.exp(z - z.max(-1, keepdims=True)))


def _entmax(z: Float64, counts: Integers, q: int) -> Float64:
    """Halve [max - 1, max] for the threshold; what the rest of the interval leaves is shared out at the end."""
    x = z / q
    high = x.max(-1, keepdims=True)
    low = high - 1
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = (counts * np.maximum(x - middle, 0) ** q).sum(-1, keepdims=True) >= 1
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return _shared(counts * np.maximum(x - low, 0) ** q)


def _stieltjes(z: Float64, counts: Integers, q: int) -> Float64:
    below = z - z.max(-1, keepdims=True)
    shift = np.ones_like(below[:, :1])
    for _ in range(60):  # Newton's steps rise from the left of the root
        f = (counts * (shift - below) ** -q).sum(-1, keepdims=True) - 1
        step = f / (q * (counts * (shift - below) ** (-q - 1)).sum(-1, keepdims=True))
        shift = shift + step
        if (step <= 1e-15 * shift).all():
            break
    return _shared(counts * (shift - below) ** -q)


def _shared(mass: Float64) -> Float64:
    """Make weights sum to 1."""
    found: Float64 = mass / mass.sum(-1, keepdims=True)
    return found


def entropy_of(mass: Float64, counts: Integers) -> Float64:
    """Shannon's entropy of the weights of single tokens, by row."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(mass > 0, -mass * np.log(mass / np.maximum(counts, 1)), 0.0)
    found: Float64 = terms.sum(-1)
    return found
