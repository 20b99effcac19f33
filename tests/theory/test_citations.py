"""Every theorem that is cited exists: in docstrings and proofs, in the documentation, by laws and by the matrix."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from entmax_oracle.proofs_checks.conformance import laws
from entmax_oracle.proofs_checks.matrix.claims import ROWS
from entmax_oracle.theory import theorems

ROOT = Path(__file__).parents[2]
NAMES = {theorem.name for theorem in theorems()}
_LISTED = subprocess.run(["git", "ls-files", "*.py", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
FILES = [name for name in _LISTED.stdout.split() if not name.startswith("tests/")]

_NAME = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_GAP = r"[\s\"#]+"  # a line may end between two words, and a string with it
CITATIONS = (
    rf"[Tt]heorems?{_GAP}``({_NAME})``(?:{_GAP}and{_GAP}``({_NAME})``)?",
    rf"[Tt]heorems?{_GAP}\*({_NAME})\*",
    rf"\(theorem{_GAP}({_NAME})[):,;]",
    rf"theorems/(?!index|common-misconceptions)({_NAME})\.md",
    rf"--theorem ({_NAME})(?![\w./:])",
    rf"\bt\.name == \"({_NAME})\"",
)


def cited(text: str) -> set[str]:
    return {name for pattern in CITATIONS for match in re.finditer(pattern, text) for name in match.groups() if name}


def test_a_citation_is_seen_wherever_a_line_ends() -> None:
    assert cited("as theorem ``one`` says, and theorems ``two`` and\n    ``three-four``") == {
        "one",
        "two",
        "three-four",
    }
    assert cited('"rises (theorem "\n        "joining-token): x", "so (theorem order)"') == {"joining-token", "order"}
    assert cited("*theorem*, (theorem for theorem in every)") == set()


def test_every_citation_exists() -> None:
    found = {name: cited((ROOT / name).read_text(encoding="utf-8")) for name in FILES}
    assert {name: dead for name, each in found.items() if (dead := each - NAMES)} == {}
    assert sum(map(len, found.values())) > 50
    assert sum(map(bool, found.values())) > 20


@pytest.mark.parametrize("kind", ["mapping", "attention", "loss", "normaliser"])
def test_what_a_law_rests_on_exists(kind: str) -> None:
    offered = ("gradient", "alpha gradient", "order", "shift", "zeros", "permutation", "lipschitz")
    found = {law.theorem for part in laws.choose(kind=kind, offered=offered) for law in part}
    assert len(found) > 1
    assert found <= NAMES | {"definition"}


def test_what_the_matrix_rests_on_exists() -> None:
    found = {name for row in ROWS for name in row.named}
    assert len(found) > 20
    assert found <= NAMES
