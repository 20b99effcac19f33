"""The certificate: what a kernel has checked, so that it can be told from what has been changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import entmax_oracle.theory.formal
from entmax_oracle.theory.formal import Statement

from ..records import CONVERTER, structured
from .building import Built, sources

__all__ = ["Certificate", "certificate", "certified", "stale"]

FILE = Path(entmax_oracle.theory.formal.__file__).with_name("certificate.json")


@dataclass(frozen=True)
class Certificate:
    """What was checked, by which kernel, on which assumptions.

    Parameters
    ----------
    coq
        Its version.
    axioms
        What the proofs assume, taken together.
    files
        Digests of the hand-written files by their paths.
    statements
        Digests of the proved statements by their identifiers.
    """

    coq: str
    axioms: tuple[str, ...]
    files: Mapping[str, str]
    statements: Mapping[str, str]

    @classmethod
    def of(cls, built: Built, statements: Iterable[Statement]) -> Certificate:
        """Return the certificate of a check."""
        texts = {statement.identifier: statement.text for statement in statements}
        files = {path: digest(text) for path, text in sources().items()}
        return cls(built.version, built.axioms, files, {name: digest(texts[name]) for name in built.proved})

    def write(self) -> Path:
        """Write it beside the formal theory, and return where."""
        FILE.write_text(json.dumps(CONVERTER.unstructure(self), indent=1) + "\n", "utf-8")
        return FILE


def digest(text: str) -> str:
    """Return the digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def certificate() -> Certificate | None:
    """Return the certificate of the package; None where there is none."""
    return structured(json.loads(FILE.read_text("utf-8")), Certificate) if FILE.exists() else None


@cache
def stale() -> str:
    """Say which hand-written file is not the one that was checked; empty if all are."""
    known = certificate()
    if known is None:
        return "there is no certificate"
    now = {path: digest(text) for path, text in sources().items()}
    changed = sorted(path for path in {*now, *known.files} if now.get(path) != known.files.get(path))
    return f"{', '.join(changed)}: not what the kernel checked; run make formal" if changed else ""


def certified(statement: Statement) -> str:
    """Say what is wrong with the certificate of one statement; empty if it is certified."""
    known = certificate()
    if known is None or statement.identifier not in known.statements:
        return f"{statement.identifier} is stated but not proved"
    if known.statements[statement.identifier] != digest(statement.text):
        return f"{statement.identifier} is not the statement that was proved; run make formal"
    return stale()
