"""Laws: how they are declared, named and chosen, and how each is judged on its own."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from entmax_oracle.proofs_checks.conformance import PROFILES, Violated, check, replay
from entmax_oracle.proofs_checks.conformance.case import Setting
from entmax_oracle.proofs_checks.conformance.kinds import KINDS
from entmax_oracle.proofs_checks.conformance.law import law
from entmax_oracle.proofs_checks.conformance.laws import LAWS_OF, choose
from entmax_oracle.theory import theorems

KNOWN = {theorem.name for theorem in theorems()}
EVERY = ("values", "batch", "determinism", "layout", "gradient", "training")


def test_laws_are_chosen_by_name():
    contracts, laws = choose(("values", "shape"))
    assert [each.name for each in contracts] == ["shape"]
    assert [each.name for each in laws] == ["values"]
    assert "gradient" not in {each.name for each in choose()[1]}
    assert "gradient" in {each.name for each in choose(offered=("gradient",))[1]}
    with pytest.raises(ValueError, match="'permutation'"):
        choose(("permutations",))
    with pytest.raises(ValueError, match="unknown law"):
        choose((), ("xyz",))


@pytest.mark.parametrize("kind", KINDS)
def test_every_law_says_what_it_is(kind):
    contracts, laws = LAWS_OF[kind]
    for each in (*contracts.values(), *laws.values()):
        assert each.kind == kind
        assert each.statement.endswith(".")
        assert "\n" not in each.statement
        assert each.theorem == "definition" or each.theorem in KNOWN
        assert each.severity in ("error", "warning")


def test_few_shapes_are_few():
    """Each takes most of a second where it is compiled; calls that a law makes of a case add half as many."""

    def shapes(setting):
        laws = LAWS_OF["mapping"][1].values()
        cases = (case for each in laws if not each.needs for case in each.cornerstones(setting))
        return {case.logits.shape for case in cases}

    every, few = (shapes(Setting(1.5, "float32", few_shapes=few)) for few in (False, True))
    assert len(few) < 60 < len(every)
    assert {n for *_, n in few} >= {1, 2, 3, 5, 9, 17, 32, 33, 64, 65, 127, 129, 257, 513}


def test_laws_of_every_kind_are_declared_once():
    for kind in KINDS:
        assert set(EVERY) <= set(LAWS_OF[kind][1])
    for name in EVERY:
        homes = {LAWS_OF[kind][1][name].judge for kind in KINDS}
        assert len(homes) == 1, name


def test_a_law_of_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="names the unknown kind 'atention'"):
        law("of nobody", cites="definition", kinds=["atention"])


def test_a_lambda_is_checked_in_process():
    np_softmax = lambda z, alpha: np.exp(z - z.max(axis=-1, keepdims=True))  # noqa: E731
    report = check(
        np_softmax, (1.0,), ("float64",), "numpy", laws=["simplex"], profile=replace(PROFILES["quick"], examples=2)
    )
    assert not report
    with pytest.raises(Violated, match="sums to"):
        report.raise_for_violations()


def test_bad_arguments_are_refused():
    def f(z, alpha):
        return z

    with pytest.raises(ValueError, match="arrays"):
        check(f, arrays="cupy")
    with pytest.raises(ValueError, match="grad"):
        check(f, arrays="numpy", grad=True)
    with pytest.raises(ValueError, match="profile"):
        check(f, arrays="numpy", profile="fast")
    with pytest.raises(ValueError, match="alpha"):
        check(f, (0.5,), arrays="numpy")
    with pytest.raises(ValueError, match="dtype"):
        check(f, dtypes=("int8",), arrays="numpy")


def test_a_shift_that_the_format_would_round_is_no_violation():
    """softmax of (0, -8) in bfloat16, where adding 0.484375 to -8 rounds."""
    case = {"law": "shift", "alpha": 1.0, "dtype": "bfloat16", "shape": [2]}
    text = json.dumps(case | {"logits": "0x0p+0 -0x1p+3", "shift": 0.484375})
    torch = pytest.importorskip("torch")
    assert not replay(lambda z, alpha: torch.softmax(z, -1), text).broken
