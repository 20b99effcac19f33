"""Evidence for the theorems about representational collapse."""

from __future__ import annotations

import math

from entmax_oracle.theory.layers import collapse as T

from ..vocabulary import *

t = sp.Symbol("t", positive=True)


def repeated_last(z: Sequence[Any], v: Sequence[Any], alpha: Any) -> Instance:
    """Return a row with values, and in the second row's names the row with its last token repeated."""
    values = [fmpq(entry) for entry in v]
    longer = row([*z, z[-1]], alpha)
    reach = max(abs(entry - values[-1]) for entry in values)
    return row(z, alpha) + {**second(longer), N.v: values, N.reach: reach}


def _any(alphas: Sequence[Any], sizes: tuple[int, int] = (1, 6)) -> Any:
    return family("random rows and values", sizes=sizes, z=reals, v=reals, alpha=one_of(alphas))(repeated_last)


def _shift_proof() -> Proof:
    e = sp.Symbol("e", nonnegative=True)
    q = sp.Symbol("q", positive=True)
    yield nonnegative("a copy adds to f, so the threshold does not fall and no token gains", e**q)
    yield concludes("each copy has at most p_n", "at-most", Le(T.moved, N.p[N.n]))
    yield by("both rows sum to 1: P + p = R + 2 r for the others' masses P = 1 - p and R = 1 - 2 r")
    yield concludes("the mass moved", "mass", Eq(N.total(N.p[N.i] - N.r[N.i], last=N.n - 1), T.moved))
    yield concludes("is a sum of terms p_i - r_i >= 0", "not-negative", Ge(T.moved, 0))
    # Three tokens show it in full; further ones only lengthen both sums alike.
    p1, p2, r1, r2 = sp.symbols("p_1 p_2 r_1 r_2", positive=True)
    v1, v2, v3 = sp.symbols("v_1 v_2 v_3", real=True)
    before = p1 * v1 + p2 * v2 + (1 - p1 - p2) * v3
    after = r1 * v1 + r2 * v2 + (1 - r1 - r2) * v3
    yield identity("for three tokens, o* - o", after - before, (p1 - r1) * (v3 - v1) + (p2 - r2) * (v3 - v2))
    shift = N.total((N.p[N.i] - N.r[N.i]) * (N.v[N.n] - N.v[N.i]), last=N.n - 1)
    difference = T.repeated_output - T.output
    yield concludes("the shift", "shift", Eq(difference, shift))
    yield concludes("by the triangle inequality", "bound", Le(sp.Abs(difference), T.moved * N.reach))


read_out_shift = Case(
    T.read_out_shift,
    (symbolic(_shift_proof), sampled(_any((1, *ALPHAS)))),
    sharp=(
        Sharp("not-negative", "the last token is dead", lambda: [repeated_last([5, 0], [1, 0], 2)]),
        Sharp("at-most", "the last token is dead", lambda: [repeated_last([5, 0], [1, 0], 2)]),
        Sharp("bound", "two tokens", lambda: [repeated_last([0, 0], [1, 0], 2)]),
    ),
    folklore=(Debunked("sparsemax, last token 5 below", lambda: repeated_last([5, 0], [1, 0], 2)),),
)


def _softmax_proof() -> Proof:
    before, after = t / (1 + t), t / (1 + 2 * t)
    o = sp.Symbol("o", real=True)
    y = sp.Symbol("v_n", real=True)
    others = (o - before * y) * (1 + t)  # weighted sum of the others' values, normalised by them
    yield identity(
        "with t = e^(z_n) over the others' sum: o* - o = r_n (v_n - o)",
        (others + 2 * t * y) / (1 + 2 * t) - o,
        after * (y - o),
    )
    yield concludes("so", "shift", Eq(T.repeated_output - T.output, N.r[N.n] * (N.v[N.n] - T.output)))
    eta = 2 * after - before
    yield identity("2 r_n - p_n = (1 - p_n) r_n = t / ((1 + t)(1 + 2 t))", eta, (1 - before) * after)
    yield concludes("so", "mass", Eq(T.moved, (1 - N.p[N.n]) * N.r[N.n]))
    best = 3 - 2 * sp.sqrt(2)
    gap = best * (1 + t) * (1 + 2 * t) - t
    yield nonnegative("it is largest at t = 1 / sqrt 2", sp.expand(gap), 2 * best * (t - 1 / sp.sqrt(2)) ** 2)
    yield concludes("so", "bound", Le(T.moved, best))


