"""What the checker reads from a normaliser's profile: which laws are true of it, and which parameters to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from entmax_oracle.reference.normalisers.profile import PROPERTIES

from ...case import Parameters, Setting
from ...target.defining import defined
from ...text import json_of

__all__ = ["PROPERTIES", "choices", "least_tokens", "refuse_parameters"]

_LONGEST = 1 << 20  # tokens


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
        _refuse_unusable(name, tuple(each.items()))
    return tuple(tuple(each.items()) for each in sets)


def _refuse_unusable(name: str, parameters: Parameters) -> None:
    """Raise `ValueError` for values that a normaliser does not take with any row."""
    least = least_tokens(name, parameters)
    if least > _LONGEST:
        raise ValueError(f"{name} would need rows of {least:,} tokens; rows of up to {_LONGEST:,} are tried")
    row = [3.0] + [float(-i) for i in range(least)]
    defined(name)(row, **dict(parameters))


def refuse_parameters(parameters: Parameters, setting: Setting) -> None:
    """Raise `ValueError` unless parameters are those of the normaliser of a setting, with values that it takes."""
    names = [key for key in defined(setting.against).parameters if key != "alpha"]
    given = dict(parameters)
    for key in given:
        if key not in names:
            raise ValueError(f"parameters.{key} is unknown; {setting.against} has {', '.join(names) or 'none'}")
    for key in names:
        if key not in given:
            raise ValueError(f"parameters.{key} is missing, which {setting.against} has")
    try:
        _refuse_unusable(setting.against, parameters)
    except (ValueError, TypeError) as error:
        raise ValueError(f"parameters are {json_of(given)}: {error}") from None


def least_tokens(name: str, parameters: Parameters) -> int:
    """Return how many live tokens a row needs under some parameters."""
    known = defined(name)
    return known.least_tokens(**known.settings(dict(parameters)))
