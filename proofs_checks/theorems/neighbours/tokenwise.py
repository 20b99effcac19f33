"""Evidence for the theorems about weights that are not normalised."""

from __future__ import annotations

from entmax_oracle.theory.neighbours import tokenwise as T

from ..vocabulary import *

x, y, v = sp.symbols("x y v", real=True)
R = sp.Symbol("R", positive=True)


def read_row(formula: sp.Expr, z: Sequence[Number], more: dict[sp.Basic, Any] | None = None) -> list[Number]:
    """Return the weights of a row: a formula for token i, read at every token."""
    values = {N.z: list(z), N.n: fmpq(len(z)), **(more or {})}
    return [read(formula, {**values, N.i: fmpq(m + 1)}) for m in range(len(z))]


def sigmoid(z: Sequence[Number], bias: Number) -> list[Number]:
    """Return the weights of sigmoid attention."""
    return read_row(T.sigmoid, z, {N.shift: bias})


def rectified(z: Sequence[Number]) -> list[Number]:
    """Return the weights of rectified linear attention."""
    return read_row(T.rectified, z)


def stick(z: Sequence[Number]) -> list[Number]:
    """Return the weights of stick-breaking attention."""
    return read_row(T.stick, z)


def length_bias(z: Sequence[Number]) -> fmpq | arb:
    """Return the bias that sigmoid attention is used with, ``-log n``."""
    return -arb(len(z)).log()


def instance(z: Sequence[Number], p: Sequence[Number], more: dict[sp.Basic, Any] | None = None) -> Instance:
    """Return a row with its weights, and more."""
    return Instance({N.z: list(z), N.n: fmpq(len(z)), N.p: list(p), **(more or {})})


SIGMA = T.sigma(x)


STEPS = one_of((0, "1/64", "1/4", 1))
"""How far apart two rows are, in multiples of a drawn direction; 0 and small steps too, where a bound is tightest."""


def _alone(title: str) -> Proof:
    yield identity(title, T.sigma(x + v) - T.sigma(y + v), 0, at={y: x})
    yield concludes(
        "neither the other tokens nor their number enters",
        "alone",
        sp.Implies(Eq(N.z[N.i], N.y[N.j]), Eq(N.p[N.i], N.r[N.j])),
    )


@family("random rows, turned and with a further token", z=reals, c=real, turn=whole(0, 5), b=real)
def _sigmoid_rows(z: Row, c: fmpq, turn: fmpq, b: fmpq) -> Instance:
    other = [*(z[m] for m in turned(z, turn)), b]
    return instance(z, sigmoid(z, c), {N.y: other, N.r: sigmoid(other, c), N.shift: c})


def _sigmoid_proof() -> Proof:
    yield positive("one over one and an exponential", SIGMA)
    yield concludes("so no weight is zero", "positive", Gt(N.p[N.k], 0))
    yield positive("it rises strictly", sp.diff(SIGMA, x))
    yield concludes("with the logit", "order", N.Iff(N.p[N.i] > N.p[N.j], N.z[N.i] > N.z[N.j]))
    yield from _alone("at equal logits the same function of z_i + c has the same value")


sigmoid_structure = Case(T.sigmoid_structure, (symbolic(_sigmoid_proof), sampled(_sigmoid_rows, cases=60)))


@family(
    "random pairs of rows, derivative by symmetric differences of step $2^{-56}$",
    sizes=(1, 4),
    z=reals,
    move=reals,
    c=real,
    step=STEPS,
)
def _sigmoid_pair(z: Row, move: Row, c: fmpq, step: fmpq) -> Instance:
    other = [value + step * change for value, change in zip(z, move, strict=True)]
    return instance(
        z, sigmoid(z, c), {N.y: other, N.r: sigmoid(other, c), N.shift: c, N.D: slopes(lambda row: sigmoid(row, c), z)}
    )


def squares(quantity: sp.Expr) -> sp.Expr:
    """Sum of the squares of a quantity of token i."""
    return N.total(quantity**2)


MOVED, APART = squares(N.p[N.i] - N.r[N.i]), squares(N.z[N.i] - N.y[N.i])


def _sigmoid_slope() -> Proof:
    s = sp.Symbol("s", positive=True)
    yield identity("the slope of the sigmoid s", sp.diff(SIGMA, x), SIGMA * (1 - SIGMA))
    p = N.p[N.i]
    yield concludes("no other logit enters", "formula", Eq(N.D[N.i, N.j], sp.KroneckerDelta(N.i, N.j) * p * (1 - p)))
    yield nonnegative("it is at most 1/4", sp.Rational(1, 4) - s * (1 - s), (s - sp.Rational(1, 2)) ** 2)
    yield by("so each weight moves by at most a quarter of its logit, squares by a sixteenth")
    yield concludes("summed over the tokens", "lipschitz", Le(MOVED, APART / 16))


