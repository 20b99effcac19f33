"""The same tests, with the kernels running in Triton's interpreter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from entmax_oracle.kernels.runtime.target import INTERPRETED

pytestmark = pytest.mark.skipif(INTERPRETED, reason="this is the interpreter already")

# The many are interpreted in the slow tests; these few reach every kernel, every kind of row, both ways to hold one.
FEW = (
    "other_dtypes and (1.5 or 2.5) or own_alpha or nan_stays and True or elementary or flat_row or bfloat16 or empty"
    " or fit_on_chip and (1.3 or 2.0 or 3.0 or 4.0) or test_float32_is and (1.05 or 1.75)"
    " or in_the_logits and (1.5 or 2.5) or beyond_floats or end_of_the_range"
    " or weight_overflows and 200 or finite_part and True or one_row and 1.3"
)


def test_a_few_of_each_hold_in_the_interpreter():
    interpret("test_values", "-k", FEW)
    interpret("test_gradients", "-k", FEW)
    interpret("test_solver", "-k", FEW)
    interpret("test_transforms", "-k", FEW)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["test_values", "test_gradients", "test_torch", "test_transforms", "test_solver"])
def test_everything_holds_in_the_interpreter(name):
    interpret(name)


def interpret(name: str, *options: str) -> None:
    """Run a module's tests in a process in which the kernels are interpreted."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not slow", "-p", "no:cacheprovider", *options]
    finished = subprocess.run(
        [*command, str(Path(__file__).with_name(f"{name}.py"))],
        env=os.environ | {"TRITON_INTERPRET": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-5000:] + finished.stderr[-2000:]
    assert " passed" in finished.stdout
