"""Evidence for the theorems about the derivative."""

from __future__ import annotations

from flint import fmpq_mat

from entmax_oracle.theory.calculus import jacobian as T

from ..vocabulary import *


def _formula() -> Proof:
    a, t = sp.symbols("a t", positive=True)
    p, s, sj, rest = sp.symbols("p s s_j R", positive=True)
    delta = sp.Symbol("delta", real=True)
    yield identity(
        "on the support p^a = a z - tau; differentiated, a p^(a - 1) J = a (delta - t), t the derivative of tau / a",
        sp.diff(p**a, p) * p ** (1 - a) / a,
        1,
    )
    yield by("so J_ij = s_i (delta_ij - t_j) with s = p^(1 - a) = p^(2 - alpha)")
    yield identity(
        "columns of J sum to 0, s_j - Sigma t_j = 0, for t_j = s_j / Sigma",
        sj - (sj + rest) * N.mix,
        0,
        at={N.mix: sj / (sj + rest)},
    )
    yield identity("inserted", s * (delta - sj / (sj + rest)), s * delta - s * sj / (sj + rest))
    yield identity(
        "off the support, and at the boundary for alpha < 2, the power u^q has derivative 0: q > 1",
        sp.Limit(t ** sp.Symbol("e", positive=True), t, 0),
        0,
    )
    derived = N.s(N.i) * sp.KroneckerDelta(N.i, N.j) - N.s(N.i) * N.s(N.j) / N.total(N.s(N.k), N.k)
    yield concludes("the formula", "formula", Eq(N.D[N.i, N.j], derived))


formula = Case(
    T.formula,
    (
        symbolic(_formula, given={"off-boundary": sp.Or(N.alpha < 2, N.Every(Ne(N.x(N.l), N.tau), N.l))}),
        sampled(
            family(
                "random rows away from the boundary, derivative by symmetric differences of step $2^{-56}$",
                added=2,
                sizes=(1, 4),
                weights=weights,
                alpha=one_of((1, *ALPHAS)),
                dead=whole(0, 2),
            )(lambda weights, alpha, dead: differentiated(moderate(weights, alpha, dead))),
            cases=40,
        ),
    ),
    needed=(
        Needed(
            "off-boundary",
            r"$\alpha = 2$, $z = (1, 0)$: left and right derivatives differ",
            lambda: differentiated(row([1, 0], 2)),
        ),
    ),
    folklore=(Debunked(r"$\alpha = 2$, uniform over two", lambda: differentiated(row([0, 0], 2))),),
)


def _variance() -> Proof:
    s, x, c = sp.symbols("s x c", real=True)
    S, M, Q = sp.symbols("Sigma M Q", positive=True)  # sum s, sum s v, sum s v^2
    yield identity(
        "sum s (v - c)^2 expands to Q - 2 c M + c^2 Sigma, token by token",
        s * (x - c) ** 2,
        s * x**2 - 2 * c * s * x + c**2 * s,
    )
    yield identity(
        "at the mean c = M / Sigma this is Q - M^2 / Sigma",
        Q - 2 * N.shift * M + N.shift**2 * S,
        Q - M**2 / S,
        at={N.shift: M / S},
    )
    quadratic = N.total(N.s(N.k) * N.v[N.k] ** 2, N.k) - N.total(N.s(N.k) * N.v[N.k], N.k) ** 2 / N.total(N.s(N.k), N.k)
    mean = N.total(N.s(N.k) * N.v[N.k], N.k) / N.total(N.s(N.k), N.k)
    yield concludes("v^T J v is a variance", "variance", Eq(quadratic, N.total(N.s(N.i) * (N.v[N.i] - mean) ** 2)))
    yield nonnegative("a sum of squares with weights s >= 0", sp.Symbol("s", nonnegative=True) * (x - c) ** 2)
    yield concludes("is not negative", "semidefinite", Ge(quadratic, 0))
    p, b = sp.symbols("p b", positive=True)
    yield positive("on the support the weights are positive", p**b)
    constant = sp.Or(Eq(N.p[N.i], 0), Eq(N.p[N.j], 0), Eq(N.v[N.i], N.v[N.j]))
    everywhere = N.Every(N.Every(constant, N.j), N.i)
    yield concludes(
        "so it vanishes exactly when v equals its mean on the support", "kernel", N.Iff(Eq(quadratic, 0), everywhere)
    )
    yield by(
        "these v are one constant on the support and anything on the n - m tokens off it; the rank is the rest of n"
    )
    yield concludes("so", "rank", Eq(N.rank, N.size - 1))


