"""Evidence for the theorems about Newton's method."""

from __future__ import annotations

from entmax_oracle.theory.mapping import newton as T
from entmax_oracle.theory.mapping.threshold import bend_sum, slope_sum

from ..vocabulary import *

CONVEX_RANGE = Le(N.alpha, 2)
LEFT = Le(N.rho, N.tau)


def _from(z: Row, alpha: fmpq, start: fmpq) -> Instance:
    """Return a row and a start, an absolute number below the largest ``x_i``."""
    instance = row(z, alpha)
    if not start < (alpha - 1) * max(z):
        raise ValueError("the start lies left of the largest logit")
    return instance + {N.rho: fmpq(start)}


@family("random rows and starts on both sides", sizes=(1, 5), z=reals, alpha=one_of((*CONVEX, "41/20")), depth=unit)
def _below(z: Row, alpha: fmpq, depth: fmpq) -> Instance:
    """Return a row and a start at most two first brackets below the largest ``x_i``."""
    return _from(z, alpha, (alpha - 1) * max(z) - 2 * depth)


@family(
    "random rows and starts left of the threshold",
    sizes=(1, 8),
    z=reals,
    alpha=one_of([2, 2, 2, "39/20"]),
    depth=magnitude,
)
def _descended(z: Row, alpha: fmpq, depth: fmpq) -> Instance:
    """Return a row and a start left of the threshold, with the number of exact steps that lead to it."""
    instance = row(z, alpha)
    start = instance[N.tau] - depth
    at, count = start, 0
    while alpha == 2 and at != instance[N.tau]:
        at, count = read(T.plain, {**instance.values, N.rho: at}), count + 1
    return instance + {N.rho: start, N.steps: fmpq(count)}


def _finite_proof() -> Proof:
    total, m, r = sp.symbols("X m r", real=True)
    end = r + (total - m * r - 1) / m
    yield identity(
        "with m tokens above r that sum to X, the step ends at (X - 1) / m; if none of them falls out, the excess "
        "there is 0",
        total,
        m * end + 1,
    )
    progress = sp.Or(Eq(T.plain, N.tau), sp.Not(N.Every(sp.Or(N.x(N.l) <= N.rho, N.x(N.l) > T.plain), N.l)))
    yield concludes("so the end is the threshold, or a token fell out", "progress", progress)
    yield by("of m >= 1 tokens m - 1 can fall out, one a step, and one more step is exact")
    yield concludes("and m <= n", "count", Le(N.steps, N.n))


newton_sparsemax = Case(
    T.newton_sparsemax,
    (symbolic(_finite_proof, given={"sparsemax": Eq(N.alpha, 2), "left": LEFT}), sampled(_descended, cases=120)),
    sharp=(Sharp("count", r"$z = (0, -3)$ from $-10$: two steps for two tokens", lambda: [_descended([0, -3], 2, 9)]),),
    needed=(
        Needed(
            "sparsemax", r"$\alpha = 3/2$, one token", lambda: _from([fmpq(0)], fmpq(3, 2), fmpq(-3)) + {N.steps: 0}
        ),
        Needed(
            "left",
            r"$z = (0, -3)$ from $-1/2$ on the right: all tokens come back",
            lambda: _from([fmpq(0), fmpq(-1, 4)], fmpq(2), fmpq(-1, 8)) + {N.steps: 0},
        ),
    ),
)


@family(
    "random rows and starts",
    sizes=(1, 5),
    z=reals,
    alpha=one_of([*(value for value in CONVEX if value <= fmpq(3, 2)), "31/20"]),
    depth=unit,
)
def _left_start(z: Row, alpha: fmpq, depth: fmpq) -> Instance:
    """Return a row and a start left of the threshold by up to one bracket, and left of the least token above it."""
    instance = row(z, alpha)
    start = (alpha - 1) * max(z) - 1 - depth
    certain(BALLS.compare("<=", start, instance[N.tau]))
    return instance + {N.rho: start}


def _quadratic_proof() -> Proof:
    q, b, e, c, u = sp.symbols("q b e c u", positive=True)
    f = q * b * e - c * e**2 / 2  # Taylor: f(tau) = 0 = f - q b e + c e^2 / 2 with a second derivative c in between
    yield identity(
        "expanded at the start, with e = tau - tau' and a second derivative c in between, the step leaves c e^2 / (2 "
        "q b)",
        e - f / (q * b),
        c * e**2 / (2 * q * b),
    )
    yield identity(
        "a second derivative q (q - 1) sum u^(q - 2) of the excess", sp.diff(u**q, u, 2), q * (q - 1) * u ** (q - 2)
    )
    d = sp.Symbol("d", nonnegative=True)
    yield identity(
        "for q = 2 + d it falls with the distances u, which are largest at the start",
        sp.diff(u ** (2 + d - 2), u),
        d * u ** (d - 1),
    )
    yield positive("and 1 / q cancels: (q - 1) / 2, q = 2 + d", (1 + d) / 2)
    bound = (N.q - 1) / 2 * bend_sum / slope_sum * (N.tau - N.rho) ** 2
    yield concludes("so", "square", Le(N.tau - T.plain, bound))


newton_quadratic = Case(
    T.newton_quadratic,
    (
        symbolic(_quadratic_proof, given={"smooth": Le(N.alpha, sp.Rational(3, 2)), "left": LEFT}),
        sampled(_left_start, cases=80),
    ),
    sharp=(Sharp("square", r"$\alpha = 3/2$, one token", lambda: [_from([fmpq(0)], fmpq(3, 2), fmpq(-2))]),),
    needed=(
        Needed("smooth", r"$\alpha = 7/4$, one token", lambda: _from([fmpq(0)], fmpq(7, 4), fmpq(-2))),
        Needed("left", r"$\alpha = 4/3$, one token, from the right", lambda: _from([fmpq(0)], fmpq(4, 3), fmpq(-1, 2))),
    ),
)
