"""What a call of attention means: arguments checked, defaults filled in, parameters broadcast to heads and queries."""

import math
from numbers import Integral
from typing import Any, NamedTuple

import torch

from ..runtime.kinds import Kind, compute_dtype, finite, finite_alpha

Tensor = torch.Tensor

DTYPES = (torch.float32, torch.float16, torch.bfloat16, torch.float64)

CPU_BLOCK = 32
"""Rows of a block of the kernels for a CPU: queries of the heads that read one key head."""
CPU_ROOM = 64
"""Live keys of a row that such a block keeps for the backward pass; its rows share the room."""


LSE_NEEDS = "only softmax, alpha = 1, has a logarithm of a sum of exponentials"


class Arguments(NamedTuple):
    """The arguments of `attention`, checked and in one form.

    Attributes
    ----------
    query, key, value
        As given: ``(B, H, M, D)``, ``(B, Hkv, N, D)``, ``(B, Hkv, N, Dv)``.
    excess
        ``alpha - 1``, one per head, shape ``(H,)``, in the dtype of the arithmetic.
    scale
        Shape ``(B, H, M)``, in the dtype of the arithmetic.
    sinks
        ``(H,)`` in the dtype of the arithmetic; ``None`` where there are none.
    mask
        Four axes that broadcast to ``(B, H, M, N)``, boolean or in the dtype of the arithmetic; ``None`` where there is
        none.
    slopes, lengths
        ``(H,)`` in the dtype of the arithmetic, and ``(B,)`` in int32; ``None`` where there are none.
    is_causal
        Whether key ``j`` is visible to query ``i`` only if ``j <= i + N - M``.
    left, right
        How far a query sees on either side; negative where there is no limit.
    softcap
        Cap of the scaled products; 0 where there is none.
    return_lse
        Whether the logarithms of the sums are wanted.
    kind
        Kind of every head where alpha is a number; `Kind.ANY` where it is a tensor, whose values the device holds.
    """

    query: Tensor
    key: Tensor
    value: Tensor
    excess: Tensor
    scale: Tensor
    sinks: Tensor | None
    mask: Tensor | None
    slopes: Tensor | None
    lengths: Tensor | None
    is_causal: bool
    left: int
    right: int
    softcap: float
    return_lse: bool
    kind: Kind

    @property
    def tensors(self) -> tuple[Tensor | None, ...]:
        """All that are tensors where they are given."""
        return tuple(x for x in self if x is None or isinstance(x, Tensor))

    @classmethod
    def read(
        cls,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        alpha: float | Tensor,
        is_causal: bool,
        scale: float | Tensor | None,
        alibi_slopes: Tensor | None,
        key_lengths: Tensor | None,
        attn_mask: Tensor | None = None,
        window: tuple[int | None, int | None] | None = None,
        softcap: float | None = None,
        sinks: Tensor | None = None,
        return_lse: bool = False,
    ) -> "Arguments":
        """Check the arguments.

        Raises
        ------
        ValueError
            For shapes, dtypes or devices that do not fit, for an alpha that is a number and below 1 or not finite, for
            a scale that is neither a number nor a tensor, a window, a cap or a mask that is none, and for
            ``return_lse`` where alpha is a number other than 1.
        """
        _check_tensors(query, key, value)
        batch, heads, m, features = query.shape
        n = key.shape[2]
        compute = compute_dtype(query.dtype)
        device = query.device
        for name, flag in (("is_causal", is_causal), ("return_lse", return_lse)):
            if not isinstance(flag, bool):
                raise ValueError(f"{name} must be True or False, got {type(flag).__name__}")
        if isinstance(alpha, Tensor):
            kind = Kind.ANY
            excess = alpha.to(device, compute) - 1
        else:
            number = finite_alpha(alpha, compute)
            kind = Kind.of(number, compute)
            excess = torch.full((), number - 1, dtype=compute, device=device)
            if return_lse and kind != Kind.SOFTMAX:
                raise ValueError(f"return_lse is True and alpha is {number:.6g}: {LSE_NEEDS}")
        if excess.shape not in ((), (heads,)):
            raise ValueError(
                f"alpha must be one number or one per head, shape ({heads},), got shape {tuple(excess.shape)}"
            )
        if isinstance(scale, Tensor):
            factor = scale.to(device, compute)
        else:
            number = 1 / math.sqrt(features) if scale is None else finite(scale, "scale", compute)
            factor = torch.full((), number, dtype=compute, device=device)
        if factor.ndim > 3 or any(
            size != 1 and size != wanted  # not `in`: sizes may be the compiler's
            for size, wanted in zip(factor.shape[::-1], (m, heads, batch), strict=False)
        ):
            raise ValueError(
                f"scale of shape {tuple(factor.shape)} does not broadcast to (B, H, M) = {(batch, heads, m)}"
            )
        # Detached: else autograd would ask for gradients of a call of which nothing that has one needs it.
        slopes = _per_head(alibi_slopes, "alibi_slopes", heads, device, compute)
        left, right = checked_window(window)
        return cls(
            query=query,
            key=key,
            value=value,
            excess=excess.expand(heads),
            scale=factor.expand(batch, heads, m),
            sinks=_per_head(sinks, "sinks", heads, device, compute),
            mask=_mask(attn_mask, (batch, heads, m, n), device, compute),
            slopes=None if slopes is None else slopes.detach(),
            lengths=checked_lengths(key_lengths, batch, n, device),
            is_causal=is_causal,
            left=left,
            right=right,
            softcap=checked_cap(softcap, compute),
            return_lse=return_lse,
            kind=kind,
        )

    @property
    def group(self) -> int:
        """Query heads that read one key head."""
        return self.query.shape[1] // self.key.shape[1]

    @property
    def last(self) -> int | None:
        """How far behind its own position a query sees keys; ``None`` where there is no limit."""
        if self.is_causal:
            return 0
        return self.right if self.right >= 0 else None

    @property
    def splits_blocks(self) -> bool:
        """Whether a query may see some keys of a block and, lengths aside, not others."""
        some_see_less = self.last is not None and self.query.shape[2] > 1
        return some_see_less or self.left >= 0 or self.mask is not None

    def empty_output(self) -> Tensor:
        """Room for the output, ``(B, H, M, Dv)``."""
        return self.query.new_empty((*self.query.shape[:3], self.value.shape[3]))

    def empty_lse(self) -> Tensor:
        """Room for the logarithms of the sums, ``(B, H, M)``; without elements where they are not wanted."""
        return self.query.new_empty(
            self.query.shape[:3] if self.return_lse else (0,), dtype=compute_dtype(self.query.dtype)
        )

    def empty_lists(self, save: bool) -> tuple[Tensor, Tensor, Tensor]:
        """Room for what the backward pass on a CPU reads, without elements unless ``save``.

        Probabilities of the live keys of each block of rows, a state for each row, and which keys they are.
        """
        query, n = self.query, self.key.shape[2] + (self.sinks is not None)
        batch, heads, m, _ = query.shape
        rows = self.group * m
        blocks = -(-rows // CPU_BLOCK)
        room = (batch * self.key.shape[1] if save else 0, blocks, CPU_BLOCK * min(CPU_ROOM, n))
        return (
            query.new_empty(room, dtype=compute_dtype(query.dtype)),
            query.new_empty((batch * heads * m if save else 0, 5), dtype=torch.float64),
            query.new_empty(room, dtype=torch.int32),
        )


def _check_tensors(query: Tensor, key: Tensor, value: Tensor) -> None:
    for name, x in (("query", query), ("key", key), ("value", value)):
        if not isinstance(x, Tensor):
            raise ValueError(f"{name} must be a torch tensor, got {type(x).__name__}")
        if x.ndim != 4:
            raise ValueError(f"{name} must have 4 axes (batch, heads, tokens, features), got shape {tuple(x.shape)}")
        if x.dtype not in DTYPES:
            raise ValueError(f"{name} has dtype {x.dtype}: it must be float32, float16, bfloat16 or float64")
        if x.dtype != query.dtype or x.device != query.device:
            raise ValueError(
                f"{name} ({x.dtype}, {x.device}) must share dtype and device with query ({query.dtype}, {query.device})"
            )
    q, k, v = (tuple(x.shape) for x in (query, key, value))
    if k[0] != q[0] or k[3] != q[3]:
        raise ValueError(f"key {k} must share batch and features with query {q}")
    if v[:3] != k[:3]:
        raise ValueError(f"value {v} must share batch, heads and tokens with key {k}")
    if q[3] == 0:
        raise ValueError(f"query has shape {q}: it needs at least one feature")
    if k[1] == 0 or q[1] % k[1]:
        raise ValueError(f"key has {k[1]} heads, which do not divide the {q[1]} heads of query")


def _per_head(x: Any, name: str, heads: int, device: torch.device, compute: torch.dtype) -> Tensor | None:
    """Return numbers for each head as a tensor ``(heads,)``."""
    if x is None:
        return None
    numbers = torch.as_tensor(x).to(device, compute)
    if numbers.shape != (heads,):
        raise ValueError(f"{name} must have shape ({heads},), one per head, got {tuple(numbers.shape)}")
    return numbers


def checked_window(window: Any) -> tuple[int, int]:
    """Return how far a window reaches to the left and to the right, -1 where a side is open.

    Raises
    ------
    ValueError
        For what is not a pair of integers from 0 on, or None or -1.
    """
    if window is None:
        return -1, -1
    if not isinstance(window, tuple | list) or len(window) != 2:
        raise ValueError(f"window is {window!r}: it must be (left, right), the keys that a query sees on either side")
    for place, side in enumerate(window):
        if side is not None and (isinstance(side, bool) or not isinstance(side, Integral) or int(side) < -1):
            raise ValueError(
                f"window[{place}] is {side!r}: it must be an integer from 0 on, or None (or -1) where that side is open"
            )
    left, right = (-1 if side is None else int(side) for side in window)
    return left, right


def checked_cap(softcap: Any, compute: torch.dtype = torch.float64) -> float:
    """Return a cap as a float, 0 where there is none.

    Raises
    ------
    ValueError
        For what is not a number above 0, and for a tensor.
    """
    if softcap is None:
        return 0.0
    if isinstance(softcap, Tensor):
        raise ValueError("softcap must be a number, got a tensor; convert it first, it gets no gradient")
    number = finite(softcap, "softcap", compute)
    if not number >= torch.finfo(compute).tiny:
        raise ValueError(f"softcap is {number:.6g}: it must be above 0 (in {compute}), or None for no cap")
    return number


def _mask(
    attn_mask: Any, sizes: tuple[int, int, int, int], device: torch.device, compute: torch.dtype
) -> Tensor | None:
    """Return a mask with four axes."""
    if attn_mask is None:
        return None
    mask = torch.as_tensor(attn_mask)
    if mask.dtype != torch.bool and not mask.is_floating_point():
        raise ValueError(
            f"attn_mask has dtype {mask.dtype}: it must be boolean (True where a query may attend) or floating point, "
            "which is added to the scores"
        )
    if mask.ndim > 4 or any(
        size != 1 and size != wanted  # not `in`: sizes may be the compiler's
        for size, wanted in zip(mask.shape[::-1], sizes[::-1], strict=False)
    ):
        raise ValueError(f"attn_mask of shape {tuple(mask.shape)} does not broadcast to (B, H, M, N) = {sizes}")
    mask = mask.to(device) if mask.dtype == torch.bool else mask.to(device, compute)
    return mask.reshape(*(1,) * (4 - mask.ndim), *mask.shape)


def checked_lengths(key_lengths: Tensor | None, batch: int, n: int, device: torch.device) -> Tensor | None:
    """Return lengths as int32 ``(batch,)`` on the device; ``None`` where there are none.

    Raises
    ------
    ValueError
        For another shape, what is not integers, and on a CPU for a length outside ``0 ... n``: to look into a tensor on
        a GPU would wait for the device.
    """
    if key_lengths is None:
        return None
    lengths = torch.as_tensor(key_lengths)
    if lengths.shape != (batch,):
        raise ValueError(f"key_lengths must have shape ({batch},), one per batch, got {tuple(lengths.shape)}")
    if lengths.is_floating_point() or lengths.is_complex() or lengths.dtype == torch.bool:
        raise ValueError(f"key_lengths must be integers, got dtype {lengths.dtype}")
    if lengths.device.type == "cpu" and not torch.compiler.is_compiling():
        for b, length in enumerate(lengths.tolist()):
            if not 0 <= length <= n:
                raise ValueError(f"key_lengths[{b}] is {length}: it must be an integer from 0 to N = {n}")
    return lengths.to(device, torch.int32)
