"""An answer depends on no company, padding or split: to the bit where that is promised, else within the budget."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

pytest.importorskip("torch")

from zoo.catalogue import FAULTS, HONEST

from entmax_oracle.proofs_checks.conformance import PROFILES, check, replay
from entmax_oracle.proofs_checks.conformance.ask import Ask

EFFORT = replace(PROFILES["quick"], examples=8, shrinking=10, long_rows=(65,))
LAW = "batch invariance"


def judged(specimen, **changes):
    report = check(specimen.function, **{**specimen.options, **changes}, laws=[LAW], profile=EFFORT, timeout=100)
    return next(law for law in report.laws if law.law == LAW)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("last block moved back", "in a batch of 9 rows instead of "),
        ("later chunks from the start", "keys are padded to 2 and 3 by key_lengths"),
        ("summed by the size of the batch", "where every bit must stay"),
        ("summed by the padded length", "tokens with -inf"),
        ("keys split for decoding", "split into calls of "),
    ],
)
def test_what_changes_an_answer_is_said(name, told):
    found = judged(FAULTS[name])
    assert found.status == "fail"
    assert told in found.message


@pytest.mark.parametrize("name", [name for name, each in FAULTS.items() if each.bitwise])
def test_bits_matter_only_where_they_are_promised(name):
    assert judged(FAULTS[name], bitwise=()).status == "pass"


@pytest.mark.parametrize("name", [name for name, each in HONEST.items() if each.bitwise])
def test_promises_that_are_kept_are_not_flagged(name):
    found = judged(HONEST[name])
    assert found.status == "pass"
    assert found.worst_ratio == found.worst_ulp == 0


@pytest.mark.parametrize("name", ["dense attention", "blockwise online", "newton in float32", "matrix units"])
def test_honest_implementations_promise_nothing_and_pass(name):
    assert judged(HONEST[name], alphas=HONEST[name].alphas[:1], dtypes=HONEST[name].dtypes[:1]).status == "pass"


def test_losses_and_normalisers_are_asked_in_batches():
    import torch

    def softmax(z):
        return torch.softmax(z, -1)

    def of_the_batch(z):
        return torch.softmax(z, -1) * (1 if z.shape[0] < 9 else 0.999)

    given = {"kind": "normaliser", "against": "softmax", "bitwise": "batch", "laws": LAW, "profile": EFFORT}
    assert check(softmax, **given).verdict == "conforms"
    assert "in a batch of 9 rows" in check(of_the_batch, **given).laws[0].message


def test_a_broken_promise_is_replayed_as_one():
    fault = FAULTS["keys split for decoding"]
    found = judged(fault).counterexamples[0]
    assert "--bitwise split" in found.command
    case = json.loads(found.command.split("--replay ")[1].strip("'"))
    assert replay(fault.function, case, kind="attention", bitwise="split").broken
    assert not replay(fault.function, case, kind="attention").broken


def test_parts_of_attention_that_are_lacking_are_not_asked_for():
    def only_square(query, key, value, *, alpha, is_causal, scale, alibi_slopes):
        assert query.shape[2] == key.shape[2]
        return HONEST["dense attention"].function(
            query,
            key,
            value,
            alpha=alpha,
            is_causal=is_causal,
            scale=scale,
            alibi_slopes=alibi_slopes,
            key_lengths=None,
        )

    report = check(only_square, kind="attention", without=("lengths", "cross"), laws=LAW, profile=EFFORT)
    report.raise_for_violations()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bitwise": ("bits",)}, "bitwise: 'bits' is not one of batch, padding, split"),
        ({"bitwise": ("split",)}, "bitwise: 'split' does not apply to a mapping"),
        ({"kind": "attention", "bitwise": ("padding",), "without": ("lengths",)}, "lengths of the keys"),
    ],
)
def test_promises_that_cannot_be_checked_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Ask("mine:f", **options)
