"""Peak memory of one training step of attention, in a process of its own.

python -m entmax_oracle.benchmarks.cpu_memory NAME N HEADS   # prints bytes beyond what the process held before
"""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["peak"]

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak(name: str, n: int, heads: int) -> dict[str, Any]:
    """Measure the step of an implementation: its peak in bytes, or why there is none."""
    about: dict[str, Any] = {"name": name, "n": n, "heads": heads, "features": 64, "family": "gaussian 1"}
    if not _STATUS.exists():
        return about | {"unavailable": "peak memory is read from /proc, which this platform does not have"}
    command = [sys.executable, "-m", "entmax_oracle.benchmarks.cpu_memory", name, str(n), str(heads)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        said = re.findall(r"^[\w.]+(?:Error|Exception)\b.*$", finished.stderr, re.MULTILINE)
        return about | {"unavailable": said[-1][:200] if said else f"exit status {finished.returncode}"}
    return about | {"bytes": int(finished.stdout)}


def _held(entry: str) -> int:
    """Bytes that the process holds (VmRSS), or has held at most (VmHWM)."""
    found = re.search(rf"^{entry}:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
    assert found
    return 1024 * int(found[1])


def main(name: str, n: int, heads: int) -> None:
    """Print the peak of a step, after a small one that loads and compiles what is needed."""
    from .cpu_cases import Attention, attention_tensors

    def step(length: int) -> None:
        calls, _ = Attention(length, 64, True, "gaussian 1", "training step", heads).calls()
        calls[name]()

    step(256)
    case = Attention(n, 64, True, "gaussian 1", "training step", heads)
    attention_tensors(case.family, heads, n, n, case.features)
    calls, _ = case.calls()
    with suppress(OSError):
        _RESET.write_text("5")  # the peak is counted from here; where that is refused, from what the small step took
    before = _held("VmRSS")
    calls[name]()
    print(max(0, _held("VmHWM") - before))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
