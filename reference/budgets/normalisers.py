"""Error budgets of normalisers: how far a careful implementation may be from the exact weights, on this very row.

Each normaliser's careful program is written here once more, in numbers that carry the error of their own roundings
(:mod:`.running_error`); what they carry in the end is the budget. So no tolerance is chosen: it
follows from the program, the row and the format. What each program takes for careful:

- The maximum is subtracted first, before a scale is applied: x = theta (z - max z). Where the definition is no function
  of differences (MultiMax, softplus, sigmoid, stick-breaking), errors scale with the logits themselves.
- Parameters are rounded to the format of the arithmetic, unless they are numbers of it.
- Weights of the entmax family come from the envelope of :mod:`entmax_oracle.reference.budget`, with the drift of the
  scaled logits; those of normmax are powers of its ends.
- Comparisons of logits are exact: which tokens are the k largest is decided by the input, not by rounding.
- Softplus attention may take powers of shares or go through logarithms, stick-breaking may multiply or add logarithms:
  the budget covers both.
- For 16-bit dtypes the arithmetic is float32 unless said otherwise, with one rounding at the end; a backward pass may
  use weights that were saved in the dtype.

A budget is exactly 0 where only an exact zero is right, and infinite where nothing can be asked for: of a derivative at
a corner, within what rounding moves it by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..formats import Format, as_format
from ..inputs import Float64, as_finite, as_logits
from ..normalisers.base import NORMALISERS, Normaliser, normaliser
from ..normalisers.selections import TopKSoftmax
from ..normalisers.softmaxes import _CONFIDENT, _FIT, SoftplusReweighted, lifted, softmax
from ..values.derivatives import vjp
from .mapping import envelope_of, reach_of, vjp_budget
from .running_error import Arithmetic, Rounded

__all__ = ["normaliser_budget", "normaliser_vjp_budget"]


@np.errstate(over="ignore", invalid="ignore")
def normaliser_budget(
    name: str, z: Any, dtype: Any = "float32", *, compute_dtype: Any = None, **parameters: Any
) -> Float64:
    """Error that a correct implementation may make in each weight of a normaliser.

    Parameters
    ----------
    name : str
        A key of `NORMALISERS`.
    z : array-like, shape (..., n)
        The logits exactly as the implementation sees them.
    dtype : str or dtype
        What the implementation returns.
    compute_dtype : str or dtype, optional
        The arithmetic inside. Default: ``dtype``, but float32 for the 16-bit formats.
    **parameters
        Of the normaliser.

    Returns
    -------
    ndarray of float64, shape of ``z``
        Exactly 0 where only an exact zero is right; infinite where a careful program may overflow or divide by 0.

    Raises
    ------
    ValueError
        As for a call of the normaliser; for an unknown dtype.

    Examples
    --------
    >>> bound = normaliser_budget("scalable-softmax", [1.0, 0.5, -3.0], "float32")
    >>> bool((0 < bound).all() and (bound < 2e-6).all())
    True
    >>> normaliser_budget("rectified-linear", [1.0, -1.0], "float64")[1]
    np.float64(0.0)
    """
    known, out, arithmetic = _of(name, dtype, compute_dtype)
    settings = known._settings(parameters)

    def bound(rows: Float64) -> Float64:
        return _settled(_MODELS[name].weights(rows, arithmetic, **settings), out)

    return known._each(bound, as_logits(z), (), settings)


@np.errstate(over="ignore", invalid="ignore")
def normaliser_vjp_budget(
    name: str, z: Any, grad: Any, dtype: Any = "float32", *, compute_dtype: Any = None, **parameters: Any
) -> Float64:
    """Error that a correct implementation may make in each entry of the vector-Jacobian product of a normaliser.

    Parameters
    ----------
    name, z, dtype, compute_dtype, **parameters
        As for :func:`normaliser_budget`.
    grad : array-like, shape of ``z``
        The incoming gradient, exactly as the implementation sees it.

    Returns
    -------
    ndarray of float64, shape of ``z``
        Infinite where the derivative jumps within rounding, and where a careful program may overflow or divide by 0.

    Raises
    ------
    ValueError
        As for :func:`normaliser_budget`, and for a ``grad`` that is not finite or of another shape.
    """
    known, out, arithmetic = _of(name, dtype, compute_dtype)
    settings, logits = known._settings(parameters), as_logits(z)
    direction = as_finite(grad, "grad", logits.shape)

    def bound(rows: Float64, along: Float64) -> Float64:
        model = _MODELS[name]
        found = model.pull(rows, along, arithmetic, out, **settings)
        if model.lifts:
            found = _lowered(found, rows)
        return _settled(found, out) + arithmetic.tiny * (found.error > 0)

    return known._each(bound, logits, (direction,), settings)


def _of(name: str, dtype: Any, compute_dtype: Any) -> tuple[Normaliser, Format, Arithmetic]:
    out = as_format(dtype)
    inner = as_format(compute_dtype, "compute_dtype") if compute_dtype is not None else out
    if compute_dtype is None and out.precision_bits < 24:
        inner = as_format("float32")
    return normaliser(name), out, Arithmetic(inner)


def _stored(x: Rounded, out: Format) -> Rounded:
    """Round once to the output format, flushing what is below its normal numbers; exact zeros stay."""
    rounding = out.unit_roundoff * x.size if out != x.arithmetic.form else np.zeros_like(x.size)
    return x.off(np.where(x.size > 0, rounding + x.arithmetic.tiny + out.smallest_subnormal, 0.0))


def _settled(found: Rounded, out: Format) -> Float64:
    """Error of the stored answer; infinite where an operation overflowed, after which nothing is known."""
    error = _stored(found, out).error
    return np.where(np.isnan(error) | ~np.isfinite(found.value), np.inf, error)


def _lowered(found: Rounded, rows: Float64) -> Rounded:
    """Let the largest logit take back the sum of a gradient, as autograd through the subtraction of the maximum does.

    That sum is zero but for rounding, which is that of all tokens and of summing them.
    """
    all_errors = found.error.sum(axis=-1, keepdims=True)
    summing = found.arithmetic.summation(rows.shape[-1]) * found.size.sum(axis=-1, keepdims=True)
    return found.off(np.where(rows == rows.max(axis=-1, keepdims=True), all_errors + summing, 0.0))


# Parts that several programs have.


def _lift(z: Float64, arithmetic: Arithmetic) -> Rounded:
    return Rounded(lifted(z), arithmetic.u * np.abs(lifted(z)), arithmetic)


def _softmax(x: Rounded) -> Rounded:
    """Softmax of logits that are off: one number is subtracted from a whole row, whatever it is."""
    gap = lifted(x.value)
    return _shares(Rounded(gap, x.error + x.arithmetic.u * np.abs(gap), x.arithmetic).exp())


def _shares(weights: Rounded) -> Rounded:
    """Divide by the sum of weights of which one is 1, or as much as a power of n: it is never 0.

    However far the weights are off, a share is not negative, and above 1 by the rounding of that sum alone.
    """
    found = weights / weights.total()
    most = np.maximum(found.value, 1 - found.value) + 2 * weights.arithmetic.summation(weights.value.shape[-1])
    return Rounded(found.value, np.fmin(found.error, most), weights.arithmetic)


def _entmax(x: Rounded, alpha: float) -> Rounded:
    """Entmax of logits that are off, from the envelope of all answers."""
    peak = x.value.max(axis=-1)
    rows = x.value.reshape(-1, x.value.shape[-1])
    found = envelope_of(rows, peak.reshape(-1), alpha, x.arithmetic.form, x.error.reshape(rows.shape))
    error = np.where(found.high > 0, reach_of(found), 0.0)
    return Rounded(found.p.reshape(x.value.shape), error.reshape(x.value.shape), x.arithmetic)


def _through(p: Rounded, grad: Float64, out: Format) -> Rounded:
    """Multiply by the Jacobian of softmax at saved weights.

    Autograd of quotients may carry p g and p sum p g apart before it subtracts them: four roundings of each.
    """
    saved, g = _stored(p, out), p.arithmetic.exact(grad)
    mean = (saved * g).total()
    size = saved.value * (np.abs(grad) + (saved.value * np.abs(grad)).sum(axis=-1, keepdims=True))
    return (saved * (g - mean)).off(4 * p.arithmetic.u * size)


def _asis(z: Float64, arithmetic: Arithmetic, **parameters: Any) -> Rounded:
    return arithmetic.exact(z)


@dataclass(frozen=True)
class _Model:
    """A careful program: ``weights(z, arithmetic, **parameters)``, ``pull(z, grad, arithmetic, out, **parameters)``.

    It `lifts` if it subtracts the maximum of a row first.
    """

    weights: Callable[..., Rounded]
    pull: Callable[..., Rounded]
    lifts: bool = True


def _after_softmax(
    logits: Callable[..., Rounded], slope: Callable[..., Rounded] = lambda z, ar, **p: ar.exact(1.0)
) -> _Model:
    """Softmax of changed logits, whose change has a slope that each token has on its own."""

    def weights(z: Float64, ar: Arithmetic, **parameters: Any) -> Rounded:
        return _softmax(logits(z, ar, **parameters))

    def pull(z: Float64, grad: Float64, ar: Arithmetic, out: Format, **parameters: Any) -> Rounded:
        return slope(z, ar, **parameters) * _through(weights(z, ar, **parameters), grad, out)

    return _Model(weights, pull)


# Softmaxes.


def _by_length(z: Float64, ar: Arithmetic, *, s: float) -> Rounded:
    return ar.near(s * np.log(z.shape[-1]), 6)


def _multimax_logits(z: Float64, ar: Arithmetic, *, t_b: float, b: float, t_d: float, d: float) -> Rounded:
    token = ar.exact(z)
    below = (ar.near(b, 1) - token).clip(0.0)
    above = (token - ar.near(d, 1)).clip(0.0)
    return token + ar.near(1 - t_b, 2) * below + ar.near(t_d - 1, 2) * above


def _multimax_slope(z: Float64, ar: Arithmetic, *, t_b: float, b: float, t_d: float, d: float) -> Rounded:
    corner = (np.abs(z - b) <= ar.u * abs(b)) | (np.abs(z - d) <= ar.u * abs(d))
    return ar.near(np.where(z < b, t_b, np.where(z > d, t_d, 1.0)), 1).off(np.where(corner, np.inf, 0.0))


def _softplus_logits(z: Float64, ar: Arithmetic, *, r: float) -> Rounded:
    log = SoftplusReweighted._log_softplus(z)
    each = Rounded(log, ar.u * (6 + 3 * np.abs(log)), ar)
    gap = each - each.apply(lambda x: np.take_along_axis(x, log.argmax(axis=-1)[..., np.newaxis], -1))
    # A power of a share, as exp2(r log2 s), errs by a few units times the logarithm of the share.
    power = ar.u * (4 + r + 3 * r * (np.abs(gap.value) + np.log(z.shape[-1])))
    return (ar.near(r, 1) * gap).off(power)


def _softplus_slope(z: Float64, ar: Arithmetic, *, r: float) -> Rounded:
    log = SoftplusReweighted._log_softplus(z)
    slope = np.exp(np.minimum(-np.logaddexp(0.0, -z) - log, 0.0))
    return ar.near(r * slope, 16)


def _softplus_pull(z: Float64, grad: Float64, ar: Arithmetic, out: Format, *, r: float) -> Rounded:
    plain = _after_softmax(_softplus_logits, _softplus_slope)
    found = plain.pull(z, grad, ar, out, r=r)
    # The first normalisation hands back a sum that is zero but for rounding, in proportion to the shares.
    p = plain.weights(z, ar, r=r).value
    share = softmax(SoftplusReweighted._log_softplus(z))
    left = r * (ar.summation(z.shape[-1]) + 6 * ar.u) * (p * np.abs(grad)).sum(axis=-1, keepdims=True)
    return found.off(left * share * _softplus_slope(z, ar, r=1.0).value)


def _adaptive_parts(z: Float64, ar: Arithmetic) -> tuple[Rounded, Rounded, Rounded, Rounded]:
    """Softmax, gaps, scale and its derivative in the entropy."""
    gap, first = _lift(z, ar), _softmax(ar.exact(z))
    p, off = first.value, first.error
    log = np.log(np.maximum(p, np.maximum(off, np.finfo(np.float64).tiny)))
    # x log x moves by at most 3 e (1 + |log max(x, e)|) when x moves by e.
    surprise = -p * np.log(np.where(p > 0, p, 1.0))
    terms = Rounded(surprise, 3 * off * (1 + np.abs(log)) + 6 * ar.u * np.abs(surprise), ar)
    entropy = terms.total()
    fit, slope = ar.exact(0.0), ar.exact(0.0)
    for coefficient in _FIT:
        slope = slope * entropy + fit
        fit = fit * entropy + ar.near(coefficient, 1)
    able = entropy.size > _CONFIDENT  # the fit is far below 1 where this could be in doubt
    sharp, undecided = able & (fit.value > 1), able & (np.abs(fit.value - 1) <= fit.error)
    scale = Rounded(np.where(sharp, fit.value, 1.0), np.where(sharp | undecided, fit.error, 0.0), ar)
    bend = np.where(undecided, np.inf, np.where(sharp, slope.error, 0.0))
    return first, gap, scale, Rounded(np.where(sharp, slope.value, 0.0), bend, ar)


def _adaptive(z: Float64, ar: Arithmetic) -> Rounded:
    _, gap, scale, _ = _adaptive_parts(z, ar)
    return _softmax(scale * gap)


def _adaptive_pull(z: Float64, grad: Float64, ar: Arithmetic, out: Format) -> Rounded:
    first, gap, scale, slope = _adaptive_parts(z, ar)
    back = _through(_softmax(scale * gap), grad, out)
    # Autograd of the entropy goes by log p, which is the gap less a constant of the size of log n, plus 1.
    size = first.value * (np.abs(gap.value) + np.log(z.shape[-1]) + 1)
    heat = _through(first, gap.value, out).off(8 * ar.u * (size + first.value * size.sum(axis=-1, keepdims=True)))
    return scale * back - (back * gap).total() * slope * heat


def _factor(z: Float64, ar: Arithmetic, normalised: bool) -> tuple[Rounded, Rounded, Rounded]:
    """Return what softmax is multiplied by, the least of z and 0, and the width."""
    if not normalised:
        return ar.exact(z), ar.exact(0.0), ar.exact(1.0)
    low = ar.exact(np.minimum(z.min(axis=-1, keepdims=True), 0.0))
    width = ar.exact(np.maximum(z.max(axis=-1, keepdims=True), 0.0)) - low
    return (ar.exact(z) - low) / width, low, width


def _self_adjust(z: Float64, ar: Arithmetic, *, normalised: bool) -> Rounded:
    return _factor(z, ar, normalised)[0] * _softmax(ar.exact(z))


def _self_adjust_pull(z: Float64, grad: Float64, ar: Arithmetic, out: Format, *, normalised: bool) -> Rounded:
    p, (factor, _, width) = _softmax(ar.exact(z)), _factor(z, ar, normalised)
    g = ar.exact(grad)
    direct = g * p
    weighted = g * factor
    back = _through(p, weighted.value, out) + _spread(p, weighted.error)
    found = (direct / width + back) if normalised else direct + back
    if not normalised:
        return found
    one = ar.exact(1.0)
    to_low, to_high = ((one - factor) * direct).total() / width, (factor * direct).total() / width
    # Autograd takes the numerator's part and the width's apart before it adds them.
    apart = (ar.summation(z.shape[-1]) + 8 * ar.u) * direct.size.sum(axis=-1, keepdims=True) / width.value
    low, high = z.min(axis=-1, keepdims=True), z.max(axis=-1, keepdims=True)
    for end, amount, moves in ((low, to_low, low <= 0), (high, to_high, high >= 0)):
        here = (z == end) & moves
        shared = (here.sum(axis=-1, keepdims=True) > 1) | (end == 0)  # whose it is, is anyone's choice
        error = np.where(shared, np.inf, amount.error + apart)
        found = found + Rounded(np.where(here, -amount.value, 0.0), np.where(here, error, 0.0), ar)
    # A quotient's derivative divides by the square of the width, which may underflow.
    return found.off(np.where(width.value**2 < ar.tiny, np.inf, 0.0))


def _spread(p: Rounded, error: Float64) -> Rounded:
    """Say what an error of the incoming gradient becomes behind the Jacobian of softmax."""
    size = p.size * (error + (p.size * error).sum(axis=-1, keepdims=True))
    return Rounded(np.zeros_like(size), size, p.arithmetic)


def _gated(z: Float64, ar: Arithmetic, *, gate: float) -> Rounded:
    return ar.near(gate, 1) * _softmax(ar.exact(z))


def _gated_pull(z: Float64, grad: Float64, ar: Arithmetic, out: Format, *, gate: float) -> Rounded:
    return ar.near(gate, 1) * _through(_softmax(ar.exact(z)), grad, out)


# The family of entmax.


def _entmax_of(scale: Callable[..., Rounded], fixed: float | None = None) -> _Model:
    """Entmax of scaled logits."""

    def scaled(z: Float64, ar: Arithmetic, **parameters: Any) -> Rounded:
        parameters.pop("alpha", None)
        by = scale(z, ar, **parameters)
        # The envelope's own model holds the subtraction of the maximum.
        x = lifted(z, by.value)
        return ar.exact(x).off((by.error / np.abs(by.value) + ar.u * (by.error > 0)) * np.abs(x))

    def weights(z: Float64, ar: Arithmetic, **parameters: Any) -> Rounded:
        return _entmax(scaled(z, ar, **parameters), fixed or float(parameters["alpha"]))

    def pull(z: Float64, grad: Float64, ar: Arithmetic, out: Format, **parameters: Any) -> Rounded:
        alpha, x = fixed or float(parameters["alpha"]), scaled(z, ar, **parameters)
        allowed = vjp_budget(x.value, grad, alpha, out, compute_dtype=ar.form, drift=x.error.reshape(-1, z.shape[-1]))
        parameters.pop("alpha", None)
        return scale(z, ar, **parameters) * Rounded(vjp(x.value, grad, alpha), allowed, ar)

    return _Model(weights, pull)


def _by_power(z: Float64, ar: Arithmetic, *, delta: float, beta: float, gamma: float) -> Rounded:
    if z.shape[-1] == 1:
        return ar.exact(1.0)
    log = np.log(z.shape[-1])
    # The power as exp2(gamma log2 log n), the logarithm off by four units, then a product and a sum.
    units = 14 + 5 * abs(gamma) * (1 + abs(np.log(log)))
    return ar.near(delta, 1) + ar.near(beta * log**gamma, units)


def _normmax_powers(z: Float64, ar: Arithmetic, alpha: float | Fraction) -> Rounded:
    """Return the weights before they are divided by their sum: powers of an entmax."""
    order = Fraction(alpha)
    masses = ar.exact(lifted(z, float(order / (order - 1))))
    found = _entmax(masses.off(ar.u * np.abs(masses.value)), float(2 - 1 / order))
    low, mid, high = (
        np.maximum(each, 0.0) ** float(1 / order)
        for each in (found.value - found.error, found.value, found.value + found.error)
    )
    log = np.abs(np.log(np.where(mid > 0, mid, 1.0)))
    error = np.maximum(high - mid, mid - low)
    return Rounded(mid, error + ar.u * (4 + 3 * log) * (mid + error) * (error > 0), ar)


def _normmax(z: Float64, ar: Arithmetic, *, alpha: float | Fraction) -> Rounded:
    return _shares(_normmax_powers(z, ar, alpha))


def _normmax_pull(z: Float64, grad: Float64, ar: Arithmetic, out: Format, *, alpha: float | Fraction) -> Rounded:
    powers, power = _normmax_powers(z, ar, alpha), 2 - float(alpha)
    total = powers.total()
    p, g = _stored(powers / total, out), ar.exact(grad)
    centred = (g - (p * g).total()) / total
    saved = _stored(powers, out)
    live = saved.error > 0
    low, high = np.maximum(saved.value - saved.error, 0.0), saved.value + saved.error
    with np.errstate(divide="ignore"):
        ends = [np.where(live, np.where(live, each, 1.0) ** power, 0.0) for each in (low, saved.value, high)]
    bent = ends[1]
    log = np.abs(power * np.log(np.where(saved.value > 0, saved.value, 1.0)))
    slack = np.maximum(np.abs(ends[0] - bent), np.abs(ends[2] - bent)) + ar.u * (5 + 3 * log) * bent
    jump = (live & (low == 0)).any(axis=-1, keepdims=True) & (power <= 0)
    bent = np.where(np.isfinite(bent), bent, 0.0)
    slope = Rounded(bent, np.where(jump | ~np.isfinite(slack), np.inf, slack), ar)
    back = slope * centred
    return (back - p * back.total()) / ar.near(float(alpha) - 1, 2)


# Selections.


def _top_k(z: Float64, ar: Arithmetic, *, k: int) -> Rounded:
    kept = TopKSoftmax._kept(z, k)
    powers = _lift(z, ar).exp()
    return _shares(Rounded(np.where(kept, powers.value, 0.0), np.where(kept, powers.error, 0.0), ar))


def _top_k_pull(z: Float64, grad: Float64, ar: Arithmetic, out: Format, *, k: int) -> Rounded:
    found = _through(_top_k(z, ar, k=k), grad, out)
    ranked = np.sort(z, axis=-1)[..., ::-1]
    tied = ranked[..., k - 1 : k] == ranked[..., k : k + 1] if k < z.shape[-1] else False
    return found.off(np.where(tied, np.inf, 0.0))


def _above_quantile(z: Float64, ar: Arithmetic, r: float) -> tuple[Rounded, Rounded, float, float]:
    """Gaps, what they exceed the quantile by, the place of the quantile, and how far it may be off."""
    gap, n = _lift(z, ar), z.shape[-1]
    ranked = gap.apply(lambda x: np.take_along_axis(x, np.argsort(z, axis=-1, kind="stable"), -1))
    position = float(r) * (n - 1)
    place = int(np.floor(Fraction(r) * (n - 1)))
    off = 3 * ar.u * max(position, 0.0)  # r rounded to the format, and the product; nothing where it is 0
    low = ranked.apply(lambda x: x[..., place : place + 1])
    high = ranked.apply(lambda x: x[..., min(place + 1, n - 1) : min(place + 1, n - 1) + 1])
    share = float(Fraction(r) * (n - 1) - place)
    quantile = low + ar.exact(share) * (high - low) if share else low
    near = ranked.value[..., max(place - 1, 0) : place + 3]
    quantile = quantile.off(off * np.abs(np.diff(near, axis=-1)).max(axis=-1, keepdims=True, initial=0.0))
    return gap, (gap - quantile).clip(0.0), place + share, off


def _r_softmax(z: Float64, ar: Arithmetic, *, r: float) -> Rounded:
    gap, above, _, _ = _above_quantile(z, ar, r)
    weight = above * gap.exp()
    return weight / weight.total()


def _r_softmax_pull(z: Float64, grad: Float64, ar: Arithmetic, out: Format, *, r: float) -> Rounded:
    gap, above, position, off = _above_quantile(z, ar, r)
    lift, g = gap.exp(), ar.exact(grad)
    weight = above * lift
    total = weight.total()
    p = _stored(weight / total, out)
    live = above.value > 0
    centred = (g - (p * g).total()) / total * lift
    centred = Rounded(np.where(live, centred.value, 0.0), np.where(live, centred.error, 0.0), ar)
    found = centred * (ar.exact(1.0) + above)
    back = centred.total()
    place = int(position)
    ranked = np.sort(z, axis=-1)
    ends = ranked[..., place : place + 2]
    at = z[..., np.newaxis] == ends[..., np.newaxis, :]
    at_end = at.any(axis=-1)
    # The tokens at the quantile take the others' sum back, by their shares of it.
    share = (at * np.array([1 - (position - place), position - place])[: ends.shape[-1]]).sum(axis=-1)
    taken = back.error + (off + 4 * ar.u) * back.size
    found = found + Rounded(-share * back.value, np.where(at_end, taken, off * back.size * (off > 0)), ar)
    # A token at the corner has a derivative of its own choosing, unless it is the quantile itself.
    corner = (above.error > above.value) & (above.error > 0)
    # Logits that rounding brings together once the maximum is subtracted change places at will.
    blur = 2 * ar.u * np.where(np.isfinite(gap.value), np.abs(gap.value), 0.0)[..., np.newaxis]
    near = np.abs(z[..., np.newaxis] - ends[..., np.newaxis, :]) <= blur
    tied = (near.sum(axis=-2) > 1).any(axis=-1, keepdims=True)
    own = at_end & (position == place) & (z == ends[..., :1])
    return found.off(np.where((corner & ~own).any(axis=-1, keepdims=True) | tied, np.inf, 0.0))


def _budget_parts(z: Float64, ar: Arithmetic, k: int) -> Rounded:
    """Logits above the threshold, before they are clipped.

    Data off by e move the threshold by an average of e over the tokens strictly between, and a closed form or a
    bisection adds the rounding of their sum and of the threshold itself.
    """
    gap = lifted(z)
    tau = NORMALISERS["budget"]._threshold(gap, k)[..., np.newaxis]  # type: ignore[attr-defined]
    above = gap - tau
    # Where none is between, every threshold of a whole range is right: each token is judged by its nearest end.
    ranked = np.sort(gap, axis=-1)[..., ::-1]
    least, next_one = ranked[..., k - 1 : k], ranked[..., k : k + 1] if k < z.shape[-1] else -np.inf
    ends = np.where(gap >= least, least - 1, next_one)
    flat = ~((above > 0) & (above < 1)).any(axis=-1, keepdims=True) & np.isfinite(ends)
    tau = np.where(flat, ends, tau)
    above = gap - tau
    near = np.where((above > -1) & (above < 2), np.abs(gap), np.abs(tau)).max(axis=-1, keepdims=True)
    moved = (ar.summation(z.shape[-1]) + 4 * ar.u) * (near + 1)
    return Rounded(above, ar.u * (np.abs(gap) + np.abs(above)) + moved, ar)


def _budget(z: Float64, ar: Arithmetic, *, k: int) -> Rounded:
    p = _budget_parts(z, ar, k).clip(0.0, 1.0)
    return p.off(np.where(p.size > 0, 2 * ar.u, 0.0))


def _budget_pull(z: Float64, grad: Float64, ar: Arithmetic, out: Format, *, k: int) -> Rounded:
    above = _budget_parts(z, ar, k)
    corner = (np.abs(above.value) <= above.error) | (np.abs(above.value - 1) <= above.error)
    between = (above.value > 0) & (above.value < 1)
    g = np.where(between, grad, 0.0)
    mean = ar.exact(g).total() / ar.exact(np.maximum(between.sum(axis=-1, keepdims=True), 1.0))
    found = ar.exact(g) - mean
    found = Rounded(np.where(between, found.value, 0.0), np.where(between, found.error + ar.u * np.abs(g), 0.0), ar)
    # Autograd of the subtracted maximum hands it what the row sums to: zero but for rounding.
    left = (ar.summation(z.shape[-1]) + 4 * ar.u) * np.abs(g).sum(axis=-1, keepdims=True)
    found = found.off(np.where(lifted(z) == 0, left, 0.0))
    return found.off(np.where(corner.any(axis=-1, keepdims=True), np.inf, 0.0))


# Tokens on their own.


def _relu(z: Float64, ar: Arithmetic) -> Rounded:
    return ar.exact(z).clip(0.0)


def _relu_pull(z: Float64, grad: Float64, ar: Arithmetic, out: Format) -> Rounded:
    return ar.exact(np.where(z > 0, grad, 0.0)).off(np.where(z == 0, np.inf, 0.0))


def _sigmoid(z: Float64, ar: Arithmetic, *, bias: float | None) -> Rounded:
    shift = ar.near(-np.log(z.shape[-1]), 4) if bias is None else ar.near(bias, 1)
    return (ar.exact(z) + shift).sigmoid()


def _sigmoid_pull(z: Float64, grad: Float64, ar: Arithmetic, out: Format, *, bias: float | None) -> Rounded:
    p = _stored(_sigmoid(z, ar, bias=bias), out)
    return ar.exact(grad) * p * (ar.exact(1.0) - p)


def _stick_breaking(z: Float64, ar: Arithmetic) -> Rounded:
    left = np.logaddexp(0.0, z)
    passed = Rounded(-left, 4 * ar.u * left + 3 * ar.u, ar).apply(lambda x: x[..., ::-1]).running_total()
    behind = Rounded(np.zeros_like(z), np.zeros_like(z), ar)
    behind.value[..., 1:], behind.error[..., 1:] = passed.value[..., :-1], passed.error[..., :-1]
    own = np.logaddexp(0.0, -z)
    found = (behind.apply(lambda x: x[..., ::-1]) - Rounded(own, 4 * ar.u * own, ar)).exp()
    # A product of shares, or the exponential of a sum that is not positive, is a share itself.
    return Rounded(found.value, np.fmin(found.error, np.maximum(found.value, 1 - found.value)), ar)


def _stick_breaking_pull(z: Float64, grad: Float64, ar: Arithmetic, out: Format) -> Rounded:
    p, g, token = _stored(_stick_breaking(z, ar), out), ar.exact(grad), ar.exact(z)
    taken = g * p
    before = Rounded(np.zeros_like(z), np.zeros_like(z), ar)
    sums = taken.running_total()
    before.value[..., 1:], before.error[..., 1:] = sums.value[..., :-1], sums.error[..., :-1]
    # A program that sums all terms and takes the later ones off again loses what those are.
    spread: Float64 = 2 * ar.summation(z.shape[-1]) * taken.size.sum(axis=-1, keepdims=True)
    return taken * (-token).sigmoid() - token.sigmoid() * before.off(spread)


def _unscaled(z: Float64, ar: Arithmetic) -> Rounded:
    return ar.exact(1.0)


_MODELS: dict[str, _Model] = {
    "softmax": _after_softmax(_asis),
    "scalable-softmax": _after_softmax(lambda z, ar, *, s: _by_length(z, ar, s=s) * _lift(z, ar), _by_length),
    "adaptive-temperature-softmax": _Model(_adaptive, _adaptive_pull),
    "multimax": _after_softmax(_multimax_logits, _multimax_slope),
    "self-adjust-softmax": _Model(_self_adjust, _self_adjust_pull),
    "softplus-reweighted": _Model(_after_softmax(_softplus_logits).weights, _softplus_pull, lifts=False),
    "gated-softmax": _Model(_gated, _gated_pull),
    "sparsemax": _entmax_of(_unscaled, 2.0),
    "alpha-entmax": _entmax_of(_unscaled),
    "asentmax": _entmax_of(_by_power),
    "normmax": _Model(_normmax, _normmax_pull),
    "top-k-softmax": _Model(_top_k, _top_k_pull),
    "r-softmax": _Model(_r_softmax, _r_softmax_pull),
    "budget": _Model(_budget, _budget_pull),
    "rectified-linear": _Model(_relu, _relu_pull, lifts=False),
    "sigmoid": _Model(_sigmoid, _sigmoid_pull, lifts=False),
    "stick-breaking": _Model(_stick_breaking, _stick_breaking_pull, lifts=False),
}
