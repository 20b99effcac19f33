"""Evidence for the theorems about tokens that join a row."""

from __future__ import annotations

import math

from entmax_oracle.theory.dispersion import vanishing as T

from ..vocabulary import *

a, q, u, d = sp.symbols("a q u d", positive=True)


HALF = fmpq(1, 2)
JOINED = family("random rows and a further token", sizes=(1, 5), z=reals, alpha=one_of(ALPHAS), b=real)(joined)


def joined_model(reals: Reals, n: int, alpha: fmpq) -> tuple[dict[sp.Basic, Any], list[Any]]:
    """Return a free row and a free further logit as solver terms."""
    values, constraints = row_model(reals, n, alpha)
    late = reals.variable("b")
    names, into = ("", "w", "rho"), (N.z, N.r, N.rho)
    longer, more = row_model(reals, n + 1, alpha, z=[*values[N.z], late], names=names, into=into)
    return {**values, N.r: longer[N.r], N.rho: longer[N.rho], N.late: late}, constraints + more


def _joining_proof() -> Proof:
    e = sp.Symbol("e", nonnegative=True)
    yield nonnegative("the joining token adds [a b - t]_+^q >= 0 to f, so its root does not fall", e**q)
    yield positive(
        "a larger threshold means less for every token with mass: u^q is strictly increasing", sp.diff(u**q, u)
    )
    yield concludes("so", "never-more", Le(N.r[N.k], N.p[N.k]))
    yield by("at tau the token adds nothing when a b <= tau")
    yield positive("and something when a b > tau: then the root moves strictly", d**q)
    unchanged = N.Iff(Eq(N.r[N.k], N.p[N.k]), sp.Or(Eq(N.p[N.k], 0), N.a * N.late <= N.tau))
    yield concludes("a token without mass stays at 0", "unchanged", unchanged)


def _log(n: int) -> arb:
    return arb(n).log()


joining = Case(
    T.joining,
    (
        symbolic(_joining_proof),
        decided(sizes=(2,), alphas=(2,), model=joined_model),
        decided(sizes=(3,), alphas=(2,), model=joined_model, full_only=True, seconds=120),
        sampled(JOINED, cases=60),
    ),
    sharp=(Sharp("never-more", "a token far below", lambda: [joined([1, 0], 2, -5) + {N.k: 1}]),),
    folklore=(
        Debunked("sparsemax, two equal tokens and one at 1", lambda: joined([0, 0], 2, 1)),
        Debunked(r"scalable softmax, $s = 1$", lambda: joined([0, 1], 1, -5, (_log(2), _log(3)))),
        Debunked(r"$\theta = \sqrt{\log n}$", lambda: joined([0, 0, 1], "3/2", -9, (_log(3).sqrt(), _log(4).sqrt()))),
        Debunked(
            r"$\theta = 1/\sqrt{\log n}$", lambda: joined([0, 1], "3/2", -20, (1 / _log(2).sqrt(), 1 / _log(3).sqrt()))
        ),
    ),
)


def _critical_proof() -> Proof:
    C = sp.Symbol("C", positive=True)  # the crowd above token k
    z = sp.Symbol("z", real=True)
    yield by("r_k = 0 if and only if the joined row fails the norm criterion: C + [a (b - z_k)]_+^q >= 1")
    yield by("with d = a (b - z_k): d^q >= 1 - C says d >= (1 - C)^a")
    yield identity("solved for b", z + d / a, (a * z + d) / a)
    crowd = N.total(N.pos(N.x(N.i) - N.x(N.k)) ** N.q)
    critical = N.z[N.k] + (1 - crowd) ** N.a / N.a
    yield concludes(
        "p_k > 0 says C < 1", "critical", sp.Implies(N.p[N.k] > 0, N.Iff(Eq(N.r[N.k], 0), N.late >= critical))
    )
    yield positive("(1 - C)^a falls in C, so it is at most 1", -sp.diff((1 - C) ** a, C).subs(C, 1 - u))
    yield concludes("so", "bounded", sp.Implies(N.p[N.k] > 0, critical <= N.z[N.k] + 1 / N.a))


@family("random rows and a rival near the critical logit", sizes=(1, 4), z=units, alpha=one_of(ALPHAS), b=real)
def _near_critical(z: Row, alpha: fmpq, b: fmpq) -> Instance:
    """Return a row with a rival near the critical logit of its first token."""
    instance = row(z, alpha)
    if instance[N.size] != len(z):
        raise ValueError("the first token needs mass")
    crowd = sum((arb((alpha - 1) * (value - z[0])) ** arb(1 / (alpha - 1)) for value in z if value > z[0]), arb(0))
    critical = arb(z[0]) + arb(1 - crowd) ** arb(alpha - 1) / arb(alpha - 1)
    return joined(z, alpha, dyadic(critical) + b / 64)


critical_rival = Case(
    T.critical_rival,
    (
        symbolic(_critical_proof, rests=("support-norm-criterion",)),
        decided(sizes=(2,), alphas=(2,), model=joined_model),
        sampled(JOINED, cases=60),
        sampled(_near_critical, cases=40, title="search near the critical logit"),
    ),
    folklore=(Debunked("one token, one rival 1 above it, sparsemax", lambda: joined([0], 2, 1)),),
)


