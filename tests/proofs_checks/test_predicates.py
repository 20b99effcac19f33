"""Conjectures that are plain NumPy functions: searched, shrunk, and not refuted by rounding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from entmax_oracle.proofs_checks.conjectures import load
from entmax_oracle.proofs_checks.evidence import predicates, wide_rows
from entmax_oracle.proofs_checks.reading.numbers import Number, Undecided
from entmax_oracle.proofs_checks.verify import verify


def found(tmp_path: Path, text: str) -> dict[str, Any]:
    file = tmp_path / "mine.py"
    file.write_text("import numpy as np\n" + text)
    return {entry["name"]: entry for entry in verify(files=[file])["theorems"]}


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search few lengths."""
    monkeypatch.setattr(predicates, "SIZES", (1, 3))
    monkeypatch.setattr(predicates, "FAR_SIZES", (20,))
    monkeypatch.setattr(wide_rows, "ANYWHERE", 16)


def test_a_false_predicate_is_refuted_by_a_small_row(tmp_path: Path) -> None:
    entry = found(tmp_path, "def claim(p):\n    'The top token has half.'\n    return p.max() >= 0.5\n")["mine"]
    assert entry["verdict"] == "refuted"
    assert entry["title"] == "The top token has half."
    assert entry["counterexample"]["n"] == "3"
    assert entry["counterexample"]["p"] == "(1/3, 1/3, 1/3)"


def test_what_fails_from_dozens_of_tokens_on_is_found(tmp_path: Path) -> None:
    entry = found(tmp_path, "def claim_long(z, p, alpha, n, support):\n    return (p**2).sum() >= 1 / 40\n")[
        "mine-long"
    ]
    assert entry["verdict"] == "refuted"
    assert int(entry["counterexample"]["n"]) >= 40


def test_a_true_predicate_is_supported_on_a_domain_that_is_said(tmp_path: Path) -> None:
    entry = found(tmp_path, "def claim(p, n):\n    return p.max() >= 1 / n - 1e-12\n")["mine"]
    assert (entry["verdict"], entry["clean"]) == ("supported", True)
    assert "n ≤ 5000" in entry["searched"]


def test_a_tie_is_decided_in_fractions(tmp_path: Path) -> None:
    entry = found(tmp_path, "def claim(p, n):\n    return (n == 1) | (p.max() < 1)\n")["mine"]
    assert entry["verdict"] == "refuted"


def test_rounding_refutes_nothing(tmp_path: Path) -> None:
    entry = found(tmp_path, "def claim(p):\n    return p.sum() == 1\n")["mine"]
    assert entry["verdict"] == "unchecked"
    assert "within rounding" in entry["problems"][0]


def test_a_predicate_that_raises_is_no_evidence(tmp_path: Path) -> None:
    entry = found(tmp_path, "def claim(p):\n    return p[7] > 0\n")["mine"]
    assert entry["verdict"] == "unchecked"
    assert "raised IndexError: index 7 is out of bounds" in entry["problems"][0]
    assert "z = [0.], alpha = 1.05, p = [1.], n = 1" in entry["problems"][0]


def test_a_predicate_without_a_value_is_no_counterexample(tmp_path: Path) -> None:
    text = "def claim(p, n):\n    return -(p * np.log(p)).sum() <= np.log(n) + 1e-9\n"
    entry = found(tmp_path, text)["mine"]
    assert entry["verdict"] == "unchecked"
    assert "invalid value encountered in multiply" in entry["problems"][0]


@pytest.mark.parametrize("gap", ["alpha <= 13 or alpha > 29", "n < 13 or n > 16", "alpha < 14 or not 12 < n < 20"])
def test_no_length_and_no_exponent_is_left_out(tmp_path: Path, gap: str) -> None:
    assert found(tmp_path, f"def claim(alpha, n):\n    return {gap}\n")["mine"]["verdict"] == "refuted"


def test_an_unknown_parameter_is_answered_with_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def claim(tua):\n    return True\n")
    with pytest.raises(
        ValueError, match=r"a row has no 'tua'; did you mean tau\? .* z, alpha, p, tau, theta, n, support"
    ):
        load(file)


def test_helpers_are_no_claims(tmp_path: Path) -> None:
    assert list(found(tmp_path, "def norm(p):\n    return 0\ndef claim(p):\n    return norm(p) == 0\n")) == ["mine"]


def test_a_predicate_cannot_change_the_row(tmp_path: Path) -> None:
    entry = found(tmp_path, "def claim(z, p):\n    z[:], p[:], before = 0, 0, p.max()\n    return before >= 0.5\n")[
        "mine"
    ]
    assert entry["verdict"] == "refuted"
    assert entry["counterexample"]["p"] == "(1/3, 1/3, 1/3)"


