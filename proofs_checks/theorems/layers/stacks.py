"""Stacks of attention layers with the products of their matrices, and the paths through their supports."""

from __future__ import annotations

import random
from itertools import accumulate

from ..vocabulary import *

Matrix = list[list[Any]]


def product(stack: Sequence[Matrix]) -> Matrix:
    """Return the product of the matrices, the last layer leftmost."""
    result = stack[0]
    for layer in stack[1:]:
        result = [
            [BALLS.add([x * y for x, y in zip(line, column, strict=True)]) for column in zip(*result, strict=True)]
            for line in layer
        ]
    return result


def _support(matrix: Matrix) -> Matrix:
    return [[fmpq(int(not (isinstance(x, fmpq) and x == 0))) for x in line] for line in matrix]


def stack_of(layers: Sequence[Matrix]) -> Instance:
    """Return the product of some layers, with the numbers of paths through their supports."""
    gradients, counts = product(layers), product([_support(layer) for layer in layers])
    fans = [max(sum(line, fmpq(0)) for line in _support(layer)) for layer in layers]
    return Instance(
        {
            N.n: fmpq(len(layers[0])),
            N.layers: fmpq(len(layers)),
            N.G: gradients,
            N.w: counts[-1],
            N.paths: sum(counts[-1], fmpq(0)),
            N.fan: fans,
            N.peak: BALLS.maximum(gradients[-1]),
        }
    )


def with_residuals(layers: Sequence[Matrix]) -> Instance:
    """Return the paths through the supports and along residual edges; the supports alone are what `fan` counts."""
    edges = [
        [[max(x, fmpq(int(m == j))) for j, x in enumerate(line)] for m, line in enumerate(_support(layer))]
        for layer in layers
    ]
    counts = product(edges)[-1]
    return stack_of(layers) + {N.w: counts, N.paths: sum(counts, fmpq(0))}


def drawn(n: int, layers: int, seed: int, alpha: Any) -> list[Matrix]:
    """Return layers of entmax attention whose logits are multiples of 1/4 in [-2, 2]."""
    rng = random.Random(seed)
    return [[row([fmpq(rng.randint(-8, 8), 4) for _ in range(n)], alpha)[N.p] for _ in range(n)] for _ in range(layers)]


@family("random stacks of entmax layers", n=whole(1, 4), layers=whole(1, 3), seed=seed, alpha=one_of((1, "3/2", 2)))
def random_stack(n: fmpq, layers: fmpq, seed: fmpq, alpha: fmpq) -> Instance:
    """Return a stack of entmax layers."""
    return stack_of(drawn(int(n.p), int(layers.p), int(seed.p), alpha))


@family("random stacks of entmax layers", n=whole(1, 4), layers=whole(1, 3), seed=seed, alpha=one_of(("3/2", 2)))
def random_residuals(n: fmpq, layers: fmpq, seed: fmpq, alpha: fmpq) -> Instance:
    """Return a stack of entmax layers with residual edges."""
    return with_residuals(drawn(int(n.p), int(layers.p), int(seed.p), alpha))


def softmax_stack(n: fmpq, layers: fmpq, seed: fmpq, causal: bool = False) -> Instance:
    """Return a stack of softmax layers with the range of all their logits."""
    rng, tokens = random.Random(int(seed.p)), int(n.p)
    stack, logits = [], []
    for _ in range(int(layers.p)):
        lines = []
        for m in range(tokens):
            z = [fmpq(rng.randint(-8, 8), rng.choice((8, 32))) for _ in range(m + 1 if causal else tokens)]
            logits += z
            lines.append([*row(z, 1)[N.p], *[fmpq(0)] * (tokens - len(z))])
        stack.append(lines)
    return stack_of(stack) + {N.z_max: max(logits), N.z_min: min(logits)}


def one_strong(n: int) -> Instance:
    """Return two softmax layers in which every token prefers the first."""
    lines = [row([1] + [0] * (n - 1), 1)[N.p] for _ in range(n)]
    return stack_of([lines, lines]) + {N.z_max: 1, N.z_min: 0, N.i: 1, N.j: 1}


def uniform_stack(n: int, layers: int, causal: bool = True) -> Instance:
    """Return layers in which every token attends evenly, to itself and those before it or to all."""
    lines = [[fmpq(1, m + 1) if j <= m else fmpq(0) for j in range(n)] for m in range(n)]
    return stack_of([lines if causal else [[fmpq(1, n)] * n] * n] * layers)


def one_hot_stack() -> Instance:
    """Return two layers of two tokens that look at the first."""
    return stack_of([[[fmpq(1), fmpq(0)]] * 2] * 2)


def exchanging_stack() -> Instance:
    """Return two layers of two tokens that look at each other, with residual edges."""
    return with_residuals([[[fmpq(0), fmpq(1)], [fmpq(1), fmpq(0)]]] * 2)


def sunk(n: int, layers: int) -> Instance:
    """Return the first column of the product of uniform causal layers, exactly: a token averages what precedes it."""
    column = [fmpq(1)] + [fmpq(0)] * (n - 1)
    for _ in range(layers):
        column = [value / (m + 1) for m, value in enumerate(accumulate(column))]
    return Instance({N.n: fmpq(n), N.layers: fmpq(layers), N.G: [[value] for value in column]})
