"""Counterexamples: a case as a report shows it, with the command and the program that show it again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..calls import Subject
from ..case import Setting
from ..kinds.kind import Kind
from ..law import Contract, Finding, Law
from ..text import unrun
from .fact import fact
from .report import Counterexample
from .snippet import snippet

__all__ = ["describe", "read", "read_all"]


def describe(
    law: Law | Contract,
    kind: Kind,
    case: Any,
    finding: Finding,
    setting: Setting,
    subject: Subject,
    diagnosis: tuple[str, ...] = (),
    calls: Sequence[Any] = (),
) -> Counterexample:
    """Write a case down in full.

    Parameters
    ----------
    law : Law or Contract
        What it breaks.
    kind : Kind
    case, finding
        What broke it, and how.
    setting, subject
        Where, and whose it is.
    diagnosis : tuple of str
        Simpler explanations that fit.
    calls : sequence of Case
        The calls whose answers the law compares, where all of them can be written down.
    """
    more: dict[str, Any] = {name: list(getattr(setting, name)) for name in law.carries if getattr(setting, name)}
    more |= {"against": setting.against} if setting.against else {}
    found = more | kind.write(case)
    head = {"law": law.name, "alpha": setting.alpha, "dtype": setting.dtype}
    told = json.dumps(head | found, separators=(",", ":"))
    words = ["entmax-oracle", "check", subject.name, *subject.words, "--replay", told]
    command = shlex.join(words)
    if not isinstance(subject.target, str) and ("<" in subject.name or subject.name.startswith("__main__:")):
        command = _in_python(subject, told)  # no other process can import it
    return Counterexample(
        law=law.name,
        message=finding.message,
        alpha=setting.alpha,
        dtype=setting.dtype,
        arrays=subject.arrays,
        layout=case.layout,
        shape=tuple(found.get("shape", case.answer_shape)),
        logits=tuple(unrun(found.get("logits", ""))),
        ratio=finding.ratio,
        ulp=finding.ulp,
        parameters=more | kind.shown(case),
        details=finding.details,
        command=command,
        snippet=snippet(law, kind, case, setting, subject, finding.message, calls),
        fact=fact(law, case, finding),
        diagnosis=diagnosis,
    )


def _in_python(subject: Subject, told: str) -> str:
    """Write a call that replays the case of a function that has no name elsewhere."""
    options = [repr(told), repr(subject.arrays), *(f"{name}={value}" for name, value in subject.options)]
    return f"entmax_oracle.proofs_checks.conformance.replay(f, {', '.join(options)})"


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
        are = "is" if len(missing) == 1 else "are"
        raise ValueError(f"not a counterexample: {', '.join(sorted(missing))} {are} missing")
    return dict(found)
