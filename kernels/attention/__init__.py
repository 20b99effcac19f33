"""Entmax attention that never holds the matrix of probabilities: forward, backward and decoding."""

from ..runtime.paths import Path
from .decoding import decode
from .operators import attention, path, use_path

__all__ = ["Path", "attention", "decode", "path", "use_path"]
