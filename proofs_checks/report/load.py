"""The results in a report's directory, read from their JSON files.

Keys that a schema leaves open may be missing; a file of an unknown schema is an error, never skipped.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from ..conformance.results.events import gather, read_events
from ..conformance.results.report import LawResult, Report
from ..evidence.results import FIRST_SCHEMA, TheoremResult, VerifyResult, reworded
from ..evidence.results import SCHEMA as VERIFY
from ..experiments.results import SCHEMA as EXPERIMENT
from ..experiments.results import Experiment
from ..matrix.results import SCHEMA as MATRIX
from ..matrix.results import MatrixResult
from ..patterns.results import SCHEMA as PATTERNS
from ..patterns.results import PatternResult
from ..records import schema_of, structured

__all__ = ["Results", "Run", "as_float", "load"]

CHECK, FIRST_CHECK = "entmax-oracle/check/2", "entmax-oracle/check/1"

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Run:
    """How a result came about; what its file does not record is None or empty."""

    file: str
    started: str
    seconds: float | None
    seed: int | None
    versions: Mapping[str, str]
    platform: str

    @classmethod
    def of(cls, result: Any, path: Path) -> Run:
        """Return how a result came about that was read from a file."""
        return cls(path.name, *(getattr(result, each.name) for each in fields(cls)[1:]))


@dataclass(frozen=True)
class Results:
    """Everything found in one directory.

    Attributes
    ----------
    theorems : tuple of TheoremResult
        The theorems of ``verify.json``, in its order.
    targets : tuple of Report
        One for each checked implementation.
    runs : tuple of Run
        One for each file.
    matrix : MatrixResult or None
        The property matrix of ``matrix.json``.
    experiment : Experiment or None
        The trained models of ``experiment.json``.
    patterns : PatternResult or None
        The attention patterns of ``patterns.json``.
    """

    theorems: tuple[TheoremResult, ...] = ()
    targets: tuple[Report, ...] = ()
    runs: tuple[Run, ...] = ()
    matrix: MatrixResult | None = None
    experiment: Experiment | None = None
    patterns: PatternResult | None = None


def load(directory: Path) -> Results:
    """Read ``verify.json``, every ``check-*.json``, ``matrix.json``, ``experiment.json`` and ``patterns.json``.

    Of a check that was cut off, ``check-*.jsonl``, its events, say what had been found.

    Raises
    ------
    ValueError
        If a file is not JSON, is of another schema, or if there is no result at all.
    """
    runs: list[Run] = []

    def read(path: Path, schema: str, result: Callable[[Any], _Result]) -> _Result | None:
        if not path.is_file():
            return None
        found = _read(path, schema, result)
        runs.append(Run.of(found, path))
        return found

    verified = read(directory / "verify.json", VERIFY, lambda data: structured(data, VerifyResult))
    targets = [read(path, CHECK, report_of) for path in sorted(directory.glob("check-*.json"))]
    finished = [(each.target, each.started) for each in targets if each is not None]
    for path in sorted(directory.glob("check-*.jsonl")):
        try:
            with path.open(encoding="utf-8") as lines:
                report = gather(read_events(lines))
        except ValueError as error:
            raise ValueError(f"{path}: {error}; delete it or check again") from error
        if (report.target, report.started) not in finished:
            targets.append(report)
            runs.append(Run.of(report, path))
    matrix = read(directory / "matrix.json", MATRIX, lambda data: structured(data, MatrixResult))
    experiment = read(directory / "experiment.json", EXPERIMENT, lambda data: structured(data, Experiment))
    patterns = read(directory / "patterns.json", PATTERNS, lambda data: structured(data, PatternResult))
    if not runs:
        raise ValueError(
            f"no results in {directory}: it holds none of verify.json, check-*.json, matrix.json, experiment.json and "
            "patterns.json; "
            f"first run `entmax-oracle verify --report {directory}`, or check with the same option"
        )
    theorems = verified.theorems if verified is not None else ()
    checked = tuple(each for each in targets if each is not None)
    return Results(theorems, checked, tuple(runs), matrix, experiment, patterns)


def _read(path: Path, expected: str, result: Callable[[Any], _Result]) -> _Result:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: cannot be read as JSON ({error}); delete it or write it again") from error
    again = "write it again with this version of entmax-oracle, or delete it"
    if expected == VERIFY and schema_of(data) == FIRST_SCHEMA:
        data = {**reworded(data), "schema": VERIFY}
    if expected == CHECK and schema_of(data) == FIRST_CHECK:
        data = _second(data)
    if (found := schema_of(data)) != expected:
        raise ValueError(f"{path}: schema {found!r} found, {expected!r} expected; {again}")
    try:
        return result(data)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: is not what {expected} says: {error}; {again}") from error


def _second(data: Mapping[str, Any]) -> dict[str, Any]:
    """Say in the terms of ``entmax-oracle/check/2`` what ``entmax-oracle/check/1`` says."""
    cut_off = str(data.get("message", "")).startswith("interrupted")
    verdict = "interrupted" if cut_off and data.get("verdict") == "unusable" else data.get("verdict")
    return {**data, "schema": CHECK, "verdict": verdict, "complete": verdict == "conforms"}


def report_of(data: Mapping[str, Any]) -> Report:
    """Return the report that plain data of ``entmax-oracle/check/2`` are."""
    laws = tuple(_law(each) for each in data.get("laws") or ())
    blank = {"target": "implementation", "verdict": "unusable"}
    return Report(**{**blank, **_given(data, Report), "laws": laws})


def _law(data: Mapping[str, Any]) -> LawResult:
    # A law without a ratio (a wrong shape, a crash, a non-zero where a zero is certain) is wrong at any scale.
    ratio = math.inf if data.get("status") == "fail" else 0.0
    blank: dict[str, Any] = dict.fromkeys(("law", "statement", "theorem", "message"), "")
    blank |= {"severity": "error", "status": "skip", "examples": 0, "worst_ulp": 0.0, "worst_ratio": ratio}
    found = data.get("counterexamples") or [data.get("counterexample")]
    return LawResult.from_dict(
        {
            "settings": (),
            **blank,
            **_given(data, LawResult),
            "counterexamples": [_whole(each) for each in found if each],
        }
    )


def _whole(data: Mapping[str, Any]) -> dict[str, Any]:
    blank = dict.fromkeys(("law", "message", "dtype", "arrays", "layout", "command", "snippet"), "")
    given = {key: value for key, value in data.items() if value is not None}
    unknown = {"alpha": math.nan, "shape": (), "logits": (), "ratio": 0.0, "ulp": 0.0, "reproduced": True}
    return {**unknown, **blank, **given}


def _given(data: Mapping[str, Any], kind: Any) -> dict[str, Any]:
    """Return the fields of a record that plain data have."""
    return {each.name: data[each.name] for each in fields(kind) if data.get(each.name) is not None}


def as_float(value: Any) -> float | None:
    """Read a number that JSON may carry as a number, a decimal or hexadecimal string, "inf" or "nan".

    Examples
    --------
    >>> as_float("0x1.8p+1"), as_float("-inf"), as_float(None)
    (3.0, -inf, None)
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    try:
        return float.fromhex(value) if "0x" in value.lower() else float(value)
    except (AttributeError, ValueError, OverflowError):
        return None
