"""Records to and from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from cattrs import Converter, transform_error

from .marks import Grounds, Truth, Verdict

__all__ = ["CONVERTER", "schema_of", "structured", "unknown"]

_Record = TypeVar("_Record")

CONVERTER = Converter()
"""Knows every record that is written as JSON."""
CONVERTER.register_structure_hook(str, lambda value, _: "" if value is None else str(value))
for _word in (Verdict, Truth, Grounds):  # else they pass for plain text
    CONVERTER.register_unstructure_hook(_word, str)
    CONVERTER.register_structure_hook(_word, lambda value, kind: kind(value))


def schema_of(data: Any) -> Any:
    """Return the schema that plain data name; None if they name none."""
    return data.get("schema") if isinstance(data, Mapping) else None


def structured(data: Any, kind: type[_Record], *, strict: bool = False) -> _Record:
    """Return the record that plain data are; `ValueError`, with each place, where they are not.

    Parameters
    ----------
    data
        Plain data.
    kind
        The record.
    strict
        Refuse names that the record, or one within it, does not have. Otherwise they are passed over.
    """
    try:
        return (_strict() if strict else CONVERTER).structure(data, kind)
    except Exception as error:
        raise ValueError("; ".join(transform_error(error))) from error


@cache
def _strict() -> Converter:
    return CONVERTER.copy(forbid_extra_keys=True)


def unknown(data: Mapping[str, Any], kind: type) -> set[str]:
    """Return the names in plain data that a record does not have."""
    return {str(name) for name in data} - {each.name for each in fields(kind)}
