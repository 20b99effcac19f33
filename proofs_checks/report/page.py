"""One self-contained HTML page from the results of a directory."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from .bounds import bound_curves
from .mathml import formula, inline, prose
from .pictures import curves, number, number_line, ratio_strip
from .results import Json, Results, as_float, gravest, load

__all__ = ["findings", "render"]

# Strongest first. Each verdict has its own shape, so that colour is never the only signal.
VERDICTS = ("proved", "certified", "supported", "refuted", "unchecked")
MARKS = {
    "proved": "■", "certified": "◆", "supported": "▲", "refuted": "✕", "unchecked": "○",
    "conforms": "✓", "violates": "✕", "unusable": "○", "pass": "✓", "fail": "✕", "skip": "–",
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
    theorems = [_theorem(data, i) for i, data in enumerate(results.theorems)]
    targets = [_target(data, i) for i, data in enumerate(results.targets)]
    script = (_TEMPLATES / "script.js").read_text(encoding="utf-8")
    page = _environment().get_template("page.html").render(
        findings=[inline(sentence) for sentence in findings(results)],
        theorems=theorems,
        tally=[(name, sum(t["verdict"] == name for t in theorems)) for name in VERDICTS],
        areas=_by_area(theorems),
        targets=targets,
        matrix=[row for target in targets for row in target["matrix"]],
        runs=results.runs,
        version=version("entmax-oracle"),
        style=Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
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
    return [*_theorem_findings(results.theorems), *_target_findings(results.targets)]


def _theorem_findings(theorems: Sequence[Json]) -> Iterator[str]:
    if not theorems:
        return
    counts = Counter(str(t.get("verdict", "unchecked")) for t in theorems)
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
        yield f"Gravest: `{target.get('target')}`, {violation_line(law)}."


def _weight(law: Json) -> float:
    ratio = as_float(law.get("worst_ratio"))
    return ratio if ratio is not None else float("inf")


def violation_line(law: Json) -> str:
    """Name a failed law, where it fails and by how much, in one line."""
    counterexample = law.get("counterexample") or {}
    where = _where(law) or _where(counterexample)
    ratio = as_float(law.get("worst_ratio"))
    line = f"{law.get('law')}" + (f" ({where})" if where else "")
    if ratio is not None and ratio > 1:
        return f"{line}: {number(ratio, 3)} times the budget"
    message = str(law.get("message") or "").strip().splitlines()
    return f"{line}: {message[0].rstrip('.')}" if message else line


def _by_area(theorems: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    areas: dict[str, list[dict[str, Any]]] = {}
    for theorem in theorems:
        areas.setdefault(theorem["area"], []).append(theorem)
    return list(areas.items())


def _theorem(data: Json, index: int) -> dict[str, Any]:
    """Prepare one theorem for the templates: every optional key filled, every item text."""
    name = str(data["name"])
    verdict = str(data.get("verdict", "unchecked"))
    evidence = [_evidence(item) for item in data.get("evidence") or []]
    identity = f"theorem-{_slug(name)}"
    title = str(data.get("title") or name)
    claims = [_latex(item) for item in data.get("claims") or _several(data.get("bound"))]
    plots = [
        {"title": str(plot.get("title", "")), "svg": curves(plot, f"{identity}-{k}")}
        for k, plot in enumerate([*(data.get("plots") or []), *bound_curves(name)])
    ]
    return {
        "id": identity,
        "name": name,
        "title": title,
        "area": str(data.get("area", "other")),
        "verdict": verdict,
        "rank": VERDICTS.index(verdict) if verdict in VERDICTS else len(VERDICTS),
        "text": f"{name} {title} {data.get('area', '')} {data.get('statement', '')}".lower(),
        "kinds": list(dict.fromkeys(item["kind"] for item in evidence)),
        "evidence": evidence,
        "claims": [latex for latex in claims if latex],
        "plots": plots,
        "statement": str(data.get("statement", "")),
        "domain": _text(data.get("domain")),
        "source": _text(data.get("source")),
        "notes": _text(data.get("notes")),
        **{key: [_text(item) for item in _several(data.get(key))] for key in ("folklore", "hypotheses", "proof")},
        **{key: [_judged(item) for item in _several(data.get(key))] for key in ("sharp", "necessity")},
    }


def _evidence(item: Json) -> dict[str, Any]:
    return {
        "kind": str(item.get("kind", "")),
        "domain": _text(item.get("domain")),
        "detail": _text(item.get("detail")),
        "seconds": item.get("seconds"),
        "holds": item.get("holds", item.get("passed", True)) is not False,
    }


def _several(value: Any) -> list[Any]:
    """Read "nothing", "one" and "many" alike as a list."""
    if value is None or value is False or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _latex(item: Any) -> str:
    return str(item.get("latex") or "") if isinstance(item, Mapping) else str(item)


def _text(item: Any) -> str:
    """Read a text, or the fields of an object as one text."""
    if isinstance(item, Mapping):
        parts = [str(item[key]) for key in ("hypothesis", "title", "text", "statement", "detail", "domain") if item.get(key)]
        return ": ".join(dict.fromkeys(parts))
    return "" if item is None else str(item)


def _judged(item: Any) -> str:
    """Text of an executed side argument, with its kind, saying so when it failed."""
    text = "shown" if item is True else _text(item)
    if not isinstance(item, Mapping):
        return text
    if item.get("holds", item.get("passed", True)) is False:
        text = f"Not shown. {text}"
    return f"{text} ({item['kind']})" if item.get("kind") else text


def _target(data: Json, index: int) -> dict[str, Any]:
    """Prepare one checked implementation for the templates."""
    name = str(data.get("target", "implementation"))
    identity = f"target-{index + 1}-{_slug(name)}"
    laws = [_law(law, f"{identity}-law-{k + 1}") for k, law in enumerate(data.get("laws") or [])]
    ratios = [(f"{law['name']} {law['where']}".strip(), law["ratio"]) for law in laws if law["ratio"] is not None]
    return {
        "id": identity,
        "name": name,
        "verdict": str(data.get("verdict", "unusable")),
        "message": _text(data.get("message")),
        "laws": laws,
        "violations": [law for law in laws if law["status"] == "fail"],
        "strip": ratio_strip(ratios, identity) if len(ratios) > 1 else None,
        "matrix": _matrix(data, name, identity, laws),
    }


def _matrix(data: Json, name: str, identity: str, laws: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fold the laws of one target to a row for each alpha and dtype it was checked at."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for law in laws:
        groups.setdefault((law["alpha"], law["dtype"]), []).append(law)
    rows = []
    for (alpha, dtype), members in groups.items() or [(("", ""), [])]:
        failed = any(law["status"] == "fail" for law in members)
        examples = [law["examples"] for law in members if law["examples"] is not None]
        rows.append(
            {
                "id": identity,
                "target": name,
                "alpha": alpha or _joined(data.get("alphas", data.get("alpha"))),
                "dtype": dtype or _joined(data.get("dtypes", data.get("dtype"))),
                "verdict": "violates" if failed else "conforms" if members else str(data.get("verdict", "unusable")),
                "ratio": max((law["ratio"] for law in members if law["ratio"] is not None), default=None),
                "ulp": max((law["ulp"] for law in members if law["ulp"] is not None), default=None),
                "examples": sum(examples) if examples else None,
            }
        )
    return rows


def _joined(value: Any) -> str:
    return ", ".join(map(str, _several(value))) or "–"


def _law(data: Json, identity: str) -> dict[str, Any]:
    counterexample: Json = data.get("counterexample") or {}
    lower, upper, got, allowed = (as_float(counterexample.get(key)) for key in ("lower", "upper", "got", "budget"))
    numbers = [
        ("Got", number(got, 9) if got is not None else _text(counterexample.get("got"))),
        ("Certified", f"[{number(lower, 9)}, {number(upper, 9)}]" if lower is not None and upper is not None else ""),
        ("Budget", f"± {number(allowed, 3)}" if allowed is not None else ""),
        ("Error ÷ budget", _number_of(counterexample.get("ratio", data.get("worst_ratio")))),
        ("Error in ulps", _number_of(counterexample.get("ulps", data.get("worst_ulp")))),
        ("Token", _joined(counterexample.get("index")) if counterexample.get("index") is not None else ""),
    ]
    return {
        "id": identity,
        "name": str(data.get("law", "")),
        "status": str(data.get("status", "skip")),
        "where": _where(data) or _where(counterexample),
        "alpha": str(data.get("alpha", "")),
        "dtype": str(data.get("dtype", "")),
        "ratio": as_float(data.get("worst_ratio")),
        "ulp": as_float(data.get("worst_ulp")),
        "examples": data.get("examples"),
        "message": _text(data.get("message")),
        "picture": number_line(lower, upper, got, allowed) if lower is not None and upper is not None else None,
        "numbers": [(label, value) for label, value in numbers if value],
        "inputs": [(key, _joined(counterexample[key])) for key in _inputs(counterexample)],
        "command": _text(counterexample.get("command", counterexample.get("reproduce"))),
    }


def _inputs(counterexample: Json) -> list[str]:
    shown = {"lower", "upper", "got", "budget", "ratio", "ulps", "index", "command", "reproduce"}
    return [key for key, value in counterexample.items() if key not in shown and value is not None]


def _number_of(value: Any) -> str:
    found = as_float(value)
    return "" if found is None else number(found, 4)


def _slug(text: str) -> str:
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
