"""Evidence for the theorems about the excess."""

from __future__ import annotations

from entmax_oracle.theory.mapping import excess as T
from entmax_oracle.theory.mapping.threshold import mass, slope_sum

from ..vocabulary import *

a, q, u = sp.symbols("a q u", positive=True)


@family("random rows and chords", sizes=(1, 5), z=reals, alpha=one_of(ALPHAS), level=real, width=magnitude, share=unit)
def on_chord(z: Sequence[Any], alpha: Any, level: Any, width: Any, share: Any) -> Instance:
    """Return a row and a chord of its excess: two levels and a share between them."""
    return row(z, alpha) + {N.rho: fmpq(level), N.shift: fmpq(width), N.mix: fmpq(share)}


CHORDS = on_chord


def _convex_proof() -> Proof:
    c = sp.Symbol("c", nonnegative=True)
    yield nonnegative("u^q with q = 1 + c >= 1 does not fall", sp.diff(u ** (1 + c), u))
    yield nonnegative("and is convex", sp.diff(u ** (1 + c), u, 2))
    f = T._chord(T.mass_above(N.rho), T.mass_above(N.rho + N.shift))
    yield concludes(
        "a convex rising function of the convex [x - tau]_+, summed over tokens",
        "mass",
        Le(T.mass_above(T._between), f),
    )
    s = sp.Symbol("s", positive=True)
    yield identity("the q-norm is homogeneous: token by token", (s * u) ** q, s**q * u**q)
    g = T._chord(T.mass_above(N.rho) ** N.a, T.mass_above(N.rho + N.shift) ** N.a)
    yield concludes(
        "and by Minkowski's inequality the norm of a convex nonnegative vector is convex (1 / q = a)",
        "norm",
        Le(T.mass_above(T._between) ** N.a, g),
    )
    excess, level = sp.symbols("f r", real=True)
    yield identity(
        "the tangent of the excess, of slope -q b, is 0 at the end of Newton's step",
        excess - q * u * (N.shift - level),
        0,
        at={N.shift: level + excess / (q * u)},
    )
    yield concludes(
        "the excess lies above its tangent, so it is not negative there, and it falls: the end is not past its root",
        "tangent",
        sp.Implies(N.rho < N.a * N.z_max, N.rho + (mass - 1) / (N.q * slope_sum) <= N.tau),
    )


@family("random rows and starts on both sides", sizes=(1, 5), z=reals, alpha=one_of((*CONVEX, "41/20")), depth=unit)
def _from_anywhere(z: Row, alpha: fmpq, depth: fmpq) -> Instance:
    """Return a row and a start at most two first brackets below the largest ``x_i``."""
    if depth == 0:
        raise ValueError("the start lies left of the largest logit")
    return row(z, alpha) + {N.rho: (alpha - 1) * max(z) - 2 * depth}


excess_convex = Case(
    T.excess_convex,
    (
        symbolic(_convex_proof, given={"convex-range": Le(N.alpha, 2)}),
        sampled(CHORDS, cases=40),
        exact(
            lambda: [row([0], "3/2") + {N.rho: start} for start in (fmpq(-1, 64), fmpq(0), fmpq(1, 64))],
            "starts at the largest logit, and close to it",
            claims=("tangent",),
        ),
        sampled(_from_anywhere, claims=("tangent",), cases=120, title="starts on both sides of the threshold"),
    ),
    sharp=(
        Sharp("mass", r"$\alpha = 2$ on one piece", lambda: [on_chord([0, 0], 2, -2, 1, "1/2")]),
        Sharp("norm", r"$\alpha = 3/2$, tied tokens", lambda: [on_chord([0] * 4, "3/2", -2, 1, "1/2")]),
    ),
    needed=(Needed("convex-range", r"$\alpha = 21/10$", lambda: on_chord([1], "21/10", 0, 1, "1/2")),),
    folklore=(
        Debunked(r"$\alpha = 3$, one token", lambda: on_chord([0], 3, -4, 4, "1/4")),
        Debunked(
            r"$\alpha = 3/2$, one token, from $-1/2$; the root is $-1$", lambda: row([0], "3/2") + {N.rho: fmpq(-1, 2)}
        ),
        Debunked(r"$\alpha = 3/2$, one token, from $-1/100$", lambda: row([0], "3/2") + {N.rho: fmpq(-1, 100)}),
    ),
)


