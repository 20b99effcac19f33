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


@pytest.mark.parametrize("path", ["torch", "interpreter"])
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
        with pytest.raises(ValueError, match="pad on the right"):
            model(tokens, attention_mask=torch.tensor([[1] * 7, [0] * 2 + [1] * 5]))
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


def test_packed_documents_are_refused():
    register("entmax")
    with pytest.raises(ValueError, match="a row of its own"):
        llama("entmax")(
            torch.randint(0, 50, (1, 12)), position_ids=torch.tensor([[0, 1, 2, 3, 4, 5] * 2]), use_cache=False
        )


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"s_aux": torch.zeros(4)}, r"s_aux is a tensor of shape \(4,\): entmax attention has no sinks"),
        ({"softcap": 30.0}, "softcap is 30.0: entmax attention has no cap"),
        ({"sliding_window": 4}, "no window"),
        ({"position_bias": torch.zeros(1)}, "no bias by position"),
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


def test_a_mask_of_chunks_is_refused():
    register("entmax")
    config = transformers.Llama4TextConfig(
        **SIZES, attn_implementation="entmax", attention_chunk_size=4, layer_types=["chunked_attention"] * 2,
        head_dim=8, num_local_experts=2, intermediate_size_mlp=48, pad_token_id=0,
    )  # fmt: skip
    with pytest.raises(ValueError, match="a mask of its own"):
        transformers.Llama4ForCausalLM(config).eval()(torch.randint(0, 50, (1, 12)))
