"""Exact decisions on sums of powers, against integers that are perfect powers by construction."""

from fractions import Fraction

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from entmax_oracle.reference.enclosures.radicals import attains, compare_power_sum, rational_power

fractions = st.fractions(min_value=Fraction(1, 50), max_value=50, max_denominator=50)
exponents = st.fractions(min_value=Fraction(1, 6), max_value=6, max_denominator=6)


def q_of(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


@given(base=fractions, exponent=exponents)
def test_perfect_powers_are_recognised(base: Fraction, exponent: Fraction) -> None:
    power = base**exponent.denominator
    assert rational_power(q_of(power), exponent) == q_of(base**exponent.numerator)


@given(base=fractions, exponent=exponents)
def test_a_rational_power_is_right_or_refused(base: Fraction, exponent: Fraction) -> None:
    power = rational_power(q_of(base), exponent)
    if power is not None:
        assert power**exponent.denominator == q_of(base) ** exponent.numerator
    else:
        # not both numerator and denominator are perfect powers
        t = exponent.denominator
        assert not all(any(k**t == part for k in range(1, 51)) for part in (base.numerator, base.denominator))


def test_enormous_powers_are_refused() -> None:
    assert rational_power(fmpq(1, 3), Fraction(2**52)) is None
    assert rational_power(fmpq(1, 3), Fraction(1, 2**52)) is None
    assert rational_power(fmpq(1), Fraction(2**52, 3)) == 1
    assert rational_power(fmpq(0), Fraction(2**52, 3)) == 0


def test_compare_power_sum() -> None:
    half = Fraction(1, 2)
    assert compare_power_sum([(fmpq(9, 25), 1), (fmpq(4, 25), 1)], half) == 0
    assert compare_power_sum([(fmpq(9, 25), 1), (fmpq(1, 25), 1)], half) == -1
    assert compare_power_sum([(fmpq(9, 25), 2)], half) == 1
    assert compare_power_sum([(fmpq(1, 2), 2)], half) is None
    assert compare_power_sum([], half) == -1


@pytest.mark.parametrize("q", [2, 3, 4, 6])
def test_attains_with_an_irrational_threshold(q: int) -> None:
    """Symmetric offsets +-h around m tokens at 0: odd moments vanish, and for q = 2 the value is exact."""
    h = Fraction(1, 8)
    offsets = [(q_of(h), 1), (fmpq(0), 2), (q_of(-h), 1)]
    value = (1 - 2 * h**2) / 4
    assert attains(offsets, q_of(value), Fraction(1, q)) == (q == 2)
    assert not attains(offsets, q_of(value + Fraction(1, 2**60)), Fraction(1, q))


@given(value=fractions, m=st.integers(1, 9), q=st.fractions(Fraction(1, 5), 5, max_denominator=5))
def test_attains_for_ties(value: Fraction, m: int, q: Fraction) -> None:
    if q.numerator == 1 or q.denominator == 1:
        assert attains([(fmpq(0), m)], q_of(value), 1 / q) == (value * m == 1)


def test_attains_needs_every_token_above_the_threshold() -> None:
    assert not attains([(fmpq(0), 1), (fmpq(-2), 1)], fmpq(3, 2), Fraction(1))
    assert attains([(fmpq(0), 1), (fmpq(-1, 2), 1)], fmpq(3, 4), Fraction(1))
    assert attains([(fmpq(0), 1), (fmpq(-3, 16), 1)], fmpq(5, 8), Fraction(1, 2)) is False
