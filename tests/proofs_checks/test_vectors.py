"""The test vectors: valid by their schema, right by another route, and read by the reader in C."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import subprocess

import jsonschema
import numpy as np
import pytest

from entmax_oracle import budget, entmax, vjp
from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance import LAWS
from entmax_oracle.proofs_checks.vectors import cases, write
from entmax_oracle.proofs_checks.vectors.build import certify


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("vectors") / "new"
    write(place)
    return place


@pytest.fixture(scope="module")
def vectors(folder):
    return json.loads((folder / "entmax-vectors-1.json").read_text())


def read(words):
    return np.array([float.fromhex(word) for word in words])


def each_test(vectors):
    return [(group, test) for group in vectors["testGroups"] for test in group["tests"]]


def test_the_file_keeps_its_schema_and_its_checksums(folder, vectors):
    schema = json.loads((folder / "entmax-vectors-1.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(vectors, schema)
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert (folder / "entmax-vectors-1.json").stat().st_size < 5e6


def test_the_legend_and_the_numbers_are_complete(vectors):
    every = each_test(vectors)
    assert [test["tcId"] for _, test in every] == list(range(1, vectors["numberOfTests"] + 1))
    assert {flag for _, test in every for flag in test["flags"]} == set(vectors["flags"])
    assert {group["law"] for group in vectors["testGroups"]} <= set(LAWS)
    assert {group["alpha"] for group in vectors["testGroups"]} == {alpha.hex() for alpha in cases.ALPHAS}


def test_bounds_hold_tier_one_and_every_rounding(vectors):
    for group, test in each_test(vectors):
        z, lower, upper = read(test["logits"]), read(test["lower"]), read(test["upper"])
        alpha = float.fromhex(group["alpha"])
        p, room = entmax(z, alpha), budget(z, alpha, "float64")
        assert (lower - room <= p).all()
        assert (p <= upper + room).all()
        assert math.fsum(lower) <= 1 <= math.fsum(upper)
        decided = np.array(test["support"])
        assert (upper[decided == "out"] == 0).all()
        assert (upper[decided == "in"] > 0).all()  # a lower bound may round down to 0
        for name, words in test["rounded"].items():
            # Correct rounding moves a number by less than the budget of its format allows a kernel to be wrong.
            allowed = read(test["budget"][name])
            answer = read(words)
            assert ((lower - allowed <= answer) & (answer <= upper + allowed)).all(), (test["tcId"], name)
            assert len(words) == len(z)


def test_gradients_hold_tier_one(vectors):
    found = [(group, test) for group, test in each_test(vectors) if "cotangent" in test]
    assert len(found) > 100
    for group, test in found:
        if not test["differentiable"]:
            continue
        alpha = float.fromhex(group["alpha"])
        got = vjp(read(test["logits"]), read(test["cotangent"]), alpha)
        low, high = read(test["vjpLower"]), read(test["vjpUpper"])
        room = read(test["vjpBudget"]["float64"])
        assert ((low - room <= got) & (got <= high + room)).all(), test["tcId"]


def test_the_same_versions_write_the_same_bytes(vectors):
    group = cases.GROUPS[2]
    again = [certify(draft, 1.5) for draft in group.drafts(1.5)]
    (kept,) = [g for g in vectors["testGroups"] if g["law"] == group.law and g["alpha"] == (1.5).hex()]
    logits = {tuple(test["logits"]): test for test in again}
    for test in kept["tests"]:
        assert logits[tuple(test["logits"])] == {key: value for key, value in test.items() if key != "tcId"}


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
@pytest.mark.parametrize(
    ("slip", "mended"),
    [
        ("", ""),
        ("fmax(a * (z[i] - peak) - low", "fmax(a * (z[i] - peak) - low - 1e-9"),
        ("last = tau", "last = high - low < 1e-7 || tau"),
    ],
)
def test_the_reader_in_c_passes_what_is_right_and_names_what_is_wrong(folder, tmp_path, slip, mended):
    source = (folder / "read_vectors.c").read_text()
    assert len(source.splitlines()) <= 60
    (tmp_path / "reader.c").write_text(source.replace(slip, mended) if slip else source)
    command = ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", tmp_path / "reader", tmp_path / "reader.c", "-lm"]
    subprocess.run(command, check=True)
    run = subprocess.run(
        [tmp_path / "reader", folder / "entmax-vectors-1.json"], capture_output=True, text=True, check=False
    )
    count = len(each_test(json.loads((folder / "entmax-vectors-1.json").read_text())))
    if slip:
        assert run.returncode == 1
        assert '"tcId": ' in run.stdout
    else:
        assert run.stdout == f"{count} tests, 0 wrong\n"


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["vectors", "--out", str(tmp_path / "file" / "inside")]) == 2
    assert "--out: cannot write" in capsys.readouterr().err
