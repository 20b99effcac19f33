"""One self-contained HTML page from the results of a directory."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..beliefs import beliefs
from .bounds import bound_curves
from .load import Json, Results, as_float, gravest, load
from .mathml import formula, inline, prose
from .matrix import matrix_findings, neighbours
from .pictures import curves, number, number_line, ratio_strip

__all__ = ["findings", "render"]

# Strongest first. Each verdict has its own shape, so that colour is never the only signal.
VERDICTS = ("proved", "certified", "supported", "refuted", "unchecked")
MARKS = {
    "fails": "✕", "refutes": "✕", "skipped": "–",
    "proved": "■", "certified": "◆", "supported": "▲", "refuted": "✕", "unchecked": "○",
    "conforms": "✓", "violates": "✕", "unusable": "○", "pass": "✓", "fail": "✕", "warn": "!", "skip": "–",
}  # fmt: skip
_TEMPLATES = Path(__file__).parent / "templates"


def render(directory: Path) -> Path:
    """Write ``index.html`` from every result found in a directory.

    Parameters
    ----------
    directory : Path
        Holds ``verify.json`` and any number of ``check-*.json``.

    Returns
    -------
    Path
        The page. It is one file: styles, script, pictures (SVG) and mathematics (MathML) are inside, and its
        content security policy forbids it to load anything.

    Raises
    ------
    ValueError
        If a file is damaged or of an unknown schema, or if there is nothing to report.
    """
    directory = Path(directory)
    results = load(directory)
    theorems = [_theorem(data) for data in results.theorems]
    targets = [_target(data, i) for i, data in enumerate(results.targets)]
    script = (_TEMPLATES / "script.js").read_text(encoding="utf-8")
    page = (
        _environment()
        .get_template("page.html")
        .render(
            findings=[inline(sentence) for sentence in findings(results)],
            theorems=theorems,
            tally=[(name, sum(t["verdict"] == name for t in theorems)) for name in VERDICTS],
            areas=_by_area(theorems),
            beliefs=_beliefs(results.theorems),
            targets=targets,
            matrix=[row for target in targets for row in target["matrix"]],
            neighbours=neighbours(results.matrix, {theorem["name"] for theorem in theorems}),
            runs=results.runs,
            version=version("entmax-oracle"),
            style=Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8")),
            script=Markup(script),
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )
    path = directory / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def findings(results: Results) -> list[str]:
    """Say in one sentence each what was found: theorems first, then implementations, then the gravest violation.

    Returns
    -------
    list of str
        Plain sentences; names of code stand between backticks.
    """
    return [
        *_theorem_findings(results.theorems),
        *_target_findings(results.targets),
        *matrix_findings(results.matrix),
    ]


def _theorem_findings(theorems: Sequence[Json]) -> Iterator[str]:
    if not theorems:
        return
    counts = Counter(str(t.get("verdict", "unchecked")) for t in theorems)
    if set(counts) == {"proved"}:
        yield f"{_count(len(theorems), 'theorem').capitalize()}, all proved."
        return
    parts = [f"{counts[name]} {name}" for name in VERDICTS if counts[name] and name != "refuted"]
    sentence = f"Of {_count(len(theorems), 'theorem')}, {_listed(parts)}" if parts else ""
    refuted = [f"`{t['name']}`" for t in theorems if t.get("verdict") == "refuted"]
    if refuted:
        names = _listed(refuted[:3]) + (f" and {len(refuted) - 3} more" if len(refuted) > 3 else "")
        is_refuted = f"{names} {'is' if len(refuted) == 1 else 'are'} refuted."
        yield f"{sentence}; {is_refuted}" if sentence else is_refuted
    else:
        yield f"{sentence}; none is refuted."


def _target_findings(targets: Sequence[Json]) -> Iterator[str]:
    if not targets:
        return
    bad = [t for t in targets if t.get("verdict") == "violates"]
    good = sum(t.get("verdict") == "conforms" for t in targets)
    unusable = len(targets) - good - len(bad)
    parts = [f"{good} conform{'s' if good == 1 else ''}"] if good else []
    parts += [f"{len(bad)} violate{'s' if len(bad) == 1 else ''} a law"] if bad else []
    parts += [f"{unusable} could not be used"] if unusable else []
    if len(targets) == 1:
        name = f"`{targets[0].get('target')}`"
        laws = targets[0].get("laws") or []
        if good:
            kept = sum(law.get("status") == "pass" for law in laws)
            yield f"{name} conforms: it keeps {_count(kept, 'law')} of α-entmax."
        elif bad:
            failed = sum(law.get("status") == "fail" for law in laws)
            yield f"{name} violates {failed} of {_count(len(laws), 'law')} of α-entmax."
        else:
            yield f"{name} could not be used."
    else:
        yield f"Of {_count(len(targets), 'implementation')}, {_listed(parts)}."
    worst = [(target, law) for target in bad if (law := gravest(target.get("laws") or [])) is not None]
    if worst:
        target, law = max(worst, key=lambda pair: _weight(pair[1]))
        ratio, where = _weight(law), _where(law) or _where(law.get("counterexample") or {})
        times = f", by {number(ratio, 3)} times the budget" if 1 < ratio < math.inf else ""
        yield f"Gravest: `{target.get('target')}` breaks “{law.get('law')}”{f' at {where}' if where else ''}{times}."


def _weight(law: Json) -> float:
    ratio = as_float(law.get("worst_ratio"))
    return ratio if ratio is not None else float("inf")


def violation_line(law: Json) -> str:
    """Name a failed law, where it fails and by how much, in one line."""
    counterexample = law.get("counterexample") or {}
    where = _where(law) or _where(counterexample)
    ratio = as_float(law.get("worst_ratio"))
    line = f"{law.get('law')}" + (f" ({where})" if where else "")
    if ratio is not None and 1 < ratio < math.inf:
        return f"{line}: {number(ratio, 3)} times the budget"
    message = str(counterexample.get("message") or law.get("message") or "").strip().splitlines()
    return f"{line}: {message[0].rstrip('.')}" if message else line


def _by_area(theorems: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    areas: dict[str, list[dict[str, Any]]] = {}
    for theorem in theorems:
        areas.setdefault(theorem["area"], []).append(theorem)
    return list(areas.items())


def _beliefs(theorems: Sequence[Json]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Prepare what people believe for the templates, by area."""
    areas: dict[str, list[dict[str, Any]]] = {}
    for found in beliefs([t for t in theorems if isinstance(t.get("folklore"), list | tuple)]):
        right = str(found["right"])
        sentence = right[:1].upper() + right[1:]
        belief = {**found, "right": sentence, "link": f"theorem-{slug(str(found['theorem']))}"}
        areas.setdefault(str(found["area"] or "other"), []).append(belief)
    return list(areas.items())


