"""Where kernels run, and how they are launched: on a GPU, or on CPU tensors in Triton's interpreter."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

import torch
import triton

Tensor = torch.Tensor

INTERPRETER = "interpreter"


def _probe() -> None:
    """Do nothing, as a kernel: what Triton makes of it says what it makes of every kernel."""


INTERPRETED: bool = not isinstance(triton.jit(_probe), triton.JITFunction)
"""Whether kernels are built for the interpreter (``TRITON_INTERPRET=1`` when this module was imported)."""


@lru_cache
def _device_target(index: int) -> str:
    properties = torch.cuda.get_device_properties(index)
    if torch.version.hip:
        return str(properties.gcnArchName).split(":")[0]
    return f"sm_{properties.major}{properties.minor}"


def target_of(device: torch.device) -> str:
    """Name of the target that the kernels run on for tensors of ``device``."""
    if INTERPRETED or device.type != "cuda":
        return INTERPRETER
    return _device_target(device.index if device.index is not None else torch.cuda.current_device())


def truncated(x: Tensor) -> bool:
    """Whether the interpreter would truncate ``x`` silently: bfloat16, which it cannot hold."""
    return INTERPRETED and x.dtype == torch.bfloat16


def widened(x: Tensor) -> Tensor:
    """Hand bfloat16 to the interpreter as float32, which holds it."""
    return x.float() if truncated(x) else x


def filled(x: Tensor, wide: Tensor) -> Tensor:
    """Return ``x`` with what a kernel wrote into ``wide``, which is `widened` of it."""
    return x if wide is x else x.copy_(wide)


def run(kernel: Callable[..., Any], grid: tuple[int, ...], *arguments: Any, **named: Any) -> None:
    """Launch; ``named`` are constants, and options of the compiler."""
    cast(Any, kernel)[grid](*arguments, **named, enable_fp_fusion=True)
