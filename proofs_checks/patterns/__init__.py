"""Published attention patterns beside entmax: keys per row, tokens in reach, and paths, counted exactly."""

from .counting import Mask, paths_to, reach
from .execute import execute
from .masks import PATTERNS, Pattern, Scene
from .results import SCHEMA, PatternResult, PatternRow

__all__ = [
    "PATTERNS",
    "SCHEMA",
    "Mask",
    "Pattern",
    "PatternResult",
    "PatternRow",
    "Scene",
    "execute",
    "paths_to",
    "reach",
]
