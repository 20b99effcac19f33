import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entmax_oracle.reference import (
    enclose_fenchel_young_loss,
    entmax,
    fenchel_young_grad,
    fenchel_young_loss,
    loss_budget,
    tsallis_entropy,
)

U = 2.0**-53
ALPHAS = (1.0, 1 + 2**-52, 1 + 1e-9, 1.1, 1.5, 1.9, 2.0, 3.0, 10.0, 500.0)
few = settings(max_examples=20, deadline=None)
rows = st.lists(st.floats(-3, 3, width=32), min_size=2, max_size=6)


@st.composite
def cases(draw):
    """Logits and a target whose dyadic probabilities sum to 1 exactly."""
    z = draw(rows)
    weights = draw(st.lists(st.integers(0, 2**10), min_size=len(z) - 1, max_size=len(z) - 1))
    cuts = sorted(weights)
    return np.array(z), np.diff([0, *cuts, 2**10]) / 2**10


def definition(p, z, y, alpha):
    """<p - y, z> + H(p) - H(y)."""
    a = mp.mpf(alpha) - 1

    def entropy(r):
        if a == 0:
            return -mp.fsum(x * mp.log(x) for x in r if x > 0)
        return mp.fsum(x - x ** (a + 1) for x in r if x > 0) / (a * (a + 1))

    return mp.fsum((u - v) * w for u, v, w in zip(p, y, z, strict=True)) + entropy(p) - entropy(y)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("spread", [0.3, 2.0])
def test_enclosure_against_the_definition(alpha, spread, mp_entmax):
    rng = np.random.default_rng(2)
    z, y = rng.normal(size=4) * spread, np.diff([0, *sorted(rng.integers(2**10, size=2)), 2**10, 2**10]) / 2**10
    exact = definition(mp_entmax([mp.mpf(v) for v in z], alpha), z, [mp.mpf(v) for v in y], alpha)
    found = enclose_fenchel_young_loss(z, y, alpha)
    # The definition cancels: of 90 digits it leaves 2 * 16 fewer near alpha = 1.
    slack = mp.mpf(10) ** -50
    assert found.lower - slack <= exact <= found.upper + slack
    assert found.upper - found.lower <= np.spacing(found.upper)


@pytest.mark.parametrize("alpha", ALPHAS)
@few
@given(case=cases())
def test_loss_keeps_a_derived_bound(alpha, case):
    """The relative error r of p (see test_derivatives) moves term i by r p_i times its slope.

    The slope is |y_i - p_i| p_i^(alpha - 2). Terms round to a few u of their parts, whose sum is at most 8 times
    the term where y and p differ by half.
    """
    z, y = case
    found, p = enclose_fenchel_young_loss(z, y, alpha), entmax(z, alpha)
    live = p > 0
    a = alpha - 1
    r = 64 * U * max(1.0, abs(np.log(p[live]).min()))
    slope = np.abs(y - p)[live] @ p[live] ** a
    # off the support the slack y_i (tau - x_i) / a moves with tau, whose error is a r p_max^a at most
    slack = r * slope + r * y[~live].sum() + 32 * len(z) * U * found.upper
    assert found.contains(fenchel_young_loss(z, y, alpha), slack)


@pytest.mark.parametrize("alpha", ALPHAS[:-1])
def test_typical_errors_are_a_few_ulps(alpha):
    rng = np.random.default_rng(5)
    z = rng.normal(size=(40, 5)) * rng.choice([0.1, 1.0, 3.0], size=(40, 1))
    k = rng.integers(5, size=40)
    found = enclose_fenchel_young_loss(z, k, alpha)
    assert found.contains(fenchel_young_loss(z, k, alpha), 64 * U * found.upper).all()


@pytest.mark.parametrize("alpha", ALPHAS)
@few
@given(case=cases())
def test_properties(alpha, case):
    z, y = case
    p, loss = entmax(z, alpha), fenchel_young_loss(z, y, alpha)
    assert loss >= 0
    assert fenchel_young_loss(z, p, alpha) <= 1e-28  # second order in the error of p
    grad = fenchel_young_grad(z, y, alpha)
    np.testing.assert_allclose(grad, p - y, rtol=0, atol=8 * U)
    assert np.abs(grad).sum() <= 2 + 8 * U
    # The loss is convex, and its gradient p - y makes a tangent plane that stays below.
    other = z + np.linspace(-1, 1, len(z))
    rise = fenchel_young_loss(other, y, alpha) - loss - grad @ (other - z)
    assert rise >= -1e-13
    if alpha <= 2:
        # Strong convexity, with the Lipschitz constant 1 of entmax.
        assert loss >= 0.5 * ((p - y) ** 2).sum() * (1 - 1e-9) - 1e-30


