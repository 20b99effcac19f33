"""What a kind of test vectors is: one file, its legend, and the groups in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .notation import Field, bits, decimal

__all__ = ["ALPHA", "LAW", "NOTES", "Group", "Kind", "Progress", "headed", "numbered"]

LAW = {"law": {"description": "The law that a wrong answer breaks first.", "type": "string"}}
ALPHA = {name: {"type": "string"} for name in ("alpha", "alphaDecimal", "alphaBits")}
"""JSON schemas of what the head of a group may have."""

Group = dict[str, Any]
Progress = Callable[[str], None]

NOTES = (
    "Numbers are C99 hexadecimal floats, infinities or nan. 'decimal' has the same fields in the shortest decimals "
    "that read back as the same float64, with Infinity and NaN in words. 'bits' has the inputs and the rounded answers "
    "in the bits of each format, and all that float64 needs. Arrays are flat, in row-major order. An answer x of a "
    "format is right when lower - budget <= x <= upper + budget, entry by entry. An infinite budget asks for nothing. "
    "'rounded' has a format only where its correct rounding is certain. "
)


@dataclass(frozen=True)
class Kind:
    """One file of test vectors.

    Parameters
    ----------
    name : str
        As on the command line.
    file : str
        Name of the file, and of its schema, without ``.json``.
    schema : str
        Identifier in the file.
    title : str
        Of the JSON schema.
    notes : str
        What a reader must know beside `NOTES`.
    flags : dict
        Legend.
    groups : callable
        Certifies the groups, told whom to tell what is under way.
    fields : tuple of Field
        Numbers of a test.
    head : dict
        JSON schema of what a group has beside its law and its tests.
    test : dict
        JSON schema of what a test has beside its number, comment, flags and numbers.
    optional : tuple of str
        Names in `head` and `test` that need not be there.
    legends : dict
        Others than that of the flags, by their names in the file.
    """

    name: str
    file: str
    schema: str
    title: str
    notes: str
    flags: Mapping[str, str]
    groups: Callable[[Progress], Iterator[Group]]
    fields: tuple[Field, ...]
    head: Mapping[str, Any] = field(default_factory=dict)
    test: Mapping[str, Any] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    legends: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def headed(alpha: float) -> dict[str, str]:
    """Write the alpha of a group in all notations."""
    one = np.array([alpha])
    return {"alpha": alpha.hex(), "alphaDecimal": decimal(one)[0], "alphaBits": bits(one, "float64")[0]}


def numbered(groups: Iterator[Group]) -> Iterator[Group]:
    """Count the tests of a file from 1, and leave out groups without any."""
    number = 0
    for group in groups:
        tests = []
        for test in group["tests"]:
            number += 1
            tests.append({"tcId": number, **test})
        if tests:
            yield group | {"tests": tests}
