"""Tier 2: against an independent bisection in mpmath, exact points, and inputs made to be hard."""

import math
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from entmax_oracle.reference.enclosures import enclosure
from entmax_oracle.reference.enclosures.enclosure import Enclosure, enclose, outward
from entmax_oracle.reference.exact.solve import float_logits_for
from entmax_oracle.reference.values.mapping import entmax

ALPHAS = [1, 1 + 2.0**-52, 1 + 1e-12, 1.05, 4 / 3, Fraction(4, 3), 1.5, 1.9, 2, 2.5, 3, 4, 50, 300]


def mp(x: Any) -> mpmath.mpf:
    exact = Fraction(x)
    return mpmath.mpf(exact.numerator) / exact.denominator


def bisect(z: list[float], alpha: Any) -> list[tuple[mpmath.mpf, mpmath.mpf]]:
    """Bracket p by bisection in the largest probability P, where tau = x_max - P^a; 50 digits of P."""
    a = Fraction(alpha) - 1
    with mpmath.workdps(75 + int(a) + (len(str(a.denominator)) if a else 0)):
        live = [mp(v) for v in z if v > -math.inf]
        top = max(live)
        if a == 0:
            total = mpmath.fsum(mpmath.exp(v - top) for v in live)
            p = [mpmath.exp(mp(v) - top) / total if v > -math.inf else mpmath.mpf(0) for v in z]
            return [(v * (1 - mpmath.mpf(10) ** -50), v * (1 + mpmath.mpf(10) ** -50)) for v in p]

        def powers(peak: mpmath.mpf) -> list[mpmath.mpf]:
            gaps = [mp(a) * (mp(v) - top) + peak ** mp(a) if v > -math.inf else -1 for v in z]
            return [gap ** (1 / mp(a)) if gap > 0 else mpmath.mpf(0) for gap in gaps]

        low, high = mpmath.mpf(0), mpmath.mpf(1)
        for _ in range(170):
            middle = (low + high) / 2
            low, high = (middle, high) if mpmath.fsum(powers(middle)) < 1 else (low, middle)
        noise = mpmath.mpf(10) ** -60
        return [(lo * (1 - noise), hi * (1 + noise)) for lo, hi in zip(powers(low), powers(high), strict=True)]


def as_mp(ball: arb) -> tuple[mpmath.mpf, mpmath.mpf]:
    """Turn the ends of a ball into mpmath numbers without loss."""
    ends = []
    with ctx.workprec(ball.bits() + 200):
        for end in (ball.lower(), ball.upper()):
            mantissa, exponent = end.man_exp()
            ends.append(mpmath.mpf((int(mantissa), int(exponent))))
    return ends[0], ends[1]


def assert_holds(z: list[float], alpha: Any, found: Enclosure | None = None) -> None:
    found = found or enclose(z, alpha)
    with mpmath.workdps(3000):
        for i, (low, high) in enumerate(bisect(z, alpha)):
            below, above = as_mp(found.balls[i])
            assert below <= high, (z, alpha, i)
            assert low <= above, (z, alpha, i)
            if found.support[i] == "in":
                assert found.balls[i].rel_accuracy_bits() >= found.precision
                assert high > 0
                # the float64 bounds are the ball, rounded outward
                assert found.lower[i] <= above
                assert below <= found.upper[i]
                if found.lower[i] > 1e-300:
                    assert found.upper[i] <= np.nextafter(np.nextafter(found.lower[i], 1), 2)
            else:
                assert found.lower[i] == found.upper[i] == 0.0
                assert low == 0


@pytest.mark.parametrize("alpha", ALPHAS, ids=str)
def test_agrees_with_bisection(alpha: Any) -> None:
    rng = np.random.default_rng(7)
    for size, scale in ((2, 1.0), (5, 0.2), (4, 3.0)):
        z = rng.normal(size=size) * scale
        if alpha > 4:
            z = 10.0 ** rng.uniform(-30 if alpha == 50 else -200, 0, size=3)
        assert_holds(z.tolist(), alpha)


@pytest.mark.parametrize("alpha", ALPHAS, ids=str)
@pytest.mark.parametrize(
    "z",
    [
        [0.0],
        [1e300, -1e300, 1e300],
        [5e-324, 0.0, -5e-324],
        [1e8 + 1, 1e8, 1e8 + 0.5],
        [-math.inf, 0.25, -math.inf, 0.0],
        [0.0, -1e-300, -1e-310],
        [0.25, 0.25, 0.0, 0.0, 0.0],
        [3.0, 1.0, 0.2],
    ],
    ids=str,
)
def test_hard_logits(z: list[float], alpha: Any) -> None:
    assert_holds(z, alpha)


