"""The test vectors: valid by their schemas, right by another route, and read by the readers of each language."""

from __future__ import annotations

import hashlib
import json
import math
import re
import shutil
import struct
import subprocess
import sys

import golden
import jsonschema
import numpy as np
import pytest

from entmax_oracle import entmax, vjp
from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance.laws import LAWS_OF
from entmax_oracle.proofs_checks.vectors import KINDS, write
from entmax_oracle.proofs_checks.vectors.accepted import Accepted, read, standing
from entmax_oracle.proofs_checks.vectors.batches import BATCHED, batches
from entmax_oracle.proofs_checks.vectors.cases import ALPHAS, GROUPS
from entmax_oracle.proofs_checks.vectors.invalid import OUTCOMES
from entmax_oracle.proofs_checks.vectors.mapping import certify
from entmax_oracle.proofs_checks.vectors.onnx_sets import write_onnx
from entmax_oracle.proofs_checks.vectors.stablehlo import write_stablehlo
from entmax_oracle.reference import (
    attention,
    attention_vjp,
    fenchel_young_grad,
    fenchel_young_loss,
    grad_alpha,
)
from entmax_oracle.reference.formats import FORMATS, as_format
from entmax_oracle.reference.normalisers import NORMALISERS


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("vectors") / "new"
    write(place)
    return place


@pytest.fixture(scope="module")
def vectors(folder):
    return {name: json.loads((folder / f"{kind.file}.json").read_text()) for name, kind in KINDS.items()}


def numbers(test, name):
    """A field as an array of the shape that stands beside it."""
    return np.array([float.fromhex(word) for word in test[name]]).reshape(test.get("shapes", {}).get(name, -1))


def each_test(vectors):
    return [(group, test) for group in vectors["testGroups"] for test in group["tests"]]


def within(test, got, prefix="", room=0.0):
    """Whether a float64 answer lies between the bounds, give or take the budget of float64 and some room."""
    name = "".join if prefix else str.lower
    low, high = (numbers(test, name(f"{prefix}{end}")).ravel() for end in ("Lower", "Upper"))
    budgets = test.get(name(f"{prefix}Budget"), {}).get("float64")
    room = room + (np.array([float.fromhex(word) for word in budgets]) if budgets else 0.0)
    got = np.asarray(got).ravel()
    return bool(((low - room <= got) & (got <= high + room)).all())


