"""Evidence for the theorems about Fenchel-Young losses."""

from __future__ import annotations

from entmax_oracle.theory.calculus import losses as T
from entmax_oracle.theory.calculus.lipschitz import spectral_constant
from entmax_oracle.theory.mapping.entropy import tsallis, tsallis_term

from ..mapping.entropy import bernoulli, exponential_above_line
from ..vocabulary import *

a, p, r, u, w = sp.symbols("a p r u w", positive=True)
alpha = 1 + a


TARGETS = family("random rows and targets", sizes=(1, 5), z=reals, weights=weights, alpha=one_of(ALPHAS))(targeted)


def _conjugate_proof() -> Proof:
    z, tau = sp.symbols("z tau", real=True)
    live = {z: (p**a + tau) / a}
    token = p * z + tsallis_term(p, alpha)
    split = a / alpha * p * z + p * (tau + 1) / (alpha * a)
    yield identity(
        "token by token on the support, where z = (p^a + tau) / a; sum p = 1 collects the last term",
        token.subs(live),
        split.subs(live),
    )
    value = N.a / N.alpha * N.total(N.p[N.i] * N.z[N.i]) + (N.tau + 1) / (N.alpha * N.a)
    yield concludes("summed", "value", Eq(T.conjugate_value, value))
    yield by("the value at z' is at least that of p, <p, z'> + H(p), which is the value at z plus <p, z' - z>")
    other = N.total(N.r[N.i] * N.y[N.i]) + tsallis(N.r, N.alpha)
    yield concludes(
        "as p is optimal for z only",
        "subgradient",
        Ge(other, T.conjugate_value + N.total(N.p[N.i] * (N.y[N.i] - N.z[N.i]))),
    )


conjugate = Case(
    T.conjugate,
    (
        symbolic(_conjugate_proof),
        sampled(family("random pairs of rows", sizes=(1, 5), z=reals, y=reals, alpha=one_of(ALPHAS))(two_rows)),
    ),
)


def _decomposition_proof() -> Proof:
    z, tau = sp.symbols("z tau", real=True)
    d = sp.Symbol("d", nonnegative=True)
    token = p * z + tsallis_term(p, alpha) - r * z - tsallis_term(r, alpha)
    divergence = (r**alpha - p**alpha - alpha * p**a * (r - p)) / (alpha * a)
    level = (tau / a + 1 / (alpha * a)) * (p - r)
    yield identity(
        "a live token's share of the loss is its divergence plus a multiple of p - r",
        token.subs(z, (p**a + tau) / a),
        divergence + level,
    )
    dead = -r * z - tsallis_term(r, alpha)
    yield identity(
        "a dead token's has the slack on top", dead, r**alpha / (alpha * a) + r * (tau / a - z) + level.subs(p, 0)
    )
    slack = N.total(sp.Piecewise((N.r[N.i] * (N.tau / N.a - N.z[N.i]), Eq(N.p[N.i], 0)), (0, True)))
    yield concludes("the multiples sum to 0", "decomposition", Eq(T.loss, T.bregman + slack))
    yield bernoulli()
    yield identity(
        "divergences are Bernoulli's gap at w = r / p, times p^alpha",
        divergence.subs(r, p * w),
        p**alpha * (w**alpha - 1 - alpha * (w - 1)) / (alpha * a),
    )
    yield nonnegative("slacks are r (tau - x) / a with x = tau - d", r * ((tau - (tau - d)) / a))
    yield concludes("so", "nonnegative", Ge(T.loss, 0))
    yield positive("w^alpha is strictly convex: Bernoulli's gap is 0 at w = 1 only", sp.diff(w**alpha, w, 2))
    yield positive("and a dead token's divergence is positive where the target has mass", r**alpha / (alpha * a))
    equal = N.Every(Eq(N.r[N.l], N.p[N.l]), N.l)
    yield concludes("so all terms vanish for y = p only", "zero", N.Iff(T.loss <= 0, equal))


