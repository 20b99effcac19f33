"""Weights of a trained model as exact numbers, to and from JSON, and the digest of what a certificate speaks of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .contenders import Contender
from .needle import Needle

__all__ = ["Weights", "digest", "readable", "written"]

Weights = Mapping[str, NDArray[np.float32]]
"""Arrays of float32 by name."""


def written(weights: Weights) -> dict[str, dict[str, Any]]:
    """Return weights as plain data: a shape, and hexadecimal floats in one line."""
    return {
        name: {"shape": list(x.shape), "numbers": " ".join(map(_hex, x.ravel().tolist()))}
        for name, x in weights.items()
    }


def _hex(x: float) -> str:
    """Write a float exactly, without the zeros that float32 leaves at the end.

    Examples
    --------
    >>> _hex(-0.75), _hex(2.0)
    ('-0x1.8p-1', '0x1.0p+1')
    """
    head, _, exponent = x.hex().partition("p")
    return f"{head.rstrip('0')}p{exponent}".replace(".p", ".0p")


def readable(data: Any, task: Needle, how: Contender) -> dict[str, NDArray[np.float32]]:
    """Return the weights that plain data are.

    Raises
    ------
    ValueError
        If an array is missing, is not one of this model, has another shape, or is not of finite float32 numbers.
    """
    if not isinstance(data, Mapping):
        raise ValueError(f"weights: expected an object of arrays by name, got {type(data).__name__}")
    try:
        found = {name: _array(name, each) for name, each in data.items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"weights: each array needs a shape and numbers: {error!r}") from error
    features = found["keys"].shape[-1:] if "keys" in found else ()
    wanted = shapes(task, how, features[0] if features else 1)
    if added := found.keys() - wanted.keys():
        raise ValueError(f"weights: this model has no array {min(added)!r}")
    for name, shape in wanted.items():
        if name not in found:
            raise ValueError(f"weights: the array {name!r} is missing")
        if found[name].shape != shape:
            raise ValueError(f"weights: {name!r} has the shape {found[name].shape}, this model needs {shape}")
        if 0 in shape:
            raise ValueError(f"weights: {name!r} has the shape {shape}: a model needs at least one feature")
    return found


def shapes(task: Needle, how: Contender, features: int) -> dict[str, tuple[int, ...]]:
    """Return the arrays of a model, with their shapes."""
    square = (features, features)
    scale: dict[str, dict[str, tuple[int, ...]]] = {
        "log": {"strength": (1,)},
        "adaptive": {"beta": (features,), "gamma": (features,)},
    }
    return {
        "keys": (task.keys, features),
        "classes": (task.classes, features),
        "state": (task.keys, features),
        **dict.fromkeys(("query", "key", "value"), square),
        "read": (task.classes, features),
        "bias": (task.classes,),
        **scale.get(how.scale, {}),
    }


def _array(name: str, data: Mapping[str, Any]) -> NDArray[np.float32]:
    if added := data.keys() - {"shape", "numbers"}:
        raise ValueError(f"weights: {name!r} has {min(added)!r}; an array has a shape and numbers, and nothing else")
    words = str(data["numbers"]).split()
    try:
        exact = np.array([float.fromhex(word) for word in words])
        with np.errstate(over="ignore"):  # an infinity is refused below
            rounded = exact.astype(np.float32)
        x = rounded.reshape(tuple(int(each) for each in data["shape"]))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"weights: {name!r}: {error}") from error
    if not np.isfinite(x).all() or not np.array_equal(x.ravel(), exact):
        raise ValueError(f"weights: {name!r}: a number is not finite, or is none of float32; write them as they were")
    return x


def digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of plain data, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
