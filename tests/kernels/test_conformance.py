"""The kernels, in the interpreter, and plain torch keep the laws of entmax; judged by the checker as any other code is.

The whole, at the standard profile, takes hours in the interpreter: `benchmarks/sweep.py`.
"""

from pathlib import Path

import pytest

from entmax_oracle.proofs_checks.conformance import Report, check
from entmax_oracle.proofs_checks.conformance.search import Effort

ALPHAS = (1.0, 1.05, 1.25, 4 / 3, 1.5, 1.75, 2.0, 2.5, 4.0)
DTYPES = ("float32", "float16", "bfloat16", "float64")
TARGETS = Path(__file__).with_name("targets.py")


def named(monkeypatch, way: str) -> str:
    """Name of a target; the worker that imports it is a fresh process with this environment."""
    if way == "interpreted":
        monkeypatch.setenv("TRITON_INTERPRET", "1")
    else:
        monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    return f"{TARGETS}:{way}"


def conforms(report: Report) -> None:
    assert report.verdict == "conforms", str(report)
    assert all(law.examples for law in report.laws), str(report)


# Fewer and shorter rows than at the quick profile: interpreted, a call takes 0.1 to 0.3 s.
SHORT = Effort(examples=4, seconds=60, shrinking=40, max_n=65, long_rows=(130,))


@pytest.mark.parametrize(
    ("way", "alpha", "dtype", "law"),
    [
        ("interpreted", 1.5, "bfloat16", "values"),
        ("interpreted", 1.75, "float32", "gradient sum"),
        ("interpreted", 2.5, "float32", "ties"),
        ("interpreted", 1.25, "float64", "gradient in alpha"),
        ("plain", 2.5, "float32", "values"),
        ("plain", 1.05, "float16", "gradient"),
    ],
)
def test_a_few_laws(monkeypatch, way, alpha, dtype, law):
    in_alpha = law == "gradient in alpha"
    target = named(monkeypatch, way)
    report = check(target, [alpha], [dtype], grad=True, grad_alpha=in_alpha, laws=(law,), profile=SHORT)
    conforms(report)


def test_a_wrong_path_is_not_mistaken_for_the_right_one(monkeypatch):
    target = named(monkeypatch, "plain").replace("plain", "interpreted")
    report = check(target, laws=("values",), profile=SHORT)
    assert report.verdict != "conforms"


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("way", ["interpreted", "plain"])
def test_every_law(monkeypatch, way, alpha, dtype):
    conforms(check(named(monkeypatch, way), [alpha], [dtype], grad=True))
