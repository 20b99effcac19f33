"""What the value is: exact, certified and fast float64 solvers for alpha-entmax and all that is built on it."""

from .assertion import assert_close
from .budget import budget, row_sum_budget, vjp_budget
from .derivatives import grad_alpha, grad_scale, jacobian, jvp, vjp
from .enclosure import Enclosure, enclose
from .entropies import shannon_entropy, tsallis_entropy
from .mapping import entmax, support, threshold

__all__ = [
    "Enclosure",
    "assert_close",
    "budget",
    "enclose",
    "entmax",
    "grad_alpha",
    "grad_scale",
    "jacobian",
    "jvp",
    "row_sum_budget",
    "shannon_entropy",
    "support",
    "threshold",
    "tsallis_entropy",
    "vjp",
    "vjp_budget",
]
