"""Cases of attention."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from ...calls import Float64
from ...case import Case

__all__ = ["TENSORS", "AttentionCase"]

TENSORS = ("query", "key", "value")


def _count(n: int, noun: str) -> str:
    plural = {"query": "queries"}.get(noun, f"{noun}s")
    return f"{n:,} {noun if n == 1 else plural}"


@dataclass(frozen=True, eq=False)
class AttentionCase(Case):
    """An input of a law of attention.

    Parameters
    ----------
    query, key, value : ndarray of float64, shapes (B, H, M, D), (B, Hkv, N, D), (B, Hkv, N, Dv)
        Numbers of the format under test.
    cotangent : ndarray of float64, shape (B, H, M, Dv), optional
        For the laws of the gradient.
    is_causal, scale, alibi_slopes, key_lengths
        As for :func:`entmax_oracle.reference.attention`; slopes are a tuple of H numbers, lengths of B integers.
    layout, variant
        As for `Case`.
    cotangent_layout : str
        How the cotangent lies in memory: ``"constant"``, a key of `target.layouts.LAYOUTS`, or like the tensors.
    """

    shaped: ClassVar[bool] = True
    query: Float64
    key: Float64
    value: Float64
    cotangent: Float64 | None = None
    is_causal: bool = False
    scale: float | None = None
    alibi_slopes: tuple[float, ...] | None = None
    key_lengths: tuple[int, ...] | None = None
    layout: str = "contiguous"
    cotangent_layout: str = ""
    variant: int = 0

    @property
    def tensors(self) -> dict[str, NDArray[Any]]:
        return {name: getattr(self, name) for name in TENSORS}

    @property
    def options(self) -> Mapping[str, Any]:
        return {
            "is_causal": self.is_causal,
            "scale": self.scale,
            "alibi_slopes": self.alibi_slopes,
            "key_lengths": self.key_lengths,
        }

    @property
    def given(self) -> dict[str, Any]:
        """The options that are not left to their default."""
        return {name: value for name, value in self.options.items() if value is not None and value is not False}

    @property
    def answer_shape(self) -> tuple[int, ...]:
        return (*self.query.shape[:3], self.value.shape[3])

    @property
    def sizes(self) -> dict[str, int]:
        batch, heads, queries, features = self.query.shape
        keys = self.key.shape[2]
        return {"sequences": batch, "heads": heads, "queries": queries, "keys": keys, "features": features}

    @property
    def what(self) -> str:
        shapes = ", ".join(f"{name} {x.shape}" for name, x in self.tensors.items())
        given = [f"{name}={value}" for name, value in self.given.items()]
        return f"{shapes}{' with ' if given else ''}{', '.join(given)}"

    @property
    def brief(self) -> str:
        batch, heads, queries, features = self.query.shape
        keys = self.key.shape[2]
        if not any(self.visible.values()) and queries == 1:
            return "a query that sees no key"
        counts = {"sequence": batch, "head": heads, "query": queries, "key": keys, "feature": features}
        words = [_count(n, noun) for noun, n in counts.items() if n > 1 or noun in ("query", "key")]
        given = [f"{name}={value}" for name, value in self.given.items()]
        blind = sorted({i for (_, i), seen in self.visible.items() if not seen})
        where = f", where query {blind[0]} sees no key" if blind else ""
        return f"{' and '.join([', '.join(words[:-1]), words[-1]])}{' with ' if given else ''}{', '.join(given)}{where}"

    @property
    def visible(self) -> dict[tuple[int, int], int]:
        """How many keys each query of each sequence may see."""
        queries, keys = self.query.shape[2], self.key.shape[2]
        lengths = self.key_lengths or (keys,) * len(self.query)
        return {
            (b, i): max(min(length, i + keys - queries + 1) if self.is_causal else length, 0)
            for b, length in enumerate(lengths)
            for i in range(queries)
        }

    @property
    def lengthened(self) -> tuple[int, Callable[[int], Self | None]]:
        keys = self.key.shape[2]
        if self.key_lengths is not None or self.is_causal or self.alibi_slopes is not None:
            return 0, lambda count: None
        return keys, self._repeated

    def _repeated(self, count: int) -> Self:
        """Repeat the keys to a number, with their values."""
        places = np.arange(count) % self.key.shape[2]
        return self.altered(key=self.key[:, :, places], value=self.value[:, :, places])

    @property
    def elements(self) -> int:
        """How many numbers the keys have, for how much a call costs."""
        return math.prod(self.key.shape)

    @property
    def scores(self) -> int:
        """How many scores there are."""
        return math.prod((*self.query.shape[:3], self.key.shape[2]))

    @property
    def group(self) -> int:
        """How many heads share a key head."""
        return int(self.query.shape[1] // self.key.shape[1])

    @property
    def between(self) -> tuple[AttentionCase, ...]:
        """One query, and the keys rolled by one."""
        return (self.altered(key=np.roll(self.key, 1, axis=2), query=self.query[:, :, :1]),)

    def layout_of(self, name: str) -> str:
        if name == "cotangent":
            return self.cotangent_layout or ("contiguous" if self.layout == "mixed" else self.layout)
        return {"key": "tokens first"}.get(name, "contiguous") if self.layout == "mixed" else self.layout

    def rolled(self) -> Self:
        """Return the same attention with its values rolled by one."""
        return self.altered(value=np.roll(self.value, 1, axis=2))

    def heads(self, some: list[int], keys: list[int]) -> Self:
        """Keep some heads, and the key heads that they read."""
        slopes, g = self.alibi_slopes, self.cotangent
        return self.altered(
            query=self.query[:, some],
            key=self.key[:, keys],
            value=self.value[:, keys],
            cotangent=None if g is None else g[:, some],
            alibi_slopes=None if slopes is None else tuple(slopes[h] for h in some),
        )

    def alone(self) -> tuple[list[Self], NDArray[np.intp]]:
        """Return every head of every sequence."""
        lengths = self.key_lengths
        parts = []
        for b, h in product(range(len(self.query)), range(self.query.shape[1])):
            one = self.heads([h], [h // self.group])
            parts.append(
                one.altered(
                    query=one.query[b : b + 1],
                    key=one.key[b : b + 1],
                    value=one.value[b : b + 1],
                    key_lengths=None if lengths is None else (lengths[b],),
                )
            )
        return parts, np.arange(len(parts))
