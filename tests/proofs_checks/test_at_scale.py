"""Random logits at scale: the tools of the simulations against what is known exactly, and their pictures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from flint import arb, fmpq
from scipy import stats

import entmax_oracle as eo
from entmax_oracle.proofs_checks.evidence import Context
from entmax_oracle.proofs_checks.evidence.curves import along
from entmax_oracle.proofs_checks.evidence.instances import row
from entmax_oracle.proofs_checks.theorems.random.simulation import gaussian_one_hot, solve_sorted
from entmax_oracle.proofs_checks.theorems.random.tails import (
    DISTRIBUTIONS,
    NORMALISERS,
    band,
    entmax_entropy,
    entropy,
    gaussian_top,
    pareto_one_hot,
    softmax_entropy,
    stretched_one_hot,
    top_log_tails,
)
from entmax_oracle.theory import theorems

NEEDLE = next(theorem for theorem in theorems() if theorem.name == "needle")
SHARES = next(theorem for theorem in theorems() if theorem.name == "order")


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_logits_have_variance_one(name: str) -> None:
    z = DISTRIBUTIONS[name](np.random.default_rng(0), 400_000)
    # the fourth moment of Student's law with 3 degrees of freedom is infinite: a wide band for it
    assert z.var() == pytest.approx(1.0, rel=0.2 if name.startswith("Student") else 0.02)


@pytest.mark.parametrize("alpha", [1.25, 1.5, 2.0])
def test_entropies_agree_with_the_reference(alpha: float) -> None:
    z = np.random.default_rng(1).standard_normal(200)
    p = eo.entmax(2.0 * z, alpha=alpha)
    live = p[p > 0]
    size, value = entmax_entropy(z, alpha, 2.0)
    assert size == live.size
    assert value == pytest.approx(-(live * np.log(live)).sum(), rel=1e-12)
    p = eo.entmax(2.0 * z, alpha=1)
    assert softmax_entropy(z, 2.0) == pytest.approx(-(p * np.log(p)).sum(), rel=1e-12)


def test_large_logits_do_not_hold_the_solver_up() -> None:
    assert solve_sorted(np.array([1e6 + 1.0, 1e6, 0.0]), 2.0)[0] == 1


def test_normalisers_have_the_scales_they_claim() -> None:
    z = np.random.default_rng(2).standard_normal(100)
    by_label = {f.label: f for f in NORMALISERS}
    assert entropy(z, by_label["scalable softmax"]) == softmax_entropy(z, math.log(100))
    adaptive = entmax_entropy(z, 1.5, 1 + math.sqrt(math.log(100)))[1]
    assert entropy(z, by_label["adaptive-scale entmax, α = 3/2"]) == adaptive


def test_the_top_of_a_row_has_the_law_of_order_statistics() -> None:
    rng = np.random.default_rng(3)
    top = np.exp(top_log_tails(rng, 50, 3, 4000))
    for place in range(3):
        test = stats.kstest(top[:, place], stats.beta(place + 1, 50 - place).cdf)
        assert test.pvalue > 1e-6
    # the median of the largest of n normal numbers
    largest = np.median(gaussian_top(rng, 10**100, 2, 400)[:, 0])
    assert largest == pytest.approx(-stats.norm.ppf(0.5) + 21.28, abs=0.05)


def test_one_hot_chances_agree_with_what_is_known_exactly() -> None:
    # exponential tails forget: the gap of the two largest is exponential for every n
    for n in (2, 10**6, 10**30):
        assert stretched_one_hot(n, arb(2), fmpq(1)).overlaps(arb(-2).exp())
    # two Pareto numbers with nu = 1: P(gap >= 1) = 2 (1 - log 2)
    assert pareto_one_hot(2, arb(1), 1).overlaps(2 * (1 - arb(2).log()))
    rng, m = np.random.default_rng(4), 0.5
    z = np.sort(rng.weibull(2.0, size=(100_000, 10)), axis=1)
    seen = (z[:, -1] - z[:, -2] >= m).mean()
    assert float(stretched_one_hot(10, arb(m), fmpq(2)).mid()) == pytest.approx(seen, abs=0.01)
    assert gaussian_one_hot(2, arb(0)).overlaps(arb(1))


def test_a_band_is_a_confidence_interval() -> None:
    rng = np.random.default_rng(5)
    missed = 0
    for _ in range(2000):
        _, lower, upper = band(rng.standard_normal(5))
        missed += not lower <= 0 <= upper
    assert stats.binomtest(missed, 2000, 0.01).pvalue > 1e-6


def test_points_along_a_curve_are_judged_and_drawn() -> None:
    def points(context: Context):
        for n in (2, 3):
            yield row([1, *[0] * n], 2), "kept", float(n), arb(n, 0.25)
        yield row([0, 0], 2), "", 0.0, 0

    argument = along(points, "three rows", {"title": "t"}, lambda: [{"label": "beside", "x": [2.0], "y": [1.0]}])
    found = argument.execute(SHARES, Context())
    assert (found.status, found.detail) == ("holds", "true at 3 points")
    (plot,) = found.plots
    kept, beside = plot["series"]
    assert (kept["x"], kept["y"], beside["label"]) == ([2.0, 3.0], [2.0, 3.0], "beside")
    assert kept["lower"] == pytest.approx([1.75, 2.75])
    assert kept["upper"] == pytest.approx([2.25, 3.25])


def test_bands_and_many_labels_are_drawn() -> None:
    pytest.importorskip("matplotlib")
    from entmax_oracle.proofs_checks.report.pictures import curves

    series = [
        {"label": f"curve {m}", "x": [1, 2], "y": [0.1 * m, 0.2], "lower": [0.0, 0.1], "upper": [0.5, None]}
        for m in range(5)
    ]
    svg = str(curves({"title": "t", "series": series, "y_range": [0, 1]}, "salt"))
    assert svg.count("fill-opacity") == 5
    assert all(f"curve {m}" in svg for m in range(5))
    assert "#0" not in svg.replace('href="#', "").replace("url(#", "")


def test_torch_finds_no_gradient_where_there_is_no_path() -> None:
    pytest.importorskip("torch")
    from entmax_oracle.proofs_checks.theorems.layers.autograd import differentiated_stack

    counts, gradients = differentiated_stack(4, 2, 1.5, 0)
    assert np.array_equal(counts == 0, gradients == 0)
    assert np.all(np.triu(gradients, 1) == 0)
    assert np.all(np.diag(counts) >= 1)
