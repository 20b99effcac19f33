"""Batches of hard rows: drawn ones, and those that are always tried."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from entmax_oracle.reference.formats import as_format

from ..calls import Float64
from ..case import Setting
from ..domain import Domain
from .rows import FAMILIES, Row, stacked
from .strategies import FEW_ROWS, batches, offsets

__all__ = [
    "DEEP",
    "counts",
    "crowds",
    "deepened",
    "displaced",
    "drawn",
    "edges",
    "every_family",
    "many",
    "stack",
    "taken",
    "tie",
]


def stack(rows: Iterable[Row], setting: Setting) -> Float64:
    """Make the logits of some descriptors of one length, as long and as large as the implementation takes them."""
    return stacked([taken(row, setting) for row in rows], setting.alpha, setting.dtype)


def taken(row: Row, setting: Setting) -> Row:
    """Describe the row of those that an implementation takes which is nearest to one."""
    domain = setting.domain
    if domain == Domain():
        return row
    near = domain.max_logit / 2  # where shifted logits of order one still differ
    return replace(row, n=domain.length(row.n), shift=min(max(row.shift, -near), near), limit=domain.max_logit)


DEEP = ("sliced", "swapped")  # layouts that are others from three axes on


def deepened(x: Float64, axes: int) -> Float64:
    """Add axes before those of a batch of rows, along which the tokens are rolled by one."""
    while x.ndim < axes:
        x = np.stack([x, np.roll(x, 1, axis=-1)])
    return x


def drawn(setting: Setting, max_rows: int = 4, min_n: int = 1) -> st.SearchStrategy[tuple[Row, ...]]:
    """Descriptors of batches for a setting."""
    return batches(setting.dtype, setting.max_n, max_rows, min_n=min_n, few_shapes=setting.few_shapes)


def crowds(setting: Setting) -> list[Float64]:
    """Many rows of every family at once, modified in every way, in lengths on both sides of powers of two."""
    found = []
    few = setting.few_shapes
    for n in (1, 2, 3, 5, 9, 17, 32, 33, 64, 65, 127, 129) if few else (1, 2, 3, 4, 6, 8, 15, 17, 32, 48, 65, 127):
        rng = np.random.default_rng(n)
        rows = [
            Row(
                family,
                n,
                float(rng.choice((1.0, 0.1, 3.0, 0.01, 30.0))),
                seed,
                float(rng.choice((0.0, 0.0, -1.0, 1.0)) * rng.choice(offsets(setting.dtype))),
                float(rng.choice((0.0, 0.0, 0.5))),
                ("drawn", "rising", "falling")[seed % 3],
            )
            for seed in range(2)
            for family in FAMILIES
        ]
        found += [stack(each, setting) for each in (_even(rows, FEW_ROWS[-1]) if few else [rows])]
    return found


def _even(rows: list[Row], size: int) -> list[list[Row]]:
    """Split rows into batches of one size, the last of which ends with the last row."""
    starts = [*range(0, len(rows) - size, size), len(rows) - size]
    return [rows[start : start + size] for start in starts]


def displaced(setting: Setting) -> list[Float64]:
    """Rows as far from zero as the format resolves the window of the support."""
    rows, n = (FEW_ROWS[-1], 9) if setting.few_shapes else (32, 10)
    return [
        stack([row, *row.again(rows - 1)], setting)
        for offset in offsets(setting.dtype)[-5:]
        for row in (Row("window", n, shift=offset), Row("window", 33, shift=-offset))
    ]


def edges(setting: Setting) -> list[Float64]:
    """Rows of lengths where blocks begin and end, with all tokens live, the last ones alone, or the first masked."""
    lengths = [n for k in (64, 128, 256, 512, 768, 1024, 2048) for n in (k - 1, k, k + 1, k + 3)]
    if setting.few_shapes:
        lengths = [129, 257, 513, 1025]
    else:
        lengths += [130, 514, 2050]
    lengths = [n for n in lengths if n <= max(setting.long_rows, default=129)]
    if setting.max_n > 1000:
        lengths += [4095, 4096, 4097, 8193]
    few = [
        stack(
            [
                Row("constant", n),
                Row("gaussian", n, 0.3, n, order="rising"),
                Row("window", n, seed=n, masked=0.9, order="rising"),
                Row("window", n, seed=n, masked=0.9, order="falling"),
                Row("margin", n, seed=n, order="rising"),
            ],
            setting,
        )
        for n in lengths
    ]
    # Vocabularies, and indices beyond 16 bits; few, for each takes a second where compilers meet new shapes.
    lengths = [] if setting.few_shapes or max(setting.long_rows, default=0) < 4000 else [8195, 32771]
    lengths += [65537] if setting.max_n > 1000 else []
    kinds = [("constant", 1.0, "drawn"), ("gaussian", 0.1, "rising"), ("flat", 30.0, "drawn")]  # no sum is exactly 1
    long = [stack([Row(family, n, scale, n, order=order) for family, scale, order in kinds], setting) for n in lengths]
    return [*few, *long, *([many(setting, 66_001)] if setting.max_n > 1000 else [])]


def many(setting: Setting, count: int, n: int = 3) -> Float64:
    """Return `count` short rows that repeat a few patterns."""
    return stack([Row("gaussian", n, 1.0, seed) for seed in range(13)], setting)[np.arange(count) % 13]


def counts(setting: Setting) -> list[int]:
    """Numbers of rows: as many as blocks of rows hold, and one more and one fewer. What goes wrong may at one alone."""
    return [65, 129] if setting.few_shapes else sorted({2**k + d for k in range(2, 11) for d in (-1, 0, 1)})


def every_family(setting: Setting) -> list[Float64]:
    """Every family at small lengths and some at large ones, shifted, masked, and hard among ordinary."""
    digits = as_format(setting.dtype).precision_bits
    alone = [Row(family, n, seed=n) for family in FAMILIES for n in (1, 2, 5, 33)]
    alone += [Row("gaussian", 64, scale, seed) for seed, scale in enumerate((0.01, 0.3, 1.0, 3.0, 30.0))]
    alone += [Row("gaussian", 48, seed=k, shift=s * 2.0 ** (digits - 6)) for k, s in enumerate((1, -1))]
    alone += [Row("gaussian", 48, seed=3, masked=0.3), Row("levels", 65, seed=4, masked=0.9)]
    families = ("flat", "gaussian", "two_blocks", "spread", "constant", "boundary")
    alone += [
        Row(family, n, seed=n)
        for i, n in enumerate(setting.some_long())
        for family in (families[i % 6], families[(i + 3) % 6])
    ]
    margins = [(n, scale) for n in (64, 129) for scale in (1.0, 100.0)]
    margins += [(n, (100.0, 1.0)[i % 2]) for i, n in enumerate(setting.some_long())]
    alone += [Row("crowded_margin", n, scale, seed=n) for n, scale in margins]
    n = 33 if setting.few_shapes else 40
    among = (Row("gaussian", n, seed=1), Row("flat", n, seed=2), Row("dominant", n, 10.0, seed=3))
    return [*(stack([row], setting) for row in alone), stack(among, setting)]


def tie(logits: Float64) -> Float64:
    """Copy the first half of every row over the second, so that most tokens have a twin."""
    tied = logits.copy()
    half = logits.shape[-1] // 2
    tied[..., half : 2 * half] = logits[..., :half]
    # Masking may have hidden every token of the first half.
    dead = ~np.isfinite(tied).any(axis=-1)
    tied[dead] = logits[dead]
    return tied
