"""The certificate: what a kernel has checked, so that it can be told from what has been changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import entmax_oracle.theory.formal
from entmax_oracle.theory.formal import Statement, source
from entmax_oracle.theory.formal.statements import HEAD

from ..records import CONVERTER, structured
from .building import AXIOMS, Built, kept, sources

__all__ = ["Certificate", "check", "revoke", "standing"]

FILE = Path(entmax_oracle.theory.formal.__file__).with_name("certificate.json")
"""The certificate that comes with the package."""


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
        Digests of the files by their paths: those written by hand, and the statements as they are printed.
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
        found = list(statements)
        texts = {statement.identifier: statement.text for statement in found}
        proved = {name: digest(texts[name]) for name in built.proved}
        return cls(built.version, built.axioms, {**_digests(), "Statements.v": digest(source(found))}, proved)

    def write(self, file: Path = FILE) -> Path:
        """Write it into a file, and return which."""
        file.write_text(json.dumps(CONVERTER.unstructure(self), indent=1) + "\n", "utf-8")
        return file

    @property
    def changed(self) -> tuple[str, ...]:
        """The files that are not those that were checked."""
        now = _digests()
        return tuple(sorted(path for path in {*now, *self.files} if now.get(path) != self.files.get(path)))

    def fault(self, statement: Statement) -> str:
        """Say why a statement of the package is not certified; empty if it is."""
        if beyond := set(self.axioms) - AXIOMS:
            return f"it assumes {min(beyond)}, which no proof may"
        if statement.identifier not in self.statements:
            return f"{statement.identifier} has no proof"
        if self.statements[statement.identifier] != digest(statement.text):
            return f"{statement.identifier} is not what was proved; run make formal"
        return f"{self.changed[0]} is not the file that was checked; run make formal" if self.changed else ""


def digest(text: str) -> str:
    """Return the digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def standing() -> tuple[Certificate | None, bool]:
    """Return the certificate that counts, and whether it is of a check on this machine.

    One that was made here counts as long as the files are those that were checked; else the one of the package, None
    where there is none.
    """
    for file, here in ((kept(), True), (FILE, False)):
        if file.exists():
            try:
                found = structured(json.loads(file.read_text("utf-8")), Certificate)
            except ValueError as error:
                if here:
                    continue
                raise ValueError(f"{file}: this is not a certificate: {error}; run make formal") from error
            if not here or not found.changed:
                return found, here
    return None, False


def revoke() -> None:
    """Forget the certificate of an earlier check on this machine."""
    kept().unlink(missing_ok=True)
    standing.cache_clear()


def check(built: Built, statements: Iterable[Statement]) -> Certificate:
    """Keep the certificate of a check on this machine, and return it."""
    made = Certificate.of(built, statements)
    made.write(kept())
    standing.cache_clear()
    _digests.cache_clear()
    return made


@cache
def _digests() -> dict[str, str]:
    printed = FILE.with_name("Statements.v")
    texts = {**sources(), "head of Statements.v": HEAD}
    if printed.exists():
        texts["Statements.v"] = printed.read_text("utf-8")
    return {path: digest(text) for path, text in texts.items()}
