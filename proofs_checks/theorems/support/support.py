"""Evidence for the theorems about the support."""

from __future__ import annotations

from entmax_oracle.theory.support import support as T

from ..vocabulary import *

a, q, theta, u = sp.symbols("a q theta u", positive=True)


def _boundary() -> Iterator[Instance]:
    """Rows with a token exactly on the threshold: the strict inequality is what counts."""
    ninth = fmpq(1, 9)
    yield chosen([4 * ninth, 4 * ninth, ninth], "3/2", dead=[0, -1])
    yield chosen(["1/2", "1/3", "1/6"], 2, dead=[0], shift=7)
    yield chosen(["1/8", "8/27", "125/216"], "4/3", dead=[0, 0])
    yield row([1, 0], 2)
    yield row([2, 0, 0], "3/2")


def scaled_model(reals: Reals, n: int, alpha: fmpq) -> tuple[dict[sp.Basic, Any], list[Any]]:
    """Return a free row with a free scale; the scale is absorbed by the logits, as ``theta z`` ranges over all rows."""
    values, constraints = row_model(reals, n, alpha)
    return {**values, N.theta: fmpq(1)}, constraints


def _norm_proof() -> Proof:
    d = sp.Symbol("d", positive=True)
    total = N.total(N.pos(N.a * N.theta * (N.z[N.i] - N.z[N.k])) ** N.q)
    yield positive(
        "f is strictly decreasing left of x_max, so x_k > tau if and only if f(x_k) < 0",
        -sp.diff((d - u) ** q, u).subs(d, u + d),
    )
    yield identity(
        "f(x_k) + 1 is a sum of the gaps above token k",
        sp.Max(0, a * theta * u - a * theta * d),
        sp.Max(0, a * theta * (u - d)),
    )
    yield concludes("the criterion as a sum", "sum", N.Iff(N.p[N.k] > 0, total < 1))
    s = sp.Symbol("s", positive=True)
    yield identity(
        "the (alpha - 1)-th power of both sides, a theta taken out; then divided by a",
        ((a * theta) ** (1 / a) * s) ** a,
        a * theta * s**a,
    )
    norm = N.theta * N.total(N.pos(N.z[N.i] - N.z[N.k]) ** N.q) ** N.a
    yield concludes("the criterion as a norm", "norm", N.Iff(N.p[N.k] > 0, norm < N.q))


@family(
    "random rows near the critical scale of their last token", sizes=(2, 4), z=reals, alpha=one_of(ALPHAS), theta=real
)
def near_critical_scale(z: Row, alpha: fmpq, theta: fmpq) -> Instance:
    """Return a row at a scale within a few percent of the one at which its lowest token leaves the support."""
    q, lowest = 1 / (alpha - 1), min(z)
    norm = arb(BALLS.power(BALLS.add([BALLS.power(value - lowest, q) for value in z]), alpha - 1))
    if max(z) == lowest:
        raise ValueError("a constant row has no critical scale")
    critical = dyadic(arb(q) / norm, 20)
    return row(z, alpha, critical * (1 + theta / 128))


norm_criterion = Case(
    T.norm_criterion,
    (
        symbolic(_norm_proof),
        exact(_boundary, r"exact rows with tokens on the threshold, $\alpha \in \{4/3, 3/2, 2\}$"),
        decided(sizes=(2, 3), alphas=("3/2", 2), claims=("sum",), model=scaled_model),
        sampled(family("random rows and scales", z=reals, alpha=one_of(ALPHAS), theta=around_one)(row), cases=40),
        sampled(near_critical_scale, cases=40, title="search near the critical scale"),
    ),
    folklore=(Debunked(r"$\alpha = 3/2$, $z = (1, 1, 0)$", lambda: row([1, 1, 0], "3/2")),),
)


