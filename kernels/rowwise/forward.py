"""The forward kernels: a row that fits on chip is read once and written once; a longer one is read twice."""

import triton
import triton.language as tl

from .maths import (
    load_tokens,
    peak,
    probabilities,
    row_excess,
    row_length,
    row_offsets,
    row_scale,
    scaled,
    solve,
    spoil,
)


@triton.jit
def save_state(STATE, STEPS, row, present, maximum, first, second, steps):
    """Keep what the backward pass needs of a row, and the number of evaluations where somebody counts."""
    tl.store(STATE + row.to(tl.int64) * 3, maximum, mask=present)
    tl.store(STATE + row.to(tl.int64) * 3 + 1, first, mask=present)
    tl.store(STATE + row.to(tl.int64) * 3 + 2, second, mask=present)
    if STEPS is not None:
        tl.store(STEPS + row, steps, mask=present)


@triton.jit
def forward_tile(
    Z, EXCESS, SCALE, LENGTHS, P, STATE, STEPS,
    rows, n, inner, outer_stride, inner_stride, token_stride, excess_stride, scale_stride, length_stride,
    KIND: tl.constexpr, COMPUTE: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """``ROWS`` whole rows per program, each in one tile of ``COLUMNS >= n`` tokens."""
    wanted = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    present = wanted < rows
    row = tl.minimum(wanted, rows - 1)  # the last program repeats the last row
    columns = tl.arange(0, COLUMNS)
    inside = (columns < n)[None, :]
    a = row_excess(EXCESS, row, excess_stride, ROWS, KIND, COMPUTE)
    sign, magnitude = row_scale(SCALE, row, scale_stride, ROWS, COMPUTE)
    length = row_length(LENGTHS, row, length_stride, n, ROWS)
    offsets = row_offsets(row, inner, outer_stride, inner_stride)
    z, live = load_tokens(Z, offsets, columns, token_stride, inside, length, COMPUTE)

    maximum = spoil(peak(z, live, sign))
    v = scaled(z, live, maximum, sign, magnitude)
    first, second, steps = solve(v, None, n, n, a, KIND, False, COLUMNS)
    p = probabilities(v, first, second, a, KIND)

    where = P + row.to(tl.int64)[:, None] * n + columns[None, :]
    tl.store(where, p.to(P.dtype.element_ty), mask=present[:, None] & inside)
    save_state(STATE, STEPS, row, present, maximum, first, second, steps)


@triton.jit
def forward_stream(
    Z, EXCESS, SCALE, LENGTHS, P, STATE, STEPS,
    rows, n, inner, outer_stride, inner_stride, token_stride, excess_stride, scale_stride, length_stride,
    KIND: tl.constexpr, COMPUTE: tl.constexpr, COLUMNS: tl.constexpr, COMPACT: tl.constexpr,
):  # fmt: skip
    """One row of any length per program, ``COLUMNS`` tokens at a time.

    With ``COMPACT`` the first pass collects the candidates, the tokens within ``1/a`` of the running maximum, at the
    beginning of the output row, which is free until the end: a list that never overflows and takes no memory. The root
    finder reads the list only.
    """
    row = tl.program_id(0) + tl.arange(0, 1)
    a = row_excess(EXCESS, row, excess_stride, 1, KIND, COMPUTE)
    sign, magnitude = row_scale(SCALE, row, scale_stride, 1, COMPUTE)
    length = row_length(LENGTHS, row, length_stride, n, 1)
    offsets = row_offsets(row, inner, outer_stride, inner_stride)
    output = P + row.to(tl.int64) * n

    maximum = tl.full((1,), float("-inf"), COMPUTE)
    found = tl.zeros((1,), tl.int32)
    for start in range(0, n, COLUMNS):
        columns = start + tl.arange(0, COLUMNS)
        z, live = load_tokens(Z, offsets, columns, token_stride, (columns < n)[None, :], length, COMPUTE)
        maximum = tl.maximum(maximum, peak(z, live, sign))
        if COMPACT:
            # The running maximum only rises: what is out now stays out.
            v = scaled(z, live, maximum, sign, magnitude)
            candidate = live & ((v * a[:, None] <= -1.0) == 0)
            taken = candidate.to(tl.int32)
            position = found[:, None] + tl.cumsum(taken, 1) - taken
            tl.store(output[:, None] + position, z.to(P.dtype.element_ty), mask=candidate)
            found += tl.sum(taken, 1)
    maximum = spoil(maximum)

    if COMPACT:
        tl.debug_barrier()  # the list was written by other threads of this program
        tokens = (output, 1, maximum, sign, magnitude)
        count = tl.max(found, 0)
    else:
        tokens = (Z + offsets, token_stride, maximum, sign, magnitude)
        count = tl.max(length, 0)
    first, second, steps = solve(None, tokens, n, count, a, KIND, True, COLUMNS)
    if COMPACT:
        tl.debug_barrier()  # the list is about to be overwritten

    for start in range(0, n, COLUMNS):
        columns = start + tl.arange(0, COLUMNS)
        inside = (columns < n)[None, :]
        z, live = load_tokens(Z, offsets, columns, token_stride, inside, length, COMPUTE)
        v = scaled(z, live, maximum, sign, magnitude)
        p = probabilities(v, first, second, a, KIND)
        tl.store(output[:, None] + columns[None, :], p.to(P.dtype.element_ty), mask=inside)
    save_state(STATE, STEPS, row, row < rows, maximum, first, second, steps)
