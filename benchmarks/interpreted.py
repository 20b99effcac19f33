"""Count in a process of its own, in which the kernels are interpreted: Triton decides that when it is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any


def interpreted(module: str, *arguments: object) -> Iterator[dict[str, Any]]:
    """Run a module of this package that prints a line of JSON for each count, and yield them as they come.

    Raises
    ------
    RuntimeError
        If it fails, with the end of what it said.
    """
    command = [sys.executable, "-m", f"{__package__}.{module}", *map(str, arguments)]
    with tempfile.TemporaryFile("w+") as said:
        with subprocess.Popen(
            command, env=os.environ | {"TRITON_INTERPRET": "1"}, stdout=subprocess.PIPE, stderr=said, text=True
        ) as process:
            assert process.stdout is not None
            try:
                yield from map(json.loads, process.stdout)
            except BaseException:  # nobody waits for the rest
                process.kill()
                raise
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"counting failed:\n{said.read()[-2000:]}")
