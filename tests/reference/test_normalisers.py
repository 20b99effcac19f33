"""Every normaliser against a definition of its own in mpmath, its derivative against differences at 30 digits."""

import math

import mpmath
import numpy as np
import pytest

from entmax_oracle.reference.formats import as_format
from entmax_oracle.reference.normalisers import NORMALISERS, Normaliser, Undefined, dropped_share, normaliser, register
from entmax_oracle.reference.normalisers.budgets import normaliser_budget, normaliser_vjp_budget
from entmax_oracle.reference.normalisers.parts import shares_of
from entmax_oracle.reference.normalisers.profile import PROPERTIES, Profile


@pytest.fixture(autouse=True)
def _digits():
    with mpmath.workdps(50):
        yield


def bisect(f, low, high):
    """Root of a falling function, to 45 digits."""
    for _ in range(150):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) >= 0 else (low, middle)
    return (low + high) / 2


def shares(weights):
    total = mpmath.fsum(weights)
    return [w / total for w in weights]


def softmax(z):
    return shares([mpmath.exp(t) for t in z])


def entmax(z, alpha):
    a = mpmath.mpf(alpha) - 1
    if a == 0:
        return softmax(z)
    x = [a * t for t in z]
    tau = bisect(lambda t: mpmath.fsum(max(v - t, 0) ** (1 / a) for v in x) - 1, max(x) - 1, max(x))
    return [max(v - tau, mpmath.mpf(0)) ** (1 / a) for v in x]


def adaptive(z):
    h = -mpmath.fsum(p * mpmath.log(p) for p in softmax(z))
    fit = mpmath.polyval([mpmath.mpf(c) for c in (-0.037, 0.481, -2.3, 4.917, -1.791)], h)
    scale = max(fit, 1) if h > 0.5 else 1
    return softmax([scale * t for t in z])


def multimax(z, t_b=2.0, b=0.5, t_d=0.5, d=1.5):
    """The bends as the integral of the slopes, from b."""

    def bent(t):
        if t <= b:
            return b + t_b * (t - b)
        return t if t <= d else d + t_d * (t - d)

    return softmax([bent(t) for t in z])


def self_adjust(z, normalised=False):
    low, high = (min(0, *z), max(0, *z)) if normalised else (0, 1)
    return [(t - low) / (high - low) * p for t, p in zip(z, softmax(z), strict=True)]


def softplus(z, r=3.0):
    return shares([s**r for s in shares([mpmath.log(1 + mpmath.exp(t)) for t in z])])


def top_k(z, k=2):
    kept = sorted(range(len(z)), key=lambda i: (-z[i], i))[:k]
    total = mpmath.fsum(mpmath.exp(z[i]) for i in kept)
    return [mpmath.exp(t) / total if i in kept else mpmath.mpf(0) for i, t in enumerate(z)]


def r_softmax(z, r=0.5, eps=0.0):
    ranked, position = sorted(z), mpmath.mpf(r) * (len(z) - 1)
    place = int(position)
    quantile = ranked[place] + (position - place) * (ranked[min(place + 1, len(z) - 1)] - ranked[place])
    return shares([max(t - quantile + eps, 0) * mpmath.exp(t) for t in z])


def normmax(z, alpha=2.0):
    a = mpmath.mpf(alpha)
    tau = bisect(lambda t: mpmath.fsum(max(v - t, 0) ** (a / (a - 1)) for v in z) - 1, max(z) - 1, max(z))
    return shares([max(v - tau, mpmath.mpf(0)) ** (1 / (a - 1)) for v in z])


def budget(z, k=2):
    tau = bisect(lambda t: mpmath.fsum(min(max(v - t, 0), 1) for v in z) - k, min(z) - 1, max(z))
    return [min(max(v - tau, mpmath.mpf(0)), mpmath.mpf(1)) for v in z]


def stick(z):
    shares = [1 / (1 + mpmath.exp(-t)) for t in z]
    return [s * math.prod(1 - later for later in shares[i + 1 :]) for i, s in enumerate(shares)]


def sigmoid(z, bias=None):
    shift = -mpmath.log(len(z)) if bias is None else bias
    return [1 / (1 + mpmath.exp(-t - shift)) for t in z]


def scaled(z, scale):
    return softmax([scale * t for t in z])


