"""What `entmax-oracle verify` found, as the pages of the theorems show it: no evidence is run to build them.

entmax-oracle verify --json verify.json           # with --theorem NAME, the others stay as they were recorded
python docs/_ext/theorem_results.py verify.json   # writes docs/_data/theorems.json, which is committed
"""

from __future__ import annotations

import hashlib
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from entmax_oracle.proofs_checks.evidence.results import Statement, TheoremResult
from entmax_oracle.proofs_checks.records import CONVERTER, structured
from entmax_oracle.theory import Theorem, theorems

RECORDED = Path(__file__).parents[1] / "_data" / "theorems.json"
_FOUND = ("verdict", "domain", "strengths", "evidence", "sharp", "necessity", "plots")


def claimed(theorem: Theorem) -> str:
    """Return a digest of what a theorem claims; its title and its prose may change without new evidence."""
    said = [(claim.key, claim.latex) for claim in theorem.claims] + [
        (h.key, str(h.condition)) for h in theorem.hypotheses
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


@cache
def results() -> dict[str, TheoremResult]:
    """Return what was found of every theorem by its name, in reading order.

    Raises
    ------
    ValueError
        If a theorem is new, or claims something else than when it was verified.
    """
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    stale = [
        theorem.name for theorem in theorems() if recorded.get(theorem.name, {}).get("claimed") != claimed(theorem)
    ]
    if stale:
        raise ValueError(
            f"docs/_data/theorems.json is older than {', '.join(stale)}; {__doc__.partition(chr(10))[2].strip()}"
        )
    return {
        theorem.name: structured(
            {**CONVERTER.unstructure(Statement.of(theorem)), **recorded[theorem.name]}, TheoremResult
        )
        for theorem in theorems()
    }


def _short(value: Any) -> Any:
    """Round the numbers of a plot to what a picture shows."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, list):
        return [_short(each) for each in value]
    return {key: _short(each) for key, each in value.items()} if isinstance(value, dict) else value


def _kept(entry: dict[str, Any]) -> dict[str, Any]:
    """Leave out how long a run took, and what the theorem says itself."""
    found = {key: entry[key] for key in _FOUND}
    found["evidence"] = [
        {key: each[key] for key in ("kind", "title", "domain", "status", "detail", "claims", "steps")}
        for each in entry["evidence"]
    ]
    return {**found, "plots": _short(entry["plots"])}


def main(path: str) -> None:
    """Record the result of a run, of all theorems or of some."""
    run = json.loads(Path(path).read_text(encoding="utf-8"))
    entries = {entry["name"]: entry for entry in run["theorems"]}
    before = json.loads(RECORDED.read_text(encoding="utf-8"))
    kept = {
        each.name: {"claimed": claimed(each), **_kept(entries[each.name])}
        if each.name in entries
        else before[each.name]
        for each in theorems()
    }
    RECORDED.parent.mkdir(exist_ok=True)
    RECORDED.write_text(json.dumps(kept, indent=0, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
