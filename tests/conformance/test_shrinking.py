"""Counterexamples are made small by what their kind calls simpler."""

from __future__ import annotations

import numpy as np

from entmax_oracle.proofs_checks.conformance.kinds import KINDS
from entmax_oracle.proofs_checks.conformance.kinds.loss import LossCase
from entmax_oracle.proofs_checks.conformance.kinds.mapping import MappingCase
from entmax_oracle.proofs_checks.conformance.law import Finding
from entmax_oracle.proofs_checks.conformance.shrink import shrink
from entmax_oracle.reference.formats import as_format

FLOAT32 = as_format("float32")
MAPPING = KINDS["mapping"]


def test_shrinking_finds_the_smallest_case():
    rng = np.random.default_rng(0)
    case = MappingCase(rng.normal(size=(3, 300)).astype(np.float32).astype(float), layout="strided", variant=77)

    def judge(each):
        broken = each.logits.shape[-1] >= 7 and float(each.logits.max()) > 0.5
        return Finding(broken, "too long and too large" if broken else "", 5.0 * broken)

    small, finding = shrink(MAPPING, case, judge(case), judge, FLOAT32, evaluations=2000, seconds=30)
    assert finding.broken
    assert small.logits.shape == (7,)
    assert sorted(small.logits) == [0.0] * 6 + [1.0]
    assert small.layout == "contiguous"
    assert small.variant == 0


def test_shrinking_keeps_a_violation_clear():
    case = MappingCase(np.arange(8.0))

    def judge(each):
        return Finding(True, "by its length", float(each.logits.size))

    assert shrink(MAPPING, case, judge(case), judge, FLOAT32)[0].logits.size == 3  # at least the square root of 8


def test_complexity_counts_rows_tokens_and_bits():
    cases = [MappingCase(x) for x in (np.zeros(1), np.ones(1), np.full(1, 0.1), np.zeros(2), np.zeros((2, 1)))]
    assert sorted(cases, key=MAPPING.complexity) == cases


def test_losses_keep_the_class_that_is_aimed_at():
    rng = np.random.default_rng(0)
    case = LossCase(rng.normal(size=(5, 40)).astype(np.float32).astype(float), target=np.array([39, 3, 7, 7, 0]))

    def judge(each):
        broken = bool((each.target > 0).any()) and each.logits.shape[-1] >= 2
        return Finding(broken, "not the first class" if broken else "", 5.0 * broken)

    small, _ = shrink(KINDS["loss"], case, judge(case), judge, FLOAT32, evaluations=2000, seconds=30)
    assert small.logits.shape == (1, 2)
    assert small.target.tolist() == [1]
