"""One self-contained page that shows everything verified and checked in a directory."""

from .page import findings, render, violation_line
from .results import Results, load

__all__ = ["Results", "findings", "load", "render", "violation_line"]
