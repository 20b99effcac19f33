"""Tier 3: exact points, against tier 2 and by the definition itself."""

from fractions import Fraction
from typing import Any

import pytest
import sympy
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from entmax_oracle.reference.enclosures.enclosure import enclose
from entmax_oracle.reference.exact.solve import exact_entmax, float_logits_for, logits_for

F = Fraction
POINTS = [
    (F(3, 2), [F(4, 9), F(4, 9), F(1, 9)], [F(4, 3), F(4, 3), F(2, 3)]),
    (F(4, 3), [F(1, 8), F(8, 27), F(125, 216)], [F(3, 2), F(2), F(5, 2)]),
    (F(2), [F(1, 2), F(1, 3), F(1, 6)], [F(1, 2), F(1, 3), F(1, 6)]),
    (F(3), [F(1, 2), F(1, 3), F(1, 6)], [F(1, 8), F(1, 18), F(1, 72)]),
    (F(5, 4), [F(1, 16)] * 16, [F(2)] * 16),
    (F(5, 2), [F(1, 4), F(1, 4), F(1, 4), F(1, 4)], [F(1, 12)] * 4),
    (F(7, 2), [F(4, 9), F(4, 9), F(1, 9)], [F(64, 1215), F(64, 1215), F(2, 1215)]),
    (F(50), [F(2, 3), F(1, 3)], [F(2, 3) ** 49 / 49, F(1, 3) ** 49 / 49]),
]


@pytest.mark.parametrize(("alpha", "p", "z"), POINTS, ids=lambda v: str(v)[:12])
def test_known_points_both_ways(alpha: Fraction, p: list[Fraction], z: list[Fraction]) -> None:
    assert logits_for(p, alpha) == z
    for tail in ([], [F(0)], [F(0), F(-1, 7)]):
        found = exact_entmax([v + 5 for v in z + tail], alpha)
        assert list(found.p) == p + [0] * len(tail)
        assert found.tau == 5 * (alpha - 1) or (not tail and alpha in (F(5, 2),))
        assert found.support == tuple(range(len(p)))
        assert found.boundary == ((len(p),) if tail else ())
        assert logits_for([*p, F(0)], alpha, slack=F(1, 3))[-1] == F(-1, 3)


@settings(max_examples=60, deadline=None)
@given(z=st.lists(st.fractions(-2, 2, max_denominator=12), min_size=1, max_size=7))
def test_sparsemax_satisfies_its_conditions(z: list[Fraction]) -> None:
    found = exact_entmax(z, 2)
    assert sum(found.p) == 1
    for i, value in enumerate(z):
        assert found.p[i] == max(value - found.tau, 0)
    assert found.support == tuple(i for i, v in enumerate(z) if v > found.tau)
    assert found.boundary == tuple(i for i, v in enumerate(z) if v == found.tau)


@settings(max_examples=40, deadline=None)
@given(z=st.lists(st.fractions(-2, 2, max_denominator=12), min_size=1, max_size=6))
def test_square_roots_sum_to_one(z: list[Fraction]) -> None:
    found = exact_entmax(z, F(3, 2))
    assert sympy.simplify(sympy.Add(*map(sympy.sympify, found.p))) == 1
    for i, value in enumerate(z):
        gap = sympy.Rational(value) / 2 - sympy.sympify(found.tau)
        assert (i in found.support) == bool(gap > 0)
        if i in found.support:
            assert sympy.simplify(gap**2 - sympy.sympify(found.p[i])) == 0


def digits_of(value: Any, digits: int = 60) -> arb:
    with ctx.workprec(300):
        return arb(str(sympy.N(sympy.sympify(value), digits)), "1e-50")


@pytest.mark.parametrize("alpha", [F(1), F(3, 2), F(4, 3), F(5, 4), F(6, 5), F(2), F(9, 8)], ids=str)
def test_agrees_with_the_enclosure(alpha: Fraction) -> None:
    for z in ([1.0, 0.25, -0.5], [0.125, 0.0, 0.0, -3.0], [2.0, 2.0], [0.5]):
        exact, found = exact_entmax(z, alpha), enclose(z, alpha, precision=200)
        assert [i in exact.support for i in range(len(z))] == (found.support == "in").tolist()
        with ctx.workprec(300):
            assert found.tau_balls[()].overlaps(digits_of(exact.tau))
            for ball, p in zip(found.balls, exact.p, strict=True):
                assert ball.overlaps(digits_of(p))


def test_rational_answers_with_irrational_thresholds() -> None:
    assert exact_entmax([F(1, 2), 0, 0, F(-1, 2)], F(3, 2)).p[1] == F(7, 32)
    found = exact_entmax([1, 1, 1, -40], F(5, 2))
    assert found.p == (F(1, 3), F(1, 3), F(1, 3), F(0))
    assert isinstance(found.tau, sympy.Expr)


def test_refusals() -> None:
    with pytest.raises(ValueError, match=r"alpha: at 5/2 .* none was found"):
        exact_entmax([F(1, 10), 0], F(5, 2))
    with pytest.raises(ValueError, match="alpha"):
        exact_entmax([0], F(1, 2))
    with pytest.raises(ValueError, match=r"z\[1\]"):
        exact_entmax([0, float("-inf")], 2)
    with pytest.raises(ValueError, match=r"z\[0\]"):
        exact_entmax(["a"], 2)
    with pytest.raises(ValueError, match="z is empty"):
        exact_entmax([], 2)
    with pytest.raises(ValueError, match=r"p\[1\] is -1"):
        logits_for([2, -1], 2)
    with pytest.raises(ValueError, match="p sums to"):
        logits_for([F(1, 2), F(1, 3)], 2)
    with pytest.raises(ValueError, match=r"slack\[0\]"):
        logits_for([1], 2, slack=-1)
    with pytest.raises(ValueError, match="slack has 2"):
        logits_for([1], 2, slack=[0, 0])
    with pytest.raises(ValueError, match="alpha: at 1"):
        logits_for([1], 1)


def test_float_logits() -> None:
    z = float_logits_for([F(5, 8), F(1, 4), F(1, 8), 0, 0], 3, slack=[0, 0, 0, 0, 1])
    found = enclose(z, 3)
    assert found.lower.tolist() == [0.625, 0.25, 0.125, 0.0, 0.0]
    assert found.boundary.tolist() == [False, False, False, True, False]
    assert float_logits_for([F(1, 3)] * 3, 2.5).tolist() == [0.0] * 3
    with pytest.raises(ValueError, match="no float64"):
        float_logits_for([F(1, 3), F(2, 3)], 2)
    with pytest.raises(ValueError, match="irrational"):
        float_logits_for([F(1, 3), F(2, 3)], 1.5)


def test_irrational_logits_are_symbolic() -> None:
    assert logits_for([F(1, 2), F(1, 2)], F(3, 2)) == [sympy.sqrt(2)] * 2
    z = logits_for([F(1, 3), F(2, 3)], 2.5)
    assert sympy.simplify(z[0] - F(2, 3) * sympy.Rational(1, 3) ** sympy.Rational(3, 2)) == 0
