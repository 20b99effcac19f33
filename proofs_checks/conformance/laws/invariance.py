"""The law of serving: an answer does not depend on the company, the padding or the split of the call it came in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

import numpy as np

from ..calls import Float64
from ..case import Case, Setting
from ..domain import Domain
from ..inputs.batches import stack
from ..inputs.rows import Row
from ..inputs.strategies import FEW_ROWS
from ..kinds.attention.case import AttentionCase
from ..kinds.attention.shapes import PLAIN, Shape, listed
from ..kinds.mapping import MappingCase
from ..kinds.rows import RowsCase
from ..law import UNJUDGED, Finding, SessionLike, differ, law, worst_of

__all__: list[str] = []

# Numbers of rows, and of sequences, on both sides of what blocks hold.
_ROWS, _SEQUENCES = (1, 2, 9, 67, 259), (2, 9)


@dataclass(frozen=True)
class _Way:
    """Another way to ask for the same answers.

    Parameters
    ----------
    aspect : str
        What is other: a choice of the option ``bitwise``.
    calls : tuple of Case
    read : callable
        Takes the answers of the calls, and gives those that the plain call gives too.
    same : callable
        Takes the plain call's answer, and gives the same ones.
    what : str
        How they were asked for, for the message.
    """

    aspect: str
    calls: tuple[Case, ...]
    read: Callable[[Sequence[Float64]], Float64]
    same: Callable[[Float64], Float64]
    what: str


def _invariant(session: SessionLike, case: Case, ways: Sequence[_Way]) -> Finding:
    """Compare the plain call with the others: to the bit where that is promised, else within both errors allowed."""
    ways = [way for way in ways if all(session.kind.takes(call, session.setting) for call in way.calls)]
    if not ways:
        return UNJUDGED
    plain, *answers = session.values(case, *(call for way in ways for call in way.calls))
    promised = session.setting.bitwise
    expected = session.oracle(case) if any(way.aspect not in promised for way in ways) else None
    left = iter(answers)
    found = []
    for way in ways:
        other = way.read([next(left) for _ in way.calls])
        allowed = None if expected is None or way.aspect in promised else expected.part(way.same)
        found.append(differ(session, allowed, way.same(plain), other, way.what))
    return worst_of(found)


@law("batch invariance", cites="definition", kinds=("mapping", "loss", "normaliser"), weight=0.4, compares=True)
def rows_invariant(session: SessionLike, case: RowsCase) -> Finding:
    """A row's answer does not depend on how many rows are asked for, nor on its place among them."""
    case = case.rows_kept(slice(None))
    return _invariant(session, case, [*_companies(session, case), *_longer(session, case)])


def _companies(session: SessionLike, case: RowsCase) -> Iterator[_Way]:
    """The same rows again and again, beginning with another one."""
    rows = len(case.logits)
    sizes: Sequence[int] = _ROWS
    if session.setting.few_shapes:  # a crowd at one length alone
        sizes = (FEW_ROWS[-1], 67) if case.logits.shape[-1] == 33 else FEW_ROWS[-1:]
    for size in sizes:
        index = (np.arange(size) + case.variant) % rows
        what = f"in a batch of {_counted(size, 'row')} instead of {rows} (its first row is row {index[0]} of those)"
        yield _Way("batch", (case.rows_kept(index),), itemgetter(0), itemgetter(index), what)


