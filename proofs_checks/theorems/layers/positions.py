"""Evidence for the theorems about linear position biases."""

from __future__ import annotations

from entmax_oracle.theory.layers import positions as T

from ..vocabulary import *

SLOPE: Draw = one_of(["1/16", "1/4", "1/2", 1])


def biased(contents: Sequence[Any], alpha: Any, slope: Any, extent: Any = None) -> Instance:
    """Return a row with a linear bias towards its last token; the range is that of the contents unless given."""
    values = [fmpq(c) for c in contents]
    n, m = len(values), fmpq(slope)
    spread = max(values) - min(values) if extent is None else fmpq(extent)
    logits = [c - m * (n - 1 - index) for index, c in enumerate(values)]
    return row(logits, alpha) + {N.slope: m, N.content: spread, N.distance: fmpq(n - 1)}


_apart = N.z[N.k] + N.slope * (N.n - N.k) - N.z[N.l] - N.slope * (N.n - N.l)
_IN_RANGE = N.Every(N.Every(_apart <= N.content, N.k), N.l)
"""What the proofs use: the content of any two tokens differs by at most its range."""


def _radius_proof() -> Proof:
    m, k, rho = sp.symbols("m k rho", positive=True)
    a = sp.Symbol("a", positive=True)
    e = sp.Symbol("e", nonnegative=True)
    yield by("a token nearer by k has a logit above the first by m k + c_k - c_1")
    yield nonnegative(
        "c_k - c_1 = e - rho >= -rho, so its term in the criterion is at least [a (m k - rho)]_+^q",
        a * (m * k + (e - rho)) - a * (m * k - rho),
    )
    beyond = sp.Implies(T.reach_sum >= 1, Eq(N.p[1], 0))
    yield concludes("the norm criterion fails when the sum of these reaches 1", "beyond", beyond)
    yield identity(
        "m d >= rho + 1/a makes the last term alone at least 1", a * (N.distance - rho), 1, at={N.distance: rho + 1 / a}
    )
    simple = sp.Implies(N.slope * N.distance >= N.content + 1 / N.a, Eq(N.p[1], 0))
    yield concludes("so", "simple", simple)


@family("random contents", added=1, sizes=(1, 8), contents=units, alpha=one_of(ALPHAS), slope=SLOPE)
def _near_reach(contents: Row, alpha: fmpq, slope: fmpq) -> Instance:
    """Return a row whose first token has the highest content."""
    return biased([1, *contents], alpha, slope, 1)


REACH = _near_reach


def _worst(n: int, alpha: Any, slope: Any, extent: Any) -> Instance:
    return biased([extent] + [0] * (n - 1), alpha, slope, extent)


alibi_radius = Case(
    T.alibi_radius,
    (
        symbolic(_radius_proof, rests=("support-norm-criterion",), given={"range": _IN_RANGE}),
        sampled(REACH),
        exact(
            lambda: (_worst(n, alpha, fmpq(1, 4), fmpq(1, 4)) for alpha in (fmpq(3, 2), fmpq(2)) for n in range(1, 11)),
            "worst rows at every distance up to 9",
        ),
        exact(
            # Two tokens: both bounds are exact, and these pairs lie just within reach.
            lambda: (_worst(2, alpha, 1 + 1 / (alpha - 1) - fmpq(1, 64), 1) for alpha in ALPHAS),
            "pairs just within reach",
            title="pairs just within reach",
        ),
    ),
    needed=(Needed("range", "a first token far above the range", lambda: biased([9, 0], 2, 2, 0)),),
    folklore=(Debunked(r"sparsemax, slope 1, contents $(1, 0)$", lambda: biased([1, 0], 2, 1)),),
)


def _attained_proof() -> Proof:
    m, d, k, rho = sp.symbols("m d k rho", positive=True)
    x, y = sp.symbols("x y", real=True)
    yield identity(
        "the gap to a token nearer by k is exactly m k - rho", y - x, m * k - rho, at={x: rho - m * d, y: -m * (d - k)}
    )
    yield concludes("the norm criterion for the first token", "reached", N.Iff(N.p[1] > 0, T.reach_sum < 1))


