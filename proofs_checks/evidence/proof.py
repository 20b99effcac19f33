"""Lines of a symbolic proof: algebra that SymPy checks, and words that join it.

A proof is a generator of lines. Algebra is machine-checked step by step: an identity is reduced to zero, a sign is read
off a form in which it is manifest. What joins the steps (summing over tokens, monotone convergence, the intermediate
value theorem) stands in their titles, or in a line of words of its own, which nobody but the reader checks. The last
lines compare what was derived with the theorem's own claims, so a theorem that says anything else loses its proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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

    @property
    def formula(self) -> str:
        """The formula, unless it says nothing new: a hypothesis in symbols, or two sides that read the same."""
        if self.ok and self.title.startswith("given: ") and "$" in self.title:
            return ""
        left, equals, right = self.latex.partition(" = ")
        return "" if equals and left == right else self.latex


@dataclass(frozen=True)
class _Checked(Step):
    """A line that a function of this module has checked, and the relation that it shows, if it shows one.

    A copy with other words in it shows nothing any more.
    """

    fact: sp.Basic | None = field(default=None, init=False)

    def showing(self, fact: sp.Basic | None) -> _Checked:
        """Note what this line shows."""
        object.__setattr__(self, "fact", fact)
        return self

    def written(self) -> Step:
        """Return the line as it is shown."""
        return Step(self.title, self.latex, self.ok, self.note, self.claim, self.words)


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
        # SymPy keeps one object for equal boolean functions, so only relations tell a copy from the thing itself.
        if self.derived is claim.relation and isinstance(self.derived, sp.core.relational.Relational):
            return _Checked(self.title, shown, False, "the claim is repeated, not derived", self.key)
        if _same(claim.relation, self.derived):
            return _Checked(self.title, shown, True, claim=self.key)
        return _Checked(self.title, shown, False, f"derived was ${latex(self.derived)}$", self.key)


Proof = Iterator["Step | Conclusion | list[Step] | Proof"]
"""What a function that writes down a proof yields: lines, several at once, and proofs that it leans on."""


def by(words: str) -> Step:
    """Argue in words alone."""
    return _Checked(words, "", True, words=True)


def concludes(title: str, key: str, derived: sp.Basic) -> Conclusion:
    """Conclude the claim called `key`, which must say what has been derived."""
    return Conclusion(title, key, derived)


def settled(proof: Proof | list[Step], theorem: Theorem) -> Iterator[Step]:
    """Yield the lines of a proof one by one, its conclusions compared with a theorem.

    A line that no function of this module has checked does not count, whatever it says of itself.
    """
    for line in proof:
        if isinstance(line, _Checked):
            yield line
        elif isinstance(line, Step):
            note = "this step is not checked: use identity, nonnegative, positive or rises_from, or by for words"
            yield Step(line.title, line.latex, False, note, line.claim)
        elif isinstance(line, Conclusion):
            yield line.of(theorem)
        else:
            yield from settled(line, theorem)


def entailed(proof: Sequence[Step], relation: sp.Basic) -> bool:
    """Whether the checked steps of a proof say a relation themselves, so that no words stand between."""
    if isinstance(relation, sp.And):
        return all(entailed(proof, part) for part in relation.args)
    if isinstance(relation, sp.Implies):
        return entailed(proof, relation.args[1])
    return any(_says(step.fact, relation) for step in proof if isinstance(step, _Checked) and step.ok)


def _says(fact: sp.Basic | None, relation: sp.Basic) -> bool:
    """Whether a checked fact ``e = 0``, ``e >= 0`` or ``e > 0`` is a relation, up to terms moved across."""
    if fact is None or not isinstance(relation, sp.Eq | sp.Le | sp.Lt | sp.Ge | sp.Gt):
        return False
    left, right = relation.args
    if isinstance(relation, sp.Eq):
        return isinstance(fact, sp.Eq) and any(sp.expand(fact.lhs - e) == 0 for e in (left - right, right - left))
    room = left - right if isinstance(relation, sp.Ge | sp.Gt) else right - left
    strong_enough = isinstance(fact, sp.Gt) or (isinstance(fact, sp.Ge) and isinstance(relation, sp.Ge | sp.Le))
    return strong_enough and bool(sp.expand(fact.lhs - room) == 0)


def written(proof: Sequence[Step]) -> tuple[Step, ...]:
    """Return the lines of a proof as they are shown."""
    return tuple(step.written() if isinstance(step, _Checked) else step for step in proof)


def argued_in_words(proof: Sequence[Step]) -> bool:
    """Whether SymPy has checked nothing of a proof but that its conclusions are the theorem's claims."""
    return not any(not step.words and not step.claim for step in proof)


def tally(proof: Sequence[Step], premises: int = 0) -> str:
    """Say how much of a proof, of which the first steps are premises, is checked."""
    words = sum(step.words for step in proof)
    if argued_in_words(proof[premises:]):
        return f"argued in words ({words}); SymPy compares the conclusions alone"
    checked = f"{len(proof) - words} steps checked by SymPy"
    return f"{checked}, {words} in words" if words else checked


