"""One row on a CPU: its threshold, its probabilities, and their sensitivities, in float64.

The mathematics is that of :mod:`..rowwise.maths`, on a list of the keys that may be in the support: ``v`` holds their
scores less the maximum. What is found about a row is three numbers: the maximum, and ``first`` and ``second``, which
are ``c`` and ``1/S`` for ``alpha <= 2``, and the smallest token of the support and its probability above.
"""

import math

import numpy as np

from ..runtime.kinds import Kind
from .cpu_compile import part

SOFTMAX, FOURTH_POWER, BELOW, ABOVE = (int(x) for x in (Kind.SOFTMAX, Kind.FOURTH_POWER, Kind.BELOW, Kind.ABOVE))
LARGEST_POWER = 8
"""Exponent up to which a first bound on the threshold is looked for."""


@part
def power(w, exponent):
    """``w**exponent`` for a whole exponent of at least 0."""
    found = 1.0
    for _ in range(exponent):
        found *= w
    return found


@part
def weight(v, c, a, kind):
    """``W = E_a(c v)`` and ``V = W / w``; both 0 outside the support."""
    if kind == SOFTMAX or a == 0:
        W = math.exp(v)
        return W, W
    w = 1 + a * (c * v)
    if not w > 0:
        return 0.0, 0.0
    if kind <= FOURTH_POWER:
        V = power(w, kind - 1)
    else:
        t = c * v
        excess = a * t
        rate = t if excess == 0 else t * (math.log1p(excess) / excess)
        V = math.exp((1 - a) * rate)
    return V * w, V


@part
def bound(peaks, count, a):
    """``c`` of a part of the row, which is at most that of the row: largest first a whole exponent, then a part."""
    exponent = math.ceil(1 / a - 1e-9) if a > 1 / (LARGEST_POWER + 0.5) else LARGEST_POWER + 1
    c = 1.0
    if exponent > LARGEST_POWER:
        return c
    for _ in range(50):
        S, X, kept = 0.0, 0.0, 0
        for i in range(count):
            v = peaks[i]
            w = 1 + a * (c * v)
            if w > 0:
                V = power(w, exponent - 1)
                S += V * w
                X -= V * v
                peaks[kept] = v
                kept += 1
        count = kept
        X *= a
        if exponent == 1:
            root = S
        elif exponent == 2:
            root = math.sqrt(S)
        else:
            root = S ** (1 / exponent)
        better = (S + c * X) / (S / root + X)
        near = not better > c * (1 + 1e-2)
        c = max(c, better)
        if near:
            break
    return c * (1 - 1e-12)


@part
def solve_below(v, index, count, c, a, kind, step):
    """``(c, 1/S, count)`` from a lower bound on ``c``; drops from the list what is not in the support.

    ``step``: the relative step of Newton's method after which its next, a square of it, would change nothing.
    """
    while True:
        S, X, kept = 0.0, 0.0, 0
        for i in range(count):
            W, V = weight(v[i], c, a, kind)
            if W > 0:
                S += W
                X -= V * v[i]
                v[kept], index[kept] = v[i], index[i]
                kept += 1
        count = kept
        if kind == SOFTMAX or a == 0:
            return 1.0, 1 / S, count
        X *= a
        if kind == 1:
            root = S
        elif kind == 2:
            root = math.sqrt(S)
        else:
            root = S**a
        better = (S + c * X) / (S / root + X)
        if not better > c:
            return c, 1 / S, count
        last = better <= c * (1 + step)
        c = better
        if last:
            S = 0.0
            for i in range(count):
                S += weight(v[i], c, a, kind)[0]
            return c, 1 / S, count


@part
def member(v, pivot, w, floor, a):
    """``(p, r, u, tied)`` of a token at pivot probability ``w``, where ``floor`` is ``w**a``."""
    D = (v - pivot) * a
    if v < pivot:
        return 0.0, 0.0, 1.0, False
    if D == 0:
        return w, 1.0, 1.0, True
    u = D + floor
    return u ** (1 / a), (floor / u) ** (1 - 1 / a), u, False


@part
def solve_above(v, index, count, a):
    """``(pivot, w, count)`` for ``alpha > 2``; drops from the list what is not in the support."""
    low, high = -1.0, 0.0
    while True:
        total, least, greatest, members = 0.0, 0.0, -1.0, 0
        for i in range(count):
            x = v[i] * a
            if low < x < high:
                total += x
                least, greatest = min(least, x), max(greatest, x)
                members += 1
        if members == 0:
            break
        level = max(min(total / members, greatest), least)
        mass = 0.0
        for i in range(count):
            gap = v[i] * a - level
            if gap > 0:
                mass += gap ** (1 / a)
        if mass >= 1:
            low = level
        else:
            high = level
    pivot, kept = 0.0, 0
    for i in range(count):
        if v[i] * a >= high:
            pivot = min(pivot, v[i])
            v[kept], index[kept] = v[i], index[i]
            kept += 1
    w = 1 / max(kept, 1)
    while True:
        floor, P, R = w**a, 0.0, 0.0
        for i in range(kept):
            p, r, _, _ = member(v[i], pivot, w, floor, a)
            P += p
            R += r
        better = w - (P - 1) / R
        if not 0 < better < w:
            return pivot, w, kept
        w = better


