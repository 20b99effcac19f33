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
    yield concludes("the error", "error", Eq(error, sp.Abs(residual)))
    yield by("|p'/(1 + f) - p| <= |p' - p| / (1 + f) + p |f| / (1 + f), which sum to 2 |f| / (1 + f)")
    scaled = N.total(sp.Abs(N.r[N.i] / (1 + residual) - N.p[N.i]))
    yield concludes("renormalised", "renormalised", Le(scaled, 2 * sp.Abs(residual) / (1 + residual)))
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


def _rounding_proof() -> Proof:
    m, R = sp.symbols("n R", positive=True)
    t = sp.Symbol("t", positive=True)
    yield identity(
        "along the segment the derivative is at most n^(alpha - 1) R in l1 (theorem sup-to-one-exact)",
        sp.Integral(m ** (N.alpha - 1) * R, (t, 0, 1)),
        m ** (N.alpha - 1) * R,
    )
    error = N.total(sp.Abs(N.r[N.i] - N.p[N.i]))
    yield concludes("integrated", "error", Le(error, N.n**N.a * N.reach))


@family("random pairs of rows", sizes=(1, 5), z=reals, y=reals, alpha=one_of((1, *ALPHAS)))
def _moved(z: Sequence[Any], y: Sequence[Any], alpha: Any) -> Instance:
    instance = two_rows(z, y, alpha)
    return instance + {N.reach: BALLS.maximum([abs(fmpq(s) - fmpq(t)) for s, t in zip(z, y, strict=True)])}


logit_rounding = Case(
    T.logit_rounding,
    (
        symbolic(_rounding_proof, rests=("sup-to-one-exact",), given={"convex-range": Le(N.alpha, 2)}),
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
