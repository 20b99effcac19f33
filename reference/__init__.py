"""What the value is: exact, certified and fast float64 solvers for alpha-entmax and all that is built on it."""

from .mapping import entmax, support, threshold

__all__ = ["entmax", "support", "threshold"]
