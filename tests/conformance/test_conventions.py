"""Honest implementations of attention differ in conventions, which are declared and then held to."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from entmax_oracle.proofs_checks.conformance import PROFILES, UnusableTarget, check, replay
from entmax_oracle.proofs_checks.conformance.ask import Ask
from entmax_oracle.proofs_checks.conformance.case import Setting
from entmax_oracle.proofs_checks.conformance.conventions import Conventions
from entmax_oracle.proofs_checks.conformance.kinds import KINDS
from entmax_oracle.proofs_checks.conformance.kinds.attention.positions import blind
from entmax_oracle.reference import attention as attend

EFFORT = replace(PROFILES["quick"], examples=2, shrinking=25)
ASKED = {"kind": "attention", "fixed_alpha": 1, "dtypes": "float32", "arrays": "numpy", "profile": EFFORT}
LAWS = ("causal", "alignment", "no visible key", "batch")


def softmax_attention(q, k, v, *, is_causal, scale, alibi_slopes=None, key_lengths=None, empty=0.0, align="end"):
    """Attention by the book, with a choice of conventions."""
    k, v = (np.repeat(x, q.shape[1] // k.shape[1], axis=1) for x in (k, v))
    m, n = q.shape[2], k.shape[2]
    z = q @ np.swapaxes(k, -1, -2) * (q.shape[3] ** -0.5 if scale is None else scale)
    offset = np.arange(m)[:, None] + (n - m if align == "end" else 0) - np.arange(n)
    if alibi_slopes is not None:
        z = z - alibi_slopes[:, None, None] * np.abs(offset)
    seen = np.broadcast_to((offset >= 0) | (not is_causal), z.shape)
    if key_lengths is not None:
        seen = seen & (np.arange(n) < key_lengths[:, None])[:, None, None]
    live = seen.any(axis=-1, keepdims=True)
    z = np.where(seen, z, -np.inf)
    e = np.exp(z - np.where(live, z.max(axis=-1, keepdims=True), 0.0))
    p = e / np.where(live, e.sum(axis=-1, keepdims=True), 1.0)
    if empty == "mean":
        return np.where(live, p, np.asarray(1 / n, dtype=q.dtype)) @ v
    return np.where(live, p @ v, np.asarray(empty, dtype=q.dtype))


def declared(empty=0.0, align="end"):
    def function(query, key, value, *, is_causal, scale, alibi_slopes, key_lengths):
        given = {"is_causal": is_causal, "scale": scale, "alibi_slopes": alibi_slopes, "key_lengths": key_lengths}
        return softmax_attention(query, key, value, **given, empty=empty, align=align)

    return function


def failed(report):
    return {each.law for each in report.laws if each.status == "fail"}


@pytest.mark.parametrize(("does", "says"), [(0.0, "zero"), (np.nan, "nan"), ("mean", "mean"), (7.0, "any")])
def test_a_query_that_sees_no_key_gets_what_is_declared(does, says):
    report = check(declared(empty=does), empty_rows=says, laws=LAWS, **ASKED)
    assert report.verdict == "conforms", str(report)
    assert {each.law for each in report.laws if each.status == "skip"} == {*("no visible key",) * (says == "any")}
    if says == "any":
        return
    other = {"zero": "nan", "nan": "mean", "mean": "zero"}[says]
    report = check(declared(empty=does), empty_rows=other, laws="no visible key", **ASKED)
    assert failed(report) == {"no visible key"}
    assert other == "zero" or f"empty_rows={other!r}" in report.violations[0].command


def test_positions_are_aligned_as_is_declared():
    start = declared(align="start")
    laws = ("alignment", "alibi", "causal")
    assert check(start, align="start", laws=laws, **ASKED).verdict == "conforms"
    assert failed(check(start, laws=laws, **ASKED)) == set(laws)
    report = check(declared(), align="start", laws=laws, **ASKED)
    assert failed(report) == set(laws)
    found = report.violations[0]
    assert "align='start'" in found.command
    assert replay(declared(), found.to_dict(), "numpy", kind="attention", fixed_alpha=1, align="start").broken
    assert not replay(start, found.to_dict(), "numpy", kind="attention", fixed_alpha=1, align="start").broken


def test_gradients_of_attention_that_is_aligned_to_the_start():
    torch = pytest.importorskip("torch")

    def torchs(q, k, v, *, is_causal, scale):
        call = torch.nn.functional.scaled_dot_product_attention
        return call(q, k, v, is_causal=is_causal, scale=scale, enable_gqa=True)

    conventions = {"align": "start", "empty_rows": "nan", "without": ("alibi", "lengths")}
    laws = ("causal", "alignment", "gradient alone")
    asked = ASKED | {"arrays": "torch"}
    report = check(torchs, grad=True, laws=laws, **conventions, **asked)
    assert report.complete, str(report)
    assert report.verdict == "conforms", str(report)


def test_what_is_always_causal_is_not_told():
    def causal(query, key, value, *, scale, alibi_slopes, key_lengths):
        return softmax_attention(
            query, key, value, is_causal=True, scale=scale, alibi_slopes=alibi_slopes, key_lengths=key_lengths
        )

    assert check(causal, always_causal=True, laws=LAWS, **ASKED).verdict == "conforms"
    with pytest.raises(UnusableTarget, match="unexpected keyword argument 'is_causal'"):
        check(causal, laws="values", **ASKED)

    def never(query, key, value, *, scale, alibi_slopes, key_lengths):
        return softmax_attention(
            query, key, value, is_causal=False, scale=scale, alibi_slopes=alibi_slopes, key_lengths=key_lengths
        )

    assert failed(check(never, always_causal=True, laws=("values", "causal"), **ASKED)) == {"values", "causal"}


def flash(q, k, v, *, causal, softmax_scale, alibi_slopes, key_lengths):
    """Take tokens before heads, contiguous, and options by other names."""
    if not q.flags.c_contiguous:
        raise NotImplementedError("contiguous only")
    moved = (np.swapaxes(x, 1, 2) for x in (q, k, v))
    given = {"is_causal": causal, "scale": softmax_scale, "alibi_slopes": alibi_slopes, "key_lengths": key_lengths}
    return np.swapaxes(attend(*moved, alpha=1, **given), 1, 2).astype(q.dtype)


RENAME = {"is_causal": "causal", "scale": "softmax_scale"}


def test_tokens_before_heads_and_other_names():
    laws = ("causal", "layout", "no visible key")
    report = check(flash, layout="bmhd", rename=RENAME, laws=laws, contiguous=True, **ASKED)
    assert report.complete, str(report)
    assert report.declined == 0
    report = check(flash, layout="bmhd", rename=RENAME, laws=laws, **ASKED)
    assert report.declined > 0  # also arrays that have heads first in memory
    with pytest.raises(UnusableTarget, match=r"rename=\{'is_causal': 'causal'"):
        check(flash, layout="bmhd", laws="values", **ASKED)


def test_a_program_without_this_package_shows_it_in_their_axes_and_names(tmp_path):
    source = tmp_path / "mine.py"
    source.write_text(
        "import numpy as np\n"
        "def f(q, k, v, *, causal):\n"
        "    return np.zeros(q.shape[:-1] + v.shape[-1:], dtype=q.dtype) + q.shape[1]\n"
    )
    asked = ASKED | {"rename": {"is_causal": "causal"}, "without": ("scale", "alibi", "lengths")}
    report = check(f"{source}:f", layout="bmhd", laws="values", **asked)
    found = report.violations[0]
    assert "--layout bmhd" in found.command
    assert "--rename is_causal=causal" in found.command
    done = subprocess.run([sys.executable, "-c", found.snippet], capture_output=True, text=True, check=True)
    assert f"{found.details['got'][0]:g}" in done.stdout


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"always_causal": True, "without": ("causal",)}, "is never causal; drop one"),
        ({"empty_rows": "none"}, "empty_rows: 'none' is not one of zero, nan, mean, any"),
        ({"align": "middle"}, "align: 'middle' is not one of end, start"),
        ({"kind": "mapping", "layout": "bmhd"}, "layout: an option of the kind 'attention'"),
    ],
)
def test_conventions_that_make_no_sense_are_refused(given, says):
    with pytest.raises(ValueError, match=says):
        Ask("mine:f", **{"kind": "attention"} | given)


def test_only_what_is_passed_can_be_renamed():
    with pytest.raises(ValueError, match="'casual' is not passed to the target; its arguments are alpha, is_causal"):
        check(flash, rename={"casual": "causal"}, **ASKED)


@pytest.mark.parametrize("align", ["end", "start"])
@pytest.mark.parametrize("always_causal", [False, True])
def test_gradients_are_asked_for_where_every_query_sees_a_key(align, always_causal):
    """What comes back through a row that is NaN is a convention, too."""
    conventions = Conventions(empty_rows="nan", align=align, always_causal=always_causal)
    setting = Setting(1.0, "float32", conventions=conventions)
    kind = KINDS["attention"]
    cases = kind.cornerstones(setting, gradient=True)
    assert any(blind(case, align).any() for case in cases)
    for case in cases:
        fitted = kind.fit(case, setting)
        assert not blind(fitted, align).any()
        assert fitted.is_causal or not always_causal
        assert fitted.cotangent.shape == fitted.answer_shape
