"""The checker of attention accepts honest implementations and catches faulty ones, within the quick profile."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance import PROFILES, check, replay
from entmax_oracle.proofs_checks.conformance.laws import ATTENTION_CONTRACTS, ATTENTION_LAWS

PATH = Path(__file__).with_name("attention_implementations.py")
spec = importlib.util.spec_from_file_location("attention_implementations", PATH)
implementations = importlib.util.module_from_spec(spec)
spec.loader.exec_module(implementations)

# Less than the quick profile, so that what is caught here is caught there.
EFFORT = replace(PROFILES["quick"], examples=3, shrinking=0)
# Most faults show in the values; these do not, or not to this little effort.
CAUGHT_BY = {
    "scale zero is taken for none": "scale",
    "64 keys at most": "block edges",
    "assumes contiguous": "layout",
    "not deterministic": "determinism",
    "writes to the query": "untouched",
}

HONEST = {"dense": "float32", "dense64": "bfloat16", "blockwise": "float32", "half": "bfloat16"}


def broken(report):
    return {law.law for law in report.laws if law.status == "fail" and law.severity == "error"}


@pytest.mark.parametrize("name", HONEST)
def test_honest_implementations_conform(name):
    f = getattr(implementations, name)
    laws = () if name == "dense" else ("values", "live keys", "gradient")
    report = check(f, dtypes=(HONEST[name],), kind="attention", grad=True, laws=laws, profile=EFFORT)
    report.raise_for_violations()
    assert all(law.status == "pass" and law.examples for law in report.laws)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "float16"])
def test_honest_implementations_conform_in_other_settings(dtype):
    report = check(implementations.dense, (1.25, 2.0), (dtype,), kind="attention", grad=True, seed=1, profile=EFFORT)
    report.raise_for_violations()


@pytest.mark.parametrize("name", implementations.FAULTY)
def test_faulty_implementations_are_caught(name):
    law = CAUGHT_BY.get(name, "values")
    report = check(implementations.FAULTY[name], kind="attention", laws=["values", law], profile=EFFORT)
    assert law in broken(report), report


@pytest.mark.slow
@pytest.mark.parametrize("name", ["causal off by one", "assumes contiguous"])
def test_the_quick_profile_catches_faulty_implementations(name):
    assert check(implementations.FAULTY[name], kind="attention").verdict == "violates"


@pytest.mark.parametrize("name", implementations.FAULTY_GRADIENT)
def test_faulty_gradients_are_caught(name):
    f = implementations.FAULTY_GRADIENT[name]
    report = check(f, kind="attention", grad=True, laws=["gradient"], profile=EFFORT)
    assert broken(report) == {"gradient"}, report


@pytest.mark.parametrize(
    ("name", "law"),
    [
        ("alibi before scaling", "alibi"),
        ("default scale missing", "scale"),
        ("causal sees one more", "causal"),
        ("key heads interleaved", "groups"),
        ("lengths off by one", "padding"),
        ("masked rows uniform", "no visible key"),
        ("small probabilities dropped", "live keys"),
        ("last block dropped", "block edges"),
        ("causal aligned to the start", "alignment"),
        ("scores in bfloat16", "shift"),
    ],
)
def test_the_law_that_is_broken_says_so(name, law):
    report = check(implementations.FAULTY[name], kind="attention", laws=[law], profile=EFFORT)
    assert broken(report) == {law}


def test_counterexamples_are_small_and_can_be_replayed():
    report = check(implementations.FAULTY["causal off by one"], kind="attention", laws=["values"], profile="quick")
    (found,) = report.violations
    assert found.size <= 12
    assert found.parameters["is_causal"]
    text = json.dumps(found.to_dict())
    assert replay(implementations.FAULTY["causal off by one"], text, kind="attention").broken
    assert not replay(implementations.dense, text, kind="attention").broken


def test_the_command_checks_attention_and_shows_what_is_wrong(tmp_path, capsys):
    file = tmp_path / "target.py"
    file.write_text(
        "import torch.nn.functional as F\n"
        "def softmax(query, key, value, *, alpha, is_causal, scale, alibi_slopes, key_lengths):\n"
        "    return F.scaled_dot_product_attention(query, key, value, is_causal=is_causal, scale=scale)\n"
    )
    common = ["check", f"{file}:softmax", "--kind", "attention", "--law", "scale"]
    assert main([*common, "--json", str(tmp_path / "found.json"), "--report", str(tmp_path / "out")]) == 1
    shown = capsys.readouterr().out
    assert "query (1, 1, 1, " in shown
    result = json.loads((tmp_path / "found.json").read_text())
    assert result["kind"] == "attention"
    assert main([*common, "--replay", str(tmp_path / "found.json")]) == 1
    snippet = result["laws"][0]["counterexample"]["snippet"]
    exec(compile(snippet, "snippet", "exec"), {})
    assert main(["check", f"{file}:softmax", "--kind", "attention", "--grad-alpha"]) == 2


def test_a_function_that_is_no_attention_is_refused():
    with pytest.raises(ValueError, match="wrap it"):
        check(lambda query, key: query, kind="attention")


def test_every_law_says_what_it_is():
    for law in (*ATTENTION_CONTRACTS.values(), *ATTENTION_LAWS.values()):
        assert law.statement.endswith(".")
        assert law.kind == "attention"
