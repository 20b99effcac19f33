"""Make a counterexample small: fewer rows, fewer tokens, simpler numbers, while it still breaks the law."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entmax_oracle.reference.formats import Format

from ..shrinking import minimise
from .calls import Float64
from .laws import Case, Finding

__all__ = ["ATTEMPTS", "bits", "coarse", "complexity", "shrink"]

Attempt = Callable[[Any], Iterator[Any]]
Judge = Callable[[Any], Finding]


def shrink(
    case: Any,
    finding: Finding,
    judge: Judge,
    form: Format,
    *,
    evaluations: int = 300,
    seconds: float = 60.0,
    attempts: Sequence[Attempt] = (),
    measure: Callable[[Any], tuple[float, ...]] | None = None,
    fit: Callable[[Any], Any] = lambda case: case,
) -> tuple[Any, Finding]:
    """Minimise by delta debugging.

    Parameters
    ----------
    case : Case
        Breaks the law.
    finding : Finding
        What it showed.
    judge : callable
        ``judge(case) -> Finding``; never raises.
    form : Format
        Whose numbers the logits stay.
    evaluations, seconds : int, float
        Limits on the work.
    attempts, measure
        Yield simpler cases, and say how complex one is; those of a mapping by default.
    fit : callable
        Makes a case one that the implementation takes.

    Returns
    -------
    case, finding
        The simplest that was found. A violation never shrinks to a marginal one: its ratio stays above 2, or
        above what it was.
    """
    measure = measure or complexity
    floor = min(finding.ratio, 2.0)

    def fails(candidate: Any) -> Finding | None:
        found = judge(candidate)
        return found if found.broken and found.ratio >= floor else None

    return minimise(
        case,
        finding,
        [partial(_fitting, attempt, fit) for attempt in attempts or ATTEMPTS],
        fails,
        eligible=lambda candidate, best: measure(candidate) < measure(best) and _representable(candidate, form),
        evaluations=evaluations,
        seconds=seconds,
    )


def _fitting(attempt: Attempt, fit: Callable[[Any], Any], case: Any) -> Iterator[Any]:
    return map(fit, attempt(case))


def complexity(case: Case) -> tuple[float, ...]:
    """Measure what shrinking lowers: rows, tokens, axes, then the bits and the size of the numbers."""
    z = case.logits
    n = z.shape[-1]
    extra = 0 if case.cotangent is None else bits(case.cotangent)
    return (
        float(np.prod(z.shape[:-1], dtype=np.int64)),
        float(n),
        float(z.ndim),
        float(case.layout != "contiguous") + float(case.cotangent_layout != "contiguous"),
        float(bits(z) + extra),
        float(len(np.unique(z))),
        float(np.abs(z[np.isfinite(z)]).sum()),
        float(case.variant + abs(case.shift)),
    )


def bits(x: Float64) -> int:
    """Significant bits of all numbers together, negative signs included; none for zero and -inf."""
    finite = np.where(np.isfinite(x), x, 0.0)
    whole = (np.frexp(finite)[0] * 2.0**53).astype(np.int64)
    lowest = whole & -whole
    bits = np.where(whole == 0, 0.0, 54 - np.log2(np.where(lowest == 0, 1, lowest).astype(np.float64)))
    return int(bits.sum()) + int((x < 0).sum())


def _representable(case: Any, form: Format) -> bool:
    return all(
        np.array_equal(form.round_array(each).astype(np.float64), each)
        for each in vars(case).values()
        if isinstance(each, np.ndarray)
    )


def _keep(case: Case, kept: NDArray[np.bool_]) -> Case:
    g = case.cotangent
    return replace(case, logits=case.logits[..., kept], cotangent=None if g is None else g[..., kept])


def _frame(case: Case) -> Iterator[Case]:
    """Plain memory, no parameters, one row, one axis."""
    yield replace(case, layout="contiguous", cotangent_layout="contiguous")
    for variant in (0, 1, 2, 3):
        yield replace(case, variant=variant)
    if case.shift:
        yield replace(case, shift=float(np.copysign(abs(case.shift) / 2, case.shift)))
    if case.logits.ndim > 1 and case.logits.size:
        n = case.logits.shape[-1]
        flat = case.logits.reshape(-1, n)
        g = None if case.cotangent is None else case.cotangent.reshape(-1, n)
        for half in (slice(len(flat) // 2), slice(len(flat) // 2, None)) if len(flat) > 3 else ():
            yield replace(case, logits=flat[half], cotangent=None if g is None else g[half])
        for i in range(len(flat)):
            yield replace(case, logits=flat[i], cotangent=None if g is None else g[i])
        for i in range(len(flat)):
            yield replace(case, logits=flat[i : i + 1], cotangent=None if g is None else g[i : i + 1])
        for i in range(len(flat) if len(flat) > 2 else 0):
            kept = np.arange(len(flat)) != i
            yield replace(case, logits=flat[kept], cotangent=None if g is None else g[kept])


def _chunks(case: Case) -> Iterator[Case]:
    """Drop large chunks of tokens, halves first."""
    yield from _tokens(case, max(case.logits.shape[-1] // 16, 1))


def _tokens(case: Case, least: int = 1) -> Iterator[Case]:
    """Drop chunks of tokens, down to a size."""
    n = case.logits.shape[-1]
    size = n // 2
    while size >= least:
        for start in range(0, n, size):
            kept = np.ones(n, dtype=bool)
            kept[start : start + size] = False
            if kept.any() and np.isfinite(case.logits[..., kept]).any(axis=-1).all():
                yield _keep(case, kept)
        size //= 2


def _whole(case: Case) -> Iterator[Case]:
    """Simpler numbers for all tokens at once."""
    z = case.logits
    live = np.isfinite(z)
    if not live.any():
        return
    peak = np.where(live, z, -np.inf).max(axis=-1, keepdims=True)
    yield replace(case, logits=np.where(live, 0.0, z))
    with np.errstate(invalid="ignore", over="ignore"):
        yield from _exact(case, np.where(live, z - peak, z))
        for power in (64, 16, 4, 1):
            yield from _exact(case, np.where(live, np.ldexp(z, -power), z))
        for scale in (1.0, 2.0, 4.0, 16.0, 256.0, 4096.0):
            yield from _exact(case, np.where(live, np.rint(z * scale) / scale, z))
            yield from _exact(case, np.where(live, np.rint((z - peak) * scale) / scale, z))
    for bits in (2, 4, 8, 12):
        yield from _exact(case, np.where(live, coarse(z, bits), z))
    if case.cotangent is not None:
        g = case.cotangent
        for simple in (np.ones_like(g), np.sign(g), np.rint(g), coarse(g, 3), coarse(g, 8)):
            yield replace(case, cotangent=simple)


def _each(case: Case) -> Iterator[Case]:
    """Simpler numbers token by token, chunks of equal ones first."""
    z = case.logits
    if z.size > 64:
        return
    for index in np.ndindex(z.shape):
        for value in (0.0, 1.0, np.rint(z[index]), float(coarse(z[index], 3)), float(coarse(z[index], 8))):
            if np.isfinite(z[index]) and value != z[index]:
                changed = z.copy()
                changed[index] = value
                yield replace(case, logits=changed)
        if case.cotangent is not None:
            for value in (0.0, 1.0, np.rint(case.cotangent[index])):
                changed = case.cotangent.copy()
                changed[index] = value
                yield replace(case, cotangent=changed)


# Simple numbers come before single tokens: rows of few distinct numbers are cheap to certify.
ATTEMPTS: tuple[Attempt, ...] = (_frame, _chunks, _whole, _chunks, _tokens, _each)


def _exact(case: Case, logits: Float64) -> Iterator[Case]:
    if not np.isnan(logits).any() and not np.isposinf(logits).any():
        yield replace(case, logits=logits)


def coarse(x: Float64, bits: int) -> Float64:
    """Round to a number of significant bits."""
    mantissa, exponent = np.frexp(np.where(np.isfinite(x), x, 0.0))
    return np.asarray(np.ldexp(np.rint(mantissa * 2.0**bits), exponent - bits))
