"""Evidence for the theorems about the least entropy over a range of logits."""

from __future__ import annotations

from entmax_oracle.theory.dispersion import entropy_floors as T
from entmax_oracle.theory.dispersion.dispersion import shannon, width

from ..vocabulary import *
from .dispersion import logarithm_below_line

q, u, p, m, M = sp.symbols("q u p m M", positive=True)


@family("random rows", z=reals, theta=around_one)
def _scaled_softmax(z: Sequence[Any], theta: Any) -> Instance:
    return row(z, 1, theta)


def _exact_proof() -> Proof:
    H, r = sp.symbols("H r", positive=True)  # r: the others' mass over p_i
    k, E, D, n = sp.symbols("k E D n", positive=True)
    L = sp.Symbol("L", real=True)
    yield identity(
        "dp_j/dz_i = p_j (delta - p_i), so dH/dz_i = -sum_j dp_j/dz_i log p_j = -p_i log p_i - p_i H",
        -p * L - p * H,
        -p * (L + H),
    )
    yield by("where this vanishes, log p_i + H moves at the rate 1 - p_i + dH/dz_i = 1 - p_i")
    yield positive(
        "which is positive (p_i = 1 / (1 + r)): H rises, then falls in each logit, so it is least at the ends",
        sp.factor(1 - 1 / (1 + r)),
    )
    mass = n - k + k * E
    top, low = E / mass, 1 / mass
    yield identity(
        "at a vertex with k logits at the top, E = e^D, entropy is log M - k E D / M, M = n - k + k E",
        sp.expand_log(-k * top * (D - sp.log(mass)) - (n - k) * low * (-sp.log(mass))),
        (k * E + n - k) / mass * sp.log(mass) - k * E * D / mass,
    )
    value = sp.log(T._raised) - N.k * sp.exp(width) * width / T._raised
    yield concludes("the least over k; k = n and k = 0 are the constant row", "floor", Ge(shannon, N.Least(value, N.k)))


softmax_floor_exact = Case(
    T.softmax_floor_exact,
    (symbolic(_exact_proof), sampled(_scaled_softmax)),
    sharp=(
        Sharp("floor", "one of three at the top", lambda: [_scaled_softmax([2, 0, 0], 1)]),
        Sharp("floor", "two of nine at the top", lambda: [_scaled_softmax([2] * 2 + [0] * 7, 1)]),
    ),
    folklore=(Debunked(r"$D = 1/2$, four of nine at the top", lambda: _scaled_softmax(["1/2"] * 4 + [0] * 5, 1)),),
)


def _minimum_proof() -> Proof:
    k, n, j, t = sp.symbols("k n j t", positive=True)
    r = 1 - k * M - (n - k - 1) * m
    yield by("p_max^a - p_min^a <= delta: a difference of x - tau, both live; for p_min = 0 x_min <= tau adds more")
    yield by("k tokens at M, one at r, the others at m: the mass is 1")
    yield identity("r = m + (1 - n m) - k (M - m): the floor puts it between m and M", r, m + (1 - n * m) - k * (M - m))
    yield nonnegative("the j largest of p hold at most j M, as these do for j <= k", j * (M + t) - j * M)
    yield identity("and at most 1 - (n - j) m, as these do for j > k", k * M + r + (j - k - 1) * m, 1 - (n - j) * m)
    yield positive("so p is majorised, and -p log p is strictly concave", -sp.diff(-p * sp.log(p), p, 2))
    floor = T._full * T._entropy(T._most) + T._entropy(T._rest) + (N.n - T._full - 1) * T._entropy(T._least)
    yield concludes("Karamata's inequality", "floor", Ge(shannon, floor))


def _three_positive_levels() -> Instance:
    """Return a row of alpha = 3/2 without zeros, of three levels and delta = 3/4."""
    root = fmpq(1, 10**4)
    top, low = (root + fmpq(3, 4)) ** 2, root**2
    return chosen([top, 1 - top - 18 * low] + [low] * 18, "3/2")


