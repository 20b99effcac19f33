"""Laws of attention alone: what its options mean, and what may not change its answer."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from entmax_oracle.reference.formats import as_format

from ..calls import Float64
from ..case import Setting
from ..expected import Expected
from ..kinds.attention.case import AttentionCase
from ..kinds.attention.positions import blind
from ..kinds.attention.shapes import ACROSS, PLAIN, Shape, distant, drawn, listed, needle, unseen
from ..law import UNJUDGED, Finding, SessionLike, compare, differ, judge_against, law, located, worst_of

__all__: list[str] = []

_ONLY = ("attention",)


def _by_values(session: SessionLike, case: AttentionCase) -> Finding:
    (answer,) = session.values(case)
    return compare(session, case, answer)


@law("block edges", cites="definition", kinds=_ONLY, weight=0.4)
def block_edges(session: SessionLike, case: AttentionCase) -> Finding:
    """Lengths around powers of two, where blocks begin and end, are no exception."""
    return _by_values(session, case)


block_edges.draws(drawn(queries=3)).cornerstones(listed(*ACROSS))


@law("alibi", cites="definition", kinds=_ONLY, weight=0.4, about="alibi")
def alibi(session: SessionLike, case: AttentionCase) -> Finding:
    """The bias -slope * |i + N - M - j| is added after scaling."""
    return _by_values(session, case)


def _biased(setting: Setting) -> list[AttentionCase]:
    lengths = ((1, 5), (5, 5), (5, 2))
    small = listed(*(Shape(1, 1, 2, m, n, alibi=True, scale=s) for m, n in lengths for s in (None, 2.0)))
    return [*small(setting), *distant(setting)]


alibi.draws(drawn(alibi=True)).cornerstones(_biased)


@law("scale", cites="definition", kinds=_ONLY, weight=0.4, about="scale")
def scale(session: SessionLike, case: AttentionCase) -> Finding:
    """Scores are multiplied by the scale, 1/sqrt(D) by default."""
    return _by_values(session, case)


scale.draws(drawn(scale=0.75)).cornerstones(
    listed(*(Shape(features=d, scale=s, seed=d) for d in (1, 2, 8) for s in (None, 0.0, -1.0, 3.0)))
)


@law("live keys", cites="support-norm-criterion", kinds=_ONLY, weight=0.4)
def live_keys(session: SessionLike, case: AttentionCase) -> Finding:
    """A key of small but certain probability counts, also when its value is huge."""
    return _by_values(session, case)


def _needles(setting: Setting) -> list[AttentionCase]:
    """Keys of small but certain probability, in every part of rows of several lengths."""
    return [
        needle(
            Shape(queries=1, keys=n, seed=n, plain=True).case(setting).altered(variant=where),
            setting.alpha,
            setting.dtype,
            share,
        )
        for n in (2, 17, 33, 65, 130)
        for share in (0.2, 1e-2, 1e-3)
        for where in (0, n // 2, n - 2)
    ]


live_keys.draws(drawn(family="flat")).cornerstones(_needles)


@law("ties", cites="order", kinds=_ONLY, weight=0.6)
def ties(session: SessionLike, case: AttentionCase) -> Finding:
    """Keys with equal scores share alike."""
    return _by_values(session, case)


ties.draws(drawn(family="ties"))


@law("shift", cites="shift-invariance", kinds=_ONLY, weight=0.4)
def shift(session: SessionLike, case: AttentionCase) -> Finding:
    """Scores that are all far from zero change nothing."""
    return _by_values(session, case)


shift.draws(drawn(family="shifted", alibi=False)).cornerstones(
    listed(*(Shape(keys=n, family="shifted", scale=1.0, seed=n) for n in (2, 9, 33)))
)


@law("no visible key", cites="definition", kinds=_ONLY, about="empty")
def no_visible_key(session: SessionLike, case: AttentionCase) -> Finding:
    """A query that sees no key gets exact zeros, or what is said by --empty-rows."""
    (outcome,) = session.ask(session.request(case, raw=True))
    answer, conventions = outcome.values, session.setting.conventions
    assert answer is not None
    empty = np.broadcast_to(blind(case, conventions.align), answer.shape)
    zero = np.zeros_like(answer)
    if case.sinks is not None and conventions.empty_rows != "zero":
        return UNJUDGED  # such a query still sees the sink
    if conventions.empty_rows == "nan":
        kept = empty & ~np.isnan(answer)
        if not kept.any():
            return Finding()
        at = tuple(int(i) for i in np.argwhere(kept)[0])
        promise = "a query that sees no key gives NaN, as declared (--empty-rows nan)"
        message = f"{located(at, 'feature')}: got {float(answer[at])!r}; {promise}"
        return Finding(True, message, math.inf, math.inf, {"index": list(at), "got": answer[at[:-1]]})
    expected = Expected(zero, zero, zero)
    if conventions.empty_rows == "mean":
        expected = session.oracle.mean(case).part(lambda x: np.where(empty, x, 0.0))
    return judge_against(session, np.where(empty, answer, 0.0), expected, "an output")


no_visible_key.draws(drawn(lengths=True)).cornerstones(unseen)


@law("causal", cites="definition", kinds=_ONLY, about="causal", compares=True)
def causal(session: SessionLike, case: AttentionCase) -> Finding:
    """Keys and values behind a query's position change nothing for it."""
    case = case.altered(is_causal=True).whole()
    m, n = case.query.shape[2], case.key.shape[2]
    last = int(np.random.default_rng(case.variant).integers(m))
    behind = np.arange(n) > last + (n - m if session.setting.conventions.align == "end" else 0)
    by = 3.0 if np.isinf(session.setting.domain.max_logit) else -case.key[:, :, behind]
    changed = case.altered(key=_replaced(case.key, behind, by), value=_replaced(case.value, behind, -64.0))
    before, after = session.values(case, changed)
    rows = np.arange(m) <= last
    return differ(
        session,
        session.oracle(case).part(lambda x: x[:, :, rows]),
        before[:, :, rows],
        after[:, :, rows],
        f"for the queries up to {last} when keys and values behind them change",
    )


