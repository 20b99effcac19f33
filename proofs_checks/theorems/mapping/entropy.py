"""Evidence for the theorems about the entropies."""

from __future__ import annotations

from entmax_oracle.theory.mapping import entropy as T

from ..vocabulary import *

a, u = sp.symbols("a u", positive=True)  # a = alpha - 1
p, w = sp.symbols("p w", positive=True)
alpha = 1 + a


def term(t: sp.Expr, order: sp.Expr = alpha) -> sp.Expr:
    """One token's entropy, as the theory defines it."""
    return T.tsallis_term(t, order)


def exponential_above_line() -> Proof:
    """``e^u >= 1 + u`` for ``u >= 0``: the inequality from which most others follow."""
    yield from rises_from("e^u >= 1 + u", sp.exp(u) - 1 - u, u, order=2)


def bernoulli() -> Proof:
    """``w^alpha >= 1 + alpha (w - 1)`` for ``w > 0``: the tangent of a convex power at 1."""
    g = sp.Symbol("g", nonnegative=True)  # e^{a u} - 1, nonnegative by the step above
    yield from exponential_above_line()
    for sign, side in ((1, "w = e^u >= 1"), (-1, "w = e^{-u} <= 1")):
        gap = sp.exp(sign * alpha * u) - 1 - alpha * (sp.exp(sign * u) - 1)
        slope = alpha * sp.exp(u) * g if sign > 0 else alpha * sp.exp(-alpha * u) * g
        yield identity(f"Bernoulli: equality at w = 1 ({side})", gap, 0, at={u: 0})
        yield identity(
            f"Bernoulli: the gap's derivative is a multiple of e^(a u) - 1 ({side})",
            sp.Derivative(gap, u),
            slope.subs(g, sp.exp(a * u) - 1),
        )
        yield nonnegative(f"which is not negative ({side})", slope)


def _limits() -> Proof:
    h = term(p)
    yield identity("Shannon's term is the limit as alpha -> 1", sp.Limit(h, a, 0), -p * sp.log(p))
    yield concludes(
        "for every token",
        "shannon",
        Eq(sp.Limit(T.tsallis_term(N.p[N.i], N.alpha), N.alpha, 1), -N.p[N.i] * sp.log(N.p[N.i])),
    )
    yield rises_from("u - 1 + e^(-u) <= u^2 / 2", u**2 / 2 - u + 1 - sp.exp(-u), u, order=3)
    t = sp.Symbol("t", positive=True)
    gap = a / alpha * (t + t**2 / 2) - (t - (1 - sp.exp(-a * t)) / (a * alpha))
    yield identity(
        "the rate, for p = e^(-t) and divided by p, is this inequality at u = a t",
        gap,
        ((a * t) ** 2 / 2 - a * t + 1 - sp.exp(-a * t)) / (a * alpha),
    )
    t1, ta, square = T.tsallis(N.p, 1), T.tsallis(N.p, N.alpha), N.total(N.p[N.i] * sp.log(N.p[N.i]) ** 2)
    yield concludes("summed over the tokens", "rate", Le(t1 - ta, (N.alpha - 1) / N.alpha * (t1 + square / 2)))
    yield identity("at alpha = 2 each token gives (p - p^2) / 2", term(p), (p - p**2) / 2, at={a: 1})
    yield concludes("summed, with sum p = 1", "gini", Eq(T.tsallis(N.p, 2), (1 - N.total(N.p[N.i] ** 2)) / 2))
    yield nonnegative("p / (alpha a) exceeds a token's entropy", p / (alpha * a) - term(p), p**alpha / (alpha * a))
    yield concludes("summed", "vanishing", Le(ta, 1 / (N.alpha * (N.alpha - 1))))


limits = Case(
    T.tsallis_limits,
    (symbolic(_limits), sampled(points())),
    sharp=(
        Sharp(
            "vanishing",
            "uniform over more and more tokens",
            lambda: [simplex([fmpq(1, m)] * m, 3) for m in (2, 8, 32)],
            within=1e-2,
        ),
    ),
    folklore=(Debunked("uniform over two tokens", lambda: simplex(["1/2"] * 2, 2)),),
)


