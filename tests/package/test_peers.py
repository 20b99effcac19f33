"""The page about published implementations: what it says comes from the checks, and exact arithmetic confirms it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from entmax_oracle.benchmarks.peers import PEERS, check_peers
from entmax_oracle.benchmarks.peers.confirm import confirm
from entmax_oracle.benchmarks.peers.page import write_page
from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance import PROFILES, check

EFFORT = replace(PROFILES["quick"], examples=6, shrinking=60, long_rows=())


def sparsemax_without_a_maximum(z):
    s = -np.sort(-z, axis=-1)
    k = np.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    with np.errstate(all="ignore"):
        mean = (np.cumsum(s, axis=-1, dtype=z.dtype) - 1) / k
        last = (s > mean).sum(axis=-1, keepdims=True) - 1
        return np.maximum(z - np.take_along_axis(mean, last, axis=-1), 0).astype(z.dtype)


def noisy(z, alpha):
    p = np.exp(z - z.max(axis=-1, keepdims=True, initial=-np.inf))
    return (p / p.sum(axis=-1, keepdims=True)).astype(z.dtype)


@pytest.fixture(scope="module")
def reports():
    shifty = check(
        sparsemax_without_a_maximum, fixed_alpha=2, arrays="numpy", laws=["values", "shift", "order"], profile=EFFORT
    )
    softmax = check(noisy, 1.5, arrays="numpy", laws=["values", "support"], profile=EFFORT)
    return [shifty.to_dict(), softmax.to_dict()]


def test_the_page_says_what_was_found_and_how_to_mend_it(reports, tmp_path):
    entries = [
        {"name": f"peer {place}", "requirement": "peer", "version": "1.0", "note": "", "command": "…", "report": report}
        for place, report in enumerate(reports)
    ]
    entries.append({"name": "lost", "requirement": "lost", "version": "", "note": "", "problem": "no such package"})
    path = tmp_path / "peers.md"
    write_page({"profile": "quick", "seed": 0, "peers": entries}, path)
    text = path.read_text()
    assert "| [peer 0](#peer-0) | 1.0 | **violates** | values, shift |" in text
    assert "| lost | – | not checked | no such package | – |" in text
    assert "Keeps order" in text
    assert "Subtract the maximum of the row" in text
    assert "(rational arithmetic)" in text
    assert "(algebraic numbers, to 40 digits)" in text


def test_exact_arithmetic_confirms_every_violation_of_values(reports):
    judged = 0
    for report in reports:
        for law in report["laws"]:
            found = law["counterexample"]
            if found is None or law["law"] not in ("values", "support"):
                continue
            sentence = confirm(found)
            assert sentence.startswith("Confirmed: ")
            at = found["index"][-1]
            off = float(sentence.rsplit(" ", 1)[1].rstrip("."))
            low, high, got = (np.atleast_1d(found[name])[at] for name in ("lower", "upper", "got"))
            assert off == pytest.approx(max(float(low) - float(got), float(got) - float(high)), rel=0.01)
            judged += 1
    assert judged >= 2


def test_an_unknown_peer_is_refused_with_the_names(tmp_path, capsys):
    with pytest.raises(ValueError, match="unknown peer nobody; choose from entmax: sparsemax"):
        check_peers(["nobody"], tmp_path, tmp_path)
    assert main(["peers", "--only", "nobody", "--out", str(tmp_path)]) == 2
    assert "--only: unknown peer nobody" in capsys.readouterr().err


def test_names_are_unique_and_adapters_exist():
    names = [peer.name for peer in PEERS]
    assert len(set(names)) == len(names)
    from entmax_oracle.benchmarks.peers import adapters

    for peer in PEERS:
        module, _, function = peer.target.partition(":")
        if module == adapters.__name__:
            assert callable(getattr(adapters, function))


@pytest.mark.slow
def test_a_peer_is_installed_checked_and_kept(tmp_path):
    (entry,) = check_peers(["tensorly"], tmp_path / "out", tmp_path / "environments")
    assert entry["report"]["verdict"] == "violates"  # at least: no maximum is subtracted
    kept = json.loads((tmp_path / "out" / "peers.json").read_text())
    assert [each["name"] for each in kept["peers"]] == [entry["name"]]
    assert entry["version"]
