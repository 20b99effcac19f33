"""Attention layers on the kernels: entmax, ASEntmax and its special cases, NAPE; and Hugging Face models."""

from .modules import ASEntmaxAttention, EntmaxAttention, KeyValueCache
from .scales import AdaptiveScale, visible_counts
from .slopes import alibi_slopes, nape_slopes, published_nape_slopes

__all__ = [
    "ASEntmaxAttention",
    "AdaptiveScale",
    "EntmaxAttention",
    "KeyValueCache",
    "alibi_slopes",
    "nape_slopes",
    "published_nape_slopes",
    "visible_counts",
]
