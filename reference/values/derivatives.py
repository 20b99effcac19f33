"""Tier 1: derivatives of alpha-entmax in float64.

With s_i = p_i^(2 - alpha) on the support S (0 off it) and weights w = s / sum s, the Jacobian is
J = diag(s) - s s^T / sum s (Peters, Niculae and Martins 2019, prop. 2; theorem ``jacobian``), and the
derivative in alpha is -J h for the vector h of :func:`along_alpha`. Everything is built from probabilities and logit
gaps, in sums of terms of one sign, so nothing cancels as alpha -> 1 or as two tokens tie.

Where the derivative does not exist, that is where alpha >= 2 and some token lies exactly on the threshold,
the functions return that of the strict support: such a token is treated as off it. For alpha = 2 this is an
element of the Clarke Jacobian (theorem ``sparsemax-affine``). :mod:`entmax_oracle.reference.enclosures.calculus` flags
such rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..inputs import Float64, as_alpha, as_array, as_finite, as_logits
from .mapping import entmax
from .wide import Wide

# Beyond, 1 - (1 + t) exp(-t) and 1 - exp(-t) are 1.
_FAR = 1024.0
# Horner coefficients 1/k! of (exp(t) - 1 - t) / t^2; 18 terms reach 2**-53 on [0, 1].
_FACTORIALS = 1.0 / np.cumprod(np.arange(1.0, 20.0))[1:]


def vjp(z: Any, grad: Any, alpha: Any = 1.5, axis: int = -1) -> Float64:
    """Vector-Jacobian product: the gradient in ``z`` of a loss whose gradient in p = entmax(z) is ``grad``.

    Parameters
    ----------
    z, alpha, axis
        As for :func:`entmax_oracle.reference.entmax`.
    grad : array-like, shape of ``z``
        Finite; its values off the support do not matter.

    Returns
    -------
    ndarray of float64, shape of ``z``
        s * (grad - <w, grad>): zero off the support, and exactly zero when ``grad`` is constant on it.

    Raises
    ------
    ValueError
        For bad logits or alpha, or a ``grad`` that is not finite or not of the shape of ``z``.

    Notes
    -----
    The error of entry i is a few units of roundoff times s_i (max - min of ``grad`` on the support), enlarged by
    ``|2 - alpha|`` where p is rounded before it is raised to that power. For alpha > 2 the true value can exceed
    the largest float64 (s_i grows without bound as p_i -> 0); the result is then infinite.

    Examples
    --------
    >>> vjp([0.5, 0.0, -2.0], [1.0, 0.0, 5.0], alpha=2)
    array([ 0.5, -0.5,  0. ])
    """
    return _product(z, grad, alpha, axis, "grad")


def jvp(z: Any, tangent: Any, alpha: Any = 1.5, axis: int = -1) -> Float64:
    """Jacobian-vector product: the derivative of entmax(z) along ``tangent``.

    The Jacobian is symmetric, so this is :func:`vjp` under the name that forward differentiation looks for.

    Parameters
    ----------
    z, alpha, axis
        As for :func:`entmax_oracle.reference.entmax`.
    tangent : array-like, shape of ``z``
        Finite, at masked tokens too (where it does not matter).

    Returns
    -------
    ndarray of float64, shape of ``z``

    Raises
    ------
    ValueError
        As for :func:`vjp`.

    Examples
    --------
    >>> jvp([0.5, 0.0, -2.0], [1.0, 1.0, 1.0], alpha=2)
    array([0., 0., 0.])
    """
    return _product(z, tangent, alpha, axis, "tangent")


def jacobian(z: Any, alpha: Any = 1.5, axis: int = -1) -> Float64:
    """Jacobian dp_i / dz_j of every row.

    Parameters
    ----------
    z, alpha, axis
        As for :func:`entmax_oracle.reference.entmax`.

    Returns
    -------
    ndarray of float64, shape (..., n, n)
        The token axis is moved last and doubled. Exactly symmetric; rows and columns off the support are
        exactly zero; every diagonal entry is minus the sum of the others in its row.

    Raises
    ------
    ValueError
        For bad logits or alpha.

    Examples
    --------
    >>> jacobian([0.5, 0.0, -2.0], alpha=2)
    array([[ 0.5, -0.5,  0. ],
           [-0.5,  0.5,  0. ],
           [ 0. ,  0. ,  0. ]])
    """
    p = np.moveaxis(entmax(z, alpha, axis), axis, -1)
    s, w = _sensitivity(p, float(as_alpha(alpha)))
    # s_i w_j = s_j w_i: the smaller s times the larger w neither overflows nor loses the symmetry.
    matrix = np.minimum(s[..., :, None], s[..., None, :])
    if np.isinf(s).any():
        sensitivity = Wide.power(p, 2 - float(as_alpha(alpha)))
        each = Wide(sensitivity.mantissa[..., None], sensitivity.exponent[..., None])
        pair = each * Wide(np.swapaxes(each.mantissa, -1, -2), np.swapaxes(each.exponent, -1, -2))
        matrix = -pair.over(each.sum(-2)).floats()
    else:
        matrix *= -np.maximum(w[..., :, None], w[..., None, :])
    diagonal = np.einsum("...ii->...i", matrix)
    diagonal[...] = 0.0
    with np.errstate(over="ignore"):
        diagonal[...] = -matrix.sum(axis=-1)
    matrix += 0.0  # no negative zeros
    return matrix


def grad_alpha(z: Any, alpha: Any = 1.5, axis: int = -1) -> Float64:
    """Differentiate entmax(z, alpha) in alpha.

    Parameters
    ----------
    z, alpha, axis
        As for :func:`entmax_oracle.reference.entmax`. At alpha = 1 the derivative is taken from the right:
        (p_i / 2)(E_p[log^2 p] - log^2 p_i).

    Returns
    -------
    ndarray of float64, shape of ``z``

    Raises
    ------
    ValueError
        For bad logits or alpha.

    Notes
    -----
    Correia, Niculae and Martins (2019, prop. 1) give a formula that cancels like 1/(alpha - 1)^2; here it is
    rearranged (see ``along_alpha``) so that its accuracy is the same for every alpha, 1 included.

    Examples
    --------
    >>> grad_alpha([0.0, 0.0, 0.0], alpha=1)
    array([0., 0., 0.])
    >>> grad_alpha([2.0, 1.0, 0.0], alpha=1.5).round(6)
    array([ 0.248462, -0.248462,  0.      ])
    """
    logits, value = as_array(z), float(as_alpha(alpha))
    p = np.moveaxis(entmax(logits, alpha, axis), axis, -1)
    return np.moveaxis(along_alpha(p, np.moveaxis(logits, axis, -1), value), -1, axis)


def grad_scale(z: Any, alpha: Any = 1.5, scale: Any = 1.0, axis: int = -1) -> Float64:
    """Differentiate entmax(scale * z, alpha) in the scale: J(scale * z) z.

    Parameters
    ----------
    z, alpha, axis
        As for :func:`entmax_oracle.reference.entmax`; a masked token stays masked whatever the scale.
    scale : float or array-like
        The inverse temperature; finite. One number, or one per row (broadcast against the shape of ``z`` without
        ``axis``).

    Returns
    -------
    ndarray of float64, shape of ``z``

    Raises
    ------
    ValueError
        For bad logits, alpha or scale.

    Examples
    --------
    >>> grad_scale([0.5, 0.0, -2.0], alpha=2)
    array([ 0.25, -0.25,  0.  ])
    """
    logits = as_logits(z, axis)
    factor = as_finite(scale, "scale")
    try:
        factor = np.broadcast_to(factor, logits.shape[:-1])[..., None]
    except ValueError:
        raise ValueError(
            f"scale of shape {factor.shape} does not broadcast to the rows of z, {logits.shape[:-1]}"
        ) from None
    live = logits > -np.inf
    # entmax ignores shifts, and gaps to the end that wins round less than the logits would. Scaled, none is positive.
    least = np.where(live, logits, np.inf).min(axis=-1, keepdims=True)
    small = _room(np.where(live, logits, 0.0))
    end = small * np.where(factor < 0, least, logits.max(axis=-1, keepdims=True))
    gap = np.where(live, small * logits - end, 0.0)
    with np.errstate(over="ignore"):
        scaled = np.where(live, factor * gap / small, -np.inf)
        slope = apply_jacobian(entmax(scaled, alpha), gap, float(as_alpha(alpha))) / small
    return np.moveaxis(slope, -1, axis)


def apply_jacobian(p: Float64, vector: Float64, alpha: float) -> Float64:
    """Multiply by the Jacobian at the probabilities ``p`` of shape (..., n); rows of zeros give zeros."""
    if p.size == 0:
        return np.zeros_like(p)
    reference = largest_weight(p, alpha)
    s, w = _sensitivity(p, alpha)
    if np.isinf(s).any():
        return wide_product(p, vector, alpha).floats() + 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        h = np.where(p > 0, vector - np.take_along_axis(vector, reference, -1), 0.0)
        centred = h - (w * h).sum(axis=-1, keepdims=True)
        product = np.zeros_like(p)
        np.multiply(s, centred, out=product, where=(p > 0) & (centred != 0))
        # The token of largest weight: s w_j = w s_j moves its s, which may be huge, into the sum.
        np.put_along_axis(s, reference, 0.0, -1)
        own = np.multiply(s, h, out=np.zeros_like(p), where=h != 0).sum(axis=-1, keepdims=True)
    np.put_along_axis(product, reference, -np.take_along_axis(w, reference, -1) * own, -1)
    if not np.isfinite(product).all():
        product = wide_product(p, vector, alpha).floats()
    product += 0.0  # no negative zeros
    return product


def wide_product(p: Float64, vector: Float64, alpha: float) -> Wide:
    """Multiply by the Jacobian as :func:`apply_jacobian` does, where sensitivities may exceed every float64.

    With h_i = vector_i - vector_r, r the token of largest weight, entry i is s_i (h_i - sum_j w_j h_j), and where
    h_i = 0 it is -s_i sum_j s_j h_j / sum_j s_j, in which a small s_j keeps its digits beside a large one.
    """
    reference = largest_weight(p, alpha)
    s = Wide.power(p, 2 - alpha)
    with np.errstate(over="ignore"):
        h = np.where(p > 0, vector - np.take_along_axis(vector, reference, -1), 0.0)
    total = s.sum(-1)
    mean = (s * Wide.of(h)).sum(-1).over(Wide(np.where(total.mantissa > 0, total.mantissa, 1.0), total.exponent))
    centred = s * Wide.of(h - mean.floats())
    tied = s * Wide(-mean.mantissa, mean.exponent)
    return Wide(np.where(h == 0, tied.mantissa, centred.mantissa), np.where(h == 0, tied.exponent, centred.exponent))


def along_alpha(p: Float64, z: Float64, alpha: float) -> Float64:
    """Differentiate in alpha the probabilities ``p`` of logits ``z``, both of shape (..., n).

    With a = alpha - 1, gaps g_i = max z - z_i and the lower incomplete gamma function
    G(t) = 1 - (1 + t) exp(-t), the derivative is -J h for

        h_i = g_i log(1 / p_max) + p_max^a G(t_i) / a^2,    t_i = a log(p_max / p_i),

    which tends to g_i log(1 / p_max) + g_i^2 / 2 as a -> 0. It follows from the textbook formula, J applied to
    p^a (1 - a log p) / a^2, by splitting off the value at the largest token. All terms are non-negative.

    For large a, p_max^a underflows and s_i = p_i^(1 - a) overflows. J is homogeneous of degree 1 - a in p: so the J of
    the ratios p_i / p_max is multiplied by p_max h_i / p_max^a instead, where g_i / p_max^a = (1 - exp(-t_i)) / a.
    """
    a = alpha - 1
    inside = p > 0
    peak = np.max(p, axis=-1, keepdims=True, initial=0.0)
    top = np.max(z, axis=-1, keepdims=True, initial=-np.inf)
    gap = np.subtract(top, z, out=np.zeros_like(p), where=inside)
    entropy_of_peak = -np.log(np.where(peak > 0, peak, 1.0))
    ratio = np.divide(p, peak, out=np.zeros_like(p), where=inside)
    if a == 0:
        h = gap * entropy_of_peak + gap * gap / 2
    else:
        # t = -log(1 - a g / p_max^a): use whichever form does not cancel, nor hang on a power that underflows.
        with np.errstate(under="ignore", over="ignore"):
            power = peak**a
            normal = power >= np.finfo(np.float64).smallest_normal
            fraction = np.divide(a * gap, power, out=np.ones_like(p), where=normal)
            near = fraction < 0.5
            log_ratio = np.log(ratio, out=np.zeros_like(p), where=inside & (gap > 0))
            stretch = np.where(near, -np.log1p(-np.minimum(fraction, 0.5)), np.minimum(-a * log_ratio, _FAR))
            fraction = np.where(near, fraction, -np.expm1(-stretch))
            h = fraction / a * entropy_of_peak + _incomplete_gamma(stretch) / a / a
    return -apply_jacobian(ratio, peak * h, alpha) + 0.0


def _sensitivity(p: Float64, alpha: float) -> tuple[Float64, Float64]:
    """Return s = p^(2 - alpha) on the support, 0 off it, and the weights s / sum s.

    For alpha > 2 and tiny p, s overflows to infinity; the weights are finite always.
    """
    inside = p > 0
    anchor = np.take_along_axis(p, largest_weight(p, alpha), -1)
    s, w = np.zeros_like(p), np.zeros_like(p)
    with np.errstate(over="ignore", under="ignore"):
        np.power(p, 2 - alpha, out=s, where=inside)
        ratio = np.divide(p, anchor, out=np.ones_like(p), where=inside)
        np.power(ratio, 2 - alpha, out=w, where=inside)
    total = w.sum(axis=-1, keepdims=True)
    return s, np.divide(w, total, out=w, where=total > 0)


def largest_weight(p: Float64, alpha: float) -> Any:
    """Index of the token with the largest s, with the last axis kept."""
    if alpha <= 2:
        return np.argmax(p, axis=-1, keepdims=True)
    return np.argmin(np.where(p > 0, p, np.inf), axis=-1, keepdims=True)


def _incomplete_gamma(t: Float64) -> Float64:
    """1 - (1 + t) exp(-t) for t >= 0, to a few ulps also for small t (scipy's gammainc loses up to 50)."""
    small = np.minimum(t, 1.0)
    series = np.full_like(t, _FACTORIALS[-1])
    for coefficient in _FACTORIALS[-2::-1]:
        series *= small
        series += coefficient
    decay = np.exp(-t)
    return np.where(t < 1, small * small * series * decay, 1 - (1 + t) * decay)


def _room(x: Float64) -> float:
    """Return a factor that leaves room for differences: those of huge entries overflow, of a quarter of them do not."""
    return 0.25 if np.abs(x).max(initial=0.0) > 2.0**1020 else 1.0


def _product(z: Any, vector: Any, alpha: Any, axis: int, name: str) -> Float64:
    logits = as_array(z)
    p = np.moveaxis(entmax(logits, alpha, axis), axis, -1)
    direction = np.moveaxis(as_finite(vector, name, logits.shape), axis, -1)
    small = _room(direction)
    with np.errstate(over="ignore"):
        product = apply_jacobian(p, small * direction, float(as_alpha(alpha))) / small
    return np.moveaxis(product, -1, axis)
