"""Tier 1: the entropies that alpha-entmax maximises, in float64.

H_alpha(p) = (1 - sum p_i^alpha) / (alpha (alpha - 1)), and H_1(p) = -sum p_i log p_i: the normalisation in which
entmax_alpha(z) = argmax <p, z> + H_alpha(p) (Peters, Niculae and Martins 2019, eq. 5; theorem ``tsallis-limits``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..inputs import Float64, as_alpha, as_array, as_finite, last_axis

# Rounding every probability to bfloat16, the coarsest format in use, moves their sum by at most this much.
_ROOM_FOR_ROUNDING = 2.0**-8


def tsallis_entropy(p: Any, alpha: Any = 1.5, axis: int = -1) -> Float64:
    """Tsallis entropy H_alpha of distributions.

    Parameters
    ----------
    p : array-like, shape (..., n, ...)
        Non-negative, with sums of 1 up to rounding (2**-8, what bfloat16 needs). Not normalised again:
        every entry contributes p_i (1 - p_i^(alpha - 1)) / (alpha (alpha - 1)).
    alpha : float, at least 1
        1 is the Shannon entropy, 2 half the Gini index.
    axis : int
        The token axis.

    Returns
    -------
    ndarray of float64, shape of ``p`` without ``axis``
        In nats for alpha = 1. Relative error of a few units of roundoff for every alpha: a sum of
        non-negative terms, each through expm1.

    Raises
    ------
    ValueError
        For negative or non-finite entries, rows that do not sum to 1, alpha below 1 or not finite.

    Examples
    --------
    >>> tsallis_entropy([0.5, 0.5], alpha=2)
    array(0.25)
    >>> tsallis_entropy([[0.5, 0.5], [1.0, 0.0]], alpha=1).round(6)
    array([0.693147, 0.      ])
    """
    terms = entropy_terms(as_distribution(p, "p", axis), float(as_alpha(alpha)))
    return np.asarray(terms.sum(axis=-1))


def shannon_entropy(p: Any, axis: int = -1) -> Float64:
    """Shannon entropy -sum p_i log p_i in nats: :func:`tsallis_entropy` at alpha = 1.

    Parameters
    ----------
    p, axis
        As for :func:`tsallis_entropy`.

    Returns
    -------
    ndarray of float64, shape of ``p`` without ``axis``

    Raises
    ------
    ValueError
        As for :func:`tsallis_entropy`.

    Examples
    --------
    >>> shannon_entropy([[0.25, 0.75], [0.5, 0.5]]).round(6)
    array([0.562335, 0.693147])
    """
    return tsallis_entropy(p, 1.0, axis)


def entropy_terms(p: Float64, alpha: float) -> Float64:
    """p_i (1 - p_i^a) / (alpha a) with a = alpha - 1, and its limit -p_i log p_i; 0 where p_i = 0."""
    surprise = -np.log(np.where(p > 0, p, 1.0))
    a = alpha - 1
    with np.errstate(over="ignore"):
        return p * (surprise if a == 0 else -np.expm1(-a * surprise) / a / alpha)


def as_distribution(p: Any, name: str, axis: int = -1) -> Float64:
    """Validate probabilities and move the token axis last.

    Raises
    ------
    ValueError
        For entries that are negative or not finite, and rows whose sum is not 1 up to rounding (2**-8).
    """
    array = as_array(p, name)
    rows = np.moveaxis(as_finite(array, name), last_axis(array.shape, axis, name), -1)
    if rows.shape[-1] == 0:
        raise ValueError(f"{name} has shape {array.shape}: axis {axis} holds no tokens; a row needs at least one")
    if (rows < 0).any():
        index = tuple(int(i) for i in np.argwhere(array < 0)[0])
        raise ValueError(f"{name}[{', '.join(map(str, index))}] is {array[index]}: probabilities must not be negative")
    total = rows.sum(axis=-1)
    wrong = np.abs(total - 1) > _ROOM_FOR_ROUNDING
    if wrong.any():
        row = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(
            f"{name} sums to {total[row]:.6g} in {f'row {row}' if row else 'its row'}: probabilities must sum to 1; "
            f"divide {name} by its sum"
        )
    return rows
