"""Error budgets of attention: how far a careful implementation may be from the exact output and gradients.

The method is that of :mod:`entmax_oracle.reference.budget`: write down every rounding that a careful implementation
commits, and bound how far the set of all its answers reaches from the exact one, on this very input.

The model
---------
Let u be the unit roundoff of the arithmetic and w that of the inputs and outputs; for 16-bit inputs the arithmetic
is float32 unless ``compute_dtype`` says otherwise. A careful implementation

1. sums the D products of a score in any order, multiplies by a scale that may be rounded, adds the ALiBi bias:
   z_ij is off by at most eps_ij = u (|scale| (D + 2) <|q_i|, |k_j|> + 2 |bias_ij| + |z_ij| [with a bias]);
   With ``compute_dtype="tf32"`` the arithmetic is that of float32, and the factors of every matrix product are rounded
   to 11 bits first, by t = 2**-11 of their size at most: that is (2t + t^2) <|q_i|, |k_j|> here, and as much wherever
   two factors are multiplied that are not numbers of 16 bits already;
2. maps the scores of a row to probabilities as in the model of the mapping. Logits that are off by eps move x_i - tau
   by at most a (eps_i + max_j eps_j), the maximum over the keys that the perturbed support can hold: this is added to
   the displacement d_i there, so that nothing is linearised. The result is a reach b_ij of p_ij, exactly 0 where
   the key is certainly outside the support;
3. with 16-bit inputs may round p_ij to their format before the product with the values, as matrix units want it:
   w p_ij, and half the smallest number of the format;
4. sums the products p_ij v_j over the m keys that may be live in any order, a block at a time: (m + 4) u sum p |v|, or
   ceil(log2 m) + 16 for m where sums are said to be pairwise, as in the points below;
5. rounds the output to its dtype: w |o|.

Together, elementwise in the value's features,

    |o error| <= sum_j (b_j + (w' + (m + 4) u) (p_j + b_j)) |v_j| + w |o|,        w' = w for 16-bit inputs, else 0.

Gradients, for an incoming gradient g_i. With s = p^(2 - alpha), G_ij = <g_i, v_j>, mu_i = sum_j s_ij G_ij / sum_j s_ij
the exact values are dv_j = sum_i p_ij g_i, dz_ij = s_ij (G_ij - mu_i), dq_i = scale sum_j dz_ij k_j and
dk_j = scale sum_i dz_ij q_i, the sums over i running over the heads that share key j, too. A careful implementation

6. takes G with (Dv + 1) u <|g_i|, |v_j|>, s from a p within 2, with the roundings of its power as in
   :func:`entmax_oracle.reference.vjp_budget`, where automatic differentiation is held, too;
7. takes mu either from these or as <g_i, sum_j s_ij v_j> / sum_j s_ij, with s rounded to 16 bits for the matrix
   product: (2 w' + (m + Dv + 4) u) of the mean of <|g_i|, |v_j|>;
8. rounds dz and p once more to 16 bits before the products with k, q and g, sums those over the keys or queries in any
   order, may round the part of each head before it sums the heads of a group, and rounds the result.

Where alpha >= 2 and a key is within its error of the threshold the derivative jumps: the budget is infinite there.
Where a row sees no key, and for keys that are certainly outside every support, it is exactly 0.

The exact values are supposed to come from float64: what scores in float64 may be off by is part of eps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..attention_call import AttentionCall, attends, pulls_back
from ..formats import FORMATS, TF32, Format, as_arithmetic, as_format
from ..inputs import Float64
from ..values.attention import logits_of
from .mapping import divided, envelope_of

_REFERENCE = FORMATS["float64"].unit_roundoff


@dataclass(frozen=True)
class AttentionGradientBudget:
    """Bounds on the error of the gradients of attention.

    Attributes
    ----------
    query, key, value : ndarray of float64
        Of the shapes of the arguments; infinite where the derivative is in doubt.
    """

    query: Float64
    key: Float64
    value: Float64


@attends
def attention_budget(call: AttentionCall, *, dtype: Any = "float32", compute_dtype: Any = None) -> Float64:
    """Error that a correct implementation may make in each element of the output of attention.

    Parameters
    ----------
    query, key, value, alpha, is_causal, scale, alibi_slopes, key_lengths
        As for :func:`entmax_oracle.reference.attention`, exactly as the implementation sees them.
    dtype : str or dtype
        Of the tensors: float64, float32, float16 or bfloat16.
    compute_dtype : str or dtype, optional
        The arithmetic inside, or ``"tf32"`` for that of matrix products. Default: ``dtype``, but float32 for the short
        formats.

    Returns
    -------
    ndarray of float64, shape (B, H, M, Dv)
        Exactly 0 for a query that sees no key. Derived in :mod:`entmax_oracle.reference.budgets.attention`.

    Raises
    ------
    ValueError
        As for :func:`entmax_oracle.reference.attention`, and for an unknown dtype.

    Examples
    --------
    >>> query, key = [[[[1.0], [1.0]]]], [[[[2.0], [0.0]]]]
    >>> bound = attention_budget(query, key, [[[[10.0], [20.0]]]], alpha=2, is_causal=True)
    >>> bound.ravel().round(9).tolist()
    [2.5183e-05, 2.5183e-05]
    """
    model = _Model.of(dtype, compute_dtype)
    p, low, high = _reach(call, model)
    live = high > 0
    keys = live.sum(axis=-1, keepdims=True)
    each = np.maximum(high - p, p - low) + (model.half + (model.added(keys) + 4) * model.u) * high + model.floor * live
    value_size = np.abs(call.per_head(call.value))
    bound = each @ value_size
    exact = np.abs(p @ call.per_head(call.value))
    rounded = model.out.unit_roundoff * (exact + bound) + model.out.smallest_normal
    return np.where(keys > 0, bound + rounded, 0.0)


@pulls_back
def attention_vjp_budget(
    call: AttentionCall, grad: Float64, *, dtype: Any = "float32", compute_dtype: Any = None
) -> AttentionGradientBudget:
    """Error that a correct implementation may make in the gradients of attention in query, key and value.

    Parameters
    ----------
    query, key, value, grad, alpha, is_causal, scale, alibi_slopes, key_lengths
        As for :func:`entmax_oracle.reference.attention_vjp`, exactly as the implementation sees them.
    dtype, compute_dtype
        As for :func:`attention_budget`.

    Returns
    -------
    AttentionGradientBudget

    Raises
    ------
    ValueError
        As for :func:`entmax_oracle.reference.attention_vjp`, and for an unknown dtype.

    Examples
    --------
    >>> one = [[[[1.0]]]]
    >>> bool(attention_vjp_budget(one, one, one, one).value < 1e-5)
    True
    """
    model = _Model.of(dtype, compute_dtype)
    p, low, high = _reach(call, model)
    live = high > 0
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        exact, off = _score_gradients(call, model, grad, p, low, high)
        m = call.query.shape[2]
        keys, q = call.per_head(call.key), call.query
        scale_size = np.abs(call.scale)[..., None]
        size = np.where(live, np.abs(exact) + off, 0.0)
        in_keys = (model.added(live.sum(axis=-1, keepdims=True)) + 6) * model.u + model.half
        in_queries = (
            (float(model.added(np.array(m * call.group))) + 6) * model.u
            + model.half
            + (model.half if call.group > 1 else 0.0)
        )

        def settle(bound: Float64, value: Float64, touched: NDArray[np.bool_]) -> Float64:
            bound = bound + model.out.unit_roundoff * (np.abs(value) + bound) + model.out.smallest_normal
            return np.where(touched, np.where(np.isnan(bound), np.inf, bound), 0.0)

        by_query = scale_size * (_product(off + in_keys * size + model.floor * live, np.abs(keys)))
        moved = off + in_queries * size + model.floor * live
        by_key = _product(np.swapaxes(scale_size * moved, -1, -2), np.abs(q))
        drift = np.maximum(high - p, p - low) + in_queries * high + model.floor * live
        by_value = np.swapaxes(drift, -1, -2) @ np.abs(grad)
        seen = np.asarray(call.per_key_head(live.any(axis=-2).astype(float))[..., None] > 0)
        product = call.scale[..., None] * exact
        return AttentionGradientBudget(
            settle(by_query, product @ keys, np.asarray(live.any(axis=-1, keepdims=True))),
            settle(call.per_key_head(by_key), call.per_key_head(np.swapaxes(product, -1, -2) @ q), seen),
            settle(call.per_key_head(by_value), call.per_key_head(np.swapaxes(p, -1, -2) @ grad), seen),
        )


@dataclass(frozen=True)
class _Model:
    """The formats: u of the arithmetic, and what rounding before a matrix product costs, of inputs in `products`."""

    out: Format
    compute: Format
    half: float
    floor: float
    products: float = 0.0

    @classmethod
    def of(cls, dtype: Any, compute_dtype: Any) -> _Model:
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

    @property
    def u(self) -> float:
        return self.compute.unit_roundoff


def _reach(call: AttentionCall, model: _Model) -> tuple[Float64, Float64, Float64]:
    """Probabilities and how low and high they may come out, (B, H, M, N); zeros where certainly zero or hidden."""
    scores = logits_of(call).logits
    scale = np.abs(call.scale[..., None])
    bias = np.abs(call.alibi_slopes[:, None, None] * call.distance)
    with np.errstate(over="ignore"):  # a sum of magnitudes may exceed every float where the score does not
        size = np.abs(call.query) @ np.swapaxes(np.abs(call.per_head(call.key)), -1, -2)
        drift = np.multiply(scale * (call.query.shape[3] + 2), size, out=np.zeros_like(scores), where=scale > 0)
        drift += np.where(bias > 0, 2 * bias + np.where(np.isfinite(scores), np.abs(scores), 0.0), 0.0)
        drift *= model.u + _REFERENCE
        drift += np.multiply(scale * model.products, size, out=np.zeros_like(scores), where=scale > 0)
    p, low, high = (np.zeros_like(scores) for _ in range(3))
    sees = np.broadcast_to(call.visible.any(axis=-1), scores.shape[:-1])
    for h, alpha in enumerate(map(float, call.alpha)):
        rows = scores[:, h][sees[:, h]]
        if not rows.size:
            continue
        found = envelope_of(rows, rows.max(axis=-1), alpha, model.compute, drift[:, h][sees[:, h]])
        least, most = divided(found)
        p[:, h][sees[:, h]] = found.p
        low[:, h][sees[:, h]] = least
        high[:, h][sees[:, h]] = np.where(most > 0, most + model.compute.smallest_normal, 0.0)
    return p, low, high


def _score_gradients(
    call: AttentionCall, model: _Model, g: Float64, p: Float64, low: Float64, high: Float64
) -> tuple[Float64, Float64]:
    """Gradients in the scores, and how far they may be off (points 6 and 7); infinite where they jump."""
    u, live = model.u, high > 0
    power = 2 - np.array(list(map(float, call.alpha)))[:, None, None]
    values = call.per_head(call.value)
    products = g @ np.swapaxes(values, -1, -2)
    size = np.abs(g) @ np.swapaxes(np.abs(values), -1, -2)
    features = call.value.shape[3]

    def sensitivity(x: Float64) -> Float64:
        return np.where(live & ((x > 0) | (power < 0)), np.where(x > 0, x, 0.0) ** power, 0.0)

    s, near, far = sensitivity(p), sensitivity(low), sensitivity(high)
    logs = np.abs(np.log(np.where(p > 0, p, 1.0)))
    off = np.maximum(np.abs(near - s), np.abs(far - s)) + u * (5 + 3 * np.abs(power) * logs) * s
    total = s.sum(axis=-1, keepdims=True)
    least = np.maximum(s - off, 0.0).sum(axis=-1, keepdims=True)
    mean = np.where(total > 0, (s * products).sum(axis=-1, keepdims=True) / total, 0.0)
    # Automatic differentiation of a solver's last step takes s at two thresholds, and may divide by the sum.
    divided_by = (p * products).sum(axis=-1, keepdims=True)
    around = np.maximum(np.abs(products) + np.abs(mean), np.abs(products - divided_by) + np.abs(mean - divided_by))
    summed = (model.added(live.sum(axis=-1, keepdims=True)) + features + 6) * u + 2 * model.half
    mean_off, mean_size = (
        np.where(
            least > 0,
            each.sum(axis=-1, keepdims=True) / least,
            whole.max(axis=-1, keepdims=True, where=live, initial=0.0),
        )
        for each, whole in ((off * around, around), ((s + off) * size, size))
    )
    mean_off += summed * mean_size + 2 * u * np.abs(mean)
    own = ((features + 3) * u + model.products) * size
    bound = off * around + (s + off) * (mean_off + own + 2 * u * around)
    # Where the maximum is differentiated as well, it gets what the others lack of a sum of zero.
    largest = live & (p == p.max(axis=-1, keepdims=True))
    lack = np.where(live, bound, 0.0).sum(axis=-1, keepdims=True)
    first = largest & (np.cumsum(largest, axis=-1) == 1)
    bound = bound + np.where(first, lack, np.where(largest, lack / np.maximum(largest.sum(-1, keepdims=True), 1), 0.0))
    kink = (live & (low == 0) & (power <= 0)).any(axis=-1, keepdims=True)
    bound = np.where(kink | np.isnan(bound), np.inf, bound)
    return np.where(live, s * (products - mean), 0.0), np.where(live, bound, 0.0)


def _product(left: Float64, right: Float64) -> Float64:
    """Matrix product in which infinity times zero is infinity: what is in doubt stays in doubt."""
    doubt = np.isinf(left).any(axis=-1, keepdims=True)
    return np.where(doubt, np.inf, np.where(np.isinf(left), 0.0, left) @ right)