decomposition = Case(
    T.decomposition,
    (
        symbolic(_decomposition_proof),
        exact(
            lambda: (
                targeted(["1/2", 0, -3], [3 + nudge, 1 - nudge, 0], 2) for nudge in (0, fmpq(1, 64), fmpq(-1, 64))
            ),
            r"targets at and near $p$, $\alpha = 2$",
        ),
        sampled(TARGETS, cases=60),
    ),
    sharp=(Sharp("nonnegative", "the target is p", lambda: [targeted(["1/2", 0], [3, 1], 2)]),),
    folklore=(Debunked("sparsemax, a target on a dead token", lambda: targeted([5, 0], [0, 1], 2)),),
)


def _margin_proof() -> Proof:
    m = sp.Symbol("n", positive=True)
    yield nonnegative(
        "one-hot on the largest logit is one candidate: Omega* >= z_max + H(one-hot) = z_max",
        0 * m + tsallis_term(sp.Integer(1), alpha),
    )
    yield concludes("so", "lower", Ge(T.one_hot_loss, N.z_max - N.z[N.k]))
    yield identity(
        "<p, z> <= z_max, and the entropy is at most that of uniform p",
        m * tsallis_term(1 / m, alpha),
        (1 - m ** (-a)) / (alpha * a),
    )
    upper = N.z_max - N.z[N.k] + (1 - N.n ** (1 - N.alpha)) / (N.alpha * N.a)
    yield concludes("so", "upper", Le(T.one_hot_loss, upper))
    margin = N.Every(sp.Or(Eq(N.l, N.k), N.z[N.l] <= N.z[N.k] - 1 / N.a), N.l)
    yield identity(
        "the loss is 0 if and only if p = e_k, by the one-hot margin: a g >= 1 at g = 1 / a",
        a * N.gap,
        1,
        at={N.gap: 1 / a},
    )
    yield concludes("so", "margin", N.Iff(T.one_hot_loss <= 0, margin))


margin_loss = Case(
    T.margin_loss,
    (
        symbolic(_margin_proof),
        exact(lambda: [row([3 + nudge, 1], "3/2") for nudge in (0, fmpq(-1, 64), fmpq(1, 64))], "rows at the margin"),
        sampled(rows(sizes=(1, 5)), cases=60),
    ),
    sharp=(
        Sharp("lower", "one-hot, wrong", lambda: [row([5, 0], 2) + {N.k: 2}]),
        Sharp("upper", "equal logits", lambda: [row([0, 0, 0], 2) + {N.k: 1}]),
    ),
    folklore=(Debunked("sparsemax, margin 1", lambda: row([1, 0], 2) + {N.k: 1}),),
)


def _loss_falls_proof() -> Proof:
    t = sp.Symbol("t", positive=True)
    yield exponential_above_line()
    first = (1 - sp.exp(-a * t)) / a
    yield identity(
        "the entropy of every point falls in alpha: (1 - e^(-a t)) / a has slope -(e^(a t) - 1 - a t) e^(-a t) / a^2",
        sp.diff(first, a),
        -(sp.exp(a * t) - 1 - a * t) * sp.exp(-a * t) / a**2,
    )
    yield positive("and 1 / (1 + a) falls", -sp.diff(1 / alpha, a))
    falls = Le(N.total(N.r[N.i] * N.z[N.i]) + tsallis(N.r, N.beta) - N.z[N.k], T.one_hot_loss)
    yield concludes("a maximum of smaller functions is smaller; the target's entropy is 0 for both", "falls", falls)


loss_in_alpha = Case(
    T.loss_in_alpha,
    (
        symbolic(_loss_falls_proof, given={"order": Le(N.alpha, N.beta)}),
        sampled(
            family("random rows at two exponents", sizes=(1, 5), z=reals, alpha=one_of(ALPHAS), beta=one_of(ALPHAS))(
                two_alphas
            )
        ),
    ),
    needed=(Needed("order", r"$\alpha = 3$, $\alpha' = 2$", lambda: two_alphas([0, 0], 3, 2)),),
)


