"""The budget is neither too tight for careful implementations nor loose enough to let slips through."""

from __future__ import annotations

import numpy as np
import pytest

from entmax_oracle.proofs_checks.conformance.inputs.rows import FAMILIES, Row
from entmax_oracle.reference import budget, enclose, entmax, row_sum_budget, vjp, vjp_budget
from entmax_oracle.reference.formats import as_format

ALPHAS = [1.05, 1.25, 4 / 3, 1.5, 1.75, 2.0, 2.5, 4.0]
LENGTHS = (1, 2, 9, 100, 1025)


def bisect(z, alpha, dtype, steps=None, subtract_max=True, exponent=None):
    """The plainest solver: everything in ``dtype``, halving until the interval is one step wide."""
    a = dtype(alpha) - dtype(1)
    q = dtype(1) / a if exponent is None else dtype(exponent)
    x = (z - z.max(-1, keepdims=True) if subtract_max else z) * a
    low = x.max(-1, keepdims=True) - dtype(1)
    high = x.max(-1, keepdims=True)
    for _ in range(200 if steps is None else steps):
        middle = low + (high - low) / dtype(2)
        if steps is None and ((middle == low) | (middle == high)).all():
            break
        above = (np.maximum(x - middle, 0) ** q).sum(-1, keepdims=True) >= 1
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.maximum(x - low, 0) ** q


def sorted_sparsemax(z, dtype):
    """The textbook algorithm for alpha = 2."""
    x = z - z.max(-1, keepdims=True)
    falling = -np.sort(-x)
    total = np.cumsum(falling, -1, dtype=dtype) - dtype(1)
    k = np.arange(1, z.shape[-1] + 1, dtype=dtype)
    size = (k * falling > total).sum(-1, keepdims=True)
    tau = np.take_along_axis(total, size - 1, -1) / size.astype(dtype)
    return np.maximum(x - tau, 0)


def rows(alpha, dtype):
    for family in FAMILIES:
        for n in LENGTHS:
            same = Row(family, n).again(3)
            yield family, n, np.stack([row.values(alpha, np.dtype(dtype).name) for row in same]).astype(dtype)


