import inspect
from typing import Any

import numpy as np
import pytest

from entmax_oracle.reference import (
    attention,
    attention_budget,
    attention_vjp,
    attention_vjp_budget,
    enclose_attention,
    enclose_attention_vjp,
    entmax,
    grad_alpha,
    vjp,
)

U = 2.0**-53


def tensors(seed=0, batch=2, heads=4, kv_heads=2, m=4, n=6, dim=3, value_dim=5):
    rng = np.random.default_rng(seed)
    shapes = [
        (batch, heads, m, dim),
        (batch, kv_heads, n, dim),
        (batch, kv_heads, n, value_dim),
        (batch, heads, m, value_dim),
    ]
    return [rng.normal(size=shape) for shape in shapes]


OPTIONS: list[dict[str, Any]] = [
    {},
    {"is_causal": True},
    {"alpha": [1, 1.25, 2, 3]},
    {"scale": 0.5, "key_lengths": [6, 3]},
    {"scale": np.linspace(0.5, 2, 16).reshape(1, 4, 4), "alibi_slopes": [0.5, 0.25, 0.125, 0.0]},
    {"is_causal": True, "key_lengths": [0, 5], "alibi_slopes": [0.5, 0.25, 0.125, 1.0], "alpha": 2},
]


def rows(q, k, alpha=1.5, is_causal=False, scale=None, alibi_slopes=None, key_lengths=None):
    """Yield each query's index, its key head, its visible keys, scores, alpha and scale, by plain loops."""
    batch, heads, m, dim = q.shape
    n, group = k.shape[2], heads // k.shape[1]
    scales = np.broadcast_to(dim**-0.5 if scale is None else scale, (batch, heads, m))
    for b, h, i in np.ndindex(batch, heads, m):
        position = i + n - m
        keys = [j for j in range(n) if (not is_causal or j <= position) and (key_lengths is None or j < key_lengths[b])]
        bias = [0 if alibi_slopes is None else -alibi_slopes[h] * abs(position - j) for j in keys]
        scores = [scales[b, h, i] * (q[b, h, i] @ k[b, h // group, j]) + c for j, c in zip(keys, bias, strict=True)]
        yield (b, h, i), h // group, keys, np.array(scores), np.ravel(alpha)[h % np.size(alpha)], scales[b, h, i]


@pytest.mark.parametrize("options", OPTIONS)
def test_against_plain_loops(options):
    q, k, v, g = tensors()
    out, grads = attention(q, k, v, **options), attention_vjp(q, k, v, g, **options)
    dq, dk, dv = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
    dscale, dalpha = np.zeros(q.shape[:3]), np.zeros(q.shape[1])
    expected = np.zeros(g.shape)
    for (b, h, i), kv, keys, scores, alpha, scale in rows(q, k, **options):
        if not keys:
            continue
        p = entmax(scores, alpha)
        expected[b, h, i] = p @ v[b, kv, keys]
        dp = v[b, kv, keys] @ g[b, h, i]
        ds = vjp(scores, dp, alpha)
        dq[b, h, i] = scale * ds @ k[b, kv, keys]
        for j, score_grad, probability in zip(keys, ds, p, strict=True):
            dk[b, kv, j] += scale * score_grad * q[b, h, i]
            dv[b, kv, j] += probability * g[b, h, i]
        dscale[b, h, i] = ds @ (k[b, kv, keys] @ q[b, h, i])
        dalpha[h] += grad_alpha(scores, alpha) @ dp
    # Both sides round the same sums of some 50 terms of size 1 to 10, in another order.
    close = {"rtol": 0, "atol": 2000 * U}
    np.testing.assert_allclose(out, expected, **close)
    np.testing.assert_allclose(grads.query, dq, **close)
    np.testing.assert_allclose(grads.key, dk, **close)
    np.testing.assert_allclose(grads.value, dv, **close)
    given_scale = options.get("scale")
    wanted = dscale.sum(axis=0, keepdims=True) if np.ndim(given_scale) else dscale.sum()
    assert grads.scale.shape == np.shape(0.0 if given_scale is None else given_scale)
    np.testing.assert_allclose(grads.scale, wanted, **close)
    assert grads.alpha.shape == np.shape(options.get("alpha", 1.5))
    np.testing.assert_allclose(grads.alpha, dalpha if np.ndim(options.get("alpha", 1.5)) else dalpha.sum(), **close)


@pytest.mark.parametrize("causal", [False, True])
def test_alpha_1_is_scaled_dot_product_attention(causal):
    torch = pytest.importorskip("torch")
    q, k, v, g = tensors(m=6)
    inputs = [torch.tensor(x, requires_grad=True) for x in (q, k, v)]
    out = torch.nn.functional.scaled_dot_product_attention(*inputs, is_causal=causal, enable_gqa=True)
    out.backward(torch.tensor(g))
    grads = attention_vjp(q, k, v, g, 1, causal)
    np.testing.assert_allclose(attention(q, k, v, 1, causal), out.detach(), rtol=0, atol=100 * U)
    for mine, theirs in zip((grads.query, grads.key, grads.value), inputs, strict=True):
        np.testing.assert_allclose(mine, theirs.grad, rtol=0, atol=500 * U)


def test_queries_without_keys_give_zeros():
    q, k, v, g = tensors(m=8)  # more queries than keys: the first two stand before every key
    out, grads = attention(q, k, v, is_causal=True), attention_vjp(q, k, v, g, is_causal=True)
    assert not out[:, :, :2].any()
    assert out[:, :, 2:].all()
    assert not grads.query[:, :, :2].any()
    empty = attention_vjp(q, k, v, g, key_lengths=[0, 0], scale=1.0)
    for gradient in (empty.query, empty.key, empty.value, empty.scale, empty.alpha):
        assert not gradient.any()
    # No keys at all, or no queries.
    assert not attention(q, k[:, :, :0], v[:, :, :0]).any()
    assert not attention_vjp(q, k[:, :, :0], v[:, :, :0], g).query.any()
    assert attention(q[:, :, :0], k, v).shape == (2, 4, 0, 5)


def test_positions_are_aligned_to_the_end():
    q, k, v, _ = tensors(m=2, n=5)
    whole = attention(q, k, v, is_causal=True)
    np.testing.assert_allclose(whole[:, :, 1:], attention(q[:, :, 1:], k, v), rtol=0, atol=64 * U)
    np.testing.assert_allclose(whole[:, :, :1], attention(q[:, :, :1], k[:, :, :4], v[:, :, :4]), rtol=0, atol=64 * U)
    # The bias is not multiplied by the scale: zero queries see the bias alone.
    slopes = [1.0, 1.0, 1.0, 1.0]
    for scale in (0.1, 10.0):
        out = attention(0 * q, k, v, 2, is_causal=True, scale=scale, alibi_slopes=slopes)
        np.testing.assert_array_equal(out[:, :, 1], np.repeat(v, 2, axis=1)[:, :, 4])
    # Distances count in both directions.
    both = attention(np.zeros((1, 1, 2, 1)), np.zeros((1, 1, 2, 1)), np.eye(2)[None, None], 1, alibi_slopes=[1.0])
    np.testing.assert_allclose(both[0, 0], both[0, 0].T, rtol=0, atol=4 * U)


def test_a_fraction_of_alpha_per_head_and_lists_are_welcome():
    from fractions import Fraction

    q, k, v, _ = tensors()
    mixed = attention(q.tolist(), k, v, [1, 1.5, 2.0, Fraction(3)])
    np.testing.assert_array_equal(mixed[:, 3], attention(q, k, v, 3.0)[:, 3])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"query": np.zeros((4, 3))}, "query must have 4 axes"),
        ({"key": np.zeros((2, 2, 6, 4))}, "must share batch and features with query"),
        ({"value": np.zeros((2, 2, 5, 5))}, "value .* must share batch, heads and tokens with key"),
        ({"key": np.zeros((2, 3, 6, 3)), "value": np.zeros((2, 3, 6, 5))}, "3 heads, which do not divide the 4"),
        ({"query": np.zeros((2, 4, 4, 0)), "key": np.zeros((2, 2, 6, 0))}, "at least one feature"),
        ({"value": np.full((2, 2, 6, 5), np.nan)}, r"value\[0, 0, 0, 0\] is nan"),
        ({"alpha": 0.5}, "alpha must be finite and at least 1"),
        ({"alpha": [1.5, 2.0]}, r"alpha must be one number or one per head, shape \(4,\)"),
        ({"alpha": [1.5, 2.0, 0.0, 1.0]}, r"alpha\[2\]"),
        ({"scale": np.ones(3)}, "scale of shape .* does not broadcast"),
        ({"scale": np.inf}, "scale is inf"),
        ({"alibi_slopes": [0.1]}, r"alibi_slopes must have shape \(4,\)"),
        ({"key_lengths": [1]}, r"key_lengths must have shape \(2,\)"),
        ({"key_lengths": [1, 7]}, r"key_lengths\[1\] is 7: it must be an integer from 0 to N = 6"),
        ({"key_lengths": [0.5, 1]}, r"key_lengths\[0\] is 0.5"),
        ({"grad": np.zeros((2, 4, 4, 4))}, "grad must have shape"),
    ],
)
def test_bad_input(change, words):
    q, k, v, g = tensors()
    arguments = {"query": q, "key": k, "value": v, "grad": g} | change
    with pytest.raises(ValueError, match=words):
        attention_vjp(**arguments)
    if "grad" not in change:
        del arguments["grad"]
        with pytest.raises(ValueError, match=words):
            attention(**arguments)


