"""Rows of logits: numbers of the format, aimed at hard places, and moved exactly."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings

from entmax_oracle.proofs_checks.conformance import logits
from entmax_oracle.proofs_checks.conformance.inputs.rows import FAMILIES, Row, moved, on_grid, quantise
from entmax_oracle.proofs_checks.conformance.inputs.strategies import offsets
from entmax_oracle.reference.formats import as_format

FLOAT32 = as_format("float32")


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
@pytest.mark.parametrize("family", FAMILIES)
def test_rows_are_numbers_of_the_format_with_a_live_token(family, dtype):
    for n in (1, 2, 7, 129):
        for masked in (0.0, 0.5):
            row = Row(family, n, seed=n, masked=masked, shift=8.0).values(1.5, dtype)
            assert row.shape == (n,)
            assert np.isfinite(row).any()
            assert not np.isnan(row).any()
            assert not np.isposinf(row).any()
            assert np.array_equal(as_format(dtype).round_array(row).astype(np.float64), row)


def test_the_margin_family_sits_at_the_edge_of_one_hot():
    row = Row("margin", 6, seed=1).values(2.0, "float64")
    assert row.max() - np.partition(row, -2)[-2] >= 1.0
    assert row.max() == 1.0


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_logits_are_what_they_are_asked_to_be(dtype):
    if dtype == "bfloat16":
        pytest.importorskip("ml_dtypes")
    seen = []

    @settings(max_examples=60, database=None, derandomize=True, deadline=None)
    @given(logits(1.5, dtype, min_n=3, max_n=20, max_rows=4))
    def draw(z):
        seen.append(z)
        assert z.dtype.name == dtype
        assert z.ndim == 2
        values = z.astype(np.float64)
        assert np.isfinite(values).any(axis=-1).all()
        assert not np.isnan(values).any()
        assert values.max() < np.inf

    draw()
    assert {len(z) for z in seen} == {1, 2, 3, 4}
    assert {z.shape[1] for z in seen} >= {3, 17}
    assert {z.shape[1] for z in seen} <= set(range(3, 21))
    assert any(np.isneginf(z.astype(np.float64)).any() for z in seen)


@settings(max_examples=60, database=None, derandomize=True, deadline=None)
@given(logits(min_n=40, max_n=50, max_rows=1, masks=False))
def test_logits_without_masks(z):
    assert z.dtype == np.float32
    assert np.isfinite(z).all()
    assert z.shape[0] == 1
    assert 40 <= z.shape[1] <= 50


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"alpha": 0.5}, "alpha must be finite and at least 1"),
        ({"alpha": "1.5"}, "alpha"),
        ({"dtype": "fp32"}, "dtype: 'fp32' is not a supported format; did you mean 'float32'?"),
        ({"dtype": "half"}, "dtype: 'half' is not a supported format; did you mean 'float16'?"),
        ({"max_n": 0}, "max_n: 0 is not a positive integer"),
        ({"max_rows": 2.0}, "max_rows: 2.0 is not a positive integer"),
        ({"min_n": 9, "max_n": 8}, "max_n: 8 is less than min_n, which is 9"),
    ],
)
def test_logits_refuse_what_makes_no_sense(options, complaint):
    with pytest.raises(ValueError, match=complaint):
        logits(**options)


def test_a_dtype_that_numpy_lacks_says_what_to_install(monkeypatch):
    monkeypatch.setattr(np, "dtype", lambda name: int("no such dtype in this NumPy", base=[]))
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    with pytest.raises(ModuleNotFoundError, match="pip install ml-dtypes"):
        logits(1.5, "bfloat16")


def test_numbers_on_the_grid_can_be_shifted_exactly():
    z = on_grid(np.random.default_rng(0).normal(size=50), 512.0, "float32")
    assert np.array_equal(FLOAT32.round_array(z + 512.0) - 512.0, z)
    assert len(np.unique(z)) > 40


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32", "float64"])
def test_moving_a_row_is_exact(dtype):
    form, rng = as_format(dtype), np.random.default_rng(1)
    for shift in [*offsets(dtype), 0.484375, -0.7]:
        for scale in (1e-3, 1.0, 8.0, 1e3):
            base, after, by = moved(quantise(scale * rng.standard_normal(9), dtype), shift, dtype)
            assert by
            assert np.array_equal(after - by, base)
            assert all(np.array_equal(form.round_array(each), each) for each in (base, after))
