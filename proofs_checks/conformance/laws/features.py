"""Laws of what attention may also take: masks, windows, caps, sinks, numbers per head, packed sequences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from entmax_oracle.reference.formats import as_format

from ..calls import Float64
from ..case import Setting
from ..expected import Expected
from ..inputs.rows import coarse, quantise
from ..kinds.attention.case import AttentionCase
from ..kinds.attention.features import with_scales, with_sinks
from ..kinds.attention.narrowing import MASKS
from ..kinds.attention.shapes import PLAIN, Shape, drawn, listed
from ..law import UNJUDGED, Finding, SessionLike, compare, differ, judge_against, law, worst_of

__all__: list[str] = []

_ONLY = ("attention",)


def _when(finding: Finding, words: str) -> Finding:
    """Say where a finding was made."""
    return replace(finding, message=f"{words}, {finding.message}") if finding.broken else finding


def _judged(session: SessionLike, case: AttentionCase, words: str) -> Finding:
    (answer,) = session.values(case)
    return _when(compare(session, case, answer), words)


# --- windows -------------------------------------------------------------------------------------------------------


def _windowed(case: AttentionCase) -> AttentionCase:
    """Give it a window, if it has none."""
    w = 1 + case.variant % 3
    return case if case.window else case.altered(window=((w, 0), (w, w), (0, 0), (0, w))[case.variant % 4])


def _within(session: SessionLike, case: AttentionCase, i: int) -> tuple[np.ndarray, dict[str, int]]:
    """Which keys lie within the window of a query, and those at its edges by the side that they are on."""
    assert case.window is not None
    m, n = case.query.shape[2], case.key.shape[2]
    place = i + (n - m if session.setting.conventions.align == "end" else 0)
    first, last = (
        side if side is None else place + sign * side for side, sign in zip(case.window, (-1, 1), strict=True)
    )
    keys = np.arange(n)
    within = (keys >= (-math.inf if first is None else first)) & (keys <= (math.inf if last is None else last))
    edges = {"left": first, "right": last}
    return within, {side: key for side, key in edges.items() if key is not None and 0 <= key < n}


@law("window", cites="definition", kinds=_ONLY, weight=0.4, needs="window", compares=True)
def window(session: SessionLike, case: AttentionCase) -> Finding:
    """A window includes the keys at both of its edges; keys beyond it change nothing, however large they are."""
    if case.window is None:
        return UNJUDGED
    case = case.whole()
    i = case.variant % case.query.shape[2]
    within, edges = _within(session, case, i)
    found = [_edge(session, case, i, side, key) for side, key in edges.items()]
    if not within.all():
        largest = min(as_format(session.setting.dtype).largest / 4, 2.0**14)
        by = min(largest, 256.0) if np.isinf(session.setting.domain.max_logit) else -case.key[:, :, ~within]
        found.append(_beyond(session, case, slice(i, i + 1), ~within, by, -largest))
    return worst_of(found)


def _beyond(
    session: SessionLike, case: AttentionCase, rows: slice, beyond: np.ndarray, key: float | Float64, value: float
) -> Finding:
    """Compare the answer to some queries with that for other keys and values beyond their windows."""
    changed = case.altered(key=case.key.copy(), value=case.value.copy())
    changed.key[:, :, beyond], changed.value[:, :, beyond] = key, value
    before, after = session.values(case, changed)
    kind = "NaN" if np.isnan(value) else "large"
    which = f"query {rows.start}" if rows.start is not None else "all queries"
    words = f"for {which} when the keys and values beyond the window {case.window} are {kind}"
    expected = session.oracle(case).part(lambda x: x[:, :, rows])
    return differ(session, expected, before[:, :, rows], after[:, :, rows], words)


def _edge(session: SessionLike, case: AttentionCase, i: int, side: str, key: int) -> Finding:
    """Judge the answer where all scores are equal, and the value of the key at the edge alone is 1."""
    value = np.zeros_like(case.value)
    value[:, :, key] = 1.0
    plain = {"attn_mask": None, "alibi_slopes": None, "sinks": None}
    probe = case.altered(query=np.zeros_like(case.query), value=value, **plain)
    return _judged(
        session, probe, f"where scores are equal, and only key {key}, {side} edge for query {i}, has a value"
    )


window.draws(drawn(give=_windowed)).cornerstones(
    lambda setting: [
        case.altered(window=each, variant=v)
        for case in listed(*PLAIN[:3], Shape(queries=3, keys=33, seed=3), Shape(queries=9, keys=5, seed=4))(setting)
        for v, each in enumerate(((0, 0), (2, 0), (2, 3), (None, 1), (16, None)))
    ]
)


@law("window garbage", cites="definition", kinds=_ONLY, weight=0.2, needs="window", severity="warning", compares=True)
def window_garbage(session: SessionLike, case: AttentionCase) -> Finding:
    """Keys and values outside the window of every query, like those that a cache has dropped, may be NaN."""
    if case.window is None:
        return UNJUDGED
    case = case.whole()
    m = case.query.shape[2]
    beyond = ~np.any([_within(session, case, each)[0] for each in range(m)], axis=0)
    return _beyond(session, case, slice(m), beyond, math.nan, math.nan) if beyond.any() else UNJUDGED


window_garbage.draws(drawn(give=_windowed)).cornerstones(
    lambda setting: [
        case.altered(window=each)
        for case in listed(Shape(2, 1, 2, 2, 9, seed=1), Shape(queries=1, keys=33, seed=2, is_causal=True))(setting)
        for each in ((2, 0), (1, 1))
    ]
)


# --- caps ----------------------------------------------------------------------------------------------------------


@law("softcap", cites="definition", kinds=_ONLY, weight=0.4, needs="softcap")
def softcap(session: SessionLike, case: AttentionCase) -> Finding:
    """Scores are capped before bias and masks are added, and stay finite however large they are."""
    cap = case.softcap
    if cap is None:
        return UNJUDGED
    case = case.altered(is_causal=case.variant % 2 == 0)
    if math.isinf(session.setting.domain.max_logit):
        case = case.altered(query=_enlarged(case, cap * 2.0 ** (1 + 3 * (case.variant % 4)), session.setting.dtype))
    return _judged(session, case, f"where scores are capped at {cap:g}")


def _enlarged(case: AttentionCase, size: float, dtype: str) -> Float64:
    """Return the query times the power of two that makes the largest score of about some size, as far as it can be."""
    keys = np.repeat(np.swapaxes(case.key, -1, -2), case.group, axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        largest = float(np.nan_to_num(np.abs(case.query @ keys), posinf=1e300).max(initial=0.0))
    largest *= abs(1 / math.sqrt(case.query.shape[3]) if case.scale is None else case.scale)
    room = as_format(dtype).largest / 4 / max(float(np.abs(case.query).max(initial=0.0)), 1e-30)
    if not largest:
        return case.query
    return quantise(case.query * 2.0 ** math.floor(math.log2(min(size / largest, room))), dtype)


_LENGTHS = [Shape(2, queries=5, keys=9, lengths=True, seed=seed) for seed in (1, 2)]


def _capped(case: AttentionCase) -> AttentionCase:
    """Give it a cap, if it has none."""
    return case if case.softcap else case.altered(softcap=(0.5, 2.0, 30.0)[case.variant % 3])


softcap.draws(drawn(give=_capped)).cornerstones(
    lambda setting: [
        case.altered(softcap=cap, variant=v)
        for v, case in enumerate(listed(*PLAIN, *_LENGTHS)(setting))
        for cap in (0.5, 30.0)
    ]
)


# --- sinks ---------------------------------------------------------------------------------------------------------


@law("sinks", cites="definition", kinds=_ONLY, weight=0.4, needs="sinks", compares=True)
def sinks(session: SessionLike, case: AttentionCase) -> Finding:
    """A sink takes mass from every row and adds nothing to it: a sink far below all logits changes nothing, and softmax
    with a sink is softmax times the mass that the sink leaves.
    """
    if case.sinks is None:
        return UNJUDGED
    heads = case.query.shape[1]
    lowest = -min(as_format(session.setting.dtype).largest / 4, session.setting.domain.max_logit, 1e30)
    lowest = float(quantise(np.array(lowest), session.setting.dtype))
    none, low = case.altered(sinks=None), case.altered(sinks=(lowest,) * heads)
    without, under = session.values(none, low)
    expected, reached = session.oracle(none), session.oracle(low)
    apart = np.maximum(expected.lower - reached.upper, reached.lower - expected.upper)
    told = []
    if not (apart > expected.budget).any():  # as where the logits lie below it
        told.append(differ(session, expected, without, under, f"when a sink of {lowest:g} is added"))
    if session.setting.alpha == 1 and case.alphas is None:
        told.append(_scaled(session, case, without, expected))
    return worst_of(told) if told else UNJUDGED


def _scaled(session: SessionLike, case: AttentionCase, without: Float64, expected: Expected) -> Finding:
    """Judge softmax with a sink by the answer without one, and by the mass that the answer to values of 1 shows."""
    ones = case.altered(value=np.ones_like(case.value))
    output, left = session.values(case, ones)
    of, of_left = session.oracle(case), session.oracle(ones)
    product = without * left
    wide = [each.budget + (each.upper - each.lower) for each in (expected, of, of_left)]
    with np.errstate(invalid="ignore"):
        allowed = wide[1] + np.abs(without) * wide[2] + np.abs(left) * wide[0] + wide[0] * wide[2]
    found = judge_against(session, output, Expected(product, product, allowed), "an output")
    mass = _when(compare(session, ones, left), "for the mass that the sink leaves, shown by values of 1")
    return worst_of([_when(found, "against the output without sinks, scaled by the mass that the sink leaves"), mass])


sinks.draws(drawn(give=with_sinks)).cornerstones(listed(*PLAIN, give=with_sinks))


# --- logarithms of sums --------------------------------------------------------------------------------------------


@law("lse", cites="definition", kinds=_ONLY, weight=0.6, needs="lse")
def lse(session: SessionLike, case: AttentionCase) -> Finding:
    """The second answer is the natural logarithm of the sum of the exponentials of a row's logits, and -inf for a row
    that sees nothing; with it, the answers for two halves of the keys merge into the answer for all keys.
    """
    (outcome,) = session.ask(session.request(case, raw=True))
    shape, got = case.answer_shape[:3], outcome.second
    if got is None or got.shape != shape:
        missing = "there are no logarithms of sums" if got is None else f"the logarithms of sums have shape {got.shape}"
        return Finding(True, f"{missing}; the shape (B, H, M) = {shape} is expected", math.inf, math.inf)
    if outcome.second_dtype not in ("float64", "float32", session.setting.dtype):
        wanted = " nor ".join(dict.fromkeys(("float32", session.setting.dtype)))
        text = f"the logarithms of sums are {outcome.second_dtype}, {'neither' if 'nor' in wanted else 'not'} {wanted}"
        return Finding(True, text, math.inf, math.inf)
    return worst_of(_of_lse(session, case, got, outcome.second_dtype))


def _of_lse(session: SessionLike, case: AttentionCase, got: Float64, dtype: str) -> Iterator[Finding]:
    """Judge logarithms: those of nothing, the others, and what they are used for."""
    expected = session.oracle.log_sums(case, dtype)
    none = np.isneginf(expected.upper)
    wrong = none & ~np.isneginf(got)
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        text = f"query {at[2]} of head {at[1]} sees nothing: the logarithm of its sum is {float(got[at])!r}, not -inf"
        yield Finding(True, text, math.inf, math.inf, {"index": list(at), "got": got[at[:-1]]})
    finite = expected.part(lambda x: np.where(none, 0.0, x))
    found = judge_against(session, np.where(none, 0.0, got), finite, "a logarithm of a sum", "query")
    yield _when(found, "of the logarithms of sums")
    yield _merged(session, case)


def _merged(session: SessionLike, case: AttentionCase) -> Finding:
    """Merge the answers to two halves of the keys."""
    n = case.key.shape[2]
    plain = {"is_causal": False, "alibi_slopes": None, "window": None, "sinks": None, "key_lengths": None}
    case = case.altered(**plain, query_lengths=None)
    sizes = [session.setting.domain.length(n // 2), n - session.setting.domain.length(n // 2)]
    lacks = session.setting.without
    if min(sizes) < 1 or session.setting.conventions.always_causal or "cross" in lacks:
        return UNJUDGED
    halves = [case.taken("key", np.arange(sizes[0])), case.taken("key", np.arange(sizes[0], n))]
    if any((~each.sees().any(axis=-1)).any() for each in halves):
        return UNJUDGED
    outcomes = session.ask(*(session.request(each) for each in halves))
    outputs = [each.values for each in outcomes if each.values is not None]
    logs = [each.second for each in outcomes if each.second is not None and each.second.shape == case.answer_shape[:3]]
    if len(logs) < 2 or not all(np.isfinite(x).all() for x in (*outputs, *logs)):
        return UNJUDGED
    first = 1 / (1 + np.exp(np.clip(logs[1] - logs[0], -700, 700)))[..., None]
    merged = first * outputs[0] + (1 - first) * outputs[1]
    expected = session.oracle(case)
    own = [session.oracle(each).budget for each in halves]
    dtype = outcomes[0].second_dtype
    slack = sum(session.oracle.log_sums(each, dtype).budget for each in halves)[..., None]
    # A weight w moves by at most w (1 - w) (e^d - 1) when the difference of the logarithms moves by d.
    with np.errstate(over="ignore", invalid="ignore"):
        moved = np.nan_to_num(first * (1 - first) * np.expm1(slack), nan=np.inf)
    allowed = expected.budget + first * own[0] + (1 - first) * own[1] + moved * np.abs(outputs[0] - outputs[1])
    allowed = allowed + 2.0**-50 * (np.abs(outputs[0]) + np.abs(outputs[1]))
    found = judge_against(session, merged, replace(expected, budget=allowed), "an output")
    return _when(found, f"where the answers to the first {sizes[0]} keys and the others are merged by them")


lse.cornerstones(
    lambda setting: listed(
        *PLAIN,
        *(Shape(2, queries=4, keys=6, lengths=True, is_causal=flag, seed=s) for s, flag in enumerate((False, True))),
        *(Shape(keys=n, family=family, seed=n) for n in (1, 17, 130) for family in ("gaussian", "huge", "shifted")),
    )(setting)
)


# --- masks ---------------------------------------------------------------------------------------------------------


@law("mask", cites="definition", kinds=_ONLY, weight=0.6, needs="mask", compares=True)
def mask(session: SessionLike, case: AttentionCase) -> Finding:
    """A boolean mask is True where a query may attend; False hides a key, as adding -inf does. Real numbers are added
    without scaling, and a constant added to a whole row changes nothing.
    """
    setting = session.setting
    kinds = {each for feature in setting.features for each in MASKS.get(feature, ())}
    infinite = as_format(setting.dtype).has_infinity
    hiding = case.altered(attn_mask=_hiding(case), boolean_mask=True in kinds)
    told = []
    if True in kinds or infinite:
        told = [_deleted(session, hiding), _one_each(session, hiding)]
    if kinds == {True, False} and infinite:
        same = hiding.altered(boolean_mask=False)
        boolean, added = session.values(hiding, same)
        told.append(differ(session, session.oracle(same), added, boolean, "when the mask is boolean instead of added"))
    if False in kinds:
        told += _added(session, case)
    return worst_of(told)


def _hiding(case: AttentionCase) -> Float64:
    """Return 0 and -inf: those of the mask that it has, or such as hide some keys from some queries."""
    if case.attn_mask is not None and np.isneginf(case.attn_mask).any():
        return np.where(np.isneginf(case.attn_mask), -np.inf, 0.0)
    rng = np.random.default_rng(case.variant)
    return np.where(rng.random((case.query.shape[2], case.key.shape[2])) < 0.4, -np.inf, 0.0)


def _deleted(session: SessionLike, case: AttentionCase) -> Finding:
    """Hide some keys from every query, and compare with the call without them; their places must not matter."""
    n = case.key.shape[2]
    kept = np.flatnonzero(np.random.default_rng(case.variant).random(n) < 0.6)
    if session.setting.conventions.always_causal or not len(kept) or "cross" in session.setting.without:
        return UNJUDGED
    hidden = np.full((1, n), -np.inf)
    hidden[:, kept] = 0.0
    plain = {"is_causal": False, "alibi_slopes": None, "window": None, "key_lengths": None}
    case = case.altered(**plain, attn_mask=hidden)
    without = case.taken("key", kept).altered(attn_mask=None, boolean_mask=False)
    if not session.kind.takes(without, session.setting):
        return UNJUDGED
    deleted, masked = session.values(without, case)
    words = f"when {n - len(kept)} keys that were left out are passed and hidden from all queries by attn_mask"
    return differ(session, session.oracle(without), deleted, masked, words)


def _one_each(session: SessionLike, case: AttentionCase) -> Finding:
    """Judge a mask that broadcasts along the keys: its first number for each query."""
    assert case.attn_mask is not None
    one = case.attn_mask[..., :1]
    words = f"where attn_mask, of shape {one.shape}, is the same for all keys"
    return _judged(session, case.altered(attn_mask=one), words)


def _added(session: SessionLike, case: AttentionCase) -> Iterator[Finding]:
    """Judge numbers that are added: alone, and moved by a constant for each row."""
    dtype, m, n = session.setting.dtype, case.query.shape[2], case.key.shape[2]
    bias = coarse(2 * np.random.default_rng(case.variant).standard_normal((m, n)), 3)
    bias = quantise(np.clip(bias, -8, 8), dtype)
    case = case.altered(attn_mask=bias, boolean_mask=False)
    alone = case.altered(query=np.zeros_like(case.query), alibi_slopes=None)
    yield _judged(session, alone, "where the logits are those that attn_mask adds")
    yield _one_each(session, case)
    by = 4.0 * (1 + np.arange(m) % 2)[:, None]
    moved = bias + by
    if np.isfinite(session.setting.domain.max_logit) or not np.array_equal(quantise(moved, dtype), moved):
        return
    case = case.altered(sinks=None)
    plain, shifted = session.values(case, case.altered(attn_mask=moved))
    more = session.oracle(case.altered(attn_mask=moved))
    expected = session.oracle(case)
    expected = replace(expected, budget=np.maximum(expected.budget, more.budget))
    yield differ(session, expected, plain, shifted, "when 4 or 8 is added to every number of a row of attn_mask")


mask.cornerstones(listed(*PLAIN, Shape(queries=17, keys=33, seed=5), Shape(queries=3, keys=130, seed=6)))


# --- numbers per head ----------------------------------------------------------------------------------------------


@law("alphas", cites="definition", kinds=_ONLY, weight=0.4, needs="alphas", compares=True)
def alphas(session: SessionLike, case: AttentionCase) -> Finding:
    """With one alpha per head, each head gives the same answer as alone, with its alpha as a number."""
    several, h = case.alphas, case.variant % case.query.shape[1]
    if several is None:
        return UNJUDGED
    one = case.heads([h], [h // case.group])
    call = session.request(one.altered(alphas=None), alpha=several[h])
    among, alone = session.ask(session.request(case), call)
    assert among.values is not None
    assert alone.values is not None
    words = f"for head {h} when alpha is an array of one per head instead of {several[h]:g}"
    return differ(session, session.oracle(one), alone.values, among.values[:, h : h + 1], words)


def _with_alphas(case: AttentionCase) -> AttentionCase:
    """Give each head an alpha, if they have none."""
    numbers = tuple((1.25, 1.5, 2.0)[(case.variant + h) % 3] for h in range(case.query.shape[1]))
    return case if case.alphas else case.altered(alphas=numbers)


alphas.draws(drawn(give=_with_alphas)).cornerstones(listed(*PLAIN, give=_with_alphas))


@law("scales", cites="definition", kinds=_ONLY, weight=0.4, needs="scales", compares=True)
def scales(session: SessionLike, case: AttentionCase) -> Finding:
    """With one scale per head or query, each gives the same answer as alone, with its scale as a number."""
    if case.scales is None:
        return UNJUDGED
    (batch, heads, m, _), shape = case.query.shape, case.scales.shape
    b, h, i = case.variant % batch, case.variant % heads, case.variant % m
    number = float(np.broadcast_to(case.scales, (batch, heads, m))[b, h, i])
    one = case.heads([h], [h // case.group]).taken("batch", [b]).altered(scales=None, scale=number)
    among, alone = session.values(case, one)
    row = slice(i, i + 1)
    words = f"for query {i} of head {h} when the scale is an array of shape {shape} instead of {number:g}"
    expected = session.oracle(one).part(lambda x: x[:, :, row])
    return differ(session, expected, alone[:, :, row], among[b : b + 1, h : h + 1, row], words)


scales.draws(drawn(give=with_scales)).cornerstones(listed(*PLAIN, give=with_scales))


# --- packed sequences ----------------------------------------------------------------------------------------------


@law("packed", cites="definition", kinds=_ONLY, weight=0.6, needs="packed", compares=True)
def packed(session: SessionLike, case: AttentionCase) -> Finding:
    """Packed sequences never see each other: the contents of the others change nothing, however large they are."""
    return _others(session, case, 0.0, min(as_format(session.setting.dtype).largest / 4, 2.0**12))


@law("packed garbage", cites="definition", kinds=_ONLY, weight=0.2, needs="packed", severity="warning", compares=True)
def packed_garbage(session: SessionLike, case: AttentionCase) -> Finding:
    """The contents of other packed sequences change nothing, even if they are NaN."""
    return _others(session, case, math.nan, math.nan)


def _others(session: SessionLike, case: AttentionCase, key: float, value: float) -> Finding:
    """Compare the answer to a sequence with that for other numbers in the other sequences."""
    batch = len(case.query)
    if batch == 1:
        case, batch = case.taken("batch", [0, 0]), 2
    b = case.variant % batch
    others = np.arange(batch) != b
    changed = case.altered(query=case.query.copy(), key=case.key.copy(), value=case.value.copy())
    changed.query[others], changed.key[others], changed.value[others] = key, key, value
    before, after = session.values(case, changed)
    here = slice(b, b + 1)
    expected = session.oracle(case).part(lambda x: x[here])
    what = "NaN" if math.isnan(value) else f"the value {value:g}"
    return differ(session, expected, before[here], after[here], f"for sequence {b} when the others hold {what}")


def _crowd(setting: Setting) -> list[AttentionCase]:
    """Sequences that end in the middle of blocks, and some that are empty."""
    shapes = (
        Shape(3, 1, 2, 17, 33, seed=1),
        Shape(4, 2, 1, 5, 5, seed=2, is_causal=True),
        Shape(5, 1, 1, 1, 20, seed=3),
    )
    return [replace(case, variant=v) for case in listed(*shapes)(setting) for v in range(3)]


packed.cornerstones(_crowd)
packed_garbage.cornerstones(_crowd)
