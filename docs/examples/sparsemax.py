"""Sparsemax in NumPy, by sorting."""

import numpy as np


def sparsemax(logits):
    """Threshold of the largest support whose last token is still above it."""
    x = logits - logits.max(axis=-1, keepdims=True)
    descending = np.sort(x, axis=-1)[..., ::-1]
    k = np.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    mean = (np.cumsum(descending, axis=-1) - 1) / k
    last = (descending > mean).sum(axis=-1, keepdims=True) - 1
    return np.maximum(x - np.take_along_axis(mean, last, axis=-1), 0)
