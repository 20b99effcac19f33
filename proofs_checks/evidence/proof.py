"""Steps of a symbolic proof: each one a small fact that SymPy checks and a reader can follow.

A proof is a generator of steps. Algebra is machine-checked step by step: an identity is reduced to zero, a sign is read
off a form in which it is manifest. What joins the steps (summing over tokens, monotone convergence, the intermediate
value theorem) stands in their titles. The last steps compare what was derived with the theorem's own claims, so a
theorem that says anything else loses its proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import sympy as sp

from entmax_oracle.theory import Claim, Theorem
from entmax_oracle.theory.notation import Iff, latex


@dataclass(frozen=True)
class Step:
    """One checked step.

    Parameters
    ----------
    title
        What the step says, in words.
    latex
        The formula that was checked; empty where the title says it all.
    ok
        Whether it was.
    note
        Where it was not, what remained.
    claim
        Key of the claim it concludes; empty for a step on the way.
    """

    title: str
    latex: str
    ok: bool
    note: str = ""
    claim: str = ""


_REDUCTIONS: tuple[Callable[[sp.Expr], sp.Expr], ...] = (
    lambda e: e,
    sp.expand,
    lambda e: sp.expand(sp.powsimp(sp.powdenest(sp.expand(e), force=False))),
    lambda e: sp.expand(sp.expand_log(e)),
    lambda e: sp.numer(sp.together(e)).expand(),
    lambda e: sp.powsimp(sp.expand(sp.numer(sp.together(sp.expand_power_base(sp.expand_power_exp(e)))))),
    sp.simplify,
)


def reduce_to_zero(expression: sp.Expr) -> sp.Expr:
    """Return 0 if one of a few named reductions brings the expression there, else its simplest remainder."""
    remainder = expression
    for reduction in _REDUCTIONS:
        remainder = reduction(expression)
        if remainder == 0:
            return sp.Integer(0)
    return remainder


def identity(title: str, left: sp.Expr, right: sp.Expr | int) -> Step:
    """Check ``left = right`` by reducing the difference to zero; two plain numbers are no step of a proof."""
    if isinstance(left, int) and isinstance(right, int):
        return Step(title, f"{left} = {right}", False, "two plain numbers say nothing")
    left, right = sp.sympify(left), sp.sympify(right)
    remainder = reduce_to_zero(left - right)
    note = "" if remainder == 0 else f"left minus right leaves ${latex(remainder)}$"
    # SymPy may settle the identity while building its left side; "0 = 0" would tell nobody anything.
    shown = "" if left == right and left.is_Atom else f"{latex(left)} = {latex(right)}"
    return Step(title, shown, remainder == 0, note)


def nonnegative(title: str, expression: sp.Expr, form: sp.Expr | None = None) -> Step:
    """Check ``expression >= 0``: `form`, or the factorised expression, is a sum or product of manifest signs.

    Parameters
    ----------
    title
        In words.
    expression
        What must not be negative.
    form
        An equal expression whose sign is manifest from the assumptions on its symbols; checked to be equal.
    """
    return _signed(title, expression, form, "is_nonnegative", r"\ge 0")


def positive(title: str, expression: sp.Expr, form: sp.Expr | None = None) -> Step:
    """Check ``expression > 0``, as :func:`nonnegative` does."""
    return _signed(title, expression, form, "is_positive", "> 0")


def _signed(title: str, expression: sp.Expr, form: sp.Expr | None, sign: str, shown: str) -> Step:
    candidates = [form] if form is not None else [expression, sp.factor(expression), sp.expand(expression)]
    for candidate in candidates:
        if getattr(candidate, sign):
            remainder = reduce_to_zero(expression - candidate)
            note = "" if remainder == 0 else f"the form differs by ${latex(remainder)}$"
            middle = "" if candidate == expression else f" = {latex(candidate)}"
            return Step(title, f"{latex(expression)}{middle} {shown}", remainder == 0, note)
    return Step(title, f"{latex(expression)} {shown}", False, "the sign is not manifest")


def rises_from(title: str, f: sp.Expr, variable: sp.Symbol, start: sp.Expr | int = 0, order: int = 1) -> list[Step]:
    """Check ``f >= 0`` for ``variable >= start``: f and its first derivatives vanish at start, the last is ``>= 0``.

    `variable` must carry the assumption that makes the sign of the last derivative manifest for ``variable >= start``.
    """
    steps: list[Step] = []
    derivative = f
    for m in range(order):
        what = f"{title}: derivative {m} vanishes at the start" if m else f"{title}: equality at the start"
        shown = rf"\left. {latex(derivative)} \right|_{{{latex(variable)} = {latex(sp.sympify(start))}}} = 0"
        steps.append(replace(identity(what, derivative.subs(variable, start), 0), latex=shown))
        derivative = sp.diff(derivative, variable)
    return [*steps, nonnegative(f"{title}: it rises", sp.factor(sp.simplify(derivative)))]


def concludes(title: str, claim: Claim, derived: sp.Basic) -> Step:
    """Check that a claim says exactly what has been derived: the same relation between equal sides."""
    shown = latex(claim.relation)
    if derived is claim.relation and isinstance(derived, sp.core.relational.Relational):
        return Step(title, shown, False, "the claim is repeated, not derived", claim.key)
    if _same(claim.relation, derived):
        return Step(title, shown, True, claim=claim.key)
    return Step(title, shown, False, f"derived was ${latex(derived)}$", claim.key)


def assumes(theorem: Theorem, key: str, condition: sp.Basic) -> Step:
    """Check that a theorem has the hypothesis a proof uses, and that it says what the proof needs it to say."""
    found = {h.key: h for h in theorem.hypotheses}.get(key)
    if found is None:
        note = f"the proof uses the hypothesis {key!r}, which the theorem does not have"
        return Step(f"given: {key}", latex(condition), False, note)
    same = _same(found.condition, condition)
    note = "" if same else f"the proof needs ${latex(condition)}$, the theorem gives ${latex(found.condition)}$"
    return Step(f"given: {found.text}", latex(condition), same, note)


def gaps(proof: Sequence[Step], claims: Sequence[str]) -> Iterator[str]:
    """Yield what is missing between the steps of a proof and the claims it is given for."""
    concluded: set[str] = set()
    derived = False
    for number, step in enumerate(proof, 1):
        derived |= not step.claim
        if step.claim and not derived:
            yield f"step {number} concludes {step.claim!r} from nothing: no step was checked before it"
        concluded.add(step.claim)
    for key in claims:
        if key not in concluded:
            yield f"claim {key!r} is not concluded"


def _same(left: sp.Basic, right: sp.Basic) -> bool:
    if left == right:
        return True
    if left.func is not right.func or len(left.args) != len(right.args):
        return False
    if isinstance(left, sp.core.relational.Relational):
        difference = (left.lhs - left.rhs) - (right.lhs - right.rhs)
        return bool(sp.expand(difference.doit() if difference.has(sp.Limit) else difference) == 0)
    if isinstance(left, Iff | sp.And | sp.Or | sp.Not | sp.Implies):
        return all(_same(l, r) for l, r in zip(left.args, right.args, strict=True))
    return False
