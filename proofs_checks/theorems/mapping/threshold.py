"""Evidence for the theorems about the threshold."""

from __future__ import annotations

from entmax_oracle.theory.mapping import threshold as T
from entmax_oracle.theory.mapping.entropy import tsallis, tsallis_term

from ..vocabulary import *
from .entropy import bernoulli

a, q = sp.symbols("a q", positive=True)


def _form_proof() -> Proof:
    alpha = 1 + a
    z, tau = sp.symbols("z tau", real=True)
    p, r, w, u = sp.symbols("p r w u", positive=True)
    yield by("f(x_max - 1) >= 0: the largest token alone gives 1")
    yield by("f(x_max) = -1: no token is left")
    yield positive("between them f falls strictly, so its root is unique", -sp.diff((z - u) ** q, u).subs(z, u + w))
    yield concludes("tau is defined as the root", "simplex", Eq(T.excess, 0))
    yield concludes("and p by it", "form", Eq(N.p[N.i], N.pos(N.x(N.i) - N.tau) ** N.q))
    gradient = z + sp.diff(tsallis_term(p, alpha), p)
    level = tau / a + 1 / (alpha * a)
    yield identity(
        "on the support the objective's gradient is the same for every token", gradient.subs(z, (p**a + tau) / a), level
    )
    yield nonnegative(
        "off it, x <= tau, the gradient at p = 0 is no larger", level - (tau - u) / a - 1 / (alpha * a), u / a
    )
    gap = tsallis_term(p, alpha) + sp.diff(tsallis_term(p, alpha), p) * (r - p) - tsallis_term(r, alpha)
    yield bernoulli()
    yield identity(
        "a token's entropy lies below its tangent by a multiple of Bernoulli's gap at w = r / p",
        gap.subs(r, p * w),
        p**alpha * (w**alpha - 1 - alpha * (w - 1)) / (alpha * a),
    )
    yield nonnegative(
        "and below the tangent at 0 by r^alpha / (alpha a)",
        r / (alpha * a) - tsallis_term(r, alpha),
        r**alpha / (alpha * a),
    )
    objectives = [N.total(y[N.i] * N.z[N.i]) + tsallis(y, N.alpha) for y in (N.r, N.p)]
    yield concludes("summed against r - p, whose entries sum to 0", "optimal", Le(*objectives))
    yield positive("w^alpha is strictly convex: Bernoulli's gap is 0 at w = 1 only", sp.diff(w ** (1 + a), w, 2))
    yield positive("and a token that p does not hold costs r a positive amount", r ** (1 + a) / ((1 + a) * a))
    equal = N.Every(Eq(N.r[N.l], N.p[N.l]), N.l)
    yield concludes("so r is as good as p only if no token differs", "unique", N.Iff(Ge(*objectives), equal))


def _inverse_points() -> Iterator[Instance]:
    """Rows whose probabilities are exact by construction, with tokens below and on the threshold."""
    nine, eight = fmpq(1, 9), fmpq(1, 8)
    uniform = {N.r: [fmpq(1, 4)] * 4}
    yield chosen([4 * nine, 4 * nine, nine], "3/2", dead=[0]) + uniform
    yield chosen([eight, "8/27", "125/216"], "4/3", dead=[-1]) + uniform
    yield chosen(["1/2", "1/3", "1/6"], 3, dead=[0], shift=5) + uniform
    yield chosen(["1/2", "1/3", "1/6"], 2, dead=[-1], shift=-2) + uniform


threshold_form = Case(
    T.threshold_form,
    (
        symbolic(_form_proof),
        exact(_inverse_points, r"exact rows, $\alpha \in \{4/3, 3/2, 2, 3\}$"),
        sampled(
            family("random rows and points of the simplex", z=reals, weights=weights, alpha=one_of(ALPHAS))(targeted)
        ),
    ),
    folklore=(
        Debunked(
            r"$\alpha = 3$, $p = \mathrm{entmax}(1/2, 0)$ against the maximiser for the other normalisation",
            lambda: row(["1/2", 0], 3) + {N.r: row(["1/6", 0], 3)[N.p]},
        ),
    ),
)


