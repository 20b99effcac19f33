"""What the checker imports into its worker: attention, on the path that the name says and on no other."""

from contextlib import ExitStack
from functools import cache
from typing import Any

import torch

from entmax_oracle.kernels.attention import attention, path, use_path
from entmax_oracle.kernels.attention.configurations import Configuration
from entmax_oracle.kernels.attention.launch import use_configuration

_for_good = ExitStack()


def interpreted(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, **options: Any) -> torch.Tensor:
    """Run the Triton kernels in the interpreter."""
    assert path(query, key, value, **options) == "interpreter", "set TRITON_INTERPRET=1, and alpha in (1, 2]"
    return attention(query, key, value, **options)


def plain(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, **options: Any) -> torch.Tensor:
    """Run plain torch, from the first call on: gradients are taken when this has returned."""
    if path(query, key, value, **options) != "torch":
        _for_good.enter_context(use_path("torch"))
    return attention(query, key, value, **options)


def compiled(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, **options: Any) -> torch.Tensor:
    """Run the kernels for a CPU."""
    assert path(query, key, value, **options) == "numba", "unset TRITON_INTERPRET, and install numba"
    return attention(query, key, value, **options)


@cache
def _stay_in_small_blocks() -> None:
    _for_good.enter_context(use_configuration(Configuration(16, 16, capacity=16)))


def small_blocks(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, **options: Any) -> torch.Tensor:
    """Run the kernels in the interpreter in blocks of 16 with lists of 16: many block edges, skipped blocks, overflow.

    The configuration stays set in the worker, whose only target this is, for the backward pass.
    """
    _stay_in_small_blocks()
    return interpreted(query, key, value, **options)
