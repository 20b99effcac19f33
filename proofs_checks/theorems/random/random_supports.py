"""Evidence for the laws of the support of random logits."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from entmax_oracle.theory.random import random_supports as T

from ..vocabulary import *
from .simulation import (
    average,
    banded,
    chi_square,
    frequency,
    generator,
    pearson,
    simulated,
    solve_sorted,
    support_sizes,
    to_float,
    weibull_renewals,
)
from .tails import DISTRIBUTIONS, gaussian_top, pareto_one_hot, stretched_one_hot

HALF = fmpq(1, 2)


def _mean_proof() -> Proof:
    n, chance = sp.symbols("n P", positive=True)
    i = sp.Symbol("i", integer=True)
    yield identity(
        "the mean of a count is the sum of the chances of its terms, all equal for exchangeable logits",
        sp.Sum(chance, (i, 1, n)),
        n * chance,
    )
    yield concludes(
        "and token 1 is in the support if and only if the powers of the gaps above it sum to less than 1",
        "mean",
        Eq(N.mean_size, N.n * N.chance),
    )


def _mean_points(context: Context) -> Iterator[Instance]:
    trials = 2_000_000 if context.full else 300_000
    for name, draw in DISTRIBUTIONS.items():
        for alpha, n in ((fmpq(3, 2), 3), (fmpq(2), 2)):
            rng = generator(context.seed, name, alpha, n)
            a, q = to_float(alpha) - 1.0, 1.0 / (to_float(alpha) - 1.0)
            sizes = support_sizes(a * draw(rng, (trials, n)), q)
            rows = a * draw(rng, (trials, n))  # other rows: the two sides must not share their errors
            alive = (np.maximum(rows[:, 1:] - rows[:, :1], 0.0) ** q).sum(axis=1) < 1.0
            observed = {N.mean_size: average(sizes.astype(float)), N.chance: frequency(int(alive.sum()), trials)}
            yield Instance({N.n: fmpq(n), N.alpha: alpha, N.theta: fmpq(1), **observed}, f"{trials} simulated rows")


mean_support = Case(
    T.mean_support,
    (
        symbolic(_mean_proof),
        simulated(_mean_points, "simulation", "uniform, Gaussian, Laplace and Student logits of variance 1"),
    ),
)


@cache
def _renewals(alpha: fmpq, trials: int, seed: int) -> tuple[Any, Any]:
    """Simulate supports of 20 exponential logits, ``theta = 1``, and counts of up to 19 renewals up to ``B^q``."""
    n, a = 20, to_float(alpha) - 1.0
    rng = generator(seed, "renewals", alpha)
    sizes = support_sizes(a * rng.exponential(size=(trials, n)), 1.0 / a)
    sums = np.cumsum(rng.exponential(size=(trials, n - 1)) ** (1.0 / a), axis=1)
    return sizes, (sums < (1.0 / a) ** (1.0 / a)).sum(axis=1)


def _renewal(alpha: fmpq, more: int, trials: int, seed: int) -> Instance:
    sizes, counts = _renewals(alpha, trials, seed)
    values = {N.n: fmpq(20), N.k: fmpq(more), N.alpha: alpha, N.theta: fmpq(1), N.rate: fmpq(1)}
    chances = {N.chance: int((sizes > more).sum()), N.chance2: int((counts >= more).sum())}
    return Instance({**values, **{s: frequency(c, trials) for s, c in chances.items()}}, f"{trials} simulated rows")


def _renewal_proof() -> Proof:
    s, t = sp.symbols("s t", positive=True)
    lam = sp.Symbol("lambda", positive=True)
    yield identity(
        "no memory: given the (k+1)-th largest logit, the k excesses above it are independent exponentials",
        sp.exp(-lam * (s + t)) / sp.exp(-lam * s),
        sp.exp(-lam * t),
    )
    yield by("the norm criterion in E = lambda excess: (a theta E / lambda)^q = E^q / B^q")
    yield concludes(
        "the (k+1)-th largest is in the support if and only if these powers sum to less than B^q",
        "law",
        Eq(N.chance, N.chance2),
    )


def _same_law(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    """Compare both samples over all sizes at once: chi-square test of homogeneity."""
    trials = 1_000_000 if context.full else 100_000
    details, series = [], []
    for alpha in (fmpq(4, 3), fmpq(3, 2), fmpq(3)):
        sizes, counts = _renewals(alpha, trials, context.seed)
        table = np.array([np.bincount(sizes - 1, minlength=20), np.bincount(counts, minlength=20)])
        few = table.sum(axis=0) < 20  # expected counts of ten at least
        cells = np.column_stack([table[:, ~few], table[:, few].sum(axis=1)])
        cells = cells[:, cells.sum(axis=0) > 0]
        expected = np.outer(cells.sum(axis=1), cells.sum(axis=0)) / cells.sum()
        _, significance = pearson(cells, expected, cells.shape[1] - 1)
        details.append(f"alpha = {alpha}: p = {significance:.3g}")
        if significance < 1e-6:
            return argument.evidence(
                theorem, "refutes", details[-1], counterexample={"alpha": str(alpha), "counts": str(cells.tolist())}
            )
        shown = int(np.flatnonzero(table[0] > trials / 1000).max()) + 1
        balls = [frequency(int(c), trials) for c in table[0, :shown]]
        series.append(banded(f"α = {alpha}", range(1, shown + 1), balls))
    plot = {
        "title": (
            "Size of the support of entmax for 20 exponential logits of rate 1; the law does not depend on their "
            "number as long as the cut-off at $n$ is out of reach"
        ),
        "x_label": "size of the support",
        "y_label": "probability",
        "series": series,
    }
    return argument.evidence(theorem, "holds", f"{trials} rows each; " + ", ".join(details), plots=(plot,))


exponential_renewals = Case(
    T.exponential_renewals,
    (
        symbolic(_renewal_proof, rests=("support-norm-criterion",)),
        simulated(
            lambda context: (
                _renewal(alpha, more, 1_000_000 if context.full else 100_000, context.seed)
                for alpha in (fmpq(4, 3), fmpq(3, 2), fmpq(3))
                for more in (1, 2, 3, 5, 8)
            ),
            "simulation",
            r"simulated rows, $n = 20$, $\alpha \in \{4/3, 3/2, 3\}$",
        ),
        computed(
            _same_law,
            "chi-square test of homogeneity",
            r"simulated rows against simulated renewals, $n = 20$, significance $10^{-6}$",
        ),
    ),
)


def _uniform_proof() -> Proof:
    s = sp.Symbol("s")
    w = sp.symbols("w1:4", positive=True)
    k, n, j = N.k, N.n, N.j
    yield by("sorted, the gaps above the (k+1)-th largest sum to spacings D_j times j: for k = 3, from the top")
    yield identity(
        "spacings are exponentials over their total: P(sum j D_j > c) = P(sum (j - c) E_j - c (the rest) > 0). For a "
        "weighted sum of exponentials, partial fractions of its transform",
        1 / sp.prod([1 - s * value for value in w]),
        sum(sp.prod([w[l] / (w[l] - w[m]) for m in range(3) if m != l]) / (1 - s * w[l]) for l in range(3)),
    )
    yield by(
        "give each positive weight w the chance w^n / product of (w - others): with w = j - c, and n + 1 - k weights "
        "-c, the others contribute j^(n + 1 - k)"
    )
    for count in (2, 3, 4):
        for place in range(1, count + 1):
            yield identity(
                f"and the product of j - l over l other than j = {place} up to k = {count}",
                sp.Product(place - N.l, (N.l, 1, place - 1)) * sp.Product(place - N.l, (N.l, place + 1, count)),
                (-1) ** (count - place) * sp.factorial(place - 1) * sp.factorial(count - place),
            )
    spacing = N.pos(j - 1 / N.theta)
    terms = (-1) ** (k - j) * spacing**n / (j ** (n + 1 - k) * sp.factorial(j - 1) * sp.factorial(k - j))
    yield concludes(
        "the (k+1)-th largest is in the support if and only if its gaps sum to less than c = 1 / theta",
        "law",
        Eq(N.chance, 1 - sp.Sum(terms, (j, 1, k))),
    )


@cache
def _uniform_sizes(n: int, theta: fmpq, trials: int, seed: int) -> Any:
    return support_sizes(to_float(theta) * generator(seed, "uniform", n, theta).random((trials, n)), 1.0)


def _uniform_points(context: Context) -> Iterator[Instance]:
    trials = 2_000_000 if context.full else 100_000
    for n, theta in ((5, fmpq(2)), (20, fmpq(3)), (20, HALF)):
        sizes = _uniform_sizes(n, theta, trials, context.seed)
        for more in (1, 2, 3, 4):
            values = {N.n: fmpq(n), N.theta: theta, N.k: fmpq(more), N.alpha: fmpq(2)}
            seen = frequency(int((sizes > more).sum()), trials)
            yield Instance({**values, N.chance: seen}, f"{trials} simulated rows")


def _uniform_law(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    n, theta, trials = 20, fmpq(3), 2_000_000 if context.full else 100_000
    known = {N.n: fmpq(n), N.theta: theta}
    tails = [to_float(read(theorem.bound("law"), {**known, N.k: fmpq(more)})) for more in range(1, 8)]
    title = r"Size of the sparsemax support for 20 uniform logits, $\theta = 3$"
    sizes = _uniform_sizes(n, theta, trials, context.seed)
    return chi_square(theorem, argument, (-np.diff([1.0, *tails])).tolist(), sizes, title, "closed form")


uniform_sparsemax = Case(
    T.uniform_sparsemax,
    (
        symbolic(_uniform_proof),
        simulated(_uniform_points, "simulation", r"simulated rows, $(n, \theta) \in \{(5, 2), (20, 3), (20, 1/2)\}$"),
        computed(
            _uniform_law,
            "chi-square test of the whole law",
            r"simulated rows, $n = 20$, $\theta = 3$, significance $10^{-6}$",
        ),
    ),
)


@cache
def _long_rows(alpha: fmpq, scale: float, n: int, count: int, seed: int) -> tuple[Any, Any]:
    """Simulate sizes and entropies of entmax over the top of n standard normal logits."""
    a, q = to_float(alpha) - 1.0, 1.0 / (to_float(alpha) - 1.0)
    rng = generator(seed, "long", alpha, scale, n)
    reach = min(n, 32)
    while True:
        sizes, entropies = solve_sorted(a * scale * gaussian_top(rng, n, reach, count), q)
        if sizes.max() < reach or reach == n:
            return sizes.astype(float), entropies
        reach = min(n, 8 * reach)  # the supports must end within reach; begin again, so that none is selected


def _gaussian_row(n: int, gamma: fmpq, alpha: fmpq, count: int, seed: int = 0) -> Instance:
    sizes, entropies = _long_rows(alpha, math.log(n) ** to_float(gamma), n, count, seed)
    values = {N.n: fmpq(n), N.gamma: gamma, N.alpha: alpha, N.strength: fmpq(1)}
    window = arb(read(T.gaussian_window, values))
    means = {N.mean_size: average(sizes), N.mean_entropy: average(entropies)}
    return Instance({**values, **means, N.mean_renewals: weibull_renewals(alpha, window)}, f"{count} rows")


def _gaussian_size(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    count = 2000 if context.full else 150

    def points() -> Iterator[tuple[Instance, str, float, arb]]:
        for alpha in (fmpq(3, 2), fmpq(2)):
            for gamma in (fmpq(0), fmpq(1, 4), fmpq(2, 5), fmpq(9, 20)):
                for n in (10**6, 10**15, 10**40, 10**100):
                    instance = _gaussian_row(n, gamma, alpha, count if gamma < fmpq(2, 5) else 5 * count, context.seed)
                    yield instance, f"α = {alpha}, γ = {gamma}", float(n), instance[N.mean_size]

    return judged(
        theorem,
        argument,
        points(),
        {
            "title": (
                r"Mean support of entmax for $n$ Gaussian logits at the scale $(\log n)^\gamma$; bands: six standard "
                r"errors"
            ),
            "x_label": "n",
            "y_label": "mean size of the support",
            "x_log": True,
            "y_log": True,
        },
    )


def _two_term_points() -> Iterator[Instance]:
    """Points at which only the window matters, from the critical one to long rows."""
    for alpha in (fmpq(3, 2), fmpq(2)):
        for gamma in (HALF, fmpq(9, 20), fmpq(2, 5), fmpq(1, 4), fmpq(0)):
            for n in (10**3, 10**6, 10**40):
                values = {N.n: fmpq(n), N.gamma: gamma, N.alpha: alpha, N.strength: fmpq(1)}
                window = arb(read(T.gaussian_window, values))
                yield Instance({**values, N.mean_renewals: weibull_renewals(alpha, window)}, "power series")


def _entropy_proof() -> Proof:
    u = sp.Symbol("u", positive=True)
    yield positive("log is concave, so E log|S| <= log E|S| (Jensen)", -sp.diff(sp.log(u), u, 2))
    yield concludes("and H_1 <= log|S|", "entropy", Le(N.mean_entropy, sp.log(N.mean_size)))


gaussian_support = Case(
    T.gaussian_support,
    (
        computed(
            _gaussian_size,
            "simulation",
            r"32 points, $10^6 \le n \le 10^{100}$, $\gamma \in \{0, 1/4, 2/5, 9/20\}$, $\alpha \in \{3/2, 2\}$: "
            r"only the top of a row need be drawn",
        ),
        exact(
            _two_term_points,
            r"30 points, $10^3 \le n \le 10^{40}$, $0 \le \gamma \le 1/2$, $\alpha \in \{3/2, 2\}$",
            ("two-terms",),
            "power series of the renewals",
        ),
        symbolic(_entropy_proof, claims=("entropy",), domain="every law of the logits"),
    ),
    sharp=(
        Sharp(
            "entropy",
            "four equal logits",
            lambda: [Instance({N.mean_entropy: arb(4).log(), N.mean_size: fmpq(4)}, "no chance")],
        ),
    ),
    folklore=(
        Debunked(
            r"sparsemax, $\gamma = -1/2$, $n = 10^{40}$", lambda: _gaussian_row(10**40, fmpq(-1, 2), fmpq(2), 100)
        ),
        Debunked(
            r"$\alpha = 3/2$, $\gamma = 9/20$, $n = 10^{100}$",
            lambda: _gaussian_row(10**100, fmpq(9, 20), fmpq(3, 2), 2000),
        ),
    ),
)


def _cooled(n: int, alpha: fmpq, rate: fmpq, count: int, seed: int = 0) -> Instance:
    """Return the mean entropy at the scale ``n^-eta``, ``eta = rate (alpha - 1)``."""
    cooling = rate * (alpha - 1)
    _, entropies = _long_rows(alpha, math.exp(-to_float(cooling) * math.log(n)), n, count, seed)
    values = {N.n: fmpq(n), N.alpha: alpha, N.cooling: cooling}
    return Instance({**values, N.mean_entropy: average(entropies)}, f"{count} rows")


def _cooling(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    count = 200 if context.full else 20

    def points() -> Iterator[tuple[Instance, str, float, arb]]:
        for alpha in (fmpq(3, 2), fmpq(2)):
            for n in (10**10, 10**20, 10**40):
                instance = _cooled(n, alpha, fmpq(1, 16), count, context.seed)
                yield instance, f"α = {alpha}", float(n), instance[N.mean_entropy] / arb(n).log()

    return judged(
        theorem,
        argument,
        points(),
        {
            "title": (
                r"Normalised entropy of entmax for $n$ Gaussian logits at the scale $n^{-(\alpha-1)/16}$; the limit "
                r"is $1/16$; bands: six standard errors"
            ),
            "x_label": "n",
            "y_label": "H / log n",
            "x_log": True,
        },
    )


polynomial_cooling = Case(
    T.polynomial_cooling,
    (
        computed(
            _cooling,
            "simulation",
            r"6 points, $10^{10} \le n \le 10^{40}$, $\eta = (\alpha-1)/16$, $\alpha \in \{3/2, 2\}$",
        ),
    ),
    needed=(Needed("slow", r"sparsemax, $\eta = 2$, $n = 10^4$", lambda: _cooled(10**4, fmpq(2), fmpq(2), 20)),),
)


def _stretched(n: int, nu: fmpq, gamma: fmpq, alpha: fmpq) -> Instance:
    margin = 1 / (arb(alpha - 1) * arb(n).log() ** arb(gamma))
    values = {N.n: fmpq(n), N.tail: nu, N.gamma: gamma, N.alpha: alpha, N.strength: fmpq(1)}
    return Instance({**values, N.chance: stretched_one_hot(n, margin, nu)}, "rigorous quadrature")


_TAILS = (fmpq(1), fmpq(3, 2), fmpq(2), fmpq(3))
_GAMMAS = (fmpq(0), fmpq(1, 3), HALF, fmpq(2, 3), fmpq(1))


def _stretched_law(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    lengths = (10**2, 10**6, 10**15, 10**40)

    def points() -> Iterator[tuple[Instance, str, float, arb]]:
        for alpha in (fmpq(3, 2), fmpq(2)):
            for nu in _TAILS:
                for gamma in _GAMMAS:
                    for n in lengths:
                        instance = _stretched(n, nu, gamma, alpha)
                        shown = alpha == 2 and gamma == HALF
                        yield instance, f"ν = {nu}" if shown else "", float(n), arb(instance[N.chance])

    return judged(
        theorem,
        argument,
        points(),
        {
            "title": (
                r"Probability that sparsemax is one-hot at the scale $\sqrt{\log n}$ for tails $\exp(-t^\nu)$: "
                r"critical for $\nu = 2$"
            ),
            "x_label": "n",
            "y_label": "probability",
            "x_log": True,
        },
    )


stretched_transition = Case(
    T.stretched_transition,
    (
        computed(
            _stretched_law,
            "rigorous quadrature",
            r"160 points, $10^2 \le n \le 10^{40}$, $\nu \in \{1, 3/2, 2, 3\}$, $\gamma \in \{0, 1/3, 1/2, 2/3, "
            r"1\}$, $\alpha \in \{3/2, 2\}$",
            kind="exact",
        ),
    ),
    folklore=(
        Debunked(r"$\alpha = 2$, $\gamma = 1/2$, $n = 10^{15}$", lambda: _stretched(10**15, fmpq(3), HALF, fmpq(2))),
    ),
)


def _pareto(n: int, nu: int, alpha: fmpq) -> Instance:
    values = {N.n: fmpq(n), N.tail: fmpq(nu), N.alpha: alpha, N.theta: fmpq(1)}
    return Instance({**values, N.chance: pareto_one_hot(n, 1 / arb(alpha - 1), nu)}, "rigorous quadrature")


def _pareto_proof() -> Proof:
    x, t, nu, m = sp.symbols("x t nu m", nonnegative=True)
    positive_nu = sp.Symbol("nu", positive=True)
    yield identity(
        "the ratio of the two largest is Pareto again, free of the second: P(z > s t) / P(z > s) = t^-nu",
        ((m * t) ** (-nu) / m ** (-nu)).subs(m, sp.Symbol("s", positive=True)),
        t ** (-nu),
    )
    yield from rises_from(
        "so a gap of m has chance (1 + m / Z)^-nu, and (1 + x)^-nu >= 1 - nu x",
        (1 + x) ** (-positive_nu) - 1 + positive_nu * x,
        x,
        order=2,
    )
    u, r = sp.Symbol("u", positive=True), sp.Symbol("r", positive=True)
    count = sp.Symbol("n", positive=True)
    yield identity(
        "1 / Z = U^(1/nu) with the second smallest U of n uniform numbers, of density n (n - 1) u (1 - u)^(n - 2): "
        "its mean is a Beta integral",
        (count * (count - 1) * sp.beta(2 + r, count - 1)).rewrite(sp.gamma),
        sp.gamma(2 + r) * sp.gamma(count + 1) / sp.gamma(count + 1 + r),
    )
    yield nonnegative("which does not exceed 1, as U does not", 1 - u / (1 + u), 1 / (1 + u))
    bound = 1 - N.tail / (N.a * N.theta) * sp.gamma(2 + 1 / N.tail) * sp.gamma(N.n + 1) / sp.gamma(N.n + 1 + 1 / N.tail)
    yield concludes("one-hot means a gap of m = 1 / (a theta)", "one-hot", Ge(N.chance, bound))


def _pareto_law(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    def points() -> Iterator[tuple[Instance, str, float, arb]]:
        for alpha in (fmpq(3, 2), fmpq(2)):
            for nu in (1, 2, 3):
                for n in (2, 10, 10**2, 10**3, 10**4, 10**5, 10**6):
                    instance = _pareto(n, nu, alpha)
                    yield instance, f"ν = {nu}" if alpha == 2 else "", float(n), arb(instance[N.chance])

    return judged(
        theorem,
        argument,
        points(),
        {
            "title": r"Probability that sparsemax is one-hot for $n$ Pareto logits with tails $t^{-\nu}$",
            "x_label": "n",
            "y_label": "probability",
            "x_log": True,
        },
    )


pareto = Case(
    T.pareto_one_hot,
    (
        symbolic(_pareto_proof),
        computed(
            _pareto_law,
            "rigorous quadrature",
            r"42 points, $2 \le n \le 10^6$, $\nu \in \{1, 2, 3\}$, $\alpha \in \{3/2, 2\}$, $\theta = 1$",
            kind="exact",
        ),
    ),
    sharp=(
        Sharp(
            "one-hot",
            r"sparsemax, $\nu = 1$, longer and longer rows",
            lambda: [_pareto(n, 1, fmpq(2)) for n in (10, 1000, 10**6)],
            within=1e-11,
        ),
    ),
)