def _bracket_proof() -> Proof:
    m = sp.Symbol("m", positive=True)
    b, u = sp.symbols("b u", positive=True)  # b = alpha - 1, u = x_max - tau
    alpha = 1 + b
    yield identity(
        "m equal terms u^q sum to 1 exactly for u = m^(1 - alpha)", m * u ** (1 / b), 1, at={u: m ** (1 - alpha)}
    )
    yield positive("m u^q is increasing in u, so each inequality for f gives one for u", sp.diff(m * u ** (1 / b), u))
    top, size = N.a * N.z_max - N.top ** (1 - N.alpha), N.a * N.z_max - N.size ** (1 - N.alpha)
    yield concludes("the m largest terms alone sum to at most 1: u <= m^(1 - alpha)", "lower-ties", Ge(N.tau, top))
    yield identity("m = 1 gives the weakest case", m ** (1 - alpha), 1, at={m: 1})
    yield concludes("so tau >= x_max - 1", "lower", Ge(N.tau, N.a * N.z_max - 1))
    yield concludes("|S| terms, each at most u^q, sum to 1: u >= |S|^(1 - alpha)", "upper-support", Le(N.tau, size))
    yield concludes("|S| <= n", "upper", Le(N.tau, N.a * N.z_max - N.n ** (1 - N.alpha)))
    yield by("the largest token has p_max = u^q")
    yield concludes("solved for tau", "exact", Eq(N.tau, N.a * N.z_max - N.p_max**N.a))


brackets = Case(
    T.brackets,
    (
        symbolic(_bracket_proof),
        decided(sizes=(2, 3), alphas=("3/2", 2), claims=("lower", "upper", "exact")),
        sampled(rows()),
    ),
    sharp=(
        Sharp("lower", "one token holds everything", lambda: [row([2, 0, 0], 2)]),
        Sharp("lower-ties", "the largest logits hold everything", lambda: [row([2, 2, 0], 2)]),
        Sharp("upper", "all logits equal", lambda: [row([1, 1, 1, 1], "3/2")]),
        Sharp("upper-support", "all logits of the support equal", lambda: [row([1, 1, 1, 1, -9], "3/2")]),
    ),
    folklore=(Debunked(r"$\alpha = 3/2$, all mass on one token", lambda: row([4, 0], "3/2")),),
)


def _jensen(q_at_least_one: bool) -> Proof:
    t, c = sp.symbols("t c", positive=True)
    k, u = sp.symbols("k u", positive=True)
    if q_at_least_one:
        yield nonnegative("t^q is convex for q = 1 + c >= 1", sp.diff(t ** (1 + c), t, 2))
    else:
        yield nonnegative("t^q is concave for q = 1 / (1 + c) <= 1", -sp.diff(t ** (1 / (1 + c)), t, 2))
    yield identity(
        "Jensen compares the k terms with k (mu_k - tau)^q, which is 1 at mu_k - tau = k^(1 - alpha)",
        k * N.gap ** (1 / u),
        1,
        at={N.gap: k ** (-u)},
    )


def _means_proof() -> Proof:
    yield from _jensen(q_at_least_one=True)
    bound = N.total(N.x(N.i), last=N.k) / N.k - N.k ** (1 - N.alpha)
    yield concludes("all terms sum to 1, so these k to at most 1", "mean", Ge(N.tau, bound))


def _sorted_rows(alphas: Sequence[object]) -> Family:
    return family("random sorted rows", z=reals, alpha=one_of(alphas))(sorted_row)


