"""The kernels, for a CPU and in the interpreter, and plain torch keep the laws: the checker says so, as of any code.

The whole, at the standard profile, takes hours in the interpreter: `benchmarks/sweep.py`.
"""

from pathlib import Path

import pytest

from entmax_oracle.benchmarks.sweep import ALPHAS, DTYPES
from entmax_oracle.proofs_checks.conformance import Report, check
from entmax_oracle.proofs_checks.conformance.search import Effort

# Fewer cases than at the quick profile, and no more than ten seconds: interpreted, a call takes some tenths of one.
SHORT = Effort(examples=3, seconds=10, shrinking=40, max_n=65, long_rows=(130,))


@pytest.fixture
def judged(monkeypatch):
    """Run the laws on a target; the worker that imports it is a fresh process with this environment."""

    def run(kernels, way, alpha, dtype, laws=(), profile="quick", interpreter=True) -> Report:
        if interpreter:
            monkeypatch.setenv("TRITON_INTERPRET", "1")
        else:
            monkeypatch.delenv("TRITON_INTERPRET", raising=False)
        target = f"{Path(__file__).parent / kernels / 'targets.py'}:{way}"
        kind = "attention" if kernels == "attention" else "mapping"
        in_alpha = "gradient in alpha" in laws
        return check(
            target, [alpha], [dtype], kind=kind, grad=True, grad_alpha=in_alpha, laws=laws, profile=profile, timeout=60
        )

    return run


def conforms(report: Report) -> None:
    assert report.verdict == "conforms", str(report)
    assert all(law.examples for law in report.laws), str(report)


@pytest.mark.parametrize(
    ("kernels", "way", "alpha", "dtype", "law"),
    [
        ("rowwise", "interpreted", 1.5, "bfloat16", "values"),
        ("rowwise", "interpreted", 1.75, "float32", "gradient sum"),
        ("rowwise", "interpreted", 2.5, "float32", "ties"),
        ("rowwise", "interpreted", 1.25, "float64", "gradient in alpha"),
        ("rowwise", "compiled", 1.5, "float32", "values"),
        ("rowwise", "compiled", 1.3, "float64", "gradient in alpha"),
        ("rowwise", "compiled", 2.5, "bfloat16", "gradient"),
        ("rowwise", "plain", 2.5, "float32", "values"),
        ("rowwise", "plain", 1.05, "float16", "gradient"),
        ("attention", "small_blocks", 1.5, "float32", "values"),
        ("attention", "small_blocks", 1.25, "bfloat16", "gradient"),
        ("attention", "interpreted", 2.0, "float16", "no visible key"),
        ("attention", "plain", 1.0, "bfloat16", "gradient"),
        ("attention", "plain", 2.5, "float32", "live keys"),
        ("attention", "compiled", 1.5, "float32", "gradient"),
        ("attention", "compiled", 2.5, "bfloat16", "values"),
    ],
)
def test_a_few_laws(judged, kernels, way, alpha, dtype, law):
    conforms(judged(kernels, way, alpha, dtype, (law,), SHORT, interpreter=way not in ("plain", "compiled")))


def test_answers_depend_on_no_batch_padding_or_split(judged):
    conforms(judged("attention", "small_blocks", 1.5, "float32", ("batch invariance",), SHORT))


@pytest.mark.parametrize("kernels", ["rowwise", "attention"])
def test_a_wrong_path_is_not_mistaken_for_the_right_one(judged, kernels):
    report = judged(kernels, "interpreted", 1.5, "float32", ("values",), SHORT, interpreter=False)
    assert report.verdict != "conforms"


EVERY = (1.0, 1.25, 1.5, 2.0, 2.5)
ATTENTION = {"interpreted": (1.25, 1.5, 2.0), "small_blocks": (1.25, 1.5, 2.0), "plain": EVERY, "compiled": EVERY}


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("kernels", "way", "alpha", "dtype"),
    [
        *(
            ("rowwise", way, alpha, dtype)
            for way in ("interpreted", "compiled", "plain")
            for alpha in ALPHAS
            for dtype in DTYPES
        ),
        *(("attention", way, alpha, dtype) for way in ATTENTION for alpha in ATTENTION[way] for dtype in DTYPES[:3]),
    ],
)
def test_every_law(judged, kernels, way, alpha, dtype):
    conforms(judged(kernels, way, alpha, dtype, interpreter=way not in ("plain", "compiled")))
