"""What a trained head does with each token of its vocabulary, enclosed from its weights as exact numbers.

Without positions a token has one logit for each query, and adds one vector to the answer, wherever it stands: a table
each. Everything that a certificate says follows from these tables and the scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray

from entmax_oracle.reference.enclosures.precision import working_precision
from entmax_oracle.reference.inputs import Float64

from .contenders import DELTA, GAMMA_LIMIT, Contender
from .directed import down, ends, up
from .needle import Needle
from .weights import Weights

__all__ = ["BITS", "Tables", "enclose"]

BITS = 160
"""Working precision: sums of a few hundred products of float32 numbers lose next to nothing."""


@dataclass(frozen=True, eq=False)
class Tables:
    """A head over its vocabulary.

    Attributes
    ----------
    task, how
        What it was trained for.
    logits : list of list of arb
        Unscaled, by query and token.
    votes : list of list of arb
        What the whole attention on one token gives each class, by token and class; the bias is within.
    strength : arb or None
        ``s`` of the scale ``s log n``.
    beta, gamma : list of arb
        Of the adaptive scale, by query.
    """

    task: Needle
    how: Contender
    logits: list[list[arb]]
    votes: list[list[arb]]
    strength: arb | None
    beta: list[arb]
    gamma: list[arb]

    @cached_property
    def logit_bounds(self) -> tuple[Float64, Float64]:
        """Bounds of the logits, shape (keys, tokens)."""
        return ends([*chain(*self.logits)], self.task.keys, self.task.tokens)

    @cached_property
    def vote_bounds(self) -> tuple[Float64, Float64]:
        """Bounds of the votes, shape (tokens, classes)."""
        return ends([*chain(*self.votes)], self.task.tokens, self.task.classes)

    @cached_property
    def gaps(self) -> tuple[Float64, Float64]:
        """Bounds of logit of the match less that of another token, shape (keys, classes, tokens).

        For tokens that have the key of the query, and cannot stand beside the match, the bounds are infinite.
        """
        lower, upper = self.logit_bounds
        match = self.task.match()
        query = np.arange(self.task.keys)[:, None]
        apart = (
            down(lower[query, match][..., None] - upper[:, None]),
            up(upper[query, match][..., None] - lower[:, None]),
        )
        beside = self.task.rivals()[:, None]
        return np.where(beside, apart[0], np.inf), np.where(beside, apart[1], np.inf)

    @cached_property
    def own_margin(self) -> tuple[Float64, Float64]:
        """Bounds of how far the match alone prefers its class, (keys, classes, classes); infinite to itself."""
        lower, upper = (each[self.task.match()] for each in self.vote_bounds)
        own = np.arange(self.task.classes)
        right = lower[:, own, own][..., None], upper[:, own, own][..., None]
        found = down(right[0] - upper), up(right[1] - lower)
        for each in found:
            each[:, own, own] = np.inf
        return found

    @cached_property
    def harm(self) -> tuple[Float64, Float64]:
        """Bounds of how far a token alone prefers another class to a given one, at least 0, (classes, tokens, classes).

        The first index is the class that would be right, the last one the class that is preferred to it.
        """
        lower, upper = self.vote_bounds
        own = np.arange(self.task.classes)
        found = down(lower[None] - upper.T[:, :, None]), up(upper[None] - lower.T[:, :, None])
        for each in found:
            each[own, :, own] = 0.0
            np.maximum(each, 0.0, out=each)
        return found

    @cached_property
    def least_gap(self) -> float:
        """Lower bound of every gap between a match and a token that may stand beside it."""
        return float(self.gaps[0].min())

    def floats(self) -> tuple[Float64, Float64]:
        """Logits and votes in float64, rounded from the middle of the balls."""
        logits = np.array([[float(each.mid()) for each in row] for row in self.logits])
        return logits, np.array([[float(each.mid()) for each in row] for row in self.votes])


def enclose(weights: Weights, task: Needle, how: Contender) -> Tables:
    """Enclose the tables of a head from its weights."""
    with working_precision(BITS):
        keys, classes = weights["keys"].tolist(), weights["classes"].tolist()
        # sums of two float32 numbers are exact at this precision, so the rectifier's sign is certain
        hidden = arb_mat(
            [[max(arb(a) + arb(b), arb(0)) for a, b in zip(k, c, strict=True)] for k in keys for c in classes]
        )
        state = _matrix(weights["state"])
        queries = state * _matrix(weights["query"]).transpose()
        found = hidden * _matrix(weights["key"]).transpose()
        root = arb(weights["key"].shape[1]).sqrt()
        logits = [[each / root for each in row] for row in (queries * found.transpose()).tolist()]
        read = _matrix(weights["value"]).transpose() * _matrix(weights["read"]).transpose()
        bias = [arb(each) for each in weights["bias"].tolist()]
        votes = [[x + b for x, b in zip(row, bias, strict=True)] for row in (hidden * read).tolist()]
        strength = arb(float(weights["strength"][0])) if how.scale == "log" else None
        beta: list[arb] = []
        gamma: list[arb] = []
        if how.scale == "adaptive":
            beta = [x.exp().log1p() for x in _product(state, weights["beta"])]
            gamma = [GAMMA_LIMIT * x.tanh() for x in _product(state, weights["gamma"])]
    return Tables(task, how, logits, votes, strength, beta, gamma)


def _matrix(x: NDArray[np.float32]) -> arb_mat:
    return arb_mat([[arb(each) for each in row] for row in x.tolist()])


def _product(matrix: arb_mat, vector: NDArray[np.float32]) -> Sequence[arb]:
    column = arb_mat([[arb(each)] for each in vector.tolist()])
    return [row[0] for row in (matrix * column).tolist()]


assert DELTA >= 0  # the scale is positive, as every argument about it supposes
