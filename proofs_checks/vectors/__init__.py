"""Test vectors: certified inputs and answers for implementations in any language."""

from __future__ import annotations

from .build import KINDS, write
from .onnx_sets import ONNX_KINDS, write_onnx
from .stablehlo import STABLEHLO_KINDS, write_stablehlo

__all__ = ["KINDS", "WRITERS", "write"]

WRITERS = {
    "json": (write, tuple(KINDS)),
    "onnx": (write_onnx, ONNX_KINDS),
    "stablehlo": (write_stablehlo, STABLEHLO_KINDS),
}
"""What writes vectors in a format, and the kinds that it takes."""
