"""Every theorem of the package holds, on the grounds it claims; and every false version of it is refuted."""

from __future__ import annotations

import golden
import pytest
from mutation import Mutant, mutants, refutation

from entmax_oracle.proofs_checks.evidence import Case
from entmax_oracle.proofs_checks.theorems import cases
from entmax_oracle.proofs_checks.verify import examine
from entmax_oracle.theory import theorems

CASES = cases()
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
    assert case.theorem.name in RECORDED, "not recorded: python tests/golden/golden.py --record --only names verify"
    assert golden.differences(RECORDED[case.theorem.name], golden.theorem(found.to_dict())) == []


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_false_version_is_refuted(mutant: Mutant) -> None:
    assert refutation(mutant.case) is not None
