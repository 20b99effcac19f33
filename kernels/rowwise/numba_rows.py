"""Rows on a CPU, forward and backward, for Numba: see :mod:`.numba_solve` for a row, :mod:`.backward` for gradients."""

from typing import Any

import numpy as np

from ..runtime.numba import jit, jit_fused, jit_inside, jit_sums, kernel
from .numba_block import (
    BLOCK,
    fill_block,
    probabilities_of_block,
    scale_block,
    sensitivities_of_block,
)
from .numba_solve import (
    CHUNK,
    FOURTH_POWER,
    GENERAL,
    IN_BLOCK,
    LOWEST,
    SOFTMAX,
    ZERO,
    collect_row,
    exponential,
    general_pair,
    in_first_block,
    member,
    power_pair,
    short_exponential,
    short_pair,
    solve_row,
    steady_power,
    survey_row,
    threshold,
    weigh_above,
    weigh_below,
    weigh_chunk,
)


@jit
def laid_out(z: Any, start: int, token: int, n: int, theta: Any, line: Any) -> Any:
    """Copy a row into ``line`` if it is not contiguous, or a negative scale turns it around; whether it did.

    Turned around, the sign of its tokens changes, but not that of masks, ``inf`` and NaN.
    """
    if theta < 0.0:
        for j in range(n):
            x = z[start + j * token]
            line[j] = -x if -np.inf < x < np.inf else x
    elif token != 1:
        for j in range(n):
            line[j] = z[start + j * token]
    else:
        return False
    return True


