"""Gradients in the logits, in alpha and in the scale."""

import numpy as np
import pytest
import torch

from entmax_oracle.kernels.rowwise import entmax
from entmax_oracle.reference import grad_alpha, vjp
from entmax_oracle.reference.budgets.mapping import vjp_budget

pytestmark = pytest.mark.usefixtures("taken")
ALPHAS = (1.0, 1 + 2.0**-20, 1.05, 1.25, 4 / 3, 1.5, 1.75, 2.0, 2.5, 4.0)


def rows(n: int) -> np.ndarray:
    g = np.random.default_rng(3)
    masked = g.standard_normal(n)
    masked[::3] = -np.inf
    return np.stack(
        [g.standard_normal(n), 0.1 * g.standard_normal(n), np.full(n, 0.3), 5 * g.standard_normal(n), masked]
    )


def gradient(z: torch.Tensor, g: torch.Tensor, alpha, **keywords) -> torch.Tensor:
    z = z.clone().requires_grad_()
    entmax(z, alpha, **keywords).backward(g)
    assert z.grad is not None
    return z.grad


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16, torch.float64])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_gradient_in_the_logits_is_within_the_budget(alpha, dtype):
    z = torch.from_numpy(rows(60)).to(dtype)
    g = torch.from_numpy(np.random.default_rng(4).standard_normal(z.shape)).to(dtype)
    exact = vjp(z.double().numpy(), g.double().numpy(), alpha)
    name = str(dtype).removeprefix("torch.")
    allowed = vjp_budget(z.double().numpy(), g.double().numpy(), alpha, name)
    for given in (alpha, torch.tensor(alpha, dtype=torch.float64)):
        error = np.abs(gradient(z, g, given).double().numpy() - exact)
        assert (error <= allowed).all()


@pytest.mark.parametrize("alpha", [1.0, 1.2, 1.5, 2.0, 3.0])
def test_rows_that_do_not_fit_on_chip(alpha, streamed):
    z = torch.from_numpy(rows(200))
    g = torch.from_numpy(np.random.default_rng(4).standard_normal(z.shape))
    theta = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    tensor = torch.tensor(alpha, dtype=torch.float64, requires_grad=True)
    found = gradient(z, g, tensor, scale=theta)
    logits = 0.7 * z.numpy()
    exact = vjp(logits, g.numpy(), alpha)
    np.testing.assert_allclose(found, 0.7 * exact, rtol=0, atol=1e-13 * np.abs(exact).max())
    finite = np.where(np.isneginf(z.numpy()), 0, z.numpy())
    np.testing.assert_allclose(float(theta.grad), (exact * finite).sum(), rtol=1e-11)
    np.testing.assert_allclose(float(tensor.grad), (grad_alpha(logits, alpha) * g.numpy()).sum(), rtol=1e-10)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_gradient_in_alpha(alpha):
    """In float64 against the reference: the sum has terms of either sign, so the error is counted in their size."""
    z = rows(60)
    g = np.random.default_rng(5).standard_normal(z.shape)
    given = torch.full((len(z),), alpha, dtype=torch.float64, requires_grad=True)
    entmax(torch.from_numpy(z), given).backward(torch.from_numpy(g))
    terms = grad_alpha(z, alpha) * g
    assert given.grad is not None
    np.testing.assert_allclose(given.grad, terms.sum(-1), rtol=0, atol=1e-12 * (1 + np.abs(terms).sum(-1).max()))


