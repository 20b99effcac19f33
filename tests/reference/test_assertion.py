"""The assertions pass what is right and explain what is wrong."""

from __future__ import annotations

import time
import traceback

import numpy as np
import pytest

from entmax_oracle.reference import (
    assert_attention_close,
    assert_close,
    assert_gradient_close,
    assert_loss_close,
    assert_normaliser_close,
    attention,
    budget,
    enclose,
    entmax,
    fenchel_young_loss,
    vjp,
)
from entmax_oracle.reference.assertions import comparing, rows
from entmax_oracle.reference.normalisers import normaliser


def test_right_answers_pass():
    z = np.random.default_rng(0).standard_normal((4, 50)).astype(np.float32)
    for alpha in (1, 1.5, 2, 3):
        assert_close(entmax(z, alpha), z.astype(np.float64), alpha)
        assert_close(entmax(z, alpha).astype(np.float32), z, alpha)
        assert_close(entmax(z, alpha).astype(np.float16), z, alpha, dtype="float16")
    assert_close(entmax(z, 2, axis=0).astype(np.float32), z, 2, axis=0)
    assert_close(np.zeros((0, 3)), np.zeros((0, 3)))


def test_torch_tensors():
    torch = pytest.importorskip("torch")
    z = torch.randn(3, 7, requires_grad=True)
    assert_close(torch.softmax(z, -1), z, alpha=1)
    with pytest.raises(AssertionError, match="bfloat16 budget"):
        assert_close((torch.softmax(z.bfloat16().float(), -1) * 1.02).bfloat16(), z.bfloat16(), alpha=1)


def test_the_worst_token_is_explained():
    z = np.random.default_rng(0).standard_normal((3, 8)).astype(np.float32)
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


def test_the_dtype_is_that_of_the_logits_unless_said():
    z = np.float32([0.3, 0.1, -0.2])
    with pytest.raises(AssertionError, match=r"actual is float64, but z is float32; .*dtype='float64'"):
        assert_close(entmax(z), z)
    assert_close(entmax(z), z, dtype="float64")
    with pytest.raises(AssertionError, match="float64 budget"):
        assert_close(entmax(z).astype(np.float32), z, dtype="float64")
    with pytest.raises(AssertionError, match="actual is float64, but key is float32"):
        assert_attention_close(np.zeros((1, 1, 1, 1)), *(np.zeros((1, 1, 1, 1), t) for t in ("f8", "f4", "f8")))


def test_each_row_has_its_own_alpha():
    z = np.random.default_rng(3).standard_normal((4, 2, 9))
    p = np.stack([entmax(z[:, 0], 2), entmax(z[:, 1], 1.5)], axis=1)
    assert_close(p, z, [2, 1.5])
    assert_close(np.moveaxis(p, -1, 0), np.moveaxis(z, -1, 0), [2, 1.5], axis=0)
    with pytest.raises(AssertionError, match=r"worst at \[\d, 1, \d\].*\n.*\n.*|alpha=2"):
        assert_close(p, z, [[2, 2]] * 4)
    with pytest.raises(ValueError, match=r"alpha of shape \(3,\) does not broadcast to \(4, 2\)"):
        assert_close(p, z, [2, 1.5, 3])


@pytest.mark.parametrize(
    ("says", "value", "others"),
    [("zero", 0.0, ("nan", "mean")), ("nan", np.nan, ("zero", "mean")), ("mean", 0.25, ("zero", "nan"))],
)
def test_rows_without_a_live_token_have_what_is_said(says, value, others):
    z = np.array([[[0.0, 1.0, -np.inf, 2.0], [-np.inf] * 4]])
    p = np.full(z.shape, value)
    p[0, 0] = entmax(z[0, 0])
    assert_close(p, z, empty_rows=says)
    assert_close(p, z, empty_rows="any")
    for each in others:
        with pytest.raises(AssertionError, match=r"every token of row \[0, 1\] is masked"):
            assert_close(p, z, empty_rows=each)
    p[0, 0, 0] += 1e-3
    with pytest.raises(AssertionError, match=r"worst at \[0, 0, 0\]"):
        assert_close(p, z, empty_rows=says)


def test_bad_logits_are_named_by_their_place():
    z = np.zeros((3, 2))
    z[2, 1] = np.nan
    with pytest.raises(ValueError, match=r"z\[2, 1\] is nan"):
        assert_close(np.zeros((3, 2)), z)
    with pytest.raises(ValueError, match="empty_rows: 'none'"):
        assert_close(np.zeros((3, 2)), np.zeros((3, 2)), empty_rows="none")


def test_a_message_comes_first_and_frames_are_hidden():
    def told():
        assert_close([0.4, 0.6], [1.0, 1.0], msg="in layer 3")

    with pytest.raises(AssertionError, match=r"^in layer 3\n2 of 2 probabilities are wrong") as failure:
        told()
    with pytest.raises(AssertionError, match=r"^seen: 2 of 2"):
        assert_close([0.4, 0.6], [1.0, 1.0], msg=lambda text: f"seen: {text}")
    places = [frame.f_locals for frame, _ in traceback.walk_tb(failure.value.__traceback__)]
    assert all("__tracebackhide__" in each for each in places[2:])
    assert len(places) > 3


