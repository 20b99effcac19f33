"""Evidence for the laws of scales and random logits."""

from __future__ import annotations

import zlib
from functools import cache

import numpy as np

from entmax_oracle.theory.random import scale_laws as T

from ..vocabulary import *
from .simulation import (
    average,
    banded,
    chi_square,
    frequency,
    gaussian_mean_range,
    gaussian_one_hot,
    simulated,
    solve_sorted,
    support_sizes,
    to_float,
)
from .tails import top_log_tails

HALF = fmpq(1, 2)


def _gamma_proof() -> Proof:
    d = sp.Symbol("d", positive=True)
    t = sp.Symbol("t", positive=True)
    yield positive("log 3 > 1, so log n = e^d with d > 0 from 3 tokens on", sp.log(3) - 1)
    yield by("(log n)^(gamma' - gamma) = e^(d e), e = gamma' - gamma")
    yield rises_from("which is at least 1", sp.exp(d * t) - 1, t)
    lower, upper = sp.log(N.n) ** N.gamma, sp.log(N.n) ** N.gamma2
    yield concludes("so", "monotone", sp.Implies(N.n >= 3, lower <= upper))
    yield positive("and log 2 < 1, so log 2 = e^(-d)", 1 - sp.log(2))
    yield rises_from("(log 2)^(gamma' - gamma) is at most 1", 1 - sp.exp(-d * t), t)
    yield concludes("so", "reversed", sp.Implies(Eq(N.n, 2), lower >= upper))


@family("random lengths and exponents", n=whole(2, 2000), gamma=real, gamma2=real)
def _exponents(n: Any, gamma: Any, gamma2: Any) -> Instance:
    return Instance({N.n: fmpq(n), N.gamma: fmpq(gamma), N.gamma2: fmpq(gamma2)})


scale_in_gamma = Case(
    T.scale_in_gamma,
    (
        symbolic(_gamma_proof, given={"order": Le(N.gamma, N.gamma2)}),
        sampled(_exponents),
        exact(lambda: [_exponents(2, 0, 1), _exponents(2, 1, 1), _exponents(5, 1, 1)], "equal exponents, and $n = 2$"),
    ),
    needed=(Needed("order", r"$\gamma = 1$, $\gamma' = 0$", lambda: _exponents(5, 1, 0)),),
)


def _alone_proof() -> Proof:
    tau, q = sp.Symbol("tau", real=True), sp.Symbol("q", positive=True)
    yield by("log 1 = 0, and 0 to a positive power is 0")
    base = sp.log(N.n) ** N.gamma
    yield concludes("so", "zero", sp.Implies(N.gamma > 0, Eq(base, 0)))
    yield by("0 to the power 0 is 1, as programs have it")
    yield concludes("so", "one", sp.Implies(Eq(N.gamma, 0), Eq(base, 1)))
    inverse = sp.Implies(N.gamma < 0, Eq(sp.log(N.n) ** (-N.gamma), 0))
    yield concludes("the same for the reciprocal", "infinite", inverse)
    yield identity("one token has x - tau = 1", (N.gap - tau) ** q, 1, at={N.gap: tau + 1})
    yield concludes("so it has all mass", "all", Eq(N.p[N.i], 1))


def _single(z: Sequence[Any], gamma: Any, gamma2: Any, alpha: Any, theta: Any) -> Instance:
    return row(z, alpha, theta) + {N.gamma: fmpq(gamma), N.gamma2: fmpq(gamma2)}


scale_of_one = Case(
    T.scale_of_one,
    (
        symbolic(_alone_proof, given={"single": Eq(N.n, 1)}),
        exact(
            lambda: (
                _single([value], gamma, 0, alpha, theta)
                for value in (fmpq(0), fmpq(-7, 2))
                for gamma in (-1, -HALF, 0, HALF, 1)
                for alpha in (1, fmpq(3, 2), 2, 3)
                for theta in (fmpq(1, 8), 1, 64)
            ),
            r"120 single tokens, $\gamma \in \{-1, -1/2, 0, 1/2, 1\}$",
        ),
    ),
    needed=(Needed("single", "two tokens", lambda: _single([0, 0], 1, 1, 2, 1)),),
    folklore=(Debunked(r"two tokens, $\gamma = 0$, $\gamma' = 1$", lambda: _single([0, 0], 0, 1, 2, 1)),),
)


