"""Evidence for the theorems about programs in floating point; the programs are NumPy's and small."""

from __future__ import annotations

import numpy as np

from entmax_oracle.theory.arithmetic import rounding as T
from entmax_oracle.theory.arithmetic.floating import residual
from entmax_oracle.theory.calculus.jacobian import Sigma, mean

from ..vocabulary import *
from .floating import NEAR, approximate

a, q, u, t = sp.symbols("a q u t", positive=True)
DYADIC = (fmpq(5, 4), fmpq(3, 2), fmpq(7, 4), fmpq(2))
"""Exponents that every binary format holds exactly."""


def _bracket_proof() -> Proof:
    e = sp.Symbol("e", nonnegative=True)
    f = residual
    yield positive("f falls strictly left of x_max: f(tau') >= 0 means tau' <= tau", sp.diff(u**q, u))
    yield nonnegative("and a lower level gives every token more: (w + e)^q - w^q", sp.diff((u + e) ** q, e))
    yield concludes("so", "above", sp.Implies(f >= 0, N.p[N.i] <= N.r[N.i]))
    yield concludes("and with the signs changed", "below", sp.Implies(f <= 0, N.p[N.i] >= N.r[N.i]))
    zero = sp.Implies(sp.And(f >= 0, N.x(N.i) <= N.rho), Eq(N.p[N.i], 0))
    yield concludes("x_i <= tau' <= tau", "zero", zero)
    mass = sp.Implies(sp.And(f <= 0, N.x(N.i) > N.rho), N.p[N.i] > 0)
    yield concludes("x_i > tau' >= tau", "mass", mass)


certified_bracket = Case(
    T.certified_bracket,
    (
        symbolic(_bracket_proof),
        exact(
            lambda: [
                approximate([0, 0], 2, share)
                for share in (fmpq(1, 2), fmpq(1, 2) - fmpq(1, 128), fmpq(1, 2) + fmpq(1, 128))
            ],
            "the threshold itself and levels close to it",
        ),
        sampled(NEAR),
    ),
)


def _condition_proof() -> Proof:
    w, m = sp.symbols("w m", positive=True)
    yield positive(
        "the others' sensitivity is largest when they are equal: t^c is concave for c = 2 - alpha = 1 / (1 + u) < 1",
        -sp.diff(t ** (1 / (1 + u)), t, 2),
    )
    yield identity(
        "there are m = n - 1 of them, of mass 1 - w = t together", m * (t / m) ** (1 - a), m**a * t ** (1 - a)
    )
    yield identity("the largest token's own share", w**a * w ** (1 - a), w)
    yield concludes("so", "worst", Le(T.condition, T.worst_condition))
    c, e, p = sp.Symbol("c", positive=True), sp.Symbol("e", nonnegative=True), sp.Symbol("p", positive=True)
    yield nonnegative("p_max^a p^(1 - a) >= p, as (p_max / p)^a >= 1 (p_max = p + e)", sp.diff((p + e) ** c, e))
    yield concludes("summed: at least 1", "least", Ge(T.condition, N.q))


condition_exact = Case(
    T.condition_exact,
    (
        symbolic(_condition_proof, given={"convex-range": Le(N.alpha, 2)}),
        sampled(points(alphas=ALPHAS, sizes=(2, 6))),
    ),
    sharp=(
        Sharp("least", "uniform", lambda: [simplex(["1/4"] * 4, "3/2")]),
        Sharp("worst", r"$\alpha = 3/2$, $p = (1/2, 1/8, \dots)$", lambda: [simplex(["1/2"] + ["1/8"] * 4, "3/2")]),
    ),
    needed=(Needed("convex-range", r"$\alpha = 21/10$", lambda: simplex(["1/265", "197/265", "67/265"], "21/10")),),
)


def _entmax(z: Any, alpha: Any) -> Any:
    """Return entmax as a plain program would: the largest logit off first, then a bisection to the last bit."""
    kind = z.dtype.type
    scale, power = kind(alpha - 1), kind(1 / (alpha - 1))
    x = scale * (z - z.max())
    low, high = kind(-1), kind(0)

    def weights(level: Any) -> Any:
        live = np.maximum(x - level, kind(0))
        return live if power == 1 else np.power(live, power)

    while True:
        middle = kind((low + high) / kind(2))
        if middle in (low, high):
            return weights(low)
        if np.sum(weights(middle), dtype=z.dtype) >= 1:
            low = middle
        else:
            high = middle