def normed(z, eps=1e-6, correction=0):
    mean = mpmath.fsum(z) / len(z)
    deviation = mpmath.sqrt(mpmath.fsum((t - mean) ** 2 for t in z) / (len(z) - correction))
    return softmax([t / max(deviation, mpmath.mpf(eps)) for t in z])


def twice_bent(z, ts=(-1.0, -0.5, -0.25, 0.25), ranges=(0.5, 1.5, -1.0, 2.0)):
    def bent(t):
        below, above, far_below, far_above = (
            max(d, 0) for d in (ranges[0] - t, t - ranges[1], ranges[2] - t, t - ranges[3])
        )
        return t + ts[0] * below + ts[1] * above + ts[2] * far_below**2 + ts[3] * far_above**2

    return softmax([bent(t) for t in z])


def softpick(z, eps=1e-8):
    total = mpmath.fsum(abs(mpmath.exp(t) - 1) for t in z) + mpmath.mpf(eps)
    return [max(mpmath.exp(t) - 1, 0) / total for t in z]


def negative_power(z, q, d=mpmath.inf):
    """The weights as powers, at a level by bisection."""
    floor = mpmath.mpf(0) if d == mpmath.inf else mpmath.mpf(d) ** -q

    def weights(level):
        return [max((level - t) ** -mpmath.mpf(q) - floor, mpmath.mpf(0)) for t in z]

    top, most = max(z), len(z) ** (1 / mpmath.mpf(q)) + 1
    return weights(bisect(lambda level: mpmath.fsum(weights(level)) - 1, top + mpmath.mpf("0.25"), top + most))


def fitted(z, coefficients, eps):
    h = -mpmath.fsum(p * mpmath.log(p + mpmath.mpf(eps)) for p in softmax(z))
    fit = mpmath.polyval([mpmath.mpf(c) for c in coefficients], h)
    return softmax([(max(fit, 1) if h > 0.5 else 1) * t for t in z])


REVERSED = (-1.791, 4.917, -2.3, 0.481, -0.037)


def t_softmax(z, t=1.0):
    return shares([max(v - max(z) + mpmath.mpf(t), 0) * mpmath.exp(v) for v in z])


def restricted(z, kept):
    total = mpmath.fsum(mpmath.exp(z[i]) for i in kept)
    return [mpmath.exp(t) / total if i in kept else mpmath.mpf(0) for i, t in enumerate(z)]


def moba(z, block=2, k=2):
    starts = range(0, len(z), block)
    pooled = {s: mpmath.fsum(z[s : s + block]) / block for s in starts[:-1]}
    chosen = [starts[-1], *sorted(pooled, key=lambda s: -pooled[s])[: k - 1]]
    return restricted(z, [i for s in chosen for i in range(s, min(s + block, len(z)))])


def indexed(z, k, index):
    scores = [index[i % len(index)] for i in range(len(z))]
    return restricted(z, sorted(range(len(z)), key=lambda i: -scores[i])[:k])


def differential(z, lam, other):
    second = softmax([mpmath.mpf(other[i % len(other)]) for i in range(len(z))])
    return [a - lam * b for a, b in zip(softmax(z), second, strict=True)]


def mala(z, scale=1.0, eps=1e-6):
    similar = [t + 1 if t > 0 else mpmath.exp(t) for t in z]
    s = mpmath.mpf(scale) * mpmath.fsum(similar) / len(z)
    return [(1 + 1 / (s + mpmath.mpf(eps))) * scale * each / len(z) - s / len(z) for each in similar]


