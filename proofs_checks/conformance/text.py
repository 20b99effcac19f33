"""Cases as JSON values and back: numbers as hexadecimal floats, runs of one number in few words."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from functools import cache
from itertools import groupby
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

import cattrs
import numpy as np
from cattrs import AttributeValidationNote
from cattrs.errors import ClassValidationError, IterableValidationError
from cattrs.gen import make_dict_unstructure_fn, override
from numpy.typing import NDArray

from .calls import Float64
from .case import Case, Parameters

__all__ = [
    "Unreadable",
    "hexadecimal",
    "json_of",
    "plain",
    "reshaped",
    "runs",
    "structure",
    "unhex",
    "unrun",
    "unstructure",
]

_MOST = 1 << 26  # numbers that a counterexample may hold
_LARGEST = 2**32 - 1
_SHOWN = 60  # characters of what cannot be read that a message repeats
_TRAILING = re.compile(r"\.?0+(?=p)")
_Read = TypeVar("_Read")

_PLAIN: dict[type, tuple[Callable[[Any], bool], str]] = {
    bool: (lambda x: isinstance(x, bool), "true or false"),
    int: (lambda x: _is_number(x, int) and 0 <= x <= _LARGEST, f"a whole number from 0 to {_LARGEST}"),
    float: (lambda x: _is_number(x, int | float) and abs(x) <= sys.float_info.max, "a finite number such as 1.5"),
    str: (lambda x: isinstance(x, str), "a string"),
}
"""What JSON may hold where a case has a plain value: nothing is converted that was not meant."""


class Unreadable(ValueError):
    """A part of a JSON value is not what it should be; `place` is where in it."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place


def _is_number(x: Any, kind: Any) -> bool:
    return isinstance(x, kind) and not isinstance(x, bool)


def json_of(value: Any) -> str:
    """Write a value as the user did, as far as it fits in a message."""
    text = json.dumps(value, default=repr)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


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


def unrun(words: Sequence[Any] | str) -> list[str]:
    """Undo `runs`."""
    numbers: list[str] = []
    for word in words.split() if isinstance(words, str) else words:
        count, star, number = str(word).rpartition("*")
        if not star:
            numbers.append(number)
            continue
        if not count.isdecimal() or len(count) > 9 or not 0 < int(count) <= _MOST - len(numbers):
            raise Unreadable(
                f"is {json_of(word)}: before the star stands how often the number comes, and a counterexample holds at "
                f"most {_MOST:,} numbers",
                f"[{len(numbers)}]",
            )
        numbers += [number] * int(count)
    return numbers


def unhex(words: Sequence[Any] | str) -> Float64:
    """Read what `hexadecimal` or `runs` wrote; also decimals.

    Raises
    ------
    Unreadable
        If something in it is not a number.
    """
    return np.array([_number(word, place) for place, word in enumerate(unrun(words))], dtype=np.float64)


def _number(word: str, place: int) -> float:
    try:
        return float.fromhex(word) if "x" in word.lower() else float(word)
    except (ValueError, OverflowError):
        raise Unreadable(
            f"is {json_of(word)}, not a float64 number: write hexadecimal floats such as 0x1.8p+1, or decimals, with "
            "spaces between them; 3*0x1.8p+1 is short for three of them",
            f"[{place}]",
        ) from None


def reshaped(numbers: Float64, shape: Any) -> Float64:
    """Give numbers that were read a shape that was.

    Raises
    ------
    Unreadable
        If that asks for more of them, or fewer.
    """
    if not isinstance(shape, list | tuple) or not all(_PLAIN[int][0](each) for each in shape):
        raise Unreadable(f"is {json_of(shape)}, not a list of whole numbers such as [2, 5]", ".shape")
    if numbers.size != math.prod(shape):
        raise Unreadable(f"holds {numbers.size} numbers; its shape {list(shape)} asks for {math.prod(shape)}")
    return numbers.reshape(shape)


def unstructure(case: Case) -> dict[str, Any]:
    """Write a case as JSON values by field, without what is left at its default."""
    found = _converter(type(case)).unstructure(case)
    names = (each.name for each in fields(case))  # type: ignore[arg-type]
    return {name: found[name] for name in names if found.get(name) is not None}


def structure(found: Mapping[str, Any], kind: type[_Read], noun: str, needs: tuple[str, ...] = ()) -> _Read:
    """Make the case of some JSON values, or another dataclass; arrays are flat where their shapes are not with them.

    Raises
    ------
    ValueError
        If a field is missing, or holds something else than its type says; the message begins with its name.
    """
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    required = [each.name for each in fields(kind) if each.default is MISSING]  # type: ignore[arg-type]
    missing = [name for name in (*required, *needs) if name not in found]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise ValueError(f"{', '.join(missing)} {are} missing, which {noun} needs")
    try:
        return _converter(cast(Any, kind)).structure({name: found[name] for name in names if name in found}, kind)
    except ClassValidationError as error:
        raise ValueError(_complaint(error)) from None