softmax_collapse = Case(
    T.softmax_collapse,
    (symbolic(_softmax_proof), sampled(_any((1,)))),
    sharp=(
        Sharp(
            "bound",
            r"two tokens, $z_2 - z_1 = -\frac12 \log 2$",
            lambda: [repeated_last([-arb(fmpq(1, 2)).log() / 2, 0], [1, 0], 1)],
        ),
    ),
)


def _rate_proof() -> Proof:
    m, E = sp.symbols("m E", positive=True)  # m = n - 1, E = e^D
    eta = t / ((1 + t) * (1 + 2 * t))
    yield identity(
        "eta rises in t as long as 2 t^2 <= 1: its derivative",
        sp.diff(eta, t),
        (1 - 2 * t**2) / ((1 + t) ** 2 * (1 + 2 * t) ** 2),
    )
    yield identity(
        "t is at most E / (n - 1), where by hypothesis 2 t^2 <= 1: eta there",
        eta.subs(t, E / m),
        m * E / ((m + E) * (m + 2 * E)),
    )
    width = sp.exp(N.theta * (N.z_max - N.z_min))
    rate = (N.n - 1) * width / ((N.n - 1 + width) * (N.n - 1 + 2 * width))
    yield concludes("so", "rate", Le(T.moved, rate))
    yield positive("eta <= t", sp.factor(t - eta))
    yield concludes("so", "simple", Le(T.moved, width / (N.n - 1)))


softmax_collapse_rate = Case(
    T.softmax_collapse_rate,
    (
        symbolic(_rate_proof, given={"long": (N.n - 1) / sp.sqrt(2) >= T._E}),
        sampled(
            family("random softmax rows of small range", sizes=(3, 8), z=reals, v=reals)(
                lambda z, v: repeated_last([value / 8 for value in z], v, 1)
            )
        ),
    ),
    sharp=(
        Sharp("rate", "the last token above equal others", lambda: [repeated_last([0] * 4 + [1], [0] * 4 + [1], 1)]),
        Sharp(
            "simple",
            "more and more tokens",
            lambda: [repeated_last([0] * n + [1], [0] * n + [1], 1) for n in (10, 100, 1000)],
            within=0.01,
        ),
    ),
    needed=(Needed("long", r"two tokens, $z = (0, -0.35)$", lambda: repeated_last([0, -fmpq(35, 100)], [0, 1], 1)),),
)


def _persistence_proof() -> Proof:
    a = sp.Symbol("a", positive=True)
    for count in (2, 3):
        yield identity(
            f"{count} tied tokens alone have x - tau = {count}^(-a)",
            count * N.gap ** (1 / a),
            1,
            at={N.gap: sp.Integer(count) ** (-a)},
        )
    yield positive("3^(-a) < 2^(-a): tokens that are dead before are dead after", sp.log(sp.Rational(3, 2)) * a)
    yield by("(v_1 + 2 v_n) / 3 - (v_1 + v_n) / 2 = (v_n - v_1) / 6")
    yield concludes("so", "distance", Eq(T.repeated_output - T.output, (N.v[N.n] - N.v[1]) / 6))


@family("random rows tied at their ends", sizes=(2, 7), z=reals, v=reals, alpha=one_of(ALPHAS), low=around_one)
def _persistent(z: Row, v: Row, alpha: fmpq, low: fmpq) -> Instance:
    """Return a row tied at its ends with others below by about the critical gap."""
    depth = [-low / (alpha - 1) + min(value, fmpq(0)) for value in z[1:-1]]
    return repeated_last([fmpq(0), *depth, fmpq(0)], v, alpha)


_REPEATS = (2, 4, 8, 16, 32, 64, 128, 256)


def _persistent_points(context: Context) -> Iterator[Point]:
    """Tie the first and the last token at the top, all others low enough; values 0, and 1 for the last token."""
    for alpha in (fmpq(3, 2), fmpq(2)):
        for n in _REPEATS:
            values = [fmpq(0)] * (n - 1) + [fmpq(1)]
            # 3/4 is above 2^(1 - alpha), which is 0.7071 and 1/2
            instance = _persistent([0] * n, values, alpha, "3/4")
            before, after = instance[N.p][-1], 2 * instance[N.r][n - 1]
            yield instance, f"entmax, α = {alpha}", float(n), arb(after - before)


