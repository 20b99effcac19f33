"""Gradients of the kernels in the interpreter, and of plain torch, against the float64 reference."""

import numpy as np
import pytest
import torch

from entmax_oracle.kernels.attention import attention, use_path
from entmax_oracle.kernels.attention.configurations import Configuration
from entmax_oracle.kernels.attention.launch import use_configuration


def check(case, taken="interpreter"):
    alpha = torch.tensor(case.alpha, dtype=torch.float32, requires_grad=True)
    options = dict(case.options)
    scale = (
        torch.as_tensor(options.pop("scale"), dtype=torch.float32).expand(case.query.shape[:3]).clone().requires_grad_()
    )
    case.alpha = alpha.item()
    case.options = {**options, "scale": scale}
    with use_path(taken):
        out = attention(case.query, case.key, case.value, alpha=alpha, scale=scale, **options)
        grad = torch.randn(out.shape).to(out.dtype)
        out.backward(grad)
    exact, bounds = case.gradient_bounds(grad)
    found = {"query": case.query, "key": case.key, "value": case.value, "scale": scale, "alpha": alpha}
    for name, x in found.items():
        error = np.abs(x.grad.double().numpy() - getattr(exact, name))
        assert (error <= bounds[name]).all(), f"{name}: {(error / bounds[name]).max():.3g} times the bound"


@pytest.mark.parametrize("taken", ["interpreter", "torch", "numba"])
@pytest.mark.parametrize("alpha", [1.1, 1.5, 1.75, 2.0])
def test_alpha(case, small_tiles, alpha, taken):
    check(case(m=20, n=36, alpha=alpha, is_causal=True), taken)


@pytest.mark.parametrize("taken", ["interpreter", "torch", "numba"])
def test_every_option_at_once(case, small_tiles, taken):
    check(
        case(
            m=18, n=35, heads=4, key_heads=2, batch=2, features=20, value_features=9, is_causal=True,
            scale=torch.rand(2, 4, 18) + 0.2, alibi_slopes=torch.tensor([0.0, 0.0, 0.5, 0.25]),
            key_lengths=torch.tensor([35, 17]),
        ),
        taken,
    )  # fmt: skip


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_sixteen_bits(case, small_tiles, dtype):
    check(case(m=20, n=36, dtype=dtype))


def test_split_blocks_and_large_heads(case):
    with use_configuration(Configuration(32, 16, split=2)):
        check(case(m=40, n=36, features=128, heads=1))


def test_gradcheck_of_plain_torch(case):
    made = case(m=4, n=6, features=4, dtype=torch.float64, alpha=1.5)
    alpha = torch.tensor([1.3, 1.7], dtype=torch.float64, requires_grad=True)
    scale = torch.rand(2, 1, dtype=torch.float64).requires_grad_()
    made.query.data /= 4

    def call(query, key, value, alpha, scale):
        return attention(query, key, value, alpha=alpha, scale=scale, is_causal=True)

    assert torch.autograd.gradcheck(call, (made.query, made.key, made.value, alpha, scale))


def test_gradient_of_one_alpha_per_head(case, small_tiles):
    made = case(m=12, n=20, heads=4, key_heads=2)
    grads = []
    for dtype in (torch.float32, torch.float64):
        tensors = [x.detach().to(dtype).requires_grad_() for x in (made.query, made.key, made.value)]
        alpha = torch.tensor([1.2, 1.5, 1.9, 2.0], dtype=dtype, requires_grad=True)
        attention(*tensors, alpha=alpha, **made.options).square().sum().backward()
        grads.append([x.grad for x in (*tensors, alpha)])
    # A float32 and a float64 gradient of O(1) sums of some 100 terms; one alpha mistaken for another is off by O(0.1).
    for narrow, wide in zip(*grads, strict=True):
        torch.testing.assert_close(narrow, wide.float(), rtol=1e-3, atol=1e-3)


def test_opcheck(case, small_tiles):
    made = case(m=6, n=7)
    excess, scale = torch.full((2,), 0.5), torch.ones(1, 2, 6)
    arguments = (
        made.query,
        made.key,
        made.value,
        excess.requires_grad_(),
        scale,
        None,
        None,
        None,
        None,
        True,
        -1,
        -1,
        0.0,
        False,
        2,
        1,
    )
    torch.library.opcheck(
        torch.ops.entmax_oracle.attention,
        arguments,
        test_utils=("test_schema", "test_faketensor", "test_autograd_registration"),
    )


def test_compile(case, small_tiles):
    torch._dynamo.reset()  # else what other tests compiled of the function counts
    made = case(m=6, n=20)
    compiled = torch.compile(attention, backend="aot_eager", fullgraph=True)
    eager = attention(made.query, made.key, made.value, **made.options)
    out = compiled(made.query, made.key, made.value, **made.options)
    assert torch.equal(out, eager)
    out.sum().backward()
    found = [x.grad.clone() for x in (made.query, made.key, made.value)]
    for x in (made.query, made.key, made.value):
        x.grad = None
    eager.sum().backward()
    for x, grad in zip((made.query, made.key, made.value), found, strict=True):
        assert torch.equal(x.grad, grad)


@pytest.mark.parametrize("logit", [0.0, 1e-41])
@pytest.mark.parametrize("alpha", [1.0, 1.5, 2.0, 3.0])
def test_a_row_of_equal_scores_near_zero_reaches_its_values(alpha, logit):
    query, key, value = torch.ones(1, 1, 1, 1), torch.ones(1, 1, 4, 1), torch.zeros(1, 1, 4, 1, requires_grad=True)
    with use_path("numba"):
        attention(query, key, value, alpha=alpha, scale=logit).sum().backward()
    assert torch.equal(value.grad.flatten(), torch.full((4,), 0.25))
