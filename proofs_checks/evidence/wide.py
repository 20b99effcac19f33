"""Search for a counterexample among wide rows: up to a thousand tokens, exponents up to 8 and between the usual ones.

Most of what fails, fails at rows with two or three levels, or where one token stands against many; and some of it from
dozens of tokens on only. Rows of that kind are read in floats, all rows of a length at once. What looks false there is
read again in balls, which alone refute.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from flint import fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N

from ..reading import free_symbols
from ..reading.floats import Truths, Unreadable, read_rows
from .arguments import NOTHING_TRIED, Tally, refuted_at, unless_idle
from .case import Argument, Context, Evidence
from .instances import Instance
from .judging import Judgement, judge, shrink
from .wide_rows import (
    EXPONENTS,
    FAR_EXPONENTS,
    FAR_SCALES,
    FAR_SIZES,
    SCALES,
    SIZES,
    SYMBOLS,
    WIDE,
    Group,
    described,
    far_draws,
    group,
    length,
    tokens,
)

__all__ = ["SYMBOLS", "not_searched", "unknown", "widely_searched"]

_ROWS, _NUMBERS, _WORK = 96, 16_000, 300_000
"""Limits: rows of one length, their logits, and the numbers that one expression may have there."""
_TRIES = 3
"""Rows of one length that are read in balls."""
_SECONDS = 10
"""Of the processor, after which no more rows are read in balls."""
_SHORT = 10
"""Tokens of a row at which a claim without a value in floats is read in balls; in longer ones floats overflow."""


def not_searched(theorem: Theorem) -> str:
    """Return why a theorem cannot be searched among rows; empty if it can."""
    names = sorted({name for part in _parts(theorem) for name in unknown(part)})
    return f"it speaks of {', '.join(names)}, to which a row of logits gives no meaning" if names else ""


def unknown(part: sp.Basic, known: Sequence[sp.Basic] = SYMBOLS) -> list[str]:
    """Return the names of the symbols that are not known."""
    meant = {*known, *(symbol.label for symbol in known if isinstance(symbol, sp.IndexedBase)), *N.INDICES}
    free = {symbol for symbol in free_symbols(part) if not isinstance(symbol, sp.Indexed)}
    return sorted(str(getattr(symbol, "label", symbol)) for symbol in free - meant)


def widely_searched(theorem: Theorem, far: bool = False) -> Argument | None:
    """Argue for a theorem by a search among wide rows; None if its symbols are not those of a row.

    Parameters
    ----------
    theorem
        The theorem.
    far
        Look six times as long, at longer rows and larger exponents too: nobody has looked before.
    """
    if not_searched(theorem):
        return None
    free = frozenset().union(*map(free_symbols, _parts(theorem)))
    usual, named = _exponents(theorem, far)
    scales = (*SCALES, *(FAR_SCALES if far else ())) if N.theta in free else SCALES[:1]
    depth = max(map(_depth, _parts(theorem)))
    sizes = [n for n in (*SIZES, *(FAR_SIZES if far else ())) if n**depth <= _WORK]
    domain = described(max(sizes), sorted((*usual, *named)), scales, far)

    def run(of: Theorem, context: Context) -> Evidence:
        rounds = (6 if far else 1) * (10 if context.full else 1)
        draws = [*((usual, attempt) for attempt in range(rounds)), *([(named, 0)] if named else [])]
        brief = context.proved and not context.full
        tried = sorted({*sizes[:3], *sizes[::-3]}) if brief else sizes
        lengths = [(length(size, m, context.seed), alphas, m) for size in tried for alphas, m in draws]
        if far:
            lengths += [draw for draw in far_draws(rounds, context.seed) if draw[0] ** depth <= _WORK]
        tally, admitted, met, unread = Tally(), 0, set[str](), 0
        started = time.process_time()  # a busy machine must not hide a counterexample
        for n, alphas, attempt in lengths:
            count = max(4, min(_ROWS, _WORK // n**depth, _NUMBERS // n) // (1 if alphas == usual else 4))
            rows = group(n, alphas, scales, count, context.seed, attempt)
            try:
                found = _read(of, rows, depth)
            except Unreadable as error:
                return shell.evidence(of, "skipped", f"not searched among wide rows: {error} is not read in floats")
            admitted, met = admitted + found.admitted, met | found.met
            doubtful = [*found.wrong[:_TRIES], *(found.lost[:_TRIES] if n <= _SHORT else ())]
            if time.process_time() > started + _SECONDS:
                unread, doubtful = unread + len(doubtful), []
            for number in doubtful:
                instance = WIDE.member(rows.rows[number])
                if instance is None:
                    continue
                judgement = _judged(of, instance)
                if judgement.status == "fails":
                    few = 400 if n <= 32 else 16
                    fails: Callable[[Instance], bool] = lambda each: _judged(of, each).status == "fails"  # noqa: E731
                    smallest = shrink(WIDE, rows.rows[number], fails, tries=few, seconds=4.0)
                    return refuted_at(shell, of, smallest, tokens=tokens(smallest))
                tally.count(judgement, instance)
        if tally.undefined:
            return tally.evidence(shell, of, "")
        if not admitted:
            return shell.evidence(of, "skipped", NOTHING_TRIED)
        idle = [c.key for c in of.claims if isinstance(c.relation, sp.Implies) and c.key not in met]
        late = f"; {unread} that look false in floats were not read in balls: out of time" if unread else ""
        holds = shell.evidence(of, "holds", f"no counterexample in {admitted} wide rows (seed {context.seed}){late}")
        return unless_idle(holds, idle) if far else holds

    shell = Argument("sampled", "search among wide rows", domain, run)
    return shell


def _parts(theorem: Theorem) -> list[sp.Basic]:
    conditions = [*theorem.given, *(h.condition for h in theorem.hypotheses)]
    return [*(claim.relation for claim in theorem.claims), *conditions]


def _depth(expression: sp.Basic) -> int:
    """Return how deep sums and quantifiers over tokens are nested."""
    inner = max((_depth(part) for part in expression.args), default=0)
    loops = len(expression.limits) if isinstance(expression, sp.Sum | sp.Product) else 0
    return inner + (1 if isinstance(expression, N.Every | N.Least) else loops)


def _exponents(theorem: Theorem, far: bool) -> tuple[tuple[fmpq, ...], tuple[fmpq, ...]]:
    """Return the usual exponents, and those that the theorem names besides, 1 where its setting says so.

    Where nobody has looked before, a little less and a little more than those as well: a premise may be strict.
    """
    named: set[fmpq] = set()
    for part in _parts(theorem):
        for relation in part.atoms(sp.core.relational.Relational):
            sides = list(relation.args)
            if N.alpha in sides and (other := sides[1 - sides.index(N.alpha)]).is_Rational:
                value = fmpq(int(other.p), int(other.q))
                named |= {value, *((1 + (value - 1) * step for step in _BESIDE) if far else ())}
    softmax = any(condition.has(N.alpha) for condition in theorem.given)
    usual = (*EXPONENTS, *(FAR_EXPONENTS if far else ()))
    more = {alpha for alpha in named if alpha > 1 or (alpha == 1 and softmax)}.difference(usual)
    return usual, tuple(sorted(more))


def _judged(theorem: Theorem, instance: Instance) -> Judgement:
    return judge(theorem, instance, tokens=tokens(instance))


_BESIDE = (fmpq(7, 8), fmpq(9, 8))
"""What the ``alpha - 1`` of a named exponent is multiplied with."""


@dataclass(frozen=True)
class _Reading:
    """Rows at which a claim looks false or has no value, how many were admitted, and whose premises some row met."""

    wrong: Sequence[int] = ()
    lost: Sequence[int] = ()
    admitted: int = 0
    met: frozenset[str] = frozenset()


def _read(theorem: Theorem, rows: Group, depth: int) -> _Reading:
    """Read setting, hypotheses and claims at all rows of a group."""
    free = frozenset().union(*map(free_symbols, _parts(theorem)))
    at = {index: rows.tokens for index in N.INDICES if index in free}
    axes = max(1, len(at) + depth)
    over = tuple(range(1, axes + 1))

    def truths(relation: sp.Basic) -> Truths:
        return read_rows(relation, rows.values, rows.n, at, axes)

    admitted = np.ones((len(rows.rows), *(1,) * axes), bool)
    for condition in theorem.given:
        found = truths(condition)
        admitted = admitted & ~found.no & ~found.lost
    for hypothesis in theorem.hypotheses:
        admitted = admitted & truths(hypothesis.condition).yes
    if not admitted.any():
        return _Reading()
    wrong = lost = np.zeros_like(admitted)
    met = set()
    for claim in theorem.claims:
        found = truths(claim.relation)
        wrong, lost = wrong | (admitted & found.no), lost | (admitted & found.lost)
        if isinstance(claim.relation, sp.Implies) and (admitted & truths(claim.relation.args[0]).yes).any():
            met.add(claim.key)
    places = ([int(number) for number in np.flatnonzero(part.any(axis=over))] for part in (wrong, lost))
    return _Reading(next(places), next(places), int(admitted.any(axis=over).sum()), frozenset(met))