def _run(z: Sequence[Any], alpha: Any, half: Any, offset: Any = 0) -> Instance:
    """Return a row of float32 or float16 logits, its exact probabilities and what a program makes of it."""
    kind: Any = np.float16 if half else np.float32
    logits = np.array([float(value.p) / float(value.q) for value in map(fmpq, z)], dtype=kind) + kind(offset)
    instance = row([rational(float(value)) for value in logits], alpha)
    output = _entmax(logits, float(fmpq(alpha).p) / float(fmpq(alpha).q))
    unit = fmpq(1, 2 ** (11 if half else 24))
    return instance + {N.r: [rational(float(value)) for value in output], N.roundoff: unit}


@family(
    "random rows, repeated as a whole and moved",
    times=8,
    sizes=(1, 5),
    z=reals,
    alpha=one_of(DYADIC),
    repeats=whole(1, 8),
    half=whole(0, 1),
    moved_by=one_of([0, 0, 1, 64]),
)
def _stretched(z: Row, alpha: fmpq, repeats: fmpq, half: fmpq, moved_by: fmpq) -> Instance:
    return _run(
        [value / (1 + m % 3) for m in range(int(repeats.p)) for value in z], alpha, int(half.p), int(moved_by.p)
    )


kernel_budget = Case(
    T.kernel_budget,
    (sampled(_stretched, cases=50),),
    folklore=(
        Debunked(
            "sparsemax of 400 nearly equal logits",
            lambda: _run([fmpq(1 if m == 0 else 0) * fmpq(1, 3) for m in range(400)], 2, 0),
        ),
    ),
)


def _decisions_proof() -> Proof:
    e, d = sp.symbols("e d", nonnegative=True)
    error = sp.Abs(N.rho - N.tau)
    yield nonnegative("x - tau = E + d, |tau' - tau| <= E: x - tau' >= d", (e + d) - e)
    kept = sp.Implies(N.x(N.i) - N.tau > error, N.r[N.i] > 0)
    yield concludes("positive for d > 0", "kept", kept)
    dropped = sp.Implies(N.tau - N.x(N.i) >= error, Eq(N.r[N.i], 0))
    yield concludes("and likewise below", "dropped", dropped)
    yield nonnegative(
        "a revived token has x <= tau: x - tau' <= tau - tau' = E, and u^q rises", sp.diff((u + e) ** q, e)
    )
    yield concludes("so", "revived", sp.Implies(Eq(N.p[N.i], 0), N.r[N.i] <= error**N.q))
    yield nonnegative("a lost one has x <= tau': x - tau <= E", e - (e - e))
    yield concludes("so", "lost", sp.Implies(Eq(N.r[N.i], 0), N.p[N.i] <= error**N.q))


support_decisions = Case(
    T.support_decisions,
    (
        symbolic(_decisions_proof),
        exact(
            lambda: [
                *(approximate([fmpq(1, 2), 0], 2, fmpq(1, 2) - nudge) for nudge in (fmpq(0), fmpq(1, 64))),
                *(_on_edge(fmpq(2), depth) for depth in (fmpq(1, 16), fmpq(1, 64))),
            ],
            "tokens on the threshold, and levels on a token",
        ),
        sampled(NEAR),
    ),
    folklore=(Debunked(r"$\alpha = 3$, a token on the threshold", lambda: _on_edge(fmpq(3), fmpq(1, 16))),),
)


def _on_edge(alpha: fmpq, depth: fmpq) -> Instance:
    """Return a row with a third token exactly on the threshold, and a level just below."""
    instance = chosen(["1/2", "1/2"], alpha, dead=[0])
    level = -depth
    live = [BALLS.maximum([fmpq(0), (alpha - 1) * value - level]) for value in instance[N.z]]
    return instance + {N.rho: level, N.r: [BALLS.power(value, 1 / (alpha - 1)) for value in live]}


def flushed(p: Sequence[Any], alpha: Any, epsilon: Any, dead: Sequence[Any] = ()) -> Instance:
    """Return a row of given probabilities whose entries up to epsilon are set to 0 in the second row."""
    instance, level = chosen(p, alpha, dead=dead), fmpq(epsilon)
    return instance + {N.epsilon: level, N.r: [fmpq(0) if value <= level else value for value in instance[N.p]]}


@family(
    "random rows, levels at a probability and close to it",
    added=1,
    sizes=(1, 5),
    weights=weights,
    alpha=one_of(ALPHAS),
    nudge=one_of([-1, 0, 1]),
)
def _flushed_at(weights: Row, alpha: fmpq, nudge: fmpq) -> Instance:
    p = normalised([w for w in weights if w > 0])
    return flushed(p, alpha, p[0] * (1 + nudge / 1000), dead=[0])


def _zeros_proof() -> Proof:
    yield by("at x - tau = e^a the probability is e")
    yield positive("and rises with x", sp.diff(u ** (1 / a), u))
    level = N.x(N.i) - N.tau <= N.epsilon**N.a
    yield concludes("so", "level", N.Iff(N.p[N.i] <= N.epsilon, level))
    yield concludes("and is then set to 0", "underflow", sp.Implies(level, Eq(N.r[N.i], 0)))


