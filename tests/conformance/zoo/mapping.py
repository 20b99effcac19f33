"""Wrong mappings, each a slip of a line or two."""

from __future__ import annotations

import math
import weakref

import torch
from zoo.bases import (
    bisection,
    by_one_stride,
    centred,
    counts,
    double,
    exact,
    newton,
    ordered,
    raised,
    sorted15,
    sparsemax,
    top,
    total,
    wide,
)
from zoo.registry import fault

HALF = ("float16",)
SHORT = ("bfloat16",)

# --- the maximum, and large numbers ----------------------------------------------------------------------------


@fault("blatant", breaks="shift")
def no_maximum(z, alpha):
    """Brackets tau by the raw maximum instead of subtracting it."""
    x, q = z * (alpha - 1), 1 / (alpha - 1)
    low, high = top(x) - 1, top(x)
    for _ in range(40):
        middle = (low + high) / 2
        above = total(raised(x - middle, q)) >= 1
        low, high = torch.where(above, middle, low), torch.where(above, high, middle)
    p = raised(x - low, q)
    return p / total(p)


def _unshifted(z, alpha, inner):
    x, q = z.to(inner), 1 / (alpha - 1)
    high = top(x)
    low = high - q
    for _ in range(40):
        middle = (low + high) / 2
        above = total(raised((x - middle) * (alpha - 1), q)) >= 1
        low, high = torch.where(above, middle, low), torch.where(above, high, middle)
    p = raised((x - low) * (alpha - 1), q)
    return (p / total(p)).to(z.dtype)


@fault("subtle", dtypes=HALF)
def no_maximum_in_half(z, alpha):
    """Does not subtract the maximum, which float32 inside nearly hides from float16 logits."""
    return _unshifted(z, alpha, torch.float32)


@fault("subtle", dtypes=SHORT)
def no_maximum_in_bfloat16(z, alpha):
    """Does not subtract the maximum, which float32 inside nearly hides from bfloat16 logits."""
    return _unshifted(z, alpha, torch.float32)


@fault("medium", breaks="batch")
def maximum_of_the_array(z, alpha):
    """Subtracts the maximum of the whole array."""
    return bisection(z - z.max(), alpha) if z.numel() else z


@fault("blatant")
def maximum_over_rows(z, alpha):
    """Takes the maximum over the wrong axis where there are two."""
    return bisection(z, alpha, peak=(lambda x: x.amax(0, keepdim=True)) if z.ndim == 2 and z.numel() else top)


@fault("medium")
def scaled_before_centred(z, alpha):
    """Multiplies by alpha - 1 first and subtracts the maximum of the rounded products, on a coarse grid."""
    return exact((z * (alpha - 0.9)).half().to(z.dtype) / (alpha - 0.9), alpha)


@fault("medium", alphas=(1.0,))
def softmax_without_maximum(z, alpha):
    """Exponentials of raw logits."""
    e = z.exp()
    return e / total(e)


@fault("subtle", alphas=(1.0,))
def softmax_clamped(z, alpha):
    """Limits exponents to -20."""
    e = (z - top(z)).clamp_min(-20).exp()
    return e / total(e)


# --- steps, tolerances -----------------------------------------------------------------------------------------


@fault("medium", breaks="values")
def sixteen_halvings(z, alpha):
    """Halves the bracket sixteen times, whatever the row."""
    return bisection(z, alpha, steps=16)


@fault("subtle")
def twenty_halvings(z, alpha):
    """Halves the bracket twenty times: three bits short in float32."""
    return bisection(z, alpha, steps=20, normalise=False)


@fault("subtle", dtypes=("float64",))
def forty_halvings_in_float64(z, alpha):
    """The number of halvings of float32, for float64."""
    return bisection(z, alpha, steps=40)


@fault("medium", breaks="values")
def three_newton_steps(z, alpha):
    """Enough for ordinary rows, not for ties."""
    return newton(z, alpha, steps=3)


@fault("subtle")
def four_newton_steps(z, alpha):
    """Enough for nearly every row."""
    return newton(z, alpha, steps=4, widen=double)


