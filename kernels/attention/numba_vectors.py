"""Vector instructions for the kernels on a CPU: the few that a compiler does not find by itself.

Every sum here has one order, written down: that of `products` and `gathered` is one fused multiplication and addition
after another, that of `inner` a fixed tree over the lanes. So a number does not depend on what is computed beside it,
and bits are the same however queries and keys are cut into blocks.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 16
"""Numbers that the blocks of an array come in: the last axis is padded to a multiple."""

_INDEX = ir.IntType(64)
_NUMBERS = types.intp


def instruction(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make what writes LLVM code a function of kernels."""
    made: Callable[..., Any] = intrinsic(function)
    return made


def _at(context: Any, builder: Any, kind: Any, array: Any, offset: Any) -> Any:
    """Pointer to an element of an array, in order of memory."""
    return builder.gep(context.make_array(kind)(context, builder, array).data, [offset])


def _vector(context: Any, kind: Any) -> tuple[Any, int]:
    """Type of a vector of 32 bytes of the elements of an array, and how many make up a block."""
    element = context.get_value_type(kind.dtype)
    lanes = 32 // (kind.dtype.bitwidth // 8)
    return ir.VectorType(element, lanes), LANES // lanes


def _load(builder: Any, pointer: Any, vector: Any, block: int = 0) -> Any:
    where = builder.gep(pointer, [_INDEX(block * vector.count)])
    return builder.load(builder.bitcast(where, vector.as_pointer()), align=4)


def _store(builder: Any, x: Any, pointer: Any, block: int = 0) -> None:
    where = builder.gep(pointer, [_INDEX(block * x.type.count)])
    builder.store(x, builder.bitcast(where, x.type.as_pointer()), align=4)


def _shuffled(builder: Any, x: Any, y: Any, places: list[int]) -> Any:
    return builder.shuffle_vector(x, y, ir.Constant(ir.VectorType(ir.IntType(32), len(places)), places))


def _everywhere(builder: Any, x: Any, vector: Any) -> Any:
    nothing = ir.Constant(vector, ir.Undefined)
    return _shuffled(builder, builder.insert_element(nothing, x, ir.IntType(32)(0)), nothing, [0] * vector.count)


def _multiplied_and_added(builder: Any, x: Any, y: Any, total: Any) -> Any:
    kind = "f32" if isinstance(x.type.element, ir.FloatType) else "f64"
    signature = ir.FunctionType(x.type, [x.type] * 3)
    name = f"llvm.fmuladd.v{x.type.count}{kind}"
    return builder.call(cgutils.get_or_insert_function(builder.module, signature, name), [x, y, total])


def _products(rows: int) -> Callable[..., Any]:
    @instruction
    def products(
        typing: Any, a: Any, a_at: Any, a_row: Any, a_step: Any, b: Any, b_at: Any, b_step: Any,
        c: Any, c_at: Any, c_row: Any, steps: Any, afresh: Any,
    ) -> Any:  # fmt: skip
        signature = types.void(a, *[_NUMBERS] * 3, b, *[_NUMBERS] * 2, c, *[_NUMBERS] * 3, types.boolean)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            a, a_at, a_row, a_step, b, b_at, b_step, c, c_at, c_row, steps, afresh = arguments
            vector, blocks = _vector(context, signature.args[7])
            left, right, to = (
                _at(context, builder, signature.args[place], array, offset)
                for place, array, offset in ((0, a, a_at), (4, b, b_at), (7, c, c_at))
            )
            totals = [[cgutils.alloca_once(builder, vector) for _ in range(blocks)] for _ in range(rows)]
            lines = [builder.gep(to, [builder.mul(_INDEX(row), c_row)]) for row in range(rows)]
            with builder.if_else(afresh) as (then, otherwise):
                for branch, start in ((then, True), (otherwise, False)):
                    with branch:
                        for line, total in zip(lines, totals, strict=True):
                            for block, x in enumerate(total):
                                zero = ir.Constant(vector, None)
                                builder.store(zero if start else _load(builder, line, vector, block), x)
            with cgutils.for_range(builder, steps) as loop:
                place = builder.gep(right, [builder.mul(loop.index, b_step)])
                factors = [_load(builder, place, vector, block) for block in range(blocks)]
                for row, total in enumerate(totals):
                    offset = builder.add(builder.mul(_INDEX(row), a_row), builder.mul(loop.index, a_step))
                    factor = _everywhere(builder, builder.load(builder.gep(left, [offset])), vector)
                    for x, other in zip(total, factors, strict=True):
                        builder.store(_multiplied_and_added(builder, factor, other, builder.load(x)), x)
            for line, total in zip(lines, totals, strict=True):
                for block, x in enumerate(total):
                    _store(builder, builder.load(x), line, block)
            return context.get_dummy_value()

        return signature, generate

    return products


