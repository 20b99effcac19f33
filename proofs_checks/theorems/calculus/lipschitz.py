"""Evidence for the theorems about Lipschitz constants and derivatives."""

from __future__ import annotations

from entmax_oracle.theory.calculus import lipschitz as T

from ..vocabulary import *
from .euclidean import norm_proof, path_proof

p, r, b, R = sp.symbols("p r b R", positive=True)
SMOOTH = (1, *CONVEX)


def _entries_proof() -> Proof:
    s, S, t = sp.symbols("s S t", positive=True)
    d = sp.Symbol("d", nonnegative=True)
    yield identity("a diagonal entry is s R / (s + R), R the others' sensitivity", s - s**2 / (s + R), s * R / (s + R))
    yield positive("which rises with R", sp.factor(sp.diff(s * R / (s + R), R)))
    yield positive(
        "t^c is concave for c = 2 - alpha < 1: R is largest for equal others",
        -sp.diff(t ** (1 / (1 + d)), t, 2).subs(d, d + 1),
    )
    yield identity(
        "where R = N (( 1 - p) / N)^b, N = n - 1, b = 2 - alpha", S * ((1 - p) / S) ** b, S ** (1 - b) * (1 - p) ** b
    )
    # r = N^-kappa, so that N^(b - 1) = r^(1 + b).
    phi = p ** (-b) + r ** (1 + b) * (1 - p) ** (-b)
    best = 1 / (1 + r)
    yield identity(
        "1/J = p^(-b) + N^(b-1) (1 - p)^(-b) is stationary at p = 1 / (1 + r), r = N^(-kappa)",
        sp.Derivative(phi, p),
        0,
        at={p: best},
    )
    g = sp.Symbol("g", positive=True)
    yield positive("and convex", sp.diff(g ** (-b), g, 2))
    yield identity("its value there", phi / (1 + r) ** (1 + b), 1, at={p: best})
    yield identity("-(1 + b) = alpha - 3", -(1 + b), N.alpha - 3, at={b: 2 - N.alpha})
    kappa = N.a / (3 - N.alpha)
    constant = (1 + (N.n - 1) ** (-kappa)) ** (N.alpha - 3)
    sigma = N.total(N.s(N.k), N.k)
    entry = N.s(N.i) * sp.KroneckerDelta(N.i, N.j) - N.s(N.i) * N.s(N.j) / sigma
    yield concludes("off-diagonal entries of a semidefinite matrix are no larger", "entry", Le(sp.Abs(entry), constant))
    row_ = 2 * (N.s(N.i) - N.s(N.i) ** 2 / sigma)
    yield concludes("a row sums to 0, so its absolute sum is twice the diagonal", "row", Le(row_, 2 * constant))


entries = Case(
    T.entries,
    (
        symbolic(_entries_proof, given={"convex-range": Le(N.alpha, 2)}),
        sampled(points(alphas=SMOOTH, sizes=(2, 5)), cases=60),
    ),
    sharp=(
        Sharp(
            "entry",
            r"$\alpha = 5/3$, $p = (2/3, 1/12, 1/12, 1/12, 1/12)$",
            lambda: [two_blocks(1, 4, fmpq(5, 3)) + {N.i: 1, N.j: 1}],
        ),
        Sharp("row", "the same", lambda: [two_blocks(1, 4, fmpq(5, 3)) + {N.i: 1}]),
    ),
    needed=(
        Needed(
            "convex-range",
            r"$\alpha = 21/10$: small probabilities are more sensitive",
            lambda: simplex(["1/4", "3/4"], "21/10"),
        ),
    ),
)


def _extremal(n: int, alpha: fmpq) -> Instance:
    return two_blocks(1, n - 1, alpha) + {N.v: [1] + [fmpq(-1, n - 1)] * (n - 1)}


@family("random points, worst directions", sizes=(2, 8), weights=weights, alpha=one_of(SMOOTH), nudge=real)
def _steered(weights: Row, alpha: fmpq, nudge: fmpq) -> Instance:
    """Return a point with the direction that is worst for it, slightly turned: v = p^(1/r) with alternating signs."""
    q = normalised(weights)
    exponent = (3 - alpha) / 2
    v = [BALLS.power(value, exponent) * (1 if m == 0 else -1) for m, value in enumerate(q)]
    v[0] = v[0] + nudge / 64
    return simplex(q, alpha) + {N.v: v}


