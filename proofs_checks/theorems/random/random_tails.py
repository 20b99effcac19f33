"""Evidence for what the tail of random logits decides."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy import special

from entmax_oracle.theory.random import random_tails as T

from ..vocabulary import *
from .simulation import Array, average, frequency, generator, simulated, solve_sorted, support_sizes, to_float
from .tails import top_log_tails

HALF = fmpq(1, 2)
LENGTHS = (10**6, 10**15, 10**40, 10**100)


@cache
def _bounded(alpha: fmpq, nu: fmpq, n: int, full: bool = False, seed: int = 0) -> Instance:
    """Return the mean size and entropy over logits with ``P(z > -t) = t^nu``, only the largest of which are drawn."""
    values = {N.n: fmpq(n), N.tail: nu, N.alpha: alpha, N.theta: fmpq(1)}
    expected = float(arb(read(T.tail_size, values)))
    a, reach = to_float(alpha) - 1.0, min(n, int(expected + 20 * math.sqrt(expected)) + 100)
    rng = generator(seed, "bounded", alpha, nu, n)
    count = max(8, min(400, int(4e5 / expected))) * (8 if full else 1)
    sizes, entropies = solve_sorted(-a * np.exp(top_log_tails(rng, n, reach, count) / to_float(nu)), 1.0 / a)
    assert sizes.max() < reach, "the support must end within reach"
    means = {N.mean_size: average(sizes.astype(float)), N.mean_entropy: average(entropies)}
    return Instance({**values, **means}, f"{count} rows")


def _bounded_points(context: Context) -> Iterator[Point]:
    for alpha in (fmpq(3, 2), fmpq(2)):
        for nu in (HALF, fmpq(1), fmpq(2), fmpq(3)):
            for n in (10**6, 10**9) if nu >= 2 else (10**6,):
                instance = _bounded(alpha, nu, n, context.full, context.seed)
                shown = f"α = {alpha}" if n == 10**6 else ""
                yield instance, shown, to_float(nu), instance[N.mean_entropy] / arb(n).log()


def _growth_proof() -> Proof:
    n, nu, q, a, c = sp.symbols("n nu q a c", positive=True)
    yield identity(
        "n logits at depth y with density nu y^(nu-1) c, each of weight (w - y)^q: the excess is n c w^(nu+q) times "
        "a Beta integral, so it is 1 at w = (1 / (n c B))^(1/(nu+q))",
        n * c * N.gap ** (nu + q),
        1,
        at={N.gap: (1 / (n * c)) ** (1 / (nu + q))},
    )
    size = n * c * ((1 / (n * c)) ** (1 / (nu + q))) ** nu
    yield identity(
        "n c w^nu of them have mass: the logarithm grows like q / (nu + q) times log n",
        sp.expand_log(sp.log(size), force=True).diff(n) * n,
        q / (nu + q),
    )
    yield identity("with q = 1 / a that is 1 / (1 + nu a)", (1 / a) / (nu + 1 / a), 1 / (1 + nu * a))
    whole = sp.log(T.tail_size.subs(N.n, N.n * sp.E)) - sp.log(T.tail_size)
    yield concludes("so", "exponent", Eq(whole, 1 / (1 + N.tail * N.a)))


bounded_tail_growth = Case(
    T.bounded_tail_growth,
    (
        along(
            _bounded_points,
            r"12 points, $n \in \{10^6, 10^9\}$, $\nu \in \{1/2, 1, 2, 3\}$, $\alpha \in \{3/2, 2\}$, $\theta = 1$",
            {
                "title": (
                    r"Normalised entropy of entmax over $10^6$ logits with $P(z > w - t) = t^\nu$; bands: six "
                    r"standard errors"
                ),
                "x_label": "ν",
                "y_label": "H / log n",
            },
            kind="sampled",
            title="simulation",
        ),
        symbolic(_growth_proof, claims=("exponent",)),
    ),
    folklore=(Debunked(r"sparsemax, $\nu = 3$, $n = 10^6$", lambda: _bounded(fmpq(2), fmpq(3), 10**6)),),
)


def _cauchy(above: Array) -> Array:
    """Return where a Cauchy variable has this probability above it."""
    return np.asarray(np.tan(math.pi * (0.5 - above)), dtype=np.float64)


_LAWS: dict[str, tuple[float, Callable[[Array], Array], Callable[[Array, Array], Array]]] = {
    "uniform": (math.sqrt(1 / 12), lambda chance: chance, lambda level, share: level + (1.0 - level) * share),
    "Gaussian": (1.0, special.ndtri, lambda level, share: -special.ndtri(special.ndtr(-level) * share)),
    "Cauchy": (
        4.0,
        lambda chance: _cauchy(1.0 - chance),
        lambda level, share: _cauchy((0.5 - np.arctan(level) / math.pi) * share),
    ),
}
"""Of each distribution: how wide it is, its quantiles, and how to draw above a level from a uniform number."""


def _conditional_points(context: Context) -> Iterator[Instance]:
    trials = 2_000_000 if context.full else 100_000
    for name, (width, quantile, above) in _LAWS.items():
        for alpha, n, k in ((fmpq(2), 4, 1), (fmpq(3, 2), 6, 2), (fmpq(3), 6, 2)):
            rng = generator(context.seed, name, alpha)
            a = to_float(alpha) - 1.0
            theta, q = 1.0 / (a * width), 1.0 / a
            drawn = quantile(rng.random((2 * trials, n)))
            sizes = support_sizes(a * theta * drawn[:trials], q)
            levels = -np.sort(-drawn[trials:], axis=1)[:, k : k + 1]  # the sides must not share their errors
            excesses = above(levels, rng.random((trials, k))) - levels
            inside = ((a * theta * excesses) ** q).sum(axis=1) < 1.0
            seen = {N.chance: int((sizes > k).sum()), N.chance2: int(inside.sum())}
            values = {N.n: fmpq(n), N.k: fmpq(k), N.alpha: alpha, N.theta: arb(theta)}
            chances = {symbol: frequency(count, trials) for symbol, count in seen.items()}
            yield Instance({**values, **chances}, f"{trials} simulated rows")


def _conditional_proof() -> Proof:
    f, F, u = sp.symbols("f T u", positive=True)
    n, k = sp.symbols("n k", positive=True)
    yield identity(
        "the joint density of k logits above a level and n - k - 1 below it, divided by that of the level, is k! "
        "times the product of the densities f / T above it, T the tail there: given the level they are independent",
        (f / F) ** k * F**k,
        f**k,
    )
    yield identity(
        "the (k+1)-th largest is in the support if and only if the powers of a theta (z_i - z_(k+1)) sum to less "
        "than 1 (theorem support-norm-criterion), and the support is an upper set: |S| > k says that it is",
        (N.a * N.theta * (u + F) - N.a * N.theta * F) ** n,
        (N.a * N.theta * u) ** n,
    )
    yield concludes("averaged over the level", "law", Eq(N.chance, N.chance2))


conditional_support_law = Case(
    T.conditional_support_law,
    (
        symbolic(_conditional_proof, rests=("support-norm-criterion",)),
        simulated(
            _conditional_points,
            "simulation",
            r"simulated rows of uniform, Gaussian and Cauchy logits, $n \in \{4, 6\}$, $k \in \{1, 2\}$, $\alpha \in "
            r"\{3/2, 2, 3\}$",
        ),
    ),
)


@cache
def _tops(n: int, count: int, seed: int) -> Array:
    """Simulate the 64 largest of n standard normal logits; the same rows serve every exponent."""
    return np.asarray(-special.ndtri_exp(top_log_tails(generator(seed, "critical", n), n, 64, count)))


@cache
def _top_sizes(alpha: fmpq, n: int, count: int, seed: int) -> Array:
    """Simulate sizes of supports over n standard normal logits, ``theta = sqrt(log n)``."""
    a = to_float(alpha) - 1.0
    sizes = support_sizes(a * math.sqrt(math.log(n)) * _tops(n, count, seed), 1.0 / a)
    assert sizes.max() < 64, "the support must end within reach"
    return np.asarray(sizes)


@cache
def _renewal_counts(alpha: fmpq, count: int, seed: int) -> Array:
    """Simulate numbers of renewals up to ``B^q`` with gaps ``E^q``, ``B = sqrt(2) / (alpha - 1)``."""
    q = 1.0 / (to_float(alpha) - 1.0)
    sums = np.cumsum(generator(seed, "renewals", alpha).exponential(size=(count, 64)) ** q, axis=1)
    return np.asarray((sums < (math.sqrt(2) * q) ** q).sum(axis=1))


def _critical(alpha: fmpq, n: int, k: int, full: bool = False, seed: int = 0) -> Instance:
    """Return the chance of more than k tokens, and of k renewals: exact for sparsemax, else simulated."""
    count = 200_000 if full else 20_000
    values = {N.n: fmpq(n), N.k: fmpq(k), N.alpha: alpha, N.strength: fmpq(1)}
    seen = frequency(int((_top_sizes(alpha, n, count, seed) > k).sum()), count)
    if alpha == 2:
        mean = arb(2).sqrt()
        law = 1 - sum(((-mean).exp() * mean**m / arb(m + 1).gamma() for m in range(k)), arb(0))
    else:
        law = frequency(int((_renewal_counts(alpha, 10 * count, seed) >= k).sum()), 10 * count)
    return Instance({**values, N.chance: seen, N.chance2: law}, f"{count} rows")


def _critical_points(context: Context) -> Iterator[Point]:
    for alpha in (fmpq(3, 2), fmpq(2)):
        for k in (1, 2, 4):
            for n in LENGTHS:
                instance = _critical(alpha, n, k, context.full, context.seed)
                yield instance, f"k = {k}" if alpha == 2 else "", float(n), arb(instance[N.chance])


gaussian_critical_law = Case(
    T.gaussian_critical_law,
    (
        along(
            _critical_points,
            r"24 points, $10^6 \le n \le 10^{100}$, $k \in \{1, 2, 4\}$, $\gamma = 1/2$, $\alpha \in \{3/2, 2\}$",
            {
                "title": (
                    r"Probability that sparsemax of $n$ Gaussian logits keeps more than k at the scale $\sqrt{\log "
                    r"n}$; bands: confidence $1 - 10^{-9}$"
                ),
                "x_label": "n",
                "y_label": "probability",
                "x_log": True,
            },
            kind="sampled",
            title="simulation",
        ),
    ),
    folklore=(Debunked(r"sparsemax, $k = 1$, $n = 10^{100}$", lambda: _critical(fmpq(2), 10**100, 1)),),
)


@cache
def _peaks(strength: fmpq, n: int, count: int, seed: int) -> Array:
    """Simulate the largest weight of scalable softmax over the 64 largest of n standard normal logits."""
    top = -special.ndtri_exp(top_log_tails(generator(seed, "peaks", strength, n), n, 64, count))
    return np.asarray(1.0 / np.exp(to_float(strength) * math.log(n) * (top - top[:, :1])).sum(axis=1))


def _peak_points(context: Context) -> Iterator[Point]:
    for strength in (fmpq(1), fmpq(2)):
        for n in LENGTHS:
            peak = average(_peaks(strength, n, 100_000 if context.full else 10_000, context.seed))
            yield (Instance({N.n: fmpq(n), N.strength: strength, N.mean_peak: peak}), f"b = {strength}", float(n), peak)


scalable_softmax_gaussian = Case(
    T.scalable_softmax_gaussian,
    (
        along(
            _peak_points,
            r"8 points, $10^6 \le n \le 10^{100}$, $b \in \{1, 2\}$",
            {
                "title": (
                    r"Mean largest weight of scalable softmax over $n$ Gaussian logits; bands: six standard errors"
                ),
                "x_label": "n",
                "y_label": "mean largest weight",
                "x_log": True,
            },
            kind="sampled",
            title="simulation",
        ),
    ),
)


@cache
def _halves(n: int, count: int, seed: int, reach: int = 4096) -> Array:
    """Simulate entropies of softmax over n exponential logits of rate 1, divided by ``log n``.

    Below the top the numbers of logits are so large that their sums stand at their means: with u the last logit drawn,
    ``n u`` and ``n u^2 / 2`` for the sums of ``e^z`` and ``z e^z``, up to a relative 1/64.
    """
    logs = top_log_tails(generator(seed, "halves", n), n, reach, count)
    shares, last = np.exp(-logs - math.log(n)), -logs[:, -1]
    mass = shares.sum(axis=1) + last
    first = (shares * -logs).sum(axis=1) + last**2 / 2
    return np.asarray((math.log(n) + np.log(mass) - first / mass) / math.log(n))


def _half(n: int, full: bool = False, seed: int = 0) -> Instance:
    ratio = average(_halves(n, 4000 if full else 400, seed))
    values = {N.n: fmpq(n), N.theta: fmpq(1), N.rate: fmpq(1)}
    return Instance({**values, N.mean_entropy: ratio * arb(n).log()}, "400 rows at least")


def _half_points(context: Context) -> Iterator[Point]:
    for n in LENGTHS:
        instance = _half(n, context.full, context.seed)
        yield instance, "simulated", float(n), instance[N.mean_entropy] / arb(n).log()


exponential_critical = Case(
    T.exponential_critical,
    (
        along(
            _half_points,
            r"4 points, $10^6 \le n \le 10^{100}$, $\theta = \lambda = 1$",
            {
                "title": (
                    r"Normalised entropy of softmax over $n$ exponential logits at $\theta = \lambda$; bands: six "
                    r"standard errors"
                ),
                "x_label": "n",
                "y_label": "H / log n",
                "x_log": True,
            },
            kind="sampled",
            title="simulation",
        ),
    ),
    folklore=(Debunked(r"$n = 10^{15}$", lambda: _half(10**15)),),
)


def _turned(alpha: fmpq, n: int) -> Instance:
    """Return the entropy over ``cos(k - 1)``, ``k = 1 … n``, in float64."""
    z, a = np.cos(np.arange(n, dtype=float)), to_float(alpha) - 1.0
    _, entropy = solve_sorted(a * -np.sort(-z), 1.0 / a)
    return Instance({N.n: fmpq(n), N.alpha: alpha, N.mean_entropy: arb(float(entropy), 1e-6)}, "float64")


def _turned_points(context: Context) -> Iterator[Point]:
    for alpha in (fmpq(3, 2), fmpq(2)):
        for n in (10**3, 10**4, 10**5, 10**6):
            instance = _turned(alpha, n)
            yield instance, f"α = {alpha}", float(n), instance[N.mean_entropy] / arb(n).log()


def _turned_proof() -> Proof:
    t, alpha = sp.symbols("t alpha", positive=True)
    yield identity(
        "an angle u has cos u > 1 - t for |u| < sqrt(2 t) to leading order: a share sqrt(2 t) / pi of the circle",
        sp.Limit(sp.acos(1 - t) / sp.sqrt(2 * t), t, 0),
        1,
    )
    yield identity("an index 1/2 gives 1 / (1 + (alpha - 1) / 2)", 1 / (1 + (alpha - 1) / 2), 2 / (alpha + 1))
    whole = T.rotary_entropy.subs(N.n, N.n * sp.E) - T.rotary_entropy
    yield identity("which is what one more unit of log n adds", sp.expand_log(whole, force=True), 2 / (N.alpha + 1))
    yield concludes("so", "limit", Eq(whole, 2 / (N.alpha + 1)))


rotary_single = Case(
    T.rotary_single,
    (
        along(
            _turned_points,
            r"8 points, $10^3 \le n \le 10^6$, $\omega = 1$, $\alpha \in \{3/2, 2\}$",
            {
                "title": r"Normalised entropy of entmax over $\cos(k - 1)$, $k \le n$",
                "x_label": "n",
                "y_label": "H / log n",
                "x_log": True,
            },
            kind="sampled",
            title="float64",
        ),
        symbolic(_turned_proof, claims=("limit",)),
    ),
)