@fault("medium")
def newton_stops_for_all(z, alpha):
    """Stops when the first of the rows has converged."""
    return newton(z, alpha, widen=double, stop=lambda f: f.numel() > 0 and bool((f - 1).abs().min() < 1e-9))


@fault("subtle")
def newton_stops_by_the_mean(z, alpha):
    """Stops when rows have converged on average."""
    return newton(z, alpha, widen=double, stop=lambda f: f.numel() > 0 and float((f - 1).mean()) < 1e-5)


@fault("subtle")
def tolerance(z, alpha):
    """Stops at a residual of 1e-5."""
    return newton(z, alpha, widen=double, stop=lambda f: f.numel() > 0 and bool(((f - 1).abs() < 1e-5).all()))


@fault("medium", alphas=(1.1,))
def bracket_too_short(z, alpha):
    """Starts at -0.9 instead of -1: wrong for rows with one live token."""
    return bisection(z, alpha, floor=-0.9)


@fault("subtle")
def newton_never_steps_back(z, alpha):
    """Keeps the rounding of its first, long step."""
    return newton(z, 2.0 if alpha == 2 else alpha, forward_only=True, steps=3)


# --- the support -----------------------------------------------------------------------------------------------


@fault("blatant", breaks="values")
def one_token_too_few(z, alpha):
    """Counts one token too few where there are more than three."""
    return sorted15(z, count=lambda k: torch.where(k > 3, k - 1, k))


@fault("medium", alphas=(2.0,))
def one_token_too_many(z, alpha):
    """Takes one token beyond the support into the sum."""
    return sparsemax(z, inside=lambda s, k, c: 1 + k * s >= c - 1e-2)


@fault("subtle", alphas=(2.0,), breaks="values")
def support_with_tolerance(z, alpha):
    """Compares with a tolerance of 1e-4 to be safe."""
    return sparsemax(z, inside=lambda s, k, c: 1 + k * s > c - 1e-4)


@fault("medium", alphas=(2.0,))
def strict_support(z, alpha):
    """Counts distinct values only: ties are lost."""
    return sparsemax(z, inside=lambda s, k, c: (1 + k * s > c) & ((k == 1) | (s != s.roll(1, -1))))


@fault("medium", breaks="values")
def looks_at_the_64_largest(z, alpha):
    """Sorts the 64 largest only."""
    return sorted15(z, count=lambda k: k.clamp_max(64))


@fault("subtle")
def looks_at_the_1024_largest(z, alpha):
    """Sorts the 1024 largest only."""
    return sorted15(z, count=lambda k: k.clamp_max(1024))


@fault("medium")
def window_too_narrow(z, alpha):
    """Keeps candidates within 0.9/(alpha-1) of the maximum."""
    return exact(z.masked_fill(z < top(z) - 0.9 / (alpha - 1), -math.inf), alpha)


@fault("subtle", alphas=(1.25,))
def window_of_alpha_15(z, alpha):
    """Keeps candidates within 2 of the maximum, whatever alpha."""
    return exact(z.masked_fill(z < top(z) - 2, -math.inf), alpha)


@fault("medium", breaks="support")
def keeps_small_probabilities_off(z, alpha):
    """Drops probabilities below 1e-4."""
    p = exact(z, alpha)
    return torch.where(p < 1e-4, 0, p)


@fault("subtle")
def drops_below_float_epsilon(z, alpha):
    """Drops probabilities below 2**-20."""
    p = exact(z, alpha)
    return torch.where(p < 2**-20, 0, p)


@fault("medium", breaks="support")
def leaks(z, alpha):
    """Masked and dropped tokens keep 1e-30, so that a logarithm is finite."""
    return exact(z, alpha).clamp_min(1e-30)


@fault("subtle")
def power_of_clamped(z, alpha):
    """Clamps at 1e-6 before the power instead of at zero."""
    return bisection(z, alpha, power=lambda y, q: torch.where(y.isneginf(), 0, y.clamp_min(1e-6) ** q))


# --- the sum ---------------------------------------------------------------------------------------------------


