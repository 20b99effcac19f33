import mpmath as mp
import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from entmax_oracle.reference import (
    enclose_grad_alpha,
    enclose_grad_scale,
    enclose_jacobian,
    enclose_vjp,
    entmax,
    grad_alpha,
    grad_scale,
    jacobian,
    jvp,
    vjp,
    vjp_budget,
)
from entmax_oracle.reference.values.derivatives import _incomplete_gamma

ALPHAS = (1.0, 1 + 2**-52, 1 + 1e-12, 1 + 1e-6, 1.04, 1.25, 4 / 3, 1.5, 1.75, 2.0, 2.5, 4.0, 10.0, 50.0)
U = 2.0**-53

few = settings(max_examples=20, deadline=None)
rows = st.lists(st.floats(-3, 3, width=32), min_size=1, max_size=7)


def excess(value, bounds):
    """Distance to the enclosure, 0 inside."""
    return np.maximum(0.0, np.maximum(value - bounds.upper, bounds.lower - value))


def jacobian_budget(z, alpha):
    """Column j of the Jacobian is the product with a unit vector, whose budget is derived in `budget`."""
    return np.stack([vjp_budget(z, unit, alpha, "float64") for unit in np.eye(len(z))], axis=-1)


def alpha_direction(z, alpha):
    """h of `along_alpha` by its formula, and a bound on its float64 error.

    The terms of h are non-negative. Relative errors: at most 2 are passed on from the argument to G, and the argument
    itself has at most 2 (3u + a r) or 2 a r, where r is the relative error of p; so 12u + 4 (1 + a) r, plus the
    absolute error r of log p_max times the gap.
    """
    p, a = entmax(z, alpha), alpha - 1
    live = p > 0
    r = 64 * U * max(1.0, abs(np.log(p[live]).min()))  # tier 1 is right to a few ulps; checked in test_mapping
    gap = np.where(live, np.max(z) - z, 0.0)
    log_ratio = np.log(p.max() / np.where(live, p, p.max()))
    with mp.workdps(50):
        second = [
            t**2 / 2 if a == 0 else (1 - (1 + a * t) * mp.exp(-a * t)) * mp.mpf(p.max()) ** a / mp.mpf(a) ** 2
            for t in map(mp.mpf, log_ratio)
        ]
    h = -np.log(p.max()) * gap + np.array(second, dtype=float)
    return h, h * (12 * U + 4 * (1 + a) * r) + gap * r


@pytest.mark.parametrize("alpha", ALPHAS)
@few
@given(z=rows, seed=st.integers(0, 9))
def test_vjp_keeps_its_budget(alpha, z, seed):
    z, grad = np.array(z), np.random.default_rng(seed).normal(size=len(z))
    found = enclose_vjp(z, grad, alpha)
    assume(found.differentiable)
    assert (excess(vjp(z, grad, alpha), found) <= vjp_budget(z, grad, alpha, "float64")).all()
    np.testing.assert_array_equal(jvp(z, grad, alpha), vjp(z, grad, alpha))


@pytest.mark.parametrize("alpha", ALPHAS)
@few
@given(z=rows)
def test_jacobian_keeps_its_budget(alpha, z):
    z = np.array(z)
    found = enclose_jacobian(z, alpha)
    assume(found.differentiable)
    assert (excess(jacobian(z, alpha), found) <= jacobian_budget(z, alpha)).all()


@pytest.mark.parametrize("alpha", ALPHAS)
@few
@given(z=rows)
def test_grad_alpha_keeps_a_derived_bound(alpha, z):
    z = np.array(z)
    found = enclose_grad_alpha(z, alpha)
    assume(found.differentiable)
    h, error = alpha_direction(z, alpha)
    with np.errstate(invalid="ignore"):
        bound = vjp_budget(z, h, alpha, "float64") + abs(jacobian(z, alpha)) @ error
    assert (excess(grad_alpha(z, alpha), found) <= bound).all()


@pytest.mark.parametrize("alpha", ALPHAS)
def test_typical_errors_are_a_few_ulps(alpha):
    """On Gaussian rows, relative to the largest entry: 32u, and |2 - alpha| u more for the power of a rounded p."""
    rng = np.random.default_rng(3)
    for scale in (0.01, 1.0, 4.0):
        z, grad = rng.normal(size=(8, 5)) * scale / max(1.0, alpha - 1), rng.normal(size=(8, 5))
        for value, found in (
            (vjp(z, grad, alpha), enclose_vjp(z, grad, alpha)),
            (grad_alpha(z, alpha), enclose_grad_alpha(z, alpha)),
            (grad_scale(z, alpha, 0.7), enclose_grad_scale(z, alpha, 0.7)),
        ):
            size = np.abs(found.upper).max(axis=-1, keepdims=True)
            assert (excess(value, found) <= (32 + abs(2 - alpha)) * U * size).all()


