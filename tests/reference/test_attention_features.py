"""Masks, windows, caps, sinks and logarithms of sums, against the formulas in mpmath, PyTorch, and honest programs."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from textbook import Program

from entmax_oracle.reference import (
    assert_attention_close,
    assert_attention_gradients_close,
    attention,
    attention_budget,
    attention_vjp,
    attention_vjp_budget,
    enclose_attention,
    enclose_attention_vjp,
)
from entmax_oracle.reference.formats import as_format

INF = np.inf
ALPHAS = (1.0, 1.25, 1.5, 2.0, 3.0)
GRADIENTS = ("query", "key", "value", "scale", "alpha", "sinks", "attn_mask")


def tensors(seed=0, batch=1, heads=2, kv_heads=1, m=3, n=4, dim=2, value_dim=2, size=1.0):
    rng = np.random.default_rng(seed)
    shapes = [(batch, heads, m, dim), (batch, kv_heads, n, dim), (batch, kv_heads, n, value_dim)]
    return [size * rng.normal(size=shape) for shape in [*shapes, (batch, heads, m, value_dim)]]


def added(*shape, hidden=(), seed=5):
    """Return a mask of real numbers that hides the keys at some places."""
    mask = np.random.default_rng(seed).normal(size=shape)
    for place in hidden:
        mask[place] = -INF
    return mask


# What the cases add to plain attention, and how large query and key are.
CASES: dict[str, tuple[dict[str, Any], float]] = {
    "everything": (
        {
            "is_causal": True,
            "scale": [[0.5], [1.5]],
            "alibi_slopes": [0.3, 0.1],
            "key_lengths": [3],
            "attn_mask": added(2, 1, 4, hidden=[(1, 0, 1)]),
            "window": (2, None),
            "softcap": 0.7,
            "sinks": [0.2, -0.4],
        },
        1.5,
    ),
    "scores far beyond the cap": ({"softcap": 2.0, "window": (1, 1)}, 1e60),
    "a cap far beyond the scores": ({"softcap": 1e200}, 1.0),
    "sinks far off": ({"sinks": [-1e6, 1e6], "alibi_slopes": [0.3, 0.1]}, 1.0),
    "sinks close to the rest": ({"sinks": [-0.5, 0.5], "window": (0, -1)}, 1.0),
    "rows without keys": ({"attn_mask": added(1, 2, 3, 4, hidden=[(0, 0, 1), (0, 1)]), "sinks": [0.1, 0.2]}, 1.0),
    "a window before all keys": ({"window": (0, 0), "key_lengths": [2], "softcap": 3.0}, 1.0),
    "booleans": ({"attn_mask": added(3, 4) > 0.2, "is_causal": True, "softcap": 1.0}, 1.0),
    "an addend as large as floats go": ({"attn_mask": np.where(added(4) > 0, 0.0, -1e308)}, 1.0),
}


def logits_of(q, k, b, h, i, options, number=float):
    """Yield the visible keys and their logits, by the formulas and plain loops; the sink is key None."""
    heads, m, dim = q.shape[1:]
    n, kv = k.shape[2], h // (heads // k.shape[1])
    tanh, sqrt = (math.tanh, math.sqrt) if number is float else (mp.tanh, mp.sqrt)
    scale, position = options.get("scale"), i + n - m
    scale = 1 / sqrt(number(dim)) if scale is None else number(np.broadcast_to(scale, q.shape[:3])[b, h, i])
    mask, cap, sinks = (options.get(name) for name in ("attn_mask", "softcap", "sinks"))
    left, right = (math.inf if side in (None, -1) else side for side in options.get("window") or (None, None))
    for j in range(n):
        extra = True if mask is None else np.broadcast_to(mask, (q.shape[0], heads, m, n))[b, h, i, j]
        hidden = not extra if isinstance(extra, bool | np.bool_) else extra == -INF
        hidden |= bool(options.get("is_causal")) and j > position
        hidden |= j >= options.get("key_lengths", [n] * len(q))[b]
        hidden |= not position - left <= j <= position + right
        if not hidden:
            score = scale * sum(number(x) * number(y) for x, y in zip(q[b, h, i], k[b, kv, j], strict=True))
            if cap is not None:
                score = number(cap) * tanh(score / number(cap))
            bias = number(options.get("alibi_slopes", [0] * heads)[h]) * abs(position - j)
            yield j, score - bias + (0 if isinstance(extra, bool | np.bool_) else number(extra))
    if sinks is not None:
        yield None, number(sinks[h])


def exactly(mp_entmax, q, k, v, alpha, options):
    """Output and logarithms by mpmath: a number, or None where nothing is summed."""
    out, lse = {}, {}
    for b, h, i in np.ndindex(q.shape[:3]):
        found = list(logits_of(q, k, b, h, i, options, mp.mpf))
        keys, logits = [j for j, _ in found], [x for _, x in found]
        p = mp_entmax(logits, alpha) if logits else []
        kv = h // (q.shape[1] // k.shape[1])
        for c in range(v.shape[3]):
            terms = (w * mp.mpf(v[b, kv, j, c]) for j, w in zip(keys, p, strict=True) if j is not None)
            out[b, h, i, c] = mp.fsum(terms)
        top = max(logits, default=0)
        lse[b, h, i] = top + mp.log(mp.fsum(mp.exp(x - top) for x in logits)) if logits else None
    return out, lse


def holds(bounds, wanted, slack):
    """Whether bounds contain mpmath's numbers, which know some 40 digits."""
    for index, value in wanted.items():
        spare = slack[index] + mp.mpf(10) ** -35 * (1 + abs(value))
        if not bounds.lower[index] - spare <= value <= bounds.upper[index] + spare:
            return False
    return True


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("case", CASES)
def test_values_and_enclosures_against_mpmath(case, alpha, mp_entmax):
    options, size = CASES[case]
    q, k, v, _ = tensors(size=size)
    v = v / size
    softmax = alpha == 1
    given = {**options, "return_lse": softmax}
    answers = [f(q, k, v, alpha, **given) for f in (attention, enclose_attention)]
    answers.append(attention_budget(q, k, v, alpha, **given, dtype="float64"))
    (value, bounds, slack), *more = zip(*answers, strict=True) if softmax else [answers]
    out, lse = exactly(mp_entmax, q, k, v, alpha, options)
    assert holds(bounds, out, np.zeros(value.shape))
    assert holds(SimpleNamespace(lower=value, upper=value), out, slack)
    if case != "an addend as large as floats go":
        assert (bounds.upper - bounds.lower <= 2 * np.spacing(np.abs(bounds.upper)) + 2.0**-90).all()
    for value, bounds, slack in more:
        nothing = [index for index, number in lse.items() if number is None]
        assert all(value[index] == bounds.lower[index] == bounds.upper[index] == -INF for index in nothing)
        lse = {index: number for index, number in lse.items() if number is not None}
        assert holds(bounds, lse, np.zeros(value.shape))
        assert holds(SimpleNamespace(lower=value, upper=value), lse, slack)


