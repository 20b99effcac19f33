"""Arguments of layers, refused at construction rather than in the first step of training."""

from numbers import Integral
from typing import Any

import torch

from .kinds import finite

Tensor = torch.Tensor


def whole(x: Any, name: str, least: int = 1) -> int:
    """Return a size as an int.

    Raises
    ------
    ValueError
        If ``x`` is not a whole number, or below ``least``.
    """
    if isinstance(x, bool) or not isinstance(x, Integral) or int(x) < least:
        raise ValueError(f"{name} is {x!r}: it must be a whole number, at least {least}")
    return int(x)


def for_heads(x: Any, name: str, heads: int) -> Tensor:
    """Return a number, or one for each head, as a tensor that broadcasts to ``(heads,)``.

    Raises
    ------
    ValueError
        If ``x`` has another shape or is not finite.
    """
    numbers = x if isinstance(x, Tensor) else torch.tensor(finite(x, name))
    if numbers.shape not in ((), (1,), (heads,)):
        raise ValueError(
            f"{name} has shape {tuple(numbers.shape)}: it must be one number, or one per head, shape ({heads},)"
        )
    if numbers.device.type != "meta" and not bool(numbers.isfinite().all()):
        raise ValueError(f"{name} is {x}: it must be finite")
    return numbers
