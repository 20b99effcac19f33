"""NaN and infinity, on both paths: hidden they reach nothing, visible they are seen."""

import pytest
import torch

from entmax_oracle.kernels.attention import attention, decode, use_path

NAN, INF = float("nan"), float("inf")
KINDS = [(1.0, NAN), (1.3, INF), (1.5, NAN), (2.0, -INF), (3.0, NAN)]


@pytest.fixture(autouse=True, params=["interpreter", "torch", "numba"])
def taken(request, small_tiles):
    with use_path(request.param):
        yield request.param


def tensors(m=5, n=20):
    """Two query heads on one key head, of two sequences."""
    return [torch.randn(2, heads, tokens, 16) for heads, tokens in ((2, m), (1, n), (1, n))]


def gradients(call, *leaves):
    leaves = [x.clone().requires_grad_() for x in leaves]
    out = call(*leaves)
    return out.detach(), torch.autograd.grad(out.square().sum(), leaves)


@pytest.mark.parametrize(("alpha", "bad"), KINDS)
@pytest.mark.parametrize("is_causal", [False, True])
def test_beyond_the_lengths(alpha, bad, is_causal):
    """A cache of garbage gives what a cache of zeros gives, to the last bit, and garbage gets zero gradients."""
    query, key, value = tensors()
    lengths = torch.tensor([9, 18])
    padding = (torch.arange(20) >= lengths[:, None])[:, None, :, None]
    options = {"alpha": alpha, "key_lengths": lengths, "is_causal": is_causal}
    scale = torch.full((2, 2, 5), 0.3)
    given, wanted = (
        gradients(
            lambda q, k, v, s: attention(q, k, v, scale=s, **options),
            query, key.masked_fill(padding, fill), value.masked_fill(padding, fill), scale,
        )
        for fill in (bad, 0.0)
    )  # fmt: skip
    assert torch.equal(given[0], wanted[0])
    for x, y in zip(given[1], wanted[1], strict=True):
        assert torch.equal(x, y)
    for x in given[1][1:3]:
        assert (x.masked_select(padding) == 0).all()
    decoded = [decode(query, *(x.masked_fill(padding, fill) for x in (key, value)), **options) for fill in (bad, 0.0)]
    assert torch.equal(*decoded)


@pytest.mark.parametrize(("alpha", "bad"), KINDS)
def test_in_a_key_of_the_future(alpha, bad):
    """The last query sees the last key and value; the others must not."""
    query, key, value = tensors(m=20, n=20)
    key[:, :, -1], value[:, :, -1] = bad, bad

    def call(query, key, value):
        return attention(query, key, value, alpha=alpha, is_causal=True)[:, :, :-1]

    given, (dq, *_) = gradients(call, query, key, value)
    without, (dq_without, *_) = gradients(
        lambda q, k, v: attention(q, k, v, alpha=alpha, is_causal=True),
        query[:, :, :-1],
        key[:, :, :-1],
        value[:, :, :-1],
    )
    torch.testing.assert_close(given, without, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(dq[:, :, :-1], dq_without, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("alpha", "bad"), [(1.3, INF), (1.5, NAN), (2.0, -INF)])
def test_in_the_values_of_a_block(alpha, bad):
    """Only queries that see a value get it; other features, and queries that do not see it, stay as they were."""
    query, key, value = (x[:1, :1] for x in tensors(m=20, n=23))
    key[:, :, 14] = 3 * query[:, :1, 17]
    spoilt = value.clone()
    spoilt[:, :, 14, 5] = bad
    options = {"alpha": alpha, "is_causal": True}
    clean, given = (attention(query, key, x, **options) for x in (value, spoilt))
    early = torch.arange(20) < 11  # query i sees keys up to i + 3
    assert given[:, :, early].isfinite().all()
    torch.testing.assert_close(given[:, :, early], clean[:, :, early], rtol=1e-5, atol=1e-6)
    others = torch.arange(16) != 5
    assert torch.equal(given[..., others], clean[..., others])
    assert not given[:, 0, 17, 5].isfinite().any()
    if alpha == 1.5:  # by decoding too, a chunk of queries of which the first three do not see it
        chunk = decode(query[:, :, 8:14], key[:, :, :17], spoilt[:, :, :17], **options)
        torch.testing.assert_close(chunk[:, :, :3], clean[:, :, 8:11], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("alpha", "place"),
    [
        *((1.5, place) for place in ("query", "key", "scale", "slope", "overflow")),
        *((alpha, "key") for alpha in (1.0, 1.3, 3.0)),
        (1.0, "query"),
    ],
)
def test_in_sight(alpha, place):
    """Rows that see it are NaN, in the answer and in the gradient in query; the others are as they were."""
    query, key, value = tensors(m=18, n=36)
    scale, slopes = torch.full((2, 2, 18), 0.3), torch.tensor([0.1, 0.2])
    spoiled = torch.zeros(2, 2, 18, dtype=torch.bool)
    given = [x.clone() for x in (query, key, value, scale, slopes)]
    if place == "query":
        given[0][1, 0, 3, 7] = torch.nan
        spoiled[1, 0, 3] = True
    elif place == "key":
        given[1][1, 0, 28, 7] = torch.nan  # query i sees keys up to i + 18
        spoiled[1, :, 10:] = True
    elif place == "scale":
        given[3][0, 1, 4] = torch.nan
        spoiled[0, 1, 4] = True
    elif place == "slope":
        given[4][1] = torch.nan
        spoiled[:, 1] = True
    else:
        given[0][0, 0, 2], given[1][0, 0, 5] = 1e20, 1e20  # their product is infinite
        spoiled[0, 0, 2] = True

    def call(query, key, value, scale, slopes, attend=attention):
        return attend(query, key, value, alpha=alpha, scale=scale, alibi_slopes=slopes, is_causal=True)

    leaves = [x.clone().requires_grad_() for x in given[:3]]
    out = call(*leaves, *given[3:])
    decoded = call(*given, attend=decode)
    assert out.isnan().all(-1).equal(spoiled)
    assert decoded.isnan().all(-1).equal(spoiled)
    if place != "overflow":
        clean = call(query, key, value, scale, slopes)
        assert torch.equal(out[~spoiled], clean[~spoiled])
    dq, dk, dv = torch.autograd.grad(out.square().sum(), leaves)
    assert dq.isnan().all(-1)[spoiled].all()
    seen = torch.arange(36) <= torch.arange(18)[:, None] + 18
    touched = (spoiled[..., None] & seen).any((1, 2))
    for x in (dk, dv):
        assert x[:, 0].isnan().any(-1)[touched].all()


@pytest.mark.parametrize("alpha", [1.0, 1.5])
def test_a_visible_value(alpha):
    """NaN with mass is in the answer of the queries that see it, and infinity stays what it is."""
    query, key, value = tensors(m=3, n=4)
    key.zero_()  # equal scores: all have mass
    value[0, 0, 1, 5], value[1, 0, 2, 6] = torch.nan, torch.inf
    out = attention(query, key, value, alpha=alpha, is_causal=True)
    assert out[0, :, :, 5].isnan().all()
    assert (out[1, :, 1:, 6] == torch.inf).all()
    assert out.isfinite().sum() >= out.numel() - 2 * 3 * 2
