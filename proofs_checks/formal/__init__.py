"""Theorems checked by the kernel of a proof assistant, or vouched for by the certificate of such a check."""

from .building import Built, NotProved, build, installed
from .certificate import Certificate, check, revoke, standing
from .evidence import formal_evidence, missing

__all__ = [
    "Built",
    "Certificate",
    "NotProved",
    "build",
    "check",
    "formal_evidence",
    "installed",
    "missing",
    "revoke",
    "standing",
]
