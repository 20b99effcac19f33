"""The kernels in the interpreter, and plain torch, against the float64 reference."""

import numpy as np
import pytest
import torch

from entmax_oracle.kernels.attention import attention, decode, launch, path, use_path
from entmax_oracle.kernels.attention.arguments import Arguments
from entmax_oracle.kernels.attention.configurations import Configuration
from entmax_oracle.kernels.attention.launch import use_configuration

PATHS = ("interpreter", "torch", "numba")


def check(case, taken="interpreter"):
    with use_path(taken):
        assert path(case.query, case.key, case.value, alpha=case.alpha, **case.options) == taken
        out = attention(case.query, case.key, case.value, alpha=case.alpha, **case.options)
    exact, bound = case.output_bound()
    error = np.abs(out.detach().double().numpy() - exact)
    assert (error <= bound).all(), f"{(error / bound).max():.3g} times the bound"
    return out


@pytest.mark.parametrize("alpha", [1.05, 1.25, 4 / 3, 1.5, 1.8, 2.0])
@pytest.mark.parametrize("taken", PATHS)
def test_alpha(case, small_tiles, alpha, taken):
    check(case(m=20, n=40, alpha=alpha, is_causal=True), taken)


@pytest.mark.parametrize("taken", PATHS)
@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 33), (17, 16), (33, 15), (16, 32)])
@pytest.mark.parametrize("is_causal", [False, True])
def test_lengths_around_block_edges(case, small_tiles, m, n, is_causal, taken):
    check(case(m=m, n=n, is_causal=is_causal, heads=1), taken)


@pytest.mark.parametrize("taken", PATHS)
def test_every_option_at_once(case, small_tiles, taken):
    check(
        case(
            m=18, n=35, heads=4, key_heads=2, batch=3, features=20, value_features=9, is_causal=True,
            scale=torch.rand(3, 4, 18) + 0.2, alibi_slopes=torch.tensor([0.0, 0.0, 0.5, 0.25]),
            key_lengths=torch.tensor([35, 0, 17]),
        ),
        taken,
    )  # fmt: skip


@pytest.mark.parametrize("features", [24, 80, 256])
def test_head_dimensions(case, small_tiles, features):
    check(case(m=16, n=20, features=features, heads=1))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("taken", PATHS)
def test_sixteen_bits(case, small_tiles, dtype, taken):
    out = check(case(m=20, n=40, dtype=dtype, is_causal=True), taken)
    assert out.dtype == dtype


def test_large_tiles(case):
    """The configuration that users get."""
    check(case(m=70, n=130, heads=1, is_causal=True))


def test_strides(case, small_tiles):
    made = case(m=20, n=20, heads=2, key_heads=2)
    contiguous = attention(made.query, made.key, made.value)
    transposed = [x.transpose(1, 2).contiguous().transpose(1, 2) for x in (made.query, made.key, made.value)]
    spread = [torch.stack([x, x + 1], -1).flatten(-2)[..., ::2] for x in transposed]
    assert spread[0].stride(-1) == 2
    for tensors in (transposed, spread):
        torch.testing.assert_close(attention(*tensors), contiguous, rtol=0, atol=0)


def rows_of(case, scores, alpha):
    """A case whose scores are exactly these: one-hot queries, scale 1."""
    scores = torch.as_tensor(scores, dtype=torch.float32)
    m, n = scores.shape
    width = max(16, m)
    made = case(m=m, n=n, heads=1, features=width, value_features=16, alpha=alpha, scale=1.0)
    query = torch.eye(m, width)
    key = torch.zeros(n, width)
    key[:, :m] = scores.T
    made.query, made.key = query[None, None], key[None, None]
    return made


def hard_rows(alpha):
    """Ties, constants, near-boundary rows, shifts, needles; each of 80 tokens."""
    n, a = 80, alpha - 1
    generator = np.random.default_rng(5)
    gap = 1 / a
    ulp = np.spacing(np.float32(gap))
    needle = np.full(n, -gap)
    needle[37] = 0
    almost = needle.copy()
    almost[3] = -gap + 2 * ulp  # one token that is barely in, in a block of its own
    barely_out = needle.copy()
    barely_out[3] = -gap - 2 * ulp
    ties = np.where(np.arange(n) % 5 == 0, 1.0, -3.0)
    two_levels = np.where(np.arange(n) < 64, 0.0, -(64**-a) / a)  # the whole second level lies on the threshold
    return np.stack([
        np.zeros(n), np.full(n, -1000.0), needle, almost, barely_out, ties, ties + 3000, two_levels,
        two_levels * (1 - 1e-5), np.linspace(0, -2 * gap, n), np.linspace(-2 * gap, 0, n), generator.normal(size=n) * 4,
        generator.normal(size=n) * 1e-3, generator.standard_cauchy(n) * 3, -np.abs(generator.normal(size=n)), 100 *
        np.eye(n)[79],
    ]).astype(np.float32)  # fmt: skip


