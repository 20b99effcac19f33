"""Which arrays a target takes is told from what it refers to, or from a first call, and said."""

from __future__ import annotations

import re

import numpy as np
import pytest

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance import check
from entmax_oracle.proofs_checks.conformance.ask import Ask
from entmax_oracle.proofs_checks.conformance.target import guessing
from entmax_oracle.proofs_checks.conformance.target.guessing import Guess, guess

SOURCES = {
    "import numpy as np\ndef f(z): return np.exp(z)": Guess("numpy", "what f refers to"),
    "import numpy as np, torch\ndef f(z): return g(z)\ndef g(z): return np.exp(z)": Guess("numpy", "what f refers to"),
    "import numpy as np, torch\ndef f(z): return np.pi * torch.exp(z)": Guess("torch", "what f refers to"),
    "from jax import numpy as jnp, jit\nf = jit(lambda z: jnp.exp(z))": Guess("jax", "what f refers to"),
    "import torch\ndef f(z): return z.exp()": Guess("torch", "the imports of mine.py"),
    "from other import f": Guess("jax", "what f refers to"),
    "from .other import f as g\nf = g": Guess("torch", ""),
    "def f(z): return z.exp()": Guess("torch", ""),
    "syntax error(": Guess("torch", ""),
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_library_is_guessed_from_the_source(source, tmp_path, monkeypatch):
    monkeypatch.setattr(guessing, "find_spec", lambda name: object())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(source)
    (tmp_path / "other.py").write_text("import jax.numpy as jnp\ndef f(z): return jnp.exp(z)")
    assert guess(f"{tmp_path}/mine.py:f") == SOURCES[source]


def test_nobody_is_told_to_install_torch_for_a_function_of_numpy(tmp_path, monkeypatch):
    monkeypatch.setattr(guessing, "find_spec", lambda name: None)
    (tmp_path / "mine.py").write_text("def f(z): return z / z.sum()")
    ask = Ask(f"{tmp_path}/mine.py:f")
    assert ask.library == "numpy"
    ask.refuse_missing()


def test_a_function_itself_is_looked_at():
    def inner(z):
        return np.exp(z)

    assert guess(lambda z: inner(z)).library == "numpy"


def test_where_nothing_tells_a_first_call_does():
    def last_axis(z):
        return z.repeat(1, axis=-1)  # tensors have no axis to repeat along

    report = check(last_axis, fixed_alpha=1, laws="determinism", dtypes="float64")
    assert report.arrays == "numpy"


def test_what_was_guessed_is_said_and_can_be_overridden(tmp_path, capsys):
    (tmp_path / "mine.py").write_text("import numpy as np\ndef f(z): return np.zeros_like(z)")
    words = ["check", f"{tmp_path}/mine.py:f", "--fixed-alpha", "1", "--law", "determinism"]
    assert main(words) == 0
    assert "arrays: numpy, guessed from what f refers to; --array overrides" in capsys.readouterr().out
    assert main([*words, "--array", "numpy", "--tokens", "8,10", "--multiple-of", "4"]) == 0
    said = capsys.readouterr().out
    assert "arrays:" not in said
    assert re.findall("--tokens.*", said) == ["--tokens 10: not a multiple of 4; 12 is tried"]