@pytest.mark.parametrize("alpha", [1.0, 1.5, 2.0, 3.0])
def test_enclosed_gradients_against_difference_quotients(alpha, mp_entmax, mp_slope):
    options = CASES["everything"][0] | {"attn_mask": added(1, 2, 4, hidden=[(0, 1, 0)])}
    q, k, v, g = tensors(3, m=2)
    given = {"q": q, "k": k, "v": v} | {name: np.array(options[name]) for name in ("scale", "sinks", "attn_mask")}

    def loss(**change):
        now = {name: x.astype(object) for name, x in given.items()} | {"alpha": alpha} | change
        rest = options | {name: now[name] for name in ("scale", "sinks", "attn_mask")}
        out, _ = exactly(mp_entmax, now["q"], now["k"], now["v"], now["alpha"], rest)
        return mp.fsum(mp.mpf(g[index]) * value for index, value in out.items())

    def nudged(name, index, by):
        changed = given[name].astype(object)
        changed[index] = mp.mpf(changed[index]) + by
        return [loss(**{name: changed})]

    grads = enclose_attention_vjp(q, k, v, g, alpha, **options)
    assert grads.differentiable.all()
    places: list[tuple[str, str, Any]] = [("query", "q", (0, 1, 1, 0)), ("key", "k", (0, 0, 1, 1))]
    places += [("value", "v", (0, 0, 2, 0)), ("scale", "scale", (1, 0)), ("sinks", "sinks", 1)]
    places += [("attn_mask", "attn_mask", (0, 1, 1))]
    slack = mp.mpf(10) ** -25
    for name, argument, index in places:
        bounds = getattr(grads, name)
        wanted = mp_slope(lambda by, at=(argument, index): nudged(*at, by), mp.mpf(0))[0]
        assert bounds.lower[index] - slack <= wanted <= bounds.upper[index] + slack, name
    if alpha > 1:
        wanted = mp_slope(lambda by: [loss(alpha=mp.mpf(alpha) + by)], mp.mpf(0))[0]
        assert grads.alpha.lower - slack <= wanted <= grads.alpha.upper + slack
    assert grads.attn_mask.lower[0, 1, 0] == grads.attn_mask.upper[0, 1, 0] == 0


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("case", CASES)
def test_gradients_in_float64_keep_their_budget(case, alpha):
    options, size = CASES[case]
    q, k, v, g = tensors(1, size=size)
    found, bounds = (f(q, k, v, g, alpha, **options) for f in (attention_vjp, enclose_attention_vjp))
    slack = attention_vjp_budget(q, k, v, g, alpha, **options, dtype="float64")
    for name in GRADIENTS:
        value = getattr(found, name)
        assert (value is None) == (getattr(bounds, name) is None) == (getattr(slack, name) is None)
        if value is not None:
            given = {"query": q, "key": k, "value": v, "alpha": alpha, "scale": 1.0} | options
            assert value.shape == np.shape(given[name])
            assert getattr(bounds, name).contains(value, getattr(slack, name)).all(), name
            if alpha < 2:
                assert np.isfinite(getattr(slack, name)).all(), name


