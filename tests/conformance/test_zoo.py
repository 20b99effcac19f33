"""A zoo of wrong and honest implementations: the suite catches the wrong ones and leaves the honest ones alone.

What needs no more than the first cases of each law runs always; everything, at the effort it is promised for, is
slow. ``zoo/power.py`` measures the same and writes the table of the documentation.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

pytest.importorskip("torch")

from zoo.catalogue import FAULTS, GRADES, HONEST
from zoo.power import laws_of, measure

from entmax_oracle.proofs_checks.conformance import PROFILES, check

# Cases that are always tried, and next to none that are drawn.
FIRST = replace(PROFILES["quick"], examples=1, shrinking=0)


@pytest.fixture(autouse=True)
def one_thread():
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_the_zoo_is_large_and_graded():
    grades = Counter(each.grade for each in FAULTS.values())
    assert sum(grades.values()) >= 100
    assert set(grades) == set(GRADES)
    assert min(grades.values()) >= 15
    assert len(HONEST) >= 15
    assert {each.subject for each in FAULTS.values()} == {
        "mapping",
        "gradient",
        "gradient in alpha",
        "attention",
        "attention gradient",
    }


# Every seventh, so that each kind and grade is seen; those that only conduct gives away take every law.
@pytest.mark.parametrize("name", [*FAULTS][::7])
def test_faults_are_caught_at_first_sight_and_subtle_ones_at_quick(name):
    thorough = replace(PROFILES["quick"], shrinking=0)
    assert measure(FAULTS[name], thorough if FAULTS[name].grade == "subtle" else FIRST, seed=1).law


@pytest.mark.parametrize("name", [*HONEST][::5])
def test_honest_implementations_are_not_flagged(name):
    each = HONEST[name]
    options = {**each.options, "alphas": each.alphas[:1], "dtypes": each.dtypes[:1]}
    check(each.function, **options, laws=laws_of(each), profile=FIRST, seed=1).raise_for_violations()


@pytest.mark.parametrize("seed", range(3))
def test_half_without_maximum_is_caught_whatever_the_seed(seed):
    report = check(
        FAULTS["no maximum in half"].function, dtypes=("float16",), laws=["values"], profile=FIRST, seed=seed
    )
    assert report.verdict == "violates"


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_caught(name):
    each = FAULTS[name]
    if not measure(each, PROFILES["quick"], seed=0).law:
        assert each.grade == "subtle"
        assert measure(each, PROFILES["standard"], seed=0).law


@pytest.mark.slow
@pytest.mark.parametrize("name", HONEST)
def test_no_honest_implementation_is_flagged(name):
    each = HONEST[name]
    check(each.function, **each.options, profile=FIRST, seed=2).raise_for_violations()
