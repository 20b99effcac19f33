"""A program without this package that prints what the implementation makes of a case."""

from __future__ import annotations

import shlex
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..calls import Subject
from ..case import Setting
from ..kinds.kind import Kind
from ..law import Contract, Law
from ..target.layouts import place
from ..target.program import PREFIX, is_program, request_line
from ..text import hexadecimal

__all__ = ["snippet"]

_IMPORTS = {
    "torch": ["import numpy as np, torch", "torch.set_printoptions(precision=9)"],
    "jax": ["import numpy as np, jax, jax.numpy as jnp"],
    "numpy": ["import numpy as np", "np.set_printoptions(precision=17)"],
}
_MAKE = {"torch": "torch.tensor", "jax": "jnp.array", "numpy": "np.array"}


def snippet(law: Law | Contract, kind: Kind, case: Any, setting: Setting, subject: Subject) -> str:
    """Write the program.

    Parameters
    ----------
    law : Law or Contract
        What the case breaks, for the comment.
    kind : Kind
    case : Case
    setting : Setting
    subject : Subject
    """
    about = f"# {law.statement}\n"
    is_pair = isinstance(law, Law) and law.pair is not None and not is_program(subject.target)
    if law.compares and not is_pair:
        about += "# This prints one of the answers that the law compares; the command compares them.\n"
    if is_program(subject.target):
        alpha = None if subject.fixed_alpha else setting.alpha
        line = request_line(1, case.logits, alpha, setting.dtype, case.cotangent)
        return f"{about}echo {shlex.quote(line)} | {subject.name.removeprefix(PREFIX)}"
    form = kind.form(subject)
    names = list(form.tensors)
    change = ""
    if isinstance(law, Law) and law.pair is not None:
        case, change = law.pair(case, setting)
    lines = [*_opening(setting, subject), *_loading(subject)]
    for name, values, layout in zip(names, case.tensors.values(), map(case.layout_of, case.tensors), strict=True):
        laid = {"contiguous": "tokens first", "tokens first": "contiguous"}.get(layout, layout)
        lines += _bound(name, values, laid if form.swapped else layout, setting.dtype, subject.arrays)
    options = {"alpha": setting.alpha, **case.options}

    def ask(first: str) -> str:
        told = [f"{name}.swapaxes(1, 2)" if form.swapped else name for name in (first, *names[1:])]
        told += [repr(options[name]) for name in form.follows]
        told += [f"{form.named(name)}={_written(options[name], subject.arrays)}" for name in form.keywords]
        return f"f({', '.join(told)})" + ".swapaxes(1, 2)" * form.swapped

    asked = ask(names[0]) + (f", {ask(names[0] + change)}" if change else "")
    if case.cotangent is None or subject.arrays != "torch":
        return about + "\n".join([*lines, f"print({asked})"])
    wanted = [name for name, x in zip(names, case.tensors.values(), strict=True) if x.dtype.kind == "f"]
    lines += [f"{name}.requires_grad_(True)" for name in wanted]
    words = [each.hex() for each in map(float, case.cotangent.ravel())]
    made = f"torch.tensor([float.fromhex(w) for w in {words}], dtype=torch.{setting.dtype})"
    lines.append(f"g = {made}.reshape({case.cotangent.shape})")
    together = f"{wanted[0]}, g)[0]" if len(wanted) == 1 else f"({', '.join(wanted)}), g)"
    return about + "\n".join([*lines, f"print(torch.autograd.grad({asked}, {together})"])


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
    lines = [f"values = np.array([float.fromhex(w) for w in {_words(values)}]).reshape({shape})"]
    if arrays == "jax":
        return [*lines, f"{name} = jnp.asarray(values.astype(jnp.{dtype}))"]
    if arrays == "numpy":
        return [*lines, f"{name} = values.astype({'ml_dtypes' if _is_foreign(dtype) else 'np'}.{dtype})"]
    if layout == "tokens first":
        made = f"torch.from_numpy(values).to(torch.{dtype})"
        return [*lines, f"{name} = {made}.transpose(1, 2).contiguous().transpose(1, 2)"]
    if layout == "contiguous" or not values.size:
        return [*lines, f"{name} = torch.from_numpy(values).to(torch.{dtype})"]
    at = place(shape, layout)
    held = "[:1]" if 0 in at.strides else ""
    return [
        *lines,
        f"buffer = torch.zeros({at.size}, dtype=torch.{dtype})",
        f"{name} = torch.as_strided(buffer, {shape}, {at.strides}, {at.offset})",
        f"{name}{held}.copy_(torch.from_numpy(values){held})",
    ]


def _words(values: NDArray[np.float64]) -> str:
    """Write numbers as a list of hexadecimal floats, long runs of one by multiplication."""
    terms = []
    for word, group in groupby(hexadecimal(values)):
        count = len(list(group))
        terms.append((f"[{word!r}] * {count}", True) if count > 8 else (", ".join([repr(word)] * count), False))
    words = " + ".join(text if is_run else f"[{text}]" for text, is_run in terms) or "[]"
    return words.replace("] + [", ", ") if not any(is_run for _, is_run in terms) else words


def _written(value: Any, arrays: str) -> str:
    return f"{_MAKE[arrays]}({list(value)})" if isinstance(value, tuple) else repr(value)
