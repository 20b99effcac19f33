"""What may be asked of a check, and what is refused because nothing could be judged by it."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from entmax_oracle.proofs_checks.conformance import PROFILES, check
from entmax_oracle.proofs_checks.conformance.ask import Ask
from entmax_oracle.proofs_checks.conformance.calls import Request, Sent
from entmax_oracle.proofs_checks.conformance.checker import plan
from entmax_oracle.proofs_checks.conformance.kinds import KINDS

SUBJECT = str(Path(__file__).parent / "zoo" / "processes.py")
EFFORT = replace(PROFILES["quick"], examples=3, shrinking=10, long_rows=())


def softmax(z, alpha):
    with np.errstate(over="ignore"):
        w = np.exp(z - z.max(axis=-1, keepdims=True, initial=-np.inf))
    return (w / w.sum(axis=-1, keepdims=True)).astype(z.dtype)


def doubled_dtype(z, alpha):
    return softmax(z.astype(np.float64), alpha)


@pytest.mark.parametrize("law", ["dtype", "shape", "untouched", "returns"])
def test_a_law_of_conduct_alone_is_judged_on_calls(law):
    report = check(softmax, 1.0, "float32", "numpy", laws=law, profile=EFFORT)
    (found,) = report.laws
    assert (found.law, found.status, report.verdict) == (law, "pass", "conforms")
    assert found.examples > 0


def test_a_law_of_conduct_alone_is_violated():
    report = check(doubled_dtype, 1.0, "float32", "numpy", laws="dtype", profile=EFFORT)
    assert report.verdict == "violates"
    assert [law.law for law in report.laws] == ["dtype"]


def test_an_answer_of_another_shape_is_reported_whichever_law_is_asked_for():
    def nothing_for_one(z, alpha):
        return softmax(z, alpha) if z.shape[-1] > 1 else z.ravel()[:0]

    report = check(nothing_for_one, 1.0, "float32", "numpy", laws="values", profile=EFFORT)
    assert {law.law: law.status for law in report.laws} == {"values": "pass", "shape": "fail"}
    assert report.verdict == "violates"
    skipped = check(nothing_for_one, 1.0, "float32", "numpy", laws="values", skip_laws="shape", profile=EFFORT)
    assert [law.law for law in skipped.laws] == ["values"]


def test_what_judges_nothing_does_not_conform():
    report = check(softmax, 1.0, "float32", "numpy", laws="dtype", skip_laws=_all_but("dtype"), profile=EFFORT)
    assert report.verdict == "unusable"
    assert "no check could be made" in report.message


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"laws": "gradient"}, "'gradient' is checked with --grad only"),
        ({"laws": "gradient in alpha", "grad": True}, "'gradient in alpha' is checked with --grad-alpha only"),
        ({"laws": ("values", "order"), "skip_laws": "order"}, "'order' is both asked for and skipped"),
        ({"laws": "order", "kind": "normaliser", "against": "self-adjust-softmax"}, "does not hold for self-adjust"),
    ],
)
def test_a_law_that_cannot_be_checked_is_refused_before_anything_runs(options, complaint):
    with pytest.raises(ValueError, match=f"law: .*{complaint}"):
        check(softmax, 1.0, "float32", "torch", profile=EFFORT, **options)


def _all_but(name):
    from entmax_oracle.proofs_checks.conformance import LAWS

    return [law for law in LAWS if law != name]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"implementation": 3}, "implementation: 3 cannot be called"),
        ({"implementation": None}, "implementation: None cannot be called"),
        ({"jobs": 0}, "jobs must be at least 1, got 0"),
        ({"timeout": -1.0}, "timeout must be positive, got -1.0"),
        ({"compute_dtype": "bfoat"}, "compute_dtype: 'bfoat'"),
    ],
)
def test_nonsense_is_refused(options, complaint):
    with pytest.raises(ValueError, match=complaint):
        check(**{"implementation": softmax, "arrays": "numpy", **options})


def test_the_program_of_a_relation_prints_both_of_its_answers(capsys):
    def placed(z, alpha):
        return softmax(z + 0.01 * np.arange(z.shape[-1], dtype=z.dtype), alpha)

    report = check(placed, 1.0, "float32", "numpy", laws="permutation", profile=replace(EFFORT, examples=20))
    snippet = report.violations[0].snippet
    assert snippet.startswith("# Permuting the tokens")
    with np.printoptions():
        exec("\n".join(line for line in snippet.splitlines() if not line.startswith(("from ", "f = "))), {"f": placed})
    first, second = (np.fromstring(line.strip("[]"), sep=" ") for line in capsys.readouterr().out.splitlines())
    # Nothing is smaller than equal logits, whose permutation changes nothing.
    assert first.tolist() == second.tolist() != sorted(first, reverse=True)


def test_what_does_not_recur_says_so_where_it_is_shown():
    report = check(f"{SUBJECT}:remembers", arrays="numpy", laws=["values"], profile=replace(EFFORT, examples=20))
    assert report.verdict == "violates"
    (found,) = report.violations
    assert not found.reproduced
    assert "passes in a fresh process" in found.message


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_sent_of_a_case_is_what_a_call_needs(kind):
    asked = Ask("mine:f", kind=kind, against="top-k-softmax" if kind == "normaliser" else None, arrays="numpy")
    (setting,) = plan(asked).settings
    for case in KINDS[kind].cornerstones(replace(setting, long_rows=()))[::7]:
        request = Request(case, "float32", 1.5, refilled=case, followed_by=case)
        sent = pickle.loads(pickle.dumps(request.sent()))
        for each in (sent.case, sent.refilled, sent.followed_by):
            assert isinstance(each, Sent)
            assert all(np.array_equal(each.tensors[name], x) for name, x in case.tensors.items())
            assert repr(each.options) == repr(dict(case.options))
            assert (each.answer_shape, each.elements) == (case.answer_shape, case.elements)
            assert [each.layout_of(name) for name in case.tensors] == [case.layout_of(name) for name in case.tensors]
            assert each.lengths_of("answer") == case.lengths_of("answer")