@family(
    "random rows near their critical scale", sizes=(2, 4), z=reals, alpha=one_of(ALPHAS), theta=real, eta=around_one
)
def _critical_row(z: Row, alpha: fmpq, theta: fmpq, eta: fmpq) -> Instance:
    """Return a row near the scale where its lowest token leaves, and a larger scale."""
    near = near_critical_scale(z, alpha, theta)[N.theta]
    return two_scales(z, alpha, near, near * (1 + eta / 64))


def _critical_proof() -> Proof:
    s = sp.Symbol("s", positive=True)
    yield by("theta s^a < q divides to theta < q / s^a where s > 0")
    norm = N.total(N.pos(N.z[N.i] - N.z[N.k]) ** N.q) ** N.a
    critical = N.Iff(N.p[N.k] > 0, sp.Or(Eq(N.z[N.k], N.z_max), N.theta < N.q / norm))
    yield concludes("a token below the top has s > 0, one at the top is always in", "critical", critical)
    yield positive("the criterion theta s^a < q gets harder as theta grows", sp.diff(theta * s**a, theta))
    yield concludes("so the support is nested", "nested", sp.Implies(N.r[N.k] > 0, N.p[N.k] > 0))


def _nested_in_scale(reals: Reals, n: int, alpha: fmpq) -> tuple[dict[sp.Basic, Any], list[Any]]:
    values, constraints = row_model(reals, n, alpha)
    scale = reals.variable("scale")
    names, into = ("", "w", "rho"), (N.z, N.r, N.rho)
    other, more = row_model(reals, n, alpha, z=values[N.z], scale=scale, names=names, into=into)
    both = {**values, N.r: other[N.r], N.rho: other[N.rho], N.theta: fmpq(1), N.eta: scale}
    return both, [*constraints, *more, scale > 0]


critical_scale = Case(
    T.critical_scale,
    (
        symbolic(_critical_proof, rests=("support-norm-criterion",), given={"order": Le(N.theta, N.eta)}),
        decided(sizes=(2,), alphas=("3/2", 2), claims=("nested",), model=_nested_in_scale),
        decided(sizes=(3,), alphas=(2,), claims=("nested",), model=_nested_in_scale, full_only=True, seconds=120),
        sampled(
            family("random rows at two scales", z=reals, alpha=one_of(ALPHAS), theta=around_one, eta=around_one)(
                two_scales
            ),
            cases=30,
        ),
        sampled(_critical_row, cases=40, claims=("critical",), title="search near the critical scale"),
    ),
    needed=(Needed("order", r"$\theta = 2 > \theta' = 1/2$", lambda: two_scales([1, 0], 2, 2, "1/2")),),
)


def _nested_proof() -> Proof:
    d, e = sp.symbols("d e", nonnegative=True)
    t = sp.Symbol("t", positive=True)
    yield identity(
        "for t = e^(-d) <= 1 a larger exponent gives a smaller power", t**q - t ** (q + e), t**q * (1 - t**e)
    )
    yield rises_from("as 1 - e^(-d e) >= 0", 1 - sp.exp(-d * e), d)
    yield identity(
        "norms are homogeneous: scale v to ||v||_q' = 1, then every |v_i| <= 1 and ||v||_q <= 1",
        (t**q * u**q) ** (1 / q),
        t * u,
    )
    yield identity("q = 1 / (alpha - 1) falls in alpha", sp.Derivative(1 / a, a), -1 / a**2)
    yield concludes(
        "||[z - z_k]_+||_q <= ||[z - z_k]_+||_q' < q' <= q: the criterion at alpha' implies it at alpha",
        "nested",
        sp.Implies(N.r[N.k] > 0, N.p[N.k] > 0),
    )


