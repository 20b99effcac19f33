"""Counterexamples as text and back: hexadecimal floats, a shell command, a Python program."""

from __future__ import annotations

import json
import math
import re
import shlex
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from ..calls import Float64
from ..inputs.rows import moved
from ..laws import CONTRACTS, LAWS, Case, Contract, Finding, Law, Setting, relations
from ..laws import conduct as manners
from ..target.frameworks import place
from ..target.program import PREFIX, is_program, request_line
from ..target.worker import Subject
from .report import Counterexample

__all__ = [
    "counterexample",
    "describe",
    "hexadecimal",
    "loading",
    "program_text",
    "read",
    "read_all",
    "runs",
    "to_case",
    "unhex",
    "written",
]

_DEFAULTS = {"layout": "contiguous", "variant": 0, "shift": 0.0, "cotangent_layout": "contiguous"}
_TRAILING = re.compile(r"\.?0+(?=p)")


def describe(law: str, case: Case, finding: Finding, setting: Setting, subject: Subject) -> Counterexample:
    """Write a case down in full.

    Parameters
    ----------
    law : str
        Its name.
    case, finding
        What broke it, and how.
    setting : Setting
    subject : Subject
    """
    parameters: dict[str, Any] = {"variant": case.variant, "shift": case.shift}
    if case.cotangent is not None:
        parameters["cotangent"] = hexadecimal(case.cotangent)
        parameters["cotangent_layout"] = case.cotangent_layout
    if law == "shift" and not is_program(subject.target):
        base, _, shift = moved(case.logits, case.shift, setting.dtype)
        alpha = "" if subject.fixed_alpha else f", {setting.alpha!r}"
        both = program_text(replace(case, logits=base), setting, subject, f"f(z{alpha}), f(z + {shift!r}{alpha})")
        snippet = f"# {LAWS[law].statement}\n{both}"
    else:
        snippet = _about(law) + program_text(case, setting, subject)
    return counterexample(law, written(case), finding, setting, subject, parameters, snippet)


def counterexample(
    law: str,
    found: dict[str, Any],
    finding: Finding,
    setting: Setting,
    subject: Subject,
    parameters: dict[str, Any],
    snippet: str,
    *,
    shape: tuple[int, ...] | None = None,
) -> Counterexample:
    """Build a counterexample of any kind, with the command that judges it again.

    Parameters
    ----------
    law : str
        Its name.
    found : dict
        The case as JSON values, without what is left at its default: what ``to_case`` of the kind reads.
    finding, setting, subject
        How it broke, where, and whose it is.
    parameters : dict
        What the report shows of the case beside its logits.
    snippet : str
        A program that shows it again.
    shape : tuple of int, optional
        Of the answer, where that is not the shape of the logits.
    """
    head = {"law": law, "alpha": setting.alpha, "dtype": setting.dtype}
    if law == "state" and setting.others:
        others = {"others": list(setting.others)}
        found, parameters = others | found, parameters | others
    asked = ["entmax-oracle", "check", subject.name, *subject.words]
    words = [*asked, "--replay", json.dumps(head | found, separators=(",", ":"))]
    logits = found.get("logits", "")
    return Counterexample(
        law=law,
        message=finding.message,
        alpha=setting.alpha,
        dtype=setting.dtype,
        arrays=subject.arrays,
        layout=found.get("layout", "contiguous"),
        shape=tuple(found["shape"]) if shape is None else shape,
        logits=tuple(_unrun(logits)),
        ratio=finding.ratio,
        ulp=finding.ulp,
        parameters=parameters,
        details=finding.details,
        command=shlex.join(words),
        snippet=snippet,
    )


def written(case: Any) -> dict[str, Any]:
    """Write a case of logits as JSON values, without what is left at its default."""
    found: dict[str, Any] = {
        "shape": list(case.logits.shape),
        "logits": " ".join(runs(hexadecimal(case.logits))),
    }
    for name, default in _DEFAULTS.items():
        if getattr(case, name, default) != default:
            found[name] = getattr(case, name)
    if case.cotangent is not None:
        found["cotangent"] = " ".join(runs(hexadecimal(case.cotangent)))
    return found


def _about(law: str) -> str:
    """Comment on what a snippet shows."""
    known: Law | Contract = CONTRACTS[law] if law in CONTRACTS else LAWS[law]
    if law not in {each.name for each in (*relations.LAWS, *manners.LAWS)}:
        return f"# {known.statement}\n"
    return f"# {known.statement}\n# This prints one of the answers that the law compares; the command compares them.\n"


def read(source: str) -> dict[str, Any]:
    """Read a counterexample to replay: the first of `read_all`."""
    return read_all(source)[0]


def read_all(source: str) -> list[dict[str, Any]]:
    """Read the counterexamples to replay, at least one.

    Parameters
    ----------
    source : str
        JSON text, or the path of a JSON file; of a counterexample, or of a whole report, which may hold several.

    Raises
    ------
    ValueError
        If it is neither.
    """
    try:
        text = source if source.lstrip().startswith("{") else Path(source).read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, json.JSONDecodeError) as error:
        raise ValueError(f"cannot read a counterexample from {source[:80]!r}: {error}") from None
    if "laws" not in found:
        return [_complete(found)]
    every = [_complete(each) for law in found["laws"] for each in law.get("counterexamples") or ()]
    if not every:
        raise ValueError(f"{source[:80]} reports no violation, so there is nothing to replay")
    return every


def _complete(found: dict[str, Any]) -> dict[str, Any]:
    missing = {"law", "alpha", "dtype"} - set(found)
    if missing:
        raise ValueError(f"this is no counterexample: it lacks {', '.join(sorted(missing))}")
    return dict(found)


