"""At home in PyTorch: operators, compilation, errors."""

from fractions import Fraction

import pytest
import torch

from entmax_oracle.kernels.rowwise import entmax, path, use_path
from entmax_oracle.kernels.rowwise.strides import row_strides
from entmax_oracle.kernels.runtime.kinds import Kind
from entmax_oracle.kernels.runtime.target import INTERPRETED

pytestmark = pytest.mark.usefixtures("taken")


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_opcheck(dtype):
    z = torch.randn(3, 4, 10, dtype=dtype, requires_grad=True)
    excess = torch.full((3, 4), 0.4, requires_grad=True)
    scale = torch.full((3, 4), 1.3, requires_grad=True)
    lengths = torch.full((3, 4), 8)
    forward = torch.ops.entmax_oracle.rowwise_entmax.default
    for arguments in (
        (z, None, None, None, int(Kind.SQUARE)),
        (z, excess, scale, lengths, int(Kind.ANY)),
        (z.detach().transpose(0, 1), None, None, None, int(Kind.SOFTMAX)),
    ):
        torch.library.opcheck(forward, arguments)
    p, state = forward(z.detach(), excess.detach(), scale.detach(), None, int(Kind.ANY))
    backward = torch.ops.entmax_oracle.rowwise_entmax_backward.default
    arguments = (p, z.detach(), excess.detach(), scale.detach(), None, int(Kind.ANY), state, True, True)
    torch.library.opcheck(backward, arguments)


@pytest.mark.parametrize("dynamic", [False, True])
def test_compile_without_a_break(dynamic):
    def loss(z, alpha, scale):
        return (entmax(z, alpha, scale=scale) * z).sum() + entmax(z * 2, 1.5).square().sum()

    compiled = torch.compile(loss, fullgraph=True, dynamic=dynamic, backend="aot_eager")
    for shape in ((3, 8), (5, 12)):
        arguments = [
            torch.randn(shape, generator=torch.Generator().manual_seed(0)),
            torch.tensor(1.3),
            torch.tensor(0.8),
        ]
        gradients = []
        for function in (loss, compiled):
            leaves = [x.clone().requires_grad_() for x in arguments]
            function(*leaves).backward()
            gradients.append([leaf.grad for leaf in leaves])
        for eager, traced in zip(*gradients, strict=True):
            torch.testing.assert_close(traced, eager)


def test_an_alpha_that_changes_is_traced():
    """From its second value on the compiler traces alpha as a symbol: once for each kind of arithmetic."""
    torch._dynamo.reset()  # the compiler counts what other tests have compiled, too
    graphs = []

    def backend(graph, _):
        graphs.append(graph)
        return graph

    compiled = torch.compile(lambda z, alpha: entmax(z, alpha), fullgraph=True, backend=backend)
    z = torch.randn(3, 8, generator=torch.Generator().manual_seed(0))
    for alpha in (1.3, 1.35, 1.4, 1.45, 1.5, 1.55, 1.6, 1.0, 2.5, 2.6):
        assert torch.equal(compiled(z, alpha), entmax(z, alpha))
    assert len(graphs) == 1 + 4  # 1.3 as a constant; then below 2, 1.5, 1 and above 2


def test_an_alpha_tensor_that_changes_is_compiled_once():
    """A number that changes is compiled anew for each of its values by the backends that generate code."""
    z = torch.randn(3, 8, generator=torch.Generator().manual_seed(0))
    compiled = torch.compile(lambda z, alpha: entmax(z, alpha), fullgraph=True, backend="aot_eager")
    with torch._dynamo.config.patch(error_on_recompile=True):
        for tenths in range(10, 30):
            alpha = torch.tensor(tenths / 10)
            assert torch.equal(compiled(z, alpha), entmax(z, alpha))


def test_compiled_lengths_of_narrow_integers():
    z = torch.zeros(2, 300)
    lengths = torch.tensor([100, 3], dtype=torch.uint8)
    compiled = torch.compile(lambda z, lengths: entmax(z, lengths=lengths), fullgraph=True, backend="aot_eager")
    assert torch.equal(compiled(z, lengths), entmax(z, lengths=[100, 3]))


@pytest.mark.slow
def test_compile_with_the_default_backend():
    compiled = torch.compile(lambda z: entmax(z + 1, 1.5) * 2, fullgraph=True)
    z = torch.randn(4, 9)
    torch.testing.assert_close(compiled(z), entmax(z + 1, 1.5) * 2)


