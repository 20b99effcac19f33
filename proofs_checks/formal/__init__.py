"""Theorems checked by the kernel of a proof assistant, or vouched for by the certificate of such a check."""

from .building import Built, NotProved, build, installed
from .certificate import Certificate, certificate, stale
from .evidence import formal_evidence, missing, whole

__all__ = [
    "Built",
    "Certificate",
    "NotProved",
    "build",
    "certificate",
    "formal_evidence",
    "installed",
    "missing",
    "stale",
    "whole",
]