def test_the_files_keep_their_schemas_and_their_checksums(folder, vectors):
    for name, kind in KINDS.items():
        schema = json.loads((folder / f"{kind.file}.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        # One test of each sort of fields: validating every number would take as long as certifying it.
        document = vectors[name]
        sorts = {}
        for group, test in each_test(document):
            sorts.setdefault((*test, *test["bits"]), (group, test))
        jsonschema.validate(document | {"testGroups": [g | {"tests": [t]} for g, t in sorts.values()]}, schema)
        broken = document["testGroups"][0]["tests"][0] | {"surprise": 1}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document | {"testGroups": [document["testGroups"][0] | {"tests": [broken]}]}, schema)
    listed = [line.split() for line in (folder / "SHA256SUMS").read_text().splitlines()]
    assert {name for _, name in listed} | {"SHA256SUMS"} == {path.name for path in folder.iterdir()}
    for digest, name in listed:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert sum(path.stat().st_size for path in folder.iterdir()) < 20e6


def test_the_legends_and_the_numbers_are_complete(vectors):
    for name, document in vectors.items():
        every = each_test(document)
        laws = LAWS_OF[name][1] if name in LAWS_OF else {}
        assert {group["law"] for group in document["testGroups"] if "law" in group} <= set(laws)
        assert [test["tcId"] for _, test in every] == list(range(1, document["numberOfTests"] + 1))
        assert {flag for _, test in every for flag in test["flags"]} == set(document["flags"])
    assert {group["alpha"] for group in vectors["mapping"]["testGroups"]} == {alpha.hex() for alpha in ALPHAS}
    assert {group["normaliser"] for group in vectors["normaliser"]["testGroups"]} == set(NORMALISERS)
    assert {outcome for _, test in each_test(vectors["invalid"]) for outcome in test["outcomes"]} == set(OUTCOMES)


_UNPACK = {"float64": ">d", "float32": ">f", "float16": ">e", "bfloat16": ">f"}


def from_bits(word, dtype):
    return struct.unpack(_UNPACK[dtype], bytes.fromhex(word.ljust(8, "0") if dtype == "bfloat16" else word))[0]


def test_decimals_and_bits_are_the_same_numbers(vectors):
    for kind, document in vectors.items():
        given = {field.name for field in KINDS[kind].fields if field.role == "input"}
        for _, test in each_test(document)[::3]:
            flat = {(name, None): test[name] for name in test["decimal"] if isinstance(test[name], list)}
            flat |= {(name, key): words for name in test["decimal"] if isinstance(test[name], dict)
                     for key, words in test[name].items()}  # fmt: skip
            for (name, key), words in flat.items():
                exact = list(map(float.fromhex, words))
                decimals = test["decimal"][name] if key is None else test["decimal"][name][key]
                assert list(map(repr, map(float, decimals))) == list(map(repr, exact))
                for dtype, fields in test["bits"].items():
                    if name in fields and (key == dtype or key is None):
                        assert dtype == "float64" or name in given or name.lower().endswith("rounded")
                        assert [repr(from_bits(word, dtype)) for word in fields[name]] == list(map(repr, exact))


def test_bounds_hold_tier_one_and_every_rounding(vectors):
    for group, test in each_test(vectors["mapping"]):
        z, lower, upper = (numbers(test, name) for name in ("logits", "lower", "upper"))
        assert within(test, entmax(z, float.fromhex(group["alpha"])))
        assert math.fsum(lower) <= 1 <= math.fsum(upper)
        decided = np.array(test["support"])
        assert (upper[decided == "out"] == 0).all()
        assert (upper[decided == "in"] > 0).all()  # a lower bound may round down to 0
        for name in test["rounded"]:
            # Correct rounding moves a number by less than the budget of its format allows a kernel to be wrong.
            allowed, answer = numbers(test["budget"], name), numbers(test["rounded"], name)
            assert ((lower - allowed <= answer) & (answer <= upper + allowed)).all(), (test["tcId"], name)
            assert len(answer) == len(z)


def test_gradients_hold_tier_one(vectors):
    found = [(group, test) for group, test in each_test(vectors["mapping"]) if "cotangent" in test]
    assert len(found) > 100
    for group, test in found:
        if test["differentiable"]:
            z, g, alpha = numbers(test, "logits"), numbers(test, "cotangent"), float.fromhex(group["alpha"])
            assert within(test, vjp(z, g, alpha), "vjp"), test["tcId"]
            assert within(test, [g @ grad_alpha(z, alpha)], "vjpAlpha"), test["tcId"]


def test_losses_and_their_gradients_hold_tier_one(vectors):
    for group, test in each_test(vectors["loss"]):
        z, alpha = numbers(test, "logits"), float.fromhex(group["alpha"])
        assert within(test, fenchel_young_loss(z, test["target"], alpha)), test["tcId"]
        pulled = numbers(test, "cotangent") * fenchel_young_grad(z, test["target"], alpha)
        assert within(test, pulled, "vjp"), test["tcId"]


def parameters(given):
    """Parameters as they are written."""
    return {
        name: float.fromhex(value["hex"]) if isinstance(value, dict) and isinstance(value["hex"], str) else
        [float.fromhex(word) for word in value["hex"]] if isinstance(value, dict) else value
        for name, value in given.items()
    }  # fmt: skip


def test_normalisers_hold_tier_one(vectors):
    pulled = 0
    for group, test in each_test(vectors["normaliser"]):
        known, given, z = NORMALISERS[group["normaliser"]], parameters(group["parameters"]), numbers(test, "logits")
        assert within(test, known(z, **given)), test["tcId"]
        if "cotangent" in test:
            pulled += 1
            assert within(test, known.vjp(z, numbers(test, "cotangent"), **given), "vjp"), test["tcId"]
    assert pulled > 100


def called(test):
    """The arguments of a call of attention."""
    names = ("query", "key", "value", "scale", "alibi_slopes", "attn_mask", "sinks")
    given = {name: numbers(test, name) for name in names if name in test}
    if "boolean_mask" in test:
        given["attn_mask"] = np.array(test["boolean_mask"]).reshape(test["shapes"]["boolean_mask"])
    if "softcap" in test:
        given["softcap"] = float(numbers(test, "softcap"))
    return given | {name: test[name] for name in ("is_causal", "key_lengths", "window") if name in test}


def test_attention_and_its_gradients_hold_tier_one(vectors):
    for group, test in each_test(vectors["attention"]):
        given, alpha = called(test), float.fromhex(group["alpha"])
        assert within(test, attention(**given, alpha=alpha)), test["tcId"]
        if alpha == 1:
            assert within(test, attention(**given, alpha=1, return_lse=True)[1], "lse"), test["tcId"]
        if test["differentiable"]:
            found = attention_vjp(**given, grad=numbers(test, "cotangent"), alpha=alpha)
            names = {"query": "Query", "key": "Key", "value": "Value", "sinks": "Sinks", "attn_mask": "AttnMask"}
            for name, word in names.items():
                if f"vjp{word}Lower" in test:
                    assert within(test, getattr(found, name), f"vjp{word}"), (test["tcId"], name)
            for name in ("scale", "alpha"):  # without a budget: float64 leaves at least half of its digits
                size = np.abs(getattr(found, name)).max(initial=1.0) * np.abs(given["query"]).max() ** 2
                assert within(test, getattr(found, name), f"vjp{name.capitalize()}", 1e-8 * size), (test["tcId"], name)


def test_bounds_of_attention_are_tight(vectors):
    for _, test in each_test(vectors["attention"]):
        low, high = numbers(test, "lower"), numbers(test, "upper")
        assert (high - low <= 2 * np.spacing(np.maximum(np.abs(low), np.abs(high)))).all()


def refused(kind, test, alpha):
    """What the reference says of an input: None where it refuses it, else the answer."""
    try:
        if kind == "attention":
            return attention(**called(test), alpha=alpha)
        z = numbers(test, "logits")
        if kind == "loss":
            return fenchel_young_loss(z, test["target"], alpha)
        if kind == "normaliser":
            return NORMALISERS[test["normaliser"]](z, **parameters(test["parameters"]))
        return entmax(z, alpha)
    except ValueError:
        return None


def test_the_reference_does_what_the_invalid_vectors_allow(vectors):
    seen = set()
    for group, test in each_test(vectors["invalid"]):
        answer = refused(group["kind"], test, float.fromhex(test["alpha"]))
        seen.add(test["result"])
        if answer is None:
            assert "refuse" in test["outcomes"], test["comment"]
        elif "value" in test["outcomes"]:
            assert test["result"] == "valid"
            assert within(test, answer), test
        elif answer.size == 0:
            assert "empty" in test["outcomes"], test
        else:
            assert "zeros" in test["outcomes"], test
            rows = np.reshape(answer, (-1, np.shape(answer)[-1]))
            assert (rows[test["rows"]] == 0).all()
        if test["result"] == "invalid":
            assert answer is None, test
    assert seen == {"valid", "acceptable", "invalid"}


def test_rows_beside_a_bad_one_are_certified(vectors):
    found = [test for _, test in each_test(vectors["invalid"]) if "lower" in test and "value" not in test["outcomes"]]
    assert len(found) > 10
    for test in found:
        z, low = numbers(test, "logits"), numbers(test, "lower").reshape(test["shapes"]["logits"])
        good = [i for i in range(len(z)) if i not in test["rows"]]
        assert np.isnan(low[test["rows"]]).all()
        assert np.allclose(entmax(z[good], float.fromhex(test["alpha"])), low[good], rtol=1e-12)


def test_the_vectors_are_the_recorded_ones(vectors):
    found = golden.vectors_of({KINDS[name].file: document["testGroups"] for name, document in vectors.items()})
    assert golden.differences(golden.stored("vectors"), found) == []


def test_the_same_versions_write_the_same_bytes(vectors):
    rows = GROUPS[2]
    again = [certify(draft, 1.5) for draft in rows.drafts(1.5)]
    (kept,) = [g for g in vectors["mapping"]["testGroups"] if g["law"] == rows.law and g["alpha"] == (1.5).hex()]
    logits = {tuple(test["logits"]): test for test in again}
    for test in kept["tests"]:
        assert logits[tuple(test["logits"])] == {key: value for key, value in test.items() if key != "tcId"}


C = ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", "reader", "read_vectors.c", "-lm"]
READERS = {
    "c": (C, "./reader", "fmax(a * (z[i] - peak) - low", "fmax(a * (z[i] - peak) - low - 1e-9"),
    "c stopped early": (C, "./reader", "last = tau", "last = high - low < 1e-7 || tau"),
    "c as c++": (["c++", "-x", "c++", *C[1:]], "./reader", "- low, 0.0)", "- low - 1e-9, 0.0)"),
    "cpp": (
        ["c++", "-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror", "-o", "reader", "read_vectors.cpp"],
        "./reader",
        "x /= sum",
        "x /= sum + 1e-9",
    ),
    "rs": (
        ["rustc", "-O", "-D", "warnings", "-o", "reader", "read_vectors.rs"],
        "./reader",
        "x / sum",
        "x / sum / 1.001",
    ),
    "js": ([], "node read_vectors.js", "x / sum", "x / (sum + 1e-9)"),
    "py": ([], f"{sys.executable} read_vectors.py", "math.fsum(p) for", "(math.fsum(p) + 1e-9) for"),
}


@pytest.mark.parametrize("language", READERS)
def test_a_reader_passes_what_is_right_and_names_what_is_wrong(folder, tmp_path, vectors, language):
    compiler, run, slip, wrong = READERS[language]
    name = f"read_vectors.{language.partition(' ')[0]}"
    for tool in (*compiler[:1], *run.split()[:1]):
        if not tool.startswith("./") and shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    source = (folder / name).read_text()
    assert len(source.splitlines()) <= 100
    assert source.count(slip) == 1
    python = language == "py"
    given = [str(folder) if python else str(folder / "entmax-vectors-1.json")]
    count = vectors["mapping"]["numberOfTests"]
    for text, right in ((source, True), (source.replace(slip, wrong), False)):
        (tmp_path / name).write_text(text)
        if compiler:
            subprocess.run(compiler, check=True, cwd=tmp_path)
        done = subprocess.run([*run.split(), *given], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == (0 if right else 1), done.stderr
        if right and python:
            assert done.stdout.splitlines() == [
                f"{KINDS[kind].file}: {vectors[kind]['numberOfTests']} tests, 0 wrong"
                for kind in ("mapping", "loss", "attention")
            ]
        elif right:
            assert done.stdout == f"{count} tests, 0 wrong\n"
        else:
            assert re.search(r"\d+ tests, [1-9]\d* wrong", done.stdout)
            assert re.search(r'("tcId": |test )\d+', done.stdout)


@pytest.mark.skipif(shutil.which("c++") is None, reason="needs a C++ compiler")
def test_the_example_in_c_is_c_plus_plus_too(tmp_path):
    from test_program import EXAMPLE

    command = ["c++", "-x", "c++", "-Wall", "-Wextra", "-Werror", "-o", tmp_path / "lines", EXAMPLE, "-lm"]
    subprocess.run(command, check=True)


@pytest.mark.parametrize("name", FORMATS)
def test_numbers_stand_in_a_row(name):
    form = as_format(name)
    some = [form.smallest_subnormal, form.smallest_normal, 1.0, 1.5, form.largest, np.inf]
    row = np.array([*(-x for x in reversed(some)), 0.0, *some])
    at = standing(row, name)
    assert (np.diff(at) > 0).all()
    assert np.array_equal(read(at, name), row)
    assert read(standing(np.array([1.0]), name) + 1, name)[0] == 1 + 2 * form.unit_roundoff


def test_what_is_accepted_ends_at_the_budget():
    lower, upper, room = np.array([0.3, 0.0]), np.array([0.30001, 0.0]), np.array([0.01, 0.0])
    found = Accepted(lower, upper, room, "float16")
    ends = found.numbers
    assert ends["lower"][0] >= 0.29 > read(found.first - 1, "float16")[0]
    assert ends["upper"][0] <= 0.31001 < read(found.last + 1, "float16")[0]
    assert ends["lower"][1] == ends["upper"][1] == ends["expected"][1] == 0
    assert 0.01 <= found.distance < 0.011
    assert found.steps == max(found.last[0] - found.expected[0], found.expected[0] - found.first[0])
    assert not Accepted(lower, upper, np.array([np.inf, 0.0]), "float32").usable


SOME = pytest.mark.parametrize("kind", ["mapping", "attention"])


@pytest.fixture
def few(monkeypatch):
    """One law of each kind, and few alphas, so that converting them takes no time."""
    from entmax_oracle.proofs_checks.vectors import attention, mapping

    kept = [rows for rows in GROUPS if rows.law == "ties"]
    monkeypatch.setattr(mapping, "GROUPS", [type(rows)(**vars(rows) | {"alphas": (1.0, 1.5)}) for rows in kept])
    monkeypatch.setattr(attention, "ALPHAS", (1.5,))


@SOME
def test_onnx_sets_hold_their_answers_and_catch_wrong_ones(few, tmp_path, kind):
    onnx = pytest.importorskip("onnx")
    from onnx import numpy_helper
    from onnx.reference import ReferenceEvaluator
    from onnx.reference.op_run import OpRun

    off = {"by": 0.0}

    class Entmax(OpRun):
        op_domain = "entmax_oracle"

        def _run(self, logits, alpha):
            return (entmax(logits.astype(np.float64), alpha).astype(logits.dtype) + logits.dtype.type(off["by"]),)

    class EntmaxAttention(OpRun):
        op_domain = "entmax_oracle"

        def _run(self, query, key, value, slopes=None, lengths=None, mask=None, sinks=None, alpha=None, **options):
            given = [x if x is None else x.astype(np.float64) for x in (query, key, value, slopes, mask, sinks)]
            names = ("query", "key", "value", "alibi_slopes", "attn_mask", "sinks")
            tensors = dict(zip(names, given, strict=True))
            options = {name: value for name, value in options.items() if value is not None}
            answer = attention(**tensors, key_lengths=lengths, alpha=alpha, **options).astype(query.dtype)
            return (answer + query.dtype.type(off["by"]),)

    write_onnx(tmp_path / "sets", kinds=[kind])
    folders = sorted((tmp_path / "sets" / kind).iterdir())
    assert folders
    for place in folders:
        model = onnx.load(place / "model.onnx")
        onnx.checker.check_model(model)
        if model.graph.node[0].op_type == "Softmax" and place.name.endswith("float16"):
            continue  # the evaluator of the onnx package computes it in 16 bits, which is caught
        session = ReferenceEvaluator(model, new_ops=[Entmax, EntmaxAttention])
        atol = json.loads((place / "data.json").read_text())["atol"]
        for data in place.glob("test_data_set_*"):
            load = lambda path: numpy_helper.to_array(onnx.load_tensor(path))  # noqa: E731
            count = len(list(data.glob("input_*.pb")))
            given = {model.graph.input[i].name: load(data / f"input_{i}.pb") for i in range(count)}
            expected = [load(data / f"output_{i}.pb") for i in range(2)]
            off["by"] = 0.0
            got = session.run(None, given)
            np.testing.assert_allclose(got[0].astype(float), expected[0].astype(float), rtol=0, atol=atol)
            assert got[1].all()
            assert expected[1].all()
            if model.graph.node[0].op_type != "Softmax":
                off["by"] = 4 * atol
                assert not session.run(None, given)[1].all()
    again = {path.name: path.read_bytes() for path in folders[0].iterdir() if path.is_file()}
    write_onnx(tmp_path / "again", kinds=[kind])
    for name, content in again.items():
        assert (tmp_path / "again" / kind / folders[0].name / name).read_bytes() == content


def constants(text, name, code):
    """The numbers of a constant in a module, as its bytes are read."""
    (word,) = re.findall(rf'%{name} = stablehlo.constant dense<"0x([0-9A-F]+)">', text)
    return [x for (x,) in struct.iter_unpack(f"<{code}", bytes.fromhex(word))]


@SOME
def test_stablehlo_modules_hold_their_answers(few, tmp_path, kind):
    written = write_stablehlo(tmp_path, kinds=[kind])
    # One module for each law, alpha and format, with a function for each call.
    calls = {(law, alpha, dtype): some for law, alpha, dtype, some in batches(BATCHED[kind], lambda what: None)}
    assert len(written) == len(calls)
    for path, ((_, alpha, dtype), some) in zip(written, calls.items(), strict=True):
        text = path.read_text()
        functions = text.split("func.func private")[1:]
        assert len(functions) == len(some) == text.count("func.call")
        if dtype in ("float64", "float32"):
            code = {"float64": "d", "float32": "f"}[dtype]
            for function, batch in zip(functions, some, strict=True):
                low, expected, high = (constants(function, name, code) for name in ("lower", "expected", "upper"))
                assert all(a <= b <= c for a, b, c in zip(low, expected, high, strict=True))
                steps = int(re.search(r"max_ulp_difference = (\d+) : ui64", function)[1])
                assert max(standing(np.array(high), dtype) - standing(np.array(expected), dtype)) <= steps
                assert f"alpha = 0x{struct.pack('>d', alpha).hex().upper()} : f64" in function
                assert steps == batch.accepted.steps
    ir = pytest.importorskip("jaxlib.mlir.ir", reason="needs jaxlib to parse MLIR")
    from jaxlib.mlir._mlir_libs import _jax_mlir_ext
    from jaxlib.mlir.dialects import stablehlo

    dialects = ir.DialectRegistry()
    _jax_mlir_ext.register_dialects(dialects)
    with ir.Context() as context:
        context.append_dialect_registry(dialects)
        context.allow_unregistered_dialects = True  # that of the checks
        stablehlo.register_dialect(context)
        for path in written:
            assert ir.Module.parse(path.read_text()).operation.verify()


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["vectors", "--out", str(tmp_path / "file" / "inside")]) == 2
    assert "--out: cannot write" in capsys.readouterr().err


def test_an_unknown_kind_and_a_missing_package_are_clear_errors(tmp_path, capsys, monkeypatch):
    assert main(["vectors", "--out", str(tmp_path), "--kind", "losses"]) == 2
    assert "json vectors have no kind 'losses'; there are mapping, loss" in capsys.readouterr().err
    assert main(["vectors", "--out", str(tmp_path), "--format", "onnx", "--kind", "invalid"]) == 2
    assert "onnx vectors have no kind 'invalid'" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert main(["vectors", "--out", str(tmp_path), "--format", "onnx"]) == 2
    assert "pip install onnx" in capsys.readouterr().err


def test_some_kinds_can_be_written_alone(tmp_path, capsys):
    assert main(["vectors", "--out", str(tmp_path), "--kind", "invalid"]) == 0
    assert "invalid-vectors-1.json" in capsys.readouterr().out
    assert not (tmp_path / "entmax-vectors-1.json").exists()
