"""An implementation in NumPy alone, right and wrong, which the tests of the worker process name by this file."""

import os
import threading
import time

import numpy as np


def entmax15(z, alpha=1.5):
    x = z.astype(np.float64)
    with np.errstate(over="ignore"):
        x = (x - x.max(axis=-1, keepdims=True)) / 2
    low, high = np.full_like(x[..., :1], -1), np.zeros_like(x[..., :1])
    for _ in range(60):
        middle = (low + high) / 2
        above = (np.maximum(x - middle, 0) ** 2).sum(axis=-1, keepdims=True) >= 1
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    p = np.maximum(x - low, 0) ** 2
    return (p / p.sum(axis=-1, keepdims=True)).astype(z.dtype)


def without_alpha(z):
    return entmax15(z)


def with_an_axis(z, dim=-1):
    return entmax15(z)


def hangs(z, alpha):
    while z.shape[-1] == 5:
        time.sleep(0.01)
    return entmax15(z)


def late_once(z, alpha):
    """Compiles when it meets five tokens first."""
    if z.shape[-1] == 5 and not _seen.setdefault("compiled", False):
        _seen["compiled"] = True
        time.sleep(1.0)
    return entmax15(z)


def slow(z, alpha):
    time.sleep(0.05)
    return entmax15(z)


def slow_on_many(z, alpha):
    """An interpreter: no call is stuck, large ones take longer than the limit."""
    if z.size > 1000:
        time.sleep(0.5)
    return entmax15(z)


def silences(z, alpha):
    np.seterr(all="ignore")
    return entmax15(z)


def leaks_threads(z, alpha):
    for _ in range(4):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    return entmax15(z)


def draws(z, alpha):
    np.random.permutation(z.shape[-1])  # noqa: NPY002 (that is the fault)
    return entmax15(z)


def exits(z, alpha):
    if z.shape[-1] == 5:
        os._exit(7)
    return entmax15(z)


def aborts(z, alpha):
    if z.shape[-1] == 5:
        os.abort()
    return entmax15(z)


def prints(z, alpha):
    os.write(1, b"debug\n")
    return entmax15(z)


def raises(z, alpha):
    if np.isneginf(z).any():
        raise FloatingPointError("no masks")
    return entmax15(z)


def off(z, alpha):
    return entmax15(z) * z.dtype.type(1.001)


_seen = {}


def remembers(z, alpha):
    return _seen.setdefault(z.shape, entmax15(z)).copy()


def devours(z, alpha):
    np.ones(1 << 45)
    return entmax15(z)
