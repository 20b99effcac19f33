"""The laws as tests: what is not selected is not searched, and what cannot be used is said once."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from entmax_oracle import pytest_plugin
from entmax_oracle.proofs_checks.conformance.target.loading import whereabouts
from entmax_oracle.testing import laws

pytest_plugins = "pytester"

ZOO = Path(__file__).parent / "zoo" / "processes.py"
TARGET = '''\
import numpy as np
from processes import entmax15

def noted(z, alpha):
    """Note the length of each row that it is called with."""
    with open("calls.txt", "a") as file:
        print(z.shape[-1], file=file)
    return entmax15(z)

def raises(z, alpha):
    raise RuntimeError("no kernel is registered")
'''


@pytest.fixture
def folder(pytester):
    shutil.copy(ZOO, pytester.path)
    pytester.makepyfile(mine=TARGET)
    pytester.makepyfile(test_own="def test_own():\n    pass\n")
    return pytester


def run(folder, *words, impl="mine.py:noted"):
    named = ("--entmax-impl", impl, "--entmax-array", "numpy") if impl else ()
    return folder.runpytest_inprocess("-p", "no:xdist", *named, *words)


def calls(folder):
    """Numbers of calls by length of the row."""
    path = folder.path / "calls.txt"
    found = Counter(map(int, path.read_text().split())) if path.exists() else Counter()
    path.unlink(missing_ok=True)
    return found


def test_only_the_selected_law_is_searched(folder):
    done = run(folder, "-v", "-k", "single and 1.5", "--entmax-alpha", "1.5", "--entmax-alpha", "2")
    done.assert_outcomes(passed=1, deselected=done.parseoutcomes()["deselected"])
    done.stdout.fnmatch_lines(["mine.py:noted::1.5-float32::single token PASSED*"])
    searched = calls(folder)
    run(folder, "--entmax-law", "single token").assert_outcomes(passed=1)  # test_own is not among them
    assert calls(folder) == searched


def test_the_first_failure_ends_the_search_and_is_the_last_to_run_again(folder):
    """At alpha 2 it is wrong, as it is made for 1.5."""
    options = ("--entmax-alpha", "2", "--entmax-law", "values", "--entmax-law", "single token")
    done = run(folder, "-x", "--junitxml=out.xml", *options)
    done.assert_outcomes(failed=1)
    assert 1025 not in calls(folder)  # the long rows are what comes after the counterexample
    done.stdout.fnmatch_lines(
        ["token *: got *", "*the law: Every probability*", "*Reproduce with:", "*entmax-oracle check mine.py*"]
    )
    done.stdout.no_fnmatch_line("*Traceback*")
    assert "checker.py" not in done.stdout.str()
    done.stdout.fnmatch_lines(["FAILED mine.py:noted::2-float32::values - token *"])
    seconds = re.search(r'name="values" time="([\d.]+)"', (folder.path / "out.xml").read_text())
    assert float(seconds[1]) > 0.01
    done = run(folder, "--lf", "--collect-only", "-q", *options)
    done.stdout.fnmatch_lines(["mine.py:noted::2-float32::values"])
    done.stdout.no_fnmatch_line("*single token")


def test_a_module_has_laws_of_its_own(folder):
    folder.makepyfile(
        test_mine="from mine import noted\nfrom entmax_oracle.testing import laws\n"
        "test_laws = laws(noted, alphas=(1.5, 4 / 3), arrays='numpy', laws=('single token', 'ties', 'shape'))\n"
    )
    done = run(folder, "-v", "test_mine.py::test_laws::1.5-float32", impl=None)
    done.assert_outcomes(passed=3)
    done.stdout.fnmatch_lines(
        [f"test_mine.py::test_laws::1.5-float32::{law} PASSED*" for law in ("ties", "single token", "shape")]
    )
    done = run(folder, "--collect-only", "-q", "test_mine.py", impl=None)
    done.stdout.fnmatch_lines(["test_mine.py::test_laws::1.3333333333333333-float32::ties"])


def test_two_workers_do_not_do_the_work_twice(folder):
    options = ("--entmax-law", "single token", "--entmax-law", "shape", "--entmax-alpha", "1.5", "--entmax-alpha", "2")
    done = folder.runpytest_subprocess(
        "-v", "-n", "2", "--entmax-impl", "mine.py:noted", "--entmax-array", "numpy", *options
    )
    assert sum(done.parseoutcomes().values()) == 4
    ran = set(re.findall(r"\[(gw\d)\].* mine.py:noted::([\d.]+)-float32", done.stdout.str()))
    assert len(ran) == len(dict(ran)) == 2  # each setting in a worker of its own


def test_options_stand_in_an_ini_file_too(folder):
    folder.makepyprojecttoml(
        '[tool.pytest.ini_options]\nentmax_impl = ["mine.py:noted"]\nentmax_array = "numpy"\n'
        'entmax_alpha = [2, "3/2"]\nentmax_law = ["ties"]\n'
    )
    done = run(folder, "--collect-only", "-q", impl=None)
    done.stdout.fnmatch_lines(["test_own.py::test_own", "mine.py:noted::2-float32::ties", "*::1.5-float32::ties"])
    done = run(folder, "--collect-only", "-q", "--entmax-alpha", "3", impl=None)  # the command line has the last word
    done.stdout.fnmatch_lines(["mine.py:noted::3-float32::ties"])
    done.stdout.no_fnmatch_line("*2-float32*")
    run(folder, "test_own.py", impl=None).assert_outcomes(passed=1)
    done = run(folder, "-o", "entmax_alpha=x", impl=None)
    assert (done.ret, "entmax_alpha: 'x' is not a number" in done.stderr.str()) == (pytest.ExitCode.USAGE_ERROR, True)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ((), (1, -2, 5, (1.5,), 2.5)),
        (("--entmax-axis", "0", "--entmax-seed", "0"), (1, 0, 0, (1.5,), 2.5)),
        (("--entmax-alpha", "3", "--entmax-multiple-of", "4"), (4, -2, 5, (3.0,), None)),
        (("--entmax-fixed-alpha", "2"), (1, -2, 5, (1.5,), 2.0)),
    ],
)
def test_the_command_line_has_the_last_word(folder, words, asked):
    """Also where it says 0, and where it says one of two options that exclude each other."""
    folder.makeini("[pytest]\nentmax_axis = -2\nentmax_seed = 5\nentmax_fixed_alpha = 5/2\n")
    ask = pytest_plugin._asked("mine.py:noted", folder.parseconfig(*words))
    assert (ask.multiple_of, ask.axis, ask.seed, ask.alphas, ask.fixed_alpha) == asked


@pytest.mark.parametrize(
    ("target", "words", "complaint"),
    [
        ("nowhere:nothing", (), "there is no module 'nowhere'"),
        ("mine.py:notd", (), "did you mean noted?"),
        ("mine.py:noted", ("--entmax-law", "tie"), "did you mean 'ties'"),
        ("mine.py:noted", ("--entmax-multiple-of", "0"), "--entmax-multiple-of must be at least 1, got 0"),
        ("mine.py:noted", ("--entmax-kind", "normaliser", "--entmax-against", "softmx"), "unknown normaliser 'softmx'"),
    ],
)
def test_a_typing_error_is_one_usage_error(folder, target, words, complaint):
    done = run(folder, *words, impl=target)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = filter(None, done.stderr.str().splitlines())
    assert complaint in line


def test_what_proves_unusable_later_is_said_once(folder):
    done = run(folder, "--entmax-law", "ties", "--entmax-law", "values", impl="processes.py:with_an_axis")
    done.assert_outcomes(failed=1, skipped=1)
    done.stdout.fnmatch_lines(["the function has the signature (z, dim=-1)*"])


def test_no_answer_is_no_success(folder):
    """All laws would be skipped, with nobody to say why."""
    done = run(folder, "-k", "single", impl="mine.py:raises")
    done.assert_outcomes(failed=1, deselected=done.parseoutcomes()["deselected"])
    done.stdout.fnmatch_lines(["*RuntimeError: no kernel is registered*"])


def test_the_plugin_is_silent_when_nothing_is_named(folder):
    done = run(folder, "-q", impl=None)
    done.assert_outcomes(passed=1)
    assert "entmax" not in done.stdout.str()


def test_laws_refuses_what_no_check_has():
    with pytest.raises(ValueError, match="no option 'alpha'; did you mean 'alphas'"):
        laws(np.exp, alpha=2)
    with pytest.raises(ValueError, match="no option 'jobs'"):
        laws(np.exp, jobs=2)
    with pytest.raises(ValueError, match="did you mean 'ties'"):
        laws(np.exp, arrays="numpy", laws=["tie"])


def test_a_target_is_where_it_is_defined(folder):
    line = TARGET.splitlines().index("def noted(z, alpha):") + 1
    path, found = whereabouts("mine.py:noted")
    assert (path.name, found) == ("mine.py", line)
    assert whereabouts("command:./mine") is None
    assert whereabouts(np.exp) is None
