"""What a selection drops: the share of softmax outside it, which is how far softmax of the chosen tokens is from it."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb

from ..enclosures.bounds import Bounds, round_outward
from ..enclosures.precision import working_precision
from ..inputs import as_array, as_finite, as_logits

__all__ = ["dropped_share"]


def dropped_share(z: Any, kept: Any, *, unseen: int = 0, ceiling: float = 0.0, precision: int = 128) -> Bounds:
    r"""Bound the share d of softmax that tokens have which a selection leaves out.

    Softmax of the chosen tokens multiplies their weights by 1/(1 - d) and takes d from the others: the sum of all
    changes is 2 d, and an output of attention moves by d times the distance between the means of the chosen values and
    of the others, each weighted by softmax, so at most by d times the largest distance of a chosen value from another.

    Parameters
    ----------
    z : array-like, shape (..., n)
        Finite logits; ``-inf`` masks a token.
    kept : array-like of bool, shape of ``z``
        Which tokens are chosen, one live token of each row at least; for a selection of `NORMALISERS`, its weights > 0.
    unseen : int
        How many further tokens there are of which only a bound is known, such as pages that were not read; not chosen.
    ceiling : float
        A logit that none of these exceeds.
    precision : int
        Working precision in bits.

    Returns
    -------
    Bounds of shape (...)
        Float64 bounds that provably contain d; with unseen tokens, from none of their share to that of the ceiling.

    Raises
    ------
    ValueError
        For logits that are NaN or ``+inf``, a selection of another shape, or a row without a chosen token.

    Examples
    --------
    >>> share = dropped_share([3.0, 1.0, 0.0, -2.0], [True, True, False, False])
    >>> bool(0.047 < share.lower < share.upper < 0.048)
    True
    >>> dropped_share([3.0, 1.0], [True, True], unseen=1000, ceiling=-4.0).upper.round(3)
    np.float64(0.445)
    """
    logits, chosen = as_logits(z), np.asarray(as_array(kept, "kept"), dtype=bool)
    if chosen.shape != logits.shape:
        raise ValueError(
            f"kept has shape {chosen.shape}, the logits {logits.shape}; pass one truth value for each token"
        )
    if unseen < 0:
        raise ValueError(f"unseen is {unseen}: a number of tokens must not be negative")
    highest = float(as_finite(ceiling, "ceiling", ()))
    live = logits > -np.inf
    if not (chosen & live).any(axis=-1).all():
        raise ValueError("kept: a row has no chosen token that is live; choose one at least")
    least, most = (np.empty((*logits.shape[:-1], 1), dtype=object) for _ in range(2))
    with working_precision(precision + 64):
        for row in np.ndindex(logits.shape[:-1]):
            top = arb(logits[row].max())
            inside, outside = (
                sum(((arb(float(token)) - top).exp() for token in logits[row][which & live[row]]), arb(0))
                for which in (chosen[row], ~chosen[row])
            )
            beyond = outside + unseen * (arb(highest) - top).exp()
            least[row][0], most[row][0] = outside / (inside + outside), beyond / (inside + beyond)
        return Bounds(round_outward(least)[0][..., 0], round_outward(most)[1][..., 0])