nested_in_alpha = Case(
    T.nested_in_alpha,
    (
        symbolic(_nested_proof, rests=("support-norm-criterion",), given={"order": Le(N.alpha, N.beta)}),
        sampled(family("random rows at two exponents", z=reals, alpha=one_of(ALPHAS), beta=one_of(ALPHAS))(two_alphas)),
    ),
    needed=(Needed("order", r"$\alpha = 2$, $\alpha' = 3/2$", lambda: two_alphas([1, 0], 2, "3/2")),),
    folklore=(Debunked(r"$\alpha = 5/4$, $\alpha' = 3/2$", lambda: two_alphas([1, "4/5", 0], "5/4", "3/2")),),
)


def _size_proof() -> Proof:
    d = sp.Symbol("d", nonnegative=True)
    yield by("for sorted logits the positive parts are those of the tokens before k")
    criterion = N.total((N.a * (N.z[N.i] - N.z[N.k])) ** N.q, last=N.k - 1) < 1
    yield concludes("|S| >= k if and only if token k is in the support", "size", N.Iff(N.size >= N.k, criterion))
    yield nonnegative("the sum grows with k: its terms do", sp.diff((a * (d + u)) ** q, d))
    previous, this = (N.total((N.a * (N.z[N.i] - N.z[m])) ** N.q, last=N.k - 1) for m in (sp.Max(N.k - 1, 1), N.k))
    yield concludes("term by term", "monotone", previous <= this)


size_formula = Case(
    T.size_formula,
    (
        symbolic(_size_proof, rests=("support-norm-criterion",), given={"sorted": N.top_first()}),
        exact(
            lambda: (point for point in _boundary() if _is_sorted(point)),
            "exact rows with tokens on the threshold",
            ("size",),
        ),
        sampled(family("random sorted rows", z=reals, alpha=one_of(ALPHAS))(sorted_row), cases=50),
        sampled(
            family(
                "random sorted rows near the scale where their last token leaves",
                sizes=(2, 4),
                z=reals,
                alpha=one_of(ALPHAS),
                theta=real,
            )(
                lambda z, alpha, theta: sorted_row(
                    [near_critical_scale(z, alpha, theta)[N.theta] * value for value in z], alpha
                )
            ),
            cases=40,
            claims=("size",),
            title="search near the critical scale",
        ),
    ),
    needed=(Needed("sorted", r"$\alpha = 2$, $z = (0, 1/2, 9)$", lambda: row([0, "1/2", 9], 2)),),
)


def _is_sorted(point: Instance) -> bool:
    return all(BALLS.compare(">=", x, y) is not False for x, y in zip(point[N.z], point[N.z][1:], strict=False))


def _margin_proof() -> Proof:
    g, m = sp.symbols("g m", positive=True)
    yield by("one token above by g: the sum over the gaps is (a g)^q")
    one = N.Iff(Eq(N.p[1], 1), N.z[1] - N.z[2] >= 1 / N.a)
    yield concludes("p = e_1 if and only if token 2 is out: a g >= 1", "one-hot", one)
    yield identity("m tied tokens above by g: m (a g)^q, of power a", (m * (a * g) ** (1 / a)) ** a, m**a * a * g)
    ties = N.Iff(Eq(N.total(N.p[N.i], last=N.top), 1), N.z_max - N.z[N.top + 1] >= N.top ** (1 - N.alpha) / N.a)
    yield identity("m^a a g >= 1 says g >= m^(-a) / a", m**a * a * N.gap, 1, at={N.gap: m ** (-a) / a})
    yield concludes("the tie takes all if and only if the next token is out", "ties", ties)


@family("random rows near the margin", added=3, z=reals, alpha=one_of(ALPHAS), ties=one_of((1, 1, 2, 3)))
def _near_margin(z: Row, alpha: fmpq, ties: fmpq) -> Instance:
    """Rows with a tied top whose gap to the rest is near the critical one."""
    count = int(ties.p)
    gap = BALLS.power(fmpq(count), 1 - alpha) / (alpha - 1)
    close = dyadic(gap, 8)
    below = sorted((-close + value / 64 for value in z if value <= 4), reverse=True)
    if any(value >= 0 for value in below):
        raise ValueError("the top must stay on top")
    return row([0] * count + below, alpha)


