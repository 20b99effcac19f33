"""One table of options: whoever asks, by whatever door, can ask for the same."""

from __future__ import annotations

import argparse
import inspect
import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from entmax_oracle import pytest_plugin
from entmax_oracle.proofs_checks.conformance import PROFILES, check, replay
from entmax_oracle.proofs_checks.conformance.ask import LACKS, OPTIONS, Ask, add_options, from_options, law_names
from entmax_oracle.proofs_checks.conformance.kinds import KINDS
from entmax_oracle.proofs_checks.conformance.kinds.attention.narrowing import OPTIONS as ARGUMENTS
from entmax_oracle.proofs_checks.conformance.laws import LAWS_OF
from entmax_oracle.proofs_checks.conformance.target.libraries import FRAMEWORKS
from entmax_oracle.proofs_checks.conformance.target.loading import NoSuchTarget, locate
from entmax_oracle.testing import TOGETHER

ASKS = [
    Ask("mine:f"),
    Ask("command:./mine", dtypes=("float64", "float32"), grad=True, timeout=0.5),
    Ask("mine:f", alphas=(1.25, 4 / 3), arrays="jax", grad_alpha=True, laws=("values", "shift"), seed=7, jobs=3),
    Ask("mine.py:f", fixed_alpha=2.0, arrays="numpy", skip_laws=("ties",), profile="deep", seconds=30.0),
    Ask("mine:f", kind="attention", without=("alibi", "cross"), device="cuda:0", compute_dtype="bfloat16"),
    Ask("mine:f", kind="normaliser", against="top-k-softmax", parameters=(("k", 3), ("k", 8))),
    Ask("mine:f", kind="attention", multiple_of=16, max_logit=1e4, contiguous=True, widths=(64, 128), heads=(7,)),
    Ask("mine:f", kind="attention", features=("window", "bias"), rename=(("attn_mask", "bias"),)),
    Ask("mine:f", kind="normaliser", against="multimax", fixed_parameters=(("b", -0.5), ("d", 2))),
]


def parsed(words, prefix="--"):
    parser = argparse.ArgumentParser()
    add_options(lambda _: parser.add_argument, prefix)
    return from_options("mine:f", parser.parse_args([re.sub("^--", prefix, word) for word in words]), prefix)


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: " ".join(ask.words()))
@pytest.mark.parametrize("prefix", ["--", "--entmax-"])
def test_what_is_asked_is_asked_again_by_its_words(ask, prefix):
    arrays = None if ask.library == "program" else ask.library  # told also where it was guessed
    assert parsed(ask.words(), prefix) == replace(ask, implementation="mine:f", arrays=arrays)


def test_a_counterexample_is_replayed_with_what_says_what_the_target_is():
    words = "--kind attention --array torch --device cuda:0 --without alibi --without cross --compute-dtype bfloat16"
    assert " ".join(ASKS[4].words(again=True)) == words
    assert ASKS[1].words(again=True) == []  # a program takes no arrays
    assert ASKS[2].words(again=True) == ["--array", "jax", "--grad-alpha"]


