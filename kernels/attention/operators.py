"""Attention as operators of PyTorch: shapes for the compiler, gradients for autograd, and the choice of a path.

A call takes one of four paths:

* ``"triton"``: the kernels, on a GPU;
* ``"numba"``: kernels for a CPU, on CPU tensors where Numba is installed;
* ``"interpreter"``: the kernels of the GPU in Triton's interpreter, on CPU tensors when ``TRITON_INTERPRET=1`` was set
  before the import;
* ``"torch"``: plain torch, everywhere else, and where the kernels of the GPU do not apply (float64, softmax, alpha > 2,
  head dimensions above 256).
"""

import math
from enum import IntEnum
from typing import Any

import torch

from ..runtime.kinds import Kind, compute_dtype
from ..runtime.operator import Differentiable, flat, operator
from ..runtime.paths import INTERPRETED, Choice, Path, has_numba
from . import dense, launch
from .arguments import LSE_NEEDS, Arguments

Tensor = torch.Tensor

_choice = Choice("attention")
use_path = _choice.use


@torch.compiler.assume_constant_result  # type: ignore[untyped-decorator, unused-ignore]
def _wants_numba() -> bool:
    """Whether CPU tensors take the kernels for a CPU, which know every alpha and dtype."""
    wanted = _choice.forced == "numba" if INTERPRETED else _choice.forced != "torch"
    return wanted and has_numba()


class Saves(IntEnum):
    """What a forward pass leaves for the backward pass: the path that both take follows, or the other way round.

    An argument of the operator, so that a compiler which keeps what it compiled never mistakes one for the other.
    """

    NOTHING = 0
    BLOCKS = 1
    LISTS = 2


def resolve(call: Arguments, *, every_alpha: bool = False) -> tuple[Path, Arguments]:
    """Path of a call, and the call with its exact kind, for which a tensor alpha is read here.

    Parameters
    ----------
    every_alpha
        For kernels that know every alpha.

    Raises
    ------
    ValueError
        For a tensor alpha below 1 or not finite, or other than 1 where logarithms are wanted.
    """
    query, kind = call.query, call.kind
    if kind == Kind.ANY:
        values = call.excess.tolist()
        for head, one in enumerate(values):
            if not 0 <= one < math.inf:
                raise ValueError(
                    f"alpha of head {head} is {1 + one:.6g}: it must be finite and at least 1; 1 is softmax"
                )
        if len(set(values)) == 1:
            kind = Kind.of(1 + values[0], compute_dtype(query.dtype))
        elif all(0 < one <= 1 for one in values):
            kind = Kind.BELOW
        call = call._replace(kind=kind)
        if call.return_lse and kind != Kind.SOFTMAX:
            raise ValueError(
                f"return_lse is True and alpha has {', '.join(f'{1 + x:.6g}' for x in values)}: {LSE_NEEDS}"
            )
    if query.device.type == "cpu" and _wants_numba():
        return "numba", call
    forced = _choice.forced
    fits = (
        (every_alpha or Kind.SPARSEMAX <= kind <= Kind.BELOW)
        and query.dtype != torch.float64
        and max(query.shape[3], call.value.shape[3]) <= launch.LARGEST_HEAD
    )
    if not fits or forced == "torch":
        return "torch", call
    if query.is_cuda:
        return "triton", call
    return ("interpreter" if INTERPRETED else "torch"), call


def _empty_saved(call: Arguments, save: int) -> tuple[Tensor, ...]:
    """Room for what the backward pass reads."""
    if save == Saves.LISTS:
        return call.empty_lists(True)
    return launch.empty_saved(call, save == Saves.BLOCKS)


def _attend(call: Arguments, save: int) -> tuple[Tensor, ...]:
    """Output, logarithms of the sums, and what the backward pass reads."""
    path, call = resolve(call)
    if save == Saves.LISTS or (save == Saves.NOTHING and path == "numba"):
        from . import numba_launch  # Numba is not imported before it is needed

        output, lse, *lists = numba_launch.forward(call, save=save == Saves.LISTS)
        return output, lse, *(lists or launch.empty_saved(call, False))
    if path in ("triton", "interpreter"):
        output, *saved = launch.forward(call, save=save == Saves.BLOCKS)
        return output, call.empty_lse(), *saved
    unused = launch.empty_saved(call, save == Saves.BLOCKS)
    for x in unused:
        x.zero_()
    return *dense.forward(call), *unused


