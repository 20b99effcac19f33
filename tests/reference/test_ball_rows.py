"""Rows of balls against the exact float64 solver, and against mpmath where logits are irrational."""

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from flint import arb, ctx

from entmax_oracle.reference.enclosures.ball_rows import Scores, ball_row, float_row

ALPHAS = (1.0, 1 + 2**-52, 1 + 1e-9, 1.1, 1.5, 1.9, 2.0, 2.1, 3.0, 10.0, 50.0)


class Unrounded(Scores):
    """Scores that deny being float64 numbers, so that they reach the ball solver."""

    def as_floats(self):
        return None


def scores(z, scale=None, kind=Scores):
    z = np.asarray(z, dtype=float)
    live = np.flatnonzero(np.isfinite(z)).tolist()
    products = [arb(v) if np.isfinite(v) else arb(0) for v in z]
    return kind(products, [arb(0)] * len(z), live, arb(1) if scale is None else scale)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("spread", [0.01, 1.0, 30.0])
def test_two_solvers_agree(alpha, spread):
    rng = np.random.default_rng(7)
    for n in (1, 2, 5, 17):
        z = rng.normal(size=n) * spread / max(1, alpha - 1)
        z[rng.random(n) < 0.2] = -np.inf
        z[0] = 0.0
        z = np.append(z, z[:2])  # ties
        order = Fraction(alpha)
        one, two = float_row(z, order, 128), ball_row(scores(z, kind=Unrounded), order, 128)
        assert [p == 0 for p in one.p] == [p == 0 for p in two.p]
        assert all(u.overlaps(v) for u, v in zip(one.p, two.p, strict=True))
        assert all(u.overlaps(v) for u, v in zip(one.sensitivity, two.sensitivity, strict=True))
        assert all(p.rel_accuracy_bits() > 90 for p in two.p if p != 0)
        assert not two.unsettled


@pytest.mark.parametrize("alpha", ALPHAS[:-2])
def test_irrational_logits(alpha, mp_entmax):
    z = [0.5, 1.25, -2.0, 0.5, 1.0]
    with ctx.workprec(400):
        found = ball_row(scores(z, 1 / arb(3).sqrt()), Fraction(alpha), 128)
    exact = mp_entmax([mp.mpf(v) / mp.sqrt(3) for v in z], alpha)
    for p, x in zip(found.p, exact, strict=True):
        assert abs(mp.mpf(p.mid().str(60, radius=False)) - x) <= mp.mpf(2) ** -90
    assert found.p[0].overlaps(found.p[3])


def test_undecided_tokens_are_told():
    """A tie with the threshold in balls: z_2 = tau for alpha = 2, hidden behind a scale of about 1."""
    with ctx.workprec(200):
        blurred = arb(1, arb(2) ** -150)
        for alpha, gap in ((2, 1.0), (3, 0.5), (1.5, 2.0)):
            row = ball_row(scores([gap, 0.0, -9.0], blurred), Fraction(alpha), 100)
            assert row.unsettled == [1]
            assert row.differentiable == (alpha < 2)
            assert row.p[0].contains(1)
            assert row.p[1].contains(0)
            assert row.p[1] < 1e-10
            assert row.p[2] == 0
            s = row.sensitivity
            assert s[1] == 0 if alpha >= 2 else s[1].contains(0)


def test_ties_are_exact_although_the_scale_is_not():
    """For alpha = 50 a gap of 2**-200 would still be a probability of 0.06."""
    with ctx.workprec(300):
        row = ball_row(scores([1.0] * 4 + [0.0], 1 / arb(3).sqrt()), Fraction(50), 128)
    assert not row.unsettled
    for p in row.p[:4]:
        assert p.contains(0.25)
        assert p.rel_accuracy_bits() > 100
    assert row.p[4] == 0
