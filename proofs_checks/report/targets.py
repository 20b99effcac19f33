"""A checked implementation as its templates show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ..conformance.results.report import Counterexample, LawResult, Report
from .findings import where
from .load import as_float
from .pictures import number, number_line, ratio_strip

__all__ = ["shown", "slug"]

_SHOWN_LOGITS = 24
_LONGEST_COMMAND = 1500


def shown(report: Report, index: int) -> dict[str, Any]:
    """Prepare one checked implementation."""
    identity = f"target-{index + 1}-{slug(report.target)}"
    laws = [_law(law, f"{identity}-law-{k + 1}") for k, law in enumerate(report.laws)]
    measured = [(law["name"], law["ratio"]) for law in laws if law["ratio"]]
    return {
        "id": identity,
        "name": report.target,
        "verdict": report.verdict,
        "message": report.message,
        "laws": laws,
        "violations": [law for law in laws if law["status"] == "fail"],
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
                "ulp": _largest(each.get("worst_ulp") for each in settings),
                "examples": sum(each.get("examples") or 0 for each in settings) or None,
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
    return "partial" if "partial" in statuses else "conforms" if members else report.verdict


def _largest(values: Iterable[Any]) -> float | None:
    """Largest number among values; nothing measured, or only zeros of laws that compare bits, gives none."""
    return max(filter(None, map(as_float, values)), default=None)


def _joined(values: Sequence[Any]) -> str:
    return ", ".join(map(str, values)) or "–"


def _law(law: LawResult, identity: str) -> dict[str, Any]:
    unique = {where(found): found for found in reversed(law.counterexamples)}  # the first of each setting
    return {
        "id": identity,
        "name": law.law,
        "statement": law.statement,
        "status": "warn" if law.status == "fail" and law.severity == "warning" else law.status,
        "ratio": law.worst_ratio or None,
        "ulp": law.worst_ulp or None,
        "examples": law.examples,
        "message": law.message,
        "counterexamples": [_counterexample(found) for found in reversed(unique.values())],
    }


def _counterexample(found: Counterexample) -> dict[str, Any]:
    """Prepare one violation; `got` and its companions are numbers, or the row that `index` points into."""
    lower, upper, got, allowed = (as_float(_entry(found, key)) for key in ("lower", "upper", "got", "budget"))
    picture, interval = None, ""
    if lower is not None and upper is not None:
        picture = number_line(lower, upper, got, allowed)
        interval = number(lower, 17) if lower == upper else f"[{number(lower, 17)}, {number(upper, 17)}]"
    numbers = {
        "Got": number(got, 9) if got is not None else "",
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
    short = len(found.command) <= _LONGEST_COMMAND
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
