import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entmax_oracle.reference import enclose_tsallis_entropy, shannon_entropy, tsallis_entropy

U = 2.0**-53
few = settings(max_examples=30, deadline=None)
alphas = st.sampled_from([1.0, 1 + 2**-52, 1 + 1e-9, 1.1, 1.5, 2.0, 3.7, 20.0])


@st.composite
def distributions(draw):
    """Dyadic probabilities that sum to 1 exactly."""
    cuts = sorted(draw(st.lists(st.integers(0, 2**20), min_size=1, max_size=6)))
    return np.diff([0, *cuts, 2**20]) / 2**20


@few
@given(p=distributions(), alpha=alphas)
def test_against_the_definition_and_the_enclosure(p, alpha):
    with mp.workdps(60):
        parts = [mp.mpf(x) for x in p if x > 0]
        a = mp.mpf(alpha) - 1
        exact = (
            -mp.fsum(x * mp.log(x) for x in parts)
            if a == 0
            else (1 - mp.fsum(x ** (a + 1) for x in parts)) / (a * (a + 1))
        )
        found = enclose_tsallis_entropy(p, alpha)
        # One-hot entropies are 0, which the definition at 60 digits only approaches.
        assert found.lower - mp.mpf(10) ** -25 <= exact <= found.upper + mp.mpf(10) ** -25
    assert found.upper - found.lower <= max(np.spacing(found.upper), 1e-25)
    # log to 1u and expm1 to 2u, a condition number below 1, two products, a quotient, and a sum of at most 7 terms
    slack = (8 + len(p)) * U * found.upper
    # log p near 1 has the absolute error u, and p (1 - p^a) / (a alpha) passes it on undamped.
    assert found.contains(tsallis_entropy(p, alpha), slack + U)


@few
@given(p=distributions(), alpha=alphas)
def test_range(p, alpha):
    n, a = len(p), alpha - 1
    most = np.log(n) if a == 0 else -np.expm1(-a * np.log(n)) / (a * alpha)
    entropy = tsallis_entropy(p, alpha)
    assert 0 <= entropy <= most * (1 + 16 * U)
    assert (entropy == 0) == (p.max() == 1)


def test_exact_points():
    assert tsallis_entropy([0.25] * 4, alpha=2) == 0.375
    assert tsallis_entropy([0.25] * 4, alpha=3) == 15 / 96
    assert tsallis_entropy([0.0, 1.0, 0.0], alpha=1) == 0
    np.testing.assert_allclose(shannon_entropy([0.5, 0.25, 0.25]), 1.5 * np.log(2), rtol=2 * U)


def test_axes():
    p = np.array([[0.5, 1.0], [0.5, 0.0]])
    np.testing.assert_array_equal(tsallis_entropy(p, 2, axis=0), [0.25, 0.0])
    np.testing.assert_array_equal(enclose_tsallis_entropy(p, 2, axis=0).lower, [0.25, 0.0])


@pytest.mark.parametrize(
    ("p", "words"),
    [
        ([0.5, 0.75], "p sums to 1.25 in its row.*divide p by its sum"),
        ([[0.5, 0.5], [0.0, 0.0]], r"p sums to 0 in row \(1,\)"),
        ([1.5, -0.5], r"p\[1\] is -0.5: probabilities must not be negative"),
        ([1.0, np.nan], r"p\[1\] is nan"),
        (1.0, "p is a scalar"),
    ],
)
def test_bad_input(p, words):
    for f in (tsallis_entropy, enclose_tsallis_entropy):
        with pytest.raises(ValueError, match=words):
            f(p)
    with pytest.raises(ValueError, match="alpha"):
        tsallis_entropy([1.0], alpha=0.9)