sigmoid_slope = Case(
    T.sigmoid_slope,
    (symbolic(_sigmoid_slope), sampled(_sigmoid_pair, cases=50)),
    sharp=(
        Sharp(
            "lipschitz",
            r"$\pm h$ around $z = -c$, $h = 1, 1/4, 1/64$",
            lambda: [_sigmoid_pair([1 - h], [2], -1, h) for h in (fmpq(1), fmpq(1, 4), fmpq(1, 64))],
            within=1e-4,
        ),
    ),
)


@family("random rows and a further token", z=reals, b=real)
def _sigmoid_longer(z: Row, b: fmpq) -> Instance:
    longer = [*z, b]
    return instance(z, sigmoid(z, length_bias(z)), {N.r: sigmoid(longer, length_bias(longer)), N.late: b})


def _sigmoid_length() -> Proof:
    m = sp.Symbol("n", positive=True)
    share = T.sigma(x - sp.log(m))
    yield identity("1 / (1 + e^-(z - log n)) has the odds e^z / n", share / (1 - share), sp.exp(x) / m)
    p, r = N.p[N.k], N.r[N.k]
    yield concludes("and e^z / (n + 1) in the longer row", "odds", Eq((N.n + 1) * r * (1 - p), N.n * p * (1 - r)))
    yield positive("weights fall with n", -sp.diff(share, m))
    yield concludes("so strictly", "less", Lt(r, p))


sigmoid_length = Case(
    T.sigmoid_length,
    (symbolic(_sigmoid_length), sampled(_sigmoid_longer)),
    folklore=(Debunked(r"$z = (0)$ and a token at $-1000$", lambda: _sigmoid_longer([0], -1000)),),
)


@family(
    "random rows, moved, turned and with a further token",
    sizes=(1, 5),
    z=each(Draw(lambda rng, size: real(rng, size) / rng.choice((1, 8)))),
    move=reals,
    step=STEPS,
    turn=whole(0, 4),
    b=real,
)
def _rectified_rows(z: Row, move: Row, step: fmpq, turn: fmpq, b: fmpq) -> Instance:
    other = [z[m] + step * move[m] for m in turned(z, turn)] + [b]
    return instance(z, rectified(z), {N.y: other, N.r: rectified(other)})


def _rectified_proof() -> Proof:
    h, o = sp.symbols("h o", nonnegative=True)
    yield by("a step of o + h from -o: nothing up to zero, then h")
    yield nonnegative("so no weight falls where its logit rises", N.pos(-o + o + h) - N.pos(-o))
    zi, zj, pi, pj = N.z[N.i], N.z[N.j], N.p[N.i], N.p[N.j]
    yield concludes("and", "order", sp.Implies(zi >= zj, pi >= pj))
    yield identity("at equal logits the same function has the same value", N.pos(x) - N.pos(y), 0, at={y: x})
    yield concludes(
        "neither the other tokens nor their number enters",
        "alone",
        sp.Implies(Eq(zi, N.y[N.j]), Eq(pi, N.r[N.j])),
    )
    yield nonnegative("the weight moves by no more than the logit", (o + h) ** 2 - h**2, o * (o + 2 * h))
    yield concludes("summed over the tokens", "lipschitz", Le(MOVED, APART))


rectified_structure = Case(
    T.rectified_structure,
    (symbolic(_rectified_proof), sampled(_rectified_rows, cases=120)),
    sharp=(Sharp("lipschitz", "positive logits", lambda: [_rectified_rows([1], [1], 1, 0, 0)]),),
)


@family("random rows", z=reals)
def _sticks(z: Row) -> Instance:
    return instance(z, stick(z))


def _stick_proof() -> Proof:
    yield positive("a share", SIGMA)
    yield positive("of what others leave", 1 - SIGMA, 1 / (1 + sp.exp(x)))
    yield concludes("so no weight is zero", "positive", Gt(N.p[N.k], 0))
    yield identity("of what is left, R, a token takes the share s and leaves 1 - s", SIGMA * R, R - (1 - SIGMA) * R)
    left = sp.Product(1 - T.sigma(N.z[N.j]), (N.j, 1, N.n))
    yield concludes("the sum of these differences telescopes from 1", "rest", Eq(N.total(N.p[N.i]), 1 - left))
    yield concludes("and what is left is positive", "sum", Lt(N.total(N.p[N.i]), 1))


stick_structure = Case(
    T.stick_structure,
    (symbolic(_stick_proof), sampled(_sticks, cases=60)),
    folklore=(Debunked(r"$z = (0)$: $1/2$", lambda: _sticks([0])),),
)


