"""The backward kernels: gradients in the logits, in the scale and in alpha, from the logits and the solved rows.

With ``s_i = p_i^(2-alpha)`` on the support the Jacobian in ``v`` is ``J = diag(s) - s s^T / sum s`` (Peters, Niculae &
Martins, ACL 2019, https://aclanthology.org/P19-1146). Each gradient is a covariance under the weights ``s``::

    dz     = scale J g
    dscale = sum_i (J g)_i (d_i - mean_s d)                        d_i = z_i - max z
    dalpha = -sum_i (J g)_i (h_i - mean_s h)                       h_i = psi(a log p_i) log(p_i)^2

    psi(y) = (1 - (1 - y) e^y) / y^2 = int_0^1 t e^(t y) dt,       psi(0) = 1/2

The third is the derivative in alpha of Correia, Niculae & Martins (EMNLP-IJCNLP 2019, D19-1223), rearranged so that the
cancellation of its two terms near ``alpha = 1`` happens in ``psi``, where a series settles it. Logits are saved
rather than probabilities: of a 16-bit ``p`` too little is left for ``s``.

For ``alpha > 2`` the weight ``s`` of the smallest token can be beyond any float. Ratios to it stay below 1, and
subtracting its upstream gradient first makes its own term vanish exactly. Since ``J g`` sums to 0, any number may
stand for the means of ``d`` and ``h``: there it is the value at the smallest tokens, whose terms are then 0, whatever
``s`` is.
"""

import triton
import triton.language as tl

from .elementary import LN_2, log2, psi, raised
from .maths import (
    ABOVE,
    ANY,
    FLOOR,
    SOFTMAX,
    add,
    differences,
    load_tokens,
    members_above,
    row_excess,
    row_length,
    row_offsets,
    row_scale,
    scaled,
    weights,
)


@triton.jit
def load_state(STATE, row):
    """``(maximum, first, second)`` of each row."""
    base = STATE + row.to(tl.int64) * 3
    return tl.load(base), tl.load(base + 1), tl.load(base + 2)


@triton.jit
def load_upstream(G, offsets, columns, stride, inside, COMPUTE: tl.constexpr):
    """Tile of the upstream gradient."""
    where = G + offsets[:, None] + columns.to(tl.int64)[None, :] * stride
    return tl.load(where, mask=inside, other=0.0).to(COMPUTE)


@triton.jit
def common_factor(first, second, a, KIND: tl.constexpr):
    """``second^(1 - a)``, by which ``r`` differs from ``s``.

    So is ``first * second``, but a unit of ``first`` may be many of ``second`` if many tokens lie near the threshold.
    """
    if KIND == SOFTMAX:
        return first * second
    elif KIND == 1:  # sparsemax
        return tl.where(second == second, 1.0, second)
    elif KIND == 2:  # alpha = 1.5
        return tl.sqrt(second)
    else:
        # The smaller of two exponents, as its rounding grows with it.
        return tl.where(a > 0.5, raised(second, 1.0 - a), second * tl.exp2(-a * log2(second)))


@triton.jit
def sensitivities(v, first, second, a, KIND: tl.constexpr):
    """``(p, s, r, tied)``: ``s_i = p_i^(2-alpha)``, and the same up to a factor of the row, at most 1, as ``r_i``.

    ``tied`` marks the least tokens of a support with ``alpha > 2``, where ``s`` may be infinite.
    """
    masked = v == FLOOR
    if KIND == ABOVE:
        p, r, tied = members_above(v, first, second, a, 1.0 / a)
        u = (v - first[:, None]) * a[:, None] + tl.exp2(a * log2(second))[:, None]
        s = p / tl.where(tied | (p == 0), 1.0, u)
        s = tl.where(tied, tl.exp2((1.0 - a) * log2(second))[:, None], s)
        s = tl.where(masked, 0.0, s)
    else:
        W, r = weights(v, first, a, KIND)
        p = W * second[:, None]
        s = tl.where(masked, 0.0, r * common_factor(first, second, a, KIND)[:, None])
        tied = masked & (v > 0)  # none
    return tl.where(masked, 0.0, p), s, tl.where(masked, 0.0, r), tied


@triton.jit
def all_sensitivities(v, first, second, a, KIND: tl.constexpr):
    """`sensitivities` of rows of every kind."""
    if KIND == ANY:
        above = (a > 1)[:, None]
        p, s, r, tied = sensitivities(v, tl.where(a > 1, 1.0, first), second, a, ANY)
        b = tl.where(a <= 1, 2.0, a)
        w = tl.where(a <= 1, 1.0, second)
        p_above, s_above, r_above, tied = sensitivities(v, first, w, b, ABOVE)
        p = tl.where(above, p_above, p)
        s = tl.where(above, s_above, s)
        r = tl.where(above, r_above, r)
        return p, s, r, tied & above
    else:
        return sensitivities(v, first, second, a, KIND)