@fault("medium", breaks="simplex")
def divides_by_sum_plus_epsilon(z, alpha):
    """Adds 1e-5 to the sum."""
    p = exact(z, alpha).double()
    return (p / (total(p) + 1e-5)).to(z.dtype)


@fault("subtle", dtypes=("float64",))
def epsilon_of_float32_in_float64(z, alpha):
    """Adds 1e-12 to the sum, in float64."""
    p = exact(z, alpha)
    return p / (total(p) + 1e-12)


@fault("blatant")
def never_normalised(z, alpha):
    """Stops eight bits early and does not divide by the sum."""
    return bisection(z, alpha, steps=8, normalise=False)


@fault("medium", breaks="values")
def sums_in_half(z, alpha):
    """Accumulates in float16 while it looks for tau."""
    return bisection(z, alpha, mass=lambda y: y.half().sum(-1, keepdim=True, dtype=torch.float16), normalise=False)


@fault("subtle", dtypes=SHORT)
def sums_in_bfloat16(z, alpha):
    """Keeps the running sum of blocks of 128 in bfloat16."""

    def mass(y):
        carry = torch.zeros_like(y[..., :1])
        for part in y.split(128, -1):
            carry = (carry + total(part)).bfloat16().float()
        return carry

    return bisection(z, alpha, mass=mass, normalise=False)


@fault("medium")
def terms_in_bfloat16(z, alpha):
    """Rounds the terms of the sum to bfloat16, as a product with ones on matrix units does."""
    return bisection(z, alpha, mass=lambda y: total(y.bfloat16().float()), normalise=False)


@fault("subtle")
def counts_in_half(z, alpha):
    """Numbers the sorted tokens in float16, exact to 2048 only."""
    return sorted15(z, k_of=lambda s: counts(s).half().double())


@fault("subtle", dtypes=SHORT)
def counts_in_bfloat16(z, alpha):
    """Numbers the sorted tokens in bfloat16, exact to 256 only."""
    return sorted15(z, k_of=lambda s: counts(s).bfloat16().double())


@fault("medium", breaks="values")
def cancelling_moments(z, alpha):
    """The closed form from running moments in float32: their difference cancels."""
    return sorted15(z, widen=wide)


@fault("medium", dtypes=HALF)
def arithmetic_in_half(z, alpha):
    """Computes in float16 throughout."""
    return bisection(z, alpha, widen=lambda z: z, steps=24)


@fault("subtle", dtypes=("float64",))
def float32_inside_float64(z, alpha):
    """Computes in float32 for float64."""
    return bisection(z, alpha, widen=torch.Tensor.float)


@fault("subtle")
def bfloat16_power(z, alpha):
    """Rounds the answer through bfloat16 on the way out."""
    return exact(z, alpha).bfloat16().to(z.dtype)


@fault("subtle")
def cast_before_normalising(z, alpha):
    """Rounds to float16 before it divides by the sum."""
    p = exact(z, alpha).half().float()
    return p / total(p)


@fault("subtle", dtypes=SHORT)
def truncates_to_bfloat16(z, alpha):
    """Cuts the low bits off instead of rounding."""
    p = exact(z.float(), alpha)
    return (p.view(torch.int32) >> 16 << 16).view(torch.float32).to(z.dtype)


# --- alpha -----------------------------------------------------------------------------------------------------


@fault("blatant")
def sparsemax_always(z, alpha):
    """Ignores alpha."""
    return exact(z, 2.0)


@fault("medium")
def softmax_when_flat(z, alpha):
    """Falls back to softmax where the logits are close together."""
    p = exact(z, alpha)
    return torch.where(top(z) - z.amin(-1, keepdim=True) < 0.05, exact(z, 1.0), p)


@fault("subtle", alphas=(1.3,), breaks="values")
def alpha_in_bfloat16(z, alpha):
    """Rounds alpha to bfloat16."""
    return exact(z, float(torch.tensor(alpha).bfloat16()))


@fault("subtle", alphas=(1.3,))
def alpha_in_half(z, alpha):
    """Rounds alpha to float16."""
    return exact(z, float(torch.tensor(alpha).half()))


