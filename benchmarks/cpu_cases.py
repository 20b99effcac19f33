"""What the suite ``cpu`` times: rows, attention and decoding, each beside softmax and others on the same tensors."""

from __future__ import annotations

import importlib
import math
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention

from entmax_oracle.kernels import attention as ours
from entmax_oracle.kernels.rowwise import entmax
from entmax_oracle.kernels.rowwise import path as row_path

__all__ = ["DENSE", "OURS", "SOFTMAX", "Attention", "Decoding", "Rows", "attention_tensors", "plan", "train"]

Tensor = torch.Tensor
Call = Callable[[], object]

OURS, SOFTMAX, DENSE, COPY = "entmax-oracle", "softmax", "dense entmax", "copy"
ALPHA = 1.5
FAMILIES = ("gaussian 1", "gaussian 4", "needle", "local", "flat")
"""Scores: Gaussian of that standard deviation; one key far above the others; ALiBi; every key live, the worst case."""


@dataclass(frozen=True)
class Rows:
    """Rows of Gaussian logits; ``flat``: every token live."""

    rows: int
    n: int
    alpha: float
    direction: str
    family: str = "gaussian"
    kind: str = "rows"

    def calls(self) -> tuple[Mapping[str, Call], str]:
        """Make the calls, and say which code ours runs."""
        z = _normal(self.rows, self.n, seed=self.n) * (1e-3 if self.family == "flat" else 1.0)
        maps = {OURS: partial(entmax, alpha=self.alpha), SOFTMAX: partial(torch.softmax, dim=-1)}
        peer = _peer(self.alpha)
        named = maps | ({} if peer is None else {_peer_name(self.alpha): peer}) | {COPY: torch.clone}
        upstream = _normal(self.rows, self.n, seed=self.n + 1)
        way = _forward if self.direction == "forward" else partial(_step, upstream=upstream)
        return {name: way(function, (z,)) for name, function in named.items()}, row_path(z)


@dataclass(frozen=True)
class Attention:
    """Attention with as many queries as keys."""

    n: int
    features: int
    is_causal: bool
    family: str
    direction: str
    heads: int = 4
    kind: str = "attention"

    def calls(self) -> tuple[Mapping[str, Call], str]:
        """Make the calls. Softmax does without the bias of ``local``, which is less work."""
        q, k, v = attention_tensors(self.family, self.heads, self.n, self.n, self.features)
        slopes = _slopes(self.heads) if self.family == "local" else None
        given: dict[str, Any] = {"alpha": ALPHA, "is_causal": self.is_causal, "alibi_slopes": slopes}
        functions: dict[str, Callable[..., Tensor]] = {
            OURS: partial(ours.attention, **given),
            SOFTMAX: partial(scaled_dot_product_attention, is_causal=self.is_causal),
        }
        if _fits(self.heads * self.n * self.n * 4 * 8) and (peer := _peer(ALPHA)) is not None:
            functions[DENSE] = partial(_dense, entmax=peer, bias=_bias(self.n, self.n, self.is_causal, slopes))
        way = _forward if self.direction == "forward" else partial(_step, upstream=_normal(*q.shape, seed=3))
        return {name: way(function, (q, k, v)) for name, function in functions.items()}, ours.path(q, k, v, **given)


@dataclass(frozen=True)
class Decoding:
    """One query and many keys, as in generating from a cache."""

    n: int
    features: int
    family: str
    heads: int = 4
    direction: str = "forward"
    kind: str = "decoding"

    def calls(self) -> tuple[Mapping[str, Call], str]:
        """Make the calls."""
        q, k, v = attention_tensors(self.family, self.heads, 1, self.n, self.features)
        functions: dict[str, Callable[..., Tensor]] = {
            OURS: partial(ours.decode, alpha=ALPHA),
            SOFTMAX: scaled_dot_product_attention,
        }
        if (peer := _peer(ALPHA)) is not None:
            functions[DENSE] = partial(_dense, entmax=peer, bias=None)
        return {name: _forward(each, (q, k, v)) for name, each in functions.items()}, ours.path(q, k, v, alpha=ALPHA)


Case = Rows | Attention | Decoding


def plan(*, quick: bool) -> Iterator[Case]:
    """List the cases, of each kind in turn and cheap ones first: those left out for lack of time cost most."""
    kinds = (_rows(quick), _attention(quick), _decoding(quick))
    return (case for turn in zip_longest(*kinds) for case in turn if case is not None)


_DIRECTIONS = ("forward", "training step")


