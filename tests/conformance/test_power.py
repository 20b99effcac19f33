"""The checker accepts honest implementations and catches faulty ones by the law they break, at less than quick."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

pytest.importorskip("torch")

from zoo.catalogue import FAULTS, HONEST

from entmax_oracle.proofs_checks.conformance import PROFILES, check, replay

# Less than the quick profile, so that what is caught here is caught there.
EFFORT = replace(PROFILES["quick"], examples=8, shrinking=10, long_rows=(1025,))

ACCEPTED = (
    "numpy bisection",
    "numpy bisection in float32",
    "bisection as it comes",
    "sparsemax by sorting",
    "newton in float32",
    "newton renormalised",
    "bisection with exp2",
    "softmax of the framework",
)

BREAKS = {name: each.breaks for name, each in FAULTS.items() if each.breaks}
# A law of conduct is judged on the calls of another.
ASKING = {"untouched": "values", "dtype": "values", "shape": "shapes"}


def broken(report):
    return {law.law for law in report.laws if law.status == "fail"}


@pytest.mark.parametrize("name", ACCEPTED)
def test_honest_implementations_conform(name):
    each = HONEST[name]
    report = check(each.function, each.alphas[:1], each.dtypes[:1], each.arrays, profile=EFFORT)
    report.raise_for_violations()
    assert all(law.status == "pass" and law.examples for law in report.laws)


@pytest.mark.slow
@pytest.mark.parametrize("name", ACCEPTED)
def test_honest_implementations_conform_in_other_settings(name):
    each = HONEST[name]
    check(each.function, each.alphas, each.dtypes[-2:], each.arrays, seed=1, profile=EFFORT).raise_for_violations()


@pytest.mark.parametrize("alpha", [1.5, 2.0, 1.25])
@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_honest_gradients_conform(alpha, dtype):
    honest = HONEST["bisection in float64"].function
    report = check(honest, (alpha,), (dtype,), grad=True, laws=("gradient", "gradient sum"), profile=EFFORT)
    report.raise_for_violations()
    assert all(law.examples for law in report.laws)


@pytest.mark.parametrize("alpha", [1.25, 1.5, 2.0])
def test_an_honest_gradient_in_alpha_conforms(alpha):
    honest = HONEST["bisection in float64"].function
    report = check(honest, (alpha,), grad_alpha=True, laws=["gradient in alpha"], profile=EFFORT)
    report.raise_for_violations()
    assert report.laws[0].worst_ratio > 0


@pytest.mark.parametrize("name", BREAKS)
def test_faulty_implementations_are_caught_by_the_law_they_break(name):
    law = BREAKS[name]
    asking = "gradient" if FAULTS[name].subject == "gradient" else ASKING.get(law, law)
    report = check(
        FAULTS[name].function,
        **FAULTS[name].options,
        laws=dict.fromkeys([law, asking, "returns"]),
        profile=EFFORT,
    )
    assert report.verdict == "violates"
    assert broken(report) & {law, "returns"}, report


@pytest.mark.slow
@pytest.mark.parametrize("name", {law: name for name, law in BREAKS.items()}.values())
def test_the_quick_profile_catches_faulty_implementations(name):
    assert check(FAULTS[name].function, **FAULTS[name].options).verdict == "violates"


def test_a_newton_that_never_steps_back_is_wrong_on_this_row():
    # The checker found this row in what was meant to be an honest implementation.
    words = "4*-inf 3*-0x1.5c9882p-6 0x0p+0 11*-0x1.5c9882p-6 37*0x0p+0"
    found = json.dumps({"law": "values", "alpha": 2.0, "dtype": "float32", "shape": [56], "logits": words})
    wrong = replay(FAULTS["newton never steps back"].function, found)
    assert wrong.broken
    assert wrong.ratio > 1.5
    assert not replay(HONEST["newton in float32"].function, found).broken


def test_cancellation_in_a_closed_form_is_caught_in_float64():
    report = check(FAULTS["cancelling moments"].function, dtypes=("float64",), laws=["values"], profile=EFFORT)
    assert broken(report) == {"values"}


def test_cutting_digits_off_is_a_bias_and_rounding_is_none():
    cut = check(FAULTS["truncates to bfloat16"].function, dtypes=("bfloat16",), laws=["bias"], profile=EFFORT)
    assert "too small by 0.4" in cut.laws[0].message
    honest = HONEST["bisection as it comes"].function
    assert check(honest, dtypes=("bfloat16", "float32"), laws=["bias"], profile=EFFORT).laws[0].status == "pass"
