"""Evidence for the theorems about normmax, the self-adjust and the adaptive-temperature softmax."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from entmax_oracle.theory.neighbours import neighbours as T

from ..vocabulary import *
from .selections import ORDER, SAME, TURNED, with_moved, with_turned
from .tokenwise import APART, MOVED, STEPS, instance, read_row

x, t = sp.symbols("x t", real=True)
d = sp.Symbol("d", positive=True)
h, o = sp.symbols("h o", nonnegative=True)
H = sp.Symbol("H", nonnegative=True)


def normmax(z: Row, alpha: fmpq) -> Instance:
    """Return normmax: its threshold is that of entmax of other logits, whose masses are powers of these."""
    level = row(z, 2 - 1 / alpha, alpha / (alpha - 1))[N.tau]
    known = {N.tau: level, N.alpha: alpha}
    return instance(z, read_row(T.normmax, z, known), known)


def adaptive(z: Row) -> Instance:
    """Return the adaptive-temperature softmax: its scale from the entropy of softmax."""
    entropy = read(-N.total(N.p[N.i] * sp.log(N.p[N.i])), row(z, 1).values)
    scale = BALLS.maximum([fmpq(1), read(T.fit(H), {H: entropy})])
    return row(z, 1, scale)


@family("random rows", z=reals)
def self_adjust(z: Row) -> Instance:
    """Return the normalised self-adjust softmax."""
    if not any(z):
        raise ValueError("a logit that is not zero")
    ends = {N.z_min: min(z), N.z_max: max(z)}
    return instance(z, read_row(T.self_adjust, z, ends), ends)


ORDERS = one_of(("5/4", "3/2", 2, 3))


@family("random rows and points of the simplex", sizes=(1, 5), z=reals, weights=weights, alpha=ORDERS)
def _any_point(z: Row, weights: Row, alpha: fmpq) -> Instance:
    return normmax(z, alpha) + {N.r: normalised(weights)}


def _normmax_form() -> Proof:
    a, s, u, P = sp.symbols("a s u P", positive=True)
    young = s ** (1 + a) / (1 + a) + a * u ** (1 + a) / (1 + a) - s * u**a
    value = [N.total(each[N.i] * N.z[N.i]) - N.total(each[N.i] ** N.alpha) ** (1 / N.alpha) for each in (N.r, N.p)]
    yield by("with a = alpha - 1 and u^a = [z - tau]_+, a token above tau has z = tau + u^a")
    yield identity(
        "p = P u, and the u^alpha sum to 1: <p, z> is tau and P times their sum", P * u * u**a, P * u ** (1 + a)
    )
    yield by("the norm of p is P")
    yield concludes("they leave tau", "value", Eq(value[1], N.tau))
    yield nonnegative("one at or below tau has u = 0: z <= tau + u^a for all", (t + N.pos(-h)) - (t - h))
    yield identity("s^alpha/alpha + a u^alpha/alpha - s u^a vanishes at s = u", young.subs(s, u), 0)
    yield identity("with its slope in s", sp.Derivative(young, s), 0, at={s: u})
    yield positive("and is convex", sp.diff(young, s, 2))
    yield identity("so for s = r over its norm the s u^a sum to at most", 1 / (1 + a) + a / (1 + a), 1)
    yield concludes("and <r, z> is at most tau and its norm", "optimal", Le(*value))


normmax_form = Case(T.normmax_form, (symbolic(_normmax_form), sampled(_any_point)))


def _normmax_proof() -> Proof:
    a = sp.Symbol("a", positive=True)
    M, L = sp.symbols("M L", positive=True)
    yield identity("masses M, the others L, over their own sum", M / (M + L) + L / (M + L), 1)
    yield concludes("sum to one", "sum", Eq(N.total(N.p[N.i]), 1))
    yield positive("above the threshold u^(1/a), a = alpha - 1, rises", sp.diff(d ** (1 / a), d))
    yield concludes("over the same sum", "order", ORDER)
    yield positive(
        "so does u^((a + 1)/a): the sum of these falls where it is not zero, and is 1 once",
        sp.diff(d ** ((a + 1) / a), d),
    )
    yield by("the threshold of z, moved by c, is that of z + c")
    yield concludes("as it is unique", "threshold", Eq(N.rho, N.tau + N.shift))
    yield by("the sums have no order of places")
    yield concludes("and each token takes its mass along", "moved", SAME)


normmax_structure = Case(
    T.normmax_structure,
    (symbolic(_normmax_proof), sampled(TURNED(sizes=(1, 5), alpha=ORDERS)(with_turned(normmax)), cases=120)),
)


@family("random rows and a token around the threshold", sizes=(1, 5), z=reals, alpha=ORDERS, above=real)
def _normmax_joined(z: Row, alpha: fmpq, above: fmpq) -> Instance:
    here = normmax(z, alpha)
    late = dyadic(here[N.tau]) + above / 16
    return here + second(normmax([*z, late], alpha)) + {N.late: late}


def _normmax_joining() -> Proof:
    a = sp.Symbol("a", positive=True)
    yield by("at the threshold or below it a newcomer adds nothing to either sum")
    yield concludes(
        "so the old threshold serves, and weights stay",
        "unchanged",
        sp.Implies(N.late <= N.tau, Eq(N.r[N.k], N.p[N.k])),
    )
    yield positive("above it, something: the sum of powers would exceed 1", d ** ((a + 1) / a))
    yield concludes("so the threshold rises", "threshold", N.Iff(N.rho > N.tau, N.late > N.tau))


normmax_joining = Case(
    T.normmax_joining,
    (symbolic(_normmax_joining), sampled(_normmax_joined, cases=100)),
    folklore=(
        Debunked(
            r"$\alpha = 2$, $z = (1/2, 0, 0, 0, 0, 0)$, $b = 7/8$",
            lambda: (
                normmax([fmpq(1, 2)] + [fmpq(0)] * 5, fmpq(2))
                + {N.r: normmax([fmpq(1, 2)] + [fmpq(0)] * 5 + [fmpq(7, 8)], fmpq(2))[N.p]}
            ),
        ),
    ),
)


def _squared(z: Row) -> Instance:
    return normmax(z, fmpq(2))


def _normmax_lipschitz() -> Proof:
    p, r, u, s, n = sp.symbols("p r u s n", nonnegative=True)
    P, R = sp.symbols("P R", positive=True)
    k, m = sp.symbols("k m", real=True)
    yield identity(
        "z = tau + u - s: u = [z - tau]_+ has norm 1, s is zero where p is not; a token's part of <z, p - r>",
        (t + u - s) * (p - r),
        t * (p - r) + u * (p - r) - s * p + s * r,
    )
    yield nonnegative(
        "tau drops out of the sum and s p is zero: <z, p - r> >= <u, p - r>, and so for the other row", s * r
    )
    yield identity("p = P u and r = R u' with k = <u, u'>: <u - u', p - r>", P - P * k - R * k + R, (P + R) * (1 - k))
    yield identity("and the square of |p - r|", P**2 + R**2 - 2 * P * R * k, (P - R) ** 2 + 2 * P * R * (1 - k))
    yield identity("weights sum to 1, so u sums to 1/P and u' to 1/R", P - R, P * R * (1 / R - 1 / P))
    yield by("u - u' is orthogonal to u + u'")
    yield by("ones are X (u - u') + Y (u + u') and a rest f: of their square n the rest is left; squares D, E")
    yield by("D = 2 (1 - k) and E = 2 (1 + k), at most 4")
    yield identity(
        "(P - R)^2 <= P^2 R^2 2 (1 - k) (n - (1/P + 1/R)^2 / 4): over 1 - k, the square of |p - r| is at most",
        P**2 * R**2 * 2 * (n - (1 / P + 1 / R) ** 2 / 4) + 2 * P * R,
        2 * n * P**2 * R**2 - (P - R) ** 2 / 2,
    )
    yield nonnegative(
        "norms P, R of points of the simplex are at most 1: 2 P^2 R^2 <= P + R",
        (P + R - 2 * P**2 * R**2).subs({P: 1 / (1 + p), R: 1 / (1 + r)}),
        sp.factor((P + R - 2 * P**2 * R**2).subs({P: 1 / (1 + p), R: 1 / (1 + r)})),
    )
    yield identity(
        "so |p - r|^2 <= n <u - u', p - r> <= n <z - y, p - r>; with m = n (z - y), token by token",
        m**2 - d**2,
        (m - d) ** 2 + 2 * d * (m - d),
    )
    yield concludes("and summed", "lipschitz", Le(MOVED, N.n**2 * APART))


def _steepest(size: fmpq) -> Instance:
    """Return five tokens near the one-hot row, moved along the steepest direction."""
    first, other = (1 - size**2) / (1 + size**2), size / (1 + size**2)
    mean = (first - 1 + 4 * other) / 5
    move = [first - 1 - mean] + [other - mean] * 4
    return with_moved(_squared)([fmpq(1)] + [fmpq(0)] * 4, move, fmpq(1))


normmax_lipschitz = Case(
    T.normmax_lipschitz,
    (
        symbolic(_normmax_lipschitz),
        sampled(family("random pairs of rows", sizes=(1, 5), z=reals, move=reals, step=STEPS)(with_moved(_squared))),
    ),
    sharp=(
        Sharp(
            "lipschitz",
            "five tokens towards the one-hot row",
            lambda: [_steepest(fmpq(1, m)) for m in (4, 64, 4096)],
            within=0.01,
        ),
    ),
    folklore=(Debunked(r"five tokens near the one-hot row", lambda: _steepest(fmpq(1, 64))),),
)


def _self_adjust_proof() -> Proof:
    W, width = sp.symbols("W w", positive=True)
    low = sp.Symbol("l", nonpositive=True)
    weight = (x - low) / width * sp.exp(x) / W
    yield positive(
        "l, h and the sum W of exponentials are the same for all tokens, and (x - l) e^x rises from x = l on",
        sp.factor(sp.diff(weight, x).subs(x, low + h)),
    )
    yield concludes("strictly", "order", N.Iff(N.p[N.i] > N.p[N.j], N.z[N.i] > N.z[N.j]))


self_adjust_order = Case(
    T.self_adjust_order,
    (symbolic(_self_adjust_proof), sampled(self_adjust, cases=60)),
    folklore=(Debunked("$z = (1, 1, 0)$", lambda: self_adjust([1, 1, 0])),),
)


def _between(title: str, f: sp.Expr, shown: str, ends: Sequence[sp.Rational | int]) -> Proof:
    """Check f >= 0 between ends: at H = (a + b s)/(1 + s), s >= 0, its numerator has no negative coefficient."""
    s = sp.Symbol("s", nonnegative=True)
    for low, high in pairwise(map(sp.Rational, ends)):
        part = sp.factor(sp.together(f.subs(H, (low + high * s) / (1 + s))))
        yield replace(nonnegative(f"{title}, for {low} <= H <= {high}", part), latex=rf"{shown} \ge 0")


def _adaptive_proof() -> Proof:
    fit, slope = T.fit(H), sp.diff(T.fit(H), H)
    X, F, q, n = sp.symbols("X F q n", positive=True)
    others = sp.Function("X")(t)  # their exponentials, as a function of the scale
    half = sp.Rational(1, 2)
    yield from _between("the fit P is at most 1", 1 - fit, "1 - P(H)", (0, half))
    yield replace(nonnegative("so it is for H >= 6", sp.expand((1 - fit).subs(H, 6 + h))), latex=r"1 - P(6 + h) \ge 0")
    yield from _between("it is at most 5/2", sp.Rational(5, 2) - fit, r"\frac{5}{2} - P(H)", (0, 2, 3, 4, 5, 6))
    yield from _between("its slope is at most 3", 3 - slope, "3 - P'(H)", (half, 1, 2, 3, 4, 5, 6))
    yield from _between("and at least -3", 3 + slope, "3 + P'(H)", (half, 1, 2, 3, 4, 5, 6))
    share = sp.exp(x) / (sp.exp(x) + X)  # X: the others' exponentials; F: theirs times their logits
    centred = x - (x * sp.exp(x) + F) / (sp.exp(x) + X)
    entropy = sp.log(sp.exp(x) + X) - (x * sp.exp(x) + F) / (sp.exp(x) + X)
    yield identity("the entropy of softmax falls by p (z - mean)", sp.diff(entropy, x), -share * centred)
    yield by("where z - mean = log p + H")
    yield identity(
        "and a weight of softmax(theta z) rises with theta by q (z - mean), which is q (log q + H') / theta",
        sp.diff(sp.exp(t * x) / (sp.exp(t * x) + others), t),
        sp.exp(t * x)
        / (sp.exp(t * x) + others)
        * (x - (x * sp.exp(t * x) + sp.diff(others, t)) / (sp.exp(t * x) + others)),
    )
    yield nonnegative("log q = -o and H' = h: (log q + H')^2 <= log^2 q + H'^2", o**2 + h**2 - (h - o) ** 2, 2 * o * h)
    one = sp.exp(x) - 1 - x
    yield identity("e^x - 1 - x vanishes at 0", one, 0, at={x: 0})
    yield identity("with its slope", sp.Derivative(one, x), 0, at={x: 0})
    yield positive("and is convex, so never negative", sp.diff(one, x, 2))
    yield identity("at log(q) = -o: o/2 <= e^(o/2 - 1)", one, sp.exp(o / 2 - 1) - o / 2, at={x: o / 2 - 1})
    yield identity("so q log^2 q <= 4 e^-2", sp.exp(-o) * (2 * sp.exp(o / 2 - 1)) ** 2, 4 * sp.exp(-2))
    yield identity("and log(1/(n q)) <= 1/(n q) - 1, times q and summed: H' <= log n", q * (1 / (n * q) - 1), 1 / n - q)
    yield nonnegative(
        "squares of weights sum to at most 1: q^2 <= q", (q - q**2).subs(q, 1 / (1 + h)), h / (1 + h) ** 2
    )
    yield by(
        "softmax moves by at most 1/2 (theorem jacobian-norm); theta by 3 times the entropy; and 1 <= theta <= 5/2"
    )
    constant = sp.Rational(5, 4) + 3 * (4 * sp.exp(-2) + sp.log(N.n) ** 2)
    yield concludes("and weights move by the derivative along a line", "lipschitz", Le(MOVED, constant**2 * APART))


adaptive_lipschitz = Case(
    T.adaptive_lipschitz,
    (
        symbolic(_adaptive_proof, rests=("jacobian-norm",)),
        sampled(family("random pairs of rows", z=reals, move=reals, step=STEPS)(with_moved(adaptive))),
    ),
)