def test_scores_that_overflow_are_named():
    query, key = np.ones((1, 2, 2, 4)), np.ones((1, 1, 3, 4))
    query[0, 1, 0] = 1e300
    key[0, 0, 2] = 1e300
    with pytest.raises(ValueError, match=r"score of query\[0, 1, 0\] and key 2 is beyond the float64 range"):
        attention(query, key, key)


PLAIN = ["query", "key", "value", "alpha", "is_causal", "scale", "alibi_slopes", "key_lengths"]
PLAIN += ["attn_mask", "window", "softcap", "sinks"]
PULLED = ["query", "key", "value", "grad", *PLAIN[3:]]


@pytest.mark.parametrize(
    ("function", "names", "options"),
    [
        (attention, PLAIN, {"return_lse": False}),
        (attention_vjp, PULLED, {}),
        (
            attention_budget,
            PLAIN,
            {"return_lse": False, "dtype": "float32", "compute_dtype": None, "lse_dtype": None},
        ),
        (attention_vjp_budget, PULLED, {"dtype": "float32", "compute_dtype": None}),
        (enclose_attention, PLAIN, {"return_lse": False, "precision": 128}),
        (enclose_attention_vjp, PULLED, {"precision": 128}),
    ],
)
def test_every_function_shows_the_arguments_of_attention(function, names, options):
    parameters = inspect.signature(function).parameters
    assert [*parameters] == [*names, *options]
    defaults = {name: p.default for name, p in parameters.items() if p.default is not p.empty}
    assert defaults == dict(zip(PLAIN[3:], (1.5, False, *7 * (None,)), strict=True)) | options
    assert {p.kind for name, p in parameters.items() if name in options} <= {inspect.Parameter.KEYWORD_ONLY}
    with pytest.raises(TypeError, match=rf"{function.__name__}\(\) missing a required argument: 'value'"):
        function([], [])


def test_what_lies_beyond_the_lengths_may_be_anything():
    rng = np.random.default_rng(0)
    query, key, value = (rng.standard_normal((2, 1, 3, 4)) for _ in range(3))
    right = attention(query, key, value, key_lengths=[2, 3])
    key[0, :, 2], value[0, :, 2] = np.nan, np.inf
    np.testing.assert_array_equal(attention(query, key, value, key_lengths=[2, 3]), right)
    with pytest.raises(ValueError, match=r"key\[0, 0, 2, 0\] is nan"):
        attention(query, key, value, key_lengths=[3, 3])
    with pytest.raises(ValueError, match=r"value \(2, 1, 2, 4\) must share batch, heads and tokens with key"):
        attention(query, key, value[:, :, :2], key_lengths=[2, 3])  # the lengths are not to blame
