"""The page about the peers, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from entmax_oracle.proofs_checks.conformance.setting import OUT_OF_TIME

from .catalogue import PEERS
from .confirm import confirm

__all__ = ["write_page"]

# What usually mends an implementation that breaks a law; nothing about any one peer.
_MENDS = {
    "returns": "Accept every row with a live token: any length from one, any batch shape, `-inf` masks.",
    "untouched": "Work on a copy: the caller's tensor is written to.",
    "shift": "Subtract the maximum of the row before anything else: large logits then keep their digits.",
    "values": "Look at the row below: what cancels or is left unfinished there loses the digits.",
    "support": "An error of the threshold puts tokens on the wrong side of it; solve it to the last digit.",
    "simplex": "The sum shows the error of the threshold; solve it to the last digit, or divide by the sum at the end.",
    "gradient": "The gradient is s (g - <s, g>/<s, 1>) with s = p^(2 - alpha) on the support, and zero off it.",
    "gradient sum": "The gradient is orthogonal to shifts: subtract the weighted mean over the support.",
    "layout": "Use the strides that the tensor has.",
    "deletion": "A token with the logit -inf must not take part in any sum, count or product.",
    "dtype": "Return the dtype that came in.",
    "shape": "Return the shape that came in.",
}


def write_page(document: dict[str, Any], path: Path) -> None:
    """Write the page.

    Parameters
    ----------
    document : dict
        Schema ``entmax-oracle/peers/1``.
    path : Path
    """
    path.write_text("\n".join(_lines(document)) + "\n", encoding="utf-8")


def _lines(document: dict[str, Any]) -> Iterator[str]:
    entries = document["peers"]
    yield "# What people use"
    yield ""
    yield (
        f"Written by `entmax-oracle peers` (profile {document['profile']}, seed {document['seed']}): published "
        "implementations, each in an environment of its own, at its default settings. The checker knows nothing of any "
        "of them."
    )
    yield ""
    yield "| implementation | version | verdict | breaks | keeps |"
    yield "|---|---|---|---|---|"
    for entry in entries:
        report = entry.get("report")
        if report is None:
            yield f"| {entry['name']} | {entry['version'] or '–'} | not checked | {_cell(entry['problem'])} | – |"
            continue
        broken = [law["law"] for law in _failing(report)]
        kept, part = sum(law["status"] == "pass" for law in report["laws"]), len(_in_part(report))
        yield (
            f"| [{entry['name']}](#{_anchor(entry['name'])}) | {entry['version']} | **{report['verdict']}** | "
            f"{', '.join(broken) or '–'} | {kept} laws{f', {part} in part' if part else ''} |"
        )
    missing = [peer.name for peer in PEERS if peer.name not in {entry["name"] for entry in entries}]
    if missing:
        yield ""
        yield f"Not checked yet: {', '.join(missing)}."
    for entry in entries:
        if "report" in entry:
            yield ""
            yield from _section(entry)


def _section(entry: dict[str, Any]) -> Iterator[str]:
    report = entry["report"]
    yield f"## {entry['name']}"
    yield ""
    settings = f"α {', '.join(f'{alpha:g}' for alpha in report['alphas'])}; {', '.join(report['dtypes'])}"
    yield f"Version {entry['version']}; {settings}; checked on {report['started'][:10]}. `{entry['command']}`"
    if entry["note"]:
        yield ""
        yield entry["note"]
    kept = [law for law in report["laws"] if law["status"] == "pass"]
    yield ""
    yield f"Keeps {_strengths(kept)}." if kept else "Keeps no law that could be judged."
    if some := _in_part(report):
        yield ""
        names = ", ".join(law["law"] for law in some)
        yield f"There was no time to try every case of {names}: it may break them elsewhere."
    for law in _failing(report):
        found = law["counterexample"]
        yield ""
        yield f"**{law['law']}**: {law['statement']}"
        yield ""
        yield f"> {_cell(law['message'] if found is None else found['message'])}"
        if found is None:
            continue
        yield ""
        words = ", ".join(found["logits"][:8]) + (", …" if len(found["logits"]) > 8 else "")
        shape, setting = tuple(found["shape"]), f"α = {found['alpha']:g}, {found['dtype']}, {found['layout']}"
        yield f"logits `{words}` (shape {shape}), {setting}"
        about_values = report.get("kind", "mapping") == "mapping" and law["law"] in ("values", "support")
        sentence = confirm(found) if about_values else ""
        mend = _MENDS.get(law["law"], "")
        if sentence or mend:
            yield ""
            yield " ".join(each for each in (sentence, mend) if each)
        if len(found["snippet"]) < 1500 and "entmax_oracle" not in found["snippet"]:
            yield ""
            yield "```python"
            yield found["snippet"]
            yield "```"


def _failing(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [law for law in report["laws"] if law["status"] == "fail" and law["severity"] == "error"]


def _in_part(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Laws that were kept as far as there was time."""
    return [
        law
        for law in report["laws"]
        if law["status"] == "partial" or (law["status"] == "pass" and OUT_OF_TIME in law["message"])
    ]


def _strengths(kept: list[dict[str, Any]]) -> str:
    measured = [law for law in kept if law["law"] == "values" and isinstance(law["worst_ratio"], float)]
    text = ", ".join(law["law"] for law in kept)
    if measured:
        text += f"; its worst error is {measured[0]['worst_ratio']:.2g} of what rounding explains"
    return text


def _anchor(name: str) -> str:
    return "".join(c for c in name.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def _cell(text: str) -> str:
    """One line for Markdown, with files named from their package on."""
    return " ".join(re.sub(r"/\S*?/site-packages/", "", str(text)).replace("|", "\\|").split())