def _epsilon_proof() -> Proof:
    yield by("p_k >= eps if and only if x_k - tau >= eps^a, that is tau <= x_k - eps^a")
    yield positive("f falls strictly left of x_max: if and only if f(x_k - eps^a) <= 0", sp.diff(u**q, u))
    yield by("f there is a sum over the tokens, less 1")
    criterion = N.total(N.pos(N.a * (N.z[N.i] - N.z[N.k]) + N.epsilon**N.a) ** N.q) <= 1
    yield concludes("so", "criterion", N.Iff(N.p[N.k] >= N.epsilon, criterion))


@family("random rows", sizes=(1, 5), z=units, alpha=one_of(ALPHAS), epsilon=unit)
def _with_epsilon(z: Row, alpha: fmpq, epsilon: fmpq) -> Instance:
    if not 0 < epsilon <= 1:
        raise ValueError("epsilon in (0, 1]")
    return row(z, alpha) + {N.epsilon: epsilon}


def _epsilon_model(reals: Reals, n: int, alpha: fmpq) -> tuple[dict[sp.Basic, Any], list[Any]]:
    values, constraints = row_model(reals, n, alpha)
    weight = reals.variable("e")
    return {**values, N.epsilon: weight}, [*constraints, weight > 0, weight <= 1]


epsilon_criterion = Case(
    T.epsilon_criterion,
    (
        symbolic(_epsilon_proof),
        decided(sizes=(2, 3), alphas=(2,), model=_epsilon_model),
        sampled(_with_epsilon),
        sampled(
            family(
                r"random rows with $\varepsilon$ near the weight of a token",
                sizes=(1, 4),
                z=units,
                alpha=one_of(ALPHAS),
                nudge=real,
            )(lambda z, alpha, nudge: _near_weight(z, alpha, nudge)),
            cases=40,
            title="search near the weight",
        ),
    ),
)


def _near_weight(z: Row, alpha: fmpq, nudge: fmpq) -> Instance:
    weight = arb(row(z, alpha)[N.p][0])
    return _with_epsilon(z, alpha, dyadic(weight) * (1 + nudge / 256))


def _needle_proof() -> Proof:
    e, g, K = sp.symbols("epsilon g K", positive=True)
    yield by("at eps = min(1/K, (a g)^q) a token within the gap, at most z_k, contributes at most (eps^a)^q")
    yield identity("K of them at most K eps, which is 1 at eps = 1 / K", K * e, 1, at={e: 1 / K})
    yield identity(
        "a token at least g below contributes [eps^a - a g]_+, which is 0 from eps = (a g)^q on",
        e**a - a * g,
        0,
        at={e: (a * g) ** (1 / a)},
    )
    within = N.total(sp.Piecewise((1, N.z[N.i] > N.z[N.k] - N.gap), (0, True)))
    yield concludes(
        "the epsilon criterion gives the weight", "weight", Ge(N.p[N.k], sp.Min(1 / within, (N.a * N.gap) ** N.q))
    )


@family("random rows and gaps", z=reals, alpha=one_of(ALPHAS), gap=around_one)
def _needled(z: Row, alpha: fmpq, gap: fmpq) -> Instance:
    return row(z, alpha) + {N.gap: gap}


_NEEDLES = (10, 30, 100, 300, 1000)


def _needle_points(context: Context) -> Iterator[Point]:
    """Put one token above n - 1 others by the gap 1/2; longer rows in the full profile."""
    for alpha in (fmpq(3, 2), fmpq(2)):
        for n in (*_NEEDLES, *((3000, 10000) if context.full else ())):
            instance = _needled(["1/2"] + [0] * (n - 1), alpha, "1/2") + {N.k: 1}
            yield instance, f"entmax, α = {alpha}", float(n), instance[N.p][0]


def _needle_softmax() -> list[dict[str, Any]]:
    weights = [math.exp(0.5) / (math.exp(0.5) + n - 1) for n in _NEEDLES]
    return [{"label": "softmax", "x": list(map(float, _NEEDLES)), "y": weights}]


needle = Case(
    T.needle,
    (
        symbolic(_needle_proof, rests=("epsilon-criterion",), given={"top": N.Every(N.z[N.l] <= N.z[N.k], N.l)}),
        along(
            _needle_points,
            r"one token $1/2$ above all others, $n \le 1000$",
            {
                "title": (
                    r"Weight of a token $1/2$ above $n - 1$ others: entmax keeps $((\alpha-1)/2)^q$, which is 1/16 "
                    r"and 1/2; softmax loses it"
                ),
                "x_label": "n",
                "y_label": "weight of the token",
                "x_log": True,
                "y_log": True,
            },
            _needle_softmax,
        ),
        sampled(_needled),
    ),
    sharp=(
        Sharp("weight", "three tied tokens far above", lambda: [_needled([0, 0, 0, -9], "3/2", 5) + {N.k: 1}]),
        Sharp(
            "weight",
            r"at the one-hot margin, $\alpha = 3/2$, $g = 2$, others exactly at the gap",
            lambda: [_needled([2, *[0] * 20], "3/2", 2) + {N.k: 1}],
        ),
        # sqrt(p) = 1/2 + sqrt((1 - p) / n), so the relative gap is about 4 sqrt(3 / (4 n)), 0.063 for 3000 tokens:
        # below the margin the bound is the limit of long rows, and no finite row attains it.
        Sharp(
            "weight",
            r"one token above more and more others, $\alpha = 3/2$, $g = 1$: $p \to 1/4$",
            lambda: [_needled([1] + [0] * n, "3/2", 1) + {N.k: 1} for n in (10, 200, 3000)],
            within=0.065,
        ),
    ),
    needed=(Needed("top", "a token above", lambda: _needled([0, 5], 2, 1)),),
    folklore=(Debunked("20 equal logits", lambda: row([0] * 20, 2)),),
)


