"""Assertions for your own tests: an array is what it should be, within the allowed rounding error."""

from __future__ import annotations

from .calls import (
    assert_attention_close,
    assert_attention_gradients_close,
    assert_loss_close,
    assert_normaliser_close,
)
from .rows import assert_close, assert_gradient_close

__all__ = [
    "assert_attention_close",
    "assert_attention_gradients_close",
    "assert_close",
    "assert_gradient_close",
    "assert_loss_close",
    "assert_normaliser_close",
]
