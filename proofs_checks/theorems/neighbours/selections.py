"""Evidence for the theorems about normalisers that keep a chosen number or share of the tokens."""

from __future__ import annotations

from functools import partial

from entmax_oracle.theory.neighbours import selections as T

from ..vocabulary import *
from .tokenwise import APART, MOVED, STEPS, instance, read_row

x, t, c = sp.symbols("x t c", real=True)
d, e = sp.symbols("d e", positive=True)
h, o = sp.symbols("h o", nonnegative=True)


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


def with_turned(known: Callable[..., Instance]) -> Callable[..., Instance]:
    """Return what builds a row together with the same row turned and shifted."""

    def build(z: Row, turn: fmpq, c: fmpq, **more: fmpq) -> Instance:
        order = turned(z, turn)
        other = known([z[m] + c for m in order], **more)
        return known(z, **more) + second(other) + {N.perm: [fmpq(m + 1) for m in order], N.shift: c}

    return build


def with_moved(known: Callable[..., Instance]) -> Callable[..., Instance]:
    """Return what builds a row together with one that is a step away."""

    def build(z: Row, move: Row, step: fmpq, **more: fmpq) -> Instance:
        other = [value + step * change for value, change in zip(z, move, strict=True)]
        return known(z, **more) + {N.y: other, N.r: known(other, **more)[N.p]}

    return build


FINE = each(Draw(lambda rng, size: real(rng, size) / rng.choice((1, 8))))
"""Logits, from a finer scale too."""
TURNED = partial(family, "random rows and shifted", z=FINE, turn=whole(0, 4), c=real)
"""What a row is built from together with the same row turned and shifted."""

ORDER = sp.Implies(N.z[N.i] >= N.z[N.j], N.p[N.i] >= N.p[N.j])
SAME = Eq(N.r[N.i], N.p[N.perm[N.i]])


def _r_softmax_proof() -> Proof:
    f, u, v = sp.symbols("f u v", real=True)
    mass = (x - t) * sp.exp(x)
    yield positive("above the quantile t the mass (x - t) e^x rises", sp.factor(sp.diff(mass, x).subs(x, t + d)))
    yield by("up to it there is none")
    yield concludes("over the same sum", "order", ORDER)
    yield identity(
        "a shift moves order statistics u, v, and what lies between them",
        (1 - f) * (u + c) + f * (v + c),
        (1 - f) * u + f * v + c,
    )
    yield concludes("they have no order of places", "quantile", Eq(N.rho, N.tau + N.shift))
    yield identity(
        "every mass is multiplied by e^c, which cancels",
        mass.subs({x: x + c, t: t + c}, simultaneous=True),
        sp.exp(c) * mass,
    )
    yield by("their sum has no order")
    yield concludes("and each token takes its mass along", "moved", SAME)


r_softmax_structure = Case(
    T.r_softmax_structure,
    (
        symbolic(_r_softmax_proof),
        sampled(TURNED(sizes=(2, 6), share=one_of((0, "1/4", "1/2", "4/5")))(with_turned(r_softmax)), cases=120),
    ),
)


def _flat_or_steep() -> Proof:
    """Say how a weight of the budget depends on the distance from the threshold."""
    yield by("a weight is 0 below the threshold")
    yield by("1 from 1 above it on")
    yield identity("and rises with slope 1 between", sp.Derivative(x - t, x), 1)


def _budget_form() -> Proof:
    p, r, z, K = sp.symbols("p r z K", real=True)
    yield from _flat_or_steep()
    yield identity(
        "a token's part of the difference", (r - z) ** 2 - (p - z) ** 2, (r - p) ** 2 - 2 * (r - p) * (z - p)
    )
    yield identity(
        "all sum to K, so that tau drops out of the sum of (r - p)(z - p)", (r - p) * t + ((K - r) - (K - p)) * t, 0
    )
    yield by("z - tau - p is 0 between, and where p is 1, r = 1 - h, some o >= 0")
    yield nonnegative("so -(r - p) o is", h * o)
    yield by("where p is 0 it is some -o")
    yield nonnegative("so (r - p) o is, with r = h", h * o)
    nearest = [N.total((each[N.i] - N.z[N.i]) ** 2) for each in (N.p, N.r)]
    yield concludes("what is left is a square", "nearest", Le(*nearest))