@family("random points and directions", weights=weights, v=reals, alpha=one_of((1, "3/2", 2, 3)))
def _ranked(weights: Row, v: Row, alpha: fmpq) -> Instance:
    """Return a point, a direction and the rank of the Jacobian there, by elimination over the rationals.

    The weights are roots of the probabilities where that makes ``p^(2 - alpha)`` rational.
    """
    instance = with_direction([w**2 for w in weights] if alpha == fmpq(3, 2) else weights, v, alpha)
    s = [BALLS.power(value, 2 - alpha) if value > 0 else fmpq(0) for value in instance[N.p]]
    if alpha == fmpq(3, 2):  # the root of the common denominator is left out: the rank does not change
        s = list(weights)
    mass = sum(s, fmpq(0))
    rows = [[one * (m == k) - one * other / mass for k, other in enumerate(s)] for m, one in enumerate(s)]
    return instance + {N.rank: fmpq(fmpq_mat(rows).rank())}


semidefinite = Case(
    T.semidefinite,
    (
        symbolic(_variance),
        sampled(
            family("random points and directions", sizes=(1, 5), weights=weights, v=reals, alpha=one_of((1, *ALPHAS)))(
                with_direction
            ),
            claims=("variance", "semidefinite", "kernel"),
        ),
        sampled(_ranked, claims=("rank",), title="rank by elimination over the rationals"),
    ),
    folklore=(Debunked("a dead token", lambda: simplex([1, 0], 2) + {N.v: [0, 1]}),),
)


@family(
    "random points and sum-zero directions on the support",
    sizes=(1, 5),
    weights=weights,
    v=reals,
    alpha=one_of((1, *ALPHAS)),
)
def _centred(weights: Row, v: Row, alpha: fmpq) -> Instance:
    """Return a direction that vanishes off the support and sums to zero."""
    live = [entry if w > 0 else fmpq(0) for w, entry in zip(weights, v, strict=True)]
    count = sum(1 for w in weights if w > 0)
    if not count:
        raise ValueError("weights must not all be zero")
    mean = sum(live, fmpq(0)) / count
    return with_direction(
        weights, [entry - mean if w > 0 else fmpq(0) for w, entry in zip(weights, live, strict=True)], alpha
    )


def _inverse() -> Proof:
    p, alpha, S = sp.symbols("p alpha Sigma", positive=True)
    v, total = sp.symbols("v V", real=True)
    s = p ** (2 - alpha)
    yield identity("s_i p_i^(alpha - 2) v_i = v_i on the support", s * p ** (alpha - 2) * v, v)
    yield identity(
        "J w = s (w - <s, w> / Sigma), and <s, w> = sum v =: V",
        s * (p ** (alpha - 2) * v - total / S),
        v - s * total / S,
    )
    yield identity("V = 0 leaves v", v - s * total / S, v, at={total: 0})
    lifted = sp.Piecewise((N.p[N.k] ** (N.alpha - 2) * N.v[N.k], N.p[N.k] > 0), (0, True))
    image = N.s(N.i) * (lifted.subs(N.k, N.i) - N.total(N.s(N.k) * lifted, N.k) / N.total(N.s(N.k), N.k))
    yield concludes("J diag(p^(alpha - 2)) v = v", "inverse", Eq(image, N.v[N.i]))


pseudo_inverse = Case(
    T.pseudo_inverse,
    (
        symbolic(
            _inverse,
            given={
                "sum-zero": Eq(N.total(N.v[N.l], N.l), 0),
                "on-support": N.Every(sp.Or(N.p[N.l] > 0, Eq(N.v[N.l], 0)), N.l),
            },
        ),
        sampled(_centred),
    ),
    needed=(
        Needed("sum-zero", "a short direction of one token", lambda: simplex([1], 2) + {N.v: ["1/20"]}),
        Needed("on-support", "a direction on dead tokens", lambda: simplex([1, 0, 0], 2) + {N.v: [0, "1/20", "-1/20"]}),
    ),
)
