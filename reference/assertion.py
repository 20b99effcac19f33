"""One line for anybody's own tests: assert that an array is the entmax of these logits."""

from __future__ import annotations

from typing import Any

import numpy as np

from .budgets.mapping import budget
from .enclosures.enclosure import enclose
from .formats import as_format
from .inputs import as_alpha, as_array, last_axis


def assert_close(
    actual: Any,
    z: Any,
    alpha: Any = 1.5,
    axis: int = -1,
    *,
    dtype: Any = None,
    compute_dtype: Any = None,
) -> None:
    """Assert that ``actual`` is ``entmax(z, alpha)`` within the error that a correct implementation may make.

    Parameters
    ----------
    actual : array-like, same shape as ``z``
        What the implementation returned.
    z : array-like
        The logits exactly as the implementation saw them.
    alpha, axis
        As for :func:`entmax_oracle.reference.entmax`.
    dtype : str or dtype, optional
        The precision that is promised. Default: the dtype of ``actual`` (float64 for plain lists).
    compute_dtype : str or dtype, optional
        The arithmetic inside; see :func:`entmax_oracle.reference.budget`.

    Raises
    ------
    AssertionError
        Naming how many tokens are wrong, and of the worst: its index, the value, the certified interval, the error in
        units in the last place and as a multiple of its budget, and the row's support.
    ValueError
        For bad logits or alpha, or an unknown dtype.

    Examples
    --------
    >>> import numpy as np
    >>> assert_close(np.float32([0.5, 0.5, 0.0]), [1.0, 1.0, -1.0], alpha=1.5)
    >>> assert_close(np.float32([0.5, 0.49999, 0.00001]), [1.0, 1.0, -1.0], alpha=1.5)
    Traceback (most recent call last):
        ...
    AssertionError: 2 of 3 probabilities are wrong (entmax, alpha=1.5, float32 budget)
      worst at [2]: got 9.99999975e-06, certified 0 exactly: the token is certainly below the threshold
      its row: 3 tokens, true support 2, returned nonzero 3, returned sum 0.999999986
    """
    __tracebackhide__ = True
    logits, value = as_array(z), as_alpha(alpha)
    last_axis(logits.shape, axis)
    precision = as_format(dtype if dtype is not None else _dtype_of(actual))
    got = as_array(actual, "actual")
    if got.shape != logits.shape:
        raise AssertionError(f"actual has shape {got.shape}, but the logits have shape {logits.shape}")
    if got.size == 0:
        return
    allowed = budget(logits, value, precision, axis, compute_dtype=compute_dtype)
    truth = enclose(logits, value, axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.maximum(np.maximum(truth.lower - got, got - truth.upper), 0.0)
        error[~np.isfinite(got)] = np.inf
        wrong = ~(error <= allowed)
        ratio = np.where(error > 0, error / allowed, 0.0)
    if not wrong.any():
        return
    ratio[~wrong] = 0.0
    # Where the budget is 0 the ratio is infinite: among those the largest error is the worst.
    flat = int(np.lexsort((error.ravel(), ratio.ravel()))[-1])
    index = tuple(int(i) for i in np.unravel_index(flat, got.shape))
    lines = [
        f"{np.count_nonzero(wrong)} of {got.size} probabilities are wrong "
        f"(entmax, alpha={float(value):g}, {precision.name} budget)",
        f"  worst at [{', '.join(map(str, index))}]: got {got[index]:.9g}, "
        + _truth(truth.lower[index], truth.upper[index]),
    ]
    if allowed[index] > 0:
        units = error[index] / float(precision.ulp(truth.upper[index]))
        lines.append(
            f"  error {error[index]:.3g} = {units:.3g} ulp = {ratio[index]:.3g} times the budget {allowed[index]:.3g}"
        )
    row = np.moveaxis(got, axis, -1)[_batch(index, axis)]
    inside = np.moveaxis(truth.support, axis, -1)[_batch(index, axis)] == "in"
    lines.append(
        f"  its row: {row.size} tokens, true support {np.count_nonzero(inside)}, "
        f"returned nonzero {np.count_nonzero(row)}, returned sum {row.sum():.9g}"
    )
    raise AssertionError("\n".join(lines))


def _dtype_of(actual: Any) -> Any:
    dtype = getattr(actual, "dtype", "float64")
    return "float64" if getattr(dtype, "kind", "f") in "iu" else dtype


def _truth(lower: float, upper: float) -> str:
    if upper == 0:
        return "certified 0 exactly: the token is certainly below the threshold"
    if lower == upper:
        return f"certified {lower:.17g} exactly"
    return f"certified in [{lower:.17g}, {upper:.17g}]"


def _batch(index: tuple[int, ...], axis: int) -> tuple[int, ...]:
    position = axis % len(index)
    return index[:position] + index[position + 1 :]
