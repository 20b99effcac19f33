"""What every attention kernel does with a tile: where it lies, its scores, and rounding to bfloat16."""

import triton
import triton.language as tl


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
def visible_keys(LENGTHS, batch, rows, m, n, CAUSAL: tl.constexpr):
    """Return how many leading keys each query row sees; 0 or less where it sees none."""
    end = rows * 0 + key_limit(LENGTHS, batch, n)
    if CAUSAL:
        end = tl.minimum(end, rows + (n - m) + 1)
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
def score_tile(products, scale, SLOPES, slope, rows, keys, end, shift, EDGE: tl.constexpr):
    """Scores from products; ``-inf`` at keys that a row does not see, which only tiles on an EDGE have.

    ``slope`` counts if there are SLOPES. ``shift`` is ``N - M``: query ``i`` stands at position ``i + shift``.
    """
    s = products * scale[:, None]
    if SLOPES is not None:
        s -= slope * tl.abs((rows + shift)[:, None] - keys[None, :]).to(tl.float32)
    if EDGE:
        s = tl.where(keys[None, :] < end[:, None], s, float("-inf"))
    return s


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