def _persistent_softmax() -> list[dict[str, Any]]:
    """Return what softmax does with the logits of the curve for sparsemax."""
    moved = []
    for n in _REPEATS:
        rest = (n - 2) * math.exp(-0.75)
        moved.append(2 / (3 + rest) - 1 / (2 + rest))
    return [{"label": "softmax", "x": list(map(float, _REPEATS)), "y": moved}]


persistence = Case(
    T.persistence,
    (
        symbolic(
            _persistence_proof,
            given={
                "tied": Eq(N.z[1], N.z[N.n]),
                "low": N.Every(sp.Or(Eq(N.l, 1), Eq(N.l, N.n), N.z[N.l] <= N.z[1] - 2 ** (-N.a) / N.a), N.l),
            },
        ),
        along(
            _persistent_points,
            r"two tokens tied at the top, $n \le 256$",
            {
                "title": (
                    "How far repeating the last token moves the read-out, two tokens tied at the top: entmax keeps "
                    "1/6, softmax collapses"
                ),
                "x_label": "n",
                "y_label": "distance of the read-outs",
                "x_log": True,
                "y_log": True,
            },
            _persistent_softmax,
        ),
        sampled(_persistent),
    ),
    needed=(
        Needed("tied", r"$z = (0, 1/2)$", lambda: repeated_last([0, fmpq(1, 2)], [1, 0], 2)),
        Needed("low", "three equal tokens", lambda: repeated_last([0, 0, 0], [1, 5, 0], 2)),
    ),
)


@family(
    "random values and weights, maps $K |x|$",
    sizes=(1, 5),
    values=reals,
    moves=reals,
    weights=weights,
    layers=whole(1, 4),
    lipschitz=around_one,
)
def _layered(values: Row, moves: Row, weights: Row, layers: fmpq, lipschitz: fmpq) -> Instance:
    """Return two inputs of some layers, each an average followed by ``K |x|``, and the difference of their outputs.

    The rows of a layer are the same weights, rotated.
    """
    share, n = normalised(weights), len(values)
    one, other = list(values), [value + move for value, move in zip(values, moves, strict=True)]
    for _ in range(int(layers.p)):
        one, other = (
            [lipschitz * abs(sum((share[(i + j) % n] * old[j] for j in range(n)), fmpq(0))) for i in range(n)]
            for old in (one, other)
        )
    apart = max(abs(move) for move in moves)
    given = {N.n: fmpq(n), N.layers: layers, N.lipschitz: lipschitz, N.reach: apart, N.late: other[-1] - one[-1]}
    return Instance(given)


def _layers_proof() -> Proof:
    w, R, K, L = sp.symbols("w R K L", positive=True)
    e = sp.Symbol("e", nonnegative=True)
    yield nonnegative("an average of differences of at most R is at most R: w R - w (R - e)", w * R - w * (R - e))
    yield identity("the map multiplies by at most K, L times", K * (K ** (L - 1) * R), K**L * R)
    yield concludes("so", "distance", Le(sp.Abs(N.late), N.lipschitz**N.layers * N.reach))


def _repeated_in_two_layers() -> Instance:
    """Return how far a repetition moves the read-out of two softmax layers without a mask, in exact rationals.

    In the first layer the last token looks at the 51 last, with e^D = 14, all others at the last one; in the second all
    look at the last one.
    """
    n, ones, weight = 400, 51, fmpq(14)

    def output(copies: int) -> fmpq:
        top, rest = ones - 1 + copies, n - ones
        last = weight * top / (weight * top + rest)
        other = (weight * copies + ones - 1) / (weight * copies + n - 1)
        return (weight * copies * last + (n - 1) * other) / (weight * copies + n - 1)

    moved = output(2) - output(1)
    values = {N.n: fmpq(n), N.layers: fmpq(2), N.lipschitz: fmpq(1), N.extent: arb(weight).log()}
    return Instance({**values, N.reach: fmpq(1), N.late: moved})


collapse_through_layers = Case(
    T.collapse_through_layers,
    (symbolic(_layers_proof), sampled(_layered)),
    sharp=(Sharp("distance", "all tokens move alike", lambda: [_layered([1] * 2, [1] * 2, [1] * 2, 3, 2)]),),
    folklore=(
        Debunked(r"$K = 2$, 3 layers", lambda: _layered([1] * 2, [1] * 2, [1] * 2, 3, 2)),
        Debunked(r"two layers, 400 tokens, $e^D = 14$, values 1 at the last 51, else 0", _repeated_in_two_layers),
    ),
)


