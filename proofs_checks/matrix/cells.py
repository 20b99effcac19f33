"""Execute the cells of one row: theorems that are claimed, points that are claimed, and a search besides."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal

from entmax_oracle.reference.enclosures.precision import working_precision

from ..evidence.arguments import Context
from ..theorems import cases
from ..verify import examine
from .claims import Claims
from .forms import FORMS, departure
from .limits import LIMITING, Lipschitz, quotient
from .points import Point, draw_direction, draw_row, shrink
from .properties import POINTWISE, Property
from .reductions import REDUCTIONS, disagreement
from .subject import BITS, Reference, Subject, Undefined

__all__ = ["PROPERTIES", "Cell", "cell", "decide"]

PROPERTIES: tuple[Property, ...] = (*POINTWISE, *LIMITING)
"""The columns of the matrix."""

_PROVEN = ("proved",)

Verdict = Literal["true", "false", "unknown"]


@dataclass(frozen=True)
class Cell:
    """One executed cell.

    Attributes
    ----------
    property : str
        Key of the property.
    verdict : str
        ``"true"``, ``"false"`` or ``"unknown"``.
    strength : str
        On what grounds: ``"proved"`` (theorems whose evidence was run), ``"certified"`` (a point, in ball arithmetic),
        ``"measured"`` (a point, in floating point), ``"supported"`` (a search that found nothing); "" where unknown.
    detail : str
        In words, with the size of the search.
    point : dict or None
        The point that decides the cell.
    theorems : list of dict
        Name, verdict and domain of each theorem that was run.
    cases : int
        Points judged.
    constant : str or None
        Of the property *Lipschitz*: the constant that is claimed, a formula that may name the length n.
    quotient : float or None
        The largest quotient that was found: no constant is smaller.
    contradicts : str
        What claim of the registry the cell contradicts; "" if none.
    """

    property: str
    verdict: Verdict
    strength: str
    detail: str
    point: Point | None
    theorems: list[dict[str, str]]
    cases: int
    constant: str | None
    quotient: float | None
    contradicts: str

    @classmethod
    def unjudged(cls, key: str, reason: str) -> Cell:
        """Return the cell of a property that was not judged."""
        return cls(key, "unknown", "", f"not judged: {reason}", None, [], 0, None, None, "")

    def as_json(self) -> dict[str, Any]:
        """Return the cell as plain data."""
        return asdict(self)


@dataclass
class _Search:
    """What a search found."""

    point: Point | None = None
    detail: str = ""
    cases: int = 0
    refused: str = ""


def cell(prop: Property, subject: Subject, claims: Claims | None = None, context: Context | None = None) -> Cell:
    """Execute one cell.

    Parameters
    ----------
    prop : Property
    subject : Subject
    claims : Claims, optional
        The row of the registry; none for a function of one's own.
    context : Context, optional
        Profile and seed.
    """
    context = context or Context()
    claimed = claims.points.get(prop.key) if claims else None
    names = claims.theorems.get(prop.key, ()) if claims else ()
    if claims and prop.exists and claims.never:
        names = claims.never
    refutes = bool(claims and prop.key in claims.against)
    if claims and refutes:
        names = claims.against[prop.key]
    with working_precision(BITS):
        replayed = decide(prop, subject, claimed) if claimed is not None else ""
        found = _Search(claimed, replayed, 1) if claimed and replayed else _search(prop, subject, context)
        largest, above = _steepest(subject, claims, context) if isinstance(prop, Lipschitz) else (None, "")
    proofs = [_verdict(name) for name in names]
    via, apart = _through(claims, names, subject, context) if proofs else ("", "")
    proven = bool(proofs) and all(proof["verdict"] in _PROVEN for proof in proofs)
    if found.point is not None:
        verdict: Verdict = "true" if prop.exists else "false"
        exact = subject.rigorous and not prop.limiting
        strength, detail = ("certified" if exact else "measured"), found.detail
    elif proven and not refutes:
        verdict, strength = ("false" if prop.exists else "true"), "proved"
        detail = f"by {', '.join(names)}{via}; and a search finds nothing against it in {found.cases} cases"
    elif found.cases:
        verdict, strength = ("false" if prop.exists else "true"), "supported"
        detail = f"{prop.nothing} in {found.cases} {prop.points} (seed {context.seed})"
    else:
        verdict, strength, detail = "unknown", "", found.refused or "no point could be judged"
    constant = claims.constant.formula if claims and claims.constant and isinstance(prop, Lipschitz) else None
    if largest is not None and verdict == "true":
        given = (
            f"constant {constant}{'' if proven else ' claimed, not proved'}" if constant else "no constant is claimed"
        )
        detail += f"; {given}; largest quotient found {largest:.4g}, a lower bound"
    if proven and found.point is not None and (refutes or (prop.exists and not (claims and claims.never))):
        strength, detail = "proved", f"by {', '.join(names)}{via}; {detail}"
    universal = not refutes and (not prop.exists or bool(claims and claims.never))
    against = _contradiction(found, claimed, replayed, proofs, universal) or above or apart
    return Cell(prop.key, verdict, strength, detail, found.point, proofs, found.cases, constant, largest, against)


def _contradiction(
    found: _Search, claimed: Point | None, replayed: str, proofs: list[dict[str, str]], universal: bool
) -> str:
    """Say what of the claims does not hold; a universal statement must not be refuted by a point."""
    if claimed is not None and not replayed:
        return f"the claimed point {claimed} does not decide it"
    unproven = [f"theorem {p['name']} is {p['verdict']}" for p in proofs if p["verdict"] not in _PROVEN]
    if unproven:
        return "; ".join(unproven)
    if proofs and universal and found.point is not None:
        return f"proved by {', '.join(p['name'] for p in proofs)}, but {found.detail}"
    if proofs and not universal and found.point is None:
        return f"proved by {', '.join(p['name'] for p in proofs)}, but none is found"
    return ""


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
def _verdict(name: str) -> dict[str, str]:
    """Run the evidence of a theorem once in a process."""
    entry = examine(next(case for case in cases() if case.theorem.name == name))
    return {"name": name, "title": entry["title"], "verdict": entry["verdict"], "domain": entry["domain"]}


def decide(prop: Property, subject: Subject, point: Point) -> str:
    """Judge a point; where the normaliser gives no weights it says nothing."""
    try:
        return prop.decide(subject, point)
    except (Undefined, ValueError, ZeroDivisionError):
        return ""


def _search(prop: Property, subject: Subject, context: Context) -> _Search:
    rng = random.Random(f"{context.seed}/{prop.key}")
    draws = prop.draws * (10 if context.full else 1)
    found = _Search()

    def points() -> Any:
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
