"""How a verdict is shown: its mark, its colour and its words, for the terminal, the page and the documentation.

Each verdict has its own shape, so that colour is never the only signal.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["MARKS", "Grounds", "Truth", "Verdict"]


class _Shown(StrEnum):
    """A word with what is shown of it."""

    mark: str
    colour: str
    words: str

    def __new__(cls, value: str, mark: str, colour: str = "", words: str = "") -> _Shown:
        """Make a member that is its word."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.mark, member.colour, member.words = mark, colour, words
        return member


class Verdict(_Shown):
    """What is known of a theorem, the strongest first."""

    PROVED = "proved", "■", "green"
    DERIVED = "derived", "▣", "green"
    DECIDED = "decided", "◨", "green"
    CERTIFIED = "certified", "◆", "green"
    SUPPORTED = "supported", "△", "cyan"
    REFUTED = "refuted", "✕", "red"
    UNCHECKED = "unchecked", "○", "yellow"


class Truth(_Shown):
    """Whether a normaliser has a property."""

    TRUE = "true", "T", "green", "yes"
    FALSE = "false", "F", "red", "no"
    UNKNOWN = "unknown", "?", "yellow", "?"


class Grounds(_Shown):
    """On what grounds it is known."""

    PROVED = "proved", Verdict.PROVED.mark, "", "by theorems that the kernel of Coq has checked"
    DERIVED = "derived", Verdict.DERIVED.mark, "", "by theorems, at least one of which is only derived"
    CERTIFIED = "certified", Verdict.CERTIFIED.mark, "", "a point, in ball arithmetic"
    MEASURED = "measured", "●", "", "a point, in floating point"
    SUPPORTED = "supported", Verdict.SUPPORTED.mark, "", "a search that found nothing"
    NONE = "", "○"


MARKS: dict[str, str] = {
    **{verdict: verdict.mark for verdict in Verdict},
    "refutes": "✕",
    "fails": "✕",
    "skipped": "–",
    "conforms": "✓",
    "violates": "✕",
    "unusable": "○",
    "interrupted": "○",
    "pass": "✓",
    "partial": "◐",
    "fail": "✕",
    "warn": "!",
    "skip": "–",
}
"""Marks of verdicts on theorems, of evidence, of implementations and of laws."""
