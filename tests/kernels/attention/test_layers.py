"""The layers: special cases, edge lengths, caching, compilation."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from entmax_oracle.kernels.attention import use_path
from entmax_oracle.kernels.layers import (
    AdaptiveScale,
    ASEntmaxAttention,
    EntmaxAttention,
    KeyValueCache,
    alibi_slopes,
    nape_slopes,
    published_nape_slopes,
    visible_counts,
)
from entmax_oracle.reference import attention as exact_attention
from entmax_oracle.reference import entmax

pytestmark = pytest.mark.usefixtures("plain")


def test_scale_follows_its_formula():
    scale = AdaptiveScale(6, 2, delta=0.5, gamma_limit=2.0)
    hidden = torch.randn(3, 5, 6)
    counts = visible_counts(5, 9, is_causal=True)
    found = scale(hidden, counts).detach().numpy()
    x = hidden.double().numpy()
    beta = np.log1p(np.exp(x @ scale.beta_projection.weight.detach().double().numpy().T))
    gamma = 2 * np.tanh(x @ scale.gamma_projection.weight.detach().double().numpy().T)
    log_n = np.log(np.arange(5, 10))[:, None]
    # A handful of float32 roundings, amplified by exponents below 2 log log 9 < 2.
    np.testing.assert_allclose(found, (0.5 + beta * log_n**gamma).swapaxes(1, 2), rtol=2e-6)


def test_special_cases():
    hidden, counts = torch.randn(2, 7, 8), visible_counts(7, 7, is_causal=True)
    plain = AdaptiveScale(8, 3, delta=1.0, beta=0.0, gamma=0.3)
    assert torch.equal(plain(hidden, counts), torch.ones(2, 3, 7))
    ssmax = AdaptiveScale(8, 3, delta=0.0, beta=nn.Parameter(torch.tensor([0.5, 1.0, 2.0])), gamma=1.0)
    wanted = torch.tensor([0.5, 1.0, 2.0])[:, None] * torch.arange(1, 8).clamp(min=2).log()
    torch.testing.assert_close(ssmax(hidden, counts), wanted.expand(2, -1, -1), rtol=1e-6, atol=0)

    layer = ASEntmaxAttention(8, 2, beta=0.0, gamma=0.0)
    same = EntmaxAttention(8, 2)
    same.load_state_dict({k: v for k, v in layer.state_dict().items() if not k.startswith("scale")})
    assert torch.equal(layer(hidden), same(hidden))


def test_ssmax_layer_is_softmax_at_a_logarithmic_scale():
    layer = ASEntmaxAttention(8, 2, alpha=1.0, delta=0.0, beta=0.7, gamma=1.0).double()
    hidden = torch.randn(2, 7, 8, dtype=torch.float64)
    query, key, value = layer.project(hidden)
    scale = 0.7 * torch.arange(1, 8, dtype=torch.float64).clamp(min=2).log()[:, None] / 2  # heads of 4 features
    hidden_keys = torch.ones(7, 7, dtype=torch.bool).triu(1)
    p = (scale * (query @ key.mT)).masked_fill(hidden_keys, -torch.inf).softmax(-1)
    wanted = layer.output((p @ value).transpose(1, 2).flatten(2))
    # The scale is made of float32 logarithms: some 1e-7, times scores of order one.
    torch.testing.assert_close(layer(hidden), wanted, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("tokens", [1, 2])
def test_shortest_rows(tokens):
    layer = ASEntmaxAttention(8, 2, delta=0.0)
    hidden = torch.randn(1, tokens, 8, requires_grad=True)
    layer(hidden).square().sum().backward()
    for x in (hidden, *layer.parameters()):
        assert x.grad.isfinite().all()
    if tokens == 1:  # one token has all the mass at any scale
        assert (layer.scale.beta_projection.weight.grad == 0).all()
        assert (layer.scale.gamma_projection.weight.grad == 0).all()


def test_scale_at_two_tokens_falls_with_gamma():
    counts = torch.tensor([[[2, 3]]])
    low, high = (AdaptiveScale(1, 1, beta=1.0, gamma=g)(torch.zeros(1, 2, 1), counts) for g in (0.2, 0.9))
    assert high[0, 0, 0] < low[0, 0, 0]  # log 2 < 1
    assert high[0, 0, 1] > low[0, 0, 1]  # log 3 > 1


def test_refused_scales():
    with pytest.raises(ValueError, match="delta"):
        AdaptiveScale(4, 2, delta=-1.0)
    with pytest.raises(ValueError, match="beta"):
        AdaptiveScale(4, 2, beta=-1.0)
    with pytest.raises(ValueError, match="positions"):
        EntmaxAttention(4, 2, positions="rope")
    with pytest.raises(ValueError, match="at least 2"):
        nape_slopes(1)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: EntmaxAttention(8, 0), "heads is 0: it must be a whole number"),
        (lambda: EntmaxAttention(8, -2), "heads is -2"),
        (lambda: EntmaxAttention(8, 2.0), "heads is 2.0"),
        (lambda: EntmaxAttention(8, 2, key_heads=0), "key_heads is 0"),
        (lambda: EntmaxAttention(8, 2, head_features=0), "head_features is 0"),
        (lambda: EntmaxAttention(8, 2, alpha=0.5), "alpha must be finite and at least 1, got 0.5"),
        (lambda: EntmaxAttention(8, 2, alpha=math.inf), "alpha must be finite, got inf"),
        (lambda: ASEntmaxAttention(8, 2, alpha="b"), "alpha must be a number or a torch tensor, got str"),
        (lambda: EntmaxAttention(8, 4, scale=AdaptiveScale(8, 2)), "scale is an AdaptiveScale.8, 2.: it must have"),
        (lambda: AdaptiveScale(8, 0), "heads is 0"),
        (lambda: AdaptiveScale(8, 2, delta=math.nan), "delta must be finite"),
        (lambda: AdaptiveScale(8, 2, beta=torch.tensor([1.0, math.inf])), "beta is .*: it must be finite"),
        (
            lambda: AdaptiveScale(8, 2, beta=torch.ones(3)),
            "beta has shape .3,.: it must be one number, or one per head",
        ),
        (lambda: AdaptiveScale(8, 2, gamma=nn.Parameter(torch.ones(3))), "gamma has shape .3,."),
        (lambda: AdaptiveScale(8, 2, gamma_limit="1"), "gamma_limit must be a number"),
        (lambda: AdaptiveScale(8, 2, offset=-1), "offset is -1: it must be a whole number, at least 0"),
        (lambda: EntmaxAttention(8, 2, scaled_heads=3), "scaled_heads is 3, more than heads, 2"),
        (
            lambda: EntmaxAttention(8, 2, positions=torch.ones(3)),
            r"positions has shape \(3,\): slopes are one per head",
        ),
        (lambda: EntmaxAttention(8, 2, window=(1,)), "window is .1,.: it must be"),
        (lambda: ASEntmaxAttention(8, 2, softcap=-1), "softcap is -1: it must be above 0"),
        (lambda: ASEntmaxAttention.as_published(8, 1), "NAPE needs at least 2"),
        (lambda: ASEntmaxAttention.as_published(8, 2, positions="alibi"), "positions: as_published takes it from"),
        (lambda: ASEntmaxAttention.as_published(8, 2, slopes="geometric"), "kind is 'geometric': it must be"),
        (lambda: alibi_slopes(0), "heads is 0"),
        (lambda: nape_slopes(-1), "heads is -1"),
    ],
)
def test_bad_constructions_are_named(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize(
    ("hidden", "message"),
    [
        (torch.zeros(3, 8), r"hidden must have the shape \(batch, tokens, 8\), got \(3, 8\)"),
        (torch.zeros(1, 3, 4), "hidden must have the shape"),
        ([1.0], "got list"),
        (torch.zeros(1, 3, 8, dtype=torch.float16), "hidden is torch.float16 and the weights of the layer are"),
    ],
)
def test_bad_hidden_states_are_named(hidden, message):
    layer = EntmaxAttention(8, 2)
    for call in (layer, layer.probabilities):
        with pytest.raises(ValueError, match=message):
            call(hidden)


def test_a_cache_of_another_batch_is_refused():
    layer, cache = EntmaxAttention(8, 2), KeyValueCache()
    layer(torch.zeros(2, 3, 8), cache=cache)
    with pytest.raises(ValueError, match="take a new KeyValueCache"):
        layer(torch.zeros(1, 1, 8), cache=cache)


@pytest.mark.parametrize("shape", [(0, 3, 8), (2, 0, 8), (0, 0, 8)])
@pytest.mark.parametrize("kind", [EntmaxAttention, ASEntmaxAttention])
def test_an_empty_batch_or_sequence_gives_an_empty_answer(kind, shape):
    layer = kind(8, 2, positions="nape", learn_alpha=True)
    hidden = torch.zeros(shape, requires_grad=True)
    out = layer(hidden)
    assert out.shape == shape
    out.sum().backward()
    assert hidden.grad.shape == shape


def test_autocast():
    """The projections give 16 bits, in which attention then works; nothing is cast there."""
    layer = ASEntmaxAttention(8, 2, positions="nape")
    hidden = torch.randn(1, 5, 8)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = layer(hidden)
    assert out.dtype == torch.bfloat16
    # A few roundings to 8 bits on the way: of projections, weights and answers of order one.
    torch.testing.assert_close(out.float(), layer(hidden), rtol=0.1, atol=0.1)


def test_slopes():
    assert alibi_slopes(8).tolist() == [2.0**-h for h in range(1, 9)]
    assert published_nape_slopes(5, "exponential").tolist() == [1, 0.5, 0, 0, 0]
    slopes = nape_slopes(5)
    assert slopes[:3].tolist() == [0, 0, 0]
    assert slopes[3:].tolist() == alibi_slopes(2).tolist()


@pytest.mark.parametrize("positions", ["none", "alibi", "nape"])
@pytest.mark.parametrize("kind", [EntmaxAttention, ASEntmaxAttention])
def test_layer_is_the_reference_between_projections(kind, positions):
    layer = kind(12, 4, key_heads=2, positions=positions)
    hidden = torch.randn(2, 9, 12)
    lengths = torch.tensor([9, 6])
    query, key, value = (x.detach().numpy() for x in layer.project(hidden))
    scale = torch.as_tensor(layer.current_scale(hidden, 9, lengths)).detach().numpy()
    slopes = None if layer.slopes is None else layer.slopes.numpy()
    mixed = exact_attention(
        query, key, value, is_causal=True, scale=scale, alibi_slopes=slopes, key_lengths=lengths.numpy()
    )
    wanted = torch.from_numpy(mixed.swapaxes(1, 2).reshape(2, 9, 12)).float() @ layer.output.weight.T
    out = layer(hidden, key_lengths=lengths)
    torch.testing.assert_close(out, wanted, rtol=1e-4, atol=1e-5)
    # The probabilities that it shows are those that it attends with.
    _, _, value = layer.project(hidden)
    mixed = layer.probabilities(hidden, key_lengths=lengths) @ value.repeat_interleave(2, 1)
    torch.testing.assert_close(layer.output(mixed.transpose(1, 2).flatten(2)), out, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", [EntmaxAttention, ASEntmaxAttention])
def test_layer_with_a_window_a_cap_and_sinks(kind):
    """They are those of `attention`; the scale counts the keys in the window; a cache sees them too."""
    layer = kind(12, 4, key_heads=2, positions="nape", window=(3, 1), softcap=0.8, learn_sinks=True)
    layer.sinks.data = torch.tensor([-1.0, 0.0, 0.3, 1.0])
    hidden, lengths = torch.randn(2, 9, 12), torch.tensor([9, 6])
    query, key, value = (x.detach().numpy() for x in layer.project(hidden))
    scale = torch.tensor(1 / 3**0.5)
    if kind is ASEntmaxAttention:
        counts = torch.tensor([[1, 2, 3, 4, 4, 4, 4, 4, 4], [1, 2, 3, 4, 4, 4, 3, 2, 1]])
        scale = scale * layer.scale(hidden, counts[:, None])
    mixed = exact_attention(
        query, key, value, is_causal=True, scale=scale.detach().numpy(), alibi_slopes=layer.slopes.numpy(),
        key_lengths=lengths.numpy(), window=(3, 1), softcap=0.8, sinks=layer.sinks.detach().numpy(),
    )  # fmt: skip
    wanted = torch.from_numpy(mixed.swapaxes(1, 2).reshape(2, 9, 12)).float() @ layer.output.weight.T
    out = layer(hidden, key_lengths=lengths)
    torch.testing.assert_close(out, wanted, rtol=1e-4, atol=1e-5)
    out.sum().backward()
    assert (layer.sinks.grad != 0).all()
    with torch.no_grad():
        cache = KeyValueCache()
        parts = [layer(hidden[:, :4], cache=cache), *(layer(hidden[:, t : t + 1], cache=cache) for t in range(4, 9))]
        torch.testing.assert_close(torch.cat(parts, 1), layer(hidden), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("is_causal", [False, True])
def test_counts_are_those_of_the_keys_in_the_window(is_causal):
    for window in (None, (0, 0), (2, 1), (None, 2), (1, -1)):
        left, right = (99 if side in (None, -1) else side for side in window or (None, None))
        right = min(right, 0) if is_causal else right
        for m, n in ((7, 7), (3, 9), (9, 4)):
            lengths = torch.tensor([n, n // 2])
            p, j = torch.arange(m)[:, None] + n - m, torch.arange(n)
            seen = (p - left <= j) & (j <= p + right) & (j < lengths[:, None, None])
            found = visible_counts(m, n, is_causal=is_causal, key_lengths=lengths, window=window)
            assert torch.equal(found.expand(2, 1, m)[:, 0], seen.sum(-1))


@pytest.mark.parametrize("slopes", ["linear", "exponential"])
def test_the_published_layer(slopes):
    """The formulas of the program of its authors, written out: head by head and query by query."""
    heads, tokens, width = 5, 9, 4
    layer = ASEntmaxAttention.as_published(10, heads, head_features=width, slopes=slopes).double()
    hidden = torch.randn(2, tokens, 10, dtype=torch.float64)
    weights = {name: x.detach().numpy() for name, x in layer.state_dict().items()}
    assert set(weights) == {
        *(f"{name}.weight" for name in ("query", "key", "value", "output")),
        "scale.beta_projection.weight", "scale.gamma_projection.weight",
    }  # fmt: skip
    x = hidden.numpy()
    query, key, value = (
        (x @ weights[f"{name}.weight"].T).reshape(2, tokens, heads, width) for name in ("query", "key", "value")
    )
    beta = np.log1p(np.exp(x @ weights["scale.beta_projection.weight"].T))
    gamma = 2 * np.tanh(x @ weights["scale.gamma_projection.weight"].T)
    mixed = np.zeros((2, tokens, heads, width))
    for b, i, h in np.ndindex(2, tokens, heads):
        logits = key[b, : i + 1, h] @ query[b, i, h] / np.sqrt(width)
        if h < 2:  # half of the heads, rounded down, have ALiBi and no scale
            logits -= (1 / (h + 1) if slopes == "linear" else 2.0**-h) * np.arange(i, -1, -1)
        else:
            logits *= 1 + beta[b, i, h - 2] * np.log(i + 2) ** gamma[b, i, h - 2]
        mixed[b, i, h] = entmax(logits, 1.5) @ value[b, : i + 1, h]
    wanted = mixed.reshape(2, tokens, -1) @ weights["output.weight"].T
    # The scale is made of float32 numbers: some 1e-7, times scores of order one.
    torch.testing.assert_close(layer(hidden), torch.from_numpy(wanted), rtol=1e-5, atol=1e-6)
    with torch.no_grad():  # a row keeps its place behind a cache
        cache = KeyValueCache()
        parts = [layer(hidden[:, :4], cache=cache), *(layer(hidden[:, t : t + 1], cache=cache) for t in range(4, 9))]
    torch.testing.assert_close(torch.cat(parts, 1), torch.from_numpy(wanted), rtol=1e-5, atol=1e-6)


def test_kernels_and_plain_torch_agree():
    layer = ASEntmaxAttention(32, 2, positions="nape", learn_alpha=True)
    hidden = torch.randn(1, 40, 32)
    outs, grads = [], []
    for path in ("torch", "interpreter", "numba"):
        with use_path(path):
            layer.zero_grad()
            out = layer(hidden)
            out.square().sum().backward()
            outs.append(out.detach())
            grads.append([x.grad.clone() for x in layer.parameters()])
    for out in outs[1:]:
        torch.testing.assert_close(out, outs[0], rtol=1e-4, atol=1e-5)
    for one, *others in zip(*grads, strict=True):
        for other in others:
            torch.testing.assert_close(other, one, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("path", ["torch", "interpreter", "numba"])
def test_cache(path):
    """Token by token gives what all at once gives."""
    layer = ASEntmaxAttention(16, 2, key_heads=1, positions="nape")
    hidden = torch.randn(2, 6, 16)
    with use_path(path), torch.no_grad():
        whole = layer(hidden)
        cache = KeyValueCache()
        parts = [layer(hidden[:, :3], cache=cache)]
        parts += [layer(hidden[:, t : t + 1], cache=cache) for t in range(3, 6)]
    torch.testing.assert_close(torch.cat(parts, 1), whole, rtol=1e-4, atol=1e-5)


def test_compile():
    layer = ASEntmaxAttention(16, 2, positions="nape")
    hidden = torch.randn(1, 5, 16)
    compiled = torch.compile(layer, backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(compiled(hidden), layer(hidden), rtol=1e-6, atol=1e-6)


def test_an_alpha_that_is_annealed_compiles():
    layer = EntmaxAttention(16, 2, positions="nape")
    hidden = torch.randn(1, 5, 16)
    compiled = torch.compile(layer, backend="eager", fullgraph=True)
    for alpha in (1.3, 1.4, 1.45, 1.6):
        layer.alpha = alpha
        torch.testing.assert_close(compiled(hidden), layer(hidden), rtol=1e-6, atol=1e-6)


def test_an_alpha_that_is_annealed_as_a_tensor_is_compiled_once():
    torch._dynamo.reset()  # what other tests compiled of the class would count
    layer, hidden = EntmaxAttention(16, 2), torch.randn(1, 5, 16)
    compiled = torch.compile(layer, backend="aot_eager", fullgraph=True)
    with torch._dynamo.config.patch(error_on_recompile=True):
        for alpha in torch.linspace(1.1, 1.9, 12):
            layer.alpha = alpha
            torch.testing.assert_close(compiled(hidden), layer(hidden), rtol=1e-6, atol=1e-6)


def test_one_compiled_layer_takes_other_batches_lengths_and_padding():
    layer = ASEntmaxAttention(32, 4)
    compiled = torch.compile(layer, backend="eager", fullgraph=True)
    for batch, tokens, lengths in ((2, 9, None), (3, 14, torch.full((3,), 5)), (4, 6, torch.tensor([1, 6, 2, 3]))):
        hidden = torch.randn(batch, tokens, 32)
        exact = layer(hidden, key_lengths=lengths)
        torch.testing.assert_close(compiled(hidden, key_lengths=lengths), exact, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", [EntmaxAttention, ASEntmaxAttention])
def test_a_refused_call_leaves_the_cache_as_it_was(kind):
    layer, hidden, cache = kind(32, 4), torch.randn(2, 5, 32), KeyValueCache()
    with torch.no_grad():
        layer(hidden[:, :4], cache=cache)
        for lengths, message in ((torch.tensor([9, 1]), r"key_lengths\[0\] is 9"), ([5], "must have shape")):
            with pytest.raises(ValueError, match=message):
                layer(hidden[:, 4:], cache=cache, key_lengths=lengths)
        torch.testing.assert_close(layer(hidden[:, 4:], cache=cache), layer(hidden)[:, 4:], rtol=1e-4, atol=1e-5)


def test_lengths_as_a_list():
    layer, hidden = ASEntmaxAttention(16, 2), torch.randn(2, 5, 16)
    assert torch.equal(layer(hidden, key_lengths=[5, 3]), layer(hidden, key_lengths=torch.tensor([5, 3])))


def test_a_layer_that_sees_the_future_has_no_cache():
    with pytest.raises(ValueError, match="not causal"):
        EntmaxAttention(16, 2, is_causal=False)(torch.randn(1, 3, 16), cache=KeyValueCache())