_SLOPES = (fmpq(1, 8), fmpq(1, 4), fmpq(1, 2), fmpq(1))


def _farthest(alpha: fmpq, slope: fmpq, extent: fmpq) -> int:
    """Return the largest distance in reach, by the criterion of the theorem; certain comparisons only."""
    distance = 0
    while certain(read(T.reach_sum < 1, _symbols(alpha, slope, extent) | {N.distance: fmpq(distance + 1)})):
        distance += 1
    return distance


def _symbols(alpha: fmpq, slope: fmpq, extent: fmpq) -> dict[sp.Basic, fmpq]:
    return {N.alpha: alpha, N.slope: slope, N.content: extent}


def _radii(context: Context) -> Iterator[Point]:
    """Check the farthest token in reach, which has mass for some contents, and the next one, which never has."""
    for alpha in (fmpq(3, 2), fmpq(2)):
        for slope in _SLOPES:
            farthest = _farthest(alpha, slope, fmpq(2))
            yield _worst(farthest + 1, alpha, slope, 2), f"α = {alpha}", float(arb(slope)), farthest
            yield _worst(farthest + 2, alpha, slope, 2), "", 0.0, 0


def _simple_radii() -> list[dict[str, Any]]:
    slopes = [float(arb(slope)) for slope in _SLOPES]
    return [
        {"label": f"simple bound, α = {alpha}", "x": slopes, "y": [(2 + reach) / slope for slope in slopes]}
        for alpha, reach in (("3/2", 2), ("2", 1))
    ]


alibi_attained = Case(
    T.alibi_attained,
    (
        symbolic(_attained_proof, rests=("support-norm-criterion",)),
        along(
            _radii,
            r"the farthest token in reach and the next one, contents of range 2, slopes $1/8$ to 1",
            {
                "title": (
                    r"How far entmax can look back under a linear bias, contents of range 2: the exact radius, "
                    r"attained, and the simple bound $(\rho + \frac{1}{\alpha-1})/m$"
                ),
                "x_label": "slope of the bias",
                "y_label": "largest distance in reach",
                "x_log": True,
                "y_log": True,
            },
            _simple_radii,
        ),
        exact(
            lambda: (
                _worst(n, alpha, slope, extent)
                for alpha in (fmpq(3, 2), fmpq(2), fmpq(3))
                for slope in (fmpq(1, 4), fmpq(33, 100))
                for extent in (fmpq(1, 4), fmpq(1))
                for n in range(1, 11)
            ),
            r"all worst rows of up to 10 tokens for 2 slopes, 2 ranges and 3 exponents",
        ),
        exact(
            lambda: (
                _worst(2, alpha, 1 + 1 / (alpha - 1) + nudge, 1)
                for alpha in ALPHAS
                for nudge in (fmpq(-1, 128), fmpq(0), fmpq(1, 128))
            ),
            "pairs at the reach and close to it",
            title="pairs at the reach",
        ),
    ),
)


def _softmax_proof() -> Proof:
    m, k = sp.symbols("m k", positive=True)
    x = sp.exp(-m)
    yield positive("exponentials are positive", sp.exp(-m * k))
    yield concludes("so no token vanishes", "positive", Gt(N.p[N.k], 0))
    yield identity(
        "the geometric sum over distances 0 … n - 1, times 1 - e^(-m), telescopes",
        (1 + x + x**2 + x**3) * (1 - x),
        1 - x**4,
    )
    bound = sp.exp(N.content - N.slope * (N.n - N.k)) * (1 - sp.exp(-N.slope)) / (1 - sp.exp(-N.slope * N.n))
    yield concludes(
        "p_k = e^(c_k - m d_k) over at least e^(c_k - rho) times that sum, as c_j >= c_k - rho",
        "decay",
        Le(N.p[N.k], bound),
    )


