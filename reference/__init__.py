"""What the value is: exact, certified and fast float64 solvers for alpha-entmax and all that is built on it."""

from .budget import budget, row_sum_budget, vjp_budget
from .mapping import entmax, support, threshold

__all__ = ["budget", "entmax", "row_sum_budget", "support", "threshold", "vjp_budget"]
