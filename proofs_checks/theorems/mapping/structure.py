"""Evidence for the equivariances and structural identities."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import sympy as sp
from flint import arb, fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N
from entmax_oracle.theory.mapping import structure as T
from entmax_oracle.theory.mapping.entropy import tsallis

from ...evidence.arguments import Case, Context, decided, sampled, symbolic
from ...evidence.curves import Point, along
from ...evidence.families import ALPHAS, family, normalised, one_of, positive, real, rows, weight, whole
from ...evidence.instances import Instance, row
from ...evidence.points import Debunked, Needed, Sharp
from ...evidence.proof import Step, concludes, identity, nonnegative
from ...evidence.proof import positive as is_positive
from ...reading.reals import Reals, row_model

a, q = sp.symbols("a q", positive=True)


def second(instance: Instance) -> dict[sp.Basic, object]:
    """Return a row's probabilities and threshold under the names of the second row."""
    return {N.r: instance[N.p], N.rho: instance[N.tau]}


def _shifted(z: Sequence[fmpq], alpha: fmpq, c: fmpq) -> Instance:
    return row(z, alpha) + second(row([value + c for value in z], alpha)) + {N.shift: c}


def _shift(theorem: Theorem) -> Iterator[Step]:
    z, c, tau = sp.symbols("z c tau", real=True)
    yield identity("tau + a c thresholds z + c as tau thresholds z", a * (z + c) - (tau + a * c), a * z - tau)
    yield concludes("the root of f is unique", theorem.claim("threshold"), sp.Eq(N.rho, N.tau + N.a * N.shift))
    yield concludes("so the probabilities agree", theorem.claim("probabilities"), sp.Eq(N.r[N.i], N.p[N.i]))


shift_invariance = Case(
    T.shift_invariance,
    (
        symbolic(_shift),
        sampled(
            family(r"random rows and shifts, $n \le 6$", _shifted, {"z": real}, {"alpha": one_of(ALPHAS), "c": real}),
            cases=50,
        ),
    ),
    folklore=(Debunked(r"$\alpha = 3/2$, $c = 1$", lambda: _shifted([fmpq(0)], fmpq(3, 2), fmpq(1))),),
)


def _rotated(z: Sequence[fmpq], alpha: fmpq, by: fmpq) -> Instance:
    n = len(z)
    order = [(n - m + int(by.p)) % n for m in range(n)]  # a reflection, so that more than rotations are tried
    moved = row([z[m] for m in order], alpha)
    return row(z, alpha) + second(moved) + {N.perm: [fmpq(m + 1) for m in order]}


def _permuted(theorem: Theorem) -> Iterator[Step]:
    logits, tau = sp.symbols("z:3", real=True), sp.Symbol("tau", real=True)
    excess = sum(sp.Max(0, a * value - tau) ** q for value in logits)
    for left, right in ((0, 1), (1, 2)):
        exchanged = {logits[left]: logits[right], logits[right]: logits[left]}
        yield identity(
            f"f is symmetric: exchanging tokens {left + 1} and {right + 1} changes nothing",
            excess.subs(exchanged, simultaneous=True),
            excess,
        )
    yield concludes(
        "exchanges generate all permutations; the root is unique", theorem.claim("threshold"), sp.Eq(N.rho, N.tau)
    )
    yield concludes(
        "each probability depends on its own logit and tau only",
        theorem.claim("probabilities"),
        sp.Eq(N.r[N.i], N.p[N.perm[N.i]]),
    )


permutation = Case(
    T.permutation,
    (
        symbolic(_permuted),
        sampled(
            family(
                r"random rows and rotations with reflection, $n \le 6$",
                _rotated,
                {"z": real},
                {"alpha": one_of(ALPHAS), "by": whole(0, 5)},
            ),
            cases=50,
        ),
    ),
)


def _other_point(z: Sequence[fmpq], weights: Sequence[fmpq], alpha: fmpq, theta: fmpq) -> Instance:
    return row(z, alpha, theta) + {N.r: normalised(weights)}