@family(
    "random rows among further tokens",
    added=12,
    sizes=(1, 4),
    z=reals,
    v=reals,
    depths=reals,
    alpha=one_of(ALPHAS),
    others=whole(0, 12),
)
def _around(z: Row, v: Row, depths: Row, alpha: fmpq, others: fmpq) -> Instance:
    """Return a row of tokens at given depths below the threshold of the row `z`, followed by that row."""
    alone = repeated_last(z, v, alpha)
    count, length = int(others.p), len(z)
    moved = BALLS.add([alone[N.r][m] * value for m, value in enumerate([*v, v[-1]])])
    before = BALLS.add([alone[N.p][m] * value for m, value in enumerate(v)])
    low = [(alone[N.tau] - abs(depths[m % length])) / (alpha - 1) for m in range(count)]
    whole_row = repeated_last([*low, *z], [*[depths[m % length] for m in range(count)], *v], alpha)
    return whole_row + {N.outside: others, N.rho: alone[N.tau], N.late: moved - before}


def _fixed_proof() -> Proof:
    d = sp.Symbol("d", nonnegative=True)
    t = sp.Symbol("t", real=True)
    yield nonnegative(
        "repeating a token raises the threshold of F (theorem joining-token): x <= tau_F stays below it", (t + d) - t, d
    )
    yield by("a token below the others' threshold has probability 0 and changes no other")
    yield concludes(
        "so both read-outs are those of F (theorem masking-is-deletion, token by token)",
        "same",
        Eq(T.repeated_output - T.output, N.late),
    )


_BELOW = N.Every(sp.Or(N.l > N.outside, N.x(N.l) <= N.rho), N.l)

fixed_set = Case(
    T.fixed_set,
    (
        symbolic(
            _fixed_proof,
            rests=(
                "joining-token",
                "masking-is-deletion",
            ),
            given={"below": _BELOW},
        ),
        sampled(_around),
    ),
    needed=(
        Needed(
            "below",
            r"sparsemax, one token above the threshold of $(1/2, 0)$",
            lambda: (
                repeated_last([fmpq(1, 4), fmpq(1, 2), fmpq(0)], [0, 1, 0], 2)
                + {N.outside: 1, N.rho: "-1/4", N.late: "-1/12"}
            ),
        ),
    ),
)


def _total_proof() -> Proof:
    moved, d, m = sp.symbols("eta d m", nonnegative=True)
    yield nonnegative(
        "the mass moved lies in [0, p_n] (theorem read-out-shift): p_n = 0 leaves none", moved + d - moved
    )
    shift = Eq(T.repeated_output - T.output, 0)
    yield concludes("so", "dead", sp.Implies(Eq(N.p[N.n], 0), shift))
    yield by("p_n = 1: the others have p_i = 0 = r_i, and the copies share 1")
    yield concludes("so", "alone", sp.Implies(Eq(N.p[N.n], 1), shift))
    yield nonnegative("m tied tokens have at most 1/m each, and no token more", (m + 1) * (moved + d) - (m + 1) * moved)
    yield concludes("so", "ties", Le(2 * N.r[N.n] - N.p[N.n], 1 / N.top))


total_collapse = Case(
    T.total_collapse,
    (
        symbolic(_total_proof, rests=("read-out-shift",)),
        exact(
            lambda: (
                repeated_last(z, [fmpq(m) for m in range(len(z))], alpha)
                for alpha in (fmpq(3, 2), fmpq(2), fmpq(3))
                for z in ([9, 0], [0, 9], [0, 0, -1], *([0] * m for m in range(1, 14)))
            ),
            "dead and dominant last tokens, and up to 13 ties",
        ),
        sampled(_any((1, *ALPHAS))),
    ),
    sharp=(
        Sharp(
            "ties",
            "more and more equal logits: (m - 1) / (m (m + 1)) of 1 / m",
            lambda: [repeated_last([0] * m, [0] * m, fmpq(2)) for m in (4, 40, 400)],
            within=0.01,
        ),
    ),
    folklore=(Debunked("20 equal logits", lambda: repeated_last([0] * 20, [0] * 20, fmpq(3, 2))),),
)
