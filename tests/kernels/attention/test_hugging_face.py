"""Entmax attention in Hugging Face models: what it computes, and what it refuses rather than compute something else."""

import pytest
import torch

from entmax_oracle.kernels.attention import use_path
from entmax_oracle.kernels.layers.huggingface import register

transformers = pytest.importorskip("transformers")

SIZES = {
    "vocab_size": 50, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 1, "max_position_embeddings": 64,
}  # fmt: skip


def llama(implementation):
    torch.manual_seed(0)
    config = transformers.LlamaConfig(**SIZES, attn_implementation=implementation)
    return transformers.LlamaForCausalLM(config).eval()


@pytest.mark.parametrize("path", ["torch", "interpreter", "numba"])
def test_a_causal_model(path):
    for name, alpha in (("entmax", 0.3), ("entmax", "b"), ("", 1.5)):
        with pytest.raises(ValueError, match=r"alpha must be|name is"):
            register(name, alpha=alpha)
    register("entmax", alpha=1.5)
    model = llama("entmax")
    tokens = torch.randint(0, 50, (2, 7))
    with torch.no_grad(), use_path(path):
        whole = model(tokens).logits
        first = model(tokens[:, :4], use_cache=True)
        logits, cache = [first.logits], first.past_key_values
        for t in range(4, 7):
            step = model(tokens[:, t : t + 1], past_key_values=cache, use_cache=True)
            logits.append(step.logits)
        padded = model(tokens, attention_mask=torch.tensor([[1] * 7, [1] * 5 + [0] * 2])).logits
        with pytest.raises(ValueError, match="between visible ones"):
            model(tokens, attention_mask=torch.tensor([[1] * 7, [1] * 2 + [0] + [1] * 4]))
        model.set_attn_implementation("sdpa")
        softmax = model(tokens).logits
    torch.testing.assert_close(torch.cat(logits, 1), whole, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(padded[1, :5], whole[1, :5], rtol=1e-4, atol=1e-4)
    assert not torch.allclose(softmax, whole, atol=1e-3)  # it was entmax indeed


def test_at_alpha_1_it_is_softmax():
    register("entmax-1", alpha=1.0)
    tokens = torch.randint(0, 50, (2, 9))
    mask = torch.tensor([[1] * 9, [1] * 6 + [0] * 3])
    bart = transformers.BartConfig(
        vocab_size=50, d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=48, decoder_ffn_dim=48, max_position_embeddings=64,
    )  # fmt: skip
    for model, inputs in (
        (llama("eager"), {"input_ids": tokens}),
        # Queries of one sequence and keys of another, which is padded: neither causal nor of one length.
        (
            transformers.BartForConditionalGeneration(bart).eval(),
            {"input_ids": tokens, "attention_mask": mask, "decoder_input_ids": tokens[:, :5]},
        ),
    ):
        with torch.no_grad():
            model.set_attn_implementation("eager")
            softmax = model(**inputs).logits
            model.set_attn_implementation("entmax-1")
            torch.testing.assert_close(model(**inputs).logits, softmax, rtol=1e-4, atol=1e-5)


def gpt2(implementation):
    torch.manual_seed(0)
    sizes = {"vocab_size": 50, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64}
    config = transformers.GPT2Config(**sizes, attn_implementation=implementation, attn_pdrop=0.0)
    return transformers.GPT2LMHeadModel(config).eval()


def generated(model, prompts, cache="dynamic"):
    """Tokens and logits of the steps, of prompts padded on the left."""
    width = max(map(len, prompts))
    padded = torch.tensor([[0] * (width - len(prompt)) + prompt for prompt in prompts])
    mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    with use_path("torch"):
        found = model.generate(
            padded, attention_mask=mask, max_new_tokens=3, min_new_tokens=3, do_sample=False, pad_token_id=0,
            cache_implementation=cache, output_logits=True, return_dict_in_generate=True,
        )  # fmt: skip
    return found.sequences[:, width:], torch.stack(found.logits, 1)


PROMPTS = [[3, 7, 11, 4, 20], [5, 8], [31, 2]]


@pytest.mark.parametrize("cache", ["dynamic", "static"])
@pytest.mark.parametrize("make", [llama, gpt2])
def test_prompts_padded_on_the_left_are_continued_as_each_alone(make, cache):
    register("entmax", alpha=1.5)
    model = make("entmax")
    tokens, logits = generated(model, PROMPTS, cache)
    for i, prompt in enumerate(PROMPTS):
        alone, steps = generated(model, [prompt])
        torch.testing.assert_close(logits[i : i + 1], steps, rtol=1e-4, atol=1e-5)
        assert tokens[i : i + 1].equal(alone)


@pytest.mark.parametrize("path", ["torch", "interpreter", "numba"])
def test_what_a_static_cache_has_not_been_given_is_never_used(path):
    """Prefill in one chunk, and another one; the rest of the cache holds NaN."""
    register("entmax", alpha=1.5)
    model = llama("entmax")
    tokens = torch.randint(1, 50, (2, 9), generator=torch.Generator().manual_seed(1))
    mask = torch.tensor([[1] * 9, [0] * 3 + [1] * 6])
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    with torch.no_grad(), use_path(path):
        whole = model(tokens, attention_mask=mask, position_ids=positions).logits
        cache = transformers.StaticCache(config=model.config, max_cache_len=12)
        found = []
        for first, last in ((0, 4), (4, 7), (7, 8), (8, 9)):
            given = {"attention_mask": mask[:, :last], "position_ids": positions[:, first:last]}
            found.append(model(tokens[:, first:last], past_key_values=cache, **given).logits)
            for layer in cache.layers:
                layer.keys[:, :, last:] = torch.nan
                layer.values[:, :, last:] = torch.nan
    torch.testing.assert_close(torch.cat(found, 1)[mask.bool()], whole[mask.bool()], rtol=1e-4, atol=1e-5)


def test_a_batch_padded_on_the_left_is_trained_as_each_sequence_alone():
    register("entmax", alpha=1.5)
    model = llama("entmax")
    tokens = torch.randint(1, 50, (2, 6), generator=torch.Generator().manual_seed(2))
    mask = torch.tensor([[1] * 6, [0] * 2 + [1] * 4])
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    (model(tokens, attention_mask=mask, position_ids=positions).logits.sin() * mask[..., None]).sum().backward()
    together = [x.grad.clone() for x in model.parameters()]
    model.zero_grad()
    (model(tokens[:1]).logits.sin().sum() + model(tokens[1:, 2:]).logits.sin().sum()).backward()
    for x, grad in zip(model.parameters(), together, strict=True):
        torch.testing.assert_close(grad, x.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("tokens", [1, 3, 7])
@pytest.mark.parametrize("dtype", [torch.bool, torch.int64, torch.float32])
def test_a_mask_of_queries_by_keys_is_refused(tokens, dtype, plain):
    register("entmax")
    mask = torch.ones(2, 1, tokens, tokens, dtype=dtype)
    with pytest.raises(ValueError, match="none of queries by keys"):
        llama("entmax")(torch.ones(2, tokens, dtype=torch.int64), attention_mask=mask)


def test_packed_documents_are_refused():
    register("entmax")
    with pytest.raises(ValueError, match="a row of its own"):
        llama("entmax")(
            torch.randint(0, 50, (1, 12)), position_ids=torch.tensor([[0, 1, 2, 3, 4, 5] * 2]), use_cache=False
        )


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"position_bias": torch.zeros(1)}, r"position_bias is a tensor of shape \(1,\): entmax attention has no bias"),
        ({"output_attentions": True}, "no probabilities to give"),
        ({"dropout": 0.1}, "attention_dropout=0"),
    ],
)
def test_what_entmax_attention_has_not_is_refused(option, message):
    register("entmax")
    attend = transformers.AttentionInterface()["entmax"]
    x = torch.randn(1, 4, 3, 8)
    with pytest.raises(ValueError, match=message):
        attend(torch.nn.Module(), x, x, x, None, **option)
    attend(torch.nn.Module(), x, x, x, None, **dict.fromkeys(option, None) if "dropout" not in option else {})


