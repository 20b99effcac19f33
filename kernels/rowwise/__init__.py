"""α-entmax over the last axis: optimized kernels, forward and backward, as PyTorch operators."""

from .ops import Path, entmax, path, use_path

__all__ = ["Path", "entmax", "path", "use_path"]
