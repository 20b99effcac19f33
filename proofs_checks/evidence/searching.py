"""Search for a counterexample to a conjecture: random rows, rows with structure, and steps towards the least slack.

A conjecture mostly fails at rows with a pattern that random numbers do not hit: equal logits, two levels, a margin that
is just enough, a near tie, a long row, a large range, an exponent near 1. The domain says what was tried.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sympy as sp
from flint import arb, fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N

from ..reading import BALLS, Undefined, free_symbols, read
from .arguments import NOTHING_TRIED, Tally, refuted_at, unless_idle
from .case import Argument, Context, Evidence
from .families import ALPHAS, rows
from .instances import Instance, row
from .judging import Family, Parameters, index_points, judge, meets, shrink

EXPONENTS = (*ALPHAS, fmpq(11, 10), fmpq(6, 5), fmpq(4), fmpq(5), fmpq(8))
"""Exponents of structured rows."""
SCALES = (fmpq(1), fmpq(1, 3), fmpq(2), fmpq(10))
"""Scales of structured rows, if a conjecture speaks of the scale; all others are meant for 1."""
GAPS = tuple(
    fmpq(*pair)
    for pair in (
        *((1, 10**12), (1, 1000), (1, 100), (1, 10), (1, 7), (1, 5), (1, 4), (1, 3), (1, 2), (2, 3), (1, 1)),
        *((3, 2), (2, 1), (3, 1), (9, 2), (5, 1), (7, 1), (10, 1), (32, 1), (100, 1), (1000, 1)),
    )
)
"""Differences between the levels of structured rows."""
_NEARLY = tuple(fmpq(*pair) for pair in ((99, 100), (999, 1000), (10**6 - 1, 10**6), (10**6 + 1, 10**6)))
"""Gaps in units of the margin ``1 / (alpha - 1)``: constants that are wrong by little show there alone."""
SHIFTS = (fmpq(0), fmpq(0), fmpq(1), fmpq(-3), fmpq(1000))
LADDER = (
    *((1, 12), (2, 60), (3, 50), (4, 40), (5, 30), (6, 24), (7, 20), (8, 16), (9, 12), (10, 12), (11, 12), (12, 12)),
    *((16, 8), (24, 8), (32, 8), (64, 6), (100, 6), (300, 4), (1000, 3)),
)
"""Lengths of structured rows, with how many of each are tried."""
RANDOM, STEPS = 400, 150
"""Random rows, and rows on the way to the least slack."""
_SHORT = 12
"""Tokens of a row at each of which free indices are read."""
_WORK = 2000
"""Terms of nested sums that one row may cost: it bounds the length where sums are nested."""


def searched(conjecture: Theorem) -> Argument:
    """Argue for a conjecture about a row of logits by a search that finds nothing (tenfold in the full profile)."""
    parts = _parts(conjecture)
    depth = max((_depth(part) for part in parts), default=0)
    ladder = [(n, count) for n, count in LADDER if n ** max(depth, 1) <= _WORK]
    free = frozenset().union(*map(free_symbols, parts))
    scales = SCALES if N.theta in free else SCALES[:1]
    domain = (
        f"random rows, n ≤ 6, α in {_listed(ALPHAS)}; rows with structure (equal, two levels, stairs, near ties, "
        f"margins), n ≤ {ladder[-1][0]}"
        + (f" (tokens of more than {_SHORT} at the ends of levels)" if free.intersection(N.INDICES) else "")
        + f", α in {_listed(sorted(EXPONENTS))}, gaps from 1e-12 to 1000, "
        + (f"θ in {_listed(scales)}" if len(scales) > 1 else "θ = 1")
        + f"; and {STEPS} steps towards the least slack, n ≤ 6, α = 1 + k/64 ≤ 8"
    )

    def run(theorem: Theorem, context: Context) -> Evidence:
        rng = context.rng(theorem, shell.title)
        more = 10 if context.full else 1
        tally, idle = Tally(), [c for c in theorem.claims if isinstance(c.relation, sp.Implies)]
        drawn = [(rows(), _random(rng, RANDOM * more)), (STRUCTURED, _structured(rng, ladder, scales, more))]
        for family, candidates in drawn:
            for parameters in candidates:
                instance = family.member(parameters)
                if instance is None:
                    continue
                judgement = judge(theorem, instance, tokens=_representatives(instance))
                if judgement.status == "fails":
                    return _smallest(shell, theorem, family, parameters)
                tally.count(judgement, instance)
                near = _representatives(instance)
                idle = [claim for claim in idle if not meets(theorem, claim.relation.args[0], instance, near)]
        found = _steered(theorem, context, STEPS * more, tally)
        if found is not None:
            return _smallest(shell, theorem, STRUCTURED, found)
        if not tally.judged and not tally.undefined:
            return shell.evidence(theorem, "skipped", NOTHING_TRIED)
        evidence = tally.evidence(shell, theorem, f"no counterexample in {tally.judged} cases (seed {context.seed})")
        return unless_idle(evidence, [claim.key for claim in idle])

    shell = Argument("sampled", "search for a counterexample", domain, run)
    return shell


def _listed(values: Sequence[fmpq]) -> str:
    return "{" + ", ".join(map(str, values)) + "}"


def _scaled(z: Sequence[fmpq], alpha: fmpq, theta: fmpq) -> Instance:
    if theta <= 0 or alpha <= 1:
        raise ValueError("the scale is positive and the exponent greater than 1")
    return row(z, alpha, theta)


STRUCTURED = Family("rows with structure", lambda rng, size: _draw(rng, 1 + round(5 * size), 1), _scaled)


def _random(rng: random.Random, count: int) -> Iterator[Parameters]:
    return (rows().draw(rng, case / count) for case in range(count))


def _structured(
    rng: random.Random, ladder: Sequence[tuple[int, int]], scales: Sequence[fmpq], more: int
) -> Iterator[Parameters]:
    """Yield rows, the short ones first, so that what is found is short: every small margin, then a draw of patterns."""
    for alpha, step, up in itertools.product((fmpq(3, 2), fmpq(2)), (*GAPS, *_NEARLY), (False, True)):
        gap = step / (alpha - 1) if step in _NEARLY else step
        for z in ((fmpq(0), -gap), (fmpq(0), -gap, -gap), (fmpq(0), fmpq(0), -gap)):
            yield {"z": z[::-1] if up else z, "alpha": alpha, "theta": fmpq(1)}
    for n, count in ladder:
        for case in range(count * (more if n <= 100 else 1)):
            yield _draw(rng, n, case) | {"theta": rng.choice(scales)}


def _draw(rng: random.Random, n: int, case: int) -> Parameters:
    """Return one row of `n` tokens: equal logits first, then one of the patterns."""
    alpha = rng.choice(EXPONENTS)
    margin = 1 / (alpha - 1)
    gap = rng.choice((*GAPS, margin, margin * fmpq(63, 64), margin * fmpq(65, 64)))
    level = rng.choice((1, 1, 2, 3, n - 1, n // 2, rng.randint(1, n)))
    z = {
        0: lambda: [fmpq(0)] * n,
        1: lambda: [fmpq(0) if m < level else -gap for m in range(n)],
        2: lambda: [-gap * (m * min(n, 12) // n) for m in range(n)],
        3: lambda: [-fmpq(m % 3, 10**9) if m < level else -gap for m in range(n)],
        4: lambda: [-gap * rng.choice((0, 1, 1, 2)) for _ in range(n)],
    }[0 if case == 0 else rng.choice((0, 1, 1, 2, 3, 4))]()
    if rng.random() < 0.3:
        z.reverse()
    offset = rng.choice(SHIFTS)
    return {"z": tuple(value + offset for value in z), "alpha": alpha, "theta": fmpq(1)}


def _smallest(argument: Argument, theorem: Theorem, family: Family, parameters: Parameters) -> Evidence:
    """Return the refutation by a small relative of a row; a long one is shortened only as far as it is quick."""

    def fails(instance: Instance) -> bool:
        return judge(theorem, instance, tokens=_representatives(instance)).status == "fails"

    instance = shrink(family, parameters, fails, tries=400 if len(parameters["z"]) <= 32 else 24)
    return refuted_at(argument, theorem, instance, tokens=_representatives(instance))


def _parts(theorem: Theorem) -> list[sp.Basic]:
    return [*(claim.relation for claim in theorem.claims), *(h.condition for h in theorem.hypotheses)]


def _depth(expression: sp.Basic) -> int:
    """Return how deep sums and quantifiers over tokens are nested."""
    inner = max((_depth(part) for part in expression.args), default=0)
    loops = len(expression.limits) if isinstance(expression, sp.Sum | sp.Product) else 0
    return inner + (1 if isinstance(expression, N.Every | N.Least) else loops)


def _representatives(instance: Instance) -> Sequence[int] | None:
    """Return the tokens to which free indices of a long row are put: the ends, and both ends of its levels."""
    z = instance[N.z]
    if len(z) <= _SHORT:
        return None
    edges = [m for m in range(1, len(z)) if z[m] != z[m - 1]][:3]
    return sorted({1, len(z), *edges, *(m + 1 for m in edges)})


def slack(theorem: Theorem, instance: Instance) -> float | None:
    """Return the least relative room of the inequalities of a theorem at a point; ``None`` if there is none to take."""
    rooms: list[float] = []
    for point, _ in index_points(_parts(theorem), instance):
        if BALLS.both([read(h.condition, point) for h in theorem.hypotheses]) is not True:
            continue
        for claim in theorem.claims:
            rooms += _rooms(claim.relation, point)
    return min(rooms, default=None)


def _rooms(relation: sp.Basic, point: Mapping[sp.Basic, Any]) -> list[float]:
    if isinstance(relation, sp.Implies):
        return _rooms(relation.args[1], point) if read(relation.args[0], point) is True else []
    if isinstance(relation, sp.And):
        return [room for part in relation.args for room in _rooms(part, point)]
    if not isinstance(relation, sp.Le | sp.Lt | sp.Ge | sp.Gt | sp.Ne) or not free_symbols(relation):
        return []
    left, right = (float(arb(read(side, point)).mid()) for side in relation.args)
    gap = abs(left - right) if isinstance(relation, sp.Ne) else right - left
    room = (-gap if isinstance(relation, sp.Ge | sp.Gt) else gap) / (1 + abs(right))
    return [room] if abs(room) < 1e300 else []


class _Found(Exception):
    """A row that refutes the conjecture."""


def _steered(theorem: Theorem, context: Context, steps: int, tally: Tally) -> Parameters | None:
    """Let Hypothesis climb towards rows with less and less slack; return one that refutes, if it meets one."""
    from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings, target
    from hypothesis import strategies as st

    found: list[Parameters] = []
    logits = st.lists(st.integers(-512, 512).map(lambda m: fmpq(m, 64)), min_size=1, max_size=6)
    quiet = settings(
        max_examples=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.target),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
    )

    @seed(context.seed)
    @quiet
    @given(logits, st.integers(1, 448))
    def climb(z: list[fmpq], exponent: int) -> None:
        parameters: Parameters = {"z": tuple(z), "alpha": 1 + fmpq(exponent, 64), "theta": fmpq(1)}
        instance = STRUCTURED.member(parameters)
        if instance is None:
            return
        judgement = judge(theorem, instance)
        if judgement.status == "fails":
            found.append(parameters)
            raise _Found
        tally.count(judgement, instance)
        try:
            room = slack(theorem, instance)
        except Undefined:
            return
        if room is not None:
            target(-room)

    try:
        climb()
    except _Found:
        return found[0]
    return None