_REDUCTIONS: tuple[Callable[[sp.Expr], sp.Expr], ...] = (
    lambda e: e,
    sp.expand,
    lambda e: sp.numer(sp.together(e)).expand(),
    sp.gammasimp,
    lambda e: sp.expand(sp.powsimp(sp.powdenest(sp.expand(e), force=False))),
    lambda e: sp.expand(sp.expand_log(e)),
    lambda e: sp.powsimp(sp.expand(sp.numer(sp.together(sp.expand_power_base(sp.expand_power_exp(e)))))),
    lambda e: sp.factor(sp.powsimp(sp.expand_power_base(sp.factor(e, deep=True)))),
    sp.trigsimp,
    sp.simplify,  # the last: it takes longest, and imports the most
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

    Sides that are equal as soon as they are written down are not a step of a proof; their sentence is a line of words.
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
        note = "both sides are the same before any algebra: say it in words"
        return _Checked(title, shown, False, note)
    difference = _evaluated(left) - _evaluated(right)
    remainder = reduce_to_zero(difference.subs(at, simultaneous=True) if at else difference)
    note = "" if remainder == 0 else f"left minus right leaves ${latex(remainder)}$"
    fact = sp.Eq(left - right, 0, evaluate=False) if remainder == 0 and not at else None
    return _Checked(title, shown, remainder == 0, note).showing(fact)


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
    forms: tuple[Callable[[sp.Expr], sp.Expr], ...] = (lambda e: e, sp.factor, sp.expand)
    for candidate in [form] if form is not None else (reshape(expression) for reshape in forms):
        if getattr(candidate, sign):
            remainder = reduce_to_zero(expression - candidate)
            note = "" if remainder == 0 else f"the form differs by ${latex(remainder)}$"
            middle = "" if candidate == expression else f" = {latex(candidate)}"
            kind = sp.Gt if sign == "is_positive" else sp.Ge
            fact = kind(expression, 0, evaluate=False) if remainder == 0 else None
            return _Checked(title, f"{latex(expression)}{middle} {shown}", remainder == 0, note).showing(fact)
    return _Checked(title, f"{latex(expression)} {shown}", False, "the sign is not manifest")


def rises_from(title: str, f: sp.Expr, variable: sp.Symbol, start: sp.Expr | int = 0, order: int = 1) -> list[Step]:
    """Check ``f >= 0`` for ``variable >= start``: f and its first derivatives vanish at start, the last is ``>= 0``.

    The assumptions on `variable` must say that it is at least `start`; where f starts elsewhere, put in
    ``start + t`` with a nonnegative symbol ``t``. The sign of the last derivative is read off for *every* number
    beyond the start, and f must have no pole there.
    """
    if not (variable - start).is_nonnegative:
        note = (
            f"nothing says that ${latex(variable)}$ is at least ${latex(sp.sympify(start))}$: put in the start plus a "
        )
        return [_Checked(f"{title}: the start", latex(variable >= start), False, note + "nonnegative symbol")]
    beyond = sp.Dummy(f"({variable.name}-{start})" if start != 0 else variable.name, positive=True)
    moved = f.subs(variable, start + beyond)
    if (pole := _pole(moved, beyond)) is not None:
        note = f"nothing says that ${latex(pole)}$ is positive beyond the start"
        return [_Checked(f"{title}: no pole", latex(f), False, note)]
    steps: list[Step] = []
    derivative = f
    for m in range(order):
        what = f"{title}: derivative {m} vanishes at the start" if m else f"{title}: equality at the start"
        steps.append(identity(what, derivative, 0, at={variable: start}))
        derivative = sp.diff(derivative, variable)
    last = _collected(derivative)
    rising = nonnegative(f"{title}: it rises", _collected(last.subs(variable, start + beyond)))
    shown = f"{latex(last)} " + r"\ge 0"
    fact = sp.Ge(f, 0, evaluate=False) if all(step.ok for step in (*steps, rising)) else None
    return [*steps, _Checked(rising.title, shown, rising.ok, rising.note).showing(fact)]


def _collected(expression: sp.Expr) -> sp.Expr:
    """Return an expression as a product; one without sums is left as it is."""
    return sp.factor(sp.simplify(expression)) if expression.has(sp.Add) else expression


def _pole(expression: sp.Expr, variable: sp.Symbol) -> sp.Expr | None:
    """Return a part of an expression that must be positive, or not zero, and is not manifestly so."""
    for part in expression.atoms(sp.Pow, sp.Function):
        if not part.has(variable) or isinstance(part, sp.exp | sp.sinh | sp.cosh | sp.tanh):
            continue
        inner = part.base if isinstance(part, sp.Pow) else part.args[0]
        if isinstance(part, sp.Pow) and part.exp.is_integer and (part.exp.is_nonnegative or inner.is_nonzero):
            continue
        if isinstance(part, sp.Pow | sp.log) and (inner.is_positive or sp.factor(inner).is_positive):
            continue
        return inner
    return None


def assumes(theorem: Theorem, key: str, condition: sp.Basic) -> Step:
    """Check that a theorem has the hypothesis a proof uses, and that it says what the proof needs it to say."""
    found = {h.key: h for h in theorem.hypotheses}.get(key)
    if found is None:
        note = f"the proof uses the hypothesis {key!r}, which the theorem does not have"
        return _Checked(f"given: {key}", latex(condition), False, note)
    same = _same(found.condition, condition)
    note = "" if same else f"the proof needs ${latex(condition)}$, the theorem gives ${latex(found.condition)}$"
    return _Checked(f"given: {found.text}", latex(condition), same, note)


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
