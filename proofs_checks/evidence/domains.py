"""Where a claim may have no value: quotients by zero, powers and logarithms outside their domain.

SymPy's algebra holds wherever both sides have a value, and says nothing of where that is. Nor does it say where a sum
is empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Literal

import sympy as sp

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N

__all__ = ["without_value"]

_Need = Literal["nonzero", "nonnegative", "positive"]
_FAULT: dict[_Need, str] = {
    "nonzero": "divides by {}, which may be 0",
    "nonnegative": "has a power of {}, which may be negative",
    "positive": "has a negative power of {}, which may be 0 or negative",
}
_EVERYWHERE = (
    *(sp.exp, sp.sin, sp.cos, sp.atan, sp.sinh, sp.cosh, sp.tanh, sp.asinh, sp.Abs, sp.sign, sp.floor, sp.ceiling),
    *(sp.KroneckerDelta, sp.Heaviside, N.Least),
)
"""Functions that have a value everywhere."""

_ABOVE_ONE = {N.alpha: 1 + sp.Symbol("more", positive=True)}


def without_value(theorem: Theorem, relation: sp.Basic) -> str:
    """Say why a claim may have no value at some row with ``alpha > 1``, or not SymPy's; empty if it surely has one.

    What is guarded by a premise, a hypothesis or a case of a ``Piecewise`` counts as defined if SymPy sees it.
    """
    premises = [*theorem.given, *(h.condition for h in theorem.hypotheses)]
    return next(_faults(relation, premises), "")


def _faults(part: sp.Basic, premises: Sequence[sp.Basic]) -> Iterator[str]:
    if isinstance(part, sp.Implies):
        yield from _faults(part.args[0], premises)
        yield from _faults(part.args[1], [*premises, part.args[0]])
        return
    if isinstance(part, sp.Piecewise):
        for value, condition in part.args:
            yield from _faults(condition, premises)
            yield from _faults(value, [*premises, condition])
        return
    if isinstance(part, sp.Mul):  # as everywhere, 0 log 0 is 0
        for factor in part.args:
            if not (isinstance(factor, sp.log) and _vanishes_with(factor.args[0], part)):
                yield from _faults(factor, premises)
        return
    if isinstance(part, sp.Pow) and (need := _needed(part.exp.subs(_ABOVE_ONE))):
        if not _met(need, part.base, premises):
            yield _FAULT[need].format(part.base)
    elif isinstance(part, sp.Sum | sp.Product):  # SymPy counts backwards there, and here such a sum is 0
        for _, first, last in part.limits:
            if not _met("nonnegative", last - first + 1, premises):
                yield f"has a sum from {first} to {last}, which may be less"
    elif isinstance(part, sp.log) and not _met("positive", part.args[0], premises):
        yield f"has the logarithm of {part.args[0]}, which may not be positive"
    elif isinstance(part, sp.Function) and not isinstance(part, (sp.log, *_EVERYWHERE)):
        yield f"has {part}, whose domain is not known here"
    for inner in part.args:
        yield from _faults(inner, premises)


def _needed(exponent: sp.Expr) -> _Need | None:
    """Return what a power needs of its base; None if it has a value everywhere."""
    if exponent.is_integer:
        return None if exponent.is_nonnegative else "nonzero"
    return "nonnegative" if exponent.is_positive else "positive"


def _vanishes_with(base: sp.Expr, product: sp.Mul) -> bool:
    """Whether a product has a factor that is 0 wherever a number that is not negative is 0."""
    return bool(base.is_nonnegative) and any((base / factor).is_positive for factor in product.args)


def _met(need: _Need, base: sp.Expr, premises: Sequence[sp.Basic]) -> bool:
    """Whether the assumptions on symbols, or a premise, give a number the sign that is needed."""
    if getattr(base.subs(_ABOVE_ONE), f"is_{need}"):
        return True
    return any(
        _above(base, part, strictly=need != "nonnegative") or (need == "nonzero" and _excluded(base, part))
        for premise in premises
        for part in (premise, *(premise.args if isinstance(premise, sp.And) else ()))
    )


def _above(base: sp.Expr, premise: sp.Basic, *, strictly: bool) -> bool:
    """Whether a number is at least what an inequality says is not negative."""
    if not isinstance(premise, sp.Ge | sp.Gt | sp.Le | sp.Lt):
        return False
    more = sp.expand(base - (premise.gts - premise.lts))
    strict = isinstance(premise, sp.Gt | sp.Lt) or not strictly
    return bool(more.is_nonnegative if strict else more.is_positive)


def _excluded(base: sp.Expr, premise: sp.Basic) -> bool:
    """Whether SymPy sees that a premise is false wherever a number is 0."""
    for symbol in base.free_symbols:
        with suppress(NotImplementedError, TypeError, ValueError, AttributeError):
            roots = sp.solve(base, symbol)
            if roots and all(premise.subs(symbol, root) == sp.false for root in roots):
                return True
    return False
