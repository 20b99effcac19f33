"""Mutated theorems: what must be refuted if the evidence is worth anything.

Each mutant makes a theorem say more than it should: an inequality is flipped or tightened, a constant in an identity is
changed, an equivalence gets another criterion, a hypothesis is dropped or moved by a twentieth. Evidence that still
finds nothing is too weak.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import sympy as sp

from entmax_oracle.proofs_checks.evidence import Case, Context, check_needed, check_sharp
from entmax_oracle.proofs_checks.reading import precision
from entmax_oracle.theory import Claim
from entmax_oracle.theory.notation import Every, Iff

_NUDGE = sp.Rational(1, 32)
_MOVE = sp.Rational(1, 20)
_FLIPPED = {sp.Le: sp.Gt, sp.Lt: sp.Ge, sp.Ge: sp.Lt, sp.Gt: sp.Le}


@dataclass(frozen=True)
class Mutant:
    """A case whose theorem has been made false, and how."""

    case: Case
    change: str


def mutants(case: Case) -> Iterator[Mutant]:
    """Yield the mutants of a case: of each claim, one without each hypothesis, and those with a weaker one."""
    theorem = case.theorem
    for position, claim in enumerate(theorem.claims):
        for change, relation in _false_relations(claim.relation):
            claims = list(theorem.claims)
            claims[position] = Claim(claim.key, relation)
            yield Mutant(replace(case, theorem=replace(theorem, claims=tuple(claims))), f"{claim.key}: {change}")
    for hypothesis in theorem.hypotheses:
        kept = tuple(h for h in theorem.hypotheses if h is not hypothesis)
        yield Mutant(replace(case, theorem=replace(theorem, hypotheses=kept)), f"without {hypothesis.key}")
        for change, condition in weaker(hypothesis.condition):
            moved = tuple(replace(h, condition=condition) if h is hypothesis else h for h in theorem.hypotheses)
            yield Mutant(replace(case, theorem=replace(theorem, hypotheses=moved)), f"{hypothesis.key}: {change}")


def weaker(condition: sp.Basic) -> Iterator[tuple[str, sp.Basic]]:
    """Yield conditions that admit a little more: a number on one side of an inequality is moved by a twentieth."""
    if type(condition) in _FLIPPED:
        left, right = condition.args
        number, other = (right, left) if right.is_number else (left, right)
        if not number.is_number or other.is_integer:
            return
        grows = isinstance(condition, sp.Le | sp.Lt) == (number is right)
        moved = number + (_MOVE if grows else -_MOVE) * (abs(number) or 1)
        sides = (left, moved) if number is right else (moved, right)
        yield f"{number} moved to {moved}", _build(type(condition), *sides)
    elif isinstance(condition, sp.And | sp.Or):
        for part in condition.args:
            for change, moved in weaker(part):
                yield change, condition.func(*(moved if other is part else other for other in condition.args))
    elif isinstance(condition, Every):
        for change, moved in weaker(condition.args[0]):
            yield change, Every(moved, condition.args[1])
    elif isinstance(condition, sp.Eq) and condition.rhs.is_number and not condition.lhs.is_integer:
        left, number = condition.args
        band = _MOVE * (abs(number) or 1)
        yield f"{number} give or take {band}", sp.And(left >= number - band, left <= number + band)


def _false_relations(relation: sp.Basic) -> Iterator[tuple[str, sp.Basic]]:
    """Yield stronger or contrary versions of a relation."""
    if isinstance(relation, sp.core.relational.Relational):
        left, right = relation.args
        if isinstance(relation, sp.Eq):
            yield "constant added", _build(sp.Eq, left, right + _NUDGE)
            if right != 0:
                yield "factor changed", _build(sp.Eq, left, right * (1 + _NUDGE))
        elif type(relation) in _FLIPPED:
            yield "flipped", _build(_FLIPPED[type(relation)], left, right)
            tighter = -_NUDGE if isinstance(relation, sp.Le | sp.Lt) else _NUDGE
            yield "tightened", _build(type(relation), left, right + tighter)
    elif isinstance(relation, Iff):
        fact, criterion = relation.args
        yield "criterion negated", Iff(fact, sp.Not(criterion))
        for inequality in criterion.atoms(sp.Le, sp.Lt, sp.Ge, sp.Gt):
            left, right = inequality.args
            for change, factor in (("tightened", 1 - _NUDGE), ("loosened", 1 + _NUDGE)):
                moved = _build(type(inequality), left, right * factor)
                yield f"criterion {change}", Iff(fact, criterion.xreplace({inequality: moved}))
    elif isinstance(relation, sp.Implies):
        premise, conclusion = relation.args
        yield "premise dropped", conclusion
        if isinstance(premise, sp.Le | sp.Lt | sp.Ge | sp.Gt) and not premise.args[0].is_integer:
            left, right = premise.args
            looser = _NUDGE if isinstance(premise, sp.Le | sp.Lt) else -_NUDGE
            yield "premise loosened", sp.Implies(_build(type(premise), left, right + looser), conclusion)
        for change, mutated in _false_relations(conclusion):
            yield f"conclusion {change}", sp.Implies(premise, mutated)


def _build(kind: type[sp.Basic], left: sp.Basic, right: sp.Basic) -> sp.Basic:
    return kind(left, right, evaluate=False)


def refutation(case: Case, context: Context | None = None) -> str | None:
    """Return how the evidence of a case refutes its theorem, cheapest evidence first; ``None`` if it does not."""
    context = context or Context()
    theorem = case.theorem
    with precision():
        for sharp in case.sharp:
            if check_sharp(theorem, sharp).refutes:
                return f"sharp point: {sharp.text}"
        for needed in case.needed:
            if check_needed(theorem, needed).refutes:
                return f"necessity of {needed.hypothesis}"
    for kind in ("exact", "sampled", "decided", "certified", "symbolic"):
        for argument in case.arguments:
            found = argument.execute(theorem, context) if argument.kind == kind else None
            if found is not None and (found.status == "refutes" or "has no value" in found.detail):
                return f"{kind}: {argument.title}"
    return None
