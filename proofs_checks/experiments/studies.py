"""Tasks beyond the needle, measured and not certified: max retrieval, sequences, heavy tails, decoding."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from entmax_oracle.reference import entmax

from .contenders import DELTA, GAMMA_LIMIT, Contender, contender
from .results import Study

__all__ = ["planned", "study"]

_FOUR = ("softmax", "adaptive-scale-softmax", "entmax-1.5", "adaptive-scale-entmax")


def planned(steps: int) -> Iterator[tuple[str, str, str, int, int]]:
    """Yield task, variant, normaliser, seed and steps of every study, for that many steps of a needle."""
    for seed in (0, 1):
        for name in _FOUR:
            yield "max retrieval", "no positions", name, seed, steps
    for task in ("flip-flop", "two-back"):
        for positions in ("none", "alibi", "nape", "rotary"):
            for name in ("softmax", "adaptive-scale-entmax") if task == "flip-flop" else ("adaptive-scale-entmax",):
                yield task, positions, name, 0, steps // 2
    for tail in ("Gaussian", "Student, 3 degrees", "Student, 1 degree"):
        for name in ("softmax", "entmax-1.5", "sparsemax"):
            yield "heavy-tailed logits", tail, name, 0, 0
    for name in ("softmax", "entmax-1.5"):
        yield "decoding on a CPU", "one query, 8 heads of 64", name, 0, 0


def study(task: str, variant: str, name: str, seed: int, steps: int) -> Study:
    """Run one study."""
    if task in ("flip-flop", "two-back"):
        from .sequences import sequence_study

        return sequence_study(task, variant, name, seed, steps)
    if task == "max retrieval":
        return _max_retrieval(variant, name, seed, steps)
    if task == "heavy-tailed logits":
        return _tails(variant, name, seed)
    return _decoding(variant, name)


_MAXIMUM = (
    "The class of the item of largest priority, uniform on (0, 1), among 5 to 16 items in training; "
    "accuracy, and after the "
    "stroke that of a hard maximum on the same logits. No certificate for every length exists here, for any continuous "
    "head: the two largest of n priorities lie about 1/n apart, so gaps of logits shrink with the length, "
    "and at an exact "
    "tie two items of different classes have the same weight."
)


def _max_retrieval(variant: str, name: str, seed: int, steps: int) -> Study:
    """Train one head with networks before and after it to return the class of the largest item."""
    import torch
    from torch import nn

    from entmax_oracle.kernels.layers import AdaptiveScale
    from entmax_oracle.kernels.rowwise import entmax as rowwise

    from .fitting import fit, seeded

    how, features, classes = contender(name), 32, 10
    with seeded(seed):
        item = nn.Sequential(nn.Linear(1 + classes, features), nn.GELU(), nn.Linear(features, features))
        key, value = nn.Linear(features, 1, bias=False), nn.Linear(features, features)
        read = nn.Sequential(nn.GELU(), nn.Linear(features, classes))
        state = nn.Parameter(torch.randn(1, 1, features))
        scale = AdaptiveScale(features, 1, delta=float(DELTA), gamma_limit=float(GAMMA_LIMIT))
        weights = [
            *item.parameters(),
            *key.parameters(),
            *value.parameters(),
            *read.parameters(),
            state,
            *scale.parameters(),
        ]

        def draw(rows: int, n: int) -> tuple[torch.Tensor, torch.Tensor]:
            priority, kind = torch.rand(rows, n), torch.randint(classes, (rows, n))
            answer = kind.gather(1, priority.argmax(1, keepdim=True))[:, 0]
            return torch.cat([priority[..., None], nn.functional.one_hot(kind, classes).float()], -1), answer

        def answers(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            hidden = item(x)
            z = key(hidden)[..., 0]
            if how.scale == "adaptive":
                z = z * scale(state, torch.full((1, 1, 1), x.shape[1]))[0, 0]
            p = z.softmax(-1) if how.mapping == "softmax" else rowwise(z, how.alpha)
            top = value(hidden)[torch.arange(len(x)), z.argmax(-1)]
            return read((p[:, None] @ value(hidden))[:, 0]), read(top)

        def loss() -> torch.Tensor:
            x, answer = draw(128, int(torch.randint(5, 17, ())))
            return nn.functional.cross_entropy(answers(x)[0], answer)

        seconds = fit(weights, 4e-3, steps, loss)
        accuracy, ceiling = {}, {}
        with torch.no_grad():
            for n in (16, 64, 256, 1024, 4096, 16384):
                soft, hard, total = 0, 0, 0
                rows = max(4, min(512, 2**17 // n))
                for _ in range(max(1, 256 // rows)):
                    x, answer = draw(rows, n)
                    given, top = answers(x)
                    soft += int((given.argmax(-1) == answer).sum())
                    hard += int((top.argmax(-1) == answer).sum())
                    total += rows
                accuracy[str(n)], ceiling[str(n)] = soft / total, hard / total
    return Study("max retrieval", variant, name, seed, steps, round(seconds, 3), accuracy, ceiling, remark=_MAXIMUM)


_TAILS = (
    "No training: rows of drawn logits, scaled to a standard deviation of 1 where there is one. Largest "
    "weight and number of "
    "tokens with weight, mean of 20 rows. Bounded logits disperse under softmax (softmax-vanishes); logits "
    "with heavy tails "
    "do not, and need no zeros for it."
)


def _tails(variant: str, name: str, seed: int) -> Study:
    """Largest weight and support of rows of drawn logits, by length."""
    rng, how = np.random.default_rng(seed), contender(name)
    started = time.perf_counter()
    numbers: dict[str, float] = {}
    for n in (2**8, 2**12, 2**16):
        top, support = [], []
        for _ in range(20):
            if variant == "Gaussian":
                z = rng.standard_normal(n)
            else:
                degrees = 3 if "3" in variant else 1
                z = rng.standard_t(degrees, n) / (np.sqrt(3) if degrees == 3 else 1)
            p = np.asarray(entmax(z, alpha=how.alpha))
            top.append(p.max())
            support.append(np.count_nonzero(p))
        numbers |= {f"largest, {n:,}": float(np.mean(top)), f"tokens, {n:,}": float(np.mean(support))}
    return Study(
        "heavy-tailed logits", variant, name, seed, 0, round(time.perf_counter() - started, 3), {}, {}, numbers, _TAILS
    )


_DECODE = (
    "One token is generated from a cache of n keys, by the package's kernels on one thread of this machine, "
    "which may be busy: "
    "milliseconds a token (median and 99th percentile of 60), and megabytes of keys and values, which is "
    "what memory grows by."
)


def _decoding(variant: str, name: str) -> Study:
    """Time of one decoded token by the length of the cache."""
    import torch

    from entmax_oracle.kernels.attention import decode

    from .fitting import on_one_thread

    how: Contender = contender(name)
    numbers: dict[str, float] = {}
    generator = torch.Generator().manual_seed(0)
    started = time.perf_counter()
    with on_one_thread():
        for n in (1024, 8192, 65536):
            query = torch.randn(1, 8, 1, 64, generator=generator)
            key, value = (torch.randn(1, 8, n, 64, generator=generator) for _ in range(2))
            took = []
            for _ in range(64):
                begun = time.perf_counter()
                decode(query, key, value, alpha=how.alpha)
                took.append(1e3 * (time.perf_counter() - begun))
            p50, p99 = np.percentile(took[4:], (50, 99))
            numbers |= {f"p50, {n:,}": float(p50), f"p99, {n:,}": float(p99), f"MB, {n:,}": 2 * key.nbytes / 1e6}
    seconds = round(time.perf_counter() - started, 3)
    return Study("decoding on a CPU", variant, name, 0, 0, seconds, {}, {}, numbers, _DECODE)