def _falls() -> Proof:
    t = sp.Symbol("t", positive=True)
    g = sp.Symbol("g", nonnegative=True)
    first = (1 - sp.exp(-a * t)) / a
    yield identity(
        "with p = e^(-t) a token's entropy is p times (1 - e^(-a t)) / (a (1 + a))",
        term(sp.exp(-t)),
        sp.exp(-t) * first / alpha,
    )
    yield exponential_above_line()
    yield identity(
        "the first factor's derivative in a is -(e^u - 1 - u) e^(-u) / a^2 at u = a t",
        sp.diff(first, a),
        -(sp.exp(a * t) - 1 - a * t) * sp.exp(-a * t) / a**2,
    )
    yield nonnegative("so the first factor falls", g * sp.exp(-a * t) / a**2)
    yield positive("and so does 1 / (1 + a)", -sp.diff(1 / alpha, a))
    yield concludes("summed over the tokens", "falls", Le(T.tsallis(N.p, N.beta), T.tsallis(N.p, N.alpha)))
    yield identity("Shannon's term is the limit as alpha -> 1", sp.Limit(term(p), a, 0), -p * sp.log(p))
    yield concludes(
        "a falling function stays below its limit", "below-shannon", Le(T.tsallis(N.p, N.alpha), T.tsallis(N.p, 1))
    )


@family(
    "random points of the simplex and pairs of exponents",
    weights=weights,
    alpha=one_of(ALPHAS),
    beta=one_of((*ALPHAS, 4)),
)
def _two_orders(weights: Row, alpha: fmpq, beta: fmpq) -> Instance:
    return simplex(normalised(weights), alpha, beta=beta)


falls = Case(
    T.tsallis_falls,
    (symbolic(_falls, given={"order": Le(N.alpha, N.beta)}), sampled(_two_orders)),
    needed=(Needed("order", r"$\alpha = 3$, $\alpha' = 2$", lambda: simplex(["1/2"] * 2, 3, beta=2)),),
)


def _range() -> Proof:
    t = sp.Symbol("t", nonnegative=True)
    m = sp.Symbol("n", positive=True)
    yield identity(
        "with p = e^(-t) <= 1 a token's entropy is p (1 - e^(-a t)) / (a alpha)",
        term(sp.exp(-t)),
        sp.exp(-t) * (1 - sp.exp(-a * t)) / (a * alpha),
    )
    yield rises_from("1 - e^(-a t) >= 0", 1 - sp.exp(-a * t), t)
    yield concludes("every token's entropy is at least 0", "zero", Ge(T.tsallis(N.p, N.alpha), 0))
    yield bernoulli()
    yield identity(
        "with p = w / n a token's entropy lies below a line by a multiple of Bernoulli's gap",
        m ** (-alpha) * (1 + alpha * (w - 1)) + alpha * a * term(w / m),
        w / m - m ** (-alpha) * (w**alpha - 1 - alpha * (w - 1)),
    )
    yield identity(
        "summed, with sum w = n, the line gives n - n n^(-alpha) over n",
        (w / m - m ** (-alpha) * (1 + alpha * (w - 1))).subs(w, 1) * m,
        1 - m ** (1 - alpha),
    )
    yield concludes(
        "divided by alpha a",
        "uniform",
        Le(T.tsallis(N.p, N.alpha), (1 - N.n ** (1 - N.alpha)) / (N.alpha * (N.alpha - 1))),
    )


entropy_range = Case(
    T.tsallis_range,
    (symbolic(_range), sampled(points())),
    sharp=(
        Sharp("zero", "one-hot", lambda: [simplex([0, 1, 0], 2)]),
        Sharp("uniform", "uniform", lambda: [simplex(["1/4"] * 4, "3/2")]),
    ),
    folklore=(Debunked("uniform over 100 tokens", lambda: simplex(["1/100"] * 100, 2)),),
)