one_hot_margin = Case(
    T.one_hot_margin,
    (
        symbolic(_margin_proof, given={"sorted": N.top_first()}),
        decided(sizes=(2, 3), alphas=("3/2", 2, 3), claims=("one-hot",)),
        exact(lambda: [row([0, -2, -5], "3/2"), row([1, 0], 2), row([0, 0, "-1/2"], 2)], "exact rows at the margin"),
        sampled(_near_margin),
    ),
    needed=(Needed("sorted", r"$\alpha = 2$, $z = (0, 5)$", lambda: row([0, -5, 5], 2)),),
    folklore=(
        Debunked(r"$\alpha = 3/2$, gap 1", lambda: row([1, 0], "3/2")),
        Debunked(r"$\alpha = 100$, two tied tokens", lambda: row([1, 1, 0], 100)),
        Debunked(r"sparsemax, $\theta = 1000$, $z = (10^{-4}, 0)$", lambda: row([fmpq(1, 10**4), 0], 2, 1000)),
    ),
)


def _full_proof() -> Proof:
    m = sp.Symbol("m", positive=True)  # n - 1
    d = sp.Symbol("d", positive=True)
    spread = N.a * (N.z_max - N.z_min)
    yield identity(
        "the lowest token has at most n - 1 others above it, each by at most the range: their sum at the critical "
        "range",
        m * N.gap ** (1 / a),
        1,
        at={N.gap: m ** (-a)},
    )
    yield positive("the sum rises with the range", sp.diff(d**q, d))
    yield concludes(
        "below it the norm criterion holds",
        "sufficient",
        sp.Implies(spread < (N.n - 1) ** (1 - N.alpha), Ge(N.size, N.n)),
    )
    yield by("the largest token alone contributes range^q, which must be below 1")
    yield concludes("so", "necessary", sp.Implies(spread >= 1, Eq(sp.Product(N.p[N.i], (N.i, 1, N.n)), 0)))


@family(
    "random rows whose range is near critical",
    added=3,
    sizes=(1, 3),
    z=reals,
    alpha=one_of(ALPHAS),
    top=one_of((1, 1, 2, 3)),
)
def _of_range(z: Row, alpha: fmpq, top: fmpq) -> Instance:
    """Return a row with a given number of tokens tied at the top, whose range is near critical for them."""
    count = int(top.p)
    depth = BALLS.power(fmpq(count), 1 - alpha) / (alpha - 1)
    return row([0] * count + [min(fmpq(0), -dyadic(depth, 8) + abs(value) / 64) for value in z], alpha)


RANGES = _of_range

full_support = Case(
    T.full_support,
    (
        symbolic(_full_proof, rests=("support-norm-criterion",)),
        decided(sizes=(2, 3), alphas=(2,)),
        decided(sizes=(2,), alphas=("3/2", 3)),
        sampled(RANGES),
        exact(
            lambda: (
                [
                    row([2] * (m - 1) + [0], 1 + fmpq(1, 2)) if m == 2 else row([fmpq(1, m - 1)] * (m - 1) + [0], 2)
                    for m in (2, 3, 4)
                ]
                + [row([1 - fmpq(1, 64), 0], 2), row([1, 0], 2)]
            ),
            "rows at the critical range",
        ),
    ),
    folklore=(Debunked(r"sparsemax, $z = (0.4, 0.4, 0.4, 0)$", lambda: row(["2/5"] * 3 + [0], 2)),),
)


def _least_proof() -> Proof:
    m, d = sp.symbols("m delta", positive=True)
    yield by("a token off the support fails the criterion: 1 <= sum over S of (x_i - x_k)^q <= |S| delta^q")
    yield identity("which is 1 at |S| = delta^(-q), and rises with |S|", m * d**N.q, 1, at={m: d ** (-N.q)})
    yield concludes("or no token is off it", "least", Ge(N.size, sp.Min(N.n, (N.a * (N.z_max - N.z_min)) ** (-N.q))))


