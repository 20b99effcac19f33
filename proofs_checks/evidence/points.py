"""Points that a theorem is held against: bounds are attained, hypotheses needed, folklore is false there."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp
from flint import arb

from entmax_oracle.theory import Claim, Theorem

from ..reading import read
from .instances import Instance
from .judging import judge, truth_of

__all__ = ["Check", "Debunked", "Needed", "Sharp", "check_folklore", "check_needed", "check_sharp", "located", "sides"]


@dataclass(frozen=True)
class Sharp:
    """A point at which a bound is attained, or a sequence along which it is approached.

    Parameters
    ----------
    claim
        Key of the claim.
    text
        The point in words.
    points
        One instance where both sides are equal; or several along which the gap between the sides shrinks to less than
        `within` of the bound.
    within
        Relative gap allowed at the last of several points.
    """

    claim: str
    text: str
    points: Callable[[], Sequence[Instance]]
    within: float = 0.0


@dataclass(frozen=True)
class Needed:
    """A counterexample to the theorem without one of its hypotheses."""

    hypothesis: str
    text: str
    point: Callable[[], Instance]


@dataclass(frozen=True)
class Debunked:
    """A counterexample to the folklore of the same position in the theorem."""

    text: str
    point: Callable[[], Instance]


@dataclass(frozen=True)
class Check:
    """An executed sharpness, necessity or folklore point."""

    subject: str
    text: str
    ok: bool
    detail: str
    refutes: bool = False
    point: Mapping[str, str] = field(default_factory=dict)


def check_sharp(theorem: Theorem, sharp: Sharp) -> Check:
    """Evaluate both sides of a claim at its sharp points.

    A point that violates the claim refutes the theorem; one with a gap means that the bound could be better there.
    """
    relation = theorem.claim(sharp.claim).relation
    gaps: list[float] = []
    points = sharp.points()
    for point in points:
        judgement = judge(theorem, point, [sharp.claim])
        if judgement.status == "fails":
            return Check(sharp.claim, sharp.text, False, sides(judgement), True, located(point, judgement.indices))
        if judgement.status == "excluded":
            return Check(sharp.claim, sharp.text, False, "the point violates a hypothesis", False, point.describe())
        left, right = (read(side, point.values) for side in relation.args)
        if sharp.within == 0.0 and truth_of(sp.Eq(*relation.args, evaluate=False), point) is False:
            detail = f"the sides differ: {_short(left)} and {_short(right)}"
            return Check(sharp.claim, sharp.text, False, detail, False, point.describe())
        gaps.append(abs(float(arb(left - right).mid())) / max(abs(float(arb(right).mid())), 1e-300))
    if sharp.within == 0.0:
        return Check(sharp.claim, sharp.text, True, "both sides are equal", False, points[-1].describe())
    shrinking = all(later < earlier for earlier, later in itertools.pairwise(gaps))
    detail = "relative gap " + ", ".join(f"{gap:.3g}" for gap in gaps)
    return Check(sharp.claim, sharp.text, shrinking and gaps[-1] <= sharp.within, detail, False, points[-1].describe())


def check_needed(theorem: Theorem, needed: Needed) -> Check:
    """Evaluate a theorem where one hypothesis is false: all others hold, and some claim is false.

    The theorem as it stands must exclude the point: one that lies near the boundary refutes a weaker hypothesis.
    """
    point = needed.point()
    stands = judge(theorem, point)
    if stands.status == "fails":
        detail = f"claim {stands.claim!r} is false, and no hypothesis excludes the point: {sides(stands)}"
        return Check(needed.hypothesis, needed.text, False, detail, True, located(point, stands.indices))
    kept = tuple(h for h in theorem.hypotheses if h.key != needed.hypothesis)
    judgement = judge(replace(theorem, hypotheses=kept), point)
    if judgement.status == "fails":
        detail = f"claim {judgement.claim!r} is false: {sides(judgement)}"
        return Check(needed.hypothesis, needed.text, True, detail, False, located(point, judgement.indices))
    detail = f"without the hypothesis the theorem is not refuted there ({judgement.status})"
    return Check(needed.hypothesis, needed.text, False, detail, False, point.describe())


def check_folklore(theorem: Theorem, position: int, false: Debunked) -> Check:
    """Evaluate the folklore at its counterexample: it must be false there."""
    folklore = theorem.folklore[position]
    point = false.point()
    truth = truth_of(folklore.relation, point)
    detail = _falsehood(theorem, folklore.relation, point) if truth is False else f"not refuted there ({truth})"
    return Check(folklore.text, false.text, truth is False, detail, False, point.describe())


def _falsehood(theorem: Theorem, relation: sp.Basic, point: Instance) -> str:
    """Say that a relation is false at a point, with the two numbers that it compares there."""
    if not isinstance(relation, sp.core.relational.Relational):
        return "false there"
    judgement = judge(replace(theorem, hypotheses=(), claims=(Claim("folklore", relation),)), point)
    if not judgement.left:
        return "false there"
    sides = " ".join((judgement.left, _FALSE[relation.rel_op], judgement.right))
    token = ", ".join(f"{index} = {value}" for index, value in judgement.indices.items())
    return f"{sides} at {token}" if token else sides


_FALSE = {"<=": ">", ">=": "<", "<": "≥", ">": "≤", "==": "≠", "!=": "="}
"""What stands between two sides where a relation is false."""


def located(instance: Instance, indices: Mapping[str, int]) -> dict[str, str]:
    """Write a point down, with the tokens of it that are meant."""
    return {**instance.describe(), **{index: str(value) for index, value in indices.items()}}


def sides(judgement: Any) -> str:
    """Write down what a judgement compared."""
    return f"left {judgement.left}, right {judgement.right}" if judgement.left else "at this point"


def _short(value: Any) -> str:
    return str(arb(value).str(8, radius=False))
