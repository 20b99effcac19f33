"""Flip-flop and two-back: two layers of causal attention, with and without positions. Nothing is certified.

- Flip-flop: tokens write a bit, carry one that is to be ignored, or read; the answer of the last token, a read, is the
  bit that was written last. The number of writes does not grow with the row: the last one may lie far back.
- Two-back: the answer is the token two places before the last, among four kinds.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import torch
from torch import nn

from entmax_oracle.kernels.layers import AdaptiveScale, EntmaxAttention

from .contenders import DELTA, Contender, contender
from .fitting import fit, seeded
from .results import Study

__all__ = ["LENGTHS", "sequence_study"]

Tensor = torch.Tensor
FEATURES, HEADS, BATCH, RATE = 32, 4, 64, 3e-3
SHORT = (8, 32)
LENGTHS = (32, 128, 512, 2048)
_ROWS = {32: 256, 128: 256, 512: 64, 2048: 16}

_REMARKS = {
    "flip-flop": (
        "The last bit written, wherever it stands; trained on 8 to 32 tokens. Nothing is certified: with two "
        "layers a token's "
        "representation depends on what stands before it, so the vocabulary of the second layer is not "
        "finite, and there is "
        "no least gap to enclose. What theorems say of a single layer still holds of each: beyond its radius "
        "an ALiBi head "
        "of entmax sees nothing (alibi-radius), and rotary logits come back near their maximum for ever "
        "(rotary-returns)."
    ),
    "two-back": (
        "The token two places back; trained on 8 to 32 tokens. A linear bias tells places apart, content "
        "does not; heads "
        "without positions know the order from the causal mask alone. Nothing is certified, for the reason "
        "given at flip-flop."
    ),
}


class Rotary(EntmaxAttention):
    """Attention whose queries and keys are rotated by their places."""

    def project(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Query, key and value, the first two rotated."""
        query, key, value = super().project(hidden)
        return _rotated(query), _rotated(key), value


def _rotated(x: Tensor) -> Tensor:
    half = x.shape[-1] // 2
    angle = torch.arange(x.shape[2])[:, None] * 10000.0 ** (-torch.arange(half) / half)
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class Stack(nn.Module):
    """Two pre-normalised blocks of attention and a network, and a read-out of the last token."""

    def __init__(self, vocabulary: int, answers: int, positions: str, how: Contender):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, FEATURES)
        self.attend = nn.ModuleList(_attention(positions, how) for _ in range(2))
        self.net = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(FEATURES), nn.Linear(FEATURES, 64), nn.GELU(), nn.Linear(64, FEATURES))
            for _ in range(2)
        )
        self.norm = nn.ModuleList(nn.LayerNorm(FEATURES) for _ in range(2))
        self.read = nn.Sequential(nn.LayerNorm(FEATURES), nn.Linear(FEATURES, answers))

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits of the answer to rows of tokens."""
        hidden = self.embed(tokens)
        for attend, net, norm in zip(self.attend, self.net, self.norm, strict=True):
            hidden = hidden + attend(norm(hidden))
            hidden = hidden + net(hidden)
        return cast(Tensor, self.read(hidden[:, -1]))


def _attention(positions: str, how: Contender) -> EntmaxAttention:
    scale = AdaptiveScale(FEATURES, HEADS, delta=float(DELTA)) if how.scale == "adaptive" else None
    kind = Rotary if positions == "rotary" else EntmaxAttention
    bias = cast(Any, positions if positions != "rotary" else "none")
    return kind(FEATURES, HEADS, alpha=how.alpha, positions=bias, scale=scale)


def draw(task: str, rows: int, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw rows of n tokens, and their answers."""
    if task == "two-back":
        tokens = torch.randint(4, (rows, n), generator=generator)
        return tokens, tokens[:, -3]
    # tokens 0, 1 write; 2, 3 carry a bit to be ignored; 4 reads
    bits = torch.randint(2, (rows, n), generator=generator)
    tokens = bits + 2
    writes = torch.rand(rows, n, generator=generator) < 4 / n
    writes[:, 0] = True
    tokens[writes] = bits[writes]
    tokens[:, -1] = 4
    writes[:, -1] = False
    last = (writes * torch.arange(n)).argmax(-1)
    return tokens, bits.gather(1, last[:, None])[:, 0]


def sequence_study(task: str, positions: str, name: str, seed: int, steps: int) -> Study:
    """Train a stack on short rows, and measure it on longer ones."""
    with seeded(seed):
        generator = torch.Generator().manual_seed(seed)
        stack = Stack(5 if task == "flip-flop" else 4, 2 if task == "flip-flop" else 4, positions, contender(name))

        def loss() -> Tensor:
            n = int(torch.randint(SHORT[0], SHORT[1] + 1, (), generator=generator))
            tokens, answer = draw(task, BATCH, n, generator)
            return nn.functional.cross_entropy(stack(tokens), answer)

        seconds = fit(stack.parameters(), RATE, steps, loss)
        with torch.no_grad():
            accuracy = {str(n): _accuracy(stack, task, n, generator) for n in LENGTHS}
    return Study(task, positions, name, seed, steps, round(seconds, 3), accuracy, remark=_REMARKS[task])


def _accuracy(stack: Stack, task: str, n: int, generator: torch.Generator) -> float:
    right: list[float] = []
    for _ in range(0, _ROWS[n], max(1, min(_ROWS[n], 8192 // n))):
        tokens, answer = draw(task, max(1, min(_ROWS[n], 8192 // n)), n, generator)
        right += (stack(tokens).argmax(-1) == answer).float().tolist()
    return float(np.mean(right))
