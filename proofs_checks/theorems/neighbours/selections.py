"""Evidence for the theorems about normalisers that keep a chosen number or share of the tokens."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import sympy as sp
from flint import fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N
from entmax_oracle.theory.neighbours import selections as T

from ...evidence.arguments import Argument, Case, sampled, symbolic
from ...evidence.families import Draw, family, one_of, real, whole
from ...evidence.instances import Instance
from ...evidence.points import Debunked, Sharp
from ...evidence.proof import Step, concludes, identity, nonnegative
from ...evidence.proof import positive as is_positive
from ..mapping.structure import second
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


def with_turned(known: Callable[..., Instance]) -> Callable[..., Instance]:
    """Return what builds a row together with the same row turned and shifted."""

    def build(z: Row, by: fmpq, c: fmpq, **more: fmpq) -> Instance:
        order = turned(z, by)
        other = known([z[m] + c for m in order], **more)
        return known(z, **more) + second(other) + {N.perm: [fmpq(m + 1) for m in order], N.shift: c}

    return build


def with_moved(known: Callable[..., Instance]) -> Callable[..., Instance]:
    """Return what builds a row together with one that is a step away."""

    def build(z: Row, move: Row, step: fmpq, **more: fmpq) -> Instance:
        other = [value + step * by for value, by in zip(z, move, strict=True)]
        return known(z, **more) + {N.y: other, N.r: known(other, **more)[N.p]}

    return build


def fine(rng: random.Random, size: float) -> fmpq:
    """Draw a logit, from a finer scale too."""
    return real(rng, size) / rng.choice((1, 8))


def search_turned(known: Callable[..., Instance], more: dict[str, Draw], sizes: tuple[int, int] = (1, 5)) -> Argument:
    """Search for a counterexample among rows with the same rows turned and shifted."""
    return sampled(
        family(
            rf"random rows, turned and shifted, $n \le {sizes[1]}$",
            with_turned(known),
            {"z": fine},
            {"by": whole(0, 4), "c": real, **more},
            sizes,
            fixed=tuple(more),
        ),
        cases=120,
    )


ORDER = sp.Implies(N.z[N.i] >= N.z[N.j], N.p[N.i] >= N.p[N.j])
SAME = sp.Eq(N.r[N.i], N.p[N.perm[N.i]])


def exchange(title: str, mass: Callable[[sp.Expr], sp.Expr]) -> Step:
    """Check that a sum of masses, each of its own logit, does not change when two tokens are exchanged."""
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
    yield exchange("their sum has no order", lambda logit: (logit - t) * sp.exp(logit))
    yield concludes("and each token takes its mass along", theorem.claim("moved"), SAME)


r_softmax_structure = Case(
    T.r_softmax_structure,
    (
        symbolic(_r_softmax_proof),
        search_turned(r_softmax, {"share": one_of((0, fmpq(1, 4), fmpq(1, 2), fmpq(4, 5)))}, (2, 6)),
    ),
)


def _clip(value: sp.Expr) -> sp.Expr:
    return sp.Min(1, N.pos(value))


def _flat_or_steep() -> Iterator[Step]:
    """Say how a weight of the budget depends on the distance from the threshold."""
    yield identity("a weight is 0 below the threshold", _clip(-o), 0)
    yield identity("1 from 1 above it on", _clip(1 + o), 1)
    yield identity("and rises with slope 1 between", sp.diff(x - t, x), 1)


def _budget_form(theorem: Theorem) -> Iterator[Step]:
    p, r, z, K = sp.symbols("p r z K", real=True)
    yield from _flat_or_steep()
    yield identity(
        "a token's part of the difference", (r - z) ** 2 - (p - z) ** 2, (r - p) ** 2 - 2 * (r - p) * (z - p)
    )
    yield identity(
        "all sum to K, so that tau drops out of the sum of (r - p)(z - p)", (r - p) * t + ((K - r) - (K - p)) * t, 0
    )
    yield identity("z - tau - p is 0 between, and where p is 1, r = 1 - h, some o >= 0", (1 + o) - _clip(1 + o), o)
    yield nonnegative("so -(r - p) o is", h * o)
    yield identity("where p is 0 it is some -o", -o - _clip(-o), -o)
    yield nonnegative("so (r - p) o is, with r = h", h * o)
    nearest = [N.total((each[N.i] - N.z[N.i]) ** 2) for each in (N.p, N.r)]
    yield concludes("what is left is a square", theorem.claim("nearest"), sp.Le(*nearest))


budget_form = Case(
    T.budget_form,
    (
        symbolic(_budget_form),
        sampled(
            family(
                r"random rows and points of the cube, $n \le 6$",
                with_moved(budget),
                {"z": real, "move": real},
                {"kept": whole(1, 3), "step": STEPS},
                fixed=("kept",),
            )
        ),
    ),
)


def _budget_proof(theorem: Theorem) -> Iterator[Step]:
    yield from _flat_or_steep()
    yield nonnegative("so a step of h + o, h of it between, raises the weight by h", h)
    yield concludes("at one threshold for all", theorem.claim("order"), ORDER)
    yield identity("a threshold for z gives one for z + c", (x + c) - (t + c), x - t)
    yield exchange("the sum has no order of places", lambda logit: _clip(logit - t))
    yield concludes(
        "two thresholds of one row give the same weights: each falls with the threshold, and the sum stays",
        theorem.claim("moved"),
        SAME,
    )


budget_structure = Case(
    T.budget_structure, (symbolic(_budget_proof), search_turned(budget, {"kept": whole(1, 3)}, (1, 6)))
)


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
                with_moved(budget),
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
            lambda: [with_moved(budget)([fmpq(0)] * 2, [fmpq(1), fmpq(-1)], fmpq(1, 4), kept=fmpq(1))],
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
