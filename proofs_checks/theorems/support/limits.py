"""Evidence for the theorems about limits."""

from __future__ import annotations

from entmax_oracle.theory.mapping.entropy import tsallis
from entmax_oracle.theory.support import limits as T

from ..vocabulary import *

a, u, t = sp.symbols("a u t", positive=True)


def _softmax_proof() -> Proof:
    z, L = sp.symbols("z L", real=True)
    p = sp.Symbol("p", positive=True)
    yield identity(
        "log r = z - L: a token of KL(p || r) is -(p z - p log p) + p L, so KL is the gap of r's and p's Shannon "
        "objectives",
        p * (sp.log(p) - (z - L)),
        -(p * z - p * sp.log(p)) + p * L,
    )
    yield by("p is optimal for H_alpha: the gap plus that advantage is (H_1 - H_alpha)(r) - (H_1 - H_alpha)(p)")
    yield rises_from("H_1 >= H_alpha, as u - 1 + e^(-u) >= 0", u - 1 + sp.exp(-u), u, order=2)
    yield rises_from(
        "and H_1 - H_alpha is at most its rate, as u - 1 + e^(-u) <= u^2 / 2", u**2 / 2 - u + 1 - sp.exp(-u), u, order=3
    )
    rate = a / (1 + a) * (t + t**2 / 2) - (t - (1 - sp.exp(-a * t)) / (a * (1 + a)))
    yield identity(
        "at u = a t, for a token e^(-t)", rate, ((a * t) ** 2 / 2 - a * t + 1 - sp.exp(-a * t)) / (a * (1 + a))
    )
    divergence = N.total(N.p[N.i] * (sp.log(N.p[N.i]) - sp.log(N.r[N.i])))
    bound = N.a / N.alpha * (tsallis(N.r, 1) + N.total(N.r[N.i] * sp.log(N.r[N.i]) ** 2) / 2)
    yield concludes("so", "divergence", Le(divergence, bound))


@family("random rows", z=reals, alpha=one_of(("101/100", *ALPHAS)))
def beside_softmax(z: Row, alpha: fmpq) -> Instance:
    """Return a row together with its softmax."""
    return row(z, alpha) + {N.r: row(z, 1)[N.p]}


softmax_limit = Case(
    T.softmax_limit,
    (symbolic(_softmax_proof), sampled(beside_softmax)),
)


def _hot_proof() -> Proof:
    b, p, s, d, M, R = sp.symbols("b p s d M R", positive=True)
    # b = 2 - alpha; d = z - mean; V = sum p^(2b-1) d^2
    V = sp.Symbol("V", positive=True)
    yield by("at theta = 0, p = 1/n, s = n^(-b), Sigma = n^(1-b): the slope s d is n^(alpha - 2) (z - zbar)")
    yield identity(
        "p' = p^b d (theorem scale-derivative), s = p^b: s' = b p^(2b-1) d",
        sp.diff(p**b, p) * p**b * d,
        b * p ** (2 * b - 1) * d,
    )
    yield identity(
        "the mean moves at the rate sum s' d / Sigma, so p'' = s' d - s sum s' d / Sigma",
        b * p ** (2 * b - 1) * d * d - p**b * (b * V / s),
        b * (p ** (2 * b - 1) * d**2 - p**b * V / s),
    )
    yield by("|p_i^a - n^(-a)| <= a theta R <= n^(-a) / 2: (n p)^a lies between 1/2 and 3/2, n p within 2^q")
    yield identity(
        "p^(2b-1) = n^(1-2b) (n p)^(2b-1), within 2^(q |2b-1|); and 1 - 2 b = 2 alpha - 3",
        1 - 2 * b,
        2 * N.alpha - 3,
        at={b: 2 - N.alpha},
    )
    yield by("p_i^b sum p^(2b-1) / Sigma is at most n^(1-2b) 2^(q (|2b-1| + 2 |b|)): powers of n")
    t = sp.Symbol("t", positive=True)
    yield identity(
        "a difference of two such nonnegative terms, d^2 <= R^2, integrated twice",
        sp.Integral((1 - t) * M * R**2, (t, 0, 1)),
        M * R**2 / 2,
    )
    first = sp.Abs(N.p[N.i] - 1 / N.n - N.theta * N.n ** (N.alpha - 2) * (N.z[N.i] - T._average))
    yield concludes("so", "expansion", Le(first, T._growth * N.theta**2 * T._wide**2))


@family("random rows, at a share of the largest allowed scale", z=reals, alpha=one_of(ALPHAS), share=unit)
def _warm(z: Row, alpha: fmpq, share: fmpq) -> Instance:
    """Return a row at a share of the largest scale for which the expansion is claimed."""
    width = max(z) - min(z)
    if width == 0 or not 0 < share <= 1:
        return row(z, alpha, 1)
    scale = share * arb(len(z)) ** arb(1 - alpha) / (2 * (alpha - 1) * width)
    return row(z, alpha, dyadic(scale, 24))


hot_limit = Case(
    T.hot_limit,
    (
        symbolic(
            _hot_proof,
            rests=("scale-derivative",),
            given={"small": Le(N.a * N.theta * T._wide, N.n ** (1 - N.alpha) / 2)},
        ),
        sampled(_warm, cases=60),
    ),
    needed=(Needed("small", "sparsemax beyond its margin", lambda: row([1, 0], 2, 8)),),
)


def _slope_proof() -> Proof:
    L, E, F = sp.symbols("L E F", real=True)  # log p, sum p log p, sum p log^2 p
    p = sp.Symbol("p", positive=True)
    s = p * (1 - a * L + a**2 * L**2 / 2)
    sigma = 1 - a * E + a**2 * F / 2
    yield identity("s = p e^(-a L), to second order in a", sp.series(p * sp.exp(-a * L), a, 0, 3).removeO(), s)
    share = sp.series(s / sigma, a, 0, 3).removeO()
    formula = (p - share) / a**2 - (p * L - share * E) / a
    yield identity(
        "inserted into the derivative in alpha (theorem alpha-derivative), at a = 0",
        sp.expand(formula).subs(a, 0),
        p / 2 * (F - L**2),
    )
    bound = N.p[N.i] / 2 * (T._second_moment - sp.log(N.p[N.i]) ** 2)
    yield concludes("so", "slope", Eq(N.A[N.i], bound))


@family("random rows", sizes=(1, 4), z=reals)
def _starting(z: Row) -> Instance:
    """Return softmax with its right derivative in alpha: one-sided differences, extrapolated once.

    The error is a multiple of ``h^2 = 2^-60``; the ball allows ``2^-40``.
    """
    if max(z) - min(z) > 4:
        raise ValueError("probabilities of moderate size")
    base, h = row(z, 1), fmpq(1, 2**30)
    near, far = row(z, 1 + h / 2)[N.p], row(z, 1 + h)[N.p]
    slopes = [
        2 * (u - p) / (h / 2) - (w - p) / h + arb(0, arb(2) ** -40)
        for u, w, p in zip(near, far, base[N.p], strict=True)
    ]
    return base + {N.A: slopes}


alpha_slope = Case(
    T.alpha_slope,
    (symbolic(_slope_proof, rests=("alpha-derivative",)), sampled(_starting, cases=40)),
    folklore=(Debunked(r"$z = (0, -\frac14, -3)$", lambda: _starting([0, "-1/4", -3])),),
)
