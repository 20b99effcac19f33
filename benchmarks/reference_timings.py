"""Timings of the float64 reference and of its peers, one thread; collected by pytest-benchmark.

A peer that is not installed is skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from entmax_oracle.reference import enclose, entmax

SHAPES = ((1024, 128), (64, 1024), (16, 8192), (2, 131072))
ALPHAS = (1.25, 1.5, 2.0)
LENGTHS = (10**4, 10**5, 10**6)


def _torch_peer(function: str, alpha: float | None) -> Callable[[Any], Any]:
    torch = pytest.importorskip("torch")
    peer = getattr(pytest.importorskip("entmax"), function)
    torch.set_num_threads(1)
    options = {} if alpha is None else {"alpha": alpha}
    return lambda z: peer(torch.from_numpy(z), dim=-1, **options)


def _pot(alpha: float | None) -> Callable[[Any], Any]:
    smooth = pytest.importorskip("ot.smooth")
    return lambda z: smooth.projection_simplex(z, axis=1)


PEERS: dict[str, tuple[Callable[[float], Callable[[Any], Any]], tuple[float, ...]]] = {
    "entmax-oracle": (lambda alpha: lambda z: entmax(z, alpha), ALPHAS),
    "entmax.entmax_bisect": (lambda alpha: _torch_peer("entmax_bisect", alpha), ALPHAS),
    "entmax.entmax15": (lambda alpha: _torch_peer("entmax15", None), (1.5,)),
    "entmax.sparsemax": (lambda alpha: _torch_peer("sparsemax", None), (2.0,)),
    "ot.smooth.projection_simplex": (_pot, (2.0,)),
}


@pytest.mark.parametrize(
    ("shape", "alpha", "name"),
    [
        (shape, alpha, name)
        for shape in SHAPES
        for alpha in ALPHAS
        for name, (_, served) in PEERS.items()
        if alpha in served
    ],
)
def test_mapping(benchmark: Any, shape: tuple[int, int], alpha: float, name: str) -> None:
    z = np.random.default_rng(0).standard_normal(shape)
    function = PEERS[name][0](alpha)
    benchmark.extra_info.update(kind="mapping", shape=shape, alpha=alpha, name=name)
    benchmark.pedantic(function, args=(z,), rounds=9, warmup_rounds=2)


@pytest.mark.parametrize("alpha", [*ALPHAS, 1.0, 4.0])
@pytest.mark.parametrize("n", LENGTHS)
def test_length(benchmark: Any, n: int, alpha: float) -> None:
    z = np.random.default_rng(0).standard_normal(n)
    benchmark.extra_info.update(kind="length", n=n, alpha=alpha)
    benchmark.pedantic(entmax, args=(z, alpha), rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("alpha", [1.0, *ALPHAS, 4.0])
def test_enclosure(benchmark: Any, alpha: float) -> None:
    z = np.random.default_rng(0).standard_normal(1024)
    benchmark.extra_info.update(kind="enclosure", n=1024, alpha=alpha)
    benchmark.pedantic(enclose, args=(z, alpha), rounds=9, warmup_rounds=2)
