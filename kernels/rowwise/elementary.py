"""Logarithms and powers from plain arithmetic: the same numbers on every GPU and in the interpreter, and no branch.

``tl.log2`` of a float32 calls a library whose branch keeps a whole tile of intermediate values alive (the registers
spill) on one target and an approximate instruction on another; neither gives ``log2(w) / (w - 1)``, which is what
``alpha`` near 1 needs. In float64, where speed does not matter, the libraries' functions are used.
"""

import triton
import triton.language as tl

LOG2_E = tl.constexpr(1.4426950408889634)
LN_2 = tl.constexpr(0.6931471805599453)

# log2(1 + f) / f on |f| <= 1/3: Chebyshev interpolation of degree 9, off by 2.5e-9; 1.4 units of roundoff as evaluated.
_C9 = tl.constexpr(-0.18360154330730438)
_C8 = tl.constexpr(0.20311543345451355)
_C7 = tl.constexpr(-0.17631694674491882)
_C6 = tl.constexpr(0.20172597467899323)
_C5 = tl.constexpr(-0.24061229825019836)
_C4 = tl.constexpr(0.2887164354324341)
_C3 = tl.constexpr(-0.3606714606285095)
_C2 = tl.constexpr(0.48089584708213806)
_C1 = tl.constexpr(-0.7213475108146667)


@triton.jit
def log2_and_rate(w):
    """``(log2 w, rate, near)`` of normal ``w > 0``; ``rate = log2(w) / (w - 1)`` where ``near``, around ``w = 1``."""
    if w.dtype == tl.float64:
        logarithm = tl.log2(w)
        flat = w == 1.0
        rate = tl.where(flat, LOG2_E, logarithm / tl.where(flat, 1.0, w - 1.0))
        return logarithm, rate, w > 0.5
    else:
        bits = w.to(tl.int32, bitcast=True)
        exponent = (bits - 0x3F2AAAAB) & -0x800000  # w = 2^e (1 + f), 1 + f in [2/3, 4/3)
        f = (bits - exponent).to(tl.float32, bitcast=True) - 1.0
        rate = f * _C9 + _C8
        rate = rate * f + _C7
        rate = rate * f + _C6
        rate = rate * f + _C5
        rate = rate * f + _C4
        rate = rate * f + _C3
        rate = rate * f + _C2
        rate = rate * f + _C1
        rate = rate * f + LOG2_E
        return exponent.to(tl.float32) * 1.1920928955078125e-07 + rate * f, rate, exponent == 0


@triton.jit
def log2(w):
    """``log2 w`` of normal ``w > 0``. The logarithm of NaN is not NaN in float32."""
    logarithm, _rate, _near = log2_and_rate(w)
    return logarithm


@triton.jit
def square_root(x):
    """``sqrt x``, correctly rounded."""
    if x.dtype == tl.float64:
        return tl.sqrt(x)
    else:
        return tl.sqrt_rn(x)


@triton.jit
def raised(u, exponent):
    """``u^exponent`` where ``u > 0``, else 0. NaN stays NaN."""
    power = tl.exp2(exponent * log2(tl.where(u > 0, u, 1.0)))
    return tl.where(u <= 0, 0.0, tl.where(u == u, power, u))


@triton.jit
def psi(y, COMPUTE: tl.constexpr):
    """``(1 - (1 - y) e^y) / y^2`` for ``y <= 0``; above -1 its series ``sum_k y^k / (k! (k + 2))``."""
    TERMS: tl.constexpr = 18 if tl.float64 == COMPUTE else 10
    near = tl.maximum(y, -1.0)
    total = tl.full(y.shape, 1.0 / (TERMS + 2), COMPUTE)
    for step in tl.static_range(TERMS):
        # Horner, k = TERMS - step: total <- 1/(k + 1) + total y / k
        total = total * (near * (1.0 / (TERMS - step))) + 1.0 / (TERMS - step + 1)
    far = tl.minimum(y, -1.0)
    return tl.where(y > -1, total, (1.0 - (1.0 - far) * tl.exp2(far * LOG2_E)) / (far * far))