@pytest.mark.parametrize("alpha", ALPHAS)
@few
@given(z=rows, data=st.data())
def test_class_targets_lie_between_the_gap_bounds(alpha, z, data):
    z = np.array(z)
    k = data.draw(st.integers(0, len(z) - 1))
    loss, gap = fenchel_young_loss(z, k, alpha), z.max() - z[k]
    uniform = np.full(len(z), 1 / len(z))
    assert gap - 1e-14 <= loss <= gap + tsallis_entropy(uniform, alpha) + 1e-14
    np.testing.assert_array_equal(loss, fenchel_young_loss(z, np.eye(len(z))[k], alpha))


@pytest.mark.parametrize("alpha", [1.25, 1.5, 2.0, 3.0])
def test_margin(alpha):
    """Zero exactly from the margin 1 / (alpha - 1) on."""
    margin = 1 / (alpha - 1)
    assert fenchel_young_loss([margin, 0.0], 0, alpha) == 0
    assert fenchel_young_loss([margin - 0.0625, 0.0], 0, alpha) > 0
    assert not fenchel_young_grad([margin, 0.0], 0, alpha).any()


@pytest.mark.parametrize("alpha", ALPHAS)
def test_tiny_losses_keep_their_digits(alpha):
    """y = p + e (1, -1) with p = (1/2, 1/2): the loss is p^(alpha - 2) e^2 (1 + O(e^2)).

    An error d of both p_i changes its relative size by (d/e)^2 only, as e - d and e + d occur; d <= 8u.
    """
    e = 2.0**-30
    loss = fenchel_young_loss([0.0, 0.0], [0.5 + e, 0.5 - e], alpha)
    np.testing.assert_allclose(loss, 0.5 ** (alpha - 2) * e * e, rtol=(8 * U / e) ** 2)
    # Nearly certain and right: 1 - p is not rounded away.
    if alpha == 1:
        np.testing.assert_allclose(fenchel_young_loss([50.0, 0.0], 0, 1), np.exp(-50), rtol=16 * U)


def test_cross_entropy_and_sparsemax():
    z = np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(fenchel_young_loss(z, 1, 1), np.log(np.exp(z).sum()) - z[1], rtol=8 * U)
    assert fenchel_young_loss([0.5, 0.0], 0, 2) == 0.0625
    assert fenchel_young_loss([800.0, 0.0], 1, 1) == 800


def test_masks_axes_and_targets_by_rank():
    z = np.array([[0.0, 1.0], [-np.inf, 0.5], [1.0, -1.0]])
    np.testing.assert_array_equal(fenchel_young_loss(z, [1, 2], 1.5, axis=0)[0], np.inf)
    np.testing.assert_array_equal(enclose_fenchel_young_loss(z, [1, 2], 1.5, axis=0).lower[0], np.inf)
    one_hot = np.array([[1, 0], [0, 0], [0, 1]])
    np.testing.assert_array_equal(fenchel_young_loss(z, one_hot, 1.5, axis=0), fenchel_young_loss(z.T, [0, 2], 1.5))
    assert fenchel_young_grad(z, one_hot, 1.5, axis=0).shape == z.shape


@pytest.mark.parametrize(
    ("z", "y", "words"),
    [
        ([1.0, 2.0], 2, "y is 2: a class index must be an integer from 0 to 1"),
        ([[1.0, 2.0]], [-1], r"y\[0\] is -1"),
        ([[1.0, 2.0]], [0.5], r"y\[0\] is 0.5"),
        ([[1.0, 2.0]], [0, 1], r"y has shape \(2,\): pass a distribution of shape \(1, 2\)"),
        ([1.0, 2.0], [0.75, 0.75], "y sums to 1.5"),
        ([1.0, 2.0], [1.5, -0.5], r"y\[1\] is -0.5"),
        ([1.0, np.nan], 0, r"z\[1\] is nan"),
    ],
)
def test_bad_input(z, y, words):
    for f in (fenchel_young_loss, fenchel_young_grad, enclose_fenchel_young_loss):
        with pytest.raises(ValueError, match=words):
            f(z, y)


@pytest.mark.parametrize("alpha", [1.0, 1.001])
def test_a_subnormal_probability_keeps_the_digits_of_its_logarithm(alpha):
    z = [0.0, -738.0 if alpha == 1 else -521.653]
    assert 0 < entmax(z, alpha)[1] < 2.0**-1022
    found = enclose_fenchel_young_loss(z, 1, alpha)
    np.testing.assert_allclose(fenchel_young_loss(z, 1, alpha), found.upper, rtol=16 * U)


@pytest.mark.parametrize("alpha", [1.0, 1.5, 3.0])
def test_a_finite_loss_has_a_finite_budget_though_a_difference_of_logits_is_beyond_the_format(alpha):
    largest = np.finfo(np.float64).max
    z = [largest / 1e6, 0.0, -largest]
    assert np.isfinite([loss_budget(z, label, alpha, "float64") for label in (0, 1)]).all()
    assert loss_budget(z, 2, alpha, "float64") == np.inf