def _sharpened(z: Sequence[int], alpha: int, theta: int) -> Instance:
    return row(z, alpha, theta) + {N.r: row(z, alpha)[N.p]}


def _temperature(theorem: Theorem) -> Iterator[Step]:
    z, h, t = sp.symbols("z h theta", positive=True)
    yield identity(
        "the objective at temperature 1 / theta is 1 / theta times that of theta z", z + h / t, (t * z + h) / t
    )
    objectives = [N.total(y[N.i] * N.z[N.i]) + tsallis(y, N.alpha) / N.theta for y in (N.r, N.p)]
    yield is_positive("a positive factor keeps the maximiser", 1 / t)
    yield concludes("which the threshold form gives for theta z", theorem.claim("optimal"), sp.Le(*objectives))


temperature = Case(
    T.temperature,
    (
        symbolic(_temperature),
        sampled(
            family(
                r"random rows, scales and points of the simplex, $n \le 6$",
                _other_point,
                {"z": real, "weights": weight},
                {"alpha": one_of(ALPHAS), "theta": positive},
                fixed=("alpha", "theta"),
            )
        ),
    ),
    sharp=(Sharp("optimal", "at the maximiser itself", lambda: [row([1, 0], 2, 2) + {N.r: [fmpq(1), fmpq(0)]}]),),
    folklore=(
        Debunked(
            r"$\alpha = 2$, $z = (1/2, 0)$, $\theta = 2$: $p = (1, 0)$, $r = (3/4, 1/4)$",
            lambda: _sharpened([fmpq(1, 2), 0], 2, 2),
        ),
    ),
)


def _order(theorem: Theorem) -> Iterator[Step]:
    u = sp.Symbol("u", positive=True)
    yield is_positive(
        "a token above the threshold, raised by d, has more: u^q is strictly increasing", sp.diff(u**q, u)
    )
    zi, zj, pi, pj = N.z[N.i], N.z[N.j], N.p[N.i], N.p[N.j]
    yield concludes("weakly increasing everywhere", theorem.claim("weak"), sp.Implies(zi >= zj, pi >= pj))
    yield concludes("the contrapositive, tokens exchanged", theorem.claim("converse"), sp.Implies(pi > pj, zi > zj))
    yield concludes(
        "strictly above the threshold", theorem.claim("strict"), sp.Implies(sp.And(zi > zj, pi > 0), pi > pj)
    )


order = Case(
    T.order,
    (symbolic(_order), decided(sizes=(2, 3), alphas=("3/2", 2, 3)), sampled(rows(sizes=(1, 4)), cases=60)),
    folklore=(Debunked(r"$\alpha = 2$, $z = (9, 1, 0)$", lambda: row([9, 1, 0], 2)),),
)


def _without_last(z: Sequence[fmpq], alpha: fmpq) -> Instance:
    if len(z) < 2:
        raise ValueError("two tokens at least")
    shorter = row(z[:-1], alpha)
    return row(z, alpha) + {N.r: [*shorter[N.p], fmpq(0)], N.rho: shorter[N.tau]}


def _masking(theorem: Theorem) -> Iterator[Step]:
    d = sp.Symbol("d", nonnegative=True)  # tau' - x_n
    rest = sp.Symbol("F", positive=True)  # the sum over the other tokens at tau'
    yield identity("at tau' the last token adds [x_n - tau']_+^q = 0", sp.Max(0, -d) ** q, 0)
    yield identity(
        "so f of the whole row vanishes where f of the shorter one does",
        (rest + sp.Max(0, -d) ** q - 1).subs(rest, 1),
        0,
    )
    low = N.x(N.n) <= N.rho
    yield concludes("the root is unique", theorem.claim("threshold"), sp.Implies(low, sp.Eq(N.tau, N.rho)))
    same = sp.Implies(low, sp.Eq(N.p[N.i], N.r[N.i]))
    yield concludes("the same threshold gives the same probabilities", theorem.claim("equal"), same)
    yield is_positive("above tau' the last token adds d^q > 0, so tau > tau' while x_n > tau still", (d + 1) ** q)
    yield concludes("so it has mass there, and only there", theorem.claim("zero"), N.Iff(sp.Eq(N.p[N.n], 0), low))


