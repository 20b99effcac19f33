"""The checker outlives whatever an implementation does, and what it reports can be seen again."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance import PROFILES, UnusableTarget, check
from entmax_oracle.proofs_checks.conformance.results.events import Judging

SUBJECT = str(Path(__file__).parent / "zoo" / "processes.py")
EFFORT = replace(PROFILES["quick"], examples=4, shrinking=60, long_rows=(1025,))


def run(name, **options):
    options = {"profile": EFFORT, "arrays": "numpy", "laws": ["values", "returns"], **options}
    return check(f"{SUBJECT}:{name}", **options)


def failed(report):
    return {law.law: law for law in report.laws if law.status == "fail"}


def test_an_honest_implementation_conforms_in_a_worker():
    report = run("entmax15", laws=[])
    assert report, report
    assert report.verdict == "conforms"
    assert "numpy" in report.versions


@pytest.mark.parametrize(
    ("name", "detail"),
    [("hangs", "no answer within"), ("exits", "status 7"), ("aborts", "SIGABRT"), ("raises", "no masks")],
)
def test_an_implementation_that_fails_is_reported_and_the_run_goes_on(name, detail):
    report = run(name, timeout=0.3)
    laws = failed(report)
    assert set(laws) == {"returns"}
    assert detail in laws["returns"].message
    values = next(law for law in report.laws if law.law == "values")
    assert values.examples > 0  # what could be judged was


@pytest.mark.parametrize("name", ["late_once", "slow_on_many"])
def test_what_is_slow_is_not_taken_for_a_hang(name):
    effort = replace(EFFORT, examples=1, long_rows=())
    assert run(name, timeout=0.3, laws=["values"], profile=effort).verdict == "conforms"


@pytest.mark.parametrize(
    ("name", "detail"), [("silences", "floating-point error handling"), ("leaks_threads", "more threads are alive")]
)
def test_what_changes_around_the_implementation_is_reported(name, detail):
    assert detail in failed(run(name, laws=["values", "surroundings"]))["surroundings"].message


def test_drawing_global_random_numbers_is_a_warning():
    report = run("draws", laws=["values", "generators"])
    assert report.verdict == "conforms"
    assert "NumPy's global random numbers" in failed(report)["generators"].message


def test_a_slow_target_is_looked_at_for_as_long_as_asked():
    started = time.monotonic()
    report = run("slow", laws=["values", "order", "shift", "batch", "state"], profile="quick", seconds=4.0)
    assert time.monotonic() - started < 30
    assert report.verdict == "conforms"
    assert all(law.examples for law in report.laws)
    assert "for lack of time" in next(law.message for law in report.laws if law.law == "values")
    with pytest.raises(ValueError, match="seconds"):
        run("slow", seconds=0.0)


def test_a_runaway_allocation_is_an_exception():
    assert "Memory" in failed(run("devours"))["returns"].message


def test_printing_is_a_warning_and_does_not_spoil_the_conversation():
    report = run("prints", laws=["values", "quiet"])
    assert report.verdict == "conforms"
    assert "debug" in failed(report)["quiet"].message


def test_what_only_earlier_calls_explain_is_marked():
    law = failed(run("remembers", laws=["values"]))["values"]
    assert "fresh process" in law.message or law.counterexamples[0].reproduced


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("no_such_module_anywhere:f", "no module"),
        (f"{SUBJECT}:entmaxx", "did you mean"),
        (f"{SUBJECT}:np", "cannot be called"),
        ("nothing.py:f", "no file"),
        ("entmax", "does not name a function"),
        (f"{SUBJECT}:without_alpha", "fixed"),
        (f"{SUBJECT}:with_an_axis", "passed as its .dim"),
    ],
)
def test_a_target_that_cannot_be_used_says_why(target, says):
    with pytest.raises(UnusableTarget, match=says):
        check(target, arrays="numpy")


def lasting(value):
    """What a result says, times excepted."""
    if isinstance(value, dict):
        return {key: lasting(each) for key, each in value.items() if key != "seconds"}
    return [lasting(each) for each in value] if isinstance(value, list | tuple) else value


def test_the_same_seed_finds_the_same():
    def strip(report):
        return [lasting(law.to_dict()) for law in report.laws]

    laws = ["values", "support", "order"]
    effort = replace(EFFORT, seconds=60.0)
    assert strip(run("entmax15", laws=laws, seed=3, profile=effort)) == strip(
        run("entmax15", laws=laws, seed=3, profile=effort)
    )


def test_settings_run_side_by_side_and_merge():
    report = run("off", dtypes=("float32", "float64"), jobs=2)
    values = failed(report)["values"]
    assert [each["dtype"] for each in values.settings] == ["float32", "float64"]
    assert len(values.counterexamples) == 2


def test_the_command_and_the_snippet_show_it_again():
    found = failed(run("off"))["values"].counterexamples[0]
    assert len(found.logits) == 1  # shrunk
    words = shlex.split(found.command)
    again = subprocess.run(
        [sys.executable, "-m", "entmax_oracle.cli", *words[1:]], capture_output=True, text=True, check=False
    )
    assert again.returncode == 1, again.stderr
    assert again.stdout.startswith("fails: token 0: got 1.001")
    shown = subprocess.run([sys.executable, "-c", found.snippet], capture_output=True, text=True, check=True)
    assert "1.001" in shown.stdout


def test_the_command_line_writes_what_it_found(tmp_path, capsys):
    file = tmp_path / "result.json"
    common = ["--array", "numpy", "--law", "values", "--law", "simplex", "--json", str(file)]
    assert main(["check", f"{SUBJECT}:off", *common]) == 1
    result = json.loads(file.read_text())
    assert result["schema"] == "entmax-oracle/check/2"
    assert result["verdict"] == "violates"
    values = result["laws"][0]
    assert {"law", "status", "examples", "worst_ulp", "worst_ratio", "message", "counterexample"} <= set(values)
    assert values["counterexample"]["logits"]
    assert "failed 2 of 2 checks: values (also simplex)" in capsys.readouterr().out
    assert main(["check", f"{SUBJECT}:entmax15", "--array", "numpy", "--replay", str(file)]) == 0
    capsys.readouterr()
    assert main(["check", f"{SUBJECT}:off", "--array", "numpy", "--replay", str(file)]) == 1
    every = [each for law in result["laws"] for each in law["counterexamples"]]
    lines = capsys.readouterr().out.splitlines()
    assert len(every) > 1
    assert [line.split(",")[0] for line in lines[:-1]] == [each["law"] for each in every]
    assert lines[-1] == f"{len(every)} of {len(every)} counterexamples still fail"


def test_unusable_input_exits_with_2_and_one_line(tmp_path, capsys):
    file = tmp_path / "result.json"
    assert main(["check", f"{SUBJECT}:entmax15", "--law", "valeus", "--json", str(file)]) == 2
    assert "'values'" in capsys.readouterr().err
    assert json.loads(file.read_text())["verdict"] == "unusable"
    assert main(["check", "nothing_here:f", "--array", "numpy"]) == 2
    assert main(["check", f"{SUBJECT}:entmax15", "--array", "numpy", "--replay", "{}"]) == 2


def test_an_interrupted_run_keeps_what_it_found():
    def interrupt(event):
        if isinstance(event, Judging) and event.law == "order":
            raise KeyboardInterrupt

    report = run("off", laws=["values", "order", "ties"], progress=interrupt)
    assert report.verdict == "violates"
    assert {law.law: law.status for law in report.laws} == {"values": "fail", "order": "skip", "ties": "skip"}
    clean = run("entmax15", laws=["values", "order", "ties"], progress=interrupt)
    assert clean.verdict == "interrupted"  # neither conforms nor violates: it was not looked at in full


def test_the_program_of_a_shift_prints_both_answers(tmp_path):
    path = tmp_path / "off_when_moved.py"
    path.write_text(
        "import numpy as np\n"
        "def f(z, alpha):\n"
        "    w = np.exp(np.clip(z, -50, 50))\n"
        "    return (w / w.sum(axis=-1, keepdims=True)).astype(z.dtype)\n"
    )
    report = check(f"{path}:f", 1.0, "float64", "numpy", laws=["shift"], profile=EFFORT)
    (found,) = report.violations
    shown = subprocess.run([sys.executable, "-c", found.snippet], capture_output=True, text=True, check=True).stdout
    straight, moved = shown.strip().removeprefix("[").removesuffix("]").split("] [")
    assert straight != moved


@pytest.mark.parametrize(("line", "broken"), [("_KEPT.setdefault(z.shape[-1], alpha)", True), ("alpha", False)])
def test_an_alpha_that_is_kept_from_an_earlier_call_breaks_the_law_of_state(line, broken, tmp_path):
    """The tolerance is coarse: wrong values alone are no matter of state."""
    path = tmp_path / "keeps.py"
    path.write_text(
        "import numpy as np\n_KEPT = {}\n"
        "def f(z, alpha):\n"
        f"    a = {line} - 1\n"
        "    x = a * (z.astype(float) - z.max(axis=-1, keepdims=True))\n"
        "    low, high = x.max(axis=-1, keepdims=True) - 1, x.max(axis=-1, keepdims=True)\n"
        "    for _ in range(18):\n"
        "        tau = (low + high) / 2\n"
        "        above = (np.maximum(x - tau, 0) ** (1 / a)).sum(axis=-1, keepdims=True) >= 1\n"
        "        low, high = np.where(above, tau, low), np.where(above, high, tau)\n"
        "    p = np.maximum(x - low, 0) ** (1 / a)\n"
        "    return (p / p.sum(axis=-1, keepdims=True)).astype(z.dtype)\n"
    )
    report = check(f"{path}:f", (1.5, 2.0), "float32", "numpy", laws=["state", "values"], profile=EFFORT)
    assert ("state" in failed(report)) == broken
    assert "values" in failed(report)
    if broken:
        found = next(each for each in report.violations if each.law == "state")
        arguments = shlex.split(found.command)[1:]
        assert main(arguments) == 1
