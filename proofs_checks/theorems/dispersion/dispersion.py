"""Evidence for the theorems about entropy and dispersion."""

from __future__ import annotations

import itertools

from entmax_oracle.theory.dispersion import dispersion as T
from entmax_oracle.theory.mapping.entropy import tsallis

from ..vocabulary import *

a, u, w, x, y = sp.symbols("a u w x y", positive=True)
m = sp.Symbol("m", positive=True)


def logarithm_below_line() -> Proof:
    """``log w <= w - 1`` for ``w > 0``."""
    yield identity("log w <= w - 1: equality at w = 1", w - 1 - sp.log(w), 0, at={w: 1})
    yield identity("the gap's derivative (w - 1) / w has the sign of w - 1", sp.diff(w - 1 - sp.log(w), w), (w - 1) / w)


def _support_proof() -> Proof:
    yield logarithm_below_line()
    yield identity(
        "for a token, p log(1 / (m p)) <= p (1 / (m p) - 1), the line at w = 1 / (m p)",
        x * (1 / (m * x) - 1),
        1 / m - x,
    )
    yield concludes("summed over the m tokens of the support: at most 0", "support", Le(T.shannon, sp.log(N.size)))
    yield positive("-log p does not rise with p", -sp.diff(-sp.log(x), x))
    yield concludes("each token has -log p >= -log p_max", "largest", Ge(T.shannon, -sp.log(N.p_max)))


entropy_and_support = Case(
    T.entropy_and_support,
    (symbolic(_support_proof), sampled(points())),
    sharp=(
        Sharp("support", "uniform on the support", lambda: [simplex(["1/3"] * 3 + [0], 2)]),
        Sharp("largest", "uniform on the support", lambda: [simplex(["1/4"] * 4, 2)]),
    ),
    folklore=(Debunked("0.99 on one of ten", lambda: simplex(["99/100"] + ["1/900"] * 9, 2)),),
)


@family(
    "random points with few tokens",
    added=597,
    weights=weights,
    growth=one_of(("1/4", "1/3", "1/2", "2/3", 1)),
    excess=whole(0, 3),
)
def _few(weights: Row, growth: fmpq, excess: fmpq) -> Instance:
    """Return a point of the simplex that is just long enough for its support, or a few tokens longer."""
    live = [w for w in weights if w > 0]
    least = next(n for n in itertools.count(len(live)) if n**growth.p >= len(live) ** growth.q)
    if least > 600:
        raise ValueError("a row of at most 600 tokens")
    return simplex(normalised([*live, *[0] * (least - len(live) + int(excess.p))]), 2, growth=growth)


entropy_of_a_power = Case(
    T.entropy_of_a_power,
    (sampled(_few),),
    sharp=(
        Sharp(
            "entropy",
            r"uniform on $\sqrt n$ of 16 tokens",
            lambda: [simplex(["1/4"] * 4 + [0] * 12, 2, growth="1/2")],
        ),
    ),
    needed=(Needed("few", r"all of four tokens, $\beta = 1/2$", lambda: simplex(["1/4"] * 4, 2, growth="1/2")),),
)


def _criterion_proof() -> Proof:
    e, M = sp.symbols("epsilon M", positive=True)
    yield by("Y = -log p / log n has mean H / log n under p: a token contributes -p log p / log n")
    massive = N.total(sp.Piecewise((N.p[N.i], N.p[N.i] >= N.n ** (N.epsilon - 1)), (0, True)))
    lower = Ge(T.shannon / sp.log(N.n), (1 - N.epsilon) * (1 - massive))
    yield concludes(
        "off M_eps Y is at least 1 - eps, elsewhere at least 0: so is the mean, times 1 - M", "lower", lower
    )
    yield identity("log u <= u / e: equality at u = e", u / sp.E - sp.log(u), 0, at={u: sp.E})
    yield identity(
        "and the gap's derivative has the sign of u - e", sp.diff(u / sp.E - sp.log(u), u), (u - sp.E) / (sp.E * u)
    )
    yield by("so a token contributes at most 1 / (e n) to the mean of (Y - 1)_+ log n, at u = 1 / (n p)")
    yield identity("Y <= 1 - eps on M_eps, Y <= 1 + (Y - 1)_+ elsewhere", (1 - e) * M + (1 - M), 1 - e * M)
    upper = Le(T.shannon / sp.log(N.n), 1 - N.epsilon * massive + 1 / (sp.E * sp.log(N.n)))
    yield concludes("summed", "upper", upper)


