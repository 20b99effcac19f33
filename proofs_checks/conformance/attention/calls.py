"""Cases and calls of attention, in plain NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..calls import Float64

__all__ = ["TENSORS", "AttentionCase", "AttentionRequest"]

TENSORS = ("query", "key", "value")


@dataclass(frozen=True, eq=False)
class AttentionCase:
    """An input of a law of attention.

    Parameters
    ----------
    query, key, value : ndarray of float64, shapes (B, H, M, D), (B, Hkv, N, D), (B, Hkv, N, Dv)
        Numbers of the format under test.
    is_causal, scale, alibi_slopes, key_lengths
        As for :func:`entmax_oracle.reference.attention`; slopes are a tuple of H numbers, lengths of B integers.
    layout : str
        How the tensors lie in memory: a key of `performing.LAYOUTS`.
    variant : int
        Seeds the law's own transformation.
    cotangent : ndarray of float64, shape (B, H, M, Dv), optional
        For the laws of the gradient.
    cotangent_layout : str
        How it lies in memory: ``"constant"``, a key of `arrays.LAYOUTS`, or like the tensors.
    """

    query: Float64
    key: Float64
    value: Float64
    is_causal: bool = False
    scale: float | None = None
    alibi_slopes: tuple[float, ...] | None = None
    key_lengths: tuple[int, ...] | None = None
    layout: str = "contiguous"
    variant: int = 0
    cotangent: Float64 | None = None
    cotangent_layout: str = ""

    @property
    def tensors(self) -> tuple[Float64, Float64, Float64]:
        """Query, key and value."""
        return self.query, self.key, self.value

    @property
    def options(self) -> Mapping[str, Any]:
        """The other arguments of the reference, alpha excepted."""
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
    def shape(self) -> tuple[int, ...]:
        """Shape of the output."""
        return (*self.query.shape[:3], self.value.shape[3])

    @property
    def scores(self) -> int:
        """How many scores there are."""
        return int(np.prod((*self.query.shape[:3], self.key.shape[2])))


@dataclass(frozen=True, eq=False)
class AttentionRequest:
    """One call of an implementation of attention.

    Parameters
    ----------
    case : AttentionCase
        With a cotangent, the gradients in query, key and value are asked for as well.
    dtype : str
    alpha : float
    followed_by : AttentionCase, optional
        Of a second call that is made before the answer of the first is read.
    """

    case: AttentionCase
    dtype: str
    alpha: float
    followed_by: AttentionCase | None = None

    @property
    def layout(self) -> str:
        """How the tensors lie in memory."""
        return self.case.layout

    @property
    def answer_shape(self) -> tuple[int, ...]:
        """Shape that the answer should have."""
        return self.case.shape

    @property
    def sizes(self) -> dict[str, int]:
        """How much of what the input has."""
        batch, heads, queries, features = self.case.query.shape
        keys = self.case.key.shape[2]
        return {"sequences": batch, "heads": heads, "queries": queries, "keys": keys, "features": features}

    @property
    def what(self) -> str:
        """The input in words."""
        shapes = ", ".join(f"{name} {x.shape}" for name, x in zip(TENSORS, self.case.tensors, strict=True))
        given = [f"{name}={value}" for name, value in self.case.given.items()]
        return f"{shapes}{' with ' if given else ''}{', '.join(given)}"
