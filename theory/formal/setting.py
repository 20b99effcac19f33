"""What the symbols of a theorem range over and mean, in Coq: the setting that the page gives in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from .. import notation as N

VECTOR = "nat -> R"
"""Type of a row."""

SOME, REAL = "(1 <= n)%nat", "1 < alpha"
"""The two conditions of nearly every theorem: a row has a token, and alpha is above 1."""


@dataclass(frozen=True)
class Setting:
    """The setting of a theorem.

    Parameters
    ----------
    variables
        What the theorem is stated for all of: names and types, in order.
    premises
        Propositions about the variables.
    meaning
        Terms for the symbols that the variables determine.
    lengths
        For vectors with another number of entries than ``n``: that number.
    ranges
        For free indices that do not range over the tokens 1 … n: the last one.
    apart
        For claims that speak of something else than the others: their own setting.
    domain
        In words, where it is narrower than the setting of the theorem.
    exist
        For symbols that stand for derivatives: that these exist, which is part of being defined.
    found
        Variables that the premises single out, such as a threshold: that there always are such is to be proved, too.
    without
        For the keys of claims: the keys of hypotheses that they do not need, and which are left out.
    """

    variables: Mapping[str, str]
    premises: tuple[str, ...] = ()
    meaning: Mapping[sp.Basic, str] = field(default_factory=dict)
    lengths: Mapping[sp.Basic, str] = field(default_factory=dict)
    ranges: Mapping[sp.Basic, str] = field(default_factory=dict)
    apart: Mapping[str, Setting] = field(default_factory=dict)
    domain: str = ""
    exist: Mapping[sp.Basic, str] = field(default_factory=dict)
    found: tuple[str, ...] = ()
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def having(
        self,
        *premises: str,
        variables: Mapping[str, str] | None = None,
        meaning: Mapping[sp.Basic, str] | None = None,
        **more: Any,
    ) -> Setting:
        """Return the setting with more variables, premises and meanings, behind those that it has."""
        return replace(
            self,
            variables={**self.variables, **(variables or {})},
            premises=(*self.premises, *premises),
            meaning={**self.meaning, **(meaning or {})},
            **more,
        )


ROW = Setting(
    {"n": "nat", "alpha": "R", "z": VECTOR},
    (SOME, REAL),
    {
        N.p: "entmax n alpha z",
        N.tau: "threshold n alpha z",
        N.z_max: "Largest n z",
        N.z_min: "- Largest n (fun i => - z i)",
        N.p_max: "Largest n (entmax n alpha z)",
        N.size: "support_size n (entmax n alpha z)",
        N.top: "multiplicity n z",
        N.D: "entmax_derivative_in n alpha z",
    },
)
"""A row of n >= 1 logits and alpha > 1; p = entmax(z), its threshold and its support."""

LONGER_ROW = replace(ROW, premises=("(2 <= n)%nat", REAL))
"""The same with n >= 2."""

SCALED = Setting(
    {"n": "nat", "alpha": "R", "theta": "R", "z": VECTOR},
    (SOME, REAL, "0 < theta"),
    {
        N.p: "entmax n alpha (fun i => theta * z i)",
        N.tau: "threshold n alpha (fun i => theta * z i)",
        N.z_max: "Largest n z",
        N.z_min: "- Largest n (fun i => - z i)",
        N.p_max: "Largest n (entmax n alpha (fun i => theta * z i))",
        N.size: "support_size n (entmax n alpha (fun i => theta * z i))",
    },
)
"""A row and a scale; p = entmax(theta z)."""

SIMPLEX = Setting(
    {"n": "nat", "p": VECTOR},
    (SOME, "simplex n p"),
    {N.size: "support_size n p", N.p_max: "Largest n p"},
)
"""A point of the simplex."""

POINT = Setting(
    {"n": "nat", "alpha": "R", "p": VECTOR},
    (SOME, REAL, "simplex n p"),
    {N.size: "support_size n p", N.p_max: "Largest n p"},
)
"""The same with alpha > 1."""

POINT_FROM_ONE = replace(POINT, premises=(SOME, "1 <= alpha", "simplex n p"))
"""The same with alpha >= 1."""

SOFTMAX = Setting(
    {"n": "nat", "z": VECTOR},
    (SOME,),
    {
        N.p: "softmax n z",
        N.z_max: "Largest n z",
        N.z_min: "- Largest n (fun i => - z i)",
        N.p_max: "Largest n (softmax n z)",
    },
)
"""A row of n >= 1 logits; p = softmax(z)."""