def test_the_direction_of_alpha_is_the_textbook_one():
    """a^2 h_i = phi(p_max^a) - phi(p_i^a) with phi(d) = d (1 - log d): the rearrangement is exact."""
    top, d = sympy.symbols("D d", positive=True)
    t = sympy.log(top / d)
    rearranged = -(top - d) * sympy.log(top) + top * (1 - (1 + t) * sympy.exp(-t))
    textbook = top * (1 - sympy.log(top)) - d * (1 - sympy.log(d))
    assert sympy.simplify(sympy.expand_log(sympy.expand(rearranged - textbook), force=True)) == 0


@pytest.mark.parametrize("alpha", [1 + 1e-15, 1 + 1e-9, 1 + 1e-6])
def test_grad_alpha_is_continuous_at_one(alpha):
    z = np.array([1.0, 0.25, -0.5, -4.0])
    p = entmax(z, 1)
    limit = p / 2 * ((p * np.log(p) ** 2).sum() - np.log(p) ** 2)
    np.testing.assert_allclose(grad_alpha(z, 1), limit, rtol=16 * U / 0.01)
    # The second derivative in alpha is below 100 here.
    np.testing.assert_allclose(grad_alpha(z, alpha), limit, rtol=0, atol=100 * (alpha - 1) + 16 * U)


@pytest.mark.parametrize("alpha", [1.0, 1.25, 1.5, 2.0, 3.0])
@few
@given(z=rows)
def test_structure_of_the_jacobian(alpha, z):
    z = np.array(z)
    matrix, p = jacobian(z, alpha), entmax(z, alpha)
    np.testing.assert_array_equal(matrix, matrix.T)
    size = np.abs(matrix).max(initial=0.0)
    assert (np.abs(matrix.sum(axis=-1)) <= len(z) * U * size).all()
    assert not matrix[p == 0].any()
    assert (matrix - np.diag(np.diag(matrix)) <= 0).all()
    assert np.linalg.eigvalsh(matrix).min() >= -8 * len(z) * U * size
    assert np.linalg.matrix_rank(matrix, tol=1e-12 * size, hermitian=True) <= max(0, (p > 0).sum() - 1)


def test_exact_points():
    # alpha = 3/2, p = (4/9, 4/9, 1/9, 0): s = sqrt(p) = (2, 2, 1, 0) / 3
    z = [4 / 3, 4 / 3, 2 / 3, 0.0]
    s = np.array([2, 2, 1, 0]) / 3
    np.testing.assert_allclose(jacobian(z, 1.5), np.diag(s) - np.outer(s, s) / s.sum(), rtol=0, atol=8 * U)
    # alpha = 2, support {0, 1}: I - 11^T / 2
    np.testing.assert_array_equal(jacobian([0.25, 0.0, -3.0], 2), [[0.5, -0.5, 0], [-0.5, 0.5, 0], [0, 0, 0]])


@few
@given(z=rows, constant=st.floats(-1e6, 1e6), alpha=st.sampled_from(ALPHAS))
def test_a_constant_gradient_gives_exact_zeros(z, constant, alpha):
    assert not vjp(z, np.full(len(z), constant), alpha).any()


def test_token_on_the_threshold_counts_as_off_the_support():
    z = [1.0, 0.0, -1.0]  # alpha = 2: p = (1, 0, 0), tau = 0 is the second logit
    assert not jacobian(z, 2).any()
    assert not enclose_jacobian(z, 2).differentiable
    assert enclose_jacobian(z, 1.75).differentiable


def test_axes_batches_and_masks():
    rng = np.random.default_rng(0)
    z, grad = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 3))
    z[1, 2] = -np.inf
    for f in (lambda z, g, axis: vjp(z, g, 1.5, axis), lambda z, g, axis: grad_alpha(z, 1.5, axis)):
        whole = f(z, grad, 1)
        assert whole.shape == z.shape
        assert not whole[1, 2].any()
        row = f(np.delete(z[1, :, 0], 2), np.delete(grad[1, :, 0], 2), -1)
        np.testing.assert_array_equal(np.delete(whole[1, :, 0], 2), row)
    matrices = jacobian(z, 1.5, axis=1)
    assert matrices.shape == (2, 3, 5, 5)
    np.testing.assert_array_equal(matrices[0, 1], jacobian(z[0, :, 1], 1.5))
    scaled = grad_scale(z, 1.5, scale=[[1.0, 2.0, 0.5], [1.0, -1.0, 0.0]], axis=1)
    np.testing.assert_array_equal(scaled[0, :, 1], grad_scale(z[0, :, 1], 1.5, scale=2.0))
    live = np.delete(z[1, :, 2], 2)  # scale 0: the uniform distribution over live tokens
    np.testing.assert_allclose(np.delete(scaled[1, :, 2], 2), vjp(np.zeros(4), live, 1.5), rtol=0, atol=8 * U)


