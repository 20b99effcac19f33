"""What the value is: exact, certified and fast float64 solvers for alpha-entmax and all that is built on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .assertions import (
    assert_attention_close,
    assert_attention_gradients_close,
    assert_close,
    assert_gradient_close,
    assert_loss_close,
    assert_normaliser_close,
)
from .budgets.attention import AttentionGradientBudget, attention_budget, attention_vjp_budget
from .budgets.losses import loss_budget, loss_vjp_budget
from .budgets.mapping import budget, row_sum_budget, vjp_budget
from .enclosures.attention import EnclosedAttentionGradients, enclose_attention, enclose_attention_vjp
from .enclosures.bounds import Bounds, DerivativeBounds
from .enclosures.calculus import (
    enclose_fenchel_young_loss,
    enclose_grad_alpha,
    enclose_grad_scale,
    enclose_jacobian,
    enclose_jvp,
    enclose_tsallis_entropy,
    enclose_vjp,
)
from .enclosures.enclosure import Enclosure, enclose
from .enclosures.rounding import PrecisionError, rounded
from .values.attention import AttentionGradients, attention, attention_vjp
from .values.derivatives import grad_alpha, grad_scale, jacobian, jvp, vjp
from .values.entropies import shannon_entropy, tsallis_entropy
from .values.losses import fenchel_young_grad, fenchel_young_loss
from .values.mapping import entmax, support, threshold

if TYPE_CHECKING:
    from .exact.solve import ExactSolution, exact_entmax, float_logits_for, logits_for

__all__ = [
    "AttentionGradientBudget",
    "AttentionGradients",
    "Bounds",
    "DerivativeBounds",
    "EnclosedAttentionGradients",
    "Enclosure",
    "ExactSolution",
    "PrecisionError",
    "assert_attention_close",
    "assert_attention_gradients_close",
    "assert_close",
    "assert_gradient_close",
    "assert_loss_close",
    "assert_normaliser_close",
    "attention",
    "attention_budget",
    "attention_vjp",
    "attention_vjp_budget",
    "budget",
    "enclose",
    "enclose_attention",
    "enclose_attention_vjp",
    "enclose_fenchel_young_loss",
    "enclose_grad_alpha",
    "enclose_grad_scale",
    "enclose_jacobian",
    "enclose_jvp",
    "enclose_tsallis_entropy",
    "enclose_vjp",
    "entmax",
    "exact_entmax",
    "fenchel_young_grad",
    "fenchel_young_loss",
    "float_logits_for",
    "grad_alpha",
    "grad_scale",
    "jacobian",
    "jvp",
    "logits_for",
    "loss_budget",
    "loss_vjp_budget",
    "rounded",
    "row_sum_budget",
    "shannon_entropy",
    "support",
    "threshold",
    "tsallis_entropy",
    "vjp",
    "vjp_budget",
]


def __getattr__(name: str) -> Any:
    """Import the exact tier on first use: it brings SymPy, which takes longer to import than all the rest."""
    if name not in ("ExactSolution", "exact_entmax", "float_logits_for", "logits_for"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .exact import solve

    return getattr(solve, name)
