"""Time entmax attention on a GPU: first the laws on the device, then forward, training step and decoding beside peers.

    python benchmarks/attention_gpu.py --out results/           # on a GPU
    TRITON_INTERPRET=1 python benchmarks/attention_gpu.py --out results/ --small   # the script itself, without one

Writes ``attention_gpu.json`` and ``attention_gpu.png``. The peers: softmax attention of PyTorch (its flash kernel) and
FlexAttention, which compute something else on the same tensors, and adasplash. Without a GPU every function runs once
at a small size and its times are "not measured".
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import platform
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from entmax_oracle.benchmarks.rowwise_gpu import NOT_MEASURED, measure
from entmax_oracle.kernels.attention import attention, decode, path

Tensor = torch.Tensor
Attention = Callable[[Tensor, Tensor, Tensor], Tensor]

ALPHA = 1.5
FEATURES = (64, 128)
LENGTHS = (4096, 16384, 65536, 131072)
HEADS = 16
DIRECTIONS = ("forward", "step", "decode")


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


def peers(direction: str, on_gpu: bool) -> dict[str, Attention | str]:
    """Every implementation by name, or why it is missing."""
    from torch.nn.attention import SDPBackend, sdpa_kernel

    decoding = direction == "decode"

    def ours(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        return (decode if decoding else attention)(query, key, value, alpha=ALPHA, is_causal=True)

    def flash(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
            # One query at the end of the sequence sees every key: PyTorch would align it to the beginning.
            return torch.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=not decoding)

    found: dict[str, Attention | str] = {
        "ours": ours,
        "softmax, flash": flash,
        "softmax, flex": _flex(decoding, on_gpu),
    }
    try:
        splash = importlib.import_module("adasplash").adasplash
        found["adasplash"] = "missing: it has no decoding" if decoding else partial(splash, alpha=ALPHA, is_causal=True)
    except ImportError as error:
        found["adasplash"] = f"missing: {error}"
    return found


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


def laws(device: str, dtype: str, profile: str) -> dict[str, Any]:
    """Check the kernels against the oracle on the device itself, in the dtype that is timed."""
    command = [sys.executable, "-m", "entmax_oracle.cli", "check", "entmax_oracle.kernels.attention:attention"]
    command += ["--kind", "attention", "--array", "torch", "--device", device, "--grad", "--profile", profile]
    command += ["--dtype", dtype, "--alpha", str(ALPHA), "--timeout", "60"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (finished.stdout or finished.stderr).strip().splitlines()
    return {"conforms": finished.returncode == 0, "said": lines[-1] if lines else ""}


def compare(
    family: str, n: int, features: int, direction: str, dtype: torch.dtype, device: str, heads: int
) -> list[dict[str, Any]]:
    """Time every implementation on the same tensors, causal."""
    on_gpu = device == "cuda"
    query, key, value = tensors(family, n, features, dtype, device, heads)
    if direction == "decode":
        query = query[:, :, -1:]
    upstream = torch.randn_like(query)
    rows = []
    for name, function in peers(direction, on_gpu).items():
        row = {"family": family, "n": n, "features": features, "heads": heads, "dtype": str(dtype)}
        row |= {"direction": direction, "name": name}
        try:
            if isinstance(function, str):
                raise ImportError(function)
            row |= measure(_call(function, direction, query, key, value, upstream), on_gpu)
        except Exception as error:
            # A peer that does not run here is a line in the table, ours is an error.
            if name == "ours":
                raise
            row["unavailable"] = f"{type(error).__name__}: {str(error)[:120]}"
        rows.append(row)
    return with_ratios(rows)


def _call(function: Attention, direction: str, *given: Tensor) -> Callable[[], object]:
    query, key, value, upstream = given
    if direction != "step":

        def forward() -> Tensor:
            with torch.no_grad():
                return function(query, key, value)

        return forward
    leaves = [x.clone().requires_grad_() for x in (query, key, value)]
    return lambda: torch.autograd.grad(function(*leaves), leaves, upstream)


def with_ratios(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each measured row its time as a multiple of ours, ``of_ours``: above 1 we are faster."""
    (ours,) = (row for row in rows if row["name"] == "ours")
    for row in rows:
        if isinstance(row.get("median"), float):
            row["of_ours"] = row["median"] / ours["median"]
    return rows


