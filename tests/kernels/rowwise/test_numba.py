"""The kernels for a CPU: bits that depend on the row alone, threads, forks, what is compiled and what is said of it."""

import contextlib
import multiprocessing
import signal
import sys

import numba
import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from entmax_oracle.kernels import attention, rowwise, runtime
from entmax_oracle.kernels.attention import numba_kernels
from entmax_oracle.kernels.rowwise import entmax, numba_rows, ops, use_path
from entmax_oracle.kernels.rowwise import numba_solve as solve
from entmax_oracle.kernels.runtime import numba as compiled
from entmax_oracle.kernels.runtime import paths

ALPHAS = (1.0, 1.3, 1.5, 2.0, 3.0)


@pytest.fixture(autouse=True)
def on_numba():
    with use_path("numba"):
        yield


def both(z, alpha, **keywords):
    """Answers and gradients, of one alpha for all rows and of one for each, which has a gradient.

    The gradient upstream is a function of the logits, so that it moves along with them.
    """
    found = []
    for given in (alpha, torch.full(z.shape[:-1], alpha, dtype=torch.float64, requires_grad=True)):
        leaf = z.detach().clone(memory_format=torch.preserve_format).requires_grad_()
        scale = torch.full(z.shape[:-1], 1.1, dtype=torch.float64, requires_grad=True)
        p = entmax(leaf, given, scale=scale, **keywords)
        p.backward(torch.where(leaf > -torch.inf, leaf, 0).detach().sin().to(p.dtype))
        found += [p.detach(), leaf.grad, scale.grad, *([given.grad] if torch.is_tensor(given) else [])]
    return found


def same(found, expected):
    return all(torch.equal(x, y) for x, y in zip(found, expected, strict=True))


@pytest.fixture(params=[torch.float32, torch.float64], ids=str)
def logits(request):
    return torch.randn(12, 1, 300, generator=torch.Generator().manual_seed(0)).to(request.param)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_bits_depend_on_the_live_tokens_of_a_row_alone(alpha, logits, monkeypatch):
    n = logits.shape[-1]
    expected = both(logits, alpha)
    alone = [both(row, alpha) for row in logits]
    assert same([torch.stack(x) for x in zip(*alone, strict=True)], expected)
    # Behind the row: tokens beyond its length, masks, anything at all. In front of it in memory: an odd offset.
    for extra in (1, 84, 213):
        for filled, keywords in ((-torch.inf, {}), (7.0, {"lengths": n}), (torch.nan, {"lengths": n})):
            wide = torch.nn.functional.pad(logits, (0, extra), value=filled)
            assert same([x[..., :n] for x in both(wide, alpha, **keywords)], expected)
    moved = torch.nn.functional.pad(logits, (3, 0))[..., 3:]
    assert moved.data_ptr() % 16
    assert same(both(moved, alpha), expected)
    spread = logits.repeat_interleave(2, -1)[..., ::2]
    assert same(both(spread, alpha), expected)
    monkeypatch.setattr(compiled, "GRAIN", 1)
    for threads in (2, 3):
        torch.set_num_threads(threads)
        assert same(both(logits, alpha), expected)


@pytest.mark.parametrize("alpha", [1.5, 2.0])
def test_bits_do_not_depend_on_tokens_behind_the_block_of_the_candidates(alpha, logits):
    logits[..., 100:] -= 40
    z, short = logits.requires_grad_(), logits.detach()[..., :100].clone().requires_grad_()
    p, q = entmax(z, alpha), entmax(short, alpha)
    p.backward(logits.detach().cos())
    q.backward(logits.detach()[..., :100].cos())
    assert same((p[..., :100], z.grad[..., :100]), (q, short.grad))
    assert not p[..., 100:].any()


@pytest.mark.parametrize("alpha", [1.25, 1.5, 2.0])
def test_both_passes_sum_the_block_or_neither(alpha, logits):
    """Candidates behind the first block, and a support inside it: all of it has gradients, and nothing else has."""
    z = (logits / 4).detach()
    z[..., :3] += 2.5
    z[..., 200:] = z[..., :1] - (0.9 + 0.1 * torch.rand(z[..., 200:].shape)).to(z) / (alpha - 1)
    z.requires_grad_()
    p = entmax(z, alpha)
    p.backward(torch.arange(300).cos().expand_as(z).to(z))
    assert not z.grad[p == 0].any()
    assert (z.grad[(p > 1e-6) & ((p > 0).sum(-1, keepdim=True) > 1)] != 0).all()


