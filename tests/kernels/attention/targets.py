"""What the checker imports into its worker: attention, on the path that the name says and on no other."""

from typing import Any

import torch

from entmax_oracle.kernels.attention import attention, path


def interpreted(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, **options: Any) -> torch.Tensor:
    """Run the Triton kernels in the interpreter."""
    assert path(query, key, value, **options) == "interpreter", "set TRITON_INTERPRET=1, and alpha in (1, 2]"
    return attention(query, key, value, **options)


def plain(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, **options: Any) -> torch.Tensor:
    """Run plain torch."""
    assert path(query, key, value, **options) == "torch", "unset TRITON_INTERPRET"
    return attention(query, key, value, **options)
