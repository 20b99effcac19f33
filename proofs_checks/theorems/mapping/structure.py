"""Evidence for the equivariances and structural identities."""

from __future__ import annotations

import math

from entmax_oracle.theory.mapping import structure as T
from entmax_oracle.theory.mapping.entropy import tsallis

from ..vocabulary import *

a, q = sp.symbols("a q", positive=True)


def _shift() -> Proof:
    z, c, tau = sp.symbols("z c tau", real=True)
    yield identity("tau + a c thresholds z + c as tau thresholds z", a * (z + c) - (tau + a * c), a * z - tau)
    yield concludes("the root of f is unique", "threshold", Eq(N.rho, N.tau + N.a * N.shift))
    yield concludes("so the probabilities agree", "probabilities", Eq(N.r[N.i], N.p[N.i]))


shift_invariance = Case(
    T.shift_invariance,
    (
        symbolic(_shift),
        sampled(family("random rows and shifts", z=reals, alpha=one_of(ALPHAS), c=real)(shifted), cases=50),
    ),
    folklore=(Debunked(r"$\alpha = 3/2$, $c = 1$", lambda: shifted([0], "3/2", 1)),),
)


def _permuted() -> Proof:
    yield by("f is symmetric: a sum has no order, so exchanging two tokens changes nothing")
    yield concludes("exchanges generate all permutations; the root is unique", "threshold", Eq(N.rho, N.tau))
    yield concludes(
        "each probability depends on its own logit and tau only", "probabilities", Eq(N.r[N.i], N.p[N.perm[N.i]])
    )


permutation = Case(
    T.permutation,
    (
        symbolic(_permuted),
        sampled(
            family("random rows and rotations with reflection", z=reals, alpha=one_of(ALPHAS), turn=whole(0, 5))(
                rotated
            ),
            cases=50,
        ),
    ),
)


def _temperature() -> Proof:
    z, h, t = sp.symbols("z h theta", positive=True)
    yield identity(
        "the objective at temperature 1 / theta is 1 / theta times that of theta z", z + h / t, (t * z + h) / t
    )
    objectives = [N.total(y[N.i] * N.z[N.i]) + tsallis(y, N.alpha) / N.theta for y in (N.r, N.p)]
    yield positive("a positive factor keeps the maximiser", 1 / t)
    yield concludes("which the threshold form gives for theta z", "optimal", Le(*objectives))


temperature = Case(
    T.temperature,
    (
        symbolic(_temperature),
        sampled(
            family(
                "random rows, scales and points of the simplex",
                z=reals,
                weights=weights,
                alpha=one_of(ALPHAS),
                theta=around_one,
            )(targeted)
        ),
    ),
    folklore=(
        Debunked(
            r"$\alpha = 2$, $z = (1/2, 0)$, $\theta = 2$: $p = (1, 0)$, $r = (3/4, 1/4)$",
            lambda: targeted(["1/2", 0], ["3/4", "1/4"], 2, 2),
        ),
    ),
)


def _order() -> Proof:
    u = sp.Symbol("u", positive=True)
    yield positive("a token above the threshold, raised by d, has more: u^q is strictly increasing", sp.diff(u**q, u))
    zi, zj, pi, pj = N.z[N.i], N.z[N.j], N.p[N.i], N.p[N.j]
    yield concludes("weakly increasing everywhere", "weak", sp.Implies(zi >= zj, pi >= pj))
    yield concludes("the contrapositive, tokens exchanged", "converse", sp.Implies(pi > pj, zi > zj))
    yield concludes("strictly above the threshold", "strict", sp.Implies(sp.And(zi > zj, pi > 0), pi > pj))


order = Case(
    T.order,
    (symbolic(_order), decided(sizes=(2, 3), alphas=("3/2", 2, 3)), sampled(rows(sizes=(1, 4)), cases=60)),
    folklore=(Debunked(r"$\alpha = 2$, $z = (9, 1, 0)$", lambda: row([9, 1, 0], 2)),),
)


@family("random rows", sizes=(2, 6), z=reals, alpha=one_of(ALPHAS))
def _without_last(z: Row, alpha: fmpq) -> Instance:
    shorter = row(z[:-1], alpha)
    return row(z, alpha) + {N.r: [*shorter[N.p], 0], N.rho: shorter[N.tau]}


