"""Enclosures of derivatives against difference quotients of an independent entmax, at 90 digits."""

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest

from entmax_oracle.reference import (
    Bounds,
    enclose_grad_alpha,
    enclose_grad_scale,
    enclose_jacobian,
    enclose_jvp,
    enclose_vjp,
)
from entmax_oracle.reference.enclosures.bounds import round_outward

ALPHAS = (1.0, 1 + 1e-12, 1 + 1e-3, 1.25, 1.5, 1.9, 2.0, 2.5, 4.0)
ROWS = ([0.5, 0.25, -0.0625], [1.0, 0.9, -3.0, 0.1], [0.0, 0.0])
# Difference quotients with step 1e-20 are wrong by about 1e-40 times third derivatives.
SLACK = mp.mpf(10) ** -25


def holds(bounds, exact):
    low, high = (side.ravel() for side in (bounds.lower, bounds.upper))
    return all(a - SLACK <= x <= b + SLACK for a, x, b in zip(low, exact, high, strict=True))


def tight(bounds):
    """About one float64 apart; 2**-100 of the largest where entries are zero by cancellation."""
    size = np.maximum(np.spacing(np.abs(bounds.upper)), np.abs(bounds.upper).max() * 2.0**-100)
    return (bounds.upper - bounds.lower <= 3 * size).all()


@pytest.mark.parametrize("z", ROWS)
@pytest.mark.parametrize("alpha", ALPHAS)
def test_derivatives_in_the_logits(alpha, z, mp_entmax, mp_slope):
    exact = [mp.mpf(v) for v in z]
    columns = [
        mp_slope(lambda t, j=j: mp_entmax([v + (t if i == j else 0) for i, v in enumerate(exact)], alpha), mp.mpf(0))
        for j in range(len(z))
    ]
    found = enclose_jacobian(z, alpha)
    assert found.differentiable
    assert tight(found)
    assert holds(found, [column[i] for i in range(len(z)) for column in columns])
    vector = np.arange(1.0, len(z) + 1)
    along = [mp.fsum(x * c[i] for x, c in zip(vector, columns, strict=True)) for i in range(len(z))]
    assert holds(enclose_jvp(z, vector, alpha), along)
    assert holds(enclose_vjp(z, vector, alpha), along)


@pytest.mark.parametrize("z", ROWS)
@pytest.mark.parametrize("alpha", ALPHAS)
def test_derivative_in_alpha(alpha, z, mp_entmax, mp_slope):
    exact = [mp.mpf(v) for v in z]
    if alpha == 1:  # from the right: (4 f(h) - f(2h) - 3 f(0)) / 2h; alpha must stay >= 1
        h = mp.mpf(10) ** -15
        values = [mp_entmax(exact, 1 + k * h) for k in range(3)]
        slope = [(4 * b - c - 3 * a) / (2 * h) for a, b, c in zip(*values, strict=True)]
    else:
        slope = mp_slope(lambda t: mp_entmax(exact, t), mp.mpf(alpha))
    found = enclose_grad_alpha(z, alpha)
    assert holds(found, slope)
    if alpha != 1 and len(set(z)) > 1:
        assert tight(found)


@pytest.mark.parametrize("scale", [1.0, 0.3, -0.7, 0.0])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_derivative_in_the_scale(alpha, scale, mp_entmax, mp_slope):
    z = ROWS[1]
    exact = mp_slope(lambda t: mp_entmax([t * mp.mpf(v) for v in z], alpha), mp.mpf(scale))
    found = enclose_grad_scale([*z, -np.inf], alpha, scale)
    assert holds(found, [*exact, mp.mpf(0)])
    assert found.differentiable


def test_a_fraction_is_meant_exactly():
    z, grad = [1.0, 0.5, 0.0], [1.0, 0.0, 0.0]
    # alpha = 4/3, p = (1/8, 8/27, 125/216), s = p^(2/3) = (9, 16, 25)/36 -> integers over 36, sum 50/36
    z = [1.5, 2.0, 2.5]
    found = enclose_vjp(z, grad, Fraction(4, 3))
    exact = [Fraction(9, 36) * (1 - Fraction(9, 50)), -Fraction(16 * 9, 36 * 50), -Fraction(25 * 9, 36 * 50)]
    assert all(Fraction(a) <= x <= Fraction(b) for a, x, b in zip(found.lower, exact, found.upper, strict=True))
    nearby = enclose_vjp(z, grad, 4 / 3, precision=200)
    assert nearby.lower.shape == (3,)


def test_thresholds_are_flagged_from_alpha_2_on():
    """x_2 = tau: the gap 1/a is one-hot exactly; every row keeps its own flag."""
    for alpha, gap in ((2.0, 1.0), (3.0, 0.5), (1.5, 2.0)):
        z = [[gap, 0.0], [gap / 2, 0.0], [2 * gap, 0.0]]
        found = enclose_jacobian(z, alpha)
        assert found.differentiable.tolist() == [alpha < 2, True, True]
        assert not found.upper[0].any()
        assert not found.lower[0].any()
    # With an inexact product the tie is not decided; the flag says so.
    found = enclose_grad_scale([[1.0, 0.0], [3.0, 0.0]], 2, 1.0)
    assert found.differentiable.tolist() == [False, True]


def test_smooth_where_alpha_is_below_2_at_the_threshold():
    found = enclose_vjp([2.0, 0.0, 0.0], [1.0, -1.0, 3.0], 1.5)
    assert found.differentiable
    np.testing.assert_array_equal(found.upper, 0)


def test_axes_batches_and_no_rows_at_all():
    z = np.random.default_rng(1).normal(size=(2, 4, 3))
    whole = enclose_grad_alpha(z, 1.5, axis=1)
    assert whole.lower.shape == z.shape
    assert whole.differentiable.shape == (2, 3)
    np.testing.assert_array_equal(whole.upper[1, :, 2], enclose_grad_alpha(z[1, :, 2], 1.5).upper)
    assert enclose_jacobian(z, 1.5, axis=1).lower.shape == (2, 3, 4, 4)
    assert enclose_vjp(np.zeros((0, 3)), np.zeros((0, 3))).lower.shape == (0, 3)


def test_more_bits_never_move_the_bounds_outward():
    z = np.random.default_rng(2).normal(size=(3, 6))
    coarse, fine = (enclose_grad_alpha(z, 1.3, precision=bits) for bits in (40, 300))
    assert (coarse.lower <= fine.lower).all()
    assert (fine.upper <= coarse.upper).all()


def test_bounds_hold_what_is_not_finite():
    from flint import arb

    lower, upper = round_outward(np.array([arb("nan"), arb("1 +/- inf")], dtype=object))
    np.testing.assert_array_equal(lower, -np.inf)
    np.testing.assert_array_equal(upper, np.inf)
    assert Bounds(np.float64(0), np.float64(1)).contains(1.5, slack=0.5)
