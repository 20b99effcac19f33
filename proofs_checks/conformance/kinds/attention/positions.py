"""Which keys a query sees, where the first tokens are aligned or the last."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .case import AttentionCase

__all__ = ["blind", "sighted", "squared", "visible"]


def visible(case: AttentionCase, align: str) -> NDArray[np.bool_]:
    """Return which keys each query sees, shape (B, M, N)."""
    (batch, _, m, _), n = case.query.shape, case.key.shape[2]
    offset = np.arange(m)[:, None] + (n - m if align == "end" else 0) - np.arange(n)
    seen = np.ones((batch, m, n), dtype=bool)
    if case.is_causal:
        seen &= offset >= 0
    if case.key_lengths is not None:
        seen &= np.arange(n) < np.array(case.key_lengths)[:, None, None]
    return seen


def blind(case: AttentionCase, align: str) -> NDArray[np.bool_]:
    """Return which queries see no key, shape (B, 1, M, 1), as outputs are indexed."""
    seen: NDArray[np.bool_] = np.any(visible(case, align), axis=2, keepdims=True)
    return ~seen[:, None]


def sighted(case: AttentionCase, align: str) -> AttentionCase:
    """Change lengths and, where that is not enough, the mask, until every query sees a key."""
    if case.key_lengths is not None:
        case = case.altered(key_lengths=tuple(max(each, 1) for each in case.key_lengths))
    return case.altered(is_causal=False) if blind(case, align).any() else case


def squared(case: AttentionCase) -> AttentionCase:
    """Return attention with as many queries as keys, in which first and last tokens are aligned alike.

    Queries or keys are added at the end. The keys are beyond `key_lengths`, and the queries have no incoming gradient.
    """
    m, n = case.query.shape[2], case.key.shape[2]
    if m < n:
        return case.altered(
            query=_longer(case.query, n), cotangent=None if case.cotangent is None else _longer(case.cotangent, n)
        )
    lengths = case.key_lengths or (n,) * len(case.key)
    return case.altered(key=_longer(case.key, m), value=_longer(case.value, m), key_lengths=lengths)


def _longer(x: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    return np.pad(x, ((0, 0), (0, 0), (0, n - x.shape[2]), (0, 0)))