@pytest.fixture
def level():
    """Rows with one token above a crowd that hardly reaches the support."""
    g = torch.Generator().manual_seed(0)
    z = 1e-6 * torch.randn(200, 200, generator=g)
    z[:, 0] += torch.tensor([0.9, 0.99, 0.999, 0.9999, 0.99999]).repeat(40)
    return z, torch.randn(200, 200, generator=g)


@pytest.mark.parametrize("each", [False, True])
@pytest.mark.parametrize("alpha", [1.9, 2.0])
def test_no_candidate_is_dropped_that_the_rounded_root_lets_in(alpha, each, level):
    """Its probability would be 0 and its gradient not: the steps before the last do not pass the root that is kept."""
    z, upstream = level
    z = (z / (alpha - 1)).requires_grad_()
    p = entmax(z, torch.full((200,), alpha, dtype=torch.float64) if each else alpha)
    p.backward(upstream)
    assert not z.grad[p == 0].any()
    assert z.grad[p > 0].all()


@pytest.mark.parametrize("alpha", [1.3, 1.5, 2.0])
def test_no_gradient_outside_the_support_even_where_it_is_not_a_number_inside(alpha):
    z = torch.tensor([3.0, 2.5, -1.0, -40.0, -torch.inf], requires_grad=True)
    entmax(z, alpha).backward(torch.tensor([torch.nan, 1.0, 0.0, 0.0, 0.0]))
    assert z.grad[:2].isnan().all()
    assert not z.grad[2:].any()


def test_a_negative_scale_turns_the_row_around():
    z = torch.randn(5, 200, generator=torch.Generator().manual_seed(0))
    z[1, ::3] = -torch.inf
    turned = torch.where(z == -torch.inf, z, -z)
    for alpha in ALPHAS:
        assert torch.equal(entmax(z, alpha, scale=-1.0), entmax(turned, alpha, scale=1.0))


def test_a_row_of_each_rule_in_one_call():
    """A tensor of alphas gives each row what it gets alone, from whichever rule."""
    z = torch.randn(6, 150, generator=torch.Generator().manual_seed(0))
    alpha = torch.tensor([1.0, 3.0, 1.3, 12.0, 1.7, 2.5], dtype=torch.float64)
    together = entmax(z, alpha)
    for row, one, p in zip(z, alpha, together, strict=True):
        assert torch.equal(entmax(row, float(one)), p)


@pytest.mark.parametrize("alpha", [1.0, 1.5, 3.0])
def test_rows_without_a_live_token_have_no_gradient(alpha):
    z = torch.full((2, 3), -torch.inf, requires_grad=True)
    given = torch.full((2,), alpha, requires_grad=True)
    scale = torch.full((2,), 0.7, requires_grad=True)
    entmax(z, given, scale=scale, lengths=[0, 3]).sum().backward()
    assert not any(bool(x.grad.any()) for x in (z, given, scale))


def called(kernel):
    """Make a way in from Python, which what other kernels call has not."""
    return numba.njit(lambda *given: kernel(*given))


exponential, short_exponential = called(solve.exponential), called(solve.short_exponential)
logarithm_and_rate, short_logarithm_and_rate = (
    called(each) for each in (solve.logarithm_and_rate, solve.short_logarithm_and_rate)
)
general_pair, rough_power = called(solve.general_pair), called(solve.rough_power)
approach, solve_below = called(solve.approach), called(solve.solve_below)