@settings(max_examples=40, deadline=None)
@given(
    z=st.lists(
        st.floats(-3, 3) | st.floats(-1e-3, 1e-3) | st.integers(-6, 6).map(lambda k: k / 4), min_size=1, max_size=6
    ),
    alpha=st.sampled_from([1, 1.05, 4 / 3, 1.5, 1.75, 2, 2.5, 3, 4]) | st.floats(1.001, 5),
)
def test_contains_the_truth(z: list[float], alpha: float) -> None:
    assert_holds(z, alpha)


@settings(max_examples=40, deadline=None)
@given(
    z=st.lists(st.floats(-2, 2), min_size=1, max_size=8),
    alpha=st.sampled_from([1.05, 4 / 3, 1.5, 2, 2.5, 3, 50, 1000]),
)
def test_threshold_form_and_optimality(z: list[float], alpha: float) -> None:
    """The balls satisfy the optimality conditions: p_i^a = x_i - tau on the support, x_j <= tau off it, sum 1."""
    found = enclose(z, alpha)
    row = found.rows[0]
    with ctx.workprec(4000 if alpha == 1000 else 600):
        a, tau = arb(alpha) - 1, row.tau
        assert sum((p * count for p, count in zip(row.probabilities, row.counts, strict=True)), arb(0)).contains(1)
        for i, value in enumerate(z):
            x = a * arb(value)
            if found.support[i] == "in":
                assert (found.balls[i] ** a).overlaps(x - tau)
                assert not x < tau
            else:
                assert not x > tau
    assert found.tau_lower <= float(tau.mid()) <= found.tau_upper


@pytest.mark.parametrize("alpha", [1, 1.05, 1.3, 1.5, 2, 2.5, 3, 50], ids=str)
def test_tier_one_lies_close(alpha: float) -> None:
    rng = np.random.default_rng(3)
    z = rng.normal(size=(3, 200))
    found = enclose(z, alpha)
    p = entmax(z, alpha)
    # A crude limit: tier 1's own budget has its own tests.
    assert np.allclose(p, (found.lower + found.upper) / 2, rtol=1e-9, atol=1e-12 if alpha < 3 else 1e-6)
    assert (p[found.support == "out"] == 0).mean() > 0.99 if (found.support == "out").any() else True


# --- exact points ------------------------------------------------------------------------------------------


def boundary_points() -> list[tuple[Any, list[float], list[Fraction]]]:
    """Rows (without the boundary token, which is at logit 0) whose threshold is exactly 0, with their p."""
    points: list[tuple[Any, list[float], list[Fraction]]] = []

    def add(alpha: Any, roots: list[Fraction]) -> None:
        a = Fraction(alpha) - 1
        assert a.numerator == 1 or a.denominator == 1
        p = [r**a.denominator if a.numerator == 1 else r for r in roots]
        x = roots if a.numerator == 1 else [r**a.numerator for r in roots]
        assert sum(p) == 1
        points.append((alpha, [float(v / a) for v in x], p))

    eighths = [Fraction(k, 8) for k in range(9)]
    add(2, [eighths[5], eighths[2], eighths[1]])
    add(1.5, [eighths[7], eighths[3], eighths[2], eighths[1], eighths[1]])
    add(Fraction(4, 3), [eighths[6], eighths[6], eighths[4], eighths[2], eighths[2]])
    add(1.25, [Fraction(3, 4)] * 3 + [Fraction(1, 4)] * 13)
    add(1.125, [Fraction(1, 2)] * 256)
    add(3, [eighths[5], eighths[2], eighths[1]])
    add(5, [eighths[4], eighths[3], eighths[1]])
    add(17, [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)])
    add(1025, [Fraction(1, 2), Fraction(1, 2)])
    for alpha in (1 + 2.0**-20, 1 + 2.0**-52, 1.5, 2, 3, 65):
        add(alpha, [Fraction(1)])
    s = [Fraction(k, 4) for k in [3] * 3 + [2] * 9 + [1] * 7]  # alpha = 7/5: q = 5/2, and x = s^2 gives p = s^5
    points.append((Fraction(7, 5), [float(v * v * 5 / 2) for v in s], [v**5 for v in s]))
    return points