@family("random lengths and exponents", n=whole(1, 2000), gamma=real)
def _rows_from_one(n: Any, gamma: Any) -> Instance:
    return Instance({N.n: fmpq(n), N.gamma: fmpq(gamma)})


scale_log_plus_one = Case(
    T.scale_log_plus_one,
    (
        exact(
            lambda: (_rows_from_one(n, gamma) for n in range(1, 33) for gamma in (-9, -1, 0, 1, 9)),
            r"the first 32 rows, $\gamma \in \{-9, -1, 0, 1, 9\}$",
        ),
        sampled(_rows_from_one),
    ),
    sharp=(Sharp("positive", "the first row", lambda: [_rows_from_one(1, 1)]),),
)


def _scalable(z: Sequence[Any], strength: Any, gap: Any) -> Instance:
    """Return a row at the scale ``b log n``."""
    scale = fmpq(strength) * arb(len(z)).log()
    return row(z, 1, scale) + {N.strength: fmpq(strength), N.gap: fmpq(gap)}


def _scalable_proof() -> Proof:
    n, b, g, R = sp.symbols("n b g R", positive=True)
    yield identity("at the scale b log n a gap g is a factor n^(-b g)", sp.exp(-b * sp.log(n) * g), n ** (-b * g))
    yield positive("p_k = 1 / (1 + R) falls in the sum R of the others", -sp.diff(1 / (1 + R), R))
    yield concludes(
        "n - 1 others, each at most n^(-b g)",
        "weight",
        Ge(N.p[N.k], 1 / (1 + (N.n - 1) * N.n ** (-N.strength * N.gap))),
    )


def _adaptive(z: Row, alpha: fmpq, delta: fmpq, strength: fmpq, gamma: fmpq) -> Instance:
    """Return a row at the scale ``delta + b (log n)^gamma``."""
    if len(z) < 2 or delta < 0 or strength <= 0:
        raise ValueError("two tokens, a nonnegative offset and a positive strength")
    scale = delta + strength * arb(len(z)).log() ** arb(gamma)
    return row(z, alpha, scale) + {N.offset: delta, N.strength: strength, N.gamma: gamma}


def _reduction_proof() -> Proof:
    b, delta, n, gamma = sp.symbols("b delta n gamma", positive=True)
    value = sp.Symbol("z", real=True)
    yield identity(
        "at alpha = 1, delta = 0, gamma = 1 the weights are proportional to e^(b log(n) z) = n^(b z)",
        sp.exp(b * sp.log(n) * value),
        n ** (b * value),
    )
    terms = N.n ** (N.strength * N.z[N.j])
    weights = N.n ** (N.strength * N.z[N.i]) / N.total(terms, N.j)
    reduced = sp.And(Eq(N.alpha, 1), Eq(N.offset, 0), Eq(N.gamma, 1))
    yield concludes("so", "scalable", sp.Implies(reduced, Eq(N.p[N.i], weights)))
    scale = N.offset + N.strength * sp.log(N.n) ** N.gamma
    grown = sp.Symbol("L", positive=True)
    yield identity("the scale is linear in b", delta + b * grown**gamma, delta, at={b: 0})
    yield concludes("and continuous", "limit", Eq(sp.Limit(scale, N.strength, 0, dir="+"), N.offset))
    yield positive("log n > 0 from two tokens on, so b (log n)^gamma > 0", b * grown**gamma)
    yield concludes("so", "above", Gt(scale, N.offset))