def _differentiate(
    grad: Tensor | None,
    grad_lse: Tensor | None,
    call: Arguments,
    first: Tensor,
    state: Tensor,
    last: Tensor,
    need_excess: bool,
    need_mask: bool,
) -> tuple[Tensor, ...]:
    """Gradients in query, key, value, excess, scale, sinks and mask; zeros for an excess that does not need one."""
    path, call = resolve(call)
    if grad is None:
        grad = call.empty_output().zero_()
    if not call.return_lse:
        grad_lse = None
    if last.dtype == torch.int32:  # lists of keys
        from . import numba_launch

        gradients = numba_launch.backward(
            grad, grad_lse, call, first, state, last, need_excess=need_excess, need_mask=need_mask
        )
    elif path in ("torch", "numba"):
        gradients = dense.backward(grad, grad_lse, call, need_mask=need_mask)
    else:
        gradients = launch.backward(
            grad, call, launch.Saved(first, state, last), need_excess=need_excess, need_mask=need_mask
        )
    return tuple(x.contiguous() for x in gradients)  # the strides the compiler was told


def _empty_gradients(call: Arguments, need_mask: bool) -> tuple[Tensor, ...]:
    """Room for what `_differentiate` gives."""
    mask = call.mask if need_mask else None
    rest = (call.scale.new_empty(0 if x is None else x.shape) for x in (call.sinks, mask))
    return *(x.new_empty(x.shape) for x in call[:5]), *rest


attention_op = operator(
    "attention",
    Arguments,
    "({call}, int save) -> (Tensor, Tensor, Tensor, Tensor, Tensor)",
    _attend,
    lambda call, save: (call.empty_output(), call.empty_lse(), *_empty_saved(call, save)),
)
_attention = Differentiable(
    Arguments,
    attention_op,
    operator(
        "attention_backward",
        Arguments,
        "(Tensor? grad, Tensor? grad_lse, {call}, Tensor first, Tensor state, Tensor last, bool need_excess,"
        " bool need_mask) -> (Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor)",
        _differentiate,
        lambda grad, grad_lse, call, *rest: _empty_gradients(call, rest[-1]),
    ),
    answers=2,
    optional=(3, 6),
    no_second="attention has no second derivatives here: differentiate once (without create_graph=True)",
    no_forward_mode="attention has no forward-mode derivatives here: take reverse mode (torch.func.vjp, "
    "torch.func.jacrev, backward())",
)


def attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    alpha: float | Tensor = 1.5,
    is_causal: bool = False,
    scale: float | Tensor | None = None,
    alibi_slopes: Tensor | None = None,
    key_lengths: Tensor | None = None,
    attn_mask: Tensor | None = None,
    window: tuple[int | None, int | None] | None = None,
    softcap: float | None = None,
    sinks: Tensor | None = None,
    return_lse: bool = False,
) -> Any:
    """Attend with alpha-entmax in place of softmax, without the matrix of probabilities in memory.

    With scores ``s_ij = cap(scale <query_i, key_j>) - slope |i + N - M - j| + mask_ij`` over the visible keys the
    output is ``sum_j entmax(s_i, alpha)_j value_j``. Query head ``h`` reads key head ``h // (H // Hkv)``. Positions are
    aligned to the end, as in `entmax_oracle.reference.attention`, whose semantics these are.

    Parameters
    ----------
    query
        ``(B, H, M, D)``, float32, float16, bfloat16 or float64, of any strides, finite.
    key
        ``(B, Hkv, N, D)``; ``Hkv`` divides ``H``.
    value
        ``(B, Hkv, N, Dv)``.
    alpha
        At least 1. A number, or a tensor of shape () or ``(H,)``, which may need a gradient. A tensor on a GPU is read
        by the host once a call.
    is_causal
        Hide key ``j`` from query ``i`` unless ``j <= i + N - M``.
    scale
        Broadcast to ``(B, H, M)``: a number, or one for each head or query; may need a gradient. By default
        ``1/sqrt(D)``.
    alibi_slopes
        ``(H,)``; the bias is added after scaling. They get no gradient (``None``), even where they ask for one.
    key_lengths
        Integers ``(B,)``: only the first ``key_lengths[b]`` keys of sequence ``b`` are visible.
    attn_mask
        Of a shape that broadcasts to ``(B, H, M, N)``, as in `torch.nn.functional.scaled_dot_product_attention`. If it
        is boolean, key ``j`` is hidden from query ``i`` where it is False. If it is floating point, it is added to the
        scores, after scale and cap; ``-inf`` hides a key. It may then need a gradient.
    window
        ``(left, right)``: the query at position ``p = i + N - M`` sees key ``j`` only if
        ``p - left <= j <= p + right``. Integers from 0 on, or None (or -1) where a side is open. What ``is_causal``
        hides stays hidden.
    softcap
        ``c > 0``: a scaled product ``s`` becomes ``c tanh(s / c)`` before slopes and mask are added.
    sinks
        ``(H,)``: in each row of head ``h`` a token with the score ``sinks[h]``, neither scaled nor capped, and without
        a value, takes mass from the keys. May need a gradient.
    return_lse
        Also return the logarithms of the sums of exponentials (``alpha = 1`` alone).

    Returns
    -------
    Tensor
        ``(B, H, M, Dv)`` in the dtype of ``query``, contiguous. A query that sees no key gives zeros, and zero
        gradients. With ``return_lse`` a pair: this, and ``(B, H, M)`` in float32 (float64 for float64 tensors), the
        natural logarithm of the sum of the exponentials of the scores of the row, its sink included; ``-inf`` where
        there is none. Both have gradients.

    Raises
    ------
    ValueError
        For shapes, dtypes or devices that do not fit, for an alpha below 1 or not finite, number or tensor, for
        ``return_lse`` with another alpha than 1, and (on a CPU) for lengths outside ``0 ... N``.
    NotImplementedError
        On differentiating twice, and on forward mode.

    Notes
    -----
    NaN in a query, a key, a scale or a slope, and a score of ``+inf``, make NaN of the queries that see them. What lies
    beyond ``key_lengths`` is never used, whatever it is, and what ``is_causal``, a window or a mask hides from a query
    reaches neither its answer nor its gradient. NaN in a value is seen where the value has mass.

    With a window, the kernels compute the scores near it alone. A mask saves none.

    On a CPU with Numba a query gets the same bits whatever the threads, the batch, the padding, and however a sequence
    is cut into calls of this function and of `decode`.

    Scores, thresholds and sums are float32 (float64 for float64 tensors). Of 16-bit tensors only the probabilities
    are rounded to 16 bits, where they meet the values; on a CPU with Numba not even they. At ``alpha = 2`` the gradient
    at a key exactly on the threshold is that of the strict support. Gradients in query and in a mask are summed by
    atomic additions on a GPU, and can differ in the last bits from run to run.

    Examples
    --------
    >>> import torch
    >>> query, key = torch.tensor([[[[1.0], [1.0]]]]), torch.tensor([[[[2.0], [0.0]]]])
    >>> attention(query, key, torch.tensor([[[[10.0], [20.0]]]]), alpha=2.0, is_causal=True).flatten().tolist()
    [10.0, 10.0]
    """
    call = Arguments.read(
        query,
        key,
        value,
        alpha,
        is_causal,
        scale,
        alibi_slopes,
        key_lengths,
        attn_mask,
        window,
        softcap,
        sinks,
        return_lse,
    )
    save = Saves.NOTHING
    if torch.is_grad_enabled() and any(x is not None and x.requires_grad for x in call[:7]):
        save = Saves.LISTS if query.device.type == "cpu" and _wants_numba() else Saves.BLOCKS
    output, lse = _attention(*flat(call), int(save))
    return (output, lse) if return_lse else output


def path(query: Tensor, key: Tensor, value: Tensor, *, alpha: float | Tensor = 1.5, **options: Any) -> Path:
    """Say which path `attention` takes for these arguments, of the four in `Path`.

    Raises
    ------
    ValueError
        As `attention` does.

    Examples
    --------
    >>> import torch
    >>> x = torch.zeros(1, 1, 1, 16, dtype=torch.float64)
    >>> path(x, x, x) in ("numba", "torch")
    True
    """
    defaults = {"is_causal": False, "scale": None, "alibi_slopes": None, "key_lengths": None}
    call = Arguments.read(query, key, value, alpha, **{**defaults, **options})
    return resolve(call)[0]