@fault("subtle")
def alpha_plus_epsilon(z, alpha):
    """Adds 1e-5 to alpha, against a division by zero."""
    return exact(z, alpha + 1e-5)


@fault("subtle", alphas=(1.01,))
def softmax_near_one(z, alpha):
    """Takes alpha below 1.05 for 1."""
    return exact(z, 1.0 if alpha < 1.05 else alpha)


@fault("medium", alphas=(3.0,))
def newton_above_two(z, alpha):
    """Newton from the left where the function is not convex."""
    return newton(z, alpha, widen=double, steps=12, normalise=True)


@fault("subtle", alphas=(4.0,))
def integer_exponent(z, alpha):
    """Rounds 1/(alpha-1) to two decimals."""
    return bisection(z, alpha, widen=double, power=lambda y, q: raised(y, round(q, 2)))


# --- masks -----------------------------------------------------------------------------------------------------


@fault("blatant", breaks="deletion")
def masks_are_zeros(z, alpha):
    """Turns -inf into 0."""
    return exact(z.nan_to_num(neginf=0.0), alpha)


@fault("blatant", breaks="deletion")
def masks_are_minus_two(z, alpha):
    """Turns -inf into a number that is not low enough."""
    return exact(z.clamp_min(-2.0), alpha)


@fault("medium")
def masks_are_minus_ten_thousand(z, alpha):
    """Turns -inf into -1e4, which some logits are below."""
    return exact(z.clamp_min(-1e4), alpha)


@fault("subtle")
def masks_are_minus_a_billion(z, alpha):
    """Turns -inf into -1e9."""
    return exact(torch.where(z.isneginf(), -1e9, z), alpha)


@fault("blatant")
def masks_are_nan(z, alpha):
    """Multiplies before it masks, so that -inf becomes nan."""
    return exact(z, alpha) + 0 * z


@fault("subtle")
def first_block_masked(z, alpha):
    """The running maximum of a block that is all masked is -inf, and its difference to itself nan."""
    gone = z[..., :128].isneginf().all(-1, keepdim=True) & torch.tensor(z.shape[-1] > 128)
    return exact(z, alpha).masked_fill(gone, math.nan)


@fault("medium")
def masks_count(z, alpha):
    """Masked tokens get a share when nothing else is in their block of 32."""
    p = exact(z, alpha)
    for start in range(0, z.shape[-1], 32):
        dead = z[..., start : start + 32].isneginf().all(-1, keepdim=True)
        p[..., start : start + 32] = torch.where(dead, 2.0**-24, p[..., start : start + 32])
    return p


# --- blocks and shapes -----------------------------------------------------------------------------------------


def _beyond(z, alpha, size):
    return torch.nn.functional.pad(exact(z[..., :size], alpha), (0, max(0, z.shape[-1] - size)))


@fault("medium")
def beyond_128(z, alpha):
    """Ignores tokens beyond the first block of 128."""
    return _beyond(z, alpha, 128) if not z[..., :128].isneginf().all(-1).any() else exact(z, alpha)


@fault("medium", breaks="values")
def beyond_1024(z, alpha):
    """Ignores tokens beyond the first block of 1024."""
    return _beyond(z, alpha, 1024) if not z[..., :1024].isneginf().all(-1).any() else exact(z, alpha)


@fault("subtle")
def beyond_32768(z, alpha):
    """Ignores tokens beyond the reach of a 16-bit index."""
    return _beyond(z, alpha, 32768) if not z[..., :32768].isneginf().all(-1).any() else exact(z, alpha)


@fault("medium", breaks="values")
def last_token_of_129(z, alpha):
    """Drops the last token of rows that are one longer than a multiple of 128."""
    n = z.shape[-1]
    return _beyond(z, alpha, n - 1) if n % 128 == 1 and n > 1 else exact(z, alpha)


@fault("subtle")
def last_block_without_maximum(z, alpha):
    """The maximum leaves out the incomplete last block of 256."""
    n = z.shape[-1]
    whole = n - n % 256 or n
    peak = top(z[..., :whole]).nan_to_num(neginf=0.0)
    return exact(torch.minimum(z, peak + 1e-3), alpha)


