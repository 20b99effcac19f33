"""What the checker imports into its worker: the operator, on the path that the name says and on no other."""

from contextlib import ExitStack

import torch

from entmax_oracle.kernels.rowwise import entmax, path, use_path

_for_good = ExitStack()


def interpreted(z: torch.Tensor, alpha: float | torch.Tensor) -> torch.Tensor:
    """Run the Triton kernels in the interpreter."""
    assert path(z) == "interpreter", "set TRITON_INTERPRET=1"
    return entmax(z, alpha)


def compiled(z: torch.Tensor, alpha: float | torch.Tensor) -> torch.Tensor:
    """Run the Numba kernels."""
    assert path(z) == "numba", "unset TRITON_INTERPRET, and install Numba"
    return entmax(z, alpha)


def plain(z: torch.Tensor, alpha: float | torch.Tensor) -> torch.Tensor:
    """Run plain torch, from the first call on: gradients are taken when this has returned."""
    if path(z) != "torch":
        _for_good.enter_context(use_path("torch"))
    return entmax(z, alpha)
