"""Programs of any language as targets: the protocol, and what becomes of programs that break it."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from entmax_oracle.proofs_checks.conformance import PROFILES, UnusableTarget, check, replay
from entmax_oracle.proofs_checks.conformance.target.program import Program, ProgramFailed, ProgramFramework

EFFORT = replace(PROFILES["quick"], examples=8, shrinking=10, long_rows=(1025,))
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "entmax_lines.c"

# Sparsemax and its VJP, in a program that knows nothing of this package.
HONEST = """
import json, sys
import numpy as np

for line in sys.stdin:
    asked = json.loads(line)
    z = np.array([float.fromhex(w) for w in asked["logits"]]).reshape(asked["shape"])
    flat = z.reshape(-1, z.shape[-1]) if z.size else z.reshape(0, 1)
    x = flat - flat.max(axis=-1, keepdims=True)
    s = -np.sort(-x, axis=-1)
    k = np.arange(1, x.shape[-1] + 1)
    with np.errstate(invalid="ignore"):
        mean = (np.cumsum(s, axis=-1) - 1) / k
    last = (s > mean).sum(axis=-1, keepdims=True) - 1
    p = np.maximum(x - np.take_along_axis(mean, last, axis=-1), 0)
    kind = np.dtype(asked["dtype"])
    answer = {"id": asked["id"], "probabilities": [float(v).hex() for v in p.astype(kind).ravel()]}
    if "cotangent" in asked:
        g = np.array([float.fromhex(w) for w in asked["cotangent"]]).reshape(p.shape)
        live = p > 0
        mean = (g * live).sum(-1, keepdims=True) / live.sum(-1, keepdims=True)
        answer["gradient"] = ((g - mean) * live FAULT).astype(kind).ravel().tolist()
    print(json.dumps(answer), flush=True)
"""


def program(folder: Path, source: str) -> str:
    """Write a program and give its target."""
    path = folder / "program.py"
    path.write_text(source, encoding="utf-8")
    return "command:" + shlex.join([sys.executable, str(path)])


def ask(target: str, **options):
    """Call a program once, on a row of two tokens."""
    logits, _ = ProgramFramework().array(np.array([1.0, 0.5]), "float32", "contiguous", "cpu")
    return Program(target)(logits, 2.0, **options)


def test_an_honest_program_conforms_with_its_gradient(tmp_path):
    target = program(tmp_path, HONEST.replace("FAULT", ""))
    report = check(target, (2.0,), ("float32",), grad=True, profile=EFFORT, laws=["values", "shift", "gradient"])
    report.raise_for_violations()
    assert {law.law: law.status for law in report.laws} == dict.fromkeys(("values", "shift", "gradient"), "pass")
    assert report.arrays == "program"


def test_a_faulty_gradient_is_caught_and_replayed(tmp_path):
    target = program(tmp_path, HONEST.replace("FAULT", "* 1.01"))
    report = check(target, (2.0,), ("float64",), grad=True, profile=EFFORT, laws=["gradient"])
    assert report.verdict == "violates"
    (found,) = report.violations
    words = shlex.split(found.command)
    assert words[:3] == ["entmax-oracle", "check", target]
    assert "--array" not in words
    assert replay(target, words[words.index("--replay") + 1]).broken
    # The other way to see it: the request itself, piped into the program.
    answer = subprocess.run(found.snippet, shell=True, capture_output=True, text=True, check=True).stdout
    assert '"gradient"' in answer


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_the_example_in_c_conforms(tmp_path):
    binary = tmp_path / "entmax lines"  # a path that a shell would split
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", binary, EXAMPLE, "-lm"], check=True)
    target = "command:" + shlex.quote(str(binary))
    check(target, (2.0,), "float64", profile=EFFORT).raise_for_violations()
    check(target, (2.0,), "float32", profile=EFFORT, laws=["values"]).raise_for_violations()
    refused = check(target, (1.5,), profile=EFFORT, laws=["values"])
    assert "this program knows alpha 2 only" in str(refused)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("import sys; sys.stdin.readline(); print('hello')", "not JSON: b'hello"),
        ("import sys; sys.stdin.readline(); print('[1]')", "not an answer to request 1"),
        ("import sys; sys.stdin.readline(); print('{\"id\": 7}')", "not an answer to request 1"),
        ("import sys; sys.stdin.readline(); print('{\"id\": 1}')", "no list 'probabilities'"),
        ('import sys; sys.stdin.readline(); print(\'{"id": 1, "probabilities": [1]}\')', "holds 1 numbers"),
        ('import sys; sys.stdin.readline(); print(\'{"id": 1, "probabilities": [1, "x"]}\')', "not a number"),
        ('import sys; sys.stdin.readline(); print(\'{"id": 1, "probabilities": [0.1, 0]}\')', "not a float32 number"),
        ('import sys; sys.stdin.readline(); print(\'{"id": 1, "error": "too tired"}\')', "too tired"),
        ("import os, sys; sys.stdin.readline(); os.abort()", "killed by SIGABRT"),
        ("import sys; sys.exit('no licence')", "exit status 1 before it answered; it wrote: no licence"),
    ],
)
def test_what_breaks_the_protocol_is_named(tmp_path, source, complaint):
    with pytest.raises(ProgramFailed, match=complaint.replace("[", r"\[")):
        ask(program(tmp_path, source))


def test_a_program_that_hangs_is_reported(tmp_path):
    target = program(tmp_path, "import time; time.sleep(60)")
    report = check(target, (2.0,), profile=EFFORT, timeout=0.1, laws=["values"])
    assert report.verdict == "unusable"  # for it never answers
    assert "no answer within" in str(report)


def test_what_cannot_be_asked_is_refused(tmp_path):
    with pytest.raises(UnusableTarget, match="cannot be started: No such file"):
        check("command:./there_is_no_such_program")
    with pytest.raises(UnusableTarget, match="does not name a program"):
        check("command:")
    with pytest.raises(ValueError, match="layout: a program gets its numbers with heads before tokens"):
        check("command:./anything", kind="attention", layout="bmhd")
    with pytest.raises(ValueError, match="axis: a program has its tokens along the last axis"):
        check("command:./anything", axis=0)
    with pytest.raises(ValueError, match="gradient in the logits only"):
        check("command:./anything", grad_alpha=True)


EVERY = """
import json, sys
import numpy as np

