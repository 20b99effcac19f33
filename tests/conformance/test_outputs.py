"""The same findings as JUnit XML."""

from __future__ import annotations

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
    times = [float(case.get("time")) for case in root.iter("testcase")]
    assert sum(times) == pytest.approx(sum(float(suite.get("time")) for suite in root), abs=0.01)
    assert 0 < sum(times) < report.seconds


def test_junit_of_what_cannot_be_checked_is_an_error():
    root = ElementTree.fromstring(to_junit(Report("nowhere:nothing", "unusable", message="there is no module")))
    assert (root.get("errors"), root.find(".//error").get("message")) == ("1", "there is no module")


def test_the_command_writes_junit(tmp_path, capsys):
    path = tmp_path / "deep" / "junit.xml"
    words = ["check", f"{SUBJECT}:entmax15", "--array", "numpy", "--law", "single token", "--junit", str(path)]
    assert main(words) == 0
    assert ElementTree.parse(path).getroot().get("failures") == "0"


def test_the_command_annotates_the_target_for_github(tmp_path, monkeypatch, capsys):
    target = tmp_path / "kernels" / "mine.py"
    target.parent.mkdir()
    target.write_text("import numpy as np\n\ndef uniform(z, alpha):\n    return np.ones_like(z) / z.shape[-1]\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    words = ["--array", "numpy", "--law", "values", "--law", "ties", "--no-saved", "--github"]
    assert main(["check", "kernels/mine.py:uniform", *words]) == 1
    (line,) = (each for each in capsys.readouterr().out.splitlines() if each.startswith("::"))
    assert line.startswith("::error file=kernels/mine.py,line=3,title=kernels/mine.py%3Auniform%3A values::token ")
    assert "%0Areproduce with: entmax-oracle check kernels/mine.py:uniform" in line
    assert main(["check", "kernels/mine.py:unifrm", *words]) == 2
    said = capsys.readouterr().out
    assert said.startswith("::error file=kernels/mine.py,line=1,title=entmax-oracle::kernels/mine.py:unifrm: ")
    summary = (tmp_path / "summary.md").read_text()
    assert "### ❌ `kernels/mine.py:uniform` violates\n\n1 pass, 1 fail (alpha 1.5; float32)" in summary
    assert "| values | token " in summary
    assert "```shell\nentmax-oracle check" in summary
    assert "### ⚠️ `kernels/mine.py:unifrm` unusable" in summary
