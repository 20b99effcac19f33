"""What a check says of a failure: one finding for each cause, simpler explanations, and what shows it again."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance import PROFILES, check
from entmax_oracle.proofs_checks.conformance.diagnosis import DIAGNOSES
from entmax_oracle.proofs_checks.conformance.kinds.mapping import MappingCase
from entmax_oracle.proofs_checks.conformance.law import Finding
from entmax_oracle.proofs_checks.conformance.results.events import Judged, Notice
from entmax_oracle.proofs_checks.conformance.search import Tally
from entmax_oracle.reference import entmax, vjp

EFFORT = replace(PROFILES["quick"], examples=4, shrinking=60, long_rows=())


def good(z, alpha):
    return entmax(z, alpha).astype(z.dtype)


def softmax(z, alpha):
    return entmax(z, 1.0).astype(z.dtype)


def nan_alone(z, alpha):
    return good(z, alpha) * (np.nan if z.shape[-1] == 1 else 1)


def found_in(report, law="values"):
    return next(each for each in report.laws if each.law == law).counterexamples[0]


def run(function, laws=("values",), **options):
    return check(function, 1.5, "float32", "numpy", laws=laws, profile=EFFORT, **options)


def test_what_falls_to_one_cause_is_one_finding():
    report = run(nan_alone, ("values", "simplex", "single token", "order"))
    laws = {each.law: each for each in report.laws}
    assert laws["values"].also == ("simplex", "single token")
    assert [laws[name].cause for name in ("values", "simplex", "single token", "order")] == ["", "values", "values", ""]
    assert laws["order"].status == "pass"
    assert report.to_dict()["laws"][0]["also"] == ["simplex", "single token"]
    assert found_in(report).fact == "returns NaN for a single token (logit 0.0)"


def test_another_fault_is_not_hidden_by_the_first():
    def two_faults(z, alpha):
        answer = nan_alone(z, alpha)
        return np.where(np.arange(z.shape[-1]) == 6, answer + 1e-3, answer) if z.shape[-1] == 7 else answer

    causes = {each.law: each.cause for each in run(two_faults, ("single token", "values", "simplex")).laws}
    assert causes == {"values": "", "simplex": "values", "single token": "values"}
    # Where the first of two faults is seen first, the other one is looked for beyond it.
    report = run(two_faults, ("values", "permutation"))
    assert next(each.cause for each in report.laws if each.law == "permutation") in ("", "values")


def test_ordinary_logits_are_preferred_and_others_are_said_to_be_needed():
    def beyond(limit):
        return lambda z, alpha: good(z, alpha) * (1.5 if np.abs(z[np.isfinite(z)]).max() > limit else 1)

    ordinary = found_in(run(beyond(3.0)))
    assert "Seen only" not in ordinary.message
    assert max(abs(float.fromhex(each)) for each in ordinary.logits) <= 1e4
    absurd = found_in(run(beyond(1e30)))
    assert "Seen only with numbers as large as" in absurd.message
    assert "nothing failed with numbers up to 10000" in absurd.message


def test_what_is_worse_beyond_ordinary_logits_is_kept_beside_them():
    wild, plain = Finding(True, "NaN", math.inf), Finding(True, "off", 5.0)
    tally = Tally()
    assert not tally.take("wild", wild, "", absurd=True)  # and the search goes on
    assert tally.take("plain", plain, "", absurd=False)
    tally.settle()
    assert (tally.case, tally.finding, tally.absurd, tally.beyond) == ("plain", plain, False, ("wild", wild))
    alone = Tally()
    alone.take("explained", plain, "values", absurd=False)
    alone.take("wild", wild, "", absurd=True)
    alone.settle()
    assert (alone.case, alone.absurd, alone.cause, alone.beyond) == ("wild", True, "", None)


def half(z, alpha):
    return good(z, alpha) / 2


def top_16(z, alpha):
    answer = good(z, alpha)
    kept = np.argsort(np.argsort(-answer, axis=-1, kind="stable"), axis=-1) < 16
    return np.where(kept, answer, 0)


def short_arithmetic(z, alpha):
    return (good(z, alpha) * (1 + np.float32(2e-4) * np.cos(np.arange(z.shape[-1])))).astype(z.dtype)


def masked_wrong(z, alpha):
    return good(z, alpha) * (0.9 if np.isneginf(z).any() else 1)


@pytest.mark.parametrize(
    ("name", "function", "said"),
    [
        ("another_alpha", softmax, "agrees with alpha = 1 (softmax) on all 8 inputs tried"),
        ("not_normalised", half, "right on all 8 inputs tried once each row is divided by its sum"),
        ("narrow_arithmetic", short_arithmetic, "of the size that arithmetic in float16 makes, on all 8 inputs"),
        ("only_long", top_16, "fails above 16 tokens: cut to 4, 8 and 16 this input passes; at 17, 34 and 68"),
        ("only_masked", masked_wrong, "passes once the masked tokens are removed"),
    ],
)
def test_a_diagnosis_is_told_where_it_fits(name, function, said):
    assert name in DIAGNOSES
    diagnosis = found_in(run(function)).diagnosis
    assert any(said in each for each in diagnosis), diagnosis


def test_a_row_whose_first_tokens_are_masked_is_not_cut_to_those():
    case = MappingCase(np.array([-np.inf, -np.inf, -np.inf, 1.0, 0.0]))
    size, resized = case.lengthened
    assert size == 5
    assert resized(2) is None
    assert resized(4).logits.tolist() == [-np.inf, -np.inf, -np.inf, 1.0]


def test_a_diagnosis_tells_how_many_rows_it_takes():
    def crowded(z, alpha):
        rows = int(np.prod(z.shape[:-1]))
        return good(z, alpha) * (1 if rows < 12 else 0.5)

    report = check(crowded, 1.5, "float32", "numpy", laws=["batch"], profile=replace(EFFORT, shrinking=200))
    (said,) = found_in(report, "batch").diagnosis
    assert said.startswith("fails above 11 rows")


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (lambda z, g: 0 * g, "zero"),
        (lambda z, g: g, "the incoming gradient itself"),
        (lambda z, g: -vjp(z, g, 1.5), "the right one with the wrong sign"),
        (lambda z, g: np.sqrt(entmax(z, 1.5)) * g, "s g without the mean that is subtracted"),
    ],
)
def test_a_gradient_is_told_by_its_slip(slip, said):
    torch = pytest.importorskip("torch")

    class Mapping(torch.autograd.Function):
        @staticmethod
        def forward(ctx, z):
            ctx.save_for_backward(z)
            return torch.from_numpy(entmax(z.double().numpy(), 1.5)).to(z.dtype)

        @staticmethod
        def backward(ctx, g):
            (z,) = ctx.saved_tensors
            return torch.from_numpy(np.array(slip(z.double().numpy(), g.double().numpy()))).to(z.dtype)

    report = check(
        lambda z, alpha: Mapping.apply(z),
        1.5,
        "float32",
        laws=["gradient"],
        grad=True,
        profile=replace(EFFORT, examples=1),
    )
    (diagnosis,) = found_in(report, "gradient").diagnosis
    assert diagnosis.startswith(f"the gradient is {said}")


ATTENTION = '''
import torch
from entmax_oracle.reference import attention

def forgets(query, key, value, *, alpha, is_causal, scale, alibi_slopes, key_lengths):
    """Attention that takes no notice of ALiBi slopes."""
    options = dict(is_causal=is_causal, scale=scale, key_lengths=key_lengths)
    return torch.from_numpy(attention(query, key, value, alpha, **options)).to(query.dtype)
'''


def test_an_argument_that_is_ignored_is_named_and_command_and_program_show_it(tmp_path, monkeypatch, capsys):
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("mine.py").write_text(ATTENTION, encoding="utf-8")
    words = ["check", "mine.py:forgets", "--kind", "attention", "--law", "alibi", "--seconds", "5", "--json", "-"]
    assert main(words) == 1
    written = capsys.readouterr()  # what people read goes elsewhere where the JSON is asked for on standard output
    shown = written.err
    (law,) = json.loads(written.out)["laws"]
    found = law["counterexample"]
    assert found["diagnosis"] == ["on this input the answer is the one without alibi_slopes"]
    assert found["command"] in shown  # in one line, to be pasted
    assert all(line in shown for line in found["snippet"].splitlines())
    again = subprocess.run(found["command"].replace("entmax-oracle", f"{sys.executable} -m entmax_oracle"), shell=True)
    assert again.returncode == 1
    program = subprocess.run([sys.executable, "-c", found["snippet"]], capture_output=True, text=True, check=True)
    assert "tensor" in program.stdout


def test_fail_fast_stops_at_the_first_failure():
    report = check(
        softmax, (1.5, 2.0), "float32", "numpy", laws=["values", "order", "ties"], profile=EFFORT, fail_fast=True
    )
    assert report.verdict == "violates"
    assert not report.complete
    assert [each.status for each in report.laws] == ["fail", "skip", "skip"]
    assert report.laws[0].settings[1]["message"] == report.laws[1].message
    assert "--fail-fast" in report.laws[1].message
    report = check(softmax, 1.5, "float32", "numpy", laws=["empty batch", "values", "order"], fail_fast=True)
    (empty,) = [each for each in report.laws if each.law == "empty batch"]
    assert empty.status == "skip"
    assert "--fail-fast" in empty.message


def test_a_target_that_always_raises_is_given_up_soon():
    def refuses(z, alpha):
        raise TypeError("no such array")

    assert run(refuses, ("permutation",)).verdict == "unusable"  # a law of drawn cases alone
    report = run(refuses, ())
    assert report.verdict == "unusable"
    returns = next(each for each in report.laws if each.law == "returns")
    assert returns.examples <= 60
    assert returns.counterexamples[0].fact == "raises TypeError: no such array for a single token (logit 1.0)"
    assert f"({__file__}:" in returns.message
    compiled = run(np.left_shift, ())  # has no line of source to name, and the checker's own would mislead
    returns = next(each for each in compiled.laws if each.law == "returns")
    assert "'left_shift' not supported for the input types" in returns.message
    assert ".py:" not in returns.message


def test_a_target_that_answers_some_sizes_alone_is_not_given_up():
    def multiples_of_16(z, alpha):
        if z.shape[-1] % 16:
            raise ValueError("16 only")
        return softmax(z, alpha)

    assert next(each.status for each in run(multiples_of_16).laws if each.law == "values") == "fail"


TARGET = """
import sys
import numpy as np
from entmax_oracle.reference import entmax

