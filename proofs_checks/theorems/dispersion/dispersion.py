"""Evidence for the theorems about entropy and dispersion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sympy as sp
from flint import fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N
from entmax_oracle.theory.dispersion import dispersion as T
from entmax_oracle.theory.mapping.entropy import tsallis

from ...evidence.arguments import Case, certified, decided, exact, sampled, symbolic
from ...evidence.families import ALPHAS, family, normalised, one_of, points, positive, real, rows, unit, weight, whole
from ...evidence.instances import Instance, row, simplex
from ...evidence.points import Debunked, Needed, Sharp
from ...evidence.proof import Step, concludes, identity, nonnegative, rises_from
from ...evidence.proof import positive as is_positive
from ...reading.reals import Reals, row_model
from ...reading.walk import BALLS
from ..mapping.structure import second

a, q, u, w, x, y = sp.symbols("a q u w x y", positive=True)
m = sp.Symbol("m", positive=True)


def logarithm_below_line() -> Iterator[Step]:
    """``log w <= w - 1`` for ``w > 0``."""
    yield identity("log w <= w - 1: equality at w = 1", (w - 1 - sp.log(w)).subs(w, 1), 0)
    yield identity("the gap's derivative (w - 1) / w has the sign of w - 1", sp.diff(w - 1 - sp.log(w), w), (w - 1) / w)


def _support_proof(theorem: Theorem) -> Iterator[Step | Iterable[Step]]:
    yield logarithm_below_line()
    yield identity(
        "for a token, p log(1 / (m p)) <= p (1 / (m p) - 1), the line at w = 1 / (m p)",
        x * (1 / (m * x) - 1),
        1 / m - x,
    )
    yield concludes(
        "summed over the m tokens of the support: at most 0", theorem.claim("support"), sp.Le(T.shannon, sp.log(N.size))
    )
    yield is_positive("-log p does not rise with p", -sp.diff(-sp.log(x), x))
    yield concludes("each token has -log p >= -log p_max", theorem.claim("largest"), sp.Ge(T.shannon, -sp.log(N.p_max)))


entropy_and_support = Case(
    T.entropy_and_support,
    (symbolic(_support_proof), sampled(points())),
    sharp=(
        Sharp("support", "uniform on the support", lambda: [simplex([fmpq(1, 3)] * 3 + [0], 2)]),
        Sharp("largest", "uniform on the support", lambda: [simplex([fmpq(1, 4)] * 4, 2)]),
    ),
    folklore=(Debunked("0.99 on one of ten", lambda: simplex([fmpq(99, 100)] + [fmpq(1, 900)] * 9, 2)),),
)


def _criterion_proof(theorem: Theorem) -> Iterator[Step | Iterable[Step]]:
    e, L, M = sp.symbols("epsilon L M", positive=True)
    yield identity(
        "Y = -log p / log n has mean H / log n under p: a token contributes", x * (-sp.log(x) / L), -x * sp.log(x) / L
    )
    massive = N.total(sp.Piecewise((N.p[N.i], N.p[N.i] >= N.n ** (N.epsilon - 1)), (0, True)))
    lower = sp.Ge(T.shannon / sp.log(N.n), (1 - N.epsilon) * (1 - massive))
    yield concludes(
        "off M_eps Y is at least 1 - eps, elsewhere at least 0: so is the mean, times 1 - M",
        theorem.claim("lower"),
        lower,
    )
    yield identity("log u <= u / e: equality at u = e", (u / sp.E - sp.log(u)).subs(u, sp.E), 0)
    yield identity(
        "and the gap's derivative has the sign of u - e", sp.diff(u / sp.E - sp.log(u), u), (u - sp.E) / (sp.E * u)
    )
    yield identity(
        "so a token contributes at most 1 / (e n) to the mean of (Y - 1)_+ log n, at u = 1 / (n p)",
        x * (1 / (N.n * x)) / sp.E,
        1 / (sp.E * N.n),
    )
    yield identity("Y <= 1 - eps on M_eps, Y <= 1 + (Y - 1)_+ elsewhere", (1 - e) * M + (1 - M), 1 - e * M)
    upper = sp.Le(T.shannon / sp.log(N.n), 1 - N.epsilon * massive + 1 / (sp.E * sp.log(N.n)))
    yield concludes("summed", theorem.claim("upper"), upper)


def _with_epsilon(weights: Sequence[fmpq], epsilon: fmpq) -> Instance:
    if len(weights) < 2 or not 0 < epsilon <= 1:
        raise ValueError("two tokens, and epsilon in (0, 1]")
    return simplex(normalised(weights), 2, epsilon=epsilon)


dispersion_criterion = Case(
    T.dispersion_criterion,
    (
        symbolic(_criterion_proof),
        sampled(family(r"random points, $n \le 12$", _with_epsilon, {"weights": weight}, {"epsilon": unit}, (2, 12))),
    ),
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
    return simplex([fmpq(1, h + 1)] * (h + 1) + [0] * (h * h - h - 1), 2, epsilon=fmpq(1, 2))


def _two_heights(h: int) -> Instance:
    """Return n = h^2 tokens: about (1 - 1/e) h of height 1 / h, the rest equal."""
    count = round(h * (1 - 0.36788))
    rest = h * h - count
    return simplex([fmpq(1, h)] * count + [(1 - fmpq(count, h)) / rest] * rest, 2, epsilon=fmpq(1, 2))


def _softmax_proof(theorem: Theorem) -> Iterator[Step | Iterable[Step]]:
    c, E, D, t = sp.symbols("c E D t", positive=True)
    h = u * sp.log(u)
    yield is_positive("log n - H_1 is the mean of the convex h(u) = u log u at u = n p", sp.diff(h, u, 2))
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
    yield is_positive("is concave in c", -sp.diff(chord, c, 2))
    best = (E - 1) / (D * E)
    yield identity("and stationary at c = (E - 1) / (D E)", sp.diff(chord, c).subs(c, best), 0)
    value = sp.log((E - 1) / D) + D / (E - 1) - 1
    yield identity(
        "where it has the value K (log E = D)",
        sp.expand_log(chord.subs(c, best) - value, force=True).subs(sp.log(E), D),
        0,
    )
    closed = value.subs(E, sp.exp(D)).subs(D, T.width)
    yield concludes("so log n - H_1 <= K(D)", theorem.claim("closed"), sp.Ge(T.shannon, sp.log(N.n) - closed))
    yield rises_from("e^D - 1 <= D e^D, so log((e^D - 1) / D) <= D", D * sp.exp(D) - sp.exp(D) + 1, D)
    yield rises_from("e^D - 1 >= D, so D / (e^D - 1) <= 1", sp.exp(D) - 1 - D, D, order=2)
    yield concludes("K <= D", theorem.claim("linear"), sp.Ge(T.shannon, sp.log(N.n) - T.width))
    psi = sp.Function("psi")
    yield identity(
        "log n - H_1 = theta psi' - psi, psi the log of the mean of e^(theta z), grows at the rate theta psi''",
        sp.diff(t * sp.diff(psi(t), t) - psi(t), t),
        t * sp.diff(psi(t), t, 2),
    )
    z, lo, hi = sp.symbols("z lo hi", real=True)
    yield identity(
        "psi'' is a variance over an interval; about its middle (z - mid)^2 is R^2 / 4 less (hi - z)(z - lo) >= 0",
        (z - (lo + hi) / 2) ** 2,
        (hi - lo) ** 2 / 4 - (hi - z) * (z - lo),
    )
    R = sp.Symbol("R", positive=True)
    yield identity(
        "integrated from 0: theta R^2 / 4 gives (theta R)^2 / 8",
        sp.integrate(u * R**2 / 4, (u, 0, t)),
        (t * R) ** 2 / 8,
    )
    yield concludes("K <= D^2 / 8 in effect", theorem.claim("square"), sp.Ge(T.shannon, sp.log(N.n) - T.width**2 / 8))


def _softmax_row(z: Sequence[fmpq], theta: fmpq) -> Instance:
    if max(z) == min(z):
        raise ValueError("not constant")
    return row(z, 1, theta)


softmax_floor = Case(
    T.softmax_floor,
    (
        symbolic(_softmax_proof),
        sampled(family(r"random softmax rows, $n \le 6$", _softmax_row, {"z": real}, {"theta": positive}, (2, 6))),
    ),
    sharp=(
        Sharp(
            "closed",
            r"$D = 1$, a share $0.3387 \approx \frac{1}{e-1}(\frac{e}{e-1} - 1)$ of the tokens at the top",
            lambda: [row([1] * top + [0] * (n - top), 1) for top, n in ((1, 2), (1, 3), (21, 62))],
            within=1e-6,
        ),
        Sharp("square", "a small range", lambda: [row([fmpq(1, h), 0], 1) for h in (1, 4, 16)], within=1e-5),
        Sharp("linear", "a small range", lambda: [row([fmpq(1, h), 0], 1) for h in (1, 16, 4096)], within=1e-3),
    ),
    folklore=(Debunked("one logit 10 above two others", lambda: row([10, 0, 0], 1)),),
)


def _extent(value: fmpq) -> Instance:
    if value <= 0:
        raise ValueError("the range is positive")
    return Instance({N.extent: value})


def _constant_proof(theorem: Theorem) -> Iterator[Step | Iterable[Step]]:
    D = N.extent
    yield rises_from("e^D - 1 <= D e^D, so log((e^D - 1) / D) <= D", D * sp.exp(D) - sp.exp(D) + 1, D)
    yield rises_from("e^D - 1 >= D, so D / (e^D - 1) <= 1", sp.exp(D) - 1 - D, D, order=2)
    yield concludes("K <= D", theorem.claim("linear"), sp.Le(T.floor_loss, D))


softmax_floor_constant = Case(
    T.softmax_floor_constant,
    (
        symbolic(_constant_proof, claims=("linear",)),
        certified({N.extent: (1, 64)}, claims=("square",)),
        exact(lambda: [_extent(fmpq(2) ** k) for k in range(-8, 9)], r"$D = 2^{-8}, \dots, 2^8$"),
    ),
    sharp=(
        Sharp("square", "a narrow range", lambda: [_extent(fmpq(1, d)) for d in (1, 8, 64)], within=1e-4),
        Sharp("linear", "a wide range", lambda: [_extent(fmpq(d)) for d in (16, 256, 4096)], within=0.01),
    ),
)


def _peak_proof(theorem: Theorem) -> Iterator[Step]:
    d = sp.Symbol("d", nonnegative=True)
    b, D = sp.symbols("b D", positive=True)
    tau = sp.Symbol("tau", real=True)
    yield identity(
        "live tokens: p_max^a - p_min^a = (x_max - tau) - (x_min - tau) = delta", (x - tau) - (y - tau), x - y
    )
    yield nonnegative("a dead token, x_min = tau - d: p_max^a - 0 = delta - d <= delta", (x - (tau - d)) - (x - tau))
    yield identity("p_min is at most the mean of the others, (1 - p_max) / (n - 1)", (1 - x) / (m - 1) * (m - 1) + x, 1)
    peak = sp.Le(N.p_max**N.a - ((1 - N.p_max) / (N.n - 1)) ** N.a, T.spread)
    yield concludes("so", theorem.claim("peak"), peak)
    yield nonnegative("1 - p_max <= 1, so p_max^a <= delta + (n - 1)^(-a)", 1 - sp.Integer(1) ** a)
    yield identity(
        "-log p_max >= -q log(delta + (n - 1)^(-a)), q = 1 / a", sp.expand_log(-sp.log(D ** (1 / b))), -sp.log(D) / b
    )
    floor = sp.Ge(T.shannon, -N.q * sp.log(T.spread + (N.n - 1) ** (1 - N.alpha)))
    yield concludes("and H_1 >= -log p_max", theorem.claim("entropy"), floor)


def _one_above(n: int, gap: fmpq, alpha: Any) -> Instance:
    return row([gap] + [fmpq(0)] * (n - 1), alpha)


def _tied(count: int, n: int, alpha: Any) -> Instance:
    """Return `count` tied tokens exactly at the gap at which the others vanish."""
    gap = BALLS.power(fmpq(count), 1 - alpha) / (alpha - 1)
    return row([gap] * count + [fmpq(0)] * (n - count), alpha)


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


def _levels_proof(theorem: Theorem) -> Iterator[Step]:
    d = sp.Symbol("d", positive=True)
    e = sp.Symbol("e", nonnegative=True)
    yield identity(
        "a dead token gives x_min <= tau, so p_max^a = x_max - tau <= delta: every p <= M", ((x**a) ** (1 / a)), x
    )
    change = sp.diff(-(y + d + e) * sp.log(y + d + e) - (y - e) * sp.log(y - e), e)
    yield identity(
        "moving e from a token y to a larger one y + d changes the entropy at the rate log((y - e) / (y + d + e))",
        sp.expand_log(change, force=True),
        sp.log(y - e) - sp.log(y + d + e),
    )
    yield is_positive("which is negative, (y + d + e) > (y - e): move on until one is at 0 or M", (y + d + e) - (y - e))
    cap = T.spread**N.q
    full = sp.floor(1 / cap)
    floor = -full * cap * sp.log(cap) - (1 - full * cap) * sp.log(1 - full * cap)
    yield concludes("k tokens at M, one with the rest", theorem.claim("floor"), sp.Ge(T.shannon, floor))


def _with_floor(weights: Sequence[fmpq], alpha: fmpq, below: fmpq) -> Instance:
    """Return a row with chosen probabilities and a dead token at or slightly below the threshold."""
    p = normalised([entry for entry in weights if entry > 0])
    a_ = alpha - 1
    logits = [BALLS.power(value, a_) / a_ for value in p] + [-abs(below) / 16]
    return row(logits, alpha)


three_levels = Case(
    T.three_levels,
    (
        symbolic(_levels_proof, given={"dead": N.size < N.n}),
        sampled(
            family(
                r"random rows with a dead token, $n \le 7$",
                _with_floor,
                {"weights": weight},
                {"alpha": one_of(ALPHAS), "below": positive},
                (1, 6),
            )
        ),
    ),
    sharp=(
        Sharp(
            "floor",
            r"$p = (0.4, 0.4, 0.2, 0)$, $\alpha = 2$",
            lambda: [row([fmpq(2, 5), fmpq(2, 5), fmpq(1, 5), 0], 2)],
        ),
    ),
    needed=(Needed("dead", r"$z = (0.4, 0)$, $\alpha = 2$", lambda: row([fmpq(2, 5), 0], 2)),),
    folklore=(
        Debunked(r"$p = (0.4, 0.4, 0.2, 0)$, $\alpha = 2$", lambda: row([fmpq(2, 5), fmpq(2, 5), fmpq(1, 5), 0], 2)),
    ),
)


def _vocabulary_proof(theorem: Theorem) -> Iterator[Step]:
    g = sp.Symbol("g", positive=True)
    yield identity("m equal tokens alone have x - tau = m^(-a)", m * (m ** (-a)) ** (1 / a), 1)
    yield identity(
        "the next value lies a g below: at or below tau if and only if a g >= m^(-a)",
        (x - a * g) - (x - m ** (-a)),
        m ** (-a) - a * g,
    )
    yield concludes("so the top class holds everything", theorem.claim("mass"), sp.Eq(N.total(N.p[N.i], last=N.top), 1))
    yield identity("evenly: the entropy of m equal tokens", -m * (1 / m) * sp.log(1 / m), sp.log(m))
    yield concludes("so", theorem.claim("entropy"), sp.Eq(T.shannon, sp.log(N.top)))


def _classes(counts: Sequence[fmpq], alpha: fmpq, gap: fmpq) -> Instance:
    """Return a sorted row with a few values, each repeated."""
    logits: list[fmpq] = []
    for level, count in enumerate(counts):
        logits += [-gap * level] * int(count.p)
    if len(counts) < 2 or not all(count >= 1 for count in counts):
        raise ValueError("two classes, none empty")
    return row(logits, alpha)


finite_vocabulary = Case(
    T.finite_vocabulary,
    (
        symbolic(
            _vocabulary_proof,
            given={"sorted": N.top_first(), "enough": N.top ** (1 - N.alpha) <= N.a * (N.z_max - N.z[N.top + 1])},
        ),
        sampled(
            family(
                r"random rows of up to three values, each up to 4 times",
                _classes,
                {"counts": whole(1, 4)},
                {"alpha": one_of(ALPHAS), "gap": positive},
                (2, 3),
            )
        ),
    ),
    needed=(
        Needed("sorted", "the runner-up comes last", lambda: row([0, -9, -fmpq(1, 8)], 2)),
        Needed("enough", "a small gap", lambda: row([fmpq(1, 8), 0], 2)),
    ),
    folklore=(
        Debunked(
            r"13 of 26 tokens tied at the top: $H_1/\log n = 0.787$, support 13", lambda: row([1] * 13 + [0] * 13, 2)
        ),
    ),
)


def _trap_proof(theorem: Theorem) -> Iterator[Step]:
    yield identity("alpha a H_alpha = 1 - sum p^alpha", x - x ** (1 + a), x * (1 - x**a))
    yield is_positive("p^a rises with p, so sum p^alpha <= p_max^a sum p = p_max^a", sp.diff(x**a, x))
    yield is_positive("the denominator 1 - n^(-a) is at most 1", 1 - (1 - m ** (-a)))
    ratio = tsallis(N.p, N.alpha) * N.alpha * N.a / (1 - N.n ** (1 - N.alpha))
    yield concludes("so", theorem.claim("ratio"), sp.Ge(ratio, 1 - N.p_max**N.a))


tsallis_trap = Case(
    T.tsallis_trap,
    (symbolic(_trap_proof), sampled(points(sizes=(2, 6)))),
    sharp=(Sharp("ratio", "one-hot", lambda: [simplex([1, 0], 2)]),),
    folklore=(Debunked(r"10 of 1000, $\alpha = 3$", lambda: simplex([fmpq(1, 10)] * 10 + [0] * 990, 3)),),
)


def _two_settings(z: Sequence[fmpq], alpha: fmpq, beta: fmpq, theta: fmpq, eta: fmpq) -> Instance:
    ordered = sorted(z, reverse=True)
    return row(ordered, alpha, theta) + {**second(row(ordered, beta, eta)), N.beta: beta, N.eta: eta}


def _majorisation_proof(theorem: Theorem) -> Iterator[Step | Iterable[Step]]:
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
    yield is_positive("and with theta", sp.diff(theta * level ** (1 - a), theta))
    prefix = sp.Ge(N.total(N.r[N.i], last=N.k), N.total(N.p[N.i], last=N.k))
    yield concludes(
        "the curves cross once, from below: the largest tokens gain, the smallest lose, so prefix sums grow",
        theorem.claim("prefix"),
        prefix,
    )
    yield is_positive(
        "Shannon's entropy is a sum of strictly concave terms, hence Schur-concave", -sp.diff(-x * sp.log(x), x, 2)
    )
    yield concludes("so it falls", theorem.claim("shannon"), sp.Le(tsallis(N.r, 1), T.shannon))


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
            given={"sorted": N.top_first(), "alpha": sp.Le(N.alpha, N.beta), "scale": sp.Le(N.theta, N.eta)},
        ),
        decided(sizes=(2,), alphas=(2,), claims=("prefix",), model=_sharpened),
        decided(sizes=(3,), alphas=(2,), claims=("prefix",), model=_sharpened, full_only=True, seconds=120),
        sampled(
            family(
                r"random rows at two exponents and scales, $n \le 5$",
                _two_settings,
                {"z": real},
                {"alpha": one_of((1, *ALPHAS)), "beta": one_of((1, *ALPHAS)), "theta": positive, "eta": positive},
                (1, 5),
                fixed=("alpha", "beta", "theta", "eta"),
            ),
            cases=160,
        ),
    ),
    sharp=(
        Sharp(
            "prefix",
            "equal settings",
            lambda: [_two_settings([fmpq(1), fmpq(0)], *map(fmpq, (2, 2, 1, 1))) + {N.k: fmpq(1)}],
        ),
    ),
    needed=(
        Needed(
            "sorted",
            "the largest logit comes last",
            lambda: row([0, fmpq(1, 2)], 2) + {**second(row([0, fmpq(1, 2)], 2, 2)), N.beta: fmpq(2), N.eta: fmpq(2)},
        ),
        Needed(
            "alpha",
            r"$\alpha = 2$, $\alpha' = 3/2$",
            lambda: _two_settings([fmpq(1, 2), fmpq(0)], fmpq(2), fmpq(3, 2), fmpq(1), fmpq(1)),
        ),
        Needed(
            "scale",
            r"$\theta = 1$, $\theta' = 1/2$",
            lambda: _two_settings([fmpq(1, 2), fmpq(0)], fmpq(2), fmpq(2), fmpq(1), fmpq(1, 2)),
        ),
    ),
    folklore=(
        Debunked(
            r"$\alpha: 3/2 \to 2$, $\theta: 1 \to 1/4$",
            lambda: _two_settings([fmpq(1, 2), fmpq(0)], fmpq(3, 2), fmpq(2), fmpq(1), fmpq(1, 4)),
        ),
    ),
)
