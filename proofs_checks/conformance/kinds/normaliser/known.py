"""What the checker knows of each normaliser: which laws are true of it, and where to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from entmax_oracle.reference.normalisers import normaliser

from ...case import Parameters

__all__ = ["KNOWN", "PROPERTIES", "Known", "choices", "least_tokens"]

PROPERTIES = ("simplex", "shift", "order", "permutation")
"""The laws that are not true of every normaliser, by the keys of the property matrix."""

_ALL = frozenset(PROPERTIES)


@dataclass(frozen=True)
class Known:
    """What is true of a normaliser, and where its hard places are.

    Parameters
    ----------
    true : frozenset of str
        Those of `PROPERTIES` that every correct implementation has: the cells of the property matrix that are true. Two
        are judged although a cell is false, since it is false at rows alone where the law claims nothing: the choice of
        top-k softmax among ties, and rows where r-softmax is 0/0.
    aim : float
        The alpha whose edges of the support the rows aim at.
    others : tuple of dict
        Parameters that are tried beside the defaults.
    marks : tuple of str or float
        Corners of the definition, as numbers or names of parameters: some tokens lie there, or one ulp away.
    """

    true: frozenset[str] = _ALL
    aim: float = 1.0
    others: tuple[Mapping[str, Any], ...] = ()
    marks: tuple[str | float, ...] = field(default=())


KNOWN: dict[str, Known] = {
    "softmax": Known(),
    "scalable-softmax": Known(others=({"s": 0.375},)),
    "adaptive-temperature-softmax": Known(),
    "multimax": Known(_ALL - {"shift"}, others=({"t_b": 1.5, "b": -0.5, "t_d": 0.25, "d": 2.0},), marks=("b", "d")),
    "self-adjust-softmax": Known(frozenset({"permutation"}), others=({"normalised": True},), marks=(0.0,)),
    "softplus-reweighted": Known(_ALL - {"shift"}, others=({"r": 1.5},)),
    "gated-softmax": Known(_ALL - {"simplex"}, others=({"gate": 0.375}, {"gate": 1.0})),
    "sparsemax": Known(aim=2.0),
    "alpha-entmax": Known(),
    "asentmax": Known(others=({"delta": 0.5, "beta": 0.75, "gamma": 1.0},)),
    "normmax": Known(),
    "top-k-softmax": Known(others=({"k": 1}, {"k": 3}, {"k": 7}, {"k": 33})),
    "r-softmax": Known(others=({"r": 0.25}, {"r": 0.8})),
    "budget": Known(_ALL - {"simplex"}, aim=2.0, others=({"k": 1}, {"k": 3})),
    "rectified-linear": Known(frozenset({"order", "permutation"}), marks=(0.0,)),
    "sigmoid": Known(frozenset({"order", "permutation"}), others=({"bias": 0.5},)),
    "stick-breaking": Known(frozenset()),
}


def choices(name: str, given: Mapping[str, Sequence[Any]], fixed: Mapping[str, Any]) -> tuple[Parameters, ...]:
    """Make the sets of parameters that are tried.

    Parameters
    ----------
    name : str
        Of a normaliser.
    given : dict
        Values by name that replace those tried on their own account; every combination is tried.
    fixed : dict
        The one value of each parameter that the implementation does not take.

    Raises
    ------
    ValueError
        For a parameter that the normaliser does not have, that comes twice, or whose value is unusable.
    """
    known = normaliser(name)
    mine = {key: value for key, value in known.parameters.items() if key != "alpha"}
    for key in (*given, *fixed):
        if key not in mine:
            hint = "; its alpha is given with --alpha or --fixed-alpha" if key in known.parameters else ""
            raise ValueError(f"{name} has no parameter {key!r}; its parameters are {', '.join(mine) or 'none'}{hint}")
        if key in given and key in fixed:
            raise ValueError(f"{key}: give it either as a parameter or as a fixed one, not both")
    sets = [mine | dict(fixed)]
    if given:
        sets = [sets[0] | dict(zip(given, values, strict=True)) for values in product(*given.values())]
    else:
        sets += [each for other in KNOWN[name].others if (each := sets[0] | dict(other) | dict(fixed)) not in sets]
    for each in sets:
        known([3.0] + [float(-i) for i in range(least_tokens(name, tuple(each.items())))], **each)
    return tuple(tuple(each.items()) for each in sets)


def least_tokens(name: str, parameters: Parameters) -> int:
    """Return how many tokens a row needs: as many as are chosen, and two for a quantile below the maximum."""
    given = dict(parameters)
    return int(given["k"]) if isinstance(given.get("k"), int) else 2 if name == "r-softmax" else 1