def two_rows_and_target(z: Sequence[Any], y: Sequence[Any], weights: Sequence[Any], alpha: Any) -> Instance:
    """Return two rows and a target for both."""
    return two_rows(z, y, alpha) + {N.target: normalised(weights)}


def _pairs(alphas: Sequence[Any]) -> Family:
    return family(
        "random pairs of rows and targets", sizes=(2, 5), z=reals, y=reals, weights=weights, alpha=one_of(alphas)
    )(two_rows_and_target)


def _gradient_proof() -> Proof:
    moved = N.total((N.p[N.i] - N.target[N.i]) * (N.y[N.i] - N.z[N.i]))
    yield by("Omega* rises by at least <p, z' - z> (theorem conjugate), the linear part by <Y, z' - z>")
    yield concludes("so", "convex", Ge(T._gap_of_losses, moved))
    s, t = sp.symbols("s t", nonnegative=True)
    yield nonnegative("|p - Y| <= p + Y, which sum to 2 (p = Y + s, and p = Y - s by symmetry)", (t + s + t) - s)
    distance = N.total(sp.Abs(N.p[N.i] - N.target[N.i]))
    yield concludes("so", "one-norm", Le(distance, 2))
    yield nonnegative(
        "(p - Y)^2 <= p^2 + Y^2 <= p + Y, as p = 1 / (1 + s) <= 1: p - p^2", sp.factor(1 / (1 + s) - 1 / (1 + s) ** 2)
    )
    squares = N.total((N.p[N.i] - N.target[N.i]) ** 2)
    yield concludes("so", "two-norm", Le(squares, 2))


loss_gradient = Case(
    T.loss_gradient,
    (symbolic(_gradient_proof, rests=("conjugate",)), sampled(_pairs(ALPHAS))),
    sharp=(
        Sharp("one-norm", "one-hot, wrong", lambda: [two_rows_and_target([5, 0], [5, 0], [0, 1], 2)]),
        Sharp("two-norm", "one-hot, wrong", lambda: [two_rows_and_target([5, 0], [5, 0], [0, 1], 2)]),
    ),
    folklore=(Debunked("sparsemax, one-hot", lambda: two_rows_and_target([5, 0], [5, 0], [1, 0], 2)),),
)


def _smoothness_proof() -> Proof:
    L, d, t, g = sp.symbols("Lambda d t g", positive=True)
    yield identity(
        "along the segment the gradient moves by at most Lambda t |z' - z| (theorem jacobian-norm), integrated",
        sp.Integral(L * t * d**2, (t, 0, 1)),
        L / 2 * d**2,
    )
    moved = N.total((N.p[N.i] - N.target[N.i]) * (N.y[N.i] - N.z[N.i]))
    above = moved + spectral_constant / 2 * N.total((N.y[N.i] - N.z[N.i]) ** 2)
    yield concludes("so", "parabola", Le(T._gap_of_losses, above))
    yield identity(
        "the loss at z' = z - (p - Y) / Lambda is >= 0; the parabola there, with g = |p - Y|, says that L(z) is at "
        "least",
        g * N.shift - L / 2 * N.shift**2,
        g**2 / (2 * L),
        at={N.shift: g / L},
    )
    value = T.conjugate_value - N.total(N.target[N.i] * N.z[N.i]) - tsallis(N.target, N.alpha)
    squares = N.total((N.p[N.i] - N.target[N.i]) ** 2)
    yield concludes("so", "squared-error", Ge(value, squares / (2 * spectral_constant)))