def hybrid(kind):
    """Windows of 4 tokens: in all layers (Mistral), in every other, with a cap (Gemma 2) or with sinks (gpt-oss)."""
    torch.manual_seed(0)
    config, model, more = {
        "mistral": (transformers.MistralConfig, transformers.MistralForCausalLM, {}),
        "gemma2": (transformers.Gemma2Config, transformers.Gemma2ForCausalLM, {"attn_logit_softcapping": 0.5}),
        "gpt-oss": (
            transformers.GptOssConfig,
            transformers.GptOssForCausalLM,
            {"num_local_experts": 2, "num_experts_per_tok": 1},
        ),
    }[kind]
    sizes = {**SIZES, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8, "sliding_window": 4}
    made = model(config(**sizes, **more, pad_token_id=0, attn_implementation="eager")).eval()
    with torch.no_grad():
        for name, x in made.named_parameters():
            if name.endswith(("q_proj.weight", "k_proj.weight", "sinks")):
                x.normal_(std=0.7)  # so that caps and sinks matter
    return made


@pytest.mark.parametrize("kind", ["mistral", "gemma2", "gpt-oss"])
def test_windows_caps_and_sinks_are_those_of_the_model(kind):
    """At alpha = 1 the model is that of `transformers`: whole, padded, token by token from every cache, and trained."""
    register("entmax-1", alpha=1.0)
    model, tokens = hybrid(kind), torch.randint(1, 50, (2, 9), generator=torch.Generator().manual_seed(1))
    masks = [None, torch.tensor([[1] * 9, [0] * 3 + [1] * 6]), torch.tensor([[1] * 9, [1] * 6 + [0] * 3])]
    found = []
    for implementation in ("eager", "entmax-1"):
        model.set_attn_implementation(implementation)
        model.zero_grad()
        with use_path("torch" if kind == "mistral" else "numba"):
            model(tokens).logits.sin().sum().backward()
        with torch.no_grad():
            whole = [model(tokens, attention_mask=mask).logits for mask in masks]
        whole[1:] = (x[mask.bool()] for x, mask in zip(whole[1:], masks[1:], strict=True))
        steps = [generated(model, PROMPTS, cache)[1] for cache in ("dynamic", "static")]
        gradients = [x.grad for name, x in model.named_parameters() if "attn" in name]
        found.append((whole, steps, gradients))
    # Both are float32 through two layers and back; without the window, the cap or the sinks they are off by 0.2.
    torch.testing.assert_close(*found, rtol=1e-3, atol=1e-4)


