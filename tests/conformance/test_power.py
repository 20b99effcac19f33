"""The checker accepts honest implementations and catches faulty ones, within the quick profile."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")

from entmax_oracle.proofs_checks.conformance import PROFILES, check, replay

spec = importlib.util.spec_from_file_location("implementations", Path(__file__).with_name("implementations.py"))
implementations = importlib.util.module_from_spec(spec)
spec.loader.exec_module(implementations)

# Less than the quick profile, so that what is caught here is caught there.
EFFORT = replace(PROFILES["quick"], examples=8, shrinking=10, long_rows=(1025,))

HONEST = {
    "numpy_bisect": ("numpy", (1.5, 1.25, 3.0), ("float64", "float32", "float16")),
    "numpy_bisect32": ("numpy", (2.0, 1.5), ("float32",)),
    "numpy_bisect32_raw": ("numpy", (1.25, 1.5), ("float32",)),
    "numpy_sparsemax": ("numpy", (2.0,), ("float32", "float16")),
    "torch_newton": ("torch", (1.5, 2.0, 1.25), ("bfloat16", "float16", "float32", "float64")),
    "torch_newton_renormalised": ("torch", (1.1, 1.5), ("float32", "bfloat16")),
    "torch_exp2_bisect": ("torch", (1.3, 1.5), ("float16", "float32")),
    "torch_softmax": ("torch", (1.0,), ("float32", "float64")),
}

FAULTY = {
    "few_steps": "values",
    "no_maximum": "shift",
    "wrong_exponent": "values",
    "short_support": "values",
    "capped_support": "values",
    "beyond_1024": "values",
    "tail_block": "values",
    "epsilon": "simplex",
    "leaks": "support",
    "keeps_boundary": "support",
    "ignores_masks": "deletion",
    "mask_is_minus_two": "deletion",
    "mutates": "untouched",
    "one_threshold": "batch",
    "shared_maximum": "batch",
    "half_accumulation": "values",
    "remembers": "state",
    "noise": "determinism",
    "two_newton_steps": "values",
    "wrong_dtype": "dtype",
    "wrong_shape": "shape",
    "assumes_contiguous": "layout",
    "two_dimensions_only": "shapes",
    "raises_on_33": "values",
    "position_dependent": "permutation",
}

FAULTY_GRADIENT = {
    "gradient_without_mask": "gradient",
    "gradient_negative": "gradient",
    "gradient_of_softmax": "gradient",
    "gradient_assumes_contiguous": "gradient",
    "gradient_detached": "gradient",
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_implementations_conform(name):
    arrays, alphas, dtypes = HONEST[name]
    report = check(getattr(implementations, name), alphas[:1], dtypes[:1], arrays, profile=EFFORT)
    report.raise_for_violations()
    assert all(law.status == "pass" and law.examples for law in report.laws)


@pytest.mark.slow
@pytest.mark.parametrize("name", HONEST)
def test_honest_implementations_conform_in_other_settings(name):
    arrays, alphas, dtypes = HONEST[name]
    f = getattr(implementations, name)
    check(f, alphas, dtypes[-2:], arrays, seed=1, profile=EFFORT).raise_for_violations()


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_honest_gradients_conform(dtype):
    laws = ("gradient", "gradient sum")
    report = check(implementations.torch_function, (1.5, 2.0, 1.25), (dtype,), grad=True, laws=laws, profile=EFFORT)
    report.raise_for_violations()
    assert all(law.examples for law in report.laws)


@pytest.mark.parametrize("alpha", [1.25, 1.5, 2.0])
def test_an_honest_gradient_in_alpha_conforms(alpha):
    report = check(implementations.torch_alpha, (alpha,), grad_alpha=True, laws=["gradient in alpha"], profile=EFFORT)
    report.raise_for_violations()
    assert report.laws[0].worst_ratio > 0


@pytest.mark.parametrize("name", FAULTY)
def test_faulty_implementations_are_caught_by_the_law_they_break(name):
    law = FAULTY[name]
    asking = {"untouched": "values", "dtype": "values", "shape": "shapes"}.get(law, law)
    report = check(getattr(implementations, name), laws=[law, asking, "returns"], profile=EFFORT)
    broken = {law.law for law in report.laws if law.status == "fail"}
    assert report.verdict == "violates"
    assert broken & {law, "returns"}, report


@pytest.mark.slow
@pytest.mark.parametrize("name", {law: name for name, law in FAULTY.items()}.values())
def test_the_quick_profile_catches_faulty_implementations(name):
    assert check(getattr(implementations, name)).verdict == "violates"


def test_a_support_with_the_wrong_comparison_is_caught():
    report = check(implementations.greater_or_equal, (2.0,), laws=["values"], profile=EFFORT)
    assert report.verdict == "violates"


def test_a_newton_that_never_steps_back_is_wrong_on_this_row():
    # The checker found this row in what was meant to be an honest implementation.
    words = "4*-inf 3*-0x1.5c9882p-6 0x0p+0 11*-0x1.5c9882p-6 37*0x0p+0"
    found = json.dumps({"law": "values", "alpha": 2.0, "dtype": "float32", "shape": [56], "logits": words})
    wrong = replay(implementations.torch_newton_forward_only, found)
    assert wrong.broken
    assert wrong.ratio > 1.5
    assert not replay(implementations.torch_newton, found).broken


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_cancellation_in_a_closed_form_is_caught(dtype):
    report = check(implementations.sorted15, dtypes=(dtype,), laws=["values", "simplex"], profile=EFFORT)
    assert {law.law for law in report.laws if law.status == "fail"} & {"values", "simplex"}


@pytest.mark.parametrize("name", FAULTY_GRADIENT)
def test_faulty_gradients_are_caught(name):
    laws = ("gradient", "gradient sum")
    report = check(getattr(implementations, name), grad=True, laws=laws, profile=EFFORT)
    broken = {law.law for law in report.laws if law.status == "fail"}
    assert FAULTY_GRADIENT[name] in broken, report


def test_a_gradient_in_alpha_that_is_one_percent_off_is_caught():
    report = check(implementations.gradient_in_alpha_off, grad_alpha=True, laws=["gradient in alpha"], profile=EFFORT)
    assert report.verdict == "violates"
