"""One number in three notations: a hexadecimal float, a decimal that reads back as the same number, its bits.

A table of `Field` says what the numbers of a test are. `notated` writes them, `schemas.py` describes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from entmax_oracle.proofs_checks.conformance.calls import Float64
from entmax_oracle.proofs_checks.conformance.text import hexadecimal
from entmax_oracle.reference.formats import as_format

__all__ = [
    "FORMATS",
    "WIDTHS",
    "Field",
    "bits",
    "bounds",
    "decided",
    "decimal",
    "holding",
    "notated",
    "outward",
    "pulled",
    "widened",
]

FORMATS = ("float64", "float32", "float16", "bfloat16")
WIDTHS = {"float64": 64, "float32": 32, "float16": 16, "bfloat16": 16}
_WORDS = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}  # what parsers of every language read

Values = Float64 | Mapping[str, Float64]


@dataclass(frozen=True)
class Field:
    """Numbers of a test, by their name.

    Parameters
    ----------
    name : str
    meaning : str
        For the JSON schema.
    role : str
        ``"input"``: what the implementation is given. ``"bound"``: what is certified, in float64. ``"rounded"`` and
        ``"budget"``: one list for each format, of numbers of that format and of float64.
    needed : bool
        Whether every test has it.
    """

    name: str
    meaning: str
    role: Literal["input", "bound", "rounded", "budget"]
    needed: bool = True

    @property
    def per_format(self) -> bool:
        """Whether there is one list for each format."""
        return self.role in ("rounded", "budget")


def decimal(x: Float64) -> list[str]:
    """Write numbers as the shortest decimals that read back as the same float64.

    Examples
    --------
    >>> decimal(np.array([0.1, 1e-7, -np.inf]))
    ['0.1', '1e-07', '-Infinity']
    """
    return [_WORDS.get(word, word) for word in map(repr, x.ravel().tolist())]


def bits(x: Float64, name: str) -> list[str]:
    """Write numbers of a format as their bits, in hexadecimal.

    Examples
    --------
    >>> bits(np.array([1.5, -0.0]), "float16"), bits(np.array([1.5]), "bfloat16")
    (['3e00', '8000'], ['3fc0'])
    """
    stored = as_format(name).round_array(x.ravel())
    whole = stored.view(f"u{stored.dtype.itemsize}")
    if name == "bfloat16":
        whole = whole >> 16  # kept in a float32, of which it is the upper half
    return [f"{each:0{WIDTHS[name] // 4}x}" for each in whole.tolist()]


def notated(
    fields: Sequence[Field], values: Mapping[str, Values | None], formats: Sequence[str] = ("float64",)
) -> dict[str, Any]:
    """Write the numbers of a test in all notations.

    Parameters
    ----------
    fields : sequence of Field
    values : dict
        Numbers by the name of their field; those that are None are left out.
    formats : sequence of str
        Formats that hold what is given.

    Returns
    -------
    dict
        The hexadecimal floats by the names of the fields; ``"decimal"`` has the same names. ``"bits"`` has, for each
        format, what is given and the rounded answers, and for float64 all that is needed to compare with them.
    """
    present = [(each, value) for each in fields if (value := values.get(each.name)) is not None]
    found: dict[str, Any] = {each.name: _every(value, hexadecimal) for each, value in present}
    found["decimal"] = {each.name: _every(value, decimal) for each, value in present}
    found["bits"] = {name: _in_format(present, name) for name in formats}
    return found


def _every(value: Values, write: Any) -> Any:
    return {name: write(part) for name, part in value.items()} if isinstance(value, Mapping) else write(value)


def _in_format(present: Sequence[tuple[Field, Any]], name: str) -> dict[str, list[str]]:
    found = {}
    for each, value in present:
        numbers = value.get(name) if each.per_format else value
        if numbers is not None and (name == "float64" or each.role in ("input", "rounded")):
            found[each.name] = bits(numbers, name)
    return found


def bounds(name: str, *, of: str, needed: bool = True, rounds: bool = False) -> tuple[Field, ...]:
    """Make the fields of something that is certified: its bounds, its correct rounding and its budget.

    Parameters
    ----------
    name : str
        What the names of the fields begin with.
    of : str
        What it is.
    needed : bool
        Whether every test has it.
    rounds : bool
        Whether its correct rounding is always known.
    """

    def field(word: str) -> str:
        return f"{name}{word.capitalize()}" if name else word

    return (
        Field(field("lower"), f"Certified lower bounds of {of}, rounded down to float64.", "bound", needed),
        Field(field("upper"), f"Certified upper bounds of {of}, rounded up to float64.", "bound", needed),
        Field(field("rounded"), f"Correct rounding of {of}, to nearest even.", "rounded", rounds),
        Field(field("budget"), f"Largest error of {of} that rounding explains.", "budget", needed),
    )


def pulled(
    name: str, lower: Float64, upper: Float64, budgets: Mapping[str, Float64], formats: Sequence[str]
) -> dict[str, Values | None]:
    """Give the values of `bounds`, with the correct rounding in the formats in which both bounds round to it."""
    rounded = {key: found for key in formats if (found := decided(lower, upper, key)) is not None}
    names = (each.name for each in bounds(name, of=name))
    return dict(zip(names, (lower, upper, rounded or None, budgets or None), strict=True))


def decided(lower: Float64, upper: Float64, name: str) -> Float64 | None:
    """Round what lies between bounds to a format; None if not all of them round to one number.

    Examples
    --------
    >>> third = np.array([1 / 3])
    >>> decided(third, np.nextafter(third, 1), "float32"), decided(third, np.nextafter(third, 1), "float64")
    (array([0.33333334]), None)
    """
    low, high = (widened(as_format(name).round_array(end)) for end in (lower, upper))
    return low if np.array_equal(low, high) else None


def widened(values: Any) -> Float64:
    """Return numbers of any format as float64."""
    return np.asarray(values, dtype=np.float64)


def holding(*given: Float64) -> list[str]:
    """Name the formats that hold all of these numbers."""
    return [name for name in FORMATS if all(_holds(name, each) for each in given)]


def _holds(name: str, x: Float64) -> bool:
    live = x[np.isfinite(x)]
    return bool((as_format(name).round_array(live) == live).all())


def outward(low: Fraction, high: Fraction) -> tuple[float, float]:
    """Round two rationals to float64, down and up.

    Examples
    --------
    >>> outward(Fraction(1, 3), Fraction(1, 2))
    (0.3333333333333333, 0.5)
    """
    below, above = float(low), float(high)
    return (
        float(np.nextafter(below, -np.inf)) if Fraction(below) > low else below,
        float(np.nextafter(above, np.inf)) if Fraction(above) < high else above,
    )
