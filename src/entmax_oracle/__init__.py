"""Exact, certified ground truth and a test oracle for α-entmax attention.

The everyday names are here; each room has more: :mod:`entmax_oracle.reference` (what the value is),
:mod:`entmax_oracle.theory` (what is true) and :mod:`entmax_oracle.proofs_checks` (what holds).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .proofs_checks.conformance import Report, check
    from .reference import (
        Enclosure,
        assert_attention_close,
        assert_attention_gradients_close,
        assert_close,
        assert_gradient_close,
        assert_loss_close,
        assert_normaliser_close,
        attention,
        attention_vjp,
        budget,
        enclose,
        entmax,
        exact_entmax,
        fenchel_young_grad,
        fenchel_young_loss,
        grad_alpha,
        grad_scale,
        jacobian,
        jvp,
        logits_for,
        rounded,
        row_sum_budget,
        shannon_entropy,
        support,
        threshold,
        tsallis_entropy,
        vjp,
        vjp_budget,
    )
    from .theory import Theorem, theorems

# Where a public name lives, when it is not in the reference.
_HOME = {
    "Report": "proofs_checks.conformance",
    "check": "proofs_checks.conformance",
    "Theorem": "theory",
    "theorems": "theory",
}

__all__ = [
    "Enclosure",
    "Report",
    "Theorem",
    "assert_attention_close",
    "assert_attention_gradients_close",
    "assert_close",
    "assert_gradient_close",
    "assert_loss_close",
    "assert_normaliser_close",
    "attention",
    "attention_vjp",
    "budget",
    "check",
    "enclose",
    "entmax",
    "exact_entmax",
    "fenchel_young_grad",
    "fenchel_young_loss",
    "grad_alpha",
    "grad_scale",
    "jacobian",
    "jvp",
    "logits_for",
    "rounded",
    "row_sum_budget",
    "shannon_entropy",
    "support",
    "theorems",
    "threshold",
    "tsallis_entropy",
    "vjp",
    "vjp_budget",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its room on first use, so that ``import entmax_oracle`` stays instant."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME.get(name, 'reference')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