def test_gradients_that_exceed_float64_are_summed():
    """For alpha = 3 the gradients in the logits of a row exceed every float64, but not the sum over the two queries."""
    near = -0.5 * (1 - 2.0**-40)  # just above the threshold
    q, k = np.zeros((1, 1, 2, 1)), np.zeros((1, 1, 2, 1))
    v, g = np.array([[[[1e297], [-1e297]]]]), np.array([[[[1.0], [-0.999]]]])
    options: dict[str, Any] = {"attn_mask": [[0.0, near]], "sinks": [near], "softcap": 1.0}
    row = attention_vjp(q[:, :, :1], k, v, g[:, :, :1], 3.0, **options)
    assert np.isinf(row.attn_mask).any()
    found, bounds = (f(q, k, v, g, 3.0, **options) for f in (attention_vjp, enclose_attention_vjp))
    for name in ("sinks", "attn_mask"):
        value = getattr(found, name)
        assert np.isfinite(value).all()
        assert getattr(bounds, name).contains(value, 1e-3 * np.abs(value)).all()


class Honest:
    """An honest program in float32 arithmetic, its choices drawn: forward by torch, the mapping by the textbook."""

    def __init__(self, rng, form):
        self.form, self.textbook = form, Program.drawn(rng)
        self.tanh = str(rng.choice(["library", "quotient", "sigmoid"]))
        self.gates, self.binary, self.rounds = (bool(rng.integers(2)) for _ in range(3))

    def __call__(self, q, k, v, g, alpha, options):
        """Return out, lse and the gradients, rounded to the format."""
        import torch

        given = {"query": q, "key": k, "value": v} | options
        names = ("query", "key", "value", "scale", "sinks", "attn_mask")
        leaves = {name: torch.tensor(np.float32(given[name]), requires_grad=True) for name in names if name in given}
        logits = self.logits(leaves, options)
        self.gates &= alpha == 1 and "sinks" in leaves
        if "sinks" in leaves and not self.gates:
            column = leaves["sinks"][:, None, None].expand(*logits.shape[:3], 1)
            logits = torch.cat([logits, column], dim=-1)
        p = torch.tensor(self.mapping(logits.detach().numpy(), alpha))
        values = leaves["value"].repeat_interleave(q.shape[1] // k.shape[1], dim=1)
        n, upstream, found = k.shape[2], torch.tensor(np.float32(g)), {}
        if self.gates:  # differentiated automatically throughout
            some = (logits > -INF).any(-1, keepdim=True)
            held = torch.where(some, logits, 0.0)
            lse = self.logarithm(held)
            gate = torch.sigmoid(lse - leaves["sinks"][:, None])
            out = torch.softmax(held, -1) @ values * gate[..., None] * some
            out.backward(upstream)
            lse = torch.logaddexp(torch.where(some[..., 0], lse, -INF), leaves["sinks"][:, None])
        else:
            lse = self.logarithm(logits)
            out = self.short(p)[..., :n] @ values
            out.backward(upstream)  # for the value alone: p is a constant
            given = torch.zeros_like(p)
            given[..., :n] = upstream @ values.detach().swapaxes(-1, -2)
            s = torch.where(p > 0, p ** (2 - alpha), 0.0)
            total = s.sum(-1, keepdim=True)
            mean = (s * given).sum(-1, keepdim=True) / torch.where(total > 0, total, 1.0)
            logits.backward(self.short(s * (given - mean)))
            if alpha > 1:  # by the published formula
                w, a = s / torch.where(total > 0, total, 1.0), alpha - 1
                entropy = torch.special.entr(p)
                each = (p - w) / a**2 + (entropy - w * entropy.sum(-1, keepdim=True)) / a
                found["alpha"] = (each * given).sum()
        found |= {"out": out} | {name: x.grad for name, x in leaves.items()}
        rounded = {name: self.form.round_array(x.detach().double().numpy()) for name, x in found.items()}
        return rounded | {"lse": lse.detach().numpy()}

    def short(self, x):
        """Round what goes into a matrix product, as matrix units want it."""
        import torch

        return torch.tensor(self.form.round_array(x.double().numpy())).float() if self.rounds else x

    def logits(self, leaves, options):
        import torch

        q, k = leaves["query"], leaves["key"]
        (_, heads, m, dim), n = q.shape, k.shape[2]
        s = q @ k.repeat_interleave(heads // k.shape[1], dim=1).swapaxes(-1, -2)
        s = s * (leaves["scale"][..., None] if "scale" in leaves else np.float32(dim**-0.5))
        if "softcap" in options:
            c = np.float32(options["softcap"])
            x = s * (1 / c)
            e = torch.exp(-2 * x.abs())
            s = (
                c
                * {
                    "library": lambda: torch.tanh(x),
                    "quotient": lambda: torch.sign(x) * (1 - e) / (1 + e),
                    "sigmoid": lambda: 2 * torch.sigmoid(2 * x) - 1,
                }[self.tanh]()
            )
        offset = torch.arange(m)[:, None] + n - m - torch.arange(n)
        if "alibi_slopes" in options:
            s = s - torch.tensor(np.float32(options["alibi_slopes"]))[:, None, None] * offset.abs()
        if "attn_mask" in leaves:
            s = s + leaves["attn_mask"]
        left, right = options.get("window", (n + m, n + m))
        hidden = (offset > left) | (offset < -right)
        return s.masked_fill(hidden | (options.get("is_causal", False) & (offset < 0)), -INF)

    def mapping(self, z, alpha):
        rows = z.reshape(-1, z.shape[-1])
        p = np.zeros_like(rows)
        some = (rows > -INF).any(axis=1)
        if alpha > 1:
            p[some] = self.textbook(rows[some], alpha)
        else:
            weights = np.exp(rows[some] - rows[some].max(axis=1, keepdims=True))
            p[some] = weights / weights.sum(axis=1, keepdims=True, dtype=np.float32)
        return p.reshape(z.shape)

    def logarithm(self, logits):
        import torch

        if not self.binary:
            return torch.logsumexp(logits, -1)
        z = logits * np.float32(math.log2(math.e))
        top = z.max(-1, keepdim=True).values
        total = torch.exp2(z - torch.where(top > -INF, top, 0.0)).sum(-1)
        return (top[..., 0] + torch.log2(total)) * np.float32(math.log(2))


def drawn_options(rng, heads, m, n):
    """Draw some features, of ordinary sizes."""
    mask = rng.normal(size=(heads, m, n)) * rng.choice([1, 30])
    mask[rng.random(mask.shape) < 0.2] = -INF
    options: dict[str, Any] = {
        "softcap": float(rng.choice([0.5, 5, 50, 1000])),
        "sinks": rng.normal(size=heads) * rng.choice([1, 30]),
        "attn_mask": mask,
        "scale": 0.5 * rng.random((heads, 1)),
        "alibi_slopes": rng.random(heads),
        "window": (int(rng.integers(n)), int(rng.integers(n))),
        "is_causal": True,
    }
    options = {name: x for name, x in options.items() if rng.random() < 0.5}
    single = {name: np.float32(x).astype(np.float64) for name, x in options.items() if isinstance(x, np.ndarray)}
    return options | single


@pytest.mark.parametrize("alpha", [1.0, 1.5, 2.0])
def test_honest_programs_keep_the_budgets(alpha):
    pytest.importorskip("torch")
    rng, worst = np.random.default_rng(0), dict.fromkeys(("out", "lse", *GRADIENTS), 0.0)
    for draw in range(36):
        form = as_format(("float32", "float16", "bfloat16")[draw % 3])
        q, k, v, g = (form.round_array(x).astype(np.float64) for x in tensors(draw, m=5, n=24, dim=16, size=2.0))
        options = drawn_options(rng, 2, 5, 24)
        program = Honest(rng, form)
        got = program(q, k, v, g, alpha, options)
        softmax = {"return_lse": alpha == 1}
        exact, allowed = (
            {"out": x[0], "lse": x[1]} if alpha == 1 else {"out": x}
            for x in (
                attention(q, k, v, alpha, **options, **softmax),
                attention_budget(q, k, v, alpha, **options, **softmax, dtype=form),
            )
        )
        exact |= vars(attention_vjp(q, k, v, g, alpha, **options))
        budgets = attention_vjp_budget(q, k, v, g, alpha, **options, dtype=form)
        allowed |= {name: getattr(budgets, name) for name in GRADIENTS}
        for name in worst:
            if exact.get(name) is not None and name in got:
                some = np.isfinite(exact[name])
                error = np.abs(got[name][some] - exact[name][some])
                assert (error <= allowed[name][some]).all(), (name, vars(program), options)
                some = error > 0
                ratio = error / np.where(error > 0, allowed[name][np.isfinite(exact[name])], 1.0)
                worst[name] = max(worst[name], float(ratio.max(initial=0.0)))
    # Budgets are within three orders of magnitude of what these programs reach.
    assert all(ratio > 0.001 for name, ratio in worst.items() if name != ("lse" if alpha > 1 else "alpha")), worst


@pytest.mark.parametrize("real", [False, True])
def test_a_mask_is_that_of_scaled_dot_product_attention(real):
    torch = pytest.importorskip("torch")
    q, k, v, g = tensors(4, batch=2, heads=4, kv_heads=2, m=5, n=7)
    mask = added(2, 1, 5, 7, hidden=[(0, 0, 1, slice(3))])
    mask = mask if real else mask > -0.2
    inputs = [torch.tensor(x, requires_grad=True) for x in (q, k, v)]
    given = torch.tensor(mask, requires_grad=real)
    out = torch.nn.functional.scaled_dot_product_attention(*inputs, attn_mask=given, enable_gqa=True)
    out.backward(torch.tensor(g))
    np.testing.assert_allclose(attention(q, k, v, 1, attn_mask=given), out.detach(), rtol=0, atol=1e-14)
    grads = attention_vjp(q, k, v, g, 1, attn_mask=given)
    pairs = dict(zip(("query", "key", "value"), inputs, strict=True)) | ({"attn_mask": given} if real else {})
    for name, theirs in pairs.items():
        np.testing.assert_allclose(getattr(grads, name), theirs.grad, rtol=0, atol=1e-13)


def test_a_mask_of_booleans_hides_as_minus_infinity_does_and_a_constant_changes_nothing():
    q, k, v, _ = tensors()
    seen = added(3, 4) > -0.5
    options: dict[str, Any] = {"is_causal": True, "softcap": 1.5}
    hidden = np.where(seen, 0.0, -INF)
    out = attention(q, k, v, 1.5, attn_mask=seen, **options)
    np.testing.assert_array_equal(attention(q, k, v, 1.5, attn_mask=hidden, **options), out)
    np.testing.assert_array_equal(attention(q, k, v, 1.5, attn_mask=seen.tolist(), **options), out)
    rows = np.array([[0.5], [-2.0], [4.0]])  # added to all keys of a query; not scaled, it would be halved here
    np.testing.assert_allclose(attention(q, k, v, 1.5, attn_mask=hidden + rows, **options), out, rtol=0, atol=1e-14)
    # A mask of a single logit is added as it is: at distance 1, sparsemax leaves one key.
    one = attention(0 * q, k[:, :, :2], v[:, :, :2], 2, scale=0.5, attn_mask=[1.0, 0.0])
    np.testing.assert_array_equal(one, np.broadcast_to(v[:, :, :1], one.shape))


@pytest.mark.parametrize(
    ("window", "first", "last"),
    [((0, 0), 0, 0), ((2, 1), 2, 1), ((1, None), 1, 9), ((-1, 0), 9, 0), ((None, None), 9, 9), ((50, 50), 9, 9)],
)
@pytest.mark.parametrize("m", [3, 5, 8])
def test_a_window_holds_both_of_its_ends(window, first, last, m):
    """With equal scores and one-hot values the output says which keys are seen; position i stands at i + 5 - m."""
    out = attention(np.zeros((1, 1, m, 1)), np.zeros((1, 1, 5, 1)), np.eye(5)[None, None], 1, window=window)[0, 0]
    for i in range(m):
        at = i + 5 - m
        seen = [j for j in range(5) if at - first <= j <= at + last]
        assert np.flatnonzero(out[i]).tolist() == seen


def test_a_sink_takes_mass_and_no_value():
    q, k, v, _ = tensors(heads=4, kv_heads=2)
    sinks = [0.3, -1e5, 1e5, 2.0]
    plain, lse = attention(q, k, v, 1, return_lse=True)
    out, with_sink = attention(q, k, v, 1, sinks=sinks, return_lse=True)
    kept = 1 / (1 + np.exp(np.clip(np.array(sinks)[:, None] - lse, -700, 700)))
    np.testing.assert_allclose(out, plain * kept[..., None], rtol=0, atol=1e-15)
    np.testing.assert_allclose(with_sink, np.logaddexp(lse, np.array(sinks)[:, None]), rtol=0, atol=2e-11)
    np.testing.assert_array_equal(out[:, 1], plain[:, 1])
    assert not out[:, 2].any()
    # It is a key of that logit and of no value, neither scaled nor capped.
    for alpha in (1.25, 2.0):
        extra = attention(q, np.pad(k, [(0, 0), (0, 0), (0, 1), (0, 0)]), np.pad(v, [(0, 0), (0, 0), (0, 1), (0, 0)]),
                          alpha, scale=0.3, softcap=0.5, attn_mask=[0, 0, 0, 0, 0.4])  # fmt: skip
        out = attention(q, k, v, alpha, scale=0.3, softcap=0.5, sinks=[0.4] * 4)
        np.testing.assert_allclose(out, extra, rtol=0, atol=1e-15)


def test_what_masks_hide_may_be_beyond_every_float():
    q, k, v, g = tensors(size=1.0)
    k[:, :, 1] = 1e308
    q[:, :, 0], q[:, :, 1:] = 1e10, 0.01
    seen = np.ones((3, 4), dtype=bool)
    seen[0, 1] = False
    for softcap in (None, 2.0):
        assert np.isfinite(attention(q, k, v, 1.5, attn_mask=seen, softcap=softcap)).all()
        for gradient in vars(attention_vjp(q, k, v, g, 1.5, attn_mask=seen, softcap=softcap)).values():
            assert gradient is None or np.isfinite(gradient).all()
        with pytest.raises(ValueError, match=r"query\[0, 0, 0\] and key 1 is beyond the float64 range"):
            attention(q, k, v, 1.5, softcap=softcap)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"window": 3}, r"window must be a pair \(left, right\), got 3; pass \(left, None\)"),
        ({"window": (1, 2, 3)}, r"window must be a pair"),
        ({"window": (1.5, 0)}, r"window\[0\] is 1.5: it must be an integer; pass None for an open side"),
        ({"window": (0, -2)}, r"window\[1\] is -2: it must be an integer of at least 0; pass None or -1"),
        ({"window": (True, 0)}, r"window\[0\] is True: it must be an integer"),
        ({"softcap": 0}, "softcap is 0: it must be one positive, finite number; pass None for no cap"),
        ({"softcap": [1.0, 2.0]}, "softcap is .*: it must be one positive"),
        ({"softcap": np.nan}, "softcap is nan"),
        ({"sinks": [0.5]}, r"sinks must have shape \(2,\), got \(1,\)"),
        ({"sinks": [0.5, -INF]}, r"sinks\[1\] is -inf: it must be finite"),
        ({"attn_mask": np.zeros((4, 3))}, r"attn_mask of shape \(4, 3\) does not broadcast to .* = \(1, 2, 3, 4\)"),
        ({"attn_mask": np.zeros((1, 1, 1, 3, 4))}, r"attn_mask of shape \(1, 1, 1, 3, 4\) does not broadcast"),
        ({"attn_mask": [0.0, 0.0, INF, 0.0]}, r"attn_mask\[2\] is inf: pass a finite number, or -inf to hide the key"),
        ({"attn_mask": [[np.nan]]}, r"attn_mask\[0, 0\] is nan"),
        ({"attn_mask": [1, 1, 0, 1]}, r"attn_mask has dtype int64, .* pass booleans \(True may attend\), or real"),
        ({"return_lse": True}, r"return_lse: .* alpha is 1.5 in head 0; pass alpha=1, or leave return_lse out"),
        ({"return_lse": True, "alpha": [1, 2]}, r"return_lse: .* alpha is 2.0 in head 1"),
    ],
)
def test_bad_features(change, words):
    q, k, v, _ = tensors()
    for function in (attention, attention_budget, enclose_attention):
        with pytest.raises(ValueError, match=words):
            function(q, k, v, **change)


