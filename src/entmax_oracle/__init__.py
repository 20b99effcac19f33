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
        assert_close,
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

_ROOMS = {
    "proofs_checks.conformance": ("Report", "check"),
    "reference": (
        "Enclosure",
        "assert_close",
        "attention",
        "attention_vjp",
        "budget",
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
        "threshold",
        "tsallis_entropy",
        "vjp",
        "vjp_budget",
    ),
    "theory": ("Theorem", "theorems"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Enclosure",
    "Report",
    "Theorem",
    "assert_close",
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
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
