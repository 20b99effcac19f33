"""Counterexamples: a case as a report shows it, with the command and the program that show it again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from entmax_oracle.reference.formats import as_format
from entmax_oracle.reference.inputs import as_alpha

from ..calls import Subject
from ..case import Setting
from ..kinds import KINDS
from ..kinds.kind import Kind
from ..law import Contract, Finding, Law
from ..text import json_of, structure, unrun
from .fact import fact
from .report import DETAILS, Counterexample
from .snippet import snippet

__all__ = ["Head", "case_of", "describe", "head_of", "of_counterexample", "read", "read_all"]


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


_SHOWN = 80  # characters of a source that a message repeats


@dataclass(frozen=True)
class Head:
    """What every counterexample says beside its case.

    Parameters
    ----------
    law : str
    alpha : float
    dtype : str
    against : str, optional
        The normaliser, for one of that kind.
    others : tuple of float
        Other alphas, for the law that needs them.
    """

    law: str
    alpha: float
    dtype: str
    against: str | None = None
    others: tuple[float, ...] = ()


_BESIDE = {each.name for each in (*fields(Counterexample), *fields(Head))} | set(DETAILS)
"""What a counterexample may say beside its case: how it was found and what it showed, in a report."""


def head_of(found: Any) -> Head:
    """Read what a counterexample says beside its case.

    Raises
    ------
    ValueError
        If it is not a counterexample.
    """
    if not isinstance(found, Mapping):
        raise ValueError(
            f'counterexample: {json_of(found)} is not one; pass an object such as {{"law": "values", ...}}'
        )
    with of_counterexample():
        head = structure(found, Head, "a counterexample")
        for place, alpha in enumerate((head.alpha, *head.others)):
            as_alpha(alpha, f"others[{place - 1}]" if place else "alpha")
        as_format(head.dtype)
        return head


def case_of(found: Mapping[str, Any], law: Law | Contract, kind: Kind, setting: Setting) -> Any:
    """Make the case of a counterexample, and see that it is one of the law in the setting.

    Parameters
    ----------
    found : dict
    law : Law or Contract
    kind : Kind
    setting : Setting

    Raises
    ------
    ValueError
        If it is not, or says something that no counterexample says.
    """
    with of_counterexample():
        try:
            case = kind.to_case(found).held()
            known = {each.name for each in fields(kind.case)} | _BESIDE  # type: ignore[arg-type]
            for name in found:
                if name not in known:
                    near = get_close_matches(str(name), known, 1)
                    hint = f"did you mean {near[0]!r}?" if near else f"leave it out: {kind.noun} has none"
                    raise ValueError(f"{name!r} is unknown; {hint}")
        except ValueError as error:
            raise ValueError(f"{error}{_other_kind(found, kind)}") from None
        empties = law.empties if isinstance(law, Law) else True
        kind.refuse(case, setting, compared=isinstance(law, Law), empties=empties)
        if "gradient" in law.needs and kind.pulled and case.cotangent is None:
            raise ValueError(f"cotangent is missing, which the law {law.name!r} needs")
    return case


def _other_kind(found: Mapping[str, Any], kind: Kind) -> str:
    """Say of which kind a counterexample is that is none of the kind that it is read as."""
    for name, other in KINDS.items():
        own = {each.name for each in fields(other.case)}  # type: ignore[arg-type]
        needed = {each.name for each in fields(other.case) if each.default is MISSING}  # type: ignore[arg-type]
        if (
            other is not kind
            and needed <= set(found) <= own | _BESIDE
            and (name == "normaliser") == ("against" in found)
        ):
            return f" (it reads like one of {other.noun}; pass --kind {name})"
    return ""


@contextmanager
def of_counterexample() -> Iterator[None]:
    """Say of a complaint what it is about."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"counterexample: {error}") from None


def read(source: str) -> Mapping[str, Any]:
    """Read a counterexample to replay: the first of `read_all`."""
    return read_all(source)[0]


def read_all(source: str) -> list[Mapping[str, Any]]:
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
    inline = source.lstrip()[:1] in ("{", "[")
    try:
        text = source if inline else Path(source).read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        what = "not JSON" if inline else "neither an object in JSON nor a file of JSON that can be read"
        why = error.strerror if isinstance(error, OSError) else error
        raise ValueError(f"counterexample: {source[:_SHOWN]!r} is {what}: {why}") from None
    if not isinstance(found, dict) or "laws" not in found:
        head_of(found)
        return [found]
    every = [
        each
        for law in _listed(found, "laws")
        for each in (_listed(law, "counterexamples") if law.get("counterexamples") is not None else ())
    ]
    if not every:
        raise ValueError(f"{source[:_SHOWN]} reports no violation, so there is nothing to replay")
    for each in every:
        head_of(each)
    return every


def _listed(found: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the objects that a part of a report lists."""
    values = found[name]
    if not isinstance(values, list) or not all(isinstance(each, dict) for each in values):
        raise ValueError(f"counterexample: {name} of this report is {json_of(values)}, not a list of objects")
    return values