@pytest.mark.parametrize("alpha", [1.1, 1.5, 2.0])
@pytest.mark.parametrize("capacity", [16, 128])
def test_hard_rows(case, alpha, capacity):
    """Also with lists that overflow."""
    with use_configuration(Configuration(16, 16, capacity=capacity)):
        check(rows_of(case, hard_rows(alpha), alpha))


def live_blocks(made):
    """The marks of the kernels, and the blocks that hold a token which careful float32 arithmetic cannot lose."""
    call = Arguments.read(made.query, made.key, made.value, made.alpha, False, made.options["scale"], None, None)
    saved = launch.forward(call, save=True)
    marked = saved[3][0, 0].numpy() > 0
    certain = (made.reach()[1] > 0)[0, 0]
    m, n = certain.shape
    padded = np.zeros((-(-m // 16) * 16, -(-n // 16) * 16), dtype=bool)
    padded[:m, :n] = certain
    return marked, padded.reshape(padded.shape[0] // 16, 16, -1, 16).any((1, 3))


@pytest.mark.parametrize("alpha", [1.1, 1.5, 2.0])
@pytest.mark.parametrize("capacity", [16, 128])
def test_no_live_block_is_skipped(case, alpha, capacity):
    """Rows made so that every block, or one here and there, holds a token that is barely in."""
    n, a = 160, alpha - 1
    generator = np.random.default_rng(2)
    rows = list(np.pad(hard_rows(alpha), ((0, 0), (0, n - 80)), constant_values=-1e4))
    for exponent in (2, 3, 4, 5):
        for blocks in (range(10), (0, 9), (4,), (9,)):
            # The inverse oracle: z = p^a / a has entmax p, threshold 0. Most of the mass lies on two tokens.
            p = np.zeros(n)
            for block in blocks:
                p[16 * block + generator.integers(16)] = 10.0**-exponent
            p[generator.integers(n, size=2)] += 0.5 * (1 - p.sum())
            rows.append(np.where(p > 0, (p / p.sum()) ** a / a, -1e-3))
    with use_configuration(Configuration(16, 16, capacity=capacity)):
        for start in range(0, len(rows), 16):
            made = rows_of(case, np.stack(rows[start : start + 16]).astype(np.float32), alpha)
            marked, certain = live_blocks(made)
            assert (marked | ~certain).all()
            assert certain.any()


def test_dead_blocks_are_skipped(case, small_tiles):
    """One needle, alone in its block: that block and no other is live."""
    scores = np.full((4, 96), -9.0)
    scores[:, 50] = 0
    marked, certain = live_blocks(rows_of(case, scores, 1.5))
    assert (marked == certain).all()
    assert marked.sum() == 1


def test_long_flat_row(case):
    """Everything is in the support, and every list overflows."""
    with use_configuration(Configuration(16, 64, capacity=16)):
        check(rows_of(case, np.linspace(0, 1e-3, 512)[None].repeat(2, 0), 1.5))


def test_shift(case, small_tiles):
    """Scores move together by a power of two that leaves them exact: not one bit of the output changes."""
    scores = torch.randint(-40, 40, (4, 50)) / 8.0
    made = rows_of(case, scores, 1.5)
    shifted = rows_of(case, scores + 256, 1.5)
    first, second = (attention(x.query, x.key, made.value, alpha=1.5, scale=1.0) for x in (made, shifted))
    assert torch.equal(first, second)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rows_that_see_nothing(case, small_tiles, dtype):
    made = case(m=20, n=5, batch=2, is_causal=True, key_lengths=torch.tensor([5, 0]), dtype=dtype)
    out = attention(made.query, made.key, made.value, **made.options)
    assert (out[0, :, :15] == 0).all()
    assert (out[0, :, 15:] != 0).any(-1).all()
    assert (out[1] == 0).all()
    out.sum().backward()
    assert (made.query.grad[0, :, :15] == 0).all()
    for x in (made.query, made.key, made.value):
        assert x.grad.isfinite().all()
        assert (x.grad[1] == 0).all()


@pytest.mark.parametrize("alpha", [1.0, 2.5, 4.0])
def test_other_alphas_take_the_torch_path(case, alpha):
    made = case(m=6, n=9, alpha=alpha)
    assert path(made.query, made.key, made.value, alpha=alpha) == "torch"
    out = attention(made.query, made.key, made.value, alpha=alpha, **made.options)
    from entmax_oracle.reference import attention as exact

    wanted = exact(*(x.detach().numpy() for x in (made.query, made.key, made.value)), alpha=alpha, **made.options)
    # Probabilities of alpha > 2 feel the cube root of a rounding error and more near the threshold; these rows are
    # not there.
    np.testing.assert_allclose(out.detach().numpy(), wanted, atol=2e-5)


def test_bfloat16_scores_would_break_the_bound(case):
    """What rounding the scores to bfloat16 does to p: more than the bound allows, and no more than its own bound."""
    made = case(m=8, n=64, heads=1, sharp=3.0)
    _, low, high = made.reach()
    s, _ = made.scores()
    rounded = torch.from_numpy(s).to(torch.bfloat16).double().numpy()
    from entmax_oracle.reference import entmax

    q = entmax(rounded, made.alpha)
    assert ((q < low) | (q > high)).any()
    _, low, high = made.reach(score_unit=2.0**-8)
    assert ((q >= low) & (q <= high)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"alpha": 0.5}, "alpha"),
        ({"alpha": torch.ones(3)}, "alpha"),
        ({"alpha": torch.tensor(0.5)}, "alpha of head 0 is 0.5"),
        ({"alpha": torch.tensor([1.5, float("nan")])}, "alpha of head 1 is nan"),
        ({"alpha": torch.tensor([float("inf"), 1.5])}, "alpha of head 0 is inf"),
        ({"alpha": [1.5, 1.5]}, "alpha must be a number or a torch tensor, got list"),
        ({"alpha": "1.5"}, "alpha must be a number"),
        ({"alpha": 1e39}, r"alpha must be finite in torch\.float32"),
        ({"scale": torch.ones(5)}, "scale"),
        ({"scale": [1.0]}, "scale must be a number or a torch tensor, got list"),
        ({"scale": 1e300}, r"scale must be finite in torch\.float32"),
        ({"is_causal": torch.tensor(True)}, "is_causal must be True or False, got Tensor"),
        ({"alibi_slopes": torch.ones(3)}, "alibi_slopes"),
        ({"key_lengths": torch.tensor([9])}, r"key_lengths\[0\]"),
        ({"key_lengths": torch.tensor([1.0])}, "integers"),
    ],
)
def test_refusals(case, change, message):
    made = case(m=4, n=4)
    with pytest.raises(ValueError, match=message):
        attention(made.query, made.key, made.value, **change)


@pytest.mark.parametrize("taken", PATHS)
@pytest.mark.parametrize("alpha", [1.0, 1.5])
@pytest.mark.parametrize("empty", ["batch", "queries", "keys", "value features"])
def test_nothing_to_do(alpha, empty, taken):
    sizes = {"batch": 2, "queries": 3, "keys": 4, "value features": 5} | {empty: 0}
    batch, m, n, features = sizes.values()
    query, key = torch.randn(batch, 2, m, 16), torch.randn(batch, 1, n, 16)
    value = torch.randn(batch, 1, n, features)
    leaves = [x.requires_grad_() for x in (query, key, value)]
    with use_path(taken):
        out = attention(*leaves, alpha=alpha, is_causal=True)
        assert out.shape == (batch, 2, m, features)
        assert torch.equal(out, torch.zeros_like(out))
        out.sum().backward()
        for x in leaves:
            assert torch.equal(x.grad, torch.zeros_like(x))
        assert torch.equal(decode(*leaves, alpha=alpha), out)


def test_refused_shapes(case):
    made = case(m=4, n=4)
    with pytest.raises(ValueError, match="key has 2 heads"):
        attention(torch.zeros(1, 3, 4, 16), *[torch.zeros(1, 2, 4, 16)] * 2)
    with pytest.raises(ValueError, match="dtype"):
        attention(made.query, made.key.double(), made.value)


@pytest.mark.parametrize("way", ["torch", "interpreter", "numba"])
@pytest.mark.parametrize("level", [-1e30, -(2.0**126), -3.4e38, 3.4e38])
def test_scores_at_the_ends_of_float32(way, level):
    """No finite score is mistaken for a hidden one; 300 equal ones overflow the list of candidates."""
    query = torch.ones(1, 1, 1, 1)
    value = torch.arange(300.0).reshape(1, 1, 300, 1).requires_grad_()
    with use_path(way):
        out = attention(query, torch.full((1, 1, 300, 1), level), value, alpha=1.5, scale=1.0)
        out.sum().backward()
        torch.testing.assert_close(out, torch.full_like(out, 149.5))
        torch.testing.assert_close(value.grad, torch.full_like(value, 1 / 300))
        key = torch.full((1, 1, 300, 1), -abs(level))
        key[0, 0, 77] = abs(level) / 2  # the difference overflows for the largest
        assert attention(query, key, value, alpha=1.5, scale=1.0).item() == 77