def test_windows_change_what_entmax_gives():
    register("entmax", alpha=1.5)
    attend, x = transformers.AttentionInterface()["entmax"], torch.randn(1, 4, 9, 8)
    whole = attend(torch.nn.Module(), x, x, x, None)[0]
    part = attend(torch.nn.Module(), x, x, x, None, sliding_window=3)[0]
    wanted = attend(torch.nn.Module(), x[:, :, 4:7], x[:, :, 4:7], x[:, :, 4:7], None)[0]
    torch.testing.assert_close(part[:, 6], wanted[:, 2])
    torch.testing.assert_close(part[:, :3], whole[:, :3])
    assert not torch.allclose(part[:, 3:], whole[:, 3:])
    mask = torch.tensor([0, 9, 9, 3, 0], dtype=torch.int32)[None, None, None]
    with pytest.raises(ValueError, match=r"sliding_window is 3, .* they must agree"):
        attend(torch.nn.Module(), x, x, x, mask, sliding_window=3)


def test_a_mask_of_chunks_is_refused():
    register("entmax")
    config = transformers.Llama4TextConfig(
        **SIZES, attn_implementation="entmax", attention_chunk_size=4, layer_types=["chunked_attention"] * 2,
        head_dim=8, num_local_experts=2, intermediate_size_mlp=48, pad_token_id=0,
    )  # fmt: skip
    with pytest.raises(ValueError, match="a mask of its own"):
        transformers.Llama4ForCausalLM(config).eval()(torch.randint(0, 50, (1, 12)))
