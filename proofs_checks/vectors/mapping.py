"""Vectors of the mapping: probabilities, supports, and gradients in the logits and in alpha."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from entmax_oracle.proofs_checks.conformance.calls import Float64
from entmax_oracle.reference.budgets.alpha_gradient import grad_alpha_budget
from entmax_oracle.reference.budgets.mapping import budget, vjp_budget
from entmax_oracle.reference.enclosures.calculus import enclose_grad_alpha, enclose_vjp
from entmax_oracle.reference.enclosures.enclosure import enclose
from entmax_oracle.reference.enclosures.rounding import rounded

from .cases import FLAGS, GROUPS, Draft, Rows
from .kind import ALPHA, LAW, Group, Kind, Progress, headed
from .notation import Field, bounds, holding, notated, outward, pulled, widened

__all__ = ["MAPPING", "PRECISION", "certify"]

PRECISION = 192

_FIELDS = (
    Field("logits", "One row; -inf is a masked token.", "input"),
    *bounds("", of="the probabilities", rounds=True),
    Field("cotangent", "Incoming gradient in the probabilities.", "input", needed=False),
    *bounds("vjp", needed=False, of="the gradient in the logits"),
    *bounds("vjpAlpha", needed=False, of="the gradient in alpha, one number"),
)


def certify(draft: Draft, alpha: float) -> dict[str, Any]:
    """Write one test, without its number."""
    logits = draft.logits
    found = enclose(logits, alpha, precision=PRECISION)
    formats = holding(logits)
    values: dict[str, Any] = {
        "logits": logits,
        "lower": found.lower,
        "upper": found.upper,
        "rounded": {name: widened(rounded(logits, alpha, name)) for name in formats},
        "budget": {name: budget(logits, alpha, name) for name in formats},
    }
    test: dict[str, Any] = {
        "comment": draft.comment,
        "flags": sorted(set(draft.flags)),
        "support": found.support.tolist(),
    }
    if draft.cotangent is not None:
        values["cotangent"] = draft.cotangent
        slope = enclose_vjp(logits, draft.cotangent, alpha, precision=PRECISION)
        allowed = {name: vjp_budget(logits, draft.cotangent, alpha, name) for name in formats}
        values |= pulled("vjp", slope.lower, slope.upper, allowed, formats)
        along = _along_alpha(logits, draft.cotangent, alpha)
        allowed = {name: np.array([grad_alpha_budget(logits, draft.cotangent, alpha, name)]) for name in formats}
        values |= pulled("vjpAlpha", *along, allowed, formats)
        test["differentiable"] = bool(slope.differentiable)
    return test | notated(_FIELDS, values, formats)


def _along_alpha(logits: Float64, cotangent: Float64, alpha: float) -> tuple[Float64, Float64]:
    """Bound the inner product of the cotangent and the derivative in alpha, exactly but for one rounding outward."""
    slope = enclose_grad_alpha(logits, alpha, precision=PRECISION)
    ends = [
        sorted((Fraction(g) * Fraction(low), Fraction(g) * Fraction(high)))
        for g, low, high in zip(cotangent.tolist(), slope.lower.tolist(), slope.upper.tolist(), strict=True)
    ]
    low, high = outward(sum((low for low, _ in ends), Fraction()), sum((high for _, high in ends), Fraction()))
    return np.array([low]), np.array([high])


def _groups(progress: Progress) -> Iterator[Group]:
    for rows in GROUPS:
        for alpha in rows.alphas:
            progress(f"{rows.law}, alpha {alpha:.4g}")
            tests = [certify(draft, alpha) for draft in _distinct(rows, alpha)]
            yield {"law": rows.law, **headed(alpha), "tests": tests}


def _distinct(rows: Rows, alpha: float) -> Iterator[Draft]:
    """Drop rows that a family makes twice, and those whose shift the format does not hold."""
    seen = set()
    for draft in rows.drafts(alpha):
        key = draft.logits.tobytes()
        if key not in seen and np.isfinite(draft.logits).any():
            seen.add(key)
            yield draft


MAPPING = Kind(
    name="mapping",
    file="entmax-vectors-1",
    schema="entmax-oracle/vectors/1",
    title="Test vectors of alpha-entmax",
    notes="Alpha is exactly the number given. Where differentiable is false, vjpLower, vjpUpper and their kin in alpha "
    "hold the documented generalised derivative. Tokens that are 'undecided' lie at the threshold as far as certified "
    "arithmetic can tell.",
    flags=FLAGS,
    groups=_groups,
    fields=_FIELDS,
    head={**LAW, **ALPHA},
    test={
        "support": {"type": "array", "items": {"enum": ["in", "out", "undecided"]}},
        "differentiable": {"type": "boolean"},
    },
    optional=("differentiable",),
)