def _masked_model(reals: Reals, n: int, alpha: fmpq) -> tuple[dict[sp.Basic, object], list[object]]:
    values, constraints = row_model(reals, n, alpha)
    names = ("", "w", "rho")
    rest, more = row_model(reals, n - 1, alpha, z=values[N.z][:-1], names=names, into=(N.z, N.r, N.rho))
    return {**values, N.r: [*rest[N.r], fmpq(0)], N.rho: rest[N.rho]}, constraints + more


def _miscounted() -> Instance:
    """Return softmax of (0, 1) at the scale ``log 4``, and at ``log 2``."""
    return row([0, 1], 1, arb(4).log()) + second(row([0, 1], 1, arb(2).log()))


masking = Case(
    T.masking,
    (
        symbolic(_masking),
        decided(sizes=(2, 3), alphas=(2,), model=_masked_model),
        decided(sizes=(2, 3), alphas=("3/2",), model=_masked_model, full_only=True, seconds=120),
        sampled(family(r"random rows, $n \le 6$", _without_last, {"z": real}, {"alpha": one_of(ALPHAS)}, (2, 6))),
    ),
    folklore=(
        Debunked(r"$z = (-10^4, -10^4)$", lambda: row([-10000, -10000], 2) + second(row([-10000], 2))),
        Debunked(r"scalable softmax, the scale $e^\theta = 4$ of four slots for two tokens", _miscounted),
    ),
)


def _finite_mask(theorem: Theorem) -> Iterator[Step]:
    z = sp.Symbol("z", real=True)
    gap = theorem.claim("zero").relation.args[0].rhs - N.z_max
    yield identity("a logit at the mask value lies at x_max - 1", N.a * (z + gap), N.a * z - 1)
    yield identity(
        "where [x - tau]_+ = 0, as tau >= x_max - 1 by the brackets", sp.Max(0, -sp.Symbol("d", nonnegative=True)), 0
    )
    derived = sp.Implies(N.z[N.j] <= N.z_max - 1 / N.a, sp.Eq(N.p[N.j], 0))
    yield concludes("so the probability is 0", theorem.claim("zero"), derived)


finite_mask = Case(
    T.finite_mask,
    (
        symbolic(_finite_mask),
        decided(sizes=(2, 3), alphas=("3/2", 2, 3)),
        # Rows with one dominant token and others close to the mask value on both sides of it.
        sampled(
            family(
                r"random rows near the mask value, $n \le 6$",
                lambda z, alpha: row([0, *(-1 / (alpha - 1) + value / 64 for value in z)], alpha),
                {"z": real},
                {"alpha": one_of(ALPHAS)},
            )
        ),
    ),
    folklore=(Debunked(r"$\alpha = 3/2$, gap 1", lambda: row([1, 0], fmpq(3, 2))),),
)


def repeated(z: Sequence[fmpq], alpha: fmpq, copies: fmpq) -> Instance:
    """Return a row whose last token occurs `copies` times, and once more in the second row."""
    if not z:
        raise ValueError("one token at least")
    count, n = int(copies.p), len(z)
    here, more = (row([*z, *[z[-1]] * extra], alpha) for extra in (count - 1, count))
    values = {N.z: list(z), N.n: fmpq(n), N.p: here[N.p][:n], N.r: more[N.p][:n], N.rho: more[N.tau]}
    return here + {**values, N.copies: fmpq(count)}


def _duplicates(theorem: Theorem) -> Iterator[Step]:
    d = sp.Symbol("d", positive=True)
    e = sp.Symbol("e", nonnegative=True)
    yield nonnegative("a further copy adds [x_n - t]_+^q >= 0 to f: the threshold does not fall", e**q)
    yield concludes("so each copy has no more", theorem.claim("per-copy"), sp.Le(N.r[N.n], N.p[N.n]))
    yield concludes(
        "the other tokens have no more either, and all sum to 1: the copies together have no less",
        theorem.claim("together"),
        sp.Ge((N.copies + 1) * N.r[N.n], N.copies * N.p[N.n]),
    )
    yield nonnegative("with mass, x_n = tau + d: others above it have at least (x_i - x_n)^q", sp.diff((e + d) ** q, d))
    ceiling = sp.Max(0, 1 - N.total(N.pos(N.x(N.i) - N.x(N.n)) ** N.q))
    yield concludes("the copies have the rest", theorem.claim("ceiling"), sp.Le(N.copies * N.p[N.n], ceiling))


