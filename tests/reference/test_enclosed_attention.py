"""Tier 2 of attention against mpmath, and tier 1 inside tier 2."""

import mpmath as mp
import numpy as np
import pytest

from entmax_oracle.reference import (
    attention,
    attention_vjp,
    budget,
    enclose_attention,
    enclose_attention_vjp,
    vjp_budget,
)
from entmax_oracle.reference.attention_call import AttentionCall
from entmax_oracle.reference.values.attention import logits_of

U = 2.0**-53
ALPHAS = (1.0, 1 + 1e-12, 1.25, 1.5, 1.9, 2.0, 3.0)


def dyadic(seed=0, batch=2, heads=2, kv_heads=1, m=3, n=5, dim=4, value_dim=2):
    """Tensors of multiples of 1/8, so that float64 scores are exact with a dyadic scale."""
    rng = np.random.default_rng(seed)
    shapes = [
        (batch, heads, m, dim),
        (batch, kv_heads, n, dim),
        (batch, kv_heads, n, value_dim),
        (batch, heads, m, value_dim),
    ]
    return [rng.integers(-12, 13, size=shape) / 8 for shape in shapes]


@pytest.mark.parametrize("alpha", ALPHAS)
def test_output_and_gradients_against_mpmath(alpha, mp_entmax, mp_slope):
    """Default scale 1/sqrt(3), ALiBi and a causal mask, by the definition; gradients by difference quotients."""
    rng = np.random.default_rng(4)
    q, k = rng.normal(size=(1, 1, 2, 3)), rng.normal(size=(1, 1, 3, 3))
    v, g = rng.normal(size=(1, 1, 3, 2)), rng.normal(size=(1, 1, 2, 2))
    slope = 0.3

    def output(q, k, v, alpha, scale):
        out = []
        for i in range(2):
            scores = [
                scale * mp.fsum(a * b for a, b in zip(q[i], k[j], strict=True)) - mp.mpf(slope) * abs(i + 1 - j)
                for j in range(i + 2)
            ]
            p = mp_entmax(scores, alpha)
            out.append([mp.fsum(w * v[j][c] for j, w in enumerate(p)) for c in range(2)])
        return out

    def loss(**change):
        return mp.fsum(
            a * b for x, y in zip(g[0, 0], output(**(exact | change)), strict=True) for a, b in zip(x, y, strict=True)
        )

    def nudged(name, i, j):
        def shifted(t):
            rows = [list(row) for row in exact[name]]
            rows[i][j] += t
            return [loss(**{name: rows})]

        return mp_slope(shifted, mp.mpf(0))[0]

    exact = {name: [[mp.mpf(x) for x in row] for row in t[0, 0]] for name, t in (("q", q), ("k", k), ("v", v))}
    exact |= {"alpha": mp.mpf(alpha), "scale": 1 / mp.sqrt(3)}
    slack = mp.mpf(10) ** -25

    def holds(bounds, index, value):
        return bounds.lower[index] - slack <= value <= bounds.upper[index] + slack

    found = enclose_attention(q, k, v, alpha, is_causal=True, alibi_slopes=[slope])
    wanted = output(**exact)
    assert all(holds(found, (0, 0, i, c), wanted[i][c]) for i in range(2) for c in range(2))
    grads = enclose_attention_vjp(q, k, v, g, alpha, is_causal=True, alibi_slopes=[slope])
    assert grads.differentiable.all()
    for name, bounds, (i, j) in (("q", grads.query, (1, 2)), ("k", grads.key, (0, 1)), ("v", grads.value, (1, 0))):
        assert holds(bounds, (0, 0, i, j), nudged(name, i, j))
    assert holds(grads.scale, (), mp_slope(lambda t: [loss(scale=t)], exact["scale"])[0])
    if alpha > 1:
        assert holds(grads.alpha, (), mp_slope(lambda t: [loss(alpha=t)], exact["alpha"])[0])


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("seed", range(3))
def test_tier_1_keeps_its_budget(alpha, seed):
    """Scores are exact here, so errors come from the rows, whose budgets are derived, and from sums of n terms."""
    q, k, v, g = dyadic(seed)
    options = {"is_causal": True, "scale": 0.25, "alibi_slopes": [0.25, 0.5], "key_lengths": [5, 4]}
    call = AttentionCall.read(q, k, v, alpha, **options)
    scores = logits_of(call).logits
    found, grads = enclose_attention(q, k, v, alpha, **options), enclose_attention_vjp(q, k, v, g, alpha, **options)
    values, keys = call.per_head(v), call.per_head(k)
    p_grad = g @ np.swapaxes(values, -1, -2)
    p_error, score_error = np.zeros_like(scores), np.zeros_like(scores)
    for row in np.ndindex(scores.shape[:3]):
        p_error[row] = budget(scores[row], alpha, "float64")
        score_error[row] = (
            vjp_budget(scores[row], p_grad[row], alpha, "float64") if grads.differentiable[row] else np.inf
        )
    rounding = 16 * U  # sums of at most 8 terms, twice, and a product
    out = attention(q, k, v, alpha, **options)
    assert found.contains(out, p_error @ np.abs(values) + rounding * np.abs(values).sum(axis=2, keepdims=True)).all()

    result = attention_vjp(q, k, v, g, alpha, **options)
    back = {"query": score_error @ np.abs(keys), "key": call.per_key_head(np.swapaxes(score_error, -1, -2) @ np.abs(q))}
    for name, error in back.items():
        size = np.abs(getattr(grads, name).upper).max() + 64  # partial sums: 5 keys, |q k| <= 9, |dp| <= 5
        with np.errstate(invalid="ignore"):
            slack = np.where(np.isfinite(error), 0.25 * error + rounding * size, np.inf)
        assert getattr(grads, name).contains(getattr(result, name), slack).all()
    error = call.per_key_head(np.swapaxes(p_error, -1, -2) @ np.abs(g))
    assert grads.value.contains(result.value, error + rounding * 64).all()


