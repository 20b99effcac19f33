"""Count what the row-wise kernels do: run with ``TRITON_INTERPRET=1``; prints a line of JSON for each kind of row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from triton.runtime.interpreter import InterpreterBuilder

from entmax_oracle.kernels.rowwise import launch
from entmax_oracle.kernels.rowwise.arguments import Arguments
from entmax_oracle.kernels.rowwise.configurations import configuration
from entmax_oracle.proofs_checks.conformance.inputs.rows import Row

ALPHAS = (1.0, 1.05, 1.25, 1.5, 1.75, 2.0, 2.5, 4.0)
CASES = ((1024, 4), (8192, 1), (65536, 1))


@contextmanager
def counted() -> Iterator[dict[str, int]]:
    """Bytes that unmasked loads and stores move while the context is open."""
    moved = {"loads": 0, "stores": 0}
    load, store = InterpreterBuilder.create_masked_load, InterpreterBuilder.create_masked_store

    def size(pointers: Any, mask: Any) -> int:
        width: int = pointers.get_element_ty().primitive_bitwidth // 8
        return int(np.count_nonzero(mask.data)) * width

    def counting_load(self: Any, pointers: Any, mask: Any, *rest: Any) -> Any:
        moved["loads"] += size(pointers, mask)
        return load(self, pointers, mask, *rest)

    def counting_store(self: Any, pointers: Any, value: Any, mask: Any, *rest: Any) -> Any:
        moved["stores"] += size(pointers, mask)
        return store(self, pointers, value, mask, *rest)

    InterpreterBuilder.create_masked_load = counting_load
    InterpreterBuilder.create_masked_store = counting_store
    try:
        yield moved
    finally:
        InterpreterBuilder.create_masked_load = load
        InterpreterBuilder.create_masked_store = store


def count(alpha: float, n: int, family: str, rows: int) -> dict[str, Any]:
    """One kind of row, launched as on a GPU with 32-bit floats."""
    drawn = [row.values(alpha, "float32") for row in Row(family, n).again(rows)]
    z = torch.from_numpy(np.stack(drawn)).float()
    call = Arguments.read(z, alpha, None, None)
    steps = torch.zeros(rows, dtype=torch.int32)
    with counted() as forward:
        chosen = configuration("sm_90", n, 4, call.kind)
        p, state = launch.forward(call, steps=steps, launch=chosen)
    with counted() as backward:
        chosen = configuration("sm_90", n, 4, call.kind, backward=True)
        launch.backward(torch.ones_like(p), call, state, need_excess=False, need_scale=False, launch=chosen)
    return {
        "alpha": alpha,
        "n": n,
        "family": family,
        "steps_mean": float(steps.double().mean()),
        "steps_most": int(steps.max()),
        "forward_bytes": forward["loads"] + forward["stores"],
        "backward_bytes": backward["loads"] + backward["stores"],
        "least_forward_bytes": 2 * z.numel() * 4,
        "least_backward_bytes": 3 * z.numel() * 4,
    }


def main() -> None:
    """Print the counts, short rows first."""
    for n, rows in CASES:
        for alpha in ALPHAS:
            for family in ("gaussian", "constant", "levels", "crowded_margin") if n < 8192 else ("gaussian",):
                print(json.dumps(count(alpha, n, family, rows)), flush=True)


if __name__ == "__main__":
    main()