@part
def probability(v, first, second, floor, a, kind):
    """Probability of a token of a row that is solved; ``floor`` is ``second**a``."""
    if kind == ABOVE:
        return member(v, first, second, floor, a)[0]
    return weight(v, first, a, kind)[0] * second


@part
def sensitivity(p, a, kind):
    """``p**(2 - alpha)`` for ``p > 0`` and ``alpha <= 2``."""
    if kind == SOFTMAX or a == 0:
        return p
    if kind == 1:
        return 1.0
    if kind == 2:
        return math.sqrt(p)
    if kind == 4:
        root = math.sqrt(p)
        return root * math.sqrt(root)
    return p ** (1 - a)


@part
def psi(y):
    """``(1 - (1 - y) e^y) / y^2`` for ``y <= 0``; its series above -1."""
    if y > -1:
        total = 1 / 20
        for k in range(18, 0, -1):
            total = total * (y / k) + 1 / (k + 1)
        return total
    return (1 - (1 - y) * math.exp(y)) / (y * y)


@part
def potential(p, a):
    """What the gradient in alpha weighs the gradient in a score by, but for its sign."""
    log_p = math.log(p)
    return log_p * log_p * psi(a * log_p)


@part
def differentiate_below(p, g, count, a, kind, ds):
    """Fill ``ds`` with the gradients in the scores of the keys of a support; ``alpha <= 2``."""
    total, mean = 0.0, 0.0
    for i in range(count):
        s = sensitivity(np.float64(p[i]), a, kind)
        ds[i] = s
        total += s
        mean += s * g[i]
    mean /= total
    for i in range(count):
        ds[i] *= g[i] - mean
    return mean


@part
def times(factor, x):
    """``factor x``, and 0 where ``x`` is 0 and ``factor`` infinite."""
    return 0.0 if x == 0 else factor * x


@part
def differentiate_above(v, pivot, w, g, count, a, ds):
    """The same for ``alpha > 2``, where the gradient at the smallest tokens goes first: their weights may be infinite."""
    floor = w**a
    largest = w ** (1 - a)
    ties, at_ties = 0, 0.0
    for i in range(count):
        if member(v[i], pivot, w, floor, a)[3]:
            ties += 1
            at_ties += g[i]
    at_ties /= ties
    low, high = math.inf, -math.inf
    for i in range(count):
        if member(v[i], pivot, w, floor, a)[3]:
            low, high = min(low, g[i]), max(high, g[i])
    at_ties = min(max(at_ties, low), high)
    total, mean, pull = 0.0, 0.0, 0.0
    for i in range(count):
        p, r, u, tied = member(v[i], pivot, w, floor, a)
        g[i] -= at_ties
        total += r
        mean += r * g[i]
        if not tied:
            pull += times(p / u, g[i])
    mean /= total
    pull /= total
    for i in range(count):
        p, r, u, tied = member(v[i], pivot, w, floor, a)
        s = largest if tied else p / u
        at_tie = times(s, g[i]) - pull
        ds[i] = at_tie if tied and at_tie == at_tie else times(s, g[i] - mean)
    return mean


@part
def along_alpha(p, v, g, ds, count, first, second, mean, a, kind):
    """Gradient in alpha of a row: the weights less a mean of them, since the gradients in the scores sum to 0."""
    found = 0.0
    if kind == ABOVE:
        # The gradients at the smallest tokens may be infinite: what they are weighed by becomes 0.
        at_ties = potential(second, a)
        floor, relative = second**a, 0.0
        for i in range(count):
            less = potential(np.float64(p[i]), a) - at_ties
            r = member(v[i], first, second, floor, a)[1]
            if v[i] > first:
                found -= times(ds[i], less)
                relative -= r * (g[i] - mean) * less
        return found if abs(found) < math.inf else times(second ** (1 - a), relative)
    total, middle = 0.0, 0.0
    for i in range(count):
        s = sensitivity(np.float64(p[i]), a, kind)
        total += s
        middle += s * potential(np.float64(p[i]), a)
    middle /= total
    for i in range(count):
        found -= ds[i] * (potential(np.float64(p[i]), a) - middle)
    return found
