"""The page about published implementations: what it says comes from the checks, and exact arithmetic confirms it."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from entmax_oracle.benchmarks.peers import PEERS, check_peers
from entmax_oracle.benchmarks.peers.confirm import confirm
from entmax_oracle.benchmarks.peers.page import write_pages
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
    write_pages({"profile": "quick", "seed": 0, "peers": entries}, tmp_path)
    text = (tmp_path / "peers.md").read_text(encoding="utf-8")
    assert not (tmp_path / "attention-peers.md").exists()
    assert "| [peer 0](#peer-0) | 1.0 | **fails** | values" in text
    assert "| lost | – | not checked | no such package | – | – |" in text
    assert "Passes 1 checks" not in text
    assert "(rational arithmetic)" in text
    assert "(algebraic numbers, to 40 digits)" in text


def test_attention_has_a_page_of_its_own_with_the_cause_once_and_what_is_warned_of(tmp_path):
    torch = pytest.importorskip("torch")

    def careless(query, key, value, *, key_lengths):
        seen = None
        if key_lengths is not None:
            seen = torch.arange(key.shape[2]) < key_lengths[:, None, None, None]
        torch.rand(1)
        return torch.nn.functional.scaled_dot_product_attention(query, key, value, seen) * 1.01

    lacks = ("causal", "scale", "alibi", "groups")
    laws = ["values", "padding", "generators"]
    report = check(careless, kind="attention", fixed_alpha=1, without=lacks, laws=laws, profile=EFFORT).to_dict()
    name = next(peer.name for peer in PEERS if peer.page == "attention-peers")
    entry = {"name": name, "requirement": "", "version": "2", "note": "On a CPU.", "command": "entmax-oracle check …"}
    write_pages({"profile": "quick", "seed": 0, "peers": [entry | {"report": report}]}, tmp_path)
    text = (tmp_path / "attention-peers.md").read_text(encoding="utf-8")
    assert not (tmp_path / "peers.md").exists()
    assert "| 2 | **fails** | values | " in text
    assert "Fails values." in text
    assert "*Warning, generators*" in text


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
    with pytest.raises(ValueError, match="unknown peer nobody; choose from torch: softmax, "):
        check_peers(["nobody"], tmp_path, tmp_path)
    assert main(["peers", "--only", "nobody", "--out", str(tmp_path)]) == 2
    assert "--only: unknown peer nobody" in capsys.readouterr().err


def test_names_are_unique_and_adapters_exist():
    names = [peer.name for peer in PEERS]
    assert len(set(names)) == len(names)
    for peer in PEERS:
        module, _, function = peer.target.partition(":")
        if module.startswith("entmax_oracle."):
            assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_options_are_those_of_the_checker(peer):
    from entmax_oracle.cli import parser

    options = parser().parse_args(["check", peer.target, *peer.options])
    attention = peer.page == "attention-peers"
    assert (options.kind == "attention") == attention
    assert not (options.alphas and options.fixed_alpha)


@pytest.mark.slow
def test_a_peer_is_installed_checked_and_kept(tmp_path):
    (entry,) = check_peers(["tensorly"], tmp_path / "out", tmp_path / "environments")
    assert entry["report"]["verdict"] == "violates"  # at least: no maximum is subtracted
    kept = json.loads((tmp_path / "out" / "peers.json").read_text())
    assert [each["name"] for each in kept["peers"]] == [entry["name"]]
    assert entry["version"]
