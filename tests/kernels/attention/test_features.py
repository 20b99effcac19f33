"""Masks, windows, caps, sinks and logarithms of sums: against their formulas, and against the reference."""

import math

import numpy as np
import pytest
import torch

from entmax_oracle.kernels.attention import attention, decode, launch, path, threshold, use_path
from entmax_oracle.kernels.attention.arguments import Arguments
from entmax_oracle.reference import assert_attention_close, attention_vjp, attention_vjp_budget

PATHS = ("torch", "numba")
ALPHAS = (1.0, 1.25, 1.5, 2.0, 3.0)
BATCH, HEADS, KEY_HEADS, FEATURES = 2, 4, 2, 10
SIZES = ((7, 7), (5, 40), (40, 5), (70, 70), (33, 150))
FEW = ((7, 7), (1, 40), (20, 5), (18, 18), (17, 35))
"""Queries and keys; fewer for the interpreter."""


@pytest.fixture(params=PATHS)
def taken(request):
    with use_path(request.param):
        yield request.param


def entmax(s, alpha):
    """Differentiable alpha-entmax of rows, 0 where there is nothing: bisection, then the derivative of the root."""
    masked = s == -math.inf
    if alpha.item() == 1:
        return s.masked_fill(masked.all(-1, keepdim=True), 0.0).softmax(-1).masked_fill(masked, 0.0)
    x = ((alpha - 1) * s.masked_fill(masked, 0.0)).masked_fill(masked, -1e9)
    q, fixed = 1 / (alpha - 1), x.detach()
    low = fixed.amax(-1, keepdim=True) - 1
    high = low + 1
    for _ in range(60):
        middle = (low + high) / 2
        heavy = (fixed - middle).clamp(min=0).pow(q.detach()).sum(-1, keepdim=True) >= 1
        low, high = torch.where(heavy, middle, low), torch.where(heavy, high, middle)
    live = fixed > low
    mass = torch.where(live, torch.where(live, x - low, 1.0).pow(q), 0.0).sum(-1, keepdim=True)
    rate = torch.where(live, torch.where(live, fixed - low, 1.0).pow(q.detach() - 1) * q.detach(), 0.0)
    tau = low + (mass - mass.detach()) / rate.sum(-1, keepdim=True)
    return torch.where(live & ~masked, torch.where(live, x - tau, 1.0).pow(q), 0.0)


def formulas(query, key, value, *, alpha, scale, is_causal=False, alibi_slopes=None, key_lengths=None, attn_mask=None,
             window=None, softcap=None, sinks=None):  # fmt: skip
    """Output and logarithms of the sums, from the whole matrix of probabilities, in the order of the documentation."""
    (m, n), group = (query.shape[2], key.shape[2]), query.shape[1] // key.shape[1]
    key, value = (x.repeat_interleave(group, 1) for x in (key, value))
    s = scale.expand(query.shape[:3])[..., None] * (query @ key.mT)
    if softcap is not None:
        s = softcap * (s / softcap).tanh()
    p, j = torch.arange(m)[:, None] + n - m, torch.arange(n)
    seen = torch.ones(s.shape, dtype=torch.bool)
    if alibi_slopes is not None:
        s = s - alibi_slopes[:, None, None] * (p - j).abs()
    if attn_mask is not None:
        seen = seen & (attn_mask if attn_mask.dtype == torch.bool else attn_mask > -math.inf)
        s = s if attn_mask.dtype == torch.bool else s + attn_mask.masked_fill(attn_mask == -math.inf, 0.0)
    if is_causal:
        seen &= j <= p
    left, right = window or (None, None)
    seen &= (left in (None, -1)) | (p - (left or 0) <= j)
    seen &= (right in (None, -1)) | (j <= p + (right or 0))
    if key_lengths is not None:
        seen &= (j < key_lengths[:, None])[:, None, None]
    s = s.masked_fill(~seen, -math.inf)
    if sinks is not None:
        s = torch.cat([s, sinks[:, None, None].expand(*s.shape[:3], 1)], -1)
    return entmax(s, alpha)[..., :n] @ value, s.logsumexp(-1)