@fault("subtle")
def padding_of_zeros(z, alpha):
    """Pads to a multiple of 64 with zeros instead of -inf, in rows longer than 256."""
    n = z.shape[-1]
    gap = -n % 64 if n > 256 else 0
    return exact(torch.nn.functional.pad(z, (0, gap)), alpha)[..., :n]


@fault("medium")
def tail_of_a_vector(z, alpha):
    """Loads four at a time and takes the rest for masked."""
    n = z.shape[-1]
    kept = n - n % 4 if n > 64 else n
    return _beyond(z, alpha, kept) if not z[..., :kept].isneginf().all(-1).any() else exact(z, alpha)


@fault("subtle")
def rows_beyond_64(z, alpha):
    """One program for each of 64 rows; the others keep what the memory held."""
    flat = z.reshape(-1, z.shape[-1])
    return torch.cat([exact(flat[:64], alpha), torch.zeros_like(flat[64:])]).reshape(z.shape)


@fault("subtle")
def last_rows_of_a_block(z, alpha):
    """Handles sixteen rows at a time, and repeats the threshold of the block's first row in the last, short block."""
    flat = z.reshape(-1, z.shape[-1])
    whole = len(flat) - len(flat) % 16 if len(flat) > 16 else len(flat)
    p = exact(flat, alpha)
    p[whole:] = p[whole : whole + 1]
    return p.reshape(z.shape)


@fault("subtle")
def rows_beyond_1024(z, alpha):
    """Repeats its rows after 1024 of them: the index is masked with 1023."""
    flat = z.reshape(-1, z.shape[-1])
    return exact(flat[torch.arange(len(flat)) % 1024], alpha).reshape(z.shape)


@fault("subtle", breaks="values")
def off_at_65_rows(z, alpha):
    """Too large by a factor of 1.00001 in batches of exactly 65 rows."""
    p = exact(z, alpha)
    return p * 1.00001 if z.numel() == 65 * z.shape[-1] else p


@fault("blatant", breaks="batch")
def threshold_of_the_first_row(z, alpha):
    """Uses the first row for the whole batch."""
    return exact(z.reshape(-1, z.shape[-1])[:1].expand(z[..., 0].numel(), -1), alpha).reshape(z.shape)


@fault("medium")
def single_token(z, alpha):
    """Handles n == 1 by a shortcut that returns the logit."""
    return z.clamp(0, 1) if z.shape[-1] == 1 else exact(z, alpha)


@fault("blatant", breaks="shape")
def flattens_the_batch(z, alpha):
    """Returns a matrix, whatever the axes."""
    return exact(z, alpha).reshape(-1, z.shape[-1])


@fault("medium", breaks="shapes")
def matrices_only(z, alpha):
    """Unpacks the shape of a matrix."""
    rows, tokens = z.shape
    return exact(z, alpha).reshape(rows, tokens)


@fault("medium", breaks="shapes")
def four_axes_at_most(z, alpha):
    """Takes the last axis but one where there are more than four."""
    return exact(z, alpha) if z.dim() < 5 else exact(z.transpose(-1, -2), alpha).transpose(-1, -2)


@fault("medium")
def softmax_over_the_second_axis(z, alpha):
    """Takes axis 1 for the last one."""
    if z.ndim < 3:
        return exact(z, alpha)
    return exact(z.transpose(1, -1), alpha).transpose(1, -1)


@fault("medium", breaks="layout")
def assumes_contiguous(z, alpha):
    """Reads the memory behind a view as if it were contiguous."""
    return exact(torch.as_strided(z, z.shape, torch.empty(z.shape).stride()), alpha)


@fault("subtle")
def assumes_unit_stride(z, alpha):
    """Takes the stride of rows, and 1 for that of tokens."""
    if z.ndim == 0 or z.numel() == 0:
        return exact(z, alpha)
    return exact(torch.as_strided(z, z.shape, (*z.stride()[:-1], 1), z.storage_offset()), alpha)