def to_case(found: dict[str, Any]) -> Case:
    """Make the case that `read` returned.

    Raises
    ------
    ValueError
        If it is no counterexample of a mapping.
    """
    missing = {"shape", "logits"} - set(found)
    if missing:
        raise ValueError(f"this is no counterexample of a mapping: it lacks {', '.join(sorted(missing))}")
    shape = tuple(map(int, found["shape"]))
    cotangent = found.get("cotangent")
    return Case(
        unhex(found["logits"], shape),
        layout=found.get("layout", "contiguous"),
        variant=int(found.get("variant", 0)),
        shift=float(found.get("shift", 0.0)),
        cotangent=None if cotangent is None else unhex(cotangent, shape),
        cotangent_layout=found.get("cotangent_layout", "contiguous"),
    )


def hexadecimal(x: Float64) -> list[str]:
    """Write numbers as hexadecimal floats."""
    return [_TRAILING.sub("", float(each).hex()) for each in x.ravel()]


def runs(words: list[str]) -> list[str]:
    """Write runs of one number as ``count*number``: long rows in few words."""
    runs = [(word, len(list(group))) for word, group in groupby(words)]
    return [f"{count}*{word}" if count > 2 else " ".join([word] * count) for word, count in runs]


def unhex(words: list[str] | str, shape: tuple[int, ...]) -> Float64:
    """Read what `hexadecimal` or `runs` wrote."""
    numbers = [float.fromhex(word) for word in _unrun(words)]
    if len(numbers) != math.prod(shape):
        raise ValueError(
            f"this counterexample holds {len(numbers)} numbers; its shape {shape} asks for {math.prod(shape)}"
        )
    return np.array(numbers, dtype=np.float64).reshape(shape)


def _unrun(words: list[str] | str) -> list[str]:
    """Undo `runs`."""
    numbers: list[str] = []
    for word in words.split() if isinstance(words, str) else words:
        count, star, number = str(word).rpartition("*")
        numbers += [number] * (int(count) if star else 1)
    return numbers


def loading(subject: Subject) -> list[str]:
    """Write the lines of a program that bind the implementation to ``f``."""
    place_, _, name = subject.name.rpartition(":")
    if place_.endswith(".py"):
        return ["import runpy", f"f = runpy.run_path({place_!r})[{name!r}]"]
    if "<" in name:
        return [f"# f = {name}, defined in {place_}"]
    return [f"from {place_} import {name.split('.')[0]}", f"f = {name}"]


def program_text(case: Case, setting: Setting, subject: Subject, ask: str | None = None) -> str:
    """Write a program without this package that prints what the implementation makes of the logits.

    Parameters
    ----------
    case : Case
    setting : Setting
    subject : Subject
    ask : str, optional
        The call of ``f``; that of a mapping by default.
    """
    if is_program(subject.target):
        alpha = None if subject.fixed_alpha else setting.alpha
        line = request_line(1, case.logits, alpha, setting.dtype, case.cotangent)
        return f"echo {shlex.quote(line)} | {subject.name.removeprefix(PREFIX)}"
    load = "\n".join(loading(subject))
    terms = []
    for word, group in groupby(hexadecimal(case.logits)):
        count = len(list(group))
        terms.append((f"[{word!r}] * {count}", True) if count > 8 else (", ".join([repr(word)] * count), False))
    words = " + ".join(text if is_run else f"[{text}]" for text, is_run in terms) or "[]"
    words = words.replace("] + [", ", ") if not any(is_run for _, is_run in terms) else words
    shape = case.logits.shape
    build = f"values = np.array([float.fromhex(w) for w in {words}]).reshape({shape})"
    at = place(shape, case.layout)
    ask = ask or ("f(z)" if subject.fixed_alpha else f"f(z, {setting.alpha!r})")
    if subject.arrays == "torch":
        lines = ["import numpy as np, torch", "torch.set_printoptions(precision=9)", load, build]
        lines.append(f"z = torch.from_numpy(values).to(torch.{setting.dtype})")
        if case.layout != "contiguous" and case.logits.size:
            lines[-1] = (
                f"buffer = torch.zeros({at.size}, dtype=torch.{setting.dtype})\n"
                f"z = torch.as_strided(buffer, {shape}, {at.strides}, {at.offset})\n"
                + (
                    "z[:1].copy_(torch.from_numpy(values)[:1])"
                    if 0 in at.strides
                    else "z.copy_(torch.from_numpy(values))"
                )
            )
        if case.cotangent is not None:
            g = [each.hex() for each in map(float, case.cotangent.ravel())]
            lines.append("z.requires_grad_(True)")
            lines.append(
                f"g = torch.tensor([float.fromhex(w) for w in {g}], dtype=torch.{setting.dtype}).reshape({shape})"
            )
            lines.append(f"print(torch.autograd.grad({ask}, z, g)[0])")
            return "\n".join(lines)
    elif subject.arrays == "jax":
        lines = ["import numpy as np, jax, jax.numpy as jnp", load, build]
        if setting.dtype == "float64":
            lines.insert(1, "jax.config.update('jax_enable_x64', True)")
        lines.append(f"z = jnp.asarray(values.astype(jnp.{setting.dtype}))")
    else:
        lines = ["import numpy as np", "np.set_printoptions(precision=17)", load, build]
        kind = "ml_dtypes.bfloat16" if setting.dtype == "bfloat16" else f"np.{setting.dtype}"
        if setting.dtype == "bfloat16":
            lines.insert(1, "import ml_dtypes")
        lines.append(f"z = values.astype({kind})")
    return "\n".join([*lines, f"print({ask})"])
