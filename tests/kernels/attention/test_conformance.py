"""The kernels, in the interpreter, and plain torch keep the laws of attention; judged by the checker as any other code.

The whole, at the standard profile, takes hours in the interpreter: `benchmarks/sweep.py`.
"""

from pathlib import Path

import pytest

from entmax_oracle.proofs_checks.conformance import Report, check
from entmax_oracle.proofs_checks.conformance.search import Effort

TARGETS = Path(__file__).with_name("targets.py")
DTYPES = ("float32", "float16", "bfloat16")

# Fewer cases than at the quick profile, and no more than ten seconds: interpreted, a call takes some tenths of one.
SHORT = Effort(examples=3, seconds=10, shrinking=40, max_n=65, long_rows=(130,))


def named(monkeypatch, way: str) -> str:
    """Name of a target; the worker that imports it is a fresh process with this environment."""
    if way == "plain":
        monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    else:
        monkeypatch.setenv("TRITON_INTERPRET", "1")
    return f"{TARGETS}:{way}"


def judged(target: str, alpha: float, dtype: str, laws=(), profile="quick") -> Report:
    return check(target, [alpha], [dtype], grad=True, kind="attention", laws=laws, profile=profile, timeout=60)


def conforms(report: Report) -> None:
    assert report.verdict == "conforms", str(report)
    assert all(law.examples for law in report.laws), str(report)


@pytest.mark.parametrize(
    ("way", "alpha", "dtype", "law"),
    [
        ("small_blocks", 1.5, "float32", "values"),
        ("small_blocks", 1.25, "bfloat16", "gradient"),
        ("interpreted", 2.0, "float16", "no visible key"),
        ("plain", 1.0, "bfloat16", "gradient"),
        ("plain", 2.5, "float32", "live keys"),
    ],
)
def test_a_few_laws(monkeypatch, way, alpha, dtype, law):
    conforms(judged(named(monkeypatch, way), alpha, dtype, (law,), SHORT))


def test_a_wrong_path_is_not_mistaken_for_the_right_one(monkeypatch):
    target = named(monkeypatch, "plain").replace("plain", "interpreted")
    assert judged(target, 1.5, "float32", ("values",), SHORT).verdict != "conforms"


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("alpha", [1.25, 1.5, 2.0])
@pytest.mark.parametrize("way", ["interpreted", "small_blocks"])
def test_every_law_of_the_kernels(monkeypatch, way, alpha, dtype):
    conforms(judged(named(monkeypatch, way), alpha, dtype))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("alpha", [1.0, 1.25, 1.5, 2.0, 2.5])
def test_every_law_of_plain_torch(monkeypatch, alpha, dtype):
    conforms(judged(named(monkeypatch, "plain"), alpha, dtype))
