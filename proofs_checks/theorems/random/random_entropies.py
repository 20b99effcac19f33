"""Evidence for the entropy of attention over random logits, at lengths up to a million."""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np

from entmax_oracle.theory.random import random_entropies as T

from ..vocabulary import *
from .simulation import Array, average, generator, support_sizes
from .tails import DISTRIBUTIONS, NORMALISERS, band, entropy, softmax_entropy, top_log_tails

Points = Iterator[tuple[Instance, str, float, arb]]


def _lengths(context: Context) -> tuple[int, ...]:
    return (10**4, 10**5, 10**6) if context.full else (10**4, 10**5)


def _count(n: int, full: bool) -> int:
    """Return how many rows of n tokens are drawn: fewer long ones, whose entropies differ less."""
    return max(6, min(60, 10**6 // n)) * (8 if full else 1)


def _entropies(name: str, n: int, thetas: tuple[float, ...], full: bool, seed: int) -> list[Array]:
    """Simulate softmax entropies at several scales over the same rows, one array a scale."""
    return list(_softmax_rows(name, n, thetas, _count(n, full), seed))


_DRAWS: dict[str, Callable[[np.random.Generator, int], Array]] = {
    "unit uniform": lambda rng, n: rng.random(n),
    "Gaussian": lambda rng, n: rng.standard_normal(n),
    "exponential": lambda rng, n: rng.exponential(size=n),
}


@cache
def _softmax_rows(name: str, n: int, thetas: tuple[float, ...], count: int, seed: int) -> Array:
    rng = generator(seed, name, n)
    found = []
    for _ in range(count):
        z = _DRAWS[name](rng, n)
        found.append([softmax_entropy(z, theta) for theta in thetas])
    return np.array(found).T


_SCALES = (0.5, 1.0, 1.5)


def _gaussian(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    def points() -> Points:
        for n in _lengths(context):
            for theta, values in zip(
                _SCALES, _entropies("Gaussian", n, _SCALES, context.full, context.seed), strict=True
            ):
                scale = fmpq(int(2 * theta), 2)
                instance = Instance({N.n: fmpq(n), N.theta: scale, N.mean_entropy: average(values)})
                yield instance, f"θ = {theta:g}", float(n), average(values) / arb(n).log()

    return judged(theorem, argument, points(), _picture("Normalised entropy of softmax for $n$ Gaussian logits"))


def _picture(title: str) -> dict[str, Any]:
    bands = "; bands: six standard errors"
    return {"title": title + bands, "x_label": "n", "y_label": "H / log n", "x_log": True}


softmax_gaussian = Case(
    T.softmax_gaussian,
    (
        computed(
            _gaussian,
            "simulation",
            r"$10^4 \le n \le 10^5$, in the full profile to $10^6$; $\theta \in \{1/2, 1, 3/2\}$",
        ),
    ),
)


def _uniform_row(n: int, strength: float | None, full: bool = False, seed: int = 0) -> Instance:
    """Return the mean entropy of softmax of uniform logits at the scale ``b log n``, or 1."""
    scales = (1.0, *(b * math.log(n) for b in (0.5, 1.0, 2.0)))
    at = 0 if strength is None else 1 + (0.5, 1.0, 2.0).index(strength)
    values = _entropies("unit uniform", n, scales, full, seed)[at]
    theta = fmpq(1) if strength is None else arb(n).log() * strength
    return Instance({N.n: fmpq(n), N.theta: theta, N.mean_entropy: average(values)})


def _uniform(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    def points() -> Points:
        for n in _lengths(context):
            for strength in (None, 0.5, 1.0, 2.0):
                instance = _uniform_row(n, strength, context.full, context.seed)
                label = "θ = 1" if strength is None else f"θ = {strength:g} log n"
                yield instance, label, float(n), instance[N.mean_entropy] / arb(n).log()

    return judged(theorem, argument, points(), _picture("Normalised entropy of softmax for $n$ uniform logits"))


softmax_uniform = Case(
    T.softmax_uniform,
    (
        computed(
            _uniform,
            "simulation",
            r"$10^4 \le n \le 10^5$, in the full profile to $10^6$; $\theta = 1$ and $b \log n$, $b \in \{1/2, 1, 2\}$",
        ),
    ),
    folklore=(Debunked(r"uniform logits, $b = 1$, $n = 10^5$", lambda: _uniform_row(10**5, 1.0)),),
)

_STRENGTHS = (0.1, 0.2, 0.3, 0.4)


def _energy_row(n: int, strength: fmpq, values: Array) -> Instance:
    return Instance({N.n: fmpq(n), N.strength: strength, N.mean_entropy: average(values)})


def _energy(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    def points() -> Points:
        for n in _lengths(context):
            scales = tuple(b * math.sqrt(2 * math.log(n)) for b in _STRENGTHS)
            found = _entropies("Gaussian", n, scales, context.full, context.seed)
            for strength, values in zip(_STRENGTHS, found, strict=True):
                instance = _energy_row(n, fmpq(round(10 * strength), 10), values)
                yield instance, f"b = {strength:g}", float(n), average(values) / arb(n).log()

    title = r"Normalised entropy of softmax for $n$ Gaussian logits at the scale $b\sqrt{2\log n}$"
    found = judged(theorem, argument, points(), _picture(title))
    if found.status != "holds":
        return found
    return argument.evidence(theorem, "holds", found.detail, plots=(*found.plots, _condensation(context)))


def _condensation(context: Context) -> dict[str, Any]:
    """Draw the normalised entropy against b, across the critical value 1."""
    strengths = tuple(round(0.15 * m, 2) for m in range(1, 14))
    series: list[dict[str, Any]] = [
        {"label": "limit", "x": list(strengths), "y": [max(0.0, 1 - b * b) for b in strengths]}
    ]
    for n in (10**3, 10**6) if context.full else (10**3, 10**4):
        scales = tuple(b * math.sqrt(2 * math.log(n)) for b in strengths)
        rows = _softmax_rows("Gaussian", n, scales, 30, context.seed) / math.log(n)
        series.append({"label": f"n = {n:,}".replace(",", " "), "x": list(strengths), **_banded(list(rows))})
    return {
        "title": r"The same against $b$: the freezing of softmax at $b = 1$; bands: 99% confidence",
        "x_label": "b",
        "y_label": "H / log n",
        "series": series,
    }


def _banded(columns: list[Array]) -> dict[str, list[float]]:
    means, lower, upper = zip(*(band(values) for values in columns), strict=True)
    return {"y": list(means), "lower": list(lower), "upper": list(upper)}


def _hot() -> Instance:
    """Return a point just beyond the critical scale, ``b = 26/25``: no entropy is negative."""
    n = 10**4
    (values,) = _softmax_rows("Gaussian", n, (1.04 * math.sqrt(2 * math.log(n)),), 40, 0)
    return _energy_row(n, fmpq(26, 25), values)


random_energy = Case(
    T.random_energy,
    (
        computed(
            _energy,
            "simulation",
            r"$10^4 \le n \le 10^5$, in the full profile to $10^6$; $b \in \{1/10, 1/5, 3/10, 2/5\}$",
        ),
    ),
    needed=(Needed("warm", r"$b = 26/25$, $n = 10^4$", _hot),),
)


REACH = 512
"""Tokens drawn of a row that condenses: for ``theta >= 2 lambda`` all others have about 2/1000 of it."""


@cache
def _shares(theta: float, count: int, seed: int) -> tuple[Array, Array]:
    """Simulate sums of squares and entropies of softmax over the top of 10^5 exponential logits of rate 1."""
    z = -top_log_tails(generator(seed, "shares", theta), 10**5, REACH, count)
    weights = np.exp(theta * (z - z[:, :1]))
    mass = weights.sum(axis=1)
    entropies = np.log(mass) - theta * (weights * (z - z[:, :1])).sum(axis=1) / mass
    return (weights**2).sum(axis=1) / mass**2, entropies


def _condensed(theta: fmpq, count: int, seed: int = 0) -> Instance:
    squares, entropies = _shares(float(arb(theta)), count, seed)
    means = {N.mean_square: average(squares), N.mean_entropy: average(entropies)}
    return Instance({N.n: fmpq(10**5), N.theta: theta, N.rate: fmpq(1), **means})


def _share(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    def points() -> Points:
        for theta in (fmpq(2), fmpq(3), fmpq(5)):
            instance = _condensed(theta, 40_000 if context.full else 8000, context.seed)
            yield instance, "simulated", float(arb(theta)), arb(instance[N.mean_square])

    shown = {
        "title": (r"Mean sum of squared softmax weights for $10^5$ exponential logits; bands: six standard errors"),
        "x_label": "θ / λ",
        "y_label": "mean sum of squares",
    }
    found = judged(theorem, argument, points(), shown)
    for plot in found.plots:
        plot["series"].append({"label": "1 − λ/θ", "x": [2, 3, 4, 5], "y": [1 - 1 / b for b in (2, 3, 4, 5)]})
    return found


exponential_condensation = Case(
    T.exponential_condensation,
    (computed(_share, "simulation", r"3 points, $n = 10^5$, $\theta \in \{2, 3, 5\}$, $\lambda = 1$"),),
    needed=(Needed("cold", r"$\theta = \lambda / 2$", lambda: _condensed(fmpq(1, 2), 20)),),
    folklore=(Debunked(r"exponential logits, $\theta = 2\lambda$, $n = 10^5$", lambda: _condensed(fmpq(2), 8000)),),
)


@cache
def _laplace_sizes(theta: float, n: int, count: int, seed: int) -> Array:
    """Simulate sizes of sparsemax supports from the 32 largest of n Laplace logits of variance 1."""
    logs = top_log_tails(generator(seed, "laplace", theta, n), n, 32, count)
    sizes = support_sizes(-theta * (logs + math.log(2)) / math.sqrt(2), 1.0)
    assert sizes.max() < 32, "the support must end within reach"
    assert logs.max() < -math.log(2), "the tail of Laplace's law is exponential above the median only"
    return sizes.astype(float)


def _laplace(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    def points() -> Points:
        for theta in (1.0, 2.0):
            for n in (10**3, 10**4, 10**5, 10**6):
                count = 500_000 if context.full else 60_000
                size = average(_laplace_sizes(theta, n, count, context.seed))
                values = {N.n: fmpq(n), N.theta: fmpq(int(theta)), N.alpha: fmpq(2), N.rate: arb(2).sqrt()}
                yield Instance({**values, N.mean_size: size}), f"θ = {theta:g}", float(n), size

    shown = {
        "title": "Mean support of sparsemax for $n$ Laplace logits; bands: six standard errors",
        "x_label": "n",
        "y_label": "mean size of the support",
        "x_log": True,
    }
    return judged(theorem, argument, points(), shown)


laplace_support = Case(
    T.laplace_support,
    (computed(_laplace, "simulation", r"8 points, $10^3 \le n \le 10^6$, $\theta \in \{1, 2\}$, $\alpha = 2$"),),
)

_LIMITS = {
    "uniform": (1, 1, fmpq(2, 3), fmpq(1, 2), fmpq(2, 3)),
    "Gaussian": (1, 0, 0, 0, 0),
    "Laplace": (1, 0, 0, 0, 0),
    "Student, 3 degrees of freedom": (0, 0, 0, 0, 0),
}
"""Limits of the normalised entropy, in the order of the normalisers."""


@cache
def _at_scale(name: str, n: int, count: int, seed: int) -> Array:
    """Simulate entropies of every normaliser over the same rows, one line a normaliser."""
    rng, draw = generator(seed, name, n), DISTRIBUTIONS[name]
    most = max(1, 10**6 // n)  # rows at a time
    pieces = (draw(rng, (min(most, count - start), n)) for start in range(0, count, most))
    return np.hstack([np.array([entropy(rows, normaliser) for normaliser in NORMALISERS]) for rows in pieces])


def _rows_at(n: int, full: bool) -> int:
    return max(6, min(200, 5 * 10**5 // n)) * (5 if full else 1)


def _approach(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    lengths = [10**2, 10**3, 10**4, 10**5] + ([10**6] if context.full else [])
    plots, judgements = [], 0
    for name, limits in _LIMITS.items():
        found = {n: _at_scale(name, n, _rows_at(n, context.full), context.seed) for n in lengths}
        series = []
        for position, (normaliser, limit) in enumerate(zip(NORMALISERS, limits, strict=True)):
            for short, long in itertools.pairwise(lengths):
                values = {N.n: fmpq(short), N.longer: fmpq(long), N.limit: fmpq(limit)}
                means = {
                    N.mean_entropy: average(found[short][position]),
                    N.mean_entropy2: average(found[long][position]),
                }
                instance = Instance({**values, **means}, f"{normaliser.label}, {name} logits")
                if judge(theorem, instance).status == "fails":
                    return refuted_at(argument, theorem, instance)
                judgements += 1
            shown = [found[n][position] / math.log(n) for n in lengths]
            series.append({"label": normaliser.label, "x": [float(n) for n in lengths], **_banded(shown)})
        title = f"Normalised entropy against $n$: {name} logits of variance 1; bands: 99% confidence"
        plots.append(
            {"title": title, "x_label": "n", "y_label": "H / log n", "x_log": True, "y_range": [0, 1], "series": series}
        )
    plots += [_contrast(name, context) for name in ("uniform", "Gaussian", "Student, 3 degrees of freedom")]
    detail = f"true at {judgements} pairs of lengths up to {lengths[-1]}"
    return argument.evidence(theorem, "holds", detail, plots=tuple(plots))


def _contrast(name: str, context: Context) -> dict[str, Any]:
    """Draw the normalised entropy at one length against the contrast, a factor of the logits."""
    n, contrasts = 4096, np.geomspace(0.05, 50, 13)
    rng = generator(context.seed, name, "contrast")
    rows = DISTRIBUTIONS[name](rng, (60 if context.full else 6, n))
    series = []
    for normaliser in NORMALISERS:
        columns = [entropy(rows, normaliser, c) / math.log(n) for c in contrasts]
        series.append({"label": normaliser.label, "x": contrasts.tolist(), **_banded(columns)})
    title = f"Normalised entropy at $n = 4096$ against contrast: {name} logits times a factor; bands: 99% confidence"
    shown = {"title": title, "x_label": "standard deviation of the logits", "y_label": "H / log n"}
    return {**shown, "x_log": True, "y_range": [0, 1], "series": series}


def _row(name: str, n: int, position: int) -> Instance:
    rng = generator(0, name, n, position)
    mean = average(np.array([entropy(DISTRIBUTIONS[name](rng, n), NORMALISERS[position]) for _ in range(6)]))
    return Instance({N.n: fmpq(n), N.mean_entropy: mean}, f"{NORMALISERS[position].label}, {name} logits")


entropy_at_scale = Case(
    T.entropy_at_scale,
    (
        computed(
            _approach,
            "simulation",
            r"four distributions, five normalisers, the same rows for all, $10^2 \le n \le 10^5$, in the full "
            r"profile to $10^6$; $\alpha \in \{1, 3/2, 2\}$; the adaptive scale is $1 + \sqrt{\log n}$, that is "
            r"$\gamma = 1/2$",
        ),
    ),
    folklore=(
        Debunked(
            r"softmax, Student logits with 3 degrees of freedom, $n = 10^6$",
            lambda: _row("Student, 3 degrees of freedom", 10**6, 0),
        ),
        Debunked(r"entmax, $\alpha = 3/2$, uniform logits, $n = 10^5$", lambda: _row("uniform", 10**5, 2)),
    ),
)
