"""Which keys a query sees, where the first tokens are aligned or the last."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .case import AttentionCase

__all__ = ["blind", "sequences", "sighted", "squared"]


def blind(case: AttentionCase, align: str) -> NDArray[np.bool_]:
    """Return which queries see no key, shape (B, H or 1, M, 1), as outputs are indexed."""
    seen: NDArray[np.bool_] = np.any(case.sees(align), axis=-1, keepdims=True)
    return ~seen


def sighted(case: AttentionCase, align: str) -> AttentionCase:
    """Change lengths and, where that is not enough, the masks, until every query sees a key."""
    if case.key_lengths is not None:
        case = case.altered(key_lengths=tuple(max(each, 1) for each in case.key_lengths))
    for change in ({"window": None}, {"attn_mask": None}, {"is_causal": False}):
        if blind(case, align).any():
            case = case.altered(**change)
    return case


def squared(case: AttentionCase) -> AttentionCase:
    """Return attention with as many queries as keys, in which first and last tokens are aligned alike.

    Queries or keys are added at the end. The keys are beyond `key_lengths`, and the queries have no incoming gradient.
    """
    m, n = case.query.shape[2], case.key.shape[2]
    if m < n:
        return case.altered(
            query=_longer(case.query, n),
            cotangent=_longer(case.cotangent, n),
            attn_mask=_longer(case.attn_mask, n, 2, 4),
            scales=_longer(case.scales, n, 2, 3),
        )
    lengths = case.key_lengths or (n,) * len(case.key)
    return case.altered(
        key=_longer(case.key, m),
        value=_longer(case.value, m),
        attn_mask=_longer(case.attn_mask, m, 3, 4),
        key_lengths=lengths,
    )


def sequences(case: AttentionCase) -> list[tuple[int, int, int, AttentionCase]]:
    """Return the sequences of a packed case that have a query: place, queries, keys, and the case alone.

    One without keys keeps the first, beyond its length.
    """
    assert case.query_lengths is not None
    keys = case.key_lengths or (case.key.shape[2],) * len(case.key)
    found = []
    for b, (m, n) in enumerate(zip(case.query_lengths, keys, strict=True)):
        if m:
            one = case.taken("batch", [b]).taken("query", np.arange(m)).taken("key", np.arange(max(n, 1)))
            found.append((b, m, n, one.altered(query_lengths=None, key_lengths=None if n else (0,))))
    return found


def _longer(x: Any, n: int, axis: int = 2, axes: int = 0) -> Any:
    """Append zeros along an axis; with ``axes``, to an array that broadcasts to that number of axes."""
    at = axis - axes + x.ndim if axes and x is not None else axis
    if x is None or at < 0 or (axes and x.shape[at] == 1):
        return x
    return np.pad(x, [(0, n - size if place == at else 0) for place, size in enumerate(x.shape)])
