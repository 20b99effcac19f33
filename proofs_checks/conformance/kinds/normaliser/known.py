"""What the checker reads from a normaliser's profile: which laws are true of it, and which parameters to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from entmax_oracle.reference.normalisers.profile import PROPERTIES

from ...case import Parameters
from ...target.defining import defined

__all__ = ["PROPERTIES", "choices", "least_tokens"]


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
    known = defined(name)
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
        sets += [each for other in known.profile.others if (each := sets[0] | dict(other) | dict(fixed)) not in sets]
    for each in sets:
        known([3.0] + [float(-i) for i in range(least_tokens(name, tuple(each.items())))], **each)
    return tuple(tuple(each.items()) for each in sets)


def least_tokens(name: str, parameters: Parameters) -> int:
    """Return how many live tokens a row needs under some parameters."""
    known = defined(name)
    return known.least_tokens(**known.settings(dict(parameters)))
