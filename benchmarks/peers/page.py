"""The pages about the peers, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from entmax_oracle.proofs_checks.conformance.setting import OUT_OF_TIME

from .catalogue import PAGES, PEERS
from .confirm import confirm

__all__ = ["write_pages"]

_FINITE = "A weight of 0 times NaN is NaN: leave hidden keys and values out, or document that they must be finite."
# What usually repairs an implementation that breaks a law; nothing about any one peer.
_MENDS = {
    "returns": "Accept every row with at least one live token: any length from 1, any batch shape, `-inf` masks.",
    "untouched": "Work on a copy: the caller's tensor is overwritten.",
    "shift": "Subtract the maximum of the row first: large logits then keep their digits.",
    "values": "Digits are lost on this input: numbers cancel, an iteration stops too early, or a sum no longer grows.",
    "support": "An error in the threshold puts tokens on the wrong side of it; solve for it to the last digit.",
    "simplex": "The sum shows the error of the threshold: solve for it to the last digit, or divide by the sum.",
    "gradient": "The gradient is s (g - <s, g>/<s, 1>) with s = p^(2 - alpha) on the support, and 0 off it.",
    "gradient sum": "The gradient is orthogonal to shifts: subtract the weighted mean over the support.",
    "layout": "Use the strides that the tensor has.",
    "deletion": "A token with the logit -inf must not take part in any sum, count or product.",
    "dtype": "Return the dtype of the input.",
    "shape": "Return the shape of the input.",
    "padding garbage": _FINITE,
    "gradient padding": _FINITE,
    "window garbage": _FINITE,
}
_LONG = 1500  # letters, beyond which a program is left out
_INTRODUCTIONS = {
    "peers": (
        "Functions that compute a softmax or entmax of rows, checked as their users call them. "
        "[Attention](attention-peers.md) has a page of its own."
    ),
    "attention-peers": (
        "Attention, checked as its users call it. Libraries differ in conventions: the order of the axes, "
        "where the causal mask stands if there are fewer queries than keys, what a query gets that sees no key, and "
        "which features there are. Every command declares them, and what it does not ask for is not checked "
        "([the options](../how-to/kernel-engineer.md)). [Softmax and entmax](peers.md) have a page of their own."
    ),
}


def write_pages(document: dict[str, Any], folder: Path) -> None:
    """Write a page for each of `PAGES` that has peers.

    Parameters
    ----------
    document : dict
        Schema ``entmax-oracle/peers/1``.
    folder : Path
        Where they are written.
    """
    of = {peer.name: peer.page for peer in PEERS}
    for page in PAGES:
        entries = [entry for entry in document["peers"] if of.get(entry["name"], "peers") == page]
        if entries:
            text = "\n".join(_lines(page, document, entries)) + "\n"
            (folder / f"{page}.md").write_text(text, encoding="utf-8")


def _lines(page: str, document: dict[str, Any], entries: list[dict[str, Any]]) -> Iterator[str]:
    days = sorted({entry["report"]["started"][:10] for entry in entries if "report" in entry})
    when = f" on {days[0]}" if len(days) == 1 else f" from {days[0]} to {days[-1]}" if days else ""
    yield f"# {PAGES[page]}"
    yield ""
    yield _INTRODUCTIONS[page]
    yield ""
    yield (
        f"Written by `entmax-oracle peers` (profile {document['profile']}, seed {document['seed']}){when}, with the "
        "versions in the table, each package in an environment of its own. The checker has no special knowledge of "
        "any of them. *Passes* means that the search found nothing, *in part* that some checks ran out of time; "
        "*error* is the largest error of a value that it found, divided by what rounding can explain in that "
        "format, on that input. To run a command yourself, install its package, or in a checkout most of them by "
        "`pip install --group all-peers`."
    )
    yield ""
    yield "| implementation | version | verdict | fails | checks passed | error |"
    yield "|---|---|---|---|---|---|"
    yield from (_table_row(entry) for entry in entries)
    missing = [peer.name for peer in PEERS if peer.page == page and peer.name not in {each["name"] for each in entries}]
    if missing:
        yield ""
        yield f"Not checked yet: {', '.join(missing)}."
    for entry in entries:
        if "report" in entry:
            yield ""
            yield from _section(entry)


def _table_row(entry: dict[str, Any]) -> str:
    report, version = entry.get("report"), entry["version"] or "–"
    if report is None:
        return f"| {entry['name']} | {version} | not checked | {_cell(entry['problem'])} | – | – |"
    kept, part = len(_with(report, "pass")), len(_in_part(report))
    causes = ", ".join(law["law"] for law in _failing(report) if not law.get("cause")) or "–"
    passes = "passes in part" if part or not report.get("complete") else "passes"
    verdict = passes if report["verdict"] == "conforms" else "**fails**"
    return (
        f"| [{entry['name']}](#{_anchor(entry['name'])}) | {version} | {verdict} | {causes} | "
        f"{kept}{f', {part} in part' if part else ''} | {_error(report) or '–'} |"
    )


def _section(entry: dict[str, Any]) -> Iterator[str]:
    report = entry["report"]
    yield f"## {entry['name']}"
    yield ""
    yield "```text"
    yield entry["command"]
    yield "```"
    yield ""
    yield " ".join(filter(None, (entry["note"], _summary(report))))
    for law in _failing(report):
        if not law.get("cause"):
            yield ""
            yield from _finding(report, law)
    warned = [law for law in report["laws"] if law["status"] == "fail" and law["severity"] == "warning"]
    for law in warned:
        yield ""
        yield f"*Warning, {law['law']}*: {law['statement']} {_MENDS.get(law['law'], '')}".rstrip()


def _summary(report: dict[str, Any]) -> str:
    """Say how many laws were kept, how closely, and what was not tried."""
    kept, failed = _with(report, "pass"), [law for law in _failing(report) if not law.get("cause")]
    said = [f"Passes {len(kept)} check{'s' * (len(kept) != 1)}"]
    if error := _error(report):
        said[0] += f"; the largest error of a value is {error} times what is allowed"
    said[0] += "."
    if failed:
        said.append(f"Fails {', '.join(law['law'] for law in failed)}.")
    if some := _in_part(report):
        said.append(f"There was no time to try every case of {', '.join(law['law'] for law in some)}.")
    if refused := [law for law in report["laws"] if law["status"] == "skip" and "declined all" in law["message"]]:
        said.append(f"It declined every case of {', '.join(law['law'] for law in refused)}.")
    if declined := report.get("declined"):
        said.append(f"{declined:,} calls were declined; of such inputs nothing is known.")
    return " ".join(said)


def _finding(report: dict[str, Any], law: dict[str, Any]) -> Iterator[str]:
    """Write one cause: the law, what the function does, how to fix it, and a program that shows it."""
    found = law["counterexample"]
    also = f" For the same cause it fails {', '.join(law['also'])}." if law.get("also") else ""
    yield f"**{law['law']}**: {law['statement']}{also}"
    yield ""
    yield f"> {_cell(law['message'] if found is None else found['message'])}"
    if found is None:
        return
    yield ""
    yield _input(found)
    about_values = report.get("kind", "mapping") == "mapping" and law["law"] in ("values", "support")
    told = "; ".join(found.get("diagnosis") or ())
    diagnosis = f"Diagnosis: {told}." if told else ""
    said = [confirm(found) if about_values else "", diagnosis, "" if diagnosis else _MENDS.get(law["law"], "")]
    if any(said):
        yield ""
        yield _cell(" ".join(filter(None, said)))
    if len(found["snippet"]) < _LONG and "entmax_oracle" not in found["snippet"]:
        yield ""
        yield "```python"
        yield found["snippet"]
        yield "```"


def _input(found: dict[str, Any]) -> str:
    """Say for which input: its logits, or its sizes."""
    setting = f"α = {found['alpha']:g}, {found['dtype']}, {found['layout']}"
    if not found.get("logits"):
        return f"Found in {setting}."
    words = ", ".join(f"`{float.fromhex(word):.9g}`" for word in found["logits"][:8])
    more = ", …" if len(found["logits"]) > 8 else ""
    return f"Logits {words}{more} of shape {tuple(found['shape'])}; {setting}."


def _with(report: dict[str, Any], status: str) -> list[dict[str, Any]]:
    return [law for law in report["laws"] if law["status"] == status]


def _failing(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [law for law in _with(report, "fail") if law["severity"] == "error"]


def _in_part(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Laws that were kept as far as there was time."""
    return [
        law
        for law in report["laws"]
        if law["status"] == "partial" or (law["status"] == "pass" and OUT_OF_TIME in law["message"])
    ]


def _error(report: dict[str, Any]) -> str:
    """Return the worst error of the values that was found, if it is a number."""
    ratios = [law["worst_ratio"] for law in report["laws"] if law["law"] == "values" and law["examples"]]
    return f"{ratios[0]:.3g}" if ratios and isinstance(ratios[0], float) else ""


def _anchor(name: str) -> str:
    return "".join(c for c in name.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def _cell(text: str) -> str:
    """One line for Markdown, with files named from their package on."""
    return " ".join(re.sub(r"/\S*?/site-packages/", "", str(text)).replace("|", "\\|").split())