@jit
def place_of(r: int, inner: int, outer: int, step: int) -> Any:
    """Where row ``r`` starts, see :class:`.strides.Strides`; a division takes as long as some tokens."""
    return r * outer if inner == 1 else (r // inner) * outer + (r % inner) * step


@jit
def spoil(z: Any, start: int, token: int, length: int, out: Any, first: int) -> None:
    """Write NaN for every token that is not masked."""
    for j in range(length):
        out[first + j] = 0.0 if z[start + j * token] == -np.inf else np.nan


@kernel
def forward_rows(
    z: Any, bits: Any, inner: int, outer: int, step: int, token: int, n: int, start: int, stop: int,
    excess: Any, excess_stride: int, scale: Any, scale_stride: int, lengths: Any, length_stride: int,
    kind: int, above: Any, every: bool, p: Any, state: Any,
    maxima: Any, maxima_bits: Any, edge: Any, edge_bits: Any, pair: Any, pair_bits: Any, line: Any, line_bits: Any,
    block: Any, block_weights: Any, rough: Any, lanes: Any, v: Any, index: Any,
) -> None:  # fmt: skip
    """Probabilities and states of the rows ``start ... stop``.

    Unless ``every`` says so, of those alone that have ``alpha > 2``, or with ``above=None`` of the others.
    """
    narrow = bits.itemsize == 4
    for r in range(start, stop):
        a, theta = excess[r * excess_stride], scale[r * scale_stride]
        if not every and (a > 1.0) != (above is not None):
            continue
        length = lengths[r * length_stride]
        first_token = place_of(r, inner, outer, step)
        source, source_bits, at = z, bits, first_token
        if laid_out(z, first_token, token, length, theta, line):
            source, source_bits, at = line, line_bits, 0
        top, first, second, count = solve_row(
            source, source_bits, at, length, abs(theta), a, kind, above,
            maxima, maxima_bits, edge, edge_bits, pair, pair_bits, block, block_weights, rough, lanes, v, index,
        )  # fmt: skip
        out = r * n
        for j in range(min(length, BLOCK) if count == IN_BLOCK else 0, n):
            p[np.uint64(out + j)] = 0.0
        if top != top:
            spoil(z, first_token, token, length, p, out)
        elif above is not None:
            weigh_above(v, count, first, second, a)
            for i in range(count):
                p[np.uint64(out + index[i])] = v[i]
        elif count == IN_BLOCK and kind != SOFTMAX:
            second = 1.0 / second
            scale_block(block_weights, min(length, BLOCK), second, p, out)
        elif count == IN_BLOCK:
            second = 1.0 / weigh_chunk(v, ZERO, np.int64(BLOCK), first, a, 1.0, kind, narrow)
            for j in range(min(length, BLOCK)):
                p[np.uint64(out + j)] = v[np.uint64(j)] * second
        elif count > 0:
            second = 1.0 / weigh_below(v, count, first, a, kind, narrow)
            for i in range(count):
                p[np.uint64(out + index[i])] = v[i] * second
        state[3 * r], state[3 * r + 1], state[3 * r + 2] = top, first, second


# ---------------------------------------------------------------------------------------------- gradients


@jit_sums
def sensitivities_below(
    v: Any, count: int, c: Any, inverse: Any, a: Any, kind: int, narrow: bool, p: Any, weights: Any
) -> None:
    """Fill ``p``, and ``weights`` with ``V``, which is ``s = p^(2 - alpha)`` up to a factor of the row."""
    if 1 <= kind <= 4:
        for i in range(count):
            W, V = power_pair(v[i], a * c, kind)
            p[i], weights[i] = W * inverse, V
    elif kind == GENERAL:
        q = 1.0 / a if a > 0.0 else 1.0
        if narrow:
            for i in range(count):
                W, V = short_pair(v[i], c, a, q)
                p[i], weights[i] = W * inverse, V
        else:
            for i in range(count):
                W, V = general_pair(v[i], c, a, q)
                p[i], weights[i] = W * inverse, V
    elif narrow:
        for i in range(count):
            W = short_exponential(v[i])
            p[i], weights[i] = W * inverse, W
    else:
        for i in range(count):
            W = exponential(v[i])
            p[i], weights[i] = W * inverse, W


@jit
def read_block(
    g: Any, first: int, token: int, size: int, narrow: bool, p: Any, weights: Any, upstream: Any
) -> None:  # fmt: skip
    """Read the upstream gradient of a block, and put zeros for all that is outside the support."""
    for i in range(size):
        own = p[np.uint64(i)]
        inside = np.float32(own) > np.float32(0.0) if narrow else own > 0.0
        p[np.uint64(i)] = own if inside else 0.0
        weights[np.uint64(i)] = weights[np.uint64(i)] if inside else 0.0
        upstream[np.uint64(i)] = np.float64(g[np.uint64(first + i * token)]) if inside else 0.0
    for i in range(size, BLOCK):
        p[i], weights[i], upstream[i] = 0.0, 0.0, 0.0


@jit_inside
def write_block(
    weights: Any, upstream: Any, mean: Any, factor: Any, theta: Any, size: int, dz: Any, out: int, product: Any,
    wanted: Any,
) -> None:  # fmt: skip
    """Write the gradients in the logits of a block; ``product`` gets those in the scaled ones, if such are wanted."""
    for i in range(size):
        own = weights[np.uint64(i)] * factor * (upstream[np.uint64(i)] - mean)
        own = own if weights[np.uint64(i)] > 0.0 else 0.0  # also where the mean is NaN
        dz[np.uint64(out + i)] = own * theta
        if wanted is not None:
            product[np.uint64(i)] = own
    if wanted is not None:
        for i in range(size, BLOCK):
            product[i] = 0.0


@jit_sums
def chunk_of_moments(weights: Any, x: Any, start: int, stop: int) -> Any:
    """``(sum r, sum r x)`` of some tokens."""
    total, moment = 0.0, 0.0
    for i in range(start, stop):
        total += weights[np.uint64(i)]
        moment += weights[np.uint64(i)] * x[np.uint64(i)]
    return total, moment


@jit
def add_signed(total: Any, low: Any, term: Any) -> Any:
    """Add a term to the compensated sum ``total + low`` (Neumaier)."""
    new = total + term
    return new, low + ((total - new) + term if abs(total) >= abs(term) else (term - new) + total)


@jit
def moments(weights: Any, x: Any, count: int) -> Any:
    """``(sum r, sum r x)``."""
    total, moment, total_low, moment_low = 0.0, 0.0, 0.0, 0.0
    for start in range(0, count, CHUNK):
        more, further = chunk_of_moments(weights, x, start, min(count, start + CHUNK))
        total, total_low = add_signed(total, total_low, more)
        moment, moment_low = add_signed(moment, moment_low, further)
    # A sum that is infinite leaves NaN behind.
    return (
        total + total_low if total - total == 0.0 else total,
        moment + moment_low if moment - moment == 0.0 else moment,
    )


@jit_fused
def psi(y: Any) -> Any:
    """``(1 - (1 - y) e^y) / y^2`` for ``y <= 0``; above -1 its series ``sum_k y^k / (k! (k + 2))``."""
    if y <= -1.0:
        return (1.0 - (1.0 - y) * exponential(y)) / (y * y)
    total = 1.0 / 20.0
    for k in range(18, 0, -1):
        total = total * (y / k) + 1.0 / (k + 1)
    return total


@jit
def times(factor: Any, x: Any) -> Any:
    """``factor x``, and 0 where ``x`` is 0 and ``factor`` infinite. NaN stays NaN."""
    return 0.0 if x == 0.0 and abs(factor) == np.inf else factor * x


@jit
def covariance_below(product: Any, weights: Any, x: Any, count: int) -> Any:
    """``sum_i (J g)_i (x_i - mean)``; ``x`` is centred in place."""
    total, moment = moments(weights, x, count)
    mean = moment / total if total != 0.0 else 0.0
    for i in range(count):
        x[i] -= mean
    return moments(product, x, count)[1]


@jit
def covariance_above(product: Any, relative: Any, tied: Any, x: Any, count: int, largest: Any) -> Any:
    """``sum_i (J g)_i (x_i - x_tie)``; from the quotients by the ``largest`` ``s`` where it overflows."""
    at_tie = -np.inf
    for i in range(count):
        if tied[i]:
            at_tie = max(at_tie, x[i])
    total, low, small = 0.0, 0.0, 0.0
    for i in range(count):
        gap = x[i] - at_tie
        total, low = add_signed(total, low, times(product[i], gap))
        small += relative[i] * gap
    return total + low if abs(total + low) < np.inf else times(largest, small)


@jit
def log_square(p: Any, a: Any, count: int, out: Any) -> None:
    """Fill ``out`` with ``h = psi(a log p) log(p)^2``, and 0 where ``p`` is 0."""
    for i in range(count):
        logarithm = np.log(p[i]) if p[i] > 0.0 else 0.0
        out[i] = logarithm * logarithm * psi(a * logarithm)


@jit
def centre_at_ties(g: Any, tied: Any, count: int) -> None:
    """Subtract from ``g`` its mean at the ties, which of equal numbers is exactly theirs."""
    total, low, ties, least, greatest = 0.0, 0.0, 0, np.inf, -np.inf
    for i in range(count):
        if tied[i]:
            total, low = add_signed(total, low, g[i])
            ties += 1
            least, greatest = min(least, g[i]), max(greatest, g[i])
            if g[i] != g[i]:
                total = np.nan
    mean = (total + low) / max(ties, 1)
    if mean < least:
        mean = least
    elif mean > greatest:
        mean = greatest
    for i in range(count):
        g[i] -= mean


@jit
def differentiate_above(product: Any, weights: Any, g: Any, tied: Any, count: int) -> None:
    """Turn ``s`` in ``product`` and its quotients by the largest in ``weights`` into their products with ``g - mean``.

    For ``alpha > 2``: an ``s`` may be infinite. ``g`` is centred at the ties.
    """
    centre_at_ties(g, tied, count)
    total, weighted = moments(weights, g, count)
    total = total if total != 0.0 else 1.0
    mean = weighted / total
    pull, low = 0.0, 0.0
    for i in range(count):
        if not tied[i]:
            pull, low = add_signed(pull, low, times(product[i], g[i]))
    pull = (pull + low if pull - pull == 0.0 else pull) / total
    for i in range(count):
        at_tie = times(product[i], g[i]) - pull
        product[i] = at_tie if tied[i] and at_tie == at_tie else times(product[i], g[i] - mean)
        weights[i] *= g[i] - mean


@kernel
def backward_rows(
    g: Any, g_inner: int, g_outer: int, g_step: int, g_token: int,
    z: Any, bits: Any, inner: int, outer: int, step: int, token: int, n: int, start: int, stop: int,
    excess: Any, excess_stride: int, scale: Any, scale_stride: int, lengths: Any, length_stride: int,
    kind: int, above: Any, every: bool, state: Any, dz: Any, dexcess: Any, dscale: Any,
    maxima: Any, maxima_bits: Any, edge: Any, edge_bits: Any, pair: Any, pair_bits: Any, line: Any, line_bits: Any,
    block: Any, block_weights: Any, rough: Any, lanes: Any, v: Any, index: Any,
    p: Any, weights: Any, upstream: Any, product: Any, tied: Any,
) -> None:  # fmt: skip
    """Gradients of the rows ``start ... stop``, as `forward_rows` takes them.

    ``dexcess`` and ``dscale`` may be ``None``. The fields of a `Room` are followed by room for more of each candidate.
    """
    narrow = bits.itemsize == 4
    for r in range(start, stop):
        a, theta = excess[r * excess_stride], scale[r * scale_stride]
        if not every and (a > 1.0) != (above is not None):
            continue
        length = lengths[r * length_stride]
        top, first, second = np.float64(state[3 * r]), np.float64(state[3 * r + 1]), np.float64(state[3 * r + 2])
        first_token = place_of(r, inner, outer, step)
        first_upstream = place_of(r, g_inner, g_outer, g_step)
        out = r * n
        for j in range(n):
            dz[np.uint64(out + j)] = 0.0
        if top != top or top == -np.inf:
            if top != top:
                spoil(z, first_token, token, length, dz, out)
            if dscale is not None:
                dscale[r] = np.nan if top != top else 0.0
            if dexcess is not None:
                dexcess[r] = np.nan if top != top else 0.0
            continue
        source, source_bits, at = z, bits, first_token
        if laid_out(z, first_token, token, length, theta, line):
            source, source_bits, at = line, line_bits, 0
        magnitude = abs(theta)
        low = LOWEST
        if above is not None:
            low = threshold(top, 1.0 / (a * magnitude))
        elif kind != SOFTMAX:
            low = threshold(top, 1.0 / (a * first * magnitude))
        simple = above is None and kind <= FOURTH_POWER
        if not simple or length > BLOCK:
            survey_row(source_bits, at, length, maxima_bits, edge_bits)
        dense = simple and in_first_block(maxima, length, low)
        if dense and kind != SOFTMAX:
            count = BLOCK
            fill_block(source, at, length, top, magnitude, block)
        elif dense:
            count = BLOCK
            fill_block(source, at, length, top, magnitude, v)
        else:
            count = collect_row(source, at, length, low, top, magnitude, maxima, edge, lanes, v, index)
        if above is not None:
            floor, q, members = second**a, 1.0 / a, 0
            for i in range(count):
                x = np.float64(np.float32(v[i])) if narrow else v[i]
                if x < first:
                    continue
                own, ratio, u, ties = member(x, first, second, a, q, floor)
                if own == 0.0 or (narrow and np.float32(own) == np.float32(0.0)):
                    continue
                p[members], weights[members], tied[members] = own, ratio, ties
                product[members] = second ** (1.0 - a) if ties else own / u  # s
                index[members] = index[i]
                upstream[members] = g[first_upstream + index[i] * g_token]
                members += 1
            count = members
            differentiate_above(product, weights, upstream, tied, count)
            for i in range(count):
                dz[out + index[i]] = times(product[i], theta)
            largest = second ** (1.0 - a)
            if dscale is not None:
                for i in range(count):
                    upstream[i] = max(np.float64(source[at + index[i]]) - top, LOWEST)
                found = covariance_above(product, weights, tied, upstream, count, largest)
                dscale[r] = -found if theta < 0.0 else found
            if dexcess is not None:
                log_square(p, a, count, upstream)
                dexcess[r] = -covariance_above(product, weights, tied, upstream, count, largest)
        else:
            if dense and kind != SOFTMAX:
                sensitivities_of_block(
                    block, a * first, second, kind, g, first_upstream, g_token, min(length, BLOCK), weights, upstream
                )
                if dexcess is not None:
                    probabilities_of_block(block, a * first, second, kind, p)
            else:
                sensitivities_below(v, count, first, second, a, kind, narrow, p, weights)
                if dense:
                    read_block(g, first_upstream, g_token, min(length, BLOCK), narrow, p, weights, upstream)
                else:
                    members = 0
                    for i in range(count):
                        own = p[i]
                        p[members], weights[members], index[members] = own, weights[i], index[i]
                        upstream[members] = g[first_upstream + index[i] * g_token]
                        members += 1 if own > 0.0 and (not narrow or np.float32(own) > np.float32(0.0)) else 0
                    count = members
            total, weighted = moments(weights, upstream, count)
            mean = weighted / total if total != 0.0 else 0.0
            factor = steady_power(second, a, kind)  # not `c / S`: a unit of `c` may be many of `S`
            if dense:
                write_block(weights, upstream, mean, factor, theta, min(length, BLOCK), dz, out, product, dscale)
            else:
                for i in range(count):
                    own = weights[np.uint64(i)] * factor * (upstream[np.uint64(i)] - mean)
                    product[np.uint64(i)] = own if weights[np.uint64(i)] > 0.0 else 0.0  # also where the mean is NaN
                    dz[np.uint64(out + index[np.uint64(i)])] = product[np.uint64(i)] * theta
            if dscale is not None:
                for i in range(count):
                    place = i if dense else index[i]
                    upstream[i] = max(np.float64(source[at + place]) - top, LOWEST) if place < length else 0.0
                found = covariance_below(product, weights, upstream, count)
                dscale[r] = -found if theta < 0.0 else found
            if dexcess is not None:
                log_square(p, a, count, upstream)
                dexcess[r] = -covariance_below(product, weights, upstream, count)
