"""A zoo of wrong and honest implementations: the suite catches the wrong ones and leaves the honest ones alone.

Always, some faults are checked by the law that catches them according to the table of the documentation, and some of
the honest ones that no other test checks by the first cases of every law; everything, by every law, is slow.
``zoo/power.py`` measures the same and writes that table.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")

from test_attention import ACCEPTED as KNOWN_ATTENTION
from test_power import ACCEPTED as KNOWN_ROWS
from test_power import BREAKS
from zoo import power
from zoo.catalogue import FAULTS, GRADES, HONEST
from zoo.power import laws_of, measure

from entmax_oracle.proofs_checks.conformance import PROFILES, check
from entmax_oracle.proofs_checks.conformance.laws import ATTENTION_LAWS, LAWS

# Cases that are always tried, and next to none that are drawn.
FIRST = replace(PROFILES["quick"], examples=1, shrinking=0)
TABLE = Path(__file__).parents[2] / "docs" / "explanation" / "power-table.md"


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


def recorded():
    """The law that catches each fault at the quick profile with seed 0, from the table of the documentation."""
    rows = (line.strip("| ").split(" | ") for line in TABLE.read_text(encoding="utf-8").splitlines())
    return {row[0]: row[5] for row in rows if row[0] in FAULTS}


CAUGHT_BY = recorded()


# The search of a law does not depend on the laws before it. A contract is inspected on the calls of other laws.
# Those of `test_power.py` are caught there, with less effort.
@pytest.mark.parametrize("name", [name for name in CAUGHT_BY if name not in BREAKS][::4])
def test_faults_are_caught_by_the_law_that_the_table_names(name):
    law = CAUGHT_BY[name]
    laws = (law,) if law in LAWS | ATTENTION_LAWS else ("values", "shapes", law)
    assert measure(FAULTS[name], PROFILES["quick"], seed=0, laws=laws).law == law


@pytest.mark.parametrize("name", [name for name in HONEST if name not in {*KNOWN_ROWS, *KNOWN_ATTENTION}][::6])
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


def test_a_measurement_survives_a_crash_and_is_resumed(monkeypatch, tmp_path):
    def crashed(function, **options):
        raise RuntimeError("no memory")

    specimens, file = {"softmax of the framework": HONEST["softmax of the framework"]}, tmp_path / "alarms.json"
    monkeypatch.setattr(power, "check", crashed)
    caught = power.measure(FAULTS["leaks"], PROFILES["quick"], seed=0)
    assert (caught.law, caught.crash) == ("", "RuntimeError: no memory")
    seen = power.false_alarms(specimens, 1, 0, FIRST, file, resume=True)
    assert seen.crashes == ["softmax of the framework 0: RuntimeError: no memory"]
    monkeypatch.setattr(power, "check", None)
    assert power.false_alarms(specimens, 1, 0, FIRST, file, resume=True) == seen


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
