"""What attention takes beside the usual arguments, put into cases: masks, windows, caps, sinks, one per head."""

from __future__ import annotations

from typing import Any

import numpy as np

from entmax_oracle.reference.formats import as_format

from ...calls import Float64
from ...case import Setting
from ...inputs.rows import quantise
from .case import AttentionCase
from .narrowing import MASKS

__all__ = ["dressed", "with_scales", "with_sinks"]

_MOST = 0.75  # share of the cases that use a feature
_EDGES = (1, 2, 15, 16, 17, 31, 32, 33, 127, 128)
_CAPS = (0.25, 1.0, 2.0, 5.0, 30.0, 50.0, 1024.0)
_SCALES = (0.125, 0.25, 0.5, 1.0, 1.5, 2.0)
_ALPHAS = (1.25, 1.5, 1.7, 2.0)  # one of them in no short binary format


def dressed(case: AttentionCase, setting: Setting, seed: int) -> AttentionCase:
    """Give a case features, each with a chance, of those that the implementation is said to take."""
    on = setting.features
    if not on and not setting.conventions.packed:
        return case
    rng = np.random.default_rng([seed, *case.query.shape, *case.key.shape[1:3]])
    masks = [each for feature in on for each in MASKS.get(feature, ())]
    made: dict[str, Any] = {}
    if masks and rng.random() < _MOST:
        made["boolean_mask"] = bool(rng.choice(masks))
        made["attn_mask"] = _mask(case, setting, rng, boolean=made["boolean_mask"])
    if "window" in on and rng.random() < _MOST:
        made["window"] = _window(case, rng)
    if "softcap" in on and rng.random() < _MOST:
        made["softcap"] = float(rng.choice(_CAPS))
    if "scales" in on and rng.random() < _MOST:
        shape = (case.query.shape[1], 1) if rng.random() < 0.5 else case.query.shape[:3]
        made["scales"] = rng.choice(_SCALES, shape)
    if "alphas" in on and rng.random() < _MOST:
        # The target gets them in float32, so they are such numbers.
        pool = (setting.alpha, *(setting.others or _ALPHAS))
        held = "float64" if setting.dtype == "float64" else "float32"
        drawn = quantise(rng.choice(pool, case.query.shape[1]), held)
        made["alphas"] = tuple(drawn.tolist())
    case = case.altered(**made)
    if setting.conventions.packed:
        case = _packed(case, rng)
    if "sinks" in on and rng.random() < _MOST:
        case = case.altered(sinks=_sinks(case, setting, rng))
    return case


def with_sinks(case: AttentionCase) -> AttentionCase:
    """Give a case sinks of the size of the logits, if it has none."""
    numbers = tuple(0.5 * ((case.variant + h) % 5 - 2) for h in range(case.query.shape[1]))
    return case if case.sinks else case.altered(sinks=numbers)


def with_scales(case: AttentionCase) -> AttentionCase:
    """Give each head, or each query, of a case a scale, if they have none."""
    shape = case.query.shape[:3] if case.variant % 2 else (case.query.shape[1], 1)
    numbers = np.random.default_rng(case.variant).choice([0.25, 0.5, 1.0, 1.5], shape)
    return case if case.scales is not None else case.altered(scales=numbers)


def _window(case: AttentionCase, rng: np.random.Generator) -> tuple[int | None, int | None]:
    """Windows of one key, of few, to one side, open to one side, and larger than the row."""
    n = max(case.query.shape[2], case.key.shape[2])
    w = int(rng.choice([1, 2, 3, max(n // 2, 1), 15, 16]))
    choices = [
        (0, 0),
        (w, 0),
        (w, 0),
        (w, w),
        (w, w),
        (0, w),
        (w, 2 * w),
        (None, 0),
        (None, w),
        (w, None),
        (n + 3, n + 3),
    ]
    return choices[rng.integers(len(choices))]


def _packed(case: AttentionCase, rng: np.random.Generator) -> AttentionCase:
    """Give sequences lengths of their own; the first is full, so that there is a token."""
    batch, m, n = len(case.query), case.query.shape[2], case.key.shape[2]
    way = rng.integers(4)
    if way == 0:
        return case.whole()
    keys = [n, *rng.integers(0, n + 1, batch - 1).tolist()]
    queries = [m, *rng.integers(0, m + 1, batch - 1).tolist()]
    if way < 3 and m == n:
        queries = keys
    elif way < 3 and m < n:
        queries = [min(each, m) for each in keys]
    return case.altered(key_lengths=tuple(keys), query_lengths=tuple(queries))


def _sinks(case: AttentionCase, setting: Setting, rng: np.random.Generator) -> tuple[float, ...]:
    """Sinks of the size of the logits, far above and below all of them, and equal to the largest score of a query."""
    heads = case.query.shape[1]
    drawn: Float64 = 2 * rng.standard_normal((heads,))
    way = rng.integers(5)
    if way == 1:
        drawn = np.full(heads, rng.choice([-1e3, -60.0]))
    elif way == 2:
        drawn = np.full(heads, rng.choice([60.0, 1e3]))
    elif way > 2:
        drawn = _largest(case)
    most = min(setting.domain.max_logit, as_format(setting.dtype).largest / 4, 1e4)
    return tuple(quantise(np.clip(drawn, -most, most), setting.dtype).tolist())


def _largest(case: AttentionCase) -> Float64:
    """Return the largest score of the last query of the first sequence, for each head."""
    key = np.repeat(case.key[0], case.group, axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        scores = np.einsum("hd,hnd->hn", case.query[0, :, -1], key)
        scores = scores * (case.query.shape[3] ** -0.5 if case.scale is None else case.scale)
    found: Float64 = np.nan_to_num(scores.max(axis=-1, initial=-1e4))
    return found if case.softcap is None else case.softcap * np.tanh(found / case.softcap)


def _mask(case: AttentionCase, setting: Setting, rng: np.random.Generator, *, boolean: bool) -> Float64:
    """Masks of every shape that broadcasts: random, cut at edges of blocks, with empty rows, or with large numbers."""
    (batch, heads, m, _), n = case.query.shape, case.key.shape[2]
    shapes = [(1, 1, m, n), (batch, 1, 1, n), (m, n), (batch, heads, m, n), (1, heads, m, n), (batch, 1, m, n), (1, n)]
    shape = shapes[rng.integers(len(shapes))]
    way, hidden = rng.integers(5), np.zeros(shape, dtype=bool)
    if way < 2:
        hidden = rng.random(shape) < (0.25, 0.7)[way]
    elif way == 2:
        edge = int(rng.choice([each for each in _EDGES if each < n] or [1]))
        hidden = hidden | ((np.arange(n) >= edge) != (rng.random() < 0.3))
    elif way == 3:
        hidden = (rng.random((*shape[:-1], 1)) < 0.4) | hidden
    if boolean:
        return np.where(hidden, -np.inf, 0.0)
    infinite = as_format(setting.dtype).has_infinity
    large = rng.choice([0.0, -1e4, 50.0], shape) if way == 4 else 0.0
    size = (1.0, 4.0, 0.25)[rng.integers(3)]
    most = as_format(setting.dtype).largest / 4
    added = quantise(np.clip(size * rng.standard_normal(shape) + large, -most, most), setting.dtype)
    return np.where(hidden & infinite & (rng.random() < 0.8), -np.inf, added)
