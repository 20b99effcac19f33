"""Speed of the CPU path; run with ``--benchmark-only``."""

import pytest
import torch

from entmax_oracle.kernels.rowwise import entmax


@pytest.mark.parametrize("n", [128, 4096])
@pytest.mark.parametrize("alpha", [1.0, 1.25, 1.3, 1.5, 2.0, 3.0])
def test_forward(benchmark, alpha, n):
    z = torch.randn(1 << 18, generator=torch.Generator().manual_seed(0)).view(-1, n)
    p = benchmark(entmax, z, alpha)
    torch.testing.assert_close(p.sum(-1), torch.ones(len(z)))


@pytest.mark.parametrize("n", [128, 4096])
@pytest.mark.parametrize("alpha", [1.0, 1.25, 1.3, 1.5, 2.0, 3.0])
def test_backward(benchmark, alpha, n):
    z = torch.randn(1 << 18, generator=torch.Generator().manual_seed(0)).view(-1, n).requires_grad_()
    p = entmax(z, alpha)
    g = torch.randn(p.shape, generator=torch.Generator().manual_seed(1))
    (dz,) = benchmark(lambda: torch.autograd.grad(p, z, g, retain_graph=True))
    assert float(dz.sum(-1).abs().max()) < 1e-3
