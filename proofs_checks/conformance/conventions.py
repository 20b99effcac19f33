"""In what honest implementations of attention differ, and how they are called."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Conventions"]


@dataclass(frozen=True)
class Conventions:
    """What an implementation of attention is said to do where others do otherwise.

    Parameters
    ----------
    layout : str
        Axes of its tensors: ``"bhmd"`` (batch, heads, tokens, features), ``"bmhd"``, or ``"thd"`` (tokens of all
        sequences, heads, features).
    empty_rows : str
        What a query gets that sees no key: ``"zero"``, ``"nan"``, ``"mean"`` (that of all values) or ``"any"`` numbers.
    align : str
        Whether the last query stands at the last key, ``"end"``, or the first at the first, ``"start"``.
    always_causal : bool
        Whether no query ever sees a key behind it, unasked.
    """

    layout: str = "bhmd"
    empty_rows: str = "zero"
    align: str = "end"
    always_causal: bool = False

    @property
    def packed(self) -> bool:
        """Whether sequences follow each other, each with as many queries and keys as it has."""
        return self.layout == "thd"