def _complaint(error: BaseException, place: str = "") -> str:
    """Say where the first thing lies that cannot be read, and what it is not."""
    if isinstance(error, ClassValidationError | IterableValidationError):
        inner, note = error.group_exceptions()[0][0]
        return _complaint(inner, note.name if isinstance(note, AttributeValidationNote) else f"{place}[{note.index}]")
    return f"{place}{getattr(error, 'place', '')} {error}"


@cache
def _converter(kind: type[Any]) -> cattrs.Converter:
    converter = cattrs.Converter()
    shaped = bool(getattr(kind, "shaped", False))
    converter.register_unstructure_hook_factory(_is_array, lambda _: _written_with_shape if shaped else _written)
    converter.register_structure_hook_func(_is_array, _read_with_shape if shaped else _read)
    converter.register_unstructure_hook_func(lambda each: each == Parameters, dict)
    for plain in _PLAIN:
        converter.register_structure_hook(plain, _read_plain)
    converter.register_structure_hook_func(_is_tuple, lambda given, hint: _read_tuple(converter, given, hint))
    converter.register_structure_hook_func(lambda each: each == Parameters, lambda given, _: _read_parameters(given))
    # Arrays are not compared with a default.
    arrays = {
        name: override(omit_if_default=False) for name, hint in get_type_hints(kind).items() if _holds_array(hint)
    }
    write = make_dict_unstructure_fn(kind, converter, _cattrs_omit_if_default=True, **arrays)  # type: ignore[arg-type]
    converter.register_unstructure_hook(kind, write)
    return converter


def _read_plain(given: Any, hint: Any) -> Any:
    holds, what = _PLAIN[hint]
    if not holds(given):
        raise Unreadable(f"is {json_of(given)}, not {what}")
    return hint(given)


def _read_tuple(converter: cattrs.Converter, given: Any, hint: Any) -> tuple[Any, ...]:
    """Read a list of things of one kind, as long as it is said to be."""
    each, *rest = get_args(hint)
    length = None if rest == [...] else 1 + len(rest)
    if not isinstance(given, list | tuple) or length not in (None, len(given)):
        raise Unreadable(f"is {json_of(given)}, not a list of {'' if length is None else f'{length} '}numbers")
    return tuple(converter.structure(given, list[each]))  # type: ignore[valid-type]


def _read_parameters(given: Any) -> Parameters:
    """Read names and values, of which a row of numbers is a list in JSON."""
    if not isinstance(given, dict):
        raise Unreadable(f'is {json_of(given)}, not values by name, such as {{"k": 2}}')
    for name, value in given.items():
        for each in value if isinstance(value, list) else (value,):
            if not (each is None or isinstance(each, bool) or _PLAIN[float][0](each)):
                raise Unreadable(
                    f"is {json_of(value)}, not a finite number, a list of them, true, false or null", f".{name}"
                )
    return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in given.items())


def _is_tuple(hint: Any) -> bool:
    origin: Any = get_origin(hint)
    return origin is tuple


def _is_array(hint: Any) -> bool:
    return get_origin(hint) is np.ndarray


def _holds_array(hint: Any) -> bool:
    return any(map(_is_array, (hint, *get_args(hint))))


def _written(x: NDArray[Any]) -> Any:
    return x.tolist() if x.dtype.kind == "i" else " ".join(runs(hexadecimal(x)))


def _written_with_shape(x: NDArray[Any]) -> Any:
    return {"shape": list(x.shape), "numbers": _written(x)}


def _read_with_shape(given: Any, hint: Any) -> NDArray[Any]:
    if not isinstance(given, dict) or set(given) != {"shape", "numbers"}:
        raise Unreadable(f'is {json_of(given)}, not an array such as {{"shape": [1, 2], "numbers": "0x1p+0 -0x1p+0"}}')
    return reshaped(_read(given["numbers"], hint), given["shape"])


def _read(given: Any, hint: Any) -> NDArray[Any]:
    if get_args(get_args(hint)[1])[0] is np.int64:
        if not isinstance(given, list):
            raise Unreadable(f"is {json_of(given)}, not a list of whole numbers such as [2, 0]")
        for place, each in enumerate(given):
            if not _PLAIN[int][0](each):
                raise Unreadable(f"is {json_of(each)}, not {_PLAIN[int][1]}", f"[{place}]")
        return np.array(given, dtype=np.int64)
    if not isinstance(given, str | list):
        raise Unreadable(f'is {json_of(given)}, not numbers such as "0x1p+0 -0x1p+0"')
    return unhex(given)
