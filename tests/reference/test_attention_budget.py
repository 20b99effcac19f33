"""Budgets of attention: careful arithmetic keeps them, they shrink with the unit roundoff, and zeros are zeros."""

from __future__ import annotations

import numpy as np
import pytest

from entmax_oracle.reference import (
    attention,
    attention_budget,
    attention_vjp,
    attention_vjp_budget,
    budget,
    enclose_attention,
    enclose_attention_vjp,
)
from entmax_oracle.reference.formats import as_format

NAMES = ("query", "key", "value")
OPTIONS = {
    "plain": {},
    "causal": {"is_causal": True},
    "lengths": {"key_lengths": [0, 7]},
    "alibi": {"alibi_slopes": [0.5, 0.25], "scale": 1.5},
}


def tensors(seed, dtype="float32", m=5, n=9, size=1.0):
    rng = np.random.default_rng(seed)
    shapes = ((2, 2, m, 4), (2, 1, n, 4), (2, 1, n, 3), (2, 2, m, 3))
    return [as_format(dtype).round_array(size * rng.standard_normal(shape)).astype(np.float64) for shape in shapes]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("alpha", [1.0, 1.25, 1.5, 2.0])
def test_float64_stays_within_its_own_budget_of_the_enclosure(alpha, options):
    q, k, v, g = tensors(1)
    given = OPTIONS[options]
    bounds, allowed = (
        enclose_attention(q, k, v, alpha, **given),
        attention_budget(q, k, v, alpha, **given, dtype="float64"),
    )
    assert bounds.contains(attention(q, k, v, alpha, **given), allowed).all()
    enclosed = enclose_attention_vjp(q, k, v, g, alpha, **given)
    found = attention_vjp(q, k, v, g, alpha, **given)
    slack = attention_vjp_budget(q, k, v, g, alpha, **given, dtype="float64")
    for name in NAMES:
        assert getattr(enclosed, name).contains(getattr(found, name), getattr(slack, name)).all()


def _careful(q, k, v, alpha, compute, rng):
    """Attention whose scores, probabilities and sums are each off by as much as one rounding, at random."""
    u = as_format(compute).unit_roundoff

    def rounded(x):
        return x * (1 + u * rng.uniform(-1, 1, x.shape))

    key, value = np.repeat(k, 2, axis=1), np.repeat(v, 2, axis=1)
    products = rounded(q[..., :, None, :] * key[..., None, :, :])
    scores = rounded(rounded(products.sum(axis=-1)) * 0.5)
    x = rounded(np.asarray(scores - scores.max(axis=-1, keepdims=True)))
    from entmax_oracle.reference import entmax

    return rounded(rounded(rounded(entmax(x, alpha))[..., None] * value[..., None, :, :]).sum(axis=-2))


@pytest.mark.parametrize("alpha", [1.25, 1.5, 2.0])
@pytest.mark.parametrize("size", [0.1, 1.0, 3.0])
def test_random_roundings_everywhere_stay_within_the_budget(alpha, size):
    rng = np.random.default_rng(0)
    worst = 0.0
    for seed in range(10):
        q, k, v, _ = tensors(seed, size=size)
        error = np.abs(_careful(q, k, v, alpha, "float32", rng) - attention(q, k, v, alpha))
        allowed = attention_budget(q, k, v, alpha)
        assert (error <= allowed).all()
        worst = max(worst, float((error / allowed).max()))
    assert worst > 0.01  # the bound is within two orders of magnitude of what random roundings reach


@pytest.mark.parametrize("name", ["out", *NAMES])
def test_budgets_grow_with_the_unit_roundoff(name):
    q, k, v, g = tensors(2, "bfloat16")

    def size(dtype):
        if name == "out":
            return attention_budget(q, k, v, dtype=dtype).max()
        return getattr(attention_vjp_budget(q, k, v, g, dtype=dtype), name).max()

    assert size("float64") < 1e-7 * size("float32")
    assert 50 * size("float32") < size("float16") < size("bfloat16")


def test_what_sees_nothing_or_is_seen_by_nobody_has_no_budget():
    q, k, v, g = tensors(3)
    lengths = [0, 4]
    assert (attention_budget(q, k, v, key_lengths=lengths)[0] == 0).all()
    found = attention_vjp_budget(q, k, v, g, key_lengths=lengths)
    assert (found.query[0] == 0).all()
    for each in (found.key, found.value):
        assert (each[0] == 0).all()
        assert (each[1, :, 4:] == 0).all()
        assert (each[1, :, :4] > 0).any()


def test_a_key_on_the_threshold_leaves_the_gradient_of_sparsemax_open():
    one, key = [[[[1.0]]]], [[[[1.0], [0.0]]]]
    found = attention_vjp_budget(one, key, key, one, alpha=2, scale=1.0)
    assert np.isinf(found.query).all()
    assert np.isinf(found.key).all()
    assert np.isfinite(found.value).all()


def test_scores_that_round_by_more_than_their_gap_leave_the_output_open():
    """Keys of 1e10 and 1e10 - 2000: a float32 score is off by hundreds, and the softmax of the second underflows."""
    key = np.array([1e10, 1e10 - 2048]).reshape(1, 1, 2, 1)
    value = np.array([0.0, 1.0]).reshape(1, 1, 2, 1)
    one = np.ones((1, 1, 1, 1))
    assert attention(one, key, value, 1.0, scale=1.0) == 0
    assert attention_budget(one, key, value, 1.0, scale=1.0) > 0.5


def test_with_exact_scores_and_one_hot_values_it_is_little_more_than_the_budget_of_the_mapping():
    logits = np.array([0.0, -0.25, -0.5, -3.0])
    found = attention_budget([[[[1.0]]]], logits.reshape(1, 1, 4, 1), np.eye(4)[None, None], scale=1.0)[0, 0, 0]
    mapping = budget(logits)
    assert (mapping[:3] < found[:3]).all()
    assert (found[:3] < 4 * mapping[:3]).all()
