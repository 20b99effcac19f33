"""The normaliser that an implementation should be: one of the package, or a class of its user."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

from .loading import UnusableTarget, load, locate

if TYPE_CHECKING:
    from entmax_oracle.reference.normalisers import Normaliser

__all__ = ["defined", "instance_of"]


@cache
def defined(against: str) -> Normaliser:
    """Find a normaliser by its name, or by the place of its class: ``path/to/file.py:Class`` or ``module:Class``.

    The class need not be registered; its file is imported once.

    Raises
    ------
    ValueError
        If there is none, or it is not a class of normalisers.
    """
    from entmax_oracle.reference.normalisers import normaliser

    if ":" not in against:
        return normaliser(against)
    try:
        locate(against)
        found = load(against)
    except UnusableTarget as error:
        raise ValueError(f"against: {error}") from error
    return instance_of(found, f"against: {against}")


def instance_of(found: object, named: str) -> Normaliser:
    """Make the normaliser of a class, or find the one that the class has registered.

    Raises
    ------
    ValueError
        If it is not a class of normalisers (the message begins with ``named``), or one that is not complete, or whose
        two definitions disagree.
    """
    from entmax_oracle.reference.normalisers import NORMALISERS, Normaliser, made

    if not isinstance(found, type) or not issubclass(found, Normaliser):
        raise ValueError(
            f"{named} is not a class of normalisers; derive it from entmax_oracle.reference.normalisers.Normaliser"
        )
    registered = NORMALISERS.get(getattr(found, "name", ""))
    normaliser = registered if isinstance(registered, found) else made(found)
    for parameters in ({}, *map(dict, normaliser.profile.others)):
        for row in _ROWS:
            _refuse_disagreement(normaliser, row, parameters, named)
    return normaliser


_ROWS = ((1.0, 0.0, -1.0), (0.5, 0.25, 0.0, -0.25, -0.5, 2.0), (0.0, 0.0, 0.0), (1.0,), (3.0, -20.0, 2.5, 2.5))


def _refuse_disagreement(
    normaliser: Normaliser, row: tuple[float, ...], parameters: dict[str, Any], named: str
) -> None:
    """Raise `ValueError` where the values in float64 are not those in balls, or one of the two fails."""
    given = f" with {', '.join(f'{name}={value}' for name, value in parameters.items())}" if parameters else ""
    where = f"the row {list(row)}{given}"
    try:
        doing = "_balls"
        bounds = normaliser.enclose(row, **parameters)
        doing = "_values"
        values = normaliser(row, **parameters)
        doing = "_careful"
        allowed = normaliser.budget(row, "float64", **parameters)
    except ValueError:  # it is not defined there, or refuses the parameters for such a row
        return
    except Exception as error:
        raise ValueError(f"{named}: {doing} raises {type(error).__name__} for {where}: {error}") from error
    for token, (value, lower, upper, slack) in enumerate(
        zip(values.tolist(), bounds.lower.tolist(), bounds.upper.tolist(), allowed.tolist(), strict=True)
    ):
        if slack < math.inf and not lower - slack <= value <= upper + slack:
            raise ValueError(
                f"{named}: its two definitions disagree: for {where} the weight of token {token} is {value!r} by its "
                f"_values (float64) and {(lower + upper) / 2!r} by its _balls; mend the one that is wrong"
            )
