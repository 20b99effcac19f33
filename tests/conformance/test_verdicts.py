"""Verdicts are never vacuous: NaN, infinite budgets, calls without an answer, untried cases, faults of our own."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance import PROFILES, check
from entmax_oracle.proofs_checks.conformance.case import Setting
from entmax_oracle.proofs_checks.conformance.expected import Expected
from entmax_oracle.proofs_checks.conformance.kinds import KINDS
from entmax_oracle.proofs_checks.conformance.law import differ, judge_against
from entmax_oracle.proofs_checks.conformance.results.events import NO_TIME, Ended, Judging, gather
from entmax_oracle.proofs_checks.conformance.session import Session
from entmax_oracle.proofs_checks.report.targets import shown

EFFORT = replace(PROFILES["quick"], examples=1, shrinking=10, long_rows=())
ZERO, WIDE, ONE = np.zeros(3), np.full(3, np.inf), np.ones(3)


@pytest.fixture
def session():
    return Session(KINDS["mapping"], None, Setting(1.5, "float32"), ())


def softmax(z, alpha=1.0):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("budget", [ZERO, ONE, WIDE, np.full(3, np.nan)])
def test_nan_never_passes(session, budget):
    values = np.array([0.0, np.nan, 0.0])
    assert judge_against(session, values, Expected(ZERO, ZERO, budget), "an answer").broken
    assert differ(session, Expected(ZERO, ZERO, budget), ZERO, values, "when it is NaN").broken


@pytest.mark.parametrize("budget", [WIDE, np.full(3, np.nan)])
def test_a_budget_that_is_not_finite_judges_nothing(session, budget):
    assert not judge_against(session, 100 * ONE, Expected(ZERO, ZERO, budget), "an answer").judged
    assert not differ(session, Expected(ZERO, ZERO, budget), ZERO, ONE, "when it is moved").judged
    some = np.where([True, False, False], 2.0, budget)
    found = judge_against(session, ONE, Expected(ZERO, ZERO, some), "an answer")
    assert (found.judged, found.ratio) == (True, 0.5)


def test_a_law_of_which_nothing_can_be_claimed_does_not_pass(monkeypatch):
    oracle = type(KINDS["mapping"].oracle(Setting(1.0, "float64")))
    monkeypatch.setattr(oracle, "__call__", _claimless(oracle.__call__))
    report = check(softmax, 1.0, "float64", "numpy", laws=["values", "determinism"], profile=EFFORT)
    values, again = report.laws
    assert (values.status, values.examples) == ("skip", 0)
    assert "the allowed error has no bound" in values.message
    assert again.status == "pass"
    assert (report.verdict, report.complete) == ("conforms", False)


def _claimless(call):
    def claimless(self, case):
        found = call(self, case)
        return replace(found, budget=np.full_like(found.budget, np.inf))

    return claimless


def test_a_target_that_never_answers_is_unusable():
    def raises(z, alpha):
        raise TypeError("two axes, please")

    report = check(raises, arrays="numpy", laws=["values"], profile=EFFORT)
    assert (report.verdict, report.complete) == ("unusable", False)
    assert "no call was ever answered" in report.message
    assert "two axes, please" in report.message
    assert next(law for law in report.laws if law.law == "returns").examples <= 150


def test_a_target_that_answers_sometimes_is_judged():
    def raises_on_one(z, alpha):
        if z.shape[-1] == 1:
            raise TypeError("two tokens, please")
        return softmax(z)

    report = check(raises_on_one, 1.0, "float64", "numpy", laws=["returns", "dtype"], profile=EFFORT)
    assert report.verdict == "violates"


def test_a_law_is_partial_when_some_fixed_cases_are_not_tried():
    def slow(z, alpha):
        time.sleep(0.01)
        return softmax(z)

    report = check(slow, 1.0, "float64", "numpy", laws=["values", "shapes"], profile=replace(EFFORT, seconds=0.05))
    assert {law.status for law in report.laws} == {"partial"}
    assert all("always tried" in law.message for law in report.laws)
    assert not report.complete
    assert report.to_dict()["complete"] is False
    assert check(softmax, 1.0, "float64", "numpy", laws=["shapes"], profile=EFFORT).complete


@pytest.mark.parametrize(("late", "complete"), [(0, True), (5, False)])
def test_the_time_to_start_is_not_time_to_search(late, complete, monkeypatch):
    from entmax_oracle.proofs_checks.conformance import session

    calls = []

    def compiles(z, alpha):
        calls.append(100.0 if len(calls) == late else 0.0)
        return softmax(z)

    monkeypatch.setattr(session, "time", SimpleNamespace(monotonic=lambda: sum(calls)))
    report = check(compiles, 1.0, "float64", "numpy", laws=["shapes", "order"], profile=EFFORT, seconds=50.0)
    assert report.complete is complete


def test_what_had_no_time_is_told_of_each_law(tmp_path, capsys):
    path = tmp_path / "mine.py"
    path.write_text(
        "import time\nimport numpy as np\ndef f(z):\n    time.sleep(0.05)\n    print('hm')\n"
        "    e = np.exp(z - z.max(-1, keepdims=True))\n    return e / e.sum(-1, keepdims=True)\n"
    )
    words = ["--law", "values", "--law", "shapes", "--law", "quiet", "--law", "ties", "--law", "permutation"]
    words += ["--fixed-alpha", "1", "--array", "numpy", "--seconds", "1.5", "--no-saved"]
    assert main(["check", f"{path}:f", *words, "--json", str(tmp_path / "found.json")]) == 0
    found = {law["law"]: law for law in json.loads((tmp_path / "found.json").read_text())["laws"]}
    assert found["shapes"]["status"] == "partial"
    assert found["shapes"]["untried"] > 5
    said = capsys.readouterr().out
    assert "this was not the full check" in said
    assert "passed 0 of 5 checks, 1 warning, " in said
    assert any(line.split()[:2] == ["quiet", "warning"] for line in said.splitlines())


def test_no_law_is_begun_long_after_the_time_is_spent(monkeypatch):
    from entmax_oracle.proofs_checks.conformance import session

    now = [0.0]

    def slow(z, alpha):
        now[0] += 40.0
        return softmax(z)

    monkeypatch.setattr(session, "time", SimpleNamespace(monotonic=lambda: now[0]))
    report = check(
        slow, 1.0, "float64", "numpy", laws=["values", "ties", "shift", "shapes"], profile=EFFORT, seconds=60.0
    )
    assert now[0] <= 40 + 1.2 * 60 + 2 * 40  # the first call, which is not counted, and a case of two calls
    assert any(NO_TIME in law.message for law in report.laws)


def test_a_report_in_part_or_with_a_warning_says_so():
    report = check(softmax, 1.0, "float64", "numpy", laws=["shapes", "values"], profile=EFFORT)
    assert str(report).endswith(" conforms: 2 pass")
    values = replace(report.laws[1], status="skip", message=f"not checked: {NO_TIME}")
    quiet = replace(report.laws[0], status="fail", severity="warning", message="it prints")
    report = replace(report, laws=(quiet, values), complete=False)
    assert str(report).splitlines()[0].endswith(" conforms as far as it was checked: 1 warning, 1 skip")
    assert f"\nwarning, {quiet.law}: " in str(report)


def _interrupting(event):
    if isinstance(event, Judging):
        raise KeyboardInterrupt


def test_an_interrupted_check_does_not_conform_anywhere():
    events = []

    def tell(event):
        events.append(event)
        _interrupting(event)

    report = check(softmax, 1.0, "float64", "numpy", laws=["values", "shift"], profile=EFFORT, progress=tell)
    assert (report.verdict, report.complete) == ("interrupted", False)
    assert not report
    assert {row["verdict"] for row in shown(report, 0)["matrix"]} == {"interrupted"}
    killed = gather(event for event in events if not isinstance(event, Ended))
    assert {row["verdict"] for row in shown(killed, 0)["matrix"]} == {"interrupted"}


def test_a_failure_stays_one_where_the_search_ends_while_it_is_made_small(monkeypatch):
    from entmax_oracle.proofs_checks.conformance import search

    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(search, "simplified", interrupt)
    report = check(lambda z, alpha: softmax(z) / 2, 1.0, "float64", "numpy", laws=["values"], profile=EFFORT)
    assert (report.verdict, report.complete, report.laws[0].status) == ("violates", False, "fail")
    monkeypatch.undo()
    crowded = []

    def hangs_later(z, alpha):
        """Wrong on many rows; after that a few rows hang, as those of smaller counterexamples."""
        rows = int(np.prod(z.shape[:-1]))
        crowded.extend([rows] * (rows > 16))
        time.sleep(0.4 * (1 < rows < 17 and bool(crowded)))
        return softmax(z) / (2 if rows > 16 else 1)

    effort = replace(EFFORT, shrinking=60)
    report = check(hangs_later, 1.0, "float64", "numpy", laws=["batch"], profile=effort, timeout=0.05)
    assert {law.law: law.status for law in report.laws} == {"batch": "fail", "returns": "fail"}


@pytest.mark.parametrize(
    ("body", "status"),
    [("z * 0 + 1 / z.shape[-1]", 1), ("z.no_such_method()", 2)],
)
def test_exit_status_of_a_violator_and_of_what_cannot_be_used(body, status, tmp_path):
    path = tmp_path / "target.py"
    path.write_text(f"def f(z):\n    return {body}\n")
    words = ["check", f"{path}:f", "--fixed-alpha", "1", "--array", "numpy", "--law", "values"]
    assert main([*words, "--json", str(tmp_path / "result.json")]) == status
    found = json.loads((tmp_path / "result.json").read_text())
    assert found["verdict"] == {1: "violates", 2: "unusable"}[status]


@pytest.mark.parametrize(
    "body", ["raise TypeError('two axes, please')", "import time; time.sleep(9)", "return z.ravel()[:0]"]
)
def test_a_replay_without_an_answer_does_not_pass(body, tmp_path, capsys):
    path = tmp_path / "target.py"
    path.write_text(f"def f(z):\n    {body}\n")
    words = ["check", f"{path}:f", "--fixed-alpha", "1", "--array", "numpy", "--timeout", "0.05"]
    found = {"law": "batch", "alpha": 1.0, "dtype": "float64", "shape": [3, 2], "logits": "0x0p+0 5*0x1p+0"}
    assert main([*words, "--replay", json.dumps(found)]) == 2
    assert "could not be checked" in capsys.readouterr().out


def test_exit_status_of_ctrl_c_and_of_a_fault_of_the_checker(tmp_path, monkeypatch, capsys):
    from entmax_oracle.proofs_checks.conformance import search

    path = tmp_path / "target.py"
    path.write_text("def f(z):\n    return z\n")
    words = ["check", f"{path}:f", "--fixed-alpha", "1", "--array", "numpy", "--law", "values"]
    for raised, status in ((KeyboardInterrupt(), 130), (ZeroDivisionError("ours"), 3)):

        def judge(self, law, case, raised=raised):
            raise raised

        monkeypatch.setattr(search.Session, "judge", judge)
        assert main([*words, "--json", str(tmp_path / "result.json")]) == status
    assert json.loads((tmp_path / "result.json").read_text())["verdict"] == "interrupted"
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert "a fault of entmax-oracle itself: ZeroDivisionError: ours" in said


def _without(monkeypatch, *missing):
    """Let some packages not be found."""
    from entmax_oracle.commands import extras
    from entmax_oracle.proofs_checks.conformance import ask

    for module in (extras, ask):
        monkeypatch.setattr(module, "find_spec", lambda name: None if name in missing else find_spec(name))


@pytest.mark.parametrize(
    ("missing", "words", "mend"),
    [
        ("jinja2", ["--report"], "pip install 'entmax-oracle[report]'"),
        ("ml_dtypes", ["--dtype", "bfloat16"], "pip install ml-dtypes"),
        ("torch", ["--array", "torch"], "give --array numpy or --array jax"),
    ],
)
def test_what_is_not_installed_is_said_before_any_work(missing, words, mend, tmp_path, monkeypatch, capsys):
    path = tmp_path / "target.py"
    path.write_text("def f(z):\n    return z\n")
    _without(monkeypatch, missing)
    words = [*words, str(tmp_path / "page")] if words == ["--report"] else words
    assert main(["check", f"{path}:f", "--fixed-alpha", "1", "--array", "numpy", *words]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert missing in line
    assert mend in line


def test_a_refused_empty_batch_is_a_warning():
    def refuses(z, alpha):
        if not z.size:
            raise ValueError("no rows")
        return softmax(z)

    report = check(refuses, 1.0, "float64", "numpy", laws=["returns", "shapes", "empty batch"], profile=EFFORT)
    assert {law.law: law.status for law in report.laws} == {"returns": "pass", "empty batch": "fail", "shapes": "pass"}
    assert report.verdict == "conforms"


def test_a_refused_empty_batch_is_shown_with_its_shape(tmp_path, capsys):
    path = tmp_path / "mine.py"
    path.write_text(
        "import numpy as np\ndef f(z, sink=0.0):\n"
        "    if not z.size:\n        raise ValueError('no rows')\n"
        "    top = np.maximum(z.max(-1, keepdims=True), sink)\n    e = np.exp(z - top)\n"
        "    return e / (e.sum(-1, keepdims=True) + np.exp(sink - top))\n"
    )
    words = ["--kind", "normaliser", "--against", "sink-softmax", "--parameter", "sink=0", "--dtype", "float64"]
    status = main(["check", f"{path}:f", "--array", "numpy", *words, "--law", "empty batch", "--no-saved"])
    assert status == 0
    assert "  input: logits of shape (0, 1) (contiguous), sink 0, float64\n" in capsys.readouterr().out


def test_a_pipe_gets_the_table_in_full(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    path = tmp_path / "mine.py"
    path.write_text("import numpy as np\ndef f(z):\n    return np.exp(z) / np.exp(z).sum(-1, keepdims=True)\n")
    words = ["--fixed-alpha", "1", "--array", "numpy", "--law", "batch invariance", "--no-saved"]
    main(["check", f"{path}:f", *words])
    assert "check                   examples  worst / allowed\nbatch invariance  pass " in capsys.readouterr().out