@family("random points", sizes=(2, 12), weights=weights, epsilon=unit)
def _with_epsilon(weights: Row, epsilon: fmpq) -> Instance:
    if not epsilon:
        raise ValueError("epsilon in (0, 1]")
    return simplex(normalised(weights), 2, epsilon=epsilon)


dispersion_criterion = Case(
    T.dispersion_criterion,
    (symbolic(_criterion_proof), sampled(_with_epsilon)),
    sharp=(
        Sharp("lower", r"just more than $\sqrt n$ equal tokens", lambda: [_half(h) for h in (5, 10, 20)], within=0.03),
        Sharp(
            "upper",
            r"mass $1 - 1/e$ at $n^{\varepsilon-1}$, the rest spread evenly",
            lambda: [_two_heights(h) for h in (8, 16, 32)],
            within=5e-3,
        ),
    ),
)


def _half(h: int) -> Instance:
    """Return h + 1 equal tokens out of h^2, with epsilon = 1/2."""
    return simplex([fmpq(1, h + 1)] * (h + 1) + [0] * (h * h - h - 1), 2, epsilon="1/2")


def _two_heights(h: int) -> Instance:
    """Return n = h^2 tokens: about (1 - 1/e) h of height 1 / h, the rest equal."""
    count = round(h * (1 - 0.36788))
    rest = h * h - count
    return simplex([fmpq(1, h)] * count + [(1 - fmpq(count, h)) / rest] * rest, 2, epsilon="1/2")


