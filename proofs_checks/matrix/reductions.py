"""How theorems speak of a normaliser, and a check that they do: sampled, it names how many rows it saw.

A row that leans on theorems about softmax of any scores says here what its scores are, from the definition alone: its
weights are compared with these scores. A theorem about one normaliser has a formula of its own for the weights, and its
evidence is about rows that are built from it: these are compared with the weights of the reference.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flint import arb, fmpq

from entmax_oracle.reference.enclosures.precision import working_precision
from entmax_oracle.theory import notation as N

from ..evidence.instances import Instance, Number
from ..reading import rational
from ..theorems.neighbours import neighbours, selections, tokenwise
from .points import draw_row
from .subject import BITS, Logits, Reference, Undefined

__all__ = ["FORMS", "REDUCTIONS", "Form", "Reduction", "departure", "disagreement"]

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
    changed : callable, optional
        ``changed(p, parameters)`` of the softmax of the scores, of which there may be more than tokens, gives the
        weights.
    """

    words: str
    scores: _Scores
    entmax: bool = False
    factor: _Scores | None = None
    selected: bool = False
    whole: bool = True
    changed: _Scores | None = None


def _entropy(z: list[arb]) -> arb:
    """Entropy of softmax: log sum exp minus the expected logit."""
    total = sum((x.exp() for x in z), arb(0))
    return total.log() - sum((x * x.exp() for x in z), arb(0)) / total


def _sharpened(z: list[arb], parameters: Mapping[str, Any]) -> list[arb]:
    h = _entropy(z)
    scale = arb(-0.037) * h**4 + arb(0.481) * h**3 + arb(-2.3) * h**2 + arb(4.917) * h + arb(-1.791)
    return [x * (scale if h > 0.5 and scale > 1 else 1) for x in z]


def _sharpened_as_fitted(z: list[arb], q: Mapping[str, Any]) -> list[arb]:
    first = _softmax(z)
    h = -sum((p * (p + arb(q["eps"])).log() for p in first), arb(0))
    scale = sum((arb(c) * h**k for k, c in enumerate(reversed(q["coefficients"]))), arb(0))
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


def _deviated(z: list[arb], q: Mapping[str, Any]) -> list[arb]:
    mean = sum(z, arb(0)) / len(z)
    variance = sum(((x - mean) * (x - mean) for x in z), arb(0)) / max(len(z) - q["correction"], 1)
    return [x / max(variance.sqrt(), arb(q["eps"])) for x in z]


def _bent_twice(z: list[arb], q: Mapping[str, Any]) -> list[arb]:
    t, b = ([arb(each) for each in q[name]] for name in ("ts", "ranges"))
    zero = arb(0)
    return [
        x
        + t[0] * max(b[0] - x, zero)
        + t[1] * max(x - b[1], zero)
        + t[2] * max(b[2] - x, zero) ** 2
        + t[3] * max(x - b[3], zero) ** 2
        for x in z
    ]


def _far_from_the_level(z: list[arb], c: arb, q: arb | int) -> list[arb]:
    """-q log(level - c z), at the level where these are logarithms of weights that sum to one, by Newton's method."""
    level = c * max(z) + 1
    for _ in range(40):
        rest = sum(((level - c * x) ** -q for x in z), arb(0)) - 1
        level = (level + rest / (q * sum(((level - c * x) ** (-q - 1) for x in z), arb(0)))).mid()
    level = arb(level, 2.0**-400)
    return [-q * (level - c * x).log() for x in z]


def _above_an_edge(z: list[arb], edge: arb) -> list[arb]:
    """Add the logarithm of the distance above an edge, which is NaN below it, where there is no weight."""
    return [x + (x - edge).log() for x in z]


def _quantile(z: list[arb], share: float) -> arb:
    ordered, position = sorted(z, key=lambda x: float(x.mid())), arb(share) * (len(z) - 1)
    place = int(float(position.mid()))
    return ordered[place] + (position - place) * (ordered[min(place + 1, len(z) - 1)] - ordered[place])


def _windowed(z: list[arb], q: Mapping[str, Any]) -> list[arb]:
    """Logarithms of the weights within the window, at the level where they sum to one, by halving."""
    low, high, power, floor = max(z), max(z) + arb(q["d"]), q["q"], arb(q["d"]) ** -q["q"]

    def weights(level: arb) -> list[arb]:
        return [max((level - x) ** -power - floor, arb(0)) for x in z]

    for _ in range(440):
        middle = ((low + high) / 2).mid()
        low, high = (middle, high) if sum(weights(middle), arb(0)) > 1 else (low, middle)
    return [((arb(low, 2.0**-400) - x) ** -power - floor).log() for x in z]


