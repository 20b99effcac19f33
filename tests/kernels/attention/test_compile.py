"""Training steps and decoding through the compiler, on both paths: the compiler believes what it is told of strides."""

import pytest
import torch

from entmax_oracle.kernels.attention import attention, decode, use_path
from entmax_oracle.kernels.layers import ASEntmaxAttention, EntmaxAttention, KeyValueCache


def heads(x):
    """``(B, M, H D)`` as a transposed view ``(B, H, M, D)``."""
    return x.view(*x.shape[:2], 4, -1).transpose(1, 2)


def gradients(call, hidden):
    hidden = hidden.clone().requires_grad_()
    call(hidden).square().sum().backward()
    return hidden.grad


@pytest.mark.parametrize(
    ("made", "backend", "taken"),
    [
        ("heads", "aot_eager", "interpreter"),
        ("heads", "aot_eager", "torch"),
        ("heads", "aot_eager", "numba"),
        ("asentmax", "aot_eager", "numba"),
        ("asentmax", "aot_eager", "torch"),
        pytest.param("entmax", "inductor", "torch", marks=pytest.mark.slow),
        ("asentmax", "inductor", "torch"),
        ("asentmax", "inductor", "numba"),
    ],
)
def test_training_step_of_transposed_heads(made, backend, taken):
    torch._dynamo.reset()
    layers = {
        "heads": lambda: lambda x: attention(heads(x), heads(2 * x), heads(3 * x)),
        "entmax": lambda: EntmaxAttention(32, 4),
        "asentmax": lambda: ASEntmaxAttention(32, 4),
    }
    call = layers[made]()
    hidden = torch.randn(2, 9, 32)
    with use_path(taken):
        eager = gradients(call, hidden)
        compiled = gradients(torch.compile(call, backend=backend), hidden)
    # The same operator on the same numbers; the compiler may only fuse what is around it.
    torch.testing.assert_close(compiled, eager, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("taken", ["interpreter", "torch", "numba"])
def test_decoding_in_one_graph(taken):
    torch._dynamo.reset()
    query, key = torch.randn(1, 4, 1, 16), torch.randn(1, 2, 9, 16)
    lengths = torch.tensor([7])

    def call(query):
        return decode(query, key, key, key_lengths=lengths, is_causal=True)

    with use_path(taken):
        assert torch.equal(torch.compile(call, backend="aot_eager", fullgraph=True)(query), call(query))


def test_generating_in_one_graph():
    torch._dynamo.reset()
    layer, hidden = EntmaxAttention(32, 4), torch.randn(2, 9, 32)

    def step(before, last):
        cache = KeyValueCache()
        layer(before, cache=cache)
        return layer(last, cache=cache)

    with torch.no_grad():
        compiled = torch.compile(step, backend="aot_eager", fullgraph=True)
        assert torch.equal(compiled(hidden[:, :8], hidden[:, 8:]), step(hidden[:, :8], hidden[:, 8:]))