scale_reductions = Case(
    T.scale_reductions,
    (
        symbolic(_reduction_proof),
        exact(
            lambda: (
                _adaptive(z, fmpq(alpha), fmpq(delta), strength, fmpq(gamma))
                for z in ([fmpq(1), fmpq(0)], [fmpq(1), HALF, fmpq(-2)], [fmpq(0)] * 4)
                for alpha, delta, gamma in ((1, 0, 1), (1, 0, 2), (1, 1, 1), (2, 0, 1), (2, 1, -1))
                for strength in (fmpq(1, 64), fmpq(1))
            ),
            "30 rows, with and without each reduction",
        ),
    ),
)


scalable_softmax = Case(
    T.scalable_softmax,
    (
        symbolic(_scalable_proof, given={"gap": N.Every(sp.Or(Eq(N.l, N.k), N.z[N.l] <= N.z[N.k] - N.gap), N.l)}),
        sampled(
            family("random rows with a margin", added=1, sizes=(1, 5), z=reals, strength=around_one, gap=around_one)(
                lambda z, strength, gap: _scalable([max(z) + gap, *z], strength, gap)
            )
        ),
    ),
    sharp=(Sharp("weight", "all others at the exact gap", lambda: [_scalable([1, 0, 0, 0], 1, 1) + {N.k: 1}]),),
    needed=(Needed("gap", "a tie", lambda: _scalable([0, 0, 0], 1, 1)),),
    folklore=(Debunked(r"$b g = 1/2$, 101 tokens", lambda: _scalable([HALF] + [0] * 100, 1, HALF)),),
)


@cache
def _exponential_sizes(alpha: str, n: int, trials: int, seed: int) -> Any:
    """Simulate the sizes of supports of exponential rows of rate 1, ``theta = 1``."""
    value = float(sp.Rational(alpha))
    rng = np.random.default_rng([seed, zlib.crc32(alpha.encode()), n])
    return support_sizes((value - 1.0) * rng.exponential(size=(trials, n)), 1.0 / (value - 1.0))


def _exponential(alpha: str, n: int, size: int, trials: int, seed: int) -> Instance:
    sizes = _exponential_sizes(alpha, n, trials, seed)
    values = {N.n: fmpq(n), N.alpha: fmpq(*map(int, (sp.Rational(alpha).p, sp.Rational(alpha).q))), N.theta: fmpq(1)}
    observed = {N.chance: frequency(int((sizes == size).sum()), trials), N.k: fmpq(size)}
    return Instance({**values, N.rate: fmpq(1), **observed}, f"{trials} simulated rows")


