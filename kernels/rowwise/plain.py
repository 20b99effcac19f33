"""The same solver in plain torch: for CPU tensors, and wherever Triton is not.

See :mod:`.maths` for the mathematics. Here a row that has arrived leaves the working set, and torch's own ``log1p`` and
``expm1`` stand where the kernels need tricks.
"""

from collections.abc import Callable

import torch

from ..runtime.kinds import Kind, compute_dtype
from .arguments import Arguments

Tensor = torch.Tensor

_FLOOR = -1e30


def _column(x: Tensor | None, z: Tensor) -> Tensor | None:
    """Return a parameter as a column ``(rows, 1)``, or ``(1, 1)``."""
    if x is None:
        return None
    if x.numel() == 1:
        return x.reshape(1, 1)
    return x.expand(z.shape[:-1]).reshape(-1, 1)


class _Rows:
    """Scaled differences ``v (rows, n)`` and what they were made of."""

    def __init__(self, call: Arguments, maximum: Tensor | None = None):
        z, n = call.z, call.z.shape[-1]
        compute = compute_dtype(z.dtype)
        scale, lengths = _column(call.scale, z), _column(call.lengths, z)
        tokens = z.reshape(-1, n).to(compute)
        self.sign = torch.ones((1, 1), dtype=compute, device=z.device)
        self.magnitude = self.sign
        dead = tokens == -torch.inf
        spoiled = ~(tokens < torch.inf)
        if scale is not None:
            scale = scale.to(compute)
            self.sign = torch.where(scale < 0, -1.0, 1.0).to(compute)
            self.magnitude = scale * self.sign
            tokens = tokens * self.sign
        if lengths is not None:
            dead = dead | (torch.arange(n, device=z.device) >= lengths)
        if maximum is None:
            maximum = tokens.masked_fill(spoiled, torch.inf).masked_fill(dead, -torch.inf).amax(-1, keepdim=True)
            maximum = maximum.masked_fill(maximum == torch.inf, torch.nan)
        self.maximum = maximum
        lowest = torch.finfo(compute).min
        self.d = (tokens - maximum).masked_fill(dead, 0.0)
        self.d = torch.where(self.d < lowest, lowest, self.d)
        self.v = self.d if scale is None else self.d * self.magnitude
        self.v = torch.where(self.v < _FLOOR, _FLOOR, self.v).masked_fill(dead, _FLOOR)


def _excess_column(call: Arguments) -> Tensor:
    z, excess, _, _, kind = call
    compute = compute_dtype(z.dtype)
    if kind == Kind.SOFTMAX:
        return torch.zeros((1, 1), dtype=compute, device=z.device)
    if not kind.needs_excess:
        return torch.full((1, 1), 1.0 / int(kind), dtype=compute, device=z.device)
    assert excess is not None
    a = _column(excess.to(compute), z)
    assert a is not None
    return torch.where((a >= 0) & (a < torch.inf), a, torch.nan)


def _sum(x: Tensor) -> Tensor:
    """Sum of each row, accumulated in float64: small terms would vanish one by one beside a large one."""
    return x.sum(-1, keepdim=True, dtype=torch.float64).to(x.dtype)


def _weights(v: Tensor, c: Tensor, a: Tensor, kind: Kind) -> tuple[Tensor, Tensor]:
    """``W = E_a(c v)`` and ``V = W / w``, both 0 outside the support."""
    if kind == Kind.SOFTMAX:
        W = v.exp()
        return W, W
    if not kind.needs_excess:
        q = int(kind)
        w = torch.addcmul(torch.ones_like(c), v, c / q)
        w = torch.where(w <= 0, 0.0, w)
        V = (w > 0).to(w.dtype) if q == 1 else w
        for _ in range(q - 2):
            V = V * w
        return V * w, V
    t = c * v
    excess = a * t
    outside = excess <= -1
    excess = excess.masked_fill(outside, 0.0)
    rate = torch.where(excess == 0, 1.0, excess.log1p() / torch.where(excess == 0, 1.0, excess))
    V = ((1 - a) * t * rate).exp().masked_fill(outside, 0.0)
    return V * (1 + excess), V


def _power(S: Tensor, a: Tensor, kind: Kind) -> Tensor:
    if kind == Kind.SPARSEMAX:
        return S
    if kind == Kind.SQUARE:
        return S.sqrt()
    return S.pow(a)


def _solve_below(v: Tensor, a: Tensor, kind: Kind) -> tuple[Tensor, Tensor, Tensor]:
    """``(c, 1/S, steps)``."""
    rows = v.shape[0]
    c = v.new_ones((rows, 1))
    S = v.new_ones((rows, 1))
    steps = torch.zeros((rows, 1), dtype=torch.int32, device=v.device)
    active = torch.arange(rows, device=v.device)
    while active.numel():
        everything = active.numel() == rows
        v_now = v if everything else v[active]
        a_now = a if everything or a.shape[0] == 1 else a[active]
        c_now = c[active]
        W, V = _weights(v_now, c_now, a_now, kind)
        S_now = _sum(W)
        S[active] = S_now
        steps[active] += 1
        if kind == Kind.SOFTMAX:
            break
        X = -a_now * _sum(V * v_now)
        better = (S_now + c_now * X) / (S_now / _power(S_now, a_now, kind) + X)
        rising = (better > c_now).squeeze(-1)
        active = active[rising]
        c[active] = better[rising]
    return c, torch.where(S == 0, 0.0, 1 / torch.where(S == 0, 1.0, S)), steps