def test_the_assertion_takes_them():
    q, k, v, _ = (x.astype(np.float32) for x in tensors())
    options = CASES["rows without keys"][0] | {"softcap": 3.0, "window": (1, None)}
    out = attention(q, k, v, 2, **options).astype(np.float32)
    assert_attention_close(out, q, k, v, 2, **options)
    for name in ("sinks", "softcap", "attn_mask"):
        with pytest.raises(AssertionError, match="outputs are wrong"):
            assert_attention_close(out, q, k, v, 2, **options | {name: None})
    del options["sinks"]
    out, lse = (x.astype(np.float32) for x in attention(q, k, v, 1, **options, return_lse=True))
    assert np.isneginf(lse).any()
    assert_attention_close((out, lse), q, k, v, 1, **options, return_lse=True)
    with pytest.raises(AssertionError, match=r"logarithms are wrong \(attention, float32 budget"):
        assert_attention_close((out, lse / np.float32(math.log(2))), q, k, v, 1, **options, return_lse=True)
    with pytest.raises(AssertionError, match="got 0, certified -inf exactly"):
        assert_attention_close((out, np.nan_to_num(lse, neginf=0.0)), q, k, v, 1, **options, return_lse=True)


def test_the_assertion_of_gradients_takes_them():
    q, k, v, g = (x.astype(np.float32) for x in tensors())
    options = CASES["rows without keys"][0] | {"softcap": 3.0, "scale": [[0.5], [2.0]]}
    exact = vars(attention_vjp(q, k, v, g, [1, 1.5], **options))
    found = {name: gradient.astype(np.float32) for name, gradient in exact.items()}
    assert set(found) == set(GRADIENTS)
    given = (q, k, v, g, [1, 1.5])
    assert_attention_gradients_close(found, *given, **options)
    for name, gradient in found.items():
        with pytest.raises(AssertionError, match=f"entries of the gradient in {name} (is|are) wrong"):
            assert_attention_gradients_close({name: gradient * np.float32(1.01)}, *given, **options)
    without = {"scale": options["scale"], "sinks": options["sinks"]}
    with pytest.raises(ValueError, match=r"actual\['attn_mask'\]: this call has no such gradient; it has query, key,"):
        assert_attention_gradients_close(found, *given, **without)


