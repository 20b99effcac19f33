"""Lines of a symbolic proof: algebra that SymPy checks, and words that join it.

A proof is a generator of lines. Algebra is machine-checked step by step: an identity is reduced to zero, a sign is read
off a form in which it is manifest. What joins the steps (summing over tokens, monotone convergence, the intermediate
value theorem) stands in their titles, or in a line of words of its own, which nobody but the reader checks. The last
lines compare what was derived with the theorem's own claims, so a theorem that says anything else loses its proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from entmax_oracle.theory import Theorem
from entmax_oracle.theory.notation import Iff, latex


@dataclass(frozen=True)
class Step:
    """One line of a proof.

    Parameters
    ----------
    title
        What it says, in words.
    latex
        The formula that was checked; empty where the title says it all.
    ok
        Whether it holds.
    note
        Where it does not, what remained.
    claim
        Key of the claim it concludes; empty for a step on the way.
    words
        Whether it is a line of words, which is not checked.
    """

    title: str
    latex: str
    ok: bool
    note: str = ""
    claim: str = ""
    words: bool = False


@dataclass(frozen=True)
class Conclusion:
    """What has been derived of a claim, to be compared with what the theorem claims there."""

    title: str
    key: str
    derived: sp.Basic

    def of(self, theorem: Theorem) -> Step:
        """Check that the claim says exactly what has been derived: the same relation between equal sides."""
        claim = theorem.claim(self.key)
        shown = latex(claim.relation)
        if self.derived is claim.relation and isinstance(self.derived, sp.core.relational.Relational):
            return Step(self.title, shown, False, "the claim is repeated, not derived", self.key)
        if _same(claim.relation, self.derived):
            return Step(self.title, shown, True, claim=self.key)
        return Step(self.title, shown, False, f"derived was ${latex(self.derived)}$", self.key)


Proof = Iterator["Step | Conclusion | list[Step] | Proof"]
"""What a function that writes down a proof yields: lines, several at once, and proofs that it leans on."""


def by(words: str) -> Step:
    """Argue in words alone."""
    return Step(words, "", True, words=True)


def concludes(title: str, key: str, derived: sp.Basic) -> Conclusion:
    """Conclude the claim called `key`, which must say what has been derived."""
    return Conclusion(title, key, derived)


def settled(proof: Proof | list[Step], theorem: Theorem) -> Iterator[Step]:
    """Yield the lines of a proof one by one, its conclusions compared with a theorem."""
    for line in proof:
        if isinstance(line, Step):
            yield line
        elif isinstance(line, Conclusion):
            yield line.of(theorem)
        else:
            yield from settled(line, theorem)


def tally(proof: Sequence[Step], premises: int = 0) -> str:
    """Say how much of a proof, of which the first steps are premises, is checked."""
    words = sum(step.words for step in proof)
    if not any(not step.words and not step.claim for step in proof[premises:]):
        return f"argued in words ({words}); SymPy compares the conclusions alone"
    checked = f"{len(proof) - words} steps checked by SymPy"
    return f"{checked}, {words} in words" if words else checked


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


def identity(
    title: str, left: sp.Expr, right: sp.Expr | int, at: Mapping[sp.Basic, sp.Expr | int] | None = None
) -> Step:
    """Check ``left = right`` by reducing the difference to zero.

    Sides that are equal as soon as they are written down are no step of a proof; their sentence is a line of words.
    So leave derivatives, limits and integrals unevaluated (``sp.Derivative``), and give the values to put in as `at`.

    Parameters
    ----------
    title
        In words.
    left, right
        The sides.
    at
        Values that are put in for symbols, all at once, after derivatives are taken.
    """
    left, right = sp.sympify(left), sp.sympify(right)
    shown = f"{latex(left)} = {latex(right)}"
    if at:
        shown += r" \text{ at } " + ", ".join(f"{latex(s)} = {latex(sp.sympify(v))}" for s, v in at.items())
    if left - right == 0:
        return Step(title, shown, False, "both sides are the same as soon as they are written down: say it in words")
    difference = _evaluated(left) - _evaluated(right)
    remainder = reduce_to_zero(difference.subs(at, simultaneous=True) if at else difference)
    note = "" if remainder == 0 else f"left minus right leaves ${latex(remainder)}$"
    return Step(title, shown, remainder == 0, note)


def _evaluated(side: sp.Expr) -> sp.Expr:
    return side.doit() if side.has(sp.Derivative, sp.Integral, sp.Limit, sp.Sum, sp.Product) else side


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
        steps.append(identity(what, derivative, 0, at={variable: start}))
        derivative = sp.diff(derivative, variable)
    return [*steps, nonnegative(f"{title}: it rises", sp.factor(sp.simplify(derivative)))]


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
    """Yield what is missing between the lines of a proof and the claims it is given for."""
    concluded: set[str] = set()
    derived = False
    for number, step in enumerate(proof, 1):
        derived |= not step.claim
        if step.claim and not derived:
            yield f"step {number} concludes {step.claim!r} from nothing: nothing was argued before it"
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