alibi_softmax = Case(
    T.alibi_softmax,
    (
        symbolic(_softmax_proof, given={"range": _IN_RANGE}),
        sampled(
            family("random contents", sizes=(1, 7), contents=units, slope=SLOPE)(
                lambda contents, slope: biased(contents, 1, slope)
            )
        ),
    ),
    sharp=(Sharp("decay", "equal contents", lambda: [biased([0, 0, 0], 1, 1) + {N.k: 2}]),),
    needed=(Needed("range", "a first token far above the range", lambda: biased([9, 0], 1, 2, 0)),),
)


@family("random contents", contents=units, alpha=one_of(ALPHAS), slope=SLOPE, theta=around_one)
def scaled_bias(contents: Sequence[Any], alpha: Any, slope: Any, theta: Any, extent: Any = None) -> Instance:
    """Return a biased row under a scale, and the row whose bias is added after the scale as the second one."""
    instance = biased(contents, alpha, slope, extent)
    n, m, scale = len(contents), fmpq(slope), fmpq(theta)
    after = [scale * fmpq(c) - m * (n - 1 - index) for index, c in enumerate(contents)]
    return instance + row(instance[N.z], alpha, theta).values + {N.r: row(after, alpha)[N.p]}


def _scale_proof() -> Proof:
    a, m, d, rho, theta = sp.symbols("a m d rho theta", positive=True)
    e = sp.Symbol("e", nonnegative=True)
    yield identity(
        "the last token is above the first by at least m d - rho; times a theta, at the bound:",
        a * theta * (N.distance - rho),
        1,
        at={N.distance: rho + 1 / (a * theta)},
    )
    yield nonnegative("a larger distance only adds", a * theta * (m * (d + e) - m * d))
    scaled = sp.Implies(N.slope * N.distance >= N.content + 1 / (N.a * N.theta), Eq(N.p[1], 0))
    yield concludes("so the norm criterion fails", "scaled", scaled)
    yield identity(
        "with the bias outside the gap is at least m d - theta rho; times a, at the bound:",
        a * (N.distance - theta * rho),
        1,
        at={N.distance: theta * rho + 1 / a},
    )
    added = sp.Implies(N.slope * N.distance >= N.theta * N.content + 1 / N.a, Eq(N.r[1], 0))
    yield concludes("so", "added", added)


def _edges(nudge: fmpq) -> Iterator[Instance]:
    """Yield pairs close to either edge, contents 1/2 apart."""
    for alpha in (fmpq(3, 2), fmpq(2), fmpq(3)):
        for theta in (fmpq(1, 2), fmpq(1), fmpq(3)):
            inner, outer = fmpq(1, 2) + 1 / ((alpha - 1) * theta), theta / 2 + 1 / (alpha - 1)
            for edge in (inner, outer):
                yield scaled_bias(["1/2", 0], alpha, edge + nudge, theta)


alibi_scale = Case(
    T.alibi_scale,
    (
        symbolic(_scale_proof, rests=("support-norm-criterion",), given={"range": _IN_RANGE}),
        exact(
            lambda: (pair for nudge in (fmpq(0), fmpq(-1, 64)) for pair in _edges(nudge)),
            "pairs at both edges of the window",
        ),
        sampled(scaled_bias),
    ),
    needed=(Needed("range", "a first token far above the range", lambda: scaled_bias([9, 0], 2, 2, 1, 0)),),
    folklore=(Debunked(r"sparsemax, $\theta = 3$, contents $(1, 0)$, slope 2", lambda: scaled_bias([1, 0], 2, 2, 3)),),
)


def _both_sides(alpha: Any, slope: Any, extent: Any, distance: int) -> Instance:
    m = fmpq(slope)
    logits = [-m * abs(distance - k) for k in range(2 * distance + 1)]
    logits[0] += fmpq(extent)
    return row(logits, alpha) + {N.slope: m, N.content: fmpq(extent), N.distance: fmpq(distance)}


