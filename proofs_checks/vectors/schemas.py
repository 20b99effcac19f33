"""The JSON schema of each kind of test vectors, from the table of its fields."""

from __future__ import annotations

from typing import Any

from .kind import Kind
from .notation import FORMATS, WIDTHS, Field

__all__ = ["schema"]

_TEXT = {"type": "string"}
_PATTERNS = {
    "number": ("A C99 hexadecimal float, an infinity or nan.", r"^(-?0x[01](\.[0-9a-f]+)?p[+-][0-9]+|-?inf|nan)$"),
    "decimal": (
        "The shortest decimal that reads back as the same float64.",
        r"^(-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?|-?Infinity|NaN)$",
    ),
    **{name: (f"The bits of a {name}.", f"^[0-9a-f]{{{WIDTHS[name] // 4}}}$") for name in FORMATS},
}


def schema(kind: Kind) -> dict[str, Any]:
    """Describe one kind of test vectors in JSON schema, draft 2020-12."""
    test = {
        "tcId": {"type": "integer", "minimum": 1},
        "comment": _TEXT,
        "flags": {"type": "array", "items": {"enum": sorted(kind.flags)}, "uniqueItems": True},
        **kind.test,
    }
    numbers = {each.name: {"description": each.meaning, **_lists(each, "number")} for each in kind.fields}
    decimals = {each.name: _lists(each, "decimal") for each in kind.fields}
    written = {name: _list(name) for name in ("decimal", "bits")}
    written["decimal"] = _object(decimals, [each.name for each in kind.fields if each.needed])
    written["bits"] = _object({name: _bits(kind, name) for name in FORMATS}, ["float64"] if _always(kind) else [])
    needed = [each.name for each in kind.fields if each.needed]
    group = {
        **kind.head,
        "tests": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/test"}},
    }
    properties = {
        "schema": {"const": kind.schema},
        "generator": _TEXT,
        "versions": {"type": "object", "additionalProperties": _TEXT},
        "notes": _TEXT,
        **{name: {"type": "object", "additionalProperties": _TEXT} for name in ("flags", *kind.legends)},
        "numberOfTests": {"type": "integer", "minimum": 1},
        "testGroups": {
            "type": "array",
            "items": _object(group, [name for name in group if name not in kind.optional]),
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.title,
        **_object(properties, list(properties)),
        "$defs": {
            **{
                name: {"description": words, "type": "string", "pattern": pattern}
                for name, (words, pattern) in _PATTERNS.items()
            },
            "test": _object(
                {**test, **numbers, **written},
                [*(name for name in test if name not in kind.optional), *needed, "decimal", "bits"],
            ),
        },
    }


def _always(kind: Kind) -> bool:
    return any(each.per_format and each.needed for each in kind.fields)


def _list(notation: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/$defs/{notation}"}}


def _lists(field: Field, notation: str) -> dict[str, Any]:
    """Describe a list, or one for each format in which the inputs are numbers."""
    if not field.per_format:
        return _list(notation)
    return _object({name: _list(notation) for name in FORMATS}, [])


def _bits(kind: Kind, name: str) -> dict[str, Any]:
    held = [each for each in kind.fields if name == "float64" or each.role in ("input", "rounded")]
    return _object({each.name: _list(name) for each in held}, [])


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}