def _softmax(scores: list[arb]) -> list[arb]:
    top = max(scores)
    powers = [(score - top).exp() for score in scores]
    return [power / sum(powers, arb(0)) for power in powers]


def _repeated(row: Sequence[float], n: int) -> list[arb]:
    return [arb(row[i % len(row)]) for i in range(n)]


def _itself(z: list[arb], parameters: Mapping[str, Any]) -> list[arb]:
    return z


REDUCTIONS: dict[str, Reduction] = {
    "scalable-softmax": Reduction(
        "softmax of s log(n) z", lambda z, q: [arb(q["s"]) * arb(len(z)).log() * x for x in z]
    ),
    "scalable-softmax-plus-one": Reduction(
        "softmax of s log(n + 1) z", lambda z, q: [arb(q["s"]) * arb(len(z) + 1).log() * x for x in z]
    ),
    "llama4-softmax": Reduction(
        "softmax of z times a scale that depends on the length",
        lambda z, q: [x + arb(q["a"]) * arb(1 + len(z) // q["L"]).log() * x for x in z],
    ),
    "qwen-softmax": Reduction(
        "softmax of z times a scale that depends on the length",
        lambda z, q: [x * max(arb(len(z)).log() / arb(q["L"]).log(), arb(1)) for x in z],
    ),
    "norm-softmax": Reduction("softmax of z over a deviation that depends on differences", _deviated),
    "sink-softmax": Reduction(
        "softmax of the logits and the sink, whose weight is dropped",
        lambda z, q: [*z, arb(q["sink"])],
        changed=lambda p, q: p[:-1],
    ),
    "elastic-softmax": Reduction(
        "softmax, moved by tau/n and cut at zero",
        _itself,
        changed=lambda p, q: [max(w + arb(q["tau"]) / len(p), arb(0)) for w in p],
    ),
    "differential-softmax": Reduction(
        "softmax, less a multiple of another row",
        _itself,
        changed=lambda p, q: [
            w - arb(q["lam"]) * v for w, v in zip(p, _softmax(_repeated(q["other"], len(p))), strict=True)
        ],
    ),
    "multimax-second-order": Reduction("softmax of logits bent at four points", _bent_twice),
    "stieltjes": Reduction("softmax of -q log(level - z)", lambda z, q: _far_from_the_level(z, arb(1), q["q"])),
    "entmax-below-one": Reduction(
        "softmax of log(level - (1 - alpha) z)/(alpha - 1)",
        lambda z, q: _far_from_the_level(z, 1 - arb(q["order"]), 1 / (1 - arb(q["order"]))),
    ),
    "windowed-stieltjes": Reduction("softmax of logarithms of its powers within the window", _windowed, selected=True),
    "t-softmax": Reduction(
        "softmax of z + log(z - max z + t) above the edge",
        lambda z, q: _above_an_edge(z, max(z) - arb(q["t"])),
        selected=True,
    ),
    "r-softmax-detached": Reduction(
        "softmax of z + log(z - Q + eps) above the edge",
        lambda z, q: _above_an_edge(z, _quantile(z, q["r"]) - arb(q["eps"])),
        selected=True,
    ),
    "softpick": Reduction(
        "softmax of log(e^z - 1) above 0, but for the sum",
        lambda z, q: [x.expm1().log() for x in z],
        selected=True,
        whole=False,
    ),
    "adaptive-temperature-fitted": Reduction(
        "softmax of z times a scale that depends on its weights", _sharpened_as_fitted
    ),
    "block-top-k-softmax": Reduction("softmax of the logits in the blocks that are chosen", _itself, selected=True),
    "index-top-k-softmax": Reduction("softmax of the logits that the index chooses", _itself, selected=True),
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


_Weights = Callable[[Sequence[fmpq], Mapping[str, Any]], Sequence[Number]]


@dataclass(frozen=True)
class Form:
    """A normaliser as a theorem about it sees it.

    Parameters
    ----------
    normaliser : str
        Its name.
    weights : callable
        ``weights(z, parameters)`` of a row of rationals, as the evidence of the theorem builds it.
    """

    normaliser: str
    weights: _Weights


def _of(build: Callable[..., Instance]) -> Callable[..., Sequence[Number]]:
    """Return the weights alone of what evidence builds; where it builds nothing there are none."""

    def weights(*arguments: Any) -> Sequence[Number]:
        try:
            found: Sequence[Number] = build(*arguments)[N.p]
        except ValueError as error:
            raise Undefined(str(error)) from error
        return found

    return weights


def _sigmoid(z: Sequence[fmpq], q: Mapping[str, Any]) -> Sequence[Number]:
    return tokenwise.sigmoid(z, tokenwise.length_bias(z) if q["bias"] is None else rational(q["bias"]))


_budget, _r_softmax, _top_k = _of(selections.budget), _of(selections.r_softmax), _of(selections.top_k)
_normmax, _adaptive, _self_adjust = _of(neighbours.normmax), _of(neighbours.adaptive), _of(neighbours.self_adjust)

_SEEN: tuple[tuple[str, str, _Weights], ...] = (
    ("adaptive-temperature-softmax", "adaptive-temperature-lipschitz", lambda z, q: _adaptive(z)),
    ("self-adjust-softmax", "self-adjust-order", lambda z, q: _self_adjust(z)),
    ("normmax", "normmax-form normmax-structure normmax-joining", lambda z, q: _normmax(z, rational(q["alpha"]))),
    ("normmax", "normmax-lipschitz", lambda z, q: _normmax(z, fmpq(2))),
    ("top-k-softmax", "top-k-joining", lambda z, q: _top_k(z, fmpq(q["k"]))),
    ("r-softmax", "r-softmax-structure", lambda z, q: _r_softmax(z, rational(q["r"]))),
    ("budget", "budget-form budget-structure budget-joining budget-lipschitz", lambda z, q: _budget(z, fmpq(q["k"]))),
    ("rectified-linear", "rectified-linear", lambda z, q: tokenwise.rectified(z)),
    ("sigmoid", "sigmoid-structure sigmoid-slope", _sigmoid),
    ("sigmoid", "sigmoid-length-bias", lambda z, q: tokenwise.sigmoid(z, tokenwise.length_bias(z))),
    ("stick-breaking", "stick-breaking stick-breaking-joining stick-breaking-slope", lambda z, q: tokenwise.stick(z)),
)
FORMS = {name: Form(normaliser, weights) for normaliser, names, weights in _SEEN for name in names.split()}
"""For each theorem that speaks of one normaliser, what it takes that for."""


def departure(name: str, normaliser: str, subject: Reference, seed: int = 0) -> tuple[int, str]:
    """Say of a theorem how many rows of a normaliser were compared with its form, and where they depart from it.

    The second is "" if nothing was found, and says so if the theorem speaks of another normaliser.
    """
    form = FORMS[name]
    if form.normaliser != normaliser:
        return 0, f"theorem {name} speaks of {form.normaliser}, not of {normaliser}"
    parameters = subject.normaliser.parameters | subject.parameters

    def differs(z: Logits) -> str:
        pairs = zip(subject.weights(z), form.weights([rational(x) for x in z], parameters), strict=True)
        other = next((i for i, (here, there) in enumerate(pairs) if not _equal(here, arb(there))), None)
        return "" if other is None else f"weight {other} is another"

    return _compared(f"{seed}/{normaliser}", differs, f"it is not what {name} speaks of")


def disagreement(name: str, subject: Reference, seed: int = 0) -> tuple[int, str]:
    """Say how many rows of a normaliser were compared with its reduction, and where they disagree; "" if nowhere."""
    reduction = REDUCTIONS[name]
    return _compared(f"{seed}/{name}", lambda z: _differs(reduction, subject, z), f"it is not {reduction.words}")


def _compared(seed: str, differs: Callable[[Logits], str], otherwise: str) -> tuple[int, str]:
    """Compare on drawn rows, in balls, up to the first that differs; rows without weights do not count."""
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
            return seen, f"{otherwise} at {tuple(z)}: {problem}"
    return seen, ""


def _differs(reduction: Reduction, subject: Reference, z: Any) -> str:
    parameters = subject.normaliser.parameters | subject.parameters
    balls = [arb(x) for x in z]
    weights, scores = subject.weights(z), reduction.scores(balls, parameters)
    if reduction.changed is not None:
        both = zip(weights, reduction.changed(_softmax(scores), parameters), strict=True)
        other = next((i for i, (here, there) in enumerate(both) if not _equal(here, there)), None)
        return "" if other is None else f"weight {other} is another"
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
    if whole and not _equal(sum((w for w, _ in pairs), arb(0)), arb(1)):
        return "the weights do not sum to one"
    if not reduction.entmax:
        unequal = [i for i, (a, b) in enumerate(pairwise(pairs)) if not _equal(a[0] * (b[1] - a[1]).exp(), b[0])]
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
        if weight != 0 and not _equal(weight**a, below):
            return f"token {i} is not at its distance from the threshold"
    return ""


def _equal(one: arb, other: arb) -> bool:
    """Whether two balls of 512 bits are the same number, as far as they can tell."""
    gap = one - other
    return bool(gap.contains(0)) and bool(gap.rad() < _AGREE)