def plot(rows: list[dict[str, Any]], target: Path) -> None:
    """Median time against n, one panel for each family and direction, at the smallest head dimension."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    features = min(row["features"] for row in rows)
    panels = list(dict.fromkeys((row["family"], row["direction"]) for row in rows))
    figure, axes = plt.subplots(1, len(panels), figsize=(4 * len(panels), 3.5), squeeze=False, layout="constrained")
    for axis, panel in zip(axes[0], panels, strict=True):
        axis.set_title(f"{panel[0]}, {panel[1]}, D = {features}")
        axis.set_xlabel("n")
        axis.set_ylabel("ms, median to 99th percentile")
        shown = [row for row in rows if (row["family"], row["direction"], row["features"]) == (*panel, features)]
        shown = [row for row in shown if isinstance(row.get("median"), float)]
        for name in dict.fromkeys(row["name"] for row in shown):
            x, median, p99 = zip(
                *((row["n"], row["median"], row["p99"]) for row in shown if row["name"] == name), strict=True
            )
            axis.plot(x, median, label=name)
            axis.fill_between(x, median, p99, alpha=0.2)
        if shown:
            axis.set_xscale("log", base=2)
            axis.set_yscale("log")
            axis.legend()
        else:
            axis.text(0.5, 0.5, NOT_MEASURED, ha="center", transform=axis.transAxes)
    figure.savefig(target, dpi=120)
    plt.close(figure)


def main() -> int:
    """Check, time, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the results")
    parser.add_argument("--dtype", default="bfloat16", choices=("float16", "bfloat16"))
    parser.add_argument("--small", action="store_true", help="small sizes, to prove the script")
    parser.add_argument("--skip-laws", action="store_true", help="time what may be wrong")
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    small = options.small or device == "cpu"
    dtype = getattr(torch, options.dtype)
    checked: dict[str, Any] = {"conforms": None, "said": "skipped"}
    if not options.skip_laws:
        checked = laws(device, options.dtype, "quick" if small else "standard")
        print(checked["said"])
        if not checked["conforms"]:
            print("The kernels are wrong on this device; no times are taken.", file=sys.stderr)
            return 1
    rows = []
    for features in (16,) if small else FEATURES:
        for n in (128,) if small else LENGTHS:
            for direction in DIRECTIONS:
                families = (
                    ("gaussian 1", "tenth") if direction == "decode" else ("gaussian 1", "gaussian 4", "clustered")
                )
                for family in families[-1:] if small else families:
                    rows += compare(family, n, features, direction, dtype, device, 1 if small else HEADS)
    sample = tensors("gaussian 1", 16, 16, dtype, device, 1)
    result = {
        "schema": "entmax-oracle/bench-attention-gpu/1",
        "device": torch.cuda.get_device_name() if device == "cuda" else f"none: times are {NOT_MEASURED}",
        "path": path(*sample, alpha=ALPHA),
        "platform": platform.platform(),
        "versions": {name: _version(name) for name in ("torch", "triton", "adasplash")},
        "alpha": ALPHA,
        "laws": checked,
        "timings": rows,
    }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "attention_gpu.json").write_text(json.dumps(result, indent=1) + "\n")
    plot(rows, options.out / "attention_gpu.png")
    for row in rows:
        said = row.get("unavailable") or row["median"]
        took = f"{said:.4f} ms, {row['of_ours']:.2f} of ours" if isinstance(said, float) else said
        print(
            f"{row['family']:<11} n {row['n']:<7} D {row['features']:<4} {row['direction']:<8} {row['name']:<15} {took}"
        )
    return 0


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    raise SystemExit(main())
