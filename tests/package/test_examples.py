"""The examples in docstrings and in the README do what they say."""

from __future__ import annotations

import collections
import doctest
import importlib
import json
import pkgutil
import re
import shlex
from pathlib import Path

import pytest

import entmax_oracle
from entmax_oracle.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
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


def test_the_numbers_of_theorems_are_those_of_the_last_run():
    recorded = json.loads((ROOT / "docs/_data/theorems.json").read_text(encoding="utf-8"))
    verdicts = collections.Counter(entry["verdict"] for entry in recorded.values())
    said = (
        f"({verdicts['proved']} of {len(recorded)} theorems)",
        *(f'"{each}" ({verdicts[each]})' for each in ("derived", "supported")),
    )
    tiers = (ROOT / "docs/explanation/tiers.md").read_text(encoding="utf-8")
    assert [text for text in said if text not in README or text not in tiers] == []
    assert f"{len(recorded)} theorems with" in README


def test_the_links_of_the_readme_lead_somewhere():
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", README):
        name, _, place = link.partition("#")
        page = (ROOT / name).read_text(encoding="utf-8")
        headings = [
            re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in re.findall(r"^#+ (.*)$", page, re.M)
        ]
        assert not place or place in headings, link


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
        after = len(shown) - gap - 1
        printed = [*printed[:gap], "…", *printed[len(printed) - after :]]
    assert printed == shown