def _two_sided_proof() -> Proof:
    m, d, k, rho = sp.symbols("m d k rho", positive=True)
    yield identity(
        "a token nearer by k, at distance d - k, is above the first by m k - rho",
        -m * (d - k) - (rho - m * d),
        m * k - rho,
    )
    yield by("those at distances 1 ... d - 1 come twice, the query itself (k = d) once")
    yield nonnegative("the token opposite, at distance d too, is below: rho >= 0", (rho - m * d) + m * d)
    yield concludes("the norm criterion for the first token", "reached", N.Iff(N.p[1] > 0, T.two_sided_sum < 1))


alibi_two_sided = Case(
    T.alibi_two_sided,
    (
        symbolic(_two_sided_proof, rests=("support-norm-criterion",)),
        exact(
            lambda: (
                _both_sides(alpha, slope, extent, distance)
                for alpha in (fmpq(3, 2), fmpq(2), fmpq(3))
                for slope in (fmpq(1, 4), fmpq(33, 100))
                for extent in (fmpq(0), fmpq(1, 4), fmpq(1))
                for distance in range(1, 8)
            ),
            "worst rows for 2 slopes, 3 ranges, 3 exponents, distances up to 7",
        ),
        exact(
            lambda: (
                _both_sides(alpha, 1 + 1 / (alpha - 1) + nudge, 1, 1)
                for alpha in ALPHAS
                for nudge in (fmpq(-1, 128), fmpq(0), fmpq(1, 128))
            ),
            "distance 1, at the reach and close to it",
            title="distance 1",
        ),
    ),
)


@family(
    "random frequencies and amplitudes",
    of=N.bands,
    sizes=(1, 2),
    frequencies=reals,
    amplitudes=reals,
    alpha=one_of(ALPHAS),
    n=whole(1, 16),
    cells=whole(1, 4),
)
def rotary(frequencies: Sequence[Any], amplitudes: Sequence[Any], alpha: Any, n: Any, cells: Any) -> Instance:
    """Return the row of identical keys under rotary positions; frequencies in turns of 2 radians."""
    pairs = [(fmpq(f), abs(fmpq(A))) for f, A in zip(frequencies, amplitudes, strict=True)]
    tokens = int(fmpq(n).p)
    total = sum((A for _, A in pairs), fmpq(0))
    if total == 0:
        logits: list[Any] = [fmpq(0)] * tokens
    else:
        logits = [total, *(BALLS.add([arb(A) * arb(f * d).cos() for f, A in pairs]) for d in range(1, tokens))]
    more = {N.bands: fmpq(len(pairs)), N.cells: fmpq(cells), N.reach: total}
    return row(logits, alpha) + more


def _returns_proof() -> Proof:
    u = sp.Symbol("u", positive=True)
    yield by(
        "cut the torus of F phases into W^F boxes: one holds at least n / W^F of the n points; their distances from "
        "the first of them have every phase within 2 pi / W of 0 (pigeonhole)"
    )
    yield identity("1 - cos u <= u^2 / 2: equality at u = 0", u**2 / 2 - 1 + sp.cos(u), 0, at={u: 0})
    yield identity("the gap's slope is u - sin u, 0 at 0", sp.Derivative(u**2 / 2 - 1 + sp.cos(u), u), u - sp.sin(u))
    yield nonnegative("which rises", sp.diff(u - sp.sin(u), u), 2 * sp.sin(u / 2) ** 2)
    yield by("so z(d) >= z(0) - g, g = R (2 pi / W)^2 / 2, and z(0) = R is the largest")
    returns = N.total(sp.Piecewise((1, N.z[N.k] >= N.z_max - T._return), (0, True)), N.k)
    yield concludes("so", "returns", Ge(returns, N.n / N.cells**N.bands))
    yield by("K of them have x - tau >= p_max^a - a g: 1 >= K [p_max^a - a g]_+^q, so p_max^a <= K^(-a) + a g")
    yield concludes("with K = n / W^F", "peak", Le(N.p_max**N.a, T._shared))
    entropy = N.total(-N.p[N.i] * sp.log(N.p[N.i]))
    yield concludes("H_1 >= -log p_max", "entropy", Ge(entropy, -N.q * sp.log(T._shared)))


