"""The words in which evidence is written; each module of this room imports them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import sympy as sp
from flint import arb, fmpq

from entmax_oracle.theory import Theorem
from entmax_oracle.theory import notation as N

from ..evidence.arguments import (
    Argument,
    Case,
    Context,
    Evidence,
    certified,
    computed,
    decided,
    exact,
    sampled,
    symbolic,
)
from ..evidence.curves import Point, along, judged
from ..evidence.families import (
    ALPHAS,
    CONVEX,
    Draw,
    Searched,
    around_one,
    each,
    family,
    magnitude,
    normalised,
    one_of,
    points,
    real,
    reals,
    rows,
    seed,
    unit,
    units,
    weight,
    weights,
    whole,
)
from ..evidence.instances import Instance, Number, certain, chosen, dyadic, numbers, row, simplex
from ..evidence.judging import Family, judge
from ..evidence.points import Debunked, Needed, Sharp
from ..evidence.proof import Proof, Step, by, concludes, identity, nonnegative, positive, rises_from
from ..reading.reals import Reals, row_model
from ..reading.walk import BALLS, rational, read

Row = Sequence[fmpq]
"""A number for each token."""

__all__ = [
    "ALPHAS",
    "BALLS",
    "CONVEX",
    "Any",
    "Argument",
    "Callable",
    "Case",
    "Context",
    "Debunked",
    "Draw",
    "Evidence",
    "Family",
    "Instance",
    "Iterable",
    "Iterator",
    "N",
    "Needed",
    "Number",
    "Point",
    "Proof",
    "Reals",
    "Row",
    "Searched",
    "Sequence",
    "Sharp",
    "Step",
    "Theorem",
    "along",
    "arb",
    "around_one",
    "by",
    "certain",
    "certified",
    "chosen",
    "computed",
    "concludes",
    "decided",
    "dyadic",
    "each",
    "exact",
    "family",
    "fmpq",
    "identity",
    "judge",
    "judged",
    "magnitude",
    "nonnegative",
    "normalised",
    "numbers",
    "one_of",
    "points",
    "positive",
    "rational",
    "read",
    "real",
    "reals",
    "rises_from",
    "row",
    "row_model",
    "rows",
    "sampled",
    "seed",
    "simplex",
    "sp",
    "symbolic",
    "unit",
    "units",
    "weight",
    "weights",
    "whole",
]