def test_tiny_probabilities_beyond_alpha_2_do_not_overflow():
    """s_2 = p_2^-48 is 1e384 and more, while J is finite: J_11 = s_1 s_2 / (s_1 + s_2) = s_1."""
    z = np.array([1 / 49 - 1e-9, 0.0])
    p = entmax(z, 50)
    assert 0 < p[1] < 1e-7
    matrix = jacobian(z, 50)
    np.testing.assert_allclose(matrix, [[1, -1], [-1, 1]], rtol=1e-6)
    np.testing.assert_allclose(vjp(z, [1.0, 3.0], 50), matrix @ [1.0, 3.0], rtol=1e-12)
    assert np.isfinite(grad_alpha(z, 50)).all()


def test_sensitivities_beyond_float64_leave_what_is_finite():
    """Two tied tokens, whose s exceeds float64, share what the three others move."""
    z = np.array([0.0, 0.0, 0.0, -1e-150, -1e-150])
    found = enclose_vjp(z, np.eye(5)[0], 300)
    assert np.isfinite(found.upper).all()
    p = entmax(z, 300)
    assert -298 * np.log2(p[3]) > 1024
    np.testing.assert_allclose(vjp(z, np.eye(5)[0], 300), found.upper, rtol=1e-11)
    np.testing.assert_allclose(grad_alpha(z, 300), enclose_grad_alpha(z, 300).upper, rtol=1e-11)


@pytest.mark.parametrize("alpha", [1.001, 1.04, 1.05])
def test_grad_alpha_where_probabilities_underflow(alpha):
    z = -np.linspace(0, 0.9999, 40) / (alpha - 1)
    assert (entmax(z, alpha) < 2.0**-1022).any()
    found = enclose_grad_alpha(z, alpha)
    assert (excess(grad_alpha(z, alpha), found) <= 1e-12 * np.abs(found.upper) + 2.0**-1022).all()


def test_grad_scale_where_scaled_logits_overflow():
    z = [0.0, -1e308, -1.5e308]
    for scale in (-10.0, 10.0):
        np.testing.assert_array_equal(grad_scale(z, 1.5, scale), 0)
    spread = grad_scale([1.7e308, -1.7e308], 2, 0.0)
    np.testing.assert_allclose(spread, [0.85e308 * 2, -0.85e308 * 2], rtol=4 * U)


def test_incomplete_gamma_is_right_to_a_few_ulps():
    t = np.concatenate([10.0 ** np.arange(-30, 3), np.linspace(0.01, 5, 200)])
    with mp.workdps(100):
        exact = np.array([float(1 - (1 + mp.mpf(v)) * mp.exp(-mp.mpf(v))) for v in t])
    # Near t = 1 the difference 1 - 0.74 multiplies three roundings by less than 4.
    np.testing.assert_allclose(_incomplete_gamma(t), exact, rtol=16 * U)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: vjp([1.0, 2.0], [1.0], 1.5), r"grad must have shape \(2,\), got \(1,\)"),
        (lambda: vjp([1.0, 2.0], [1.0, np.nan], 1.5), r"grad\[1\] is nan"),
        (lambda: jvp([1.0, 2.0], [np.inf, 1.0], 1.5), r"tangent\[0\] is inf"),
        (lambda: vjp([1.0, 2.0], [1.0, 1.0], 0.5), "alpha"),
        (lambda: jacobian([1.0, np.nan]), r"z\[1\] is nan"),
        (lambda: grad_alpha([[-np.inf, -np.inf]]), "masked"),
        (lambda: grad_scale([1.0, 2.0], scale=np.inf), "scale is inf"),
        (lambda: grad_scale([[1.0, 2.0]], scale=[1.0, 2.0]), "does not broadcast"),
        (lambda: enclose_vjp([1.0, 2.0], [1.0], 1.5), "grad must have shape"),
        (lambda: enclose_grad_scale([[1.0, 2.0]], scale=[1.0, 2.0]), "does not broadcast"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(ValueError, match=words):
        call()
