"""What a check found, as objects, as JSON and as text."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ..laws import Contract, Law

__all__ = ["SCHEMA", "Counterexample", "LawResult", "Report", "Violated"]

SCHEMA = "entmax-oracle/check/1"
Status = Literal["pass", "fail", "skip"]
_DETAILS = ("index", "got", "before", "lower", "upper", "budget")


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

    @property
    def size(self) -> int:
        """How many numbers it takes to write it down."""
        tensors = (each for each in self.parameters.values() if isinstance(each, dict) and "shape" in each)
        return len(self.logits) + sum(math.prod(each["shape"]) for each in tensors)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "law": self.law,
            "message": self.message,
            "alpha": self.alpha,
            "dtype": self.dtype,
            "arrays": self.arrays,
            "layout": self.layout,
            "shape": list(self.shape),
            "logits": list(self.logits),
            **self.parameters,
            **{name: plain(value) for name, value in self.details.items()},
            "ratio": plain(self.ratio),
            "ulp": plain(self.ulp),
            "command": self.command,
            "snippet": self.snippet,
            "reproduced": self.reproduced,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Counterexample:
        """Read what `to_dict` gave; numbers that JSON lacks come back as numbers."""
        rest = dict(values)
        given = {each.name: rest.pop(each.name) for each in fields(cls) if each.name not in ("parameters", "details")}
        given |= {"shape": tuple(given["shape"]), "logits": tuple(given["logits"])}
        given |= {name: float(given[name]) for name in ("ratio", "ulp")}
        return cls(
            **given,
            parameters={name: value for name, value in rest.items() if name not in _DETAILS},
            details={name: value for name, value in rest.items() if name in _DETAILS},
        )


@dataclass(frozen=True)
class LawResult:
    """What became of one law in one setting, or in all of them together.

    Parameters
    ----------
    law, statement, theorem, severity
        As the law has them.
    status : str
        ``"pass"``, ``"fail"`` or ``"skip"``.
    examples : int
        Cases judged.
    worst_ulp, worst_ratio : float
        Largest error seen, in ulps and relative to what is allowed.
    message : str
        Why it failed or was skipped.
    counterexamples : tuple of Counterexample
    settings : tuple of dict
        The same per alpha and dtype.
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

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        found = [each.to_dict() for each in self.counterexamples]
        return {
            "law": self.law,
            "status": self.status,
            "examples": self.examples,
            "worst_ulp": plain(self.worst_ulp),
            "worst_ratio": plain(self.worst_ratio),
            "message": self.message,
            "counterexample": found[0] if found else None,
            "counterexamples": found,
            "statement": self.statement,
            "theorem": self.theorem,
            "severity": self.severity,
            "settings": [{key: plain(value) for key, value in each.items()} for each in self.settings],
        }

    @classmethod
    def skipped(cls, law: Law | Contract, reason: str) -> LawResult:
        """Say of a law that it was not judged, and why."""
        return cls(law.name, law.statement, law.theorem, law.severity, "skip", message=reason)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> LawResult:
        """Read what `to_dict` gave."""
        given = {each.name: values[each.name] for each in fields(cls)}
        given |= {name: float(given[name]) for name in ("worst_ulp", "worst_ratio")}
        found = tuple(map(Counterexample.from_dict, given["counterexamples"]))
        return cls(**given | {"counterexamples": found, "settings": tuple(given["settings"])})


@dataclass(frozen=True)
class Report:
    """The outcome of a check.

    Truthy when the implementation conforms, so that ``assert eo.check(f)`` works; `raise_for_violations` says
    more.

    Parameters
    ----------
    target : str
    verdict : str
        ``"conforms"``, ``"violates"`` or ``"unusable"``.
    laws : tuple of LawResult
    message : str
        Why it is unusable, or a remark.
    alphas, dtypes : tuple
        What was checked.
    arrays, device, profile : str
    compute_dtype : str, optional
    kind : str
    seed : int
    versions : dict
    platform, started : str
    seconds : float
    reach : dict of int
        The largest input that was tried, in each of its sizes: what is larger was not looked at.
    """

    target: str
    verdict: Literal["conforms", "violates", "unusable"]
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

    def __bool__(self) -> bool:
        return self.verdict == "conforms"

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
        if not self:
            raise Violated(str(self))

    def to_dict(self) -> dict[str, Any]:
        """Give plain values of the JSON schema `entmax-oracle/check/1`."""
        return {
            "schema": SCHEMA,
            "target": self.target,
            "verdict": self.verdict,
            "message": self.message,
            "kind": self.kind,
            "alphas": list(self.alphas),
            "dtypes": list(self.dtypes),
            "arrays": self.arrays,
            "device": self.device,
            "profile": self.profile,
            "compute_dtype": self.compute_dtype,
            "laws": [law.to_dict() for law in self.laws],
            "seed": self.seed,
            "versions": self.versions,
            "platform": self.platform,
            "started": self.started,
            "seconds": self.seconds,
            "reach": self.reach,
        }

    def __str__(self) -> str:
        counts = {status: sum(law.status == status for law in self.laws) for status in ("pass", "fail", "skip")}
        lines = [f"{self.target} {self.verdict}: " + ", ".join(f"{n} {s}" for s, n in counts.items() if n)]
        if self.message:
            lines.append(self.message)
        for law in self.laws:
            if law.status == "fail":
                lines += ["", f"{law.law}: {law.statement}", f"  {law.message}"]
                lines += [f"  again: {found.command}" for found in law.counterexamples[:1]]
        return "\n".join(lines)


def plain(value: Any) -> Any:
    """Convert to a JSON value: arrays to lists; infinities and NaN, which JSON lacks, to strings."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
