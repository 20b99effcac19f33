"""A program without this package that prints what the implementation makes of a case."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..calls import Subject, Verbatim
from ..case import Setting
from ..kinds.kind import Kind
from ..law import Contract, Law
from ..target.layouts import place
from ..target.loading import inverse
from ..target.packing import pack
from ..target.program import PREFIX, is_program, request_line

__all__ = ["snippet"]

_IMPORTS = {
    "torch": ["import torch", "torch.set_printoptions(precision=9)"],
    "jax": ["import jax, jax.numpy as jnp"],
    "numpy": ["import numpy as np", "np.set_printoptions(precision=17)"],
}
_SAID = 300  # characters of what is wrong that fit in a comment
_MAKE = {"torch": "torch.tensor", "jax": "jnp.array", "numpy": "np.array"}


def snippet(
    law: Law | Contract,
    kind: Kind,
    case: Any,
    setting: Setting,
    subject: Subject,
    message: str = "",
    calls: Sequence[Any] = (),
) -> str:
    """Write the program.

    Parameters
    ----------
    law : Law or Contract
        What the case breaks, for the comment.
    kind : Kind
    case : Case
    setting : Setting
    subject : Subject
    message : str
        What is wrong, for the comment.
    calls : sequence of Case
        The calls whose answers the law compares, where all of them can be written down.
    """
    program = is_program(subject.target)
    pair = law.pair if isinstance(law, Law) and not program else None
    several = bool(calls) and pair is None and law.compares and not program
    about = f"# {law.statement}\n"
    if message:
        about += f"# {' '.join(message.split())[:_SAID]}\n"
    if law.compares and pair is None and not several:
        about += "# This prints one of the answers that the law compares; the command compares them.\n"
    if program:
        line = _request(kind, case, setting, subject)
        return f"{about}echo {shlex.quote(line)} | {subject.name.removeprefix(PREFIX)}"
    form = kind.form(subject)
    names = list(form.tensors)
    change = ""
    if pair is not None:
        case, change = pair(case, setting)
    lines = [*_opening(setting, subject), *_loading(subject)]

    # What is passed only if it is in the signature.
    maybe = [name for name in form.optional if name not in dict(form.renamed)]
    if maybe:
        found = "{name: True for name in " + repr(maybe) + " if name in inspect.signature(f).parameters}"
        lines += ["import inspect", f"more = {found}"]
    given = {} if case.cotangent is None or subject.arrays != "torch" else _given(law, case)

    def held(asked: Any, name: str) -> str:
        """Name the format of an option."""
        return setting.dtype if name in asked.trainable else "float64" if setting.dtype == "float64" else "float32"

    def option(asked: Any, name: str) -> str:
        if name in given:
            return name
        options = {"alpha": setting.alpha, **asked.options}
        return _written(options[name], subject.arrays, held(asked, name), "int32" if form.packed else "")

    def ask(asked: Any, first: str) -> str:
        options = {"alpha": setting.alpha, **asked.options}
        axes = [x.ndim for x in asked.tensors.values()]
        told = [
            _permuted(name, form.order(count), subject.arrays)
            for name, count in zip((first, *names[1:]), axes, strict=True)
        ]
        told += [repr(options[name]) for name in form.follows]
        told += [f"{form.named(name)}={option(asked, name)}" for name in form.keywords if name not in maybe]
        told += ["**more"] * bool(maybe)
        call = f"f({', '.join(told)})"
        back = None if form.second else inverse(form.order(len(asked.answer_shape)))
        return _permuted(call, back, subject.arrays)

    bound: dict[str, list[str]] = {}
    for each in calls if several else (case,):
        for name, values, layout in zip(names, each.tensors.values(), map(each.layout_of, each.tensors), strict=True):
            lengths = each.lengths_of(name)
            values = values if lengths is None else pack(values, lengths)
            laid = {"contiguous": "tokens first", "tokens first": "contiguous"}.get(layout, layout)
            binding = _bound(name, values, laid if form.swapped else layout, setting.dtype, subject.arrays)
            if bound.get(name) != binding:
                lines += binding
            bound[name] = binding
        if several:
            lines.append(f"print({ask(each, names[0])})")
    if several:
        return about + "\n".join(lines)
    asked = ask(case, names[0]) + (f", {ask(case, names[0] + change)}" if change else "")
    if case.cotangent is None or subject.arrays != "torch":
        return about + "\n".join([*lines, f"print({asked})"])
    wanted = [name for name, x in zip(names, case.tensors.values(), strict=True) if x.dtype.kind == "f"]
    lines += [f"{name} = {_array(values, held(case, name), 'torch')}" for name, values in given.items()]
    wanted = [*wanted, *given] if law.needs != "lse gradient" else wanted[:2]
    lines += [f"{name}.requires_grad_(True)" for name in wanted]
    lengths = case.lengths_of("cotangent")
    pulled = case.cotangent if lengths is None else pack(case.cotangent, lengths)
    lines.append(f"g = {_array(pulled, setting.dtype, 'torch')}")
    pull = "g"
    if law.needs == "lse gradient":
        lines.append(f"lse = {asked}[1]")
        asked, pull = "lse", "g[..., 0].to(lse.dtype)"
    elif form.second:
        asked += "[0]"
    together = f"{wanted[0]}, {pull})[0]" if len(wanted) == 1 else f"({', '.join(wanted)}), {pull})"
    return about + "\n".join([*lines, f"print(torch.autograd.grad({asked}, {together})"])


def _given(law: Law | Contract, case: Any) -> dict[str, NDArray[Any]]:
    """Options whose gradient a law is about, by name."""
    if law.needs == "scales gradient":
        return {"scale": case.options["scale"]}
    return {name: case.options[name] for name in case.trainable if law.needs == f"{name} gradient"}


def _request(kind: Kind, case: Any, setting: Setting, subject: Subject) -> str:
    """Write what a program is asked."""
    form, options = kind.form(subject), {"alpha": setting.alpha, **case.options}
    held = {
        name: np.array(x) if isinstance(x, tuple) and not isinstance(x, Verbatim) else x for name, x in options.items()
    }
    named = {form.named(name): held[name] for name in form.keywords if name not in form.optional}
    told = {name: held[name] for name in form.follows} | named
    return request_line(1, kind.name, setting.dtype, case.tensors, told, case.cotangent)


def _permuted(expression: str, order: tuple[int, ...] | None, arrays: str) -> str:
    """Write an array with its axes in another order."""
    if order is None:
        return expression
    expression = expression if expression.isidentifier() or expression.endswith(")") else f"({expression})"
    return f"{expression}.{'permute' if arrays == 'torch' else 'transpose'}({', '.join(map(str, order))})"


def _opening(setting: Setting, subject: Subject) -> list[str]:
    lines = list(_IMPORTS[subject.arrays])
    if subject.arrays == "jax" and setting.dtype == "float64":
        lines.append("jax.config.update('jax_enable_x64', True)")
    if subject.arrays == "numpy" and _is_foreign(setting.dtype):
        lines.insert(1, "import ml_dtypes")
    return lines


def _is_foreign(dtype: str) -> bool:
    """Whether NumPy has a dtype by ml_dtypes only."""
    return dtype == "bfloat16" or dtype.startswith("float8")


def _loading(subject: Subject) -> list[str]:
    """Bind the implementation to ``f``."""
    home, _, name = subject.name.rpartition(":")
    if home.endswith(".py"):
        return ["import runpy", f"f = runpy.run_path({home!r})[{name!r}]"]
    if "<" in name:
        return [f"# f = {name}, defined in {home}"]
    return [f"from {home} import {name.split('.')[0]}", f"f = {name}"]


def _bound(name: str, values: NDArray[Any], layout: str, dtype: str, arrays: str) -> list[str]:
    """Bind an array to a name, exactly, and where torch is asked in its layout."""
    if values.dtype.kind == "i":
        return [f"{name} = {_MAKE[arrays]}({values.tolist()})"]
    shape = values.shape
    made = _array(values, dtype, arrays)
    if arrays != "torch" or layout == "contiguous" or not values.size:
        return [f"{name} = {made}"]
    if layout == "tokens first":
        return [f"{name} = {made}.transpose(1, 2).contiguous().transpose(1, 2)"]
    at = place(shape, layout)
    held = "[:1]" if 0 in at.strides else ""
    return [
        f"values = {made}",
        f"buffer = torch.zeros({at.size}, dtype=torch.{dtype})",
        f"{name} = torch.as_strided(buffer, {shape}, {at.strides}, {at.offset})",
        f"{name}{held}.copy_(values{held})",
    ]


def _array(values: NDArray[np.float64], dtype: str, arrays: str) -> str:
    """Write an array; the shortest decimals that are read as the same numbers are exact."""
    home = {"torch": "torch", "jax": "jnp", "numpy": "ml_dtypes" if _is_foreign(dtype) else "np"}[arrays]
    made = f"{_MAKE[arrays]}({_words(values)}, dtype={home}.{dtype})"
    return made if values.ndim == 1 else f"{made}.reshape({values.shape})"


def _words(values: NDArray[np.float64]) -> str:
    """Write numbers as a list, long runs of one by multiplication."""
    terms = []
    words = [repr(each) if math.isfinite(each) else f"float('{each}')" for each in values.ravel().tolist()]
    for word, group in groupby(words):
        count = len(list(group))
        terms.append((f"[{word}] * {count}", True) if count > 4 else (", ".join([word] * count), False))
    told = " + ".join(text if is_run else f"[{text}]" for text, is_run in terms) or "[]"
    return told.replace("] + [", ", ") if not any(is_run for _, is_run in terms) else told


def _written(value: Any, arrays: str, dtype: str, integers: str = "") -> str:
    """Write an option; arrays, and tuples of numbers, as arrays."""
    home = {"torch": "torch", "jax": "jnp", "numpy": "np"}[arrays]
    if isinstance(value, np.ndarray) and value.dtype == bool:
        made = f"{_MAKE[arrays]}({value.ravel().tolist()})"
        return made if value.ndim == 1 else f"{made}.reshape({value.shape})"
    if isinstance(value, np.ndarray):
        return _array(value, dtype, arrays)
    if isinstance(value, Verbatim) or not isinstance(value, tuple):
        return repr(value)
    whole = integers and all(isinstance(each, int) for each in value)
    return f"{_MAKE[arrays]}({list(value)}{f', dtype={home}.{integers}' if whole else ''})"
