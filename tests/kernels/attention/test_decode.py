"""Decoding against the float64 reference, and what it reads."""

import numpy as np
import pytest
import torch

from entmax_oracle.kernels.attention import decode
from entmax_oracle.kernels.attention.arguments import Arguments
from entmax_oracle.kernels.attention.decoding import decoded
from entmax_oracle.kernels.attention.launch import configuration_for
from entmax_oracle.reference import attention as exact_attention


def check(case):
    out = decode(case.query, case.key, case.value, alpha=case.alpha, **case.options)
    exact, bound = case.output_bound()
    error = np.abs(out.double().numpy() - exact)
    assert (error <= bound).all(), f"{(error / bound).max():.3g} times the bound"
    assert out.dtype == case.query.dtype


@pytest.mark.parametrize("alpha", [1.1, 1.5, 2.0])
@pytest.mark.parametrize("n", [1, 64, 150])
def test_one_query(case, alpha, n):
    check(case(m=1, n=n, heads=4, key_heads=2, alpha=alpha, features=20))


def test_every_option_at_once(case):
    check(
        case(
            m=3, n=140, heads=4, key_heads=1, batch=3, value_features=9, is_causal=True, scale=torch.rand(3, 4, 3) +
            0.2, alibi_slopes=torch.tensor([0.0, 0.0, 0.5, 0.25]), key_lengths=torch.tensor([140, 0, 17]),
        )
    )  # fmt: skip


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_sixteen_bits(case, dtype):
    check(case(m=1, n=90, dtype=dtype))


@pytest.mark.parametrize("alpha", [1.0, 3.0])
def test_every_alpha(case, alpha):
    made = case(m=1, n=90, alpha=alpha)
    out = decode(made.query, made.key, made.value, alpha=alpha, **made.options)
    tensors = (x.detach().numpy() for x in (made.query, made.key, made.value))
    # Random rows are far from their thresholds; float32 then gives some 1e-6.
    np.testing.assert_allclose(out.numpy(), exact_attention(*tensors, alpha=alpha, **made.options), atol=2e-5)


def test_values_without_mass_are_not_read(case):
    made = case(m=1, n=64 * 12, heads=1, sharp=4.0)
    with torch.no_grad():
        made.key[:, :, 200:201] = 3 * made.query  # a needle
    call = Arguments.read(made.query, made.key, made.value, 1.5, False, made.options["scale"], None, None)
    read = []
    decoded(call, read)
    p = made.reach()[0][0, 0, 0]
    keys = configuration_for(call).decode_keys
    live = {int(j) // keys for j in np.flatnonzero(p)}
    assert int(read[0].sum()) == len(live) < 12
    made.value.data[:, :, [j for j in range(64 * 12) if j // keys not in live]] = torch.nan  # never looked at
    assert decode(made.query, made.key, made.value, **made.options).isfinite().all()