def test_a_predicate_that_keeps_a_state_is_no_evidence(tmp_path: Path, few_rows: None) -> None:
    text = "calls = []\ndef claim(n):\n    calls.append(n)\n    return len(calls) % 7 > 0\n"
    (problem,) = found(tmp_path, text)["mine"]["problems"]
    assert "must not keep a state" in problem
    text = "calls = []\ndef claim(n):\n    calls.append(n)\n    return len(calls) < 100\n"
    (problem,) = found(tmp_path, text)["mine"]["problems"]
    assert "must not keep a state" in problem


def test_a_row_that_balls_hardly_know_says_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, "def claim(p):\n    return abs(p.sum() - 1) < 1e-9\n")["mine"]["verdict"] == "supported"


MASKED = {
    "a claim about the live tokens": "def claim(p, n, masked):\n    return p.max() * n >= 0.999\n",
    "the number of tokens": "def claim(p, n, masked):\n    return 2 * masked.sum() <= n\n",
    "the place of the mask": "def claim(z, masked):\n    return not masked[:-1].any()\n",
    "arithmetic with the logits": "def claim(z, masked):\n    return np.exp(z).min() > 0\n",
}


@pytest.mark.parametrize("name", MASKED)
def test_masked_tokens_are_tried_where_a_predicate_asks_for_them(name: str, tmp_path: Path, few_rows: None) -> None:
    entry = found(tmp_path, MASKED[name])["mine"]
    if name == "a claim about the live tokens":
        assert entry["verdict"] == "supported"
        assert "with masked tokens" in entry["searched"]
        return
    assert entry["verdict"] == "refuted"
    assert "-inf" in entry["counterexample"]["z"]


def test_no_other_predicate_meets_a_masked_token(tmp_path: Path, few_rows: None) -> None:
    entry = found(tmp_path, "def claim(z, p):\n    return np.isfinite(z).all()\n")["mine"]
    assert (entry["verdict"], entry["clean"]) == ("supported", True)


ELSEWHERE = {
    "near the exponent 1 alone": "(z.max() - z.min() < 200) | (support.sum() < n)",
    "at large scales": "theta <= 50",
    "at small scales": "theta >= 0.1",
    "at large logits": "z.max() <= 500",
    "at many levels": "len(set(map(repr, p))) <= 12",
    "at the middle of a row": "(n < 13) | (z[n // 2] < z.max()) | (z[0] == z.max()) | (z[-1] == z.max())",
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_no_corner_is_left_out(name: str, tmp_path: Path, few_rows: None) -> None:
    text = f"def claim(z, p, theta, n, support):\n    return {ELSEWHERE[name]}\n"
    assert found(tmp_path, text)["mine"]["verdict"] == "refuted"


def test_a_predicate_answers_true_or_false(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, "def claim(p):\n    return 'yes'\n")["mine"]["problems"]
    assert "the predicate returned 'yes'; return True or False, at z = [0.]" in problem


TRUE = {
    "a share": "def claim(p, n):\n    return p.max() >= 1 / n\n",
    "a decimal": "def claim(p, n):\n    return n != 10 or p.max() >= 0.1\n",
    "a quotient": "def claim(p, n):\n    return n != 3 or p.min() <= 1 / 3\n",
    "entropy": "import math\ndef claim(p, n):\n    return sum(-x * math.log(x) for x in p if x > 0) <= math.log(n)\n",
    "the threshold": "def claim(z, alpha, tau, n):\n    return tau <= (alpha - 1) * z.max() - n ** (1 - alpha)\n",
    "floats alone": "def claim(p):\n    return float(sum(p)) == 1.0\n",
}


@pytest.mark.parametrize("name", TRUE)
def test_a_tie_in_floats_refutes_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predicates, "SIZES", (1, 3, 5, 10, 37))
    monkeypatch.setattr(predicates, "FAR_SIZES", (20,))
    monkeypatch.setattr(wide_rows, "ANYWHERE", 2)
    entry = found(tmp_path, TRUE[name])["mine"]
    assert "no masked tokens" in entry["evidence"][0]["domain"]
    assert entry["verdict"] == ("supported" if name.startswith("a ") else "unchecked")
    false = TRUE[name].replace("return ", "return n != 37 and (").replace("claim(p)", "claim(p, n)").rstrip() + ")\n"
    assert found(tmp_path, false)["mine"]["verdict"] == "refuted"


def test_a_number_is_exact_or_undecided() -> None:
    third, root = Number(fmpq(1, 3)), np.sqrt(np.array([Number(fmpq(2))], object))[0]
    assert third == 1 / 3
    assert third * 3 == 1.0
    assert not third < np.float64(1) / 3
    assert 1.41 < root < 1.42
    assert root - root == 0
    assert root < np.inf
    with pytest.raises(Undecided):
        assert root * root <= 2.0
    with pytest.raises(Undecided):
        assert np.log(np.array([third], object))[0] >= np.log(1 / 3)
    with pytest.raises(TypeError):
        float(third)  # type: ignore[arg-type]
