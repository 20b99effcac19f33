"""Evidence for the theorems about rounding."""

from __future__ import annotations

from entmax_oracle.theory.arithmetic import floating as T

from ..vocabulary import *

q, u, d = sp.symbols("q u d", positive=True)


@family("random rows and approximate thresholds", sizes=(1, 5), z=reals, alpha=one_of(ALPHAS), share=unit)
def approximate(z: Sequence[Any], alpha: Any, share: Any) -> Instance:
    """Return a row and an approximate threshold, a share of the way from ``x_max - 1`` to ``x_max``."""
    if share == 1:
        raise ValueError("the threshold lies within the first bracket")
    instance = row(z, alpha)
    a = instance[N.alpha] - 1
    x = [a * value for value in instance[N.z]]
    rho = BALLS.maximum(x) - 1 + fmpq(share)
    p = [BALLS.power(BALLS.maximum([fmpq(0), value - rho]), 1 / a) for value in x]
    return instance + {N.rho: rho, N.r: p}


NEAR = approximate


def _residual_proof() -> Proof:
    e = sp.Symbol("e", nonnegative=True)
    yield nonnegative("[x - t]_+^q falls in t for every token: all p' - p have one sign", sp.diff((u + e) ** q, e))
    yield by("so their absolute values add up to the difference of the sums, f(tau') - f(tau) = f(tau')")
    residual = N.total(N.pos(N.x(N.i) - N.rho) ** N.q) - 1
    error = N.total(sp.Abs(N.r[N.i] - N.p[N.i]))
    yield concludes("the error", "error", sp.Eq(error, sp.Abs(residual)))
    yield by("|p'/(1 + f) - p| <= |p' - p| / (1 + f) + p |f| / (1 + f), which sum to 2 |f| / (1 + f)")
    scaled = N.total(sp.Abs(N.r[N.i] / (1 + residual) - N.p[N.i]))
    yield concludes("renormalised", "renormalised", sp.Le(scaled, 2 * sp.Abs(residual) / (1 + residual)))
    yield positive("f falls strictly left of x_max", sp.diff(u**q, u))
    yield concludes("positive on the left", "side", sp.Implies(N.rho < N.tau, residual > 0))
    yield concludes("negative on the right", "other-side", sp.Implies(N.rho > N.tau, residual < 0))


residual_identity = Case(
    T.residual_identity,
    (
        symbolic(_residual_proof),
        exact(
            lambda: [approximate([0], 2, "1/64"), approximate([0, 0], 2, "31/64")],
            "thresholds just above and just below the true one",
        ),
        sampled(NEAR),
    ),
    sharp=(Sharp("renormalised", "two tokens, sparsemax, the second lost", lambda: [approximate([0, 0], 2, "1/2")]),),
    folklore=(Debunked("sparsemax, two equal tokens", lambda: approximate([0, 0], 2, "3/4")),),
)


def _condition_proof() -> Proof:
    c = sp.Symbol("c", nonnegative=True)
    t = sp.Symbol("t", positive=True)
    yield identity("a token moves at the rate q (x - t)^(q - 1)", sp.diff(u**q, u), q * u ** (q - 1))
    yield nonnegative("x - t <= 1 and q - 1 = c >= 0: u^c <= 1 for u = 1 / (1 + t)", sp.diff(t**c, t))
    yield identity("summed over n tokens and integrated from tau to tau'", sp.Integral(q * N.n, (t, 0, d)), q * N.n * d)
    error = N.total(sp.Abs(N.r[N.i] - N.p[N.i]))
    yield concludes("so", "error", sp.Le(error, N.q * N.n * sp.Abs(N.rho - N.tau)))


threshold_condition = Case(
    T.threshold_condition,
    (symbolic(_condition_proof, given={"convex-range": sp.Le(N.alpha, 2)}), sampled(NEAR)),
    sharp=(Sharp("error", "sparsemax, equal tokens", lambda: [approximate([0, 0], 2, "3/4")]),),
    needed=(Needed("convex-range", r"$\alpha = 21/10$, one token", lambda: approximate([0], "21/10", "3/4")),),
)


