"""Correct rounding: against fractions, against midpoints by brute force, and where exact ties must be proven."""

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from entmax_oracle.reference.enclosures import rounding
from entmax_oracle.reference.enclosures.rounding import PrecisionError, round_ball, rounded
from entmax_oracle.reference.exact.solve import exact_entmax
from entmax_oracle.reference.formats import FORMATS

NAMES = list(FORMATS)


@settings(max_examples=50, deadline=None)
@given(z=st.lists(st.floats(-2, 2) | st.integers(-8, 8).map(lambda k: k / 8), min_size=1, max_size=6))
def test_sparsemax_is_its_rounded_fractions(z: list[float]) -> None:
    p = exact_entmax(z, 2).p
    for name, form in FORMATS.items():
        got = rounded(z, 2, name)
        assert got.dtype == form.storage
        assert [float(v) for v in got] == [form.round_fraction(v) for v in p]


def rounding_interval(value: float, name: str) -> tuple[float, float]:
    """Compute the points halfway to the numbers next to a non-negative number of a format narrower than float64."""
    form = FORMATS[name]
    below = value - float(form.ulp(value * (1 - form.unit_roundoff))) / 2
    return below, value + float(form.ulp(value)) / 2


@pytest.mark.parametrize("alpha", [1, 1.05, Fraction(4, 3), 1.5, 2.5, 3], ids=str)
@pytest.mark.parametrize("name", ["float32", "float16", "bfloat16"])
def test_no_other_number_is_nearer(alpha: Any, name: str) -> None:
    """Each answer's rounding interval contains the value that mpmath finds by bisection on tau."""
    rng = np.random.default_rng(11)
    for _ in range(4):
        z = np.append(rng.normal(size=4), -rng.uniform(2, 16))
        with mpmath.workdps(60):
            a = mpmath.mpf(Fraction(alpha).numerator) / Fraction(alpha).denominator - 1
            top = mpmath.mpf(z.max())
            if a == 0:
                weights = [mpmath.exp(mpmath.mpf(v) - top) for v in z]
                p = [w / mpmath.fsum(weights) for w in weights]
            else:
                low, high = mpmath.mpf(-1), mpmath.mpf(0)
                x = [a * (mpmath.mpf(v) - top) for v in z]
                for _ in range(190):
                    middle = (low + high) / 2
                    above = mpmath.fsum((v - middle) ** (1 / a) for v in x if v > middle) >= 1
                    low, high = (middle, high) if above else (low, middle)
                p = [(v - low) ** (1 / a) if v > low else mpmath.mpf(0) for v in x]
            for got, value in zip(rounded(z, alpha, name), p, strict=True):
                lowest, highest = rounding_interval(float(got), name)
                assert lowest <= value <= highest


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
def test_halfway_points_go_to_even(name: str) -> None:
    """Two tokens at alpha = 2 with probabilities c and 1 - c, where c is halfway between two numbers."""
    form = FORMATS[name]
    bits = form.precision_bits
    step = Fraction(1, 2**bits)
    # in [1/2, 1) the numbers are k / 2**bits; logits (c, 1 - c) shifted by -c stay exact for few bits only
    for k in {2 ** (bits - 1), 2 ** (bits - 1) + 1, 2 ** (bits - 1) + 6, 2**bits - 1, 2**bits - 2}:
        c = k * step + step / 2
        gap = 1 - 2 * c
        if Fraction(float(gap)) != gap or c >= 1:
            continue
        z = [0.0, float(gap)]
        even = k if k % 2 == 0 else k + 1
        got = rounded(z, 2, name)
        assert Fraction(float(got[0])) == even * step
        assert Fraction(float(got[1])) == Fraction(form.round_fraction(1 - c))
        hair = 2.0**-900 if abs(gap) < 2.0**-800 else math.ulp(float(gap))
        nudged = rounded([0.0, float(gap) - hair], 2, name)  # now p is a hair above the middle
        assert Fraction(float(nudged[0])) == (k + 1) * step


def test_halfway_points_with_an_irrational_threshold() -> None:
    """At alpha = 3/2, logits (2h, 0, 0, -2h) give the middle tokens (1 - 2h^2)/4: for h = 1/32 a tie of bfloat16."""
    tie = Fraction(511, 2048)
    assert (1 - 2 * Fraction(1, 32) ** 2) / 4 == tie
    got = rounded([2 / 32, 0.0, 0.0, -2 / 32], 1.5, "bfloat16")
    assert got[1] == got[2] == 0.25  # 255/1024 and 256/1024 are next to it; 256 is even
    assert FORMATS["bfloat16"].round_fraction(tie) == 0.25
    # The middle tokens apart by a hair: one falls to either side.
    got = rounded([2 / 32, 1e-40, -1e-40, -2 / 32], 1.5, "bfloat16")
    assert got[1] == 0.25
    assert got[2] == 255 / 1024