def _masking() -> Proof:
    d = sp.Symbol("d", nonnegative=True)  # tau' - x_n
    rest = sp.Symbol("F", positive=True)  # the sum over the other tokens at tau'
    yield by("at tau' the last token adds [x_n - tau']_+^q = 0")
    yield identity(
        "so f of the whole row vanishes where f of the shorter one does", rest + sp.Max(0, -d) ** q - 1, 0, at={rest: 1}
    )
    low = N.x(N.n) <= N.rho
    yield concludes("the root is unique", "threshold", sp.Implies(low, Eq(N.tau, N.rho)))
    same = sp.Implies(low, Eq(N.p[N.i], N.r[N.i]))
    yield concludes("the same threshold gives the same probabilities", "equal", same)
    yield positive("above tau' the last token adds d^q > 0, so tau > tau' while x_n > tau still", (d + 1) ** q)
    yield concludes("so it has mass there, and only there", "zero", N.Iff(Eq(N.p[N.n], 0), low))


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
        sampled(_without_last),
    ),
    folklore=(
        Debunked(r"$z = (-10^4, -10^4)$", lambda: row([-10000, -10000], 2) + second(row([-10000], 2))),
        Debunked(r"scalable softmax, the scale $e^\theta = 4$ of four slots for two tokens", _miscounted),
    ),
)


def _finite_mask() -> Proof:
    z = sp.Symbol("z", real=True)
    yield identity("a logit at the mask value lies at x_max - 1", N.a * (z - 1 / N.a), N.a * z - 1)
    yield by("where [x - tau]_+ = 0, as tau >= x_max - 1 by the brackets")
    derived = sp.Implies(N.z[N.j] <= N.z_max - 1 / N.a, Eq(N.p[N.j], 0))
    yield concludes("so the probability is 0", "zero", derived)


finite_mask = Case(
    T.finite_mask,
    (
        symbolic(_finite_mask),
        decided(sizes=(2, 3), alphas=("3/2", 2, 3)),
        # Rows with one dominant token and others close to the mask value on both sides of it.
        sampled(
            family("random rows near the mask value", added=1, z=reals, alpha=one_of(ALPHAS))(
                lambda z, alpha: row([0, *(-1 / (alpha - 1) + value / 64 for value in z)], alpha)
            )
        ),
    ),
    folklore=(Debunked(r"$\alpha = 3/2$, gap 1", lambda: row([1, 0], "3/2")),),
)


@family("random rows and copies of their last token", sizes=(1, 5), z=reals, alpha=one_of(ALPHAS), copies=whole(1, 6))
def repeated(z: Row, alpha: fmpq, copies: fmpq) -> Instance:
    """Return a row whose last token occurs `copies` times, and once more in the second row."""
    count, n = int(copies.p), len(z)
    here, more = (row([*z, *[z[-1]] * extra], alpha) for extra in (count - 1, count))
    values = {N.z: list(z), N.n: fmpq(n), N.p: here[N.p][:n], N.r: more[N.p][:n], N.rho: more[N.tau]}
    return here + {**values, N.copies: fmpq(count)}


def _duplicates() -> Proof:
    d = sp.Symbol("d", positive=True)
    e = sp.Symbol("e", nonnegative=True)
    yield nonnegative("a further copy adds [x_n - t]_+^q >= 0 to f: the threshold does not fall", e**q)
    yield concludes("so each copy has no more", "per-copy", Le(N.r[N.n], N.p[N.n]))
    yield concludes(
        "the other tokens have no more either, and all sum to 1: the copies together have no less",
        "together",
        Ge((N.copies + 1) * N.r[N.n], N.copies * N.p[N.n]),
    )
    yield nonnegative("with mass, x_n = tau + d: others above it have at least (x_i - x_n)^q", sp.diff((e + d) ** q, d))
    ceiling = sp.Max(0, 1 - N.total(N.pos(N.x(N.i) - N.x(N.n)) ** N.q))
    yield concludes("the copies have the rest", "ceiling", Le(N.copies * N.p[N.n], ceiling))


_COPIES = (1, 3, 10, 30, 100, 300)


def _copied(context: Context) -> Iterator[Point]:
    """Repeat a token that lies 1 below another one more and more often."""
    for alpha in (fmpq(3, 2), fmpq(7, 4)):
        for copies in _COPIES:
            instance = repeated([1, 0], alpha, fmpq(copies))
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
                "title": (
                    r"Mass of all copies of a token 1 below another one: the limit is $1 - (\alpha-1)^q$, which is "
                    r"0.75 and 0.32; softmax gives them everything"
                ),
                "x_label": "copies",
                "y_label": "mass of the copies",
                "x_log": True,
                "y_range": [0, 1],
            },
            _copied_softmax,
        ),
        sampled(repeated),
    ),
    sharp=(
        Sharp("per-copy", "no mass", lambda: [repeated([2, 0], 2, 1)]),
        Sharp("together", "alone", lambda: [repeated([0], 2, 3)]),
        Sharp("ceiling", "a token that holds all mass", lambda: [repeated([-1, 0], 2, 3)]),
        # The gap falls like the root of the number of copies; while another token has mass no finite row attains it.
        Sharp(
            "ceiling",
            r"$\alpha = 3/2$, $z = (1, 0)$: the limit is $3/4$",
            lambda: [repeated([1, 0], "3/2", fmpq(m)) for m in (10, 200, 4000)],
            within=0.021,
        ),
    ),
    folklore=(Debunked(r"$\alpha = 3/2$, $z = (1, 0)$, 1000 copies", lambda: repeated([1, 0], "3/2", 1000)),),
)


