"""Train a head on short rows: one layer of attention and a linear read-out.

The scale and the row-wise mapping are those of the package's kernels. A run is a function of its arguments alone: one
thread, a fixed number of steps, and seeds for everything that is drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from entmax_oracle.kernels.layers import AdaptiveScale
from entmax_oracle.kernels.rowwise import entmax

from .contenders import DELTA, GAMMA_LIMIT, Contender
from .fitting import fit, seeded
from .needle import SHORT, Needle

__all__ = ["HINGE", "Trained", "train"]

Tensor = torch.Tensor
FEATURES, BATCH, RATE = 32, 128, 4e-3
HINGE = 2.5
"""Gap of the unscaled logits that the hinge asks for; entmax 1.5 is one-hot from a gap of 2 on, sparsemax from 1."""


@dataclass(frozen=True)
class Trained:
    """What training gives: weights, the loss of its last steps, and how long it took."""

    weights: dict[str, NDArray[np.float32]]
    loss: float
    steps: int
    seconds: float


class Head(nn.Module):
    """One head of attention over tokens that are a key and a class, and a linear read-out of what it returns."""

    def __init__(self, task: Needle, how: Contender, features: int):
        super().__init__()
        self.how = how
        self.keys = nn.Parameter(torch.randn(task.keys, features))
        self.classes = nn.Parameter(torch.randn(task.classes, features))
        self.state = nn.Parameter(torch.randn(task.keys, features))
        self.to_query, self.to_key, self.to_value = (nn.Linear(features, features, bias=False) for _ in range(3))
        self.read = nn.Linear(features, task.classes)
        self.scale: AdaptiveScale | None = None
        if how.scale == "log":
            strength = nn.Parameter(torch.full((1,), 0.5))
            self.scale = AdaptiveScale(features, 1, delta=0.0, beta=strength, gamma=1.0)
        elif how.scale == "adaptive":
            self.scale = AdaptiveScale(features, 1, delta=float(DELTA), gamma_limit=float(GAMMA_LIMIT))

    def forward(self, key: Tensor, kind: Tensor, query: Tensor) -> Tensor:
        """Logits of the answer ``(rows, classes)`` for keys and classes ``(rows, n)`` and queries ``(rows,)``."""
        hidden = torch.relu(self.keys[key] + self.classes[kind])
        state = self.state[query]
        scores = (self.to_key(hidden) @ self.to_query(state).unsqueeze(-1)).squeeze(-1) / math.sqrt(hidden.shape[-1])
        if self.scale is not None:
            scores = scores * self.scale(state[:, None], torch.full((1, 1, 1), key.shape[1]))[:, 0]
        mixed = (self._weights(scores).unsqueeze(1) @ self.to_value(hidden)).squeeze(1)
        return cast(Tensor, self.read(mixed))

    def _weights(self, scores: Tensor) -> Tensor:
        if self.how.mapping == "softmax":
            return scores.softmax(-1)
        if self.how.mapping == "stieltjes":
            return _stieltjes(scores, self.how.power)
        return entmax(scores, self.how.alpha)

    def gaps(self) -> Tensor:
        """Gap of the unscaled logits between each match and its nearest rival, ``(keys, classes)``."""
        keys, classes = len(self.keys), len(self.classes)
        hidden = torch.relu(self.keys[:, None] + self.classes[None]).flatten(0, 1)
        scores = self.to_query(self.state) @ self.to_key(hidden).mT / math.sqrt(hidden.shape[-1])
        by_key = scores.view(keys, keys, classes)
        own = torch.eye(keys, dtype=torch.bool)
        rival = by_key.masked_fill(own[..., None], -math.inf).flatten(1).amax(-1, keepdim=True)
        found: Tensor = by_key[own] - rival
        return found

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """Return the weights by name."""
        found: dict[str, Tensor] = {"keys": self.keys, "classes": self.classes, "state": self.state}
        found |= {"query": self.to_query.weight, "key": self.to_key.weight, "value": self.to_value.weight}
        found |= {"read": self.read.weight, "bias": self.read.bias}
        if self.how.scale == "log":
            found["strength"] = cast(Any, self.scale).beta
        elif self.how.scale == "adaptive":
            found["beta"] = cast(Any, self.scale).beta_projection.weight[0]
            found["gamma"] = cast(Any, self.scale).gamma_projection.weight[0]
        return {name: each.detach().numpy().astype(np.float32) for name, each in found.items()}


def _stieltjes(scores: Tensor, power: int) -> Tensor:
    """Return ``(lambda - z)^(-q)`` of sum 1; the last of Newton's steps, which rise to lambda, carries the gradient."""
    below = scores - scores.amax(-1, keepdim=True)

    def step(shift: Tensor) -> Tensor:
        return shift + ((shift - below) ** -power).sum(-1, keepdim=True).sub(1) / (
            power * ((shift - below) ** (-power - 1)).sum(-1, keepdim=True)
        )

    with torch.no_grad():
        shift = torch.ones_like(below[..., :1])
        for _ in range(12):
            shift = step(shift)
    total = ((shift - below) ** -power).sum(-1, keepdim=True) - 1
    shift = shift + total / (power * ((shift - below) ** (-power - 1)).sum(-1, keepdim=True)).detach()
    return (shift - below) ** -power


def train(
    task: Needle, how: Contender, seed: int, steps: int, *, hinge: bool = False, features: int = FEATURES
) -> Trained:
    """Train a head on rows of 5 to 16 tokens.

    Parameters
    ----------
    task, how
        What is learned, and with which normaliser.
    seed
        Of the weights at the start and of the rows.
    steps
        Batches of 128 rows; the rate of learning falls to zero over them.
    hinge
        Add the mean of ``[2.5 - gap]_+`` to the loss, over every query and class: a term that sees the vocabulary,
        and no row longer than 16.
    features
        Width of the model.
    """
    with seeded(seed):
        head, losses = Head(task, how, features), []

        def loss() -> Tensor:
            n = int(torch.randint(SHORT[0], SHORT[1] + 1, ()))
            want = torch.randint(task.keys, (BATCH, 1))
            key = (want + torch.randint(1, task.keys, (BATCH, n))) % task.keys  # any key but the one that is asked for
            place = torch.randint(n, (BATCH, 1))
            key.scatter_(1, place, want)
            kind = torch.randint(task.classes, (BATCH, n))
            found = nn.functional.cross_entropy(head(key, kind, want[:, 0]), kind.gather(1, place)[:, 0])
            losses.append(float(found.detach()))
            return found + (HINGE - head.gaps()).relu().mean() if hinge else found

        seconds = fit(head.parameters(), RATE, steps, loss)
    last = losses[-100:]
    return Trained(head.weights(), sum(last) / max(len(last), 1), steps, seconds)
