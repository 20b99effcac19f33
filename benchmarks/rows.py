"""Rows of logits that are hard for an entmax solver, by family."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]


def _one_hot_margin(g: np.random.Generator, shape: tuple[int, int], a: float) -> Rows:
    z = np.full(shape, -1 / a) + 2.0**-30 * g.standard_normal(shape) / a
    z[:, 0] = 0
    return z


def _spread(g: np.random.Generator, shape: tuple[int, int], a: float) -> Rows:
    z = -0.6 / a * g.random(shape)
    z[:, 0] = 0.3 / a
    return z


def _boundary(g: np.random.Generator, shape: tuple[int, int], a: float) -> Rows:
    """Logits of a known p (z = p^a / a), half of the tokens exactly zero and so at the threshold."""
    p = g.random(shape) ** 3
    p[:, 1::2] = 0
    p /= p.sum(axis=1, keepdims=True)
    return p**a / a


FAMILIES: dict[str, Callable[[np.random.Generator, tuple[int, int], float], Rows]] = {
    "gaussian": lambda g, shape, a: g.standard_normal(shape),
    "wide": lambda g, shape, a: 30 * g.standard_normal(shape),
    "narrow": lambda g, shape, a: 1e-3 * g.standard_normal(shape),
    "flat": lambda g, shape, a: np.full(shape, 0.3),
    "ties": lambda g, shape, a: np.round(2 * g.standard_normal(shape)) / 2,
    "heavy tails": lambda g, shape, a: g.standard_cauchy(shape),
    "offset 1e8": lambda g, shape, a: 1e8 + g.standard_normal(shape),
    "one-hot margin": _one_hot_margin,
    "one large": _spread,
    "at the threshold": _boundary,
    "masked": lambda g, shape, a: np.where(np.arange(shape[1]) % 3 == 1, -np.inf, g.standard_normal(shape)),
}