def _softmax_proof() -> Proof:
    c, E, D, t = sp.symbols("c E D t", positive=True)
    h = u * sp.log(u)
    yield positive("log n - H_1 is the mean of the convex h(u) = u log u at u = n p", sp.diff(h, u, 2))
    yield identity(
        "token by token: p log p + p log n = h(n p) / n", x * sp.log(x) + x * sp.log(m), (m * x) * sp.log(m * x) / m
    )
    at_c, at_top = sp.log(c) * c, c * E * (sp.log(c) + D)
    top_weight = (1 - c) / (c * (E - 1))
    yield identity(
        "u lies in [c, c e^D], E = e^D, with mean 1: the weights of the two ends",
        c * (1 - top_weight) + c * E * top_weight,
        1,
    )
    chord = sp.log(c) + D * E * (1 - c) / (E - 1)
    yield identity("the chord of h there, at 1", at_c * (1 - top_weight) + at_top * top_weight, chord)
    yield positive("is concave in c", -sp.diff(chord, c, 2))
    best = (E - 1) / (D * E)
    yield identity("and stationary at c = (E - 1) / (D E)", sp.Derivative(chord, c), 0, at={c: best})
    value = sp.log((E - 1) / D) + D / (E - 1) - 1
    yield identity(
        "where it has the value K (log E = D)",
        sp.expand_log(chord.subs(c, best) - value, force=True).subs(sp.log(E), D),
        0,
    )
    closed = value.subs(E, sp.exp(D)).subs(D, T.width)
    yield concludes("so log n - H_1 <= K(D)", "closed", Ge(T.shannon, sp.log(N.n) - closed))
    yield rises_from("e^D - 1 <= D e^D, so log((e^D - 1) / D) <= D", D * sp.exp(D) - sp.exp(D) + 1, D)
    yield rises_from("e^D - 1 >= D, so D / (e^D - 1) <= 1", sp.exp(D) - 1 - D, D, order=2)
    yield concludes("K <= D", "constant-linear", Le(closed, T.width))
    yield concludes("so", "linear", Ge(T.shannon, sp.log(N.n) - T.width))
    slack = D**2 / 8 - (sp.log((sp.exp(D) - 1) / D) + D / (sp.exp(D) - 1) - 1)
    rate = (D * (sp.exp(D) + 1) - 2 * (sp.exp(D) - 1)) ** 2 / (4 * D * (sp.exp(D) - 1) ** 2)
    v = sp.Symbol("v", positive=True)
    yield identity("(e^D - 1) / D, call it v, tends to 1 at D = 0", sp.Limit((sp.exp(D) - 1) / D, D, 0), 1)
    yield identity("so D^2 / 8 - K(D) tends to 0", D**2 / 8 - (sp.log(v) + 1 / v - 1), 0, at={D: 0, v: 1})
    yield identity("and rises: its derivative is a square over a positive number", sp.Derivative(slack, D), rate)
    yield concludes("K <= D^2 / 8", "constant-square", Le(closed, T.width**2 / 8))
    psi = sp.Function("psi")
    yield identity(
        "log n - H_1 = theta psi' - psi, psi the log of the mean of e^(theta z), grows at the rate theta psi''",
        sp.Derivative(t * sp.Derivative(psi(t), t) - psi(t), t),
        t * sp.Derivative(psi(t), t, 2),
    )
    z, lo, hi = sp.symbols("z lo hi", real=True)
    yield identity(
        "psi'' is a variance over an interval; about its middle (z - mid)^2 is R^2 / 4 less (hi - z)(z - lo) >= 0",
        (z - (lo + hi) / 2) ** 2,
        (hi - lo) ** 2 / 4 - (hi - z) * (z - lo),
    )
    R = sp.Symbol("R", positive=True)
    yield identity(
        "integrated from 0: theta R^2 / 4 gives (theta R)^2 / 8", sp.Integral(u * R**2 / 4, (u, 0, t)), (t * R) ** 2 / 8
    )
    yield concludes("K <= D^2 / 8 in effect", "square", Ge(T.shannon, sp.log(N.n) - T.width**2 / 8))


@family("random softmax rows", sizes=(2, 6), z=reals, theta=around_one)
def _softmax_row(z: Row, theta: fmpq) -> Instance:
    if max(z) == min(z):
        raise ValueError("not constant")
    return row(z, 1, theta)


softmax_floor = Case(
    T.softmax_floor,
    (
        symbolic(_softmax_proof),
        certified({N.z_max: (1, 64)}, claims=("constant-square",), given={N.z_min: [0], N.theta: [1]}),
        exact(lambda: [row([fmpq(2) ** k, 0], 1) for k in range(-8, 9)], r"$D = 2^{-8}, \dots, 2^8$"),
        sampled(_softmax_row),
    ),
    sharp=(
        Sharp(
            "closed",
            r"$D = 1$, a share $0.3387 \approx \frac{1}{e-1}(\frac{e}{e-1} - 1)$ of the tokens at the top",
            lambda: [row([1] * top + [0] * (n - top), 1) for top, n in ((1, 2), (1, 3), (21, 62))],
            within=1e-6,
        ),
        Sharp("constant-square", "a narrow range", lambda: [row([fmpq(1, d), 0], 1) for d in (1, 8, 64)], within=1e-4),
        Sharp("constant-linear", "a wide range", lambda: [row([fmpq(d), 0], 1) for d in (16, 256, 4096)], within=0.01),
        Sharp("square", "a small range", lambda: [row([fmpq(1, h), 0], 1) for h in (1, 4, 16)], within=1e-5),
        Sharp("linear", "a small range", lambda: [row([fmpq(1, h), 0], 1) for h in (1, 16, 4096)], within=1e-3),
    ),
    folklore=(Debunked("one logit 10 above two others", lambda: row([10, 0, 0], 1)),),
)


