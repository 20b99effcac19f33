"""How a theorem about softmax or entmax speaks of another normaliser, and a check that it does.

A row that leans on theorems about softmax of any scores says here what its scores are, from the definition alone. The
check compares logarithms of its weights with these scores in ball arithmetic, on drawn rows: it is sampled, and names
how many rows it saw.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flint import arb

from entmax_oracle.reference.enclosures.precision import working_precision

from .points import draw_row
from .subject import BITS, Reference, Row, Undefined

__all__ = ["REDUCTIONS", "Reduction", "compared", "disagreement", "equal"]

_ROWS = 60
_AGREE = arb(2) ** -200  # how close balls of 512 bits must come where they overlap
_Scores = Callable[[list[arb], Mapping[str, Any]], list[arb]]


@dataclass(frozen=True)
class Reduction:
    """A normaliser as one of other scores.

    Parameters
    ----------
    words : str
        What it is, for the reader.
    scores : callable
        ``scores(z, parameters)`` of a row in balls.
    entmax : bool
        Of entmax, not of softmax.
    factor : callable, optional
        What the weights are multiplied by afterwards.
    selected : bool
        Zeros are not in it: softmax of the scores of the tokens that have a weight.
    whole : bool
        The weights sum to one (before the factor).
    """

    words: str
    scores: _Scores
    entmax: bool = False
    factor: _Scores | None = None
    selected: bool = False
    whole: bool = True


def _entropy(z: list[arb]) -> arb:
    """Entropy of softmax: log sum exp minus the expected logit."""
    total = sum((x.exp() for x in z), arb(0))
    return total.log() - sum((x * x.exp() for x in z), arb(0)) / total


def _sharpened(z: list[arb], parameters: Mapping[str, Any]) -> list[arb]:
    h = _entropy(z)
    scale = arb(-0.037) * h**4 + arb(0.481) * h**3 + arb(-2.3) * h**2 + arb(4.917) * h + arb(-1.791)
    return [x * (scale if h > 0.5 and scale > 1 else 1) for x in z]


def _bent(z: list[arb], q: Mapping[str, Any]) -> list[arb]:
    low, high = arb(q["b"]), arb(q["d"])
    return [
        low - arb(q["t_b"]) * (low - x) if x < low else high + arb(q["t_d"]) * (x - high) if x > high else x for x in z
    ]


def _share_of_range(z: list[arb], q: Mapping[str, Any]) -> list[arb]:
    if not q["normalised"]:
        return z
    low, high = min(arb(0), *z), max(arb(0), *z)
    return [(x - low) / (high - low) for x in z]


def _length_scale(z: list[arb], q: Mapping[str, Any]) -> list[arb]:
    n = len(z)
    scale = arb(q["delta"]) + arb(q["beta"]) * arb(n).log() ** arb(q["gamma"]) if n > 1 else arb(1)
    return [scale * x for x in z]


def _itself(z: list[arb], parameters: Mapping[str, Any]) -> list[arb]:
    return z


REDUCTIONS: dict[str, Reduction] = {
    "scalable-softmax": Reduction(
        "softmax of s log(n) z", lambda z, q: [arb(q["s"]) * arb(len(z)).log() * x for x in z]
    ),
    "adaptive-temperature-softmax": Reduction("softmax of z times a scale that depends on its entropy", _sharpened),
    "multimax": Reduction("softmax of logits bent at b and d", _bent),
    "self-adjust-softmax": Reduction(
        "softmax, times the logits or their share of the range", _itself, factor=_share_of_range
    ),
    "softplus-reweighted": Reduction(
        "softmax of r times the logarithm of softplus",
        lambda z, q: [arb(q["r"]) * (1 + x.exp()).log().log() for x in z],
    ),
    "gated-softmax": Reduction("softmax, times the gate", _itself, factor=lambda z, q: [arb(q["gate"])] * len(z)),
    "asentmax": Reduction("entmax of z times a scale that depends on the length", _length_scale, entmax=True),
    "top-k-softmax": Reduction("softmax of the logits that are chosen", _itself, selected=True),
    "sigmoid": Reduction(
        "softmax of the logarithms of the sigmoids, but for the sum",
        lambda z, q: [
            -(1 + (-x - (-arb(len(z)).log() if q["bias"] is None else arb(q["bias"]))).exp()).log() for x in z
        ],
        whole=False,
    ),
}


def disagreement(name: str, subject: Reference, seed: int = 0) -> tuple[int, str]:
    """Check that a normaliser is what `REDUCTIONS` says.

    Parameters
    ----------
    name : str
        A key of `REDUCTIONS`.
    subject : Reference
        The normaliser with its parameters.
    seed : int
        Of the rows.

    Returns
    -------
    rows : int
        How many rows were compared.
    problem : str
        Where it is not; "" if none was found.
    """
    reduction = REDUCTIONS[name]
    seen, problem = compared(f"{seed}/{name}", lambda z: _differs(reduction, subject, z))
    return seen, f"it is not {reduction.words} at {problem}" if problem else ""


def compared(seed: str, differs: Callable[[Row], str]) -> tuple[int, str]:
    """Compare on drawn rows, in balls, up to the first that differs; rows without weights do not count.

    Parameters
    ----------
    seed : str
        Of the rows.
    differs : callable
        Says how a row differs; "" if it does not.

    Returns
    -------
    rows : int
        How many rows were compared.
    problem : str
        The row that differs, and how; "" if none was found.
    """
    rng, seen = random.Random(seed), 0
    for draw in range(_ROWS):
        z = draw_row(rng, draw / _ROWS)
        with working_precision(BITS):
            try:
                problem = differs(z)
            except Undefined:
                continue
        seen += 1
        if problem:
            return seen, f"{tuple(z)}: {problem}"
    return seen, ""


def _differs(reduction: Reduction, subject: Reference, z: Any) -> str:
    parameters = subject.normaliser.parameters | subject.parameters
    balls = [arb(x) for x in z]
    weights, scores = subject.weights(z), reduction.scores(balls, parameters)
    if reduction.factor is not None:
        factors = reduction.factor(balls, parameters)
        zeros = [i for i, (factor, weight) in enumerate(zip(factors, weights, strict=True)) if factor == 0 != weight]
        if zeros:
            return f"token {zeros[0]} has a weight though its factor is zero"
        pairs = [(w / f, s) for w, f, s in zip(weights, factors, scores, strict=True) if f != 0]
        whole = reduction.whole and len(pairs) == len(weights)
    else:
        pairs = [(w, s) for w, s in zip(weights, scores, strict=True) if not (reduction.selected and w == 0)]
        whole = reduction.whole
    if whole and not equal(sum((w for w, _ in pairs), arb(0)), arb(1)):
        return "the weights do not sum to one"
    if not reduction.entmax:
        unequal = [i for i, (a, b) in enumerate(pairwise(pairs)) if not equal(a[0] * (b[1] - a[1]).exp(), b[0])]
        return f"the ratio of weights {unequal[0]} and {unequal[0] + 1} is another" if unequal else ""
    return _not_entmax(pairs, float(parameters["alpha"]))


def _not_entmax(pairs: list[tuple[arb, arb]], alpha: float) -> str:
    """Check p = [(alpha - 1)(s - lambda)]_+ ** (1/(alpha - 1)): the threshold form, from the largest score."""
    a = arb(alpha) - 1
    top = max(pairs, key=lambda pair: float(pair[1].mid()))
    for i, (weight, score) in enumerate(pairs):
        below = top[0] ** a - a * (top[1] - score)
        if weight == 0 and below > 0:
            return f"token {i} is above the threshold but has no weight"
        if weight != 0 and not equal(weight**a, below):
            return f"token {i} is not at its distance from the threshold"
    return ""


def equal(one: arb, other: arb) -> bool:
    """Whether two balls of 512 bits are the same number, as far as they can tell."""
    gap = one - other
    return bool(gap.contains(0)) and bool(gap.rad() < _AGREE)
