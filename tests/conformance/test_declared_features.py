"""What attention may also take is declared and then held to: masks, windows, caps, sinks, and what else there is."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from zoo import bases
from zoo.catalogue import FAULTS, HONEST

from entmax_oracle.proofs_checks.conformance import PROFILES, UnusableTarget, check, replay
from entmax_oracle.proofs_checks.conformance.ask import FEATURES, Ask
from entmax_oracle.proofs_checks.conformance.case import Setting
from entmax_oracle.proofs_checks.conformance.conventions import Conventions
from entmax_oracle.proofs_checks.conformance.kinds import KINDS
from entmax_oracle.proofs_checks.conformance.kinds.attention.case import AttentionCase
from entmax_oracle.reference import attention as exact

# Less than the quick profile, so that what is caught here is caught there.
EFFORT = replace(PROFILES["quick"], examples=3, shrinking=0)
FIRST = replace(PROFILES["quick"], examples=1, shrinking=0)
SMALL = replace(PROFILES["quick"], examples=1, shrinking=60)

CAUGHT_BY = {
    "window as a count": "window",
    "window to the left only": "window",
    "cap by exponentials": "softcap",
    "sink scaled": "values",
    "sink without a gradient": "sinks gradient",
    "lse in base two": "lse",
    "lse without a gradient": "lse gradient",
    "lse with the gradient of the maximum": "lse gradient",
    "mask inverted": "mask",
    "bias before the scale": "mask",
    "mask of whole blocks": "values",
    "bias gradient of the first sequence": "mask gradient",
    "alpha of the key head": "alphas",
    "scale of the first query": "scales",
    "scale without a gradient": "scales gradient",
    "scale gradient of the first head": "scales gradient",
    "packed sees one more": "packed",
    "packed by the queries": "values",
}
OWN = {
    "attention with features": ("window", "softcap", "mask gradient"),
    "softmax with features": ("lse", "lse gradient", "mask", "no visible key"),
    "sinks by a gate": ("sinks", "sinks gradient"),
    "halves merged by their logarithms": ("lse",),
    "alpha and scale per head": ("alphas", "scales", "scales gradient"),
    "packed attention": ("packed", "batch", "alignment", "gradient alone"),
}


def broken(report):
    return {law.law for law in report.laws if law.status == "fail"}


@pytest.mark.parametrize("name", CAUGHT_BY)
def test_faults_are_caught_by_the_law_they_break(name):
    report = check(FAULTS[name].function, **FAULTS[name].options, laws=CAUGHT_BY[name], profile=EFFORT)
    assert CAUGHT_BY[name] in broken(report), report


@pytest.mark.parametrize("name", OWN)
def test_honest_implementations_conform(name):
    each = HONEST[name]
    options = each.options | {"alphas": each.alphas[:1], "dtypes": each.dtypes[:1]}
    report = check(each.function, **options, laws=OWN[name], profile=FIRST)
    report.raise_for_violations()
    assert all(law.status == "pass" and law.examples for law in report.laws), str(report)


@pytest.mark.slow
@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("seed", [0, 1])
def test_no_honest_implementation_is_flagged(name, seed):
    check(HONEST[name].function, **HONEST[name].options, profile=FIRST, seed=seed).raise_for_violations()


# Published slips by the names that their functions have for the arguments, and the mended functions.


def rows(q, k, is_causal, scale, key_lengths, early=0):
    k = k.repeat_interleave(q.shape[1] // k.shape[1], 1).double()
    s = (q.double() @ k.transpose(-1, -2) + early) * (q.shape[3] ** -0.5 if scale is None else scale)
    return s, bases.visible(q, k, is_causal, key_lengths)


def attended(q, v, s, seen):
    v = v.repeat_interleave(q.shape[1] // v.shape[1], 1).double()
    return (bases.softmax(s.masked_fill(~seen, -math.inf), 1) @ v).to(q.dtype)


def windowed(late):
    def function(q, k, v, *, is_causal, scale, key_lengths, window_size):
        s, seen = rows(q, k, is_causal, scale, key_lengths)
        if window_size is not None:
            left, right = window_size
            seen = seen & bases.inside(bases.offsets(q.shape[2], k.shape[2]), left if left < 0 else left + late, right)
        return attended(q, v, s, seen)

    return function


def with_cap(tanh):
    def function(q, k, v, *, is_causal, scale, key_lengths, cap):
        s, seen = rows(q, k, is_causal, scale, key_lengths)
        return attended(q, v, s if cap is None else cap * tanh((s / cap).float()).double(), seen)

    return function


def by_exponentials(x):
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))


def gated(gate):
    def function(q, k, v, *, is_causal, scale, key_lengths, sink):
        s, seen = rows(q, k, is_causal, scale, key_lengths)
        log = torch.logsumexp(s.masked_fill(~seen, -math.inf), -1, keepdim=True)
        open_ = 1 if sink is None else torch.sigmoid(gate(log) - sink.double()[:, None, None])
        return (attended(q, v, s, seen).double() * open_).to(q.dtype)

    return function


def with_logarithm(base):
    def function(q, k, v, *, is_causal, scale, key_lengths):
        s, seen = rows(q, k, is_causal, scale, key_lengths)
        log = torch.logsumexp(s.masked_fill(~seen, -math.inf), -1) / math.log(base)
        return attended(q, v, s, seen), log.float()

    return function


def biased(early):
    def function(q, k, v, *, is_causal, scale, key_lengths, attn_bias):
        bias = torch.zeros(1) if attn_bias is None else attn_bias.double()
        s, seen = rows(q, k, is_causal, scale, key_lengths, early=bias if early else 0)
        s = s if early else s + bias
        return attended(q, v, s, seen & (s > -math.inf))

    return function


PUBLISHED = {
    "window": ({"window": "window_size"}, windowed(1), windowed(0)),
    "softcap": ({"softcap": "cap"}, with_cap(by_exponentials), with_cap(torch.tanh)),
    "sinks": ({"sinks": "sink"}, gated(torch.exp), gated(lambda log: log)),
    "lse": ({}, with_logarithm(2), with_logarithm(math.e)),
    "bias": ({"attn_mask": "attn_bias"}, biased(True), biased(False)),
}


@pytest.mark.parametrize("feature", PUBLISHED)
def test_published_slips_are_found_and_the_mended_functions_pass(feature):
    rename, wrong, right = PUBLISHED[feature]
    asked = {"kind": "attention", "fixed_alpha": 1, "without": "alibi", "features": feature, "rename": rename}
    law = {"bias": "mask"}.get(feature, feature)
    assert law in broken(check(wrong, **asked, laws=law, profile=EFFORT))
    report = check(right, **asked, laws=law, profile=FIRST)
    report.raise_for_violations()
    assert report.complete


@pytest.mark.parametrize("feature", ["bias", "boolean-mask"])
def test_a_mask_of_one_column_reaches_every_key(feature):
    def at_the_first_key(q, k, v, *, attn_mask, **options):
        if attn_mask is not None and attn_mask.shape[-1] < k.shape[2]:
            attn_mask = torch.nn.functional.pad(attn_mask, (0, k.shape[2] - 1), value=attn_mask.dtype == torch.bool)
        return bases.attention(q, k, v, attn_mask=attn_mask, **options)

    asked = {"kind": "attention", "features": feature, "laws": "mask", "arrays": "torch", "profile": FIRST}
    assert broken(check(at_the_first_key, **asked)) == {"mask"}
    check(bases.attention, **asked).raise_for_violations()


def test_alphas_keep_the_digits_of_float32():
    def shortened(q, k, v, *, alpha, **options):
        alpha = alpha.half().float() if isinstance(alpha, torch.Tensor) else alpha
        return bases.attention(q, k, v, alpha=alpha, **options, mapping=bases.by_head)

    asked = {"kind": "attention", "features": "alphas", "laws": "values", "arrays": "torch", "profile": EFFORT}
    assert broken(check(shortened, **asked)) == {"values"}


def test_a_counterexample_has_the_features_that_it_takes_and_no_other(capsys):
    given = {"kind": "attention", "features": ("window", "sinks", "mask")}
    faulty = FAULTS["sink scaled"].function
    (found,) = check(faulty, **given, laws="values", arrays="torch", profile=SMALL).violations
    assert found.size <= 8
    assert "sinks" in found.parameters
    assert not {"window", "attn_mask"} & set(found.parameters)
    assert "--with window --with sinks --with mask" in found.command
    text = json.dumps(found.to_dict())
    assert replay(faulty, text, **given).broken
    assert not replay(bases.attention, text, **given).broken
    with np.printoptions():
        exec(compile(found.snippet, "snippet", "exec"), {})
    assert f"{found.details['got'][0]:.4g}"[:5] in capsys.readouterr().out


def test_a_program_without_this_package_packs_sequences(tmp_path):
    source = tmp_path / "mine.py"
    source.write_text(
        "import torch\n"
        "def f(q, k, v, *, cu_seqlens_q, cu_seqlens_k, max_seqlen_q, max_seqlen_k, window):\n"
        "    assert cu_seqlens_q.dtype == torch.int32 and len(q) == cu_seqlens_q[-1]\n"
        "    return torch.full((*q.shape[:2], v.shape[2]), 7.0) + 0 * q.sum(), torch.zeros(q.shape[1], len(q))\n"
    )
    lacks = ("causal", "scale", "alibi", "groups")
    asked = {"kind": "attention", "fixed_alpha": 1, "layout": "thd", "features": ("window", "lse"), "without": lacks}
    (found,) = check(f"{source}:f", **asked, laws="values", no_saved=True, profile=EFFORT).violations
    assert "--layout thd" in found.command
    done = subprocess.run([sys.executable, "-c", found.snippet], capture_output=True, text=True, check=True)
    assert "7." in done.stdout


def test_a_mask_need_not_have_a_gradient_and_sinks_must():
    def detached(q, k, v, *, attn_mask, sinks, **options):
        mask = attn_mask if attn_mask is None else attn_mask.detach()
        return bases.attention(q, k, v, attn_mask=mask, sinks=sinks, **options)

    asked = {"kind": "attention", "features": ("bias", "sinks"), "grad": True, "profile": FIRST}
    report = check(detached, laws=("mask gradient", "sinks gradient"), **asked)
    assert not report.violations
    assert report.declined
    assert "declined all" in report.laws[-1].message, report
    assert not report.complete
    found = check(FAULTS["sink without a gradient"].function, laws="sinks gradient", **asked).violations[0]
    assert "no path from the answer to sinks" in found.message


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"features": "windw"}, "features: 'windw' is not one of mask, bias, boolean-mask, window"),
        ({"features": ("lse",)}, "only alpha = 1 has; pass alpha 1"),
        ({"features": ("lse", "alphas"), "alphas": (1,)}, "only alpha = 1 has"),
        ({"features": ("alphas",), "fixed_alpha": 2}, "has none per head; leave 'alphas' out"),
        ({"features": ("scales",), "without": ("scale",)}, "'scales' cannot be checked without a scale"),
        ({"features": ("bias",), "layout": "thd"}, "packed sequences .layout thd. have no 'bias'"),
        ({"layout": "thd", "bitwise": ("split",)}, "'split' means nothing for packed sequences"),
        ({"kind": "mapping", "features": ("window",)}, "features: an option of the kind 'attention'"),
    ],
)
def test_features_that_make_no_sense_are_refused(given, says):
    asked = KINDS[given.get("kind", "attention")].asked
    with pytest.raises(ValueError, match=says):
        asked(Ask.of({"implementation": "mine:f", "kind": "attention"} | given))


def test_features_are_read_with_commas_and_passed_by_their_names():
    ask = Ask.of({"implementation": "mine:f", "kind": "attention", "features": ["window, softcap", "sinks"]})
    assert ask.features == ("window", "softcap", "sinks")
    assert KINDS["attention"].asked(ask).hands[-3:] == ("window", "softcap", "sinks")
    with pytest.raises(UnusableTarget, match="unexpected keyword argument 'window'"):
        check(
            lambda q, k, v, *, alpha, is_causal, scale, alibi_slopes, key_lengths: q,
            kind="attention",
            features="window",
        )
    with pytest.raises(ValueError, match="says nothing about a target without window; add --with window"):
        check(bases.attention, kind="attention", laws="window")


def test_two_answers_are_wanted_where_they_are_declared():
    asked = {"kind": "attention", "alphas": 1, "laws": "values", "profile": FIRST, "features": "lse"}
    report = check(lambda *tensors, **options: bases.attention(*tensors, **options, mapping=bases.softmax), **asked)
    assert "not a pair of output and logarithms of sums" in str(report)

    def on_demand(q, k, v, *, lse_too=False, **options):
        given = {"mapping": bases.softmax, "log_sum": bases.log_sum if lse_too else None}
        return bases.attention(q, k, v, **options, **given)

    assert check(on_demand, rename={"return_lse": "lse_too"}, **asked).verdict == "conforms"


def cases(features, layout="bhmd", **setting):
    kind = KINDS["attention"]
    setting = Setting(1.5, "float32", features=features, conventions=Conventions(layout=layout), **setting)
    return [kind.fit(each, setting) for each in kind.cornerstones(setting)]


def test_most_cases_use_a_feature_and_some_do_not():
    made = cases(("mask", "window", "softcap", "sinks", "alphas", "scales"))
    for name in ("attn_mask", "window", "softcap", "sinks", "alphas", "scales"):
        used = sum(getattr(case, name) is not None for case in made)
        assert len(made) / 2 < used < len(made), name
    masks = [case for case in made if case.attn_mask is not None]
    assert {case.boolean_mask for case in masks} == {True, False}
    assert {case.attn_mask.ndim for case in masks} == {2, 4}
    blind = [case for case in made if not case.sees().any(axis=-1).all()]
    assert any(case.window is not None and case.attn_mask is None and case.key_lengths for case in blind)
    assert any(case.attn_mask is not None for case in blind)
    assert {case.window for case in made} >= {(0, 0), (1, 0), (None, 0)}
    assert any(case.is_causal and case.window and case.attn_mask is not None and case.alibi_slopes for case in made)


@pytest.mark.parametrize("feature", ["bias", "boolean-mask"])
def test_masks_are_of_the_kind_that_is_declared(feature):
    masks = [case.mask_given for case in cases((feature,)) if case.attn_mask is not None]
    assert {x.dtype == bool for x in masks} == {feature == "boolean-mask"}


@pytest.mark.parametrize("align", ["end", "start"])
def test_packed_sequences_are_answered_one_by_one(align):
    rng = np.random.default_rng(0)
    q, k, v = (rng.standard_normal((3, h, n, 4)) for h, n in ((2, 5), (1, 7), (1, 7)))
    case = AttentionCase(
        q, k, v, is_causal=True, window=(2, 0), sinks=(0.5, -1.0), key_lengths=(7, 0, 3), query_lengths=(5, 2, 2)
    )
    setting = Setting(1.5, "float32", conventions=Conventions(layout="thd", align=align))
    found = KINDS["attention"].oracle(setting)(case)
    assert not found.upper[0, :, 5:].any()
    assert not found.upper[1].any()
    one = exact(q[2:, :, :2], k[2:, :, :3], v[2:, :, :3], 1.5, is_causal=True, window=(2, 0), sinks=(0.5, -1.0))
    same = np.abs(one[0] - found.lower[2, :, :2]) <= 1e-12
    assert same.all() == (align == "end")
    assert not same.all() or not found.upper[2, :, 2:].any()


def test_every_feature_has_a_law():
    needs = {law.needs for law in _laws().values()}
    assert {"mask" if each in ("bias", "boolean-mask") else each for each in FEATURES} <= needs


def _laws():
    from entmax_oracle.proofs_checks.conformance.laws import ATTENTION_LAWS

    return ATTENTION_LAWS


@pytest.mark.parametrize(
    ("name", "gradients"), [("lse with the gradient of the maximum", 2), ("scale gradient of the first head", 4)]
)
def test_the_program_of_a_gradient_prints_it_with_the_others(name, gradients, capsys):
    fault = FAULTS[name]
    (found,) = check(fault.function, **fault.options, laws=CAUGHT_BY[name], profile=SMALL).violations
    program = [line for line in found.snippet.splitlines() if not line.startswith(("from zoo", "f = "))]
    exec("\n".join(program), {"f": fault.function})
    assert capsys.readouterr().out.count("tensor(") == gradients
