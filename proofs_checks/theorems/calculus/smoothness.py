"""Evidence for the theorems about smoothness."""

from __future__ import annotations

from entmax_oracle.theory.calculus import smoothness as T
from entmax_oracle.theory.calculus.jacobian import quadratic
from entmax_oracle.theory.calculus.lipschitz import spectral_constant

from ..vocabulary import *
from .lipschitz import SMOOTH

a, t, u, b = sp.symbols("a t u b", positive=True)


def _fades_proof() -> Proof:
    s, S, R = sp.symbols("s s_j R", positive=True)
    yield identity(
        "an entry s_i s_j / Sigma, Sigma = s_i + s_j + R, is s_j less",
        S - s * S / (s + S + R),
        S * (S + R) / (s + S + R),
    )
    yield nonnegative("a positive amount", S * (S + R) / (s + S + R))
    yield by("a diagonal entry s_j - s_j^2 / Sigma is less than s_j by s_j^2 / Sigma")
    yield identity(
        "s_j = p_j^(2 - alpha) = (x_j - tau)^(q - 1), q = 1 / a", (u ** (1 / a)) ** (1 - a), u ** (1 / a - 1)
    )
    yield concludes(
        "off the support both sides are 0, as q > 1",
        "fades",
        Le(sp.Abs(N.D[N.i, N.j]), N.pos(N.x(N.j) - N.tau) ** (N.q - 1)),
    )


boundary_slopes = Case(
    T.boundary_slopes,
    (
        symbolic(_fades_proof),
        sampled(
            family(
                "random rows, derivative by symmetric differences of step $2^{-56}$",
                added=2,
                sizes=(1, 4),
                weights=weights,
                alpha=one_of([value for value in CONVEX if value < 2]),
                dead=whole(0, 2),
            )(lambda weights, alpha, dead: differentiated(moderate(weights, alpha, dead))),
            cases=40,
        ),
    ),
    sharp=(
        Sharp(
            "fades",
            r"$\alpha = 3/2$, a token that comes close",
            lambda: [
                differentiated(chosen([1 - fmpq(1, m**2), fmpq(1, m**2)], "3/2")) + {N.i: 2, N.j: 2}
                for m in (4, 16, 64)
            ],
            within=0.02,
        ),
    ),
    folklore=(Debunked(r"$\alpha = 2$, $p = (15/16, 1/16)$", lambda: differentiated(chosen(["15/16", "1/16"], 2))),),
)


@family("random pairs of probabilities", alpha=one_of((1, *ALPHAS)), share=unit)
def _pair(alpha: Any, share: Any) -> Instance:
    if not 0 < share < 1:
        raise ValueError("a share between 0 and 1")
    return simplex([1 - fmpq(share), fmpq(share)], alpha) + {N.mix: fmpq(share)}


def _jump_proof() -> Proof:
    s, S = sp.symbols("s S", positive=True)
    slope = 1 / (N.mix ** (N.alpha - 2) + (1 - N.mix) ** (N.alpha - 2))
    yield identity(
        "J_22 = s_2 - s_2^2 / (s_1 + s_2) = 1 / (1 / s_1 + 1 / s_2)", s - s**2 / (s + S), 1 / (1 / s + 1 / S)
    )
    sigma = N.total(N.s(N.k), N.k)
    yield concludes("with s = p^(2 - alpha)", "slope", Eq(N.s(2) - N.s(2) ** 2 / sigma, slope))
    t, w, c = sp.Symbol("t", positive=True), sp.Symbol("w", positive=True), sp.Symbol("c", positive=True)
    yield positive("1 / (t^(-c) + (1 - t)^(-c)) is less than t^c, c = 2 - alpha: the other term is positive", w ** (-c))
    yield concludes("so", "below-two", Le(slope, N.mix ** (2 - N.alpha)))
    yield identity("both terms are 1 for alpha = 2", 1 / (t**c + w**c), sp.Rational(1, 2), at={c: 0})
    half = Eq(slope, sp.Rational(1, 2))
    yield concludes("so", "sparsemax", sp.Implies(Eq(N.alpha, 2), half))
    yield identity(
        "c = alpha - 2 > 0 (else 1 - t^c <= 0), (1 - t)^c <= 1: at least 1 / (1 + t^c), which exceeds 1 - t^c by",
        1 / (1 + w) - (1 - w),
        w**2 / (1 + w),
    )
    yield concludes("w = t^c", "above-two", Ge(slope, 1 - N.mix ** (N.alpha - 2)))
    yield positive("and t^c > 0: less than 1 / (1 - t)^c", t**c)
    yield concludes("so", "not-above", Le(slope, (1 - N.mix) ** (2 - N.alpha)))