sorted_means = Case(
    T.sorted_means,
    (
        symbolic(_means_proof, given={"convex-range": Le(N.alpha, 2)}),
        decided(sizes=(2, 3), alphas=(2,)),
        decided(sizes=(2,), alphas=("3/2",)),
        sampled(rows(), cases=60),
    ),
    sharp=(
        Sharp("mean", r"sparsemax, $k = |S|$", lambda: [row([1, "1/2", -3], 2) + {N.k: 2}]),
        Sharp("mean", "equal logits", lambda: [row([1, 1, 1, 1], "3/2") + {N.k: 4}]),
    ),
    needed=(Needed("convex-range", r"$\alpha = 21/10$", lambda: row(["1/2", 0], "21/10")),),
)


def _means_above_proof() -> Proof:
    yield from _jensen(q_at_least_one=False)
    bound = N.total(N.x(N.i), last=N.size) / N.size - N.size ** (1 - N.alpha)
    yield concludes("the support's terms sum to exactly 1", "mean", Le(N.tau, bound))


sorted_means_above = Case(
    T.sorted_means_above,
    (
        symbolic(_means_above_proof, given={"sorted": N.top_first(), "large-alpha": Ge(N.alpha, 2)}),
        sampled(_sorted_rows(ALPHAS)),
    ),
    sharp=(Sharp("mean", "sparsemax", lambda: [row([1, "1/2", -3], 2)]),),
    needed=(
        Needed("sorted", "the largest logit comes last", lambda: row([-9, 0, 1], 3)),
        Needed("large-alpha", r"$\alpha = 19/10$", lambda: row([1, 0], "19/10")),
    ),
)


def _newton_proof() -> Proof:
    u, c = sp.symbols("u c", positive=True)
    F, g = sp.symbols("F g", positive=True)
    rises = Ge((T.mass - 1) / (N.q * T.slope_sum), 0)
    yield positive("left of the threshold F = 1 + u, left of x_max b > 0", ((1 + u) - 1) / (q * g))
    yield concludes("so the plain step is not negative", "rises", rises)
    gap = q * (F - F ** (1 - 1 / q)) - (F - 1)
    yield identity("q (F - F^(1 - 1/q)) >= F - 1: equality at F = 1", gap, 0, at={F: 1})
    yield identity(
        "the gap's derivative is (q - 1)(1 - F^(-1/q)), not negative for F >= 1, q >= 1",
        sp.diff(gap, F),
        (q - 1) * (1 - F ** (-1 / q)),
    )
    longer = Ge((T.mass - T.mass ** (1 - 1 / N.q)) / T.slope_sum, (T.mass - 1) / (N.q * T.slope_sum))
    yield concludes("so the step on the norm is no shorter", "longer", longer)
    G = F ** (1 / q)
    yield identity(
        "it is Newton's step (G - 1) / (G^(1-q) b) on the norm G = F^(1/q), whose slope is -b G^(1-q)",
        (G - 1) / (G ** (1 - q) * g),
        (F - F ** (1 - 1 / q)) / g,
    )
    x1, x2, t = sp.symbols("x_1 x_2 t", positive=True)
    norm = ((x1 - t) ** q + (x2 - t) ** q) ** (1 / q)
    second = sp.diff(norm, t, 2).subs({x1: t + u, x2: t + c})
    shown = (q - 1) * (u**q + c**q) ** (1 / q - 2) * (u * c) ** (q - 2) * (u - c) ** 2
    yield identity(
        "a norm of nonnegative coordinates is convex in t; for two tokens its second derivative", second, shown
    )
    past = Le(N.rho + (T.mass - T.mass ** (1 - 1 / N.q)) / T.slope_sum, N.tau)
    yield concludes(
        "a convex falling function lies above its tangents: the step stops left of the root", "never-past", past
    )


@family("random rows and starts", sizes=(1, 5), z=reals, alpha=one_of(ALPHAS), share=unit)
def _started(z: Row, alpha: fmpq, share: fmpq) -> Instance:
    """Return a row and a start in the first bracket."""
    instance = row(z, alpha)
    if share == 1:
        raise ValueError("the start lies within the first bracket")
    return instance + {N.rho: (alpha - 1) * max(z) - 1 + share}


