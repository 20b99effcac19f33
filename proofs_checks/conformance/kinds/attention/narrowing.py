"""Attention that does less: cases without what an implementation is said not to do."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ask import LACKS
from ...calls import Float64
from .case import AttentionCase

__all__ = ["LACKS", "OPTIONS", "narrow", "options_of"]

OPTIONS = {"causal": "is_causal", "scale": "scale", "alibi": "alibi_slopes", "lengths": "key_lengths"}
"""What an implementation may lack, and the keyword argument that is then omitted."""

_WIDTHS = (16, 32, 64, 128, 256)


def options_of(without: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the arguments that are left beside the tensors."""
    return ("alpha", *(argument for name, argument in OPTIONS.items() if name not in without))


def narrow(case: AttentionCase, without: tuple[str, ...]) -> AttentionCase:
    """Change a case as little as it takes to do without some features.

    Parameters
    ----------
    case : AttentionCase
    without : tuple of str
        Keys of `LACKS`. Key heads are repeated for their group, queries and features taken again from the first.
    """
    lost: dict[str, Any] = {OPTIONS[name]: False if name == "causal" else None for name in without if name in OPTIONS}
    case, group = case.altered(**lost), case.group
    if "groups" in without and group > 1:
        case = case.altered(key=np.repeat(case.key, group, axis=1), value=np.repeat(case.value, group, axis=1))
    if "cross" in without:
        case = _resized(case, 2, case.key.shape[2], ("query", "cotangent"))
    if "widths" in without:
        width = min(w for w in _WIDTHS if w >= min(max(case.query.shape[3], case.value.shape[3]), _WIDTHS[-1]))
        case = _resized(case, 3, width, ("query", "key", "value", "cotangent"))
    if "layouts" in without:
        case = case.altered(layout="contiguous", cotangent_layout="")
    return case


def _resized(case: AttentionCase, axis: int, size: int, names: tuple[str, ...]) -> AttentionCase:
    def taken(x: Float64) -> Float64:
        return x if x.shape[axis] == size else np.take(x, np.arange(size) % x.shape[axis], axis=axis)

    present = {name: getattr(case, name) for name in names}
    return case.altered(**{name: taken(x) for name, x in present.items() if x is not None})