@pytest.mark.parametrize("name", ["out", *GRADIENTS])
def test_heads_are_judged_by_their_own_alpha_scale_and_sink(name):
    """Each head alone has the budget and the enclosure that it has beside others with another alpha, scale and sink."""
    alphas, scales, sinks = [1.0, 1.5, 1.25], np.array([0.5, 2.0, 8.0]), np.array([0.1, -3.0, 5.0])
    q, k, v, g = tensors(8, heads=3, kv_heads=3)
    mask = added(3, 3, 4)
    whole: dict[str, Any] = {"scale": scales[:, None], "sinks": sinks, "attn_mask": mask, "softcap": 4.0}

    def judged(q, k, v, g, alpha, options):
        if name == "out":
            found = enclose_attention(q, k, v, alpha, **options)
            return found.lower, found.upper, attention_budget(q, k, v, alpha, **options)
        bounds = getattr(enclose_attention_vjp(q, k, v, g, alpha, **options), name)
        return bounds.lower, bounds.upper, getattr(attention_vjp_budget(q, k, v, g, alpha, **options), name)

    together = judged(q, k, v, g, alphas, whole)
    for h, alpha in enumerate(alphas):
        one = whole | {"scale": scales[h], "sinks": sinks[[h]], "attn_mask": mask[[h]]}
        alone = judged(*(x[:, [h]] for x in (q, k, v, g)), alpha, one)
        axis = 1 if name in ("out", "query", "key", "value") else 0
        for of_all, of_one in zip(together, alone, strict=True):
            np.testing.assert_allclose(np.take(of_all, [h], axis=axis).ravel(), of_one.ravel(), rtol=1e-12)


def test_a_gradient_beyond_the_format_is_left_open():
    """bfloat16 can represent 1e5, float16 cannot."""
    q, k = np.zeros((1, 1, 1, 1)), np.zeros((1, 1, 2, 1))
    v, g = np.array([[[[500.0], [-500.0]]]]), np.full((1, 1, 1, 1), 400.0)
    half, brain = (
        attention_vjp_budget(q, k, v, g, 1, attn_mask=[0.0, 0.0], dtype=form) for form in ("float16", "bfloat16")
    )
    assert attention_vjp(q, k, v, g, 1, attn_mask=[0.0, 0.0]).attn_mask.tolist() == [1e5, -1e5]
    assert np.isinf(half.attn_mask).all()
    assert np.isfinite(half.value).all()
    assert (brain.attn_mask < 1e4).all()