@triton.jit
def alpha_potential(p, a, COMPUTE: tl.constexpr):
    """``h = psi(a log p) log(p)^2``, 0 where ``p`` is."""
    log_p = log2(tl.where(p > 0, p, 1.0)) * LN_2
    return log_p * log_p * psi(a[:, None] * log_p, COMPUTE)


@triton.jit
def times(factor, x):
    """``factor x``, and 0 where ``x`` is 0 and ``factor`` infinite. NaN stays NaN."""
    return tl.where((x == 0) & (tl.abs(factor) == float("inf")), 0.0, factor * x)


@triton.jit
def between(mean, least, greatest):
    """Keep a rounded mean between the extremes, so that the mean of equal numbers is exactly theirs. NaN stays NaN.

    Without any number the extremes are +inf and -inf, and the mean stays.
    """
    lower = tl.where((mean < least) & (least <= greatest), least, mean)
    return tl.where((mean > greatest) & (least <= greatest), greatest, lower)


@triton.jit
def jacobian_product(g, s, tied, total, weighted, pull, KIND: tl.constexpr):
    """``J g`` from ``total = sum r``, ``weighted = sum r g`` and, for ``alpha > 2``, ``pull = sum s g`` without ties.

    At a tie ``s mean = pull / total`` is finite where ``s`` is not; ``pull`` may be infinite itself, or NaN.
    """
    safe = tl.where(total == 0, 1.0, total)
    centred = g - (weighted / safe)[:, None]
    if KIND >= ABOVE:
        product = times(s, centred)
        at_tie = times(s, g) - (pull / safe)[:, None]
        return tl.where(tied & (at_tie == at_tie), at_tie, product)
    else:
        return s * centred


@triton.jit
def sloped(product, slope, KIND: tl.constexpr):
    """``scale J g``."""
    if KIND >= ABOVE:
        return times(product, slope[:, None])
    else:
        return product * slope[:, None]


@triton.jit
def extremes(g, tied):
    """Least and greatest upstream gradient at the ties of each row."""
    return tl.min(tl.where(tied, g, float("inf")), 1), tl.max(tl.where(tied, g, float("-inf")), 1)


@triton.jit
def reference(mean, x, tied, KIND: tl.constexpr):
    """Choose what to subtract from ``x`` before its product with ``J g``, which sums to 0: its mean or a tie.

    At a tie ``J g`` may be so large that only an exact 0 will do beside it.
    """
    if KIND >= ABOVE:
        at_tie = tl.max(tl.where(tied, x, float("-inf")), 1)
        return tl.where(at_tie > float("-inf"), at_tie, mean)
    else:
        return mean


@triton.jit
def covariance(product, x, centre, KIND: tl.constexpr):
    """``sum_i (J g)_i (x_i - centre)``."""
    if KIND >= ABOVE:
        return tl.sum(times(product, x - centre[:, None]), 1)
    else:
        return tl.sum(product * (x - centre[:, None]), 1)


@triton.jit
def relative_covariance(r, g, mean, x, centre, KIND: tl.constexpr):
    """`covariance` divided by the largest ``s`` of the row; only for ``alpha > 2``, where ``s`` overflows."""
    if KIND >= ABOVE:
        return tl.sum(r * (g - mean[:, None]) * (x - centre[:, None]), 1)
    else:
        return tl.zeros_like(mean)


@triton.jit
def settled(found, relative, second, a, KIND: tl.constexpr):
    """Return a covariance; from its quotient by the largest ``s`` where terms of it overflowed."""
    if KIND >= ABOVE:
        whole = times(tl.exp2((1.0 - a) * log2(second)), relative)
        return tl.where((a > 1) & ((tl.abs(found) < float("inf")) == 0), whole, found)
    else:
        return found


