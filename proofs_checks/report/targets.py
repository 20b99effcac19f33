"""A checked implementation as its templates show it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..conformance.results.events import NO_TIME
from ..conformance.results.report import Counterexample, LawResult, Report
from .findings import where
from .load import as_float
from .pictures import number, number_line, powers, ratio_strip

__all__ = ["shown", "slug"]

_SHOWN_LOGITS = 24
_LONGEST_COMMAND = 1500
_SHORT = 400


def shown(report: Report, index: int) -> dict[str, Any]:
    """Prepare one checked implementation."""
    identity = f"target-{index + 1}-{slug(report.target)}"
    causes = [_cause(law, report, f"{identity}-law-{k + 1}") for k, law in enumerate(report.laws)]
    known = {cause["law"]: cause["id"] for cause in causes if cause}
    laws = [_law(law, known) for law in report.laws]
    measured = [(law["name"], law["ratio"]) for law in laws if law["ratio"]]
    return {
        "id": identity,
        "name": report.target,
        "verdict": report.verdict,
        "message": report.message,
        "laws": laws,
        "causes": [cause for cause in causes if cause],
        "strip": ratio_strip(measured, identity) if len(measured) > 1 else None,
        "matrix": _matrix(report, identity),
    }


def _matrix(report: Report, identity: str) -> list[dict[str, Any]]:
    """Fold the laws of one target to a row for each alpha and dtype it was checked at."""
    whole = _joined(report.alphas), _joined(report.dtypes)
    groups: dict[tuple[str, str], list[tuple[LawResult, dict[str, Any]]]] = {}
    for law in report.laws:
        for setting in law.settings or [{"alpha": whole[0], "dtype": whole[1], **vars(law)}]:
            groups.setdefault((str(setting["alpha"]), str(setting["dtype"])), []).append((law, setting))
    rows = []
    for (alpha, dtype), members in groups.items() or [(whole, [])]:
        settings = [setting for _, setting in members]
        rows.append(
            {
                "id": identity,
                "target": report.target,
                "alpha": alpha,
                "dtype": dtype,
                "verdict": _verdict(report, members),
                "ratio": _largest(each.get("worst_ratio") for each in settings),
                # Contracts are held against every call, laws against some of them.
                "calls": max((each.get("examples") or 0 for each in settings), default=0) or None,
            }
        )
    return rows


def _verdict(report: Report, members: Sequence[tuple[LawResult, dict[str, Any]]]) -> str:
    """Say of one setting what its laws say together; one that was not looked at does not conform."""
    if any(each["status"] == "fail" and law.severity == "error" for law, each in members):
        return "violates" if report.verdict != "unusable" else "unusable"
    if report.verdict in ("unusable", "interrupted"):
        return report.verdict
    statuses = {each["status"] for _, each in members}
    if members and statuses <= {"skip"}:
        return "unusable"
    late = any(each["status"] == "skip" and NO_TIME in each["message"] for _, each in members)
    return "partial" if late or "partial" in statuses else "conforms" if members else report.verdict


def _largest(values: Iterable[Any]) -> float | None:
    """Largest number among values; nothing measured, or only zeros of laws that compare bits, gives none."""
    return max(filter(None, map(as_float, values)), default=None)


def _joined(values: Sequence[Any]) -> str:
    return ", ".join(map(str, values)) or "–"


def _law(law: LawResult, causes: Mapping[str, str]) -> dict[str, Any]:
    return {
        "href": causes.get(law.cause) or causes.get(law.law) or "",
        "name": law.law,
        "statement": law.statement,
        "status": "warn" if law.mark == "warning" else law.status,
        "ratio": law.worst_ratio or None,
        "examples": law.examples,
        "message": law.message,
    }


def _cause(law: LawResult, report: Report, identity: str) -> dict[str, Any] | None:
    """Prepare what a law found; nothing where another law's failure explains its own everywhere."""
    explained = {(each["alpha"], each["dtype"]) for each in law.settings if each.get("cause")}
    if law.status != "fail" or law.cause:
        return None
    own = [found for found in law.counterexamples if (found.alpha, found.dtype) not in explained]
    unique: dict[str, Counterexample] = {}
    for found in own:
        unique.setdefault(where(found), found)
    several = sorted(unique.values(), key=lambda found: (found.size, -found.ratio))
    name = report.target.rpartition(":")[2] or report.target
    fact = next((found.fact for found in several if found.fact), f"fails “{law.law}”")
    return {
        "id": identity,
        "law": law.law,
        "statement": law.statement,
        "message": law.message,
        "fact": f"{name} {powers(fact)}",
        "also": law.also,
        "diagnosis": several[0].diagnosis if several else (),
        "first": _counterexample(several[0]) if several else None,
        "others": [_counterexample(found, brief=True) for found in several[1:]],
    }


def _counterexample(found: Counterexample, *, brief: bool = False) -> dict[str, Any]:
    """Prepare one violation; `got` and its companions are numbers, or the row that `index` points into."""
    short = len(found.command) <= (_SHORT if brief else _LONGEST_COMMAND)
    if brief:
        return {"where": where(found), "message": found.message, "command": found.command if short else ""}
    lower, upper, got, allowed = (as_float(_entry(found, key)) for key in ("lower", "upper", "got", "budget"))
    picture, interval = None, ""
    if lower is not None and upper is not None:
        # A value off the line is told in words already.
        picture = number_line(lower, upper, got, allowed) if got is None or math.isfinite(got) else None
        interval = number(lower, 17) if lower == upper else f"[{number(lower, 17)}, {number(upper, 17)}]"
    before = as_float(_entry(found, "before"))
    numbers = {
        # A law of sums or of other relations points at a token that says nothing by itself.
        "Got": number(got, 9) if got is not None and interval else "",
        "Before": number(before, 9) if before is not None else "",
        "After": number(got, 9) if got is not None and before is not None else "",
        "Certified": interval,
        "Budget": f"± {number(allowed, 3)}" if allowed is not None else "",
        "Error ÷ budget": number(found.ratio, 4) if found.ratio else "",
        "Error in ulps": number(found.ulp, 4) if found.ulp else "",
    }
    hidden = len(found.logits) - _SHOWN_LOGITS
    logits, cotangent = found.logits[:_SHOWN_LOGITS], found.parameters.get("cotangent")
    inputs = {
        "Logits": ", ".join(_decimal(text) for text in logits),
        "Exactly": ", ".join(map(str, logits)),
        "And": f"{hidden} more, in the JSON file" if hidden > 0 else "",
        "Shape": str(found.shape) if found.shape else "",
        "Layout": found.layout,
        "Cotangent": _joined(cotangent) if isinstance(cotangent, list | tuple) and cotangent else cotangent or "",
        "Shift": str(found.parameters.get("shift") or ""),
    }
    return {
        "where": where(found),
        "message": found.message,
        "picture": picture,
        "numbers": [(label, value) for label, value in numbers.items() if value],
        "inputs": [(label, value) for label, value in inputs.items() if value],
        "command": found.command if short else "",
        "snippet": found.snippet if short else "",
        "reproduced": found.reproduced is not False,
    }


def _entry(found: Counterexample, key: str) -> Any:
    value = found.details.get(key)
    if not isinstance(value, list):
        return value
    index = found.details.get("index") or []
    last = int(index[-1] if isinstance(index, list) else index) if index else 0
    return value[last] if last < len(value) else value[0] if len(value) == 1 else None


def _decimal(text: Any) -> str:
    value = as_float(text)
    return str(text) if value is None else repr(value)


def slug(text: str) -> str:
    """Reduce a name to letters, digits and hyphens, for an anchor."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower()
