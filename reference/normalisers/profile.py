"""What is known of a normaliser beside its definition: its parameters, what is true of it, where it is hard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["EVERY", "PROPERTIES", "Profile"]

PROPERTIES = ("simplex", "shift", "order", "permutation")
"""The properties that not every normaliser has, by the keys of the property matrix."""

EVERY = frozenset(PROPERTIES)


@dataclass(frozen=True)
class Profile:
    """What is known of a normaliser beside its definition.

    Parameters
    ----------
    parameters : dict
        Every parameter with its default, by the names of the definition.
    others : tuple of dict
        Parameters that are tried beside the defaults.
    true : frozenset of str
        Those of `PROPERTIES` that every correct implementation has: the cells of the property matrix that are true. Two
        are judged although a cell is false, since it is false at rows alone where the law claims nothing: the choice of
        top-k softmax among ties, and rows where r-softmax is 0/0.
    aim : float
        The alpha whose edges of the support hard rows aim at.
    marks : tuple of str or float
        Corners of the definition, as numbers or names of parameters: some tokens lie there, or one ulp away.
    lifts : bool
        A careful program subtracts the maximum of a row first.
    picks : bool
        Comparing logits decides which tokens have weight, so that a row must not be moved first; which of tied tokens
        are picked is free.
    detached : bool
        The vector-Jacobian product is that of published code that holds a part of the definition constant, and so no
        derivative of the weights.
    placed : bool
        The place of a token decides what it gets, so that inserting masked tokens is not deletion.
    rows : tuple of str
        Parameters that are a row of numbers, one for each token; fewer are repeated along the tokens, masked ones too.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    others: tuple[Mapping[str, Any], ...] = ()
    true: frozenset[str] = EVERY
    aim: float = 1.0
    marks: tuple[str | float, ...] = ()
    lifts: bool = True
    picks: bool = False
    detached: bool = False
    placed: bool = False
    rows: tuple[str, ...] = ()