def test_path_says_what_runs():
    assert path("cpu") == ("interpreter" if INTERPRETED else "numba")
    assert path(torch.zeros(1)) == path("cpu")
    if not INTERPRETED:
        assert path("cuda") == "triton"
    with use_path("torch"):
        assert path("cpu") == "torch"


@pytest.mark.parametrize(
    ("arguments", "keywords", "message"),
    [
        (([1.0, 2.0],), {}, "z must be a torch tensor"),
        ((torch.arange(3),), {}, "float32, float16, bfloat16 or float64"),
        ((torch.tensor(1.0),), {}, "at least one token"),
        ((torch.zeros(3, 0),), {}, "at least one token"),
        ((torch.zeros(3), 0.5), {}, "alpha must be finite and at least 1"),
        ((torch.zeros(3), float("nan")), {}, "alpha must be finite"),
        ((torch.zeros(3), float("inf")), {}, "alpha must be finite"),
        ((torch.zeros(3), None), {}, "alpha must be a number or a torch tensor, got NoneType"),
        ((torch.zeros(3), [1.5]), {}, "alpha must be a number or a torch tensor, got list"),
        ((torch.zeros(3), "1.5"), {}, "alpha must be a number or a torch tensor, got str"),
        ((torch.zeros(3), True), {}, "alpha must be a number or a torch tensor, got bool"),
        ((torch.zeros(3), torch.tensor(True)), {}, "alpha must be real numbers, got torch.bool"),
        ((torch.zeros(3), 1e300), {}, "alpha must be finite in torch.float32"),
        ((torch.zeros(3), 10**400), {}, "alpha must be finite in float64, got a larger number of type int"),
        ((torch.zeros(3), Fraction(10**400, 3)), {}, "alpha must be finite in float64, .* of type Fraction"),
        (
            (torch.zeros(3), torch.tensor(1e39, dtype=torch.float64)),
            {},
            "alpha is inf: .* not overflow in torch.float32",
        ),
        ((torch.zeros(3),), {"scale": 1e300}, "scale must be finite in torch.float32"),
        ((torch.zeros(3),), {"scale": -(10**400)}, "scale must be finite in float64"),
        ((torch.zeros(3), torch.empty((), device="meta")), {}, "alpha lies on meta and the logits on cpu"),
        ((torch.zeros(3).to_sparse(),), {}, "z must be dense"),
        ((torch.zeros(3),), {"scale": [1.0]}, "scale must be a number or a torch tensor, got list"),
        ((torch.zeros(3),), {"scale": float("inf")}, "scale must be finite"),
        ((torch.zeros(3),), {"lengths": "all"}, "lengths must be integers, got 'all'"),
        ((torch.zeros(3),), {"lengths": 1.5}, "lengths must be integers"),
        ((torch.zeros(2, 3), torch.ones(3)), {}, "alpha of shape .3,. does not broadcast"),
        ((torch.zeros(2, 3),), {"scale": torch.ones(3)}, "scale of shape"),
        ((torch.zeros(2, 3),), {"lengths": torch.ones(2)}, "lengths must be integers"),
        ((torch.zeros(2, 3),), {"lengths": torch.ones(3, dtype=torch.int64)}, "lengths of shape"),
    ],
)
def test_bad_arguments_are_named(arguments, keywords, message):
    with pytest.raises(ValueError, match=message):
        entmax(*arguments, **keywords)


def test_rows_on_two_strides():
    """Every fold of batch axes addresses what torch addresses."""
    base = torch.arange(4 * 6 * 5 * 8).view(4, 6, 5, 8)
    views = (
        base,
        base[0].permute(1, 0, 2),
        base[:, ::2],
        base[..., ::2],
        base[0, 0, 0],
        base[:1].expand(7, 6, 5, 8),
        base[:, :, 0].permute(0, 2, 1),
        base.permute(3, 0, 1, 2),
    )
    for view in views:
        found = row_strides(view.shape, view.stride())
        assert found is not None
        start = view.storage_offset()
        for row, expected in enumerate(view.reshape(-1, view.shape[-1])):
            first = start + (row // found.inner) * found.outer + (row % found.inner) * found.step
            assert (first + torch.arange(view.shape[-1]) * found.token).tolist() == expected.tolist()
    assert row_strides((4, 5, 6, 8), base.permute(0, 2, 1, 3).stride()) is None  # three: copied
