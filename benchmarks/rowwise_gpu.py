"""Time the row-wise kernels on a GPU: first the laws on the device, then forward and backward beside their peers.

    python benchmarks/rowwise_gpu.py --out results/           # on a GPU
    TRITON_INTERPRET=1 python benchmarks/rowwise_gpu.py --out results/ --small   # the script itself, proven without one

Writes ``rowwise_gpu.json`` and ``rowwise_gpu.png``. Without a GPU every function runs once at a small size and its
times are "not measured".
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from entmax_oracle.benchmarks.gpu import OURS, Row, Script, Setting, compare, measured
from entmax_oracle.kernels.rowwise import entmax, path

Tensor = torch.Tensor
Map = Callable[[Tensor], Tensor]

ALPHAS = (1.25, 1.5, 2.0)
LENGTHS = tuple(128 << k for k in range(0, 11, 2))  # 128 ... 131072
TOKENS = 1 << 25


def peers(alpha: float) -> dict[str, Callable[[], Map]]:
    """Every implementation by name, as what imports it."""

    def entmax_peer() -> Map:
        peer: Any = importlib.import_module("entmax")
        closed: dict[float, Map] = {1.5: peer.entmax15, 2.0: peer.sparsemax}
        return closed.get(alpha, partial(peer.entmax_bisect, alpha=alpha))

    def adasplash() -> Map:
        return partial(importlib.import_module("adasplash.triton_entmax_v2").triton_entmax, alpha=alpha)

    return {
        OURS: lambda: partial(entmax, alpha=alpha),
        "torch.softmax": lambda: partial(torch.softmax, dim=-1),
        "copy": lambda: torch.clone,  # the same bytes, nothing else: the floor
        "entmax": entmax_peer,
        "adasplash": adasplash,
    }


def timings(setting: Setting) -> Iterator[list[Row]]:
    """Forward and backward of every implementation on the same logits, for each alpha and n."""
    tokens = 512 if setting.small else TOKENS
    for alpha in ALPHAS:
        for n in LENGTHS[:2] if setting.small else LENGTHS:
            g = torch.Generator(setting.device).manual_seed(n)
            shape = (max(1, tokens // n), n)
            z, upstream = (
                torch.randn(shape, generator=g, device=setting.device).to(setting.dtype) for _ in ("logits", "gradient")
            )
            rows = []
            for direction, prepare, passes in (
                ("forward", partial(_forward, z), 2),
                ("backward", partial(_backward, z, upstream), 3),
            ):
                rows += compare(
                    peers(alpha), prepare, setting.device == "cuda",
                    alpha=alpha, n=n, rows=len(z), dtype=str(setting.dtype), direction=direction,
                    bytes=passes * z.numel() * z.element_size(),
                )  # fmt: skip
            yield with_shares(rows)


def _forward(z: Tensor, function: Map) -> Callable[[], Tensor]:
    def call() -> Tensor:
        with torch.no_grad():
            return function(z)

    return call


def _backward(z: Tensor, upstream: Tensor, function: Map) -> Callable[[], object]:
    leaf = z.clone().requires_grad_()
    return partial(torch.autograd.grad, function(leaf), leaf, upstream, retain_graph=True)


def with_shares(rows: list[Row]) -> list[Row]:
    """Add to each measured row its bandwidth as a share of the copy's, ``of_copy``: 1 is all that the memory gives."""
    (copy,) = (row for row in rows if row["name"] == "copy" and row["direction"] == "forward")
    for row in measured(rows):
        row["of_copy"] = row["bytes"] / row["median"] / (copy["bytes"] / copy["median"])
    return rows


SCRIPT = Script(
    name="rowwise_gpu",
    description=__doc__ or "",
    dtypes=("bfloat16", "float16", "float32"),
    packages=("torch", "triton", "entmax", "adasplash"),
    check=("entmax_oracle.kernels.rowwise:entmax",),
    alphas=ALPHAS,
    timings=timings,
    path=lambda setting: path(setting.device),
    relative="of_copy",
    panel=lambda row: f"alpha = {row['alpha']}, {row['direction']}",
)

if __name__ == "__main__":
    raise SystemExit(SCRIPT.run())