ROWS = 4
"""Rows that `four_products` takes at once."""

four_products = _products(ROWS)
"""``c[i, :] = (0 or c[i, :]) + sum_t a[i, t] b[t, :]`` for four rows and `LANES` columns, in order of t.

Of each array the place of the first element is given, then its strides in elements.
"""
one_product = _products(1)
"""The same for one row."""


@instruction
def gathered(typing: Any, a: Any, index: Any, count: Any, b: Any, b_at: Any, b_step: Any, c: Any, c_at: Any) -> Any:
    """``c[:] = sum_e a[e] b[index[e], :]`` for `LANES` columns, in order of e."""
    signature = types.void(a, index, _NUMBERS, b, _NUMBERS, _NUMBERS, c, _NUMBERS)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, index, count, b, b_at, b_step, c, c_at = arguments
        vector, blocks = _vector(context, signature.args[6])
        left = _at(context, builder, signature.args[0], a, _INDEX(0))
        places = _at(context, builder, signature.args[1], index, _INDEX(0))
        right = _at(context, builder, signature.args[3], b, b_at)
        totals = [cgutils.alloca_once(builder, vector) for _ in range(blocks)]
        for x in totals:
            builder.store(ir.Constant(vector, None), x)
        with cgutils.for_range(builder, count) as loop:
            place = builder.sext(builder.load(builder.gep(places, [loop.index])), _INDEX)
            line = builder.gep(right, [builder.mul(place, b_step)])
            factor = _everywhere(builder, builder.load(builder.gep(left, [loop.index])), vector)
            for block, x in enumerate(totals):
                other = _load(builder, line, vector, block)
                builder.store(_multiplied_and_added(builder, factor, other, builder.load(x)), x)
        to = _at(context, builder, signature.args[6], c, c_at)
        for block, x in enumerate(totals):
            _store(builder, builder.load(x), to, block)
        return context.get_dummy_value()

    return signature, generate


@instruction
def added(typing: Any, factor: Any, b: Any, b_at: Any, c: Any, c_at: Any, width: Any) -> Any:
    """``c[:] += factor b[:]`` for ``width`` columns, a multiple of `LANES`."""
    signature = types.void(b.dtype, b, _NUMBERS, c, _NUMBERS, _NUMBERS)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        factor, b, b_at, c, c_at, width = arguments
        vector, blocks = _vector(context, signature.args[3])
        right = _at(context, builder, signature.args[1], b, b_at)
        to = _at(context, builder, signature.args[3], c, c_at)
        times = _everywhere(builder, factor, vector)
        with cgutils.for_range(builder, builder.udiv(width, _INDEX(LANES))) as loop:
            offset = builder.mul(loop.index, _INDEX(LANES))
            line, sums = builder.gep(right, [offset]), builder.gep(to, [offset])
            for block in range(blocks):
                other, total = _load(builder, line, vector, block), _load(builder, sums, vector, block)
                _store(builder, _multiplied_and_added(builder, times, other, total), sums, block)
        return context.get_dummy_value()

    return signature, generate


@instruction
def inner(typing: Any, a: Any, a_at: Any, b: Any, b_at: Any, width: Any) -> Any:
    """``sum_t a[t] b[t]`` for ``width`` numbers, a multiple of `LANES`: lane by lane, then a tree over the lanes."""
    signature = a.dtype(a, _NUMBERS, b, _NUMBERS, _NUMBERS)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, a_at, b, b_at, width = arguments
        vector, blocks = _vector(context, signature.args[0])
        left = _at(context, builder, signature.args[0], a, a_at)
        right = _at(context, builder, signature.args[2], b, b_at)
        totals = [cgutils.alloca_once(builder, vector) for _ in range(blocks)]
        for x in totals:
            builder.store(ir.Constant(vector, None), x)
        with cgutils.for_range(builder, builder.udiv(width, _INDEX(LANES))) as loop:
            offset = builder.mul(loop.index, _INDEX(LANES))
            one, other = builder.gep(left, [offset]), builder.gep(right, [offset])
            for block, x in enumerate(totals):
                left_factor, right_factor = (_load(builder, line, vector, block) for line in (one, other))
                builder.store(_multiplied_and_added(builder, left_factor, right_factor, builder.load(x)), x)
        parts = [builder.load(x) for x in totals]
        while len(parts) > 1:
            parts = [builder.fadd(x, y) for x, y in zip(parts[::2], parts[1::2], strict=True)]
        total, lanes = parts[0], vector.count
        while lanes > 1:
            lanes //= 2
            low = _shuffled(builder, total, total, list(range(lanes)))
            total = builder.fadd(low, _shuffled(builder, total, total, list(range(lanes, 2 * lanes))))
        return builder.extract_element(total, ir.IntType(32)(0))

    return signature, generate


