"""The examples in docstrings and in the README do what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import shlex
from pathlib import Path

import pytest

import entmax_oracle
from entmax_oracle.cli import main

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
ROOMS = ("commands", "proofs_checks", "reference", "theory")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
MODULES = sorted(
    module.name
    for room in ROOMS
    for module in pkgutil.walk_packages(
        importlib.import_module(f"entmax_oracle.{room}").__path__, f"entmax_oracle.{room}."
    )
)


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    module = importlib.import_module(name)
    if "torch" in (module.__doc__ or ""):
        pytest.importorskip("torch")
    found = doctest.testmod(module, optionflags=FLAGS)
    assert found.failed == 0


def test_docstrings_are_found():
    assert doctest.testmod(importlib.import_module("entmax_oracle.reference.values.mapping")).attempted >= 4
    assert entmax_oracle.reference.__name__ + ".enclosures.solution" in MODULES


def test_readme_python():
    text = "\n".join(re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(text, {}, "README", None, 0)
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
    runner.run(examples, out=report.append)
    assert examples.examples
    assert runner.failures == 0, "".join(report)


@pytest.mark.parametrize("command", ["solve", "verify --theorem"])
def test_readme_console(capsys, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "140")
    (block,) = re.findall(rf"^\$ entmax-oracle ({command} .*?)^```", README, re.MULTILINE | re.DOTALL)
    line, _, expected = block.partition("\n")
    assert main(shlex.split(line)) == 0

    def plain(text: str) -> list[str]:
        # Times differ from run to run, and Coq may be installed.
        text = text.replace("proved: checked here by", "proved: by certificate of")
        return [re.sub(r"\d+\.\d+( s)?$", "T", entry.rstrip()) for entry in text.strip().splitlines()]

    printed, shown = plain(capsys.readouterr().out), plain(expected)
    if "…" in shown:  # what stands between is left out
        gap = shown.index("…")
        printed = [*printed[:gap], "…", *printed[gap + 1 - len(shown) :]]
    assert printed == shown
