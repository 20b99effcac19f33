"""One self-contained page that shows everything verified and checked in a directory."""

from .page import VERDICTS, findings, render, violation_line
from .results import Results, gravest, load

__all__ = ["VERDICTS", "Results", "findings", "gravest", "load", "render", "violation_line"]