def _peaks(biased: bool) -> Callable[..., Any]:
    @instruction
    def peaks(
        typing: Any, s: Any, s_at: Any, count: Any, scale: Any, slope: Any, offset: Any, lanes: Any
    ) -> Any:  # fmt: skip
        number = s.dtype
        signature = types.void(s, _NUMBERS, _NUMBERS, number, number, number, lanes)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            s, s_at, count, scale, slope, offset, lanes = arguments
            vector, blocks = _vector(context, signature.args[0])
            start = _at(context, builder, signature.args[0], s, s_at)
            to = _at(context, builder, signature.args[6], lanes, _INDEX(0))
            scales, slopes, offsets = (_everywhere(builder, x, vector) for x in (scale, slope, offset))
            infinity, zero = ir.Constant(vector, [float("inf")] * vector.count), ir.Constant(vector, None)
            largest = [cgutils.alloca_once(builder, vector) for _ in range(blocks)]
            distances = [cgutils.alloca_once(builder, vector) for _ in range(blocks)]
            for block, x in enumerate(largest):
                builder.store(_load(builder, to, vector, block), x)
                places = ir.Constant(vector, [float(block * vector.count + i) for i in range(vector.count)])
                builder.store(builder.fsub(offsets, places), distances[block])
            with cgutils.for_range(builder, builder.udiv(count, _INDEX(LANES))) as loop:
                line = builder.gep(start, [builder.mul(loop.index, _INDEX(LANES))])
                for block, peak in enumerate(largest):
                    x = builder.fmul(_load(builder, line, vector, block), scales)
                    if biased:
                        distance = builder.load(distances[block])
                        away = builder.fcmp_ordered("<", distance, zero)
                        distance_size = builder.select(away, builder.fsub(zero, distance), distance)
                        x = builder.fsub(x, builder.fmul(slopes, distance_size))
                        step = ir.Constant(vector, [float(LANES)] * vector.count)
                        builder.store(builder.fsub(distance, step), distances[block])
                    x = builder.select(builder.fcmp_ordered("<", x, infinity), x, infinity)
                    _store(builder, x, line, block)
                    before = builder.load(peak)
                    builder.store(builder.select(builder.fcmp_ordered(">", x, before), x, before), peak)
            for block, x in enumerate(largest):
                _store(builder, builder.load(x), to, block)
            return context.get_dummy_value()

        return signature, generate

    return peaks


peaks = _peaks(biased=False)
"""Multiply scores by ``scale`` where they are, +inf in place of NaN, and raise ``lanes`` to the largest in each lane.

Of ``count`` scores, a multiple of `LANES`.
"""
biased_peaks = _peaks(biased=True)
"""The same, less ``slope`` times the distance of the key from ``offset``; keys are counted from the first score."""


@instruction
def above(typing: Any, a: Any, a_at: Any, bound: Any) -> Any:
    """Bits that say which of 32 numbers from a place on are greater than ``bound``."""
    signature = _NUMBERS(a, _NUMBERS, a.dtype)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, a_at, bound = arguments
        vector = ir.VectorType(context.get_value_type(signature.args[0].dtype), 32)
        x = _load(builder, _at(context, builder, signature.args[0], a, a_at), vector)
        greater = builder.fcmp_ordered(">", x, _everywhere(builder, bound, vector))
        return builder.zext(builder.bitcast(greater, ir.IntType(32)), _INDEX)

    return signature, generate


@instruction
def lowest_bit(typing: Any, bits: Any) -> Any:
    """Place of the lowest bit that is set; there must be one."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return _NUMBERS(_NUMBERS), generate


@instruction
def transposed(typing: Any, a: Any, a_at: Any, a_row: Any, c: Any, c_at: Any, c_row: Any) -> Any:
    """Write the transpose of a square of a vector's width, from one array to another."""
    signature = types.void(a, _NUMBERS, _NUMBERS, c, _NUMBERS, _NUMBERS)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, a_at, a_row, c, c_at, c_row = arguments
        vector, _ = _vector(context, signature.args[0])
        lanes = vector.count
        start = _at(context, builder, signature.args[0], a, a_at)
        to = _at(context, builder, signature.args[3], c, c_at)
        lines = [_load(builder, builder.gep(start, [builder.mul(_INDEX(i), a_row)]), vector) for i in range(lanes)]
        low = [place for i in range(lanes // 2) for place in (i, lanes + i)]
        high = [place + lanes // 2 for place in low]
        for _ in range(lanes.bit_length() - 1):
            pairs = zip(lines[: lanes // 2], lines[lanes // 2 :], strict=True)
            lines = [_shuffled(builder, x, y, places) for x, y in pairs for places in (low, high)]
        for i, line in enumerate(lines):
            _store(builder, line, builder.gep(to, [builder.mul(_INDEX(i), c_row)]))
        return context.get_dummy_value()

    return signature, generate
