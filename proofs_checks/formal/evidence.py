"""What the kernel says of one theorem, as evidence."""

from __future__ import annotations

from collections.abc import Iterable

from entmax_oracle.theory import Theorem
from entmax_oracle.theory.formal import SETTINGS, Statement, statements

from ..evidence import Evidence
from .building import proofs, sources
from .certificate import certificate, certified

__all__ = ["formal_evidence", "missing", "whole"]


def formal_evidence(theorem: Theorem, coq: str = "") -> Evidence | None:
    """Return what has been proved of a theorem; None where nothing of it is.

    A claim counts as proved if three statements are: the claim, that it is defined, and that its setting is inhabited.

    Parameters
    ----------
    theorem
        One of the package.
    coq
        Version of the Coq that has just checked every proof against the statements as they are printed now
        (:func:`~entmax_oracle.proofs_checks.formal.build`). Empty: the certificate is asked instead.
    """
    of: dict[str, list[Statement]] = {}
    for statement in statements(theorem):
        of.setdefault(statement.claim, []).append(statement)
    common = of.pop("", [])
    wrong: list[str] = []
    proved: list[str] = []
    for claim, own in of.items():
        needed = [*common, *own]
        if not all(_has_proof(statement, coq) for statement in needed):
            continue
        proved.append(claim)
        wrong += [] if coq else [fault for statement in needed if (fault := certified(statement))]
    if not proved:
        return None
    known = certificate()
    version = coq or (known.coq if known is not None else "")
    how = f"checked here by Coq {version}" if coq else f"certificate of Coq {version}; not checked here"
    domain = SETTINGS[theorem.name].domain or theorem.setting
    status, detail = ("fails", f"{how}: {wrong[0]}") if wrong else ("holds", how)
    return Evidence("formal", "proof checked by a kernel", domain, status, detail, tuple(proved))


def whole(theorem: Theorem) -> bool:
    """Whether every claim of a theorem has a proof."""
    found = formal_evidence(theorem, "any")
    return found is not None and set(found.claims) == {claim.key for claim in theorem.claims}


def _has_proof(statement: Statement, coq: str) -> bool:
    known = certificate()
    names = proofs(sources()) if coq or known is None else known.statements
    return statement.identifier in names


def missing(found: Iterable[Statement]) -> list[Statement]:
    """Return the statements that have no proof."""
    names = proofs(sources())
    return [statement for statement in found if statement.identifier not in names]