rotary_returns = Case(
    T.rotary_returns,
    (symbolic(_returns_proof), sampled(rotary, cases=60)),
    sharp=(
        Sharp("returns", "one arc: all tokens", lambda: [rotary([1], [1], 2, 5, 1)]),
        Sharp("peak", "no amplitude", lambda: [rotary([1], [0], 2, 4, 1)]),
        Sharp("entropy", "no amplitude", lambda: [rotary([1], [0], 2, 4, 1)]),
    ),
    folklore=(Debunked(r"sparsemax, one frequency $22/35$, near $\pi/5$", lambda: rotary(["22/35"], [2], 2, 11, 1)),),
)


def _turning(n: Any, alpha: Any, frequency: Any, amplitude: Any) -> Instance:
    """Return the row of one rotary frequency, the first token at distance 0."""
    omega, A, tokens = fmpq(frequency), fmpq(amplitude), int(fmpq(n).p)
    logits = [A, *(A * arb(omega * d).cos() for d in range(1, tokens))]
    instance = row(logits, alpha) + {N.frequency: omega, N.amplitude: A}
    if not certain(BALLS.compare(">=", instance[N.tau], -(instance[N.alpha] - 1) * A)):
        raise ValueError("a threshold above the lowest logit there can be")
    return instance


_FREQUENCY: Draw = one_of(["1/16", "1/8", "3/16", "1/4", "3/8", "1/2", "5/7", 1, "3/2", 2, "22/7", 4])


@family(
    "random frequencies and amplitudes",
    n=whole(1, 24),
    alpha=one_of(ALPHAS),
    frequency=_FREQUENCY,
    amplitude=around_one,
)
def _rotary_rows(n: Any, alpha: Any, frequency: Any, amplitude: Any) -> Instance:
    return _turning(n, alpha, frequency, amplitude)


def _crossings() -> Iterator[Instance]:
    """Yield rows that have a token shortly before and one shortly behind the angle of the cut-off."""
    for alpha in (fmpq(3, 2), fmpq(2), fmpq(3)):
        for amplitude in (2, 8):
            yield _turning(64, alpha, fmpq(1, 40), amplitude)


rotary_cut_off = Case(
    T.rotary_cut_off,
    (
        exact(_crossings, "6 rows of 64 tokens that cross the cut-off in small steps", title="small steps"),
        sampled(_rotary_rows, cases=40),
    ),
    folklore=(Debunked(r"sparsemax, $\omega = 1$, $A = 2$, seven tokens", lambda: _turning(7, 2, 1, 2)),),
)


@family("random contents", contents=reals, alpha=one_of(ALPHAS), slope=SLOPE)
def _heads(contents: Sequence[Any], alpha: Any, slope: Any) -> Instance:
    """Return what two heads make of the same contents: `p` with a linear bias, `r` without."""
    free = row(contents, alpha)
    return free + {N.p: biased(contents, alpha, slope)[N.p], N.r: free[N.p], N.slope: fmpq(slope)}


@family(
    "contents with one that stands out, or nearly",
    added=1,
    contents=units,
    alpha=one_of(ALPHAS),
    slope=SLOPE,
    nudge=real,
)
def _outstanding(contents: Row, alpha: fmpq, slope: fmpq, nudge: fmpq) -> Instance:
    """Return two heads before contents of which the first exceeds the others by about the margin."""
    first = max(contents) + 1 / (alpha - 1) + nudge / 256
    return _heads([first, *contents], alpha, slope)


nope_beside_alibi = Case(
    T.nope_beside_alibi,
    (
        exact(
            lambda: (
                _heads([1, 0], alpha, 1 + 1 / (alpha - 1) + nudge)
                for alpha in ALPHAS
                for nudge in (fmpq(-1, 64), fmpq(0), fmpq(1, 64))
            ),
            "pairs at the reach and close to it",
            title="pairs at the reach",
        ),
        sampled(_heads),
        sampled(_outstanding, title="search near the margin"),
    ),
    folklore=(
        Debunked("sparsemax, slope 1, the first of four tokens 1 above the others", lambda: _heads([1, 0, 0, 0], 2, 1)),
    ),
)