def mapping(z, alpha):
    print("called with", z.shape)
    print("a warning", file=sys.stderr)
    answer = entmax(z, alpha).astype(z.dtype)
    return answer * np.float32({factor}) if z.shape[-1] == 5 else answer
"""


def test_failures_are_saved_and_tried_first_and_what_passes_is_forgotten(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cache = tmp_path / "cache" / "entmax-oracle" / "failures"

    def checked(factor, **options):
        tmp_path.joinpath("mine.py").write_text(TARGET.format(factor=factor), encoding="utf-8")
        given = {"laws": ["single token"], "profile": EFFORT, **options}
        return check("mine.py:mapping", 1.5, "float32", "numpy", **given).laws[0]

    first = checked("0.5")
    assert first.status == "fail"
    (file,) = cache.iterdir()
    (key,) = json.loads(file.read_text(encoding="utf-8"))
    assert key == "1.5 float32 single token"
    again = checked("0.5")
    assert again.examples < first.examples  # the case that was saved came first
    assert again.counterexamples[0].logits == first.counterexamples[0].logits
    assert checked("0.5", no_saved=True).examples == first.examples
    mended = checked("1", no_saved=True)
    timeless = {"seconds": 0.0, "settings": ()}
    assert replace(checked("1"), **timeless) == replace(mended, **timeless)  # of what was saved there is no trace
    assert mended.status == "pass"
    assert not list(cache.iterdir())


def test_failures_are_tried_on_the_same_target_under_the_same_options_alone(tmp_path, monkeypatch):
    body = "import numpy as np\n\ndef f(z{}):\n    e = np.exp(z - z.max(-1, keepdims=True))\n    return e{}\n"
    over_its_sum = " / e.sum(-1, keepdims=True)"

    def checked(folder, parameter, rest, against):
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        place.joinpath("targeted.py").write_text(body.format(parameter, rest), encoding="utf-8")
        monkeypatch.chdir(place)
        given = {"kind": "normaliser", "laws": ["values"], "profile": EFFORT}
        return check("targeted:f", arrays="numpy", against=against, **given)

    assert checked("one", ", k", "", "top-k-softmax").verdict == "violates"
    # What was saved of it has a parameter, which the softmax of the same name does not take.
    assert checked("one", "", over_its_sum, "softmax").verdict == "conforms"
    first = checked("two", "", "", "softmax")
    assert checked("one", "", "", "softmax").laws[0].examples == first.laws[0].examples


def test_what_the_target_writes_comes_through(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("mine.py").write_text(TARGET.format(factor=1), encoding="utf-8")
    told = []
    check("mine.py:mapping", 1.5, "float32", "numpy", laws=["single token"], profile=EFFORT, progress=told.append)
    texts = [each.text for each in told if isinstance(each, Notice) and each.target]
    assert "called with (3, 1)" in texts
    assert texts.count("a warning") == 1


def test_a_broken_contract_is_told_as_soon_as_it_is_seen():
    told = []
    run(lambda z, alpha: good(z, alpha).astype(np.float64), ("dtype", "values", "order"), progress=told.append)
    laws = [each.result.law for each in told if isinstance(each, Judged) and each.result.status != "skip"]
    assert laws.index("dtype") < laws.index("order")
