"""The checker of attention accepts honest implementations and catches faulty ones, within the quick profile."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

pytest.importorskip("torch")

from zoo.catalogue import FAULTS, HONEST

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance import PROFILES, check, replay
from entmax_oracle.proofs_checks.conformance.laws import ATTENTION_CONTRACTS, ATTENTION_LAWS

# Less than the quick profile, so that what is caught here is caught there.
EFFORT = replace(PROFILES["quick"], examples=3, shrinking=0)
DENSE = HONEST["dense attention"].function
ACCEPTED = {
    "dense attention": "float32",
    "attention in float64": "bfloat16",
    "blockwise attention": "float32",
    "matrix units": "bfloat16",
}
FAULTY = (
    "causal off by one",
    "causal sees the next",
    "causal from the start",
    "causal ignored",
    "heads interleaved",
    "lengths ignored",
    "lengths of the first",
    "lengths off by one",
    "alibi sign",
    "alibi scaled",
    "alibi without absolute value",
    "alibi ignored",
    "scale ignored",
    "default scale missing",
    "scale zero is none",
    "last block dropped",
    "sixty four keys",
    "small probabilities dropped",
    "softmax",
    "another alpha",
    "uniform without visible keys",
    "nan without visible keys",
    "scores in bfloat16",
    "few halvings",
    "output in half",
    "query scaled in place",
    "tensors assumed contiguous",
    "every other call",
)
FAULTY_GRADIENT = (
    "key gradient without scale",
    "gradient through p",
    "gradient as of sparsemax",
    "gradient of dropped keys",
    "value gradient detached",
    "scores detached",
)
# Most faults show in the values; these do not, or not to this little effort.
CAUGHT_BY = {
    "scale zero is none": "scale",
    "sixty four keys": "block edges",
    "tensors assumed contiguous": "layout",
    "every other call": "determinism",
    "query scaled in place": "untouched",
}


def broken(report):
    return {law.law for law in report.laws if law.status == "fail" and law.severity == "error"}


def checked(name, **options):
    return check(FAULTS[name].function, kind="attention", profile=EFFORT, **options)


@pytest.mark.parametrize("name", ACCEPTED)
def test_honest_implementations_conform(name):
    laws = () if name == "dense attention" else ("values", "live keys", "gradient")
    f, dtypes = HONEST[name].function, (ACCEPTED[name],)
    grad = HONEST[name].subject == "attention gradient"
    report = check(f, dtypes=dtypes, kind="attention", grad=grad, laws=laws[: 2 + grad], profile=EFFORT)
    report.raise_for_violations()
    assert all(law.status == "pass" and law.examples for law in report.laws)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "float16"])
def test_honest_implementations_conform_in_other_settings(dtype):
    report = check(DENSE, (1.25, 2.0), (dtype,), kind="attention", grad=True, seed=1, profile=EFFORT)
    report.raise_for_violations()


@pytest.mark.parametrize("name", FAULTY)
def test_faulty_implementations_are_caught(name):
    law = CAUGHT_BY.get(name, "values")
    report = checked(name, laws=["values", law])
    assert law in broken(report), report


@pytest.mark.slow
@pytest.mark.parametrize("name", ["causal off by one", "tensors assumed contiguous"])
def test_the_quick_profile_catches_faulty_implementations(name):
    assert check(FAULTS[name].function, kind="attention").verdict == "violates"


@pytest.mark.parametrize("name", FAULTY_GRADIENT)
def test_faulty_gradients_are_caught(name):
    report = checked(name, grad=True, laws=["gradient"])
    assert broken(report) == {"gradient"}, report


@pytest.mark.parametrize(
    ("name", "law"),
    [
        ("alibi scaled", "alibi"),
        ("default scale missing", "scale"),
        ("causal sees the next", "causal"),
        ("heads interleaved", "groups"),
        ("lengths off by one", "padding"),
        ("uniform without visible keys", "no visible key"),
        ("small probabilities dropped", "live keys"),
        ("last block dropped", "block edges"),
        ("causal from the start", "alignment"),
        ("scores in bfloat16", "shift"),
    ],
)
def test_the_law_that_is_broken_says_so(name, law):
    report = checked(name, laws=[law])
    assert broken(report) == {law}


def test_counterexamples_are_small_and_can_be_replayed():
    faulty = FAULTS["causal off by one"].function
    (found,) = check(faulty, kind="attention", laws=["values"], profile="quick").violations
    assert found.size <= 12
    assert found.parameters["is_causal"]
    text = json.dumps(found.to_dict())
    assert replay(faulty, text, kind="attention").broken
    assert not replay(DENSE, text, kind="attention").broken


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
    assert "input: query [" in shown
    assert "of shape (1, 1, 1, " in shown
    result = json.loads((tmp_path / "found.json").read_text())
    assert result["kind"] == "attention"
    assert main([*common, "--replay", str(tmp_path / "found.json")]) == 1
    snippet = result["laws"][0]["counterexample"]["snippet"]
    exec(compile(snippet, "snippet", "exec"), {})
    assert main(["check", f"{file}:softmax", "--kind", "attention", "--grad-alpha"]) == 2


def test_a_function_that_is_no_attention_is_refused():
    with pytest.raises(ValueError, match="wrap it"):
        check(lambda query, key: query, kind="attention")


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (
            "torch.nn.functional:scaled_dot_product_attention",  # which has no signature to look at
            " torch.nn.functional:scaled_dot_product_attention --kind attention --array torch --fixed-alpha 1 "
            "--without alibi --without lengths\n",
        ),
        (
            f"{__file__}:called_otherwise",
            " --fixed-alpha 1 --rename is_causal=causal --rename scale=sm_scale --without alibi --without lengths\n",
        ),
    ],
)
def test_the_options_that_declare_what_a_function_lacks_are_told(target, says, capsys):
    assert main(["check", target, "--kind", "attention", "--array", "torch", "--no-saved"]) == 2
    assert capsys.readouterr().err.endswith(says)


def called_otherwise(query, key, value, causal=False, sm_scale=None):
    return query


def test_every_law_says_what_it_is():
    for law in (*ATTENTION_CONTRACTS.values(), *ATTENTION_LAWS.values()):
        assert law.statement.endswith(".")
        assert law.kind == "attention"


def plain(query, key, value, *, alpha):
    """Attention that can do nothing but attend."""
    assert query.shape == key.shape == value.shape
    assert query.shape[-1] in (16, 32, 64, 128, 256)
    assert all(x.is_contiguous() for x in (query, key, value))
    return DENSE(query, key, value, alpha=alpha, is_causal=False, scale=None, alibi_slopes=None, key_lengths=None)


def plain_with_a_slip(query, key, value, *, alpha):
    return plain(query, key, value, alpha=alpha) * (1 + 2.0**-12 * (key.shape[2] > 3))


EVERYTHING = ("causal", "scale", "alibi", "lengths", "groups", "cross", "widths", "layouts")


def test_attention_that_does_less_is_not_asked_for_more():
    effort = replace(EFFORT, examples=1, long_rows=(257,))
    report = check(plain, kind="attention", without=EVERYTHING, profile=effort)
    report.raise_for_violations()
    skipped = {law.law for law in report.laws if law.status == "skip"}
    assert skipped == {"causal", "alibi", "scale", "alignment", "groups", "padding", "padding garbage", "layout"}
    with pytest.raises(ValueError, match=r"without=\["):
        check(plain, kind="attention", profile=EFFORT)


def test_queries_that_are_repeated_keep_scales_of_their_own():
    honest = HONEST["alpha and scale per head"]
    check(honest.function, **honest.options, without="cross", laws=["values"], profile=EFFORT).raise_for_violations()


def test_what_attention_lacks_stays_away_from_its_counterexample():
    report = check(plain_with_a_slip, kind="attention", without=EVERYTHING, laws=["values"], profile="quick")
    (found,) = report.violations
    text = json.dumps(found.to_dict())
    assert found.parameters["query"]["shape"] == found.parameters["key"]["shape"] == [1, 1, 4, 16]
    assert "--without cross" in found.command
    assert replay(plain_with_a_slip, text, kind="attention", without=EVERYTHING).broken
    assert not replay(plain, text, kind="attention", without=EVERYTHING).broken


@pytest.mark.parametrize(
    ("options", "says"),
    [({"without": "alibi"}, "not of a mapping"), ({"kind": "attention", "without": "aliby"}, "is not one of causal")],
)
def test_a_lack_that_is_none_is_refused(options, says):
    with pytest.raises(ValueError, match=says):
        check(DENSE, **options)


def behind_a_mask(query, key, value, *, key_lengths):
    """Multiplies weights that are 0 by values that may be anything, as attention behind a mask does."""
    import torch

    lengths = torch.tensor([key.shape[2]]) if key_lengths is None else key_lengths
    seen = torch.arange(key.shape[2]) < lengths[:, None, None, None]
    return torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)


def test_numbers_in_the_padding_have_a_law_and_nan_has_another_which_can_be_skipped():
    without = ("causal", "scale", "alibi", "groups")
    asked = {"kind": "attention", "fixed_alpha": 1, "without": without, "profile": EFFORT}
    report = check(behind_a_mask, laws=["padding", "padding garbage"], **asked)
    assert report.verdict == "violates"
    assert {law.law: law.status for law in report.laws} == {"padding": "pass", "padding garbage": "fail"}
    assert check(behind_a_mask, laws=["padding"], **asked).verdict == "conforms"
    wrong = check(FAULTS["lengths off by one"].function, kind="attention", laws=["padding"], profile=EFFORT)
    assert broken(wrong) == {"padding"}


def test_scores_that_overflow_in_the_declared_arithmetic_are_not_asked_for():
    def in_half(query, key, value, *, scale):
        """Rounds scores to float16, as declared; beyond 65504 they are infinite, and the output NaN."""
        scores = (query @ key.transpose(-1, -2)) * (query.shape[3] ** -0.5 if scale is None else scale)
        return scores.float().softmax(-1).to(value.dtype) @ value

    without = ("causal", "alibi", "lengths", "groups")
    options = {"fixed_alpha": 1, "dtypes": ["float16"], "without": without, "laws": ["values", "scale"]}
    assert check(in_half, kind="attention", compute_dtype="float16", profile=EFFORT, **options).verdict == "conforms"
    assert check(in_half, kind="attention", profile=EFFORT, **options).verdict == "violates"
