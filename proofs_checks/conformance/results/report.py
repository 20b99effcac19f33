"""What a check found, as objects, as JSON and as text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import cattrs
import numpy as np
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from ..law import Contract, Law

__all__ = ["CONVERTER", "DETAILS", "SCHEMA", "Counterexample", "LawResult", "Report", "Violated"]

SCHEMA = "entmax-oracle/check/2"
Status = Literal["pass", "partial", "fail", "skip"]
Verdict = Literal["conforms", "violates", "unusable", "interrupted"]
DETAILS = ("index", "got", "before", "lower", "upper", "budget")


class Violated(AssertionError):
    """An implementation does not conform; the message is the report."""


@dataclass(frozen=True)
class Counterexample:
    """A small input that breaks a law, in full: enough to replay it anywhere.

    Parameters
    ----------
    law : str
    message : str
        What is wrong, for the maintainer of the implementation.
    alpha : float
    dtype : str
    arrays : str
        The array library.
    layout : str
        How the logits lie in memory.
    shape : tuple of int
    logits : tuple of str
        Hexadecimal floats, in row-major order.
    ratio, ulp : float
        Error relative to what is allowed, and in ulps of the format.
    parameters : dict
        The law's own: ``variant``, ``shift``, ``cotangent``, ``cotangent_layout``.
    details : dict
        The row that shows it: ``index``, ``got``, ``lower``, ``upper``, ``budget``.
    command, snippet : str
        A shell command and a Python program that show it again.
    reproduced : bool
        Whether it showed again in a fresh process.
    fact : str
        What the implementation does, in a few words that come after its name.
    diagnosis : tuple of str
        Simpler explanations that fit what was tried, such as "agrees with alpha = 1 on all 8 inputs tried".
    """

    law: str
    message: str
    alpha: float
    dtype: str
    arrays: str
    layout: str
    shape: tuple[int, ...]
    logits: tuple[str, ...]
    ratio: float
    ulp: float
    parameters: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    command: str = ""
    snippet: str = ""
    reproduced: bool = True
    fact: str = ""
    diagnosis: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many numbers it takes to write it down."""
        tensors = (each for each in self.parameters.values() if isinstance(each, dict) and "shape" in each)
        return len(self.logits) + sum(math.prod(each["shape"]) for each in tensors)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return _unstructured(self)


@dataclass(frozen=True)
class LawResult:
    """The result of one law in one setting, or in all of them together.

    Parameters
    ----------
    law, statement, theorem, severity
        As the law has them.
    status : str
        ``"pass"``; ``"partial"``: nothing broke it, but not all of the cases that are always tried were; ``"fail"`` or
        ``"skip"``.
    examples : int
        Cases checked.
    worst_ulp, worst_ratio : float
        Largest error seen, in ulps and relative to what is allowed.
    message : str
        Why it failed or was skipped.
    counterexamples : tuple of Counterexample
    settings : tuple of dict
        The same per alpha and dtype.
    unclaimed : int
        Cases beside them that were answered but not checked, since no finite error can be derived for the answer.
    declined : int
        Cases beside them that the implementation declined, by `NotImplementedError`.
    also : tuple of str
        Other laws that fall to the same cause.
    cause : str
        The law whose failure explains this one.
    seconds : float
        How long cases were looked for that break it; 0 for what every call is held to.
    untried : int
        How many of the fixed cases, which do not depend on the seed, were not tried.
    """

    law: str
    statement: str
    theorem: str
    severity: str
    status: Status
    examples: int = 0
    worst_ulp: float = 0.0
    worst_ratio: float = 0.0
    message: str = ""
    counterexamples: tuple[Counterexample, ...] = ()
    settings: tuple[dict[str, Any], ...] = ()
    unclaimed: int = 0
    declined: int = 0
    also: tuple[str, ...] = ()
    cause: str = ""
    seconds: float = 0.0
    untried: int = 0

    @property
    def mark(self) -> str:
        """The word for its status: what fails without deciding the verdict is a ``"warning"``."""
        return "warning" if self.status == "fail" and self.severity == "warning" else self.status

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return _unstructured(self)

    @classmethod
    def skipped(cls, law: Law | Contract, reason: str) -> LawResult:
        """Say that a law was not checked, and why."""
        return cls(law.name, law.statement, law.theorem, law.severity, "skip", message=reason)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> LawResult:
        """Read what `to_dict` gave; numbers that JSON lacks come back as numbers."""
        return CONVERTER.structure(values, cls)