def _strong() -> Proof:
    c, d = sp.symbols("c d", nonnegative=True)  # c = 2 - alpha, p = e^{-d}
    x, y, s, t = sp.symbols("x y s t", positive=True)
    yield identity(
        "the second derivative of a token's entropy is -p^(alpha - 2)", sp.diff(term(p), p, 2), -(p ** (alpha - 2))
    )
    yield rises_from("p^(alpha - 2) >= 1 for p = e^(-d), alpha = 2 - c", sp.exp(c * d) - 1, d)
    curvature = N.total(N.v[N.i] ** 2 * N.p[N.i] ** (N.alpha - 2))
    yield concludes("summed", "l2", Ge(curvature, N.total(N.v[N.i] ** 2)))
    yield nonnegative(
        "Cauchy-Schwarz, pair by pair: (sum v^2 / s) (sum s) - (sum |v|)^2 is a sum of squares, s = p^(2 - alpha)",
        x**2 * t / s + y**2 * s / t - 2 * x * y,
        (x * t - y * s) ** 2 / (s * t),
    )
    yield identity(
        "concavity of t^(2 - alpha) gives sum s <= n^(alpha - 1), with equality at uniform p",
        N.n * (1 / N.n) ** (2 - N.alpha),
        N.n ** (N.alpha - 1),
    )
    yield nonnegative("t^c is concave for 0 <= c <= 1", -sp.diff(p ** (1 / (1 + d)), p, 2))
    yield concludes("together", "l1", Ge(curvature, N.n ** (1 - N.alpha) * N.total(sp.Abs(N.v[N.i])) ** 2))


@family("random points and directions", weights=each(around_one), v=reals, alpha=one_of(ALPHAS))
def _direction(weights: Row, v: Row, alpha: fmpq) -> Instance:
    return simplex(normalised(weights), alpha, v=list(v))


strong = Case(
    T.strong_concavity,
    (symbolic(_strong, given={"convex-range": Le(N.alpha, 2)}), sampled(_direction)),
    sharp=(
        Sharp("l2", r"$\alpha = 2$", lambda: [simplex(["1/2"] * 2, 2, v=[1, -1])]),
        Sharp("l1", "uniform, signs alternate", lambda: [simplex(["1/4"] * 4, "3/2", v=[1, -1, 1, -1])]),
    ),
    needed=(Needed("convex-range", r"$\alpha = 21/10$, uniform", lambda: simplex(["1/2"] * 2, "21/10", v=[1, -1])),),
    folklore=(Debunked(r"$\alpha = 4$, uniform over 4", lambda: simplex(["1/4"] * 4, 4, v=[1, -1, 0, 0])),),
)


def _schur() -> Proof:
    t, one, other = N.mix, N.p[N.i], N.p[N.j]
    x, y = sp.symbols("x y", positive=True)
    h = sp.Function("h")
    yield positive("each token's entropy is strictly concave", -sp.diff(term(p), p, 2))
    yield identity(
        "strict concavity at the two mixtures, (1 - t) h(x) + t h(y) and t h(x) + (1 - t) h(y), sums to the claim",
        ((1 - t) * h(x) + t * h(y)) + (t * h(x) + (1 - t) * h(y)),
        h(x) + h(y),
    )
    mixed = [T.tsallis_term((1 - t) * s + t * o, N.alpha) for s, o in ((one, other), (other, one))]
    yield concludes(
        "for the two tokens",
        "transfer",
        Gt(mixed[0] + mixed[1], T.tsallis_term(one, N.alpha) + T.tsallis_term(other, N.alpha)),
    )


@family("random transfers", sizes=(2, 5), weights=weights, alpha=one_of(ALPHAS), t=unit)
def _transfer(weights: Row, alpha: fmpq, t: fmpq) -> Instance:
    return simplex(normalised(weights), alpha, mix=t)


schur = Case(
    T.schur,
    (
        symbolic(_schur, given={"different": Ne(N.p[N.i], N.p[N.j]), "transfer": sp.And(N.mix > 0, N.mix < 1)}),
        sampled(_transfer),
    ),
    needed=(
        Needed("different", "equal tokens", lambda: simplex(["1/2"] * 2, 2, mix="1/3")),
        Needed("transfer", r"$t = 0$", lambda: simplex(["1/3", "2/3"], 2, mix=0)),
    ),
)
