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
    "feature": (3, 3, None, None),
    "value feature": (None, None, 3, 3),
}


def complexity(case: AttentionCase) -> tuple[float, ...]:
    """Measure what shrinking lowers: the scores, all numbers, the options, then the bits of the numbers."""
    more = (case.cotangent, case.attn_mask, case.scales)
    held = [*case.tensors.values(), *(np.nan_to_num(x, neginf=-1.0) for x in more if x is not None)]
    return (
        float(case.scores),
        float(sum(x.size for x in held)),
        float(case.layout != "contiguous") + float(len(case.given)) + _oddity(case),
        float(sum(map(bits, held))),
        float(sum(np.abs(x).sum() for x in held)),
        float(case.variant),
    )


def _oddity(case: AttentionCase) -> float:
    """Measure how far features are from their simplest values, between 0 and 1."""
    sides = [] if case.window is None else [0 if each is None else each for each in case.window]
    odd = [*sides, *(case.sinks or ()), *(case.alphas or ()), *([] if case.softcap is None else [case.softcap - 1])]
    odd += [case.attn_mask.ndim] if case.attn_mask is not None else []
    return 1 - 1 / (1 + sum(map(abs, odd)))


def _part(case: AttentionCase, kind: str, kept: NDArray[np.bool_]) -> AttentionCase:
    if kind in ("batch", "query", "key"):
        return _fewer(case.taken(kind, np.flatnonzero(kept)), case, kind, kept)
    arrays: list[Any] = [
        x if axis is None or x is None else np.compress(kept, x, axis=axis)
        for x, axis in zip((*case.tensors.values(), case.cotangent), _AXES[kind], strict=True)
    ]
    return case.altered(query=arrays[0], key=arrays[1], value=arrays[2], cotangent=arrays[3])


def _fewer(part: AttentionCase, case: AttentionCase, kind: str, kept: NDArray[np.bool_]) -> AttentionCase:
    """Count how many of the first queries, or keys, of each sequence are left."""
    name = f"{kind}_lengths"
    lengths = None if kind == "batch" else getattr(case, name)
    if lengths is None:
        return part
    return part.altered(**{name: tuple(int(kept[:length].sum()) for length in lengths)})


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
    yield case.altered(attn_mask=None, boolean_mask=False)
    yield from (case.altered(**{name: None}) for name in ("window", "softcap", "sinks", "alphas", "scales"))
    yield case.altered(variant=0)
    yield from _features(case)
    if case.scale is not None:
        yield case.altered(scale=1.0)
    if case.alibi_slopes is not None:
        yield case.altered(alibi_slopes=(1.0,) * len(case.alibi_slopes))


def _features(case: AttentionCase) -> Iterator[AttentionCase]:
    """Simpler values of features."""
    if case.window is not None:
        left, right = case.window
        sides = ((0, 0), (1, 0), (0, 1), (left, None), (None, right), (left, 0), (0, right), (left, left))
        yield from (case.altered(window=each) for each in sides if each != case.window and each != (None, None))
    if case.softcap is not None:
        yield case.altered(softcap=1.0)
    for name, simple in (("sinks", (0.0, 1.0)), ("alphas", tuple(dict.fromkeys(case.alphas or ())))):
        numbers = getattr(case, name)
        if numbers is not None:
            yield from (case.altered(**{name: (each,) * len(numbers)}) for each in simple)
    if case.scales is not None:
        yield case.altered(scales=np.ones_like(case.scales))
        yield case.altered(scales=None, scale=1.0)
    mask = case.attn_mask
    if mask is not None:
        for axis in range(mask.ndim):
            yield case.altered(attn_mask=np.take(mask, [0], axis=axis))
        if mask.ndim > 2:
            yield case.altered(attn_mask=mask.reshape(-1, *mask.shape[-2:])[0])
        yield case.altered(attn_mask=np.where(np.isneginf(mask), mask, 0.0))
        yield case.altered(attn_mask=np.where(np.isneginf(mask), 0.0, mask))
        yield case.altered(attn_mask=np.rint(mask))


def _numbers(case: AttentionCase) -> Iterator[AttentionCase]:
    """Simpler numbers for a whole tensor."""
    for name in ("query", "key", "value", "cotangent"):
        x = getattr(case, name)
        if x is not None:
            for simple in (np.zeros_like(x), np.ones_like(x), np.rint(x), coarse(x, 2), coarse(x, 4), coarse(x, 8)):
                yield case.altered(**{name: simple})


ATTEMPTS = (_heads, _parts, _options, _numbers)