@dataclass(frozen=True)
class Report:
    """The outcome of a check.

    Truthy when the implementation conforms, so that ``assert eo.check(f)`` works; `raise_for_violations` says
    more.

    Parameters
    ----------
    target : str
    verdict : str
        ``"conforms"``, ``"violates"``, ``"unusable"``, or ``"interrupted"``: cut off before anything was found.
    laws : tuple of LawResult
    message : str
        Why it is unusable, or a remark.
    alphas, dtypes : tuple
        What was checked.
    arrays, device, profile : str
    compute_dtype : str, optional
    kind : str
    seed, seeds : int
        The first seed, and with how many every setting was checked.
    versions : dict
    platform, started : str
    seconds : float
    reach : dict of int
        The largest input that was tried, in each of its sizes: larger ones were not tried.
    declined : int
        Calls that the implementation declined, by `NotImplementedError`: the report says nothing about such inputs.
    complete : bool
        Whether every requested law was checked in every setting, on all of the cases that are always tried.
    """

    target: str
    verdict: Verdict
    laws: tuple[LawResult, ...] = ()
    message: str = ""
    alphas: tuple[float, ...] = ()
    dtypes: tuple[str, ...] = ()
    arrays: str = ""
    device: str = "cpu"
    profile: str = ""
    compute_dtype: str | None = None
    kind: str = "mapping"
    seed: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    platform: str = ""
    started: str = ""
    seconds: float = 0.0
    reach: dict[str, int] = field(default_factory=dict)
    declined: int = 0
    complete: bool = False
    seeds: int = 1

    def __bool__(self) -> bool:
        return self.verdict == "conforms"

    @property
    def headline(self) -> str:
        """The verdict in words: what was not checked in full does not simply conform."""
        if self.verdict == "conforms" and self.laws and not self.complete:
            return "conforms as far as it was checked"
        return self.verdict

    @property
    def counts(self) -> str:
        """How many laws passed, failed and so on, in words."""
        marks = [law.mark for law in self.laws]
        found = {mark: marks.count(mark) for mark in ("pass", "partial", "fail", "warning", "skip") if mark in marks}
        return ", ".join(f"{n} {mark}{'s' * (mark == 'warning' and n != 1)}" for mark, n in found.items())

    @property
    def violations(self) -> tuple[Counterexample, ...]:
        """The counterexamples of all laws."""
        return tuple(found for law in self.laws for found in law.counterexamples)

    def raise_for_violations(self) -> None:
        """Raise unless the implementation conforms.

        Raises
        ------
        Violated
            An `AssertionError` with the whole report.
        """
        __tracebackhide__ = True
        if not self:
            raise Violated(str(self))

    def to_dict(self) -> dict[str, Any]:
        """Give plain values of the JSON schema `entmax-oracle/check/2`."""
        return _unstructured(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Report:
        """Read what `to_dict` gave; numbers that JSON lacks come back as numbers."""
        return CONVERTER.structure(values, cls)

    def __str__(self) -> str:
        lines = [f"{self.target} {self.headline}: {self.counts}"]
        if self.message:
            lines.append(self.message)
        for law in self.laws:
            if law.status == "fail":
                if law.cause:
                    continue
                also = f" (also: {', '.join(law.also)})" if law.also else ""
                mark = "warning, " if law.mark == "warning" else ""
                lines += ["", f"{mark}{law.law}{also}: {law.statement}", f"  {law.message}"]
                for found in law.counterexamples[:1]:
                    lines += [f"  {said}" for said in found.diagnosis]
                    lines += [f"  Reproduce with: {found.command}"]
        return "\n".join(lines)


def _unstructured(result: Any) -> dict[str, Any]:
    values: dict[str, Any] = CONVERTER.unstructure(result)
    return values


def _number(value: float) -> float | str:
    """Write a number; infinities and NaN, which JSON lacks, as strings."""
    return value if math.isfinite(value) else str(value)


def _converter() -> cattrs.Converter:
    """Convert results to and from JSON values; what is made of other results comes after them."""
    made = cattrs.Converter(detailed_validation=False)
    made.register_unstructure_hook(float, _number)
    made.register_unstructure_hook(np.ndarray, lambda x: made.unstructure(x.tolist()))
    made.register_unstructure_hook(np.generic, lambda x: made.unstructure(x.item()))
    write_case = make_dict_unstructure_fn(Counterexample, made)
    read_case = make_dict_structure_fn(Counterexample, made)

    def flat(found: Counterexample) -> dict[str, Any]:
        """Put the parameters and the details among the rest."""
        values: dict[str, Any] = dict(write_case(found))
        parameters, details = values.pop("parameters"), values.pop("details")
        return {**values, **parameters, **details}

    def deep(values: dict[str, Any], _: object) -> Counterexample:
        rest = {name: value for name, value in values.items() if name not in _FIELDS}
        details = {name: rest.pop(name) for name in DETAILS if name in rest}
        return read_case({**values, "parameters": rest, "details": details}, Counterexample)

    made.register_unstructure_hook(Counterexample, flat)
    made.register_structure_hook(Counterexample, deep)
    write_law = make_dict_unstructure_fn(LawResult, made)

    def with_first(result: LawResult) -> dict[str, Any]:
        values = write_law(result)
        return values | {"counterexample": next(iter(values["counterexamples"]), None)}

    made.register_unstructure_hook(LawResult, with_first)
    write_report = make_dict_unstructure_fn(Report, made)
    made.register_unstructure_hook(Report, lambda report: {"schema": SCHEMA} | write_report(report))
    return made


_FIELDS = {each.name for each in fields(Counterexample)} - {"parameters", "details"}
CONVERTER = _converter()
"""Results and events to JSON values and back."""
