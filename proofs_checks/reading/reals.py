"""Decide a claim over the reals for a fixed number of tokens: the claim's own expression, given to z3.

For ``alpha = 1 + k/l`` a row is semialgebraic: with ``p_i = y_i^l`` the threshold form reads ``y_i >= 0``,
``y_i^k >= x_i - tau``, ``y_i (y_i^k - x_i + tau) = 0`` and ``sum y_i^l = 1``. A claim holds for *all* logits if its
negation has no solution. The solver's answers are exact: ``unsat`` is a proof for that ``n`` and ``alpha``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import sympy as sp
from flint import fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N

from .algebra import Branch, Undefined
from .walk import free_symbols, read

__all__ = ["INSTALL_HINT", "Decision", "Model", "decide", "row_model", "satisfiable"]

ONE = fmpq(1)
INSTALL_HINT = "z3 is not installed; `pip install entmax-oracle[proofs]` brings it"


class Reals:
    """Arithmetic of z3 terms over the reals; roots become fresh nonnegative variables with their defining equation.

    The solver gives a quotient by zero, and a root of a negative number, any value it likes. What must hold so that
    none occurs is collected in :attr:`domains`: a claim is proved for all of these values, but refuted by none of them.
    """

    def __init__(self) -> None:
        import z3

        self.z3 = z3
        self.definitions: list[Any] = []
        self.domains: list[Any] = []
        self.roots: dict[tuple[int, int], Any] = {}
        self._fresh = itertools.count()

    def variable(self, name: str) -> Any:
        return self.z3.Real(name)

    def term(self, value: Any) -> Any:
        """Return a z3 term of a constant; terms pass through."""
        return self.z3.Q(int(value.p), int(value.q)) if isinstance(value, fmpq) else value

    def known_root(self, term: Any, degree: int, root: Any) -> Any:
        """Remember that `root` ≥ 0 is the root of `term`, so that no fresh variable is needed."""
        self.roots[term.get_id(), degree] = root
        return term

    def number(self, value: fmpq) -> Any:
        return value

    def add(self, terms: Sequence[Any]) -> Any:
        constant = sum((t for t in terms if isinstance(t, fmpq)), fmpq(0))
        rest = [t for t in terms if not isinstance(t, fmpq)]
        if not rest:
            return constant
        return reduce(lambda l, r: l + r, rest if constant == 0 else [*rest, self.term(constant)])

    def multiply(self, factors: Sequence[Any]) -> Any:
        constant = reduce(lambda l, r: l * r, (f for f in factors if isinstance(f, fmpq)), fmpq(1))
        rest = [f for f in factors if not isinstance(f, fmpq)]
        if not rest or constant == 0:
            return constant
        return reduce(lambda l, r: l * r, rest if constant == 1 else [self.term(constant), *rest])

    def power(self, base: Any, exponent: Any) -> Any:
        """Rational power of a nonnegative base; integer powers are products."""
        if not isinstance(exponent, fmpq):
            raise Undefined("the solver knows no power with a variable exponent")
        numerator, degree = int(exponent.p), int(exponent.q)
        root = self._root(base, degree)
        if numerator == 0:
            return fmpq(1)
        product = self.multiply([root] * abs(numerator))
        if numerator > 0:
            return product
        self.domains.append(self.term(product) != 0)
        return self.term(fmpq(1)) / self.term(product)

    def _root(self, base: Any, degree: int) -> Any:
        if degree == 1:
            return base
        base = self.term(base)
        if (base.get_id(), degree) not in self.roots:
            fresh = self.variable(f"root{next(self._fresh)}")
            # Without the condition a negative base would make the question vacuous, hence anything provable.
            self.definitions += [fresh >= 0, self.z3.Implies(base >= 0, self.multiply([fresh] * degree) == base)]
            self.domains.append(base >= 0)
            self.roots[base.get_id(), degree] = fresh
            self.roots[base.get_id(), -degree] = base  # keeps the term, hence its id, alive
        return self.roots[base.get_id(), degree]

    def maximum(self, terms: Sequence[Any]) -> Any:
        return reduce(lambda l, r: self.z3.If(l >= r, l, r), [self.term(t) for t in terms])

    def function(self, name: str, arguments: Sequence[Any]) -> Any:
        """Absolute value; nothing transcendental can be decided."""
        if name == "Abs":
            (argument,) = map(self.term, arguments)
            return self.z3.If(argument >= 0, argument, -argument)
        raise Undefined(f"the solver knows no {name}")

    def compare(self, relation: str, left: Any, right: Any) -> Any:
        left, right = self.term(left), self.term(right)
        return {
            ">": left > right,
            "<": left < right,
            ">=": left >= right,
            "<=": left <= right,
            "==": left == right,
            "!=": left != right,
        }[relation]

    def both(self, truths: Sequence[Any]) -> Any:
        return self.z3.And(*truths)

    def either(self, truths: Sequence[Any]) -> Any:
        return self.z3.Or(*truths)

    def negate(self, truth: Any) -> Any:
        return self.z3.Not(truth)

    def choose(self, branches: Sequence[Branch]) -> Any:
        """Nested if-then-else; the last branch is the default."""
        *conditional, (_, last) = branches
        result = self.term(last())
        for condition, value in reversed(conditional):
            truth = condition()
            with suppress(Undefined):
                result = self.z3.If(truth, self.term(value()), result)
        return result


Model = Callable[[Reals, int, fmpq], tuple[dict[sp.Basic, Any], list[Any]]]
"""Returns the meaning of the symbols as z3 terms and the constraints on them, for ``n`` tokens and ``alpha``."""


def row_model(
    reals: Reals,
    n: int,
    alpha: fmpq,
    *,
    z: Sequence[Any] | None = None,
    scale: Any = ONE,
    names: tuple[str, str, str] = ("z", "y", "tau"),
    into: tuple[sp.Basic, sp.Basic, sp.Basic] = (N.z, N.p, N.tau),
) -> tuple[dict[sp.Basic, Any], list[Any]]:
    """Return ``p = entmax_alpha(scale z)`` for free logits (or given ones) as z3 terms with their constraints."""
    a = alpha - 1
    power, degree = int(a.p), int(a.q)
    logits = list(z) if z is not None else [reals.variable(f"{names[0]}{m + 1}") for m in range(n)]
    roots = [reals.variable(f"{names[1]}{m + 1}") for m in range(n)]
    tau = reals.variable(names[2])
    constraints: list[Any] = []
    for logit, y in zip(logits, roots, strict=True):
        level = reals.multiply([y] * power)
        slack = level - reals.multiply([a, scale, logit]) + tau
        constraints += [y >= 0, slack >= 0, y * slack == 0]
    p = [reals.known_root(reals.multiply([y] * degree), degree, y) for y in roots]
    constraints.append(reals.add(p) == 1)
    highest = reals.maximum(logits)
    lowest = -reals.maximum([-logit for logit in logits])
    values: dict[sp.Basic, Any] = {
        N.n: fmpq(n),
        N.alpha: alpha,
        into[0]: logits,
        into[1]: p,
        into[2]: tau,
        N.z_max: highest,
        N.z_min: lowest,
    }
    values[N.p_max] = reals.maximum(p)
    values[N.size] = reals.add([reals.z3.If(y > 0, reals.term(fmpq(1)), reals.term(fmpq(0))) for y in roots])
    values[N.top] = reals.add(
        [reals.z3.If(logit == highest, reals.term(fmpq(1)), reals.term(fmpq(0))) for logit in logits]
    )
    return values, constraints


@dataclass(frozen=True)
class Decision:
    """The solver's answer for one ``n`` and ``alpha``.

    ``proved``; ``refuted`` with a model; ``unknown``; or ``undefined``: the negation has solutions, but only where some
    expression has no value.
    """

    status: str
    claim: str = ""
    model: dict[str, str] = field(default_factory=dict)


def decide(theorem: Theorem, claims: Sequence[str], model: Model, n: int, alpha: fmpq, seconds: float) -> Decision:
    """Ask whether the hypotheses and the negation of any claim can hold together.

    Parameters
    ----------
    theorem, claims
        What to decide; free indices range over all tokens, one question each.
    model
        Builds the terms.
    n, alpha
        Size and exponent.
    seconds
        Time limit of each question.
    """
    import z3

    for claim in (c for c in theorem.claims if c.key in claims):
        for reals, solver, values, indices in _questions(theorem, [claim.relation], model, n, alpha, seconds):
            solver.add(z3.Not(read(claim.relation, values, reals)), *reals.definitions)
            answer = solver.check()
            if answer == z3.sat and reals.domains:
                solver.add(*reals.domains)
                answer = solver.check()
                if answer == z3.unsat:
                    return Decision("undefined", claim.key)
            if answer == z3.sat:
                found = solver.model()
                shown = {str(symbol): _decimal(found[symbol]) for symbol in found.decls()} | indices
                return Decision("refuted", claim.key, {"n": str(n), "alpha": str(alpha), **shown})
            if answer != z3.unsat:
                return Decision("unknown", claim.key)
    return Decision("proved")


def satisfiable(theorem: Theorem, model: Model, n: int, alpha: fmpq, seconds: float) -> bool | None:
    """Return whether the hypotheses hold at some point of this size and exponent; ``None`` if time runs out."""
    import z3

    answers = []
    for reals, solver, _, _ in _questions(theorem, [], model, n, alpha, seconds):
        solver.add(*reals.definitions, *reals.domains)
        answers.append(solver.check())
        if answers[-1] == z3.sat:
            return True
    return False if all(answer == z3.unsat for answer in answers) else None


def _questions(
    theorem: Theorem, more: Sequence[sp.Basic], model: Model, n: int, alpha: fmpq, seconds: float
) -> Iterator[tuple[Reals, Any, dict[sp.Basic, Any], dict[str, str]]]:
    """Yield, for every choice of tokens for the free indices, a solver that knows the row and the hypotheses."""
    parts = [*more, *(h.condition for h in theorem.hypotheses), *theorem.given]
    free = [index for index in N.INDICES if any(index in free_symbols(part) for part in parts)]
    for assignment in itertools.product(range(1, n + 1), repeat=len(free)):
        reals = Reals()
        values, constraints = model(reals, n, alpha)
        values.update({index: fmpq(m) for index, m in zip(free, assignment, strict=True)})
        solver = reals.z3.Solver()
        solver.set("timeout", int(1000 * seconds))
        solver.add(*constraints, *(read(h.condition, values, reals) for h in theorem.hypotheses))
        for condition in theorem.given:
            with suppress(KeyError, Undefined):  # what the model does not speak of, it was built for
                solver.add(read(condition, values, reals))
        yield reals, solver, values, {str(index): str(m) for index, m in zip(free, assignment, strict=True)}


def _decimal(value: Any) -> str:
    text: str = value.as_decimal(12) if hasattr(value, "as_decimal") else str(value)
    return text
