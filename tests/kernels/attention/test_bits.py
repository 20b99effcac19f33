"""The kernels for a CPU give a row the same bits whatever surrounds it, and are right where lists and rows are long."""

from itertools import pairwise

import pytest
import torch

from entmax_oracle.kernels.attention import attention, decode, numba_launch, operators, path, use_path
from entmax_oracle.kernels.attention.arguments import CPU_BLOCK, CPU_ROOM, Arguments
from entmax_oracle.kernels.layers import EntmaxAttention
from entmax_oracle.kernels.runtime import numba as compiled
from entmax_oracle.kernels.runtime.paths import Choice

TOKENS = 150
RULES = [(alpha, sharp) for alpha in (1.0, 1.3, 1.5, 3.0) for sharp in (0.1, 3.0)]
"""Flat rows, which take products with all keys, and sharp ones, which take lists."""


@pytest.fixture(autouse=True)
def on_a_cpu():
    with use_path("numba"):
        yield


@pytest.fixture
def threads(monkeypatch):
    monkeypatch.setattr(compiled, "GRAIN", 1)  # for little work, too
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def tensors(batch=2, n=TOKENS, features=20):
    """Four query heads on two key heads, and a gradient."""
    return [torch.randn(batch, heads, n, features) for heads in (4, 2, 2, 4)]


def run(query, key, value, grad, is_causal=True, **options):
    leaves = [x.clone().requires_grad_() for x in (query, key, value)]
    out = attention(*leaves, is_causal=is_causal, **options)
    return out.detach(), *torch.autograd.grad(out, leaves, grad)


def same(found, wanted):
    return all(torch.equal(x, y) for x, y in zip(found, wanted, strict=True))


FEATURES = {"window": (90, 0), "softcap": 2.0, "sinks": torch.tensor([-1.0, 0.0, 0.5, 2.0])}


@pytest.fixture(
    params=[*((rule, {}) for rule in RULES), *(((alpha, 0.1), FEATURES) for alpha in (1.0, 1.5, 3.0))],
    ids=lambda given: f"{given[0][0]}-{given[0][1]}" + ("-features" if given[1] else ""),
)
def options(request):
    (alpha, sharp), features = request.param
    return {"alpha": alpha, "scale": sharp / 20**0.5, **features}


def test_threads_and_batches(options, threads):
    given = tensors()
    wanted = run(*given, **options)
    for count in (2, 3):
        threads(count)
        assert same(run(*given, **options), wanted)
    assert same(run(*(x[1:] for x in given), **options), [x[1:] for x in wanted])


def test_plain_calls(monkeypatch):
    """They take kernels that are compiled for them, and get the bits of those for all calls."""
    for alpha, sharp in ((1.0, 3.0), (1.3, 3.0), (1.5, 0.1), (1.5, 3.0)):
        given, options = tensors(), {"alpha": alpha, "scale": sharp / 20**0.5}
        wanted = run(*given, **options)
        with monkeypatch.context() as patched:
            patched.setattr(numba_launch.kernels, "is_plain", lambda _: False)
            assert same(run(*given, **options), wanted)


def test_cuts_of_a_sequence(options):
    """Training, a prompt in pieces, and token by token."""
    query, key, value, grad = tensors()
    out, dq, *_ = run(query, key, value, grad, **options)
    edges = (0, 1, 71, 140, TOKENS)
    for start, stop in pairwise(edges):
        rows, seen = slice(start, stop), slice(0, stop)
        part, dq_part, *_ = run(query[:, :, rows], key[:, :, seen], value[:, :, seen], grad[:, :, rows], **options)
        assert same((part, dq_part), (out[:, :, rows], dq[:, :, rows]))
        one = decode(query[:, :, start : start + 1], key[:, :, : start + 1], value[:, :, : start + 1], **options)
        assert torch.equal(one, out[:, :, start : start + 1])


def test_what_is_hidden(options):
    """NaN and infinity behind a sequence, and in the future, change no bit of what cannot see them."""
    options = {**options, "window": None}  # it would move with what is behind
    query, key, value, grad = tensors()
    out, dq, *_ = run(query, key, value, grad, **options)
    bad = ((key, torch.nan), (value, torch.inf))
    behind = [torch.cat([x, torch.full_like(x[:, :, :40], number)], 2) for x, number in bad]
    lengths = torch.full((2,), TOKENS)
    last = decode(query[:, :, -1:], *behind, key_lengths=lengths, **options)
    assert torch.equal(last, out[:, :, -1:])
    padded = run(query, *behind, grad, is_causal=False, key_lengths=lengths, **options)
    wanted = run(query, key, value, grad, is_causal=False, **options)
    assert same([padded[0], padded[1], *(x[:, :, :TOKENS] for x in padded[2:])], wanted)
    assert not any(x[:, :, TOKENS:].any() for x in padded[2:])
    cut = 100
    for x, bad in ((key, torch.inf), (value, torch.nan)):
        x[:, :, cut:] = bad
    spoiled = run(query, key, value, grad, **options)
    assert same([x[:, :, :cut] for x in spoiled[:2]], (out[:, :, :cut], dq[:, :, :cut]))
    grad[:, :, cut:] = 0
    wanted = run(*(x[:, :, :cut] for x in (query, key, value, grad)), **options)
    assert same(wanted[:2], (out[:, :, :cut], dq[:, :, :cut]))


