"""One self-contained page that shows everything verified and checked in a directory."""

from .load import Results, gravest, load
from .page import VERDICTS, findings, render, violation_line

__all__ = ["VERDICTS", "Results", "findings", "gravest", "load", "render", "violation_line"]
