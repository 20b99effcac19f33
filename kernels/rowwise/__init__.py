"""α-entmax over the last axis: optimized kernels, forward and backward, as PyTorch operators."""

from .ops import entmax, path

__all__ = ["entmax", "path"]
