"""Random rows in bulk, and probabilities with rigorous or statistical error balls."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import acb, arb, arb_series, ctx, fmpq
from scipy import special

from entmax_oracle.theory import Theorem

from ...evidence.arguments import Argument, Context, Evidence, computed, refuted_at
from ...evidence.instances import Instance
from ...evidence.judging import judge

Array = npt.NDArray[np.float64]

CONFIDENCE = 1e-9
"""Probability that a confidence interval misses the true value."""


def generator(seed: int, *names: Any) -> np.random.Generator:
    """Return a generator that depends on the seed and on what it is used for."""
    return np.random.default_rng([seed, *(zlib.crc32(str(name).encode()) for name in names)])


def to_float(value: fmpq) -> float:
    """Return the nearest float of a rational."""
    return float(arb(value))


def frequency(successes: int, trials: int) -> arb:
    """Return the Clopper-Pearson interval of a probability, as a ball; it misses with probability 1e-9."""
    low = special.betaincinv(successes, trials - successes + 1, CONFIDENCE / 2) if successes else 0.0
    high = special.betainccinv(successes + 1, trials - successes, CONFIDENCE / 2) if successes < trials else 1.0
    return arb(float(low)).union(arb(float(high)))


def average(values: Array) -> arb:
    """Return the mean as a ball of six standard errors (a miss of about 2e-9 where the mean is near normal)."""
    error = 6.0 * float(values.std(ddof=1)) / math.sqrt(values.size)
    return arb(float(values.mean()), error)


def support_sizes(x: Array, q: float) -> npt.NDArray[np.int64]:
    """Return the size of the support of each row of ``x = (alpha - 1) theta z``, ``q = 1 / (alpha - 1)``.

    The k-th largest logit is in the support if the powers of the gaps above it sum to less than 1.
    """
    ordered = -np.sort(-x, axis=-1)
    sizes = np.ones(x.shape[0], dtype=np.int64)
    alive = np.ones(x.shape[0], dtype=bool)
    for k in range(1, x.shape[1]):
        gaps = ordered[alive, :k] - ordered[alive, k : k + 1]
        inside = (gaps**q).sum(axis=-1) < 1.0
        alive[np.flatnonzero(alive)[~inside]] = False
        if not alive.any():
            break
        sizes[alive] = k + 1
    return sizes


def solve_sorted(x: Array, q: float) -> tuple[npt.NDArray[np.int64], Array]:
    """Return the size of the support and Shannon's entropy of each row, largest logit first, for ``q >= 1``.

    Newton's method on the q-norm from the left rises to the threshold and never passes it: what is below it once stays
    there. Logits are taken from the largest, so that a step of 1e-15 is one that float64 can make; the count guards
    against rounding that cycles.
    """
    x = x - x[..., :1]
    tau = np.full_like(x[..., :1], -1.0)
    for _ in range(64):
        x = x[..., : (x > tau).sum(axis=-1).max()]
        gaps = np.maximum(x - tau, 0.0)
        slopes = np.where(gaps > 0.0, gaps ** (q - 1.0), 0.0)
        total = (slopes * gaps).sum(axis=-1, keepdims=True)
        step = (total - total ** (1.0 - 1.0 / q)) / slopes.sum(axis=-1, keepdims=True)
        tau += step
        if (step <= 1e-15).all():
            break
    gaps = np.maximum(x - tau, 0.0)
    p = gaps**q
    return (gaps > 0.0).sum(axis=-1), special.entr(p / p.sum(axis=-1, keepdims=True)).sum(axis=-1)


@cache
def _renewal_terms(alpha: fmpq, count: int) -> list[arb]:
    """Return the coefficients of :func:`weibull_renewals` as a series in the reach, from its first power on."""
    a = arb(alpha - 1)
    ratios = [(1 + a * k).gamma() / arb(k + 1).gamma() for k in range(count)]
    before, ctx.cap = ctx.cap, count
    try:
        factors = (1 - 1 / arb_series([arb(1), *ratios[1:]])).coeffs()
    finally:
        ctx.cap = before
    return [(-1) ** (k + 1) * factors[k] / (1 + a * k).gamma() for k in range(1, count)]


def weibull_renewals(alpha: fmpq, reach: arb) -> arb:
    """Return the expected number of renewals up to ``reach ** q`` with gaps ``E ** q``, ``1 < alpha <= 2``.

    It is a power series in `reach` (Smith and Leadbetter 1963), alternating, hence the long numbers; the ball has the
    radius of twice the last term, from where on the terms more than halve.
    """
    if alpha == 2:
        return reach  # a Poisson process
    before, ctx.prec = ctx.prec, 3000
    try:
        terms = _renewal_terms(alpha, 128 * (2 + int(6 * float(reach)) // 128))
        powers = [term * reach**k for k, term in enumerate(terms, 1)]
        return sum(powers, arb(0)) + arb(0, 2 * abs(powers[-1]).upper())
    finally:
        ctx.prec = before


def gaussian_one_hot(n: int, margin: arb) -> arb:
    """Return the probability that the largest of n standard normal numbers exceeds the next by `margin`.

    It is the integral of ``n phi(z) Phi(z - margin)^(n - 1)``, by rigorous quadrature with bounds for the tails.
    """
    before, ctx.prec = ctx.prec, 80
    try:
        count, root = arb(n), arb(2).sqrt()

        def density(z: acb, analytic: bool) -> acb:
            below = 1 - ((z - margin) / root).erfc() / 2
            if analytic and not below.real > 0:
                return acb(float("nan"))  # the logarithm is not analytic here: the quadrature subdivides
            normal = (-(z * z) / 2).exp() / acb(2 * arb.pi()).sqrt()
            return count * normal * ((count - 1) * below.log()).exp()

        def above(z: arb) -> arb:
            return (z / root).erfc() / 2

        high = arb(0)
        while not count * above(high) < 1e-10:
            high += 0.5
        low = high
        while not (count * (1 - above(low)).log()).exp() < 1e-10:
            low -= 0.5
        inner = acb.integral(density, acb(low), acb(high), rel_tol=arb(2) ** -40, abs_tol=arb(2) ** -40).real
        return inner + arb(0).union(arb(2e-10))
    finally:
        ctx.prec = before


@cache
def gaussian_mean_range(n: int) -> arb:
    """Return the expected range of n standard normal numbers.

    It is twice the integral of ``1 - Phi(z)^n - (1 - Phi(z))^n`` over ``z > 0``, by rigorous quadrature; what lies
    above T is at most that of ``n phi(z) / z``, so at most ``n (1 - Phi(T)) / T``.
    """
    before, ctx.prec = ctx.prec, 128
    try:
        count, root = arb(n), arb(2).sqrt()

        def missing(z: acb, analytic: bool) -> acb:
            above = (z / root).erfc() / 2
            below = 1 - above
            if analytic and not (below.real > 0 and above.real > 0):
                return acb(float("nan"))  # a logarithm is not analytic here: the quadrature subdivides
            return 1 - (count * below.log()).exp() - (count * above.log()).exp()

        high = arb(1)
        while not count * (high / root).erfc() / 2 < 1e-12:
            high += 0.5
        inner = acb.integral(missing, acb(0), acb(high), rel_tol=arb(2) ** -40, abs_tol=arb(2) ** -40).real
        return 2 * (inner + arb(0).union(arb(1e-12)))
    finally:
        ctx.prec = before


def banded(label: str, x: Sequence[float], balls: Sequence[arb]) -> dict[str, Any]:
    """Return a curve of a picture, with the radii of its balls as a band."""
    ends = {"y": arb.mid, "lower": arb.lower, "upper": arb.upper}
    return {"label": label, "x": list(x), **{key: [float(end(b)) for b in balls] for key, end in ends.items()}}


def simulated(
    points: Callable[[Context], Iterable[Instance]], title: str, domain: str, claims: Sequence[str] = ()
) -> Argument:
    """Argue by simulations whose confidence intervals stand for the probabilities in the claims."""

    def run(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
        judged, notes = 0, set[str]()
        for instance in points(context):
            notes.add(instance.note)
            status = judge(theorem, instance, claims or None).status
            if status == "fails":
                return refuted_at(argument, theorem, instance, claims)
            judged += status != "excluded"
        detail = f"{judged} intervals of confidence 1 - 1e-9 contain the law, from {', '.join(sorted(notes))} each"
        return argument.evidence(theorem, "holds" if judged else "fails", detail)

    return computed(run, title, domain, claims)


def pearson(observed: npt.NDArray[Any], expected: Array, freedom: int) -> tuple[float, float]:
    """Return Pearson's statistic and its significance by the chi-square law with `freedom` degrees of freedom.

    By its special function: to import ``scipy.stats`` takes longer than most theorems.
    """
    statistic = float(((observed - expected) ** 2 / expected).sum())
    return statistic, float(special.chdtrc(freedom, statistic))


def chi_square(
    theorem: Theorem, argument: Argument, law: Sequence[float], sizes: npt.NDArray[np.int64], title: str, label: str
) -> Evidence:
    """Test the whole law of a size at once: its probabilities of 1, 2, …, the rest being one cell."""
    trials, last = len(sizes), len(law)
    expected = np.array([*law, 1.0 - math.fsum(law)])
    observed = np.bincount(np.minimum(sizes, last + 1), minlength=last + 2)[1:]
    if expected.min() <= 0:
        return argument.evidence(
            theorem, "refutes", "the law is not a distribution", counterexample={"P": str(expected.tolist())}
        )
    statistic, significance = pearson(observed, trials * expected, last)
    detail = f"chi-square {statistic:.2f} on {last} degrees of freedom, p = {significance:.3g}, {trials} rows"
    if significance < 1e-6:
        return argument.evidence(theorem, "refutes", detail, counterexample={"observed": str(observed.tolist())})
    x = [float(size) for size in range(1, last + 1)]
    plot = {
        "title": title,
        "x_label": "size of the support",
        "y_label": "probability",
        "series": [
            {"label": label, "x": x, "y": list(law)},
            banded("simulated", x, [frequency(int(count), trials) for count in observed[:-1]]),
        ],
    }
    return argument.evidence(theorem, "holds", detail, plots=(plot,))
