"""Which derivatives attention has, on every path: right, or refused by name."""

import pytest
import torch
from torch.autograd import forward_ad

from entmax_oracle.kernels.attention import attention, use_path


@pytest.fixture(autouse=True, params=["interpreter", "torch", "numba"])
def taken(request):
    with use_path(request.param):
        yield


@pytest.fixture
def tensors():
    return [torch.randn(1, 2, 3, 16) for _ in range(3)]


@pytest.mark.parametrize("others", [False, True])
def test_slopes_have_no_gradient(tensors, others):
    """Neither a tensor of zeros, which would look like one, nor a crash where nothing else needs a gradient."""
    for x in tensors:
        x.requires_grad_(others)
    slopes = torch.tensor([0.5, 0.25], requires_grad=True)
    out = attention(*tensors, alibi_slopes=slopes)
    assert out.requires_grad == others
    if others:
        found = torch.autograd.grad(out.sum(), (slopes, *tensors), allow_unused=True)
        wanted = torch.autograd.grad(attention(*tensors, alibi_slopes=slopes.detach()).sum(), tensors)
        assert found[0] is None
        assert all(torch.equal(x, y) for x, y in zip(found[1:], wanted, strict=True))


@pytest.mark.parametrize("needs_grad", [False, True])
@pytest.mark.parametrize("place", range(5))
def test_forward_mode_is_refused(tensors, place, needs_grad):
    """In query, key, value, alpha and scale: a tangent of zeros would be silently wrong."""
    leaves = [*tensors, torch.tensor(1.5), torch.tensor(0.3)]

    def call(x):
        query, key, value, alpha, scale = (*leaves[:place], x, *leaves[place + 1 :])
        return attention(query, key, value, alpha=alpha, scale=scale)

    tangent = torch.ones_like(leaves[place])
    with pytest.raises(NotImplementedError, match="forward-mode"):
        torch.func.jvp(call, (leaves[place],), (tangent,))
    with forward_ad.dual_level(), pytest.raises(NotImplementedError, match="forward-mode"):
        call(forward_ad.make_dual(leaves[place].clone().requires_grad_(needs_grad), tangent))


def test_forward_mode_is_refused_by_the_compiler(tensors):
    torch._dynamo.reset()
    query, key, value = tensors
    compiled = torch.compile(lambda x: torch.func.jvp(lambda y: attention(y, key, value), (x,), (x,)), backend="eager")
    with pytest.raises(Exception, match="forward-mode"):
        compiled(query)


def test_second_derivatives_are_refused(tensors):
    query, key, value = tensors
    query.requires_grad_()
    out = attention(query, key, value)
    (first,) = torch.autograd.grad(out.square().sum(), query, create_graph=True)
    with pytest.raises(NotImplementedError, match="second derivatives"):
        first.sum().backward()
    with pytest.raises(NotImplementedError, match="second derivatives"):
        torch.func.jacrev(torch.func.grad(lambda x: attention(x, key, value).sum()))(query.detach())


def test_functional_gradients(tensors):
    def loss(query, key, value, alpha, scale):
        return attention(query, key, value, alpha=alpha, scale=scale).square().sum()

    leaves = [*tensors, torch.tensor([1.3, 1.7]), torch.tensor(0.3)]
    found = torch.func.grad(loss, argnums=(0, 1, 2, 3, 4))(*leaves)
    for x in leaves:
        x.requires_grad_()
    wanted = torch.autograd.grad(loss(*leaves), leaves)
    assert all(torch.equal(x, y) for x, y in zip(found, wanted, strict=True))


def test_mapping_over_a_batch(tensors):
    query, key, value = tensors
    queries = torch.stack([query, -query])
    mapped = torch.func.vmap(lambda x: attention(x, key, value))(queries)
    assert torch.equal(mapped, torch.stack([attention(x, key, value) for x in queries]))
