"""The runner: schema, selection, interruption, processes, conjectures from files, and the command line."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from entmax_oracle.cli import Unusable
from entmax_oracle.commands import verify as command
from entmax_oracle.proofs_checks.evidence import Step
from entmax_oracle.proofs_checks.verify import SCHEMA, UnknownName, load, select, verify

NAMES = ["shift-invariance", "tsallis-schur-concave", "finite-mask"]

FALSE = """
import sympy as sp
from entmax_oracle.theory import Claim, Theorem
from entmax_oracle.theory.notation import p_max, size

conjecture = Theorem(
    name="top-half", area="mine", title="The top token has at least half", statement=r"$p_{\\max} \\ge 1/2$.",
    claims=(Claim("half", sp.Ge(p_max, sp.Rational(1, 2))),),
)
"""

TRUE = """
import sympy as sp
from entmax_oracle.theory import Claim, Theorem
from entmax_oracle.theory.notation import p_max, size

conjecture = Theorem(
    name="top-share", area="mine", title="The top token has at least its share", statement=r"$p_{\\max} \\ge 1/|S|$.",
    claims=(Claim("share", sp.Ge(p_max, 1 / size)),),
)
"""


@pytest.fixture
def conjectures(tmp_path: Path) -> tuple[Path, Path]:
    false, true = tmp_path / "false.py", tmp_path / "true.py"
    false.write_text(FALSE)
    true.write_text(TRUE)
    return false, true


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    options = parser.parse_args(["verify", *arguments])
    return int(options.run(options))


def test_the_result_has_the_promised_keys() -> None:
    result = verify(NAMES)
    assert result["schema"] == SCHEMA
    assert "kernels" not in result
    assert {"seed", "versions", "platform", "started", "seconds"} <= set(result)
    assert [entry["name"] for entry in result["theorems"]] == [
        "tsallis-schur-concave",
        "shift-invariance",
        "finite-mask",
    ]
    for entry in result["theorems"]:
        promised = {"name", "area", "statement", "source", "verdict", "domain", "evidence", "sharp", "necessity"}
        assert promised <= set(entry)
        for evidence in entry["evidence"]:
            assert {"kind", "domain", "detail", "seconds"} <= set(evidence)
    json.dumps(result, allow_nan=False)


def test_two_processes_find_what_one_finds() -> None:
    def verdicts(result: dict[str, Any]) -> list[Any]:
        return [(e["name"], e["verdict"], [x["detail"] for x in e["evidence"]]) for e in result["theorems"]]

    assert verdicts(verify(NAMES, jobs=2)) == verdicts(verify(NAMES))


def test_an_executor_of_ones_own_is_used() -> None:
    # Ball precision is a setting of the whole process: threads may share it only one at a time.
    with ThreadPoolExecutor(1) as executor:
        result = verify(NAMES[:1], executor=executor)
    assert result["theorems"][0]["clean"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_keeps_what_is_finished(jobs: int) -> None:
    def interrupt(event: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    others = multiprocessing.active_children()
    result = verify(areas=["entropy"], jobs=jobs, on_event=interrupt)
    verdicts = [entry["verdict"] for entry in result["theorems"]]
    assert result["interrupted"]
    assert len(verdicts) - verdicts.count("unchecked") == 1
    # Another thread may be the one that waits for them, so that they must not be joined here as well.
    patience = time.monotonic() + 60
    while left := set(multiprocessing.active_children()) - set(others):
        assert time.monotonic() < patience, left
        time.sleep(0.05)


def test_whoever_names_a_theorem_waits_for_its_own_modules_only() -> None:
    code = (
        "import sys; from entmax_oracle.proofs_checks.verify import select; (case,) = select(['shift-invariance']);"
        "from entmax_oracle.theory.chapters import index;"
        "stated = [name.split('.')[3] for name in sys.modules if name.count('.') == 3 and '.theory.' in name];"
        "print(case.theorem.area, sorted({*stated} & {*index().values()}),"
        "{'scipy', 'hypothesis', 'z3', 'torch', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "structure ['entropy', 'structure'] set()\n"


@pytest.mark.parametrize(
    ("asked", "seconds", "left_out"),
    [
        (("--search", "needle"), 0.3, {"sympy", "numpy", "rich"}),
        (("--theorem", "needle"), 2.0, {"scipy.stats", "torch", "matplotlib"}),
        (("--theorem", "exponential-renewals"), 3.0, {"scipy.stats"}),
    ],
)
def test_what_is_asked_is_answered_soon(asked: tuple[str, ...], seconds: float, left_out: set[str]) -> None:
    code = (
        "import sys, time; from entmax_oracle.cli import main; code = main(['verify', *sys.argv[1:]]);"
        "print(code, time.process_time(), *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, *asked], capture_output=True, text=True, check=True)
    code, taken, *modules = done.stdout.splitlines()[-1].split()
    assert code == "0"
    assert float(taken) < 3 * seconds
    assert not left_out & set(modules)


def test_unknown_names_come_back_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="shift-invariance"):
        select(["shift-invariant"])
    with pytest.raises(UnknownName, match="unknown area 'entropies'; did you mean entropy"):
        select(areas=["entropies"])
    with pytest.raises(ValueError, match="profile"):
        verify(NAMES, profile="slow")


def test_a_false_conjecture_is_refuted_by_a_small_counterexample(conjectures: tuple[Path, Path]) -> None:
    (entry,) = verify(files=[conjectures[0]])["theorems"]
    assert entry["verdict"] == "refuted"
    assert entry["counterexample"]["n"] == "3"
    assert entry["counterexample"]["z"] == "(0, 0, 0)"


@pytest.mark.usefixtures("nearby")
def test_a_true_conjecture_is_supported_and_no_more(conjectures: tuple[Path, Path]) -> None:
    (entry,) = verify(files=[conjectures[1]])["theorems"]
    assert (entry["verdict"], entry["clean"]) == ("supported", True)


def test_conjectures_travel_to_other_processes(conjectures: tuple[Path, Path]) -> None:
    result = verify(files=conjectures, jobs=2)
    assert [entry["verdict"] for entry in result["theorems"]] == ["refuted", "supported"]


def test_unusable_files_are_refused(tmp_path: Path) -> None:
    empty, broken = tmp_path / "empty.py", tmp_path / "broken.py"
    empty.write_text("from entmax_oracle.theory.mapping.threshold import brackets\n")
    broken.write_text("1 / 0\n")
    with pytest.raises(ValueError, match="states no theorem"):
        load(empty)
    with pytest.raises(ValueError, match="cannot be run: ZeroDivisionError"):
        load(broken)
    with pytest.raises(ValueError, match="there is no file"):
        load(tmp_path / "missing.py")


_TOP_TWO = """
import sympy as sp
from entmax_oracle.theory import Claim, Theorem
from entmax_oracle.theory.notation import p_max