def _peak_proof() -> Proof:
    d = sp.Symbol("d", nonnegative=True)
    tau = sp.Symbol("tau", real=True)
    yield by("live tokens: p_max^a - p_min^a = (x_max - tau) - (x_min - tau) = delta")
    yield nonnegative("a dead token, x_min = tau - d: p_max^a - 0 = delta - d <= delta", (x - (tau - d)) - (x - tau))
    yield by("p_min is at most the mean of the others, (1 - p_max) / (n - 1)")
    peak = Le(N.p_max**N.a - ((1 - N.p_max) / (N.n - 1)) ** N.a, T.spread)
    yield concludes("so", "peak", peak)
    yield nonnegative("1 - p_max <= 1, so p_max^a <= delta + (n - 1)^(-a)", 1 - sp.Integer(1) ** a)
    yield by("-log p_max >= -q log(delta + (n - 1)^(-a)), q = 1 / a")
    floor = Ge(T.shannon, -N.q * sp.log(T.spread + (N.n - 1) ** (1 - N.alpha)))
    yield concludes("and H_1 >= -log p_max", "entropy", floor)


def _one_above(n: int, gap: fmpq, alpha: Any) -> Instance:
    return row([gap] + [0] * (n - 1), alpha)


def _tied(count: int, n: int, alpha: Any) -> Instance:
    """Return `count` tied tokens exactly at the gap at which the others vanish."""
    gap = BALLS.power(fmpq(count), 1 - alpha) / (alpha - 1)
    return row([gap] * count + [0] * (n - count), alpha)


entmax_peak = Case(
    T.entmax_peak,
    (
        symbolic(_peak_proof),
        decided(sizes=(2, 3), alphas=(2,), claims=("peak",)),
        decided(sizes=(2,), alphas=("3/2",), claims=("peak",)),
        sampled(rows(sizes=(2, 6))),
    ),
    sharp=(
        Sharp("peak", "one token above equal others", lambda: [_one_above(5, fmpq(1, 2), fmpq(3, 2))]),
        Sharp(
            "entropy",
            r"16 tied tokens at the gap where more and more others vanish, $\alpha = 2$",
            lambda: [_tied(16, n, fmpq(2)) for n in (20, 100, 1000)],
            within=0.01,
        ),
    ),
    folklore=(
        Debunked("equal logits", lambda: row([0] * 5, 2)),
        Debunked("one token 1 above 99 others, sparsemax", lambda: row([1] + [0] * 99, 2)),
    ),
)


def _levels_proof() -> Proof:
    d = sp.Symbol("d", positive=True)
    e = sp.Symbol("e", nonnegative=True)
    yield by("a dead token gives x_min <= tau, so p_max^a = x_max - tau <= delta: every p <= M")
    change = sp.diff(-(y + d + e) * sp.log(y + d + e) - (y - e) * sp.log(y - e), e)
    yield identity(
        "moving e from a token y to a larger one y + d changes the entropy at the rate log((y - e) / (y + d + e))",
        sp.expand_log(change, force=True),
        sp.log(y - e) - sp.log(y + d + e),
    )
    yield positive("which is negative, (y + d + e) > (y - e): move on until one is at 0 or M", (y + d + e) - (y - e))
    cap = T.spread**N.q
    full = sp.floor(1 / cap)
    floor = -full * cap * sp.log(cap) - (1 - full * cap) * sp.log(1 - full * cap)
    yield concludes("k tokens at M, one with the rest", "floor", Ge(T.shannon, floor))


