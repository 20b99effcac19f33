"""The door: arrays of any library in, validated float64 NumPy rows out.

Every public function of the reference takes its arguments through here, so that bad input is refused in one
place and in one voice: a ``ValueError`` naming the argument, the index, the rule and the mend.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
Alpha = float | Fraction


def as_array(x: Any, name: str = "z") -> Float64:
    """Convert a real array of any library to float64 NumPy.

    Parameters
    ----------
    x : array-like
        NumPy, torch, JAX or CuPy array, anything with ``__dlpack__`` or ``__array__``, or nested lists of
        numbers. Every number must be a float64 number, so that nothing is rounded on the way in.
    name : str
        The argument's name, for the error message.

    Returns
    -------
    ndarray of float64
        Shares memory with ``x`` where it can; never write to it.

    Raises
    ------
    ValueError
        If ``x`` is ragged, complex, masked, does not hold real numbers, or holds one that is not a float64 number.
    """
    if isinstance(x, np.ma.MaskedArray):
        raise ValueError(f"{name} is a masked array; fill the masked entries, with -inf where they are masked logits")
    if hasattr(x, "detach"):  # torch: bfloat16 has no NumPy counterpart, so widen before leaving torch
        x = x.detach().cpu()
        if x.is_complex():
            raise ValueError(f"{name} is complex; pass real numbers")
        x = x.double().numpy()
    elif hasattr(x, "get") and hasattr(x, "__cuda_array_interface__"):  # CuPy refuses implicit conversion
        x = x.get()
    try:
        array = np.asarray(x)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is not a rectangular array of numbers: {error}") from None
    if np.iscomplexobj(array):
        raise ValueError(f"{name} is complex; pass real numbers")
    if x is None:
        raise ValueError(f"{name} is None; pass an array of numbers")
    if array.dtype == object and (missing := np.argwhere(array == None)).size:  # noqa: E711 (elementwise)
        place = f"[{', '.join(map(str, missing[0]))}]"
        raise ValueError(f"{name}{place} is None; pass a number, or -inf for a masked token")
    try:
        converted = np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} has dtype {array.dtype}, which does not hold real numbers") from None
    except OverflowError:
        raise ValueError(f"{name} holds a number beyond the float64 range") from None
    if array.dtype.kind in "iuO" or array.dtype.itemsize > 8:
        _refuse_rounded(array, converted, name)
    return converted


def _refuse_rounded(array: NDArray[Any], converted: Float64, name: str) -> None:
    """Integers, fractions and long doubles may lie between the float64 numbers."""
    for index in np.ndindex(array.shape):
        value = array[index]
        if isinstance(value, np.integer):
            value = int(value)
        if np.isfinite(converted[index]) and value != (
            Fraction(converted[index].item()) if isinstance(value, int | Fraction) else converted[index]
        ):
            place = f"[{', '.join(map(str, index))}]" if index else ""
            raise ValueError(f"{name}{place} is {value}, which is not a float64 number; round it with float() first")


def as_alpha(alpha: Any, name: str = "alpha") -> Alpha:
    """Validate alpha: a finite real number >= 1.

    A float stands for exactly the rational number that it is; a ``Fraction`` such as ``Fraction(4, 3)`` is kept
    exact for the certified and exact tiers.

    Raises
    ------
    ValueError
        If alpha is not a real scalar, not finite, or below 1.
    """
    if isinstance(alpha, Fraction):
        value: Alpha = alpha
    elif isinstance(alpha, str):
        raise ValueError(
            f"{name} is the text {alpha!r}; pass a number, or fractions.Fraction({alpha!r}) for exactly that"
        )
    else:
        array = as_array(alpha, name)
        if array.size != 1:
            raise ValueError(f"{name} must be one number, got shape {array.shape}; call once per value")
        value = float(array.reshape(()))
    if not 1 <= value <= sys.float_info.max:
        raise ValueError(f"{name} must be finite and at least 1 (1 is softmax), got {alpha!r}")
    return value


def as_logits(z: Any, axis: int = -1, name: str = "z") -> Float64:
    """Validate logits and move the token axis last.

    Parameters
    ----------
    z : array-like, shape (..., n, ...)
        Finite logits; ``-inf`` marks a masked token.
    axis : int
        The token axis.
    name : str
        The argument's name, for the error message.

    Returns
    -------
    ndarray of float64, shape (..., n)
        Possibly a view of ``z``; never write to it.

    Raises
    ------
    ValueError
        For NaN or ``+inf`` (with the index), rows without tokens, and rows with every token masked.
    """
    return _checked(z, axis, name)[0]


def as_rows(z: Any, axis: int = -1, name: str = "z") -> tuple[Float64, Float64]:
    """Validate logits as :func:`as_logits` does, in the form that the solvers want.

    Returns
    -------
    rows : ndarray, shape (r, n)
        C-contiguous; the batch axes are flattened.
    peak : ndarray, shape (r,)
        The maximum of each row, always finite.
    """
    logits, peak = _checked(z, axis, name)
    return np.ascontiguousarray(logits).reshape(-1, logits.shape[-1]), peak.reshape(-1)


def last_axis(shape: tuple[int, ...], axis: int, name: str = "z") -> int:
    """Validate ``axis`` against ``shape`` and return it non-negative."""
    if not shape:
        raise ValueError(f"{name} is a scalar; pass at least one row of tokens, for example [{name}]")
    if not isinstance(axis, int | np.integer) or not -len(shape) <= axis < len(shape):
        raise ValueError(f"axis {axis} is out of range for {name} of shape {shape}: it must be one integer")
    return int(axis) % len(shape)


def _checked(z: Any, axis: int, name: str) -> tuple[Float64, Float64]:
    array = as_array(z, name)
    axis = last_axis(array.shape, axis, name)
    if array.shape[axis] == 0:
        raise ValueError(f"{name} has shape {array.shape}: axis {axis} holds no tokens; a row needs at least one")
    logits = np.moveaxis(array, axis, -1)
    with np.errstate(invalid="ignore"):
        peak: Float64 = logits.max(axis=-1)
    # One pass decides all: a maximum is NaN or +inf when any token is, and -inf when every token is masked.
    if not np.isfinite(peak).all():
        _refuse(array, axis, name)
    return logits, peak


def _refuse(array: Float64, axis: int, name: str) -> None:
    bad = np.isnan(array) | (array == np.inf)
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        place = ", ".join(map(str, index))
        raise ValueError(f"{name}[{place}] is {array[index]}: logits must be finite; use -inf to mask a token")
    row = tuple(int(i) for i in np.argwhere(np.isneginf(array).all(axis=axis))[0])
    where = f"row {row}" if row else "the row"
    raise ValueError(f"every token of {name} is masked (-inf) in {where}: entmax needs at least one live token")


def as_finite(x: Any, name: str, shape: tuple[int, ...] | None = None) -> Float64:
    """Validate an array of finite numbers, of exactly ``shape`` when one is given.

    Raises
    ------
    ValueError
        For another shape, NaN or an infinity (with the index).
    """
    array = as_array(x, name)
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    bad = ~np.isfinite(array)
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        place = f"[{', '.join(map(str, index))}]" if index else ""
        raise ValueError(f"{name}{place} is {array[index]}: it must be finite; replace it by a number")
    return array