false_zeros = Case(
    T.false_zeros,
    (symbolic(_zeros_proof), sampled(_flushed_at)),
    folklore=(
        Debunked(
            r"$\alpha = 1.05$, $p_2 = 2^{-160}$, in float32",
            lambda: flushed([1 - fmpq(1, 2**160), fmpq(1, 2**160)], fmpq(21, 20), fmpq(1, 2**150)),
        ),
    ),
)


@family("random rows and halvings", sizes=(1, 5), z=reals, alpha=one_of(ALPHAS), halvings=whole(0, 8))
def halved(z: Sequence[Any], alpha: Any, halvings: Any) -> Instance:
    """Return a row and the probabilities at the lower end of the first bracket, halved some times."""
    instance, count = row(z, alpha), int(fmpq(halvings).p)
    a_ = instance[N.alpha] - 1
    x = [a_ * value for value in instance[N.z]]
    top, power = BALLS.maximum(x), 1 / a_
    low, high = top - 1, top - BALLS.power(fmpq(1, len(x)), a_)

    def weights(level: Any) -> list[Any]:
        return [BALLS.power(BALLS.maximum([fmpq(0), value - level]), power) for value in x]

    for _ in range(count):
        middle = (low + high) / 2
        low, high = (low, middle) if BALLS.add(weights(middle)) < 1 else (middle, high)
    return instance + {N.r: weights(low), N.rho: low, N.steps: fmpq(count)}


def _steps_proof() -> Proof:
    c, t, d = sp.Symbol("c", nonnegative=True), sp.Symbol("t", positive=True), sp.Symbol("d", positive=True)
    x, power = sp.Symbol("x", positive=True), sp.Symbol("q", positive=True)
    moved = N.total(sp.Abs(N.r[N.i] - N.p[N.i]))
    yield identity("a token moves at the rate q x^(q - 1)", sp.Derivative(x**power, x), power * x ** (power - 1))
    yield nonnegative("x - t <= 1 and q - 1 = c >= 0: u^c <= 1 for u = 1 / (1 + t)", sp.diff(t**c, t))
    yield identity(
        "summed over n tokens and integrated from tau to tau'", sp.Integral(power * N.n, (t, 0, d)), power * N.n * d
    )
    yield concludes("so", "condition", Le(moved, N.q * N.n * sp.Abs(N.rho - N.tau)))
    T_ = sp.Symbol("T", integer=True, nonnegative=True)
    e = sp.Symbol("e", nonnegative=True)
    yield nonnegative("the bracket is shorter than 1: 1 - n^(-a), n = 1 + e", 1 - (1 - 1 / (1 + e)))
    yield identity("each step halves it", 2 ** (-T_) / 2, 2 ** (-(T_ + 1)))
    error = N.total(sp.Abs(N.r[N.i] - N.p[N.i]))
    yield concludes("and q n per unit of the threshold", "error", Le(error, N.q * N.n * 2 ** (-N.steps)))


bisection_steps = Case(
    T.bisection_steps,
    (
        symbolic(_steps_proof, given={"convex-range": Le(N.alpha, 2)}),
        sampled(halved, cases=60),
        sampled(NEAR, claims=("condition",), title="levels of the first bracket"),
    ),
    sharp=(
        Sharp("condition", "sparsemax, equal tokens", lambda: [approximate([0, 0], 2, "3/4")]),
        Sharp(
            "error",
            "sparsemax, more and more equal tokens",
            lambda: [halved([0] * m, 2, 3) for m in (4, 16, 64)],
            within=0.02,
        ),
    ),
    needed=(Needed("convex-range", r"$\alpha = 21/10$, eight equal tokens", lambda: halved([0] * 8, "21/10", 12)),),
)


