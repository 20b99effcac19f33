"""Forward mode, `torch.func`, and the two inside the compiler: right, or refused by name."""

import pytest
import torch
from torch.autograd import forward_ad
from torch.autograd.functional import jacobian

from entmax_oracle.kernels.rowwise import entmax

pytestmark = pytest.mark.usefixtures("taken")
GENERATOR = torch.Generator().manual_seed(0)
Z, T = torch.randn((2, 3, 5), dtype=torch.float64, generator=GENERATOR)
ALPHA = torch.tensor([1.2, 1.5, 2.5], dtype=torch.float64)
SCALE = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)
LENGTHS = torch.tensor([5, 2, 4])
CALLS = (
    lambda z: entmax(z, 1.0),
    lambda z: entmax(z, 1.7, scale=0.8),
    lambda z: entmax(z, ALPHA, scale=SCALE, lengths=LENGTHS),
)


@pytest.mark.parametrize("call", CALLS)
def test_tangents_and_jacobians_in_the_logits(call):
    """The Jacobian is symmetric: a tangent is a gradient. The rows of `jacobian` come from `backward`."""
    exact = jacobian(call, Z)
    tangent = (exact * T).sum((-2, -1))
    for needs_grad in (False, True):
        with forward_ad.dual_level():
            p = call(forward_ad.make_dual(Z.clone().requires_grad_(needs_grad), T))
            torch.testing.assert_close(forward_ad.unpack_dual(p).tangent, tangent)
    torch.testing.assert_close(torch.func.jvp(call, (Z,), (T,))[1], tangent)
    torch.testing.assert_close(torch.func.jacfwd(call)(Z), exact)
    torch.testing.assert_close(torch.func.jacrev(call)(Z), exact)
    assert float(tangent.abs().max()) > 0.01


def test_functional_gradients_in_the_parameters():
    def loss(z, alpha, scale):
        return (entmax(z, alpha, scale=scale) * T).sum()

    leaves = [x.clone().requires_grad_() for x in (Z, ALPHA, SCALE)]
    loss(*leaves).backward()
    for found, leaf in zip(torch.func.grad(loss, argnums=(0, 1, 2))(Z, ALPHA, SCALE), leaves, strict=True):
        torch.testing.assert_close(found, leaf.grad)


@pytest.mark.parametrize(("alpha", "scale"), [(1.5, None), (1.3, 0.7), (2.5, None)])
def test_jacobians_of_one_row(alpha, scale):
    """The state of the one row is a view under the mapped gradients, without strides of its own."""

    def call(z):
        return entmax(z, alpha, scale=scale)

    z = torch.tensor([1.0, 0.5, 0.0])
    exact = jacobian(call, z)
    assert float(exact.abs().max()) > 0.1
    torch.testing.assert_close(torch.func.jacrev(call)(z), exact)
    torch.testing.assert_close(torch.func.jacfwd(call)(z), exact)
    upstream = torch.eye(3)
    found = torch.vmap(lambda g: torch.func.grad(lambda x: (call(x) * g).sum())(z))(upstream)
    torch.testing.assert_close(found, exact)


@pytest.mark.parametrize("dims", [(0, 0, None), (0, None, 0), (1, None, None), (None, 0, None), (None, None, 0)])
def test_vmap(dims):
    """Over some arguments, and over the gradients, as one by one."""
    z = Z.mT[:, :2] if dims[0] == 1 else Z
    arguments = (
        z if dims[0] is not None else Z[0],
        ALPHA if dims[1] == 0 else ALPHA[1],
        LENGTHS if dims[2] == 0 else 3,
    )

    def loss(x, alpha, lengths):
        return (entmax(x, alpha, scale=0.7, lengths=lengths) * T[0, : x.shape[-1]]).sum()

    def one(index):
        picked = [x.select(d, index) if d is not None else x for x, d in zip(arguments, dims, strict=True)]
        return torch.func.grad_and_value(loss)(*picked)

    size = next(x.shape[d] for x, d in zip(arguments, dims, strict=True) if d is not None)
    gradients, values = torch.vmap(torch.func.grad_and_value(loss), in_dims=dims)(*arguments)
    for index in range(size):
        torch.testing.assert_close((gradients[index], values[index]), one(index))


def test_vmap_of_batches_with_numbers():
    z = torch.randn((2, 4, 3, 5), generator=GENERATOR)
    found = torch.vmap(lambda x: entmax(x, 1.7, scale=0.7), in_dims=1)(z)
    assert torch.equal(found, entmax(z.transpose(0, 1), 1.7, scale=0.7))
    with pytest.raises(ValueError, match=r"alpha of row .* is 0\.5"):
        torch.vmap(lambda x, alpha: entmax(x, alpha))(Z, ALPHA - 0.7)


@pytest.mark.parametrize("name", ["alpha", "scale"])
def test_forward_mode_in_a_parameter_is_refused(name):
    with pytest.raises(NotImplementedError, match="take reverse mode"):
        torch.func.jvp(lambda x: entmax(Z, **{name: x}), (ALPHA,), (ALPHA,))


@pytest.mark.parametrize("transform", [torch.func.hessian, lambda f: torch.func.jacfwd(torch.func.jacfwd(f))])
def test_second_derivatives_are_refused(transform):
    with pytest.raises(NotImplementedError, match="no second derivatives"):
        transform(lambda z: entmax(z, 1.5)[0, 0])(Z)


def test_forward_mode_in_the_compiler():
    """Never silently zero: refused in a whole graph, right where the compiler may leave it to Python."""

    def tangent(z, t):
        return torch.func.jvp(lambda x: entmax(x, 1.5), (z,), (t,))[1]

    torch.testing.assert_close(torch.compile(tangent, backend="eager")(Z, T), tangent(Z, T))
    torch.compiler.reset()  # it remembers what it left to Python
    with pytest.raises(Exception, match="no forward mode inside"):
        torch.compile(tangent, backend="eager", fullgraph=True)(Z, T)
