"""Masks, windows, caps, sinks and logarithms of sums, against the formulas in mpmath, PyTorch, and honest programs."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from entmax_oracle.reference import (
    assert_attention_close,
    attention,
    attention_budget,
    attention_vjp,
    attention_vjp_budget,
    enclose_attention,
    enclose_attention_vjp,
    entmax,
)
from entmax_oracle.reference.formats import as_format

INF = np.inf
ALPHAS = (1.0, 1.25, 1.5, 2.0, 3.0)
GRADIENTS = ("query", "key", "value", "sinks", "attn_mask")


def tensors(seed=0, batch=1, heads=2, kv_heads=1, m=3, n=4, dim=2, value_dim=2, size=1.0):
    rng = np.random.default_rng(seed)
    shapes = [(batch, heads, m, dim), (batch, kv_heads, n, dim), (batch, kv_heads, n, value_dim)]
    return [size * rng.normal(size=shape) for shape in [*shapes, (batch, heads, m, value_dim)]]


def added(*shape, hidden=(), seed=5):
    """Return a mask of real numbers that hides the keys at some places."""
    mask = np.random.default_rng(seed).normal(size=shape)
    for place in hidden:
        mask[place] = -INF
    return mask


# What the cases add to plain attention, and how large query and key are.
CASES: dict[str, tuple[dict[str, Any], float]] = {
    "everything": (
        {
            "is_causal": True,
            "scale": [[0.5], [1.5]],
            "alibi_slopes": [0.3, 0.1],
            "key_lengths": [3],
            "attn_mask": added(2, 1, 4, hidden=[(1, 0, 1)]),
            "window": (2, None),
            "softcap": 0.7,
            "sinks": [0.2, -0.4],
        },
        1.5,
    ),
    "scores far beyond the cap": ({"softcap": 2.0, "window": (1, 1)}, 1e60),
    "a cap far beyond the scores": ({"softcap": 1e200}, 1.0),
    "sinks far off": ({"sinks": [-1e6, 1e6], "alibi_slopes": [0.3, 0.1]}, 1.0),
    "sinks close to the rest": ({"sinks": [-0.5, 0.5], "window": (0, -1)}, 1.0),
    "rows without keys": ({"attn_mask": added(1, 2, 3, 4, hidden=[(0, 0, 1), (0, 1)]), "sinks": [0.1, 0.2]}, 1.0),
    "a window before all keys": ({"window": (0, 0), "key_lengths": [2], "softcap": 3.0}, 1.0),
    "booleans": ({"attn_mask": added(3, 4) > 0.2, "is_causal": True, "softcap": 1.0}, 1.0),
    "an addend as large as floats go": ({"attn_mask": np.where(added(4) > 0, 0.0, -1e308)}, 1.0),
}


def logits_of(q, k, b, h, i, options, number=float):
    """Yield the visible keys and their logits, by the formulas and plain loops; the sink is key None."""
    heads, m, dim = q.shape[1:]
    n, kv = k.shape[2], h // (heads // k.shape[1])
    tanh, sqrt = (math.tanh, math.sqrt) if number is float else (mp.tanh, mp.sqrt)
    scale, position = options.get("scale"), i + n - m
    scale = 1 / sqrt(number(dim)) if scale is None else number(np.broadcast_to(scale, q.shape[:3])[b, h, i])
    mask, cap, sinks = (options.get(name) for name in ("attn_mask", "softcap", "sinks"))
    left, right = (math.inf if side in (None, -1) else side for side in options.get("window") or (None, None))
    for j in range(n):
        extra = True if mask is None else np.broadcast_to(mask, (q.shape[0], heads, m, n))[b, h, i, j]
        hidden = not extra if isinstance(extra, bool | np.bool_) else extra == -INF
        hidden |= bool(options.get("is_causal")) and j > position
        hidden |= j >= options.get("key_lengths", [n] * len(q))[b]
        hidden |= not position - left <= j <= position + right
        if not hidden:
            score = scale * sum(number(x) * number(y) for x, y in zip(q[b, h, i], k[b, kv, j], strict=True))
            if cap is not None:
                score = number(cap) * tanh(score / number(cap))
            bias = number(options.get("alibi_slopes", [0] * heads)[h]) * abs(position - j)
            yield j, score - bias + (0 if isinstance(extra, bool | np.bool_) else number(extra))
    if sinks is not None:
        yield None, number(sinks[h])


def exactly(mp_entmax, q, k, v, alpha, options):
    """Output and logarithms by mpmath: a number, or None where nothing is summed."""
    out, lse = {}, {}
    for b, h, i in np.ndindex(q.shape[:3]):
        found = list(logits_of(q, k, b, h, i, options, mp.mpf))
        keys, logits = [j for j, _ in found], [x for _, x in found]
        p = mp_entmax(logits, alpha) if logits else []
        kv = h // (q.shape[1] // k.shape[1])
        for c in range(v.shape[3]):
            terms = (w * mp.mpf(v[b, kv, j, c]) for j, w in zip(keys, p, strict=True) if j is not None)
            out[b, h, i, c] = mp.fsum(terms)
        top = max(logits, default=0)
        lse[b, h, i] = top + mp.log(mp.fsum(mp.exp(x - top) for x in logits)) if logits else None
    return out, lse


def holds(bounds, wanted, slack):
    """Whether bounds contain mpmath's numbers, which know some 40 digits."""
    for index, value in wanted.items():
        spare = slack[index] + mp.mpf(10) ** -35 * (1 + abs(value))
        if not bounds.lower[index] - spare <= value <= bounds.upper[index] + spare:
            return False
    return True


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("case", CASES)
def test_values_and_enclosures_against_mpmath(case, alpha, mp_entmax):
    options, size = CASES[case]
    q, k, v, _ = tensors(size=size)
    v = v / size
    softmax = alpha == 1
    given = {**options, "return_lse": softmax}
    answers = [f(q, k, v, alpha, **given) for f in (attention, enclose_attention)]
    answers.append(attention_budget(q, k, v, alpha, **given, dtype="float64"))
    (value, bounds, slack), *more = zip(*answers, strict=True) if softmax else [answers]
    out, lse = exactly(mp_entmax, q, k, v, alpha, options)
    assert holds(bounds, out, np.zeros(value.shape))
    assert holds(SimpleNamespace(lower=value, upper=value), out, slack)
    if case != "an addend as large as floats go":
        assert (bounds.upper - bounds.lower <= 2 * np.spacing(np.abs(bounds.upper)) + 2.0**-90).all()
    for value, bounds, slack in more:
        nothing = [index for index, number in lse.items() if number is None]
        assert all(value[index] == bounds.lower[index] == bounds.upper[index] == -INF for index in nothing)
        lse = {index: number for index, number in lse.items() if number is not None}
        assert holds(bounds, lse, np.zeros(value.shape))
        assert holds(SimpleNamespace(lower=value, upper=value), lse, slack)


