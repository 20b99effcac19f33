"""What every attention kernel does with a tile: where it lies, its scores, and rounding to bfloat16.

What a call does without is ``None`` and compiles to nothing: slopes, lengths, sinks, a mask, a cap, the sides of a
window.
"""

import triton
import triton.language as tl

from ..rowwise.elementary import LOG2_E
from ..rowwise.maths import FLOOR, weights


@triton.jit
def heads_of(index, heads, group):
    """``(batch, query head, key head)`` of a program, in int64 for the offsets made of them."""
    batch = (index // heads).to(tl.int64)
    head = (index % heads).to(tl.int64)
    return batch, head, head // group


@triton.jit
def key_limit(LENGTHS, batch, n):
    """Return how many leading keys of a sequence any query may see. Beyond them memory may hold anything, NaN too."""
    if LENGTHS is None:
        return n
    else:
        return tl.minimum(n, tl.load(LENGTHS + batch))


@triton.jit
def visible_keys(LENGTHS, batch, rows, m, n, right, CAUSAL: tl.constexpr):
    """Return behind which key each query row sees none; 0 or less where it sees none at all."""
    end = rows * 0 + key_limit(LENGTHS, batch, n)
    if CAUSAL:
        end = tl.minimum(end, rows + (n - m) + 1)
    if right is not None:
        end = tl.minimum(end, rows + (n - m) + right + 1)
    return end


@triton.jit
def load_rows(X, rows, stride, column_stride, features, inside, WIDTH: tl.constexpr):
    """Tile ``(rows, WIDTH)`` of tokens by features; zeros beyond ``features`` and where not ``inside``."""
    columns = tl.arange(0, WIDTH)
    where = X + rows.to(tl.int64)[:, None] * stride + columns.to(tl.int64)[None, :] * column_stride
    return tl.load(where, mask=inside[:, None] & (columns < features)[None, :], other=0.0)


@triton.jit
def load_slope(SLOPES, head):
    """ALiBi slope of a head, 0 where there are none: Triton 3.6 cannot return None."""
    if SLOPES is None:
        return 0.0
    else:
        return tl.load(SLOPES + head)


@triton.jit
def decay(y):
    """``e^(-2 |y|)``, of which `capped` and `cap_slope` are made."""
    return tl.exp2(tl.abs(y) * (-2.0 * LOG2_E))


@triton.jit
def capped(s, cap):
    """``cap tanh(s / cap)``; near 0 by its series, off by less than 2^-26 of itself, for ``1 - e`` would cancel."""
    y = s / cap
    e = decay(y)
    far = cap * ((1.0 - e) / (1.0 + e))
    square = y * y
    series = square * (62.0 / 2835.0) - 17.0 / 315.0
    series = series * square + 2.0 / 15.0
    series = series * square - 1.0 / 3.0
    series = series * square + 1.0
    return tl.where(tl.abs(y) < 0.25, s * series, tl.where(y < 0, -far, far))


@triton.jit
def cap_slope(s, cap):
    """Return the derivative of `capped`, ``1 - tanh(s / cap)^2`` without cancellation."""
    e = decay(s / cap)
    return 4.0 * e / ((1.0 + e) * (1.0 + e))


@triton.jit
def mask_rows(MASK, batch, head, rows, mask_batch, mask_head, mask_row):
    """Where the rows of a mask begin, in int64; anything if there is no MASK."""
    if MASK is None:
        return rows
    else:
        return batch * mask_batch + head * mask_head + rows.to(tl.int64) * mask_row


@triton.jit
def hide(s, rows, keys, end, shift, left, MASK, starts, mask_column):
    """``-inf`` at keys that a row does not see; a mask of numbers is added to the others."""
    seen = keys[None, :] < end[:, None]
    if left is not None:
        seen = seen & (keys[None, :] >= (rows + (shift - left))[:, None])
    if MASK is not None:
        mask = tl.load(MASK + starts[:, None] + keys.to(tl.int64)[None, :] * mask_column, mask=seen, other=0)
        if MASK.dtype.element_ty == tl.int8:
            seen = seen & (mask != 0)
        else:
            seen = seen & (mask != float("-inf"))
            s += mask
    return tl.where(seen, s, float("-inf"))


@triton.jit
def score_tile(
    products, scale, SLOPES, slope, rows, keys, end, shift, left, cap, MASK, starts, mask_column, EDGE: tl.constexpr
):
    """Scores from products; ``-inf`` at keys that a row does not see, which only tiles on an EDGE have.

    ``slope`` counts if there are SLOPES. ``shift`` is ``N - M``: query ``i`` stands at position ``i + shift``.
    ``starts``: see `mask_rows`.
    """
    s = products * scale[:, None]
    if cap is not None:
        s = capped(s, cap)
    if SLOPES is not None:
        s -= slope * tl.abs((rows + shift)[:, None] - keys[None, :]).to(tl.float32)
    if EDGE:
        s = hide(s, rows, keys, end, shift, left, MASK, starts, mask_column)
    return s


@triton.jit
def sink_weights(SINKS, head, peak, c, a, KIND: tl.constexpr):
    """``(v, W, V)`` of the sink of each row, with ``v`` its score below the maximum and the others of `weights`."""
    v = tl.maximum(tl.load(SINKS + head) - peak, FLOOR)
    W, V = weights(v[:, None], c, a, KIND)
    return v, tl.sum(W, 1), tl.sum(V, 1)


@triton.jit
def operand(x, like, EMULATE: tl.constexpr):
    """``x`` as an operand of a matrix product with ``like``.

    With EMULATE it stays float32 but is rounded to the nearest bfloat16: Triton's interpreter cannot hold bfloat16.
    """
    if EMULATE:
        bits = x.to(tl.uint32, bitcast=True)
        bits += 0x7FFF + ((bits >> 16) & 1)
        return ((bits >> 16) << 16).to(tl.float32, bitcast=True)
    else:
        return x.to(like.dtype)