@family("random places on the path", alpha=one_of(SMOOTH), n=whole(2, 1000), t=unit)
def _on_path(alpha: fmpq, n: fmpq, t: fmpq) -> Instance:
    return Instance({N.alpha: alpha, N.n: n, N.mix: t})


norm_path = Case(
    T.norm_path,
    (symbolic(path_proof), sampled(_on_path, cases=200)),
    sharp=(
        Sharp("ends", r"$t = 0$, 5 tokens", lambda: [_on_path("5/3", 5, 0)]),
        Sharp("ends", r"$t = 1$, 65 tokens", lambda: [_on_path("5/3", 65, 1)]),
    ),
)

euclidean = Case(
    T.euclidean,
    (
        symbolic(
            norm_proof,
            rests=(
                "jacobian-inverse",
                "norm-path",
            ),
            given={"convex-range": Le(N.alpha, 2)},
        ),
        sampled(
            family("random points and directions", sizes=(2, 5), weights=weights, v=reals, alpha=one_of(SMOOTH))(
                with_direction
            )
        ),
        sampled(_steered, title="search along the worst directions"),
    ),
    sharp=(
        Sharp("norm", "two equal tokens", lambda: [simplex(["1/2"] * 2, "3/2") + {N.v: [1, -1]}]),
        Sharp("norm", r"$\alpha = 5/3$, 65 tokens, $p_1 = 8/9$", lambda: [_extremal(65, fmpq(5, 3))]),
    ),
    needed=(Needed("convex-range", r"$\alpha = 21/10$", lambda: simplex(["1/3", "2/3"], "21/10") + {N.v: [1, -1]}),),
    folklore=(Debunked(r"$\alpha = 5/3$, 65 tokens, $p_1 = 8/9$", lambda: _extremal(65, fmpq(5, 3))),),
)


def _holder_proof() -> Proof:
    a, u, d = sp.symbols("a u d", positive=True)
    c = sp.Symbol("c", nonnegative=True)
    f = (u + d) ** a - u**a - d**a
    yield identity("(u + d)^a >= u^a + d^a for a >= 1: equality at u = 0", f + u**a, 0, at={u: 0})
    yield identity(
        "the gap's derivative in u is a ((u + d)^(a - 1) - u^(a - 1))",
        sp.diff(f, u),
        a * ((u + d) ** (a - 1) - u ** (a - 1)),
    )
    yield nonnegative("which is not negative: t^(a - 1), a = 1 + c, does not fall", sp.diff(u**c, u))
    yield identity("times d: |p - p'|^alpha <= (p - p')(p^a - p'^a), token by token", d * d**a, d ** (a + 1))
    yield identity("p^a - p'^a = a (z - z') - (tau - tau') where both live", (a * u - c) - (a * d - c), a * (u - d))
    mu, pr = sp.symbols("mu p", nonnegative=True)
    yield nonnegative("a dead token's slack mu >= 0 enters as -mu p' <= 0, by complementarity", mu * pr)
    gap = N.total(sp.Abs(N.p[N.i] - N.r[N.i]) ** N.alpha) ** (1 / N.alpha)
    dual = N.alpha / N.a
    moved = (N.a * N.total(sp.Abs(N.z[N.i] - N.y[N.i]) ** dual) ** (1 / dual)) ** (1 / N.a)
    yield identity(
        "Hölder: |p - p'|_alpha^alpha <= a |p - p'|_alpha |z - z'|_alpha*; divided and taken to 1 / (alpha - 1)",
        ((u ** (a + 1)) / u) ** (1 / a),
        u,
    )
    yield concludes("so", "hoelder", Le(gap, moved))


def _steep(root: fmpq) -> Instance:
    """Return rows for alpha = 3 that differ by little, one with a token just alive."""
    p_ = [1 - 2 * root, 2 * root]
    z = [p_[0] * p_[0] / 2, p_[1] * p_[1] / 2, fmpq(0)]
    return two_rows(z, [z[0], 0, z[1]], 3)


