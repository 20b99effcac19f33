"""The root finder: its steps, counted by the kernels in the interpreter or by plain torch; elementary functions."""

import numpy as np
import pytest
import torch
import triton
import triton.language as tl

from entmax_oracle.kernels.rowwise import cpu, launch, plain
from entmax_oracle.kernels.rowwise.arguments import Arguments
from entmax_oracle.kernels.rowwise.configurations import configuration
from entmax_oracle.kernels.rowwise.elementary import log2_and_rate, psi
from entmax_oracle.kernels.runtime.kinds import Kind


@pytest.fixture
def solve(taken):
    return {"interpreter": launch, "torch": plain, "numba": cpu}[taken].forward


@pytest.fixture
def steps_of(taken, solve):
    """Count the sums over each row."""
    if taken == "numba":
        pytest.skip("its steps are on candidates, and not counted")

    def count(z: torch.Tensor, alpha: float) -> torch.Tensor:
        steps = torch.zeros(z.shape[0], dtype=torch.int32)
        solve(Arguments.read(z, alpha, None, None), steps=steps)
        return steps

    return count


def test_softmax_takes_one_sum(steps_of):
    assert set(steps_of(torch.randn(5, 40), 1.0).tolist()) == {1}


@pytest.mark.parametrize("alpha", [1.05, 1.5, 1.75, 2.0])
def test_a_flat_row_takes_one_step(alpha, steps_of):
    """One sum to jump to the root, one to see that it is there (and one where the jump was rounded down)."""
    assert int(steps_of(torch.zeros(3, 1000), alpha).max()) <= 3


@pytest.mark.parametrize("alpha", [1.05, 1.25, 1.5, 1.75, 2.0])
def test_ordinary_rows_take_a_few_steps(alpha, steps_of):
    z = torch.randn(64, 1000, generator=torch.Generator().manual_seed(0))
    assert float(steps_of(z, alpha).double().mean()) <= 7


def test_sparsemax_ends_within_the_number_of_tokens(steps_of):
    """On the piecewise linear f of alpha = 2 each step of Newton's method drops at least one token, or is the last."""
    n = 24
    z = -torch.tensor([[(0.7) ** k for k in range(n)]], dtype=torch.float64)
    assert int(steps_of(z, 2.0)) <= n + 1


def test_above_two_the_support_search_decides_a_token_each_round(steps_of):
    g = np.random.default_rng(0)
    z = torch.from_numpy(np.sort(-(2.0 ** -g.uniform(0, 40, (4, 100)))))
    assert int(steps_of(z, 3.0).max()) <= 100 + 20


def test_the_interpreter_rounds_bfloat16_as_torch_does(solve):
    """The kernels see bfloat16 as float32 there, so the answer is the float32 answer rounded once."""
    z = torch.randn(4, 50, generator=torch.Generator().manual_seed(0)).bfloat16()
    p, _ = solve(Arguments(z, None, None, None, Kind.SQUARE))
    wide, _ = solve(Arguments(z.float(), None, None, None, Kind.SQUARE))
    assert torch.equal(p, wide.bfloat16())


def test_configurations_hold_the_row_or_stream_it():
    for target in ("sm_80", "sm_90", "sm_100", "gfx942", "interpreter"):
        for kind in Kind:
            for n in (1, 2, 100, 4096, 10**4, 10**6):
                for itemsize in (4, 8):
                    for backward in (False, True):
                        c = configuration(target, n, itemsize, kind, backward=backward)
                        assert c.stream or c.columns >= n
                        assert c.rows == 1 or not c.stream
                        assert c.rows & (c.rows - 1) == 0
                        assert c.columns & (c.columns - 1) == 0


@triton.jit
def evaluate(W, LOG, RATE, PSI, n: tl.constexpr):
    """Elementary functions of a vector; the rate is NaN where it does not hold."""
    i = tl.arange(0, n)
    w = tl.load(W + i)
    logarithm, rate, near = log2_and_rate(w)
    tl.store(LOG + i, logarithm)
    tl.store(RATE + i, tl.where(near, rate, float("nan")))
    tl.store(PSI + i, psi(-w, w.dtype))


@pytest.mark.usefixtures("interpreted")
def test_elementary_functions():
    g = np.random.default_rng(0)
    n = 1 << 14
    for dtype, u in ((np.float32, 2.0**-24), (np.float64, 2.0**-53)):
        w = np.concatenate([np.exp(g.uniform(-20, 20, n // 2)), 1 + g.uniform(-0.3, 0.3, n // 2) ** 5]).astype(dtype)
        w[0] = 1
        out = [torch.empty(n, dtype=torch.from_numpy(w).dtype) for _ in range(3)]
        evaluate[(1,)](torch.from_numpy(w), *out, n=n)
        logarithm, rate, series = (x.numpy().astype(np.longdouble) for x in out)
        exact = np.log2(w.astype(np.longdouble))
        assert np.abs(logarithm - exact).max() <= np.abs(exact).max() * 2 * u
        small = np.abs(exact) > 0
        assert (np.abs(logarithm - exact)[small] <= 6 * u * np.maximum(np.abs(exact)[small], u)).all()
        seen = ~np.isnan(rate) & (w != 1)
        gap = w.astype(np.longdouble) - 1
        assert np.abs(rate[seen] / (exact[seen] / gap[seen]) - 1).max() <= 4 * u
        y = -w.astype(np.longdouble)
        direct = np.where(w > 0.1, (1 - (1 - y) * np.exp(y)) / y**2, 0.5 + y / 3 + y**2 / 8 + y**3 / 30 + y**4 / 144)
        away = (w > 0.1) | (w < 1e-3)
        assert np.abs(series[away] / direct[away] - 1).max() <= 16 * u
