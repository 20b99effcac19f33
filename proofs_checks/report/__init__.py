"""One self-contained page that shows everything verified and checked in a directory."""

from ..marks import Verdict
from .findings import findings, gravest, violation_line
from .load import Results, load
from .page import render

__all__ = ["VERDICTS", "Results", "findings", "gravest", "load", "render", "violation_line"]

VERDICTS = tuple(Verdict)
"""Verdicts of theorems, the strongest first."""
