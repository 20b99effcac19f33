"""Hypothesis strategies for logits that aim at the hard places of entmax.

Examples
--------
>>> from hypothesis import given, settings
>>> @settings(max_examples=5, database=None, derandomize=True)
... @given(logits(alpha=1.5, dtype="float32", max_n=9))
... def test(z):
...     assert z.ndim == 2 and z.shape[-1] <= 9
>>> test()
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import strategies as st

from entmax_oracle.reference.formats import as_format

from ..calls import Float64
from .rows import FAMILIES, Row

__all__ = ["batches", "logits", "offsets", "rows", "shifts", "sizes"]

_SCALES = (1.0, 0.1, 3.0, 0.01, 10.0, 1e-3, 100.0)
# Families whose rows are ordinary: the company of the one hard row of a batch.
_ORDINARY = ("gaussian", "uniform")


_FEW = (1, 2, 3, 5, 9, 17, 33, 65, 129)  # lengths, where every new shape costs a compilation


@cache
def sizes(max_n: int, min_n: int = 1, few_shapes: bool = False) -> st.SearchStrategy[int]:
    """Row lengths: small ones, and the neighbours of powers of two, where blocks begin and end.

    Parameters
    ----------
    max_n, min_n : int
        Inclusive.
    few_shapes : bool
        Draw from a short list of lengths.
    """
    if few_shapes:
        return st.sampled_from([n for n in _FEW if min_n <= n <= max_n] or [min_n])
    near = sorted(
        {2**k + d for k in range(3, max_n.bit_length() + 1) for d in (-1, 0, 1) if min_n <= 2**k + d <= max_n}
    )
    small = st.integers(min_n, min(max_n, 17))
    return st.one_of(small, st.sampled_from(near)) if near else small


def shifts(dtype: str) -> st.SearchStrategy[float]:
    """Constants to add to a row, at which the format still resolves logits of order one."""
    reach = offsets(dtype)
    return st.sampled_from([0.0, *reach, *(-each for each in reach)])


def offsets(dtype: str) -> list[float]:
    """Distances from zero, the last of which is the farthest where neighbours of the format are 1 apart.

    A row there has few different logits, but an implementation that does not subtract the maximum first computes
    with numbers that are large against all that matters. Half of them lie just below a power of two.
    """
    digits = as_format(dtype).precision_bits
    powers = sorted({*range(0, digits - 3, max(digits // 8, 1)), *range(digits - 4, digits)})
    return [2.0**k * (1.0 if k % 2 else 0.96875) for k in powers]


@cache  # building strategies costs far more than drawing from them
def rows(
    dtype: str,
    max_n: int = 129,
    *,
    n: int | None = None,
    min_n: int = 1,
    families: tuple[str, ...] = tuple(FAMILIES),
    masks: bool = True,
) -> st.SearchStrategy[Row]:
    """Descriptors of rows.

    Parameters
    ----------
    dtype : str
        Sets how far rows may be shifted.
    max_n, min_n : int
        Bounds on the number of tokens.
    n : int, optional
        The number of tokens, when it is fixed.
    families : tuple of str
        Keys of `FAMILIES`.
    masks : bool
        Whether tokens may be masked.
    """
    return st.builds(
        Row,
        family=st.sampled_from(families),
        n=sizes(max_n, min_n) if n is None else st.just(n),
        scale=st.sampled_from(_SCALES),
        seed=st.integers(0, 9999),
        shift=st.one_of(st.just(0.0), shifts(dtype)),
        masked=st.sampled_from((0.0, 0.0, 0.2, 0.9)) if masks else st.just(0.0),
        order=st.sampled_from(("drawn", "rising", "falling")),
    )


@st.composite
def batches(
    draw: st.DrawFn,
    dtype: str,
    max_n: int = 129,
    max_rows: int = 4,
    max_tokens: int = 8192,
    min_n: int = 1,
    few_shapes: bool = False,
) -> tuple[Row, ...]:
    """Descriptors of rows of one length: all hard, one hard row among ordinary ones, or many of one description.

    A batch is certified and answered nearly as fast as a row of it, so many rows find more for the same time.

    Parameters
    ----------
    dtype : str
        As for `rows`.
    max_n, max_rows, max_tokens : int
        Bounds on the tokens of a row, on the rows and on their product.
    min_n : int
        At least so many tokens.
    few_shapes : bool
        Draw from a short list of shapes, for libraries that compile for every new one.
    """
    length = draw(sizes(max_n, min_n, few_shapes))
    most = max(1, min(max_rows, max_tokens // length))
    count = draw(st.sampled_from((1, most)) if few_shapes else st.integers(1, most))
    hard = [replace(draw(rows(dtype, n=1)), n=length)]
    many = draw(st.sampled_from((0, 0, 0, 24 if few_shapes else 7, 24))) if max_rows > 3 else 0
    if many and length * (many + 1) <= max_tokens:
        return (*hard, *hard[0].again(many))
    if count > 1 and draw(st.booleans()):
        plain = draw(rows(dtype, n=1, families=_ORDINARY, masks=False))
        company = [Row(plain.family, length, 1.0, plain.seed + i) for i in range(count - 1)]
        place = draw(st.integers(0, count - 1))
        return (*company[:place], *hard, *company[place:])
    return (*hard, *(replace(draw(rows(dtype, n=1)), n=length) for _ in range(count - 1)))


def logits(alpha: float, dtype: str, max_n: int = 129, max_rows: int = 4) -> st.SearchStrategy[Float64]:
    """Arrays of logits for one's own property tests.

    Parameters
    ----------
    alpha : float
        The rows aim at the edge of its support.
    dtype : str
        Format whose numbers the logits are.
    max_n, max_rows : int
        Bounds on the shape.

    Returns
    -------
    strategy of ndarray of float64, shape (rows, n)
        ``-inf`` masks a token; every row has a live one.
    """
    return batches(dtype, max_n, max_rows).map(lambda batch: np.stack([row.values(alpha, dtype) for row in batch]))
