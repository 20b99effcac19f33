"""The normaliser that an implementation should be: one of the package, or a class of its user."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

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
        If it is not a class of normalisers (the message begins with ``named``), or one that is not complete.
    """
    from entmax_oracle.reference.normalisers import NORMALISERS, Normaliser, made

    if not isinstance(found, type) or not issubclass(found, Normaliser):
        raise ValueError(
            f"{named} is not a class of normalisers; derive it from entmax_oracle.reference.normalisers.Normaliser"
        )
    registered = NORMALISERS.get(getattr(found, "name", ""))
    return registered if isinstance(registered, found) else made(found)
