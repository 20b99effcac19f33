"""Checks of any normaliser of the field: honest implementations conform, slips are caught, and the laws are true."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flint import arb

pytest.importorskip("torch")

import torch
from zoo.normalisers import HONEST, RECENT, WRONG, topk_last, topk_t

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance import PROFILES, check, replay, to_junit
from entmax_oracle.proofs_checks.conformance.ask import read_parameter
from entmax_oracle.proofs_checks.conformance.kinds.normaliser.known import PROPERTIES
from entmax_oracle.proofs_checks.evidence import Context
from entmax_oracle.proofs_checks.matrix.cells import PROPERTIES as COLUMNS
from entmax_oracle.proofs_checks.matrix.cells import cell
from entmax_oracle.proofs_checks.matrix.subject import Reference
from entmax_oracle.reference.formats import as_format
from entmax_oracle.reference.normalisers import NORMALISERS, Normaliser, register
from entmax_oracle.reference.normalisers.budgets import normaliser_budget, normaliser_vjp_budget

FILE = str(Path(__file__).parent / "zoo" / "normalisers.py")
EFFORT = replace(PROFILES["quick"], examples=3, shrinking=10, long_rows=(257,))
CORE = ("values", "support", "simplex", "shift", "order", "permutation", "deletion", "gradient")


def laws_of(name, grad):
    return [
        law
        for law in CORE
        if law not in PROPERTIES or law in NORMALISERS[name].profile.true
        if law != "gradient" or grad
        if law != "deletion" or not NORMALISERS[name].profile.placed
    ]


def ids(zoo):
    return [f"{name} {function.__name__}" for name, function, _ in zoo]


@pytest.fixture(autouse=True)
def _silence():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "function", "takes_torch"), HONEST, ids=ids(HONEST))
def test_honest_implementations_conform(name, function, takes_torch, dtype):
    arrays = "torch" if takes_torch else "numpy"
    laws = laws_of(name, takes_torch) if dtype == "float32" else ["values"]
    seed = sum(map(ord, function.__name__ + dtype))
    report = check(
        function, dtypes=dtype, arrays=arrays, kind="normaliser", against=name, grad=takes_torch, laws=laws,
        profile=EFFORT, seed=seed,
    )  # fmt: skip
    report.raise_for_violations()
    assert all(law.examples for law in report.laws)


@pytest.mark.parametrize(("name", "function", "takes_torch"), RECENT, ids=ids(RECENT))
def test_recent_ones_conform(name, function, takes_torch):
    report = check(
        function, arrays="torch", kind="normaliser", against=name, grad=True, laws=["values", "gradient"],
        profile=replace(EFFORT, examples=1),
    )  # fmt: skip
    report.raise_for_violations()
    assert all(law.examples for law in report.laws)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "float16"])
@pytest.mark.parametrize(("name", "function", "takes_torch"), HONEST + RECENT, ids=ids(HONEST + RECENT))
def test_honest_implementations_conform_whatever_the_seed(name, function, takes_torch, dtype, seed):
    arrays = "torch" if takes_torch else "numpy"
    report = check(function, dtypes=dtype, arrays=arrays, kind="normaliser", against=name, grad=takes_torch, seed=seed)
    report.raise_for_violations()


@pytest.mark.parametrize(("name", "function", "law"), WRONG, ids=ids(WRONG))
def test_slips_are_caught(name, function, law):
    arrays = "numpy" if "normmax" in function.__name__ else "torch"
    effort = replace(PROFILES["quick"], shrinking=20)
    report = check(
        function, arrays=arrays, kind="normaliser", against=name, laws=[law], grad=law == "gradient", profile=effort
    )
    assert [each.law for each in report.laws if each.status == "fail" and each.law == law] == [law], str(report)
    found = next(each for each in report.violations if each.law == law)
    words = found.command.split("--replay ")[1].strip("'")
    assert replay(function, words, arrays=arrays, kind="normaliser").broken


@pytest.mark.parametrize("name", NORMALISERS)
@pytest.mark.parametrize("key", PROPERTIES)
def test_laws_are_judged_where_the_matrix_finds_them_true(name, key):
    """Two cells are false at rows alone where the law claims nothing: ties of top-k, and 0/0 of r-softmax.

    One is true of the definition alone: rounding may choose other blocks once logits are shifted.
    """
    claims_nothing = {("top-k-softmax", "order"), ("top-k-softmax", "permutation"), ("r-softmax", "simplex")}
    column = next(each for each in COLUMNS if each.key == key)
    executed = cell(column, Reference(NORMALISERS[name], {}), None, Context())
    true = executed.verdict == "true" or (name, key) in claims_nothing
    true = true and (name, key) != ("block-top-k-softmax", "shift")
    assert true == (key in NORMALISERS[name].profile.true), executed.detail


def test_any_choice_among_ties_is_right():
    z = torch.zeros(1, 5)
    first, last = topk_t(z, 2).numpy(), topk_last(z.numpy(), 2)
    assert not np.array_equal(first != 0, last != 0)
    case = {"law": "values", "alpha": 1.0, "dtype": "float32", "shape": [1, 5], "logits": "5*0x0p+0"}
    text = json.dumps(case | {"against": "top-k-softmax", "parameters": {"k": 2}})
    assert not replay(topk_t, text, kind="normaliser").broken
    assert not replay(topk_last, text, arrays="numpy", kind="normaliser").broken


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--kind", "normaliser"], "against: name the normaliser to compare with: softmax, scalable-softmax"),
        (["--kind", "normaliser", "--against", "nothing"], "unknown normaliser 'nothing'; choose from softmax"),
        (["--against", "softmax"], "against: an option of the kind 'normaliser', not of a mapping"),
        (["--kind", "normaliser", "--against", "softmax", "--parameter", "k=2"], "softmax has no parameter 'k'"),
        (["--kind", "normaliser", "--against", "softmax", "--parameter", "k"], "expected NAME=VALUE"),
        (["--kind", "normaliser", "--against", "softmax", "--alpha", "2"], "alpha: softmax has none"),
        (["--kind", "normaliser", "--against", "gated-softmax", "--law", "simplex"], "does not hold for gated-softmax"),
        (["--kind", "normaliser", "--against", "top-k-softmax"], "--fixed-parameter k=VALUE"),
        (["--kind", "normaliser", "--against", "r-softmax", "--fixed-parameter", "r=1.5"], "r is 1.5"),
    ],
)
def test_what_makes_no_sense_is_refused(words, complaint, capsys):
    assert main(["check", f"{FILE}:softmax_t", *words]) == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (["name = title = definition = source = 'own'"], "class Own lacks _balls; every normaliser has"),
        (["_balls = lambda self, z: z"], "class Own lacks name; every normaliser has"),
        (
            ["name = title = definition = source = 'own'", "_values = lambda self, z, *, c: z", "_balls = _values"],
            "own: parameter 'c' of _values has no default; give it one",
        ),
        (
            ["name = 'own'", "_balls = lambda self, z: [x / 2 for x in z]"],
            "for the row [1.0, 0.0, -1.0] the weight of token 0 is 1.0 by its _values (float64) and 0.5 by its _balls",
        ),
        (["name = 'own'", "_balls = lambda self, z: z.mean()"], "_balls raises AttributeError for the row [1.0"),
    ],
)
def test_a_class_that_is_incomplete_or_disagrees_with_itself_is_refused(lines, complaint, tmp_path, capsys):
    path = tmp_path / "own.py"
    body = ["def _values(self, z): return z", *lines]
    path.write_text(
        "from entmax_oracle.reference.normalisers import Normaliser\n"
        "class Own(Normaliser):\n" + "".join(f"    {line}\n" for line in body)
    )
    for words in (["check", f"{FILE}:softmax_t", "--kind", "normaliser", "--against"], ["matrix"]):
        assert main([*words, f"{path}:Own"]) == 2
        assert complaint in capsys.readouterr().err


def test_the_command_checks_replays_and_writes(tmp_path, capsys):
    report, junit = tmp_path / "r.json", tmp_path / "r.xml"
    target = [f"{FILE}:top_k_plus_one", "--kind", "normaliser", "--against", "top-k-softmax"]
    words = ["check", *target, "--parameter", "k=3", "--law", "values", "--json", str(report), "--junit", str(junit)]
    assert main(words) == 1
    assert "k 3" in capsys.readouterr().out
    (law,) = json.loads(report.read_text())["laws"]
    assert law["counterexample"]["parameters"] == {"k": 3}
    assert len(law["counterexample"]["logits"]) == 4
    assert "failure" in junit.read_text()
    assert main(["check", *target, "--replay", str(report)]) == 1
    assert main(["check", f"{FILE}:topk_t", *target[1:], "--replay", str(report)]) == 0


def test_a_fixed_parameter_is_not_handed_over():
    def pairs(z):
        return topk_t(z, 2)

    report = check(
        pairs, kind="normaliser", against="top-k-softmax", fixed_parameters={"k": 2}, laws=["values"], profile=EFFORT
    )
    report.raise_for_violations()
    assert to_junit(report)


def test_read_parameter():
    assert [read_parameter(f"x={word}")[1] for word in ("2", "0.5", "true", "none")] == [2, 0.5, True, None]


@pytest.mark.parametrize("name", NORMALISERS)
def test_budgets_hold_for_float64_and_are_not_wide(name):
    rng, f = np.random.default_rng(3), NORMALISERS[name]
    for n in (3, 17):
        z, g = rng.standard_normal((4, n)), rng.standard_normal((4, n))
        bounds, allowed = f.enclose(z), normaliser_budget(name, z, "float64")
        p = f(z)
        assert (np.maximum(bounds.lower - p, p - bounds.upper) <= allowed).all()
        # Condition numbers of these rows are a few units: a factor that was forgotten, or is squared, shows.
        assert (allowed <= 400 * n * 2.0**-53).all()
        room = normaliser_vjp_budget(name, z, g, "float64")
        assert (room[np.isfinite(room)] <= 4e4 * n * 2.0**-53).all()


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("name", NORMALISERS)
def test_what_is_right_and_rounded_once_is_within_the_budget(name, dtype):
    rng, f = np.random.default_rng(5), NORMALISERS[name]
    form = as_format(dtype)
    for parameters in ({}, *map(dict, NORMALISERS[name].profile.others)):
        for scale in (2.0**-14, 0.1, 1.0, 8.0):
            z = form.round_array(rng.standard_normal((6, 9)) * scale)
            g = form.round_array(rng.standard_normal((6, 9)))
            weights, pulled = f(z, **parameters), f.vjp(z, g, **parameters)
            allowed = normaliser_budget(name, z, dtype, **parameters)
            assert (np.abs(form.round_array(weights) - weights) <= allowed).all()
            with np.errstate(over="ignore"):
                error = np.abs(form.round_array(pulled) - pulled)
            room = normaliser_vjp_budget(name, z, g, dtype, **parameters)
            assert (error[np.isfinite(error)] <= room[np.isfinite(error)]).all()


def test_a_gradient_that_is_rounded_once_is_no_violation():
    """The token at the quantile, whose own share is small against what it takes back."""
    case = {"law": "gradient", "alpha": 1.0, "dtype": "bfloat16", "shape": [4], "against": "r-softmax"}
    case |= {
        "logits": "0x1p-96 -0x1.8p-102 -0x1.74p-102 0x0p+0",
        "cotangent": "3*0x0p+0 0x1p+0",
        "parameters": {"r": 0.5},
    }
    (honest,) = (function for name, function, _ in HONEST if function.__name__ == "rsoftmax_t")
    assert not replay(honest, json.dumps(case), kind="normaliser", against="r-softmax").broken


def test_a_gradient_that_is_nan_at_ordinary_logits_is_a_violation():
    honest = next(function for name, function, _ in HONEST if name == "r-softmax" and function.__name__ == "rsoftmax_t")

    def lost(z, *given, **more):
        return honest(z, *given, **more) + 0 * torch.sqrt(z - z)

    asked = {"kind": "normaliser", "against": "r-softmax", "grad": True, "laws": ["gradient"], "profile": EFFORT}
    report = check(lost, (1.0,), ("float32",), "torch", **asked)
    assert report.verdict == "violates"
    assert "got NaN" in str(report)


def test_a_width_that_no_quotient_survives_is_not_judged():
    room = normaliser_vjp_budget("self-adjust-softmax", [0.0, -(2.0**-133)], [0.0, 0.0], "bfloat16", normalised=True)
    assert np.isinf(room).all()
    room = normaliser_vjp_budget("self-adjust-softmax", [0.0, -(2.0**-9)], [1.0, 0.5], "bfloat16", normalised=True)
    assert np.isfinite(room[1])


def test_a_normaliser_that_its_user_defines_is_checked():
    """Softmax with a sink in its denominator: values and balls alone, its parameter read off the signature."""

    class WithSink(Normaliser):
        name, title, definition, source = (
            "with-sink",
            "softmax with a sink",
            r"e^{z_i} / (e^s + \sum_j e^{z_j})",
            "here",
        )

        def _values(self, z, *, sink: float = 0.0):
            top = np.maximum(z.max(-1, keepdims=True), sink)
            e = np.exp(z - top)
            return e / (np.exp(sink - top) + e.sum(-1, keepdims=True))

        def _balls(self, z, *, sink: float = 0.0):
            e = [x.exp() for x in z]
            return [x / sum(e, arb(sink).exp()) for x in e]

    def right(z, sink):
        return torch.softmax(torch.cat([torch.full_like(z[..., :1], sink), z], -1), -1)[..., 1:]

    def dropped(z, sink):
        return torch.softmax(z, -1)

    register(WithSink)
    try:
        assert WithSink().parameters == {"sink": 0.0}
        options = {"kind": "normaliser", "against": "with-sink", "parameters": {"sink": (0.5, 30.0)}}
        options |= {"laws": ["values", "deletion"], "profile": replace(EFFORT, examples=2)}
        check(right, **options).raise_for_violations()
        assert check(dropped, **options).verdict == "violates"
    finally:
        del NORMALISERS["with-sink"]


def test_a_normaliser_without_values_is_refused():
    class Empty(Normaliser):
        name = "empty"

        def _balls(self, z):
            return z

    with pytest.raises(ValueError, match="define _values"):
        register(Empty)
