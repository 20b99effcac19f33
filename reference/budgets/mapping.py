"""Error budgets: how far from the truth a careful implementation may be, on this very row.

A tolerance that is guessed is either too tight (tests that flake) or too loose (bugs that pass). Here it is derived. We
write down every rounding that a careful implementation commits, and take the set of all answers that it can then
give; the budget of a token is how far that set reaches from the exact probability.

The model
---------
Let u be the unit roundoff of the arithmetic, a = alpha - 1, q = 1/a, x_i = a (z_i - max z), t = p_max^a = -tau,
y_i = x_i - tau. A careful implementation subtracts the maximum first, and works with relative errors of at most

1. u for alpha itself, when it is held in the format of the arithmetic (nothing if alpha is exact there, as 1.5 is);
2. 2u in x_i (one subtraction, one product), so 2u |x_i| in absolute terms;
3. 3u in tau: the best number of the format is up to u away, and the solver may stop one step, 2u, beside it;
4. u in y_i (one subtraction);
5. eta_i = u (4 + q + 3 |log p_i|) in the power y_i^q, taken as exp2(q log2 y_i) with two units each for exp2 and
   log2 near 1 (products of y_i alone err less);
6. c u in a sum over the k live tokens, c = ceil(log2 k) + k/lanes: a reduction holds at least one 256-bit vector of
   partial sums (8 lanes in float32, 4 in float64) and adds them as a tree. Who promises ``summation="pairwise"`` is
   held to a tree throughout, c = ceil(log2 k) + 16, and ``"sequential"`` allows k - 1
   (:meth:`~entmax_oracle.reference.formats.Format.sum_error`);
7. the rounding of p_i to the output dtype, and flushing to zero below the smallest normal number.

What the solver makes of 2, 5 and 6 is an error of tau. Perturbed data x_i + e_i move the root by an average of the e_i
with weights between s_i = p_i^(2 - alpha) at the true and at the perturbed threshold (mean value theorem), and a
relative error of the sum by a u / Sigma, Sigma = sum s_i. A closed form for tau averages the x_i, with error c u times
their mean t - 1/Sigma. Together, with weights taken at the worst threshold in reach,

    |tau error| <= E = 5u t + a (sum_i p_i eta_i + c u) / Sigma + c u (t - 1/Sigma)         (alpha <= 2)
    |tau error| <= E = 5u t + a t max_i (eta_i + c u)                                       (alpha > 2)

so that p_i lies between [y_i - d_i]_+^q (1 - eta_i) and [y_i + d_i]_+^q (1 + eta_i) with d_i = E + 2u |x_i| + u y_i.
No linearisation: for alpha > 2 a token that is undecided within d_i may carry d_i^q, which is far more than d_i. A
token with y_i + d_i <= 0 is *certainly zero*, and its budget is exactly 0. An implementation that divides by its
sum at the end may move p_i by p_i times its row-sum error, which is added: what the step of tau in 3 makes of every
token, wherever the others have put it, and 5 and 6. For alpha > 2 that is most where many tokens lie at the threshold.

Below alpha = 1.05 the power form loses digits that the form p_i = exp(log1p(a (z_i - lambda))/a) keeps: there
2 and 3 become u |x_i| and 3u (1 - t), 4 becomes u |1 - y_i|, and E follows with their average over the tokens. Both are
careful, so the larger reach of the two counts. At alpha = 1
it is p_i (eta_i + sum_j p_j eta_j + (c + 2) u), with eta_i = u (4 + 3 |z_i - max z|).

For a 16-bit dtype the arithmetic is float32 unless ``compute_dtype`` says otherwise: that is what careful kernels do.

The bound holds to first order in u. The underlying statements are theorems ``residual-identity`` and
``condition-number-exact`` which bound the l1 error by 2u (2 kappa + q + c); this is their
elementwise form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..formats import FORMATS, Format, as_format
from ..inputs import Float64, as_alpha, as_array, as_rows
from ..values.mapping import restore, solve_rows
from ..values.solvers import NEAR_SOFTMAX

# Tier 1 knows y_i / t to a few units of float64; the budget must not be finer than that.
_REFERENCE = 4 * 2.0**-53
_LEAST = FORMATS["float64"].smallest_subnormal
# Masked tokens are this far below the threshold, so that no infinity enters the arithmetic.
_FAR = 1e300


@dataclass(frozen=True)
class Envelope:
    """The answers that a careful implementation can give for a batch of rows, shapes (r, n) and (r, 1).

    Attributes
    ----------
    p : ndarray
        Tier-1 probabilities.
    low, high : ndarray
        Reach of the answers, before renormalisation and output rounding.
    row_sum : ndarray
        How far the sum of a row may be from 1, before output rounding.
    """

    p: Float64
    low: Float64
    high: Float64
    row_sum: Float64


def budget(
    z: Any,
    alpha: Any = 1.5,
    dtype: Any = "float32",
    axis: int = -1,
    *,
    compute_dtype: Any = None,
    summation: str | None = None,
) -> Float64:
    """Error that a correct implementation may make in each probability of ``entmax(z, alpha)``.

    Parameters
    ----------
    z : array-like, shape (..., n, ...)
        The logits exactly as the implementation sees them (already rounded to its input dtype).
    alpha : float, at least 1
        The exact alpha.
    dtype : str or dtype
        What the implementation returns: float64, float32, float16 or bfloat16.
    axis : int
        The token axis.
    compute_dtype : str or dtype, optional
        The arithmetic inside. Default: ``dtype``, but float32 for the short formats.
    summation : str, optional
        In which order sums are taken: ``"any"`` (the default), ``"pairwise"`` or ``"sequential"``.

    Returns
    -------
    ndarray of float64, same shape as ``z``
        Bound on ``|p_implementation - p_exact|`` per token; exactly 0 where the token is certainly zero. Sum it over
        the axis to bound the l1 error of a row.

    Raises
    ------
    ValueError
        For bad logits or alpha, or an unknown dtype.

    Notes
    -----
    The derivation is in the documentation of :mod:`entmax_oracle.reference.budget`.

    Examples
    --------
    >>> bound = budget([1.0, 0.5, -3.0], alpha=1.5, dtype="float32")
    >>> bool((bound[:2] < 2e-6).all()), float(bound[2])
    (True, 0.0)
    """
    array = as_array(z)
    out, compute = _formats(dtype, compute_dtype, summation)
    rows, peak = as_rows(array, axis)
    envelope = envelope_of(rows, peak, float(as_alpha(alpha)), compute)
    return restore(_elementwise(envelope, out, compute), array.shape, axis)


def row_sum_budget(
    z: Any, alpha: Any = 1.5, dtype: Any = "float32", axis: int = -1, *, compute_dtype: Any = None
) -> Float64:
    """How far the probabilities of a row may sum from 1 in a correct implementation.

    Parameters
    ----------
    z, alpha, dtype, axis, compute_dtype
        As for :func:`budget`.

    Returns
    -------
    ndarray of float64, shape of ``z`` without ``axis``
        Bound on ``|sum_i p_i - 1|`` with the sum taken exactly.
    """
    array = as_array(z)
    out, compute = _formats(dtype, compute_dtype)
    rows, peak = as_rows(array, axis)
    envelope = envelope_of(rows, peak, float(as_alpha(alpha)), compute)
    return _row_sum(envelope, out, compute).reshape(np.delete(array.shape, axis))


def budget_and_row_sum(
    z: Any, alpha: Any = 1.5, dtype: Any = "float32", *, compute_dtype: Any = None
) -> tuple[Float64, Float64]:
    """Both `budget` and `row_sum_budget` along the last axis, for the price of one."""
    array = as_array(z)
    out, compute = _formats(dtype, compute_dtype)
    rows, peak = as_rows(array, -1)
    envelope = envelope_of(rows, peak, float(as_alpha(alpha)), compute)
    each = restore(_elementwise(envelope, out, compute), array.shape, -1)
    return each, _row_sum(envelope, out, compute).reshape(array.shape[:-1])


def vjp_budget(
    z: Any,
    grad: Any,
    alpha: Any = 1.5,
    dtype: Any = "float32",
    axis: int = -1,
    *,
    compute_dtype: Any = None,
    drift: Float64 | float = 0.0,
) -> Float64:
    """Error that a correct implementation may make in each entry of the vector-Jacobian product.

    The product is s_i (g_i - v) with s_i = p_i^(2 - alpha), v = sum_j s_j g_j / sum_j s_j (theorem
    ``jacobian``). A careful implementation takes s from its own saved output, so s_i reaches as far as the budget of
    p_i lets it, and v as far as all s_j let it; on top come the roundings of the sums, which scale with
    ``|g|`` and not with ``|g - v|``. Automatic differentiation of the last step of a solver takes s_i g_i at one
    threshold, s_i v at another, and differentiates the maximum that is subtracted as well: so errors of s_i count times
    ``|g| + |v|``, or those of g - <p, g> where p is divided by its sum, and the largest token of a row may lack what
    all have in common.

    Parameters
    ----------
    z, alpha, dtype, axis, compute_dtype
        As for :func:`budget`.
    grad : array-like, broadcastable to the shape of ``z``
        The incoming gradient g, exactly as the implementation sees it.
    drift : float or ndarray, over the rows along the last axis
        How far the logits themselves may be off.

    Returns
    -------
    ndarray of float64, same shape as ``z``
        Bound on the error of each entry: 0 where the token is certainly zero, and infinite where nothing can be asked:
        for all live tokens of a row that has, for alpha >= 2, a token within its error of the threshold, where the
        derivative jumps, or whose s, which grow without bound for alpha > 2, may sum to more than the largest number of
        the arithmetic; and for an entry that may be beyond it or the largest number of ``dtype``.
    """
    array = as_array(z)
    out, compute = _formats(dtype, compute_dtype)
    value = float(as_alpha(alpha))
    rows, peak = as_rows(array, axis)
    g = np.moveaxis(np.broadcast_to(as_array(grad, "grad"), array.shape), axis, -1).reshape(rows.shape)
    envelope = envelope_of(rows, peak, value, compute, drift)
    p, reach = envelope.p, _elementwise(envelope, out, compute)
    low, high = np.maximum(p - reach, 0.0), p + reach
    u, live = compute.unit_roundoff, reach > 0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        power = 2 - value
        s, near, far = ((np.where(live, each, 1.0) ** power) * live for each in (p, low, high))
        if value == 2:
            near = (low > 0).astype(np.float64)
            far = live.astype(np.float64)
        rounding = u * (5 + 3 * np.abs(power * np.log(np.where(p > 0, p, 1.0)))) * s
        ds = np.maximum(np.abs(near - s), np.abs(far - s)) + rounding
        total = np.maximum(s - ds, 0.0).sum(axis=1, keepdims=True)
        size = s.sum(axis=1, keepdims=True)
        v = (s * g).sum(axis=1, keepdims=True) / size
        c = _summation(live.sum(axis=1, keepdims=True), compute)
        m = (p * g).sum(axis=1, keepdims=True)  # what a division by the sum takes off g
        around = np.maximum(np.abs(g) + np.abs(v), np.abs(g - m) + np.abs(v - m))
        furthest = around.max(axis=1, keepdims=True, where=live, initial=0.0)
        dv = np.where(total > 0, (ds * around).sum(axis=1, keepdims=True) / total, furthest)
        dv += (2 * c + 2) * u * (s * np.abs(g)).sum(axis=1, keepdims=True) / size
        exact = s * (g - v)
        bound = ds * around + (s + ds) * (dv + 2 * u * around)
        bound += out.unit_roundoff * np.abs(exact) + compute.smallest_normal * (1 + np.abs(g) + np.abs(v))
        bound += out.smallest_subnormal
        # Where the maximum is differentiated as well, it gets what the others lack of a sum of zero: of several the
        # first, or all alike.
        lack = (bound * live).sum(axis=1, keepdims=True) + c * u * np.abs(exact).sum(axis=1, keepdims=True)
        largest = rows == peak[:, None]
        first = largest & (np.cumsum(largest, axis=1) == 1)
        bound += np.where(first, lack, np.where(largest, lack / largest.sum(axis=1, keepdims=True), 0.0))
        # A sum of s that overflows leaves nothing of its row, a product or an output only itself.
        open_row = ~(size + ds.sum(axis=1, keepdims=True) <= compute.largest)
        open_entry = ~(np.abs(exact) + bound <= min(compute.largest, out.largest))
    if value >= 2:
        open_row |= (live & (low == 0)).any(axis=1, keepdims=True)
    bound = np.where(open_row | open_entry, np.inf, bound)
    return restore(np.where(live, bound, 0.0), array.shape, axis)


def _formats(dtype: Any, compute_dtype: Any, summation: str | None = None) -> tuple[Format, Format]:
    out = as_format(dtype)
    compute = as_format(compute_dtype, "compute_dtype") if compute_dtype is not None else out
    if compute_dtype is None and out.precision_bits < 24:
        compute = as_format("float32")
    return out, compute if summation is None else compute.summing(summation)


def _summation(k: NDArray[np.intp], compute: Format) -> Float64:
    """Relative error, in units of u, of a sum of k terms of one sign (point 6 of the model)."""
    return np.where(k > 0, compute.sum_error(k), 0.0)


def _elementwise(envelope: Envelope, out: Format, compute: Format) -> Float64:
    return np.where(envelope.high > 0, reach_of(envelope) + _output_rounding(envelope, out, compute), 0.0)


def reach_of(envelope: Envelope) -> Float64:
    """How far the answers reach from the exact one, divided by their sum or not, before output rounding.

    Answers that lie between 0 and 1, or ``high``, are no further away.
    """
    low, high = divided(envelope)
    reach = np.maximum(high - envelope.p, envelope.p - low)
    return np.minimum(reach, np.maximum(envelope.high, 1.0))


def divided(envelope: Envelope) -> tuple[Float64, Float64]:
    """Bound the answers from below and above, divided by their sum, which lies within ``row_sum`` of 1, or not.

    No share is above its sum, whatever the sum: for large alpha that may be far from 1.
    """
    high, spare = envelope.high, envelope.p * envelope.row_sum
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        raised = np.minimum(high / np.maximum(1 - envelope.row_sum, 0.0), np.maximum(high, 1.0) + spare)
    return np.maximum(envelope.low - spare, 0.0), np.where(high > 0, raised, 0.0)


def _output_rounding(envelope: Envelope, out: Format, compute: Format) -> Float64:
    """Point 7: one rounding to the output format, and flushing to zero inside or at the end."""
    rounding = out.unit_roundoff * envelope.high if out != compute else 0.0
    floor = compute.smallest_normal + out.smallest_subnormal / 2
    return np.where(envelope.high > 0, rounding + floor, 0.0)


def _row_sum(envelope: Envelope, out: Format, compute: Format) -> Float64:
    bound: Float64 = envelope.row_sum[:, 0] + _output_rounding(envelope, out, compute).sum(axis=1)
    return bound


def deformed_budget(z: Any, alpha: float, dtype: Any, *, compute_dtype: Any = None) -> Float64:
    """Error of an implementation that takes the form which keeps its digits near softmax; see :func:`budget`."""
    out, compute = _formats(dtype, compute_dtype)
    array = as_array(z)
    rows, peak = as_rows(array, -1)
    envelope = envelope_of(rows, peak, alpha, compute, forms=(True,))
    return restore(_elementwise(envelope, out, compute), array.shape, -1)


def envelope_of(
    rows: Float64,
    peak: Float64,
    alpha: float,
    compute: Format,
    drift: Float64 | float = 0.0,
    *,
    forms: tuple[bool, ...] = (False, True),
) -> Envelope:
    """Reach of the answers for rows whose logits are themselves off by up to ``drift``, elementwise.

    Near softmax, of the power form (False), of the deformed one (True), or of either.

    Logits off by e_i move tau by an average of the a e_i over tokens that the perturbed support can hold, and so
    y_i by at most a (drift_i + the largest drift of such a token): that is added to d_i.
    """
    p, _ = solve_rows(rows, peak, alpha)
    off = np.where(rows > -np.inf, drift, 0.0)
    if alpha == 1:
        return _softmax_envelope(rows, peak, p, compute, off)
    if alpha >= NEAR_SOFTMAX:
        forms = (False,)
    envelope = _of_forms(forms, rows, peak, p, alpha, compute, off)
    held = float(compute.round_array(alpha))
    if held != alpha and held > 1:  # alpha is not a number of the format: point 1 of the model
        shifted, _ = solve_rows(rows, peak, held)
        change, there = shifted - p, _of_forms(forms, rows, peak, shifted, held, compute, off)
        low, high = envelope.low + np.minimum(change, 0.0), envelope.high + np.maximum(change, 0.0)
        envelope = Envelope(
            p,
            np.maximum(np.minimum(low, there.low), 0.0),
            np.maximum(high, there.high),
            np.maximum(envelope.row_sum, there.row_sum),
        )
    return envelope


def _of_forms(forms: tuple[bool, ...], *given: Any) -> Envelope:
    """Reach of the answers for alpha > 1 by any of some forms, deformed or not."""
    several = [_power_envelope(*given, deformed=each) for each in forms]
    return Envelope(
        several[0].p,
        np.minimum.reduce([each.low for each in several]),
        np.maximum.reduce([each.high for each in several]),
        np.maximum.reduce([each.row_sum for each in several]),
    )


def _softmax_envelope(rows: Float64, peak: Float64, p: Float64, compute: Format, drift: Float64) -> Envelope:
    u = compute.unit_roundoff
    live = rows > -np.inf
    with np.errstate(over="ignore", invalid="ignore"):
        depth = np.where(live, peak[:, None] - rows, 0.0)
        eta = u * (4 + 3 * np.where(p > 0, depth, 0.0))
        c = _summation(live.sum(axis=1, keepdims=True), compute)
        total = (p * eta).sum(axis=1, keepdims=True) + (c + 2) * u
        # A share that underflows may be moved up by as much as its logarithm lacks; none is moved above 1.
        lost = live & (p == 0)
        log_p = np.log(p.max(axis=1, keepdims=True)) - np.where(lost, depth, 0.0)
        raised = np.exp(log_p + drift, out=p * np.expm1(drift), where=lost)
        off = drift + np.log1p(np.where(np.isnan(raised), np.inf, raised).sum(axis=1, keepdims=True))
        moved = np.fmin(np.exp(log_p + off, out=p * np.exp(off), where=lost), 1.0)
    reach = eta + total
    high = np.where(live, np.maximum(moved * (1 + reach), compute.smallest_subnormal), 0.0)
    return Envelope(p, np.maximum(p * np.exp(-off) * (1 - reach), 0.0), high, total)


def _power_envelope(
    rows: Float64, peak: Float64, p: Float64, alpha: float, compute: Format, drift: Float64, *, deformed: bool
) -> Envelope:
    """Envelope for alpha > 1, in units of t = p_max^a: r_i = y_i / t, so that |x_i| / t = 1 - r_i."""
    u, a = compute.unit_roundoff, alpha - 1
    q = 1 / a
    top = p.max(axis=1, keepdims=True)
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        t = top**a
        spare = np.expm1(-a * np.log(top))  # 1 / t - 1, in full precision for alpha near 1
        depth = a * (peak[:, None] - rows)
        # A live token's distance above tau is known best from its probability, a dead one's from its logit.
        dead = np.where(depth > 0, depth / t, 0.0)
        below = np.minimum(np.where(p > 0, -np.expm1(a * np.log(p / top)), dead), _FAR)  # |x_i| / t
        r = 1 - below
        flushed = np.where((depth > 0) & (depth < compute.smallest_normal), depth / t, 0.0)
        log_p = np.abs(np.log(np.where(p > 0, p, 1.0)))
        off = np.where(drift > 0, a * drift / t, 0.0)
    eta = u * (4 + (0 if deformed else q) + 3 * log_p)
    # What each rounding moves y_i / t by: data, tau, the last subtraction; and what tier 1 itself leaves open.
    if deformed:
        data, tau, last = u * below, 3 * u * spare, u * (spare + below)
        known = _REFERENCE * (spare + below)
    else:
        data, tau, last = 2 * u * below, np.full_like(t, 3 * u), u * np.abs(r)
        known = np.full_like(r, _REFERENCE)
    data = data + flushed + known
    with np.errstate(divide="ignore", over="ignore"):
        # A threshold, or a distance from it, below the smallest normal number may be flushed to zero.
        flush = np.minimum(np.where(t > 0, compute.smallest_normal / t, np.inf), _FAR)
        tau = tau + np.where(t < compute.smallest_normal, flush, 0.0)
        last = last + np.where(np.abs(r) * t < 2 * compute.smallest_normal, flush, 0.0)
    furthest = off.max(axis=1, keepdims=True)
    off += off.max(axis=1, keepdims=True, where=r + 2 * data + off + furthest > 0, initial=0.0)
    reachable = data + tau + last + off
    c = _summation((r + reachable + a * eta > 0).sum(axis=1, keepdims=True), compute)
    relative = (eta + c * u).max(axis=1, keepdims=True)
    coarse = tau + (u if deformed else 2 * u) + known.max(axis=1, keepdims=True, where=r > 0, initial=0.0)
    coarse = coarse + a * relative
    mean_eta = (p * eta).sum(axis=1, keepdims=True) + c * u
    if alpha > 2:
        shift, stray = coarse, np.zeros_like(coarse)
    elif deformed:  # no token is near the threshold: the weights are those of s, and t Sigma = 1 + mean of |x_i| / t
        mean_depth = (p * below / np.where(p > 0, r, 1.0)).sum(axis=1, keepdims=True)
        stray = np.zeros_like(coarse)
        shift = tau + (u + _REFERENCE) * (mean_depth + spare) + a * mean_eta
    else:
        weight = top * np.maximum(r - coarse - off, 0.0) ** (q - 1) * (r > coarse + off)
        size = np.maximum(weight.sum(axis=1, keepdims=True), top)  # t Sigma, at the worst threshold in reach
        stray = c * u * np.maximum(1 - 1 / np.maximum(size, 1.0), 0.0)
        shift = np.minimum(coarse, tau + 2 * u + _REFERENCE + a * mean_eta / size) + stray
    reach = shift + data + last + off
    high, low = _moved(p, top, r, reach, q), _moved(p, top, r, -reach, q)
    high = np.where(r + reach > 0, np.maximum(high, _LEAST), 0.0)  # a power may underflow in float64 itself
    settle = _settled(p, top, r, reach, tau + stray + known, q)
    row_sum = settle.sum(axis=1, keepdims=True) + (p * eta).sum(axis=1, keepdims=True) + c * u
    return Envelope(p, low * (1 - np.minimum(eta, 1.0)), high * (1 + eta), row_sum)


def _settled(p: Float64, top: Float64, r: Float64, off: Float64, step: Float64, q: float) -> Float64:
    """Bound what a step of tau makes of each token, wherever roundings have put it: most at the ends of its reach."""
    ends = []
    for by in (-off, off):
        r_there, p_there = np.maximum(r + by, 0.0), _moved(p, top, r, by, q)
        ends.append(_moved(p_there, top, r_there, step, q) - p_there)
    return np.where(r + off + step > 0, np.maximum(*ends), 0.0)


def _moved(p: Float64, top: Float64, r: Float64, by: Float64, q: float) -> Float64:
    """[y_i + by t]_+^q, accurate for small ``by``: r = y / t, top = t^q."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        inside = p * np.exp(q * np.log1p(by / np.where(p > 0, r, 1.0)))
        outside = top * np.maximum(r + by, 0.0) ** q
        moved = np.where((p > 0) & (np.abs(by) < r), inside, outside)
    return np.where(r + by > 0, np.minimum(moved, 2.0), 0.0)