@family("random rows", sizes=(1, 5), z=reals, alpha=one_of((1, *ALPHAS)), c=real)
def _raised(z: Row, alpha: fmpq, c: fmpq) -> Instance:
    return row(z, alpha) + {**second(row([*z[:-1], z[-1] + c], alpha)), N.shift: c}


def _own_logit() -> Proof:
    u = sp.Symbol("u", positive=True)
    yield positive("raising x_n raises its term of f, so the threshold does not fall", sp.diff(u**q, u))
    yield concludes(
        "the others, with the same logits, have no more", "others", sp.Or(Eq(N.j, N.n), N.r[N.j] <= N.p[N.j])
    )
    yield concludes("all sum to 1, so the raised token has no less", "own", Ge(N.r[N.n], N.p[N.n]))


def _raised_model(reals: Reals, n: int, alpha: fmpq) -> tuple[dict[sp.Basic, object], list[object]]:
    values, constraints = row_model(reals, n, alpha)
    c = reals.variable("c")
    names, into = ("", "w", "rho"), (N.z, N.r, N.rho)
    other, more = row_model(reals, n, alpha, z=[*values[N.z][:-1], values[N.z][-1] + c], names=names, into=into)
    return {**values, N.r: other[N.r], N.shift: c}, constraints + more


own_logit = Case(
    T.own_logit,
    (
        symbolic(_own_logit, given={"raised": Ge(N.shift, 0)}),
        decided(sizes=(2, 3), alphas=(2,), model=_raised_model),
        sampled(_raised, cases=60),
    ),
    needed=(Needed("raised", r"$c = -1$", lambda: _raised([0, 0], 2, -1)),),
)


def _inverse() -> Proof:
    u, v, tau = sp.symbols("u v tau", positive=True)
    i, j = N.i, N.j
    yield identity(
        "on the support p^a = a z - tau, and tau cancels from the difference of two",
        (u - v) / N.a,
        N.z[i] - N.z[j],
        at={u: N.a * N.z[i] - tau, v: N.a * N.z[j] - tau},
    )
    same = Eq(N.z[i] - N.z[j], (N.p[i] ** N.a - N.p[j] ** N.a) / N.a)
    yield concludes("so", "differences", sp.Implies(sp.And(N.p[i] > 0, N.p[j] > 0), same))


inverse_map = Case(
    T.inverse_map,
    (symbolic(_inverse), decided(sizes=(2, 3), alphas=("3/2", 2)), sampled(rows(sizes=(1, 4)), cases=60)),
    folklore=(Debunked(r"$z = (5, 0)$, sparsemax", lambda: row([5, 0], 2)),),
)


@family(
    "random rows with two high logits",
    sizes=(2, 6),
    z=reals,
    alpha=one_of(ALPHAS),
    apart=real,
    height=one_of((0, 1, 2, 30, 1000)),
)
def _high(z: Row, alpha: fmpq, apart: fmpq, height: fmpq) -> Instance:
    """Return a row whose first two logits stand at a height and a distance."""
    return row([height, height - apart, *z[2:]], alpha) + {N.shift: apart}


def _infinite_proof() -> Proof:
    z1, z2, tau = sp.symbols("z_1 z_2 tau", real=True)
    yield identity(
        "a gap of 1 / a is 1 in the coordinates of the threshold: the largest alone gives 1",
        N.a * N.gap,
        1,
        at={N.gap: 1 / N.a},
    )
    margin = N.Every(sp.Or(Eq(N.l, 1), N.z[N.l] <= N.z[1] - 1 / N.a), N.l)
    yield concludes("so (theorem one-hot-margin)", "one", sp.Implies(margin, Eq(N.p[1], 1)))
    a = sp.Symbol("a", positive=True)
    yield identity(
        "on the support p^a = a z - tau; the threshold drops out", (a * z1 - tau) - (a * z2 - tau), a * (z1 - z2)
    )
    apart = Eq(N.p[1] ** N.a - N.p[2] ** N.a, N.a * N.shift)
    yield concludes("so, at every height", "two", sp.Implies(sp.And(N.p[1] > 0, N.p[2] > 0), apart))


infinite_logits = Case(
    T.infinite_logits,
    (symbolic(_infinite_proof, rests=("one-hot-margin",)), sampled(_high)),
    folklore=(Debunked(r"sparsemax, $(1000, 999 + 1/2, 0)$: $(3/4, 1/4, 0)$", lambda: _high([0] * 3, 2, "1/2", 1000)),),
)