def _rounded(value: fmpq, bits: int) -> fmpq:
    """Return the nearest number with that many significant bits, ties to even."""
    if value == 0:
        return value
    size, unit = abs(value), fmpq(1)
    while size / unit >= 2**bits:
        unit *= 2
    while size / unit < 2 ** (bits - 1):
        unit /= 2
    whole_ = int((size / unit).p // (size / unit).q)
    beyond = size / unit - whole_
    up = beyond > fmpq(1, 2) or (beyond == fmpq(1, 2) and whole_ % 2 == 1)
    return (1 if value > 0 else -1) * (whole_ + int(up)) * unit


@family("random terms in formats of few bits", sizes=(1, 9), terms=reals, bits=whole(3, 8))
def summed(terms: Sequence[Any], bits: Any) -> Instance:
    """Return terms of a short binary format with both sums of them in that format."""
    size = int(fmpq(bits).p)
    v = [_rounded(fmpq(term), size) for term in terms]

    def add(left: fmpq, right: fmpq) -> fmpq:
        return _rounded(left + right, size)

    def pairs(values: list[fmpq]) -> fmpq:
        middle = 1 << (len(values) - 1).bit_length() >> 1
        return values[0] if len(values) == 1 else add(pairs(values[:middle]), pairs(values[middle:]))

    one = v[0]
    for term in v[1:]:
        one = add(one, term)
    given = {N.n: fmpq(len(v)), N.v: v, N.late: one, N.shift: pairs(v), N.roundoff: fmpq(1, 2**size)}
    return Instance(given)


def _sum_proof() -> Proof:
    k = sp.Symbol("k", integer=True, nonnegative=True)
    yield identity(
        "one more addition: an error of ((1 + u)^k - 1) grows by the factor 1 + u, and u of the exact sum is new",
        (1 + u) * ((1 + u) ** k - 1) + u,
        (1 + u) ** (k + 1) - 1,
    )
    exact_, size = N.total(N.v[N.i]), N.total(sp.Abs(N.v[N.i]))
    first = Le(sp.Abs(N.late - exact_), ((1 + N.roundoff) ** (N.n - 1) - 1) * size)
    yield concludes("every term goes through at most n - 1 additions", "sequential", first)
    yield identity(
        "in pairs a tree of depth d holds 2^d terms: its depth is the logarithm, rounded up",
        sp.log(2**k) / sp.log(2),
        k,
    )
    second_ = Le(sp.Abs(N.shift - exact_), ((1 + N.roundoff) ** T.tree_depth - 1) * size)
    yield concludes("so", "pairwise", second_)


def _worst_pair(bits: int) -> Instance:
    return summed([1, fmpq(1, 2**bits)], bits)


summation_error = Case(
    T.summation_error,
    (symbolic(_sum_proof), sampled(summed, cases=120)),
    sharp=(
        Sharp("sequential", "1 and half its last bit", lambda: [_worst_pair(bits) for bits in (3, 6, 9)], within=0.01),
        Sharp("pairwise", "1 and half its last bit", lambda: [_worst_pair(bits) for bits in (3, 6, 9)], within=0.01),
    ),
    folklore=(Debunked("4 bits, 1 and many sixteenths", lambda: summed([1] + ["1/16"] * 6, 4)),),
)


def _mean_proof() -> Proof:
    s, e = sp.symbols("s e", positive=True)
    v, c = sp.symbols("v c", real=True)
    yield identity("a token is off by s c", s * (v - c - e) - s * (v - c), -s * e)
    error = N.total(sp.Abs(N.s(N.i) * (N.v[N.i] - mean - N.shift) - N.s(N.i) * (N.v[N.i] - mean)))
    yield concludes("summed", "error", Eq(error, Sigma * sp.Abs(N.shift)))


@family(
    "random points, directions and errors", sizes=(1, 5), weights=weights, v=reals, alpha=one_of((1, *ALPHAS)), c=real
)
def _off(weights: Row, v: Row, alpha: fmpq, c: fmpq) -> Instance:
    return with_direction(weights, v, alpha) + {N.shift: c}


vjp_mean = Case(
    T.vjp_mean,
    (symbolic(_mean_proof), sampled(_off, cases=60)),
    folklore=(Debunked(r"$\alpha = 3$", lambda: _off([1, 3], [0, 0], 3, 0)),),
)


@family(
    "random points and directions, repeated as a whole",
    sizes=(1, 5),
    times=8,
    weights=weights,
    v=reals,
    alpha=one_of((1, *DYADIC)),
    repeats=whole(1, 8),
)
def backward(weights: Row, v: Row, alpha: fmpq, repeats: fmpq) -> Instance:
    """Return a point, a direction and what a float32 program makes of ``J v``."""
    many = int(repeats.p)
    instance = with_direction(list(weights) * many, [value / (1 + m) for m in range(many) for value in v], alpha)
    exponent = np.float32(2 - float(alpha.p) / float(alpha.q))
    p = np.array([float(entry.p) / float(entry.q) for entry in instance[N.p]], dtype=np.float32)
    g = np.array([float(entry.p) / float(entry.q) for entry in instance[N.v]], dtype=np.float32)
    s = np.where(p > 0, np.power(p, exponent), np.float32(0))
    output = s * (g - np.sum(s * g, dtype=np.float32) / np.sum(s, dtype=np.float32))
    exact_v = [rational(float(entry)) for entry in g]
    given = {N.v: exact_v, N.fl: [rational(float(entry)) for entry in output], N.roundoff: fmpq(1, 2**24)}
    return instance + {**given, N.reach: max(abs(entry) for entry in exact_v)}


vjp_budget = Case(T.vjp_budget, (sampled(backward, cases=40),))
