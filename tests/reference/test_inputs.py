"""Bad input is refused with an error that names the argument, the index and the rule."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from entmax_oracle.reference import budget, enclose, entmax, support, threshold

FUNCTIONS = [entmax, threshold, support, enclose, budget]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("z", "words"),
    [
        ([0.0, np.nan, 1.0], ["z[1] is nan", "finite", "-inf to mask"]),
        ([[0.0, 1.0], [np.inf, 1.0]], ["z[1, 0] is inf", "finite"]),
        ([[0.0, 1.0], [-np.inf, -np.inf]], ["every token of z is masked", "row (1,)"]),
        ([-np.inf], ["every token of z is masked"]),
        ([], ["(0,)", "no tokens"]),
        (np.zeros((3, 0)), ["(3, 0)", "no tokens"]),
        (3.0, ["z is a scalar", "[z]"]),
        ([[1.0], [1.0, 2.0]], ["z is not a rectangular array"]),
        ([1j, 2.0], ["z is complex"]),
        (["a", "b"], ["z has dtype", "real numbers"]),
        (None, ["z is None", "array"]),
        ([[0.0, 1.0], [None, 2.0]], ["z[1, 0] is None", "-inf"]),
        ([2**53 + 1, 0], ["z[0] is 9007199254740993", "not a float64 number"]),
        ([[0.5, Fraction(1, 3)]], ["z[0, 1] is 1/3", "not a float64 number"]),
        ([10**400, 0], ["beyond the float64 range"]),
        (np.ma.array([1.0, 2.0], mask=[False, True]), ["masked array", "-inf"]),
    ],
)
def test_bad_logits(function, z, words):
    with pytest.raises(ValueError) as failure:
        function(z)
    for word in words:
        assert word in str(failure.value)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("alpha", [0.999999, 0, -1, 10**400, np.inf, np.nan, [1.5, 2.0], "x", Fraction(1, 2)])
def test_bad_alpha(function, alpha):
    with pytest.raises(ValueError, match="alpha"):
        function([1.0, 2.0], alpha)


@pytest.mark.parametrize("axis", [2, -3, None, 0.5])
def test_bad_axis(axis):
    with pytest.raises(ValueError, match=r"axis \S+ is out of range for z of shape \(2, 3\)"):
        entmax(np.zeros((2, 3)), axis=axis)


def test_a_textual_alpha_names_the_fraction():
    with pytest.raises(ValueError, match=r"the text '3/2'; pass a number, or fractions.Fraction\('3/2'\)"):
        entmax([0.0, 1.0], "3/2")


def test_bad_dtype():
    with pytest.raises(ValueError, match="compute_dtype: 'bfoat'"):
        budget([0.0, 1.0], compute_dtype="bfoat")
    with pytest.raises(ValueError, match=r"float8.*float64, float32, float16, bfloat16"):
        budget([0.0, 1.0], dtype="float8")
