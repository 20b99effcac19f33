"""Cases as JSON values and back: numbers as hexadecimal floats, runs of one number in few words."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from itertools import groupby
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import cattrs
import numpy as np
from cattrs.gen import make_dict_unstructure_fn, override
from numpy.typing import NDArray

from .calls import Float64
from .case import Case, Parameters

__all__ = ["hexadecimal", "plain", "reshaped", "runs", "structure", "unhex", "unrun", "unstructure"]

_MOST = 1 << 26  # numbers that a counterexample may hold
_TRAILING = re.compile(r"\.?0+(?=p)")
_Case = TypeVar("_Case", bound=Case)


def hexadecimal(x: Float64) -> list[str]:
    """Write numbers as hexadecimal floats."""
    return [_TRAILING.sub("", float(each).hex()) for each in x.ravel()]


def plain(x: float) -> str:
    """Write a number for people: exactly, and a large power of two as one.

    Examples
    --------
    >>> plain(0.1), plain(-(2.0**56)), plain(float("-inf"))
    ('0.1', '-2^56', '-inf')
    """
    mantissa, exponent = math.frexp(abs(x)) if math.isfinite(x) else (0.0, 0)
    if mantissa == 0.5 and not -16 < exponent < 24:
        return f"{'-' if x < 0 else ''}2^{exponent - 1}"
    return repr(float(x))


def runs(words: list[str]) -> list[str]:
    """Write runs of one number as ``count*number``: long rows in few words."""
    runs = [(word, len(list(group))) for word, group in groupby(words)]
    return [f"{count}*{word}" if count > 2 else " ".join([word] * count) for word, count in runs]


def unrun(words: list[str] | str) -> list[str]:
    """Undo `runs`."""
    numbers: list[str] = []
    for word in words.split() if isinstance(words, str) else words:
        count, star, number = str(word).rpartition("*")
        if star and len(numbers) + int(count) > _MOST:
            raise ValueError(f"{word!r} asks for more than {_MOST:,} numbers")
        numbers += [number] * (int(count) if star else 1)
    return numbers


def unhex(words: list[str] | str) -> Float64:
    """Read what `hexadecimal` or `runs` wrote.

    Raises
    ------
    ValueError
        If something in it is not a number.
    """
    return np.array([_number(word, place) for place, word in enumerate(unrun(words))], dtype=np.float64)


def _number(word: str, place: int) -> float:
    try:
        return float.fromhex(word)
    except (ValueError, OverflowError):
        example = "0x1.8p+1"
        raise ValueError(
            f"number {place}, {word!r}, is not a number: write hexadecimal floats such as {example!r}, separated by "
            f"spaces; '3*{example}' is short for three of them"
        ) from None


def reshaped(numbers: Float64, shape: Iterable[Any]) -> Float64:
    """Give numbers that were read a shape that was.

    Raises
    ------
    ValueError
        If that asks for more of them, or fewer.
    """
    try:
        asked = tuple(map(operator.index, shape))
    except TypeError:
        asked = (-1,)
    if min(asked, default=0) < 0:
        raise ValueError(f"shape of this counterexample is {shape!r}, not a list of whole numbers like [2, 5]")
    if numbers.size != math.prod(asked):
        raise ValueError(
            f"this counterexample holds {numbers.size} numbers; its shape {asked} asks for {math.prod(asked)}"
        )
    return numbers.reshape(asked)


def unstructure(case: Case) -> dict[str, Any]:
    """Write a case as JSON values by field, without what is left at its default."""
    found = _converter(type(case)).unstructure(case)
    names = (each.name for each in fields(case))  # type: ignore[arg-type]
    return {name: found[name] for name in names if found.get(name) is not None}


def structure(found: Mapping[str, Any], kind: type[_Case], noun: str, needs: tuple[str, ...] = ()) -> _Case:
    """Make the case of some JSON values; its arrays are flat where their shapes are not with them.

    Raises
    ------
    ValueError
        If there is no case of what `noun` names in them.
    """
    required = [each.name for each in fields(kind) if each.default is MISSING]  # type: ignore[arg-type]
    missing = {*needs, *required} - set(found)
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise ValueError(f"not a counterexample of {noun}: {', '.join(sorted(missing))} {are} missing")
    converter = _converter(kind)
    try:
        return converter.structure(found, kind)
    except (ValueError, TypeError, KeyError, AttributeError):
        for name, hint in get_type_hints(kind).items():
            if name in found:
                _read_alone(converter, name, found[name], hint)
        raise


def _read_alone(converter: cattrs.Converter, name: str, value: Any, hint: Any) -> None:
    """Read one field, for its name in the message if it cannot be read."""
    try:
        converter.structure(value, hint)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        why = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise ValueError(f"{name} of this counterexample cannot be read: {why}") from None


def _parameters(given: Mapping[str, Any]) -> Parameters:
    """Read names and values, of which a row of numbers is a list in JSON."""
    return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in given.items())


@cache
def _converter(kind: type[Case]) -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=False)
    converter.register_unstructure_hook_factory(_is_array, lambda _: _written_with_shape if kind.shaped else _written)
    converter.register_structure_hook_func(_is_array, _read)
    converter.register_unstructure_hook_func(lambda each: each == Parameters, dict)
    converter.register_structure_hook_func(lambda each: each == Parameters, lambda given, _: _parameters(given))
    # Arrays are not compared with a default.
    arrays = {
        name: override(omit_if_default=False) for name, hint in get_type_hints(kind).items() if _holds_array(hint)
    }
    write = make_dict_unstructure_fn(kind, converter, _cattrs_omit_if_default=True, **arrays)  # type: ignore[arg-type]
    converter.register_unstructure_hook(kind, write)
    return converter


def _is_array(hint: Any) -> bool:
    return get_origin(hint) is np.ndarray


def _holds_array(hint: Any) -> bool:
    return any(map(_is_array, (hint, *get_args(hint))))


def _written(x: NDArray[Any]) -> Any:
    return x.tolist() if x.dtype.kind == "i" else " ".join(runs(hexadecimal(x)))


def _written_with_shape(x: NDArray[Any]) -> Any:
    return {"shape": list(x.shape), "numbers": _written(x)}


def _read(given: Any, hint: Any) -> NDArray[Any]:
    if isinstance(given, dict):
        return reshaped(unhex(given["numbers"]), given["shape"])
    if get_args(get_args(hint)[1])[0] is np.int64:
        return np.array(given, dtype=np.int64)
    return unhex(given)