def _pieces_proof() -> Proof:
    b = sp.Symbol("b", nonnegative=True)
    yield nonnegative("(x - tau)^q with q = 1 / (1 + b) <= 1 is concave left of x", -sp.diff(u ** (1 / (1 + b)), u, 2))
    f = T._chord(T.mass_above(N.rho), T.mass_above(N.rho + N.shift))
    yield concludes(
        "tokens above the piece add concave terms, those below add 0", "mass", Ge(T.mass_above(T._between), f)
    )


excess_pieces = Case(
    T.excess_pieces,
    (
        symbolic(
            _pieces_proof,
            given={
                "large-alpha": Ge(N.alpha, 2),
                "same-piece": N.Every(sp.Or(N.x(N.l) <= N.rho, N.x(N.l) >= N.rho + N.shift), N.l),
            },
        ),
        sampled(CHORDS),
    ),
    sharp=(Sharp("mass", r"$\alpha = 2$", lambda: [on_chord([0, 0], 2, -2, 1, "1/2")]),),
    needed=(
        Needed("large-alpha", r"$\alpha = 19/10$", lambda: on_chord([1], "19/10", 0, "1/2", "1/2")),
        Needed("same-piece", "a logit in the middle", lambda: on_chord([0], 3, -1, 2, "1/2")),
    ),
)


def _two_proof() -> Proof:
    z, y, tau = sp.symbols("z y tau", real=True)
    d = sp.Symbol("d", positive=True)
    gap = N.z[1] - N.z[2]
    yield identity(
        "p^a = a z - tau for both tokens, the lower reaching 0 at the gap 1 / a",
        (a * z - tau) - (a * y - tau),
        a * (z - y),
    )
    yield concludes("so", "equation", sp.Implies(sp.Abs(gap) <= 1 / N.a, Eq(N.p[1] ** N.a - N.p[2] ** N.a, N.a * gap)))
    yield identity(
        "alpha = 2: p_1 + p_2 = 1 and p_1 - p_2 = d give p_1 = (1 + d) / 2",
        N.gap - (1 - N.gap),
        d,
        at={N.gap: (1 + d) / 2},
    )
    yield concludes(
        "beyond the gap it is 0 or 1",
        "sparsemax",
        sp.Implies(Eq(N.alpha, 2), Eq(N.p[1], sp.Min(1, N.pos((1 + gap) / 2)))),
    )
    half = sp.Rational(1, 2)
    yield identity("alpha = 3: p_1^2 - p_2^2 = 2 d with p_1 = 1/2 + d", (half + d) ** 2 - (half - d) ** 2, 2 * d)
    yield concludes(
        "beyond the gap it is 0 or 1",
        "three",
        sp.Implies(Eq(N.alpha, 3), Eq(N.p[1], sp.Min(1, N.pos(half + gap)))),
    )
    c = sp.Symbol("c", real=True)
    root = (c + sp.sqrt(2 - c**2)) / 2
    yield identity(
        "alpha = 3/2: roots y_1 = (c + sqrt(2 - c^2)) / 2 and y_1 - c have squares that sum to 1",
        root**2 + (root - c) ** 2,
        1,
    )
    yield identity(
        "and y_1 - c = (sqrt(2 - c^2) - c) / 2, which is not negative for c <= 1: its square root's gap",
        (2 - c**2) - c**2,
        2 * (1 - c) * (1 + c),
    )
    yield concludes(
        "so",
        "three-halves",
        sp.Implies(
            sp.And(Eq(N.alpha, sp.Rational(3, 2)), sp.Abs(gap) <= 2),
            Eq(N.p[1], (gap / 2 + sp.sqrt(2 - gap**2 / 4)) ** 2 / 4),
        ),
    )


def _pair(gap: Any, alpha: Any) -> Instance:
    return row([gap, 0], alpha)


two_tokens = Case(
    T.two_tokens,
    (
        symbolic(_two_proof),
        exact(
            lambda: (
                _pair(gap, alpha)
                for alpha in (fmpq(3, 2), fmpq(2), fmpq(3), fmpq(4, 3))
                for gap in (fmpq(0), fmpq(2, 3), fmpq(-1, 4), fmpq(2), fmpq(-2), 1 / (alpha - 1) + fmpq(1, 64))
            ),
            "pairs on both sides of the margin",
        ),
        sampled(rows(sizes=(2, 2))),
    ),
)