@pytest.mark.parametrize(("alpha", "dtype"), [(1, "float32"), (1.5, "float64"), (1.5, "float16"), (2.5, "float32")])
def test_the_screen_passes_nothing_that_an_enclosure_fails(alpha, dtype):
    """Answers a hair within and beyond the budget, on rows of every size of gap."""
    rng = np.random.default_rng(5)
    z = (rng.standard_normal((9, 7)) * 10.0 ** rng.integers(-3, 2, (9, 1))).astype(dtype).astype(np.float64)
    found, allowed = enclose(z, alpha), budget(z, alpha, dtype)
    for part in (-1.001, -1 - 1e-9, -0.999, 0.5, 1.0, 1 + 1e-12, 1 + 1e-9, 1.001):
        got = np.where(part > 0, found.upper, found.lower) + part * allowed
        right = (np.maximum(found.lower - got, got - found.upper) <= allowed).all(axis=1)
        for row in range(len(z)):
            passed = True
            try:
                assert_close(got[row], z[row], alpha, dtype=dtype)
            except AssertionError:
                passed = False
            assert passed == right[row], (part, z[row])


def test_only_doubtful_rows_are_enclosed(monkeypatch):
    seen = []
    monkeypatch.setattr(rows, "enclose", lambda z, alpha: seen.append(z) or enclose(z, alpha))
    z = np.random.default_rng(0).standard_normal((200, 64)).astype(np.float32)
    p = entmax(z).astype(np.float32)
    assert_close(p, z)
    assert not seen
    p[17, p[17].argmax()] *= 1.01
    with pytest.raises(AssertionError):
        assert_close(p, z)
    assert [len(each) for each in seen] == [1]


def test_a_large_batch_takes_little():
    z = np.random.default_rng(0).standard_normal((1024, 512)).astype(np.float32)
    p = entmax(z).astype(np.float32)
    began = time.process_time()
    assert_close(p, z)
    screened = time.process_time() - began
    began = time.process_time()
    enclose(z[:256])
    assert screened < 8 * (time.process_time() - began)  # twice as fast as to enclose it all


def test_gradients():
    rng = np.random.default_rng(1)
    z, g = (rng.standard_normal((3, 4, 6)).astype(np.float32) for _ in range(2))
    for alpha in (1, 1.5, 2, 3):
        right = vjp(z, g, alpha).astype(np.float32)
        assert_gradient_close(right, z, g, alpha)
        with pytest.raises(AssertionError, match=r"1 of 72 entries of the gradient are wrong \(entmax"):
            assert_gradient_close(
                right + 0.01 * (np.arange(72).reshape(z.shape) == right.argmax()), z, g, alpha, dtype="float32"
            )
    assert_gradient_close(vjp(z, g, 2, axis=1).astype(np.float32), z, g, [[2] * 6] * 3, axis=1)
    assert_gradient_close([5.0, 5.0], [1.0, 0.0], [1.0, 0.0], alpha=2)  # at the kink nothing can be said
    with pytest.raises(AssertionError, match="got nan"):
        assert_gradient_close([np.nan, 5.0], [1.0, 0.0], [1.0, 0.0], alpha=2)


def test_attention_losses_and_normalisers():
    rng = np.random.default_rng(2)
    query, key, value = (rng.standard_normal((1, 2, 5, 4)).astype(np.float32) for _ in range(3))
    options = {"alpha": [1.5, 2], "is_causal": True, "alibi_slopes": [0.5, 0.25], "key_lengths": [4]}
    output = attention(query, key, value, **options).astype(np.float32)
    assert_attention_close(output, query, key, value, **options)
    with pytest.raises(AssertionError, match="outputs are wrong"):
        assert_attention_close(output, query, key, value, **options | {"is_causal": False})
    z, y = rng.standard_normal((6, 9)).astype(np.float32), rng.integers(0, 9, 6)
    losses = fenchel_young_loss(z, y, 1.5).astype(np.float32)
    assert_loss_close(losses, z, y, 1.5)
    with pytest.raises(AssertionError, match=r"1 of 6 losses are wrong \(Fenchel-Young"):
        assert_loss_close(losses + 1e-3 * (np.arange(6) == 2).astype(np.float32), z, y, 1.5)
    weights = normaliser("scalable-softmax")(z).astype(np.float32)
    assert_normaliser_close(weights, z, "scalable-softmax")
    with pytest.raises(AssertionError, match=r"weights are wrong \(softmax, float32 budget"):
        assert_normaliser_close(weights, z, "softmax")


def test_any_of_tied_tokens_may_be_chosen():
    z = np.float32([[1, 1, 1, 0], [2, 1, 1, 1]])
    for first, second in (([0.5, 0.5, 0, 0], [0, 1, 0]), ([0, 0.5, 0.5, 0], [0, 0, 1])):
        share = 1 / (1 + np.e)
        p = np.array([first, [1 - share, *(share * np.array(second))]], dtype=np.float32)
        assert_normaliser_close(p, z, "top-k-softmax", k=2)
    with pytest.raises(AssertionError):
        assert_normaliser_close(np.float32([[0.5, 0.25, 0.25, 0]]), z[:1], "top-k-softmax", k=2)


def test_precision_is_read_from_floating_point_arrays_alone():
    assert comparing.promised([1.0], {"z": np.arange(3)}, None, None).name == "float64"
    assert comparing.promised(np.float32([1]), {"z": [0]}, None, None).name == "float32"
