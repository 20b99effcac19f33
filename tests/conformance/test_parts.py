"""Layouts, rows, strategies, shrinking and the naming of laws."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from entmax_oracle.proofs_checks.conformance import CONTRACTS, LAWS, PROFILES, Violated, check, logits, replay
from entmax_oracle.proofs_checks.conformance.inputs.rows import FAMILIES, Row, moved, on_grid, quantise
from entmax_oracle.proofs_checks.conformance.inputs.strategies import offsets
from entmax_oracle.proofs_checks.conformance.laws import Case, Finding, choose
from entmax_oracle.proofs_checks.conformance.results.counterexample import describe, read, to_case
from entmax_oracle.proofs_checks.conformance.shrink import complexity, shrink
from entmax_oracle.proofs_checks.conformance.target.frameworks import LAYOUTS, framework, place
from entmax_oracle.proofs_checks.conformance.target.worker import Subject
from entmax_oracle.reference.formats import as_format
from entmax_oracle.theory import theorems

FLOAT32 = as_format("float32")
KNOWN = {theorem.name for theorem in theorems()}


@pytest.mark.parametrize("name", ["numpy", "torch"])
@pytest.mark.parametrize("shape", [(), (5,), (3, 4), (2, 1, 3), (0, 4)])
@pytest.mark.parametrize("layout", [each for each in LAYOUTS if each != "constant"])
def test_every_layout_holds_the_values_and_poisons_the_rest(name, shape, layout):
    pytest.importorskip(name)
    values = np.arange(float(np.prod(shape))).reshape(shape)
    if layout == "expanded" and len(shape) > 1 and values.size:
        values = np.broadcast_to(values[:1], shape)
    library = framework(name)
    array, buffer = library.array(values, "float32", layout, "cpu")
    assert np.array_equal(library.values(array), values)
    assert library.describe(array) == (shape, "float32", "cpu")
    held = len(np.unique(values)) if layout == "expanded" else values.size
    assert np.isfinite(library.values(buffer)).sum() == held


def test_layouts_differ():
    strides = {layout: (place((2, 3, 4), layout).strides, place((2, 3, 4), layout).offset) for layout in LAYOUTS}
    assert len(set(strides.values())) == len(LAYOUTS)


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


@settings(max_examples=30, database=None, derandomize=True, deadline=None)
@given(logits(1.5, "float16", max_n=20))
def test_logits_for_everyone(z):
    assert z.ndim == 2
    assert np.isfinite(z).any(axis=-1).all()


def test_numbers_on_the_grid_can_be_shifted_exactly():
    z = on_grid(np.random.default_rng(0).normal(size=50), 512.0, "float32")
    assert np.array_equal(FLOAT32.round_array(z + 512.0) - 512.0, z)
    assert len(np.unique(z)) > 40


def test_shrinking_finds_the_smallest_case():
    rng = np.random.default_rng(0)
    case = Case(rng.normal(size=(3, 300)).astype(np.float32).astype(float), layout="strided", variant=77)

    def judge(each):
        broken = each.logits.shape[-1] >= 7 and float(each.logits.max()) > 0.5
        return Finding(broken, "too long and too large" if broken else "", 5.0 * broken)

    small, finding = shrink(case, judge(case), judge, FLOAT32, evaluations=2000, seconds=30)
    assert finding.broken
    assert small.logits.shape == (7,)
    assert sorted(small.logits) == [0.0] * 6 + [1.0]
    assert small.layout == "contiguous"
    assert small.variant == 0


def test_shrinking_keeps_a_violation_clear():
    case = Case(np.arange(8.0))

    def judge(each):
        return Finding(True, "by its length", float(each.logits.size))

    assert shrink(case, judge(case), judge, FLOAT32)[0].logits.size == 2


def test_complexity_counts_rows_tokens_and_bits():
    cases = [Case(np.zeros(1)), Case(np.ones(1)), Case(np.full(1, 0.1)), Case(np.zeros(2)), Case(np.zeros((2, 1)))]
    assert sorted(cases, key=complexity) == cases


@pytest.mark.parametrize("layout", ["contiguous", "strided"])
def test_counterexamples_survive_text(layout, tmp_path):
    z = np.array([[0.1, -np.inf, 3.0], [1e-40, 2.0, 2.0]])
    case = Case(z, layout, 5, 2.0, np.ones_like(z), "constant")
    setting = choose_setting()
    found = describe("values", case, Finding(True, "wrong", 2.0, 3.0), setting, Subject("m:f"))
    again = to_case(read(__import__("json").dumps(found.to_dict())))
    assert np.array_equal(again.logits, z)
    assert np.array_equal(again.cotangent, case.cotangent)
    assert (again.layout, again.variant, again.shift, again.cotangent_layout) == (layout, 5, 2.0, "constant")


def choose_setting():
    from entmax_oracle.proofs_checks.conformance.laws import Setting

    return Setting(1.5, "float32")


def test_laws_are_chosen_by_name():
    contracts, laws = choose(("values", "shape"))
    assert [each.name for each in contracts] == ["shape"]
    assert [each.name for each in laws] == ["values"]
    assert "gradient" not in {each.name for each in choose()[1]}
    assert "gradient" in {each.name for each in choose(offered=("gradient",))[1]}
    with pytest.raises(ValueError, match="'permutation'"):
        choose(("permutations",))
    with pytest.raises(ValueError, match="no law"):
        choose((), ("xyz",))


def test_every_law_says_what_it_is():
    for law in (*CONTRACTS.values(), *LAWS.values()):
        assert law.statement.endswith(".")
        assert law.theorem == "definition" or law.theorem in KNOWN
        assert law.severity in ("error", "warning")


def test_a_lambda_is_checked_in_process():
    np_softmax = lambda z, alpha: np.exp(z - z.max(axis=-1, keepdims=True))  # noqa: E731
    report = check(
        np_softmax, (1.0,), ("float64",), "numpy", laws=["simplex"], profile=replace(PROFILES["quick"], examples=2)
    )
    assert not report
    with pytest.raises(Violated, match="sums to"):
        report.raise_for_violations()


def test_bad_arguments_are_refused():
    def f(z, alpha):
        return z

    with pytest.raises(ValueError, match="arrays"):
        check(f, arrays="cupy")
    with pytest.raises(ValueError, match="grad"):
        check(f, arrays="numpy", grad=True)
    with pytest.raises(ValueError, match="profile"):
        check(f, arrays="numpy", profile="fast")
    with pytest.raises(ValueError, match="alpha"):
        check(f, (0.5,), arrays="numpy")
    with pytest.raises(ValueError, match="dtype"):
        check(f, dtypes=("int8",), arrays="numpy")


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32", "float64"])
def test_moving_a_row_is_exact(dtype):
    form, rng = as_format(dtype), np.random.default_rng(1)
    for shift in [*offsets(dtype), 0.484375, -0.7]:
        for scale in (1e-3, 1.0, 8.0, 1e3):
            base, after, by = moved(quantise(scale * rng.standard_normal(9), dtype), shift, dtype)
            assert by
            assert np.array_equal(after - by, base)
            assert all(np.array_equal(form.round_array(each), each) for each in (base, after))


def test_a_shift_that_the_format_would_round_is_no_violation():
    """softmax of (0, -8) in bfloat16, where adding 0.484375 to -8 rounds."""
    case = {"law": "shift", "alpha": 1.0, "dtype": "bfloat16", "shape": [2]}
    text = json.dumps(case | {"logits": "0x0p+0 -0x1p+3", "shift": 0.484375})
    torch = pytest.importorskip("torch")
    assert not replay(lambda z, alpha: torch.softmax(z, -1), text).broken