@triton.jit
def backward_tile(
    G, Z, STATE, EXCESS, SCALE, LENGTHS, DZ, DEXCESS, DSCALE,
    rows, n, inner, outer_stride, inner_stride, token_stride,
    g_inner, g_outer_stride, g_inner_stride, g_token_stride, excess_stride, scale_stride, length_stride,
    KIND: tl.constexpr, COMPUTE: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """``ROWS`` whole rows per program: the logits and the upstream gradient are read once, ``DZ`` is written once."""
    wanted = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    present = wanted < rows
    row = tl.minimum(wanted, rows - 1)
    columns = tl.arange(0, COLUMNS)
    inside = (columns < n)[None, :]
    a = row_excess(EXCESS, row, excess_stride, ROWS, KIND, COMPUTE)
    sign, magnitude = row_scale(SCALE, row, scale_stride, ROWS, COMPUTE)
    length = row_length(LENGTHS, row, length_stride, n, ROWS)
    maximum, first, second = load_state(STATE, row)
    z, live = load_tokens(
        Z, row_offsets(row, inner, outer_stride, inner_stride), columns, token_stride, inside, length, COMPUTE
    )
    g_offsets = row_offsets(row, g_inner, g_outer_stride, g_inner_stride)
    g = load_upstream(G, g_offsets, columns, g_token_stride, inside, COMPUTE)

    p, s, r, tied = all_sensitivities(scaled(z, live, maximum, sign, magnitude), first, second, a, KIND)
    dead = p == 0
    g = tl.where(dead, 0.0, g)  # nothing flows through a zero, whatever is upstream of it
    pull = tl.zeros_like(a)
    if KIND >= ABOVE:
        ties = tl.sum(tied.to(tl.int32), 1)
        least, greatest = extremes(g, tied)
        centre = between(tl.sum(tl.where(tied, g, 0.0), 1) / tl.maximum(ties, 1), least, greatest)
        g = tl.where(dead, 0.0, g - centre[:, None])
        pull = tl.sum(tl.where(tied, 0.0, times(s, g)), 1)
    total = tl.sum(r, 1)
    weighted = tl.sum(r * g, 1)
    product = jacobian_product(g, s, tied, total, weighted, pull, KIND)
    where = DZ + row.to(tl.int64)[:, None] * n + columns[None, :]
    dz = sloped(product, sign * magnitude, KIND)
    tl.store(where, dz.to(DZ.dtype.element_ty), mask=present[:, None] & inside)

    safe = tl.where(total == 0, 1.0, total)
    if DSCALE is not None:
        d = differences(z, live, maximum, sign)
        d = tl.where(dead, 0.0, d)
        mean = reference(tl.sum(r * d, 1) / safe, d, tied, KIND)
        relative = relative_covariance(r, g, weighted / safe, d, mean, KIND)
        found = settled(covariance(product, d, mean, KIND), relative, second, a, KIND)
        tl.store(DSCALE + row, sign * found, mask=present)
    if DEXCESS is not None:
        h = alpha_potential(p, a, COMPUTE)
        mean = reference(tl.sum(r * h, 1) / safe, h, tied, KIND)
        relative = relative_covariance(r, g, weighted / safe, h, mean, KIND)
        tl.store(DEXCESS + row, -settled(covariance(product, h, mean, KIND), relative, second, a, KIND), mask=present)


@triton.jit
def backward_stream(
    G, Z, STATE, EXCESS, SCALE, LENGTHS, DZ, DEXCESS, DSCALE,
    rows, n, inner, outer_stride, inner_stride, token_stride,
    g_inner, g_outer_stride, g_inner_stride, g_token_stride, excess_stride, scale_stride, length_stride,
    KIND: tl.constexpr, COMPUTE: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """One row of any length per program: a pass for its sums (two for ``alpha > 2``), a pass for the gradient."""
    row = tl.program_id(0) + tl.arange(0, 1)
    a = row_excess(EXCESS, row, excess_stride, 1, KIND, COMPUTE)
    sign, magnitude = row_scale(SCALE, row, scale_stride, 1, COMPUTE)
    length = row_length(LENGTHS, row, length_stride, n, 1)
    maximum, first, second = load_state(STATE, row)
    offsets = row_offsets(row, inner, outer_stride, inner_stride)
    g_offsets = row_offsets(row, g_inner, g_outer_stride, g_inner_stride)

    centre = tl.zeros_like(a)
    d_tie = tl.full((1,), float("-inf"), COMPUTE)
    h_tie = tl.full((1,), float("-inf"), COMPUTE)
    if KIND >= ABOVE:
        ties = tl.zeros((1,), tl.int32)
        least = tl.full((1,), float("inf"), COMPUTE)
        greatest = tl.full((1,), float("-inf"), COMPUTE)
        for start in range(0, n, COLUMNS):
            columns = start + tl.arange(0, COLUMNS)
            inside = (columns < n)[None, :]
            z, live = load_tokens(Z, offsets, columns, token_stride, inside, length, COMPUTE)
            g = load_upstream(G, g_offsets, columns, g_token_stride, inside, COMPUTE)
            v = scaled(z, live, maximum, sign, magnitude)
            p, s, r, tied = all_sensitivities(v, first, second, a, KIND)
            ties += tl.sum(tied.to(tl.int32), 1)
            centre += tl.sum(tl.where(tied, g, 0.0), 1)
            lower, upper = extremes(g, tied)
            least = tl.minimum(least, lower)
            greatest = tl.maximum(greatest, upper)
            d_tie = tl.maximum(d_tie, reference(d_tie, differences(z, live, maximum, sign), tied, KIND))
            if DEXCESS is not None:
                h_tie = tl.maximum(h_tie, reference(h_tie, alpha_potential(p, a, COMPUTE), tied, KIND))
        centre = between(centre / tl.maximum(ties, 1), least, greatest)

    zero = tl.zeros_like(a)
    total, total_low = zero, zero
    weighted, weighted_low = zero, zero
    pull, pull_low = zero, zero
    d_sum, d_low = zero, zero
    h_sum, h_low = zero, zero
    for start in range(0, n, COLUMNS):
        columns = start + tl.arange(0, COLUMNS)
        inside = (columns < n)[None, :]
        z, live = load_tokens(Z, offsets, columns, token_stride, inside, length, COMPUTE)
        g = load_upstream(G, g_offsets, columns, g_token_stride, inside, COMPUTE)
        p, s, r, tied = all_sensitivities(scaled(z, live, maximum, sign, magnitude), first, second, a, KIND)
        g = tl.where(p == 0, 0.0, g - centre[:, None])
        total, total_low = add(total, total_low, tl.sum(r, 1))
        weighted, weighted_low = add(weighted, weighted_low, tl.sum(r * g, 1))
        if KIND >= ABOVE:
            pull, pull_low = add(pull, pull_low, tl.sum(tl.where(tied, 0.0, times(s, g)), 1))
        if DSCALE is not None:
            d = tl.where(p == 0, 0.0, differences(z, live, maximum, sign))
            d_sum, d_low = add(d_sum, d_low, tl.sum(r * d, 1))
        if DEXCESS is not None:
            h = alpha_potential(p, a, COMPUTE)
            h_sum, h_low = add(h_sum, h_low, tl.sum(r * h, 1))
    total += total_low
    weighted += weighted_low
    pull += pull_low
    safe = tl.where(total == 0, 1.0, total)
    d_mean = tl.where(d_tie > float("-inf"), d_tie, (d_sum + d_low) / safe)
    h_mean = tl.where(h_tie > float("-inf"), h_tie, (h_sum + h_low) / safe)

    dscale, dscale_low = zero, zero
    dexcess, dexcess_low = zero, zero
    dscale_relative, dexcess_relative = zero, zero
    for start in range(0, n, COLUMNS):
        columns = start + tl.arange(0, COLUMNS)
        inside = (columns < n)[None, :]
        z, live = load_tokens(Z, offsets, columns, token_stride, inside, length, COMPUTE)
        g = load_upstream(G, g_offsets, columns, g_token_stride, inside, COMPUTE)
        p, s, r, tied = all_sensitivities(scaled(z, live, maximum, sign, magnitude), first, second, a, KIND)
        g = tl.where(p == 0, 0.0, g - centre[:, None])
        product = jacobian_product(g, s, tied, total, weighted, pull, KIND)
        where = DZ + row.to(tl.int64)[:, None] * n + columns[None, :]
        tl.store(where, sloped(product, sign * magnitude, KIND).to(DZ.dtype.element_ty), mask=inside)
        if DSCALE is not None:
            d = tl.where(p == 0, 0.0, differences(z, live, maximum, sign))
            dscale, dscale_low = add(dscale, dscale_low, covariance(product, d, d_mean, KIND))
            dscale_relative += relative_covariance(r, g, weighted / safe, d, d_mean, KIND)
        if DEXCESS is not None:
            h = alpha_potential(p, a, COMPUTE)
            dexcess, dexcess_low = add(dexcess, dexcess_low, covariance(product, h, h_mean, KIND))
            dexcess_relative += relative_covariance(r, g, weighted / safe, h, h_mean, KIND)
    if DSCALE is not None:
        tl.store(DSCALE + row, sign * settled(dscale + dscale_low, dscale_relative, second, a, KIND))
    if DEXCESS is not None:
        tl.store(DEXCESS + row, -settled(dexcess + dexcess_low, dexcess_relative, second, a, KIND))
