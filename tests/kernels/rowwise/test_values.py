"""The values."""

import numpy as np
import pytest
import torch

from entmax_oracle.kernels.rowwise import entmax
from entmax_oracle.kernels.runtime.kinds import Kind
from entmax_oracle.reference import assert_close, budget
from entmax_oracle.reference import entmax as reference

pytestmark = pytest.mark.usefixtures("taken")
ALPHAS = (1.0, 1 + 2.0**-20, 1.05, 1.25, 4 / 3, 1.5, 1.75, 2.0, 2.5, 4.0, 12.0)
DTYPES = (torch.float32, torch.float16, torch.bfloat16, torch.float64)


def rows(alpha: float, n: int, seed: int = 0) -> np.ndarray:
    """Rows: ordinary, wide, flat, tied, shifted, huge, narrow, masked, at the threshold, nearly one-hot, heavy."""
    g = np.random.default_rng(seed)
    a = max(alpha - 1, 1 / 8)
    p = g.random(n) ** 3
    p[1::2] = 0
    p[0] += 0.1
    p /= p.sum()
    margin = np.full(n, -1 / a) + 2.0**-20 * g.standard_normal(n) / a
    margin[0] = 0
    masked = g.standard_normal(n)
    masked[n // 2 :] = -np.inf
    return np.stack([
        g.standard_normal(n),
        30 * g.standard_normal(n),
        np.full(n, 0.3),
        np.round(2 * g.standard_normal(n)) / 2,
        1e4 + g.standard_normal(n),
        1e30 * g.standard_normal(n),
        1e-4 * g.standard_normal(n),
        masked if n > 1 else np.zeros(n),
        p**a / a,
        margin,
        g.standard_cauchy(n),
    ])  # fmt: skip


def tensor(z: np.ndarray, dtype: torch.dtype) -> torch.Tensor:
    if dtype == torch.float16:
        z = np.where(np.isneginf(z), z, np.clip(z, -6e4, 6e4))
    return torch.from_numpy(z).to(dtype)


def check(p: torch.Tensor, z: torch.Tensor, alpha: float) -> None:
    """Within the certified budget, and nonnegative with the sums of a careful implementation."""
    name = str(p.dtype).removeprefix("torch.")
    assert p.dtype == z.dtype
    assert p.shape == z.shape
    assert bool((p >= 0).all())
    assert_close(p.double().numpy(), z.double().numpy(), alpha, dtype=name)


@pytest.mark.parametrize("n", [1, 2, 700])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_float32_is_within_the_budget(alpha, n):
    z = tensor(rows(alpha, n), torch.float32)
    check(entmax(z, alpha), z, alpha)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("alpha", [1.0, 1.05, 1.5, 1.75, 2.0, 2.5])
def test_other_dtypes_are_within_the_budget(alpha, dtype):
    z = tensor(rows(alpha, 100), dtype)
    check(entmax(z, alpha), z, alpha)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_sums_are_right_to_a_few_units_of_roundoff(alpha):
    """Each p is a quotient by the computed sum: half a unit for each rounding, and log2(n) units for the sum itself.

    For alpha > 2 the equation solved is the sum; the power of each token is good to (3 + log2(1/p) / alpha) units.
    """
    n = 1000
    p = entmax(tensor(rows(alpha, n), torch.float32), alpha).double()
    units = (p.sum(-1) - 1).abs().max() * 2**24
    assert units <= 4 + np.log2(n)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_an_alpha_tensor_gives_what_the_number_gives(alpha):
    z = tensor(rows(alpha, 50), torch.float32)
    for given in (torch.tensor(alpha, dtype=torch.float64), torch.full((len(z),), alpha, dtype=torch.float64)):
        check(entmax(z, given), z, alpha)


def test_each_row_has_its_own_alpha_scale_and_length():
    g = np.random.default_rng(1)
    batch, heads, n = 3, 4, 30
    z = torch.from_numpy(g.standard_normal((batch, heads, n)))
    alpha = torch.tensor([1.0, 1.5, 2.0, 3.0])
    scale = torch.tensor([[0.5], [2.0], [-1.5]], dtype=torch.float64)
    lengths = torch.from_numpy(g.integers(1, n + 1, (batch, heads)))
    p = entmax(z, alpha, scale=scale, lengths=lengths)
    for b in range(batch):
        for h in range(heads):
            live = int(lengths[b, h])
            logits = float(scale[b, 0]) * z[b, h, :live].numpy()
            np.testing.assert_allclose(p[b, h, :live], reference(logits, float(alpha[h])), rtol=0, atol=50 * 2.0**-53)
            assert bool((p[b, h, live:] == 0).all())


def test_a_float32_alpha_is_the_number_that_it_rounds_to():
    z = tensor(rows(1.1, 40), torch.float32)
    alpha = torch.tensor(1.1, dtype=torch.float32)
    check(entmax(z, alpha), z, float(alpha))


@pytest.mark.parametrize("alpha", [1.0, 1.3, 1.5, 2.0, 3.0])
def test_any_strides(alpha):
    g = torch.Generator().manual_seed(0)
    base = torch.randn((4, 6, 5, 8), generator=g)
    views = (
        base,
        base.permute(0, 2, 1, 3),
        base.permute(2, 1, 0, 3),
        base.transpose(-1, -2),
        base[:, ::2, :, 1:7],
        base[..., ::2],
        base[:1].expand(3, 6, 5, 8),
        base[..., :1].expand(4, 6, 5, 8),
        base[0, 0, 0],
    )
    for z in views:
        before = z.clone()
        p = entmax(z, alpha)
        assert torch.equal(p, entmax(z.contiguous(), alpha))
        assert torch.equal(z, before)


def test_a_million_tokens():
    g = np.random.default_rng(2)
    n = 10**6
    for alpha, spread in ((1.5, 1.0), (2.0, 1e-3)):
        z = tensor(spread * g.standard_normal((1, n)), torch.float32)
        p = entmax(z, alpha).double().numpy()
        error = np.abs(p - reference(z.double().numpy(), alpha))
        assert (error <= budget(z.double().numpy(), alpha, "float32")).all()


@pytest.mark.parametrize(
    ("alpha", "tensor_alpha"), [(1.0, False), (1.5, False), (2.0, False), (1.3, False), (1.3, True), (4.0, True)]
)
def test_rows_that_do_not_fit_on_chip(alpha, tensor_alpha, streamed):
    """The same rows in pieces of 128 tokens; where there are no kernels, only the plain path again."""
    z = tensor(rows(alpha, 300), torch.float32)
    given = torch.tensor(alpha, dtype=torch.float64) if tensor_alpha else alpha
    check(entmax(z, given), z, alpha)


@pytest.mark.parametrize("alpha", [1.0, 1.3, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("tensor_alpha", [False, True])
def test_nan_stays_in_its_row_and_is_never_hidden(alpha, tensor_alpha):
    inf, nan = float("inf"), float("nan")
    z = torch.tensor([[0.0, 1.0, nan, -inf], [0.0, 1.0, inf, -inf], [0.0, 1.0, 0.5, -inf], [-inf] * 4, [nan] * 4])
    given = torch.tensor(alpha) if tensor_alpha else alpha
    p = entmax(z, given)
    assert bool(p[:2, :3].isnan().all())
    assert bool((p[:4, 3] == 0).all())
    assert not bool(p[2].isnan().any())
    assert bool((p[3] == 0).all())
    assert bool(p[4].isnan().all())


@pytest.mark.parametrize(
    ("alpha", "keywords", "message"),
    [
        (torch.tensor([1.0, 0.5]), {}, r"alpha of row \[1\] is 0.5: it must be finite and at least 1"),
        (torch.tensor([torch.nan, 1.0]), {}, r"alpha of row \[0\] is nan"),
        (torch.tensor([[torch.inf]]).view(()), {}, r"alpha of row \[0\] is inf"),
        (1.5, {"scale": torch.tensor([1.0, torch.inf])}, r"scale of row \[1\] is inf: it must be finite"),
        (1.5, {"scale": torch.tensor([torch.nan, 1.0])}, r"scale of row \[0\] is nan"),
        (1.5, {"lengths": torch.tensor([4, 0])}, r"lengths of row \[0\] is 4: it must be from 0 to n = 3"),
        (1.5, {"lengths": torch.tensor([0, -1])}, r"lengths of row \[1\] is -1"),
        (1.5, {"lengths": [4, 4]}, r"lengths of row \[0\] is 4"),
    ],
)
def test_bad_values_are_named(alpha, keywords, message):
    with pytest.raises(ValueError, match=message):
        entmax(torch.zeros(2, 3), alpha, **keywords)


def test_lengths_need_not_be_a_tensor():
    z = torch.randn(2, 5, generator=torch.Generator().manual_seed(0))
    assert torch.equal(entmax(z, lengths=[2, 5]), entmax(z, lengths=torch.tensor([2, 5])))
    assert torch.equal(entmax(z, lengths=3), entmax(z, lengths=torch.tensor([3, 3])))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "uint64"])
def test_lengths_of_any_integers(dtype):
    """Also those that cannot hold n."""
    z = torch.zeros(2, 300)
    lengths = torch.tensor([100, 3])
    assert torch.equal(entmax(z, 2, lengths=lengths.to(getattr(torch, dtype))), entmax(z, 2, lengths=lengths))
    with pytest.raises(ValueError, match=r"lengths of row \[1\] is 301"):
        entmax(z, 2, lengths=torch.tensor([0, 301], dtype=torch.uint16))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_difference_near_the_end_of_the_range(dtype):
    z = torch.tensor([0.97 * torch.finfo(dtype).max, 0.0], dtype=dtype)
    scale = 2.0**-125 if dtype == torch.float32 else 2.0**-1021
    exact = (z.double() * scale).softmax(-1)
    # v = -7.76: half a unit of it moves p[1] by 4.8e-7 relative in float32, and the rest is below three units.
    torch.testing.assert_close(entmax(z, 1.0, scale=scale).double(), exact, rtol=12 * torch.finfo(dtype).eps, atol=0.0)


@pytest.mark.parametrize("scale", [0.0, -2.0, 1e-30, 1e30])
def test_extreme_scales(scale):
    z = torch.tensor([[0.0, 1.0, 2.0, -torch.inf], [3e38, -3e38, 0.0, 3e38]])
    for alpha in (1.0, 1.5, 2.0, 3.0, torch.tensor(1.2)):
        p = entmax(z, alpha, scale=scale)
        assert bool(p.isfinite().all())
        torch.testing.assert_close(p.sum(-1), torch.ones(2))
        assert float(p[0, 3]) == 0
        if scale == 0:
            torch.testing.assert_close(p[0, :3], torch.full((3,), 1 / 3))


def test_empty_batches():
    for shape in ((0, 5), (2, 0, 5)):
        z = torch.zeros(shape, requires_grad=True)
        p = entmax(z, 1.5)
        assert p.shape == shape
        p.sum().backward()
        assert z.grad is not None
        assert z.grad.shape == shape


@pytest.mark.parametrize(
    ("alpha", "dtype", "kind"),
    [
        (1.0, torch.float32, Kind.SOFTMAX),
        (2.0, torch.float64, Kind.SPARSEMAX),
        (1.5, torch.float64, Kind.SQUARE),
        (4 / 3, torch.float32, Kind.CUBE),
        (4 / 3, torch.float64, Kind.BELOW),  # 1/(4/3 - 1) is 3 + 7e-16
        (1.25, torch.float32, Kind.FOURTH_POWER),
        (1.2, torch.float32, Kind.BELOW),
        (2.5, torch.float32, Kind.ABOVE),
    ],
)
def test_kind_of_alpha(alpha, dtype, kind):
    assert Kind.of(alpha, dtype) == kind