@pytest.mark.parametrize("alpha", [1.0, 1.5, 2.0, 3.0])
def test_enclosed_gradients_against_difference_quotients(alpha, mp_entmax, mp_slope):
    options = CASES["everything"][0] | {"attn_mask": added(1, 2, 4, hidden=[(0, 1, 0)])}
    q, k, v, g = tensors(3, m=2)
    given = {"q": q, "k": k, "v": v} | {name: np.array(options[name]) for name in ("scale", "sinks", "attn_mask")}

    def loss(**change):
        now = {name: x.astype(object) for name, x in given.items()} | {"alpha": alpha} | change
        rest = options | {name: now[name] for name in ("scale", "sinks", "attn_mask")}
        out, _ = exactly(mp_entmax, now["q"], now["k"], now["v"], now["alpha"], rest)
        return mp.fsum(mp.mpf(g[index]) * value for index, value in out.items())

    def nudged(name, index, by):
        changed = given[name].astype(object)
        changed[index] = mp.mpf(changed[index]) + by
        return [loss(**{name: changed})]

    grads = enclose_attention_vjp(q, k, v, g, alpha, **options)
    assert grads.differentiable.all()
    places: list[tuple[str, str, Any]] = [("query", "q", (0, 1, 1, 0)), ("key", "k", (0, 0, 1, 1))]
    places += [("value", "v", (0, 0, 2, 0)), ("scale", "scale", (1, 0)), ("sinks", "sinks", 1)]
    places += [("attn_mask", "attn_mask", (0, 1, 1))]
    slack = mp.mpf(10) ** -25
    for name, argument, index in places:
        bounds = getattr(grads, name)
        wanted = mp_slope(lambda by, at=(argument, index): nudged(*at, by), mp.mpf(0))[0]
        assert bounds.lower[index] - slack <= wanted <= bounds.upper[index] + slack, name
    if alpha > 1:
        wanted = mp_slope(lambda by: [loss(alpha=mp.mpf(alpha) + by)], mp.mpf(0))[0]
        assert grads.alpha.lower - slack <= wanted <= grads.alpha.upper + slack
    assert grads.attn_mask.lower[0, 1, 0] == grads.attn_mask.upper[0, 1, 0] == 0


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("case", CASES)
def test_gradients_in_float64_keep_their_budget(case, alpha):
    options, size = CASES[case]
    q, k, v, g = tensors(1, size=size)
    found, bounds = (f(q, k, v, g, alpha, **options) for f in (attention_vjp, enclose_attention_vjp))
    slack = attention_vjp_budget(q, k, v, g, alpha, **options, dtype="float64")
    for name in GRADIENTS:
        value = getattr(found, name)
        assert (value is None) == (getattr(bounds, name) is None) == (getattr(slack, name) is None)
        if value is not None:
            assert value.shape == np.shape({"query": q, "key": k, "value": v}.get(name, options.get(name)))
            assert getattr(bounds, name).contains(value, getattr(slack, name)).all(), name
            if alpha < 2:
                assert np.isfinite(getattr(slack, name)).all(), name


def test_gradients_that_exceed_float64_are_not_nan():
    """For alpha = 20 a token just above the threshold has a gradient of 1e200, whose signs cancel in the sums."""
    q, k, v, g = tensors(2, size=1e-200)
    near = [[-1 / 19 * (1 - 2.0**-45)], [0.0], [0.0], [0.0]]
    options: dict[str, Any] = {"attn_mask": np.transpose(near), "sinks": [-1 / 19 * (1 - 2.0**-44), 0.0], "softcap": 1.0}
    v, g = v * 1e300, g * 1e300
    found, bounds = (f(q, k, v, g, 20.0, **options) for f in (attention_vjp, enclose_attention_vjp))
    for name in GRADIENTS:
        assert not np.isnan(getattr(found, name)).any()
        assert getattr(bounds, name).contains(getattr(found, name), 1e-2 * np.abs(getattr(found, name))).all(), name
    assert np.abs(found.attn_mask).max() > 1e200