def read(x):
    if isinstance(x, dict):
        return np.array([float.fromhex(w) if isinstance(w, str) else w for w in x["numbers"]]).reshape(x["shape"])
    return float.fromhex(x) if isinstance(x, str) else x

def write(x):
    return [float(v).hex() for v in np.asarray(x).astype(np.float32).ravel()]

def shares(z):
    z = np.exp(z - z.max(axis=-1, keepdims=True))
    return z / z.sum(axis=-1, keepdims=True)

def attend(asked):
    q, k, v = (asked[name] for name in ("query", "key", "value"))
    group, d = q.shape[1] // k.shape[1], q.shape[3]
    k, v = np.repeat(k, group, axis=1), np.repeat(v, group, axis=1)
    scale = d ** -0.5 if asked["scale"] is None else asked["scale"]
    p = shares(scale * q @ np.swapaxes(k, -1, -2))
    found = {"answer": write(p @ v)}
    if "cotangent" in asked:
        g = asked["cotangent"]
        dp = g @ np.swapaxes(v, -1, -2)
        ds = scale * p * (dp - (dp * p).sum(-1, keepdims=True))
        dk, dv = np.swapaxes(ds, -1, -2) @ q, np.swapaxes(p, -1, -2) @ g
        dk, dv = (x.reshape(x.shape[0], -1, group, *x.shape[2:]).sum(axis=2) for x in (dk, dv))
        found["gradients"] = {"query": write(ds @ k), "key": write(dk), "value": write(dv)}
    return found

def loss(asked):
    z, y = asked["logits"], asked["target"].astype(int)
    top = z.max(axis=-1)
    hit = np.take_along_axis(z, y[:, None], axis=-1)[:, 0]
    return {"answer": write(np.where(np.isneginf(hit), np.inf, np.log(np.exp(z - top[:, None]).sum(-1)) + top - hit))}

def normaliser(asked):
    z, k = asked["logits"], asked["k"]
    flat = z.reshape(-1, z.shape[-1])
    kept = np.full_like(flat, -np.inf)
    first = np.argsort(-flat, axis=-1, kind="stable")[:, :k]
    np.put_along_axis(kept, first, np.take_along_axis(flat, first, axis=-1), axis=-1)
    return {"answer": write(shares(kept) if len(flat) else kept)}

for line in sys.stdin:
    asked = {name: read(x) if name not in ("id", "kind", "dtype") else x for name, x in json.loads(line).items()}
    if asked["kind"] == "normaliser" and asked["logits"].shape[-1] > 500:
        print(json.dumps({"id": asked["id"], "declined": "500 tokens at most"}), flush=True)
        continue
    answer = {"attention": attend, "loss": loss, "normaliser": normaliser}[asked["kind"]](asked)
    print(json.dumps({"id": asked["id"], **answer}), flush=True)
"""


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("attention", {"without": ("causal", "alibi", "lengths"), "grad": True, "laws": ("scale", "gradient alone")}),
        ("loss", {"laws": ("values",)}),
        ("normaliser", {"against": "top-k-softmax", "laws": ("values", "shapes")}),
    ],
)
def test_every_kind_can_be_a_program(tmp_path, kind, options):
    alpha = {} if kind == "normaliser" else {"fixed_alpha": 1}
    target = program(tmp_path, EVERY)
    report = check(target, dtypes="float32", kind=kind, profile=EFFORT, **alpha, **options)
    assert report.verdict == "conforms", str(report)
    assert (report.declined > 0) == (kind == "normaliser")
    wrong = program(
        tmp_path,
        EVERY.replace("np.exp(z - z", "np.exp(0.99 * (z - z").replace("keepdims=True))", "keepdims=True)))", 1),
    )
    report = check(
        wrong,
        dtypes="float32",
        kind=kind,
        profile=EFFORT,
        **alpha,
        **options | {"grad": False, "laws": options["laws"][:1]},
    )
    if kind != "loss":
        (found,) = report.violations
        done = subprocess.run(found.snippet, shell=True, capture_output=True, text=True, check=True)
        assert '"answer"' in done.stdout
