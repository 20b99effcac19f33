"""Counterexamples as JSON and back, also those of reports that were written before."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from entmax_oracle.proofs_checks.conformance import PROFILES, check, replay
from entmax_oracle.proofs_checks.conformance.calls import Subject
from entmax_oracle.proofs_checks.conformance.case import Setting
from entmax_oracle.proofs_checks.conformance.kinds import KINDS
from entmax_oracle.proofs_checks.conformance.kinds.attention.case import AttentionCase
from entmax_oracle.proofs_checks.conformance.kinds.loss import LossCase
from entmax_oracle.proofs_checks.conformance.kinds.mapping import MappingCase
from entmax_oracle.proofs_checks.conformance.kinds.normaliser.oracle import NormaliserCase
from entmax_oracle.proofs_checks.conformance.law import Finding
from entmax_oracle.proofs_checks.conformance.laws import LAWS_OF
from entmax_oracle.proofs_checks.conformance.results.counterexample import describe, read, read_all
from entmax_oracle.proofs_checks.conformance.results.report import Report

STORED = Path(__file__).parent / "stored"
Z = np.array([[0.1, -np.inf, 3.0], [1e-40, 2.0, 2.0]])
Q = np.linspace(-1.0, 1.0, 12).reshape(1, 2, 2, 3)
CASES = {
    "mapping": MappingCase(Z, "strided", 5, 2.0, "constant", np.ones_like(Z)),
    "normaliser": NormaliserCase(Z, cotangent=np.ones_like(Z), parameters=(("k", 2), ("normalised", True))),
    "loss": LossCase(np.zeros((2, 3)), variant=1, cotangent=np.array([0.5, -1.0]), target=np.array([2, 0])),
    "attention": AttentionCase(
        Q, Q[:, :1], 2 * Q[:, :1], Q, True, 0.5, (0.25, 0.5), (2,), "mixed", "constant", variant=3
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_counterexamples_survive_text(kind):
    case, setting = CASES[kind], Setting(1.5, "float32", against="softmax" if kind == "normaliser" else "")
    law, finding = LAWS_OF[kind][1]["values"], Finding(True, "wrong", 2.0, 3.0)
    found = describe(law, KINDS[kind], case, finding, setting, Subject("m:f", kind=kind))
    short = json.loads(found.command.split("--replay ")[1].strip("'"))
    for words in (read(json.dumps(found.to_dict())), short):
        again = KINDS[kind].to_case(words)
        for name, value in vars(case).items():
            assert np.array_equal(getattr(again, name), value, equal_nan=isinstance(value, np.ndarray)), name
            assert np.shape(getattr(again, name)) == np.shape(value)


@pytest.mark.parametrize("kind", CASES)
def test_a_stored_report_still_loads(kind):
    text = (STORED / f"check-{kind}.json").read_text(encoding="utf-8")
    stored = json.loads(text)
    for found in read_all(text):
        case = KINDS[kind].to_case(found)
        kept = {"law", "alpha", "dtype"}
        assert kept <= set(found)
        # The shape of a report is that of the answer, or of the logits of a loss.
        assert tuple(found["shape"]) in (case.answer_shape, getattr(case, "logits", Q).shape)
    report = Report.from_dict(stored)
    assert report.violations
    assert stored.pop("schema") == "entmax-oracle/check/1"
    assert holds(report.to_dict(), stored)


def holds(now, before):
    """Whether JSON says all that it said when its schema was younger."""
    if isinstance(before, dict):
        return all(key in now and holds(now[key], value) for key, value in before.items())
    if isinstance(before, list):
        return len(now) == len(before) and all(map(holds, now, before))
    return now == before


@pytest.mark.parametrize("kind", CASES)
def test_a_stored_counterexample_is_judged_again(kind):
    """Nothing is right that always answers with NaN, and what it answers has the right shape."""
    torch = pytest.importorskip("torch")

    def wrong(first, *rest, **options):
        last = rest[1] if kind == "attention" else first
        shape = first.shape[:-1] if kind == "loss" else (*first.shape[:-1], last.shape[-1])
        return (first.sum() + last.sum()) * torch.full(shape, torch.nan, dtype=first.dtype)

    for found in read_all((STORED / f"check-{kind}.json").read_text(encoding="utf-8")):
        assert replay(wrong, found, kind=kind).broken, found["law"]


def needs_a_number(z, alpha):
    """What is passed alpha as a tensor where its gradient is wanted, and as a number elsewhere."""
    return 0 * z + alpha.detach()


def draws(z, alpha):
    """What draws from the global generator, and is wrong."""
    torch = pytest.importorskip("torch")
    return z.new_full(z.shape, 1 / z.shape[-1]) + 0 * torch.rand(())


def sums_nothing(q, k, v, alpha, return_lse=False, **more):
    """What answers with zeros, and says that the sums of exponentials are 1."""
    answer = 0 * (q.sum() + k.sum()) * v[..., :1, :].expand(*q.shape[:-1], v.shape[-1])
    return (answer, answer[..., 0]) if return_lse else answer


@pytest.mark.parametrize(
    ("function", "law", "options"),
    [
        (needs_a_number, "returns", {"grad_alpha": True}),
        (draws, "generators", {}),
        (sums_nothing, "lse", {"kind": "attention", "alphas": 1, "features": "lse"}),
    ],
)
def test_what_is_shown_is_seen_again_by_what_is_shown_with_it(function, law, options):
    effort = replace(PROFILES["quick"], examples=2, shrinking=10, long_rows=())
    laws = ("values",) if law in ("returns", "generators") else (law,)
    report = check(function, laws=(law, *laws), profile=effort, **options)
    (found,) = (each for result in report.laws if result.law == law for each in result.counterexamples[:1])
    options.pop("alphas", None)
    assert replay(function, shlex.split(found.command)[-1], **options).broken


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_program_of_a_counterexample_runs_and_shows_it(dtype, capsys):
    torch = pytest.importorskip("torch")

    def twice(z, alpha):
        return 2 * torch.softmax(z, -1)

    effort = replace(PROFILES["quick"], examples=2, shrinking=30, long_rows=())
    (found,) = check(twice, 1.0, dtype, laws=["values"], profile=effort).violations
    exec(found.snippet, {"f": twice})
    shown = capsys.readouterr().out
    got = torch.tensor(found.details["got"], dtype=getattr(torch, dtype))
    assert all(f"{float(each):.4g}"[:5] in shown for each in got)
