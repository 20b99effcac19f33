"""Formats of 8 bits, matrix products in TF32, and normalisers that the user defines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from entmax_oracle.proofs_checks.conformance import PROFILES, check
from entmax_oracle.proofs_checks.conformance.ask import Ask
from entmax_oracle.proofs_checks.conformance.case import Setting
from entmax_oracle.proofs_checks.conformance.kinds.attention.oracle import AttentionOracle
from entmax_oracle.proofs_checks.conformance.kinds.attention.shapes import Shape

EFFORT = replace(PROFILES["quick"], examples=3, long_rows=(), shrinking=20)


@pytest.mark.parametrize(("dtype", "deletes"), [("float8_e4m3fn", "skip"), ("float8_e5m2", "pass")])
def test_answers_of_8_bits(dtype, deletes):
    pytest.importorskip("ml_dtypes")

    def softmax(z):
        x = z.astype(np.float32)
        e = np.exp(x - x.max(axis=-1, keepdims=True, initial=-np.inf))
        return (e / e.sum(axis=-1, keepdims=True)).astype(z.dtype)

    laws = ("values", "shift", "deletion", "single token")
    asked = {"fixed_alpha": 1, "dtypes": dtype, "arrays": "numpy", "profile": EFFORT}
    report = check(softmax, laws=laws, **asked)
    assert report.verdict == "conforms", str(report)
    statuses = {each.law: each.status for each in report.laws}
    assert statuses == dict.fromkeys(laws, "pass") | {"deletion": deletes}  # without an infinity nothing is masked
    report = check(lambda z: softmax((0.7 * z.astype(np.float32)).astype(z.dtype)), laws="values", **asked)
    assert report.verdict == "violates"


def rounded(x, bits):
    mantissa, exponent = np.frexp(x)
    return np.ldexp(np.rint(mantissa * 2.0**bits), exponent - bits).astype(x.dtype)


@pytest.mark.parametrize(("bits", "verdict"), [(11, "conforms"), (8, "violates")])
def test_matrix_products_in_tf32(bits, verdict):
    def attention(q, k, v, *, scale):
        k, v = (np.repeat(x, q.shape[1] // k.shape[1], axis=1) for x in (k, v))
        scale = np.float32(q.shape[3] ** -0.5 if scale is None else scale)
        z = scale * (rounded(q, bits) @ np.swapaxes(rounded(k, bits), -1, -2))
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return rounded(e / e.sum(axis=-1, keepdims=True), bits) @ rounded(v, bits)

    without = ("causal", "alibi", "lengths")
    asked = {"kind": "attention", "fixed_alpha": 1, "arrays": "numpy", "without": without, "profile": EFFORT}
    laws = ("scale", "live keys", "block edges")
    assert check(attention, compute_dtype="tf32", laws=laws, **asked).verdict == verdict
    assert check(attention, laws=laws[:1], **asked).verdict == "violates"


@pytest.mark.parametrize("inside", ["tf32", None])
def test_a_mean_of_values_has_the_arithmetic_of_other_outputs(inside):
    setting = Setting(1.5, "float32", compute_dtype=inside)
    case = Shape(keys=6, value_features=9).case(setting)
    got = rounded(np.full((4, 6), 1 / 6, np.float32), 11) @ rounded(case.value.astype(np.float32), 11)
    found = AttentionOracle(setting).mean(case)
    off = np.maximum(found.lower - got, got - found.upper)
    assert np.all(off <= found.budget) == (inside == "tf32")


def test_tf32_is_of_matrix_products_only():
    with pytest.raises(ValueError, match="tf32 is an arithmetic of matrix products, and a mapping has none"):
        Ask("mine:f", compute_dtype="tf32")
    assert Ask("mine:f", kind="attention", compute_dtype="tf32").compute_dtype == "tf32"


OWN = """
import numpy as np
from flint import arb
from entmax_oracle.reference.normalisers import Normaliser

class Sink(Normaliser):
    name, title = "softmax-with-a-sink", "softmax with a sink"
    definition, source = r"p_i = e^{z_i} / (e^s + \\\\sum_j e^{z_j})", "a test"

    def _values(self, z, *, sink=0.0):
        top = np.maximum(z.max(-1, keepdims=True), sink)
        e = np.exp(z - top)
        return e / (np.exp(sink - top) + e.sum(-1, keepdims=True))

    def _balls(self, z, *, sink=0.0):
        e = [x.exp() for x in z]
        total = sum(e, arb(sink).exp())
        return [x / total for x in e]

def right(z, sink):
    x = np.concatenate([np.full_like(z[..., :1], sink), z], axis=-1)
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True))[..., 1:]

def forgets(z, sink):
    e = np.exp(z - z.max(axis=-1, keepdims=True, initial=-np.inf))
    return e / e.sum(axis=-1, keepdims=True)
"""


def test_a_normaliser_of_ones_own_is_checked(tmp_path):
    source = tmp_path / "mine.py"
    source.write_text(OWN)
    asked = {"kind": "normaliser", "against": f"{source}:Sink", "parameters": {"sink": 0.5}, "profile": EFFORT}
    for name, verdict in (("right", "conforms"), ("forgets", "violates")):
        report = check(f"{source}:{name}", laws="values", dtypes="float64", **asked)
        assert report.verdict == verdict, str(report)
    assert f"--against {source}:Sink" in report.violations[0].command
    with pytest.raises(ValueError, match=r"against: .* has no 'Snk'; did you mean Sink"):
        Ask("mine:f", kind="normaliser", against=f"{source}:Snk")
    with pytest.raises(ValueError, match="is not a class of normalisers; derive it from"):
        Ask("mine:f", kind="normaliser", against=f"{source}:right")
