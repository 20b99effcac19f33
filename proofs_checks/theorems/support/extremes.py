"""Evidence for the theorems about extremes of sensitivity and smoothness."""

from __future__ import annotations

from entmax_oracle.theory.support import extremes as T

from ..calculus.lipschitz import SMOOTH
from ..vocabulary import *

CONVEX_RANGE = Le(N.alpha, 2)
BEYOND = fmpq(41, 20)
"""An exponent just beyond 2, for a hypothesis that is a little too weak."""


def _two_blocks(first: int, others: int, alpha: fmpq) -> Instance:
    """Return the worst point for blocks of given sizes, and the direction that tells them apart."""
    return two_blocks(first, others, alpha) + {N.v: [1] * first + [-1] * others}


@family("random points and directions in $[-1, 1]$", sizes=(2, 5), weights=weights, v=units, alpha=one_of(SMOOTH))
def _signed(weights: Row, v: Row, alpha: fmpq) -> Instance:
    """Return a point and a direction of signs, or of whole halves."""
    return with_direction(weights, [2 * entry - 1 for entry in v], alpha)


def _halves_proof() -> Proof:
    s, S, P, M, K, m, b, c = sp.symbols("s S P M K m b c", positive=True)
    yield identity(
        "the sum is convex in v, so signs are worst: with s of the sensitivity at 1 and S at -1 it is 4 / (1/s + 1/S)",
        s * (1 - (s - S) / (s + S)) + S * ((s - S) / (s + S) + 1),
        4 / (1 / s + 1 / S),
    )
    yield positive(
        "t^c is concave for c < 1: m tokens of mass P together have at most m^(1-b) P^b, b = 2 - alpha",
        -sp.diff(m ** (1 / (1 + c)), m, 2),
    )
    phi = M ** (1 + b) * P ** (-b) + K ** (1 + b) * (1 - P) ** (-b)
    best = M / (M + K)
    yield identity(
        "the sum of the two reciprocals is stationary at the share M / (M + K), M = m^(-kappa)",
        sp.Derivative(phi, P),
        0,
        at={P: best},
    )
    yield positive("and convex", sp.diff(P ** (-b), P, 2))
    yield identity("its value there", phi / (M + K) ** (1 + b), 1, at={P: best})
    yield by("where kappa (1 + b) = 1 - b")
    yield positive(
        "m^(-kappa) is convex, so m^(-kappa) + (n - m)^(-kappa) is least for m and n - m as equal as whole numbers "
        "can be",
        sp.diff(m ** (-c), m, 2),
    )
    kappa = N.a / (3 - N.alpha)
    bound = 4 * (sp.floor(N.n / 2) ** (-kappa) + sp.ceiling(N.n / 2) ** (-kappa)) ** (N.alpha - 3)
    average = N.total(N.s(N.k) * N.v[N.k], N.k) / N.total(N.s(N.k), N.k)
    moved = N.total(N.s(N.i) * sp.Abs(N.v[N.i] - average))
    yield concludes("so", "norm", Le(moved, bound))