boundary_jump = Case(
    T.boundary_jump,
    (
        symbolic(_jump_proof),
        exact(
            lambda: [_pair(alpha, fmpq(1, 2**20)) for alpha in (fmpq(3, 2), fmpq(2), fmpq(5, 2), fmpq(3))], "the edge"
        ),
        sampled(_pair),
    ),
)


def _affine_proof() -> Proof:
    z, y, Z, tau, rho, d, m = sp.symbols("z y Z tau rho d m", real=True)
    yield by("on S: r - p = (y - rho) - (z - tau) = (y - z) - (rho - tau)")
    yield identity(
        "summed over S both rows give 1, so each threshold is the mean, less 1 / |S|: it moves by the mean d of y - z",
        (y - rho) - (z - tau),
        (y - z) - d,
        at={tau: (Z - 1) / m, rho: (Z + m * d - 1) / m},
    )
    i, j = N.i, N.j
    moved = N.y[i] - N.z[i] - N.total(sp.Piecewise((N.y[j] - N.z[j], N.p[j] > 0), (0, True)), j) / N.size
    yield concludes("so the thresholds move by the mean", "affine", sp.Or(Eq(N.p[i], 0), Eq(N.r[i] - N.p[i], moved)))
    yield concludes("off S both are 0", "zero", sp.Or(N.p[i] > 0, Eq(N.r[i], 0)))


@family("random rows and small moves", z=reals, y=reals, alpha=one_of([2]))
def _shaken(z: Row, y: Row, alpha: fmpq) -> Instance:
    return two_rows(z, [one + other / 64 for one, other in zip(z, y, strict=True)], alpha)


sparsemax_affine = Case(
    T.sparsemax_affine,
    (
        symbolic(
            _affine_proof,
            given={"sparsemax": Eq(N.alpha, 2), "same-support": N.Every(N.Iff(N.p[N.l] > 0, N.r[N.l] > 0), N.l)},
        ),
        sampled(_shaken),
    ),
    needed=(
        Needed("sparsemax", r"$\alpha = 19/10$", lambda: two_rows([1, 0], ["1/2", 0], "19/10")),
        Needed("same-support", "a token leaves", lambda: two_rows([0, 0], [2, 0], 2)),
    ),
)


@family("random points and directions", sizes=(1, 5), weights=weights, v=reals, alpha=one_of(SMOOTH))
def _with_diagonal(weights: Row, v: Row, alpha: fmpq) -> Instance:
    """Return a point, a direction and the largest diagonal entry of the Jacobian."""
    instance = with_direction(weights, v, alpha)
    s = [BALLS.power(value, 2 - alpha) if value > 0 else fmpq(0) for value in instance[N.p]]
    sigma = BALLS.add(s)
    return instance + {N.reach: BALLS.maximum([value - value * value / sigma for value in s])}


def _simple_proof() -> Proof:
    s, w = sp.symbols("s w", positive=True)
    f = sp.Symbol("f", real=True)
    square = N.total(N.v[N.i] ** 2)
    yield by("a row of J sums to 0: its absolute sum is twice the diagonal entry")
    yield concludes(
        "the norm of a symmetric matrix is at most its largest absolute row sum",
        "diagonal",
        Le(quadratic, 2 * N.reach * square),
    )
    yield nonnegative("v^T J v = sum s v^2 - (sum s v)^2 / Sigma is at most sum s v^2", f**2 / s)
    yield identity(
        "and s = p^b <= p_max^b, b = 2 - alpha >= 0 (p = w e^(-u))", (w * sp.exp(-u)) ** b, w**b * sp.exp(-u * b)
    )
    yield concludes("so", "top", Le(quadratic, N.p_max ** (2 - N.alpha) * square))
    yield nonnegative("p_max <= 1: 1 - e^(-u b)", (1 - 1 / (1 + u)))
    yield concludes("so", "one", Le(quadratic, square))
    sigma = N.total(N.s(N.k), N.k)
    probe = quadratic.replace(N.v[N.k], sp.KroneckerDelta(N.k, N.j) - 1 / N.n)
    yield concludes(
        "J 1 = 0, so e_k - 1/n has the quadratic form J_kk, and squared length 1 - 1/n",
        "probe",
        Eq(probe, N.s(N.j) - N.s(N.j) ** 2 / sigma),
    )