floor_at_minimum = Case(
    T.floor_at_minimum,
    (
        symbolic(_minimum_proof),
        exact(
            lambda: [
                chosen(["1/2", "1/4", "1/8", "1/8"], 2),
                chosen(["2/5", "2/5", "1/5"], 2, dead=[0]),
                _three_positive_levels(),
            ],
            "extremal rows",
        ),
        sampled(rows(sizes=(2, 6))),
    ),
    sharp=(
        Sharp("floor", r"$\alpha = 2$, $p = (1/2, 1/4, 1/8, 1/8)$", lambda: [chosen(["1/2", "1/4", "1/8", "1/8"], 2)]),
        Sharp("floor", r"with a zero, $p = (2/5, 2/5, 1/5, 0)$", lambda: [chosen(["2/5", "2/5", "1/5"], 2, dead=[0])]),
    ),
    folklore=(
        Debunked(r"$\alpha = 3/2$, $\delta = 3/4$, 20 tokens, $m = 10^{-8}$", _three_positive_levels),
        Debunked("the same row", _three_positive_levels),
    ),
)


@family("random rows", sizes=(2, 6), z=reals, alpha=one_of(ALPHAS), epsilon=unit)
def _with_epsilon(z: Sequence[Any], alpha: Any, epsilon: Any) -> Instance:
    if not epsilon:
        raise ValueError("epsilon in (0, 1]")
    return row(z, alpha) + {N.epsilon: fmpq(epsilon)}


def _window_proof() -> Proof:
    n, e = sp.symbols("n e", positive=True)
    yield by("level x_max - c with c = n^(-(1 - e) a): there p_max would be c^q = n^(e - 1)")
    yield positive("mass at least 1 there means a threshold no lower (f falls): p_max <= n^(e - 1)", sp.diff(u**q, u))
    yield identity("H_1 >= -log p_max >= (1 - e) log n", sp.expand_log(-sp.log(n ** (e - 1))), (1 - e) * sp.log(n))
    premise = N.total(N.pos(N.x(N.i) - N.a * N.z_max + N.n ** (-(1 - N.epsilon) * N.a)) ** N.q) >= 1
    yield concludes("so", "enough", sp.Implies(premise, shannon >= (1 - N.epsilon) * sp.log(N.n)))
    yield by("the support lies within x_max - tau = p_max^a <= 1 of the top: a gap of 1 / a in z")
    yield concludes("and H_1 <= log |S|", "too-few", Le(shannon, sp.log(T._near)))


dispersion_of_bounded = Case(
    T.dispersion_of_bounded,
    (
        symbolic(_window_proof),
        exact(
            lambda: (
                _with_epsilon([0] * m + [-1] * (4 - m), alpha, fmpq(1, 2) + nudge)
                for alpha in (fmpq(3, 2), fmpq(2))
                for m in (1, 2, 4)
                for nudge in (fmpq(-1, 64), fmpq(0), fmpq(1, 64))
            ),
            "ties of 1, 2 and 4 among four",
        ),
        sampled(_with_epsilon),
    ),
    sharp=(Sharp("too-few", "ties", lambda: [_with_epsilon([0, 0, -1], 2, 1)]),),
)


@family("random rows", sizes=(2, 6), z=reals, strength=around_one)
def _scalable(z: Sequence[Any], strength: Any) -> Instance:
    return row(z, 1, fmpq(strength) * arb(len(z)).log()) + {N.strength: fmpq(strength)}


def _scalable_proof() -> Proof:
    yield logarithm_below_line()
    yield by("-log p_i <= log n + D for every token, and H_1 >= log n - D: p_max <= e^D / n")
    b, range_ = sp.symbols("b R", positive=True)
    yield identity("with D = b R log n", sp.log(N.n) - b * range_ * sp.log(N.n), (1 - b * range_) * sp.log(N.n))
    yield concludes("so", "floor", Ge(shannon, (1 - N.strength * (N.z_max - N.z_min)) * sp.log(N.n)))


scalable_floor = Case(
    T.scalable_floor,
    (symbolic(_scalable_proof), sampled(_scalable)),
    sharp=(Sharp("floor", "equal logits", lambda: [_scalable([0, 0, 0], 1)]),),
    folklore=(Debunked("range 1/10 over three tokens", lambda: _scalable(["1/10", 0, 0], 1)),),
)