def test_elementary_functions():
    """Good to three units of roundoff, over the whole range."""
    unit = 2.0**-53
    t = np.concatenate([np.linspace(-745, 700, 20001), -np.geomspace(1e-300, 1, 2001)])
    exact = np.exp(t.astype(np.longdouble))
    found = np.array([exponential(x) for x in t])
    assert (np.abs(found - exact) <= 3 * unit * exact + 5e-324).all()
    assert [exponential(x) for x in (0.0, -1e308, -np.inf)] == [1, 0, 0]
    w = np.concatenate([np.geomspace(1e-300, 1e300, 20001), 1 + np.linspace(-0.29, 0.41, 5000) ** 5])
    exact = np.log(w.astype(np.longdouble))
    found, rate = np.array([logarithm_and_rate(x) for x in w]).T
    assert (np.abs(found - exact) <= 3 * unit * np.abs(exact)).all()
    near = (w > 0.71) & (w < 1.41) & (w != 1)
    gap = w[near].astype(np.longdouble) - 1
    assert np.abs(rate[near] * gap / exact[near] - 1).max() <= 4 * unit
    assert logarithm_and_rate(1.0) == (0, 1)


def test_short_elementary_functions():
    """Of float32 rows: to the bounds that their series leave."""
    t = -np.concatenate([np.linspace(0, 700, 20001), np.geomspace(1e-300, 1, 2001)])
    exact = np.exp(t.astype(np.longdouble))
    assert (np.abs(np.array([short_exponential(x) for x in t]) - exact) <= 2.0**-31 * exact).all()
    assert np.float32(short_exponential(-1e30)) == 0
    w = np.concatenate([np.geomspace(1e-300, 1, 20001), 1 - np.linspace(0, 0.29, 5000) ** 5])
    exact = np.log(w.astype(np.longdouble))
    found, rate = np.array([short_logarithm_and_rate(x) for x in w]).T
    assert (np.abs(found - exact) <= 2.0**-34 * np.abs(exact)).all()
    near = (w > 0.71) & (w != 1)
    assert np.abs(rate[near] * (w[near].astype(np.longdouble) - 1) / exact[near] - 1).max() <= 2.0**-34
    assert short_logarithm_and_rate(1.0) == (0, 1)


@pytest.mark.parametrize("a", [0.0, 1e-6, 0.01, 0.3, 0.7, 0.999])
def test_rough_powers(a):
    """The weight of `general_pair` at a ``w`` that is off by 4 units of roundoff, up to 8 units of its logarithm."""
    unit, q = 2.0**-24, 1 / a if a else 1.0
    v = -np.linspace(0, min(0.9999 / a, 80) if a else 80, 4001).astype(np.float32)
    given = [np.float32(x) for x in (1.0, a, q)]
    for x in v:
        rough = float(rough_power(x, *given)[0])
        # So much the rounding of a and q to float32 changes on its own: they are those of the row, to a unit.
        low, high = (
            general_pair(float(x) * (1 + e), 1.0, a, q)[0] * (1 - e * (16 + 4 * abs(float(x)) + 8 * a * q))
            for e in (8 * unit, -8 * unit)
        )
        assert low - 1e-35 <= rough <= high + 1e-35


@pytest.mark.parametrize("alpha", [1.001, 1.02, 1.1, 1.4, 1.6, 1.95])
def test_steps_in_float32_stay_below_the_root(alpha):
    """Their result is a lower bound, and near enough that one step more is the last."""
    g = torch.Generator().manual_seed(0)
    for spread in (1e-3, 0.3, 1.0, 5.0):
        for n in (2, 130, 3000):
            z = (spread * torch.randn(n, generator=g)).double().numpy()
            v, index, a = z - z.max(), np.arange(n, dtype=np.int32), alpha - 1
            rough = np.empty(n, np.float32)
            bound = approach(v, rough, n, 1.0, a)
            c, _ = solve_below(v.copy(), index, rough, n, 1.0, a, solve.GENERAL, False, solve.UNLIMITED)
            assert c * (1 - 4 * solve.ROUGH) <= bound <= c


def _in_a_child(z, expected, told):
    told.put(torch.equal(entmax(z, 1.5), expected))


