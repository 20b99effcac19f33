"""Honest programs of the textbook: subtract the maximum, find the root to convergence, clamp, power, divide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LENGTHS = (1, 2, 3, 5, 8, 17, 64, 300)
KINDS = ("gaussian", "levels", "window", "threshold", "inverse", "shifted", "extremes")


def rows(rng, kind, alpha, dtype, count, n):
    """Rows of one kind, in numbers of the dtype: some with tokens at the threshold itself, within ulps."""
    a = max(alpha - 1, 1e-9)
    if kind == "gaussian":
        z = rng.normal(size=(count, n)) * 10.0 ** rng.integers(-3, 3)
    elif kind == "levels":
        z = np.round(4 * rng.normal(size=(count, n))) / 4
    elif kind == "window":
        z = -rng.random((count, n)) / max(a, 0.01) * 1.0000001
    elif kind == "threshold":
        live = rng.integers(1, n + 1, size=(count, 1))
        off = 1 + rng.integers(-6, 7, size=(count, n)) * np.finfo(dtype).eps / 2
        z = np.where(np.arange(n) < live, 0.0, np.maximum(-(live**-a) / a * off, -1e30))
    elif kind == "inverse":
        p = rng.random((count, n)) ** rng.choice([1, 3, 10])
        p /= p.sum(axis=1, keepdims=True)
        z = p**a / a
        z -= z.max(axis=1, keepdims=True)
        z[:, -1] = -(p.max(axis=1) ** a) / a if n > 1 else 0.0
    elif kind == "shifted":
        z = rng.normal(size=(count, n)) + rng.choice([100.0, 1000.0, -500.0])
    else:
        info = np.finfo(dtype)
        ends = [0.0, 1.0, float(info.max) / 4, -float(info.max) / 4, float(info.tiny), float(info.smallest_subnormal)]
        z = rng.choice(ends, size=(count, n))
    return z.astype(dtype)


@dataclass(frozen=True)
class Program:
    """One way to write the textbook down, in the arithmetic of the logits.

    Parameters
    ----------
    numbers : bool
        Whether alpha - 1 and 1 / (alpha - 1) are rounded once, from float64, or computed in the arithmetic.
    power : str
        ``"pow"``, ``"exp2"`` or ``"exp"``: with the logarithm of the same base.
    end : str
        The threshold that is taken in the end: ``"low"``, ``"high"`` or ``"middle"`` of the bracket.
    divides : bool
        Whether it divides by the sum.
    """

    numbers: bool
    power: str
    end: str
    divides: bool

    @classmethod
    def drawn(cls, rng) -> Program:
        """Draw one."""
        power, end = str(rng.choice(["pow", "exp2", "exp"])), str(rng.choice(["low", "high", "middle"]))
        return cls(bool(rng.integers(2)), power, end, bool(rng.integers(2)))

    def __call__(self, z, alpha):
        """Answer."""
        kind = z.dtype.type
        a = kind(alpha - 1) if self.numbers else kind(alpha) - kind(1)
        q = kind(1 / (alpha - 1)) if self.numbers else kind(1) / a
        x = (z - z.max(axis=1, keepdims=True)) * a
        low, high = np.full_like(x[:, :1], -1), np.zeros_like(x[:, :1])
        while True:
            middle = ((low + high) / 2).astype(z.dtype)
            if ((middle == low) | (middle == high)).all():
                break
            over = self._raised(x - middle, q).sum(axis=1, keepdims=True, dtype=z.dtype) >= 1
            low, high = np.where(over, middle, low), np.where(over, high, middle)
        p = self._raised(x - {"low": low, "high": high, "middle": middle}[self.end], q)
        total = p.sum(axis=1, keepdims=True, dtype=z.dtype)
        return p / np.where(total > 0, total, total.dtype.type(1)) if self.divides else p

    def _raised(self, y, q):
        y = np.maximum(y, y.dtype.type(0))
        if self.power == "pow":
            return y**q
        exp, log = (np.exp2, np.log2) if self.power == "exp2" else (np.exp, np.log)
        return np.where(y > 0, exp(q * log(np.where(y > 0, y, 1))), 0).astype(y.dtype)


def differentiated(z, grad, alpha, *, step, divides, detaches, by_logarithm):
    """Differentiate the last step of a solver automatically, in torch: a Newton step, and what follows.

    Parameters
    ----------
    z, grad : ndarray
    step : str
        ``"newton"``; ``"frozen"``, with its slope taken for a constant; or ``"norm"``, on the q-norm.
    divides : bool
        Whether it divides by the sum.
    detaches : bool
        Whether the maximum is taken for a constant.
    by_logarithm : bool
        Powers as exp(q log y).
    """
    import torch

    def power(y, q):
        live = y > 0
        held = torch.where(live, y, torch.ones_like(y))
        return torch.where(live, torch.exp(q * torch.log(held)) if by_logarithm else held**q, torch.zeros_like(y))

    logits, a = torch.tensor(z, requires_grad=True), alpha - 1
    q = 1 / a
    peak = logits.max(1, keepdim=True).values
    x = (logits - (peak.detach() if detaches else peak)) * a
    tau = torch.as_tensor(_threshold(x.detach().numpy(), q, lambda y, q: power(torch.as_tensor(y), q).numpy()))
    f, slope = power(x - tau, q).sum(1, keepdim=True), power(x - tau, q - 1).sum(1, keepdim=True)
    if step == "norm":
        tau = tau + (f - f ** (1 - a)) / slope
    else:
        tau = tau + (f - 1) / (q * (slope.detach() if step == "frozen" else slope))
    p = power(x - tau, q)
    p = p / p.sum(1, keepdim=True) if divides else p
    return torch.autograd.grad(p, logits, torch.tensor(grad))[0].numpy()


def _threshold(x, q, power):
    low, high = np.full_like(x[:, :1], -1), np.zeros_like(x[:, :1])
    while True:
        middle = (low + high) / 2
        if ((middle == low) | (middle == high)).all():
            return low
        over = power(x - middle, q).sum(axis=1, keepdims=True) >= 1
        low, high = np.where(over, middle, low), np.where(over, high, middle)
