"""The same tests, with the kernels running in Triton's interpreter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from entmax_oracle.kernels.rowwise import launch


@pytest.mark.skipif(launch.INTERPRETED, reason="this is the interpreter already")
@pytest.mark.parametrize("name", ["test_values", "test_gradients", "test_torch", "test_solver"])
def test_everything_holds_in_the_interpreter(name):
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not slow", "-p", "no:cacheprovider"]
    finished = subprocess.run(
        [*command, str(Path(__file__).with_name(f"{name}.py"))],
        env=os.environ | {"TRITON_INTERPRET": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-5000:] + finished.stderr[-2000:]
    assert " passed" in finished.stdout
