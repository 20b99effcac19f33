"""Certified test vectors for implementations in any language.

The file is JSON in groups by law. Each group and each test stands on a line of its own, and numbers are hexadecimal
floats, so that ``strtod`` is all that a reader needs. A test holds logits, certified lower and upper bounds of every
probability, which tokens are in the support, the correctly rounded answer of every format in which the logits are
numbers, and the error that rounding explains there (`entmax_oracle.budget`).
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterator
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import numpy as np

from entmax_oracle.proofs_checks.conformance.calls import Float64
from entmax_oracle.proofs_checks.conformance.text import hexadecimal
from entmax_oracle.reference.budgets.mapping import budget, vjp_budget
from entmax_oracle.reference.enclosures.calculus import enclose_vjp
from entmax_oracle.reference.enclosures.enclosure import enclose
from entmax_oracle.reference.enclosures.rounding import rounded
from entmax_oracle.reference.formats import as_format

from .cases import ALPHAS, FLAGS, GROUPS, Draft, Group

__all__ = ["FORMATS", "SCHEMA", "groups", "write"]

SCHEMA = "entmax-oracle/vectors/1"
FORMATS = ("float64", "float32", "float16", "bfloat16")
_NAME = "entmax-vectors-1.json"
_BESIDE = ("entmax-vectors-1.schema.json", "read_vectors.c")


def groups(progress: Callable[[str], None] = lambda what: None) -> Iterator[dict[str, Any]]:
    """Certify the vectors, group by group.

    Parameters
    ----------
    progress : callable
        Told what is under way.

    Yields
    ------
    dict
        ``{"law", "alpha", "tests"}``.
    """
    number = 0
    for group in GROUPS:
        for alpha in ALPHAS:
            progress(f"{group.law}, alpha {alpha:.4g}")
            tests = []
            for draft in _distinct(group, alpha):
                number += 1
                tests.append({"tcId": number, **certify(draft, alpha)})
            yield {"law": group.law, "alpha": alpha.hex(), "tests": tests}


def certify(draft: Draft, alpha: float) -> dict[str, Any]:
    """Write one test, without its number."""
    found = enclose(draft.logits, alpha, precision=192)
    test: dict[str, Any] = {
        "comment": draft.comment,
        "flags": sorted(set(draft.flags)),
        "logits": hexadecimal(draft.logits),
        "lower": hexadecimal(found.lower),
        "upper": hexadecimal(found.upper),
        "support": found.support.tolist(),
    }
    holds = [name for name in FORMATS if _representable(draft.logits, name)]
    test["rounded"] = {name: hexadecimal(_widen(rounded(draft.logits, alpha, name))) for name in holds}
    test["budget"] = {name: hexadecimal(budget(draft.logits, alpha, name)) for name in holds}
    if draft.cotangent is not None:
        slope = enclose_vjp(draft.logits, draft.cotangent, alpha, precision=192)
        test["cotangent"] = hexadecimal(draft.cotangent)
        test["vjpLower"], test["vjpUpper"] = hexadecimal(slope.lower), hexadecimal(slope.upper)
        test["differentiable"] = bool(slope.differentiable)
        test["vjpBudget"] = {
            name: hexadecimal(vjp_budget(draft.logits, draft.cotangent, alpha, name)) for name in holds
        }
    return test


def write(folder: Path, progress: Callable[[str], None] = lambda what: None) -> list[Path]:
    """Write the vectors, their JSON schema, a reader in C and checksums into a folder.

    Parameters
    ----------
    folder : Path
        Made if it does not exist; files of the same names are replaced.
    progress : callable
        Told what is under way.

    Returns
    -------
    list of Path
        What was written.
    """
    every = list(groups(progress))
    head = {
        "schema": SCHEMA,
        "generator": "entmax-oracle vectors",
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in ("entmax-oracle", "numpy", "python-flint")},
        },
        "notes": "Numbers are C99 hexadecimal floats or infinities; alpha is exactly the number given. An answer p of "
        "a format is right when lower - budget <= p <= upper + budget token by token (the budget is 0 where p must be "
        "exactly 0). Where differentiable is false, vjpLower and vjpUpper hold the documented generalised derivative. "
        "Tokens that are 'undecided' lie at the threshold as far as certified arithmetic can tell.",
        "flags": FLAGS,
        "numberOfTests": sum(len(group["tests"]) for group in every),
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / _NAME]
    written[0].write_text(_lines(head, every), encoding="utf-8")
    for name in _BESIDE:
        written.append(folder / name)
        written[-1].write_bytes(resources.files(__package__).joinpath(name).read_bytes())
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in written]
    written.append(folder / "SHA256SUMS")
    written[-1].write_text("".join(sums), encoding="utf-8")
    return written


def _distinct(group: Group, alpha: float) -> Iterator[Draft]:
    """Drop rows that a family makes twice, and those whose shift the format does not hold."""
    seen = set()
    for draft in group.drafts(alpha):
        key = draft.logits.tobytes()
        if key not in seen and np.isfinite(draft.logits).any():
            seen.add(key)
            yield draft


def _representable(logits: Float64, name: str) -> bool:
    live = logits[np.isfinite(logits)]
    return bool((as_format(name).round_array(live) == live).all())


def _widen(values: Any) -> Float64:
    return np.asarray(values, dtype=np.float64)


def _lines(head: dict[str, Any], every: list[dict[str, Any]]) -> str:
    """JSON with one line per group's head and per test, for readers without a JSON library."""
    opening = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
    blocks = []
    for group in every:
        start = json.dumps({key: value for key, value in group.items() if key != "tests"}).removesuffix("}")
        blocks.append(start + ', "tests": [\n' + ",\n".join(map(json.dumps, group["tests"])) + "\n]}")
    return opening + ',\n "testGroups": [\n' + ",\n".join(blocks) + "\n]}\n"
