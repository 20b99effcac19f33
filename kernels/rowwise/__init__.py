"""α-entmax over the last axis: optimized kernels, forward and backward, as PyTorch operators."""

from ..runtime.paths import Path
from .ops import entmax, path, use_path

__all__ = ["Path", "entmax", "path", "use_path"]