def test_every_door_has_every_option():
    from entmax_oracle.cli import parser

    signature = inspect.signature(check).parameters
    assert set(signature) == {"implementation", *OPTIONS, "executor", "progress"}
    assert {name: signature[name].default for name in OPTIONS} == {
        name: None if name in ("parameters", "fixed_parameters", "rename") else default
        for name, default in ((name, getattr(Ask, name)) for name in OPTIONS)
    }
    documented = re.findall(r"^    (\w[\w, ]*) : ", check.__doc__, re.MULTILINE)
    assert {name for line in documented for name in line.split(", ")} == set(signature)
    (commands,) = (each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    flags = {flag for action in commands.choices["check"]._actions for flag in action.option_strings}
    own = {"-h", "--help", "--replay", "--json", "--junit", "--report", "--events", "--scheduler", "--github"}
    assert flags - own == {f"--{option.flag}" for option in OPTIONS.values()}
    plugin = Recorder()
    pytest_plugin.pytest_addoption(plugin)
    flags = [f"--entmax-{option.flag}" for name, option in OPTIONS.items() if name not in TOGETHER]
    assert plugin.names == ["--entmax-impl", *flags]
    assert plugin.ini == [flag[2:].replace("-", "_") for flag in plugin.names]


class Recorder:
    """Pytest's parser, as far as the names of options."""

    def __init__(self):
        self.names, self.ini = [], []

    def getgroup(self, name, description):
        return self

    def addoption(self, name, **told):
        self.names.append(name)

    def addini(self, name, help, type):
        self.ini.append(name)


def test_an_option_that_says_what_the_target_is_can_be_given_to_a_replay():
    told = set(inspect.signature(replay).parameters) - {"implementation", "source", "timeout"}
    assert told == {name for name, option in OPTIONS.items() if option.again}


def test_choices_are_those_that_there_are():
    assert set(OPTIONS["kind"].choices) == set(KINDS)
    assert {*OPTIONS["arrays"].choices, "program"} == set(FRAMEWORKS)
    assert set(OPTIONS["profile"].choices) == set(PROFILES)
    assert set(ARGUMENTS) < set(LACKS)


@pytest.mark.parametrize("kind", KINDS)
def test_laws_are_named_as_they_are_declared(kind):
    contracts, laws = LAWS_OF[kind]
    assert set(law_names(kind)) == {*contracts, *laws}
    assert len(law_names(kind)) == len(contracts) + len(laws)


def test_alpha_and_fixed_alpha_are_not_given_together():
    with pytest.raises(ValueError, match="either --entmax-alpha or --entmax-fixed-alpha"):
        parsed(["--alpha", "2", "--fixed-alpha", "2"], "--entmax-")
    assert parsed(["--alpha", "4/3"], "--entmax-").alphas == (4 / 3,)


def test_a_gradient_in_alpha_is_replayed_as_one():
    """Its counterexample has an incoming gradient for the logits; the answer is that in alpha all the same."""
    torch = pytest.importorskip("torch")

    def softmax(z, alpha):
        return torch.softmax(z, dim=-1) + 0 * alpha

    effort = replace(PROFILES["quick"], examples=3, shrinking=20, long_rows=())
    report = check(softmax, 1.3, "float64", laws="gradient in alpha", grad_alpha=True, profile=effort)
    found = report.violations[0]
    assert "grad_alpha=True" in found.command
    again = replay(softmax, json.dumps(found.to_dict()), grad_alpha=True)
    assert again.broken
    assert again.message == found.message


@pytest.mark.parametrize(
    ("source", "name", "there"),
    [
        ("def f(z): pass", "f", True),
        ("if True:\n    from numpy import exp as f", "f", True),
        ("class A:\n    f = None", "A.f", True),
        ("globals()['f'] = print", "f", True),
        ("from math import *", "f", True),
        ("def __getattr__(name): return print", "f", True),
        ("for f in []: pass", "f", True),
        ("def ff(z): pass", "f", False),
        ("syntax error(", "f", True),  # the import says it better
    ],
)
def test_a_function_is_missed_only_where_that_is_certain(source, name, there, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(source)
    if there:
        locate(f"{path}:{name}")
    else:
        with pytest.raises(NoSuchTarget, match=r"has no 'f'; did you mean ff\?"):
            locate(f"{path}:{name}")


def test_a_module_is_found_as_the_worker_would(tmp_path, monkeypatch):
    (tmp_path / "beside_me.py").write_text("def f(z, alpha): return z")
    monkeypatch.chdir(tmp_path)
    locate("beside_me:f")
    locate("os.path:join")  # no package, so only an import can tell
    locate("entmax_oracle.no_such_module:f")
    locate("json:something_else")  # others may have given it that
    with pytest.raises(NoSuchTarget, match="did you mean loads"):
        locate("json:lods")
    with pytest.raises(NoSuchTarget, match="no module 'jsn'"):
        locate("jsn:loads")


@pytest.mark.parametrize(
    "words",
    [
        ["jsn:loads"],
        ["nothing.py:f"],
        [f"{__file__}:nothing"],
        ["json:lods"],
        ["json:loads", "--dtype", "floot"],
        ["json:loads", "--skip-law", "valus"],
        ["json:loads", "--kind", "attention", "--without", "aliby"],
        ["json:loads", "--kind", "normaliser", "--against", "sofmax"],
    ],
)
def test_a_typing_error_is_answered_before_anything_heavy_is_imported(words):
    code = (
        "import sys; from entmax_oracle.cli import main; status = main(sys.argv[1:]);"
        "print(status, {'torch', 'scipy', 'hypothesis', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, "check", *words], capture_output=True, text=True, check=True)
    assert done.stdout == "2 set()\n", done.stderr
    assert done.stderr.count("\n") == 1


def test_a_counterexample_at_another_alpha_than_the_fixed_one_is_refused():
    found = {"law": "values", "alpha": 1.5, "dtype": "float32", "shape": [2], "logits": "0x1p-1 0x0p+0"}
    with pytest.raises(ValueError, match=r"fixed_alpha: this counterexample has alpha 1\.5, not 2"):
        replay(lambda z: z, found, "numpy", fixed_alpha=2)


def test_several_come_with_commas_or_one_by_one():
    given = {"dtypes": ["float32,float64", "float16"], "laws": "values, single token"}
    asked = Ask.of({"implementation": "mine:f", **given})
    assert asked.dtypes == ("float32", "float64", "float16")
    assert asked.laws == ("values", "single token")
