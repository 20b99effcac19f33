"""The arithmetic of one row, on tiles ``(rows, tokens)`` held in registers; shared by every row-wise kernel.

Write ``a = alpha - 1``, ``v_i = scale (z_i - max z) <= 0`` and ``E_a(t) = [1 + a t]_+^(1/a)``, which is ``exp`` at
``a = 0``.

``alpha <= 2``. Since ``p_i^a = p_max^a + a v_i``, the answer is ``p_i = p_max E_a(c v_i)`` with
``c = p_max^-a = -1/tau``, so with ``W_i = E_a(c v_i)`` and ``S = sum W`` everything follows from the one equation
``c = S^a``. Newton's method on the q-norm (q = 1/a) from ``tau = -1`` reads, in ``c`` and without a single
subtraction::

    c <- (S + c X) / (S / S^a + X),      X = a sum_i (W_i / w_i) (-v_i) >= 0,      w_i = 1 + a c v_i

a mean of ``c`` and ``S^a`` with positive weights. The q-norm is convex, so ``c`` rises from 1 to the root and never
passes it; the loop ends at the first step that does not raise the floating-point number ``c``: no count, no
tolerance. The residual that rounding leaves in ``c`` is divided out by ``p = W / S``, whence sums right to
rounding. The form is the same for every ``alpha`` in [1, 2]: softmax is ``c = 1``, flat rows take one step, and
nothing cancels near ``alpha = 1``.

``alpha > 2``. ``sum [x - tau]_+^q`` is neither convex nor concave, so the support comes first: token ``k`` is in it iff
``sum_i [x_i - x_k]_+^q < 1`` with ``x = a v``. With ``k`` its smallest token and ``D_i = x_i - x_k``, the
probability ``w = p_k`` solves ``sum_i (D_i + w^a)^q = 1``, whose left side is convex in ``w``; Newton from ``w =
1/|S|`` falls to the root.

NaN and ``+inf`` tokens, and ``alpha < 1``, make the row NaN: every comparison below is written so that NaN survives it.
A row without a live token gives zeros.
"""

import triton
import triton.language as tl

from .elementary import LOG2_E, log2, log2_and_rate, raised, square_root

# Kinds of row. From 1 to 4 the kind is the exponent q = 1/(alpha - 1) itself.
SOFTMAX = tl.constexpr(0)
FOURTH_POWER = tl.constexpr(4)
BELOW = tl.constexpr(5)  # any 1 <= alpha <= 2
ABOVE = tl.constexpr(6)  # any alpha > 2
ANY = tl.constexpr(7)  # each row has its own alpha >= 1

# Stands in for -inf where a product with 0 must not be NaN; far below every token that can have mass.
FLOOR = tl.constexpr(-1e30)


