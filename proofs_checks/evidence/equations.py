"""Search for a counterexample among points that satisfy the equations among a conjecture's premises.

No random row satisfies ``sqrt(2) * p[1] = p[2]``: such a point is solved for. From a random row some of its numbers,
one for each equation, are moved by Newton's method. A small box around what it finds surely contains a solution if
each equation, after they are combined so that each depends on one number alone, changes its sign from one side of the
box to the other (the theorem of Poincaré and Miranda). A claim that is false on the whole box is false there.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N

from ..reading import Undefined, free_symbols, read
from .arguments import Tally, refuted_at, unless_idle
from .case import Argument, Context, Evidence
from .instances import Instance, dyadic
from .judging import Parameters, judge, meets
from .wide_rows import EXPONENTS, SCALES, WIDE, group

__all__ = ["equations_of", "solved"]

_SIZES = (1, 2, 3, 4, 5, 6)
_ROWS, _TRIES = 12, 4
"""Rows of one length from which a solution is sought, and choices of what is moved."""
_NEWTON = 14
_RADIUS, _STEP, _CLOSE = arb(2) ** -80, arb(2) ** -60, arb(2) ** -120
"""Half a side of the box, the step of a difference quotient, and the size of an equation at which Newton stops."""

_Move = tuple[str, int | None]
"""A number of a row: the name of a parameter, and the token if it has one for each."""


def equations_of(theorem: Theorem) -> tuple[sp.Eq, ...]:
    """Return the equations among hypotheses, setting and premises of claims that floats cannot be hoped to meet."""
    parts = [*(h.condition for h in theorem.hypotheses), *theorem.given]
    parts += [claim.relation.args[0] for claim in theorem.claims if isinstance(claim.relation, sp.Implies)]
    found = dict.fromkeys(each for part in parts for each in _conjuncts(part) if isinstance(each, sp.Eq))
    whole = {N.n, N.size, N.top}
    return tuple(each for each in found if not free_symbols(each) <= whole)


def _unequal(theorem: Theorem) -> Iterator[sp.Eq]:
    """Yield the equations that a claim denies."""
    for claim in theorem.claims:
        said = claim.relation.args[1] if isinstance(claim.relation, sp.Implies) else claim.relation
        if isinstance(said, sp.Ne):
            yield sp.Eq(*said.args)


def _conjuncts(condition: sp.Basic) -> Iterator[sp.Basic]:
    if isinstance(condition, sp.And):
        for part in condition.args:
            yield from _conjuncts(part)
    else:
        yield condition


def solved(theorem: Theorem) -> Argument | None:
    """Argue for a conjecture by points that are solved for; None if no premise is an equation about a row.

    Where a claim says that two numbers differ, points at which they are equal are looked for too.
    """
    equations = equations_of(theorem)
    systems = [equations] if equations else []
    systems += [(*equations, denied) for denied in _unequal(theorem)]
    if not systems:
        return None
    shown = "; ".join(f"${N.latex(each)}$" for each in dict.fromkeys(itertools.chain(*systems)))
    domain = f"points with {shown}, solved for from random rows, $n \\le {max(_SIZES)}$"

    def run(of: Theorem, context: Context) -> Evidence:
        tally, idle = Tally(), [claim for claim in of.claims if isinstance(claim.relation, sp.Implies)]
        for n, system, attempt in itertools.product(_SIZES, systems, range(4 if context.full else 1)):
            for instance in _solutions(system, n, context.seed, attempt):
                judgement = judge(of, instance)
                if judgement.status == "fails":
                    return refuted_at(shell, of, instance)
                tally.count(judgement, instance)
                idle = [claim for claim in idle if not meets(of, claim.relation.args[0], instance)]
        if not tally.judged and not tally.undefined:
            return shell.evidence(of, "skipped", "no solution of the equations was found that satisfies the hypotheses")
        found = tally.evidence(shell, of, f"no counterexample at {tally.judged} solutions (seed {context.seed})")
        return unless_idle(found, [claim.key for claim in idle])

    shell = Argument("sampled", "search where the equations hold", domain, run)
    return shell


def _solutions(equations: Sequence[sp.Eq], n: int, seed: int, attempt: int) -> Iterator[Instance]:
    """Yield points with `n` tokens at which the equations hold, from random rows."""
    rng = random.Random(f"{seed}/{n}/{attempt}/{equations}")
    free = frozenset().union(*map(free_symbols, equations))
    scales = SCALES if N.theta in free else SCALES[:1]
    for parameters in group(n, EXPONENTS, scales, 2 * _ROWS, seed, attempt).rows[-_ROWS:]:
        at = {index: fmpq(rng.randint(1, n)) for index in N.INDICES if index in free}
        for trial in range(_TRIES):
            found = _System(equations, _as_logits(parameters) if trial % 2 else parameters, at, rng).solution()
            if found is not None:
                yield found
                break


def _as_logits(parameters: Parameters) -> Parameters:
    """Return a row that is given by its probabilities as one that is given by (nearby) logits."""
    instance = WIDE.member(parameters) if "weights" in parameters else None
    if instance is None:
        return parameters
    more = {name: value for name, value in parameters.items() if name != "weights"}
    return {**more, "z": tuple(dyadic(value) for value in instance[N.z])}


def _moves(name: str, equation: sp.Eq) -> bool:
    """Whether a parameter of a row can matter to an equation."""
    own = {"alpha": N.alpha, "theta": N.theta, "r": N.r, "v": N.v, "epsilon": N.epsilon}
    free = free_symbols(equation)
    if name in ("theta", "r", "v", "epsilon"):  # a theorem that does not speak of the scale is meant for 1
        return own[name] in free
    return own.get(name) in free or not free <= set(own.values())


class _Outside(Exception):
    """The numbers are not a row, or an equation has no value there."""


@dataclass
class _System:
    """Equations at a row as functions of some of its numbers, which are moved until all of them hold."""

    equations: Sequence[sp.Eq]
    parameters: Parameters
    at: Mapping[sp.Basic, fmpq]
    rng: random.Random

    def solution(self) -> Instance | None:
        """Return a point that surely contains a solution; None if none was found."""
        try:
            moves = self._chosen()
            if moves is None:
                return None
            place, inverse = self._newton(moves)
            return self._enclosed(moves, place, inverse)
        except (_Outside, np.linalg.LinAlgError):
            return None

    def _instance(self, moves: Sequence[_Move], place: Sequence[Any]) -> Instance:
        parameters = dict(self.parameters)
        for (name, token), value in zip(moves, place, strict=True):
            if token is None:
                parameters[name] = value
            else:
                entries = list(parameters[name])
                entries[token] = value
                parameters[name] = tuple(entries)
        try:
            instance = WIDE.member(parameters)
        except TypeError:
            instance = None
        if instance is None:
            raise _Outside
        return instance + self.at

    def _excess(self, moves: Sequence[_Move], place: Sequence[Any]) -> list[Any]:
        """Return left minus right side of every equation."""
        point = self._instance(moves, place).values
        try:
            return [arb(read(each.lhs - each.rhs, point)) for each in self.equations]
        except (Undefined, TypeError, KeyError) as error:
            raise _Outside from error

    def _chosen(self) -> list[_Move] | None:
        """Return a number to move for each equation: one that it depends on at this row."""
        moves: list[_Move] = []
        candidates = self._candidates()
        for position, equation in enumerate(self.equations):
            self.rng.shuffle(candidates)
            here = self._excess([], [])[position]
            for move in candidates:
                if move in moves or not _moves(move[0], equation):
                    continue
                try:
                    there = self._excess([move], [arb(self._start(move)) + _STEP])[position]
                except _Outside:
                    continue
                if not (there - here).contains(0):
                    moves.append(move)
                    break
            else:
                return None
        return moves

    def _candidates(self) -> list[_Move]:
        vectors = [name for name in ("z", "weights", "r", "v") if self.parameters.get(name)]
        entries: list[_Move] = [
            (name, m)
            for name in vectors
            for m, value in enumerate(self.parameters[name])
            if value or name not in ("weights", "r")
        ]
        return [*entries, *((name, None) for name in ("alpha", "theta", "epsilon"))]

    def _start(self, move: _Move) -> Any:
        name, token = move
        return self.parameters[name] if token is None else self.parameters[name][token]

    def _newton(self, moves: Sequence[_Move]) -> tuple[list[Any], Any]:
        place = [arb(self._start(move)) for move in moves]
        for _ in range(_NEWTON):
            here = self._excess(moves, place)
            if all(abs(value) < _CLOSE for value in here):
                break
            inverse = self._inverse(moves, place, here)
            for row, old in enumerate(list(place)):
                step = sum((arb(float(inverse[row, m])) * value for m, value in enumerate(here)), arb(0))
                place[row] = arb((old - step).mid())
        else:
            raise _Outside
        return place, self._inverse(moves, place, here)

    def _inverse(self, moves: Sequence[_Move], place: Sequence[Any], here: Sequence[Any]) -> Any:
        slopes = np.zeros((len(moves), len(moves)))
        for column in range(len(moves)):
            beside = list(place)
            beside[column] = place[column] + _STEP
            for row, value in enumerate(self._excess(moves, beside)):
                slopes[row, column] = float(((value - here[row]) / _STEP).mid())
        return np.linalg.inv(slopes)

    def _enclosed(self, moves: Sequence[_Move], place: Sequence[Any], inverse: Any) -> Instance | None:
        """Return the box around a place as a point at which the equations hold, if it surely contains a solution."""
        box = [arb(value, _RADIUS) for value in place]
        if any(not value.is_finite() or value.rad() > arb(2) ** -30 for value in self._excess(moves, box)):
            return None  # it may jump there
        for position in range(len(moves)):
            signs = []
            for side in (-1, 1):
                face = list(box)
                face[position] = place[position] + side * _RADIUS
                values = self._excess(moves, face)
                combined = sum((arb(float(inverse[position, m])) * value for m, value in enumerate(values)), arb(0))
                signs.append(1 if combined > 0 else -1 if combined < 0 else 0)
            if sorted(signs) != [-1, 1]:
                return None
        instance = self._instance(moves, box)
        return None if self._tie(moves, instance) else instance + self._known()

    def _known(self) -> dict[sp.Basic, Any]:
        """Return what holds at a solution."""
        return dict.fromkeys(self.equations, True) | {sp.Ne(*each.args): False for each in self.equations}

    @staticmethod
    def _tie(moves: Sequence[_Move], instance: Instance) -> bool:
        """Whether a logit that was moved cannot be told from another one: how many are tied is then unknown."""
        z = instance[N.z]
        moved = {token for name, token in moves if name in ("z", "weights")} - {None}
        return any(m != token and arb(z[m] - z[token]).contains(0) for token in moved for m in range(len(z)))
