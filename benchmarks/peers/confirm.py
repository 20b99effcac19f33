"""Confirm a violation by exact arithmetic, apart from the enclosure that found it."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from entmax_oracle.reference.enclosures.enclosure import enclose
from entmax_oracle.reference.exact.solve import exact_entmax

__all__ = ["confirm"]

_SMALL = 6  # tokens that algebraic numbers are asked for


def confirm(found: dict[str, Any]) -> str:
    """Say what the exact tier makes of a counterexample of a mapping.

    Parameters
    ----------
    found : dict
        A counterexample of the JSON of ``check``.

    Returns
    -------
    str
        A sentence; empty where the counterexample is not about values.
    """
    at, got = found.get("index"), found.get("got")
    if at is None or got is None or "lower" not in found or not found.get("logits"):
        return ""
    z = np.array([float.fromhex(word) for word in found["logits"]]).reshape(found["shape"])
    row = z[tuple(at[:-1])] if z.ndim > 1 else z
    value = float(_at(got, at[-1]))
    exact, how = _exact(row, found["alpha"], at[-1])
    if math.isnan(value):
        return f"Confirmed: the exact probability is {_short(exact)} ({how}); the answer is NaN."
    off = abs(Fraction(value) - exact) if math.isfinite(value) else math.inf
    return f"Confirmed: the exact probability is {_short(exact)} ({how}); the answer is off by {float(off):.3g}."


def _at(values: Any, place: int) -> float:
    return float(values[place]) if isinstance(values, list) else float(values)


def _exact(row: np.ndarray[Any, Any], alpha: float, token: int) -> tuple[Fraction, str]:
    live = [Fraction(float(x)) for x in row if np.isfinite(x)]
    place = int(np.isfinite(row[:token]).sum())
    if not np.isfinite(row[token]):
        return Fraction(0), "a masked token"
    if alpha == 2:
        return Fraction(exact_entmax(live, 2).p[place]), "rational arithmetic"
    if alpha == 1.5 and len(live) <= _SMALL:
        number = exact_entmax(live, Fraction(3, 2)).p[place]
        return Fraction(str(sp.N(number, 40))), "algebraic numbers, to 40 digits"
    found = enclose(row, alpha, precision=1024)
    return Fraction(float(found.lower[token])), "an enclosure of 1024 bits"


def _short(exact: Fraction) -> str:
    text = str(exact)
    return text if len(text) <= 12 else f"{float(exact):.17g}"