def _one_hot_points(context: Context) -> Iterator[Instance]:
    trials = 2_000_000 if context.full else 200_000
    for alpha in ("5/4", "3/2", "2", "3"):
        for n in (2, 20):
            yield _exponential(alpha, n, 1, trials if n < 10 else trials // 4, context.seed)


def _one_hot_proof() -> Proof:
    s, t, lam = sp.symbols("s t lambda", positive=True)
    yield identity(
        "no memory: the largest exceeds the second by more than t with probability e^(-lambda t)",
        sp.exp(-lam * (s + t)) / sp.exp(-lam * s),
        sp.exp(-lam * t),
    )
    yield by("one-hot if and only if theta times this gap is at least 1 / (alpha - 1)")
    yield concludes("so", "one-hot", Eq(N.chance, sp.exp(-N.rate / (N.a * N.theta))))


exponential_one_hot = Case(
    T.exponential_one_hot,
    (
        symbolic(_one_hot_proof),
        simulated(_one_hot_points, "simulation", r"simulated rows, $n \in \{2, 20\}$, $\alpha \in \{5/4, 3/2, 2, 3\}$"),
    ),
)


def _poisson_points(context: Context) -> Iterator[Instance]:
    trials = 2_000_000 if context.full else 300_000
    for size in (1, 2, 3, 4):
        yield _exponential("2", 10, size, trials, context.seed)


def _poisson_proof() -> Proof:
    B, s, t, k = sp.symbols("B s t k", positive=True)
    yield identity(
        "no memory: given the (k+1)-th largest, the k excesses above it are independent exponentials",
        sp.exp(-(s + t)) / sp.exp(-s),
        sp.exp(-t),
    )
    term = sp.exp(-B) * B**k / sp.gamma(k + 1)
    before = sp.exp(-B) * B ** (k - 1) / sp.gamma(k)
    yield identity(
        "|S| > k if and only if they sum to less than B: the density of that sum is the difference of consecutive "
        "terms",
        sp.gammasimp(-sp.Derivative(term, B) * sp.exp(B) * B ** (1 - k) * sp.gamma(k)),
        sp.gammasimp((term - before) * sp.exp(B) * B ** (1 - k) * sp.gamma(k)),
    )
    for count in (1, 2, 3):
        density = t ** (count - 1) * sp.exp(-t) / sp.factorial(count - 1)
        tail = sum(sp.exp(-B) * B**m / sp.factorial(m) for m in range(count))
        yield identity(f"so P(|S| > {count}) = 1 - sum of the first terms", sp.Integral(density, (t, 0, B)), 1 - tail)
    law = sp.exp(-T.mean_rivals) * T.mean_rivals ** (N.k - 1) / sp.factorial(N.k - 1)
    yield concludes("the difference of consecutive tails", "law", Eq(N.chance, law))


def _poisson_law(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    base = {N.n: fmpq(10), N.alpha: fmpq(2), N.theta: fmpq(1), N.rate: fmpq(1)}
    law = [to_float(read(theorem.bound("law"), {**base, N.k: fmpq(size)})) for size in range(1, 7)]
    sizes = _exponential_sizes("2", 10, 2_000_000 if context.full else 300_000, context.seed)
    title = "Size of the sparsemax support for exponential logits"
    return chi_square(theorem, argument, law, sizes, title, "Poisson law")


sparsemax_poisson = Case(
    T.sparsemax_poisson,
    (
        symbolic(_poisson_proof, given={"sparsemax": Eq(N.alpha, 2)}),
        simulated(_poisson_points, "simulation", r"simulated rows, $n = 10$, $B = 1$"),
        computed(
            _poisson_law,
            "chi-square test of the whole law",
            r"simulated rows, $n = 10$, $B = 1$, significance $10^{-6}$",
        ),
    ),
    needed=(Needed("sparsemax", r"$\alpha = 19/10$, $|S| = 2$", lambda: _exponential("19/10", 20, 2, 100_000, 0)),),
)


def _gaussian(n: int, gamma: Any, alpha: Any, strength: int = 1) -> Instance:
    """Return the one-hot probability of n standard normal logits, by rigorous quadrature."""
    scale = strength * arb(n).log() ** arb(fmpq(gamma))
    margin = 1 / (arb(fmpq(alpha) - 1) * scale)
    values = {N.n: fmpq(n), N.gamma: fmpq(gamma), N.alpha: fmpq(alpha), N.strength: fmpq(strength)}
    return Instance({**values, N.chance: gaussian_one_hot(n, margin)}, "rigorous quadrature")


_LENGTHS = (10**2, 10**3, 10**4, 10**6, 10**8, 10**12, 10**15)
_GAMMAS = (fmpq(0), fmpq(1, 4), HALF, fmpq(3, 4), fmpq(1))


def _transition(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    """Check the law at every length and exponent, and keep the curves for a picture."""
    curves: list[dict[str, Any]] = []
    for alpha in (fmpq(3, 2), fmpq(2)):
        for gamma in _GAMMAS:
            heights: list[float] = []
            for n in _LENGTHS:
                instance = _gaussian(n, gamma, alpha)
                if judge(theorem, instance).status == "fails":
                    return refuted_at(argument, theorem, instance)
                heights.append(round(float(instance[N.chance].mid()), 8))
            if alpha == 2:
                curves.append({"label": f"gamma = {gamma}", "x": [float(n) for n in _LENGTHS], "y": heights})
    title = "Probability that sparsemax of n normal logits is one-hot, scale (log n)^gamma"
    plot = {"title": title, "x_label": "n", "y_label": "probability", "x_log": True, "series": curves}
    points = 2 * len(_GAMMAS) * len(_LENGTHS)
    return argument.evidence(theorem, "holds", f"true at {points} points, each by rigorous quadrature", plots=(plot,))


gaussian_transition = Case(
    T.gaussian_transition,
    (
        computed(
            _transition,
            "rigorous quadrature",
            r"70 points, $10^2 \le n \le 10^{15}$, $\gamma \in \{0, 1/4, 1/2, 3/4, 1\}$, $\alpha \in \{3/2, 2\}$, $b "
            r"= 1$",
            kind="exact",
        ),
    ),
    folklore=(Debunked(r"$\alpha = 2$, $\gamma = 3/4$, $n = 10^{12}$", lambda: _gaussian(10**12, fmpq(3, 4), 2)),),
)


def _ranged(n: int, deviation: Any, strength: Any, mean: Any, note: str) -> Instance:
    scalars = {N.deviation: fmpq(deviation), N.strength: fmpq(strength)}
    return Instance({N.n: fmpq(n), **scalars, N.mean_range: mean}, note)


@family(
    "independent signs, some of them shared",
    n=whole(2, 8),
    shared=whole(0, 3),
    deviation=around_one,
    strength=around_one,
)
def _signs(n: Any, shared: Any, deviation: Any, strength: Any) -> Instance:
    """Return the exact mean range of logits ``sigma`` and ``-sigma``, the first of which may all be one and the same.

    A sign has ``E e^(t z) = cosh(t sigma) <= e^(t^2 sigma^2 / 2)``.
    """
    tokens, free = int(fmpq(n).p), max(1, int(fmpq(n).p) - int(fmpq(shared).p))
    mean = 2 * fmpq(deviation) * (1 - fmpq(2, 2**free))  # 0 where all signs are equal
    return _ranged(tokens, deviation, strength, mean, f"{free} independent signs")


subgaussian_range = Case(
    T.subgaussian_range,
    (
        exact(
            lambda: (
                _signs(n, 0, deviation, strength)
                for n in (2, 3, 10, 100)
                for deviation in ("1/64", 1)
                for strength in ("1/64", 1)
            ),
            "16 rows of independent signs",
        ),
        sampled(_signs),
    ),
)


def _range_proof() -> Proof:
    t, sigma, L, b = sp.symbols("t sigma L b", positive=True)  # L = log n
    yield by("e^(t E max) <= E e^(t max) <= sum of E e^(t z_i): Jensen's inequality, and the largest is one of them")
    z = sp.Symbol("z", real=True)
    density = sp.exp(-(z**2) / (2 * sigma**2)) / (sigma * sp.sqrt(2 * sp.pi))
    yield identity(
        "a normal logit has E e^(t z) = e^(t^2 sigma^2 / 2)",
        sp.Integral(sp.exp(t * z) * density, (z, -sp.oo, sp.oo)),
        sp.exp(t**2 * sigma**2 / 2),
    )
    yield identity(
        "so E max <= L / t + t sigma^2 / 2, L = log n, for every t; at the best t",
        L / t + t * sigma**2 / 2,
        sigma * sp.sqrt(2 * L),
        at={t: sp.sqrt(2 * L) / sigma},
    )
    bound = 2 * N.deviation * sp.sqrt(2 * sp.log(N.n))
    yield concludes("-z has the same law, so E(-min) = E max", "range", Le(N.mean_range, bound))
    yield identity(
        "times theta = b L^(-1/2)",
        N.theta * 2 * sigma * sp.sqrt(2 * L),
        2 * sp.sqrt(2) * sigma * b,
        at={N.theta: b / sp.sqrt(L)},
    )
    scaled = N.strength / sp.sqrt(sp.log(N.n)) * N.mean_range
    yield concludes("so", "scaled", Le(scaled, 2 * sp.sqrt(2) * N.deviation * N.strength))


def _normal_range(n: int, deviation: Any = 1, strength: Any = 1) -> Instance:
    """Return the mean range of n normal logits, by rigorous quadrature."""
    return _ranged(n, deviation, strength, fmpq(deviation) * gaussian_mean_range(n), "rigorous quadrature")


gaussian_range = Case(
    T.gaussian_range,
    (
        symbolic(_range_proof),
        exact(
            lambda: (
                _normal_range(n, deviation, strength)
                for n in (2, 3, 10, 10**2, 10**3, 10**4, 10**6, 10**9, 10**12, 10**15)
                for deviation in ("1/64", 1)
                for strength in ("1/64", 1)
            ),
            r"40 points, $2 \le n \le 10^{15}$",
            title="rigorous quadrature",
        ),
    ),
    sharp=(
        Sharp("range", "longer and longer rows", lambda: [_normal_range(10**k) for k in (3, 9, 15)], within=0.05),
        Sharp("scaled", "longer and longer rows", lambda: [_normal_range(10**k) for k in (3, 9, 15)], within=0.05),
    ),
)


@cache
def _uniform_rows(alpha: float, n: int, count: int, seed: int) -> tuple[Any, Any]:
    """Simulate sizes and entropies for uniform logits; only the logits within reach of the top are drawn."""
    a = alpha - 1.0
    rng = np.random.default_rng([seed, int(1000 * alpha), n])
    expected = (alpha / a) ** (a / alpha) * (n / a) ** (1 / alpha)
    reach = min(n, int(1.5 * expected) + 200)
    sizes, entropies = solve_sorted(-a * np.exp(top_log_tails(rng, n, reach, count)), 1.0 / a)
    assert reach == n or sizes.max() < reach, "the support must end within reach"
    return sizes.astype(float), entropies


def _uniform(alpha: fmpq, n: int, full: bool = False, seed: int = 0) -> Instance:
    """Return the means for uniform logits, within six standard errors."""
    count = {fmpq(5, 4): 10, fmpq(3, 2): 60, fmpq(2): 400}[alpha] * (10 if full else 1)
    sizes, entropies = _uniform_rows(float(arb(alpha)), n, count, seed)
    size, entropy = average(sizes), average(entropies)
    values = {N.n: fmpq(n), N.alpha: alpha, N.theta: fmpq(1)}
    return Instance({**values, N.mean_size: size, N.mean_entropy: entropy}, f"{count} rows")


def _growth(theorem: Theorem, context: Context, argument: Argument) -> Evidence:
    """Check the law at every length and keep the normalised entropy for a picture."""
    curves: list[dict[str, Any]] = []
    pairs = 0
    for alpha, lengths in (
        (fmpq(5, 4), (10**4, 10**5, 10**6) if context.full else (10**4, 10**5)),
        (fmpq(3, 2), (10**4, 10**5, 10**6)),
        (fmpq(2), (10**4, 10**5, 10**6)),
    ):
        balls: list[arb] = []
        for n in lengths:
            instance = _uniform(alpha, n, context.full, context.seed)
            if judge(theorem, instance).status == "fails":
                return refuted_at(argument, theorem, instance)
            balls.append(instance[N.mean_entropy] / arb(n).log())
            pairs += 1
        curves.append(banded(f"alpha = {alpha}, limit {to_float(1 / alpha):.3f}", list(map(float, lengths)), balls))
    title = "Normalised entropy of entmax over n uniform logits"
    plot = {"title": title, "x_label": "n", "y_label": "H / log n", "x_log": True, "series": curves}
    detail = f"{pairs} pairs of means, each within six standard errors"
    return argument.evidence(theorem, "holds", detail, plots=(plot,))


bounded_growth = Case(
    T.bounded_growth,
    (
        computed(
            _growth, "simulation", r"simulated rows, $10^4 \le n \le 10^6$, $\alpha \in \{5/4, 3/2, 2\}$, $\theta = 1$"
        ),
    ),
    folklore=(
        Debunked(r"sparsemax, $n = 10^6$: about 1414", lambda: _uniform(fmpq(2), 10**6)),
        Debunked(r"sparsemax, $n = 10^6$: below 0.55", lambda: _uniform(fmpq(2), 10**6)),
    ),
)
