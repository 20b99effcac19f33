"""A user-supplied normaliser: squares over their sum."""

import numpy as np


def squares(z):
    """Square, and divide by the sum."""
    weights = np.square(z)
    return weights / weights.sum()