@family("random rows and a further token at any place", sizes=(1, 5), z=reals, b=real, place=whole(1, 6))
def _stick_longer(z: Row, b: fmpq, place: fmpq) -> Instance:
    at = min(int(place.p), len(z) + 1)
    weights = stick([*z[: at - 1], b, *z[at - 1 :]])
    return instance(z, stick(z), {N.r: weights[: at - 1] + weights[at:], N.late: b, N.place: fmpq(at)})


def _stick_joining() -> Proof:
    p, r = N.p[N.k], N.r[N.k]
    b = sp.Symbol("b", real=True)
    yield by("a newcomer behind leaves 1 - sigma(b) of the stick for those before it")
    yield concludes("one factor more", "before", sp.Implies(N.k < N.place, Eq(r, p * (1 - T.sigma(N.late)))))
    yield concludes("those behind take before it comes", "behind", sp.Implies(N.k > N.place - 1, Eq(r, p)))
    yield positive("the factor is below one, strictly", 1 - (1 - T.sigma(b)))
    yield concludes("so", "never-more", Le(r, p))


stick_joining = Case(
    T.stick_joining,
    (symbolic(_stick_joining), sampled(_stick_longer, cases=60)),
    folklore=(Debunked(r"$z = (0)$, then $0$", lambda: _stick_longer([0], 0, 2)),),
)


@family(
    "random pairs of rows, derivative by symmetric differences of step $2^{-56}$",
    sizes=(1, 4),
    z=reals,
    move=reals,
    step=STEPS,
)
def _stick_pair(z: Row, move: Row, step: fmpq) -> Instance:
    other = [value + step * change for value, change in zip(z, move, strict=True)]
    return instance(z, stick(z), {N.y: other, N.r: stick(other), N.D: slopes(stick, z)})


def _stick_slope() -> Proof:
    a, t, c = sp.symbols("a t c", real=True)
    S = sp.Symbol("S", positive=True)
    s = 1 / (1 + S)  # a share strictly between 0 and 1
    W = SIGMA * R  # R: what the tokens behind leave
    yield identity("a token's own logit: p (1 - s)", sp.diff(W, x), W * (1 - SIGMA))
    yield identity("one behind it, whose share s it lacks: -p s", sp.diff(R * (1 - SIGMA), x), -R * (1 - SIGMA) * SIGMA)
    behind = sp.Piecewise((T.sigma(N.z[N.j]), N.j >= N.i), (0, True))
    derived = Eq(N.D[N.i, N.j], N.p[N.i] * (sp.KroneckerDelta(N.i, N.j) - behind))
    yield concludes("those before it do not enter", "formula", derived)
    yield nonnegative("for all t, |J v - t p|^2 <= |v|^2 / 8 + t^2: with no token 0 is at most", t**2)
    yield identity(
        "a token of share s behind, moved by a: with v, p of those before, (1 - s) (J v - s a p) - t (1 - s) p is",
        (1 - s) * (x - s * a * y) - t * (1 - s) * y,
        (1 - s) * (x - (s * a + t) * y),
    )
    yield identity("and its own part", s * (1 - s) * a - t * s, s * ((1 - s) * a - t))
    yield nonnegative(
        "so the first has (1 - s)^2 (|v|^2 / 8 + (s a + t)^2) at most, where the v is no more", 1 - (1 - s) ** 2
    )
    yield nonnegative(
        "and the rest is no more than a^2 / 8 + t^2",
        a**2 / 8 + t**2 - (1 - s) ** 2 * (s * a + t) ** 2 - s**2 * ((1 - s) * a - t) ** 2,
        2 * s * (S * s) * (t - a * (1 - 2 * s) / 2) ** 2 + a**2 * (1 - 2 * s) ** 2 / 8,
    )
    yield identity("token after token; at t = 0 |J v|^2 <= |v|^2 / 8", c**2 / 8 + t**2, c**2 / 8, at={t: 0})
    yield concludes("and weights move by the derivative along a line", "lipschitz", Le(MOVED, APART / 8))


stick_slope = Case(
    T.stick_slope,
    (symbolic(_stick_slope), sampled(_stick_pair, cases=50)),
    sharp=(
        Sharp(
            "lipschitz",
            r"around $(b, 0)$, the last logit from $-h$ to $h$: $b = 4, 8, 16$, $h = 1, 1/8, 1/64$",
            lambda: [_stick_pair([fmpq(b), -fmpq(1, m)], [0, fmpq(2, m)], 1) for b, m in ((4, 1), (8, 8), (16, 64))],
            within=1e-4,
        ),
    ),
    folklore=(Debunked(r"$z = (8, -1/8)$, $z' = (8, 1/8)$", lambda: _stick_pair([8, "-1/8"], [0, "1/4"], 1)),),
)
