"""The results in a report's directory, read from their JSON files.

Keys that a schema leaves open may be missing; a file of an unknown schema is an error, never skipped.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..conformance.results.events import gather, read_events

__all__ = ["CHECK", "MATRIX", "VERIFY", "Results", "load"]

VERIFY = "entmax-oracle/verify/1"
CHECK = "entmax-oracle/check/1"
MATRIX = "entmax-oracle/matrix/1"

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Results:
    """Everything found in one directory.

    Attributes
    ----------
    theorems : list of dict
        The theorems of ``verify.json``, in its order.
    targets : list of dict
        One ``check`` result per checked implementation; the kernels listed in ``verify.json`` come last.
    runs : list of dict
        Seed, versions, platform and duration of every file, with its ``file`` name.
    matrix : dict
        The property matrix of ``matrix.json``; empty without one.
    """

    theorems: Sequence[Json] = ()
    targets: Sequence[Json] = ()
    runs: Sequence[Json] = field(default=())
    matrix: Json = field(default_factory=dict)


def load(directory: Path) -> Results:
    """Read ``verify.json``, every ``check-*.json`` and ``matrix.json`` of a directory.

    Of a check that was cut off, ``check-*.jsonl``, its events, say what had been found.

    Raises
    ------
    ValueError
        If a file is not JSON, is of another schema, or if there is no result at all.
    """
    theorems: list[Json] = []
    targets: list[Json] = []
    kernels: list[Json] = []
    runs: list[Json] = []
    verify = directory / "verify.json"
    if verify.is_file():
        data = _read(verify, VERIFY)
        theorems = list(data.get("theorems") or [])
        kernels = list(data.get("kernels") or [])
        runs.append(_run(data, verify))
    for path in sorted(directory.glob("check-*.json")):
        data = _read(path, CHECK)
        targets.append(data)
        runs.append(_run(data, path))
    for path in sorted(directory.glob("check-*.jsonl")):
        try:
            with path.open(encoding="utf-8") as lines:
                data = gather(read_events(lines)).to_dict()
        except ValueError as error:
            raise ValueError(f"{path}: {error}; delete it or check again") from error
        if not any((data["target"], data["started"]) == (each["target"], each.get("started")) for each in targets):
            targets.append(data)
            runs.append(_run(data, path))
    matrix: Json = {}
    if (directory / "matrix.json").is_file():
        matrix = _read(directory / "matrix.json", MATRIX)
        runs.append(_run(matrix, directory / "matrix.json"))
    if not runs:
        raise ValueError(
            f"no results in {directory}: it holds neither verify.json nor check-*.json nor matrix.json; "
            f"first run `entmax-oracle verify --report {directory}`, or check with the same option"
        )
    return Results(theorems, targets + kernels, runs, matrix)


def _run(data: Json, path: Path) -> Json:
    """How a result came about; what is not recorded is None."""
    return {"file": path.name} | {key: data.get(key) for key in ("started", "seconds", "seed", "versions", "platform")}


def _read(path: Path, expected: str) -> Json:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: cannot be read as JSON ({error}); delete it or write it again") from error
    found = data.get("schema") if isinstance(data, dict) else None
    if found != expected:
        raise ValueError(
            f"{path}: schema {found!r} found, {expected!r} expected; "
            "write it again with this version of entmax-oracle, or delete it"
        )
    return dict(data)


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


def gravest(laws: Sequence[Json]) -> Json | None:
    """Choose the failed law to name first: the largest ratio to its budget; laws without a ratio lead.

    A law without a ratio (a wrong shape, a crash, a non-zero where a zero is certain) is wrong at any scale.
    """
    failed = [law for law in laws if law.get("status") == "fail" and law.get("severity", "error") == "error"]

    def weight(law: Json) -> float:
        ratio = as_float(law.get("worst_ratio"))
        return math.inf if ratio is None or math.isnan(ratio) else ratio

    return max(failed, key=weight, default=None)