def test_gradient_in_alpha_near_one_reaches_the_limit():
    """At alpha = 1 it is p (E log^2 p - log^2 p) / 2; float32 goes there smoothly, a difference over a^2 would not."""
    z = torch.randn(4, 20, generator=torch.Generator().manual_seed(0))
    g = torch.randn(4, 20, generator=torch.Generator().manual_seed(1))
    log_p = z.double().log_softmax(-1)
    p = log_p.exp()
    limit = (0.5 * p * ((p * log_p**2).sum(-1, keepdim=True) - log_p**2) * g).sum(-1)
    for excess in (0.0, 1e-7, 1e-5):
        alpha = torch.full((4,), 1 + excess, dtype=torch.float64, requires_grad=True)
        entmax(z, alpha).backward(g)
        torch.testing.assert_close(alpha.grad, limit, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("alpha", [1.0, 1.1, 1.5, 2.0, 3.0])
def test_gradcheck_away_from_kinks(alpha):
    """Tokens stay clear of the threshold: z = p^a / a for a p without small entries, and two far tokens."""
    a = alpha - 1
    p = torch.tensor([0.4, 0.3, 0.2, 0.1], dtype=torch.float64)
    live = p.log() if a == 0 else p**a / a
    z = torch.cat([live, live.new_tensor([live.min() - 3, live.min() - 5])]).expand(2, 6).clone().requires_grad_()
    scale = torch.tensor([1.0, 1.1], dtype=torch.float64, requires_grad=True)
    given = torch.tensor([alpha, alpha + 0.01], dtype=torch.float64, requires_grad=alpha > 1)
    assert torch.autograd.gradcheck(lambda z, b, s: entmax(z, b, scale=s), (z, given, scale), fast_mode=True)
    assert torch.autograd.gradcheck(lambda z: entmax(z, alpha), (z,), fast_mode=True)


def test_the_gradient_sums_to_zero_and_is_zero_where_p_is():
    z = torch.from_numpy(rows(60)).float()
    g = torch.randn(z.shape, generator=torch.Generator().manual_seed(0))
    for alpha in (1.2, 1.5, 2.0, 3.0):
        dead = entmax(z, alpha) == 0
        upstream = torch.where(dead, torch.nan, g)  # what does not matter must not poison
        dz = gradient(z, upstream, alpha)
        assert bool((dz[dead] == 0).all())
        assert bool(dz.isfinite().all())
        assert float((dz.sum(-1).abs() / dz.abs().sum(-1).clamp(min=1e-30)).max()) < 60 * 2**-24


@pytest.mark.parametrize("alpha", [1.25, 1.3, 1.5, 1.9, 2.0])
def test_a_crowd_that_hardly_reaches_the_support(alpha):
    """A unit of the root is many of the sum of the weights there."""
    g = torch.Generator().manual_seed(0)
    z = 1e-6 * torch.randn(10, 200, generator=g)
    z[:, 0] += torch.tensor([0.9, 0.99, 0.999, 0.9999, 0.99999]).repeat(2)
    z, upstream = z / (alpha - 1), torch.randn(10, 200, generator=g)
    logits, along = z.double().numpy(), upstream.double().numpy()
    got = gradient(z, upstream, alpha).double().numpy()
    assert (abs(got - vjp(logits, along, alpha)) <= vjp_budget(logits, along, alpha, dtype="float32") / 2).all()


def test_ties_with_weights_beyond_floats():
    """60 equal tokens: s = 60^10 at alpha = 12, 60^28 > 1e38 at 30. A constant upstream gradient gives zeros."""
    z = torch.zeros(1, 60)
    for alpha in (12.0, 30.0):
        given = torch.tensor(alpha, dtype=torch.float64, requires_grad=True)
        scale = torch.tensor(1.0, requires_grad=True)
        logits = z.clone().requires_grad_()
        entmax(logits, given, scale=scale).backward(torch.ones(1, 60))
        assert bool((logits.grad == 0).all())
        assert float(given.grad) == 0
        assert float(scale.grad) == 0


def parameter_gradients(z, g, alpha, scale=1.0):
    """``(dz, dalpha, dscale)``, the parameters in float64."""
    z = z.clone().requires_grad_()
    given = torch.tensor(alpha, dtype=torch.float64, requires_grad=True)
    slope = torch.tensor(scale, dtype=torch.float64, requires_grad=True)
    entmax(z, given, scale=slope).backward(g)
    return z.grad, float(given.grad), float(slope.grad)


@pytest.mark.parametrize(
    ("n", "alpha", "dtype", "pieces"),
    [
        (1000, 15.0, torch.float32, False),
        (1000, 15.0, torch.bfloat16, False),
        (300, 20.0, torch.float32, True),
        (2, 140.0, torch.float32, False),
        (2, 200.0, torch.float32, True),
        (2, 2000.0, torch.float64, False),
    ],
)
def test_ties_whose_weight_overflows(n, alpha, dtype, pieces, request):
    """s = n^(alpha - 2) is infinite. p = 1/n for every alpha and scale: their gradients are 0, whatever is upstream."""
    if pieces:
        request.getfixturevalue("streamed")
    z = torch.zeros(1, n, dtype=dtype)
    dz, dalpha, dscale = parameter_gradients(z, torch.linspace(-1, 1, n, dtype=dtype)[None], alpha)
    assert (dalpha, dscale) == (0, 0)
    assert not bool(dz.isnan().any())
    assert (float(dz[0, 0]), float(dz[0, -1])) == (-torch.inf, torch.inf)
    dz, dalpha, dscale = parameter_gradients(z, torch.full_like(z, 0.1), alpha)
    assert (dalpha, dscale) == (0, 0)
    assert bool((dz == 0).all())
    dz, _, dscale = parameter_gradients(z, torch.linspace(-1, 1, n, dtype=dtype)[None], alpha, 0.0)
    assert bool((dz == 0).all())
    assert dscale == 0


@pytest.mark.parametrize("pieces", [False, True])
def test_a_finite_part_beside_a_weight_that_overflows(pieces, request):
    """z = (e, 0, 0), a = 199: w^a vanishes, so p_0 = (a s e)^(1/a), and the loss 0.3 p_0 + w - w has derivatives.

    In closed form dp_0/da = p_0 (1 - log(a s e)) / a^2 and dp_0/ds = p_0 / (a s). psi is good to some units of
    roundoff, but takes log p_0 = -0.008, which half a unit of p_0 moves by 4e-6 relative, and the logarithm by as much
    again.
    """
    if pieces:
        request.getfixturevalue("streamed")
    e, a = float(np.float32(0.001)), 199.0
    p = (a * e) ** (1 / a)
    dz, dalpha, dscale = parameter_gradients(torch.tensor([e, 0, 0]), torch.tensor([0.3, 1.0, -1.0]), 200.0)
    np.testing.assert_allclose(dalpha, 0.3 * p * (1 - np.log(a * e)) / a**2, rtol=1e-5)
    np.testing.assert_allclose(dscale, 0.3 * p / a, rtol=1e-5)
    np.testing.assert_allclose(float(dz[0]), 0.3 * p / (a * e), rtol=1e-5)
    assert dz[1:].tolist() == [torch.inf, -torch.inf]


def test_the_gradient_in_a_scale_that_overflows_is_no_nan():
    """At scale 0 all are tied, whatever z is: the gradient is 1000^13 cov(z, g), beyond float32 where it is not 0."""
    z = torch.randn(1, 1000, generator=torch.Generator().manual_seed(0))
    g = torch.linspace(-1, 1, 1000)[None]
    _, dalpha, dscale = parameter_gradients(z, g, 15.0, 0.0)
    assert dalpha == 0
    assert dscale == torch.inf * float(((z - z.mean()) * g).sum().sign())


def test_the_weight_of_a_nearly_dead_token():
    """alpha = 4, least probability 1e-6, s = 1e12: its own gradient is minus the sum of the others', and finite."""
    p = np.array([0.6, 0.4 - 1e-6, 1e-6])
    z = torch.from_numpy(p**3 / 3)
    g = torch.tensor([1.0, -2.0, 5.0], dtype=torch.float64)
    exact = vjp(z.numpy(), g.numpy(), 4.0)
    # The data fix s to about 3e-16 / p^3 relative: compare at that.
    np.testing.assert_allclose(gradient(z, g, 4.0), exact, rtol=1e-3)


def test_upstream_gradients_of_any_strides():
    z = torch.randn(3, 4, 10, generator=torch.Generator().manual_seed(0))
    flat = gradient(z, torch.ones(()).expand(z.shape), 1.5)
    assert float(flat.abs().max()) < 1e-6
    g = torch.randn(4, 10, 3, generator=torch.Generator().manual_seed(1)).permute(2, 0, 1)
    assert torch.equal(gradient(z, g, 1.5), gradient(z, g.contiguous(), 1.5))


def test_lengths_and_gradients():
    z = torch.randn(3, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    g = torch.randn(3, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    lengths = torch.tensor([1, 4, 10])
    found = gradient(z, g, 1.5, lengths=lengths)
    for row, length in enumerate(lengths.tolist()):
        exact = vjp(z[row, :length].numpy(), g[row, :length].numpy(), 1.5)
        np.testing.assert_allclose(found[row, :length], exact, atol=1e-14)
        assert bool((found[row, length:] == 0).all())


def test_second_derivatives_are_refused():
    z = torch.randn(5, dtype=torch.float64, requires_grad=True)
    (dz,) = torch.autograd.grad(entmax(z, 1.5)[0], z, create_graph=True)
    with pytest.raises(NotImplementedError, match="no second derivatives"):
        dz.sum().backward()
