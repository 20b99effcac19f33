"""Evidence for the theorems about normalisers that keep a chosen number of tokens, and normmax."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import sympy as sp
from flint import fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import neighbours as T
from entmax_oracle.theory import notation as N

from ..evidence import Argument, Case, sampled, symbolic
from ..families import Draw, family, one_of, real, whole
from ..rows import Instance, dyadic, row
from ..sharpness import Debunked, Sharp
from ..symbolic import Step, concludes, identity, nonnegative
from ..symbolic import positive as is_positive
from .structure import second
from .tokenwise import APART, MOVED, STEPS, instance, read_row, turned

x, y, t, c = sp.symbols("x y t c", real=True)
d, e = sp.symbols("d e", positive=True)
h, o = sp.symbols("h o", nonnegative=True)

Row = Sequence[fmpq]


def budget(z: Row, kept: fmpq) -> Instance:
    """Return a budget of some tokens: its threshold lies between two corners of a piecewise linear sum."""
    if kept > len(z):
        raise ValueError("no more tokens are kept than there are")

    def mass(level: fmpq) -> fmpq:
        return sum((min(fmpq(1), max(value - level, fmpq(0))) for value in z), fmpq(0))

    corners = sorted({corner for value in z for corner in (value, value - 1)}, reverse=True)
    level = next(corner for corner in corners if mass(corner) >= kept)
    if mass(level) > kept:
        level += (mass(level) - kept) / sum(value - 1 <= level < value for value in z)
    return instance(z, read_row(T.budget, z, {N.tau: level}), {N.tau: level, N.kept: kept})


def r_softmax(z: Row, share: fmpq) -> Instance:
    """Return r-softmax, from its quantile."""
    ordered, position = sorted(z), share * (len(z) - 1)
    place = int(position.p // position.q)
    level = ordered[place]
    if position > place:
        level += (position - place) * (ordered[place + 1] - level)
    if not max(z) > level:
        raise ValueError("a logit above the quantile")
    return instance(z, read_row(T.r_softmax, z, {N.tau: level}), {N.tau: level})


def top_k(z: Row, kept: fmpq) -> Instance:
    """Return softmax of the largest logits."""
    return instance(z, read_row(T.top_k, z, {N.kept: kept}), {N.kept: kept})


def normmax(z: Row, alpha: fmpq) -> Instance:
    """Return normmax: its threshold is that of entmax of other logits, whose masses are powers of these."""
    level = row(z, 2 - 1 / alpha, alpha / (alpha - 1))[N.tau]
    known = {N.tau: level, N.alpha: alpha}
    return instance(z, read_row(T.normmax, z, known), known)


def self_adjust(z: Row) -> Instance:
    """Return the normalised self-adjust softmax."""
    if not any(z):
        raise ValueError("a logit that is not zero")
    ends = {N.z_min: min(z), N.z_max: max(z)}
    return instance(z, read_row(T.self_adjust, z, ends), ends)


def _turned(known: Callable[..., Instance]) -> Callable[..., Instance]:
    """Return what builds a row together with the same row turned and shifted."""

    def build(z: Row, by: fmpq, c: fmpq, **more: fmpq) -> Instance:
        order = turned(z, by)
        other = known([z[m] + c for m in order], **more)
        return known(z, **more) + second(other) + {N.perm: [fmpq(m + 1) for m in order], N.shift: c}

    return build


def _pair(known: Callable[..., Instance]) -> Callable[..., Instance]:
    """Return what builds a row together with one that is a step away."""

    def build(z: Row, move: Row, step: fmpq, **more: fmpq) -> Instance:
        other = [value + step * by for value, by in zip(z, move, strict=True)]
        return known(z, **more) + {N.y: other, N.r: known(other, **more)[N.p]}

    return build


def fine(rng: random.Random, size: float) -> fmpq:
    """Draw a logit, from a finer scale too."""
    return real(rng, size) / rng.choice((1, 8))


def _turns(known: Callable[..., Instance], more: dict[str, Draw], sizes: tuple[int, int] = (1, 5)) -> Argument:
    return sampled(
        family(
            rf"random rows, turned and shifted, $n \le {sizes[1]}$",
            _turned(known),
            {"z": fine},
            {"by": whole(0, 4), "c": real, **more},
            sizes,
            fixed=tuple(more),
        ),
        cases=120,
    )


ORDER = sp.Implies(N.z[N.i] >= N.z[N.j], N.p[N.i] >= N.p[N.j])
SAME = sp.Eq(N.r[N.i], N.p[N.perm[N.i]])


def _exchange(title: str, mass: Callable[[sp.Expr], sp.Expr]) -> Step:
    return identity(title, (mass(x) + mass(y)).subs({x: y, y: x}, simultaneous=True), mass(x) + mass(y))


def _r_softmax_proof(theorem: Theorem) -> Iterator[Step]:
    f, u, v = sp.symbols("f u v", real=True)
    mass = (x - t) * sp.exp(x)
    yield is_positive("above the quantile t the mass (x - t) e^x rises", sp.factor(sp.diff(mass, x).subs(x, t + d)))
    yield identity("up to it there is none", N.pos(-h) * sp.exp(x), 0)
    yield concludes("over the same sum", theorem.claim("order"), ORDER)
    yield identity(
        "a shift moves order statistics u, v, and what lies between them",
        (1 - f) * (u + c) + f * (v + c),
        (1 - f) * u + f * v + c,
    )
    yield concludes("they have no order of places", theorem.claim("quantile"), sp.Eq(N.rho, N.tau + N.shift))
    yield identity(
        "every mass is multiplied by e^c, which cancels",
        mass.subs({x: x + c, t: t + c}, simultaneous=True),
        sp.exp(c) * mass,
    )
    yield _exchange("their sum has no order", lambda logit: (logit - t) * sp.exp(logit))
    yield concludes("and each token takes its mass along", theorem.claim("moved"), SAME)


r_softmax_structure = Case(
    T.r_softmax_structure,
    (symbolic(_r_softmax_proof), _turns(r_softmax, {"share": one_of((0, fmpq(1, 4), fmpq(1, 2), fmpq(4, 5)))}, (2, 6))),
)


def _clip(value: sp.Expr) -> sp.Expr:
    return sp.Min(1, N.pos(value))


def _flat_or_steep() -> Iterator[Step]:
    """Say how a weight of the budget depends on the distance from the threshold."""
    yield identity("a weight is 0 below the threshold", _clip(-o), 0)
    yield identity("1 from 1 above it on", _clip(1 + o), 1)
    yield identity("and rises with slope 1 between", sp.diff(x - t, x), 1)


def _budget_proof(theorem: Theorem) -> Iterator[Step]:
    yield from _flat_or_steep()
    yield nonnegative("so a step of h + o, h of it between, raises the weight by h", h)
    yield concludes("at one threshold for all", theorem.claim("order"), ORDER)
    yield identity("a threshold for z gives one for z + c", (x + c) - (t + c), x - t)
    yield _exchange("the sum has no order of places", lambda logit: _clip(logit - t))
    yield concludes(
        "two thresholds of one row give the same weights: each falls with the threshold, and the sum stays",
        theorem.claim("moved"),
        SAME,
    )


budget_structure = Case(T.budget_structure, (symbolic(_budget_proof), _turns(budget, {"kept": whole(1, 3)}, (1, 6))))


def _budget_joined(z: Row, kept: fmpq, above: fmpq) -> Instance:
    here = budget(z, kept)
    late = here[N.tau] + above / 16
    return here + {N.r: budget([*z, late], kept)[N.p], N.late: late}


def _budget_joining(theorem: Theorem) -> Iterator[Step]:
    yield from _flat_or_steep()
    yield nonnegative("at the old threshold a newcomer adds a weight to the sum K", sp.Min(1, h))
    yield concludes("so the threshold does not fall", theorem.claim("never-more"), sp.Le(N.r[N.k], N.p[N.k]))
    yield identity("from at or below it, nothing", _clip(-o), 0)
    yield concludes(
        "and the old threshold serves",
        theorem.claim("unchanged"),
        sp.Implies(N.late <= N.tau, sp.Eq(N.r[N.k], N.p[N.k])),
    )


budget_joining = Case(
    T.budget_joining,
    (
        symbolic(_budget_joining),
        sampled(
            family(
                r"random rows and a token around the threshold, $n \le 6$",
                _budget_joined,
                {"z": real},
                {"kept": whole(1, 3), "above": real},
                fixed=("kept",),
            )
        ),
    ),
    folklore=(
        Debunked(
            r"$K = 2$, $z = (0, 0, 0)$, $b = -1/2$: the threshold is $-2/3$",
            lambda: _budget_joined([fmpq(0)] * 3, fmpq(2), fmpq(16, 6)) + {N.z_min: fmpq(0)},
        ),
    ),
)


def _budget_lipschitz(theorem: Theorem) -> Iterator[Step]:
    K, P, Q = sp.symbols("K P Q", real=True)
    yield from _flat_or_steep()
    yield nonnegative(
        "where z - tau takes a step h + o, the weight takes h, and h times the rest is", h * ((h + o) - h)
    )
    yield identity(
        "both rows sum to K, so their thresholds t, c drop out of the sum of (p - r)((z - t) - (y - c) - (p - r))",
        (P * (t - c) + (K - P) * (t - c)) - (Q * (t - c) + (K - Q) * (t - c)),
        0,
    )
    yield identity(
        "with d = p - r, e = z - y and the sum of d (e - d) not negative", e**2 - d**2, (e - d) ** 2 + 2 * d * (e - d)
    )
    yield concludes("summed over the tokens", theorem.claim("lipschitz"), sp.Le(MOVED, APART))


budget_lipschitz = Case(
    T.budget_lipschitz,
    (
        symbolic(_budget_lipschitz),
        sampled(
            family(
                r"random pairs of rows, $n \le 6$",
                _pair(budget),
                {"z": real, "move": real},
                {"kept": whole(1, 3), "step": STEPS},
                fixed=("kept",),
            )
        ),
    ),
    sharp=(
        Sharp(
            "lipschitz",
            r"$K = 1$, $z = (0, 0)$, $z' = (1/4, -1/4)$",
            lambda: [_pair(budget)([fmpq(0)] * 2, [fmpq(1), fmpq(-1)], fmpq(1, 4), kept=fmpq(1))],
        ),
    ),
)


def _top_k_joined(z: Row, kept: fmpq, b: fmpq, at: fmpq) -> Instance:
    place = min(int(at.p), len(z))
    weights = top_k([*z[:place], b, *z[place:]], kept)[N.p]
    return top_k(z, kept) + {N.r: weights[:place] + weights[place + 1 :], N.late: b, N.z_min: min(z)}


def _top_k_joining(theorem: Theorem) -> Iterator[Step]:
    W = sp.Symbol("W", positive=True)
    r, p = N.r[N.i], N.p[N.i]
    yield nonnegative("a newcomer adds 0 or 1 to a rank, so that no other becomes one of the chosen", N.pos(sp.sign(x)))
    yield is_positive("a larger logit has the larger exponential", sp.diff(sp.exp(x), x))
    yield is_positive(
        "chosen, it takes the place of a token that has no larger one, or adds its own: the sum W of the chosen does "
        "not fall, and weights fall with it",
        -sp.diff(sp.exp(x) / W, W),
    )
    yield concludes("so", theorem.claim("never-more"), sp.Le(r, p))
    above = N.total(sp.Piecewise((1, N.z[N.j] > N.late), (0, True)), N.j)
    yield concludes(
        "if K exceed it, the chosen stay", theorem.claim("unchanged"), sp.Implies(above > N.kept - 1, sp.Eq(r, p))
    )


top_k_joining = Case(
    T.top_k_joining,
    (
        symbolic(_top_k_joining),
        sampled(
            family(
                r"random rows and a further token at any place, $n \le 5$",
                _top_k_joined,
                {"z": real},
                {"b": real, "at": whole(0, 5), "kept": whole(1, 4)},
                (1, 5),
                fixed=("at", "kept"),
            ),
            cases=100,
        ),
    ),
    folklore=(Debunked(r"$k = 2$, $z = (0)$", lambda: _top_k_joined([fmpq(0)], fmpq(2), fmpq(-60), fmpq(1))),),
)


ORDERS = one_of((fmpq(5, 4), fmpq(3, 2), 2, 3))


def _normmax_proof(theorem: Theorem) -> Iterator[Step]:
    a = sp.Symbol("a", positive=True)
    M, L = sp.symbols("M L", positive=True)
    yield identity("masses M, the others L, over their own sum", M / (M + L) + L / (M + L), 1)
    yield concludes("sum to one", theorem.claim("sum"), sp.Eq(N.total(N.p[N.i]), 1))
    yield is_positive("above the threshold u^(1/a), a = alpha - 1, rises", sp.diff(d ** (1 / a), d))
    yield concludes("over the same sum", theorem.claim("order"), ORDER)
    yield is_positive(
        "so does u^((a + 1)/a): the sum of these falls where it is not zero, and is 1 once",
        sp.diff(d ** ((a + 1) / a), d),
    )
    yield identity("the threshold of z, moved by c, is that of z + c", (x + c) - (t + c), x - t)
    yield concludes("as it is unique", theorem.claim("threshold"), sp.Eq(N.rho, N.tau + N.shift))
    yield _exchange("the sums have no order of places", lambda logit: N.pos(logit - t) ** (1 / a))
    yield concludes("and each token takes its mass along", theorem.claim("moved"), SAME)


normmax_structure = Case(T.normmax_structure, (symbolic(_normmax_proof), _turns(normmax, {"alpha": ORDERS})))


def _normmax_joined(z: Row, alpha: fmpq, above: fmpq) -> Instance:
    here = normmax(z, alpha)
    late = dyadic(here[N.tau]) + above / 16
    return here + second(normmax([*z, late], alpha)) + {N.late: late}


def _normmax_joining(theorem: Theorem) -> Iterator[Step]:
    a = sp.Symbol("a", positive=True)
    yield identity("at the threshold or below it a newcomer adds nothing to either sum", N.pos(-o) ** (1 / a), 0)
    yield concludes(
        "so the old threshold serves, and weights stay",
        theorem.claim("unchanged"),
        sp.Implies(N.late <= N.tau, sp.Eq(N.r[N.k], N.p[N.k])),
    )
    yield is_positive("above it, something: the sum of powers would exceed 1", d ** ((a + 1) / a))
    yield concludes("so the threshold rises", theorem.claim("threshold"), N.Iff(N.rho > N.tau, N.late > N.tau))


normmax_joining = Case(
    T.normmax_joining,
    (
        symbolic(_normmax_joining),
        sampled(
            family(
                r"random rows and a token around the threshold, $n \le 5$",
                _normmax_joined,
                {"z": real},
                {"alpha": ORDERS, "above": real},
                (1, 5),
            ),
            cases=100,
        ),
    ),
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


def _normmax_lipschitz(theorem: Theorem) -> Iterator[Step]:
    p, r, u, s, n = sp.symbols("p r u s n", nonnegative=True)
    P, R, D, E = sp.symbols("P R D E", positive=True)
    k, X, Y, f, m = sp.symbols("k X Y f m", real=True)
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
    yield identity("u - u' is orthogonal to u + u'", (1 - k) + (k - 1), 0)
    yield identity(
        "ones are X (u - u') + Y (u + u') and a rest f: of their square n the rest is left; squares D, E",
        X**2 * D + Y**2 * E + f**2 - (X * D) ** 2 / D - (Y * E) ** 2 / E,
        f**2,
    )
    yield identity("D = 2 (1 - k) and E = 2 (1 + k), at most 4", 4 - 2 * (1 + k), 2 * (1 - k))
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
    yield concludes("and summed", theorem.claim("lipschitz"), sp.Le(MOVED, N.n**2 * APART))


def _steepest(size: fmpq) -> Instance:
    """Return five tokens near the one-hot row, moved along the steepest direction."""
    first, other = (1 - size**2) / (1 + size**2), size / (1 + size**2)
    mean = (first - 1 + 4 * other) / 5
    move = [first - 1 - mean] + [other - mean] * 4
    return _pair(_squared)([fmpq(1)] + [fmpq(0)] * 4, move, fmpq(1))


normmax_lipschitz = Case(
    T.normmax_lipschitz,
    (
        symbolic(_normmax_lipschitz),
        sampled(
            family(
                r"random pairs of rows, $n \le 5$", _pair(_squared), {"z": real, "move": real}, {"step": STEPS}, (1, 5)
            )
        ),
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


def _self_adjust_proof(theorem: Theorem) -> Iterator[Step]:
    W, width = sp.symbols("W w", positive=True)
    low = sp.Symbol("l", nonpositive=True)
    weight = (x - low) / width * sp.exp(x) / W
    yield is_positive(
        "l, h and the sum W of exponentials are the same for all tokens, and (x - l) e^x rises from x = l on",
        sp.factor(sp.diff(weight, x).subs(x, low + h)),
    )
    yield concludes("strictly", theorem.claim("order"), N.Iff(N.p[N.i] > N.p[N.j], N.z[N.i] > N.z[N.j]))


self_adjust_order = Case(
    T.self_adjust_order,
    (
        symbolic(_self_adjust_proof),
        sampled(family(r"random rows, $n \le 6$", self_adjust, {"z": real}, {}), cases=60),
    ),
    folklore=(Debunked("$z = (1, 1, 0)$", lambda: self_adjust([fmpq(1), fmpq(1), fmpq(0)])),),
)
