"""Operators of PyTorch with first derivatives, wired up once: for autograd, the compiler and `torch.func`.

The arguments of an operator are a record, a `NamedTuple` of tensors and plain values. PyTorch wants them flat: the
schema is read off the record, and what an operator does is written for the record in one piece.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn, get_type_hints

import torch
from torch._library.custom_ops import CustomOpDef
from torch.autograd import forward_ad

from .kinds import Kind

Tensor = torch.Tensor
Inputs = tuple[Any, ...]
Function = Callable[..., Any]

_TYPES = {Tensor: "Tensor", Tensor | None: "Tensor?", bool: "bool", Kind: "int", int: "SymInt", float: "float"}


def _types(record: Function) -> dict[str, str]:
    """Fields of a record, each with its type in the language of schemas."""
    return {name: _TYPES[hint] for name, hint in get_type_hints(record).items()}


def flat(call: Inputs) -> Inputs:
    """Fields of a record, as an operator takes them."""
    return tuple(int(x) if isinstance(x, Kind) else x for x in call)


def operator(name: str, record: Function, schema: str, run: Function, shapes: Function) -> CustomOpDef:
    """Register an operator in the namespace ``entmax_oracle``.

    Parameters
    ----------
    name
        Of the operator.
    record
        Of its arguments.
    schema
        As PyTorch writes it, with ``{call}`` in the place of the fields of the record.
    run
        What it does, given the record in one piece.
    shapes
        What ``run`` gives, as empty tensors.
    """
    hints = get_type_hints(record)
    start = schema.partition("{call}")[0].count(",")
    stop = start + len(hints)

    kinds = [place for place, hint in enumerate(hints.values()) if hint is Kind]

    def from_flat(function: Function) -> Function:
        def called(*inputs: Any) -> Any:
            fields = list(inputs[start:stop])
            for place in kinds:
                fields[place] = Kind(fields[place])
            return function(*inputs[:start], record(*fields), *inputs[stop:])

        return called

    written = schema.format(call=", ".join(f"{kind} {field}" for field, kind in _types(record).items()))
    made = torch.library.custom_op(f"entmax_oracle::{name}", from_flat(run), mutates_args=(), schema=written)
    made.register_fake(from_flat(shapes))
    _RUNS[made] = from_flat(run)
    return made


_RUNS: dict[CustomOpDef, Function] = {}
"""What each operator does, without the operator: a call through PyTorch costs as much as some thousand tokens."""


def unobserved(inputs: Inputs) -> bool:
    """Whether these are plain tensors on a CPU, and nothing but autograd looks on: no transform, no mode, no tracer.

    Not to be asked in the compiler.
    """
    return (
        all(x is None or (type(x) in _PLAIN and x.device.type == "cpu") for x in inputs)
        and torch._C._len_torch_dispatch_stack() == 0
        and torch._C._functorch.peek_interpreter_stack() is None
        and torch._C._get_tracing_state() is None
        and forward_ad._current_level < 0
    )


_PLAIN = (Tensor, torch.nn.Parameter)


class Differentiable:
    """An operator with first derivatives: called with the fields of its record, and options behind them.

    Parameters
    ----------
    record
        Of the arguments; its tensors come before all else.
    forward
        Operator of the arguments and options; gives the answers, then what its backward pass reads.
    backward
        Operator of the gradients in the answers, the arguments, what ``forward`` left for it, and whether each gradient
        of ``optional`` is wanted; gives the gradients in the first arguments. Of several answers a gradient may be
        missing, but not all of them.
    answers
        How many there are. A call gives one of them as it is, and several in a tuple.
    optional
        Places of the arguments whose gradient has a price of its own.
    no_second, no_forward_mode
        What is said on differentiating twice, and on forward mode where there is none: in the compiler, and without
        ``tangent`` anywhere.
    tangent
        Tangent of the answer, given the tangents of the inputs, the arguments, what ``forward`` left, and ``backward``.
    """

    def __init__(
        self,
        record: Function,
        forward: CustomOpDef,
        backward: CustomOpDef,
        *,
        answers: int = 1,
        optional: tuple[int, ...],
        no_second: str,
        no_forward_mode: str,
        tangent: Callable[..., Tensor] | None = None,
    ):
        types = _types(record).values()
        self._tensors, self._arguments = sum(kind.startswith("Tensor") for kind in types), len(types)
        self._operator, self._answers, self._optional, self._tangent = forward, answers, optional, tangent
        self._no_second, self._no_forward_mode = no_second, no_forward_mode
        forward.register_autograd(partial(self._gradients, backward), setup_context=self._save)
        backward.register_autograd(self._refuse)
        run, run_backward = _RUNS[forward], _RUNS[backward]
        self._run = run
        # A registered operator has no part in `torch.func` and forward mode.
        gradient = _function(backward, _keep_nothing, self._refuse, self._refuse)
        self._function = _function(
            forward, self._save, partial(self._gradients, gradient), partial(self._pushed_forward, gradient)
        )
        self._direct = _direct(
            run, self._save, partial(self._gradients, run_backward), partial(self._gradients, gradient)
        )

    def __call__(self, *inputs: Any) -> Any:
        """Answer of the operator."""
        tensors = inputs[: self._tensors]
        if torch.compiler.is_compiling():
            if any(_has_tangent(x) for x in tensors):
                raise NotImplementedError(self._no_forward_mode)
            # The compiler traces the operator itself, with the autograd that is registered.
            found = self._operator(*inputs)
        elif not unobserved(tensors):
            found = self._function(*inputs)
        elif torch.is_grad_enabled() and any(x is not None and x.requires_grad for x in tensors):
            found = self._direct(*inputs)
        else:
            found = self._run(*inputs)
        return found[0] if self._answers == 1 else found[: self._answers]

    def _save(self, ctx: Any, inputs: Inputs, output: tuple[Tensor, ...]) -> None:
        left = output[self._answers :]
        tensors = (*inputs[: self._tensors], *left)
        ctx.set_materialize_grads(False)  # no tangent is not a tangent of zero
        ctx.mark_non_differentiable(*left)
        ctx.save_for_backward(*tensors)
        ctx.save_for_forward(*tensors)
        ctx.values = inputs[self._tensors : self._arguments]

    def _saved(self, ctx: Any) -> tuple[Inputs, Inputs]:
        """Return the arguments, and what ``forward`` left."""
        saved = ctx.saved_tensors  # each look unpacks them all
        return (*saved[: self._tensors], *ctx.values), saved[self._tensors :]

    def _gradients(self, run: Function, ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        wanted, grads = ctx.needs_input_grad, grads[: self._answers]
        if all(grad is None for grad in grads):
            return (None,) * len(wanted)
        arguments, left = self._saved(ctx)
        found = run(*grads, *arguments, *left, *(wanted[place] for place in self._optional))
        given = [_as(x, arguments[i].dtype) if wanted[i] else None for i, x in enumerate(found)]
        return *given, *(None,) * (len(wanted) - len(given))

    def _pushed_forward(self, run: Function, ctx: Any, *tangents: Tensor | None) -> tuple[Tensor | None, ...]:
        if self._tangent is None:
            raise NotImplementedError(self._no_forward_mode)
        arguments, left = self._saved(ctx)
        return self._tangent(tangents, arguments, left, run), *(None,) * (self._answers - 1 + len(left))

    def _refuse(self, ctx: Any, *_: Tensor | None) -> NoReturn:
        raise NotImplementedError(self._no_second)


def _function(run: Function, keep: Function, differentiate: Function, push_forward: Function) -> Function:
    """Make a `torch.autograd.Function` of an operator, and return what applies it."""

    class Applied(torch.autograd.Function):
        generate_vmap_rule = True
        setup_context = staticmethod(keep)
        backward = staticmethod(differentiate)
        jvp = staticmethod(push_forward)

        @staticmethod
        def forward(*inputs: Any) -> Any:
            return run(*inputs)

    return Applied.apply


def _direct(run: Function, keep: Function, differentiate: Function, watched: Function) -> Function:
    """Make a `torch.autograd.Function` of what an operator does, for inputs that are `unobserved`.

    Its gradient is that of ``watched`` where somebody looks on, be it for second derivatives.
    """

    class Applied(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *inputs: Any) -> Any:
            output = run(*inputs)
            keep(ctx, inputs, output)
            return output

        @staticmethod
        def backward(ctx: Any, *grads: Tensor | None) -> Any:
            alone = not torch.is_grad_enabled() and unobserved(grads)
            return (differentiate if alone else watched)(ctx, *grads)

    return Applied.apply


def _as(x: Tensor, dtype: torch.dtype) -> Tensor:
    """Convert ``x``: a call that has nothing to do costs as much as some hundred tokens."""
    return x if x.dtype == dtype else x.to(dtype)


def _keep_nothing(ctx: Any, inputs: Inputs, output: Any) -> None:
    pass


def _has_tangent(x: Tensor | None) -> bool:
    return x is not None and forward_ad.unpack_dual(x).tangent is not None  # type: ignore[no-untyped-call]