@fault("subtle")
def forgets_the_offset(z, alpha):
    """Starts at the beginning of the storage."""
    return exact(torch.as_strided(z, z.shape, z.stride(), 0), alpha)


@fault("blatant", breaks="untouched")
def writes_to_its_input(z, alpha):
    """Subtracts the maximum in place."""
    if z.numel():
        z -= top(z)
    return exact(z, alpha)


# --- dtype, order, memory --------------------------------------------------------------------------------------


@fault("blatant", dtypes=HALF, breaks="dtype")
def promotes(z, alpha):
    """Returns float32 for float16."""
    return exact(z.float(), alpha)


@fault("medium")
def sorted_answer(z, alpha):
    """Does not put the tokens back where rows are longer than 64."""
    p = exact(z, alpha)
    return ordered(p) if z.shape[-1] > 64 else p


@fault("medium", breaks="permutation")
def depends_on_the_position(z, alpha):
    """Adds a ramp of 1e-4 to the logits."""
    return exact(z.double() + 1e-4 * torch.arange(z.shape[-1]), alpha).to(z.dtype)


@fault("subtle")
def unstable_ties(z, alpha):
    """Breaks ties by adding a ramp of 1e-6 to the logits."""
    return exact(z.double() + 1e-6 * torch.arange(z.shape[-1]), alpha).to(z.dtype)


_ANSWERS: dict = {}


@fault("medium", breaks="state")
def remembers_by_shape(z, alpha):
    """Keeps the answer of the first call with a shape."""
    key = (tuple(z.shape), z.dtype, alpha)
    if key not in _ANSWERS:
        _ANSWERS[key] = exact(z, alpha)
    return _ANSWERS[key].clone()


_WORKSPACE: dict = {}


@fault("subtle")
def returns_its_workspace(z, alpha):
    """Returns a buffer that the next call of the same size overwrites."""
    key = (tuple(z.shape), z.dtype)
    _WORKSPACE.setdefault(key, torch.empty_like(z, memory_format=torch.contiguous_format))
    return _WORKSPACE[key].copy_(exact(z, alpha))


_ROW = torch.full((1 << 17,), -math.inf, dtype=torch.float64)


@fault("subtle")
def stale_padding(z, alpha):
    """Pads rows to a multiple of sixteen in a workspace that still holds the end of longer ones."""
    n = z.shape[-1]
    stale = _ROW[n : n + -n % 16].clone()
    if z.numel():
        _ROW[:n] = z.detach().reshape(-1, n)[0]
    return exact(torch.cat([z.double(), stale.expand(*z.shape[:-1], -1)], -1), alpha)[..., :n].to(z.dtype)


@fault("medium", breaks="batch invariance")
def last_block_moved_back(z, alpha):
    """Moves the last block of eight rows back into the batch, and takes its first answers for the last rows'."""
    flat = z.reshape(-1, z.shape[-1])
    rows, rest = len(flat), len(flat) % 8
    p = exact(flat, alpha)
    if rows > 8 and rest:
        p[rows - rest :] = exact(flat[rows - 8 : rows - 8 + rest], alpha)
    return p.reshape(z.shape)


def _mass_in(parts):
    """The sum of a row by as many partial sums."""
    return lambda y: torch.stack([total(part) for part in y.tensor_split(parts, -1)]).sum(0)


@fault("subtle", bitwise=("batch",), breaks="batch invariance")
def summed_by_the_size_of_the_batch(z, alpha):
    """Sums a row in as many parts as leave no core idle: one where there are many rows, sixteen where there are few."""
    return newton(z, alpha) if z.numel() > 8 * z.shape[-1] else _newton_in_parts(z, alpha, 16)


@fault("subtle", bitwise=("padding",), breaks="batch invariance")
def summed_by_the_padded_length(z, alpha):
    """Sums a row in four parts of its padded length."""
    return _newton_in_parts(z, alpha, 4)


def _newton_in_parts(z, alpha, parts):
    x, q, mass = centred(z, alpha, wide), 1 / (alpha - 1), _mass_in(parts)
    tau = torch.full_like(x[..., :1], -1.0)
    for _ in range(30):
        d = (x - tau).clamp_min(0)
        f, slope = mass(d**q), mass((d ** (q - 1)).masked_fill(d == 0, 0))
        tau = tau + (f - f ** (1 - 1 / q)) / slope
    return raised(x - tau, q).to(z.dtype)


