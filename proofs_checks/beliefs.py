"""What people believe: every careless version of a theorem, beside the right one and a counterexample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["beliefs"]


def beliefs(theorems: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Gather the folklore of every theorem of a result.

    Parameters
    ----------
    theorems
        Entries as :func:`~entmax_oracle.proofs_checks.verify.examine` returns them.

    Returns
    -------
    list of dict
        For each belief its words, what is right, who says so where that is known, the theorem that is right, where
        the belief is false, what was found there, and whether that refutes it.
    """
    return [
        {
            "belief": folklore.get("belief") or folklore["text"],
            "right": folklore.get("right", ""),
            "source": folklore.get("source", ""),
            "theorem": theorem["name"],
            "title": theorem.get("title", theorem["name"]),
            "area": theorem.get("area", ""),
            "false_at": folklore.get("false_at", ""),
            "detail": folklore.get("detail", ""),
            "refuted": folklore.get("ok") is True,
        }
        for theorem in theorems
        for folklore in theorem.get("folklore") or ()
        if isinstance(folklore, Mapping)
    ]
