"""Count the block products of entmax attention; prints a line of JSON for each kind of logits and length.

    TRITON_INTERPRET=1 python -m entmax_oracle.benchmarks.attention_counts --lengths 1024 4096

A block product is one matrix product between a block of queries and a block of keys, values or gradients: what
attention costs on a GPU when nothing else is in the way. Ours are counted from what the kernels did; the others'
follow from the number of visible and live blocks:

* FlashAttention-2: 2 for each visible block forward, 5 backward.
* AdaSplash-2 (``adasplash_v2.py`` of version 0.2.2, ``niter=1``, its default): a pass for the maximum, one for the
  histogram and two of Halley's method, one product for each visible block each; then 2 for each live block. Backward 7
  for each live block: two kernels, for keys and values and for queries. Its threshold after two steps is an
  approximation; ours is exact.
* Here: 1 for each visible block, 1 for each block of a refinement pass, and 2 for each live block (3 with gradients,
  for what the backward pass then need not compute again). Backward 5 for each live block.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable
from typing import Any

import torch

Tensor = torch.Tensor
FEATURES = 32


def _gaussian(g: torch.Generator, n: int, sigma: float) -> tuple[Tensor, Tensor, dict[str, Any]]:
    query, key = (torch.randn(n, FEATURES, generator=g) for _ in range(2))
    return query, key, {"scale": sigma / math.sqrt(FEATURES)}


def _needle(g: torch.Generator, n: int) -> tuple[Tensor, Tensor, dict[str, Any]]:
    """One key, an eighth into the sequence, stands out by 8 for every query."""
    query, key, options = _gaussian(g, n, 1.0)
    query[:, 0] = 1.0
    key[:, 0] = 0.0
    key[n // 8, 0] = 8.0 / options["scale"]
    return query, key, options


def _local(g: torch.Generator, n: int) -> tuple[Tensor, Tensor, dict[str, Any]]:
    return *_gaussian(g, n, 1.0)[:2], {"scale": 1 / math.sqrt(FEATURES), "alibi_slopes": torch.tensor([1 / 16])}


def _clustered(g: torch.Generator, n: int) -> tuple[Tensor, Tensor, dict[str, Any]]:
    """Sixteen topics in stretches of the sequence; keys of the query's topic stand out by 6."""
    query, key, options = _gaussian(g, n, 1.0)
    topic = torch.randint(0, 16, (max(1, n // 64),), generator=g).repeat_interleave(64)[:n]
    one_hot = torch.nn.functional.one_hot(topic, 16).float() * math.sqrt(6 / options["scale"])
    query[:, :16], key[:, :16] = one_hot, one_hot
    return query, key, options


def _flat(g: torch.Generator, n: int) -> tuple[Tensor, Tensor, dict[str, Any]]:
    """All scores equal: every key is live, and every list overflows."""
    query, key, options = _gaussian(g, n, 1.0)
    return torch.zeros_like(query), key, options


def _staircase(g: torch.Generator, n: int) -> tuple[Tensor, Tensor, dict[str, Any]]:
    """Older keys score higher, by just less than would end the older support at once: against our order of keys."""
    query, key, options = _gaussian(g, n, 0.01)
    query[:, 0] = 1.0
    key[:, 0] = torch.arange(n, 0, -1) * (1.9 / 64) / options["scale"]
    return query, key, options


FAMILIES: dict[str, Callable[[torch.Generator, int], tuple[Tensor, Tensor, dict[str, Any]]]] = {
    "gaussian 1": lambda g, n: _gaussian(g, n, 1.0),
    "gaussian 4": lambda g, n: _gaussian(g, n, 4.0),
    "needle": _needle,
    "local": _local,
    "clustered": _clustered,
    "flat": _flat,
    "staircase": _staircase,
}


def count(family: str, n: int, *, queries: int = 128, alpha: float = 1.5, seed: int = 0) -> dict[str, Any]:
    """Block products for each block of the last queries, causal, one head.

    Parameters
    ----------
    family
        Key of `FAMILIES`.
    n
        Keys.
    queries
        How many of the last queries of the sequence: all would take the interpreter hours.
    """
    from entmax_oracle.kernels.attention.arguments import Arguments
    from entmax_oracle.kernels.attention.configurations import Configuration
    from entmax_oracle.kernels.attention.launch import Counts, forward, use_configuration

    query, key, options = FAMILIES[family](torch.Generator().manual_seed(seed), n)
    query, key = query[None, None, -queries:], key[None, None]
    slopes = options.get("alibi_slopes")
    call = Arguments.read(query, key, key, alpha, True, options["scale"], slopes, None)
    counts = Counts()
    with use_configuration(Configuration(64, 64)):
        forward(call, save=False, counts=counts)
    assert counts.candidates is not None
    visible, live = counts.visible, counts.live
    rows = math.ceil(min(n, queries) / 64)
    products = {
        "forward": visible + counts.refined + 2 * live,
        "forward, training": visible + counts.refined + 3 * live,
        "backward": 5 * live,
        "FlashAttention-2 forward": 2 * visible,
        "FlashAttention-2 backward": 5 * visible,
        "AdaSplash-2 forward": 4 * visible + 2 * live,
        "AdaSplash-2 backward": 7 * live,
    }
    return {
        "family": family,
        "n": n,
        "alpha": alpha,
        "live": live / visible,
        "seen": counts.seen / visible,
        "refined": counts.refined / visible,
        "candidates": float(counts.candidates.float().mean()),
        "overflowing rows": float((counts.candidates > 128).float().mean()),
        "products per query block": {name: products[name] / rows for name in products},
    }


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--lengths", type=int, nargs="+", default=[512, 1024])
    parser.add_argument("--families", nargs="+", choices=list(FAMILIES), default=list(FAMILIES))
    parser.add_argument("--queries", type=int, default=128, help="count only this many queries, the last ones")
    parser.add_argument("--alpha", type=float, default=1.5)
    options = parser.parse_args(arguments)
    from entmax_oracle.kernels.runtime.target import INTERPRETED

    if not (INTERPRETED or torch.cuda.is_available()):
        print("set TRITON_INTERPRET=1: there is no GPU to count on", file=sys.stderr)
        return 2
    for n in options.lengths:
        for family in options.families:
            print(json.dumps(count(family, n, queries=options.queries, alpha=options.alpha)), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