def worst_ratio(p, z, alpha, dtype):
    truth = enclose(z, alpha)
    p = p.astype(np.float64)
    error = np.maximum(np.maximum(truth.lower - p, p - truth.upper), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(error > 0, error / budget(z, alpha, dtype), 0.0).max()


@pytest.mark.parametrize("alpha", ALPHAS)
def test_careful_float32_bisection_conforms(alpha):
    for family, n, z in rows(alpha, np.float32):
        p = bisect(z, alpha, np.float32)
        assert worst_ratio(p, z, alpha, "float32") <= 1, (family, n)
        assert (np.abs(p.astype(float).sum(-1) - 1) <= row_sum_budget(z, alpha, "float32")).all(), (family, n)


@pytest.mark.parametrize("alpha", [2.0, 2.5, 4.0, 8.0])
def test_either_end_of_a_bracket_conforms_with_many_tokens_at_the_threshold(alpha):
    """One step of tau moves all of them, by a root of it for alpha > 2; normalised, they take that from the others."""
    a, f = np.float32(alpha - 1), np.float32
    for k, n in ((3, 18), (6, 36), (13, 18), (18, 108), (46, 276), (66, 67), (77, 154)):
        threshold = f(-(float(k) ** -(alpha - 1)) / (alpha - 1))
        for steps in range(-4, 5):
            z = np.zeros(n, dtype=f)
            z[k:] = threshold + f(steps) * np.spacing(threshold)
            x, low, high = a * z, f(-1), f(0)
            while (middle := low + (high - low) / f(2)) not in (low, high):
                above = (np.maximum(x - middle, 0) ** (f(1) / a)).sum(dtype=f) >= 1
                low, high = (middle, high) if above else (low, middle)
            for tau in (low, high):
                p = np.maximum(x - tau, 0) ** (f(1) / a)
                p = p / p.sum(dtype=f)
                assert worst_ratio(p, z, alpha, "float32") <= 1, (k, n, steps, tau)
                assert abs(p.astype(float).sum() - 1) <= row_sum_budget(z, alpha, "float32")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sorted_sparsemax_conforms(dtype):
    for family, n, z in rows(2.0, dtype):
        if n < 1025:  # beyond, a sequential cumulative sum is genuinely inaccurate
            assert worst_ratio(sorted_sparsemax(z, dtype), z, 2.0, dtype) <= 1, (family, n)


@pytest.mark.parametrize("alpha", [1.0, 1 + 1e-9, 1.01, *ALPHAS, 50.0])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_the_rounded_reference_conforms(alpha, dtype):
    form = as_format(dtype)
    for family, n, z in rows(alpha, np.float32):
        z = form.round_array(np.clip(z, -6e4, 6e4)).astype(np.float64)
        p = form.round_array(entmax(z, alpha))
        assert worst_ratio(p, z, alpha, dtype) <= 1, (family, n)


def gaussian(n, offset=0.0):
    return (np.random.default_rng(1).standard_normal((20, n)) + offset).astype(np.float32)


@pytest.mark.parametrize(
    ("what", "slip"),
    [
        ("one iteration too few", lambda z: bisect(z, 1.5, np.float32, steps=18)),
        ("no maximum subtracted", lambda z: bisect(z, 1.5, np.float32, subtract_max=False)),
        ("wrong exponent", lambda z: bisect(z, 1.5, np.float32, exponent=2.0001)),
        ("smallest of the support dropped", lambda z: drop_smallest(entmax(z, 1.5))),
        ("softened zeros", lambda z: entmax(z, 1.5) + 1e-9),
        ("16-bit arithmetic", lambda z: entmax(z, 1.5).astype(np.float16)),
    ],
)
def test_slips_exceed_it(what, slip):
    z = gaussian(64, offset=100.0 if what.startswith("no maximum") else 0.0)
    assert worst_ratio(np.asarray(slip(z)), z, 1.5, "float32") > 1


def drop_smallest(p):
    positive = np.where(p > 0, p, np.inf)
    return np.where(p == positive.min(-1, keepdims=True), 0.0, p)


def test_certain_zeros_have_no_budget():
    z = np.array([0.0, -1.0, -2.0001, -3.0, -np.inf])
    bound = budget(z, 1.5, "float32")
    assert (bound[:2] > 0).all()
    assert (bound[2:] == 0).all()


def test_it_does_not_grow_with_the_offset():
    z = gaussian(50).astype(np.float64)
    z = np.round(z * 2**20) / 2**20  # exactly representable beside the offset
    np.testing.assert_allclose(budget(z + 4096, 1.5), budget(z, 1.5), rtol=1e-12)


def test_it_scales_with_the_precision():
    z = gaussian(50)
    fine, coarse, bf16 = (budget(z, 1.5, dtype).max() for dtype in ("float64", "float32", "bfloat16"))
    assert 2**28 < coarse / fine < 2**30
    assert bf16 > 2**10 * coarse
    assert budget(z, 1.5, "bfloat16", compute_dtype="bfloat16").max() > bf16


def test_low_precision_inside_is_allowed_only_when_asked():
    z = gaussian(32).astype(np.float16)
    p = bisect(z, 1.5, np.float16)
    assert worst_ratio(p, z, 1.5, "float16") > 1
    allowed = budget(z, 1.5, "float16", compute_dtype="float16")
    assert (np.abs(p.astype(float) - entmax(z, 1.5)) <= allowed).all()


@pytest.mark.parametrize("alpha", [1.0, 1.25, 1.5, 2.0])
def test_careful_vjp_conforms(alpha):
    for n in LENGTHS:
        z = gaussian(n)
        g = np.random.default_rng(2).standard_normal(z.shape).astype(np.float32)
        p = entmax(z, alpha).astype(np.float32)
        s = np.where(p > 0, p ** np.float32(2 - alpha), np.float32(0)).astype(np.float32)
        v = (s * g).sum(-1, keepdims=True) / s.sum(-1, keepdims=True)
        error = np.abs((s * (g - v)).astype(float) - vjp(z, g, alpha))
        bound = vjp_budget(z, g, alpha)
        assert (error <= bound).all()
        wrong = np.abs((p * (g - v)).astype(float) - vjp(z, g, alpha))
        if alpha > 1 and n > 1:
            assert (wrong > bound).any()


def test_vjp_is_unbounded_at_a_kink():
    z = [0.0, -1.0, -5.0]  # the second token is exactly at the threshold of sparsemax
    assert np.isinf(vjp_budget(z, [1.0, 2.0, 3.0], 2.0)[:2]).all()
    assert vjp_budget(z, [1.0, 2.0, 3.0], 2.0)[2] == 0
    assert np.isfinite(vjp_budget(z, [1.0, 2.0, 3.0], 1.5)).all()


def test_a_probability_that_underflows_may_be_off_all_the_same():
    z = [0.0, -750.0]
    assert enclose(z, 1.001).support[1] == "in"
    assert entmax(z, 1.001)[1] == 0
    assert budget(z, 1.001, "float64")[1] > 0


def test_nothing_is_asked_of_derivatives_beyond_the_arithmetic():
    """s = 5^298 is a float64, and no float32."""
    z, grad = np.zeros(5), np.arange(5.0)
    assert np.isfinite(vjp_budget(z, grad, 300, "float64")).all()
    assert np.isinf(vjp_budget(z, grad, 300, "float32")).all()
    assert np.isinf(vjp_budget(z, 1e6 * grad, 1.5, "float16")[4])
