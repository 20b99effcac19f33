"""Train any model of an experiment: seeds, one thread, and the same steps of the same optimiser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

__all__ = ["fit", "on_one_thread", "seeded"]

DECAY, CLIP = 1e-3, 1.0


@contextmanager
def on_one_thread() -> Iterator[None]:
    """Compute on one thread: sums are then rounded in the same order in every run."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw from a seed, on one thread, and leave the caller's random state as it was."""
    with on_one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def fit(parameters: Iterable[nn.Parameter], rate: float, steps: int, loss: Callable[[], torch.Tensor]) -> float:
    """Train parameters, and return the seconds that it took.

    Parameters
    ----------
    parameters
        What is trained.
    rate
        Of learning at the start; it falls to zero over the steps.
    steps
        How many, of one batch each.
    loss
        Draws a batch and returns its loss.
    """
    trained = list(parameters)
    optimiser = torch.optim.AdamW(trained, rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(steps, 1))
    started = time.perf_counter()
    for _ in range(steps):
        found = loss()
        optimiser.zero_grad(set_to_none=True)
        found.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(trained, CLIP)
        optimiser.step()
        schedule.step()
    return time.perf_counter() - started