newton = Case(
    T.newton,
    (
        symbolic(_newton_proof, given={"convex-range": Le(N.alpha, 2), "left": Le(N.rho, N.tau)}),
        sampled(_started, cases=120),
    ),
    sharp=(
        Sharp("rises", "at the threshold", lambda: [_started([0], 2, 0)]),
        Sharp("longer", "sparsemax", lambda: [_started([0, 0], 2, 0)]),
        Sharp("never-past", "equal logits: one step is exact", lambda: [_started([0] * 4, "3/2", 0)]),
    ),
    needed=(
        Needed("convex-range", r"$\alpha = 21/10$, two equal tokens", lambda: _started([0, 0], "21/10", 0)),
        Needed("left", "a start right of the threshold", lambda: _started([0, 0], 2, "3/4")),
    ),
    folklore=(
        Debunked(
            r"$\alpha = 3$, $x = (0, -0.3)$, from $-1$ to $-0.238$; the root is $-0.4225$",
            lambda: _started([0, "-3/20"], 3, 0),
        ),
        Debunked(
            r"$\alpha = 3/2$, $x = (1, 1, 1, 1, 10^{-4}, 10^{-4}, 10^{-4}, 10^{-4})$ from 0",
            lambda: _started([2] * 4 + ["1/5000"] * 4, "3/2", 0),
        ),
    ),
)


def _three_halves_proof() -> Proof:
    k, V = sp.symbols("k V", positive=True)
    x1, x2, tau = sp.symbols("x_1 x_2 tau", real=True)
    mu = (x1 + x2) / 2
    yield identity(
        "sum (x - tau)^2 = V + k (mu - tau)^2; for two tokens",
        (x1 - tau) ** 2 + (x2 - tau) ** 2,
        (x1 - mu) ** 2 + (x2 - mu) ** 2 + 2 * (mu - tau) ** 2,
    )
    yield identity("V + k u^2 = 1 at u = sqrt((1 - V) / k)", V + k * N.gap**2, 1, at={N.gap: sp.sqrt((1 - V) / k)})
    centre = N.total(N.x(N.i), last=N.size) / N.size
    scatter = N.total((N.x(N.i) - N.total(N.x(N.k), N.k, N.size) / N.size) ** 2, last=N.size)
    closed = Eq(N.tau, centre - sp.sqrt((1 - scatter) / N.size))
    yield concludes("the root left of the mean, as every x of the support exceeds tau", "closed", closed)


closed_forms = Case(
    T.closed_forms,
    (
        symbolic(_three_halves_proof, given={"sorted": N.top_first(), "three-halves": Eq(N.alpha, sp.Rational(3, 2))}),
        sampled(_sorted_rows([fmpq(3, 2)])),
    ),
    needed=(
        Needed("sorted", "the dead token comes first", lambda: row(["-3/2", 0, 0], "3/2")),
        Needed("three-halves", r"$\alpha = 63/40$", lambda: row(["1/2", 0], "63/40")),
    ),
)


def _sparsemax_proof() -> Proof:
    k, mu = sp.symbols("k mu", positive=True)
    yield identity("the support's gaps sum to k (mu - tau) = 1", k * (mu - N.tau), 1, at={N.tau: mu - 1 / k})
    closed = Eq(N.tau, N.total(N.x(N.i), last=N.size) / N.size - 1 / N.size)
    yield concludes("solved for tau", "closed", closed)


closed_form_sparsemax = Case(
    T.closed_form_sparsemax,
    (
        symbolic(_sparsemax_proof, given={"sorted": N.top_first(), "sparsemax": Eq(N.alpha, 2)}),
        sampled(_sorted_rows([2])),
    ),
    needed=(
        Needed("sorted", "the largest logit comes last", lambda: row([-9, 0, 1], 2)),
        Needed("sparsemax", r"$\alpha = 19/10$", lambda: row(["1/2", 0], "19/10")),
    ),
)