simple_norms = Case(
    T.simple_norms,
    (symbolic(_simple_proof, given={"convex-range": Le(N.alpha, 2)}), sampled(_with_diagonal)),
    sharp=(
        Sharp("diagonal", "two tokens", lambda: [_with_diagonal([1, 4], [1, -1], "3/2")]),
        Sharp("top", "two equal tokens", lambda: [_with_diagonal([1] * 2, [1, -1], "3/2")]),
        Sharp("one", r"$\alpha = 2$", lambda: [_with_diagonal([1] * 2, [1, -1], 2)]),
    ),
    needed=(Needed("convex-range", r"$\alpha = 21/10$", lambda: _with_diagonal([1, 1], [1, -1], "21/10")),),
)


def _two_proof() -> Proof:
    s, S, x, y = sp.symbols("s S x y", positive=True)
    form = s * x**2 + S * y**2 - (s * x + S * y) ** 2 / (s + S)
    yield identity("v^T J v = h (v_1 - v_2)^2, h = s_1 s_2 / (s_1 + s_2)", form, s * S / (s + S) * (x - y) ** 2)
    yield nonnegative("and (v_1 - v_2)^2 <= 2 |v|^2", 2 * (x**2 + y**2) - (x - y) ** 2, (x + y) ** 2)
    yield identity("h = 1 / (p_1^c + p_2^c), c = alpha - 2", 1 / (1 / s + 1 / S), s * S / (s + S))
    c = sp.Symbol("c", positive=True)
    yield positive(
        "for c < 1, c = 1 / (1 + b), t^c is concave: the sum is above its value 1 at the ends",
        -sp.diff(t ** (1 / (1 + b)), t, 2),
    )
    yield nonnegative("for c >= 1, c = 1 + b, it is convex: the sum is least at 1/2", sp.diff(t ** (1 + b), t, 2))
    yield identity("where it is 2^(1 - c)", 2 * sp.Rational(1, 2) ** c, 2 ** (1 - c))
    yield concludes(
        "so 2 h <= max(2, 2^c)", "norm", Le(quadratic, sp.Max(2, 2 ** (N.alpha - 2)) * N.total(N.v[N.i] ** 2))
    )


two_token_norm = Case(
    T.two_token_norm,
    (
        symbolic(_two_proof, given={"two": Eq(N.n, 2)}),
        sampled(
            family(
                "random pairs and directions",
                sizes=(2, 2),
                weights=weights,
                v=reals,
                alpha=one_of(["9/4", "5/2", 3, 4, 5]),
            )(with_direction)
        ),
    ),
    sharp=(
        Sharp("norm", r"$\alpha = 4$, uniform", lambda: [with_direction([1] * 2, [1, -1], 4)]),
        Sharp(
            "norm",
            r"$\alpha = 5/2$, one token near 0",
            lambda: [with_direction([1, fmpq(m)], [1, -1], "5/2") for m in (2**8, 2**12, 2**16)],
            within=0.01,
        ),
    ),
    needed=(Needed("two", "three tokens", lambda: with_direction([1, 1, 998], [1, -1, 0], 3)),),
    folklore=(Debunked(r"$\alpha = 5/2$, $p_1 = 1/65$", lambda: with_direction([1, 64], [1, -1], "5/2")),),
)


@family(
    "random rows away from the boundary, derivative by symmetric differences of step $2^{-56}$",
    added=2,
    sizes=(1, 4),
    weights=weights,
    alpha=one_of(ALPHAS),
    theta=around_one,
    dead=whole(0, 2),
)
def _scaled_row(weights: Row, alpha: fmpq, theta: fmpq, dead: fmpq) -> Instance:
    if theta > 4:
        raise ValueError("a scale of moderate size")
    logits = moderate(weights, alpha, dead)[N.z]
    return differentiated_in_scale(row([value / theta for value in logits], alpha, theta))