_COPIES = (1, 3, 10, 30, 100, 300)


def _copied(context: Context) -> Iterator[Point]:
    """Repeat a token that lies 1 below another one more and more often."""
    for alpha in (fmpq(3, 2), fmpq(7, 4)):
        for copies in _COPIES:
            instance = repeated([fmpq(1), fmpq(0)], alpha, fmpq(copies))
            yield instance, f"entmax, α = {alpha}", float(copies), copies * instance[N.p][1]


def _copied_softmax() -> list[dict[str, Any]]:
    mass = [copies / (copies + math.e) for copies in _COPIES]
    return [{"label": "softmax", "x": list(map(float, _COPIES)), "y": mass}]


duplicates = Case(
    T.duplicates,
    (
        symbolic(_duplicates),
        along(
            _copied,
            r"two tokens, the lower one up to 300 times",
            {
                "title": r"Mass of all copies of a token 1 below another one: the limit is $1 - (\alpha-1)^q$, which "
                "is 0.75 and 0.32; softmax gives them everything",
                "x_label": "copies",
                "y_label": "mass of the copies",
                "x_log": True,
                "y_range": [0, 1],
            },
            _copied_softmax,
        ),
        sampled(
            family(
                r"random rows, last token up to 6 times, $n \le 5$",
                repeated,
                {"z": real},
                {"alpha": one_of(ALPHAS), "copies": whole(1, 6)},
                (1, 5),
                fixed=("alpha", "copies"),
            )
        ),
    ),
    sharp=(
        Sharp("per-copy", "no mass", lambda: [repeated([fmpq(2), fmpq(0)], fmpq(2), fmpq(1))]),
        Sharp("together", "alone", lambda: [repeated([fmpq(0)], fmpq(2), fmpq(3))]),
        Sharp("ceiling", "a token that holds all mass", lambda: [repeated([fmpq(-1), fmpq(0)], fmpq(2), fmpq(3))]),
        # The gap falls like the root of the number of copies; while another token has mass no finite row attains it.
        Sharp(
            "ceiling",
            r"$\alpha = 3/2$, $z = (1, 0)$: the limit is $3/4$",
            lambda: [repeated([fmpq(1), fmpq(0)], fmpq(3, 2), fmpq(m)) for m in (10, 200, 4000)],
            within=0.021,
        ),
    ),
    folklore=(
        Debunked(
            r"$\alpha = 3/2$, $z = (1, 0)$, 1000 copies", lambda: repeated([fmpq(1), fmpq(0)], fmpq(3, 2), fmpq(1000))
        ),
    ),
)


def _raised(z: Sequence[fmpq], alpha: fmpq, c: fmpq) -> Instance:
    if not z:
        raise ValueError("one token at least")
    return row(z, alpha) + {**second(row([*z[:-1], z[-1] + c], alpha)), N.shift: c}


def _own_logit(theorem: Theorem) -> Iterator[Step]:
    u = sp.Symbol("u", positive=True)
    yield is_positive("raising x_n raises its term of f, so the threshold does not fall", sp.diff(u**q, u))
    yield concludes(
        "the others, with the same logits, have no more",
        theorem.claim("others"),
        sp.Or(sp.Eq(N.j, N.n), N.r[N.j] <= N.p[N.j]),
    )
    yield concludes("all sum to 1, so the raised token has no less", theorem.claim("own"), sp.Ge(N.r[N.n], N.p[N.n]))