def _members(v: Tensor, pivot: Tensor, w: Tensor, a: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """``(p, r, u, tied)`` at pivot probability ``w``; see ``members_above`` of the kernels."""
    outside = v < pivot
    D = ((v - pivot) * a).masked_fill(outside, 0.0)
    tied = D == 0
    floor = w.pow(a)
    u = (D + floor).masked_fill(tied, 1.0)
    p = torch.where(tied, w, u.pow(1 / a)).masked_fill(outside, 0.0)
    r = torch.where(tied, 1.0, (floor / u).pow(1 - 1 / a)).masked_fill(outside, 0.0)
    return p, r, u, tied & ~outside


def _solve_above(v: Tensor, a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """``(pivot, w, steps)``."""
    rows = v.shape[0]
    x = v * a
    low = v.new_full((rows, 1), -1.0)
    high = v.new_zeros((rows, 1))
    steps = torch.zeros((rows, 1), dtype=torch.int32, device=v.device)
    while True:
        between = (x > low) & (x < high)
        members = between.sum(-1, keepdim=True)
        searching = members > 0
        if not searching.any():
            break
        total = _sum(torch.where(between, x, 0.0))
        least = torch.where(between, x, 0.0).amin(-1, keepdim=True)
        greatest = torch.where(between, x, -1.0).amax(-1, keepdim=True)
        level = torch.maximum(torch.minimum(total / members.clamp(min=1), greatest), least)
        gap = x - level
        heavy = _sum(torch.where(gap > 0, gap, 0.0).pow(1 / a)) >= 1
        low = torch.where(searching & heavy, level, low)
        high = torch.where(searching & ~heavy, level, high)
        steps += searching.to(torch.int32)
    member = x >= high
    pivot = torch.where(member, v, 0.0).amin(-1, keepdim=True)
    w = 1 / member.sum(-1, keepdim=True).clamp(min=1).to(v.dtype)
    falling = torch.ones((rows, 1), dtype=torch.bool, device=v.device)
    while falling.any():
        p, r, _, _ = _members(v, pivot, w, a)
        steps += falling.to(torch.int32)
        better = w - (_sum(p) - 1) / _sum(r)
        falling = falling & (better < w) & (better > 0)
        w = torch.where(falling, better, w)
    return pivot, w, steps


def forward(call: Arguments, *, steps: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Probabilities and the state of each row, as :func:`.launch.forward` gives them."""
    p, state = call.empty_answer()
    if p.numel() == 0:
        return p, state
    row = _Rows(call)
    a = _excess_column(call)
    output = p.view(-1, p.shape[-1])
    for part, own in _parts(call.kind, a, len(output)):
        v = row.v if part is None else row.v[part]
        b = _picked(a, part)
        if own == Kind.ABOVE:
            first, second, count = _solve_above(v, b)
            solved = _members(v, first, second, b)[0]
        else:
            first, second, count = _solve_below(v, b, own)
            solved = _weights(v, first, b, own)[0] * second
        solved = solved.masked_fill(v == _FLOOR, 0.0)
        where = slice(None) if part is None else part
        output[where] = solved.to(p.dtype)
        state[where] = torch.cat([row.maximum[where], first, second], -1)
        if steps is not None:
            steps[where] = count.squeeze(-1)
    return p, state


def _parts(kind: Kind, a: Tensor, rows: int) -> list[tuple[Tensor | None, Kind]]:
    """Rows that share one arithmetic; ``None`` stands for all of them."""
    if kind != Kind.ANY:
        return [(None, kind)]
    above = (a > 1).squeeze(-1).expand(rows)
    parts = ((torch.nonzero(~above).squeeze(-1), Kind.BELOW), (torch.nonzero(above).squeeze(-1), Kind.ABOVE))
    return [(part, own) for part, own in parts if part.numel()]


def _picked(column: Tensor, part: Tensor | None) -> Tensor:
    """Return the rows of a part; a column of one row stands for all of them."""
    return column if part is None or column.shape[0] == 1 else column[part]


def _psi(y: Tensor) -> Tensor:
    """``(1 - (1 - y) e^y) / y^2`` for ``y <= 0``; its series above -1."""
    terms = 18 if y.dtype == torch.float64 else 10
    near = y.clamp(min=-1)
    total = torch.full_like(y, 1 / (terms + 2))
    for k in range(terms, 0, -1):
        total = total * (near / k) + 1 / (k + 1)
    far = y.clamp(max=-1)
    return torch.where(y > -1, total, (1 - (1 - far) * far.exp()) / (far * far))


def _reference(x: Tensor, r: Tensor, total: Tensor, tied: Tensor) -> Tensor:
    """Choose what to subtract from ``x`` before its product with ``J g``; see ``reference`` of the kernels."""
    at_tie = torch.where(tied, x, -torch.inf).amax(-1, keepdim=True)
    return torch.where(at_tie > -torch.inf, at_tie, _sum(r * x) / total)


def _times(factor: Tensor, x: Tensor) -> Tensor:
    """``factor x``, and 0 where ``x`` is 0 and ``factor`` infinite; NaN stays NaN."""
    return torch.where((x == 0) & (factor.abs() == torch.inf), 0.0, factor * x)


def _covariance(product: Tensor, x: Tensor, relative: Tensor, largest: Tensor | None) -> Tensor:
    """``sum_i (J g)_i x_i`` of each row.

    For ``alpha > 2``, where terms of it overflow, the sum comes from ``relative``, which is ``J g`` divided by the
    ``largest`` weight.
    """
    if largest is None:
        return _sum(product * x)
    found = _sum(_times(product, x))
    return torch.where(found.isfinite(), found, _times(largest, _sum(relative * x)))


def _sensitivities(
    v: Tensor, first: Tensor, second: Tensor, a: Tensor, kind: Kind
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """``(p, s, r, tied)``, see ``sensitivities`` of the kernels."""
    if kind == Kind.ABOVE:
        p, r, u, tied = _members(v, first, second, a)
        s = torch.where(tied, second.pow(1 - a), p / u)
    else:
        W, r = _weights(v, first, a, kind)
        p, s = W * second, r * second.pow(1 - a)  # not `c / S`: a unit of `c` may be many of `S`
        tied = torch.zeros((), dtype=torch.bool, device=v.device)
    p = p.masked_fill(v == _FLOOR, 0.0)
    dead = p == 0
    return p, s.masked_fill(dead, 0.0), r.masked_fill(dead, 0.0), tied


def _mean_at_ties(g: Tensor, tied: Tensor) -> Tensor:
    """Mean of each row at its ties; of equal numbers exactly theirs."""
    mean = _sum(torch.where(tied, g, 0.0)) / tied.sum(-1, keepdim=True).clamp(min=1)
    mean = torch.maximum(mean, torch.where(tied, g, torch.inf).amin(-1, keepdim=True))
    return torch.minimum(mean, torch.where(tied, g, -torch.inf).amax(-1, keepdim=True))


def backward(
    g: Tensor, call: Arguments, state: Tensor, *, need_excess: bool, need_scale: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients in ``z``, ``alpha`` and the scale, as :func:`.launch.backward` gives them."""
    dz, dexcess, dscale = call.empty_gradients(need_excess, need_scale)
    if dz.numel() == 0:
        return dz, dexcess, dscale
    n = dz.shape[-1]
    upstream = g.reshape(-1, n).to(state.dtype)
    row = _Rows(call, state[:, :1])
    a = _excess_column(call)
    for part, own in _parts(call.kind, a, len(upstream)):
        where = slice(None) if part is None else part
        b, second = _picked(a, part), state[where, 2:3]
        p, s, r, tied = _sensitivities(row.v[where], state[where, 1:2], second, b, own)
        dead = p == 0
        g_now = upstream[where].masked_fill(dead, 0.0)
        total = _sum(r)
        total = torch.where(total == 0, 1.0, total)
        if own == Kind.ABOVE:
            # The gradient at the smallest tokens goes first: their s may be infinite, and their own term is then 0.
            g_now = (g_now - _mean_at_ties(g_now, tied)).masked_fill(dead, 0.0)
        centred = g_now - _sum(r * g_now) / total
        largest = None
        times: Callable[[Tensor, Tensor], Tensor] = torch.mul
        if own == Kind.ABOVE:
            times = _times
            # The largest s times the mean, without it; infinite or NaN where another s g overflows.
            pull = _sum(torch.where(tied, 0.0, _times(s, g_now))) / total
            at_tie = _times(s, g_now) - pull
            product = torch.where(tied & ~at_tie.isnan(), at_tie, _times(s, centred))
            largest = second.pow(1 - b)
        else:
            product = s * centred
        dz.view(-1, n)[where] = times(product, _picked(row.sign * row.magnitude, part)).to(dz.dtype)
        if need_scale:
            d = row.d[where].masked_fill(dead, 0.0)
            mean = _reference(d, r, total, tied)
            along = _picked(row.sign, part) * _covariance(product, d - mean, r * centred, largest)
            dscale.view(-1)[where] = along.squeeze(-1)
        if need_excess:
            log_p = torch.where(p > 0, p, 1.0).log()
            h = log_p * log_p * _psi(b * log_p)
            mean = _reference(h, r, total, tied)
            dexcess.view(-1)[where] = -_covariance(product, h - mean, r * centred, largest).squeeze(-1)
    return dz, dexcess, dscale
