"""What the kernel says of one theorem, as evidence."""

from __future__ import annotations

from collections.abc import Iterable

from entmax_oracle.theory import Theorem
from entmax_oracle.theory.formal import SETTINGS, Statement, statements

from ..evidence import Evidence
from .building import proofs, sources
from .certificate import standing

__all__ = ["formal_evidence", "missing"]


TITLE = "proof checked by the kernel of Coq"


def formal_evidence(theorem: Theorem) -> Evidence | None:
    """Return what has been proved of a theorem of the package; None where nothing of it is.

    A claim counts as proved if all its statements are: the claim, that it is defined, that its setting is inhabited,
    and that what the premises single out exists.
    The statements are printed anew from the theorem, and compared with those that the kernel has checked.
    """
    certificate, here = standing()
    stated = statements(theorem)
    claims = tuple(dict.fromkeys(statement.claim for statement in stated if statement.claim))
    if not claims:
        return None
    if certificate is None:
        return Evidence("formal", TITLE, "", "fails", "there is no certificate; run make formal", claims)
    wrong = [fault for statement in stated if (fault := certificate.fault(statement))]
    how = f"checked here by Coq {certificate.coq}" if here else f"by certificate of Coq {certificate.coq}"
    domain = SETTINGS[theorem.name].domain or theorem.setting
    if wrong:
        return Evidence("formal", TITLE, domain, "fails", f"{how}: {wrong[0]}", claims)
    return Evidence("formal", TITLE, domain, "holds", how, claims)


def missing(found: Iterable[Statement]) -> list[Statement]:
    """Return the statements that have no proof."""
    names = proofs(sources())
    return [statement for statement in found if statement.identifier not in names]