sup_to_one = Case(
    T.sup_to_one,
    (
        symbolic(_halves_proof, given={"convex-range": CONVEX_RANGE, "unit": N.Every(sp.Abs(N.v[N.l]) <= 1, N.l)}),
        exact(
            lambda: (
                _two_blocks(first, second, alpha)
                for alpha in (fmpq(5, 4), fmpq(3, 2), fmpq(5, 3), fmpq(2))
                for first, second in ((1, 1), (1, 2), (2, 1), (2, 3), (1, 4), (3, 4))
            ),
            r"two blocks at their worst, $n \le 7$",
        ),
        exact(
            lambda: (
                simplex([tiny, 1 - tiny], alpha) + {N.v: [1, -1]}
                for tiny in (fmpq(1, 64), fmpq(1, 2**64))
                for alpha in (fmpq(3, 2), fmpq(2), BEYOND)
            ),
            r"a small token against a large one, $\alpha$ up to 2 and just beyond",
        ),
        exact(
            lambda: (
                with_direction([1] * n, [1 + nudge if m < n // 2 else -1 - nudge for m in range(n)], "3/2")
                for n in (2, 3)
                for nudge in (fmpq(0), fmpq(1, 25))
            ),
            r"uniform points, directions of length 1 and beyond, which do not count",
        ),
        sampled(_signed),
    ),
    sharp=(
        Sharp("norm", r"$\alpha = 5/3$, one token against two", lambda: [_two_blocks(1, 2, fmpq(5, 3))]),
        Sharp("norm", r"$\alpha = 3/2$, two tokens against three", lambda: [_two_blocks(2, 3, fmpq(3, 2))]),
        Sharp("norm", r"$\alpha = 2$, four tokens", lambda: [_two_blocks(2, 2, fmpq(2))]),
    ),
    needed=(
        Needed(
            "convex-range",
            r"$\alpha = 5/2$, two small tokens",
            lambda: simplex(["1/64", "1/64", "31/32"], "5/2") + {N.v: [1, -1, 0]},
        ),
        Needed("unit", "a long direction", lambda: simplex(["1/2"] * 2, 2) + {N.v: [9, -9]}),
    ),
    folklore=(Debunked(r"sparsemax, three tokens, one against two", lambda: _two_blocks(1, 2, fmpq(2))),),
)


@family(
    "random exponents and bounds, three tokens and extra ones",
    alpha=one_of(("39/20", "9/4", "5/2", 3, 4, 5)),
    bound=around_one,
    extra=whole(0, 3),
    small=unit,
)
def _exchanged(alpha: fmpq, bound: fmpq, extra: fmpq, small: fmpq) -> Instance:
    """Return a row with two live tokens and its neighbour with tokens 2 and 3 exchanged.

    Beyond ``alpha = 2`` the second probability is what the theorem says; else it is `small`.
    """
    if not 0 < small < 1 or bound <= 0:
        raise ValueError("a probability and a positive bound")
    a = alpha - 1
    wanted = BALLS.power(a / (2 * bound), 1 / (a - 1)) if a > 1 else small
    share = wanted if a <= 1 or wanted < fmpq(1, 2) else fmpq(1, 2)
    p = [1 - share, share, *[fmpq(0)] * (1 + int(extra.p))]
    z = [BALLS.power(value, a) / a for value in p[:2]] + [fmpq(0)] * (1 + int(extra.p))
    one = Instance({N.n: fmpq(len(p)), N.alpha: alpha, N.z: z, N.p: p})
    swapped = {N.y: [z[0], z[2], z[1], *z[3:]], N.r: [p[0], p[2], p[1], *p[3:]]}
    return one + {**swapped, N.epsilon: share, N.lipschitz: bound}


def _exchange_proof() -> Proof:
    e, a, d = sp.symbols("epsilon a d", positive=True)
    K = sp.Symbol("K", positive=True)
    yield identity(
        "tokens 2 and 3 change by epsilon each, their logits by epsilon^a / a (theorem inverse-map): the squares of "
        "the two distances",
        2 * e**2,
        (a * e ** (1 - a)) ** 2 * (2 * (e**a / a) ** 2),
    )
    moved, apart = N.total((N.p[N.i] - N.r[N.i]) ** 2), N.total((N.z[N.i] - N.y[N.i]) ** 2)
    ratio = Eq(moved, (N.a * N.epsilon ** (2 - N.alpha)) ** 2 * apart)
    yield concludes("so", "ratio", ratio)
    yield positive("for a = 1 + d > 1 the factor rises as epsilon falls", -sp.diff((1 + d) * e ** (-d), e))
    yield identity(
        "at epsilon = (a / (2 K))^(1 / (a - 1)) it is 2 K",
        a * N.epsilon ** (-d),
        2 * K,
        at={N.epsilon: (a / (2 * K)) ** (1 / d)},
    )
    yield concludes("which exceeds K", "unbounded", Gt(moved, N.lipschitz**2 * apart))


not_lipschitz = Case(
    T.not_lipschitz,
    (
        symbolic(_exchange_proof, rests=("inverse-map",), given={"large-alpha": Gt(N.alpha, 2)}),
        exact(
            lambda: (
                row(found[N.z], alpha) + {name: found[name] for name in (N.y, N.r, N.epsilon, N.lipschitz)}
                for alpha in (fmpq(3), fmpq(5))
                for found in (_exchanged(alpha, 8, 1, "1/2"),)
            ),
            r"solved rows, $\alpha \in \{3, 5\}$, $K = 8$",
            title="the probabilities are those of the logits",
        ),
        sampled(_exchanged),
    ),
    needed=(
        Needed(
            "large-alpha", r"$\alpha = 3/2$, $K = 10$, $\varepsilon = 1/2$", lambda: _exchanged("3/2", 10, 0, "1/2")
        ),
    ),
    folklore=(Debunked(r"$\alpha = 3$, $\varepsilon = 1/16$", lambda: _exchanged(3, 16, 0, "1/2")),),
)


def _edge_proof() -> Proof:
    u = sp.Symbol("u", positive=True)
    c = sp.Symbol("c", nonnegative=True)
    yield identity(
        "tau >= x_max - 1 (theorem threshold-brackets): x_k - tau is at most 1 - a (z_max - z_k)",
        (N.a * N.z[N.k]) - (N.a * N.z_max - 1),
        1 - N.a * (N.z_max - N.z[N.k]),
    )
    beyond = N.pos(1 - N.a * (N.z_max - N.z[N.k]))
    yield concludes("to the power q", "at-most", Le(N.p[N.k], beyond**N.q))
    yield by("of two tokens 1 - a (z_1 - z_2) = 1 - (1 - t)^a + t^a with t = p_2, on the support")
    yield from rises_from("w^a >= w for w = e^(-u) <= 1 and a = 1 - c <= 1: e^(c u) >= 1", sp.exp(c * u) - 1, u)
    yield nonnegative("so (1 - t)^a + t^a >= (1 - t) + t = 1, and 1 - (1 - t)^a + t^a <= 2 t^a", c * u)
    least = (beyond.subs(N.k, 2) / 2) ** N.q
    two = sp.And(Eq(N.n, 2), Le(N.alpha, 2))
    yield concludes("solved for t = p_2", "at-least", sp.Implies(two, Ge(N.p[2], least)))
    edge = sp.Implies(N.a * (N.z[1] - N.z[2]) >= 1, Eq(N.p[2], 0))
    yield concludes("at most 0 to the power q beyond the margin", "edge", edge)


edge_order = Case(
    T.edge_order,
    (
        symbolic(_edge_proof, rests=("threshold-brackets",)),
        exact(
            lambda: (
                row([1 / (alpha - 1) + nudge, 0], alpha)
                for alpha in (*CONVEX, BEYOND)
                for nudge in (0, -1 / (alpha - 1), fmpq(-1, 32), fmpq(-1, 64), fmpq(1, 64))
            ),
            r"pairs at the edge, around it, and tied",
        ),
        exact(lambda: [row([0, 0], 3), row([0, 0, 0], 2)], r"ties beyond the range of the lower bound"),
        sampled(family("random pairs of logits", sizes=(2, 2), z=reals, alpha=one_of(CONVEX))(sorted_row)),
        sampled(rows(sizes=(2, 6))),
    ),
    sharp=(Sharp("at-most", "a token alone at the top", lambda: [row([1, 0], 2) + {N.k: 1}]),),
    folklore=(Debunked(r"$\alpha = 7/4$, $\delta = 1/1000$", lambda: row([fmpq(4, 3) * fmpq(999, 1000), 0], "7/4")),),
)
