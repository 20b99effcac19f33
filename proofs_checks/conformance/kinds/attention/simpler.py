"""What makes a counterexample of attention simpler."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...inputs.rows import bits, coarse
from .case import AttentionCase

__all__ = ["ATTEMPTS", "complexity"]

# Along which axis of query, key, value and cotangent each kind of part lies.
_AXES: dict[str, tuple[int | None, int | None, int | None, int | None]] = {
    "batch": (0, 0, 0, 0),
    "query": (2, None, None, 2),
    "key": (None, 2, 2, None),
    "feature": (3, 3, None, None),
    "value feature": (None, None, 3, 3),
}


def complexity(case: AttentionCase) -> tuple[float, ...]:
    """Measure what shrinking lowers: the scores, all numbers, the options, then the bits of the numbers."""
    held = [*case.tensors.values(), *([] if case.cotangent is None else [case.cotangent])]
    return (
        float(case.scores),
        float(sum(x.size for x in held)),
        float(case.layout != "contiguous") + float(len(case.given)),
        float(sum(map(bits, held))),
        float(sum(np.abs(x).sum() for x in held)),
        float(case.variant),
    )


def _part(case: AttentionCase, kind: str, kept: NDArray[np.bool_]) -> AttentionCase:
    arrays: list[Any] = [
        x if axis is None or x is None else np.compress(kept, x, axis=axis)
        for x, axis in zip((*case.tensors.values(), case.cotangent), _AXES[kind], strict=True)
    ]
    lengths = case.key_lengths
    if lengths is not None and kind == "batch":
        lengths = tuple(np.array(lengths)[kept].tolist())
    if lengths is not None and kind == "key":
        lengths = tuple(int(kept[:length].sum()) for length in lengths)
    return case.altered(query=arrays[0], key=arrays[1], value=arrays[2], cotangent=arrays[3], key_lengths=lengths)


def _parts(case: AttentionCase) -> Iterator[AttentionCase]:
    """Drop batches, queries, keys and features, halves first."""
    counts = {
        "batch": case.query.shape[0],
        "query": case.query.shape[2],
        "key": case.key.shape[2],
        "feature": case.query.shape[3],
        "value feature": case.value.shape[3],
    }
    for kind, count in counts.items():
        size = (count + 1) // 2
        while size >= 1 and count > 1:
            for start in range(0, count, size):
                kept = np.ones(count, dtype=bool)
                kept[start : start + size] = False
                if kept.any():
                    yield _part(case, kind, kept)
            size //= 2


def _heads(case: AttentionCase) -> Iterator[AttentionCase]:
    """One head of each, one group, or one head for each key head."""
    heads, key_heads, group = case.query.shape[1], case.key.shape[1], case.group
    pairs = [([h], [h // group]) for h in range(heads)]
    pairs += [(list(range(k * group, (k + 1) * group)), [k]) for k in range(key_heads)]
    pairs += [(list(range(0, heads, group)), list(range(key_heads)))]
    yield from (case.heads(some, keys) for some, keys in pairs if len(some) < heads)


def _options(case: AttentionCase) -> Iterator[AttentionCase]:
    """Leave options out."""
    yield case.altered(layout="contiguous")
    yield case.altered(is_causal=False)
    yield case.altered(scale=None)
    yield case.altered(alibi_slopes=None)
    yield case.altered(key_lengths=None)
    yield case.altered(variant=0)
    if case.scale is not None:
        yield case.altered(scale=1.0)
    if case.alibi_slopes is not None:
        yield case.altered(alibi_slopes=(1.0,) * len(case.alibi_slopes))


def _numbers(case: AttentionCase) -> Iterator[AttentionCase]:
    """Simpler numbers for a whole tensor."""
    for name in ("query", "key", "value", "cotangent"):
        x = getattr(case, name)
        if x is not None:
            for simple in (np.zeros_like(x), np.ones_like(x), np.rint(x), coarse(x, 2), coarse(x, 4), coarse(x, 8)):
                yield case.altered(**{name: simple})


ATTEMPTS = (_heads, _parts, _options, _numbers)
