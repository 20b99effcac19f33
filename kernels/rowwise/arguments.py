"""What a call means: its arguments checked, and its parameters as tensors that broadcast to the rows."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from ..runtime.kinds import Kind, compute_dtype, finite

Tensor = torch.Tensor

_FLOATS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)


class Arguments(NamedTuple):
    """The arguments of `entmax`, checked and in one form; what only the device knows is left to `refuse_values`.

    Attributes
    ----------
    z
        Logits ``(..., n)``, as given.
    excess
        ``alpha - 1`` in the dtype of the arithmetic, one for all rows or broadcast to them; ``None`` where ``kind``
        says it.
    scale, lengths
        One for all rows or broadcast to them; ``None`` where there are none.
    kind
        Kind of every row where alpha is a number; `Kind.ANY` where it is a tensor.
    """

    z: Tensor
    excess: Tensor | None
    scale: Tensor | None
    lengths: Tensor | None
    kind: Kind

    @classmethod
    def read(cls, z: Tensor, alpha: Any, scale: Any, lengths: Any) -> "Arguments":
        """Check the arguments.

        Raises
        ------
        ValueError
            As `entmax` says, except for the values in tensors.
        """
        if not isinstance(z, Tensor):
            raise ValueError(f"z must be a torch tensor, got {type(z).__name__}")
        if z.layout != torch.strided:
            raise ValueError(f"z must be dense, got the layout {z.layout}; convert it first, with z.to_dense()")
        if z.dtype not in _FLOATS:
            raise ValueError(f"z must be float32, float16, bfloat16 or float64, got {z.dtype}; convert it first")
        if z.dim() == 0 or z.shape[-1] == 0:
            raise ValueError(f"z needs at least one token along its last axis, got shape {tuple(z.shape)}")
        batch = z.shape[:-1]
        compute = compute_dtype(z.dtype)
        excess = None
        if isinstance(alpha, Tensor):
            kind = Kind.ANY
            # In alpha's own precision: rounding alpha first would shift alpha - 1.
            excess = _broadcast((_beside(alpha, "alpha", z, torch.float64) - 1).to(compute), "alpha", batch)
        else:
            kind = Kind.of(alpha, compute)
            if kind.needs_excess:
                excess = z.new_full((1,), float(alpha) - 1, dtype=compute)
        if isinstance(scale, Tensor):
            scale = _broadcast(_beside(scale, "scale", z, compute).to(compute), "scale", batch)
        elif scale is not None:
            scale = z.new_full((1,), finite(scale, "scale", compute), dtype=compute)
        if lengths is not None:
            lengths = _broadcast(_integers(lengths).to(z.device), "lengths", batch)
        return cls(z, excess, scale, lengths, kind)

    def empty_answer(self) -> tuple[Tensor, Tensor]:
        """Room for the probabilities, and for the state of each row, ``(rows, 3)``."""
        z = self.z
        return _like(z), z.new_empty((math.prod(z.shape[:-1]), 3), dtype=compute_dtype(z.dtype))

    def empty_gradients(self, need_excess: bool, need_scale: bool) -> tuple[Tensor, Tensor, Tensor]:
        """Room for the gradients in ``z``, and for each row in alpha and in the scale: none where not wanted."""
        z, compute = self.z, compute_dtype(self.z.dtype)
        along_excess, along_scale = (
            z.new_empty(z.shape[:-1] if needed else (0,), dtype=compute) for needed in (need_excess, need_scale)
        )
        return _like(z), along_excess, along_scale


def _like(z: Tensor) -> Tensor:
    """Room of the shape of ``z``, contiguous; ``new_empty`` takes twice as long."""
    return torch.empty_like(z, memory_format=torch.contiguous_format)


def _broadcast(x: Tensor, name: str, batch: Sequence[int]) -> Tensor:
    try:
        return x.expand(batch)
    except RuntimeError:
        raise ValueError(
            f"{name} of shape {tuple(x.shape)} does not broadcast to the rows {tuple(batch)} of the logits "
            f"(their shape without the last axis)"
        ) from None


def _beside(x: Tensor, name: str, z: Tensor, dtype: torch.dtype) -> Tensor:
    """Return a tensor of real numbers on the device of ``z``, integers in ``dtype``."""
    if x.is_complex() or x.dtype == torch.bool:
        raise ValueError(f"{name} must be real numbers, got {x.dtype}")
    if x.device != z.device and not (x.dim() == 0 and x.device.type == "cpu"):
        raise ValueError(f"{name} lies on {x.device} and the logits on {z.device}; move one of them")
    return (x if x.is_floating_point() else x.to(dtype)).to(z.device)


def _integers(lengths: Any) -> Tensor:
    if not isinstance(lengths, Tensor):
        try:
            lengths = torch.as_tensor(lengths)
        except (TypeError, ValueError, RuntimeError):
            raise ValueError(f"lengths must be integers, got {lengths!r}") from None
    if lengths.is_floating_point() or lengths.is_complex() or lengths.dtype == torch.bool:
        raise ValueError(f"lengths must be integers, got {lengths.dtype}")
    # A narrower or unsigned type need not hold n, or cannot be compared with it.
    found: Tensor = lengths.to(torch.int64)
    return found


def refuse_values(call: Arguments) -> None:
    """Refuse what only a look at the values shows, on a CPU: elsewhere the look would wait for the device.

    Raises
    ------
    ValueError
        For an alpha that is not finite or below 1, a scale that is not finite, a length outside ``0 ... n``.
    """
    z, excess, scale, lengths, kind = call
    n = z.shape[-1]
    if excess is not None and kind == Kind.ANY:  # a number has been looked at
        _refuse(excess, ~((excess >= 0) & (excess < torch.inf)), "alpha", 1, "finite and at least 1; 1 is softmax")
    if scale is not None:
        _refuse(scale, ~scale.isfinite(), "scale", 0, "finite")
    if lengths is not None:
        _refuse(lengths, (lengths < 0) | (lengths > n), "lengths", 0, f"from 0 to n = {n}")


def _refuse(x: Tensor, bad: Tensor, name: str, offset: int, rule: str) -> None:
    if bool(bad.any()):
        index = tuple(bad.nonzero()[0].tolist())
        where = f" of row {list(index)}" if x.numel() > 1 else ""
        value = x[index].item() + offset
        if abs(value) == torch.inf:  # now: what it was before it was converted is not known here
            rule = f"finite, and not overflow in {x.dtype}, the arithmetic of these logits"
        raise ValueError(f"{name}{where} is {value:.6g}: it must be {rule}")
