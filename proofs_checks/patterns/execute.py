"""Draw the patterns, count, and put the counts to the theorems about paths."""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from flint import fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N
from entmax_oracle.theory.layers import paths as T

from ..evidence import Instance
from ..evidence.judging import judge
from ..reading import read
from ..verify import versions
from .counting import Mask, paths_to, reach, with_residuals
from .masks import PATTERNS, Pattern, Scene, entmax
from .results import DRAWN, PatternResult, PatternRow

__all__ = ["execute"]

_COUNTS = ("count", "each")


def execute(
    tokens: int = 64,
    layers: int = 4,
    keys: int = 8,
    *,
    both_ways: bool = False,
    names: Sequence[str] = (),
    seed: int = 0,
) -> PatternResult:
    """Count keys, tokens in reach and paths of every pattern.

    Parameters
    ----------
    tokens, layers : int
        Of the stack, at least 1.
    keys : int
        How many keys a row may have in a pattern that fixes the number; a multiple of 4.
    both_ways : bool
        Leave out the causal mask, and with it the patterns that are defined behind one only.
    names : sequence of str
        Names of patterns; all by default.
    seed : int
        Of every random choice.

    Raises
    ------
    ValueError
        If a number is out of its range, or there is no such pattern.
    """
    for name, value in (("tokens", tokens), ("layers", layers)):
        if value < 1:
            raise ValueError(f"{name}: {value} is below 1; pass at least 1")
    if keys < 4 or keys % 4:
        raise ValueError(f"keys: {keys} is not a positive multiple of 4, which BigBird divides into quarters; pass one")
    chosen = [each for each in PATTERNS if not (both_ways and each.causal_only)]
    for name in names:
        if name not in {each.name for each in chosen}:
            known = ", ".join(repr(each.name) for each in chosen)
            raise ValueError(f"pattern: {name!r} is unknown{' without a causal mask' * both_ways}; pass one of {known}")
    started, clock = datetime.now(UTC), time.perf_counter()
    scene = Scene(tokens, layers, keys, both_ways, seed)
    supports = [entmax(logits, 1.5) for logits in scene.logits]
    rows = tuple(_row(each, scene, supports) for each in chosen if not names or each.name in names)
    dense = [tuple((1 << len(scene.allowed(i))) - 1 for i in range(tokens))] * layers
    return PatternResult(
        tokens,
        layers,
        keys,
        both_ways,
        sum(paths_to(dense, tokens - 1)),
        rows,
        seed,
        versions(),
        platform.platform(),
        started.isoformat(timespec="seconds"),
        round(time.perf_counter() - clock, 3),
    )


def _row(pattern: Pattern, scene: Scene, supports: Sequence[Mask]) -> PatternRow:
    stack = pattern.draw(scene)
    joined = [with_residuals(mask) for mask in stack]
    plain, residual = _point(stack, stack), _point(joined, stack)
    limit = pattern.limit(scene)
    limit = None if limit is None else min(limit, scene.tokens)
    known = reach(joined)
    pairs = sum(len(scene.allowed(i)) for i in range(scene.tokens))
    sizes = [[row.bit_count() for row in mask] for mask in stack]
    dense = all(row.bit_count() == len(scene.allowed(i)) for mask in stack for i, row in enumerate(mask))
    judged = [(T.sparse_paths, plain, _COUNTS), (T.residual_paths, residual, _COUNTS)]
    if dense and not scene.both_ways:
        judged.append((T.path_counts, plain, ("all", "each")))
    contradicts = next((_contradiction(*each) for each in judged if _contradiction(*each)), "")
    if limit is not None and max(map(max, sizes)) > limit:
        contradicts = contradicts or f"{pattern.theorem or 'the construction'}: a row has more than {limit} keys"
    return PatternRow(
        pattern.name,
        pattern.title,
        pattern.source,
        tuple(max(each) for each in sizes),
        sum(map(sum, sizes)) / (scene.tokens * scene.layers),
        limit,
        pattern.theorem,
        tuple(mask[-1].bit_count() for mask in known),
        pairs - sum(row.bit_count() for row in known[-1]),
        pairs,
        int(plain[N.paths]),
        _bound(T.sparse_paths, plain),
        int(residual[N.paths]),
        _bound(T.residual_paths, residual),
        None if pattern.certified else _kept(stack, supports),
        contradicts,
        tuple(tuple(f"{row:x}" for row in mask) for mask in stack) if scene.tokens <= DRAWN else (),
    )


def _kept(stack: Sequence[Mask], supports: Sequence[Mask]) -> int:
    """Count the rows whose keys include the support."""
    return sum(
        support & ~row == 0
        for mask, wanted in zip(stack, supports, strict=True)
        for row, support in zip(mask, wanted, strict=True)
    )


def _point(walked: Sequence[Mask], supports: Sequence[Mask]) -> Instance:
    """Give the symbols of the theorems about paths their meaning: paths through `walked` that end at the last token."""
    tokens = len(supports[0])
    counts = paths_to(walked, tokens - 1)
    return Instance(
        {
            N.n: fmpq(tokens),
            N.layers: fmpq(len(supports)),
            N.w: [fmpq(count) for count in counts],
            N.paths: fmpq(sum(counts)),
            N.fan: [fmpq(max(row.bit_count() for row in mask)) for mask in supports],
        }
    )


def _bound(theorem: Theorem, point: Instance) -> int:
    return int(read(theorem.bound("count"), point.values))


def _contradiction(theorem: Theorem, point: Instance, claims: Sequence[str]) -> str:
    """Say where a theorem does not hold at a point; "" where it does."""
    found = judge(theorem, point, claims)
    return "" if found.status == "holds" else f"{theorem.name}, {found.claim}: {found.left} against {found.right}"
