"""Attention that does less: cases without what an implementation is said not to do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from entmax_oracle.reference.formats import as_arithmetic

from ...ask import LACKS, Ask
from ...calls import Float64
from ...case import Setting
from ...domain import Domain
from ...inputs.rows import quantise
from .case import AttentionCase
from .positions import blind, sighted

__all__ = ["ARGUMENTS", "LACKS", "MASKS", "OPTIONS", "fit", "narrow", "options_of", "passed", "takes"]

OPTIONS = {"causal": "is_causal", "scale": "scale", "alibi": "alibi_slopes", "lengths": "key_lengths"}
"""What an implementation may lack, and the keyword argument that is then omitted."""

MASKS = {"mask": (True, False), "bias": (False,), "boolean-mask": (True,)}
"""Features that are masks, and whether the mask is boolean."""

ARGUMENTS = dict.fromkeys(MASKS, "attn_mask") | {each: each for each in ("window", "softcap", "sinks")}
"""Features that are passed by an argument of their own."""

_PACKED = ("cu_seqlens_q", "cu_seqlens_k", "max_seqlen_q", "max_seqlen_k")
_WIDTHS = (16, 32, 64, 128, 256)
_WIDE = 1e30  # formats that reach further have the range of float32


def options_of(without: tuple[str, ...], always_causal: bool = False) -> tuple[str, ...]:
    """Names of the arguments that are left beside the tensors."""
    lost = without + ("causal",) * always_causal
    return ("alpha", *(argument for name, argument in OPTIONS.items() if name not in lost))


def passed(ask: Ask) -> tuple[str, ...]:
    """Names of the arguments that a target is passed beside the tensors; that of the second answer if it has it."""
    packed = ask.conventions.packed
    usual = options_of((*ask.without, *("lengths",) * packed), ask.always_causal)
    more = dict.fromkeys(ARGUMENTS[each] for each in ask.features if each in ARGUMENTS)
    return (*usual, *more, *("return_lse",) * ("lse" in ask.features), *(_PACKED if packed else ()))


def narrow(case: AttentionCase, setting: Setting) -> AttentionCase:
    """Change a case as little as it takes to do without some features, and to lie plainly in memory.

    Key heads are repeated for their group, queries and features taken again from the first.
    """
    without = setting.without
    lost: dict[str, Any] = {OPTIONS[name]: False if name == "causal" else None for name in without if name in OPTIONS}
    if setting.conventions.always_causal:
        lost["is_causal"] = True
    case, group = _featured(case.altered(**lost) if lost else case, setting), case.group
    if "groups" in without and group > 1:
        case = case.altered(key=np.repeat(case.key, group, axis=1), value=np.repeat(case.value, group, axis=1))
    if "cross" in without:
        case = _sized(case, "query", case.key.shape[2])
    if "widths" in without:
        case = _widened(case, Domain(widths=_WIDTHS), same=True)
    if "layouts" in without or setting.domain.contiguous:
        case = case.altered(layout="contiguous", cotangent_layout="")
    return case


def _featured(case: AttentionCase, setting: Setting) -> AttentionCase:
    """Leave out the features that an implementation is not said to take, and pass the mask in a way that it takes."""
    on, lost = setting.features, dict[str, Any]()
    boolean = {each for feature in on for each in MASKS.get(feature, ())}
    if case.attn_mask is None or not boolean:
        lost |= {"attn_mask": None, "boolean_mask": False}
    elif case.boolean_mask not in boolean:
        lost |= {"boolean_mask": not case.boolean_mask}
    lost |= {name: None for name in ("window", "softcap", "sinks", "alphas", "scales") if name not in on}
    if setting.conventions.packed:
        batch, m, n = len(case.query), case.query.shape[2], case.key.shape[2]
        queries, keys = case.query_lengths or (m,) * batch, case.key_lengths or (n,) * batch
        lost |= {"query_lengths": tuple(min(each, m) for each in queries)}
        lost |= {"key_lengths": tuple(min(each, n) for each in keys)}
    else:
        lost |= {"query_lengths": None}
    changed = {name: value for name, value in lost.items() if getattr(case, name) != value}
    return case.altered(**changed) if changed else case


def fit(case: AttentionCase, setting: Setting) -> AttentionCase:
    """Do what `narrow` does, and bring sizes and scores within what the implementation is said to take."""
    domain = setting.domain
    if domain.multiple_of > 1:
        case = _sized(case, "query", domain.length(case.query.shape[2]))
        case = _sized(case, "key", domain.length(case.key.shape[2]))
    if domain.widths:
        case = _widened(case, domain)
    case = _bounded(_ranged(narrow(case, setting), setting), setting)
    if case.query_lengths is not None and not (any(case.query_lengths) and any(case.key_lengths or ())):
        case = case.whole()  # a call without a token is none
    # What comes back through a row that is NaN, or a mean, is a convention as well.
    if setting.conventions.empty_rows == "zero" or case.cotangent is None:
        return case
    case = narrow(sighted(case, setting.conventions.align), setting)
    if blind(case, setting.conventions.align).any():  # causal all the same: more queries than keys
        case = _sized(case, "query", case.key.shape[2])
    return case


def takes(case: AttentionCase, setting: Setting) -> bool:
    """Whether the sizes and the layout of a case are among those that the implementation is said to take."""
    domain = setting.domain
    lengths = (case.query.shape[2], case.key.shape[2])
    widths = {case.query.shape[3], case.value.shape[3]}
    plain = not domain.contiguous or case.layout == "contiguous"
    return plain and not any(n % domain.multiple_of for n in lengths) and widths <= {*(domain.widths or widths)}


def _widened(case: AttentionCase, domain: Domain, same: bool = False) -> AttentionCase:
    """Change the numbers of features to widths that there are, the same for values if need be.

    Scores whose scale is given stay what they are: further features are zeros then.
    """
    features, values = case.query.shape[3], case.value.shape[3]
    width, value_width = domain.width(max(features, values) if same else features), domain.width(values)
    case = _resized(case, 3, width if same else value_width, ("value", "cotangent"))
    if case.scale is None or features >= width:
        return _resized(case, 3, width, ("query", "key"))
    gap = ((0, 0), (0, 0), (0, 0), (0, width - features))
    return case.altered(query=np.pad(case.query, gap), key=np.pad(case.key, gap))


def _ranged(case: AttentionCase, setting: Setting) -> AttentionCase:
    """Halve the query until no score, scaled or not, overflows in the arithmetic that the implementation declares."""
    largest = math.inf if setting.compute_dtype is None else as_arithmetic(setting.compute_dtype).largest
    if largest > _WIDE or not case.query.size:
        return case
    off = _halvings(max(1.0, _scale(case)) * _largest_product(case), largest / 2)
    return case.altered(query=quantise(np.ldexp(case.query, -off), setting.dtype)) if off else case


def _scale(case: AttentionCase) -> float:
    """Return the largest scale, without its sign."""
    if case.scales is not None:
        return float(np.abs(case.scales).max(initial=0.0))
    return abs(1 / math.sqrt(case.query.shape[3]) if case.scale is None else case.scale)


def _largest_product(case: AttentionCase) -> float:
    """Return the largest sum of products of features of a query and a key, each without its sign."""
    key = np.abs(np.repeat(np.swapaxes(case.key, -1, -2), case.group, axis=1))
    with np.errstate(over="ignore"):
        return float((np.abs(case.query) @ key).max(initial=0.0))


def _bounded(case: AttentionCase, setting: Setting) -> AttentionCase:
    """Halve the query until no score is beyond the largest logit, and the slopes until no bias is."""
    most = setting.domain.max_logit
    if math.isinf(most) or not case.query.size:
        return case
    with np.errstate(over="ignore"):
        scores = case.query @ np.repeat(np.swapaxes(case.key, -1, -2), case.group, axis=1)
    off = _halvings(_scale(case) * float(np.abs(scores).max(initial=0.0)), most)
    case = case.altered(query=quantise(np.ldexp(case.query, -off), setting.dtype))
    if case.alibi_slopes is not None:
        furthest = max(case.query.shape[2], case.key.shape[2])
        off = _halvings(max(map(abs, case.alibi_slopes)) * furthest, most)
        case = case.altered(alibi_slopes=tuple(math.ldexp(each, -off) for each in case.alibi_slopes))
    if case.attn_mask is not None:
        case = case.altered(attn_mask=setting.domain.clipped(case.attn_mask, setting.dtype))
    if case.sinks is not None:
        clipped = setting.domain.clipped(np.array(case.sinks), setting.dtype)
        case = case.altered(sinks=tuple(clipped.tolist()))
    return case


def _halvings(size: float, most: float) -> int:
    """How often a number has to be halved to lie below another one."""
    return max(0, math.ceil(math.log2(size / most))) if size > most else 0


def _sized(case: AttentionCase, what: str, size: int) -> AttentionCase:
    """Take queries or keys again from the first, up to a number."""
    count = (case.query if what == "query" else case.key).shape[2]
    return case if count == size else case.taken(what, np.arange(size) % count)


def _resized(case: AttentionCase, axis: int, size: int, names: tuple[str, ...]) -> AttentionCase:
    def taken(x: Float64) -> Float64:
        return x if x.shape[axis] == size else np.take(x, np.arange(size) % x.shape[axis], axis=axis)

    present = {name: getattr(case, name) for name in names}
    return case.altered(**{name: taken(x) for name, x in present.items() if x is not None})