@pytest.mark.parametrize("alpha", ALPHAS)
def test_typical_errors_are_a_few_ulps(alpha):
    rng = np.random.default_rng(0)
    q, k = rng.normal(size=(1, 2, 4, 3)), rng.normal(size=(1, 1, 6, 3))
    v, g = rng.normal(size=(1, 1, 6, 2)), rng.normal(size=(1, 2, 4, 2))
    options = {"alibi_slopes": [0.1, 0.3], "is_causal": True}
    found = enclose_attention(q, k, v, alpha, **options)
    assert found.contains(attention(q, k, v, alpha, **options), 64 * U * np.abs(found.upper).max()).all()
    grads, result = enclose_attention_vjp(q, k, v, g, alpha, **options), attention_vjp(q, k, v, g, alpha, **options)
    # The gradients of scale and alpha are sums that cancel: their errors are of the size of the other gradients.
    size = max(np.abs(bounds.upper).max() for bounds in (grads.query, grads.key, grads.value))
    for name in ("query", "key", "value", "scale", "alpha"):
        bounds, value = getattr(grads, name), getattr(result, name)
        assert bounds.contains(value, 64 * U * size).all()
        # At 128 bits, entries are known to about one float64, and to 2**-90 where they cancel.
        assert (bounds.upper - bounds.lower <= 2 * np.spacing(np.abs(bounds.upper)) + 2.0**-90).all()


def test_queries_without_keys_are_exact_zeros():
    q, k, v, g = dyadic()
    found = enclose_attention_vjp(q, k, v, g, key_lengths=[5, 0], scale=np.ones((2, 1, 1)))
    assert not found.query.upper[1].any()
    assert not found.query.lower[1].any()
    assert found.scale.lower.shape == (2, 1, 1)
    assert not enclose_attention(q, k, v, key_lengths=[0, 0]).upper.any()
    assert not enclose_attention_vjp(q, k[:, :, :0], v[:, :, :0], g).query.upper.any()


def test_thresholds_are_flagged_per_query():
    """Scores 1 and 0 for the first query, alpha = 2: the second key is on the threshold."""
    q, k = np.array([[[[1.0], [0.5], [2.0]]]]), np.array([[[[1.0], [0.0]]]])
    found = enclose_attention_vjp(q, k, k, np.ones((1, 1, 3, 1)), alpha=2)
    assert found.differentiable.tolist() == [[[False, True, True]]]
    assert found.query.upper[0, 0, 0, 0] == 0
    assert enclose_attention_vjp(q, k, k, np.ones((1, 1, 3, 1)), alpha=1.75).differentiable.all()


def test_bad_input():
    q, k, v, g = dyadic()
    with pytest.raises(ValueError, match="grad must have shape"):
        enclose_attention_vjp(q, k, v, g[..., :1])
    with pytest.raises(ValueError, match="must share batch"):
        enclose_attention(q, k[..., :2], v)