def _longer(session: SessionLike, case: RowsCase) -> Iterator[_Way]:
    """Rows of a mapping with -inf behind them: one, and up to a multiple of 64."""
    n, taken = case.logits.shape[-1], session.setting.domain.length
    if session.kind.name != "mapping":
        return
    lengths = dict.fromkeys(map(taken, (n + 1, -(-(n + 1) // 64) * 64)))
    for length in list(lengths)[-1:] if session.setting.few_shapes else lengths:
        padded = np.pad(case.logits, ((0, 0), (0, length - n)), constant_values=-np.inf)
        what = f"when the row is padded from {n} to {length} tokens with -inf"
        yield _Way("padding", (case.altered(logits=padded),), lambda answers: answers[0][:, :n], lambda x: x, what)


def _served(setting: Setting) -> list[MappingCase]:
    """Rows of several families whose sums depend on the order in which they are taken."""
    families = ("gaussian", "flat", "uniform", "margin")
    return [
        MappingCase(stack([Row(family, n, 0.3, seed) for seed, family in enumerate(families)], setting), variant=n)
        for n in (5, 33, 65 if setting.few_shapes else 100)
    ]


rows_invariant.of(
    "mapping",
    "A row's answer does not depend on how many rows are asked for, on its place among them, or on a padded length.",
)
rows_invariant.cornerstones(_served, "mapping")


@law("batch invariance", cites="definition", kinds=("attention",), weight=0.4, compares=True)
def heads_invariant(session: SessionLike, case: AttentionCase) -> Finding:
    """A query's answer depends neither on the batch, nor on padding, nor on how queries are split into calls."""
    lacks, packed = session.setting.without, session.setting.conventions.packed
    ways = [*_batches(case)]
    if packed:
        return _invariant(session, case, ways)
    if "lengths" not in lacks:
        ways += _padded(case, session.setting.domain)
    if "cross" not in lacks:
        ways += _split(case, session.setting)
    return _invariant(session, case, ways)


def _batches(case: AttentionCase) -> Iterator[_Way]:
    """The same sequences again and again, beginning with another one."""
    count = len(case.query)
    for size in _SEQUENCES:
        index = (np.arange(size) + case.variant) % count
        what = f"in a batch of {_counted(size, 'sequence')} instead of {count} (its first is sequence {index[0]})"
        call = case.taken("batch", index)
        yield _Way("batch", (call,), itemgetter(0), itemgetter(index), what)


def _padded(case: AttentionCase, domain: Domain) -> Iterator[_Way]:
    """As many more queries as keys, which leaves the alignment as it is; the keys are beyond `key_lengths`."""
    m, n = case.query.shape[2], case.key.shape[2]
    lengths = case.key_lengths or (n,) * len(case.key)
    for more in dict.fromkeys(map(domain.length, (1, 16 - n % 16))):
        queries, keys = ([*range(count), *(np.arange(more) % count)] for count in (m, n))
        call = case.taken("query", queries).taken("key", keys).altered(key_lengths=lengths)
        plain = f"{_counted(m, 'query')} and {_counted(n, 'key')}"
        what = f"when {plain} are padded to {m + more} and {n + more} by key_lengths"
        yield _Way("padding", (call,), lambda answers: answers[0][:, :, :m], lambda x: x, what)


def _split(case: AttentionCase, setting: Setting) -> Iterator[_Way]:
    """Queries in parts, the last ones one by one: causal ones with the keys up to their last, as a cache grows."""
    m, n = case.query.shape[2], case.key.shape[2]
    placed = case.alibi_slopes is not None or case.window is not None
    if m == 1 or (placed and not case.is_causal):
        return  # without a cache that grows, the places of a part would be those of the last queries
    if setting.conventions.align == "start" and (case.is_causal or placed):
        return  # a part would be taken for the first queries
    wanted = (0, 1 + case.variant % (m - 1), max(m - 2, 1), m - 1, m)
    cuts = sorted({min(setting.domain.length(cut), m) for cut in wanted})
    # Queries before the first key see none, and a call without keys is none.
    parts = [(a, b) for a, b in pairwise(cuts) if not case.is_causal or b + n - m >= 1]
    calls = tuple(_part(case, a, b, b + n - m if case.is_causal else n) for a, b in parts)
    first = parts[0][0]
    sizes = [b - a for a, b in parts]
    told = ", ".join(map(str, sizes[:-1])) + f" and {sizes[-1]}" if len(sizes) > 1 else str(sizes[0])
    keys = "the keys up to its last query" if case.is_causal else "all keys"
    what = f"when the queries from {first} on are split into calls of {told}, each with {keys}"
    yield _Way("split", calls, lambda answers: np.concatenate(answers, axis=2), lambda x: x[:, :, first:], what)


def _part(case: AttentionCase, a: int, b: int, keys: int) -> AttentionCase:
    lengths = case.key_lengths
    return (
        case.taken("query", np.arange(a, b))
        .taken("key", np.arange(keys))
        .altered(
            key_lengths=None if lengths is None else tuple(min(length, keys) for length in lengths),
        )
    )


def _counted(count: int, noun: str) -> str:
    plural = "queries" if noun == "query" else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"


heads_invariant.cornerstones(
    listed(
        *PLAIN[::2],
        *(Shape(queries=m, keys=n, is_causal=True, seed=s) for m, n, s in ((33, 33, 15), (9, 40, 3), (65, 65, 63))),
        Shape(2, 1, 2, 7, 17, is_causal=True, alibi=True, lengths=True, seed=4),
        Shape(queries=1, keys=33, is_causal=True, family="flat", seed=5),
    )
)
