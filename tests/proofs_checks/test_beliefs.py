"""What people believe: gathered, refuted by execution, and reported where a counterexample is none."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp
from flint import fmpq

from entmax_oracle.proofs_checks import verify as runner
from entmax_oracle.proofs_checks.evidence import Case, Debunked, sampled
from entmax_oracle.proofs_checks.evidence.families import rows
from entmax_oracle.proofs_checks.evidence.instances import row
from entmax_oracle.proofs_checks.evidence.results import beliefs
from entmax_oracle.proofs_checks.verify import examine, verify
from entmax_oracle.theory import Claim, Folklore, Theorem, chapters, theorems
from entmax_oracle.theory.notation import p_max, size

SHARE = Theorem(
    name="top-share",
    area="mine",
    title="The top token has at least its share",
    statement=r"$p_{\max} \ge 1/|S|$.",
    claims=(Claim("share", sp.Ge(p_max, 1 / size)),),
    folklore=(
        Folklore(
            r"The top token has half, for $n: 2$: false, three tied tokens have a third each.",
            sp.Ge(p_max, sp.Rational(1, 2)),
            source="nobody",
        ),
    ),
)
REFUTED = Debunked("three tied tokens", lambda: row([0, 0, 0], 2))
HARMLESS = Debunked("two tied tokens", lambda: row([0, 0], fmpq(3, 2)))


def case(counterexample: Debunked) -> Case:
    return Case(SHARE, (sampled(rows()),), folklore=(counterexample,))


def test_a_belief_ends_at_the_first_colon_outside_mathematics() -> None:
    (folklore,) = SHARE.folklore
    assert folklore.belief == r"The top token has half, for $n: 2$"
    assert folklore.right == "false, three tied tokens have a third each."
    assert Folklore("no colon", sp.true).right == ""


def test_a_belief_comes_with_the_numbers_that_refute_it() -> None:
    entry = examine(case(REFUTED))
    assert entry.clean
    (belief,) = beliefs([entry])
    assert belief["refuted"]
    assert (belief["theorem"], belief["source"]) == ("top-share", "nobody")
    assert belief["detail"] == "1/3 < 1/2"


def test_a_harmless_counterexample_is_a_problem() -> None:
    entry = examine(case(HARMLESS))
    assert not entry.clean
    assert any("not refuted there" in problem for problem in entry.problems)
    assert [belief["refuted"] for belief in beliefs([entry])] == [False]


def test_a_missing_counterexample_is_a_problem() -> None:
    assert "folklore without a counterexample" in examine(replace(case(REFUTED), folklore=())).problems


def test_verify_fails_for_a_harmless_counterexample(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from entmax_oracle.cli import main

    monkeypatch.setattr(chapters, "index", lambda: {"top-share": "here"})
    monkeypatch.setattr(runner, "index", chapters.index)
    monkeypatch.setattr(runner, "cases", lambda areas=None: (case(HARMLESS),))
    assert main(["verify", "--theorem", "top-share"]) == 1
    monkeypatch.setattr(runner, "cases", lambda areas=None: (case(REFUTED),))
    assert main(["verify", "--theorem", "top-share"]) == 0


def test_the_result_gathers_the_beliefs_of_its_theorems() -> None:
    result = verify(["order", "finite-mask"])
    assert [belief["theorem"] for belief in result["beliefs"]] == ["order", "finite-mask"]
    assert all(belief["refuted"] and belief["false_at"] for belief in result["beliefs"])


def test_the_page_shows_beliefs_beside_what_is_right(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    from entmax_oracle.cli import main

    for counterexample, expected in ((REFUTED, "1/3 &lt; 1/2"), (HARMLESS, "not refuted")):
        monkeypatch.setattr(chapters, "index", lambda: {"top-share": "here"})
        monkeypatch.setattr(runner, "index", chapters.index)
        monkeypatch.setattr(runner, "cases", lambda areas=None, shown=counterexample: (case(shown),))
        main(["verify", "--theorem", "top-share", "--report", str(tmp_path)])
        section = (tmp_path / "misconceptions.html").read_text(encoding="utf-8")
        assert expected in section
        assert "three tied tokens have a third each" in re.sub(r"<[^>]+>", "", section)
        assert '#theorem-top-share"' in section


def test_every_belief_of_the_package_says_what_is_right() -> None:
    unclear = [f"{t.name}: {f.text}" for t in theorems() for f in t.folklore if not f.right]
    assert unclear == []
