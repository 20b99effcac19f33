"""Arguments that judge a theorem along a curve, up to large sizes, and keep the curve for a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flint import arb

from entmax_oracle.theory import Theorem

from .arguments import computed
from .case import Argument, Context, Evidence, Kind
from .instances import Instance
from .judging import judge

Point = tuple[Instance, str, float, Any]
"""An instance, the label of the curve it belongs to, and where it is drawn there; without a label it is not drawn."""


def judged(
    theorem: Theorem,
    argument: Argument,
    points: Iterator[Point],
    shown: Mapping[str, Any],
    beside: Sequence[Mapping[str, Any]] = (),
) -> Evidence:
    """Check a theorem at each point of some curves.

    Parameters
    ----------
    theorem, argument
        What is judged, and what to make evidence from.
    points
        The height of a point is a number or a ball; balls give the curve a band.
    shown
        Title, labels and axes of the picture.
    beside
        Further series that are drawn for comparison.
    """
    curves: dict[str, dict[str, Any]] = {}
    count = 0
    for instance, label, x, height in points:
        judgement = judge(theorem, instance, argument.claims or None)
        if judgement.status == "fails":
            detail = f"claim {judgement.claim!r}: left {judgement.left}, right {judgement.right}"
            return argument.evidence(theorem, "refutes", detail, counterexample=instance.describe())
        count += judgement.status != "excluded"
        if not label:
            continue
        ball = arb(height)
        curve = curves.setdefault(label, {"label": label, "x": [], "y": [], "lower": [], "upper": []})
        for key, value in (("x", x), ("y", ball.mid()), ("lower", ball.lower()), ("upper", ball.upper())):
            curve[key].append(float(value))
    if not count:
        return argument.evidence(theorem, "fails", "no point satisfies the hypotheses")
    plot = {**shown, "series": [*curves.values(), *beside]}
    return argument.evidence(theorem, "holds", f"true at {count} points", plots=(plot,))


def along(
    points: Callable[[Context], Iterator[Point]],
    domain: str,
    shown: Mapping[str, Any],
    beside: Callable[[], Sequence[Mapping[str, Any]]] = tuple,
    claims: Sequence[str] = (),
    kind: Kind = "exact",
    title: str = "at scale",
) -> Argument:
    """Argue by points along curves; the arguments are those of :func:`judged`."""

    def run(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
        return judged(theorem, argument, points(context), shown, beside())

    return computed(run, title, domain, claims, kind)
