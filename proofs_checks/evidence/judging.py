"""Check a theorem at one point, search for a point where it fails, and shrink what was found."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sympy as sp
from flint import fmpq

from entmax_oracle.theory import Claim, Theorem
from entmax_oracle.theory.notation import INDICES, n

from ..reading import BALLS, Unclear, Undefined, free_symbols, read, truth_at_tie
from ..shrinking import minimise
from .instances import Instance, show

Truth = bool | None


@dataclass(frozen=True)
class Judgement:
    """What one point says about a theorem.

    ``holds``: every claim is true there; ``fails``: a claim is false although every hypothesis holds; ``excluded``: a
    hypothesis is false, or the point lies outside the setting; ``unmet``: balls cannot tell whether the hypotheses
    hold; ``undecided``: balls overlap, as they must where two sides are equal but irrational; ``undefined``: a claim,
    or a hypothesis, has no value, such as a logarithm of a negative number.
    """

    status: Literal["holds", "fails", "excluded", "unmet", "undecided", "undefined"]
    claim: str = ""
    indices: Mapping[str, int] = field(default_factory=dict)
    left: str = ""
    right: str = ""
    reason: str = ""


_WORST = ("excluded", "unmet", "holds", "undecided", "undefined", "fails")
"""What is said of a point, where its claims and tokens say different things: the last of these."""


def judge(
    theorem: Theorem,
    instance: Instance,
    claims: Sequence[str] | None = None,
    tokens: Sequence[int] | None = None,
) -> Judgement:
    """Read hypotheses and claims at one point, for every value of their free indices.

    Parameters
    ----------
    theorem
        The theorem, possibly a mutated one.
    instance
        The point.
    claims
        Keys of the claims to judge; all by default.
    tokens
        Values of the free indices; every token by default.
    """
    worst = Judgement("excluded")
    for claim in theorem.claims:
        if claims is not None and claim.key not in claims:
            continue
        parts = [claim.relation, *(h.condition for h in theorem.hypotheses), *theorem.given]
        for point, indices in index_points(parts, instance, tokens):
            found = _judge_once(theorem, claim, point, indices, instance.exact)
            if _WORST.index(found.status) > _WORST.index(worst.status):
                worst = found
            if worst.status == "fails":
                return worst
    return worst


def _judge_once(
    theorem: Theorem,
    claim: Claim,
    point: Mapping[sp.Basic, Any],
    indices: Mapping[str, int],
    closed: Mapping[sp.Basic, sp.Expr],
) -> Judgement:
    """Read the hypotheses and one claim for one choice of the free indices."""
    if not all(_admits(condition, point) for condition in theorem.given):
        return Judgement("excluded")
    try:
        premises = _premises(theorem, point)
        if premises is not True:
            return Judgement("excluded" if premises is False else "unmet")
        truth = read(claim.relation, point)
    except Unclear as error:
        return Judgement("undecided", claim.key, indices, reason=str(error))
    except Undefined as error:
        return Judgement("undefined", claim.key, indices, reason=str(error))
    if truth is None:
        truth = truth_at_tie(claim.relation, point, closed)
    if truth is False:
        return Judgement("fails", claim.key, indices, *_sides(claim.relation, point))
    return Judgement("holds" if truth is True else "undecided", claim.key, indices)


def _premises(theorem: Theorem, point: Mapping[sp.Basic, Any]) -> Truth:
    """Return whether all hypotheses hold; one without a value is forgiven if another one is false."""
    truths: list[Truth] = []
    failure: Undefined | None = None
    for hypothesis in theorem.hypotheses:
        try:
            truths.append(read(hypothesis.condition, point))
        except Undefined as error:
            failure = failure or error
    if failure and False not in truths:
        raise failure
    return BALLS.both(truths)


def _admits(condition: sp.Basic, point: Mapping[sp.Basic, Any]) -> bool:
    """Whether a point may lie in the setting: what balls cannot tell, such as an equation, is taken to hold.

    So is what speaks of a symbol that the point does not give: it was built for its setting.
    """
    try:
        return read(condition, point) is not False
    except (Unclear, KeyError):
        return True
    except Undefined:
        return False


def truth_of(relation: sp.Basic, instance: Instance) -> Truth:
    """Return whether a relation holds at a point for all values of its free indices."""
    return BALLS.both([read(relation, point) for point, _ in index_points([relation], instance)])


def meets(theorem: Theorem, premise: sp.Basic, instance: Instance, tokens: Sequence[int] | None = None) -> bool:
    """Whether a premise, and every hypothesis, surely holds at a point for some value of their free indices."""
    conditions = [premise, *(h.condition for h in theorem.hypotheses)]
    for point, _ in index_points([*conditions, *(claim.relation for claim in theorem.claims)], instance, tokens):
        try:
            if BALLS.both([read(condition, point) for condition in conditions]) is True:
                return True
        except Undefined:
            continue
    return False


def index_points(
    parts: Sequence[sp.Basic], instance: Instance, tokens: Sequence[int] | None = None
) -> Iterator[tuple[dict[sp.Basic, Any], dict[str, int]]]:
    """Yield the instance once for every assignment of tokens to the indices free in `parts`."""
    free = [index for index in INDICES if any(index in free_symbols(part) for part in parts)]
    free = [index for index in free if index not in instance.values]
    if tokens is None:
        tokens = range(1, int(instance[n].p) + 1) if free else ()
    for assignment in itertools.product(tokens, repeat=len(free)):
        chosen = {index: fmpq(value) for index, value in zip(free, assignment, strict=True)}
        yield {**instance.values, **chosen}, {str(index): int(value.p) for index, value in chosen.items()}


def _sides(relation: sp.Basic, values: Mapping[sp.Basic, Any]) -> tuple[str, str]:
    """Return the values of both sides of a relation, or of the conclusion of one, as text, where it has two."""
    if isinstance(relation, sp.Implies):
        return _sides(relation.args[1], values)
    if isinstance(relation, sp.logic.boolalg.BooleanFunction):
        return "", ""
    try:
        left, right = (read(side, values) for side in relation.args)
    except (Undefined, TypeError, ValueError):
        return "", ""
    return show(left), show(right)


Parameters = dict[str, Any]
"""Plain numbers from which a family builds an instance: ``fmpq`` scalars, and tuples of them, one entry a token."""


@dataclass(frozen=True)
class Family:
    """A set of instances to search: how to draw one, and how to build it from plain numbers.

    Parameters
    ----------
    domain
        The set in words, for the verdict.
    draw
        Returns parameters, the smaller and simpler the nearer its second argument, in [0, 1], is to 0.
    build
        Makes the instance; ``ValueError`` where the parameters are not of the family.
    fixed
        Parameters that a shrinker must leave alone, because simpler values would leave the family.
    """

    domain: str
    draw: Callable[[random.Random, float], Parameters]
    build: Callable[..., Instance]
    fixed: frozenset[str] = frozenset({"alpha", "beta"})

    def sample(self, rng: random.Random, size: float) -> tuple[Parameters, Instance | None]:
        """Draw one member; ``None`` where it could not be built."""
        parameters = self.draw(rng, size)
        return parameters, self.member(parameters)

    def member(self, parameters: Parameters) -> Instance | None:
        """Build an instance; ``None`` if the parameters are not of the family."""
        try:
            return self.build(**parameters)
        except (ValueError, Undefined, ZeroDivisionError):
            return None


def shrink(
    family: Family,
    parameters: Parameters,
    fails: Callable[[Instance], bool],
    tries: int = 400,
    seconds: float = math.inf,
) -> Instance:
    """Return a smaller instance that still fails: fewer tokens first, then simpler numbers."""
    start = family.member(parameters)
    assert start is not None

    def failing(candidate: Parameters) -> Instance | None:
        instance = family.member(candidate)
        try:
            return instance if instance is not None and fails(instance) else None
        except (ValueError, Undefined, KeyError):
            return None

    attempts = [lambda each: _simpler(each, family.fixed)]
    return minimise(parameters, start, attempts, failing, evaluations=tries, seconds=seconds)[1]


def _simpler(parameters: Parameters, fixed: frozenset[str]) -> Iterator[Parameters]:
    """Yield parameters that are simpler than the given ones, boldest first."""
    vectors = {name: value for name, value in parameters.items() if isinstance(value, tuple)}
    length = len(next(iter(vectors.values()))) if vectors else 0
    for part in (length // 2, length // 4, length // 8) if length > 8 else ():
        for start in range(0, length, part):
            cut = {name: value[:start] + value[start + part :] for name, value in vectors.items()}
            yield {**parameters, **cut}
    for index in range(length if length > 1 else 0):
        cut = {name: value[:index] + value[index + 1 :] for name, value in vectors.items()}
        yield {**parameters, **cut}
    for name, value in vectors.items():
        if name not in fixed and any(value):
            yield {**parameters, name: tuple(fmpq(0) for _ in value)}
    for name, value in parameters.items():
        if name in fixed:
            continue
        if isinstance(value, tuple):
            for index, entry in enumerate(value):
                for simple in _simpler_numbers(entry):
                    yield {**parameters, name: (*value[:index], simple, *value[index + 1 :])}
        elif isinstance(value, fmpq):
            for simple in _simpler_numbers(value):
                yield {**parameters, name: simple}


def _simpler_numbers(value: fmpq) -> Iterator[fmpq]:
    """Yield nearby rationals with a shorter description."""
    seen = {value}
    for denominator in (1, 2, 3, 4, 8, 16):
        candidates = [fmpq(0), fmpq(1)] if denominator == 1 else []
        scaled = value * denominator
        floor = scaled.p // scaled.q
        candidates += [fmpq(floor, denominator), fmpq(floor + 1, denominator)]
        for candidate in candidates:
            if candidate not in seen and _length(candidate) < _length(value):
                seen.add(candidate)
                yield candidate


def _length(value: fmpq) -> tuple[int, int]:
    return int(value.q), abs(int(value.p))