@family("random rows with a dead token", added=1, weights=weights, alpha=one_of(ALPHAS), below=around_one)
def _with_floor(weights: Row, alpha: fmpq, below: fmpq) -> Instance:
    """Return a row with chosen probabilities and a dead token at or slightly below the threshold."""
    p = normalised([entry for entry in weights if entry > 0])
    a_ = alpha - 1
    logits = [BALLS.power(value, a_) / a_ for value in p] + [-abs(below) / 16]
    return row(logits, alpha)


three_levels = Case(
    T.three_levels,
    (symbolic(_levels_proof, given={"dead": N.size < N.n}), sampled(_with_floor)),
    sharp=(Sharp("floor", r"$p = (0.4, 0.4, 0.2, 0)$, $\alpha = 2$", lambda: [row(["2/5", "2/5", "1/5", 0], 2)]),),
    needed=(Needed("dead", r"$z = (0.4, 0)$, $\alpha = 2$", lambda: row(["2/5", 0], 2)),),
    folklore=(Debunked(r"$p = (0.4, 0.4, 0.2, 0)$, $\alpha = 2$", lambda: row(["2/5", "2/5", "1/5", 0], 2)),),
)


def _vocabulary_proof() -> Proof:
    yield identity("m equal tokens alone have x - tau = m^(-a)", m * N.gap ** (1 / a), 1, at={N.gap: m ** (-a)})
    yield by("the next value lies a g below: at or below tau if and only if a g >= m^(-a)")
    yield concludes("so the top class holds everything", "mass", Eq(N.total(N.p[N.i], last=N.top), 1))
    yield identity("evenly: the entropy of m equal tokens", -m * (1 / m) * sp.log(1 / m), sp.log(m))
    yield concludes("so", "entropy", Eq(T.shannon, sp.log(N.top)))


@family(
    "random rows of equal tokens, by the counts of each value",
    times=4,
    sizes=(2, 3),
    counts=each(whole(1, 4)),
    alpha=one_of(ALPHAS),
    gap=around_one,
)
def _classes(counts: Row, alpha: fmpq, gap: fmpq) -> Instance:
    """Return a sorted row with a few values, each repeated."""
    logits: list[fmpq] = []
    for level, count in enumerate(counts):
        logits += [-gap * level] * int(count.p)
    return row(logits, alpha)


finite_vocabulary = Case(
    T.finite_vocabulary,
    (
        symbolic(
            _vocabulary_proof,
            given={"sorted": N.top_first(), "enough": N.top ** (1 - N.alpha) <= N.a * (N.z_max - N.z[N.top + 1])},
        ),
        sampled(_classes),
    ),
    needed=(
        Needed("sorted", "the runner-up comes last", lambda: row([0, -9, "-1/8"], 2)),
        Needed("enough", "a small gap", lambda: row(["1/8", 0], 2)),
    ),
    folklore=(
        Debunked(
            r"13 of 26 tokens tied at the top: $H_1/\log n = 0.787$, support 13", lambda: row([1] * 13 + [0] * 13, 2)
        ),
    ),
)


def _trap_proof() -> Proof:
    yield identity("alpha a H_alpha = 1 - sum p^alpha", x - x ** (1 + a), x * (1 - x**a))
    yield positive("p^a rises with p, so sum p^alpha <= p_max^a sum p = p_max^a", sp.diff(x**a, x))
    yield positive("the denominator 1 - n^(-a) is at most 1", 1 - (1 - m ** (-a)))
    ratio = tsallis(N.p, N.alpha) * N.alpha * N.a / (1 - N.n ** (1 - N.alpha))
    yield concludes("so", "ratio", Ge(ratio, 1 - N.p_max**N.a))


tsallis_trap = Case(
    T.tsallis_trap,
    (symbolic(_trap_proof), sampled(points(sizes=(2, 6)))),
    sharp=(Sharp("ratio", "one-hot", lambda: [simplex([1, 0], 2)]),),
    folklore=(Debunked(r"10 of 1000, $\alpha = 3$", lambda: simplex(["1/10"] * 10 + [0] * 990, 3)),),
)


