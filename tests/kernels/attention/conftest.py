"""Kernels in Triton's interpreter, attention cases, and derived bounds on what rounding may do to them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch

from entmax_oracle.kernels.attention import use_path
from entmax_oracle.kernels.attention.configurations import Configuration
from entmax_oracle.kernels.attention.launch import use_configuration
from entmax_oracle.reference import attention_vjp, budget, entmax

UNIT = {torch.float32: 2.0**-24, torch.float16: 2.0**-11, torch.bfloat16: 2.0**-8, torch.float64: 2.0**-53}


@pytest.fixture(autouse=True)
def prepared(interpreted):
    torch.manual_seed(0)


@pytest.fixture
def small_tiles():
    """Many small blocks, so that short sequences have block edges and skipped blocks."""
    with use_configuration(Configuration(16, 16, capacity=16)):
        yield


@dataclass
class Case:
    """Arguments of attention as torch tensors, and everything about them in float64."""

    query: torch.Tensor
    key: torch.Tensor
    value: torch.Tensor
    alpha: float = 1.5
    options: dict[str, Any] = field(default_factory=dict)

    def exact_options(self) -> dict[str, Any]:
        return {
            name: x.detach().double().numpy() if isinstance(x, torch.Tensor) else x for name, x in self.options.items()
        }

    def wide(self) -> list[np.ndarray]:
        """Query, key and value in float64, one key head for each query head."""
        group = self.query.shape[1] // self.key.shape[1]
        q, k, v = (x.detach().double().numpy() for x in (self.query, self.key, self.value))
        return [q, np.repeat(k, group, 1), np.repeat(v, group, 1)]

    def scale(self) -> np.ndarray:
        given = self.exact_options().get("scale")
        if given is None:
            given = 1 / np.sqrt(self.query.shape[3])
        return np.broadcast_to(given, self.query.shape[:3])[..., None]

    def scores(self) -> tuple[np.ndarray, np.ndarray]:
        """Scores (B, H, M, N), and how far float32 may be from them in any order of summation."""
        q, k, _ = self.wide()
        options = self.exact_options()
        (m, d), n = q.shape[2:], k.shape[2]
        scale = self.scale()
        s = scale * (q @ k.swapaxes(-1, -2))
        size = np.abs(scale) * (np.abs(q) @ np.abs(k).swapaxes(-1, -2)) * (d + 2)
        offset = np.arange(m)[:, None] + (n - m) - np.arange(n)
        if options.get("alibi_slopes") is not None:
            bias = options["alibi_slopes"][:, None, None] * np.abs(offset)
            s = s - bias
            size = size + 2 * np.abs(bias) + np.abs(s)
        visible = np.ones(s.shape, dtype=bool)
        if options.get("is_causal"):
            visible &= offset >= 0
        if options.get("key_lengths") is not None:
            visible &= np.arange(n) < options["key_lengths"][:, None, None, None]
        return np.where(visible, s, -np.inf), size * 2.0**-24

    def reach(self, score_unit: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """``(p, low, high)``: exact probabilities, and how far careful float32 arithmetic may move them.

        Scores off by at most e move the threshold of x = a s by at most a e, and so x - tau by at most 2 a e:
        exactly, with no linearisation. To that comes the budget of the mapping in float32. ``score_unit``: scores
        rounded once more.
        """
        s, error = self.scores()
        p, low, high = np.zeros_like(s), np.zeros_like(s), np.zeros_like(s)
        a = self.alpha - 1
        for where in np.ndindex(s.shape[:3]):
            row = s[where]
            live = row > -np.inf
            if not live.any():
                continue
            row = row[live]
            one = entmax(row, self.alpha)
            off = 2 * a * (error[where][live] + score_unit * np.abs(row)).max()
            y = a * (row - row.max()) + one.max() ** a
            slack = budget(row, self.alpha, "float32")
            p[where][live] = one
            high[where][live] = np.maximum(y + off, 0) ** (1 / a) + slack
            low[where][live] = np.maximum(np.where(one > 0, np.maximum(y - off, 0), 0) ** (1 / a) - slack, 0)
        return p, np.minimum(low, p), np.maximum(high, p)

    def output_bound(self) -> tuple[np.ndarray, np.ndarray]:
        """Exact output, and a bound on the error of each element."""
        p, low, high = self.reach()
        v = np.abs(self.wide()[2])
        out = p @ self.wide()[2]
        unit = UNIT[self.query.dtype]
        summed = (p.shape[-1] + 8) * 2.0**-24 * (high @ v)
        halves = 0.0 if self.query.dtype == torch.float32 else unit * (high @ v) + 2.0**-24 * v.sum(-2, keepdims=True)
        bound = np.maximum(high - p, p - low) @ v + summed + halves
        return out, bound + unit * (np.abs(out) + bound) + 1e-37

    def gradient_bounds(self, grad: torch.Tensor) -> tuple[Any, dict[str, np.ndarray]]:
        """Exact gradients, and a bound on the error of each element (``alpha`` for the sum)."""
        q, k, v = self.wide()
        go = grad.double().numpy()
        arguments = [x.detach().double().numpy() for x in (self.query, self.key, self.value)]
        exact = attention_vjp(*arguments, go, alpha=self.alpha, **self.exact_options())
        p, low, high = self.reach()
        fine, unit = 2.0**-24, UNIT[self.query.dtype]
        coarse = 0.0 if self.query.dtype == torch.float32 else unit
        n, dv = p.shape[-1], v.shape[-1]

        def sensitivity(x: np.ndarray) -> np.ndarray:
            return np.where(x > 0, np.where(x > 0, x, 1) ** (2 - self.alpha), 0)

        s = sensitivity(p)
        off = np.maximum(sensitivity(high) - s, s - sensitivity(low))
        total = np.maximum(s.sum(-1, keepdims=True), 1e-300)
        g = go @ v.swapaxes(-1, -2)
        size = np.abs(go) @ np.abs(v).swapaxes(-1, -2)
        mean = (s * g).sum(-1, keepdims=True) / total
        centred = np.abs(g - mean)
        least = np.maximum((s - off).sum(-1, keepdims=True), 1e-300)
        # The mean is a product with values in 16 bits in the kernels: its weights are rounded to those.
        mean_off = (off * centred).sum(-1, keepdims=True) / least
        mean_off += ((n + dv + 8) * fine + 2 * coarse) * ((s + off) * size).sum(-1, keepdims=True) / least
        ds = s * (g - mean)
        ds_off = off * (centred + mean_off) + (s + off) * (mean_off + (dv + 8) * fine * size) + 8 * fine * np.abs(ds)
        ds_off = np.where(total > 1e-299, ds_off + coarse * (np.abs(ds) + ds_off), 0)
        ds_size = np.abs(ds) + ds_off
        sums = (n * self.query.shape[2] + 8) * fine  # more than any chain of additions here
        scale = np.abs(self.scale())
        products = np.abs(q @ k.swapaxes(-1, -2))
        group = self.query.shape[1] // self.key.shape[1]

        def grouped(x: np.ndarray) -> np.ndarray:
            b, h, *rest = x.shape
            return x.reshape(b, h // group, group, *rest).sum(2)

        with np.errstate(divide="ignore", invalid="ignore"):
            log_square = np.where(high > 0, np.log(np.maximum(high, 1e-37)) ** 2 / 2, 0)
            moved = np.where(high > 0, np.log(high / np.maximum(low, 1e-37)), 0)
            log_off = np.minimum(moved * np.sqrt(2 * log_square + moved**2) + moved**2, 90**2)
        potential = np.where(high > 0, log_square + log_off, 0)
        bounds = {
            "query": scale * (ds_off @ np.abs(k) + sums * ds_size @ np.abs(k)),
            "key": grouped((scale * (ds_off + (sums + coarse) * ds_size)).swapaxes(-1, -2) @ np.abs(q)),
            "value": grouped((np.maximum(high - p, p - low) + (sums + coarse) * high).swapaxes(-1, -2) @ np.abs(go)),
            "scale": ((ds_off + sums * ds_size) * (np.abs(q) @ np.abs(k).swapaxes(-1, -2))).sum(-1),
            "alpha": (ds_off * potential + ds_size * log_off + sums * ds_size * potential).sum(),
        }
        for name in ("query", "key", "value"):
            bounds[name] = bounds[name] * (1 + unit) + unit * np.abs(getattr(exact, name)) + 1e-37
        assert products.shape == ds.shape
        return exact, bounds


@pytest.fixture
def case():
    """Make a `Case` of random tensors."""

    def make(
        m=24,
        n=24,
        heads=2,
        key_heads=1,
        features=16,
        value_features=None,
        batch=1,
        dtype=torch.float32,
        sharp=2.0,
        **rest,
    ):
        alpha = rest.pop("alpha", 1.5)
        rest.setdefault("scale", sharp / features**0.5)
        shapes = ((heads, m, features), (key_heads, n, features), (key_heads, n, value_features or features))
        tensors = (torch.randn(batch, *shape).to(dtype).requires_grad_() for shape in shapes)
        return Case(*tensors, alpha=alpha, options=rest)

    return make


@pytest.fixture
def plain():
    """Run the mathematics of the layers without the kernels: those are compared in tests of their own."""
    with use_path("torch"):
        yield