def _softmax_proof() -> Proof:
    R, n, D = sp.symbols("R n D", positive=True)
    yield identity(
        "divided by e^(z_k), p_k = 1 / (1 + sum of the others' e^(z_i - z_k))",
        sp.exp(u) / (sp.exp(u) + sp.exp(d)),
        1 / (1 + sp.exp(d - u)),
    )
    yield positive("which falls in that sum", -sp.diff(1 / (1 + R), R))
    yield identity(
        "each of the n - 1 others is at least e^(-D)", 1 / (1 + (n - 1) * sp.exp(-D)), sp.exp(D) / (sp.exp(D) + n - 1)
    )
    width = sp.exp(N.z_max - N.z_min)
    yield concludes("so", "weight", Le(N.p[N.k], width / (width + N.n - 1)))


softmax_vanishes = Case(
    T.softmax_vanishes,
    (symbolic(_softmax_proof), sampled(family("random softmax rows", z=reals)(lambda z: row(z, 1)))),
    sharp=(Sharp("weight", "one token above equal others", lambda: [row([1, 0, 0], 1) + {N.k: 1}]),),
    folklore=(Debunked("margin 2 over 20 others", lambda: row([2] + [0] * 20, 1)),),
)


def _two_levels(top: Any, others: Any, alpha: Any, theta: Any, gap: Any, shift: Any, mix: Any) -> Instance:
    """Return a row of two levels, its softmax as `p` and its entmax as `r`."""
    if not 0 < mix < 1 or gap <= 0:
        raise ValueError("a gap, and a share that is neither nothing nor all")
    z = [shift + gap] * int(fmpq(top).p) + [shift] * int(fmpq(others).p)
    values = {N.alpha: alpha, N.r: row(z, alpha, theta)[N.p], N.gap: gap, N.shift: shift, N.mix: mix}
    return row(z, 1, theta) + values


_ABOVE, _BELOW = whole(1, 4), whole(1, 12)


@family(
    "random rows of two levels",
    top=_ABOVE,
    others=_BELOW,
    alpha=one_of(ALPHAS),
    theta=around_one,
    gap=around_one,
    shift=real,
    mix=unit,
)
def _levels(top: Any, others: Any, alpha: Any, theta: Any, gap: Any, shift: Any, mix: Any) -> Instance:
    return _two_levels(top, others, alpha, theta, gap, shift, mix)


@family(
    "rows of two levels near the gap of softmax or of entmax",
    top=_ABOVE,
    others=_BELOW,
    alpha=one_of(ALPHAS),
    theta=around_one,
    shift=real,
    mix=unit,
    which=whole(0, 1),
    nudge=unit,
)
def _near_levels(
    top: fmpq, others: fmpq, alpha: fmpq, theta: fmpq, shift: fmpq, mix: fmpq, which: fmpq, nudge: fmpq
) -> Instance:
    """Return a row whose gap is within a thirtieth of the one that softmax needs, or entmax."""
    if not 0 < mix < 1:
        raise ValueError("a share that is neither nothing nor all")
    critical = BALLS.power(top, 1 - alpha) / (alpha - 1) if which else arb(others * mix / (top * (1 - mix))).log()
    gap = dyadic(critical / theta, 24) * (1 + (nudge - HALF) / 16)
    return _two_levels(top, others, alpha, theta, gap, shift, mix)


softmax_two_level = Case(
    T.softmax_two_level,
    (
        exact(
            lambda: (
                _two_levels(m, n - m, alpha, 1, fmpq(1, m) / (alpha - 1) * step, 0, HALF)
                for m, n, alpha in (
                    (1, 2, fmpq(2)),
                    (1, 9, fmpq(2)),
                    (3, 9, fmpq(2)),
                    (1, 5, fmpq(3, 2)),
                    (1, 5, fmpq(3)),
                )
                for step in (fmpq(31, 32), fmpq(1), fmpq(33, 32))
            ),
            "15 rows at the gap that entmax needs and close to it",
        ),
        sampled(_levels),
        sampled(_near_levels, cases=120, title="search near the gaps"),
    ),
    folklore=(Debunked("sparsemax, one token 1 above 9 others", lambda: _two_levels(1, 9, 2, 1, 1, 0, HALF)),),
)
