"""The one place where the implementation is called."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..calls import Answered, Outcome, Request, Verbatim, later_calls
from .frameworks import Framework
from .loading import Form, UnusableTarget, inverse, permuted
from .packing import pack, unpack

if TYPE_CHECKING:
    from ..case import Case

__all__ = ["perform"]

_PLAIN = Form(())


def perform(
    function: Callable[..., Any], request: Request, library: Framework, device: str, form: Form = _PLAIN
) -> Outcome:
    """Call the implementation once and read what it returns.

    Parameters
    ----------
    function : callable
        ``f(*tensors, **options)``, as `target.loading.adapt` makes it.
    request : Request
    library : Framework
    device : str
        For example ``"cpu"`` or ``"cuda:0"``.
    form : Form
        Says in which order the implementation sees the axes of its tensors: that is how they lie in memory.
    """
    case, later = request.case, request.followed_by
    tensors, buffers = _tensors(library, case, request.dtype, device, form)
    options, more = _options(library, case, request, device, form)
    buffers += more
    following = None if later is None else _tensors(library, later, request.dtype, device, form)[0]
    following_options = {} if later is None else _options(library, later, request, device, form)[0]
    home = library.describe(next(iter(tensors.values())))[2]
    cotangent: Any = None
    if case.cotangent is not None:
        values = _packed(case, "cotangent", case.cotangent)
        cotangent, held = _lay(library, values, request.dtype, case.layout_of("cotangent"), device, form)
        buffers.append(held)
    second: list[Any] = []

    def respond(**given: Any) -> Any:
        arguments = tensors | options | given
        answer = function(*map(arguments.get, tensors), **{name: arguments[name] for name in options})
        if form.second:
            answer, second[:] = answer[0], answer[1:]
        if following is not None and later is not None:
            for _ in range(later_calls(later.elements)):
                function(*following.values(), **following_options)
        return answer

    def overwriting(logits: Any, **given: Any) -> Any:
        """Answer, and overwrite the logits or the answer before the gradient is taken."""
        copied = logits * 1
        answer = respond(logits=copied, **given)
        library.overwrite(answer if request.overwritten == "answer" else copied)
        return answer

    def ask() -> Answered:
        if request.refilled is not None:
            _refill(library, request.refilled, tensors)
            respond()
            _refill(library, case, tensors)
        if cotangent is None:
            return Answered(respond(), second=second[0] if second else None)
        wanted = {name: x for name, x in tensors.items() if case.tensors[name].dtype.kind == "f" and not request.frozen}
        wanted = {name: x for name, x in wanted.items() if request.only in ("", name)}
        if request.alpha_gradient:
            wanted["alpha"] = options["alpha"]
        if request.of_second:
            return _of_second(library, request, respond, second, wanted, device)
        if request.also:
            wanted[request.also] = options[request.also]
        if not request.overwritten:
            found = library.pullback(respond, wanted, cotangent)
            if request.also == "attn_mask" and found.problem.endswith(request.also):
                raise NotImplementedError(found.problem)  # it need not have one
            return found
        try:
            return library.pullback(overwriting, wanted, cotangent)
        except NotImplementedError:
            raise
        except Exception as error:
            return Answered(tensors["logits"], problem=f"refused: {_explain(error)}")

    return _padded(request, _outcome(library, ask, buffers, home))


def _of_second(
    library: Framework,
    request: Request,
    respond: Callable[..., Any],
    second: list[Any],
    wanted: dict[str, Any],
    device: str,
) -> Answered:
    """Take the gradient of the second answer, which may be of another format than the first."""
    assert request.case.cotangent is not None
    answer = respond()
    weights = request.case.cotangent[..., 0]
    cotangent, _ = library.array(weights, library.describe(second[0])[1], "contiguous", device)

    def respond_second(**given: Any) -> Any:
        respond(**given)
        return second[0]

    found = library.pullback(respond_second, {name: wanted[name] for name in ("query", "key")}, cotangent)
    return replace(found, answer=answer, second=found.answer)


def _packed(case: Case, name: str, values: Any) -> Any:
    """Put the tokens of all sequences one after the other, where that is how they come."""
    lengths = case.lengths_of(name)
    return values if lengths is None else pack(values, lengths)


def _padded(request: Request, outcome: Outcome) -> Outcome:
    """Undo `_packed` for an answer."""
    case = request.case
    lengths, shape = case.lengths_of("answer"), case.answer_shape
    if lengths is None or outcome.values is None or outcome.shape != (sum(lengths), shape[1], shape[3]):
        return outcome
    second = outcome.second
    if second is not None and second.shape == (shape[1], sum(lengths)):
        second = unpack(second.T, lengths, shape[2], -np.inf)

    def back(gradients: Sequence[Any]) -> tuple[Any, ...]:
        names = ((request.only,) if request.only else tuple(case.tensors)) + ("",) * len(gradients)
        return tuple(_back(case, name, each) for name, each in zip(names, gradients, strict=False))

    return replace(
        outcome,
        values=unpack(outcome.values, lengths, shape[2]),
        shape=shape,
        second=second,
        gradients=back(outcome.gradients),
        gradients_again=back(outcome.gradients_again),
    )


def _back(case: Case, name: str, gradient: Any) -> Any:
    """Undo `_packed` for the gradient in a tensor, if it has the shape."""
    lengths = case.lengths_of(name) if name else None
    if lengths is None or gradient.ndim != 3 or gradient.shape[0] != sum(lengths):
        return gradient
    return unpack(gradient, lengths, case.tensors[name].shape[2])


def _refill(library: Framework, case: Case, tensors: dict[str, Any]) -> None:
    """Write the numbers of a case into arrays that are there already."""
    for name, values in case.tensors.items():
        library.fill(tensors[name], _packed(case, name, values))


def _tensors(library: Framework, case: Case, dtype: str, device: str, form: Form) -> tuple[dict[str, Any], list[Any]]:
    """Build the arrays of a case; also return the buffers that they lie in."""
    arrays, buffers = {}, []
    for name, values in case.tensors.items():
        if values.dtype.kind == "i":
            arrays[name] = buffer = library.integers(values.tolist(), device)
        else:
            laid = _packed(case, name, values)
            arrays[name], buffer = _lay(library, laid, dtype, case.layout_of(name), device, form)
        buffers.append(buffer)
    return arrays, buffers


def _options(
    library: Framework, case: Case, request: Request, device: str, form: Form
) -> tuple[dict[str, Any], list[Any]]:
    """Build the other arguments: arrays, and tuples of integers and of numbers, become arrays of the library.

    Return also the buffers of those that are arrays of the format of the tensors.
    """
    buffers: list[Any] = []
    options: dict[str, Any] = {"alpha": request.alpha, **case.options}
    if request.alpha_gradient:
        options["alpha"], _ = library.array(np.array(request.alpha), request.dtype, "contiguous", device)
    held = "float64" if request.dtype == "float64" else "float32"
    for name, value in options.items():
        if isinstance(value, Verbatim):
            options[name] = tuple(value)
        elif isinstance(value, tuple) and all(isinstance(each, int) for each in value):
            options[name] = library.integers(value, device, "int32" if form.packed else "int64")
        elif isinstance(value, np.ndarray) and value.dtype == bool:
            options[name] = library.booleans(value, device)
        elif isinstance(value, tuple | np.ndarray):
            dtype = request.dtype if name in case.trainable else held
            options[name], buffer = library.array(np.array(value), dtype, "contiguous", device)
            buffers += [buffer] * (name in case.trainable)
    return options, buffers


def _lay(library: Framework, values: Any, dtype: str, layout: str, device: str, form: Form = _PLAIN) -> tuple[Any, Any]:
    """Build an array in a layout; also return the buffer that it lies in."""
    plain = "contiguous" if layout == "tokens first" else layout
    order = list(form.order(values.ndim) or range(values.ndim))
    if layout == "tokens first" and not form.packed:
        order[1], order[2] = order[2], order[1]
    array, buffer = library.array(np.ascontiguousarray(values.transpose(order)), dtype, plain, device)
    if order == sorted(order):
        return array, buffer
    return permuted(array, inverse(tuple(order))), buffer


def _outcome(library: Framework, ask: Callable[[], Answered], buffers: Sequence[Any], home: str) -> Outcome:
    """Ask the implementation and read everything that it returns, or the exception that it raises.

    Parameters
    ----------
    library : Framework
    ask : callable
        Makes the call.
    buffers : sequence of arrays
        Memory that the call must leave as it is.
    home : str
        Where the arguments live.
    """
    before = [library.values(each) for each in buffers]
    try:
        found = ask()
        shape, dtype, where = library.describe(found.answer)
        values = library.values(found.answer)
        second = None if found.second is None else library.values(found.second)
        untouched = all(
            np.array_equal(old, library.values(buffer), equal_nan=True)
            for old, buffer in zip(before, buffers, strict=True)
        )
    except UnusableTarget:
        raise
    except NotImplementedError as error:
        return Outcome("declined", detail=_explain(error))
    except Exception as error:
        return Outcome("raised", detail=_explain(error))
    return Outcome(
        "returned",
        values=values,
        shape=shape,
        dtype=dtype,
        device=where,
        input_device=home,
        untouched=untouched,
        gradients=tuple(map(library.values, found.gradients)),
        gradients_again=tuple(map(library.values, found.again)),
        gradient_dtype=library.describe(found.gradients[0])[1] if found.gradients else "",
        gradient_problem=found.problem,
        second=None if found.second is None else second,
        second_dtype="" if found.second is None else library.describe(found.second)[1],
    )


def _explain(error: Exception) -> str:
    """Name the exception and the innermost line of code that it came from, unless that is ours: the call itself."""
    text = f"{type(error).__name__}: {error}".strip()
    last = traceback.extract_tb(error.__traceback__)[-1]
    if Path(last.filename).resolve().parent == Path(__file__).resolve().parent:
        return text
    return f"{text} ({last.filename}:{last.lineno}, in {last.name})"
