"""Cases of attention."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from ...calls import Float64, Verbatim
from ...case import Case
from ...target.packing import bounds

__all__ = ["TENSORS", "AttentionCase"]

TENSORS = ("query", "key", "value")

_GIVEN = (
    "is_causal",
    "scale",
    "scales",
    "alphas",
    "alibi_slopes",
    "key_lengths",
    "query_lengths",
    "attn_mask",
    "window",
    "softcap",
    "sinks",
)
"""Fields that are None or False where they are not used."""

_AXES = {"batch": 0, "query": 2, "key": 3}
"""Axes of the scores, (B, H, M, N)."""


def _count(n: int, noun: str) -> str:
    plural = {"query": "queries"}.get(noun, f"{noun}s")
    return f"{n:,} {noun if n == 1 else plural}"


def _taken(x: Any, axis: int, index: Any, axes: int = 4) -> Any:
    """Take parts of what broadcasts to an array of some axes, along one of these."""
    if x is None:
        return None
    at = axis - axes + x.ndim
    return x if at < 0 or x.shape[at] == 1 else np.take(x, index, axis=at)


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
    attn_mask : ndarray of float64, broadcasts to (B, H, M, N), optional
        Numbers of the format, or -inf.
    boolean_mask : bool
        Whether the mask is passed as a boolean one: True where it is not -inf.
    window, softcap, sinks
        As for :func:`entmax_oracle.reference.attention`; sinks are a tuple of H numbers of the format.
    alphas : tuple of float, optional
        One per head, in place of the one of the setting.
    scales : ndarray of float64, shape (H, 1) or (B, H, M), optional
        In place of the scale.
    query_lengths : tuple of int, optional
        How many queries the sequences have, where they are packed. Each is then attended to on its own.
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
    attn_mask: Float64 | None = None
    boolean_mask: bool = False
    window: tuple[int | None, int | None] | None = None
    softcap: float | None = None
    sinks: tuple[float, ...] | None = None
    alphas: tuple[float, ...] | None = None
    scales: Float64 | None = None
    query_lengths: tuple[int, ...] | None = None

    @property
    def tensors(self) -> dict[str, NDArray[Any]]:
        return {name: getattr(self, name) for name in TENSORS}

    @property
    def options(self) -> Mapping[str, Any]:
        found: dict[str, Any] = {
            "is_causal": self.is_causal,
            "scale": self.scale if self.scales is None else self.scales,
            "alibi_slopes": self.alibi_slopes,
            "key_lengths": self.key_lengths,
            "attn_mask": self.mask_given,
            "window": None if self.window is None else Verbatim(-1 if each is None else each for each in self.window),
            "softcap": self.softcap,
            "sinks": None if self.sinks is None else np.array(self.sinks),
            "return_lse": True,
        }
        if self.alphas is not None:
            found["alpha"] = self.alphas
        if self.query_lengths is not None:
            keys = self.key_lengths or (self.key.shape[2],) * len(self.key)
            found |= {
                "cu_seqlens_q": bounds(self.query_lengths),
                "cu_seqlens_k": bounds(keys),
                "max_seqlen_q": max(self.query_lengths),
                "max_seqlen_k": max(keys),
            }
        return found

    @property
    def trainable(self) -> tuple[str, ...]:
        real = ("attn_mask",) * (self.attn_mask is not None and not self.boolean_mask)
        return real + ("sinks",) * (self.sinks is not None)

    @property
    def mask_given(self) -> NDArray[Any] | None:
        """The mask as it is passed."""
        return ~np.isneginf(self.attn_mask) if self.boolean_mask and self.attn_mask is not None else self.attn_mask

    @property
    def meaning(self) -> dict[str, Any]:
        """The arguments of :func:`entmax_oracle.reference.attention` that are used, beside the tensors and alpha."""
        found = {name: value for name, value in self.given.items() if name not in ("scales", "alphas", "query_lengths")}
        if "attn_mask" in found:
            found["attn_mask"] = self.mask_given
        return found if self.scales is None else found | {"scale": self.scales}

    @property
    def given(self) -> dict[str, Any]:
        """The fields beside the tensors that are not left to their default."""
        found = {name: getattr(self, name) for name in _GIVEN}
        return {name: value for name, value in found.items() if value is not None and value is not False}

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
        return f"{shapes}{' with ' if self.given else ''}{', '.join(self._told)}"

    @property
    def brief(self) -> str:
        batch, heads, queries, features = self.query.shape
        keys = self.key.shape[2]
        sees: NDArray[np.bool_] = np.any(self.sees(), axis=-1)
        blind = np.flatnonzero(~np.all(sees, axis=(0, 1))).tolist()
        if queries == 1 and not sees.any():
            return "a query that sees no key"
        counts = {"sequence": batch, "head": heads, "query": queries, "key": keys, "feature": features}
        words = [_count(n, noun) for noun, n in counts.items() if n > 1 or noun in ("query", "key")]
        where = f", where query {blind[0]} sees no key" if blind else ""
        told = f"{' with ' if self.given else ''}{', '.join(self._told)}"
        return f"{' and '.join([', '.join(words[:-1]), words[-1]])}{told}{where}"

    @property
    def _told(self) -> list[str]:
        """Say which fields are given; arrays by their shape."""
        mask = "boolean attn_mask" if self.boolean_mask else "attn_mask"
        names = {"attn_mask": mask, "scales": "scale", "alphas": "alpha"}
        return [
            f"{names.get(name, name)} of shape {value.shape}"
            if isinstance(value, np.ndarray)
            else f"{names.get(name, name)}={value}"
            for name, value in self.given.items()
        ]

    def sees(self, align: str = "end") -> NDArray[np.bool_]:
        """Return which keys each query sees, shape (B, H or 1, M, N); a query that there is not sees all."""
        (batch, _, m, _), n = self.query.shape, self.key.shape[2]
        keys = np.array(self.key_lengths or (n,) * batch)[:, None, None, None]
        queries = np.array(self.query_lengths or (m,) * batch)[:, None, None, None]
        shift = 0 if align == "start" else n - m if self.query_lengths is None else keys - queries
        offset = np.arange(m)[:, None] + shift - np.arange(n)
        seen = np.arange(n) < np.broadcast_to(keys, (batch, 1, m, 1))
        if self.is_causal:
            seen = seen & (offset >= 0)
        left, right = self.window or (None, None)
        if left is not None:
            seen = seen & (offset <= left)
        if right is not None:
            seen = seen & (offset >= -right)
        if self.attn_mask is not None:
            seen = seen & ~np.isneginf(self.attn_mask)
        missing = np.arange(m)[:, None] >= queries
        return np.asarray(seen | missing)

    @property
    def lengthened(self) -> tuple[int, Callable[[int], Self | None]]:
        if self.query_lengths is not None or self.is_causal or self.window is not None:
            return 0, lambda count: None
        if self.key_lengths is not None or self.alibi_slopes is not None:
            return 0, lambda count: None
        return self.key.shape[2], lambda count: self.taken("key", np.arange(count) % self.key.shape[2])

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
        one = self.taken("query", np.arange(1)).altered(key=np.roll(self.key, 1, axis=2))
        if self.query_lengths is not None:
            one = one.altered(query_lengths=(1,) * len(self.query))
        return (one,)

    def layout_of(self, name: str) -> str:
        if name == "cotangent":
            return self.cotangent_layout or ("contiguous" if self.layout == "mixed" else self.layout)
        return {"key": "tokens first"}.get(name, "contiguous") if self.layout == "mixed" else self.layout

    def lengths_of(self, name: str) -> tuple[int, ...] | None:
        if self.query_lengths is None or name not in ("key", "value"):
            return self.query_lengths
        return self.key_lengths or (self.key.shape[2],) * len(self.key)

    def rolled(self) -> Self:
        """Return the same attention with its values rolled by one."""
        return self.altered(value=np.roll(self.value, 1, axis=2))

    def taken(self, axis: str, index: Any) -> Self:
        """Take some sequences (``"batch"``), queries or keys, also repeatedly; lengths are those of sequences only."""
        names = {"batch": (*TENSORS, "cotangent"), "query": ("query", "cotangent"), "key": ("key", "value")}[axis]
        held = {name: getattr(self, name) for name in names}
        changes: dict[str, Any] = {
            name: None if x is None else np.take(x, index, axis=0 if axis == "batch" else 2) for name, x in held.items()
        }
        changes["attn_mask"] = _taken(self.attn_mask, _AXES[axis], index)
        if axis != "key":
            changes["scales"] = _taken(self.scales, _AXES[axis], index, 3)
        if axis == "batch":
            for name in ("key_lengths", "query_lengths"):
                lengths = getattr(self, name)
                changes[name] = None if lengths is None else tuple(lengths[b] for b in np.ravel(index))
        return self.altered(**changes)

    def heads(self, some: list[int], keys: list[int]) -> Self:
        """Keep some heads, and the key heads that they read."""

        def kept(numbers: tuple[float, ...] | None) -> tuple[float, ...] | None:
            return None if numbers is None else tuple(numbers[h] for h in some)

        g = self.cotangent
        return self.altered(
            query=self.query[:, some],
            key=self.key[:, keys],
            value=self.value[:, keys],
            cotangent=None if g is None else g[:, some],
            alibi_slopes=kept(self.alibi_slopes),
            sinks=kept(self.sinks),
            alphas=kept(self.alphas),
            attn_mask=_taken(self.attn_mask, 1, some),
            scales=_taken(self.scales, 1, some, 3),
        )

    def alone(self) -> tuple[list[Self], NDArray[np.intp]]:
        """Return every head of every sequence; packed ones without a token beside one that has some."""
        empty, full = set[int](), 0
        if self.query_lengths is not None:
            counts = [min(each) for each in zip(self.query_lengths, self.lengths_of("key") or (), strict=True)]
            empty, full = {b for b, count in enumerate(counts) if not count}, int(np.argmax(counts))
        parts = [
            self.heads([h], [h // self.group]).taken("batch", [b, full] if b in empty else [b])
            for b, h in product(range(len(self.query)), range(self.query.shape[1]))
        ]
        return parts, np.cumsum([0, *(len(each.query) for each in parts[:-1])])

    def whole(self) -> Self:
        """Return the same attention to sequences of full length, if they are packed."""
        if self.query_lengths is None:
            return self
        return self.altered(
            query_lengths=(self.query.shape[2],) * len(self.query), key_lengths=(self.key.shape[2],) * len(self.key)
        )
