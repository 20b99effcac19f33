"""The same findings as JUnit XML and as tests of the pytest plugin."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance import PROFILES, Report, check, to_junit

SUBJECT = str(Path(__file__).parent / "zoo" / "processes.py")
EFFORT = replace(PROFILES["quick"], examples=4, shrinking=20, long_rows=(1025,))


def softmax_with_a_bell(z, alpha):
    """Softmax in place of entmax, and an error text that XML cannot hold."""
    if z.shape[-1] > 1000:
        raise ValueError("\x07 & <bell>")
    w = np.exp(z - z.max(axis=-1, keepdims=True))
    return (w / w.sum(axis=-1, keepdims=True)).astype(z.dtype)


def test_junit_has_a_suite_per_setting_and_a_case_per_law():
    report = check(softmax_with_a_bell, (1.0, 2.0), ("float64",), "numpy", profile=EFFORT, laws=["values", "returns"])
    root = ElementTree.fromstring(to_junit(report))
    suites = {suite.get("name").split("alpha=")[1]: suite for suite in root}
    assert set(suites) == {"1 float64", "2 float64"}
    outcome = {
        (name, case.get("name")): [each.tag for each in case] for name, suite in suites.items() for case in suite
    }
    assert outcome[("1 float64", "values")] == []
    assert outcome[("2 float64", "values")] == ["failure"]
    assert outcome[("1 float64", "returns")] == ["failure"]
    bell = root.find("testsuite/testcase[@name='returns']/failure")
    assert "� & <bell>" in bell.text
    assert root.get("failures") == str(len(root.findall(".//failure")))
    assert root.get("tests") == "4"


def test_junit_of_what_cannot_be_checked_is_an_error():
    root = ElementTree.fromstring(to_junit(Report("nowhere:nothing", "unusable", message="there is no module")))
    assert (root.get("errors"), root.find(".//error").get("message")) == ("1", "there is no module")


def test_the_command_writes_junit(tmp_path, capsys):
    path = tmp_path / "deep" / "junit.xml"
    words = ["check", f"{SUBJECT}:entmax15", "--array", "numpy", "--law", "single token", "--junit", str(path)]
    assert main(words) == 0
    assert ElementTree.parse(path).getroot().get("failures") == "0"


def run_pytest(folder, *words):
    """Run the installed plugin in a folder that has a test of its own."""
    folder.joinpath("test_own.py").write_text("def test_own():\n    assert False, 'my own test ran'\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


OPTIONS = ("--entmax-array", "numpy", "--entmax-law", "ties", "--entmax-law", "values")


def test_the_plugin_makes_tests_of_the_laws(tmp_path):
    run = run_pytest(tmp_path, "-v", "--entmax-impl", f"{SUBJECT}:entmax15", *OPTIONS)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "::values[1.5-float32] PASSED" in run.stdout
    assert "::ties[1.5-float32] PASSED" in run.stdout
    assert "2 passed" in run.stdout


def test_the_plugin_shows_the_counterexample_and_how_to_see_it_again(tmp_path):
    words = ("--entmax-impl", f"{SUBJECT}:entmax15", *OPTIONS, "--entmax-alpha", "2", "test_own.py")
    run = run_pytest(tmp_path, *words)
    assert run.returncode == 1
    assert "my own test ran" in run.stdout  # a path was named, so its tests run too
    assert "again: entmax-oracle check" in run.stdout
    assert "Traceback" not in run.stdout
    assert "checker.py" not in run.stdout


def test_the_plugin_tests_a_normaliser_by_the_laws_that_are_true_of_it(tmp_path):
    tmp_path.joinpath("mine.py").write_text(
        "import numpy as np\n"
        "def sigmoid(z, b):\n"
        "    return np.where(z >= b, 1 / (1 + np.exp(-abs(z - b))), 1 - 1 / (1 + np.exp(-abs(z - b))))\n"
    )
    words = ("--entmax-impl", "mine.py:sigmoid", "--entmax-kind", "normaliser", "--entmax-array", "numpy")
    run = run_pytest(tmp_path, *words, "--entmax-against", "sigmoidal", "-q")
    assert "no normaliser is called 'sigmoidal'" in run.stdout + run.stderr
    run = run_pytest(tmp_path, *words, "--entmax-against", "softmax", "-q")
    assert "cannot be called as f(z)" in run.stdout
    run = run_pytest(tmp_path, *words, "--entmax-against", "sigmoid", "--entmax-seconds", "5", "-v")
    assert "::values[" in run.stdout
    assert "simplex" not in run.stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--entmax-impl", "nowhere:nothing"), "there is no module 'nowhere'"),
        (("--entmax-impl", f"{SUBJECT}:entmax15", "--entmax-law", "tie"), "did you mean 'ties'"),
    ],
)
def test_the_plugin_says_what_cannot_be_tested(tmp_path, words, complaint):
    run = run_pytest(tmp_path, *words, "--entmax-array", "numpy")
    assert run.returncode
    assert complaint in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr


def test_the_plugin_is_silent_when_no_implementation_is_named(tmp_path):
    run = run_pytest(tmp_path, "-q")
    assert "1 failed" in run.stdout
    assert "entmax" not in run.stdout
