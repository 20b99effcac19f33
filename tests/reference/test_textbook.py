"""Budgets are finite, positive where an answer may err, and hold what honest programs of the textbook do."""

from __future__ import annotations

import numpy as np
import pytest
from textbook import KINDS, LENGTHS, Program, differentiated, rows

from entmax_oracle.reference import entmax, grad_alpha, vjp
from entmax_oracle.reference.budgets.alpha_gradient import grad_alpha_budget
from entmax_oracle.reference.budgets.losses import loss_budget, loss_vjp_budget
from entmax_oracle.reference.budgets.mapping import budget, row_sum_budget, vjp_budget
from entmax_oracle.reference.formats import FORMATS

ALPHAS = (1.0, 1 + 2.0**-20, 1.0005, 1.01, 1.03, 1.1, 1.25, 4 / 3, 1.5, 1.75, 2.0, 2.1, 2.5, 3.0, 5.0, 10.0, 20.0)
COUNT = 20  # rows of one batch
pytestmark = pytest.mark.filterwarnings("ignore")


def drawn(batches, seed=0, alphas=ALPHAS, kinds=KINDS):
    """Batches of rows of every kind, with their alpha and dtype; one generator for all that is drawn beside."""
    rng = np.random.default_rng(seed)
    for _ in range(batches):
        alpha, dtype = float(rng.choice(alphas)), str(rng.choice(["float32", "float64"]))
        z = rows(rng, str(rng.choice(kinds)), alpha, dtype, COUNT, int(rng.choice(LENGTHS)))
        yield rng, z, alpha, dtype


def budgets_are_sound(batches):
    for rng, z, alpha, _ in drawn(batches):
        out, inner = str(rng.choice([*FORMATS])), rng.choice([None, *FORMATS])
        inside = FORMATS[out].round_array(z).astype(np.float64)
        logits = np.where(np.isfinite(inside), inside, 0.0)
        given = {"alpha": alpha, "dtype": out, "compute_dtype": inner}
        allowed, sums = budget(logits, **given), row_sum_budget(logits, **given)
        p = entmax(logits, alpha)
        assert np.isfinite(allowed).all(), given
        assert (allowed[(p > 0) & (p < 1)] > 0).all(), given
        assert np.isfinite(sums).all(), given
        g = rng.normal(size=logits.shape)
        pulled = vjp_budget(logits, g, **given)
        assert not np.isnan(pulled).any(), given
        assert (pulled[(p > 0) & (p < 1)] > 0).all(), given
        y = rng.integers(logits.shape[1], size=COUNT)
        for found in (loss_budget(logits, y, **given), loss_vjp_budget(logits, y, g[:, 0], **given)):
            assert not np.isnan(found).any(), given
            assert (found > 0).all(), given
        assert grad_alpha_budget(logits[0], g[0], **given) > 0


def mappings_are_held(batches, seed):
    for rng, z, alpha, dtype in drawn(batches, seed, [each for each in ALPHAS if each > 1.0001]):
        program = Program.drawn(rng)
        exact = entmax(z.astype(np.float64), alpha)
        error = np.abs(program(z, alpha) - exact) - 4e-16 * exact
        allowed = budget(z.astype(np.float64), alpha, dtype)
        assert (error <= allowed).all(), (program, alpha, dtype, np.max(error - allowed))


def gradients_are_held(batches, seed):
    kinds = [each for each in KINDS if each not in ("extremes", "shifted")]
    for rng, z, alpha, dtype in drawn(batches, seed, [each for each in ALPHAS if 1.005 < each <= 3], kinds):
        g = rng.normal(size=z.shape)
        g = (rng.choice([1.0, 1e-3]) * g + rng.choice([0.0, 1.0, 1000.0])).astype(dtype)
        how = dict(zip(("divides", "detaches", "by_logarithm"), map(bool, rng.integers(2, size=3)), strict=True))
        how["step"] = str(rng.choice(["newton", "frozen", "norm"]))
        given = z.astype(np.float64), g.astype(np.float64), alpha
        exact, allowed = vjp(*given), vjp_budget(*given, dtype)
        error = np.abs(differentiated(z, g, alpha, **how) - exact) - 4e-16 * np.abs(exact)
        judged = np.isfinite(allowed)
        assert (error[judged] <= allowed[judged]).all(), (how, alpha, dtype)


def test_budgets_are_finite_and_positive():
    budgets_are_sound(500)


def test_mappings_of_the_textbook_are_never_flagged():
    mappings_are_held(500, 1)


def test_gradients_by_automatic_differentiation_are_never_flagged():
    pytest.importorskip("torch")
    gradients_are_held(150, 2)


@pytest.mark.slow
def test_budgets_of_many_rows_are_finite_and_positive():
    budgets_are_sound(5000)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_mappings_and_gradients_of_many_rows_are_never_flagged(seed):
    pytest.importorskip("torch")
    mappings_are_held(5000, seed)
    gradients_are_held(1000, seed)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("a", [0.0, 1e-6, 1e-4, 1e-3, 0.01, 0.25])
def test_forms_of_the_derivative_in_alpha_are_held(a, dtype):
    rng, kind = np.random.default_rng(3), np.dtype(dtype).type
    alpha = float(kind(1 + a))
    a, u = kind(alpha - 1), np.finfo(dtype).eps / 2
    for n in (2, 3, 17, 64):
        z, g = rng.normal(size=(2, n)).astype(dtype)
        given = z.astype(np.float64), g.astype(np.float64), alpha
        exact = float((g * grad_alpha(z.astype(np.float64), alpha)).sum())
        p = entmax(z.astype(np.float64), alpha).astype(dtype)
        allowed = grad_alpha_budget(*given, dtype)
        assert 0 < allowed < 0.1 * np.abs(g).max()
        log = np.log(np.where(p > 0, p, 1))
        if a >= u**0.25:
            s = np.where(p > 0, np.where(p > 0, p, 1) ** (1 - a), 0)
            w, entropy = s / s.sum(), p * log
            each = (p - w) / a**2 - (entropy - w * entropy.sum()) / a
        elif a >= u**0.5:
            rise, total = np.expm1(-a * log), 1 + (p * np.expm1(-a * log)).sum()
            second = (rise + a * log) / a**2
            each = p / total * ((p * second).sum() - second - log * (p * rise / a).sum() + rise / a * (p * log).sum())
        else:  # a log p is below rounding beside 1 after two terms
            second, first = log**2 / 2 - a * log**3 / 6, -log + a * log**2 / 2
            total = 1 + a * (p * first).sum()
            each = p / total * ((p * second).sum() - second - log * (p * first).sum() + first * (p * log).sum())
        assert abs(float((g * each).sum(dtype=dtype)) - exact) <= allowed


def test_the_published_form_of_the_derivative_in_alpha_is_not_careful_near_one():
    z, g, alpha = np.array([1.0, 0.5, -0.25]), np.array([1.0, 0.0, 0.0]), float(np.float32(1.0005))
    p = entmax(z, alpha).astype(np.float32)
    a = np.float32(alpha - 1)
    s = p ** (1 - a)
    w = s / s.sum()
    each = (p - w) / a**2 - (p * np.log(p) - w * (p * np.log(p)).sum()) / a
    error = abs(float(each[0]) - grad_alpha(z, alpha)[0])
    assert error > 5 * grad_alpha_budget(z, g, alpha, "float32")