@pytest.mark.skipif(not hasattr(multiprocessing, "get_context") or sys.platform == "win32", reason="no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_starts_threads_anew(monkeypatch):
    monkeypatch.setattr(compiled, "GRAIN", 1)
    torch.set_num_threads(2)
    z = torch.randn(4, 10, generator=torch.Generator().manual_seed(0))
    expected = entmax(z, 1.5)
    fork = multiprocessing.get_context("fork")
    told = fork.SimpleQueue()
    child = fork.Process(target=_in_a_child, args=(z, expected, told))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert told.get() is True


def test_what_is_compiled_is_said_once(monkeypatch, capsys):
    monkeypatch.setattr(compiled, "PATIENCE", 0.0)
    for expected in ("compiling the CPU kernels, once", ""):
        with compiled.compiling("test"):
            numba.njit(lambda x: x + 1)(1)
        said = capsys.readouterr().err
        assert expected in said
        assert bool(expected) == bool(said)


def test_where_nothing_can_be_kept_it_is_compiled_anyway(monkeypatch, capsys):
    monkeypatch.setattr(compiled, "_kept", True)
    names: dict = {}
    exec("def plus(x):\n    return x + 1", names)  # no file, so no place beside it
    assert compiled.kernel(names["plus"])(1) == 2
    compiled._say()
    assert "once in this process" in capsys.readouterr().err


def test_kernels_are_kept_with_a_stamp_of_all_their_sources():
    for kernel in (numba_rows.forward_rows, numba_kernels.forward, solve.exponential):
        assert kernel._cache._cache_file._source_stamp[1] == compiled.SOURCES


def test_nothing_is_kept_by_a_numba_that_takes_no_stamp(monkeypatch):
    """It would load code of other sources."""
    monkeypatch.setattr(compiled, "_kept", True)
    monkeypatch.setattr(numba.core.caching, "IndexDataCacheFile", lambda **_: object())
    assert compiled.jit(numba_rows.psi.py_func)._cache.cache_path is None
    assert not compiled._kept


def test_without_numba_plain_torch_runs(monkeypatch):
    for name in ("cpu", "numba_rows", "numba_solve"):
        monkeypatch.delitem(sys.modules, f"{rowwise.__name__}.{name}")
        monkeypatch.delattr(rowwise, name)
    monkeypatch.delitem(sys.modules, compiled.__name__)
    monkeypatch.delattr(runtime, "numba")
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.setattr(ops, "_choice", paths.Choice("test"))
    for module in (ops, paths):
        monkeypatch.setattr(module, "INTERPRETED", False)
        monkeypatch.setattr(module, "has_numba", paths.has_numba.__wrapped__)
    z = torch.tensor([1.0, 0.5, -3.0])
    assert ops.path(z) == "torch"
    torch.testing.assert_close(entmax(z, 2), torch.tensor([0.75, 0.25, 0.0]))
    with pytest.raises(ValueError, match="path is 'numba', and this process can take 'torch'"), use_path("numba"):
        pass


@pytest.mark.parametrize("use", [use_path, attention.use_path])
@pytest.mark.parametrize("there", [True, False])
def test_compiled_triton_needs_a_gpu_and_no_interpreter(use, there, monkeypatch):
    monkeypatch.setattr(paths, "INTERPRETED", False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    refused = pytest.raises(ValueError, match=r"can take 'torch', 'numba'$")
    with contextlib.nullcontext() if there else refused, use("triton"):
        pass


def test_a_path_that_does_not_exist_is_refused():
    with (
        pytest.raises(ValueError, match="path is 'fast', and this process can take 'torch', 'numba'"),
        use_path("fast"),
    ):
        pass


def test_whoever_looks_on_sees_the_operator():
    """It is left out only where nothing but autograd looks on."""
    seen = []

    class Watching(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, arguments=(), keywords=None):
            seen.append(str(function))
            return function(*arguments, **(keywords or {}))

    z = torch.randn(3, 5, requires_grad=True)
    with Watching():
        entmax(z, 1.5).square().sum().backward()
    assert "entmax_oracle.rowwise_entmax.default" in seen
    assert "entmax_oracle.rowwise_entmax_backward.default" in seen
    expected, z.grad = z.grad, None
    entmax(z, 1.5).square().sum().backward()
    assert torch.equal(z.grad, expected)


def interrupted(times, ended):
    with compiled.compiling("interrupts", times):
        for _ in range(times):
            signal.raise_signal(signal.SIGINT)
        ended.append(times)


def test_an_interrupt_waits_for_the_compiler_and_a_second_does_not():
    before, ended = signal.signal(signal.SIGINT, signal.default_int_handler), []
    try:
        for times in (1, 2):
            with pytest.raises(KeyboardInterrupt):
                interrupted(times, ended)
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended == [1]
