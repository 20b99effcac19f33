"""Hypothesis strategies for logits that aim at the hard places of entmax.

Examples
--------
>>> from hypothesis import given, settings
>>> @settings(max_examples=5, database=None, derandomize=True)
... @given(logits(alpha=1.5, dtype="float32", max_n=9))
... def test(z):
...     assert z.dtype == "float32" and z.shape[-1] <= 9
>>> test()
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from entmax_oracle.reference.formats import as_format
from entmax_oracle.reference.inputs import as_alpha

from .rows import FAMILIES, Row

__all__ = ["FEW_ROWS", "batches", "logits", "longer", "offsets", "rows", "shifts", "sizes"]

_SCALES = (1.0, 0.1, 3.0, 0.01, 10.0, 1e-3, 100.0)
# Families whose rows are ordinary: the company of the one hard row of a batch.
_ORDINARY = ("gaussian", "uniform")


# Lengths and numbers of rows, where every new shape costs a compilation.
_FEW = (1, 2, 5, 9, 33, 65, 129)
FEW_ROWS = (1, 4, 25)


def longer(n: int) -> int:
    """Return the next longer one of the few lengths, or that of one token more than all of them."""
    return next((each for each in _FEW if each > n), n + 1)


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
    small = st.integers(min_n, min(max_n, 17 if min_n <= 17 else min_n + 16))
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
    masks: bool = True,
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
        The least number of tokens.
    few_shapes : bool
        Draw from a short list of shapes, for libraries that compile for every new one.
    masks : bool
        As for `rows`.
    """
    length = draw(sizes(max_n, min_n, few_shapes))
    most = max(1, min(max_rows, max_tokens // length))
    count = draw(st.sampled_from(FEW_ROWS[:2]) if few_shapes else st.integers(1, most))
    families = tuple(each for each in FAMILIES if masks or each != "one_live")
    difficult = rows(dtype, n=1, families=families, masks=masks)
    hard = [replace(draw(difficult), n=length)]
    many = draw(st.sampled_from((0, 0, 0, FEW_ROWS[-1] - 1 if few_shapes else 7, 24))) if max_rows > 3 else 0
    if many and length * (many + 1) <= max_tokens:
        return (*hard, *hard[0].again(many))
    if count > 1 and draw(st.booleans()):
        plain = draw(rows(dtype, n=1, families=_ORDINARY, masks=False))
        company = [Row(plain.family, length, 1.0, plain.seed + i) for i in range(count - 1)]
        place = draw(st.integers(0, count - 1))
        return (*company[:place], *hard, *company[place:])
    return (*hard, *(replace(draw(difficult), n=length) for _ in range(count - 1)))


def logits(
    alpha: Any = 1.5,
    dtype: Any = "float32",
    *,
    min_n: int = 1,
    max_n: int = 129,
    max_rows: int = 4,
    masks: bool = True,
) -> st.SearchStrategy[NDArray[Any]]:
    """Arrays of logits for property tests of your own.

    They are the rows that `check` tries: ties, margins and tokens at the edge of the support, lengths next to powers of
    two, masked tokens, logits far from zero. A failing example becomes short and plain.

    Parameters
    ----------
    alpha : float or Fraction
        At least 1; the rows aim at the edge of its support.
    dtype : str or dtype
        What the arrays are of: a name that `entmax_oracle.budget` takes. NumPy has those that are not its own, such as
        bfloat16, by the package ml_dtypes.
    min_n, max_n : int
        Fewest and most tokens of a row.
    max_rows : int
        Most rows of an array; it has at least one.
    masks : bool
        Whether tokens may be masked, by ``-inf``; every row has one that is not.

    Returns
    -------
    strategy of ndarray of `dtype`, shape (rows, n)

    Raises
    ------
    ValueError
        If alpha is below 1, the dtype is unknown, or there is no such shape.
    ModuleNotFoundError
        If NumPy lacks the dtype and ml_dtypes is not installed.

    Examples
    --------
    >>> logits(2, "float16", max_n=3).example().dtype  # doctest: +SKIP
    dtype('float16')
    """
    value, name = float(as_alpha(alpha)), as_format(dtype).name
    for argument, number in {"min_n": min_n, "max_n": max_n, "max_rows": max_rows}.items():
        if not isinstance(number, int | np.integer) or isinstance(number, bool) or number < 1:
            raise ValueError(f"{argument}: {number!r} is not a positive integer; pass 1 or more")
    if max_n < min_n:
        raise ValueError(f"max_n: {max_n} is less than min_n, which is {min_n}; pass at least that")
    into = _numpy_dtype(name)

    def made(batch: tuple[Row, ...]) -> NDArray[Any]:
        # Many rows of one description may be more than are asked for.
        return np.stack([row.values(value, name) for row in batch[:max_rows]]).astype(into)

    most = max(8192, int(max_n))
    return batches(name, int(max_n), int(max_rows), most, int(min_n), masks=masks).map(made)


def _numpy_dtype(name: str) -> np.dtype[Any]:
    """Return NumPy's dtype for a format."""
    try:
        return np.dtype(name)
    except TypeError:
        pass
    try:
        added: np.dtype[Any] = np.dtype(getattr(import_module("ml_dtypes"), name))
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"dtype: NumPy needs the package ml_dtypes for {name}; pip install ml-dtypes"
        ) from None
    return added