def _rounding_proof() -> Proof:
    m, R = sp.symbols("n R", positive=True)
    t = sp.Symbol("t", positive=True)
    yield identity(
        "along the segment the derivative is at most n^(alpha - 1) R in l1 (theorem sup-to-one-exact)",
        sp.Integral(m ** (N.alpha - 1) * R, (t, 0, 1)),
        m ** (N.alpha - 1) * R,
    )
    error = N.total(sp.Abs(N.r[N.i] - N.p[N.i]))
    yield concludes("integrated", "error", sp.Le(error, N.n**N.a * N.reach))


@family("random pairs of rows", sizes=(1, 5), z=reals, y=reals, alpha=one_of((1, *ALPHAS)))
def _moved(z: Sequence[Any], y: Sequence[Any], alpha: Any) -> Instance:
    instance = two_rows(z, y, alpha)
    return instance + {N.reach: BALLS.maximum([abs(fmpq(s) - fmpq(t)) for s, t in zip(z, y, strict=True)])}


logit_rounding = Case(
    T.logit_rounding,
    (
        symbolic(_rounding_proof, rests=("sup-to-one-exact",), given={"convex-range": sp.Le(N.alpha, 2)}),
        sampled(_moved),
    ),
    sharp=(
        Sharp("error", "sparsemax, four tokens, signs alternate", lambda: [_moved([0] * 4, ["1/8", "-1/8"] * 2, 2)]),
    ),
    needed=(
        Needed(
            "convex-range",
            r"$\alpha = 21/10$, two tokens near the threshold change places",
            lambda: _moved(["9/10", fmpq(1, 10**5), 0], ["9/10", 0, fmpq(1, 10**5)], "21/10"),
        ),
    ),
    folklore=(Debunked("sparsemax, four tokens", lambda: _moved([0] * 4, ["1/8", "-1/8"] * 2, 2)),),
)


def _number_proof() -> Proof:
    a, c, m, t, w = sp.symbols("a c m t w", positive=True)
    e = sp.Symbol("e", nonnegative=True)
    p = sp.Symbol("p", positive=True)
    kappa = N.q * N.p_max**N.a * N.total(sp.Piecewise((N.p[N.i] ** (2 - N.alpha), N.p[N.i] > 0), (0, True)))
    yield nonnegative("p_max^a p^(1 - a) >= p, as (p_max / p)^a >= 1 (p_max = p + e)", sp.diff((p + e) ** a, e))
    yield identity("at equality", p**a * p ** (1 - a), p)
    yield concludes("summed: at least 1", "least", sp.Ge(kappa, N.q))
    yield positive(
        "the others' sensitivity is largest when they are equal: t^c is concave for c < 1",
        -sp.diff(t ** (1 / (1 + c)), t, 2),
    )
    yield identity(
        "where p_max^a times it is w^a m^a (1 - w)^(1 - a), w = p_max, m = |S| - 1",
        m * ((1 - w) / m) ** (1 - a),
        m**a * (1 - w) ** (1 - a),
    )
    yield nonnegative(
        "w <= 1 and w^a (1 - w)^(1 - a) is a weighted geometric mean of numbers <= 1: their gap from 1", 1 - 1 / (1 + e)
    )
    yield concludes("so", "most", sp.Le(kappa, N.q * (1 + (N.size - 1) ** N.a)))


condition_number = Case(
    T.condition_number,
    (symbolic(_number_proof, given={"convex-range": sp.Le(N.alpha, 2)}), sampled(points(alphas=ALPHAS))),
    sharp=(
        Sharp("least", "uniform", lambda: [simplex(["1/4"] * 4, "3/2")]),
        Sharp("most", "one token", lambda: [simplex([1], 2)]),
        Sharp(
            "most",
            r"$\alpha = 2$ and nearly all mass on one of many tokens",
            lambda: [simplex([1 - fmpq(m, m * m + 1)] + [fmpq(1, m * m + 1)] * m, 2) for m in (4, 16, 64)],
            within=0.02,
        ),
    ),
    needed=(Needed("convex-range", r"$\alpha = 21/10$", lambda: simplex(["1/120", "119/120"], "21/10")),),
)
