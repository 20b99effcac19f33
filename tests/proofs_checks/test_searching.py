"""Conjectures of one's own: what is false falls wherever it fails, what is true stays, the unreadable is refused."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from flint import fmpq
from mutation import weaker

from entmax_oracle.cli import Unusable
from entmax_oracle.commands import verify as command
from entmax_oracle.proofs_checks.evidence import Context
from entmax_oracle.proofs_checks.evidence.instances import row
from entmax_oracle.proofs_checks.evidence.searching import searched, slack
from entmax_oracle.proofs_checks.reading import precision
from entmax_oracle.proofs_checks.verify import load, verify
from entmax_oracle.theory import Claim, Hypothesis, Theorem
from entmax_oracle.theory import notation as N

R = sp.Rational


def statement(relation: sp.Basic, *hypotheses: sp.Basic) -> Theorem:
    named = tuple(Hypothesis(f"h{m}", f"h{m}", condition) for m, condition in enumerate(hypotheses))
    return Theorem("made-up", "mine", "Made up", "Made up.", (Claim("only", relation),), hypotheses=named)


FALSE = {
    "seven equal logits": statement(sp.Ge(N.p_max, R(1, 6))),
    "eleven tokens": statement(sp.Le(N.size, 10)),
    "three hundred tokens": statement(sp.Le(N.n, 200)),
    "alpha near 1": statement(sp.Implies(sp.And(N.n >= 2, N.z[1] - N.z[2] >= R(9, 2)), sp.Eq(N.p[2], 0))),
    "alpha beyond 4": statement(N.p[2] > 0, sp.Eq(N.n, 2), N.z[1] - N.z[2] <= R(1, 3), N.z[2] - N.z[1] <= R(1, 3)),
    "one point": statement(sp.Ne(N.p[1], R(2, 3))),
    "a large range": statement(sp.Le(N.z_max - N.z_min, 200)),
    "another scale": statement(sp.Eq(N.theta, 1)),
    "an irrational tie": statement(sp.Lt(N.tau, N.a * N.z_max - N.n ** (-N.a)), sp.Eq(N.alpha, R(5, 4)), N.n >= 2),
    "just beyond 2": statement(sp.Le(N.total(N.s(N.i)), N.size**N.a), sp.Le(N.alpha, R(21, 10))),
    "the ninth token": statement(sp.Ge(N.p[9], 5)),
}


@pytest.mark.parametrize("theorem", FALSE.values(), ids=FALSE)
def test_what_is_false_somewhere_is_refuted(theorem: Theorem) -> None:
    found = searched(theorem).execute(theorem, Context())
    assert found.status == "refutes", found.detail
    assert found.counterexample is not None


def test_a_counterexample_is_short() -> None:
    theorem = FALSE["eleven tokens"]
    found = searched(theorem).execute(theorem, Context())
    assert found.counterexample is not None
    assert found.counterexample["n"] == "11"


def test_what_is_true_is_supported_on_what_was_tried() -> None:
    theorem = statement(sp.Le(N.tau, N.a * N.z_max - N.n ** (-N.a)))
    found = searched(theorem).execute(theorem, Context())
    assert found.status == "holds"
    assert "n ≤ 1000, α in {101/100, " in found.domain
    assert "θ = 1" in found.domain
    assert "every" not in found.domain


def test_nested_sums_are_searched_as_far_as_the_domain_says() -> None:
    theorem = statement(sp.Eq(N.total(N.total(N.p[N.i] * N.p[N.j], N.j), N.i), 1))
    assert "n ≤ 32" in searched(theorem).domain


def test_the_room_of_an_inequality_is_measured() -> None:
    with precision():
        instance = row([fmpq(1), fmpq(1)], 2)
        assert slack(statement(sp.Ge(N.p_max, R(1, 4))), instance) == pytest.approx(0.2)
        assert slack(statement(sp.Implies(N.p_max >= 1, sp.Ge(N.p_max, 2))), instance) is None


def test_hypotheses_are_weakened_by_a_twentieth() -> None:
    alpha = N.alpha
    assert [c for _, c in weaker(sp.Le(alpha, 2))] == [sp.Le(alpha, R(21, 10))]
    assert [c for _, c in weaker(sp.Ge(alpha, 2))] == [sp.Ge(alpha, R(19, 10))]
    assert [c for _, c in weaker(sp.Ge(2, alpha, evaluate=False))] == [sp.Ge(R(21, 10), alpha, evaluate=False)]
    assert list(weaker(sp.Ge(N.n, 3))) == []
    assert [c for _, c in weaker(sp.Gt(N.mix, 0))] == [sp.Gt(N.mix, -R(1, 20))]


HEAD = """
import sympy as sp
from entmax_oracle.theory import Claim, Hypothesis, Theorem
from entmax_oracle.theory.notation import *

