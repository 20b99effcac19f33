"""Rows on a CPU whose candidates are all in their first block, where ``q`` is an integer: as any short row. For Numba.

Nothing is listed: to sum the whole block, in vectors, costs less than to sort it. The arithmetic is that of the row's
dtype, in lanes: a sum of 128 terms is 16 terms a lane, so that it is good to a few units of roundoff in float32 too.
Gradients are summed in float64, in which what comes from upstream does not overflow.

Behind the end of a row the block is masked, so that every loop has the same length, and every sum the same order.
"""

from typing import Any

import numpy as np

from ..runtime.numba import jit, jit_inside, jit_sums

BLOCK = 128
"""Tokens of a block; rows are padded to whole blocks."""
FLOOR = -1e30
"""What a difference of logits is kept above."""


@jit_inside
def fill_block(z: Any, start: int, n: int, top: Any, magnitude: Any, v: Any) -> None:
    """Fill ``v`` with ``scale (z - max)`` of the first block of a row, in the dtype of ``v``."""
    number, size = v.dtype.type, min(n, BLOCK)
    highest, factor, floor, masked = number(top), number(magnitude), number(FLOOR), number(-np.inf)
    lowest = number(-3.4028234663852886e38 if v.itemsize == 4 else -1.7976931348623157e308)  # nothing overflows
    for i in range(size):
        token = number(z[np.uint64(start + i)])
        difference = token - highest
        x = (difference if difference > lowest else lowest) * factor
        x = x if x > floor else floor
        v[np.uint64(i)] = floor if token == masked else x  # masked at a scale of 0, too
    for i in range(size, BLOCK):
        v[np.uint64(i)] = floor


@jit
def block_base(v: Any, rate: Any, one: Any, zero: Any) -> Any:
    """``w = 1 + rate v``, or 0: rounded as written, so that both passes agree on who is in the support."""
    w = rate * v + one
    return w if w > zero else zero


@jit
def block_power(w: Any, power: int) -> Any:
    """``w^power`` for the powers 3 and 4."""
    square = w * w
    return square * w if power == 3 else square * square


@jit_sums
def sum_block(v: Any, rate: Any, power: int, weights: Any) -> Any:
    """Fill ``weights`` with the ``W`` of a block, and sum them: ``(sum W, sum V (-v))``."""
    number = v.dtype.type
    S, X, zero, one = number(0), number(0), number(0), number(1)
    if power == 2:
        for i in range(BLOCK):
            x = v[np.uint64(i)]
            w = block_base(x, rate, one, zero)
            W = w * w
            weights[np.uint64(i)] = W
            S += W
            X -= w * x
    elif power == 1:
        for i in range(BLOCK):
            x = v[np.uint64(i)]
            w = block_base(x, rate, one, zero)
            weights[np.uint64(i)] = w
            S += w
            X -= x if w > zero else zero
    else:
        for i in range(BLOCK):
            x = v[np.uint64(i)]
            w = block_base(x, rate, one, zero)
            W = block_power(w, power)
            weights[np.uint64(i)] = W
            S += W
            X -= (w * w if power == 3 else w * w * w) * x
    return S, X


@jit_inside
def scale_block(weights: Any, size: int, inverse: Any, p: Any, out: int) -> None:
    """Write the probabilities of a block: its weights by their sum."""
    factor = weights.dtype.type(inverse)
    for i in range(size):
        p[np.uint64(out + i)] = weights[np.uint64(i)] * factor


@jit_inside
def sensitivities_of_block(
    v: Any, rate: Any, inverse: Any, power: int, g: Any, first: int, token: int, size: int, weights: Any, upstream: Any
) -> None:
    """Fill ``weights`` with ``V`` and ``upstream`` with the gradient upstream, and both with 0 outside the support."""
    number = v.dtype.type
    zero, one, speed, factor = number(0), number(1), number(rate), number(inverse)
    for i in range(size):
        w = block_base(v[np.uint64(i)], speed, one, zero)
        V = one if power == 1 else w
        W = w if power == 1 else w * w
        if power > 2:
            V = w * w if power == 3 else w * w * w
            W = block_power(w, power)
        inside = W * factor > zero
        weights[np.uint64(i)] = np.float64(V) if inside else 0.0
        upstream[np.uint64(i)] = np.float64(g[np.uint64(first + i * token)]) if inside else 0.0
    for i in range(size, BLOCK):
        weights[i], upstream[i] = 0.0, 0.0


@jit
def probabilities_of_block(v: Any, rate: Any, inverse: Any, power: int, p: Any) -> None:
    """Fill ``p`` with the probabilities of a block, as the forward pass gave them."""
    number = v.dtype.type
    zero, one, speed, factor = number(0), number(1), number(rate), number(inverse)
    for i in range(BLOCK):
        w = block_base(v[np.uint64(i)], speed, one, zero)
        W = w if power == 1 else w * w
        p[np.uint64(i)] = (block_power(w, power) if power > 2 else W) * factor