@triton.jit
def row_offsets(row, inner, outer_stride, inner_stride):
    """Offset of each row in an array whose rows lie on two strides; ``inner`` rows to the inner one."""
    row = row.to(tl.int64)
    return (row // inner) * outer_stride + (row % inner) * inner_stride


@triton.jit
def row_excess(EXCESS, row, stride, ROWS: tl.constexpr, KIND: tl.constexpr, COMPUTE: tl.constexpr):
    """Return ``a = alpha - 1`` of each row; NaN where ``alpha < 1``."""
    if KIND == SOFTMAX:
        return tl.zeros((ROWS,), COMPUTE)
    elif KIND <= FOURTH_POWER:
        return tl.full((ROWS,), 1.0 / KIND, COMPUTE)
    else:
        a = tl.load(EXCESS + row * stride).to(COMPUTE)
        return tl.where(a >= 0, a, float("nan"))


@triton.jit
def row_scale(SCALE, row, stride, ROWS: tl.constexpr, COMPUTE: tl.constexpr):
    """``(sign, magnitude)`` of the scale of each row. A negative scale turns the row around."""
    if SCALE is None:
        one = tl.full((ROWS,), 1.0, COMPUTE)
        return one, one
    else:
        scale = tl.load(SCALE + row * stride).to(COMPUTE)
        sign = tl.where(scale < 0, -1.0, 1.0).to(COMPUTE)
        return sign, scale * sign


@triton.jit
def row_length(LENGTHS, row, stride, n, ROWS: tl.constexpr):
    """Return how many leading tokens of each row count."""
    if LENGTHS is None:
        return tl.zeros((ROWS,), tl.int32) + n
    else:
        return tl.minimum(tl.load(LENGTHS + row * stride), n).to(tl.int32)


@triton.jit
def load_tokens(Z, offsets, columns, stride, inside, length, COMPUTE: tl.constexpr):
    """Tokens and which of them are live.

    The mask of the load is ``inside`` alone, which the compiler can prove constant over a vector; the lengths
    come after.
    """
    z = tl.load(Z + offsets[:, None] + columns.to(tl.int64)[None, :] * stride, mask=inside, other=float("-inf"))
    z = z.to(COMPUTE)
    live = inside & (columns[None, :] < length[:, None]) & (z != float("-inf"))
    return z, live


@triton.jit
def peak(z, live, sign):
    """Largest live token of each row after ``sign``; +inf when the row holds NaN or +inf."""
    finite = tl.where(z < float("inf"), z * sign[:, None], float("inf"))
    return tl.max(tl.where(live, finite, float("-inf")), 1)


@triton.jit
def spoil(maximum):
    """Make a maximum of +inf NaN, so that everything computed from it is NaN."""
    return tl.where(maximum == float("inf"), float("nan"), maximum)


@triton.jit
def differences(z, live, maximum, sign):
    """``d_i = sign z_i - maximum <= 0``, finite for live tokens."""
    d = z * sign[:, None] - maximum[:, None]
    lowest: tl.constexpr = -1.7976931348623157e308 if z.dtype == tl.float64 else -3.4028234663852886e38
    d = tl.where(d < lowest, lowest, d)
    return tl.where(live, d, 0.0)


@triton.jit
def scaled(z, live, maximum, sign, magnitude):
    """``v_i = scale (z_i - max) <= 0``, and ``FLOOR`` for tokens that are masked."""
    v = differences(z, live, maximum, sign) * magnitude[:, None]
    v = tl.where(v < FLOOR, FLOOR, v)
    return tl.where(live, v, FLOOR)


@triton.jit
def add(total, residue, term):
    """Add ``term`` to the compensated sum ``total + residue`` (Neumaier)."""
    new = total + term
    lost = tl.where(tl.abs(total) >= tl.abs(term), (total - new) + term, (term - new) + total)
    return new, residue + lost


# ---------------------------------------------------------------------------------------------- alpha <= 2


@triton.jit
def weights(v, c, a, KIND: tl.constexpr):
    """``W = E_a(c v)`` and ``V = W / w = W^(1-a)``, both 0 outside the support."""
    if KIND == SOFTMAX:
        W = tl.exp2(v * LOG2_E)
        V = W
    elif KIND <= FOURTH_POWER:
        w = v * (c * (1.0 / KIND))[:, None] + 1.0
        w = tl.where(w <= 0, 0.0, w)
        if KIND == 1:
            V = (w > 0).to(w.dtype)
        elif KIND == 2:
            V = w
        elif KIND == 3:
            V = w * w
        else:
            V = w * w * w
        W = V * w
    else:
        # log E_a(t) = log(w) / a = t log(w) / (w - 1). Near w = 1 the second form is good down to a = 0,
        # and taken at the rounded w in both places it hardly feels the rounding.
        t = v * c[:, None]
        w = a[:, None] * t + 1.0
        outside = w <= 0
        inside = tl.where(w > 0, w, 0.5)
        logarithm, rate, near = log2_and_rate(inside)
        q = 1.0 / tl.where(a > 0, a, 1.0)
        exponent = tl.where(near, t * rate, logarithm * q[:, None])
        V = tl.where(outside, 0.0, tl.exp2(exponent * (1.0 - a)[:, None]))
        W = V * tl.where(outside, 0.0, w)
    return W, V


@triton.jit
def power(S, a, KIND: tl.constexpr):
    """``S^a`` for ``S >= 1``."""
    if KIND == SOFTMAX:
        return tl.full(S.shape, 1.0, S.dtype)
    elif KIND == 1:
        return S
    elif KIND == 2:
        return square_root(S)
    elif KIND == 4:
        return square_root(square_root(S))
    else:
        return tl.exp2(a * log2(S))


@triton.jit
def sums_below(v, row, n, count, c, a, KIND: tl.constexpr, STREAM: tl.constexpr, COLUMNS: tl.constexpr):
    """``S = sum W`` and ``X = a sum V (-v)``; over the tile ``v``, or streamed from memory."""
    if not STREAM:
        W, V = weights(v, c, a, KIND)
        return tl.sum(W, 1), -a * tl.sum(V * v, 1)
    else:
        S = tl.zeros_like(c)
        X = tl.zeros_like(c)
        S_low = tl.zeros_like(c)
        X_low = tl.zeros_like(c)
        for start in range(0, count, COLUMNS):
            piece = stream(row, start, n, count, COLUMNS)
            W, V = weights(piece, c, a, KIND)
            S, S_low = add(S, S_low, tl.sum(W, 1))
            X, X_low = add(X, X_low, -a * tl.sum(V * piece, 1))
        return S + S_low, X + X_low


@triton.jit
def solve_below(v, row, n, count, a, KIND: tl.constexpr, STREAM: tl.constexpr, COLUMNS: tl.constexpr):
    """``(c, 1/S, steps)`` of each row with ``alpha <= 2``."""
    c = tl.full(a.shape, 1.0, a.dtype)
    S = c
    steps = tl.zeros(a.shape, tl.int32)
    if KIND == SOFTMAX:
        S, X = sums_below(v, row, n, count, c, a, KIND, STREAM, COLUMNS)
        steps += 1
    else:
        rising = (a > 1) == 0 if KIND == ANY else c == c
        while tl.max(rising.to(tl.int32), 0) > 0:
            # A row that has arrived keeps its c, and so its S.
            S, X = sums_below(v, row, n, count, c, a, KIND, STREAM, COLUMNS)
            steps += rising.to(tl.int32)
            better = (S + c * X) / (S / power(S, a, KIND) + X)
            rising = rising & (better > c)
            c = tl.where(rising, better, c)
    # A row without a live token has S = 0 and gets zeros.
    return c, tl.where(S == 0, 0.0, 1.0 / tl.where(S == 0, 1.0, S)), steps


# ---------------------------------------------------------------------------------------------- alpha > 2


@triton.jit
def census_tile(x, low, high):
    """Return how many tokens lie strictly between ``low`` and ``high``, their sum, their least and their greatest."""
    between = (x > low[:, None]) & (x < high[:, None])
    return (
        tl.sum(between.to(tl.int32), 1),
        tl.sum(tl.where(between, x, 0.0), 1),
        tl.min(tl.where(between, x, 0.0), 1),
        tl.max(tl.where(between, x, -1.0), 1),
    )


@triton.jit
def census(v, row, n, count, a, low, high, STREAM: tl.constexpr, COLUMNS: tl.constexpr):
    """`census_tile` of a whole row."""
    if not STREAM:
        return census_tile(v * a[:, None], low, high)
    else:
        members = tl.zeros(a.shape, tl.int32)
        total = tl.zeros_like(a)
        least = tl.zeros_like(a)
        greatest = tl.zeros_like(a) - 1.0
        for start in range(0, count, COLUMNS):
            piece = stream(row, start, n, count, COLUMNS)
            more, term, lower, upper = census_tile(piece * a[:, None], low, high)
            members += more
            total += term
            least = tl.minimum(least, lower)
            greatest = tl.maximum(greatest, upper)
        return members, total, least, greatest


@triton.jit
def mass_above(v, row, n, count, a, q, level, STREAM: tl.constexpr, COLUMNS: tl.constexpr):
    """``sum_i [x_i - level]_+^q``."""
    if not STREAM:
        return tl.sum(raised(v * a[:, None] - level[:, None], q[:, None]), 1)
    else:
        total = tl.zeros_like(a)
        low = tl.zeros_like(a)
        for start in range(0, count, COLUMNS):
            piece = stream(row, start, n, count, COLUMNS)
            total, low = add(total, low, tl.sum(raised(piece * a[:, None] - level[:, None], q[:, None]), 1))
        return total + low


@triton.jit
def least_member(v, row, n, count, a, high, STREAM: tl.constexpr, COLUMNS: tl.constexpr):
    """Smallest ``v`` with ``a v >= high``, and how many tokens have ``a v >= high``."""
    if not STREAM:
        member = v * a[:, None] >= high[:, None]
        return tl.min(tl.where(member, v, 0.0), 1), tl.sum(member.to(tl.int32), 1)
    else:
        least = tl.zeros_like(a)
        members = tl.zeros(a.shape, tl.int32)
        for start in range(0, count, COLUMNS):
            piece = stream(row, start, n, count, COLUMNS)
            member = piece * a[:, None] >= high[:, None]
            least = tl.minimum(least, tl.min(tl.where(member, piece, 0.0), 1))
            members += tl.sum(member.to(tl.int32), 1)
        return least, members


@triton.jit
def members_above(v, pivot, w, a, q):
    """``(p, r, tied)`` at pivot probability ``w``: ``p_i = (D_i + w^a)^q``, ``r_i = (w / p_i)^(a-1) = s_i / s_pivot``.

    At ``D_i = 0`` both are known, ``w`` and 1, however far ``w^a`` underflows.
    """
    outside = v < pivot[:, None]
    D = tl.where(outside, 0.0, (v - pivot[:, None]) * a[:, None])
    tied = D == 0
    floor = tl.exp2(a * log2(w))
    u = D + floor[:, None]
    ratio = floor[:, None] / tl.where(tied, 1.0, u)
    p = tl.where(tied, w[:, None], raised(u, q[:, None]))
    r = tl.where(tied, 1.0, raised(ratio, 1.0 - q[:, None]))
    return tl.where(outside, 0.0, p), tl.where(outside, 0.0, r), tied & (v == pivot[:, None])


@triton.jit
def sums_above(v, row, n, count, pivot, w, a, q, STREAM: tl.constexpr, COLUMNS: tl.constexpr):
    """``H(w) = sum p`` and ``H'(w) = sum r``."""
    if not STREAM:
        p, r, _tied = members_above(v, pivot, w, a, q)
        return tl.sum(p, 1), tl.sum(r, 1)
    else:
        H = tl.zeros_like(a)
        R = tl.zeros_like(a)
        H_low = tl.zeros_like(a)
        R_low = tl.zeros_like(a)
        for start in range(0, count, COLUMNS):
            piece = stream(row, start, n, count, COLUMNS)
            p, r, _tied = members_above(piece, pivot, w, a, q)
            H, H_low = add(H, H_low, tl.sum(p, 1))
            R, R_low = add(R, R_low, tl.sum(r, 1))
        return H + H_low, R + R_low


@triton.jit
def solve_above(v, row, n, count, a, KIND: tl.constexpr, STREAM: tl.constexpr, COLUMNS: tl.constexpr):
    """``(v of the least token in the support, its probability, steps)`` of each row with ``alpha > 2``."""
    ours = a > 1
    a = tl.where(a <= 1, 2.0, a)  # rows that are not ours run idle on harmless numbers
    q = 1.0 / a
    low = tl.where(ours, -1.0, 0.0).to(a.dtype)  # at or below: outside the support
    high = tl.zeros_like(a)  # at or above: inside
    steps = tl.zeros(a.shape, tl.int32)
    # A number and not a vector says whether to go on: Triton 3.6 cannot compile the other.
    going = tl.max(ours.to(tl.int32), 0)
    while going > 0:
        between, total, least, greatest = census(v, row, n, count, a, low, high, STREAM, COLUMNS)
        searching = between > 0
        # The mean of the undecided tokens, kept on their hull, so that every round decides at least one.
        level = tl.maximum(tl.minimum(total / tl.maximum(between, 1), greatest), least)
        heavy = mass_above(v, row, n, count, a, q, level, STREAM, COLUMNS) >= 1
        low = tl.where(searching & heavy, level, low)
        high = tl.where(searching & (heavy == 0), level, high)
        steps += searching.to(tl.int32)
        going = tl.max(searching.to(tl.int32), 0)
    pivot, members = least_member(v, row, n, count, a, high, STREAM, COLUMNS)
    w = 1.0 / tl.maximum(members, 1).to(a.dtype)
    falling = ours
    while tl.max(falling.to(tl.int32), 0) > 0:
        H, R = sums_above(v, row, n, count, pivot, w, a, q, STREAM, COLUMNS)
        steps += falling.to(tl.int32)
        better = w - (H - 1.0) / R
        falling = falling & (better < w) & (better > 0)
        w = tl.where(falling, better, w)
    return pivot, w, steps


# ---------------------------------------------------------------------------------------------- both


@triton.jit
def stream(row, start, n, count, COLUMNS: tl.constexpr):
    """Return the scaled differences of tokens ``start .. start + COLUMNS`` of one row in memory.

    ``row`` is ``(pointer, stride, maximum, sign, magnitude)``.
    """
    pointer, stride, maximum, sign, magnitude = row
    columns = start + tl.arange(0, COLUMNS)
    z = tl.load(pointer + columns.to(tl.int64) * stride, mask=columns < n, other=float("-inf"))
    # Beyond ``count`` there may be anything at all.
    z = tl.where(columns < count, z.to(maximum.dtype), float("-inf"))[None, :]
    return scaled(z, z != float("-inf"), maximum, sign, magnitude)


@triton.jit
def solve(v, row, n, count, a, KIND: tl.constexpr, STREAM: tl.constexpr, COLUMNS: tl.constexpr):
    """Solve each row: ``(first, second, steps)``.

    ``(c, 1/S)`` for ``alpha <= 2``, ``(pivot, w)`` for ``alpha > 2``; ``steps`` counts evaluations of a sum
    over the row.
    """
    if KIND == ABOVE:
        return solve_above(v, row, n, count, a, KIND, STREAM, COLUMNS)
    elif KIND == ANY:
        c, inverse, steps = solve_below(v, row, n, count, a, KIND, STREAM, COLUMNS)
        pivot, w, more = solve_above(v, row, n, count, a, KIND, STREAM, COLUMNS)
        above = a > 1
        return tl.where(above, pivot, c), tl.where(above, w, inverse), tl.where(above, more, steps)
    else:
        return solve_below(v, row, n, count, a, KIND, STREAM, COLUMNS)


@triton.jit
def probabilities_below(v, c, inverse, a, KIND: tl.constexpr):
    """``p = W / S``."""
    W, _V = weights(v, c, a, KIND)
    return W * inverse[:, None]


@triton.jit
def probabilities_above(v, pivot, w, a):
    """``p = (D + w^a)^q``."""
    p, _r, _tied = members_above(v, pivot, w, a, 1.0 / a)
    return p


@triton.jit
def probabilities(v, first, second, a, KIND: tl.constexpr):
    """``p`` of a solved row; exactly 0 for masked tokens, whatever the row gives."""
    if KIND == ABOVE:
        p = probabilities_above(v, first, second, a)
    elif KIND == ANY:
        above = (a > 1)[:, None]
        p = probabilities_below(v, tl.where(a > 1, 1.0, first), second, a, KIND)
        p = tl.where(above, probabilities_above(v, first, second, tl.where(a <= 1, 2.0, a)), p)
    else:
        p = probabilities_below(v, first, second, a, KIND)
    return tl.where(v == FLOOR, 0.0, p)