def made(name, relation, *hypotheses):
    return Theorem(name=name, area="mine", title=name, statement=name, claims=(Claim("only", relation),),
                   hypotheses=tuple(Hypothesis(f"h{m}", "h", h) for m, h in enumerate(hypotheses)))

"""


def written(folder: Path, text: str) -> Path:
    file = folder / "mine.py"
    file.write_text(HEAD + text)
    return file


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("t = made('x', sp.Le(p_max, 0.1))", r"has the float 0\.1\d*, which is not exact; write sp\.Rational\(1, 10\)"),
        ("t = made('x', sp.Le(p_max, sp.oo, evaluate=False))", "something infinite or undefined"),
        ("t = made('x', True)", "is not a SymPy relation"),
        ("t = made('x', sp.Ge(p, p))", "SymPy evaluates 'only' to True before any row is tried"),
        ("t = made('x', p_max < 1, sp.Eq(n, 0))", "SymPy evaluates 'h0' to False"),
        (
            "t = made('x', sp.Eq(p, 1))",
            r"uses the vector p as a number; .*: p, r, v, z; numbers: alpha",
        ),
        ("t = made('x', sp.Le(p_max, z[i, j]))", r"has z\[i, j\]; z takes one index"),
        ("t = Theorem(name='x', area='mine', title='', statement='', claims=())", "x claims nothing"),
        ("t = made('x', sp.Le(p_max, sp.Symbol('foo')), sp.Eq(n, 1))", "no value given for the symbol foo"),
        ("t = made('x', sp.Le(p_max, sp.Function('foo')(n)))", r"foo\(n\) is an unknown function"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load(written(tmp_path, text))


def test_theorems_in_lists_are_found_and_a_file_named_twice_runs_once(tmp_path: Path) -> None:
    file = written(tmp_path, "several = [made('one', p_max >= 2), {'two': (made('two', p_max >= 3),)}]")
    assert [case.theorem.name for case in load(file)] == ["one", "two"]
    assert len(verify(files=[file, file])["theorems"]) == 2


def test_a_conjecture_with_a_hypothesis_can_be_clean(tmp_path: Path) -> None:
    (entry,) = verify(files=[written(tmp_path, "t = made('x', sp.Le(total(s(i)), size**a), sp.Le(alpha, 2))")])[
        "theorems"
    ]
    assert (entry["verdict"], entry["clean"]) == ("supported", True)
    assert entry["remarks"] == ["necessity of 'h0' is not shown"]
    assert entry["searched"].startswith(entry["domain"])


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    options = parser.parse_args(["verify", *arguments])
    return int(options.run(options))


NAMES = ("shift-invariance", "finite-mask")


def test_an_interrupted_run_says_how_far_it_came_and_is_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from entmax_oracle.proofs_checks import verify as module

    examine = module.examine
    seen: list[str] = []

    def once(case: Any, context: Any, **more: Any) -> Any:
        seen.append(case.theorem.name)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return examine(case, context, **more)

    monkeypatch.setattr(module, "examine", once)
    file = tmp_path / "some.json"
    arguments = [part for name in NAMES for part in ("--theorem", name)]
    assert run(*arguments, "--json", str(file)) == 130
    captured = capsys.readouterr()
    assert captured.err.strip().endswith("interrupted: 1 of 2 checked")
    assert captured.out == ""
    assert len(json.loads(file.read_text())["theorems"]) == 2
    assert run(*arguments, "--resume", str(file), "--json", str(file)) == 0
    assert seen == [*NAMES, NAMES[1]]
    assert all(entry["clean"] for entry in json.loads(file.read_text())["theorems"])


def test_another_seed_is_not_resumed(tmp_path: Path) -> None:
    file = tmp_path / "some.json"
    assert run("--theorem", NAMES[0], "--json", str(file)) == 0
    with pytest.raises(Unusable, match="seed 0, this run 1"):
        run("--theorem", NAMES[0], "--resume", str(file), "--seed", "1")
    with pytest.raises(Unusable, match="cannot be read"):
        run("--theorem", NAMES[0], "--resume", str(tmp_path / "none.json"))


@pytest.mark.parametrize("option", ["--json", "--report"])
def test_what_cannot_be_written_is_refused_before_the_work(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entmax_oracle.proofs_checks.verify.examine_all", lambda *a, **k: pytest.fail("it has begun"))
    (tmp_path / "taken").write_text("")
    with pytest.raises(Unusable, match=f"{option} .*cannot be written"):
        run("--theorem", NAMES[0], option, str(tmp_path / "taken" / "deep"))


def test_a_new_folder_is_made_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--theorem", NAMES[0], "--json", str(tmp_path / "new" / "some.json")) == 0
    assert f"made the folder {tmp_path / 'new'}" in capsys.readouterr().err
