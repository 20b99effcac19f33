"""What the assertions share: which precision was promised, what is wrong, and how it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..formats import FORMATS, Format, as_format
from ..inputs import Float64, as_array

__all__ = ["Message", "Truth", "certain", "fail", "fail_unless", "promised", "received"]

Message = str | Callable[[str], str] | None
"""What is put before the explanation, or makes the whole of it."""


@dataclass(frozen=True)
class Truth:
    """Certified bounds, and the error that is allowed.

    Parameters
    ----------
    lower, upper, allowed : ndarray of float64
        Of one shape. Nothing but a number is asked for where `allowed` is infinite.
    """

    lower: Float64
    upper: Float64
    allowed: Float64

    def error(self, got: Float64) -> Float64:
        """How far numbers lie from the bounds; infinite for what is not a finite number."""
        with np.errstate(invalid="ignore"):
            error = np.maximum(np.maximum(self.lower - got, got - self.upper), 0.0)
        return np.where(np.isfinite(got), error, np.where(np.isinf(self.allowed) & ~np.isnan(got), 0.0, np.inf))

    def wrong(self, got: Float64) -> NDArray[np.bool_]:
        """Where they are farther off than is allowed; NaN always is."""
        return np.asarray(~(self.error(got) <= self.allowed) | np.isnan(got))


def certain(got: Float64, exact: Float64, known: Float64, allowed: Float64) -> NDArray[np.bool_]:
    """Where numbers are certainly right, though the exact ones are known up to an error of their own only.

    That error is taken off what is allowed: whoever passes here is within it of the true number itself.
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(got - exact) + known <= allowed)


def promised(actual: Any, inputs: dict[str, Any], dtype: Any, msg: Message) -> Format:
    """Return the format that is promised: the one that is said, else that of the answer, which is that of the inputs.

    Raises
    ------
    AssertionError
        If nothing is said and the answer has another dtype than an input.
    ValueError
        For a dtype that is said and unknown.
    """
    __tracebackhide__ = True
    if dtype is not None:
        return as_format(dtype)
    own = _format_of(actual)
    for name, x in inputs.items():
        theirs = _format_of(x)
        if own is not None and theirs is not None and own != theirs:
            fail(
                f"actual is {own.name}, but {name} is {theirs.name}; round one of them, or say which precision is "
                f"promised, such as dtype={own.name!r}",
                msg,
            )
    return own or FORMATS["float64"]


def _format_of(x: Any) -> Format | None:
    """Return the format of an array of floating-point numbers; None for lists, integers and other types."""
    dtype = getattr(x, "dtype", None)
    if dtype is None or getattr(dtype, "kind", "f") not in "fV":
        return None
    try:
        return as_format(dtype)
    except ValueError:
        return None


def received(
    actual: Any, inputs: dict[str, Any], shape: tuple[int, ...], of: str, dtype: Any, msg: Message
) -> tuple[Format, Float64]:
    """Return the format that is `promised`, and the answer, which must have the shape of something."""
    __tracebackhide__ = True
    precision, got = promised(actual, inputs, dtype, msg), as_array(actual, "actual")
    if got.shape != shape:
        fail(f"actual has shape {got.shape}, but {of} {shape}", msg)
    return precision, got


def fail_unless(
    got: Float64,
    truth: Truth,
    precision: Format,
    what: str,
    title: str,
    msg: Message,
    more: Callable[[tuple[int, ...]], list[str]] = lambda index: [],
) -> None:
    """Raise `AssertionError` where numbers are wrong: how many, and what is wrong with the worst.

    Parameters
    ----------
    got : ndarray of float64
    truth : Truth
    precision : Format
        For errors in units in the last place.
    what : str
        What the numbers are, in the plural.
    title : str
        What they should be.
    msg : str or callable, optional
    more : callable
        Further lines about the worst, by its index.
    """
    __tracebackhide__ = True
    wrong = truth.wrong(got)
    if not wrong.any():
        return
    error, allowed = truth.error(got), truth.allowed
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(wrong & (error > 0), error / allowed, 0.0)
    ratio = np.where(np.isnan(got), np.inf, ratio)
    # Where the budget is 0 the ratio is infinite: among those the largest error is the worst.
    flat = int(np.lexsort((error.ravel(), ratio.ravel()))[-1])
    index = tuple(int(i) for i in np.unravel_index(flat, got.shape))
    place = f" at [{', '.join(map(str, index))}]" if index else ""
    lines = [
        f"{np.count_nonzero(wrong)} of {got.size} {what} {'is' if got.size == 1 else 'are'} wrong ({title})",
        f"  worst{place}: got {got[index]:.9g}, {_certified(truth, index)}",
    ]
    if 0 < allowed[index] < np.inf and np.isfinite(error[index]):
        at = max(abs(float(truth.lower[index])), abs(float(truth.upper[index])))
        units = error[index] / float(precision.ulp(at))
        lines.append(
            f"  error {error[index]:.3g} = {units:.3g} ulp = {ratio[index]:.3g} times the budget {allowed[index]:.3g}"
        )
    fail("\n".join([*lines, *more(index)]), msg)


def _certified(truth: Truth, index: tuple[int, ...]) -> str:
    lower, upper = float(truth.lower[index]), float(truth.upper[index])
    if lower == upper == 0 and truth.allowed[index] == 0:
        return "certified 0 exactly"
    if lower == upper:
        return f"certified {lower:.17g} exactly"
    return f"certified in [{lower:.17g}, {upper:.17g}]"


def fail(text: str, msg: Message) -> None:
    """Raise `AssertionError`."""
    __tracebackhide__ = True
    if callable(msg):
        raise AssertionError(msg(text))
    raise AssertionError(text if msg is None else f"{msg}\n{text}")
