"""Executed arguments for theorems, what kinds there are, and how strong each is."""

from .arguments import certified, computed, decided, exact, sampled, symbolic
from .case import KINDS, Argument, Case, Context, Evidence, Kind, Status, verdict
from .instances import Instance, row, simplex
from .judging import Family, Judgement, judge
from .points import Check, Debunked, Needed, Sharp, check_folklore, check_needed, check_sharp
from .proof import Step

__all__ = [
    "KINDS",
    "Argument",
    "Case",
    "Check",
    "Context",
    "Debunked",
    "Evidence",
    "Family",
    "Instance",
    "Judgement",
    "Kind",
    "Needed",
    "Sharp",
    "Status",
    "Step",
    "certified",
    "check_folklore",
    "check_needed",
    "check_sharp",
    "computed",
    "decided",
    "exact",
    "judge",
    "row",
    "sampled",
    "simplex",
    "symbolic",
    "verdict",
]