def _theorem(data: Json) -> dict[str, Any]:
    """Prepare one theorem for the templates: every optional key filled, every item text."""
    name = str(data["name"])
    verdict = str(data.get("verdict", "unchecked"))
    identity = f"theorem-{slug(name)}"
    title = str(data.get("title") or name)
    arguments = data.get("evidence") or []
    evidence = [_evidence(item) for item in arguments]
    given = [plot for plot in _several(data.get("plots")) if all({"x", "y"} <= one.keys() for one in plot["series"])]
    drawn = [*given, *bound_curves(name)]
    return {
        "id": identity,
        "name": name,
        "title": title,
        "area": str(data.get("area", "other")),
        "verdict": verdict,
        "rank": VERDICTS.index(verdict) if verdict in VERDICTS else len(VERDICTS),
        "text": f"{name} {title} {data.get('area', '')} {data.get('statement', '')}".lower(),
        "kinds": list(dict.fromkeys(item["kind"] for item in evidence if item["status"] == "holds")),
        "evidence": evidence,
        "proof": [_step(step) for item in arguments for step in item.get("steps") or []],
        "claims": [str(claim["latex"]) for claim in _several(data.get("claims")) if claim.get("latex")],
        "plots": [
            {"title": str(plot.get("title", "")), "svg": curves(plot, f"{identity}-{k}")}
            for k, plot in enumerate(drawn)
        ],
        "statement": str(data.get("statement", "")),
        "setting": str(data.get("setting") or ""),
        "domain": str(data.get("domain") or ""),
        "source": str(data.get("source") or ""),
        "problems": [str(problem) for problem in _several(data.get("problems"))],
        "counterexample": _point(data.get("counterexample")),
        "hypotheses": [_text(item) for item in _several(data.get("hypotheses"))],
        "folklore": [
            {
                "text": _text(item),
                "false_at": _false_at(item),
                "latex": item.get("latex", "") if _is_object(item) else "",
            }
            for item in _several(data.get("folklore"))
        ],
        "sharp": [_judged(item) for item in _several(data.get("sharp"))],
        "necessity": [_judged(item) for item in _several(data.get("necessity"))],
    }


def _evidence(item: Json) -> dict[str, Any]:
    status = str(item.get("status") or ("holds" if item.get("passed", True) else "fails"))
    return {
        "kind": str(item.get("kind", "")),
        "status": status,
        "domain": str(item.get("domain") or ""),
        "detail": "; ".join(str(item[key]) for key in ("title", "detail") if item.get(key)),
        "counterexample": _point(item.get("counterexample")),
        "seconds": item.get("seconds"),
    }


