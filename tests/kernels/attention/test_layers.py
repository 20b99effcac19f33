"""The layers: special cases, edge lengths, caching, compilation, and the laws of ASEntmax and NAPE on their outputs."""

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
    visible_counts,
)
from entmax_oracle.reference import attention as exact_attention


@pytest.fixture(autouse=True)
def plain():
    """The mathematics of the layers, without the kernels: those are compared in a test of their own."""
    with use_path("torch"):
        yield


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
    torch.testing.assert_close(layer(hidden, key_lengths=lengths), wanted, rtol=1e-4, atol=1e-5)


def test_kernels_and_plain_torch_agree():
    layer = ASEntmaxAttention(32, 2, positions="nape", learn_alpha=True)
    hidden = torch.randn(1, 40, 32)
    outs, grads = [], []
    for path in ("torch", "interpreter"):
        with use_path(path):
            layer.zero_grad()
            out = layer(hidden)
            out.square().sum().backward()
            outs.append(out.detach())
            grads.append([x.grad.clone() for x in layer.parameters()])
    torch.testing.assert_close(*outs, rtol=1e-4, atol=1e-5)
    for one, other in zip(*grads, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("path", ["torch", "interpreter"])
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


# --------------------------------------------------------------------------------------- laws, on real outputs


def test_support_and_peak_are_monotone_in_the_scale():
    """A larger beta never lowers the peak or widens the support (H8.10), whatever the query."""
    layer = ASEntmaxAttention(16, 2, alpha=1.5, beta=0.5, gamma=0.5)
    layer.double()
    hidden = torch.randn(2, 24, 16, dtype=torch.float64) * 3
    before = None
    for beta in (0.5, 1.0, 2.0, 5.0, 20.0):
        layer.scale.beta.fill_(beta)
        with torch.no_grad():
            p = layer.probabilities(hidden)
        peak, support, entropy = p.amax(-1), (p > 0).sum(-1), -torch.special.entr(p).sum(-1).neg()
        if before is not None:
            assert (peak >= before[0] - 1e-12).all()
            assert (support <= before[1]).all()
            assert (entropy <= before[2] + 1e-10).all()
        before = peak, support, entropy
    assert (before[1] < torch.arange(1, 25)).any()


def test_alibi_heads_of_nape_have_a_window():
    """No token beyond the exact radius of the content's range has mass (N12.1); NoPE heads have no such bound."""
    alpha, tokens = 1.5, 96
    layer = EntmaxAttention(16, 8, alpha=alpha, positions="nape").double()
    hidden = torch.randn(1, tokens, 16, dtype=torch.float64)
    with torch.no_grad():
        p = layer.probabilities(hidden)[0]
        query, key, _ = layer.project(hidden)
        content = (query @ key.mT)[0] * layer.current_scale(hidden, tokens)
    checked = 0
    for h, slope in enumerate(layer.slopes.tolist()):
        for i in range(tokens):
            live = p[h, i, : i + 1].nonzero().flatten()
            if slope == 0:
                continue
            row = content[h, i, : i + 1]
            spread = float(row.max() - row.min())
            mass, radius = 0.0, 0
            while mass < 1:
                radius += 1
                mass += max((alpha - 1) * (slope * radius - spread), 0) ** (1 / (alpha - 1))
            # `radius` is the first distance that is out for every content of this range.
            assert int(i - live.min()) < radius
            checked += radius < i
    assert checked > 100  # the window was shorter than the row, so the bound could have failed
    assert (p[0].count_nonzero(-1) > 0).all()


def test_window_of_a_constant_content_is_attained():
    """With equal products the radius is exact: the last distance inside has mass, the first outside none."""
    alpha, tokens = 1.5, 64
    layer = EntmaxAttention(8, 2, alpha=alpha, positions="alibi").double()
    with torch.no_grad():
        layer.query.weight.zero_()
        p = layer.probabilities(torch.randn(1, tokens, 8, dtype=torch.float64))[0]
    for h, slope in enumerate(layer.slopes.tolist()):
        out = next(d for d in range(1, 10**4) if sum(((alpha - 1) * slope * k) ** 2 for k in range(1, d + 1)) >= 1)
        reach = tokens - 1 - int(p[h, -1].nonzero().min())
        assert reach == min(out - 1, tokens - 1)


def test_phase_transition_of_the_scale():
    """Gaussian logits: entmax spreads as n grows for gamma < 1/2 and concentrates for gamma > 1/2.

    Values are random signs, so that the mean square of an output estimates sum p^2, the chance that two draws agree.
    """
    generator = torch.Generator().manual_seed(3)
    rows, features = 64, 256
    found = {}
    for gamma in (0.0, 1.5):
        layer = ASEntmaxAttention(features, 1, delta=0.0, beta=2.0, gamma=gamma, alpha=1.5, is_causal=False)
        for tokens in (32, 2048):
            # The layer's projections are identities, its keys Gaussian, its queries unit vectors: products are N(0, D).
            with torch.no_grad():
                for projection in (layer.query, layer.key, layer.value, layer.output):
                    projection.weight.copy_(torch.eye(features))
                hidden = torch.randn(1, tokens, features, generator=generator)
                query, key, _ = layer.project(hidden)
                signs = torch.randint(0, 2, key.shape, generator=generator) * 2.0 - 1
                from entmax_oracle.kernels.attention import attention

                # Unit queries and scale sqrt(D) / sqrt(D): each row of logits is theta_n N(0, 1).
                query = nn.functional.normalize(query[:, :, :rows], dim=-1) * math.sqrt(features)
                strangers = torch.randn(key.shape, generator=generator)
                scale = layer.current_scale(hidden, tokens)[:, :, :rows]
                out = attention(query, strangers, signs, alpha=1.5, scale=scale)
            found[gamma, tokens] = float(out.square().mean())
    assert found[0.0, 2048] < found[0.0, 32]
    assert found[1.5, 2048] > found[1.5, 32]


# --------------------------------------------------------------------------------------- training, and Hugging Face


class Recall(nn.Module):
    """A one-layer model for associative recall: keys, each followed by its value, then a key whose value is asked
    for."""

    def __init__(self, tokens=12, features=16):
        super().__init__()
        self.embed = nn.Embedding(tokens, features)
        self.before = nn.Embedding(tokens, features)
        self.attention = ASEntmaxAttention(features, 2, positions="nape")
        self.head = nn.Linear(features, tokens)

    def forward(self, x):
        shifted = nn.functional.pad(x, (1, 0))[:, :-1]
        hidden = self.embed(x) + self.before(shifted)
        return self.head(hidden + self.attention(hidden))


def recall_batch(generator, batch=16, pairs=4):
    keys = torch.argsort(torch.rand(batch, 6, generator=generator), 1)[:, :pairs]
    values = torch.randint(6, 12, (batch, pairs), generator=generator)
    asked = torch.randint(pairs, (batch, 1), generator=generator)
    tokens = torch.stack([keys, values], -1).flatten(1)
    return torch.cat([tokens, keys.gather(1, asked)], 1), values.gather(1, asked).squeeze(1)


def train(path, steps):
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(2)
    model = Recall()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    losses = []
    with use_path(path):
        for _ in range(steps):
            tokens, wanted = recall_batch(generator)
            loss = nn.functional.cross_entropy(model(tokens)[:, -1], wanted)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
    return losses


def test_training_learns_recall():
    losses = train("torch", 250)
    assert np.mean(losses[:10]) > 1.5
    assert np.mean(losses[-10:]) < 0.7


def test_training_is_the_same_in_the_kernels():
    """The same data, start and optimizer: the losses of the first steps agree to what float32 leaves of them."""
    plain, kernels = train("torch", 6), train("interpreter", 6)
    np.testing.assert_allclose(kernels, plain, rtol=1e-3)


@pytest.mark.parametrize("path", ["torch", "interpreter"])
def test_hugging_face(path):
    transformers = pytest.importorskip("transformers")
    from entmax_oracle.kernels.layers.huggingface import register

    for name, alpha in (("entmax", 0.3), ("entmax", "b"), ("", 1.5)):
        with pytest.raises(ValueError, match=r"alpha must be|name is"):
            register(name, alpha=alpha)
    register("entmax", alpha=1.5)
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=50, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, attn_implementation="entmax",
    )  # fmt: skip
    model = transformers.LlamaForCausalLM(config).eval()
    tokens = torch.randint(0, 50, (2, 7))
    with torch.no_grad(), use_path(path):
        whole = model(tokens).logits
        first = model(tokens[:, :4], use_cache=True)
        logits, cache = [first.logits], first.past_key_values
        for t in range(4, 7):
            step = model(tokens[:, t : t + 1], past_key_values=cache, use_cache=True)
            logits.append(step.logits)
        padded = model(tokens, attention_mask=torch.tensor([[1] * 7, [1] * 5 + [0] * 2])).logits
        with pytest.raises(ValueError, match="pad on the right"):
            model(tokens, attention_mask=torch.tensor([[1] * 7, [0] * 2 + [1] * 5]))
        model.set_attn_implementation("sdpa")
        softmax = model(tokens).logits
    torch.testing.assert_close(torch.cat(logits, 1), whole, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(padded[1, :5], whole[1, :5], rtol=1e-4, atol=1e-4)
    assert not torch.allclose(softmax, whole, atol=1e-3)  # it was entmax indeed