least_support = Case(
    T.least_support,
    (symbolic(_least_proof, rests=("support-norm-criterion",)), sampled(RANGES)),
    sharp=(Sharp("least", "two tied tokens at the critical gap, sparsemax", lambda: [row(["1/2", "1/2", 0, 0], 2)]),),
    folklore=(Debunked("ten equal logits", lambda: row([0] * 10, 2)),),
)


def _window_proof() -> Proof:
    e = sp.Symbol("e", nonnegative=True)
    yield by("x_max - tau = p_max^a, so x_k > tau says x_max - x_k < p_max^a")
    yield concludes("so", "window", N.Iff(N.p[N.k] > 0, N.a * (N.z_max - N.z[N.k]) < N.p_max**N.a))
    yield nonnegative("p_max = 1 / (1 + e) <= 1", 1 - 1 / (1 + e))
    yield concludes("so", "outer", sp.Implies(N.p[N.k] > 0, N.a * (N.z_max - N.z[N.k]) < 1))


window = Case(
    T.window,
    (
        symbolic(_window_proof),
        decided(sizes=(2, 3), alphas=(2,)),
        exact(
            # The largest token holds 1 - 1/64 of the mass, or all of it: the window is open at its end.
            lambda: [row([1 - fmpq(1, 32), 0], 2), row([1, 0], 2), row([1 + fmpq(1, 64), 0], 2)],
            "pairs at the end of the window",
        ),
        sampled(RANGES),
    ),
)


def _gap_proof() -> Proof:
    a_, k = sp.symbols("a k", positive=True)
    after = N.z[sp.Min(N.k + 1, N.n)]
    yield by("at most k tokens have mass if and only if token k + 1 has none: its criterion fails")
    exactly = N.Iff(N.size <= N.k, N.total((N.a * (N.z[N.i] - after)) ** N.q, last=N.k) >= 1)
    yield concludes("so", "exact", sp.Implies(N.k < N.n, exactly))
    few = sp.Or(N.k >= N.n, N.size <= N.k)
    yield identity("the first term alone is 1 at the gap 1 / a", (a_ * N.gap) ** (1 / a_), 1, at={N.gap: 1 / a_})
    yield concludes("so", "one-gap", sp.Implies(N.z[1] - after >= 1 / N.a, few))
    yield identity(
        "k terms of at least the last one's gap k^(-a) / a sum to 1",
        k * (a_ * N.gap) ** (1 / a_),
        1,
        at={N.gap: k ** (-a_) / a_},
    )
    yield concludes("so", "step", sp.Implies(N.z[N.k] - after >= N.k ** (1 - N.alpha) / N.a, few))


sparsity_from_gap = Case(
    T.sparsity_from_gap,
    (
        symbolic(_gap_proof, rests=("support-norm-criterion",), given={"sorted": N.top_first()}),
        exact(
            lambda: (
                row([*tie, 0], 2, 1)
                for tie in (
                    [1],
                    [1 - fmpq(1, 64)],
                    [1 + fmpq(1, 64)],
                    [fmpq(1, 2)] * 2,
                    [fmpq(1, 2) - fmpq(1, 128)] * 2,
                    [fmpq(3, 4), fmpq(1, 4)],
                    [1, 0],
                )
            ),
            "sparsemax rows whose last token is at the edge or close to it",
        ),
        sampled(family("random sorted rows", sizes=(1, 5), z=reals, alpha=one_of(ALPHAS))(sorted_row)),
    ),
    needed=(Needed("sorted", "the order reversed", lambda: row([0, 2], 2)),),
    folklore=(Debunked("sparsemax of (0.6, 0.1, 0)", lambda: row(["3/5", "1/10", 0], 2)),),
)