loss_smoothness = Case(
    T.loss_smoothness,
    (
        symbolic(_smoothness_proof, rests=("jacobian-norm",), given={"convex-range": Le(N.alpha, 2)}),
        sampled(_pairs(CONVEX), cases=60),
    ),
    sharp=(
        Sharp(
            "parabola",
            "sparsemax, two tokens",
            lambda: [two_rows_and_target([0, 0], [fmpq(1, 4), fmpq(-1, 4)], [1, 1], 2)],
        ),
        Sharp("squared-error", "sparsemax, two tokens", lambda: [two_rows_and_target([0, 0], [0, 0], [1, 3], 2)]),
        Sharp(
            "squared-error",
            r"$\alpha = 3/2$, targets near uniform $p$",
            lambda: [two_rows_and_target([0, 0], [0, 0], [m + 1, m - 1], fmpq(3, 2)) for m in (4, 16, 64)],
            within=0.01,
        ),
    ),
    needed=(
        Needed(
            "convex-range",
            r"$\alpha = 21/10$, two equal tokens",
            lambda: two_rows_and_target([0, 0], [0, 0], [1, 0], fmpq(21, 10)),
        ),
    ),
)


@family("random rows and smoothings", sizes=(1, 5), z=reals, alpha=one_of(ALPHAS), epsilon=unit, label=whole(1, 3))
def smoothed(z: Sequence[Any], alpha: Any, epsilon: Any, label: Any) -> Instance:
    """Return a row with a smoothed label of one class."""
    n, at, share = len(z), int(fmpq(label).p), fmpq(epsilon)
    if at > n:
        raise ValueError("a class of the row")
    labels = [share / n + (1 - share if m + 1 == at else 0) for m in range(n)]
    return row(z, alpha) + {N.r: labels, N.epsilon: share, N.k: fmpq(at)}


def _smoothing_proof() -> Proof:
    o, x, m, e, h = sp.symbols("o x m e h", real=True)
    shifted = T.one_hot_loss + N.epsilon * (N.z[N.k] - N.total(N.z[N.i]) / N.n) - tsallis(N.r, N.alpha)
    yield identity("<Y, z> = (1 - e) z_k + e zbar", o - ((1 - e) * x + e * m) - h, (o - x) + e * (x - m) - h)
    yield concludes("so", "shift", Eq(T.loss, shifted))
    yield concludes("a loss is not negative (theorem loss-decomposition)", "nonnegative", Ge(shifted, 0))


label_smoothing = Case(
    T.label_smoothing,
    (symbolic(_smoothing_proof, rests=("loss-decomposition",)), sampled(smoothed)),
    sharp=(Sharp("nonnegative", r"sparsemax at $z = Y$", lambda: [smoothed(["7/8", "1/8"], 2, "1/4", 1)]),),
)


def _soft_proof() -> Proof:
    yield exponential_above_line()
    yield by("Omega* falls in alpha (theorem loss-falls-in-alpha): o <= g; both losses less their label's entropy")
    one = N.total((N.r[N.i] - N.target[N.i]) * N.z[N.i]) + tsallis(N.r, N.beta) - tsallis(N.target, N.beta)
    other = N.total((N.p[N.i] - N.target[N.i]) * N.z[N.i]) + tsallis(N.p, N.alpha) - tsallis(N.target, N.beta)
    yield concludes("so", "falls", Le(one, other))


@family(
    "random rows and targets at two exponents",
    sizes=(1, 5),
    z=reals,
    weights=weights,
    alpha=one_of(ALPHAS),
    beta=one_of(ALPHAS),
)
def _soft(z: Sequence[Any], weights: Sequence[Any], alpha: Any, beta: Any) -> Instance:
    return two_alphas(z, alpha, beta) + {N.target: normalised(weights)}


loss_soft_labels = Case(
    T.loss_soft_labels,
    (
        symbolic(_soft_proof, rests=("loss-falls-in-alpha",), given={"order": Le(N.alpha, N.beta)}),
        sampled(_soft, cases=60),
    ),
    needed=(Needed("order", r"$\alpha = 3$, $\alpha' = 2$", lambda: _soft([0, 0], [1, 1], 3, 2)),),
    folklore=(
        Debunked(
            r"$z = (4/3, 4/3, 2/3)$, $Y = (4/9, 4/9, 1/9)$, $\alpha = 3/2$, $\alpha' = 2$",
            lambda: _soft(["4/3", "4/3", "2/3"], [4, 4, 1], "3/2", 2),
        ),
    ),
)