def _step(step: Any) -> dict[str, Any]:
    """Prepare one step of a proof; a formula whose two sides read the same after simplification says nothing."""
    if not _is_object(step):
        return {"title": str(step), "latex": "", "ok": True, "note": ""}
    latex = str(step.get("latex") or "")
    left, equals, right = latex.partition(" = ")
    return {
        "title": str(step.get("title") or ""),
        "latex": "" if equals and left == right else latex,
        "ok": step.get("ok", True) is not False,
        "note": str(step.get("note") or ""),
    }


def _is_object(item: Any) -> bool:
    return isinstance(item, Mapping)


def _several(value: Any) -> list[Any]:
    """Read "nothing", "one" and "many" alike as a list."""
    if value is None or value is False or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(item: Any) -> str:
    """Read a text, or the text of an object."""
    if not isinstance(item, Mapping):
        return str(item)
    return str(item.get("statement") or item.get("text") or item.get("latex") or item.get("detail") or "")


def _false_at(item: Any) -> str:
    if not isinstance(item, Mapping) or not item.get("false_at"):
        return ""
    if item.get("ok", True) is False:
        return f"A counterexample was expected at {item['false_at']}, and is none: {item.get('detail', '')}"
    return f"False at {item['false_at']}."


def _judged(item: Any) -> str:
    """Write a point of sharpness or a dropped hypothesis in one line, saying so when it is not shown."""
    if not isinstance(item, Mapping):
        return "shown" if item is True else str(item)
    subject = item.get("hypothesis") or item.get("claim")
    point = _point(item.get("point") or item.get("counterexample"))
    text = f"`{subject}`: " if subject else ""
    text += "; ".join(str(item[key]) for key in ("text", "detail") if item.get(key))
    text += f" ({point})" if point else ""
    failed = item.get("ok", item.get("passed", True)) is False
    return f"Not shown. {text}" if failed else text


def _point(point: Any) -> str:
    """Write a point of a theorem, the values of its symbols, in the order it was given."""
    if not isinstance(point, Mapping):
        return "" if point is None else str(point)
    shown = {"alpha": "α", "alpha'": "α′", "theta": "θ", "theta'": "θ′", "tau": "τ", "tau'": "τ′"}
    # what follows from the row, and a scale of one, would only make the line long
    derived = {"z_max", "z_min", "p_max", "|S|", "m"} if {"z", "p"} & point.keys() else set()
    derived |= {"theta"} if point.get("theta") == "1" else set()
    return ", ".join(f"{shown.get(key, key)} = {_short(value)}" for key, value in point.items() if key not in derived)


def _short(value: Any) -> str:
    """Cut a long vector after its first entries."""
    text = str(value)
    return text if len(text) <= 72 else f"{', '.join(text.split(', ')[:6])}, …)"


def _target(data: Json, index: int) -> dict[str, Any]:
    """Prepare one checked implementation for the templates."""
    name = str(data.get("target", "implementation"))
    identity = f"target-{index + 1}-{slug(name)}"
    laws = [_law(law, f"{identity}-law-{k + 1}") for k, law in enumerate(data.get("laws") or [])]
    measured = [(law["name"], law["ratio"]) for law in laws if law["ratio"]]
    return {
        "id": identity,
        "name": name,
        "verdict": str(data.get("verdict", "unusable")),
        "message": str(data.get("message") or ""),
        "laws": laws,
        "violations": [law for law in laws if law["status"] == "fail"],
        "strip": ratio_strip(measured, identity) if len(measured) > 1 else None,
        "matrix": _matrix(data, identity),
    }


def _matrix(data: Json, identity: str) -> list[dict[str, Any]]:
    """Fold the laws of one target to a row for each alpha and dtype it was checked at."""
    whole = {"alpha": _joined(data.get("alphas")), "dtype": _joined(data.get("dtypes"))}
    groups: dict[tuple[str, str], list[Json]] = {}
    for law in data.get("laws") or []:
        for setting in law.get("settings") or [{**law, **whole}]:
            row = {**setting, "severity": law.get("severity", "error")}
            groups.setdefault((str(setting.get("alpha")), str(setting.get("dtype"))), []).append(row)
    rows = []
    for (alpha, dtype), members in groups.items() or [((whole["alpha"], whole["dtype"]), [])]:
        failed = [row for row in members if row.get("status") == "fail" and row["severity"] == "error"]
        rows.append(
            {
                "id": identity,
                "target": str(data.get("target", "implementation")),
                "alpha": alpha,
                "dtype": dtype,
                "verdict": "violates" if failed else "conforms" if members else str(data.get("verdict", "unusable")),
                "failed": [str(row.get("law") or "") for row in failed if row.get("law")],
                "ratio": _largest(row.get("worst_ratio") for row in members),
                "ulp": _largest(row.get("worst_ulp") for row in members),
                "examples": sum(int(row.get("examples") or 0) for row in members) or None,
            }
        )
    return rows