@pytest.mark.parametrize("name", NAMES)
def test_underflow_is_gradual(name: str) -> None:
    """Softmax of (0, -t): 1/(1 + e^t), through the subnormal range into zero."""
    form = FORMATS[name]
    least = form.smallest_subnormal
    start = -math.log(form.smallest_normal)
    for t in np.linspace(start - 2, -math.log(least) + 1.5, 60):
        got = float(rounded([0.0, -t], 1, name)[1])
        with mpmath.workdps(400):
            p = 1 / (1 + mpmath.exp(mpmath.mpf(float(t))))
            if p < form.smallest_normal:
                assert got == float(mpmath.nint(p / least)) * least
            else:
                assert 2 * abs(mpmath.mpf(got) - p) <= mpmath.mpf(float(form.ulp(got)))


def test_exact_ties_at_the_bottom_go_to_zero() -> None:
    """Half the smallest number rounds to zero, one and a half to two."""
    half = 2.0**-25
    got = rounded([0.0, -(1 - 2 * half)], 2, "float16")
    assert got.tolist() == [1.0, 0.0]
    got = rounded([0.0, -(1 - 2 * half) + 2.0**-52], 2, "float16")
    assert got.tolist() == [1.0, 2.0**-24]
    got = rounded([0.0, -(1 - 6 * half)], 2, "float16")  # 1.5 units: to the even 2
    assert got.tolist() == [1.0, 2.0**-23]


@pytest.mark.parametrize("alpha", [1, 1 + 1e-12, 1.05, 1.5, 2, 2.5, 50, 1000])
def test_extremes(alpha: float) -> None:
    for name in NAMES:
        third = FORMATS[name].round_fraction(Fraction(1, 3))
        assert rounded([7.0], alpha, name).tolist() == [1.0]
        assert not np.signbit(rounded([0.0, -700.0, -1e5, -math.inf], alpha, name)).any()
        assert rounded([1e300, -1e300, 1e300, -math.inf], alpha, name).tolist() == [0.5, 0.0, 0.5, 0.0]
        assert rounded([2.0] * 3, alpha, name).tolist() == [third] * 3


def test_axes_and_containers() -> None:
    z = np.random.default_rng(0).normal(size=(2, 3, 4))
    for axis in (0, 1, -1):
        got = rounded(z, 1.5, "float32", axis=axis)
        assert np.array_equal(np.moveaxis(got, axis, -1), rounded(np.moveaxis(z, axis, -1), 1.5, "float32"))
    assert rounded(z.tolist(), 1.5).dtype == np.float64


def test_bfloat16_holds_only_bfloat16_numbers() -> None:
    got = rounded(np.random.default_rng(1).normal(size=200), 1.2, "bfloat16")
    assert got.dtype == np.float32
    assert not (got.view(np.uint32) & 0xFFFF).any()


def test_gives_up_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounding, "PRECISION_LIMIT", 40)
    z = np.zeros((3, 4))
    z[2] = [2 / 32, 1e-40, -1e-40, -2 / 32]
    with pytest.raises(PrecisionError, match=r"bfloat16 rounding at index \(2, 1\)"):
        rounded(z, 1.5, "bfloat16")
    with pytest.raises(PrecisionError, match=r"index \(1, 2\)"):
        rounded(z.T, 1.5, "bfloat16", axis=0)


@pytest.mark.parametrize(
    ("z", "alpha", "dtype"), [([math.nan], 2, "float32"), ([0.0], 0.9, "float32"), ([0.0], 2, "int8")]
)
def test_bad_input(z: list[float], alpha: float, dtype: str) -> None:
    with pytest.raises(ValueError):
        rounded(z, alpha, dtype)


def test_round_ball() -> None:
    assert round_ball(arb(1) / 4, "bfloat16") == 0.25
    assert round_ball(arb(1, 1e-9), "float16") == 1.0
    assert round_ball(arb(1, 1e-9), "float64") is None
    assert round_ball(arb(-(2**40)).exp(), "float64") == 0.0
    assert round_ball(arb("1e-324"), "float64") == 0.0
    assert round_ball(arb("3e-324"), "float64") == 5e-324