def drawn(seed, dtype=torch.float64, sizes=SIZES, batch=BATCH):
    """Draw tensors and features; of each feature every kind appears for some seed."""
    torch.manual_seed(seed)
    m, n = sizes[seed % 5]

    def some(*choices):
        return choices[int(torch.randint(len(choices), ()))]

    tensors = [torch.randn(batch, h, t, FEATURES) for h, t in ((HEADS, m), (KEY_HEADS, n), (KEY_HEADS, n))]
    per_head = torch.randn(1, HEADS, m, n)
    options = {
        "scale": torch.rand(batch, HEADS, m) * some(0.1, 1.0),
        "is_causal": some(False, True),
        "window": some(None, (0, 0), (3, 0), (5, 2), (None, 1), (40, -1)),
        "softcap": some(None, 0.7, 5.0),
        "sinks": some(None, torch.randn(HEADS)),
        "key_lengths": some(None, torch.tensor([n, n // 2][-batch:])),
        "alibi_slopes": some(None, torch.tensor([0.0, 0.1, 0.5, 0.2])),
        "attn_mask": some(
            None,
            torch.rand(batch, 1, m, n) > 0.4,
            torch.rand(n) > 0.4,
            torch.randn(batch, 1, 1, n),
            per_head.masked_fill(torch.rand(per_head.shape) > 0.8, -math.inf),
        ),
    }
    wide = {
        name: x.to(dtype) if isinstance(x, torch.Tensor) and x.is_floating_point() else x for name, x in options.items()
    }
    return [x.to(dtype) for x in tensors], {name: x for name, x in wide.items() if x is not None}


def leaves_of(tensors, options, alpha):
    """Copies that need gradients, by name, and the options with them."""
    leaves = dict(zip(("query", "key", "value"), tensors, strict=True)) | {
        name: options[name]
        for name in ("scale", "sinks", "attn_mask")
        if name in options and options[name].is_floating_point()
    }
    leaves["alpha"] = torch.tensor(alpha, dtype=options["scale"].dtype)
    leaves = {name: x.clone().requires_grad_() for name, x in leaves.items()}
    rest = {name: leaves.get(name, x) for name, x in options.items()} | {"alpha": leaves["alpha"]}
    return leaves, [leaves[name] for name in ("query", "key", "value")], rest


@pytest.mark.parametrize("seed", range(25))
def test_values_and_every_gradient_follow_the_formulas(taken, seed):
    alpha = ALPHAS[seed // 5]
    tensors, options = drawn(seed)
    wants_lse = alpha == 1
    found = []
    for call in (attention, formulas):
        leaves, arrays, rest = leaves_of(tensors, options, alpha)
        if call is formulas:
            out, lse = call(*arrays, **rest)
        elif wants_lse:
            assert path(*arrays, return_lse=True, **rest) == taken
            out, lse = call(*arrays, return_lse=True, **rest)
        else:
            out, lse = call(*arrays, **rest), None
        torch.manual_seed(seed)
        loss = (torch.randn(out.shape, dtype=out.dtype) * out).sum()
        if wants_lse:
            del leaves["alpha"]  # softmax alone has a logarithm, which has no derivative in alpha
            loss = loss + (torch.randn(lse.shape, dtype=lse.dtype) * lse.masked_fill(lse == -math.inf, 0.0)).sum()
        grads = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True, materialize_grads=True)
        found.append({"out": out.detach(), **dict(zip(leaves, grads, strict=True))})
        if wants_lse:
            found[-1]["lse"] = lse.detach()
    # float64 is right to some 1e-12 here, where a feature out of place changes numbers by 1e-3 and more.
    for name, wanted in found[1].items():
        torch.testing.assert_close(
            found[0][name], wanted, rtol=1e-9, atol=1e-9, msg=lambda said, of=name: f"{of}: {said}"
        )


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("seed", range(100, 106))
def test_values_and_gradients_stay_within_the_budgets_of_the_reference(taken, seed, dtype):
    within_budgets((1.0, 1.5, 2.0)[seed % 3], *drawn(seed, torch.float32), dtype)


@pytest.mark.parametrize("seed", [200, 214, 219, 229, 234, 238])
def test_the_kernels_of_the_gpu_stay_within_the_budgets(small_tiles, seed):
    tensors, options = drawn(seed, torch.float32, FEW, batch=1)
    alpha = (1.1, 1.25, 1.5, 2.0)[seed % 4]
    with use_path("interpreter"):
        assert path(*tensors, alpha=alpha, **options) == "interpreter"
        within_budgets(alpha, tensors, options, torch.bfloat16 if seed % 5 == 3 else torch.float32)


def within_budgets(alpha, tensors, options, dtype):
    leaves, arrays, rest = leaves_of([x.to(dtype) for x in tensors], options, alpha)
    wants_lse = alpha == 1
    told = {name: x.detach().numpy() if isinstance(x, torch.Tensor) else x for name, x in rest.items()}
    told["alpha"] = alpha
    given = attention(*arrays, **rest, return_lse=True) if wants_lse else attention(*arrays, **rest)
    exact = [x.detach() for x in arrays]
    assert_attention_close(
        [x.detach() for x in given] if wants_lse else given.detach(), *exact, **told, return_lse=wants_lse
    )
    out = given[0] if wants_lse else given
    grad = torch.randn(out.shape).to(dtype)
    out.backward(grad)
    wide = [x.double().numpy() for x in (*exact, grad)]
    wanted = attention_vjp(*wide, **told)
    allowed = attention_vjp_budget(*wide, **told, dtype=str(dtype).removeprefix("torch."), compute_dtype="float32")
    for name in ("query", "key", "value", "sinks", "attn_mask"):
        if name in leaves:
            error = np.abs(leaves[name].grad.double().numpy() - getattr(wanted, name))
            assert (error <= getattr(allowed, name)).all(), name


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("alpha", [1.0, 1.5, 3.0])
def test_what_a_mask_or_a_window_hides_is_never_used(taken, alpha, bad):
    """Not one bit changes of answers and gradients in query, whatever the hidden keys and values hold."""
    query, key, value = (torch.randn(1, h, 40, 16) for h in (2, 1, 1))
    seen = torch.arange(40) % 3 > 0
    for options, hidden in (
        ({"attn_mask": seen}, ~seen),
        ({"attn_mask": torch.zeros(40).masked_fill(~seen, -math.inf)}, ~seen),
        ({"window": (4, 1)}, torch.arange(40) < 21),
    ):
        rows, found = slice(25, 40) if "window" in options else slice(0, 40), []
        for fill in (0.0, bad):
            leaves = [query.clone()] + [x.masked_fill(hidden[:, None], fill) for x in (key, value)]
            leaves = [x.requires_grad_() for x in leaves]
            out = attention(*leaves, alpha=alpha, sinks=torch.zeros(2), **options)[:, :, rows]
            found.append((out, *torch.autograd.grad(out.square().sum(), leaves)))
        assert torch.equal(found[0][0], found[1][0])
        assert torch.equal(found[0][1][:, :, rows], found[1][1][:, :, rows])
        assert found[1][0].isfinite().all()


@pytest.mark.parametrize("taken", [*PATHS, "interpreter"], indirect=True)
def test_a_query_that_sees_nan_through_a_window_is_nan(taken, small_tiles):
    query, key, value = (torch.randn(1, 1, 40, 16) for _ in range(3))
    key[:, :, 20] = math.nan
    leaves = [x.requires_grad_() for x in (query, key, value)]
    out = attention(*leaves, window=(3, 1), softcap=2.0)
    seen = (torch.arange(40) >= 19) & (torch.arange(40) <= 23)
    assert out[0, 0].isnan().all(-1).equal(seen)
    dv = torch.autograd.grad(out.sum(), leaves)[2][0, 0].isnan().any(-1)
    assert dv.equal((torch.arange(40) >= 16) & (torch.arange(40) <= 24))


@pytest.mark.parametrize("taken", [*PATHS, "interpreter"], indirect=True)
def test_sinks_far_above_and_below(taken):
    query, key, value = (torch.randn(1, 2, 9, 16) for _ in range(3))
    value.requires_grad_()
    for alpha in (1.0, 1.5, 3.0):
        out = attention(query, key, value, alpha=alpha, sinks=torch.tensor([1e30, -1e30]))
        assert (out[:, 0] == 0).all()
        torch.testing.assert_close(out[:, 1], attention(query, key, value, alpha=alpha)[:, 1], rtol=1e-6, atol=1e-7)
        assert torch.autograd.grad(out.sum(), value)[0].isfinite().all()


@pytest.mark.parametrize("taken", [*PATHS, "interpreter"], indirect=True)
def test_a_cap_far_above_the_scores_changes_almost_nothing(taken):
    """Off by a third of the square of their quotient, and by no part of the cap."""
    query, key, value = (torch.randn(1, 1, 9, 16) for _ in range(3))
    wanted = attention(query, key, value, window=(3, 0))
    torch.testing.assert_close(attention(query, key, value, window=(3, 0), softcap=1e6), wanted, rtol=1e-5, atol=1e-6)


def test_logarithms_merge_halves_of_the_keys(taken):
    """Attention to all keys is that to each half, weighted by the exponentials of the logarithms: trained too."""
    leaves = [torch.randn(1, 2, 12, 16, dtype=torch.float64, requires_grad=True) for _ in range(3)]

    def merged(query, key, value):
        parts = [attention(query, key[:, :, s], value[:, :, s], alpha=1.0, return_lse=True)
                 for s in (slice(0, 5), slice(5, 12))]  # fmt: skip
        weights = torch.stack([lse for _, lse in parts]).softmax(0)
        return sum(w[..., None] * out for w, (out, _) in zip(weights, parts, strict=True))

    whole = attention(*leaves, alpha=1.0)
    torch.testing.assert_close(merged(*leaves), whole)
    found, wanted = (torch.autograd.grad(x.sin().sum(), leaves) for x in (merged(*leaves), whole))
    torch.testing.assert_close(found, wanted)


def test_logarithms_where_nothing_is_summed(taken):
    query, key = torch.randn(2, 2, 3, 16), torch.randn(2, 2, 4, 16)
    lengths = torch.tensor([0, 4])
    sinks = torch.tensor([0.5, -2.0])
    for n in (4, 0):
        out, lse = attention(query, key[:, :, :n], key[:, :, :n], alpha=1.0, key_lengths=lengths.clamp(max=n),
                             return_lse=True)  # fmt: skip
        assert (lse[0] == -math.inf).all()
        assert (out[0] == 0).all()
        _, lse = attention(query, key[:, :, :n], key[:, :, :n], alpha=1.0, key_lengths=lengths.clamp(max=n),
                           sinks=sinks, return_lse=True)  # fmt: skip
        torch.testing.assert_close(lse[0], sinks[:, None].expand(2, 3))


def test_decoding(taken):
    for seed in range(120, 125):
        tensors, options = drawn(seed, torch.float32)
        wanted = attention(*tensors, alpha=1.5, **options)
        assert torch.equal(decode(*tensors, alpha=1.5, **options), wanted)
        out, lse = decode(*tensors, alpha=1.0, return_lse=True, **options)
        assert torch.equal(out, attention(*tensors, alpha=1.0, **options))
        assert lse.shape == out.shape[:3]


def everything(m, n, **rest):
    """Use all features at once."""
    return {
        "window": (20, 1),
        "softcap": 3.0,
        "sinks": torch.randn(HEADS),
        "attn_mask": torch.randn(1, 1, m, n),
        "scale": 0.5,
    } | rest


@pytest.mark.parametrize("backend", ["aot_eager", "inductor"])
def test_compiled(taken, backend):
    torch._dynamo.reset()
    tensors = [torch.randn(BATCH, h, 9, 16) for h in (HEADS, KEY_HEADS, KEY_HEADS)]
    options = everything(9, 9)

    def call(query, key, value, sinks, mask):
        out, lse = attention(
            query, key, value, alpha=1.0, **{**options, "sinks": sinks, "attn_mask": mask}, return_lse=True
        )
        return out.square().sum() + lse.sum()

    leaves = [x.requires_grad_() for x in (*tensors, options["sinks"], options["attn_mask"])]
    wanted = torch.autograd.grad(call(*leaves), leaves)
    found = torch.autograd.grad(torch.compile(call, backend=backend, fullgraph=True)(*leaves), leaves)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


def test_functional_gradients(taken):
    tensors = [torch.randn(BATCH, h, 9, 16) for h in (HEADS, KEY_HEADS, KEY_HEADS)]
    options = everything(9, 9)

    def loss(query, key, value, sinks, mask):
        return attention(query, key, value, **{**options, "sinks": sinks, "attn_mask": mask}).square().sum()

    leaves = [*tensors, options["sinks"], options["attn_mask"]]
    found = torch.func.grad(loss, argnums=tuple(range(5)))(*leaves)
    for x in leaves:
        x.requires_grad_()
    assert all(torch.equal(x, y) for x, y in zip(found, torch.autograd.grad(loss(*leaves), leaves), strict=True))
    stacked = torch.stack([leaves[0].detach(), -leaves[0].detach()])
    mapped = torch.func.vmap(lambda x: attention(x, *leaves[1:3], alpha=1.0, return_lse=True, window=(2, 0)))(stacked)
    for i, query in enumerate(stacked):
        alone = attention(query, *leaves[1:3], alpha=1.0, return_lse=True, window=(2, 0))
        assert all(torch.equal(x[i], y) for x, y in zip(mapped, alone, strict=True))


def test_the_kernels_of_the_gpu_take_them(interpreted):
    x = torch.randn(1, 1, 3, 16)
    with use_path("interpreter"):
        for name, given in (
            ("attn_mask", torch.ones(3, 3, dtype=torch.bool)),
            ("window", (1, 0)),
            ("softcap", 2.0),
            ("sinks", torch.zeros(1)),
        ):
            assert path(x, x, x, **{name: given}) == "interpreter"
        assert path(x, x, x, return_lse=True, alpha=1.0) == "torch"  # as for all softmax


_SEEN = torch.arange(20) % 3 > 0


@pytest.mark.parametrize(
    ("bad", "options", "hidden"),
    [
        (math.nan, {"attn_mask": _SEEN}, ~_SEEN),
        (math.inf, {"attn_mask": torch.zeros(20).masked_fill(~_SEEN, -math.inf)}, ~_SEEN),
        (math.nan, {"window": (4, 1)}, torch.arange(20) < 9),
    ],
)
def test_what_is_hidden_in_a_visible_block_is_never_used(small_tiles, bad, options, hidden):
    """The kernels of the GPU multiply whole blocks, and compute again what came out of that."""
    query, key, value = (torch.randn(1, 1, 20, 16) for _ in range(3))
    rows, found = slice(13, 20), []  # in the window of none of them is a hidden key
    with use_path("interpreter"):
        for fill in (0.0, bad):
            leaves = [query.clone()] + [x.masked_fill(hidden[:, None], fill) for x in (key, value)]
            leaves = [x.requires_grad_() for x in leaves]
            out = attention(*leaves, sinks=torch.zeros(1), **options)[:, :, rows]
            once = decode(*leaves, sinks=torch.zeros(1), **options)[:, :, rows]
            found.append((out, once, torch.autograd.grad(out.square().sum(), leaves)[0][:, :, rows]))
    torch.testing.assert_close(found[1], found[0], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(found[1][1], found[1][0], rtol=1e-4, atol=1e-5)


def test_blocks_out_of_reach_of_a_window_are_not_read(small_tiles, monkeypatch):
    blocks, load_rows = [], threshold.load_rows

    def noted(x, rows, *rest):
        blocks.append(int(rows.handle.data.min()) // 16)
        return load_rows(x, rows, *rest)

    monkeypatch.setattr(threshold, "load_rows", noted)
    query, key = torch.randn(1, 1, 32, 16), torch.randn(1, 1, 64, 16)
    for window, is_causal, wanted in (
        ((17, 0), True, {(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (1, 3)}),
        ((16, 1), False, {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3)}),
        ((0, None), False, {(0, 2), (0, 3), (1, 3)}),
        ((None, 0), False, {(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (1, 3)}),
    ):
        blocks.clear()
        counts = launch.Counts()
        call = Arguments.read(query, key, key, 1.5, is_causal, 9.0, None, None, window=window)
        launch.forward(call, save=False, counts=counts)
        # Of each program the last block of queries first, and then its blocks of keys from the last on.
        found, at = set(), 0
        for i in (1, 0):
            assert blocks[at] == i
            stop = at + 1 + sum(1 for one in wanted if one[0] == i)
            found |= {(i, j) for j in blocks[at + 1 : stop]}
            at = stop
        assert at == len(blocks)
        assert found == wanted
        assert counts.visible == len(wanted)


@pytest.mark.parametrize("m", [1, 3])
def test_decoding_does_not_read_before_a_window(interpreted, m):
    """Keys that no query reaches are cut off: the same bits as without them, and nothing of what they hold."""
    query, key, value = torch.randn(2, 4, m, 16), *(torch.randn(2, 2, 50, 16) for _ in range(2))
    first = 50 - m - 9
    mask, lengths = torch.randn(2, 1, m, 50), torch.tensor([50, 46])
    options = {"window": (9, 0), "sinks": torch.randn(4)}
    with use_path("interpreter"):
        wanted = decode(query, key[:, :, first:], value[:, :, first:], attn_mask=mask[..., first:],
                        key_lengths=lengths - first, **options)  # fmt: skip
        key[:, :, :first], value[:, :, :first] = math.nan, math.nan
        assert torch.equal(decode(query, key, value, attn_mask=mask, key_lengths=lengths, **options), wanted)


@pytest.mark.parametrize("seed", range(220, 226))
def test_decoding_on_a_gpu_stays_within_the_budgets(interpreted, seed):
    tensors, options = drawn(seed, torch.float32, FEW)
    alpha = (1.0, 1.5, 3.0)[seed % 3]
    with use_path("interpreter"):
        given = decode(*tensors, alpha=alpha, **options, return_lse=alpha == 1)
    told = {name: x.numpy() if isinstance(x, torch.Tensor) else x for name, x in options.items()}
    assert_attention_close(given, *tensors, alpha=alpha, **told, return_lse=alpha == 1)


def test_a_sink_beside_a_list_that_overflows(small_tiles):
    """All keys live, none of which fits beside the sink: it is one of n + 1 equal scores, or almost without mass."""
    query, value = torch.zeros(1, 2, 3, 16), torch.ones(1, 1, 40, 16)
    with use_path("interpreter"):
        out = attention(query, value, value, sinks=torch.tensor([0.0, -20.0]))
    torch.testing.assert_close(out[0, 0], torch.full((3, 16), 40 / 41))
    torch.testing.assert_close(out[0, 1], torch.ones(3, 16))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"attn_mask": torch.ones(3, 4, dtype=torch.int64)}, "attn_mask has dtype torch.int64: it must be boolean"),
        ({"attn_mask": torch.ones(4, 3)}, r"attn_mask of shape \(4, 3\) does not broadcast to \(B, H, M, N\)"),
        ({"attn_mask": torch.ones(1, 1, 1, 3, 4)}, "does not broadcast"),
        ({"window": 3}, r"window is 3: it must be \(left, right\)"),
        ({"window": (1, 2, 3)}, "it must be"),
        ({"window": (1.5, 0)}, r"window\[0\] is 1.5: it must be an integer from 0"),
        ({"window": (0, -2)}, r"window\[1\] is -2"),
        ({"window": (True, 0)}, r"window\[0\] is True"),
        ({"softcap": 0.0}, "softcap is 0: it must be above 0"),
        ({"softcap": -3.0}, "softcap is -3"),
        ({"softcap": 1e-50}, "softcap is 1e-50: it must be above 0"),
        ({"softcap": math.inf}, "softcap must be finite"),
        ({"softcap": "3"}, "softcap must be a number"),
        ({"softcap": torch.tensor(3.0)}, "softcap must be a number, got a tensor"),
        ({"sinks": torch.zeros(3)}, r"sinks must have shape \(2,\), one per head, got \(3,\)"),
        ({"return_lse": True}, "return_lse is True and alpha is 1.5: only softmax"),
        (
            {"return_lse": True, "alpha": torch.tensor([1.0, 1.5])},
            "return_lse is True and alpha has 1, 1.5: only softmax",
        ),
        ({"return_lse": 1, "alpha": 1.0}, "return_lse must be True or False, got int"),
    ],
)
def test_refusals(change, message):
    query, key = torch.randn(1, 2, 3, 16), torch.randn(1, 2, 4, 16)
    for call in (attention, decode):
        with pytest.raises(ValueError, match=message):
            call(query, key, key, **change)
