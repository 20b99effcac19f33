"""Tier 1: the alpha-entmax mapping in float64, fast and accurate to a few ulps.

entmax_alpha(z) = argmax over the simplex of <p, z> + H_alpha(p), with the Tsallis entropy H_alpha in the
normalisation of :mod:`entmax_oracle.theory.mapping.entropy`. For alpha > 1 it has the threshold form
p_i = [(alpha - 1) z_i - tau]_+^(1/(alpha - 1)) (Peters, Niculae and Martins 2019, eq. 6; theorem ``threshold-form``).
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..inputs import Float64, as_alpha, as_array, as_rows
from .solvers import solver_for

_T = TypeVar("_T", bound=np.generic)

# Rows are solved in blocks of about this many tokens: small enough for the cache, large enough for NumPy.
_BLOCK = 1 << 17


def entmax(z: Any, alpha: Any = 1.5, axis: int = -1) -> Float64:
    """Map logits to probabilities with alpha-entmax.

    Parameters
    ----------
    z : array-like, shape (..., n, ...)
        Finite logits, or ``-inf`` for a masked token, which gets probability exactly 0 as if it were deleted.
    alpha : float, at least 1
        1 is softmax, 1.5 is 1.5-entmax, 2 is sparsemax.
    axis : int
        The token axis.

    Returns
    -------
    ndarray of float64, same shape as ``z``
        Probabilities. Tokens below the threshold get exactly 0.0.

    Raises
    ------
    ValueError
        For NaN or ``+inf`` logits, rows without a live token, alpha below 1 or not finite.

    Notes
    -----
    The error stays within :func:`entmax_oracle.reference.budget` for float64 (``entmax-oracle bench --suite
    reference`` prints the worst ratio seen). Whether a token lies exactly on the threshold is beyond any float64
    computation: ask :func:`entmax_oracle.reference.enclose`.

    Examples
    --------
    >>> entmax([1.0, 0.0, -2.0], alpha=2)
    array([1., 0., 0.])
    >>> entmax([0.0, 0.0, -2.0], alpha=1.5)
    array([0.5, 0.5, 0. ])
    """
    return solve(z, alpha, axis)[0]


def threshold(z: Any, alpha: Any = 1.5, axis: int = -1) -> Float64:
    """Threshold tau: the root of sum_i [(alpha - 1) z_i - tau]_+^(1/(alpha - 1)) = 1.

    Parameters
    ----------
    z, alpha, axis
        As for :func:`entmax`.

    Returns
    -------
    ndarray of float64, shape of ``z`` without ``axis``
        In the coordinates x = (alpha - 1) z. At alpha = 1 this is the limit, -1.

    Examples
    --------
    >>> threshold([[0.0, 0.0], [3.0, 1.0]], alpha=2)
    array([-0.5,  2. ])
    """
    return solve(z, alpha, axis)[1]


def support(z: Any, alpha: Any = 1.5, axis: int = -1) -> NDArray[np.bool_]:
    """Support {i : (alpha - 1) z_i > tau}; every live token when alpha = 1.

    Parameters
    ----------
    z, alpha, axis
        As for :func:`entmax`.

    Returns
    -------
    ndarray of bool, same shape as ``z``
        Decided in float64; a token within rounding of the threshold may go either way
        (:func:`entmax_oracle.reference.enclose` decides exactly).

    Examples
    --------
    >>> support([0.5, 0.0, -0.9], alpha=2)
    array([ True,  True, False])
    """
    array = as_array(z)
    value = float(as_alpha(alpha))
    rows, peak = as_rows(array, axis)
    p, relative = solve_rows(rows, peak, value)
    inside = p > 0
    if value < 2:  # near alpha = 1 a live token's power can underflow to 0
        with np.errstate(over="ignore", invalid="ignore"):
            inside |= (value - 1) * (rows - peak[:, None]) > relative[:, None]
        inside &= rows > -np.inf
    return restore(inside, array.shape, axis)


def solve(z: Any, alpha: Any, axis: int) -> tuple[Float64, Float64]:
    """Return probabilities (shape of ``z``) and tau (shape of ``z`` without ``axis``)."""
    array = as_array(z)
    value = float(as_alpha(alpha))
    rows, peak = as_rows(array, axis)
    p, tau = solve_rows(rows, peak, value)
    if value > 1:
        with np.errstate(over="ignore"):  # tau itself can exceed the largest float64: inf is its rounding
            tau += (value - 1) * peak
    return restore(p, array.shape, axis), tau.reshape(np.delete(array.shape, axis))


def restore(rows: NDArray[_T], shape: tuple[int, ...], axis: int) -> NDArray[_T]:
    """Undo ``as_rows``: give (r, n) rows the caller's shape, with the token axis where it was."""
    batch = shape[: axis % len(shape)] + shape[axis % len(shape) + 1 :]
    return np.moveaxis(rows.reshape(*batch, rows.shape[1]), -1, axis)


def solve_rows(rows: Float64, peak: Float64, alpha: float) -> tuple[Float64, Float64]:
    """Solve a (r, n) batch block by block; tau is relative to the row maximum."""
    solver = solver_for(alpha)
    out = np.zeros_like(rows)
    tau = np.empty(len(rows))
    height = max(1, _BLOCK // rows.shape[1])
    for first in range(0, len(rows), height):
        block = slice(first, first + height)
        tau[block] = solver(rows[block], peak[block], alpha, out[block])
    return out, tau