def _largest(values: Iterable[Any]) -> float | None:
    """Largest number among values; nothing measured, or only zeros of laws that compare bits, gives none."""
    return max(filter(None, map(as_float, values)), default=None)


def _joined(value: Any) -> str:
    return ", ".join(map(str, _several(value))) or "–"


def _law(data: Json, identity: str) -> dict[str, Any]:
    found = _several(data.get("counterexamples")) or _several(data.get("counterexample"))
    status = str(data.get("status", "skip"))
    unique = {_where(item): item for item in reversed(found)}  # the first of each setting
    return {
        "id": identity,
        "name": str(data.get("law", "")),
        "statement": str(data.get("statement") or ""),
        "status": "warn" if status == "fail" and data.get("severity") == "warning" else status,
        "ratio": as_float(data.get("worst_ratio")) or None,
        "ulp": as_float(data.get("worst_ulp")) or None,
        "examples": data.get("examples"),
        "message": str(data.get("message") or ""),
        "counterexamples": [_counterexample(item) for item in reversed(unique.values())],
    }


def _counterexample(item: Json) -> dict[str, Any]:
    """Prepare one violation; `got` and its companions are numbers, or the row that `index` points into."""
    lower, upper, got, allowed = (as_float(_entry(item, key)) for key in ("lower", "upper", "got", "budget"))
    picture = None
    interval = ""
    if lower is not None and upper is not None:
        picture = number_line(lower, upper, got, allowed)
        interval = _interval(lower, upper)
    numbers = [
        ("Got", number(got, 9) if got is not None else ""),
        ("Certified", interval),
        ("Budget", f"± {number(allowed, 3)}" if allowed is not None else ""),
        ("Error ÷ budget", _positive(item.get("ratio"))),
        ("Error in ulps", _positive(item.get("ulp"))),
    ]
    logits = [str(value) for value in _several(item.get("logits") or item.get("z"))]
    hidden = len(logits) - _SHOWN_LOGITS
    inputs = [
        ("Logits", ", ".join(_decimal(text) for text in logits[:_SHOWN_LOGITS])),
        ("Exactly", ", ".join(logits[:_SHOWN_LOGITS])),
        ("And", f"{hidden} more, in the JSON file" if hidden > 0 else ""),
        ("Shape", str(tuple(item["shape"])) if item.get("shape") else ""),
        ("Layout", str(item.get("layout") or "")),
        ("Cotangent", _joined(item.get("cotangent")) if item.get("cotangent") else ""),
        ("Shift", str(item.get("shift") or "")),
    ]
    command = str(item.get("command") or "")
    return {
        "where": _where(item),
        "message": str(item.get("message") or ""),
        "picture": picture,
        "numbers": [(label, value) for label, value in numbers if value],
        "inputs": [(label, value) for label, value in inputs if value],
        "command": command if len(command) <= _LONGEST_COMMAND else "",
        "snippet": str(item.get("snippet") or "") if len(command) <= _LONGEST_COMMAND else "",
        "reproduced": item.get("reproduced", True) is not False,
    }


_SHOWN_LOGITS = 24
_LONGEST_COMMAND = 1500


def _entry(item: Json, key: str) -> Any:
    value = item.get(key)
    if not isinstance(value, list):
        return value
    index = _several(item.get("index"))
    last = int(index[-1]) if index else 0
    return value[last] if last < len(value) else value[0] if len(value) == 1 else None


def _interval(lower: float, upper: float) -> str:
    return number(lower, 17) if lower == upper else f"[{number(lower, 17)}, {number(upper, 17)}]"


def _decimal(text: str) -> str:
    value = as_float(text)
    return text if value is None else repr(value)


def _positive(value: Any) -> str:
    found = as_float(value)
    return number(found, 4) if found else ""


def slug(text: str) -> str:
    """Reduce a name to letters, digits and hyphens, for an anchor."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower()


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _where(data: Json) -> str:
    parts = [f"α = {data['alpha']}"] if data.get("alpha") is not None else []
    return ", ".join([*parts, str(data["dtype"])] if data.get("dtype") else parts)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters.update(
        prose=prose,
        inline=inline,
        formula=formula,
        number=lambda value, digits=6: number(as_float(value), digits),
    )
    environment.globals["marks"] = MARKS
    return environment