budget_form = Case(
    T.budget_form,
    (
        symbolic(_budget_form),
        sampled(
            family("random rows and points of the cube", z=reals, move=reals, kept=whole(1, 3), step=STEPS)(
                with_moved(budget)
            )
        ),
    ),
)


def _budget_proof() -> Proof:
    yield from _flat_or_steep()
    yield nonnegative("so a step of h + o, h of it between, raises the weight by h", h)
    yield concludes("at one threshold for all", "order", ORDER)
    yield by("a threshold for z gives one for z + c")
    yield by("the sum has no order of places")
    yield concludes(
        "two thresholds of one row give the same weights: each falls with the threshold, and the sum stays",
        "moved",
        SAME,
    )


budget_structure = Case(
    T.budget_structure, (symbolic(_budget_proof), sampled(TURNED(kept=whole(1, 3))(with_turned(budget)), cases=120))
)


@family("random rows and a token around the threshold", z=reals, kept=whole(1, 3), above=real)
def _budget_joined(z: Row, kept: fmpq, above: fmpq) -> Instance:
    here = budget(z, kept)
    late = here[N.tau] + above / 16
    return here + {N.r: budget([*z, late], kept)[N.p], N.late: late}


def _budget_joining() -> Proof:
    yield from _flat_or_steep()
    yield nonnegative("at the old threshold a newcomer adds a weight to the sum K", sp.Min(1, h))
    yield concludes("so the threshold does not fall", "never-more", Le(N.r[N.k], N.p[N.k]))
    yield by("from at or below it, nothing")
    yield concludes("and the old threshold serves", "unchanged", sp.Implies(N.late <= N.tau, Eq(N.r[N.k], N.p[N.k])))


budget_joining = Case(
    T.budget_joining,
    (symbolic(_budget_joining), sampled(_budget_joined)),
    folklore=(
        Debunked(
            r"$K = 2$, $z = (0, 0, 0)$, $b = -1/2$: the threshold is $-2/3$",
            lambda: _budget_joined([0] * 3, 2, "16/6") + {N.z_min: 0},
        ),
    ),
)


def _budget_lipschitz() -> Proof:
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
    yield concludes("summed over the tokens", "lipschitz", Le(MOVED, APART))


budget_lipschitz = Case(
    T.budget_lipschitz,
    (
        symbolic(_budget_lipschitz),
        sampled(family("random pairs of rows", z=reals, move=reals, kept=whole(1, 3), step=STEPS)(with_moved(budget))),
    ),
    sharp=(
        Sharp(
            "lipschitz",
            r"$K = 1$, $z = (0, 0)$, $z' = (1/4, -1/4)$",
            lambda: [with_moved(budget)([fmpq(0)] * 2, [fmpq(1), fmpq(-1)], fmpq(1, 4), kept=fmpq(1))],
        ),
    ),
)


@family(
    "random rows and a further token at any place", sizes=(1, 5), z=reals, b=real, place=whole(0, 5), kept=whole(1, 4)
)
def _top_k_joined(z: Row, kept: fmpq, b: fmpq, place: fmpq) -> Instance:
    at = min(int(place.p), len(z))
    weights = top_k([*z[:at], b, *z[at:]], kept)[N.p]
    return top_k(z, kept) + {N.r: weights[:at] + weights[at + 1 :], N.late: b, N.z_min: min(z)}


def _top_k_joining() -> Proof:
    W = sp.Symbol("W", positive=True)
    r, p = N.r[N.i], N.p[N.i]
    yield nonnegative("a newcomer adds 0 or 1 to a rank, so that no other becomes one of the chosen", N.pos(sp.sign(x)))
    yield positive("a larger logit has the larger exponential", sp.diff(sp.exp(x), x))
    yield positive(
        "chosen, it takes the place of a token that has no larger one, or adds its own: the sum W of the chosen does "
        "not fall, and weights fall with it",
        -sp.diff(sp.exp(x) / W, W),
    )
    yield concludes("so", "never-more", Le(r, p))
    above = N.total(sp.Piecewise((1, N.z[N.j] > N.late), (0, True)), N.j)
    yield concludes("if K exceed it, the chosen stay", "unchanged", sp.Implies(above > N.kept - 1, Eq(r, p)))


top_k_joining = Case(
    T.top_k_joining,
    (symbolic(_top_k_joining), sampled(_top_k_joined, cases=100)),
    folklore=(Debunked(r"$k = 2$, $z = (0)$", lambda: _top_k_joined([0], 2, -60, 1)),),
)
