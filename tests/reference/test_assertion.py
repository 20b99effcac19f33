"""``assert_close``: passes what is right and explains what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from entmax_oracle.reference import assert_close, entmax


def test_right_answers_pass():
    z = np.random.default_rng(0).standard_normal((4, 50)).astype(np.float32)
    for alpha in (1, 1.5, 2, 3):
        assert_close(entmax(z, alpha), z, alpha)
        assert_close(entmax(z, alpha).astype(np.float32), z, alpha)
        assert_close(entmax(z, alpha).astype(np.float16), z, alpha)
    assert_close(entmax(z, 2, axis=0), z, 2, axis=0)
    assert_close(np.zeros((0, 3)), np.zeros((0, 3)))


def test_torch_tensors():
    torch = pytest.importorskip("torch")
    z = torch.randn(3, 7)
    assert_close(torch.softmax(z, -1), z, alpha=1)
    with pytest.raises(AssertionError, match="bfloat16 budget"):
        assert_close((torch.softmax(z, -1) * 1.02).to(torch.bfloat16), z, alpha=1)


def test_the_worst_token_is_explained():
    z = np.random.default_rng(0).standard_normal((3, 8))
    p = entmax(z).astype(np.float32)
    j = int(p[1].argmax())
    p[1, j] += 1e-4
    with pytest.raises(AssertionError) as failure:
        assert_close(p, z)
    message = str(failure.value)
    assert f"worst at [1, {j}]" in message
    for word in ("1 of 24", "certified in [", "ulp", "times the budget", "true support", "alpha=1.5, float32 budget"):
        assert word in message


def test_a_certain_zero_must_be_zero():
    with pytest.raises(AssertionError, match=r"worst at \[1\].*certified 0 exactly"):
        assert_close([1.0, 1e-30], [5.0, 0.0])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -0.1])
def test_nonsense_is_wrong(bad):
    with pytest.raises(AssertionError, match=r"2 of 2|1 of 2"):
        assert_close([bad, 0.5], [1.0, 1.0])


def test_shapes_must_agree():
    with pytest.raises(AssertionError, match=r"shape \(3,\).*shape \(2,\)"):
        assert_close([1.0, 0.0, 0.0], [1.0, 0.0])


def test_promised_precision():
    z = [0.3, 0.1, -0.2]
    p = entmax(z).astype(np.float32)
    with pytest.raises(AssertionError, match="float64 budget"):
        assert_close(p, z, dtype="float64")
