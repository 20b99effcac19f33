"""What the checker imports into its worker: the operator, on the path that the name says and on no other."""

import torch

from entmax_oracle.kernels.rowwise import entmax, path


def interpreted(z: torch.Tensor, alpha: float | torch.Tensor) -> torch.Tensor:
    """Run the Triton kernels in the interpreter."""
    assert path(z) == "interpreter", "set TRITON_INTERPRET=1"
    return entmax(z, alpha)


def plain(z: torch.Tensor, alpha: float | torch.Tensor) -> torch.Tensor:
    """Run plain torch."""
    assert path(z) == "torch", "unset TRITON_INTERPRET"
    return entmax(z, alpha)