@pytest.mark.parametrize(("alpha", "z", "p"), boundary_points(), ids=lambda v: str(v)[:20])
def test_tokens_at_the_threshold_are_decided(alpha: Any, z: list[float], p: list[Fraction]) -> None:
    for offset in (0.0, 4.0) if min(z) > 1e-10 else (0.0,):
        row = [v + offset for v in z]
        found = enclose([*row, offset, -math.inf, offset - 1, offset], alpha)
        n = len(z)
        assert found.support.tolist() == ["in"] * n + ["out"] * 4
        assert found.boundary.tolist() == [False] * n + [True, False, False, True]
        for i, value in enumerate(p):
            with ctx.workprec(300):
                assert found.balls[i].contains(arb(value.numerator) / value.denominator)
            assert found.lower[i] <= value <= found.upper[i]
        assert not found.upper[n:].any()
    # A hair above the threshold a token is in, and a hair below it is out; either side is proven.
    up = enclose([*z, 5e-324], alpha)
    down = enclose([*z, -5e-324], alpha)
    assert up.support[-1] == "in"
    assert down.support[-1] == "out"
    assert not up.boundary.any()
    assert not down.boundary.any()
    with ctx.workprec(4000):
        assert up.balls[-1] > 0


@pytest.mark.parametrize("alpha", [2, 3, 5])
def test_inverse_oracle_comes_back(alpha: int) -> None:
    rng = np.random.default_rng(alpha)
    for _ in range(20):
        cuts = np.sort(rng.choice(np.arange(1, 1024), size=4, replace=False))
        p = [Fraction(int(k), 1024) for k in np.diff([0, *cuts, 1024])] + [Fraction(0)]
        slack = [0] * 5 + [Fraction(int(rng.integers(2)), 4)]
        try:
            z = float_logits_for(p, alpha, slack)
        except ValueError:
            assert alpha == 5  # 40 bits of p**4, but differences may need more than 53
            continue
        found = enclose(z, alpha)
        assert [Fraction(v) for v in found.lower] == p or np.all(found.lower <= np.array(p, dtype=float))
        assert all(low <= value <= high for low, value, high in zip(found.lower, p, found.upper, strict=True))
        assert found.boundary.tolist() == [False] * 5 + [slack[-1] == 0]


def near_boundary() -> list[float]:
    """At alpha = 5/2, a token within 1e-30 of the threshold, with an irrational sum."""
    with mpmath.workdps(100):
        a, q = mpmath.mpf(3) / 2, mpmath.mpf(2) / 3
        first = mpmath.mpf(0.25)
        second = float((1 - (a * first) ** q) ** (1 / q) / a)
        edge = mpmath.findroot(
            lambda t: (a * (first - t)) ** q + (a * (mpmath.mpf(second) - t)) ** q - 1, (-1e-10, 1e-10)
        )
        return [0.25, second, float(edge)]


def test_undecided_is_honest(monkeypatch: pytest.MonkeyPatch) -> None:
    z = near_boundary()
    assert 0 < abs(z[2]) < 1e-15
    truth = enclose(z, 2.5, precision=400)
    assert truth.support[2] in ("in", "out")
    monkeypatch.setattr(enclosure, "PRECISION_LIMIT", 64)
    found = enclose(z, 2.5, precision=4)
    assert found.support.tolist() == ["in", "in", "undecided"]
    assert found.lower[2] == 0 < found.upper[2] < 1e-8
    for ball, true in zip(found.balls, truth.balls, strict=True):
        with ctx.workprec(800):
            assert ball.contains(true)
            assert found.tau_balls[()].contains(truth.tau_balls[()])
    assert np.all(found.lower <= truth.lower)
    assert np.all(truth.upper <= found.upper)


def test_support_is_found_when_float64_cannot_guess_it() -> None:
    """Thousands of logits closer to the threshold than float64 can tell."""
    z = np.concatenate([[1.0], np.arange(1, 2001) * 1e-20])
    found = enclose(z, 2)
    order = sorted((Fraction(v) for v in z), reverse=True)
    total, size = Fraction(0), 0
    for k, value in enumerate(order, start=1):
        total += value
        if 1 + k * value > total:
            size, tau = k, (total - 1) / k
    assert (found.support == "in").sum() == size
    assert Fraction(float(found.tau_lower)) <= tau <= Fraction(float(found.tau_upper))


