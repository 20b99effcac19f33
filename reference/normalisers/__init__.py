"""The neighbours of entmax: every normaliser of attention in the field, on equal footing.

Each has its definition and source, float64 values and vector-Jacobian product, and bounds in ball arithmetic.
"""

from . import softmaxes, lengths, sinks, entmaxes, below_one, selections, tokenwise, signed  # noqa: F401, I001 (registers them, in reading order)
from .base import NORMALISERS, Normaliser, Undefined, made, normaliser, register

from .dropping import dropped_share

__all__ = ["NORMALISERS", "Normaliser", "Undefined", "dropped_share", "made", "normaliser", "register"]
