"""Every theorem of the package holds, on the grounds it claims; and every false version of it is refuted."""

from __future__ import annotations

import re

import golden
import pytest
from mutation import Mutant, mutants, refutation

from entmax_oracle.proofs_checks.evidence import Case
from entmax_oracle.proofs_checks.theorems import cases
from entmax_oracle.proofs_checks.verify import examine
from entmax_oracle.theory import theorems
from entmax_oracle.theory.chapters import index

CASES = cases()
# The longer of two names, where one begins with the other.
CITED = re.compile(rf"theorem ({'|'.join(sorted(index(), key=len, reverse=True))})\b(?!-)")
RECORDED = golden.stored("verify")
MUTANTS = [pytest.param(m, id=f"{case.theorem.name}/{m.change}") for case in CASES for m in mutants(case)]


def test_every_theorem_has_a_case() -> None:
    assert [case.theorem for case in CASES] == list(theorems())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.theorem.name)
def test_the_theorem_is_clean(case: Case) -> None:
    found = examine(case)
    assert found.problems == ()
    assert found.verdict in ("proved", "derived", "certified", "supported")
    assert found.domain
    for each in found.evidence:
        words = " ".join(step.title for step in each.steps)
        assert set(CITED.findall(words)) <= set(each.rests) <= set(index()), each.title
    assert case.theorem.name in RECORDED, "not recorded: python tests/golden/golden.py --record --only names verify"
    assert golden.differences(RECORDED[case.theorem.name], golden.theorem(found.to_dict())) == []


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_false_version_is_refuted(mutant: Mutant) -> None:
    assert refutation(mutant.case) is not None