CASES = [
    ("softmax", {}, softmax),
    ("scalable-softmax", {}, lambda z: softmax([mpmath.log(len(z)) * t for t in z])),
    ("scalable-softmax", {"s": 0.25}, lambda z: softmax([mpmath.log(len(z)) * t / 4 for t in z])),
    ("adaptive-temperature-softmax", {}, adaptive),
    ("multimax", {}, multimax),
    ("multimax", {"t_b": 0.5, "t_d": 3.0}, lambda z: multimax(z, t_b=0.5, t_d=3.0)),
    ("self-adjust-softmax", {}, self_adjust),
    ("self-adjust-softmax", {"normalised": True}, lambda z: self_adjust(z, True)),
    ("softplus-reweighted", {}, softplus),
    ("softplus-reweighted", {"r": 1.0}, lambda z: softplus(z, 1)),
    ("gated-softmax", {"gate": 0.25}, lambda z: [p / 4 for p in softmax(z)]),
    ("sparsemax", {}, lambda z: entmax(z, 2)),
    ("alpha-entmax", {}, lambda z: entmax(z, 1.5)),
    ("alpha-entmax", {"alpha": 1.25}, lambda z: entmax(z, 1.25)),
    ("asentmax", {}, lambda z: entmax([(1 + mpmath.sqrt(mpmath.log(len(z)))) * t for t in z], 1.5)),
    ("normmax", {}, normmax),
    ("normmax", {"alpha": 1.5}, lambda z: normmax(z, 1.5)),
    ("normmax", {"alpha": 3.0}, lambda z: normmax(z, 3.0)),
    ("top-k-softmax", {}, top_k),
    ("r-softmax", {}, r_softmax),
    ("r-softmax", {"r": 0.3}, lambda z: r_softmax(z, 0.3)),
    ("budget", {}, budget),
    ("budget", {"k": 1}, lambda z: budget(z, 1)),
    ("rectified-linear", {}, lambda z: [max(t, mpmath.mpf(0)) for t in z]),
    ("sigmoid", {}, sigmoid),
    ("sigmoid", {"bias": 0.0}, lambda z: sigmoid(z, 0)),
    ("stick-breaking", {}, stick),
    ("scalable-softmax-plus-one", {}, lambda z: scaled(z, mpmath.log(len(z) + 1))),
    ("llama4-softmax", {"a": 0.5, "L": 2}, lambda z: scaled(z, 1 + mpmath.log(len(z) // 2 + 1) / 2)),
    ("llama4-softmax", {}, softmax),
    ("qwen-softmax", {"L": 2}, lambda z: scaled(z, mpmath.log(len(z), 2))),
    ("qwen-softmax", {}, softmax),
    ("norm-softmax", {}, normed),
    ("norm-softmax", {"eps": 0.75, "correction": 1}, lambda z: normed(z, 0.75, 1)),
    ("multimax-second-order", {}, twice_bent),
    ("sink-softmax", {}, lambda z: softmax([*z, 0])[:-1]),
    ("sink-softmax", {"sink": 2.5}, lambda z: softmax([*z, 2.5])[:-1]),
    ("softpick", {}, softpick),
    ("softpick", {"eps": 0.25}, lambda z: softpick(z, 0.25)),
    ("elastic-softmax", {}, lambda z: [max(p - mpmath.mpf(1) / len(z), 0) for p in softmax(z)]),
    ("elastic-softmax", {"tau": 0.25}, lambda z: [p + mpmath.mpf(1) / 4 / len(z) for p in softmax(z)]),
    ("stieltjes", {}, lambda z: negative_power(z, 4)),
    ("stieltjes", {"q": 2.5}, lambda z: negative_power(z, 2.5)),
    ("windowed-stieltjes", {}, lambda z: negative_power(z, 4, 2)),
    ("entmax-below-one", {"order": 0.75}, lambda z: negative_power([t / 4 for t in z], 4)),
    ("t-softmax", {}, t_softmax),
    ("r-softmax-detached", {"r": 0.25, "eps": 0.125}, lambda z: r_softmax(z, 0.25, 0.125)),
    ("adaptive-temperature-fitted", {}, lambda z: fitted(z, REVERSED[::-1], 1e-9)),
    ("adaptive-temperature-fitted", {"coefficients": REVERSED}, lambda z: fitted(z, REVERSED, 1e-9)),
    ("block-top-k-softmax", {}, moba),
    ("index-top-k-softmax", {"k": 2, "index": (1.0, 0.5, 2.0)}, lambda z: indexed(z, 2, (1.0, 0.5, 2.0))),
    ("differential-softmax", {"lam": 0.25, "other": (1.0, -2.0)}, lambda z: differential(z, 0.25, (1.0, -2.0))),
    ("polynomial", {}, lambda z: [t**3 / mpmath.sqrt(len(z)) for t in z]),
    ("mala", {}, mala),
]
IDS = [f"{name} {parameters}" for name, parameters, _ in CASES]


def rows(seed=0, sizes=(2, 3, 6)):
    rng = np.random.default_rng(seed)
    return [np.round(scale * rng.normal(size=n), 3) for n in sizes for scale in (0.5, 2.0)]


def test_every_normaliser_is_defined_a_second_time():
    assert {name for name, _, _ in CASES} == NORMALISERS.keys()


@pytest.mark.parametrize(("name", "parameters", "define"), CASES, ids=IDS)
def test_values_and_enclosures(name, parameters, define):
    f = normaliser(name)
    for z in rows():
        truth = define([mpmath.mpf(t) for t in z.tolist()])
        bounds = f.enclose(z, **parameters)
        for low, high, exact in zip(bounds.lower, bounds.upper, truth, strict=True):
            # The route by bisection is right to 40 digits, of powers up to the square root to 20.
            assert low - mpmath.mpf(10) ** -20 <= exact <= high + mpmath.mpf(10) ** -20
            assert high - low <= 2 * np.spacing(abs(high))
        # A few operations on numbers of the size of the logits and the weights, each rounded once.
        slack = 32 * len(z) * 2.0**-53 * (1 + np.abs(z).max())
        assert bounds.contains(f(z, **parameters), slack).all()


@pytest.mark.parametrize(("name", "parameters", "define"), CASES, ids=IDS)
def test_derivative_by_differences(name, parameters, define):
    """Central differences with a step of 1e-15 of values right to 45 digits are right to 30, away from corners."""
    if normaliser(name).profile.detached:
        pytest.skip("its vector-Jacobian product is not a derivative; another test covers it")
    step = mpmath.mpf(10) ** -15
    for z in rows(seed=1, sizes=(2, 4)):
        grad = np.round(np.random.default_rng(2).normal(size=len(z)), 3)
        exact = []
        for j in range(len(z)):
            up, down = ([mpmath.mpf(t) + sign * step * (i == j) for i, t in enumerate(z.tolist())] for sign in (1, -1))
            change = zip(define(up), define(down), grad.tolist(), strict=True)
            exact.append(mpmath.fsum(g * (a - b) for a, b, g in change) / (2 * step))
        found = normaliser(name).vjp(z, grad, **parameters)
        largest = max(1.0, float(max(abs(e) for e in exact)))
        # Condition: normmax with alpha > 2 divides by small powers; the others stay at a few units of roundoff.
        assert np.abs(found - np.array(exact, dtype=float)).max() <= 1e-12 * largest


@pytest.mark.parametrize("name", NORMALISERS)
def test_masked_tokens_are_as_if_deleted(name):
    f = normaliser(name)
    z, grad = np.array([[1.0, -np.inf, 0.25, -0.5], [-np.inf, -np.inf, 3.0, 1.0]]), np.arange(8.0).reshape(2, 4)
    beside = dict.fromkeys(f.profile.rows, grad % 3)
    p, back, bounds = f(z, **beside), f.vjp(z, grad, **beside), f.enclose(z, **beside)
    for row, live in enumerate(z > -np.inf):
        given = {key: value[row, live] for key, value in beside.items()}
        np.testing.assert_array_equal(p[row, live], f(z[row, live], **given))
        np.testing.assert_array_equal(back[row, live], f.vjp(z[row, live], grad[row, live], **given))
        for array in (p, back, bounds.lower, bounds.upper):
            assert not array[row, ~live].any()


@pytest.mark.parametrize("name", NORMALISERS)
def test_batches_and_refusals(name):
    f, rng = normaliser(name), np.random.default_rng(3)
    z = rng.normal(size=(2, 3, 5))
    np.testing.assert_allclose(f(z)[1, 2], f(z[1, 2]), rtol=1e-14, atol=1e-300)
    with pytest.raises(ValueError, match="has no parameter 'nothing'"):
        f(z, nothing=1)
    with pytest.raises(ValueError, match="must be finite"):
        f([0.0, math.nan])
    with pytest.raises(ValueError, match="shape"):
        f.vjp(z, z[0])


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("scalable-softmax", {"s": -1.0}, "s is -1.0"),
        ("multimax", {"b": 2.0, "d": 1.0}, "lower bend"),
        ("gated-softmax", {"gate": 2.0}, "gate"),
        ("softplus-reweighted", {"r": 0.0}, "r is 0.0"),
        ("alpha-entmax", {"alpha": 0.5}, "alpha"),
        ("asentmax", {"delta": -1.0}, "delta"),
        ("normmax", {"alpha": 1.0}, "alpha is 1"),
        ("top-k-softmax", {"k": 0}, "positive integer"),
        ("r-softmax", {"r": 1.0}, "sparsity rate"),
        ("budget", {"k": 4}, "live tokens"),
        ("sigmoid", {"bias": math.inf}, "bias"),
        ("llama4-softmax", {"L": 0}, "positive integer"),
        ("qwen-softmax", {"L": 1}, "length of training"),
        ("norm-softmax", {"correction": 2}, "pass 0 or 1"),
        ("softpick", {"eps": -1.0}, "must not be negative"),
        ("multimax-second-order", {"ts": (1.0, 2.0)}, "shape"),
        ("entmax-below-one", {"order": 1.0}, "there is alpha-entmax"),
        ("differential-softmax", {"other": np.zeros((2, 3))}, "does not fit logits"),
    ],
)
def test_unusable_parameters_are_refused(name, parameters, message):
    for route in (normaliser(name), normaliser(name).enclose):
        with pytest.raises(ValueError, match=message):
            route([0.0, 1.0, -1.0], **parameters)


@pytest.mark.parametrize(
    ("name", "parameters", "z"),
    [
        ("r-softmax", {}, [0.0, 0.0, 0.0]),
        ("self-adjust-softmax", {"normalised": True}, [0.0, 0.0]),
        ("softpick", {"eps": 0.0}, [0.0, 0.0]),
        ("norm-softmax", {"eps": 0.0}, [1.0, 1.0]),
        ("norm-softmax", {"correction": 1}, [1.0]),
        ("norm-softmax", {"correction": 1}, [1.0, -np.inf]),
    ],
)
def test_where_a_definition_gives_no_value(name, parameters, z):
    for route in (normaliser(name), normaliser(name).enclose):
        with pytest.raises(Undefined, match="0/0"):
            route(z, **parameters)


def test_the_peer_agrees_on_its_two():
    torch = pytest.importorskip("torch")
    peer = pytest.importorskip("entmax")
    z = np.random.default_rng(4).normal(size=(40, 9))
    for alpha in (1.5, 2.0, 4.0):
        theirs = peer.normmax_bisect(torch.tensor(z), alpha=alpha, n_iter=80).numpy()
        # Its weights are powers 1/(alpha - 1) of a level that it brackets to the last bit or two.
        np.testing.assert_allclose(
            normaliser("normmax")(z, alpha=alpha), theirs, atol=(2.0**-50) ** (1 / max(1, alpha - 1))
        )
    for k in (1, 2, 5):
        theirs = peer.budget_bisect(torch.tensor(z), budget=k, n_iter=80).numpy()
        np.testing.assert_allclose(normaliser("budget")(z, k=k), theirs, atol=1e-14)


def test_large_logits_keep_their_digits():
    """What is scaled is measured from the largest logit first."""
    z = np.array([1e8 + 0.5, 1e8, 1e8 - 4.0])
    for name in ("scalable-softmax", "asentmax", "adaptive-temperature-softmax", "normmax", "budget"):
        f = normaliser(name)
        assert f.enclose(z).contains(f(z), 1e-14).all(), name


@pytest.mark.parametrize("name", NORMALISERS)
def test_logits_at_the_ends_of_float64(name):
    f, largest = normaliser(name), np.finfo(float).max
    for z in ([largest, 0.0, -largest], [-largest, -1.0, 1.0, largest / 2], [largest, largest, -largest]):
        try:
            found = f.enclose(z)
        except Undefined:
            continue
        if not np.isfinite(found.upper).all():  # powers of such logits are no float64
            continue
        # Beside such gaps no distance from the threshold of a k-subset is known.
        assert found.contains(f(z), 1.0 if name == "budget" else 1e-14 * np.abs(found.upper)).all()
        assert np.isfinite(f.vjp(z, [1.0, -2.0, 0.5, 1.0][: len(z)])).all()


def assert_it_holds_together(name):
    """Judge values, derivatives, balls and budgets of a normaliser by each other, at all parameters that are tried."""
    f = normaliser(name)
    assert set(f.profile.true) <= set(PROPERTIES)
    for parameters in (f.parameters, *(f.parameters | dict(other) for other in f.profile.others)):
        rng, least = np.random.default_rng(7), f.least_tokens(**parameters)
        for n in {max(n, least) for n in (2, 3, 6)}:
            z, grad = np.round(rng.normal(size=(2, n)) * 2**10) / 2**10
            bounds = f.enclose(z, **parameters)
            assert bounds.contains(f(z, **parameters), normaliser_budget(name, z, "float64", **parameters)).all()
            for dtype in ("float32", "float16", "bfloat16"):
                rounded = as_format(dtype).round_array(bounds.upper)
                assert bounds.contains(rounded, normaliser_budget(name, z, dtype, **parameters)).all()
            if f.profile.detached:
                continue
            allowed = normaliser_vjp_budget(name, z, grad, "float64", **parameters)
            coarse, fine = (slopes(f, z, grad, 2.0**power, parameters) for power in (-20, -21))
            # Central differences err by c step^2: by a third of what halving the step changes; the rest is of order 4.
            slack = np.abs(coarse - fine) + np.where(np.isfinite(allowed), allowed, np.inf)
            assert (np.abs(f.vjp(z, grad, **parameters) - fine) <= slack).all()


@pytest.mark.parametrize("n", [3, 4, 9])
def test_a_quantile_that_is_held_constant_is_the_edge_of_t_softmax(n):
    z, grad = np.random.default_rng(n).normal(size=(2, n))
    t = float(z.max() - np.quantile(z, 0.25) + 0.125)
    detached = {"r": 0.25, "eps": 0.125}
    np.testing.assert_allclose(
        normaliser("r-softmax-detached").vjp(z, grad, **detached), normaliser("t-softmax").vjp(z, grad, t=t), atol=1e-13
    )
    np.testing.assert_allclose(
        normaliser("r-softmax-detached")(z, **detached), normaliser("t-softmax")(z, t=t), atol=1e-14
    )


def slopes(f, z, grad, step, parameters):
    """Differences of balls, of which float64 gets only the quotient."""
    found = []
    for j in range(len(z)):
        up, down = (f.enclose_row(z + sign * step * (np.arange(len(z)) == j), **parameters) for sign in (1, -1))
        found.append(float((grad * (up - down)).sum().mid()) / (2 * step))
    return np.array(found)


@pytest.mark.parametrize("name", NORMALISERS)
def test_each_normaliser_holds_together(name):
    assert_it_holds_together(name)


class Quadratic(Normaliser):
    """Shares of a + z^2, as a stranger would add them."""

    name, title, definition, source = "quadratic", "quadratic", r"p_i \propto a + z_i^2", "for the definition stated"
    profile = Profile({"a": 1.0}, others=({"a": 0.5},), true=frozenset({"simplex", "permutation"}), lifts=False)

    def _balls(self, z, *, a):
        return shares_of([a + token * token for token in z])

    def _careful(self, z, arithmetic, *, a):
        weights = arithmetic.near(a, 1) + arithmetic.exact(z) * arithmetic.exact(z)
        return weights / weights.total()

    def _careful_pull(self, z, grad, arithmetic, out, *, a):
        total = (arithmetic.near(a, 1) + arithmetic.exact(z) * arithmetic.exact(z)).total()
        g = arithmetic.exact(grad)
        mean = (self._careful(z, arithmetic, a=a) * g).total()
        return arithmetic.exact(2 * z) * (g - mean) / total


class Forgetful(Quadratic):
    """Takes the square for its slope."""

    def _careful_pull(self, z, grad, arithmetic, out, *, a):
        return super()._careful_pull(z, grad, arithmetic, out, a=a) * arithmetic.exact(0.5)


class Careless(Quadratic):
    """Rounds its weights to float32 and does not say so."""

    def _values(self, z, *, a):
        return super()._values(z, a=a).astype(np.float32).astype(float)


class Misdefined(Quadratic):
    """Has other weights in balls."""

    def _balls(self, z, *, a):
        return shares_of([a + abs(token) for token in z])


@pytest.fixture
def registered():
    """Register a class for one test."""
    yield register
    NORMALISERS.pop("quadratic", None)


def test_a_class_is_all_that_a_normaliser_needs(registered):
    registered(Quadratic)
    assert_it_holds_together("quadratic")
    np.testing.assert_allclose(normaliser("quadratic")([1.0, -np.inf, 0.0], a=1), [2 / 3, 0, 1 / 3], rtol=1e-15)
    z = np.random.default_rng(0).normal(size=(50, 9)).astype(np.float32)
    g = np.random.default_rng(1).normal(size=(50, 9)).astype(np.float32)
    w = 1 + z * z
    p = w / w.sum(-1, keepdims=True)
    pulled = 2 * z * (g - (p * g).sum(-1, keepdims=True)) / w.sum(-1, keepdims=True)
    f = normaliser("quadratic")
    assert (np.abs(p - f(z)) <= normaliser_budget("quadratic", z)).all()
    assert (np.abs(pulled - f.vjp(z, g)) <= normaliser_vjp_budget("quadratic", z, g)).all()


@pytest.mark.parametrize("wrong", [Forgetful, Careless, Misdefined])
def test_what_does_not_hold_together_is_found(wrong, registered):
    registered(wrong)
    with pytest.raises(AssertionError):
        assert_it_holds_together("quadratic")


@pytest.mark.parametrize(
    ("name", "parameters"), [("top-k-softmax", {"k": 3}), ("block-top-k-softmax", {}), ("index-top-k-softmax", {})]
)
def test_the_share_that_a_selection_drops(name, parameters):
    rng = np.random.default_rng(11)
    z, values = rng.normal(size=(20, 9)) * 3, rng.normal(size=(9, 4))
    full, chosen = normaliser("softmax")(z), normaliser(name)(z, **parameters)
    kept = chosen > 0
    share = dropped_share(z, kept)
    np.testing.assert_allclose(share.lower, np.where(kept, 0.0, full).sum(axis=-1), rtol=1e-13)
    assert (share.upper - share.lower <= 2 * np.spacing(share.upper)).all()
    np.testing.assert_allclose(np.abs(chosen - full).sum(axis=-1), 2 * share.upper, rtol=1e-12)
    moved = np.linalg.norm((chosen - full) @ values, axis=-1)
    apart = np.linalg.norm(values[:, None] - values, axis=-1)
    furthest = np.array([apart[inside][:, ~inside].max() for inside in kept])
    assert (moved <= share.upper * furthest * (1 + 1e-12)).all()
    # Tokens that were not read, of which only a bound is known.
    pages, ceiling = z[:, :4], float(z[:, 4:].max())
    bound = dropped_share(pages, np.ones_like(pages, dtype=bool), unseen=5, ceiling=ceiling)
    truth = full[:, 4:].sum(axis=-1)
    assert (bound.lower == 0).all()
    assert (truth <= bound.upper).all()


@pytest.mark.parametrize(
    ("kept", "more", "message"),
    [
        ([True], {}, "one truth value for each token"),
        ([False, False], {}, "choose one at least"),
        ([True, True], {"unseen": -1}, "must not be negative"),
    ],
)
def test_selections_that_cannot_be_judged(kept, more, message):
    with pytest.raises(ValueError, match=message):
        dropped_share([0.0, 1.0], kept, **more)


def test_what_ties_and_what_is_undefined():
    tied, wanted = normaliser("top-k-softmax").tied(np.array([1.0, 0.0, 2.0, 1.0, 1.0]), k=3)
    assert (tied.tolist(), wanted) == ([0, 3, 4], 2)
    assert normaliser("softmax").tied(np.zeros(3))[1] == 0
    tied, wanted = normaliser("index-top-k-softmax").tied(np.zeros(5), k=2, index=(1.0, 0.0, 2.0))
    assert (tied.tolist(), wanted) == ([0, 3], 1)
    z = np.array([[0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    assert normaliser("r-softmax").undefined(z, r=0.5).tolist() == [True, False]
    assert normaliser("self-adjust-softmax").undefined(z, normalised=True).tolist() == [True, False]
    assert not normaliser("self-adjust-softmax").undefined(z, normalised=False).any()
    assert not normaliser("sparsemax").undefined(z).any()


def test_names_are_unique_and_known():
    mine = normaliser("softmax")

    class Twin(Normaliser):
        name, title, definition, source = "softmax", "", "", ""

        def _balls(self, z):
            return z

        _careful = _careful_pull = _balls

    class Other(Twin):
        pass

    try:
        with pytest.warns(UserWarning, match="in place of the package's own"):
            register(Twin)
        assert type(normaliser("softmax")) is Twin
        register(Twin)  # of a file that is imported twice
        with pytest.raises(ValueError, match="two normalisers"):
            register(Other)
    finally:
        NORMALISERS["softmax"] = mine
    with pytest.raises(ValueError, match="choose from softmax"):
        normaliser("nothing")