def _raised_model(reals: Reals, n: int, alpha: fmpq) -> tuple[dict[sp.Basic, object], list[object]]:
    values, constraints = row_model(reals, n, alpha)
    c = reals.variable("c")
    names, into = ("", "w", "rho"), (N.z, N.r, N.rho)
    other, more = row_model(reals, n, alpha, z=[*values[N.z][:-1], values[N.z][-1] + c], names=names, into=into)
    return {**values, N.r: other[N.r], N.shift: c}, constraints + more


own_logit = Case(
    T.own_logit,
    (
        symbolic(_own_logit, given={"raised": sp.Ge(N.shift, 0)}),
        decided(sizes=(2, 3), alphas=(2,), model=_raised_model),
        sampled(
            family(r"random rows, $n \le 5$", _raised, {"z": real}, {"alpha": one_of((1, *ALPHAS)), "c": real}, (1, 5)),
            cases=60,
        ),
    ),
    sharp=(Sharp("own", "one token", lambda: [_raised([fmpq(0)], fmpq(2), fmpq(1))]),),
    needed=(Needed("raised", r"$c = -1$", lambda: _raised([fmpq(0), fmpq(0)], fmpq(2), fmpq(-1))),),
)


def _inverse(theorem: Theorem) -> Iterator[Step]:
    u, v, tau = sp.symbols("u v tau", positive=True)
    yield identity("on the support p^a = a z - tau", (u**q).subs(q, 1 / a) ** a, u)
    yield identity("tau cancels", ((u + tau) - (v + tau)) / a, (u - v) / a)
    i, j = N.i, N.j
    same = sp.Eq(N.z[i] - N.z[j], (N.p[i] ** N.a - N.p[j] ** N.a) / N.a)
    yield concludes("so", theorem.claim("differences"), sp.Implies(sp.And(N.p[i] > 0, N.p[j] > 0), same))


inverse_map = Case(
    T.inverse_map,
    (symbolic(_inverse), decided(sizes=(2, 3), alphas=("3/2", 2)), sampled(rows(sizes=(1, 4)), cases=60)),
    folklore=(Debunked(r"$z = (5, 0)$, sparsemax", lambda: row([5, 0], 2)),),
)


def _high(z: Sequence[fmpq], alpha: fmpq, apart: fmpq, height: fmpq) -> Instance:
    """Return a row whose first two logits stand at a height and a distance."""
    return row([height, height - apart, *z[2:]], alpha) + {N.shift: apart}


def _infinite_proof(theorem: Theorem) -> Iterator[Step]:
    z1, z2, tau = sp.symbols("z_1 z_2 tau", real=True)
    yield identity(
        "a gap of 1 / a is 1 in the coordinates of the threshold: the largest alone gives 1", N.a * (1 / N.a), 1
    )
    margin = N.Every(sp.Or(sp.Eq(N.l, 1), N.z[N.l] <= N.z[1] - 1 / N.a), N.l)
    yield concludes("so (theorem one-hot-margin)", theorem.claim("one"), sp.Implies(margin, sp.Eq(N.p[1], 1)))
    a = sp.Symbol("a", positive=True)
    yield identity(
        "on the support p^a = a z - tau; the threshold drops out", (a * z1 - tau) - (a * z2 - tau), a * (z1 - z2)
    )
    apart = sp.Eq(N.p[1] ** N.a - N.p[2] ** N.a, N.a * N.shift)
    yield concludes("so, at every height", theorem.claim("two"), sp.Implies(sp.And(N.p[1] > 0, N.p[2] > 0), apart))


infinite_logits = Case(
    T.infinite_logits,
    (
        symbolic(_infinite_proof),
        sampled(
            family(
                r"random rows with two high logits, up to 1000 above, $n \le 6$",
                _high,
                {"z": real},
                {"alpha": one_of(ALPHAS), "apart": real, "height": one_of((0, 1, 2, 30, 1000))},
                (2, 6),
                fixed=("alpha", "height"),
            )
        ),
    ),
    folklore=(
        Debunked(
            r"sparsemax, $(1000, 999 + 1/2, 0)$: $(3/4, 1/4, 0)$",
            lambda: _high([fmpq(0)] * 3, fmpq(2), fmpq(1, 2), fmpq(1000)),
        ),
    ),
)
