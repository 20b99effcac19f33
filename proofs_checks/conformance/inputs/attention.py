"""Cases of attention that aim at its hard places, each made from a small descriptor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from hypothesis import strategies as st

from entmax_oracle.reference.formats import as_format

from ..attention.calls import AttentionCase
from ..calls import Float64
from .rows import on_grid, quantise

__all__ = ["Shape", "shapes"]

FAMILIES = ("gaussian", "sharp", "flat", "ties", "constant", "shifted", "rising", "falling", "huge")


@dataclass(frozen=True)
class Shape:
    """A case of attention by its description.

    Parameters
    ----------
    batch, key_heads, group, queries, keys, features, value_features : int
        The sizes; there are ``key_heads * group`` heads.
    family : str
        ``"gaussian"``: scores of order one. ``"sharp"``: few keys live. ``"flat"``: all live. ``"ties"``: few
        different scores. ``"constant"``: equal scores. ``"shifted"``: all scores of a row far from zero.
        ``"rising"``, ``"falling"``: later keys score higher, lower. ``"huge"``: products up to 10^5.
    seed : int
        Of the numbers.
    is_causal, alibi, lengths : bool
        Which options are given.
    scale : float, optional
    layout : str
    """

    batch: int = 1
    key_heads: int = 1
    group: int = 1
    queries: int = 4
    keys: int = 7
    features: int = 4
    value_features: int = 3
    family: str = "gaussian"
    seed: int = 0
    is_causal: bool = False
    alibi: bool = False
    lengths: bool = False
    scale: float | None = None
    layout: str = "contiguous"

    def case(self, dtype: str, *, gradient: bool = False) -> AttentionCase:
        """Make the case, in numbers of a format, with a cotangent if a gradient is wanted."""
        rng = np.random.default_rng([self.seed, self.queries, self.keys])
        heads = self.key_heads * self.group
        query = rng.standard_normal((self.batch, heads, self.queries, self.features))
        key = rng.standard_normal((self.batch, self.key_heads, self.keys, self.features))
        value = rng.standard_normal((self.batch, self.key_heads, self.keys, self.value_features))
        if self.family in ("sharp", "flat"):
            query *= 4.0 if self.family == "sharp" else 0.02
        elif self.family == "ties":
            query, key = np.rint(query), np.rint(key)
        elif self.family == "constant":
            key[:] = key[:, :, :1]
        elif self.family == "shifted":
            query[..., 0] = 1.0
            key = on_grid(key, 64.0, "bfloat16" if as_format(dtype).precision_bits < 24 else "float16")
            key[..., 0] += 16.0
        elif self.family in ("rising", "falling"):
            query[..., 0] = 1.0 if self.family == "rising" else -1.0
            key[..., 0] = np.linspace(0.0, 6.0, self.keys) * np.sqrt(self.features)
        elif self.family == "huge":
            query, key = 128.0 * query, 128.0 * key
        # No sequence that an implementation would make up itself.
        slopes = tuple(
            float(quantise(np.array(0.75 ** ((3 * h + self.seed) % 7 + 1)), "bfloat16")) for h in range(heads)
        )
        lengths = tuple(int(n) for n in rng.integers(0, self.keys + 1, self.batch))
        cotangent = rng.standard_normal((self.batch, heads, self.queries, self.value_features))
        return AttentionCase(
            quantise(query, dtype),
            quantise(key, dtype),
            quantise(value, dtype),
            is_causal=self.is_causal,
            scale=self.scale,
            alibi_slopes=slopes if self.alibi else None,
            key_lengths=lengths if self.lengths else None,
            layout=self.layout,
            variant=self.seed,
            cotangent=quantise(cotangent, dtype) if gradient else None,
        )


@cache
def shapes(**fixed: object) -> st.SearchStrategy[Shape]:
    """Draw descriptors with up to a few thousand scores.

    Parameters
    ----------
    **fixed
        Fields of `Shape` that are not drawn.
    """
    lengths = st.one_of(st.integers(1, 9), st.sampled_from((15, 16, 17, 31, 32, 33)))
    drawn: dict[str, st.SearchStrategy[object]] = {
        "batch": st.integers(1, 2),
        "key_heads": st.integers(1, 2),
        "group": st.integers(1, 3),
        "queries": lengths,
        "keys": lengths,
        "features": st.sampled_from((1, 4, 8, 16)),
        "value_features": st.sampled_from((1, 4, 8)),
        "family": st.sampled_from(FAMILIES),
        "seed": st.integers(0, 999),
        "is_causal": st.booleans(),
        "alibi": st.booleans(),
        "lengths": st.booleans(),
        "scale": st.sampled_from((None, None, 1.0, 0.5, 0.125, 2.0)),
    }
    given = {name: st.just(fixed[name]) if name in fixed else strategy for name, strategy in drawn.items()}
    return st.builds(Shape, **given).map(_affordable)


def _affordable(shape: Shape) -> Shape:
    """One head and batch where there are many scores."""
    if shape.batch * shape.key_heads * shape.group * shape.queries * shape.keys > 2048:
        return replace(shape, batch=1, key_heads=1)
    return shape


def needle(case: AttentionCase, alpha: float, dtype: str, share: float) -> AttentionCase:
    """Make one key of each key head certain of a small probability for the first query, and its value huge.

    One feature only, scale 1: key 0 scores 0, key 1 scores as much less as gives it `share` against key 0.
    """
    a = max(alpha - 1.0, 0.05)
    gap = ((1 - share) ** a - share**a) / a
    key = np.full_like(case.key[..., :1], -4 / a)
    key[:, :, 0] = 0.0
    place = 1 + case.variant % max(case.key.shape[2] - 1, 1)
    value = case.value.copy()
    if case.key.shape[2] > 1:
        key[:, :, place] = -gap
        value[:, :, place] = 2.0**10
    ones: Float64 = np.ones_like(case.query[..., :1])
    return replace(
        case, query=ones, key=quantise(key, dtype), value=value, scale=1.0, is_causal=False, alibi_slopes=None
    )
