"""What a call must leave as it found it outside its arguments: modes, the working directory, threads."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Surroundings"]

_THREADS = 256  # that are left behind by calls; a pool that grows to the number of cores is none
_SETTLED = 20  # calls after which pools have been made


class Surroundings:
    """The process around the implementation, looked at before and after each call.

    Parameters
    ----------
    arrays : str
        The library whose modes are looked at: a key of `arrays.FRAMEWORKS`.
    """

    def __init__(self, arrays: str) -> None:
        self._modes: dict[str, Callable[[], Any]] = {
            "the working directory": os.getcwd,
            "NumPy's floating-point error handling": lambda: tuple(np.geterr().items()),
        }
        self._generators: dict[str, Callable[[], Any]] = {
            "Python's random numbers": random.getstate,
            "NumPy's global random numbers": _numpys_generator,
        }
        self._torch: Any = None
        if arrays == "torch":
            import torch

            self._torch = torch
            self._modes |= {
                "torch's default dtype": torch.get_default_dtype,
                "torch's gradient mode": torch.is_grad_enabled,
                "torch's number of threads": torch.get_num_threads,
                "torch's deterministic mode": torch.are_deterministic_algorithms_enabled,
                "torch's float32 matmul precision": torch.get_float32_matmul_precision,
            }
            self._generators["torch's global random numbers"] = lambda: torch.get_rng_state().numpy().tobytes()
        self._calls = 0
        self._threads = 0
        self._begun = random.getstate(), np.random.get_state(), self._torch and self._torch.get_rng_state()  # noqa: NPY002

    def before(self) -> dict[str, Any]:
        """Note how things are, in a state of the generators that no call before has seen: seeding them shows, too."""
        random.random()
        np.random.random()  # noqa: NPY002
        if self._torch is not None:
            self._torch.rand(())
        return self._look()

    def restore(self) -> None:
        """Put the generators back to where they were in the beginning."""
        ours, numpys, torchs = self._begun
        random.setstate(ours)
        np.random.set_state(numpys)  # noqa: NPY002
        if torchs is not None:
            self._torch.set_rng_state(torchs)

    def _look(self) -> dict[str, Any]:
        return {name: read() for name, read in (self._modes | self._generators).items()}

    def disturbed(self, before: dict[str, Any]) -> tuple[str, str]:
        """Say what a call changed: of modes and threads, and of generators of random numbers.

        The first call may draw random numbers, for that is when modules are imported.
        """
        self._calls += 1
        after = self._look()
        changed = [
            f"{name} went from {before[name]!r} to {after[name]!r}"
            for name in self._modes
            if before[name] != after[name]
        ]
        threads = _threads()
        if self._calls <= _SETTLED:
            self._threads = max(self._threads, threads)
        elif threads >= self._threads + _THREADS:
            changed.append(f"{threads - self._threads} more threads are alive than after {_SETTLED} calls")
            self._threads = threads
        drawn = [name for name in self._generators if before[name] != after[name] and self._calls > 1]
        return "; ".join(changed), ", ".join(drawn)


def _numpys_generator() -> tuple[bytes, int]:
    """State of NumPy's global generator: its words, and how many of them are used."""
    _, words, used, *_ = np.random.get_state()  # noqa: NPY002 (it is what is watched)
    return np.asarray(words).tobytes(), int(used)


def _threads() -> int:
    """How many threads this process has, those of other languages included where the system tells."""
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:
        return threading.active_count()