def _scale_proof() -> Proof:
    z, tau, theta, M = sp.symbols("z tau theta M", real=True)
    p, s, S = sp.symbols("p s Sigma", positive=True)
    sigma = N.total(N.s(N.k), N.k)
    mean = N.total(N.s(N.k) * N.z[N.k], N.k) / sigma
    along = N.total(N.s(N.k) * N.z[N.k] ** 2, N.k) - N.total(N.s(N.k) * N.z[N.k], N.k) ** 2 / sigma
    yield identity(
        "theta z moves at the rate z: by the chain rule B = J z, J z = s (z - M / Sigma)",
        s * z - s * M / S,
        s * (z - M / S),
    )
    yield concludes("so", "probabilities", Eq(N.B[N.i], N.s(N.i) * (N.z[N.i] - mean)))
    yield by("times z, summed: Q - M^2 / Sigma, with Q = sum s z^2")
    yield concludes("so", "expected-logit", Eq(N.total(N.z[N.i] * N.B[N.i]), along))
    yield identity(
        "dH_alpha = -sum p^a dp / a, as (p - p^(1 + a)) / (a (1 + a)) has slope 1 / (a (1 + a)) - p^a / a and sum dp "
        "= 0",
        sp.diff((p - p ** (1 + a)) / (a * (1 + a)), p),
        1 / (a * (1 + a)) - p**a / a,
    )
    yield identity(
        "on the support p^a / a = theta z - tau / a, and sum B = 0", (theta * a * z - tau) / a, theta * z - tau / a
    )
    yield concludes("so", "entropy", Eq(-N.total(N.p[N.i] ** N.a * N.B[N.i]) / N.a, -N.theta * along))
    log = sp.Piecewise((sp.log(N.p[N.k]), N.p[N.k] > 0), (0, True))
    inner = N.total(N.s(N.l) * N.z[N.l], N.l) / N.total(N.s(N.l), N.l)
    covariance = N.total(N.s(N.k) * log * (N.z[N.k] - inner), N.k)
    yield identity("-p log p has slope -log p - 1", sp.Derivative(-p * sp.log(p), p), -sp.log(p) - 1)
    yield concludes("so", "shannon", Eq(-N.total(log.subs(N.k, N.i) * N.B[N.i]), -covariance))
    yield positive(
        "log p = log(theta a z - tau) / a rises with z on the support: a covariance of two rising functions",
        sp.diff(sp.log(u) / a, u),
    )
    x, w = sp.symbols("x w", nonnegative=True)
    yield nonnegative(
        "is a sum over pairs of s s' (log p - log p') (z - z') / Sigma >= 0 (differences w and x >= 0)", w * x * s
    )
    yield concludes("so", "falls", Ge(covariance, 0))


scale_derivative = Case(
    T.scale_derivative,
    (
        symbolic(_scale_proof, given={"off-boundary": N.Every(Ne(N.theta * N.x(N.l), N.tau), N.l)}),
        sampled(_scaled_row, cases=40),
    ),
    needed=(Needed("off-boundary", r"$\alpha = 2$, $z = (1, 0)$", lambda: differentiated_in_scale(row([1, 0], 2))),),
)


def _lipschitz_proof() -> Proof:
    L, d, theta = sp.symbols("L d theta", positive=True)
    yield identity(
        "along the segment from theta z' to theta z the derivative is at most L |theta (z - z')| (theorem "
        "jacobian-norm)",
        sp.Integral(L * theta * d, (t, 0, 1)) ** 2,
        theta**2 * L**2 * d**2,
    )
    moved, apart = N.total((N.p[N.i] - N.r[N.i]) ** 2), N.total((N.z[N.i] - N.y[N.i]) ** 2)
    yield concludes("integrated and squared", "distance", Le(moved, N.theta**2 * spectral_constant**2 * apart))


scaled_lipschitz = Case(
    T.scaled_lipschitz,
    (
        symbolic(_lipschitz_proof, rests=("jacobian-norm",), given={"convex-range": Le(N.alpha, 2)}),
        sampled(
            family("random pairs of rows", sizes=(2, 5), z=reals, y=reals, alpha=one_of(SMOOTH), theta=around_one)(
                two_rows
            )
        ),
    ),
    sharp=(Sharp("distance", "sparsemax, two tokens", lambda: [two_rows([0, 0], ["1/8", "-1/8"], 2, 3)]),),
    needed=(
        Needed(
            "convex-range",
            r"$\alpha = 21/10$, two tokens, from equal logits",
            lambda: two_rows([2, -2], [0, 0], "21/10", "1/16"),
        ),
    ),
    folklore=(
        Debunked(r"sparsemax, $\theta = 3$ ($\log n$ at $n = 20$)", lambda: two_rows([0, 0], ["1/8", "-1/8"], 2, 3)),
    ),
)