conjecture = Theorem(
    name="top-two", area="mine", title="The top token", statement="", claims=(Claim("half", CLAIM),)
)
"""


def test_symbols_without_a_meaning_are_named(tmp_path: Path) -> None:
    file = tmp_path / "unknown.py"
    file.write_text(_TOP_TWO.replace("CLAIM", "sp.Ge(p_max, sp.Symbol('mystery'))"))
    with pytest.raises(ValueError, match=r"top-two: no value given for the symbol mystery; .*rows .*alpha"):
        load(file)


def test_two_theorems_of_one_name_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "twins.py"
    text = _TOP_TWO.replace("CLAIM", "sp.Ge(p_max, sp.Rational(1, 2))")
    file.write_text(text + text.partition("\n\n")[2].replace("conjecture", "another"))
    with pytest.raises(ValueError, match="two theorems are called 'top-two'"):
        load(file)


def test_the_command_writes_its_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "deep" / "verify.json"
    assert run("--theorem", "shift-invariance", "--json", str(file)) == 0
    assert json.loads(file.read_text())["theorems"][0]["verdict"] in ("proved", "derived")
    assert "1 of 1 theorems passed" in capsys.readouterr().out


def test_the_command_shows_the_counterexample(
    conjectures: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--theorem", str(conjectures[0])) == 1
    shown = capsys.readouterr().out
    assert "refuted" in shown
    assert "z = (0, 0, 0)" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--theorem", "no-such"], "unknown theorem"),
        (["--area", "no-such"], "unknown area"),
        (["--theorem", "missing.py"], "there is no file"),
        (["--jobs", "0"], "--jobs must be at least 1"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(arguments: list[str], message: str) -> None:
    with pytest.raises(Unusable, match=message):
        run(*arguments)


def test_the_report_is_rendered(tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    assert run("--theorem", "shift-invariance", "--report", str(tmp_path / "out")) == 0
    assert (tmp_path / "out" / "verify.json").is_file()
    assert (tmp_path / "out" / "index.html").is_file()


@pytest.mark.usefixtures("nearby")
def test_a_proof_falls_with_the_theorem_it_rests_on(tmp_path: Path) -> None:
    file = tmp_path / "leaning.py"
    file.write_text(
        "import sympy as sp\n"
        "from entmax_oracle.proofs_checks.evidence import Case, symbolic\n"
        "from entmax_oracle.proofs_checks.evidence.proof import concludes, positive\n"
        "from entmax_oracle.theory import Claim, Theorem\n"
        "from entmax_oracle.theory.notation import n, p_max\n"
        "half = Theorem('half', 'mine', 'half', '', (Claim('c', p_max >= sp.Rational(1, 2)),))\n"
        "def proof():\n"
        "    yield positive('n + 1', n + 1)\n"
        "    yield concludes('so', 'c', sp.Gt(n + 1, 0, evaluate=False))\n"
        "def leaning(name, *rests):\n"
        "    theorem = Theorem(name, 'mine', name, '', (Claim('c', sp.Gt(n + 1, 0, evaluate=False)),))\n"
        "    return Case(theorem, (symbolic(proof, rests=rests),))\n"
        "cases = [leaning('alone'), leaning('on-half', 'half'), leaning('on-shift', 'shift-invariance')]\n"
        "cases += [leaning('on-nothing', 'no-such-theorem'), leaning('on-that', 'on-half')]\n"
    )
    found = {entry["name"]: entry for entry in verify(files=[file])["theorems"]}
    assert {name: entry["verdict"] for name, entry in found.items()} == {
        "half": "refuted",
        "alone": "derived",
        "on-half": "supported",
        "on-shift": "derived",
        "on-nothing": "supported",
        "on-that": "supported",
    }
    assert "rests on the theorem 'half', which does not stand" in found["on-half"]["problems"][0]
    assert [name for name, entry in found.items() if entry["clean"]] == ["alone", "on-shift"]


def test_a_name_that_is_given_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("from entmax_oracle.proofs_checks.theorems.mapping.structure import order as mine\n")
    with pytest.raises(ValueError, match="'order' is given more than once"):
        verify(["order"], files=[file])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"$\tau \ge \tfrac12 x_n$, so $z \in \mathbb{R}^n$", "τ ≥ (1)/(2) x_n, so z ∈ ℝ^n"),
        (
            r"$\frac{\begin{cases} a - \begin{cases} b & \text{for}\: c > 0 \\0 & \text{otherwise} \end{cases} & "
            r"\text{for}\: d > 0 \\0 & \text{otherwise} \end{cases}}{2} \geq 0$",
            "([a - [b for c > 0; 0 otherwise] for d > 0; 0 otherwise])/(2) ≥ 0",
        ),
    ],
    ids=["signs", "cases"],
)
def test_formulas_are_legible_in_a_terminal(text: str, shown: str) -> None:
    assert command._plain(text) == shown


def test_a_hypothesis_is_not_told_twice() -> None:
    assert Step("given: $n \\ge 2$", r"n \geq 2", ok=True).formula == ""
    assert Step("given: $n \\ge 2$", r"n \geq 3", ok=False).formula == r"n \geq 3"
    assert Step("given: no ties", r"|S| = n", ok=True).formula == r"|S| = n"


def test_theorems_are_listed_and_looked_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--list", "--area", "excess") == 0
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert (first, second.split(maxsplit=1)[0]) == ("excess", "excess-convex")
    assert second.endswith("Up to alpha = 2 the excess is convex in the level")
    assert run("--search", "ALiBi") == 0
    assert "alibi-radius" in capsys.readouterr().out
    with pytest.raises(Unusable, match="no theorem mentions it"):
        run("--search", "no such word")
    with pytest.raises(Unusable, match="unknown area"):
        run("--list", "--area", "no-such")
