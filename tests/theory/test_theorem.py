"""The theorems as objects: names, statements, and bounds compiled from the expressions they show."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest
import sympy as sp
from flint import arb, fmpq

from entmax_oracle.proofs_checks.evidence.instances import row
from entmax_oracle.proofs_checks.reading import precision, read
from entmax_oracle.theory import Theorem, relations, theorems
from entmax_oracle.theory import notation as N
from entmax_oracle.theory.chapters import CHAPTERS, headings, index
from entmax_oracle.theory.mapping.threshold import brackets

ALL = theorems()


def test_names_are_unique_slugs() -> None:
    names = [theorem.name for theorem in ALL]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and " " not in name for name in names)


def test_every_subject_states_something() -> None:
    assert {theorem.area for theorem in ALL} == {subject for subjects in CHAPTERS.values() for subject in subjects}
    for chapter, subjects in CHAPTERS.items():
        for subject in subjects:
            module = import_module(f"entmax_oracle.theory.{chapter}.{subject}")
            assert {value.area for value in vars(module).values() if isinstance(value, Theorem)} == {subject}
    assert [t for t in ALL if t.area == "threshold"] == list(theorems("threshold"))


def test_the_headings_read_from_the_text_are_those_of_the_theorems() -> None:
    assert list(headings()) == [(t.name, t.area, t.title, t.statement) for t in ALL]
    assert index() == {theorem.name: theorem.area for theorem in ALL}


@pytest.mark.parametrize("theorem", ALL, ids=lambda t: t.name)
def test_a_theorem_is_complete(theorem: Theorem) -> None:
    texts = [theorem.statement, theorem.setting, theorem.source, *(h.text for h in theorem.hypotheses)]
    texts += [folklore.text for folklore in theorem.folklore]
    assert all(text.strip() for text in texts)
    assert all(text.count("$") % 2 == 0 for text in texts)
    keys = [claim.key for claim in theorem.claims]
    assert keys
    assert len(set(keys)) == len(keys)
    for claim in theorem.claims:
        assert not isinstance(claim.relation, bool | sp.logic.boolalg.BooleanAtom), f"{claim.key} says nothing"
        assert claim.latex


def test_a_bound_is_compiled_from_its_own_expression() -> None:
    claim = brackets.claim("upper")
    given = {"alpha": 1.5, "n": 7, "z_max": 0.25}
    value = claim.function(*(given[str(symbol)] for symbol in claim.symbols))
    with precision():
        instance = row([fmpq(1, 4)] * 7, fmpq(3, 2))
        exact = read(claim.bound, instance.values)
    assert value == pytest.approx(float(arb(exact)), rel=1e-14)


def test_a_compiled_bound_takes_vectors_first_entry_first() -> None:
    claim = next(t for t in ALL if t.name == "tsallis-limits").claim("gini")
    given = {"n": 3, "p": [0.5, 0.25, 0.25]}
    assert claim.function(*(given[str(symbol)] for symbol in claim.symbols)) == pytest.approx(0.3125)


def test_an_unknown_claim_is_named() -> None:
    with pytest.raises(KeyError, match="has no claim 'middle'"):
        brackets.claim("middle")


def test_every_ranges_over_tokens_only() -> None:
    condition = N.Every(sp.Ne(N.x(N.l), N.tau), N.l)
    assert N.l not in condition.free_symbols
    assert {N.alpha, N.tau} <= condition.free_symbols


def test_theory_needs_sympy_alone() -> None:
    code = (
        "import sys, entmax_oracle.theory as t; t.theorems(); "
        "print([m for m in ('numpy', 'scipy', 'torch', 'z3') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_an_unknown_area_is_named() -> None:
    with pytest.raises(ValueError, match="unknown area 'nope'; the areas are entropy, threshold"):
        theorems("nope")


def test_a_misspelt_name_is_answered_before_sympy_is_imported() -> None:
    program = (
        "import sys; from entmax_oracle.cli import main; "
        "print(main(['verify', '--theorem', 'nedle']), 'sympy' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False", "False"]
    assert "unknown theorem 'nedle'; did you mean needle" in done.stderr


def test_relations_are_those_of_sympy() -> None:
    left, right = N.total(N.p[N.i]), N.z_max
    for name in ("Eq", "Ne", "Le", "Lt", "Ge", "Gt", "Max", "Min"):
        assert getattr(relations, name)(left, right) == getattr(sp, name)(left, right)
