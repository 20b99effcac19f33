"""Execute the cells of one row: theorems that are claimed, points that are claimed, and a search besides."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from entmax_oracle.reference.enclosures.precision import working_precision

from ..evidence import Context
from ..marks import Grounds, Truth, Verdict
from ..verify import examine, select
from .claims import Claims
from .limits import LIMITING, Lipschitz, quotient
from .points import Point, draw_direction, draw_row, shrink
from .properties import POINTWISE, Property
from .reductions import FORMS, REDUCTIONS, departure, disagreement
from .results import Cell, Leaning
from .subject import BITS, Reference, Subject, Undefined

__all__ = ["PROPERTIES", "cell", "decide"]

PROPERTIES: tuple[Property, ...] = (*POINTWISE, *LIMITING)
"""The columns of the matrix."""


@dataclass
class _Search:
    """What a search found."""

    point: Point | None = None
    detail: str = ""
    cases: int = 0
    refused: str = ""


@dataclass(frozen=True)
class _Claimed:
    """What is claimed of a cell: a point that decides it, and theorems that prove or refute the property."""

    point: Point | None = None
    names: tuple[str, ...] = ()
    universal: bool = True
    refutes: bool = False

    @classmethod
    def of(cls, prop: Property, claims: Claims | None) -> _Claimed:
        """Return what a row of the registry claims of a property."""
        if claims is None:
            return cls(universal=not prop.exists)
        never = claims.never if prop.exists else ()
        names = claims.against.get(prop.key) or never or claims.theorems.get(prop.key, ())
        refutes = prop.key in claims.against
        return cls(claims.points.get(prop.key), names, not refutes and (not prop.exists or bool(never)), refutes)


def cell(prop: Property, subject: Subject, claims: Claims | None = None, context: Context | None = None) -> Cell:
    """Execute one cell.

    Parameters
    ----------
    prop : Property
    subject : Subject
    claims : Claims, optional
        The row of the registry; none for a user-supplied function.
    context : Context, optional
        Profile and seed.
    """
    context = context or Context()
    claimed = _Claimed.of(prop, claims)
    with working_precision(BITS):
        replayed = decide(prop, subject, claimed.point) if claimed.point is not None else ""
        found = _Search(claimed.point, replayed, 1) if replayed else _search(prop, subject, context)
        largest, above = _steepest(subject, claims, context) if isinstance(prop, Lipschitz) else (None, "")
    theorems = tuple(_leaning(name) for name in claimed.names)
    grounds = _grounds(theorems)
    proven = grounds is not Grounds.NONE
    via, apart = _through(claims, claimed.names, subject, context) if theorems else ("", "")
    by = f"by {', '.join(claimed.names)}{via}"
    verdict, strength, detail = _weigh(prop, subject, found, Grounds.NONE if claimed.refutes else grounds, by, context)
    constant = claims.constant.formula if claims and claims.constant and isinstance(prop, Lipschitz) else None
    if largest is not None and verdict is Truth.TRUE:
        given = (
            f"constant {constant}{'' if proven else ' claimed, not shown'}" if constant else "no constant is claimed"
        )
        detail += f"; {given}; largest quotient found {largest:.4g}, a lower bound"
    if proven and found.point is not None and not claimed.universal:
        strength, detail = grounds, f"{by}; {detail}"
    against = _contradiction(found, claimed, replayed, theorems) or above or apart
    return Cell(prop.key, verdict, strength, detail, found.point, theorems, found.cases, constant, largest, against)


def _grounds(theorems: Sequence[Leaning]) -> Grounds:
    """Return on what grounds theorems hold for all parameters, all of them; none if one does not."""
    verdicts = {each.verdict for each in theorems}
    if not verdicts or verdicts - {Verdict.PROVED, Verdict.DERIVED}:
        return Grounds.NONE
    return Grounds.DERIVED if Verdict.DERIVED in verdicts else Grounds.PROVED


def _weigh(
    prop: Property, subject: Subject, found: _Search, grounds: Grounds, by: str, context: Context
) -> tuple[Truth, Grounds, str]:
    """Say what a search shows, and theorems where it finds no point."""
    shown, rest = (Truth.TRUE, Truth.FALSE) if prop.exists else (Truth.FALSE, Truth.TRUE)
    if found.point is not None:
        exact = subject.rigorous and not prop.limiting
        return shown, Grounds.CERTIFIED if exact else Grounds.MEASURED, found.detail
    if grounds is not Grounds.NONE:
        return rest, grounds, f"{by}; and a search finds nothing against it in {found.cases} cases"
    if found.cases:
        return rest, Grounds.SUPPORTED, f"{prop.nothing} in {found.cases} {prop.points} (seed {context.seed})"
    return Truth.UNKNOWN, Grounds.NONE, found.refused or "no point could be checked"


def _contradiction(found: _Search, claimed: _Claimed, replayed: str, theorems: Sequence[Leaning]) -> str:
    """Say what of the claims does not hold; a universal statement must not be refuted by a point."""
    if claimed.point is not None and not replayed:
        return f"the claimed point {claimed.point} does not decide it"
    lasting = (Verdict.PROVED, Verdict.DERIVED)
    unproven = [f"theorem {each.name} is {each.verdict}" for each in theorems if each.verdict not in lasting]
    if unproven or not theorems or claimed.universal == (found.point is None):
        return "; ".join(unproven)
    return f"true by {', '.join(claimed.names)}, but {found.detail if claimed.universal else 'none is found'}"


def _through(claims: Claims | None, names: Sequence[str], subject: Subject, context: Context) -> tuple[str, str]:
    """Say through which formula or reduction theorems speak of a row, and what is wrong with it."""
    if claims is None or not isinstance(subject, Reference):
        return "", ""
    own = [name for name in names if name in FORMS]
    checks = [departure(name, claims.normaliser, subject, context.seed) for name in own]
    words, problems = [], [problem for _, problem in checks]
    if checks:
        words.append(f"its formula is theirs: {min(seen for seen, _ in checks)} rows agree")
    if len(own) < len(names) and claims.normaliser in REDUCTIONS:
        seen, problem = disagreement(claims.normaliser, subject, context.seed)
        words.append(f"it is {REDUCTIONS[claims.normaliser].words}: {seen} rows agree")
        problems.append(problem)
    return f" ({'; '.join(words)})" if words else "", "; ".join(filter(None, problems))


@cache
def _leaning(name: str) -> Leaning:
    """Run the evidence of a theorem once in a process."""
    (case,) = select([name])
    found = examine(case)
    return Leaning(name, found.title, found.verdict, found.domain)


def decide(prop: Property, subject: Subject, point: Point) -> str:
    """Check a point; where the normaliser gives no weights it says nothing."""
    try:
        return prop.decide(subject, point)
    except (Undefined, ValueError, ZeroDivisionError):
        return ""


def _search(prop: Property, subject: Subject, context: Context) -> _Search:
    rng = random.Random(f"{context.seed}/{prop.key}")
    draws = prop.draws * (10 if context.full else 1)
    found = _Search()

    def points() -> Iterator[Point]:
        yield from prop.corners()
        yield from prop.found(subject)
        for draw in range(draws):
            yield prop.draw(rng, draw / draws, subject)

    for point in points():
        try:
            detail = prop.decide(subject, point)
        except (Undefined, ValueError, ZeroDivisionError) as error:
            found.refused = found.refused or str(error)
            continue
        found.cases += 1
        if detail:
            found.point = shrink(point, lambda candidate: bool(decide(prop, subject, candidate)))
            found.detail = decide(prop, subject, found.point) or detail
            break
    return found


def _steepest(subject: Subject, claims: Claims | None, context: Context) -> tuple[float | None, str]:
    """Return the largest quotient of random close pairs, and where it exceeds the claimed constant."""
    rng = random.Random(f"{context.seed}/quotients")
    largest, above = 0.0, ""
    for draw in range(40 * (10 if context.full else 1)):
        z = draw_row(rng, draw / 40 % 1)
        direction = draw_direction(rng, len(z))
        step = rng.choice((1 / 4, 1 / 64, 1 / 1024))
        try:
            found = quotient(subject, (list(z), [token + step * d for token, d in zip(z, direction, strict=True)]))
        except (Undefined, ValueError):
            continue
        largest = max(largest, float(found))
        limit = claims.constant.at(len(z)) if claims and claims.constant else math.inf
        if found > limit * (1 + 1e-12):
            above = f"the quotient {float(found):.6g} at {z} exceeds the constant {limit:.6g}"
    return largest, above
