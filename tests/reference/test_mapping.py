"""Tier 1 against tier 2, against closed forms, and in every layout."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from entmax_oracle.proofs_checks.conformance.inputs.rows import FAMILIES, Row
from entmax_oracle.reference import budget, enclose, entmax, support, threshold

ALPHAS = [1.0, 1 + 1e-12, 1.01, 1.05, 1.25, 4 / 3, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 50.0, 1000.0]


def distance(p, truth):
    return np.maximum(np.maximum(truth.lower - p, p - truth.upper), 0.0)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("family", FAMILIES)
def test_within_the_float64_budget(alpha, family):
    for n in (1, 2, 7, 130, 1025):
        rows = np.stack([row.values(alpha, "float64") for row in Row(family, n).again(2)])
        p = entmax(rows, alpha)
        assert (distance(p, enclose(rows, alpha)) <= budget(rows, alpha, "float64")).all(), n


@settings(deadline=None, max_examples=300)
@given(
    z=st.lists(
        st.one_of(
            st.floats(-4, 4),
            st.floats(-1e300, 1e300),
            st.sampled_from([0.0, 1.0, -1.0, 0.5, 5e-324, -1e-310, -np.inf]),
        ),
        min_size=1,
        max_size=12,
    ),
    alpha=st.one_of(st.floats(1, 4), st.sampled_from(ALPHAS), st.floats(1, 200)),
)
def test_within_the_float64_budget_anywhere(z, alpha):
    if max(z) == -np.inf:
        z[0] = 0.0
    p = entmax(z, alpha)
    assert (distance(p, enclose(z, alpha)) <= budget(z, alpha, "float64")).all()


@pytest.mark.parametrize("alpha", [1.0, 1.01, 1.5, 2.0, 3.0])
def test_long_rows(alpha):
    for family in ("gaussian", "constant", "levels"):
        row = Row(family, 10**6, seed=5).values(alpha, "float64")[None]
        p = entmax(row, alpha)
        assert abs(p.sum() - 1) < 1e-14
        # The residual identity: the l1 error of [x - t]_+^q is its row sum's distance from 1, so p is right.
        if alpha > 1:
            live = p[p > 0]
            x = (alpha - 1) * (row - row.max())
            tau = threshold(row - row.max(), alpha)
            assert np.count_nonzero(x > tau[:, None]) == live.size


@pytest.mark.parametrize(
    ("z", "alpha", "p"),
    [
        ([1, 0, -2], 2, [1, 0, 0]),
        ([0.5, 0, -0.75], 2, [0.75, 0.25, 0]),
        ([0.4, 0.4, 0.4, 0], 2, [1 / 3, 1 / 3, 1 / 3, 0]),
        ([4 / 3, 4 / 3, 2 / 3], 1.5, [4 / 9, 4 / 9, 1 / 9]),
        ([1.5, 2, 2.5], 4 / 3, [1 / 8, 8 / 27, 125 / 216]),
        ([1 / 8, 1 / 32, 1 / 32], 3, [1 / 2, 1 / 4, 1 / 4]),
        ([0, np.log(3)], 1, [1 / 4, 3 / 4]),
        ([7], 1.3, [1]),
        ([-np.inf, 2, -np.inf], 1.7, [0, 1, 0]),
        ([3, 1], 1.5, [1, 0]),
    ],
)
def test_closed_forms(z, alpha, p):
    np.testing.assert_allclose(entmax(z, alpha), p, rtol=0, atol=4e-16)


def test_zero_is_exact():
    p = entmax([0.0, -2.0 + 2**-40, -2.0, -1e300], 1.5)
    assert p[1] > 0
    assert_array_equal(p[2:], 0)


@pytest.mark.parametrize("alpha", [2 + 2.0**-20, 2.5, 5.0])
def test_a_smallest_probability_below_rounding(alpha):
    """The others sum to 1 up to rounding, and Newton for the smallest steps to 0 or beyond."""
    for k in (3, 7, 20):
        threshold = -(k ** (1 - alpha)) / (alpha - 1)
        rows = np.zeros((9, k + 2))
        rows[:, k:] = threshold + np.arange(-4, 5)[:, None] * np.spacing(threshold)
        p = entmax(rows, alpha)
        assert (distance(p, enclose(rows, alpha)) <= budget(rows, alpha, "float64")).all()


def test_softmax_at_a_large_offset_keeps_the_rounding_of_its_logits():
    z = np.array([1e8 + 0.1, 1e8, 1e8 - 40])
    exact = [float(Fraction(v) - Fraction(z[0])) for v in z]
    assert_array_equal(entmax(z, 1), entmax(exact, 1))


@pytest.mark.parametrize("alpha", [1, 1.01, 1.5, 2, 3])
def test_axis_batch_and_strides(alpha):
    z = np.random.default_rng(0).standard_normal((3, 4, 5, 6))
    for axis in range(-4, 4):
        expected = np.apply_along_axis(lambda row: entmax(row, alpha), axis, z)
        np.testing.assert_allclose(entmax(z, alpha, axis), expected, rtol=1e-14, atol=0)
        tau = np.apply_along_axis(lambda row: threshold(row, alpha)[()], axis, z)
        np.testing.assert_allclose(threshold(z, alpha, axis), tau, rtol=1e-14, atol=1e-15)
        assert_array_equal(support(z, alpha, axis), entmax(z, alpha, axis) > 0)
    strided = z[::2, ::-1, :, ::3]
    assert_array_equal(entmax(strided, alpha), entmax(strided.copy(), alpha))
    broadcast = np.broadcast_to(z[0, 0, 0], (7, 6))
    assert_array_equal(entmax(broadcast, alpha), np.tile(entmax(z[0, 0, 0], alpha), (7, 1)))


def test_blocks_do_not_show():
    z = np.random.default_rng(0).standard_normal((5000, 100))
    assert_array_equal(entmax(z, 1.5)[4321], entmax(z[4321], 1.5))


@pytest.mark.parametrize("shape", [(0, 3), (2, 0, 3)])
def test_empty_batch(shape):
    assert entmax(np.zeros(shape)).shape == shape
    assert threshold(np.zeros(shape)).shape == shape[:-1]


def test_input_is_not_modified():
    z = np.random.default_rng(0).standard_normal((3, 40))
    for alpha in ALPHAS:
        before = z.copy()
        entmax(z, alpha)
        assert_array_equal(z, before)


def test_threshold_and_support_at_alpha_1():
    assert_array_equal(threshold([[0.0, 900.0]], 1), [-1.0])
    assert_array_equal(support([-1e4, 0.0, -np.inf], 1), [True, True, False])


def test_support_where_the_probability_underflows():
    z = [0.0, -15.0]  # 0.25 ** 1000 is no float64, yet the token is above the threshold
    assert enclose([0.0, -750.0], 1.001).support[1] == "in"
    assert support([0.0, -750.0], 1.001)[1]
    assert entmax(z, 1.05)[1] > 0


@pytest.mark.parametrize("alpha", [1.0, 1.5, 3.0])
def test_torch_and_jax_like_inputs(alpha):
    torch = pytest.importorskip("torch")
    z = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    assert_array_equal(entmax(z, alpha), entmax(z.detach().numpy(), alpha))
    low = z.detach().to(torch.bfloat16)
    assert_array_equal(entmax(low, alpha), entmax(low.double().numpy(), alpha))