def test_lists_that_outgrow_their_room_are_made_again():
    """A block whose rows have more live keys than it keeps, but are not dense: rows alone, which fit, say the same."""
    n = 2048
    query, key, value, grad = (torch.randn(1, 1, n, 16) for _ in range(4))
    query[:, :, :-CPU_BLOCK] = 0  # only the last block counts
    options = {"alpha": 1.25, "scale": 0.4}
    rows, leaves = slice(n - CPU_BLOCK, n), (query, key, value)
    out, dq, *_ = run(*leaves, grad, **options)
    p = attention(query[:, :, rows], key, torch.eye(n)[None, None], is_causal=True, **options)
    live = (p > 0).sum(-1)
    assert live.sum() > CPU_ROOM * CPU_BLOCK
    assert live.max() < n // 4
    for row in (n - CPU_BLOCK, n - 1):
        one = slice(row, row + 1)
        part = run(query[:, :, one], key[:, :, : row + 1], value[:, :, : row + 1], grad[:, :, one], **options)
        assert same(part[:2], (out[:, :, one], dq[:, :, one]))


def test_masks_of_every_shape_say_the_same(options, threads):
    """Broadcast or whole, boolean or added, of one batch or of another, on one thread or on more."""
    query, key, value, grad = tensors()
    seen = torch.rand(TOKENS) > 0.3
    wanted = run(query, key, value, grad, attn_mask=seen, **options)
    whole = seen.expand(2, 4, TOKENS, TOKENS).contiguous()
    threads(2)
    for mask in (whole, whole[:, :1], whole[:1], torch.zeros(TOKENS).masked_fill(~seen, -torch.inf)):
        assert same(run(query, key, value, grad, attn_mask=mask, **options), wanted)

    def gradient(mask):
        out = attention(query, key, value, is_causal=True, attn_mask=mask.requires_grad_(), **options)
        return torch.autograd.grad(out, mask, grad)[0]

    one, every = (torch.zeros(size).masked_fill(~seen, -torch.inf) for size in ((TOKENS,), (1, 4, TOKENS, TOKENS)))
    found = gradient(every)
    # Sums of some 1000 float32 numbers of order one, in another order.
    torch.testing.assert_close(found.sum((0, 1, 2)), gradient(one), rtol=1e-3, atol=1e-4)
    threads(1)
    assert torch.equal(gradient(every), found)


def test_a_cache_that_slides(options):
    """Keys before the window of the first query may be left out, in whole blocks."""
    query, key, value, grad = tensors()
    options = {**options, "window": (40, 0)}
    out, dq, *_ = run(query, key, value, grad, **options)
    seen, rows = slice(64, TOKENS), slice(110, TOKENS)
    part = run(query[:, :, rows], key[:, :, seen], value[:, :, seen], grad[:, :, rows], **options)
    assert same(part[:2], (out[:, :, rows], dq[:, :, rows]))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_sixteen_bits_are_rounded_once(dtype):
    """The answer and the gradients are those of float32, rounded."""
    narrow = [x.to(dtype) for x in tensors(1)]
    wide = run(*(x.float() for x in narrow))
    assert same(run(*narrow), [x.to(dtype) for x in wide])


def test_memory_is_linear():
    """What is kept for the backward pass: at most 552 bytes for each query and head in float32."""
    query = torch.empty(1, 4, 8192, 64)
    kept = Arguments.read(query, query, query, 1.5, True, None, None, None).empty_lists(True)
    assert sum(x.numel() * x.element_size() for x in kept) <= 552 * 4 * 8192


def test_layers_take_it_without_being_asked(monkeypatch):
    monkeypatch.setattr(operators, "INTERPRETED", False)
    monkeypatch.setattr(operators, "_choice", Choice("test"))
    layer, hidden = EntmaxAttention(16, 2), torch.randn(1, 5, 16)
    assert path(*layer.project(hidden)) == "numba"
    ran, forward = [], numba_launch.forward
    monkeypatch.setattr(numba_launch, "forward", lambda *given, **named: ran.append(given) or forward(*given, **named))
    layer(hidden)
    assert len(ran) == 1


def test_gradcheck():
    query, key, value = (torch.randn(1, 3, 6, 16, dtype=torch.float64) / 2 for _ in range(3))
    alpha, scale = torch.tensor([1.3, 1.7, 2.6], dtype=torch.float64), torch.rand(3, 1, dtype=torch.float64)
    leaves = [x.requires_grad_() for x in (query, key, value, alpha, scale)]
    assert torch.autograd.gradcheck(
        lambda q, k, v, a, s: attention(q, k, v, alpha=a, scale=s, is_causal=True), leaves, atol=1e-6
    )
