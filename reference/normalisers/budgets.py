"""Error budgets of normalisers: how far a careful implementation may be from the exact weights, on this very row.

The careful program of each normaliser stands in its class, in numbers that carry the error of their own roundings
(:mod:`entmax_oracle.reference.budgets.running_error`); what they carry in the end is the budget. So no tolerance is
chosen: it follows from the program, the row and the format. What each program takes for careful:

- The maximum is subtracted first, before a scale is applied: x = theta (z - max z). Where the definition is no function
  of differences (MultiMax, softplus, sigmoid, stick-breaking), errors scale with the logits themselves.
- Parameters are rounded to the format of the arithmetic, unless they are numbers of it.
- Weights of the entmax family come from the envelope of :mod:`entmax_oracle.reference.budget`, with the drift of the
  scaled logits; those of normmax are powers of its ends.
- Comparisons of logits are exact: which tokens are the k largest is decided by the input, not by rounding. Blocks are
  chosen by means, which round: where others may be chosen the budget is infinite.
- Softpick takes expm1 of small logits, and the powers of the Stieltjes family come from a level that is solved to a few
  units, whatever the method.
- Softplus attention may take powers of shares or go through logarithms, stick-breaking may multiply or add logarithms:
  the budget covers both.
- For 16-bit dtypes the arithmetic is float32 unless said otherwise, with one rounding at the end; a backward pass may
  use weights that were saved in the dtype.

A budget is exactly 0 where only an exact zero is right, and infinite where nothing can be asked for: of a derivative at
a corner, within what rounding moves it by.
"""

from __future__ import annotations

from typing import Any

from ..inputs import Float64
from .base import normaliser

__all__ = ["normaliser_budget", "normaliser_vjp_budget"]


def normaliser_budget(
    name: str, z: Any, dtype: Any = "float32", *, compute_dtype: Any = None, **parameters: Any
) -> Float64:
    """Error that a correct implementation may make in each weight of a normaliser.

    Parameters
    ----------
    name : str
        A key of `NORMALISERS`.
    z : array-like, shape (..., n)
        The logits exactly as the implementation sees them.
    dtype : str or dtype
        What the implementation returns.
    compute_dtype : str or dtype, optional
        The arithmetic inside. Default: ``dtype``, but float32 for the 16-bit formats.
    **parameters
        Of the normaliser.

    Returns
    -------
    ndarray of float64, shape of ``z``
        Exactly 0 where only an exact zero is right; infinite where a careful program may overflow or divide by 0.

    Raises
    ------
    ValueError
        As for a call of the normaliser; for an unknown dtype.

    Examples
    --------
    >>> bound = normaliser_budget("scalable-softmax", [1.0, 0.5, -3.0], "float32")
    >>> bool((0 < bound).all() and (bound < 2e-6).all())
    True
    >>> normaliser_budget("rectified-linear", [1.0, -1.0], "float64")[1]
    np.float64(0.0)
    """
    return normaliser(name).budget(z, dtype, compute_dtype=compute_dtype, **parameters)


def normaliser_vjp_budget(
    name: str, z: Any, grad: Any, dtype: Any = "float32", *, compute_dtype: Any = None, **parameters: Any
) -> Float64:
    """Error that a correct implementation may make in each entry of the vector-Jacobian product of a normaliser.

    Parameters
    ----------
    name, z, dtype, compute_dtype, **parameters
        As for :func:`normaliser_budget`.
    grad : array-like, shape of ``z``
        The incoming gradient, exactly as the implementation sees it.

    Returns
    -------
    ndarray of float64, shape of ``z``
        Infinite where the derivative jumps within rounding, and where a careful program may overflow or divide by 0.

    Raises
    ------
    ValueError
        As for :func:`normaliser_budget`, and for a ``grad`` that is not finite or of another shape.
    """
    return normaliser(name).vjp_budget(z, grad, dtype, compute_dtype=compute_dtype, **parameters)