# --- the interface -----------------------------------------------------------------------------------------


def test_digits() -> None:
    found = enclose([0.5, 0.25, 0.0], Fraction(3, 2), digits=1000)
    assert found.precision >= 3322
    with mpmath.workdps(1100):
        x = [mpmath.mpf(k) / 8 for k in (2, 1, 0)]
        mean, spread = mpmath.mpf(1) / 8, 2 * (mpmath.mpf(1) / 8) ** 2
        tau = mean - mpmath.sqrt((1 - spread) / 3)
        for text, value in zip(found.decimals(1000), x, strict=True):
            assert len(text.replace("0.", "", 1)) >= 1000
            assert abs(mpmath.mpf(text) / (value - tau) ** 2 - 1) < mpmath.mpf(10) ** -998
    assert enclose([1.0, 0.0], 2).decimals(5).tolist() == ["1.0000", "0"]
    for digits in (0, 1001):
        with pytest.raises(ValueError, match="digits"):
            found.decimals(digits)
    with pytest.raises(ValueError, match="digits"):
        enclose([0.0], digits=0)


def test_axes_and_batches() -> None:
    z = np.random.default_rng(0).normal(size=(3, 4, 5))
    for axis in (0, 1, 2, -2):
        found = enclose(z, 1.5, axis=axis)
        assert found.lower.shape == found.support.shape == found.balls.shape == z.shape
        assert found.tau_lower.shape == found.tau_balls.shape == z.sum(axis=axis).shape
        moved = enclose(np.moveaxis(z, axis, -1), 1.5)
        assert np.array_equal(np.moveaxis(found.lower, axis, -1), moved.lower)
        assert np.array_equal(np.moveaxis(found.support, axis, -1), moved.support)
        assert np.array_equal(found.tau_upper, moved.tau_upper)
        for index in np.ndindex(z.shape):
            low, high = outward(found.balls[index])
            assert low == found.lower[index]
            assert high == found.upper[index]
    assert enclose(np.zeros((0, 3))).lower.shape == (0, 3)


def test_ties_share_and_masks_vanish() -> None:
    found = enclose([0.0, 0.0, 0.0, -math.inf], 1.7)
    assert all(low <= Fraction(1, 3) <= high for low, high in zip(found.lower[:3], found.upper[:3], strict=True))
    assert found.support[3] == "out"
    assert found.upper[3] == 0


def test_the_input_is_left_alone_and_the_precision_too() -> None:
    z, before = np.array([1.0, 0.5]), ctx.prec
    copy = z.copy()
    enclose(z, 1.3)
    assert np.array_equal(z, copy)
    assert ctx.prec == before


def test_threads_do_not_disturb_each_other() -> None:
    """python-flint has one precision for all threads; wrong ones would show as wide or wrong bounds."""
    z = np.random.default_rng(5).normal(size=(8, 60))
    tasks = [(row, alpha, bits) for row in z for alpha in (1.3, 2.5) for bits in (64, 600)]
    alone = [enclose(row, alpha, precision=bits) for row, alpha, bits in tasks]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda task: enclose(task[0], task[1], precision=task[2]), tasks))
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.lower, other.lower)
        assert np.array_equal(one.upper, other.upper)


@pytest.mark.parametrize(
    ("z", "alpha"),
    [([math.nan, 0.0], 2), ([math.inf], 2), ([], 2), ([-math.inf], 2), ([0.0], 0.5), ([0.0], math.nan)],
)
def test_bad_input(z: list[float], alpha: float) -> None:
    with pytest.raises(ValueError):
        enclose(z, alpha)
    with pytest.raises(ValueError, match="precision"):
        enclose([0.0], 2, precision=1)


@given(x=st.floats(allow_nan=False, allow_infinity=False))
def test_outward_of_a_float_is_itself(x: float) -> None:
    assert outward(arb(x)) == (x, x)


@given(x=st.floats(allow_nan=False, allow_infinity=False), y=st.floats(min_value=0.6, max_value=1))
def test_outward_contains(x: float, y: float) -> None:
    assume(x != 0)
    with ctx.workprec(200):
        ball = arb(x) * arb(y) / 3
        low, high = outward(ball)
        assert arb(low) <= ball.upper()
        assert ball.lower() <= arb(high)
        assert high <= math.nextafter(math.nextafter(low, math.inf), math.inf)