causal.cornerstones(listed(*PLAIN))


def _replaced(x: Float64, hidden: NDArray[np.bool_], by: float | Float64) -> Float64:
    changed = x.copy()
    changed[:, :, hidden] = by
    return changed


@law("alignment", cites="definition", kinds=_ONLY, about="cross", compares=True)
def alignment(session: SessionLike, case: AttentionCase) -> Finding:
    """The last queries alone get what they get among all: positions are aligned to the end.

    Or the first ones, where positions are said to be aligned to the start.
    """
    n = case.key.shape[2]
    m = session.setting.domain.length(1 + case.variant % n)
    every = case.taken("query", np.arange(n) % case.query.shape[2]).whole()
    end = session.setting.conventions.align == "end"
    some = slice(n - m, n) if end else slice(m)
    part = every.taken("query", np.arange(n)[some]).whole()
    among, alone = session.values(every, part)
    which, where = ("last", "end") if end else ("first", "start")
    what = f"when only the {which} {m} of {n} queries are asked: positions are aligned to the {where}"
    return differ(session, session.oracle(part), among[:, :, some], alone, what)


alignment.draws(drawn(lengths=False)).cornerstones(
    listed(*(Shape(keys=9, seed=s, is_causal=True, alibi=bool(s % 2)) for s in (0, 1, 4)))
)


@law("groups", cites="definition", kinds=_ONLY, about="groups", compares=True)
def groups(session: SessionLike, case: AttentionCase) -> Finding:
    """Head h reads key and value head h // (H // Hkv)."""
    spread = {name: np.repeat(getattr(case, name), case.group, axis=1) for name in ("key", "value")}
    spelt, grouped = session.values(case.altered(**spread), case)
    return differ(session, session.oracle(case), spelt, grouped, "when the key heads are shared by groups of heads")


groups.draws(drawn(key_heads=2)).cornerstones(listed(*PLAIN))


@law("padding", cites="definition", kinds=_ONLY, about="lengths", compares=True)
def padding(session: SessionLike, case: AttentionCase) -> Finding:
    """Keys and values beyond key_lengths change nothing."""
    large = min(as_format(session.setting.dtype).largest / 2, 2.0**14)
    return _padded_with(session, case, [(min(large, 256.0), -large)])


padding.draws(drawn(batch=2)).cornerstones(listed(*PLAIN))


@law("padding garbage", cites="definition", kinds=_ONLY, about="lengths", compares=True)
def padding_garbage(session: SessionLike, case: AttentionCase) -> Finding:
    """Keys and values beyond key_lengths change nothing, even if they are huge, infinite or NaN."""
    largest = as_format(session.setting.dtype).largest
    return _padded_with(session, case, [(np.nan, np.nan), [(np.inf, -np.inf), (-largest, largest)][case.variant % 2]])


padding_garbage.draws(drawn(batch=2)).cornerstones(listed(*PLAIN))


def _padded_with(session: SessionLike, case: AttentionCase, garbage: list[tuple[float, float]]) -> Finding:
    """Compare the answer with those for other keys and values in the padding."""
    n = case.key.shape[2]
    lengths = case.key_lengths or tuple(n - 1 - (b + case.variant) % n for b in range(len(case.key)))
    case = case.altered(key_lengths=lengths)
    hidden = np.arange(n) >= np.array(lengths)[:, None]
    kept = ~np.broadcast_to(hidden[:, None], case.key.shape[:3])[..., None]
    filled = [case.altered(key=np.where(kept, case.key, k), value=np.where(kept, case.value, v)) for k, v in garbage]
    before, *after = session.values(case, *filled)
    expected = session.oracle(case)
    return worst_of(
        differ(session, expected, before, each, f"when keys beyond key_lengths are {k!r}, values {v!r}")
        for each, (k, v) in zip(after, garbage, strict=True)
    )