def _rows(quick: bool) -> Iterator[Rows]:
    shapes = ((256, 1024), (2, 131072)) if quick else ((256, 1024), (1024, 128), (32, 8192), (2, 131072))
    for alpha in (1.5, 2.0) if quick else (1.5, 2.0, 1.25, 1.75, 3.0):
        yield from (Rows(*shape, alpha, direction) for shape in shapes for direction in _DIRECTIONS)
    yield from (Rows(256, 1024, ALPHA, direction, "flat") for direction in _DIRECTIONS)


def _attention(quick: bool) -> Iterator[Attention]:
    families = ("gaussian 1", "local", "flat") if quick else FAMILIES
    shapes = [(256, 64, True), (1024, 64, True)]
    if not quick:
        shapes += [(4096, 64, True), (1024, 64, False), (1024, 128, True), (4096, 128, True), (4096, 64, False)]
    for shape in shapes:
        yield from (Attention(*shape, family, direction) for family in families for direction in _DIRECTIONS)
    if not quick:
        yield from (Attention(16384, 64, True, family, way, heads=1) for family in families for way in _DIRECTIONS)


def _decoding(quick: bool) -> Iterator[Decoding]:
    for n in (1024, 16384) if quick else (1024, 16384, 65536):
        yield from (Decoding(n, 64, family) for family in ("gaussian 1", "gaussian 4", "flat"))


def attention_tensors(family: str, heads: int, m: int, n: int, features: int) -> tuple[Tensor, Tensor, Tensor]:
    """Query ``(1, heads, m, features)``, key and value ``(1, heads, n, features)`` with scores of a family."""
    q, k, v = (_normal(1, heads, count, features, seed=seed) for seed, count in enumerate((m, n, n)))
    if family == "gaussian 4":
        q = 4 * q
    elif family == "flat":
        q = 1e-3 * q  # all scores within the window of the support, also among 65,536 keys
    elif family == "needle":
        place = torch.randint(n, (m,), generator=torch.Generator().manual_seed(n))
        visible = torch.arange(m) + n - m
        q = 2 * k[:, :, torch.minimum(place, visible)]  # the key that it is scores 2 sqrt(features), the others N(0, 4)
    return q, k, v


def train(function: Callable[..., Tensor], tensors: tuple[Tensor, ...], upstream: Tensor) -> tuple[Tensor, ...]:
    """Run forward and backward once."""
    leaves = [x.detach().requires_grad_() for x in tensors]
    return torch.autograd.grad(function(*leaves), leaves, upstream)


def _forward(function: Callable[..., Tensor], tensors: tuple[Tensor, ...]) -> Call:
    def call() -> Tensor:
        with torch.no_grad():
            return function(*tensors)

    return call


def _step(function: Callable[..., Tensor], tensors: tuple[Tensor, ...], upstream: Tensor) -> Call:
    return partial(train, function, tensors, upstream)


def _normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def _slopes(heads: int) -> Tensor:
    return 2.0 ** (-8 * torch.arange(1, heads + 1) / heads)


def _bias(m: int, n: int, is_causal: bool, slopes: Tensor | None) -> Tensor | None:
    """Make what dense attention adds to the scores; it is made once, and its time does not count."""
    if not is_causal and slopes is None:
        return None
    away = torch.arange(m)[:, None] + n - m - torch.arange(n)
    bias = torch.zeros(1, m, n) if slopes is None else -slopes[:, None, None] * away.abs()
    return bias.masked_fill(away < 0, -math.inf) if is_causal else bias


def _dense(q: Tensor, k: Tensor, v: Tensor, *, entmax: Callable[..., Tensor], bias: Tensor | None) -> Tensor:
    """Attend by the matrix of probabilities."""
    scores = (q @ k.transpose(-1, -2)) / math.sqrt(q.shape[-1])
    return entmax(scores if bias is None else scores + bias, dim=-1) @ v


def _peer(alpha: float) -> Callable[..., Tensor] | None:
    """Find the mapping of the package entmax: in closed form where it has one."""
    try:
        package: Any = importlib.import_module("entmax")
    except ModuleNotFoundError:
        return None
    closed: dict[float, Callable[..., Tensor]] = {1.5: package.entmax15, 2.0: package.sparsemax}
    return closed.get(alpha) or partial(package.entmax_bisect, alpha=alpha)


def _peer_name(alpha: float) -> str:
    return "entmax: " + {1.5: "entmax15", 2.0: "sparsemax"}.get(alpha, "entmax_bisect")


def _fits(size: int) -> bool:
    """Whether this many bytes are half of the memory that is free, or less."""
    try:
        return 2 * size <= os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):  # not on this platform
        return size <= 1 << 31
