"""Numbers with exponents of their own against mpmath."""

import mpmath as mp
import numpy as np
import pytest

from entmax_oracle.reference.values.wide import Wide

U = 2.0**-53
P = np.array([1.0, 0.9375, 1 / 3, 1e-17, 2.0**-1074])


def value(wide, i):
    return mp.mpf(float(wide.mantissa[i])) * mp.mpf(2) ** int(wide.exponent[i])


@pytest.mark.parametrize("exponent", [0.75, -1.0, -(2.0**-20), -298.0, -12345.678])
def test_powers(exponent):
    found = Wide.power(P, exponent)
    for i, p in enumerate(P.tolist()):
        exact = mp.mpf(p) ** mp.mpf(exponent)
        # Of exponents above 500, the logarithm carries the error; of the others, the part behind the point.
        units = 8 + (abs(exponent) if abs(exponent) > 500 else 1) * 2 * abs(np.log2(p))
        assert abs(value(found, i) / exact - 1) <= units * U


def test_sums_and_quotients_beyond_float64():
    huge = Wide.power(np.array([1e-17, 1e-17, 0.5]), -298.0)
    share = huge.over(huge.sum(-1)).floats()
    np.testing.assert_allclose(share, [0.5, 0.5, 0.0], rtol=0, atol=16 * U)
    np.testing.assert_array_equal(huge.floats(), [np.inf, np.inf, 2.0**298])
    assert Wide.power(np.array([0.0, 0.0]), -298.0).sum(-1).floats() == 0


def test_nothing_beyond_the_smallest_number_is_lost_before_the_end():
    tiny = Wide.of(np.array([1e-300, 3e-300]))
    np.testing.assert_allclose((tiny * tiny * Wide.of(np.array(1e300))).floats(), [1e-300, 9e-300], rtol=8 * U)
    assert not (tiny * tiny).floats().any()