def _cardano_proof() -> Proof:
    d, w, k, V, W, P, Q = sp.symbols("d w k V W P Q", positive=True)
    yield identity(
        "a token's (d + w)^3, d its distance from the mean; summed, the d cancel: |S| w^3 + 3 w sum d^2 + sum d^3 = 1",
        (d + w) ** 3 - 3 * d * w**2,
        w**3 + 3 * w * d**2 + d**3,
    )
    yield identity(
        "divided by |S|: w^3 + 3 P w = 2 Q",
        (k * w**3 + 3 * w * V + W - 1) / k,
        w**3 + 3 * (V / k) * w - 2 * (1 - W) / (2 * k),
    )
    yield concludes("so", "cubic", Eq((T._mean - N.tau) ** 3 + 3 * T._P * (T._mean - N.tau), 2 * T._Q))
    yield nonnegative("the cubic rises strictly where P or w is not 0: one real root", sp.diff(w**3 + 3 * P * w, w))
    A, B = sp.symbols("A B", positive=True)
    yield identity("w = A - B with A B = P and A^3 - B^3 = 2 Q", (A - B) ** 3 + 3 * A * B * (A - B), A**3 - B**3)
    yield identity(
        "A^3, B^3 = R + Q, R - Q with R^2 = Q^2 + P^3 have the product P^3",
        (sp.sqrt(Q**2 + P**3) + Q) * (sp.sqrt(Q**2 + P**3) - Q),
        P**3,
    )
    root = sp.sqrt(T._Q**2 + T._P**3)
    third = sp.Rational(1, 3)
    yield concludes("so", "closed", Eq(N.tau, T._mean - (root + T._Q) ** third + (root - T._Q) ** third))


four_thirds = Case(
    T.four_thirds,
    (
        symbolic(_cardano_proof, given={"sorted": N.top_first(), "four-thirds": Eq(N.alpha, sp.Rational(4, 3))}),
        sampled(family("random sorted rows", z=reals, alpha=one_of(["4/3"]))(sorted_row), cases=60),
    ),
    needed=(
        Needed("sorted", "a dead token comes first", lambda: row([-9, 0, 0], "4/3")),
        Needed("four-thirds", r"$\alpha = 7/5$", lambda: row([1, 0], "7/5")),
    ),
)


def _deformed_proof() -> Proof:
    z, tau = sp.symbols("z tau", real=True)
    d, c = sp.symbols("d c", nonnegative=True)
    yield identity("1 + a (z - lambda) = a z - tau", 1 + a * (z - (tau + 1) / a), a * z - tau)
    yield concludes("so", "form", Eq(N.p[N.i], N.pos(1 + N.a * (N.z[N.i] - (N.tau + 1) / N.a)) ** N.q))
    yield identity(
        "with w = 1 + a t the slope is w^(1/a - 1) = E^(1 - a)", sp.diff(u ** (1 / a), u) * a, (u ** (1 / a)) ** (1 - a)
    )
    yield rises_from("p = e^(-c): p^(-d) >= 1 for alpha' = alpha + d", sp.exp(c * d) - 1, c)
    yield concludes(
        "times p^(2 - alpha)",
        "steeper",
        sp.Or(Eq(N.p[N.i], 0), N.p[N.i] ** (2 - N.alpha) <= N.p[N.i] ** (2 - N.beta)),
    )


@family("random rows at two exponents", sizes=(1, 5), z=reals, alpha=one_of(ALPHAS), beta=one_of(ALPHAS))
def _two_exponents(z: Sequence[Any], alpha: Any, beta: Any) -> Instance:
    return row(z, alpha) + {N.beta: fmpq(beta)}


deformed_exponential = Case(
    T.deformed_exponential,
    (symbolic(_deformed_proof, given={"order": Le(N.alpha, N.beta)}), sampled(_two_exponents)),
    needed=(Needed("order", r"$\alpha = 3$, $\alpha' = 2$", lambda: _two_exponents([0, 0], 3, 2)),),
)