holder = Case(
    T.holder,
    (
        symbolic(_holder_proof, given={"large-alpha": Ge(N.alpha, 2)}),
        sampled(
            family("random pairs of rows", sizes=(1, 5), z=reals, y=reals, alpha=one_of((2, "5/2", 3, 4)))(two_rows)
        ),
    ),
    sharp=(
        Sharp("hoelder", r"one-hot flip, $\alpha = 3$", lambda: [two_rows(["1/2", 0], [0, "1/2"], 3)]),
        Sharp("hoelder", r"one-hot flip, $\alpha = 2$", lambda: [two_rows([1, 0], [0, 1], 2)]),
    ),
    needed=(Needed("large-alpha", r"$\alpha = 19/10$", lambda: two_rows([1, 0], [0, 1], "19/10")),),
    folklore=(
        Debunked(
            r"$\alpha = 3$, $p = (1 - 2 \cdot 10^{-4}, 2 \cdot 10^{-4}, 0)$ and its mirror",
            lambda: _steep(fmpq(1, 10**4)),
        ),
    ),
)


def _expected_proof() -> Proof:
    t, e, x, y, h, g = sp.symbols("theta e x y h g", real=True)
    # x, h: expected logit and entropy at theta; y, g at theta + e.
    first, second_ = (t * x + h) - (t * y + g), ((t + e) * y + g) - ((t + e) * x + h)
    yield identity(
        "each row maximises its own objective: the two gaps, both >= 0, add up to", first + second_, e * (y - x)
    )
    yield concludes("so y >= x for e > 0", "rises", Ge(N.total(N.r[N.i] * N.z[N.i]), N.total(N.p[N.i] * N.z[N.i])))


expected_logit = Case(
    T.expected_logit,
    (
        symbolic(_expected_proof, given={"order": Le(N.theta, N.eta)}),
        sampled(
            family(
                "random rows at two scales",
                sizes=(1, 5),
                z=reals,
                alpha=one_of((1, *ALPHAS)),
                theta=around_one,
                eta=around_one,
            )(two_scales)
        ),
    ),
    needed=(Needed("order", r"$\theta = 1 > \theta' = 1/2$", lambda: two_scales(["1/2", 0], 2, 1, "1/2")),),
)


def _alpha_proof() -> Proof:
    a, s, S, E = sp.symbols("a s Sigma E", positive=True)
    t, L = sp.symbols("t L", real=True)  # L = log p, t = d tau / d alpha
    yield identity(
        "on the support p^a = a z - tau; differentiated in a: p^a log p + a p^(a-1) p' = z - t",
        sp.Derivative(p**a, a),
        p**a * sp.log(p),
    )
    slope = s * ((p / s + N.tau) / a - t - (p / s) * L) / a
    yield identity(
        "so p' = s (z - t - p^a L) / a with s = p^(1 - a), p^a = p / s, z = (p^a + tau) / a",
        slope,
        p / a**2 - p * L / a + s * (N.tau / a - t) / a,
    )
    level = -(1 / a**2 - E / a) / S  # chosen so that the derivatives sum to 0, E = sum p log p
    yield identity(
        "the sum over tokens vanishes for this common level", 1 / a**2 - E / a + S * N.shift, 0, at={N.shift: level}
    )
    yield identity("inserted", p / a**2 - p * L / a + s * level, (p - s / S) / a**2 - (p * L - s / S * E) / a)
    sigma, i, j = N.total(N.s(N.k), N.k), N.i, N.j
    own, each = (sp.Piecewise((N.p[m] * sp.log(N.p[m]), N.p[m] > 0), (0, True)) for m in (i, j))
    derived = (N.p[i] - N.s(i) / sigma) / N.a**2 - (own - N.s(i) / sigma * N.total(each, j)) / N.a
    yield concludes("the formula", "formula", Eq(N.A[i], derived))


alpha_derivative = Case(
    T.alpha_derivative,
    (
        symbolic(_alpha_proof, given={"off-boundary": N.Every(Ne(N.x(N.l), N.tau), N.l)}),
        sampled(
            family(
                "random rows away from the boundary, derivative by symmetric differences of step $2^{-56}$",
                added=2,
                sizes=(1, 4),
                weights=weights,
                alpha=one_of(ALPHAS),
                dead=whole(0, 2),
            )(lambda weights, alpha, dead: differentiated_in_alpha(moderate(weights, alpha, dead))),
            cases=40,
        ),
    ),
    needed=(Needed("off-boundary", r"$\alpha = 2$, $z = (1, 0)$", lambda: differentiated_in_alpha(row([1, 0], 2))),),
)