@family(
    "random rows at two exponents and scales",
    sizes=(1, 5),
    z=reals,
    alpha=one_of((1, *ALPHAS)),
    beta=one_of((1, *ALPHAS)),
    theta=around_one,
    eta=around_one,
)
def _two_settings(z: Row, alpha: fmpq, beta: fmpq, theta: fmpq, eta: fmpq) -> Instance:
    ordered = sorted(z, reverse=True)
    return row(ordered, alpha, theta) + {**second(row(ordered, beta, eta)), N.beta: beta, N.eta: eta}


def _majorisation_proof() -> Proof:
    b, t, theta = sp.symbols("b t theta", positive=True)
    p = y ** (1 / a)
    yield identity(
        "as a function of the logit, p = y^(1/a) with y = 1 + a (theta z - lambda) > 0 has slope theta p^(1 - a)",
        sp.diff(p, y) * a * theta,
        theta * p ** (1 - a),
    )
    level = sp.exp(-t)  # a level p in (0, 1]
    yield rises_from(
        "at a level p = e^(-t) <= 1 the slope theta p^(1 - a) grows with a: p^(-b) >= 1", sp.exp(b * t) - 1, t
    )
    yield identity("where a' = a + b", theta * level ** (1 - a - b), theta * level ** (1 - a) * sp.exp(b * t))
    yield positive("and with theta", sp.diff(theta * level ** (1 - a), theta))
    prefix = Ge(N.total(N.r[N.i], last=N.k), N.total(N.p[N.i], last=N.k))
    yield concludes(
        "the curves cross once, from below: the largest tokens gain, the smallest lose, so prefix sums grow",
        "prefix",
        prefix,
    )
    yield positive(
        "Shannon's entropy is a sum of strictly concave terms, hence Schur-concave", -sp.diff(-x * sp.log(x), x, 2)
    )
    yield concludes("so it falls", "shannon", Le(tsallis(N.r, 1), T.shannon))


def _sharpened(reals: Reals, n: int, alpha: fmpq) -> tuple[dict[sp.Basic, Any], list[Any]]:
    """Return one row at two scales, the second any number at least 1."""
    values, constraints = row_model(reals, n, alpha)
    scale = reals.variable("scale")
    names, into = ("", "w", "rho"), (N.z, N.r, N.rho)
    other, more = row_model(reals, n, alpha, z=values[N.z], scale=scale, names=names, into=into)
    both = {**values, N.r: other[N.r], N.beta: alpha, N.theta: fmpq(1), N.eta: scale}
    return both, [*constraints, *more, scale > 0]


majorisation = Case(
    T.majorisation,
    (
        symbolic(
            _majorisation_proof,
            given={"sorted": N.top_first(), "alpha": Le(N.alpha, N.beta), "scale": Le(N.theta, N.eta)},
        ),
        decided(sizes=(2,), alphas=(2,), claims=("prefix",), model=_sharpened),
        decided(sizes=(3,), alphas=(2,), claims=("prefix",), model=_sharpened, full_only=True, seconds=120),
        sampled(_two_settings, cases=160),
    ),
    needed=(
        Needed(
            "sorted",
            "the largest logit comes last",
            lambda: row([0, "1/2"], 2) + {**second(row([0, "1/2"], 2, 2)), N.beta: 2, N.eta: 2},
        ),
        Needed("alpha", r"$\alpha = 2$, $\alpha' = 3/2$", lambda: _two_settings(["1/2", 0], 2, "3/2", 1, 1)),
        Needed("scale", r"$\theta = 1$, $\theta' = 1/2$", lambda: _two_settings(["1/2", 0], 2, 2, 1, "1/2")),
    ),
    folklore=(
        Debunked(r"$\alpha: 3/2 \to 2$, $\theta: 1 \to 1/4$", lambda: _two_settings(["1/2", 0], "3/2", 2, 1, "1/4")),
    ),
)
