"""Time entmax attention on a GPU: first the laws on the device, then forward, training step and decoding beside peers.

    python benchmarks/attention_gpu.py --out results/           # on a GPU
    TRITON_INTERPRET=1 python benchmarks/attention_gpu.py --out results/ --small   # the script itself, without one

Writes ``attention_gpu.json`` and ``attention_gpu.png``. The peers: softmax attention of PyTorch (its flash kernel) and
FlexAttention, which compute something else on the same tensors, and adasplash. Without a GPU every function runs once
at a small size and its times are "not measured".
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from entmax_oracle.benchmarks.gpu import OURS, Row, Script, Setting, compare, measured
from entmax_oracle.kernels.attention import attention, decode, path

Tensor = torch.Tensor
Attention = Callable[[Tensor, Tensor, Tensor], Tensor]

ALPHA = 1.5
FEATURES = (64, 128)
LENGTHS = (4096, 16384, 65536, 131072)
HEADS = 16
FAMILIES = {
    "forward": ("gaussian 1", "gaussian 4", "clustered"),
    "step": ("gaussian 1", "gaussian 4", "clustered"),
    "decode": ("gaussian 1", "tenth"),
}
"""What is timed, by direction."""


def tensors(family: str, n: int, features: int, dtype: torch.dtype, device: str, heads: int) -> list[Tensor]:
    """Query, key and value, for the scale ``1/sqrt(D)``.

    ``"gaussian s"``: scores of standard deviation s. ``"clustered"``: sixteen topics in stretches of 512 tokens, keys
    of the query's topic stand out by 8. ``"tenth"``: only the oldest tenth of the keys stands out, by 8 with a spread
    small enough that all of it is live.
    """
    g = torch.Generator(device).manual_seed(n)
    shape = (1, heads, n, features)
    query, key, value = (torch.randn(shape, generator=g, device=device) for _ in range(3))
    if family.startswith("gaussian"):
        query *= float(family.split()[1])
    elif family == "clustered":
        topic = torch.randint(0, 16, (-(-n // 512),), generator=g, device=device).repeat_interleave(512)[:n]
        one_hot = torch.nn.functional.one_hot(topic, 16) * (8 * math.sqrt(features)) ** 0.5
        query[..., :16] = key[..., :16] = one_hot
    elif family == "tenth":
        query *= 1e-3
        query[..., 0] = 1.0
        key[..., 0] = 0.0
        key[..., : max(1, n // 10), 0] = 8 * math.sqrt(features)
    else:
        raise ValueError(f"family is {family!r}: it must be 'gaussian S', 'clustered' or 'tenth'")
    return [x.to(dtype) for x in (query, key, value)]


def peers(direction: str, on_gpu: bool) -> dict[str, Callable[[], Attention]]:
    """Every implementation by name, as what imports it; adasplash has no decoding."""
    decoding = direction == "decode"

    def adasplash() -> Attention:
        return partial(importlib.import_module("adasplash").adasplash, alpha=ALPHA, is_causal=True)

    found: dict[str, Callable[[], Attention]] = {
        OURS: lambda: partial(decode if decoding else attention, alpha=ALPHA, is_causal=True),
        "softmax, flash": lambda: partial(_flash, decoding),
        "softmax, flex": lambda: _flex(decoding, on_gpu),
    }
    return found if decoding else found | {"adasplash": adasplash}


def _flash(decoding: bool, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    from torch.nn.attention import SDPBackend, sdpa_kernel

    with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
        # One query at the end of the sequence sees every key: PyTorch would align it to the beginning.
        return torch.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=not decoding)


def _flex(decoding: bool, on_gpu: bool) -> Attention:
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention

    compiled: Any = torch.compile(flex_attention) if on_gpu else flex_attention
    masks: dict[int, Any] = {}

    def flex(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        n = key.shape[2]
        if not decoding and n not in masks:
            masks[n] = create_block_mask(lambda b, h, i, j: i >= j, None, None, n, n, device=str(query.device))
        result: Tensor = compiled(query, key, value, block_mask=masks.get(n))
        return result

    return flex


def timings(setting: Setting) -> Iterator[list[Row]]:
    """Every implementation on the same tensors, causal, for each head dimension, n, direction and family."""
    heads = 1 if setting.small else HEADS
    for features in (16,) if setting.small else FEATURES:
        for n in (128,) if setting.small else LENGTHS:
            for direction, families in FAMILIES.items():
                for family in families[-1:] if setting.small else families:
                    query, key, value = tensors(family, n, features, setting.dtype, setting.device, heads)
                    if direction == "decode":
                        query = query[:, :, -1:]
                    on_gpu = setting.device == "cuda"
                    rows = compare(
                        peers(direction, on_gpu), partial(_call, direction, query, key, value), on_gpu,
                        family=family, n=n, features=features, heads=heads, dtype=str(setting.dtype),
                        direction=direction,
                    )  # fmt: skip
                    yield with_ratios(rows)


def _call(direction: str, query: Tensor, key: Tensor, value: Tensor, function: Attention) -> Callable[[], object]:
    if direction != "step":

        def forward() -> Tensor:
            with torch.no_grad():
                return function(query, key, value)

        return forward
    leaves = [x.clone().requires_grad_() for x in (query, key, value)]
    upstream = torch.randn_like(query)
    return lambda: torch.autograd.grad(function(*leaves), leaves, upstream)


def with_ratios(rows: list[Row]) -> list[Row]:
    """Add to each measured row its time as a multiple of ours, ``of_ours``: above 1 we are faster."""
    (ours,) = (row for row in rows if row["name"] == OURS)
    for row in measured(rows):
        row["of_ours"] = row["median"] / ours["median"]
    return rows


def _path(setting: Setting) -> str:
    return path(*tensors("gaussian 1", 16, 16, setting.dtype, setting.device, 1), alpha=ALPHA)


SCRIPT = Script(
    name="attention_gpu",
    description=__doc__ or "",
    dtypes=("bfloat16", "float16"),
    packages=("torch", "triton", "adasplash"),
    check=("entmax_oracle.kernels.attention:attention", "--kind", "attention", "--timeout", "60"),
    alphas=(ALPHA,),
    timings=timings,
    path=_path,
    relative="of_ours",
    # One head dimension fills the picture; the file has both.
    panel=lambda row: f"{row['family']}, {row['direction']}" if row["features"] <= FEATURES[0] else None,
)

if __name__ == "__main__":
    raise SystemExit(SCRIPT.run())