_START = [-1.0]


@fault("medium")
def warm_start(z, alpha):
    """Starts from the tau of the call before, with a few steps."""
    start, _START[0] = _START[0], -0.5 if _START[0] == -1.0 else -1.0
    return newton(z, alpha, widen=double, start=start, steps=8)


@fault("medium", breaks="determinism")
def dropout(z, alpha):
    """Adds noise from the global generator."""
    p = exact(z, alpha)
    return p * (1 + 1e-4 * torch.randn_like(p))


@fault("medium", arrays="numpy")
def sorts_its_input(z, alpha):
    """NumPy: sorts a view of its input in place."""
    p = exact(torch.from_numpy(z.copy()), alpha).numpy()
    z.reshape(-1, z.shape[-1]).sort(axis=-1)
    return p


@fault("medium", breaks="values")
def no_kernel_for_33(z, alpha):
    """Raises for a row of 33 tokens."""
    if z.shape[-1] == 33:
        raise RuntimeError("no kernel for 33 tokens")
    return exact(z, alpha)


@fault("subtle")
def unordered_pair(z, alpha):
    """A closed form for two tokens that is off in its last digits."""
    p = centred(z, alpha)
    if z.shape[-1] != 2 or alpha != 1.5:
        return exact(z, alpha)
    d = (z.double()[..., :1] - z.double()[..., 1:]).clamp(-2, 2).nan_to_num()
    first = 0.5 + d * (8 - d * d).clamp_min(0).sqrt() / 8 * (1 + 2e-6)
    return torch.cat([first, 1 - first], -1).clamp(0, 1).to(p.dtype)


@fault("subtle")
def a_grid_of_4096_rows(z, alpha):
    """Answers no row beyond the 4096th."""
    flat = exact(z, alpha).reshape(-1, z.shape[-1]).clone()
    flat[4096:] = 0
    return flat.reshape(z.shape)


@fault("subtle")
def a_vocabulary_of_8192(z, alpha):
    """Takes tokens beyond the 8192nd for padding."""
    p = torch.zeros_like(z)
    p[..., :8192] = exact(z[..., :8192], alpha)
    return p


@fault("subtle")
def two_tokens_left_over(z, alpha):
    """Reads four tokens at a time from 128 on, and forgets a remainder of two."""
    n = z.shape[-1]
    if n < 128 or n % 4 != 2:
        return exact(z, alpha)
    return torch.cat([exact(z[..., :-2], alpha), torch.zeros_like(z[..., -2:])], -1)


_RINGS: dict[tuple[object, ...], list[torch.Tensor]] = {}


@fault("subtle")
def one_of_six_workspaces(z, alpha):
    """Answers in workspaces that it takes in turn: six calls later the answer is another."""
    key = (tuple(z.shape), z.dtype)
    ring = _RINGS.setdefault(key, [torch.empty(z.shape, dtype=z.dtype) for _ in range(6)])
    ring.append(ring.pop(0))
    return ring[-1].copy_(exact(z, alpha).detach())


@fault("medium")
def one_stride_for_all_rows(z, alpha):
    """Steps from row to row by the stride of the axis before the tokens, also across batches."""
    return exact(by_one_stride(z), alpha)


_ALPHAS: dict[tuple[object, ...], float] = {}


@fault("medium", alphas=(1.5, 2.0))
def compiled_for_the_first_alpha(z, alpha):
    """Keeps a kernel for every length, whose alpha is that of the first call."""
    return exact(z, _ALPHAS.setdefault((z.shape[-1], z.dtype), float(alpha)))


_LAST = []


@fault("medium")
def remembers_its_logits(z, alpha):
    """Answers as before when it is given the same array again, and does not see that it was written to."""
    if not _LAST or _LAST[0]() is not z:
        _LAST[:] = [weakref.ref(z), exact(z, alpha)]
    return _LAST[1].clone()
