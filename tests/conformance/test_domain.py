"""The user says which inputs are to be checked, and what the target declines is never called tested."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance import PROFILES, Report, check, replay
from entmax_oracle.proofs_checks.conformance.ask import Ask
from entmax_oracle.proofs_checks.conformance.domain import Domain
from entmax_oracle.reference import attention as attend
from entmax_oracle.reference import fenchel_young_loss
from entmax_oracle.reference.formats import FORMATS, as_format

EFFORT = replace(PROFILES["quick"], examples=2, long_rows=(130,), shrinking=30)
ASKED = {"dtypes": "float64", "arrays": "numpy", "profile": EFFORT}
ROWS = ("values", "shift", "ties", "deletion", "determinism", "state", "shapes", "single token")


class Seen:
    """An implementation that notes the arrays that it gets."""

    def __init__(self, function):
        self.function = function
        self.arrays = []

    def __call__(self, *arrays, **options):
        self.arrays.append(arrays)
        return self.function(*arrays, **options)

    def lengths(self, place=0):
        return {each[place].shape[-1] for each in self.arrays}


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True, initial=-np.inf))
    return e / e.sum(axis=-1, keepdims=True)


def particular(z):
    if z.shape[-1] % 4:
        raise NotImplementedError("rows of whole vectors only")
    return softmax(z)


def loss(z, y):
    return np.asarray(fenchel_young_loss(z, y, 1))


def test_what_is_declined_is_counted_and_nothing_is_said_of_it():
    report = check(particular, fixed_alpha=1, laws=("values", "ties", "state"), **ASKED)
    laws = {each.law: each for each in report.laws}
    assert report.verdict == "conforms"
    assert not report.complete
    assert 0 < laws["values"].declined < report.declined
    assert laws["state"].status == "skip"  # it adds a token
    assert f"declined all of {laws['state'].declined} cases" in laws["state"].message
    assert Report.from_dict(report.to_dict()).declined == report.to_dict()["declined"] == report.declined


def test_a_target_that_declines_everything_is_unusable():
    def never(z):
        raise NotImplementedError("no such machine here")

    report = check(never, fixed_alpha=1, laws="ties", **ASKED)
    assert report.verdict == "unusable"
    assert "declined every call" in report.message
    assert "no such machine here" in report.message


@pytest.mark.parametrize("kind", ["mapping", "loss", "normaliser"])
def test_rows_have_lengths_that_are_multiples(kind):
    seen = Seen(loss if kind == "loss" else softmax)
    laws = ("values", "permutation", "batch") if kind != "mapping" else ROWS
    more = {"against": "softmax"} if kind == "normaliser" else {"fixed_alpha": 1}
    report = check(seen, kind=kind, multiple_of=12, tokens="100,1000", laws=laws, **ASKED, **more)
    assert report.complete, str(report)
    assert {each.status for each in report.laws} == {"pass"}
    assert {n % 12 for n in seen.lengths()} == {0}
    assert {12, 108, 1008} <= seen.lengths()


def test_without_bounds_every_length_is_tried():
    seen = Seen(softmax)
    check(seen, fixed_alpha=1, laws="values", **ASKED)
    assert {1, 2, 5, 33, 65, 130} <= seen.lengths()


@pytest.mark.parametrize("dtype", ["float64", "float16"])
def test_no_logit_is_beyond_the_largest(dtype):
    seen = Seen(lambda z: softmax(z.astype("float64")).astype(dtype))
    report = check(
        seen, fixed_alpha=1, laws=("values", "shift", "deletion"), max_logit=7.1, **ASKED | {"dtypes": dtype}
    )
    assert report.complete, str(report)
    live = np.concatenate([z[z > -np.inf] for (z,) in seen.arrays])
    assert 7.0 < np.abs(live).max() <= 7.1
    assert sum(np.isneginf(z).any() for (z,) in seen.arrays) > 9


def test_only_contiguous_arrays_and_no_verdict_on_others():
    seen = Seen(softmax)
    report = check(seen, fixed_alpha=1, contiguous=True, laws=("values", "layout", "state"), **ASKED)
    assert all(z.flags.c_contiguous for (z,) in seen.arrays)
    assert {each.law: each.status for each in report.laws} == {"values": "pass", "layout": "skip", "state": "pass"}
    assert report.complete  # the user said so


def test_attention_as_a_kernel_has_it():
    def wanted(query, key, value, **options):
        for x in (query, key, value):
            assert x.flags.c_contiguous
            assert x.shape[3] in (6, 8)
            assert x.shape[2] % 4 == 0
        lengths = options["key_lengths"]
        if lengths is not None:  # what lies beyond is garbage
            read = (np.arange(key.shape[2]) < lengths[:, None])[:, None, :, None]
            key, value = np.where(read, key, 0.0), np.where(read, value, 0.0)
        scale = query.shape[3] ** -0.5 if options["scale"] is None else options["scale"]
        group = query.shape[1] // key.shape[1]
        products = scale * query @ np.repeat(key, group, axis=1).swapaxes(-1, -2)
        assert np.abs(products).max() <= 30 * (1 + 1e-12)
        return attend(query, key, value, alpha=1, **options)

    seen = Seen(wanted)
    bounds = {"multiple_of": 4, "max_logit": 30, "contiguous": True, "widths": (6, 8), "tokens": 300, "heads": (7, 20)}
    laws = ("values", "alibi", "shift", "causal", "alignment", "padding", "determinism", "layout")
    report = check(seen, kind="attention", fixed_alpha=1, laws=laws, **ASKED, **bounds)
    laws = {each.law: each.status for each in report.laws}
    assert laws.pop("layout") == "skip"
    assert set(laws.values()) == {"pass"}, str(report)
    assert {7, 20} <= {query.shape[1] for query, *_ in seen.arrays}
    assert 300 in {key.shape[2] for _, key, _ in seen.arrays} & {query.shape[2] for query, *_ in seen.arrays}


def test_a_counterexample_lies_inside_and_is_replayed_there():
    def wrong(z):
        return particular(z) * (1 + 1e-6 * (z.shape[-1] > 24))

    report = check(wrong, fixed_alpha=1, laws="values", multiple_of=8, **ASKED)
    (found,) = report.violations
    assert found.shape[-1] == 32
    assert "multiple_of=8" in found.command
    assert replay(wrong, found.to_dict(), "numpy", fixed_alpha=1, multiple_of=8).broken


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
def test_the_limit_is_the_largest_number_of_the_format_that_is_allowed(form):
    for x in (1.0, 1.1, 2.0 - 1e-9, 3.7, 1000.0, 65519.0):
        limit = Domain(max_logit=x).limit(form.name)
        assert limit <= x
        assert float(as_format(form).round_array(limit)) == limit
        assert limit == form.largest or limit + float(form.ulp(limit)) > x


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"multiple_of": 0}, "multiple_of must be at least 1, got 0"),
        ({"multiple_of": 10**8}, "multiple_of must be at most 4096, got 100000000"),
        ({"max_logit": 0.0}, "max_logit must be at least 1, got 0.0"),
        ({"max_logit": float("nan")}, "max_logit must be at least 1, got nan"),
        ({"tokens": (5, 0)}, "tokens must be at least 1 each, got 0"),
        ({"device": "cuda", "arrays": "numpy"}, "device: NumPy arrays are on the CPU, not on 'cuda'; leave it out"),
        ({"widths": (64,)}, "widths: an option of the kind 'attention', not of a mapping"),
    ],
)
def test_bounds_that_make_no_sense_are_refused(given, says):
    with pytest.raises(ValueError, match=says):
        Ask("mine:f", **given)


def test_the_command_line_is_told_in_its_own_words(capsys):
    for words, says in (
        (("--max-logit", "0.5"), "--max-logit must be at least 1, got 0.5"),
        (("--compute-dtype", "tf32"), "--compute-dtype: tf32 is an arithmetic of matrix products"),
        (("--alpha", "0.5"), "--alpha must be finite and at least 1"),
    ):
        assert main(["check", f"{__file__}:softmax", *words]) == 2
        assert capsys.readouterr().err.startswith(f"entmax-oracle: {says}")


@pytest.mark.parametrize("axis", [0, 1, -2])
def test_a_mapping_along_another_axis(axis):
    def along(z):
        assert z.flags.c_contiguous
        e = np.exp(z - z.max(axis=axis, keepdims=True, initial=-np.inf))
        return e / e.sum(axis=axis, keepdims=True)

    asked = {"fixed_alpha": 1, "contiguous": True, "laws": ("values", "shapes", "deletion", "batch"), **ASKED}
    assert check(along, axis=axis, **asked).verdict == "conforms"
    assert check(along, **asked).verdict == "violates"


def test_a_program_shows_what_is_along_another_axis(tmp_path):
    (tmp_path / "mine.py").write_text("import numpy as np\ndef f(z): return np.full(z.shape, z.shape[0] + 100.0)")
    report = check(f"{tmp_path}/mine.py:f", fixed_alpha=1, axis=0, laws="values", **ASKED)
    done = subprocess.run(
        [sys.executable, "-c", report.violations[0].snippet], capture_output=True, text=True, check=True
    )
    assert f"{report.violations[0].details['got'][0]:g}" in done.stdout
    assert "--axis 0" in report.violations[0].command


def test_long_rows_are_judged_by_what_is_said_of_their_sums():
    def one_by_one(z):
        e = np.exp(z - z.max(axis=-1, keepdims=True, initial=-np.inf))
        return e / np.cumsum(e, axis=-1, dtype=z.dtype)[..., -1:]

    asked = ASKED | {"dtypes": "float32", "fixed_alpha": 1, "laws": "values", "tokens": 30_000}
    assert check(softmax, summation="pairwise", **asked).verdict == "conforms"
    assert check(one_by_one, summation="pairwise", **asked).verdict == "violates"
    assert check(one_by_one, summation="sequential", **asked).verdict == "conforms"
