"""How far logits, probabilities and logarithms of sums of attention may be off: points 1 and 2 of its budgets.

The model is that of :mod:`entmax_oracle.reference.budgets.attention`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..attention_call import AttentionCall
from ..formats import FORMATS, TF32, Format, as_arithmetic, as_format
from ..inputs import Float64
from ..values.attention import Logits, log_sums, logits_of, softcap_slope
from .mapping import divided, envelope_of

__all__ = ["Model", "Reach", "log_sum_error"]

_REFERENCE = FORMATS["float64"].unit_roundoff
_LARGEST = 700.0  # exponentials of more overflow


@dataclass(frozen=True)
class Model:
    """The formats: u of the arithmetic, and what rounding before a matrix product costs, of inputs in `products`."""

    out: Format
    compute: Format
    half: float
    floor: float
    products: float = 0.0

    @classmethod
    def of(cls, dtype: Any, compute_dtype: Any) -> Model:
        """Read the formats."""
        out = as_format(dtype)
        short = out.precision_bits < 24
        compute = as_arithmetic(compute_dtype) if compute_dtype is not None else as_format("float32") if short else out
        products, half = 0.0, out.unit_roundoff if short else 0.0
        if compute == TF32:  # into which numbers of 16 bits fit; others are rounded to it, both factors of a product
            compute, twice = (
                as_format("float32").summing(compute.summation),
                2 * TF32.unit_roundoff * (1 + TF32.unit_roundoff),
            )
            products, half = (0.0, max(half, TF32.unit_roundoff)) if short else (twice, twice)
        floor = compute.smallest_normal + (out.smallest_subnormal / 2 if short else 0.0)
        return cls(out, compute, half, floor, products)

    def added(self, terms: NDArray[Any]) -> NDArray[Any]:
        """Units of u that a sum over keys or queries may be off by: in any order, unless trees are promised."""
        return self.compute.sum_error(terms) if self.compute.summation == "pairwise" else terms

    def sum_of(self, terms: int) -> float:
        """Relative error of a sum over queries, heads or batches, whose terms may be rounded first."""
        return (float(self.added(np.array(terms))) + 6) * self.u + self.half

    @property
    def u(self) -> float:
        """Unit roundoff of the arithmetic."""
        return self.compute.unit_roundoff

    @property
    def known(self) -> float:
        """Roundoff of the arithmetic, and of the float64 from which exact values come."""
        return self.u + _REFERENCE


@dataclass(frozen=True, eq=False)
class Reach:
    """How far logits and probabilities may be off.

    Attributes
    ----------
    scaled, near : ndarray, shape (B, H, M, N)
        Scores before the cap, and how far they may be off.
    logits, drift, p, low, high : ndarray, shape (B, H, M, N), or N + 1 with a sink
        Logits, how far they may be off; probabilities, how low and high they may come out, zeros where certainly zero.
    """

    scaled: Float64
    near: Float64
    logits: Float64
    drift: Float64
    p: Float64
    low: Float64
    high: Float64

    @classmethod
    def of(cls, call: AttentionCall, model: Model) -> Reach:
        """Follow the roundings of points 1 and 2."""
        found = logits_of(call)
        logits, sees = found.logits, call.sees
        near, drift = _drift(call, model, found)
        p, low, high = (np.zeros_like(logits) for _ in range(3))
        for h, alpha in enumerate(map(float, call.alpha)):
            rows = logits[:, h][sees[:, h]]
            if not rows.size:
                continue
            envelope = envelope_of(rows, rows.max(axis=-1), alpha, model.compute, drift[:, h][sees[:, h]])
            least, most = divided(envelope)
            if call.sinks is not None and alpha == 1:
                least, most = _gated(rows, drift[:, h][sees[:, h]], model, envelope.p, least, most)
            p[:, h][sees[:, h]] = envelope.p
            low[:, h][sees[:, h]] = least
            high[:, h][sees[:, h]] = np.where(most > 0, most + model.compute.smallest_normal, 0.0)
        return cls(found.scaled, near, logits, drift, p, low, high)


def _drift(call: AttentionCall, model: Model, found: Logits) -> tuple[Float64, Float64]:
    """How far scores may be off before the cap, and how far logits may be (point 1)."""
    n, scale = call.keys, np.abs(call.scale[..., None])
    z = found.logits[..., :n]
    z = np.where(np.isfinite(z), np.abs(z), 0.0)
    bias = np.abs(call.alibi_slopes[:, None, None] * call.distance)
    with np.errstate(over="ignore"):  # a sum of magnitudes may exceed every float where the score does not
        size = np.abs(call.query) @ np.swapaxes(np.abs(call.per_head(call.key)), -1, -2)
        drift = np.multiply(scale * (call.query.shape[3] + 2), size, out=np.zeros_like(z), where=scale > 0)
        added = np.where(bias > 0, 2 * bias + z, 0.0)
        if call.softcap is None:
            drift += added
        drift *= model.known
        drift += np.multiply(scale * model.products, size, out=np.zeros_like(z), where=scale > 0)
        near = drift
        if call.softcap is not None:
            drift = _capped_drift(found.scaled, near, call.softcap, model) + model.known * added
        if call.added is not None:
            mask = np.abs(call.added)
            own = model.known * z + 2 * model.known * mask
            between = own + 2 * model.known * bias
            drift = drift + np.where(mask > 0, own + np.where(bias > 0, between, 0.0), 0.0)
    if call.sinks is not None:
        sinks = np.broadcast_to(2 * model.known * np.abs(call.sinks)[:, None, None], (*drift.shape[:3], 1))
        drift = np.concatenate([drift, sinks], axis=-1)
    return near, drift


def _capped_drift(scaled: Float64, near: Float64, cap: float, model: Model) -> Float64:
    """How far cap * tanh(score / cap) may be off."""
    with np.errstate(invalid="ignore"):
        carried = near * softcap_slope(np.maximum(np.abs(scaled) - near, 0.0), cap)
    return np.fmin(carried + 8 * model.known * cap, 2 * cap)


def log_sum_error(logits: Float64, drift: Float64, model: Model, returned: Format) -> Float64:
    """How far the logarithm of the sum of exponentials along the last axis may be off; 0 where nothing is summed."""
    peak = logits.max(axis=-1, initial=-np.inf)
    live, some = np.isfinite(logits), np.isfinite(peak)
    exact = np.where(some, log_sums(logits), 0.0)
    peak = np.where(some, peak, 0.0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        moved = np.where(live, drift, 0.0)
        carried = np.maximum(log_sums(logits + moved) - exact, exact - log_sums(logits - moved))
        share = np.exp(np.where(live, logits, -np.inf) - exact[..., None])
        depth = np.where(share > 0, peak[..., None] - logits, 0.0)
        terms = model.compute.sum_error(live.sum(axis=-1))
        relative = (share * (4 + 3 * depth)).sum(axis=-1) + terms
        relative = model.known * relative + live.sum(axis=-1) * model.compute.smallest_normal
        summed = np.where(relative < 1, -np.log1p(-np.minimum(relative, 1.0)), np.inf)
        rest = 4 * np.abs(peak) + 6 * np.abs(exact - peak) + np.abs(exact)
        bound = carried + summed + model.known * rest + model.compute.smallest_normal
        if returned != model.compute:
            bound += returned.unit_roundoff * (np.abs(exact) + bound) + returned.smallest_subnormal
        known = np.abs(exact) + bound <= min(model.compute.largest, returned.largest)
    return np.where(some, np.where(known, bound, np.inf), 0.0)


def _gated(
    rows: Float64, drift: Float64, model: Model, p: Float64, low: Float64, high: Float64
) -> tuple[Float64, Float64]:
    """Let keys be weighted alone, and then by the sigmoid of lse - sink; the sink is the last token of each row."""
    off = log_sum_error(rows[:, :-1], drift[:, :-1], model, model.compute) + drift[:, -1]
    sinks, keys = rows[:, -1:], log_sums(rows[:, :-1])[:, None]
    with np.errstate(over="ignore", under="ignore"):
        off = off[:, None] + model.known * np.where(keys > -np.inf, np.abs(keys - sinks), 0.0)
        share = np.exp(np.minimum(sinks - log_sums(rows)[:, None] + off, 0.0))  # at most, of the sink
        lost = np.expm1(np.minimum(np.multiply(off, share, out=np.zeros_like(off), where=share > 0), _LARGEST))
        kept = np.expm1(np.minimum(off, _LARGEST))
    lost, kept = lost + 6 * model.u, kept + 6 * model.u
    factor = np.concatenate([np.repeat(lost, rows.shape[1] - 1, axis=1), kept], axis=1)
    spare = np.zeros_like(rows)
    spare[:, -1] = 2 * model.u  # the share of the sink may be what the sigmoid lacks of 1
    with np.errstate(invalid="ignore"):
        raised = np.where(high > 0, np.minimum(high + p * factor + spare, np.maximum(high, 1.0)), 0.0)
    return np.maximum(low - p * factor - spare, 0.0), raised
